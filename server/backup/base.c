/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/backup/base.h"

#include <assert.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/vault/vault.h"

enum asv_status asv_base_add_take(struct asv_backup_base *base, int set, bool partial, struct asv_err *err)
{
    assert(base->count < ASV_BASE_SETS);
    struct asv_base_set *one = &base->sets[base->count];
    *one = (struct asv_base_set){.set = set};
    enum asv_status status = partial ? asv_manifest_open_partial(set, &one->manifest, err)
                                     : asv_manifest_open(set, &one->manifest, err);
    if (status != ASV_OK) {
        close(set);
        return status;
    }
    one->has_next = asv_manifest_next(&one->manifest, &one->next, NULL) == ASV_OK;
    base->count++;
    return ASV_OK;
}

void asv_base_close(struct asv_backup_base *base)
{
    for (size_t i = 0; i < base->count; i++) {
        asv_manifest_close(&base->sets[i].manifest);
        close(base->sets[i].set);
    }
    base->count = 0;
    base->chosen = NULL;
}

/* The order in which a vault is walked: name by name, so that "/" comes before everything. */
static int order(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t i = 0;
    while (i < a_len && i < b_len && a[i] == b[i]) {
        i++;
    }
    int left = i == a_len ? 0 : a[i] == '/' ? 1 : (unsigned char)a[i] + 1;
    int right = i == b_len ? 0 : b[i] == '/' ? 1 : (unsigned char)b[i] + 1;
    return left - right;
}

static size_t dir_len(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? (size_t)(slash - path) : 0;
}

static void go(struct asv_base_set *one, const char *dir)
{
    one->count = 0;
    while (one->has_next) {
        int where = order(one->next.path, dir_len(one->next.path), dir, strlen(dir));
        if (where > 0) {
            return;
        }
        if (where == 0 && one->count < ASV_BASE_FILES) {
            one->files[one->count++] = one->next;
        }
        one->has_next = asv_manifest_next(&one->manifest, &one->next, NULL) == ASV_OK;
    }
}

static const struct asv_manifest_entry *find(const struct asv_base_set *one, const char *name)
{
    for (size_t i = 0; i < one->count; i++) {
        const struct asv_manifest_entry *entry = &one->files[i];
        if (strcmp(entry->path + dir_len(entry->path) + 1, name) == 0) {
            return entry->damaged ? NULL : entry;
        }
    }
    return NULL;
}

void asv_base_go(struct asv_backup_base *base, const char *dir)
{
    base->chosen = NULL;
    for (size_t i = 0; i < base->count; i++) { /* all of them go on */
        go(&base->sets[i], dir);
        if (base->chosen == NULL && find(&base->sets[i], asv_part_name(ASV_PART_COMMIT)) != NULL) {
            base->chosen = &base->sets[i];
        }
    }
}

const struct asv_manifest_entry *asv_base_find(const struct asv_backup_base *base, const char *name)
{
    return base->chosen != NULL ? find(base->chosen, name) : NULL;
}

bool asv_base_link(const struct asv_backup_base *base, const struct asv_manifest_entry *entry, uint64_t size,
                   int set)
{
    struct stat st;
    int from = base->chosen->set;
    return fstatat(from, entry->path, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
           (uint64_t)st.st_size == size && linkat(from, entry->path, set, entry->path, 0) == 0;
}
