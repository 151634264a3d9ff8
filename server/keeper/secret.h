/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Memory for keys: locked (never swapped), left out of core dumps, followed by a page that traps, wiped when
 * it is given back.
 */
#ifndef ASV_KEEPER_SECRET_H
#define ASV_KEEPER_SECRET_H

#include <stddef.h>

#include "firmware-proto/base/status.h"
#include "server/base/cleanup.h"

/* Zeroed. ASV_E_NO_MEMORY when there is none, or none that can be locked (RLIMIT_MEMLOCK); *out is then
 * untouched. The caller gives it back with asv_secret_free. */
ASV_MUST_CHECK enum asv_status asv_secret_alloc(void **out, size_t len);

/* Wipes. NULL is fine. */
void asv_secret_free(void *secret);

static inline void asv_cleanup_secret(void *pointer)
{
    asv_secret_free(*(void **)pointer);
}

#define asv_auto_secret ASV_CLEANUP(asv_cleanup_secret)

#endif
