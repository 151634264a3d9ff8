/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Users of a docking, and telling the database of it.
 */
#ifndef ASV_DOCK_DOCKING_H
#define ASV_DOCK_DOCKING_H

#include "dock/services.h"

/* Counting: on the loop's thread. drop frees the last one's; NULL is fine. */
struct asv_docking *asv_docking_use(struct asv_docking *docking);
void asv_docking_drop(struct asv_docking *docking);
struct asv_revoked *asv_revoked_use(struct asv_revoked *revoked);
void asv_revoked_drop(struct asv_revoked *revoked);

/* Verifies an encoded list; *out counts one user. ASV_E_EXPIRED unless its number is above that of the one
 * held so far (NULL: none), ASV_E_REVOKED when that one names its signer. */
ASV_MUST_CHECK enum asv_status asv_revoked_new(const struct asv_site *site, const void *data, size_t len,
                                               const struct asv_revoked *held, struct asv_revoked **out,
                                               struct asv_err *err);

/* On a worker, in the lane of the database: begins the docking there (again, if need be). */
ASV_MUST_CHECK enum asv_status asv_docking_begin(const struct asv_services *services,
                                                 const struct asv_site *site,
                                                 const struct asv_docking *docking,
                                                 struct asv_db_docking_result *result, struct asv_err *err);

#endif
