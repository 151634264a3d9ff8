/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a log and a witness say to each other (C2SP tlog-witness, add-checkpoint), and how a witness decides.
 * Neither HTTP nor any file is here.
 */
#ifndef ASV_LEDGER_WITNESS_H
#define ASV_LEDGER_WITNESS_H

#include "server/ledger/cosignature.h"

#define ASV_WITNESS_REQUEST_MAX_BYTES (ASV_NOTE_MAX_BYTES + 4096) /* 63 hashes have 2,835 */

struct asv_witness_request {
    uint64_t old_size; /* of what the log thinks the witness has cosigned last */
    struct asv_proof proof;
    struct asv_bytes checkpoint; /* a signed note */
};

/* A request's body. The views borrow data. ASV_E_MALFORMED with the line, or ASV_E_LIMIT. */
ASV_MUST_CHECK enum asv_status asv_witness_request_parse(struct asv_witness_request *out,
                                                         struct asv_bytes data, struct asv_err *err);
void asv_witness_request_write(struct asv_writer *writer, const struct asv_witness_request *request);

/* What a witness answers: the status codes of HTTP. */
enum asv_witness_answer {
    ASV_WITNESS_GOOD = 200,         /* remember the head, then answer with the cosignature */
    ASV_WITNESS_MALFORMED = 400,    /* no request, or one that contradicts itself */
    ASV_WITNESS_FORBIDDEN = 403,    /* no signature of the log, or one that does not verify */
    ASV_WITNESS_UNKNOWN = 404,      /* no log that this witness knows */
    ASV_WITNESS_CONFLICT = 409,     /* the old size is another; the answer says which */
    ASV_WITNESS_INCONSISTENT = 422, /* the log was forked, or the proof is wrong */
};

/* A request as it came in. Good: its checkpoint is signed by one of the keys (more than one may be the same
 * log's), and *checkpoint and *note say what it is; they borrow data. Otherwise err says why. */
enum asv_witness_answer asv_witness_open(struct asv_bytes data, const struct asv_note_key *logs, size_t count,
                                         struct asv_witness_request *request,
                                         struct asv_checkpoint *checkpoint, struct asv_note *note,
                                         struct asv_err *err);

/* Whether an opened request extends last: the head that this witness cosigned last for this origin, or that
 * of an empty tree when it never did. From reading last to remembering the new head, nothing else may be
 * decided for this log. */
enum asv_witness_answer asv_witness_judge(const struct asv_witness_request *request,
                                          const struct asv_checkpoint *checkpoint,
                                          const struct asv_tree_head *last, struct asv_err *err);

/* A log's side. note holds a signed checkpoint; of the lines in a witness's good answer those by key are
 * written behind it, when they verify; others are left out. The time is that of the latest. The statuses of
 * asv_cosignature_verify, ASV_E_MALFORMED for what is no lines of signatures, ASV_E_LIMIT when they do not
 * fit; the note is then as before. */
ASV_MUST_CHECK enum asv_status asv_witness_take(struct asv_writer *note, struct asv_bytes answer,
                                                const struct asv_note_key *key, uint64_t *time_s,
                                                struct asv_err *err);

/* The size in a witness's answer of conflict. */
ASV_MUST_CHECK enum asv_status asv_witness_size(struct asv_bytes answer, uint64_t *out, struct asv_err *err);

#endif
