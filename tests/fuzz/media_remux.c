/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Media that may be anything: facts and fragmented MP4 of it, from the beginning and from the middle. */
#include <stdlib.h>
#include <string.h>

#include "server/media/remux.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct media {
    const uint8_t *data;
    uint64_t len;
};

static enum asv_status on_read(void *ctx, uint64_t offset, uint8_t *out, size_t len, struct asv_err *err)
{
    const struct media *media = ctx;
    (void)err;
    if (offset > media->len || len > media->len - offset) {
        abort(); /* it knows how long it is */
    }
    memcpy(out, media->data + offset, len);
    return ASV_OK;
}

static enum asv_status on_write(void *ctx, const uint8_t *data, size_t len, struct asv_err *err)
{
    static uint8_t taken[1 << 20];
    (void)ctx;
    (void)err;
    if (len > sizeof taken) {
        abort(); /* of so little media */
    }
    memcpy(taken, data, len);
    return ASV_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct media media = {data, size};
    struct asv_err err = {0};
    struct asv_media_facts facts;
    const struct asv_remux_io io = {.ctx = &media, .bytes = size, .read = on_read, .write = on_write};
    (void)!asv_remux_probe(&io, &facts, &err);
    if (asv_remux_run(&io, 0, &err) == ASV_OK) {
        (void)!asv_remux_run(&io, 40000, &err);
    }
    return 0;
}
