/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The bytes of PROTOCOL.md: cameras in the field and docks of another version must understand each other for
 * ever. Also the worked examples on that page, which are these same bytes.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "tests/fuzz/wire_script.h"
#include "tests/support/golden.h"
#include "tests/support/wire_pair.h"
#include "tests/support/wire_samples.h"
#include "tests/unit/test.h"

static void hellos_keep_their_bytes(void **state)
{
    (void)state;
    const struct asv_wire_samples *all = asv_wire_samples();
    uint8_t data[ASV_WIRE_MAX_HELLO_BYTES];
    struct asv_writer writer;
    asv_writer_init(&writer, data, sizeof data);
    assert_int_equal(asv_wire_hello_encode(&writer, &all->hello), ASV_OK);
    asv_golden_check("wire-hello-dock", "PROTOCOL.md: HELLO of the dock", data, writer.len);
    asv_golden_seed("wire_hello", "dock", data, writer.len);
    asv_writer_init(&writer, data, sizeof data);
    assert_int_equal(asv_wire_hello_reply_encode(&writer, &all->hello_reply), ASV_OK);
    asv_golden_check("wire-hello-camera", "PROTOCOL.md: HELLO of the camera", data, writer.len);
    asv_golden_seed("wire_hello", "camera", data, writer.len);
}

static void every_message_keeps_its_bytes(void **state)
{
    (void)state;
    const struct asv_wire_samples *all = asv_wire_samples();
    for (size_t i = 0; i < ASV_WIRE_SAMPLE_COUNT; i++) {
        const struct asv_wire_sample *sample = &all->samples[i];
        char name[64];
        char about[128];
        snprintf(name, sizeof name, "wire-%s", sample->name);
        snprintf(about, sizeof about, "PROTOCOL.md: %s, as tests/support/wire_samples.c fills it",
                 asv_wire_type_name(sample->message.type));
        asv_golden_check(name, about, sample->data, sample->len);
        asv_golden_seed("wire_message", sample->name, sample->data, sample->len);
    }
}

/* Read from the files, so that this holds when encoders change too. */
static void every_golden_message_decodes(void **state)
{
    (void)state;
    const struct asv_wire_samples *all = asv_wire_samples();
    for (size_t i = 0; i < ASV_WIRE_SAMPLE_COUNT; i++) {
        uint8_t data[ASV_WIRE_SAMPLE_MAX_BYTES];
        char name[64];
        struct asv_wire_message out;
        snprintf(name, sizeof name, "wire-%s", all->samples[i].name);
        size_t len = asv_golden_load(name, data, sizeof data);
        assert_int_equal(asv_wire_message_decode(&out, data, len, NULL), ASV_OK);
        assert_int_equal(out.type, all->samples[i].message.type);
    }
}

static void frames_and_log_blocks_keep_their_bytes(void **state)
{
    (void)state;
    const struct asv_wire_samples *all = asv_wire_samples();
    struct asv_wire_error error = {ASV_WIRE_CODE_FOREIGN, 0, "another agency's dock"};
    uint8_t data[512];
    struct asv_writer writer;
    size_t len = 0;
    asv_writer_init(&writer, data + ASV_WIRE_FRAME_HEADER_BYTES, 256);
    assert_int_equal(asv_wire_abort_encode(&writer, &error), ASV_OK);
    assert_int_equal(
        asv_wire_frame_seal(data, sizeof data, ASV_WIRE_FRAME_ABORT, 0xa1b2c3d4, 0, writer.len, &len),
        ASV_OK);
    asv_golden_check("wire-frame-abort", "PROTOCOL.md: an ABORT frame", data, len);
    asv_golden_seed("wire_frame", "abort", data, len);
    memset(data, 0xee, sizeof data);
    assert_int_equal(asv_wire_frame_seal(data, sizeof data, ASV_WIRE_FRAME_CONTROL, 0, 0, 48, &len), ASV_OK);
    asv_golden_check("wire-frame-padded", "PROTOCOL.md: a CONTROL frame of 64 bytes and its padding", data,
                     len);
    asv_golden_seed("wire_frame", "padded", data, len);
    asv_golden_check("wire-devlog-block", "PROTOCOL.md: a block of the device log", all->log_block,
                     all->log_block_len);
    asv_golden_seed("wire_devlog", "block", all->log_block, all->log_block_len);
}

/* A whole session with all randomness fixed: every frame, both ways, as one digest each. */
static void a_session_keeps_its_bytes(void **state)
{
    (void)state;
    static struct asv_test_pair pair;
    static uint8_t all[16384];
    struct asv_writer writer;
    asv_writer_init(&writer, all, sizeof all);
    asv_test_pair_init(&pair, 1);
    asv_test_pair_dock_to(&pair, ASV_WIRE_DOCK_HELLO);
    asv_write_bytes(&writer, pair.out, pair.out_len);
    asv_golden_seed("wire_frame", "hello", pair.out, pair.out_len);
    assert_int_equal(asv_test_pair_give(&pair), ASV_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(asv_test_pair_pull(&pair), ASV_OK);
        asv_write_bytes(&writer, pair.in, pair.in_len);
        assert_int_equal(asv_test_pair_take(&pair), ASV_OK);
    }
    asv_test_pair_dock_to(&pair, ASV_WIRE_DOCK_SHAKE_3);
    asv_write_bytes(&writer, pair.out, pair.out_len);
    asv_golden_seed("wire_frame", "handshake", pair.out, pair.out_len);
    assert_int_equal(asv_test_pair_give(&pair), ASV_OK);
    assert_int_equal(asv_test_pair_pull(&pair), ASV_OK);
    asv_write_bytes(&writer, pair.in, pair.in_len);
    assert_int_equal(asv_test_pair_take(&pair), ASV_OK);
    assert_int_equal(asv_test_pair_ask(&pair, &asv_wire_sample(ASV_WIRE_CLOCK)->message), ASV_OK);
    asv_write_bytes(&writer, pair.out, pair.out_len); /* the request as it crossed */
    asv_golden_seed("wire_frame", "control", pair.out, pair.out_len);
    assert_false(writer.overrun);
    asv_golden_check("wire-session",
                     "PROTOCOL.md: HELLO, HELLO, HANDSHAKE 1 to 3, CLOCK; seed 1 of the test pair", all,
                     writer.len);
}

/* A message of the script, with this request number. */
static void script_message(struct asv_writer *script, const struct asv_wire_sample *sample, uint32_t request)
{
    uint8_t data[ASV_WIRE_SAMPLE_MAX_BYTES];
    memcpy(data, sample->data, sample->len);
    asv_store_be32(data + 2, request);
    asv_write_u8(script, WIRE_STEP_CONTROL);
    asv_write_view16(script, data, sample->len);
}

/* Where the fuzzers of the machines begin: each request with its answer, and what the handshake looks like.
 */
static void the_machines_corpora_speak_every_message(void **state)
{
    (void)state;
    static struct asv_test_pair pair;
    static uint8_t data[16384];
    const struct asv_wire_samples *all = asv_wire_samples();
    struct asv_writer script;
    struct asv_writer camera;
    uint8_t camera_data[16384];
    asv_writer_init(&camera, camera_data, sizeof camera_data);
    asv_write_u8(&camera, WIRE_START_OPEN);
    for (uint8_t i = 0; i < ASV_WIRE_SAMPLE_COUNT; i++) {
        const struct asv_wire_sample *sample = &all->samples[i];
        uint16_t type = sample->message.type;
        if ((type & ASV_WIRE_REPLY) != 0) {
            continue;
        }
        asv_writer_init(&script, data, sizeof data);
        asv_write_u8(&script, WIRE_START_OPEN);
        asv_write_u8(&script, WIRE_STEP_SEND);
        asv_write_u8(&script, i);
        if (type == ASV_WIRE_CHUNKS) {
            static const uint8_t frames[] = {WIRE_STEP_CHUNKS, 1, 0x03, 0xc0, 4,
                                             WIRE_STEP_CHUNKS, 1, 0x03, 0xc4, 2};
            asv_write_bytes(&script, frames, sizeof frames);
            script_message(&script, asv_wire_sample(ASV_WIRE_ERROR), 1);
        } else {
            script_message(&script, asv_wire_sample(type | ASV_WIRE_REPLY), 1);
        }
        asv_golden_seed("wire_dock", sample->name, data, script.len);
        asv_writer_init(&script, data, sizeof data);
        asv_write_u8(&script, WIRE_START_OPEN);
        script_message(&script, sample, 1);
        asv_write_u8(&script, WIRE_STEP_OUTPUT);
        asv_write_u8(&script, WIRE_STEP_OUTPUT);
        asv_golden_seed("wire_camera", sample->name, data, script.len);
        script_message(&camera, sample, i + 1u);
        asv_write_u8(&camera, WIRE_STEP_OUTPUT);
    }
    asv_golden_seed("wire_camera", "all", camera_data, camera.len);

    asv_test_pair_init(&pair, 1);
    asv_test_pair_dock_to(&pair, ASV_WIRE_DOCK_HELLO);
    assert_int_equal(asv_test_pair_give(&pair), ASV_OK);
    asv_writer_init(&script, data, sizeof data);
    asv_write_u8(&script, WIRE_START_HELLO);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(asv_test_pair_pull(&pair), ASV_OK);
        asv_write_u8(&script, WIRE_STEP_RAW);
        asv_write_view16(&script, pair.in, pair.in_len);
        assert_int_equal(asv_test_pair_take(&pair), ASV_OK);
    }
    asv_write_u8(&script, WIRE_STEP_OUTPUT);
    asv_write_u8(&script, 0);
    asv_golden_seed("wire_dock", "handshake-1", data, script.len);
    asv_test_pair_dock_to(&pair, ASV_WIRE_DOCK_SHAKE_3);
    asv_writer_init(&script, data, sizeof data);
    asv_write_u8(&script, WIRE_START_SHAKE);
    asv_write_u8(&script, WIRE_STEP_RAW);
    asv_write_view16(&script, pair.out, pair.out_len);
    asv_write_u8(&script, WIRE_STEP_OUTPUT);
    asv_golden_seed("wire_camera", "handshake-2", data, script.len);
    assert_int_equal(asv_test_pair_give(&pair), ASV_OK);
    assert_int_equal(asv_test_pair_pull(&pair), ASV_OK);
    asv_writer_init(&script, data, sizeof data);
    asv_write_u8(&script, WIRE_START_SHAKE);
    asv_write_u8(&script, WIRE_STEP_RAW);
    asv_write_view16(&script, pair.in, pair.in_len);
    asv_golden_seed("wire_dock", "handshake-3", data, script.len);
    static const uint8_t faults[] = {WIRE_START_IDLE,
                                     WIRE_STEP_SEND,
                                     WIRE_STEP_OUTPUT,
                                     WIRE_STEP_OUTPUT,
                                     WIRE_STEP_RESTART,
                                     WIRE_STEP_TIME,
                                     9,
                                     WIRE_STEP_ABORT,
                                     3,
                                     WIRE_STEP_OUTPUT,
                                     WIRE_STEP_SEND};
    asv_golden_seed("wire_camera", "faults", faults, sizeof faults);
    assert_false(camera.overrun || script.overrun);
}

/* "<!-- golden: NAME -->", then an indented block: hexadecimal digits (single spaces between) up to two
 * spaces, then a remark. */
static void the_worked_examples_are_the_golden_bytes(void **state)
{
    (void)state;
    static uint8_t want[ASV_WIRE_SAMPLE_MAX_BYTES];
    FILE *page = fopen(ASV_SOURCE_DIR "/firmware-proto/PROTOCOL.md", "r");
    char line[1024];
    size_t examples = 0;
    size_t at = 0;
    size_t len = 0;
    bool inside = false;
    assert_non_null(page);
    while (fgets(line, sizeof line, page) != NULL) {
        char name[64];
        if (sscanf(line, "<!-- golden: %63[a-z0-9-] -->", name) == 1) {
            assert_int_equal(at, len);
            len = asv_golden_load(name, want, sizeof want);
            at = 0;
            examples++;
            inside = true;
        }
        if (!inside || strncmp(line, "    ", 4) != 0) {
            inside = inside && (line[0] == '\n' || line[0] == '<');
            continue;
        }
        char *end = strstr(line + 4, "  ");
        if (end != NULL) {
            *end = '\0';
        }
        for (const char *hex = line + 4; isxdigit((unsigned char)hex[0]); hex += hex[2] == ' ' ? 3 : 2) {
            const char digits[3] = {hex[0], hex[1], '\0'};
            unsigned long byte = strtoul(digits, NULL, 16);
            assert_true(at < len);
            assert_int_equal(byte, want[at]);
            at++;
        }
    }
    fclose(page);
    assert_int_equal(at, len);
    assert_int_equal(examples, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hellos_keep_their_bytes),
        cmocka_unit_test(every_message_keeps_its_bytes),
        cmocka_unit_test(every_golden_message_decodes),
        cmocka_unit_test(frames_and_log_blocks_keep_their_bytes),
        cmocka_unit_test(a_session_keeps_its_bytes),
        cmocka_unit_test(the_machines_corpora_speak_every_message),
        cmocka_unit_test(the_worked_examples_are_the_golden_bytes),
    };
    return asv_crypto_init() == ASV_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
