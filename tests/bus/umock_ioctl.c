/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/bus/umock_conn.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>

/* What Linux gives for a host controller with scatter-gather: whole transfers, never split. */
#define CAPABILITIES                                                                                 \
    (USBDEVFS_CAP_ZERO_PACKET | USBDEVFS_CAP_NO_PACKET_SIZE_LIM | USBDEVFS_CAP_BULK_SCATTER_GATHER | \
     USBDEVFS_CAP_REAP_AFTER_DISCONNECT)

void asv_umock_urb_free(struct asv_umock_conn *conn, struct asv_umock_urb *urb)
{
    if (urb != NULL) {
        conn->umock->memory_used -= urb->charged;
        asv_bus_urb_free(&urb->urb);
    }
}

size_t asv_umock_ioctl_argument(unsigned request)
{
    switch (request) {
    case USBDEVFS_SUBMITURB:
        return sizeof(struct usbdevfs_urb);
    case USBDEVFS_CONTROL:
        return sizeof(struct usbdevfs_ctrltransfer);
    case USBDEVFS_SETINTERFACE:
        return sizeof(struct usbdevfs_setinterface);
    case USBDEVFS_CLAIMINTERFACE:
    case USBDEVFS_RELEASEINTERFACE:
    case USBDEVFS_SETCONFIGURATION:
    case USBDEVFS_CLEAR_HALT:
    case USBDEVFS_RESETEP:
        return sizeof(unsigned);
    default:
        return 0;
    }
}

static bool gone(const struct asv_umock_conn *conn)
{
    return conn->attachment == NULL || conn->attachment->gone;
}

static unsigned argument_uint(const struct asv_umock_conn *conn)
{
    unsigned value;
    memcpy(&value, conn->argument, sizeof value);
    return value;
}

/* Writes the ended transfer to the client's memory and answers. */
static void answer_reap(struct asv_umock_conn *conn)
{
    struct asv_umock_urb *u = (struct asv_umock_urb *)(void *)asv_bus_urbs_take(&conn->done);
    struct asv_bus_urb *urb = &u->urb;
    struct asv_umock_node *node = conn->attachment->backend;
    struct asv_umock_answer *answer = &conn->answer;
    unsigned long at = (unsigned long)urb->id;
    const int32_t actual = (int32_t)urb->actual;
    if (node != NULL) { /* before the answer, or the client could miss the next one */
        node->reapable--;
        asv_umock_node_poll(node);
    }
    asv_umock_answer_put(conn, ASV_UMOCK_RES_WRITE, at + offsetof(struct usbdevfs_urb, status),
                         sizeof urb->status, &urb->status, sizeof urb->status);
    asv_umock_answer_put(conn, ASV_UMOCK_RES_WRITE, at + offsetof(struct usbdevfs_urb, actual_length),
                         sizeof actual, &actual, sizeof actual);
    asv_umock_answer_put(conn, ASV_UMOCK_RES_WRITE, conn->request.arg2, sizeof at, &at, sizeof at);
    answer->urb = u;
    if (urb->in == NULL || urb->actual == 0) {
        asv_umock_answer(conn, 0, 0);
        return;
    }
    const struct asv_umock_message done = {ASV_UMOCK_RES_DONE, 0, 0};
    asv_umock_answer_put(conn, ASV_UMOCK_RES_WRITE, u->buffer, urb->actual, NULL, 0);
    answer->data = urb->in;
    answer->data_len = urb->actual;
    memcpy(answer->tail, &done, sizeof done);
    answer->tail_len = sizeof done;
}

static void urb_done(struct asv_bus_urb *urb)
{
    struct asv_umock_conn *conn = urb->owner;
    struct asv_umock_node *node = conn->attachment->backend;
    asv_bus_urbs_put(&conn->done, urb);
    if (node != NULL) {
        node->reapable++;
        asv_umock_node_poll(node);
    }
    if (conn->reaping) {
        conn->reaping = false;
        answer_reap(conn);
        asv_bus_loop_change(conn->umock->bus->loop, &conn->source, EPOLLOUT);
    }
}

static void run_reap(struct asv_umock_conn *conn, bool wait)
{
    if (conn->done.first != NULL) {
        answer_reap(conn);
    } else if (gone(conn)) {
        asv_umock_answer(conn, -1, ENODEV);
    } else if (wait && conn->attachment->pending_in.count + conn->attachment->pending_out.count > 0) {
        conn->reaping = true;
    } else {
        asv_umock_answer(conn, -1, EAGAIN);
    }
}

static void run_discard(struct asv_umock_conn *conn)
{
    struct asv_bus_attachment *a = conn->attachment;
    struct asv_bus_urbs *const queues[] = {&a->pending_in, &a->pending_out};
    for (unsigned i = 0; i < 2; i++) {
        for (struct asv_bus_urb *urb = queues[i]->first; urb != NULL; urb = urb->next) {
            if (urb->owner == conn && urb->id == conn->request.arg2) {
                (void)asv_bus_cancel(a, urb);
                asv_umock_answer(conn, 0, 0);
                return;
            }
        }
    }
    asv_umock_answer(conn, -1, EINVAL); /* has ended already */
}

static int claim(struct asv_umock_conn *conn, unsigned interface)
{
    struct asv_bus_attachment *a = conn->attachment;
    int error = asv_bus_faults_call(a->faults, ASV_BUS_CALL_CLAIM);
    if (error == 0 && interface != 0) {
        error = ENOENT;
    }
    if (error == 0 && a->claimed != NULL && a->claimed != conn) {
        error = EBUSY;
    }
    if (error == 0) {
        a->claimed = conn;
    }
    return error;
}

/* The kernel ends the transfers of an interface that is released. */
static int release(struct asv_umock_conn *conn, unsigned interface)
{
    struct asv_bus_attachment *a = conn->attachment;
    if (interface != 0 || a->claimed != conn) {
        return EINVAL;
    }
    a->claimed = NULL;
    asv_bus_cancel_owner(a, conn);
    return 0;
}

static int standard_request(struct asv_umock_conn *conn, uint8_t type, uint8_t request, unsigned value,
                            unsigned index)
{
    uint8_t data[ASV_BUS_CONTROL_MAX];
    const uint8_t setup[8] = {
        type, request, (uint8_t)value, (uint8_t)(value >> 8), (uint8_t)index, (uint8_t)(index >> 8), 0, 0};
    return asv_bus_control(conn->attachment, setup, data) < 0 ? EPIPE : 0;
}

static int set_interface(struct asv_umock_conn *conn)
{
    struct usbdevfs_setinterface arg;
    memcpy(&arg, conn->argument, sizeof arg);
    if (arg.interface != 0 || arg.altsetting != 0) {
        return EINVAL;
    }
    return standard_request(conn, 0x01, 11, arg.altsetting, arg.interface);
}

static int reset(struct asv_umock_conn *conn)
{
    int error = asv_bus_faults_call(conn->attachment->faults, ASV_BUS_CALL_RESET);
    if (error == 0) {
        asv_bus_reset(conn->attachment);
    }
    return error;
}

/* USBDEVFS_CONTROL, the synchronous form; answers of an IN request only. */
static void run_control(struct asv_umock_conn *conn)
{
    struct usbdevfs_ctrltransfer t;
    uint8_t data[ASV_BUS_CONTROL_MAX];
    memcpy(&t, conn->argument, sizeof t);
    const uint8_t setup[8] = {t.bRequestType,     t.bRequest,
                              (uint8_t)t.wValue,  (uint8_t)(t.wValue >> 8),
                              (uint8_t)t.wIndex,  (uint8_t)(t.wIndex >> 8),
                              (uint8_t)t.wLength, (uint8_t)(t.wLength >> 8)};
    int len = asv_bus_control(conn->attachment, setup, data);
    if (len < 0) {
        asv_umock_answer(conn, -1, EPIPE);
    } else if (len == 0 || (t.bRequestType & 0x80) == 0 || (size_t)len > sizeof conn->answer.head / 2) {
        asv_umock_answer(conn, len == 0 ? 0 : -1, len == 0 ? 0 : EINVAL);
    } else {
        asv_umock_answer_write(conn, (unsigned long)t.data, data, (size_t)len, len);
    }
}

/* The first half of SUBMITURB: takes the structure, asks for the bytes if there are any to send. */
static void run_submit(struct asv_umock_conn *conn)
{
    struct usbdevfs_urb arg;
    memcpy(&arg, conn->argument, sizeof arg);
    bool control = arg.type == USBDEVFS_URB_TYPE_CONTROL;
    bool in = !control && (arg.endpoint & 0x80) != 0;
    if ((!control && arg.type != USBDEVFS_URB_TYPE_BULK) || arg.buffer_length < 0 ||
        arg.buffer_length > (int)ASV_BUS_FRAME_MAX * 16 || (control && arg.buffer_length < 8)) {
        asv_umock_answer(conn, -1, EINVAL);
        return;
    }
    size_t len = (size_t)arg.buffer_length;
    if (!in && !control && len > ASV_BUS_FRAME_MAX) {
        asv_umock_answer(conn, -1, ENOMEM);
        return;
    }
    int error = asv_bus_faults_call(conn->attachment->faults, ASV_BUS_CALL_SUBMIT);
    uint64_t charge = sizeof arg + len;
    if (error == 0 && conn->umock->memory_max > 0 &&
        conn->umock->memory_used + charge > conn->umock->memory_max) {
        error = ENOMEM;
    }
    struct asv_umock_urb *u = error == 0 ? calloc(1, sizeof *u) : NULL;
    struct asv_bus_frame *frame = u != NULL && !in ? asv_bus_frame_new(len + ASV_BUS_CONTROL_MAX) : NULL;
    if (u == NULL || (!in && frame == NULL)) {
        free(u);
        asv_umock_answer(conn, -1, error != 0 ? error : ENOMEM);
        return;
    }
    conn->umock->memory_used += charge;
    *u = (struct asv_umock_urb){.urb = {.endpoint = control ? 0 : arg.endpoint,
                                        .length = (uint32_t)len,
                                        .frame = frame,
                                        .done = urb_done,
                                        .owner = conn,
                                        .id = conn->request.arg2},
                                .buffer = (unsigned long)arg.buffer,
                                .charged = charge};
    conn->urb = u;
    if (!in && len > 0) {
        frame->len = len;
        asv_umock_ask(conn, u->buffer, frame->data, len, ASV_UMOCK_STAGE_BUFFER);
    } else {
        asv_umock_ioctl_submit(conn);
    }
}

/* A control transfer ends at once. */
static void submit_control(struct asv_umock_conn *conn, struct asv_umock_urb *u)
{
    struct asv_bus_frame *frame = u->urb.frame;
    bool in = (frame->data[0] & 0x80) != 0;
    uint8_t setup[8];
    memcpy(setup, frame->data, sizeof setup);
    int len = asv_bus_control(conn->attachment, setup, frame->data);
    u->urb.status = len < 0 ? -EPIPE : 0;
    if (len >= 0) {
        u->urb.actual = in ? (uint32_t)len : u->urb.length - 8;
        u->urb.in = in ? frame->data : NULL;
        u->buffer += 8; /* behind the setup packet */
    }
    urb_done(&u->urb);
    asv_umock_answer(conn, 0, 0);
}

static void submit_bulk(struct asv_umock_conn *conn, struct asv_umock_urb *u)
{
    struct asv_bus_attachment *a = conn->attachment;
    int error = 0;
    if (a->claimed != NULL && a->claimed != conn) {
        error = EBUSY;
    } else {
        a->claimed = conn; /* as the kernel does for a client that forgot to */
        error = -asv_bus_submit(a, &u->urb);
    }
    if (error != 0) {
        asv_umock_urb_free(conn, u);
    }
    asv_umock_answer(conn, error == 0 ? 0 : -1, error);
}

void asv_umock_ioctl_submit(struct asv_umock_conn *conn)
{
    struct asv_umock_urb *u = conn->urb;
    conn->urb = NULL;
    if (gone(conn)) {
        asv_umock_urb_free(conn, u);
        asv_umock_answer(conn, -1, ENODEV);
    } else if (u->urb.endpoint == 0) {
        submit_control(conn, u);
    } else {
        submit_bulk(conn, u);
    }
}

static void answer_error(struct asv_umock_conn *conn, int error)
{
    asv_umock_answer(conn, error == 0 ? 0 : -1, error);
}

void asv_umock_ioctl_run(struct asv_umock_conn *conn)
{
    static const uint32_t capabilities = CAPABILITIES;
    unsigned request = (unsigned)conn->request.arg1;
    if (request == USBDEVFS_REAPURB || request == USBDEVFS_REAPURBNDELAY) {
        run_reap(conn, request == USBDEVFS_REAPURB);
        return;
    }
    if (gone(conn)) {
        asv_umock_answer(conn, -1, ENODEV);
        return;
    }
    switch (request) {
    case USBDEVFS_GET_CAPABILITIES:
        asv_umock_answer_write(conn, conn->request.arg2, &capabilities, sizeof capabilities, 0);
        break;
    case USBDEVFS_SUBMITURB:
        run_submit(conn);
        break;
    case USBDEVFS_DISCARDURB:
        run_discard(conn);
        break;
    case USBDEVFS_CONTROL:
        run_control(conn);
        break;
    case USBDEVFS_CLAIMINTERFACE:
        answer_error(conn, claim(conn, argument_uint(conn)));
        break;
    case USBDEVFS_RELEASEINTERFACE:
        answer_error(conn, release(conn, argument_uint(conn)));
        break;
    case USBDEVFS_SETINTERFACE:
        answer_error(conn, set_interface(conn));
        break;
    case USBDEVFS_SETCONFIGURATION:
        answer_error(conn, standard_request(conn, 0, 9, argument_uint(conn), 0));
        break;
    case USBDEVFS_CLEAR_HALT:
        asv_bus_clear_halt(conn->attachment, (uint8_t)argument_uint(conn));
        asv_umock_answer(conn, 0, 0);
        break;
    case USBDEVFS_RESETEP:
        asv_umock_answer(conn, 0, 0);
        break;
    case USBDEVFS_RESET:
        answer_error(conn, reset(conn));
        break;
    case USBDEVFS_GETDRIVER:
    case USBDEVFS_IOCTL: /* no kernel driver has the interface */
        asv_umock_answer(conn, -1, ENODATA);
        break;
    default:
        asv_umock_answer(conn, -1, ENOTTY);
        break;
    }
}
