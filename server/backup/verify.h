/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Whether a set is whole: what `sha256sum -c MANIFEST` says, and that there is nothing else in it.
 */
#ifndef ASV_SERVER_BACKUP_VERIFY_H
#define ASV_SERVER_BACKUP_VERIFY_H

#include <stdint.h>

#include "firmware-proto/base/status.h"

struct asv_verify {
    void *ctx;
    void (*wrong)(void *ctx, const char *path, const char *why); /* each file that is not as it was */
    uint64_t files, bytes;
    uint64_t damaged; /* files that were no longer right when they were backed up */
};

/* Reads every file of the open set. ASV_E_NOT_FOUND: it has no manifest, its backup was interrupted;
 * ASV_E_DIGEST: files differ, are missing, or are not in the manifest. */
ASV_MUST_CHECK enum asv_status asv_backup_verify(int set, struct asv_verify *verify, struct asv_err *err);

#endif
