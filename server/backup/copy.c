/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/backup/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"

#define PREFIX    "vault/"
#define COPY_NAME ".copy" /* until it is known to be the one to keep */

/* One clip while it is being copied. */
struct clip {
    struct asv_backup_copy *copy;
    const char *path; /* in the vault */
    char dir[ASV_VAULT_PATH_BYTES + sizeof PREFIX];
    int fd;     /* of that, in the set */
    bool known; /* its commit record can be read */
    bool same;  /* and is in the set before */
    struct asv_commit commit;
    uint8_t commit_sha256[ASV_SHA256_BYTES];
    size_t count;
    struct {
        struct asv_manifest_entry entry;
        uint64_t size;
    } files[ASV_PART_COUNT];
};

/* Written once, before or with the commit record. */
static bool is_fixed(enum asv_part part)
{
    switch (part) {
    case ASV_PART_PAYLOAD:
    case ASV_PART_SEAL:
    case ASV_PART_STANZAS:
    case ASV_PART_LINK:
    case ASV_PART_TAIL:
    case ASV_PART_CHAIN:
    case ASV_PART_COMMIT:
    case ASV_PART_DOCKING:
        return true;
    default:
        return false;
    }
}

static void note(struct clip *clip, enum asv_part part, const uint8_t sha256[ASV_SHA256_BYTES], uint64_t size,
                 bool damaged)
{
    struct asv_manifest_entry *entry = &clip->files[clip->count].entry;
    *entry = (struct asv_manifest_entry){.damaged = damaged};
    memcpy(entry->sha256, sha256, sizeof entry->sha256);
    snprintf(entry->path, sizeof entry->path, "%s/%s", clip->dir, asv_part_name(part));
    clip->files[clip->count++].size = size;
}

static void found(const struct clip *clip, enum asv_part part, enum asv_backup_finding finding)
{
    char path[ASV_VAULT_PATH_BYTES + 16];
    snprintf(path, sizeof path, "%s/%s", clip->path, asv_part_name(part));
    clip->copy->findings++;
    clip->copy->found(clip->copy->ctx, path, finding);
}

/* Takes the part from the set before, when that has the same. `from` is the vault's. */
static bool reuse(struct clip *clip, enum asv_part part, int from)
{
    const struct asv_backup_copy *copy = clip->copy;
    const struct asv_manifest_entry *entry = asv_base_find(copy->base, asv_part_name(part));
    struct asv_backup_file file = {.size = 0};
    if (entry == NULL || asv_io_size(from, &file.size, entry->path, NULL) != ASV_OK) {
        return false;
    }
    if (!is_fixed(part) || !clip->same) {
        if (asv_backup_file_digest(from, entry->path, &file, NULL) != ASV_OK ||
            memcmp(file.sha256, entry->sha256, sizeof file.sha256) != 0) {
            (void)lseek(from, 0, SEEK_SET);
            return false;
        }
    }
    if (!asv_base_link(copy->base, entry, file.size, copy->set)) {
        (void)lseek(from, 0, SEEK_SET);
        return false;
    }
    note(clip, part, entry->sha256, file.size, false);
    return true;
}

/* What the roots gave so far. */
struct best {
    struct asv_backup_file file;
    bool is_there; /* in a root, readable or not */
    bool is_copied;
    bool is_right;
};

/* Whether the copy is what custody knows. Without a commit record nobody knows what that is. */
static enum asv_status look_at(const struct clip *clip, enum asv_part part,
                               const struct asv_backup_file *file, bool *right, struct asv_err *err)
{
    asv_auto_fd int made = -1;
    if (!clip->known || part == ASV_PART_COMMIT) {
        *right = part != ASV_PART_COMMIT ||
                 (clip->known && memcmp(file->sha256, clip->commit_sha256, sizeof file->sha256) == 0);
        return ASV_OK;
    }
    enum asv_status status = asv_io_open_file(clip->fd, COPY_NAME, &made, err);
    return status == ASV_OK ? asv_vault_part_is_right(&clip->commit, part, made, right, err) : status;
}

/* Copies the part from one root, and keeps the copy if it is the first or the right one. */
static enum asv_status try_copy(struct clip *clip, enum asv_part part, int from, struct best *best,
                                enum asv_backup_side *side, struct asv_err *err)
{
    struct asv_backup_file file;
    bool right = false;
    enum asv_status status = asv_backup_file_copy(from, clip->fd, COPY_NAME, &file, side, err);
    if (status == ASV_OK) {
        *side = ASV_BACKUP_TARGET;
        status = look_at(clip, part, &file, &right, err);
    }
    if (status != ASV_OK || (!right && best->is_copied)) {
        (void)unlinkat(clip->fd, COPY_NAME, 0);
        return status;
    }
    best->file = file;
    best->is_copied = true;
    best->is_right = right;
    return asv_io_rename(clip->fd, COPY_NAME, clip->fd, asv_part_name(part), err);
}

/* Asks root after root, until one gives what is right. */
static enum asv_status copy_part(struct clip *clip, enum asv_part part, struct asv_err *err)
{
    struct best best = {.is_there = false};
    for (size_t root = 0; root < ASV_VAULT_ROOTS && !best.is_right; root++) {
        asv_auto_fd int from = -1;
        enum asv_backup_side side = ASV_BACKUP_SOURCE;
        enum asv_status status = asv_vault_part(clip->copy->vault, root, clip->path, part, &from, err);
        best.is_there = best.is_there || status != ASV_E_NOT_FOUND;
        if (status == ASV_OK && reuse(clip, part, from)) {
            return ASV_OK;
        }
        if (status == ASV_OK) {
            status = try_copy(clip, part, from, &best, &side, err);
        }
        if (status != ASV_OK && side == ASV_BACKUP_TARGET) {
            return status;
        }
    }
    if (best.is_copied) {
        note(clip, part, best.file.sha256, best.file.size, !best.is_right);
        clip->copy->files++;
        clip->copy->bytes += best.file.size;
    }
    if (best.is_there && !best.is_right) {
        found(clip, part, best.is_copied ? ASV_BACKUP_DAMAGED : ASV_BACKUP_UNREADABLE);
    }
    return ASV_OK;
}

/* The first root's that can be read. */
static void read_commit(struct clip *clip)
{
    uint8_t data[ASV_COMMIT_MAX_BYTES];
    for (size_t root = 0; root < ASV_VAULT_ROOTS && !clip->known; root++) {
        asv_auto_fd int fd = -1;
        uint64_t size = 0;
        clip->known =
            asv_vault_part(clip->copy->vault, root, clip->path, ASV_PART_COMMIT, &fd, NULL) == ASV_OK &&
            asv_io_size(fd, &size, "commit", NULL) == ASV_OK && size <= sizeof data &&
            asv_io_pread(fd, data, (size_t)size, 0, "commit", NULL) == ASV_OK &&
            asv_commit_decode(&clip->commit, data, (size_t)size, NULL, NULL) == ASV_OK;
        if (clip->known) {
            asv_sha256(clip->commit_sha256, data, (size_t)size);
        }
    }
    const struct asv_manifest_entry *before = asv_base_find(clip->copy->base, asv_part_name(ASV_PART_COMMIT));
    clip->same = clip->known && before != NULL &&
                 memcmp(before->sha256, clip->commit_sha256, sizeof before->sha256) == 0;
}

/* Its lines, when every part is on the medium. A clip that was erased meanwhile is not part of the set. */
static enum asv_status settle(struct clip *clip, struct asv_err *err)
{
    struct asv_backup_copy *copy = clip->copy;
    enum asv_status status = asv_io_sync_dir(clip->fd, clip->dir, err);
    if (status == ASV_OK && !asv_vault_has(copy->vault, clip->path)) {
        return asv_io_remove_tree(copy->set, clip->dir, err);
    }
    for (size_t i = 0; status == ASV_OK && i < clip->count; i++) {
        status = asv_manifest_add(copy->manifest, &clip->files[i].entry, clip->files[i].size, err);
    }
    copy->clips += status == ASV_OK;
    return status;
}

static enum asv_status copy_clip(void *ctx, enum asv_vault_area area, const char *path, struct asv_err *err)
{
    struct clip clip = {.copy = ctx, .path = path, .fd = -1};
    (void)area;
    snprintf(clip.dir, sizeof clip.dir, PREFIX "%s", path);
    if (!asv_vault_has(clip.copy->vault, path)) {
        clip.copy->uncommitted++; /* nothing was promised for it, and the dock goes on with it */
        return ASV_OK;
    }
    asv_base_go(clip.copy->base, clip.dir);
    read_commit(&clip);
    enum asv_status status = asv_io_open_dir(clip.copy->set, clip.dir, true, &clip.fd, err);
    for (int part = 0; status == ASV_OK && part < ASV_PART_COUNT; part++) {
        status = copy_part(&clip, (enum asv_part)part, err);
    }
    if (status == ASV_OK) {
        status = settle(&clip, err);
    }
    if (clip.fd >= 0) {
        close(clip.fd);
    }
    return status;
}

enum asv_status asv_backup_vault(struct asv_backup_copy *copy, struct asv_err *err)
{
    /* In the order of their names, as the base's manifest is. */
    static const enum asv_vault_area areas[] = {ASV_VAULT_QUARANTINE, ASV_VAULT_SEALED, ASV_VAULT_TOMBSTONES};
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < sizeof areas / sizeof *areas; i++) {
        status = asv_vault_walk(copy->vault, areas[i], copy_clip, copy, err);
    }
    return status;
}
