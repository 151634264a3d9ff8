/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/camera/flash_posix.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define OVERWRITE_BYTES 65536
#define OPEN_FLAGS      (O_CLOEXEC | O_NOFOLLOW)

static enum asv_status status_of_errno(void)
{
    switch (errno) {
    case ENOENT:
    case ENOTDIR:
        return ASV_E_NOT_FOUND;
    case EEXIST:
    case ENOTEMPTY:
        return ASV_E_EXISTS;
    case ENOSPC:
    case EDQUOT:
        return ASV_E_NO_SPACE;
    case ENOMEM:
        return ASV_E_NO_MEMORY;
    default:
        return ASV_E_IO;
    }
}

static int dir_of(void *ctx)
{
    const struct asv_flash_posix *posix = ctx;
    return posix->dir_fd;
}

static void close_fd(const int *fd)
{
    if (*fd >= 0) {
        close(*fd);
    }
}

#define CLEANUP_FD __attribute__((cleanup(close_fd)))

static bool is_cut(void *ctx)
{
    struct asv_flash_posix *posix = ctx;
    return atomic_load_explicit(&posix->cut, memory_order_relaxed);
}

/* Whether something may be done with this path at all. */
static enum asv_status admit(void *ctx, const char *path)
{
    enum asv_status status = asv_flash_check_path(path);
    return status == ASV_OK && is_cut(ctx) ? ASV_E_IO : status;
}

static enum asv_status open_at(void *ctx, const char *path, int flags, int *out)
{
    enum asv_status status = admit(ctx, path);
    if (status != ASV_OK) {
        return status;
    }
    int fd = openat(dir_of(ctx), path, flags | OPEN_FLAGS, 0600);
    if (fd < 0) {
        return status_of_errno();
    }
    *out = fd;
    return ASV_OK;
}

static enum asv_status posix_create(void *ctx, const char *path, int *file)
{
    return open_at(ctx, path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND, file);
}

static enum asv_status posix_append(void *ctx, int file, const void *data, size_t len, size_t *written)
{
    size_t done = 0;
    enum asv_status status = is_cut(ctx) ? ASV_E_IO : ASV_OK;
    while (done < len && status == ASV_OK) {
        ssize_t n = write(file, (const uint8_t *)data + done, len - done);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) { /* nothing at all is no progress either */
            status = n < 0 ? status_of_errno() : ASV_E_IO;
        } else {
            done += (size_t)n;
        }
    }
    *written = done;
    return status;
}

static enum asv_status posix_sync(void *ctx, int file)
{
    if (is_cut(ctx)) {
        return ASV_E_IO;
    }
    return fdatasync(file) == 0 ? ASV_OK : status_of_errno();
}

static void posix_close(void *ctx, int file)
{
    (void)ctx;
    close(file);
}

/* Written back, then dropped from the cache: a page whose writing failed counts as clean there, and would be
 * read as if it were on the medium. */
static enum asv_status posix_settle(void *ctx, const char *path)
{
    CLEANUP_FD int fd = -1;
    enum asv_status status = open_at(ctx, path, O_RDONLY, &fd);
    if (status != ASV_OK) {
        return status;
    }
    if (fdatasync(fd) != 0) {
        return status_of_errno();
    }
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED); /* a file system without it has no other copy */
    return ASV_OK;
}

static enum asv_status posix_cut(void *ctx, const char *path, uint64_t len)
{
    CLEANUP_FD int fd = -1;
    struct stat st;
    enum asv_status status = open_at(ctx, path, O_WRONLY, &fd);
    if (status != ASV_OK) {
        return status;
    }
    if (fstat(fd, &st) != 0) {
        return status_of_errno();
    }
    if (len > (uint64_t)st.st_size) {
        return ASV_E_USAGE;
    }
    return ftruncate(fd, (off_t)len) == 0 && fdatasync(fd) == 0 ? ASV_OK : status_of_errno();
}

static enum asv_status posix_read(void *ctx, const char *path, uint64_t offset, void *out, size_t cap,
                                  size_t *len)
{
    CLEANUP_FD int fd = -1;
    enum asv_status status = open_at(ctx, path, O_RDONLY, &fd);
    if (status != ASV_OK) {
        return status;
    }
    size_t done = 0;
    while (done < cap) {
        ssize_t n = pread(fd, (uint8_t *)out + done, cap - done, (off_t)(offset + done));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return status_of_errno();
        }
        if (n == 0) {
            break;
        }
        done += (size_t)n;
    }
    *len = done;
    return ASV_OK;
}

static enum asv_status posix_size(void *ctx, const char *path, uint64_t *out)
{
    struct stat st;
    enum asv_status status = admit(ctx, path);
    if (status != ASV_OK) {
        return status;
    }
    if (fstatat(dir_of(ctx), path, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        return status_of_errno();
    }
    if (!S_ISREG(st.st_mode)) {
        return ASV_E_NOT_FOUND;
    }
    *out = (uint64_t)st.st_size;
    return ASV_OK;
}

static enum asv_status posix_overwrite(void *ctx, const char *path, uint64_t offset, uint64_t len)
{
    static const uint8_t zeros[OVERWRITE_BYTES];
    CLEANUP_FD int fd = -1;
    enum asv_status status = open_at(ctx, path, O_WRONLY, &fd);
    if (status != ASV_OK) {
        return status;
    }
    for (uint64_t done = 0; done < len;) {
        uint64_t some = len - done < sizeof zeros ? len - done : sizeof zeros;
        ssize_t n = pwrite(fd, zeros, (size_t)some, (off_t)(offset + done));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return n < 0 ? status_of_errno() : ASV_E_IO;
        }
        done += (uint64_t)n;
    }
    return fdatasync(fd) == 0 ? ASV_OK : status_of_errno();
}

static enum asv_status posix_discard(void *ctx, const char *path)
{
    const struct asv_flash_posix *posix = ctx;
    CLEANUP_FD int fd = -1;
    struct stat st;
    if (!posix->discards) {
        return ASV_E_UNSUPPORTED;
    }
    enum asv_status status = open_at(ctx, path, O_WRONLY, &fd);
    if (status != ASV_OK) {
        return status;
    }
    if (fstat(fd, &st) != 0) {
        return status_of_errno();
    }
    if (st.st_size == 0) {
        return ASV_OK;
    }
    if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, st.st_size) != 0) {
        return errno == EOPNOTSUPP ? ASV_E_UNSUPPORTED : status_of_errno();
    }
    return fsync(fd) == 0 ? ASV_OK : status_of_errno();
}

static enum asv_status posix_unlink(void *ctx, const char *path)
{
    enum asv_status status = admit(ctx, path);
    if (status != ASV_OK) {
        return status;
    }
    return unlinkat(dir_of(ctx), path, 0) == 0 ? ASV_OK : status_of_errno();
}

static enum asv_status posix_rename(void *ctx, const char *from, const char *to)
{
    enum asv_status status = admit(ctx, from);
    if (status == ASV_OK) {
        status = admit(ctx, to);
    }
    if (status != ASV_OK) {
        return status;
    }
    return renameat(dir_of(ctx), from, dir_of(ctx), to) == 0 ? ASV_OK : status_of_errno();
}

static enum asv_status posix_mkdir(void *ctx, const char *path)
{
    enum asv_status status = admit(ctx, path);
    if (status != ASV_OK) {
        return status;
    }
    return mkdirat(dir_of(ctx), path, 0700) == 0 ? ASV_OK : status_of_errno();
}

static enum asv_status posix_rmdir(void *ctx, const char *path)
{
    enum asv_status status = admit(ctx, path);
    if (status != ASV_OK) {
        return status;
    }
    return unlinkat(dir_of(ctx), path, AT_REMOVEDIR) == 0 ? ASV_OK : status_of_errno();
}

static enum asv_status posix_sync_dir(void *ctx, const char *path)
{
    CLEANUP_FD int fd = -1;
    enum asv_status status = open_at(ctx, path, O_RDONLY | O_DIRECTORY, &fd);
    if (status != ASV_OK) {
        return status;
    }
    return fsync(fd) == 0 ? ASV_OK : status_of_errno();
}

static enum asv_status posix_list(void *ctx, const char *path, asv_flash_entry_fn *fn, void *arg)
{
    int fd = -1;
    enum asv_status status = open_at(ctx, path, O_RDONLY | O_DIRECTORY, &fd);
    if (status != ASV_OK) {
        return status;
    }
    DIR *dir = fdopendir(fd);
    if (dir == NULL) {
        status = status_of_errno();
        close(fd);
        return status;
    }
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(dir);
        if (entry == NULL) {
            status = errno == 0 ? ASV_OK : status_of_errno();
            break;
        }
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        status = fn(arg, entry->d_name);
        if (status != ASV_OK) {
            break;
        }
    }
    closedir(dir);
    return status;
}

static enum asv_status posix_space(void *ctx, uint64_t *free_bytes, uint64_t *total_bytes)
{
    struct statvfs vfs;
    if (fstatvfs(dir_of(ctx), &vfs) != 0) {
        return status_of_errno();
    }
    *free_bytes = (uint64_t)vfs.f_bavail * vfs.f_frsize;
    *total_bytes = (uint64_t)vfs.f_blocks * vfs.f_frsize;
    return ASV_OK;
}

static const struct asv_flash_ops posix_ops = {
    .create = posix_create,
    .append = posix_append,
    .sync = posix_sync,
    .close = posix_close,
    .settle = posix_settle,
    .cut = posix_cut,
    .read = posix_read,
    .size = posix_size,
    .overwrite = posix_overwrite,
    .discard = posix_discard,
    .unlink = posix_unlink,
    .rename = posix_rename,
    .mkdir = posix_mkdir,
    .rmdir = posix_rmdir,
    .sync_dir = posix_sync_dir,
    .list = posix_list,
    .space = posix_space,
};

/* ---- for looking only ---- */

static enum asv_status deny_create(void *ctx, const char *path, int *file)
{
    (void)ctx;
    (void)path;
    (void)file;
    return ASV_E_DENIED;
}

static enum asv_status deny_append(void *ctx, int file, const void *data, size_t len, size_t *written)
{
    (void)ctx;
    (void)file;
    (void)data;
    (void)len;
    *written = 0;
    return ASV_E_DENIED;
}

static enum asv_status deny_path(void *ctx, const char *path)
{
    (void)ctx;
    (void)path;
    return ASV_E_DENIED;
}

/* Whoever writes does this for himself. */
static enum asv_status look_settle(void *ctx, const char *path)
{
    (void)ctx;
    (void)path;
    return ASV_OK;
}

static enum asv_status deny_cut(void *ctx, const char *path, uint64_t len)
{
    (void)ctx;
    (void)path;
    (void)len;
    return ASV_E_DENIED;
}

static enum asv_status deny_rename(void *ctx, const char *from, const char *to)
{
    (void)ctx;
    (void)from;
    (void)to;
    return ASV_E_DENIED;
}

static enum asv_status deny_overwrite(void *ctx, const char *path, uint64_t offset, uint64_t len)
{
    (void)ctx;
    (void)path;
    (void)offset;
    (void)len;
    return ASV_E_DENIED;
}

static const struct asv_flash_ops look_ops = {
    .create = deny_create,
    .append = deny_append,
    .sync = posix_sync,
    .close = posix_close,
    .settle = look_settle,
    .cut = deny_cut,
    .read = posix_read,
    .size = posix_size,
    .overwrite = deny_overwrite,
    .discard = deny_path,
    .unlink = deny_path,
    .rename = deny_rename,
    .mkdir = deny_path,
    .rmdir = deny_path,
    .sync_dir = deny_path,
    .list = posix_list,
    .space = posix_space,
};

/* ---- opening ---- */

/* Whether a comma-separated list of mount options has this one. */
static bool has_option(const char *options, const char *option)
{
    size_t len = strlen(option);
    for (const char *at = options; at != NULL; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, option, len) == 0 && (at[len] == '\0' || at[len] == ',' || at[len] == '\n')) {
            return true;
        }
    }
    return false;
}

/* /proc/self/mountinfo: "36 35 98:0 /root /mnt options optional... - type source super-options". */
static bool mount_discards(dev_t dev)
{
    FILE *file = fopen("/proc/self/mountinfo", "re");
    char *line = NULL;
    size_t size = 0;
    bool found = false;
    if (file == NULL) {
        return false;
    }
    while (!found && getline(&line, &size, file) > 0) {
        char *at = line;
        unsigned long fields[4]; /* id, parent, device's major, its minor */
        const char *super = strstr(line, " - ");
        for (size_t i = 0; i < 4; i++) {
            fields[i] = strtoul(at, &at, 10);
            at += *at != '\0';
        }
        if (super == NULL || fields[2] != major(dev) || fields[3] != minor(dev)) {
            continue;
        }
        super = strrchr(super, ' ');
        found = super != NULL && (has_option(super + 1, "discard") || has_option(super + 1, "discard=async"));
    }
    free(line);
    fclose(file);
    return found;
}

enum asv_status asv_flash_posix_open(struct asv_flash_posix *out, const char *dir, enum asv_flash_lock lock,
                                     struct asv_err *err)
{
    struct stat st;
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0) {
        enum asv_status status = status_of_errno();
        close_fd(&fd);
        return asv_fail(err, status,
                        status == ASV_E_NOT_FOUND
                            ? "no such camera directory: make one with asservat-camera init"
                            : "the camera directory cannot be opened");
    }
    if (lock == ASV_FLASH_WRITE && faccessat(fd, ".", W_OK, AT_EACCESS) != 0) {
        bool read_only = errno == EROFS;
        close(fd);
        return asv_fail(err, ASV_E_DENIED,
                        read_only ? "the camera directory is on a file system that is mounted read-only"
                                  : "the camera directory may not be written to: see its owner and mode");
    }
    if (lock == ASV_FLASH_WRITE && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        return asv_fail(err, ASV_E_BUSY, "another asservat-camera is using this directory: end it first");
    }
    out->dir_fd = fd;
    out->discards = mount_discards(st.st_dev);
    atomic_init(&out->cut, false);
    out->flash = (struct asv_flash){.ops = lock == ASV_FLASH_WRITE ? &posix_ops : &look_ops, .ctx = out};
    return ASV_OK;
}

void asv_flash_posix_close(struct asv_flash_posix *posix)
{
    if (posix->flash.ops != NULL) {
        close(posix->dir_fd);
        posix->dir_fd = -1;
        posix->flash = (struct asv_flash){.ops = NULL, .ctx = NULL};
    }
}
