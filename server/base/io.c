/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/base/io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum asv_status asv_io_fail(struct asv_err *err, int e, const char *what)
{
    enum asv_status status = ASV_E_IO;
    switch (e) {
    case ENOSPC:
    case EDQUOT:
        status = ASV_E_NO_SPACE;
        break;
    case ENOENT:
        status = ASV_E_NOT_FOUND;
        break;
    case EEXIST:
    case ENOTEMPTY:
        status = ASV_E_EXISTS;
        break;
    case EACCES:
    case EPERM:
        status = ASV_E_DENIED;
        break;
    default:
        break;
    }
    char text[ASV_ERR_TEXT_BYTES];
    snprintf(text, sizeof text, "%s: %s", what, strerror(e));
    return asv_fail(err, status, text);
}

enum asv_status asv_io_open(int dir, const char *name, int flags, mode_t mode, int *fd, struct asv_err *err)
{
    int opened;
    do {
        opened = openat(dir, name, flags | O_CLOEXEC, mode);
    } while (opened < 0 && errno == EINTR);
    if (opened < 0) {
        return asv_io_fail(err, errno, name);
    }
    *fd = opened;
    return ASV_OK;
}

enum asv_status asv_io_open_file(int dir, const char *name, int *fd, struct asv_err *err)
{
    int opened = -1;
    struct stat st;
    enum asv_status status =
        asv_io_open(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0, &opened, err); /* O_NONBLOCK: a FIFO */
    if (status != ASV_OK) {
        return status;
    }
    if (fstat(opened, &st) != 0 || !S_ISREG(st.st_mode)) {
        char text[ASV_ERR_TEXT_BYTES];
        snprintf(text, sizeof text, "%s: is no file", name);
        close(opened);
        return asv_fail(err, ASV_E_MALFORMED, text);
    }
    *fd = opened;
    return ASV_OK;
}

/* A directory that hands its group on (setgid) is one in which that group may read; any other is its owner's
 * alone. */
static mode_t mode_below(int dir)
{
    struct stat st;
    return fstat(dir, &st) == 0 && (st.st_mode & S_ISGID) != 0 ? 0750 : 0700;
}

/* Makes one component below dir, unless it is there, and the new name durable. */
static enum asv_status make_component(int dir, const char *name, struct asv_err *err)
{
    if (mkdirat(dir, name, mode_below(dir)) != 0) {
        return errno == EEXIST ? ASV_OK : asv_io_fail(err, errno, name);
    }
    int parent = -1;
    enum asv_status status = asv_io_open(dir, ".", O_RDONLY | O_DIRECTORY, 0, &parent, err);
    if (status == ASV_OK) {
        status = asv_io_sync_dir(parent, name, err);
        close(parent);
    }
    return status;
}

/* Walks down name, making what is missing. What it only passes through need not be readable (O_PATH): a
 * sandboxed daemon, or one among strangers' directories, may search them and no more. */
static enum asv_status make_path(int dir, const char *name, struct asv_err *err)
{
    char component[NAME_MAX + 1];
    int at = -1;
    enum asv_status status = asv_io_open(name[0] == '/' ? AT_FDCWD : dir, name[0] == '/' ? "/" : ".",
                                         O_PATH | O_DIRECTORY, 0, &at, err);
    while (status == ASV_OK) {
        name += strspn(name, "/");
        size_t len = strcspn(name, "/");
        if (len == 0) {
            break;
        }
        if (len > NAME_MAX) {
            status = asv_io_fail(err, ENAMETOOLONG, name);
            break;
        }
        memcpy(component, name, len);
        component[len] = '\0';
        name += len;
        int next = -1;
        if (faccessat(at, component, F_OK, 0) != 0) {
            status = make_component(at, component, err);
        }
        if (status == ASV_OK) {
            status = asv_io_open(at, component, O_PATH | O_DIRECTORY, 0, &next, err);
        }
        close(at);
        at = next;
    }
    if (at >= 0) {
        close(at);
    }
    return status;
}

enum asv_status asv_io_open_dir(int dir, const char *name, bool make, int *fd, struct asv_err *err)
{
    int opened = -1;
    enum asv_status status = asv_io_open(dir, name, O_RDONLY | O_DIRECTORY, 0, &opened, make ? NULL : err);
    if (status != ASV_OK && make) {
        status = make_path(dir, name, err);
        if (status == ASV_OK) {
            status = asv_io_open(dir, name, O_RDONLY | O_DIRECTORY, 0, &opened, err);
        }
    }
    if (status != ASV_OK) {
        return status;
    }
    if (fd != NULL) {
        *fd = opened;
    } else {
        close(opened);
    }
    return ASV_OK;
}

enum asv_status asv_io_pwrite(int fd, const void *data, size_t len, uint64_t offset, const char *what,
                              struct asv_err *err)
{
    const uint8_t *at = data;
    while (len > 0) {
        ssize_t written = pwrite(fd, at, len, (off_t)offset);
        if (written < 0) {
            if (errno == EINTR) {
                continue;
            }
            return asv_io_fail(err, errno, what);
        }
        at += written;
        len -= (size_t)written;
        offset += (uint64_t)written;
    }
    return ASV_OK;
}

enum asv_status asv_io_pread(int fd, void *out, size_t len, uint64_t offset, const char *what,
                             struct asv_err *err)
{
    uint8_t *at = out;
    while (len > 0) {
        ssize_t got = pread(fd, at, len, (off_t)offset);
        if (got < 0) {
            if (errno == EINTR) {
                continue;
            }
            return asv_io_fail(err, errno, what);
        }
        if (got == 0) {
            char text[ASV_ERR_TEXT_BYTES];
            snprintf(text, sizeof text, "%s: ends early", what);
            return asv_fail_at(err, ASV_E_MALFORMED, text, offset);
        }
        at += got;
        len -= (size_t)got;
        offset += (uint64_t)got;
    }
    return ASV_OK;
}

enum asv_status asv_io_size(int fd, uint64_t *size, const char *what, struct asv_err *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0) {
        return asv_io_fail(err, errno, what);
    }
    *size = (uint64_t)st.st_size;
    return ASV_OK;
}

enum asv_status asv_io_sync_data(int fd, const char *what, struct asv_err *err)
{
    return fdatasync(fd) == 0 ? ASV_OK : asv_io_fail(err, errno, what);
}

void asv_io_start_sync(int fd, uint64_t offset, uint64_t len)
{
    (void)sync_file_range(fd, (off_t)offset, (off_t)len, SYNC_FILE_RANGE_WRITE);
}

enum asv_status asv_io_sync_dir(int dir, const char *what, struct asv_err *err)
{
    return fsync(dir) == 0 ? ASV_OK : asv_io_fail(err, errno, what);
}

enum asv_status asv_io_read_file(int dir, const char *name, void *out, size_t cap, size_t *len,
                                 struct asv_err *err)
{
    int fd = -1;
    uint64_t size = 0;
    enum asv_status status = asv_io_open_file(dir, name, &fd, err);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_io_size(fd, &size, name, err);
    if (status == ASV_OK && size > cap) {
        char text[ASV_ERR_TEXT_BYTES];
        snprintf(text, sizeof text, "%s: larger than its limit of %zu bytes", name, cap);
        status = asv_fail(err, ASV_E_LIMIT, text);
    }
    if (status == ASV_OK) {
        status = asv_io_pread(fd, out, (size_t)size, 0, name, err);
    }
    close(fd);
    if (status == ASV_OK) {
        *len = (size_t)size;
    }
    return status;
}

enum asv_status asv_io_replace_file(int dir, const char *name, const void *data, size_t len, mode_t mode,
                                    struct asv_err *err)
{
    char temporary[NAME_MAX + 1];
    int fd = -1;
    if ((size_t)snprintf(temporary, sizeof temporary, ".%s.tmp", name) >= sizeof temporary) {
        return asv_io_fail(err, ENAMETOOLONG, name);
    }
    enum asv_status status =
        asv_io_open(dir, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode, &fd, err);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_io_pwrite(fd, data, len, 0, name, err);
    if (status == ASV_OK) {
        status = asv_io_sync_data(fd, name, err);
    }
    if (close(fd) != 0 && status == ASV_OK) {
        status = asv_io_fail(err, errno, name);
    }
    if (status == ASV_OK) {
        status = asv_io_rename(dir, temporary, dir, name, err);
    }
    if (status != ASV_OK) {
        (void)unlinkat(dir, temporary, 0); /* a leftover is harmless: the next call truncates it */
        return status;
    }
    return asv_io_sync_dir(dir, name, err);
}

enum asv_status asv_io_rename(int from_dir, const char *from, int to_dir, const char *to, struct asv_err *err)
{
    return renameat(from_dir, from, to_dir, to) == 0 ? ASV_OK : asv_io_fail(err, errno, to);
}

/* Empties and closes the open directory. */
static enum asv_status empty_dir(int fd, const char *what, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    DIR *entries = fdopendir(fd);
    if (entries == NULL) {
        int e = errno;
        close(fd);
        return asv_io_fail(err, e, what);
    }
    for (;;) {
        errno = 0;
        struct dirent *entry = readdir(entries);
        if (entry == NULL) {
            if (errno != 0) {
                status = asv_io_fail(err, errno, what);
            }
            break;
        }
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        status = asv_io_remove_tree(dirfd(entries), entry->d_name, err);
        if (status != ASV_OK) {
            break;
        }
    }
    closedir(entries);
    return status;
}

enum asv_status asv_io_remove_tree(int dir, const char *name, struct asv_err *err)
{
    if (unlinkat(dir, name, 0) == 0 || errno == ENOENT) {
        return ASV_OK;
    }
    if (errno != EISDIR && errno != EPERM) {
        return asv_io_fail(err, errno, name);
    }
    int fd = -1;
    enum asv_status status = asv_io_open(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0, &fd, err);
    if (status == ASV_OK) {
        status = empty_dir(fd, name, err);
    }
    if (status == ASV_OK && unlinkat(dir, name, AT_REMOVEDIR) != 0 && errno != ENOENT) {
        status = asv_io_fail(err, errno, name);
    }
    return status;
}

enum asv_status asv_io_free_bytes(int dir, uint64_t *bytes, struct asv_err *err)
{
    struct statvfs fs;
    if (fstatvfs(dir, &fs) != 0) {
        return asv_io_fail(err, errno, "free space");
    }
    *bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
    return ASV_OK;
}
