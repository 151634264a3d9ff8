/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/verify/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PATH_BYTES 4096

struct asv_files asv_files_of(const char *path)
{
    return (struct asv_files){.path = path};
}

static bool join(char path[PATH_BYTES], const struct asv_files *files, const char *name)
{
    int len = files != NULL ? snprintf(path, PATH_BYTES, "%s/%s", files->path, name)
                            : snprintf(path, PATH_BYTES, "%s", name);
    return len >= 0 && (size_t)len < PATH_BYTES;
}

enum asv_status asv_files_open(const struct asv_files *files, const char *name, struct asv_input *out,
                               struct asv_err *err)
{
    char path[PATH_BYTES];
    if (files != NULL && files->path == NULL) {
        return files->open(files->ctx, name, out, err);
    }
    return join(path, files, name) ? asv_input_open(out, path, err)
                                   : asv_fail(err, ASV_E_LIMIT, "the path is too long");
}

bool asv_files_has(const struct asv_files *files, const char *name)
{
    char path[PATH_BYTES];
    struct stat st;
    struct asv_input input;
    if (files->path == NULL) {
        bool is_there = files->open(files->ctx, name, &input, NULL) == ASV_OK;
        if (is_there) {
            asv_input_close(&input);
        }
        return is_there;
    }
    return join(path, files, name) && lstat(path, &st) == 0;
}

static int is_name(const struct dirent *item)
{
    return strcmp(item->d_name, ".") != 0 && strcmp(item->d_name, "..") != 0;
}

static enum asv_status add(struct asv_file_names *names, const char *name, struct asv_err *err)
{
    names->names[names->count] = strdup(name);
    if (names->names[names->count] == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    names->count++;
    return ASV_OK;
}

static enum asv_status add_all(struct asv_file_names *out, struct dirent **items, int count,
                               struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    out->names = calloc((size_t)count + 1, sizeof *out->names);
    if (out->names == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    for (int i = 0; i < count && status == ASV_OK; i++) {
        status = add(out, items[i]->d_name, err);
    }
    return status;
}

static enum asv_status list_directory(struct asv_file_names *out, const char *path, struct asv_err *err)
{
    struct dirent **items = NULL;
    int count = scandir(path, &items, is_name, alphasort);
    if (count < 0) {
        return asv_fail(err, ASV_E_IO, strerror(errno));
    }
    enum asv_status status = add_all(out, items, count, err);
    for (int i = 0; i < count; i++) {
        free(items[i]);
    }
    free((void *)items);
    return status;
}

static enum asv_status list_others(struct asv_file_names *out, const struct asv_files *files,
                                   struct asv_err *err)
{
    size_t count = 0;
    enum asv_status status = ASV_OK;
    while (files->name(files->ctx, count) != NULL) {
        count++;
    }
    out->names = calloc(count + 1, sizeof *out->names);
    if (out->names == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    for (size_t i = 0; i < count && status == ASV_OK; i++) {
        status = add(out, files->name(files->ctx, i), err);
    }
    return status;
}

enum asv_status asv_files_names(struct asv_file_names *out, const struct asv_files *files,
                                struct asv_err *err)
{
    struct asv_file_names names = {0, NULL};
    enum asv_status status =
        files->path != NULL ? list_directory(&names, files->path, err) : list_others(&names, files, err);
    if (status != ASV_OK) {
        asv_file_names_free(&names);
        return status;
    }
    *out = names;
    return ASV_OK;
}

void asv_file_names_free(struct asv_file_names *names)
{
    for (size_t i = 0; i < names->count; i++) {
        free(names->names[i]);
    }
    free((void *)names->names);
    *names = (struct asv_file_names){0, NULL};
}
