/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the retention job does with files. Their key is destroyed: this is housekeeping, so many are changed
 * before anything is synced, once for all of them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware-proto/base/bytes.h"
#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/vault/internal.h"

static bool stays(int part)
{
    return part == ASV_PART_COMMIT || part == ASV_PART_LINK || part == ASV_PART_CHAIN ||
           part == ASV_PART_ORDER || part == ASV_PART_ERASURE;
}

enum asv_status asv_clip_strip(int dir, struct asv_err *err)
{
    for (int part = 0; part < ASV_PART_COUNT; part++) {
        const char *name = asv_part_name((enum asv_part)part);
        if (!stays(part) && unlinkat(dir, name, 0) != 0 && errno != ENOENT) {
            return asv_io_fail(err, errno, name);
        }
    }
    return ASV_OK;
}

static enum asv_status rewrite(int dir, enum asv_part part, struct asv_bytes data, bool make,
                               struct asv_err *err)
{
    const char *name = asv_part_name(part);
    int fd = -1;
    enum asv_status status = asv_io_open(dir, name, O_WRONLY | (make ? O_CREAT : 0) | O_TRUNC | O_NOFOLLOW,
                                         ASV_VAULT_FILE_MODE, &fd, err);
    if (status == ASV_OK) {
        status = asv_io_pwrite(fd, data.data, data.len, 0, name, err);
        close(fd);
    }
    return status;
}

/* A full disk would never be emptied: what is to be erased makes room for the word that it may be, which is
 * in memory by then. The keeper is asked for that by the header, which stays until it is written. */
static enum asv_status note_in_root(int dir, struct asv_bytes order, struct asv_err *err)
{
    enum asv_status status = rewrite(dir, ASV_PART_ORDER, order, true, err);
    if (status == ASV_E_NO_SPACE) {
        (void)!rewrite(dir, ASV_PART_PAYLOAD, (struct asv_bytes){0}, false, NULL);
        status = rewrite(dir, ASV_PART_ORDER, order, true, err);
    }
    return status;
}

/* In every root, so that one that comes back later is no reason to ask the keeper again. */
enum asv_status asv_clip_note_order(struct asv_clip_dir *clip, struct asv_bytes order, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < clip->vault->root_count; i++) {
        status = clip->roots[i].dir >= 0 ? note_in_root(clip->roots[i].dir, order, err) : ASV_OK;
    }
    return status;
}

/* A clip without a commit record was never in custody, and its tombstone would say nothing. */
static bool is_committed(int dir)
{
    return faccessat(dir, asv_part_name(ASV_PART_COMMIT), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static enum asv_status move_to_tombstones(int root, const char *from, const char *to, struct asv_err *err)
{
    char parent[ASV_VAULT_PATH_BYTES];
    struct stat st;
    snprintf(parent, sizeof parent, "%s", to);
    *strrchr(parent, '/') = '\0';
    if (fstatat(root, to, &st, AT_SYMLINK_NOFOLLOW) == 0) { /* this root has it; what is here is a leftover */
        return asv_io_remove_tree(root, from, err);
    }
    enum asv_status status = asv_io_open_dir(root, parent, true, NULL, err);
    return status == ASV_OK ? asv_io_rename(root, from, root, to, err) : status;
}

/* Everything in one root; a root that has the clip in neither place has nothing to do. */
static enum asv_status erase_in_root(const struct asv_clip_dir *clip, size_t i, const char *to,
                                     struct asv_err *err)
{
    int dir = clip->roots[i].dir;
    int root = clip->vault->roots[i].dir;
    if (dir < 0) {
        return ASV_OK;
    }
    enum asv_status status = asv_clip_strip(dir, err);
    if (status == ASV_OK && !is_committed(dir)) {
        return asv_io_remove_tree(root, clip->path, err);
    }
    return status == ASV_OK ? move_to_tombstones(root, clip->path, to, err) : status;
}

enum asv_status asv_clip_erase_take(struct asv_clip_dir *clip, const char *to, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < clip->vault->root_count; i++) {
        status = erase_in_root(clip, i, to, err);
    }
    if (status == ASV_OK && clip->unseen) {
        status = asv_failf(err, ASV_E_AWAY, "%s: a directory of the vault is away", clip->path);
    }
    asv_clip_close(clip);
    return status;
}

enum asv_status asv_clip_empty(struct asv_clip_dir *clip, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < clip->vault->root_count; i++) {
        if (clip->roots[i].dir >= 0) {
            status = asv_clip_strip(clip->roots[i].dir, err);
        }
    }
    return status;
}

bool asv_clip_is_empty(const struct asv_clip_dir *clip)
{
    bool empty = !clip->unseen;
    for (size_t i = 0; i < clip->vault->root_count; i++) {
        for (int part = 0; empty && clip->roots[i].dir >= 0 && part < ASV_PART_COUNT; part++) {
            const char *name = asv_part_name((enum asv_part)part);
            empty = stays(part) ||
                    (faccessat(clip->roots[i].dir, name, F_OK, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT);
        }
    }
    return empty;
}

enum asv_status asv_vault_flush(const struct asv_vault *vault, struct asv_err *err)
{
    for (size_t i = 0; i < vault->root_count; i++) {
        if (vault->roots[i].dir >= 0 && syncfs(vault->roots[i].dir) != 0) {
            return asv_io_fail(err, errno, vault->roots[i].name);
        }
    }
    return ASV_OK;
}

void asv_vault_forget_day(const struct asv_vault *vault, const char *path)
{
    char day[ASV_VAULT_PATH_BYTES];
    char *end = NULL;
    snprintf(day, sizeof day, "%s", path);
    end = strrchr(day, '/');
    if (end == NULL) {
        return;
    }
    *end = '\0';
    for (size_t i = 0; i < vault->root_count; i++) {
        if (vault->roots[i].dir >= 0) { /* one that is not empty stays */
            (void)!unlinkat(vault->roots[i].dir, day, AT_REMOVEDIR);
        }
    }
}

enum asv_status asv_clip_written_ms(const struct asv_clip_dir *clip, int64_t *ms, struct asv_err *err)
{
    int64_t last = INT64_MIN;
    for (size_t i = 0; i < clip->vault->root_count; i++) {
        for (int part = -1; clip->roots[i].dir >= 0 && part < ASV_PART_COUNT; part++) {
            const char *name = part < 0 ? "." : asv_part_name((enum asv_part)part);
            struct stat st;
            if (fstatat(clip->roots[i].dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
                if (errno != ENOENT) {
                    return asv_io_fail(err, errno, clip->path);
                }
                continue;
            }
            int64_t here = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
            last = here > last ? here : last;
        }
    }
    *ms = last;
    return ASV_OK;
}

enum asv_status asv_clip_header(struct asv_clip_dir *clip, uint8_t out[ASV_SEAL_HEADER_FRAME_MAX_BYTES],
                                size_t *len, struct asv_err *err)
{
    enum asv_status status = asv_clip_read(clip, ASV_PART_SEAL, 0, out, ASV_SEAL_FRAME_HEADER_BYTES, err);
    if (status != ASV_OK) {
        return status;
    }
    uint32_t body = asv_load_be32(out + 1);
    if (out[0] != ASV_FRAME_HEADER || body > ASV_SEAL_HEADER_MAX_BYTES) {
        return asv_fail(err, ASV_E_DIGEST, "the stored seal does not begin with its header");
    }
    *len = ASV_SEAL_FRAME_HEADER_BYTES + body;
    return asv_clip_read(clip, ASV_PART_SEAL, ASV_SEAL_FRAME_HEADER_BYTES, out + ASV_SEAL_FRAME_HEADER_BYTES,
                         body, err);
}
