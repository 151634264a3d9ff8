/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/media/boxes.h"

#include <stdbool.h>
#include <string.h>

#include "firmware-proto/base/bytes.h"

#define BOXES_MOST 16 /* before the first fragment */
#define HEAD_BYTES 16

/* A size of 0, to the end of the file, is none that a fragment could follow. */
enum asv_status asv_boxes_look(const struct asv_boxes_source *source, uint64_t at, struct asv_box *out,
                               struct asv_err *err)
{
    uint8_t head[HEAD_BYTES] = {0};
    uint64_t left = source->bytes - at;
    size_t len = left < sizeof head ? (size_t)left : sizeof head;
    enum asv_status status = source->read(source->ctx, at, head, len, err);
    if (status != ASV_OK) {
        return status;
    }
    uint64_t least = 8;
    bool has_size = len >= 8;
    out->bytes = has_size ? asv_load_be32(head) : 0;
    if (out->bytes == 1) {
        has_size = len == HEAD_BYTES;
        out->bytes = asv_load_be64(head + 8);
        least = HEAD_BYTES;
    }
    memcpy(out->type, head + 4, sizeof out->type);
    out->is_known = has_size && out->bytes >= least;
    out->is_whole = out->is_known && out->bytes <= left;
    return ASV_OK;
}

static bool is_one_of(const struct asv_box *box, const char *const *types)
{
    while (*types != NULL && memcmp(box->type, *types, sizeof box->type) != 0) {
        types++;
    }
    return *types != NULL;
}

enum asv_status asv_boxes_init(const struct asv_boxes_source *source, uint64_t *init_bytes,
                               struct asv_err *err)
{
    static const char *const begin[] = {"moof", "styp", "sidx", "prft", "emsg", NULL};
    static const char *const media[] = {"mdat", NULL};
    static const char *const movie[] = {"moov", NULL};
    uint64_t at = 0;
    bool has_movie = false;
    *init_bytes = 0;
    for (int i = 0; i < BOXES_MOST && at < source->bytes && at <= ASV_BOXES_INIT_BYTES; i++) {
        struct asv_box box;
        enum asv_status status = asv_boxes_look(source, at, &box, err);
        if (status != ASV_OK) {
            return status;
        }
        if (has_movie && is_one_of(&box, begin)) { /* be it cut off */
            *init_bytes = at;
            return ASV_OK;
        }
        if (!box.is_whole || is_one_of(&box, media)) {
            return ASV_OK;
        }
        has_movie = has_movie || is_one_of(&box, movie);
        at += box.bytes;
    }
    return ASV_OK;
}
