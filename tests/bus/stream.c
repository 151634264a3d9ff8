/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/wire/frame.h"
#include "tests/bus/devices.h"

struct stream {
    uint8_t frame[ASV_WIRE_MAX_FRAME_BYTES]; /* only request and index change */
    size_t len;
    uint32_t chunks;
    uint64_t frames; /* 0: without end */
    uint64_t sent;
    bool started;
};

static void stream_reset(void *self, uint64_t now)
{
    struct stream *s = self;
    (void)now;
    s->started = false;
    s->sent = 0;
}

static enum asv_status stream_attach(void *self, uint64_t now, struct asv_err *err)
{
    (void)err;
    stream_reset(self, now);
    return ASV_OK;
}

static void stream_detach(void *self, bool cut)
{
    (void)self;
    (void)cut;
}

static enum asv_status stream_out(void *self, uint64_t now, const uint8_t *frame, size_t len)
{
    struct stream *s = self;
    (void)now;
    (void)frame;
    (void)len;
    s->started = true;
    return ASV_OK;
}

static enum asv_status stream_in(void *self, uint64_t now, uint8_t *frame, size_t *len, uint64_t *wake)
{
    struct stream *s = self;
    (void)now;
    (void)wake;
    if (!s->started || (s->frames > 0 && s->sent == s->frames)) {
        return ASV_E_AGAIN;
    }
    memcpy(frame, s->frame, s->len);
    asv_store_be64(frame + ASV_WIRE_FRAME_HEADER_BYTES, s->sent * s->chunks);
    s->sent++;
    *len = s->len;
    return ASV_OK;
}

static const struct asv_bus_device_ops stream_ops = {
    .kind = "stream",
    .frame_max = ASV_WIRE_MAX_FRAME_BYTES,
    .attach = stream_attach,
    .detach = stream_detach,
    .reset = stream_reset,
    .out = stream_out,
    .in = stream_in,
    .destroy = free,
};

enum asv_status asv_bus_stream_create(struct asv_bus_device *out, const char *args, struct asv_err *err)
{
    uint64_t chunks = ASV_WIRE_MAX_FRAME_CHUNKS;
    uint64_t frames = 0;
    enum asv_status a = asv_bus_arg_u64(args, "chunks", &chunks);
    enum asv_status b = asv_bus_arg_u64(args, "frames", &frames);
    if ((a != ASV_OK && a != ASV_E_NOT_FOUND) || (b != ASV_OK && b != ASV_E_NOT_FOUND) || chunks == 0 ||
        chunks > ASV_WIRE_MAX_FRAME_CHUNKS) {
        return asv_fail(err, ASV_E_USAGE, "stream [chunks=1..4] [frames=N]");
    }
    struct stream *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    size_t body = ASV_WIRE_CHUNKS_PREFIX + (size_t)chunks * ASV_WIRE_CHUNK_BYTES;
    s->chunks = (uint32_t)chunks;
    s->frames = frames;
    asv_bus_pattern(chunks, 0, s->frame + ASV_WIRE_FRAME_HEADER_BYTES, body);
    enum asv_status status =
        asv_wire_frame_seal(s->frame, sizeof s->frame, ASV_WIRE_FRAME_CHUNKS, 1, s->chunks, body, &s->len);
    if (status != ASV_OK) {
        free(s);
        return asv_fail(err, status, "cannot make a CHUNKS frame");
    }
    *out = (struct asv_bus_device){.ops = &stream_ops, .self = s};
    return ASV_OK;
}
