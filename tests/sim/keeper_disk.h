/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A disk and master slots for the key store that fail or lose power at a chosen call, and that remember every
 * byte they ever held: what an attacker with all old copies would have.
 *
 * What was not synced may be lost at a power cut, in whole or in part: a file's bytes until its own sync, a
 * name until the directory's. A slot that is being written is torn.
 */
#ifndef ASV_TESTS_SIM_KEEPER_DISK_H
#define ASV_TESTS_SIM_KEEPER_DISK_H

#include <stdbool.h>

#include "server/keeper/disk.h"
#include "server/keeper/index.h"
#include "server/keeper/slot.h"
#include "server/keeper/store.h"

enum keeper_fault {
    KEEPER_FAIL_BEFORE, /* the call does nothing and fails */
    KEEPER_FAIL_AFTER,  /* the call does its work and says it failed */
    KEEPER_CUT_NONE,    /* power cut; of what was not synced, nothing survives */
    KEEPER_CUT_ALL,     /* ... everything */
    KEEPER_CUT_SOME,    /* ... each piece or not, as the seed says */
    KEEPER_FAULTS,
};

#define KEEPER_DISK_SLOTS 2
#define KEEPER_DISK_FILES 256
#define KEEPER_DISK_PAST  4096

struct keeper_blob {
    uint8_t *data;
    size_t len;
};

struct keeper_file {
    char name[ASV_ENTRY_NAME_BYTES];
    int inode;
};

struct keeper_inode {
    struct keeper_blob content;
    bool synced;
};

struct keeper_op {
    bool link; /* to -> inode; otherwise a removal */
    char from[ASV_ENTRY_NAME_BYTES];
    char to[ASV_ENTRY_NAME_BYTES];
    int inode;
};

struct keeper_fake_slot {
    struct keeper_disk *home;  /* remembers what it held */
    struct keeper_disk *owner; /* whose calls its calls are */
    bool away;
    uint8_t cells[ASV_SLOT_CELLS][ASV_SLOT_CELL_BYTES];
};

struct keeper_disk {
    uint64_t seed;
    struct keeper_disk *first;   /* of a replica: the disk that remembers what both held. Otherwise NULL */
    struct keeper_disk *with[2]; /* of the same machine: where power goes when it goes here */
    bool away;                   /* every call fails until it is back; nothing is lost */
    struct keeper_file now[KEEPER_DISK_FILES], durable[KEEPER_DISK_FILES];
    size_t now_count, durable_count;
    struct keeper_inode inodes[KEEPER_DISK_PAST];
    int inode_count;
    struct keeper_op pending[KEEPER_DISK_FILES];
    size_t pending_count;
    struct keeper_fake_slot slots[KEEPER_DISK_SLOTS];

    size_t largest;    /* file that was read as a whole, so far */
    uint64_t calls;    /* so far */
    uint64_t fault_at; /* 0: none */
    enum keeper_fault fault;
    bool dead;   /* power is off: every call fails */
    bool struck; /* the fault was met */

    struct keeper_blob past[KEEPER_DISK_PAST]; /* every file's bytes, ever */
    size_t past_count;
    struct keeper_blob cells_past[KEEPER_DISK_PAST]; /* every cell's, too */
    size_t cells_past_count;
};

/* From calloc; free it with keeper_disk_free. */
struct keeper_disk *keeper_disk_new(uint64_t seed);
void keeper_disk_free(struct keeper_disk *disk);

/* Another disk, and other slots, with the same bytes now and in the past. Nothing may be armed. */
struct keeper_disk *keeper_disk_copy(const struct keeper_disk *disk);

/* slots[KEEPER_DISK_SLOTS] is filled and borrowed by the setup. */
struct asv_store_setup keeper_disk_setup(struct keeper_disk *disk, struct asv_slot slots[KEEPER_DISK_SLOTS],
                                         const struct asv_world *world);

/* A second disk for the same store, which fails by itself; so do the slots from now on, whose calls are those
 * of the disk `slots`. An attacker has the bytes of both. */
void keeper_disk_add_replica(struct asv_store_setup *setup, struct keeper_disk *replica,
                             struct keeper_disk *slots);

/* Another disk at the same place, empty. */
void keeper_disk_replace(struct keeper_disk *disk);

/* The n-th call from now on meets this fault. */
void keeper_disk_arm(struct keeper_disk *disk, uint64_t n, enum keeper_fault fault);

/* Power comes back: what did not survive is gone, nothing fails any more. */
void keeper_disk_reboot(struct keeper_disk *disk);

/* A file that is there now, or NULL. */
const struct keeper_blob *keeper_disk_file(const struct keeper_disk *disk, const char *name);

/* ---- the attacker ---- */

/* The attacker tries all bytes that any file ever held with the masters in some cells. The public keys of the
 * private keys that come out, and the file keys, without duplicates. */
struct keeper_loot {
    size_t count;
    uint8_t pk[512][ASV_X25519_BYTES];
    size_t file_key_count; /* of clips that were kept */
    uint8_t file_key[64][ASV_FILE_KEY_BYTES];
    size_t read_count; /* key files that were read, as their indexes named them */
    struct {
        uint8_t kek[ASV_AEAD_KEY_BYTES], digest[ASV_SHA256_BYTES];
    } read[1024];
};

/* With what is in the slots now (hasty: without trying a master on an index that names another one), and with
 * everything that ever was in them. */
void keeper_attack_now(struct keeper_disk *disk, bool hasty, struct keeper_loot *loot);
void keeper_attack_ever(const struct keeper_disk *disk, struct keeper_loot *loot);

bool keeper_loot_has_file_key(const struct keeper_loot *loot, const uint8_t key[ASV_FILE_KEY_BYTES]);
bool keeper_loot_has(const struct keeper_loot *loot, const uint8_t pk[ASV_X25519_BYTES]);

#endif
