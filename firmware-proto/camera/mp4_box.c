/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/camera/mp4_box.h"

enum asv_status asv_mp4_skip(struct asv_reader *reader, size_t len)
{
    struct asv_bytes ignored;
    return asv_read_view(reader, &ignored, len);
}

enum asv_status asv_mp4_box_next(struct asv_reader *reader, struct asv_mp4_box *out)
{
    struct asv_reader at = *reader;
    struct asv_bytes body;
    uint32_t size = 0;
    uint32_t type = 0;
    if (asv_read_u32(&at, &size) != ASV_OK || asv_read_u32(&at, &type) != ASV_OK || size < 8 ||
        asv_read_view(&at, &body, size - 8) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    out->type = type;
    asv_reader_init(&out->body, body.data, body.len);
    *reader = at;
    return ASV_OK;
}

enum asv_status asv_mp4_box_find(const struct asv_reader *reader, uint32_t type, struct asv_mp4_box *out)
{
    struct asv_reader at = *reader;
    while (asv_reader_left(&at) != 0) {
        struct asv_mp4_box box;
        enum asv_status status = asv_mp4_box_next(&at, &box);
        if (status != ASV_OK) {
            return status;
        }
        if (box.type == type) {
            *out = box;
            return ASV_OK;
        }
    }
    return ASV_E_NOT_FOUND;
}

enum asv_status asv_mp4_full_box(struct asv_reader *body, uint8_t *version, uint32_t *flags)
{
    uint32_t word = 0;
    enum asv_status status = asv_read_u32(body, &word);
    if (status == ASV_OK) {
        *version = (uint8_t)(word >> 24);
        *flags = word & 0xffffffu;
    }
    return status;
}
