/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a decision takes, whoever asks for it and with whatever key: judged by the rules, signed, stored,
 * delivered to the keeper, concluded in the database. Each step is durable before the next, so that the same
 * again finishes what a crash left. The command line and the web server run the same; what is theirs comes in
 * through this struct: how to reach keeper and vault, who signs, and who is told what there is to say.
 *
 * A signer shows the draft to the person and appends what the person signed. One who has to wait for that
 * ends the flow instead with a status of its own: nothing is stored before something is signed, and the same
 * again with a signer who has it goes on.
 */
#ifndef ASV_SERVER_FLOW_FLOW_H
#define ASV_SERVER_FLOW_FLOW_H

#include "firmware-proto/base/world.h"
#include "server/db/people.h"
#include "server/flow/keeper.h"
#include "server/flow/notes.h"
#include "server/statement/statement.h"
#include "server/vault/vault.h"

/* What is to be signed. Borrowed, for as long as the call. */
struct asv_flow_draft {
    const struct asv_statement *said;
    struct asv_bytes body;                      /* the same, encoded */
    const struct asv_db_credential *credential; /* whose; NULL: the agency root's */
    const struct asv_statement *proposal;       /* that it answers, which the person must see; NULL: none */
    const struct asv_credential *proposer;      /* whose that is */
};

struct asv_flow_calls {
    /* Appends the statement: a body that says what the draft says, and its proof. The times, the nonce and
     * the reason may be others. */
    enum asv_status (*sign)(void *ctx, const struct asv_flow_draft *draft, struct asv_writer *statement,
                            struct asv_err *err);
    void (*say)(void *ctx, const struct asv_flow_note *note);
    /* By whose key what the keeper signs is believed. */
    enum asv_status (*root_key)(void *ctx, uint8_t root_pk[ASV_ED25519_PK_BYTES], struct asv_err *err);
    /* Opens the vault; one of its disks may be away. *out is the caller's to close. */
    enum asv_status (*vault)(void *ctx, struct asv_vault **out, struct asv_err *err);
};

/* Borrows everything. */
struct asv_flow {
    const struct asv_world *world;
    struct asv_db *db;  /* in the name of the person, or of a job */
    const char *origin; /* the console's, where authenticators are asked; empty: none is */
    const char *keeper; /* its socket */
    const char *actor;  /* who does it, for the record */
    const char *reason; /* why, in the person's own words; NULL: nobody signs */
    const struct asv_db_credential *credential; /* the person's; NULL: the agency root signs, or nobody */
    const uint8_t *root_pk;                     /* of the agency root that signs; NULL: none */
    const uint8_t *agency;                      /* its id */
    const struct asv_flow_calls *calls;
    void *ctx;
};

/* Whether the credential counts now: ASV_E_DENIED or ASV_E_EXPIRED say why nothing is signed with it, in the
 * person's terms. */
ASV_MUST_CHECK enum asv_status asv_flow_check_credential(const struct asv_db_credential *credential,
                                                         int64_t now_ms, struct asv_err *err);

/* The database tells and takes what is this account's person's: ASV_E_DENIED when that is somebody else than
 * whose credential it is. */
ASV_MUST_CHECK enum asv_status asv_flow_check_account(struct asv_db *db, const struct asv_credential *said,
                                                      struct asv_err *err);

/* The key of the agency root whose certificate is in this file. ASV_E_NOT_FOUND, ASV_E_DENIED. */
ASV_MUST_CHECK enum asv_status asv_flow_root_key(const char *path, uint8_t root_pk[ASV_ED25519_PK_BYTES],
                                                 struct asv_err *err);

/* Wall time. */
ASV_MUST_CHECK enum asv_status asv_flow_now(const struct asv_flow *flow, int64_t *now_ms,
                                            struct asv_err *err);

/* A client of its keeper, which connects with its first request. *out is the caller's to free. */
ASV_MUST_CHECK enum asv_status asv_flow_keeper(const struct asv_flow *flow, struct asv_keeper_client **out,
                                               struct asv_err *err);

/* Tells whoever runs the flow. by and detail as the kind needs them, or NULL. */
void asv_flow_say(const struct asv_flow *flow, enum asv_flow_note_kind kind, const char *by,
                  const char *detail);

#endif
