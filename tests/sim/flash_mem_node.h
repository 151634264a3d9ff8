/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Private to flash_mem: files and directories with their durable and their newest content.
 */
#ifndef ASV_TESTS_SIM_FLASH_MEM_NODE_H
#define ASV_TESTS_SIM_FLASH_MEM_NODE_H

#include "tests/sim/flash_mem.h"

#define ASV_MEM_NAME_BYTES  64
#define ASV_MEM_ENTRIES_MAX 128

struct asv_mem_entry {
    char name[ASV_MEM_NAME_BYTES];
    struct asv_flash_mem_node *node;
};

/* What a directory holds at one time. */
struct asv_mem_map {
    size_t count;
    struct asv_mem_entry entry[ASV_MEM_ENTRIES_MAX];
};

struct asv_flash_mem_node {
    unsigned refs;
    bool is_dir;
    uint8_t *bytes; /* of a file */
    size_t len;
    size_t cap;
    size_t durable_len;
    bool lost;                    /* a sync failed: what is behind durable_len is in the cache only */
    struct asv_mem_map **history; /* of a directory: what is durable, then after each change since */
    size_t changes;
};

struct asv_flash_mem_node *asv_mem_node_new(bool is_dir);
void asv_mem_node_drop(struct asv_flash_mem_node *node);
struct asv_mem_map *asv_mem_map_now(const struct asv_flash_mem_node *dir);
struct asv_mem_map *asv_mem_map_change(struct asv_flash_mem_node *dir);
void asv_mem_map_settle(struct asv_flash_mem_node *dir, size_t keep);
struct asv_mem_entry *asv_mem_map_find(struct asv_mem_map *map, const char *name);
void asv_mem_map_add(struct asv_mem_map *map, const char *name, struct asv_flash_mem_node *node);
void asv_mem_map_remove(struct asv_mem_map *map, struct asv_mem_entry *entry);
uint64_t asv_mem_node_used(const struct asv_flash_mem_node *node);
void asv_mem_node_append(struct asv_flash_mem_node *node, const void *data, size_t len);
struct asv_flash_mem_node *asv_mem_node_copy(const struct asv_flash_mem_node *node);
uint64_t asv_mem_draw(uint64_t *seed);
void asv_mem_node_settle(struct asv_flash_mem_node *node, enum asv_flash_mem_loss loss, uint64_t *seed);
size_t asv_mem_node_count(const struct asv_flash_mem_node *node);
bool asv_mem_node_equal(const struct asv_flash_mem_node *a, const struct asv_flash_mem_node *b);
bool asv_mem_node_holds(const struct asv_flash_mem_node *node, const void *bytes, size_t len);
bool asv_mem_node_export(const struct asv_flash_mem_node *node, const char *path);

#endif
