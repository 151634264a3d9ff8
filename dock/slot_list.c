/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * LISTING: a round through the camera's whole list keeps the best candidates, marked ones first, then oldest.
 * Rounds are repeated until one finds nothing new, so memory does not grow with what a camera holds. What
 * must stay on it is noted with the reason. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dock/dock.h"
#include "dock/docking.h"
#include "dock/intake.h"
#include "dock/recovery.h"

static void next_page(struct asv_slot *slot);

bool asv_candidate_is_before(const struct asv_wire_clip *a, const struct asv_wire_clip *b)
{
    bool a_marked = (a->flags & ASV_WIRE_CLIP_MARKED) != 0;
    bool b_marked = (b->flags & ASV_WIRE_CLIP_MARKED) != 0;
    if (a_marked != b_marked)
        return a_marked;
    return a->number < b->number;
}

/* Keeps the first ASV_SLOT_CANDIDATES of all in order. */
void asv_candidates_add(struct asv_candidate *list, unsigned *count, const struct asv_wire_clip *clip)
{
    unsigned at = *count;
    while (at > 0 && asv_candidate_is_before(clip, &list[at - 1].clip))
        at--;
    if (at == ASV_SLOT_CANDIDATES)
        return;
    unsigned moved = *count < ASV_SLOT_CANDIDATES ? *count - at : ASV_SLOT_CANDIDATES - 1 - at;
    memmove(&list[at + 1], &list[at], moved * sizeof *list);
    list[at] = (struct asv_candidate){.clip = *clip};
    if (*count < ASV_SLOT_CANDIDATES)
        (*count)++;
}

/* ---- what stays on the camera ---- */

void asv_slot_leave(struct asv_slot *slot, uint64_t number, enum asv_left why)
{
    for (unsigned i = 0; i < slot->left_count; i++)
        if (slot->left[i].number == number) {
            slot->left[i].why = why;
            return;
        }
    if (slot->left_count == ASV_SLOT_LEFT) {
        asv_slot_fault(slot, ASV_WHY_OTHER,
                       "more recordings must stay on this camera than the dock keeps count of");
        return;
    }
    slot->left[slot->left_count++] = (struct asv_slot_left){number, why};
}

bool asv_slot_is_left(const struct asv_slot *slot, uint64_t number)
{
    for (unsigned i = 0; i < slot->left_count; i++)
        if (slot->left[i].number == number)
            return true;
    return false;
}

unsigned asv_slot_left_for(const struct asv_slot *slot, enum asv_left why)
{
    unsigned count = 0;
    for (unsigned i = 0; i < slot->left_count; i++)
        count += slot->left[i].why == why;
    return count;
}

bool asv_slot_is_untold(const struct asv_slot *slot, uint64_t number)
{
    for (unsigned i = 0; i < slot->untold_count; i++)
        if (slot->untold[i] == number)
            return true;
    return false;
}

void asv_slot_leave_untold(struct asv_slot *slot, uint64_t number)
{
    bool room = slot->untold_count < ASV_SLOT_UNTOLD;
    if (room && !asv_slot_is_untold(slot, number))
        slot->untold[slot->untold_count++] = number;
    asv_slot_leave(slot, number, asv_slot_is_untold(slot, number) ? ASV_LEFT_UNTOLD : ASV_LEFT_FAILED);
}

void asv_slot_retry_left(struct asv_slot *slot)
{
    const struct asv_dock *dock = slot->dock;
    unsigned kept = 0;
    for (unsigned i = 0; i < slot->left_count; i++) {
        enum asv_left why = slot->left[i].why;
        bool again = why == ASV_LEFT_STAGED   ? dock->db.up && dock->keeper.up
                     : why == ASV_LEFT_UNTOLD ? asv_recovery_has_asked(dock)
                                              : why >= ASV_LEFT_NO_ROOM;
        if (!again)
            slot->left[kept++] = slot->left[i];
        else if (why == ASV_LEFT_STAGED)
            asv_slot_uncount_pulled(slot);
    }
    slot->relist = slot->relist || kept < slot->left_count;
    slot->left_count = kept;
}

/* ---- a page of the list ---- */

void asv_slot_note_reserve(struct asv_slot *slot)
{
    struct asv_docking *docking = slot->docking;
    if (!docking->reserve_used)
        asv_dock_note_bulletin(slot->dock, docking->camera_cert, docking->status.bulletin, 0);
    docking->reserve_used = true;
}

static void consider(struct asv_slot *slot, const struct asv_wire_clip *clip)
{
    slot->list_seen++;
    if (clip->flags & ASV_WIRE_CLIP_RESERVE)
        asv_slot_note_reserve(slot);
    if (asv_intake_has(slot, clip->number) || asv_slot_is_left(slot, clip->number))
        return;
    if (clip->flags & ASV_WIRE_CLIP_RECORDING) {
        asv_slot_leave(slot, clip->number, ASV_LEFT_RECORDING);
        return;
    }
    struct asv_err err = {0};
    if (clip->flags & ASV_WIRE_CLIP_DAMAGED)
        (void)!asv_fail(&err, ASV_E_IO, "the camera cannot read its header");
    if (err.text[0] || asv_take_check_offer(&slot->dock->site, clip, &err)) {
        asv_log_event(&slot->log, ASV_LOG_WARNING, "left-on-camera", asv_log_u64("number", clip->number),
                      asv_log_text("detail", err.text));
        asv_slot_leave(slot, clip->number, ASV_LEFT_UNREADABLE);
        return;
    }
    asv_candidates_add(slot->candidates, &slot->candidate_count, clip);
    slot->list_bytes += asv_intake_bytes(clip);
}

/* ---- what the database knows of the candidates ---- */

struct announcement {
    struct asv_job job; /* first */
    struct asv_slot *slot;
    uint64_t serial;
    struct asv_docking *docking; /* counted */
    unsigned count;
    bool begin;
    struct asv_db_docking_result result; /* of that */
    struct asv_db_offer offers[ASV_SLOT_CANDIDATES];
    struct asv_db_known known[ASV_SLOT_CANDIDATES];
    enum asv_status status;
    struct asv_err err;
};

static void announce_run(struct asv_job *job)
{
    struct announcement *call = (struct announcement *)(void *)job;
    const struct asv_dock *dock = call->slot->dock;
    call->status = ASV_OK;
    if (call->begin)
        call->status =
            asv_docking_begin(dock->services, &dock->site, call->docking, &call->result, &call->err);
    if (call->status == ASV_OK)
        call->status = dock->services->announce(dock->services->db, call->docking->session, call->offers,
                                                call->count, call->known, &call->err);
}

static void round_over(struct asv_slot *slot)
{
    slot->listing = false;
    slot->listed = true;
    slot->counts.listed = slot->list_seen;
    asv_slot_progress(slot);
}

/* What is in custody already is not pulled again; only its receipt may be missing. */
static void sort_known(struct asv_slot *slot)
{
    uint64_t serial = slot->serial;
    unsigned kept = 0;
    for (unsigned i = 0; slot->serial == serial && i < slot->candidate_count; i++) {
        const struct asv_candidate *candidate = &slot->candidates[i];
        const struct asv_db_known *known = &candidate->known;
        if (known->number_taken || known->number_back)
            slot->docking->suspect = true;
        bool over = known->state == ASV_DB_ERASING || known->state == ASV_DB_ERASED;
        bool pulls = !over && known->state != ASV_DB_QUARANTINED;
        slot->ahead_bytes -= pulls ? 0 : asv_intake_bytes(&candidate->clip);
        if (over)
            asv_slot_leave(slot, candidate->clip.number, ASV_LEFT_EXPIRED);
        else if (known->state == ASV_DB_QUARANTINED)
            asv_slot_leave(slot, candidate->clip.number, ASV_LEFT_QUARANTINED);
        else
            slot->candidates[kept++] = *candidate;
    }
    if (slot->serial == serial)
        slot->candidate_count = kept;
}

static void announce_done(struct asv_job *job)
{
    struct announcement *call = (struct announcement *)(void *)job;
    struct asv_slot *slot = call->slot;
    if (call->status == ASV_OK)
        call->docking->recorded = true;
    asv_dock_heard_db(slot->dock, call->status, &call->err);
    if (call->status)
        asv_log_failure(&slot->log, ASV_LOG_WARNING, "database", &call->err);
    if (call->serial == slot->serial) {
        if (call->begin && call->status == ASV_OK)
            asv_slot_known(slot, &call->result);
        for (unsigned i = 0; call->status == ASV_OK && i < call->count; i++) {
            slot->candidates[i].known = call->known[i];
            slot->candidates[i].is_known = true;
        }
        sort_known(slot);
    }
    if (call->serial == slot->serial)
        round_over(slot);
    asv_docking_drop(call->docking);
    free(call);
}

static void announce(struct asv_slot *slot)
{
    struct announcement *call = calloc(1, sizeof *call);
    if (!call) {
        asv_slot_fault(slot, ASV_WHY_OTHER, "no memory");
        return;
    }
    call->job = (struct asv_job){.run = announce_run, .done = announce_done};
    call->slot = slot;
    call->serial = slot->serial;
    call->docking = asv_docking_use(slot->docking);
    call->begin = !slot->docking->recorded;
    call->count = slot->candidate_count;
    for (unsigned i = 0; i < slot->candidate_count; i++) {
        const struct asv_wire_clip *clip = &slot->candidates[i].clip;
        struct asv_db_offer *offer = &call->offers[i];
        memcpy(offer->identity.camera_cert, slot->docking->camera_cert, sizeof offer->identity.camera_cert);
        memcpy(offer->identity.epoch, slot->docking->status.epoch, sizeof offer->identity.epoch);
        offer->identity.number = clip->number;
        memcpy(offer->identity.header, clip->header, sizeof offer->identity.header);
        memcpy(offer->clip, clip->clip, sizeof offer->clip);
        offer->marked = (clip->flags & ASV_WIRE_CLIP_MARKED) != 0;
        offer->chunks = clip->chunks;
        offer->seal_bytes = clip->seal_bytes;
        offer->tail_bytes = clip->tail_bytes;
        offer->start_ms = clip->start_wall_ms;
    }
    asv_pool_submit(slot->dock->pool, ASV_LANE_DB, &call->job);
}

/* ---- the camera's list ---- */

static bool got_page(struct asv_slot *slot, const struct asv_wire_event *event, struct asv_usb_frame *frame,
                     void *ctx)
{
    (void)frame;
    (void)ctx;
    const struct asv_wire_clips_reply *reply = &event->message.body.clips_reply;
    struct asv_reader reader;
    if (event->kind == ASV_WIRE_EVENT_ERROR) {
        asv_slot_fault(slot, ASV_WHY_SILENT, "the camera does not list its recordings");
        return false;
    }
    uint64_t serial = slot->serial;
    asv_reader_init(&reader, reply->entries.data, reply->entries.len);
    for (unsigned i = 0; i < reply->count && slot->serial == serial; i++) {
        struct asv_wire_clip clip;
        if (asv_wire_clip_decode(&reader, &clip)) {
            asv_slot_fault(slot, ASV_WHY_PROTOCOL, "the camera's list cannot be read");
            return false;
        }
        slot->list_after = clip.number;
        consider(slot, &clip);
    }
    if (slot->serial != serial)
        return false;
    if (slot->candidate_count == ASV_SLOT_CANDIDATES)
        slot->relist = true; /* there may be more behind them */
    if (reply->more && reply->count > 0) {
        next_page(slot);
        return false;
    }
    slot->ahead_bytes = slot->list_bytes;
    if (slot->candidate_count > 0 && slot->dock->db.up)
        announce(slot);
    else
        round_over(slot);
    return false;
}

static void next_page(struct asv_slot *slot)
{
    if (slot->list_pages++ >= ASV_SLOT_PAGES) {
        asv_slot_alarm(slot, ASV_DB_ALARM_HOSTILE_CAMERA,
                       "the camera lists more recordings than it can hold");
        asv_slot_fault(slot, ASV_WHY_PROTOCOL, "the camera lists more recordings than it can hold");
        return;
    }
    const struct asv_wire_message message = {
        .type = ASV_WIRE_CLIPS, .body.clips = {.after = slot->list_after, .count = ASV_WIRE_MAX_CLIPS}};
    asv_slot_ask_soon(slot, &message, slot->dock->settings.reply_ms, got_page, next_page);
}

void asv_slot_list(struct asv_slot *slot)
{
    slot->listing = true;
    slot->relist = false;
    slot->candidate_count = 0;
    slot->list_after = 0;
    slot->list_pages = 0;
    slot->list_seen = 0;
    slot->list_bytes = 0;
    next_page(slot);
}
