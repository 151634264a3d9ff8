/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/media/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/media/ask.h"
#include "server/media/boxes.h"

#define PLAYED     "video/mp4" /* as cameras make it (SEAL.md) */
#define FREE_BYTES 8           /* of an empty "free" box */

enum state {
    NEW,     /* nobody has looked */
    PASSED,  /* given out as it is */
    FOREIGN, /* to be remuxed, and nobody has asked how */
    REMUXED,
    REFUSED, /* for good: why says why */
};

/* A fragment, filled up, or what stands before the first. Plaintext. */
struct piece {
    uint8_t *data;
    size_t len;
};

struct asv_view {
    struct asv_playback *playback;
    struct asv_view_asker *asker;
    pthread_mutex_t lock; /* of state and asking */
    enum state state;
    bool asking; /* one thread has the rest, but for facts, which stand from PASSED and REMUXED on */
    struct asv_err why;
    struct asv_view_facts facts;
    struct asv_media_index index;
    struct piece init, part; /* of REMUXED */
    size_t part_number;
};

static void forget(struct piece *piece)
{
    if (piece->data != NULL) {
        asv_wipe(piece->data, piece->len);
        free(piece->data);
    }
    *piece = (struct piece){NULL, 0};
}

enum asv_status asv_view_open_take(struct asv_playback *playback, struct asv_view_asker *asker,
                                   struct asv_view **out, struct asv_err *err)
{
    struct asv_view *view = calloc(1, sizeof *view);
    if (view == NULL) {
        asv_playback_close(playback);
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    view->playback = playback;
    view->asker = asker;
    pthread_mutex_init(&view->lock, NULL);
    *out = view;
    return ASV_OK;
}

void asv_view_close(struct asv_view *view)
{
    if (view != NULL) {
        asv_playback_close(view->playback);
        forget(&view->init);
        forget(&view->part);
        pthread_mutex_destroy(&view->lock);
        free(view);
    }
}

const struct asv_playback *asv_view_playback(const struct asv_view *view)
{
    return view->playback;
}

/* ---- times ---- */

/* How many of them begin at or before it. */
static size_t frames_up_to(const struct asv_exhibit_index *index, uint64_t at)
{
    size_t low = 0;
    size_t high = index->frame_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (index->frames[middle].offset <= at) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* On the line through two of them. */
static double us_between(const struct asv_key_frame *one, const struct asv_key_frame *two, uint64_t at)
{
    return (double)one->media_us + ((double)at - (double)one->offset) *
                                       ((double)two->media_us - (double)one->media_us) /
                                       ((double)two->offset - (double)one->offset);
}

/* Media time of a place, by the key frames that the seal names; without two of them, by how long it was
 * recorded. Between them a recording is taken to be of one rate, and beyond them of that of all. */
static double us_at(const struct asv_view *view, uint64_t at)
{
    const struct asv_exhibit *exhibit = asv_playback_exhibit(view->playback);
    const struct asv_exhibit_index *index = &exhibit->index;
    const struct asv_key_frame *frames = index->frames;
    const size_t count = index->frame_count;
    const double bytes = (double)asv_playback_bytes(view->playback);
    const double mono_us = 1000 * (double)(exhibit->checkpoint.mono_ms - exhibit->header.start_mono_ms);
    if (view->facts.remuxed) {
        return 1000 * ((double)view->facts.start_ms + (double)view->facts.duration_ms * (double)at / bytes);
    }
    if (count == 0) {
        return ((double)at - (double)view->facts.init_bytes) * mono_us / bytes;
    }
    if (count == 1) {
        return (double)frames[0].media_us + ((double)at - (double)frames[0].offset) * mono_us / bytes;
    }
    const size_t next = frames_up_to(index, at);
    return next > 0 && next < count ? us_between(&frames[next - 1], &frames[next], at)
                                    : us_between(&frames[0], &frames[count - 1], at);
}

uint64_t asv_view_ms_at(const struct asv_view *view, uint64_t at)
{
    double us = us_at(view, at);
    return us > 0 ? (uint64_t)(us / 1000) : 0;
}

/* ---- as it is ---- */

static enum asv_status read_playback(void *ctx, uint64_t offset, uint8_t *out, size_t len,
                                     struct asv_err *err)
{
    return asv_playback_read(ctx, offset, out, len, err);
}

/* M-013: every n-th of what the seal names, and where the first fragment begins. */
static void copy_frames(struct asv_view *view)
{
    const struct asv_exhibit_index *index = &asv_playback_exhibit(view->playback)->index;
    struct asv_view_facts *facts = &view->facts;
    const size_t step = index->frame_count / ASV_VIEW_FRAMES + 1;
    size_t i = index->frame_count > 0 && index->frames[0].offset == facts->init_bytes ? step : 0;
    facts->frames[facts->frame_count++] = (struct asv_view_frame){facts->start_ms, facts->init_bytes};
    for (; i < index->frame_count && facts->frame_count < ASV_VIEW_FRAMES; i += step) {
        const struct asv_key_frame *frame = &index->frames[i];
        if (frame->offset > facts->init_bytes && frame->offset < facts->bytes) {
            facts->frames[facts->frame_count++] =
                (struct asv_view_frame){frame->media_us / 1000, frame->offset};
        }
    }
}

static void pass(struct asv_view *view, uint64_t init_bytes)
{
    struct asv_view_facts *facts = &view->facts;
    const char *codecs = asv_playback_exhibit(view->playback)->header.codecs;
    facts->bytes = asv_playback_bytes(view->playback);
    facts->init_bytes = init_bytes;
    facts->start_ms = asv_view_ms_at(view, init_bytes);
    const uint64_t end_ms = asv_view_ms_at(view, facts->bytes);
    facts->duration_ms = end_ms > facts->start_ms ? end_ms - facts->start_ms : 0;
    snprintf(facts->mime, sizeof facts->mime, codecs[0] != '\0' ? PLAYED "; codecs=\"%s\"" : PLAYED, codecs);
    copy_frames(view);
    view->state = PASSED;
}

/* M-011; with the lock: NEW becomes PASSED or FOREIGN. */
static enum asv_status decide(struct asv_view *view, struct asv_err *err)
{
    const struct asv_boxes_source source = {
        .ctx = view->playback, .bytes = asv_playback_bytes(view->playback), .read = read_playback};
    uint64_t init_bytes = 0;
    enum asv_status status = ASV_OK;
    if (strcmp(asv_playback_exhibit(view->playback)->header.container, PLAYED) == 0) {
        status = asv_boxes_init(&source, &init_bytes, err);
    }
    if (status == ASV_OK && init_bytes > 0) {
        pass(view, init_bytes);
    } else if (status == ASV_OK) {
        view->state = FOREIGN;
    }
    return status;
}

/* ---- asking asservat-media ---- */

static enum asv_status begin(struct asv_view_asker *asker, struct asv_err *err)
{
    pthread_mutex_lock(&asker->lock);
    bool room = asker->running < asker->most;
    asker->running += room ? 1 : 0;
    pthread_mutex_unlock(&asker->lock);
    return room ? ASV_OK : asv_fail(err, ASV_E_BUSY, "enough recordings are being remuxed");
}

static void done(struct asv_view_asker *asker)
{
    pthread_mutex_lock(&asker->lock);
    asker->running--;
    pthread_mutex_unlock(&asker->lock);
}

/* What it said of the media, or what became of it, in the words of asv_view_look. */
static enum asv_status judge(enum asv_status status)
{
    switch (status) {
    case ASV_E_MALFORMED:
    case ASV_E_UNSUPPORTED:
    case ASV_E_LIMIT:
    case ASV_E_NOT_FOUND:
        return ASV_E_UNSUPPORTED;
    case ASV_E_AWAY:
    case ASV_E_USAGE:
    case ASV_E_INTERNAL:
        return ASV_E_TIMEOUT;
    default:
        return status;
    }
}

/* What it writes, up to cap. */
struct gathering {
    struct piece piece;
    size_t cap;
};

static enum asv_status gather(void *ctx, const uint8_t *data, size_t len, struct asv_err *err)
{
    struct gathering *to = ctx;
    if (len > to->cap - to->piece.len) {
        return asv_fail(err, ASV_E_USAGE, "media: the fragment is longer than the program said");
    }
    memcpy(to->piece.data + to->piece.len, data, len);
    to->piece.len += len;
    return ASV_OK;
}

/* One question; index NULL: for part number. */
static enum asv_status ask(struct asv_view *view, struct asv_media_facts *facts, size_t number,
                           struct gathering *to, struct asv_err *err)
{
    const struct asv_media_index *index = &view->index;
    const struct asv_media_sink sink = {.ctx = to, .write = gather};
    struct asv_media_program program = {
        .fd = -1, .idle_ms = view->asker->idle_ms, .world = view->asker->world};
    enum asv_status status = begin(view->asker, err);
    if (status != ASV_OK) {
        return status;
    }
    program.until_ms = asv_world_mono_ms(program.world) + view->asker->most_ms;
    status = asv_media_call(view->asker->socket, &program.fd, err);
    if (status == ASV_OK && facts != NULL) {
        status = judge(asv_media_look(&program, view->playback, facts, &view->index, err));
    } else if (status == ASV_OK) {
        int64_t from = number == 0 ? INT64_MIN : index->parts[number].at;
        int64_t until = number + 1 < index->count ? index->parts[number + 1].at : INT64_MAX;
        status = judge(asv_media_remux(&program, view->playback, from, until, &sink, err));
    }
    asv_cleanup_fd(&program.fd);
    done(view->asker);
    return status;
}

/* ---- remuxed ---- */

static enum asv_status read_piece(void *ctx, uint64_t offset, uint8_t *out, size_t len, struct asv_err *err)
{
    const struct piece *piece = ctx;
    (void)err;
    memcpy(out, piece->data + offset, len);
    return ASV_OK;
}

/* M-012: what stands before the fragment is the same each time, and kept once. */
static enum asv_status split(struct asv_view *view, struct piece *whole, size_t room, struct asv_err *err)
{
    const struct asv_boxes_source source = {.ctx = whole, .bytes = whole->len, .read = read_piece};
    uint64_t init_bytes = 0;
    enum asv_status status = asv_boxes_init(&source, &init_bytes, err);
    if (status != ASV_OK) {
        return status;
    }
    const size_t len = whole->len - (size_t)init_bytes;
    if (init_bytes == 0 || len + FREE_BYTES > room) {
        return asv_fail(err, ASV_E_TIMEOUT, "media: the program said one thing, and made another");
    }
    uint8_t *part = calloc(1, room);
    uint8_t *init = part != NULL && view->init.data == NULL ? malloc((size_t)init_bytes) : NULL;
    if (part == NULL || (init == NULL && view->init.data == NULL)) {
        free(part);
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    if (init != NULL) {
        memcpy(init, whole->data, (size_t)init_bytes);
        view->init = (struct piece){init, (size_t)init_bytes};
    }
    memcpy(part, whole->data + init_bytes, len);
    asv_store_be32(part + len, (uint32_t)(room - len));
    memcpy(part + len + 4, "free", 4);
    forget(&view->part);
    view->part.data = part;
    view->part.len = room;
    return ASV_OK;
}

static enum asv_status make_part(struct asv_view *view, size_t number, struct asv_err *err)
{
    const size_t room = view->index.parts[number].bytes;
    struct gathering whole = {.cap = room + ASV_BOXES_INIT_BYTES};
    if (view->part.data != NULL && view->part_number == number) {
        return ASV_OK;
    }
    whole.piece.data = malloc(whole.cap);
    if (whole.piece.data == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = ask(view, NULL, number, &whole, err);
    if (status == ASV_OK) {
        status = split(view, &whole.piece, room, err);
    }
    if (status == ASV_OK) {
        view->part_number = number;
    }
    forget(&whole.piece);
    return status;
}

static enum asv_status name_type(struct asv_view_facts *out, const struct asv_media_facts *facts,
                                 struct asv_err *err)
{
    char codecs[2 * ASV_MEDIA_NAME_BYTES] = "";
    for (size_t i = 0; i < facts->stream_count; i++) {
        const struct asv_media_stream *stream = &facts->streams[i];
        size_t len = strlen(codecs);
        if (stream->kind == ASV_MEDIA_OTHER) {
            continue;
        }
        if (stream->type[0] == '\0') {
            return asv_failf(err, ASV_E_UNSUPPORTED, "no browser plays %s", stream->codec);
        }
        snprintf(codecs + len, sizeof codecs - len, len > 0 ? ",%s" : "%s", stream->type);
    }
    snprintf(out->mime, sizeof out->mime, PLAYED "; codecs=\"%s\"", codecs);
    return ASV_OK;
}

static void place_parts(struct asv_view *view, const struct asv_media_facts *media)
{
    struct asv_view_facts *facts = &view->facts;
    uint64_t at = view->init.len;
    facts->init_bytes = at;
    facts->start_ms = view->index.parts[0].ms;
    facts->duration_ms = media->duration_us / 1000;
    for (size_t i = 0; i < view->index.count; i++) {
        facts->frames[facts->frame_count++] = (struct asv_view_frame){view->index.parts[i].ms, at};
        at += view->index.parts[i].bytes;
    }
    facts->bytes = at;
    facts->remuxed = true;
}

static enum asv_status learn(struct asv_view *view, struct asv_err *err)
{
    struct asv_media_facts media;
    enum asv_status status = ask(view, &media, 0, NULL, err);
    if (status == ASV_OK) {
        status = name_type(&view->facts, &media, err);
    }
    if (status == ASV_OK) {
        status = make_part(view, 0, err);
    }
    if (status == ASV_OK) {
        place_parts(view, &media);
    }
    return status;
}

/* ---- both ---- */

static bool is_refused(struct asv_view *view)
{
    pthread_mutex_lock(&view->lock);
    bool refused = view->state == REFUSED;
    pthread_mutex_unlock(&view->lock);
    return refused;
}

static enum asv_status refuse(const struct asv_view *view, struct asv_err *err)
{
    return asv_failf(err, ASV_E_UNSUPPORTED, "%s", view->why.text);
}

/* ASV_OK: this thread alone asks until it gives that up. */
static enum asv_status take_asking(struct asv_view *view, struct asv_err *err)
{
    pthread_mutex_lock(&view->lock);
    bool free = !view->asking;
    view->asking = true;
    pthread_mutex_unlock(&view->lock);
    return free ? ASV_OK : asv_fail(err, ASV_E_BUSY, "this recording is being remuxed: one piece at a time");
}

static void give_asking(struct asv_view *view, enum state state)
{
    pthread_mutex_lock(&view->lock);
    view->asking = false;
    view->state = state;
    pthread_mutex_unlock(&view->lock);
}

static enum asv_status find_out(struct asv_view *view, struct asv_err *err)
{
    struct asv_err why = {0};
    enum asv_status status = take_asking(view, err);
    if (status != ASV_OK) {
        return status;
    }
    enum state state = view->state;
    if (state == FOREIGN) { /* nobody else has found out meanwhile */
        status = learn(view, &why);
        view->why = why;
        state = status == ASV_OK ? REMUXED : status == ASV_E_UNSUPPORTED ? REFUSED : FOREIGN;
    }
    give_asking(view, state);
    return status == ASV_OK ? ASV_OK : asv_failf(err, status, "%s", why.text);
}

enum asv_status asv_view_look(struct asv_view *view, const struct asv_view_facts **out, struct asv_err *err)
{
    pthread_mutex_lock(&view->lock);
    enum asv_status status = view->state == NEW ? decide(view, err) : ASV_OK;
    const bool foreign = status == ASV_OK && view->state == FOREIGN;
    pthread_mutex_unlock(&view->lock);
    if (foreign) {
        status = find_out(view, err);
    }
    *out = &view->facts;
    return status == ASV_OK && is_refused(view) ? refuse(view, err) : status;
}

/* The part that an offset behind the init lies in. */
static size_t part_at(const struct asv_view_facts *facts, uint64_t offset)
{
    size_t low = 0;
    size_t high = facts->frame_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (facts->frames[middle].offset <= offset) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

static size_t copy(const struct piece *from, uint64_t skip, uint8_t *out, size_t len)
{
    size_t some = from->len - (size_t)skip < len ? from->len - (size_t)skip : len;
    memcpy(out, from->data + skip, some);
    return some;
}

static enum asv_status read_remuxed(struct asv_view *view, uint64_t offset, uint8_t *out, size_t len,
                                    size_t *got, struct asv_err *err)
{
    const struct asv_view_facts *facts = &view->facts;
    size_t done = offset < facts->init_bytes ? copy(&view->init, offset, out, len) : 0;
    if (done == len) {
        *got = done;
        return ASV_OK;
    }
    enum asv_status status = take_asking(view, err);
    if (status != ASV_OK) {
        return status;
    }
    size_t number = part_at(facts, offset + done);
    status = make_part(view, number, err);
    if (status == ASV_OK) {
        uint64_t skip = offset + done - facts->frames[number].offset;
        *got = done + copy(&view->part, skip, out + done, len - done);
    }
    give_asking(view, REMUXED);
    return status;
}

enum asv_status asv_view_read(struct asv_view *view, uint64_t offset, uint8_t *out, size_t len, size_t *got,
                              struct asv_err *err)
{
    const struct asv_view_facts *facts = NULL;
    enum asv_status status = asv_view_look(view, &facts, err);
    if (status == ASV_OK && (offset >= facts->bytes || len == 0)) {
        status = asv_failf(err, ASV_E_USAGE, "there are %llu bytes", (unsigned long long)facts->bytes);
    }
    if (status == ASV_OK && facts->remuxed) {
        status = read_remuxed(view, offset, out, len, got, err);
    } else if (status == ASV_OK) {
        *got = len < facts->bytes - offset ? len : (size_t)(facts->bytes - offset);
        status = asv_playback_read(view->playback, offset, out, *got, err);
    }
    if (status != ASV_OK) {
        asv_wipe(out, len);
    }
    return status;
}
