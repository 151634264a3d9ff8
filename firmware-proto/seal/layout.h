/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A struct's fields as a table, in the order of the format, so that writing and reading cannot differ. The
 * bytes on the wire are those of each field's kind, never the struct's memory.
 */
#ifndef ASV_SEAL_LAYOUT_H
#define ASV_SEAL_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/base/status.h"

enum asv_layout_kind {
    ASV_LAYOUT_UINT,   /* 1, 2, 4 or 8 bytes, big-endian; int64_t in two's complement */
    ASV_LAYOUT_RAW,    /* as it stands */
    ASV_LAYOUT_DIGEST, /* alg, length, SHA-256 */
    ASV_LAYOUT_TEXT,   /* length u8, printable ASCII; a char array with room for a NUL */
};

struct asv_layout {
    uint16_t offset;
    uint16_t size; /* of the member */
    uint8_t kind;  /* enum asv_layout_kind */
};

#define ASV_LAYOUT(type, member, kind)                                                       \
    {                                                                                        \
        offsetof(struct type, member), sizeof(((struct type *)0)->member), ASV_LAYOUT_##kind \
    }

/* Overrun when something does not fit or a text is not printable. */
void asv_layout_write(struct asv_writer *out, const void *object, const struct asv_layout *fields,
                      size_t count);

/* The status of the first field that cannot be read; the fields before it are then already stored. */
ASV_MUST_CHECK enum asv_status asv_layout_read(struct asv_reader *in, void *object,
                                               const struct asv_layout *fields, size_t count);

#endif
