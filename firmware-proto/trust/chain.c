/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/trust/chain.h"

#include "firmware-proto/trust/fields.h"

#define CHAIN_CERTS 2

enum asv_status asv_chain_encode(struct asv_writer *writer, struct asv_bytes leaf, struct asv_bytes ca)
{
    size_t len;
    asv_write_u8(writer, CHAIN_CERTS);
    asv_write_view16(writer, leaf.data, leaf.len);
    asv_write_view16(writer, ca.data, ca.len);
    return asv_write_end(writer, &len);
}

enum asv_status asv_chain_decode(struct asv_chain *out, const void *data, size_t len, struct asv_err *err)
{
    struct asv_reader reader;
    uint8_t count;
    struct asv_bytes leaf;
    struct asv_bytes ca;
    struct asv_chain chain;
    enum asv_status status;

    asv_reader_init(&reader, data, len);
    status = asv_read_u8(&reader, &count);
    if (status == ASV_OK && count != CHAIN_CERTS) { /* T-020 */
        status = ASV_E_UNSUPPORTED;
    }
    if (status == ASV_OK) {
        status = asv_read_view16(&reader, &leaf, ASV_CERT_MAX_BYTES);
    }
    if (status == ASV_OK) {
        status = asv_read_view16(&reader, &ca, ASV_CERT_MAX_BYTES);
    }
    if (status == ASV_OK) { /* T-002 */
        status = asv_read_end(&reader);
    }
    if (status != ASV_OK) {
        return asv_fail(err, status, "certificate chain: layout");
    }
    status = asv_cert_decode(&chain.leaf, leaf.data, leaf.len, err);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_cert_decode(&chain.ca, ca.data, ca.len, err);
    if (status != ASV_OK) {
        return status;
    }
    chain.encoded = (struct asv_bytes){data, len};
    *out = chain;
    return ASV_OK;
}

static enum asv_status check_revoked(const struct asv_cert *cert, const struct asv_revocations *revocations,
                                     struct asv_err *err)
{
    if (revocations == NULL || !asv_revocations_contain(revocations, cert->serial)) {
        return ASV_OK;
    }
    return asv_fail_field(err, ASV_E_REVOKED, cert->name, "certificate was revoked");
}

/* The order is T-025. */
enum asv_status asv_chain_verify(const struct asv_chain *chain, const uint8_t root_pk[ASV_ED25519_PK_BYTES],
                                 uint8_t role, int64_t now_ms, const struct asv_revocations *revocations,
                                 struct asv_err *err)
{
    enum asv_status status;

    status = asv_cert_verify(&chain->ca, root_pk, err); /* T-021 */
    if (status != ASV_OK) {
        return status;
    }
    if (chain->ca.role != ASV_ROLE_CA) { /* T-021 */
        return asv_fail_field(err, ASV_E_UNTRUSTED, chain->ca.name, "not the certificate of an issuing CA");
    }
    status = asv_cert_verify(&chain->leaf, chain->ca.signing_pk, err); /* T-022 */
    if (status != ASV_OK) {
        return status;
    }
    if (chain->leaf.role != role || role <= ASV_ROLE_CA) { /* T-022 */
        return asv_fail_field(err, ASV_E_UNTRUSTED, chain->leaf.name, "certificate of another role");
    }
    return asv_chain_stands(chain, now_ms, revocations, err);
}

enum asv_status asv_chain_stands(const struct asv_chain *chain, int64_t now_ms,
                                 const struct asv_revocations *revocations, struct asv_err *err)
{
    enum asv_status status = check_revoked(&chain->leaf, revocations, err); /* T-023 */
    if (status != ASV_OK) {
        return status;
    }
    status = check_revoked(&chain->ca, revocations, err); /* T-023 */
    if (status != ASV_OK) {
        return status;
    }
    status = asv_cert_check_time(&chain->leaf, now_ms, err); /* T-024 */
    if (status != ASV_OK) {
        return status;
    }
    return asv_cert_check_time(&chain->ca, now_ms, err); /* T-024 */
}

void asv_chain_digest(uint8_t out[ASV_SHA256_BYTES], const struct asv_chain *chain)
{
    asv_sha256(out, chain->encoded.data, chain->encoded.len);
}
