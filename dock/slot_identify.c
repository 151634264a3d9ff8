/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * IDENTIFYING: what the camera's clock is worth, what it says of itself, what the database knows of it; then
 * its device log, and proofs of erasure that were not acknowledged yet. What the database must hear first
 * waits for the next docking when it is away: the camera keeps it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dock/dock.h"
#include "dock/docking.h"
#include "dock/take.h"
#include "firmware-proto/trust/erasure.h"
#include "firmware-proto/wire/devlog.h"

#define CLOCK_OFF_S  60 /* that nobody needs to hear of */
#define CLOCK_TRIES  3  /* the exchange with the shortest round trip counts */
#define LOG_ENTRIES  512
#define LOG_BLOCKS   64  /* of one docking: the rest comes with the next */
#define ERASURES_MAX 256 /* of one docking */

enum step {
    STEP_CLOCK,
    STEP_STATUS,
    STEP_DOCKING,
    STEP_REVOCATIONS,
    STEP_LOG,
    STEP_ERASURES,
    STEP_DONE,
};

static void next(struct asv_slot *slot);

static void go(struct asv_slot *slot, unsigned step)
{
    slot->step = step;
    slot->tries = 0;
    next(slot);
}

/* A request of the script that the camera refuses does not end the docking: the next step is taken. */
static void skip(struct asv_slot *slot, const struct asv_wire_event *event)
{
    asv_log_event(&slot->log, ASV_LOG_WARNING, "camera-refuses", asv_log_u64("type", event->type),
                  asv_log_u64("code", event->message.body.error.code),
                  asv_log_text("detail", event->message.body.error.detail));
    go(slot, slot->step + 1);
}

static void ask(struct asv_slot *slot, const struct asv_wire_message *message, asv_slot_reply *reply)
{
    asv_slot_ask_soon(slot, message, slot->dock->settings.reply_ms, reply, next);
}

/* ---- a call of the database for this slot ---- */

struct call {
    struct asv_job job; /* first */
    struct asv_slot *slot;
    uint64_t serial;
    struct asv_docking *docking; /* counted */
    struct asv_db_docking_result result;
    struct asv_db_log_position position;
    size_t len; /* of data: log block or erasure records */
    enum asv_status status;
    struct asv_err err;
    enum asv_status kept; /* beside the payload */
    struct asv_err kept_err;
    uint8_t data[];
};

static struct call *call_new(struct asv_slot *slot, void (*run)(struct asv_job *),
                             void (*done)(struct asv_job *), const void *data, size_t len)
{
    struct call *call = calloc(1, sizeof *call + len);
    if (!call) {
        asv_slot_fault(slot, ASV_WHY_OTHER, "no memory");
        return NULL;
    }
    call->job = (struct asv_job){.run = run, .done = done};
    call->slot = slot;
    call->serial = slot->serial;
    call->docking = asv_docking_use(slot->docking);
    call->len = len;
    if (len > 0)
        memcpy(call->data, data, len);
    asv_pool_submit(slot->dock->pool, ASV_LANE_DB, &call->job);
    return call;
}

/* True while the session is still the one that asked. Frees the call, unless it is. */
static bool call_back(struct call *call)
{
    struct asv_slot *slot = call->slot;
    asv_dock_heard_db(slot->dock, call->status, &call->err);
    if (call->status)
        asv_log_failure(&slot->log, ASV_LOG_WARNING, "database", &call->err);
    bool current = call->serial == slot->serial;
    if (!current) {
        asv_docking_drop(call->docking);
        free(call);
    }
    return current;
}

static void call_end(struct call *call)
{
    asv_docking_drop(call->docking);
    free(call);
}

/* ---- clock ---- */

static bool got_clock(struct asv_slot *slot, const struct asv_wire_event *event, struct asv_usb_frame *frame,
                      void *ctx)
{
    (void)frame;
    (void)ctx;
    struct asv_docking *docking = slot->docking;
    struct asv_clock_fix fix;
    int64_t wall = 0;
    if (event->kind == ASV_WIRE_EVENT_ERROR) {
        skip(slot, event);
        return false;
    }
    const struct asv_wire_clock_reply *reply = &event->message.body.clock_reply;
    if (asv_world_wall_ms(slot->dock->site.world, &wall) == ASV_OK &&
        asv_clock_measure(&fix, reply, slot->asked_ms, asv_loop_now_ms(), wall) == ASV_OK &&
        (!docking->has_fix || fix.uncertainty_ms < docking->fix.uncertainty_ms)) {
        docking->fix = fix;
        docking->has_fix = true;
        docking->clock_source = reply->clock_source;
    }
    if (++slot->tries < CLOCK_TRIES)
        next(slot);
    else
        go(slot, STEP_STATUS);
    return false;
}

static void ask_clock(struct asv_slot *slot)
{
    slot->asked_ms = asv_loop_now_ms();
    const struct asv_wire_message message = {.type = ASV_WIRE_CLOCK,
                                             .body.clock.dock_mono_ms = slot->asked_ms};
    ask(slot, &message, got_clock);
}

/* People are told of a clock that says nothing, or something else than the dock's. */
static void watch_clock(struct asv_slot *slot)
{
    const struct asv_docking *docking = slot->docking;
    char text[ASV_SLOT_REASON_BYTES];
    int64_t off_s = docking->has_fix ? docking->fix.offset_ms / 1000 : 0;
    bool unset = docking->status.bulletin == 0; /* it is new: this docking sets it */
    if (!docking->has_fix)
        snprintf(text, sizeof text, "the camera's clock could not be measured");
    else if (docking->fix.clock_state == ASV_CLOCK_LOST && !unset)
        snprintf(text, sizeof text, "the camera had lost the time");
    else if (docking->fix.clock_state != ASV_CLOCK_LOST && (off_s > CLOCK_OFF_S || off_s < -CLOCK_OFF_S))
        snprintf(text, sizeof text, "the camera's clock was off by %lld s", (long long)off_s);
    else
        return;
    asv_slot_alarm(slot, ASV_DB_ALARM_CLOCK, text);
}

/* ---- status, docking ---- */

static bool got_status(struct asv_slot *slot, const struct asv_wire_event *event, struct asv_usb_frame *frame,
                       void *ctx)
{
    (void)frame;
    (void)ctx;
    if (event->kind == ASV_WIRE_EVENT_ERROR) {
        asv_slot_fault(slot, ASV_WHY_SILENT, "the camera does not say what it holds");
        return false;
    }
    const struct asv_docking *docking = slot->docking;
    slot->docking->status = event->message.body.status_reply;
    watch_clock(slot);
    asv_log_event(&slot->log, ASV_LOG_INFO, "camera-status", asv_log_u64("clips", docking->status.clips),
                  asv_log_u64("last_number", docking->status.last_number),
                  asv_log_u64("bulletin", docking->status.bulletin),
                  asv_log_i64("offset_ms", docking->fix.offset_ms),
                  asv_log_u64("uncertainty_ms", docking->fix.uncertainty_ms),
                  asv_log_u64("clock_state", docking->fix.clock_state));
    go(slot, STEP_DOCKING);
    return false;
}

static void docking_run(struct asv_job *job)
{
    struct call *call = (struct call *)(void *)job;
    const struct asv_dock *dock = call->slot->dock;
    call->status = asv_docking_begin(dock->services, &dock->site, call->docking, &call->result, &call->err);
}

void asv_slot_known(struct asv_slot *slot, const struct asv_db_docking_result *result)
{
    slot->retired = result->retired;
    snprintf(slot->unit, sizeof slot->unit, "%s", result->unit);
    slot->docking->suspect = slot->docking->suspect || result->number_back;
    if (result->number_back)
        asv_log_event(&slot->log, ASV_LOG_WARNING, "number-back",
                      asv_log_u64("last_number", slot->docking->status.last_number),
                      asv_log_u64("highest_before", result->highest_before));
}

static void docking_done(struct asv_job *job)
{
    struct call *call = (struct call *)(void *)job;
    if (call->status == ASV_OK)
        call->docking->recorded = true;
    if (!call_back(call))
        return;
    struct asv_slot *slot = call->slot;
    if (call->status == ASV_OK) {
        slot->docking->emptied_ms = call->result.emptied_ms;
        slot->docking->word_wanted = call->result.word_wanted;
        asv_slot_known(slot, &call->result);
    }
    call_end(call);
    go(slot, STEP_REVOCATIONS);
}

/* ---- revocations ---- */

static bool gave_revocations(struct asv_slot *slot, const struct asv_wire_event *event,
                             struct asv_usb_frame *frame, void *ctx)
{
    (void)frame;
    (void)ctx;
    if (event->kind == ASV_WIRE_EVENT_ERROR)
        skip(slot, event);
    else
        go(slot, STEP_LOG);
    return false;
}

static void give_revocations(struct asv_slot *slot)
{
    const struct asv_revoked *revoked = slot->revoked;
    if (!revoked || revoked->list.number <= slot->docking->status.revocations) {
        go(slot, STEP_LOG);
        return;
    }
    const struct asv_wire_message message = {.type = ASV_WIRE_REVOCATIONS,
                                             .body.object.object = {revoked->data, revoked->len}};
    ask(slot, &message, gave_revocations);
}

/* ---- device log ---- */

static void position_run(struct asv_job *job)
{
    struct call *call = (struct call *)(void *)job;
    const struct asv_services *services = call->slot->dock->services;
    call->status = services->log_position(services->db, call->docking->camera_cert,
                                          call->docking->status.epoch, &call->position, &call->err);
}

static void append_run(struct asv_job *job)
{
    struct call *call = (struct call *)(void *)job;
    const struct asv_services *services = call->slot->dock->services;
    call->status = services->log_append(services->db, call->docking->session,
                                        (struct asv_bytes){call->data, call->len}, &call->err);
}

static void append_done(struct asv_job *job)
{
    struct call *call = (struct call *)(void *)job;
    if (!call_back(call))
        return;
    struct asv_slot *slot = call->slot;
    bool stored = call->status == ASV_OK, answered = asv_dock_is_answer(call->status);
    call_end(call);
    if (!answered) /* what it has told the camera forgets when this session is finished */
        asv_slot_fault(slot, ASV_WHY_DATABASE, "the database went away while it was given the camera's log");
    else if (!stored || slot->log_next >= slot->docking->status.log_next || ++slot->tries >= LOG_BLOCKS)
        go(slot, STEP_ERASURES);
    else
        next(slot);
}

static bool got_log(struct asv_slot *slot, const struct asv_wire_event *event, struct asv_usb_frame *frame,
                    void *ctx)
{
    (void)frame;
    (void)ctx;
    struct asv_devlog_block block;
    struct asv_err err = {0};
    const struct asv_docking *docking = slot->docking;
    if (event->kind == ASV_WIRE_EVENT_ERROR) {
        skip(slot, event);
        return false;
    }
    const struct asv_bytes *data = &event->message.body.log_reply.block;
    enum asv_status status = asv_devlog_block_decode(&block, data->data, data->len, &err);
    if (!status)
        status = asv_devlog_block_verify(&block, docking->camera_cert, docking->camera.leaf.signing_pk, &err);
    if (status || block.count == 0) {
        if (status)
            asv_slot_alarm(slot, ASV_DB_ALARM_DEVICE_LOG, err.text);
        go(slot, STEP_ERASURES);
        return false;
    }
    slot->log_next = block.first + block.count;
    call_new(slot, append_run, append_done, data->data, data->len);
    return false;
}

static void ask_log(struct asv_slot *slot)
{
    const struct asv_wire_message message = {.type = ASV_WIRE_LOG,
                                             .body.log = {.from = slot->log_next, .count = LOG_ENTRIES}};
    if (slot->log_next >= slot->docking->status.log_next)
        go(slot, STEP_ERASURES);
    else
        ask(slot, &message, got_log);
}

static void position_done(struct asv_job *job)
{
    struct call *call = (struct call *)(void *)job;
    if (!call_back(call))
        return;
    struct asv_slot *slot = call->slot;
    bool known = call->status == ASV_OK;
    slot->log_next = call->position.next;
    if (slot->log_next > slot->docking->status.log_next)
        slot->log_next = 1; /* its log was begun anew */
    call_end(call);
    if (known)
        ask_log(slot);
    else
        go(slot, STEP_ERASURES);
}

/* ---- proofs of erasure that no dock has acknowledged ---- */

/* Beside the payload; ASV_OK also for a recording that was never stored here. */
static enum asv_status keep_proof(const struct call *call, struct asv_err *err)
{
    const struct asv_dock *dock = call->slot->dock;
    struct asv_erasure record;
    struct asv_db_identity identity;
    uint8_t data[ASV_COMMIT_MAX_BYTES];
    size_t len = 0;
    struct asv_commit facts;
    enum asv_status status = asv_erasure_decode(&record, call->data, call->len, err);
    if (status)
        return status;
    memcpy(identity.camera_cert, record.camera_cert, sizeof identity.camera_cert);
    memcpy(identity.epoch, record.epoch, sizeof identity.epoch);
    identity.number = record.number;
    memcpy(identity.header, record.header, sizeof identity.header);
    status = dock->services->record(dock->services->db, &identity, data, sizeof data, &len, err);
    if (status == ASV_E_NOT_FOUND)
        return ASV_OK;
    if (!status)
        status = asv_commit_decode(&facts, data, len, NULL, err);
    if (!status)
        status = asv_take_keep_erasure(&dock->site, &facts, call->data, call->len, err);
    return status == ASV_E_NOT_FOUND ? ASV_OK : status; /* its directory is gone, and the proof is known */
}

static void erasures_run(struct asv_job *job)
{
    struct call *call = (struct call *)(void *)job;
    const struct asv_services *services = call->slot->dock->services;
    call->status = services->erasure(services->db, call->docking->session,
                                     (struct asv_bytes){call->data, call->len}, &call->err);
    if (!call->status)
        call->kept = keep_proof(call, &call->kept_err);
}

static bool acknowledged(struct asv_slot *slot, const struct asv_wire_event *event,
                         struct asv_usb_frame *frame, void *ctx)
{
    (void)frame;
    (void)ctx;
    if (event->kind == ASV_WIRE_EVENT_ERROR)
        skip(slot, event);
    else if (event->message.body.done.number == 0 || ++slot->tries >= ERASURES_MAX)
        go(slot, STEP_DONE);
    else
        next(slot);
    return false;
}

static void erasures_done(struct asv_job *job)
{
    struct call *call = (struct call *)(void *)job;
    if (!call_back(call))
        return;
    struct asv_slot *slot = call->slot;
    struct asv_erasure record;
    bool stored = call->status == ASV_OK && call->kept == ASV_OK &&
                  asv_erasure_decode(&record, call->data, call->len, NULL) == ASV_OK;
    if (call->kept) /* not acknowledged: the camera offers it again */
        asv_log_failure(&slot->log, ASV_LOG_WARNING, "proof-not-kept", &call->kept_err);
    struct asv_wire_message message = {.type = ASV_WIRE_ERASURES_ACK};
    if (stored) {
        message.body.erasures_ack.number = record.number;
        asv_object_digest(message.body.erasures_ack.record, &record.object);
    }
    call_end(call);
    if (stored)
        ask(slot, &message, acknowledged);
    else
        go(slot, STEP_DONE);
}

static bool got_erasures(struct asv_slot *slot, const struct asv_wire_event *event,
                         struct asv_usb_frame *frame, void *ctx)
{
    (void)frame;
    (void)ctx;
    if (event->kind == ASV_WIRE_EVENT_ERROR) {
        skip(slot, event);
        return false;
    }
    const struct asv_wire_erasures_reply *reply = &event->message.body.erasures_reply;
    struct asv_reader reader;
    struct asv_bytes data;
    struct asv_erasure record;
    struct asv_err err = {0};
    if (reply->count == 0) {
        go(slot, STEP_DONE);
        return false;
    }
    asv_reader_init(&reader, reply->records.data, reply->records.len);
    enum asv_status status = asv_read_view16(&reader, &data, ASV_ERASURE_MAX_BYTES);
    if (!status)
        status = asv_erasure_decode(&record, data.data, data.len, &err);
    if (!status)
        status = asv_erasure_verify(&record, &slot->docking->camera.leaf, &err);
    if (status) {
        asv_slot_alarm(slot, ASV_DB_ALARM_ERASURE, err.text[0] ? err.text : "a proof of erasure is no proof");
        go(slot, STEP_DONE);
        return false;
    }
    call_new(slot, erasures_run, erasures_done, data.data, data.len);
    return false;
}

static void ask_erasures(struct asv_slot *slot)
{
    const struct asv_wire_message message = {.type = ASV_WIRE_ERASURES, .body.erasures.count = 1};
    ask(slot, &message, got_erasures);
}

/* ---- the script ---- */

static void next(struct asv_slot *slot)
{
    if (slot->state != ASV_SLOT_IDENTIFYING || !slot->docking)
        return;
    bool recorded = slot->docking->recorded;
    switch ((enum step)slot->step) {
    case STEP_CLOCK:
        ask_clock(slot);
        break;
    case STEP_STATUS: {
        const struct asv_wire_message message = {.type = ASV_WIRE_STATUS};
        ask(slot, &message, got_status);
        break;
    }
    case STEP_DOCKING:
        if (slot->dock->db.up)
            call_new(slot, docking_run, docking_done, NULL, 0);
        else
            go(slot, STEP_REVOCATIONS);
        break;
    case STEP_REVOCATIONS:
        give_revocations(slot);
        break;
    case STEP_LOG:
        if (!recorded)
            go(slot, STEP_DONE);
        else if (slot->tries > 0)
            ask_log(slot);
        else
            call_new(slot, position_run, position_done, NULL, 0);
        break;
    case STEP_ERASURES:
        if (recorded && slot->docking->status.erasures > 0)
            ask_erasures(slot);
        else
            go(slot, STEP_DONE);
        break;
    case STEP_DONE:
        asv_slot_renew(slot);
        break;
    }
}

void asv_slot_identify(struct asv_slot *slot)
{
    go(slot, STEP_CLOCK);
}
