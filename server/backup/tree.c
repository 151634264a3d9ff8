/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/backup/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/backup/file.h"
#include "server/base/cleanup.h"
#include "server/base/io.h"
#include "server/base/keyfile.h"

#define LOOK_BYTES   65536 /* of a file, for a key in it; a configuration file has no more */
#define BRING_NAME   ".restore"
#define PUBLIC_DEPTH 1  /* directories in the directory */
#define DEPTH_MAX    12 /* a clip's files lie six directories deep */

static bool is_signing_key(const char *name)
{
    return strcmp(name, "ledger.key") == 0 || strcmp(name, "package.key") == 0;
}

/* What a name promises is asked of the file, too. */
static bool has_signing_key(int dir, const char *name)
{
    struct asv_keyfile file;
    return is_signing_key(name) && asv_keyfile_load_info(dir, name, &file, NULL) == ASV_OK &&
           (file.role == ASV_KEYFILE_LEDGER || file.role == ASV_KEYFILE_PACKAGE);
}

static bool is_public(const char *name)
{
    static const char *const ends[] = {".conf",  ".cert",    ".crt",   ".csr",  ".pub",
                                       ".chain", ".request", ".place", ".trust"};
    size_t len = strlen(name);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t end = strlen(ends[i]);
        if (len > end && strcmp(name + len - end, ends[i]) == 0) {
            return true;
        }
    }
    return strcmp(name, "chain") == 0 || strcmp(name, "revocations") == 0;
}

static bool has_key(int fd)
{
    static const char *const marks[] = {"ASVKEY", "AGE-SECRET-KEY-", "PRIVATE KEY-----"};
    asv_auto_free char *data = malloc(LOOK_BYTES);
    ssize_t got = data != NULL ? pread(fd, data, LOOK_BYTES, 0) : -1;
    bool found = got < 0; /* nobody knows what is in it */
    for (size_t i = 0; !found && i < sizeof marks / sizeof *marks; i++) {
        found = memmem(data, (size_t)got, marks[i], strlen(marks[i])) != NULL;
    }
    return found;
}

static enum asv_status add_file(struct asv_backup_tree *tree, int from_dir, const char *name,
                                const char *prefix, struct asv_err *err)
{
    struct asv_manifest_entry entry = {.damaged = false};
    struct asv_backup_file file;
    asv_auto_fd int from = -1;
    asv_auto_fd int to = -1;
    snprintf(entry.path, sizeof entry.path, "%.250s/%.250s", prefix, name);
    enum asv_status status = asv_io_open_file(from_dir, name, &from, err);
    if (status != ASV_OK) {
        return status;
    }
    if (has_key(from) && !has_signing_key(from_dir, name)) {
        tree->is_key(tree->ctx, entry.path);
        return ASV_OK;
    }
    status = asv_io_open_dir(tree->set, prefix, true, &to, err);
    if (status == ASV_OK) {
        status = asv_backup_file_copy(from, to, name, &file, NULL, err);
    }
    if (status == ASV_OK) {
        status = asv_io_sync_dir(to, entry.path, err);
    }
    if (status == ASV_OK) {
        memcpy(entry.sha256, file.sha256, sizeof entry.sha256);
        tree->files++;
        status = asv_manifest_add(tree->manifest, &entry, file.size, err);
    }
    return status;
}

static enum asv_status add_dir(struct asv_backup_tree *tree, int dir, const char *prefix, int depth,
                               struct asv_err *err)
{
    struct dirent **names = NULL;
    int count = scandirat(dir, ".", &names, NULL, alphasort);
    enum asv_status status = count < 0 ? asv_io_fail(err, errno, prefix) : ASV_OK;
    for (int i = 0; i < count; i++) {
        struct stat st;
        const char *name = names[i]->d_name;
        if (status == ASV_OK && name[0] != '.' && fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
            if (S_ISREG(st.st_mode) && (is_public(name) || is_signing_key(name))) {
                status = add_file(tree, dir, name, prefix, err);
            } else if (S_ISDIR(st.st_mode) && depth > 0) {
                char below[ASV_MANIFEST_PATH_BYTES];
                asv_auto_fd int fd = -1;
                snprintf(below, sizeof below, "%.200s/%.255s", prefix, name);
                status = asv_io_open_dir(dir, name, false, &fd, err);
                status = status == ASV_OK ? add_dir(tree, fd, below, depth - 1, err) : status;
            }
        }
        free(names[i]);
    }
    free(names);
    return status;
}

enum asv_status asv_backup_tree(struct asv_backup_tree *tree, const char *path, const char *prefix,
                                struct asv_err *err)
{
    asv_auto_fd int dir = -1;
    enum asv_status status = asv_io_open_dir(AT_FDCWD, path, false, &dir, err);
    if (status != ASV_OK) {
        return status == ASV_E_NOT_FOUND ? ASV_OK : status;
    }
    return add_dir(tree, dir, prefix, PUBLIC_DEPTH, err);
}

/* ---- and back ---- */

/* Called for everything below a directory but the directories themselves on the way down, then for them. */
typedef enum asv_status (*visit)(void *ctx, int dir, const char *name, bool is_dir, struct asv_err *err);

static enum asv_status each(int dir, int depth, visit call, void *ctx, struct asv_err *err)
{
    struct dirent **names = NULL;
    int count = scandirat(dir, ".", &names, NULL, NULL);
    enum asv_status status = count < 0 ? asv_io_fail(err, errno, "directory") : ASV_OK;
    for (int i = 0; i < count; i++) {
        struct stat st;
        const char *name = names[i]->d_name;
        if (status == ASV_OK && strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
            asv_auto_fd int below = -1;
            bool stated = fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
            status = stated ? ASV_OK : asv_io_fail(err, errno, name);
            bool is_dir = stated && S_ISDIR(st.st_mode);
            if (status == ASV_OK && is_dir && depth == 0) {
                status =
                    asv_fail(err, ASV_E_LIMIT, "there are more directories in directories than a backup has");
            } else if (status == ASV_OK && is_dir) {
                status = asv_io_open(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0, &below, err);
                status = status == ASV_OK ? each(below, depth - 1, call, ctx, err) : status;
            }
            status = status == ASV_OK ? call(ctx, dir, name, is_dir, err) : status;
        }
        free(names[i]);
    }
    free(names);
    return status;
}

static enum asv_status count_file(void *ctx, int dir, const char *name, bool is_dir, struct asv_err *err)
{
    (void)dir;
    (void)name;
    (void)err;
    *(uint64_t *)ctx += !is_dir;
    return ASV_OK;
}

enum asv_status asv_backup_count(int dir, uint64_t *count, struct asv_err *err)
{
    *count = 0;
    return each(dir, DEPTH_MAX, count_file, count, err);
}

struct owner {
    uid_t user;
    gid_t group;
};

static enum asv_status own(void *ctx, int dir, const char *name, bool is_dir, struct asv_err *err)
{
    const struct owner *owner = ctx;
    (void)is_dir;
    return fchownat(dir, name, owner->user, owner->group, AT_SYMLINK_NOFOLLOW) == 0
               ? ASV_OK
               : asv_io_fail(err, errno, name);
}

enum asv_status asv_backup_own(int dir, uid_t user, gid_t group, struct asv_err *err)
{
    struct owner owner = {user, group};
    return each(dir, DEPTH_MAX, own, &owner, err);
}

/* The file of that path; its directory stays open in *dir, made when need be. */
static enum asv_status open_target_dir(const struct asv_bring *bring, const char *path, int *dir,
                                       const char **name, struct asv_err *err)
{
    char parent[ASV_MANIFEST_PATH_BYTES];
    const char *slash = strrchr(path, '/');
    *name = slash != NULL ? slash + 1 : path;
    snprintf(parent, sizeof parent, "%.*s", slash != NULL ? (int)(slash - path) : 1,
             slash != NULL ? path : ".");
    return asv_io_open_dir(bring->to, parent, true, dir, err);
}

/* Whether the file is there already, and whether it is the same. */
static enum asv_status look(int dir, const char *name, const struct asv_manifest_entry *entry, bool *there,
                            bool *same, struct asv_err *err)
{
    struct asv_backup_file file;
    asv_auto_fd int fd = -1;
    enum asv_status status = asv_io_open_file(dir, name, &fd, err);
    *there = status != ASV_E_NOT_FOUND;
    *same = false;
    if (status != ASV_OK) {
        return *there ? status : ASV_OK;
    }
    status = asv_backup_file_digest(fd, name, &file, err);
    *same = status == ASV_OK && memcmp(file.sha256, entry->sha256, sizeof file.sha256) == 0;
    return status;
}

static enum asv_status bring_file(struct asv_bring *bring, const struct asv_manifest_entry *entry, int dir,
                                  const char *name, struct asv_err *err)
{
    struct asv_backup_file file;
    asv_auto_fd int from = -1;
    enum asv_status status = asv_io_open_file(bring->set, entry->path, &from, err);
    if (status == ASV_OK) {
        status = asv_backup_file_copy(from, dir, BRING_NAME, &file, NULL, err);
    }
    if (status == ASV_OK && memcmp(file.sha256, entry->sha256, sizeof file.sha256) != 0) {
        status = asv_fail(err, ASV_E_DIGEST, entry->path);
    }
    if (status == ASV_OK && fchmodat(dir, BRING_NAME, is_signing_key(name) ? 0600 : bring->mode, 0) != 0) {
        status = asv_io_fail(err, errno, name);
    }
    if (status == ASV_OK) {
        status = asv_io_rename(dir, BRING_NAME, dir, name, err);
    }
    if (status != ASV_OK) {
        (void)unlinkat(dir, BRING_NAME, 0);
        return status;
    }
    bring->files++;
    bring->bytes += file.size;
    return asv_io_sync_dir(dir, name, err);
}

static enum asv_status bring_entry(struct asv_bring *bring, const struct asv_manifest_entry *entry,
                                   struct asv_err *err)
{
    const char *path = entry->path + strlen(bring->prefix);
    const char *name = NULL;
    bool there = false;
    bool same = false;
    asv_auto_fd int dir = -1;
    enum asv_status status = open_target_dir(bring, path, &dir, &name, err);
    if (status == ASV_OK) {
        status = look(dir, name, entry, &there, &same, err);
    }
    if (status == ASV_OK && there && same) {
        bring->already++;
        return ASV_OK;
    }
    if (status == ASV_OK && there && !bring->replace) {
        bring->kept(bring->ctx, entry->path);
        return ASV_OK;
    }
    return status == ASV_OK ? bring_file(bring, entry, dir, name, err) : status;
}

enum asv_status asv_backup_bring(struct asv_bring *bring, struct asv_err *err)
{
    struct asv_manifest manifest = {.file = NULL};
    struct asv_manifest_entry entry;
    enum asv_status status = asv_manifest_open(bring->set, &manifest, err);
    while (status == ASV_OK) {
        status = asv_manifest_next(&manifest, &entry, err);
        if (status == ASV_OK && strncmp(entry.path, bring->prefix, strlen(bring->prefix)) == 0) {
            status = bring_entry(bring, &entry, err);
        }
    }
    asv_manifest_close(&manifest);
    return status == ASV_E_NOT_FOUND && manifest.ended ? ASV_OK : status;
}
