/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The keeper's own record of what people decided (docs/KEEPER.md 9): one line for each statement or pair that
 * it acted on, on the medium before it acts. Lines name people, so a year's file goes with the end of the
 * year after it (LAW L3).
 */
#ifndef ASV_KEEPER_JOURNAL_H
#define ASV_KEEPER_JOURNAL_H

#include "firmware-proto/base/bytes.h"
#include "server/keeper/mirror.h"

#define ASV_JOURNAL_PREFIX       "decisions-"
#define ASV_JOURNAL_ACTION_BYTES 1920  /* an action, and which clips left to which keys; NUL included */
#define ASV_JOURNAL_LINE_BYTES   14784 /* that, two statements as hexadecimal digits, and the time */

/* Appends a line: time, action (less than ASV_JOURNAL_ACTION_BYTES), both statements. line is scratch. */
ASV_MUST_CHECK enum asv_status asv_journal_write(struct asv_mirror *mirror, int64_t now_ms,
                                                 const char *action, struct asv_bytes proposal,
                                                 struct asv_bytes answer, char line[ASV_JOURNAL_LINE_BYTES],
                                                 struct asv_err *err);

/* Removes the files whose time is over at this local date. */
ASV_MUST_CHECK enum asv_status asv_journal_sweep(struct asv_mirror *mirror, uint32_t today,
                                                 struct asv_err *err);

#endif
