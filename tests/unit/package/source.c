/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * HO-034: a source is read ahead in a thread of its own, also under the thread sanitizer. */
#include "server/package/source.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/beside.h"
#include "server/base/fail.h"
#include "tests/unit/test.h"

#define PIECE   ((uint64_t)ASV_SOURCE_PIECE_BYTES)
#define WAITING (ASV_BESIDE_SLOTS * PIECE)
#define BYTES   (3 * WAITING + 4321) /* more than may wait, and worth a thread */
#define NEVER   UINT64_MAX

_Static_assert(WAITING <= 2 << 20, "HO-034");

/* Gives byte i as i in pieces of another length each time, and fails at fails_at; read from the other thread.
 */
struct made {
    uint64_t at, bytes, fails_at;
    size_t piece;
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
    *got = len;
    return ASV_OK;
}

/* Takes what must be these bytes, and no more when it has `most`. */
struct taken {
    uint64_t at, most;
};

static enum asv_status take(void *ctx, const uint8_t *piece, size_t len, struct asv_err *err)
{
    struct taken *taken = ctx;
    if (taken->at >= taken->most) {
        return asv_fail(err, ASV_E_NO_SPACE, "the disk is full");
    }
    assert_true(len > 0 && len <= PIECE);
    for (size_t i = 0; i < len; i++) {
        if (piece[i] != byte_at(taken->at + i)) {
            fail_msg("byte %llu is another", (unsigned long long)(taken->at + i));
        }
    }
    taken->at += len;
    return ASV_OK;
}

/* Of a source that says it has so many bytes. */
static enum asv_status run(struct made *made, uint64_t size, struct taken *taken, struct asv_err *err)
{
    const struct asv_source source = {made, size, give};
    const struct asv_source_taker taker = {taken, take};
    *err = (struct asv_err){0};
    return asv_source_pour(&source, "playable.mp4", &taker, err);
}

static const uint64_t sizes[] = {0, 1, PIECE - 1, PIECE, WAITING, BYTES - BYTES % PIECE, BYTES};
#define SIZES (sizeof sizes / sizeof *sizes)

static void all_of_it_comes_in_order(void **state)
{
    struct asv_err err;
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        struct made made = {.bytes = sizes[i], .fails_at = NEVER, .piece = i};
        struct taken taken = {.most = NEVER};
        assert_int_equal(run(&made, sizes[i], &taken, &err), ASV_OK);
        assert_int_equal(taken.at, sizes[i]);
    }
}

static void an_error_comes_behind_what_was_read(void **state)
{
    static const uint64_t places[] = {0, 1, PIECE, BYTES - 1};
    struct asv_err err;
    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct made made = {.bytes = BYTES, .fails_at = places[i], .piece = i};
        struct taken taken = {.most = NEVER};
        assert_int_equal(run(&made, BYTES, &taken, &err), ASV_E_DIGEST);
        assert_int_equal(taken.at, places[i] - places[i] % PIECE);
        assert_string_equal(err.text, "playable.mp4: piece 7 is not what was signed");
    }
}

/* PK-014 */
static void it_has_the_bytes_that_it_says(void **state)
{
    struct asv_err err;
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        struct made more = {.bytes = sizes[i] + 1, .fails_at = NEVER, .piece = i};
        struct made less = {.bytes = sizes[i], .fails_at = NEVER, .piece = i};
        struct taken taken = {.most = NEVER};
        assert_int_equal(run(&more, sizes[i], &taken, &err), ASV_E_MISMATCH);
        assert_non_null(strstr(err.text, "playable.mp4: its input has more"));
        taken.at = 0;
        assert_int_equal(run(&less, sizes[i] + 1, &taken, &err), ASV_E_MISMATCH);
        assert_non_null(strstr(err.text, "playable.mp4: its input ends early"));
    }
}

/* With all slots full or none: no more than those is read of what nobody takes. */
static void it_ends_when_nobody_takes_any_more(void **state)
{
    static const uint64_t places[] = {0, 1, 3 * PIECE};
    struct asv_err err;
    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct made made = {.bytes = 64 * WAITING, .fails_at = NEVER, .piece = i};
        struct taken taken = {.most = places[i]};
        assert_int_equal(run(&made, made.bytes, &taken, &err), ASV_E_NO_SPACE);
        assert_string_equal(err.text, "the disk is full");
        assert_true(made.at <= taken.at + PIECE + WAITING);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_it_comes_in_order),
        cmocka_unit_test(an_error_comes_behind_what_was_read),
        cmocka_unit_test(it_has_the_bytes_that_it_says),
        cmocka_unit_test(it_ends_when_nobody_takes_any_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
