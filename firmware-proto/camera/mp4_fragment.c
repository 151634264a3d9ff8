/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * moof: when a fragment plays, how long, and whether it begins with a key frame. */
#include "firmware-proto/camera/mp4.h"
#include "firmware-proto/camera/mp4_box.h"

#define TRAF ASV_MP4_TYPE('t', 'r', 'a', 'f')
#define TFHD ASV_MP4_TYPE('t', 'f', 'h', 'd')
#define TFDT ASV_MP4_TYPE('t', 'f', 'd', 't')
#define TRUN ASV_MP4_TYPE('t', 'r', 'u', 'n')

#define SAMPLES_MAX     65536 /* in one run: nine minutes of video at 120 frames a second */
#define SAMPLE_NON_SYNC 0x10000u

/* tfhd flags: which optional fields follow, in this order. */
#define TFHD_BASE_OFFSET 0x01u
#define TFHD_DESCRIPTION 0x02u
#define TFHD_DURATION    0x08u
#define TFHD_SIZE        0x10u
#define TFHD_FLAGS       0x20u

#define TRUN_DATA_OFFSET 0x001u
#define TRUN_FIRST_FLAGS 0x004u
#define TRUN_DURATION    0x100u
#define TRUN_SIZE        0x200u
#define TRUN_FLAGS       0x400u
#define TRUN_COMPOSITION 0x800u

struct run {
    uint64_t start;    /* units */
    uint64_t duration; /* units */
    uint32_t default_duration;
    uint32_t default_flags;
    bool any;
    bool key;
};

static enum asv_status skip_if(struct asv_reader *body, uint32_t flags, uint32_t flag, size_t len)
{
    return (flags & flag) != 0 ? asv_mp4_skip(body, len) : ASV_OK;
}

static enum asv_status read_if(struct asv_reader *body, uint32_t flags, uint32_t flag, uint32_t *out)
{
    return (flags & flag) != 0 ? asv_read_u32(body, out) : ASV_OK;
}

static enum asv_status read_tfhd(struct asv_reader body, const struct asv_mp4_movie *movie, struct run *run,
                                 const struct asv_mp4_track **track)
{
    uint8_t version = 0;
    uint32_t flags = 0;
    uint32_t id = 0;
    if (asv_mp4_full_box(&body, &version, &flags) != ASV_OK || asv_read_u32(&body, &id) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    *track = NULL;
    for (size_t i = 0; i < movie->track_count; i++) {
        if (movie->track[i].id == id) {
            *track = &movie->track[i];
        }
    }
    if (*track == NULL) {
        return ASV_E_MALFORMED;
    }
    run->default_duration = (*track)->default_duration;
    run->default_flags = (*track)->default_flags;
    if (skip_if(&body, flags, TFHD_BASE_OFFSET, 8) != ASV_OK ||
        skip_if(&body, flags, TFHD_DESCRIPTION, 4) != ASV_OK ||
        read_if(&body, flags, TFHD_DURATION, &run->default_duration) != ASV_OK ||
        skip_if(&body, flags, TFHD_SIZE, 4) != ASV_OK ||
        read_if(&body, flags, TFHD_FLAGS, &run->default_flags) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    return ASV_OK;
}

static enum asv_status read_tfdt(struct asv_reader body, uint64_t *out)
{
    uint8_t version = 0;
    uint32_t flags = 0;
    uint32_t short_time = 0;
    enum asv_status status = asv_mp4_full_box(&body, &version, &flags);
    if (status != ASV_OK || version > 1) {
        return ASV_E_MALFORMED;
    }
    if (version == 1) {
        return asv_read_u64(&body, out);
    }
    status = asv_read_u32(&body, &short_time);
    *out = short_time;
    return status;
}

static enum asv_status read_samples(struct asv_reader *body, uint32_t flags, uint32_t count, struct run *run,
                                    uint32_t *first_flags)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t duration = run->default_duration;
        uint32_t sample_flags = run->default_flags;
        if (read_if(body, flags, TRUN_DURATION, &duration) != ASV_OK ||
            skip_if(body, flags, TRUN_SIZE, 4) != ASV_OK ||
            read_if(body, flags, TRUN_FLAGS, &sample_flags) != ASV_OK ||
            skip_if(body, flags, TRUN_COMPOSITION, 4) != ASV_OK) {
            return ASV_E_MALFORMED;
        }
        if (i == 0 && (flags & TRUN_FIRST_FLAGS) == 0) {
            *first_flags = sample_flags;
        }
        run->duration += duration;
    }
    return ASV_OK;
}

static enum asv_status read_trun(struct asv_reader body, struct run *run)
{
    uint8_t version = 0;
    uint32_t flags = 0;
    uint32_t count = 0;
    uint32_t first_flags = run->default_flags;
    if (asv_mp4_full_box(&body, &version, &flags) != ASV_OK || asv_read_u32(&body, &count) != ASV_OK ||
        skip_if(&body, flags, TRUN_DATA_OFFSET, 4) != ASV_OK ||
        read_if(&body, flags, TRUN_FIRST_FLAGS, &first_flags) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    if (count > SAMPLES_MAX) {
        return ASV_E_LIMIT;
    }
    enum asv_status status = read_samples(&body, flags, count, run, &first_flags);
    if (status == ASV_OK && count != 0 && !run->any) {
        run->any = true;
        run->key = (first_flags & SAMPLE_NON_SYNC) == 0;
    }
    return status;
}

static enum asv_status read_traf(struct asv_reader traf, const struct asv_mp4_movie *movie, struct run *run,
                                 const struct asv_mp4_track **track)
{
    struct asv_mp4_box box;
    *run = (struct run){.any = false};
    if (asv_mp4_box_find(&traf, TFHD, &box) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    enum asv_status status = read_tfhd(box.body, movie, run, track);
    if (status != ASV_OK) {
        return status;
    }
    if (asv_mp4_box_find(&traf, TFDT, &box) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    status = read_tfdt(box.body, &run->start);
    while (status == ASV_OK && asv_reader_left(&traf) != 0) {
        status = asv_mp4_box_next(&traf, &box);
        if (status == ASV_OK && box.type == TRUN) {
            status = read_trun(box.body, run);
        }
    }
    return status;
}

static enum asv_status to_us(uint64_t units, uint32_t timescale, uint64_t *out)
{
    uint64_t seconds = units / timescale;
    if (seconds > UINT64_MAX / 4000000) {
        return ASV_E_LIMIT;
    }
    *out = seconds * 1000000 + units % timescale * 1000000 / timescale;
    return ASV_OK;
}

enum asv_status asv_mp4_read_fragment(struct asv_mp4_fragment *out, const struct asv_mp4_movie *movie,
                                      const uint8_t *data, size_t len, struct asv_err *err)
{
    struct asv_mp4_fragment fragment = {.start_us = 0};
    const struct asv_mp4_track *chosen = NULL;
    struct asv_reader reader;
    struct asv_mp4_box moof;
    asv_reader_init(&reader, data, len);
    enum asv_status status = asv_mp4_box_next(&reader, &moof);
    if (status == ASV_OK && moof.type != ASV_MP4_MOOF) {
        status = ASV_E_MALFORMED;
    }
    while (status == ASV_OK && asv_reader_left(&moof.body) != 0) {
        struct asv_mp4_box box;
        struct run run;
        const struct asv_mp4_track *track = NULL;
        status = asv_mp4_box_next(&moof.body, &box);
        if (status != ASV_OK || box.type != TRAF) {
            continue;
        }
        status = read_traf(box.body, movie, &run, &track);
        if (status != ASV_OK ||
            (chosen != NULL && (chosen->handler == ASV_MP4_VIDEO || track->handler != ASV_MP4_VIDEO))) {
            continue;
        }
        chosen = track;
        fragment.key = run.any && run.key;
        status = to_us(run.start, track->timescale, &fragment.start_us);
        if (status == ASV_OK) {
            status = to_us(run.duration, track->timescale, &fragment.duration_us);
        }
    }
    if (status == ASV_OK && chosen == NULL) {
        status = ASV_E_MALFORMED;
    }
    if (status != ASV_OK) {
        return asv_fail(err, status,
                        "video: a moof cannot be read (tfhd, tfdt and trun of each track are needed)");
    }
    *out = fragment;
    return ASV_OK;
}
