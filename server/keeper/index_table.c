/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The index in memory: two sorted tables that grow. */
#include <string.h>

#include <stdio.h>

#include "server/base/hex.h"
#include "server/keeper/index.h"
#include "server/keeper/secret.h"

void asv_entry_name(char out[ASV_ENTRY_NAME_BYTES], const struct asv_entry *entry)
{
    static const char *const kinds[] = {"", "day", "reserve", "hold", "pending"};
    char id[2 * ASV_ENTRY_ID_BYTES + 1];
    asv_hex_encode(id, entry->id, sizeof entry->id);
    if (entry->kind == ASV_ENTRY_DAY) {
        (void)snprintf(out, ASV_ENTRY_NAME_BYTES, "day-%08u-%s", entry->date % 100000000u, id);
    } else {
        (void)snprintf(out, ASV_ENTRY_NAME_BYTES, "%s-%s", kinds[entry->kind], id);
    }
}

enum asv_status asv_index_new(struct asv_index **out)
{
    void *index = NULL;
    enum asv_status status = asv_secret_alloc(&index, sizeof(struct asv_index));
    if (status == ASV_OK) {
        *out = index;
    }
    return status;
}

void asv_index_free(struct asv_index *index)
{
    if (index != NULL) {
        asv_secret_free(index->entries);
        asv_secret_free(index->cameras);
        asv_secret_free(index);
    }
}

/* Moves a table of count rows into one with room for more. */
static enum asv_status grow(void **table, size_t row, uint32_t count, uint32_t *cap, uint32_t max)
{
    void *larger = NULL;
    if (count < *cap) {
        return ASV_OK;
    }
    if (count >= max) {
        return ASV_E_LIMIT;
    }
    uint32_t room = count < 64 ? 64 : 2 * count;
    room = room > max ? max : room;
    enum asv_status status = asv_secret_alloc(&larger, room * row);
    if (status == ASV_OK) {
        if (count > 0) {
            memcpy(larger, *table, count * row);
        }
        asv_secret_free(*table);
        *table = larger;
        *cap = room;
    }
    return status;
}

enum asv_status asv_index_copy(struct asv_index **out, const struct asv_index *index)
{
    asv_auto_index struct asv_index *copy = NULL;
    void *rows = NULL;
    enum asv_status status = asv_index_new(&copy);
    if (status != ASV_OK) {
        return status;
    }
    *copy = *index;
    copy->entries = NULL;
    copy->cameras = NULL;
    if (index->entry_cap > 0) {
        status = asv_secret_alloc(&rows, index->entry_cap * sizeof *index->entries);
        if (status != ASV_OK) {
            return status;
        }
        memcpy(rows, index->entries, index->entry_count * sizeof *index->entries);
        copy->entries = rows;
    }
    if (index->camera_cap > 0) {
        status = asv_secret_alloc(&rows, index->camera_cap * sizeof *index->cameras);
        if (status != ASV_OK) {
            return status;
        }
        memcpy(rows, index->cameras, index->camera_count * sizeof *index->cameras);
        copy->cameras = rows;
    }
    *out = asv_steal(&copy);
    return ASV_OK;
}

/* Where the first entry stands whose id is not below this one. */
static uint32_t place_of(const struct asv_index *index, const uint8_t id[ASV_ENTRY_ID_BYTES])
{
    uint32_t low = 0;
    uint32_t high = index->entry_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (memcmp(index->entries[middle].id, id, ASV_ENTRY_ID_BYTES) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

struct asv_entry *asv_index_find(struct asv_index *index, const uint8_t id[ASV_ENTRY_ID_BYTES])
{
    uint32_t at = place_of(index, id);
    bool found = at < index->entry_count && memcmp(index->entries[at].id, id, ASV_ENTRY_ID_BYTES) == 0;
    return found ? &index->entries[at] : NULL;
}

enum asv_status asv_index_add(struct asv_index *index, const struct asv_entry *entry)
{
    uint32_t at = place_of(index, entry->id);
    if (asv_index_find(index, entry->id) != NULL) {
        return ASV_E_EXISTS;
    }
    void *table = index->entries;
    enum asv_status status =
        grow(&table, sizeof *entry, index->entry_count, &index->entry_cap, ASV_INDEX_ENTRIES_MAX);
    if (status != ASV_OK) {
        return status;
    }
    index->entries = table;
    memmove(&index->entries[at + 1], &index->entries[at], (index->entry_count - at) * sizeof *entry);
    index->entries[at] = *entry;
    index->entry_count++;
    return ASV_OK;
}

void asv_index_drop(struct asv_index *index, uint32_t at)
{
    index->entry_count--;
    memmove(&index->entries[at], &index->entries[at + 1],
            (index->entry_count - at) * sizeof index->entries[0]);
    asv_wipe(&index->entries[index->entry_count], sizeof index->entries[0]);
}

struct asv_entry *asv_index_day(const struct asv_index *index, uint32_t date, const struct asv_entry *after)
{
    for (size_t i = after == NULL ? 0 : (size_t)(after - index->entries) + 1; i < index->entry_count; i++) {
        if (index->entries[i].kind == ASV_ENTRY_DAY && index->entries[i].date == date) {
            return &index->entries[i];
        }
    }
    return NULL;
}

struct asv_entry *asv_index_reserve(const struct asv_index *index, const uint8_t camera[ASV_SHA256_BYTES],
                                    const struct asv_entry *after)
{
    for (size_t i = after == NULL ? 0 : (size_t)(after - index->entries) + 1; i < index->entry_count; i++) {
        struct asv_entry *entry = &index->entries[i];
        if (entry->kind == ASV_ENTRY_RESERVE && entry->due_ms == 0 &&
            memcmp(entry->subject, camera, ASV_SHA256_BYTES) == 0) {
            return entry;
        }
    }
    return NULL;
}

enum asv_status asv_index_camera(struct asv_index *index, const uint8_t cert[ASV_SHA256_BYTES],
                                 struct asv_index_camera **out)
{
    uint32_t at = index->camera_count;
    while (at > 0 && memcmp(cert, index->cameras[at - 1].cert, ASV_SHA256_BYTES) < 0) {
        at--;
    }
    if (at > 0 && memcmp(cert, index->cameras[at - 1].cert, ASV_SHA256_BYTES) == 0) {
        *out = &index->cameras[at - 1];
        return ASV_OK;
    }
    void *table = index->cameras;
    enum asv_status status = grow(&table, sizeof index->cameras[0], index->camera_count, &index->camera_cap,
                                  ASV_INDEX_CAMERAS_MAX);
    if (status != ASV_OK) {
        return status;
    }
    index->cameras = table;
    memmove(&index->cameras[at + 1], &index->cameras[at],
            (index->camera_count - at) * sizeof index->cameras[0]);
    index->cameras[at] = (struct asv_index_camera){0};
    memcpy(index->cameras[at].cert, cert, ASV_SHA256_BYTES);
    index->camera_count++;
    *out = &index->cameras[at];
    return ASV_OK;
}
