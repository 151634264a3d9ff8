/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The outermost boxes of an MP4 file (ISO/IEC 14496-12, 4.2): as far as one must see to know whether it is
 * fragmented. Nothing within a box is read.
 */
#ifndef ASV_SERVER_MEDIA_BOXES_H
#define ASV_SERVER_MEDIA_BOXES_H

#include <stdbool.h>
#include <string.h>

#include "firmware-proto/base/status.h"

#define ASV_BOXES_INIT_BYTES 1048576 /* of what stands before the first fragment */

struct asv_boxes_source {
    void *ctx;
    uint64_t bytes;
    /* Exactly len bytes from offset on, which are there. */
    enum asv_status (*read)(void *ctx, uint64_t offset, uint8_t *out, size_t len, struct asv_err *err);
};

struct asv_box {
    char type[4];
    uint64_t bytes; /* with its head */
    bool
        is_known; /* its head is there and right: not to the end of the file, not less than the head itself */
    bool is_whole; /* and so is the rest of it */
};

/* The box at offset at, which lies within the source. The source's own error. */
ASV_MUST_CHECK enum asv_status asv_boxes_look(const struct asv_boxes_source *source, uint64_t at,
                                              struct asv_box *out, struct asv_err *err);

static inline bool asv_box_is(const struct asv_box *box, const char *type)
{
    return box->is_known && memcmp(box->type, type, sizeof box->type) == 0;
}

/* *init_bytes: where the first fragment begins, behind ftyp and moov; 0 when it is no fragmented MP4. The
 * source's own error. */
ASV_MUST_CHECK enum asv_status asv_boxes_init(const struct asv_boxes_source *source, uint64_t *init_bytes,
                                              struct asv_err *err);

#endif
