/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/db/docking.h"

#include <string.h>

#include "firmware-proto/trust/assignment.h"
#include "firmware-proto/trust/bulletin.h"
#include "firmware-proto/trust/configuration.h"
#include "server/base/fail.h"
#include "server/base/uuid.h"
#include "server/db/internal.h"

static void param_nulls(struct asv_params *p, int count)
{
    for (int i = 0; i < count; i++) {
        asv_param_null(p);
    }
}

static void param_clock(struct asv_params *p, const struct asv_db_docking *d)
{
    if (!d->has_clock) {
        param_nulls(p, 8);
        return;
    }
    asv_param_i64(p, d->offset_ms);
    asv_param_i64(p, d->uncertainty_ms);
    if (d->partial) {
        param_nulls(p, 3);
    } else {
        asv_param_time(p, d->camera_wall_ms);
        asv_param_u64(p, d->camera_mono_ms);
        asv_param_uuid(p, d->boot);
    }
    if (d->clock_state == 0) { /* of a header that could not be read */
        asv_param_null(p);
    } else {
        asv_param_i16(p, d->clock_state);
    }
    if (d->partial) {
        param_nulls(p, 2);
    } else {
        asv_param_time(p, d->last_sync_ms);
        asv_param_i16(p, d->clock_source);
    }
}

static void param_docking(struct asv_params *p, const struct asv_db_docking *d)
{
    asv_params_init(p);
    asv_param_digest(p, d->session);
    asv_param_digest(p, d->dock_cert);
    asv_param_i32(p, d->slot);
    asv_param_text(p, d->port);
    asv_param_digest(p, d->camera_cert);
    asv_param_time(p, d->began_ms);
    param_clock(p, d);
    asv_param_uuid(p, d->epoch);
    if (d->partial) {
        param_nulls(p, 7);
    } else {
        asv_param_u64(p, d->last_number);
        asv_param_i64(p, d->clips);
        asv_param_i64(p, d->erasures);
        asv_param_u64(p, d->store_bytes);
        asv_param_u64(p, d->free_bytes);
        if (d->battery_percent > 100) {
            asv_param_null(p);
        } else {
            asv_param_i16(p, d->battery_percent);
        }
        asv_param_i32(p, d->flags);
    }
    asv_param_text(p, d->firmware);
    asv_param_digest(p, d->firmware_digest);
    if (d->partial) {
        param_nulls(p, 6);
    } else {
        asv_param_u64(p, d->bulletin);
        asv_param_u64(p, d->revocations);
        asv_param_u64(p, d->configuration);
        asv_param_u64(p, d->assignment);
        asv_param_i64(p, d->policy_version);
        asv_param_uuid_or_null(p, d->assignment_id);
    }
}

static enum asv_status row_docking(const PGresult *table, struct asv_db_docking_result *out,
                                   struct asv_err *err)
{
    struct asv_row row;
    char outcome[16];
    asv_row_init(&row, table, 0);
    asv_row_text(&row, outcome, sizeof outcome);
    out->outcome = strcmp(outcome, "done") == 0 ? ASV_DB_DONE : ASV_DB_ALREADY;
    out->enrolled = asv_row_bool(&row);
    out->retired = asv_row_bool(&row);
    out->revoked = asv_row_bool(&row);
    out->number_back = asv_row_bool(&row);
    out->highest_before = asv_row_u64(&row);
    out->emptied_ms = asv_row_time(&row);
    out->word_wanted = asv_row_bool(&row);
    asv_row_text(&row, out->unit, sizeof out->unit);
    return asv_row_end(&row, ASV_QUERY_DOCKING_BEGIN, err);
}

enum asv_status asv_db_docking_begin(struct asv_db *db, const struct asv_db_docking *docking,
                                     struct asv_db_docking_result *result, struct asv_err *err)
{
    enum { CA, LEAF, SEEN, BEGIN, STEPS };
    struct asv_params params[STEPS];
    struct asv_chain chain;
    uint8_t digest[ASV_SHA256_BYTES];
    enum asv_status status = asv_chain_decode(&chain, docking->chain.data, docking->chain.len, err);
    if (status != ASV_OK) {
        return status;
    }
    asv_cert_digest(digest, &chain.leaf);
    if (memcmp(digest, docking->camera_cert, sizeof digest) != 0) {
        return asv_fail(err, ASV_E_MISMATCH, "database: the chain is not of the camera that docks");
    }
    asv_param_cert(&params[CA], &chain.ca);
    asv_param_cert(&params[LEAF], &chain.leaf);
    asv_params_init(&params[SEEN]);
    asv_param_digest(&params[SEEN], docking->camera_cert);
    asv_param_bytes(&params[SEEN], docking->chain.data, docking->chain.len);
    param_docking(&params[BEGIN], docking);
    struct asv_query_step steps[STEPS] = {
        [CA] = {.query = ASV_QUERY_CAMERA_CERTIFICATE_PUT, .params = &params[CA]},
        [LEAF] = {.query = ASV_QUERY_CAMERA_CERTIFICATE_PUT, .params = &params[LEAF]},
        [SEEN] = {.query = ASV_QUERY_CAMERA_SEEN, .params = &params[SEEN]},
        [BEGIN] = {.query = ASV_QUERY_DOCKING_BEGIN, .params = &params[BEGIN]},
    };
    status = asv_db_run(db, steps, STEPS, err);
    if (status == ASV_OK) {
        status = row_docking(steps[BEGIN].result, result, err);
    }
    asv_steps_clear(steps, STEPS);
    return status;
}

enum asv_status asv_db_docking_end(struct asv_db *db, const struct asv_db_docking_end *end,
                                   enum asv_db_outcome *outcome, struct asv_err *err)
{
    struct asv_params params;
    char note[ASV_NOTE_BYTES + 1];
    asv_params_init(&params);
    asv_param_digest(&params, end->session);
    asv_param_time(&params, end->ended_ms);
    asv_param_i16(&params, (int16_t)end->reason);
    asv_param_i64(&params, end->stored);
    asv_param_i64(&params, end->quarantined);
    asv_param_i64(&params, end->expired);
    asv_param_i64(&params, end->left);
    asv_param_u64(&params, end->bytes);
    asv_param_text(&params, asv_note_clean(note, end->detail));
    asv_param_bytes(&params, end->inventory.len == 0 ? NULL : end->inventory.data, end->inventory.len);
    return asv_db_run_outcome(db, ASV_QUERY_DOCKING_END, &params, outcome, err);
}

/* The local days of a bulletin's first and last key. */
static void param_bulletin_days(struct asv_params *params, const struct asv_bulletin *bulletin)
{
    struct asv_bulletin_key key = {0};
    if (bulletin->key_count > 0) {
        asv_bulletin_key_at(bulletin, 0, &key);
    }
    asv_param_date(params, key.date);
    if (bulletin->key_count > 0) {
        asv_bulletin_key_at(bulletin, (uint16_t)(bulletin->key_count - 1), &key);
    }
    asv_param_date(params, key.date);
}

enum asv_status asv_db_bulletin_issued(struct asv_db *db, const uint8_t session[32],
                                       struct asv_bytes bulletin, enum asv_db_outcome *outcome,
                                       struct asv_err *err)
{
    struct asv_bulletin said;
    struct asv_params params;
    uint8_t keeper[ASV_SHA256_BYTES];
    enum asv_status status = asv_bulletin_decode(&said, bulletin.data, bulletin.len, err);
    if (status != ASV_OK) {
        return status;
    }
    asv_cert_digest(keeper, &said.keeper.leaf);
    asv_params_init(&params);
    asv_param_digest(&params, session);
    asv_param_digest(&params, said.camera_cert);
    asv_param_u64(&params, said.number);
    asv_param_digest(&params, said.previous);
    asv_param_time(&params, said.issued_ms);
    asv_param_i64(&params, said.policy_version);
    asv_param_i32(&params, said.key_count);
    param_bulletin_days(&params, &said);
    asv_param_bytes(&params, said.reserve.id, sizeof said.reserve.id);
    asv_param_digest(&params, keeper);
    asv_param_bytes(&params, bulletin.data, bulletin.len);
    return asv_db_run_outcome(db, ASV_QUERY_BULLETIN_ISSUED, &params, outcome, err);
}

enum asv_status asv_db_assignment_issued(struct asv_db *db, const uint8_t session[32],
                                         struct asv_bytes assignment, enum asv_db_outcome *outcome,
                                         struct asv_err *err)
{
    struct asv_assignment said;
    struct asv_params params;
    enum asv_status status = asv_assignment_decode(&said, assignment.data, assignment.len, err);
    if (status != ASV_OK) {
        return status;
    }
    asv_params_init(&params);
    asv_param_digest(&params, session);
    asv_param_digest(&params, said.camera_cert);
    asv_param_u64(&params, said.number);
    asv_param_uuid_or_null(&params, said.id);
    asv_param_digest(&params, said.dock_cert);
    asv_param_text(&params, said.unit);
    asv_param_text(&params, said.area);
    asv_param_time(&params, said.issued_ms);
    asv_param_bytes(&params, assignment.data, assignment.len);
    return asv_db_run_outcome(db, ASV_QUERY_ASSIGNMENT_ISSUED, &params, outcome, err);
}

enum asv_status asv_db_configuration_issued(struct asv_db *db, const uint8_t session[32],
                                            struct asv_bytes configuration, enum asv_db_outcome *outcome,
                                            struct asv_err *err)
{
    struct asv_configuration said;
    struct asv_params params;
    enum asv_status status = asv_configuration_decode(&said, configuration.data, configuration.len, err);
    if (status != ASV_OK) {
        return status;
    }
    asv_params_init(&params);
    asv_param_digest(&params, session);
    asv_param_digest(&params, said.camera_cert);
    asv_param_u64(&params, said.number);
    asv_param_digest(&params, said.dock_cert);
    asv_param_i64(&params, said.pre_roll_ms);
    asv_param_i64(&params, said.checkpoint_ms);
    asv_param_i64(&params, said.policy_version);
    asv_param_text(&params, said.name);
    asv_param_text(&params, said.unit);
    asv_param_time(&params, said.issued_ms);
    asv_param_bytes(&params, configuration.data, configuration.len);
    return asv_db_run_outcome(db, ASV_QUERY_CONFIGURATION_ISSUED, &params, outcome, err);
}

static void row_issue(struct asv_row *row, void *to)
{
    static const char *const names[] = {"done", "unknown", "barred", "has"};
    struct asv_db_issue_result *out = to;
    char outcome[16];
    size_t at = 0;
    asv_row_text(row, outcome, sizeof outcome);
    asv_row_text(row, out->unit, sizeof out->unit);
    while (at < sizeof names / sizeof *names && strcmp(names[at], outcome) != 0) {
        at++;
    }
    if (at == sizeof names / sizeof *names && row->status == ASV_OK) {
        row->status = ASV_E_MALFORMED;
    }
    out->outcome = (enum asv_db_issue)at;
}

enum asv_status asv_db_issue_begin(struct asv_db *db, const uint8_t badge[32], const uint8_t assignment[16],
                                   struct asv_db_issue_result *result, struct asv_err *err)
{
    struct asv_params params;
    struct asv_db_issue_result found = {.outcome = ASV_DB_ISSUE_UNKNOWN};
    asv_params_init(&params);
    asv_param_digest(&params, badge);
    asv_param_uuid(&params, assignment);
    asv_param_text(&params, "dock");
    enum asv_status status = asv_db_run_value(db, ASV_QUERY_ISSUE_BEGIN, &params, row_issue, &found, err);
    if (status == ASV_OK) {
        *result = found;
    }
    return status;
}

enum asv_status asv_db_issue_undo(struct asv_db *db, const uint8_t assignment[16], struct asv_err *err)
{
    struct asv_params params;
    enum asv_db_outcome outcome;
    asv_params_init(&params);
    asv_param_uuid(&params, assignment);
    return asv_db_run_outcome(db, ASV_QUERY_ISSUE_UNDO, &params, &outcome, err);
}

enum asv_status asv_db_number_next(struct asv_db *db, const uint8_t camera_cert[32],
                                   enum asv_db_numbered what, uint64_t floor, uint64_t *number,
                                   struct asv_err *err)
{
    struct asv_params params;
    PGresult *result = NULL;
    asv_params_init(&params);
    asv_param_digest(&params, camera_cert);
    asv_param_i16(&params, (int16_t)what);
    asv_param_u64(&params, floor);
    enum asv_status status = asv_db_run1(db, ASV_QUERY_NUMBER_NEXT, &params, &result, err);
    if (status == ASV_OK) {
        struct asv_row row;
        asv_row_init(&row, result, 0);
        uint64_t next = asv_row_u64(&row);
        status = asv_row_end(&row, ASV_QUERY_NUMBER_NEXT, err);
        if (status == ASV_OK) {
            *number = next;
        }
        PQclear(result);
    }
    return status;
}

static const char *alarm_name(enum asv_db_alarm_kind kind)
{
    static const char *const names[] = {
        [ASV_DB_ALARM_CLONE] = "clone",
        [ASV_DB_ALARM_UUID_CONFLICT] = "uuid_conflict",
        [ASV_DB_ALARM_CUSTODY_CONFLICT] = "custody_conflict",
        [ASV_DB_ALARM_QUARANTINED] = "quarantined",
        [ASV_DB_ALARM_ERASURE] = "erasure",
        [ASV_DB_ALARM_DEVICE_LOG] = "device_log",
        [ASV_DB_ALARM_FOREIGN_CAMERA] = "foreign_camera",
        [ASV_DB_ALARM_REVOKED_CAMERA] = "revoked_camera",
        [ASV_DB_ALARM_HOSTILE_CAMERA] = "hostile_camera",
        [ASV_DB_ALARM_DAMAGED_CLIP] = "damaged_clip",
        [ASV_DB_ALARM_MISSING_CLIP] = "missing_clip",
        [ASV_DB_ALARM_STORAGE] = "storage",
        [ASV_DB_ALARM_CLOCK] = "clock",
        [ASV_DB_ALARM_INTERVAL] = "interval",
        [ASV_DB_ALARM_INTERNAL] = "internal",
        [ASV_DB_ALARM_RETENTION] = "retention",
        [ASV_DB_ALARM_BALANCE] = "balance",
        [ASV_DB_ALARM_KEEPER] = "keeper",
        [ASV_DB_ALARM_ORPHAN] = "orphan",
        [ASV_DB_ALARM_UNHEARD] = "unheard",
        [ASV_DB_ALARM_UNLOGGED] = "unlogged",
        [ASV_DB_ALARM_UNTOLD] = "untold",
        [ASV_DB_ALARM_FORGED] = "forged",
        [ASV_DB_ALARM_UNWORN] = "unworn",
        [ASV_DB_ALARM_LEDGER] = "ledger",
    };
    return (unsigned)kind < sizeof names / sizeof names[0] && names[kind] != NULL ? names[kind] : "internal";
}

enum asv_status asv_db_run_alarm(struct asv_db *db, enum asv_query query, const char *subject,
                                 const char *detail, struct asv_err *err)
{
    struct asv_params params;
    char about[ASV_NOTE_BYTES + 1];
    char note[ASV_NOTE_BYTES + 1];
    detail = asv_note_clean(note, detail);
    asv_params_init(&params);
    asv_param_text(&params, asv_note_clean(about, subject));
    asv_param_text(&params, detail != NULL ? detail : "(no detail)");
    return asv_db_run_outcome(db, query, &params, NULL, err);
}

enum asv_status asv_db_alarm_raise(struct asv_db *db, const struct asv_db_alarm *alarm,
                                   enum asv_db_outcome *outcome, struct asv_err *err)
{
    struct asv_params params;
    char note[ASV_NOTE_BYTES + 1];
    char subject[ASV_NOTE_BYTES + 1];
    const char *detail = asv_note_clean(note, alarm->detail);
    asv_params_init(&params);
    asv_param_text(&params, alarm_name(alarm->kind));
    asv_param_digest(&params, alarm->dock_cert);
    if (alarm->slot < 0) {
        asv_param_null(&params);
    } else {
        asv_param_i32(&params, alarm->slot);
    }
    if (alarm->recording != NULL) {
        asv_param_identity(&params, alarm->recording);
    } else {
        asv_param_digest(&params, alarm->camera_cert);
        asv_param_null(&params);
        asv_param_null(&params);
        asv_param_null(&params);
    }
    asv_param_text(&params, detail != NULL ? detail : "(no detail)");
    asv_param_text(&params, asv_note_clean(subject, alarm->subject));
    return asv_db_run_outcome(db, ASV_QUERY_ALARM_RAISE, &params, outcome, err);
}

enum asv_status asv_db_slot_learned(struct asv_db *db, const uint8_t dock_cert[32], uint16_t slot,
                                    const char *port, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_digest(&params, dock_cert);
    asv_param_i32(&params, slot);
    asv_param_text(&params, port);
    return asv_db_run_void(db, ASV_QUERY_SLOT_LEARNED, &params, err);
}
