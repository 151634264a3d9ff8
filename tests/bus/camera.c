/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/camera/camera.h"
#include "firmware-proto/camera/firmware.h"
#include "tests/bus/devices.h"

#define DIR_BYTES 256
#define BUSY_NS   1000000 /* until a camera that is at work is asked again */

enum wall { WALL_REAL, WALL_OFFSET, WALL_LOST };

/* A camera on a directory made by asservat-camera: opened with each plug, closed when it is pulled out. */
struct hosted {
    char dir[DIR_BYTES];
    struct asv_world system;
    struct asv_world world; /* what the camera gets: the system's, with a clock that may be wrong */
    enum wall wall;
    int64_t offset_ms;
    uint64_t battery; /* percent */
    bool rebooted;    /* lost its power since it was made: no longer the boot in which it recorded */
    uint8_t boot[ASV_UUID_BYTES];
    pthread_mutex_t lock;      /* over camera, between its own thread and cut() */
    struct asv_camera *camera; /* NULL: off */
};

static enum asv_status world_random(void *ctx, void *out, size_t len)
{
    const struct hosted *h = ctx;
    return h->system.random(h->system.ctx, out, len);
}

static enum asv_status world_wall(void *ctx, int64_t *out)
{
    const struct hosted *h = ctx;
    if (h->wall == WALL_LOST) {
        return ASV_E_STATE;
    }
    int64_t real;
    enum asv_status status = h->system.wall_ms(h->system.ctx, &real);
    if (status == ASV_OK) {
        *out = real + h->offset_ms;
    }
    return status;
}

static uint64_t world_mono(void *ctx)
{
    const struct hosted *h = ctx;
    return h->system.mono_ms(h->system.ctx);
}

static enum asv_status hosted_attach(void *self, uint64_t now, struct asv_err *err)
{
    struct hosted *h = self;
    struct asv_camera_options options = {.dir = h->dir, .world = &h->world, .boot = h->boot};
    struct asv_camera *camera = NULL;
    (void)now;
    if (h->rebooted) {
        options.boot = NULL; /* drawn anew */
    } else if (asv_camera_boot_id(h->boot) != ASV_OK) {
        return asv_fail(err, ASV_E_INTERNAL, "the kernel's boot id cannot be read");
    }
    enum asv_status status = asv_camera_open(&camera, &options, err);
    if (status != ASV_OK) {
        return status;
    }
    asv_camera_power(camera, (uint8_t)h->battery, false);
    asv_camera_attach(camera);
    pthread_mutex_lock(&h->lock);
    h->camera = camera;
    pthread_mutex_unlock(&h->lock);
    return ASV_OK;
}

static void hosted_detach(void *self, bool cut)
{
    struct hosted *h = self;
    pthread_mutex_lock(&h->lock);
    struct asv_camera *camera = h->camera;
    h->camera = NULL;
    pthread_mutex_unlock(&h->lock);
    h->rebooted |= cut;
    asv_camera_detach(camera);
    asv_camera_close(camera);
}

static void hosted_cut(void *self)
{
    struct hosted *h = self;
    pthread_mutex_lock(&h->lock);
    if (h->camera != NULL) {
        asv_camera_cut(h->camera);
    }
    pthread_mutex_unlock(&h->lock);
}

static void hosted_reset(void *self, uint64_t now)
{
    struct hosted *h = self;
    (void)now;
    asv_camera_reset(h->camera);
    asv_camera_attach(h->camera);
}

static enum asv_status hosted_out(void *self, uint64_t now, const uint8_t *frame, size_t len)
{
    struct hosted *h = self;
    (void)now;
    return asv_camera_out(h->camera, frame, len);
}

static enum asv_status hosted_in(void *self, uint64_t now, uint8_t *frame, size_t *len, uint64_t *wake)
{
    struct hosted *h = self;
    enum asv_status status = asv_camera_in(h->camera, frame, ASV_WIRE_MAX_FRAME_BYTES, len);
    if (status == ASV_E_AGAIN && asv_camera_busy(h->camera)) {
        *wake = now + BUSY_NS;
    }
    return status;
}

static void hosted_destroy(void *self)
{
    struct hosted *h = self;
    (void)pthread_mutex_destroy(&h->lock);
    free(h);
}

static const struct asv_bus_device_ops hosted_ops = {
    .kind = "camera",
    .frame_max = ASV_WIRE_MAX_FRAME_BYTES,
    .attach = hosted_attach,
    .detach = hosted_detach,
    .cut = hosted_cut,
    .reset = hosted_reset,
    .out = hosted_out,
    .in = hosted_in,
    .destroy = hosted_destroy,
};

/* "lost", or seconds with a sign: how wrong the camera's clock is. */
static bool parse_wall(struct hosted *h, const char *text)
{
    uint64_t seconds;
    if (strcmp(text, "lost") == 0) {
        h->wall = WALL_LOST;
        return true;
    }
    if ((text[0] != '+' && text[0] != '-') || asv_bus_number(text + 1, &seconds) != ASV_OK ||
        seconds > INT64_MAX / 1000) {
        return false;
    }
    h->wall = WALL_OFFSET;
    h->offset_ms = (int64_t)seconds * (text[0] == '-' ? -1000 : 1000);
    return true;
}

static bool parse_battery(struct hosted *h, const char *text)
{
    return asv_bus_number(text, &h->battery) == ASV_OK && h->battery <= 100;
}

enum asv_status asv_bus_camera_create(struct asv_bus_device *out, const char *args, struct asv_err *err)
{
    char wall[32];
    char battery[8];
    struct hosted *h = calloc(1, sizeof *h);
    if (h == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    h->battery = ASV_WIRE_BATTERY_UNKNOWN;
    if (asv_bus_arg(args, "dir", h->dir, sizeof h->dir) != ASV_OK ||
        (asv_bus_arg(args, "wall", wall, sizeof wall) == ASV_OK && !parse_wall(h, wall)) ||
        (asv_bus_arg(args, "battery", battery, sizeof battery) == ASV_OK && !parse_battery(h, battery))) {
        free(h);
        return asv_fail(err, ASV_E_USAGE, "camera dir=DIR [wall=lost|+SECONDS|-SECONDS] [battery=PERCENT]");
    }
    if (asv_crypto_init() != ASV_OK || pthread_mutex_init(&h->lock, NULL) != 0) {
        free(h);
        return asv_fail(err, ASV_E_INTERNAL, "cannot start the camera's cryptography");
    }
    h->system = asv_camera_world();
    h->world =
        (struct asv_world){.ctx = h, .random = world_random, .wall_ms = world_wall, .mono_ms = world_mono};
    *out = (struct asv_bus_device){.ops = &hosted_ops, .self = h};
    return ASV_OK;
}
