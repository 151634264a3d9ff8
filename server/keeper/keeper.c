/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/keeper/keeper.h"

#include <stdio.h>
#include <string.h>

#include "server/base/calendar.h"

/* K-043, K-174 */
static const bool permits[ASV_KEEPER_ROLES][ASV_KEEPER_TYPE_END] = {
    [ASV_KEEPER_DOCK] = {[ASV_KEEPER_STATUS] = true,
                         [ASV_KEEPER_MAKE_DAYS] = true,
                         [ASV_KEEPER_BULLETIN] = true,
                         [ASV_KEEPER_OPENS] = true,
                         [ASV_KEEPER_ORDER] = true},
    [ASV_KEEPER_ADMIN] = {[ASV_KEEPER_STATUS] = true,
                          [ASV_KEEPER_MAKE_DAYS] = true,
                          [ASV_KEEPER_BULLETIN] = true,
                          [ASV_KEEPER_OPENS] = true,
                          [ASV_KEEPER_ORDER] = true,
                          [ASV_KEEPER_DECIDE] = true,
                          [ASV_KEEPER_KEEP] = true,
                          [ASV_KEEPER_FINISH] = true,
                          [ASV_KEEPER_CLIPS] = true,
                          [ASV_KEEPER_CLIP] = true,
                          [ASV_KEEPER_SIGN] = true,
                          [ASV_KEEPER_DAY_END] = true,
                          [ASV_KEEPER_SHOWN] = true,
                          [ASV_KEEPER_HANDED] = true,
                          [ASV_KEEPER_NOTED] = true},
    [ASV_KEEPER_SERVER] = {[ASV_KEEPER_STATUS] = true,
                           [ASV_KEEPER_DECIDE] = true,
                           [ASV_KEEPER_CLIPS] = true,
                           [ASV_KEEPER_CLIP] = true,
                           [ASV_KEEPER_SIGN] = true},
    [ASV_KEEPER_LEDGER] = {[ASV_KEEPER_STATUS] = true, [ASV_KEEPER_SIGN] = true},
    [ASV_KEEPER_PEOPLE] = {[ASV_KEEPER_STATUS] = true,
                           [ASV_KEEPER_DECIDE] = true,
                           [ASV_KEEPER_CLIP] = true,
                           [ASV_KEEPER_SIGN] = true},
    [ASV_KEEPER_CHECK] = {[ASV_KEEPER_STATUS] = true, [ASV_KEEPER_SIGN] = true},
    [ASV_KEEPER_EXPORT] = {[ASV_KEEPER_STATUS] = true, [ASV_KEEPER_DECIDE] = true, [ASV_KEEPER_SIGN] = true},
};

bool asv_keeper_permits(enum asv_keeper_role role, uint8_t type)
{
    return role < ASV_KEEPER_ROLES && type < ASV_KEEPER_TYPE_END && permits[role][type];
}

/* K-043: SIGN for more than one's own work could end the ledger, or sign packages. */
static const bool signs[ASV_KEEPER_ROLES][ASV_KEEPER_SIGN_END] = {
    [ASV_KEEPER_ADMIN] = {[ASV_KEEPER_SIGN_HEAD] = true,
                          [ASV_KEEPER_SIGN_LAST] = true,
                          [ASV_KEEPER_SIGN_BEFORE] = true,
                          [ASV_KEEPER_SIGN_PACKAGE] = true},
    [ASV_KEEPER_SERVER] = {[ASV_KEEPER_SIGN_LAST] = true},
    [ASV_KEEPER_LEDGER] =
        {[ASV_KEEPER_SIGN_HEAD] = true, [ASV_KEEPER_SIGN_LAST] = true, [ASV_KEEPER_SIGN_BEFORE] = true},
    [ASV_KEEPER_PEOPLE] = {[ASV_KEEPER_SIGN_LAST] = true}, /* what is published: which ledger ends */
    [ASV_KEEPER_CHECK] = {[ASV_KEEPER_SIGN_LAST] = true, [ASV_KEEPER_SIGN_BEFORE] = true}, /* LG-107 */
    [ASV_KEEPER_EXPORT] = {[ASV_KEEPER_SIGN_PACKAGE] = true},
};

static bool is_hand_over(struct asv_bytes bytes)
{
    struct asv_statement statement;
    return asv_statement_decode(&statement, bytes.data, bytes.len, NULL) == ASV_OK &&
           statement.action == ASV_ACTION_HAND_OVER;
}

/* K-219: keys of a hand-over are for who builds it, who decides nothing else. */
static bool permits_decision(enum asv_keeper_role role, const struct asv_keeper_request *request)
{
    return role == ASV_KEEPER_EXPORT ? is_hand_over(request->proposal)
                                     : role == ASV_KEEPER_ADMIN || request->number == ASV_KEEPER_NO_CLIP;
}

/* What of a request only some of those may say who may send it. */
static bool permits_fields(enum asv_keeper_role role, const struct asv_keeper_request *request)
{
    return (!request->reserve_used || role == ASV_KEEPER_DOCK) && /* K-054 */
           (request->type != ASV_KEEPER_SIGN || signs[role][request->sign]) &&
           (request->type != ASV_KEEPER_DECIDE || permits_decision(role, request));
}

static enum asv_status give_status(struct asv_keeper *keeper, struct asv_keeper_reply *reply)
{
    uint32_t today = 0;
    int64_t now = 0;
    enum asv_status status = asv_world_wall_ms(keeper->world, &now);
    if (status == ASV_OK) {
        asv_store_status(keeper->store, now, &reply->state);
        reply->state.memory_locked = keeper->memory_locked;
        memcpy(reply->state.run, keeper->run, sizeof reply->state.run); /* K-151 */
        reply->state.started_ms = keeper->started_ms;
        (void)snprintf(reply->state.software, sizeof reply->state.software, "%s", keeper->software);
        if (asv_local_date(now, &today) != ASV_OK) {
            today = 0; /* a clock beyond the calendar: the configuration's policy */
        }
        struct asv_keeper_policy policy = asv_keeper_policy_on(keeper->store->index, today);
        reply->state.policy_version = policy.version;
        reply->state.policy_days = (uint16_t)policy.days;
        asv_keeper_periods(keeper, &reply->state);
    }
    return status;
}

static void log_tick(const struct asv_keeper *keeper, const struct asv_due_report *report)
{
    static const char *const reasons[] = {"", "clock-step", "too-many-days"};
    if (report->stop != ASV_KEEPER_RUNNING) {
        asv_log_event(keeper->log, ASV_LOG_ERROR, "destruction-stopped",
                      asv_log_text("reason", reasons[report->stop]));
    }
    if (report->destroyed > 0) {
        asv_log_event(keeper->log, ASV_LOG_NOTICE, "keys-destroyed", asv_log_u64("keys", report->destroyed));
    }
}

/* K-121: before anything is answered by the clock. */
static enum asv_status look_at_clock(struct asv_keeper *keeper, struct asv_err *err)
{
    struct asv_due_report report = {0};
    struct asv_err why = {0};
    enum asv_status status = asv_due_look(&keeper->due, keeper->store, &report, &why);
    log_tick(keeper, &report);
    if (status == ASV_OK || asv_status_class(status) == ASV_CLASS_RETRY) {
        return status == ASV_OK ? ASV_OK : asv_fail(err, status, why.text);
    }
    return asv_fail(err, ASV_E_AWAY, why.text);
}

static enum asv_status dispatch(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                struct asv_keeper_reply *reply, struct asv_err *err)
{
    enum asv_status status = asv_store_ready(keeper->store, err); /* K-017 */
    if (status == ASV_OK && request->type != ASV_KEEPER_STATUS) {
        status = look_at_clock(keeper, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    switch (request->type) {
    case ASV_KEEPER_STATUS:
        return give_status(keeper, reply);
    case ASV_KEEPER_MAKE_DAYS:
        return asv_keeper_make_days(keeper, request, reply, err);
    case ASV_KEEPER_BULLETIN:
        return asv_keeper_bulletin(keeper, request, reply, err);
    case ASV_KEEPER_OPENS:
        return asv_keeper_opens(keeper, request, reply, err);
    case ASV_KEEPER_ORDER:
        return asv_keeper_order(keeper, request, reply, err);
    case ASV_KEEPER_DECIDE:
        return asv_keeper_decide(keeper, request, reply, err);
    case ASV_KEEPER_KEEP:
        return asv_keeper_keep(keeper, request, reply, err);
    case ASV_KEEPER_FINISH:
        return asv_keeper_finish(keeper, request, err);
    case ASV_KEEPER_CLIPS:
        return asv_keeper_clips(keeper, request, reply);
    case ASV_KEEPER_CLIP:
        return asv_keeper_one_clip(keeper, request, reply);
    case ASV_KEEPER_SIGN:
        return asv_keeper_sign(keeper, request, reply, err);
    case ASV_KEEPER_SHOWN:
        return asv_keeper_shown(keeper, request, reply);
    case ASV_KEEPER_HANDED:
        return asv_keeper_handed(keeper, request, reply);
    case ASV_KEEPER_NOTED:
        return asv_keeper_noted(keeper, request, err);
    case ASV_KEEPER_DAY_END:
        return asv_keeper_day_end(keeper, request, reply, err);
    default:
        return asv_fail(err, ASV_E_INTERNAL, "permitted, but not implemented");
    }
}

static void refuse(struct asv_keeper_reply *reply, enum asv_status status, const char *detail)
{
    *reply = (struct asv_keeper_reply){
        .type = reply->type, .request = reply->request, .status = status, .ruling = reply->ruling};
    for (size_t i = 0; detail[i] != '\0' && i < ASV_KEEPER_DETAIL_BYTES; i++) {
        reply->detail[i] = '?';
        if (detail[i] >= 0x20 && detail[i] <= 0x7e) {
            reply->detail[i] = detail[i];
        }
    }
}

/* Views in reply live until scratch is wiped. */
static bool answer(struct asv_keeper *keeper, enum asv_keeper_role role, const void *body, size_t len,
                   struct asv_keeper_reply *reply)
{
    struct asv_keeper_request request;
    struct asv_err err = {0};
    enum asv_status status = asv_keeper_request_begin(&request, body, len);
    bool denied = status == ASV_OK && request.request != 0 && !asv_keeper_permits(role, request.type);
    if (!denied) { /* K-043: what this user may not ask is not looked at */
        status = asv_keeper_request_read(&request, body, len);
    }
    if (status != ASV_OK || request.request == 0) {
        refuse(reply, status == ASV_OK ? ASV_E_MALFORMED : status, "not a request of this protocol");
        return false;
    }
    reply->type = request.type;
    reply->request = request.request;
    if (denied || !permits_fields(role, &request)) {
        refuse(reply, ASV_E_DENIED, "this user may not ask for that");
        return true;
    }
    status = dispatch(keeper, &request, reply, &err);
    if (status != ASV_OK) {
        err.status = status;
        asv_log_failure(keeper->log, ASV_LOG_WARNING, "request-failed", &err);
        refuse(reply, status, err.text);
    }
    return true;
}

bool asv_keeper_answer(struct asv_keeper *keeper, enum asv_keeper_role role, const void *body, size_t len,
                       struct asv_writer *out)
{
    struct asv_keeper_reply reply = {0};
    size_t at = out->len;
    bool go_on = answer(keeper, role, body, len, &reply);
    if (asv_keeper_reply_write(out, &reply) != ASV_OK) {
        asv_wipe(out->data + at, out->len - at);
        out->len = at;
        go_on = false;
    }
    asv_wipe(keeper->scratch, sizeof *keeper->scratch); /* K-049: what the reply viewed */
    return go_on;
}

/* Once for each time that a directory falls out of use, and when it is back. */
static void log_disks(struct asv_keeper *keeper)
{
    const struct asv_store *store = keeper->store;
    for (unsigned i = 0; store->open && i < store->mirror.count; i++) {
        bool out = !store->mirror.used[i];
        if (out && !keeper->told_out[i]) {
            asv_log_event(keeper->log, ASV_LOG_ERROR, "directory-out-of-use",
                          asv_log_text("directory", asv_mirror_name(i)),
                          asv_log_text("detail", store->mirror.why[i].text));
        } else if (!out && keeper->told_out[i]) {
            asv_log_event(keeper->log, ASV_LOG_NOTICE, "directory-in-use",
                          asv_log_text("directory", asv_mirror_name(i)));
        }
        keeper->told_out[i] = out;
    }
    if (store->diverged > keeper->told_diverged) { /* K-075 */
        asv_log_event(keeper->log, ASV_LOG_ERROR, "decisions-differ",
                      asv_log_text("detail", "the two directories' files were not alike: both were kept"));
        keeper->told_diverged = store->diverged;
    }
}

/* K-232 */
static void log_left(struct asv_keeper *keeper)
{
    uint32_t left = keeper->store->open ? asv_index_aheads_left(keeper->store->index) : keeper->told_left;
    if (left > keeper->told_left) {
        asv_log_event(keeper->log, ASV_LOG_ERROR, "keys-not-copied", asv_log_u64("keys", left),
                      asv_log_text("detail", "holds before docking have no copy of them"));
    }
    keeper->told_left = left;
}

/* Once a day. */
static enum asv_status sweep_journal(struct asv_keeper *keeper, struct asv_err *err)
{
    uint32_t today = 0;
    int64_t now = 0;
    if (keeper->store->index->stop != ASV_KEEPER_RUNNING || /* K-134: nobody knows which year it is */
        asv_world_wall_ms(keeper->world, &now) != ASV_OK || asv_local_date(now, &today) != ASV_OK ||
        today == keeper->swept_date) {
        return ASV_OK;
    }
    enum asv_status status = asv_journal_sweep(&keeper->store->mirror, today, err);
    keeper->swept_date = status == ASV_OK ? today : 0;
    return status;
}

void asv_keeper_tick(struct asv_keeper *keeper, int64_t *next_wall_ms)
{
    struct asv_due_report report = {0};
    struct asv_err err = {0};
    enum asv_status status = asv_store_ready(keeper->store, &err);
    if (status == ASV_OK) {
        status = asv_due_tick(&keeper->due, keeper->store, &report, &err);
        log_tick(keeper, &report);
    }
    if (status == ASV_OK || status == ASV_E_STATE) { /* standing still was said when it began */
        status = asv_store_heal(keeper->store, &err);
    }
    if (status == ASV_OK) {
        status = sweep_journal(keeper, &err);
    }
    if (status != ASV_OK &&
        status != keeper->tick_status) { /* not each second: the log would be full of it */
        err.status = status;
        asv_log_failure(keeper->log, ASV_LOG_ERROR, "tick-failed", &err);
    }
    keeper->tick_status = status;
    log_disks(keeper);
    log_left(keeper);
    *next_wall_ms = asv_due_next_ms(keeper->store);
}
