/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Structured log lines: an event's name, then key=value fields, in one write each.
 *
 *   2026-11-23T04:37:20.123Z INFO clip-stored slot=7 clip=0193… bytes=52428800 note="says \"hello\""
 *
 * For the journal the time is left out and the level becomes its prefix: `<6>clip-stored slot=7 …`.
 *
 * Values may be hostile: whatever is not a plain word is quoted, control characters, quotes, backslashes and
 * bytes above 0x7e come out escaped, so no value can start a line, end a field or colour a terminal. A line
 * has at most ASV_LOG_LINE_BYTES; a value is cut after ASV_LOG_VALUE_BYTES with "..." in its place.
 */
#ifndef ASV_SERVER_BASE_LOG_H
#define ASV_SERVER_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"
#include "firmware-proto/base/world.h"

#define ASV_LOG_LINE_BYTES  2048 /* below PIPE_BUF, so that lines of several threads do not mix */
#define ASV_LOG_VALUE_BYTES 400  /* escaped bytes of one value */

/* The journal's numbers. */
enum asv_log_level {
    ASV_LOG_ERROR = 3,   /* something was not done; a person should look */
    ASV_LOG_WARNING = 4, /* it was done, but not as it should be */
    ASV_LOG_NOTICE = 5,  /* rare and worth knowing: started, reloaded, enrolled */
    ASV_LOG_INFO = 6,
    ASV_LOG_DEBUG = 7,
};

/* Where lines go and what each of them carries. Plain data without ownership: copy it to add a slot or a
 * clip. Borrows world and fd. */
struct asv_log {
    int fd;
    bool journal;
    enum asv_log_level level; /* lines of a higher number are left out */
    const struct asv_world *world;
    int slot; /* -1: none */
    bool has_clip;
    uint8_t clip[16];
};

enum asv_log_kind { ASV_LOG_TEXT, ASV_LOG_U64, ASV_LOG_I64, ASV_LOG_HEX };

/* A field; borrows what it views until the line is written. Keys are our own words, never data. */
struct asv_log_field {
    const char *key;
    enum asv_log_kind kind;
    union {
        uint64_t u64;
        int64_t i64;
        struct {
            const void *data;
            size_t len;
        } bytes;
    } value;
};

/* Lines to standard error at level INFO, without slot and clip; in the journal's form when standard error is
 * connected to it ($JOURNAL_STREAM). world may be NULL: lines then have no time. */
struct asv_log asv_log_stderr(const struct asv_world *world);

struct asv_log asv_log_for_slot(const struct asv_log *log, unsigned slot);
struct asv_log asv_log_for_clip(const struct asv_log *log, const uint8_t clip[16]);

/* ASV_E_USAGE unless name is error, warning, notice, info or debug. */
ASV_MUST_CHECK enum asv_status asv_log_level_parse(enum asv_log_level *level, const char *name);

struct asv_log_field asv_log_text(const char *key, const char *text); /* NULL is written as "" */
struct asv_log_field asv_log_text_n(const char *key, const char *text, size_t len);
struct asv_log_field asv_log_u64(const char *key, uint64_t value);
struct asv_log_field asv_log_i64(const char *key, int64_t value);
struct asv_log_field asv_log_hex(const char *key, const void *data, size_t len);
struct asv_log_field asv_log_status(const char *key, enum asv_status status);

/* Writes one line, or none when log is NULL or its level leaves it out. A line that cannot be written is
 * lost: logging never fails a caller, and never blocks longer than a write to fd does. */
void asv_log_write(const struct asv_log *log, enum asv_log_level level, const char *event,
                   const struct asv_log_field *fields, size_t count);

/* asv_log_event(log, ASV_LOG_INFO, "clip-stored", asv_log_u64("bytes", n), …): at least one field. */
#define asv_log_event(log, level, event, ...)                                     \
    asv_log_write(log, level, event, (const struct asv_log_field[]){__VA_ARGS__}, \
                  sizeof((const struct asv_log_field[]){__VA_ARGS__}) / sizeof(struct asv_log_field))

/* A failure as one line: status=… detail="…" from err. */
void asv_log_failure(const struct asv_log *log, enum asv_log_level level, const char *event,
                     const struct asv_err *err);

#endif
