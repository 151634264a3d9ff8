/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a decision does to people, recipients, the policy, and the keeper itself. */
#include <string.h>

#include "server/base/calendar.h"
#include "server/keeper/decide.h"

/* ---- people ---- */

static bool lives(const struct asv_index_person *row, int64_t now_ms)
{
    return row->state != ASV_PERSON_REVOKED && row->until_ms > now_ms;
}

/* As much of a credential as tells people and keys apart. */
static struct asv_credential credential_of(const struct asv_index_person *row)
{
    struct asv_credential out = {.roles = row->roles, .until_ms = row->until_ms, .algorithm = row->algorithm};
    memcpy(out.person, row->person, sizeof out.person);
    memcpy(out.badge, row->badge, sizeof out.badge);
    if (row->algorithm == ASV_ALG_ED25519) {
        memcpy(out.ed25519_pk, row->pk, sizeof out.ed25519_pk);
    } else {
        memcpy(out.p256_pk, row->pk, sizeof out.p256_pk);
    }
    return out;
}

/* ST-027, ST-028, ST-022: against everybody who ever was here. */
static enum asv_status check_beside(const struct asv_index *index, const struct asv_credential *offered,
                                    int64_t now_ms, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    for (uint32_t i = 0; status == ASV_OK && i < asv_index_count(index, ASV_INDEX_PEOPLE); i++) {
        const struct asv_index_person *row = asv_index_row(index, ASV_INDEX_PEOPLE, i);
        const struct asv_credential kept = credential_of(row);
        status = asv_credential_beside(offered, &kept, lives(row, now_ms), err);
    }
    return status;
}

/* K-092: one person revokes alone, so it must not be enough for the root's silence that somebody is left. Who
 * proposes and who approves an enrolment are never one person (ST-022). */
static enum asv_status check_found(const struct asv_index *index, int64_t now_ms, struct asv_err *err)
{
    const struct asv_action_rule *rule = asv_action_rule(ASV_ACTION_ENROL);
    bool enrolled = false;
    bool proposes = false;
    bool approves = false;
    for (uint32_t i = 0; i < asv_index_count(index, ASV_INDEX_PEOPLE); i++) {
        const struct asv_index_person *row = asv_index_row(index, ASV_INDEX_PEOPLE, i);
        if (lives(row, now_ms)) {
            enrolled = enrolled || row->state == ASV_PERSON_ENROLLED;
            proposes = proposes || (row->roles & rule->proposers) != 0;
            approves = approves || (row->roles & rule->approvers) != 0;
        }
    }
    return enrolled && proposes && approves
               ? asv_fail(err, ASV_E_STATE, "people are enrolled: it takes two of them, not the agency root")
               : ASV_OK;
}

/* The record that is enrolled. */
static enum asv_status find_offered(const struct asv_decision *decision, struct asv_credential *out,
                                    struct asv_err *err)
{
    uint8_t digest[ASV_SHA256_BYTES];
    for (unsigned i = 0; i < decision->request->record_count; i++) {
        const struct asv_bytes *record = &decision->request->records[i];
        asv_sha256(digest, record->data, record->len);
        if (memcmp(digest, decision->proposal.subject.id, sizeof digest) == 0) {
            return asv_credential_decode(out, record->data, record->len, err);
        }
    }
    return asv_fail(err, ASV_E_NOT_FOUND, "the credential record that is enrolled is not in the request");
}

enum asv_status asv_decide_enrol(struct asv_keeper *keeper, const struct asv_decision *decision,
                                 struct asv_store_change *change, bool *destroy, struct asv_err *err)
{
    struct asv_credential offered = {0};
    bool found = decision->proposal.action == ASV_ACTION_FOUND;
    struct asv_index_person row = {.state = found ? ASV_PERSON_FOUNDED : ASV_PERSON_ENROLLED};
    /* A clock in doubt makes nobody's credential run out (K-123). */
    int64_t now_ms = asv_due_in_doubt(keeper->store) ? INT64_MIN : decision->now_ms;
    (void)destroy;
    enum asv_status status = find_offered(decision, &offered, err);
    if (status == ASV_OK) {
        status = asv_statement_enrols(&decision->proposal, &offered, found ? NULL : &decision->answerer, err);
    }
    if (status == ASV_OK) {
        status = check_beside(change->next, &offered, now_ms, err);
    }
    if (status == ASV_OK && found) {
        status = check_found(change->next, now_ms, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    asv_credential_digest(row.credential, &offered);
    memcpy(row.person, offered.person, sizeof row.person);
    memcpy(row.badge, offered.badge, sizeof row.badge);
    row.roles = offered.roles;
    row.until_ms = offered.until_ms;
    row.algorithm = offered.algorithm;
    if (offered.algorithm == ASV_ALG_ED25519) {
        memcpy(row.pk, offered.ed25519_pk, sizeof offered.ed25519_pk);
    } else {
        memcpy(row.pk, offered.p256_pk, sizeof offered.p256_pk);
    }
    status = asv_index_add(change->next, ASV_INDEX_PEOPLE, &row);
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, "no room for another credential");
}

enum asv_status asv_decide_revoke(struct asv_keeper *keeper, const struct asv_decision *decision,
                                  struct asv_store_change *change, bool *destroy, struct asv_err *err)
{
    struct asv_index_person *row =
        asv_index_find(change->next, ASV_INDEX_PEOPLE, decision->proposal.subject.id);
    (void)keeper;
    (void)destroy;
    if (row == NULL) {
        return asv_fail(err, ASV_E_NOT_FOUND, "this credential is not enrolled here");
    }
    row->state = ASV_PERSON_REVOKED;
    return ASV_OK;
}

/* ---- recipients ---- */

static void name_digest(uint8_t out[ASV_SHA256_BYTES], const struct asv_decision *decision)
{
    asv_sha256(out, decision->proposal.subject.name.data, decision->proposal.subject.name.len);
}

enum asv_status asv_decide_recipient(struct asv_keeper *keeper, const struct asv_decision *decision,
                                     struct asv_store_change *change, bool *destroy, struct asv_err *err)
{
    struct asv_index_recipient row = {0};
    (void)keeper;
    (void)destroy;
    name_digest(row.name, decision);
    memcpy(row.pk, decision->proposal.recipient_pk, sizeof row.pk);
    if (asv_index_find(change->next, ASV_INDEX_RECIPIENTS, row.pk) != NULL) {
        return asv_decide_never(decision, ASV_E_EXISTS, "this key is registered, or was", err);
    }
    enum asv_status status = asv_index_add(change->next, ASV_INDEX_RECIPIENTS, &row);
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, "no room for another recipient");
}

static struct asv_index_recipient *find_recipient(const struct asv_index *index,
                                                  const struct asv_decision *decision)
{
    uint8_t name[ASV_SHA256_BYTES];
    struct asv_index_recipient *row =
        asv_index_find(index, ASV_INDEX_RECIPIENTS, decision->proposal.recipient_pk);
    name_digest(name, decision);
    return row != NULL && memcmp(row->name, name, sizeof name) == 0 ? row : NULL;
}

bool asv_decide_has_ended(const struct asv_index *index, const struct asv_decision *decision)
{
    const struct asv_index_recipient *row = find_recipient(index, decision);
    return row != NULL && row->ended != 0;
}

enum asv_status asv_decide_recipient_ends(struct asv_keeper *keeper, const struct asv_decision *decision,
                                          struct asv_store_change *change, bool *destroy, struct asv_err *err)
{
    struct asv_index_recipient *row = find_recipient(change->next, decision);
    (void)keeper;
    (void)destroy;
    if (row == NULL) {
        return asv_fail(err, ASV_E_NOT_FOUND, "no recipient of this name and key is registered here");
    }
    row->ended = 1;
    return ASV_OK;
}

/* ---- the policy ---- */

/* Room for one more: the one that begins first goes, whose days are long over. */
static void make_room(struct asv_index *index)
{
    uint32_t first = 0;
    for (uint32_t i = 1; i < asv_index_count(index, ASV_INDEX_POLICIES); i++) {
        const struct asv_index_policy *row = asv_index_row(index, ASV_INDEX_POLICIES, i);
        const struct asv_index_policy *best = asv_index_row(index, ASV_INDEX_POLICIES, first);
        first = row->from_date < best->from_date ? i : first;
    }
    if (asv_index_count(index, ASV_INDEX_POLICIES) == asv_index_max(ASV_INDEX_POLICIES)) {
        asv_index_drop(index, ASV_INDEX_POLICIES, first);
    }
}

/* Keys that were made ahead get the period of their day; and what is gone is remembered as long as its key
 * lives, when a camera's clock was ahead (K-085). */
static enum asv_status date_days(struct asv_index *index, uint32_t today, struct asv_err *err)
{
    struct asv_entry *entries = asv_entries(index);
    struct asv_kept *kept = asv_kept_rows(index);
    enum asv_status status = ASV_OK;
    for (uint32_t i = 0; status == ASV_OK && i < asv_index_count(index, ASV_INDEX_ENTRIES); i++) {
        if (entries[i].kind == ASV_ENTRY_DAY && entries[i].date > today) {
            status = asv_due_ms(entries[i].date, asv_keeper_policy_on(index, entries[i].date).days,
                                &entries[i].due_ms);
        }
    }
    for (uint32_t i = 0; status == ASV_OK && i < asv_index_count(index, ASV_INDEX_KEPT); i++) {
        if (kept[i].key_date > today) {
            status = asv_due_ms(kept[i].key_date, asv_keeper_policy_on(index, kept[i].key_date).days,
                                &kept[i].forget_ms);
        }
    }
    return status == ASV_OK ? ASV_OK : asv_fail(err, ASV_E_LIMIT, "no calendar for a day");
}

enum asv_status asv_decide_policy(struct asv_keeper *keeper, const struct asv_decision *decision,
                                  struct asv_store_change *change, bool *destroy, struct asv_err *err)
{
    const struct asv_subject *subject = &decision->proposal.subject;
    struct asv_index_policy row = {
        .version = subject->version, .days = subject->days, .from_date = subject->from_date};
    uint32_t count = asv_index_count(change->next, ASV_INDEX_POLICIES);
    uint32_t newest = change->next->first_version;
    uint32_t today = 0;
    (void)keeper;
    (void)destroy;
    if (asv_local_date(decision->now_ms, &today) != ASV_OK || subject->from_date <= today ||
        !asv_date_valid(subject->from_date)) { /* K-093: never backwards */
        return asv_fail(err, ASV_E_STATE, "a policy begins with a day that is yet to come");
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct asv_index_policy *other = asv_index_row(change->next, ASV_INDEX_POLICIES, i);
        newest = other->version > newest ? other->version : newest;
    }
    /* What the configuration says can become what people said: the same version, with the same period. */
    bool confirms = count == 0 && subject->version == newest && subject->days == change->next->first_days;
    if (subject->version <= newest && !confirms) {
        return asv_fail_at(err, ASV_E_EXISTS, "a policy's version rises; the newest is", newest);
    }
    memcpy(row.decision, decision->proposal_digest, sizeof row.decision);
    memcpy(row.digest, subject->id, sizeof row.digest);
    make_room(change->next);
    enum asv_status status = asv_index_add(change->next, ASV_INDEX_POLICIES, &row);
    if (status != ASV_OK) {
        return asv_fail(err, status, "no room for another policy");
    }
    return date_days(change->next, today, err);
}

/* ---- the keeper itself ---- */

static enum asv_status check_own(const struct asv_index *index, const struct asv_decision *decision,
                                 struct asv_err *err)
{
    return memcmp(decision->proposal.subject.store, index->store, sizeof index->store) == 0
               ? ASV_OK
               : asv_decide_never(decision, ASV_E_MISMATCH, "this is about another keeper", err);
}

enum asv_status asv_decide_clock(struct asv_keeper *keeper, const struct asv_decision *decision,
                                 struct asv_store_change *change, bool *destroy, struct asv_err *err)
{
    const struct asv_subject *subject = &decision->proposal.subject;
    (void)keeper;
    enum asv_status status = check_own(change->next, decision, err);
    if (status == ASV_OK && (change->next->stop == ASV_KEEPER_RUNNING ||
                             subject->stopped_ms != change->next->stop_since_ms)) { /* K-065 */
        status = asv_fail(err, ASV_E_STATE, "destruction does not stand still since that instant");
    }
    if (status == ASV_OK) {
        change->next->stop = ASV_KEEPER_RUNNING;
        change->next->stop_since_ms = 0;
        change->next->wall_ms = decision->now_ms; /* K-122 */
        *destroy = asv_store_drop_due(change->next, decision->now_ms) > 0;
    }
    return status;
}

/* K-111: it begins empty, and the one before signs nothing any more. */
enum asv_status asv_decide_ledger(struct asv_keeper *keeper, const struct asv_decision *decision,
                                  struct asv_store_change *change, bool *destroy, struct asv_err *err)
{
    const struct asv_subject *subject = &decision->proposal.subject;
    struct asv_index_ledger *before = asv_index_ledger_now(change->next);
    struct asv_index_ledger row = {0};
    (void)keeper;
    (void)destroy;
    enum asv_status status = check_own(change->next, decision, err);
    if (status != ASV_OK) {
        return status;
    }
    memcpy(row.origin, subject->name.data, subject->name.len); /* at most ASV_KEEPER_ORIGIN_MAX (ST-054) */
    asv_sha256(row.id, subject->name.data, subject->name.len);
    asv_sha256(row.root, "", 0);
    if (before != NULL) {
        before->ended = 1;
        memcpy(row.before, before->id, sizeof row.before);
    }
    status = asv_index_add(change->next, ASV_INDEX_LEDGERS, &row);
    if (status == ASV_E_EXISTS) {
        return asv_decide_never(decision, status, "there is a ledger of this origin, or was", err);
    }
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, "no room for another ledger");
}

/* LG-075: the values lie in the database, which acts on it; what the keeper says is that two people want it.
 */
enum asv_status asv_decide_forget(struct asv_keeper *keeper, const struct asv_decision *decision,
                                  struct asv_store_change *change, bool *destroy, struct asv_err *err)
{
    (void)keeper;
    (void)destroy;
    return check_own(change->next, decision, err);
}

enum asv_status asv_decide_recovery_key(struct asv_keeper *keeper, const struct asv_decision *decision,
                                        struct asv_store_change *change, bool *destroy, struct asv_err *err)
{
    (void)keeper;
    (void)destroy;
    enum asv_status status = check_own(change->next, decision, err);
    if (status == ASV_OK) {
        change->next->has_recovery = true;
        memcpy(change->next->recovery_pk, decision->proposal.recipient_pk, ASV_X25519_BYTES);
    }
    return status;
}

enum asv_status asv_decide_recovery_key_ends(struct asv_keeper *keeper, const struct asv_decision *decision,
                                             struct asv_store_change *change, bool *destroy,
                                             struct asv_err *err)
{
    (void)keeper;
    (void)destroy;
    enum asv_status status = check_own(change->next, decision, err);
    if (status == ASV_OK) {
        change->next->has_recovery = false;
        memset(change->next->recovery_pk, 0, ASV_X25519_BYTES);
    }
    return status;
}
