/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A proof as a file (C2SP tlog-proof, "name.tlog-proof"): that an entry stands at an index of a log, with the
 * signed checkpoint that it leads to. It is checked offline, against a policy alone.
 */
#ifndef ASV_LEDGER_TLOGPROOF_H
#define ASV_LEDGER_TLOGPROOF_H

#include "server/ledger/policy.h"

#define ASV_TLOGPROOF_EXTRA_BYTES 65536 /* of the extra data, decoded */
#define ASV_TLOGPROOF_MAX_BYTES   (ASV_NOTE_MAX_BYTES + 2 * ASV_TLOGPROOF_EXTRA_BYTES)

struct asv_tlogproof {
    struct asv_bytes extra; /* base 64, canonical; empty: there is none. Nobody signed it. */
    uint64_t index;
    struct asv_proof inclusion;
    struct asv_bytes checkpoint; /* a signed note */
};

/* Parses; verifies nothing. The views borrow data. ASV_E_MALFORMED with the line, ASV_E_UNSUPPORTED for
 * another version, ASV_E_LIMIT. */
ASV_MUST_CHECK enum asv_status asv_tlogproof_parse(struct asv_tlogproof *out, struct asv_bytes data,
                                                   struct asv_err *err);

/* The extra data decoded into out[cap]; *len 0 when there is none. ASV_E_LIMIT. */
ASV_MUST_CHECK enum asv_status asv_tlogproof_extra(const struct asv_tlogproof *proof, uint8_t *out,
                                                   size_t cap, size_t *len);

/* Writes the file. extra is the data itself here, empty for none; proof->extra is not used. */
void asv_tlogproof_write(struct asv_writer *writer, const struct asv_tlogproof *proof,
                         struct asv_bytes extra);

/* The whole check: the checkpoint under the policy, then that the leaf is at the proof's index of the tree
 * that it names. The statuses of asv_ledger_policy_check and asv_proof_check_inclusion. */
ASV_MUST_CHECK enum asv_status asv_tlogproof_verify(const struct asv_tlogproof *proof,
                                                    const uint8_t leaf[ASV_SHA256_BYTES],
                                                    const struct asv_ledger_policy *policy,
                                                    struct asv_ledger_verdict *out, struct asv_err *err);

#endif
