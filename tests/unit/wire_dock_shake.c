/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The dock's machine before a session is open: HELLO and handshake. */
#include "tests/unit/wire_dock_kit.h"

/* P-012 */
static void what_an_earlier_session_left_in_the_pipe_is_discarded(void **state)
{
    (void)state;
    asv_test_pair_init(&pair, 1);
    asv_test_pair_dock_to(&pair, ASV_WIRE_DOCK_HELLO);
    for (uint32_t i = 0; i < ASV_WIRE_MAX_STALE_FRAMES; i++) {
        enum asv_status status;
        switch (i % 4) {
        case 0:
            status = send_chunks(9, 0, 4);
            break;
        case 1: /* not even a frame */
            pair.in_len = i;
            status = asv_test_pair_take(&pair);
            break;
        case 2: /* an earlier session's ABORT */
            assert_int_equal(asv_wire_abort_frame(&(struct asv_wire_error){ASV_WIRE_CODE_STATE, 0, ""},
                                                  pair.dock.nonce + 1, pair.in, sizeof pair.in, &pair.in_len),
                             ASV_OK);
            status = asv_test_pair_take(&pair);
            break;
        default: /* and its HELLO */
            assert_int_equal(asv_wire_frame_seal(pair.in, sizeof pair.in, ASV_WIRE_FRAME_HELLO,
                                                 pair.dock.nonce - 1, 0, 30, &pair.in_len),
                             ASV_OK);
            status = asv_test_pair_take(&pair);
            break;
        }
        assert_int_equal(status, ASV_OK);
        assert_int_equal(pair.event.kind, ASV_WIRE_EVENT_NONE);
        assert_int_equal(pair.dock.state, ASV_WIRE_DOCK_HELLO);
    }
    asv_test_pair_init(&pair, 1);
    asv_test_pair_dock_to(&pair, ASV_WIRE_DOCK_HELLO);
    pair.dock.stale = ASV_WIRE_MAX_STALE_FRAMES;
    asv_test_pair_open(&pair); /* the next one is the right one */
    asv_test_pair_init(&pair, 1);
    asv_test_pair_dock_to(&pair, ASV_WIRE_DOCK_HELLO);
    pair.dock.stale = ASV_WIRE_MAX_STALE_FRAMES;
    ended(send_chunks(9, 0, 4), ASV_E_LIMIT, "dock HELLO: HELLO: too many frames before it");
}

static enum asv_status hello_of(struct asv_wire_hello_reply hello)
{
    struct asv_writer writer;
    asv_test_pair_init(&pair, 1);
    asv_test_pair_dock_to(&pair, ASV_WIRE_DOCK_HELLO);
    asv_writer_init(&writer, pair.in + ASV_WIRE_FRAME_HEADER_BYTES, 640);
    assert_int_equal(asv_wire_hello_reply_encode(&writer, &hello), ASV_OK);
    assert_int_equal(asv_wire_frame_seal(pair.in, sizeof pair.in, ASV_WIRE_FRAME_HELLO, pair.dock.nonce, 0,
                                         writer.len, &pair.in_len),
                     ASV_OK);
    return asv_test_pair_take(&pair);
}

/* P-014 */
static void a_camera_may_choose_only_what_was_offered(void **state)
{
    (void)state;
    const struct asv_wire_hello_reply right = asv_wire_samples()->hello_reply;
    assert_int_equal(hello_of(right), ASV_OK);
    for (int what = 0; what < 2; what++) {
        struct asv_wire_hello_reply wrong = right;
        wrong.version = (uint16_t)(wrong.version + (what == 0));
        wrong.suite = (uint16_t)(wrong.suite + (what == 1));
        ended(hello_of(wrong), ASV_E_UNSUPPORTED, "chooses what was not offered");
    }
    for (int what = 0; what < 3; what++) {
        static struct asv_wire_dock small;
        asv_test_pair_init(&pair, 1);
        pair.dock_config.frame_chunks = 2;
        pair.dock_config.requests = 4;
        pair.dock_config.asked_bytes = 4 * ASV_WIRE_CHUNK_BYTES;
        assert_int_equal(asv_wire_dock_init(&small, &pair.dock_config, NULL), ASV_OK);
        struct asv_wire_hello_reply wrong = {1, 1, 2, 4, 4 * ASV_WIRE_CHUNK_BYTES};
        wrong.frame_chunks = (uint16_t)(wrong.frame_chunks + (what == 0));
        wrong.requests = (uint16_t)(wrong.requests + (what == 1));
        wrong.asked_bytes += what == 2;
        pair.dock = small;
        asv_test_pair_dock_to(&pair, ASV_WIRE_DOCK_HELLO);
        struct asv_writer writer;
        asv_writer_init(&writer, pair.in + ASV_WIRE_FRAME_HEADER_BYTES, 640);
        assert_int_equal(asv_wire_hello_reply_encode(&writer, &wrong), ASV_OK);
        assert_int_equal(asv_wire_frame_seal(pair.in, sizeof pair.in, ASV_WIRE_FRAME_HELLO, pair.dock.nonce,
                                             0, writer.len, &pair.in_len),
                         ASV_OK);
        ended(asv_test_pair_take(&pair), ASV_E_UNSUPPORTED, "chooses what was not offered");
    }
    asv_test_pair_init(&pair, 1);
    asv_test_pair_dock_to(&pair, ASV_WIRE_DOCK_HELLO);
    assert_int_equal(asv_wire_frame_seal(pair.in, sizeof pair.in, ASV_WIRE_FRAME_HELLO, pair.dock.nonce, 0, 9,
                                         &pair.in_len),
                     ASV_OK);
    ended(asv_test_pair_take(&pair), ASV_E_MALFORMED, "dock HELLO: HELLO");
}

/* A camera with another identity than the agency gave it. */
static enum asv_status meet(struct asv_test_identity *camera)
{
    asv_test_pair_dock_to(&pair, ASV_WIRE_DOCK_SHAKE_3);
    pair.camera.config.chain = camera->chain.encoded;
    assert_int_equal(asv_test_pair_give(&pair), ASV_OK);
    assert_int_equal(asv_test_pair_pull(&pair), ASV_OK);
    return asv_test_pair_take(&pair);
}

/* P-023, P-025 */
static void only_a_camera_of_this_agency_with_its_own_key_is_let_in(void **state)
{
    (void)state;
    static struct asv_test_identity other;
    static struct asv_test_agency foreign;
    asv_test_pair_init(&pair, 1);
    asv_test_agency_issue(&pair.agency, &other, ASV_ROLE_CAMERA, 2); /* its certificate, not its key */
    ended(meet(&other), ASV_E_UNTRUSTED, "not for the key of this session");

    asv_test_pair_init(&pair, 1);
    asv_test_agency_issue(&pair.agency, &other, ASV_ROLE_DOCK, 2); /* a dock that plays camera */
    pair.camera.config.kx_sk = other.kx_sk;
    ended(meet(&other), ASV_E_UNTRUSTED, "HANDSHAKE");

    asv_test_pair_init(&pair, 1);
    asv_test_agency_init(&foreign, 2);
    pair.camera.config.kx_sk = foreign.camera.kx_sk;
    ended(meet(&foreign.camera), ASV_E_UNTRUSTED, "dock SHAKE_3: HANDSHAKE");

    static uint8_t too_long[ASV_CHAIN_MAX_BYTES + 1];
    asv_test_pair_init(&pair, 1);
    other.chain.encoded = (struct asv_bytes){too_long, sizeof too_long};
    ended(meet(&other), ASV_E_LIMIT, "the chain is too long");

    asv_test_pair_init(&pair, 1);
    other = pair.agency.camera;
    other.chain.encoded.data = other.chain_data;
    other.chain_data[other.chain.encoded.len - 1] ^= 1; /* the CA's signature */
    ended(meet(&other), ASV_E_SIGNATURE, "HANDSHAKE");

    asv_test_pair_init(&pair, 1);
    other = pair.agency.camera;
    other.chain.encoded = (struct asv_bytes){other.chain_data, 40};
    ended(meet(&other), ASV_E_MALFORMED, "HANDSHAKE");
}

/* P-025: what the caller decides. P-028 */
static void revoked_and_expired_cameras_are_let_in_and_named(void **state)
{
    (void)state;
    open_pair();
    assert_int_equal(pair.event.peer.standing, ASV_OK);
    assert_memory_equal(pair.event.peer.session, pair.device.session, ASV_SHA256_BYTES);
    assert_memory_equal(pair.event.peer.session, pair.camera.noise.hash, ASV_SHA256_BYTES);
    assert_memory_equal(pair.event.peer.chain->leaf.serial, pair.agency.camera.cert.serial, 16);

    asv_test_pair_init(&pair, 1);
    struct asv_revocations revocations = {.count = 1, .serials = pair.agency.camera.cert.serial};
    pair.dock.config.revocations = &revocations;
    asv_test_pair_open(&pair);
    assert_int_equal(pair.event.peer.standing, ASV_E_REVOKED);

    asv_test_pair_init(&pair, 1);
    pair.dock_world.wall = ASV_TEST_NOT_AFTER_MS;
    asv_test_pair_open(&pair);
    assert_int_equal(pair.event.peer.standing, ASV_E_EXPIRED);

    asv_test_pair_init(&pair, 1);
    pair.dock_world.wall = ASV_TIME_UNKNOWN;
    asv_test_pair_open(&pair);
    assert_int_equal(pair.event.peer.standing, ASV_OK);
}

/* P-022, P-029 */
static void a_handshake_that_is_not_right_ends_the_session(void **state)
{
    (void)state;
    asv_test_pair_init(&pair, 1);
    asv_test_pair_dock_to(&pair, ASV_WIRE_DOCK_SHAKE_1);
    assert_int_equal(asv_wire_handshake_frame(&pair.camera.noise, (struct asv_bytes){(const uint8_t *)"x", 1},
                                              pair.dock.nonce, pair.in, sizeof pair.in, &pair.in_len),
                     ASV_OK);
    ended(asv_test_pair_take(&pair), ASV_E_MALFORMED, "message 1 has a payload");

    asv_test_pair_init(&pair, 1);
    asv_test_pair_dock_to(&pair, ASV_WIRE_DOCK_SHAKE_1);
    assert_int_equal(asv_test_pair_pull(&pair), ASV_OK);
    asv_store_be32(pair.in + 8, pair.dock.nonce + 1); /* P-010 */
    ended(asv_test_pair_take(&pair), ASV_E_MISMATCH, "of another session");

    asv_test_pair_init(&pair, 1);
    asv_test_pair_dock_to(&pair, ASV_WIRE_DOCK_SHAKE_3);
    assert_int_equal(asv_test_pair_give(&pair), ASV_OK);
    assert_int_equal(asv_test_pair_pull(&pair), ASV_OK);
    pair.in[20] ^= 1;
    ended(asv_test_pair_take(&pair), ASV_E_DIGEST, "does not authenticate");

    /* P-021: HELLO altered on the way */
    asv_test_pair_init(&pair, 1);
    asv_test_pair_dock_to(&pair, ASV_WIRE_DOCK_HELLO);
    pair.out[ASV_WIRE_FRAME_HEADER_BYTES + 8] = 3; /* fewer chunks in a frame */
    assert_int_equal(asv_test_pair_give(&pair), ASV_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(asv_test_pair_pull(&pair), ASV_OK);
        assert_int_equal(asv_test_pair_take(&pair), ASV_OK);
    }
    assert_int_equal(asv_wire_dock_output(&pair.dock, pair.out, sizeof pair.out, &pair.out_len, NULL),
                     ASV_OK);
    assert_int_equal(asv_test_pair_give(&pair), ASV_E_DIGEST);
    assert_int_equal(pair.device.sessions, 0);
}

static void a_session_needs_a_right_configuration_and_randomness(void **state)
{
    (void)state;
    static struct asv_wire_dock dock;
    asv_test_pair_init(&pair, 1);
    for (int what = 0; what < 7; what++) {
        struct asv_wire_dock_config config = pair.dock_config;
        struct asv_err err = {0};
        config.frame_chunks = what == 0 ? 5 : 0;
        config.requests = what == 1 ? 17 : 0;
        config.asked_bytes = what == 2 ? ASV_WIRE_MAX_ASKED_BYTES + 1 : what == 3 ? 65551 : 0;
        config.kx_sk = what == 4 ? pair.agency.camera.kx_sk : config.kx_sk;
        config.chain = what == 5 ? pair.agency.camera.chain.encoded : config.chain;
        config.chain.len -= what == 6;
        assert_int_equal(asv_wire_dock_init(&dock, &config, &err), ASV_E_USAGE);
        assert_true(err.text[0] != '\0');
    }
    pair.dock_world.fail_random_at = 1;
    assert_int_equal(asv_wire_dock_start(&pair.dock, 0, pair.out, sizeof pair.out, &pair.out_len, NULL),
                     ASV_E_IO);
    assert_int_equal(pair.dock.state, ASV_WIRE_DOCK_FAILED);
    assert_false(pair.dock.abort_due); /* nobody was greeted */
    assert_int_equal(asv_wire_dock_start(&pair.dock, 0, pair.out, 40, &pair.out_len, NULL), ASV_E_LIMIT);
    asv_test_pair_init(&pair, 1);
    asv_test_pair_dock_to(&pair, ASV_WIRE_DOCK_HELLO);
    pair.dock_world.fail_random_at = 1;
    assert_int_equal(asv_test_pair_give(&pair), ASV_OK);
    assert_int_equal(asv_test_pair_pull(&pair), ASV_OK);
    ended(asv_test_pair_take(&pair), ASV_E_IO, "no randomness");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_an_earlier_session_left_in_the_pipe_is_discarded),
        cmocka_unit_test(a_camera_may_choose_only_what_was_offered),
        cmocka_unit_test(only_a_camera_of_this_agency_with_its_own_key_is_let_in),
        cmocka_unit_test(revoked_and_expired_cameras_are_let_in_and_named),
        cmocka_unit_test(a_handshake_that_is_not_right_ends_the_session),
        cmocka_unit_test(a_session_needs_a_right_configuration_and_randomness),
    };
    return asv_crypto_init() == ASV_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
