/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A dock in the test's process: real loop, workers, slots and vault; cameras, keeper and database in memory.
 */
#ifndef ASV_TESTS_DOCK_RIG_H
#define ASV_TESTS_DOCK_RIG_H

#include <pthread.h>

#include "dock/dock.h"
#include "tests/unit/dock/fake_camera.h"
#include "tests/unit/dock/rig_link.h"
#include "tests/unit/dock/rig_services.h"

#define RIG_SLOTS   4
#define RIG_WAIT_MS 60000 /* a test that takes longer has hung */

struct rig {
    char dir[64];
    char mirror[64]; /* empty: none */
    struct asv_test_agency agency;
    struct asv_test_world world; /* the dock's; the wall clock stands still */
    struct asv_dock_keys keys;
    struct asv_services services;
    _Atomic uint64_t coming;
    struct asv_dock dock;
    struct asv_slot slots[RIG_SLOTS];
    struct rig_link links[RIG_SLOTS];
    struct asv_watch pool_watch;
    struct asv_timer watchdog, check;
    bool (*until)(struct rig *rig);
    unsigned wait_slot;
    enum asv_slot_state wait_state;

    /* keeper and database: changed only while nothing runs, or through the atomics */
    struct asv_retention_periods periods; /* what the keeper says */
    _Atomic unsigned started;             /* how often a dock said that it begins */
    _Atomic unsigned keeper_run;          /* how often the keeper was started again */
    _Atomic unsigned keeper_pings;        /* how often a dock asked whether it is there */
    _Atomic unsigned keeper_starts;       /* how often a dock told of a start of the keeper */
    _Atomic unsigned keeper_told;         /* which one it told of last, from 1 */
    _Atomic bool db_away, keeper_away, does_not_open, uuid_taken, number_back;
    _Atomic bool key_lives;      /* of every recording: nothing is ordered to be erased */
    _Atomic bool held;           /* every recording, by people: it opens, and nothing is ordered */
    _Atomic bool keeper_refuses; /* to say whether anything opens */
    _Atomic uint64_t db_refuses; /* recordings up to this number, for good */
    _Atomic unsigned opens, alarms, dockings, ends, bulletins, logs, assignments, configurations,
        reserves_used, opens_before, orders;
    unsigned alarm_kinds[32];
    pthread_mutex_t lock;
    struct rig_commit commits[RIG_COMMITS];
    unsigned commit_count;
    struct rig_docking docking; /* the last one */
    int64_t emptied_ms;
    bool word_wanted;
    _Atomic unsigned issues, undone;       /* for badges: written down, and undone */
    struct asv_db_issue_result issue;      /* what the database says */
    uint8_t issue_badge[ASV_SHA256_BYTES]; /* the last one */
    uint8_t issue_assignment[16], undone_assignment[16];
    const char *unit; /* of every camera in the register; NULL: none */
    uint64_t bulletin_number;
    uint8_t bulletin_previous[32];
};

/* A vault in a new directory, RIG_SLOTS slots that are empty. */
void rig_init(struct rig *rig);
void rig_init_mirrored(struct rig *rig); /* in two */
void rig_free(struct rig *rig);

/* Ends the dock as a crash would; starts another one on the same vault. */
void rig_stop(struct rig *rig);
void rig_start(struct rig *rig);
void rig_restart(struct rig *rig); /* both */

/* Starts the recovery's walk. */
void rig_recover(struct rig *rig);

void rig_plug(struct rig *rig, unsigned slot, struct fake_camera *camera);
void rig_unplug(struct rig *rig, unsigned slot);

/* Runs the loop until it is so; fails the test when that takes too long. */
void rig_run(struct rig *rig, bool (*until)(struct rig *rig));
void rig_run_to(struct rig *rig, unsigned slot, enum asv_slot_state state);

/* Plugs it in, and runs until the slot is in this state. */
void rig_dock(struct rig *rig, unsigned slot, struct fake_camera *camera, enum asv_slot_state state);
void rig_take_out(struct rig *rig, unsigned slot);

/* For rig_run: no recovery, no recording at work, no worker. */
bool rig_nothing_runs(struct rig *rig);

/* Clip directories in an area of the vault. */
unsigned rig_count(struct rig *rig, enum asv_vault_area area);

/* Of what cannot fail here. */
void rig_must(enum asv_status status);

#endif
