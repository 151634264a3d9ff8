/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A decision's way up to the signature, and past it: with a key file in one call, with a browser in two.
 */
#include <string.h>

#include "server/flow/browser.h"
#include "server/flow/case.h"
#include "server/flow/person.h"
#include "server/flow/words.h"
#include "tests/support/agency.h"
#include "tests/support/statements.h"
#include "tests/support/world.h"
#include "tests/unit/test.h"

/* One person at a browser. */
struct desk {
    struct asv_test_world world;
    struct asv_test_person person;
    struct asv_db_credential credential;
    struct asv_browser browser;
    struct asv_flow flow;
    struct asv_statement what;
    struct asv_person_statement stated;
    size_t shown;
};

static enum asv_status sign(void *ctx, const struct asv_flow_draft *draft, struct asv_writer *statement,
                            struct asv_err *err)
{
    struct desk *desk = ctx;
    return asv_browser_sign(&desk->browser, draft, statement, err);
}

static void count_line(void *ctx, const char *name, const char *text)
{
    (void)name;
    assert_true(strlen(text) > 0);
    (*(size_t *)ctx)++;
}

static void show(void *ctx, const struct asv_flow_draft *draft)
{
    struct desk *desk = ctx;
    size_t lines[ASV_LANGUAGES] = {0};
    for (enum asv_language i = 0; i < ASV_LANGUAGES; i++) {
        asv_words_statement(i, NULL, draft->said, &draft->credential->said, count_line, &lines[i]);
    }
    assert_int_equal(lines[ASV_ENGLISH], lines[ASV_GERMAN]);
    desk->shown = lines[ASV_ENGLISH];
}

static const struct asv_flow_calls calls = {.sign = sign};

static void sit_down(struct desk *desk, uint32_t n)
{
    struct asv_err err = {0};
    *desk = (struct desk){.shown = 0};
    asv_test_world_init(&desk->world, n);
    desk->world.wall = ASV_TEST_NOW_MS;
    asv_test_person_init(&desk->person, n, ASV_ROLE_SUPERVISOR, ASV_ALG_ES256);
    desk->credential.len = desk->person.credential.encoded.len;
    memcpy(desk->credential.record, desk->person.data, desk->credential.len);
    assert_int_equal(asv_db_credential_view(&desk->credential, &err), ASV_OK);
    memcpy(desk->credential.digest, desk->person.digest, sizeof desk->person.digest);
    desk->browser = (struct asv_browser){.show = show, .ctx = desk};
    desk->flow = (struct asv_flow){.world = &desk->world.world,
                                   .origin = ASV_TEST_ORIGIN,
                                   .reason = "Am Kreuzungsbereich wurde jemand verletzt.",
                                   .credential = &desk->credential,
                                   .agency = desk->credential.said.agency,
                                   .calls = &calls,
                                   .ctx = desk};
    asv_test_statement(&desk->what, ASV_ACTION_HOLD, ASV_STEP_PROPOSE, &desk->person, 1);
}

static enum asv_status run(struct desk *desk, struct asv_err *err)
{
    *err = (struct asv_err){0};
    return asv_person_sign(&desk->flow, NULL, &desk->what, &desk->stated, err);
}

/* What the first call hands to the browser, and what the browser's answer becomes for the second one. */
struct answer {
    uint8_t body[ASV_STATEMENT_BODY_MAX_BYTES];
    size_t len;
    struct asv_test_assertion made;
};

static void prepare(struct desk *desk, struct answer *out)
{
    struct asv_err err;
    assert_int_equal(run(desk, &err), ASV_E_AGAIN);
    assert_true(desk->browser.asked);
    memcpy(out->body, desk->browser.drafted, desk->browser.len);
    out->len = desk->browser.len;
}

static void answer_with(struct answer *out, const struct asv_test_person *person,
                        const struct asv_test_authenticator *authenticator)
{
    uint8_t challenge[ASV_SHA256_BYTES];
    asv_statement_challenge(challenge, (struct asv_bytes){out->body, out->len});
    asv_test_assert(&out->made, person, challenge, authenticator);
}

static enum asv_status hand_in(struct desk *desk, const struct answer *answer, struct asv_err *err)
{
    desk->browser =
        (struct asv_browser){.body = {answer->body, answer->len}, .assertion = answer->made.assertion};
    return run(desk, err);
}

static void the_first_call_ends_at_the_signature_and_says_what_it_is(void **state)
{
    (void)state;
    struct desk desk;
    struct answer answer;
    sit_down(&desk, 3);
    prepare(&desk, &answer);
    assert_true(desk.shown > 5);
    assert_int_equal(desk.stated.len, 0);
}

static void the_second_call_goes_on_with_what_the_browser_signed(void **state)
{
    (void)state;
    struct desk desk;
    struct answer answer;
    struct asv_err err;
    sit_down(&desk, 3);
    prepare(&desk, &answer);
    answer_with(&answer, &desk.person, NULL);
    desk.world.wall += 60000; /* it takes a person a minute */
    assert_int_equal(hand_in(&desk, &answer, &err), ASV_OK);
    assert_int_equal(desk.stated.said.proof, ASV_PROOF_WEBAUTHN);
    assert_int_equal(desk.stated.said.body.len, answer.len);
    assert_memory_equal(desk.stated.said.body.data, answer.body, answer.len);
    assert_int_equal(desk.stated.said.issued_ms, ASV_TEST_NOW_MS);
}

/* The reason is the person's own, and may be another one than the flow has. */
static void the_reason_is_whatever_was_signed(void **state)
{
    (void)state;
    struct desk desk;
    struct answer answer;
    struct asv_err err;
    sit_down(&desk, 3);
    prepare(&desk, &answer);
    answer_with(&answer, &desk.person, NULL);
    desk.flow.reason = "Etwas anderes.";
    assert_int_equal(hand_in(&desk, &answer, &err), ASV_OK);
    assert_memory_equal(desk.stated.said.reason.data, "Am Kreuzungsbereich", 19);
}

static void nothing_else_is_taken_than_what_would_be_signed_now(void **state)
{
    (void)state;
    struct desk desk;
    struct answer answer;
    struct asv_err err;
    sit_down(&desk, 3);
    prepare(&desk, &answer);
    answer_with(&answer, &desk.person, NULL);
    desk.what.ground = ASV_GROUND_PROSECUTION;
    assert_int_equal(hand_in(&desk, &answer, &err), ASV_E_MISMATCH);
    sit_down(&desk, 3);
    desk.what.subject.id[0] ^= 1; /* another recording */
    assert_int_equal(hand_in(&desk, &answer, &err), ASV_E_MISMATCH);
    sit_down(&desk, 3);
    desk.what.step = ASV_STEP_APPROVE;
    memset(desk.what.proposal, 7, sizeof desk.what.proposal);
    assert_int_equal(hand_in(&desk, &answer, &err), ASV_E_MISMATCH);
    sit_down(&desk, 4); /* another person */
    assert_int_equal(hand_in(&desk, &answer, &err), ASV_E_MISMATCH);
}

static void the_proof_is_verified_as_its_readers_will(void **state)
{
    (void)state;
    static const char elsewhere[] = "{\"type\":\"webauthn.get\",\"challenge\":\"%.43s\",\"origin\":"
                                    "\"https://asservat.example.org\",\"crossOrigin\":false}";
    struct desk desk;
    struct asv_test_person other;
    struct answer answer;
    struct asv_err err;
    sit_down(&desk, 3);
    prepare(&desk, &answer);
    answer_with(&answer, &desk.person, &(struct asv_test_authenticator){.client_data = elsewhere});
    assert_int_equal(hand_in(&desk, &answer, &err), ASV_E_UNTRUSTED);
    answer_with(&answer, &desk.person, &(struct asv_test_authenticator){.rp_id = "example.org"});
    assert_int_equal(hand_in(&desk, &answer, &err), ASV_E_UNTRUSTED);
    answer_with(&answer, &desk.person, &(struct asv_test_authenticator){.flags = 0x01});
    assert_int_equal(hand_in(&desk, &answer, &err), ASV_E_DENIED);
    asv_test_person_init(&other, 4, ASV_ROLE_SUPERVISOR, ASV_ALG_ES256);
    answer_with(&answer, &other, NULL);
    assert_int_equal(hand_in(&desk, &answer, &err), ASV_E_SIGNATURE);
    answer_with(&answer, &desk.person, NULL);
    answer.body[answer.len - 10] ^= 1; /* in the reason */
    assert_int_equal(hand_in(&desk, &answer, &err), ASV_E_DIGEST);
    desk.flow.origin = ""; /* without one, no browser is believed */
    answer.body[answer.len - 10] ^= 1;
    assert_int_equal(hand_in(&desk, &answer, &err), ASV_E_UNTRUSTED);
}

/* */
static void what_has_expired_meanwhile_is_not_taken(void **state)
{
    (void)state;
    struct desk desk;
    struct answer answer;
    struct asv_err err;
    sit_down(&desk, 3);
    prepare(&desk, &answer);
    answer_with(&answer, &desk.person, NULL);
    desk.world.wall += INT64_C(4) * 24 * 3600 * 1000;
    assert_int_equal(hand_in(&desk, &answer, &err), ASV_E_EXPIRED);
}

static void who_has_no_role_for_it_is_asked_for_no_signature(void **state)
{
    (void)state;
    struct desk desk;
    struct asv_err err;
    sit_down(&desk, 3);
    desk.credential.said.roles = ASV_ROLE_STAFF_COUNCIL;
    assert_int_equal(run(&desk, &err), ASV_E_DENIED);
    assert_false(desk.browser.asked);
}

static void a_reason_is_asked_for_before_a_signature(void **state)
{
    (void)state;
    struct desk desk;
    struct asv_err err;
    sit_down(&desk, 3);
    desk.flow.reason = " ";
    assert_int_equal(run(&desk, &err), ASV_E_USAGE);
    desk.flow.reason = NULL;
    assert_int_equal(run(&desk, &err), ASV_E_USAGE);
    assert_false(desk.browser.asked);
}

/* The register, as the linker puts it in place of the database. */
static struct {
    enum asv_status status;
    const struct asv_test_person *signer;
} registered;

/* NOLINTNEXTLINE(bugprone-reserved-identifier): the linker's names (--wrap) */
enum asv_status __wrap_asv_db_credential_find(struct asv_db *db, const uint8_t digest[ASV_SHA256_BYTES],
                                              struct asv_db_credential *out, struct asv_err *err);
/* NOLINTNEXTLINE(bugprone-reserved-identifier) */
enum asv_status __wrap_asv_db_credential_find(struct asv_db *db, const uint8_t digest[ASV_SHA256_BYTES],
                                              struct asv_db_credential *out, struct asv_err *err)
{
    (void)db;
    if (registered.status != ASV_OK) {
        return asv_fail(err, registered.status, "the look-up failed");
    }
    memcpy(out->digest, digest, sizeof out->digest);
    out->len = registered.signer->credential.encoded.len;
    memcpy(out->record, registered.signer->data, out->len);
    return asv_db_credential_view(out, err);
}

/* K-197: only what does not verify is nothing that anybody signed. */
static void what_cannot_be_looked_up_is_not_taken_for_forged(void **state)
{
    static const enum asv_status failures[] = {ASV_E_INTERNAL,  ASV_E_NO_MEMORY, ASV_E_DENIED,
                                               ASV_E_NOT_FOUND, ASV_E_AWAY,      ASV_E_BUSY};
    const struct asv_test_example *example = asv_test_example();
    const struct asv_test_stated *stated = &example->proposal;
    const struct asv_flow flow = {.db = NULL};
    struct asv_db_statement row = {.len = stated->len};
    struct asv_person_statement said;
    struct asv_err err = {0};
    (void)state;
    memcpy(row.bytes, stated->data, stated->len);
    registered.status = ASV_OK;
    registered.signer = &example->wearer;
    assert_int_equal(asv_case_read(&flow, &row, &said, &err), ASV_OK);
    registered.signer = &example->supervisor; /* another record under its digest */
    assert_int_equal(asv_case_read(&flow, &row, &said, &err), ASV_E_DIGEST);
    registered.status = ASV_E_MALFORMED; /* or none */
    assert_int_equal(asv_case_read(&flow, &row, &said, &err), ASV_E_DIGEST);
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
        registered.status = failures[i];
        assert_int_equal(asv_case_read(&flow, &row, &said, &err), failures[i]);
        assert_string_equal(err.text, "the look-up failed");
    }
    registered.status = ASV_OK;
    registered.signer = &example->wearer;
    row.bytes[row.len - 1] ^= 1; /* the signature */
    assert_int_equal(asv_case_read(&flow, &row, &said, &err), ASV_E_MALFORMED);
    row.len--;
    assert_int_equal(asv_case_read(&flow, &row, &said, &err), ASV_E_MALFORMED);
}

static void each_note_has_words_in_both_languages(void **state)
{
    (void)state;
    for (enum asv_flow_note_kind i = 0; i < ASV_NOTES; i++) {
        struct asv_flow_words english = asv_flow_note_words(i, ASV_ENGLISH);
        struct asv_flow_words german = asv_flow_note_words(i, ASV_GERMAN);
        assert_true(strlen(english.before) > 0 && strlen(german.before) > 0);
        assert_string_not_equal(english.before, german.before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_call_ends_at_the_signature_and_says_what_it_is),
        cmocka_unit_test(the_second_call_goes_on_with_what_the_browser_signed),
        cmocka_unit_test(the_reason_is_whatever_was_signed),
        cmocka_unit_test(nothing_else_is_taken_than_what_would_be_signed_now),
        cmocka_unit_test(the_proof_is_verified_as_its_readers_will),
        cmocka_unit_test(what_has_expired_meanwhile_is_not_taken),
        cmocka_unit_test(who_has_no_role_for_it_is_asked_for_no_signature),
        cmocka_unit_test(a_reason_is_asked_for_before_a_signature),
        cmocka_unit_test(what_cannot_be_looked_up_is_not_taken_for_forged),
        cmocka_unit_test(each_note_has_words_in_both_languages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
