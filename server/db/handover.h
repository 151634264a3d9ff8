/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Hand-overs (docs/HANDOVER.md). What two people decide follows from their statements about a plan
 * (statement.h), and is read here with what the job has made of it. Of what belongs to other units nobody is
 * told (LAW L4). Members of asv_staff call the first part, the job (asv_export) the second.
 */
#ifndef ASV_SERVER_DB_HANDOVER_H
#define ASV_SERVER_DB_HANDOVER_H

#include "firmware-proto/seal/link.h"
#include "server/db/incident.h"
#include "server/db/ledger.h"
#include "server/db/statement.h"
#include "server/statement/card.h"
#include "server/statement/plan.h"

#define ASV_DB_HANDOVER_WORD   16 /* a state or stage, with its NUL */
#define ASV_DB_HANDOVER_DIGITS 8  /* of a proposal's digest, at least */
#define ASV_DB_RECEIPT_MAX     65536
#define ASV_DB_RULING_MAX      3072

/* ---- people ---- */

/* What stands in a plan about a recording. */
struct asv_db_handover_candidate {
    uint8_t incident[ASV_UUID_BYTES];
    uint8_t header[ASV_SHA256_BYTES];
    bool held;        /* for that incident */
    uint64_t bytes;   /* as it was sealed */
    uint64_t span_ms; /* all of it lies in so much time, by the dock's clock; 0: nobody knows */
};

/* ASV_E_NOT_FOUND: no such incident of the caller's units, or no such recording. */
ASV_MUST_CHECK enum asv_status asv_db_handover_candidate(struct asv_db *db, const char *case_number,
                                                         const uint8_t clip[ASV_UUID_BYTES],
                                                         struct asv_db_handover_candidate *out,
                                                         struct asv_err *err);

struct asv_db_handover_line {
    uint8_t id[ASV_UUID_BYTES];
    char case_number[ASV_NAME_MAX_BYTES + 1];
    char addressee[ASV_NAME_MAX_BYTES + 1];
    char state[ASV_DB_HANDOVER_WORD]; /* proposed, refused, withdrawn, lapsed; approved, building, failed,
                                       * built, cancelled, received */
    uint16_t clips, done;
    uint8_t proposal[ASV_SHA256_BYTES];
    bool own; /* the caller proposed it */
    int64_t proposed_ms, expires_ms;
    int64_t approved_ms, built_ms, received_ms; /* ASV_TIME_UNKNOWN: not yet */
};

/* The newest first; state NULL: in each; after: id of the row before, NULL: from the first. cap <=
 * ASV_DB_PAGE_MAX. */
ASV_MUST_CHECK enum asv_status asv_db_handover_list(struct asv_db *db, const char *state,
                                                    const uint8_t *after, struct asv_db_handover_line *rows,
                                                    size_t cap, size_t *count, struct asv_err *err);

/* The bytes of a statement, as they are stored; len 0: there is none. */
struct asv_db_object {
    size_t len;
    uint8_t bytes[ASV_STATEMENT_MAX_BYTES];
};

struct asv_db_handover {
    uint8_t id[ASV_UUID_BYTES];
    char case_number[ASV_NAME_MAX_BYTES + 1];
    uint8_t incident[ASV_UUID_BYTES];
    char state[ASV_DB_HANDOVER_WORD];
    size_t plan_len, card_len; /* card_len 0: none is registered for the addressee */
    uint8_t plan[ASV_PLAN_MAX_BYTES];
    uint8_t card[ASV_CARD_MAX_BYTES];
    uint8_t proposal[ASV_SHA256_BYTES];
    struct asv_db_object proposed, approved;
    char stage[ASV_DB_HANDOVER_WORD]; /* empty: it was not approved */
    uint16_t done;                    /* recordings */
    uint64_t bytes;
    char error[ASV_DB_NOTE_SIZE];     /* why the job ended; empty: it did not */
    char cause[ASV_DB_HANDOVER_WORD]; /* the kind of that (HO-140); empty: it did not */
    int64_t again_ms;                 /* when it begins again; ASV_TIME_UNKNOWN: it did not end, or failed */
    int64_t approved_ms, began_ms, changed_ms, received_ms; /* ASV_TIME_UNKNOWN: not yet */
};

/* By its id, or by the first digits of its proposal's digest. Large: on the heap. ASV_E_NOT_FOUND;
 * ASV_E_USAGE when the digits are too few, or name several. */
ASV_MUST_CHECK enum asv_status asv_db_handover_find(struct asv_db *db, const char *what,
                                                    struct asv_db_handover *out, struct asv_err *err);

/* What was made of it, written to media, and written down. */
struct asv_db_handover_event {
    char kind[ASV_DB_HANDOVER_WORD];  /* part, output, medium, receipt_signed, receipt_form, cancelled */
    char what[ASV_DB_NOTE_SIZE];      /* carrier or filing; the medium's label; who received it */
    uint8_t digest[ASV_SHA256_BYTES]; /* of the output, in its parts that of their list; zeros: none */
    uint64_t bytes;
    uint32_t count; /* files; which part; number of the receipt */
    int64_t at_ms;
    char by[ASV_DB_NOTE_SIZE];
};

/* In their order; those behind the first ASV_DB_PAGE_MAX are not told: rows[cap]. */
ASV_MUST_CHECK enum asv_status asv_db_handover_history(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES],
                                                       struct asv_db_handover_event *rows, size_t cap,
                                                       size_t *count, struct asv_err *err);

/* Nothing comes of it, as was signed. *waits: something may have left the house, and another person has to
 * say the same; ASV_E_DENIED: the same person did. ASV_E_STATE: it was not approved, or is over.
 * ASV_E_MISMATCH: something else was signed. */
ASV_MUST_CHECK enum asv_status asv_db_handover_end(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES],
                                                   const struct asv_db_signed *it, const char *by,
                                                   bool *waits, struct asv_err *err);

/* The next run begins again with one with which the job ended (HO-019). The errors of asv_db_handover_end. */
ASV_MUST_CHECK enum asv_status asv_db_handover_again(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES],
                                                     enum asv_db_outcome *outcome, struct asv_err *err);

struct asv_db_handover_receipt {
    uint8_t id[ASV_UUID_BYTES]; /* of the hand-over */
    uint8_t incident[ASV_UUID_BYTES];
    const char *case_number;
    bool is_signed;                     /* by the recipient; otherwise a form */
    uint8_t received[ASV_SHA256_BYTES]; /* digest of the output */
    int64_t received_ms;
    char receiver[ASV_DB_NOTE_SIZE];    /* who, as it says */
    uint8_t document[ASV_SHA256_BYTES]; /* of the signature, or of the form as scanned */
    struct asv_bytes signature;         /* CMS; len 0: a form */
};

/* As it was signed. *waits: of a form another person has to say the same. The errors of asv_db_handover_end;
 * ASV_E_MISMATCH, too: it is of something else than was made; ASV_E_DENIED: the same person said the same. */
ASV_MUST_CHECK enum asv_status asv_db_handover_receipt_put(struct asv_db *db,
                                                           const struct asv_db_handover_receipt *receipt,
                                                           const struct asv_db_signed *it, const char *by,
                                                           bool *waits, struct asv_err *err);

/* The receipt that the recipient signed, of which nobody has verified what stands here. Large: on the heap.
 */
struct asv_db_handover_signature {
    struct asv_db_handover_receipt receipt; /* its signature views signature */
    uint8_t signature[ASV_DB_RECEIPT_MAX];
};

/* *there false: there is none. Points into itself. */
ASV_MUST_CHECK enum asv_status asv_db_handover_signature(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES],
                                                         struct asv_db_handover_signature *out, bool *there,
                                                         struct asv_err *err);

/* ---- the job ---- */

/* One that two people approved, and neither cancelled nor received. Nothing of it is believed before the
 * statements are verified and the keeper has said so. Large: on the heap. */
struct asv_db_handover_job {
    uint8_t id[ASV_UUID_BYTES];
    char case_number[ASV_NAME_MAX_BYTES + 1];
    uint8_t incident[ASV_UUID_BYTES];
    size_t plan_len, card_len; /* card_len 0: none */
    uint8_t plan[ASV_PLAN_MAX_BYTES];
    uint8_t card[ASV_CARD_MAX_BYTES];
    struct asv_db_object proposal, approval;
    size_t proposer_len, approver_len; /* their credential records */
    uint8_t proposer[ASV_CREDENTIAL_MAX_BYTES], approver[ASV_CREDENTIAL_MAX_BYTES];
    size_t ruling_len; /* 0: the nightly run concluded it from what the keeper keeps */
    uint8_t ruling[ASV_DB_RULING_MAX];
    char stage[ASV_DB_HANDOVER_WORD]; /* waiting, recordings, documents, packing, checking, again, failed,
                                       * built */
    uint16_t done;
    uint8_t made; /* ASV_PLAN_CARRIER, ASV_PLAN_FILING: what is written down as made */
    int64_t approved_ms;
};

/* The next that is to be built now, by id; after NULL: the first. *there false: that was all. */
ASV_MUST_CHECK enum asv_status asv_db_handover_next(struct asv_db *db, const uint8_t *after,
                                                    struct asv_db_handover_job *out, bool *there,
                                                    struct asv_err *err);

/* One, built or not. ASV_E_NOT_FOUND. */
ASV_MUST_CHECK enum asv_status asv_db_handover_job(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES],
                                                   struct asv_db_handover_job *out, struct asv_err *err);

/* Its incident as it was known when it was approved, without id, number, clips and salt. ASV_E_NOT_FOUND. */
ASV_MUST_CHECK enum asv_status asv_db_handover_incident(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES],
                                                        struct asv_db_incident *out, struct asv_err *err);

/* A recording of a plan: where the vault has it, and what the facts say of it. */
struct asv_db_handover_clip {
    struct asv_db_identity identity;
    uint8_t clip[ASV_UUID_BYTES];
    uint8_t kind; /* enum asv_commit_kind */
    uint32_t day; /* 0: not decided */
    int64_t earliest_ms, latest_ms;
    char camera_name[65], model[65], device_serial[65], firmware[65];
    char unit[65], area[65]; /* empty: none */
    int64_t start_ms, end_ms;
    uint8_t clock_state; /* enum asv_clock_state */
    int64_t clock_offset_ms;
    uint64_t clock_uncertainty_ms;
    int64_t docked_ms;
    uint8_t dock[ASV_SHA256_BYTES]; /* certificate */
    char dock_name[65];
    int64_t committed_ms;
    int64_t erased_on_camera_ms;   /* ASV_TIME_UNKNOWN: not known */
    uint8_t integrity, provenance; /* as in the commit record */
    bool marked;
    uint64_t payload_bytes, tail_bytes, chunks;
    uint8_t root[ASV_SHA256_BYTES];
    uint8_t seal_digest[ASV_SHA256_BYTES];
};

/* number: its place in the plan, from 1. ASV_E_NOT_FOUND. */
ASV_MUST_CHECK enum asv_status asv_db_handover_clip(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES],
                                                    uint16_t number, struct asv_db_handover_clip *out,
                                                    struct asv_err *err);

/* A custody event and its place in the ledger. */
struct asv_db_handover_custody {
    struct asv_db_event event; /* without signature */
    uint16_t log;              /* 0: it waits for its place */
    uint64_t leaf;
};

/* Of that recording, in order: rows[cap], cap <= ASV_DB_PAGE_MAX; after: id of the event before, NULL: from
 * the first. */
ASV_MUST_CHECK enum asv_status asv_db_handover_custody(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES],
                                                       uint16_t number, const uint8_t *after,
                                                       struct asv_db_handover_custody *rows, size_t cap,
                                                       size_t *count, struct asv_err *err);

/* Some of a plan's recordings, by their numbers in it, from 0. */
struct asv_db_handover_clips {
    const uint16_t *clips; /* NULL: all of them */
    uint16_t count;
};

/* A camera of some of them, the time of which nothing is to be left out, and the running numbers that show
 * it. */
struct asv_db_handover_series {
    uint8_t camera[ASV_SHA256_BYTES]; /* certificate */
    uint8_t epoch[ASV_UUID_BYTES];
    char camera_name[65];
    int64_t from_ms, until_ms;
    uint64_t first, last;
};

/* rows[cap]; ASV_E_LIMIT: there are more. */
ASV_MUST_CHECK enum asv_status asv_db_handover_series(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES],
                                                      const struct asv_db_handover_clips *of,
                                                      struct asv_db_handover_series *rows, size_t cap,
                                                      size_t *count, struct asv_err *err);

/* What the camera recorded under a number, as far as others are told. */
struct asv_db_handover_link {
    uint64_t number;
    char fate[ASV_DB_HANDOVER_WORD]; /* handed_over, announced, erased, blocked, quarantined, held, kept */
    bool twice;                      /* the camera gave it to several */
    uint16_t clip;                   /* of one that is handed over: its place in the plan, from 1 */
    size_t link_len;                 /* 0: it has no link record */
    uint8_t link[ASV_LINK_MAX_BYTES - ASV_LINK_OPENING_BYTES]; /* as it is shown alone */
};

/* Those behind the number, in order: rows[cap], cap <= ASV_DB_PAGE_MAX. */
ASV_MUST_CHECK enum asv_status asv_db_handover_links(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES],
                                                     const struct asv_db_handover_series *series,
                                                     uint64_t after, struct asv_db_handover_link *rows,
                                                     size_t cap, size_t *count, struct asv_err *err);

/* The ledger's entries that go out with those recordings, those behind (after_log, after), as
 * asv_db_ledger_about. Of who looked at them there are others, which do not. */
ASV_MUST_CHECK enum asv_status asv_db_handover_entries(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES],
                                                       const struct asv_db_handover_clips *of,
                                                       uint16_t after_log, int64_t after, uint32_t limit,
                                                       struct asv_db_ledger_known *out, size_t *count,
                                                       struct asv_err *err);

/* Whether some of that has no place in the ledger yet. */
ASV_MUST_CHECK enum asv_status asv_db_handover_waits(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES],
                                                     bool *waits, struct asv_err *err);

/* Whether it was received or cancelled; not so of one that the database does not know. */
ASV_MUST_CHECK enum asv_status asv_db_handover_is_over(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES],
                                                       bool *over, struct asv_err *err);

/* How far it is. */
struct asv_db_handover_progress {
    const char *stage;
    uint16_t done; /* recordings */
    uint64_t bytes;
    const char *error, *cause; /* why the job ends, and the kind of that (HO-140), with the stage "again" or
                                * "failed"; else NULL */
};

/* *cancelled: it is to end. */
ASV_MUST_CHECK enum asv_status asv_db_handover_progress(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES],
                                                        const struct asv_db_handover_progress *progress,
                                                        bool *cancelled, struct asv_err *err);

/* What was made of it. */
struct asv_db_handover_output {
    uint8_t output;                   /* ASV_PLAN_CARRIER or ASV_PLAN_FILING */
    uint16_t part, parts;             /* of a carrier; otherwise 1, 1 */
    struct asv_db_handover_clips of;  /* NULL when there is one part */
    uint8_t digest[ASV_SHA256_BYTES]; /* of the carrier as it leaves the house, or of the filing's facts */
    uint64_t bytes;
    uint32_t files;
    const char *software;
};

/* An output, or a part of one, is finished: custody of each recording in it tells of it, and with the last of
 * them it is built. Again the same is ASV_DB_ALREADY. ASV_E_MISMATCH: something else was made of it before.
 * ASV_E_NOT_FOUND: it is over. */
ASV_MUST_CHECK enum asv_status asv_db_handover_built(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES],
                                                     const struct asv_db_handover_output *output,
                                                     enum asv_db_outcome *outcome, struct asv_err *err);

/* A carrier in its parts. */
struct asv_db_handover_carrier {
    uint16_t part, parts;
    uint8_t digest[ASV_SHA256_BYTES];
};

/* In their order: rows[cap]; none before all of them are made. ASV_E_NOT_FOUND: it is over. */
ASV_MUST_CHECK enum asv_status asv_db_handover_carriers(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES],
                                                        struct asv_db_handover_carrier *rows, size_t cap,
                                                        size_t *count, struct asv_err *err);

/* HO-175: what stands on it, and which it is. */
struct asv_db_handover_medium {
    const char *label;
    uint8_t id[ASV_UUID_BYTES];
};

/* ASV_DB_ALREADY: custody knows this medium by this name. ASV_DB_CONFLICT: another one by this name, or this
 * one by another. */
ASV_MUST_CHECK enum asv_status asv_db_handover_named(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES],
                                                     uint8_t output,
                                                     const struct asv_db_handover_medium *medium,
                                                     enum asv_db_outcome *outcome, struct asv_err *err);

/* What has that digest was written to a medium, read back and found to be the same. ASV_DB_ALREADY: custody
 * knew that; ASV_DB_CONFLICT as above, or of another part, and custody has no more than before. */
ASV_MUST_CHECK enum asv_status asv_db_handover_written(struct asv_db *db, const uint8_t id[ASV_UUID_BYTES],
                                                       uint8_t output,
                                                       const struct asv_db_handover_medium *medium,
                                                       const uint8_t digest[ASV_SHA256_BYTES],
                                                       enum asv_db_outcome *outcome, struct asv_err *err);

#endif
