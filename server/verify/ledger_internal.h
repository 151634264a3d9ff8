/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Private to the checks of server/verify/ledger*.c: what they read with, and whom they believe.
 */
#ifndef ASV_SERVER_VERIFY_LEDGER_INTERNAL_H
#define ASV_SERVER_VERIFY_LEDGER_INTERNAL_H

#include "server/ledger/tlogproof.h"
#include "server/verify/anchors.h"
#include "server/verify/ledger.h"
#include "server/verify/ledger_say.h"

#define ASV_VERIFY_PATH_BYTES   4096
#define ASV_VERIFY_BUNDLE_BYTES (ASV_TILE_WIDTH * (2 + ASV_LEDGER_ENTRY_MAX_BYTES))

/* Too large for a stack; must not be copied. */
struct asv_ledger_work {
    struct asv_ledger_say say;
    struct asv_ledger_policy policy;
    struct asv_ledger_verdict verdict; /* of the last head that was looked at; borrows note or proof */
    uint8_t policy_data[ASV_LEDGER_POLICY_BYTES];
    uint8_t note[ASV_NOTE_MAX_BYTES];
    uint8_t proof[ASV_TLOGPROOF_MAX_BYTES];
    uint8_t earlier_note[ASV_NOTE_MAX_BYTES];
    struct asv_tree_head earlier; /* size 0: none was given */
    struct asv_anchors anchors;
    struct asv_verify_claim *claim; /* NULL: the directory has none */
};

/* The whole of a small file DIR/NAME; dir NULL: name is the path. As asv_input_load. */
ASV_MUST_CHECK enum asv_status asv_verify_load(const char *dir, const char *name, uint8_t *out, size_t cap,
                                               struct asv_bytes *view, struct asv_err *err);

/* A checkpoint under the trust file; what is wrong with it is said. False: it does not even name a head. */
bool asv_verify_head(struct asv_ledger_work *work, const char *name, struct asv_bytes note);

/* The proof DIR/STEM.tlog-proof of the entry beside it, with what is opened of it; all is said. */
void asv_verify_proof(struct asv_ledger_work *work, const char *dir, const char *stem);

/* What the directory is said to show besides its entries (LG-076): loaded, told of each entry that is proven,
 * judged and freed. */
void asv_verify_claim_begin(struct asv_ledger_work *work, const char *dir);
void asv_verify_claim_entry(struct asv_ledger_work *work, const char *dir, const char *stem, uint64_t index,
                            const struct asv_ledger_entry *entry, const struct asv_opened *opened);
void asv_verify_claim_end(struct asv_ledger_work *work);

/* The published log in dir, whose head is in work->verdict. */
void asv_verify_tiles(struct asv_ledger_work *work, const char *dir);

#endif
