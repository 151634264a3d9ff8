/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "dock/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dock/docking.h"

#define DETAIL_BYTES 512

struct entry {
    struct asv_job job; /* first */
    struct asv_outbox *outbox;
    struct entry *next;
    bool is_alarm;
    struct asv_db_alarm alarm; /* its pointers lead to what follows */
    uint8_t camera_cert[32];
    struct asv_db_identity recording;
    struct asv_db_docking_end end;
    char detail[DETAIL_BYTES];
    struct asv_docking *docking; /* counted */
    bool begin;                  /* tell the database of it first */
    bool began;
    enum asv_status status;
    struct asv_err err;
};

struct asv_outbox {
    struct asv_dock *dock;
    struct entry *waiting, **tail;
    unsigned count, sent;
};

enum asv_status asv_outbox_new(struct asv_dock *dock, struct asv_outbox **out)
{
    struct asv_outbox *outbox = calloc(1, sizeof *outbox);
    if (!outbox)
        return ASV_E_NO_MEMORY;
    outbox->dock = dock;
    outbox->tail = &outbox->waiting;
    *out = outbox;
    return ASV_OK;
}

static void entry_free(struct entry *entry)
{
    asv_docking_drop(entry->docking);
    free(entry);
}

void asv_outbox_free(struct asv_outbox *outbox)
{
    if (!outbox)
        return;
    while (outbox->waiting) {
        struct entry *entry = outbox->waiting;
        outbox->waiting = entry->next;
        entry_free(entry);
    }
    free(outbox);
}

static void entry_run(struct asv_job *job)
{
    struct entry *entry = (struct entry *)(void *)job;
    const struct asv_services *services = entry->outbox->dock->services;
    entry->status = ASV_OK;
    if (entry->begin) {
        struct asv_db_docking_result result;
        entry->status =
            asv_docking_begin(services, &entry->outbox->dock->site, entry->docking, &result, &entry->err);
        entry->began = entry->status == ASV_OK;
    }
    if (entry->status == ASV_OK)
        entry->status = entry->is_alarm ? services->alarm(services->db, &entry->alarm, &entry->err)
                                        : services->docking_end(services->db, &entry->end, &entry->err);
}

static void put(struct asv_outbox *outbox, struct entry *entry)
{
    entry->next = NULL;
    *outbox->tail = entry;
    outbox->tail = &entry->next;
}

static void entry_done(struct asv_job *job)
{
    struct entry *entry = (struct entry *)(void *)job;
    struct asv_outbox *outbox = entry->outbox;
    struct asv_dock *dock = outbox->dock;
    outbox->sent--;
    if (entry->began)
        entry->docking->recorded = true;
    asv_dock_heard_db(dock, entry->status, &entry->err);
    if (asv_status_class(entry->status) == ASV_CLASS_RETRY && !dock->stopping) {
        put(outbox, entry);
        return;
    }
    if (entry->status)
        asv_log_failure(&dock->log, ASV_LOG_ERROR, "not-recorded", &entry->err);
    outbox->count--;
    entry_free(entry);
}

void asv_outbox_flush(struct asv_outbox *outbox)
{
    struct entry *entry = outbox->waiting;
    outbox->waiting = NULL;
    outbox->tail = &outbox->waiting;
    while (entry) {
        struct entry *next = entry->next;
        entry->begin = entry->docking && !entry->docking->recorded;
        entry->began = false;
        memset(&entry->err, 0, sizeof entry->err);
        outbox->sent++;
        asv_pool_submit(outbox->dock->pool, ASV_LANE_DB, &entry->job);
        entry = next;
    }
}

static struct entry *entry_new(struct asv_outbox *outbox, const char *detail)
{
    struct entry *entry = outbox->count < ASV_OUTBOX_MAX ? calloc(1, sizeof *entry) : NULL;
    if (!entry) {
        asv_log_event(&outbox->dock->log, ASV_LOG_ERROR, "not-recorded", asv_log_text("detail", detail));
        return NULL;
    }
    outbox->count++;
    entry->outbox = outbox;
    entry->job = (struct asv_job){.run = entry_run, .done = entry_done};
    snprintf(entry->detail, sizeof entry->detail, "%s", detail ? detail : "");
    return entry;
}

static void send(struct asv_outbox *outbox, struct entry *entry)
{
    put(outbox, entry);
    if (outbox->dock->db.up)
        asv_outbox_flush(outbox);
}

void asv_outbox_alarm(struct asv_outbox *outbox, const struct asv_db_alarm *alarm)
{
    struct entry *entry = entry_new(outbox, alarm->detail);
    if (!entry)
        return;
    entry->is_alarm = true;
    entry->alarm = *alarm;
    entry->alarm.detail = entry->detail;
    entry->alarm.subject = NULL; /* a dock's are about slots, cameras and recordings */
    entry->alarm.dock_cert = outbox->dock->site.dock_cert;
    if (alarm->camera_cert) {
        memcpy(entry->camera_cert, alarm->camera_cert, sizeof entry->camera_cert);
        entry->alarm.camera_cert = entry->camera_cert;
    }
    if (alarm->recording) {
        entry->recording = *alarm->recording;
        entry->alarm.recording = &entry->recording;
    }
    send(outbox, entry);
}

void asv_outbox_docking_end(struct asv_outbox *outbox, struct asv_docking *docking,
                            const struct asv_db_docking_end *end)
{
    struct entry *entry = entry_new(outbox, end->detail);
    if (!entry)
        return;
    entry->docking = asv_docking_use(docking);
    entry->end = *end;
    entry->end.detail = end->detail ? entry->detail : NULL;
    send(outbox, entry);
}

bool asv_outbox_is_busy(const struct asv_outbox *outbox)
{
    return outbox->sent > 0;
}
