/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "dock/dock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dock/docking.h"
#include "dock/intake.h"
#include "dock/outbox.h"
#include "dock/recovery.h"

/* How often a keeper that is there is asked what people decided: a policy begins with a midnight to come. */
#define REFRESH_MS (10 * 60 * 1000)

void asv_dock_shape_pool(struct asv_pool *pool, unsigned threads)
{
    /* A clip directory is used by one thread at a time, and a service has one connection. */
    for (unsigned lane = 0; lane < ASV_LANES; lane++)
        asv_pool_limit(pool, lane, 1);
    /* Reading back, looking through what is staged, and a service that does not answer may take minutes;
     * chunks must not wait for it. */
    asv_pool_group(pool, ASV_LANE_LONG, ASV_LANES - ASV_LANE_LONG, threads > 1 ? threads - 1 : 1);
}

void asv_dock_changed(struct asv_dock *dock)
{
    if (dock->changed)
        dock->changed(dock);
}

/* ---- keeper and database ---- */

/* People decided on another policy (LAW T8), and the keeper knows from which day on. */
static void hear_periods(struct asv_dock *dock)
{
    const struct asv_retention_periods *asked = &dock->asked_periods;
    const struct asv_retention_periods *known = dock->site.periods;
    if (asked->count == 0 || memcmp(asked, known, sizeof *asked) == 0)
        return;
    struct asv_dock_periods *heard = calloc(1, sizeof *heard);
    if (!heard)
        return; /* the next probe tries again */
    heard->periods = *asked;
    heard->next = dock->heard_periods;
    dock->heard_periods = heard;
    dock->site.periods = &heard->periods;
    const struct asv_retention_period *newest = &asked->list[asked->count - 1];
    asv_log_event(&dock->log, ASV_LOG_NOTICE, "periods", asv_log_u64("version", newest->policy.version),
                  asv_log_u64("days", newest->policy.days), asv_log_u64("from", newest->from_date));
}

static void keeper_probe_run(struct asv_job *job)
{
    struct asv_service_health *health = (void *)((char *)job - offsetof(struct asv_service_health, probe));
    struct asv_dock *dock = (void *)((char *)health - offsetof(struct asv_dock, keeper));
    memset(&health->err, 0, sizeof health->err);
    memset(&dock->asked_periods, 0, sizeof dock->asked_periods);
    health->status = dock->services->keeper_ping(dock->services->keeper, &dock->asked_periods,
                                                 &dock->keeper_asked, &health->err);
}

static bool is_somebody(const struct asv_db_start *start)
{
    static const struct asv_db_start nobody;
    return memcmp(start->run, nobody.run, sizeof nobody.run) != 0;
}

/* LG-080 */
static bool must_tell_of_keeper(const struct asv_dock *dock)
{
    return is_somebody(&dock->keeper_met) &&
           memcmp(dock->keeper_met.run, dock->keeper_told, sizeof dock->keeper_told) != 0;
}

static void keeper_probe_done(struct asv_job *job)
{
    struct asv_service_health *health = (void *)((char *)job - offsetof(struct asv_service_health, probe));
    struct asv_dock *dock = (void *)((char *)health - offsetof(struct asv_dock, keeper));
    health->probing = false;
    if (!health->status) {
        hear_periods(dock);
        dock->keeper_met = dock->keeper_asked;
        if (must_tell_of_keeper(dock) && !dock->stopping)
            asv_timer_start(dock->loop, &dock->probe_timer, dock->settings.probe_ms);
    }
    asv_dock_heard_keeper(dock, health->status, &health->err);
}

static void db_probe_run(struct asv_job *job)
{
    struct asv_service_health *health = (void *)((char *)job - offsetof(struct asv_service_health, probe));
    struct asv_dock *dock = (void *)((char *)health - offsetof(struct asv_dock, db));
    memset(&health->err, 0, sizeof health->err);
    void *db = dock->services->db;
    health->status = !dock->told_started ? dock->services->started(db, &health->err)
                     : is_somebody(&dock->keeper_telling)
                         ? dock->services->keeper_started(db, &dock->keeper_telling, &health->err)
                         : dock->services->db_ping(db, &health->err);
}

static void db_probe_done(struct asv_job *job)
{
    struct asv_service_health *health = (void *)((char *)job - offsetof(struct asv_service_health, probe));
    struct asv_dock *dock = (void *)((char *)health - offsetof(struct asv_dock, db));
    health->probing = false;
    if (!health->status && dock->told_started && is_somebody(&dock->keeper_telling))
        memcpy(dock->keeper_told, dock->keeper_telling.run, sizeof dock->keeper_told);
    dock->told_started |= !health->status;
    asv_dock_heard_db(dock, health->status, &health->err);
}

static void probe_one(struct asv_dock *dock, struct asv_service_health *health, unsigned lane)
{
    if (health->probing)
        return;
    health->probing = true;
    asv_pool_submit(dock->pool, lane, &health->probe);
}

static void probe_fire(struct asv_timer *timer)
{
    struct asv_dock *dock = (void *)((char *)timer - offsetof(struct asv_dock, probe_timer));
    if (dock->stopping)
        return;
    probe_one(dock, &dock->keeper, ASV_LANE_KEEPER); /* that it is there, it also tells what people decided */
    bool tell = must_tell_of_keeper(dock);
    if (!dock->db.up || !dock->told_started || tell) {
        if (!dock->db.probing) /* a worker reads it otherwise */
            dock->keeper_telling = tell ? dock->keeper_met : (struct asv_db_start){.run = {0}};
        probe_one(dock, &dock->db, ASV_LANE_DB);
    }
    bool all_up = dock->keeper.up && dock->db.up && dock->told_started && !tell;
    asv_timer_start(dock->loop, timer, all_up ? REFRESH_MS : dock->settings.probe_ms);
}

/* Anything but an answer means that it is not there: whether away, locked or set up wrongly, what waits for
 * it waits. True: this changed. */
static bool heard(struct asv_dock *dock, struct asv_service_health *health, const char *name, bool up,
                  const struct asv_err *err)
{
    bool unwatched = health->up || !asv_timer_is_set(&dock->probe_timer); /* in vain, or not at all */
    if (!up && unwatched && !dock->stopping)
        asv_timer_start(dock->loop, &dock->probe_timer, dock->settings.probe_ms);
    if (!up)
        snprintf(health->why, sizeof health->why, "%s", err && err->text[0] ? err->text : "no answer");
    if (health->up == up)
        return false;
    health->up = up;
    (void)!asv_world_wall_ms(dock->site.world, &health->since_ms);
    if (up)
        asv_log_event(&dock->log, ASV_LOG_NOTICE, "service-back", asv_log_text("service", name));
    else
        asv_log_event(&dock->log, ASV_LOG_WARNING, "service-away", asv_log_text("service", name),
                      asv_log_text("detail", health->why));
    asv_dock_changed(dock);
    return true;
}

bool asv_dock_is_answer(enum asv_status status)
{
    return asv_status_class(status) != ASV_CLASS_RETRY && status != ASV_E_USAGE &&
           status != ASV_E_UNSUPPORTED && status != ASV_E_DENIED && status != ASV_E_NO_SPACE;
}

bool asv_dock_may_pass(enum asv_status status)
{
    return asv_status_class(status) == ASV_CLASS_RETRY || status == ASV_E_NO_SPACE ||
           status == ASV_E_NO_MEMORY || status == ASV_E_IO;
}

void asv_dock_heard_keeper(struct asv_dock *dock, enum asv_status status, const struct asv_err *err)
{
    if (heard(dock, &dock->keeper, "keeper", asv_dock_is_answer(status), err) && dock->keeper.up) {
        asv_recovery_resume(dock);
        asv_dock_kick(dock);
    }
}

void asv_dock_heard_db(struct asv_dock *dock, enum asv_status status, const struct asv_err *err)
{
    if (heard(dock, &dock->db, "database", asv_dock_is_answer(status), err) && dock->db.up) {
        asv_outbox_flush(dock->outbox);
        asv_recovery_resume(dock);
        asv_dock_kick(dock);
    }
}

static void kick_fire(struct asv_timer *timer)
{
    struct asv_dock *dock = (void *)((char *)timer - offsetof(struct asv_dock, kick_timer));
    if (dock->stopping)
        return;
    asv_intake_resume_all(dock);
    for (unsigned i = 0; i < dock->slot_count; i++) {
        asv_slot_retry_left(&dock->slots[i]);
        asv_slot_progress(&dock->slots[i]);
    }
}

void asv_dock_kick(struct asv_dock *dock)
{
    if (!asv_timer_is_set(&dock->kick_timer))
        asv_timer_start(dock->loop, &dock->kick_timer, 0);
}

/* ---- bulletins ---- */

uint32_t asv_dock_noted_bulletin(const struct asv_dock *dock, const uint8_t camera_cert[ASV_SHA256_BYTES],
                                 uint64_t number)
{
    for (unsigned i = 0; i < ASV_DOCK_NOTES; i++)
        if (dock->notes[i].number == number && number != 0 &&
            memcmp(dock->notes[i].camera_cert, camera_cert, ASV_SHA256_BYTES) == 0)
            return dock->notes[i].last_date;
    return 0;
}

void asv_dock_note_bulletin(struct asv_dock *dock, const uint8_t camera_cert[ASV_SHA256_BYTES],
                            uint64_t number, uint32_t last_date)
{
    struct asv_bulletin_note *note = &dock->notes[dock->next_note++ % ASV_DOCK_NOTES];
    for (unsigned i = 0; i < ASV_DOCK_NOTES; i++)
        if (dock->notes[i].number != 0 &&
            memcmp(dock->notes[i].camera_cert, camera_cert, ASV_SHA256_BYTES) == 0)
            note = &dock->notes[i];
    memcpy(note->camera_cert, camera_cert, ASV_SHA256_BYTES);
    note->number = number;
    note->last_date = last_date;
}

/* ---- the whole ---- */

void asv_dock_init(struct asv_dock *dock)
{
    dock->keeper.up = dock->db.up = true;
    dock->keeper.probe = (struct asv_job){.run = keeper_probe_run, .done = keeper_probe_done};
    dock->db.probe = (struct asv_job){.run = db_probe_run, .done = db_probe_done};
    dock->probe_timer.fire = probe_fire;
    dock->kick_timer.fire = kick_fire;
    dock->intakes = NULL;
}

void asv_dock_watch(struct asv_dock *dock)
{
    asv_timer_start(dock->loop, &dock->probe_timer, 0);
}

void asv_dock_stop(struct asv_dock *dock)
{
    dock->stopping = true;
    asv_timer_stop(dock->loop, &dock->probe_timer);
    asv_timer_stop(dock->loop, &dock->kick_timer);
    for (unsigned i = 0; i < dock->slot_count; i++)
        asv_slot_park(&dock->slots[i]);
    asv_dock_changed(dock);
}

bool asv_dock_is_idle(const struct asv_dock *dock)
{
    for (unsigned i = 0; i < dock->slot_count; i++)
        if (dock->slots[i].opened || dock->slots[i].lent > 0)
            return false;
    return asv_pool_pending(dock->pool) == 0;
}

void asv_dock_clear(struct asv_dock *dock)
{
    for (unsigned i = 0; i < dock->slot_count; i++)
        asv_slot_clear(&dock->slots[i]);
    asv_recovery_free(dock);
    asv_intake_free_all(dock);
    asv_outbox_free(dock->outbox);
    dock->outbox = NULL;
    asv_revoked_drop(dock->revoked);
    dock->revoked = NULL;
    while (dock->heard_periods) {
        struct asv_dock_periods *next = dock->heard_periods->next;
        free(dock->heard_periods);
        dock->heard_periods = next;
    }
}
