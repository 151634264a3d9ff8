/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/backup/verify.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "server/backup/file.h"
#include "server/backup/manifest.h"
#include "server/backup/tree.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"

/* A file that differs or cannot be read is named, and the others are looked at, too. */
static bool is_as_it_was(int set, const struct asv_manifest_entry *entry, struct asv_verify *verify)
{
    struct asv_backup_file file = {.size = 0};
    struct asv_err why = {0};
    asv_auto_fd int fd = -1;
    enum asv_status status = asv_io_open_file(set, entry->path, &fd, &why);
    if (status == ASV_OK) {
        status = asv_backup_file_digest(fd, entry->path, &file, &why);
    }
    if (status == ASV_OK && memcmp(file.sha256, entry->sha256, sizeof file.sha256) != 0) {
        status = asv_fail(&why, ASV_E_DIGEST, "is not what was backed up");
    }
    if (status != ASV_OK) {
        verify->wrong(verify->ctx, entry->path, why.text);
        return false;
    }
    verify->files++;
    verify->bytes += file.size;
    verify->damaged += entry->damaged;
    return true;
}

enum asv_status asv_backup_verify(int set, struct asv_verify *verify, struct asv_err *err)
{
    struct asv_manifest manifest = {.file = NULL};
    struct asv_manifest_entry entry;
    uint64_t wrong = 0;
    uint64_t there = 0;
    enum asv_status status = asv_manifest_open(set, &manifest, err);
    if (status == ASV_E_NOT_FOUND) {
        return asv_fail(err, status,
                        "it has no " ASV_MANIFEST ": the backup was interrupted; take another one");
    }
    while (status == ASV_OK) {
        status = asv_manifest_next(&manifest, &entry, err);
        wrong += status == ASV_OK && !is_as_it_was(set, &entry, verify);
    }
    asv_manifest_close(&manifest);
    if (!manifest.ended) {
        return status;
    }
    if (wrong != 0) {
        return asv_failf(err, ASV_E_DIGEST, "%" PRIu64 " files are not as they were backed up", wrong);
    }
    status = asv_backup_count(set, &there, err);
    if (status == ASV_OK && there != manifest.files + 1) {
        status = asv_failf(err, ASV_E_DIGEST, "%" PRIu64 " files are there, " ASV_MANIFEST " names %" PRIu64,
                           there - 1, manifest.files);
    }
    return status;
}
