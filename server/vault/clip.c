/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A clip's directory in every root: opening, and its parts. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/hex.h"
#include "server/base/io.h"
#include "server/vault/internal.h"

enum asv_status asv_clip_tolerate(struct asv_clip_dir *clip, size_t root, enum asv_status status)
{
    if (status != ASV_E_IO || asv_clip_replicas(clip) < 2) {
        return status;
    }
    clip->roots[root].failed = true;
    return ASV_OK;
}

static struct asv_clip_dir *new_clip(struct asv_vault *vault, enum asv_vault_area area)
{
    struct asv_clip_dir *clip = calloc(1, sizeof *clip);
    if (clip == NULL) {
        return NULL;
    }
    clip->vault = vault;
    clip->area = area;
    clip->leaves = -1;
    for (size_t i = 0; i < ASV_VAULT_ROOTS; i++) {
        clip->roots[i].dir = -1;
        clip->roots[i].failed = i >= vault->root_count;
        for (size_t part = 0; part < ASV_PART_COUNT; part++) {
            clip->roots[i].parts[part] = -1;
        }
    }
    return clip;
}

void asv_clip_close(struct asv_clip_dir *clip)
{
    if (clip == NULL) {
        return;
    }
    for (size_t i = 0; i < ASV_VAULT_ROOTS; i++) {
        for (size_t part = 0; part < ASV_PART_COUNT; part++) {
            if (clip->roots[i].parts[part] >= 0) {
                close(clip->roots[i].parts[part]);
            }
        }
        if (clip->roots[i].dir >= 0) {
            close(clip->roots[i].dir);
        }
    }
    if (clip->leaves >= 0) {
        close(clip->leaves);
    }
    free(clip);
}

void asv_clip_share(struct asv_clip_dir *clip)
{
    for (size_t i = 0; i < ASV_VAULT_ROOTS; i++) {
        if (clip->roots[i].dir >= 0) {
            (void)flock(clip->roots[i].dir, LOCK_UN);
        }
    }
}

/* Locks the directory that path names now. The directory may have been moved or removed by whoever held the
 * lock before; then it is opened anew. */
enum asv_status asv_clip_lock(int root, const char *path, bool make, int *out, struct asv_err *err)
{
    for (;;) {
        int fd = -1;
        struct stat mine;
        struct stat named;
        enum asv_status status = asv_io_open_dir(root, path, make, &fd, err);
        if (status != ASV_OK) {
            return status;
        }
        if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
            close(fd);
            return asv_fail(err, ASV_E_BUSY,
                            "somebody else, or another slot, is at this recording just now; try again");
        }
        if (fstat(fd, &mine) == 0 && fstatat(root, path, &named, 0) == 0 && mine.st_ino == named.st_ino &&
            mine.st_dev == named.st_dev) {
            *out = fd;
            return ASV_OK;
        }
        close(fd);
        if (!make) {
            return asv_io_fail(err, ENOENT, path);
        }
    }
}

static enum asv_status open_clip(struct asv_vault *vault, enum asv_vault_area area, const char *path,
                                 bool make, struct asv_clip_dir **out, struct asv_err *err)
{
    struct asv_clip_dir *clip = new_clip(vault, area);
    if (clip == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "vault: no memory");
    }
    snprintf(clip->path, sizeof clip->path, "%s", path);
    if (area == ASV_VAULT_STAGING) {
        snprintf(clip->staged, sizeof clip->staged, "%s", path);
    }
    enum asv_status status = ASV_E_NOT_FOUND;
    bool opened = false;
    for (size_t i = 0; i < vault->root_count; i++) {
        bool away = vault->roots[i].dir < 0;
        enum asv_status here =
            away ? ASV_E_NOT_FOUND : asv_clip_lock(vault->roots[i].dir, path, make, &clip->roots[i].dir, err);
        if (here != ASV_OK && here != ASV_E_NOT_FOUND && here != ASV_E_IO) {
            asv_clip_close(clip);
            return here;
        }
        opened = opened || here == ASV_OK;
        clip->roots[i].failed = here != ASV_OK;
        clip->unseen = clip->unseen || away || here == ASV_E_IO;
        status = here == ASV_E_IO ? here : status;
    }
    if (!opened) {
        asv_clip_close(clip);
        return status;
    }
    *out = clip;
    return ASV_OK;
}

bool asv_clip_sees_all(const struct asv_clip_dir *clip)
{
    return !clip->unseen;
}

void asv_clip_staging_path(char path[ASV_VAULT_PATH_BYTES], const uint8_t camera_cert[32],
                           const uint8_t epoch[16], uint64_t number)
{
    char camera[33];
    char store[17];
    asv_hex_encode(camera, camera_cert, 16);
    asv_hex_encode(store, epoch, 8);
    snprintf(path, ASV_VAULT_PATH_BYTES, "staging/%s-%s-%llu", camera, store, (unsigned long long)number);
}

enum asv_status asv_vault_stage(struct asv_vault *vault, const uint8_t camera_cert[32],
                                const uint8_t epoch[16], uint64_t number, struct asv_clip_dir **out,
                                struct asv_err *err)
{
    char path[ASV_VAULT_PATH_BYTES];
    asv_clip_staging_path(path, camera_cert, epoch, number);
    return open_clip(vault, ASV_VAULT_STAGING, path, true, out, err);
}

enum asv_status asv_vault_unstage(struct asv_vault *vault, const uint8_t camera_cert[32],
                                  const uint8_t epoch[16], uint64_t number, struct asv_err *err)
{
    char path[ASV_VAULT_PATH_BYTES];
    struct asv_clip_dir *clip = NULL;
    asv_clip_staging_path(path, camera_cert, epoch, number);
    enum asv_status status = open_clip(vault, ASV_VAULT_STAGING, path, false, &clip, err);
    if (status != ASV_OK) {
        return status == ASV_E_NOT_FOUND ? ASV_OK : status;
    }
    assert(clip != NULL);
    return asv_clip_discard_take(clip, err);
}

enum asv_status asv_vault_open_clip(struct asv_vault *vault, enum asv_vault_area area, const char *path,
                                    struct asv_clip_dir **out, struct asv_err *err)
{
    if (strlen(path) >= ASV_VAULT_PATH_BYTES) {
        return asv_fail(err, ASV_E_LIMIT, "vault: path is too long for a clip's");
    }
    return open_clip(vault, area, path, false, out, err);
}

enum asv_status asv_clip_discard_take(struct asv_clip_dir *clip, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    /* The commit record first: what is left of a removal must not look like a recording in custody. */
    for (size_t i = 0; i < clip->vault->root_count; i++) {
        int dir = clip->roots[i].dir;
        if (dir >= 0 && unlinkat(dir, asv_part_name(ASV_PART_COMMIT), 0) == 0 && status == ASV_OK) {
            status = asv_io_sync_dir(dir, clip->path, err);
        }
    }
    for (size_t i = 0; status == ASV_OK && i < clip->vault->root_count; i++) {
        if (clip->roots[i].dir < 0) {
            continue;
        }
        enum asv_status here = asv_io_remove_tree(clip->vault->roots[i].dir, clip->path, err);
        status = status == ASV_OK ? here : status;
    }
    asv_clip_close(clip);
    return status;
}

const char *asv_clip_path(const struct asv_clip_dir *clip)
{
    return clip->path;
}

enum asv_vault_area asv_clip_area(const struct asv_clip_dir *clip)
{
    return clip->area;
}

unsigned asv_clip_replicas(const struct asv_clip_dir *clip)
{
    unsigned replicas = 0;
    for (size_t i = 0; i < clip->vault->root_count; i++) {
        replicas += !clip->roots[i].failed;
    }
    return replicas;
}

enum asv_status asv_clip_part_fd(struct asv_clip_dir *clip, size_t root, enum asv_part part, int *fd,
                                 struct asv_err *err)
{
    int *kept = &clip->roots[root].parts[part];
    if (*kept < 0) {
        enum asv_status status = asv_io_open(clip->roots[root].dir, asv_part_name(part),
                                             O_RDWR | O_CREAT | O_NOFOLLOW, ASV_VAULT_FILE_MODE, kept, err);
        if (status != ASV_OK) {
            return status;
        }
    }
    *fd = *kept;
    return ASV_OK;
}

enum asv_status asv_clip_put(struct asv_clip_dir *clip, enum asv_part part, const void *data, size_t len,
                             struct asv_err *err)
{
    if (len > ASV_VAULT_SMALL_BYTES) {
        return asv_fail_at(err, ASV_E_LIMIT, "vault: too large to be put in one piece", len);
    }
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < clip->vault->root_count; i++) {
        if (clip->roots[i].failed) {
            continue;
        }
        status =
            asv_io_replace_file(clip->roots[i].dir, asv_part_name(part), data, len, ASV_VAULT_FILE_MODE, err);
        status = asv_clip_tolerate(clip, i, status);
    }
    return status;
}

static enum asv_status drop_in(const struct asv_clip_dir *clip, size_t root, enum asv_part part,
                               struct asv_err *err)
{
    if (unlinkat(clip->roots[root].dir, asv_part_name(part), 0) == 0) {
        return asv_io_sync_dir(clip->roots[root].dir, clip->path, err);
    }
    return errno == ENOENT ? ASV_OK : asv_io_fail(err, errno, asv_part_name(part));
}

enum asv_status asv_clip_drop(struct asv_clip_dir *clip, enum asv_part part, struct asv_err *err)
{
    /* A root where it stays is no success: what was to be gone would be there. */
    for (size_t i = 0; i < clip->vault->root_count; i++) {
        enum asv_status status = clip->roots[i].failed ? ASV_OK : drop_in(clip, i, part, err);
        if (status != ASV_OK) {
            return status;
        }
    }
    return ASV_OK;
}

/* Asks root after root. One that was away for a while lacks parts, or does not give them back, that another
 * one has: a commit record above all, which must not be taken for one that was never written. */
typedef enum asv_status (*root_read)(int dir, void *ctx, struct asv_err *err);
static enum asv_status read_any_root(const struct asv_clip_dir *clip, root_read read, void *ctx,
                                     struct asv_err *err)
{
    enum asv_status status = ASV_E_NOT_FOUND;
    struct asv_err why = {0};
    for (size_t i = 0; i < clip->vault->root_count; i++) {
        struct asv_err here = {0};
        if (clip->roots[i].failed) {
            continue;
        }
        enum asv_status got = read(clip->roots[i].dir, ctx, &here);
        if (got != ASV_E_NOT_FOUND && got != ASV_E_IO) {
            return got == ASV_OK ? ASV_OK : asv_fail(err, got, here.text);
        }
        if (status == ASV_E_NOT_FOUND) {
            status = got;
            why = here;
        }
    }
    return asv_fail(err, status, why.text);
}

struct whole_read {
    enum asv_part part;
    void *out;
    size_t cap, *len;
};

static enum asv_status read_whole(int dir, void *ctx, struct asv_err *err)
{
    const struct whole_read *want = ctx;
    return asv_io_read_file(dir, asv_part_name(want->part), want->out, want->cap, want->len, err);
}

enum asv_status asv_clip_get(struct asv_clip_dir *clip, enum asv_part part, void *out, size_t cap,
                             size_t *len, struct asv_err *err)
{
    struct whole_read want = {part, out, cap, len};
    return read_any_root(clip, read_whole, &want, err);
}

enum asv_status asv_clip_write(struct asv_clip_dir *clip, enum asv_part part, uint64_t offset,
                               const void *data, size_t len, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < clip->vault->root_count; i++) {
        int fd = -1;
        if (clip->roots[i].failed) {
            continue;
        }
        status = asv_clip_part_fd(clip, i, part, &fd, err);
        if (status == ASV_OK) {
            status = asv_io_pwrite(fd, data, len, offset, asv_part_name(part), err);
        }
        status = asv_clip_tolerate(clip, i, status);
    }
    return status;
}

struct part_open {
    enum asv_part part;
    int fd;
};

static enum asv_status open_in_root(int dir, void *ctx, struct asv_err *err)
{
    struct part_open *want = ctx;
    return asv_io_open_file(dir, asv_part_name(want->part), &want->fd, err);
}

/* Opens a part for reading; ASV_E_NOT_FOUND when no root has it. */
static enum asv_status open_part(struct asv_clip_dir *clip, enum asv_part part, int *fd, struct asv_err *err)
{
    struct part_open want = {part, -1};
    enum asv_status status = read_any_root(clip, open_in_root, &want, err);
    *fd = want.fd;
    return status;
}

enum asv_status asv_clip_read(struct asv_clip_dir *clip, enum asv_part part, uint64_t offset, void *out,
                              size_t len, struct asv_err *err)
{
    int fd = -1;
    enum asv_status status = open_part(clip, part, &fd, err);
    if (status == ASV_OK) {
        status = asv_io_pread(fd, out, len, offset, asv_part_name(part), err);
        close(fd);
    }
    return status;
}

enum asv_status asv_clip_size(struct asv_clip_dir *clip, enum asv_part part, uint64_t *size,
                              struct asv_err *err)
{
    int fd = -1;
    enum asv_status status = open_part(clip, part, &fd, NULL);
    if (status == ASV_E_NOT_FOUND) {
        *size = 0;
        return ASV_OK;
    }
    if (status != ASV_OK) {
        return asv_fail(err, status, asv_part_name(part));
    }
    status = asv_io_size(fd, size, asv_part_name(part), err);
    close(fd);
    return status;
}

enum asv_status asv_clip_truncate(struct asv_clip_dir *clip, enum asv_part part, uint64_t size,
                                  struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < clip->vault->root_count; i++) {
        int fd = -1;
        if (clip->roots[i].failed) {
            continue;
        }
        status = asv_clip_part_fd(clip, i, part, &fd, err);
        if (status == ASV_OK && ftruncate(fd, (off_t)size) != 0) {
            status = asv_io_fail(err, errno, asv_part_name(part));
        }
        status = asv_clip_tolerate(clip, i, status);
    }
    return status;
}

enum asv_status asv_clip_digest(struct asv_clip_dir *clip, enum asv_part part, uint8_t digest[32],
                                uint64_t *size, struct asv_err *err)
{
    int fd = -1;
    enum asv_status status = open_part(clip, part, &fd, NULL);
    if (status == ASV_E_NOT_FOUND) {
        asv_sha256(digest, "", 0);
        *size = 0;
        return ASV_OK;
    }
    if (status != ASV_OK) {
        return asv_fail(err, status, asv_part_name(part));
    }
    status = asv_part_digest(fd, part, digest, size, err);
    close(fd);
    return status;
}

/* Also of what was written before this handle, by a daemon that was killed before it got here. */
static enum asv_status sync_part(const struct asv_clip_dir *clip, size_t root, enum asv_part part,
                                 struct asv_err *err)
{
    int fd = clip->roots[root].parts[part];
    if (fd >= 0) {
        return asv_io_sync_data(fd, asv_part_name(part), err);
    }
    enum asv_status status = asv_io_open_file(clip->roots[root].dir, asv_part_name(part), &fd, err);
    if (status == ASV_OK) {
        status = asv_io_sync_data(fd, asv_part_name(part), err);
        close(fd);
    }
    return status == ASV_E_NOT_FOUND ? ASV_OK : status;
}

enum asv_status asv_clip_sync(struct asv_clip_dir *clip, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < clip->vault->root_count; i++) {
        if (clip->roots[i].failed) {
            continue;
        }
        for (int part = 0; status == ASV_OK && part < ASV_PART_COUNT; part++) {
            status = sync_part(clip, i, (enum asv_part)part, err);
        }
        if (status == ASV_OK) {
            status = asv_io_sync_dir(clip->roots[i].dir, clip->path, err);
        }
        status = asv_clip_tolerate(clip, i, status);
    }
    return status;
}
