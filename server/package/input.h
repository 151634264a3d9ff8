/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A package that is read: bytes at offsets. Whoever made it may want to fool the reader.
 */
#ifndef ASV_SERVER_PACKAGE_INPUT_H
#define ASV_SERVER_PACKAGE_INPUT_H

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/base/status.h"

struct asv_package_input {
    void *ctx; /* borrowed */
    uint64_t size;
    /* Exactly len bytes, which are within size. */
    enum asv_status (*read)(void *ctx, uint64_t offset, void *out, size_t len, struct asv_err *err);
};

/* An open regular file; fd is borrowed. */
struct asv_package_input asv_package_input_file(int *fd, uint64_t size);

/* Bytes in memory; borrowed. */
struct asv_package_input asv_package_input_bytes(struct asv_bytes *bytes);

#endif
