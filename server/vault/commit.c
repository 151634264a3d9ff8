/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/vault/commit.h"

#include <string.h>

static void write_fields(struct asv_writer *w, const struct asv_commit *c)
{
#define W_RAW(f)  asv_write_bytes(w, c->f, sizeof c->f);
#define W_TEXT(f) asv_write_text8(w, c->f);
#define W_U8(f)   asv_write_u8(w, c->f);
#define W_U16(f)  asv_write_u16(w, c->f);
#define W_U32(f)  asv_write_u32(w, c->f);
#define W_U64(f)  asv_write_u64(w, c->f);
#define W_I64(f)  asv_write_i64(w, c->f);
#define W_FLAG(f) asv_write_u8(w, c->f ? 1 : 0);
    ASV_COMMIT_FIELDS(W_RAW, W_TEXT, W_U8, W_U16, W_U32, W_U64, W_I64, W_FLAG)
}

static enum asv_status read_flag(struct asv_reader *r, bool *out)
{
    uint8_t value = 0;
    enum asv_status status = asv_read_u8(r, &value);
    if (status == ASV_OK && value > 1) {
        return ASV_E_MALFORMED;
    }
    *out = value == 1;
    return status;
}

/* *at names the field that failed. */
static enum asv_status read_fields(struct asv_reader *r, struct asv_commit *c, const char **at)
{
    enum asv_status status;
#define R_STEP(f, call)                \
    *at = #f;                          \
    if ((status = (call)) != ASV_OK) { \
        return status;                 \
    }
#define R_RAW(f)  R_STEP(f, asv_read_copy(r, c->f, sizeof c->f))
#define R_TEXT(f) R_STEP(f, asv_read_text8(r, c->f, sizeof c->f))
#define R_U8(f)   R_STEP(f, asv_read_u8(r, &c->f))
#define R_U16(f)  R_STEP(f, asv_read_u16(r, &c->f))
#define R_U32(f)  R_STEP(f, asv_read_u32(r, &c->f))
#define R_U64(f)  R_STEP(f, asv_read_u64(r, &c->f))
#define R_I64(f)  R_STEP(f, asv_read_i64(r, &c->f))
#define R_FLAG(f) R_STEP(f, read_flag(r, &c->f))
    ASV_COMMIT_FIELDS(R_RAW, R_TEXT, R_U8, R_U16, R_U32, R_U64, R_I64, R_FLAG)
    return ASV_OK;
}

enum asv_status asv_commit_encode(const struct asv_commit *commit,
                                  const uint8_t dock_sk[ASV_ED25519_SK_BYTES], uint8_t *out, size_t cap,
                                  size_t *len)
{
    struct asv_writer writer;
    uint8_t sig[ASV_ED25519_SIG_BYTES];
    asv_writer_init(&writer, out, cap);
    asv_write_u16(&writer, ASV_COMMIT_FORMAT);
    asv_write_u16(&writer, ASV_SUITE_1);
    write_fields(&writer, commit);
    asv_write_extensions(&writer, (struct asv_bytes){commit->extensions, commit->extensions_len});
    size_t body_len = 0;
    enum asv_status status = asv_write_end(&writer, &body_len);
    if (status != ASV_OK) {
        return status;
    }
    asv_sign(sig, ASV_PURPOSE_COMMIT, out, body_len, dock_sk);
    asv_write_u8(&writer, ASV_ALG_ED25519);
    asv_write_view16(&writer, sig, sizeof sig);
    return asv_write_end(&writer, len);
}

/* An empty block is kept as none at all, so that both are written alike. */
static enum asv_status read_extensions(struct asv_reader *r, struct asv_commit *c)
{
    struct asv_bytes block = {0};
    enum asv_status status = asv_read_extensions(r, &block, NULL, 0); /* no critical one is known */
    if (status == ASV_OK && block.len > sizeof(uint16_t)) {
        memcpy(c->extensions, block.data, block.len);
        c->extensions_len = (uint16_t)block.len;
    }
    return status;
}

static enum asv_status check_ranges(const struct asv_commit *c, struct asv_err *err)
{
    if (c->kind < ASV_COMMIT_STORED || c->kind > ASV_COMMIT_EXPIRED_ON_ARRIVAL) {
        return asv_fail_at(err, ASV_E_MALFORMED, "commit record: unknown kind", c->kind);
    }
    if (c->readback < ASV_READBACK_DIRECT || c->readback > ASV_READBACK_NONE) {
        return asv_fail_at(err, ASV_E_MALFORMED, "commit record: unknown readback", c->readback);
    }
    if (c->earliest_ms > c->latest_ms) {
        return asv_fail(err, ASV_E_MALFORMED, "commit record: earliest_ms is after latest_ms");
    }
    return ASV_OK;
}

enum asv_status asv_commit_decode(struct asv_commit *commit, const uint8_t *data, size_t len,
                                  size_t *body_len, struct asv_err *err)
{
    struct asv_reader reader;
    struct asv_commit decoded = {0};
    uint16_t format = 0;
    uint16_t suite = 0;
    uint8_t alg = 0;
    struct asv_bytes sig = {0};

    asv_reader_init(&reader, data, len);
    if (asv_read_u16(&reader, &format) != ASV_OK || asv_read_u16(&reader, &suite) != ASV_OK) {
        return asv_fail(err, ASV_E_MALFORMED, "commit record: shorter than its first two fields");
    }
    if (format != ASV_COMMIT_FORMAT || suite != ASV_SUITE_1) {
        return asv_fail_at(err, ASV_E_UNSUPPORTED, "commit record: format and suite are not known; format",
                           format);
    }
    const char *at = "";
    if (read_fields(&reader, &decoded, &at) != ASV_OK) {
        char text[64] = "commit record: bad field ";
        size_t used = strlen(text);
        for (size_t i = 0; at[i] != '\0' && used + 1 < sizeof text; i++) {
            text[used++] = at[i];
        }
        text[used] = '\0';
        return asv_fail_at(err, ASV_E_MALFORMED, text, reader.at);
    }
    enum asv_status status = read_extensions(&reader, &decoded);
    if (status != ASV_OK) {
        return asv_fail_at(err, status, "commit record: extensions at", reader.at);
    }
    size_t body = reader.at;
    if (asv_read_u8(&reader, &alg) != ASV_OK || alg != ASV_ALG_ED25519 ||
        asv_read_view16(&reader, &sig, ASV_ED25519_SIG_BYTES) != ASV_OK || sig.len != ASV_ED25519_SIG_BYTES) {
        return asv_fail_at(err, ASV_E_MALFORMED, "commit record: bad signature field at", body);
    }
    if (asv_read_end(&reader) != ASV_OK) {
        return asv_fail_at(err, ASV_E_MALFORMED, "commit record: trailing bytes at", reader.at);
    }
    status = check_ranges(&decoded, err);
    if (status != ASV_OK) {
        return status;
    }
    *commit = decoded;
    if (body_len != NULL) {
        *body_len = body;
    }
    return ASV_OK;
}

enum asv_status asv_commit_verify(struct asv_commit *commit, const uint8_t *data, size_t len,
                                  const uint8_t dock_pk[ASV_ED25519_PK_BYTES], struct asv_err *err)
{
    struct asv_commit decoded;
    size_t body = 0;
    enum asv_status status = asv_commit_decode(&decoded, data, len, &body, err);
    if (status != ASV_OK) {
        return status;
    }
    if (asv_verify(data + len - ASV_ED25519_SIG_BYTES, ASV_PURPOSE_COMMIT, data, body, dock_pk) != ASV_OK) {
        return asv_fail(err, ASV_E_SIGNATURE, "commit record: the dock's signature does not verify");
    }
    *commit = decoded;
    return ASV_OK;
}
