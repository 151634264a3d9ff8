/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/keeper/table.h"

#include <string.h>

#include "firmware-proto/crypto/crypto.h"
#include "server/keeper/secret.h"

#define ROWS_FIRST 64

void asv_table_free(struct asv_table *table)
{
    asv_secret_free(table->rows);
    *table = (struct asv_table){0};
}

void *asv_table_row(const struct asv_table *table, const struct asv_table_kind *kind, uint32_t at)
{
    return (uint8_t *)table->rows + at * kind->row_bytes;
}

enum asv_status asv_table_copy(struct asv_table *out, const struct asv_table *table,
                               const struct asv_table_kind *kind)
{
    *out = (struct asv_table){0};
    if (table->cap == 0) {
        return ASV_OK;
    }
    enum asv_status status = asv_secret_alloc(&out->rows, table->cap * kind->row_bytes);
    if (status == ASV_OK) {
        memcpy(out->rows, table->rows, table->count * kind->row_bytes);
        out->count = table->count;
        out->cap = table->cap;
    }
    return status;
}

uint32_t asv_table_place(const struct asv_table *table, const struct asv_table_kind *kind, const uint8_t *key)
{
    uint32_t low = 0;
    uint32_t high = table->count;
    /* Behind all others: so rows come when an index is read. */
    if (high > 0 && memcmp(asv_table_row(table, kind, high - 1), key, kind->key_bytes) < 0) {
        return high;
    }
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (memcmp(asv_table_row(table, kind, middle), key, kind->key_bytes) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool is_at(const struct asv_table *table, const struct asv_table_kind *kind, uint32_t at,
                  const uint8_t *key)
{
    return at < table->count && memcmp(asv_table_row(table, kind, at), key, kind->key_bytes) == 0;
}

void *asv_table_find(const struct asv_table *table, const struct asv_table_kind *kind, const uint8_t *key)
{
    uint32_t at = asv_table_place(table, kind, key);
    return is_at(table, kind, at, key) ? asv_table_row(table, kind, at) : NULL;
}

enum asv_status asv_table_reserve(struct asv_table *table, const struct asv_table_kind *kind, uint32_t room)
{
    void *larger = NULL;
    room = room > kind->max ? kind->max : room;
    if (room <= table->cap) {
        return ASV_OK;
    }
    enum asv_status status = asv_secret_alloc(&larger, room * kind->row_bytes);
    if (status == ASV_OK) {
        if (table->count > 0) {
            memcpy(larger, table->rows, table->count * kind->row_bytes);
        }
        asv_secret_free(table->rows);
        table->rows = larger;
        table->cap = room;
    }
    return status;
}

/* Room for one more row. */
static enum asv_status grow(struct asv_table *table, const struct asv_table_kind *kind)
{
    if (table->count < table->cap) {
        return ASV_OK;
    }
    if (table->count >= kind->max) {
        return ASV_E_BUSY; /* K-128 */
    }
    return asv_table_reserve(table, kind, table->count < ROWS_FIRST ? ROWS_FIRST : 2 * table->count);
}

enum asv_status asv_table_add(struct asv_table *table, const struct asv_table_kind *kind, const void *row)
{
    uint32_t at = asv_table_place(table, kind, row);
    if (is_at(table, kind, at, row)) {
        return ASV_E_EXISTS;
    }
    enum asv_status status = grow(table, kind);
    if (status == ASV_OK) {
        uint8_t *place = asv_table_row(table, kind, at);
        memmove(place + kind->row_bytes, place, (table->count - at) * kind->row_bytes);
        memcpy(place, row, kind->row_bytes);
        table->count++;
    }
    return status;
}

void asv_table_drop(struct asv_table *table, const struct asv_table_kind *kind, uint32_t at)
{
    uint8_t *place = asv_table_row(table, kind, at);
    table->count--;
    memmove(place, place + kind->row_bytes, (table->count - at) * kind->row_bytes);
    asv_wipe(asv_table_row(table, kind, table->count), kind->row_bytes);
}
