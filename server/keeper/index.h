/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The key store's index (docs/KEEPER.md 4): which key files there are, the key that opens each, and what the
 * keeper must remember about cameras, clips, people, slots and its clock. One file, encrypted under the
 * master.
 */
#ifndef ASV_KEEPER_INDEX_H
#define ASV_KEEPER_INDEX_H

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/base/world.h"
#include "firmware-proto/crypto/crypto.h"
#include "firmware-proto/trust/common.h"
#include "server/base/cleanup.h"
#include "server/keeper/slot.h"
#include "server/keeper/table.h"
#include "server/statement/credential.h"

#define ASV_INDEX_FORMAT       4
#define ASV_INDEX_HEADER_BYTES 80
#define ASV_INDEX_FILE_MAX     (18u << 20)
#define ASV_ENTRY_ID_BYTES     16
#define ASV_ENTRY_NAME_BYTES   48   /* of its file's name, NUL included */
#define ASV_HANDED_KEY_BYTES   64   /* proposal and header */
#define ASV_HANDOVERS_MAX      1024 /* that are remembered */
#define ASV_AHEAD_KEYS         20   /* of three local days, and reserve keys: a camera may use one a day */

enum asv_entry_kind {
    ASV_ENTRY_DAY = 1,
    ASV_ENTRY_RESERVE = 2,
};

/* The tables. A row begins with its key, by which the rows ascend, each once. */
enum asv_index_table {
    ASV_INDEX_ENTRIES,    /* struct asv_entry */
    ASV_INDEX_CAMERAS,    /* struct asv_index_camera */
    ASV_INDEX_KEPT,       /* struct asv_kept */
    ASV_INDEX_PEOPLE,     /* struct asv_index_person */
    ASV_INDEX_RECIPIENTS, /* struct asv_index_recipient */
    ASV_INDEX_AHEADS,     /* struct asv_index_ahead */
    ASV_INDEX_DECIDED,    /* struct asv_index_decided */
    ASV_INDEX_POLICIES,   /* struct asv_index_policy */
    ASV_INDEX_LEDGERS,    /* struct asv_index_ledger */
    ASV_INDEX_HANDOVERS,  /* struct asv_index_handover */
    ASV_INDEX_HANDED,     /* struct asv_index_handed */
    ASV_INDEX_TABLES,
};

/* One key file. Secret. */
struct asv_entry {
    uint8_t id[ASV_ENTRY_ID_BYTES];    /* random, names the file */
    uint8_t kind;                      /* enum asv_entry_kind */
    uint32_t date;                     /* DAY: local date, yyyymmdd; RESERVE: 0 */
    uint8_t subject[ASV_SHA256_BYTES]; /* RESERVE: camera certificate; DAY: zeros */
    int64_t due_ms;                    /* destroyed from this instant on; 0: not known yet */
    uint64_t generation;               /* of the index that first named the file */
    uint8_t kek[ASV_AEAD_KEY_BYTES];
    uint8_t digest[ASV_SHA256_BYTES]; /* of the whole file */
};

struct asv_index_camera {
    uint8_t cert[ASV_SHA256_BYTES];
    uint64_t number;                  /* of its last bulletin, from 1 */
    uint8_t digest[ASV_SHA256_BYTES]; /* of that bulletin */
};

/* A clip with a key of its own here, or one that is not to be opened. Secret. */
struct asv_kept {
    uint8_t header[ASV_SHA256_BYTES]; /* digest of its signed seal header */
    uint8_t state;                    /* enum asv_keeper_state */
    uint8_t blocks;                   /* bit n: ground n */
    uint8_t corrected; /* 1: its period is not its key's, but what was said of the clip's own day: once */
    uint8_t released;  /* RUNS, PENDING, OVER: 1: two people released it, and held it not again since */
    uint8_t file_key[ASV_FILE_KEY_BYTES]; /* RUNS, PENDING, HELD; otherwise zeros */
    int64_t due_ms;                       /* RUNS, PENDING: destroyed from this instant on; otherwise 0 */
    int64_t period_ms;                    /* end of its own period: until then it runs when it is not held */
    int64_t forget_ms;                    /* nothing in this store opens it by itself from here on */
    int64_t ended_ms;                     /* OVER: when it ran out; otherwise 0 */
    int64_t held_ms;                      /* HELD: since when, by people's word; otherwise 0 */
    uint8_t incident[ASV_UUID_BYTES];     /* PENDING, HELD; otherwise zeros */
    uint8_t decision[ASV_SHA256_BYTES];   /* PENDING, HELD: digest of the proposal; otherwise zeros */
    uint8_t camera[ASV_SHA256_BYTES];     /* its certificate; zeros with PLAIN, when it is not known */
    uint32_t key_date;                    /* of the day key it was sealed for; 0: reserve key, or not known */
    uint8_t blocker[ASV_UUID_BYTES];      /* PLAIN: the person who blocked it first; otherwise zeros */
};

enum asv_person_state {
    ASV_PERSON_FOUNDED = 1,  /* by the agency root: counts like one that people enrolled */
    ASV_PERSON_ENROLLED = 2, /* by two people */
    ASV_PERSON_REVOKED = 3,
};

/* A credential. The record itself comes with each request, and has this digest. */
struct asv_index_person {
    uint8_t credential[ASV_SHA256_BYTES]; /* digest of the record */
    uint8_t state;                        /* enum asv_person_state */
    uint8_t person[ASV_UUID_BYTES];
    uint8_t badge[ASV_SHA256_BYTES];
    uint16_t roles;
    int64_t until_ms;
    uint8_t algorithm;
    uint8_t pk[ASV_P256_PK_BYTES]; /* Ed25519: its key, then zeros */
};

struct asv_index_recipient {
    uint8_t pk[ASV_X25519_BYTES];
    uint8_t name[ASV_SHA256_BYTES]; /* digest of the name */
    uint8_t ended;                  /* 1: no more hand-over */
};

/* A HOLD_AHEAD: what a camera recorded, before it docks. Secret. */
struct asv_index_ahead {
    uint8_t decision[ASV_SHA256_BYTES]; /* digest of the proposal */
    uint8_t camera[ASV_SHA256_BYTES];
    int64_t from_ms, until_ms; /* recordings that begin in [from, until) */
    int64_t decided_ms;        /* 0: while the clock was in doubt */
    int64_t since_ms;          /* what was proposed before is not about it (K-199, K-206) */
    uint8_t incident[ASV_UUID_BYTES];
    uint16_t left; /* keys that it has no copy of: there was no room, or they could not be read */
    uint8_t key_count;
    struct asv_ahead_key { /* ascending by id, each once */
        uint8_t id[ASV_KEY_ID_BYTES];
        uint32_t date;  /* 0: a reserve key */
        int64_t due_ms; /* of a reserve key, as of its own; 0: it is in use, or a day's */
        uint8_t sk[ASV_X25519_BYTES];
    } keys[ASV_AHEAD_KEYS];
};

enum asv_decided_how {
    ASV_DECIDED_DONE = 1,
    ASV_DECIDED_REFUSED = 2, /* or withdrawn */
    ASV_DECIDED_SHOWN = 3,   /* a SHOW: it gave the file key, or it was to */
};

/* What was made of a proposal, or of a statement that one person makes alone. */
struct asv_index_decided {
    uint8_t proposal[ASV_SHA256_BYTES];
    uint8_t how;                      /* enum asv_decided_how */
    uint8_t answer[ASV_SHA256_BYTES]; /* digest of the answer; zeros when there is none */
    uint8_t alone[ASV_SHA256_BYTES]; /* credential of who said so alone; zeros: two people did, or the root */
    int64_t until_ms;                /* forgotten from here on: both have expired */
    int64_t at_ms;                   /* when it was decided */
};

struct asv_index_policy {
    uint8_t decision[ASV_SHA256_BYTES]; /* digest of the proposal */
    uint8_t digest[ASV_SHA256_BYTES];   /* of the policy file */
    uint32_t version;
    uint16_t days;
    uint32_t from_date; /* local: recordings from this day on */
};

/* A ledger's last head that was signed: nothing but what begins with it is signed after it. */
struct asv_index_ledger {
    uint8_t id[ASV_SHA256_BYTES];           /* of its origin */
    uint8_t before[ASV_SHA256_BYTES];       /* the one that ended when this began; zeros: none */
    uint8_t ended;                          /* 1: another one went on */
    uint64_t size;                          /* of the tree ... */
    uint8_t root[ASV_SHA256_BYTES];         /* ... and its root */
    char origin[ASV_KEEPER_ORIGIN_MAX + 1]; /* zeros behind it */
};

/* A HAND_OVER that was taken: whose keys may have left. */
struct asv_index_handover {
    uint8_t proposal[ASV_SHA256_BYTES]; /* digest of it, which names the plan */
    uint8_t answer[ASV_SHA256_BYTES];   /* of the approval that it was taken with first */
    int64_t taken_ms;
    int64_t until_ms; /* nothing leaves by it any more */
    uint32_t lines;   /* of the record of decisions that it may still have, but for what is drawn */
    uint8_t noted;    /* 1: the nightly run has written down what became of it */
};

/* One clip of it. */
struct asv_index_handed {
    uint8_t proposal[ASV_SHA256_BYTES];
    uint8_t header[ASV_SHA256_BYTES];
    uint8_t clear; /* 1: its key may leave as it is, and not wrapped alone */
};

struct asv_index_slot {
    uint8_t id[ASV_SLOT_ID_BYTES];
    char label[ASV_KEEPER_SLOT_LABEL];
    uint64_t confirmed_epoch; /* it held this master and no other; 0: never */
};

/* Secret: lives in memory from asv_secret_alloc. */
struct asv_index {
    uint8_t store[ASV_STORE_ID_BYTES];
    uint64_t epoch;      /* the master's number, from 1; rises with every destruction */
    uint64_t generation; /* from 1; rises with every commit */
    int64_t wall_ms;     /* when it was committed, or one before it: the newest instant of them all (K-122) */
    uint8_t stop;        /* enum asv_keeper_stop */
    int64_t stop_since_ms;
    uint64_t revocations; /* number of the newest revocation list that was seen; 0: none */
    bool has_recovery;
    uint8_t recovery_pk[ASV_X25519_BYTES]; /* held clips are wrapped to it, too; zeros without */
    bool mirrored;                         /* when it was committed, the store had a replica */
    uint32_t first_version; /* the policy that counts until people decide on one: its version */
    uint16_t first_days;    /* ... and its period */
    uint8_t slot_count;
    struct asv_index_slot slots[ASV_KEEPER_SLOTS_MAX];
    struct asv_table tables[ASV_INDEX_TABLES];
};

/* Rows of a table; NULL when it is empty. Pointers live until the next change of that table. */
static inline struct asv_entry *asv_entries(const struct asv_index *index)
{
    return index->tables[ASV_INDEX_ENTRIES].rows;
}

static inline struct asv_kept *asv_kept_rows(const struct asv_index *index)
{
    return index->tables[ASV_INDEX_KEPT].rows;
}

static inline uint32_t asv_index_count(const struct asv_index *index, enum asv_index_table table)
{
    return index->tables[table].count;
}

/* "day-20260105-<id>" or "reserve-<id>". */
void asv_entry_name(char out[ASV_ENTRY_NAME_BYTES], const struct asv_entry *entry);

/* A new empty index in locked memory; the caller frees it with asv_index_free. */
ASV_MUST_CHECK enum asv_status asv_index_new(struct asv_index **out);
void asv_index_free(struct asv_index *index); /* wipes; NULL is fine */
ASV_MUST_CHECK enum asv_status asv_index_copy(struct asv_index **out, const struct asv_index *index);

static inline void asv_cleanup_index(struct asv_index **index)
{
    asv_index_free(*index);
}

#define asv_auto_index ASV_CLEANUP(asv_cleanup_index)

/* Room for so many rows, or for the most that the table may have. */
ASV_MUST_CHECK enum asv_status asv_index_reserve_rows(struct asv_index *index, enum asv_index_table table,
                                                      uint32_t room);

/* Inserts a copy of a row at its place. ASV_E_BUSY when full, ASV_E_EXISTS, ASV_E_NO_MEMORY. */
ASV_MUST_CHECK enum asv_status asv_index_add(struct asv_index *index, enum asv_index_table table,
                                             const void *row);

/* Wipes row number at and closes the gap. */
void asv_index_drop(struct asv_index *index, enum asv_index_table table, uint32_t at);

/* Drops the row with this key; none is fine. */
void asv_index_drop_key(struct asv_index *index, enum asv_index_table table, const uint8_t *key);

/* The row with this key, or NULL. */
void *asv_index_find(const struct asv_index *index, enum asv_index_table table, const uint8_t *key);

/* How many rows a table may have. */
uint32_t asv_index_max(enum asv_index_table table);

/* Row number at. */
void *asv_index_row(const struct asv_index *index, enum asv_index_table table, uint32_t at);

/* The first row whose key is above this one; the table's count when there is none. */
uint32_t asv_index_after(const struct asv_index *index, enum asv_index_table table, const uint8_t *key);

/* The next file of this day behind after (NULL: the first), or NULL. */
struct asv_entry *asv_index_day(const struct asv_index *index, uint32_t date, const struct asv_entry *after);

/* The same of this camera's reserve keys that are in use: whose due is not set. */
struct asv_entry *asv_index_reserve(const struct asv_index *index, const uint8_t camera[ASV_SHA256_BYTES],
                                    const struct asv_entry *after);

/* The first due instant of what ends by itself: key files and kept clips; 0: nothing has one. */
int64_t asv_index_next_due_ms(const struct asv_index *index);

/* K-211: what a hold before docking has a copy of: of a day, or (date 0) of a reserve key with its due
 * instant. Where there is no room, the reserve key that ends first gives way, be it this one, and is counted
 * as left. True: a copy that the row had went (K-231). */
bool asv_index_ahead_copy(struct asv_index_ahead *row, uint32_t date, int64_t due_ms,
                          const uint8_t sk[ASV_X25519_BYTES]);

/* One more key that it has no copy of. */
void asv_index_ahead_left(struct asv_index_ahead *row);

/* K-232: of how many keys holds before docking have no copy. */
uint32_t asv_index_aheads_left(const struct asv_index *index);

/* The ledger that goes on, or NULL. */
struct asv_index_ledger *asv_index_ledger_now(const struct asv_index *index);

/* The camera's row, made when it is missing. Errors as asv_index_add. */
ASV_MUST_CHECK enum asv_status asv_index_camera(struct asv_index *index, const uint8_t cert[ASV_SHA256_BYTES],
                                                struct asv_index_camera **out);

/* ---- rows as bytes (index_rows.c) ---- */

/* Of one row, at most. */
size_t asv_index_row_bytes(enum asv_index_table table);
void asv_index_row_write(struct asv_writer *out, enum asv_index_table table, const void *row);

/* Reads one row into out, which has room for any. ASV_E_MALFORMED, ASV_E_UNSUPPORTED. */
ASV_MUST_CHECK enum asv_status asv_index_row_read(struct asv_reader *in, enum asv_index_table table,
                                                  void *out);

union asv_index_any_row {
    struct asv_entry entry;
    struct asv_index_camera camera;
    struct asv_kept kept;
    struct asv_index_person person;
    struct asv_index_recipient recipient;
    struct asv_index_ahead ahead;
    struct asv_index_decided decided;
    struct asv_index_policy policy;
    struct asv_index_ledger ledger;
    struct asv_index_handover handover;
    struct asv_index_handed handed;
};

/* ---- the file ---- */

/* Encrypts the index under the master with a salt from world. *out is the whole file, from malloc.
 * ASV_E_INTERNAL: no reader would take it. */
ASV_MUST_CHECK enum asv_status asv_index_seal(const struct asv_index *index,
                                              const uint8_t master[ASV_MASTER_KEY_BYTES],
                                              const struct asv_world *world, uint8_t **out, size_t *len,
                                              struct asv_err *err);

/* What an index file says without the master; nothing in it may be believed. */
struct asv_index_label {
    uint8_t store[ASV_STORE_ID_BYTES];
    uint64_t epoch;
    uint64_t generation;
    uint8_t salt[ASV_SHA256_BYTES];
    uint32_t sealed_bytes; /* ciphertext and tag, which follow and end the file */
};

/* ASV_E_MALFORMED, ASV_E_UNSUPPORTED. */
ASV_MUST_CHECK enum asv_status asv_index_label_read(struct asv_index_label *out, const void *data,
                                                    size_t len);

/* ASV_E_DIGEST when it is not the master's, otherwise as asv_index_decode. The caller frees *out. */
ASV_MUST_CHECK enum asv_status asv_index_open(struct asv_index **out, const void *data, size_t len,
                                              const uint8_t master[ASV_MASTER_KEY_BYTES],
                                              struct asv_err *err);

/* Whether it opens but for what it says of its format and suite, which is damaged then: no other program
 * wrote it. */
bool asv_index_is_damaged(const void *data, size_t len, const uint8_t master[ASV_MASTER_KEY_BYTES]);

/* The plaintext on its own: for asv_index_open and for tests. ASV_E_MALFORMED, ASV_E_LIMIT,
 * ASV_E_UNSUPPORTED, ASV_E_NO_MEMORY. store, epoch and generation are the label's. */
ASV_MUST_CHECK enum asv_status asv_index_decode(struct asv_index **out, const void *plain, size_t len,
                                                struct asv_err *err);

#endif
