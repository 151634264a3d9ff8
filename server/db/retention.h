/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Retention in the database: intents and completions of erasures, runs, balances (docs/RETENTION.md). Lists
 * are read in pages and written in batches of ASV_DB_BATCH_MAX, each in a transaction of its own, so that
 * none delays a docking.
 */
#ifndef ASV_SERVER_DB_RETENTION_H
#define ASV_SERVER_DB_RETENTION_H

#include "firmware-proto/trust/bulletin.h"
#include "firmware-proto/trust/chain.h"
#include "firmware-proto/trust/day_end.h"
#include "firmware-proto/trust/inventory.h"
#include "server/db/clip.h"

#define ASV_DB_BATCH_MAX 256

/* A run begins, and is the one run until the connection ends. *begun false: another run is at it.
 * ASV_E_STATE: its lock is taken, and not by a run. Told twice, a lost answer leaves a run without an end. */
ASV_MUST_CHECK enum asv_status asv_db_retention_begin(struct asv_db *db, const char *software,
                                                      uint8_t run[16], bool *begun, struct asv_err *err);

struct asv_db_retention_end {
    int exit;
    uint64_t erased, held, pending, lapsed, late, failed, open, disagreements, orphans, leftovers, uneven;
    const char *detail; /* NULL: none */
};

ASV_MUST_CHECK enum asv_status asv_db_retention_end(struct asv_db *db, const uint8_t run[16],
                                                    const struct asv_db_retention_end *end,
                                                    struct asv_err *err);

/* A clip in the vault, as far as retention looks at it. */
struct asv_db_retained {
    uint8_t recording[16];
    struct asv_db_identity identity;
    uint8_t clip[16];
    uint8_t kind;         /* enum asv_commit_kind */
    uint32_t day;         /* by the dock's clock, which is where the vault has it; 0: no clock told */
    uint32_t decided_day; /* then by the decision of two people; 0: nobody knows it */
    int64_t due_ms;       /* ASV_TIME_UNKNOWN when nobody knows its day */
    int64_t latest_ms, committed_ms;
    uint8_t key_kind;  /* 1 day, 2 reserve; 0: the header could not be read */
    uint32_t key_date; /* 0 but for a day key */
    bool early;        /* two people decided on its erasure */
};

/* A page of the clips in this state, behind that recording (NULL: the first). due_before_ms: only what is due
 * by then, or has no day; ASV_TIME_UNKNOWN: all. rows[ASV_DB_BATCH_MAX]; fewer: that was the last page. */
ASV_MUST_CHECK enum asv_status asv_db_retention_page(struct asv_db *db, enum asv_db_state state,
                                                     int64_t due_before_ms, const uint8_t *after,
                                                     struct asv_db_retained *rows, size_t *count,
                                                     struct asv_err *err);

/* A page of the clips that were recorded on another day than the one of their key, and are not due. As above.
 */
ASV_MUST_CHECK enum asv_status asv_db_rewrap_page(struct asv_db *db, const uint8_t *after,
                                                  struct asv_db_retained *rows, size_t *count,
                                                  struct asv_err *err);

/* A page of the clips under a camera's key of one day that are not erased. As above. */
ASV_MUST_CHECK enum asv_status asv_db_camera_day_page(struct asv_db *db, const uint8_t camera_cert[32],
                                                      uint32_t key_date, const uint8_t *after,
                                                      struct asv_db_retained *rows, size_t *count,
                                                      struct asv_err *err);

/* A page of clips that two people erased early, one for each camera and day of its key: where that is not
 * complete, or its period would run at that instant. As above. */
ASV_MUST_CHECK enum asv_status asv_db_early_day_page(struct asv_db *db, int64_t now_ms, const uint8_t *after,
                                                     struct asv_db_retained *rows, size_t *count,
                                                     struct asv_err *err);

/* The clip in custody with this seal header. ASV_E_NOT_FOUND. */
ASV_MUST_CHECK enum asv_status asv_db_retained_of(struct asv_db *db, const uint8_t header[32],
                                                  struct asv_db_retained *out, struct asv_err *err);

/* K-255: how many numbers that the camera gave, and that may be of this time, are of no recording here. */
ASV_MUST_CHECK enum asv_status asv_db_numbers_missing(struct asv_db *db, const uint8_t camera_cert[32],
                                                      int64_t from_ms, int64_t until_ms, uint64_t *missing,
                                                      struct asv_err *err);

/* What a camera signed when a docking had emptied it, as is said. */
struct asv_db_inventory {
    struct asv_db_inventory_place {
        uint64_t number; /* of its bulletin */
        uint8_t session[32];
    } place;
    uint8_t chain[ASV_CHAIN_MAX_BYTES];
    uint8_t inventory[ASV_INVENTORY_MAX_BYTES];
    uint8_t bulletin[ASV_BULLETIN_MAX_BYTES];
    size_t chain_len, inventory_len, bulletin_len;
};

/* K-260: the next behind that place (NULL: the first) whose bulletin is of that instant or later: those of
 * the newest one first. Of what was written down before that run began. */
ASV_MUST_CHECK enum asv_status asv_db_inventory_next(struct asv_db *db, const uint8_t camera_cert[32],
                                                     int64_t since_ms, const uint8_t run[16],
                                                     const struct asv_db_inventory_place *after,
                                                     struct asv_db_inventory *out, bool *there,
                                                     struct asv_err *err);

/* A page of the clips that two people erased early, as is said, and that no run has taken over. As above. */
ASV_MUST_CHECK enum asv_status asv_db_erasure_claims(struct asv_db *db, const uint8_t *after,
                                                     struct asv_db_retained *rows, size_t *count,
                                                     struct asv_err *err);

/* Of these, what the keeper has as gone becomes the retention job's: how many. */
ASV_MUST_CHECK enum asv_status asv_db_erasure_adopt(struct asv_db *db, const uint8_t (*recordings)[16],
                                                    size_t count, uint64_t *adopted, struct asv_err *err);

/* Or, while nothing of them is erased, they are where they were: how many. */
ASV_MUST_CHECK enum asv_status asv_db_erasure_undo(struct asv_db *db, const uint8_t (*recordings)[16],
                                                   size_t count, uint64_t *undone, struct asv_err *err);

/* A page of the clips in the range of the hold before docking with this proposal that are not erased. As
 * above. */
ASV_MUST_CHECK enum asv_status asv_db_ahead_clip_page(struct asv_db *db, const uint8_t proposal[32],
                                                      const uint8_t *after, struct asv_db_retained *rows,
                                                      size_t *count, struct asv_err *err);

/* The erasure of a batch begins: recordings[count] by the rules of these names. *begun are those of them that
 * were still neither asked for nor begun. */
ASV_MUST_CHECK enum asv_status asv_db_erasure_begin(struct asv_db *db, const uint8_t run[16],
                                                    const uint8_t (*recordings)[16], const char *const *rules,
                                                    size_t count, uint64_t *begun, struct asv_err *err);

/* Which of these run still, although they are due: left[count], *left_count of them. count <=
 * ASV_DB_BATCH_MAX. */
ASV_MUST_CHECK enum asv_status asv_db_erasure_left(struct asv_db *db, const uint8_t (*recordings)[16],
                                                   size_t count, uint8_t (*left)[16], size_t *left_count,
                                                   struct asv_err *err);

/* What people have said here of a clip's blocks: bit n, ground n. */
struct asv_db_blocks {
    uint8_t recording[16];
    uint8_t said, taken; /* taken: the keeper took it */
};

/* Of these clips; none of what nobody has said anything of. rows[count]; count <= ASV_DB_BATCH_MAX. */
ASV_MUST_CHECK enum asv_status asv_db_blocks_held(struct asv_db *db, const uint8_t (*recordings)[16],
                                                  size_t count, struct asv_db_blocks *rows, size_t *row_count,
                                                  struct asv_err *err);

/* Local days since there are keys, behind `after` (0: from the first one) and up to `until`, of which the
 * keeper has not yet said that nothing is left of their keys. days[ASV_DB_BATCH_MAX]; fewer: those were the
 * last. */
ASV_MUST_CHECK enum asv_status asv_db_days_undestroyed(struct asv_db *db, uint32_t after, uint32_t until,
                                                       uint32_t *days, size_t *count, struct asv_err *err);

/* Keeps the keeper's day statement. ASV_DB_ALREADY: it says what is known. */
ASV_MUST_CHECK enum asv_status asv_db_day_ended(struct asv_db *db, const struct asv_day_end *statement,
                                                enum asv_db_outcome *outcome, struct asv_err *err);

/* What is gone, key and files. */
struct asv_db_erased {
    uint8_t recording[16];
    const uint8_t *keeper;  /* certificate that signed order; NULL without one */
    struct asv_bytes order; /* the keeper's destruction statement; empty: none */
    int64_t issued_ms;      /* of it */
    uint8_t reason;         /* of it */
    const char *detail;     /* for a person; NULL: nothing to add */
};

/* The erasure of a batch is complete. *done are those that were not complete before. */
ASV_MUST_CHECK enum asv_status asv_db_erasure_complete(struct asv_db *db, const uint8_t run[16],
                                                       const struct asv_db_erased *erased, size_t count,
                                                       uint64_t *done, struct asv_err *err);

/* The same in two halves: the server works at it while the caller does something else, but asks nothing else
 * of db. Whoever is told a failure by either says it again with asv_db_erasure_complete. */
ASV_MUST_CHECK enum asv_status asv_db_erasure_complete_send(struct asv_db *db, const uint8_t run[16],
                                                            const struct asv_db_erased *erased, size_t count,
                                                            struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_db_erasure_complete_take(struct asv_db *db, uint64_t *done,
                                                            struct asv_err *err);

#define ASV_DB_UNLOGGED_AFTER_MS INT64_C(3600000) /* until then it is about to be written down */
#define ASV_DB_UNLOGGED          500              /* at once; others are said in the next night */

/* Of these statements with which something was shown, and of those that the database has as taken for more
 * than an hour, those of which the access log says nothing, and nobody was told: out[cap], cap >=
 * ASV_DB_UNLOGGED. */
ASV_MUST_CHECK enum asv_status asv_db_shown_unlogged(struct asv_db *db,
                                                     const uint8_t (*shown)[ASV_SHA256_BYTES],
                                                     size_t shown_count, uint8_t (*out)[ASV_SHA256_BYTES],
                                                     size_t cap, size_t *count, struct asv_err *err);

struct asv_db_untold {
    uint32_t recordings; /* 0: it is known, or people were called */
    uint8_t first[ASV_SHA256_BYTES];
};

/* Of recordings (headers[count], digests of their headers) that the keeper took to be handed over by this
 * proposal, those of which the database was not told that it did. */
ASV_MUST_CHECK enum asv_status asv_db_handover_unknown(struct asv_db *db,
                                                       const uint8_t proposal[ASV_SHA256_BYTES],
                                                       const uint8_t (*headers)[ASV_SHA256_BYTES],
                                                       size_t count, struct asv_db_untold *out,
                                                       struct asv_err *err);

#define ASV_DB_HANDOVERS 64 /* rows of one page */

/* Proposals (rows[ASV_DB_HANDOVERS], behind that one; NULL: the first) of hand-overs that the database has as
 * taken by the keeper, and that had not expired at that instant. */
ASV_MUST_CHECK enum asv_status asv_db_handover_taken(struct asv_db *db, int64_t alive_ms,
                                                     const uint8_t *after, uint8_t (*rows)[ASV_SHA256_BYTES],
                                                     size_t *count, struct asv_err *err);

/* What the database says of a clip that lies in the vault. */
struct asv_db_vault_known {
    uint32_t index; /* in the list that was asked about, from 0 */
    uint8_t header[32];
    enum asv_db_state state;
};

/* Of clips of one kind; none for those that no row names, several where several have one UUID. count <=
 * ASV_DB_BATCH_MAX; rows[cap]. ASV_E_LIMIT when there are more. */
ASV_MUST_CHECK enum asv_status asv_db_vault_known(struct asv_db *db, uint8_t kind, const uint8_t (*clips)[16],
                                                  size_t count, struct asv_db_vault_known *rows, size_t cap,
                                                  size_t *found, struct asv_err *err);

/* ---- recordings of no day ---- */

/* One on whose day people have to decide. */
struct asv_db_dayless {
    uint8_t recording[16];
    uint8_t clip[16];
    char camera_name[65];
    int64_t committed_ms;
    bool asked; /* one person has: a second one is to answer */
};

#define ASV_DB_DAYLESS 64 /* rows of one page */

/* rows[ASV_DB_DAYLESS], behind that recording (NULL: the first). */
ASV_MUST_CHECK enum asv_status asv_db_dayless_page(struct asv_db *db, const uint8_t *after,
                                                   struct asv_db_dayless *rows, size_t *count,
                                                   struct asv_err *err);

/* ---- what of one camera is in custody ---- */

struct asv_db_camera_unheld {
    uint64_t unheld, held;
    int64_t last_due_ms; /* of those that nobody holds; ASV_TIME_UNKNOWN: none of them has a day */
};

ASV_MUST_CHECK enum asv_status asv_db_camera_unheld(struct asv_db *db, const uint8_t camera_cert[32],
                                                    struct asv_db_camera_unheld *out, struct asv_err *err);

/* ---- balances ---- */

struct asv_db_balance {
    uint32_t day; /* 0: those whose day nobody knows */
    uint64_t ingested, expired, running, pending, held, quarantined, erasing, erased;
    uint64_t overdue; /* of those that run or are in quarantine: due for more than a day */
    uint64_t missing; /* arrived by an earlier balance, and their rows are gone */
};

#define ASV_DB_BALANCES 64 /* days of one page */

/* rows[ASV_DB_BALANCES], of the recording days behind that one (0: from the first). */
ASV_MUST_CHECK enum asv_status asv_db_balance_page(struct asv_db *db, uint32_t after,
                                                   struct asv_db_balance *rows, size_t *count,
                                                   struct asv_err *err);

/* Of one day; 0: of the clips whose day nobody knows. */
ASV_MUST_CHECK enum asv_status asv_db_balance_of(struct asv_db *db, uint32_t day, struct asv_db_balance *out,
                                                 struct asv_err *err);

/* Keeps it, unless it is the same as the last one of this day. */
ASV_MUST_CHECK enum asv_status asv_db_balance_put(struct asv_db *db, const uint8_t run[16],
                                                  const struct asv_db_balance *balance, struct asv_err *err);

/* ---- cameras that are out ---- */

struct asv_db_undocked {
    uint8_t camera_cert[32];
    char name[65];
    int64_t last_docked_ms;
    bool issued;        /* to somebody; else it left with recordings on it */
    uint64_t remaining; /* recordings that were on it then */
    int days;           /* the period of what was recorded on that day; 0: people have decided on none */
    char area[65];      /* operating area that it was issued for; empty: not known */
};

#define ASV_DB_UNDOCKED 64 /* rows of one page */

/* Cameras whose last docking was before that instant, and that hold recordings, or may. */
ASV_MUST_CHECK enum asv_status asv_db_undocked(struct asv_db *db, int64_t before_ms, const uint8_t *after,
                                               struct asv_db_undocked *rows, size_t *count,
                                               struct asv_err *err);

/* Counts the months that are over, as far as the ledger has them. */
ASV_MUST_CHECK enum asv_status asv_db_evaluation_close(struct asv_db *db, uint64_t *months,
                                                       struct asv_err *err);

#endif
