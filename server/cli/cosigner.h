/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Asks witnesses to cosign the ledger's newest signed head (docs/LEDGER.md 7). The sequencer knows nothing of
 * it (LG-063): this looks at what it has committed, in a process of its own.
 */
#ifndef ASV_SERVER_CLI_COSIGNER_H
#define ASV_SERVER_CLI_COSIGNER_H

#include <signal.h>

#include "server/base/log.h"
#include "server/base/post.h"
#include "server/db/cosignature.h"
#include "server/ledger/policy.h"
#include "server/ledger/witness.h"

/* What became of asking one witness. */
enum asv_cosigner_outcome {
    ASV_COSIGNER_NEW,     /* was not asked yet */
    ASV_COSIGNER_DONE,    /* it has cosigned the head */
    ASV_COSIGNER_LATER,   /* it knows a newer head already: next time */
    ASV_COSIGNER_AWAY,    /* no answer */
    ASV_COSIGNER_REFUSED, /* 400, 403, 404, 5xx: it does not know the log, or is not well */
    ASV_COSIGNER_BAD,     /* an answer that no witness gives */
    ASV_COSIGNER_FORK,    /* LG-065: it has seen another tree */
};

/* About 400 KiB, on the heap; all zero but for what is borrowed. */
struct asv_cosigner {
    struct asv_db *db;
    struct asv_poster *poster;
    struct asv_log log;
    const struct asv_world *world;
    const char *trust;   /* path of the trust file */
    const char *ca_file; /* empty: the system's */
    const volatile sig_atomic_t *stop;

    uint8_t text[ASV_LEDGER_POLICY_BYTES];
    struct asv_ledger_policy policy; /* views text */
    enum asv_cosigner_outcome
        outcomes[ASV_LEDGER_WITNESSES_MAX]; /* of the witness at this place of the file */

    struct asv_db_ledger_log head; /* the log that is asked for */
    bool ended;                    /* another one goes on */
    struct asv_tree_head tree;     /* its newest signed head */
    uint32_t cosigned;             /* bit i: by witness i */
    bool met;
    size_t note_len;
    uint8_t note[ASV_DB_LEDGER_COSIGNED_BYTES];
    uint8_t request[ASV_WITNESS_REQUEST_MAX_BYTES];
    uint8_t answer[16384];
};

/* The trust file into *policy, which views text[ASV_LEDGER_POLICY_BYTES]. */
ASV_MUST_CHECK enum asv_status asv_cosigner_trust(const char *path, uint8_t *text,
                                                  struct asv_ledger_policy *policy, struct asv_err *err);

/* ASV_E_USAGE, with what to do: the trust file names no log of this origin. */
ASV_MUST_CHECK enum asv_status asv_cosigner_unknown(const char *path, const char *origin,
                                                    struct asv_err *err);

/* NAME+ID of a witness's key. */
#define ASV_COSIGNER_NAME_BYTES (ASV_NOTE_NAME_SIZE + 9)
void asv_cosigner_name(char out[ASV_COSIGNER_NAME_BYTES], const struct asv_note_key *key);

/* LG-109: a signed head of a log into out[cap], with what is stored of the cosignatures of the policy's
 * witnesses (NULL: of anybody's). */
ASV_MUST_CHECK enum asv_status asv_cosigner_note(struct asv_db *db, uint16_t log, uint64_t size,
                                                 const struct asv_ledger_policy *policy, uint8_t *out,
                                                 size_t cap, size_t *len, struct asv_err *err);

/* Asks each witness that has not cosigned the newest signed head, or the last one of a log that ended, and
 * stores what it answers. What is said of the result is the log that goes on: ASV_OK also when witnesses are
 * away; ASV_E_UNTRUSTED, with whose cosignature is missing, when the quorum is not met after it.
 * ASV_E_NOT_FOUND: there is no signed head yet. Of class RETRY: the database is away. */
ASV_MUST_CHECK enum asv_status asv_cosigner_round(struct asv_cosigner *cosigner, struct asv_err *err);

#endif
