/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A file that a command writes where it was told to. Its directory is opened before anything is done that
 * cannot be taken back.
 */
#ifndef ASV_SERVER_CLI_FILES_H
#define ASV_SERVER_CLI_FILES_H

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/base/status.h"

/* Up to cap bytes of a file, a pipe or /dev/stdin; links are followed. ASV_E_LIMIT when there are more. */
ASV_MUST_CHECK enum asv_status asv_file_read(const char *path, void *out, size_t cap, size_t *len,
                                             struct asv_err *err);

/* A file to write. Its directory is opened before anything is done that cannot be taken back. */
struct asv_output {
    int dir; /* -1: not open */
    char name[256];
    const char *path; /* borrowed */
};

/* make: missing directories in front of the last name are made. */
ASV_MUST_CHECK enum asv_status asv_output_open(const char *path, bool make, struct asv_output *out,
                                               struct asv_err *err);

/* Makes or replaces the file (mode 0644), durably. */
ASV_MUST_CHECK enum asv_status asv_output_write(const struct asv_output *out, struct asv_bytes data,
                                                struct asv_err *err);

void asv_output_close(struct asv_output *out);
#define asv_auto_output __attribute__((cleanup(asv_output_close)))

#endif
