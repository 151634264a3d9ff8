/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/seal/age.h"

#include <string.h>

#include "firmware-proto/seal/base64.h"
#include "tests/unit/test.h"

static const uint8_t file_key[ASV_FILE_KEY_BYTES] = "YELLOW SUBMARIN";
static uint8_t sk[2][ASV_X25519_BYTES];
static uint8_t pk[2][ASV_X25519_BYTES];

static int set_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        memset(sk[i], (int)(0x42 + i), sizeof sk[i]);
        asv_x25519_public(pk[i], sk[i]);
    }
    return asv_crypto_init() == ASV_OK ? 0 : 1;
}

static struct asv_bytes wrap_both(uint8_t out[2 * ASV_AGE_X25519_STANZA_BYTES])
{
    uint8_t ephemeral[ASV_X25519_BYTES] = {7};
    for (size_t i = 0; i < 2; i++) {
        ephemeral[1]++;
        assert_int_equal(asv_age_wrap(out + i * ASV_AGE_X25519_STANZA_BYTES, file_key, pk[i], ephemeral),
                         ASV_OK);
    }
    return (struct asv_bytes){out, 2 * ASV_AGE_X25519_STANZA_BYTES};
}

static size_t write_header(uint8_t *out, size_t cap)
{
    uint8_t stanzas[2 * ASV_AGE_X25519_STANZA_BYTES];
    struct asv_writer writer;
    asv_writer_init(&writer, out, cap);
    assert_int_equal(asv_age_header_write(&writer, wrap_both(stanzas), file_key), ASV_OK);
    return writer.len;
}

static void keys_have_the_texts_of_the_specification(void **state)
{
    (void)state;
    uint8_t key[ASV_X25519_BYTES];
    char identity[ASV_AGE_IDENTITY_TEXT_BYTES];
    char recipient[ASV_AGE_RECIPIENT_TEXT_BYTES];
    asv_age_identity_encode(identity, sk[0]);
    asv_age_recipient_encode(recipient, pk[0]);
    assert_string_equal(identity,
                        "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX");
    assert_string_equal(recipient, "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj");
    assert_int_equal(asv_age_identity_decode(key, identity, strlen(identity)), ASV_OK);
    assert_memory_equal(key, sk[0], sizeof key);
    assert_int_equal(asv_age_recipient_decode(key, recipient, strlen(recipient)), ASV_OK);
    assert_memory_equal(key, pk[0], sizeof key);
}

static void a_key_text_with_any_character_changed_is_refused(void **state)
{
    (void)state;
    uint8_t key[ASV_X25519_BYTES];
    char identity[ASV_AGE_IDENTITY_TEXT_BYTES];
    char recipient[ASV_AGE_RECIPIENT_TEXT_BYTES];
    asv_age_identity_encode(identity, sk[1]);
    asv_age_recipient_encode(recipient, pk[1]);
    for (size_t i = 0; i < strlen(identity); i++) {
        char was = identity[i];
        identity[i] = was == 'Q' ? 'P' : 'Q';
        assert_int_equal(asv_age_identity_decode(key, identity, strlen(identity)), ASV_E_MALFORMED);
        identity[i] = (char)(was ^ 0x20); /* the other case */
        assert_int_equal(asv_age_identity_decode(key, identity, strlen(identity)), ASV_E_MALFORMED);
        identity[i] = was;
    }
    for (size_t i = 0; i < strlen(recipient); i++) {
        char was = recipient[i];
        recipient[i] = was == 'q' ? 'p' : 'q';
        assert_int_equal(asv_age_recipient_decode(key, recipient, strlen(recipient)), ASV_E_MALFORMED);
        recipient[i] = was;
        assert_int_equal(asv_age_recipient_decode(key, recipient, i), ASV_E_MALFORMED);
    }
    /* right but for a bit behind the key's last byte */
    static const char padded[] = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPPG0UGY5";
    assert_int_equal(asv_age_identity_decode(key, padded, strlen(padded)), ASV_E_MALFORMED);
    assert_int_equal(asv_age_recipient_decode(key, identity, strlen(identity)), ASV_E_MALFORMED);
    assert_int_equal(asv_age_identity_decode(key, recipient, strlen(recipient)), ASV_E_MALFORMED);
}

static void a_stanza_opens_with_its_key_only(void **state)
{
    (void)state;
    uint8_t text[2 * ASV_AGE_X25519_STANZA_BYTES];
    struct asv_reader reader;
    struct asv_bytes stanzas = wrap_both(text);
    asv_reader_init(&reader, stanzas.data, stanzas.len);
    for (size_t i = 0; i < 2; i++) {
        struct asv_age_stanza stanza;
        uint8_t key[ASV_FILE_KEY_BYTES] = {0};
        assert_int_equal(asv_age_stanza_read(&reader, &stanza), ASV_OK);
        assert_int_equal(stanza.text.len, ASV_AGE_X25519_STANZA_BYTES); /* S-024 */
        assert_int_equal(asv_age_unwrap(key, &stanza, sk[1 - i]), ASV_E_NOT_FOUND);
        assert_int_equal(key[0], 0);
        assert_int_equal(asv_age_unwrap(key, &stanza, sk[i]), ASV_OK);
        assert_memory_equal(key, file_key, sizeof key);
    }
    assert_int_equal(asv_reader_left(&reader), 0);
}

static void no_key_is_wrapped_for_a_recipient_of_small_order(void **state)
{
    (void)state;
    static const uint8_t one[ASV_X25519_BYTES] = {1};
    static const uint8_t ephemeral[ASV_X25519_BYTES] = {9};
    uint8_t out[ASV_AGE_X25519_STANZA_BYTES] = "untouched";
    assert_int_equal(asv_age_wrap(out, file_key, one, ephemeral), ASV_E_MISMATCH);
    assert_string_equal((char *)out, "untouched");
}

static void a_header_reads_back_and_opens(void **state)
{
    (void)state;
    uint8_t data[512];
    struct asv_age_header header;
    size_t len = write_header(data, sizeof data);
    assert_int_equal(asv_age_header_read(&header, data, sizeof data), ASV_OK); /* what follows is not its */
    assert_int_equal(header.text.len, len);
    assert_int_equal(header.stanza_count, 2);
    assert_int_equal(header.stanzas.len, 2 * ASV_AGE_X25519_STANZA_BYTES);
    for (size_t i = 0; i < 2; i++) {
        uint8_t key[ASV_FILE_KEY_BYTES];
        assert_int_equal(asv_age_header_open(key, &header, sk[i]), ASV_OK);
        assert_memory_equal(key, file_key, sizeof key);
    }
    static const uint8_t stranger[ASV_X25519_BYTES] = {5};
    uint8_t key[ASV_FILE_KEY_BYTES];
    assert_int_equal(asv_age_header_open(key, &header, stranger), ASV_E_NOT_FOUND);
}

static void a_header_cut_anywhere_asks_for_more(void **state)
{
    (void)state;
    uint8_t data[512];
    struct asv_age_header header;
    size_t len = write_header(data, sizeof data);
    for (size_t cut = 0; cut < len; cut++) {
        assert_int_equal(asv_age_header_read(&header, data, cut), ASV_E_AGAIN); /* S-021 */
    }
    assert_int_equal(asv_age_header_read(&header, data, len), ASV_OK);
}

static void a_header_with_any_byte_changed_does_not_open(void **state)
{
    (void)state;
    uint8_t data[512];
    size_t len = write_header(data, sizeof data);
    for (size_t i = 0; i < len; i++) {
        struct asv_age_header header;
        uint8_t key[ASV_FILE_KEY_BYTES] = {0};
        for (unsigned bit = 0; bit < 8; bit++) {
            data[i] ^= (uint8_t)(1u << bit);
            enum asv_status status = asv_age_header_read(&header, data, len);
            if (status == ASV_OK) {
                status = asv_age_header_open(key, &header, sk[0]);
            }
            assert_int_not_equal(status, ASV_OK);
            assert_int_equal(key[0], 0);
            data[i] ^= (uint8_t)(1u << bit);
        }
    }
}

static void a_header_has_limits(void **state)
{
    (void)state;
    static uint8_t data[ASV_AGE_HEADER_MAX_BYTES + 64];
    struct asv_age_header header;
    struct asv_writer writer;

    /* 65 stanzas */
    asv_writer_init(&writer, data, sizeof data);
    asv_write_bytes(&writer, "age-encryption.org/v1\n", 22);
    for (size_t i = 0; i <= ASV_AGE_STANZAS_MAX; i++) {
        asv_write_bytes(&writer, "-> x\n\n", 6);
    }
    assert_int_equal(asv_age_header_read(&header, data, writer.len), ASV_E_LIMIT); /* S-024 */

    /* one stanza that does not end */
    asv_writer_init(&writer, data, sizeof data);
    asv_write_bytes(&writer, "age-encryption.org/v1\n-> x\n", 27);
    for (size_t i = 0; i < 100; i++) {
        asv_write_bytes(&writer, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", 65);
    }
    asv_write_u8(&writer, '\n');
    assert_int_equal(asv_age_header_read(&header, data, writer.len), ASV_E_LIMIT);

    /* an argument line without an end */
    memset(data, 'x', sizeof data);
    memcpy(data, "age-encryption.org/v1\n-> ", 25);
    assert_int_equal(asv_age_header_read(&header, data, sizeof data), ASV_E_LIMIT);

    /* not age at all is said at once, another version as well */
    assert_int_equal(asv_age_header_read(&header, "PK", 2), ASV_E_MALFORMED);
    assert_int_equal(asv_age_header_read(&header, "age-encryption.org/v2\n", 22), ASV_E_UNSUPPORTED);

    /* no stanza at all */
    assert_int_equal(asv_age_header_read(&header, "age-encryption.org/v1\n--- ", 26), ASV_E_MALFORMED);

    /* arguments are of visible characters */
    assert_int_equal(asv_age_header_read(&header, "age-encryption.org/v1\n-> x~\n\n--- ", 33), ASV_E_AGAIN);
    static const char invisible[] = {0x1f, 0x7f, (char)0x80, (char)0xff};
    for (size_t i = 0; i < sizeof invisible; i++) {
        char text[] = "age-encryption.org/v1\n-> x?\n\n--- ";
        text[26] = invisible[i];
        assert_int_equal(asv_age_header_read(&header, text, sizeof text - 1), ASV_E_MALFORMED); /* S-021 */
    }
}

static void a_header_above_its_limit_is_not_written(void **state)
{
    (void)state;
    static uint8_t stanzas[ASV_AGE_HEADER_MAX_BYTES + 8192];
    static uint8_t data[ASV_AGE_HEADER_MAX_BYTES + 8192];
    struct asv_writer text;
    struct asv_writer out;
    asv_writer_init(&text, stanzas, sizeof stanzas);
    asv_writer_init(&out, data, sizeof data);
    for (size_t i = 0; text.len <= ASV_AGE_HEADER_MAX_BYTES; i++) {
        asv_write_bytes(&text, "-> x\n", 5);
        for (size_t line = 0; line < 60; line++) {
            asv_write_bytes(&text, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", 65);
        }
        asv_write_u8(&text, '\n');
    }
    struct asv_bytes all = {stanzas, text.len};
    assert_int_equal(asv_age_header_write(&out, all, file_key), ASV_E_LIMIT); /* S-024 */
    assert_int_equal(out.len, 0);
}

static void a_passphrase_stanza_stands_alone(void **state)
{
    (void)state;
    static const char scrypt[] = "-> scrypt rF0/NwblUHHTpgQgRpe5CQ 10\n"
                                 "gUjEymFKMVXQEKdMMHL24oYexjE3TIC0O0zGSqJ2aUY\n";
    uint8_t stanzas[sizeof scrypt - 1 + ASV_AGE_X25519_STANZA_BYTES];
    uint8_t ephemeral[ASV_X25519_BYTES] = {7};
    uint8_t data[512];
    uint8_t key[ASV_FILE_KEY_BYTES];
    struct asv_age_header header;
    struct asv_writer writer;
    memcpy(stanzas, scrypt, sizeof scrypt - 1);
    assert_int_equal(asv_age_wrap(stanzas + sizeof scrypt - 1, file_key, pk[0], ephemeral), ASV_OK);
    for (size_t both = 0; both < 2; both++) {
        struct asv_bytes text = {stanzas, both ? sizeof stanzas : sizeof scrypt - 1};
        asv_writer_init(&writer, data, sizeof data);
        assert_int_equal(asv_age_header_write(&writer, text, file_key), ASV_OK);
        assert_int_equal(asv_age_header_read(&header, data, writer.len), ASV_OK);
        assert_int_equal(asv_age_header_open(key, &header, sk[0]), both ? ASV_E_MALFORMED : ASV_E_NOT_FOUND);
    }
}

static void a_header_is_written_whole_or_not_at_all(void **state)
{
    (void)state;
    uint8_t stanzas[2 * ASV_AGE_X25519_STANZA_BYTES];
    struct asv_bytes text = wrap_both(stanzas);
    uint8_t data[512];
    struct asv_writer writer;
    size_t len = write_header(data, sizeof data);
    for (size_t cap = 0; cap < len; cap++) {
        asv_writer_init(&writer, data, cap);
        assert_int_equal(asv_age_header_write(&writer, text, file_key), ASV_E_LIMIT);
        assert_int_equal(writer.len, 0);
        assert_false(writer.overrun);
    }
    asv_writer_init(&writer, data, sizeof data);
    for (size_t cut = 0; cut < text.len; cut++) {
        if (cut != ASV_AGE_X25519_STANZA_BYTES) {
            struct asv_bytes part = {text.data, cut};
            assert_int_equal(asv_age_header_write(&writer, part, file_key), ASV_E_MALFORMED);
        }
    }
    assert_int_equal(writer.len, 0);
}

static void a_chunk_opens_at_its_place_only(void **state)
{
    (void)state;
    static uint8_t plain[ASV_CHUNK_PLAIN_BYTES];
    static uint8_t cipher[ASV_CHUNK_CIPHER_BYTES];
    static uint8_t back[ASV_CHUNK_CIPHER_BYTES];
    uint8_t nonce[ASV_NONCE_BYTES] = {3};
    uint8_t key[ASV_AEAD_KEY_BYTES];
    memset(plain, 0x5a, sizeof plain);
    asv_age_payload_key(key, file_key, nonce);
    asv_age_chunk_encrypt(cipher, plain, sizeof plain, 7, false, key);
    assert_int_equal(asv_age_chunk_decrypt(back, cipher, sizeof cipher, 7, false, key), ASV_OK);
    assert_memory_equal(back, plain, sizeof plain);
    /* S-014: index and final flag are part of the nonce */
    assert_int_equal(asv_age_chunk_decrypt(back, cipher, sizeof cipher, 8, false, key), ASV_E_DIGEST);
    assert_int_equal(asv_age_chunk_decrypt(back, cipher, sizeof cipher, 7, true, key), ASV_E_DIGEST);
    assert_int_equal(asv_age_chunk_decrypt(back, cipher, sizeof cipher, 7 + (UINT64_C(1) << 32), false, key),
                     ASV_E_DIGEST);
    assert_int_equal(asv_age_chunk_decrypt(back, cipher, sizeof cipher - 1, 7, false, key),
                     ASV_E_MALFORMED); /* S-010 */
    assert_int_equal(asv_age_chunk_decrypt(back, cipher, 15, 7, true, key), ASV_E_MALFORMED);

    asv_age_chunk_encrypt(cipher, plain, 0, 1, true, key);
    assert_int_equal(asv_age_chunk_decrypt(back, cipher, 16, 1, true, key), ASV_E_MALFORMED);
    asv_age_chunk_encrypt(cipher, plain, 0, 0, true, key);
    assert_int_equal(asv_age_chunk_decrypt(back, cipher, 16, 0, true, key), ASV_OK);
}

static void the_final_chunk_is_the_constant_free_box(void **state)
{
    (void)state;
    static const uint8_t box[] = {0, 0, 0, 8, 'f', 'r', 'e', 'e'};
    uint8_t nonce[ASV_NONCE_BYTES] = {3};
    uint8_t key[ASV_AEAD_KEY_BYTES];
    uint8_t cipher[ASV_FINAL_CIPHER_BYTES];
    uint8_t plain[ASV_FINAL_PLAIN_BYTES];
    asv_age_payload_key(key, file_key, nonce);
    asv_age_final_chunk(cipher, 41, key);
    assert_int_equal(asv_age_chunk_decrypt(plain, cipher, sizeof cipher, 41, true, key), ASV_OK);
    assert_memory_equal(plain, box, sizeof box); /* S-012 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_have_the_texts_of_the_specification),
        cmocka_unit_test(a_key_text_with_any_character_changed_is_refused),
        cmocka_unit_test(a_stanza_opens_with_its_key_only),
        cmocka_unit_test(no_key_is_wrapped_for_a_recipient_of_small_order),
        cmocka_unit_test(a_header_reads_back_and_opens),
        cmocka_unit_test(a_header_cut_anywhere_asks_for_more),
        cmocka_unit_test(a_header_with_any_byte_changed_does_not_open),
        cmocka_unit_test(a_header_has_limits),
        cmocka_unit_test(a_header_above_its_limit_is_not_written),
        cmocka_unit_test(a_passphrase_stanza_stands_alone),
        cmocka_unit_test(a_header_is_written_whole_or_not_at_all),
        cmocka_unit_test(a_chunk_opens_at_its_place_only),
        cmocka_unit_test(the_final_chunk_is_the_constant_free_box),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
