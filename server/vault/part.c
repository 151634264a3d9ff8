/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * One part in one root: its digest, a copy of it from another root, and the two together. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/io.h"
#include "server/vault/internal.h"

#define DIGEST_BLOCK_BYTES (64u * 1024) /* a multiple of every sector size, as O_DIRECT wants */
#define DIGEST_ALIGN_BYTES 4096
#define COPY_BLOCK_BYTES   (256u * 1024)
#define REPAIR_NAME        ".repair"

enum asv_status asv_part_digest(int fd, enum asv_part part, uint8_t digest[32], uint64_t *size,
                                struct asv_err *err)
{
    _Alignas(DIGEST_ALIGN_BYTES) uint8_t block[DIGEST_BLOCK_BYTES];
    struct asv_sha256 hash;
    uint64_t total = 0;
    asv_sha256_init(&hash);
    for (;;) {
        ssize_t got = pread(fd, block, sizeof block, (off_t)total);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return asv_io_fail(err, errno, asv_part_name(part));
        }
        if (got == 0) {
            break;
        }
        asv_sha256_update(&hash, block, (size_t)got);
        total += (uint64_t)got;
    }
    asv_sha256_final(&hash, digest);
    *size = total;
    return ASV_OK;
}

static enum asv_status copy_bytes(int from, int to, const char *what, struct asv_err *err)
{
    uint8_t *block = malloc(COPY_BLOCK_BYTES);
    if (block == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "vault: no memory to copy a file");
    }
    enum asv_status status = ASV_OK;
    uint64_t offset = 0;
    while (status == ASV_OK) {
        ssize_t got = pread(from, block, COPY_BLOCK_BYTES, (off_t)offset);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            status = asv_io_fail(err, errno, what);
        } else if (got == 0) {
            break;
        } else {
            status = asv_io_pwrite(to, block, (size_t)got, offset, what, err);
            offset += (uint64_t)got;
        }
    }
    free(block);
    return status;
}

enum asv_status asv_part_open_readback(int dir, const char *name, bool direct, int *fd, struct asv_err *err)
{
    int flags = O_RDONLY | O_NOFOLLOW | (direct ? O_DIRECT : 0);
    enum asv_status status = asv_io_open(dir, name, flags, 0, fd, err);
    if (status == ASV_OK && !direct) {
        (void)posix_fadvise(*fd, 0, 0, POSIX_FADV_DONTNEED); /* as near to the device as this one comes */
    }
    return status;
}

static enum asv_status copy_part(int from, int to_dir, const char *name, struct asv_err *err)
{
    int to = -1;
    enum asv_status status = asv_io_open(to_dir, REPAIR_NAME, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW,
                                         ASV_VAULT_FILE_MODE, &to, err);
    if (status != ASV_OK) {
        return status;
    }
    status = copy_bytes(from, to, name, err);
    if (status == ASV_OK) {
        status = asv_io_sync_data(to, name, err);
    }
    close(to);
    return status;
}

static enum asv_status check_copy(int dir, bool direct, asv_part_check check, void *ctx, struct asv_err *err)
{
    int fd = -1;
    enum asv_status status = asv_part_open_readback(dir, REPAIR_NAME, direct, &fd, err);
    if (status == ASV_OK) {
        status = check(ctx, fd, err);
        close(fd);
    }
    return status;
}

enum asv_status asv_part_replace(int from_dir, int to_dir, bool direct, enum asv_part part,
                                 asv_part_check check, void *ctx, struct asv_err *err)
{
    const char *name = asv_part_name(part);
    int from = -1;
    enum asv_status status = asv_io_open_file(from_dir, name, &from, err);
    if (status != ASV_OK) {
        return status;
    }
    status = copy_part(from, to_dir, name, err);
    close(from);
    if (status == ASV_OK) {
        status = check_copy(to_dir, direct, check, ctx, err);
    }
    if (status == ASV_OK) {
        status = asv_io_rename(to_dir, REPAIR_NAME, to_dir, name, err);
    }
    if (status != ASV_OK) {
        (void)unlinkat(to_dir, REPAIR_NAME, 0);
        return status;
    }
    return asv_io_sync_dir(to_dir, name, err);
}

/* ---- as it arrived ---- */

struct arrived {
    enum asv_part part;
    const uint8_t *digest;
};

static enum asv_status check_arrived(void *ctx, int fd, struct asv_err *err)
{
    const struct arrived *arrived = ctx;
    uint8_t found[32];
    uint64_t size = 0;
    enum asv_status status = asv_part_digest(fd, arrived->part, found, &size, err);
    if (status == ASV_OK && memcmp(found, arrived->digest, sizeof found) != 0) {
        char text[ASV_ERR_TEXT_BYTES];
        snprintf(text, sizeof text, "%s: the disk gave back something else than was written",
                 asv_part_name(arrived->part));
        status = asv_fail(err, ASV_E_DIGEST, text);
    }
    return status;
}

/* An empty part needs no file; a sector that cannot be read is not what was written. */
static enum asv_status check_root(struct asv_clip_dir *clip, size_t root, struct arrived *arrived,
                                  struct asv_err *err)
{
    int fd = -1;
    enum asv_readback mode;
    uint8_t empty[32];
    enum asv_status status = asv_clip_open_readback(clip, root, arrived->part, &fd, &mode, err);
    if (status == ASV_E_NOT_FOUND) {
        asv_sha256(empty, "", 0);
        return memcmp(empty, arrived->digest, sizeof empty) == 0
                   ? ASV_OK
                   : asv_fail(err, ASV_E_DIGEST, "a file is not on the disk any more");
    }
    if (status == ASV_OK) {
        status = check_arrived(arrived, fd, err);
        close(fd);
    }
    return status == ASV_E_IO ? ASV_E_DIGEST : status;
}

enum asv_status asv_clip_confirm(struct asv_clip_dir *clip, enum asv_part part, const uint8_t digest[32],
                                 unsigned *repaired, struct asv_err *err)
{
    struct arrived arrived = {part, digest};
    bool wrong[ASV_VAULT_ROOTS] = {false};
    size_t good = ASV_VAULT_ROOTS;
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < clip->vault->root_count; i++) {
        if (clip->roots[i].failed) {
            continue;
        }
        status = check_root(clip, i, &arrived, err);
        wrong[i] = status == ASV_E_DIGEST;
        good = wrong[i] || status != ASV_OK ? good : i;
        status = wrong[i] ? ASV_OK : status;
    }
    if (status == ASV_OK && good == ASV_VAULT_ROOTS) {
        return ASV_E_DIGEST; /* err says which file */
    }
    for (size_t i = 0; status == ASV_OK && i < clip->vault->root_count; i++) {
        if (!wrong[i]) {
            continue;
        }
        bool direct = false;
        status = asv_vault_reads_direct(clip->vault, i, &direct, err);
        if (status == ASV_OK) {
            status = asv_part_replace(clip->roots[good].dir, clip->roots[i].dir, direct, part, check_arrived,
                                      &arrived, err);
        }
        status = asv_clip_tolerate(clip, i, status == ASV_E_DIGEST ? ASV_E_IO : status);
        ++*repaired;
    }
    return status;
}
