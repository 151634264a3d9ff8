/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/wire/frame.h"
#include "tests/bus/devices.h"
#include "tests/bus/random.h"
#include "tests/bus/script.h"

/* Frames that the seeded liar says for one that it hears, at most. */
#define TALK_MAX 4

enum mode { SCRIPTED, SEEDED, FLOODING };

struct liar {
    enum mode mode;
    uint64_t seed;
    struct asv_bus_random random;
    unsigned talk; /* SEEDED: frames still to say */

    struct asv_bus_script script;
    unsigned at;
    uint64_t left[ASV_BUS_SCRIPT_STEPS_MAX]; /* of each repeat that runs */
    bool received, refuse;
    uint64_t wait_until; /* 0: not waiting */
    uint8_t heard[ASV_BUS_FRAME_MAX];
    size_t heard_len;
};

static void liar_reset(void *self, uint64_t now)
{
    struct liar *l = self;
    (void)now;
    l->random = (struct asv_bus_random){l->seed};
    l->talk = 1; /* speaks before it is asked */
    l->at = 0;
    l->received = false;
    l->refuse = false;
    l->wait_until = 0;
    l->heard_len = 0;
}

static enum asv_status liar_attach(void *self, uint64_t now, struct asv_err *err)
{
    (void)err;
    liar_reset(self, now);
    return ASV_OK;
}

static void liar_detach(void *self, bool cut)
{
    (void)self;
    (void)cut;
}

static enum asv_status liar_out(void *self, uint64_t now, const uint8_t *frame, size_t len)
{
    struct liar *l = self;
    (void)now;
    if (l->refuse) {
        l->refuse = false;
        return ASV_E_IO;
    }
    memcpy(l->heard, frame, len);
    l->heard_len = len;
    l->received = true;
    l->talk = 1 + (unsigned)asv_bus_random_below(&l->random, TALK_MAX);
    return ASV_OK;
}

/* The shortest body of a plausible frame but CHUNKS: above the least of every kind. */
#define BODY_MIN 64

/* A frame whose header is right and whose body is anything. */
static size_t plausible(struct asv_bus_random *random, uint8_t *frame)
{
    static const struct {
        enum asv_wire_frame_kind kind;
        uint32_t max;
    } kinds[] = {{ASV_WIRE_FRAME_HELLO, ASV_WIRE_MAX_HELLO_BYTES},
                 {ASV_WIRE_FRAME_HANDSHAKE, ASV_WIRE_MAX_HANDSHAKE_BYTES},
                 {ASV_WIRE_FRAME_CONTROL, ASV_WIRE_MAX_CONTROL_BYTES},
                 {ASV_WIRE_FRAME_CHUNKS, 0},
                 {ASV_WIRE_FRAME_ABORT, ASV_WIRE_MAX_ABORT_BYTES}};
    unsigned i = (unsigned)asv_bus_random_below(random, sizeof kinds / sizeof kinds[0]);
    uint32_t count = kinds[i].kind == ASV_WIRE_FRAME_CHUNKS
                         ? 1 + (uint32_t)asv_bus_random_below(random, ASV_WIRE_MAX_FRAME_CHUNKS)
                         : 0;
    size_t body = count > 0 ? ASV_WIRE_CHUNKS_PREFIX + (size_t)count * ASV_WIRE_CHUNK_BYTES
                            : BODY_MIN + (size_t)asv_bus_random_below(random, kinds[i].max - BODY_MIN + 1u);
    size_t len = 0;
    asv_bus_random_fill(random, frame + ASV_WIRE_FRAME_HEADER_BYTES, body);
    uint32_t request =
        kinds[i].kind == ASV_WIRE_FRAME_CONTROL ? 0 : 1 + (uint32_t)asv_bus_random_below(random, 4);
    (void)!asv_wire_frame_seal(frame, ASV_BUS_FRAME_MAX, kinds[i].kind, request, count, body, &len);
    return len;
}

/* Anything at all: noise of any length, a plausible frame, or what was heard, whole or damaged. */
static enum asv_status say_anything(struct liar *l, uint8_t *frame, size_t *len)
{
    struct asv_bus_random *random = &l->random;
    static const size_t lengths[] = {
        0, 1, 15, 16, 17, 64, 512, 1024, ASV_WIRE_MAX_FRAME_BYTES, ASV_BUS_FRAME_MAX};
    switch (asv_bus_random_below(random, 8)) {
    case 0:
        *len = lengths[asv_bus_random_below(random, sizeof lengths / sizeof lengths[0])];
        asv_bus_random_fill(random, frame, *len);
        return ASV_OK;
    case 1:
        *len = (size_t)asv_bus_random_below(random, 70000);
        asv_bus_random_fill(random, frame, *len);
        return ASV_OK;
    case 2:
    case 3:
        memcpy(frame, l->heard, l->heard_len);
        *len = l->heard_len;
        if (*len > 0 && asv_bus_random_below(random, 2) == 0) {
            frame[asv_bus_random_below(random, *len)] ^= (uint8_t)(1u << asv_bus_random_below(random, 8));
        }
        return ASV_OK;
    case 4:
        return ASV_E_IO; /* halts */
    default:
        *len = plausible(random, frame);
        return ASV_OK;
    }
}

/* Runs the script until it says something or has to wait. */
static enum asv_status run_script(struct liar *l, uint64_t now, uint8_t *frame, size_t *len, uint64_t *wake)
{
    /* A script that loops without saying or awaiting anything is silent. */
    for (unsigned steps = 0; steps < ASV_BUS_SCRIPT_STEPS_MAX && l->at < l->script.count; steps++) {
        const struct asv_bus_script_step *step = &l->script.steps[l->at++];
        switch (step->what) {
        case ASV_BUS_SCRIPT_RECV:
            if (!l->received) {
                l->at--;
                return ASV_E_AGAIN;
            }
            l->received = false;
            break;
        case ASV_BUS_SCRIPT_SEND:
            if (step->len > 0) {
                memcpy(frame, step->data, step->len);
            }
            *len = step->len;
            return ASV_OK;
        case ASV_BUS_SCRIPT_ECHO:
            memcpy(frame, l->heard, l->heard_len);
            *len = l->heard_len;
            return ASV_OK;
        case ASV_BUS_SCRIPT_WAIT:
            if (l->wait_until == 0) {
                l->wait_until = now + step->number * 1000000u;
            }
            if (now < l->wait_until) {
                l->at--;
                *wake = l->wait_until;
                return ASV_E_AGAIN;
            }
            l->wait_until = 0;
            break;
        case ASV_BUS_SCRIPT_STALL:
            return ASV_E_IO;
        case ASV_BUS_SCRIPT_REFUSE:
            l->refuse = true;
            break;
        case ASV_BUS_SCRIPT_REPEAT:
            l->left[l->at - 1] = step->number;
            break;
        case ASV_BUS_SCRIPT_END:
            if (l->script.steps[step->target].number == 0 || --l->left[step->target] > 0) {
                l->at = step->target + 1;
            }
            break;
        }
    }
    return ASV_E_AGAIN;
}

static enum asv_status liar_in(void *self, uint64_t now, uint8_t *frame, size_t *len, uint64_t *wake)
{
    struct liar *l = self;
    switch (l->mode) {
    case SCRIPTED:
        return run_script(l, now, frame, len, wake);
    case SEEDED:
        if (l->talk == 0) {
            return ASV_E_AGAIN;
        }
        l->talk--;
        return say_anything(l, frame, len);
    case FLOODING:
        *len = plausible(&l->random, frame);
        return ASV_OK;
    }
    return ASV_E_INTERNAL;
}

static void liar_destroy(void *self)
{
    struct liar *l = self;
    asv_bus_script_free(&l->script);
    free(l);
}

static const struct asv_bus_device_ops liar_ops = {
    .kind = "liar",
    .frame_max = ASV_BUS_FRAME_MAX,
    .attach = liar_attach,
    .detach = liar_detach,
    .reset = liar_reset,
    .out = liar_out,
    .in = liar_in,
    .destroy = liar_destroy,
};

enum asv_status asv_bus_liar_create(struct asv_bus_device *out, const char *args, struct asv_err *err)
{
    char path[256];
    uint64_t flood = 0;
    enum asv_status status = ASV_OK;
    struct liar *l = calloc(1, sizeof *l);
    if (l == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    if (asv_bus_arg(args, "script", path, sizeof path) == ASV_OK) {
        l->mode = SCRIPTED;
        status = asv_bus_script_read(&l->script, path, err);
    } else if (asv_bus_arg_u64(args, "seed", &l->seed) == ASV_OK) {
        l->mode = SEEDED;
    } else if (asv_bus_arg_u64(args, "flood", &flood) == ASV_OK && flood > 0) {
        l->mode = FLOODING;
    } else {
        status = asv_fail(err, ASV_E_USAGE, "liar script=FILE, seed=N or flood=1");
    }
    if (status != ASV_OK) {
        liar_destroy(l);
        return status;
    }
    *out = (struct asv_bus_device){.ops = &liar_ops, .self = l};
    return ASV_OK;
}
