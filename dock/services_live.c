/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "dock/services_live.h"

#include <stdlib.h>
#include <string.h>

#include "server/db/ledger.h"
#include "server/keeper/client.h"

struct asv_services_live {
    struct asv_services table;
};

/* ---- the keeper ---- */

/* Waits for the reply to `request`, which `asked` says was sent or not. A reply that refuses is a failure
 * with the keeper's own words. */
static enum asv_status answer(struct asv_keeper_client *keeper, enum asv_status asked, uint32_t request,
                              struct asv_keeper_reply *reply, struct asv_err *err)
{
    if (asked != ASV_OK) {
        return asked;
    }
    enum asv_status status = asv_keeper_client_wait(keeper, request, ASV_SERVICES_KEEPER_MS, reply, err);
    if (status == ASV_OK && reply->status != ASV_OK) {
        status = asv_fail(err, reply->status, reply->detail);
    }
    return status;
}

static enum asv_status keeper_ping(void *keeper, struct asv_retention_periods *periods,
                                   struct asv_db_start *start, struct asv_err *err)
{
    struct asv_keeper_reply reply;
    uint32_t request = 0;
    enum asv_status asked = asv_keeper_client_status(keeper, &request, err);
    enum asv_status status = answer(keeper, asked, request, &reply, err);
    _Static_assert(ASV_KEEPER_PERIODS_MAX == ASV_RETENTION_PERIODS_MAX, "what the keeper says has room");
    for (unsigned i = 0; status == ASV_OK && i < reply.state.period_count; i++) {
        const struct asv_keeper_period *period = &reply.state.periods[i];
        periods->list[i] = (struct asv_retention_period){
            .from_date = period->from_date, .policy = {.version = period->version, .days = period->days}};
        periods->count = i + 1;
    }
    if (status == ASV_OK) {
        _Static_assert(sizeof start->software == sizeof reply.state.software, "its name has room");
        memcpy(start->run, reply.state.run, sizeof start->run);
        memcpy(start->software, reply.state.software, sizeof start->software);
        start->at_ms = reply.state.started_ms;
    }
    return status;
}

static enum asv_status opens(void *keeper, struct asv_bytes chain, const struct asv_take_evidence *evidence,
                             enum asv_opens *does, struct asv_err *err)
{
    const struct asv_keeper_clip clip = {
        .chain = chain,
        .header = {evidence->header, evidence->header_len},
        .stanzas = {evidence->stanzas, evidence->stanzas_len},
        .chunks = evidence->chunks,
        .first = evidence->chunks > 0 ? evidence->first : NULL,
        .last = evidence->chunks > 1 ? evidence->last : NULL,
    };
    struct asv_keeper_reply reply;
    uint32_t request = 0;
    enum asv_status asked = asv_keeper_client_opens(keeper, &clip, &request, err);
    enum asv_status status = answer(keeper, asked, request, &reply, err);
    if (status == ASV_OK) {
        *does = reply.held ? ASV_OPENS_HELD : reply.opens ? ASV_OPENS_YES : ASV_OPENS_NO;
    }
    return status;
}

static enum asv_status bulletin(void *keeper, struct asv_bytes chain, bool reserve_used, uint8_t *out,
                                size_t cap, size_t *len, struct asv_err *err)
{
    struct asv_keeper_reply reply;
    uint32_t request = 0;
    enum asv_status asked = asv_keeper_client_make_days(keeper, chain, 0, 0, &request, err);
    enum asv_status status = answer(keeper, asked, request, &reply, err);
    if (status != ASV_OK) {
        return status;
    }
    asked = asv_keeper_client_bulletin(keeper, chain, reserve_used, &request, err);
    status = answer(keeper, asked, request, &reply, err);
    if (status == ASV_OK && reply.bulletin.len > cap) {
        status = asv_fail(err, ASV_E_LIMIT, "the keeper's bulletin is larger than a bulletin can be");
    }
    if (status == ASV_OK) {
        memcpy(out, reply.bulletin.data, reply.bulletin.len);
        *len = reply.bulletin.len;
    }
    return status;
}

static enum asv_status order(void *keeper, struct asv_bytes chain, struct asv_bytes header, uint8_t *out,
                             size_t cap, size_t *len, struct asv_err *err)
{
    struct asv_keeper_reply reply;
    uint32_t request = 0;
    enum asv_status asked = asv_keeper_client_order(keeper, chain, header, &request, err);
    enum asv_status status = answer(keeper, asked, request, &reply, err);
    if (status == ASV_OK && reply.order.len > cap) {
        status = asv_fail(err, ASV_E_LIMIT, "the keeper's order is larger than an order can be");
    }
    if (status == ASV_OK) {
        memcpy(out, reply.order.data, reply.order.len);
        *len = reply.order.len;
    }
    return status;
}

/* ---- the database ---- */

static enum asv_status db_ping(void *db, struct asv_err *err)
{
    return asv_db_ping(db, err);
}

static enum asv_status started(void *db, struct asv_err *err)
{
    return asv_db_software_started(db, "asservat-dockd " ASV_VERSION, err);
}

static enum asv_status keeper_started(void *db, const struct asv_db_start *start, struct asv_err *err)
{
    return asv_db_software_seen(db, start, err);
}

static enum asv_status docking_begin(void *db, const struct asv_db_docking *docking,
                                     struct asv_db_docking_result *result, struct asv_err *err)
{
    return asv_db_docking_begin(db, docking, result, err);
}

static enum asv_status docking_end(void *db, const struct asv_db_docking_end *end, struct asv_err *err)
{
    enum asv_db_outcome outcome;
    return asv_db_docking_end(db, end, &outcome, err);
}

static enum asv_status announce(void *db, const uint8_t session[32], const struct asv_db_offer *offers,
                                size_t count, struct asv_db_known *known, struct asv_err *err)
{
    return asv_db_clip_announce(db, session, offers, count, known, err);
}

static enum asv_status transferring(void *db, const struct asv_db_identity *identity,
                                    const uint8_t session[32], struct asv_err *err)
{
    return asv_db_clip_transferring(db, identity, session, err);
}

static enum asv_status lookup(void *db, const struct asv_db_identity *identity, const uint8_t *clip,
                              struct asv_db_known *known, struct asv_err *err)
{
    return asv_db_clip_lookup(db, identity, clip, known, err);
}

static enum asv_status custody_list(void *db, const uint8_t *after, struct asv_db_in_custody *rows,
                                    size_t cap, size_t *count, struct asv_err *err)
{
    return asv_db_custody_list(db, after, rows, cap, count, err);
}

static enum asv_status commit(void *db, const struct asv_db_commit *what, enum asv_db_outcome *outcome,
                              struct asv_err *err)
{
    return asv_db_clip_commit(db, what, outcome, err);
}

static enum asv_status record(void *db, const struct asv_db_identity *identity, uint8_t *out, size_t cap,
                              size_t *len, struct asv_err *err)
{
    return asv_db_clip_record(db, identity, out, cap, len, err);
}

static enum asv_status receipt(void *db, struct asv_bytes object, struct asv_err *err)
{
    enum asv_db_outcome outcome;
    return asv_db_receipt(db, object, &outcome, err);
}

static enum asv_status ordered(void *db, struct asv_bytes statement, struct asv_err *err)
{
    enum asv_db_outcome outcome;
    return asv_db_destruction(db, statement, &outcome, err);
}

static enum asv_status erasure(void *db, const uint8_t session[32], struct asv_bytes object,
                               struct asv_err *err)
{
    enum asv_db_outcome outcome;
    return asv_db_erasure(db, session, object, &outcome, err);
}

static enum asv_status log_position(void *db, const uint8_t camera_cert[32], const uint8_t epoch[16],
                                    struct asv_db_log_position *position, struct asv_err *err)
{
    (void)epoch; /* one log per camera: it goes on when the store is formatted */
    return asv_db_log_position(db, camera_cert, position, err);
}

static enum asv_status log_append(void *db, const uint8_t session[32], struct asv_bytes block,
                                  struct asv_err *err)
{
    enum asv_db_outcome outcome;
    return asv_db_log_append(db, session, block, &outcome, err);
}

static enum asv_status bulletin_issued(void *db, const uint8_t session[32], struct asv_bytes object,
                                       struct asv_err *err)
{
    enum asv_db_outcome outcome;
    return asv_db_bulletin_issued(db, session, object, &outcome, err);
}

static enum asv_status assignment_issued(void *db, const uint8_t session[32], struct asv_bytes object,
                                         struct asv_err *err)
{
    enum asv_db_outcome outcome;
    return asv_db_assignment_issued(db, session, object, &outcome, err);
}

static enum asv_status configuration_issued(void *db, const uint8_t session[32], struct asv_bytes object,
                                            struct asv_err *err)
{
    enum asv_db_outcome outcome;
    return asv_db_configuration_issued(db, session, object, &outcome, err);
}

static enum asv_status number_next(void *db, const uint8_t camera_cert[32], enum asv_db_numbered what,
                                   uint64_t floor, uint64_t *number, struct asv_err *err)
{
    return asv_db_number_next(db, camera_cert, what, floor, number, err);
}

static enum asv_status issue_begin(void *db, const uint8_t badge[32], const uint8_t assignment[16],
                                   struct asv_db_issue_result *result, struct asv_err *err)
{
    return asv_db_issue_begin(db, badge, assignment, result, err);
}

static enum asv_status issue_undo(void *db, const uint8_t assignment[16], struct asv_err *err)
{
    return asv_db_issue_undo(db, assignment, err);
}

static enum asv_status revocations(void *db, uint8_t *out, size_t cap, size_t *len, struct asv_err *err)
{
    return asv_db_revocations_newest(db, out, cap, len, err);
}

static enum asv_status alarm(void *db, const struct asv_db_alarm *what, struct asv_err *err)
{
    enum asv_db_outcome outcome;
    return asv_db_alarm_raise(db, what, &outcome, err);
}

static enum asv_status slot_learned(void *db, const uint8_t dock_cert[32], uint16_t slot, const char *port,
                                    struct asv_err *err)
{
    return asv_db_slot_learned(db, dock_cert, slot, port, err);
}

/* ---- both ---- */

static const struct asv_services calls = {
    .keeper_ping = keeper_ping,
    .opens = opens,
    .bulletin = bulletin,
    .order = order,
    .db_ping = db_ping,
    .keeper_started = keeper_started,
    .started = started,
    .docking_begin = docking_begin,
    .docking_end = docking_end,
    .announce = announce,
    .transferring = transferring,
    .lookup = lookup,
    .custody_list = custody_list,
    .commit = commit,
    .record = record,
    .receipt = receipt,
    .ordered = ordered,
    .erasure = erasure,
    .log_position = log_position,
    .log_append = log_append,
    .bulletin_issued = bulletin_issued,
    .assignment_issued = assignment_issued,
    .configuration_issued = configuration_issued,
    .number_next = number_next,
    .issue_begin = issue_begin,
    .issue_undo = issue_undo,
    .revocations = revocations,
    .alarm = alarm,
    .slot_learned = slot_learned,
};

enum asv_status asv_services_live_open(const struct asv_services_live_config *config,
                                       struct asv_services_live **out, struct asv_err *err)
{
    const struct asv_db_config database = {
        .conninfo = config->conninfo,
        .application = "asservat-dockd",
        .durable = true,
        .world = config->world,
        .log = config->log,
    };
    struct asv_services_live *live = calloc(1, sizeof *live);
    if (live == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "services: no memory");
    }
    live->table = calls;
    struct asv_keeper_client *keeper = NULL;
    struct asv_db *db = NULL;
    struct asv_db *recovery = NULL;
    enum asv_status status = asv_keeper_client_new(&keeper, config->keeper_socket);
    if (status != ASV_OK) {
        status = asv_fail(err, status, "keeper.socket: too long for a socket's path");
    }
    if (status == ASV_OK) {
        status = asv_db_open(&database, &db, err);
    }
    if (status == ASV_OK) {
        status = asv_db_open(&database, &recovery, err);
    }
    live->table.keeper = keeper;
    live->table.db = db;
    live->table.db_recovery = recovery;
    if (status != ASV_OK) {
        asv_services_live_close(live);
        return status;
    }
    *out = live;
    return ASV_OK;
}

void asv_services_live_close(struct asv_services_live *live)
{
    if (live == NULL) {
        return;
    }
    asv_db_close(live->table.db_recovery);
    asv_db_close(live->table.db);
    asv_keeper_client_free(live->table.keeper);
    free(live);
}

const struct asv_services *asv_services_live_table(const struct asv_services_live *live)
{
    return &live->table;
}
