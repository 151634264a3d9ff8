/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Whom to believe about a log, as a file (C2SP tlog-policy): the logs' keys, the witnesses' keys, and which
 * of the witnesses must have cosigned.
 *
 *   log example.org/ledger+1f2e3d4c+AT...
 *   witness dpo dpo.example.org/witness+5a6b7c8d+BM... https://witness.example.org/
 *   witness essen essen.example.org/witness+9e8f7a6b+BN...
 *   group two 2 dpo essen
 *   quorum two
 */
#ifndef ASV_LEDGER_POLICY_H
#define ASV_LEDGER_POLICY_H

#include "server/ledger/checkpoint.h"

#define ASV_LEDGER_POLICY_BYTES  65536 /* of a file */
#define ASV_LEDGER_LOGS_MAX      32
#define ASV_LEDGER_WITNESSES_MAX 32
_Static_assert(ASV_LEDGER_WITNESSES_MAX < ASV_NOTE_SIGNATURES_MAX,
               "with the log's own, all of them make a note");
#define ASV_LEDGER_GROUPS_MAX 32

struct asv_ledger_log {
    struct asv_note_key key; /* its name is the origin */
    struct asv_bytes url;    /* empty when none was given */
};

struct asv_ledger_witness {
    struct asv_bytes name; /* within the file */
    struct asv_note_key key;
    struct asv_bytes url;
};

struct asv_ledger_group {
    struct asv_bytes name;
    unsigned needed;
    uint32_t witnesses, groups; /* its members: bit i is witness or group i */
};

enum asv_ledger_quorum { ASV_QUORUM_NONE, ASV_QUORUM_WITNESS, ASV_QUORUM_GROUP };

/* Borrows the file's text. About 20 KiB. */
struct asv_ledger_policy {
    size_t log_count, witness_count, group_count;
    struct asv_ledger_log logs[ASV_LEDGER_LOGS_MAX];
    struct asv_ledger_witness witnesses[ASV_LEDGER_WITNESSES_MAX];
    struct asv_ledger_group groups[ASV_LEDGER_GROUPS_MAX]; /* members come before their group */
    enum asv_ledger_quorum quorum;
    size_t quorum_index; /* of the witness or group */
};

/* name stands for the path in messages: "name:line: what is wrong; what to do". A file without a log or
 * without a quorum is refused. ASV_E_USAGE; *out is then unspecified. */
ASV_MUST_CHECK enum asv_status asv_ledger_policy_parse(const char *name, struct asv_bytes text,
                                                       struct asv_ledger_policy *out, struct asv_err *err);

/* What a checkpoint was found to be. */
struct asv_ledger_verdict {
    struct asv_checkpoint checkpoint;          /* borrows the note's bytes */
    size_t log;                                /* which of the policy's logs signed it */
    uint32_t cosigned;                         /* bit i: witness i has cosigned it */
    uint64_t time_s[ASV_LEDGER_WITNESSES_MAX]; /* when witness i did, by its own word */
};

/* Whether the witnesses in cosigned are enough. */
bool asv_ledger_policy_is_met(const struct asv_ledger_policy *policy, uint32_t cosigned);

/* A signed checkpoint under the policy: by one of its logs, whose name is the origin, and cosigned by enough
 * of its witnesses. ASV_E_MALFORMED or ASV_E_LIMIT for what is no checkpoint, ASV_E_SIGNATURE when a
 * signature that is by a known key does not verify, ASV_E_UNTRUSTED when no known log signed it or too few
 * witnesses did: *out then says who, when the log's signature is there (log_count otherwise). */
ASV_MUST_CHECK enum asv_status asv_ledger_policy_check(const struct asv_ledger_policy *policy,
                                                       struct asv_bytes data, struct asv_ledger_verdict *out,
                                                       struct asv_err *err);

#endif
