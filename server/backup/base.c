/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/backup/base.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum asv_status asv_base_open(struct asv_backup_base *base, int set, struct asv_err *err)
{
    *base = (struct asv_backup_base){.set = set};
    enum asv_status status = set >= 0 ? asv_manifest_open(set, &base->manifest, err) : ASV_OK;
    if (status == ASV_OK && set >= 0) {
        base->has_next = asv_manifest_next(&base->manifest, &base->next, NULL) == ASV_OK;
    }
    if (status != ASV_OK) {
        asv_base_close(base);
    }
    return status;
}

void asv_base_close(struct asv_backup_base *base)
{
    asv_manifest_close(&base->manifest);
    if (base->set >= 0) {
        close(base->set);
    }
    base->set = -1;
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

void asv_base_go(struct asv_backup_base *base, const char *dir)
{
    base->count = 0;
    while (base->has_next) {
        int where = order(base->next.path, dir_len(base->next.path), dir, strlen(dir));
        if (where > 0) {
            return;
        }
        if (where == 0 && base->count < ASV_BASE_FILES) {
            base->files[base->count++] = base->next;
        }
        base->has_next = asv_manifest_next(&base->manifest, &base->next, NULL) == ASV_OK;
    }
}

const struct asv_manifest_entry *asv_base_find(const struct asv_backup_base *base, const char *name)
{
    for (size_t i = 0; i < base->count; i++) {
        const struct asv_manifest_entry *entry = &base->files[i];
        if (strcmp(entry->path + dir_len(entry->path) + 1, name) == 0) {
            return entry->damaged ? NULL : entry;
        }
    }
    return NULL;
}

bool asv_base_link(const struct asv_backup_base *base, const struct asv_manifest_entry *entry, uint64_t size,
                   int set)
{
    struct stat st;
    return fstatat(base->set, entry->path, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
           (uint64_t)st.st_size == size && linkat(base->set, entry->path, set, entry->path, 0) == 0;
}
