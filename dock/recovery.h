/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a crash, or a time without database or keeper, left in the vault: recordings that are staged whole are
 * committed, interrupted commits are taken up again, committed ones that the database does not know are told
 * to it, and what nobody can go on with is discarded (the camera has it). What the database has in custody
 * and the vault not is an alarm. Runs beside the slots; a recording that it is at work on is "elsewhere" for
 * them.
 */
#ifndef ASV_DOCK_RECOVERY_H
#define ASV_DOCK_RECOVERY_H

#include "dock/dock.h"

#define ASV_RECOVERY_PATHS   256 /* found in one walk; more are found in the next */
#define ASV_RECOVERY_AT_ONCE 4   /* recordings that are taken up together */

struct asv_recovery;

/* Begins the first walk, which asks the database about every clip in the vault through the connection
 * `services->db_recovery`. */
ASV_MUST_CHECK enum asv_status asv_recovery_start(struct asv_dock *dock);

/* There is something to be found: walk again, soon. */
void asv_recovery_later(struct asv_dock *dock);

/* The same, and the database is asked about every clip in the vault again: it may have been put back to an
 * earlier state. */
void asv_recovery_again(struct asv_dock *dock);

/* Since that was called last, the database was asked about every clip in the vault, and told of what it did
 * not know, if that can be. */
bool asv_recovery_has_asked(const struct asv_dock *dock);

/* A service is back: goes on at once if there was something to be found. */
void asv_recovery_resume(struct asv_dock *dock);

/* Nothing is being walked or taken up. */
bool asv_recovery_is_idle(const struct asv_dock *dock);

/* A recording that it had taken up is finished or dropped. */
void asv_recovery_ended(struct asv_dock *dock);

void asv_recovery_free(struct asv_dock *dock); /* after the pool has stopped */

#endif
