/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/sim/flash_mem_node.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void *must(void *memory)
{
    assert(memory != NULL);
    return memory;
}

struct asv_flash_mem_node *asv_mem_node_new(bool is_dir)
{
    struct asv_flash_mem_node *node = must(calloc(1, sizeof *node));
    node->refs = 1;
    node->is_dir = is_dir;
    if (is_dir) {
        node->history = must(calloc(1, sizeof(struct asv_mem_map *)));
        node->history[0] = must(calloc(1, sizeof(struct asv_mem_map)));
        node->changes = 1;
    }
    return node;
}

static void map_free(struct asv_mem_map *map)
{
    for (size_t i = 0; i < map->count; i++) {
        asv_mem_node_drop(map->entry[i].node);
    }
    free(map);
}

void asv_mem_node_drop(struct asv_flash_mem_node *node)
{
    if (--node->refs != 0) {
        return;
    }
    for (size_t i = 0; i < node->changes; i++) {
        map_free(node->history[i]);
    }
    free(node->history);
    free(node->bytes);
    free(node);
}

struct asv_mem_map *asv_mem_map_now(const struct asv_flash_mem_node *dir)
{
    return dir->history[dir->changes - 1];
}

/* A copy of the newest map behind it, to be changed. */
struct asv_mem_map *asv_mem_map_change(struct asv_flash_mem_node *dir)
{
    struct asv_mem_map *map = must(malloc(sizeof *map));
    *map = *asv_mem_map_now(dir);
    for (size_t i = 0; i < map->count; i++) {
        map->entry[i].node->refs++;
    }
    dir->history = must(realloc(dir->history, (dir->changes + 1) * sizeof(struct asv_mem_map *)));
    dir->history[dir->changes++] = map;
    return map;
}

/* Makes the i-th map the only one. */
void asv_mem_map_settle(struct asv_flash_mem_node *dir, size_t keep)
{
    struct asv_mem_map *kept = dir->history[keep];
    for (size_t i = 0; i < dir->changes; i++) {
        if (i != keep) {
            map_free(dir->history[i]);
        }
    }
    dir->history[0] = kept;
    dir->changes = 1;
}

struct asv_mem_entry *asv_mem_map_find(struct asv_mem_map *map, const char *name)
{
    for (size_t i = 0; i < map->count; i++) {
        if (strcmp(map->entry[i].name, name) == 0) {
            return &map->entry[i];
        }
    }
    return NULL;
}

void asv_mem_map_add(struct asv_mem_map *map, const char *name, struct asv_flash_mem_node *node)
{
    assert(map->count < ASV_MEM_ENTRIES_MAX && strlen(name) < ASV_MEM_NAME_BYTES);
    struct asv_mem_entry *entry = &map->entry[map->count++];
    memcpy(entry->name, name, strlen(name) + 1);
    entry->node = node;
}

void asv_mem_map_remove(struct asv_mem_map *map, struct asv_mem_entry *entry)
{
    asv_mem_node_drop(entry->node);
    *entry = map->entry[--map->count];
}

uint64_t asv_mem_node_used(const struct asv_flash_mem_node *node)
{
    uint64_t sum = node->len;
    for (size_t i = 0; node->is_dir && i < asv_mem_map_now(node)->count; i++) {
        sum += asv_mem_node_used(asv_mem_map_now(node)->entry[i].node);
    }
    return sum;
}

void asv_mem_node_append(struct asv_flash_mem_node *node, const void *data, size_t len)
{
    if (len == 0) {
        return;
    }
    if (node->len + len > node->cap) {
        node->cap = (node->len + len) * 2;
        node->bytes = must(realloc(node->bytes, node->cap));
    }
    memcpy(node->bytes + node->len, data, len);
    node->len += len;
}

struct asv_flash_mem_node *asv_mem_node_copy(const struct asv_flash_mem_node *node)
{
    struct asv_flash_mem_node *copy = asv_mem_node_new(node->is_dir);
    if (!node->is_dir) {
        asv_mem_node_append(copy, node->bytes, node->lost ? node->durable_len : node->len);
        copy->durable_len = copy->len;
        return copy;
    }
    for (size_t i = 0; i < asv_mem_map_now(node)->count; i++) {
        const struct asv_mem_entry *entry = &asv_mem_map_now(node)->entry[i];
        asv_mem_map_add(asv_mem_map_now(copy), entry->name, asv_mem_node_copy(entry->node));
    }
    return copy;
}

uint64_t asv_mem_draw(uint64_t *seed)
{
    uint64_t z = (*seed += UINT64_C(0x9e3779b97f4a7c15)); /* splitmix64 */
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

void asv_mem_node_settle(struct asv_flash_mem_node *node, enum asv_flash_mem_loss loss, uint64_t *seed)
{
    if (!node->is_dir) {
        node->len = node->lost ? node->durable_len : node->len;
        node->lost = false;
        size_t unsynced = node->len - node->durable_len;
        if (loss == ASV_FLASH_MEM_DROP) {
            node->len = node->durable_len;
        } else if (loss == ASV_FLASH_MEM_TEAR) {
            node->len = node->durable_len + (size_t)(asv_mem_draw(seed) % (unsynced + 1));
        }
        node->durable_len = node->len;
        return;
    }
    size_t keep = loss == ASV_FLASH_MEM_DROP ? 0 : node->changes - 1;
    if (loss == ASV_FLASH_MEM_TEAR) {
        keep = (size_t)(asv_mem_draw(seed) % node->changes);
    }
    asv_mem_map_settle(node, keep);
    for (size_t i = 0; i < asv_mem_map_now(node)->count; i++) {
        asv_mem_node_settle(asv_mem_map_now(node)->entry[i].node, loss, seed);
    }
}

size_t asv_mem_node_count(const struct asv_flash_mem_node *node)
{
    size_t count = 1;
    for (size_t i = 0; node->is_dir && i < asv_mem_map_now(node)->count; i++) {
        count += asv_mem_node_count(asv_mem_map_now(node)->entry[i].node);
    }
    return count;
}

bool asv_mem_node_equal(const struct asv_flash_mem_node *a, const struct asv_flash_mem_node *b)
{
    if (a->is_dir != b->is_dir || a->len != b->len ||
        (a->len != 0 && memcmp(a->bytes, b->bytes, a->len) != 0)) {
        return false;
    }
    if (!a->is_dir) {
        return true;
    }
    if (asv_mem_map_now(a)->count != asv_mem_map_now(b)->count) {
        return false;
    }
    for (size_t i = 0; i < asv_mem_map_now(a)->count; i++) {
        const struct asv_mem_entry *other =
            asv_mem_map_find(asv_mem_map_now(b), asv_mem_map_now(a)->entry[i].name);
        if (other == NULL || !asv_mem_node_equal(asv_mem_map_now(a)->entry[i].node, other->node)) {
            return false;
        }
    }
    return true;
}

bool asv_mem_node_holds(const struct asv_flash_mem_node *node, const void *bytes, size_t len)
{
    if (!node->is_dir) {
        return node->len != 0 && memmem(node->bytes, node->len, bytes, len) != NULL;
    }
    for (size_t i = 0; i < asv_mem_map_now(node)->count; i++) {
        if (asv_mem_node_holds(asv_mem_map_now(node)->entry[i].node, bytes, len)) {
            return true;
        }
    }
    return false;
}

bool asv_mem_node_export(const struct asv_flash_mem_node *node, const char *path)
{
    if (!node->is_dir) {
        FILE *file = fopen(path, "wb");
        if (file == NULL) {
            return false;
        }
        bool whole = node->len == 0 || fwrite(node->bytes, 1, node->len, file) == node->len;
        return fclose(file) == 0 && whole;
    }
    bool ok = mkdir(path, 0700) == 0;
    for (size_t i = 0; ok && i < asv_mem_map_now(node)->count; i++) {
        char below[4096];
        int n = snprintf(below, sizeof below, "%s/%s", path, asv_mem_map_now(node)->entry[i].name);
        ok = n > 0 && (size_t)n < sizeof below &&
             asv_mem_node_export(asv_mem_map_now(node)->entry[i].node, below);
    }
    return ok;
}
