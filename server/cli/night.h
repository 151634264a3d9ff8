/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * One run of the retention job (docs/RETENTION.md), in the order in which night.c calls its parts. Each step
 * may be repeated: a run that was cut off anywhere is finished by the next one. What a part cannot do it
 * counts and notes; it fails only when going on makes no sense.
 */
#ifndef ASV_SERVER_CLI_NIGHT_H
#define ASV_SERVER_CLI_NIGHT_H

#include "firmware-proto/seal/age.h"
#include "firmware-proto/trust/destruction.h"
#include "server/cli/agency.h"
#include "server/cli/cli.h"
#include "server/cli/person.h"
#include "server/cli/text.h"
#include "server/db/docking.h"
#include "server/db/retention.h"
#include "server/flow/case.h"
#include "server/incident/open.h"
#include "server/keeper/client.h"
#include "server/retention/rules.h"
#include "server/vault/vault.h"

/* Exit status of the command beside 0, 1 and 2. */
#define ASV_NIGHT_EXIT_AWAY \
    3 /* database, keeper or a disk was away: what could not be done is done next time */
#define ASV_NIGHT_EXIT_OPEN 4 /* everything was tried, and something is late, failed, open or uneven */

#define ASV_NIGHT_NOTES 100 /* of one kind in a report; more are counted */

/* Why something was not erased, or a person must look at it. */
enum asv_night_kind {
    ASV_NIGHT_LATE = 0,  /* due, and its key is not known to be gone */
    ASV_NIGHT_FAILED,    /* its files could not be removed, or its state not be recorded */
    ASV_NIGHT_LOST,      /* not due, and nothing opens it any more */
    ASV_NIGHT_OPEN,      /* its erasure began and is not complete */
    ASV_NIGHT_DISAGREES, /* database and keeper say different things */
    ASV_NIGHT_ORPHAN,    /* files that no row names */
    ASV_NIGHT_UNEVEN,    /* a day that does not add up */
    ASV_NIGHT_DAYLESS,   /* a recording on whose day people have to decide */
    ASV_NIGHT_AHEAD,     /* a hold before docking that stands */
    ASV_NIGHT_UNDOCKED,  /* a camera that is out */
    ASV_NIGHT_UNDONE,    /* a part of the run that could not be done */
    ASV_NIGHT_KINDS,
};

/* Whether a camera's key of a day was found to be destroyed (asv_night_is_finished). */
struct asv_night_finish {
    uint8_t camera_cert[ASV_SHA256_BYTES];
    uint32_t date; /* 0: nobody was asked */
    bool done;
};

struct asv_night {
    const struct asv_cli *cli;
    struct asv_db *db;
    struct asv_cli_flow flow;        /* of what people signed */
    struct asv_db *recorder;         /* has one batch recorded while db is asked for the next; NULL: none */
    struct asv_night_record *record; /* which, while erasures are completed; else NULL */
    struct asv_vault *vault;
    struct asv_keeper_client *client;
    const struct asv_agency_dir *agency; /* that what the keeper signs is verified with; NULL: */
    struct asv_err no_agency;            /* why there is none */
    bool has_signer;                     /* a keeper's chain is verified: */
    uint8_t signer[ASV_SHA256_BYTES];    /* its digest */
    uint32_t day_gone;                   /* signed by it, and verified: this day's keys are destroyed */
    bool dry;
    int64_t now_ms;
    uint8_t run[16];
    unsigned stop_at, steps; /* for tests: killed after so many steps */

    bool keeper_answers;
    struct asv_keeper_status keeper;
    bool clock_judged;
    const char *clock_doubt; /* then: why nobody may go by the clock; NULL: everybody may */
    size_t kept_count;       /* what the keeper has rows for, ascending by header */
    struct asv_keeper_kept *kept;
    uint8_t *seen;                  /* a bit for each: it was compared with where the database has it */
    struct asv_night_finish finish; /* the last that was asked about */

    struct asv_db_retention_end counts;
    uint64_t begun, removed_files, rewrapped, finished, delivered, concluded, forgotten, incidents, undocked;
    uint64_t lost;                  /* not due, and nothing opens them any more */
    uint64_t aheads;                /* holds before docking that stand */
    uint64_t dayless, dayless_over; /* people have to decide on their day; of these, their time is over */
    uint64_t days;                  /* in the balance */
    uint64_t waiting;               /* open ones that wait for the end of their day, as they should */
    uint64_t days_told;             /* whose keys are destroyed: told anew */
    uint64_t months;                /* counted for the evaluation */
    uint64_t ledger_forgotten;      /* entries whose values two people had forgotten, done now */
    bool slot_open;                 /* a master slot of the keeper has not confirmed that it forgot */
    json_t *notes[ASV_NIGHT_KINDS];
    uint64_t noted[ASV_NIGHT_KINDS];
    bool away; /* something was: ASV_NIGHT_EXIT_AWAY */
};

/* ---- what all parts use (night.c) ---- */

/* Notes something for the report; subject may be empty. */
__attribute__((format(printf, 4, 5))) void asv_night_note(struct asv_night *night, enum asv_night_kind kind,
                                                          const char *subject, const char *format, ...);

/* The same about a clip, by its UUID, with its alarm. */
__attribute__((format(printf, 5, 6))) void asv_night_alarm(struct asv_night *night, enum asv_night_kind kind,
                                                           enum asv_db_alarm_kind alarm,
                                                           const struct asv_db_retained *clip,
                                                           const char *format, ...);

/* That the keeper has destroyed a day's keys is told (night_days.c). */
ASV_MUST_CHECK enum asv_status asv_night_tell_days(struct asv_night *night, struct asv_err *err);

/* A part could not be done; says whether the run can go on: not when the database is away. */
ASV_MUST_CHECK enum asv_status asv_night_undone(struct asv_night *night, const char *part,
                                                enum asv_status status, const struct asv_err *why,
                                                struct asv_err *err);

/* The agency's newest revocation list; NULL without the agency. */
static inline const struct asv_revocations *asv_night_revocations(const struct asv_night *night)
{
    return night->agency != NULL ? &night->agency->revocations : NULL;
}

/* A step is behind us: tests end the run here. */
void asv_night_step(struct asv_night *night);

/* Where a clip lies, or its tombstone. */
ASV_MUST_CHECK enum asv_status asv_night_place(const struct asv_db_retained *clip, bool tombstone,
                                               enum asv_vault_area *area, char path[ASV_VAULT_PATH_BYTES],
                                               struct asv_err *err);

/* Which clips. */
struct asv_night_pages {
    enum asv_db_state state;                  /* these; 0: */
    const struct asv_db_retained *camera_day; /* those under this one's key that are not erased; NULL: those
                                               * whose day is another than their key's */
    bool early_days;                          /* one that two people erased early for each camera and day of
                                               * those whose period runs, or that are not complete */
    bool claims;                              /* said to be erased early, and taken over by no run */
    const uint8_t *ahead;                     /* not erased, and in the range of the hold before docking with
                                               * this proposal */
    bool due;                                 /* with state: only what is due now, or has no day */
};

/* Calls batch for pages of them, one after the other; memory is that of one page. */
typedef enum asv_status (*asv_night_batch)(struct asv_night *night, const struct asv_db_retained *rows,
                                           size_t count, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_night_each(struct asv_night *night, const struct asv_night_pages *pages,
                                              asv_night_batch batch, struct asv_err *err);

/* ---- what people decided (night_decided.c, night_concluded.c) ---- */

/* What the keeper has not heard is delivered. Before it is asked what it keeps. */
ASV_MUST_CHECK enum asv_status asv_night_deliver(struct asv_night *night, struct asv_err *err);

/* What it took and nothing has followed from, follows; what it did not hear in time is said. Before anything
 * lapses. */
ASV_MUST_CHECK enum asv_status asv_night_conclude(struct asv_night *night, struct asv_err *err);

/* What stands as decided and is nothing that anybody signed, or that the keeper took, counts no more, and is
 * undone (night_stands.c). Without the agency nothing is read. */
ASV_MUST_CHECK enum asv_status asv_night_reread(struct asv_night *night, struct asv_err *err);

/* Reads a stored statement; one about recordings is verified, too. What is about people, keys and policies
 * has followed from nothing but the keeper's word. *forged: it is nothing that anybody signed; that is
 * written down, and people hear of it, once. */
ASV_MUST_CHECK enum asv_status asv_night_read(struct asv_night *night, const struct asv_db_statement *row,
                                              struct asv_person_statement *said, bool *forged,
                                              struct asv_err *err);

/* K-157, K-202: *why nothing may end by the clock alone; NULL: it may. Judged once in a run. */
ASV_MUST_CHECK enum asv_status asv_night_clock_doubt(struct asv_night *night, const char **why,
                                                     struct asv_err *err);

/* What nobody decided in time lapses; the access log and incidents are forgotten. Nothing of that while a
 * clock is in doubt, or nobody can say. */
ASV_MUST_CHECK enum asv_status asv_night_lapse(struct asv_night *night, struct asv_err *err);

/* The proposal that a stored answer answers. */
ASV_MUST_CHECK enum asv_status asv_night_read_proposal(struct asv_night *night,
                                                       const struct asv_person_statement *said,
                                                       struct asv_person_statement *proposal,
                                                       struct asv_err *err);

/* Delivers a decision with the recording, where the keeper must see that; what it wraps for the recovery key
 * goes beside it. */
ASV_MUST_CHECK enum asv_status asv_night_show(struct asv_night *night, const struct asv_exhibit_name *name,
                                              const struct asv_person_delivery *delivery, int64_t *until_ms,
                                              struct asv_err *err);

/* ---- holds before docking (night_ahead.c) ---- */

/* What is held ahead of its docking gets its key. */
ASV_MUST_CHECK enum asv_status asv_night_keep_ahead(struct asv_night *night, struct asv_err *err);

/* Those end of which everything is in; the others are noted. */
ASV_MUST_CHECK enum asv_status asv_night_finish_aheads(struct asv_night *night, struct asv_err *err);

/* ---- copies for the recovery key (night_recovery.c) ---- */

/* Lays what is missing beside held recordings. */
ASV_MUST_CHECK enum asv_status asv_night_recovery(struct asv_night *night, struct asv_err *err);

/* ---- the keeper (night_keeper.c) ---- */

/* STATUS, and all CLIPS. Without an answer the run goes on: nothing is due then. */
void asv_night_ask_keeper(struct asv_night *night);

/* All CLIPS once more. */
void asv_night_ask_kept(struct asv_night *night);

/* One clip, as the keeper has it now; ASV_KEEPER_PLAIN without blocks: it has no row. */
ASV_MUST_CHECK enum asv_status asv_night_ask_clip(struct asv_night *night, const struct asv_db_retained *clip,
                                                  struct asv_keeper_kept *out, struct asv_err *err);

/* The keeper's row of a clip; NULL: there is none, or nobody answered. */
const struct asv_keeper_kept *asv_night_find_kept(const struct asv_night *night,
                                                  const uint8_t header[ASV_SHA256_BYTES]);

/* What the keeper says of a clip's key. For a reserve key it is asked. */
enum asv_retention_key asv_night_key(struct asv_night *night, const struct asv_db_retained *clip);

/* Whether the keeper answers, and neither holds the clip with this header nor keeps it for a request. */
bool asv_night_keeper_let_go(const struct asv_night *night, const uint8_t header[ASV_SHA256_BYTES]);

/* Whether the day keys of that date are destroyed. */
enum asv_retention_key asv_night_day_key(const struct asv_night *night, uint32_t date);

/* The keeper signs that nothing opens a clip any more, or says that something does. no_row: it knows nothing
 * of the clip any more. */
enum asv_retention_key asv_night_signed_key(struct asv_night *night, const struct asv_db_retained *clip,
                                            bool no_row);

/* What the keeper keeps and the database does not know. */
ASV_MUST_CHECK enum asv_status asv_night_compare(struct asv_night *night, struct asv_err *err);

/* ---- its statement that nothing opens a clip any more (night_order.c) ---- */

/* Asks the keeper for it; several may be asked for, up to ASV_KEEPER_CLIENT_OUTSTANDING. */
ASV_MUST_CHECK enum asv_status asv_night_order_ask(struct asv_night *night, struct asv_clip_dir *dir,
                                                   uint32_t *request, struct asv_err *err);

/* Waits for it, in the order in which they were asked for; into order[*len]. *word is the keeper's own
 * status, ASV_OK also when none came. */
ASV_MUST_CHECK enum asv_status asv_night_order_take(struct asv_night *night, uint32_t request,
                                                    uint8_t order[ASV_DESTRUCTION_MAX_BYTES], size_t *len,
                                                    enum asv_status *word, struct asv_err *err);

/* Verifies it under the agency's root; it is about this clip, or proves nothing (ASV_E_MISMATCH). *out views
 * into data. */
ASV_MUST_CHECK enum asv_status asv_night_order_read(struct asv_night *night,
                                                    const struct asv_db_retained *clip, struct asv_bytes data,
                                                    struct asv_destruction *out, struct asv_err *err);

/* Whether one that verifies lies there since an earlier run; as above. */
bool asv_night_order_there(struct asv_night *night, const struct asv_db_retained *clip,
                           struct asv_clip_dir *dir, uint8_t order[ASV_DESTRUCTION_MAX_BYTES], size_t *len,
                           struct asv_destruction *out);

/* Whether one lies there that verified when it was made: its keeper's certificate may have been revoked
 * since, or have run out. */
bool asv_night_order_was(struct asv_night *night, const struct asv_db_retained *clip,
                         struct asv_clip_dir *dir);

/* As asv_night_order_there, of what lies in its tombstone. */
bool asv_night_is_buried(struct asv_night *night, const struct asv_db_retained *clip);

/* K-187: the keeper signs, verified, that all keys of the day that the clip is sealed for are destroyed, and
 * that it has no copy of one; asked once for each day. Any error says why not. */
ASV_MUST_CHECK enum asv_status asv_night_day_signed(struct asv_night *night,
                                                    const struct asv_db_retained *clip, struct asv_err *err);

/* ---- what the keeper is asked to do (night_keys.c) ---- */

/* Whether word, the keeper's own status, says that what it was shown is nothing that it knows. */
bool asv_night_is_unknown(enum asv_status word);

/* Whether word says that this clip opens with nothing that it has. What a dock
 * stored as trusted did open, so of that it says no more than that the files are damaged, and those may be
 * whole elsewhere. */
bool asv_night_never_opened(const struct asv_db_retained *clip, enum asv_status word);

/* What the keeper wraps for the recovery key. */
struct asv_night_stanza {
    size_t len; /* 0: nothing, without such a key */
    uint8_t data[ASV_AGE_X25519_STANZA_BYTES];
};

/* Has the keeper give a clip a key of its own; ahead: with AHEAD, the decision, and stanza (NULL: not
 * wanted). ASV_E_AWAY and the like: again. */
ASV_MUST_CHECK enum asv_status asv_night_keep(struct asv_night *night, const struct asv_db_retained *clip,
                                              enum asv_keeper_why why, const uint8_t *ahead,
                                              struct asv_night_stanza *stanza, struct asv_err *err);

/* Clips that need a key of their own get one; what has none any more is said. */
ASV_MUST_CHECK enum asv_status asv_night_rewrap(struct asv_night *night, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_night_finish_days(struct asv_night *night, struct asv_err *err);

/* Whether the key of an early erasure's camera day was destroyed, which the keeper is asked first. It is
 * shown what the camera signed when it was emptied after that day, when every other living clip under that
 * key has one of its own. Not asked again about the same camera and day as before. */
bool asv_night_is_finished(struct asv_night *night, const struct asv_db_retained *clip);

/* ---- what cameras signed when they were emptied (night_emptied.c) ---- */

/* By a bulletin of that instant or later (K-245), for a request of the keeper's that lets keys go. */
struct asv_night_emptied {
    const uint8_t *camera_cert;
    const char *camera; /* its name */
    int64_t since_ms;
    enum asv_status (*ask)(struct asv_night *night, const struct asv_keeper_emptied *emptied,
                           const void *about, uint32_t *request, struct asv_err *err);
    const void *about;
};

/* Asks with one after the other until the keeper takes one, or has nothing to let go; what it says that the
 * camera did not sign people hear of (K-260). ASV_E_NOT_FOUND: there is none; ASV_E_STATE: not yet. */
ASV_MUST_CHECK enum asv_status asv_night_show_emptied(struct asv_night *night,
                                                      const struct asv_night_emptied *what,
                                                      struct asv_err *err);

/* Whether there is any, as the database was told. */
ASV_MUST_CHECK enum asv_status asv_night_has_signed(struct asv_night *night,
                                                    const struct asv_night_emptied *what, bool *there,
                                                    struct asv_err *err);

/* ---- blocks (night_blocks.c) ---- */

/* What database and keeper have as blocked of what is held is compared. */
ASV_MUST_CHECK enum asv_status asv_night_blocks(struct asv_night *night, struct asv_err *err);

/* ---- the access log (night_shown.c) ---- */

/* What the keeper gave out, and the access log says nothing of, is said to people, once. */
ASV_MUST_CHECK enum asv_status asv_night_shown(struct asv_night *night, struct asv_err *err);

/* ---- hand-overs (night_handed.c) ---- */

/* What the keeper took to be handed over, and the database was not told of, is said to people, once; the
 * keeper hears what is known. What the database has as taken, and the keeper does not remember, as well. */
ASV_MUST_CHECK enum asv_status asv_night_handed(struct asv_night *night, struct asv_err *err);

/* ---- early erasures (night_early.c) ---- */

/* What two people erased early becomes the run's when the keeper says so, and is where it was when not.
 * Before what is kept is looked at. */
ASV_MUST_CHECK enum asv_status asv_night_adopt(struct asv_night *night, struct asv_err *err);

/* ---- erasing (night_erase.c) ---- */

/* What is due and whose key is gone becomes `erasing`. */
ASV_MUST_CHECK enum asv_status asv_night_begin(struct asv_night *night, struct asv_err *err);

/* Files, orders, tombstones and records of everything that is `erasing`. */
ASV_MUST_CHECK enum asv_status asv_night_complete(struct asv_night *night, struct asv_err *err);

/* Held and pending clips, counted and compared with what the keeper says. */
ASV_MUST_CHECK enum asv_status asv_night_kept(struct asv_night *night, struct asv_err *err);

/* ---- the vault (night_vault.c) ---- */

/* Directories that no row names are reported; what is left of clips that are erased, and proven to be, is
 * removed, what was left in staging and is over, and what is wrapped for the recovery key beside what is not
 * held. */
ASV_MUST_CHECK enum asv_status asv_night_sweep(struct asv_night *night, struct asv_err *err);

/* ---- recordings of no day (night_dayless.c) ---- */

ASV_MUST_CHECK enum asv_status asv_night_dayless(struct asv_night *night, struct asv_err *err);

/* ---- figures (night_balance.c) ---- */

ASV_MUST_CHECK enum asv_status asv_night_balance(struct asv_night *night, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_night_undocked(struct asv_night *night, struct asv_err *err);

/* A balance as an object of the report; a new reference. */
json_t *asv_night_balance_json(const struct asv_db_balance *row);

/* ---- the whole (night.c) ---- */

/* Everything in its order. */
ASV_MUST_CHECK enum asv_status asv_night_run(struct asv_night *night, struct asv_err *err);

#endif
