/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "dock/slot.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dock/dock.h"
#include "dock/docking.h"
#include "dock/intake.h"
#include "dock/issue.h"
#include "dock/outbox.h"
#include "dock/recovery.h"

#define TICK_MS       500
#define RETRY_LEFT_MS 15000 /* until a full disk is looked at again */
#define RATE_MS       2000  /* window of the rate that is shown */
#define REOPEN_MS     50    /* until a handle is seen to be closed */
#define MINUTE_MS     60000
#define DAY_MS        86400000
#define SHARE_MS      4000 /* until it can be said how long it takes */
#define SHARE_STEP    5    /* percent: in finer ones the pause between two recordings could be seen */

static struct asv_slot *slot_of_retry(struct asv_timer *timer)
{
    return (void *)((char *)timer - offsetof(struct asv_slot, retry));
}

static struct asv_slot *slot_of_tick(struct asv_timer *timer)
{
    return (void *)((char *)timer - offsetof(struct asv_slot, tick));
}

static struct asv_slot *slot_of_offer(struct asv_timer *timer)
{
    return (void *)((char *)timer - offsetof(struct asv_slot, offer));
}

/* ---- states ---- */

void asv_slot_move(struct asv_slot *slot, enum asv_slot_state to, uint32_t why, const char *reason)
{
    const char *text = reason ? reason : "";
    bool same_text = strcmp(slot->reason, text) == 0;
    if (slot->state == to && same_text && slot->why == why)
        return;
    slot->why = why;
    if (!same_text) {
        char copy[ASV_SLOT_REASON_BYTES]; /* reason may lie in the slot itself */
        snprintf(copy, sizeof copy, "%s", text);
        memcpy(slot->reason, copy, sizeof copy);
    }
    if (slot->state != to) {
        assert(asv_slot_may_move(slot->state, to));
        bool is_done =
            slot->state == ASV_SLOT_READY || slot->state == ASV_SLOT_ATTENTION; /* it is taken out */
        bool is_bad = to == ASV_SLOT_REFUSED || (to == ASV_SLOT_FAULT && !is_done);
        enum asv_log_level level = is_bad ? ASV_LOG_WARNING : ASV_LOG_INFO;
        asv_log_event(&slot->log, level, "slot", asv_log_text("from", asv_slot_state_name(slot->state)),
                      asv_log_text("to", asv_slot_state_name(to)), asv_log_text("port", slot->port),
                      asv_log_text("reason", slot->reason));
        slot->state = to;
        (void)!asv_world_wall_ms(slot->dock->site.world, &slot->since_ms);
        slot->offered = false;
        asv_timer_stop(slot->dock->loop, &slot->offer);
        if (to == ASV_SLOT_PULLING || to == ASV_SLOT_WAITING)
            asv_issue_lost(slot); /* there is something new on it: nobody waits for that */
    }
    asv_dock_changed(slot->dock);
}

bool asv_slot_is_open(const struct asv_slot *slot)
{
    return slot->wired && slot->wire.state == ASV_WIRE_DOCK_OPEN;
}

void asv_slot_alarm(struct asv_slot *slot, enum asv_db_alarm_kind kind, const char *detail)
{
    struct asv_db_alarm alarm = {.kind = kind,
                                 .slot = slot->number,
                                 .camera_cert = slot->docking ? slot->docking->camera_cert : NULL,
                                 .detail = detail};
    asv_log_event(&slot->log, ASV_LOG_WARNING, "alarm", asv_log_u64("kind", kind),
                  asv_log_text("detail", detail));
    asv_outbox_alarm(slot->dock->outbox, &alarm);
}

/* ---- ending a session ---- */

static void flush_output(struct asv_slot *slot)
{
    size_t len = 0;
    while (slot->opened && asv_wire_dock_output(&slot->wire, slot->dock->scratch, sizeof slot->dock->scratch,
                                                &len, NULL) == ASV_OK)
        if (slot->ops->send(slot->link, slot->dock->scratch, len, NULL))
            break;
}

static void end_docking(struct asv_slot *slot, enum asv_db_docking_reason reason, const char *detail)
{
    if (!slot->docking || slot->docking_ended)
        return;
    slot->docking_ended = true;
    struct asv_db_docking_end end = {.reason = reason,
                                     .stored = slot->counts.stored,
                                     .quarantined = slot->counts.quarantined,
                                     .expired = slot->counts.expired,
                                     .left = slot->left_count,
                                     .bytes = slot->counts.bytes,
                                     .detail = detail,
                                     .inventory = {slot->docking->inventory, slot->docking->inventory_len}};
    memcpy(end.session, slot->docking->session, sizeof end.session);
    (void)!asv_world_wall_ms(slot->dock->site.world, &end.ended_ms);
    asv_outbox_docking_end(slot->dock->outbox, slot->docking, &end);
}

void asv_slot_end_docking(struct asv_slot *slot, enum asv_db_docking_reason reason)
{
    end_docking(slot, reason, NULL);
}

/* What runs on goes on without the camera; what is only begun is put down where it is. */
static void end_session(struct asv_slot *slot, enum asv_db_docking_reason reason, const char *detail)
{
    slot->serial++;
    asv_timer_stop(slot->dock->loop, &slot->tick);
    asv_intake_detach_all(slot);
    end_docking(slot, reason, detail);
    if (slot->wired) {
        if (slot->wire.state != ASV_WIRE_DOCK_FINISHED)
            asv_wire_dock_abort(&slot->wire, ASV_WIRE_CODE_SHUTDOWN, detail);
        flush_output(slot);
        asv_wire_dock_wipe(&slot->wire);
        slot->wired = false;
    }
    memset(slot->requests, 0, sizeof slot->requests);
    asv_docking_drop(slot->docking);
    slot->docking = NULL;
    slot->docking_ended = false;
    asv_revoked_drop(slot->revoked);
    slot->revoked = NULL;
    free(slot->object);
    slot->object = NULL;
    slot->object_len = 0;
    if (asv_slot_left_for(slot, ASV_LEFT_STAGED) > 0)
        asv_recovery_later(slot->dock); /* what was put down in staging is committed without the camera */
    slot->committing = slot->delivering = 0;
    slot->deferred = NULL;
    slot->candidate_count = slot->left_count = slot->untold_count = 0;
    slot->listing = slot->listed = slot->relist = slot->retired = slot->renewing = false;
    slot->rate = 0;
    slot->ahead_bytes = slot->pulled_bytes = slot->pulled_since_ms = 0;
    slot->floor_since_ms = 0; /* the floor counts from the first look on */
    slot->unit[0] = '\0';
    slot->assign_sent = slot->assigned = false;
    if (slot->opened)
        slot->ops->close(slot->link);
}

static bool has_session(const struct asv_slot *slot)
{
    return slot->state != ASV_SLOT_EMPTY && slot->state != ASV_SLOT_FAULT &&
           slot->state != ASV_SLOT_REFUSED && slot->state != ASV_SLOT_PARKED;
}

static void fault(struct asv_slot *slot, enum asv_db_docking_reason ended, uint32_t why, const char *reason)
{
    if (!has_session(slot))
        return;
    char text[ASV_SLOT_REASON_BYTES];
    snprintf(text, sizeof text, "%s", reason);
    asv_issue_lost(slot);
    end_session(slot, ended, text);
    if (slot->attempts++ < slot->dock->settings.retries)
        asv_timer_start(slot->dock->loop, &slot->retry,
                        slot->dock->settings.retry_ms << (slot->attempts - 1));
    else {
        snprintf(text, sizeof text, "%.150s; take it out and put it in again", reason);
        why |= ASV_WHY_AGAIN;
    }
    asv_slot_move(slot, ASV_SLOT_FAULT, why, text);
}

void asv_slot_fault(struct asv_slot *slot, enum asv_why why, const char *reason)
{
    fault(slot, ASV_DB_DOCKING_FAILED, why, reason);
}

void asv_slot_refuse(struct asv_slot *slot, enum asv_why why, const char *reason)
{
    if (!has_session(slot))
        return;
    char text[ASV_SLOT_REASON_BYTES];
    snprintf(text, sizeof text, "%s", reason);
    asv_issue_lost(slot);
    end_session(slot, ASV_DB_DOCKING_FAILED, text);
    asv_slot_move(slot, ASV_SLOT_REFUSED, why, text);
}

void asv_slot_park(struct asv_slot *slot)
{
    asv_timer_stop(slot->dock->loop, &slot->retry);
    if (slot->state == ASV_SLOT_PARKED)
        return;
    asv_issue_lost(slot);
    end_session(slot, ASV_DB_DOCKING_STOPPED, "the dock stopped");
    asv_slot_move(slot, ASV_SLOT_PARKED, 0, NULL);
}

void asv_slot_clear(struct asv_slot *slot)
{
    asv_docking_drop(slot->docking);
    slot->docking = NULL;
    asv_revoked_drop(slot->revoked);
    slot->revoked = NULL;
    free(slot->object);
    slot->object = NULL;
    free(slot->issue);
    slot->issue = NULL;
}

/* ---- requests ---- */

enum asv_status asv_slot_ask(struct asv_slot *slot, const struct asv_wire_message *message,
                             uint64_t deadline_ms, asv_slot_reply *reply, void *ctx)
{
    struct asv_slot_request *free_one = NULL;
    for (size_t i = 0; i < ASV_WIRE_MAX_REQUESTS; i++)
        if (slot->requests[i].request == 0)
            free_one = &slot->requests[i];
    if (!free_one || !asv_slot_is_open(slot))
        return free_one ? ASV_E_STATE : ASV_E_BUSY;
    struct asv_dock *dock = slot->dock;
    struct asv_err err = {0};
    size_t len = 0;
    uint32_t request = 0;
    uint64_t now = asv_loop_now_ms();
    enum asv_status status = asv_wire_dock_send(&slot->wire, message, now + deadline_ms, dock->scratch,
                                                sizeof dock->scratch, &len, &request, &err);
    if (status == ASV_E_BUSY)
        return status;
    if (!status)
        status = slot->ops->send(slot->link, dock->scratch, len, &err);
    if (status) {
        asv_slot_fault(slot, ASV_WHY_OTHER, err.text);
        return status;
    }
    *free_one = (struct asv_slot_request){request, reply, ctx};
    slot->last_talk_ms = now;
    return ASV_OK;
}

void asv_slot_ask_soon(struct asv_slot *slot, const struct asv_wire_message *message, uint64_t deadline_ms,
                       asv_slot_reply *reply, void (*again)(struct asv_slot *slot))
{
    if (asv_slot_ask(slot, message, deadline_ms, reply, NULL) == ASV_E_BUSY)
        slot->deferred = again;
}

void asv_slot_extend(struct asv_slot *slot)
{
    uint64_t deadline = asv_loop_now_ms() + slot->dock->settings.chunk_ms;
    for (size_t i = 0; i < ASV_WIRE_MAX_REQUESTS; i++)
        if (slot->requests[i].request)
            (void)!asv_wire_dock_extend(&slot->wire, slot->requests[i].request, deadline);
}

static bool answer(struct asv_slot *slot, const struct asv_wire_event *event, struct asv_usb_frame *frame)
{
    for (size_t i = 0; i < ASV_WIRE_MAX_REQUESTS; i++) {
        struct asv_slot_request asked = slot->requests[i];
        if (asked.request == 0 || asked.request != event->request)
            continue;
        if (event->done)
            slot->requests[i].request = 0;
        return asked.reply && asked.reply(slot, event, frame, asked.ctx);
    }
    return false;
}

/* An answer makes room for what found none. */
static bool answered(struct asv_slot *slot, const struct asv_wire_event *event, struct asv_usb_frame *frame)
{
    uint64_t serial = slot->serial;
    void (*deferred)(struct asv_slot *) = slot->deferred;
    slot->deferred = NULL;
    bool taken = answer(slot, event, frame);
    if (slot->serial == serial && deferred)
        deferred(slot);
    if (slot->serial == serial)
        asv_intake_deliver_all(slot);
    if (slot->serial == serial && slot->pulling)
        asv_intake_pump(slot->pulling);
    return taken;
}

/* ---- the session's beginning ---- */

/* One of the two is a copy, and nobody can tell which: both are kept by people. What they hold under the same
 * number and header is one recording; under the same number and another header the database knows it. */
static void twice_the_same_camera(struct asv_slot *slot)
{
    const struct asv_dock *dock = slot->dock;
    for (unsigned i = 0; slot->docking && i < dock->slot_count; i++) {
        struct asv_slot *other = &dock->slots[i];
        if (other == slot || !other->docking || !other->opened ||
            memcmp(other->docking->camera_cert, slot->docking->camera_cert, ASV_SHA256_BYTES) != 0)
            continue;
        char text[ASV_SLOT_REASON_BYTES];
        snprintf(text, sizeof text, "the camera in slot %u has the same certificate: one of them is a copy",
                 other->number);
        slot->docking->twin = other->docking->twin = true;
        asv_slot_alarm(slot, ASV_DB_ALARM_CLONE, text);
    }
}

static void session_open(struct asv_slot *slot, const struct asv_wire_event *event)
{
    struct asv_docking *docking = calloc(1, sizeof *docking);
    const struct asv_bytes *chain = &event->peer.chain->encoded;
    if (!docking || chain->len > sizeof docking->chain) {
        free(docking);
        asv_slot_fault(slot, ASV_WHY_OTHER, "no memory for a docking");
        return;
    }
    docking->users = 1;
    memcpy(docking->session, event->peer.session, sizeof docking->session);
    docking->slot = slot->number;
    snprintf(docking->port, sizeof docking->port, "%s", slot->port);
    (void)!asv_world_wall_ms(slot->dock->site.world, &docking->began_ms);
    memcpy(docking->chain, chain->data, chain->len);
    docking->chain_len = chain->len;
    if (asv_chain_decode(&docking->camera, docking->chain, docking->chain_len, NULL)) {
        free(docking);
        asv_slot_fault(slot, ASV_WHY_OTHER, "the camera's chain cannot be read again");
        return;
    }
    asv_cert_digest(docking->camera_cert, &docking->camera.leaf);
    docking->emptied_ms = ASV_TIME_UNKNOWN;
    docking->revoked = asv_revoked_use(slot->revoked);
    slot->docking = docking;
    slot->standing = event->peer.standing;
    memset(&slot->counts, 0, sizeof slot->counts);
    asv_log_event(&slot->log, ASV_LOG_INFO, "camera", asv_log_text("name", docking->camera.leaf.name),
                  asv_log_text("serial", docking->camera.leaf.device_serial),
                  asv_log_hex("cert", docking->camera_cert, 8), asv_log_hex("session", docking->session, 8));
    asv_slot_move(slot, ASV_SLOT_IDENTIFYING, 0, NULL);
    if (slot->standing == ASV_E_REVOKED)
        asv_slot_alarm(slot, ASV_DB_ALARM_REVOKED_CAMERA, "a camera whose certificate is revoked was put in");
    twice_the_same_camera(slot);
    asv_slot_identify(slot);
}

static void session_start(struct asv_slot *slot)
{
    struct asv_dock *dock = slot->dock;
    const struct asv_site *site = &dock->site;
    asv_revoked_drop(slot->revoked);
    slot->revoked = asv_revoked_use(dock->revoked);
    struct asv_wire_dock_config config = {.chain = site->chain,
                                          .kx_sk = site->keys->kx,
                                          .root_pk = site->root_pk,
                                          .revocations = slot->revoked ? &slot->revoked->list : NULL,
                                          .world = site->world};
    struct asv_err err = {0};
    size_t len = 0;
    enum asv_status status = asv_wire_dock_init(&slot->wire, &config, &err);
    slot->wired = status == ASV_OK;
    if (!status)
        status = asv_wire_dock_start(&slot->wire, asv_loop_now_ms() + dock->settings.handshake_ms,
                                     dock->scratch, sizeof dock->scratch, &len, &err);
    if (!status)
        status = slot->ops->send(slot->link, dock->scratch, len, &err);
    if (status) {
        asv_slot_fault(slot, ASV_WHY_OTHER, err.text);
        return;
    }
    slot->ops->want(slot->link, 2);
    asv_slot_move(slot, ASV_SLOT_HANDSHAKE, 0, NULL);
    asv_timer_start(dock->loop, &slot->tick, TICK_MS);
}

/* Before the camera has proven who it is, a wrong byte is a stranger's; afterwards it is a fault. */
static void session_failed(struct asv_slot *slot, enum asv_status status, const struct asv_err *err)
{
    char text[ASV_SLOT_REASON_BYTES];
    bool stranger = status == ASV_E_UNTRUSTED || status == ASV_E_SIGNATURE;
    flush_output(slot);
    if (slot->state == ASV_SLOT_HANDSHAKE && stranger) {
        snprintf(text, sizeof text, "not a camera of this agency: %.140s", err->text);
        asv_slot_alarm(slot, ASV_DB_ALARM_FOREIGN_CAMERA, text);
        asv_slot_refuse(slot, ASV_WHY_FOREIGN, text);
        return;
    }
    snprintf(text, sizeof text, "the camera breaks the protocol: %.140s", err->text);
    if (slot->docking && slot->attempts == 0)
        asv_slot_alarm(slot, ASV_DB_ALARM_HOSTILE_CAMERA, text);
    asv_slot_fault(slot, ASV_WHY_PROTOCOL, text);
}

static void session_aborted(struct asv_slot *slot, const struct asv_wire_error *error)
{
    char text[ASV_SLOT_REASON_BYTES];
    if (slot->state == ASV_SLOT_HANDSHAKE &&
        (error->code == ASV_WIRE_CODE_UNTRUSTED || error->code == ASV_WIRE_CODE_FOREIGN)) {
        snprintf(text, sizeof text, "the camera does not trust this dock: %.140s", error->detail);
        asv_slot_alarm(slot, ASV_DB_ALARM_FOREIGN_CAMERA, text);
        asv_slot_refuse(slot, ASV_WHY_DISTRUST, text);
        return;
    }
    snprintf(text, sizeof text, "the camera ended the session: %.140s", error->detail);
    asv_slot_fault(slot, ASV_WHY_ENDED, text);
}

/* ---- time ---- */

static void watch_rate(struct asv_slot *slot, uint64_t now)
{
    uint64_t passed = now - slot->rate_since_ms;
    if (passed < RATE_MS)
        return;
    slot->rate = slot->rate_bytes * 1000 / passed;
    slot->rate_bytes = 0;
    slot->rate_since_ms = now;
    asv_dock_changed(slot->dock);
}

/* A camera that gives just enough not to be late still holds its slot: below the floor it is a fault. */
static void watch_floor(struct asv_slot *slot, uint64_t now)
{
    const struct asv_dock_settings *settings = &slot->dock->settings;
    if (!asv_intake_wants_bytes(slot->pulling) || slot->lent > 0 || slot->floor_since_ms == 0) {
        slot->floor_bytes = slot->counts.bytes;
        slot->floor_since_ms = now;
        return;
    }
    if (now - slot->floor_since_ms < settings->rate_window_ms)
        return;
    uint64_t rate = (slot->counts.bytes - slot->floor_bytes) * 1000 / (now - slot->floor_since_ms);
    slot->floor_bytes = slot->counts.bytes;
    slot->floor_since_ms = now;
    if (rate < settings->rate_floor_bytes) {
        char text[ASV_SLOT_REASON_BYTES];
        snprintf(text, sizeof text, "the camera gives only %llu bytes a second", (unsigned long long)rate);
        asv_slot_alarm(slot, ASV_DB_ALARM_HOSTILE_CAMERA, text);
        asv_slot_fault(slot, ASV_WHY_SILENT, text);
    }
}

static bool alive(struct asv_slot *slot, const struct asv_wire_event *event, struct asv_usb_frame *frame,
                  void *ctx)
{
    (void)slot;
    (void)event;
    (void)frame;
    (void)ctx;
    return false;
}

static void keep_alive(struct asv_slot *slot, uint64_t now)
{
    const struct asv_dock_settings *settings = &slot->dock->settings;
    if (!asv_slot_is_open(slot) || now - slot->last_talk_ms < settings->keep_alive_ms)
        return;
    const struct asv_wire_message message = {.type = ASV_WIRE_STATUS};
    (void)!asv_slot_ask(slot, &message, settings->reply_ms, alive, NULL);
}

static void tick_fire(struct asv_timer *timer)
{
    struct asv_slot *slot = slot_of_tick(timer);
    uint64_t now = asv_loop_now_ms(), serial = slot->serial;
    struct asv_err err = {0};
    if (!slot->wired)
        return;
    if (slot->lent > 0)
        asv_slot_extend(slot); /* it is we who are slow */
    if (asv_wire_dock_tick(&slot->wire, now, &err)) {
        char text[ASV_SLOT_REASON_BYTES];
        snprintf(text, sizeof text, "the camera does not answer: %.150s", err.text);
        asv_slot_fault(slot, ASV_WHY_SILENT, text);
        return;
    }
    if (slot->state == ASV_SLOT_WAITING && now - slot->retried_ms >= RETRY_LEFT_MS) {
        slot->retried_ms = now;
        asv_slot_retry_left(slot);
        asv_slot_progress(slot);
    }
    watch_rate(slot, now);
    watch_floor(slot, now);
    if (slot->serial == serial)
        keep_alive(slot, now);
    if (slot->serial == serial && slot->pulling)
        asv_intake_indicate(slot->pulling, now);
    if (slot->serial == serial && slot->wired)
        asv_timer_start(slot->dock->loop, &slot->tick, TICK_MS);
}

static void retry_fire(struct asv_timer *timer)
{
    struct asv_slot *slot = slot_of_retry(timer);
    if ((slot->state != ASV_SLOT_FAULT && slot->state != ASV_SLOT_CONNECTING) || slot->dock->stopping)
        return;
    if (slot->opened) {
        asv_timer_start(slot->dock->loop, timer, REOPEN_MS);
        return;
    }
    asv_slot_move(slot, ASV_SLOT_CONNECTING, 0, NULL);
    slot->ops->open(slot->link, slot->attempts > 1);
}

/* D-005: whoever was told to take it did not: it is nobody's again. */
static void offer_fire(struct asv_timer *timer)
{
    struct asv_slot *slot = slot_of_offer(timer);
    if (slot->dock->stopping)
        return;
    asv_log_event(&slot->log, ASV_LOG_INFO, "not-fetched");
    asv_slot_again(slot);
}

/* ---- the link's events ---- */

void asv_slot_init(struct asv_slot *slot, struct asv_dock *dock, unsigned index, uint16_t number,
                   const char *port)
{
    memset(slot, 0, sizeof *slot);
    slot->dock = dock;
    slot->index = index;
    slot->number = number;
    slot->log = asv_log_for_slot(&dock->log, number);
    snprintf(slot->port, sizeof slot->port, "%s", port);
    slot->retry.fire = retry_fire;
    slot->tick.fire = tick_fire;
    slot->offer.fire = offer_fire;
    (void)!asv_world_wall_ms(dock->site.world, &slot->since_ms);
}

void asv_slot_attached(struct asv_slot *slot, const struct asv_link_ops *ops, void *link)
{
    slot->ops = ops;
    slot->link = link;
    slot->attached = true;
    slot->attempts = 0;
    if (slot->state != ASV_SLOT_EMPTY || slot->dock->stopping)
        return;
    asv_slot_move(slot, ASV_SLOT_CONNECTING, 0, NULL);
    ops->open(link, false);
}

void asv_slot_opened(struct asv_slot *slot)
{
    slot->opened = true;
    if (slot->state == ASV_SLOT_CONNECTING)
        session_start(slot);
    else
        slot->ops->close(slot->link);
}

void asv_slot_received(struct asv_slot *slot, struct asv_usb_frame *frame)
{
    struct asv_wire_event event;
    struct asv_err err = {0};
    bool taken = false;
    if (slot->wired) {
        enum asv_status status = asv_wire_dock_input(&slot->wire, frame->data, frame->len, &event, &err);
        if (status) {
            session_failed(slot, status, &err);
        } else {
            flush_output(slot);
            if (event.kind == ASV_WIRE_EVENT_OPEN)
                session_open(slot, &event);
            else if (event.kind == ASV_WIRE_EVENT_ABORTED)
                session_aborted(slot, &event.abort);
            else if (event.kind != ASV_WIRE_EVENT_NONE)
                taken = answered(slot, &event, frame);
        }
    }
    if (!taken)
        slot->ops->release(frame);
}

void asv_slot_failed(struct asv_slot *slot, const struct asv_err *why)
{
    fault(slot, why->status == ASV_E_AWAY ? ASV_DB_DOCKING_UNPLUGGED : ASV_DB_DOCKING_FAILED, ASV_WHY_OTHER,
          why->text);
}

void asv_slot_closed(struct asv_slot *slot)
{
    slot->opened = false;
}

void asv_slot_detached(struct asv_slot *slot)
{
    asv_issue_lost(slot);
    if (slot->offered)
        asv_log_event(&slot->log, ASV_LOG_INFO, "fetched");
    slot->attached = slot->opened = slot->assign = false;
    asv_timer_stop(slot->dock->loop, &slot->retry);
    if (slot->state == ASV_SLOT_EMPTY || slot->state == ASV_SLOT_PARKED)
        return;
    end_session(slot, ASV_DB_DOCKING_UNPLUGGED, NULL);
    asv_slot_move(slot, ASV_SLOT_EMPTY, 0, NULL);
}

void asv_slot_again(struct asv_slot *slot)
{
    if (slot->state != ASV_SLOT_READY && slot->state != ASV_SLOT_ATTENTION)
        return;
    slot->attempts = 0;
    end_session(slot, ASV_DB_DOCKING_READY, NULL);
    asv_slot_move(slot, ASV_SLOT_CONNECTING, 0, NULL);
    asv_timer_start(slot->dock->loop, &slot->retry, REOPEN_MS);
}

void asv_slot_indicate(struct asv_slot *slot, uint8_t indication, uint16_t permille)
{
    const struct asv_wire_message message = {.type = ASV_WIRE_INDICATOR,
                                             .body.indicator = {indication, permille}};
    (void)!asv_slot_ask(slot, &message, slot->dock->settings.reply_ms, alive, NULL);
}

bool asv_slot_share(const struct asv_slot *slot, unsigned *percent, unsigned *minutes)
{
    uint64_t done = 0, total = 0;
    if (slot->pulling)
        asv_intake_progress(slot->pulling, &done, &total);
    uint64_t left = slot->ahead_bytes + total - done;
    done += slot->pulled_bytes;
    if (done + left == 0)
        return false;
    uint64_t passed_ms = slot->pulled_since_ms ? asv_loop_now_ms() - slot->pulled_since_ms : 0;
    double left_ms = done > 0 && passed_ms >= SHARE_MS ? (double)left * (double)passed_ms / (double)done : 0;
    *percent = (unsigned)((double)done / (double)(done + left) * 100) / SHARE_STEP * SHARE_STEP;
    *minutes = left_ms < DAY_MS ? (unsigned)((left_ms + MINUTE_MS - 1) / MINUTE_MS) : 0;
    return true;
}

/* ---- what is next ---- */

static void wait_for(struct asv_slot *slot)
{
    const struct asv_dock *dock = slot->dock;
    char text[ASV_SLOT_REASON_BYTES];
    enum asv_why why;
    if (asv_slot_left_for(slot, ASV_LEFT_NO_ROOM) > 0) {
        why = ASV_WHY_ROOM;
        snprintf(text, sizeof text, "there is no room: %.160s", slot->room);
    } else if (!dock->db.up) {
        why = ASV_WHY_DATABASE;
        snprintf(text, sizeof text, "the database is away: %.150s", dock->db.why);
    } else if (!dock->keeper.up) {
        why = ASV_WHY_KEEPER;
        snprintf(text, sizeof text, "the keeper is away: %.150s", dock->keeper.why);
    } else if (asv_slot_left_for(slot, ASV_LEFT_ELSEWHERE) > 0) {
        why = ASV_WHY_ELSEWHERE;
        snprintf(text, sizeof text, "another slot is taking in the same recording");
    } else if (asv_slot_left_for(slot, ASV_LEFT_UNTOLD) > 0) {
        why = ASV_WHY_UNTOLD;
        snprintf(text, sizeof text, "a recording is in the vault already; the database is being told");
    } else {
        why = ASV_WHY_UNCOMMITTED;
        snprintf(text, sizeof text, "a recording could not be committed yet; it is tried again");
    }
    asv_slot_move(slot, ASV_SLOT_WAITING, why, text);
}

void asv_slot_progress(struct asv_slot *slot)
{
    bool working = slot->state == ASV_SLOT_LISTING || slot->state == ASV_SLOT_SEALING ||
                   slot->state == ASV_SLOT_ERASING || slot->state == ASV_SLOT_WAITING;
    if (!working || !asv_slot_is_open(slot) || slot->dock->stopping || slot->pulling || slot->listing)
        return;
    struct asv_intake *again = asv_intake_to_pull_again(slot);
    if (again) {
        asv_slot_move(slot, ASV_SLOT_LISTING, 0, NULL);
        asv_slot_move(slot, ASV_SLOT_PULLING, 0, NULL);
        slot->pulling = again;
        asv_intake_pull_chunks(again);
        return;
    }
    bool must_list = !slot->listed || slot->relist;
    if (slot->candidate_count > 0 || must_list) {
        asv_slot_move(slot, ASV_SLOT_LISTING, 0, NULL);
        /* While a service is away what was pulled is put down, so that the next one can be. */
        bool away = !slot->dock->db.up || !slot->dock->keeper.up;
        if (slot->candidate_count > 0 && (slot->committing < ASV_SLOT_COMMITS || away))
            asv_intake_begin(slot);
        else if (slot->candidate_count == 0)
            asv_slot_list(slot);
        return;
    }
    unsigned parked = asv_intake_waiting(slot);
    unsigned hopeful = asv_slot_left_for(slot, ASV_LEFT_NO_ROOM) + asv_slot_left_for(slot, ASV_LEFT_STAGED) +
                       asv_slot_left_for(slot, ASV_LEFT_ELSEWHERE) + asv_slot_left_for(slot, ASV_LEFT_UNTOLD);
    if (slot->delivering > 0)
        asv_slot_move(slot, ASV_SLOT_ERASING, 0, NULL);
    else if (slot->committing > parked)
        asv_slot_move(slot, ASV_SLOT_SEALING, 0, NULL);
    else if (slot->committing > 0 || hopeful > 0)
        wait_for(slot);
    else
        asv_slot_finish(slot);
}
