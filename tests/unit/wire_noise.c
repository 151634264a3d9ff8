/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/wire/noise.h"

#include <string.h>

#include "tests/unit/test.h"

static struct asv_noise initiator;
static struct asv_noise responder;
static uint8_t message[ASV_NOISE_MAX_BYTES + 64];
static size_t message_len;
static const uint8_t payload[] = "payload";

static void begin(void)
{
    uint8_t keys[4][32];
    for (int i = 0; i < 4; i++) {
        memset(keys[i], 0x11 * (i + 1), sizeof keys[i]);
    }
    asv_noise_init(&initiator, true, "prologue", 8, keys[0], keys[1]);
    asv_noise_init(&responder, false, "prologue", 8, keys[2], keys[3]);
}

/* Writes handshake message number n (0..2) into message, all before it having passed. */
static void write_message(int n)
{
    struct asv_bytes got;
    begin();
    for (int i = 0; i <= n; i++) {
        struct asv_noise *from = i % 2 == 0 ? &initiator : &responder;
        struct asv_noise *to = i % 2 == 0 ? &responder : &initiator;
        assert_int_equal(
            asv_noise_write(from, payload, sizeof payload, message, sizeof message, &message_len), ASV_OK);
        if (i < n) {
            assert_int_equal(asv_noise_read(to, message, message_len, &got), ASV_OK);
            assert_int_equal(got.len, sizeof payload);
            assert_memory_equal(got.data, payload, sizeof payload);
        }
    }
}

static void establish(void)
{
    struct asv_bytes got;
    write_message(2);
    assert_int_equal(asv_noise_read(&responder, message, message_len, &got), ASV_OK);
    assert_true(asv_noise_established(&initiator) && asv_noise_established(&responder));
}

/* P-028, P-029 */
static void a_handshake_altered_in_any_byte_does_not_authenticate(void **state)
{
    (void)state;
    struct asv_bytes got;
    for (int n = 0; n < 3; n++) {
        write_message(n);
        size_t len = message_len;
        for (size_t at = 0; at < len; at++) {
            write_message(n);
            struct asv_noise *to = n % 2 == 0 ? &responder : &initiator;
            message[at] ^= 0x40;
            enum asv_status status = asv_noise_read(to, message, len, &got);
            if (n > 0) {
                assert_int_equal(status, ASV_E_DIGEST);
                assert_int_equal(asv_noise_read(to, message, len, &got), ASV_E_STATE); /* dead */
            } else { /* message 1 is in clear: message 2 then fails */
                assert_int_equal(status, ASV_OK);
                size_t next = 0;
                assert_int_equal(asv_noise_write(&responder, NULL, 0, message, sizeof message, &next),
                                 ASV_OK);
                assert_int_equal(asv_noise_read(&initiator, message, next, &got), ASV_E_DIGEST);
            }
        }
    }
    establish();
    assert_memory_equal(initiator.hash, responder.hash, sizeof initiator.hash);
}

static void another_prologue_does_not_authenticate(void **state)
{
    (void)state;
    struct asv_bytes got;
    uint8_t key[32] = {9};
    size_t len = 0;
    begin();
    asv_noise_init(&responder, false, "Prologue", 8, key, key);
    assert_int_equal(asv_noise_write(&initiator, NULL, 0, message, sizeof message, &len), ASV_OK);
    assert_int_equal(asv_noise_read(&responder, message, len, &got), ASV_OK);
    assert_int_equal(asv_noise_write(&responder, NULL, 0, message, sizeof message, &len), ASV_OK);
    assert_int_equal(asv_noise_read(&initiator, message, len, &got), ASV_E_DIGEST);
}

static void a_small_order_key_is_refused(void **state)
{
    (void)state;
    struct asv_bytes got;
    size_t len = 0;
    begin();
    memset(message, 0, 32); /* e of the initiator: the point of order 1 */
    assert_int_equal(asv_noise_read(&responder, message, 32, &got), ASV_OK);
    assert_int_equal(asv_noise_write(&responder, NULL, 0, message, sizeof message, &len), ASV_E_MISMATCH);
    assert_int_equal(asv_noise_write(&responder, NULL, 0, message, sizeof message, &len), ASV_E_STATE);
}

static void messages_come_in_turn_and_have_their_sizes(void **state)
{
    (void)state;
    struct asv_bytes got;
    size_t len = 77;
    begin();
    assert_int_equal(asv_noise_write(&responder, NULL, 0, message, sizeof message, &len), ASV_E_STATE);
    assert_int_equal(asv_noise_write(&initiator, NULL, 0, message, 31, &len), ASV_E_LIMIT);
    assert_int_equal(
        asv_noise_write(&initiator, message, ASV_NOISE_MAX_BYTES - 31, message, sizeof message, &len),
        ASV_E_LIMIT);
    assert_int_equal(asv_noise_encrypt(&initiator, payload, 1, message), ASV_E_STATE);
    assert_int_equal(asv_noise_decrypt(&initiator, message, 17, message), ASV_E_STATE);
    assert_int_equal(len, 77);
    assert_int_equal(asv_noise_write(&initiator, NULL, 0, message, 32, &len), ASV_OK);
    assert_int_equal(len, ASV_NOISE_MESSAGE_1_BYTES);
    assert_int_equal(asv_noise_write(&initiator, NULL, 0, message, sizeof message, &len), ASV_E_STATE);

    static const size_t least[] = {ASV_NOISE_MESSAGE_1_BYTES, ASV_NOISE_MESSAGE_2_BYTES,
                                   ASV_NOISE_MESSAGE_3_BYTES};
    for (int n = 0; n < 3; n++) {
        write_message(n);
        assert_int_equal(asv_noise_read(n % 2 == 0 ? &responder : &initiator, message, least[n] - 1, &got),
                         ASV_E_MALFORMED);
        write_message(n);
        assert_int_equal(
            asv_noise_read(n % 2 == 0 ? &responder : &initiator, message, ASV_NOISE_MAX_BYTES + 1, &got),
            ASV_E_LIMIT);
    }
    begin();
    assert_int_equal(asv_noise_read(&initiator, message, 96, &got), ASV_E_STATE);
    write_message(2);
    assert_int_equal(asv_noise_read(&initiator, message, message_len, &got), ASV_E_STATE);
}

static void transport_messages_are_bounded_and_in_order(void **state)
{
    (void)state;
    static uint8_t big[ASV_NOISE_MAX_BYTES + 32];
    establish();
    assert_int_equal(asv_noise_encrypt(&initiator, big, ASV_NOISE_MAX_BYTES - 15, big), ASV_E_LIMIT);
    assert_int_equal(asv_noise_encrypt(&initiator, big, ASV_NOISE_MAX_BYTES - 16, big), ASV_OK);
    assert_int_equal(asv_noise_decrypt(&responder, big, ASV_NOISE_MAX_BYTES, big), ASV_OK);
    for (size_t i = 0; i < ASV_NOISE_MAX_BYTES - 16; i++) {
        assert_int_equal(big[i], 0);
    }
    establish();
    assert_int_equal(asv_noise_decrypt(&responder, big, ASV_NOISE_MAX_BYTES + 1, big), ASV_E_LIMIT);
    establish();
    assert_int_equal(asv_noise_decrypt(&responder, big, 15, big), ASV_E_MALFORMED);
    establish();
    assert_int_equal(asv_noise_encrypt(&initiator, payload, 4, message), ASV_OK);
    assert_int_equal(asv_noise_decrypt(&responder, message, 20, big), ASV_OK);
    assert_int_equal(asv_noise_decrypt(&responder, message, 20, big), ASV_E_DIGEST); /* the same again */
    assert_int_equal(asv_noise_decrypt(&responder, message, 20, big), ASV_E_STATE);
    assert_int_equal(asv_noise_encrypt(&responder, payload, 4, message), ASV_E_STATE);
}

/* P-026 */
static void keys_are_replaced_after_65536_messages_in_each_direction_alone(void **state)
{
    (void)state;
    uint8_t text[4 + ASV_AEAD_TAG_BYTES];
    uint8_t before[ASV_AEAD_KEY_BYTES];
    uint8_t other[ASV_AEAD_KEY_BYTES];
    establish();
    memcpy(before, initiator.send.key, sizeof before);
    memcpy(other, initiator.receive.key, sizeof other);
    for (uint32_t i = 0; i < ASV_NOISE_REKEY_MESSAGES + 3; i++) {
        memcpy(text, "text", 4);
        assert_int_equal(asv_noise_encrypt(&initiator, text, 4, text), ASV_OK);
        bool replaced = memcmp(before, initiator.send.key, sizeof before) != 0;
        assert_int_equal(replaced, i >= ASV_NOISE_REKEY_MESSAGES);
        assert_int_equal(asv_noise_decrypt(&responder, text, sizeof text, text), ASV_OK);
        assert_memory_equal(text, "text", 4);
    }
    assert_memory_equal(initiator.receive.key, other, sizeof other);

    /* REKEY itself: ENCRYPT(k, 2^64 - 1, zeros), its first 32 bytes. */
    uint8_t sealed[48];
    static const uint8_t zeros[32];
    static const uint8_t nonce[12] = {0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    asv_aead_seal(sealed, zeros, sizeof zeros, NULL, 0, nonce, before);
    assert_memory_equal(initiator.send.key, sealed, sizeof before);
}

/* P-027 */
static void the_last_counter_is_never_used(void **state)
{
    (void)state;
    uint8_t text[4 + ASV_AEAD_TAG_BYTES] = "text";
    establish();
    initiator.send.nonce = responder.receive.nonce = UINT64_MAX - 1;
    assert_int_equal(asv_noise_encrypt(&initiator, text, 4, text), ASV_OK);
    assert_int_equal(asv_noise_decrypt(&responder, text, sizeof text, text), ASV_OK);
    assert_int_equal(asv_noise_encrypt(&initiator, text, 4, text), ASV_E_LIMIT);
    assert_int_equal(asv_noise_decrypt(&responder, text, sizeof text, text), ASV_E_LIMIT);
}

static void nothing_secret_is_left_behind(void **state)
{
    (void)state;
    static const uint8_t zeros[ASV_X25519_BYTES];
    establish();
    assert_memory_equal(initiator.static_sk, zeros, sizeof zeros);
    assert_memory_equal(initiator.ephemeral_sk, zeros, sizeof zeros);
    assert_memory_equal(initiator.chaining_key, zeros, sizeof zeros);
    asv_noise_wipe(&initiator);
    assert_memory_equal(initiator.send.key, zeros, sizeof zeros);
    assert_memory_equal(initiator.receive.key, zeros, sizeof zeros);
    assert_false(asv_noise_established(&initiator));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_handshake_altered_in_any_byte_does_not_authenticate),
        cmocka_unit_test(another_prologue_does_not_authenticate),
        cmocka_unit_test(a_small_order_key_is_refused),
        cmocka_unit_test(messages_come_in_turn_and_have_their_sizes),
        cmocka_unit_test(transport_messages_are_bounded_and_in_order),
        cmocka_unit_test(keys_are_replaced_after_65536_messages_in_each_direction_alone),
        cmocka_unit_test(the_last_counter_is_never_used),
        cmocka_unit_test(nothing_secret_is_left_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
