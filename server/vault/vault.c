/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/vault/vault.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/io.h"
#include "server/vault/internal.h"

const char *const asv_vault_area_names[ASV_VAULT_AREAS] = {
    [ASV_VAULT_STAGING] = "staging",
    [ASV_VAULT_SEALED] = "sealed",
    [ASV_VAULT_QUARANTINE] = "quarantine",
    [ASV_VAULT_TOMBSTONES] = "tombstones",
};

const char *asv_part_name(enum asv_part part)
{
    static const char *const names[ASV_PART_COUNT] = {
        [ASV_PART_PAYLOAD] = "payload", [ASV_PART_SEAL] = "seal",       [ASV_PART_STANZAS] = "stanzas",
        [ASV_PART_LINK] = "link",       [ASV_PART_TAIL] = "tail",       [ASV_PART_CHAIN] = "chain",
        [ASV_PART_COMMIT] = "commit",   [ASV_PART_RECEIPT] = "receipt", [ASV_PART_ERASURE] = "erasure",
        [ASV_PART_ORDER] = "order",     [ASV_PART_DOCKING] = "docking", [ASV_PART_RECOVERY] = "recovery",
    };
    return names[part];
}

enum asv_status asv_vault_reads_direct(struct asv_vault *vault, size_t root, bool *direct,
                                       struct asv_err *err)
{
    char text[ASV_ERR_TEXT_BYTES];
    if (vault->roots[root].reads == ASV_VAULT_UNTRIED) {
        int fd = openat(vault->roots[root].dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC | O_DIRECT, 0600);
        vault->roots[root].reads = fd >= 0 ? ASV_VAULT_DIRECT : ASV_VAULT_CACHED;
        if (fd >= 0) {
            close(fd);
        }
    }
    *direct = vault->roots[root].reads == ASV_VAULT_DIRECT;
    if (*direct || vault->allow_cached_readback) {
        return ASV_OK;
    }
    snprintf(text, sizeof text,
             "vault %s: this file system cannot read around the page cache (O_DIRECT), so that a write could "
             "not be proven; use ext4 or xfs, or allow readback = cached outside production",
             vault->roots[root].name);
    return asv_fail(err, ASV_E_USAGE, text);
}

static enum asv_status take_lock(int dir, const char *root, int *lock, struct asv_err *err)
{
    int fd = -1;
    enum asv_status status = asv_io_open(dir, "lock", O_RDWR | O_CREAT | O_NOFOLLOW, 0600, &fd, err);
    if (status != ASV_OK) {
        return status;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        char text[ASV_ERR_TEXT_BYTES];
        snprintf(text, sizeof text, "vault %s: another dock daemon is using it", root);
        close(fd);
        return asv_fail(err, ASV_E_BUSY, text);
    }
    *lock = fd;
    return ASV_OK;
}

/* What is known of a configured root before anything is made. */
enum root_state {
    ROOT_AWAY,  /* not there, or not readable */
    ROOT_EMPTY, /* a directory that is no vault */
    ROOT_VAULT,
};

static enum asv_status look_at_root(struct asv_vault *vault, size_t i, const char *root,
                                    enum root_state *state, struct asv_err *err)
{
    char text[ASV_ERR_TEXT_BYTES];
    if (root == NULL || root[0] != '/') {
        snprintf(text, sizeof text, "vault directory \"%s\": give an absolute path",
                 root == NULL ? "" : root);
        return asv_fail(err, ASV_E_USAGE, text);
    }
    vault->roots[i].name = strdup(root);
    if (vault->roots[i].name == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "vault: no memory");
    }
    *state = ROOT_AWAY;
    enum asv_status status = asv_io_open_dir(AT_FDCWD, root, false, &vault->roots[i].dir, err);
    if (status != ASV_OK) {
        return status == ASV_E_NOT_FOUND || status == ASV_E_IO ? ASV_OK : status;
    }
    *state = faccessat(vault->roots[i].dir, asv_vault_area_names[ASV_VAULT_SEALED], F_OK, 0) == 0
                 ? ROOT_VAULT
                 : ROOT_EMPTY;
    return ASV_OK;
}

/* The daemon's: makes what is missing in the root, locks it, and sees how it reads. */
static enum asv_status prepare_root(struct asv_vault *vault, size_t i, const struct asv_vault_config *config,
                                    struct asv_err *err)
{
    const char *root = vault->roots[i].name;
    enum asv_status status = ASV_OK;
    if (vault->roots[i].dir < 0) {
        status = asv_io_open_dir(AT_FDCWD, root, true, &vault->roots[i].dir, err);
    }
    for (size_t area = 0; status == ASV_OK && config->exclusive && area < ASV_VAULT_AREAS; area++) {
        status = asv_io_open_dir(vault->roots[i].dir, asv_vault_area_names[area], true, NULL, err);
    }
    if (status == ASV_OK && config->exclusive) {
        status = take_lock(vault->roots[i].dir, root, &vault->roots[i].lock, err);
    }
    bool direct = false;
    return status == ASV_OK && config->exclusive ? asv_vault_reads_direct(vault, i, &direct, err) : status;
}

/* Both are made when neither is a vault. Beside one that is, a directory that is not there is a disk that is
 * away: making it would put the mirror on the disk below the mount point. Who only reads makes nothing. */
static enum asv_status open_roots(struct asv_vault *vault, const struct asv_vault_config *config,
                                  struct asv_err *err)
{
    enum root_state states[ASV_VAULT_ROOTS] = {ROOT_AWAY, ROOT_AWAY};
    char text[ASV_ERR_TEXT_BYTES];
    bool is_vault = false;
    const size_t count = vault->root_count < ASV_VAULT_ROOTS ? vault->root_count : ASV_VAULT_ROOTS;
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < count; i++) {
        status = look_at_root(vault, i, config->roots[i], &states[i], err);
        is_vault = is_vault || states[i] == ROOT_VAULT;
    }
    for (size_t i = 0; status == ASV_OK && i < count; i++) {
        const char *root = vault->roots[i].name;
        bool away = states[i] == ROOT_AWAY && !config->one_may_be_away;
        if (!config->exclusive && (away || !is_vault)) {
            snprintf(text, sizeof text, "%s: %s", root,
                     states[i] == ROOT_AWAY ? "No such file or directory; is its disk mounted?"
                                            : "this directory is no vault");
            return asv_fail(err, ASV_E_NOT_FOUND, text);
        }
        if (!is_vault || states[i] != ROOT_AWAY) {
            status = prepare_root(vault, i, config, err);
        }
    }
    return status;
}

static bool same_directory(int a, int b)
{
    struct stat sa;
    struct stat sb;
    return fstat(a, &sa) == 0 && fstat(b, &sb) == 0 && sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino;
}

enum asv_status asv_vault_open(const struct asv_vault_config *config, struct asv_vault **out,
                               struct asv_err *err)
{
    if (config->root_count < 1 || config->root_count > ASV_VAULT_ROOTS) {
        return asv_fail_at(err, ASV_E_USAGE, "vault: one or two directories, not", config->root_count);
    }
    struct asv_vault *vault = calloc(1, sizeof *vault);
    if (vault == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "vault: no memory");
    }
    vault->root_count = config->root_count;
    vault->allow_cached_readback = config->allow_cached_readback;
    for (size_t i = 0; i < ASV_VAULT_ROOTS; i++) {
        vault->roots[i].dir = vault->roots[i].lock = -1;
    }
    enum asv_status status = ASV_OK;
    if (vault->root_count == 2 && config->roots[0] != NULL && config->roots[1] != NULL &&
        strcmp(config->roots[0], config->roots[1]) == 0) {
        status = asv_fail(err, ASV_E_USAGE, "vault: the mirror is the vault's own directory");
    }
    if (status == ASV_OK) {
        status = open_roots(vault, config, err);
    }
    if (status == ASV_OK && vault->root_count == 2 &&
        same_directory(vault->roots[0].dir, vault->roots[1].dir)) {
        status = asv_fail(err, ASV_E_USAGE, "vault: the mirror is the vault's own directory");
    }
    if (status != ASV_OK) {
        asv_vault_close(vault);
        return status;
    }
    *out = vault;
    return ASV_OK;
}

void asv_vault_owner(const struct asv_vault *vault, uid_t *user, gid_t *group)
{
    struct stat st;
    for (size_t i = vault->root_count; i-- > 0;) {
        if (vault->roots[i].dir >= 0 && fstat(vault->roots[i].dir, &st) == 0) {
            *user = st.st_uid;
            *group = st.st_gid;
        }
    }
}

void asv_vault_close(struct asv_vault *vault)
{
    if (vault == NULL) {
        return;
    }
    for (size_t i = 0; i < ASV_VAULT_ROOTS; i++) {
        if (vault->roots[i].lock >= 0) {
            close(vault->roots[i].lock);
        }
        if (vault->roots[i].dir >= 0) {
            close(vault->roots[i].dir);
        }
        free(vault->roots[i].name);
    }
    free(vault);
}

const char *asv_vault_away(const struct asv_vault *vault)
{
    for (size_t i = 0; i < vault->root_count; i++) {
        if (vault->roots[i].dir < 0) {
            return vault->roots[i].name;
        }
    }
    return NULL;
}

enum asv_status asv_vault_free_bytes(struct asv_vault *vault, uint64_t *bytes, struct asv_err *err)
{
    uint64_t least = UINT64_MAX;
    for (size_t i = 0; i < vault->root_count; i++) {
        uint64_t here = 0;
        if (vault->roots[i].dir < 0) {
            continue;
        }
        enum asv_status status = asv_io_free_bytes(vault->roots[i].dir, &here, err);
        if (status != ASV_OK) {
            return status;
        }
        least = here < least ? here : least;
    }
    *bytes = least;
    return ASV_OK;
}

/* ---- walking ---- */

struct walk {
    struct asv_vault *vault;
    enum asv_vault_area area;
    asv_vault_visit visit;
    void *ctx;
    struct asv_err *err;
    enum asv_status unread; /* of a root that does not give its names: what the others have is visited */
};

/* What one root has in a directory. */
struct names {
    struct dirent **entries;
    int count, next;
};

/* Sealed clips and tombstones lie three directories deep (year, month, day), the others at the top. */
static int area_depth(enum asv_vault_area area)
{
    return area == ASV_VAULT_SEALED || area == ASV_VAULT_TOMBSTONES ? 3 : 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int not_hidden(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void read_names(struct walk *walk, size_t root, const char *path, struct names *names)
{
    int dir = walk->vault->roots[root].dir;
    names->count = dir < 0 ? 0 : scandirat(dir, path, &names->entries, not_hidden, by_name);
    if (names->count >= 0) {
        return;
    }
    names->count = 0;
    if (errno != ENOENT && walk->unread == ASV_OK) { /* a new disk, or a day that was removed meanwhile */
        walk->unread = asv_io_fail(walk->err, errno, path);
    }
}

/* The first name of all that are left, which every root passes over; NULL: none is left. */
static const char *next_name(struct names *names, size_t roots)
{
    const char *first = NULL;
    for (size_t i = 0; i < roots; i++) {
        const char *here = names[i].next < names[i].count ? names[i].entries[names[i].next]->d_name : NULL;
        first = here != NULL && (first == NULL || strcmp(here, first) < 0) ? here : first;
    }
    for (size_t i = 0; first != NULL && i < roots; i++) {
        names[i].next +=
            names[i].next < names[i].count && strcmp(names[i].entries[names[i].next]->d_name, first) == 0;
    }
    return first;
}

static bool is_directory(const struct walk *walk, const char *path)
{
    bool found = false;
    for (size_t i = 0; i < walk->vault->root_count && !found; i++) {
        struct stat st;
        int dir = walk->vault->roots[i].dir;
        found = dir >= 0 && fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
    }
    return found;
}

static enum asv_status walk_below(struct walk *walk, const char *path, int depth);

static enum asv_status walk_entry(struct walk *walk, const char *path, const char *name, int depth)
{
    char below[ASV_VAULT_PATH_BYTES];
    if ((size_t)snprintf(below, sizeof below, "%s/%s", path, name) >= sizeof below) {
        return ASV_OK; /* nothing the vault made has such a name */
    }
    if (!is_directory(walk, below)) {
        return ASV_OK;
    }
    return depth > 0 ? walk_below(walk, below, depth - 1)
                     : walk->visit(walk->ctx, walk->area, below, walk->err);
}

static enum asv_status walk_below(struct walk *walk, const char *path, int depth)
{
    struct names names[ASV_VAULT_ROOTS] = {0};
    enum asv_status status = ASV_OK;
    const char *name = NULL;
    size_t roots = walk->vault->root_count;
    for (size_t i = 0; i < roots; i++) {
        read_names(walk, i, path, &names[i]);
    }
    while (status == ASV_OK && (name = next_name(names, roots)) != NULL) {
        status = walk_entry(walk, path, name, depth);
    }
    for (size_t i = 0; i < roots; i++) {
        for (int k = 0; k < names[i].count; k++) {
            free(names[i].entries[k]);
        }
        free(names[i].entries);
    }
    return status;
}

enum asv_status asv_vault_walk(struct asv_vault *vault, enum asv_vault_area area, asv_vault_visit visit,
                               void *ctx, struct asv_err *err)
{
    struct walk walk = {vault, area, visit, ctx, err, ASV_OK};
    enum asv_status status = walk_below(&walk, asv_vault_area_names[area], area_depth(area));
    return status == ASV_OK ? walk.unread : status;
}

bool asv_vault_has_part(const struct asv_vault *vault, const char *path, enum asv_part part)
{
    char name[ASV_VAULT_PATH_BYTES + 16];
    struct stat st;
    snprintf(name, sizeof name, "%s/%s", path, asv_part_name(part));
    for (size_t i = 0; i < vault->root_count; i++) {
        if (vault->roots[i].dir >= 0 && fstatat(vault->roots[i].dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(st.st_mode)) {
            return true;
        }
    }
    return false;
}

bool asv_vault_has(const struct asv_vault *vault, const char *path)
{
    return asv_vault_has_part(vault, path, ASV_PART_COMMIT);
}

enum asv_status asv_vault_part(const struct asv_vault *vault, size_t root, const char *path,
                               enum asv_part part, int *fd, struct asv_err *err)
{
    char name[ASV_VAULT_PATH_BYTES + 16];
    snprintf(name, sizeof name, "%s/%s", path, asv_part_name(part));
    if (root >= vault->root_count || vault->roots[root].dir < 0) {
        return asv_io_fail(err, ENOENT, name);
    }
    return asv_io_open_file(vault->roots[root].dir, name, fd, err);
}

struct sum {
    struct asv_vault *vault;
    uint64_t bytes;
};

static enum asv_status add_clip_bytes(void *ctx, enum asv_vault_area area, const char *path,
                                      struct asv_err *err)
{
    struct sum *sum = ctx;
    (void)area;
    for (int part = 0; part < ASV_PART_COUNT; part++) {
        char name[ASV_VAULT_PATH_BYTES + 16];
        struct stat st;
        snprintf(name, sizeof name, "%s/%s", path, asv_part_name((enum asv_part)part));
        for (size_t i = 0; i < sum->vault->root_count; i++) {
            if (fstatat(sum->vault->roots[i].dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
                sum->bytes += (uint64_t)st.st_size;
                break;
            }
            if (errno != ENOENT && errno != EBADF) { /* EBADF: this root is away */
                return asv_io_fail(err, errno, name);
            }
        }
    }
    return ASV_OK;
}

enum asv_status asv_vault_quarantine_bytes(struct asv_vault *vault, uint64_t *bytes, struct asv_err *err)
{
    struct sum sum = {vault, 0};
    enum asv_status status = asv_vault_walk(vault, ASV_VAULT_QUARANTINE, add_clip_bytes, &sum, err);
    if (status == ASV_OK) {
        *bytes = sum.bytes;
    }
    return status;
}
