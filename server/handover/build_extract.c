/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/handover/build_internal.h"
#include "server/handover/extract.h"

#define BYTES_MAX (64u << 20) /* what is filed at once is 200 MB, with the recordings */

static bool is_below(const char *path, const char *prefix)
{
    return strncmp(path, prefix, strlen(prefix)) == 0;
}

/* How many there are, and what they take with their names. */
static enum asv_status measure(int dir, const char *paths, size_t len, const char *prefix, uint32_t *count,
                               size_t *bytes, struct asv_err *err)
{
    struct stat st;
    *count = 0;
    *bytes = ASV_EXTRACT_HEAD_BYTES;
    for (size_t at = 0; at < len; at += strlen(paths + at) + 1) {
        const char *path = paths + at;
        if (!is_below(path, prefix)) {
            continue;
        }
        if (fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode)) {
            return asv_failf(err, ASV_E_IO, "%.200s: is no file", path);
        }
        *bytes += 1 + strlen(path + strlen(prefix)) + 4;
        if (st.st_size > BYTES_MAX || *bytes + (size_t)st.st_size > BYTES_MAX ||
            ++*count > ASV_EXTRACT_FILES_MAX) {
            return asv_fail(err, ASV_E_LIMIT, "the ledger's extract is too much for a filing");
        }
        *bytes += (size_t)st.st_size;
    }
    return ASV_OK;
}

static enum asv_status put(struct asv_writer *writer, int dir, const char *path, const char *name,
                           struct asv_err *err)
{
    asv_auto_fd int fd = -1;
    uint64_t size = 0;
    enum asv_status status = asv_io_open(dir, path, O_RDONLY | O_NOFOLLOW, 0, &fd, err);
    if (status == ASV_OK) {
        status = asv_io_size(fd, &size, path, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    asv_extract_write_name(writer, name, (uint32_t)size);
    if (writer->overrun || size > writer->cap - writer->len) {
        return asv_failf(err, ASV_E_IO, "%.200s: became longer", path);
    }
    status = asv_io_pread(fd, writer->data + writer->len, (size_t)size, 0, path, err);
    writer->len += status == ASV_OK ? (size_t)size : 0;
    return status;
}

enum asv_status asv_build_extract(int dir, const char *paths, size_t len, const char *prefix, uint8_t **out,
                                  size_t *out_len, struct asv_err *err)
{
    struct asv_writer writer;
    uint32_t count = 0;
    size_t bytes = 0;
    enum asv_status status = measure(dir, paths, len, prefix, &count, &bytes, err);
    if (status != ASV_OK) {
        return status;
    }
    asv_auto_free uint8_t *data = malloc(bytes);
    if (data == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    asv_writer_init(&writer, data, bytes);
    asv_extract_write_head(&writer, count);
    for (size_t at = 0; status == ASV_OK && at < len; at += strlen(paths + at) + 1) {
        if (is_below(paths + at, prefix)) {
            status = put(&writer, dir, paths + at, paths + at + strlen(prefix), err);
        }
    }
    if (status == ASV_OK) {
        *out = asv_steal(&data);
        *out_len = writer.len;
    }
    return status;
}
