/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/unit/dock/rig_link.h"

#include <stdlib.h>
#include <string.h>

#define RIG_FRAMES 4 /* transfers of one camera */

static void link_soon(struct rig_link *link)
{
    if (!asv_timer_is_set(&link->timer))
        asv_timer_start(link->slot->dock->loop, &link->timer, 0);
}

static void link_open(void *arg, bool reset)
{
    struct rig_link *link = arg;
    (void)reset;
    link->opening = true;
    link_soon(link);
}

static void link_close(void *arg)
{
    struct rig_link *link = arg;
    if (link->open)
        link->closing = true;
    link_soon(link);
}

static enum asv_status link_send(void *arg, const void *frame, size_t len, struct asv_err *err)
{
    struct rig_link *link = arg;
    if (!link->open || link->closing || link->queued == 16 || len > sizeof link->queue[0])
        return asv_fail(err, ASV_E_AWAY, "the link is not open");
    memcpy(link->queue[link->queued], frame, len);
    link->queue_len[link->queued++] = len;
    link_soon(link);
    return ASV_OK;
}

static void link_want(void *arg, unsigned frames)
{
    ((struct rig_link *)arg)->want = frames;
}

static unsigned link_share(void *arg)
{
    (void)arg;
    return RIG_FRAMES;
}

struct rig_frame {
    struct asv_usb_frame frame; /* first */
    struct rig_link *link;
    uint8_t data[ASV_WIRE_MAX_FRAME_BYTES];
};

static void link_release(struct asv_usb_frame *frame)
{
    struct rig_frame *mine = (struct rig_frame *)(void *)frame;
    mine->link->frames--;
    link_soon(mine->link);
    free(mine);
}

static const struct asv_link_ops link_ops = {.open = link_open,
                                             .close = link_close,
                                             .send = link_send,
                                             .want = link_want,
                                             .share = link_share,
                                             .release = link_release};

/* One frame to the camera, if it takes it. */
static bool pump_out(struct rig_link *link)
{
    if (link->queued == 0 || link->camera->silent)
        return false;
    enum asv_status status =
        asv_wire_camera_input(&link->camera->machine, link->queue[0], link->queue_len[0], NULL);
    if (status == ASV_E_BUSY)
        return false;
    link->queued--;
    memmove(link->queue, link->queue + 1, link->queued * sizeof link->queue[0]);
    memmove(link->queue_len, link->queue_len + 1, link->queued * sizeof link->queue_len[0]);
    return true;
}

/* One frame from the camera, if there is one and the dock has a transfer waiting. */
static bool pump_in(struct rig_link *link)
{
    unsigned limit = link->want < RIG_FRAMES ? link->want : RIG_FRAMES;
    if (link->camera->silent || link->closing || link->frames >= limit)
        return false;
    struct rig_frame *frame = malloc(sizeof *frame);
    if (!frame)
        abort();
    frame->link = link;
    frame->frame.data = frame->data;
    if (asv_wire_camera_output(&link->camera->machine, frame->data, sizeof frame->data, &frame->frame.len,
                               NULL)) {
        free(frame);
        return false;
    }
    link->frames++;
    if (link->frames > link->most_frames)
        link->most_frames = link->frames;
    asv_slot_received(link->slot, &frame->frame);
    return true;
}

static void link_fire(struct asv_timer *timer)
{
    struct rig_link *link = (void *)((char *)timer - offsetof(struct rig_link, timer));
    if (link->opening && !link->open && !link->leaving) {
        link->opening = false;
        link->open = true;
        link->want = 1;
        link->queued = 0;
        fake_camera_boot(link->camera);
        asv_slot_opened(link->slot);
    }
    if (link->failing) {
        static const struct asv_err gone = {ASV_E_AWAY, "the camera went away"};
        link->failing = false;
        if (link->open)
            asv_slot_failed(link->slot, &gone);
        link->closing = link->open;
    }
    bool more = false;
    for (int i = 0; i < 8 && link->open && !link->closing && !link->leaving; i++) {
        bool out = pump_out(link);
        bool in = pump_in(link);
        more = out || in;
    }
    if (link->closing && link->frames == 0) {
        link->closing = link->open = false;
        asv_slot_closed(link->slot);
    }
    if (link->leaving && !link->open) {
        link->leaving = false;
        link->camera = NULL;
        asv_slot_detached(link->slot);
    }
    if (more || (link->opening && !link->leaving))
        link_soon(link);
}

void rig_link_init(struct rig_link *link, struct asv_slot *slot)
{
    memset(link, 0, sizeof *link);
    link->slot = slot;
    link->timer.fire = link_fire;
}

void rig_link_plug(struct rig_link *link, struct fake_camera *camera)
{
    link->camera = camera;
    asv_slot_attached(link->slot, &link_ops, link);
}

void rig_link_unplug(struct rig_link *link)
{
    link->failing = link->leaving = true;
    link->opening = false;
    link_soon(link);
}
