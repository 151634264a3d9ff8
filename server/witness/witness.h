/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A witness (C2SP tlog-witness): it cosigns heads of logs that it knows, each of which extends the one
 * before, and serves the last one of each.
 */
#ifndef ASV_SERVER_WITNESS_WITNESS_H
#define ASV_SERVER_WITNESS_WITNESS_H

#include "server/base/log.h"
#include "server/ledger/witness.h"
#include "server/witness/state.h"

#define ASV_WITNESS_LOGS_MAX 32

/* Borrows log and world. Requests are answered one after the other: that is what keeps two of them apart. */
struct asv_witness {
    int dir; /* the state directory, borrowed */
    struct asv_note_key key;
    uint8_t sk[ASV_ED25519_SK_BYTES]; /* the caller wipes it */
    size_t log_count;
    struct asv_note_key logs[ASV_WITNESS_LOGS_MAX]; /* several may be the same log's */
    uint64_t
        seen[ASV_WITNESS_LOGS_MAX]; /* the largest tree that was cosigned; of keys of one log at the first */
    const struct asv_world *world;
    const struct asv_log *log;
    struct asv_witness_state state; /* of the log that is being asked about */
};

/* Whether every log's state is there and whole (LG-060): err says of which it is not, and what to do. */
ASV_MUST_CHECK enum asv_status asv_witness_check(struct asv_witness *witness, struct asv_err *err);

struct asv_witness_reply {
    unsigned code;
    bool forked; /* the log signed another tree of the size that was cosigned last */
    const char *type;
    size_t len;
    uint8_t data[ASV_WITNESS_STATE_BYTES];
};

/* POST add-checkpoint. LG-061: 200 only after the new head is durable. 500: it could not be made so, or what
 * is remembered cannot be read or went back; nothing was cosigned then. */
void asv_witness_add(struct asv_witness *witness, struct asv_bytes body, struct asv_witness_reply *out);

/* GET ORIGIN-HASH/checkpoint, of the log whose origin has this SHA-256 in hexadecimal. */
void asv_witness_show(struct asv_witness *witness, const char *hash, struct asv_witness_reply *out);

#endif
