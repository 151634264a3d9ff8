/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/cli/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/cli/files.h"

#define TERMINAL "/dev/tty"

void asv_passphrase_wipe(struct asv_passphrase *passphrase)
{
    asv_wipe(passphrase, sizeof *passphrase);
}

struct asv_bytes asv_passphrase_bytes(const struct asv_passphrase *passphrase)
{
    return (struct asv_bytes){(const uint8_t *)passphrase->text, passphrase->len};
}

static enum asv_status take(struct asv_passphrase *out, const char *text, size_t len, const char *from,
                            struct asv_err *err)
{
    if (len == 0) {
        return asv_failf(err, ASV_E_USAGE, "%s: the passphrase is empty", from);
    }
    if (len > ASV_KEYFILE_PASSPHRASE_MAX) {
        return asv_failf(err, ASV_E_USAGE, "%s: the passphrase has more than %d bytes", from,
                         ASV_KEYFILE_PASSPHRASE_MAX);
    }
    memcpy(out->text, text, len);
    out->text[len] = '\0';
    out->len = len;
    return ASV_OK;
}

static enum asv_status from_file(const char *path, struct asv_passphrase *out, struct asv_err *err)
{
    char text[ASV_KEYFILE_PASSPHRASE_MAX + 2];
    struct stat st;
    size_t len = 0;
    if (stat(path, &st) != 0) {
        return asv_io_fail(err, errno, path);
    }
    if (S_ISREG(st.st_mode) && (st.st_mode & S_IRWXO) != 0) {
        return asv_failf(err, ASV_E_DENIED, "%s: mode %03o lets others at the passphrase; chmod 600 %s", path,
                         (unsigned)st.st_mode & 0777u, path);
    }
    enum asv_status status = asv_file_read(path, text, sizeof text, &len, err);
    if (status == ASV_OK) {
        const char *end = memchr(text, '\n', len);
        status = take(out, text, end != NULL ? (size_t)(end - text) : len, path, err);
    }
    asv_wipe(text, sizeof text);
    return status;
}

static volatile sig_atomic_t caught; /* the only way a handler can say which signal it was */

static void catch (int signal_number)
{
    caught = signal_number;
}

static const int fatal_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
#define FATAL_SIGNALS (sizeof fatal_signals / sizeof *fatal_signals)

/* One line without its end. A signal ends the wait; it is raised again by the caller, after the echo is back.
 */
static enum asv_status read_line(int fd, char *out, size_t size, size_t *len, struct asv_err *err)
{
    size_t got = 0;
    for (;;) {
        char c;
        ssize_t n = read(fd, &c, 1);
        if (n < 0 && errno == EINTR && caught == 0) {
            continue;
        }
        if (n < 0) {
            return asv_io_fail(err, errno, TERMINAL);
        }
        if (n == 0 || c == '\n') {
            break;
        }
        if (got < size) {
            out[got++] = c;
        }
    }
    *len = got;
    return ASV_OK;
}

/* The same, without echo when secret. */
static enum asv_status ask_line(const char *prompt, bool secret, char *out, size_t size, size_t *len,
                                struct asv_err *err)
{
    struct sigaction old[FATAL_SIGNALS];
    struct sigaction action = {.sa_handler = catch};
    struct termios normal;
    struct termios silent;
    asv_auto_fd int fd = open(TERMINAL, O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 || tcgetattr(fd, &normal) != 0) {
        return asv_fail(err, ASV_E_USAGE, "there is no terminal to ask on");
    }
    caught = 0;
    for (size_t i = 0; i < FATAL_SIGNALS; i++) {
        sigaction(fatal_signals[i], &action, &old[i]);
    }
    silent = normal;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    silent.c_lflag |= ECHONL;
    enum asv_status status = ASV_OK;
    if (secret && tcsetattr(fd, TCSAFLUSH, &silent) != 0) {
        status = asv_io_fail(err, errno, TERMINAL);
    }
    if (status == ASV_OK && write(fd, prompt, strlen(prompt)) < 0) {
        status = asv_io_fail(err, errno, TERMINAL);
    }
    if (status == ASV_OK) {
        status = read_line(fd, out, size, len, err);
    }
    if (secret) {
        (void)tcsetattr(fd, TCSAFLUSH, &normal);
    }
    for (size_t i = 0; i < FATAL_SIGNALS; i++) {
        sigaction(fatal_signals[i], &old[i], NULL);
    }
    if (caught != 0) {
        (void)raise(caught);
    }
    return status;
}

static enum asv_status from_terminal(const char *prompt, struct asv_passphrase *out, struct asv_err *err)
{
    char text[ASV_KEYFILE_PASSPHRASE_MAX + 1];
    size_t len = 0;
    enum asv_status status = ask_line(prompt, true, text, sizeof text, &len, err);
    if (status == ASV_OK) {
        status = take(out, text, len, "terminal", err);
    }
    asv_wipe(text, sizeof text);
    return status;
}

static enum asv_status new_from_terminal(const char *what, struct asv_passphrase *out, struct asv_err *err)
{
    char prompt[160];
    struct asv_passphrase again asv_auto_passphrase = {0};
    snprintf(prompt, sizeof prompt, "New passphrase for %s: ", what);
    enum asv_status status = from_terminal(prompt, out, err);
    if (status == ASV_OK && out->len < ASV_KEYFILE_PASSPHRASE_MIN) {
        return asv_failf(err, ASV_E_USAGE, "the passphrase for %s has fewer than %d characters", what,
                         ASV_KEYFILE_PASSPHRASE_MIN);
    }
    if (status == ASV_OK) {
        snprintf(prompt, sizeof prompt, "Again, for %s: ", what);
        status = from_terminal(prompt, &again, err);
    }
    if (status == ASV_OK && (again.len != out->len || !asv_equal(again.text, out->text, again.len))) {
        return asv_failf(err, ASV_E_USAGE, "the two passphrases for %s differ", what);
    }
    return status;
}

static bool have_terminal(void)
{
    asv_auto_fd int fd = open(TERMINAL, O_RDWR | O_CLOEXEC | O_NOCTTY);
    return fd >= 0 && isatty(fd) == 1;
}

enum asv_status asv_ask_passphrase(const struct asv_cli *cli, const char *option, const char *what,
                                   bool is_new, struct asv_passphrase *out, struct asv_err *err)
{
    char prompt[160];
    const char *path = asv_cli_text(cli->args, option);
    if (path != NULL) {
        return from_file(path, out, err);
    }
    const char *variable = getenv("ASV_PASSPHRASE");
    if (variable != NULL && *variable != '\0') {
        return take(out, variable, strlen(variable), "ASV_PASSPHRASE", err);
    }
    if (!have_terminal()) {
        return asv_failf(err, ASV_E_USAGE,
                         "there is no terminal to ask on; give the passphrase of %s with --%s FILE", what,
                         option);
    }
    snprintf(prompt, sizeof prompt, "Passphrase of %s: ", what);
    return is_new ? new_from_terminal(what, out, err) : from_terminal(prompt, out, err);
}

struct asv_password_cost asv_cli_password_cost(void)
{
    const char *variable = getenv("ASV_KDF_MEMORY_KIB");
    struct asv_password_cost cost = {ASV_PASSWORD_PASSES, ASV_PASSWORD_MEMORY_KIB};
    if (variable != NULL && *variable != '\0') {
        cost.memory_kib = (uint32_t)strtoul(variable, NULL, 10);
    }
    return cost;
}

enum asv_status asv_ask_yes(const char *question, const char *how, struct asv_err *err)
{
    char answer[16] = "";
    size_t len = 0;
    if (!have_terminal()) {
        return asv_failf(err, ASV_E_USAGE, "there is no terminal to ask on; %s", how);
    }
    enum asv_status status = ask_line(question, false, answer, sizeof answer - 1, &len, err);
    if (status != ASV_OK) {
        return status;
    }
    answer[len] = '\0';
    if (strcasecmp(answer, "y") != 0 && strcasecmp(answer, "yes") != 0) {
        return asv_fail(err, ASV_E_DENIED, "not confirmed: nothing was done");
    }
    return ASV_OK;
}
