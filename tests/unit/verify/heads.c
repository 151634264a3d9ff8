/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The heads that the verifier was shown: what of them contradicts, and since when somebody vouches for one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/verify/ledger_heads.h"
#include "tests/unit/test.h"

static struct asv_heads heads;
static struct asv_ledger_policy policy;
static unsigned wrongs;
static unsigned uncheckeds;
static char last[ASV_ERR_TEXT_BYTES];

static void count(void *ctx, const char *where, const char *what)
{
    assert_true(where[0] != '\0');
    (void)snprintf(last, sizeof last, "%s", what);
    ++*(unsigned *)ctx;
}

static void count_wrong(void *ctx, const char *where, const char *what)
{
    (void)ctx;
    count(&wrongs, where, what);
}

static void count_unchecked(void *ctx, const char *where, const char *what)
{
    (void)ctx;
    count(&uncheckeds, where, what);
}

static int set_up(void **state)
{
    (void)state;
    asv_heads_end(&heads);
    memset(&heads, 0, sizeof heads);
    policy = (struct asv_ledger_policy){.log_count = 2, .witness_count = 3, .quorum = ASV_QUORUM_NONE};
    (void)strcpy(policy.logs[1].key.name, "other.example/log");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    asv_heads_end(&heads);
    return 0;
}

static struct asv_ledger_verdict verdict_of(size_t log, uint64_t size, uint8_t root)
{
    struct asv_ledger_verdict verdict = {.log = log};
    verdict.checkpoint.head.size = size;
    verdict.checkpoint.head.root[0] = root;
    return verdict;
}

static enum asv_status add(size_t log, uint64_t size, uint8_t root, bool kept)
{
    const struct asv_ledger_verdict verdict = verdict_of(log, size, root);
    return asv_heads_add(&heads, kept ? "kept" : "shown", &verdict, kept, NULL);
}

/* What is wrong, and what was not compared, of what was added. */
static unsigned judge(unsigned not_compared)
{
    const struct asv_heads_ops ops = {.wrong = count_wrong, .unchecked = count_unchecked};
    wrongs = 0;
    uncheckeds = 0;
    asv_heads_judge(&heads, &policy, &ops);
    assert_int_equal(uncheckeds, not_compared);
    return wrongs;
}

/* LG-079 */
static void one_size_has_one_root_in_each_log(void **state)
{
    (void)state;
    assert_int_equal(add(0, 5, 1, false), ASV_OK);
    assert_int_equal(add(0, 5, 1, false), ASV_OK);
    assert_int_equal(add(1, 5, 2, false), ASV_OK);
    assert_int_equal(heads.count, 2);
    assert_int_equal(add(0, 5, 2, false), ASV_E_EXISTS);
    assert_int_equal(add(0, 5, 2, true), ASV_E_EXISTS);
    assert_int_equal(add(0, 0, 2, false), ASV_E_DIGEST); /* no entries have one root only */
    assert_int_equal(judge(0), 0);
    assert_int_equal(add(0, 6, 2, false), ASV_OK);
    assert_int_equal(judge(1), 0);
    for (size_t i = 0; i < heads.count; i++) {
        heads.seen[i].walked = true;
    }
    assert_int_equal(judge(0), 0);
}

/* LG-079 */
static void a_place_has_one_entry(void **state)
{
    static const uint8_t one[ASV_SHA256_BYTES] = {1};
    static const uint8_t other[ASV_SHA256_BYTES] = {2};
    (void)state;
    for (uint64_t i = 300; i > 0; i--) {
        assert_int_equal(asv_heads_place(&heads, "a", i % 2, i / 2, one, NULL), ASV_OK);
    }
    assert_int_equal(asv_heads_place(&heads, "b", 0, 7, one, NULL), ASV_OK);
    assert_int_equal(judge(0), 0);
    assert_int_equal(asv_heads_place(&heads, "c", 0, 7, other, NULL), ASV_OK);
    assert_int_equal(judge(0), 1);
    assert_non_null(strstr(last, "entry 7"));
    heads.place_count = ASV_HEADS_PLACES_MAX;
    assert_int_equal(asv_heads_place(&heads, "d", 0, 8, one, NULL), ASV_E_LIMIT);
}

/* LG-079 */
static void a_kept_head_is_compared_or_said_not_to_be(void **state)
{
    (void)state;
    assert_int_equal(add(0, 5, 1, true), ASV_OK);
    assert_int_equal(judge(0), 1); /* with nothing */
    assert_int_equal(add(1, 5, 2, false), ASV_OK);
    assert_int_equal(judge(0), 1);
    assert_int_equal(add(0, 5, 1, false), ASV_OK);
    assert_int_equal(judge(0), 0);
    assert_int_equal(add(0, 4, 2, false), ASV_OK); /* smaller than what was kept */
    assert_int_equal(judge(1), 1);
    set_up(NULL);
    assert_int_equal(add(0, 5, 1, true), ASV_OK);
    assert_int_equal(add(0, 6, 2, false), ASV_OK);
    assert_int_equal(judge(0), 1);
    assert_non_null(strstr(last, "was not compared"));
    heads.seen[0].walked = heads.seen[1].walked = true;
    assert_int_equal(judge(0), 0);
}

static enum asv_status name(size_t log, uint64_t size, uint8_t root)
{
    const struct asv_ledger_verdict verdict = verdict_of(log, size, root);
    return asv_heads_name(&heads, "named", log, &verdict.checkpoint.head, NULL);
}

/* LG-118 */
static void a_log_ended_with_the_head_that_the_next_one_names(void **state)
{
    assert_int_equal(name(0, 5, 1), ASV_OK);
    assert_int_equal(judge(0), 0); /* nothing of it is shown */
    assert_int_equal(add(0, 5, 2, false), ASV_E_EXISTS);
    assert_int_equal(add(0, 5, 2, true), ASV_E_EXISTS);
    assert_int_equal(add(0, 5, 1, false), ASV_OK);
    assert_int_equal(add(1, 6, 1, false), ASV_OK);
    assert_int_equal(judge(0), 0);
    assert_int_equal(add(0, 6, 3, false), ASV_OK);
    heads.seen[0].walked = heads.seen[2].walked = true;
    assert_int_equal(judge(0), 1);
    assert_non_null(strstr(last, "the log ended with 5"));
    set_up(state);
    assert_int_equal(add(0, 4, 2, false), ASV_OK);
    assert_int_equal(name(0, 5, 1), ASV_OK);
    assert_int_equal(judge(1), 0);
    heads.seen[0].walked = heads.seen[1].walked = true;
    assert_int_equal(judge(0), 0);
    assert_int_equal(name(0, 4, 3), ASV_E_EXISTS);
}

static void only_so_many_heads_are_remembered(void **state)
{
    (void)state;
    for (uint64_t size = 1; size <= ASV_HEADS_MAX; size++) {
        assert_int_equal(add(0, size, 1, false), ASV_OK);
    }
    assert_int_equal(add(0, ASV_HEADS_MAX, 1, false), ASV_OK);
    assert_int_equal(add(0, ASV_HEADS_MAX + 1, 1, false), ASV_E_LIMIT);
}

static void since_when_is_by_the_word_of_enough(void **state)
{
    struct asv_ledger_verdict verdict = verdict_of(0, 5, 1);
    uint64_t since = 0;
    uint32_t by = 0;
    (void)state;
    assert_int_equal(asv_heads_add(&heads, "a", &verdict, false, NULL), ASV_OK);
    assert_false(asv_heads_since(&policy, &heads.seen[0], &since, &by));
    verdict.cosigned = 5;
    verdict.time_s[0] = 300;
    verdict.time_s[2] = 200;
    assert_int_equal(asv_heads_add(&heads, "b", &verdict, false, NULL), ASV_OK);
    assert_true(asv_heads_since(&policy, &heads.seen[0], &since, &by));
    assert_true(since == 200 && by == 4);
    policy.quorum = ASV_QUORUM_WITNESS; /* the first, whatever the others say */
    assert_true(asv_heads_since(&policy, &heads.seen[0], &since, &by));
    assert_true(since == 300 && by == 5);
    verdict.time_s[0] = 100; /* another file has an earlier cosignature of the same head */
    assert_int_equal(asv_heads_add(&heads, "c", &verdict, false, NULL), ASV_OK);
    assert_true(asv_heads_since(&policy, &heads.seen[0], &since, &by));
    assert_true(since == 100 && by == 1);
    policy.quorum_index = 1; /* who did not */
    assert_false(asv_heads_since(&policy, &heads.seen[0], &since, &by));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(one_size_has_one_root_in_each_log, set_up),
        cmocka_unit_test_setup(a_place_has_one_entry, set_up),
        cmocka_unit_test_setup(a_kept_head_is_compared_or_said_not_to_be, set_up),
        cmocka_unit_test_setup(a_log_ended_with_the_head_that_the_next_one_names, set_up),
        cmocka_unit_test_setup(only_so_many_heads_are_remembered, set_up),
        cmocka_unit_test_setup(since_when_is_by_the_word_of_enough, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, tear_down);
}
