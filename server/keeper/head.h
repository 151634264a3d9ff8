/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The last head of the ledger that was signed, in a small file of its own (docs/KEEPER.md 4): what an index
 * of some MiB would have to be written for. Encrypted under the index's master, so that it ends with it.
 */
#ifndef ASV_KEEPER_HEAD_H
#define ASV_KEEPER_HEAD_H

#include "server/keeper/index.h"

#define ASV_HEAD_FORMAT       1
#define ASV_HEAD_HEADER_BYTES 68
#define ASV_HEAD_PLAIN_BYTES  72
#define ASV_HEAD_FILE_BYTES   (ASV_HEAD_HEADER_BYTES + ASV_HEAD_PLAIN_BYTES + ASV_AEAD_TAG_BYTES)

struct asv_head {
    uint8_t store[ASV_STORE_ID_BYTES];
    uint64_t epoch;                   /* of the master that it is under */
    uint8_t ledger[ASV_SHA256_BYTES]; /* digest of its origin */
    uint64_t size;                    /* of the tree, at least 1 */
    uint8_t root[ASV_SHA256_BYTES];
};

/* Encrypts it with a salt from world. */
ASV_MUST_CHECK enum asv_status asv_head_seal(uint8_t out[ASV_HEAD_FILE_BYTES], const struct asv_head *head,
                                             const uint8_t master[ASV_MASTER_KEY_BYTES],
                                             const struct asv_world *world, struct asv_err *err);

/* Store and epoch, which need no master and may not be believed; the rest of *out is zeros. ASV_E_MALFORMED,
 * ASV_E_UNSUPPORTED. */
ASV_MUST_CHECK enum asv_status asv_head_label_read(struct asv_head *out, const void *data, size_t len);

/* The same errors, and ASV_E_DIGEST when it is not the master's. */
ASV_MUST_CHECK enum asv_status asv_head_open(struct asv_head *out, const void *data, size_t len,
                                             const uint8_t master[ASV_MASTER_KEY_BYTES]);

#endif
