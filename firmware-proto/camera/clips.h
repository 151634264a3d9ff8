/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Between store.c and clips.c.
 */
#ifndef ASV_CAMERA_CLIPS_H
#define ASV_CAMERA_CLIPS_H

#include "firmware-proto/camera/store.h"

/* Finds the clips at boot, removes what never became one, ends those that nobody ended. *recovered: a power
 * cut ended one. */
ASV_MUST_CHECK enum asv_status asv_store_clips_load(struct asv_store *store, bool *recovered,
                                                    struct asv_err *err);

#endif
