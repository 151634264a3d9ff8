/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A log in memory, hashed as RFC 6962 is written and not as server/ledger does it: what its tiles, roots and
 * proofs must be.
 */
#ifndef ASV_TESTS_SUPPORT_LEDGER_H
#define ASV_TESTS_SUPPORT_LEDGER_H

#include "server/ledger/tlogproof.h"

#define ASV_TEST_LOG_MAX 70001 /* tlog-tiles' own example, and one more: three levels of tiles */

/* Entry i is "entry i". */
size_t asv_test_entry(uint64_t i, char out[32]);

/* The leaf hash of entry i, below ASV_TEST_LOG_MAX. */
const uint8_t *asv_test_leaf(uint64_t i);

/* MTH(D[from:to]), PATH(index, D[size]) and PROOF(old_size, D[new_size]) of RFC 6962. */
void asv_test_root(uint8_t out[ASV_SHA256_BYTES], uint64_t from, uint64_t to);
void asv_test_path(struct asv_proof *out, uint64_t index, uint64_t size);
void asv_test_consistency(struct asv_proof *out, uint64_t old_size, uint64_t new_size);

struct asv_test_tiles {
    uint64_t size;    /* tiles of this tree, of at most ASV_TEST_LOG_MAX leaves */
    unsigned reads;   /* how often one was asked for */
    unsigned fail_at; /* this read fails; 0: none does */
};

/* The tiles of the log, by the definition of tlog-tiles. A tile that the tree does not have, or not so wide,
 * ends the test. */
struct asv_tiles asv_test_tiles(struct asv_test_tiles *tiles);

/* The keys of the log and of two witnesses, from fixed seeds. */
enum asv_test_signer { ASV_TEST_LOG, ASV_TEST_DPO, ASV_TEST_CITY, ASV_TEST_STRANGER, ASV_TEST_SIGNERS };

const struct asv_note_key *asv_test_note_key(enum asv_test_signer who);
const uint8_t *asv_test_note_secret(enum asv_test_signer who);

/* A policy file that knows the log and both witnesses, ends with the line "quorum <quorum>", and has the
 * group "both". Static storage for one at a time. */
struct asv_bytes asv_test_policy(const char *quorum);

/* The log's signed checkpoint of the first size entries, cosigned by the witnesses in the mask (1: DPO, 2:
 * CITY), written into out; its length. */
size_t asv_test_checkpoint(uint8_t *out, size_t cap, uint64_t size, unsigned witnesses);

#define ASV_TEST_TIME_S UINT64_C(1795000000)

#endif
