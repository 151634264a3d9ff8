/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/backup/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"

#define BLOCK_BYTES (256u * 1024)

/* to -1: nothing is written. */
static enum asv_status pour(int from, int to, const char *name, struct asv_backup_file *out,
                            enum asv_backup_side *side, struct asv_err *err)
{
    asv_auto_free uint8_t *block = malloc(BLOCK_BYTES);
    struct asv_sha256 hash;
    uint64_t size = 0;
    *side = ASV_BACKUP_TARGET;
    if (block == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    asv_sha256_init(&hash);
    for (;;) {
        ssize_t got = read(from, block, BLOCK_BYTES);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            *side = ASV_BACKUP_SOURCE;
            return asv_io_fail(err, errno, name);
        }
        if (got == 0) {
            break;
        }
        asv_sha256_update(&hash, block, (size_t)got);
        enum asv_status status = to < 0 ? ASV_OK : asv_io_pwrite(to, block, (size_t)got, size, name, err);
        if (status != ASV_OK) {
            return status;
        }
        size += (uint64_t)got;
    }
    asv_sha256_final(&hash, out->sha256);
    out->size = size;
    return ASV_OK;
}

enum asv_status asv_backup_file_copy(int from, int dir, const char *name, struct asv_backup_file *out,
                                     enum asv_backup_side *side, struct asv_err *err)
{
    enum asv_backup_side where = ASV_BACKUP_TARGET;
    asv_auto_fd int to = -1;
    enum asv_status status =
        asv_io_open(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600, &to, err);
    if (status == ASV_OK) {
        status = pour(from, to, name, out, &where, err);
    }
    if (status == ASV_OK) {
        status = asv_io_sync_data(to, name, err);
    }
    if (side != NULL) {
        *side = where;
    }
    return status;
}

enum asv_status asv_backup_file_digest(int fd, const char *name, struct asv_backup_file *out,
                                       struct asv_err *err)
{
    enum asv_backup_side side;
    return pour(fd, -1, name, out, &side, err);
}
