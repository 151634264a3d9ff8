/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the parts of the key store share.
 */
#ifndef ASV_KEEPER_STORE_INTERNAL_H
#define ASV_KEEPER_STORE_INTERNAL_H

#include "server/keeper/store.h"

#define ASV_STORE_INDEX     "index"
#define ASV_STORE_INDEX_NEW "index.new"

/* Which of the index's rows remembers this slot; its slot_count when none does. */
unsigned asv_store_slot_row(const struct asv_index *index, const uint8_t id[ASV_SLOT_ID_BYTES]);

/* Whether slot i was there at its last use and confirmed to hold the current master alone. */
bool asv_store_slot_current(const struct asv_store *store, unsigned i);

/* Both cells; states as asv_slot_cell_decode gives them. The caller wipes cells. Fails when the slot cannot
 * be read. */
ASV_MUST_CHECK enum asv_status asv_store_slot_read(const struct asv_slot *slot,
                                                   struct asv_slot_cell cells[ASV_SLOT_CELLS],
                                                   enum asv_status states[ASV_SLOT_CELLS],
                                                   struct asv_err *err);

/* Has slot i hold the index's master, beside what it holds. */
ASV_MUST_CHECK enum asv_status asv_store_slot_add(struct asv_store *store, struct asv_index *index,
                                                  unsigned i, const uint8_t *master, struct asv_err *err);

/* Then that master alone: asv_store_slot_current says whether the slot confirmed it. */
void asv_store_slot_finish(struct asv_store *store, struct asv_index *index, unsigned i,
                           const uint8_t *master);

#endif
