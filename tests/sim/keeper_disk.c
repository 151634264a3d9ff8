/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/sim/keeper_disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/keeper/dayfile.h"

static void must(bool fine, const char *what)
{
    if (!fine) {
        fprintf(stderr, "keeper disk: %s\n", what);
        abort();
    }
}

static uint32_t draw(struct keeper_disk *disk)
{
    disk->seed = disk->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(disk->seed >> 33);
}

static struct keeper_blob blob(const void *data, size_t len)
{
    struct keeper_blob copy = {.data = malloc(len + 1), .len = len};
    must(copy.data != NULL, "memory");
    if (len > 0) {
        memcpy(copy.data, data, len);
    }
    return copy;
}

static void remember(struct keeper_disk *disk, const void *data, size_t len)
{
    disk = disk->first != NULL ? disk->first : disk;
    must(disk->past_count < KEEPER_DISK_PAST, "past");
    disk->past[disk->past_count++] = blob(data, len);
}

static void remember_cell(struct keeper_disk *disk, const void *data)
{
    must(disk->cells_past_count < KEEPER_DISK_PAST, "past cells");
    disk->cells_past[disk->cells_past_count++] = blob(data, ASV_SLOT_CELL_BYTES);
}

enum step { GO, FAIL, FAIL_AFTER, CUT };

/* Each call, and each part of one that can be cut, asks here. */
static enum step step(struct keeper_disk *disk)
{
    if (disk->dead || disk->away) {
        return FAIL;
    }
    if (++disk->calls != disk->fault_at) {
        return GO;
    }
    disk->struck = true;
    if (disk->fault == KEEPER_FAIL_BEFORE) {
        return FAIL;
    }
    if (disk->fault == KEEPER_FAIL_AFTER) {
        return FAIL_AFTER;
    }
    disk->dead = true;
    for (size_t i = 0; i < sizeof disk->with / sizeof disk->with[0]; i++) {
        if (disk->with[i] != NULL) {
            disk->with[i]->dead = true;
            disk->with[i]->fault = disk->fault;
        }
    }
    return CUT;
}

static enum asv_status failed(struct asv_err *err)
{
    return asv_fail(err, ASV_E_IO, "the test's disk fails");
}

static struct keeper_file *find(struct keeper_file *files, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(files[i].name, name) == 0) {
            return &files[i];
        }
    }
    return NULL;
}

static void set_name(struct keeper_file *files, size_t *count, const char *name, int inode)
{
    struct keeper_file *file = find(files, *count, name);
    if (file == NULL) {
        must(*count < KEEPER_DISK_FILES, "names");
        file = &files[(*count)++];
        snprintf(file->name, sizeof file->name, "%s", name);
    }
    file->inode = inode;
}

static void unset_name(struct keeper_file *files, size_t *count, const char *name)
{
    struct keeper_file *file = find(files, *count, name);
    if (file != NULL) {
        *file = files[--*count];
    }
}

static void apply(struct keeper_file *files, size_t *count, const struct keeper_op *op)
{
    if (op->from[0] != '\0') {
        unset_name(files, count, op->from);
    }
    if (op->link) {
        set_name(files, count, op->to, op->inode);
    }
}

static void change(struct keeper_disk *disk, bool link, const char *from, const char *to, int inode)
{
    must(disk->pending_count < KEEPER_DISK_FILES, "pending");
    struct keeper_op *op = &disk->pending[disk->pending_count++];
    *op = (struct keeper_op){.link = link, .inode = inode};
    snprintf(op->from, sizeof op->from, "%s", from);
    snprintf(op->to, sizeof op->to, "%s", to);
    apply(disk->now, &disk->now_count, op);
}

static enum asv_status disk_attach(void *ctx, struct asv_err *err)
{
    struct keeper_disk *disk = ctx;
    return step(disk) == GO ? ASV_OK : failed(err);
}

static enum asv_status disk_read(void *ctx, const char *name, size_t max, uint8_t **out, size_t *len,
                                 struct asv_err *err)
{
    struct keeper_disk *disk = ctx;
    if (step(disk) != GO) {
        return failed(err);
    }
    const struct keeper_file *file = find(disk->now, disk->now_count, name);
    if (file == NULL) {
        return asv_fail(err, ASV_E_NOT_FOUND, name);
    }
    const struct keeper_blob *content = &disk->inodes[file->inode].content;
    if (content->len > max) {
        return asv_fail(err, ASV_E_LIMIT, name);
    }
    disk->largest = content->len > disk->largest ? content->len : disk->largest;
    *out = blob(content->data, content->len).data;
    *len = content->len;
    return ASV_OK;
}

static enum asv_status disk_read_at(void *ctx, const char *name, uint64_t offset, void *out, size_t len,
                                    size_t *got, struct asv_err *err)
{
    struct keeper_disk *disk = ctx;
    *got = 0;
    if (step(disk) != GO) {
        return failed(err);
    }
    const struct keeper_file *file = find(disk->now, disk->now_count, name);
    if (file == NULL) {
        return asv_fail(err, ASV_E_NOT_FOUND, name);
    }
    const struct keeper_blob *content = &disk->inodes[file->inode].content;
    size_t left = content->len > offset ? content->len - (size_t)offset : 0;
    *got = left < len ? left : len;
    memcpy(out, content->data + content->len - left, *got);
    return ASV_OK;
}

/* Some of the bytes, some of them wrong. */
static void tear(struct keeper_disk *disk, struct keeper_blob *content)
{
    size_t keep = content->len == 0 ? 0 : draw(disk) % content->len;
    if (draw(disk) % 2 == 0) {
        content->len = keep;
    } else if (keep < content->len) {
        memset(content->data + keep, 0, content->len - keep);
    }
}

static enum asv_status disk_write(void *ctx, const char *name, const void *data, size_t len,
                                  struct asv_err *err)
{
    struct keeper_disk *disk = ctx;
    enum step at = step(disk); /* open, with its name made or its bytes cut off, and the first bytes */
    if (at == FAIL) {
        return failed(err);
    }
    const struct keeper_file *file = find(disk->now, disk->now_count, name);
    int inode = file == NULL ? disk->inode_count++ : file->inode;
    must(inode < KEEPER_DISK_PAST, "inodes");
    free(disk->inodes[inode].content.data);
    disk->inodes[inode] = (struct keeper_inode){.content = blob(data, len)};
    remember(disk, data, len);
    if (file == NULL) {
        change(disk, true, "", name, inode);
    }
    if (at != GO) {
        tear(disk, &disk->inodes[inode].content);
        return failed(err);
    }
    return ASV_OK;
}

/* One step, because each append is on the medium when it returns. */
static enum asv_status disk_append(void *ctx, const char *name, const void *lines, size_t len,
                                   struct asv_err *err)
{
    struct keeper_disk *disk = ctx;
    enum step at = step(disk);
    if (at == FAIL) {
        return failed(err);
    }
    const struct keeper_file *file = find(disk->now, disk->now_count, name);
    int inode = file == NULL ? disk->inode_count++ : file->inode;
    must(inode < KEEPER_DISK_PAST, "inodes");
    struct keeper_blob *content = &disk->inodes[inode].content;
    size_t take = at == CUT ? draw(disk) % (len + 1) : len;
    content->data = realloc(content->data, content->len + take + 1);
    must(content->data != NULL, "memory");
    memcpy(content->data + content->len, lines, take);
    content->len += take;
    disk->inodes[inode].synced = true;
    set_name(disk->now, &disk->now_count, name, inode);
    set_name(disk->durable, &disk->durable_count, name, inode);
    return at == GO ? ASV_OK : failed(err);
}

static enum asv_status disk_extend(void *ctx, const char *name, const void *data, size_t len,
                                   struct asv_err *err)
{
    struct keeper_disk *disk = ctx;
    enum step at = step(disk);
    const struct keeper_file *file = find(disk->now, disk->now_count, name);
    if (at == FAIL || file == NULL) {
        return failed(err);
    }
    struct keeper_inode *inode = &disk->inodes[file->inode];
    struct keeper_blob *content = &inode->content;
    content->data = realloc(content->data, content->len + len + 1);
    must(content->data != NULL, "memory");
    memcpy(content->data + content->len, data, len);
    content->len += len;
    inode->synced = false;
    if (at != GO) {
        tear(disk, content);
        return failed(err);
    }
    return ASV_OK;
}

static enum asv_status disk_rename(void *ctx, const char *from, const char *to, struct asv_err *err)
{
    struct keeper_disk *disk = ctx;
    enum step at = step(disk);
    const struct keeper_file *file = find(disk->now, disk->now_count, from);
    if (at == FAIL) {
        return failed(err);
    }
    if (file == NULL) {
        return asv_fail(err, ASV_E_NOT_FOUND, from);
    }
    change(disk, true, from, to, file->inode);
    return at == GO ? ASV_OK : failed(err);
}

static enum asv_status disk_remove(void *ctx, const char *name, struct asv_err *err)
{
    struct keeper_disk *disk = ctx;
    enum step at = step(disk);
    if (at == FAIL) {
        return failed(err);
    }
    if (find(disk->now, disk->now_count, name) != NULL) {
        change(disk, false, name, "", -1);
    }
    return at == GO ? ASV_OK : failed(err);
}

static enum asv_status disk_sync(void *ctx, struct asv_err *err)
{
    struct keeper_disk *disk = ctx;
    enum step at = step(disk); /* the bytes */
    for (int i = 0; (at == GO || at == FAIL_AFTER) && i < disk->inode_count; i++) {
        disk->inodes[i].synced = true;
    }
    if (at != GO) {
        return failed(err);
    }
    at = step(disk); /* the names */
    if (at == GO || at == FAIL_AFTER) {
        memcpy(disk->durable, disk->now, sizeof disk->now);
        disk->durable_count = disk->now_count;
        disk->pending_count = 0;
    }
    return at == GO ? ASV_OK : failed(err);
}

static enum asv_status disk_list(void *ctx, enum asv_status (*each)(void *each_ctx, const char *name),
                                 void *each_ctx, struct asv_err *err)
{
    struct keeper_disk *disk = ctx;
    enum asv_status status = step(disk) == GO ? ASV_OK : failed(err);
    for (size_t i = disk->now_count; status == ASV_OK && i > 0; i--) { /* a removal moves the last one up */
        char name[ASV_ENTRY_NAME_BYTES];
        snprintf(name, sizeof name, "%s", disk->now[i - 1].name);
        status = each(each_ctx, name);
    }
    return status;
}

static enum asv_status slot_read(void *ctx, unsigned cell, uint8_t out[ASV_SLOT_CELL_BYTES],
                                 struct asv_err *err)
{
    struct keeper_fake_slot *slot = ctx;
    if (slot->away) {
        return asv_fail(err, ASV_E_AWAY, "the test's slot is away");
    }
    if (step(slot->owner) != GO) {
        return failed(err);
    }
    memcpy(out, slot->cells[cell], ASV_SLOT_CELL_BYTES);
    return ASV_OK;
}

static enum asv_status slot_write(void *ctx, unsigned cell, const uint8_t in[ASV_SLOT_CELL_BYTES],
                                  struct asv_err *err)
{
    struct keeper_fake_slot *slot = ctx;
    if (slot->away) {
        return asv_fail(err, ASV_E_AWAY, "the test's slot is away");
    }
    enum step at = step(slot->owner);
    if (at == FAIL) {
        return failed(err);
    }
    size_t len = ASV_SLOT_CELL_BYTES;
    if (at == CUT) {
        len = draw(slot->owner) % (ASV_SLOT_CELL_BYTES + 1);
    }
    memcpy(slot->cells[cell], in, len);
    remember_cell(slot->home, slot->cells[cell]);
    return at == GO ? ASV_OK : failed(err);
}

struct keeper_disk *keeper_disk_new(uint64_t seed)
{
    struct keeper_disk *disk = calloc(1, sizeof *disk);
    must(disk != NULL, "memory");
    disk->seed = seed;
    return disk;
}

struct keeper_disk *keeper_disk_copy(const struct keeper_disk *disk)
{
    struct keeper_disk *copy = malloc(sizeof *copy);
    must(copy != NULL && disk->fault_at == 0 && !disk->dead, "copy");
    memcpy(copy, disk, sizeof *copy);
    for (int i = 0; i < disk->inode_count; i++) {
        copy->inodes[i].content = blob(disk->inodes[i].content.data, disk->inodes[i].content.len);
    }
    for (size_t i = 0; i < disk->past_count; i++) {
        copy->past[i] = blob(disk->past[i].data, disk->past[i].len);
    }
    for (size_t i = 0; i < disk->cells_past_count; i++) {
        copy->cells_past[i] = blob(disk->cells_past[i].data, disk->cells_past[i].len);
    }
    return copy;
}

void keeper_disk_free(struct keeper_disk *disk)
{
    for (int i = 0; i < disk->inode_count; i++) {
        free(disk->inodes[i].content.data);
    }
    for (size_t i = 0; i < disk->past_count; i++) {
        free(disk->past[i].data);
    }
    for (size_t i = 0; i < disk->cells_past_count; i++) {
        free(disk->cells_past[i].data);
    }
    free(disk);
}

static struct asv_disk calls_of(struct keeper_disk *disk)
{
    return (struct asv_disk){.ctx = disk,
                             .attach = disk_attach,
                             .read = disk_read,
                             .write = disk_write,
                             .read_at = disk_read_at,
                             .extend = disk_extend,
                             .append = disk_append,
                             .rename = disk_rename,
                             .remove = disk_remove,
                             .sync = disk_sync,
                             .list = disk_list};
}

struct asv_store_setup keeper_disk_setup(struct keeper_disk *disk, struct asv_slot slots[KEEPER_DISK_SLOTS],
                                         const struct asv_world *world)
{
    for (unsigned i = 0; i < KEEPER_DISK_SLOTS; i++) {
        disk->slots[i].home = disk->slots[i].owner = disk;
        slots[i] = (struct asv_slot){
            .ctx = &disk->slots[i],
            .kind = ASV_KEEPER_SLOT_TPM,
            .effaceable = true,
            .read = slot_read,
            .write = slot_write,
        };
        snprintf(slots[i].label, sizeof slots[i].label, "test slot %u", i + 1);
    }
    return (struct asv_store_setup){
        .disk = calls_of(disk),
        .slots = slots,
        .slot_count = KEEPER_DISK_SLOTS,
        .world = world,
        .first_version = 3,
        .first_days = 14,
    };
}

void keeper_disk_add_replica(struct asv_store_setup *setup, struct keeper_disk *replica,
                             struct keeper_disk *slots)
{
    struct keeper_disk *first = setup->disk.ctx;
    replica->first = first;
    setup->replica = calls_of(replica);
    for (unsigned i = 0; i < KEEPER_DISK_SLOTS; i++) {
        first->slots[i].owner = slots;
    }
}

void keeper_disk_replace(struct keeper_disk *disk)
{
    disk->now_count = disk->durable_count = disk->pending_count = 0;
}

void keeper_disk_arm(struct keeper_disk *disk, uint64_t n, enum keeper_fault fault)
{
    disk->fault_at = n == 0 ? 0 : disk->calls + n;
    disk->fault = fault;
    disk->struck = false;
}

void keeper_disk_reboot(struct keeper_disk *disk)
{
    if (disk->dead) {
        for (size_t i = 0; i < disk->pending_count; i++) {
            bool survives =
                disk->fault == KEEPER_CUT_ALL || (disk->fault == KEEPER_CUT_SOME && draw(disk) % 2 == 0);
            if (survives) {
                apply(disk->durable, &disk->durable_count, &disk->pending[i]);
            }
        }
        for (int i = 0; i < disk->inode_count; i++) {
            if (!disk->inodes[i].synced && disk->fault != KEEPER_CUT_ALL) {
                tear(disk, &disk->inodes[i].content);
            }
            disk->inodes[i].synced = true;
        }
        memcpy(disk->now, disk->durable, sizeof disk->now);
        disk->now_count = disk->durable_count;
        disk->pending_count = 0;
    }
    disk->dead = false;
    disk->fault_at = 0;
}

const struct keeper_blob *keeper_disk_file(const struct keeper_disk *disk, const char *name)
{
    for (size_t i = 0; i < disk->now_count; i++) {
        if (strcmp(disk->now[i].name, name) == 0) {
            return &disk->inodes[disk->now[i].inode].content;
        }
    }
    return NULL;
}

static void add_pk(struct keeper_loot *loot, const uint8_t sk[ASV_X25519_BYTES])
{
    uint8_t pk[ASV_X25519_BYTES];
    asv_x25519_public(pk, sk);
    if (!keeper_loot_has(loot, pk)) {
        must(loot->count < sizeof loot->pk / sizeof loot->pk[0], "loot");
        memcpy(loot->pk[loot->count++], pk, sizeof pk);
    }
}

/* One index after the other names the same file under the same key: it is read once. */
static bool is_read(struct keeper_loot *loot, const struct asv_entry *entry)
{
    for (size_t i = 0; i < loot->read_count; i++) {
        if (memcmp(loot->read[i].kek, entry->kek, sizeof entry->kek) == 0 &&
            memcmp(loot->read[i].digest, entry->digest, sizeof entry->digest) == 0) {
            return true;
        }
    }
    if (loot->read_count < sizeof loot->read / sizeof loot->read[0]) {
        memcpy(loot->read[loot->read_count].kek, entry->kek, sizeof entry->kek);
        memcpy(loot->read[loot->read_count++].digest, entry->digest, sizeof entry->digest);
    }
    return false;
}

static void take_keys(const struct keeper_disk *disk, const struct asv_index *index,
                      const struct asv_entry *entry, struct keeper_loot *loot)
{
    if (is_read(loot, entry)) {
        return;
    }
    for (size_t i = 0; i < disk->past_count; i++) {
        struct asv_dayfile file = {0};
        if (asv_dayfile_open(&file, index->store, entry, disk->past[i].data, disk->past[i].len, NULL) !=
            ASV_OK) {
            continue;
        }
        for (uint32_t k = 0; k < file.count; k++) {
            add_pk(loot, file.keys[k].sk);
        }
        asv_dayfile_free(&file);
    }
}

/* What the index itself has. */
static void take_kept(const struct asv_index *index, struct keeper_loot *loot)
{
    static const uint8_t none[ASV_FILE_KEY_BYTES];
    for (uint32_t i = 0; i < asv_index_count(index, ASV_INDEX_KEPT); i++) {
        const uint8_t *key = asv_kept_rows(index)[i].file_key;
        if (memcmp(key, none, sizeof none) != 0 && !keeper_loot_has_file_key(loot, key)) {
            must(loot->file_key_count < sizeof loot->file_key / sizeof loot->file_key[0], "loot");
            memcpy(loot->file_key[loot->file_key_count++], key, ASV_FILE_KEY_BYTES);
        }
    }
    for (uint32_t i = 0; i < asv_index_count(index, ASV_INDEX_AHEADS); i++) {
        const struct asv_index_ahead *ahead = asv_index_row(index, ASV_INDEX_AHEADS, i);
        for (unsigned k = 0; k < ahead->key_count; k++) {
            add_pk(loot, ahead->keys[k].sk);
        }
    }
}

/* hasty: does not even try a master on an index that says it is under another one. */
static void attack(const struct keeper_disk *disk, const struct keeper_blob *cells, size_t cell_count,
                   bool hasty, struct keeper_loot *loot)
{
    loot->count = loot->file_key_count = loot->read_count = 0;
    uint8_t tried[ASV_MASTER_KEY_BYTES] = {0}; /* both slots hold the same one */
    for (size_t c = 0; c < cell_count; c++) {
        struct asv_slot_cell cell;
        if (asv_slot_cell_decode(&cell, cells[c].data) != ASV_OK ||
            memcmp(cell.master, tried, sizeof tried) == 0) {
            continue;
        }
        memcpy(tried, cell.master, sizeof tried);
        for (size_t i = 0; i < disk->past_count; i++) {
            struct asv_index *index = NULL;
            struct asv_index_label label;
            if (hasty && asv_index_label_read(&label, disk->past[i].data, disk->past[i].len) == ASV_OK &&
                label.epoch != cell.epoch) {
                continue;
            }
            if (asv_index_open(&index, disk->past[i].data, disk->past[i].len, cell.master, NULL) != ASV_OK) {
                continue;
            }
            for (uint32_t e = 0; e < asv_index_count(index, ASV_INDEX_ENTRIES); e++) {
                take_keys(disk, index, &asv_entries(index)[e], loot);
            }
            take_kept(index, loot);
            asv_index_free(index);
        }
    }
}

void keeper_attack_now(struct keeper_disk *disk, bool hasty, struct keeper_loot *loot)
{
    struct keeper_blob cells[KEEPER_DISK_SLOTS * ASV_SLOT_CELLS];
    size_t count = 0;
    for (unsigned s = 0; s < KEEPER_DISK_SLOTS; s++) {
        for (unsigned c = 0; c < ASV_SLOT_CELLS; c++) {
            cells[count++] = (struct keeper_blob){disk->slots[s].cells[c], ASV_SLOT_CELL_BYTES};
        }
    }
    attack(disk, cells, count, hasty, loot);
}

void keeper_attack_ever(const struct keeper_disk *disk, struct keeper_loot *loot)
{
    attack(disk, disk->cells_past, disk->cells_past_count, false, loot);
}

bool keeper_loot_has_file_key(const struct keeper_loot *loot, const uint8_t key[ASV_FILE_KEY_BYTES])
{
    size_t i = 0;
    while (i < loot->file_key_count && memcmp(loot->file_key[i], key, ASV_FILE_KEY_BYTES) != 0) {
        i++;
    }
    return i < loot->file_key_count;
}

bool keeper_loot_has(const struct keeper_loot *loot, const uint8_t pk[ASV_X25519_BYTES])
{
    for (size_t i = 0; i < loot->count; i++) {
        if (memcmp(loot->pk[i], pk, ASV_X25519_BYTES) == 0) {
            return true;
        }
    }
    return false;
}
