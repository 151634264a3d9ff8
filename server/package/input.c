/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/package/input.h"

#include <string.h>

#include "server/base/io.h"

static enum asv_status read_file(void *ctx, uint64_t offset, void *out, size_t len, struct asv_err *err)
{
    return asv_io_pread(*(const int *)ctx, out, len, offset, "package", err);
}

struct asv_package_input asv_package_input_file(int *fd, uint64_t size)
{
    return (struct asv_package_input){fd, size, read_file};
}

static enum asv_status read_bytes(void *ctx, uint64_t offset, void *out, size_t len, struct asv_err *err)
{
    const struct asv_bytes *bytes = ctx;
    if (offset > bytes->len || len > bytes->len - offset) {
        return asv_fail(err, ASV_E_INTERNAL, "read beyond a package");
    }
    memcpy(out, bytes->data + offset, len);
    return ASV_OK;
}

struct asv_package_input asv_package_input_bytes(struct asv_bytes *bytes)
{
    return (struct asv_package_input){bytes, bytes->len, read_bytes};
}
