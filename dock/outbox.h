/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the database should hear of, but nobody waits for: alarms and the ends of dockings. Kept while it is
 * away, up to a limit; every one is in the log too.
 */
#ifndef ASV_DOCK_OUTBOX_H
#define ASV_DOCK_OUTBOX_H

#include "dock/dock.h"

#define ASV_OUTBOX_MAX 256

struct asv_outbox;

ASV_MUST_CHECK enum asv_status asv_outbox_new(struct asv_dock *dock, struct asv_outbox **out);
void asv_outbox_free(struct asv_outbox *outbox); /* after the pool has stopped */

/* Copies what it is given. docking (may be NULL): told to the database first, when it is not known there. */
void asv_outbox_alarm(struct asv_outbox *outbox, const struct asv_db_alarm *alarm);
void asv_outbox_docking_end(struct asv_outbox *outbox, struct asv_docking *docking,
                            const struct asv_db_docking_end *end);

/* The database is back. */
void asv_outbox_flush(struct asv_outbox *outbox);

/* Sent and not answered. */
bool asv_outbox_is_busy(const struct asv_outbox *outbox);

#endif
