/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What lies beside the commit record and is signed by itself. */
#include <string.h>

#include "firmware-proto/trust/chain.h"
#include "firmware-proto/trust/destruction.h"
#include "firmware-proto/trust/erasure.h"
#include "firmware-proto/trust/receipt.h"
#include "server/base/io.h"
#include "server/vault/internal.h"

bool asv_signed_receipt(int dir, const struct asv_commit *commit, const struct asv_scrub_ops *ops,
                        int64_t *time_ms)
{
    uint8_t data[ASV_RECEIPT_MAX_BYTES];
    size_t len = 0;
    struct asv_receipt receipt;
    if (asv_io_read_file(dir, asv_part_name(ASV_PART_RECEIPT), data, sizeof data, &len, NULL) != ASV_OK ||
        asv_receipt_decode(&receipt, data, len, NULL) != ASV_OK ||
        memcmp(receipt.custody.header, commit->header_digest, sizeof commit->header_digest) != 0 ||
        memcmp(receipt.custody.root, commit->root, sizeof commit->root) != 0) {
        return false;
    }
    *time_ms = receipt.time_ms;
    const uint8_t *pk = ops->dock_key != NULL ? ops->dock_key(ops->ctx, receipt.dock_cert) : NULL;
    return pk == NULL || asv_object_verify(&receipt.object, ASV_PURPOSE_RECEIPT, pk) == ASV_OK;
}

bool asv_signed_order(int dir, const struct asv_commit *commit)
{
    uint8_t data[ASV_DESTRUCTION_MAX_BYTES];
    size_t len = 0;
    struct asv_destruction order;
    return asv_io_read_file(dir, asv_part_name(ASV_PART_ORDER), data, sizeof data, &len, NULL) == ASV_OK &&
           asv_destruction_decode(&order, data, len, NULL) == ASV_OK &&
           memcmp(order.header, commit->header_digest, sizeof commit->header_digest) == 0 &&
           asv_object_verify(&order.object, ASV_PURPOSE_DESTRUCTION, order.keeper.leaf.signing_pk) == ASV_OK;
}

bool asv_signed_erasure(const int dirs[ASV_VAULT_ROOTS], const struct asv_commit *commit, size_t at)
{
    uint8_t data[ASV_ERASURE_MAX_BYTES];
    uint8_t chain_data[ASV_CHAIN_MAX_BYTES];
    uint8_t digest[ASV_SHA256_BYTES];
    size_t len = 0;
    struct asv_erasure erasure;
    struct asv_chain chain;
    if (asv_io_read_file(dirs[at], asv_part_name(ASV_PART_ERASURE), data, sizeof data, &len, NULL) !=
            ASV_OK ||
        asv_erasure_decode(&erasure, data, len, NULL) != ASV_OK ||
        memcmp(erasure.header, commit->header_digest, sizeof commit->header_digest) != 0) {
        return false;
    }
    for (size_t i = 0; i < ASV_VAULT_ROOTS; i++) {
        if (dirs[i] < 0 ||
            asv_io_read_file(dirs[i], asv_part_name(ASV_PART_CHAIN), chain_data, sizeof chain_data, &len,
                             NULL) != ASV_OK ||
            asv_chain_decode(&chain, chain_data, len, NULL) != ASV_OK) {
            continue;
        }
        asv_cert_digest(digest, &chain.leaf);
        if (memcmp(digest, commit->camera_cert, sizeof digest) == 0) {
            return asv_erasure_verify(&erasure, &chain.leaf, NULL) == ASV_OK;
        }
    }
    return true; /* without the certificate nothing can be said against it */
}
