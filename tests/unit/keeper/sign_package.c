/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Packages for the court, as a keeper signs them for a server that it does not believe: for a hand-over that
 * two people decided, while it counts, and for nothing else.
 */
#include <string.h>

#include "server/base/hex.h"
#include "server/keeper/decide.h"
#include "tests/sim/keeper_people.h"
#include "tests/unit/test.h"

#define HOUR_MS INT64_C(3600000)

static const uint8_t digest[ASV_SHA256_BYTES] = {0xd1, 0xd2, 0xd3};

static struct keeper_site site;
static struct keeper_people people;
static struct keeper_decision decision; /* the hand-over */
static struct keeper_decision other;
static struct keeper_clip clip;
static const struct asv_test_identity *camera;
static uint8_t package_pk[ASV_P256_PK_BYTES];

static enum asv_status both(uint16_t action, const struct asv_test_person *one,
                            const struct asv_test_person *two, uint8_t n, const struct keeper_clip *what)
{
    return keeper_both(&site, &other, action, one, two, n, what != NULL ? camera : NULL, what).status;
}

static enum asv_status alone(uint16_t action, const struct asv_test_person *person, uint8_t n)
{
    keeper_propose_clip(&site, &other, action, person, n, camera, &clip);
    return keeper_decide(&site, &other).status;
}

/* A clip that is held, a recipient, and a hand-over that two people have signed. */
static int set_up(void **state)
{
    (void)state;
    struct asv_bulletin bulletin;
    struct asv_bulletin_key key;
    keeper_site_init(&site, 1);
    keeper_people_init(&people, &site);
    camera = &site.agency.camera;
    assert_int_equal(keeper_make_days(&site, camera, 0, 1).status, ASV_OK);
    keeper_bulletin(&site, camera, &bulletin);
    asv_bulletin_key_at(&bulletin, 0, &key);
    keeper_clip_make(&site, camera, &key, 1, &clip);
    assert_int_equal(both(ASV_ACTION_HOLD, &people.wearer, &people.deputy, 1, &clip), ASV_OK);
    assert_int_equal(both(ASV_ACTION_RECIPIENT, &people.exporter, &people.deputy, 3, NULL), ASV_OK);
    keeper_propose_clip(&site, &decision, ASV_ACTION_HAND_OVER, &people.exporter, 5, camera, &clip);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.deputy, 6);
    assert_int_equal(asv_p256_public(package_pk, site.package_sk), ASV_OK);
    decision.number = ASV_KEEPER_NO_CLIP;
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    keeper_site_free(&site);
    return 0;
}

/* Signs a package of this digest. */
static struct asv_keeper_reply sign_one(const struct keeper_decision *of,
                                        const uint8_t package[ASV_SHA256_BYTES])
{
    struct asv_keeper_request request = {.type = ASV_KEEPER_SIGN, .sign = ASV_KEEPER_SIGN_PACKAGE};
    const struct asv_test_person *signers[] = {of->proposer, of->answerer};
    memcpy(request.digest, package, sizeof request.digest);
    request.proposal = (struct asv_bytes){of->proposal.data, of->proposal.len};
    if (of->has_answer) {
        request.answer = (struct asv_bytes){of->answer.data, of->answer.len};
    }
    for (unsigned i = 0; i < 2 && signers[i] != NULL; i++) {
        request.records[request.record_count++] = signers[i]->credential.encoded;
    }
    keeper_plan_request(&request, of);
    return keeper_ask(&site, ASV_KEEPER_EXPORT, &request);
}

static struct asv_keeper_reply sign(const struct keeper_decision *of)
{
    return sign_one(of, digest);
}

static enum asv_status take(struct keeper_decision *of)
{
    of->number = ASV_KEEPER_NO_CLIP;
    return keeper_decide(&site, of).status;
}

static void expect_refused(const struct keeper_decision *of, enum asv_status want)
{
    struct asv_keeper_reply reply = sign(of);
    if (reply.status != want) {
        fail_msg("%s, not %s: %s", asv_status_name(reply.status), asv_status_name(want), reply.detail);
    }
    assert_int_equal(reply.signature.len, 0);
}

static void expect_signed(void)
{
    struct asv_keeper_reply reply = sign(&decision);
    assert_int_equal(reply.status, ASV_OK);
    assert_int_equal(asv_p256_verify(package_pk, digest, reply.signature.data, reply.signature.len), ASV_OK);
}

static void what_two_people_hand_over_is_signed(void **state)
{
    (void)state; /* K-116 */
    uint8_t another[ASV_SHA256_BYTES] = {1};
    expect_signed();
    expect_signed(); /* each document of a package has its own signature */
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
    expect_signed();
    struct asv_keeper_reply reply = sign(&decision);
    assert_int_equal(asv_p256_verify(package_pk, another, reply.signature.data, reply.signature.len),
                     ASV_E_SIGNATURE);
    keeper_site_restart(&site);
    expect_signed();
}

static void what_was_signed_for_whom_is_written_down(void **state)
{
    (void)state; /* K-117, K-084 */
    static char line[2 * ASV_TEST_STATED_MAX + 128] = "PACKAGE/";
    expect_signed();
    size_t len = strlen(line);
    asv_hex_encode(line + len, digest, sizeof digest);
    len = strlen(line);
    line[len++] = ' ';
    asv_hex_encode(line + len, decision.proposal.data, decision.proposal.len);
    const struct keeper_blob *record = keeper_disk_file(site.disk, "decisions-2026");
    assert_non_null(record);
    assert_non_null(memmem(record->data, record->len, line, strlen(line)));
}

static void the_same_package_is_written_down_once(void **state)
{
    (void)state;
    expect_signed();
    size_t len = keeper_disk_file(site.disk, "decisions-2026")->len;
    expect_signed();
    assert_true(keeper_disk_file(site.disk, "decisions-2026")->len == len); /* K-126 */
}

static void nothing_is_signed_that_is_not_written_down(void **state)
{
    (void)state; /* K-117 */
    for (enum keeper_fault fault = KEEPER_FAIL_BEFORE; fault <= KEEPER_FAIL_AFTER; fault++) {
        keeper_disk_arm(site.disk, 1, fault);
        struct asv_keeper_reply reply = sign(&decision);
        assert_true(site.disk->struck);
        assert_int_not_equal(reply.status, ASV_OK);
        assert_int_equal(reply.signature.len, 0);
        keeper_disk_reboot(site.disk);
        expect_signed();
        keeper_site_restart(&site); /* it is written down once for each start */
    }
}

static void what_was_not_taken_is_not_signed(void **state)
{
    (void)state; /* K-116 */
    keeper_propose_clip(&site, &other, ASV_ACTION_HAND_OVER, &people.exporter, 8, camera, &clip);
    keeper_respond(&site, &other, ASV_STEP_APPROVE, &people.deputy, 9);
    expect_refused(&other, ASV_E_STATE);
    assert_int_equal(take(&other), ASV_OK);
    assert_int_equal(sign(&other).status, ASV_OK);
}

/* ---- how much ---- */

/* Has so many packages signed, of another digest each, until it is refused. */
static unsigned sign_on(unsigned count, uint32_t *number)
{
    uint8_t package[ASV_SHA256_BYTES] = {0x77};
    for (unsigned i = 0; i < count; i++) {
        asv_store_be32(package + 1, ++*number);
        struct asv_keeper_reply reply = sign_one(&decision, package);
        if (reply.status != ASV_OK) {
            assert_int_equal(reply.status, ASV_E_LIMIT);
            assert_non_null(strstr(reply.detail, "propose it anew"));
            return i;
        }
    }
    return count;
}

/* Who took over the account that builds packages, and would fill the disk with the record of decisions. */
static void the_record_is_not_filled_by_one_hand_over(void **state)
{
    (void)state; /* K-237 */
    uint32_t number = 0;
    size_t before = keeper_disk_file(site.disk, "decisions-2026")->len;
    unsigned got = sign_on(10000, &number);
    assert_true(got < 1000);
    size_t filled = keeper_disk_file(site.disk, "decisions-2026")->len;
    assert_true(filled - before < 4000u * 1000);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(sign_on(1, &number), 0);
        decision.number = 0; /* neither by its clips: nothing was asked for yet */
        assert_int_equal(keeper_decide(&site, &decision).status, ASV_E_LIMIT);
        keeper_site_restart(&site);
    }
    assert_true(keeper_disk_file(site.disk, "decisions-2026")->len == filled);
    keeper_propose_clip(&site, &other, ASV_ACTION_HAND_OVER, &people.exporter, 8, camera, &clip);
    keeper_respond(&site, &other, ASV_STEP_APPROVE, &people.deputy, 9);
    assert_int_equal(take(&other), ASV_OK);
    assert_int_equal(sign(&other).status, ASV_OK); /* nobody else's */
}

/* Facts, five documents and the carrier; and in a filing the recording's files, the decision and what is
 * trusted, each time with another time of signing. */
static void who_is_killed_twenty_times_still_ends(void **state)
{
    (void)state; /* K-237, HO-040 */
    uint32_t number = 0;
    decision.plan.outputs = ASV_PLAN_CARRIER | ASV_PLAN_FILING;
    keeper_plan_again(&decision);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.deputy, 10);
    assert_int_equal(take(&decision), ASV_OK);
    for (unsigned run = 0; run <= 20; run++) {
        decision.number = 0;
        assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
        assert_int_equal(sign_on(7 + 9 + 3 + 6 + 8, &number), 7 + 9 + 3 + 6 + 8);
        if (run % 3 == 2) {
            keeper_site_restart(&site);
        }
    }
}

/* What one of them has drawn is not lost when it is another one's turn. */
static void who_builds_twenty_at_a_time_ends_each(void **state)
{
    (void)state; /* K-237 */
    enum { BUILDS = 20, PACKAGES = 3 * 17 };
    static struct keeper_decision builds[BUILDS];
    for (unsigned i = 0; i < BUILDS; i++) {
        uint8_t n = (uint8_t)(20 + 2 * i);
        keeper_propose_clip(&site, &builds[i], ASV_ACTION_HAND_OVER, &people.exporter, n, camera, &clip);
        keeper_respond(&site, &builds[i], ASV_STEP_APPROVE, &people.deputy, (uint8_t)(n + 1));
        assert_int_equal(take(&builds[i]), ASV_OK);
    }
    for (uint32_t number = 0; number < PACKAGES * BUILDS; number++) {
        uint8_t package[ASV_SHA256_BYTES] = {0x78};
        asv_store_be32(package + 1, number);
        assert_int_equal(sign_one(&builds[number % BUILDS], package).status, ASV_OK);
    }
}

/* Takes a plan of so many recordings, as if each were held; the decision is to be asked for its lines. */
static void take_large(struct asv_decision *out, uint16_t count)
{
    static uint8_t bytes[ASV_PLAN_MAX_BYTES];
    static struct asv_plan_clip clips[ASV_PLAN_CLIPS_MAX];
    static struct asv_keeper_request request;
    struct asv_plan plan = decision.plan;
    struct asv_writer writer;
    plan.clip_count = count;
    for (uint16_t i = 0; i < count; i++) {
        clips[i].form = ASV_PLAN_SEALED;
        asv_store_be32(clips[i].header, i + 1u);
    }
    asv_writer_init(&writer, bytes, sizeof bytes);
    assert_int_equal(asv_plan_write(&writer, &plan, clips), ASV_OK);
    assert_int_equal(asv_plan_read(&plan, bytes, writer.len, NULL), ASV_OK);
    request.proposal = (struct asv_bytes){decision.proposal.data, decision.proposal.len};
    request.answer = (struct asv_bytes){decision.answer.data, decision.answer.len};
    *out = (struct asv_decision){.request = &request,
                                 .proposal = decision.proposal.statement,
                                 .answer = decision.answer.statement,
                                 .has_answer = true,
                                 .now_ms = decision.answer.statement.issued_ms};
    asv_store_be32(out->proposal_digest, count);
    assert_int_equal(asv_decide_take_plan(&site.keeper, out, &plan, NULL), ASV_OK);
}

/* HO-085: the most that a carrier in parts takes. Each part has one recording, whose key is asked for, and
 * facts, five documents and the carrier itself are signed. */
static void each_recording_may_be_a_part(void **state)
{
    (void)state; /* K-237 */
    static const uint16_t counts[] = {1, 2, 17, 100, ASV_PLAN_CLIPS_MAX};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        static struct asv_decision taken;
        uint32_t made = counts[i] * (1u + 7u);
        uint32_t got = 0;
        take_large(&taken, counts[i]);
        while (got < 25u * made + 1024 && asv_decide_line(&site.keeper, &taken, NULL) == ASV_OK) {
            got++;
            if (got % made == made / 2 && got < 3 * made) {
                keeper_site_restart(&site); /* killed in each of them */
            }
        }
        if (got < 3 * made || got >= 25u * made + 1024) {
            fail_msg("%u: %u lines, and %u for all parts", counts[i], got, made);
        }
    }
}

static void one_person_gets_nothing_signed(void **state)
{
    (void)state;
    struct keeper_decision half = decision;
    half.has_answer = false;
    half.answerer = NULL;
    expect_refused(&half, ASV_E_STATE);
    keeper_propose_clip(&site, &other, ASV_ACTION_HAND_OVER, &people.deputy, 8, camera, &clip);
    keeper_respond(&site, &other, ASV_STEP_APPROVE, &people.deputy, 9); /* approves what it proposed */
    expect_refused(&other, ASV_E_DENIED);
    keeper_propose_clip(&site, &other, ASV_ACTION_HAND_OVER, &people.exporter, 10, camera, &clip);
    keeper_respond(&site, &other, ASV_STEP_APPROVE, &people.wearer, 11); /* not one who may */
    expect_refused(&other, ASV_E_DENIED);
    half = decision;
    half.answer.data[half.answer.len - 1] ^= 1;
    expect_refused(&half, ASV_E_SIGNATURE);
    half = decision;
    half.answer = other.answer; /* an approval of another proposal */
    half.answerer = other.answerer;
    expect_refused(&half, ASV_E_DENIED);
}

static void a_refusal_is_no_approval(void **state)
{
    (void)state;
    keeper_propose_clip(&site, &other, ASV_ACTION_HAND_OVER, &people.exporter, 8, camera, &clip);
    keeper_respond(&site, &other, ASV_STEP_REFUSE, &people.deputy, 9);
    expect_refused(&other, ASV_E_STATE);
    assert_int_equal(keeper_decide(&site, &other).status, ASV_OK); /* the keeper hears of it */
    keeper_respond(&site, &other, ASV_STEP_APPROVE, &people.chief, 10);
    expect_refused(&other, ASV_E_STATE); /* K-083 */
    expect_signed();
}

/* A pair that is right in itself, about something else. */
static void no_other_decision_signs_a_package(void **state)
{
    (void)state;
    keeper_propose_clip(&site, &other, ASV_ACTION_OPEN, &people.reviewer, 8, camera, &clip);
    keeper_respond(&site, &other, ASV_STEP_APPROVE, &people.chief, 9);
    expect_refused(&other, ASV_E_STATE);
    assert_int_equal(keeper_decide(&site, &other).status, ASV_OK); /* it is right */
    keeper_propose(&site, &other, ASV_ACTION_LEDGER, &people.admin, 10);
    keeper_respond(&site, &other, ASV_STEP_APPROVE, &people.chief, 11);
    expect_refused(&other, ASV_E_STATE);
    keeper_propose_clip(&site, &other, ASV_ACTION_BLOCK, &people.wearer, 12, camera, &clip);
    expect_refused(&other, ASV_E_STATE);
}

static void a_hand_over_counts_as_long_as_it_may_be_carried_out(void **state)
{
    (void)state;
    assert_int_equal(alone(ASV_ACTION_BLOCK, &people.wearer, 8), ASV_OK);
    expect_refused(&decision, ASV_E_DENIED); /* K-088 */
    assert_int_equal(alone(ASV_ACTION_UNBLOCK, &people.chief, 9), ASV_OK);
    expect_signed();
    asv_test_world_step(&site.world, (uint64_t)(23 * HOUR_MS));
    expect_signed();
    asv_test_world_step(&site.world, (uint64_t)(2 * HOUR_MS)); /* the approval lived a day */
    expect_refused(&decision, ASV_E_EXPIRED);
}

static void a_clip_that_was_released_is_handed_over_no_more(void **state)
{
    (void)state;
    asv_test_world_step(&site.world, 1000);
    assert_int_equal(both(ASV_ACTION_RELEASE, &people.reviewer, &people.chief, 8, &clip), ASV_OK);
    expect_refused(&decision, ASV_E_STATE); /* K-087 */
}

static void a_recipient_who_ended_gets_no_package(void **state)
{
    (void)state;
    keeper_propose(&site, &other, ASV_ACTION_RECIPIENT_ENDS, &people.exporter, 8);
    assert_int_equal(keeper_decide(&site, &other).status, ASV_OK);
    expect_refused(&decision, ASV_E_UNTRUSTED); /* K-089 */
}

static void who_was_revoked_decides_nothing(void **state)
{
    (void)state;
    keeper_propose(&site, &other, ASV_ACTION_REVOKE, &people.chief, 8);
    memcpy(other.proposal.statement.subject.id, people.exporter.digest, ASV_SHA256_BYTES);
    keeper_sign_again(&other);
    assert_int_equal(keeper_decide(&site, &other).status, ASV_OK);
    expect_refused(&decision, ASV_E_UNTRUSTED); /* K-080 */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(what_two_people_hand_over_is_signed),
        TEST(what_was_signed_for_whom_is_written_down),
        TEST(the_same_package_is_written_down_once),
        TEST(nothing_is_signed_that_is_not_written_down),
        TEST(what_was_not_taken_is_not_signed),
        TEST(the_record_is_not_filled_by_one_hand_over),
        TEST(who_is_killed_twenty_times_still_ends),
        TEST(who_builds_twenty_at_a_time_ends_each),
        TEST(each_recording_may_be_a_part),
        TEST(one_person_gets_nothing_signed),
        TEST(a_refusal_is_no_approval),
        TEST(no_other_decision_signs_a_package),
        TEST(a_hand_over_counts_as_long_as_it_may_be_carried_out),
        TEST(a_clip_that_was_released_is_handed_over_no_more),
        TEST(a_recipient_who_ended_gets_no_package),
        TEST(who_was_revoked_decides_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
