/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A directory of backups: one set for each backup that was made, named by its instant (docs/OPERATIONS.md).
 *
 *   lock                    held by the one backup that runs
 *   set-20261128T021500Z/   whole when it has a MANIFEST
 *     database.dump  vault/…  etc/…  agency/…  about  MANIFEST
 *
 * Sets share the files that did not change between them (hard links), and each is complete without the
 * others.
 */
#ifndef ASV_SERVER_BACKUP_SET_H
#define ASV_SERVER_BACKUP_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"

#define ASV_SET_NAME_BYTES 24

struct asv_backup_dir {
    int fd;
    int lock; /* -1: opened to read */
};

/* The directory must be there: one that is not is a disk that is not mounted. write: ASV_E_BUSY while another
 * backup runs. */
ASV_MUST_CHECK enum asv_status asv_backup_open(const char *path, bool write, struct asv_backup_dir *out,
                                               struct asv_err *err);
void asv_backup_close(struct asv_backup_dir *backups);
#define asv_auto_backup_dir __attribute__((cleanup(asv_backup_close)))

/* The newest whole set; ASV_E_NOT_FOUND when there is none. */
ASV_MUST_CHECK enum asv_status asv_backup_newest(const struct asv_backup_dir *backups,
                                                 char name[ASV_SET_NAME_BYTES], struct asv_err *err);

/* The instant in a set's name; ASV_E_MALFORMED when it is none. */
ASV_MUST_CHECK enum asv_status asv_backup_time(const char *name, int64_t *ms);

/* Removes what interrupted backups left, but for the one that came furthest: `left` has its name, from which
 * the next one goes on and which it then removes; empty: there is none. */
ASV_MUST_CHECK enum asv_status asv_backup_sweep(const struct asv_backup_dir *backups,
                                                char left[ASV_SET_NAME_BYTES], struct asv_err *err);

/* Makes the directory of a new set, later by name than every other one whatever the clock says. *set is the
 * caller's to close. */
ASV_MUST_CHECK enum asv_status asv_backup_begin(const struct asv_backup_dir *backups, int64_t now_ms,
                                                char name[ASV_SET_NAME_BYTES], int *set, struct asv_err *err);

/* Removes one set, its manifest first. */
ASV_MUST_CHECK enum asv_status asv_backup_remove(const struct asv_backup_dir *backups, const char *name,
                                                 struct asv_err *err);

/* Removes the oldest whole sets but `keep`; *removed counts them. */
ASV_MUST_CHECK enum asv_status asv_backup_rotate(const struct asv_backup_dir *backups, size_t keep,
                                                 size_t *removed, struct asv_err *err);

#endif
