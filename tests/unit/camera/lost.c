/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A medium that loses what it had confirmed, or cannot read it any more: the number is told of and followed
 * by the next (S-124), nothing that was recorded goes without an order, and recording goes on. */
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/camera/device.h"
#include "firmware-proto/camera/erase.h"
#include "firmware-proto/camera/recorder.h"
#include "firmware-proto/camera/trust.h"
#include "tests/sim/camera_rig.h"
#include "tests/support/fmp4.h"
#include "tests/unit/test.h"

static struct asv_rig rig;
static struct asv_camera_device device;
static const struct asv_wire_camera_ops *const ops = &asv_camera_device_ops;
static uint8_t record[ASV_ERASURE_MAX_BYTES];
static size_t record_len;
static uint8_t *stream;
static size_t stream_len;

static int setup(void **state)
{
    (void)state;
    asv_rig_init(&rig, 53);
    asv_rig_boot(&rig);
    stream = asv_fmp4_stream(3, 1000, 90000, &stream_len);
    assert_int_equal(asv_rig_record(&rig, stream, stream_len, 65536, 100), ASV_OK);
    asv_camera_device_init(&device, rig.store);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    free(stream);
    asv_rig_free(&rig);
    return 0;
}

static void reboot(void)
{
    asv_rig_crash(&rig, ASV_FLASH_MEM_KEEP, 1);
    asv_rig_boot(&rig);
    asv_camera_device_init(&device, rig.store);
}

/* Begins clip 2, feeds so many bytes of the stream, and the power goes. The camera is off. */
static void cut_second_clip(size_t bytes, bool marker)
{
    const struct asv_recorder_options options = {.full_speed = true};
    struct asv_recorder *recorder = calloc(1, sizeof *recorder);
    assert_non_null(recorder);
    assert_int_equal(asv_recorder_open(recorder, rig.store, &options, NULL), ASV_OK);
    assert_int_equal(asv_recorder_feed(recorder, stream, bytes, NULL), ASV_OK);
    if (marker) {
        assert_int_equal(asv_recorder_marker(recorder), ASV_OK);
    }
    rig.flash.cut_at = rig.flash.operations + 1;
    asv_recorder_close(recorder);
    free(recorder);
    asv_rig_crash(&rig, ASV_FLASH_MEM_KEEP, 1);
}

static void check_erasure(uint64_t number, uint8_t cause)
{
    static const uint8_t zeros[ASV_SHA256_BYTES];
    struct asv_erasure erasure;
    assert_int_equal(asv_store_erase_record(rig.store, number, record, sizeof record, &record_len), ASV_OK);
    assert_int_equal(asv_erasure_decode(&erasure, record, record_len, NULL), ASV_OK);
    assert_int_equal(asv_erasure_verify(&erasure, &rig.agency.camera.cert, NULL), ASV_OK);
    assert_int_equal(erasure.cause, cause);
    assert_int_equal(erasure.number, number);
    assert_memory_equal(erasure.epoch, rig.store->epoch, sizeof erasure.epoch);
    assert_memory_equal(erasure.header, zeros, sizeof zeros);
}

/* The next recording has this number, and is chained to nothing. */
static void check_next(uint64_t number)
{
    struct asv_rig_verdict verdict;
    uint8_t nothing[ASV_SHA256_BYTES];
    asv_sha256(nothing, NULL, 0);
    assert_int_equal(asv_rig_record(&rig, stream, stream_len, 65536, 100), ASV_OK);
    assert_true(asv_rig_judge(&rig, number, &verdict));
    assert_int_equal(verdict.verdict.integrity, ASV_INTEGRITY_VALID);
    assert_int_equal(verdict.seal.header.number, number);
    assert_memory_equal(verdict.seal.header.previous, nothing, sizeof nothing);
    asv_rig_verdict_free(&verdict);
}

/* What a medium that lies may have made of a header that it had confirmed. */
enum loss { GONE, EMPTY, SHORT, ONE_BYTE, ZEROS, FLIPPED, LOSSES };

static void lose_header(enum loss loss)
{
    const struct asv_flash *flash = &rig.flash.flash;
    uint64_t size = 0;
    assert_int_equal(flash->ops->size(flash->ctx, "clips/2/seal", &size), ASV_OK);
    switch (loss) {
    case GONE:
        assert_int_equal(flash->ops->unlink(flash->ctx, "clips/2/seal"), ASV_OK);
        break;
    case EMPTY:
        assert_true(asv_flash_mem_truncate(&rig.flash, "clips/2/seal", 0));
        break;
    case SHORT:
        assert_true(asv_flash_mem_truncate(&rig.flash, "clips/2/seal", size - 1));
        break;
    case ONE_BYTE:
        assert_true(asv_flash_mem_truncate(&rig.flash, "clips/2/seal", 1));
        break;
    case ZEROS:
        assert_int_equal(flash->ops->overwrite(flash->ctx, "clips/2/seal", 0, size), ASV_OK);
        break;
    default:
        assert_true(asv_flash_mem_flip(&rig.flash, "clips/2/seal", 40, 3));
    }
}

/* S-124, T-071 */
static void a_clip_whose_header_was_lost_is_told_of_and_makes_room(void **state)
{
    (void)state;
    for (int loss = 0; loss < LOSSES; loss++) {
        uint8_t value[ASV_DEVLOG_VALUE_MAX];
        struct asv_rig_receipt receipt;
        struct asv_wire_status_reply status;
        size_t len = 0;
        if (loss != 0) {
            assert_int_equal(teardown(NULL), 0);
            assert_int_equal(setup(NULL), 0);
        }
        cut_second_clip(3000, false);
        lose_header((enum loss)loss);
        asv_rig_boot(&rig);
        asv_camera_device_init(&device, rig.store);
        assert_null(asv_store_clip_find(rig.store, 2));
        assert_int_equal(asv_rig_log_count(&rig, ASV_DEVLOG_LOST, value, &len), 1);
        assert_int_equal(len, 16);
        assert_int_equal(asv_load_be64(value), 2);
        assert_int_equal(asv_load_be64(value + 8), 0);
        check_erasure(2, ASV_ERASURE_LOST);
        assert_int_equal(ops->status(&device, &status, &rig.err), ASV_OK);
        assert_int_equal(status.last_number, 2);
        assert_int_equal(status.clips, 1);
        assert_int_equal(status.erasures, 1);
        assert_true((status.flags & ASV_WIRE_STATUS_FAULT) != 0);
        check_next(3);

        /* With the proof in a dock, and the others stored, nothing is left that would block a format. */
        asv_rig_receipt(&rig, 1, &receipt);
        assert_int_equal(asv_rig_give_receipt(&rig, &receipt, record, &record_len), ASV_OK);
        asv_rig_receipt(&rig, 3, &receipt);
        assert_int_equal(asv_rig_give_receipt(&rig, &receipt, record, &record_len), ASV_OK);
        for (uint64_t number = 1; number <= 3; number++) {
            struct asv_object object;
            uint8_t digest[ASV_SHA256_BYTES];
            assert_int_equal(asv_store_erase_record(rig.store, number, record, sizeof record, &record_len),
                             ASV_OK);
            assert_int_equal(asv_object_split(&object, record, record_len), ASV_OK);
            asv_object_digest(digest, &object);
            assert_int_equal(asv_store_erase_acknowledge(rig.store, number, digest), ASV_OK);
        }
        assert_int_equal(asv_store_format(rig.store, &rig.err), ASV_OK);
    }
}

static void a_lost_clip_is_told_of_once_whenever_the_power_fails(void **state)
{
    (void)state;
    struct asv_flash_mem base;
    cut_second_clip(3000, false);
    lose_header(EMPTY);
    asv_flash_mem_clone(&base, &rig.flash);
    for (uint64_t cut = 1;; cut++) {
        bool reached = false;
        for (int loss = 0; loss < 3; loss++) {
            asv_flash_mem_free(&rig.flash);
            asv_flash_mem_clone(&rig.flash, &base);
            rig.flash.cut_at = cut;
            enum asv_status status = asv_rig_try_boot(&rig);
            reached = rig.flash.off;
            assert_true(reached || status == ASV_OK);
            asv_rig_crash(&rig, (enum asv_flash_mem_loss)loss, cut);
            asv_rig_boot(&rig);
            assert_null(asv_store_clip_find(rig.store, 2));
            check_erasure(2, ASV_ERASURE_LOST);
            size_t told = asv_rig_log_count(&rig, ASV_DEVLOG_LOST, NULL, NULL);
            assert_true(told == 1 || (told == 2 && reached));
            asv_rig_crash(&rig, ASV_FLASH_MEM_KEEP, 0);
            asv_rig_boot(&rig);
            assert_int_equal(asv_rig_log_count(&rig, ASV_DEVLOG_LOST, NULL, NULL), told);
            check_next(3);
            asv_rig_shut(&rig);
        }
        if (!reached) {
            break;
        }
    }
    asv_flash_mem_free(&base);
}

/* Bytes of the payload, or frames behind the header, are never thrown away by the camera itself. */
static void what_was_recorded_under_a_lost_header_stays_until_a_keeper_says_so(void **state)
{
    (void)state;
    uint8_t value[ASV_DEVLOG_VALUE_MAX];
    static const uint8_t zeros[ASV_SHA256_BYTES];
    for (int with_payload = 0; with_payload < 2; with_payload++) {
        struct asv_rig_statement statement;
        struct asv_rig_receipt receipt;
        struct asv_wire_clip clip;
        size_t len = 0;
        if (with_payload != 0) {
            assert_int_equal(teardown(NULL), 0);
            assert_int_equal(setup(NULL), 0);
        }
        cut_second_clip(with_payload != 0 ? stream_len : 3000, true);
        lose_header(FLIPPED);
        asv_rig_boot(&rig);
        for (int boot = 0; boot < 2; boot++) {
            reboot();
            assert_int_equal(ops->clip_next(&device, 1, &clip, &rig.err), ASV_OK);
            assert_int_equal(clip.number, 2);
            assert_int_equal(clip.flags, ASV_WIRE_CLIP_DAMAGED);
            assert_memory_equal(clip.header, zeros, sizeof zeros);
            assert_memory_equal(clip.clip, zeros, sizeof clip.clip);
            assert_int_equal(clip.chunks, 0);
            assert_int_equal(clip.tail_bytes != 0, with_payload != 0);
            assert_int_equal(asv_rig_log_count(&rig, ASV_DEVLOG_LOST, value, &len), 1);
            assert_int_equal(asv_load_be64(value + 8), clip.tail_bytes);
            assert_int_equal(asv_rig_log_count(&rig, ASV_DEVLOG_POWER_LOST, NULL, NULL), 1);
            assert_int_equal(asv_store_format(rig.store, &rig.err), ASV_E_STATE);
        }
        check_next(3);

        asv_rig_receipt(&rig, 1, &receipt);
        receipt.receipt.custody.number = 2;
        assert_int_equal(asv_rig_receipt_sign(&rig, &receipt), ASV_OK);
        assert_int_not_equal(asv_rig_give_receipt(&rig, &receipt, record, &record_len), ASV_OK);
        asv_rig_statement(&rig, 1, &statement);
        statement.statement.number = 2;
        assert_int_equal(asv_rig_statement_sign(&rig, &statement), ASV_OK);
        assert_int_equal(asv_rig_give_statement(&rig, &statement, record, &record_len), ASV_E_MISMATCH);
        assert_non_null(asv_store_clip_find(rig.store, 2));

        /* T-061: zeros name a recording without a header, and no other. */
        memset(statement.statement.header, 0, sizeof statement.statement.header);
        statement.statement.number = 1;
        assert_int_equal(asv_rig_statement_sign(&rig, &statement), ASV_OK);
        assert_int_equal(asv_rig_give_statement(&rig, &statement, record, &record_len), ASV_E_MISMATCH);
        statement.statement.number = 2;
        assert_int_equal(asv_rig_statement_sign(&rig, &statement), ASV_OK);
        assert_int_equal(asv_rig_give_statement(&rig, &statement, record, &record_len), ASV_OK);
        assert_null(asv_store_clip_find(rig.store, 2));
        check_erasure(2, ASV_ERASURE_DESTRUCTION);
    }
}

/* ---- a block that cannot be read ---- */

static void an_unreadable_seal_keeps_neither_the_others_nor_the_recording(void **state)
{
    (void)state;
    struct asv_wire_clip clip;
    static uint8_t chunk[ASV_WIRE_CHUNK_BYTES];
    uint32_t done = 0;
    cut_second_clip(stream_len, false);
    rig.flash.bad_path = "clips/2/seal";
    rig.flash.bad_from = 0;
    asv_rig_boot(&rig);
    asv_camera_device_init(&device, rig.store);
    assert_int_equal(ops->clip_next(&device, 0, &clip, &rig.err), ASV_OK);
    assert_int_equal(clip.flags, ASV_WIRE_CLIP_ENDED);
    assert_int_equal(ops->clip_next(&device, 1, &clip, &rig.err), ASV_OK);
    assert_int_equal(clip.number, 2);
    assert_int_equal(clip.flags, ASV_WIRE_CLIP_DAMAGED);
    assert_int_equal(ops->chunks(&device, 1, 0, 1, chunk, &done, NULL), ASV_OK);
    assert_int_equal(asv_rig_log_count(&rig, ASV_DEVLOG_LOST, NULL, NULL), 0);
    check_next(3);

    /* Read again later, it is what it was, and is given its link. */
    rig.flash.bad_path = NULL;
    reboot();
    assert_int_equal(ops->clip_next(&device, 1, &clip, &rig.err), ASV_OK);
    assert_int_equal(clip.flags, 0);
    assert_true(clip.chunks != 0 && clip.link_bytes != 0);
    assert_int_equal(ops->chunks(&device, 2, 0, 1, chunk, &done, NULL), ASV_OK);
}

static void a_marker_under_which_the_medium_fails_is_not_lost(void **state)
{
    (void)state;
    const struct asv_recorder_options options = {.full_speed = true};
    static struct asv_recorder recorder;
    for (uint64_t at = 1; at <= 3; at++) { /* its record, the syncs of payload and seal */
        const uint64_t number = 1 + at;
        assert_int_equal(asv_recorder_open(&recorder, rig.store, &options, NULL), ASV_OK);
        assert_int_equal(asv_recorder_feed(&recorder, stream, 100000, NULL), ASV_OK);
        rig.flash.fail_at = rig.flash.operations + at;
        rig.flash.fail_count = 1;
        rig.flash.fail_status = ASV_E_IO;
        assert_int_equal(asv_recorder_marker(&recorder), ASV_OK);
        assert_int_equal(recorder.state, ASV_RECORDER_BROKEN);
        asv_recorder_close(&recorder);
        asv_rig_crash(&rig, ASV_FLASH_MEM_DROP, 0);
        asv_rig_boot(&rig);
        struct asv_wire_clip clip;
        asv_camera_device_init(&device, rig.store);
        assert_int_equal(ops->clip_next(&device, number - 1, &clip, NULL), ASV_OK);
        assert_int_equal(clip.number, number);
        assert_true((clip.flags & ASV_WIRE_CLIP_MARKED) != 0);
        assert_int_equal(asv_rig_log_count(&rig, ASV_DEVLOG_MARKER, NULL, NULL), at);
    }
}

/* ---- state files ---- */

static void spoil(const char *path)
{
    assert_true(asv_flash_mem_flip(&rig.flash, path, 9, 1));
}

static void erase_and_acknowledge(uint64_t number, bool acknowledge)
{
    struct asv_rig_receipt receipt;
    struct asv_object object;
    uint8_t digest[ASV_SHA256_BYTES];
    asv_rig_receipt(&rig, number, &receipt);
    assert_int_equal(asv_rig_give_receipt(&rig, &receipt, record, &record_len), ASV_OK);
    assert_int_equal(asv_object_split(&object, record, record_len), ASV_OK);
    asv_object_digest(digest, &object);
    if (acknowledge) {
        assert_int_equal(asv_store_erase_acknowledge(rig.store, number, digest), ASV_OK);
    }
}

static void no_number_is_given_twice_when_the_counter_is_lost(void **state)
{
    (void)state;
    uint8_t epoch[ASV_UUID_BYTES];
    memcpy(epoch, rig.store->epoch, sizeof epoch);
    assert_int_equal(asv_store_clip_mark(rig.store, 1), ASV_OK);
    assert_int_equal(asv_rig_record(&rig, stream, stream_len, 65536, 100), ASV_OK);
    erase_and_acknowledge(2, true);
    spoil("state/counter"); /* its copy knows of 2, which is gone */
    reboot();
    assert_true(rig.store->fault);
    assert_int_equal(asv_rig_record(&rig, stream, stream_len, 65536, 100), ASV_OK);
    assert_non_null(asv_store_clip_find(rig.store, 3));

    spoil("state/counter"); /* both: 3 is held */
    spoil("state/counter.copy");
    reboot();
    assert_int_equal(asv_rig_record(&rig, stream, stream_len, 65536, 100), ASV_OK);
    assert_non_null(asv_store_clip_find(rig.store, 4));

    erase_and_acknowledge(1, true); /* 4 is the highest of which a proof is still here */
    erase_and_acknowledge(3, true);
    erase_and_acknowledge(4, false);
    spoil("state/counter");
    spoil("state/counter.copy");
    reboot();
    check_next(5);
    assert_memory_equal(rig.store->epoch, epoch, sizeof epoch);

    erase_and_acknowledge(5, true); /* nothing tells any more: numbers begin anew, in an epoch of their own */
    assert_int_equal(asv_store_erase_record(rig.store, 4, record, sizeof record, &record_len), ASV_OK);
    struct asv_object object;
    uint8_t digest[ASV_SHA256_BYTES];
    assert_int_equal(asv_object_split(&object, record, record_len), ASV_OK);
    asv_object_digest(digest, &object);
    assert_int_equal(asv_store_erase_acknowledge(rig.store, 4, digest), ASV_OK);
    spoil("state/counter");
    spoil("state/counter.copy");
    reboot();
    assert_memory_not_equal(rig.store->epoch, epoch, sizeof epoch);
    assert_int_equal(asv_rig_record(&rig, stream, stream_len, 65536, 100), ASV_OK);
    assert_int_equal(asv_rig_judge_all(&rig), 1);
    struct asv_wire_clip clip;
    assert_int_equal(ops->clip_next(&device, 0, &clip, NULL), ASV_OK);
    assert_int_equal(clip.flags, ASV_WIRE_CLIP_ENDED); /* the mark was of the other epoch's 1 */
    memcpy(epoch, rig.store->epoch, sizeof epoch);
    reboot();
    assert_memory_equal(rig.store->epoch, epoch, sizeof epoch);
    assert_false(rig.store->fault);
}

static void an_epoch_that_is_lost_is_that_of_a_recording_or_a_new_one(void **state)
{
    (void)state;
    uint8_t epoch[ASV_UUID_BYTES];
    memcpy(epoch, rig.store->epoch, sizeof epoch);
    spoil("state/store");
    reboot();
    assert_memory_equal(rig.store->epoch, epoch, sizeof epoch);
    assert_int_equal(asv_rig_record(&rig, stream, stream_len, 65536, 100), ASV_OK);
    assert_int_equal(asv_rig_judge_all(&rig), 2);
    reboot();
    assert_false(rig.store->fault); /* it was written anew */

    erase_and_acknowledge(1, true);
    erase_and_acknowledge(2, true);
    spoil("state/store");
    reboot();
    assert_memory_not_equal(rig.store->epoch, epoch, sizeof epoch);
    assert_int_equal(asv_rig_record(&rig, stream, stream_len, 65536, 100), ASV_OK);
    assert_int_equal(asv_rig_judge_all(&rig), 1);
}

/* What nothing can be recorded without is there twice. */
static void one_spoilt_file_stops_no_recording(void **state)
{
    (void)state;
    static const char *const paths[] = {"state/identity", "state/counter", "trust/root", "trust/chain",
                                        "trust/bulletin"};
    for (size_t i = 0; i < 2 * sizeof paths / sizeof paths[0]; i++) {
        char path[ASV_FLASH_PATH_MAX + 1];
        asv_flash_copy_path(path, paths[i / 2], i % 2);
        spoil(path);
        reboot();
        assert_int_equal(rig.store->fault, i % 2 == 0 || strcmp(paths[i / 2], "state/counter") == 0);
        assert_int_equal(asv_rig_record(&rig, stream, stream_len, 65536, 100), ASV_OK);
        assert_int_equal(asv_rig_judge_all(&rig), 2 + i);
        if (i % 2 == 0) { /* there are two again */
            reboot();
            assert_false(rig.store->fault);
        } else {
            spoil(path);
        }
    }
}

static enum asv_status install(void)
{
    return asv_store_install(rig.store, (struct asv_bytes){rig.agency.root.pk, sizeof rig.agency.root.pk},
                             rig.agency.camera.chain.encoded,
                             (struct asv_bytes){rig.bulletin_data, rig.bulletin_len}, &rig.err);
}

static void an_installation_that_is_cut_off_is_done_again(void **state)
{
    (void)state;
    static const char *const paths[] = {"trust/root", "trust/chain", "trust/bulletin"};
    for (int fresh = 0; fresh < 2; fresh++) {
        struct asv_flash_mem base;
        for (size_t i = 0; i < 3 && fresh != 0; i++) {
            assert_int_equal(asv_flash_remove_twice(&rig.flash.flash, paths[i]), ASV_OK);
        }
        asv_rig_shut(&rig);
        asv_flash_mem_clone(&base, &rig.flash);
        for (uint64_t cut = 1; cut != 0; cut++) {
            for (int loss = 0; loss < 3; loss++) {
                asv_flash_mem_free(&rig.flash);
                asv_flash_mem_clone(&rig.flash, &base);
                asv_rig_boot(&rig);
                rig.flash.cut_at = rig.flash.operations + cut;
                rig.flash.cut_byte = 20;
                enum asv_status status = install();
                bool reached = rig.flash.off;
                assert_true(reached || status == ASV_OK);
                asv_rig_crash(&rig, (enum asv_flash_mem_loss)loss, cut);
                asv_rig_boot(&rig);
                assert_true(fresh != 0 || rig.store->trust != NULL);
                assert_int_equal(install(), ASV_OK);
                assert_true(rig.store->trust != NULL && rig.store->trust->has_bulletin);
                asv_rig_shut(&rig);
                cut = reached ? cut : UINT64_MAX; /* over */
            }
        }
        asv_flash_mem_free(&base);
        asv_rig_boot(&rig);
    }
}

static void a_certificate_that_is_spoilt_can_be_installed_again(void **state)
{
    (void)state;
    static const char *const paths[] = {"trust/chain", "trust/root"};
    for (size_t i = 0; i < 2; i++) {
        static struct asv_recorder recorder;
        const struct asv_recorder_options options = {.full_speed = true};
        char copy[ASV_FLASH_PATH_MAX + 1];
        asv_flash_copy_path(copy, paths[i], 1);
        spoil(paths[i]);
        spoil(copy);
        reboot();
        assert_null(rig.store->trust);
        assert_int_equal(rig.store->clip_count, 1 + i);
        assert_int_equal(asv_recorder_open(&recorder, rig.store, &options, &rig.err), ASV_E_STATE);
        assert_non_null(strstr(rig.err.text, "install again"));
        assert_int_equal(install(), ASV_OK);
        reboot();
        assert_int_equal(asv_rig_record(&rig, stream, stream_len, 65536, 100), ASV_OK);
        assert_int_equal(asv_rig_judge_all(&rig), 2 + i);
    }
}

static void what_does_not_belong_in_the_store_is_in_nobodys_way(void **state)
{
    (void)state;
    const struct asv_flash *flash = &rig.flash.flash;
    int file = ASV_FLASH_NO_FILE;
    assert_int_equal(flash->ops->mkdir(flash->ctx, "clips/7.tmp"), ASV_OK);
    assert_int_equal(flash->ops->create(flash->ctx, "clips/7.tmp/strange", &file), ASV_OK);
    flash->ops->close(flash->ctx, file);
    assert_int_equal(flash->ops->mkdir(flash->ctx, "clips/lost"), ASV_OK);
    assert_int_equal(flash->ops->rmdir(flash->ctx, "erase"), ASV_OK); /* a directory that went */
    reboot();
    assert_true(rig.store->fault);
    assert_int_equal(asv_rig_record(&rig, stream, stream_len, 65536, 100), ASV_OK);
    assert_int_equal(asv_rig_judge_all(&rig), 2);
    erase_and_acknowledge(1, true);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_clip_whose_header_was_lost_is_told_of_and_makes_room),
        TEST(a_lost_clip_is_told_of_once_whenever_the_power_fails),
        TEST(what_was_recorded_under_a_lost_header_stays_until_a_keeper_says_so),
        TEST(an_unreadable_seal_keeps_neither_the_others_nor_the_recording),
        TEST(a_marker_under_which_the_medium_fails_is_not_lost),
        TEST(no_number_is_given_twice_when_the_counter_is_lost),
        TEST(an_epoch_that_is_lost_is_that_of_a_recording_or_a_new_one),
        TEST(one_spoilt_file_stops_no_recording),
        TEST(an_installation_that_is_cut_off_is_done_again),
        TEST(a_certificate_that_is_spoilt_can_be_installed_again),
        TEST(what_does_not_belong_in_the_store_is_in_nobodys_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
