/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/camera/mp4.h"

#include <string.h>

#include "firmware-proto/camera/mp4_box.h"

enum phase {
    PHASE_HEADER,  /* the next box's header */
    PHASE_COLLECT, /* its body, into head */
    PHASE_DATA,    /* an mdat's body, passing through */
    PHASE_DROP,    /* a body that is left out */
};

void asv_mp4_init(struct asv_mp4 *mp4)
{
    memset(mp4, 0, sizeof *mp4);
}

bool asv_mp4_at_end(const struct asv_mp4 *mp4)
{
    return mp4->broken == ASV_OK && mp4->has_init && mp4->phase == PHASE_HEADER && mp4->box_len == 0 &&
           (!mp4->has_moof || mp4->has_data);
}

static enum asv_status broken(struct asv_mp4 *mp4, struct asv_err *err, enum asv_status status,
                              const char *text)
{
    mp4->broken = status;
    return asv_fail(err, status, text);
}

/* Takes bytes of a box header, which has 16 bytes when its first word says that the size is of 64 bits. True
 * when it is complete. */
static bool take_header(struct asv_mp4 *mp4, const uint8_t *data, size_t len, size_t *used)
{
    size_t at = 0;
    bool whole = false;
    while (at < len && !whole) {
        mp4->box[mp4->box_len++] = data[at++];
        whole = mp4->box_len == 16 || (mp4->box_len == 8 && asv_load_be32(mp4->box) != 1);
    }
    *used = at;
    return whole;
}

/* What the box whose header stands in mp4->box is, and whether it may stand here. */
static enum asv_status open_box(struct asv_mp4 *mp4, struct asv_err *err)
{
    uint64_t size = asv_load_be32(mp4->box);
    mp4->box_type = asv_load_be32(mp4->box + 4);
    if (size == 1) {
        size = asv_load_be64(mp4->box + 8);
    }
    if (size < mp4->box_len) {
        return broken(mp4, err, ASV_E_MALFORMED, "video: a box is shorter than its own header");
    }
    mp4->box_bytes = size;
    mp4->box_left = size - mp4->box_len;
    if (mp4->box_type == ASV_MP4_MDAT) {
        mp4->phase = PHASE_DATA;
        mp4->has_data = true;
        return mp4->has_moof ? ASV_OK
                             : broken(mp4, err, ASV_E_MALFORMED,
                                      "video: an mdat without a moof before it; fragmented "
                                      "MP4 is needed (ffmpeg -movflags "
                                      "frag_keyframe+empty_moov+default_base_moof)");
    }
    if (mp4->box_type == ASV_MP4_MFRA && mp4->has_init) {
        mp4->phase = PHASE_DROP;
        return ASV_OK;
    }
    if (mp4->has_init && (mp4->box_type == ASV_MP4_FTYP || mp4->box_type == ASV_MP4_MOOV)) {
        return broken(mp4, err, ASV_E_UNSUPPORTED, "video: the source began anew within one stream");
    }
    if (!mp4->has_init &&
        (mp4->box_type == ASV_MP4_MOOF || (mp4->head_len == 0 && mp4->box_type != ASV_MP4_FTYP))) {
        return broken(mp4, err, ASV_E_MALFORMED, "video: it does not begin with ftyp and moov");
    }
    if (mp4->has_data) {
        mp4->has_moof = false; /* the fragment before is over */
    }
    size_t max = mp4->has_init ? ASV_MP4_HEAD_MAX_BYTES : ASV_MP4_INIT_MAX_BYTES;
    if (size > max - mp4->head_len) {
        return broken(mp4, err, ASV_E_LIMIT, "video: the boxes before the media data are too long");
    }
    mp4->moof_at = mp4->head_len;
    memcpy(mp4->head + mp4->head_len, mp4->box, mp4->box_len);
    mp4->head_len += mp4->box_len;
    mp4->phase = PHASE_COLLECT;
    return ASV_OK;
}

/* A box was collected to its end. */
static enum asv_status close_box(struct asv_mp4 *mp4, struct asv_mp4_event *event, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    mp4->phase = PHASE_HEADER;
    mp4->box_len = 0;
    if (mp4->box_type == ASV_MP4_MOOV) {
        status = asv_mp4_read_movie(&mp4->movie, mp4->head, mp4->head_len, err);
        event->kind = ASV_MP4_INIT;
        mp4->has_init = true;
    } else if (mp4->box_type == ASV_MP4_MOOF) {
        status = asv_mp4_read_fragment(&event->fragment, &mp4->movie, mp4->head + mp4->moof_at,
                                       mp4->head_len - mp4->moof_at, err);
        event->kind = ASV_MP4_FRAGMENT;
        event->moof_at = mp4->moof_at;
        mp4->has_moof = true;
        mp4->has_data = false;
    } else {
        return ASV_OK;
    }
    if (status != ASV_OK) {
        *event = (struct asv_mp4_event){.kind = ASV_MP4_MORE};
        mp4->broken = status;
        return status;
    }
    event->bytes = (struct asv_bytes){.data = mp4->head, .len = mp4->head_len};
    mp4->emitted = true;
    return ASV_OK;
}

static enum asv_status take_body(struct asv_mp4 *mp4, const uint8_t *data, size_t len, size_t *used,
                                 struct asv_mp4_event *event, struct asv_err *err)
{
    size_t some = mp4->box_left < len ? (size_t)mp4->box_left : len;
    *used = some;
    mp4->box_left -= some;
    if (mp4->phase == PHASE_COLLECT) {
        memcpy(mp4->head + mp4->head_len, data, some);
        mp4->head_len += some;
        return mp4->box_left == 0 ? close_box(mp4, event, err) : ASV_OK;
    }
    if (mp4->phase == PHASE_DATA && some != 0) {
        event->kind = ASV_MP4_DATA;
        event->bytes = (struct asv_bytes){.data = data, .len = some};
        event->data_left = mp4->box_left;
        event->data_bytes = mp4->box_bytes;
    }
    if (mp4->box_left == 0) {
        mp4->phase = PHASE_HEADER;
        mp4->box_len = 0;
    }
    return ASV_OK;
}

/* One step: a header or some of a body. */
static enum asv_status step(struct asv_mp4 *mp4, const uint8_t *data, size_t len, size_t *used,
                            struct asv_mp4_event *event, struct asv_err *err)
{
    if (mp4->phase != PHASE_HEADER) {
        return take_body(mp4, data, len, used, event, err);
    }
    if (!take_header(mp4, data, len, used)) {
        return ASV_OK;
    }
    enum asv_status status = open_box(mp4, err);
    if (status == ASV_OK && mp4->phase == PHASE_DATA) {
        event->kind = ASV_MP4_DATA;
        event->bytes = (struct asv_bytes){.data = mp4->box, .len = mp4->box_len};
        event->data_left = mp4->box_left;
        event->data_bytes = mp4->box_bytes;
    }
    if (status == ASV_OK && mp4->box_left == 0) {
        size_t none = 0;
        struct asv_mp4_event closed = {.kind = ASV_MP4_MORE};
        status = take_body(mp4, data, 0, &none, &closed, err);
        *event = closed.kind != ASV_MP4_MORE ? closed : *event;
    }
    return status;
}

enum asv_status asv_mp4_feed(struct asv_mp4 *mp4, const uint8_t *data, size_t len, size_t *used,
                             struct asv_mp4_event *event, struct asv_err *err)
{
    size_t at = 0;
    *used = 0;
    *event = (struct asv_mp4_event){.kind = ASV_MP4_MORE};
    if (mp4->broken != ASV_OK) {
        return asv_fail(err, mp4->broken, "video: the stream is broken further up");
    }
    if (mp4->emitted) {
        mp4->emitted = false;
        mp4->head_len = 0;
    }
    while (at < len && event->kind == ASV_MP4_MORE) {
        size_t some = 0;
        enum asv_status status = step(mp4, data + at, len - at, &some, event, err);
        if (status != ASV_OK) {
            return status;
        }
        at += some;
    }
    *used = at;
    return ASV_OK;
}
