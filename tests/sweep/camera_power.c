/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The power of a camera fails at every operation on its flash, and at every byte of what it writes, while it
 * records across the end of a key's day. Each time: it boots again, says what was lost, and everything that a
 * checkpoint had promised opens; then it records on. LAW R1: encrypted and signed from the first byte.
 *
 * S-061: what a checkpoint signs is there. S-120: a clip that is visible has its header and stanzas. S-121:
 * numbers and digests go on. S-122: signed bytes stay, and the link says RECOVERED. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/camera/clock.h"
#include "firmware-proto/camera/recorder.h"
#include "tests/sim/camera_rig.h"
#include "tests/support/fmp4.h"
#include "tests/unit/test.h"

#define FRAGMENTS      4
#define FRAGMENT_BYTES 40000
#define PIECE_BYTES    30000
#define STEP_MS        400
#define TEAR_SEEDS     3

static struct asv_rig rig;
static struct asv_flash_mem base; /* installed, nothing recorded */
static uint8_t *stream;
static size_t stream_len;

/* What the recorder had made durable and signed when the power went. */
struct promised {
    uint64_t number; /* of the clip that was being recorded; 0 none */
    uint64_t chunks;
    uint64_t ended; /* clips that were ended before */
};

static int setup(void **state)
{
    (void)state;
    asv_rig_init(&rig, 21);
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

/* The installed camera again, as it was; the key's day ends while the third fragment arrives. */
static void restore(void)
{
    asv_flash_mem_free(&rig.flash);
    asv_flash_mem_clone(&rig.flash, &base);
    asv_test_world_init(&rig.world, 22);
    rig.world.wall = ASV_RIG_START_MS + ASV_RIG_DAY_MS - 1500;
}

/* Records until the end, or until the power fails. */
static void record_until_cut(struct promised *promised)
{
    const struct asv_recorder_options options = {.full_speed = true, .checkpoint_ms = 500};
    struct asv_recorder *recorder = calloc(1, sizeof *recorder);
    memset(promised, 0, sizeof *promised);
    assert_non_null(recorder);
    if (asv_rig_try_boot(&rig) == ASV_OK) {
        enum asv_status status = asv_recorder_open(recorder, rig.store, &options, NULL);
        for (size_t at = 0; at < stream_len && status == ASV_OK && !rig.flash.off; at += PIECE_BYTES) {
            size_t len = stream_len - at < PIECE_BYTES ? stream_len - at : PIECE_BYTES;
            status = asv_recorder_feed(recorder, stream + at, len, NULL);
            asv_test_world_step(&rig.world, STEP_MS);
            if (!rig.flash.off) {
                promised->number = recorder->clip.number;
                promised->chunks = recorder->clip.chunks_signed;
                promised->ended = recorder->clips;
            }
        }
        status = rig.flash.off ? ASV_E_IO : asv_recorder_source_ended(recorder, NULL);
        if (!rig.flash.off) {
            assert_int_equal(status, ASV_OK);
            promised->number = 0;
            promised->ended = recorder->clips;
        }
        asv_recorder_close(recorder);
    }
    free(recorder);
}

/* Boots, judges, and records once more. */
static void check_after(const struct promised *promised, enum asv_flash_mem_loss loss, uint64_t seed)
{
    struct asv_rig_verdict verdict;
    size_t got = 0;
    asv_rig_crash(&rig, loss, seed);
    asv_rig_boot(&rig);
    uint64_t clips = asv_rig_judge_all(&rig);
    assert_true(clips >= promised->ended + (promised->number != 0 && promised->chunks != 0));
    assert_true(asv_rig_is_prefix(&rig, stream, stream_len, &got));
    for (uint64_t number = 1; number <= promised->ended; number++) {
        assert_true(asv_rig_judge(&rig, number, &verdict));
        assert_int_equal(verdict.verdict.integrity, ASV_INTEGRITY_VALID);
        asv_rig_verdict_free(&verdict);
    }
    if (promised->chunks != 0 && promised->number != 0) {
        assert_true(asv_rig_judge(&rig, promised->number, &verdict));
        assert_true(verdict.seal.checkpoint.chunks >= promised->chunks);
        asv_rig_verdict_free(&verdict);
    }
    /* On with the next one: a number more, linked to the one before, and with a key of its own. */
    assert_int_equal(asv_rig_record(&rig, stream, 60000, 60000, 0), ASV_OK);
    assert_int_equal(asv_rig_judge_all(&rig), clips + 1);
    asv_rig_shut(&rig);
}

/* Operations of the whole recording. */
static uint64_t count_operations(void)
{
    struct promised promised;
    restore();
    record_until_cut(&promised);
    asv_rig_shut(&rig);
    assert_int_equal(promised.ended, 2); /* the day's end is in it */
    return rig.flash.operations;
}

static void the_power_fails_at_every_operation(void **state)
{
    (void)state;
    uint64_t operations = count_operations();
    for (uint64_t cut = 1; cut <= operations; cut++) {
        for (unsigned variant = 0; variant < 2 + TEAR_SEEDS; variant++) {
            struct promised promised;
            enum asv_flash_mem_loss loss = variant == 0   ? ASV_FLASH_MEM_DROP
                                           : variant == 1 ? ASV_FLASH_MEM_KEEP
                                                          : ASV_FLASH_MEM_TEAR;
            restore();
            rig.flash.cut_at = cut;
            rig.flash.cut_byte = variant == 0 ? 0 : SIZE_MAX;
            record_until_cut(&promised);
            assert_true(rig.flash.off);
            check_after(&promised, loss, cut * TEAR_SEEDS + variant);
        }
    }
    print_message("%u operations\n", (unsigned)operations);
}

/* Every byte of what is short, and of a chunk its ends and every 4093rd. */
static size_t next_byte(size_t byte, size_t len)
{
    return len < 20000 || byte < 20 || byte + 40 > len ? byte + 1
           : byte + 4093 + 40 > len                    ? len - 39
                                                       : byte + 4093;
}

static void the_power_fails_at_every_byte_of_a_write(void **state)
{
    (void)state;
    uint64_t operations = count_operations();
    uint64_t cuts = 0;
    for (uint64_t cut = 1; cut <= operations; cut++) {
        size_t len = 0;
        size_t byte = 0;
        do {
            struct promised promised;
            restore();
            rig.flash.cut_at = cut;
            rig.flash.cut_byte = byte;
            rig.flash.last_append_bytes = 0;
            record_until_cut(&promised);
            assert_true(rig.flash.off);
            len = rig.flash.cut_in_append ? (size_t)rig.flash.last_append_bytes : 0;
            check_after(&promised, ASV_FLASH_MEM_KEEP, 0);
            byte = next_byte(byte, len);
            cuts++;
        } while (byte <= len);
    }
    print_message("%u cuts\n", (unsigned)cuts);
}

/* The power fails again while the camera ends what the first cut left. */
static void the_power_fails_again_at_every_operation_of_the_recovery(void **state)
{
    (void)state;
    uint64_t operations = count_operations();
    for (uint64_t first = operations / 3; first <= operations; first += operations / 7) {
        for (uint64_t second = 1;; second++) {
            struct promised promised;
            restore();
            rig.flash.cut_at = first;
            record_until_cut(&promised);
            asv_rig_crash(&rig, ASV_FLASH_MEM_KEEP, 0);
            rig.flash.cut_at = second;
            enum asv_status status = asv_rig_try_boot(&rig);
            if (!rig.flash.off) {
                assert_int_equal(status, ASV_OK);
                asv_rig_shut(&rig);
                break;
            }
            check_after(&promised, second % 2 == 0 ? ASV_FLASH_MEM_DROP : ASV_FLASH_MEM_TEAR, second);
        }
    }
}

/* Only the process dies, at every operation; the next one finds what it wrote, durable or not. Then the power
 * fails: nothing may have been built on what is lost now. */
static void the_process_dies_at_every_operation_and_the_power_fails_later(void **state)
{
    (void)state;
    uint64_t operations = count_operations();
    for (uint64_t cut = 1; cut <= operations; cut++) {
        for (unsigned loss = 0; loss < 3; loss++) {
            struct promised promised;
            restore();
            rig.flash.cut_at = cut;
            rig.flash.cut_byte = SIZE_MAX;
            record_until_cut(&promised);
            asv_rig_shut(&rig);
            asv_flash_mem_restart(&rig.flash);
            asv_rig_boot(&rig);
            asv_rig_judge_all(&rig);
            check_after(&promised, (enum asv_flash_mem_loss)loss, cut);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_power_fails_at_every_operation),
        cmocka_unit_test(the_power_fails_at_every_byte_of_a_write),
        cmocka_unit_test(the_power_fails_again_at_every_operation_of_the_recovery),
        cmocka_unit_test(the_process_dies_at_every_operation_and_the_power_fails_later),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
