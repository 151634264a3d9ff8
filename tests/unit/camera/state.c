/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/camera/state.h"

#include <string.h>

#include "tests/sim/flash_mem.h"
#include "tests/support/golden.h"
#include "tests/unit/test.h"

static const struct asv_camera_state samples[] = {
    {.kind = ASV_CAMERA_STATE_IDENTITY,
     .body.identity = {.model = "Ref 1", .serial = "K-07", .signing_seed = {1}, .kx_sk = {2}}},
    {.kind = ASV_CAMERA_STATE_STORE, .body.store = {.epoch = {3}}},
    {.kind = ASV_CAMERA_STATE_COUNTER,
     .body.counter = {.number = 12, .final = {4}, .bytes_per_second = 500000, .wall_ms = 1767592800000}},
    {.kind = ASV_CAMERA_STATE_CLOCK,
     .body.clock = {.sync_wall_ms = 1767592800000,
                    .sync_mono_ms = 77,
                    .sync_boot = {5},
                    .source = 1,
                    .offset_ms = -3,
                    .docked_wall_ms = 1767592800000}},
    {.kind = ASV_CAMERA_STATE_MARKS, .body.marks = {.count = 2, .number = {7, 9}}},
    {.kind = ASV_CAMERA_STATE_LOG, .body.log = {.acknowledged = 99}},
    {.kind = ASV_CAMERA_STATE_INTENT,
     .body.intent = {.number = 8, .header = {6}, .cause = 1, .cause_digest = {7}, .method = 3}},
};
static const char *const names[] = {"identity", "store", "counter", "clock", "marks", "log", "intent"};
#define SAMPLES (sizeof samples / sizeof samples[0])

static void each_state_comes_back_and_keeps_its_form(void **state)
{
    (void)state;
    uint8_t all[2048];
    size_t at = 0;
    for (size_t i = 0; i < SAMPLES; i++) {
        uint8_t data[ASV_CAMERA_STATE_MAX_BYTES];
        uint8_t again[ASV_CAMERA_STATE_MAX_BYTES];
        struct asv_camera_state got;
        size_t len = 0;
        size_t again_len = 0;
        assert_int_equal(asv_camera_state_encode(data, sizeof data, &len, &samples[i]), ASV_OK);
        assert_int_equal(asv_camera_state_decode(&got, data, len), ASV_OK);
        assert_int_equal(got.kind, samples[i].kind);
        assert_int_equal(asv_camera_state_encode(again, sizeof again, &again_len, &got), ASV_OK);
        assert_int_equal(again_len, len);
        assert_memory_equal(again, data, len);
        memcpy(all + at, data, len);
        at += len;
        asv_golden_seed("camera_state", names[i], data, len);
    }
    asv_golden_check("camera-state", "one of each state file of a camera, in a row", all, at);
}

static void every_changed_bit_and_every_missing_byte_is_noticed(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLES; i++) {
        uint8_t data[ASV_CAMERA_STATE_MAX_BYTES];
        struct asv_camera_state got;
        size_t len = 0;
        assert_int_equal(asv_camera_state_encode(data, sizeof data, &len, &samples[i]), ASV_OK);
        for (size_t bit = 0; bit < 8 * len; bit++) {
            data[bit / 8] = (uint8_t)(data[bit / 8] ^ (1u << bit % 8));
            assert_int_equal(asv_camera_state_decode(&got, data, len), ASV_E_DIGEST);
            data[bit / 8] = (uint8_t)(data[bit / 8] ^ (1u << bit % 8));
        }
        for (size_t cut = 0; cut < len; cut++) {
            assert_int_not_equal(asv_camera_state_decode(&got, data, cut), ASV_OK);
        }
    }
}

/* Bytes with the right digest: what is checked behind it. */
static enum asv_status decode_body(const uint8_t *body, size_t len)
{
    uint8_t data[ASV_CAMERA_STATE_MAX_BYTES + ASV_SHA256_BYTES];
    struct asv_camera_state got;
    memcpy(data, body, len);
    asv_sha256(data + len, data, len);
    return asv_camera_state_decode(&got, data, len + ASV_SHA256_BYTES);
}

static void what_is_no_state_is_refused(void **state)
{
    (void)state;
    static const uint8_t other_magic[] = {'A', 'S', 'V', 'X', 6, 1, 0, 0, 0, 0, 0, 0, 0, 1};
    static const uint8_t other_version[] = {'A', 'S', 'V', 'S', 6, 2, 0, 0, 0, 0, 0, 0, 0, 1};
    static const uint8_t other_kind[] = {'A', 'S', 'V', 'S', 8, 1, 0, 0, 0, 0, 0, 0, 0, 1};
    static const uint8_t trailing[] = {'A', 'S', 'V', 'S', 6, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0};
    static const uint8_t right[] = {'A', 'S', 'V', 'S', 6, 1, 0, 0, 0, 0, 0, 0, 0, 1};
    uint8_t marks[8 + 8 * (ASV_CAMERA_MARKS_MAX + 1)] = {'A', 'S', 'V', 'S', 5, 1, 2, 1};
    assert_int_equal(decode_body(right, sizeof right), ASV_OK);
    assert_int_equal(decode_body(other_magic, sizeof other_magic), ASV_E_MALFORMED);
    assert_int_equal(decode_body(other_version, sizeof other_version), ASV_E_UNSUPPORTED);
    assert_int_equal(decode_body(other_kind, sizeof other_kind), ASV_E_UNSUPPORTED);
    assert_int_equal(decode_body(trailing, sizeof trailing), ASV_E_MALFORMED);
    assert_int_equal(decode_body(right, sizeof right - 1), ASV_E_MALFORMED);
    assert_int_equal(decode_body(marks, sizeof marks), ASV_E_LIMIT);
    struct asv_camera_state wrong = {.kind = ASV_CAMERA_STATE_KINDS};
    uint8_t data[64];
    size_t len = 0;
    assert_int_equal(asv_camera_state_encode(data, sizeof data, &len, &wrong), ASV_E_USAGE);
    assert_int_equal(asv_camera_state_encode(data, 20, &len, &samples[1]), ASV_E_LIMIT);
}

static void a_file_of_another_kind_is_not_taken(void **state)
{
    (void)state;
    struct asv_flash_mem flash;
    struct asv_camera_state got;
    asv_flash_mem_init(&flash);
    assert_int_equal(asv_camera_state_load(&flash.flash, "x", ASV_CAMERA_STATE_LOG, &got), ASV_E_NOT_FOUND);
    assert_int_equal(asv_camera_state_save(&flash.flash, "x", &samples[1]), ASV_OK);
    assert_int_equal(asv_camera_state_load(&flash.flash, "x", ASV_CAMERA_STATE_LOG, &got), ASV_E_MISMATCH);
    assert_int_equal(asv_camera_state_load(&flash.flash, "x", ASV_CAMERA_STATE_STORE, &got), ASV_OK);
    asv_flash_mem_free(&flash);
}

/* The old bytes or the new ones, whenever the power goes. */
static void a_replaced_file_is_never_half(void **state)
{
    (void)state;
    for (uint64_t cut = 1; cut < 12; cut++) {
        for (int loss = 0; loss < 3; loss++) {
            for (size_t byte = 0; byte < 60; byte += 7) {
                struct asv_flash_mem flash;
                struct asv_camera_state got;
                struct asv_camera_state other = samples[1];
                other.body.store.epoch[0] = 99;
                asv_flash_mem_init(&flash);
                assert_int_equal(asv_camera_state_save(&flash.flash, "x", &samples[1]), ASV_OK);
                flash.operations = 0;
                flash.cut_at = cut;
                flash.cut_byte = byte;
                enum asv_status status = asv_camera_state_save(&flash.flash, "x", &other);
                bool off = flash.off;
                asv_flash_mem_reboot(&flash, (enum asv_flash_mem_loss)loss, cut);
                assert_int_equal(asv_camera_state_load(&flash.flash, "x", ASV_CAMERA_STATE_STORE, &got),
                                 ASV_OK);
                assert_true(got.body.store.epoch[0] == 99 || (off && got.body.store.epoch[0] == 3));
                assert_true(off || status == ASV_OK);
                asv_flash_mem_free(&flash);
            }
        }
    }
}

static int start(void **state)
{
    (void)state;
    return asv_crypto_init() == ASV_OK ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_state_comes_back_and_keeps_its_form),
        cmocka_unit_test(every_changed_bit_and_every_missing_byte_is_noticed),
        cmocka_unit_test(what_is_no_state_is_refused),
        cmocka_unit_test(a_file_of_another_kind_is_not_taken),
        cmocka_unit_test(a_replaced_file_is_never_half),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
