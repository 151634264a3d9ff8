/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The camera's machine against a dock that says whatever the test wants: what is asked of it and what it
 * answers. */
#include "firmware-proto/wire/camera.h"

#include <string.h>

#include "firmware-proto/wire/machine.h"
#include "tests/support/wire_pair.h"
#include "tests/support/wire_samples.h"
#include "tests/unit/test.h"

static struct asv_test_pair pair;

static void open_pair(void)
{
    asv_test_pair_init(&pair, 1);
    asv_test_pair_open(&pair);
}

/* A message of the dock, whatever its machine thinks of it. */
static enum asv_status say(const struct asv_wire_message *message, uint32_t request)
{
    struct asv_wire_message numbered = *message;
    bool sealed = false;
    numbered.request = request;
    assert_int_equal(asv_wire_control_frame(&pair.dock.noise, &numbered, pair.out, sizeof pair.out,
                                            &pair.out_len, &sealed),
                     ASV_OK);
    return asv_test_pair_give(&pair);
}

static enum asv_status say_chunks(uint32_t request, uint64_t number, uint64_t first, uint16_t count)
{
    struct asv_wire_message message = {.type = ASV_WIRE_CHUNKS, .body.chunks = {number, first, count}};
    return say(&message, request);
}

/* The next frame is a message: decoded, with the camera's own counter. */
static struct asv_wire_message heard(void)
{
    struct asv_wire_frame frame;
    struct asv_wire_message message;
    uint8_t *body = pair.in + ASV_WIRE_FRAME_HEADER_BYTES;
    assert_int_equal(asv_test_pair_pull(&pair), ASV_OK);
    assert_int_equal(asv_wire_frame_decode(pair.in, pair.in_len, &frame, NULL), ASV_OK);
    assert_int_equal(frame.kind, ASV_WIRE_FRAME_CONTROL);
    assert_int_equal(asv_noise_decrypt(&pair.dock.noise, body, frame.body.len, body), ASV_OK);
    assert_int_equal(asv_wire_message_decode(&message, body, frame.body.len - ASV_AEAD_TAG_BYTES, NULL),
                     ASV_OK);
    return message;
}

static void heard_error(uint32_t request, enum asv_wire_code code, uint64_t at)
{
    struct asv_wire_message message = heard();
    assert_int_equal(message.type, ASV_WIRE_ERROR);
    assert_int_equal(message.request, request);
    if (message.body.error.code != code) {
        print_error("%s: %s\n", asv_wire_code_name((enum asv_wire_code)message.body.error.code),
                    message.body.error.detail);
    }
    assert_int_equal(message.body.error.code, code);
    assert_true(message.body.error.at == at);
    assert_int_equal(pair.camera.state, ASV_WIRE_CAMERA_OPEN);
}

static void heard_chunks(uint32_t request, uint64_t number, uint64_t first, uint32_t count)
{
    static uint8_t want[ASV_WIRE_CHUNK_BYTES];
    struct asv_wire_frame frame;
    struct asv_wire_chunks chunks;
    assert_int_equal(asv_test_pair_pull(&pair), ASV_OK);
    assert_int_equal(asv_wire_frame_decode(pair.in, pair.in_len, &frame, NULL), ASV_OK);
    assert_int_equal(frame.kind, ASV_WIRE_FRAME_CHUNKS);
    assert_int_equal(frame.request, request);
    assert_int_equal(asv_wire_chunks_decode(&frame, &chunks), ASV_OK);
    assert_true(chunks.first == first && chunks.count == count);
    for (uint32_t i = 0; i < count; i++) {
        asv_test_chunk(number, first + i, want);
        assert_memory_equal(chunks.data + (size_t)i * sizeof want, want, sizeof want);
    }
}

/* The session is over for this reason, and the dock will hear of it. P-031 */
static void ended(enum asv_status status, enum asv_status want, enum asv_wire_code code, const char *text)
{
    struct asv_wire_frame frame;
    struct asv_wire_error error;
    assert_int_equal(status, want);
    assert_int_equal(pair.camera.state, ASV_WIRE_CAMERA_FAILED);
    if (strstr(pair.err.text, text) == NULL) {
        print_error("\"%s\" does not say \"%s\"\n", pair.err.text, text);
    }
    assert_non_null(strstr(pair.err.text, text));
    assert_int_equal(asv_test_pair_pull(&pair), ASV_OK);
    assert_int_equal(asv_wire_frame_decode(pair.in, pair.in_len, &frame, NULL), ASV_OK);
    assert_int_equal(frame.kind, ASV_WIRE_FRAME_ABORT);
    assert_int_equal(frame.request, pair.camera.nonce);
    assert_int_equal(asv_wire_abort_decode(&error, frame.body.data, frame.body.len), ASV_OK);
    assert_int_equal(error.code, code);
    assert_int_equal(asv_test_pair_pull(&pair), ASV_E_AGAIN);
    assert_int_equal(pair.device.sessions, pair.device.dropped);
    assert_false(asv_noise_established(&pair.camera.noise));
}

static const struct asv_wire_message *status_request(void)
{
    return &asv_wire_sample(ASV_WIRE_STATUS)->message;
}

/* P-041 */
static void a_request_number_that_does_not_rise_is_refused(void **state)
{
    (void)state;
    static const uint32_t second[] = {5, 4, 1};
    for (size_t i = 0; i < 3; i++) {
        open_pair();
        assert_int_equal(say(status_request(), 5), ASV_OK);
        assert_int_equal(heard().type, ASV_WIRE_REPLY | ASV_WIRE_STATUS);
        ended(say(status_request(), second[i]), ASV_E_MISMATCH, ASV_WIRE_CODE_MISMATCH,
              "camera OPEN: STATUS: its request number does not rise");
    }
    open_pair();
    assert_int_equal(say(status_request(), UINT32_MAX), ASV_OK);
}

/* P-042 */
static void unknown_requests_are_answered_and_the_session_goes_on(void **state)
{
    (void)state;
    static const uint16_t types[] = {ASV_WIRE_TYPE_LAST + 1,      0x00ff, ASV_WIRE_TYPE_FIRMWARE_FIRST,
                                     ASV_WIRE_TYPE_FIRMWARE_LAST, 0x7fff, 0};
    open_pair();
    for (uint32_t i = 0; i < 6; i++) {
        uint8_t *body = pair.out + ASV_WIRE_FRAME_HEADER_BYTES;
        uint8_t plain[] = {(uint8_t)(types[i] >> 8), (uint8_t)types[i], 0, 0, 0, (uint8_t)(i + 1), 9, 9};
        assert_int_equal(asv_noise_encrypt(&pair.dock.noise, plain, sizeof plain, body), ASV_OK);
        assert_int_equal(asv_wire_frame_seal(pair.out, sizeof pair.out, ASV_WIRE_FRAME_CONTROL, 0, 0,
                                             sizeof plain + ASV_AEAD_TAG_BYTES, &pair.out_len),
                         ASV_OK);
        assert_int_equal(asv_test_pair_give(&pair), ASV_OK);
        heard_error(i + 1, ASV_WIRE_CODE_UNSUPPORTED, 0);
    }
    assert_int_equal(say(status_request(), 7), ASV_OK);
    assert_int_equal(heard().type, ASV_WIRE_REPLY | ASV_WIRE_STATUS);
}

/* P-043, P-044 */
static void more_than_was_agreed_is_refused(void **state)
{
    (void)state;
    open_pair();
    for (uint32_t i = 1; i <= ASV_WIRE_MAX_REQUESTS; i++) {
        assert_int_equal(say_chunks(i, 1, 0, 1), ASV_OK);
    }
    ended(say_chunks(17, 1, 0, 1), ASV_E_LIMIT, ASV_WIRE_CODE_LIMIT, "too many requests");
    open_pair();
    assert_int_equal(say_chunks(1, 1, 0, 64), ASV_OK);
    assert_int_equal(say_chunks(2, 1, 0, 64), ASV_OK);
    ended(say_chunks(3, 1, 0, 1), ASV_E_LIMIT, ASV_WIRE_CODE_LIMIT, "camera OPEN: CHUNKS: too many bytes");
    /* Four chunks sent make room for four. */
    open_pair();
    assert_int_equal(say_chunks(1, 1, 0, 64), ASV_OK);
    assert_int_equal(say_chunks(2, 1, 0, 64), ASV_OK);
    heard_chunks(1, 1, 0, 4);
    assert_int_equal(say_chunks(3, 1, 0, 4), ASV_OK);
    ended(say_chunks(4, 1, 0, 1), ASV_E_LIMIT, ASV_WIRE_CODE_LIMIT, "too many bytes");
}

static void chunks_are_sent_in_frames_of_the_agreed_size(void **state)
{
    (void)state;
    open_pair();
    assert_int_equal(say_chunks(1, 1, 0, 10), ASV_OK);
    assert_int_equal(say_chunks(2, 4, 8, 1), ASV_OK);
    heard_chunks(1, 1, 0, 4);
    heard_chunks(1, 1, 4, 4);
    heard_chunks(1, 1, 8, 2);
    heard_chunks(2, 4, 8, 1);
    assert_int_equal(asv_test_pair_pull(&pair), ASV_E_AGAIN);
    assert_int_equal(pair.camera.asked, 0);
    asv_test_pair_init(&pair, 1);
    pair.camera.config.frame_chunks = 1;
    asv_test_pair_open(&pair);
    assert_int_equal(pair.dock.limits.frame_chunks, 1);
    assert_int_equal(say_chunks(1, 1, 5, 2), ASV_OK);
    heard_chunks(1, 1, 5, 1);
    heard_chunks(1, 1, 6, 1);
    for (uint32_t i = 0; i < 40; i++) { /* more than the queue has places: it goes round */
        assert_int_equal(say_chunks(i + 2, 1, i, 1), ASV_OK);
        heard_chunks(i + 2, 1, i, 1);
    }
}

/* P-049 */
static void chunks_that_cannot_be_given_are_named_behind_those_that_can(void **state)
{
    (void)state;
    open_pair();
    pair.device.bad_number = 1;
    pair.device.bad_chunk = 6;
    assert_int_equal(say_chunks(1, 1, 0, 20), ASV_OK);
    assert_int_equal(say_chunks(2, 4, 0, 1), ASV_OK);
    heard_chunks(1, 1, 0, 4);
    heard_chunks(1, 1, 4, 2);
    heard_error(1, ASV_WIRE_CODE_UNREADABLE, 6);
    heard_chunks(2, 4, 0, 1);
    assert_int_equal(pair.camera.asked, 0);
    assert_int_equal(say_chunks(3, 1, 6, 4), ASV_OK);
    heard_error(3, ASV_WIRE_CODE_UNREADABLE, 6);
    assert_int_equal(say_chunks(4, 1, 68, 4), ASV_OK); /* has 70 */
    heard_chunks(4, 1, 68, 2);
    heard_error(4, ASV_WIRE_CODE_RANGE, 70);
    assert_int_equal(say_chunks(5, 9, 0, 1), ASV_OK);
    heard_error(5, ASV_WIRE_CODE_NOT_FOUND, 0);
    assert_int_equal(asv_test_pair_pull(&pair), ASV_E_AGAIN);
}

/* P-050, P-051 */
static void a_reply_goes_before_chunks_and_the_next_request_waits_for_it(void **state)
{
    (void)state;
    open_pair();
    assert_int_equal(say_chunks(1, 1, 0, 8), ASV_OK);
    heard_chunks(1, 1, 0, 4);
    assert_int_equal(say(status_request(), 2), ASV_OK);
    uint64_t counter = pair.camera.noise.receive.nonce;
    assert_int_equal(say_chunks(3, 1, 0, 1), ASV_E_BUSY); /* the frame stays in pair.out */
    assert_int_equal(pair.camera.noise.receive.nonce, counter);
    assert_int_equal(pair.camera.state, ASV_WIRE_CAMERA_OPEN);
    assert_int_equal(heard().request, 2);
    assert_int_equal(asv_test_pair_give(&pair), ASV_OK);
    heard_chunks(1, 1, 4, 4);
    heard_chunks(3, 1, 0, 1);
}

/* P-050 */
static void chunks_go_on_while_the_device_is_not_done(void **state)
{
    (void)state;
    open_pair();
    const struct asv_wire_message *destroy = &asv_wire_sample(ASV_WIRE_DESTROY)->message;
    assert_int_equal(say_chunks(1, 1, 0, 8), ASV_OK);
    pair.device.again = 3;
    assert_int_equal(say(destroy, 2), ASV_OK);
    heard_chunks(1, 1, 0, 4);
    assert_true(asv_wire_camera_waiting(&pair.camera));
    heard_chunks(1, 1, 4, 4);
    assert_int_equal(asv_test_pair_pull(&pair), ASV_E_AGAIN);
    assert_true(asv_wire_camera_waiting(&pair.camera));
    heard_error(2, ASV_WIRE_CODE_NOT_FOUND, 0); /* number 41 */
    assert_false(asv_wire_camera_waiting(&pair.camera));
    assert_int_equal(asv_test_pair_pull(&pair), ASV_E_AGAIN);
}

/* P-052 */
static void a_file_is_given_whole_or_its_length_is_named(void **state)
{
    (void)state;
    static const struct {
        uint64_t number;
        uint8_t file;
        uint64_t offset;
        uint32_t length;
        uint64_t has; /* UINT64_MAX: is given */
    } rows[] = {
        {1, ASV_WIRE_FILE_SEAL, 0, 60000, UINT64_MAX},
        {1, ASV_WIRE_FILE_SEAL, 120000, 10000, UINT64_MAX},
        {1, ASV_WIRE_FILE_SEAL, 120000, 10001, 130000},
        {1, ASV_WIRE_FILE_SEAL, 130001, 1, 130000},
        {2, ASV_WIRE_FILE_STANZAS, 0, 120, UINT64_MAX},
        {2, ASV_WIRE_FILE_LINK, 239, 1, UINT64_MAX},
        {3, ASV_WIRE_FILE_LINK, 0, 1, 0},
        {3, ASV_WIRE_FILE_TAIL, 70000, 1, UINT64_MAX},
        {2, ASV_WIRE_FILE_TAIL, 0, 1, 0},
    };
    open_pair();
    for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct asv_wire_message file = {
            .type = ASV_WIRE_FILE,
            .body.file = {rows[i].number, rows[i].file, rows[i].offset, rows[i].length}};
        assert_int_equal(say(&file, i + 1), ASV_OK);
        if (rows[i].has != UINT64_MAX) {
            heard_error(i + 1, ASV_WIRE_CODE_RANGE, rows[i].has);
            continue;
        }
        struct asv_wire_message reply = heard();
        assert_int_equal(reply.type, ASV_WIRE_REPLY | ASV_WIRE_FILE);
        assert_int_equal(reply.body.file_reply.data.len, rows[i].length);
        for (uint32_t at = 0; at < rows[i].length; at++) {
            assert_int_equal(reply.body.file_reply.data.data[at],
                             asv_test_file_byte(rows[i].number, rows[i].file, rows[i].offset + at));
        }
    }
}

/* P-053 */
static void clips_are_listed_in_rising_order_and_more_says_so(void **state)
{
    (void)state;
    static const struct {
        uint64_t after;
        uint16_t count;
        uint16_t got;
        uint64_t first;
        bool more;
    } rows[] = {{0, 512, 3, 1, false}, {0, 3, 3, 1, false}, {0, 2, 2, 1, true},  {1, 1, 1, 3, true},
                {3, 1, 1, 4, false},   {4, 1, 0, 0, false}, {99, 5, 0, 0, false}};
    open_pair();
    pair.device.clips[1].entry.number = 0; /* erased */
    for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct asv_wire_message clips = {.type = ASV_WIRE_CLIPS,
                                         .body.clips = {rows[i].after, rows[i].count}};
        struct asv_wire_clip clip = {0};
        struct asv_reader reader;
        assert_int_equal(say(&clips, i + 1), ASV_OK);
        struct asv_wire_clips_reply reply = heard().body.clips_reply;
        assert_int_equal(reply.count, rows[i].got);
        assert_int_equal(reply.more, rows[i].more);
        asv_reader_init(&reader, reply.entries.data, reply.entries.len);
        if (reply.count != 0) {
            assert_int_equal(asv_wire_clip_decode(&reader, &clip), ASV_OK);
        }
        assert_true(clip.number == rows[i].first);
    }
}

/* P-054 */
static void finish_is_refused_while_chunks_are_outstanding(void **state)
{
    (void)state;
    open_pair();
    assert_int_equal(say_chunks(1, 1, 0, 8), ASV_OK);
    ended(say(&asv_wire_sample(ASV_WIRE_FINISH)->message, 2), ASV_E_STATE, ASV_WIRE_CODE_STATE,
          "camera OPEN: FINISH: chunks are outstanding");
    open_pair();
    pair.device.again = 1;
    assert_int_equal(say(&asv_wire_sample(ASV_WIRE_FINISH)->message, 1), ASV_OK);
    assert_int_equal(asv_test_pair_pull(&pair), ASV_E_AGAIN);
    assert_int_equal(pair.camera.state, ASV_WIRE_CAMERA_FINISHING);
    assert_int_equal(heard().type, ASV_WIRE_REPLY | ASV_WIRE_FINISH);
    assert_int_equal(pair.camera.state, ASV_WIRE_CAMERA_IDLE); /* P-055 */
    assert_false(asv_noise_established(&pair.camera.noise));
    assert_int_equal(pair.device.finished, 1);
    assert_int_equal(pair.device.dropped, 0);
}

/* P-080 */
static void the_clock_is_read_while_the_answer_is_made(void **state)
{
    (void)state;
    struct asv_wire_message clock = {.type = ASV_WIRE_CLOCK, .body.clock = {4711}};
    open_pair();
    assert_int_equal(say(&clock, 1), ASV_OK);
    asv_test_world_step(&pair.camera_world, 50);
    struct asv_wire_clock_reply reply = heard().body.clock_reply;
    assert_true(reply.dock_mono_ms == 4711);
    assert_true(reply.mono_ms == pair.camera_world.mono);
    assert_true(reply.wall_ms == pair.camera_world.wall);
}

static void what_the_device_refuses_is_an_error_and_no_more(void **state)
{
    (void)state;
    static const struct {
        enum asv_status status;
        enum asv_wire_code code;
    } rows[] = {
        {ASV_E_BUSY, ASV_WIRE_CODE_BUSY},         {ASV_E_IO, ASV_WIRE_CODE_UNREADABLE},
        {ASV_E_NO_SPACE, ASV_WIRE_CODE_NO_SPACE}, {ASV_E_INTERNAL, ASV_WIRE_CODE_INTERNAL},
        {ASV_E_STATE, ASV_WIRE_CODE_STATE},       {ASV_E_NO_MEMORY, ASV_WIRE_CODE_INTERNAL},
    };
    open_pair();
    uint32_t request = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        pair.device.refuse = rows[i].status;
        for (uint32_t t = 1; t <= ASV_WIRE_TYPE_LAST; t++) {
            uint16_t type = (uint16_t)t;
            if (type == ASV_WIRE_RECEIPT) {
                continue; /* the sample's is of another session */
            }
            assert_int_equal(say(&asv_wire_sample(type)->message, ++request), ASV_OK);
            heard_error(request, rows[i].code, type == ASV_WIRE_CHUNKS ? 960 : 0);
        }
    }
    assert_int_equal(pair.device.installed + pair.device.erased + pair.device.finished, 0);
    pair.device.refuse = ASV_OK;
    pair.device.clips[2].entry.number = 1; /* a list that does not rise */
    assert_int_equal(say(&asv_wire_sample(ASV_WIRE_CLIPS)->message, ++request), ASV_OK);
    pair.device.clips[2].entry.number = 3;
    assert_int_equal(heard().type, ASV_WIRE_REPLY | ASV_WIRE_CLIPS);
    pair.device.clips[0].entry.flags = 0x80; /* says what cannot be said */
    struct asv_wire_message clips = {.type = ASV_WIRE_CLIPS, .body.clips = {0, 9}};
    assert_int_equal(say(&clips, ++request), ASV_OK);
    heard_error(request, ASV_WIRE_CODE_INTERNAL, 0);
    pair.device.clips[0].entry.flags = 0;
    pair.device.clips[2].entry.number = 1;
    assert_int_equal(say(&clips, ++request), ASV_OK);
    heard_error(request, ASV_WIRE_CODE_INTERNAL, 0);
}

/* P-029, P-040 */
static void what_does_not_authenticate_or_decode_ends_the_session(void **state)
{
    (void)state;
    bool sealed = false;
    struct asv_wire_message message = *status_request();
    open_pair();
    assert_int_equal(
        asv_wire_control_frame(&pair.dock.noise, &message, pair.out, sizeof pair.out, &pair.out_len, &sealed),
        ASV_OK);
    pair.out[20] ^= 1;
    ended(asv_test_pair_give(&pair), ASV_E_DIGEST, ASV_WIRE_CODE_AUTH, "does not authenticate");
    open_pair();
    uint8_t plain[8] = {0, ASV_WIRE_STATUS, 0, 0, 0, 1, 0, 0}; /* trailing bytes */
    assert_int_equal(
        asv_noise_encrypt(&pair.dock.noise, plain, sizeof plain, pair.out + ASV_WIRE_FRAME_HEADER_BYTES),
        ASV_OK);
    assert_int_equal(
        asv_wire_frame_seal(pair.out, sizeof pair.out, ASV_WIRE_FRAME_CONTROL, 0, 0, 24, &pair.out_len),
        ASV_OK);
    ended(asv_test_pair_give(&pair), ASV_E_MALFORMED, ASV_WIRE_CODE_MALFORMED,
          "camera OPEN: CONTROL: STATUS");
    open_pair();
    pair.out_len = 3;
    ended(asv_test_pair_give(&pair), ASV_E_MALFORMED, ASV_WIRE_CODE_MALFORMED, "camera OPEN: frame");
}

/* P-027 */
static void a_used_up_counter_ends_the_session(void **state)
{
    (void)state;
    open_pair();
    assert_int_equal(say(status_request(), 1), ASV_OK);
    pair.camera.noise.send.nonce = UINT64_MAX;
    ended(asv_test_pair_pull(&pair), ASV_E_LIMIT, ASV_WIRE_CODE_LIMIT, "cannot be sent");
}

static void a_dropped_session_is_told_once(void **state)
{
    (void)state;
    open_pair();
    asv_wire_camera_reset(&pair.camera);
    asv_wire_camera_reset(&pair.camera);
    assert_int_equal(pair.device.dropped, 1);
    assert_int_equal(pair.camera.state, ASV_WIRE_CAMERA_IDLE);
    assert_int_equal(asv_test_pair_pull(&pair), ASV_E_AGAIN);
    open_pair();
    asv_wire_camera_abort(&pair.camera, ASV_WIRE_CODE_SHUTDOWN, "battery empty \x01");
    asv_wire_camera_abort(&pair.camera, ASV_WIRE_CODE_SHUTDOWN, "again");
    assert_int_equal(pair.device.dropped, 1);
    assert_int_equal(pair.camera.abort.code, ASV_WIRE_CODE_SHUTDOWN);
    assert_non_null(strstr(pair.camera.abort.detail, "battery empty ?"));
    assert_int_equal(
        asv_wire_camera_output(&pair.camera, pair.in, ASV_WIRE_MAX_FRAME_BYTES - 1, &pair.in_len, NULL),
        ASV_E_LIMIT);
    assert_int_equal(asv_test_pair_pull(&pair), ASV_OK);
    assert_int_equal(asv_test_pair_pull(&pair), ASV_E_AGAIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_number_that_does_not_rise_is_refused),
        cmocka_unit_test(unknown_requests_are_answered_and_the_session_goes_on),
        cmocka_unit_test(more_than_was_agreed_is_refused),
        cmocka_unit_test(chunks_are_sent_in_frames_of_the_agreed_size),
        cmocka_unit_test(chunks_that_cannot_be_given_are_named_behind_those_that_can),
        cmocka_unit_test(a_reply_goes_before_chunks_and_the_next_request_waits_for_it),
        cmocka_unit_test(chunks_go_on_while_the_device_is_not_done),
        cmocka_unit_test(a_file_is_given_whole_or_its_length_is_named),
        cmocka_unit_test(clips_are_listed_in_rising_order_and_more_says_so),
        cmocka_unit_test(finish_is_refused_while_chunks_are_outstanding),
        cmocka_unit_test(the_clock_is_read_while_the_answer_is_made),
        cmocka_unit_test(what_the_device_refuses_is_an_error_and_no_more),
        cmocka_unit_test(what_does_not_authenticate_or_decode_ends_the_session),
        cmocka_unit_test(a_used_up_counter_ends_the_session),
        cmocka_unit_test(a_dropped_session_is_told_once),
    };
    return asv_crypto_init() == ASV_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
