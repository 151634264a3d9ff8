/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "dock/recovery.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dock/docking.h"
#include "dock/intake.h"
#include "dock/outbox.h"

#define AGAIN_MS  10000              /* between two walks */
#define RECENT_MS INT64_C(172800000) /* later walks ask the database about clips of two days only */
#define ROWS      200                /* of one page of what is in custody */
#define MISSING   32                 /* clips that get an alarm of their own */

/* In the order of a walk. */
static const enum asv_vault_area areas[] = {ASV_VAULT_SEALED, ASV_VAULT_QUARANTINE, ASV_VAULT_TOMBSTONES,
                                            ASV_VAULT_STAGING};
#define AREAS (sizeof areas / sizeof *areas)

struct found {
    enum asv_vault_area area;
    char path[ASV_VAULT_PATH_BYTES];
};

struct missing {
    struct asv_db_identity identity;
    char path[ASV_VAULT_PATH_BYTES];
};

struct asv_recovery {
    struct asv_dock *dock;
    struct asv_job walk;
    struct asv_timer again;
    bool walking, wanted;
    bool another;     /* round is wanted: this one may have passed by what is to be found */
    bool everything;  /* the next walk is to ask about every committed clip */
    bool asking;      /* the round that does so is not over */
    unsigned running; /* recordings taken up and not finished */
    unsigned count, next;
    bool more;        /* than fit in paths: the next walk of this round goes on behind the last of them */
    unsigned at_area; /* where a walk goes on: in areas, behind at_path; empty: from the first */
    char at_path[ASV_VAULT_PATH_BYTES];
    int64_t since_ms; /* committed clips older than this are not asked about */
    bool db_failed, compare_failed;
    bool failing;       /* something in this round, which is tried again */
    bool told;          /* so it was in the round before, and the log says why */
    bool compared;      /* every row with the vault, once */
    uint64_t missed;    /* rows without files */
    struct asv_err err; /* of the walk */
    struct missing missing[MISSING];
    struct found paths[ASV_RECOVERY_PATHS];
};

static struct asv_recovery *recovery_of(struct asv_job *job)
{
    return (void *)((char *)job - offsetof(struct asv_recovery, walk));
}

/* ---- walking, on a worker ---- */

/* Whether the database has this clip in custody. */
static enum asv_status ask_database(struct asv_dock *dock, const struct asv_commit *facts, bool *known,
                                    struct asv_err *err)
{
    const struct asv_services *services = dock->services;
    struct asv_db_identity identity;
    struct asv_db_known found;
    memcpy(identity.camera_cert, facts->camera_cert, sizeof identity.camera_cert);
    memcpy(identity.epoch, facts->epoch, sizeof identity.epoch);
    identity.number = facts->number;
    memcpy(identity.header, facts->header_digest, sizeof identity.header);
    enum asv_status status = services->lookup(services->db_recovery, &identity, NULL, &found, err);
    *known = !status && found.kind != 0;
    return status;
}

static bool is_wanted(struct asv_recovery *recovery, enum asv_vault_area area, const char *path)
{
    uint8_t data[ASV_COMMIT_MAX_BYTES];
    size_t len = 0;
    struct asv_clip_dir *dir = NULL;
    struct asv_commit facts;
    if (area == ASV_VAULT_STAGING)
        return true;
    if (asv_vault_open_clip(recovery->dock->site.vault, area, path, &dir, NULL))
        return false; /* someone is at work on it */
    enum asv_status status = asv_clip_get(dir, ASV_PART_COMMIT, data, sizeof data, &len, NULL);
    asv_clip_close(dir);
    if (status == ASV_E_NOT_FOUND)
        return true;
    if (status || asv_commit_decode(&facts, data, len, NULL, NULL))
        return false; /* damaged: the scrub's business */
    if (facts.committed_ms < recovery->since_ms || recovery->db_failed)
        return false;
    bool known = false;
    recovery->db_failed = ask_database(recovery->dock, &facts, &known, &recovery->err) != ASV_OK;
    return !recovery->db_failed && !known; /* not answered: asked again in the next walk */
}

static enum asv_status visit(void *ctx, enum asv_vault_area area, const char *path, struct asv_err *err)
{
    (void)err;
    struct asv_recovery *recovery = ctx;
    if (recovery->dock->stopping)
        return ASV_E_AGAIN;
    bool before = area == areas[recovery->at_area] && strcmp(path, recovery->at_path) <= 0;
    if (before || !is_wanted(recovery, area, path))
        return ASV_OK;
    if (recovery->count == ASV_RECOVERY_PATHS) {
        recovery->more = true;
        return ASV_E_LIMIT;
    }
    struct found *found = &recovery->paths[recovery->count++];
    found->area = area;
    snprintf(found->path, sizeof found->path, "%s", path);
    return ASV_OK;
}

/* A row without a file. It is asked about once more: since the page was read it may have been erased, as it
 * should. */
static enum asv_status look_for(struct asv_recovery *recovery, const struct asv_db_in_custody *row)
{
    struct asv_dock *dock = recovery->dock;
    const struct asv_services *services = dock->services;
    char path[ASV_VAULT_PATH_BYTES];
    struct asv_db_known known;
    if (asv_vault_place_of(path, row->kind, row->day, row->latest_ms, row->clip, row->identity.header, NULL))
        snprintf(path, sizeof path, "%s", "a recording of no day"); /* which nothing was committed as */
    else if (asv_vault_has(dock->site.vault, path))
        return ASV_OK;
    enum asv_status status =
        services->lookup(services->db_recovery, &row->identity, NULL, &known, &recovery->err);
    if (status || known.state == ASV_DB_ERASING || known.state == ASV_DB_ERASED)
        return status;
    if (recovery->missed < MISSING) {
        struct missing *missing = &recovery->missing[recovery->missed];
        missing->identity = row->identity;
        memcpy(missing->path, path, sizeof path);
    }
    recovery->missed++;
    return ASV_OK;
}

/* Whether the vault has what the database says that it must have. */
static enum asv_status compare(struct asv_recovery *recovery)
{
    struct asv_dock *dock = recovery->dock;
    const struct asv_services *services = dock->services;
    struct asv_db_in_custody *rows = calloc(ROWS, sizeof *rows);
    uint8_t after[sizeof rows->recording];
    enum asv_status status = rows ? ASV_OK : ASV_E_NO_MEMORY;
    size_t count = ROWS;
    recovery->missed = 0;
    for (bool first = true; !status && count == ROWS && !dock->stopping; first = false) {
        status = services->custody_list(services->db_recovery, first ? NULL : after, rows, ROWS, &count,
                                        &recovery->err);
        for (size_t i = 0; !status && i < count; i++)
            status = look_for(recovery, &rows[i]);
        if (!status && count > 0)
            memcpy(after, rows[count - 1].recording, sizeof after);
    }
    free(rows);
    return status;
}

static void go_to_start(struct asv_recovery *recovery)
{
    recovery->at_area = 0;
    recovery->at_path[0] = '\0';
}

/* What is found again and again and cannot be taken up must not hide what lies behind it. What the database
 * did not answer may lie before it. */
static void keep_place(struct asv_recovery *recovery)
{
    go_to_start(recovery);
    if (!recovery->more || recovery->db_failed)
        return;
    const struct found *last = &recovery->paths[recovery->count - 1];
    while (areas[recovery->at_area] != last->area)
        recovery->at_area++;
    memcpy(recovery->at_path, last->path, sizeof recovery->at_path);
}

static void walk_run(struct asv_job *job)
{
    struct asv_recovery *recovery = recovery_of(job);
    struct asv_vault *vault = recovery->dock->site.vault;
    for (size_t i = recovery->at_area; i < AREAS && !recovery->more; i++)
        (void)!asv_vault_walk(vault, areas[i], visit, recovery, NULL);
    keep_place(recovery);
    bool all_there = !asv_vault_away(vault); /* else the next start compares: some have one copy, there */
    if (all_there && !recovery->compared && !recovery->db_failed)
        recovery->compare_failed = compare(recovery) != ASV_OK;
}

/* ---- taking up what was found ---- */

static void take_up(struct asv_recovery *recovery);

static void walk_soon(struct asv_recovery *recovery)
{
    struct asv_dock *dock = recovery->dock;
    recovery->wanted = true;
    if (!asv_timer_is_set(&recovery->again) && !dock->stopping)
        asv_timer_start(dock->loop, &recovery->again, AGAIN_MS);
}

static void all_taken_up(struct asv_recovery *recovery)
{
    if (recovery->more)
        walk_soon(recovery);
    else if (recovery->another)
        asv_recovery_later(recovery->dock);
    if (recovery->more && !recovery->db_failed)
        return;
    recovery->asking = recovery->asking && recovery->db_failed;
    recovery->told = recovery->failing;
    recovery->failing = false;
}

static void reopen_run(struct asv_job *job)
{
    struct asv_intake *intake = (void *)((char *)job - offsetof(struct asv_intake, job));
    const struct found *found = &intake->dock->recovery->paths[intake->recovery_at];
    struct asv_docking *docking = intake->take.docking;
    intake->status = asv_take_reopen(&intake->take, &intake->dock->site, docking, found->area, found->path,
                                     &intake->found, &intake->err);
    bool parts = !intake->status && intake->found == ASV_TAKE_FOUND_PARTS && found->area == ASV_VAULT_STAGING;
    intake->heard = ASV_OK;
    if (parts) /* its camera will not go on with what is in custody */
        intake->heard = ask_database(intake->dock, &intake->take.facts, &intake->twin, &intake->err);
}

static void reopen_done(struct asv_job *job)
{
    struct asv_intake *intake = (void *)((char *)job - offsetof(struct asv_intake, job));
    struct asv_dock *dock = intake->dock;
    const struct found *found = &dock->recovery->paths[intake->recovery_at];
    intake->busy = intake->unknown = false;
    intake->log = asv_log_for_clip(&dock->log, intake->take.offer.clip);
    bool staged = found->area == ASV_VAULT_STAGING && !intake->twin;
    struct asv_recovery *recovery = dock->recovery;
    static const char *const names[] = {"nothing", "parts", "whole", "expired", "recorded"};
    bool moved_on =
        intake->status == ASV_E_BUSY || intake->status == ASV_E_NOT_FOUND; /* a slot's, meanwhile */
    bool fails = (!moved_on && asv_dock_may_pass(intake->status)) || intake->heard;
    recovery->failing = recovery->failing || fails;
    if (!moved_on && !(staged && intake->found == ASV_TAKE_FOUND_PARTS))
        asv_log_event(&intake->log, fails && recovery->told ? ASV_LOG_DEBUG : ASV_LOG_NOTICE, "recovered",
                      asv_log_text("path", found->path), asv_log_text("found", names[intake->found]),
                      asv_log_text("detail", intake->err.text));
    if (fails)
        asv_recovery_later(dock); /* a disk that fails or is full, or a service that is away */
    if (intake->abandoned || dock->stopping || intake->status) {
        if (intake->status == ASV_E_BUSY && found->area != ASV_VAULT_STAGING)
            asv_recovery_later(dock); /* half of it is still staged, and a slot goes on with that */
        asv_intake_drop(intake);
        return;
    }
    switch (intake->found) {
    case ASV_TAKE_FOUND_RECORDED:
        asv_intake_commit(intake, ASV_INTAKE_CUSTODY);
        break;
    case ASV_TAKE_FOUND_WHOLE:
        asv_intake_commit(intake, ASV_INTAKE_MOVE);
        break;
    case ASV_TAKE_FOUND_EXPIRED:
        asv_intake_commit(intake, ASV_INTAKE_LIVES);
        break;
    case ASV_TAKE_FOUND_PARTS:
        if (staged) {
            asv_intake_drop(intake); /* for the camera to go on with */
            break;
        }
        asv_intake_commit(intake, ASV_INTAKE_DISCARD);
        break;
    case ASV_TAKE_FOUND_NOTHING:
        asv_intake_commit(intake, ASV_INTAKE_DISCARD);
        break;
    }
}

static void take_up(struct asv_recovery *recovery)
{
    struct asv_dock *dock = recovery->dock;
    while (!dock->stopping && recovery->running < ASV_RECOVERY_AT_ONCE && recovery->next < recovery->count) {
        static const struct asv_wire_clip nothing;
        struct asv_docking *docking = calloc(1, sizeof *docking);
        struct asv_intake *intake = docking ? asv_intake_new(dock, NULL, docking, &nothing) : NULL;
        if (!intake) {
            free(docking);
            asv_recovery_later(dock);
            return;
        }
        docking->users = 1; /* the intake's */
        intake->recovered = intake->unknown = true;
        intake->recovery_at = recovery->next++;
        recovery->running++;
        asv_intake_run(intake, ASV_LANE_RECOVERY, reopen_run, reopen_done);
    }
    if (!recovery->walking && recovery->running == 0 && recovery->next == recovery->count)
        all_taken_up(recovery);
}

void asv_recovery_ended(struct asv_dock *dock)
{
    dock->recovery->running--;
    take_up(dock->recovery);
    asv_dock_kick(dock); /* a slot may want what it had */
}

/* ---- when ---- */

static void walk(struct asv_recovery *recovery)
{
    recovery->walking = true;
    if (recovery->everything) {
        recovery->since_ms = INT64_MIN;
        recovery->asking = true;
        go_to_start(recovery);
    }
    if (recovery->at_area == 0 && recovery->at_path[0] == '\0')
        recovery->another = false;
    recovery->wanted = recovery->more = recovery->everything = false;
    recovery->db_failed = recovery->compare_failed = false;
    recovery->count = recovery->next = 0;
    recovery->err = (struct asv_err){0};
    asv_pool_submit(recovery->dock->pool, ASV_LANE_RECOVERY, &recovery->walk);
}

/* Alarms for what was found missing; one for all, when a disk is gone with what was on it. */
static void tell_missing(struct asv_recovery *recovery)
{
    struct asv_dock *dock = recovery->dock;
    char detail[ASV_VAULT_PATH_BYTES + 100];
    struct asv_db_alarm alarm = {.kind = ASV_DB_ALARM_MISSING_CLIP, .slot = -1, .detail = detail};
    recovery->compared = true;
    for (uint64_t i = 0; i < recovery->missed && i < MISSING; i++) {
        const struct missing *missing = &recovery->missing[i];
        alarm.camera_cert = missing->identity.camera_cert;
        alarm.recording = &missing->identity;
        snprintf(detail, sizeof detail, "%s is in custody, but no directory of the vault has it",
                 missing->path);
        asv_log_event(&dock->log, ASV_LOG_ERROR, "missing", asv_log_text("path", missing->path));
        asv_outbox_alarm(dock->outbox, &alarm);
    }
    if (recovery->missed > MISSING) {
        alarm.camera_cert = NULL;
        alarm.recording = NULL;
        snprintf(detail, sizeof detail,
                 "the vault lacks %llu clips that are in custody; asservat vault scrub lists them",
                 (unsigned long long)recovery->missed);
        asv_log_event(&dock->log, ASV_LOG_ERROR, "missing", asv_log_u64("clips", recovery->missed));
        asv_outbox_alarm(dock->outbox, &alarm);
    }
}

static void walk_done(struct asv_job *job)
{
    struct asv_recovery *recovery = recovery_of(job);
    struct asv_dock *dock = recovery->dock;
    int64_t now = 0;
    recovery->walking = false;
    if (recovery->db_failed || recovery->compare_failed) {
        recovery->failing = true;
        if (!recovery->told)
            asv_log_failure(&dock->log, ASV_LOG_WARNING, "recovery-waits", &recovery->err);
        asv_recovery_later(dock);
    }
    if (!recovery->db_failed && !recovery->more && asv_world_wall_ms(dock->site.world, &now) == ASV_OK)
        recovery->since_ms = now - RECENT_MS;
    if (!recovery->compared && !recovery->db_failed && !recovery->compare_failed && !dock->stopping)
        tell_missing(recovery);
    take_up(recovery);
    asv_dock_kick(dock); /* a slot may have waited for it */
}

static void again_fire(struct asv_timer *timer)
{
    struct asv_recovery *recovery = (void *)((char *)timer - offsetof(struct asv_recovery, again));
    asv_recovery_resume(recovery->dock);
}

enum asv_status asv_recovery_start(struct asv_dock *dock)
{
    struct asv_recovery *recovery = calloc(1, sizeof *recovery);
    if (!recovery)
        return ASV_E_NO_MEMORY;
    recovery->dock = dock;
    recovery->walk = (struct asv_job){.run = walk_run, .done = walk_done};
    recovery->again.fire = again_fire;
    recovery->since_ms = INT64_MIN;
    dock->recovery = recovery;
    walk(recovery);
    return ASV_OK;
}

void asv_recovery_later(struct asv_dock *dock)
{
    struct asv_recovery *recovery = dock->recovery;
    if (!recovery)
        return;
    recovery->another = true;
    walk_soon(recovery);
}

void asv_recovery_again(struct asv_dock *dock)
{
    if (dock->recovery)
        dock->recovery->everything = true;
    asv_recovery_later(dock);
}

void asv_recovery_resume(struct asv_dock *dock)
{
    struct asv_recovery *recovery = dock->recovery;
    if (!recovery || !recovery->wanted || dock->stopping)
        return;
    bool idle = !recovery->walking && recovery->running == 0;
    if (idle && dock->db.up && dock->keeper.up)
        walk(recovery);
    else
        walk_soon(recovery);
}

bool asv_recovery_has_asked(const struct asv_dock *dock)
{
    const struct asv_recovery *recovery = dock->recovery;
    return !recovery || (!recovery->everything && !recovery->asking);
}

bool asv_recovery_is_idle(const struct asv_dock *dock)
{
    const struct asv_recovery *recovery = dock->recovery;
    return !recovery || (!recovery->walking && recovery->running == 0 && !recovery->wanted);
}

void asv_recovery_free(struct asv_dock *dock)
{
    if (dock->recovery)
        asv_timer_stop(dock->loop, &dock->recovery->again);
    free(dock->recovery);
    dock->recovery = NULL;
}
