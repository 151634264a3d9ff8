/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The plan of a hand-over as people read it before they sign, and afterwards (HO-004).
 */
#ifndef ASV_SERVER_FLOW_WORDS_PLAN_H
#define ASV_SERVER_FLOW_WORDS_PLAN_H

#include "server/flow/words.h"
#include "server/statement/plan.h"

/* To whom, what is made, and each recording with what of it goes; what a recording is called is as the
 * database says (db NULL: not at all). */
void asv_words_plan(enum asv_language language, struct asv_db *db, const struct asv_plan *plan,
                    asv_words_line line, void *ctx);

/* The same of the plan that a HAND_OVER is about, where the database has it and it is the one. */
void asv_words_plan_of(enum asv_language language, struct asv_db *db, const struct asv_statement *statement,
                       asv_words_line line, void *ctx);

#endif
