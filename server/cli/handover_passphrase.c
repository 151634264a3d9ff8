/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Where the passphrase of a carrier goes (HO-088): to a terminal, or into a file of its own. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/cli/handover_passphrase.h"

#define PATH_BYTES 4096

enum asv_status asv_passphrase_open(struct asv_passphrase_file *file, const char *path, FILE *out,
                                    struct asv_err *err)
{
    *file = (struct asv_passphrase_file){.fd = -1};
    if (path == NULL) {
        int fd = fileno(out);
        return fd >= 0 && isatty(fd) == 1
                   ? ASV_OK
                   : asv_fail(err, ASV_E_USAGE,
                              "a passphrase is told, and this is no terminal: say where to with --passphrase "
                              "FILE");
    }
    file->path = path;
    enum asv_status status =
        asv_io_open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600, &file->fd, err);
    return status == ASV_E_EXISTS
               ? asv_failf(err, status,
                           "--passphrase: %.80s is there already, and is not written over: it may have the "
                           "only passphrase of a medium. Say another file; if a run was killed and its "
                           "medium is not finished, remove this one",
                           path)
               : status;
}

enum asv_status asv_passphrase_check(const struct asv_passphrase_file *file, uint64_t device,
                                     struct asv_err *err)
{
    struct stat st;
    if (file->fd < 0) {
        return ASV_OK;
    }
    if (fstat(file->fd, &st) != 0) {
        return asv_io_fail(err, errno, file->path);
    }
    return st.st_dev != device
               ? ASV_OK
               : asv_failf(err, ASV_E_USAGE, "--passphrase: %.200s lies on the medium itself", file->path);
}

/* Its name, too, outlives a power cut: the medium that it opens does. */
static enum asv_status sync_name(const char *path, struct asv_err *err)
{
    char copy[PATH_BYTES];
    asv_auto_fd int dir = -1;
    if ((size_t)snprintf(copy, sizeof copy, "%s", path) >= sizeof copy) {
        return asv_fail(err, ASV_E_USAGE, "--passphrase: the file's path is too long");
    }
    enum asv_status status = asv_io_open(AT_FDCWD, dirname(copy), O_RDONLY | O_DIRECTORY, 0, &dir, err);
    return status == ASV_OK ? asv_io_sync_dir(dir, path, err) : status;
}

enum asv_status asv_passphrase_put(struct asv_passphrase_file *file, const char *passphrase,
                                   struct asv_err *err)
{
    size_t len = strlen(passphrase);
    if (file->fd < 0) {
        return ASV_OK;
    }
    enum asv_status status = asv_io_pwrite(file->fd, passphrase, len, 0, file->path, err);
    if (status == ASV_OK) {
        status = asv_io_pwrite(file->fd, "\n", 1, len, file->path, err);
    }
    if (status == ASV_OK) {
        status = asv_io_sync_data(file->fd, file->path, err);
    }
    return status == ASV_OK ? sync_name(file->path, err) : status;
}

void asv_passphrase_close(struct asv_passphrase_file *file, bool keep)
{
    if (file->fd >= 0) {
        (void)close(file->fd);
        file->fd = -1;
        if (!keep) {
            (void)unlink(file->path);
        }
    }
}
