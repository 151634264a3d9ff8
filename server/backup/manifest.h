/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * MANIFEST of a backup set: one line for each file, as `sha256sum -c MANIFEST` reads it, between a first and
 * a last line that it skips:
 *
 *   # asservat backup 1
 *   <64 hex digits>  database.dump
 *   # damaged
 *   <64 hex digits>  vault/sealed/2026/11/23/0193…/payload
 *   # end: 2 files, 123456 bytes
 *
 * It is written under another name and gets its own when everything that it names is on the medium: a set
 * without a MANIFEST was interrupted. `# damaged` says of the next file that it was no longer what custody
 * knows when it was copied. Millions of lines are read and written one by one.
 */
#ifndef ASV_SERVER_BACKUP_MANIFEST_H
#define ASV_SERVER_BACKUP_MANIFEST_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "firmware-proto/crypto/crypto.h"

#define ASV_MANIFEST            "MANIFEST"
#define ASV_MANIFEST_PARTIAL    "MANIFEST.partial"
#define ASV_MANIFEST_PATH_BYTES 512 /* longest path, NUL included */

struct asv_manifest_entry {
    uint8_t sha256[ASV_SHA256_BYTES];
    bool damaged;
    char path[ASV_MANIFEST_PATH_BYTES]; /* below the set */
};

struct asv_manifest {
    FILE *file; /* NULL: not open */
    uint64_t files, bytes;
    bool ended; /* reading: the last line was met */
};

/* Closes without finishing; nothing is fine. */
void asv_manifest_close(struct asv_manifest *manifest);

/* ---- writing, in the set's open directory ---- */

ASV_MUST_CHECK enum asv_status asv_manifest_begin(int set, struct asv_manifest *out, struct asv_err *err);

/* ASV_E_USAGE for a path that a line cannot hold: too long, or with anything but printable ASCII in it. */
ASV_MUST_CHECK enum asv_status asv_manifest_add(struct asv_manifest *manifest,
                                                const struct asv_manifest_entry *entry, uint64_t size,
                                                struct asv_err *err);

/* The last line, on the medium, name included: from here on the set is whole. */
ASV_MUST_CHECK enum asv_status asv_manifest_finish(int set, struct asv_manifest *manifest,
                                                   struct asv_err *err);

/* ---- reading ---- */

/* ASV_E_NOT_FOUND: the set was interrupted. */
ASV_MUST_CHECK enum asv_status asv_manifest_open(int set, struct asv_manifest *out, struct asv_err *err);

/* Of a set that was interrupted, as far as it came: every file that a whole line names is on the medium.
 * Behind the last such line asv_manifest_next says ASV_E_MALFORMED, as nothing was ended. */
ASV_MUST_CHECK enum asv_status asv_manifest_open_partial(int set, struct asv_manifest *out,
                                                         struct asv_err *err);

/* The next entry in *out. ASV_E_NOT_FOUND behind the last one; ASV_E_MALFORMED for a line that no writer
 * makes, a path that leaves the set, and for a manifest that lacks its end. */
ASV_MUST_CHECK enum asv_status asv_manifest_next(struct asv_manifest *manifest,
                                                 struct asv_manifest_entry *out, struct asv_err *err);

#endif
