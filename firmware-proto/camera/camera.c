/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/camera/camera.h"

#include <stdlib.h>
#include <string.h>

#include "firmware-proto/camera/device.h"
#include "firmware-proto/camera/firmware.h"
#include "firmware-proto/camera/flash_posix.h"
#include "firmware-proto/camera/locked.h"
#include "firmware-proto/camera/store.h"
#include "firmware-proto/wire/camera.h"

struct asv_camera {
    struct asv_flash_posix flash;
    struct asv_store *store;
    struct asv_camera_device device;
    struct asv_wire_camera *wire; /* in locked memory: it holds the session's keys */
    bool attached;
    uint8_t transfer[ASV_WIRE_OUT_TRANSFER_BYTES]; /* a copy: a handshake is decrypted in place */
};

static enum asv_status open_store(struct asv_camera *camera, const struct asv_camera_options *options,
                                  struct asv_err *err)
{
    struct asv_store_options store_options = {.boot = options->boot};
    enum asv_status status = asv_camera_firmware(&store_options.firmware, err);
    if (status == ASV_OK) {
        status = asv_flash_posix_open(&camera->flash, options->dir, ASV_FLASH_WRITE, err);
    }
    if (status == ASV_OK) {
        status = asv_store_open(&camera->store, &camera->flash.flash, options->world, &store_options, err);
    }
    if (status == ASV_OK) {
        status = asv_store_need_trust(camera->store, err);
    }
    return status;
}

static enum asv_status open_wire(struct asv_camera *camera, const struct asv_world *world,
                                 struct asv_err *err)
{
    camera->wire = asv_camera_locked_alloc(sizeof *camera->wire);
    if (camera->wire == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory for a session");
    }
    const struct asv_wire_camera_config config = {
        .chain = camera->store->trust->chain.encoded,
        .kx_sk = camera->store->secrets->identity.kx_sk,
        .world = world,
    };
    asv_camera_device_init(&camera->device, camera->store);
    return asv_wire_camera_init(camera->wire, &config, &asv_camera_device_ops, &camera->device, err);
}

enum asv_status asv_camera_open(struct asv_camera **out, const struct asv_camera_options *options,
                                struct asv_err *err)
{
    enum asv_status status = asv_crypto_init();
    struct asv_camera *camera = calloc(1, sizeof *camera);
    if (camera == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory for a camera");
    }
    camera->flash.dir_fd = -1;
    if (status == ASV_OK) {
        status = open_store(camera, options, err);
    }
    if (status == ASV_OK) {
        status = open_wire(camera, options->world, err);
    }
    if (status != ASV_OK) {
        asv_camera_close(camera);
        return status;
    }
    *out = camera;
    return ASV_OK;
}

void asv_camera_close(struct asv_camera *camera)
{
    if (camera == NULL) {
        return;
    }
    if (camera->wire != NULL) {
        asv_camera_detach(camera);
    }
    asv_camera_locked_free(camera->wire, sizeof *camera->wire);
    asv_store_close(camera->store);
    asv_flash_posix_close(&camera->flash);
    free(camera);
}

void asv_camera_cut(struct asv_camera *camera)
{
    atomic_store(&camera->flash.cut, true);
}

void asv_camera_attach(struct asv_camera *camera)
{
    asv_wire_camera_reset(camera->wire);
    camera->attached = true;
}

void asv_camera_detach(struct asv_camera *camera)
{
    asv_wire_camera_reset(camera->wire);
    camera->attached = false;
}

void asv_camera_reset(struct asv_camera *camera)
{
    asv_camera_detach(camera);
}

enum asv_status asv_camera_out(struct asv_camera *camera, const void *transfer, size_t len)
{
    if (!camera->attached) {
        return ASV_E_STATE;
    }
    /* One byte more than any frame of the protocol is as wrong as any number more. */
    size_t some = len < sizeof camera->transfer ? len : sizeof camera->transfer;
    memcpy(camera->transfer, transfer, some);
    enum asv_status status = asv_wire_camera_input(camera->wire, camera->transfer, some, NULL);
    /* What was wrong is answered with an ABORT. */
    return status == ASV_E_BUSY ? ASV_E_AGAIN : ASV_OK;
}

enum asv_status asv_camera_in(struct asv_camera *camera, void *out, size_t cap, size_t *len)
{
    if (!camera->attached) {
        return ASV_E_STATE;
    }
    if (cap < ASV_WIRE_MAX_FRAME_BYTES) {
        return ASV_E_LIMIT;
    }
    enum asv_status status = asv_wire_camera_output(camera->wire, out, cap, len, NULL);
    if (status != ASV_OK && status != ASV_E_AGAIN) {
        /* The session is over; its ABORT is what there is to say. */
        status = asv_wire_camera_output(camera->wire, out, cap, len, NULL);
    }
    return status == ASV_OK ? ASV_OK : ASV_E_AGAIN;
}

bool asv_camera_busy(const struct asv_camera *camera)
{
    return camera->attached && asv_wire_camera_waiting(camera->wire);
}

void asv_camera_power(struct asv_camera *camera, uint8_t percent, bool charging)
{
    camera->device.battery_percent = percent;
    camera->device.charging = charging;
}

void asv_camera_indicator(const struct asv_camera *camera, struct asv_wire_indicator *out)
{
    *out = camera->device.indicator;
}
