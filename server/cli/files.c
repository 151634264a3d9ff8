/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/cli/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"

enum asv_status asv_file_read(const char *path, void *out, size_t cap, size_t *len, struct asv_err *err)
{
    size_t got = 0;
    uint8_t more;
    asv_auto_fd int fd = -1;
    enum asv_status status = asv_io_open(AT_FDCWD, path, O_RDONLY | O_NOCTTY, 0, &fd, err);
    while (status == ASV_OK) {
        ssize_t n = read(fd, got < cap ? (uint8_t *)out + got : &more, got < cap ? cap - got : 1);
        if (n > 0 && got == cap) {
            return asv_failf(err, ASV_E_LIMIT, "%s: more than %zu bytes", path, cap);
        }
        if (n == 0) {
            *len = got;
            return ASV_OK;
        }
        if (n > 0) {
            got += (size_t)n;
        } else if (errno != EINTR) {
            status = asv_io_fail(err, errno, path);
        }
    }
    return status;
}

void asv_output_close(struct asv_output *out)
{
    if (out->dir >= 0) {
        (void)close(out->dir);
        out->dir = -1;
    }
}

enum asv_status asv_output_open(const char *path, bool make, struct asv_output *out, struct asv_err *err)
{
    char above[4096];
    size_t len = strlen(path);
    out->path = path;
    while (len > 1 && path[len - 1] == '/') {
        len--;
    }
    const char *slash = memrchr(path, '/', len);
    size_t start = slash != NULL ? (size_t)(slash - path) + 1 : 0;
    int named = snprintf(out->name, sizeof out->name, "%.*s", (int)(len - start), path + start);
    if (named <= 0 || (size_t)named >= sizeof out->name || start >= sizeof above ||
        strcmp(out->name, ".") == 0 || strcmp(out->name, "..") == 0) {
        return asv_failf(err, ASV_E_USAGE, "\"%s\" names no file that could be made", path);
    }
    if (slash == NULL) {
        memcpy(above, ".", 2);
    } else {
        memcpy(above, path, start);
        above[start > 1 ? start - 1 : start] = '\0'; /* without the slash, but for the root's */
    }
    return asv_io_open_dir(AT_FDCWD, above, make, &out->dir, err);
}

enum asv_status asv_output_write(const struct asv_output *out, struct asv_bytes data, struct asv_err *err)
{
    struct asv_err inner = {0};
    enum asv_status status = asv_io_replace_file(out->dir, out->name, data.data, data.len, 0644, &inner);
    return status == ASV_OK ? ASV_OK
                            : asv_failf(err, status, "%s: cannot be written: %s", out->path, inner.text);
}
