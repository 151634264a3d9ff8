/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/keeper/disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"

static int dir_of(void *ctx)
{
    return ((const struct asv_disk_files *)ctx)->dir;
}

/* K-072, K-074: nobody else reads or writes it, and no second keeper runs on it. */
static enum asv_status check_dir(const struct asv_disk_files *files, struct asv_err *err)
{
    struct stat st;
    if (fstat(files->dir, &st) != 0 || st.st_uid != geteuid() || (st.st_mode & 077) != 0) {
        return asv_failf(err, ASV_E_DENIED, "%s: must belong to the keeper's user, mode 0700", files->path);
    }
    if (flock(files->dir, LOCK_EX | LOCK_NB) != 0) {
        return asv_failf(err, ASV_E_BUSY, "%s: another keeper runs on it", files->path);
    }
    return ASV_OK;
}

static enum asv_status find_dir(struct asv_disk_files *files, bool make, struct asv_err *err)
{
    asv_disk_posix_end(files); /* first: it would hold the lock itself */
    enum asv_status status = asv_io_open_dir(AT_FDCWD, files->path, make, &files->dir, err);
    files->attached = status == ASV_OK;
    if (status == ASV_OK) {
        status = check_dir(files, err);
    }
    if (status != ASV_OK) {
        asv_disk_posix_end(files);
    }
    return status;
}

static enum asv_status attach_dir(void *ctx, struct asv_err *err)
{
    return find_dir(ctx, false, err);
}

enum asv_status asv_disk_posix_make(struct asv_disk_files *files, struct asv_err *err)
{
    return find_dir(files, true, err);
}

static enum asv_status read_file(void *ctx, const char *name, size_t max, uint8_t **out, size_t *len,
                                 struct asv_err *err)
{
    asv_auto_fd int fd = -1;
    asv_auto_free uint8_t *data = NULL;
    uint64_t size = 0;
    enum asv_status status = asv_io_open(dir_of(ctx), name, O_RDONLY | O_NOFOLLOW, 0, &fd, err);
    if (status == ASV_OK) {
        status = asv_io_size(fd, &size, name, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    if (size > max) {
        return asv_failf(err, ASV_E_LIMIT, "%s: larger than its limit of %zu bytes", name, max);
    }
    data = malloc((size_t)size + 1);
    if (data == NULL) {
        return asv_failf(err, ASV_E_NO_MEMORY, "%s: no memory to read it", name);
    }
    status = asv_io_pread(fd, data, (size_t)size, 0, name, err);
    if (status == ASV_OK) {
        *len = (size_t)size;
        *out = asv_steal(&data);
    }
    return status;
}

static enum asv_status read_part(void *ctx, const char *name, uint64_t offset, void *out, size_t len,
                                 size_t *got, struct asv_err *err)
{
    asv_auto_fd int fd = -1;
    uint64_t size = 0;
    enum asv_status status = asv_io_open(dir_of(ctx), name, O_RDONLY | O_NOFOLLOW, 0, &fd, err);
    if (status == ASV_OK) {
        status = asv_io_size(fd, &size, name, err);
    }
    uint64_t left = size > offset ? size - offset : 0;
    size_t take = left < len ? (size_t)left : len;
    if (status == ASV_OK) {
        status = asv_io_pread(fd, out, take, offset, name, err);
    }
    *got = status == ASV_OK ? take : 0;
    return status;
}

/* The bytes of what was written, all under way before the first is waited for: then one commit of the file
 * system's journal has most of them. */
static enum asv_status sync_bytes(struct asv_disk_files *files, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    for (unsigned i = 0; i < files->unsynced_count; i++) {
        (void)sync_file_range(files->unsynced[i], 0, 0, SYNC_FILE_RANGE_WRITE); /* no promise: that follows */
    }
    for (unsigned i = 0; i < files->unsynced_count; i++) {
        int fd = files->unsynced[i];
        if (status == ASV_OK) {
            status = asv_io_sync_data(fd, "key store", err);
        }
        if (close(fd) != 0 && status == ASV_OK) {
            status = asv_io_fail(err, errno, "key store");
        }
    }
    files->unsynced_count = 0;
    return status;
}

static enum asv_status write_file(void *ctx, const char *name, const void *data, size_t len,
                                  struct asv_err *err)
{
    struct asv_disk_files *files = ctx;
    asv_auto_fd int fd = -1;
    enum asv_status status = files->unsynced_count == ASV_DISK_UNSYNCED ? sync_bytes(files, err) : ASV_OK;
    if (status == ASV_OK) {
        status = asv_io_open(files->dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600, &fd, err);
    }
    if (status == ASV_OK) {
        status = asv_io_pwrite(fd, data, len, 0, name, err);
    }
    if (status == ASV_OK) {
        files->unsynced[files->unsynced_count++] = asv_steal_fd(&fd);
    }
    return status;
}

static enum asv_status extend_file(void *ctx, const char *name, const void *data, size_t len,
                                   struct asv_err *err)
{
    struct asv_disk_files *files = ctx;
    asv_auto_fd int fd = -1;
    uint64_t size = 0;
    enum asv_status status = files->unsynced_count == ASV_DISK_UNSYNCED ? sync_bytes(files, err) : ASV_OK;
    if (status == ASV_OK) {
        status = asv_io_open(files->dir, name, O_WRONLY | O_NOFOLLOW, 0, &fd, err);
    }
    if (status == ASV_OK) {
        status = asv_io_size(fd, &size, name, err);
    }
    if (status == ASV_OK) {
        status = asv_io_pwrite(fd, data, len, size, name, err);
    }
    if (status == ASV_OK) {
        files->unsynced[files->unsynced_count++] = asv_steal_fd(&fd);
    }
    return status;
}

static enum asv_status append_lines(void *ctx, const char *name, const void *lines, size_t len,
                                    struct asv_err *err)
{
    asv_auto_fd int fd = -1;
    uint64_t size = 0;
    bool is_new = false;
    char last = '\n';
    enum asv_status status = asv_io_open(dir_of(ctx), name, O_RDWR | O_CREAT | O_NOFOLLOW, 0600, &fd, err);
    if (status == ASV_OK) {
        status = asv_io_size(fd, &size, name, err);
    }
    is_new = size == 0; /* perhaps: its name may not be on the medium */
    if (status == ASV_OK && !is_new) {
        status = asv_io_pread(fd, &last, 1, size - 1, name, err);
    }
    if (status == ASV_OK && last != '\n') {
        status = asv_io_pwrite(fd, "\n", 1, size++, name, err);
    }
    if (status == ASV_OK) {
        status = asv_io_pwrite(fd, lines, len, size, name, err);
    }
    if (status == ASV_OK) {
        status = asv_io_sync_data(fd, name, err);
    }
    return status == ASV_OK && is_new ? asv_io_sync_dir(dir_of(ctx), "key store", err) : status;
}

static enum asv_status rename_file(void *ctx, const char *from, const char *to, struct asv_err *err)
{
    return asv_io_rename(dir_of(ctx), from, dir_of(ctx), to, err);
}

static enum asv_status remove_file(void *ctx, const char *name, struct asv_err *err)
{
    return unlinkat(dir_of(ctx), name, 0) == 0 || errno == ENOENT ? ASV_OK : asv_io_fail(err, errno, name);
}

static enum asv_status sync_all(void *ctx, struct asv_err *err)
{
    enum asv_status status = sync_bytes(ctx, err);
    return status == ASV_OK ? asv_io_sync_dir(dir_of(ctx), "key store", err) : status;
}

static enum asv_status list_files(void *ctx, enum asv_status (*each)(void *each_ctx, const char *name),
                                  void *each_ctx, struct asv_err *err)
{
    int fd = -1; /* an own one: the position in a directory belongs to the open file */
    enum asv_status status = asv_io_open(dir_of(ctx), ".", O_RDONLY | O_DIRECTORY, 0, &fd, err);
    if (status != ASV_OK) {
        return status;
    }
    DIR *entries = fdopendir(fd);
    if (entries == NULL) {
        status = asv_io_fail(err, errno, "key store");
        (void)close(fd);
        return status;
    }
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(entries);
        if (entry == NULL) {
            status = errno == 0 ? ASV_OK : asv_io_fail(err, errno, "key store");
            break;
        }
        if (entry->d_name[0] != '.') {
            status = each(each_ctx, entry->d_name);
            if (status != ASV_OK) {
                break;
            }
        }
    }
    (void)closedir(entries);
    return status;
}

struct asv_disk asv_disk_posix(struct asv_disk_files *files)
{
    return (struct asv_disk){
        .ctx = files,
        .attach = attach_dir,
        .read = read_file,
        .read_at = read_part,
        .write = write_file,
        .extend = extend_file,
        .append = append_lines,
        .rename = rename_file,
        .remove = remove_file,
        .sync = sync_all,
        .list = list_files,
    };
}

void asv_disk_posix_end(struct asv_disk_files *files)
{
    while (files->unsynced_count > 0) {
        (void)close(files->unsynced[--files->unsynced_count]);
    }
    if (files->attached) {
        (void)close(files->dir);
        files->attached = false;
    }
}
