/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What two people decide about a recording, what blocks it, and what the rules ask before anybody may. Each
 * row names the statements that it consists of (statement.h); the keeper is right about keys, and the
 * database is told when it took one. Nothing here lists or counts by person (LAW L6): what the rules ask is
 * told about the person whose account is connected, and of one recording in a transaction. Members of
 * asv_staff call it; of requests, answers, blocks and holds ahead asv_admin's nightly run, too.
 */
#ifndef ASV_SERVER_DB_REQUEST_H
#define ASV_SERVER_DB_REQUEST_H

#include "server/db/clip.h"
#include "server/statement/statement.h"

/* The last that was said of a block on one ground, beside what the camera says of it. */
enum asv_db_block {
    ASV_DB_BLOCK_NONE = 0,
    ASV_DB_BLOCK_SET = 1, /* undecided */
    ASV_DB_BLOCK_CONFIRMED = 2,
    ASV_DB_BLOCK_LIFTED = 3,
    ASV_DB_BLOCK_OWN = 4, /* undecided, and the person who asks alone has set it */
};

/* A recording, and one person with it, now. */
struct asv_db_standing {
    struct asv_db_identity identity;
    uint8_t clip[ASV_UUID_BYTES];
    enum asv_db_state state;
    uint8_t kind; /* enum asv_commit_kind */
    char unit[65];
    uint32_t day; /* as the dock signed it; 0: no clock told */
    bool dayless; /* and nobody has decided on it */
    int64_t earliest_ms, latest_ms;
    int64_t due_ms; /* ASV_TIME_UNKNOWN: none */

    bool unsaid;                          /* nobody has written down who wore the camera */
    char unworn_reason[ASV_DB_NOTE_SIZE]; /* why nobody wore it, as was written down; empty: somebody did */
    char unworn_by[ASV_DB_NOTE_SIZE];     /* who wrote that down */

    /* The person. */
    bool wears; /* wore the camera that made it */
    bool in_charge, deputises, appraises;

    bool dwelling; /* the camera says so */
    uint32_t pre_roll_ms;
    uint8_t dwelling_block, secret_block, core_block, pre_roll_block; /* enum asv_db_block */

    /* The open request to hold, release or erase it, or on its day; open_action 0: there is none. */
    uint8_t open_proposal[ASV_SHA256_BYTES];
    uint16_t open_action;
    uint8_t open_ground;
    uint8_t open_incident[ASV_UUID_BYTES];
    char open_case[ASV_NAME_MAX_BYTES + 1];
    bool open_superior; /* made as supervisor or deputy in charge */
    bool open_by_them;  /* made by this person */
    int64_t open_expires_ms;

    /* The hold in force, of a held one. */
    uint8_t hold_proposal[ASV_SHA256_BYTES];
    uint8_t hold_ground;
    uint8_t hold_incident[ASV_UUID_BYTES];
    char hold_case[ASV_NAME_MAX_BYTES + 1];

    bool handed_over; /* two people decided that it is, and its receipt was not confirmed (LAW H10) */

    /* The person's last request to be shown it; has_look false: there was none. */
    bool has_look;
    uint8_t look_proposal[ASV_SHA256_BYTES];
    char look_outcome[16]; /* empty: open */
    uint8_t look_answer[ASV_SHA256_BYTES];
    int64_t look_expires_ms;
};

/* Of the clip with this UUID (not of a double in quarantine) and the person whose account is connected.
 * ASV_E_NOT_FOUND. */
ASV_MUST_CHECK enum asv_status asv_db_standing(struct asv_db *db, const uint8_t clip[ASV_UUID_BYTES],
                                               struct asv_db_standing *out, struct asv_err *err);

/* A camera that has not docked, and what it records in a range of time. */
struct asv_db_range {
    uint8_t camera[ASV_SHA256_BYTES]; /* certificate */
    int64_t from_ms, until_ms;
};

struct asv_db_ahead {
    char camera_name[65];
    char unit[65]; /* the camera's, now; empty: none */
    bool unsaid;   /* the camera was issued meanwhile, and nobody has written down to whom */
    bool wears, in_charge, deputises, appraises;
    uint8_t open_proposal[ASV_SHA256_BYTES];
    uint16_t open_action; /* HOLD_AHEAD or RELEASE_AHEAD; 0: no request is open */
    bool open_superior, open_by_them;
    bool counts;  /* two people decided to hold it, and it was not released */
    bool keyless; /* the camera certainly has no key of any local day of that time */
};

/* ASV_E_NOT_FOUND for a camera that is not in the register. */
ASV_MUST_CHECK enum asv_status asv_db_ahead(struct asv_db *db, const struct asv_db_range *range,
                                            struct asv_db_ahead *out, struct asv_err *err);

/* The camera was issued to this person under this assignment, or under that of this clip; holder NULL: to
 * nobody, and why. ASV_E_NOT_FOUND: no camera was. ASV_E_MISMATCH: something else was said before, unless
 * that is to be corrected. */
ASV_MUST_CHECK enum asv_status asv_db_issue_put(struct asv_db *db, const uint8_t which[ASV_UUID_BYTES],
                                                const uint8_t holder[ASV_UUID_BYTES], const char *reason,
                                                bool correct, const char *by, enum asv_db_outcome *outcome,
                                                struct asv_err *err);

/* ---- requests ---- */

/* A stored proposal opens a request; one of HOLD was taken by the keeper, which says until when it waits.
 * range: with HOLD_AHEAD and RELEASE_AHEAD, otherwise NULL. ASV_E_EXISTS: another request is open.
 * ASV_E_STATE: the recording is not where such a request begins. */
ASV_MUST_CHECK enum asv_status asv_db_request_put(struct asv_db *db, const uint8_t proposal[ASV_SHA256_BYTES],
                                                  int64_t expires_ms, const struct asv_db_range *range,
                                                  enum asv_db_outcome *outcome, struct asv_err *err);

/* This stored answer ends its request; but for OPEN the keeper took it before. until_ms: of an approved DAY,
 * the end of the recording's period as the keeper said; otherwise, and when that is over, 0. ASV_E_NOT_FOUND:
 * no request is answered by it. ASV_E_STATE: it was ended before. */
ASV_MUST_CHECK enum asv_status asv_db_request_end(struct asv_db *db, const uint8_t answer[ASV_SHA256_BYTES],
                                                  int64_t until_ms, enum asv_db_outcome *outcome,
                                                  struct asv_err *err);

/* Ends a request whose proposal is nothing that anybody signed; why is for people, who are called. By a
 * superior in charge: ASV_E_DENIED. */
ASV_MUST_CHECK enum asv_status asv_db_request_void(struct asv_db *db,
                                                   const uint8_t proposal[ASV_SHA256_BYTES], const char *why,
                                                   enum asv_db_outcome *outcome, struct asv_err *err);

/* Ends every request whose time is over. After what was not delivered went to the keeper, which may have
 * taken an approval in time. */
ASV_MUST_CHECK enum asv_status asv_db_requests_lapse(struct asv_db *db, uint64_t *lapsed,
                                                     struct asv_err *err);

/* The request to hold this recording that is open; zeros: there is none. */
ASV_MUST_CHECK enum asv_status asv_db_hold_open(struct asv_db *db, const uint8_t recording[ASV_UUID_BYTES],
                                                uint8_t proposal[ASV_SHA256_BYTES], struct asv_err *err);

/* K-215: this request ends, for the keeper has ended it, or (with ended false) has signed that it never takes
 * it. ASV_DB_ALREADY: it does not, as its approval is under way, or the keeper has not said so. */
ASV_MUST_CHECK enum asv_status asv_db_hold_lapsed(struct asv_db *db, const uint8_t recording[ASV_UUID_BYTES],
                                                  const uint8_t proposal[ASV_SHA256_BYTES], bool ended,
                                                  enum asv_db_outcome *outcome, struct asv_err *err);

struct asv_db_request {
    uint8_t proposal[ASV_SHA256_BYTES];
    uint16_t action;
    uint8_t clip[ASV_UUID_BYTES]; /* zeros: HOLD_AHEAD, RELEASE_AHEAD */
    struct asv_db_range range;
    char camera_name[65];
    uint8_t incident[ASV_UUID_BYTES];
    char case_number[ASV_NAME_MAX_BYTES + 1];
    uint8_t ground;
    bool superior;
    int64_t requested_ms, expires_ms;
    char outcome[16]; /* empty: open */
    int64_t ended_ms;
    size_t len; /* of the proposal's bytes; 0 in lists */
    uint8_t bytes[ASV_STATEMENT_MAX_BYTES];
};

#define ASV_DB_REQUEST_DIGITS 8

/* The one request whose proposal's digest begins with these hexadecimal digits. ASV_E_NOT_FOUND; ASV_E_USAGE
 * when they are too few, or name several. */
ASV_MUST_CHECK enum asv_status asv_db_request_find(struct asv_db *db, const char *digits,
                                                   struct asv_db_request *out, struct asv_err *err);

/* The newest first, without those to be shown something. clip NULL: of every recording; after NULL: from the
 * first. cap <= ASV_DB_PAGE_MAX. Without range's camera, incident, superior. */
ASV_MUST_CHECK enum asv_status asv_db_request_list(struct asv_db *db, const uint8_t *clip, bool ended,
                                                   const struct asv_db_request *after,
                                                   struct asv_db_request *rows, size_t cap, size_t *count,
                                                   struct asv_err *err);

/* ---- holds ahead of the docking ---- */

/* A recording that came into custody and that a decision keeps: the keeper is to be asked (KEEP). */
struct asv_db_held_ahead {
    struct asv_db_identity identity;
    uint8_t clip[ASV_UUID_BYTES];
    uint8_t proposal[ASV_SHA256_BYTES];
};

#define ASV_DB_HELD_AHEADS 256 /* rows of one page */

/* In the order of header and decision; after: the row before, NULL: from the first. rows[ASV_DB_HELD_AHEADS];
 * fewer: that was the last page. */
ASV_MUST_CHECK enum asv_status asv_db_held_ahead_page(struct asv_db *db,
                                                      const struct asv_db_held_ahead *after,
                                                      struct asv_db_held_ahead *rows, size_t *count,
                                                      struct asv_err *err);

/* The keeper holds it. ASV_E_STATE: no decision says so. */
ASV_MUST_CHECK enum asv_status asv_db_held_ahead(struct asv_db *db, const struct asv_db_held_ahead *what,
                                                 enum asv_db_outcome *outcome, struct asv_err *err);

/* Which decision ahead of its docking holds the recording with this header; zeros: none does. */
ASV_MUST_CHECK enum asv_status asv_db_held_ahead_by(struct asv_db *db, const uint8_t header[ASV_SHA256_BYTES],
                                                    uint8_t proposal[ASV_SHA256_BYTES], struct asv_err *err);

/* A decision that keeps what a camera brings, and what stands between it and its end. */
struct asv_db_ahead_end {
    uint8_t proposal[ASV_SHA256_BYTES];
    uint8_t camera_cert[ASV_SHA256_BYTES];
    char camera_name[65];
    int64_t from_ms, until_ms; /* its range */
    int64_t since_ms;          /* when it was approved, as signed */
    bool emptied;              /* a docking since the range's end left nothing on the camera */
    uint64_t waiting;          /* recordings in the range that it does not hold yet */
};

#define ASV_DB_AHEADS 64 /* rows of one page */

/* rows[ASV_DB_AHEADS], behind that decision (NULL: the first). */
ASV_MUST_CHECK enum asv_status asv_db_ahead_page(struct asv_db *db, const uint8_t *after,
                                                 struct asv_db_ahead_end *rows, size_t *count,
                                                 struct asv_err *err);

/* The keeper has no key of it any more. */
ASV_MUST_CHECK enum asv_status asv_db_ahead_finished(struct asv_db *db,
                                                     const uint8_t proposal[ASV_SHA256_BYTES],
                                                     enum asv_db_outcome *outcome, struct asv_err *err);

/* ---- blocks ---- */

/* A stored BLOCK, which sets a block or decides that the one that is there stays (confirms), or an UNBLOCK
 * that the keeper took. ASV_E_STATE: it stands otherwise meanwhile; ASV_E_DENIED: who signed it does not
 * decide on it. */
ASV_MUST_CHECK enum asv_status asv_db_block_put(struct asv_db *db, const uint8_t statement[ASV_SHA256_BYTES],
                                                bool confirms, enum asv_db_outcome *outcome,
                                                struct asv_err *err);

/* What stands as the decision that a block stays (asv_db_block_decision) is none, and why: it waits for one
 * again. ASV_E_DENIED: said by somebody else who decides on it, or a superior in charge. */
ASV_MUST_CHECK enum asv_status asv_db_block_void(struct asv_db *db, const uint8_t statement[ASV_SHA256_BYTES],
                                                 const char *why, enum asv_db_outcome *outcome,
                                                 struct asv_err *err);

#endif
