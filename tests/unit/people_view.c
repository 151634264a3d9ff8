/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What people read before they sign, and how badges become pseudonyms.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/calendar.h"
#include "server/cli/person.h"
#include "server/cli/user.h"
#include "server/flow/words.h"
#include "tests/support/files.h"
#include "tests/support/statements.h"
#include "tests/unit/test.h"

static const uint16_t all[] = {ASV_ACTION_HOLD,
                               ASV_ACTION_RELEASE,
                               ASV_ACTION_ERASE_EARLY,
                               ASV_ACTION_OPEN,
                               ASV_ACTION_SHOW,
                               ASV_ACTION_HAND_OVER,
                               ASV_ACTION_HOLD_AHEAD,
                               ASV_ACTION_BLOCK,
                               ASV_ACTION_UNBLOCK,
                               ASV_ACTION_RELEASE_AHEAD,
                               ASV_ACTION_DAY,
                               ASV_ACTION_RECIPIENT,
                               ASV_ACTION_RECIPIENT_ENDS,
                               ASV_ACTION_ENROL,
                               ASV_ACTION_REVOKE,
                               ASV_ACTION_FOUND,
                               ASV_ACTION_POLICY,
                               ASV_ACTION_CLOCK,
                               ASV_ACTION_RECOVERY_KEY,
                               ASV_ACTION_RECOVERY_KEY_ENDS,
                               ASV_ACTION_LEDGER,
                               ASV_ACTION_FORGET,
                               ASV_ACTION_INCIDENT,
                               ASV_ACTION_SUBJECT_REQUEST};

/* What is printed, as a new string. */
static char *printed(const struct asv_statement *statement, const struct asv_credential *signer)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    asv_statement_print(out, NULL, statement, signer);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void says(const char *text, const char *what)
{
    if (strstr(text, what) == NULL) {
        fail_msg("\"%s\" is missing in:\n%s", what, text);
    }
}

static void every_action_has_its_words(void **state)
{
    (void)state;
    for (uint16_t action = 0; action < 256; action++) {
        bool known = asv_action_rule(action) != NULL;
        assert_int_equal(strcmp(asv_action_text(action), "?") != 0, known);
    }
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        for (size_t j = 0; j < i; j++) { /* nobody takes one for another */
            assert_string_not_equal(asv_action_text(all[i]), asv_action_text(all[j]));
        }
    }
}

static void everything_that_is_signed_is_shown(void **state)
{
    (void)state;
    struct asv_test_person person;
    struct asv_statement statement;
    asv_test_person_init(&person, 1, ASV_ROLE_SUPERVISOR | ASV_ROLE_REVIEWER, ASV_ALG_ED25519);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const struct asv_action_rule *rule = asv_action_rule(all[i]);
        uint8_t step = rule->approvers != 0 ? ASV_STEP_PROPOSE : ASV_STEP_SOLE;
        asv_test_statement(&statement, all[i], step, &person, 1);
        char *text = printed(&statement, all[i] == ASV_ACTION_FOUND ? NULL : &person.credential);
        says(text, step == ASV_STEP_SOLE ? "I decide alone: " : "I propose: ");
        says(text, asv_action_text(all[i]));
        says(text, "\nreason       ");
        says(text, "\nuntil        2026-");
        says(text, all[i] == ASV_ACTION_FOUND ? "the agency root" : "supervisor, reviewer");
        if (rule->recipient == ASV_REQUIRED) {
            says(text, "\nkey          age1");
        }
        if (rule->subject == ASV_SUBJECT_DAY) { /* LAW T1 */
            says(text, "\nmade on      2026-01-04\n");
        }
        if (rule->subject == ASV_SUBJECT_VIEWER) { /* LAW L5 */
            says(text, "\nshown to     Ayse Yilmaz\n");
        }
        if (rule->subject == ASV_SUBJECT_RECORD) { /* ST-102 */
            says(text, all[i] == ASV_ACTION_INCIDENT ? "\nrecord       what happened, where and to whom\n"
                                                     : "\nrecord       what a recorded person asks\n");
            says(text, "\nits digest   ");
        }
        if (rule->incident == ASV_REQUIRED) {
            says(text, "\nincident     ");
        }
        if (statement.ground != ASV_GROUND_NONE) {
            says(text, "\nbecause of   ");
        }
        free(text);
    }
}

static void what_differs_in_a_statement_differs_on_the_screen(void **state)
{
    (void)state;
    struct asv_test_person person;
    struct asv_statement one;
    asv_test_person_init(&person, 1, ASV_ROLE_ADMINISTRATOR, ASV_ALG_ED25519);
    asv_test_statement(&one, ASV_ACTION_POLICY, ASV_STEP_PROPOSE, &person, 1);
    char *before = printed(&one, &person.credential);
    for (int field = 0; field < 6; field++) {
        struct asv_statement other = one;
        other.subject.version += field == 0;
        other.subject.days = (uint16_t)(other.subject.days + (field == 1));
        other.subject.from_date += field == 2;
        other.subject.id[31] ^= field == 3;
        other.expires_ms += field == 4 ? 1000 : 0;
        other.step = field == 5 ? ASV_STEP_REFUSE : other.step;
        char *after = printed(&other, &person.credential);
        assert_string_not_equal(before, after);
        free(after);
    }
    free(before);
}

static void who_begins_a_ledger_sees_its_origin(void **state)
{
    (void)state;
    struct asv_test_person person;
    struct asv_statement statement;
    asv_test_person_init(&person, 1, ASV_ROLE_ADMINISTRATOR, ASV_ALG_ED25519);
    asv_test_statement(&statement, ASV_ACTION_LEDGER, ASV_STEP_PROPOSE, &person, 1);
    char *text = printed(&statement, &person.credential);
    says(text, "\nkeeper       ");
    says(text, "\nledger       asservat.example/ledger\n");
    free(text);
}

static void roles_are_named_as_in_policies(void **state)
{
    (void)state;
    char text[ASV_ROLES_TEXT_BYTES];
    assert_string_equal(asv_roles_text(text, ASV_ROLE_WEARER), "wearer");
    assert_string_equal(asv_roles_text(text, ASV_ROLE_DEPUTY | ASV_ROLE_STAFF_COUNCIL),
                        "deputy, staff_council");
    assert_string_equal(asv_roles_text(text, ASV_ROLES_ALL),
                        "wearer, supervisor, deputy, reviewer, exporter, data_protection_officer, "
                        "staff_council, administrator");
    assert_string_equal(asv_roles_text(text, 0), "");
}

static void a_badge_is_known_by_its_pseudonym_alone(void **state)
{
    (void)state;
    char directory[64];
    uint8_t secret[ASV_BADGE_SECRET_BYTES + 1] = {7};
    struct asv_badge one;
    struct asv_badge two;
    uint8_t key[ASV_SHA256_BYTES];
    uint8_t want[ASV_SHA256_BYTES];
    struct asv_err err = {0};
    asv_test_make_directory(directory, sizeof directory);
    int dir = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(dir >= 0);
    assert_int_equal(asv_badge_read(dir, "4711", &one, &err), ASV_E_NOT_FOUND);
    asv_test_write_file(directory, ASV_BADGE_SECRET_FILE, secret, ASV_BADGE_SECRET_BYTES - 1);
    assert_int_equal(asv_badge_read(dir, "4711", &one, &err), ASV_E_MALFORMED);
    asv_test_write_file(directory, ASV_BADGE_SECRET_FILE, secret, sizeof secret);
    assert_int_equal(asv_badge_read(dir, "4711", &one, &err), ASV_E_LIMIT);
    asv_test_write_file(directory, ASV_BADGE_SECRET_FILE, secret, ASV_BADGE_SECRET_BYTES);
    assert_int_equal(asv_badge_read(dir, "4711", &one, &err), ASV_OK);
    asv_hmac_sha256(key, secret, ASV_BADGE_SECRET_BYTES, "badge", 5);
    asv_hmac_sha256(want, key, sizeof key, "4711", 4);
    assert_memory_equal(one.pseudonym, want, sizeof want);
    asv_hmac_sha256(key, secret, ASV_BADGE_SECRET_BYTES, "person", 6);
    asv_hmac_sha256(want, key, sizeof key, "4711", 4);
    assert_memory_equal(one.person, want, sizeof one.person);
    assert_int_equal(asv_badge_read(dir, "4712", &two, &err), ASV_OK);
    assert_memory_not_equal(one.pseudonym, two.pseudonym, sizeof one.pseudonym);
    assert_memory_not_equal(one.person, two.person, sizeof one.person);
    secret[31] ^= 1; /* another house */
    asv_test_write_file(directory, ASV_BADGE_SECRET_FILE, secret, ASV_BADGE_SECRET_BYTES);
    assert_int_equal(asv_badge_read(dir, "4711", &two, &err), ASV_OK);
    assert_memory_not_equal(one.pseudonym, two.pseudonym, sizeof one.pseudonym);
    assert_memory_not_equal(one.person, two.person, sizeof one.person);
    close(dir);
    asv_test_remove_directory(directory);
}

static void what_ends_a_credential_is_said_before_what_begins_it(void **state)
{
    (void)state;
    struct asv_db_credential credential = {.said = {.from_ms = 100, .until_ms = 200},
                                           .enrolled_ms = ASV_TIME_UNKNOWN,
                                           .revoked_ms = ASV_TIME_UNKNOWN,
                                           .disabled_ms = ASV_TIME_UNKNOWN};
    assert_string_equal(asv_user_state(&credential, 150), "not enrolled");
    credential.enrolled_ms = 120;
    assert_string_equal(asv_user_state(&credential, 99), "not valid yet");
    assert_string_equal(asv_user_state(&credential, 100), "enrolled");
    assert_string_equal(asv_user_state(&credential, 199), "enrolled");
    assert_string_equal(asv_user_state(&credential, 200), "expired");
    credential.disabled_ms = 150;
    assert_string_equal(asv_user_state(&credential, 200), "account disabled");
    credential.revoked_ms = 150;
    assert_string_equal(asv_user_state(&credential, 150), "revoked, not yet with the keeper");
    credential.revocation_taken = true;
    assert_string_equal(asv_user_state(&credential, 150), "revoked");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_action_has_its_words),
        cmocka_unit_test(everything_that_is_signed_is_shown),
        cmocka_unit_test(what_differs_in_a_statement_differs_on_the_screen),
        cmocka_unit_test(who_begins_a_ledger_sees_its_origin),
        cmocka_unit_test(roles_are_named_as_in_policies),
        cmocka_unit_test(a_badge_is_known_by_its_pseudonym_alone),
        cmocka_unit_test(what_ends_a_credential_is_said_before_what_begins_it),
    };
    assert_int_equal(asv_calendar_set_zone(ASV_CALENDAR_ZONE, NULL), ASV_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
