/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/seal/link.h"

#include <string.h>

#include "firmware-proto/seal/layout.h"

#define LINK(member, kind) ASV_LAYOUT(asv_link, member, kind)
static const struct asv_layout link_fields[] = {
    LINK(cert_digest, DIGEST), LINK(epoch, RAW),        LINK(number, UINT),      LINK(start_wall_ms, UINT),
    LINK(start_mono_ms, UINT), LINK(end_wall_ms, UINT), LINK(end_mono_ms, UINT), LINK(boot, RAW),
    LINK(clock_state, UINT),   LINK(ending, UINT),      LINK(salted, DIGEST),
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
    return link->number >= 1 && link->ending >= ASV_LINK_ENDED && link->ending <= ASV_LINK_RECOVERED &&
           link->clock_state >= ASV_CLOCK_SYNCED && link->clock_state <= ASV_CLOCK_LOST &&
           link->end_mono_ms >= link->start_mono_ms;
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

/* S-082: the end is that of the last signed frame. */
void asv_link_of(struct asv_link *out, const struct asv_seal_header *header,
                 const uint8_t header_digest[ASV_SHA256_BYTES], const struct asv_seal_checkpoint *checkpoint,
                 const struct asv_seal_end *end)
{
    memset(out, 0, sizeof *out);
    memcpy(out->cert_digest, header->cert_digest, sizeof out->cert_digest);
    memcpy(out->epoch, header->epoch, sizeof out->epoch);
    memcpy(out->boot, header->boot, sizeof out->boot);
    memcpy(out->header_digest, header_digest, sizeof out->header_digest);
    out->number = header->number;
    out->clock_state = header->clock_state;
    out->start_wall_ms = out->end_wall_ms = header->start_wall_ms;
    out->start_mono_ms = out->end_mono_ms = header->start_mono_ms;
    out->ending = end != NULL ? ASV_LINK_ENDED : ASV_LINK_RECOVERED;
    if (end != NULL) {
        out->end_wall_ms = end->wall_ms;
        out->end_mono_ms = end->mono_ms;
    } else if (checkpoint != NULL) {
        out->end_wall_ms = checkpoint->wall_ms;
        out->end_mono_ms = checkpoint->mono_ms;
    }
}

/* S-080 */
static bool same_header(const struct asv_link *a, const struct asv_link *b)
{
    return a->number == b->number && a->clock_state == b->clock_state &&
           a->start_wall_ms == b->start_wall_ms && a->start_mono_ms == b->start_mono_ms &&
           memcmp(a->cert_digest, b->cert_digest, sizeof a->cert_digest) == 0 &&
           memcmp(a->epoch, b->epoch, sizeof a->epoch) == 0 &&
           memcmp(a->boot, b->boot, sizeof a->boot) == 0 &&
           memcmp(a->header_digest, b->header_digest, sizeof a->header_digest) == 0;
}

enum asv_status asv_link_check(const struct asv_link *link, const struct asv_seal_result *seal)
{
    struct asv_link want;
    asv_link_of(&want, &seal->header, seal->header_digest, seal->has_checkpoint ? &seal->checkpoint : NULL,
                seal->ended ? &seal->end : NULL);
    bool same = link->opened && same_header(link, &want);
    if (seal->status == ASV_OK) { /* S-082 */
        same = same && link->ending == want.ending && link->end_wall_ms == want.end_wall_ms &&
               link->end_mono_ms == want.end_mono_ms;
    }
    return same ? ASV_OK : ASV_E_MISMATCH;
}
