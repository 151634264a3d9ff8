/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The store's epoch and counter. A number that is given twice in one epoch makes the camera a suspected
 * clone, so the counter is kept twice; where the medium loses what is needed all the same, numbers go on
 * behind the newest recording that is still known of, and where none is, in a new epoch. Between store.c and
 * clips.c.
 */
#ifndef ASV_CAMERA_NUMBERING_H
#define ASV_CAMERA_NUMBERING_H

#include "firmware-proto/camera/store.h"

/* Draws an epoch and writes it. */
ASV_MUST_CHECK enum asv_status asv_store_epoch_begin(const struct asv_flash *flash,
                                                     const struct asv_world *world,
                                                     uint8_t out[ASV_UUID_BYTES]);

/* A new epoch: numbers begin anew at 1, and no mark is left of the old ones. The epoch first: a power cut in
 * between leaves numbers that go on. */
ASV_MUST_CHECK enum asv_status asv_store_numbering_begin(struct asv_store *store);

/* Reads both, at boot. An epoch that is lost is that of a recording that is held, or a new one. */
ASV_MUST_CHECK enum asv_status asv_store_numbering_load(struct asv_store *store, struct asv_err *err);

/* When the recordings are known: settles where numbers go on, should the counter be lost. */
ASV_MUST_CHECK enum asv_status asv_store_numbering_settle(struct asv_store *store, struct asv_err *err);

#endif
