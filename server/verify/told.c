/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/verify/told.h"

#include <string.h>

#include "firmware-proto/trust/fields.h"

void asv_told_read(struct asv_told *out, const struct asv_ledger_entry *entry)
{
    struct asv_reader reader;
    struct asv_ledger_field field;
    uint8_t before = 0;
    *out = (struct asv_told){0};
    asv_reader_init(&reader, entry->fields.data, entry->fields.len);
    while (asv_ledger_next_in_entry(&reader, &before, &field) == ASV_OK && field.tag < ASV_LEDGER_COMMITTED) {
        out->of[field.tag] = field.value;
    }
}

void asv_told_open(struct asv_told *told, struct asv_bytes closed)
{
    struct asv_reader reader;
    struct asv_ledger_field field;
    uint8_t before = 0;
    asv_reader_init(&reader, closed.data, closed.len);
    while (asv_ledger_next_field(&reader, &before, &field) == ASV_OK) {
        if (field.tag >= ASV_LEDGER_COMMITTED) {
            told->of[field.tag] = field.value;
        }
    }
}

void asv_told_opened(struct asv_told *told, const struct asv_opened *opened)
{
    for (size_t i = 0; opened != NULL && i < opened->count; i++) {
        if (opened->fields[i].tag >= ASV_LEDGER_COMMITTED && opened->fields[i].tag < ASV_LEDGER_TAGS) {
            told->of[opened->fields[i].tag] = opened->fields[i].value;
        }
    }
}

bool asv_told_has(const struct asv_told *told, uint8_t tag, const void *value, size_t len)
{
    struct asv_bytes there = told->of[tag];
    bool closed = tag >= ASV_LEDGER_COMMITTED && there.len == 0;
    return closed || (there.len == len && (len == 0 || memcmp(there.data, value, len) == 0));
}

bool asv_told_has_any(const struct asv_told *told, uint8_t tag, const uint8_t *value, size_t len)
{
    return asv_is_zero(value, len) ? told->of[tag].len == 0 : asv_told_has(told, tag, value, len);
}

bool asv_told_has_instant(const struct asv_told *told, uint8_t tag, int64_t ms)
{
    uint8_t value[8];
    asv_store_be64(value, (uint64_t)ms);
    return asv_told_has_any(told, tag, value, sizeof value);
}
