/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "dock/ports.h"

#include <stdlib.h>
#include <string.h>

/* A slot's camera, when there is one. */
struct place {
    struct asv_ports *ports;
    struct asv_slot *slot;
    struct asv_usb_camera *camera;
};

struct asv_ports {
    struct asv_dock *dock;
    struct asv_usb *usb;
    struct place places[ASV_DOCK_MAX_SLOTS];
};

/* ---- from the slot to the camera ---- */

static void link_open(void *link, bool reset)
{
    asv_usb_open(((struct place *)link)->camera, reset);
}

static void link_close(void *link)
{
    asv_usb_close(((struct place *)link)->camera);
}

static enum asv_status link_send(void *link, const void *frame, size_t len, struct asv_err *err)
{
    return asv_usb_send(((struct place *)link)->camera, frame, len, err);
}

static void link_want(void *link, unsigned frames)
{
    asv_usb_want(((struct place *)link)->camera, frames);
}

static unsigned link_share(void *link)
{
    return asv_usb_share(((struct place *)link)->ports->usb);
}

static const struct asv_link_ops usb_link = {.open = link_open,
                                             .close = link_close,
                                             .send = link_send,
                                             .want = link_want,
                                             .share = link_share,
                                             .release = asv_usb_release};

/* ---- from the camera to the slot; a camera without a slot is never opened ---- */

static struct asv_slot *slot_of(const struct asv_usb_camera *camera)
{
    const struct place *place = asv_usb_user(camera);
    return place ? place->slot : NULL;
}

static void attached(void *ctx, struct asv_usb_camera *camera)
{
    struct asv_ports *ports = ctx;
    struct asv_dock *dock = ports->dock;
    for (unsigned i = 0; i < dock->slot_count; i++) {
        struct place *place = &ports->places[i];
        if (strcmp(dock->slots[i].port, asv_usb_port(camera)) != 0)
            continue;
        *place = (struct place){ports, &dock->slots[i], camera};
        asv_usb_set_user(camera, place);
        asv_slot_attached(place->slot, &usb_link, place);
        return;
    }
    asv_log_event(&dock->log, ASV_LOG_WARNING, "camera-at-unknown-port",
                  asv_log_text("port", asv_usb_port(camera)),
                  asv_log_text("detail", "no slot has this port; asservat-dockd --learn finds it"));
}

static void opened(void *ctx, struct asv_usb_camera *camera)
{
    (void)ctx;
    asv_slot_opened(slot_of(camera));
}

static void received(void *ctx, struct asv_usb_camera *camera, struct asv_usb_frame *frame)
{
    (void)ctx;
    asv_slot_received(slot_of(camera), frame);
}

static void sent(void *ctx, struct asv_usb_camera *camera)
{
    (void)ctx; /* a slot never has more to send than fits: fewer requests than frames may wait */
    (void)camera;
}

static void failed(void *ctx, struct asv_usb_camera *camera, const struct asv_err *why)
{
    (void)ctx;
    asv_slot_failed(slot_of(camera), why);
}

static void closed(void *ctx, struct asv_usb_camera *camera)
{
    (void)ctx;
    asv_slot_closed(slot_of(camera));
}

static void detached(void *ctx, struct asv_usb_camera *camera)
{
    struct place *place = asv_usb_user(camera);
    (void)ctx;
    if (!place)
        return;
    asv_slot_detached(place->slot);
    place->camera = NULL;
}

static void ignored(void *ctx, const char *port)
{
    const struct asv_ports *ports = ctx;
    asv_log_event(&ports->dock->log, ASV_LOG_WARNING, "too-many-cameras", asv_log_text("port", port));
}

/* ---- life ---- */

enum asv_status asv_ports_start(struct asv_dock *dock, size_t budget_bytes, struct asv_ports **out,
                                struct asv_err *err)
{
    struct asv_ports *ports = calloc(1, sizeof *ports);
    if (!ports)
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory for the bus");
    ports->dock = dock;
    const struct asv_usb_config config = {
        .vendor = ASV_USB_VENDOR,
        .product = ASV_USB_PRODUCT,
        .frame_bytes = ASV_WIRE_MAX_FRAME_BYTES,
        .budget_bytes = budget_bytes,
        .send_timeout_ms = (unsigned)dock->settings.reply_ms,
        .loop = dock->loop,
        .pool = dock->pool,
        .lane = ASV_LANE_USB,
        .ops = {ports, attached, opened, received, sent, failed, closed, detached, ignored},
    };
    enum asv_status status = asv_usb_start(&config, &ports->usb, err);
    if (status) {
        free(ports);
        return status;
    }
    *out = ports;
    return ASV_OK;
}

size_t asv_ports_budget(const struct asv_ports *ports)
{
    return asv_usb_budget(ports->usb);
}

void asv_ports_usage(const struct asv_ports *ports, size_t *now, size_t *peak)
{
    asv_usb_usage(ports->usb, now, peak);
}

bool asv_ports_shut(struct asv_ports *ports)
{
    return asv_usb_shut(ports->usb);
}

void asv_ports_stop(struct asv_ports *ports)
{
    if (!ports)
        return;
    asv_usb_stop(ports->usb);
    free(ports);
}
