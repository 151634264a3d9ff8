/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * HO-034: reading ahead in a thread of its own, also under the thread sanitizer. */
#include "server/handover/ahead.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"
#include "tests/unit/test.h"

#define BYTES (2 * ASV_AHEAD_BYTES + 4321) /* more than may wait */

/* Gives byte i as i in pieces of another length each time, and fails at fails_at; read from the other thread.
 */
struct made {
    uint64_t at, bytes, fails_at;
    size_t piece;
    unsigned ends; /* how often it said that there is no more */
};

static uint8_t byte_at(uint64_t at)
{
    return (uint8_t)(at ^ at >> 8 ^ at >> 16);
}

static enum asv_status give(void *ctx, void *out, size_t cap, size_t *got, struct asv_err *err)
{
    struct made *made = ctx;
    uint64_t end = made->bytes < made->fails_at ? made->bytes : made->fails_at;
    if (made->at == made->fails_at) {
        return asv_fail(err, ASV_E_DIGEST, "piece 7 is not what was signed");
    }
    made->piece = made->piece * 7 % 70001 + 1;
    size_t len = cap < made->piece ? cap : made->piece;
    len = end - made->at < len ? (size_t)(end - made->at) : len;
    for (size_t i = 0; i < len; i++) {
        ((uint8_t *)out)[i] = byte_at(made->at + i);
    }
    made->at += len;
    made->ends += len == 0;
    *got = len;
    return ASV_OK;
}

/* Takes up to `most` bytes, which are those; ASV_OK at the end or when it has them. */
static enum asv_status take(const struct asv_source *source, uint64_t most, uint64_t *taken,
                            struct asv_err *err)
{
    static uint8_t buffer[100003];
    size_t got = 1, cap = 1;
    enum asv_status status = ASV_OK;
    *taken = 0;
    while (status == ASV_OK && got > 0 && *taken < most) {
        cap = cap * 5 % sizeof buffer + 1;
        status = source->read(source->ctx, buffer, cap, &got, err);
        for (size_t i = 0; status == ASV_OK && i < got; i++) {
            if (buffer[i] != byte_at(*taken + i)) {
                fail_msg("byte %llu is another", (unsigned long long)(*taken + i));
            }
        }
        *taken += status == ASV_OK ? got : 0;
    }
    return status;
}

static void run(struct made *made, uint64_t most, uint64_t want, enum asv_status want_status)
{
    struct asv_err err = {0};
    struct asv_ahead *ahead = NULL;
    struct asv_source source = {made, made->bytes, give};
    uint64_t taken = 0;
    assert_int_equal(asv_ahead_open(&ahead, &source, &source, &err), ASV_OK);
    assert_int_equal(source.size, made->bytes);
    assert_int_equal(take(&source, most, &taken, &err), want_status);
    assert_true(taken >= want);
    if (want_status != ASV_OK) {
        assert_string_equal(err.text, "piece 7 is not what was signed");
    } else if (most == UINT64_MAX) { /* the end stays, to be asked again */
        assert_int_equal(taken, made->bytes);
        assert_int_equal(take(&source, 1, &taken, &err), ASV_OK);
        assert_int_equal(taken, 0);
    }
    asv_ahead_close(ahead);
}

static void all_of_it_comes_in_order(void **state)
{
    static const uint64_t sizes[] = {0, 1, ASV_AHEAD_SLOT_BYTES, ASV_AHEAD_BYTES, BYTES};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct made made = {.bytes = sizes[i], .fails_at = UINT64_MAX, .piece = i};
        run(&made, UINT64_MAX, sizes[i], ASV_OK);
        assert_int_equal(made.at, sizes[i]);
        assert_in_range(made.ends, 1, 2); /* behind a slot that is not full it is asked once more */
    }
}

static void an_error_comes_behind_what_was_read(void **state)
{
    static const uint64_t places[] = {0, 1, ASV_AHEAD_SLOT_BYTES, BYTES - 1};
    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct made made = {.bytes = BYTES, .fails_at = places[i], .piece = i};
        run(&made, UINT64_MAX, places[i], ASV_E_DIGEST);
    }
}

/* Whoever ends early, with all slots full or none, waits for no more than one of them. */
static void it_ends_when_nobody_takes_any_more(void **state)
{
    static const uint64_t places[] = {0, 1, 3 * ASV_AHEAD_SLOT_BYTES};
    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct made made = {.bytes = UINT64_MAX, .fails_at = UINT64_MAX, .piece = i};
        run(&made, places[i], places[i], ASV_OK);
        assert_true(made.at <= places[i] + ASV_AHEAD_BYTES + 2 * ASV_AHEAD_SLOT_BYTES);
    }
    asv_ahead_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_it_comes_in_order),
        cmocka_unit_test(an_error_comes_behind_what_was_read),
        cmocka_unit_test(it_ends_when_nobody_takes_any_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
