/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A file that is written from beginning to end and is there whole or not at all: for protect*.c.
 */
#ifndef ASV_SERVER_HANDOVER_PROTECT_FILE_H
#define ASV_SERVER_HANDOVER_PROTECT_FILE_H

#include "server/handover/protect.h"

#define ASV_PROTECT_BLOCK_BYTES                                                 \
    (4 * (size_t)65536) /* what is read and written at once: four chunks of age \
                         */

struct asv_protect_file {
    struct asv_protect_target *target; /* borrowed */
    int fd;
    uint64_t at;
    struct asv_sha256 sha256;
    uint8_t *block; /* heap, ASV_PROTECT_BLOCK_BYTES and room for four tags; wiped */
};

/* bytes: how long it will be. */
ASV_MUST_CHECK enum asv_status asv_protect_open(struct asv_protect_file *file,
                                                struct asv_protect_target *target, uint64_t bytes,
                                                struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_protect_write(struct asv_protect_file *file, const void *data, size_t len,
                                                 struct asv_err *err);

/* The next bytes of source into block, as many as there are up to len. */
ASV_MUST_CHECK enum asv_status asv_protect_read(struct asv_protect_file *file,
                                                const struct asv_source *source, uint64_t *read, size_t len,
                                                size_t *got, struct asv_err *err);

/* Makes it last under its name if status is ASV_OK, else removes what is there; closes the file. Returns
 * status, or what failed. */
ASV_MUST_CHECK enum asv_status asv_protect_close(struct asv_protect_file *file, enum asv_status status,
                                                 struct asv_err *err);

#endif
