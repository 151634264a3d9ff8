/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/base/bytes.h"
#include "tests/bus/devices.h"
#include "tests/bus/frame.h"
#include "tests/bus/random.h"

/* Echoes that wait to be fetched; more are refused until some were. */
#define ECHOES_MAX 64

struct loopback {
    struct asv_bus_frames echoes;
    bool generating;
    uint64_t number, end, seed;
    uint32_t size;
};

void asv_bus_pattern(uint64_t seed, uint64_t number, uint8_t *frame, size_t len)
{
    struct asv_bus_random random = {seed ^ (number << 20)};
    asv_store_be64(frame, number);
    asv_bus_random_fill(&random, frame + 8, len - 8);
}

static void loopback_reset(void *self, uint64_t now)
{
    struct loopback *l = self;
    (void)now;
    asv_bus_frames_clear(&l->echoes);
    l->generating = false;
}

static enum asv_status loopback_attach(void *self, uint64_t now, struct asv_err *err)
{
    (void)err;
    loopback_reset(self, now);
    return ASV_OK;
}

static void loopback_detach(void *self, bool cut)
{
    (void)cut;
    loopback_reset(self, 0);
}

static void generate(struct loopback *l, const uint8_t *frame)
{
    uint64_t count = asv_load_be32(frame + 4);
    l->size = asv_load_be32(frame + 8);
    l->seed = asv_load_be64(frame + 12);
    l->generating = l->size >= 8 && l->size <= ASV_BUS_FRAME_MAX;
    l->number = 0;
    l->end = count == 0 ? UINT64_MAX : count;
}

static enum asv_status loopback_out(void *self, uint64_t now, const uint8_t *frame, size_t len)
{
    struct loopback *l = self;
    (void)now;
    if (len == 20 && memcmp(frame, "GEN", 4) == 0) {
        generate(l, frame);
        return ASV_OK;
    }
    if (len >= 4 && memcmp(frame, "SINK", 4) == 0) {
        return ASV_OK;
    }
    if (len == 4 && memcmp(frame, "STOP", 4) == 0) {
        l->generating = false;
        return ASV_OK;
    }
    if (l->echoes.count >= ECHOES_MAX) {
        return ASV_E_AGAIN;
    }
    struct asv_bus_frame *echo = asv_bus_frame_new(len);
    if (echo == NULL) {
        return ASV_E_NO_MEMORY;
    }
    memcpy(echo->data, frame, len);
    echo->len = len;
    asv_bus_frames_put(&l->echoes, echo);
    return ASV_OK;
}

static enum asv_status loopback_in(void *self, uint64_t now, uint8_t *frame, size_t *len, uint64_t *wake)
{
    struct loopback *l = self;
    (void)now;
    (void)wake;
    struct asv_bus_frame *echo = asv_bus_frames_take(&l->echoes);
    if (echo != NULL) {
        memcpy(frame, echo->data, echo->len);
        *len = echo->len;
        free(echo);
    } else if (l->generating && l->number < l->end) {
        asv_bus_pattern(l->seed, l->number++, frame, l->size);
        *len = l->size;
    } else {
        return ASV_E_AGAIN;
    }
    return ASV_OK;
}

static void loopback_destroy(void *self)
{
    loopback_reset(self, 0);
    free(self);
}

static const struct asv_bus_device_ops loopback_ops = {
    .kind = "loopback",
    .frame_max = ASV_BUS_FRAME_MAX,
    .zero = true,
    .attach = loopback_attach,
    .detach = loopback_detach,
    .reset = loopback_reset,
    .out = loopback_out,
    .in = loopback_in,
    .destroy = loopback_destroy,
};

enum asv_status asv_bus_loopback_create(struct asv_bus_device *out, const char *args, struct asv_err *err)
{
    (void)args;
    struct loopback *l = calloc(1, sizeof *l);
    if (l == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    *out = (struct asv_bus_device){.ops = &loopback_ops, .self = l};
    return ASV_OK;
}
