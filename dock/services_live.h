/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The real keeper and the real database behind struct asv_services.
 */
#ifndef ASV_DOCK_SERVICES_LIVE_H
#define ASV_DOCK_SERVICES_LIVE_H

#include "dock/services.h"

#define ASV_SERVICES_KEEPER_MS 30000 /* longest wait for an answer of the keeper: making 60 days of keys */

struct asv_services_live_config {
    const char *keeper_socket;
    const char *conninfo; /* of the role asv_dock */
    const struct asv_world *world;
    const struct asv_log *log;
};

struct asv_services_live;

/* Connects to nothing yet. Strings, world and log are borrowed until close; *out is the caller's to close,
 * when no worker uses it any more. ASV_E_USAGE for a conninfo or socket path that cannot be. */
ASV_MUST_CHECK enum asv_status asv_services_live_open(const struct asv_services_live_config *config,
                                                      struct asv_services_live **out, struct asv_err *err);
void asv_services_live_close(struct asv_services_live *live); /* NULL is fine */

/* The table; lives as long as live. */
const struct asv_services *asv_services_live_table(const struct asv_services_live *live);

#endif
