/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Memory for secrets: not swapped where the system allows it, not in core dumps, wiped when given back.
 */
#ifndef ASV_CAMERA_LOCKED_H
#define ASV_CAMERA_LOCKED_H

#include <stddef.h>

/* Zeroed. NULL when there is no memory. */
void *asv_camera_locked_alloc(size_t len);

/* len as given to alloc. NULL is fine. */
void asv_camera_locked_free(void *memory, size_t len);

#endif
