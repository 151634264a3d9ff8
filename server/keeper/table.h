/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A table of rows of one size, sorted by the bytes that each begins with: its key. In memory for secrets.
 */
#ifndef ASV_KEEPER_TABLE_H
#define ASV_KEEPER_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"

struct asv_table_kind {
    size_t row_bytes;
    size_t key_bytes;
    uint32_t max; /* rows */
};

/* Zeroed: empty. */
struct asv_table {
    uint32_t count, cap;
    void *rows; /* asv_secret_alloc */
};

void asv_table_free(struct asv_table *table); /* wipes and empties */
ASV_MUST_CHECK enum asv_status asv_table_copy(struct asv_table *out, const struct asv_table *table,
                                              const struct asv_table_kind *kind);

/* Row number at, below count. */
void *asv_table_row(const struct asv_table *table, const struct asv_table_kind *kind, uint32_t at);

/* The first row whose key is not below this one; count when there is none. */
uint32_t asv_table_place(const struct asv_table *table, const struct asv_table_kind *kind,
                         const uint8_t *key);

/* The row with this key, or NULL. */
void *asv_table_find(const struct asv_table *table, const struct asv_table_kind *kind, const uint8_t *key);

/* Room for so many rows, or for the most that there can be: what follows need not grow it step by step. */
ASV_MUST_CHECK enum asv_status asv_table_reserve(struct asv_table *table, const struct asv_table_kind *kind,
                                                 uint32_t room);

/* Inserts a copy of a row. ASV_E_EXISTS, ASV_E_BUSY when full, ASV_E_NO_MEMORY. */
ASV_MUST_CHECK enum asv_status asv_table_add(struct asv_table *table, const struct asv_table_kind *kind,
                                             const void *row);

/* Wipes row number at and closes the gap. */
void asv_table_drop(struct asv_table *table, const struct asv_table_kind *kind, uint32_t at);

#endif
