/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Rows of kept clips: how each goes from one state to the next (docs/KEEPER.md 8).
 */
#ifndef ASV_KEEPER_KEPT_H
#define ASV_KEEPER_KEPT_H

#include "server/keeper/index.h"

/* Longer than any period and its delays: after so long nothing is remembered that has no other end. */
#define ASV_KEPT_LONGEST_MS (INT64_C(400) * 24 * 3600 * 1000)

/* How long nobody need decide on a request, and how long one may prolong (DESIGN 1, LAW T1). */
#define ASV_KEPT_LAPSE_DAYS 3

/* K-086: when a request for a clip of this period lapses at the latest, for periods end at a midnight.
 * ASV_E_LIMIT outside the calendar. */
ASV_MUST_CHECK enum asv_status asv_kept_lapse_ms(int64_t period_ms, int64_t *out);

/* Whether the clip has a file key of its own here. */
bool asv_kept_has_key(const struct asv_kept *row);

/* Whether it ran out, its key destroyed already or not. */
bool asv_kept_is_over(const struct asv_kept *row, int64_t now_ms);

/* Inserts or replaces. ASV_E_BUSY when the table is full. */
ASV_MUST_CHECK enum asv_status asv_kept_put(struct asv_index *index, const struct asv_kept *row,
                                            struct asv_err *err);

/* The clip is held or asked for no more: it runs until the end of its own period, or is erased when that is
 * over and destruction does not stand still. row is the index's, and must not be used afterwards. True: its
 * key went, so that the commit must destroy. */
bool asv_kept_back(struct asv_index *index, struct asv_kept *row, int64_t now_ms);

/* K-106: the clip's own period ends then, as somebody said who knows its day: once, of one that has its own
 * key. What it prolongs by ends earlier with it, at once if that is over. Otherwise as asv_kept_back.
 * ASV_E_LIMIT outside the calendar; the row is then as it was. */
ASV_MUST_CHECK enum asv_status asv_kept_correct(struct asv_index *index, struct asv_kept *row,
                                                int64_t period_ms, int64_t now_ms, bool *key_went);

/* Whether a hold before docking keeps the clip with this row (NULL: none): decided before the clip ran out,
 * and not over the heads of two people who released it (K-085). That the clip is in its range is the caller's
 * to see to. */
bool asv_kept_by_ahead(const struct asv_kept *row, const struct asv_index_ahead *ahead);

/* Whether asv_kept_tick has something to do. */
bool asv_kept_any(const struct asv_index *index, int64_t now_ms);

/* What comes with time: requests lapse, keys are destroyed, rows that keep nothing from anything any more are
 * forgotten. How many keys went. */
uint32_t asv_kept_tick(struct asv_index *index, int64_t now_ms);

#endif
