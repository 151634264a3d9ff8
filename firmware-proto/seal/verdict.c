/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/seal/verdict.h"

#include <string.h>

void asv_chunk_ranges_init(struct asv_chunk_ranges *ranges)
{
    memset(ranges, 0, sizeof *ranges);
    ranges->exact = true;
}

void asv_chunk_ranges_add_run(struct asv_chunk_ranges *ranges, uint64_t first, uint64_t count)
{
    struct asv_chunk_range *last = ranges->count == 0 ? NULL : &ranges->range[ranges->count - 1];
    if (count == 0) {
        return;
    }
    ranges->chunks += count;
    if (last != NULL && last->first + last->count == first) {
        last->count += count;
    } else if (ranges->count < ASV_CHUNK_RANGES_MAX) {
        ranges->range[ranges->count++] = (struct asv_chunk_range){first, count};
    } else if (last != NULL) {
        last->count = first + count - last->first;
        ranges->exact = false;
    }
}

void asv_chunk_ranges_add(struct asv_chunk_ranges *ranges, uint64_t index)
{
    asv_chunk_ranges_add_run(ranges, index, 1);
}

/* S-092: what the payload holds behind the signed chunks. */
static void measure_rest(struct asv_verdict *out, const struct asv_seal_result *result,
                         const struct asv_payload_facts *payload)
{
    uint64_t signed_bytes = out->chunks * ASV_CHUNK_CIPHER_BYTES;
    uint64_t rest = payload->bytes > signed_bytes ? payload->bytes - signed_bytes : 0;
    out->final_chunk = result->has_checkpoint && rest >= ASV_FINAL_CIPHER_BYTES &&
                       memcmp(payload->rest, result->checkpoint.final_chunk, sizeof payload->rest) == 0;
    /* A cut payload may carry its checkpoint's final chunk, but nothing behind it: then it is all tail. */
    if (out->final_chunk && !result->ended && rest != ASV_FINAL_CIPHER_BYTES) {
        out->final_chunk = false;
    }
    out->tail_bytes = out->final_chunk ? rest - ASV_FINAL_CIPHER_BYTES : rest;
}

/* The signed chunks that the payload's length alone shows to be missing, the final one included. */
static void missing_by_length(struct asv_chunk_ranges *missing, const struct asv_verdict *verdict,
                              const struct asv_seal_result *result, uint64_t bytes)
{
    uint64_t whole = bytes / ASV_CHUNK_CIPHER_BYTES;
    uint64_t signed_bytes = verdict->chunks * ASV_CHUNK_CIPHER_BYTES;
    asv_chunk_ranges_init(missing);
    if (whole < verdict->chunks) {
        asv_chunk_ranges_add_run(missing, whole, verdict->chunks - whole);
    }
    if (result->ended && bytes < signed_bytes + ASV_FINAL_CIPHER_BYTES) {
        asv_chunk_ranges_add(missing, verdict->chunks);
    }
}

/* S-090 */
void asv_verdict_of(struct asv_verdict *out, const struct asv_seal_result *result,
                    const struct asv_payload_facts *payload, enum asv_provenance provenance)
{
    struct asv_chunk_ranges missing;
    memset(out, 0, sizeof *out);
    out->provenance = provenance;
    out->chunks = result->checkpoint.chunks;
    out->seal_tail_bytes = result->seal_bytes - result->signed_bytes;
    measure_rest(out, result, payload);
    missing_by_length(&missing, out, result, payload->bytes);
    if (payload->missing != NULL && payload->missing->count > 0) {
        missing = *payload->missing;
    }

    /* S-091: the worst first. */
    if (result->status != ASV_OK || !result->has_header) { /* S-033 */
        out->integrity = ASV_INTEGRITY_INVALID;
    } else if (payload->wrong != NULL && payload->wrong->count > 0) {
        out->integrity = ASV_INTEGRITY_INVALID;
        out->bad = *payload->wrong;
    } else if (missing.count > 0) {
        out->integrity = ASV_INTEGRITY_GAP;
        out->bad = missing;
    } else if (!result->ended) {
        out->integrity = ASV_INTEGRITY_TRUNCATED;
    } else if (!out->final_chunk || out->tail_bytes > 0 || out->seal_tail_bytes > 0) {
        out->integrity = ASV_INTEGRITY_UNSIGNED_TAIL;
    } else {
        out->integrity = ASV_INTEGRITY_VALID;
    }
}

/* S-093 */
enum asv_provenance asv_provenance_of(enum asv_status chain, enum asv_sealer sealer)
{
    if (chain == ASV_OK) {
        return sealer == ASV_SEALER_DOCK ? ASV_PROVENANCE_SEALED_BY_DOCK : ASV_PROVENANCE_TRUSTED;
    }
    return chain == ASV_E_REVOKED ? ASV_PROVENANCE_REVOKED : ASV_PROVENANCE_UNKNOWN_KEY;
}

/* A certificate that names no model or serial leaves it to the header. */
static bool text_fits(const char *certified, const char *said)
{
    return certified[0] == '\0' || strcmp(certified, said) == 0;
}

enum asv_provenance asv_provenance_find(const struct asv_seal_header *header, const struct asv_chain *chain,
                                        const uint8_t root_pk[ASV_ED25519_PK_BYTES], int64_t now_ms,
                                        const struct asv_revocations *revocations, struct asv_err *err)
{
    enum asv_sealer sealer = (enum asv_sealer)header->sealer;
    uint8_t role = sealer == ASV_SEALER_DOCK ? ASV_ROLE_DOCK : ASV_ROLE_CAMERA;
    uint8_t agency[ASV_SHA256_BYTES];

    enum asv_status status = asv_chain_verify(chain, root_pk, role, now_ms, revocations, err);
    asv_key_digest(agency, root_pk);
    if (status == ASV_OK && memcmp(agency, header->agency, sizeof agency) != 0) {
        status = asv_fail(err, ASV_E_MISMATCH, "seal header: names another agency than its certificate");
    }
    if (status == ASV_OK && sealer == ASV_SEALER_CAMERA &&
        !(text_fits(chain->leaf.model, header->model) &&
          text_fits(chain->leaf.device_serial, header->serial))) {
        status = asv_fail(err, ASV_E_MISMATCH, "seal header: names another camera than its certificate");
    }
    return asv_provenance_of(status, sealer);
}
