/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <string.h>

#include "firmware-proto/seal/age.h"
#include "firmware-proto/seal/age_line.h"
#include "firmware-proto/seal/base64.h"

#define LINE_CHARS    64 /* of a full line of a stanza's body */
#define WRAPPED_BYTES (ASV_FILE_KEY_BYTES + ASV_AEAD_TAG_BYTES)

static const char x25519_type[] = "X25519";

/* HKDF-SHA-256(shared secret, salt share || recipient, info). */
static enum asv_status wrap_key(uint8_t out[ASV_AEAD_KEY_BYTES], const uint8_t secret[ASV_X25519_BYTES],
                                const uint8_t peer[ASV_X25519_BYTES], const uint8_t share[ASV_X25519_BYTES],
                                const uint8_t recipient[ASV_X25519_BYTES])
{
    static const char info[] = "age-encryption.org/v1/X25519";
    uint8_t shared[ASV_X25519_BYTES];
    uint8_t salt[2 * ASV_X25519_BYTES];
    enum asv_status status = asv_x25519(shared, secret, peer);
    if (status == ASV_OK) {
        memcpy(salt, share, ASV_X25519_BYTES);
        memcpy(salt + ASV_X25519_BYTES, recipient, ASV_X25519_BYTES);
        asv_hkdf_sha256(out, shared, sizeof shared, salt, sizeof salt, info, sizeof info - 1);
    }
    asv_wipe(shared, sizeof shared);
    return status;
}

/* Every wrap key encrypts one file key only, so the nonce is constant. */
static const uint8_t zero_nonce[ASV_AEAD_NONCE_BYTES];

enum asv_status asv_age_wrap(uint8_t out[ASV_AGE_X25519_STANZA_BYTES],
                             const uint8_t file_key[ASV_FILE_KEY_BYTES],
                             const uint8_t recipient[ASV_X25519_BYTES],
                             const uint8_t ephemeral[ASV_X25519_BYTES])
{
    uint8_t share[ASV_X25519_BYTES];
    uint8_t key[ASV_AEAD_KEY_BYTES];
    uint8_t body[WRAPPED_BYTES];
    uint8_t text[ASV_AGE_X25519_STANZA_BYTES];
    struct asv_writer writer;
    size_t len;

    asv_x25519_public(share, ephemeral);
    enum asv_status status = wrap_key(key, ephemeral, recipient, share, recipient);
    if (status != ASV_OK) {
        goto out;
    }
    asv_aead_seal(body, file_key, ASV_FILE_KEY_BYTES, NULL, 0, zero_nonce, key);
    asv_writer_init(&writer, text, sizeof text);
    asv_write_bytes(&writer, "-> ", 3);
    asv_write_bytes(&writer, x25519_type, sizeof x25519_type - 1);
    asv_write_u8(&writer, ' ');
    asv_write_base64(&writer, share, sizeof share);
    asv_write_u8(&writer, '\n');
    asv_write_base64(&writer, body, sizeof body);
    asv_write_u8(&writer, '\n');
    status = asv_write_end(&writer, &len);
    if (status == ASV_OK) {
        memcpy(out, text, sizeof text);
    }
out:
    asv_wipe(key, sizeof key);
    return status;
}

enum asv_status asv_age_line_read(struct asv_reader *reader, struct asv_bytes *out, size_t max)
{
    size_t left = asv_reader_left(reader);
    const uint8_t *start = reader->data + reader->at;
    const uint8_t *lf = left == 0 ? NULL : memchr(start, '\n', left);
    if ((lf == NULL && left > max) || (lf != NULL && (size_t)(lf - start) > max)) {
        return ASV_E_LIMIT;
    }
    if (lf == NULL) {
        return ASV_E_AGAIN;
    }
    *out = (struct asv_bytes){start, (size_t)(lf - start)};
    reader->at += out->len + 1;
    return ASV_OK;
}

/* "-> " argument *(SP argument), without the LF; an argument is one or more of 0x21-0x7e. */
static enum asv_status read_arguments(struct asv_age_stanza *out, struct asv_bytes line)
{
    size_t first_len = 0;
    if (line.len < 4 || memcmp(line.data, "-> ", 3) != 0) {
        return ASV_E_MALFORMED;
    }
    for (size_t i = 3; i < line.len; i++) {
        uint8_t c = line.data[i];
        if (c == ' ' && (line.data[i - 1] == ' ' || i + 1 == line.len)) {
            return ASV_E_MALFORMED;
        }
        if (c < 0x20 || c > 0x7e) {
            return ASV_E_MALFORMED;
        }
        if (c == ' ' && first_len == 0) {
            first_len = i - 3;
        }
    }
    if (first_len == 0) {
        first_len = line.len - 3;
    }
    size_t args_at = 3 + first_len == line.len ? line.len : 3 + first_len + 1;
    out->type = (struct asv_bytes){line.data + 3, first_len};
    out->args = (struct asv_bytes){line.data + args_at, line.len - args_at};
    return ASV_OK;
}

/* Lines of 64, then one that is shorter. Each is canonical base64 by itself, so together they are too. */
static enum asv_status read_body(struct asv_reader *reader, struct asv_age_stanza *out)
{
    size_t start = reader->at;
    struct asv_bytes line;
    enum asv_status status;
    do {
        size_t decoded = 0;
        status = asv_age_line_read(reader, &line, LINE_CHARS);
        if (status == ASV_OK) {
            status = asv_base64_decode(NULL, 0, &decoded, line);
        }
        if (status != ASV_OK) {
            return status == ASV_E_LIMIT ? ASV_E_MALFORMED : status;
        }
    } while (line.len == LINE_CHARS && reader->at - start <= ASV_AGE_STANZA_MAX_BYTES);
    out->body = (struct asv_bytes){reader->data + start, reader->at - start};
    return ASV_OK;
}

enum asv_status asv_age_stanza_next(struct asv_reader *reader, struct asv_age_stanza *out)
{
    struct asv_reader ahead = *reader;
    struct asv_age_stanza stanza;
    struct asv_bytes line;
    enum asv_status status = asv_age_line_read(&ahead, &line, ASV_AGE_STANZA_MAX_BYTES);
    if (status == ASV_OK) {
        status = read_arguments(&stanza, line);
    }
    if (status == ASV_OK) {
        status = read_body(&ahead, &stanza);
    }
    if (status != ASV_OK) {
        return status;
    }
    stanza.text = (struct asv_bytes){reader->data + reader->at, ahead.at - reader->at};
    if (stanza.text.len > ASV_AGE_STANZA_MAX_BYTES) {
        return ASV_E_LIMIT; /* S-024 */
    }
    *out = stanza;
    *reader = ahead;
    return ASV_OK;
}

enum asv_status asv_age_stanza_read(struct asv_reader *reader, struct asv_age_stanza *out)
{
    enum asv_status status = asv_age_stanza_next(reader, out);
    return status == ASV_E_AGAIN ? ASV_E_MALFORMED : status;
}

bool asv_age_stanza_is(const struct asv_age_stanza *stanza, const char *type)
{
    size_t len = strlen(type);
    return stanza->type.len == len && memcmp(stanza->type.data, type, len) == 0;
}

enum asv_status asv_age_unwrap(uint8_t file_key[ASV_FILE_KEY_BYTES], const struct asv_age_stanza *stanza,
                               const uint8_t identity[ASV_X25519_BYTES])
{
    uint8_t recipient[ASV_X25519_BYTES];
    uint8_t share[ASV_X25519_BYTES];
    uint8_t body[WRAPPED_BYTES];
    uint8_t key[ASV_AEAD_KEY_BYTES];
    uint8_t plain[ASV_FILE_KEY_BYTES];
    size_t len;

    if (!asv_age_stanza_is(stanza, x25519_type)) {
        return ASV_E_NOT_FOUND;
    }
    /* The lengths are compared before anything is decrypted: age.md's guard against partitioning oracles. */
    if (asv_base64_decode(share, sizeof share, &len, stanza->args) != ASV_OK || len != sizeof share) {
        return ASV_E_MALFORMED;
    }
    struct asv_bytes body_line = {stanza->body.data, stanza->body.len - 1};
    if (asv_base64_decode(body, sizeof body, &len, body_line) != ASV_OK || len != sizeof body) {
        return ASV_E_MALFORMED;
    }
    asv_x25519_public(recipient, identity);
    enum asv_status status = wrap_key(key, identity, share, share, recipient);
    if (status != ASV_OK) {
        status = ASV_E_MALFORMED; /* a share of small order */
        goto out;
    }
    if (asv_aead_open(plain, body, sizeof body, NULL, 0, zero_nonce, key) != ASV_OK) {
        status = ASV_E_NOT_FOUND;
        goto out;
    }
    memcpy(file_key, plain, sizeof plain);
out:
    asv_wipe(key, sizeof key);
    asv_wipe(plain, sizeof plain);
    return status;
}
