/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * One open device node of a client, inside the umockdev backend.
 */
#ifndef ASV_BUS_UMOCK_CONN_H
#define ASV_BUS_UMOCK_CONN_H

#include <linux/usbdevice_fs.h>

#include "tests/bus/umock.h"

/* The preload's messages (umockdev, libumockdev-preload.c): three unsigned longs. */
enum {
    ASV_UMOCK_REQ_IOCTL = 1, /* number, argument */
    ASV_UMOCK_RES_DONE = 3,  /* result, errno */
    ASV_UMOCK_RES_READ = 5,  /* address, length: send me this memory */
    ASV_UMOCK_RES_WRITE = 6, /* address, length, then the bytes for this memory */
};

struct asv_umock_message {
    unsigned long command, arg1, arg2;
};

/* A transfer of a client. */
struct asv_umock_urb {
    struct asv_bus_urb urb; /* first: the same address */
    unsigned long buffer;   /* where the client wants an IN transfer's bytes */
    uint64_t charged;       /* bytes of usbfs memory */
};

/* Where a system call stands that needs the client's memory. */
enum asv_umock_stage { ASV_UMOCK_STAGE_REQUEST, ASV_UMOCK_STAGE_ARGUMENT, ASV_UMOCK_STAGE_BUFFER };

/* The answer on its way. The preload reads each message header with one recv(), so a header must never be
 * cut: head goes at the front of one send, tail in one send of its own. */
struct asv_umock_answer {
    uint8_t head[192];
    size_t head_len;
    uint8_t *data;
    size_t data_len;
    uint8_t tail[sizeof(struct asv_umock_message)];
    size_t tail_len;
    size_t sent;
    struct asv_umock_urb *urb; /* freed when all is sent */
};

struct asv_umock_conn {
    struct asv_umock_conn *next;
    struct asv_bus_source source;
    struct asv_umock *umock;
    struct asv_bus_attachment *attachment; /* NULL: opened when the device was gone already */
    struct asv_bus_urbs done;              /* ended, not yet reaped */
    bool reaping;                          /* a blocking reap waits */

    enum asv_umock_stage stage;
    struct asv_umock_message request;
    uint8_t argument[64]; /* the structure that the request points to */
    uint8_t *into;        /* where the awaited bytes go */
    size_t wanted, got;
    struct asv_umock_urb *urb; /* being submitted */
    struct asv_umock_answer answer;
};

/* umock_ioctl.c: what a request needs and does. */

/* Bytes of the structure that the request's argument points to and that must be read first; 0: none. */
size_t asv_umock_ioctl_argument(unsigned request);

/* The structure is in conn->argument: answers, or asks for the transfer's bytes. */
void asv_umock_ioctl_run(struct asv_umock_conn *conn);

/* The transfer's bytes are in conn->urb: submits it and answers. */
void asv_umock_ioctl_submit(struct asv_umock_conn *conn);

void asv_umock_urb_free(struct asv_umock_conn *conn, struct asv_umock_urb *urb);

/* umock_conn.c: answers. Each fills conn->answer, which the connection then sends. */
void asv_umock_answer(struct asv_umock_conn *conn, long result, int error);
void asv_umock_answer_write(struct asv_umock_conn *conn, unsigned long address, const void *data, size_t len,
                            long result);
void asv_umock_answer_put(struct asv_umock_conn *conn, unsigned command, unsigned long arg1,
                          unsigned long arg2, const void *data, size_t len);

/* Asks for len bytes of the client's memory, which come to into. */
void asv_umock_ask(struct asv_umock_conn *conn, unsigned long address, void *into, size_t len,
                   enum asv_umock_stage stage);

#endif
