/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/bus/umock_conn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

void asv_umock_answer_put(struct asv_umock_conn *conn, unsigned command, unsigned long arg1,
                          unsigned long arg2, const void *data, size_t len)
{
    struct asv_umock_answer *answer = &conn->answer;
    const struct asv_umock_message message = {command, arg1, arg2};
    memcpy(answer->head + answer->head_len, &message, sizeof message);
    answer->head_len += sizeof message;
    if (len > 0) {
        memcpy(answer->head + answer->head_len, data, len);
        answer->head_len += len;
    }
}

void asv_umock_answer(struct asv_umock_conn *conn, long result, int error)
{
    asv_umock_answer_put(conn, ASV_UMOCK_RES_DONE, (unsigned long)result, (unsigned long)error, NULL, 0);
}

void asv_umock_answer_write(struct asv_umock_conn *conn, unsigned long address, const void *data, size_t len,
                            long result)
{
    asv_umock_answer_put(conn, ASV_UMOCK_RES_WRITE, address, len, data, len);
    asv_umock_answer(conn, result, 0);
}

void asv_umock_ask(struct asv_umock_conn *conn, unsigned long address, void *into, size_t len,
                   enum asv_umock_stage stage)
{
    conn->into = into;
    conn->wanted = len;
    conn->got = 0;
    conn->stage = stage;
    asv_umock_answer_put(conn, ASV_UMOCK_RES_READ, address, len, NULL, 0);
}

static void close_conn(struct asv_umock_conn *conn)
{
    struct asv_umock *umock = conn->umock;
    struct asv_bus_attachment *a = conn->attachment;
    struct asv_umock_node *node = a != NULL ? a->backend : NULL;
    struct asv_bus_urb *urb;
    for (struct asv_umock_conn **at = &umock->conns; *at != NULL; at = &(*at)->next) {
        if (*at == conn) {
            *at = conn->next;
            break;
        }
    }
    conn->reaping = false;
    if (a != NULL) {
        if (a->claimed == conn) {
            a->claimed = NULL;
        }
        asv_bus_cancel_owner(a, conn);
    }
    while ((urb = asv_bus_urbs_take(&conn->done)) != NULL) {
        if (node != NULL) {
            node->reapable--;
            asv_umock_node_poll(node);
        }
        asv_umock_urb_free(conn, (struct asv_umock_urb *)(void *)urb);
    }
    asv_umock_urb_free(conn, conn->urb);
    asv_umock_urb_free(conn, conn->answer.urb);
    asv_bus_loop_remove(umock->bus->loop, &conn->source);
    asv_bus_attachment_unref(a);
    free(conn);
}

/* Sends what can be sent of the answer: 1 all, 0 later, -1 the client is gone. */
static int send_answer(struct asv_umock_conn *conn)
{
    struct asv_umock_answer *answer = &conn->answer;
    size_t front = answer->head_len + answer->data_len;
    while (answer->sent < front + answer->tail_len) {
        struct iovec parts[2];
        struct msghdr message = {.msg_iov = parts};
        size_t at = answer->sent;
        if (at < answer->head_len) {
            parts[message.msg_iovlen++] = (struct iovec){answer->head + at, answer->head_len - at};
            at = answer->head_len;
        }
        if (at < front) {
            parts[message.msg_iovlen++] = (struct iovec){answer->data + (at - answer->head_len), front - at};
        } else if (message.msg_iovlen == 0) {
            parts[message.msg_iovlen++] =
                (struct iovec){answer->tail + (at - front), front + answer->tail_len - at};
        }
        ssize_t n = sendmsg(conn->source.fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0) {
            return errno == EAGAIN || errno == EINTR ? 0 : -1;
        }
        answer->sent += (size_t)n;
    }
    asv_umock_urb_free(conn, answer->urb);
    *answer = (struct asv_umock_answer){0};
    return 1;
}

/* All awaited bytes are there. */
static void take_step(struct asv_umock_conn *conn)
{
    switch (conn->stage) {
    case ASV_UMOCK_STAGE_REQUEST: {
        if (conn->request.command != ASV_UMOCK_REQ_IOCTL) {
            asv_umock_answer(conn, -1, EINVAL); /* read() or write() on a device node */
            break;
        }
        size_t len = asv_umock_ioctl_argument((unsigned)conn->request.arg1);
        if (len > 0) {
            asv_umock_ask(conn, conn->request.arg2, conn->argument, len, ASV_UMOCK_STAGE_ARGUMENT);
            return;
        }
        asv_umock_ioctl_run(conn);
        break;
    }
    case ASV_UMOCK_STAGE_ARGUMENT:
        asv_umock_ioctl_run(conn);
        break;
    case ASV_UMOCK_STAGE_BUFFER:
        asv_umock_ioctl_submit(conn);
        break;
    }
}

/* Ready for the next request unless the step asked for more. */
static void next_request(struct asv_umock_conn *conn)
{
    conn->stage = ASV_UMOCK_STAGE_REQUEST;
    conn->into = (uint8_t *)&conn->request;
    conn->wanted = sizeof conn->request;
    conn->got = 0;
}

static void conn_ready(struct asv_bus_source *source, uint32_t events)
{
    struct asv_umock_conn *conn =
        (struct asv_umock_conn *)(void *)((char *)source - offsetof(struct asv_umock_conn, source));
    struct asv_bus_loop *loop = conn->umock->bus->loop;
    (void)events;
    for (;;) {
        if (conn->answer.head_len > 0) {
            int sent = send_answer(conn);
            if (sent < 0) {
                close_conn(conn);
                return;
            }
            if (sent == 0) {
                asv_bus_loop_change(loop, source, EPOLLOUT);
                return;
            }
        }
        asv_bus_loop_change(loop, source, EPOLLIN);
        ssize_t n = recv(source->fd, conn->into + conn->got, conn->wanted - conn->got, MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
            return;
        }
        if (n <= 0) {
            close_conn(conn);
            return;
        }
        conn->got += (size_t)n;
        if (conn->got == conn->wanted) {
            conn->wanted = 0;
            take_step(conn);
            if (conn->wanted == 0) {
                next_request(conn);
            }
        }
    }
}

void asv_umock_accept(struct asv_bus_source *source, uint32_t events)
{
    struct asv_umock_address *place =
        (struct asv_umock_address *)(void *)((char *)source - offsetof(struct asv_umock_address, listener));
    struct asv_umock *umock = place->umock;
    (void)events;
    int fd = accept4(source->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
        return;
    }
    struct asv_umock_conn *conn = calloc(1, sizeof *conn);
    if (conn == NULL ||
        asv_bus_loop_add(umock->bus->loop, &conn->source, fd, EPOLLIN, conn_ready) != ASV_OK) {
        close(fd);
        free(conn);
        return;
    }
    int size = 1 << 20; /* a whole transfer at once where the system allows it */
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    conn->umock = umock;
    conn->attachment = place->attachment;
    if (conn->attachment != NULL) {
        asv_bus_attachment_ref(conn->attachment);
        conn->attachment->counters->opens++;
        conn->attachment->ops->progress(conn->attachment->ctx, conn->attachment);
    }
    next_request(conn);
    conn->next = umock->conns;
    umock->conns = conn;
}

void asv_umock_conns_close(struct asv_umock *umock)
{
    struct asv_umock_conn *conn;
    while ((conn = umock->conns) != NULL) {
        umock->conns = conn->next;
        close_conn(conn);
    }
}
