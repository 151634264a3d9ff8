/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The key store's index (docs/KEEPER.md 4): which key files there are, the key that opens each, and what the
 * keeper must remember about cameras, slots and its clock. One small file, encrypted under the master.
 */
#ifndef ASV_KEEPER_INDEX_H
#define ASV_KEEPER_INDEX_H

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/base/world.h"
#include "firmware-proto/crypto/crypto.h"
#include "server/base/cleanup.h"
#include "server/keeper/slot.h"

#define ASV_INDEX_FORMAT       1
#define ASV_INDEX_HEADER_BYTES 80
#define ASV_INDEX_FILE_MAX     (16u << 20)
#define ASV_INDEX_ENTRIES_MAX  65536 /* 140 bytes each; room for every hold of years */
#define ASV_INDEX_CAMERAS_MAX  16384 /* 72 bytes each */
#define ASV_ENTRY_ID_BYTES     16
#define ASV_ENTRY_NAME_BYTES   48 /* of its file's name, NUL included */

enum asv_entry_kind {
    ASV_ENTRY_DAY = 1,
    ASV_ENTRY_RESERVE = 2,
    ASV_ENTRY_HOLD = 3,    /* reserved */
    ASV_ENTRY_PENDING = 4, /* reserved */
};

/* One key file. Secret. */
struct asv_entry {
    uint8_t id[ASV_ENTRY_ID_BYTES];    /* random, names the file */
    uint8_t kind;                      /* enum asv_entry_kind */
    uint32_t date;                     /* DAY: local date, yyyymmdd; otherwise 0 */
    uint8_t subject[ASV_SHA256_BYTES]; /* RESERVE: camera certificate; HOLD, PENDING: header; DAY: zeros */
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

struct asv_index_slot {
    uint8_t id[ASV_SLOT_ID_BYTES];
    char label[ASV_KEEPER_SLOT_LABEL];
    uint64_t confirmed_epoch; /* it held this master and no other; 0: never */
};

/* Secret, entries above all: lives in memory from asv_secret_alloc. */
struct asv_index {
    uint8_t store[ASV_STORE_ID_BYTES];
    uint64_t epoch;      /* the master's number, from 1; rises with every destruction */
    uint64_t generation; /* from 1; rises with every commit */
    int64_t wall_ms;     /* when it was committed */
    uint8_t stop;        /* enum asv_keeper_stop */
    int64_t stop_since_ms;
    uint64_t revocations; /* number of the newest revocation list that was seen; 0: none */
    uint8_t slot_count;
    struct asv_index_slot slots[ASV_KEEPER_SLOTS_MAX];
    uint32_t entry_count, entry_cap;
    struct asv_entry *entries; /* ids ascend; asv_secret_alloc */
    uint32_t camera_count, camera_cap;
    struct asv_index_camera *cameras; /* certs ascend; asv_secret_alloc */
};

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

/* Inserts a copy at its place. ASV_E_LIMIT when full, ASV_E_EXISTS, ASV_E_NO_MEMORY. */
ASV_MUST_CHECK enum asv_status asv_index_add(struct asv_index *index, const struct asv_entry *entry);

/* Wipes entries[at] and closes the gap. */
void asv_index_drop(struct asv_index *index, uint32_t at);

/* The entry with this id, or NULL. */
struct asv_entry *asv_index_find(struct asv_index *index, const uint8_t id[ASV_ENTRY_ID_BYTES]);

/* The next file of this day behind after (NULL: the first), or NULL. */
struct asv_entry *asv_index_day(const struct asv_index *index, uint32_t date, const struct asv_entry *after);

/* The same of this camera's reserve keys that are in use: whose due is not set. */
struct asv_entry *asv_index_reserve(const struct asv_index *index, const uint8_t camera[ASV_SHA256_BYTES],
                                    const struct asv_entry *after);

/* The camera's row, made when it is missing. Errors as asv_index_add. The pointer lives until the next add.
 */
ASV_MUST_CHECK enum asv_status asv_index_camera(struct asv_index *index, const uint8_t cert[ASV_SHA256_BYTES],
                                                struct asv_index_camera **out);

/* Encrypts the index under the master with a salt from world. *out is the whole file, from malloc. */
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

/* The plaintext on its own: for asv_index_open and for tests. ASV_E_MALFORMED, ASV_E_LIMIT,
 * ASV_E_UNSUPPORTED, ASV_E_NO_MEMORY. store, epoch and generation are the label's. */
ASV_MUST_CHECK enum asv_status asv_index_decode(struct asv_index **out, const void *plain, size_t len,
                                                struct asv_err *err);

#endif
