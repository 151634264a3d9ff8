/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Pieces of something large, made in threads beside who takes them, one after the other: what is read or
 * digested while what came before is looked at. At most ASV_BESIDE_SLOTS wait, whatever there is; they may be
 * plaintext, and are wiped.
 */
#ifndef ASV_SERVER_BASE_BESIDE_H
#define ASV_SERVER_BASE_BESIDE_H

#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"

#define ASV_BESIDE_SLOTS   8
#define ASV_BESIDE_THREADS 2
#define ASV_BESIDE_FEW     16 /* so many pieces are not worth a thread */

struct asv_beside_work {
    void *ctx;
    uint64_t count;
    size_t slot_bytes; /* of a piece */
    void *spare;       /* room for a piece, where no thread is worth it or can be had; the caller's */
    unsigned threads;  /* 1: pieces are made in their order; at most ASV_BESIDE_THREADS */
    /* Piece i into slot, in a thread. What it fails with is told where the piece would come. */
    enum asv_status (*make)(void *ctx, uint64_t i, void *slot, struct asv_err *err);
};

struct asv_beside;

/* work->ctx is the threads' until asv_beside_close. Without threads pieces are made when they are asked for.
 * ASV_E_NO_MEMORY. */
ASV_MUST_CHECK enum asv_status asv_beside_open(struct asv_beside **beside, const struct asv_beside_work *work,
                                               struct asv_err *err);

/* The next piece, which stays until the next call. Not more often than there are pieces, and not after an
 * error. */
ASV_MUST_CHECK enum asv_status asv_beside_next(struct asv_beside *beside, void **slot, struct asv_err *err);

/* Whether or not all were taken; NULL is fine. */
void asv_beside_close(struct asv_beside *beside);

#endif
