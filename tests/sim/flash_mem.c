/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/sim/flash_mem.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/flash_mem_node.h"

#define SECTOR_BYTES 512

/* Open files are a process's, not the flash's; one test program has one process. */
#define HANDLES_MAX 64
static struct asv_flash_mem_node *handles[HANDLES_MAX];

/* The overwrite that a power cut interrupted. */
static struct {
    struct asv_flash_mem_node *node;
    size_t offset;
    size_t len;
    size_t done;
} interrupted;

static struct asv_flash_mem_node *lookup(const struct asv_flash_mem *mem, const char *path)
{
    struct asv_flash_mem_node *node = mem->root;
    char rest[ASV_FLASH_PATH_MAX + 1];
    char *save = NULL;
    if (strcmp(path, ".") == 0) {
        return node;
    }
    snprintf(rest, sizeof rest, "%s", path);
    for (const char *name = strtok_r(rest, "/", &save); name != NULL; name = strtok_r(NULL, "/", &save)) {
        const struct asv_mem_entry *entry =
            node->is_dir ? asv_mem_map_find(asv_mem_map_now(node), name) : NULL;
        if (entry == NULL) {
            return NULL;
        }
        node = entry->node;
    }
    return node;
}

/* The directory that holds path, and the last name in *name. */
static struct asv_flash_mem_node *lookup_parent(const struct asv_flash_mem *mem, const char *path,
                                                const char **name)
{
    char parent[ASV_FLASH_PATH_MAX + 1];
    asv_flash_parent(path, parent);
    const char *slash = strrchr(path, '/');
    *name = slash == NULL ? path : slash + 1;
    struct asv_flash_mem_node *dir = lookup(mem, parent);
    return dir != NULL && dir->is_dir ? dir : NULL;
}

/* Counts an operation; ASV_OK when it is to happen. A cut inside of it is the caller's (cuts_now). */
static enum asv_status begin(struct asv_flash_mem *mem, const char *path)
{
    if (path != NULL && asv_flash_check_path(path) != ASV_OK) {
        return ASV_E_USAGE;
    }
    if (mem->off) {
        return ASV_E_IO;
    }
    mem->operations++;
    uint64_t count = mem->fail_count == 0 ? 1 : mem->fail_count;
    if (mem->fail_at != 0 && mem->operations >= mem->fail_at && mem->operations - mem->fail_at < count) {
        return mem->fail_status;
    }
    return ASV_OK;
}

static bool cuts_now(const struct asv_flash_mem *mem)
{
    return mem->cut_at != 0 && mem->operations == mem->cut_at;
}

#define BEGIN_WHOLE(mem, path)                        \
    do {                                              \
        enum asv_status begun = begin((mem), (path)); \
        if (begun != ASV_OK) {                        \
            return begun;                             \
        }                                             \
        if (cuts_now(mem)) {                          \
            (mem)->off = true;                        \
            return ASV_E_IO;                          \
        }                                             \
    } while (0)

static enum asv_status mem_create(void *ctx, const char *path, int *file)
{
    struct asv_flash_mem *mem = ctx;
    const char *name = NULL;
    BEGIN_WHOLE(mem, path);
    struct asv_flash_mem_node *dir = lookup_parent(mem, path, &name);
    if (dir == NULL) {
        return ASV_E_NOT_FOUND;
    }
    if (asv_mem_map_find(asv_mem_map_now(dir), name) != NULL) {
        return ASV_E_EXISTS;
    }
    for (int i = 0; i < HANDLES_MAX; i++) {
        if (handles[i] == NULL) {
            handles[i] = asv_mem_node_new(false);
            handles[i]->refs++;
            asv_mem_map_add(asv_mem_map_change(dir), name, handles[i]);
            *file = i;
            return ASV_OK;
        }
    }
    abort(); /* files are left open */
}

static enum asv_status mem_append(void *ctx, int file, const void *data, size_t len, size_t *written)
{
    struct asv_flash_mem *mem = ctx;
    enum asv_status status = begin(mem, NULL);
    *written = 0;
    if (status != ASV_OK) {
        return status;
    }
    size_t some = len;
    mem->last_append_bytes = len;
    if (cuts_now(mem)) {
        mem->off = true;
        mem->cut_in_append = true;
        some = mem->cut_byte < len ? mem->cut_byte : len;
        status = ASV_E_IO;
    } else if (mem->capacity != 0) {
        uint64_t used = asv_mem_node_used(mem->root);
        uint64_t left = used < mem->capacity ? mem->capacity - used : 0;
        if (left < len) {
            some = (size_t)left;
            status = ASV_E_NO_SPACE;
        }
        if (left - some < mem->lowest_free) {
            mem->lowest_free = left - some;
        }
    }
    asv_mem_node_append(handles[file], data, some);
    *written = some;
    return status;
}

static enum asv_status mem_sync(void *ctx, int file)
{
    struct asv_flash_mem *mem = ctx;
    struct asv_flash_mem_node *node = handles[file];
    enum asv_status status = begin(mem, NULL);
    if (status != ASV_OK) {
        node->lost = node->lost || (!mem->off && !mem->sync_fails_late); /* it can still be read */
        return status;
    }
    if (cuts_now(mem)) {
        mem->off = true;
        return ASV_E_IO;
    }
    node->durable_len = node->len;
    return ASV_OK;
}

static enum asv_status mem_settle(void *ctx, const char *path)
{
    struct asv_flash_mem *mem = ctx;
    BEGIN_WHOLE(mem, path);
    struct asv_flash_mem_node *node = lookup(mem, path);
    if (node == NULL || node->is_dir) {
        return ASV_E_NOT_FOUND;
    }
    node->len = node->lost ? node->durable_len : node->len;
    node->lost = false;
    node->durable_len = node->len;
    return ASV_OK;
}

static enum asv_status mem_cut(void *ctx, const char *path, uint64_t len)
{
    struct asv_flash_mem *mem = ctx;
    BEGIN_WHOLE(mem, path);
    struct asv_flash_mem_node *node = lookup(mem, path);
    if (node == NULL || node->is_dir) {
        return ASV_E_NOT_FOUND;
    }
    if (len > node->len) {
        return ASV_E_USAGE;
    }
    node->len = (size_t)len;
    node->lost = false;
    node->durable_len = node->len;
    return ASV_OK;
}

static void mem_close(void *ctx, int file)
{
    (void)ctx;
    assert(handles[file] != NULL);
    asv_mem_node_drop(handles[file]);
    handles[file] = NULL;
}

static enum asv_status mem_read(void *ctx, const char *path, uint64_t offset, void *out, size_t cap,
                                size_t *len)
{
    struct asv_flash_mem *mem = ctx;
    if (asv_flash_check_path(path) != ASV_OK) {
        return ASV_E_USAGE;
    }
    const struct asv_flash_mem_node *node = lookup(mem, path);
    if (mem->off) {
        return ASV_E_IO;
    }
    if (node == NULL || node->is_dir) {
        return ASV_E_NOT_FOUND;
    }
    if (mem->read_fail_at != 0 && --mem->read_fail_at == 0) {
        return ASV_E_IO;
    }
    if (mem->bad_path != NULL && strcmp(path, mem->bad_path) == 0 && offset <= mem->bad_from &&
        mem->bad_from - offset < cap) {
        return ASV_E_IO;
    }
    size_t at = offset < node->len ? (size_t)offset : node->len;
    size_t some = node->len - at < cap ? node->len - at : cap;
    if (some != 0) {
        memcpy(out, node->bytes + at, some);
    }
    *len = some;
    return ASV_OK;
}

static enum asv_status mem_size(void *ctx, const char *path, uint64_t *out)
{
    const struct asv_flash_mem *mem = ctx;
    const struct asv_flash_mem_node *node = mem->off ? NULL : lookup(mem, path);
    if (mem->off) {
        return ASV_E_IO;
    }
    if (node == NULL || node->is_dir) {
        return ASV_E_NOT_FOUND;
    }
    *out = node->len;
    return ASV_OK;
}

static enum asv_status mem_overwrite(void *ctx, const char *path, uint64_t offset, uint64_t len)
{
    struct asv_flash_mem *mem = ctx;
    enum asv_status status = begin(mem, path);
    if (status != ASV_OK) {
        return status;
    }
    struct asv_flash_mem_node *node = lookup(mem, path);
    if (node == NULL || node->is_dir) {
        return ASV_E_NOT_FOUND;
    }
    assert(offset <= node->len && len <= node->len - offset);
    if (mem->refuse_overwrite) {
        return ASV_E_IO;
    }
    mem->last_append_bytes = len;
    if (cuts_now(mem)) {
        mem->off = true;
        mem->cut_in_append = true;
        interrupted.node = node;
        interrupted.offset = (size_t)offset;
        interrupted.len = (size_t)len;
        interrupted.done = mem->cut_byte < len ? mem->cut_byte : (size_t)len;
        return ASV_E_IO;
    }
    if (len != 0) {
        memset(node->bytes + offset, 0, (size_t)len);
    }
    return ASV_OK;
}

static enum asv_status mem_discard(void *ctx, const char *path)
{
    struct asv_flash_mem *mem = ctx;
    BEGIN_WHOLE(mem, path);
    return lookup(mem, path) == NULL ? ASV_E_NOT_FOUND : ASV_OK;
}

static enum asv_status mem_remove(struct asv_flash_mem *mem, const char *path, bool is_dir)
{
    const char *name = NULL;
    BEGIN_WHOLE(mem, path);
    struct asv_flash_mem_node *dir = lookup_parent(mem, path, &name);
    const struct asv_mem_entry *entry = dir == NULL ? NULL : asv_mem_map_find(asv_mem_map_now(dir), name);
    if (entry == NULL) {
        return ASV_E_NOT_FOUND;
    }
    if (entry->node->is_dir != is_dir) {
        return ASV_E_IO;
    }
    if (is_dir && asv_mem_map_now(entry->node)->count != 0) {
        return ASV_E_EXISTS;
    }
    if (strncmp(path, "clips/", 6) == 0) {
        for (size_t i = 0; i < entry->node->len; i++) {
            mem->bytes_unlinked += entry->node->bytes[i] != 0;
        }
    }
    struct asv_mem_map *map = asv_mem_map_change(dir);
    asv_mem_map_remove(map, asv_mem_map_find(map, name));
    return ASV_OK;
}

static enum asv_status mem_unlink(void *ctx, const char *path)
{
    return mem_remove(ctx, path, false);
}

static enum asv_status mem_rmdir(void *ctx, const char *path)
{
    return mem_remove(ctx, path, true);
}

static enum asv_status mem_rename(void *ctx, const char *from, const char *to)
{
    struct asv_flash_mem *mem = ctx;
    const char *from_name = NULL;
    const char *to_name = NULL;
    BEGIN_WHOLE(mem, from);
    struct asv_flash_mem_node *dir = lookup_parent(mem, from, &from_name);
    const struct asv_flash_mem_node *to_dir = lookup_parent(mem, to, &to_name);
    assert(dir == to_dir); /* the contract: within one directory */
    if (dir == NULL || to_dir == NULL || asv_mem_map_find(asv_mem_map_now(dir), from_name) == NULL) {
        return ASV_E_NOT_FOUND;
    }
    const struct asv_mem_entry *there = asv_mem_map_find(asv_mem_map_now(dir), to_name);
    if (there != NULL && there->node->is_dir && asv_mem_map_now(there->node)->count != 0) {
        return ASV_E_EXISTS;
    }
    struct asv_mem_map *map = asv_mem_map_change(dir);
    struct asv_flash_mem_node *node = asv_mem_map_find(map, from_name)->node;
    node->refs++;
    asv_mem_map_remove(map, asv_mem_map_find(map, from_name));
    struct asv_mem_entry *old = asv_mem_map_find(map, to_name);
    if (old != NULL) {
        asv_mem_map_remove(map, old);
    }
    asv_mem_map_add(map, to_name, node);
    return ASV_OK;
}

static enum asv_status mem_mkdir(void *ctx, const char *path)
{
    struct asv_flash_mem *mem = ctx;
    const char *name = NULL;
    BEGIN_WHOLE(mem, path);
    struct asv_flash_mem_node *dir = lookup_parent(mem, path, &name);
    if (dir == NULL) {
        return ASV_E_NOT_FOUND;
    }
    if (asv_mem_map_find(asv_mem_map_now(dir), name) != NULL) {
        return ASV_E_EXISTS;
    }
    asv_mem_map_add(asv_mem_map_change(dir), name, asv_mem_node_new(true));
    return ASV_OK;
}

static enum asv_status mem_sync_dir(void *ctx, const char *path)
{
    struct asv_flash_mem *mem = ctx;
    BEGIN_WHOLE(mem, path);
    struct asv_flash_mem_node *dir = lookup(mem, path);
    if (dir == NULL || !dir->is_dir) {
        return ASV_E_NOT_FOUND;
    }
    asv_mem_map_settle(dir, dir->changes - 1);
    return ASV_OK;
}

static enum asv_status mem_list(void *ctx, const char *path, asv_flash_entry_fn *fn, void *arg)
{
    const struct asv_flash_mem *mem = ctx;
    const struct asv_flash_mem_node *dir = lookup(mem, path);
    if (mem->off) {
        return ASV_E_IO;
    }
    if (dir == NULL || !dir->is_dir) {
        return ASV_E_NOT_FOUND;
    }
    const struct asv_mem_map copy = *asv_mem_map_now(dir); /* fn may change the directory */
    for (size_t i = 0; i < copy.count; i++) {
        enum asv_status status = fn(arg, copy.entry[i].name);
        if (status != ASV_OK) {
            return status;
        }
    }
    return ASV_OK;
}

static enum asv_status mem_space(void *ctx, uint64_t *free_bytes, uint64_t *total_bytes)
{
    const struct asv_flash_mem *mem = ctx;
    if (mem->off) {
        return ASV_E_IO;
    }
    uint64_t used = asv_mem_node_used(mem->root);
    *total_bytes = mem->capacity == 0 ? UINT64_C(1) << 40 : mem->capacity;
    *free_bytes = used < *total_bytes ? *total_bytes - used : 0;
    return ASV_OK;
}

static const struct asv_flash_ops mem_ops = {
    .create = mem_create,
    .append = mem_append,
    .sync = mem_sync,
    .close = mem_close,
    .settle = mem_settle,
    .cut = mem_cut,
    .read = mem_read,
    .size = mem_size,
    .overwrite = mem_overwrite,
    .discard = mem_discard,
    .unlink = mem_unlink,
    .rename = mem_rename,
    .mkdir = mem_mkdir,
    .rmdir = mem_rmdir,
    .sync_dir = mem_sync_dir,
    .list = mem_list,
    .space = mem_space,
};

void asv_flash_mem_init(struct asv_flash_mem *mem)
{
    *mem = (struct asv_flash_mem){.root = asv_mem_node_new(true), .lowest_free = UINT64_MAX};
    mem->flash = (struct asv_flash){.ops = &mem_ops, .ctx = mem};
}

void asv_flash_mem_free(struct asv_flash_mem *mem)
{
    if (mem->root != NULL) {
        asv_mem_node_drop(mem->root);
        mem->root = NULL;
    }
}

void asv_flash_mem_clone(struct asv_flash_mem *out, const struct asv_flash_mem *mem)
{
    asv_flash_mem_init(out);
    asv_mem_node_drop(out->root);
    out->root = asv_mem_node_copy(mem->root);
    out->capacity = mem->capacity;
}

/* The part of an interrupted overwrite that reached the medium. */
static void settle_overwrite(enum asv_flash_mem_loss loss, uint64_t *seed)
{
    if (interrupted.node == NULL || interrupted.len == 0) {
        interrupted.node = NULL;
        return;
    }
    uint8_t *bytes = interrupted.node->bytes + interrupted.offset;
    if (loss == ASV_FLASH_MEM_KEEP) {
        memset(bytes, 0, interrupted.done);
    } else if (loss == ASV_FLASH_MEM_TEAR) {
        for (size_t at = 0; at < interrupted.len; at += SECTOR_BYTES) {
            size_t some = interrupted.len - at < SECTOR_BYTES ? interrupted.len - at : SECTOR_BYTES;
            if ((asv_mem_draw(seed) & 1) != 0) {
                memset(bytes + at, 0, some);
            }
        }
    }
    interrupted.node = NULL;
}

void asv_flash_mem_reboot(struct asv_flash_mem *mem, enum asv_flash_mem_loss loss, uint64_t tear_seed)
{
    settle_overwrite(loss, &tear_seed);
    asv_mem_node_settle(mem->root, loss, &tear_seed);
    asv_flash_mem_restart(mem);
}

void asv_flash_mem_restart(struct asv_flash_mem *mem)
{
    for (int i = 0; i < HANDLES_MAX; i++) {
        assert(handles[i] == NULL); /* who used it has closed its files */
    }
    struct asv_flash_mem_node *root = mem->root;
    uint64_t capacity = mem->capacity;
    *mem = (struct asv_flash_mem){.root = root, .capacity = capacity, .lowest_free = UINT64_MAX};
    mem->flash = (struct asv_flash){.ops = &mem_ops, .ctx = mem};
}

size_t asv_flash_mem_count(const struct asv_flash_mem *mem)
{
    return asv_mem_node_count(mem->root) - 1;
}

bool asv_flash_mem_equal(const struct asv_flash_mem *a, const struct asv_flash_mem *b)
{
    return asv_mem_node_equal(a->root, b->root);
}

bool asv_flash_mem_holds(const struct asv_flash_mem *mem, const void *bytes, size_t len)
{
    return asv_mem_node_holds(mem->root, bytes, len);
}

bool asv_flash_mem_flip(struct asv_flash_mem *mem, const char *path, uint64_t offset, unsigned bit)
{
    struct asv_flash_mem_node *node = lookup(mem, path);
    if (node == NULL || node->is_dir || offset >= node->len) {
        return false;
    }
    node->bytes[offset] = (uint8_t)(node->bytes[offset] ^ (1u << (bit % 8)));
    return true;
}

bool asv_flash_mem_truncate(struct asv_flash_mem *mem, const char *path, uint64_t len)
{
    struct asv_flash_mem_node *node = lookup(mem, path);
    if (node == NULL || node->is_dir || len > node->len) {
        return false;
    }
    node->len = (size_t)len;
    node->durable_len = node->len;
    return true;
}

void asv_flash_mem_fill(struct asv_flash_mem *mem, const char *name, size_t len)
{
    struct asv_flash_mem_node *node = asv_mem_node_new(false);
    uint8_t byte = 0xee;
    for (size_t i = 0; i < len; i++) {
        asv_mem_node_append(node, &byte, 1);
    }
    node->durable_len = node->len;
    asv_mem_map_add(asv_mem_map_change(mem->root), name, node);
    asv_mem_map_settle(mem->root, mem->root->changes - 1);
}

bool asv_flash_mem_export(const struct asv_flash_mem *mem, const char *dir)
{
    return asv_mem_node_export(mem->root, dir);
}
