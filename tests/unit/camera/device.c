/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a dock can make a camera do, and what it cannot. */
#include "firmware-proto/camera/device.h"

#include <string.h>

#include "firmware-proto/camera/clock.h"
#include "firmware-proto/camera/erase.h"
#include "firmware-proto/camera/trust.h"
#include "tests/sim/camera_rig.h"
#include "tests/support/fmp4.h"
#include "tests/unit/test.h"

static struct asv_rig rig;
static struct asv_camera_device device;
static const struct asv_wire_camera_ops *const ops = &asv_camera_device_ops;
static uint8_t record[ASV_ERASURE_MAX_BYTES];
static size_t record_len;

static void record_clip(uint32_t fragments, size_t bytes)
{
    size_t len = 0;
    uint8_t *stream = asv_fmp4_stream(fragments, 1000, bytes, &len);
    assert_int_equal(asv_rig_record(&rig, stream, len, 65536, 100), ASV_OK);
    free(stream);
}

static int setup(void **state)
{
    (void)state;
    asv_rig_init(&rig, 51);
    asv_rig_boot(&rig);
    record_clip(3, 90000);
    asv_camera_device_init(&device, rig.store);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    asv_rig_free(&rig);
    return 0;
}

static void reboot(enum asv_flash_mem_loss loss)
{
    asv_rig_crash(&rig, loss, 1);
    asv_rig_boot(&rig);
    asv_camera_device_init(&device, rig.store);
}

static void assert_whole(uint64_t number)
{
    struct asv_rig_verdict verdict;
    assert_non_null(asv_store_clip_find(rig.store, number));
    assert_true(asv_rig_judge(&rig, number, &verdict));
    assert_int_equal(verdict.verdict.integrity, ASV_INTEGRITY_VALID);
    asv_rig_verdict_free(&verdict);
    assert_int_equal(asv_store_erase_record(rig.store, number, record, sizeof record, &record_len),
                     ASV_E_NOT_FOUND);
}

/* ---- receipts (T-053) ---- */

struct change {
    const char *field;
    size_t at; /* in struct asv_receipt */
    size_t len;
    uint64_t value; /* added, for numbers of 8 bytes */
};

#define BYTES(field)                                                                           \
    {                                                                                          \
#field, offsetof(struct asv_receipt, field), sizeof((struct asv_receipt *)0)->field, 0 \
    }
#define NUMBER(field, value)                                    \
    {                                                           \
#field, offsetof(struct asv_receipt, field), 8, (value) \
    }

static void a_receipt_with_any_one_field_altered_erases_nothing(void **state)
{
    (void)state;
    static const struct change changes[] = {
        BYTES(custody.camera_cert),
        BYTES(custody.epoch),
        NUMBER(custody.number, 1),
        BYTES(custody.clip),
        BYTES(custody.header),
        BYTES(custody.root),
        NUMBER(custody.payload_bytes, (uint64_t)-ASV_FINAL_CIPHER_BYTES),
        NUMBER(custody.seal_bytes, 1),
        NUMBER(custody.seal_bytes, UINT64_MAX),
        BYTES(custody.seal),
        NUMBER(custody.tail_bytes, 1),
        BYTES(custody.stanzas[0]),
        NUMBER(custody.link_bytes, 1),
        BYTES(custody.link),
    };
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct asv_rig_receipt receipt;
        asv_rig_receipt(&rig, 1, &receipt);
        uint8_t *field = (uint8_t *)&receipt.receipt + changes[i].at;
        if (changes[i].value != 0) {
            uint64_t value = 0;
            memcpy(&value, field, sizeof value);
            value += changes[i].value;
            memcpy(field, &value, sizeof value);
        } else {
            field[changes[i].len - 1] ^= 1;
        }
        /* As if it had come signed: it is the camera that compares. */
        enum asv_status status = asv_rig_give_receipt(&rig, &receipt, record, &record_len);
        if (status == ASV_OK) {
            fail_msg("erased for a receipt with another %s", changes[i].field);
        }
        assert_whole(1);
    }
}

static void a_receipt_with_one_chunk_more_or_less_or_another_stanza_erases_nothing(void **state)
{
    (void)state;
    struct asv_rig_receipt receipt;
    for (int i = 0; i < 4; i++) {
        asv_rig_receipt(&rig, 1, &receipt);
        struct asv_custody *custody = &receipt.receipt.custody;
        if (i < 2) {
            custody->leaf_count += i == 0 ? 1 : UINT64_MAX;
            custody->payload_bytes += i == 0 ? ASV_CHUNK_CIPHER_BYTES : (uint64_t)-ASV_CHUNK_CIPHER_BYTES;
        } else if (i == 2) {
            custody->stanza_count = 2;
        } else {
            custody->tail_bytes = 3;
            memset(custody->tail, 3, sizeof custody->tail);
        }
        assert_int_equal(asv_rig_receipt_sign(&rig, &receipt), ASV_OK);
        assert_int_equal(asv_rig_give_receipt(&rig, &receipt, record, &record_len), ASV_E_MISMATCH);
        assert_whole(1);
    }
    assert_true(asv_rig_log_count(&rig, ASV_DEVLOG_REFUSED, NULL, NULL) == 4);
}

static void only_stored_erases(void **state)
{
    (void)state;
    struct asv_rig_receipt receipt;
    asv_rig_receipt(&rig, 1, &receipt);
    receipt.receipt.kind = ASV_RECEIPT_QUARANTINED;
    assert_int_equal(asv_rig_receipt_sign(&rig, &receipt), ASV_OK);
    assert_int_equal(asv_rig_give_receipt(&rig, &receipt, record, &record_len), ASV_E_DENIED);
    assert_whole(1);
    receipt.receipt.kind = ASV_RECEIPT_STORED;
    assert_int_equal(asv_rig_receipt_sign(&rig, &receipt), ASV_OK);
    assert_int_equal(asv_rig_give_receipt(&rig, &receipt, record, &record_len), ASV_OK);
    assert_int_equal(asv_rig_judge_all(&rig), 0);
}

/* The flash fails in the middle: the recording is whole, or its record is counted, and had by who asks. */
static void an_erasure_that_was_begun_is_counted_and_finished_when_asked_for(void **state)
{
    (void)state;
    unsigned begun = 0;
    for (uint64_t n = 1;; n++) {
        struct asv_rig_receipt receipt;
        struct asv_wire_status_reply status;
        uint64_t number = rig.store->counter.number;
        asv_rig_receipt(&rig, number, &receipt);
        rig.flash.fail_status = ASV_E_IO;
        rig.flash.fail_at = rig.flash.operations + n;
        enum asv_status done = asv_rig_give_receipt(&rig, &receipt, record, &record_len);
        bool struck = rig.flash.operations >= rig.flash.fail_at;
        rig.flash.fail_at = 0;
        uint64_t pending = asv_store_erase_pending(rig.store);
        assert_int_equal(ops->status(&device, &status, &rig.err), ASV_OK);
        if (pending != 0) {
            begun++;
            assert_int_equal(status.erasures, 1);
            assert_int_equal(ops->erasure(&device, 0, record, sizeof record, &record_len, &rig.err), ASV_OK);
            assert_int_equal(asv_store_erase_pending(rig.store), 0);
            assert_null(asv_store_clip_find(rig.store, number));
        } else if (done != ASV_OK && asv_store_clip_find(rig.store, number) != NULL) {
            assert_int_equal(status.erasures, 0);
            assert_int_equal(asv_rig_give_receipt(&rig, &receipt, record, &record_len), ASV_OK);
        }
        struct asv_erasure proof;
        struct asv_wire_erasures_ack ack = {.number = number};
        uint32_t left = 9;
        assert_int_equal(asv_erasure_decode(&proof, record, record_len, NULL), ASV_OK);
        assert_true(proof.number == number);
        asv_object_digest(ack.record, &proof.object);
        assert_int_equal(ops->erasure_ack(&device, &ack, &left, &rig.err), ASV_OK);
        assert_int_equal(left, 0);
        if (!struck) {
            break;
        }
        record_clip(1, 1000);
    }
    assert_true(begun > 2);
}

/* One bit of any file that is held: the receipt is for something else then. */
static void a_changed_bit_on_the_camera_keeps_the_recording(void **state)
{
    (void)state;
    static const char *const paths[] = {"clips/1/seal", "clips/1/link", "clips/1/stanzas"};
    struct asv_rig_receipt receipt;
    asv_rig_receipt(&rig, 1, &receipt);
    for (size_t i = 0; i < 3; i++) {
        assert_true(asv_flash_mem_flip(&rig.flash, paths[i], 70, 2));
        assert_int_not_equal(asv_rig_give_receipt(&rig, &receipt, record, &record_len), ASV_OK);
        assert_non_null(asv_store_clip_find(rig.store, 1));
        assert_true(asv_flash_mem_flip(&rig.flash, paths[i], 70, 2));
    }
    assert_int_equal(asv_rig_give_receipt(&rig, &receipt, record, &record_len), ASV_OK);
}

static void the_tail_of_a_cut_recording_is_part_of_its_receipt(void **state)
{
    (void)state;
    struct asv_rig_receipt receipt;
    const struct asv_recorder_options options = {.full_speed = true};
    static struct asv_recorder recorder;
    size_t len = 0;
    uint8_t *stream = asv_fmp4_stream(4, 400, 100000, &len);
    assert_int_equal(asv_recorder_open(&recorder, rig.store, &options, NULL), ASV_OK);
    assert_int_equal(asv_recorder_feed(&recorder, stream, len, NULL), ASV_OK);
    rig.flash.off = true;
    asv_recorder_close(&recorder);
    free(stream);
    reboot(ASV_FLASH_MEM_KEEP);
    asv_rig_receipt(&rig, 2, &receipt);
    assert_int_equal(receipt.receipt.integrity, ASV_INTEGRITY_TRUNCATED);
    assert_true(receipt.receipt.custody.tail_bytes > 60000);
    assert_true(receipt.receipt.custody.link_bytes != 0);
    assert_true(
        asv_flash_mem_flip(&rig.flash, "clips/2/payload", receipt.receipt.custody.payload_bytes + 9, 1));
    assert_int_equal(asv_rig_give_receipt(&rig, &receipt, record, &record_len), ASV_E_MISMATCH);
    assert_true(
        asv_flash_mem_flip(&rig.flash, "clips/2/payload", receipt.receipt.custody.payload_bytes + 9, 1));
    assert_int_equal(asv_rig_give_receipt(&rig, &receipt, record, &record_len), ASV_OK);
}

static void a_receipt_given_again_gets_the_same_record_and_another_header_none(void **state)
{
    (void)state;
    struct asv_rig_receipt receipt;
    uint8_t again[ASV_ERASURE_MAX_BYTES];
    size_t again_len = 0;
    asv_rig_receipt(&rig, 1, &receipt);
    assert_int_equal(asv_rig_give_receipt(&rig, &receipt, record, &record_len), ASV_OK);
    reboot(ASV_FLASH_MEM_DROP);
    assert_int_equal(asv_rig_give_receipt(&rig, &receipt, again, &again_len), ASV_OK);
    assert_int_equal(again_len, record_len);
    assert_memory_equal(again, record, record_len);
    receipt.receipt.custody.header[0] ^= 1;
    assert_int_equal(asv_rig_give_receipt(&rig, &receipt, again, &again_len), ASV_E_MISMATCH);
    receipt.receipt.custody.number = 7;
    assert_int_equal(asv_rig_give_receipt(&rig, &receipt, again, &again_len), ASV_E_NOT_FOUND);
}

static void a_long_erasure_lets_the_dock_go_on_meanwhile(void **state)
{
    (void)state;
    struct asv_rig_receipt receipt;
    struct asv_wire_clip clip;
    static uint8_t chunk[ASV_WIRE_CHUNK_BYTES];
    uint32_t done = 0;
    unsigned steps = 0;
    record_clip(1, ASV_STORE_ERASE_STEP_BYTES * 2);
    asv_rig_receipt(&rig, 2, &receipt);
    while (ops->receipt(&device, &receipt.receipt, record, sizeof record, &record_len, &rig.err) ==
           ASV_E_AGAIN) {
        steps++;
        assert_int_equal(ops->clip_next(&device, 1, &clip, NULL), ASV_E_NOT_FOUND);
        assert_int_equal(ops->chunks(&device, 1, 0, 1, chunk, &done, NULL), ASV_OK);
        assert_int_equal(ops->chunks(&device, 2, 0, 1, chunk, &done, NULL), ASV_E_NOT_FOUND);
        struct asv_rig_receipt other;
        asv_rig_receipt(&rig, 1, &other);
        assert_int_equal(ops->receipt(&device, &other.receipt, record, sizeof record, &record_len, &rig.err),
                         ASV_E_BUSY);
    }
    assert_true(steps >= 2);
    assert_int_equal(asv_store_erase_record(rig.store, 2, record, sizeof record, &record_len), ASV_OK);
    assert_whole(1);
}

/* ---- destruction statements (T-061) ---- */

static void a_statement_erases_what_it_names_and_nothing_else(void **state)
{
    (void)state;
    struct asv_rig_statement statement;
    struct asv_erasure erasure;
    asv_rig_statement(&rig, 1, &statement);
    for (int i = 0; i < 3; i++) {
        struct asv_rig_statement wrong = statement;
        if (i == 0) {
            wrong.statement.epoch[3] ^= 1;
        } else if (i == 1) {
            wrong.statement.header[3] ^= 1;
        } else {
            wrong.statement.number = 2;
        }
        assert_int_equal(asv_rig_statement_sign(&rig, &wrong), ASV_OK);
        assert_int_equal(asv_rig_give_statement(&rig, &wrong, record, &record_len),
                         i == 2 ? ASV_E_NOT_FOUND : ASV_E_MISMATCH);
        assert_whole(1);
    }
    assert_int_equal(asv_rig_give_statement(&rig, &statement, record, &record_len), ASV_OK);
    assert_int_equal(asv_erasure_decode(&erasure, record, record_len, NULL), ASV_OK);
    assert_int_equal(erasure.cause, ASV_ERASURE_DESTRUCTION);
    assert_int_equal(asv_rig_judge_all(&rig), 0);
    assert_int_equal(asv_rig_log_count(&rig, ASV_DEVLOG_ERASED, NULL, NULL), 1);
}

/* ---- orders ---- */

static enum asv_status give_bulletin(uint64_t number)
{
    struct asv_bulletin_key days[3];
    asv_rig_days(days, 3, 20260110, ASV_RIG_START_MS + 5 * ASV_RIG_DAY_MS);
    asv_rig_make_bulletin(&rig, number, days, 3);
    return ops->bulletin(&device, &rig.bulletin, &rig.err);
}

static uint64_t held_number(enum asv_wire_held_kind kind)
{
    struct asv_wire_held held;
    assert_int_equal(ops->held(&device, kind, &held), ASV_OK);
    return held.number;
}

static enum asv_status give_configuration(uint64_t number, uint32_t checkpoint_ms)
{
    static uint8_t data[ASV_CONFIGURATION_MAX_BYTES];
    struct asv_configuration configuration;
    size_t len = asv_rig_configuration(&rig, number, 0, checkpoint_ms, data);
    assert_int_equal(asv_configuration_decode(&configuration, data, len, NULL), ASV_OK);
    return ops->configuration(&device, &configuration, &rig.err);
}

static enum asv_status give_assignment(uint64_t number, const char *unit)
{
    static uint8_t data[ASV_ASSIGNMENT_MAX_BYTES];
    struct asv_assignment assignment;
    size_t len = asv_rig_assignment(&rig, number, unit, "Mitte", data);
    assert_int_equal(asv_assignment_decode(&assignment, data, len, NULL), ASV_OK);
    return ops->assignment(&device, &assignment, &rig.err);
}

static enum asv_status give_revocations(uint64_t number, uint8_t serial)
{
    static uint8_t data[1024];
    uint8_t serials[ASV_CERT_SERIAL_BYTES] = {serial};
    struct asv_revocations list;
    size_t len = asv_rig_revocations(&rig, number, serials, data);
    assert_int_equal(asv_revocations_decode(&list, data, len, NULL), ASV_OK);
    return ops->revocations(&device, &list, &rig.err);
}

static void numbers_only_rise(void **state)
{
    (void)state;
    assert_int_equal(held_number(ASV_WIRE_HELD_BULLETIN), 1);
    assert_int_equal(held_number(ASV_WIRE_HELD_CONFIGURATION), 0);
    assert_int_equal(give_bulletin(3), ASV_OK);
    assert_int_equal(give_configuration(5, 1000), ASV_OK);
    assert_int_equal(give_assignment(5, "32-3"), ASV_OK);
    assert_int_equal(give_revocations(5, 1), ASV_OK);
    reboot(ASV_FLASH_MEM_DROP); /* what was answered OK is durable */
    assert_int_equal(held_number(ASV_WIRE_HELD_BULLETIN), 3);
    assert_int_equal(held_number(ASV_WIRE_HELD_CONFIGURATION), 5);
    assert_int_equal(held_number(ASV_WIRE_HELD_ASSIGNMENT), 5);
    assert_int_equal(held_number(ASV_WIRE_HELD_REVOCATIONS), 5);

    assert_int_equal(give_configuration(4, 1000), ASV_E_EXPIRED);
    assert_int_equal(give_assignment(4, "32-3"), ASV_E_EXPIRED);
    assert_int_equal(give_revocations(4, 1), ASV_E_EXPIRED);
    assert_int_equal(give_bulletin(2), ASV_E_EXPIRED);
    /* The same once more is no error of anybody; another one under the same number is. */
    assert_int_equal(give_configuration(5, 1000), ASV_E_EXISTS);
    assert_int_equal(give_configuration(5, 2000), ASV_E_MISMATCH);
    assert_int_equal(give_assignment(5, "32-4"), ASV_E_MISMATCH);
    assert_int_equal(give_revocations(5, 2), ASV_E_MISMATCH);
    assert_int_equal(held_number(ASV_WIRE_HELD_BULLETIN), 3);
    assert_int_equal(held_number(ASV_WIRE_HELD_CONFIGURATION), 5);
    assert_int_equal(asv_rig_log_count(&rig, ASV_DEVLOG_REFUSED, NULL, NULL), 7);
    assert_int_equal(asv_rig_log_count(&rig, ASV_DEVLOG_ASSIGNED, NULL, NULL), 1);

    assert_int_equal(give_configuration(6, 1000), ASV_OK);
    assert_int_equal(give_assignment(7, "32-4"), ASV_OK);
    assert_int_equal(give_revocations(6, 2), ASV_OK);
}

static void a_bulletin_that_does_not_follow_the_one_held_is_refused(void **state)
{
    (void)state;
    assert_int_equal(give_bulletin(2), ASV_OK);
    memset(&rig.bulletin, 0, sizeof rig.bulletin); /* the next is made without knowing this one */
    assert_int_equal(give_bulletin(3), ASV_E_MISMATCH);
    assert_int_equal(held_number(ASV_WIRE_HELD_BULLETIN), 2);
    assert_int_equal(give_bulletin(4), ASV_OK); /* behind a gap nobody can tell */
}

static void an_order_is_durable_before_it_is_answered(void **state)
{
    (void)state;
    for (uint64_t cut = 1; cut < 40; cut++) {
        for (int loss = 0; loss < 3; loss++) {
            uint64_t before = held_number(ASV_WIRE_HELD_CONFIGURATION);
            rig.flash.operations = 0;
            rig.flash.cut_at = cut;
            rig.flash.cut_byte = 40;
            enum asv_status status = give_configuration(before + 1, 1000);
            reboot((enum asv_flash_mem_loss)loss);
            uint64_t after = held_number(ASV_WIRE_HELD_CONFIGURATION);
            assert_true(after == before + 1 || (status != ASV_OK && after == before));
        }
    }
}

static void the_time_is_set_and_said_before_and_after(void **state)
{
    (void)state;
    struct asv_wire_time_reply reply;
    struct asv_wire_clock_reply clock;
    const struct asv_wire_time time = {.wall_ms = rig.world.wall + 5000, .max_error_ms = 3};
    assert_int_equal(ops->clock(&device, &clock, &rig.err), ASV_OK);
    assert_int_equal(clock.clock_state, ASV_CLOCK_HOLDOVER);
    assert_int_equal(ops->time(&device, &time, &reply, &rig.err), ASV_OK);
    assert_int_equal(reply.before_ms, rig.world.wall);
    assert_int_equal(reply.after_ms, rig.world.wall + 5000);
    assert_int_equal(reply.mono_ms, rig.world.mono);
    assert_int_equal(ops->clock(&device, &clock, &rig.err), ASV_OK);
    assert_int_equal(clock.clock_state, ASV_CLOCK_SYNCED);
    assert_int_equal(clock.clock_source, ASV_CLOCK_DOCK);
    assert_int_equal(clock.wall_ms, time.wall_ms);
    assert_int_equal(clock.last_sync_wall_ms, time.wall_ms);
    assert_memory_equal(clock.boot, rig.store->boot, sizeof clock.boot);
    reboot(ASV_FLASH_MEM_DROP);
    assert_int_equal(ops->clock(&device, &clock, &rig.err), ASV_OK);
    assert_int_equal(clock.clock_state, ASV_CLOCK_HOLDOVER);
    assert_int_equal(clock.wall_ms, time.wall_ms);
}

/* ---- what is listed and read ---- */

static void clips_are_listed_with_what_they_are(void **state)
{
    (void)state;
    struct asv_wire_clip clip;
    struct asv_rig_verdict verdict;
    record_clip(1, 1000);
    assert_int_equal(asv_store_clip_mark(rig.store, 2), ASV_OK);
    assert_int_equal(ops->clip_next(&device, 0, &clip, &rig.err), ASV_OK);
    assert_true(asv_rig_judge(&rig, 1, &verdict));
    assert_int_equal(clip.number, 1);
    assert_int_equal(clip.flags, ASV_WIRE_CLIP_ENDED);
    assert_memory_equal(clip.header, verdict.seal.header_digest, sizeof clip.header);
    assert_memory_equal(clip.clip, verdict.seal.header.clip, sizeof clip.clip);
    assert_int_equal(clip.chunks, verdict.verdict.chunks);
    assert_int_equal(clip.seal_bytes, verdict.seal.seal_bytes);
    assert_int_equal(clip.tail_bytes, 0);
    assert_int_equal(clip.stanzas_bytes, ASV_AGE_X25519_STANZA_BYTES);
    assert_true(clip.link_bytes > 100);
    asv_rig_verdict_free(&verdict);
    assert_int_equal(ops->clip_next(&device, 1, &clip, &rig.err), ASV_OK);
    assert_int_equal(clip.number, 2);
    assert_int_equal(clip.flags, ASV_WIRE_CLIP_ENDED | ASV_WIRE_CLIP_MARKED);
    assert_int_equal(ops->clip_next(&device, 2, &clip, &rig.err), ASV_E_NOT_FOUND);
}

static void a_clip_that_is_being_recorded_is_listed_and_cannot_be_read(void **state)
{
    (void)state;
    static struct asv_recorder recorder;
    const struct asv_recorder_options options = {.full_speed = true};
    struct asv_wire_clip clip;
    struct asv_wire_status_reply status;
    static uint8_t chunk[ASV_WIRE_CHUNK_BYTES];
    uint32_t done = 9;
    uint64_t at = 0;
    size_t len = 0;
    uint8_t *stream = asv_fmp4_stream(2, 1000, 90000, &len);
    const struct asv_wire_file_read read = {.number = 2, .file = ASV_WIRE_FILE_SEAL, .length = 10};
    assert_int_equal(asv_recorder_open(&recorder, rig.store, &options, NULL), ASV_OK);
    assert_int_equal(asv_recorder_feed(&recorder, stream, len, NULL), ASV_OK);
    assert_int_equal(ops->clip_next(&device, 1, &clip, &rig.err), ASV_OK);
    assert_int_equal(clip.flags, ASV_WIRE_CLIP_RECORDING);
    assert_int_equal(ops->chunks(&device, 2, 0, 1, chunk, &done, NULL), ASV_E_BUSY);
    assert_int_equal(done, 0);
    assert_int_equal(ops->file(&device, &read, chunk, &at, NULL), ASV_E_BUSY);
    assert_int_equal(ops->status(&device, &status, &rig.err), ASV_OK);
    assert_true((status.flags & ASV_WIRE_STATUS_RECORDING) != 0);
    assert_true(status.clips == 2 && status.last_number == 2);
    assert_int_equal(asv_recorder_stop(&recorder, ASV_END_DOCKED, NULL), ASV_OK);
    assert_int_equal(ops->chunks(&device, 2, 0, 1, chunk, &done, NULL), ASV_OK);
    assert_int_equal(done, 1);
    asv_recorder_close(&recorder);
    free(stream);
}

static void files_are_read_exactly_and_not_behind_their_end(void **state)
{
    (void)state;
    struct asv_wire_clip clip;
    uint8_t data[ASV_WIRE_MAX_FILE_BYTES];
    uint64_t at = 0;
    assert_int_equal(ops->clip_next(&device, 0, &clip, &rig.err), ASV_OK);
    const struct {
        uint8_t file;
        uint64_t size;
    } files[] = {{ASV_WIRE_FILE_SEAL, clip.seal_bytes},
                 {ASV_WIRE_FILE_STANZAS, clip.stanzas_bytes},
                 {ASV_WIRE_FILE_LINK, clip.link_bytes},
                 {ASV_WIRE_FILE_TAIL, 0}};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct asv_wire_file_read read = {
            .number = 1, .file = files[i].file, .length = (uint32_t)files[i].size};
        if (files[i].size != 0) {
            assert_int_equal(ops->file(&device, &read, data, &at, &rig.err), ASV_OK);
            read.offset = files[i].size - 1;
            read.length = 1;
            assert_int_equal(ops->file(&device, &read, data + 1, &at, &rig.err), ASV_OK);
            assert_int_equal(data[1], data[files[i].size == 1 ? 0 : 1]);
        }
        read.offset = files[i].size;
        read.length = 1;
        assert_int_equal(ops->file(&device, &read, data, &at, &rig.err), ASV_E_LIMIT);
        assert_int_equal(at, files[i].size);
        read.offset = UINT64_MAX;
        assert_int_equal(ops->file(&device, &read, data, &at, &rig.err), ASV_E_LIMIT);
    }
    struct asv_wire_file_read read = {.number = 9, .file = ASV_WIRE_FILE_SEAL, .length = 1};
    assert_int_equal(ops->file(&device, &read, data, &at, &rig.err), ASV_E_NOT_FOUND);
    read = (struct asv_wire_file_read){.number = 1, .file = 5, .length = 1};
    assert_int_equal(ops->file(&device, &read, data, &at, &rig.err), ASV_E_UNSUPPORTED);
    read = (struct asv_wire_file_read){.number = 1, .file = ASV_WIRE_FILE_SEAL, .length = 5, .offset = 3};
    rig.flash.read_fail_at = 1;
    assert_int_equal(ops->file(&device, &read, data, &at, &rig.err), ASV_E_IO);
    assert_int_equal(at, 3);
}

static void a_chunk_that_cannot_be_read_is_told_and_those_before_it_are_given(void **state)
{
    (void)state;
    static uint8_t all[5 * ASV_WIRE_CHUNK_BYTES];
    static uint8_t some[4 * ASV_WIRE_CHUNK_BYTES];
    uint32_t done = 0;
    assert_int_equal(ops->chunks(&device, 1, 0, 4, all, &done, &rig.err), ASV_OK);
    assert_int_equal(done, 4);
    assert_int_equal(ops->chunks(&device, 1, 4, 4, some, &done, &rig.err), ASV_E_LIMIT);
    assert_int_equal(done, 1);
    assert_int_equal(ops->chunks(&device, 1, UINT64_MAX, 1, some, &done, &rig.err), ASV_E_LIMIT);
    assert_int_equal(done, 0);
    assert_int_equal(ops->chunks(&device, 2, 0, 1, some, &done, &rig.err), ASV_E_NOT_FOUND);
    /* The read of all four fails, then that of each one: the n-th. */
    for (uint32_t bad = 0; bad < 4; bad++) {
        rig.flash.bad_from = (uint64_t)bad * ASV_WIRE_CHUNK_BYTES + 5;
        rig.flash.bad_path = "clips/1/payload";
        memset(some, 0, sizeof some);
        assert_int_equal(ops->chunks(&device, 1, 0, 4, some, &done, &rig.err), ASV_E_IO);
        assert_int_equal(done, bad);
        assert_memory_equal(some, all, (size_t)bad * ASV_WIRE_CHUNK_BYTES);
        assert_int_equal(ops->chunks(&device, 1, 3, 1, some, &done, &rig.err), bad == 3 ? ASV_E_IO : ASV_OK);
        rig.flash.bad_path = NULL;
    }
    assert_true(rig.store->fault);
}

static void the_status_says_how_things_are(void **state)
{
    (void)state;
    struct asv_wire_status_reply status;
    struct asv_rig_receipt receipt;
    record_clip(1, 1000);
    asv_rig_receipt(&rig, 1, &receipt);
    assert_int_equal(asv_rig_give_receipt(&rig, &receipt, record, &record_len), ASV_OK);
    assert_int_equal(give_assignment(3, "32-3"), ASV_OK);
    assert_int_equal(ops->status(&device, &status, &rig.err), ASV_OK);
    assert_memory_equal(status.epoch, rig.store->epoch, sizeof status.epoch);
    assert_int_equal(status.last_number, 2);
    assert_int_equal(status.clips, 1);
    assert_int_equal(status.erasures, 1);
    assert_int_equal(status.log_first, 1);
    assert_int_equal(status.log_next, rig.store->journal.next);
    assert_int_equal(status.bulletin, 1);
    assert_int_equal(status.policy_version, 3);
    assert_int_equal(status.assignment, 3);
    assert_int_equal(status.assignment_id[0], 3);
    assert_int_equal(status.flags, 0);
    assert_int_equal(status.battery_percent, ASV_WIRE_BATTERY_UNKNOWN);
    assert_string_equal(status.firmware, "asservat-camera test");
    device.battery_percent = 83;
    device.charging = true;
    assert_int_equal(ops->status(&device, &status, &rig.err), ASV_OK);
    assert_int_equal(status.battery_percent, 83);
    assert_int_equal(status.flags, ASV_WIRE_STATUS_CHARGING);
    rig.flash.capacity = 30000000;
    rig.world.wall = ASV_TIME_UNKNOWN;
    reboot(ASV_FLASH_MEM_DROP);
    assert_int_equal(ops->status(&device, &status, &rig.err), ASV_OK);
    assert_int_equal(status.flags, ASV_WIRE_STATUS_RESERVE | ASV_WIRE_STATUS_LOW_SPACE);
    assert_int_equal(status.store_bytes, 30000000);
    assert_true(status.free_bytes < 30000000 && status.free_bytes > 29000000);
}

/* ---- device log ---- */

static void log_blocks_are_signed_and_fit_together(void **state)
{
    (void)state;
    static uint8_t data[ASV_DEVLOG_MAX_BYTES];
    uint8_t after[ASV_SHA256_BYTES] = {0};
    uint64_t from = 1;
    for (;;) {
        struct asv_devlog_block block;
        size_t len = 0;
        assert_int_equal(ops->log(&device, from, 2, data, sizeof data, &len, &rig.err), ASV_OK);
        assert_int_equal(asv_devlog_block_decode(&block, data, len, &rig.err), ASV_OK);
        assert_int_equal(
            asv_devlog_block_verify(&block, rig.agency.camera.cert_digest, rig.agency.camera.pk, &rig.err),
            ASV_OK);
        assert_memory_equal(block.before, after, sizeof after);
        assert_int_equal(block.first, from);
        assert_int_equal(block.next, rig.store->journal.next);
        if (block.count == 0) {
            break;
        }
        memcpy(after, block.after, sizeof after);
        from += block.count;
    }
    assert_int_equal(from, rig.store->journal.next);
}

static void the_log_is_forgotten_only_when_a_dock_that_read_it_has_finished(void **state)
{
    (void)state;
    static uint8_t data[ASV_DEVLOG_MAX_BYTES];
    const struct asv_wire_finish finish = {ASV_WIRE_FINISH_READY};
    struct asv_wire_session session = {.dock = rig.agency.dock.chain};
    size_t len = 0;
    for (int i = 0; i < 3; i++) {
        reboot(ASV_FLASH_MEM_DROP);
    }
    uint64_t next = rig.store->journal.next;
    assert_int_equal(ops->session(&device, &session, &rig.err), ASV_OK);
    assert_int_equal(ops->log(&device, 1, 1000, data, sizeof data, &len, &rig.err), ASV_OK);
    ops->dropped(&device); /* the cable is pulled: nothing was acknowledged */
    assert_int_equal(asv_journal_first(&rig.store->journal), 1);
    assert_int_equal(rig.store->journal.acknowledged, 1);

    assert_int_equal(ops->session(&device, &session, &rig.err), ASV_OK);
    assert_int_equal(ops->log(&device, 4, 1000, data, sizeof data, &len, &rig.err), ASV_OK);
    assert_int_equal(ops->finish(&device, &finish, &rig.err), ASV_OK);
    assert_int_equal(rig.store->journal.acknowledged, 1); /* entries 1 to 3 were not read */

    assert_int_equal(ops->session(&device, &session, &rig.err), ASV_OK);
    assert_int_equal(ops->log(&device, 1, 3, data, sizeof data, &len, &rig.err), ASV_OK);
    assert_int_equal(ops->log(&device, 4, 1000, data, sizeof data, &len, &rig.err), ASV_OK);
    assert_int_equal(ops->finish(&device, &finish, &rig.err), ASV_OK);
    assert_true(rig.store->journal.acknowledged >= next);
    assert_true(asv_journal_first(&rig.store->journal) > 1);
    assert_int_equal(asv_rig_log_count(&rig, ASV_DEVLOG_DOCKED, NULL, NULL), 3);
}

static void finishing_makes_the_docking_the_earliest_day(void **state)
{
    (void)state;
    struct asv_wire_time_reply reply;
    const struct asv_wire_time time = {.wall_ms = ASV_RIG_START_MS + 3 * ASV_RIG_DAY_MS};
    const struct asv_wire_finish finish = {ASV_WIRE_FINISH_READY};
    assert_int_equal(ops->time(&device, &time, &reply, &rig.err), ASV_OK);
    asv_test_world_step(&rig.world, 600000);
    assert_int_equal(ops->finish(&device, &finish, &rig.err), ASV_OK);
    assert_int_equal(rig.store->clock.docked_wall_ms, ASV_RIG_START_MS + 3 * ASV_RIG_DAY_MS + 600000);
    reboot(ASV_FLASH_MEM_DROP);
    assert_int_equal(rig.store->clock.docked_wall_ms, ASV_RIG_START_MS + 3 * ASV_RIG_DAY_MS + 600000);
}

static struct asv_inventory inventory_now(void)
{
    static uint8_t data[ASV_INVENTORY_MAX_BYTES];
    struct asv_inventory inventory;
    size_t len = 0;
    assert_int_equal(ops->inventory(&device, data, sizeof data, &len, &rig.err), ASV_OK);
    assert_int_equal(asv_inventory_decode(&inventory, data, len, &rig.err), ASV_OK);
    assert_int_equal(asv_inventory_verify(&inventory, &rig.agency.camera.cert, &rig.err), ASV_OK);
    return inventory;
}

/* P-072 */
static void an_inventory_counts_what_is_here_when_it_is_signed(void **state)
{
    (void)state;
    struct asv_wire_session session = {.dock = rig.agency.dock.chain};
    struct asv_rig_receipt receipt;
    const struct asv_recorder_options options = {.full_speed = true};
    static struct asv_recorder recorder;
    size_t len = 0;
    memset(session.id, 0x5e, sizeof session.id);
    assert_int_equal(ops->session(&device, &session, &rig.err), ASV_OK);
    struct asv_inventory inventory = inventory_now();
    assert_true(inventory.last_number == 1 && inventory.held == 1);
    assert_memory_equal(inventory.session, session.id, sizeof session.id);
    assert_memory_equal(inventory.epoch, rig.store->epoch, sizeof inventory.epoch);
    assert_memory_equal(inventory.boot, rig.store->boot, sizeof inventory.boot);
    uint8_t digest[ASV_SHA256_BYTES];
    asv_object_digest(digest, &rig.store->trust->bulletin.object);
    assert_memory_equal(inventory.bulletin, digest, sizeof digest);

    asv_rig_receipt(&rig, 1, &receipt);
    assert_int_equal(asv_rig_give_receipt(&rig, &receipt, record, &record_len), ASV_OK);
    inventory = inventory_now();
    assert_true(inventory.last_number == 1 && inventory.held == 0);
    assert_true(inventory.wall_ms == rig.world.wall && inventory.mono_ms == rig.world.mono);

    uint8_t *stream = asv_fmp4_stream(4, 400, 100000, &len); /* what is being recorded is here, too */
    assert_int_equal(asv_recorder_open(&recorder, rig.store, &options, NULL), ASV_OK);
    assert_int_equal(asv_recorder_feed(&recorder, stream, len, NULL), ASV_OK);
    inventory = inventory_now();
    assert_true(inventory.last_number == 2 && inventory.held == 1);
    rig.flash.off = true;
    asv_recorder_close(&recorder);
    free(stream);
    reboot(ASV_FLASH_MEM_KEEP);
    inventory = inventory_now();
    assert_true(inventory.last_number == 2 && inventory.held == 1);
}

/* P-072: what the medium lost the header of is here as long as there is anything to keep. */
static void what_is_damaged_is_in_the_inventory(void **state)
{
    (void)state;
    assert_true(asv_flash_mem_flip(&rig.flash, "clips/1/seal", 70, 2));
    reboot(ASV_FLASH_MEM_KEEP);
    struct asv_wire_clip clip;
    assert_int_equal(ops->clip_next(&device, 0, &clip, &rig.err), ASV_OK);
    assert_true((clip.flags & ASV_WIRE_CLIP_DAMAGED) != 0);
    assert_int_equal(inventory_now().held, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_receipt_with_any_one_field_altered_erases_nothing),
        TEST(a_receipt_with_one_chunk_more_or_less_or_another_stanza_erases_nothing),
        TEST(only_stored_erases),
        TEST(an_erasure_that_was_begun_is_counted_and_finished_when_asked_for),
        TEST(a_changed_bit_on_the_camera_keeps_the_recording),
        TEST(the_tail_of_a_cut_recording_is_part_of_its_receipt),
        TEST(a_receipt_given_again_gets_the_same_record_and_another_header_none),
        TEST(a_long_erasure_lets_the_dock_go_on_meanwhile),
        TEST(a_statement_erases_what_it_names_and_nothing_else),
        TEST(numbers_only_rise),
        TEST(a_bulletin_that_does_not_follow_the_one_held_is_refused),
        TEST(an_order_is_durable_before_it_is_answered),
        TEST(the_time_is_set_and_said_before_and_after),
        TEST(clips_are_listed_with_what_they_are),
        TEST(a_clip_that_is_being_recorded_is_listed_and_cannot_be_read),
        TEST(files_are_read_exactly_and_not_behind_their_end),
        TEST(a_chunk_that_cannot_be_read_is_told_and_those_before_it_are_given),
        TEST(the_status_says_how_things_are),
        TEST(log_blocks_are_signed_and_fit_together),
        TEST(the_log_is_forgotten_only_when_a_dock_that_read_it_has_finished),
        TEST(finishing_makes_the_docking_the_earliest_day),
        TEST(an_inventory_counts_what_is_here_when_it_is_signed),
        TEST(what_is_damaged_is_in_the_inventory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
