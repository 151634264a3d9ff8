/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The checking side, without any decryption key: takes a seal's bytes as they come, in any split, in constant
 * memory, and tells the leaves against which the payload's chunks are checked, in any order.
 */
#ifndef ASV_SEAL_VERIFIER_H
#define ASV_SEAL_VERIFIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"
#include "firmware-proto/seal/frames.h"
#include "firmware-proto/seal/header.h"
#include "firmware-proto/seal/merkle.h"
#include "firmware-proto/trust/chain.h"

/* Who should have signed: from the sealer's certificate chain. Whether that chain is trusted is another
 * question, answered by asv_provenance_of. */
struct asv_seal_signer {
    uint8_t pk[ASV_ED25519_PK_BYTES];
    uint8_t cert_digest[ASV_SHA256_BYTES];
    uint8_t chain_digest[ASV_SHA256_BYTES];
};

/* The signer that a decoded chain names; verified or not. */
void asv_seal_signer_of(struct asv_seal_signer *out, const struct asv_chain *chain);

/* What the verifier met, as it meets it. Any may be NULL. A status other than ASV_OK stops the verifier: feed
 * returns it, and the seal is then neither right nor wrong. */
struct asv_seal_events {
    void *ctx;

    /* The header's signature is right. */
    enum asv_status (*header)(void *ctx, const struct asv_seal_header *header,
                              const uint8_t digest[ASV_SHA256_BYTES]);

    /* Not yet signed: believe it from the next checkpoint event on. index counts from 0 without gaps. */
    enum asv_status (*leaf)(void *ctx, uint64_t index, const uint8_t leaf[ASV_SHA256_BYTES]);

    /* Not yet signed, as a leaf. */
    enum asv_status (*record)(void *ctx, const struct asv_seal_record *record);

    /* Right: all leaves and records so far are signed. */
    enum asv_status (*checkpoint)(void *ctx, const struct asv_seal_checkpoint *checkpoint);

    /* If there is one, it is handed each checkpoint as asv_seal_checkpoint_read takes it, before the event
     * above, and its signature is not verified here: whoever says ASV_OK verifies it, and believes nothing of
     * the seal before all of them are right. */
    enum asv_status (*signature)(void *ctx, const void *data, size_t len);
};

struct asv_seal_result {
    enum asv_status status; /* ASV_OK, or why the seal is wrong */
    uint64_t wrong_at;      /* offset of the first frame that is wrong, when status is not ASV_OK */
    uint64_t seal_bytes;    /* all that was fed */
    uint64_t signed_bytes;  /* up to the end of the last signed frame; what follows is signed by nothing */

    bool has_header;
    struct asv_seal_header header;
    uint8_t header_digest[ASV_SHA256_BYTES];

    bool has_checkpoint; /* without one, checkpoint is zeros: no chunk is signed */
    struct asv_seal_checkpoint checkpoint;

    bool ended;
    struct asv_seal_end end;

    uint8_t final_digest[ASV_SHA256_BYTES]; /* of the last signed frame */
};

/* S-096: fixed size, below 8 KiB, no secrets. Fields are private; the result is read with
 * asv_seal_verifier_result.
 */
struct asv_seal_verifier {
    struct asv_seal_signer signer;
    struct asv_seal_events events;
    struct asv_seal_result result;
    enum asv_status stopped; /* by an event */
    struct asv_merkle tree;
    uint8_t records_digest[ASV_SHA256_BYTES];
    uint8_t checkpoint_digest[ASV_SHA256_BYTES];
    uint32_t records;
    uint64_t record_chunk; /* of the last record */
    uint64_t mono_ms;      /* of the last record or signed frame */
    uint64_t frame_at;     /* offset of the frame being read */
    bool in_body;
    uint8_t frame_type;
    bool leaves_seen;    /* since the last checkpoint */
    bool records_seen;   /* since the last checkpoint */
    uint32_t frame_left; /* bytes of the frame's body that are not in the buffer yet */
    uint32_t have;       /* bytes in the buffer */
    uint8_t buffer[ASV_SEAL_HEADER_MAX_BYTES];
};

/* events may be NULL; it and signer are copied. */
void asv_seal_verifier_init(struct asv_seal_verifier *verifier, const struct asv_seal_signer *signer,
                            const struct asv_seal_events *events);

/* The next bytes, any number. After the first wrong byte every call returns the same status:
 * ASV_E_MALFORMED, ASV_E_LIMIT, ASV_E_UNSUPPORTED, ASV_E_SIGNATURE, ASV_E_DIGEST (a tree or running digest
 * differs), ASV_E_MISMATCH (signed facts contradict each other or the certificate). Bytes after END are
 * counted and not an error here: asv_verdict_of makes them UNSIGNED_TAIL. */
ASV_MUST_CHECK enum asv_status asv_seal_verifier_feed(struct asv_seal_verifier *verifier, const void *data,
                                                      size_t len, struct asv_err *err);

/* Valid at any time: what is known so far. When the last byte was fed, it is the answer. The seal may stop at
 * any byte after the header; without a whole header has_header is false. */
const struct asv_seal_result *asv_seal_verifier_result(const struct asv_seal_verifier *verifier);

/* ASV_E_DIGEST unless chunk[len] is the full chunk that leaf stands for. Any order, any thread. */
ASV_MUST_CHECK enum asv_status asv_seal_check_chunk(const uint8_t leaf[ASV_SHA256_BYTES], const void *chunk,
                                                    size_t len);

#endif
