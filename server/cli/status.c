/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat dock status: what the dock daemon says on its status socket (docs/DOCK.md), one line of JSON each
 * time something changed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/cli/cli.h"
#include "server/cli/status_view.h"

#define LINE_MAX_BYTES (1u << 20) /* 64 slots with long reasons need less than a tenth */

static enum asv_status reach(const char *path, int *out, struct asv_err *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        return asv_failf(err, ASV_E_USAGE, "%s: the path is too long for a socket", path);
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    asv_auto_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return asv_io_fail(err, errno, path);
    }
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        return asv_failf(err, ASV_E_AWAY, "the dock daemon does not answer at %s: %s", path, strerror(errno));
    }
    *out = asv_steal_fd(&fd);
    return ASV_OK;
}

/* Lines of the socket; what is behind the newest line stays for the next call. */
struct lines {
    int fd;
    size_t len; /* bytes in data */
    char data[LINE_MAX_BYTES];
};

/* The next line into *out, which the caller gives up. ASV_E_AWAY when the daemon hung up. */
static enum asv_status next_line(struct lines *lines, json_t **out, struct asv_err *err)
{
    json_error_t why;
    for (;;) {
        const char *end = memchr(lines->data, '\n', lines->len);
        if (end != NULL) {
            size_t len = (size_t)(end - lines->data);
            *out = json_loadb(lines->data, len, 0, &why);
            lines->len -= len + 1;
            memmove(lines->data, end + 1, lines->len);
            return *out != NULL && json_is_object(*out)
                       ? ASV_OK
                       : asv_fail(err, ASV_E_MALFORMED, "the dock daemon speaks no JSON");
        }
        if (lines->len == sizeof lines->data) {
            return asv_fail(err, ASV_E_LIMIT, "the dock daemon's line is too long");
        }
        ssize_t n = read(lines->fd, lines->data + lines->len, sizeof lines->data - lines->len);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return asv_io_fail(err, errno, "status socket");
        }
        if (n == 0) {
            return asv_fail(err, ASV_E_AWAY, "the dock daemon went away");
        }
        lines->len += (size_t)n;
    }
}

/* Of the window that a watched status must fit; a terminal that does not say is as large as they always were.
 */
static void measure(int fd, struct asv_status_view *view)
{
    struct winsize size = {0};
    bool known = ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0;
    view->columns = known ? size.ws_col : 80;
    view->rows = known ? size.ws_row : 24;
}

/* Writes the text over what the terminal shows: the rest of each line and of the window is blanked behind it,
 * so that nothing is empty for a moment. */
static void redraw(FILE *out, const char *text)
{
    fputs("\x1b[H", out);
    for (const char *end; (end = strchr(text, '\n')) != NULL; text = end + 1) {
        fprintf(out, "%.*s\x1b[K\n", (int)(end - text), text);
    }
    fputs("\x1b[J", out);
}

static enum asv_status show_json(const struct asv_cli *cli, const json_t *status, bool watch,
                                 struct asv_err *err)
{
    int failed = json_dumpf(status, cli->out, watch ? JSON_COMPACT : JSON_INDENT(2)) != 0;
    fputc('\n', cli->out);
    return failed || fflush(cli->out) != 0 ? asv_fail(err, ASV_E_IO, "cannot write the output") : ASV_OK;
}

/* One status for a person; on a terminal that is watched it takes the place of the one before. */
static enum asv_status show_text(const struct asv_cli *cli, const json_t *status, bool watch,
                                 struct asv_err *err)
{
    const char *no_colour = getenv("NO_COLOR"); /* no-color.org */
    bool terminal = isatty(fileno(cli->out)) == 1;
    struct asv_status_view view = {.colours = terminal && (no_colour == NULL || *no_colour == '\0')};
    char *text = NULL;
    size_t len = 0;
    FILE *frame = open_memstream(&text, &len);
    if (frame == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    if (watch && terminal) {
        measure(fileno(cli->out), &view);
    }
    enum asv_status printed = asv_status_print(frame, status, &view, err);
    if (fclose(frame) != 0) {
        printed = asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    if (printed == ASV_OK) {
        if (watch && terminal) {
            redraw(cli->out, text);
        } else {
            fprintf(cli->out, "%s%s", text, watch ? "\n" : "");
        }
        printed = fflush(cli->out) == 0 ? ASV_OK : asv_fail(err, ASV_E_IO, "cannot write the output");
    }
    free(text);
    return printed;
}

static enum asv_status show_lines(const struct asv_cli *cli, struct lines *lines, struct asv_err *err)
{
    bool watch = asv_cli_flag(cli->args, "watch");
    enum asv_status status;
    do {
        json_t *line = NULL;
        status = next_line(lines, &line, err);
        if (status == ASV_OK) {
            status = asv_cli_flag(cli->args, "json") ? show_json(cli, line, watch, err)
                                                     : show_text(cli, line, watch, err);
        }
        json_decref(line);
    } while (status == ASV_OK && watch);
    return status;
}

static enum asv_status run(struct asv_cli *cli, struct asv_err *err)
{
    const char *path = asv_cli_text(cli->args, "socket");
    struct lines *lines = malloc(sizeof *lines);
    if (lines == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    lines->fd = -1;
    lines->len = 0;
    enum asv_status status = reach(path != NULL ? path : cli->conf.dock_status, &lines->fd, err);
    if (status == ASV_OK) {
        status = show_lines(cli, lines, err);
        (void)close(lines->fd);
    }
    free(lines);
    return status;
}

static const struct asv_cli_option options[] = {
    {"watch", ASV_CLI_FLAG, NULL, "go on and show every change", false, false, 0, 0},
    {"json", ASV_CLI_FLAG, NULL, "as JSON; with --watch one line each time", false, false, 0, 0},
    {"socket", ASV_CLI_TEXT, "PATH", "the daemon's socket (configuration: dock.status)", false, false, 0, 0},
};

const struct asv_cli_command asv_cli_dock_status = {
    .group = "dock",
    .name = "status",
    .summary = "show what each slot is doing",
    .help = "Shows each slot of the dock daemon on this machine: its state, its camera, how much\n"
            "of the recording has arrived, at what rate, and how long it will take.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
