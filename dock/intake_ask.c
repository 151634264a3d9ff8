/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What keeper and database are asked about a recording, and told of it: jobs on their lanes of the pool. */
#include <string.h>

#include "dock/docking.h"
#include "dock/intake.h"
#include "firmware-proto/seal/link.h"

static struct asv_intake *intake_of(struct asv_job *job)
{
    return (void *)((char *)job - offsetof(struct asv_intake, job));
}

/* What a service answered, which is not what a disk did. */
static void asked(struct asv_intake *intake, enum asv_status status)
{
    intake->status = intake->heard = status;
    intake->asked_service = true;
}

/* ---- the keeper ---- */

static void ask(struct asv_intake *intake, bool with_chunks)
{
    const struct asv_services *services = intake->dock->services;
    const struct asv_docking *docking = intake->take.docking;
    intake->status = asv_take_evidence(&intake->take, with_chunks, intake->evidence, &intake->err);
    if (!intake->status)
        asked(intake,
              services->opens(services->keeper, (struct asv_bytes){docking->chain, docking->chain_len},
                              intake->evidence, &intake->opens, &intake->err));
}

void asv_intake_opens_run(struct asv_job *job)
{
    ask(intake_of(job), true);
}

/* What has its tombstone is not asked about: that stands. */
void asv_intake_lives_run(struct asv_job *job)
{
    struct asv_intake *intake = intake_of(job);
    intake->opens = ASV_OPENS_NO;
    if (!asv_take_is_buried(&intake->take))
        ask(intake, false);
}

/* People hold it; or the key of its own day is there, so that its period is a longer one than this dock has
 * heard of. Another day's key and the reserve key outlive what was sealed to them, and say nothing. */
bool asv_intake_lives(const struct asv_intake *intake)
{
    const struct asv_commit *facts = &intake->take.facts;
    bool own_key = facts->key_kind == ASV_KEY_DAY && facts->key_date == facts->day;
    return intake->opens == ASV_OPENS_HELD || (intake->opens == ASV_OPENS_YES && own_key);
}

void asv_intake_order_run(struct asv_job *job)
{
    struct asv_intake *intake = intake_of(job);
    const struct asv_services *services = intake->dock->services;
    struct asv_take *take = &intake->take;
    const struct asv_docking *docking = take->docking;
    asked(intake, services->order(services->keeper, (struct asv_bytes){docking->chain, docking->chain_len},
                                  (struct asv_bytes){take->head, take->head_len}, take->order,
                                  sizeof take->order, &take->order_len, &intake->err));
}

/* ---- the database ---- */

void asv_intake_identity(const struct asv_intake *intake, struct asv_db_identity *identity)
{
    const struct asv_take *take = &intake->take;
    memcpy(identity->camera_cert, take->docking->camera_cert, sizeof identity->camera_cert);
    memcpy(identity->epoch, take->docking->status.epoch, sizeof identity->epoch);
    identity->number = take->offer.number;
    memcpy(identity->header, take->offer.header, sizeof identity->header);
}

static void begin_docking(struct asv_intake *intake)
{
    intake->began = false;
    if (intake->begin && !intake->status) {
        asked(intake, asv_docking_begin(intake->dock->services, &intake->dock->site, intake->take.docking,
                                        &intake->known, &intake->err));
        intake->began = intake->status == ASV_OK;
    }
}

void asv_intake_custody_run(struct asv_job *job)
{
    struct asv_intake *intake = intake_of(job);
    const struct asv_services *services = intake->dock->services;
    const struct asv_take *take = &intake->take;
    begin_docking(intake);
    uint8_t link[ASV_LINK_MAX_BYTES];
    size_t link_len = 0;
    struct asv_db_commit commit = {.facts = &take->facts,
                                   .record = {take->record, take->record_len},
                                   .receipt = {take->receipt, take->receipt_len}};
    /* Without it custody is worth as much; the scrub finds what is wrong with the file. */
    if (!intake->status &&
        asv_clip_get(take->dir, ASV_PART_LINK, link, sizeof link, &link_len, NULL) == ASV_OK)
        commit.link = (struct asv_bytes){link, link_len};
    if (!intake->status)
        asked(intake, services->commit(services->db, &commit, &intake->outcome, &intake->err));
}

void asv_intake_again_run(struct asv_job *job)
{
    struct asv_intake *intake = intake_of(job);
    const struct asv_services *services = intake->dock->services;
    struct asv_take *take = &intake->take;
    struct asv_db_identity identity;
    asv_intake_identity(intake, &identity);
    begin_docking(intake);
    if (!intake->status)
        asked(intake, services->record(services->db, &identity, take->record, sizeof take->record,
                                       &take->record_len, &intake->err));
}

void asv_intake_receipt_run(struct asv_job *job)
{
    struct asv_intake *intake = intake_of(job);
    const struct asv_services *services = intake->dock->services;
    const struct asv_take *take = &intake->take;
    begin_docking(intake);
    if (!intake->status)
        asked(intake, services->receipt(services->db, (struct asv_bytes){take->receipt, take->receipt_len},
                                        &intake->err));
}

void asv_intake_told_run(struct asv_job *job)
{
    struct asv_intake *intake = intake_of(job);
    const struct asv_services *services = intake->dock->services;
    const struct asv_take *take = &intake->take;
    begin_docking(intake);
    if (!intake->status)
        asked(intake, services->ordered(services->db, (struct asv_bytes){take->order, take->order_len},
                                        &intake->err));
}

void asv_intake_proven_run(struct asv_job *job)
{
    struct asv_intake *intake = intake_of(job);
    const struct asv_services *services = intake->dock->services;
    begin_docking(intake);
    if (!intake->status)
        asked(intake,
              services->erasure(services->db, intake->take.docking->session,
                                (struct asv_bytes){intake->erasure, intake->erasure_len}, &intake->err));
}
