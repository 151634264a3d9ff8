/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/verify/confine.h"

#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/base/sandbox.h"

#define PATH_BYTES    4096
#define MEMORY_BYTES  (UINT64_C(4) << 30) /* facts of 256 MiB, as a tree, need the most */
#define FILES_AT_ONCE 64
#define DIRECTORIES   (ASV_CONFINE_PATHS + 1)

void asv_confined_add(struct asv_confined *confined, const char *path)
{
    if (path != NULL && confined->read_count < ASV_CONFINE_PATHS) {
        confined->read[confined->read_count++] = path;
    }
}

static enum asv_status limit(int resource, rlim_t most, const char *what, struct asv_err *err)
{
    struct rlimit value;
    if (getrlimit((__rlimit_resource_t)resource, &value) != 0) {
        return asv_io_fail(err, errno, what);
    }
    value.rlim_max = value.rlim_max < most ? value.rlim_max : most;
    value.rlim_cur = value.rlim_max;
    return setrlimit((__rlimit_resource_t)resource, &value) == 0 ? ASV_OK : asv_io_fail(err, errno, what);
}

static const char *directory_of(char out[PATH_BYTES], const char *path)
{
    size_t len = strlen(path);
    memcpy(out, path, len < PATH_BYTES ? len + 1 : 1);
    out[len < PATH_BYTES ? len : 0] = '\0';
    return dirname(out);
}

static bool is_directory(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static enum asv_status enter(const struct asv_confined *confined, struct asv_sandbox_path *paths, bool *whole,
                             struct asv_err *err)
{
    static char directories[DIRECTORIES][PATH_BYTES];
    struct asv_sandbox sandbox = {.paths = paths};
    bool is_alone = confined->is_alone || is_directory(confined->checked);
    paths[sandbox.path_count++].path =
        is_alone ? confined->checked : directory_of(directories[0], confined->checked);
    for (size_t i = 0; i < confined->other_count; i++) {
        paths[sandbox.path_count++].path = confined->others[i];
    }
    for (size_t i = 0; i < confined->read_count; i++) {
        paths[sandbox.path_count++].path = confined->read[i];
    }
    for (size_t i = 0; i < confined->made_count; i++) {
        paths[sandbox.path_count++] =
            (struct asv_sandbox_path){directory_of(directories[i + 1], confined->made[i]), true};
    }
    tzset(); /* the zone's file is read now, or never */
    enum asv_status status = limit(RLIMIT_NOFILE, FILES_AT_ONCE, "files at once", err);
    if (status == ASV_OK && !ASV_UNDER_SANITIZER) { /* whose memory is terabytes of shadow */
        status = limit(RLIMIT_AS, MEMORY_BYTES, "memory", err);
    }
    return status == ASV_OK ? asv_sandbox_enter(&sandbox, whole, err) : status;
}

/* HO-120 */
enum asv_status asv_confine(const struct asv_confined *confined, bool *whole, struct asv_err *err)
{
    struct asv_sandbox_path *paths = calloc(2 * ASV_CONFINE_PATHS + 1 + confined->other_count, sizeof *paths);
    if (paths == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = enter(confined, paths, whole, err);
    free(paths);
    return status;
}
