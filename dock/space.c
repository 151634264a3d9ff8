/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "dock/space.h"

#include <stdio.h>
#include <stdlib.h>

#include "dock/outbox.h"

struct asv_space_watch {
    struct asv_dock *dock;
    struct asv_timer timer;
    struct asv_job job;
    bool looking, failed;
    uint64_t free_bytes;
    enum asv_status status;
    struct asv_err err;
};

bool asv_space_is_low(bool was_low, uint64_t free_bytes, uint64_t warn_bytes)
{
    return free_bytes < warn_bytes || (was_low && free_bytes - warn_bytes < warn_bytes / 8);
}

static void look_run(struct asv_job *job)
{
    struct asv_space_watch *watch = (void *)((char *)job - offsetof(struct asv_space_watch, job));
    watch->err = (struct asv_err){0};
    watch->status = asv_vault_free_bytes(watch->dock->site.vault, &watch->free_bytes, &watch->err);
}

static void tell(struct asv_dock *dock)
{
    char detail[200];
    const struct asv_site_limits *limits = &dock->site.limits;
    const struct asv_db_alarm alarm = {.kind = ASV_DB_ALARM_STORAGE, .slot = -1, .detail = detail};
    if (!dock->space.low) {
        asv_log_event(&dock->log, ASV_LOG_NOTICE, "space", asv_log_u64("free_bytes", dock->space.free_bytes));
        return;
    }
    snprintf(detail, sizeof detail,
             "the vault's disk has %llu MiB free, less than free_warn (%llu MiB): make room; at %llu MiB "
             "recordings stay on the cameras",
             (unsigned long long)(dock->space.free_bytes >> 20),
             (unsigned long long)(limits->free_warn_bytes >> 20),
             (unsigned long long)(limits->free_floor_bytes >> 20));
    asv_log_event(&dock->log, ASV_LOG_WARNING, "space", asv_log_text("detail", detail));
    asv_outbox_alarm(dock->outbox, &alarm);
}

static void look_done(struct asv_job *job)
{
    struct asv_space_watch *watch = (void *)((char *)job - offsetof(struct asv_space_watch, job));
    struct asv_dock *dock = watch->dock;
    struct asv_dock_space *space = &dock->space;
    watch->looking = false;
    if (dock->stopping)
        return;
    if (watch->status && !watch->failed)
        asv_log_failure(&dock->log, ASV_LOG_ERROR, "space-unknown", &watch->err);
    watch->failed = watch->status != ASV_OK;
    if (watch->failed)
        return;
    bool was_low = space->low;
    space->known = true;
    space->free_bytes = watch->free_bytes;
    space->low = asv_space_is_low(was_low, space->free_bytes, dock->site.limits.free_warn_bytes);
    if (space->low != was_low)
        tell(dock);
    asv_dock_changed(dock);
}

static void look_fire(struct asv_timer *timer)
{
    struct asv_space_watch *watch = (void *)((char *)timer - offsetof(struct asv_space_watch, timer));
    if (watch->dock->stopping)
        return;
    if (!watch->looking) {
        watch->looking = true;
        asv_pool_submit(watch->dock->pool, ASV_LANE_SPACE, &watch->job);
    }
    asv_timer_start(watch->dock->loop, timer, ASV_SPACE_PERIOD_MS);
}

enum asv_status asv_space_watch(struct asv_dock *dock, struct asv_space_watch **out)
{
    struct asv_space_watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        return ASV_E_NO_MEMORY;
    watch->dock = dock;
    watch->timer.fire = look_fire;
    watch->job = (struct asv_job){.run = look_run, .done = look_done};
    asv_timer_start(dock->loop, &watch->timer, 0);
    *out = watch;
    return ASV_OK;
}

void asv_space_unwatch(struct asv_space_watch *watch)
{
    if (!watch)
        return;
    asv_timer_stop(watch->dock->loop, &watch->timer);
    free(watch);
}
