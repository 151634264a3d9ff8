/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Configuration files: `key = value` lines; blank lines and lines that start with # do not count. A value
 * goes to the end of its line, without the blanks around it. A program has one table of the keys it knows,
 * with type, default, range and the place in its own struct; anything else in the file is an error that says
 * where it stands and what to do.
 */
#ifndef ASV_SERVER_BASE_CONF_H
#define ASV_SERVER_BASE_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"

#define ASV_CONF_FILE_BYTES 65536 /* of a whole file */
#define ASV_CONF_KEYS       64    /* in one table */

enum asv_conf_type {
    ASV_CONF_TEXT,     /* char[size]: printable UTF-8, no control characters */
    ASV_CONF_PATH,     /* char[size]: an absolute path */
    ASV_CONF_BOOL,     /* bool: yes or no */
    ASV_CONF_NUMBER,   /* uint64_t in [min, max] */
    ASV_CONF_SIZE,     /* uint64_t bytes in [min, max]: a number with K, M, G or T (powers of 1024) or none */
    ASV_CONF_DURATION, /* uint64_t ms in [min, max]: a number with ms, s, min, h or d */
    ASV_CONF_CHOICE,   /* unsigned: index of the value in choices */
    ASV_CONF_EACH,     /* every key that starts with name is handed to each(): `slot.1 = 1-2.4` */
};

struct asv_conf_key {
    const char *name;
    enum asv_conf_type type;
    size_t offset; /* of the value in the program's struct */
    size_t size;   /* TEXT and PATH: bytes there, NUL included */
    /* What an absent key means, written as in a file; NULL: the key must be there. Ignored for EACH. */
    const char *fallback;
    uint64_t min, max;
    const char *const *choices; /* ends with NULL */
    /* rest is the key without name, value as in the file; out is the program's struct. Its err text becomes
     * part of the line's message. */
    enum asv_status (*each)(void *out, const char *rest, const char *value, struct asv_err *err);
};

/* Reads the file at path into *out. With `optional`, a file that does not exist is as good as an empty one.
 * ASV_E_USAGE with "path:line: what; what to do" for anything wrong; *out is then unspecified. */
ASV_MUST_CHECK enum asv_status asv_conf_read(const char *path, bool optional, const struct asv_conf_key *keys,
                                             size_t count, void *out, struct asv_err *err);

/* The same over text[len]; name stands for the path in messages. */
ASV_MUST_CHECK enum asv_status asv_conf_parse(const char *name, const char *text, size_t len,
                                              const struct asv_conf_key *keys, size_t count, void *out,
                                              struct asv_err *err);

#endif
