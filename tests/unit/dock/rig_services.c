/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/unit/dock/rig_services.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/trust/bulletin.h"
#include "server/base/calendar.h"
#include "tests/unit/dock/rig.h"

/* ---- keeper ---- */

static enum asv_status keeper_ping(void *ctx, struct asv_retention_periods *periods,
                                   struct asv_db_start *start, struct asv_err *err)
{
    struct rig *rig = ctx;
    rig->keeper_pings++;
    *periods = rig->periods;
    *start = (struct asv_db_start){.at_ms = 1 + rig->keeper_run, .software = "asservat-keeper 1"};
    memset(start->run, (int)(1 + rig->keeper_run), sizeof start->run);
    return rig->keeper_away ? asv_fail(err, ASV_E_AWAY, "keeper is away") : ASV_OK;
}

/* The key that it is sealed for: until the period of its day ends, the reserve key's of the recording's;
 * longer with key_lives. */
static bool has_key(struct rig *rig, struct asv_bytes chain, const struct asv_take_evidence *evidence)
{
    static const struct asv_retention_policy policy = {.version = 1, .days = 14};
    struct asv_chain camera;
    struct asv_seal_header seal;
    uint8_t digest[ASV_SHA256_BYTES];
    int64_t due = 0;
    rig_must(asv_chain_decode(&camera, chain.data, chain.len, NULL));
    rig_must(asv_seal_header_read(&seal, digest, evidence->header + 5, evidence->header_len - 5,
                                  camera.leaf.signing_pk, NULL));
    uint32_t day = seal.key_date;
    if (seal.key_kind != ASV_KEY_DAY)
        rig_must(asv_local_date(seal.start_wall_ms, &day));
    rig_must(asv_policy_due(&policy, day, &due, NULL));
    return rig->key_lives || due > rig->world.wall;
}

static enum asv_status keeper_opens(void *ctx, struct asv_bytes chain,
                                    const struct asv_take_evidence *evidence, enum asv_opens *opens,
                                    struct asv_err *err)
{
    struct rig *rig = ctx;
    if (rig->keeper_away)
        return asv_fail(err, ASV_E_AWAY, "keeper is away");
    if (rig->keeper_refuses)
        return asv_fail(err, ASV_E_MALFORMED, "that is no clip");
    rig->opens++;
    bool fits = !rig->does_not_open && evidence->stanzas_len > 0;
    *opens = !fits       ? ASV_OPENS_NO
             : rig->held ? ASV_OPENS_HELD
                         : (enum asv_opens)has_key(rig, chain, evidence);
    return ASV_OK;
}

static enum asv_status keeper_bulletin(void *ctx, struct asv_bytes chain, bool reserve_used, uint8_t *out,
                                       size_t cap, size_t *len, struct asv_err *err)
{
    struct rig *rig = ctx;
    struct asv_chain camera;
    struct asv_writer writer;
    if (rig->keeper_away)
        return asv_fail(err, ASV_E_AWAY, "keeper is away");
    rig->reserves_used += reserve_used;
    rig->opens_before = rig->opens;
    rig_must(asv_chain_decode(&camera, chain.data, chain.len, NULL));
    struct asv_bulletin bulletin = {.number = ++rig->bulletin_number,
                                    .issued_ms = rig->world.wall,
                                    .policy_version = 1,
                                    .key_count = 1,
                                    .keeper = rig->agency.keeper.chain};
    struct asv_bulletin_key key = {.date = 20260301, .start_ms = INT64_C(1772319600000)};
    key.end_ms = key.start_ms + INT64_C(86400000);
    memset(key.pk, 0x09, sizeof key.pk);
    memset(bulletin.reserve.pk, 0x0a, sizeof bulletin.reserve.pk);
    memcpy(bulletin.agency, rig->agency.id, sizeof bulletin.agency);
    memcpy(bulletin.previous, rig->bulletin_previous, sizeof bulletin.previous);
    asv_cert_digest(bulletin.camera_cert, &camera.leaf);
    asv_writer_init(&writer, out, cap);
    rig_must(asv_bulletin_encode(&writer, &bulletin, &key, rig->agency.keeper.sk));
    *len = writer.len;
    struct asv_bulletin check;
    rig_must(asv_bulletin_decode(&check, out, *len, NULL));
    asv_object_digest(rig->bulletin_previous, &check.object);
    return ASV_OK;
}

static enum asv_status keeper_order(void *ctx, struct asv_bytes chain, struct asv_bytes header, uint8_t *out,
                                    size_t cap, size_t *len, struct asv_err *err)
{
    struct rig *rig = ctx;
    struct asv_chain camera;
    struct asv_seal_header seal;
    struct asv_writer writer;
    struct asv_destruction order = {
        .reason = ASV_DESTRUCTION_EXPIRED, .issued_ms = rig->world.wall, .keeper = rig->agency.keeper.chain};
    if (rig->keeper_away)
        return asv_fail(err, ASV_E_AWAY, "keeper is away");
    if (rig->key_lives || rig->held)
        return asv_fail(err, ASV_E_STATE, "it can still be opened");
    rig_must(asv_chain_decode(&camera, chain.data, chain.len, NULL));
    rig_must(asv_seal_header_read(&seal, order.header, header.data + 5, header.len - 5,
                                  camera.leaf.signing_pk, NULL));
    memcpy(order.agency, rig->agency.id, sizeof order.agency);
    asv_cert_digest(order.camera_cert, &camera.leaf);
    memcpy(order.epoch, seal.epoch, sizeof order.epoch);
    order.number = seal.number;
    asv_writer_init(&writer, out, cap);
    rig_must(asv_destruction_encode(&writer, &order, rig->agency.keeper.sk));
    *len = writer.len;
    rig->orders++;
    return ASV_OK;
}

/* ---- database ---- */

static enum asv_status db_here(struct rig *rig, struct asv_err *err)
{
    return rig->db_away ? asv_fail(err, ASV_E_AWAY, "database is away") : ASV_OK;
}

static enum asv_status db_ping(void *ctx, struct asv_err *err)
{
    return db_here(ctx, err);
}

static enum asv_status db_started(void *ctx, struct asv_err *err)
{
    struct rig *rig = ctx;
    enum asv_status status = db_here(rig, err);
    rig->started += !status;
    return status;
}

static enum asv_status db_keeper_started(void *ctx, const struct asv_db_start *start, struct asv_err *err)
{
    struct rig *rig = ctx;
    enum asv_status status = db_here(rig, err);
    if (!status) {
        rig_must(start->run[0] == start->at_ms ? ASV_OK : ASV_E_INTERNAL);
        rig->keeper_told = start->run[0];
        rig->keeper_starts++;
    }
    return status;
}

static void keep_docking(struct rig_docking *kept, const struct asv_db_docking *docking)
{
    kept->facts = *docking;
    snprintf(kept->port, sizeof kept->port, "%s", docking->port);
    snprintf(kept->firmware, sizeof kept->firmware, "%s", docking->firmware);
    if (docking->chain.len > sizeof kept->chain)
        abort();
    memcpy(kept->chain, docking->chain.data, docking->chain.len);
    kept->facts.port = kept->port;
    kept->facts.firmware = kept->firmware;
    kept->facts.chain.data = kept->chain;
}

static enum asv_status db_docking_begin(void *ctx, const struct asv_db_docking *docking,
                                        struct asv_db_docking_result *result, struct asv_err *err)
{
    struct rig *rig = ctx;
    if (db_here(rig, err))
        return ASV_E_AWAY;
    pthread_mutex_lock(&rig->lock);
    keep_docking(&rig->docking, docking);
    pthread_mutex_unlock(&rig->lock);
    rig->dockings++;
    memset(result, 0, sizeof *result);
    result->enrolled = true;
    result->number_back = rig->number_back;
    result->emptied_ms = rig->emptied_ms;
    result->word_wanted = rig->word_wanted;
    snprintf(result->unit, sizeof result->unit, "%s", rig->unit ? rig->unit : "");
    return ASV_OK;
}

static enum asv_status db_docking_end(void *ctx, const struct asv_db_docking_end *end, struct asv_err *err)
{
    struct rig *rig = ctx;
    if (db_here(rig, err))
        return ASV_E_AWAY;
    pthread_mutex_lock(&rig->lock);
    rig->docking.end = *end;
    rig->docking.end.detail = NULL;
    memset(rig->docking.inventory, 0, sizeof rig->docking.inventory);
    if (end->inventory.len > 0)
        memcpy(rig->docking.inventory, end->inventory.data, end->inventory.len);
    rig->docking.end.inventory.data = rig->docking.inventory;
    pthread_mutex_unlock(&rig->lock);
    rig->ends++;
    return ASV_OK;
}

static struct rig_commit *find(struct rig *rig, const uint8_t cert[32], uint64_t number,
                               const uint8_t header[32])
{
    for (unsigned i = 0; i < rig->commit_count; i++) {
        struct rig_commit *commit = &rig->commits[i];
        if (commit->facts.number == number && memcmp(commit->facts.camera_cert, cert, 32) == 0 &&
            memcmp(commit->facts.header_digest, header, 32) == 0)
            return commit;
    }
    return NULL;
}

static void describe(struct rig *rig, const struct asv_db_identity *identity, struct asv_db_known *known)
{
    memset(known, 0, sizeof *known);
    known->state = ASV_DB_ANNOUNCED;
    pthread_mutex_lock(&rig->lock);
    const struct rig_commit *commit = find(rig, identity->camera_cert, identity->number, identity->header);
    if (commit) {
        known->kind = commit->facts.kind;
        known->state = commit->facts.kind == ASV_COMMIT_STORED        ? ASV_DB_SEALED
                       : commit->facts.kind == ASV_COMMIT_QUARANTINED ? ASV_DB_QUARANTINED
                                                                      : ASV_DB_EXPIRED_ON_ARRIVAL;
        if (commit->erasing)
            known->state = ASV_DB_ERASING;
    }
    pthread_mutex_unlock(&rig->lock);
}

static enum asv_status db_announce(void *ctx, const uint8_t session[32], const struct asv_db_offer *offers,
                                   size_t count, struct asv_db_known *known, struct asv_err *err)
{
    (void)session;
    if (db_here(ctx, err))
        return ASV_E_AWAY;
    for (size_t i = 0; i < count; i++)
        describe(ctx, &offers[i].identity, &known[i]);
    return ASV_OK;
}

static enum asv_status db_transferring(void *ctx, const struct asv_db_identity *identity,
                                       const uint8_t session[32], struct asv_err *err)
{
    (void)identity;
    (void)session;
    return db_here(ctx, err);
}

static enum asv_status db_lookup(void *ctx, const struct asv_db_identity *identity, const uint8_t *clip,
                                 struct asv_db_known *known, struct asv_err *err)
{
    (void)clip;
    if (db_here(ctx, err))
        return ASV_E_AWAY;
    describe(ctx, identity, known);
    return ASV_OK;
}

static enum asv_status db_custody_list(void *ctx, const uint8_t *after, struct asv_db_in_custody *rows,
                                       size_t cap, size_t *count, struct asv_err *err)
{
    struct rig *rig = ctx;
    if (db_here(rig, err))
        return ASV_E_AWAY;
    unsigned from = after ? after[15] + 1u : 0;
    *count = 0;
    pthread_mutex_lock(&rig->lock);
    for (unsigned i = from; i < rig->commit_count && *count < cap; i++) {
        const struct asv_commit *facts = &rig->commits[i].facts;
        struct asv_db_in_custody *row = &rows[(*count)++];
        *row =
            (struct asv_db_in_custody){.kind = facts->kind, .day = facts->day, .latest_ms = facts->latest_ms};
        row->recording[15] = (uint8_t)i;
        row->identity.number = facts->number;
        memcpy(row->identity.camera_cert, facts->camera_cert, sizeof row->identity.camera_cert);
        memcpy(row->identity.epoch, facts->epoch, sizeof row->identity.epoch);
        memcpy(row->identity.header, facts->header_digest, sizeof row->identity.header);
        memcpy(row->clip, facts->clip, sizeof row->clip);
    }
    pthread_mutex_unlock(&rig->lock);
    return ASV_OK;
}

static enum asv_status db_commit(void *ctx, const struct asv_db_commit *commit, enum asv_db_outcome *outcome,
                                 struct asv_err *err)
{
    struct rig *rig = ctx;
    struct asv_commit facts;
    if (db_here(rig, err))
        return ASV_E_AWAY;
    rig_must(asv_commit_verify(&facts, commit->record.data, commit->record.len, rig->agency.dock.pk, NULL));
    if (facts.number <= rig->db_refuses)
        return asv_fail(err, ASV_E_INTERNAL, "the database: a constraint");
    pthread_mutex_lock(&rig->lock);
    struct rig_commit *there = find(rig, facts.camera_cert, facts.number, facts.header_digest);
    *outcome = ASV_DB_DONE;
    if (rig->uuid_taken && facts.kind == ASV_COMMIT_STORED) {
        *outcome = ASV_DB_UUID_TAKEN;
    } else if (there) {
        *outcome = memcmp(there->facts.root, facts.root, 32) == 0 ? ASV_DB_ALREADY : ASV_DB_CONFLICT;
    } else {
        if (rig->commit_count == RIG_COMMITS)
            abort();
        uint8_t link[32];
        asv_sha256(link, commit->link.data, commit->link.len);
        rig->commits[rig->commit_count++] =
            (struct rig_commit){.facts = facts, .linked = memcmp(link, facts.link_digest, 32) == 0};
    }
    pthread_mutex_unlock(&rig->lock);
    return ASV_OK;
}

static enum asv_status db_record(void *ctx, const struct asv_db_identity *identity, uint8_t *out, size_t cap,
                                 size_t *len, struct asv_err *err)
{
    struct rig *rig = ctx;
    if (db_here(rig, err))
        return ASV_E_AWAY;
    pthread_mutex_lock(&rig->lock);
    const struct rig_commit *commit = find(rig, identity->camera_cert, identity->number, identity->header);
    enum asv_status status = ASV_E_NOT_FOUND;
    if (commit)
        status = asv_commit_encode(&commit->facts, rig->keys.sign, out, cap, len);
    pthread_mutex_unlock(&rig->lock);
    return status;
}

static enum asv_status db_receipt(void *ctx, struct asv_bytes receipt, struct asv_err *err)
{
    struct rig *rig = ctx;
    struct asv_receipt decoded;
    if (db_here(rig, err))
        return ASV_E_AWAY;
    rig_must(asv_receipt_decode(&decoded, receipt.data, receipt.len, NULL));
    pthread_mutex_lock(&rig->lock);
    struct rig_commit *commit =
        find(rig, decoded.custody.camera_cert, decoded.custody.number, decoded.custody.header);
    if (commit)
        commit->receipts++;
    pthread_mutex_unlock(&rig->lock);
    return commit ? ASV_OK : ASV_E_NOT_FOUND;
}

static enum asv_status db_ordered(void *ctx, struct asv_bytes statement, struct asv_err *err)
{
    struct rig *rig = ctx;
    struct asv_destruction order;
    if (db_here(rig, err))
        return ASV_E_AWAY;
    rig_must(asv_destruction_decode(&order, statement.data, statement.len, NULL));
    pthread_mutex_lock(&rig->lock);
    struct rig_commit *commit = find(rig, order.camera_cert, order.number, order.header);
    if (commit)
        commit->ordered = true;
    pthread_mutex_unlock(&rig->lock);
    return commit ? ASV_OK : ASV_E_NOT_FOUND;
}

static enum asv_status db_erasure(void *ctx, const uint8_t session[32], struct asv_bytes record,
                                  struct asv_err *err)
{
    struct rig *rig = ctx;
    struct asv_erasure decoded;
    (void)session;
    if (db_here(rig, err))
        return ASV_E_AWAY;
    rig_must(asv_erasure_decode(&decoded, record.data, record.len, NULL));
    pthread_mutex_lock(&rig->lock);
    struct rig_commit *commit = find(rig, decoded.camera_cert, decoded.number, decoded.header);
    if (commit)
        commit->erased = true;
    pthread_mutex_unlock(&rig->lock);
    return ASV_OK;
}

static enum asv_status db_log_position(void *ctx, const uint8_t camera_cert[32], const uint8_t epoch[16],
                                       struct asv_db_log_position *position, struct asv_err *err)
{
    (void)camera_cert;
    (void)epoch;
    memset(position, 0, sizeof *position);
    position->next = 1;
    return db_here(ctx, err);
}

static enum asv_status db_log_append(void *ctx, const uint8_t session[32], struct asv_bytes block,
                                     struct asv_err *err)
{
    struct rig *rig = ctx;
    (void)session;
    (void)block;
    rig->logs++;
    return db_here(rig, err);
}

static enum asv_status db_bulletin_issued(void *ctx, const uint8_t session[32], struct asv_bytes object,
                                          struct asv_err *err)
{
    struct rig *rig = ctx;
    (void)session;
    (void)object;
    rig->bulletins++;
    return db_here(rig, err);
}

static enum asv_status db_assignment_issued(void *ctx, const uint8_t session[32], struct asv_bytes object,
                                            struct asv_err *err)
{
    struct rig *rig = ctx;
    (void)session;
    (void)object;
    rig->assignments++;
    return db_here(rig, err);
}

static enum asv_status db_configuration_issued(void *ctx, const uint8_t session[32], struct asv_bytes object,
                                               struct asv_err *err)
{
    struct rig *rig = ctx;
    (void)session;
    (void)object;
    rig->configurations++;
    return db_here(rig, err);
}

static enum asv_status db_number_next(void *ctx, const uint8_t camera_cert[32], enum asv_db_numbered what,
                                      uint64_t floor, uint64_t *number, struct asv_err *err)
{
    (void)camera_cert;
    (void)what;
    *number = floor + 10;
    return db_here(ctx, err);
}

static enum asv_status db_issue_begin(void *ctx, const uint8_t badge[32], const uint8_t assignment[16],
                                      struct asv_db_issue_result *result, struct asv_err *err)
{
    struct rig *rig = ctx;
    if (db_here(rig, err))
        return ASV_E_AWAY;
    rig->issues++;
    memcpy(rig->issue_badge, badge, sizeof rig->issue_badge);
    memcpy(rig->issue_assignment, assignment, sizeof rig->issue_assignment);
    *result = rig->issue;
    return ASV_OK;
}

static enum asv_status db_issue_undo(void *ctx, const uint8_t assignment[16], struct asv_err *err)
{
    struct rig *rig = ctx;
    memcpy(rig->undone_assignment, assignment, sizeof rig->undone_assignment);
    rig->undone++;
    return db_here(rig, err);
}

static enum asv_status db_alarm(void *ctx, const struct asv_db_alarm *alarm, struct asv_err *err)
{
    struct rig *rig = ctx;
    if (db_here(rig, err))
        return ASV_E_AWAY;
    rig->alarms++;
    pthread_mutex_lock(&rig->lock);
    rig->alarm_kinds[alarm->kind]++;
    pthread_mutex_unlock(&rig->lock);
    return ASV_OK;
}

/* ---- both ---- */

void rig_services_init(struct rig *rig)
{
    pthread_mutex_init(&rig->lock, NULL);
    rig->emptied_ms = ASV_TIME_UNKNOWN;
    rig->services = (struct asv_services){.keeper = rig,
                                          .keeper_ping = keeper_ping,
                                          .opens = keeper_opens,
                                          .bulletin = keeper_bulletin,
                                          .order = keeper_order,
                                          .db = rig,
                                          .db_recovery = rig,
                                          .db_ping = db_ping,
                                          .started = db_started,
                                          .keeper_started = db_keeper_started,
                                          .docking_begin = db_docking_begin,
                                          .docking_end = db_docking_end,
                                          .announce = db_announce,
                                          .transferring = db_transferring,
                                          .lookup = db_lookup,
                                          .custody_list = db_custody_list,
                                          .commit = db_commit,
                                          .record = db_record,
                                          .receipt = db_receipt,
                                          .ordered = db_ordered,
                                          .erasure = db_erasure,
                                          .log_position = db_log_position,
                                          .log_append = db_log_append,
                                          .bulletin_issued = db_bulletin_issued,
                                          .assignment_issued = db_assignment_issued,
                                          .configuration_issued = db_configuration_issued,
                                          .number_next = db_number_next,
                                          .issue_begin = db_issue_begin,
                                          .issue_undo = db_issue_undo,
                                          .alarm = db_alarm};
}

void rig_services_clear(struct rig *rig)
{
    pthread_mutex_destroy(&rig->lock);
}

const struct rig_commit *rig_find(struct rig *rig, const struct fake_camera *camera, uint64_t number)
{
    const struct rig_commit *found = NULL;
    pthread_mutex_lock(&rig->lock);
    for (unsigned i = 0; i < rig->commit_count && !found; i++)
        if (rig->commits[i].facts.number == number &&
            memcmp(rig->commits[i].facts.camera_cert, camera->identity.cert_digest, 32) == 0)
            found = &rig->commits[i];
    pthread_mutex_unlock(&rig->lock);
    return found;
}
