/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The signatures of a seal's checkpoints, verified at once by several threads: for open.c alone. They are
 * most of what verifying a long seal takes, and each can be verified without the others.
 */
#ifndef ASV_SERVER_INCIDENT_SIGNATURES_H
#define ASV_SERVER_INCIDENT_SIGNATURES_H

#include "firmware-proto/seal/frames.h"

#define ASV_SIGNATURES_AT_ONCE 1024 /* so many at the most are kept */

/* Zeros: none. */
struct asv_signatures {
    uint8_t (*signed_frames)[ASV_SEAL_CHECKPOINT_BYTES];
    size_t count, cap;
};

/* Keeps a checkpoint (struct asv_seal_events). ASV_E_NO_MEMORY; ASV_E_MALFORMED: it has another length. */
ASV_MUST_CHECK enum asv_status asv_signatures_add(struct asv_signatures *all, const void *data, size_t len);

/* ASV_OK when all of them are this key's. Waits for its threads. */
ASV_MUST_CHECK enum asv_status asv_signatures_verify(const struct asv_signatures *all,
                                                     const uint8_t pk[ASV_ED25519_PK_BYTES]);
void asv_signatures_free(struct asv_signatures *all);

#endif
