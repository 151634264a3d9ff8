/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The messages on the keeper's socket: SIGN. */
#include "server/keeper/protocol_internal.h"

bool asv_keeper_sign_is_good(const struct asv_keeper_request *request)
{
    return request->type != ASV_KEEPER_SIGN ||
           (request->sign >= ASV_KEEPER_SIGN_HEAD && request->sign < ASV_KEEPER_SIGN_END &&
            request->origin.len <= ASV_KEEPER_ORIGIN_MAX && request->proof.len % ASV_SHA256_BYTES == 0 &&
            request->proof.len <= ASV_KEEPER_PROOF_MAX * ASV_SHA256_BYTES);
}

void asv_keeper_sign_write(struct asv_writer *out, const struct asv_keeper_request *request)
{
    asv_write_u8(out, request->sign);
    if (request->sign == ASV_KEEPER_SIGN_PACKAGE) {
        asv_keeper_write_statements(out, request);
        asv_write_bytes(out, request->digest, sizeof request->digest);
        return;
    }
    asv_write_view8(out, request->origin.data, request->origin.len);
    if (request->sign == ASV_KEEPER_SIGN_HEAD) {
        asv_write_u64(out, request->old_size);
        asv_write_u64(out, request->new_size);
        asv_write_bytes(out, request->digest, sizeof request->digest);
        asv_write_u8(out, (uint8_t)(request->proof.len / ASV_SHA256_BYTES));
        asv_write_bytes(out, request->proof.data, request->proof.len);
    }
}

static enum asv_status read_head(struct asv_reader *in, struct asv_keeper_request *out)
{
    uint8_t hashes;
    if (asv_read_u64(in, &out->old_size) != ASV_OK || asv_read_u64(in, &out->new_size) != ASV_OK ||
        asv_read_copy(in, out->digest, sizeof out->digest) != ASV_OK || asv_read_u8(in, &hashes) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    return hashes <= ASV_KEEPER_PROOF_MAX ? asv_read_view(in, &out->proof, (size_t)hashes * ASV_SHA256_BYTES)
                                          : ASV_E_LIMIT;
}

enum asv_status asv_keeper_sign_read(struct asv_reader *in, struct asv_keeper_request *out)
{
    enum asv_status status = asv_read_u8(in, &out->sign);
    if (status != ASV_OK) {
        return status;
    }
    switch (out->sign) {
    case ASV_KEEPER_SIGN_HEAD:
        status = asv_read_view8(in, &out->origin, ASV_KEEPER_ORIGIN_MAX);
        return status == ASV_OK ? read_head(in, out) : status;
    case ASV_KEEPER_SIGN_LAST:
    case ASV_KEEPER_SIGN_BEFORE:
        return asv_read_view8(in, &out->origin, ASV_KEEPER_ORIGIN_MAX);
    case ASV_KEEPER_SIGN_PACKAGE:
        status = asv_keeper_read_statements(in, out);
        return status == ASV_OK ? asv_read_copy(in, out->digest, sizeof out->digest) : status;
    default:
        return ASV_E_UNSUPPORTED;
    }
}
