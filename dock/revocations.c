/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "dock/revocations.h"

#include <fcntl.h>
#include <stdlib.h>

#include "dock/docking.h"
#include "server/base/cleanup.h"
#include "server/base/io.h"

struct asv_revocations_watch {
    struct asv_dock *dock;
    struct asv_timer timer;
    struct asv_job job;
    bool asking;
    enum asv_status status;
    struct asv_err err;
    size_t len;
    uint8_t data[ASV_REVOCATIONS_MAX_BYTES];
};

enum asv_status asv_dock_revoke(struct asv_dock *dock, const void *data, size_t len, struct asv_err *err)
{
    struct asv_revoked *revoked = NULL;
    enum asv_status status = asv_revoked_new(&dock->site, data, len, dock->revoked, &revoked, err);
    if (status)
        return status;
    asv_revoked_drop(dock->revoked);
    dock->revoked = revoked;
    asv_log_event(&dock->log, ASV_LOG_NOTICE, "revocations", asv_log_u64("number", revoked->list.number),
                  asv_log_u64("certificates", revoked->list.count));
    return ASV_OK;
}

enum asv_status asv_dock_revoke_file(struct asv_dock *dock, const char *path, struct asv_err *err)
{
    asv_auto_free uint8_t *data = malloc(ASV_REVOCATIONS_MAX_BYTES);
    size_t len = 0;
    if (!data)
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory for the revocation list");
    enum asv_status status = asv_io_read_file(AT_FDCWD, path, data, ASV_REVOCATIONS_MAX_BYTES, &len, err);
    if (status == ASV_E_NOT_FOUND)
        return ASV_OK;
    if (!status)
        status = asv_dock_revoke(dock, data, len, err);
    return status == ASV_E_EXPIRED ? ASV_OK : status;
}

/* ---- the database's ---- */

static void ask_run(struct asv_job *job)
{
    struct asv_revocations_watch *watch = (void *)((char *)job - offsetof(struct asv_revocations_watch, job));
    const struct asv_services *services = watch->dock->services;
    watch->len = 0;
    watch->err = (struct asv_err){0};
    watch->status =
        services->revocations(services->db, watch->data, sizeof watch->data, &watch->len, &watch->err);
}

static void ask_done(struct asv_job *job)
{
    struct asv_revocations_watch *watch = (void *)((char *)job - offsetof(struct asv_revocations_watch, job));
    struct asv_dock *dock = watch->dock;
    watch->asking = false;
    asv_dock_heard_db(dock, watch->status, &watch->err);
    if (watch->status || watch->len == 0 || dock->stopping)
        return;
    enum asv_status status = asv_dock_revoke(dock, watch->data, watch->len, &watch->err);
    if (status && status != ASV_E_EXPIRED) /* a list that is not the agency's: nobody may be let in by it */
        asv_log_failure(&dock->log, ASV_LOG_ERROR, "revocations-refused", &watch->err);
}

static void ask_fire(struct asv_timer *timer)
{
    struct asv_revocations_watch *watch =
        (void *)((char *)timer - offsetof(struct asv_revocations_watch, timer));
    if (watch->dock->stopping)
        return;
    if (!watch->asking && watch->dock->db.up) {
        watch->asking = true;
        asv_pool_submit(watch->dock->pool, ASV_LANE_DB, &watch->job);
    }
    asv_timer_start(watch->dock->loop, timer, ASV_REVOCATIONS_PERIOD_MS);
}

enum asv_status asv_revocations_watch(struct asv_dock *dock, struct asv_revocations_watch **out)
{
    struct asv_revocations_watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        return ASV_E_NO_MEMORY;
    watch->dock = dock;
    watch->timer.fire = ask_fire;
    watch->job = (struct asv_job){.run = ask_run, .done = ask_done};
    asv_timer_start(dock->loop, &watch->timer, 0);
    *out = watch;
    return ASV_OK;
}

void asv_revocations_unwatch(struct asv_revocations_watch *watch)
{
    if (!watch)
        return;
    asv_timer_stop(watch->dock->loop, &watch->timer);
    free(watch);
}
