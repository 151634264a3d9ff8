/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A recipient's card: which text is one, and whose statement is about it.
 */
#include "server/statement/card.h"

#include <string.h>

#include "tests/unit/test.h"

#define HEX "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static const char good[] = "recipient-card\nStaatsanwaltschaft Duisburg\nR1200S\nKoloniestra\xc3\x9f"
                           "e 72\n47057 Duisburg\n" HEX "\n";

static struct asv_card out;

static enum asv_status read(const char *text)
{
    return asv_card_read(&out, text, strlen(text), NULL);
}

static void is(struct asv_bytes bytes, const char *text)
{
    assert_int_equal(bytes.len, strlen(text));
    assert_memory_equal(bytes.data, text, bytes.len);
}

static void a_card_keeps_every_line(void **state)
{
    (void)state;
    char again[ASV_CARD_MAX_BYTES];
    struct asv_writer writer;
    assert_int_equal(read(good), ASV_OK);
    is(out.authority, "Staatsanwaltschaft Duisburg");
    is(out.code, "R1200S");
    assert_int_equal(out.address_count, 2);
    is(out.address[1], "47057 Duisburg");
    assert_true(out.has_certificate);
    assert_int_equal(out.certificate[1], 0x11);
    asv_writer_init(&writer, again, sizeof again);
    assert_int_equal(asv_card_write(&writer, &out), ASV_OK);
    is((struct asv_bytes){(const uint8_t *)again, writer.len}, good);
    assert_int_equal(read("recipient-card\nDr. Gutachter\n\nHauptstr. 1\n\n"), ASV_OK);
    assert_true(!out.has_certificate && out.code.len == 0 && out.address_count == 1);
    asv_writer_init(&writer, again, sizeof again);
    assert_int_equal(asv_card_write(&writer, &out), ASV_OK);
    is((struct asv_bytes){(const uint8_t *)again, writer.len},
       "recipient-card\nDr. Gutachter\n\nHauptstr. 1\n\n");
}

static void only_these_lines_are_a_card(void **state)
{
    (void)state; /* ST-127 */
    static const char upper[] = "recipient-card\nA\n\nB\nAA112233445566778899aabbccddeeff"
                                "00112233445566778899aabbccddeeff\n"; /* capital digits */
    static const char unended[] = "recipient-card\nA\n\nB\n" HEX;
    static const char *const bad[] = {
        "",
        unended, /* no line feed at the end */
        "recipient-card\n",
        "recipient-card\nA\n\n\n",                      /* no address */
        "recipient-card\nA\n\nB\n\nC",                  /* something behind the last */
        "recipient-card\nA\n\nB\nC\nD\nE\nF\n\n",       /* five lines of address */
        "recipient-card\nA\n\nB\nC\nD\nE\nF\nG\nH\n\n", /* more lines than are looked at */
        "policy\nA\n\nB\n\n",                           /* something else */
        "recipient-card\n\n\nB\n\n",                    /* nobody */
        "recipient-card\n A\n\nB\n\n",                  /* blank before the name */
        "recipient-card\nA\r\n\nB\n\n",                 /* another line's end */
        "recipient-card\nA\nr1200s\nB\n\n",             /* small letters */
        "recipient-card\nA\nR120000000000\nB\n\n",      /* 13 of them */
        "recipient-card\nA\n\n\nB\n\n",                 /* an empty line in the address */
        "recipient-card\nA\n\nB\n00112233\n",           /* too few digits */
        upper,
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(read(bad[i]), ASV_E_MALFORMED);
    }
    static char longer[ASV_CARD_MAX_BYTES + 1];
    memset(longer, 'a', sizeof longer);
    assert_int_equal(asv_card_read(&out, longer, sizeof longer, NULL), ASV_E_LIMIT); /* ST-002 */
}

static void the_longest_card_fits(void **state)
{
    (void)state;
    static char name[ASV_NAME_MAX_BYTES];
    static char data[ASV_CARD_MAX_BYTES + 1];
    struct asv_writer writer;
    memset(name, 'n', sizeof name);
    struct asv_bytes line = {(const uint8_t *)name, sizeof name};
    struct asv_card card = {.authority = line,
                            .code = {(const uint8_t *)"R12345678901", 12},
                            .address_count = 4,
                            .address = {line, line, line, line},
                            .has_certificate = true};
    asv_writer_init(&writer, data, sizeof data);
    assert_int_equal(asv_card_write(&writer, &card), ASV_OK);
    assert_int_equal(writer.len, ASV_CARD_MAX_BYTES);
    assert_int_equal(asv_card_read(&out, data, writer.len, NULL), ASV_OK);
    card.address_count = 5;
    assert_int_equal(asv_card_write(&writer, &card), ASV_E_USAGE);
    card.address_count = 1;
    card.code.data = (const uint8_t *)"R1200S\nX    ";
    assert_int_equal(asv_card_write(&writer, &card), ASV_E_USAGE);
}

static void a_statement_is_about_one_card(void **state)
{
    (void)state; /* ST-124 */
    struct asv_statement statement = {.subject = {.kind = ASV_SUBJECT_RECIPIENT}};
    assert_int_equal(read(good), ASV_OK);
    asv_card_digest(statement.subject.id, good, sizeof good - 1);
    statement.subject.name = out.authority;
    assert_int_equal(asv_card_of(&out, &statement, good, sizeof good - 1, NULL), ASV_OK);
    is(out.code, "R1200S");

    struct asv_statement other = statement;
    other.subject.name.len--;
    assert_int_equal(asv_card_of(&out, &other, good, sizeof good - 1, NULL), ASV_E_MISMATCH);
    other = statement;
    other.subject.id[0] ^= 1;
    assert_int_equal(asv_card_of(&out, &other, good, sizeof good - 1, NULL), ASV_E_MISMATCH);
    other = statement;
    other.subject.kind = ASV_SUBJECT_CLIP;
    assert_int_equal(asv_card_of(&out, &other, good, sizeof good - 1, NULL), ASV_E_MISMATCH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_card_keeps_every_line),
        cmocka_unit_test(only_these_lines_are_a_card),
        cmocka_unit_test(the_longest_card_fits),
        cmocka_unit_test(a_statement_is_about_one_card),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
