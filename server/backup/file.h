/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Single files on their way into a backup and back.
 */
#ifndef ASV_SERVER_BACKUP_FILE_H
#define ASV_SERVER_BACKUP_FILE_H

#include <stdint.h>

#include "firmware-proto/crypto/crypto.h"

/* What a file was found to be. */
struct asv_backup_file {
    uint8_t sha256[ASV_SHA256_BYTES];
    uint64_t size;
};

/* Why a copy was not made. */
enum asv_backup_side {
    ASV_BACKUP_SOURCE, /* what it is made of cannot be read: another copy of it may */
    ASV_BACKUP_TARGET,
};

/* Reads everything behind fd from its beginning, a pipe's too, into the new file dir/name (mode 0600), and
 * makes the bytes durable; the name is the caller's to sync. A file that was there is overwritten. On failure
 * what was written stays, for the caller to remove. side may be NULL. */
ASV_MUST_CHECK enum asv_status asv_backup_file_copy(int from, int dir, const char *name,
                                                    struct asv_backup_file *out, enum asv_backup_side *side,
                                                    struct asv_err *err);

/* The same without a copy. */
ASV_MUST_CHECK enum asv_status asv_backup_file_digest(int fd, const char *name, struct asv_backup_file *out,
                                                      struct asv_err *err);

#endif
