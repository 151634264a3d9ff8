/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/package/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "firmware-proto/crypto/crypto.h"
#include "server/base/beside.h"
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

/* ---- all of it ---- */

struct piece {
    size_t len;
    uint8_t data[ASV_SOURCE_PIECE_BYTES];
};

struct reading {
    const struct asv_source *source;
    uint64_t done;
};

/* In a thread, one after the other. */
static enum asv_status read_piece(void *ctx, uint64_t i, void *slot, struct asv_err *err)
{
    struct reading *reading = ctx;
    struct piece *piece = slot;
    enum asv_status status = ASV_OK;
    uint64_t left = reading->source->size - i * ASV_SOURCE_PIECE_BYTES;
    size_t len = left < ASV_SOURCE_PIECE_BYTES ? (size_t)left : ASV_SOURCE_PIECE_BYTES;
    piece->len = 0;
    while (status == ASV_OK && piece->len < len) {
        size_t got = 0;
        status = asv_source_next(reading->source, &reading->done, piece->data + piece->len, len - piece->len,
                                 &got, err);
        piece->len += got;
    }
    return status;
}

static enum asv_status give_pieces(const struct asv_beside_work *work, const struct asv_source_taker *taker,
                                   struct asv_err *why, struct asv_err *err)
{
    struct asv_beside *beside = NULL;
    void *slot = NULL;
    enum asv_status status = asv_beside_open(&beside, work, why);
    for (uint64_t i = 0; i < work->count && status == ASV_OK; i++) {
        status = asv_beside_next(beside, &slot, why);
        const struct piece *piece = slot;
        if (status == ASV_OK) {
            status = taker->take(taker->ctx, piece->data, piece->len, err);
        }
    }
    asv_beside_close(beside);
    return status;
}

enum asv_status asv_source_pour(const struct asv_source *source, const char *name,
                                const struct asv_source_taker *taker, struct asv_err *err)
{
    struct asv_err why = {ASV_OK, ""};
    struct reading reading = {.source = source};
    struct piece *spare = calloc(1, sizeof *spare);
    size_t got = 0;
    if (spare == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    (void)mlock(spare, sizeof *spare); /* as far as the limits allow */
    const struct asv_beside_work work = {.ctx = &reading,
                                         .count = source->size / ASV_SOURCE_PIECE_BYTES +
                                                  (source->size % ASV_SOURCE_PIECE_BYTES > 0 ? 1 : 0),
                                         .slot_bytes = sizeof *spare,
                                         .spare = spare,
                                         .threads = 1,
                                         .make = read_piece};
    enum asv_status status = give_pieces(&work, taker, &why, err);
    if (status == ASV_OK) { /* PK-014: and no more */
        status = asv_source_next(source, &reading.done, spare->data, sizeof spare->data, &got, &why);
    }
    asv_wipe(spare, sizeof *spare);
    (void)munlock(spare, sizeof *spare);
    free(spare);
    return status != ASV_OK && why.status != ASV_OK ? asv_failf(err, status, "%.200s: %s", name, why.text)
                                                    : status;
}
