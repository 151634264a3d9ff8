/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Where the bytes of a file come from that goes into a package: read once, from its beginning to its end, a
 * little ahead of who takes them: what is read is verified and decrypted while what was read before is
 * digested and written.
 */
#ifndef ASV_SERVER_PACKAGE_SOURCE_H
#define ASV_SERVER_PACKAGE_SOURCE_H

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/base/status.h"

#define ASV_SOURCE_PIECE_BYTES 262144

struct asv_source {
    void *ctx;     /* borrowed */
    uint64_t size; /* exactly; one that gives fewer or more bytes fails */
    /* Up to cap bytes into out; *got 0: the end. In whatever thread, and in one only. */
    enum asv_status (*read)(void *ctx, void *out, size_t cap, size_t *got, struct asv_err *err);
};

/* Bytes in memory; both are borrowed, and left is moved. */
struct asv_source asv_source_bytes(struct asv_bytes *left);

/* An open regular file of this size, from where it stands; fd is borrowed. */
struct asv_source asv_source_file(int *fd, uint64_t size);

/* Reads the next up to cap bytes. ASV_E_MISMATCH when the source ends before source->size bytes were read
 * (*read counts them), or at its end still has some. */
ASV_MUST_CHECK enum asv_status asv_source_next(const struct asv_source *source, uint64_t *read, void *out,
                                               size_t cap, size_t *got, struct asv_err *err);

/* Takes a piece of it: ASV_SOURCE_PIECE_BYTES, or the last. */
struct asv_source_taker {
    void *ctx; /* borrowed */
    enum asv_status (*take)(void *ctx, const uint8_t *piece, size_t len, struct asv_err *err);
};

/* Gives all of it, in order. Of a long one ASV_BESIDE_SLOTS pieces at most wait, whatever its length; they
 * may be plaintext, and are wiped. The source's errors come where they are met, under what it is called; the
 * taker's as they are; ASV_E_NO_MEMORY. */
ASV_MUST_CHECK enum asv_status asv_source_pour(const struct asv_source *source, const char *name,
                                               const struct asv_source_taker *taker, struct asv_err *err);

#endif
