/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/ledger/note.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/ledger.h"
#include "tests/unit/test.h"

#define DASH "\xe2\x80\x94"

static struct asv_bytes bytes(const char *text)
{
    return (struct asv_bytes){(const uint8_t *)text, strlen(text)};
}

/* signed-note's own example. */
static const char example_key[] = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
static const char example[] =
    "This is an example message.\n\n" DASH " example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

static void the_specifications_example_verifies(void **state)
{
    (void)state;
    struct asv_note_key key;
    struct asv_note note;
    char again[ASV_VKEY_BYTES];
    assert_int_equal(asv_vkey_parse(&key, bytes(example_key), NULL), ASV_OK);
    assert_string_equal(key.name, "example.com/foo");
    assert_int_equal(key.id, 0x530d903a);
    assert_int_equal(key.type, ASV_NOTE_ED25519);
    asv_vkey_format(again, &key);
    assert_string_equal(again, example_key);
    assert_int_equal(asv_note_parse(&note, bytes(example), NULL), ASV_OK);
    assert_int_equal(note.text.len, 28);
    assert_int_equal(note.count, 1);
    assert_int_equal(asv_note_verify(&note, &key, NULL), ASV_OK);
}

static void one_changed_bit_of_text_or_signature_does_not_verify(void **state)
{
    (void)state;
    char text[sizeof example];
    struct asv_note_key key;
    assert_int_equal(asv_vkey_parse(&key, bytes(example_key), NULL), ASV_OK);
    for (size_t i = 0; i < sizeof example - 1; i++) {
        struct asv_note note;
        memcpy(text, example, sizeof example);
        text[i] ^= 1;
        enum asv_status status = asv_note_parse(&note, bytes(text), NULL);
        status = status == ASV_OK ? asv_note_verify(&note, &key, NULL) : status;
        if (status != ASV_E_MALFORMED && status != ASV_E_SIGNATURE && status != ASV_E_NOT_FOUND) {
            fail_msg("byte %zu: %s", i, asv_status_name(status));
        }
    }
}

static void the_text_ends_before_the_last_empty_line(void **state)
{
    (void)state;
    struct asv_note note;
    static const char many[] = "a\n\nb\n\n\n" DASH " k AAAAAAE=\n" DASH " l AAAAAgEC\n";
    assert_int_equal(asv_note_parse(&note, bytes(many), NULL), ASV_OK);
    assert_int_equal(note.text.len, 6);
    assert_memory_equal(note.text.data, "a\n\nb\n\n", 6);
    assert_int_equal(note.count, 2);
    assert_int_equal(note.signatures[0].id, 0);
    assert_int_equal(note.signatures[1].id, 2);
    assert_int_equal(note.signatures[1].name.len, 1);
    /* A text of nothing but its newline. */
    assert_int_equal(asv_note_parse(&note, bytes("\n\n" DASH " k AAAAAAE=\n"), NULL), ASV_OK);
    assert_int_equal(note.text.len, 1);
}

static void what_is_no_note_is_refused_with_its_line(void **state)
{
    (void)state; /* LG-030 */
    static const struct {
        const char *text;
        const char *why;
    } cases[] = {
        {"", "signed note: no blank line before the signatures"},
        {"\n", "signed note: no blank line before the signatures"},
        {"a\n" DASH " k AAAAAAE=\n", "signed note: no blank line before the signatures"},
        {"a\n\n", "signed note: does not end with a signature and a newline, in line: 3"},
        {"a\n\n" DASH " k AAAAAAE=", "signed note: does not end with a signature and a newline, in line: 3"},
        {"a\n\n" DASH " k AAAAAAE=\nb",
         "signed note: does not end with a signature and a newline, in line: 4"},
        {"a\n\n" DASH " k AAAAAAE=\nb\n", "signed note: no signature, in line: 4"},
        {"a\n\n- k AAAAAAE=\n", "signed note: no signature, in line: 3"},
        {"a\n\n" DASH "k AAAAAAE=\n", "signed note: no signature, in line: 3"},
        {"a\n\n" DASH " \n", "signed note: no signature, in line: 3"},
        {"a\n\n" DASH " k\n", "signed note: no signature, in line: 3"},
        {"a\n\n" DASH " k \n", "signed note: no signature, in line: 3"},
        {"a\n\n" DASH "  AAAAAAE=\n", "signed note: no signature, in line: 3"},
        {"a\n\n" DASH " k  AAAAAAE=\n", "signed note: no signature, in line: 3"},
        {"a\n\n" DASH " k AAAAAAE= \n", "signed note: no signature, in line: 3"},
        {"a\n\n" DASH " k+l AAAAAAE=\n", "signed note: no signature, in line: 3"},
        {"a\n\n" DASH " k\xc2\xa0l AAAAAAE=\n", "signed note: no signature, in line: 3"},
        {"a\n\n" DASH " k\xe2\x80\x83l AAAAAAE=\n", "signed note: no signature, in line: 3"},
        {"a\n\n" DASH " k AAAAAA==\n", "signed note: no signature, in line: 3"}, /* an id and nothing else */
        {"a\n\n" DASH " k AAAA\n", "signed note: no signature, in line: 3"},
        {"a\n\n" DASH " k AAAAAAE\n", "signed note: no signature, in line: 3"},
        {"a\n\n" DASH " k AAAAAAF=\n", "signed note: no signature, in line: 3"}, /* not canonical */
        {"a\n\n" DASH " k AAAA-AE=\n", "signed note: no signature, in line: 3"},
        {"a\tb\n\n" DASH " k AAAAAAE=\n", "signed note: bytes that are no text, in line: 1"},
        {"a\n\n" DASH " k AAAAAAE=\r\n", "signed note: bytes that are no text, in line: 3"},
        {"a\nb\xff\n\n" DASH " k AAAAAAE=\n", "signed note: bytes that are no text, in line: 2"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct asv_note note = {.count = 99};
        struct asv_err err = {0};
        assert_int_equal(asv_note_parse(&note, bytes(cases[i].text), &err), ASV_E_MALFORMED);
        assert_string_equal(err.text, cases[i].why);
        assert_int_equal(note.count, 99);
    }
    struct asv_note note;
    static const char zero[] = "a\0b\n\n" DASH " k AAAAAAE=\n";
    assert_int_equal(asv_note_parse(&note, (struct asv_bytes){(const uint8_t *)zero, sizeof zero - 1}, NULL),
                     ASV_E_MALFORMED);
}

static void a_note_has_its_limits(void **state)
{
    (void)state;
    static uint8_t large[ASV_NOTE_MAX_BYTES + 1];
    struct asv_note note;
    struct asv_err err = {0};
    memset(large, 'a', sizeof large);
    assert_int_equal(asv_note_parse(&note, (struct asv_bytes){large, sizeof large}, &err), ASV_E_LIMIT);
    assert_string_equal(err.text, "signed note: larger than the bytes it may have: 131072");
    static const char line[] = DASH " k AAAAAAE=\n";
    static char text[3 + (ASV_NOTE_SIGNATURES_MAX + 1) * (sizeof line - 1)] = "a\n\n";
    for (size_t at = 3; at < sizeof text; at += sizeof line - 1) {
        memcpy(text + at, line, sizeof line - 1);
    }
    const struct asv_bytes too_many = {(const uint8_t *)text, sizeof text};
    assert_int_equal(
        asv_note_parse(&note, (struct asv_bytes){too_many.data, too_many.len - sizeof line + 1}, NULL),
        ASV_OK);
    assert_int_equal(note.count, ASV_NOTE_SIGNATURES_MAX);
    assert_int_equal(asv_note_parse(&note, too_many, &err), ASV_E_LIMIT);
    assert_string_equal(err.text, "signed note: more signatures than: 33");
}

/* A note with the log's signature, then the lines in more. */
static struct asv_bytes sign(uint8_t *out, size_t cap, const char *text)
{
    struct asv_writer writer;
    asv_writer_init(&writer, out, cap);
    asv_note_sign(&writer, asv_test_note_key(ASV_TEST_LOG), asv_test_note_secret(ASV_TEST_LOG), bytes(text));
    assert_false(writer.overrun);
    return (struct asv_bytes){out, writer.len};
}

static void only_the_signatures_of_known_keys_count(void **state)
{
    (void)state;
    uint8_t data[1024];
    struct asv_note note;
    struct asv_err err = {0};
    struct asv_bytes signed_note = sign(data, sizeof data, "text\n");
    const struct asv_note_key *log = asv_test_note_key(ASV_TEST_LOG);
    const struct asv_note_key *stranger = asv_test_note_key(ASV_TEST_STRANGER);
    assert_int_equal(asv_note_parse(&note, signed_note, NULL), ASV_OK);
    assert_int_equal(asv_note_verify(&note, log, NULL), ASV_OK);
    assert_int_equal(asv_note_verify(&note, stranger, &err), ASV_E_NOT_FOUND);
    assert_string_equal(err.text, "signed note: has no signature of stranger.example/log+25ad4c0b");
    /* Same name and another id, same id and another name: not its. */
    struct asv_note_key other = *log;
    other.id ^= 1;
    assert_int_equal(asv_note_verify(&note, &other, NULL), ASV_E_NOT_FOUND);
    other = *log;
    other.name[0] = 'D';
    assert_int_equal(asv_note_verify(&note, &other, NULL), ASV_E_NOT_FOUND);
    /* Same name and id, another key: its signature, and wrong. */
    other = *log;
    memcpy(other.pk, stranger->pk, sizeof other.pk);
    assert_int_equal(asv_note_verify(&note, &other, &err), ASV_E_SIGNATURE);
    assert_string_equal(err.text, "signed note: the signature of duisburg.example/asservat does not verify");
}

static void one_wrong_signature_of_a_known_key_spoils_the_note(void **state)
{
    (void)state; /* LG-031 */
    uint8_t data[1024];
    struct asv_note note;
    struct asv_bytes signed_note = sign(data, sizeof data, "text\n");
    struct asv_writer writer;
    const struct asv_note_key *log = asv_test_note_key(ASV_TEST_LOG);
    uint8_t wrong[ASV_ED25519_SIG_BYTES] = {1};
    asv_writer_init(&writer, data, sizeof data);
    writer.len = signed_note.len;
    asv_note_write_signature(&writer, log, wrong, sizeof wrong);
    assert_int_equal(asv_note_parse(&note, (struct asv_bytes){data, writer.len}, NULL), ASV_OK);
    assert_int_equal(note.count, 2);
    assert_int_equal(asv_note_verify(&note, log, NULL), ASV_E_SIGNATURE);
    /* And one that is too short or too long. */
    for (size_t len = 1; len <= 72; len += 71) {
        writer.len = signed_note.len;
        uint8_t other[72] = {0};
        asv_note_write_signature(&writer, log, other, len);
        assert_int_equal(asv_note_parse(&note, (struct asv_bytes){data, writer.len}, NULL), ASV_OK);
        assert_int_equal(asv_note_verify(&note, log, NULL), ASV_E_SIGNATURE);
    }
    /* One of a stranger is not looked at. */
    writer.len = signed_note.len;
    asv_note_write_signature(&writer, asv_test_note_key(ASV_TEST_STRANGER), wrong, sizeof wrong);
    assert_int_equal(asv_note_parse(&note, (struct asv_bytes){data, writer.len}, NULL), ASV_OK);
    assert_int_equal(asv_note_verify(&note, log, NULL), ASV_OK);
}

static void a_key_has_one_text(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ASV_TEST_SIGNERS; i++) {
        const struct asv_note_key *key = asv_test_note_key((enum asv_test_signer)i);
        char text[ASV_VKEY_BYTES];
        struct asv_note_key back;
        asv_vkey_format(text, key);
        assert_int_equal(asv_vkey_parse(&back, bytes(text), NULL), ASV_OK);
        assert_string_equal(back.name, key->name);
        assert_int_equal(back.id, key->id);
        assert_int_equal(back.type, key->type);
        assert_memory_equal(back.pk, key->pk, sizeof back.pk);
        for (size_t at = 0; text[at] != '\0'; at++) {
            char bad[ASV_VKEY_BYTES];
            memcpy(bad, text, sizeof bad);
            bad[at] ^= 1;
            assert_int_not_equal(asv_vkey_parse(&back, bytes(bad), NULL), ASV_OK);
            memcpy(bad, text, sizeof bad);
            bad[at] = '\0';
            assert_int_not_equal(asv_vkey_parse(&back, bytes(bad), NULL), ASV_OK);
        }
    }
}

static void what_is_no_key_says_why(void **state)
{
    (void)state; /* LG-032 */
    static const struct {
        const char *text;
        enum asv_status status;
        const char *why;
    } cases[] = {
        {"", ASV_E_MALFORMED, "no verifier key: not of the form name+id+key"},
        {"a", ASV_E_MALFORMED, "no verifier key: not of the form name+id+key"},
        {"a+530d903a", ASV_E_MALFORMED, "no verifier key: not of the form name+id+key"},
        {"+530d903a+AA==", ASV_E_MALFORMED, "no verifier key: not of the form name+id+key"},
        {"a b+530d903a+AA==", ASV_E_MALFORMED, "no verifier key: not of the form name+id+key"},
        {"a+530d903+AA==", ASV_E_MALFORMED, "no verifier key: not of the form name+id+key"},
        {"a+530D903A+AA==", ASV_E_MALFORMED, "no verifier key: not of the form name+id+key"},
        {"a+530d903g+AA==", ASV_E_MALFORMED, "no verifier key: not of the form name+id+key"},
        {"a+530d903a+", ASV_E_MALFORMED, "no verifier key: the part behind the id is no base 64"},
        {"a+530d903a+AA", ASV_E_MALFORMED, "no verifier key: the part behind the id is no base 64"},
        {"a+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", ASV_E_MALFORMED,
         "verifier key: the id is not that of the name and the key"},
        {"a+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", ASV_E_UNSUPPORTED,
         "verifier key of another type: take one for Ed25519 (type 1, or 4 for a witness)"},
        {"a+530d903a+Bg==", ASV_E_UNSUPPORTED,
         "verifier key of another type: take one for Ed25519 (type 1, or 4 for a witness)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct asv_note_key key = {.id = 99};
        struct asv_err err = {0};
        assert_int_equal(asv_vkey_parse(&key, bytes(cases[i].text), &err), cases[i].status);
        assert_string_equal(err.text, cases[i].why);
        assert_int_equal(key.id, 99);
    }
}

static void a_name_has_no_spaces_and_no_plus(void **state)
{
    (void)state;
    char name[ASV_NOTE_NAME_SIZE + 1];
    const uint8_t pk[ASV_ED25519_PK_BYTES] = {0};
    struct asv_note_key key;
    struct asv_err err = {0};
    assert_true(asv_note_is_name(bytes("duisburg.example/Asservatenk\xc3\xbc"
                                       "che")));
    static const char *const bad[] = {"",         " ",     "a b",      "a+b",           "a\n",
                                      "a\tb",     "a\x1f", "\xc2\x85", "a\xe3\x80\x80", "\xe2\x80\xa8",
                                      "\xc0\xaf", "a\xff"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(asv_note_key_make(&key, bad[i], ASV_NOTE_ED25519, pk, &err), ASV_E_USAGE);
    }
    assert_string_equal(err.text, "no name of a key: give one like example.org/ledger, without spaces and +");
    memset(name, 'n', sizeof name);
    name[ASV_NOTE_NAME_SIZE] = '\0';
    assert_int_equal(asv_note_key_make(&key, name, ASV_NOTE_ED25519, pk, NULL), ASV_E_USAGE);
    name[ASV_NOTE_NAME_SIZE - 1] = '\0';
    assert_int_equal(asv_note_key_make(&key, name, ASV_NOTE_ED25519, pk, NULL), ASV_OK);
    char text[ASV_VKEY_BYTES];
    asv_vkey_format(text, &key); /* the longest there is */
    assert_int_equal(strlen(text), ASV_VKEY_BYTES - 1);
    assert_int_equal(asv_vkey_parse(&key, bytes(text), NULL), ASV_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_specifications_example_verifies),
        cmocka_unit_test(one_changed_bit_of_text_or_signature_does_not_verify),
        cmocka_unit_test(the_text_ends_before_the_last_empty_line),
        cmocka_unit_test(what_is_no_note_is_refused_with_its_line),
        cmocka_unit_test(a_note_has_its_limits),
        cmocka_unit_test(only_the_signatures_of_known_keys_count),
        cmocka_unit_test(one_wrong_signature_of_a_known_key_spoils_the_note),
        cmocka_unit_test(a_key_has_one_text),
        cmocka_unit_test(what_is_no_key_says_why),
        cmocka_unit_test(a_name_has_no_spaces_and_no_plus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
