/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Credential records. LAW L4: roles are separate, and an administrator's excludes those that decide or see.
 */
#include "server/statement/credential.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/statements.h"
#include "tests/unit/test.h"

static struct asv_test_person wearer; /* with a key file */
static struct asv_test_person chief;  /* with an authenticator */
static uint8_t encoded[ASV_CREDENTIAL_MAX_BYTES];
static struct asv_writer writer;
static struct asv_credential out;

static int set_up(void **state)
{
    (void)state;
    asv_test_person_init(&wearer, 1, ASV_ROLE_WEARER, ASV_ALG_ED25519);
    asv_test_person_init(&chief, 2, ASV_ROLE_SUPERVISOR | ASV_ROLE_REVIEWER, ASV_ALG_ES256);
    return 0;
}

static enum asv_status encode(const struct asv_credential *credential)
{
    asv_writer_init(&writer, encoded, sizeof encoded);
    return asv_credential_encode(&writer, credential);
}

static enum asv_status decode(size_t len)
{
    return asv_credential_decode(&out, encoded, len, NULL);
}

static void a_record_keeps_every_field(void **state)
{
    (void)state;
    const struct asv_test_person *people[] = {&wearer, &chief};
    for (size_t i = 0; i < 2; i++) {
        const struct asv_credential *want = &people[i]->credential;
        assert_int_equal(encode(want), ASV_OK);
        assert_int_equal(writer.len, want->encoded.len);
        assert_int_equal(decode(writer.len), ASV_OK);
        assert_memory_equal(out.agency, want->agency, 32);
        assert_memory_equal(out.person, want->person, 16);
        assert_memory_equal(out.badge, want->badge, 32);
        assert_int_equal(out.name.len, want->name.len);
        assert_memory_equal(out.name.data, want->name.data, want->name.len);
        assert_int_equal(out.roles, want->roles);
        assert_int_equal(out.unit_count, 2);
        assert_string_equal(out.units[1], "32-4 Verkehr");
        assert_true(out.from_ms == want->from_ms && out.until_ms == want->until_ms);
        assert_int_equal(out.algorithm, want->algorithm);
        assert_memory_equal(out.ed25519_pk, want->ed25519_pk, 32);
        assert_memory_equal(out.p256_pk, want->p256_pk, 64);
        assert_int_equal(out.webauthn_id.len, want->webauthn_id.len);
        assert_memory_equal(out.rp_id, want->rp_id, 32);
    }
}

static void only_these_bytes_are_a_record(void **state)
{
    (void)state;
    struct asv_err err = {0};
    const struct asv_test_person *people[] = {&wearer, &chief};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(encode(&people[i]->credential), ASV_OK);
        size_t len = writer.len;
        for (size_t cut = 0; cut < len; cut++) { /* ST-002 */
            assert_int_not_equal(decode(cut), ASV_OK);
        }
        encoded[len] = 0;
        assert_int_equal(decode(len + 1), ASV_E_MALFORMED); /* ST-002 */
        encoded[1] = 2;
        assert_int_equal(decode(len), ASV_E_UNSUPPORTED); /* ST-001 */
        encoded[1] = 1;
        encoded[3] = 2;
        assert_int_equal(decode(len), ASV_E_UNSUPPORTED); /* ST-001 */
        encoded[3] = 1;
        assert_int_equal(decode(len), ASV_OK);
        static uint8_t long_one[ASV_CREDENTIAL_MAX_BYTES + 1];
        memcpy(long_one, encoded, len);
        assert_int_equal(asv_credential_decode(&out, long_one, sizeof long_one, &err),
                         ASV_E_LIMIT); /* ST-002 */
        assert_string_equal(err.text, "credential: length");
    }
}

static void extensions_are_those_of_trust(void **state)
{
    (void)state; /* ST-003 */
    static const uint8_t ignored[] = {0, 1, 0x00, 0x07, 0, 2, 'o', 'k'};
    static const uint8_t critical[] = {0, 1, 0x80, 0x07, 0, 0};
    struct asv_credential credential = wearer.credential;
    credential.extensions = (struct asv_bytes){ignored, sizeof ignored};
    assert_int_equal(encode(&credential), ASV_OK);
    assert_int_equal(decode(writer.len), ASV_OK);
    assert_int_equal(out.extensions.len, sizeof ignored);
    credential.extensions = (struct asv_bytes){critical, sizeof critical};
    assert_int_equal(encode(&credential), ASV_OK);
    assert_int_equal(decode(writer.len), ASV_E_UNSUPPORTED);
}

static void a_person_has_an_id_a_badge_and_a_name(void **state)
{
    (void)state;
    static uint8_t long_name[ASV_NAME_MAX_BYTES + 1];
    struct asv_credential credential = wearer.credential;
    memset(long_name, 'n', sizeof long_name);
    memset(credential.person, 0, sizeof credential.person);
    assert_int_equal(encode(&credential), ASV_E_USAGE); /* ST-020 */
    credential = wearer.credential;
    memset(credential.badge, 0, sizeof credential.badge);
    assert_int_equal(encode(&credential), ASV_E_USAGE); /* ST-020 */
    credential = wearer.credential;
    credential.name.len = 0;
    assert_int_equal(encode(&credential), ASV_E_USAGE); /* ST-004 */
    credential.name = (struct asv_bytes){long_name, sizeof long_name};
    assert_int_equal(encode(&credential), ASV_E_USAGE); /* ST-004 */
    credential.name.len--;
    assert_int_equal(encode(&credential), ASV_OK);
    /* The same on the way in: person, badge and the name's first byte. */
    assert_int_equal(encode(&wearer.credential), ASV_OK);
    memset(encoded + 38, 0, 16);
    assert_int_equal(decode(writer.len), ASV_E_MALFORMED); /* ST-020 */
    assert_int_equal(encode(&wearer.credential), ASV_OK);
    memset(encoded + 56, 0, 32);
    assert_int_equal(decode(writer.len), ASV_E_MALFORMED); /* ST-020 */
    assert_int_equal(encode(&wearer.credential), ASV_OK);
    encoded[89] = '\n';
    assert_int_equal(decode(writer.len), ASV_E_MALFORMED); /* ST-006 */
    encoded[88] = 0xff;
    assert_int_equal(decode(writer.len), ASV_E_LIMIT); /* ST-004 */
}

static void roles_are_known_and_apart(void **state)
{
    (void)state;
    struct asv_credential credential = wearer.credential;
    for (unsigned roles = 0; roles <= 0x1ff; roles++) {
        bool apart =
            (roles & ASV_ROLE_ADMINISTRATOR) == 0 ||
            (roles & ~(unsigned)(ASV_ROLE_ADMINISTRATOR | ASV_ROLE_WEARER | ASV_ROLE_STAFF_COUNCIL)) == 0;
        bool good = roles != 0 && roles <= ASV_ROLES_ALL && apart;
        credential.roles = (uint16_t)roles;
        assert_int_equal(encode(&credential), good ? ASV_OK : ASV_E_USAGE); /* ST-021, ST-022 */
    }
    credential.roles = 0x8001;
    assert_int_equal(encode(&credential), ASV_E_USAGE); /* ST-021 */
    assert_int_equal(encode(&wearer.credential), ASV_OK);
    size_t roles = 4 + 34 + 16 + 34 + 1 + wearer.credential.name.len;
    assert_int_equal(encoded[roles + 1], ASV_ROLE_WEARER);
    encoded[roles] = 0x80;
    assert_int_equal(decode(writer.len), ASV_E_MALFORMED); /* ST-021 */
}

static void units_ascend(void **state)
{
    (void)state; /* ST-023 */
    struct asv_credential credential = wearer.credential;
    credential.unit_count = 0;
    assert_int_equal(encode(&credential), ASV_OK);
    credential.unit_count = ASV_CREDENTIAL_UNITS_MAX;
    for (int i = 0; i < ASV_CREDENTIAL_UNITS_MAX; i++) {
        snprintf(credential.units[i], ASV_TEXT_SIZE, "unit %d", i);
    }
    assert_int_equal(encode(&credential), ASV_OK);
    assert_int_equal(decode(writer.len), ASV_OK);
    size_t count = 4 + 34 + 16 + 34 + 1 + wearer.credential.name.len + 2;
    encoded[count] = ASV_CREDENTIAL_UNITS_MAX + 1;
    assert_int_equal(decode(writer.len), ASV_E_LIMIT);
    encoded[count] = ASV_CREDENTIAL_UNITS_MAX;
    encoded[count + 7] = '1'; /* "unit 1" twice */
    assert_int_equal(decode(writer.len), ASV_E_MALFORMED);
    encoded[count + 7] = 0xc3; /* T-006 holds */
    assert_int_equal(decode(writer.len), ASV_E_MALFORMED);
    credential.unit_count = ASV_CREDENTIAL_UNITS_MAX + 1;
    assert_int_equal(encode(&credential), ASV_E_USAGE);
    credential.unit_count = 2;
    snprintf(credential.units[1], ASV_TEXT_SIZE, "unit 0");
    assert_int_equal(encode(&credential), ASV_E_USAGE);
    credential.units[0][0] = '\0';
    assert_int_equal(encode(&credential), ASV_E_USAGE);
}

static void a_record_has_a_beginning_and_an_end(void **state)
{
    (void)state; /* ST-026 */
    struct asv_credential credential = wearer.credential;
    credential.until_ms = credential.from_ms;
    assert_int_equal(encode(&credential), ASV_E_USAGE);
    credential.until_ms = credential.from_ms + 1;
    assert_int_equal(encode(&credential), ASV_OK);
    credential.from_ms = 0;
    assert_int_equal(encode(&credential), ASV_OK);
    credential.from_ms = -1;
    assert_int_equal(encode(&credential), ASV_E_USAGE);
}

/* Offset of the key's algorithm in encoded. */
static size_t key_at(const struct asv_test_person *person)
{
    return 4 + 34 + 16 + 34 + 1 + person->credential.name.len + 2 + 1 + 1 +
           strlen(person->credential.units[0]) + 1 + strlen(person->credential.units[1]) + 16;
}

static void a_key_is_whole_and_of_a_known_kind(void **state)
{
    (void)state;
    struct asv_credential credential = chief.credential;
    size_t at = key_at(&chief);
    assert_int_equal(encode(&chief.credential), ASV_OK);
    assert_int_equal(encoded[at], ASV_ALG_ES256);
    encoded[at] = 3;
    assert_int_equal(decode(writer.len), ASV_E_UNSUPPORTED); /* ST-024 */
    encoded[at] = ASV_ALG_ES256;
    encoded[at + 1] = 63;
    assert_int_equal(decode(writer.len), ASV_E_MALFORMED); /* ST-024 */
    encoded[at + 1] = 65;
    assert_int_equal(decode(writer.len), ASV_E_LIMIT); /* ST-024 */
    encoded[at + 1] = 64;
    encoded[at + 2] ^= 1;
    assert_int_equal(decode(writer.len), ASV_E_MALFORMED); /* ST-025 */
    encoded[at + 2] ^= 1;
    encoded[at + 66] = 65;
    assert_int_equal(decode(writer.len), ASV_E_LIMIT); /* ST-024 */
    encoded[at + 66] = 27;
    assert_int_equal(decode(writer.len), ASV_OK);

    credential.p256_pk[63] ^= 1;
    assert_int_equal(encode(&credential), ASV_E_USAGE); /* ST-025 */
    static const uint8_t long_id[ASV_CREDENTIAL_ID_MAX_BYTES + 1];
    credential = chief.credential;
    credential.webauthn_id = (struct asv_bytes){long_id, sizeof long_id};
    assert_int_equal(encode(&credential), ASV_E_USAGE); /* ST-024 */
    credential.webauthn_id.len--;
    assert_int_equal(encode(&credential), ASV_OK);
    assert_int_equal(decode(writer.len), ASV_OK);
    credential.webauthn_id.len = 0;
    assert_int_equal(encode(&credential), ASV_E_USAGE); /* ST-024 */
    credential = chief.credential;
    memset(credential.rp_id, 0, 32);
    assert_int_equal(encode(&credential), ASV_E_USAGE); /* ST-024 */
    credential = wearer.credential;
    memset(credential.ed25519_pk, 0, 32);
    assert_int_equal(encode(&credential), ASV_E_USAGE); /* ST-024 */
    credential.algorithm = 0;
    assert_int_equal(encode(&credential), ASV_E_USAGE); /* ST-024 */

    at = key_at(&wearer);
    assert_int_equal(encode(&wearer.credential), ASV_OK);
    assert_int_equal(encoded[at], ASV_ALG_ED25519);
    encoded[at + 1] = 31;
    assert_int_equal(decode(writer.len), ASV_E_MALFORMED); /* ST-024 */
}

static void a_key_is_enrolled_once(void **state)
{
    (void)state; /* ST-027 */
    static struct asv_test_person other;
    struct asv_err err = {0};
    asv_test_person_init(&other, 3, ASV_ROLE_WEARER, ASV_ALG_ED25519);
    assert_int_equal(asv_credential_beside(&other.credential, &wearer.credential, true, NULL), ASV_OK);
    assert_int_equal(asv_credential_beside(&other.credential, &chief.credential, true, NULL), ASV_OK);
    memcpy(other.credential.ed25519_pk, wearer.credential.ed25519_pk, 32);
    assert_int_equal(asv_credential_beside(&other.credential, &wearer.credential, false, &err), ASV_E_EXISTS);
    assert_string_equal(err.text, "credential: the key was enrolled before");
    asv_test_person_init(&other, 3, ASV_ROLE_WEARER, ASV_ALG_ES256);
    memcpy(other.credential.p256_pk, chief.credential.p256_pk, 64);
    assert_int_equal(asv_credential_beside(&other.credential, &chief.credential, true, NULL), ASV_E_EXISTS);
}

static void a_person_has_one_badge_and_a_badge_one_person(void **state)
{
    (void)state; /* ST-028 */
    static struct asv_test_person other;
    asv_test_person_init(&other, 3, ASV_ROLE_WEARER, ASV_ALG_ES256);
    memcpy(other.credential.badge, wearer.credential.badge, 32);
    assert_int_equal(asv_credential_beside(&other.credential, &wearer.credential, false, NULL),
                     ASV_E_MISMATCH);
    assert_true(asv_credential_same_person(&other.credential, &wearer.credential));
    memcpy(other.credential.person, wearer.credential.person, 16); /* a second key of the same person */
    assert_int_equal(asv_credential_beside(&other.credential, &wearer.credential, true, NULL), ASV_OK);
    assert_true(asv_credential_same_person(&other.credential, &wearer.credential));
    asv_test_person_init(&other, 3, ASV_ROLE_WEARER, ASV_ALG_ES256);
    memcpy(other.credential.person, wearer.credential.person, 16);
    assert_int_equal(asv_credential_beside(&other.credential, &wearer.credential, true, NULL),
                     ASV_E_MISMATCH);
}

static void two_records_join_no_roles_that_exclude_each_other(void **state)
{
    (void)state; /* ST-022 */
    static struct asv_test_person admin;
    asv_test_person_init(&admin, 2, ASV_ROLE_ADMINISTRATOR,
                         ASV_ALG_ED25519); /* the chief, as somebody else */
    assert_int_equal(asv_credential_beside(&admin.credential, &chief.credential, true, NULL), ASV_E_DENIED);
    assert_int_equal(asv_credential_beside(&admin.credential, &chief.credential, false, NULL), ASV_OK);
    assert_int_equal(asv_credential_beside(&admin.credential, &wearer.credential, true, NULL), ASV_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_keeps_every_field),
        cmocka_unit_test(only_these_bytes_are_a_record),
        cmocka_unit_test(extensions_are_those_of_trust),
        cmocka_unit_test(a_person_has_an_id_a_badge_and_a_name),
        cmocka_unit_test(roles_are_known_and_apart),
        cmocka_unit_test(units_ascend),
        cmocka_unit_test(a_record_has_a_beginning_and_an_end),
        cmocka_unit_test(a_key_is_whole_and_of_a_known_kind),
        cmocka_unit_test(a_key_is_enrolled_once),
        cmocka_unit_test(a_person_has_one_badge_and_a_badge_one_person),
        cmocka_unit_test(two_records_join_no_roles_that_exclude_each_other),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
