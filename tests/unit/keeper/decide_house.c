/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What people decide about people, recipients, the policy and the keeper itself. */
#include <string.h>

#include "server/base/calendar.h"
#include "tests/sim/keeper_people.h"
#include "tests/unit/test.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  INT64_C(86400000)
#define TODAY   20260105u

static struct keeper_site site;
static struct keeper_people people;
static struct keeper_decision decision;
static struct asv_test_person newcomer;
static const struct asv_test_identity *camera;

static int set_up(void **state)
{
    (void)state;
    keeper_site_init(&site, 1);
    camera = &site.agency.camera;
    keeper_people_init(&people, &site);
    asv_test_person_init(&newcomer, 120, ASV_ROLE_WEARER, ASV_ALG_ED25519);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    keeper_site_free(&site);
    return 0;
}

static struct asv_keeper_status status_now(void)
{
    struct asv_keeper_request request = {.type = ASV_KEEPER_STATUS};
    struct asv_keeper_reply reply = keeper_ask(&site, ASV_KEEPER_ADMIN, &request);
    assert_int_equal(reply.status, ASV_OK);
    return reply.state;
}

static enum asv_status enrol(const struct asv_test_person *person, const struct asv_test_person *proposer,
                             const struct asv_test_person *approver, uint8_t n)
{
    keeper_propose(&site, &decision, ASV_ACTION_ENROL, proposer, n);
    memcpy(decision.proposal.statement.subject.id, person->digest, ASV_SHA256_BYTES);
    keeper_sign_again(&decision);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, approver, (uint8_t)(n + 1));
    decision.enrolled = person;
    return keeper_decide(&site, &decision).status;
}

static enum asv_status found(const struct asv_test_person *person, const uint8_t *sk, uint8_t n)
{
    struct asv_test_person root = {.credential = {.algorithm = ASV_ALG_ED25519}};
    memcpy(root.sk, sk, sizeof root.sk);
    keeper_propose(&site, &decision, ASV_ACTION_FOUND, &root, n);
    memcpy(decision.proposal.statement.subject.id, person->digest, ASV_SHA256_BYTES);
    keeper_sign_again(&decision);
    decision.proposer = NULL;
    decision.enrolled = person;
    return keeper_decide(&site, &decision).status;
}

static enum asv_status revoke_it(const struct asv_test_person *person, const struct asv_test_person *by,
                                 uint8_t n)
{
    keeper_propose(&site, &decision, ASV_ACTION_REVOKE, by, n);
    memcpy(decision.proposal.statement.subject.id, person->digest, ASV_SHA256_BYTES);
    keeper_sign_again(&decision);
    return keeper_decide(&site, &decision).status;
}

static void who_is_not_enrolled_decides_nothing(void **state)
{
    (void)state; /* LAW L4 */
    assert_int_equal(status_now().people, 7);
    keeper_propose(&site, &decision, ASV_ACTION_RECIPIENT, &people.exporter, 1);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.chief, 2);
    decision.answerer = NULL; /* the chief's record does not come along */
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_E_NOT_FOUND); /* K-080 */
    struct asv_test_person self;
    asv_test_person_init(&self, 121, ASV_ROLE_SUPERVISOR,
                         ASV_ALG_ED25519); /* a row that only the database has */
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &self, 2);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_E_UNTRUSTED); /* K-080 */
    assert_int_equal(enrol(&newcomer, &people.admin, &people.chief, 3), ASV_OK);
    assert_int_equal(status_now().people, 8);
    keeper_site_restart(&site);
    assert_int_equal(status_now().people, 8);
}

static void a_revoked_credential_decides_no_more_and_never_comes_back(void **state)
{
    (void)state;
    keeper_propose(&site, &decision, ASV_ACTION_RECIPIENT, &people.exporter, 1);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.deputy, 2);
    static struct keeper_decision before;
    memset(&before, 0, sizeof before);
    keeper_propose(&site, &before, ASV_ACTION_RECIPIENT, &people.exporter, 1);
    keeper_respond(&site, &before, ASV_STEP_APPROVE, &people.deputy, 2);
    assert_int_equal(revoke_it(&people.deputy, &people.wearer, 9), ASV_E_DENIED);
    assert_int_equal(revoke_it(&people.deputy, &people.admin, 9), ASV_OK);
    assert_int_equal(keeper_decide(&site, &before).status, ASV_E_UNTRUSTED); /* K-080 */
    assert_int_equal(enrol(&people.deputy, &people.admin, &people.chief, 11), ASV_E_EXISTS);
    assert_int_equal(revoke_it(&newcomer, &people.admin, 13), ASV_E_NOT_FOUND);
    assert_int_equal(status_now().people, 6);
}

/* A crash took the reply: what the same words are told then is no refusal, for it is done. */
static void who_revoked_himself_is_told_so_again(void **state)
{
    (void)state; /* K-149 */
    assert_int_equal(revoke_it(&people.deputy, &people.deputy, 9), ASV_OK);
    uint64_t before = site.keeper.store->index->generation;
    keeper_site_restart(&site);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
    assert_true(site.keeper.store->index->generation == before && status_now().people == 6);
    /* Nobody else's end, and with no other key, nor when its time is over. */
    assert_int_equal(revoke_it(&people.wearer, &people.deputy, 11), ASV_E_UNTRUSTED); /* K-080 */
    assert_int_equal(revoke_it(&people.deputy, &people.deputy, 13), ASV_OK);
    decision.proposal.data[decision.proposal.len - 1] ^= 1;
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_E_SIGNATURE);
    decision.proposal.data[decision.proposal.len - 1] ^= 1;
    keeper_site_go_to(&site, site.world.wall + 3 * DAY_MS);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_E_EXPIRED);
    assert_int_equal(status_now().people, 6);
}

static void nobody_is_two_people(void **state)
{
    (void)state; /* LAW T4 */
    struct asv_test_person twin;
    asv_test_person_init(&twin, 122, ASV_ROLE_DEPUTY, ASV_ALG_ED25519);
    memcpy(twin.credential.badge, people.wearer.credential.badge, sizeof twin.credential.badge);
    asv_test_person_again(&twin);
    assert_int_equal(enrol(&twin, &people.admin, &people.chief, 1), ASV_E_MISMATCH); /* ST-028 */
    asv_test_person_init(&twin, 122, ASV_ROLE_DEPUTY, ASV_ALG_ED25519);
    memcpy(twin.credential.person, people.wearer.credential.person, sizeof twin.credential.person);
    asv_test_person_again(&twin);
    assert_int_equal(enrol(&twin, &people.admin, &people.chief, 3), ASV_E_MISMATCH); /* ST-028 */
    asv_test_person_init(&twin, 122, ASV_ROLE_DEPUTY, ASV_ALG_ED25519);
    memcpy(twin.credential.ed25519_pk, people.wearer.credential.ed25519_pk, ASV_ED25519_PK_BYTES);
    asv_test_person_again(&twin);
    assert_int_equal(enrol(&twin, &people.admin, &people.chief, 5), ASV_E_EXISTS); /* ST-027 */
    /* The same person with a second key: allowed, unless the roles exclude each other. */
    asv_test_person_init(&twin, 122, ASV_ROLE_ADMINISTRATOR, ASV_ALG_ED25519);
    memcpy(twin.credential.person, people.reviewer.credential.person, sizeof twin.credential.person);
    memcpy(twin.credential.badge, people.reviewer.credential.badge, sizeof twin.credential.badge);
    asv_test_person_again(&twin);
    assert_int_equal(enrol(&twin, &people.admin, &people.chief, 7), ASV_E_DENIED); /* ST-022 */
    twin.credential.roles = ASV_ROLE_WEARER;
    asv_test_person_again(&twin);
    assert_int_equal(enrol(&twin, &people.admin, &people.chief, 9), ASV_OK);
    assert_int_equal(enrol(&newcomer, &people.admin, &people.admin, 11), ASV_E_DENIED);
    assert_int_equal(enrol(&newcomer, &people.chief, &people.deputy, 13), ASV_E_DENIED);
}

static void the_root_founds_only_while_nobody_is_enrolled(void **state)
{
    (void)state;
    assert_int_equal(found(&newcomer, site.agency.root.sk, 1), ASV_E_STATE); /* K-092 */
    keeper_site_free(&site);
    keeper_site_init(&site, 1);
    assert_int_equal(found(&newcomer, site.agency.ca.sk, 1), ASV_E_SIGNATURE);
    assert_int_equal(found(&newcomer, site.agency.root.sk, 1), ASV_OK);
    assert_int_equal(found(&people.admin, site.agency.root.sk, 2), ASV_OK);
    assert_int_equal(found(&people.admin, site.agency.root.sk, 3), ASV_E_EXISTS);
    assert_int_equal(found(&people.chief, site.agency.root.sk, 4), ASV_OK);
    assert_int_equal(enrol(&people.deputy, &people.admin, &people.chief, 5), ASV_OK);
    assert_int_equal(found(&people.reviewer, site.agency.root.sk, 7), ASV_E_STATE); /* K-092 */
    /* Whom people enrolled is gone: the agency is not locked out. */
    assert_int_equal(revoke_it(&people.deputy, &people.admin, 8), ASV_OK);
    assert_int_equal(found(&people.reviewer, site.agency.root.sk, 9), ASV_OK);
}

/* One person revokes alone, and could be the last one. */
static void nobody_locks_the_agency_out(void **state)
{
    (void)state;
    const struct asv_test_person *rest[] = {&people.chief,    &people.wearer,  &people.reviewer,
                                            &people.exporter, &people.officer, &people.admin};
    static struct asv_test_person second_admin, second_chief;
    asv_test_person_init(&second_admin, 125, ASV_ROLE_ADMINISTRATOR, ASV_ALG_ED25519);
    asv_test_person_init(&second_chief, 126, ASV_ROLE_SUPERVISOR, ASV_ALG_ED25519);
    for (uint8_t i = 0; i < 6; i++) {
        assert_int_equal(found(&second_admin, site.agency.root.sk, (uint8_t)(50 + i)),
                         ASV_E_STATE); /* K-092 */
        assert_int_equal(revoke_it(rest[i], &people.deputy, (uint8_t)(1 + i)), ASV_OK);
    }
    assert_int_equal(status_now().people, 1);
    assert_int_equal(enrol(&newcomer, &people.admin, &people.deputy, 10), ASV_E_UNTRUSTED);
    assert_int_equal(found(&second_admin, site.agency.root.sk, 12), ASV_OK); /* K-092 */
    assert_int_equal(found(&second_chief, site.agency.root.sk, 13), ASV_E_STATE);
    assert_int_equal(revoke_it(&people.deputy, &second_admin, 14), ASV_OK);
    assert_int_equal(found(&second_chief, site.agency.root.sk, 15), ASV_OK);
    assert_int_equal(enrol(&newcomer, &second_admin, &second_chief, 16), ASV_OK);
}

/* Nor by setting the clock: ahead, nobody's credential is valid; back, nothing is decided. */
static void a_wrong_clock_neither_opens_nor_closes_the_root(void **state)
{
    (void)state;
    int64_t next = 0;
    asv_keeper_tick(&site.keeper, &next);
    site.world.wall += INT64_C(3000) * DAY_MS;
    assert_int_equal(found(&newcomer, site.agency.root.sk, 1), ASV_E_STATE); /* K-123 */
    assert_int_equal(site.keeper.store->index->stop, ASV_KEEPER_STOP_CLOCK);
    site.world.wall -= INT64_C(3000) * DAY_MS;
    const struct asv_test_person *rest[] = {&people.chief,    &people.wearer,  &people.reviewer,
                                            &people.exporter, &people.officer, &people.admin};
    for (uint8_t i = 0; i < 6; i++) {
        assert_int_equal(revoke_it(rest[i], &people.deputy, (uint8_t)(10 + i)), ASV_OK); /* K-123 */
    }
    assert_int_equal(found(&newcomer, site.agency.root.sk, 2), ASV_OK); /* K-123 */
}

/* ---- the policy ---- */

static enum asv_status change_policy(uint32_t version, uint16_t days, uint32_t from, uint8_t n)
{
    keeper_propose(&site, &decision, ASV_ACTION_POLICY, &people.admin, n);
    decision.proposal.statement.subject.version = version;
    decision.proposal.statement.subject.days = days;
    decision.proposal.statement.subject.from_date = from;
    keeper_sign_again(&decision);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.chief, (uint8_t)(n + 1));
    return keeper_decide(&site, &decision).status;
}

static int64_t entry_due(uint32_t date)
{
    const struct asv_entry *entry = asv_index_day(site.keeper.store->index, date, NULL);
    assert_non_null(entry);
    return entry->due_ms;
}

static int64_t due_of(uint32_t date, unsigned days)
{
    int64_t due = 0;
    assert_int_equal(asv_due_ms(date, days, &due), ASV_OK);
    return due;
}

static void a_policy_counts_from_its_day_on_and_never_backwards(void **state)
{
    (void)state; /* LAW T7, T8 */
    struct asv_bulletin bulletin;
    assert_int_equal(keeper_make_days(&site, camera, 0, 20).status, ASV_OK);
    assert_int_equal(change_policy(4, 7, TODAY, 1), ASV_E_STATE); /* K-093 */
    assert_int_equal(change_policy(4, 7, 20260230, 3), ASV_E_STATE);
    assert_int_equal(change_policy(3, 7, 20260110, 5), ASV_E_EXISTS); /* K-093 */
    assert_int_equal(change_policy(4, 7, 20260110, 7), ASV_OK);
    assert_true(entry_due(20260109) == due_of(20260109, 14));
    assert_true(entry_due(20260110) == due_of(20260110, 7)); /* K-094: made before */
    assert_int_equal(keeper_make_days(&site, camera, 0, 30).status, ASV_OK);
    assert_true(entry_due(20260201) == due_of(20260201, 7)); /* made after */
    struct asv_keeper_status now = status_now();
    assert_true(now.policy_version == 3 && now.policy_days == 14);
    assert_true(now.period_count == 2 && now.periods[0].from_date == 0 && now.periods[0].version == 3);
    assert_true(now.periods[0].days == 14 && now.periods[1].from_date == 20260110 &&
                now.periods[1].days == 7);
    keeper_bulletin(&site, camera, &bulletin);
    assert_int_equal(bulletin.policy_version, 3);
    assert_int_equal(change_policy(5, 30, 20260120, 9), ASV_OK);
    assert_true(entry_due(20260119) == due_of(20260119, 7));
    assert_true(entry_due(20260120) == due_of(20260120, 30));
    asv_test_world_step(&site.world, (uint64_t)(5 * DAY_MS));
    keeper_site_restart(&site);
    now = status_now();
    assert_true(now.policy_version == 4 && now.policy_days == 7);
    keeper_bulletin(&site, camera, &bulletin);
    assert_int_equal(bulletin.policy_version, 4);
}

static void what_is_configured_can_be_what_people_said(void **state)
{
    (void)state; /* LAW T7 */
    assert_int_equal(change_policy(2, 14, 20260110, 1), ASV_E_EXISTS);
    assert_int_equal(change_policy(3, 7, 20260110, 3), ASV_E_EXISTS);  /* K-093: the period differs */
    assert_int_equal(change_policy(3, 14, 20260110, 5), ASV_OK);       /* K-093 */
    assert_int_equal(change_policy(3, 14, 20260111, 7), ASV_E_EXISTS); /* once */
    assert_int_equal(change_policy(4, 7, 20260111, 9), ASV_OK);
}

static void there_is_always_room_for_a_policy(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 70; i++) {
        assert_int_equal(change_policy(10 + i, 14, 20260110 + i / 4, (uint8_t)(1 + i)), ASV_OK);
    }
    assert_int_equal(change_policy(200, 21, 20260301, 99), ASV_OK);
    struct asv_keeper_status now = status_now();
    assert_int_equal(now.period_count, ASV_KEEPER_PERIODS_MAX);
    assert_true(now.periods[0].from_date == 0 && now.periods[7].from_date == 20260301);
    assert_true(now.periods[6].from_date == 20260127 && now.periods[6].version == 79);
}

/* ---- the clock ---- */

static enum asv_status confirm(const struct asv_test_person *one, const struct asv_test_person *two,
                               uint8_t n)
{
    return keeper_both(&site, &decision, ASV_ACTION_CLOCK, one, two, n, NULL, NULL).status;
}

static void two_people_let_destruction_go_on(void **state)
{
    (void)state;
    int64_t next = 0;
    assert_int_equal(keeper_make_days(&site, camera, 0, 10).status, ASV_OK);
    asv_keeper_tick(&site.keeper, &next);
    assert_int_equal(confirm(&people.admin, &people.chief, 1), ASV_E_STATE); /* it does not stand still */
    asv_test_world_step(&site.world, (uint64_t)(19 * DAY_MS));               /* five days are due at once */
    asv_keeper_tick(&site.keeper, &next);
    assert_int_equal(site.keeper.store->index->stop, ASV_KEEPER_STOP_MANY);
    assert_int_equal(status_now().overdue, 5);
    asv_test_world_step(&site.world, 60000);
    keeper_propose(&site, &decision, ASV_ACTION_CLOCK, &people.admin, 3);
    decision.proposal.statement.subject.stopped_ms--; /* another stop */
    keeper_sign_again(&decision);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.chief, 4);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_E_STATE);
    assert_int_equal(confirm(&people.admin, &people.admin, 5), ASV_E_DENIED);
    assert_int_equal(status_now().overdue, 5);
    assert_int_equal(confirm(&people.admin, &people.chief, 7), ASV_OK); /* K-065 */
    assert_int_equal(status_now().overdue, 0);
    assert_int_equal(site.keeper.store->index->stop, ASV_KEEPER_RUNNING);
    asv_keeper_tick(&site.keeper, &next);
    assert_int_equal(site.keeper.store->index->stop, ASV_KEEPER_RUNNING);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK); /* again */

    /* After a step of the clock: what the clock says now is what it counts from. */
    site.world.wall += 5 * HOUR_MS;
    asv_keeper_tick(&site.keeper, &next);
    assert_int_equal(site.keeper.store->index->stop, ASV_KEEPER_STOP_CLOCK);
    assert_int_equal(confirm(&people.chief, &people.deputy, 9), ASV_OK);
    asv_keeper_tick(&site.keeper, &next);
    asv_keeper_tick(&site.keeper, &next);
    assert_int_equal(site.keeper.store->index->stop, ASV_KEEPER_RUNNING);
}

/* A commit that counts and says that it failed: the clock is not in doubt once more. */
static void an_error_while_the_clock_is_confirmed_leaves_no_new_doubt(void **state)
{
    bool struck = true;
    int64_t next = 0;
    for (uint64_t n = 1; struck; n++) {
        tear_down(state);
        set_up(state);
        asv_keeper_tick(&site.keeper, &next);
        site.world.wall += 5 * HOUR_MS;
        asv_keeper_tick(&site.keeper, &next);
        assert_int_equal(site.keeper.store->index->stop, ASV_KEEPER_STOP_CLOCK);
        keeper_disk_arm(site.disk, n, KEEPER_FAIL_AFTER);
        enum asv_status status = confirm(&people.chief, &people.deputy, 9);
        struck = site.disk->struck;
        keeper_disk_reboot(site.disk);
        asv_keeper_tick(&site.keeper, &next);
        status = status == ASV_OK ? ASV_OK : keeper_decide(&site, &decision).status;
        assert_int_equal(status, ASV_OK);
        asv_keeper_tick(&site.keeper, &next);
        assert_int_equal(site.keeper.store->index->stop, ASV_KEEPER_RUNNING);
    }
}

static void a_withdrawn_confirmation_confirms_nothing(void **state)
{
    (void)state;
    int64_t next = 0;
    asv_keeper_tick(&site.keeper, &next);
    site.world.wall += 5 * HOUR_MS;
    keeper_propose(&site, &decision, ASV_ACTION_CLOCK, &people.admin, 3);
    keeper_respond(&site, &decision, ASV_STEP_WITHDRAW, &people.admin, 4);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
    asv_keeper_tick(&site.keeper, &next);
    assert_int_equal(site.keeper.store->index->stop, ASV_KEEPER_STOP_CLOCK); /* K-062 */
}

/* As a changed program signs it: ours does not. */
static void recovery_key_of(const uint8_t pk[ASV_X25519_BYTES], uint8_t n)
{
    static uint8_t body[ASV_STATEMENT_BODY_MAX_BYTES];
    struct asv_writer writer;
    keeper_propose(&site, &decision, ASV_ACTION_RECOVERY_KEY, &people.admin, n);
    struct asv_bytes made = decision.proposal.statement.body;
    memcpy(body, made.data, made.len);
    uint8_t *key = memmem(body, made.len, decision.proposal.statement.recipient_pk, ASV_X25519_BYTES);
    assert_non_null(key);
    memcpy(key, pk, ASV_X25519_BYTES);
    asv_writer_init(&writer, decision.proposal.data, sizeof decision.proposal.data);
    assert_int_equal(asv_statement_sign(&writer, (struct asv_bytes){body, made.len}, people.admin.sk),
                     ASV_OK);
    decision.proposal.len = writer.len;
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.chief, (uint8_t)(n + 1));
}

static void a_recovery_key_that_nobody_can_have_is_none(void **state)
{
    (void)state;
    static const uint8_t points[2][ASV_X25519_BYTES] = {{0}, {1}};
    for (size_t i = 0; i < 2; i++) {
        recovery_key_of(points[i], (uint8_t)(1 + 2 * i));
        assert_int_equal(keeper_decide(&site, &decision).status, ASV_E_MALFORMED); /* ST-100 */
        keeper_site_restart(&site);
        assert_false(status_now().recovery_key);
    }
}

static void another_keepers_statements_are_not_this_ones(void **state)
{
    (void)state;
    static const uint16_t actions[] = {ASV_ACTION_RECOVERY_KEY, ASV_ACTION_RECOVERY_KEY_ENDS};
    for (size_t i = 0; i < 2; i++) {
        keeper_propose(&site, &decision, actions[i], &people.admin, 1);
        decision.proposal.statement.subject.store[0] ^= 1;
        keeper_sign_again(&decision);
        keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.chief, 2);
        assert_int_equal(keeper_decide(&site, &decision).status, ASV_E_MISMATCH);
    }
    assert_false(status_now().recovery_key);
}

static void a_proposal_is_refused_or_withdrawn_for_good(void **state)
{
    (void)state;
    keeper_propose(&site, &decision, ASV_ACTION_RECIPIENT, &people.exporter, 1);
    keeper_respond(&site, &decision, ASV_STEP_WITHDRAW, &people.chief, 2);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_E_DENIED);
    keeper_respond(&site, &decision, ASV_STEP_WITHDRAW, &people.exporter, 3);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.chief, 4);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_E_STATE); /* K-083 */
    assert_int_equal(status_now().recipients, 0);
}

static void old_decisions_are_forgotten_with_the_end_of_the_next_year(void **state)
{
    (void)state; /* LAW L3 */
    int64_t next = 0;
    assert_non_null(keeper_disk_file(site.disk, "decisions-2026"));
    asv_test_world_step(&site.world, (uint64_t)(725 * DAY_MS)); /* 2027-12-31 */
    asv_keeper_tick(&site.keeper, &next);
    assert_non_null(keeper_disk_file(site.disk, "decisions-2026"));
    asv_test_world_step(&site.world, (uint64_t)DAY_MS);
    asv_keeper_tick(&site.keeper, &next);
    assert_null(keeper_disk_file(site.disk, "decisions-2026"));
}

static void records_of_a_database_are_not_the_keepers(void **state)
{
    (void)state; /* K-158 */
    static const uint16_t actions[] = {ASV_ACTION_INCIDENT, ASV_ACTION_SUBJECT_REQUEST};
    const uint64_t before = site.keeper.store->index->generation;
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        keeper_propose(&site, &decision, actions[i], &people.chief, (uint8_t)(70 + i));
        assert_int_equal(keeper_decide(&site, &decision).status, ASV_E_UNSUPPORTED);
    }
    assert_int_equal(site.keeper.store->index->generation, before);
}

int main(void)
{
#define ON_A_SITE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        ON_A_SITE(who_is_not_enrolled_decides_nothing),
        ON_A_SITE(a_revoked_credential_decides_no_more_and_never_comes_back),
        ON_A_SITE(who_revoked_himself_is_told_so_again),
        ON_A_SITE(nobody_is_two_people),
        ON_A_SITE(the_root_founds_only_while_nobody_is_enrolled),
        ON_A_SITE(nobody_locks_the_agency_out),
        ON_A_SITE(a_wrong_clock_neither_opens_nor_closes_the_root),
        ON_A_SITE(a_policy_counts_from_its_day_on_and_never_backwards),
        ON_A_SITE(what_is_configured_can_be_what_people_said),
        ON_A_SITE(there_is_always_room_for_a_policy),
        ON_A_SITE(two_people_let_destruction_go_on),
        ON_A_SITE(an_error_while_the_clock_is_confirmed_leaves_no_new_doubt),
        ON_A_SITE(a_withdrawn_confirmation_confirms_nothing),
        ON_A_SITE(a_recovery_key_that_nobody_can_have_is_none),
        ON_A_SITE(another_keepers_statements_are_not_this_ones),
        ON_A_SITE(a_proposal_is_refused_or_withdrawn_for_good),
        ON_A_SITE(old_decisions_are_forgotten_with_the_end_of_the_next_year),
        ON_A_SITE(records_of_a_database_are_not_the_keepers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
