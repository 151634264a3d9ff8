/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What is wrapped for the recovery key lies beside a held recording. Who approves need not be let write into
 * the vault, and may be cut off before: this job lays down what is missing. (What lies beside a recording
 * that is not held is taken away with other leftovers, night_vault.c.) */
#include <stdlib.h>
#include <string.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/cli/night.h"
#include "server/db/request.h"
#include "server/incident/open.h"

#define PAGE 8 /* requests for one recording, of 4 KiB each */

static void name_of(const struct asv_db_retained *clip, struct asv_exhibit_name *out)
{
    *out = (struct asv_exhibit_name){.kind = clip->kind, .day = clip->day, .latest_ms = clip->latest_ms};
    memcpy(out->clip, clip->clip, sizeof out->clip);
    memcpy(out->header, clip->identity.header, sizeof out->header);
}

/* One without a directory has nothing to lay it beside; who looks for lost files says so. */
static enum asv_status is_beside(struct asv_night *night, const struct asv_db_retained *clip, bool *there,
                                 bool *beside, struct asv_err *err)
{
    char path[ASV_VAULT_PATH_BYTES];
    enum asv_vault_area area;
    struct asv_clip_dir *dir = NULL;
    struct asv_err inner = {0};
    uint64_t size = 0;
    *there = *beside = false;
    enum asv_status status = asv_night_place(clip, false, &area, path, err);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_vault_open_clip(night->vault, area, path, &dir, &inner);
    if (status == ASV_E_NOT_FOUND) {
        return ASV_OK;
    }
    if (status == ASV_OK) {
        status = asv_clip_size(dir, ASV_PART_RECOVERY, &size, &inner);
        asv_clip_close(dir);
    }
    *there = status == ASV_OK;
    *beside = *there && size != 0;
    return status == ASV_OK ? ASV_OK : asv_failf(err, status, "%s", inner.text);
}

struct room {
    struct asv_db_request requests[PAGE];
    struct asv_db_statement row;
};

/* The hold in force, and the answer that made it. ASV_E_NOT_FOUND: there is none. */
static enum asv_status find_hold(struct asv_night *night, const struct asv_db_retained *clip,
                                 struct asv_person_statement *proposal, struct asv_person_statement *answer,
                                 struct asv_err *err)
{
    size_t count = 0;
    asv_auto_free struct room *room = calloc(1, sizeof *room);
    if (room == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    const struct asv_db_request *requests = room->requests;
    struct asv_db_statement *row = &room->row;
    enum asv_status status =
        asv_db_request_list(night->db, clip->clip, true, NULL, room->requests, PAGE, &count, err);
    for (size_t i = 0; status == ASV_OK && i < count; i++) { /* the newest first */
        if (requests[i].action != ASV_ACTION_HOLD || strcmp(requests[i].outcome, "approved") != 0) {
            continue;
        }
        status = asv_db_statement_find(night->db, requests[i].proposal, row, err);
        if (status == ASV_OK) {
            status = asv_person_read(row, proposal, err);
        }
        if (status == ASV_OK) {
            status = asv_db_statement_approval(night->db, requests[i].proposal, row, err);
        }
        return status == ASV_OK ? asv_person_read(row, answer, err) : status;
    }
    return status == ASV_OK ? ASV_E_NOT_FOUND : status;
}

/* The keeper gives it as often as it is asked, until the answer expires. Of a hold from before the key was
 * registered there is none. */
static enum asv_status lay_decided(struct asv_night *night, const struct asv_db_retained *clip,
                                   struct asv_err *err)
{
    struct asv_person_statement proposal = {0};
    struct asv_person_statement answer = {0};
    struct asv_exhibit_name name;
    int64_t until_ms = 0;
    enum asv_status status = find_hold(night, clip, &proposal, &answer, err);
    if (status == ASV_E_NOT_FOUND || (status == ASV_OK && answer.said.expires_ms <= night->now_ms)) {
        return ASV_OK;
    }
    if (status != ASV_OK) {
        return status;
    }
    const struct asv_person_delivery delivery = {
        .proposal = &proposal, .answer = &answer, .revocations = asv_night_revocations(night)};
    name_of(clip, &name);
    return asv_night_show(night, &name, &delivery, &until_ms, err);
}

/* The same of what was held before it docked: the keeper gives it whenever it is asked to keep that once
 * more. */
static enum asv_status lay_ahead(struct asv_night *night, const struct asv_db_retained *clip,
                                 const uint8_t proposal[ASV_SHA256_BYTES], struct asv_err *err)
{
    asv_auto_exhibit struct asv_exhibit *exhibit = NULL;
    struct asv_night_stanza stanza = {0};
    struct asv_exhibit_name name;
    enum asv_status status = asv_night_keep(night, clip, ASV_KEEPER_WHY_AHEAD, proposal, &stanza, err);
    if (status != ASV_OK || stanza.len == 0) {
        return status;
    }
    name_of(clip, &name);
    status = asv_exhibit_open(night->vault, &name, &exhibit, err);
    return status == ASV_OK
               ? asv_exhibit_put_recovery(exhibit, (struct asv_bytes){stanza.data, stanza.len}, err)
               : status;
}

static enum asv_status lay(struct asv_night *night, const struct asv_db_retained *clip, struct asv_err *err)
{
    static const uint8_t none[ASV_SHA256_BYTES];
    uint8_t ahead[ASV_SHA256_BYTES];
    enum asv_status status = asv_db_held_ahead_by(night->db, clip->identity.header, ahead, err);
    if (status != ASV_OK) {
        return status;
    }
    return memcmp(ahead, none, sizeof none) == 0 ? lay_decided(night, clip, err)
                                                 : lay_ahead(night, clip, ahead, err);
}

static void see_to(struct asv_night *night, const struct asv_db_retained *clip)
{
    struct asv_err err = {0};
    bool there = false;
    bool beside = false;
    enum asv_status status = is_beside(night, clip, &there, &beside, &err);
    if (status == ASV_OK && there && !beside) {
        status = lay(night, clip, &err);
    }
    if (status != ASV_OK) {
        night->counts.failed++;
        asv_night_alarm(night, ASV_NIGHT_FAILED, ASV_DB_ALARM_KEEPER, clip,
                        "what is wrapped for the recovery key does not lie beside it: %.160s", err.text);
    }
}

static enum asv_status held_batch(struct asv_night *night, const struct asv_db_retained *rows, size_t count,
                                  struct asv_err *err)
{
    (void)err;
    for (size_t i = 0; i < count; i++) {
        see_to(night, &rows[i]);
    }
    return ASV_OK;
}

enum asv_status asv_night_recovery(struct asv_night *night, struct asv_err *err)
{
    const struct asv_night_pages held = {.state = ASV_DB_HELD};
    bool registered = night->keeper_answers && night->keeper.recovery_key;
    return registered && !night->dry ? asv_night_each(night, &held, held_batch, err) : ASV_OK;
}
