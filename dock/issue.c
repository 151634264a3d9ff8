/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "dock/issue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/badge.h"

struct asv_issue {
    struct asv_job job; /* first */
    struct asv_dock *dock;
    struct asv_slot *slot; /* NULL: none yet */
    asv_issue_told told;   /* NULL: nobody asks any more */
    void *ctx;
    uint8_t badge[ASV_SHA256_BYTES];
    uint8_t assignment[16]; /* random: it says nothing of who has the camera */
    struct asv_db_issue_result said;
    enum asv_status status;
    struct asv_err err;
};

const char *asv_issued_name(enum asv_issued outcome)
{
    static const char *const names[ASV_ISSUED_OUTCOMES] = {
        [ASV_ISSUED] = "issued",
        [ASV_ISSUED_NOT_SET_UP] = "not-set-up",
        [ASV_ISSUED_UNKNOWN] = "badge-unknown",
        [ASV_ISSUED_BARRED] = "badge-barred",
        [ASV_ISSUED_HAS] = "has-camera",
        [ASV_ISSUED_NONE_READY] = "none-ready",
        [ASV_ISSUED_DATABASE] = "database-away",
        [ASV_ISSUED_CAMERA] = "camera-failed",
        [ASV_ISSUED_BUSY] = "busy",
    };
    return names[outcome];
}

/* ---- the fullest ---- */

int asv_issue_charge(const struct asv_slot *slot, int64_t now_ms)
{
    const struct asv_docking *docking = slot->docking;
    uint64_t full_ms = slot->dock->settings.charge_ms;
    if (!docking || docking->status.battery_percent > 100)
        return -1;
    int64_t percent = docking->status.battery_percent;
    if (docking->status.flags & ASV_WIRE_STATUS_CHARGING && now_ms > docking->began_ms)
        percent += (int64_t)((uint64_t)(now_ms - docking->began_ms) * 100 / full_ms);
    return percent < 100 ? (int)percent : 100;
}

/* D-001. Of those that are as full, the one that has been in for longest. */
static struct asv_slot *fullest(struct asv_dock *dock, const char *unit)
{
    struct asv_slot *best = NULL;
    int64_t now = 0;
    int most = 0;
    (void)!asv_world_wall_ms(dock->site.world, &now);
    for (unsigned i = 0; i < dock->slot_count; i++) {
        struct asv_slot *slot = &dock->slots[i];
        if (slot->state != ASV_SLOT_READY || slot->offered || (!unit[0] && !slot->unit[0])) /* T-090 */
            continue;
        int charge = asv_issue_charge(slot, now);
        if (!best || charge > most || (charge == most && slot->since_ms < best->since_ms)) {
            best = slot;
            most = charge;
        }
    }
    return best;
}

/* ---- the end ---- */

/* D-007: not whose badge it was. */
static void tell(struct asv_issue *issue, enum asv_issued outcome)
{
    struct asv_issue_answer answer = {.outcome = outcome, .charged = -1};
    int64_t now = 0;
    if (issue->slot) {
        answer.slot = issue->slot->number;
        if (outcome == ASV_ISSUED && asv_world_wall_ms(issue->dock->site.world, &now) == ASV_OK)
            answer.charged = asv_issue_charge(issue->slot, now);
    }
    asv_log_event(&issue->dock->log, ASV_LOG_INFO, "issue", asv_log_text("outcome", asv_issued_name(outcome)),
                  asv_log_u64("slot", answer.slot));
    if (issue->told)
        issue->told(issue->ctx, &answer);
    issue->told = NULL;
}

static void end(struct asv_issue *issue)
{
    issue->dock->issuing--;
    free(issue);
}

/* D-003 */
static void undo_run(struct asv_job *job)
{
    struct asv_issue *issue = (struct asv_issue *)(void *)job;
    const struct asv_services *services = issue->dock->services;
    issue->status = services->issue_undo(services->db, issue->assignment, &issue->err);
}

/* What was not undone is forgotten the next night, and until then holds nobody up for more than two minutes.
 */
static void undo_done(struct asv_job *job)
{
    struct asv_issue *issue = (struct asv_issue *)(void *)job;
    asv_dock_heard_db(issue->dock, issue->status, &issue->err);
    if (issue->status)
        asv_log_failure(&issue->dock->log, ASV_LOG_WARNING, "issue-not-undone", &issue->err);
    end(issue);
}

static void undo(struct asv_issue *issue)
{
    issue->job = (struct asv_job){.run = undo_run, .done = undo_done};
    asv_pool_submit(issue->dock->pool, ASV_LANE_DB, &issue->job);
}

void asv_issue_given(struct asv_slot *slot)
{
    struct asv_issue *issue = slot->issue;
    slot->issue = NULL;
    tell(issue, ASV_ISSUED);
    end(issue);
    asv_timer_start(slot->dock->loop, &slot->offer, slot->dock->settings.issue_wait_ms);
}

/* D-006: a camera that was sent it may have it, whatever it answered: then it stays written down. */
void asv_issue_lost(struct asv_slot *slot)
{
    struct asv_issue *issue = slot->issue;
    if (!issue)
        return;
    bool perhaps = slot->assign_sent;
    slot->issue = NULL;
    slot->assign = false;
    tell(issue, ASV_ISSUED_CAMERA);
    if (perhaps)
        end(issue);
    else
        undo(issue);
}

/* ---- the beginning ---- */

static void begin_run(struct asv_job *job)
{
    struct asv_issue *issue = (struct asv_issue *)(void *)job;
    const struct asv_services *services = issue->dock->services;
    issue->status =
        services->issue_begin(services->db, issue->badge, issue->assignment, &issue->said, &issue->err);
}

/* D-002: the database has who wears it by now. */
static void light(struct asv_issue *issue, struct asv_slot *slot)
{
    struct asv_dock *dock = issue->dock;
    issue->slot = slot;
    slot->issue = issue;
    memcpy(slot->assignment, issue->assignment, sizeof slot->assignment);
    snprintf(slot->assign_unit, sizeof slot->assign_unit, "%s",
             issue->said.unit[0] ? issue->said.unit : slot->unit);
    memcpy(slot->assign_area, dock->settings.issue_area, sizeof slot->assign_area);
    slot->assign = true;
    asv_slot_again(slot);
}

static void begin_done(struct asv_job *job)
{
    static const enum asv_issued outcomes[] = {[ASV_DB_ISSUE_UNKNOWN] = ASV_ISSUED_UNKNOWN,
                                               [ASV_DB_ISSUE_BARRED] = ASV_ISSUED_BARRED,
                                               [ASV_DB_ISSUE_HAS] = ASV_ISSUED_HAS};
    struct asv_issue *issue = (struct asv_issue *)(void *)job;
    struct asv_dock *dock = issue->dock;
    asv_wipe(issue->badge, sizeof issue->badge);
    asv_dock_heard_db(dock, issue->status, &issue->err);
    if (issue->status == ASV_OK && issue->said.outcome != ASV_DB_ISSUE_DONE) {
        tell(issue, outcomes[issue->said.outcome]);
        end(issue);
        return;
    }
    struct asv_slot *slot =
        issue->status == ASV_OK && !dock->stopping ? fullest(dock, issue->said.unit) : NULL;
    if (slot) {
        light(issue, slot);
        return;
    }
    if (issue->status)
        asv_log_failure(&dock->log, ASV_LOG_WARNING, "not-issued", &issue->err);
    tell(issue, issue->status    ? ASV_ISSUED_DATABASE
                : dock->stopping ? ASV_ISSUED_BUSY
                                 : ASV_ISSUED_NONE_READY);
    undo(issue);
}

/* Why it cannot be begun. */
static enum asv_issued hindrance(const struct asv_dock *dock, const char *badge)
{
    size_t len = strlen(badge);
    if (!dock->site.keys->has_badge || !dock->settings.issue_area[0])
        return ASV_ISSUED_NOT_SET_UP;
    if (dock->stopping || dock->issuing >= ASV_ISSUES)
        return ASV_ISSUED_BUSY;
    if (!dock->db.up)
        return ASV_ISSUED_DATABASE;
    return len == 0 || len > ASV_ISSUE_BADGE ? ASV_ISSUED_UNKNOWN : ASV_ISSUED;
}

struct asv_issue *asv_issue_begin(struct asv_dock *dock, const char *badge, asv_issue_told told, void *ctx,
                                  struct asv_issue_answer *answer)
{
    struct asv_badge known;
    *answer = (struct asv_issue_answer){.outcome = hindrance(dock, badge), .charged = -1};
    struct asv_issue *issue = answer->outcome == ASV_ISSUED ? calloc(1, sizeof *issue) : NULL;
    if (!issue || asv_world_random(dock->site.world, issue->assignment, sizeof issue->assignment)) {
        free(issue);
        answer->outcome = answer->outcome == ASV_ISSUED ? ASV_ISSUED_BUSY : answer->outcome;
        return NULL;
    }
    issue->dock = dock;
    issue->told = told;
    issue->ctx = ctx;
    asv_badge_of(&known, dock->site.keys->badge, badge);
    memcpy(issue->badge, known.pseudonym, sizeof issue->badge);
    asv_wipe(&known, sizeof known);
    issue->job = (struct asv_job){.run = begin_run, .done = begin_done};
    dock->issuing++;
    asv_pool_submit(dock->pool, ASV_LANE_DB, &issue->job);
    return issue;
}

void asv_issue_forget(struct asv_issue *issue)
{
    issue->told = NULL;
}
