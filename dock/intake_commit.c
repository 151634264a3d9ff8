/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * From the last chunk to the receipt, and what follows the camera's proof of erasure. Each step is one job on
 * a worker; what cannot be done now is tried again when what it needs comes back, and after a while in any
 * case. The camera may leave at any moment: what was promised to nobody then ends in the vault without it. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dock/docking.h"
#include "dock/intake.h"
#include "dock/outbox.h"
#include "dock/recovery.h"
#include "firmware-proto/seal/link.h"
#include "firmware-proto/trust/erasure.h"

#define RETRY_MS    5000
#define REREADS     2 /* times that a disk may give back something else before the recording is left */
#define STAGED_MAX  ASV_SLOT_COMMITS
#define WAITING_MAX 64 /* recordings that are kept open without their camera */

static void step_done(struct asv_job *job);
static void run_step(struct asv_intake *intake, enum asv_intake_step step);

static struct asv_intake *intake_of(struct asv_job *job)
{
    return (void *)((char *)job - offsetof(struct asv_intake, job));
}

/* ---- the steps, on a worker ---- */

/* With what lies in staging from an attempt before its period ended. */
static void revive_run(struct asv_job *job)
{
    struct asv_intake *intake = intake_of(job);
    struct asv_take *take = &intake->take;
    struct asv_err *err = &intake->err;
    intake->status = asv_take_revive(take, err);
    if (!intake->status)
        intake->status = asv_take_prepare(take, err);
    if (!intake->status && take->resumes)
        intake->status = asv_take_scan(take, err);
    bool whole = take->have_count == take->chunks;
    if (!intake->status && whole)
        intake->status = asv_take_end(take, err);
    intake->found = whole                          ? ASV_TAKE_FOUND_WHOLE
                    : asv_take_is_in_custody(take) ? ASV_TAKE_FOUND_NOTHING
                                                   : ASV_TAKE_FOUND_PARTS;
}

static void move_run(struct asv_job *job)
{
    struct asv_intake *intake = intake_of(job);
    intake->status = asv_take_move(&intake->take, &intake->err);
}

static void read_back_run(struct asv_job *job)
{
    struct asv_intake *intake = intake_of(job);
    intake->status = asv_take_read_back(&intake->take, &intake->err);
}

static void quarantine_run(struct asv_job *job)
{
    struct asv_intake *intake = intake_of(job);
    intake->status = asv_take_quarantine(&intake->take, intake->quarantine, &intake->err);
}

static void record_run(struct asv_job *job)
{
    struct asv_intake *intake = intake_of(job);
    intake->status = asv_take_record(&intake->take, &intake->err);
}

static void check_run(struct asv_job *job)
{
    struct asv_intake *intake = intake_of(job);
    struct asv_take *take = &intake->take;
    struct asv_commit facts;
    intake->status = asv_commit_decode(&facts, take->record, take->record_len, NULL, &intake->err);
    if (!intake->status)
        intake->status = asv_take_receipt_again(take, &facts, &intake->err);
}

static void ordered_run(struct asv_job *job)
{
    struct asv_intake *intake = intake_of(job);
    intake->status = asv_take_ordered(&intake->take, &intake->err);
}

static void discard_run(struct asv_job *job)
{
    struct asv_intake *intake = intake_of(job);
    struct asv_clip_dir *dir = intake->take.dir;
    intake->take.dir = NULL;
    if (dir)
        intake->status = asv_clip_discard_take(dir, &intake->err);
}

static void erased_run(struct asv_job *job)
{
    struct asv_intake *intake = intake_of(job);
    intake->status = asv_take_erased(&intake->take, intake->erasure, intake->erasure_len, &intake->err);
}

static unsigned lane_of(const struct asv_intake *intake, enum asv_intake_step step)
{
    switch (step) {
    case ASV_INTAKE_LIVES:
    case ASV_INTAKE_OPENS:
    case ASV_INTAKE_ORDER:
        return ASV_LANE_KEEPER;
    case ASV_INTAKE_CUSTODY:
    case ASV_INTAKE_AGAIN:
    case ASV_INTAKE_RECEIPT:
    case ASV_INTAKE_TOLD:
    case ASV_INTAKE_PROVEN:
        return ASV_LANE_DB;
    default:
        return intake->slot ? asv_lane_long(intake->slot) : ASV_LANE_RECOVERY;
    }
}

static bool needs_db(enum asv_intake_step step)
{
    return step == ASV_INTAKE_CUSTODY || step == ASV_INTAKE_AGAIN || step == ASV_INTAKE_RECEIPT ||
           step == ASV_INTAKE_TOLD || step == ASV_INTAKE_PROVEN;
}

/* ---- waiting ---- */

static bool can_run(const struct asv_intake *intake, enum asv_intake_step step)
{
    const struct asv_dock *dock = intake->dock;
    if (step == ASV_INTAKE_MOVE) /* what cannot be ended is not begun: it stays in staging */
        return dock->db.up && dock->keeper.up;
    if (lane_of(intake, step) == ASV_LANE_KEEPER)
        return dock->keeper.up;
    return !needs_db(step) || dock->db.up;
}

static void count_out(struct asv_intake *intake)
{
    struct asv_slot *slot = intake->slot;
    if (!slot)
        return;
    assert(slot->committing > 0);
    slot->committing--;
    if (intake->step == ASV_INTAKE_DELIVER)
        slot->delivering--;
}

/* It is put down in staging: it will be listed again, looked at, and gone on with. */
static void shelve(struct asv_intake *intake)
{
    struct asv_slot *slot = intake->slot;
    uint64_t number = intake->take.offer.number;
    asv_log_event(&intake->log, ASV_LOG_INFO, "staged", asv_log_u64("number", number));
    count_out(intake);
    asv_intake_drop(intake);
    asv_slot_leave(slot, number, ASV_LEFT_STAGED);
    asv_slot_progress(slot);
}

/* It is large. */
static void forget_evidence(struct asv_intake *intake)
{
    free(intake->evidence);
    intake->evidence = NULL;
}

static void wait(struct asv_intake *intake)
{
    struct asv_slot *slot = intake->slot;
    intake->waiting = true;
    forget_evidence(intake);   /* it is read again then */
    asv_intake_disown(intake); /* others are to be taken up meanwhile */
    bool staged = intake->step == ASV_INTAKE_LIVES || intake->step == ASV_INTAKE_MOVE;
    if (slot && staged && slot->committing >= STAGED_MAX) {
        shelve(intake);
        return;
    }
    if (!slot && intake->dock->intake_count > WAITING_MAX) {
        asv_recovery_later(intake->dock); /* it is in the vault, and will be found there */
        asv_intake_drop(intake);
        return;
    }
    asv_timer_start(intake->dock->loop, &intake->retry, RETRY_MS);
    if (slot)
        asv_slot_progress(slot);
}

static void retry_fire(struct asv_timer *timer)
{
    struct asv_intake *intake = (void *)((char *)timer - offsetof(struct asv_intake, retry));
    if (intake->waiting && !intake->busy && !intake->dock->stopping)
        run_step(intake, intake->step);
}

struct asv_intake *asv_intake_to_pull_again(struct asv_slot *slot)
{
    for (struct asv_intake *intake = slot->dock->intakes; intake; intake = intake->next)
        if (intake->slot == slot && intake->waiting && intake->step == ASV_INTAKE_CHUNKS) {
            intake->waiting = false;
            slot->committing--;
            slot->pulled_bytes -= asv_intake_bytes(&intake->take.offer);
            asv_slot_uncount_pulled(slot);
            return intake;
        }
    return NULL;
}

/* Running one may end others: each round looks at the list anew. */
void asv_intake_resume_all(struct asv_dock *dock)
{
    for (struct asv_intake *intake = dock->intakes; intake; intake = intake->next)
        intake->resume = intake->waiting && !intake->undelivered && intake->step >= ASV_INTAKE_LIVES;
    for (struct asv_intake *intake = dock->intakes; intake;) {
        if (intake->resume && !intake->busy && !intake->abandoned && can_run(intake, intake->step)) {
            intake->resume = false;
            run_step(intake, intake->step);
            intake = dock->intakes;
        } else {
            intake = intake->next;
        }
    }
}

unsigned asv_intake_waiting(const struct asv_slot *slot)
{
    unsigned count = 0;
    for (const struct asv_intake *intake = slot->dock->intakes; intake; intake = intake->next)
        count += intake->slot == slot && intake->waiting;
    return count;
}

static void run_step(struct asv_intake *intake, enum asv_intake_step step)
{
    static void (*const runs[])(struct asv_job *) = {[ASV_INTAKE_LIVES] = asv_intake_lives_run,
                                                     [ASV_INTAKE_REVIVE] = revive_run,
                                                     [ASV_INTAKE_MOVE] = move_run,
                                                     [ASV_INTAKE_READ_BACK] = read_back_run,
                                                     [ASV_INTAKE_OPENS] = asv_intake_opens_run,
                                                     [ASV_INTAKE_QUARANTINE] = quarantine_run,
                                                     [ASV_INTAKE_RECORD] = record_run,
                                                     [ASV_INTAKE_CUSTODY] = asv_intake_custody_run,
                                                     [ASV_INTAKE_AGAIN] = asv_intake_again_run,
                                                     [ASV_INTAKE_CHECK] = check_run,
                                                     [ASV_INTAKE_RECEIPT] = asv_intake_receipt_run,
                                                     [ASV_INTAKE_ORDER] = asv_intake_order_run,
                                                     [ASV_INTAKE_ORDERED] = ordered_run,
                                                     [ASV_INTAKE_TOLD] = asv_intake_told_run,
                                                     [ASV_INTAKE_DISCARD] = discard_run,
                                                     [ASV_INTAKE_ERASED] = erased_run,
                                                     [ASV_INTAKE_PROVEN] = asv_intake_proven_run};
    intake->step = step;
    if (intake->dock->stopping)
        return; /* the vault tells where to go on */
    if (step == ASV_INTAKE_DELIVER) {
        asv_intake_deliver(intake);
        return;
    }
    if (!can_run(intake, step)) {
        wait(intake);
        return;
    }
    bool shows = step == ASV_INTAKE_OPENS || step == ASV_INTAKE_LIVES;
    if (shows && !intake->evidence)
        intake->evidence = calloc(1, sizeof *intake->evidence);
    if (shows && !intake->evidence) {
        wait(intake);
        return;
    }
    intake->begin = needs_db(step) && !intake->take.docking->recorded;
    intake->asked_service = false;
    asv_timer_stop(intake->dock->loop, &intake->retry);
    asv_intake_run(intake, lane_of(intake, step), runs[step], step_done);
}

/* ---- ends ---- */

/* Nothing is left to do for it. Whoever waited for the same recording, or for its room, may go on. */
void asv_intake_finish(struct asv_intake *intake)
{
    struct asv_dock *dock = intake->dock;
    struct asv_slot *slot = intake->slot;
    count_out(intake);
    bool pause = intake->anew;
    asv_intake_drop(intake);
    if (slot)
        asv_slot_progress(slot);
    if (!pause) /* a disk that fails gets one */
        asv_dock_kick(dock);
}

void asv_intake_leave(struct asv_intake *intake, enum asv_left why)
{
    if (intake->slot)
        asv_slot_leave(intake->slot, intake->take.offer.number, why);
    asv_intake_finish(intake);
}

/* It was pulled, and will be again. */
static void leave_for_room(struct asv_intake *intake)
{
    if (intake->slot)
        asv_slot_uncount_pulled(intake->slot);
    asv_intake_leave(intake, ASV_LEFT_NO_ROOM);
}

static void leave_untold(struct asv_intake *intake)
{
    if (intake->slot)
        asv_slot_leave_untold(intake->slot, intake->take.offer.number);
    asv_intake_finish(intake);
}

static void alarm(const struct asv_intake *intake, enum asv_db_alarm_kind kind, const char *detail)
{
    struct asv_db_identity identity;
    asv_intake_identity(intake, &identity);
    asv_log_event(&intake->log, ASV_LOG_ERROR, "alarm", asv_log_u64("kind", kind),
                  asv_log_text("detail", detail));
    struct asv_db_alarm alarm = {.kind = kind,
                                 .slot = intake->slot ? intake->slot->number : -1,
                                 .camera_cert = identity.camera_cert,
                                 .recording = &identity,
                                 .detail = detail};
    asv_outbox_alarm(intake->dock->outbox, &alarm);
}

static void quarantine(struct asv_intake *intake, const char *reason)
{
    snprintf(intake->quarantine, sizeof intake->quarantine, "%s", reason);
    run_step(intake, ASV_INTAKE_QUARANTINE);
}

/* When the slot has finished with the one it is pulling. */
static void pull_again(struct asv_intake *intake)
{
    intake->waiting = true;
    intake->step = ASV_INTAKE_CHUNKS;
    asv_slot_progress(intake->slot);
}

/* The disk gave back other bytes than were written. With the camera chunks are pulled again; without it, or
 * when it is another file, the recording is dropped: nothing was promised, and the camera has it. */
static void bad_read_back(struct asv_intake *intake)
{
    struct asv_slot *slot = intake->slot;
    alarm(intake, ASV_DB_ALARM_STORAGE, intake->err.text);
    bool chunks = intake->take.have_count < intake->take.chunks || intake->take.final_wrong;
    if (!slot || !chunks || ++intake->rereads > REREADS) {
        run_step(intake, ASV_INTAKE_DISCARD);
        return;
    }
    pull_again(intake);
}

/* After a pause there may be: the camera keeps it until then. */
static void no_room(struct asv_intake *intake)
{
    alarm(intake, ASV_DB_ALARM_STORAGE, intake->err.text);
    snprintf(intake->slot->room, sizeof intake->slot->room, "%s", intake->err.text);
    intake->anew = true;
}

/* A sync that failed may have dropped pages that the next one no longer knows of: with the camera at hand
 * everything is pulled and written anew. */
static void bad_disk(struct asv_intake *intake)
{
    no_room(intake);
    run_step(intake, ASV_INTAKE_DISCARD);
}

/* It will not go into custody by trying again, and must not keep the others from it. */
static void give_up(struct asv_intake *intake)
{
    alarm(intake, ASV_DB_ALARM_INTERNAL, intake->err.text);
    asv_intake_leave(intake, ASV_LEFT_FAILED);
}

/* Whether there is something that can come back: a service, room, memory, who has it open. */
static bool may_succeed_later(const struct asv_intake *intake)
{
    enum asv_status status = intake->status;
    if (intake->asked_service && intake->heard == status && !asv_dock_is_answer(status))
        return true;
    return asv_dock_may_pass(status);
}

static bool is_not_there(const struct asv_intake *intake)
{
    return (intake->step == ASV_INTAKE_AGAIN && !may_succeed_later(intake)) ||
           (intake->step == ASV_INTAKE_CHECK && (!may_succeed_later(intake) || intake->status == ASV_E_IO));
}

/* It lies in the vault already, committed, though the database did not say so: a crash between the two. The
 * recovery tells the database; then this camera gets its receipt from what is there. */
static void exists(struct asv_intake *intake)
{
    intake->twin = true;
    asv_recovery_again(intake->dock);
    run_step(intake, ASV_INTAKE_DISCARD);
}

static void custody_done(struct asv_intake *intake)
{
    struct asv_dock *dock = intake->dock;
    struct asv_slot *slot = intake->slot;
    struct asv_take *take = &intake->take;
    switch (intake->outcome) {
    case ASV_DB_UUID_TAKEN:
        if (take->way != ASV_TAKE_QUARANTINE) {
            quarantine(intake, "another recording has this UUID");
            return;
        }
        asv_intake_leave(intake, ASV_LEFT_REFUSED);
        return;
    case ASV_DB_CONFLICT:
        asv_log_event(&intake->log, ASV_LOG_ERROR, "custody-conflict",
                      asv_log_u64("number", take->offer.number));
        intake->conflict = true;
        if (take->way == ASV_TAKE_STORE)
            quarantine(intake, "in custody with other bytes");
        else if (take->way == ASV_TAKE_EXPIRE)
            run_step(intake, ASV_INTAKE_DISCARD); /* of what is in custody there is no tombstone */
        else
            asv_intake_leave(intake, ASV_LEFT_REFUSED);
        return;
    default:
        break;
    }
    asv_log_event(&intake->log, ASV_LOG_NOTICE, "custody",
                  asv_log_text("kind", take->way == ASV_TAKE_STORE        ? "stored"
                                       : take->way == ASV_TAKE_QUARANTINE ? "quarantined"
                                                                          : "expired"),
                  asv_log_text("reason", take->reason), asv_log_u64("number", take->offer.number),
                  asv_log_u64("day", take->facts.day),
                  asv_log_u64("payload_bytes", take->facts.payload_bytes),
                  asv_log_text("integrity", asv_integrity_name(take->facts.integrity)),
                  asv_log_text("outcome", intake->outcome == ASV_DB_DONE ? "new" : "known"));
    if (take->way == ASV_TAKE_EXPIRE) {
        if (slot)
            slot->counts.expired++;
        if (slot && take->head_len > 0)
            run_step(intake, ASV_INTAKE_ORDER);
        else
            asv_intake_leave(intake, ASV_LEFT_EXPIRED);
        return;
    }
    dock->bytes += take->facts.payload_bytes;
    if (take->way == ASV_TAKE_QUARANTINE) {
        dock->quarantined++;
        if (slot)
            slot->counts.quarantined++;
        asv_intake_leave(intake, ASV_LEFT_QUARANTINED);
        return;
    }
    if (take->facts.day == 0)
        alarm(intake, ASV_DB_ALARM_INTERVAL, "it can be of several days: people decide which one counts");
    dock->stored++;
    if (slot) {
        slot->counts.stored++;
        slot->attempts = 0; /* a camera that gets on is worth another try */
        run_step(intake, ASV_INTAKE_DELIVER);
    } else {
        asv_intake_finish(intake);
    }
}

/* ---- after each step ---- */

/* Or not, when the disk fails: then it is found at the next start. */
static void discarded(struct asv_intake *intake)
{
    if (intake->anew)
        leave_for_room(intake);
    else if (intake->twin)
        leave_untold(intake);
    else if (intake->conflict)
        asv_intake_leave(intake, ASV_LEFT_REFUSED);
    else
        asv_intake_leave(intake, ASV_LEFT_DISK);
}

/* It stays on the camera, as it would have without the keeper. That its key still lives is no fault: the next
 * docking asks again. */
static void not_ordered(struct asv_intake *intake)
{
    if (intake->status != ASV_E_STATE)
        alarm(intake, ASV_DB_ALARM_ERASURE, intake->err.text);
    asv_intake_leave(intake, ASV_LEFT_EXPIRED);
}

/* Without the camera what is not whole waits for it in staging; of half a commit nothing was promised. */
static void revived(struct asv_intake *intake)
{
    bool staged = asv_clip_area(intake->take.dir) == ASV_VAULT_STAGING;
    asv_log_event(&intake->log, ASV_LOG_NOTICE, "lives-on", asv_log_u64("number", intake->take.offer.number),
                  asv_log_text("why", intake->opens == ASV_OPENS_HELD ? "held" : "key"));
    if (intake->found == ASV_TAKE_FOUND_WHOLE)
        run_step(intake, ASV_INTAKE_MOVE);
    else if (intake->slot)
        pull_again(intake);
    else if (staged && intake->found == ASV_TAKE_FOUND_PARTS)
        asv_intake_finish(intake);
    else
        run_step(intake, ASV_INTAKE_DISCARD);
}

static void step_failed(struct asv_intake *intake)
{
    enum asv_status status = intake->status;
    bool first_time = intake->failed_step != (int)intake->step;
    intake->failed_step = (int)intake->step;
    if (first_time)
        asv_log_event(&intake->log, ASV_LOG_WARNING, "not-yet",
                      asv_log_text("step", asv_intake_step_name(intake->step)),
                      asv_log_status("status", status), asv_log_text("detail", intake->err.text));
    if (intake->step == ASV_INTAKE_READ_BACK && status == ASV_E_DIGEST) {
        bad_read_back(intake);
    } else if (status == ASV_E_EXISTS &&
               (intake->step == ASV_INTAKE_MOVE || intake->step == ASV_INTAKE_QUARANTINE)) {
        exists(intake);
    } else if (status == ASV_E_MISMATCH && intake->step == ASV_INTAKE_MOVE &&
               intake->take.way == ASV_TAKE_STORE) {
        quarantine(intake, "another recording has this UUID");
    } else if (status == ASV_E_IO && !intake->asked_service && intake->slot &&
               intake->step <= ASV_INTAKE_RECORD) {
        bad_disk(intake);
    } else if (status == ASV_E_NO_SPACE && intake->step == ASV_INTAKE_REVIVE && intake->slot) {
        no_room(intake);
        leave_for_room(intake);
    } else if (is_not_there(intake)) {
        /* in custody by its row, but the vault does not have it as it should: the camera's copy is kept */
        alarm(intake, status == ASV_E_DIGEST ? ASV_DB_ALARM_DAMAGED_CLIP : ASV_DB_ALARM_MISSING_CLIP,
              intake->err.text);
        asv_intake_leave(intake, ASV_LEFT_REFUSED);
    } else if (intake->step == ASV_INTAKE_PROVEN && !may_succeed_later(intake)) {
        alarm(intake, ASV_DB_ALARM_ERASURE, intake->err.text);
        asv_intake_finish(intake); /* the camera offers its proof again at the next docking */
    } else if (asv_intake_is_ordering(intake->step) && !may_succeed_later(intake)) {
        not_ordered(intake);
    } else if (intake->step == ASV_INTAKE_DISCARD) {
        discarded(intake);
    } else if (intake->step == ASV_INTAKE_ERASED) {
        intake->unkept = true; /* the camera is to offer its proof again */
        run_step(intake, ASV_INTAKE_PROVEN);
    } else if (may_succeed_later(intake)) {
        wait(intake);
    } else {
        give_up(intake);
    }
}

static void tell_repaired(const struct asv_intake *intake)
{
    if (intake->take.repaired > 0)
        alarm(intake, ASV_DB_ALARM_STORAGE,
              "a file came back from one disk other than it was written; it was replaced from the other");
}

static void step_over(struct asv_intake *intake)
{
    struct asv_take *take = &intake->take;
    switch (intake->step) {
    case ASV_INTAKE_LIVES:
        forget_evidence(intake);
        run_step(intake, asv_intake_lives(intake) ? ASV_INTAKE_REVIVE : ASV_INTAKE_RECORD);
        break;
    case ASV_INTAKE_REVIVE:
        revived(intake);
        break;
    case ASV_INTAKE_MOVE:
        run_step(intake, ASV_INTAKE_READ_BACK);
        break;
    case ASV_INTAKE_READ_BACK:
        tell_repaired(intake);
        run_step(intake, take->way == ASV_TAKE_STORE ? ASV_INTAKE_OPENS : ASV_INTAKE_RECORD);
        break;
    case ASV_INTAKE_OPENS:
        forget_evidence(intake);
        if (intake->opens == ASV_OPENS_NO && asv_take_is_over(take))
            take->way = ASV_TAKE_EXPIRE; /* its period ended, or people let go of it, since it was judged */
        if (intake->opens != ASV_OPENS_NO || take->way == ASV_TAKE_EXPIRE)
            run_step(intake, ASV_INTAKE_RECORD);
        else
            quarantine(intake, "the keys that it names do not open it");
        break;
    case ASV_INTAKE_QUARANTINE:
        if (intake->conflict)
            asv_intake_leave(intake, ASV_LEFT_REFUSED);
        else
            run_step(intake,
                     asv_clip_area(take->dir) == ASV_VAULT_STAGING ? ASV_INTAKE_MOVE : ASV_INTAKE_RECORD);
        break;
    case ASV_INTAKE_RECORD:
        run_step(intake, ASV_INTAKE_CUSTODY);
        break;
    case ASV_INTAKE_CUSTODY:
        custody_done(intake);
        break;
    case ASV_INTAKE_AGAIN:
        run_step(intake, ASV_INTAKE_CHECK);
        break;
    case ASV_INTAKE_CHECK:
        tell_repaired(intake);
        run_step(intake, ASV_INTAKE_RECEIPT);
        break;
    case ASV_INTAKE_RECEIPT:
        if (intake->slot)
            run_step(intake, ASV_INTAKE_DELIVER);
        else
            asv_intake_finish(intake);
        break;
    case ASV_INTAKE_ORDER:
        run_step(intake, ASV_INTAKE_ORDERED);
        break;
    case ASV_INTAKE_ORDERED:
        run_step(intake, ASV_INTAKE_TOLD);
        break;
    case ASV_INTAKE_TOLD:
        run_step(intake, ASV_INTAKE_DELIVER);
        break;
    case ASV_INTAKE_ERASED:
        run_step(intake, ASV_INTAKE_PROVEN);
        break;
    case ASV_INTAKE_PROVEN:
        if (!intake->unkept)
            asv_intake_acknowledge(intake);
        asv_intake_finish(intake);
        break;
    default:
        assert(intake->step == ASV_INTAKE_DISCARD);
        discarded(intake);
    }
}

static void step_done(struct asv_job *job)
{
    struct asv_intake *intake = intake_of(job);
    struct asv_dock *dock = intake->dock;
    intake->busy = false;
    if (intake->began)
        intake->take.docking->recorded = true;
    if (intake->began && intake->slot)
        asv_slot_known(intake->slot, &intake->known);
    if (intake->abandoned) {
        asv_intake_drop(intake);
        return;
    }
    if (dock->stopping)
        return;
    if (intake->asked_service && needs_db(intake->step))
        asv_dock_heard_db(dock, intake->heard, &intake->err);
    else if (intake->asked_service)
        asv_dock_heard_keeper(dock, intake->heard, &intake->err);
    if (intake->status)
        step_failed(intake);
    else
        step_over(intake);
}

void asv_intake_commit(struct asv_intake *intake, enum asv_intake_step step)
{
    intake->retry.fire = retry_fire;
    intake->failed_step = -1;
    run_step(intake, step);
}
