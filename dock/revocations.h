/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The newest revocation list that the dock knows: from a file, which is there without a database, and from
 * the database, which is asked from time to time. A list counts for the sessions that begin after it came.
 */
#ifndef ASV_DOCK_REVOCATIONS_H
#define ASV_DOCK_REVOCATIONS_H

#include "dock/dock.h"

#define ASV_REVOCATIONS_PERIOD_MS 60000

/* Takes over a list when it is signed and newer. ASV_E_EXPIRED when it is not newer; see asv_revoked_new. */
ASV_MUST_CHECK enum asv_status asv_dock_revoke(struct asv_dock *dock, const void *data, size_t len,
                                               struct asv_err *err);

/* The list in this file; one that does not exist is fine. ASV_OK also when it is not newer. */
ASV_MUST_CHECK enum asv_status asv_dock_revoke_file(struct asv_dock *dock, const char *path,
                                                    struct asv_err *err);

/* Asks the database now and from then on; *out is the caller's to stop, when the pool has stopped. */
struct asv_revocations_watch;
ASV_MUST_CHECK enum asv_status asv_revocations_watch(struct asv_dock *dock,
                                                     struct asv_revocations_watch **out);
void asv_revocations_unwatch(struct asv_revocations_watch *watch);

#endif
