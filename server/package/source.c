/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/package/source.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "server/base/fail.h"
#include "server/base/io.h"

static enum asv_status read_bytes(void *ctx, void *out, size_t cap, size_t *got, struct asv_err *err)
{
    struct asv_bytes *left = ctx;
    (void)err;
    *got = left->len < cap ? left->len : cap;
    if (*got > 0) {
        memcpy(out, left->data, *got);
        left->data += *got;
        left->len -= *got;
    }
    return ASV_OK;
}

struct asv_source asv_source_bytes(struct asv_bytes *left)
{
    return (struct asv_source){left, left->len, read_bytes};
}

static enum asv_status read_file(void *ctx, void *out, size_t cap, size_t *got, struct asv_err *err)
{
    ssize_t some;
    do {
        some = read(*(const int *)ctx, out, cap);
    } while (some < 0 && errno == EINTR);
    if (some < 0) {
        return asv_io_fail(err, errno, "input");
    }
    *got = (size_t)some;
    return ASV_OK;
}

struct asv_source asv_source_file(int *fd, uint64_t size)
{
    return (struct asv_source){fd, size, read_file};
}

enum asv_status asv_source_next(const struct asv_source *source, uint64_t *read, void *out, size_t cap,
                                size_t *got, struct asv_err *err)
{
    uint8_t more;
    uint64_t left = source->size - *read;
    size_t some = 0;
    bool at_end = left == 0;
    enum asv_status status = source->read(source->ctx, at_end ? &more : out,
                                          at_end       ? sizeof more
                                          : left < cap ? (size_t)left
                                                       : cap,
                                          &some, err);
    if (status != ASV_OK) {
        return status;
    }
    if (at_end != (some == 0)) { /* PK-014 */
        return asv_failf(err, ASV_E_MISMATCH, "its input %s %llu bytes",
                         at_end ? "has more than the" : "ends early, after", (unsigned long long)*read);
    }
    *read += some;
    *got = some;
    return ASV_OK;
}
