/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What several carriers are together (docs/HANDOVER.md, HO-114): each is verified by itself with the set in
 * its struct asv_verify_handed, and then the set says it.
 */
#ifndef ASV_SERVER_VERIFY_HANDED_SET_H
#define ASV_SERVER_VERIFY_HANDED_SET_H

#include "server/verify/handed.h"

/* The first thing that is to be said of them; that a part is wrong by itself comes before all others. */
enum asv_handed_together {
    ASV_TOGETHER_ALL, /* VALID */
    ASV_TOGETHER_UNCHECKED,
    ASV_TOGETHER_MISSING,
    ASV_TOGETHER_WRONG, /* from here on INVALID */
    ASV_TOGETHER_FILING,
    ASV_TOGETHER_PLAN,
    ASV_TOGETHER_MADE,
    ASV_TOGETHER_OF,
    ASV_TOGETHER_TWICE,
    ASV_TOGETHER_RECORDING,
    ASV_TOGETHER_COUNT,
    ASV_TOGETHER_SERIES,
    ASV_TOGETHER_KINDS,
};

/* NULL: no memory. */
struct asv_handed_set *asv_handed_set_new(void);
void asv_handed_set_free(struct asv_handed_set *set); /* NULL is fine */

/* Once all of them are in it. */
enum asv_handed_together asv_handed_set_judge(struct asv_handed_set *set);

/* In which of them, as they were verified one after the other, from 1, the plan's recording is; 0: in none.
 * clip: from 0. */
uint16_t asv_handed_set_part(const struct asv_handed_set *set, uint16_t clip);

/* Of which of them it is said, as it was opened. "": of all. */
const char *asv_handed_set_path(const struct asv_handed_set *set);

enum asv_handed_verdict asv_handed_together_verdict(enum asv_handed_together kind);

/* "part-twice", for programs; what it means, one sentence. Static. */
const char *asv_handed_together_name(enum asv_handed_together kind);
const char *asv_handed_together_meaning(enum asv_handed_together kind, bool german);

#endif
