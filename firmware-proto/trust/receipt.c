/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/trust/receipt.h"

#include "firmware-proto/base/extensions.h"
#include "firmware-proto/trust/fields.h"

#define CHUNK_BYTES       UINT64_C(65552) /* SEAL.md: 65,536 bytes of plaintext and a tag */
#define FINAL_CHUNK_BYTES UINT64_C(24)    /* the 8-byte free box and a tag */

static const char object_name[] = "receipt";

static bool is_digest_of_nothing(const uint8_t digest[ASV_SHA256_BYTES])
{
    uint8_t nothing[ASV_SHA256_BYTES];
    asv_sha256(nothing, NULL, 0);
    return asv_equal(digest, nothing, sizeof nothing);
}

static const char *broken_custody(const struct asv_custody *custody)
{
    if (custody->number == 0) { /* T-009 */
        return "clip number";
    }
    if (custody->leaf_count > UINT64_MAX / CHUNK_BYTES - 1) { /* T-054 */
        return "leaf count";
    }
    uint64_t chunks_bytes = custody->leaf_count * CHUNK_BYTES;
    if (custody->payload_bytes != chunks_bytes &&
        custody->payload_bytes != chunks_bytes + FINAL_CHUNK_BYTES) {
        return "payload length"; /* T-054 */
    }
    if (custody->stanza_count < 1 || custody->stanza_count > ASV_RECEIPT_MAX_STANZAS) { /* T-051 */
        return "stanza count";
    }
    if (custody->leaf_count == 0 && !is_digest_of_nothing(custody->root)) { /* T-055 */
        return "root";
    }
    if (custody->tail_bytes == 0 && !is_digest_of_nothing(custody->tail)) { /* T-055 */
        return "tail digest";
    }
    if (custody->link_bytes == 0 && !is_digest_of_nothing(custody->link)) { /* T-055 */
        return "link digest";
    }
    return NULL;
}

static const char *broken(const struct asv_receipt *receipt)
{
    if (receipt->integrity < ASV_INTEGRITY_VALID || receipt->integrity > ASV_INTEGRITY_INVALID) { /* T-008 */
        return "integrity";
    }
    if (receipt->provenance < ASV_PROVENANCE_TRUSTED || receipt->provenance > ASV_PROVENANCE_REVOKED) {
        return "provenance"; /* T-008 */
    }
    if (receipt->kind != ASV_RECEIPT_STORED && receipt->kind != ASV_RECEIPT_QUARANTINED) { /* T-008 */
        return "kind";
    }
    /* T-054: what is whole has its final chunk, what was cut has none that counts. */
    bool has_final = receipt->custody.payload_bytes % CHUNK_BYTES == FINAL_CHUNK_BYTES;
    if ((receipt->integrity == ASV_INTEGRITY_VALID && !has_final) ||
        (receipt->integrity == ASV_INTEGRITY_TRUNCATED && has_final)) {
        return "payload length of its verdict";
    }
    return broken_custody(&receipt->custody);
}

/* T-050: what is not intact and trusted never lets a camera erase. */
static bool kind_is_allowed(const struct asv_receipt *receipt)
{
    return receipt->kind != ASV_RECEIPT_STORED ||
           asv_verdict_is_stored(receipt->integrity, receipt->provenance);
}

static void write_custody(struct asv_writer *writer, const struct asv_custody *custody)
{
    asv_write_digest(writer, custody->camera_cert);
    asv_write_bytes(writer, custody->epoch, sizeof custody->epoch);
    asv_write_u64(writer, custody->number);
    asv_write_bytes(writer, custody->clip, sizeof custody->clip);
    asv_write_digest(writer, custody->header);
    asv_write_digest(writer, custody->root);
    asv_write_u64(writer, custody->leaf_count);
    asv_write_u64(writer, custody->payload_bytes);
    asv_write_u64(writer, custody->seal_bytes);
    asv_write_digest(writer, custody->seal);
    asv_write_u64(writer, custody->tail_bytes);
    asv_write_digest(writer, custody->tail);
    asv_write_u8(writer, custody->stanza_count);
    for (uint8_t i = 0; i < custody->stanza_count; i++) {
        asv_write_digest(writer, custody->stanzas[i]);
    }
    asv_write_u64(writer, custody->link_bytes);
    asv_write_digest(writer, custody->link);
}

enum asv_status asv_receipt_encode(struct asv_writer *writer, const struct asv_receipt *receipt,
                                   const uint8_t sk[ASV_ED25519_SK_BYTES])
{
    if (broken(receipt) != NULL || !kind_is_allowed(receipt)) {
        return ASV_E_USAGE;
    }
    size_t start = asv_put_begin(writer);
    asv_write_digest(writer, receipt->dock_cert);
    asv_write_bytes(writer, receipt->session, sizeof receipt->session);
    write_custody(writer, &receipt->custody);
    asv_write_u8(writer, receipt->integrity);
    asv_write_u8(writer, receipt->provenance);
    asv_write_u8(writer, receipt->kind);
    asv_write_i64(writer, receipt->due_ms);
    asv_write_i64(writer, receipt->time_ms);
    asv_write_extensions(writer, receipt->extensions);
    return asv_object_sign(writer, start, ASV_PURPOSE_RECEIPT, sk);
}

static void read_custody(struct asv_fields *in, struct asv_custody *custody)
{
    asv_field_digest(in, custody->camera_cert, "camera");
    asv_field_copy(in, custody->epoch, sizeof custody->epoch, "epoch");
    asv_field_u64(in, &custody->number, "clip number");
    asv_field_copy(in, custody->clip, sizeof custody->clip, "clip id");
    asv_field_digest(in, custody->header, "header");
    asv_field_digest(in, custody->root, "root");
    asv_field_u64(in, &custody->leaf_count, "leaf count");
    asv_field_u64(in, &custody->payload_bytes, "payload length");
    asv_field_u64(in, &custody->seal_bytes, "seal length");
    asv_field_digest(in, custody->seal, "seal digest");
    asv_field_u64(in, &custody->tail_bytes, "tail length");
    asv_field_digest(in, custody->tail, "tail digest");
    asv_field_u8(in, &custody->stanza_count, "stanza count");
    if (custody->stanza_count > ASV_RECEIPT_MAX_STANZAS) { /* T-051 */
        asv_fields_fail(in, ASV_E_LIMIT, "stanza count");
        return;
    }
    for (uint8_t i = 0; i < custody->stanza_count; i++) {
        asv_field_digest(in, custody->stanzas[i], "stanza digest");
    }
    asv_field_u64(in, &custody->link_bytes, "link length");
    asv_field_digest(in, custody->link, "link digest");
}

enum asv_status asv_receipt_decode(struct asv_receipt *out, const void *data, size_t len, struct asv_err *err)
{
    struct asv_receipt receipt = {0};
    struct asv_fields in;

    asv_fields_open(&in, object_name, &receipt.object, data, len, ASV_RECEIPT_MAX_BYTES);
    asv_field_digest(&in, receipt.dock_cert, "dock");
    asv_field_copy(&in, receipt.session, sizeof receipt.session, "session");
    read_custody(&in, &receipt.custody);
    asv_field_u8(&in, &receipt.integrity, "integrity");
    asv_field_u8(&in, &receipt.provenance, "provenance");
    asv_field_u8(&in, &receipt.kind, "kind");
    asv_field_i64(&in, &receipt.due_ms, "due");
    asv_field_i64(&in, &receipt.time_ms, "time");
    asv_fields_close(&in, &receipt.extensions);
    asv_fields_rule(&in, broken(&receipt));
    if (!kind_is_allowed(&receipt)) { /* T-050 */
        asv_fields_fail(&in, ASV_E_MISMATCH, "stored with a verdict that is not");
    }
    enum asv_status status = asv_fields_result(&in, err);
    if (status == ASV_OK) {
        *out = receipt;
    }
    return status;
}

enum asv_status asv_receipt_verify(const struct asv_receipt *receipt, const struct asv_cert *dock,
                                   const uint8_t *session, struct asv_err *err)
{
    uint8_t digest[ASV_SHA256_BYTES];
    asv_cert_digest(digest, dock);
    if (dock->role != ASV_ROLE_DOCK || !asv_equal(digest, receipt->dock_cert, sizeof digest)) { /* T-052 */
        return asv_fail_field(err, ASV_E_MISMATCH, object_name, "from another dock");
    }
    if (session != NULL && !asv_equal(session, receipt->session, ASV_SESSION_BYTES)) { /* T-052 */
        return asv_fail_field(err, ASV_E_MISMATCH, object_name, "from another session");
    }
    enum asv_status status =
        asv_object_verify(&receipt->object, ASV_PURPOSE_RECEIPT, dock->signing_pk); /* T-007 */
    return status == ASV_OK ? ASV_OK : asv_fail_field(err, status, object_name, "signature");
}

static bool same(const uint8_t *a, const uint8_t *b, size_t len)
{
    return asv_equal(a, b, len);
}

/* The first field in which the two differ, or NULL. T-053 */
static const char *difference(const struct asv_custody *said, const struct asv_custody *held)
{
    if (!same(said->camera_cert, held->camera_cert, sizeof said->camera_cert)) {
        return "camera";
    }
    if (!same(said->epoch, held->epoch, sizeof said->epoch)) {
        return "epoch";
    }
    if (said->number != held->number) {
        return "clip number";
    }
    if (!same(said->clip, held->clip, sizeof said->clip)) {
        return "clip id";
    }
    if (!same(said->header, held->header, sizeof said->header)) {
        return "header";
    }
    if (said->leaf_count != held->leaf_count || !same(said->root, held->root, sizeof said->root)) {
        return "root or leaf count";
    }
    if (said->payload_bytes != held->payload_bytes) {
        return "payload length";
    }
    if (said->seal_bytes != held->seal_bytes || !same(said->seal, held->seal, sizeof said->seal)) {
        return "seal";
    }
    if (said->tail_bytes != held->tail_bytes || !same(said->tail, held->tail, sizeof said->tail)) {
        return "tail";
    }
    if (said->link_bytes != held->link_bytes || !same(said->link, held->link, sizeof said->link)) {
        return "link";
    }
    if (said->stanza_count != held->stanza_count) {
        return "stanza count";
    }
    for (uint8_t i = 0; i < said->stanza_count && i < ASV_RECEIPT_MAX_STANZAS; i++) {
        if (!same(said->stanzas[i], held->stanzas[i], ASV_SHA256_BYTES)) {
            return "stanza";
        }
    }
    return NULL;
}

enum asv_status asv_custody_compare(const struct asv_custody *said, const struct asv_custody *held,
                                    struct asv_err *err)
{
    const char *field = difference(said, held);
    return field == NULL ? ASV_OK
                         : asv_fail_field(err, ASV_E_MISMATCH, "what is said and what is held differ", field);
}
