/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Whom a camera talks to: HELLO and handshake. */
#include <string.h>

#include "firmware-proto/wire/machine.h"
#include "tests/support/wire_pair.h"
#include "tests/support/wire_samples.h"
#include "tests/unit/test.h"

static struct asv_test_pair pair;

static enum asv_status hello(const struct asv_wire_hello *hello)
{
    struct asv_writer writer;
    asv_writer_init(&writer, pair.out + ASV_WIRE_FRAME_HEADER_BYTES, 640);
    assert_int_equal(asv_wire_hello_encode(&writer, hello), ASV_OK);
    assert_int_equal(asv_wire_frame_seal(pair.out, sizeof pair.out, ASV_WIRE_FRAME_HELLO, 0x1234, 0,
                                         writer.len, &pair.out_len),
                     ASV_OK);
    return asv_test_pair_give(&pair);
}

/* The camera says this ABORT and nothing else, and nobody was told of a session. */
static void aborted(enum asv_status status, enum asv_status want, enum asv_wire_code code, const char *text)
{
    struct asv_wire_frame frame;
    struct asv_wire_error error;
    assert_int_equal(status, want);
    assert_non_null(strstr(pair.err.text, text));
    assert_int_equal(asv_test_pair_pull(&pair), ASV_OK);
    assert_int_equal(asv_wire_frame_decode(pair.in, pair.in_len, &frame, NULL), ASV_OK);
    assert_int_equal(frame.kind, ASV_WIRE_FRAME_ABORT);
    assert_int_equal(asv_wire_abort_decode(&error, frame.body.data, frame.body.len), ASV_OK);
    assert_int_equal(error.code, code);
    assert_int_equal(asv_test_pair_pull(&pair), ASV_E_AGAIN);
    assert_int_equal(pair.camera.state, ASV_WIRE_CAMERA_FAILED);
    assert_int_equal(pair.device.sessions, 0);
}

/* P-014 */
static void the_camera_chooses_what_both_speak_and_the_smaller_limits(void **state)
{
    (void)state;
    struct asv_wire_frame frame;
    struct asv_wire_hello_reply reply;
    struct asv_wire_hello offer = asv_wire_samples()->hello;
    asv_test_pair_init(&pair, 1);
    pair.camera.config.frame_chunks = 2;
    pair.camera.config.requests = 5;
    pair.camera.config.asked_bytes = 3 * ASV_WIRE_CHUNK_BYTES;
    offer.version_count = 2;
    offer.versions[1] = 2;
    offer.suite_count = 3;
    offer.suites[1] = 5;
    offer.suites[2] = 6;
    assert_int_equal(hello(&offer), ASV_OK);
    assert_int_equal(asv_test_pair_pull(&pair), ASV_OK);
    assert_int_equal(asv_wire_frame_decode(pair.in, pair.in_len, &frame, NULL), ASV_OK);
    assert_int_equal(frame.request, 0x1234); /* P-010 */
    assert_int_equal(asv_wire_hello_reply_decode(&reply, frame.body.data, frame.body.len, NULL), ASV_OK);
    assert_true(reply.version == 1 && reply.suite == 1 && reply.frame_chunks == 2 && reply.requests == 5 &&
                reply.asked_bytes == 3 * ASV_WIRE_CHUNK_BYTES);
    offer.frame_chunks = 1;
    offer.requests = 1;
    offer.asked_bytes = ASV_WIRE_CHUNK_BYTES;
    assert_int_equal(hello(&offer), ASV_OK);
    assert_true(pair.camera.limits.frame_chunks == 1 && pair.camera.limits.requests == 1 &&
                pair.camera.limits.asked_bytes == ASV_WIRE_CHUNK_BYTES);

    offer.versions[0] = 2;
    offer.versions[1] = 3;
    aborted(hello(&offer), ASV_E_UNSUPPORTED, ASV_WIRE_CODE_UNSUPPORTED, "no version or suite in common");
    offer = asv_wire_samples()->hello;
    offer.suites[0] = 2;
    aborted(hello(&offer), ASV_E_UNSUPPORTED, ASV_WIRE_CODE_UNSUPPORTED, "no version or suite in common");
    assert_int_equal(
        asv_wire_frame_seal(pair.out, sizeof pair.out, ASV_WIRE_FRAME_HELLO, 1, 0, 5, &pair.out_len), ASV_OK);
    aborted(asv_test_pair_give(&pair), ASV_E_MALFORMED, ASV_WIRE_CODE_MALFORMED, "HELLO");
}

/* P-015 */
static void another_agencys_dock_hears_nothing_but_that(void **state)
{
    (void)state;
    struct asv_wire_hello offer = asv_wire_samples()->hello;
    asv_test_pair_init(&pair, 1);
    offer.agency[31] ^= 1;
    aborted(hello(&offer), ASV_E_UNTRUSTED, ASV_WIRE_CODE_FOREIGN, "another agency's dock");
    assert_false(asv_noise_established(&pair.camera.noise));
}

/* P-032 */
static void without_a_session_only_hello_is_answered(void **state)
{
    (void)state;
    asv_test_pair_init(&pair, 1);
    for (size_t len = 0; len < 200; len++) { /* no frame, CONTROL that belongs to nothing, ABORT */
        memset(pair.out, 3, sizeof pair.out);
        pair.out_len = len;
        assert_int_not_equal(asv_test_pair_give(&pair), ASV_OK);
        assert_int_equal(pair.camera.state, ASV_WIRE_CAMERA_IDLE);
        assert_int_equal(asv_test_pair_pull(&pair), ASV_E_AGAIN);
    }
    asv_test_pair_open(&pair);
    for (uint32_t nonce = 1; nonce < 3; nonce++) { /* of other sessions */
        assert_int_equal(asv_wire_abort_frame(&(struct asv_wire_error){ASV_WIRE_CODE_TIMEOUT, 0, "late"},
                                              nonce, pair.out, sizeof pair.out, &pair.out_len),
                         ASV_OK);
        assert_int_equal(asv_test_pair_give(&pair), ASV_OK);
        assert_int_equal(pair.camera.state, ASV_WIRE_CAMERA_OPEN);
    }
    asv_wire_dock_abort(&pair.dock, ASV_WIRE_CODE_TIMEOUT, "no answer");
    assert_int_equal(asv_wire_dock_output(&pair.dock, pair.out, sizeof pair.out, &pair.out_len, NULL),
                     ASV_OK);
    assert_int_equal(asv_test_pair_give(&pair), ASV_OK);
    assert_int_equal(pair.camera.state, ASV_WIRE_CAMERA_IDLE);
    assert_int_equal(asv_test_pair_pull(&pair), ASV_E_AGAIN); /* not answered */
    assert_int_equal(pair.device.dropped, 1);
}

/* Up to the moment when the camera has the dock's chain; it has not shown its own. */
static enum asv_status meet(const struct asv_test_identity *dock)
{
    asv_test_pair_dock_to(&pair, ASV_WIRE_DOCK_SHAKE_2);
    if (dock != NULL) {
        pair.dock.config.chain = dock->chain.encoded;
    }
    assert_int_equal(asv_wire_dock_output(&pair.dock, pair.out, sizeof pair.out, &pair.out_len, NULL),
                     ASV_OK);
    return asv_test_pair_give(&pair);
}

/* P-023, P-024 */
static void the_dock_proves_itself_before_the_camera_says_who_it_is(void **state)
{
    (void)state;
    static struct asv_test_identity other;
    static struct asv_test_agency foreign;
    asv_test_pair_init(&pair, 1);
    asv_test_agency_issue(&pair.agency, &other, ASV_ROLE_DOCK, 2); /* its certificate, not its key */
    aborted(meet(&other), ASV_E_UNTRUSTED, ASV_WIRE_CODE_UNTRUSTED, "not for the key of this session");

    asv_test_pair_init(&pair, 1);
    asv_test_agency_issue(&pair.agency, &other, ASV_ROLE_CAMERA, 2); /* a camera that plays dock */
    pair.dock.config.kx_sk = other.kx_sk;
    aborted(meet(&other), ASV_E_UNTRUSTED, ASV_WIRE_CODE_UNTRUSTED, "camera SHAKE_2: HANDSHAKE");

    asv_test_pair_init(&pair, 1);
    asv_test_agency_init(&foreign, 2); /* says the right agency in HELLO, is of another */
    pair.dock.config.kx_sk = foreign.dock.kx_sk;
    aborted(meet(&foreign.dock), ASV_E_UNTRUSTED, ASV_WIRE_CODE_UNTRUSTED, "HANDSHAKE");

    asv_test_pair_init(&pair, 1);
    struct asv_revocations revocations = {.count = 1, .serials = pair.agency.dock.cert.serial};
    pair.device.revocations = &revocations;
    aborted(meet(NULL), ASV_E_REVOKED, ASV_WIRE_CODE_REVOKED, "HANDSHAKE");

    asv_test_pair_init(&pair, 1);
    pair.camera_world.wall = ASV_TEST_NOT_AFTER_MS;
    aborted(meet(NULL), ASV_E_EXPIRED, ASV_WIRE_CODE_EXPIRED, "HANDSHAKE");

    asv_test_pair_init(&pair, 1); /* the same with a lost clock: it is the docking that sets it */
    pair.camera_world.wall = ASV_TEST_NOT_AFTER_MS;
    pair.device.lost_clock = true;
    assert_int_equal(meet(NULL), ASV_OK);

    asv_test_pair_init(&pair, 1);
    assert_int_equal(meet(NULL), ASV_OK);
    asv_test_pair_init(&pair, 1);
    asv_test_pair_dock_to(&pair, ASV_WIRE_DOCK_SHAKE_3);
    asv_store_be32(pair.out + 8, 0x77777777); /* P-010 */
    aborted(asv_test_pair_give(&pair), ASV_E_MISMATCH, ASV_WIRE_CODE_MISMATCH, "of another session");
}

/* It comes from somebody who has proven nothing yet. */
static void a_chain_that_is_too_long_is_refused_before_it_is_kept(void **state)
{
    (void)state;
    static uint8_t bytes[ASV_CHAIN_MAX_BYTES + 1];
    static struct asv_test_identity other;
    asv_test_pair_init(&pair, 1);
    other.chain.encoded = (struct asv_bytes){bytes, sizeof bytes};
    aborted(meet(&other), ASV_E_LIMIT, ASV_WIRE_CODE_LIMIT, "the chain is too long");
    asv_test_pair_init(&pair, 1);
    other.chain.encoded.len--;
    aborted(meet(&other), ASV_E_UNSUPPORTED, ASV_WIRE_CODE_UNSUPPORTED, "certificate chain");
}

/* P-022 */
static void message_1_is_empty_and_message_3_the_chain(void **state)
{
    (void)state;
    struct asv_wire_frame frame;
    asv_test_pair_init(&pair, 1);
    asv_test_pair_dock_to(&pair, ASV_WIRE_DOCK_SHAKE_1);
    assert_int_equal(asv_test_pair_pull(&pair), ASV_OK);
    assert_int_equal(asv_wire_frame_decode(pair.in, pair.in_len, &frame, NULL), ASV_OK);
    assert_int_equal(frame.body.len, ASV_NOISE_MESSAGE_1_BYTES);
    assert_int_equal(asv_test_pair_take(&pair), ASV_OK);
    asv_test_pair_open(&pair);
    assert_int_equal(pair.event.peer.chain->encoded.len, pair.agency.camera.chain.encoded.len);
    assert_memory_equal(pair.event.peer.chain->encoded.data, pair.agency.camera.chain_data,
                        pair.event.peer.chain->encoded.len);
    assert_memory_equal(pair.camera.dock_chain, pair.agency.dock.chain_data,
                        pair.agency.dock.chain.encoded.len);
}

static void a_camera_needs_a_right_configuration_a_root_and_randomness(void **state)
{
    (void)state;
    static struct asv_wire_camera camera;
    asv_test_pair_init(&pair, 1);
    for (int what = 0; what < 7; what++) {
        struct asv_wire_camera_config config = pair.camera_config;
        struct asv_err err = {0};
        config.frame_chunks = what == 0 ? 5 : 0;
        config.requests = what == 1 ? 17 : 0;
        config.asked_bytes = what == 2 ? ASV_WIRE_MAX_ASKED_BYTES + 1 : what == 3 ? 65551 : 0;
        config.kx_sk = what == 4 ? pair.agency.dock.kx_sk : config.kx_sk;
        config.chain = what == 5 ? pair.agency.dock.chain.encoded : config.chain;
        config.chain.len -= what == 6;
        assert_int_equal(asv_wire_camera_init(&camera, &config, &asv_test_device_ops, &pair.device, &err),
                         ASV_E_USAGE);
        assert_true(err.text[0] != '\0');
    }
    pair.device.refuse_trust = ASV_E_NOT_FOUND;
    aborted(hello(&asv_wire_samples()->hello), ASV_E_NOT_FOUND, ASV_WIRE_CODE_NOT_FOUND, "no root to trust");
    pair.device.refuse_trust = ASV_OK;
    assert_int_equal(hello(&asv_wire_samples()->hello), ASV_OK);
    pair.camera_world.fail_random_at = 1;
    aborted(asv_test_pair_pull(&pair), ASV_E_IO, ASV_WIRE_CODE_UNREADABLE, "cannot be answered");

    asv_test_pair_init(&pair, 1);
    asv_test_pair_camera_to(&pair, ASV_WIRE_CAMERA_SHAKE_3);
    pair.device.refuse_trust = ASV_E_BUSY;
    aborted(asv_test_pair_pull(&pair), ASV_E_BUSY, ASV_WIRE_CODE_BUSY, "session refused");
    asv_test_pair_init(&pair, 1);
    asv_test_pair_dock_to(&pair, ASV_WIRE_DOCK_SHAKE_3);
    pair.device.refuse_trust = ASV_E_BUSY;
    aborted(asv_test_pair_give(&pair), ASV_E_BUSY, ASV_WIRE_CODE_BUSY, "HANDSHAKE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_camera_chooses_what_both_speak_and_the_smaller_limits),
        cmocka_unit_test(another_agencys_dock_hears_nothing_but_that),
        cmocka_unit_test(without_a_session_only_hello_is_answered),
        cmocka_unit_test(the_dock_proves_itself_before_the_camera_says_who_it_is),
        cmocka_unit_test(a_chain_that_is_too_long_is_refused_before_it_is_kept),
        cmocka_unit_test(message_1_is_empty_and_message_3_the_chain),
        cmocka_unit_test(a_camera_needs_a_right_configuration_a_root_and_randomness),
    };
    return asv_crypto_init() == ASV_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
