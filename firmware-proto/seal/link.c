/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/seal/link.h"

#include <string.h>

#include "firmware-proto/seal/layout.h"

#define LINK(member, kind) ASV_LAYOUT(asv_link, member, kind)
static const struct asv_layout link_fields[] = {
    LINK(cert_digest, DIGEST), LINK(epoch, RAW),   LINK(number, UINT),   LINK(start_wall_ms, UINT),
    LINK(end_wall_ms, UINT),   LINK(ending, UINT), LINK(salted, DIGEST),
};
#define LINK_FIELDS (sizeof link_fields / sizeof link_fields[0])

/* S-081 */
static void salt_digest(uint8_t out[ASV_SHA256_BYTES], const struct asv_link *link)
{
    struct asv_sha256 state;
    asv_sha256_init(&state);
    asv_sha256_update(&state, link->salt, sizeof link->salt);
    asv_sha256_update(&state, link->header_digest, sizeof link->header_digest);
    asv_sha256_final(&state, out);
}

/* S-080, S-082 */
static bool is_right(const struct asv_link *link)
{
    return link->number >= 1 && link->ending >= ASV_LINK_ENDED && link->ending <= ASV_LINK_RECOVERED;
}

enum asv_status asv_link_write(struct asv_writer *out, const struct asv_link *link,
                               const uint8_t sk[ASV_ED25519_SK_BYTES])
{
    struct asv_writer before = *out;
    struct asv_link facts = *link;
    size_t len;
    if (!is_right(link)) {
        return ASV_E_USAGE;
    }
    salt_digest(facts.salted, link);
    asv_write_u16(out, ASV_SEAL_FORMAT);
    asv_write_u16(out, ASV_SUITE_1);
    asv_layout_write(out, &facts, link_fields, LINK_FIELDS);
    asv_write_extensions(out, (struct asv_bytes){NULL, 0});
    enum asv_status status = asv_object_sign(out, before.len, ASV_PURPOSE_LINK, sk);
    if (status == ASV_OK) {
        asv_write_bytes(out, link->salt, sizeof link->salt);
        asv_write_digest(out, link->header_digest);
        status = asv_write_end(out, &len);
    }
    if (status != ASV_OK) {
        *out = before;
    }
    return status;
}

static enum asv_status read_body(struct asv_reader *in, struct asv_link *link)
{
    uint16_t format;
    uint16_t suite;
    struct asv_bytes extensions;
    enum asv_status status = asv_read_u16(in, &format);
    if (status == ASV_OK) {
        status = asv_read_u16(in, &suite);
    }
    if (status == ASV_OK && (format != ASV_SEAL_FORMAT || suite != ASV_SUITE_1)) {
        status = ASV_E_UNSUPPORTED; /* S-001 */
    }
    if (status == ASV_OK) {
        status = asv_layout_read(in, link, link_fields, LINK_FIELDS);
    }
    if (status == ASV_OK) {
        status = asv_read_extensions(in, &extensions, NULL, 0);
    }
    if (status == ASV_OK && !is_right(link)) {
        status = ASV_E_MALFORMED;
    }
    return status;
}

/* S-083: nothing, or salt and header digest and nothing else. */
static enum asv_status read_opening(struct asv_reader *in, struct asv_link *link)
{
    uint8_t salted[ASV_SHA256_BYTES];
    if (asv_reader_left(in) == 0) {
        return ASV_OK;
    }
    enum asv_status status = asv_read_copy(in, link->salt, sizeof link->salt);
    if (status == ASV_OK) {
        status = asv_read_digest(in, link->header_digest);
    }
    if (status == ASV_OK) {
        status = asv_read_end(in);
    }
    if (status == ASV_OK) {
        salt_digest(salted, link);
        status = memcmp(salted, link->salted, sizeof salted) == 0 ? ASV_OK : ASV_E_DIGEST;
    }
    link->opened = status == ASV_OK;
    return status;
}

enum asv_status asv_link_read(struct asv_link *out, uint8_t digest[ASV_SHA256_BYTES], const void *data,
                              size_t len, const uint8_t pk[ASV_ED25519_PK_BYTES], struct asv_err *err)
{
    struct asv_reader in;
    struct asv_link link;
    struct asv_bytes body;
    uint8_t signature[ASV_ED25519_SIG_BYTES];

    if (len > ASV_LINK_MAX_BYTES) {
        return asv_fail(err, ASV_E_LIMIT, "link: longer than 1024 bytes");
    }
    memset(&link, 0, sizeof link);
    asv_reader_init(&in, data, len);
    enum asv_status status = read_body(&in, &link);
    body = (struct asv_bytes){data, in.at};
    if (status == ASV_OK) {
        status = asv_read_signature(&in, signature);
    }
    if (status != ASV_OK) {
        return asv_fail_at(err, status, "link: unreadable or unknown at byte", in.at);
    }
    if (pk != NULL && asv_verify(signature, ASV_PURPOSE_LINK, body.data, body.len, pk) != ASV_OK) {
        return asv_fail(err, ASV_E_SIGNATURE, "link: the signature is not the sealer's");
    }
    status = read_opening(&in, &link);
    if (status != ASV_OK) {
        return asv_fail_at(err, status, "link: salt and header digest do not fit, at byte", in.at);
    }
    if (digest != NULL) {
        asv_sha256(digest, body.data, body.len);
    }
    *out = link;
    return ASV_OK;
}

enum asv_status asv_link_check(const struct asv_link *link, const struct asv_seal_header *header,
                               const uint8_t header_digest[ASV_SHA256_BYTES])
{
    bool same = link->opened && link->number == header->number &&
                link->start_wall_ms == header->start_wall_ms &&
                memcmp(link->cert_digest, header->cert_digest, sizeof link->cert_digest) == 0 &&
                memcmp(link->epoch, header->epoch, sizeof link->epoch) == 0 &&
                memcmp(link->header_digest, header_digest, sizeof link->header_digest) == 0;
    return same ? ASV_OK : ASV_E_MISMATCH;
}
