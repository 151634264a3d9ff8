/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Boxes of ISO/IEC 14496-12 within a buffer.
 */
#ifndef ASV_CAMERA_MP4_BOX_H
#define ASV_CAMERA_MP4_BOX_H

#include <stdint.h>

#include "firmware-proto/base/bytes.h"

#define ASV_MP4_TYPE(a, b, c, d) \
    ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

#define ASV_MP4_FTYP ASV_MP4_TYPE('f', 't', 'y', 'p')
#define ASV_MP4_MOOV ASV_MP4_TYPE('m', 'o', 'o', 'v')
#define ASV_MP4_MOOF ASV_MP4_TYPE('m', 'o', 'o', 'f')
#define ASV_MP4_MDAT ASV_MP4_TYPE('m', 'd', 'a', 't')
#define ASV_MP4_MFRA ASV_MP4_TYPE('m', 'f', 'r', 'a')

struct asv_mp4_box {
    uint32_t type;
    struct asv_reader body;
};

/* The next box of reader, which is not out's own. ASV_E_MALFORMED when it is not whole or shorter than its
 * header; a size of 0 or of 64 bits is refused, as nothing that is held in a buffer needs it. */
ASV_MUST_CHECK enum asv_status asv_mp4_box_next(struct asv_reader *reader, struct asv_mp4_box *out);

/* The first box of this type in reader, whose position stays. ASV_E_NOT_FOUND; ASV_E_MALFORMED. */
ASV_MUST_CHECK enum asv_status asv_mp4_box_find(const struct asv_reader *reader, uint32_t type,
                                                struct asv_mp4_box *out);

/* Version and flags of a full box, at the start of its body. */
ASV_MUST_CHECK enum asv_status asv_mp4_full_box(struct asv_reader *body, uint8_t *version, uint32_t *flags);

/* Moves reader by len bytes. */
ASV_MUST_CHECK enum asv_status asv_mp4_skip(struct asv_reader *reader, size_t len);

#endif
