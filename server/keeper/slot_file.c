/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/keeper/slot.h"

/* The cells lie in different blocks, so that a torn write of one cannot reach the other. */
#define CELL_AT    4096u
#define FILE_BYTES (ASV_SLOT_CELLS * CELL_AT)

static enum asv_status open_slot(const char *path, int flags, int *fd, struct asv_err *err)
{
    struct stat st;
    asv_auto_fd int opened = -1;
    enum asv_status status = asv_io_open(AT_FDCWD, path, flags | O_NOFOLLOW, 0, &opened, err);
    if (status != ASV_OK) {
        return status == ASV_E_NOT_FOUND ? ASV_E_AWAY : status;
    }
    if (fstat(opened, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size != FILE_BYTES ||
        (st.st_mode & 077) != 0 || st.st_uid != geteuid()) { /* K-023 */
        return asv_failf(err, ASV_E_DENIED,
                         "master slot %s: not a file of %u bytes that only its owner, the keeper, can use",
                         path, FILE_BYTES);
    }
    *fd = asv_steal_fd(&opened);
    return ASV_OK;
}

static enum asv_status read_cell(void *ctx, unsigned cell, uint8_t out[ASV_SLOT_CELL_BYTES],
                                 struct asv_err *err)
{
    asv_auto_fd int fd = -1;
    enum asv_status status = open_slot(ctx, O_RDONLY, &fd, err);
    return status == ASV_OK ? asv_io_pread(fd, out, ASV_SLOT_CELL_BYTES, (uint64_t)cell * CELL_AT, ctx, err)
                            : status;
}

static enum asv_status write_cell(void *ctx, unsigned cell, const uint8_t in[ASV_SLOT_CELL_BYTES],
                                  struct asv_err *err)
{
    asv_auto_fd int fd = -1;
    enum asv_status status = open_slot(ctx, O_WRONLY, &fd, err);
    if (status == ASV_OK) {
        status = asv_io_pwrite(fd, in, ASV_SLOT_CELL_BYTES, (uint64_t)cell * CELL_AT, ctx, err);
    }
    return status == ASV_OK ? asv_io_sync_data(fd, ctx, err) : status;
}

struct asv_slot asv_slot_file(char *path)
{
    struct asv_slot slot = {
        .ctx = path,
        .kind = ASV_KEEPER_SLOT_FILE,
        .effaceable = false, /* K-024 */
        .read = read_cell,
        .write = write_cell,
    };
    size_t len = strlen(path);
    const char *end = len < sizeof slot.label ? path : path + len - (sizeof slot.label - 1);
    for (size_t i = 0; end[i] != '\0'; i++) {
        slot.label[i] = '?';
        if (end[i] >= 0x20 && end[i] <= 0x7e) {
            slot.label[i] = end[i];
        }
    }
    return slot;
}

static enum asv_status sync_parent(const char *path, struct asv_err *err)
{
    char parent[PATH_MAX];
    asv_auto_fd int fd = -1;
    const char *slash = strrchr(path, '/');
    int len = slash == NULL ? 0 : (int)(slash - path);
    if (len >= PATH_MAX) {
        return asv_io_fail(err, ENAMETOOLONG, path);
    }
    (void)snprintf(parent, sizeof parent, "%.*s/.", len, path); /* "/." for the root itself */
    enum asv_status status =
        asv_io_open(AT_FDCWD, slash == NULL ? "." : parent, O_RDONLY | O_DIRECTORY, 0, &fd, err);
    return status == ASV_OK ? asv_io_sync_dir(fd, path, err) : status;
}

enum asv_status asv_slot_file_create(const char *path, struct asv_err *err)
{
    static const uint8_t erased[FILE_BYTES];
    asv_auto_fd int fd = -1;
    enum asv_status status =
        asv_io_open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600, &fd, err);
    if (status == ASV_OK) {
        status = asv_io_pwrite(fd, erased, sizeof erased, 0, path, err);
    }
    if (status == ASV_OK) {
        status = asv_io_sync_data(fd, path, err);
    }
    return status == ASV_OK ? sync_parent(path, err) : status;
}
