/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What two people decided to hand over, as a keeper gives it to a builder that it does not believe: the clips
 * of their plan, to its recipients, as long as that may be, and nothing else. LAW T4: two people.
 */
#include <string.h>

#include "server/base/hex.h"
#include "tests/sim/keeper_people.h"
#include "tests/unit/test.h"

#define HOUR_MS INT64_C(3600000)

enum { WHOLE, SEALED, CLIPS }; /* of the plan, whatever their numbers in it */

static struct keeper_site site;
static struct keeper_people people;
static struct keeper_decision decision; /* the hand-over: of both clips, to both recipients */
static struct keeper_decision other;
static struct keeper_clip clips[CLIPS];
static uint8_t headers[CLIPS][ASV_SHA256_BYTES];
static struct asv_test_identity defence; /* the second recipient */
static const struct asv_test_identity *camera;
static const struct asv_bytes lawyer = {(const uint8_t *)"Dr. Demir", 9};

static enum asv_status both(uint16_t action, const struct asv_test_person *one,
                            const struct asv_test_person *two, uint8_t n, const struct keeper_clip *what)
{
    return keeper_both(&site, &other, action, one, two, n, what != NULL ? camera : NULL, what).status;
}

static enum asv_status alone(uint16_t action, const struct asv_test_person *person, uint8_t n,
                             const struct keeper_clip *clip)
{
    keeper_propose_clip(&site, &other, action, person, n, camera, clip);
    return keeper_decide(&site, &other).status;
}

/* A statement about the defence's key. */
static void propose_defence(uint16_t action, const struct asv_test_person *person, uint8_t n)
{
    keeper_propose(&site, &other, action, person, n);
    memcpy(other.proposal.statement.recipient_pk, defence.kx_pk, ASV_X25519_BYTES);
    other.proposal.statement.subject.name = lawyer;
    keeper_sign_again(&other);
}

static void plan_both(struct keeper_decision *out, const struct asv_test_person *person, uint8_t n)
{
    keeper_propose_clip(&site, out, ASV_ACTION_HAND_OVER, person, n, camera, &clips[WHOLE]);
    out->plan.clip_count = 2;
    out->clips[1] = (struct asv_plan_clip){.form = ASV_PLAN_SEALED};
    memcpy(out->clips[1].header, headers[SEALED], ASV_SHA256_BYTES);
    out->plan.recipient_count = 2;
    memcpy(out->plan.recipients[1].key, defence.kx_pk, ASV_X25519_BYTES);
    out->plan.recipients[1].name = lawyer;
    keeper_plan_again(out);
}

static int set_up(void **state)
{
    (void)state;
    struct asv_bulletin bulletin;
    struct asv_bulletin_key key;
    keeper_site_init(&site, 1);
    keeper_people_init(&people, &site);
    camera = &site.agency.camera;
    asv_test_agency_issue(&site.agency, &defence, ASV_ROLE_DOCK, 2);
    assert_int_equal(keeper_make_days(&site, camera, 0, 1).status, ASV_OK);
    keeper_bulletin(&site, camera, &bulletin);
    asv_bulletin_key_at(&bulletin, 0, &key);
    for (unsigned i = 0; i < CLIPS; i++) {
        keeper_clip_make(&site, camera, &key, i + 1, &clips[i]);
        keeper_clip_digest(headers[i], &clips[i], camera);
        assert_int_equal(
            both(ASV_ACTION_HOLD, &people.wearer, &people.deputy, (uint8_t)(10 + 2 * i), &clips[i]), ASV_OK);
    }
    assert_int_equal(both(ASV_ACTION_RECIPIENT, &people.exporter, &people.deputy, 3, NULL), ASV_OK);
    propose_defence(ASV_ACTION_RECIPIENT, &people.exporter, 5);
    keeper_respond(&site, &other, ASV_STEP_APPROVE, &people.deputy, 6);
    assert_int_equal(keeper_decide(&site, &other).status, ASV_OK);
    plan_both(&decision, &people.exporter, 7);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.deputy, 8);
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

/* Asks for one of the clips. */
static struct asv_keeper_reply ask_for(struct keeper_decision *of, unsigned clip)
{
    of->number = 0;
    while (of->number < of->plan.clip_count &&
           memcmp(of->clips[of->number].header, headers[clip], ASV_SHA256_BYTES) != 0) {
        of->number++;
    }
    return keeper_decide(&site, of);
}

/* Asks whether it counts. */
static struct asv_keeper_reply judge(struct keeper_decision *of)
{
    of->number = ASV_KEEPER_NO_CLIP;
    return keeper_decide(&site, of);
}

static void refused(struct asv_keeper_reply reply, enum asv_status want)
{
    if (reply.status != want) {
        fail_msg("%s, not %s: %s", asv_status_name(reply.status), asv_status_name(want), reply.detail);
    }
    assert_true(reply.file_key == NULL && reply.stanza.len == 0);
}

/* Neither of the clips, nor the whole. */
static void all_refused(struct keeper_decision *of, enum asv_status want)
{
    refused(judge(of), want);
    refused(ask_for(of, WHOLE), want);
    refused(ask_for(of, SEALED), want);
}

static bool is_its_key(const struct keeper_clip *clip, const uint8_t *file_key)
{
    uint8_t commitment[ASV_SHA256_BYTES];
    if (file_key == NULL) {
        return false;
    }
    asv_key_commitment(commitment, file_key);
    return memcmp(commitment, clip->header.commitment, sizeof commitment) == 0;
}

static bool opens(const struct asv_age_header *header, struct asv_reader *stanzas,
                  const struct keeper_clip *clip, const uint8_t sk[ASV_X25519_BYTES])
{
    struct asv_age_stanza stanza;
    uint8_t file_key[ASV_FILE_KEY_BYTES];
    return asv_age_stanza_read(stanzas, &stanza) == ASV_OK &&
           asv_age_unwrap(file_key, &stanza, sk) == ASV_OK && is_its_key(clip, file_key) &&
           asv_age_header_check(header, file_key) == ASV_OK;
}

static void given(struct asv_keeper_reply reply, unsigned clip)
{
    struct asv_age_header header;
    struct asv_reader stanzas;
    if (reply.status != ASV_OK) {
        fail_msg("%s: %s", asv_status_name(reply.status), reply.detail);
    }
    assert_int_equal(asv_age_header_read(&header, reply.stanza.data, reply.stanza.len), ASV_OK);
    assert_int_equal(header.text.len, reply.stanza.len);
    asv_reader_init(&stanzas, header.stanzas.data, header.stanzas.len);
    assert_true(opens(&header, &stanzas, &clips[clip], site.agency.dock.kx_sk));
    assert_true(opens(&header, &stanzas, &clips[clip], defence.kx_sk));
    assert_int_equal(asv_reader_left(&stanzas), 0);
    assert_int_equal(is_its_key(&clips[clip], reply.file_key), clip == WHOLE);
    assert_int_equal(reply.file_key != NULL, clip == WHOLE);
    assert_true(reply.until_ms == decision.answer.statement.expires_ms);
}

static void each_recipient_gets_each_clip(void **state)
{
    (void)state; /* K-088, K-218 */
    static const uint8_t zeros[sizeof *site.keeper.scratch];
    struct asv_keeper_reply reply = judge(&decision);
    assert_true(reply.status == ASV_OK && reply.file_key == NULL && reply.stanza.len == 0);
    for (unsigned i = 0; i < CLIPS; i++) {
        given(ask_for(&decision, i), i);
        assert_memory_equal(site.keeper.scratch, zeros, sizeof zeros); /* K-049 */
    }
}

static void a_range_is_cut_by_who_builds(void **state)
{
    (void)state; /* K-218 */
    decision.clips[0] = (struct asv_plan_clip){.form = ASV_PLAN_EXCERPT, .from_ms = 0, .until_ms = 1000};
    memcpy(decision.clips[0].header, headers[WHOLE], ASV_SHA256_BYTES);
    decision.plan.clip_count = 1;
    keeper_plan_again(&decision);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.deputy, 20);
    assert_int_equal(judge(&decision).status, ASV_OK);
    given(ask_for(&decision, WHOLE), WHOLE);
}

static void another_plan_is_not_what_was_signed(void **state)
{
    (void)state; /* K-217, ST-123 */
    size_t len = decision.plan_len;
    plan_both(&other, &people.exporter, 30);
    other.plan.recipient_count = 1;
    keeper_plan_again(&other);
    memcpy(decision.plan_data, other.plan_data, other.plan_len);
    decision.plan_len = other.plan_len;
    all_refused(&decision, ASV_E_MISMATCH);
    decision.plan_len = 0;
    refused(judge(&decision), ASV_E_MISMATCH);
    plan_both(&other, &people.exporter, 31);
    memcpy(decision.plan_data, other.plan_data, len);
    decision.plan_len = len;
    given(ask_for(&decision, WHOLE), WHOLE);
    decision.plan_data[len - 1] ^= 1;
    all_refused(&decision, ASV_E_MISMATCH);
}

/* Signed by two people, and says something else than its plan. */
static void a_statement_beside_its_plan_counts_for_nothing(void **state)
{
    (void)state; /* ST-123 */
    decision.proposal.statement.subject.name = lawyer;
    keeper_sign_again(&decision);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.deputy, 20);
    all_refused(&decision, ASV_E_MISMATCH);
}

static void what_is_not_in_the_plan_stays(void **state)
{
    (void)state; /* K-217 */
    static const uint16_t beyond[] = {2, 3, 1000, 0xfffe};
    for (size_t i = 0; i < sizeof beyond / sizeof *beyond; i++) {
        decision.number = beyond[i];
        refused(keeper_decide(&site, &decision), ASV_E_NOT_FOUND);
    }
}

static void a_clip_of_another_incident_stays(void **state)
{
    (void)state; /* K-087 */
    asv_test_world_step(&site.world, 1000);
    assert_int_equal(both(ASV_ACTION_RELEASE, &people.reviewer, &people.chief, 30, &clips[SEALED]), ASV_OK);
    keeper_propose_clip(&site, &other, ASV_ACTION_HOLD, &people.wearer, 32, camera, &clips[SEALED]);
    memset(other.proposal.statement.incident, 9, ASV_UUID_BYTES);
    keeper_sign_again(&other);
    keeper_respond(&site, &other, ASV_STEP_APPROVE, &people.chief, 33);
    assert_int_equal(keeper_decide(&site, &other).status, ASV_OK);
    plan_both(&decision, &people.exporter, 34);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.deputy, 35);
    refused(judge(&decision), ASV_E_MISMATCH);        /* K-217: all of it, or nothing */
    refused(ask_for(&decision, SEALED), ASV_E_STATE); /* it was not taken */
}

static void what_was_held_again_since_stays(void **state)
{
    (void)state; /* K-199 */
    asv_test_world_step(&site.world, 1000);
    assert_int_equal(both(ASV_ACTION_RELEASE, &people.reviewer, &people.chief, 30, &clips[WHOLE]), ASV_OK);
    refused(judge(&decision), ASV_E_STATE); /* K-217 */
    refused(ask_for(&decision, WHOLE), ASV_E_STATE);
    asv_test_world_step(&site.world, 1000);
    assert_int_equal(both(ASV_ACTION_HOLD, &people.wearer, &people.chief, 32, &clips[WHOLE]), ASV_OK);
    refused(judge(&decision), ASV_E_STATE);
    refused(ask_for(&decision, WHOLE), ASV_E_STATE);
    given(ask_for(&decision, SEALED), SEALED);
}

static void a_block_keeps_one_clip(void **state)
{
    (void)state; /* K-088, LAW R4 */
    assert_int_equal(judge(&decision).status, ASV_OK);
    assert_int_equal(alone(ASV_ACTION_BLOCK, &people.wearer, 30, &clips[WHOLE]), ASV_OK);
    refused(judge(&decision), ASV_E_DENIED);
    refused(ask_for(&decision, WHOLE), ASV_E_DENIED);
    given(ask_for(&decision, SEALED), SEALED); /* K-217 */
    assert_int_equal(alone(ASV_ACTION_UNBLOCK, &people.chief, 31, &clips[WHOLE]), ASV_OK);
    given(ask_for(&decision, WHOLE), WHOLE);
}

static void a_recipient_who_has_ended_gets_nothing(void **state)
{
    (void)state; /* K-089 */
    given(ask_for(&decision, WHOLE), WHOLE);
    propose_defence(ASV_ACTION_RECIPIENT_ENDS, &people.chief, 30);
    assert_int_equal(keeper_decide(&site, &other).status, ASV_OK);
    all_refused(&decision, ASV_E_UNTRUSTED);
}

static void a_key_is_registered_under_one_name(void **state)
{
    (void)state; /* K-089 */
    decision.plan.recipients[1].name = (struct asv_bytes){(const uint8_t *)"Dr. Demirel", 11};
    keeper_plan_again(&decision);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.deputy, 20);
    all_refused(&decision, ASV_E_UNTRUSTED);
    decision.plan.recipients[1].name = lawyer;
    memset(decision.plan.recipients[1].key, 0x55, ASV_X25519_BYTES);
    keeper_plan_again(&decision);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.deputy, 21);
    all_refused(&decision, ASV_E_UNTRUSTED);
}

static void what_has_expired_is_not_brought_to_life(void **state)
{
    (void)state; /* K-088 */
    asv_test_world_step(&site.world, (uint64_t)(23 * HOUR_MS));
    given(ask_for(&decision, WHOLE), WHOLE);
    asv_test_world_step(&site.world, (uint64_t)(2 * HOUR_MS));
    all_refused(&decision, ASV_E_EXPIRED);
    keeper_site_restart(&site);
    all_refused(&decision, ASV_E_EXPIRED);
}

static void one_person_hands_nothing_over(void **state)
{
    (void)state; /* LAW T4, K-081 */
    plan_both(&other, &people.deputy, 30);
    keeper_respond(&site, &other, ASV_STEP_APPROVE, &people.deputy, 31);
    all_refused(&other, ASV_E_DENIED);
    other.has_answer = false;
    other.answerer = NULL;
    all_refused(&other, ASV_E_STATE);
    keeper_respond(&site, &other, ASV_STEP_APPROVE, &people.exporter, 32); /* not one who may */
    all_refused(&other, ASV_E_DENIED);
}

/* What one person takes back is not given out any more, whatever left before. */
static void what_was_withdrawn_stays(void **state)
{
    (void)state; /* K-083 */
    struct keeper_decision back = decision;
    given(ask_for(&decision, WHOLE), WHOLE);
    keeper_respond(&site, &back, ASV_STEP_WITHDRAW, &people.exporter, 30);
    back.plan_len = 0;
    assert_int_equal(keeper_decide(&site, &back).status, ASV_OK);
    all_refused(&decision, ASV_E_STATE);
}

/* What the keeper says of it for good: 0, nothing. */
static unsigned verdict(struct asv_keeper_reply reply)
{
    return keeper_ruling(&site, &decision, &reply).verdict;
}

static void what_was_taken_is_not_said_to_be_refused(void **state)
{
    (void)state; /* K-161, K-163 */
    struct keeper_decision back = decision;
    assert_int_equal(verdict(judge(&decision)), ASV_RULING_TAKEN);
    keeper_respond(&site, &back, ASV_STEP_WITHDRAW, &people.exporter, 30);
    back.plan_len = 0;
    assert_int_equal(keeper_decide(&site, &back).status, ASV_OK);
    assert_int_equal(verdict(judge(&decision)), 0);
    assert_int_equal(verdict(ask_for(&decision, WHOLE)), 0);
}

static void a_clip_that_leaves_says_nothing_of_the_others(void **state)
{
    (void)state; /* K-217, K-160 */
    assert_int_equal(alone(ASV_ACTION_BLOCK, &people.wearer, 30, &clips[WHOLE]), ASV_OK);
    assert_int_equal(verdict(judge(&decision)), 0);
    struct asv_keeper_reply reply = ask_for(&decision, SEALED);
    given(reply, SEALED);
    assert_int_equal(verdict(reply), 0);
    assert_int_equal(alone(ASV_ACTION_UNBLOCK, &people.chief, 31, &clips[WHOLE]), ASV_OK);
    assert_int_equal(verdict(judge(&decision)), ASV_RULING_TAKEN);
}

/* K-219 */
static void keys_are_for_who_builds(void **state)
{
    (void)state;
    static const enum asv_keeper_role denied[] = {ASV_KEEPER_SERVER, ASV_KEEPER_PEOPLE, ASV_KEEPER_DOCK,
                                                  ASV_KEEPER_LEDGER, ASV_KEEPER_CHECK};
    struct asv_keeper_request request = {
        .type = ASV_KEEPER_DECIDE,
        .proposal = {decision.proposal.data, decision.proposal.len},
        .answer = {decision.answer.data, decision.answer.len},
        .record_count = 2,
        .records = {people.exporter.credential.encoded, people.deputy.credential.encoded}};
    decision.number = 0;
    keeper_plan_request(&request, &decision);
    for (size_t i = 0; i < sizeof denied / sizeof *denied; i++) {
        refused(keeper_ask(&site, denied[i], &request), ASV_E_DENIED);
    }
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_ADMIN, &request).status, ASV_OK);
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_EXPORT, &request).status, ASV_OK);
    request.number = ASV_KEEPER_NO_CLIP;
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_PEOPLE, &request).status, ASV_OK); /* who approves it */

    keeper_propose_clip(&site, &other, ASV_ACTION_BLOCK, &people.wearer, 30, camera, &clips[WHOLE]);
    request.proposal = (struct asv_bytes){other.proposal.data, other.proposal.len};
    request.answer = (struct asv_bytes){0};
    request.plan = (struct asv_bytes){0};
    request.records[0] = people.wearer.credential.encoded;
    refused(keeper_ask(&site, ASV_KEEPER_EXPORT, &request), ASV_E_DENIED);
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_SERVER, &request).status, ASV_OK);
}

/* ---- what is written down ---- */

static size_t lines(const char *action)
{
    const struct keeper_blob *record = keeper_disk_file(site.disk, "decisions-2026");
    size_t len = strlen(action);
    size_t count = 0;
    assert_non_null(record);
    const uint8_t *at = record->data;
    while ((at = memmem(at, record->len - (size_t)(at - record->data), action, len)) != NULL) {
        count++;
        at += len;
    }
    return count;
}

static const char *line_of(unsigned clip)
{
    static char line[2 * ASV_SHA256_BYTES + 16] = "HAND_OVER/";
    asv_hex_encode(line + 10, headers[clip], ASV_SHA256_BYTES);
    return line;
}

static void each_clip_is_written_down_once(void **state)
{
    (void)state; /* K-084, K-126 */
    for (unsigned start = 1; start <= 2; start++) {
        for (unsigned i = 0; i < 3; i++) {
            assert_int_equal(judge(&decision).status, ASV_OK);
            given(ask_for(&decision, WHOLE), WHOLE);
            given(ask_for(&decision, SEALED), SEALED);
        }
        assert_int_equal(lines(" HAND_OVER "), 1); /* K-234 */
        assert_int_equal(lines(line_of(WHOLE)), start);
        assert_int_equal(lines(line_of(SEALED)), start);
        keeper_site_restart(&site);
    }
}

/* LAW L2: the plan is with others, and a statement names one recipient. */
static void who_gets_it_is_written_down(void **state)
{
    (void)state; /* K-084 */
    char line[2 * ASV_SHA256_BYTES + 16 + 2 * (2 * ASV_X25519_BYTES + 1)];
    (void)strcpy(line, line_of(SEALED));
    for (unsigned i = 0; i < 2; i++) {
        (void)strcat(line, "/");
        asv_hex_encode(line + strlen(line), decision.plan.recipients[i].key, ASV_X25519_BYTES);
    }
    given(ask_for(&decision, SEALED), SEALED);
    assert_int_equal(lines(line), 1);
}

static void without_the_original_no_recipient_gets_a_key(void **state)
{
    (void)state; /* K-240, K-241 */
    char line[2 * ASV_SHA256_BYTES + 32];
    decision.clips[0] = (struct asv_plan_clip){.form = ASV_PLAN_EXCERPT_ONLY, .from_ms = 0, .until_ms = 1000};
    memcpy(decision.clips[0].header, headers[WHOLE], ASV_SHA256_BYTES);
    decision.plan.clip_count = 1;
    keeper_plan_again(&decision);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.deputy, 20);
    assert_int_equal(judge(&decision).status, ASV_OK);
    struct asv_keeper_reply reply = ask_for(&decision, WHOLE);
    assert_int_equal(reply.status, ASV_OK);
    assert_int_equal(reply.stanza.len, 0);
    assert_true(is_its_key(&clips[WHOLE], reply.file_key));
    (void)snprintf(line, sizeof line, "%s ", line_of(WHOLE)); /* and no key behind it */
    assert_int_equal(lines(line) + lines("HAND_OVER/"), 2);
    assert_int_equal(alone(ASV_ACTION_BLOCK, &people.wearer, 30, &clips[WHOLE]), ASV_OK);
    refused(ask_for(&decision, WHOLE), ASV_E_DENIED); /* K-217 */
}

static void what_is_refused_is_not_written_down(void **state)
{
    (void)state; /* K-126 */
    assert_int_equal(alone(ASV_ACTION_BLOCK, &people.wearer, 30, &clips[WHOLE]), ASV_OK);
    plan_both(&other, &people.exporter, 32);
    keeper_respond(&site, &other, ASV_STEP_APPROVE, &people.deputy, 33);
    refused(judge(&other), ASV_E_DENIED);
    refused(judge(&decision), ASV_E_DENIED);
    refused(ask_for(&decision, WHOLE), ASV_E_DENIED);
    assert_int_equal(lines("HAND_OVER"), 1); /* when it was taken */
}

static void nothing_leaves_that_is_not_written_down(void **state)
{
    (void)state; /* K-084 */
    for (enum keeper_fault fault = KEEPER_FAIL_BEFORE; fault <= KEEPER_FAIL_AFTER; fault++) {
        keeper_disk_arm(site.disk, 1, fault);
        struct asv_keeper_reply reply = ask_for(&decision, WHOLE);
        assert_true(site.disk->struck && reply.status != ASV_OK);
        assert_true(reply.file_key == NULL && reply.stanza.len == 0);
        keeper_disk_reboot(site.disk);
        given(ask_for(&decision, WHOLE), WHOLE);
        keeper_site_restart(&site);
    }
}

/* ---- what is remembered of it ---- */

static struct asv_keeper_handed first[2]; /* of what HANDED gives, the first rows */

static unsigned handed(void)
{
    struct asv_keeper_request request = {.type = ASV_KEEPER_HANDED};
    struct asv_keeper_reply reply = keeper_ask(&site, ASV_KEEPER_ADMIN, &request);
    assert_int_equal(reply.status, ASV_OK);
    for (uint16_t i = 0; i < reply.kept_count && i < 2; i++) {
        asv_keeper_handed_read(&first[i], &reply, i);
    }
    return reply.kept_count;
}

static enum asv_status noted(const struct keeper_decision *of)
{
    struct asv_keeper_request request = {.type = ASV_KEEPER_NOTED};
    asv_statement_digest(request.digest, &of->proposal.statement);
    return keeper_ask(&site, ASV_KEEPER_ADMIN, &request).status;
}

static void nothing_leaves_before_the_whole_was_taken(void **state)
{
    (void)state; /* K-217 */
    plan_both(&other, &people.exporter, 30);
    keeper_respond(&site, &other, ASV_STEP_APPROVE, &people.deputy, 31);
    refused(ask_for(&other, WHOLE), ASV_E_STATE);
    refused(ask_for(&other, SEALED), ASV_E_STATE);
    assert_int_equal(judge(&other).status, ASV_OK);
    assert_int_equal(ask_for(&other, WHOLE).status, ASV_OK);
}

/* Two people, and who builds packages or administers, who tell no database: the keeper tells of it. */
static void what_was_taken_is_told(void **state)
{
    (void)state; /* K-234 */
    int64_t at_ms = site.world.wall;
    uint8_t proposal[ASV_SHA256_BYTES];
    asv_statement_digest(proposal, &decision.proposal.statement);
    for (unsigned start = 0; start < 2; start++) {
        assert_int_equal(handed(), CLIPS);
        for (unsigned i = 0; i < CLIPS; i++) {
            bool whole = memcmp(first[i].header, headers[WHOLE], ASV_SHA256_BYTES) == 0;
            assert_memory_equal(first[i].proposal, proposal, sizeof proposal);
            assert_memory_equal(first[i].header, headers[whole ? WHOLE : SEALED], ASV_SHA256_BYTES);
            assert_true(first[i].clear == whole && first[i].at_ms == at_ms && !first[i].noted);
        }
        assert_memory_not_equal(first[0].header, first[1].header, ASV_SHA256_BYTES);
        asv_test_world_step(&site.world, 1000);
        assert_int_equal(judge(&decision).status, ASV_OK); /* K-126: nothing new */
        keeper_site_restart(&site);
    }
    struct asv_keeper_request next = {.type = ASV_KEEPER_HANDED};
    memcpy(next.digest, first[0].proposal, sizeof next.digest);
    memcpy(next.header_digest, first[0].header, sizeof next.header_digest);
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_ADMIN, &next).kept_count, 1);
}

/* It is on the medium before anything leaves, whatever fails. */
static void what_could_not_be_remembered_is_not_taken(void **state)
{
    (void)state; /* K-234 */
    plan_both(&other, &people.exporter, 30);
    keeper_respond(&site, &other, ASV_STEP_APPROVE, &people.deputy, 31);
    for (unsigned call = 1;; call++) {
        keeper_disk_arm(site.disk, call, KEEPER_FAIL_BEFORE);
        struct asv_keeper_reply reply = judge(&other);
        if (!site.disk->struck) {
            assert_int_equal(reply.status, ASV_OK);
            break;
        }
        assert_true(reply.status != ASV_OK || handed() == 2 * CLIPS);
        keeper_disk_reboot(site.disk);
        keeper_site_restart(&site);
        if (handed() == CLIPS) {
            refused(ask_for(&other, WHOLE), ASV_E_STATE);
        }
    }
    assert_int_equal(handed(), 2 * CLIPS);
}

static void it_is_forgotten_when_it_is_over_and_written_down(void **state)
{
    (void)state; /* K-236 */
    const int64_t day_ms = 24 * HOUR_MS;
    int64_t over_ms = decision.proposal.statement.expires_ms + 5 * day_ms;
    keeper_site_go_to(&site, over_ms + 3 * day_ms);
    assert_int_equal(handed(), CLIPS); /* not in silence */
    assert_int_equal(noted(&decision), ASV_OK);
    assert_int_equal(noted(&decision), ASV_OK);
    keeper_site_go_to(&site, over_ms + 4 * day_ms);
    assert_int_equal(handed(), 0);
    assert_int_equal(noted(&decision), ASV_E_NOT_FOUND);
}

static void what_may_still_leave_is_not_forgotten(void **state)
{
    (void)state; /* K-236 */
    int64_t over_ms = decision.proposal.statement.expires_ms + 5 * 24 * HOUR_MS;
    assert_int_equal(noted(&decision), ASV_OK);
    keeper_site_go_to(&site, over_ms - 1);
    assert_int_equal(handed(), CLIPS);
    assert_true(first[0].noted && first[1].noted);
    keeper_site_go_to(&site, over_ms);
    assert_int_equal(handed(), 0);
}

/* They agreed to it before two others handed it over, and it reaches the keeper late. */
static void a_release_from_before_ends_nothing_that_was_handed_over(void **state)
{
    (void)state; /* K-238, LAW H10 */
    struct keeper_decision late;
    asv_test_world_step(&site.world, 1000);
    keeper_propose_clip(&site, &late, ASV_ACTION_RELEASE, &people.reviewer, 30, camera, &clips[WHOLE]);
    keeper_respond(&site, &late, ASV_STEP_APPROVE, &people.chief, 31);
    plan_both(&other, &people.exporter, 32);
    keeper_respond(&site, &other, ASV_STEP_APPROVE, &people.deputy, 33);
    asv_test_world_step(&site.world, 1000);
    assert_int_equal(judge(&other).status, ASV_OK);
    struct asv_keeper_reply reply = keeper_decide(&site, &late);
    refused(reply, ASV_E_STATE);
    assert_int_equal(keeper_ruling(&site, &late, &reply).verdict, ASV_RULING_REFUSED); /* K-161 */
    assert_int_equal(ask_for(&other, WHOLE).status, ASV_OK);
    asv_test_world_step(&site.world, 1000);
    assert_int_equal(both(ASV_ACTION_RELEASE, &people.reviewer, &people.chief, 34, &clips[WHOLE]), ASV_OK);
}

static void a_plan_comes_with_a_hand_over_alone(void **state)
{
    (void)state; /* K-239 */
    struct asv_keeper_request request;
    keeper_propose_clip(&site, &other, ASV_ACTION_BLOCK, &people.wearer, 30, camera, &clips[SEALED]);
    keeper_decision_request(&request, &other);
    request.plan = (struct asv_bytes){decision.plan_data, decision.plan_len};
    refused(keeper_ask(&site, ASV_KEEPER_ADMIN, &request), ASV_E_MALFORMED);
    request.plan = (struct asv_bytes){0};
    request.number = 0;
    refused(keeper_ask(&site, ASV_KEEPER_ADMIN, &request), ASV_E_MALFORMED);
    request.number = ASV_KEEPER_NO_CLIP;
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_ADMIN, &request).status, ASV_OK);
}

/* A package whose digest is a clip's: that it was signed does not say that the clip left. */
static void a_package_is_no_clip(void **state)
{
    (void)state; /* K-117 */
    struct asv_keeper_request request = {
        .type = ASV_KEEPER_SIGN,
        .sign = ASV_KEEPER_SIGN_PACKAGE,
        .proposal = {decision.proposal.data, decision.proposal.len},
        .answer = {decision.answer.data, decision.answer.len},
        .record_count = 2,
        .records = {people.exporter.credential.encoded, people.deputy.credential.encoded}};
    keeper_plan_request(&request, &decision);
    memcpy(request.digest, headers[WHOLE], sizeof request.digest);
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_EXPORT, &request).status, ASV_OK);
    given(ask_for(&decision, WHOLE), WHOLE);
    assert_int_equal(lines(line_of(WHOLE)), 1);
    assert_int_equal(alone(ASV_ACTION_BLOCK, &people.wearer, 30, &clips[SEALED]), ASV_OK);
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_EXPORT, &request).status, ASV_E_DENIED); /* K-116 */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(each_recipient_gets_each_clip),
        TEST(a_range_is_cut_by_who_builds),
        TEST(another_plan_is_not_what_was_signed),
        TEST(a_statement_beside_its_plan_counts_for_nothing),
        TEST(what_is_not_in_the_plan_stays),
        TEST(a_clip_of_another_incident_stays),
        TEST(what_was_held_again_since_stays),
        TEST(a_block_keeps_one_clip),
        TEST(a_recipient_who_has_ended_gets_nothing),
        TEST(a_key_is_registered_under_one_name),
        TEST(what_has_expired_is_not_brought_to_life),
        TEST(one_person_hands_nothing_over),
        TEST(what_was_withdrawn_stays),
        TEST(what_was_taken_is_not_said_to_be_refused),
        TEST(a_clip_that_leaves_says_nothing_of_the_others),
        TEST(keys_are_for_who_builds),
        TEST(each_clip_is_written_down_once),
        TEST(who_gets_it_is_written_down),
        TEST(without_the_original_no_recipient_gets_a_key),
        TEST(what_is_refused_is_not_written_down),
        TEST(nothing_leaves_that_is_not_written_down),
        TEST(nothing_leaves_before_the_whole_was_taken),
        TEST(what_was_taken_is_told),
        TEST(what_could_not_be_remembered_is_not_taken),
        TEST(it_is_forgotten_when_it_is_over_and_written_down),
        TEST(what_may_still_leave_is_not_forgotten),
        TEST(a_release_from_before_ends_nothing_that_was_handed_over),
        TEST(a_plan_comes_with_a_hand_over_alone),
        TEST(a_package_is_no_clip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
