/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The dock's machine in an open session: what it asks, and what it takes for an answer. */
#include "tests/unit/wire_dock_kit.h"

/* P-046 */
static void every_right_reply_is_taken_once_and_a_second_time_refused(void **state)
{
    (void)state;
    for (uint32_t i = 1; i <= ASV_WIRE_TYPE_LAST; i++) {
        uint16_t type = (uint16_t)i;
        if (type == ASV_WIRE_CHUNKS || type == ASV_WIRE_FINISH) {
            continue;
        }
        open_pair();
        struct asv_wire_message reply = asv_test_pair_reply(&pair, type);
        reply.request = ask(&asv_wire_sample(type)->message);
        assert_int_equal(answer(&reply), ASV_OK);
        assert_int_equal(pair.event.kind, ASV_WIRE_EVENT_REPLY);
        assert_true(pair.event.done && pair.event.type == type && pair.event.request == reply.request);
        assert_int_equal(pair.dock.outstanding, 0);
        assert_int_equal(pair.dock.asked, 0);
        ended(answer(&reply), ASV_E_MISMATCH, "its request is not outstanding"); /* P-047 */
    }
}

/* P-046 */
static void a_reply_to_another_type_of_request_is_refused(void **state)
{
    (void)state;
    for (uint32_t i = 1; i <= ASV_WIRE_TYPE_LAST; i++) {
        uint16_t type = (uint16_t)i;
        if (type == ASV_WIRE_FINISH) {
            continue;
        }
        uint16_t other = type == ASV_WIRE_STATUS ? ASV_WIRE_CLOCK : ASV_WIRE_STATUS;
        open_pair();
        struct asv_wire_message reply = asv_wire_sample(other | ASV_WIRE_REPLY)->message;
        reply.request = ask(&asv_wire_sample(type)->message);
        ended(answer(&reply), ASV_E_MISMATCH, "does not answer its request");
    }
}

/* P-047 */
static void a_reply_to_a_request_that_was_never_sent_is_refused(void **state)
{
    (void)state;
    open_pair();
    struct asv_wire_message reply = asv_wire_sample(ASV_WIRE_REPLY | ASV_WIRE_STATUS)->message;
    reply.request = ask(&asv_wire_sample(ASV_WIRE_STATUS)->message) + 1;
    ended(answer(&reply), ASV_E_MISMATCH, "dock OPEN: STATUS reply: its request is not outstanding");
    open_pair();
    ended(send_chunks(1, 0, 1), ASV_E_MISMATCH, "dock OPEN: CHUNKS: its request is not outstanding");
    open_pair();
    uint32_t request = ask(&asv_wire_sample(ASV_WIRE_STATUS)->message);
    ended(send_chunks(request, 0, 1), ASV_E_MISMATCH, "CHUNKS: its request is not outstanding");
}

/* P-046: the same message with one thing different from what was asked. */
static void a_reply_that_answers_something_else_is_refused(void **state)
{
    (void)state;
    for (int what = 0; what < 10; what++) {
        struct asv_wire_message wanted = asv_wire_sample(ASV_WIRE_FILE)->message;
        struct asv_wire_message reply = asv_wire_sample(ASV_WIRE_REPLY | ASV_WIRE_FILE)->message;
        if (what == 4) {
            wanted = asv_wire_sample(ASV_WIRE_CLOCK)->message;
            reply = asv_wire_sample(ASV_WIRE_REPLY | ASV_WIRE_CLOCK)->message;
            reply.body.clock_reply.dock_mono_ms++;
        } else if (what == 5 || what == 6) {
            wanted = asv_wire_sample(ASV_WIRE_CLIPS)->message;
            reply = asv_wire_sample(ASV_WIRE_REPLY | ASV_WIRE_CLIPS)->message;
            wanted.body.clips.after = what == 5 ? 41 : 40;
            wanted.body.clips.count = what == 6 ? 1 : 512;
        } else if (what == 7) {
            wanted = asv_wire_sample(ASV_WIRE_ERASURES)->message;
            reply = asv_wire_sample(ASV_WIRE_REPLY | ASV_WIRE_ERASURES)->message;
            wanted.body.erasures.count = 1;
        } else if (what >= 8) {
            wanted = asv_wire_sample(ASV_WIRE_LOG)->message;
            reply = asv_wire_sample(ASV_WIRE_REPLY | ASV_WIRE_LOG)->message;
            wanted.body.log.from = what == 8 ? 2 : 1;
            wanted.body.log.count = what == 9 ? 1 : 100;
        }
        reply.body.file_reply.number += what == 0;
        reply.body.file_reply.file = (uint8_t)(reply.body.file_reply.file + (what == 1));
        reply.body.file_reply.offset += what == 2;
        reply.body.file_reply.data.len -= what == 3;
        open_pair();
        reply.request = ask(&wanted);
        ended(answer(&reply), ASV_E_MISMATCH, "does not answer its request");
    }
}

/* P-071, P-073, P-092 */
static void log_blocks_erasure_records_and_inventories_are_this_cameras(void **state)
{
    (void)state;
    static const uint16_t types[] = {ASV_WIRE_LOG, ASV_WIRE_RECEIPT, ASV_WIRE_DESTROY, ASV_WIRE_ERASURES,
                                     ASV_WIRE_INVENTORY};
    static struct asv_test_identity other;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        open_pair();
        struct asv_wire_message reply = asv_wire_sample(types[i] | ASV_WIRE_REPLY)->message;
        asv_test_agency_issue(&pair.agency, &other, ASV_ROLE_CAMERA, 2);
        pair.dock.camera = other.chain; /* the session is with another camera than the one that signed */
        reply.request = ask(&asv_wire_sample(types[i])->message);
        ended(answer(&reply), ASV_E_MISMATCH, asv_wire_type_name(types[i] | ASV_WIRE_REPLY));
        open_pair();
        /* The last byte of each of these samples is its signature's. */
        static uint8_t forged[ASV_WIRE_SAMPLE_MAX_BYTES];
        const struct asv_wire_sample *sample = asv_wire_sample(types[i] | ASV_WIRE_REPLY);
        memcpy(forged, sample->data, sample->len);
        forged[sample->len - 1] ^= 1;
        assert_int_equal(asv_wire_message_decode(&reply, forged, sample->len, NULL), ASV_OK);
        reply.request = ask(&asv_wire_sample(types[i])->message);
        ended(answer(&reply), ASV_E_SIGNATURE, asv_wire_type_name(types[i] | ASV_WIRE_REPLY));
    }
    open_pair();
    struct asv_wire_message reply = asv_wire_sample(ASV_WIRE_REPLY | ASV_WIRE_DESTROY)->message;
    reply.type = ASV_WIRE_REPLY | ASV_WIRE_RECEIPT; /* the record of another recording */
    reply.request = ask(&asv_wire_sample(ASV_WIRE_RECEIPT)->message);
    ended(answer(&reply), ASV_E_MISMATCH, "RECEIPT reply");
}

/* P-073: what the camera signed in an earlier session says nothing of this one. */
static void an_inventory_is_of_this_session(void **state)
{
    (void)state;
    open_pair();
    struct asv_wire_message reply = asv_test_pair_reply(&pair, ASV_WIRE_INVENTORY);
    asv_test_world_init(&pair.dock_world, 7);
    struct asv_inventory old;
    assert_int_equal(
        asv_wire_dock_start(&pair.dock, ASV_WIRE_NO_DEADLINE, pair.out, sizeof pair.out, &pair.out_len, NULL),
        ASV_OK);
    assert_int_equal(asv_test_pair_give(&pair), ASV_OK);
    asv_test_pair_open(&pair);
    assert_int_equal(asv_inventory_decode(&old, reply.body.inventory.inventory.data,
                                          reply.body.inventory.inventory.len, NULL),
                     ASV_OK);
    assert_memory_not_equal(old.session, pair.dock.session, sizeof old.session);
    reply.request = ask(&asv_wire_sample(ASV_WIRE_INVENTORY)->message);
    ended(answer(&reply), ASV_E_MISMATCH, "INVENTORY reply: inventory: of another session");
}

/* P-048 */
static void chunks_come_in_any_order_and_split_each_once(void **state)
{
    (void)state;
    static const struct {
        unsigned request;
        uint64_t first;
        uint32_t count;
        bool done;
    } frames[] = {
        {1, 63, 1, false}, {0, 102, 2, false}, {1, 0, 4, false},  {0, 100, 2, true}, {1, 10, 3, false},
        {1, 4, 4, false},  {1, 8, 2, false},   {1, 13, 1, false}, {2, 7, 1, true},
    };
    struct asv_wire_message wanted[] = {chunks_request(7, 100, 4), chunks_request(8, 0, 64),
                                        chunks_request(8, 7, 1)};
    uint32_t requests[3];
    open_pair();
    for (int i = 0; i < 3; i++) {
        requests[i] = ask(&wanted[i]);
    }
    assert_int_equal(pair.dock.asked, 69 * ASV_WIRE_CHUNK_BYTES);
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
        assert_int_equal(send_chunks(requests[frames[i].request], frames[i].first, frames[i].count), ASV_OK);
        assert_int_equal(pair.event.kind, ASV_WIRE_EVENT_CHUNKS);
        assert_int_equal(pair.event.request, requests[frames[i].request]);
        assert_int_equal(pair.event.number, wanted[frames[i].request].body.chunks.number);
        assert_int_equal(pair.event.done, frames[i].done);
        assert_ptr_equal(pair.event.chunks.data, pair.in + 24); /* nothing is copied */
        assert_true(pair.event.chunks.first == frames[i].first && pair.event.chunks.count == frames[i].count);
    }
    for (uint64_t at = 14; at < 62; at += 4) {
        assert_int_equal(send_chunks(requests[1], at, 4), ASV_OK);
    }
    assert_int_equal(pair.dock.outstanding, 1);
    assert_int_equal(send_chunks(requests[1], 62, 1), ASV_OK);
    assert_true(pair.event.done);
    assert_int_equal(pair.dock.outstanding, 0);
    assert_int_equal(pair.dock.asked, 0);
    ended(send_chunks(requests[1], 62, 1), ASV_E_MISMATCH, "its request is not outstanding");
}

/* P-048 */
static void chunks_outside_the_request_or_that_came_before_are_refused(void **state)
{
    (void)state;
    static const struct {
        uint64_t first;
        uint32_t count;
        const char *text;
    } rows[] = {
        {99, 1, "not asked for"}, {104, 1, "not asked for"}, {101, 4, "not asked for"},
        {98, 4, "not asked for"}, {0, 1, "not asked for"},   {UINT64_MAX - 4, 4, "not asked for"},
        {102, 1, "came before"},  {101, 2, "came before"},   {102, 2, "came before"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        open_pair();
        struct asv_wire_message wanted = chunks_request(7, 100, 4);
        uint32_t request = ask(&wanted);
        assert_int_equal(send_chunks(request, 102, 1), ASV_OK);
        ended(send_chunks(request, rows[i].first, rows[i].count), ASV_E_MISMATCH, rows[i].text);
    }
    open_pair();
    struct asv_wire_message few = chunks_request(7, 100, 2);
    ended(send_chunks(ask(&few), 100, 3), ASV_E_MISMATCH, "not asked for");
    open_pair();
    pair.dock.limits.frame_chunks = 2;
    struct asv_wire_message wanted = chunks_request(7, 100, 4);
    ended(send_chunks(ask(&wanted), 100, 3), ASV_E_LIMIT, "more chunks than agreed");
    open_pair();
    uint32_t request = ask(&wanted);
    asv_store_be64(pair.in + ASV_WIRE_FRAME_HEADER_BYTES, UINT64_MAX);
    assert_int_equal(asv_wire_frame_seal(pair.in, sizeof pair.in, ASV_WIRE_FRAME_CHUNKS, request, 1,
                                         8 + ASV_WIRE_CHUNK_BYTES, &pair.in_len),
                     ASV_OK);
    ended(asv_test_pair_take(&pair), ASV_E_LIMIT, "length is not that of its chunks");
}

/* P-049 */
static void an_error_ends_its_request_and_nothing_else(void **state)
{
    (void)state;
    open_pair();
    struct asv_wire_message wanted = chunks_request(7, 100, 4);
    struct asv_wire_message error = asv_wire_sample(ASV_WIRE_ERROR)->message;
    uint32_t first = ask(&wanted);
    uint32_t second = ask(&wanted);
    assert_int_equal(send_chunks(first, 100, 1), ASV_OK);
    error.request = first;
    assert_int_equal(answer(&error), ASV_OK);
    assert_int_equal(pair.event.kind, ASV_WIRE_EVENT_ERROR);
    assert_true(pair.event.done && pair.event.type == ASV_WIRE_CHUNKS && pair.event.number == 7);
    assert_int_equal(pair.event.message.body.error.code, ASV_WIRE_CODE_RANGE);
    assert_int_equal(pair.dock.asked, 4 * ASV_WIRE_CHUNK_BYTES);
    assert_int_equal(send_chunks(second, 100, 4), ASV_OK);
    assert_true(pair.event.done);
    assert_int_equal(pair.dock.asked, 0);
    ended(send_chunks(first, 101, 1), ASV_E_MISMATCH, "its request is not outstanding");
}

/* P-043, P-044, P-054 */
static void no_more_is_asked_than_was_agreed(void **state)
{
    (void)state;
    uint32_t request = 0;
    struct asv_wire_message wanted = chunks_request(7, 0, 64);
    const struct asv_wire_message *status = &asv_wire_sample(ASV_WIRE_STATUS)->message;
    const struct asv_wire_message *finish = &asv_wire_sample(ASV_WIRE_FINISH)->message;
    open_pair();
    assert_true(asv_wire_dock_can_send(&pair.dock, ASV_WIRE_MAX_ASKED_BYTES));
    ask(&wanted);
    ask(&wanted);
    assert_int_equal(pair.dock.asked, ASV_WIRE_MAX_ASKED_BYTES); /* two full requests and not a byte more */
    assert_false(asv_wire_dock_can_send(&pair.dock, 1));
    wanted.body.chunks.count = 1;
    assert_int_equal(asv_test_pair_request(&pair, &wanted, &request), ASV_E_BUSY);
    assert_int_equal(asv_test_pair_request(&pair, finish, &request), ASV_E_BUSY);
    for (int i = 2; i < ASV_WIRE_MAX_REQUESTS; i++) {
        assert_true(asv_wire_dock_can_send(&pair.dock, 0));
        ask(status);
    }
    assert_false(asv_wire_dock_can_send(&pair.dock, 0));
    assert_int_equal(asv_test_pair_request(&pair, status, &request), ASV_E_BUSY);
    assert_int_equal(pair.dock.last_request, ASV_WIRE_MAX_REQUESTS);

    open_pair();
    pair.dock.limits.requests = 1;
    pair.dock.limits.asked_bytes = ASV_WIRE_CHUNK_BYTES;
    wanted.body.chunks.count = 2; /* can never be sent */
    assert_int_equal(asv_test_pair_request(&pair, &wanted, &request), ASV_E_USAGE);
    ask(status);
    assert_int_equal(asv_test_pair_request(&pair, status, &request), ASV_E_BUSY);
}

/* P-045 */
static void what_is_no_request_is_not_sent(void **state)
{
    (void)state;
    uint32_t request = 77;
    struct asv_wire_message message = chunks_request(7, 0, 65);
    open_pair();
    assert_int_equal(asv_test_pair_request(&pair, &message, &request), ASV_E_USAGE);
    message = chunks_request(7, 0, 65535); /* whose bytes do not fit 32 bits */
    assert_int_equal(asv_test_pair_request(&pair, &message, &request), ASV_E_USAGE);
    message = asv_wire_sample(ASV_WIRE_REPLY | ASV_WIRE_STATUS)->message;
    assert_int_equal(asv_test_pair_request(&pair, &message, &request), ASV_E_USAGE);
    message = (struct asv_wire_message){.type = ASV_WIRE_TYPE_FIRMWARE_FIRST};
    assert_int_equal(asv_test_pair_request(&pair, &message, &request), ASV_E_USAGE);
    message = asv_wire_sample(ASV_WIRE_RECEIPT)->message;
    message.body.object.object.len--;
    assert_int_equal(asv_test_pair_request(&pair, &message, &request), ASV_E_USAGE);
    message = asv_wire_sample(ASV_WIRE_FILE)->message;
    message.body.file.length = 60001;
    assert_int_equal(asv_test_pair_request(&pair, &message, &request), ASV_E_USAGE);
    message = asv_wire_sample(ASV_WIRE_BULLETIN)->message;
    assert_int_equal(
        asv_wire_dock_send(&pair.dock, &message, 0, pair.out, 200, &pair.out_len, &request, NULL),
        ASV_E_LIMIT);
    assert_int_equal(asv_wire_dock_send(&pair.dock, &message, 0, pair.out, 8, &pair.out_len, &request, NULL),
                     ASV_E_LIMIT);
    assert_int_equal(request, 77);
    assert_int_equal(pair.dock.state, ASV_WIRE_DOCK_OPEN);
    assert_int_equal(pair.dock.last_request, 0);
    assert_int_equal(pair.dock.noise.send.nonce, 0);
}

static void what_does_not_authenticate_or_decode_ends_the_session(void **state)
{
    (void)state;
    open_pair();
    struct asv_wire_message reply = asv_wire_sample(ASV_WIRE_REPLY | ASV_WIRE_STATUS)->message;
    bool sealed = false;
    reply.request = ask(&asv_wire_sample(ASV_WIRE_STATUS)->message);
    assert_int_equal(
        asv_wire_control_frame(&pair.camera.noise, &reply, pair.in, sizeof pair.in, &pair.in_len, &sealed),
        ASV_OK);
    pair.in[60] ^= 1;
    ended(asv_test_pair_take(&pair), ASV_E_DIGEST, "dock OPEN: CONTROL: does not authenticate"); /* P-029 */

    open_pair();
    static const uint8_t unknown[] = {0x81, 0x00, 0, 0, 0, 1};
    memcpy(pair.in + ASV_WIRE_FRAME_HEADER_BYTES, unknown, sizeof unknown);
    assert_int_equal(asv_noise_encrypt(&pair.camera.noise, pair.in + ASV_WIRE_FRAME_HEADER_BYTES,
                                       sizeof unknown, pair.in + ASV_WIRE_FRAME_HEADER_BYTES),
                     ASV_OK);
    assert_int_equal(
        asv_wire_frame_seal(pair.in, sizeof pair.in, ASV_WIRE_FRAME_CONTROL, 0, 0, 22, &pair.in_len), ASV_OK);
    ended(asv_test_pair_take(&pair), ASV_E_UNSUPPORTED, "unknown type");

    open_pair();
    pair.in_len = 15;
    ended(asv_test_pair_take(&pair), ASV_E_MALFORMED, "dock OPEN: frame: frame: shorter than its header");
}

/* P-032 */
static void the_cameras_abort_is_told_and_not_answered(void **state)
{
    (void)state;
    open_pair();
    asv_wire_camera_abort(&pair.camera, ASV_WIRE_CODE_SHUTDOWN, "battery empty");
    assert_int_equal(asv_test_pair_pull(&pair), ASV_OK);
    assert_int_equal(asv_test_pair_take(&pair), ASV_OK);
    assert_int_equal(pair.event.kind, ASV_WIRE_EVENT_ABORTED);
    assert_int_equal(pair.event.abort.code, ASV_WIRE_CODE_SHUTDOWN);
    assert_non_null(strstr(pair.event.abort.detail, "battery empty"));
    assert_int_equal(pair.dock.state, ASV_WIRE_DOCK_FAILED);
    assert_non_null(strstr(pair.dock.err.text, "ABORT of the camera"));
    assert_int_equal(asv_wire_dock_output(&pair.dock, pair.out, sizeof pair.out, &pair.out_len, NULL),
                     ASV_E_AGAIN);
    open_pair();
    assert_int_equal(asv_wire_frame_seal(pair.in, sizeof pair.in, ASV_WIRE_FRAME_ABORT, pair.dock.nonce, 0,
                                         11, &pair.in_len),
                     ASV_OK);
    pair.in[17] = 0; /* no code */
    ended(asv_test_pair_take(&pair), ASV_E_MALFORMED, "ABORT: cannot be read");
    open_pair();
    assert_int_equal(asv_wire_abort_frame(&(struct asv_wire_error){ASV_WIRE_CODE_STATE, 0, ""},
                                          pair.dock.nonce + 1, pair.in, sizeof pair.in, &pair.in_len),
                     ASV_OK);
    ended(asv_test_pair_take(&pair), ASV_E_MALFORMED, "ABORT: cannot be read"); /* of another session */
}

/* P-056 */
static void deadlines_that_pass_end_the_session(void **state)
{
    (void)state;
    uint32_t request = 0;
    asv_test_pair_init(&pair, 1);
    assert_int_equal(asv_wire_dock_deadline(&pair.dock), ASV_WIRE_NO_DEADLINE);
    assert_int_equal(asv_wire_dock_tick(&pair.dock, UINT64_MAX, NULL), ASV_OK);
    assert_int_equal(asv_wire_dock_start(&pair.dock, 500, pair.out, sizeof pair.out, &pair.out_len, NULL),
                     ASV_OK);
    assert_int_equal(asv_wire_dock_deadline(&pair.dock), 500);
    assert_int_equal(asv_wire_dock_tick(&pair.dock, 499, &pair.err), ASV_OK);
    ended(asv_wire_dock_tick(&pair.dock, 500, &pair.err), ASV_E_TIMEOUT, "dock HELLO: handshake: no answer");

    open_pair();
    assert_int_equal(asv_wire_dock_deadline(&pair.dock), ASV_WIRE_NO_DEADLINE); /* the handshake's is met */
    struct asv_wire_message clips = asv_wire_sample(ASV_WIRE_CLIPS)->message;
    struct asv_wire_message chunks = chunks_request(1, 0, 4);
    assert_int_equal(
        asv_wire_dock_send(&pair.dock, &clips, 900, pair.out, sizeof pair.out, &pair.out_len, &request, NULL),
        ASV_OK);
    assert_int_equal(asv_wire_dock_send(&pair.dock, &chunks, 800, pair.out, sizeof pair.out, &pair.out_len,
                                        &request, NULL),
                     ASV_OK);
    assert_int_equal(asv_wire_dock_deadline(&pair.dock), 800);
    assert_int_equal(asv_wire_dock_extend(&pair.dock, request, 1000), ASV_OK);
    assert_int_equal(asv_wire_dock_extend(&pair.dock, request, 10), ASV_OK); /* never shorter */
    assert_int_equal(asv_wire_dock_extend(&pair.dock, request + 1, 1000), ASV_E_NOT_FOUND);
    assert_int_equal(asv_wire_dock_extend(&pair.dock, 0, 1000), ASV_E_NOT_FOUND);
    assert_int_equal(asv_wire_dock_tick(&pair.dock, 899, &pair.err), ASV_OK);
    ended(asv_wire_dock_tick(&pair.dock, 900, &pair.err), ASV_E_TIMEOUT,
          "dock OPEN: CLIPS: no answer in time");
    assert_int_equal(asv_wire_dock_deadline(&pair.dock), ASV_WIRE_NO_DEADLINE);
}

/* P-027, P-041 */
static void used_up_counters_end_the_session(void **state)
{
    (void)state;
    uint32_t request = 0;
    const struct asv_wire_message *status = &asv_wire_sample(ASV_WIRE_STATUS)->message;
    open_pair();
    pair.dock.last_request = UINT32_MAX - 1;
    assert_int_equal(ask(status), UINT32_MAX);
    ended(asv_test_pair_request(&pair, status, &request), ASV_E_LIMIT, "request numbers are used up");
    open_pair();
    pair.dock.noise.send.nonce = UINT64_MAX;
    ended(asv_test_pair_request(&pair, status, &request), ASV_E_LIMIT, "cannot be encrypted");
}

static void what_the_caller_ends_is_over(void **state)
{
    (void)state;
    open_pair();
    asv_wire_dock_abort(&pair.dock, ASV_WIRE_CODE_REVOKED, "quarantine is full");
    assert_int_equal(pair.dock.abort.code, ASV_WIRE_CODE_REVOKED);
    assert_int_equal(asv_wire_dock_output(&pair.dock, pair.out, 10, &pair.out_len, NULL), ASV_E_LIMIT);
    assert_int_equal(asv_wire_dock_output(&pair.dock, pair.out, sizeof pair.out, &pair.out_len, NULL),
                     ASV_OK);
    assert_int_equal(asv_test_pair_give(&pair), ASV_OK);
    assert_int_equal(pair.camera.state, ASV_WIRE_CAMERA_IDLE);
    assert_int_equal(pair.device.dropped, 1);
    asv_wire_dock_abort(&pair.dock, ASV_WIRE_CODE_REVOKED, "again");
    assert_false(pair.dock.abort_due);
    static const uint8_t zeros[ASV_AEAD_KEY_BYTES];
    open_pair();
    asv_wire_dock_wipe(&pair.dock);
    assert_int_equal(pair.dock.state, ASV_WIRE_DOCK_IDLE);
    assert_memory_equal(pair.dock.noise.send.key, zeros, sizeof zeros);
    asv_test_pair_open(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_right_reply_is_taken_once_and_a_second_time_refused),
        cmocka_unit_test(a_reply_to_another_type_of_request_is_refused),
        cmocka_unit_test(a_reply_to_a_request_that_was_never_sent_is_refused),
        cmocka_unit_test(a_reply_that_answers_something_else_is_refused),
        cmocka_unit_test(log_blocks_erasure_records_and_inventories_are_this_cameras),
        cmocka_unit_test(an_inventory_is_of_this_session),
        cmocka_unit_test(chunks_come_in_any_order_and_split_each_once),
        cmocka_unit_test(chunks_outside_the_request_or_that_came_before_are_refused),
        cmocka_unit_test(an_error_ends_its_request_and_nothing_else),
        cmocka_unit_test(no_more_is_asked_than_was_agreed),
        cmocka_unit_test(what_is_no_request_is_not_sent),
        cmocka_unit_test(what_does_not_authenticate_or_decode_ends_the_session),
        cmocka_unit_test(the_cameras_abort_is_told_and_not_answered),
        cmocka_unit_test(deadlines_that_pass_end_the_session),
        cmocka_unit_test(used_up_counters_end_the_session),
        cmocka_unit_test(what_the_caller_ends_is_over),
    };
    return asv_crypto_init() == ASV_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
