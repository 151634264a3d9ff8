/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat dock status: what the dock daemon says on its status socket (docs/DOCK.md), one line of JSON each
 * time something changed.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/cli/cli.h"
#include "server/cli/text.h"

#define LINE_MAX_BYTES (1u << 20) /* 64 slots with long reasons need less than a tenth */
#define SLOTS_MAX      256
#define BAR_CHARS      20
#define COLUMNS        7

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

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static int64_t number_of(const json_t *object, const char *key)
{
    json_int_t value = json_integer_value(json_object_get(object, key));
    return value < 0 ? 0 : value;
}

static void bar(char out[ASV_TEXT_BYTES], int64_t done, int64_t total)
{
    char filled[BAR_CHARS + 1];
    if (total <= 0) {
        out[0] = '\0';
        return;
    }
    double part = done >= total ? 1.0 : (double)done / (double)total;
    int count = (int)(part * BAR_CHARS);
    memset(filled, '.', BAR_CHARS);
    memset(filled, '#', (size_t)count);
    filled[BAR_CHARS] = '\0';
    snprintf(out, ASV_TEXT_BYTES, "[%s] %3d %%", filled, (int)(part * 100));
}

static void counts_of(char out[400], const json_t *slot)
{
    static const struct {
        const char *key, *text;
    } counts[] = {{"stored", "stored"},
                  {"quarantined", "quarantined"},
                  {"expired", "expired"},
                  {"erased", "erased"},
                  {"left", "left on the camera"}};
    const json_t *from = json_object_get(slot, "counts");
    size_t at = 0;
    out[0] = '\0';
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        int64_t count = number_of(from, counts[i].key);
        if (count != 0 && at < 400) {
            at += (size_t)snprintf(out + at, 400 - at, "%s%" PRId64 " %s", at == 0 ? "" : ", ", count,
                                   counts[i].text);
        }
    }
}

/* Below the table, where there is room: what is wrong with a slot, and what to do. */
static void print_reasons(FILE *out, const json_t *slots)
{
    size_t i;
    json_t *slot;
    bool any = false;
    json_array_foreach(slots, i, slot)
    {
        const char *reason = text_of(slot, "reason");
        if (*reason != '\0') {
            fprintf(out, "%sslot %" PRId64 ": ", any ? "" : "\n", number_of(slot, "slot"));
            asv_text_print(out, reason);
            fputc('\n', out);
            any = true;
        }
    }
}

static const char *style_of(const char *colour)
{
    static const char *const styles[][2] = {{"green", "\x1b[32m"},
                                            {"yellow", "\x1b[33m"},
                                            {"red", "\x1b[31m"},
                                            {"blue", "\x1b[34m"},
                                            {"grey", "\x1b[90m"}};
    for (size_t i = 0; i < sizeof styles / sizeof *styles; i++) {
        if (strcmp(styles[i][0], colour) == 0) {
            return styles[i][1];
        }
    }
    return "";
}

static void add_slot(struct asv_table *table, const json_t *slot)
{
    char text[400];
    char rate[ASV_TEXT_BYTES];
    int64_t per_second = number_of(slot, "rate");
    const json_t *left = json_object_get(slot, "left_s");
    asv_table_add(table, asv_text_number(text, (uint64_t)number_of(slot, "slot")));
    asv_table_add(table, text_of(slot, "state"));
    asv_table_add(table, text_of(slot, "camera"));
    bar(text, number_of(slot, "done"), number_of(slot, "total"));
    asv_table_add(table, text);
    asv_text_bytes(rate, (uint64_t)per_second);
    snprintf(text, sizeof text, "%s/s", rate);
    asv_table_add(table, per_second != 0 ? text : "");
    asv_table_add(table, left != NULL ? asv_text_duration(text, number_of(slot, "left_s") * 1000) : "");
    counts_of(text, slot);
    asv_table_add(table, text);
}

static void print_service(FILE *out, const json_t *status, const char *key)
{
    const json_t *service = json_object_get(status, key);
    if (service != NULL && !json_is_true(json_object_get(service, "up"))) {
        fprintf(out, "%s is away: ", key);
        asv_text_print(out, text_of(service, "why"));
        fputc('\n', out);
    }
}

static enum asv_status print_status(FILE *out, const json_t *status, bool colours, struct asv_err *err)
{
    static const char *const columns[COLUMNS] = {">SLOT", "STATE", "CAMERA", "PROGRESS",
                                                 ">RATE", ">LEFT", ""};
    const char *styles[SLOTS_MAX];
    char text[ASV_TEXT_BYTES];
    struct asv_table table = {.column_count = COLUMNS, .columns = columns, .styles = colours ? styles : NULL};
    const json_t *slots = json_object_get(status, "slots");
    size_t i;
    json_t *slot;
    json_array_foreach(slots, i, slot)
    {
        if (i < SLOTS_MAX) {
            styles[i] = style_of(text_of(slot, "colour"));
            add_slot(&table, slot);
        }
    }
    enum asv_status printed =
        asv_table_print(&table, out, "no slots: \"asservat-dockd --learn\" maps them", err);
    print_reasons(out, slots);
    fprintf(out, "\n%" PRId64 " stored, %" PRId64 " quarantined, %s since the daemon began\n",
            number_of(status, "stored"), number_of(status, "quarantined"),
            asv_text_bytes(text, (uint64_t)number_of(status, "bytes")));
    print_service(out, status, "keeper");
    print_service(out, status, "database");
    if (json_is_true(json_object_get(status, "stopping"))) {
        fputs("the daemon is stopping\n", out);
    }
    return printed;
}

/* One status, as it was asked for; on a terminal that is watched it takes the place of the one before, in one
 * write, so that it does not flicker. */
static enum asv_status show(const struct asv_cli *cli, json_t *status, bool watch, struct asv_err *err)
{
    bool terminal = isatty(fileno(cli->out)) == 1;
    const char *no_colour = getenv("NO_COLOR"); /* no-color.org */
    char *text = NULL;
    size_t len = 0;
    if (asv_cli_flag(cli->args, "json")) {
        int failed = json_dumpf(status, cli->out, watch ? JSON_COMPACT : JSON_INDENT(2)) != 0;
        fputc('\n', cli->out);
        return failed || fflush(cli->out) != 0 ? asv_fail(err, ASV_E_IO, "cannot write the output") : ASV_OK;
    }
    FILE *frame = open_memstream(&text, &len);
    if (frame == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    if (watch && terminal) {
        fputs("\x1b[H\x1b[2J", frame);
    }
    enum asv_status printed =
        print_status(frame, status, terminal && (no_colour == NULL || *no_colour == '\0'), err);
    if (watch && !terminal) {
        fputc('\n', frame);
    }
    if (fclose(frame) != 0) {
        printed = asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    if (printed == ASV_OK && (fwrite(text, 1, len, cli->out) != len || fflush(cli->out) != 0)) {
        printed = asv_fail(err, ASV_E_IO, "cannot write the output");
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
            status = show(cli, line, watch, err);
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
