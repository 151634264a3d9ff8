/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "server/base/hex.h"
#include "server/base/uuid.h"

/* Room for a whole value, its quotes and the line's end is kept free while fields are added. */
struct line {
    char data[ASV_LOG_LINE_BYTES];
    size_t len;
};

static void put(struct line *line, const char *text, size_t len)
{
    if (len <= sizeof line->data - 1 - line->len) { /* 1: the newline */
        memcpy(line->data + line->len, text, len);
        line->len += len;
    }
}

static void put_text(struct line *line, const char *text)
{
    put(line, text, strlen(text));
}

static bool is_plain(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c != '\0' && strchr("._:/@+-,", c) != NULL);
}

/* One byte of a quoted value; returns its length in out[4]. */
static size_t escape(char out[4], unsigned char c)
{
    static const char digits[] = "0123456789abcdef";
    if (c == '"' || c == '\\') {
        out[0] = '\\';
        out[1] = (char)c;
        return 2;
    }
    if (c >= 0x20 && c <= 0x7e) {
        out[0] = (char)c;
        return 1;
    }
    out[0] = '\\';
    out[1] = 'x';
    out[2] = digits[c >> 4];
    out[3] = digits[c & 15];
    return 4;
}

static void put_value(struct line *line, const char *text, size_t len)
{
    char quoted[ASV_LOG_VALUE_BYTES + 8] = "\"";
    size_t used = 1;
    bool plain = len > 0 && len <= ASV_LOG_VALUE_BYTES;
    for (size_t i = 0; i < len; i++) {
        char bytes[4];
        size_t some = escape(bytes, (unsigned char)text[i]);
        plain = plain && is_plain((unsigned char)text[i]);
        if (used + some > ASV_LOG_VALUE_BYTES) {
            memcpy(quoted + used, "...", 3);
            used += 3;
            break;
        }
        memcpy(quoted + used, bytes, some);
        used += some;
    }
    quoted[used++] = '"';
    if (plain) {
        put(line, text, len);
    } else {
        put(line, quoted, used);
    }
}

static void put_hex(struct line *line, const uint8_t *data, size_t len)
{
    char digits[2 * 64 + 1];
    size_t some = len < 64 ? len : 64;
    asv_hex_encode(digits, data, some);
    put_text(line, digits);
    if (some < len) {
        put_text(line, "...");
    }
}

static void put_key(struct line *line, const char *key)
{
    put_text(line, " ");
    put_text(line, key);
    put_text(line, "=");
}

static void put_field(struct line *line, const struct asv_log_field *field)
{
    char number[24];
    put_key(line, field->key);
    switch (field->kind) {
    case ASV_LOG_TEXT:
        put_value(line, field->value.bytes.data, field->value.bytes.len);
        break;
    case ASV_LOG_HEX:
        put_hex(line, field->value.bytes.data, field->value.bytes.len);
        break;
    case ASV_LOG_U64:
        snprintf(number, sizeof number, "%" PRIu64, field->value.u64);
        put_text(line, number);
        break;
    case ASV_LOG_I64:
        snprintf(number, sizeof number, "%" PRId64, field->value.i64);
        put_text(line, number);
        break;
    }
}

static const char *level_name(enum asv_log_level level)
{
    switch (level) {
    case ASV_LOG_ERROR:
        return "ERROR";
    case ASV_LOG_WARNING:
        return "WARNING";
    case ASV_LOG_NOTICE:
        return "NOTICE";
    case ASV_LOG_INFO:
        return "INFO";
    case ASV_LOG_DEBUG:
        return "DEBUG";
    }
    return "?";
}

static void put_head(struct line *line, const struct asv_log *log, enum asv_log_level level)
{
    char head[64];
    int64_t now = 0;
    if (log->journal) {
        snprintf(head, sizeof head, "<%d>", (int)level);
        put_text(line, head);
        return;
    }
    if (log->world != NULL && asv_world_wall_ms(log->world, &now) == ASV_OK) {
        time_t seconds = (time_t)(now / 1000);
        struct tm utc = {0};
        if (gmtime_r(&seconds, &utc) != NULL && strftime(head, sizeof head, "%Y-%m-%dT%H:%M:%S", &utc) > 0) {
            put_text(line, head);
            snprintf(head, sizeof head, ".%03dZ ", (int)(now % 1000));
            put_text(line, head);
        }
    }
    put_text(line, level_name(level));
    put_text(line, " ");
}

static void send_line(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t written = write(fd, data, len);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return;
        }
        data += written;
        len -= (size_t)written;
    }
}

void asv_log_write(const struct asv_log *log, enum asv_log_level level, const char *event,
                   const struct asv_log_field *fields, size_t count)
{
    if (log == NULL || level > log->level) {
        return;
    }
    int saved_errno = errno;
    struct line line;
    line.len = 0;
    put_head(&line, log, level);
    put_text(&line, event);
    if (log->slot >= 0) {
        struct asv_log_field slot = asv_log_i64("slot", log->slot);
        put_field(&line, &slot);
    }
    if (log->has_clip) {
        char uuid[ASV_UUID_TEXT_BYTES];
        asv_uuid_format(uuid, log->clip);
        put_key(&line, "clip");
        put_text(&line, uuid);
    }
    for (size_t i = 0; i < count; i++) {
        /* 64: a key, its blank and "=", quotes, "..." and the note below */
        if (sizeof line.data - line.len < ASV_LOG_VALUE_BYTES + 64 + strlen(fields[i].key)) {
            put_text(&line, " fields=cut");
            break;
        }
        put_field(&line, &fields[i]);
    }
    line.data[line.len++] = '\n';
    send_line(log->fd, line.data, line.len);
    errno = saved_errno;
}

void asv_log_failure(const struct asv_log *log, enum asv_log_level level, const char *event,
                     const struct asv_err *err)
{
    asv_log_event(log, level, event, asv_log_status("status", err->status),
                  asv_log_text_n("detail", err->text, strnlen(err->text, sizeof err->text)));
}

/* systemd gives the device and inode of the stream that it connected to the journal, as "device:inode". */
static bool is_journal(int fd)
{
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat st;
    char own[64];
    if (stream == NULL || fstat(fd, &st) != 0) {
        return false;
    }
    snprintf(own, sizeof own, "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
    return strcmp(stream, own) == 0;
}

struct asv_log asv_log_stderr(const struct asv_world *world)
{
    return (struct asv_log){.fd = STDERR_FILENO,
                            .journal = is_journal(STDERR_FILENO),
                            .level = ASV_LOG_INFO,
                            .world = world,
                            .slot = -1};
}

struct asv_log asv_log_for_slot(const struct asv_log *log, unsigned slot)
{
    struct asv_log with = *log;
    with.slot = (int)slot;
    return with;
}

struct asv_log asv_log_for_clip(const struct asv_log *log, const uint8_t clip[16])
{
    struct asv_log with = *log;
    with.has_clip = true;
    memcpy(with.clip, clip, sizeof with.clip);
    return with;
}

enum asv_status asv_log_level_parse(enum asv_log_level *level, const char *name)
{
    static const struct {
        const char *name;
        enum asv_log_level level;
    } names[] = {{"error", ASV_LOG_ERROR},
                 {"warning", ASV_LOG_WARNING},
                 {"notice", ASV_LOG_NOTICE},
                 {"info", ASV_LOG_INFO},
                 {"debug", ASV_LOG_DEBUG}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(name, names[i].name) == 0) {
            *level = names[i].level;
            return ASV_OK;
        }
    }
    return ASV_E_USAGE;
}

struct asv_log_field asv_log_text(const char *key, const char *text)
{
    return asv_log_text_n(key, text != NULL ? text : "", text != NULL ? strlen(text) : 0);
}

struct asv_log_field asv_log_text_n(const char *key, const char *text, size_t len)
{
    return (struct asv_log_field){.key = key, .kind = ASV_LOG_TEXT, .value.bytes = {text, len}};
}

struct asv_log_field asv_log_u64(const char *key, uint64_t value)
{
    return (struct asv_log_field){.key = key, .kind = ASV_LOG_U64, .value.u64 = value};
}

struct asv_log_field asv_log_i64(const char *key, int64_t value)
{
    return (struct asv_log_field){.key = key, .kind = ASV_LOG_I64, .value.i64 = value};
}

struct asv_log_field asv_log_hex(const char *key, const void *data, size_t len)
{
    return (struct asv_log_field){.key = key, .kind = ASV_LOG_HEX, .value.bytes = {data, len}};
}

struct asv_log_field asv_log_status(const char *key, enum asv_status status)
{
    return asv_log_text(key, asv_status_name(status));
}
