/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * FINISHING: what the camera is given before it may go. A service that is away, or an object that the camera
 * refuses, does not keep it in: it is said in the log, and made up for at the next docking. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>

#include "dock/dock.h"
#include "dock/docking.h"
#include "dock/issue.h"
#include "firmware-proto/trust/assignment.h"
#include "firmware-proto/trust/bulletin.h"
#include "firmware-proto/trust/configuration.h"
#include "server/base/calendar.h"
#include "server/base/uuid.h"

enum step {
    STEP_BULLETIN,
    STEP_CONFIGURATION,
    STEP_TIME,
    STEP_ASSIGNMENT,
    STEP_INDICATOR,
    STEP_INVENTORY,
    STEP_FINISH,
};

static void next(struct asv_slot *slot);

static void go(struct asv_slot *slot, unsigned step)
{
    slot->step = step;
    free(slot->object);
    slot->object = NULL;
    slot->object_len = 0;
    next(slot);
}

static void ask(struct asv_slot *slot, const struct asv_wire_message *message, asv_slot_reply *reply)
{
    asv_slot_ask_soon(slot, message, slot->dock->settings.reply_ms, reply, next);
}

/* A camera that is not to be trusted gets nothing new. */
static bool is_trusted(const struct asv_slot *slot)
{
    return slot->standing == ASV_OK && !slot->docking->suspect && !slot->docking->twin && !slot->retired;
}

/* ---- a call of keeper or database ---- */

struct call {
    struct asv_job job; /* first */
    struct asv_slot *slot;
    uint64_t serial;
    struct asv_docking *docking; /* counted */
    unsigned step;
    bool reserve_used;
    uint64_t number, floor;
    enum asv_status status;
    struct asv_err err;
    size_t len;
    uint8_t data[ASV_BULLETIN_MAX_BYTES];
};

/* The object that the slot keeps goes with it. */
static void call_new(struct asv_slot *slot, unsigned lane, void (*run)(struct asv_job *),
                     void (*done)(struct asv_job *))
{
    struct call *call = calloc(1, sizeof *call);
    if (!call) {
        asv_slot_fault(slot, ASV_WHY_OTHER, "no memory");
        return;
    }
    call->job = (struct asv_job){.run = run, .done = done};
    call->slot = slot;
    call->serial = slot->serial;
    call->docking = asv_docking_use(slot->docking);
    call->step = slot->step;
    call->reserve_used = slot->docking->reserve_used;
    call->floor = slot->docking->status.assignment;
    if (slot->object && slot->object_len <= sizeof call->data) {
        memcpy(call->data, slot->object, slot->object_len);
        call->len = slot->object_len;
    }
    asv_pool_submit(slot->dock->pool, lane, &call->job);
}

static void call_end(struct call *call)
{
    asv_docking_drop(call->docking);
    free(call);
}

/* True while the session is still the one that asked; else the call is freed. */
static bool is_current(struct call *call)
{
    if (call->serial == call->slot->serial)
        return true;
    call_end(call);
    return false;
}

/* Keeps an object until it has been sent and told to the database. */
static bool keep(struct asv_slot *slot, const void *data, size_t len)
{
    free(slot->object);
    slot->object = malloc(len);
    slot->object_len = slot->object ? len : 0;
    if (slot->object)
        memcpy(slot->object, data, len);
    return slot->object != NULL;
}

/* ---- telling the database what was installed ---- */

static void issued_run(struct asv_job *job)
{
    struct call *call = (struct call *)(void *)job;
    const struct asv_services *services = call->slot->dock->services;
    struct asv_bytes object = {call->data, call->len};
    const uint8_t *session = call->docking->session;
    if (call->step == STEP_BULLETIN)
        call->status = services->bulletin_issued(services->db, session, object, &call->err);
    else if (call->step == STEP_CONFIGURATION)
        call->status = services->configuration_issued(services->db, session, object, &call->err);
    else
        call->status = services->assignment_issued(services->db, session, object, &call->err);
}

static void issued_done(struct asv_job *job)
{
    struct call *call = (struct call *)(void *)job;
    struct asv_slot *slot = call->slot;
    asv_dock_heard_db(slot->dock, call->status, &call->err);
    if (call->status)
        asv_log_failure(&slot->log, ASV_LOG_WARNING, "not-recorded", &call->err);
    if (!is_current(call))
        return;
    call_end(call);
    go(slot, slot->step + 1);
}

static bool installed(struct asv_slot *slot, const struct asv_wire_event *event, struct asv_usb_frame *frame,
                      void *ctx)
{
    (void)frame;
    (void)ctx;
    static const char *const names[] = {"bulletin", "configuration", "time", "assignment"};
    if (event->kind == ASV_WIRE_EVENT_ERROR) {
        asv_log_event(&slot->log, ASV_LOG_WARNING, "camera-refuses", asv_log_text("step", names[slot->step]),
                      asv_log_u64("code", event->message.body.error.code),
                      asv_log_text("detail", event->message.body.error.detail));
        slot->assign_sent = slot->assign_sent && slot->step != STEP_ASSIGNMENT;
        go(slot, slot->step + 1);
        return false;
    }
    slot->assigned = slot->assigned || (slot->step == STEP_ASSIGNMENT && slot->assign);
    asv_log_event(&slot->log, ASV_LOG_INFO, "installed", asv_log_text("object", names[slot->step]),
                  asv_log_u64("number", event->message.body.done.number));
    slot->docking->has_bulletin = slot->docking->has_bulletin || slot->step == STEP_BULLETIN;
    if (slot->step == STEP_BULLETIN)
        asv_dock_note_bulletin(slot->dock, slot->docking->camera_cert, event->message.body.done.number,
                               slot->last_date);
    if (!slot->docking->recorded || !slot->dock->db.up) {
        go(slot, slot->step + 1);
        return false;
    }
    call_new(slot, ASV_LANE_DB, issued_run, issued_done);
    return false;
}

static void give(struct asv_slot *slot, uint16_t type)
{
    const struct asv_wire_message message = {.type = type,
                                             .body.object.object = {slot->object, slot->object_len}};
    ask(slot, &message, installed);
}

/* ---- bulletin ---- */

static void bulletin_run(struct asv_job *job)
{
    struct call *call = (struct call *)(void *)job;
    const struct asv_services *services = call->slot->dock->services;
    struct asv_bytes chain = {call->docking->chain, call->docking->chain_len};
    call->status = services->bulletin(services->keeper, chain, call->reserve_used, call->data,
                                      sizeof call->data, &call->len, &call->err);
}

static void bulletin_done(struct asv_job *job)
{
    struct call *call = (struct call *)(void *)job;
    struct asv_slot *slot = call->slot;
    struct asv_bulletin bulletin = {0};
    asv_dock_heard_keeper(slot->dock, call->status, &call->err);
    if (!is_current(call))
        return;
    enum asv_status status = call->status;
    if (!status)
        status = asv_bulletin_decode(&bulletin, call->data, call->len, &call->err);
    if (!status && bulletin.key_count > 0) {
        struct asv_bulletin_key last;
        asv_bulletin_key_at(&bulletin, (uint16_t)(bulletin.key_count - 1), &last);
        slot->last_date = last.date;
    }
    bool kept = !status && keep(slot, call->data, call->len);
    if (status)
        asv_log_failure(&slot->log, ASV_LOG_WARNING, "no-bulletin", &call->err);
    call_end(call);
    if (kept)
        give(slot, ASV_WIRE_BULLETIN);
    else
        go(slot, STEP_CONFIGURATION);
}

static bool needs_bulletin(const struct asv_slot *slot)
{
    const struct asv_dock *dock = slot->dock;
    const struct asv_wire_status_reply *status = &slot->docking->status;
    uint32_t last = asv_dock_noted_bulletin(dock, slot->docking->camera_cert, status->bulletin);
    uint32_t today = 0, enough = 0;
    int64_t now = 0;
    if (slot->docking->has_bulletin)
        return false;
    if (slot->docking->word_wanted) /* D-009 */
        return true;
    if (status->bulletin == 0 || last == 0 || (status->flags & ASV_WIRE_STATUS_RESERVE))
        return true;
    if (asv_world_wall_ms(dock->site.world, &now) || asv_local_date(now, &today) ||
        asv_date_add(today, (int)dock->settings.bulletin_days, &enough))
        return true;
    return last < enough;
}

static void bulletin_step(struct asv_slot *slot)
{
    if (slot->object)
        give(slot, ASV_WIRE_BULLETIN); /* it found no room before */
    else if (is_trusted(slot) && slot->dock->keeper.up && needs_bulletin(slot))
        call_new(slot, ASV_LANE_KEEPER, bulletin_run, bulletin_done);
    else
        go(slot, STEP_CONFIGURATION);
}

/* ---- configuration ---- */

static void configuration_step(struct asv_slot *slot)
{
    const struct asv_dock *dock = slot->dock;
    const struct asv_dock_settings *settings = &dock->settings;
    const struct asv_docking *docking = slot->docking;
    uint8_t data[ASV_CONFIGURATION_MAX_BYTES];
    if (slot->object) {
        give(slot, ASV_WIRE_CONFIGURATION);
        return;
    }
    if (!is_trusted(slot) || docking->status.configuration >= settings->configuration) {
        go(slot, STEP_TIME);
        return;
    }
    struct asv_configuration configuration = {.number = settings->configuration,
                                              .pre_roll_ms = settings->pre_roll_ms,
                                              .checkpoint_ms = settings->checkpoint_ms,
                                              .policy_version = dock->site.periods->list[0].policy.version};
    memcpy(configuration.agency, dock->site.agency, sizeof configuration.agency);
    memcpy(configuration.dock_cert, dock->site.dock_cert, sizeof configuration.dock_cert);
    memcpy(configuration.camera_cert, docking->camera_cert, sizeof configuration.camera_cert);
    snprintf(configuration.name, sizeof configuration.name, "%s", docking->camera.leaf.name);
    snprintf(configuration.unit, sizeof configuration.unit, "%s", slot->unit);
    struct asv_writer writer;
    asv_writer_init(&writer, data, sizeof data);
    enum asv_status status = asv_world_wall_ms(dock->site.world, &configuration.issued_ms);
    if (!status)
        status = asv_configuration_encode(&writer, &configuration, dock->site.keys->sign);
    if (!status && keep(slot, data, writer.len))
        give(slot, ASV_WIRE_CONFIGURATION);
    else
        go(slot, STEP_TIME);
}

/* ---- time ---- */

/* What the kernel knows of its own clock's error, once something disciplines it. */
static uint32_t clock_error_ms(const struct asv_dock *dock)
{
    struct timex timex = {0};
    int state = adjtimex(&timex);
    if (state < 0 || state == TIME_ERROR || (timex.status & STA_UNSYNC))
        return dock->settings.max_error_ms;
    return (uint32_t)((timex.maxerror + 999) / 1000);
}

static bool time_set(struct asv_slot *slot, const struct asv_wire_event *event, struct asv_usb_frame *frame,
                     void *ctx)
{
    (void)frame;
    (void)ctx;
    if (event->kind == ASV_WIRE_EVENT_ERROR)
        asv_log_event(&slot->log, ASV_LOG_WARNING, "camera-refuses", asv_log_text("step", "time"),
                      asv_log_text("detail", event->message.body.error.detail));
    else
        asv_log_event(&slot->log, ASV_LOG_INFO, "time-set",
                      asv_log_i64("by_ms", event->message.body.time_reply.after_ms -
                                               event->message.body.time_reply.before_ms));
    go(slot, STEP_ASSIGNMENT);
    return false;
}

static void time_step(struct asv_slot *slot)
{
    struct asv_wire_message message = {.type = ASV_WIRE_TIME,
                                       .body.time.max_error_ms = clock_error_ms(slot->dock)};
    if (asv_world_wall_ms(slot->dock->site.world, &message.body.time.wall_ms))
        go(slot, STEP_ASSIGNMENT);
    else
        ask(slot, &message, time_set);
}

/* ---- assignment: taken back at docking, given at issue ---- */

static void assignment_give(struct asv_slot *slot, uint64_t number)
{
    const struct asv_site *site = &slot->dock->site;
    uint8_t data[ASV_ASSIGNMENT_MAX_BYTES];
    struct asv_assignment assignment = {.number = number};
    memcpy(assignment.agency, site->agency, sizeof assignment.agency);
    memcpy(assignment.dock_cert, site->dock_cert, sizeof assignment.dock_cert);
    memcpy(assignment.camera_cert, slot->docking->camera_cert, sizeof assignment.camera_cert);
    /* Issued to nobody it still says whose it is: what it records then carries its unit. */
    snprintf(assignment.unit, sizeof assignment.unit, "%s", slot->assign ? slot->assign_unit : slot->unit);
    if (slot->assign) {
        memcpy(assignment.id, slot->assignment, sizeof assignment.id);
        snprintf(assignment.area, sizeof assignment.area, "%s", slot->assign_area);
    }
    struct asv_writer writer;
    asv_writer_init(&writer, data, sizeof data);
    enum asv_status status = asv_world_wall_ms(site->world, &assignment.issued_ms);
    if (!status)
        status = asv_assignment_encode(&writer, &assignment, site->keys->sign);
    if (!status && keep(slot, data, writer.len)) {
        slot->assign_sent = slot->assign;
        give(slot, ASV_WIRE_ASSIGNMENT);
    } else {
        go(slot, STEP_INDICATOR);
    }
}

static void number_run(struct asv_job *job)
{
    struct call *call = (struct call *)(void *)job;
    const struct asv_services *services = call->slot->dock->services;
    call->status = services->number_next(services->db, call->docking->camera_cert, ASV_DB_ASSIGNMENT,
                                         call->floor, &call->number, &call->err);
}

static void number_done(struct asv_job *job)
{
    struct call *call = (struct call *)(void *)job;
    struct asv_slot *slot = call->slot;
    asv_dock_heard_db(slot->dock, call->status, &call->err);
    if (!is_current(call))
        return;
    uint64_t number = call->status == ASV_OK ? call->number : call->floor + 1;
    call_end(call);
    assignment_give(slot, number);
}

static void assignment_step(struct asv_slot *slot)
{
    const struct asv_wire_status_reply *status = &slot->docking->status;
    bool issued = !asv_uuid_is_zero(status->assignment_id);
    bool first = status->assignment == 0 && slot->unit[0];
    bool same = slot->assign && memcmp(slot->assignment, status->assignment_id, sizeof slot->assignment) == 0;
    slot->assigned = slot->assigned || same;
    if (slot->object)
        give(slot, ASV_WIRE_ASSIGNMENT);
    else if (!is_trusted(slot) || same || (!slot->assign && !issued && !first))
        go(slot, STEP_INDICATOR);
    else if (slot->docking->recorded && slot->dock->db.up)
        call_new(slot, ASV_LANE_DB, number_run, number_done);
    else
        assignment_give(slot, status->assignment + 1);
}

/* ---- the end ---- */

/* Why the camera itself is to be kept; 0: it is not. */
static uint32_t keep_it(const struct asv_slot *slot, char *text, size_t size)
{
    if (slot->standing == ASV_E_REVOKED) {
        snprintf(text, size, "the camera's certificate is revoked: keep it; ");
        return ASV_WHY_REVOKED;
    }
    if (slot->docking->suspect || slot->docking->twin) {
        snprintf(text, size, "another camera may be using this one's certificate: keep it; ");
        return ASV_WHY_COPY;
    }
    snprintf(text, size, "%s", slot->retired ? "the camera is retired: keep it; " : "");
    return slot->retired ? ASV_WHY_RETIRED : 0;
}

/* Why a person should look at this camera; 0 when nobody needs to. */
static uint32_t attention(const struct asv_slot *slot, char *text, size_t size)
{
    static const struct {
        enum asv_left left;
        enum asv_why why;
        const char *text;
    } reasons[] = {
        {ASV_LEFT_REFUSED, ASV_WHY_UNERASED, "in custody, but not erased by it"},
        {ASV_LEFT_FAILED, ASV_WHY_FAILED, "that could not be brought into custody"},
        {ASV_LEFT_UNREADABLE, ASV_WHY_UNREADABLE, "that it cannot give, or not as it should"},
        {ASV_LEFT_DISK, ASV_WHY_DISK, "that the vault's disk does not keep"},
        {ASV_LEFT_QUARANTINED, ASV_WHY_QUARANTINED, "in quarantine, to be looked at"},
        {ASV_LEFT_EXPIRED, ASV_WHY_EXPIRED, "whose period is over, to be erased at the keeper's order"},
        {ASV_LEFT_RECORDING, ASV_WHY_RECORDING, "still being recorded"},
    };
    uint32_t why = keep_it(slot, text, size);
    size_t at = strlen(text);
    bool first = true;
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons && at < size; i++) {
        unsigned count = asv_slot_left_for(slot, reasons[i].left);
        if (count > 0)
            at += (size_t)snprintf(text + at, size - at, "%s%u %s", first ? "recordings on it: " : ", ",
                                   count, reasons[i].text);
        first = first && count == 0;
        why |= count > 0 ? reasons[i].why : 0;
    }
    at = strlen(text);
    if (at > 1 && text[at - 2] == ';')
        text[at - 2] = '\0';
    return why;
}

/* A camera that was assigned is lit until somebody takes it; one that was to be, and that nobody may take
 * now, is nobody's again. */
static void offer(struct asv_slot *slot)
{
    slot->offered = slot->assigned && slot->state == ASV_SLOT_READY;
    if (slot->issue && slot->offered) {
        asv_issue_given(slot);
    } else if (slot->issue) {
        asv_issue_lost(slot);
        if (slot->assigned)
            asv_timer_start(slot->dock->loop, &slot->offer, 0);
    }
    asv_dock_changed(slot->dock);
}

static bool finished(struct asv_slot *slot, const struct asv_wire_event *event, struct asv_usb_frame *frame,
                     void *ctx)
{
    (void)frame;
    (void)ctx;
    char text[ASV_SLOT_REASON_BYTES];
    if (event->kind == ASV_WIRE_EVENT_ERROR) {
        asv_slot_fault(slot, ASV_WHY_SILENT, "the camera does not end the session");
        return false;
    }
    uint32_t why = attention(slot, text, sizeof text);
    slot->attempts = 0;
    slot->assign = false;
    asv_log_event(&slot->log, ASV_LOG_NOTICE, "docked", asv_log_u64("stored", slot->counts.stored),
                  asv_log_u64("quarantined", slot->counts.quarantined),
                  asv_log_u64("expired", slot->counts.expired), asv_log_u64("erased", slot->counts.erased),
                  asv_log_u64("left", slot->left_count), asv_log_u64("bytes", slot->counts.bytes));
    asv_slot_end_docking(slot, slot->retired          ? ASV_DB_DOCKING_RETIRED
                               : slot->left_count > 0 ? ASV_DB_DOCKING_LATER
                                                      : ASV_DB_DOCKING_READY);
    asv_slot_move(slot, why != 0 ? ASV_SLOT_ATTENTION : ASV_SLOT_READY, why, text);
    offer(slot);
    return false;
}

static void finish_step(struct asv_slot *slot)
{
    const struct asv_wire_message message = {.type = ASV_WIRE_FINISH,
                                             .body.finish.reason = slot->retired ? ASV_WIRE_FINISH_RETIRED
                                                                   : slot->left_count > 0
                                                                       ? ASV_WIRE_FINISH_LATER
                                                                       : ASV_WIRE_FINISH_READY};
    asv_slot_ask_soon(slot, &message, slot->dock->settings.erase_ms, finished, next);
}

static bool indicated(struct asv_slot *slot, const struct asv_wire_event *event, struct asv_usb_frame *frame,
                      void *ctx)
{
    (void)event;
    (void)frame;
    (void)ctx;
    go(slot, STEP_INVENTORY);
    return false;
}

static void indicator_step(struct asv_slot *slot)
{
    char text[ASV_SLOT_REASON_BYTES];
    bool look = attention(slot, text, sizeof text) != 0;
    const struct asv_wire_message message = {.type = ASV_WIRE_INDICATOR,
                                             .body.indicator.indication =
                                                 look             ? ASV_WIRE_INDICATE_ATTENTION
                                                 : slot->assigned ? ASV_WIRE_INDICATE_IDENTIFY /* D-004 */
                                                                  : ASV_WIRE_INDICATE_READY};
    ask(slot, &message, indicated);
}

/* D-010: what is left on it, in its own words. */
static bool signed_it(struct asv_slot *slot, const struct asv_wire_event *event, struct asv_usb_frame *frame,
                      void *ctx)
{
    (void)frame;
    (void)ctx;
    struct asv_docking *docking = slot->docking;
    const struct asv_bytes *data = &event->message.body.inventory.inventory;
    if (event->kind == ASV_WIRE_EVENT_ERROR) { /* D-011: firmware from before there were any */
        asv_log_event(&slot->log, ASV_LOG_NOTICE, "no-inventory",
                      asv_log_u64("code", event->message.body.error.code),
                      asv_log_text("detail", event->message.body.error.detail));
    } else {
        memcpy(docking->inventory, data->data, data->len);
        docking->inventory_len = data->len;
    }
    go(slot, STEP_FINISH);
    return false;
}

static void inventory_step(struct asv_slot *slot)
{
    const struct asv_wire_message message = {.type = ASV_WIRE_INVENTORY};
    ask(slot, &message, signed_it);
}

static void list(struct asv_slot *slot)
{
    slot->renewing = false;
    asv_slot_move(slot, ASV_SLOT_LISTING, 0, NULL);
    asv_slot_progress(slot);
}

static void next(struct asv_slot *slot)
{
    if (slot->state == ASV_SLOT_IDENTIFYING && slot->renewing) {
        if (slot->step == STEP_BULLETIN)
            bulletin_step(slot);
        else
            list(slot);
        return;
    }
    if (slot->state != ASV_SLOT_FINISHING)
        return;
    switch ((enum step)slot->step) {
    case STEP_BULLETIN:
        bulletin_step(slot);
        break;
    case STEP_CONFIGURATION:
        configuration_step(slot);
        break;
    case STEP_TIME:
        time_step(slot);
        break;
    case STEP_ASSIGNMENT:
        assignment_step(slot);
        break;
    case STEP_INDICATOR:
        indicator_step(slot);
        break;
    case STEP_INVENTORY:
        inventory_step(slot);
        break;
    case STEP_FINISH:
        finish_step(slot);
        break;
    }
}

void asv_slot_finish(struct asv_slot *slot)
{
    asv_slot_move(slot, ASV_SLOT_FINISHING, 0, NULL);
    go(slot, STEP_BULLETIN);
}

/* A camera that records to its reserve key has another one before a recording under the old one is opened,
 * which is when that one's period begins: pulled out on the way, it goes on with a key that lives. */
void asv_slot_renew(struct asv_slot *slot)
{
    slot->renewing = (slot->docking->status.flags & ASV_WIRE_STATUS_RESERVE) != 0;
    if (slot->renewing) {
        asv_slot_note_reserve(slot);
        go(slot, STEP_BULLETIN);
    } else {
        list(slot);
    }
}
