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
#define ASV_STORE_HEAD      "head"
#define ASV_STORE_HEAD_NEW  "head.new"

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

/* ---- the ledger's last head (store_head.c) ---- */

/* From the directories that are there into the index in memory, before it is committed anew. counting: the
 * one whose index that is; alike: the other one has the same index. Whether they had the same head: when not,
 * that is to be a commit under a new master. */
ASV_MUST_CHECK bool asv_store_take_head(struct asv_store *store, unsigned counting, bool alike);

/* ASV_E_MISMATCH: what lies in the directory says that the index comes from an earlier time. */
ASV_MUST_CHECK enum asv_status asv_store_check_head(const struct asv_store *store,
                                                    const struct asv_disk *disk, struct asv_err *err);

/* ---- two directories (store_replica.c) ---- */

/* Whether what lies in a directory may be overwritten with this store. ASV_E_MISMATCH: it is another store's,
 * or has what is newer; any other error: it cannot be read. */
ASV_MUST_CHECK enum asv_status asv_store_check_disk(const struct asv_store *store, unsigned disk,
                                                    struct asv_err *err);

/* Removes the key files that the index does not name. */
ASV_MUST_CHECK enum asv_status asv_store_remove_leftovers(const struct asv_store *store, unsigned disk,
                                                          struct asv_err *err);

/* Repairs every key file that is not what the index names from the other directory, where it is; counts those
 * that neither has. */
void asv_store_match_keys(struct asv_store *store);

/* All that the directory in use has, to this one, which is there; it is in use then. False: it failed, and
 * is taken for away. */
bool asv_store_bring(struct asv_store *store, unsigned disk);

/* The same with each directory that was away and can be found again. */
void asv_store_bring_back(struct asv_store *store);

/* Then that master alone: asv_store_slot_current says whether the slot confirmed it. */
void asv_store_slot_finish(struct asv_store *store, struct asv_index *index, unsigned i,
                           const uint8_t *master);

#endif
