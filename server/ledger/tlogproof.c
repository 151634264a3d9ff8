/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/ledger/tlogproof.h"

#include <string.h>

#include "firmware-proto/seal/base64.h"
#include "server/ledger/line.h"

static const char format[] = "c2sp.org/tlog-proof@";
static const char version[] = "v1";

/* The bytes behind text, when the next line begins with it. */
static bool take_rest(struct asv_reader *reader, const char *text, struct asv_bytes *out)
{
    return asv_line_take_text(reader, text) && asv_line_take(reader, out);
}

static enum asv_status read_lines(struct asv_reader *reader, struct asv_tlogproof *out, struct asv_err *err)
{
    struct asv_bytes line;
    size_t len;
    if (!take_rest(reader, format, &line)) {
        return asv_fail(err, ASV_E_MALFORMED, "proof: line 1 is not that of a tlog-proof");
    }
    if (line.len != sizeof version - 1 || memcmp(line.data, version, line.len) != 0) {
        return asv_fail(err, ASV_E_UNSUPPORTED, "proof: another version of tlog-proof than v1");
    }
    if (asv_line_take_text(reader, "extra ") &&
        (!asv_line_take(reader, &out->extra) || out->extra.len == 0 ||
         asv_base64_padded_decode(NULL, 0, &len, out->extra) != ASV_OK)) {
        return asv_fail(err, ASV_E_MALFORMED, "proof: line 2 is no extra data in base 64");
    }
    if (out->extra.len > ASV_BASE64_PADDED_CHARS(ASV_TLOGPROOF_EXTRA_BYTES)) {
        return asv_fail_at(err, ASV_E_LIMIT, "proof: more bytes of extra data than",
                           ASV_TLOGPROOF_EXTRA_BYTES);
    }
    if (!take_rest(reader, "index ", &line) || !asv_line_is_decimal(line, &out->index)) {
        return asv_fail(err, ASV_E_MALFORMED, "proof: no index of an entry where it must be, in line 2 or 3");
    }
    return asv_proof_read_lines(reader, &out->inclusion, err);
}

enum asv_status asv_tlogproof_parse(struct asv_tlogproof *out, struct asv_bytes data, struct asv_err *err)
{
    struct asv_tlogproof proof = {.extra = {0}};
    struct asv_reader reader;
    if (data.len > ASV_TLOGPROOF_MAX_BYTES) {
        return asv_fail_at(err, ASV_E_LIMIT, "proof: larger than the bytes it may have",
                           ASV_TLOGPROOF_MAX_BYTES);
    }
    asv_reader_init(&reader, data.data, data.len);
    enum asv_status status = read_lines(&reader, &proof, err);
    if (status != ASV_OK) {
        return status;
    }
    proof.checkpoint = (struct asv_bytes){reader.data + reader.at, asv_reader_left(&reader)};
    *out = proof;
    return ASV_OK;
}

enum asv_status asv_tlogproof_extra(const struct asv_tlogproof *proof, uint8_t *out, size_t cap, size_t *len)
{
    return asv_base64_padded_decode(out, cap, len, proof->extra);
}

void asv_tlogproof_write(struct asv_writer *writer, const struct asv_tlogproof *proof, struct asv_bytes extra)
{
    asv_line_put_text(writer, format);
    asv_line_put_text(writer, version);
    if (extra.len > 0) {
        asv_line_put_text(writer, "\nextra ");
        asv_write_base64_padded(writer, extra.data, extra.len);
    }
    asv_line_put_text(writer, "\nindex ");
    asv_line_put_decimal(writer, proof->index, 1);
    asv_write_u8(writer, '\n');
    asv_proof_write_lines(writer, &proof->inclusion);
    asv_write_bytes(writer, proof->checkpoint.data, proof->checkpoint.len);
}

enum asv_status asv_tlogproof_verify(const struct asv_tlogproof *proof, const uint8_t leaf[ASV_SHA256_BYTES],
                                     const struct asv_ledger_policy *policy, struct asv_ledger_verdict *out,
                                     struct asv_err *err)
{
    enum asv_status status = asv_ledger_policy_check(policy, proof->checkpoint, out, err);
    if (status == ASV_OK) {
        status = asv_proof_check_inclusion(&proof->inclusion, proof->index, leaf, &out->checkpoint.head, err);
    }
    return status;
}
