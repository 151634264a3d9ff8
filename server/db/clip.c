/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/db/clip.h"

#include <string.h>

#include "firmware-proto/crypto/object.h"
#include "firmware-proto/trust/destruction.h"
#include "firmware-proto/trust/erasure.h"
#include "firmware-proto/trust/receipt.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/db/internal.h"

static const char *const state_names[] = {
    [ASV_DB_UNKNOWN] = "unknown",
    [ASV_DB_ANNOUNCED] = "announced",
    [ASV_DB_TRANSFERRING] = "transferring",
    [ASV_DB_SEALED] = "sealed",
    [ASV_DB_QUARANTINED] = "quarantined",
    [ASV_DB_EXPIRED_ON_ARRIVAL] = "expired_on_arrival",
    [ASV_DB_PENDING] = "pending",
    [ASV_DB_HELD] = "held",
    [ASV_DB_RELEASED] = "released",
    [ASV_DB_ERASING] = "erasing",
    [ASV_DB_ERASED] = "erased",
};

const char *asv_db_state_name(enum asv_db_state state)
{
    return (unsigned)state < sizeof state_names / sizeof state_names[0] ? state_names[state] : "?";
}

enum asv_db_state asv_row_state(struct asv_row *row)
{
    char name[33];
    asv_row_text(row, name, sizeof name);
    for (unsigned i = 1; i < sizeof state_names / sizeof state_names[0]; i++) {
        if (strcmp(name, state_names[i]) == 0) {
            return (enum asv_db_state)i;
        }
    }
    return ASV_DB_UNKNOWN;
}

void asv_param_identity(struct asv_params *params, const struct asv_db_identity *identity)
{
    asv_param_digest(params, identity->camera_cert);
    asv_param_uuid(params, identity->epoch);
    asv_param_u64(params, identity->number);
    asv_param_digest(params, identity->header);
}

static void row_known(struct asv_row *row, struct asv_db_known *known)
{
    known->state = asv_row_state(row);
    known->kind = asv_row_u8(row);
    known->uuid_taken = asv_row_bool(row);
    known->number_taken = asv_row_bool(row);
    known->number_back = asv_row_bool(row);
    known->erased_on_camera = asv_row_bool(row);
    known->due_ms = asv_row_time(row);
    known->committed_ms = asv_row_time(row);
}

static void param_offer(struct asv_params *params, const uint8_t session[32],
                        const struct asv_db_offer *offer)
{
    asv_params_init(params);
    asv_param_digest(params, session);
    asv_param_identity(params, &offer->identity);
    asv_param_uuid(params, offer->clip);
    asv_param_bool(params, offer->marked);
    asv_param_u64(params, offer->chunks);
    asv_param_u64(params, offer->seal_bytes);
    asv_param_u64(params, offer->tail_bytes);
    asv_param_time(params, offer->start_ms);
}

enum asv_status asv_db_clip_announce(struct asv_db *db, const uint8_t session[32],
                                     const struct asv_db_offer *offers, size_t count,
                                     struct asv_db_known *known, struct asv_err *err)
{
    if (count == 0) {
        return ASV_OK;
    }
    if (count > ASV_DB_OFFERS_MAX) {
        return asv_fail_at(err, ASV_E_LIMIT, "database: too many recordings announced at once", count);
    }
    struct announcement {
        struct asv_query_step steps[ASV_DB_OFFERS_MAX];
        struct asv_params params[ASV_DB_OFFERS_MAX];
    };
    asv_auto_free struct announcement *all = malloc(sizeof *all);
    if (all == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "database: no memory to announce recordings");
    }
    struct asv_query_step *steps = all->steps;
    for (size_t i = 0; i < count; i++) {
        param_offer(&all->params[i], session, &offers[i]);
        steps[i] = (struct asv_query_step){.query = ASV_QUERY_CLIP_ANNOUNCE, .params = &all->params[i]};
    }
    enum asv_status status = asv_db_run(db, steps, count, err);
    for (size_t i = 0; i < count && status == ASV_OK; i++) {
        struct asv_row row;
        asv_row_init(&row, steps[i].result, 0);
        row_known(&row, &known[i]);
        status = asv_row_end(&row, ASV_QUERY_CLIP_ANNOUNCE, err);
    }
    asv_steps_clear(steps, count);
    return status;
}

enum asv_status asv_db_clip_lookup(struct asv_db *db, const struct asv_db_identity *identity,
                                   const uint8_t *clip, struct asv_db_known *known, struct asv_err *err)
{
    struct asv_params params;
    PGresult *result = NULL;
    asv_params_init(&params);
    asv_param_identity(&params, identity);
    asv_param_uuid(&params, clip);
    enum asv_status status = asv_db_run1(db, ASV_QUERY_CLIP_LOOKUP, &params, &result, err);
    if (status == ASV_OK) {
        struct asv_row row;
        asv_row_init(&row, result, 0);
        row_known(&row, known);
        status = asv_row_end(&row, ASV_QUERY_CLIP_LOOKUP, err);
        PQclear(result);
    }
    return status;
}

enum asv_status asv_db_clip_transferring(struct asv_db *db, const struct asv_db_identity *identity,
                                         const uint8_t session[32], struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_digest(&params, session);
    asv_param_identity(&params, identity);
    return asv_db_run_outcome(db, ASV_QUERY_CLIP_TRANSFERRING, &params, NULL, err);
}

/* The fields of asv.clip_facts, in its order. */
static void param_facts(struct asv_params *p, const struct asv_commit *c)
{
    asv_param_digest(p, c->agency);
    asv_param_digest(p, c->dock_cert);
    asv_param_text(p, c->dock_name);
    asv_param_i32(p, c->slot);
    asv_param_text(p, c->port);
    asv_param_digest(p, c->session);
    asv_param_digest(p, c->camera_cert);
    asv_param_digest(p, c->chain_digest);
    asv_param_text(p, c->model);
    asv_param_text(p, c->serial);
    asv_param_text(p, c->firmware);
    asv_param_digest(p, c->firmware_digest);
    asv_param_uuid(p, c->epoch);
    asv_param_u64(p, c->number);
    asv_param_uuid(p, c->clip);
    asv_param_digest(p, c->header_digest);
    asv_param_uuid(p, c->group);
    asv_param_i32(p, c->stream);
    asv_param_i16(p, c->stream_type);
    asv_param_i64(p, c->segment);
    asv_param_uuid_or_null(p, c->assignment);
    asv_param_text(p, c->unit);
    asv_param_text(p, c->area);
    asv_param_i16(p, c->sealer);
    asv_param_i16(p, c->end_reason);
    asv_param_bool(p, c->marked);
    asv_param_bool(p, c->dwelling);
    asv_param_i64(p, c->pre_roll_ms);
    asv_param_i16(p, c->key_kind);
    asv_param_bytes(p, c->key_id, sizeof c->key_id);
    asv_param_date(p, c->key_date);
    asv_param_u64(p, c->bulletin);
    asv_param_i64(p, c->policy);
    asv_param_i16(p, c->clock_state);
    asv_param_time(p, c->start_ms);
    asv_param_time(p, c->end_ms);
    asv_param_time(p, c->earliest_ms);
    asv_param_time(p, c->latest_ms);
    asv_param_i64(p, c->offset_ms);
    asv_param_i64(p, c->uncertainty_ms);
    asv_param_date(p, c->day);
    asv_param_time(p, c->due_ms == 0 ? ASV_TIME_UNKNOWN : c->due_ms);
    asv_param_time(p, c->docked_ms);
    asv_param_time(p, c->committed_ms);
    asv_param_digest(p, c->root);
    asv_param_u64(p, c->leaves);
    asv_param_u64(p, c->payload_bytes);
    asv_param_bytes(p, c->final_chunk, sizeof c->final_chunk);
    asv_param_u64(p, c->media_bytes);
    asv_param_u64(p, c->seal_bytes);
    asv_param_digest(p, c->seal_digest);
    asv_param_u64(p, c->tail_bytes);
    asv_param_digest(p, c->tail_digest);
    asv_param_i64(p, c->link_bytes);
    asv_param_digest(p, c->link_digest);
    asv_param_digest(p, c->stanzas_digest);
    asv_param_i16(p, c->integrity);
    asv_param_i16(p, c->provenance);
    asv_param_i16(p, c->kind);
    asv_param_text(p, c->reason);
    asv_param_i16(p, c->readback);
    asv_param_i16(p, c->replicas);
    asv_param_text(p, c->software);
}

static enum asv_status check_receipt(const struct asv_receipt *receipt, const struct asv_commit *facts,
                                     struct asv_err *err)
{
    const struct asv_custody *said = &receipt->custody;
    if (memcmp(said->camera_cert, facts->camera_cert, 32) != 0 ||
        memcmp(said->epoch, facts->epoch, 16) != 0 || said->number != facts->number ||
        memcmp(said->header, facts->header_digest, 32) != 0 || memcmp(said->root, facts->root, 32) != 0 ||
        memcmp(said->seal, facts->seal_digest, 32) != 0 ||
        memcmp(receipt->dock_cert, facts->dock_cert, 32) != 0) {
        return asv_fail(err, ASV_E_MISMATCH,
                        "database: the receipt is not for the clip of this commit record");
    }
    return ASV_OK;
}

enum asv_status asv_db_clip_commit(struct asv_db *db, const struct asv_db_commit *commit,
                                   enum asv_db_outcome *outcome, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    param_facts(&params, commit->facts);
    asv_param_bytes(&params, commit->record.data, commit->record.len);
    asv_param_bytes(&params, commit->link.len > 0 ? commit->link.data : NULL, commit->link.len);
    if (commit->receipt.len == 0) {
        for (int i = 0; i < 5; i++) {
            asv_param_null(&params);
        }
    } else {
        struct asv_receipt receipt;
        enum asv_status status = asv_receipt_decode(&receipt, commit->receipt.data, commit->receipt.len, err);
        if (status == ASV_OK) {
            status = check_receipt(&receipt, commit->facts, err);
        }
        if (status != ASV_OK) {
            return status;
        }
        asv_param_digest(&params, receipt.session);
        asv_param_i16(&params, receipt.kind);
        asv_param_time(&params, receipt.time_ms);
        asv_param_time(&params, receipt.due_ms == 0 ? ASV_TIME_UNKNOWN : receipt.due_ms);
        asv_param_bytes(&params, commit->receipt.data, commit->receipt.len);
        return asv_db_run_outcome(db, ASV_QUERY_CLIP_COMMIT, &params, outcome, err);
    }
    return asv_db_run_outcome(db, ASV_QUERY_CLIP_COMMIT, &params, outcome, err);
}

enum asv_status asv_db_receipt(struct asv_db *db, struct asv_bytes receipt, enum asv_db_outcome *outcome,
                               struct asv_err *err)
{
    struct asv_receipt said;
    struct asv_params params;
    enum asv_status status = asv_receipt_decode(&said, receipt.data, receipt.len, err);
    if (status != ASV_OK) {
        return status;
    }
    asv_params_init(&params);
    asv_param_digest(&params, said.session);
    asv_param_digest(&params, said.dock_cert);
    asv_param_digest(&params, said.custody.camera_cert);
    asv_param_uuid(&params, said.custody.epoch);
    asv_param_u64(&params, said.custody.number);
    asv_param_digest(&params, said.custody.header);
    asv_param_i16(&params, said.kind);
    asv_param_time(&params, said.time_ms);
    asv_param_time(&params, said.due_ms == 0 ? ASV_TIME_UNKNOWN : said.due_ms);
    asv_param_bytes(&params, receipt.data, receipt.len);
    return asv_db_run_outcome(db, ASV_QUERY_RECEIPT_GIVEN, &params, outcome, err);
}

enum asv_status asv_db_erasure(struct asv_db *db, const uint8_t session[32], struct asv_bytes record,
                               enum asv_db_outcome *outcome, struct asv_err *err)
{
    struct asv_erasure said;
    struct asv_params params;
    enum asv_status status = asv_erasure_decode(&said, record.data, record.len, err);
    if (status != ASV_OK) {
        return status;
    }
    asv_params_init(&params);
    asv_param_digest(&params, session);
    asv_param_digest(&params, said.camera_cert);
    asv_param_uuid(&params, said.epoch);
    asv_param_u64(&params, said.number);
    asv_param_digest(&params, said.header);
    asv_param_i16(&params, said.cause);
    asv_param_digest(&params, said.cause_digest);
    asv_param_time(&params, said.wall_ms);
    asv_param_u64(&params, said.mono_ms);
    asv_param_uuid(&params, said.boot);
    asv_param_i16(&params, said.method);
    asv_param_bytes(&params, record.data, record.len);
    return asv_db_run_outcome(db, ASV_QUERY_ERASURE_PROVEN, &params, outcome, err);
}

enum asv_status asv_db_destruction(struct asv_db *db, struct asv_bytes statement,
                                   enum asv_db_outcome *outcome, struct asv_err *err)
{
    struct asv_destruction said;
    struct asv_params params;
    uint8_t keeper[ASV_SHA256_BYTES];
    enum asv_status status = asv_destruction_decode(&said, statement.data, statement.len, err);
    if (status != ASV_OK) {
        return status;
    }
    asv_cert_digest(keeper, &said.keeper.leaf);
    asv_params_init(&params);
    asv_param_digest(&params, keeper);
    asv_param_digest(&params, said.camera_cert);
    asv_param_uuid(&params, said.epoch);
    asv_param_u64(&params, said.number);
    asv_param_digest(&params, said.header);
    asv_param_i16(&params, said.reason);
    asv_param_time(&params, said.issued_ms);
    asv_param_bytes(&params, statement.data, statement.len);
    return asv_db_run_outcome(db, ASV_QUERY_DESTRUCTION_ORDERED, &params, outcome, err);
}
