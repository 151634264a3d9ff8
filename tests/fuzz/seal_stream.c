/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A seal as it may come from a camera with other software: the target signs headers, checkpoints and ends
 * anew and, as the input's first byte asks, puts header digest and root right, so that the fuzzer gets past
 * them. The verifier must say the same however the bytes are split, and never more than was signed.
 */
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/crypto/object.h"
#include "firmware-proto/seal/verdict.h"

#define MAX_SEAL_BYTES 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t sk[ASV_ED25519_SK_BYTES];
static struct asv_seal_signer signer;
static uint8_t seal[MAX_SEAL_BYTES];

static void check(bool right)
{
    if (!right) {
        abort();
    }
}

static void sign(uint8_t *body, size_t len, enum asv_purpose purpose)
{
    struct asv_writer writer;
    if (len < ASV_SIGNATURE_FIELD_BYTES) {
        return;
    }
    asv_writer_init(&writer, body, len);
    writer.len = len - ASV_SIGNATURE_FIELD_BYTES;
    check(asv_object_sign(&writer, 0, purpose, sk) == ASV_OK);
}

struct mending {
    uint8_t flags;
    uint8_t header_digest[ASV_SHA256_BYTES];
    uint8_t checkpoint_digest[ASV_SHA256_BYTES];
    struct asv_merkle tree;
};

static void mend_checkpoint(struct mending *mending, uint8_t *body, size_t len)
{
    if (len != ASV_SEAL_CHECKPOINT_BYTES) {
        return;
    }
    if ((mending->flags & 1) != 0) {
        memcpy(body + 2, mending->header_digest, ASV_SHA256_BYTES);
    }
    if ((mending->flags & 2) != 0) {
        asv_merkle_root(&mending->tree, body + 80);
        asv_store_be64(body + 38, mending->tree.count);
    }
    sign(body, len, ASV_PURPOSE_CHECKPOINT);
    asv_sha256(mending->checkpoint_digest, body, len - ASV_SIGNATURE_FIELD_BYTES);
}

static void mend_frame(struct mending *mending, uint8_t type, uint8_t *body, size_t len)
{
    switch (type) {
    case ASV_FRAME_HEADER:
        sign(body, len, ASV_PURPOSE_HEADER);
        if (len > ASV_SIGNATURE_FIELD_BYTES) {
            asv_sha256(mending->header_digest, body, len - ASV_SIGNATURE_FIELD_BYTES);
        }
        break;
    case ASV_FRAME_LEAVES:
        for (size_t at = 0; at + ASV_SHA256_BYTES <= len; at += ASV_SHA256_BYTES) {
            check(asv_merkle_append(&mending->tree, body + at) == ASV_OK);
        }
        break;
    case ASV_FRAME_CHECKPOINT:
        mend_checkpoint(mending, body, len);
        break;
    case ASV_FRAME_END:
        if ((mending->flags & 4) != 0 && len == ASV_SEAL_END_BYTES) {
            memcpy(body + 2, mending->header_digest, ASV_SHA256_BYTES);
            memcpy(body + 40, mending->checkpoint_digest, ASV_SHA256_BYTES);
        }
        sign(body, len, ASV_PURPOSE_END);
        break;
    default:
        break;
    }
}

static void mend(uint8_t flags, size_t size)
{
    struct mending mending = {.flags = flags};
    asv_merkle_init(&mending.tree);
    for (size_t at = 0; size - at > ASV_SEAL_FRAME_HEADER_BYTES;) {
        size_t len = asv_load_be32(seal + at + 1);
        uint8_t type = seal[at];
        at += ASV_SEAL_FRAME_HEADER_BYTES;
        if (len > size - at) {
            break;
        }
        mend_frame(&mending, type, seal + at, len);
        at += len;
    }
}

/* The certificate is not what is looked for here: the header's own claims are taken as the signer's. */
static void believe_header(size_t size)
{
    struct asv_seal_header header;
    uint8_t digest[ASV_SHA256_BYTES];
    size_t len = size > ASV_SEAL_FRAME_HEADER_BYTES ? asv_load_be32(seal + 1) : 0;
    if (len > 0 && len <= size - ASV_SEAL_FRAME_HEADER_BYTES &&
        asv_seal_header_read(&header, digest, seal + ASV_SEAL_FRAME_HEADER_BYTES, len, signer.pk, NULL) ==
            ASV_OK) {
        memcpy(signer.cert_digest, header.cert_digest, ASV_SHA256_BYTES);
        memcpy(signer.chain_digest, header.chain_digest, ASV_SHA256_BYTES);
    }
}

static enum asv_status feed(struct asv_seal_verifier *verifier, size_t size, size_t step)
{
    struct asv_err err;
    enum asv_status status = ASV_OK;
    asv_seal_verifier_init(verifier, &signer, NULL);
    for (size_t at = 0; at < size; at += step) {
        status = asv_seal_verifier_feed(verifier, seal + at, size - at < step ? size - at : step, &err);
    }
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t seed[ASV_ED25519_SEED_BYTES] = {1};
    struct asv_seal_verifier whole;
    struct asv_seal_verifier pieces;
    struct asv_verdict verdict;
    struct asv_payload_facts facts = {.bytes = 70000};

    if (size < 2 || size - 1 > sizeof seal) {
        return 0;
    }
    if (sk[0] == 0) {
        asv_ed25519_from_seed(signer.pk, sk, seed);
    }
    size--;
    memcpy(seal, data + 1, size);
    mend(data[0], size);
    believe_header(size);

    enum asv_status status = feed(&whole, size, size);
    check(feed(&pieces, size, 1 + data[0] % 61) == status);
    const struct asv_seal_result *a = asv_seal_verifier_result(&whole);
    const struct asv_seal_result *b = asv_seal_verifier_result(&pieces);
    check(a->status == status && a->seal_bytes == size && b->seal_bytes == size);
    check(a->signed_bytes == b->signed_bytes && a->wrong_at == b->wrong_at && a->ended == b->ended);
    check(a->signed_bytes <= size && (status == ASV_OK || a->wrong_at >= a->signed_bytes));
    check(!a->ended || a->has_checkpoint);
    check(!a->has_checkpoint || a->has_header);
    asv_verdict_of(&verdict, a, &facts, ASV_PROVENANCE_TRUSTED);
    check(verdict.integrity != ASV_INTEGRITY_VALID || verdict.chunks <= 1);
    return 0;
}
