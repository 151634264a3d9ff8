/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/backup/set.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "server/backup/manifest.h"
#include "server/base/fail.h"
#include "server/base/io.h"

#define NAME_FORMAT "set-%Y%m%dT%H%M%SZ"

enum asv_status asv_backup_open(const char *path, bool write, struct asv_backup_dir *out, struct asv_err *err)
{
    struct asv_backup_dir backups = {-1, -1};
    struct asv_err inner = {0};
    enum asv_status status = asv_io_open_dir(AT_FDCWD, path, false, &backups.fd, &inner);
    if (status != ASV_OK) {
        return asv_failf(err, status, "%s%s", inner.text,
                         status == ASV_E_NOT_FOUND ? "; is its disk mounted?" : "");
    }
    if (write) {
        status = asv_io_open(backups.fd, "lock", O_RDWR | O_CREAT | O_NOFOLLOW, 0600, &backups.lock, err);
    }
    if (status == ASV_OK && write && flock(backups.lock, LOCK_EX | LOCK_NB) != 0) {
        status = asv_failf(err, ASV_E_BUSY, "%s: another backup is being made here", path);
    }
    if (status != ASV_OK) {
        asv_backup_close(&backups);
        return status;
    }
    *out = backups;
    return ASV_OK;
}

void asv_backup_close(struct asv_backup_dir *backups)
{
    if (backups->lock >= 0) {
        close(backups->lock);
    }
    if (backups->fd >= 0) {
        close(backups->fd);
    }
    backups->fd = backups->lock = -1;
}

/* ---- names ---- */

enum asv_status asv_backup_time(const char *name, int64_t *ms)
{
    struct tm tm = {0};
    const char *end = strlen(name) < ASV_SET_NAME_BYTES ? strptime(name, NAME_FORMAT, &tm) : NULL;
    if (end == NULL || *end != '\0') {
        return ASV_E_MALFORMED;
    }
    *ms = (int64_t)timegm(&tm) * 1000;
    return ASV_OK;
}

static int is_set(const struct dirent *entry)
{
    int64_t ms = 0;
    return asv_backup_time(entry->d_name, &ms) == ASV_OK;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

struct names {
    struct dirent **entries; /* oldest first */
    int count;
};

static enum asv_status read_names(const struct asv_backup_dir *backups, struct names *out,
                                  struct asv_err *err)
{
    out->count = scandirat(backups->fd, ".", &out->entries, is_set, by_name);
    if (out->count < 0) {
        out->count = 0;
        return asv_io_fail(err, errno, "backups");
    }
    return ASV_OK;
}

static void free_names(struct names *names)
{
    for (int i = 0; i < names->count; i++) {
        free(names->entries[i]);
    }
    free(names->entries);
}

static bool is_whole(const struct asv_backup_dir *backups, const char *name)
{
    char manifest[ASV_SET_NAME_BYTES + sizeof ASV_MANIFEST + 1];
    struct stat st;
    snprintf(manifest, sizeof manifest, "%.23s/" ASV_MANIFEST, name);
    return fstatat(backups->fd, manifest, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode);
}

enum asv_status asv_backup_newest(const struct asv_backup_dir *backups, char name[ASV_SET_NAME_BYTES],
                                  struct asv_err *err)
{
    struct names names = {0};
    enum asv_status status = read_names(backups, &names, err);
    int at = names.count;
    while (at > 0 && !is_whole(backups, names.entries[at - 1]->d_name)) {
        at--;
    }
    if (status == ASV_OK && at == 0) {
        status = asv_fail(err, ASV_E_NOT_FOUND,
                          names.count == 0 ? "there is no backup here"
                                           : "every backup here was interrupted: none has its " ASV_MANIFEST);
    }
    if (status == ASV_OK) {
        snprintf(name, ASV_SET_NAME_BYTES, "%.23s", names.entries[at - 1]->d_name);
    }
    free_names(&names);
    return status;
}

/* ---- making and removing ---- */

enum asv_status asv_backup_remove(const struct asv_backup_dir *backups, const char *name, struct asv_err *err)
{
    int set = -1;
    enum asv_status status = asv_io_open_dir(backups->fd, name, false, &set, err);
    if (status == ASV_OK) {
        /* What is left of a removal must not look whole. */
        if (unlinkat(set, ASV_MANIFEST, 0) != 0 && errno != ENOENT) {
            status = asv_io_fail(err, errno, name);
        }
        if (status == ASV_OK) {
            status = asv_io_sync_dir(set, name, err);
        }
        close(set);
    }
    if (status == ASV_OK) {
        status = asv_io_remove_tree(backups->fd, name, err);
    }
    return status == ASV_OK ? asv_io_sync_dir(backups->fd, name, err) : status;
}

/* How long the manifest of an interrupted set has become; 0: it has none, or is no such set. */
static off_t came_to(const struct asv_backup_dir *backups, const char *name)
{
    char manifest[ASV_SET_NAME_BYTES + sizeof ASV_MANIFEST_PARTIAL + 1];
    struct stat st;
    snprintf(manifest, sizeof manifest, "%.23s/" ASV_MANIFEST_PARTIAL, name);
    bool is = !is_whole(backups, name) && fstatat(backups->fd, manifest, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
              S_ISREG(st.st_mode);
    return is ? st.st_size : 0;
}

enum asv_status asv_backup_sweep(const struct asv_backup_dir *backups, char left[ASV_SET_NAME_BYTES],
                                 struct asv_err *err)
{
    struct names names = {0};
    off_t furthest = 0;
    int kept = -1;
    enum asv_status status = read_names(backups, &names, err);
    for (int i = 0; i < names.count; i++) {
        off_t here = came_to(backups, names.entries[i]->d_name);
        kept = here > furthest ? i : kept;
        furthest = here > furthest ? here : furthest;
    }
    for (int i = 0; status == ASV_OK && i < names.count; i++) {
        if (i != kept && !is_whole(backups, names.entries[i]->d_name)) {
            status = asv_backup_remove(backups, names.entries[i]->d_name, err);
        }
    }
    snprintf(left, ASV_SET_NAME_BYTES, "%.23s", kept >= 0 ? names.entries[kept]->d_name : "");
    free_names(&names);
    return status;
}

enum asv_status asv_backup_begin(const struct asv_backup_dir *backups, int64_t now_ms,
                                 char name[ASV_SET_NAME_BYTES], int *set, struct asv_err *err)
{
    struct names names = {0};
    int64_t last = 0;
    enum asv_status status = read_names(backups, &names, err);
    if (names.count > 0 && asv_backup_time(names.entries[names.count - 1]->d_name, &last) == ASV_OK &&
        last >= now_ms / 1000 * 1000) {
        now_ms = last + 1000;
    }
    free_names(&names);
    struct tm tm;
    time_t seconds = (time_t)(now_ms / 1000);
    if (status == ASV_OK &&
        (gmtime_r(&seconds, &tm) == NULL || strftime(name, ASV_SET_NAME_BYTES, NAME_FORMAT, &tm) == 0)) {
        status = asv_fail(err, ASV_E_STATE, "the clock shows no date that can be written");
    }
    if (status == ASV_OK && mkdirat(backups->fd, name, 0700) != 0) {
        status = asv_io_fail(err, errno, name);
    }
    if (status == ASV_OK) {
        status = asv_io_sync_dir(backups->fd, name, err);
    }
    return status == ASV_OK ? asv_io_open_dir(backups->fd, name, false, set, err) : status;
}

enum asv_status asv_backup_rotate(const struct asv_backup_dir *backups, size_t keep, size_t *removed,
                                  struct asv_err *err)
{
    struct names names = {0};
    enum asv_status status = read_names(backups, &names, err);
    size_t whole = 0;
    *removed = 0;
    for (int i = names.count; status == ASV_OK && i-- > 0;) {
        if (is_whole(backups, names.entries[i]->d_name) && ++whole > keep) {
            status = asv_backup_remove(backups, names.entries[i]->d_name, err);
            *removed += status == ASV_OK;
        }
    }
    free_names(&names);
    return status;
}
