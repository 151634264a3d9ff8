/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/io.h"
#include "server/handover/build_internal.h"

#define BEGUN "begun" /* asv_build_digest and the time of the first run */
#define MEDIUM                                                                                   \
    "medium" /* beside it, and for longer: how many bytes a carrier may have, and is planned for \
              */
#define CARRIERS       "carrier" /* as asv_build_carrier and the journals begin */
#define LESS_LEAST     8         /* so many divisions at most */
#define PARTIAL        ".partial"
#define DEPTH_MAX      4
#define LIST_BYTES_MAX (16u << 20) /* as many names as a package may have */

/* ---- when it was begun ---- */

static void begun_text(char out[128], const struct asv_build *build, int64_t ms)
{
    uint8_t digest[ASV_PLAN_BYTES];
    char hex[2 * ASV_SHA256_BYTES + 1];
    asv_build_digest(digest, build, ms);
    asv_hex_encode(hex, digest, sizeof digest);
    (void)snprintf(out, 128, "%s %" PRId64 "\n", hex, ms);
}

/* Whether the same was begun here before, and when. */
static bool was_begun(const struct asv_build *build, int work, int64_t *ms)
{
    char text[128] = "";
    char want[128];
    char *end = NULL;
    size_t len = 0;
    if (asv_io_read_file(work, BEGUN, text, sizeof text - 1, &len, NULL) != ASV_OK ||
        len <= 2 * (size_t)ASV_SHA256_BYTES) {
        return false;
    }
    text[len] = '\0';
    errno = 0;
    *ms = strtoll(text + 2 * ASV_SHA256_BYTES, &end, 10);
    begun_text(want, build, *ms);
    return errno == 0 && strcmp(text, want) == 0;
}

/* Whole or not, of whatever division, with their journals. */
static enum asv_status remove_carriers(const struct asv_build *build, struct asv_err *err)
{
    asv_auto_fd int fd = -1;
    enum asv_status status = asv_io_open(build->dir, ".", O_RDONLY | O_DIRECTORY, 0, &fd, err);
    if (status != ASV_OK) {
        return status;
    }
    DIR *entries = fdopendir(fd);
    if (entries == NULL) {
        return asv_io_fail(err, errno, build->path);
    }
    (void)asv_steal_fd(&fd);
    const struct dirent *entry;
    while (status == ASV_OK && (entry = readdir(entries)) != NULL) {
        if (strncmp(entry->d_name, CARRIERS, sizeof CARRIERS - 1) == 0) {
            status = asv_io_remove_tree(build->dir, entry->d_name, err);
        }
    }
    (void)closedir(entries);
    return status == ASV_OK ? asv_io_sync_dir(build->dir, build->path, err) : status;
}

/* HO-041. Carriers go before the time of another making is there: whoever is killed here begins anew again.
 */
enum asv_status asv_work_open(const struct asv_build *build, bool carriers, int *work, int64_t *made_ms,
                              struct asv_err *err)
{
    char text[128];
    asv_auto_fd int fd = -1;
    enum asv_status status = asv_io_open_dir(build->dir, ASV_BUILD_WORK, true, &fd, err);
    if (status == ASV_OK && !was_begun(build, fd, made_ms)) {
        (void)close(asv_steal_fd(&fd));
        if (carriers) {
            status = remove_carriers(build, err);
        }
        if (status == ASV_OK) {
            status = asv_io_remove_tree(build->dir, ASV_BUILD_WORK, err);
        }
        if (status == ASV_OK) {
            status = asv_io_open_dir(build->dir, ASV_BUILD_WORK, true, &fd, err);
        }
        *made_ms = build->now_ms;
        begun_text(text, build, *made_ms);
        if (status == ASV_OK) {
            status = asv_io_replace_file(fd, BEGUN, text, strlen(text), 0600, err);
        }
    }
    if (status == ASV_OK) {
        *work = asv_steal_fd(&fd);
    }
    return status;
}

/* ---- how large a carrier may be ---- */

static bool is_there(const struct asv_build *build, const char *name)
{
    return faccessat(build->dir, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* HO-084: a directory that was begun without a limit has none. */
enum asv_status asv_work_medium(const struct asv_build *build, struct asv_room *medium, struct asv_err *err)
{
    char text[64] = "";
    char *end = text;
    size_t len = 0;
    enum asv_status status = asv_io_read_file(build->dir, MEDIUM, text, sizeof text - 1, &len, NULL);
    if (status == ASV_OK) {
        medium->bytes = strtoull(text, &end, 10);
        medium->planned = strtoull(end, NULL, 10);
        return ASV_OK;
    }
    if (status != ASV_E_NOT_FOUND) {
        return asv_fail(err, status, MEDIUM ": cannot be read");
    }
    bool begun = is_there(build, ASV_BUILD_WORK) || is_there(build, ASV_BUILD_CARRIER) ||
                 is_there(build, ASV_BUILD_FILING);
    medium->bytes = medium->planned = begun ? 0 : build->medium;
    return ASV_OK;
}

static enum asv_status write_medium(const struct asv_build *build, const struct asv_room *medium,
                                    struct asv_err *err)
{
    char text[64];
    (void)snprintf(text, sizeof text, "%" PRIu64 " %" PRIu64 "\n", medium->bytes, medium->planned);
    return asv_io_replace_file(build->dir, MEDIUM, text, strlen(text), 0600, err);
}

enum asv_status asv_work_keep_medium(const struct asv_build *build, const struct asv_room *medium,
                                     struct asv_err *err)
{
    return medium->bytes == 0 || is_there(build, MEDIUM) ? ASV_OK : write_medium(build, medium, err);
}

/* HO-143: what is planned comes last, so that nothing of the former division is taken for the next one's. */
enum asv_status asv_work_divide_anew(const struct asv_build *build, uint64_t excess, struct asv_err *err)
{
    struct asv_room medium = {0};
    enum asv_status status = asv_work_medium(build, &medium, err);
    uint64_t less = excess > medium.bytes / LESS_LEAST ? excess : medium.bytes / LESS_LEAST;
    medium.planned = medium.planned > less ? medium.planned - less : 1;
    if (status == ASV_OK) {
        status = remove_carriers(build, err);
    }
    if (status == ASV_OK) {
        status = asv_io_remove_tree(build->dir, ASV_BUILD_WORK, err);
    }
    if (status == ASV_OK) {
        status = asv_io_sync_dir(build->dir, build->path, err);
    }
    return status == ASV_OK ? write_medium(build, &medium, err) : status;
}

/* ---- what lies in a package besides ---- */

enum asv_status asv_work_extras(struct asv_build_output *it, struct asv_err *err)
{
    const struct asv_build *build = it->build;
    char path[PATH_MAX], name[ASV_BUILD_NAME_BYTES], partial[ASV_BUILD_NAME_BYTES + sizeof PARTIAL];
    asv_build_extras(name, &it->part);
    if (faccessat(it->work, name, F_OK, 0) == 0) {
        return ASV_OK;
    }
    (void)snprintf(partial, sizeof partial, "%s" PARTIAL, name);
    enum asv_status status = asv_io_remove_tree(it->work, partial, err);
    if (status == ASV_OK) {
        status = asv_io_open_dir(it->work, partial, true, NULL, err);
    }
    int len = snprintf(path, sizeof path, "%s/" ASV_BUILD_WORK "/%s", build->path, partial);
    if (status == ASV_OK && (len < 0 || (size_t)len >= sizeof path)) {
        status = asv_fail(err, ASV_E_LIMIT, "the directory's path is too long");
    }
    if (status == ASV_OK) {
        status = build->ops->extras(build->ops->ctx, &it->part, path, err);
    }
    if (status == ASV_OK) {
        status = asv_io_rename(it->work, partial, it->work, name, err);
    }
    return status == ASV_OK ? asv_io_sync_dir(it->work, ASV_BUILD_WORK, err) : status;
}

/* Paths so far, one behind the other. */
struct list {
    char *text;
    size_t len, cap, count;
};

static enum asv_status put_path(struct list *list, const char *path, struct asv_err *err)
{
    size_t size = strlen(path) + 1;
    if (list->cap - list->len < size) {
        size_t cap = 2 * list->cap + size + 4096;
        char *grown = cap <= LIST_BYTES_MAX ? realloc(list->text, cap) : NULL;
        if (grown == NULL) {
            return asv_fail(err, cap <= LIST_BYTES_MAX ? ASV_E_NO_MEMORY : ASV_E_LIMIT,
                            "too many files for a package");
        }
        list->text = grown;
        list->cap = cap;
    }
    memcpy(list->text + list->len, path, size);
    list->len += size;
    list->count++;
    return ASV_OK;
}

static enum asv_status walk(struct list *list, int parent, const char *name, const char *prefix, int depth,
                            struct asv_err *err);

static enum asv_status visit(struct list *list, int dir, const char *name, const char *prefix, int depth,
                             struct asv_err *err)
{
    char path[ASV_HANDOVER_NAME_BYTES];
    struct stat st;
    int len = snprintf(path, sizeof path, "%s%s", prefix, name);
    if (len < 0 || (size_t)len >= sizeof path - 1 || fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        return asv_failf(err, ASV_E_IO, "%.200s: is nothing for a package", name);
    }
    if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX) {
        memcpy(path + len, "/", 2);
        return walk(list, dir, name, path, depth + 1, err);
    }
    return S_ISREG(st.st_mode) ? put_path(list, path, err)
                               : asv_failf(err, ASV_E_MALFORMED, "%.200s: is no file", path);
}

static enum asv_status walk(struct list *list, int parent, const char *name, const char *prefix, int depth,
                            struct asv_err *err)
{
    asv_auto_fd int fd = -1;
    enum asv_status status = asv_io_open(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0, &fd, err);
    if (status != ASV_OK) {
        return status;
    }
    DIR *entries = fdopendir(dup(fd));
    if (entries == NULL) {
        return asv_io_fail(err, errno, name);
    }
    const struct dirent *entry;
    while (status == ASV_OK && (entry = readdir(entries)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            status = visit(list, fd, entry->d_name, prefix, depth, err);
        }
    }
    (void)closedir(entries);
    return status;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorts them into memory of their own. */
static char *sorted(const struct list *list)
{
    const char **each = calloc(list->count + 1, sizeof *each);
    char *out = malloc(list->len + 1);
    size_t at = 0;
    size_t len = 0;
    for (size_t i = 0; each != NULL && i < list->count; i++) {
        each[i] = list->text + at;
        at += strlen(each[i]) + 1;
    }
    if (each != NULL && out != NULL) {
        qsort(each, list->count, sizeof *each, compare);
        for (size_t i = 0; i < list->count; i++) {
            size_t size = strlen(each[i]) + 1;
            memcpy(out + len, each[i], size);
            len += size;
        }
    } else {
        free(out);
        out = NULL;
    }
    free(each);
    return out;
}

enum asv_status asv_work_list(const struct asv_build_output *it, char **out, size_t *len, struct asv_err *err)
{
    struct list list = {0};
    char name[ASV_BUILD_NAME_BYTES];
    enum asv_status status = walk(&list, it->work, asv_build_extras(name, &it->part), "", 0, err);
    if (status == ASV_OK) {
        *out = sorted(&list);
        *len = list.len;
        status = *out != NULL ? ASV_OK : asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    free(list.text);
    return status;
}

/* ---- facts ---- */

static enum asv_status load(int dir, const char *name, char **text, size_t *len, struct asv_err *err)
{
    asv_auto_fd int fd = -1;
    uint64_t size = 0;
    enum asv_status status = asv_io_open_file(dir, name, &fd, err);
    if (status == ASV_OK) {
        status = asv_io_size(fd, &size, name, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    char *data = malloc((size_t)size + 1);
    if (data == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    status = asv_io_pread(fd, data, (size_t)size, 0, name, err);
    if (status != ASV_OK) {
        free(data);
        return status;
    }
    *text = data;
    *len = (size_t)size;
    return ASV_OK;
}

static const char *facts_name(char out[ASV_BUILD_NAME_BYTES], const struct asv_build_output *it)
{
    (void)snprintf(out, ASV_BUILD_NAME_BYTES, "facts-%u", it->part.number);
    return out;
}

bool asv_work_has_facts(const struct asv_build_output *it)
{
    char name[ASV_BUILD_NAME_BYTES];
    return it->naming.output == ASV_HANDOVER_CARRIER &&
           faccessat(it->work, facts_name(name, it), F_OK, 0) == 0;
}

/* Nothing that they name is made anew behind them. */
static enum asv_status keep_facts(struct asv_build_output *it, const char *text, size_t len,
                                  struct asv_err *err)
{
    if (it->naming.output != ASV_HANDOVER_CARRIER) {
        return ASV_OK;
    }
    char name[ASV_BUILD_NAME_BYTES];
    enum asv_status status = asv_build_carrier_settle(it, err);
    return status == ASV_OK ? asv_io_replace_file(it->work, facts_name(name, it), text, len, 0600, err)
                            : status;
}

/* HO-041: what the first run wrote down counts, whatever the database says by now. */
enum asv_status asv_work_facts(struct asv_build_output *it, char **text, size_t *len, struct asv_err *err)
{
    const struct asv_build_ops *ops = it->build->ops;
    char name[ASV_BUILD_NAME_BYTES];
    const struct asv_build_said said = {.naming = &it->naming,
                                        .part = &it->part,
                                        .made_ms = it->made_ms,
                                        .documents = it->documents,
                                        .files = it->files,
                                        .file_count = it->file_count};
    if (it->has_facts) {
        return load(it->work, facts_name(name, it), text, len, err);
    }
    char *made = NULL;
    size_t made_len = 0;
    enum asv_status status = ops->facts(ops->ctx, &said, &made, &made_len, err);
    if (status == ASV_OK) {
        status = keep_facts(it, made, made_len, err);
    }
    if (status != ASV_OK) {
        free(made);
        return status;
    }
    *text = made;
    *len = made_len;
    return ASV_OK;
}
