/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A camera's flash that fails or is full at every operation while it records: it goes on recording as soon as
 * it can, ends in good order where it cannot, and nothing that was signed is lost. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/camera/recorder.h"
#include "tests/sim/camera_rig.h"
#include "tests/support/fmp4.h"
#include "tests/unit/test.h"

#define FRAGMENTS      4
#define FRAGMENT_BYTES 70000

static struct asv_rig rig;
static struct asv_flash_mem base;
static uint8_t *stream;
static size_t stream_len;

static int setup(void **state)
{
    (void)state;
    asv_rig_init(&rig, 41);
    asv_flash_mem_clone(&base, &rig.flash);
    stream = asv_fmp4_stream(FRAGMENTS, 1000, FRAGMENT_BYTES, &stream_len);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    free(stream);
    asv_flash_mem_free(&base);
    asv_rig_free(&rig);
    return 0;
}

static void restore(void)
{
    asv_flash_mem_free(&rig.flash);
    asv_flash_mem_clone(&rig.flash, &base);
    asv_test_world_init(&rig.world, 42);
}

/* Whether the last clip holds the stream's last bytes: recording had gone on to the end. */
static bool reached_the_end(uint64_t clips)
{
    struct asv_rig_verdict verdict;
    bool reached = false;
    if (clips == 0 || !asv_rig_judge(&rig, clips, &verdict)) {
        return false;
    }
    if (verdict.seal.ended) {
        size_t len = (size_t)verdict.seal.end.media_bytes;
        reached = len >= 1000 && memcmp(verdict.plain + len - 1000, stream + stream_len - 1000, 1000) == 0;
    }
    asv_rig_verdict_free(&verdict);
    return reached;
}

static uint64_t count_operations(void)
{
    restore();
    asv_rig_boot(&rig);
    rig.flash.operations = 0;
    assert_int_equal(asv_rig_record(&rig, stream, stream_len, 35000, 300), ASV_OK);
    asv_rig_shut(&rig);
    return rig.flash.operations;
}

/* Records with this fault; then reboots, judges, and records once more. */
static void record_with_fault(uint64_t at, uint64_t count, enum asv_status fault,
                              enum asv_flash_mem_loss loss, uint64_t *clips, enum asv_status *said)
{
    restore();
    asv_rig_boot(&rig);
    rig.flash.operations = 0;
    rig.flash.fail_at = at;
    rig.flash.fail_count = count;
    rig.flash.fail_status = fault;
    rig.flash.sync_fails_late = loss == ASV_FLASH_MEM_KEEP;
    *said = asv_rig_record(&rig, stream, stream_len, 35000, 300);
    asv_rig_crash(&rig, loss, at);
    asv_rig_boot(&rig);
    *clips = asv_rig_judge_all(&rig);
    assert_int_equal(asv_rig_record(&rig, stream, 100000, 100000, 0), ASV_OK);
    assert_int_equal(asv_rig_judge_all(&rig), *clips + 1);
    asv_rig_shut(&rig);
}

static void one_failure_of_the_medium_breaks_off_a_clip_and_the_next_goes_on(void **state)
{
    (void)state;
    uint64_t operations = count_operations();
    unsigned went_on = 0;
    for (uint64_t at = 1; at <= operations; at++) {
        for (int loss = 0; loss < 3; loss++) {
            uint64_t clips = 0;
            enum asv_status said = ASV_OK;
            record_with_fault(at, 1, ASV_E_IO, (enum asv_flash_mem_loss)loss, &clips, &said);
            assert_true(clips >= 1);
            /* Only a failure within the last fragment leaves nothing to go on with. */
            bool reached = reached_the_end(clips);
            went_on += reached;
            if (!reached && at < operations - 31) {
                fail_msg("after a failure of operation %u of %u the recording did not go on", (unsigned)at,
                         (unsigned)operations);
            }
        }
    }
    assert_true(went_on > 2 * operations);
}

static void a_medium_that_fails_for_good_costs_nothing_that_was_signed(void **state)
{
    (void)state;
    uint64_t operations = count_operations();
    for (uint64_t at = 1; at <= operations; at++) {
        uint64_t clips = 0;
        enum asv_status said = ASV_OK;
        record_with_fault(at, UINT64_MAX, ASV_E_IO, at % 2 == 0 ? ASV_FLASH_MEM_DROP : ASV_FLASH_MEM_TEAR,
                          &clips, &said);
    }
}

static void a_full_medium_ends_the_clip_and_loses_nothing(void **state)
{
    (void)state;
    uint64_t operations = count_operations();
    for (uint64_t at = 1; at <= operations; at++) {
        for (uint64_t count = 1; count <= 3; count++) {
            uint64_t clips = 0;
            enum asv_status said = ASV_OK;
            record_with_fault(at, count == 3 ? UINT64_MAX : count, ASV_E_NO_SPACE, ASV_FLASH_MEM_DROP, &clips,
                              &said);
        }
    }
}

static void a_recording_ends_in_good_order_when_the_room_ends(void **state)
{
    (void)state;
    struct asv_rig_verdict verdict;
    struct asv_store_space space;
    size_t len = 0;
    uint8_t *much = asv_fmp4_stream(80, 1000, 70000, &len);
    /* Every size at which something else is what does not fit. */
    for (uint64_t capacity = 1600000; capacity < 1800000; capacity += 7919) {
        restore();
        rig.flash.capacity = capacity;
        asv_rig_boot(&rig);
        assert_int_equal(asv_rig_record(&rig, much, len, 16384, 100), ASV_E_NO_SPACE);
        assert_true(asv_rig_judge(&rig, 1, &verdict));
        assert_int_equal(verdict.verdict.integrity, ASV_INTEGRITY_VALID);
        assert_int_equal(verdict.seal.end.reason, ASV_END_STORAGE_FULL);
        assert_memory_equal(verdict.plain, much, (size_t)verdict.seal.end.media_bytes);
        asv_rig_verdict_free(&verdict);
        assert_int_equal(asv_store_space(rig.store, &space), ASV_OK);
        assert_true(space.full && space.low && space.minutes_left == 0);

        /* Nothing is overwritten; nothing more is begun. */
        assert_int_equal(asv_rig_record(&rig, much, len, 16384, 100), ASV_E_NO_SPACE);
        assert_int_equal(asv_rig_judge_all(&rig), 1);
        asv_rig_shut(&rig);
    }
    free(much);
}

static void a_medium_without_any_room_can_still_be_erased(void **state)
{
    (void)state;
    struct asv_rig_receipt receipt;
    uint8_t record[ASV_ERASURE_MAX_BYTES];
    uint64_t free_bytes = 0;
    uint64_t total = 0;
    size_t len = 0;
    restore();
    rig.flash.capacity = 4000000;
    asv_rig_boot(&rig);
    assert_int_equal(asv_rig_record(&rig, stream, stream_len, 16384, 100), ASV_OK);
    assert_true(rig.store->has_reserve);
    assert_int_equal(rig.flash.flash.ops->space(&rig.flash, &free_bytes, &total), ASV_OK);
    asv_flash_mem_fill(&rig.flash, "junk", (size_t)free_bytes);
    asv_rig_receipt(&rig, 1, &receipt);
    assert_int_equal(asv_rig_give_receipt(&rig, &receipt, record, &len), ASV_OK);
    assert_int_equal(asv_rig_judge_all(&rig), 0);
    assert_int_equal(rig.flash.flash.ops->unlink(&rig.flash, "junk"), ASV_OK);
    asv_rig_crash(&rig, ASV_FLASH_MEM_KEEP, 0);
    asv_rig_boot(&rig);
    assert_true(rig.store->has_reserve);
    asv_rig_shut(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_failure_of_the_medium_breaks_off_a_clip_and_the_next_goes_on),
        cmocka_unit_test(a_medium_that_fails_for_good_costs_nothing_that_was_signed),
        cmocka_unit_test(a_full_medium_ends_the_clip_and_loses_nothing),
        cmocka_unit_test(a_recording_ends_in_good_order_when_the_room_ends),
        cmocka_unit_test(a_medium_without_any_room_can_still_be_erased),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
