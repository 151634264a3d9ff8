/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Checkpoints (C2SP tlog-checkpoint): the text of a signed note that says how large a log is and what its
 * root is. Ours have no extension lines; those of others may, and are signed with the rest.
 */
#ifndef ASV_LEDGER_CHECKPOINT_H
#define ASV_LEDGER_CHECKPOINT_H

#include "server/ledger/note.h"
#include "server/ledger/proof.h"

#define ASV_CHECKPOINT_MAX_BYTES 4096 /* of the text */

struct asv_checkpoint {
    char origin[ASV_NOTE_NAME_SIZE];
    struct asv_tree_head head;
    struct asv_bytes extensions; /* the lines behind the third, each with its newline; borrowed */
};

/* A checkpoint from a note's text. ASV_E_MALFORMED with the line, or ASV_E_LIMIT. */
ASV_MUST_CHECK enum asv_status asv_checkpoint_parse(struct asv_checkpoint *out, struct asv_bytes text,
                                                    struct asv_err *err);

/* The three lines of a checkpoint: what a log signs. ASV_E_USAGE for an origin that is no key name;
 * ASV_E_LIMIT when it does not fit. */
ASV_MUST_CHECK enum asv_status asv_checkpoint_write(struct asv_writer *writer, const char *origin,
                                                    const struct asv_tree_head *head, struct asv_err *err);

/* A checkpoint that log has signed: a note, verified, and its text, whose origin is the key's name. *note may
 * be NULL. ASV_E_UNTRUSTED when it is of another origin or has no signature by the key; ASV_E_SIGNATURE. */
ASV_MUST_CHECK enum asv_status asv_checkpoint_open(struct asv_checkpoint *out, struct asv_note *note,
                                                   struct asv_bytes data, const struct asv_note_key *log,
                                                   struct asv_err *err);

#endif
