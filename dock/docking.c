/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "dock/docking.h"

#include <stdlib.h>
#include <string.h>

struct asv_docking *asv_docking_use(struct asv_docking *docking)
{
    docking->users++;
    return docking;
}

void asv_docking_drop(struct asv_docking *docking)
{
    if (!docking || --docking->users > 0)
        return;
    asv_revoked_drop(docking->revoked);
    free(docking);
}

struct asv_revoked *asv_revoked_use(struct asv_revoked *revoked)
{
    if (revoked)
        revoked->users++;
    return revoked;
}

void asv_revoked_drop(struct asv_revoked *revoked)
{
    if (revoked && --revoked->users == 0)
        free(revoked);
}

enum asv_status asv_revoked_new(const struct asv_site *site, const void *data, size_t len,
                                const struct asv_revoked *held, struct asv_revoked **out, struct asv_err *err)
{
    if (len > ASV_REVOCATIONS_MAX_BYTES)
        return asv_fail_at(err, ASV_E_LIMIT, "the revocation list is too long; bytes", len);
    struct asv_revoked *revoked = calloc(1, sizeof *revoked + len);
    if (!revoked)
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory for the revocation list");
    revoked->users = 1;
    revoked->len = len;
    memcpy(revoked->data, data, len);
    enum asv_status status = asv_revocations_decode(&revoked->list, revoked->data, len, err);
    if (!status && held && revoked->list.number <= held->list.number)
        status = asv_fail_at(err, ASV_E_EXPIRED, "a newer revocation list is known than number",
                             revoked->list.number);
    if (!status)
        status = asv_revocations_verify(&revoked->list, site->root_pk, held ? &held->list : NULL, err);
    if (status) {
        free(revoked);
        return status;
    }
    *out = revoked;
    return ASV_OK;
}

enum asv_status asv_docking_begin(const struct asv_services *services, const struct asv_site *site,
                                  const struct asv_docking *docking, struct asv_db_docking_result *result,
                                  struct asv_err *err)
{
    const struct asv_wire_status_reply *status = &docking->status;
    const struct asv_clock_fix *fix = &docking->fix;
    struct asv_db_docking facts = {
        .slot = docking->slot,
        .port = docking->port,
        .chain = {docking->chain, docking->chain_len},
        .began_ms = docking->began_ms,
        .has_clock = docking->has_fix,
        .offset_ms = fix->offset_ms,
        .uncertainty_ms = fix->uncertainty_ms,
        .camera_wall_ms = fix->camera_wall_ms,
        .camera_mono_ms = fix->camera_mono_ms,
        .clock_state = fix->clock_state,
        .last_sync_ms = fix->last_sync_wall_ms ? fix->last_sync_wall_ms : ASV_TIME_UNKNOWN,
        .clock_source = docking->clock_source,
        .partial = docking->partial,
        .last_number = status->last_number,
        .clips = status->clips,
        .erasures = status->erasures,
        .store_bytes = status->store_bytes,
        .free_bytes = status->free_bytes,
        .battery_percent = status->battery_percent,
        .flags = status->flags,
        .firmware = status->firmware,
        .bulletin = status->bulletin,
        .revocations = status->revocations,
        .configuration = status->configuration,
        .assignment = status->assignment,
        .policy_version = status->policy_version,
    };
    memcpy(facts.session, docking->session, sizeof facts.session);
    memcpy(facts.dock_cert, site->dock_cert, sizeof facts.dock_cert);
    memcpy(facts.camera_cert, docking->camera_cert, sizeof facts.camera_cert);
    memcpy(facts.boot, fix->boot, sizeof facts.boot);
    memcpy(facts.epoch, status->epoch, sizeof facts.epoch);
    memcpy(facts.firmware_digest, status->firmware_digest, sizeof facts.firmware_digest);
    memcpy(facts.assignment_id, status->assignment_id, sizeof facts.assignment_id);
    return services->docking_begin(services->db, &facts, result, err);
}
