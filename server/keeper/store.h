/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The key store (docs/KEEPER.md 2 to 5, 7): key files and an index in a directory, and in a second one if
 * there is a replica; the index's master in slots elsewhere. Every change is one commit, which a crash at any
 * call leaves undone or done. Destroying keys is a commit under a new master: when the slots have forgotten
 * the old one, no copy of old files opens.
 *
 * Errors of the medium after a commit began leave the store closed until asv_store_ready reads it anew.
 */
#ifndef ASV_KEEPER_STORE_H
#define ASV_KEEPER_STORE_H

#include "firmware-proto/base/world.h"
#include "firmware-proto/trust/common.h"
#include "server/keeper/dayfile.h"
#include "server/keeper/index.h"
#include "server/keeper/mirror.h"
#include "server/keeper/slot.h"

#define ASV_STORE_TPM_AUTH  "tpm-auth" /* the one file in the directories that others write (K-077) */
#define ASV_STORE_SLOTS_MIN 2
#define ASV_STORE_SLOTS_MAX 4 /* configured; the index remembers up to ASV_KEEPER_SLOTS_MAX */

/* All borrowed; must outlive the store. */
struct asv_store_setup {
    struct asv_disk disk;
    struct asv_disk replica; /* without calls: there is none */
    const struct asv_slot *slots;
    size_t slot_count;
    const struct asv_world *world;
    uint32_t first_version; /* of the policy until people decide on one: what the store is made with */
    uint16_t first_days;    /* ... and its period, 1 to ASV_STATEMENT_DAYS_MAX */
};

struct asv_store_slot {
    bool reachable; /* at its last use */
    bool has_id;
    uint8_t id[ASV_SLOT_ID_BYTES];
};

/* Fields are for server/keeper alone. */
struct asv_store {
    struct asv_store_setup setup;
    struct asv_mirror mirror;
    bool open; /* false: nothing below counts until asv_store_ready */
    struct asv_index *index;
    uint8_t *master; /* asv_secret_alloc */
    struct asv_store_slot slots[ASV_STORE_SLOTS_MAX];
    uint32_t damaged; /* key files that no directory has as the index names them: counted when the store is
                       * opened or brought in step, and at least 1 when one was met since */
    bool
        head_lost; /* of the ledger that goes on: a head was signed, and the file with the last one is gone */
    uint32_t diverged; /* files of decisions that were not alike: both were kept (K-075) */
};

/* Makes an empty store: in directories without an index, in slots without a master. ASV_E_EXISTS otherwise;
 * ASV_E_USAGE for fewer than two slots or two of one label; ASV_E_IO unless every slot confirms and every
 * directory has it. */
ASV_MUST_CHECK enum asv_status asv_store_create(const struct asv_store_setup *setup, struct asv_err *err);

/* Opens the newest index that a slot's master opens, whichever directory it is in; finishes or undoes what a
 * crash left, brings every reachable slot and the other directory up to date. ASV_E_NOT_FOUND: no store was
 * made here. ASV_E_USAGE: it was made with another period (K-132). ASV_E_DIGEST: no slot's master opens the
 * index. ASV_E_MISMATCH: slots or directories of two stores, one slot copied to two places, or an index that
 * comes from an earlier time. ASV_E_AWAY: what is away may be newer. The caller closes *out. */
ASV_MUST_CHECK enum asv_status asv_store_open(struct asv_store **out, const struct asv_store_setup *setup,
                                              struct asv_err *err);
void asv_store_close(struct asv_store *store); /* wipes; NULL is fine */

/* ASV_OK when the store is open; reads it anew when an error had closed it. */
ASV_MUST_CHECK enum asv_status asv_store_ready(struct asv_store *store, struct asv_err *err);

/* Looks at each slot, and brings slots and directories up to date that were away. Commits nothing when there
 * is none. */
ASV_MUST_CHECK enum asv_status asv_store_heal(struct asv_store *store, struct asv_err *err);

/* Whether a slot can be struck off. ASV_E_NOT_FOUND: none with this id is remembered. ASV_E_STATE: it is
 * there. */
ASV_MUST_CHECK enum asv_status asv_store_may_forget_slot(const struct asv_store *store,
                                                         const uint8_t id[ASV_SLOT_ID_BYTES],
                                                         struct asv_err *err);

/* Strikes off a slot that is lost for good, under a new master: what it holds opens nothing from now on.
 * Errors as above, and those of a commit. */
ASV_MUST_CHECK enum asv_status asv_store_forget_slot(struct asv_store *store,
                                                     const uint8_t id[ASV_SLOT_ID_BYTES],
                                                     struct asv_err *err);

/* ---- a change ---- */

struct asv_store_change {
    struct asv_store *store;
    struct asv_index *next; /* what the index will be; change it at will */
    bool files;             /* key files were written */
    bool destroys;          /* a copy that was committed gave way: the commit destroys (K-231) */
};

/* ASV_E_AWAY when the store is closed. Ends with commit or asv_store_abort. */
ASV_MUST_CHECK enum asv_status asv_store_begin(struct asv_store *store, struct asv_store_change *change,
                                               struct asv_err *err);

/* Writes a key file and its entry; of entry, kind, date, subject and due_ms are given, the rest is set. */
ASV_MUST_CHECK enum asv_status asv_store_put(struct asv_store_change *change, struct asv_entry *entry,
                                             const struct asv_dayfile *file, struct asv_err *err);

/* Whether the store's next index is the change's. destroy: under a new master; what the change dropped is
 * then gone with the last slot that forgets the old one. ASV_OK when at least one slot has; the others are
 * open erasures. The change is over, however this ends. */
ASV_MUST_CHECK enum asv_status asv_store_commit(struct asv_store_change *change, bool destroy,
                                                struct asv_err *err);
void asv_store_abort(struct asv_store_change *change);

/* K-036: when a directory fell out of use since the last commit, one under a new master. Every commit ends
 * with it; what is reported without a commit comes after it. */
ASV_MUST_CHECK enum asv_status asv_store_fence(struct asv_store *store, struct asv_err *err);

/* ---- heads (store_head.c) ---- */

/* The last head of this ledger that is signed, on the medium, in every directory: without an index. Errors as
 * of a commit. */
ASV_MUST_CHECK enum asv_status asv_store_put_head(struct asv_store *store,
                                                  const uint8_t ledger[ASV_SHA256_BYTES], uint64_t size,
                                                  const uint8_t root[ASV_SHA256_BYTES], struct asv_err *err);

/* ---- keys (store_keys.c) ---- */

struct asv_store_day {
    uint32_t date;
    int64_t due_ms;
};

/* A key of this camera for each of these days that has none. *made says how many were new. Where the file of
 * a day is damaged, a key that stood in it is replaced: it may come back with its file. */
ASV_MUST_CHECK enum asv_status asv_store_make_days(struct asv_store *store,
                                                   const uint8_t camera[ASV_SHA256_BYTES],
                                                   const struct asv_store_day *days, size_t count,
                                                   uint16_t *made, struct asv_err *err);

/* Public keys of this camera for these dates, up to the first one without. */
struct asv_store_public {
    uint32_t date; /* given */
    uint8_t pk[ASV_X25519_BYTES];
};
ASV_MUST_CHECK enum asv_status asv_store_days(struct asv_store *store, const uint8_t camera[ASV_SHA256_BYTES],
                                              struct asv_store_public *days, size_t max, size_t *count,
                                              struct asv_err *err);

/* Private; wipe it. */
struct asv_store_key {
    int64_t due_ms; /* 0: not known yet */
    uint8_t sk[ASV_X25519_BYTES];
};

/* The key of this camera with this id: kind ASV_KEY_DAY of that date, or ASV_KEY_RESERVE. ASV_E_NOT_FOUND:
 * there never was one, or it is destroyed; every other error says nothing about that. */
ASV_MUST_CHECK enum asv_status asv_store_find(struct asv_store *store, uint8_t kind, uint32_t date,
                                              const uint8_t camera[ASV_SHA256_BYTES],
                                              const uint8_t id[ASV_KEY_ID_BYTES], struct asv_store_key *out,
                                              struct asv_err *err);

/* In a change: the public half of the reserve key in use, which is made when there is none, or none that can
 * be read. */
ASV_MUST_CHECK enum asv_status asv_store_reserve(struct asv_store_change *change,
                                                 const uint8_t camera[ASV_SHA256_BYTES],
                                                 uint8_t pk[ASV_X25519_BYTES], struct asv_err *err);

/* In a change: this camera's reserve key was used, and is in use no more; it is due then. */
void asv_store_reserve_used(struct asv_store_change *change, const uint8_t camera[ASV_SHA256_BYTES],
                            int64_t due_ms);

/* Remembers the number of a revocation list. */
ASV_MUST_CHECK enum asv_status asv_store_set_revocations(struct asv_store *store, uint64_t number,
                                                         struct asv_err *err);

/* Destruction stands still from now on. */
ASV_MUST_CHECK enum asv_status asv_store_stop(struct asv_store *store, uint8_t stop, int64_t now_ms,
                                              struct asv_err *err);

/* Destroys every key that is due at now_ms; *count says how many that were. */
ASV_MUST_CHECK enum asv_status asv_store_destroy_due(struct asv_store *store, int64_t now_ms, uint32_t *count,
                                                     struct asv_err *err);

/* Drops every key that is due at now_ms, and what else ends with time, from an index that is to be committed.
 * How many keys went; with more than none, the commit must destroy. */
uint32_t asv_store_drop_due(struct asv_index *next, int64_t now_ms);

/* This camera's next key of that day, or (date 0) the next of its reserve keys, in the files from *at on,
 * which moves behind it: a camera has several where a file was damaged (K-050), or a reserve key was used.
 * ASV_E_NOT_FOUND: there is none any more; ASV_E_DIGEST: one may be in a file that is damaged, which *at is
 * behind. Private; wipe it. */
ASV_MUST_CHECK enum asv_status asv_store_next_key(struct asv_store *store, uint32_t date,
                                                  const uint8_t camera[ASV_SHA256_BYTES], uint32_t *at,
                                                  struct asv_store_key *out, struct asv_err *err);

/* Whether this is the private half of the key with this id. */
bool asv_store_is_key(const uint8_t sk[ASV_X25519_BYTES], const uint8_t id[ASV_KEY_ID_BYTES]);

/* Destroys one camera's keys of one day. ASV_E_NOT_FOUND when there is none; ASV_E_AWAY when one may be in a
 * file that is damaged: all others are destroyed then. */
ASV_MUST_CHECK enum asv_status asv_store_destroy_camera_day(struct asv_store *store,
                                                            const uint8_t camera[ASV_SHA256_BYTES],
                                                            uint32_t date, struct asv_err *err);

/* Everything of STATUS but memory_locked. The store must be open. */
void asv_store_status(const struct asv_store *store, int64_t now_ms, struct asv_keeper_status *out);

#endif
