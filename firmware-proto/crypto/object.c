/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/crypto/object.h"

#include <string.h>

static void write_field(struct asv_writer *writer, uint8_t alg, const uint8_t *data, size_t len)
{
    asv_write_u8(writer, alg);
    asv_write_view8(writer, data, len);
}

static enum asv_status read_field(struct asv_reader *reader, uint8_t alg, uint8_t *out, size_t len)
{
    struct asv_reader ahead = *reader;
    uint8_t got_alg;
    uint8_t got_len;
    enum asv_status status = asv_read_u8(&ahead, &got_alg);
    if (status == ASV_OK && got_alg != alg) {
        status = ASV_E_UNSUPPORTED;
    }
    if (status == ASV_OK) {
        status = asv_read_u8(&ahead, &got_len);
    }
    if (status == ASV_OK && got_len != len) {
        status = ASV_E_MALFORMED;
    }
    if (status == ASV_OK) {
        status = asv_read_copy(&ahead, out, len);
    }
    if (status == ASV_OK) {
        *reader = ahead;
    }
    return status;
}

void asv_write_digest(struct asv_writer *writer, const uint8_t digest[ASV_SHA256_BYTES])
{
    write_field(writer, ASV_ALG_SHA256, digest, ASV_SHA256_BYTES);
}

enum asv_status asv_read_digest(struct asv_reader *reader, uint8_t out[ASV_SHA256_BYTES])
{
    return read_field(reader, ASV_ALG_SHA256, out, ASV_SHA256_BYTES);
}

void asv_write_ed25519_pk(struct asv_writer *writer, const uint8_t pk[ASV_ED25519_PK_BYTES])
{
    write_field(writer, ASV_ALG_ED25519, pk, ASV_ED25519_PK_BYTES);
}

enum asv_status asv_read_ed25519_pk(struct asv_reader *reader, uint8_t out[ASV_ED25519_PK_BYTES])
{
    return read_field(reader, ASV_ALG_ED25519, out, ASV_ED25519_PK_BYTES);
}

void asv_write_x25519_pk(struct asv_writer *writer, const uint8_t pk[ASV_X25519_BYTES])
{
    write_field(writer, ASV_ALG_X25519, pk, ASV_X25519_BYTES);
}

enum asv_status asv_read_x25519_pk(struct asv_reader *reader, uint8_t out[ASV_X25519_BYTES])
{
    return read_field(reader, ASV_ALG_X25519, out, ASV_X25519_BYTES);
}

void asv_write_signature(struct asv_writer *writer, const uint8_t sig[ASV_ED25519_SIG_BYTES])
{
    asv_write_u8(writer, ASV_ALG_ED25519);
    asv_write_view16(writer, sig, ASV_ED25519_SIG_BYTES);
}

enum asv_status asv_read_signature(struct asv_reader *reader, uint8_t out[ASV_ED25519_SIG_BYTES])
{
    struct asv_reader ahead = *reader;
    uint8_t alg;
    uint16_t len;
    enum asv_status status = asv_read_u8(&ahead, &alg);
    if (status == ASV_OK && alg != ASV_ALG_ED25519) {
        status = ASV_E_UNSUPPORTED;
    }
    if (status == ASV_OK) {
        status = asv_read_u16(&ahead, &len);
    }
    if (status == ASV_OK && len != ASV_ED25519_SIG_BYTES) {
        status = ASV_E_MALFORMED;
    }
    if (status == ASV_OK) {
        status = asv_read_copy(&ahead, out, ASV_ED25519_SIG_BYTES);
    }
    if (status == ASV_OK) {
        *reader = ahead;
    }
    return status;
}

enum asv_status asv_object_sign(struct asv_writer *writer, size_t start, enum asv_purpose purpose,
                                const uint8_t sk[ASV_ED25519_SK_BYTES])
{
    uint8_t sig[ASV_ED25519_SIG_BYTES];
    size_t len;
    enum asv_status status = asv_write_end(writer, &len);
    if (status != ASV_OK) {
        return status;
    }
    asv_sign(sig, purpose, writer->data + start, len - start, sk);
    asv_write_signature(writer, sig);
    return asv_write_end(writer, &len);
}

enum asv_status asv_object_split(struct asv_object *out, const void *data, size_t len)
{
    struct asv_object object;
    struct asv_reader reader;
    if (len < ASV_SIGNATURE_FIELD_BYTES) {
        return ASV_E_MALFORMED;
    }
    object.encoded = (struct asv_bytes){data, len};
    object.body = (struct asv_bytes){data, len - ASV_SIGNATURE_FIELD_BYTES};
    asv_reader_init(&reader, object.body.data + object.body.len, ASV_SIGNATURE_FIELD_BYTES);
    enum asv_status status = asv_read_signature(&reader, object.signature);
    if (status == ASV_OK) {
        *out = object;
    }
    return status;
}

enum asv_status asv_object_verify(const struct asv_object *object, enum asv_purpose purpose,
                                  const uint8_t pk[ASV_ED25519_PK_BYTES])
{
    return asv_verify(object->signature, purpose, object->body.data, object->body.len, pk);
}

void asv_object_digest(uint8_t out[ASV_SHA256_BYTES], const struct asv_object *object)
{
    asv_sha256(out, object->body.data, object->body.len);
}
