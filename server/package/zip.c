/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/package/zip.h"

#include <string.h>

#define NEEDS_STORED  10
#define NEEDS_ZIP64   45
#define MADE_BY       (3 << 8 | 45)             /* Unix: the attributes below are its own */
#define ATTRIBUTES    (UINT32_C(0100644) << 16) /* a regular file that everybody may read */
#define FLAG_UTF8     0x0800
#define METHOD_STORED 0
#define TIME          0
#define DATE          (1 << 5 | 1) /* 1980-01-01 */
#define EXTRA_ZIP64   1

struct pen {
    uint8_t *out;
    size_t len;
};

static void put(struct pen *pen, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        pen->out[pen->len++] = (uint8_t)(value >> (8 * i));
    }
}

static uint64_t load(const uint8_t *at, size_t bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++) {
        value |= (uint64_t)at[i] << (8 * i);
    }
    return value;
}

uint16_t asv_zip_load16(const uint8_t *at)
{
    return (uint16_t)load(at, 2);
}

uint32_t asv_zip_load32(const uint8_t *at)
{
    return (uint32_t)load(at, 4);
}

uint64_t asv_zip_load64(const uint8_t *at)
{
    return load(at, 8);
}

static uint64_t capped(uint64_t value, uint64_t max)
{
    return value < max ? value : max;
}

struct asv_bytes asv_zip_name(const struct asv_zip_entry *entry)
{
    return (struct asv_bytes){(const uint8_t *)entry->name, entry->name_len};
}

enum asv_status asv_zip_set_name(struct asv_zip_entry *entry, struct asv_bytes name)
{
    if (!asv_package_name_is_good(name)) {
        return ASV_E_USAGE;
    }
    memcpy(entry->name, name.data, name.len);
    entry->name[name.len] = '\0';
    entry->name_len = (uint8_t)name.len;
    return ASV_OK;
}

static bool is_large(const struct asv_zip_entry *entry)
{
    return entry->size >= ASV_ZIP_U32;
}

/* Local headers have both sizes in it, whichever is large (APPNOTE 4.5.3). */
static size_t local_extra(const struct asv_zip_entry *entry)
{
    return is_large(entry) ? 4 + 2 * 8 : 0;
}

uint64_t asv_zip_data_offset(const struct asv_zip_entry *entry)
{
    return entry->offset + ASV_ZIP_LOCAL_BYTES + entry->name_len + local_extra(entry);
}

uint64_t asv_zip_end_offset(const struct asv_zip_entry *entry)
{
    return asv_zip_data_offset(entry) + entry->size;
}

static uint16_t flags_of(const struct asv_zip_entry *entry)
{
    for (size_t i = 0; i < entry->name_len; i++) {
        if (((uint8_t)entry->name[i] & 0x80) != 0) {
            return FLAG_UTF8;
        }
    }
    return 0;
}

/* PK-002, PK-003. What both headers have: from the version on to the length of the name. */
static void put_common(struct pen *pen, const struct asv_zip_entry *entry, bool zip64)
{
    put(pen, zip64 ? NEEDS_ZIP64 : NEEDS_STORED, 2);
    put(pen, flags_of(entry), 2);
    put(pen, METHOD_STORED, 2);
    put(pen, TIME, 2);
    put(pen, DATE, 2);
    put(pen, entry->crc32, 4);
    put(pen, capped(entry->size, ASV_ZIP_U32), 4);
    put(pen, capped(entry->size, ASV_ZIP_U32), 4);
    put(pen, entry->name_len, 2);
}

static void put_name(struct pen *pen, const struct asv_zip_entry *entry)
{
    memcpy(pen->out + pen->len, entry->name, entry->name_len);
    pen->len += entry->name_len;
}

size_t asv_zip_local(uint8_t *out, const struct asv_zip_entry *entry)
{
    struct pen pen = {out, 0};
    size_t extra = local_extra(entry);
    put(&pen, ASV_ZIP_LOCAL_MAGIC, 4);
    put_common(&pen, entry, extra > 0);
    put(&pen, extra, 2);
    put_name(&pen, entry);
    if (extra > 0) {
        put(&pen, EXTRA_ZIP64, 2);
        put(&pen, extra - 4, 2);
        put(&pen, entry->size, 8);
        put(&pen, entry->size, 8);
    }
    return pen.len;
}

size_t asv_zip_central(uint8_t *out, const struct asv_zip_entry *entry)
{
    struct pen pen = {out, 0};
    bool far = entry->offset >= ASV_ZIP_U32;
    size_t numbers = (is_large(entry) ? 2u : 0u) + (far ? 1u : 0u);
    put(&pen, ASV_ZIP_CENTRAL_MAGIC, 4);
    put(&pen, MADE_BY, 2);
    put_common(&pen, entry, numbers > 0);
    put(&pen, numbers > 0 ? 4 + 8 * numbers : 0, 2);
    put(&pen, 0, 2); /* comment */
    put(&pen, 0, 2); /* disk */
    put(&pen, 0, 2); /* internal attributes */
    put(&pen, ATTRIBUTES, 4);
    put(&pen, capped(entry->offset, ASV_ZIP_U32), 4);
    put_name(&pen, entry);
    if (numbers > 0) {
        put(&pen, EXTRA_ZIP64, 2);
        put(&pen, 8 * numbers, 2);
    }
    if (is_large(entry)) {
        put(&pen, entry->size, 8);
        put(&pen, entry->size, 8);
    }
    if (far) {
        put(&pen, entry->offset, 8);
    }
    return pen.len;
}

size_t asv_zip_tail(uint8_t *out, const struct asv_zip_end *end)
{
    struct pen pen = {out, 0};
    if (end->count >= ASV_ZIP_U16 || end->offset >= ASV_ZIP_U32 || end->size >= ASV_ZIP_U32) {
        put(&pen, ASV_ZIP_END64_MAGIC, 4);
        put(&pen, ASV_ZIP_END64_BYTES - 12, 8); /* what follows this field */
        put(&pen, MADE_BY, 2);
        put(&pen, NEEDS_ZIP64, 2);
        put(&pen, 0, 4); /* this disk */
        put(&pen, 0, 4); /* the directory's */
        put(&pen, end->count, 8);
        put(&pen, end->count, 8);
        put(&pen, end->size, 8);
        put(&pen, end->offset, 8);
        put(&pen, ASV_ZIP_LOCATOR_MAGIC, 4);
        put(&pen, 0, 4);
        put(&pen, end->offset + end->size, 8);
        put(&pen, 1, 4); /* disks in all */
    }
    put(&pen, ASV_ZIP_END_MAGIC, 4);
    put(&pen, 0, 2);
    put(&pen, 0, 2);
    put(&pen, capped(end->count, ASV_ZIP_U16), 2);
    put(&pen, capped(end->count, ASV_ZIP_U16), 2);
    put(&pen, capped(end->size, ASV_ZIP_U32), 4);
    put(&pen, capped(end->offset, ASV_ZIP_U32), 4);
    put(&pen, 0, 2); /* comment */
    return pen.len;
}
