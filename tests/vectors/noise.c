/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The public vectors of Noise_XX_25519_ChaChaPoly_SHA256, both sides of each. P-020.
 */
#include <string.h>

#include "firmware-proto/wire/noise.h"
#include "tests/support/vectors.h"
#include "tests/unit/test.h"

#define HANDSHAKE_MESSAGES 3

static void start(struct asv_noise *noise, bool initiator, const json_t *vector)
{
    static struct asv_vector_bytes prologue;
    static struct asv_vector_bytes sk;
    static struct asv_vector_bytes ephemeral;
    asv_vector_hex(&prologue, vector, initiator ? "init_prologue" : "resp_prologue");
    asv_vector_hex(&sk, vector, initiator ? "init_static" : "resp_static");
    asv_vector_hex(&ephemeral, vector, initiator ? "init_ephemeral" : "resp_ephemeral");
    asv_noise_init(noise, initiator, prologue.data, prologue.len, sk.data, ephemeral.data);
}

/* One message from one side to the other, which must have the vector's bytes. */
static void pass(struct asv_noise *from, struct asv_noise *to, size_t index, const json_t *message)
{
    static struct asv_vector_bytes payload;
    static struct asv_vector_bytes want;
    static uint8_t wire[8192];
    asv_vector_hex(&payload, message, "payload");
    asv_vector_hex(&want, message, "ciphertext");
    size_t len = 0;
    struct asv_bytes got = {0};
    if (index < HANDSHAKE_MESSAGES) {
        assert_int_equal(asv_noise_write(from, payload.data, payload.len, wire, sizeof wire, &len), ASV_OK);
    } else {
        assert_int_equal(asv_noise_encrypt(from, payload.data, payload.len, wire), ASV_OK);
        len = payload.len + ASV_AEAD_TAG_BYTES;
    }
    assert_int_equal(len, want.len);
    assert_memory_equal(wire, want.data, len);
    if (index < HANDSHAKE_MESSAGES) {
        assert_int_equal(asv_noise_read(to, wire, len, &got), ASV_OK);
    } else {
        assert_int_equal(asv_noise_decrypt(to, wire, len, wire), ASV_OK);
        got = (struct asv_bytes){wire, len - ASV_AEAD_TAG_BYTES};
    }
    assert_int_equal(got.len, payload.len);
    assert_memory_equal(got.data, payload.data, got.len);
}

static void every_public_vector_holds_for_both_sides(void **state)
{
    (void)state;
    json_t *file = asv_vectors_load("noise/Noise_XX_25519_ChaChaPoly_SHA256.json");
    size_t count = 0;
    size_t i;
    size_t j;
    json_t *vector;
    json_t *message;
    json_array_foreach(json_object_get(file, "vectors"), i, vector)
    {
        struct asv_noise initiator;
        struct asv_noise responder;
        start(&initiator, true, vector);
        start(&responder, false, vector);
        json_array_foreach(json_object_get(vector, "messages"), j, message)
        {
            bool forth = j % 2 == 0;
            pass(forth ? &initiator : &responder, forth ? &responder : &initiator, j, message);
            count++;
        }
        assert_true(asv_noise_established(&initiator) && asv_noise_established(&responder));
        assert_memory_equal(initiator.hash, responder.hash, sizeof initiator.hash);
        if (json_object_get(vector, "handshake_hash") != NULL) {
            static struct asv_vector_bytes hash;
            asv_vector_hex(&hash, vector, "handshake_hash");
            assert_memory_equal(initiator.hash, hash.data, sizeof initiator.hash);
        }
    }
    assert_int_equal(i, 2);
    assert_int_equal(count, 11);
    json_decref(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_public_vector_holds_for_both_sides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
