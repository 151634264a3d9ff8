/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Reads a package's ZIP strictly, from its first byte to its last: the directory and the files are walked
 * through together, each header is compared with the only encoding that it can have (zip.h), and every byte
 * belongs to exactly one of them.
 */
#ifndef ASV_SERVER_PACKAGE_ZIP_READ_H
#define ASV_SERVER_PACKAGE_ZIP_READ_H

#include "server/package/crc32.h"
#include "server/package/fault.h"
#include "server/package/input.h"
#include "server/package/zip.h"

#define ASV_ZIP_READ_BYTES 262144 /* at once */

struct asv_zip_piece;

/* Is told of each file's bytes as they are read, in their order, in the thread that reads. */
struct asv_zip_watch {
    void *ctx;                                                 /* borrowed */
    void (*begin)(void *ctx, uint64_t offset);                 /* where they begin */
    void (*bytes)(void *ctx, const uint8_t *data, size_t len); /* ASV_ZIP_READ_BYTES, or the last */
    void (*end)(void *ctx);                                    /* not of one that cannot be read */
};

struct asv_zip_reader {
    struct asv_package_input input;
    const struct asv_zip_watch *watch; /* borrowed, and set once it is open; NULL: nobody */
    struct asv_zip_end end;
    uint64_t count;     /* files read */
    uint64_t at;        /* where the next file begins */
    uint64_t record_at; /* and its record in the directory */
    struct asv_names names;
    struct asv_crc32 crc;
    struct asv_zip_piece *buffer; /* heap; of a file */
};

/* Reads the end. Whatever is wrong is in fault, and its status is returned; ASV_E_NO_MEMORY. */
ASV_MUST_CHECK enum asv_status asv_zip_open(struct asv_zip_reader *reader,
                                            const struct asv_package_input *input, struct asv_fault *fault,
                                            struct asv_err *err);
void asv_zip_reader_close(struct asv_zip_reader *reader);

/* The next file: its headers, and all its bytes, whose SHA-256 is in *out. ASV_E_NOT_FOUND behind the last
 * one, when nothing else is in the package. */
ASV_MUST_CHECK enum asv_status asv_zip_read(struct asv_zip_reader *reader, struct asv_zip_entry *out,
                                            struct asv_fault *fault, struct asv_err *err);

#endif
