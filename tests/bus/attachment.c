/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/bus/attachment.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

void asv_bus_urbs_put(struct asv_bus_urbs *queue, struct asv_bus_urb *urb)
{
    urb->next = NULL;
    if (queue->last != NULL) {
        queue->last->next = urb;
    } else {
        queue->first = urb;
    }
    queue->last = urb;
    queue->count++;
}

struct asv_bus_urb *asv_bus_urbs_take(struct asv_bus_urbs *queue)
{
    struct asv_bus_urb *urb = queue->first;
    if (urb != NULL) {
        queue->first = urb->next;
        if (queue->first == NULL) {
            queue->last = NULL;
        }
        urb->next = NULL;
        queue->count--;
    }
    return urb;
}

bool asv_bus_urbs_remove(struct asv_bus_urbs *queue, const struct asv_bus_urb *urb)
{
    struct asv_bus_urb *before = NULL;
    for (struct asv_bus_urb *u = queue->first; u != NULL; before = u, u = u->next) {
        if (u != urb) {
            continue;
        }
        if (before != NULL) {
            before->next = u->next;
        } else {
            queue->first = u->next;
        }
        if (queue->last == u) {
            queue->last = before;
        }
        u->next = NULL;
        queue->count--;
        return true;
    }
    return false;
}

void asv_bus_urb_free(struct asv_bus_urb *urb)
{
    if (urb != NULL) {
        free(urb->frame);
        free(urb);
    }
}

struct asv_bus_attachment *asv_bus_attachment_new(struct asv_bus_worker *worker, enum asv_bus_speed speed)
{
    struct asv_bus_attachment *a = calloc(1, sizeof *a);
    if (a != NULL) {
        a->refs = 1;
        a->worker = worker;
        a->usb = (struct asv_bus_usb){.speed = speed, .configuration = 1};
    }
    return a;
}

void asv_bus_attachment_ref(struct asv_bus_attachment *a)
{
    a->refs++;
}

static void drop_frame(struct asv_bus_attachment *a)
{
    free(a->frame);
    a->frame = NULL;
    a->frame_at = 0;
    a->frame_checked = false;
}

void asv_bus_attachment_unref(struct asv_bus_attachment *a)
{
    if (a != NULL && --a->refs == 0) {
        assert(a->worker == NULL && a->pending_in.count == 0 && a->pending_out.count == 0);
        drop_frame(a);
        free(a->again);
        free(a);
    }
}

static void finish(struct asv_bus_attachment *a, struct asv_bus_urb *urb, int status)
{
    bool in = (urb->endpoint & 0x80) != 0;
    struct asv_bus_counters *c = a->counters;
    urb->status = status;
    if (in) {
        c->in_bytes += urb->actual;
        c->in_transfers++;
    } else {
        c->out_bytes += urb->actual;
        c->out_transfers++;
    }
    c->errors += status != 0;
    c->cancelled += status == -ENOENT;
    urb->done(urb);
    a->ops->progress(a->ctx, a);
}

/* Ends the first IN transfer. */
static void finish_in(struct asv_bus_attachment *a, int status)
{
    struct asv_bus_urb *urb = asv_bus_urbs_take(&a->pending_in);
    a->slot_in.reserved = false;
    if (urb != NULL) {
        finish(a, urb, status);
    }
}

static void finish_all(struct asv_bus_attachment *a, int status)
{
    struct asv_bus_urb *urb;
    a->slot_in.reserved = false;
    a->slot_out.reserved = false;
    while ((urb = asv_bus_urbs_take(&a->pending_in)) != NULL ||
           (urb = asv_bus_urbs_take(&a->pending_out)) != NULL) {
        finish(a, urb, status);
    }
}

/* Whether bytes may pass now; if not, asks for a wake-up when they may. */
static bool passed(struct asv_bus_attachment *a, struct asv_bus_slot *slot, uint64_t bytes)
{
    if (!slot->reserved) {
        slot->reserved = true;
        if (slot == &a->slot_in) {
            a->counters->in_started++;
            a->ops->progress(a->ctx, a);
        }
        slot->ready_at = asv_bus_cap_reserve(a->caps, a->cap_count, a->clock, bytes);
    }
    if (slot->ready_at > asv_bus_clock_now(a->clock)) {
        a->ops->wake_at(a->ctx, slot->ready_at);
        return false;
    }
    return true;
}

/* Puts len bytes of the current frame into the transfer; without a copy when they are all of both. */
static bool fill(struct asv_bus_attachment *a, struct asv_bus_urb *urb, size_t len)
{
    if (urb->actual == 0 && a->frame_at == 0 && len == a->frame->len) {
        free(urb->frame);
        urb->frame = a->frame;
        a->frame = NULL;
        urb->in = urb->frame->data;
        urb->actual = (uint32_t)len;
        drop_frame(a);
        return true;
    }
    if (urb->frame == NULL) {
        urb->frame = asv_bus_frame_new(urb->length);
        if (urb->frame == NULL) {
            return false;
        }
    } else if (urb->frame->cap < urb->length) {
        struct asv_bus_frame *larger = asv_bus_frame_new(urb->length);
        if (larger == NULL) {
            return false;
        }
        memcpy(larger->data, urb->frame->data, urb->actual);
        free(urb->frame);
        urb->frame = larger;
    }
    memcpy(urb->frame->data + urb->actual, a->frame->data + a->frame_at, len);
    urb->in = urb->frame->data;
    urb->actual += (uint32_t)len;
    a->frame_at += len;
    return true;
}

/* Sends what fits of the current frame to the first IN transfer, packet by packet in effect. */
static void send_frame(struct asv_bus_attachment *a, struct asv_bus_urb *urb)
{
    size_t packet = asv_bus_packet_bytes(a->usb.speed);
    size_t left = a->frame->len - a->frame_at;
    size_t room = urb->length - urb->actual;
    size_t take = left < room ? left : room;
    bool all = take == left;
    bool full_packets = all && left > 0 && left % packet == 0;
    bool short_packet = all && (!full_packets || (a->zero && take < room));
    bool overflow = !all && room % packet != 0;
    size_t lost = overflow ? packet - room % packet : 0;
    if (!fill(a, urb, take)) {
        finish_in(a, -ENOMEM);
        return;
    }
    if (a->frame != NULL) {
        a->frame_at += lost;
        if (a->frame_at >= a->frame->len) {
            drop_frame(a);
        }
    }
    a->empty_owed = full_packets && a->zero && !short_packet;
    a->slot_in.reserved = false;
    if (overflow) {
        finish_in(a, -EOVERFLOW);
    } else if (short_packet || urb->actual == urb->length) {
        finish_in(a, 0);
    }
}

/* Lets the first bytes of the frame arrive, then asks for the device to be pulled. */
static void pull(struct asv_bus_attachment *a, struct asv_bus_urb *urb, bool cut)
{
    size_t room = urb->length - urb->actual;
    size_t take = a->part < room ? (size_t)a->part : room;
    (void)fill(a, urb, take);
    drop_frame(a);
    a->pulled = true;
    a->ops->pull(a->ctx, a, cut);
}

/* Carries out what the faults made of the current frame; false: nothing more can move now. */
static bool carry_out(struct asv_bus_attachment *a, struct asv_bus_urb *urb)
{
    enum asv_bus_verdict verdict = a->verdict;
    a->verdict = ASV_BUS_VERDICT_PASS;
    switch (verdict) {
    case ASV_BUS_VERDICT_PASS:
    case ASV_BUS_VERDICT_DOUBLE:
        send_frame(a, urb);
        return true;
    case ASV_BUS_VERDICT_DROP:
        drop_frame(a);
        a->slot_in.reserved = false;
        return true;
    case ASV_BUS_VERDICT_BABBLE:
        urb->actual = 0;
        drop_frame(a);
        finish_in(a, -EOVERFLOW);
        return true;
    case ASV_BUS_VERDICT_ERROR:
        drop_frame(a);
        finish_in(a, -EPROTO);
        return true;
    case ASV_BUS_VERDICT_STALL:
        a->usb.halted_in = true;
        return true;
    case ASV_BUS_VERDICT_HANG:
        a->hang = true;
        return false;
    case ASV_BUS_VERDICT_MUTE:
        a->mute = true;
        return false;
    case ASV_BUS_VERDICT_UNPLUG:
    case ASV_BUS_VERDICT_CUT:
        pull(a, urb, verdict == ASV_BUS_VERDICT_CUT);
        return false;
    }
    return false;
}

/* Makes the next frame of the device the current one; false when there is none. */
static bool next_frame(struct asv_bus_attachment *a)
{
    if (a->frame == NULL && a->empty_owed) {
        a->empty_owed = false;
        a->frame = asv_bus_frame_new(0);
        a->frame_checked = true;
    } else if (a->frame == NULL) {
        a->frame = a->again != NULL ? a->again : asv_bus_worker_take(a->worker);
        a->frame_checked = a->again != NULL;
        a->again = NULL;
        a->frame_at = 0;
    }
    if (a->frame != NULL && !a->frame_checked) {
        a->frame_checked = true;
        a->verdict = asv_bus_faults_in(a->faults, &a->frame, &a->part);
        if (a->verdict == ASV_BUS_VERDICT_DOUBLE) {
            a->again = asv_bus_frame_new(a->frame->len);
            if (a->again != NULL) {
                memcpy(a->again->data, a->frame->data, a->frame->len);
                a->again->len = a->frame->len;
            }
        }
    }
    return a->frame != NULL;
}

static void pump_in(struct asv_bus_attachment *a)
{
    while (a->pending_in.first != NULL && !a->hang && !a->mute && !a->pulled) {
        struct asv_bus_urb *urb = a->pending_in.first;
        if (a->usb.halted_in) {
            finish_in(a, -EPIPE);
            continue;
        }
        if (!next_frame(a)) {
            return;
        }
        size_t left = a->frame->len - a->frame_at;
        size_t room = urb->length - urb->actual;
        if (!passed(a, &a->slot_in, left < room ? left : room) || !carry_out(a, urb)) {
            return;
        }
    }
}

static void pump_out(struct asv_bus_attachment *a)
{
    while (a->pending_out.first != NULL && !a->hang && !a->pulled) {
        struct asv_bus_urb *urb = a->pending_out.first;
        if (!a->usb.halted_out && !a->slot_out.reserved && asv_bus_faults_out(a->faults)) {
            a->usb.halted_out = true;
        }
        int status = 0;
        if (a->usb.halted_out) {
            status = -EPIPE;
        } else if (!passed(a, &a->slot_out, urb->length) ||
                   (urb->length > 0 && !asv_bus_worker_offer(a->worker, urb->frame))) {
            return;
        } else {
            urb->actual = urb->length;
            urb->frame = urb->length > 0 ? NULL : urb->frame;
        }
        (void)asv_bus_urbs_take(&a->pending_out);
        a->slot_out.reserved = false;
        finish(a, urb, status);
    }
}

void asv_bus_pump(struct asv_bus_attachment *a)
{
    if (a->gone) {
        return;
    }
    struct asv_bus_worker_look look = asv_bus_worker_look(a->worker, NULL);
    a->usb.halted_in |= look.halt_in;
    a->usb.halted_out |= look.halt_out;
    pump_out(a);
    pump_in(a);
}

void asv_bus_revive(struct asv_bus_attachment *a)
{
    a->hang = false;
    a->mute = false;
}

int asv_bus_submit(struct asv_bus_attachment *a, struct asv_bus_urb *urb)
{
    if (a->gone) {
        return -ENODEV;
    }
    if (urb->endpoint == ASV_BUS_EP_IN) {
        asv_bus_urbs_put(&a->pending_in, urb);
        pump_in(a);
    } else if (urb->endpoint == ASV_BUS_EP_OUT) {
        asv_bus_urbs_put(&a->pending_out, urb);
        pump_out(a);
    } else {
        return -ENOENT;
    }
    return 0;
}

bool asv_bus_cancel(struct asv_bus_attachment *a, struct asv_bus_urb *urb)
{
    bool in = (urb->endpoint & 0x80) != 0;
    struct asv_bus_urbs *queue = in ? &a->pending_in : &a->pending_out;
    bool first = queue->first == urb;
    if (!asv_bus_urbs_remove(queue, urb)) {
        return false;
    }
    if (first) {
        (in ? &a->slot_in : &a->slot_out)->reserved = false;
    }
    finish(a, urb, -ENOENT);
    return true;
}

void asv_bus_cancel_owner(struct asv_bus_attachment *a, const void *owner)
{
    struct asv_bus_urbs *const queues[] = {&a->pending_in, &a->pending_out};
    for (unsigned i = 0; i < 2; i++) {
        struct asv_bus_urb *urb = queues[i]->first;
        while (urb != NULL) {
            struct asv_bus_urb *next = urb->next;
            if (urb->owner == owner) {
                (void)asv_bus_cancel(a, urb);
            }
            urb = next;
        }
    }
}

/* The device starts afresh: nothing of before may reach the host. */
static void restart(struct asv_bus_attachment *a)
{
    finish_all(a, -ENOENT);
    drop_frame(a);
    free(a->again);
    a->again = NULL;
    a->empty_owed = false;
    a->verdict = ASV_BUS_VERDICT_PASS;
    a->usb.halted_in = false;
    a->usb.halted_out = false;
    asv_bus_worker_reset(a->worker);
}

int asv_bus_control(struct asv_bus_attachment *a, const uint8_t *setup, uint8_t *data)
{
    enum asv_bus_control_effect effect;
    uint8_t endpoint = 0;
    if (a->gone) {
        return -1;
    }
    int len = asv_bus_usb_control(&a->usb, setup, data, &effect, &endpoint);
    if (effect == ASV_BUS_EFFECT_RESTART) {
        restart(a);
    } else if (effect == ASV_BUS_EFFECT_CLEAR_HALT) {
        asv_bus_clear_halt(a, endpoint);
    }
    return len;
}

void asv_bus_reset(struct asv_bus_attachment *a)
{
    if (!a->gone) {
        a->counters->resets++;
        restart(a);
        a->ops->progress(a->ctx, a);
    }
}

void asv_bus_clear_halt(struct asv_bus_attachment *a, uint8_t endpoint)
{
    if (a->gone) {
        return;
    }
    a->counters->halts_cleared++;
    if (endpoint == ASV_BUS_EP_IN) {
        a->usb.halted_in = false;
        asv_bus_worker_resume(a->worker);
    } else if (endpoint == ASV_BUS_EP_OUT) {
        a->usb.halted_out = false;
    }
    a->ops->progress(a->ctx, a);
    asv_bus_pump(a);
}

void asv_bus_detach(struct asv_bus_attachment *a, int status, bool cut)
{
    a->gone = true;
    asv_bus_worker_stop(a->worker, cut);
    a->worker = NULL;
    finish_all(a, status);
}
