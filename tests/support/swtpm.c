/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/support/swtpm.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "firmware-proto/base/bytes.h"

static void must(bool ok, const char *what)
{
    if (!ok) {
        perror(what);
        abort();
    }
}

static void become_swtpm(const struct asv_test_swtpm *tpm)
{
    char state[128], fd[16];
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that aborts leaves none behind */
    snprintf(state, sizeof state, "dir=%s", tpm->state);
    snprintf(fd, sizeof fd, "%d", tpm->ours);
    (void)fcntl(tpm->ours, F_SETFD, 0);
    execlp("swtpm", "swtpm", "chardev", "--tpm2", "--tpmstate", state, "--fd", fd, "--flags",
           "not-need-init,startup-clear", (char *)NULL);
    perror("swtpm");
    _exit(127);
}

/* A command that waited in the terminal for a program that is not up yet would be read as one with the next,
 * which the TPM's driver sends when the first has no answer in time. */
static void wait_until_it_answers(int fd, pid_t pid)
{
    static const uint8_t read_clock[] = {0x80, 0x01, 0, 0,    0,
                                         10,   0,    0, 0x01, 0x81}; /* TPM 2.0 part 3, 29.1 */
    uint8_t answer[64];
    size_t have = 0, want = 10;
    must(write(fd, read_clock, sizeof read_clock) == sizeof read_clock, "swtpm");
    while (have < want) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        must(waitpid(pid, NULL, WNOHANG) == 0, "swtpm: it ended");
        if (poll(&ready, 1, 100) == 0) {
            continue;
        }
        ssize_t n = read(fd, answer + have, sizeof answer - have);
        must(n > 0, "swtpm");
        have += (size_t)n;
        want = have < 10 ? 10 : asv_load_be32(answer + 2);
    }
    must(have == want && asv_load_be32(answer + 6) == 0, "swtpm: it does not run");
}

void asv_test_swtpm_start(struct asv_test_swtpm *tpm, const char *state)
{
    struct termios raw;
    snprintf(tpm->state, sizeof tpm->state, "%s", state);
    must(openpty(&tpm->ours, &tpm->theirs, NULL, NULL, NULL) == 0, "openpty");
    must(tcgetattr(tpm->theirs, &raw) == 0, "tcgetattr");
    cfmakeraw(&raw);
    must(tcsetattr(tpm->theirs, TCSANOW, &raw) == 0, "tcsetattr");
    must(fcntl(tpm->ours, F_SETFD, FD_CLOEXEC) == 0 && fcntl(tpm->theirs, F_SETFD, FD_CLOEXEC) == 0, "fcntl");
    must(ttyname_r(tpm->theirs, tpm->device, sizeof tpm->device) == 0, "ttyname");
    tpm->pid = fork();
    must(tpm->pid >= 0, "fork");
    if (tpm->pid == 0) {
        become_swtpm(tpm);
    }
    wait_until_it_answers(tpm->theirs, tpm->pid);
}

void asv_test_swtpm_stop(struct asv_test_swtpm *tpm)
{
    if (tpm->pid <= 0) {
        return;
    }
    must(kill(tpm->pid, SIGKILL) == 0 && waitpid(tpm->pid, NULL, 0) == tpm->pid, "swtpm");
    close(tpm->ours);
    close(tpm->theirs);
    tpm->pid = 0;
}
