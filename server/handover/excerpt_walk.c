/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/handover/excerpt_walk.h"

#include <stdlib.h>

#include "server/base/fail.h"

static enum asv_status read_movie(struct asv_excerpt_walk *walk, uint8_t *init, struct asv_err *err)
{
    struct asv_err why = {0};
    enum asv_status status = walk->source->read(walk->source->ctx, 0, init, (size_t)walk->init, err);
    if (status == ASV_OK && asv_mp4_read_movie(&walk->movie, init, (size_t)walk->init, &why) != ASV_OK) {
        return asv_failf(err, ASV_E_UNSUPPORTED, "%.150s; hand over the whole of it or the sealed original",
                         why.text);
    }
    return status;
}

enum asv_status asv_excerpt_walk_begin(struct asv_excerpt_walk *walk, const struct asv_boxes_source *source,
                                       struct asv_err *err)
{
    *walk = (struct asv_excerpt_walk){.source = source};
    enum asv_status status = asv_boxes_init(source, &walk->init, err);
    if (status != ASV_OK) {
        return status;
    }
    if (walk->init == 0) { /* HO-062 */
        return asv_fail(
            err, ASV_E_UNSUPPORTED,
            "not fragmented MP4: no part of it can be shown and proven; hand over the whole of it "
            "or the sealed original");
    }
    uint8_t *init = malloc((size_t)walk->init);
    walk->moof = malloc(ASV_MP4_HEAD_MAX_BYTES);
    status = init == NULL || walk->moof == NULL ? asv_fail(err, ASV_E_NO_MEMORY, "no memory")
                                                : read_movie(walk, init, err);
    if (init != NULL) {
        asv_wipe(init, (size_t)walk->init); /* HO-034 */
    }
    free(init);
    walk->at = walk->init;
    return status;
}

void asv_excerpt_walk_end(struct asv_excerpt_walk *walk)
{
    if (walk->moof != NULL) {
        asv_wipe(walk->moof, ASV_MP4_HEAD_MAX_BYTES);
    }
    free(walk->moof);
    walk->moof = NULL;
}

static enum asv_status no_fragment(const struct asv_excerpt_walk *walk, struct asv_err *err)
{
    return asv_fail_at(err, ASV_E_MALFORMED, "film: no box of a fragment at byte", walk->at);
}

/* To the next moof that is there whole. ASV_E_NOT_FOUND: there is none any more. */
static enum asv_status find_moof(struct asv_excerpt_walk *walk, struct asv_box *box, struct asv_err *err)
{
    while (walk->at < walk->source->bytes) {
        enum asv_status status = asv_boxes_look(walk->source, walk->at, box, err);
        if (status != ASV_OK) {
            return status;
        }
        bool at_end = walk->source->bytes - walk->at < 16; /* cut off within a head */
        if ((!box->is_known && !at_end) || asv_box_is(box, "mdat") || asv_box_is(box, "moov")) {
            return no_fragment(walk, err);
        }
        if (!box->is_whole) {
            break;
        }
        if (asv_box_is(box, "moof")) {
            return ASV_OK;
        }
        walk->at += box->bytes;
    }
    return ASV_E_NOT_FOUND;
}

static enum asv_status read_moof(struct asv_excerpt_walk *walk, const struct asv_box *box,
                                 struct asv_excerpt_fragment *out, struct asv_err *err)
{
    struct asv_mp4_fragment read;
    if (box->bytes > ASV_MP4_HEAD_MAX_BYTES) {
        return asv_fail_at(err, ASV_E_LIMIT, "film: a moof is too long, at byte", walk->at);
    }
    enum asv_status status =
        walk->source->read(walk->source->ctx, walk->at, walk->moof, (size_t)box->bytes, err);
    if (status == ASV_OK) {
        status = asv_mp4_read_fragment(&read, &walk->movie, walk->moof, (size_t)box->bytes, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    if (read.start_us < walk->start_us) {
        return asv_fail_at(err, ASV_E_MALFORMED, "film: its time goes back at byte", walk->at);
    }
    *out = (struct asv_excerpt_fragment){.at = walk->at,
                                         .head = walk->at + box->bytes,
                                         .start_us = read.start_us,
                                         .until_us = read.start_us + read.duration_us,
                                         .key = read.key};
    walk->start_us = read.start_us;
    walk->at += box->bytes;
    return ASV_OK;
}

/* Its mdat, or as much of it as is there. ASV_E_NOT_FOUND: nothing is. */
static enum asv_status pass_data(struct asv_excerpt_walk *walk, struct asv_excerpt_fragment *out,
                                 struct asv_err *err)
{
    struct asv_box box = {.is_known = false};
    uint64_t left = walk->source->bytes - walk->at;
    enum asv_status status = left > 0 ? asv_boxes_look(walk->source, walk->at, &box, err) : ASV_OK;
    if (status != ASV_OK) {
        return status;
    }
    if (!box.is_known && left < 16) {
        walk->at = walk->source->bytes;
        return ASV_E_NOT_FOUND;
    }
    if (!asv_box_is(&box, "mdat")) {
        return no_fragment(walk, err);
    }
    out->cut = !box.is_whole;
    out->end = out->cut ? walk->source->bytes : walk->at + box.bytes;
    walk->at = out->end;
    return ASV_OK;
}

enum asv_status asv_excerpt_walk_moof(struct asv_excerpt_walk *walk, struct asv_excerpt_fragment *out,
                                      struct asv_err *err)
{
    struct asv_box box;
    enum asv_status status = find_moof(walk, &box, err);
    return status == ASV_OK ? read_moof(walk, &box, out, err) : status;
}

enum asv_status asv_excerpt_walk_next(struct asv_excerpt_walk *walk, struct asv_excerpt_fragment *out,
                                      struct asv_err *err)
{
    enum asv_status status = asv_excerpt_walk_moof(walk, out, err);
    return status == ASV_OK ? pass_data(walk, out, err) : status;
}
