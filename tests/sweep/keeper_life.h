/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The life of a key store in a few steps, and what it promised on the way: what was reported as made is
 * there, what was reported as destroyed is gone, even for someone with every byte that any file ever held and
 * what the slots hold now.
 */
#ifndef ASV_TESTS_SWEEP_KEEPER_LIFE_H
#define ASV_TESTS_SWEEP_KEEPER_LIFE_H

#include "server/keeper/store.h"
#include "tests/sim/keeper_disk.h"
#include "tests/support/world.h"

#define CAMERAS 3
#define DAYS    4
#define DAY_MS  INT64_C(86400000)
#define FIRST   20260105u

enum fate {
    UNKNOWN, /* nothing was promised: it may be there or not */
    MADE,
    DESTROYED,      /* every slot confirmed */
    DESTROYED_OPEN, /* a slot did not: STATUS said so */
};

struct known {
    enum fate fate;
    uint8_t pk[ASV_X25519_BYTES];
};

/* A key store, and what it promised. */
struct site {
    struct asv_test_world world;
    struct keeper_disk *disk;
    struct keeper_disk *replica; /* NULL: none */
    struct keeper_disk *box;     /* then: whose calls the slots' are */
    struct asv_slot slots[KEEPER_DISK_SLOTS];
    struct asv_store_setup setup;
    struct asv_store *store;
    struct known days[CAMERAS][DAYS];
    struct known reserve[CAMERAS];
    uint64_t numbers[CAMERAS]; /* reported */
};

/* mirrored: with a replica, and slots that fail by themselves. */
void site_init(struct site *site, uint64_t seed, bool mirrored);
void site_free(struct site *site);

#define STEPS 13

/* One step of the life: the store is made with the first and opened with the second. */
enum asv_status site_play(struct site *site, unsigned step);

/* Keys of a camera for days first to end - 1. */
enum asv_status site_make(struct site *site, unsigned camera, unsigned first, unsigned end);

/* Whether STATUS says that a slot may hold what was destroyed. */
bool site_any_open(const struct asv_store *store);

/* No attacker with all old files and the slots as they are gets a key that was reported as destroyed; least
 * says whether those count that a slot had not confirmed. */
void site_check_gone(struct site *site, enum fate least);

/* Everything promised is there, in the store that is open. */
void site_check_there(struct site *site);

#endif
