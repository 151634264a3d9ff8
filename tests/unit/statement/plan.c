/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The plan of a hand-over: which bytes are one, and whose statement is about it.
 */
#include "server/statement/plan.h"

#include <string.h>

#include "tests/support/plans.h"
#include "tests/unit/test.h"

static uint8_t encoded[ASV_PLAN_MAX_BYTES + 1];
static struct asv_writer writer;
static struct asv_plan plan, out;
static struct asv_plan_clip clips[ASV_PLAN_CLIPS_MAX];

static int set_up(void **state)
{
    (void)state;
    asv_test_handover_plan(&plan, clips, 4);
    return 0;
}

static enum asv_status encode(void)
{
    asv_writer_init(&writer, encoded, sizeof encoded);
    return asv_plan_write(&writer, &plan, clips);
}

static enum asv_status decode(size_t len)
{
    return asv_plan_read(&out, encoded, len, NULL);
}

static void a_plan_keeps_every_field(void **state)
{
    (void)state;
    assert_int_equal(encode(), ASV_OK);
    assert_int_equal(decode(writer.len), ASV_OK);
    assert_memory_equal(out.agency, plan.agency, 32);
    assert_memory_equal(out.id, plan.id, 16);
    assert_memory_equal(out.incident, plan.incident, 16);
    assert_int_equal(out.case_number.len, plan.case_number.len);
    assert_memory_equal(out.case_number.data, plan.case_number.data, plan.case_number.len);
    assert_int_equal(out.outputs, plan.outputs);
    assert_int_equal(out.protection, plan.protection);
    assert_int_equal(out.recipient_count, 2);
    for (unsigned i = 0; i < 2; i++) {
        assert_memory_equal(out.recipients[i].key, plan.recipients[i].key, 32);
        assert_int_equal(out.recipients[i].name.len, plan.recipients[i].name.len);
    }
    assert_int_equal(out.clip_count, 4);
    for (uint16_t i = 0; i < 4; i++) {
        struct asv_plan_clip clip;
        asv_plan_clip(&out, i, &clip);
        assert_memory_equal(clip.header, clips[i].header, 32);
        assert_int_equal(clip.form, clips[i].form);
        assert_true(clip.from_ms == clips[i].from_ms && clip.until_ms == clips[i].until_ms);
    }
}

static void only_these_bytes_are_a_plan(void **state)
{
    (void)state;
    struct asv_err err = {0};
    assert_int_equal(encode(), ASV_OK);
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
    assert_int_equal(decode(len), ASV_E_UNSUPPORTED);                                          /* ST-001 */
    assert_int_equal(asv_plan_read(&out, encoded, ASV_PLAN_MAX_BYTES + 1, &err), ASV_E_LIMIT); /* ST-002 */
    assert_string_equal(err.text, "plan: length");
}

static void the_longest_plan_fits(void **state)
{
    (void)state;
    static uint8_t name[ASV_NAME_MAX_BYTES];
    static uint8_t block[512] = {0, 1, 0, 1, (512 - 6) >> 8, (512 - 6) & 0xff};
    memset(name, 'n', sizeof name);
    asv_test_handover_plan(&plan, clips, ASV_PLAN_CLIPS_MAX);
    plan.case_number = (struct asv_bytes){name, sizeof name};
    plan.recipient_count = ASV_PLAN_RECIPIENTS_MAX;
    for (uint8_t i = 0; i < plan.recipient_count; i++) {
        plan.recipients[i].name = (struct asv_bytes){name, sizeof name};
        memset(plan.recipients[i].key, 0x11 + i, 32);
    }
    plan.extensions = (struct asv_bytes){block, sizeof block};
    assert_int_equal(encode(), ASV_OK);
    assert_int_equal(writer.len, ASV_PLAN_MAX_BYTES);
    assert_int_equal(decode(writer.len), ASV_OK);
    plan.recipient_count++; /* ST-122 */
    assert_int_equal(encode(), ASV_E_USAGE);
    plan.recipient_count = 1;
    plan.clip_count++; /* ST-126 */
    assert_int_equal(encode(), ASV_E_USAGE);
}

/* A field that breaks a rule is neither written nor read. at: where its byte stands in what was written. */
static void refused(size_t at, uint8_t value, enum asv_status status)
{
    assert_int_equal(encode(), ASV_OK);
    encoded[at] = value;
    assert_int_equal(decode(writer.len), status);
}

static void a_hand_over_has_an_id_and_something_comes_out(void **state)
{
    (void)state; /* ST-121 */
    size_t outputs = 4 + 34 + 16 + 16 + 1 + plan.case_number.len;
    refused(outputs, 0, ASV_E_MALFORMED);
    refused(outputs, 4, ASV_E_MALFORMED);
    refused(outputs + 1, 3, ASV_E_MALFORMED);
    assert_int_equal(encode(), ASV_OK);
    memset(encoded + 4 + 34, 0, 16);
    assert_int_equal(decode(writer.len), ASV_E_MALFORMED);
    assert_int_equal(encode(), ASV_OK);
    memset(encoded + 4 + 34 + 16, 0, 16);
    assert_int_equal(decode(writer.len), ASV_E_MALFORMED);
    plan.outputs = 0;
    assert_int_equal(encode(), ASV_E_USAGE);
    plan.outputs = ASV_PLAN_FILING; /* of which nothing is closed */
    plan.protection = ASV_PLAN_OPEN;
    assert_int_equal(encode(), ASV_OK);
    refused(outputs + 1, ASV_PLAN_ZIP, ASV_E_MALFORMED);
    refused(outputs + 1, ASV_PLAN_AGE, ASV_E_MALFORMED);
    plan.protection = ASV_PLAN_AGE;
    assert_int_equal(encode(), ASV_E_USAGE);
    plan.outputs |= ASV_PLAN_CARRIER;
    assert_int_equal(encode(), ASV_OK);
}

static void nobody_gets_it_twice_and_nobody_in_vain(void **state)
{
    (void)state; /* ST-122 */
    size_t count = 4 + 34 + 16 + 16 + 1 + plan.case_number.len + 2;
    refused(count, ASV_PLAN_RECIPIENTS_MAX + 1, ASV_E_LIMIT);
    memcpy(plan.recipients[1].key, plan.recipients[0].key, 32);
    assert_int_equal(encode(), ASV_E_USAGE);
    memset(plan.recipients[1].key, 0, 32); /* ST-100 */
    assert_int_equal(encode(), ASV_E_USAGE);
    plan.recipients[1].key[0] = 9;
    plan.recipients[1].name.len = 0;
    assert_int_equal(encode(), ASV_E_USAGE);
    plan.recipient_count = 0;
    assert_int_equal(encode(), ASV_E_USAGE);
}

static void clips_ascend_and_say_how_they_go(void **state)
{
    (void)state; /* ST-126 */
    struct asv_plan_clip good[4];
    memcpy(good, clips, sizeof good);
    assert_int_equal(encode(), ASV_OK);
    size_t first = writer.len - 2 - 4 * ASV_PLAN_CLIP_BYTES;
    refused(first + 34, 0, ASV_E_MALFORMED); /* form */
    refused(first + 34, 5, ASV_E_MALFORMED);
    refused(first + 34, ASV_PLAN_EXCERPT_ONLY, ASV_E_MALFORMED); /* without a range */
    refused(first + 34 + 4, 1, ASV_E_MALFORMED);                 /* a range of one that is no excerpt */
    refused(first + 2, 0xff, ASV_E_MALFORMED);                   /* above the next */
    refused(first - 2, 0x7f, ASV_E_LIMIT);                       /* count */
    assert_int_equal(clips[2].form, ASV_PLAN_EXCERPT);
    assert_int_equal(clips[3].form, ASV_PLAN_EXCERPT_ONLY);
    for (unsigned i = 2; i < 4; i++) {
        clips[i].from_ms = clips[i].until_ms;
        assert_int_equal(encode(), ASV_E_USAGE);
        memcpy(clips, good, sizeof good);
    }
    clips[1] = clips[0];
    assert_int_equal(encode(), ASV_E_USAGE);
    memcpy(clips, good, sizeof good);
    memset(clips[0].header, 0, 32);
    assert_int_equal(encode(), ASV_E_USAGE);
    plan.clip_count = 0;
    assert_int_equal(encode(), ASV_E_USAGE);
}

static void a_statement_is_about_one_plan(void **state)
{
    (void)state; /* ST-123 */
    static const uint8_t other[] = "Staatsanwaltschaft Kleve";
    struct asv_statement statement = {.action = ASV_ACTION_HAND_OVER};
    assert_int_equal(encode(), ASV_OK);
    asv_test_handover_says(&statement, &plan, encoded, writer.len);
    assert_int_equal(asv_plan_of(&out, &statement, encoded, writer.len, NULL), ASV_OK);
    assert_int_equal(out.clip_count, 4);

    struct asv_statement wrong[6];
    for (unsigned i = 0; i < 6; i++) {
        wrong[i] = statement;
    }
    wrong[0].subject.id[31] ^= 1;
    wrong[1].agency[0] ^= 1;
    wrong[2].incident[0] ^= 1;
    wrong[3].case_text.len--;
    wrong[4].subject.name = (struct asv_bytes){other, sizeof other - 1};
    wrong[5].action = ASV_ACTION_RECIPIENT;
    for (unsigned i = 0; i < 6; i++) {
        assert_int_equal(asv_plan_of(&out, &wrong[i], encoded, writer.len, NULL), ASV_E_MISMATCH);
    }
    encoded[writer.len - 3] ^= 1; /* another plan under the same statements */
    assert_int_equal(asv_plan_of(&out, &statement, encoded, writer.len, NULL), ASV_E_MISMATCH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_plan_keeps_every_field, set_up),
        cmocka_unit_test_setup(only_these_bytes_are_a_plan, set_up),
        cmocka_unit_test_setup(the_longest_plan_fits, set_up),
        cmocka_unit_test_setup(a_hand_over_has_an_id_and_something_comes_out, set_up),
        cmocka_unit_test_setup(nobody_gets_it_twice_and_nobody_in_vain, set_up),
        cmocka_unit_test_setup(clips_ascend_and_say_how_they_go, set_up),
        cmocka_unit_test_setup(a_statement_is_about_one_plan, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
