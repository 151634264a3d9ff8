/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a witness remembers of a log (docs/LEDGER.md 7): one file for each, named by the
 * SHA-256 of the log's origin in hexadecimal. It holds the checkpoint that was cosigned last, with the log's
 * signature and the cosignature; or, before the first one, the line "begun ORIGIN".
 *
 * A file that is missing or damaged is never taken for a log of which nothing was cosigned.
 */
#ifndef ASV_SERVER_WITNESS_STATE_H
#define ASV_SERVER_WITNESS_STATE_H

#include "server/ledger/checkpoint.h"

#define ASV_WITNESS_STATE_BYTES      16384 /* a checkpoint's text and signatures of one log */
#define ASV_WITNESS_STATE_NAME_BYTES 65

struct asv_witness_state {
    struct asv_tree_head head;
    size_t len; /* of the cosigned checkpoint; 0: nothing was cosigned yet */
    uint8_t data[ASV_WITNESS_STATE_BYTES];
};

/* The file's name for a log. */
void asv_witness_state_name(char out[ASV_WITNESS_STATE_NAME_BYTES], const char *origin);

/* LG-060. From a file's bytes: cosigned by witness, whose key is of type ASV_NOTE_COSIGNATURE, and of this
 * log. ASV_E_DIGEST with what is wrong for anything else. */
ASV_MUST_CHECK enum asv_status asv_witness_state_parse(struct asv_witness_state *out, struct asv_bytes data,
                                                       const char *origin, const struct asv_note_key *witness,
                                                       struct asv_err *err);

/* The same from the state directory. ASV_E_NOT_FOUND: the log was never begun here, or its file was lost. */
ASV_MUST_CHECK enum asv_status asv_witness_state_load(int dir, const char *origin,
                                                      const struct asv_note_key *witness,
                                                      struct asv_witness_state *out, struct asv_err *err);

/* Durable when it returns ASV_OK; otherwise old or new. */
ASV_MUST_CHECK enum asv_status asv_witness_state_store(int dir, const char *origin,
                                                       const struct asv_witness_state *state,
                                                       struct asv_err *err);

/* Begins a log, of which nothing was cosigned. ASV_E_EXISTS when there is a file already. */
ASV_MUST_CHECK enum asv_status asv_witness_state_begin(int dir, const char *origin, struct asv_err *err);

#endif
