/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Files, done so that what was reported as written survives a power cut: every call here loops over short
 * reads and writes and over EINTR, and turns errno into a status with the place that failed.
 *
 * ENOSPC and EDQUOT become ASV_E_NO_SPACE, ENOENT becomes ASV_E_NOT_FOUND, EEXIST and ENOTEMPTY ASV_E_EXISTS,
 * EACCES and EPERM ASV_E_DENIED, everything else ASV_E_IO. `what` names the file for the error's text.
 */
#ifndef ASV_SERVER_BASE_IO_H
#define ASV_SERVER_BASE_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "firmware-proto/base/status.h"

/* The status for errno value e, with "<what>: <strerror>" as text. */
ASV_MUST_CHECK enum asv_status asv_io_fail(struct asv_err *err, int e, const char *what);

/* openat(2) with O_CLOEXEC; *fd is the caller's to close. */
ASV_MUST_CHECK enum asv_status asv_io_open(int dir, const char *name, int flags, mode_t mode, int *fd,
                                           struct asv_err *err);

/* For reading. Only a regular file is opened, and never waited for: ASV_E_MALFORMED for a FIFO, a directory
 * or a device; a symbolic link fails. */
ASV_MUST_CHECK enum asv_status asv_io_open_file(int dir, const char *name, int *fd, struct asv_err *err);

/* Directory name below dir, made (0700) when it is missing, every component of it; *fd may be NULL. The
 * parents of directories that were made are fsynced. */
ASV_MUST_CHECK enum asv_status asv_io_open_dir(int dir, const char *name, bool make, int *fd,
                                               struct asv_err *err);

ASV_MUST_CHECK enum asv_status asv_io_pwrite(int fd, const void *data, size_t len, uint64_t offset,
                                             const char *what, struct asv_err *err);

/* Exactly len bytes; ASV_E_MALFORMED with "<what>: ends early" when the file is shorter. */
ASV_MUST_CHECK enum asv_status asv_io_pread(int fd, void *out, size_t len, uint64_t offset, const char *what,
                                            struct asv_err *err);

ASV_MUST_CHECK enum asv_status asv_io_size(int fd, uint64_t *size, const char *what, struct asv_err *err);

/* A failed fsync is final (the kernel may have dropped the dirty pages): the caller must write the bytes
 * again. */
ASV_MUST_CHECK enum asv_status asv_io_sync_data(int fd, const char *what, struct asv_err *err);
/* Asks that these bytes be on their way to the medium while others are made, so that who syncs waits for the
 * last alone. Promises nothing. */
void asv_io_start_sync(int fd, uint64_t offset, uint64_t len);
ASV_MUST_CHECK enum asv_status asv_io_sync_dir(int dir, const char *what, struct asv_err *err);

/* A whole small file into out[cap]; ASV_E_LIMIT when it is larger. */
ASV_MUST_CHECK enum asv_status asv_io_read_file(int dir, const char *name, void *out, size_t cap, size_t *len,
                                                struct asv_err *err);

/* Makes or replaces dir/name so that after any crash it holds the old bytes or the new ones, never a mixture:
 * a temporary file is written and fdatasynced, renamed over it, and the directory fsynced. */
ASV_MUST_CHECK enum asv_status asv_io_replace_file(int dir, const char *name, const void *data, size_t len,
                                                   mode_t mode, struct asv_err *err);

ASV_MUST_CHECK enum asv_status asv_io_rename(int from_dir, const char *from, int to_dir, const char *to,
                                             struct asv_err *err);

/* Removes a file or a directory with everything in it; a name that is not there is fine. */
ASV_MUST_CHECK enum asv_status asv_io_remove_tree(int dir, const char *name, struct asv_err *err);

/* Bytes an unprivileged writer may still write on the file system of dir. */
ASV_MUST_CHECK enum asv_status asv_io_free_bytes(int dir, uint64_t *bytes, struct asv_err *err);

#endif
