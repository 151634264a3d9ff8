/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The ledger in the database (docs/LEDGER.md 4): what waits for its index, and the logs. The role asv_ledger
 * extends it; asv_server and asv_admin read it.
 */
#ifndef ASV_SERVER_DB_LEDGER_H
#define ASV_SERVER_DB_LEDGER_H

#include "firmware-proto/trust/chain.h"
#include "server/db/clip.h"
#include "server/statement/credential.h"
#include "server/statement/statement.h"

#define ASV_DB_LEDGER_BATCH        256  /* entries that are appended at once */
#define ASV_DB_LEDGER_ORIGIN_SIZE  129  /* NUL included */
#define ASV_DB_LEDGER_FACTS_BYTES  1024 /* of one event */
#define ASV_DB_LEDGER_CLOSED_BYTES 8192
#define ASV_DB_LEDGER_NOTE_BYTES   16384
#define ASV_DB_LEDGER_TILE_BYTES   8192

/* A program begins to work with this database: name and version. Told twice, it stands there twice. */
ASV_MUST_CHECK enum asv_status asv_db_software_started(struct asv_db *db, const char *software,
                                                       struct asv_err *err);

/* A start of the keeper, which has no database. */
struct asv_db_start {
    uint8_t run[16]; /* random: names the process */
    int64_t at_ms;   /* when it began, by its clock */
    char software[65];
};

/* Tells of it; told again, by whomever, nothing happens. */
ASV_MUST_CHECK enum asv_status asv_db_software_seen(struct asv_db *db, const struct asv_db_start *start,
                                                    struct asv_err *err);

/* Tells of the version that a job works with, unless it is the one that was told last. */
ASV_MUST_CHECK enum asv_status asv_db_software_used(struct asv_db *db, const char *software,
                                                    struct asv_err *err);

struct asv_db_ledger_log {
    uint16_t number;
    char origin[ASV_DB_LEDGER_ORIGIN_SIZE];
    uint64_t size;
    uint8_t root[32];
    uint64_t signed_size; /* of its last signed head; 0: none */
};

/* The log that goes on. ASV_E_NOT_FOUND before the first one began. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_newest(struct asv_db *db, struct asv_db_ledger_log *out,
                                                    struct asv_err *err);

/* Begins log number, the next one. before: the head of the one before it as an entry has it, or len 0. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_begin(struct asv_db *db, uint16_t number, const char *origin,
                                                   struct asv_bytes before, struct asv_err *err);

/* An event that waits for its index. */
struct asv_db_ledger_event {
    int64_t position;
    uint8_t id[16];
    uint16_t kind;
    int64_t recorded_ms;
    uint8_t key[32];
    bool names_camera; /* by day_key */
    uint8_t day_key[32];
    size_t facts_len;
    size_t closed_len;
    uint8_t facts[ASV_DB_LEDGER_FACTS_BYTES];
    uint8_t closed[ASV_DB_LEDGER_CLOSED_BYTES];
    size_t entry_len; /* not 0: it had this entry in a log that ended before its head was signed */
    uint8_t entry[1024];
};

/* What waits longest, in order: events[ASV_DB_LEDGER_BATCH]. Personal: the caller wipes it. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_take(struct asv_db *db, struct asv_db_ledger_event *events,
                                                  size_t *count, struct asv_err *err);

struct asv_db_ledger_tile {
    uint8_t level;
    uint64_t index;
    struct asv_bytes hashes; /* all that it has now */
};

/* What log grows by, from size on. */
struct asv_db_ledger_growth {
    uint16_t log;
    uint64_t size;
    const uint8_t *old_root; /* of so many entries */
    const uint8_t *root;     /* with the new entries */
    size_t count;
    const int64_t *positions; /* [count] of the events that get their index */
    const struct asv_bytes *entries;
    size_t tile_count;
    const struct asv_db_ledger_tile *tiles;
};

/* ASV_DB_CONFLICT: the log has another size by now, or goes on no more; nothing was appended. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_append(struct asv_db *db,
                                                    const struct asv_db_ledger_growth *growth,
                                                    enum asv_db_outcome *outcome, struct asv_err *err);

/* Keeps a signed head. note: the signed note. Done, already, or conflict: the log has ended before it. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_signed(struct asv_db *db, uint16_t log, uint64_t size,
                                                    const uint8_t root[32], const char *note,
                                                    enum asv_db_outcome *outcome, struct asv_err *err);

/* The last signed head of a log, as a note into out[cap]. ASV_E_NOT_FOUND: none was signed. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_note(struct asv_db *db, uint16_t log, uint8_t *out, size_t cap,
                                                  size_t *len, struct asv_err *err);

/* The hashes of a tile, as many as it has now, into out[ASV_DB_LEDGER_TILE_BYTES]. ASV_E_NOT_FOUND. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_tile(struct asv_db *db, uint16_t log, uint8_t level,
                                                  uint64_t index, uint8_t *out, size_t *len,
                                                  struct asv_err *err);

struct asv_db_ledger_entry {
    size_t len;
    uint8_t data[1024];
};

/* Entries from an index on: out[limit], limit at most ASV_DB_LEDGER_BATCH. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_entries(struct asv_db *db, uint16_t log, uint64_t from,
                                                     uint32_t limit, struct asv_db_ledger_entry *out,
                                                     size_t *count, struct asv_err *err);

/* How much waits for its index (at most 100,000 are counted), and since when; ASV_TIME_UNKNOWN: nothing. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_waiting(struct asv_db *db, uint64_t *waiting, int64_t *oldest_ms,
                                                     struct asv_err *err);

/* The logs behind a number, in order: out[limit]. */
#define ASV_DB_LEDGER_LOGS 64
ASV_MUST_CHECK enum asv_status asv_db_ledger_logs(struct asv_db *db, uint16_t after,
                                                  struct asv_db_ledger_log out[ASV_DB_LEDGER_LOGS],
                                                  size_t *count, struct asv_err *err);

struct asv_db_ledger_head {
    uint64_t size;
    uint8_t root[32];
    size_t note_len;
    uint8_t note[ASV_DB_LEDGER_NOTE_BYTES];
};

/* The signed heads of a log behind a size, in order: out[limit]. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_heads(struct asv_db *db, uint16_t log, uint64_t after,
                                                   uint32_t limit, struct asv_db_ledger_head *out,
                                                   size_t *count, struct asv_err *err);

/* An entry, and what lies beside it. */
struct asv_db_ledger_known {
    uint16_t log;
    uint64_t index;
    uint8_t id[16];
    uint16_t kind;
    int64_t recorded_ms;
    size_t len;
    uint8_t entry[1024];
    bool has_key; /* key and fields are there */
    uint8_t key[32];
    size_t fields_len;
    uint8_t fields[ASV_DB_LEDGER_CLOSED_BYTES];
    bool forgotten; /* two people decided that they go */
    bool has_day_key;
    uint8_t day_key[32];
};

/* The same, and what the row that it tells of says now. */
struct asv_db_ledger_audit {
    struct asv_db_ledger_known known;
    bool told; /* the row is there */
    size_t facts_len;
    size_t closed_len;
    uint8_t facts[ASV_DB_LEDGER_FACTS_BYTES];
    uint8_t closed[ASV_DB_LEDGER_CLOSED_BYTES];
};

/* Entries of a log from an index on to just before another: out[until - from]. ASV_E_MISMATCH: something that
 * nobody can read stands in one of the rows. Personal: the caller wipes it. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_audit(struct asv_db *db, uint16_t log, uint64_t from,
                                                   uint64_t until, struct asv_db_ledger_audit *out,
                                                   size_t *count, struct asv_err *err);

/* The entries about what: an entry's own id, that of a clip, or of a recording as entries name it; those
 * behind (after_log, after), in order: out[limit]. Personal: the caller wipes it. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_about(struct asv_db *db, const uint8_t what[16],
                                                   uint16_t after_log, int64_t after, uint32_t limit,
                                                   struct asv_db_ledger_known *out, size_t *count,
                                                   struct asv_err *err);

#define ASV_DB_LEDGER_TAGS 64

/* An entry as whoever signs that it is to be forgotten sees it: which fields it is closed over, not what they
 * say. */
struct asv_db_ledger_shown {
    uint16_t log;
    uint64_t index;
    uint16_t kind;
    int64_t recorded_ms;
    bool has_key; /* it is closed over something */
    size_t tag_count;
    uint8_t tags[ASV_DB_LEDGER_TAGS];
    bool forgotten;
};

/* ASV_E_NOT_FOUND. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_shown(struct asv_db *db, const uint8_t id[16],
                                                   struct asv_db_ledger_shown *out, struct asv_err *err);

/* Where the next page of what the ledger tells of begins; all of it at {1, 0}. */
struct asv_db_ledger_place {
    int32_t table; /* 0: that was all */
    uint64_t block;
};

struct asv_db_ledger_untold {
    char kind[64]; /* the table */
    uint8_t id[16];
    struct asv_db_ledger_place next;
};

/* A page of the rows that the ledger should tell of: out[limit + 1], of which out[0] says in which table the
 * page is (*at then where the next one is, which is the database's word), and out[1] to out[*count] which of
 * its rows no entry tells of. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_untold(struct asv_db *db, struct asv_db_ledger_place *at,
                                                    uint32_t limit, struct asv_db_ledger_untold *out,
                                                    size_t *count, struct asv_err *err);

struct asv_db_ledger_stray {
    char what[128]; /* for people */
};

/* Entries and signed heads that no log is as large as: out[limit]. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_stray(struct asv_db *db, uint32_t limit,
                                                   struct asv_db_ledger_stray *out, size_t *count,
                                                   struct asv_err *err);

#define ASV_DB_LEDGER_RECORDS 4

/* A row that names a statement as what one person signed of it. */
struct asv_db_ledger_record {
    char what[128]; /* for people */
    uint8_t salt[32];
    size_t said_len;
    uint8_t said[16384]; /* what it says now (ST-103) */
};

/* out[ASV_DB_LEDGER_RECORDS]. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_record(struct asv_db *db, const uint8_t statement[32],
                                                    struct asv_db_ledger_record *out, size_t *count,
                                                    struct asv_err *err);

/* Until when a version that was signed at this time was kept at least, of an incident that is said to be
 * forgotten; ASV_TIME_UNKNOWN: it is not said to be. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_record_term(struct asv_db *db, const uint8_t incident[16],
                                                         int64_t at_ms, int64_t *until_ms,
                                                         struct asv_err *err);

/* Rows of incidents, and of recorded people's requests, that name no statement which could be about them, and
 * erasure records of something else than was taken in: out[limit]. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_unsigned(struct asv_db *db, uint32_t limit,
                                                      struct asv_db_ledger_stray *out, size_t *count,
                                                      struct asv_err *err);

/* The alarm of the ledger, by whoever checks it. subject: of what wrong; NULL: of the ledger. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_alarm(struct asv_db *db, const char *subject, const char *detail,
                                                   struct asv_err *err);

/* The whole ledger was checked. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_checked(struct asv_db *db, uint64_t entries, uint64_t wrong,
                                                     struct asv_err *err);

/* When that was last; before the first time, when the ledger began; ASV_TIME_UNKNOWN: there is none. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_checked_last(struct asv_db *db, int64_t *at_ms,
                                                          struct asv_err *err);

/* All logs were published. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_published(struct asv_db *db, struct asv_err *err);

/* When that was last, to an hour; ASV_TIME_UNKNOWN: never. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_published_last(struct asv_db *db, int64_t *at_ms,
                                                            struct asv_err *err);

/* Whether an entry names a signed object of custody with this digest. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_names(struct asv_db *db, const uint8_t digest[32], bool *named,
                                                   struct asv_err *err);

/* An object that an entry names, as it was signed, and who signed it. Personal. */
struct asv_db_ledger_object {
    size_t len;        /* 0: it is not there */
    size_t signer_len; /* 0: that stands in the object, or nobody did */
    uint8_t data[UINT16_MAX];
    uint8_t signer[ASV_CHAIN_MAX_BYTES]; /* a device's chain, or a person's credential record */
};

/* What the entry of this kind and id names. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_object(struct asv_db *db, uint16_t kind, const uint8_t id[16],
                                                    struct asv_db_ledger_object *out, struct asv_err *err);

/* What ledger and tables have of a statement; len 0: nothing. */
struct asv_db_ledger_said {
    uint16_t log, taken_log; /* of the entries, with their indices */
    uint64_t index, taken_index;
    size_t entry_len, taken_len, object_len, record_len;
    bool waits;          /* one of the two entries */
    uint8_t entry[1024]; /* about the statement */
    uint8_t taken[1024]; /* about that the keeper took it */
    uint8_t object[ASV_STATEMENT_MAX_BYTES];
    uint8_t record[ASV_CREDENTIAL_MAX_BYTES]; /* of who signed it */
};

ASV_MUST_CHECK enum asv_status asv_db_ledger_said(struct asv_db *db, const uint8_t digest[32],
                                                  struct asv_db_ledger_said *out, struct asv_err *err);

/* The statements that are said to have had an entry forgotten. ASV_E_NOT_FOUND. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_forgetting(struct asv_db *db, const uint8_t id[16],
                                                        uint8_t proposal[32], uint8_t approval[32],
                                                        struct asv_err *err);

/* The statement that enrolled a credential first, and was taken. ASV_E_NOT_FOUND: none did. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_enrolment(struct asv_db *db, const uint8_t credential[32],
                                                       uint8_t statement[32], struct asv_err *err);

/* The seal header of the recording that an event is of. ASV_E_NOT_FOUND. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_recorded(struct asv_db *db, const uint8_t event[16],
                                                      uint8_t header[32], struct asv_err *err);

/* LAW L3: until when an access, or a recorded person's request, of this time is kept. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_term(struct asv_db *db, int64_t at_ms, int64_t *until_ms,
                                                  struct asv_err *err);

/* Whether an event, or one of a clip's, waits for its entry. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_waits(struct asv_db *db, const uint8_t what[16], bool *waits,
                                                   struct asv_err *err);

/* LG-075. Forgets what two people have decided that is to be forgotten, and the keeper has taken; *count says
 * of how many entries. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_forget(struct asv_db *db, uint64_t *count, struct asv_err *err);

/* Running numbers of a camera within one epoch. */
struct asv_db_ledger_span {
    uint8_t epoch[16];
    uint64_t first, last;
};

/* From the last recording that began before from_ms to the first that did behind until_ms, or as far as there
 * are any; ASV_TIME_UNKNOWN: only the epoch counts. epoch NULL: the one that fits best. ASV_E_NOT_FOUND: the
 * camera has no recordings. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_span(struct asv_db *db, const uint8_t camera[32],
                                                  const uint8_t *epoch, int64_t from_ms, int64_t until_ms,
                                                  struct asv_db_ledger_span *out, struct asv_err *err);

struct asv_db_ledger_link {
    struct asv_db_ledger_known known;
    uint64_t number;
    size_t link_len; /* 0: there is no link record */
    uint8_t link[1024];
};

/* The entries that took recordings with numbers of this span into custody, in order of number; those behind
 * *after (NULL: from the first on): out[limit]. Personal: the caller wipes it. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_links(struct asv_db *db, const uint8_t camera[32],
                                                   const struct asv_db_ledger_span *span,
                                                   const struct asv_db_ledger_link *after, uint32_t limit,
                                                   struct asv_db_ledger_link *out, size_t *count,
                                                   struct asv_err *err);

/* The entries that tell of the balances of a day, as asv_db_ledger_about. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_balances(struct asv_db *db, uint32_t day, uint16_t after_log,
                                                      int64_t after, uint32_t limit,
                                                      struct asv_db_ledger_known *out, size_t *count,
                                                      struct asv_err *err);

#endif
