/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/flow/decide.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/flow/words.h"

#define PAGE         8 /* statements, of 4 KiB each */
#define DIGITS_LEAST 4

static bool says_the_same(const struct asv_statement *a, const struct asv_statement *b)
{
    const struct asv_subject *of = &a->subject;
    const struct asv_subject *to = &b->subject;
    return a->action == b->action && of->kind == to->kind && memcmp(of->id, to->id, sizeof of->id) == 0 &&
           memcmp(of->store, to->store, sizeof of->store) == 0 && of->stopped_ms == to->stopped_ms &&
           of->version == to->version && of->days == to->days && of->from_date == to->from_date &&
           of->name.len == to->name.len &&
           (of->name.len == 0 || memcmp(of->name.data, to->name.data, of->name.len) == 0) &&
           memcmp(a->recipient_pk, b->recipient_pk, sizeof a->recipient_pk) == 0;
}

/* One that says the same and waits for its answer, whoever proposed it. ASV_E_NOT_FOUND, without detail. */
static enum asv_status find_proposed(struct asv_db *db, const struct asv_statement *what,
                                     struct asv_person_statement *out, struct asv_err *err)
{
    asv_auto_free struct asv_db_statement *rows = calloc(PAGE, sizeof *rows);
    struct asv_db_statement_filter filter = {.action = what->action};
    uint8_t last[ASV_SHA256_BYTES];
    size_t got = PAGE;
    if (rows == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    while (got == PAGE) {
        enum asv_status status = asv_db_statement_open(db, &filter, rows, PAGE, &got, err);
        for (size_t i = 0; i < got && status == ASV_OK; i++) {
            /* What nobody can read is nothing that anybody signed. */
            if (asv_person_read(&rows[i], out, NULL) == ASV_OK && says_the_same(&out->said, what)) {
                return ASV_OK;
            }
            memcpy(last, rows[i].digest, sizeof last);
        }
        if (status != ASV_OK) {
            return status;
        }
        filter.after = last;
    }
    return ASV_E_NOT_FOUND;
}

enum asv_status asv_decide_sign_proposal(const struct asv_flow *flow, struct asv_statement *what, bool *waits,
                                         struct asv_person_statement *out, struct asv_err *err)
{
    struct asv_err inner = {0};
    what->step = ASV_STEP_PROPOSE;
    enum asv_status status = find_proposed(flow->db, what, out, &inner);
    *waits = status == ASV_OK;
    if (status == ASV_OK) {
        asv_flow_say(flow, ASV_NOTE_PROPOSED, NULL, NULL);
        return ASV_OK;
    }
    return status == ASV_E_NOT_FOUND && inner.text[0] == '\0' ? asv_person_sign(flow, NULL, what, out, err)
                                                              : asv_failf(err, status, "%s", inner.text);
}

enum asv_status asv_decide_propose(const struct asv_flow *flow, struct asv_statement *what,
                                   struct asv_person_statement *out, struct asv_err *err)
{
    bool waits = false;
    enum asv_status status = asv_decide_sign_proposal(flow, what, &waits, out, err);
    return status == ASV_OK && !waits ? asv_person_store(flow->db, out, err) : status;
}

static bool is_meant(const struct asv_db_statement *row, const char *which)
{
    char hex[2 * ASV_SHA256_BYTES + 1];
    asv_hex_encode(hex, row->digest, ASV_SHA256_BYTES);
    return strncasecmp(hex, which, strlen(which)) == 0;
}

static bool is_among(uint16_t action, const uint16_t *actions, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (actions[i] == action) {
            return true;
        }
    }
    return false;
}

enum asv_status asv_decide_find(struct asv_db *db, const char *which, const uint16_t *actions, size_t count,
                                struct asv_person_statement *out, struct asv_err *err)
{
    struct asv_db_statement_filter filter = {0};
    uint8_t last[ASV_SHA256_BYTES];
    size_t found = 0;
    size_t got = PAGE;
    if (strlen(which) < DIGITS_LEAST) {
        return asv_failf(err, ASV_E_USAGE, "\"%s\": a proposal is named by at least %d of its digits", which,
                         DIGITS_LEAST);
    }
    asv_auto_free struct asv_db_statement *rows = calloc(PAGE, sizeof *rows);
    if (rows == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    while (got == PAGE) {
        enum asv_status status = asv_db_statement_open(db, &filter, rows, PAGE, &got, err);
        for (size_t i = 0; i < got && status == ASV_OK; i++) {
            if (is_meant(&rows[i], which)) {
                found++;
                status = asv_person_read(&rows[i], out, err);
            }
            memcpy(last, rows[i].digest, sizeof last);
        }
        if (status != ASV_OK) {
            return status;
        }
        filter.after = last;
    }
    if (found != 1) {
        return found == 0
                   ? asv_failf(err, ASV_E_NOT_FOUND,
                               "no open proposal is \"%s\"; \"asservat proposal list\" shows them", which)
                   : asv_failf(err, ASV_E_USAGE, "\"%s\" names several proposals; give more digits", which);
    }
    if (!is_among(out->said.action, actions, count)) {
        return asv_failf(err, ASV_E_USAGE, "this proposal is to %s: another command answers it",
                         asv_action_text(out->said.action));
    }
    return ASV_OK;
}

enum asv_status asv_decide_deliver(const struct asv_flow *flow, const struct asv_person_statement *proposal,
                                   const struct asv_person_statement *answer, struct asv_err *err)
{
    struct asv_keeper_reply reply;
    asv_auto_keeper struct asv_keeper_client *client = NULL;
    const struct asv_person_delivery delivery = {.proposal = proposal, .answer = answer};
    struct asv_err inner = {0};
    enum asv_status status = asv_flow_keeper(flow, &client, err);
    if (status == ASV_OK) {
        status = asv_person_deliver(flow, client, &delivery, &reply, &inner);
    }
    if (status == ASV_OK) {
        asv_flow_say(flow, ASV_NOTE_COUNTS, NULL, NULL);
    } else if (asv_status_class(status) == ASV_CLASS_RETRY) {
        return asv_failf(err, status,
                         "signed and stored, but not with the keeper yet (%.120s): say the same again",
                         inner.text);
    } else if (inner.text[0] != '\0') {
        return asv_failf(err, status, "%s", inner.text);
    }
    return status;
}

enum asv_status asv_decide_answer(const struct asv_flow *flow, const struct asv_person_statement *proposal,
                                  uint8_t step, struct asv_err *err)
{
    struct asv_db_statement row;
    struct asv_person_statement answer;
    struct asv_statement what;
    enum asv_status status = step == ASV_STEP_APPROVE
                                 ? asv_db_statement_approval(flow->db, proposal->digest, &row, err)
                                 : ASV_E_NOT_FOUND;
    if (status == ASV_OK) {
        status = asv_person_read(&row, &answer, err);
        if (status == ASV_OK) {
            status = asv_person_is_theirs(flow, &answer, err);
        }
        if (status == ASV_OK) {
            asv_flow_say(flow, ASV_NOTE_APPROVED, NULL, NULL);
        }
    } else if (status == ASV_E_NOT_FOUND) {
        asv_person_answer(proposal, step, &what);
        status = asv_person_state(flow, proposal, &what, &answer, err);
    }
    return status == ASV_OK ? asv_decide_deliver(flow, proposal, &answer, err) : status;
}

/* One that says the same about the same, and that the keeper has not got. ASV_E_NOT_FOUND. */
static enum asv_status find_undelivered(struct asv_db *db, const struct asv_statement *what,
                                        struct asv_person_statement *out, struct asv_err *err)
{
    asv_auto_free struct asv_db_statement *rows = calloc(PAGE, sizeof *rows);
    uint8_t last[ASV_SHA256_BYTES];
    bool any = false;
    size_t got = PAGE;
    if (rows == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    while (got == PAGE) {
        enum asv_status status = asv_db_statement_undelivered(db, any ? last : NULL, rows, PAGE, &got, err);
        for (size_t i = 0; i < got && status == ASV_OK; i++) {
            if (asv_person_read(&rows[i], out, NULL) == ASV_OK && out->said.action == what->action &&
                out->said.step == ASV_STEP_SOLE &&
                memcmp(out->said.subject.id, what->subject.id, sizeof what->subject.id) == 0 &&
                memcmp(out->said.recipient_pk, what->recipient_pk, sizeof what->recipient_pk) == 0) {
                return ASV_OK;
            }
            memcpy(last, rows[i].digest, sizeof last);
            any = true;
        }
        if (status != ASV_OK) {
            return status;
        }
    }
    return ASV_E_NOT_FOUND;
}

enum asv_status asv_decide_hand_over(const struct asv_flow *flow, const struct asv_statement *what,
                                     struct asv_err *err)
{
    struct asv_person_statement stated;
    enum asv_status status = find_undelivered(flow->db, what, &stated, err);
    if (status == ASV_E_NOT_FOUND && err->text[0] == '\0') {
        return ASV_OK; /* another program was faster */
    }
    return status == ASV_OK ? asv_decide_deliver(flow, &stated, NULL, err) : status;
}

enum asv_status asv_decide_again(const struct asv_flow *flow, const struct asv_statement *what,
                                 struct asv_err *err)
{
    struct asv_person_statement stated;
    enum asv_status status = find_undelivered(flow->db, what, &stated, err);
    if (status == ASV_OK) {
        asv_flow_say(flow, ASV_NOTE_HANDED_OVER, NULL, NULL);
        status = asv_decide_deliver(flow, &stated, NULL, err);
    }
    return status;
}

enum asv_status asv_decide_sign(const struct asv_flow *flow, struct asv_statement *what, struct asv_err *err)
{
    struct asv_person_statement stated;
    what->step = ASV_STEP_SOLE;
    enum asv_status status = find_undelivered(flow->db, what, &stated, err);
    if (status == ASV_OK) {
        asv_flow_say(flow, ASV_NOTE_HANDED_OVER, NULL, NULL);
    } else if (status == ASV_E_NOT_FOUND && err->text[0] == '\0') {
        status = asv_person_state(flow, NULL, what, &stated, err);
    }
    return status;
}

enum asv_status asv_decide_alone(const struct asv_flow *flow, struct asv_statement *what, struct asv_err *err)
{
    enum asv_status status = asv_decide_sign(flow, what, err);
    return status == ASV_OK ? asv_decide_hand_over(flow, what, err) : status;
}
