/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Keeper and database in memory: they keep what the dock tells them, and are away or refuse when a field of
 * the rig says so.
 */
#ifndef ASV_TESTS_DOCK_RIG_SERVICES_H
#define ASV_TESTS_DOCK_RIG_SERVICES_H

#include "dock/dock.h"
#include "tests/unit/dock/fake_camera.h"

#define RIG_COMMITS 64

struct rig;

struct rig_commit {
    struct asv_commit facts;
    unsigned receipts;
    bool erased;
    bool linked;  /* with the link record that it names */
    bool ordered; /* the keeper's order to erase it */
    bool erasing; /* its keys are being destroyed */
};

/* What the database was told of a docking; facts' texts and chain are the ones beside it. */
struct rig_docking {
    struct asv_db_docking facts;
    char port[ASV_TEXT_SIZE], firmware[ASV_TEXT_SIZE];
    uint8_t chain[ASV_CHAIN_MAX_BYTES];
    struct asv_db_docking_end end; /* without its detail; its inventory is the one beside it */
    uint8_t inventory[ASV_INVENTORY_MAX_BYTES];
};

/* Sets rig->services. They use the rig's agency, world and keys. */
void rig_services_init(struct rig *rig);
void rig_services_clear(struct rig *rig);

/* What the database has of this camera's recording; NULL: nothing. While the dock runs, only that it is
 * there. */
const struct rig_commit *rig_find(struct rig *rig, const struct fake_camera *camera, uint64_t number);

#endif
