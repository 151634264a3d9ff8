/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Pulling one recording: seal, stanzas, link, tail; then the chunks that are not staged yet, several requests
 * ahead, each chunk compared and written by a worker from the transfer's own buffer. */
#include "dock/intake.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dock/docking.h"
#include "dock/recovery.h"

#define UNSETTLED 4 /* times as many tries for chunks that come otherwise each time */

static void step_done(struct asv_job *job);
static void ask_file(struct asv_intake *intake);
static void ask_chunks(struct asv_intake *intake);

static struct asv_intake *intake_of(struct asv_job *job)
{
    return (void *)((char *)job - offsetof(struct asv_intake, job));
}

const char *asv_intake_step_name(enum asv_intake_step step)
{
    static const char *const names[] = {"stage",   "seal",      "stanzas", "link",       "tail",    "judge",
                                        "prepare", "scan",      "payload", "end",        "lives",   "revive",
                                        "move",    "read-back", "opens",   "quarantine", "record",  "custody",
                                        "again",   "check",     "receipt", "order",      "ordered", "told",
                                        "discard", "deliver",   "erased",  "proven"};
    return names[step];
}

/* ---- life ---- */

struct asv_intake *asv_intake_new(struct asv_dock *dock, struct asv_slot *slot, struct asv_docking *docking,
                                  const struct asv_wire_clip *offer)
{
    struct asv_intake *intake = calloc(1, sizeof *intake);
    if (!intake)
        return NULL;
    intake->dock = dock;
    intake->slot = slot;
    intake->log = asv_log_for_clip(slot ? &slot->log : &dock->log, offer->clip);
    asv_take_init(&intake->take, &dock->site, asv_docking_use(docking), offer);
    intake->next = dock->intakes;
    dock->intakes = intake;
    dock->intake_count++;
    return intake;
}

void asv_intake_disown(struct asv_intake *intake)
{
    bool recovered = intake->recovered;
    intake->recovered = false;
    if (recovered && intake->dock->recovery)
        asv_recovery_ended(intake->dock);
}

static void intake_free(struct asv_intake *intake)
{
    struct asv_dock *dock = intake->dock;
    for (struct asv_intake **at = &dock->intakes; *at; at = &(*at)->next)
        if (*at == intake) {
            *at = intake->next;
            dock->intake_count--;
            break;
        }
    asv_timer_stop(dock->loop, &intake->retry);
    asv_take_clear(&intake->take);
    asv_docking_drop(intake->take.docking);
    free(intake->todo);
    free(intake->evidence);
    asv_intake_disown(intake);
    free(intake);
}

void asv_intake_drop(struct asv_intake *intake)
{
    intake->abandoned = true;
    intake->slot = NULL;
    if (!intake->busy && intake->pieces == 0)
        intake_free(intake);
}

void asv_intake_free_all(struct asv_dock *dock)
{
    while (dock->intakes)
        intake_free(dock->intakes);
}

void asv_intake_run(struct asv_intake *intake, unsigned lane, void (*run)(struct asv_job *),
                    void (*done)(struct asv_job *))
{
    assert(!intake->busy);
    intake->busy = true;
    intake->waiting = false;
    intake->status = ASV_OK;
    memset(&intake->err, 0, sizeof intake->err);
    intake->job = (struct asv_job){.run = run, .done = done};
    asv_pool_submit(intake->dock->pool, lane, &intake->job);
}

bool asv_intake_has(const struct asv_slot *slot, uint64_t number)
{
    const struct asv_docking *mine = slot->docking;
    for (const struct asv_intake *intake = slot->dock->intakes; intake; intake = intake->next)
        if (intake->slot == slot && !intake->abandoned && intake->take.offer.number == number &&
            memcmp(intake->take.docking->status.epoch, mine->status.epoch, ASV_UUID_BYTES) == 0)
            return true;
    return false;
}

/* The same recording in other hands: another slot, an earlier docking, the recovery. */
static bool is_elsewhere(const struct asv_slot *slot, const struct asv_wire_clip *clip)
{
    for (const struct asv_intake *intake = slot->dock->intakes; intake; intake = intake->next)
        if (intake->slot != slot && !intake->unknown && intake->take.offer.number == clip->number &&
            memcmp(intake->take.docking->camera_cert, slot->docking->camera_cert, ASV_SHA256_BYTES) == 0 &&
            memcmp(intake->take.docking->status.epoch, slot->docking->status.epoch, ASV_UUID_BYTES) == 0)
            return true;
    return false;
}

bool asv_intake_wants_bytes(const struct asv_intake *intake)
{
    bool pulls = intake && ((intake->step >= ASV_INTAKE_SEAL && intake->step <= ASV_INTAKE_TAIL) ||
                            intake->step == ASV_INTAKE_CHUNKS);
    return pulls && intake->asks > 0;
}

uint64_t asv_intake_bytes(const struct asv_wire_clip *offer)
{
    return offer->chunks * ASV_WIRE_CHUNK_BYTES + offer->seal_bytes + offer->tail_bytes;
}

void asv_intake_progress(const struct asv_intake *intake, uint64_t *done, uint64_t *total)
{
    *total = asv_intake_bytes(&intake->take.offer);
    *done = intake->done_bytes + intake->done_chunks * ASV_WIRE_CHUNK_BYTES;
    if (*done > *total)
        *done = *total;
}

void asv_intake_indicate(struct asv_intake *intake, uint64_t now_ms)
{
    struct asv_slot *slot = intake->slot;
    uint64_t done = 0, total = 0;
    if (!slot || now_ms - slot->last_indicated_ms < intake->dock->settings.indicate_ms)
        return;
    slot->last_indicated_ms = now_ms;
    asv_intake_progress(intake, &done, &total);
    asv_slot_indicate(slot, ASV_WIRE_INDICATE_TRANSFER,
                      (uint16_t)(total ? (done * 999) / total : 0)); /* 1000 is said when it is committed */
}

/* ---- ending a pull ---- */

static void release_slot(struct asv_intake *intake)
{
    struct asv_slot *slot = intake->slot;
    assert(slot && slot->pulling == intake);
    slot->pulling = NULL;
    slot->ops->want(slot->link, 2);
    asv_slot_move(slot, ASV_SLOT_LISTING, 0, NULL);
}

/* It stays on the camera. */
static void leave(struct asv_intake *intake, enum asv_left why, const char *detail)
{
    struct asv_slot *slot = intake->slot;
    asv_log_event(&intake->log, ASV_LOG_WARNING, "left-on-camera", asv_log_text("detail", detail),
                  asv_log_u64("number", intake->take.offer.number));
    if (!slot) {
        asv_intake_drop(intake);
        return;
    }
    uint64_t number = intake->take.offer.number;
    if (why == ASV_LEFT_NO_ROOM)
        snprintf(slot->room, sizeof slot->room, "%s", detail);
    release_slot(intake);
    asv_intake_drop(intake);
    asv_slot_leave(slot, number, why);
    asv_slot_progress(slot);
}

static void pull_failed(struct asv_intake *intake, enum asv_status status, const struct asv_err *err)
{
    struct asv_slot *slot = intake->slot;
    switch (status) {
    case ASV_E_BUSY:
        leave(intake, ASV_LEFT_ELSEWHERE, err->text);
        break;
    case ASV_E_NO_SPACE:
        if (slot)
            asv_slot_alarm(slot, ASV_DB_ALARM_STORAGE, err->text);
        leave(intake, ASV_LEFT_NO_ROOM, err->text);
        break;
    case ASV_E_MISMATCH:
        if (slot)
            asv_slot_alarm(slot, ASV_DB_ALARM_HOSTILE_CAMERA, err->text);
        leave(intake, ASV_LEFT_UNREADABLE, err->text);
        break;
    default: /* the disk: nothing is known of what is on it */
        if (slot)
            asv_slot_alarm(slot, ASV_DB_ALARM_STORAGE, err->text);
        leave(intake, ASV_LEFT_NO_ROOM, err->text);
    }
}

void asv_intake_detach_all(struct asv_slot *slot)
{
    slot->pulling = NULL;
    struct asv_intake *after = NULL;
    for (struct asv_intake *intake = slot->dock->intakes; intake; intake = after) {
        after = intake->next;
        if (intake->slot != slot)
            continue;
        intake->slot = NULL;
        bool needs_camera = intake->step < ASV_INTAKE_LIVES || intake->step == ASV_INTAKE_DELIVER ||
                            asv_intake_is_ordering(intake->step);
        if (needs_camera)
            asv_intake_drop(intake);
    }
}

/* The camera left before the loop heard of the last bytes: whoever looks into staging finds it whole. */
static void drop_abandoned(struct asv_intake *intake)
{
    const struct asv_take *take = &intake->take;
    bool at_rest = !intake->busy && intake->pieces == 0;
    if (at_rest && intake->step >= ASV_INTAKE_CHUNKS && intake->step <= ASV_INTAKE_END &&
        take->have_count == take->chunks)
        asv_recovery_later(intake->dock);
    asv_intake_drop(intake);
}

/* ---- the steps that run once ---- */

static void stage_run(struct asv_job *job)
{
    struct asv_intake *intake = intake_of(job);
    intake->status = asv_take_stage(&intake->take, &intake->err);
}

static void judge_run(struct asv_job *job)
{
    struct asv_intake *intake = intake_of(job);
    intake->status = asv_take_judge(&intake->take, &intake->err);
}

static void prepare_run(struct asv_job *job)
{
    struct asv_intake *intake = intake_of(job);
    intake->status = asv_take_prepare(&intake->take, &intake->err);
}

static void scan_run(struct asv_job *job)
{
    struct asv_intake *intake = intake_of(job);
    intake->status = asv_take_scan(&intake->take, &intake->err);
}

static void end_run(struct asv_job *job)
{
    struct asv_intake *intake = intake_of(job);
    intake->status = asv_take_end(&intake->take, &intake->err);
}

static void run_step(struct asv_intake *intake, enum asv_intake_step step)
{
    static void (*const runs[])(struct asv_job *) = {[ASV_INTAKE_STAGE] = stage_run,
                                                     [ASV_INTAKE_JUDGE] = judge_run,
                                                     [ASV_INTAKE_PREPARE] = prepare_run,
                                                     [ASV_INTAKE_SCAN] = scan_run,
                                                     [ASV_INTAKE_END] = end_run};
    intake->step = step;
    asv_intake_run(intake,
                   step == ASV_INTAKE_SCAN ? asv_lane_long(intake->slot) : asv_lane_data(intake->slot),
                   runs[step], step_done);
}

static void begin_file(struct asv_intake *intake, enum asv_intake_step step)
{
    const struct asv_wire_clip *offer = &intake->take.offer;
    const uint64_t sizes[] = {[ASV_INTAKE_SEAL] = offer->seal_bytes,
                              [ASV_INTAKE_STANZAS] = offer->stanzas_bytes,
                              [ASV_INTAKE_LINK] = offer->link_bytes,
                              [ASV_INTAKE_TAIL] = offer->tail_bytes};
    while (step <= ASV_INTAKE_TAIL && sizes[step] == 0)
        step++;
    if (step > ASV_INTAKE_TAIL) {
        run_step(intake, ASV_INTAKE_JUDGE);
        return;
    }
    intake->step = step;
    intake->at = 0;
    intake->size = sizes[step];
    ask_file(intake);
}

static void pulled(struct asv_intake *intake, enum asv_intake_step next)
{
    struct asv_slot *slot = intake->slot;
    asv_log_event(&intake->log, ASV_LOG_INFO, "pulled", asv_log_u64("number", intake->take.offer.number),
                  asv_log_u64("chunks", intake->take.chunks), asv_log_u64("wrong", intake->wrong),
                  asv_log_text("integrity", asv_integrity_name(intake->take.facts.integrity)),
                  asv_log_text("provenance", asv_provenance_name(intake->take.facts.provenance)));
    free(intake->todo);
    intake->todo = NULL;
    slot->pulled_bytes += asv_intake_bytes(&intake->take.offer);
    slot->counts.pulled++;
    slot->committing++;
    release_slot(intake);
    asv_intake_commit(intake, next);
    asv_slot_progress(slot);
}

static void step_done(struct asv_job *job)
{
    struct asv_intake *intake = intake_of(job);
    intake->busy = false;
    if (intake->abandoned) {
        drop_abandoned(intake);
        return;
    }
    if (intake->slot->dock->stopping)
        return;
    asv_slot_extend(intake->slot);
    if (intake->status) {
        pull_failed(intake, intake->status, &intake->err);
        return;
    }
    switch (intake->step) {
    case ASV_INTAKE_STAGE:
        begin_file(intake, ASV_INTAKE_SEAL);
        break;
    case ASV_INTAKE_JUDGE:
        if (intake->take.way == ASV_TAKE_EXPIRE) /* a tombstone that it has stands */
            pulled(intake, intake->was_expired ? ASV_INTAKE_RECORD : ASV_INTAKE_LIVES);
        else if (intake->was_expired)
            leave(intake, ASV_LEFT_EXPIRED, "an earlier docking found that its period is over");
        else
            run_step(intake, ASV_INTAKE_PREPARE);
        break;
    case ASV_INTAKE_PREPARE:
        if (intake->take.resumes)
            run_step(intake, ASV_INTAKE_SCAN);
        else
            asv_intake_pull_chunks(intake);
        break;
    case ASV_INTAKE_SCAN:
        asv_log_event(&intake->log, ASV_LOG_INFO, "resumed", asv_log_u64("have", intake->take.have_count),
                      asv_log_u64("chunks", intake->take.chunks));
        asv_intake_pull_chunks(intake);
        break;
    default:
        assert(intake->step == ASV_INTAKE_END);
        pulled(intake, ASV_INTAKE_MOVE);
    }
}

/* ---- pieces: a frame that a worker has ---- */

struct piece {
    struct asv_job job; /* first */
    struct asv_intake *intake;
    struct asv_slot *slot; /* whose link the frame is of */
    const struct asv_link_ops *ops;
    struct asv_usb_frame *frame;
    enum asv_intake_step step;
    uint64_t at; /* offset or chunk */
    const uint8_t *data;
    size_t len; /* bytes or chunks */
    bool settle;
    uint64_t right, lost;
    enum asv_status status;
    struct asv_err err;
};

static void piece_run(struct asv_job *job)
{
    struct piece *piece = (struct piece *)(void *)job;
    struct asv_take *take = &piece->intake->take;
    switch (piece->step) {
    case ASV_INTAKE_SEAL:
        piece->status = asv_take_seal(take, piece->at, piece->data, piece->len, &piece->err);
        break;
    case ASV_INTAKE_STANZAS:
        piece->status =
            asv_take_file(take, ASV_PART_STANZAS, piece->at, piece->data, piece->len, &piece->err);
        break;
    case ASV_INTAKE_LINK:
        piece->status = asv_take_file(take, ASV_PART_LINK, piece->at, piece->data, piece->len, &piece->err);
        break;
    case ASV_INTAKE_TAIL:
        piece->status = asv_take_file(take, ASV_PART_TAIL, piece->at, piece->data, piece->len, &piece->err);
        break;
    default:
        piece->status = asv_take_chunks(take, piece->at, piece->data, piece->len, piece->settle,
                                        &piece->right, &piece->lost, &piece->err);
    }
}

static void file_piece_done(struct asv_intake *intake)
{
    if (intake->at < intake->size)
        ask_file(intake);
    else if (intake->asks == 0 && intake->pieces == 0)
        begin_file(intake, intake->step + 1);
}

static void piece_done(struct asv_job *job)
{
    struct piece *piece = (struct piece *)(void *)job;
    struct asv_intake *intake = piece->intake;
    struct asv_slot *slot = piece->slot;
    intake->pieces--;
    slot->lent--;
    piece->ops->release(piece->frame);
    if (piece->status && !intake->piece_status) {
        intake->piece_status = piece->status;
        intake->piece_err = piece->err;
    }
    if (piece->step == ASV_INTAKE_CHUNKS) {
        uint64_t right = (uint64_t)__builtin_popcountll(piece->right);
        intake->done_chunks += right;
        intake->wrong += (uint32_t)(piece->len - right);
        if (!piece->status && right + (uint64_t)__builtin_popcountll(piece->lost) < piece->len)
            intake->unsettled = true;
        if (!piece->status && right < piece->len)
            asv_log_event(&intake->log, ASV_LOG_WARNING, "wrong-chunks", asv_log_u64("first", piece->at),
                          asv_log_u64("wrong", piece->len - right), asv_log_u64("pass", intake->pass));
    } else {
        intake->done_bytes += piece->len;
    }
    free(piece);
    if (intake->abandoned) {
        drop_abandoned(intake);
        return;
    }
    if (intake->dock->stopping)
        return;
    asv_slot_extend(slot);
    if (intake->piece_status) {
        if (intake->pieces == 0 && intake->asks == 0)
            pull_failed(intake, intake->piece_status, &intake->piece_err);
    } else if (intake->step == ASV_INTAKE_CHUNKS) {
        ask_chunks(intake);
    } else {
        file_piece_done(intake);
    }
}

/* False when there is no memory: the slot is faulted then. */
static bool lend(struct asv_intake *intake, struct asv_usb_frame *frame, uint64_t at, const uint8_t *data,
                 size_t len)
{
    struct asv_slot *slot = intake->slot;
    struct piece *piece = calloc(1, sizeof *piece);
    if (!piece) {
        asv_slot_fault(slot, ASV_WHY_OTHER, "no memory");
        return false;
    }
    piece->job = (struct asv_job){.run = piece_run, .done = piece_done};
    piece->intake = intake;
    piece->slot = slot;
    piece->ops = slot->ops;
    piece->frame = frame;
    piece->step = intake->step;
    piece->at = at;
    piece->data = data;
    piece->len = len;
    piece->settle = intake->pass + 1 >= slot->dock->settings.tries;
    intake->pieces++;
    slot->lent++;
    asv_pool_submit(slot->dock->pool, asv_lane_data(slot), &piece->job);
    return true;
}

/* ---- files ---- */

static bool got_file(struct asv_slot *slot, const struct asv_wire_event *event, struct asv_usb_frame *frame,
                     void *ctx)
{
    struct asv_intake *intake = ctx;
    intake->asks--;
    if (event->kind == ASV_WIRE_EVENT_ERROR) {
        if (!intake->piece_status)
            intake->piece_status = asv_fail(&intake->piece_err, ASV_E_MISMATCH,
                                            "the camera cannot give a part of the recording");
        asv_log_event(&intake->log, ASV_LOG_WARNING, "camera-refuses",
                      asv_log_text("step", asv_intake_step_name(intake->step)),
                      asv_log_text("detail", event->message.body.error.detail));
        if (intake->pieces == 0 && intake->asks == 0)
            pull_failed(intake, intake->piece_status, &intake->piece_err);
        return false;
    }
    const struct asv_wire_file_reply *reply = &event->message.body.file_reply;
    slot->rate_bytes += reply->data.len;
    slot->counts.bytes += reply->data.len;
    return lend(intake, frame, reply->offset, reply->data.data, reply->data.len);
}

/* Replies come in the order of the requests, and a slot's data lane works in order: so does the verifier. */
static void ask_file(struct asv_intake *intake)
{
    struct asv_slot *slot = intake->slot;
    static const uint8_t files[] = {[ASV_INTAKE_SEAL] = ASV_WIRE_FILE_SEAL,
                                    [ASV_INTAKE_STANZAS] = ASV_WIRE_FILE_STANZAS,
                                    [ASV_INTAKE_LINK] = ASV_WIRE_FILE_LINK,
                                    [ASV_INTAKE_TAIL] = ASV_WIRE_FILE_TAIL};
    while (intake->at < intake->size && intake->asks + intake->pieces < ASV_INTAKE_REQUESTS) {
        uint64_t left = intake->size - intake->at;
        uint32_t length = left < ASV_WIRE_MAX_FILE_BYTES ? (uint32_t)left : ASV_WIRE_MAX_FILE_BYTES;
        const struct asv_wire_message message = {.type = ASV_WIRE_FILE,
                                                 .body.file = {.number = intake->take.offer.number,
                                                               .file = files[intake->step],
                                                               .offset = intake->at,
                                                               .length = length}};
        enum asv_status status =
            asv_slot_ask(slot, &message, slot->dock->settings.reply_ms, got_file, intake);
        if (status)
            return; /* BUSY: a reply will come; anything else has ended the session */
        intake->asks++;
        intake->at += length;
    }
}

/* ---- chunks ---- */

static bool bit(const uint8_t *bits, uint64_t i)
{
    return (bits[i / 8] >> (i % 8) & 1) != 0;
}

static bool got_chunks(struct asv_slot *slot, const struct asv_wire_event *event, struct asv_usb_frame *frame,
                       void *ctx)
{
    struct asv_intake *intake = ctx;
    if (event->done)
        intake->asks--;
    if (event->kind == ASV_WIRE_EVENT_ERROR) {
        const struct asv_wire_error *error = &event->message.body.error;
        asv_log_event(&intake->log, ASV_LOG_WARNING, "camera-refuses", asv_log_text("step", "payload"),
                      asv_log_u64("at", error->at), asv_log_text("detail", error->detail));
        if (intake->pieces == 0)
            ask_chunks(intake);
        return false;
    }
    const struct asv_wire_chunks *chunks = &event->chunks;
    slot->rate_bytes += (uint64_t)chunks->count * ASV_WIRE_CHUNK_BYTES;
    slot->counts.bytes += (uint64_t)chunks->count * ASV_WIRE_CHUNK_BYTES;
    asv_slot_extend(slot);
    bool taken = lend(intake, frame, chunks->first, chunks->data, chunks->count);
    if (taken && event->done)
        ask_chunks(intake);
    return taken;
}

/* The next run of chunks to ask for; 0: none is left in this pass. */
static unsigned next_run(struct asv_intake *intake, uint64_t *first)
{
    uint64_t chunks = intake->take.chunks, at = intake->next_chunk;
    while (at < chunks && !bit(intake->todo, at))
        at++;
    unsigned count = 0;
    while (at + count < chunks && count < ASV_INTAKE_REQUEST_CHUNKS && bit(intake->todo, at + count))
        count++;
    *first = at;
    intake->next_chunk = at;
    return count;
}

/* Begins a pass over what is not there yet; false when there is nothing, or it was tried often enough. What
 * comes otherwise each time may be whole on the camera, and is worth more tries. */
static bool begin_pass(struct asv_intake *intake)
{
    const struct asv_take *take = &intake->take;
    size_t bytes = (size_t)(take->chunks / 8 + 1);
    unsigned tries = intake->dock->settings.tries;
    if (intake->pass >= (intake->unsettled ? tries * UNSETTLED : tries))
        return false;
    bool any = false;
    for (size_t i = 0; i < bytes; i++)
        intake->todo[i] = (uint8_t) ~(take->have[i] | (take->wrong ? take->wrong[i] : 0));
    for (uint64_t i = 0; i < take->chunks && !any; i++)
        any = bit(intake->todo, i);
    intake->next_chunk = 0;
    intake->unsettled = false;
    return any;
}

/* What never came twice with the same bytes says nothing of the recording: it stays on the camera, whose next
 * docking may be at another cable. */
static void next_pass(struct asv_intake *intake)
{
    struct asv_err err = {0};
    if (begin_pass(intake))
        ask_chunks(intake);
    else if (!intake->unsettled)
        run_step(intake, ASV_INTAKE_END);
    else
        pull_failed(
            intake,
            asv_fail(&err, ASV_E_MISMATCH, "chunks come otherwise each time: look at cable, slot and camera"),
            &err);
}

static void ask_chunks(struct asv_intake *intake)
{
    struct asv_slot *slot = intake->slot;
    uint64_t first = 0;
    unsigned count = 0;
    while (intake->asks < ASV_INTAKE_REQUESTS && (count = next_run(intake, &first)) > 0) {
        const struct asv_wire_message message = {
            .type = ASV_WIRE_CHUNKS,
            .body.chunks = {.number = intake->take.offer.number, .first = first, .count = (uint16_t)count}};
        enum asv_status status =
            asv_slot_ask(slot, &message, slot->dock->settings.chunk_ms, got_chunks, intake);
        if (status)
            return; /* as in ask_file */
        intake->asks++;
        intake->next_chunk = first + count;
    }
    if (intake->asks > 0 || intake->pieces > 0)
        return;
    /* nothing is on its way: this pass is over */
    intake->pass++;
    next_pass(intake);
}

void asv_intake_pull_chunks(struct asv_intake *intake)
{
    struct asv_slot *slot = intake->slot;
    intake->step = ASV_INTAKE_CHUNKS;
    intake->pass = 0;
    intake->unsettled = false;
    intake->done_chunks = intake->take.have_count;
    free(intake->todo);
    intake->todo = calloc((size_t)(intake->take.chunks / 8 + 1), 1);
    if (!intake->todo) {
        asv_slot_fault(slot, ASV_WHY_OTHER, "no memory");
        return;
    }
    slot->ops->want(slot->link, ASV_USB_MAX_WINDOW);
    next_pass(intake);
}

void asv_intake_pump(struct asv_intake *intake)
{
    if (intake->busy || intake->piece_status)
        return;
    if (intake->step == ASV_INTAKE_CHUNKS)
        ask_chunks(intake);
    else if (intake->step >= ASV_INTAKE_SEAL && intake->step <= ASV_INTAKE_TAIL)
        ask_file(intake);
}

/* ---- beginning ---- */

void asv_intake_begin(struct asv_slot *slot)
{
    const struct asv_candidate candidate = slot->candidates[0];
    slot->candidate_count--;
    slot->ahead_bytes -= asv_intake_bytes(&candidate.clip);
    memmove(slot->candidates, slot->candidates + 1, slot->candidate_count * sizeof *slot->candidates);
    if (is_elsewhere(slot, &candidate.clip)) {
        asv_slot_leave(slot, candidate.clip.number, ASV_LEFT_ELSEWHERE);
        asv_slot_progress(slot);
        return;
    }
    const struct asv_db_known *known = &candidate.known;
    if (candidate.is_known && known->kind == 0 && asv_slot_is_untold(slot, candidate.clip.number)) {
        asv_slot_alarm(
            slot, ASV_DB_ALARM_INTERNAL,
            "a recording in the vault cannot be told to the database: see the dock's log; asservat "
            "vault scrub and asservat db rebuild mend what can be mended");
        asv_slot_leave(slot, candidate.clip.number, ASV_LEFT_FAILED);
        asv_slot_progress(slot);
        return;
    }
    struct asv_intake *intake = asv_intake_new(slot->dock, slot, slot->docking, &candidate.clip);
    if (!intake) {
        asv_slot_fault(slot, ASV_WHY_OTHER, "no memory for another recording");
        return;
    }
    if (candidate.is_known && known->kind == ASV_COMMIT_STORED) {
        slot->committing++;
        asv_intake_commit(intake, ASV_INTAKE_AGAIN);
        asv_slot_progress(slot);
        return;
    }
    intake->was_expired = candidate.is_known && known->state == ASV_DB_EXPIRED_ON_ARRIVAL;
    intake->take.suspect = slot->docking->suspect;
    slot->pulling = intake;
    slot->pulled_since_ms = slot->pulled_since_ms == 0 ? asv_loop_now_ms() : slot->pulled_since_ms;
    asv_slot_move(slot, ASV_SLOT_PULLING, 0, NULL);
    asv_log_event(&intake->log, ASV_LOG_INFO, "pull", asv_log_u64("number", candidate.clip.number),
                  asv_log_u64("chunks", candidate.clip.chunks), asv_log_u64("flags", candidate.clip.flags));
    run_step(intake, ASV_INTAKE_STAGE);
}
