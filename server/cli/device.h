/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Devices: keys and certificates of the agency's own machines, and lists of what is enrolled.
 */
#ifndef ASV_SERVER_CLI_DEVICE_H
#define ASV_SERVER_CLI_DEVICE_H

#include "server/cli/agency.h"
#include "server/db/camera.h"

struct asv_device_new {
    uint8_t role; /* DOCK or KEEPER */
    const char *name;
    const char *model;
    const char *serial;
    const char *dir; /* of the register: "docks" or "keepers" */
};

/* Makes keys and certificate; into parent/name: <name>.key (in the clear, 0600), chain, root.cert. */
ASV_MUST_CHECK enum asv_status asv_device_make(const struct asv_cli *cli, const struct asv_agency_dir *agency,
                                               const struct asv_keys *ca, const struct asv_device_new *device,
                                               int parent, const char *name, struct asv_err *err);

/* asv_db_camera_list or asv_db_dock_list. */
typedef enum asv_status (*asv_device_page)(struct asv_db *db, const struct asv_db_device *after,
                                           struct asv_db_device *out, size_t cap, size_t *count,
                                           struct asv_err *err);

#define ASV_DEVICE_COLUMNS 8

/* Every device that page gives, as a table with these headings, or as JSON with --json. */
ASV_MUST_CHECK enum asv_status asv_device_list(const struct asv_cli *cli, asv_device_page page,
                                               const char *const *columns, const char *empty,
                                               struct asv_err *err);

#endif
