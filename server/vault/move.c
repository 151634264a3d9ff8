/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A clip's way from staging to its place, in every root. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/calendar.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/io.h"
#include "server/base/uuid.h"
#include "server/vault/internal.h"

/* Whether `to` is this clip's own directory in that root already: an earlier attempt got so far there, and
 * failed in the other one. */
static bool is_there(const struct asv_clip_dir *clip, size_t root, const struct stat *to)
{
    struct stat mine;
    return clip->roots[root].dir >= 0 && fstat(clip->roots[root].dir, &mine) == 0 &&
           mine.st_ino == to->st_ino && mine.st_dev == to->st_dev;
}

/* The name must be free in every root, also in those that lack the clip: what lies there is in custody, and
 * was put there while this root was away. */
static enum asv_status check_free(const struct asv_clip_dir *clip, const char *to, struct asv_err *err)
{
    for (size_t i = 0; i < clip->vault->root_count; i++) {
        struct stat st;
        if (fstatat(clip->vault->roots[i].dir, to, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            !is_there(clip, i, &st)) {
            return asv_io_fail(err, EEXIST, to);
        }
    }
    return ASV_OK;
}

/* Renames in one root and fsyncs both parents, so that the clip is under one name after any crash. */
static enum asv_status move_in_root(const struct asv_clip_dir *clip, size_t root, const char *from,
                                    const char *parent, const char *to, struct asv_err *err)
{
    int vault_dir = clip->vault->roots[root].dir;
    int new_parent = -1;
    int old_parent = -1;
    char old[ASV_VAULT_PATH_BYTES];
    struct stat st;

    snprintf(old, sizeof old, "%s", from);
    *strrchr(old, '/') = '\0';
    bool moved = fstatat(vault_dir, to, &st, AT_SYMLINK_NOFOLLOW) == 0;
    enum asv_status status = asv_io_open_dir(vault_dir, parent, true, &new_parent, err);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_io_open_dir(vault_dir, old, false, &old_parent, err);
    if (status == ASV_OK && !moved) {
        status = asv_io_rename(vault_dir, from, vault_dir, to, err);
    }
    if (status == ASV_OK) {
        status = asv_io_sync_dir(new_parent, parent, err);
    }
    if (status == ASV_OK) {
        status = asv_io_sync_dir(old_parent, old, err);
    }
    close(new_parent);
    if (old_parent >= 0) {
        close(old_parent);
    }
    return status;
}

static enum asv_status move(struct asv_clip_dir *clip, enum asv_vault_area area, uint32_t day,
                            const uint8_t uuid[16], const uint8_t header_digest[32], struct asv_err *err)
{
    char to[ASV_VAULT_PATH_BYTES];
    char parent[ASV_VAULT_PATH_BYTES];
    enum asv_status status = asv_vault_place(to, area, day, uuid, header_digest, err);
    if (status != ASV_OK || strcmp(clip->path, to) == 0) {
        return status;
    }
    snprintf(parent, sizeof parent, "%s", to);
    *strrchr(parent, '/') = '\0';
    status = check_free(clip, to, err);
    for (size_t i = 0; status == ASV_OK && i < clip->vault->root_count; i++) {
        if (!clip->roots[i].failed) {
            status = asv_clip_tolerate(clip, i, move_in_root(clip, i, clip->path, parent, to, err));
        }
    }
    if (status == ASV_OK) {
        snprintf(clip->path, sizeof clip->path, "%s", to);
        clip->area = area;
    }
    return status;
}

enum asv_vault_area asv_vault_area_of(enum asv_commit_kind kind)
{
    return kind == ASV_COMMIT_STORED        ? ASV_VAULT_SEALED
           : kind == ASV_COMMIT_QUARANTINED ? ASV_VAULT_QUARANTINE
                                            : ASV_VAULT_TOMBSTONES;
}

enum asv_status asv_vault_day(uint32_t day, int64_t latest_ms, uint32_t *out, struct asv_err *err)
{
    *out = day;
    enum asv_status status = day != 0 ? ASV_OK : asv_local_date(latest_ms, out);
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, "the recording's date is outside the calendar");
}

enum asv_status asv_vault_place(char out[ASV_VAULT_PATH_BYTES], enum asv_vault_area area, uint32_t day,
                                const uint8_t uuid[16], const uint8_t header_digest[32], struct asv_err *err)
{
    char id[ASV_UUID_TEXT_BYTES];
    char header[17]; /* where several can have one UUID */
    char in[16] = "";
    bool dated = area == ASV_VAULT_SEALED || area == ASV_VAULT_TOMBSTONES;
    if (area == ASV_VAULT_STAGING || (dated && (day < 19700101 || day > 99991231))) {
        return asv_fail_at(err, ASV_E_USAGE, "vault: not a recording day (yyyymmdd)", day);
    }
    if (dated) {
        snprintf(in, sizeof in, "/%04u/%02u/%02u", day / 10000, day / 100 % 100, day % 100);
    }
    asv_uuid_format(id, uuid);
    asv_hex_encode(header, header_digest, 8);
    bool alone = area == ASV_VAULT_SEALED;
    snprintf(out, ASV_VAULT_PATH_BYTES, "%s%s/%s%s%s", asv_vault_area_names[area], in, id, alone ? "" : "-",
             alone ? "" : header);
    return ASV_OK;
}

enum asv_status asv_vault_place_of(char out[ASV_VAULT_PATH_BYTES], enum asv_commit_kind kind, uint32_t day,
                                   int64_t latest_ms, const uint8_t uuid[16], const uint8_t header_digest[32],
                                   struct asv_err *err)
{
    uint32_t in = 0;
    enum asv_status status = asv_vault_day(day, latest_ms, &in, err);
    return status == ASV_OK ? asv_vault_place(out, asv_vault_area_of(kind), in, uuid, header_digest, err)
                            : status;
}

enum asv_status asv_clip_seal(struct asv_clip_dir *clip, uint32_t day, const uint8_t uuid[16],
                              struct asv_err *err)
{
    static const uint8_t none[32];
    return move(clip, ASV_VAULT_SEALED, day, uuid, none, err);
}

enum asv_status asv_clip_quarantine(struct asv_clip_dir *clip, const uint8_t uuid[16],
                                    const uint8_t header_digest[32], struct asv_err *err)
{
    return move(clip, ASV_VAULT_QUARANTINE, 0, uuid, header_digest, err);
}

static enum asv_status strip(struct asv_clip_dir *clip, size_t root, struct asv_err *err)
{
    int dir = clip->roots[root].dir;
    enum asv_status status = asv_clip_strip(dir, err);
    return status == ASV_OK ? asv_io_sync_dir(dir, clip->path, err) : status;
}

enum asv_status asv_clip_bury(struct asv_clip_dir *clip, uint32_t day, const uint8_t uuid[16],
                              const uint8_t header_digest[32], struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < clip->vault->root_count; i++) {
        if (!clip->roots[i].failed) {
            status = asv_clip_tolerate(clip, i, strip(clip, i, err));
        }
    }
    return status == ASV_OK ? move(clip, ASV_VAULT_TOMBSTONES, day, uuid, header_digest, err) : status;
}

/* ---- what a crash, or a disk, left half way ---- */

enum asv_status asv_clip_rejoin(struct asv_clip_dir *clip, const uint8_t camera_cert[32],
                                const uint8_t epoch[16], uint64_t number, struct asv_err *err)
{
    char from[ASV_VAULT_PATH_BYTES];
    char parent[ASV_VAULT_PATH_BYTES];
    asv_clip_staging_path(from, camera_cert, epoch, number);
    snprintf(parent, sizeof parent, "%s", clip->path);
    *strrchr(parent, '/') = '\0';
    for (size_t i = 0; i < clip->vault->root_count; i++) {
        int root = clip->vault->roots[i].dir;
        int *dir = &clip->roots[i].dir;
        if (root < 0 || *dir >= 0) {
            continue;
        }
        enum asv_status status = asv_clip_lock(root, from, false, dir, err);
        if (status == ASV_E_BUSY) {
            return status;
        }
        if (status == ASV_OK && move_in_root(clip, i, from, parent, clip->path, NULL) == ASV_OK) {
            clip->roots[i].failed = false;
        } else if (status == ASV_OK) {
            close(*dir);
            *dir = -1;
        }
    }
    return ASV_OK;
}

void asv_clip_shed(const struct asv_clip_dir *clip)
{
    for (size_t i = 0; i < clip->vault->root_count; i++) {
        int root = clip->vault->roots[i].dir;
        if (root >= 0 && clip->roots[i].failed && clip->staged[0] != '\0') {
            (void)!asv_io_remove_tree(root, clip->staged, NULL);
        }
    }
}
