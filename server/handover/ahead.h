/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Reads a source in a thread of its own, a little ahead of who takes it: what is read is verified and
 * decrypted while what was read before is digested and written. At most ASV_AHEAD_BYTES wait, whatever the
 * source has; they may be plaintext, and are wiped.
 */
#ifndef ASV_SERVER_HANDOVER_AHEAD_H
#define ASV_SERVER_HANDOVER_AHEAD_H

#include "server/package/source.h"

#define ASV_AHEAD_SLOTS      8
#define ASV_AHEAD_SLOT_BYTES 262144
#define ASV_AHEAD_BYTES      (ASV_AHEAD_SLOTS * ASV_AHEAD_SLOT_BYTES)

struct asv_ahead;

/* *out gives what source does, and its errors where they come; source and what it borrows are the thread's
 * until asv_ahead_close. ASV_E_NO_MEMORY. */
ASV_MUST_CHECK enum asv_status asv_ahead_open(struct asv_ahead **ahead, const struct asv_source *source,
                                              struct asv_source *out, struct asv_err *err);

/* Whether or not all of it was taken; NULL is fine. */
void asv_ahead_close(struct asv_ahead *ahead);

#endif
