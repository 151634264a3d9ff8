/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * How a clip's verdict is found on its two axes: integrity (are these the bytes that were signed?) and
 * provenance (who signed them?). SEAL.md, section 10, is the table.
 */
#ifndef ASV_SEAL_VERDICT_H
#define ASV_SEAL_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"
#include "firmware-proto/seal/verifier.h"
#include "firmware-proto/trust/verdict.h"

/* Chunks by number, in ascending runs. Beyond ASV_CHUNK_RANGES_MAX runs, the last run grows over the gaps and
 * exact becomes false: the first wrong place stays exact, and the memory fixed. */
#define ASV_CHUNK_RANGES_MAX 32

struct asv_chunk_range {
    uint64_t first;
    uint64_t count;
};

struct asv_chunk_ranges {
    size_t count;
    bool exact;
    uint64_t chunks; /* that were added */
    struct asv_chunk_range range[ASV_CHUNK_RANGES_MAX];
};

void asv_chunk_ranges_init(struct asv_chunk_ranges *ranges);

/* index must be above every one added before. */
void asv_chunk_ranges_add(struct asv_chunk_ranges *ranges, uint64_t index);

/* As asv_chunk_ranges_add for count chunks from first on. */
void asv_chunk_ranges_add_run(struct asv_chunk_ranges *ranges, uint64_t first, uint64_t count);

/* What was seen of the payload. */
struct asv_payload_facts {
    uint64_t bytes; /* the payload's length, a tail that follows the signed chunks included */
    uint8_t rest[ASV_FINAL_CIPHER_BYTES]; /* the first of the bytes after the last signed chunk */
    const struct asv_chunk_ranges *wrong; /* signed chunks that are there and differ; NULL: none */
    const struct asv_chunk_ranges
        *missing; /* signed chunks that are not there; NULL: those above bytes only */
};

struct asv_verdict {
    enum asv_integrity integrity;
    enum asv_provenance provenance;
    uint64_t chunks;             /* that are signed */
    uint64_t tail_bytes;         /* of the payload, after what is signed: kept apart, signed by nothing */
    uint64_t seal_tail_bytes;    /* of the seal, likewise */
    bool final_chunk;            /* the payload ends with the signed final chunk */
    struct asv_chunk_ranges bad; /* wrong ones with INVALID, missing ones with GAP */
};

/* The integrity axis, with its figures; provenance is the caller's. result must be of a seal whose last byte
 * was fed. */
void asv_verdict_of(struct asv_verdict *out, const struct asv_seal_result *result,
                    const struct asv_payload_facts *payload, enum asv_provenance provenance);

/* The provenance axis. chain is what verifying the sealer's chain gave: for role CAMERA when the header's
 * sealer is ASV_SEALER_CAMERA, for role DOCK when it is ASV_SEALER_DOCK. */
enum asv_provenance asv_provenance_of(enum asv_status chain, enum asv_sealer sealer);

/* The same, found from the start: verifies chain (which the header was verified with) for that role under
 * root_pk, as asv_chain_verify does with now_ms and revocations, and compares what both say: the agency, and
 * for a camera its model and serial. err has the reason for UNKNOWN_KEY and REVOKED. */
enum asv_provenance asv_provenance_find(const struct asv_seal_header *header, const struct asv_chain *chain,
                                        const uint8_t root_pk[ASV_ED25519_PK_BYTES], int64_t now_ms,
                                        const struct asv_revocations *revocations, struct asv_err *err);

#endif
