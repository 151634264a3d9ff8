/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/flow/policy.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/calendar.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/db/policy.h"
#include "server/flow/decide.h"
#include "server/incident/words.h"

#define PAGE 64

static enum asv_status find_today(const struct asv_world *world, int64_t *now_ms, uint32_t *today,
                                  struct asv_err *err)
{
    enum asv_status status = asv_world_wall_ms(world, now_ms);
    if (status == ASV_OK) {
        status = asv_local_date(*now_ms, today);
    }
    return status == ASV_OK ? ASV_OK : asv_fail(err, ASV_E_INTERNAL, "the clock cannot be read");
}

enum asv_status asv_flow_policy_on(const struct asv_world *world, struct asv_db *db, uint32_t day,
                                   struct asv_policy_file **out, struct asv_err *err)
{
    uint8_t text[ASV_DB_POLICY_FILE_BYTES];
    size_t len = 0;
    int64_t now_ms = 0;
    enum asv_status status = day == 0 ? find_today(world, &now_ms, &day, err) : ASV_OK;
    if (status == ASV_OK) {
        status = asv_db_policy_on(db, day, text, &len, err);
    }
    if (status == ASV_E_NOT_FOUND) {
        return asv_fail(err, status,
                        "no policy is in force that two people decided on (\"asservat policy propose\")");
    }
    return status == ASV_OK ? asv_policy_keep("policy", (const char *)text, len, out, NULL, err) : status;
}

/* ---- what it would do ---- */

/* The policy that was in force on a day, kept until another day is asked for. */
struct then {
    struct asv_policy_file *file;
    uint32_t day;
};

static enum asv_status policy_then(const struct asv_world *world, struct asv_db *db, uint32_t day,
                                   struct then *then, struct asv_err *err)
{
    if (then->file != NULL && then->day == day) {
        return ASV_OK;
    }
    free(then->file);
    *then = (struct then){.day = day};
    return asv_flow_policy_on(world, db, day, &then->file, err);
}

static enum asv_status count(struct asv_flow_policy_effect *out, const struct asv_policy *old_policy,
                             const struct asv_policy *new_policy, const struct asv_db_period_group *group,
                             int64_t now_ms, struct asv_err *err)
{
    struct asv_policy_change change;
    const struct asv_policy_change_facts facts = {
        .day = group->day,
        .held = group->state == ASV_DB_HELD,
        .pending = group->state == ASV_DB_PENDING,
        .cause = group->ground != 0 ? 1u << (group->ground - 1) : 0,
        .request_ms = group->request_ms,
        .now_ms = now_ms,
    };
    enum asv_status status = asv_policy_change(&change, old_policy, new_policy, &facts, err);
    if (status != ASV_OK) {
        return status;
    }
    bool at_once = change.effect == ASV_POLICY_EARLIER && change.new_end_ms <= now_ms;
    out->recordings += group->recordings;
    out->unchanged += change.effect == ASV_POLICY_UNCHANGED ? group->recordings : 0;
    out->earlier += change.effect == ASV_POLICY_EARLIER ? group->recordings : 0;
    out->at_once += at_once ? group->recordings : 0;
    out->later += change.effect == ASV_POLICY_LATER ? group->recordings : 0;
    out->decide += change.effect == ASV_POLICY_DECIDE ? group->recordings : 0;
    return ASV_OK;
}

static enum asv_status count_all(const struct asv_world *world, struct asv_db *db,
                                 const struct asv_policy *policy, int64_t now_ms,
                                 struct asv_flow_policy_effect *out, struct asv_err *err)
{
    struct asv_db_period_group groups[PAGE];
    struct then then = {0};
    enum asv_status status = ASV_OK;
    size_t from = 0;
    size_t got = PAGE;
    while (got == PAGE && status == ASV_OK) {
        status = asv_db_recording_periods(db, from, groups, PAGE, &got, err);
        for (size_t i = 0; i < got && status == ASV_OK; i++) {
            status = policy_then(world, db, groups[i].day, &then, err);
            if (status == ASV_OK) {
                status = count(out, &then.file->policy, policy, &groups[i], now_ms, err);
            }
        }
        from += got;
    }
    free(then.file);
    return status;
}

/* Beside the others that people decided on: its version is higher, and whoever begins later counts from then
 * on (KEEPER.md, K-094). */
static enum asv_status check_others(struct asv_db *db, const struct asv_policy *policy, uint32_t from,
                                    struct asv_flow_policy_effect *out, struct asv_err *err)
{
    struct asv_db_policy_version rows[PAGE];
    uint32_t below = 0;
    size_t got = PAGE;
    while (got == PAGE) {
        enum asv_status status = asv_db_policy_history(db, below, rows, PAGE, &got, err);
        if (status != ASV_OK) {
            return status;
        }
        if (below == 0 && got != 0 && rows[0].version >= policy->retention.version) {
            return asv_fail(err, ASV_E_EXPIRED, asv_incident_policy_old);
        }
        for (size_t i = 0; i < got; i++) {
            if (rows[i].from_date > from && (out->next_from == 0 || rows[i].from_date < out->next_from)) {
                out->next_from = rows[i].from_date;
                out->next_version = rows[i].version;
            }
            below = rows[i].version;
        }
    }
    return ASV_OK;
}

/* Beside the one in force today. */
static enum asv_status compare(const struct asv_world *world, struct asv_db *db,
                               const struct asv_policy *policy, int64_t now_ms,
                               struct asv_flow_policy_effect *out, struct asv_err *err)
{
    asv_auto_free struct asv_policy_file *today = NULL;
    enum asv_status status = asv_flow_policy_on(world, db, 0, &today, err);
    out->first = status == ASV_E_NOT_FOUND;
    if (status != ASV_OK || today == NULL) {
        return out->first ? ASV_OK : status;
    }
    memcpy(out->name, today->policy.name, sizeof out->name);
    out->today = today->policy.retention;
    return count_all(world, db, policy, now_ms, out, err);
}

enum asv_status asv_flow_policy_effect(const struct asv_world *world, struct asv_db *db,
                                       const struct asv_policy *policy, uint32_t from,
                                       struct asv_flow_policy_effect *out, struct asv_err *err)
{
    struct asv_flow_policy_effect effect = {0};
    int64_t now_ms = 0;
    uint32_t today = 0;
    enum asv_status status = find_today(world, &now_ms, &today, err);
    if (status == ASV_OK && from <= today) {
        return asv_fail(err, ASV_E_EXPIRED, asv_incident_policy_begun);
    }
    if (status == ASV_OK) {
        status = check_others(db, policy, from, &effect, err);
    }
    if (status == ASV_OK) {
        status = compare(world, db, policy, now_ms, &effect, err);
    }
    if (status == ASV_OK) {
        *out = effect;
    }
    return status;
}

/* ---- proposals ---- */

enum asv_status asv_flow_policy_proposed(struct asv_db *db, const struct asv_person_statement *proposal,
                                         struct asv_policy_file **out, struct asv_err *err)
{
    const struct asv_subject *subject = &proposal->said.subject;
    uint8_t text[ASV_DB_POLICY_FILE_BYTES];
    size_t len = 0;
    asv_auto_free struct asv_policy_file *file = NULL;
    enum asv_status status = asv_db_policy_file_find(db, subject->id, text, &len, err);
    if (status == ASV_OK) {
        status = asv_policy_keep("policy", (const char *)text, len, &file, NULL, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    if (!asv_equal(file->digest, subject->id, sizeof subject->id) ||
        file->policy.retention.version != subject->version || file->policy.retention.days != subject->days) {
        return asv_fail(err, ASV_E_MISMATCH, "the proposal says something else than the policy's file");
    }
    *out = asv_steal(&file);
    return ASV_OK;
}

static enum asv_status keep(struct asv_db *db, const struct asv_policy_file *file, struct asv_err *err)
{
    const struct asv_db_policy_file kept = {
        .version = file->policy.retention.version,
        .name = file->policy.name,
        .days = (uint16_t)file->policy.retention.days,
        .content = {(const uint8_t *)file->text, file->len},
    };
    return asv_db_policy_file_put(db, &kept, err);
}

enum asv_status asv_flow_policy_propose(const struct asv_flow *flow, const struct asv_policy_file *file,
                                        uint32_t from, struct asv_person_statement *out, struct asv_err *err)
{
    struct asv_statement what = {.action = ASV_ACTION_POLICY,
                                 .subject = {.kind = ASV_SUBJECT_POLICY,
                                             .version = file->policy.retention.version,
                                             .days = (uint16_t)file->policy.retention.days,
                                             .from_date = from}};
    memcpy(what.subject.id, file->digest, sizeof what.subject.id);
    bool waits = false;
    enum asv_status status = asv_decide_sign_proposal(flow, &what, &waits, out, err);
    if (status != ASV_OK || waits) {
        return status;
    }
    status = keep(flow->db, file, err); /* */
    return status == ASV_OK ? asv_person_store(flow->db, out, err) : status;
}
