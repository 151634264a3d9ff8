/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * That of a camera nothing is left out: what shows it, and what does not. */
#include <string.h>

#include "server/ledger/claim.h"
#include "tests/support/golden.h"
#include "tests/unit/test.h"

#define MINUTE INT64_C(60000)

static struct asv_claim_shown shown;
static const struct asv_claim numbers = {
    .kind = ASV_CLAIM_NUMBERS, .camera = {0xca}, .epoch = {0xe0}, .from = 3, .until = 6};
static const struct asv_claim timed = {
    .kind = ASV_CLAIM_TIME, .camera = {0xca}, .epoch = {0xe0}, .from = 30 * MINUTE, .until = 50 * MINUTE};

/* Recording n runs from minute 10 n for five minutes. */
static const uint8_t *digest_of(uint64_t number)
{
    static uint8_t digest[ASV_SHA256_BYTES];
    digest[0] = (uint8_t)number;
    return digest;
}

static struct asv_link link_of(uint64_t number)
{
    struct asv_link link = {.cert_digest = {0xca}, .epoch = {0xe0}, .number = number, .clock_state = 1};
    link.start_wall_ms = (int64_t)number * 10 * MINUTE;
    link.end_wall_ms = link.start_wall_ms + 5 * MINUTE;
    return link;
}

static void show(const struct asv_claim *claim, uint64_t first, uint64_t last, uint64_t without)
{
    shown.count = 0;
    for (uint64_t number = last; number >= first; number--) { /* in no order that helps */
        const struct asv_link link = link_of(number);
        if (number != without) {
            assert_int_equal(asv_claim_add(&shown, claim, &link, digest_of(number)), ASV_OK);
        }
    }
}

static enum asv_status judge(const struct asv_claim *claim, uint64_t *within)
{
    struct asv_err err = {0};
    enum asv_status status = asv_claim_judge(&shown, claim, within, &err);
    assert_true(status == ASV_OK || err.text[0] != '\0');
    return status;
}

/* LG-077 */
static void every_number_must_be_shown(void **state)
{
    uint64_t within = 0;
    (void)state;
    show(&numbers, 3, 6, 0);
    assert_int_equal(judge(&numbers, &within), ASV_OK);
    assert_int_equal(within, 4);
    show(&numbers, 1, 9, 0);
    assert_int_equal(judge(&numbers, &within), ASV_OK);
    for (uint64_t without = 3; without <= 6; without++) {
        show(&numbers, 2, 7, without);
        assert_int_equal(judge(&numbers, &within), ASV_E_NOT_FOUND);
    }
    shown.count = 0;
    assert_int_equal(judge(&numbers, &within), ASV_E_NOT_FOUND);
}

/* LG-078: from 30 to 50; 3 and 4 fall into it, 5 begins with its end. */
static void a_time_is_bracketed(void **state)
{
    uint64_t within = 0;
    (void)state;
    show(&timed, 3, 5, 0);
    assert_int_equal(judge(&timed, &within), ASV_OK);
    assert_int_equal(within, 2);
    show(&timed, 3, 5, 4); /* a gap */
    assert_int_equal(judge(&timed, &within), ASV_E_NOT_FOUND);
    show(&timed, 4, 5, 0); /* what was before? */
    assert_int_equal(judge(&timed, &within), ASV_E_NOT_FOUND);
    show(&timed, 3, 4, 0); /* what came then? */
    assert_int_equal(judge(&timed, &within), ASV_E_NOT_FOUND);
    shown.count = 0;
    assert_int_equal(judge(&timed, &within), ASV_E_NOT_FOUND);
    struct asv_claim early = timed;
    early.from = 5 * MINUTE; /* before its first */
    show(&early, 1, 5, 0);
    assert_int_equal(judge(&early, &within), ASV_OK);
    struct asv_link link = link_of(4);
    link.clock_state = ASV_CLOCK_LOST;
    show(&timed, 3, 5, 4);
    assert_int_equal(asv_claim_add(&shown, &timed, &link, digest_of(4)), ASV_OK);
    assert_int_equal(judge(&timed, &within), ASV_E_NOT_FOUND);
}

/* LG-078: a recording that is shown twice is one; one number of two recordings is no series. */
static void each_recording_counts_once(void **state)
{
    uint64_t within = 0;
    struct asv_link link = link_of(4);
    (void)state;
    show(&timed, 3, 5, 0);
    assert_int_equal(asv_claim_add(&shown, &timed, &link, digest_of(4)), ASV_OK);
    assert_int_equal(judge(&timed, &within), ASV_OK);
    assert_int_equal(within, 2);
    assert_int_equal(shown.count, 3);
    assert_int_equal(asv_claim_add(&shown, &timed, &link, digest_of(44)), ASV_OK);
    assert_int_equal(judge(&timed, &within), ASV_E_EXISTS);
    show(&numbers, 3, 6, 0);
    assert_int_equal(asv_claim_add(&shown, &numbers, &link, digest_of(44)), ASV_OK);
    assert_int_equal(judge(&numbers, &within), ASV_E_EXISTS);
}

static void other_cameras_and_series_do_not_count(void **state)
{
    struct asv_link link = link_of(4);
    (void)state;
    shown.count = 0;
    link.cert_digest[0] ^= 1;
    assert_int_equal(asv_claim_add(&shown, &numbers, &link, digest_of(4)), ASV_E_MISMATCH);
    link = link_of(4);
    link.epoch[0] ^= 1;
    assert_int_equal(asv_claim_add(&shown, &numbers, &link, digest_of(4)), ASV_E_MISMATCH);
    link = link_of(4);
    shown.count = ASV_CLAIM_NUMBERS_MAX;
    assert_int_equal(asv_claim_add(&shown, &numbers, &link, digest_of(4)), ASV_E_LIMIT);
}

static void a_claim_is_read_as_it_was_written(void **state)
{
    static const struct asv_claim day = {.kind = ASV_CLAIM_DAY, .from = 20261128, .until = 20261128};
    const struct asv_claim *const all[] = {&numbers, &timed, &day};
    uint8_t text[ASV_CLAIM_MAX_BYTES];
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct asv_claim read;
        struct asv_writer writer;
        asv_writer_init(&writer, text, sizeof text);
        asv_claim_write(&writer, all[i]);
        assert_int_equal(asv_claim_parse(&read, (struct asv_bytes){text, writer.len}, NULL), ASV_OK);
        assert_memory_equal(&read, all[i], sizeof read);
        asv_golden_seed("ledger_claim", i == 0 ? "numbers" : i == 1 ? "time" : "day", text, writer.len);
        if (i == 0) {
            asv_golden_check("ledger-claim", "numbers 3 to 6 of a camera", text, writer.len);
        }
        assert_int_equal(asv_claim_parse(&read, (struct asv_bytes){text, writer.len - 1}, NULL),
                         ASV_E_MALFORMED);
    }
}

static void what_is_no_claim_is_refused(void **state)
{
    static const char *const bad[] = {"asservat/v1/claim\n", "asservat/v1/claim\nday 020261128\n",
                                      "asservat/v1/claim\nday 20261128\nday 20261128\n",
                                      "asservat/v1/claim\nyear 2026\n",
                                      "asservat/v1/claim\nnumbers ca e0 1 2\n"};
    struct asv_claim read;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const struct asv_bytes data = {(const uint8_t *)bad[i], strlen(bad[i])};
        assert_int_equal(asv_claim_parse(&read, data, NULL), ASV_E_MALFORMED);
    }
    assert_int_equal(asv_claim_parse(&read, (struct asv_bytes){(const uint8_t *)"claim\n", 6}, NULL),
                     ASV_E_UNSUPPORTED);
    static const uint8_t large[ASV_CLAIM_MAX_BYTES + 1];
    assert_int_equal(asv_claim_parse(&read, (struct asv_bytes){large, sizeof large}, NULL), ASV_E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_must_be_shown),
        cmocka_unit_test(a_time_is_bracketed),
        cmocka_unit_test(each_recording_counts_once),
        cmocka_unit_test(other_cameras_and_series_do_not_count),
        cmocka_unit_test(a_claim_is_read_as_it_was_written),
        cmocka_unit_test(what_is_no_claim_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
