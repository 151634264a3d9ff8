/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Media that may be anything: what it is, and fragments of it, of which it is found where their own boxes
 * begin. */
#include <stdlib.h>
#include <string.h>

#include "server/media/boxes.h"
#include "server/media/remux.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct media {
    const uint8_t *data;
    uint64_t len;
};

static uint8_t written[1 << 20];
static size_t written_len;

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
    (void)ctx;
    if (len > sizeof written - written_len) {
        return asv_fail(err, ASV_E_LIMIT, "of so little media");
    }
    memcpy(written + written_len, data, len);
    written_len += len;
    return ASV_OK;
}

static void walk(const uint8_t *data, size_t len)
{
    struct media media = {data, len};
    uint64_t init_bytes = 0;
    const struct asv_boxes_source source = {.ctx = &media, .bytes = len, .read = on_read};
    if (asv_boxes_init(&source, &init_bytes, NULL) != ASV_OK || init_bytes >= len + (len == 0)) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct asv_media_index index;
    struct media media = {data, size};
    struct asv_media_facts facts;
    const struct asv_remux_io io = {.ctx = &media, .bytes = size, .read = on_read, .write = on_write};
    walk(data, size);
    if (asv_remux_look(&io, &facts, &index, NULL) != ASV_OK) {
        return 0;
    }
    for (size_t i = 0; i < index.count && i < 3; i++) {
        int64_t from = i == 0 ? INT64_MIN : index.parts[i].at;
        int64_t until = i + 1 < index.count ? index.parts[i + 1].at : INT64_MAX;
        written_len = 0;
        if (asv_remux_run(&io, from, until, NULL) == ASV_OK) {
            walk(written, written_len);
        }
    }
    return 0;
}
