/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The leaves of an age file's payload, taken while the file is digested, so that it is read once: SHA-256
 * over each ASV_LEAVES_GROUP of them. A seal gives the same, or its leaves are compared one by one.
 */
#ifndef ASV_SERVER_VERIFY_LEAVES_H
#define ASV_SERVER_VERIFY_LEAVES_H

#include <stdbool.h>

#include "firmware-proto/crypto/crypto.h"
#include "firmware-proto/seal/age.h"

#define ASV_LEAVES_GROUP 64 /* 8 KiB are kept of a GiB */

struct asv_leaves {
    uint64_t begin;                      /* of the payload, in the file */
    uint64_t count;                      /* of whole chunks */
    uint8_t (*groups)[ASV_SHA256_BYTES]; /* heap; NULL: none, as there was no memory or it is no age file */
    size_t group_count, cap;
};

void asv_leaves_free(struct asv_leaves *leaves); /* zeros are fine */

/* The file that is read. */
struct asv_leaves_reader {
    struct asv_leaves found;
    bool is_read;    /* any of it */
    bool is_wanted;  /* it is an age file, and there was memory so far */
    size_t in_chunk; /* bytes of the one that began */
    struct asv_sha256 chunk, group;
};

void asv_leaves_begin(struct asv_leaves_reader *reader);

/* Its bytes, in their order; the first piece has the header. */
void asv_leaves_feed(struct asv_leaves_reader *reader, const uint8_t *data, size_t len);

/* *out is the caller's to free. The reader can begin again. */
void asv_leaves_end(struct asv_leaves_reader *reader, struct asv_leaves *out);

#endif
