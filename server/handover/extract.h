/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The ledger's extract as one file (docs/HANDOVER.md 2), for a filing, which is flat: its files as they are,
 * one behind the other, each after its name and length. There is one encoding.
 */
#ifndef ASV_SERVER_HANDOVER_EXTRACT_H
#define ASV_SERVER_HANDOVER_EXTRACT_H

#include <stdbool.h>

#include "firmware-proto/base/bytes.h"

#define ASV_EXTRACT_FILES_MAX  20000
#define ASV_EXTRACT_NAME_BYTES 161 /* 160, and a NUL */

/* What stands before the first file, and before each: its bytes follow. Names rise strictly (asv_extract_next
 * looks). */
#define ASV_EXTRACT_HEAD_BYTES 14
void asv_extract_write_head(struct asv_writer *writer, uint32_t count);
void asv_extract_write_name(struct asv_writer *writer, const char *name, uint32_t size);

/* Reading one, which may be anybody's. */
struct asv_extract {
    /* Exactly these bytes, which are there. */
    enum asv_status (*read)(void *ctx, uint64_t offset, void *out, size_t len, struct asv_err *err);
    void *ctx;
    uint64_t size;
    uint64_t at; /* these three are the reader's own */
    uint32_t left;
    char last[ASV_EXTRACT_NAME_BYTES];
};

struct asv_extract_file {
    char name[ASV_EXTRACT_NAME_BYTES]; /* letters, digits, "-", "_" and ".", which it does not begin with */
    uint64_t offset;                   /* of its bytes */
    uint32_t size;
};

/* ASV_E_MALFORMED, ASV_E_UNSUPPORTED for another format, ASV_E_LIMIT for more than ASV_EXTRACT_FILES_MAX. */
ASV_MUST_CHECK enum asv_status asv_extract_open(struct asv_extract *extract, struct asv_err *err);

/* The next file; *there false: that was all, and nothing is behind it. ASV_E_MALFORMED. */
ASV_MUST_CHECK enum asv_status asv_extract_next(struct asv_extract *extract, struct asv_extract_file *out,
                                                bool *there, struct asv_err *err);

#endif
