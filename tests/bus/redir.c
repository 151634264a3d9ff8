/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/bus/redir.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <usbredirparser.h>

/* What QEMU gives per transfer at most; larger is refused. */
#define TRANSFER_MAX (16u << 20)

/* One port: a socket to listen on, and QEMU's end once it has connected. */
struct asv_redir_channel {
    struct asv_redir *redir;
    struct asv_bus_port *port;
    struct asv_bus_source listener;
    struct asv_bus_source source;
    struct usbredirparser *parser;         /* NULL: not connected */
    struct asv_bus_attachment *attachment; /* NULL: nothing plugged in */
    bool hello;                            /* the peer has said which capabilities it has */
    bool shown;                            /* the peer knows of the device */
    bool leaving;                          /* the peer has not yet said that it let go of the last device */
    bool broken;                           /* to be closed when the parser has returned */
};

static int on_read(void *priv, uint8_t *data, int count)
{
    struct asv_redir_channel *c = priv;
    ssize_t n = recv(c->source.fd, data, (size_t)count, MSG_DONTWAIT);
    if (n < 0) {
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
    }
    return n == 0 ? -1 : (int)n;
}

static int on_write(void *priv, uint8_t *data, int count)
{
    struct asv_redir_channel *c = priv;
    ssize_t n = send(c->source.fd, data, (size_t)count, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0) {
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
    }
    return (int)n;
}

static void on_log(void *priv, int level, const char *message)
{
    (void)priv;
    if (level <= usbredirparser_warning) {
        (void)fprintf(stderr, "asservat-bus: usbredir: %s\n", message);
    }
}

static void flush(struct asv_redir_channel *c)
{
    if (c->parser == NULL || c->broken) {
        return;
    }
    if (usbredirparser_has_data_to_write(c->parser) > 0 && usbredirparser_do_write(c->parser) < 0) {
        c->broken = true; /* noticed as end of file, too */
        return;
    }
    uint32_t more = usbredirparser_has_data_to_write(c->parser) > 0 ? EPOLLOUT : 0;
    asv_bus_loop_change(c->redir->bus->loop, &c->source, EPOLLIN | more);
}

static void send_layout(struct asv_redir_channel *c)
{
    uint16_t packet = asv_bus_packet_bytes(c->redir->bus->speed);
    struct usb_redir_interface_info_header interface = {.interface_count = 1};
    struct usb_redir_ep_info_header ep;
    interface.interface_class[0] = 0xff;
    usbredirparser_send_interface_info(c->parser, &interface);
    memset(&ep, 0, sizeof ep);
    memset(ep.type, usb_redir_type_invalid, sizeof ep.type);
    /* OUT endpoints stand at 0-15, IN endpoints at 16-31. */
    ep.type[0] = usb_redir_type_control;
    ep.type[16] = usb_redir_type_control;
    ep.type[ASV_BUS_EP_OUT] = usb_redir_type_bulk;
    ep.type[16 + (ASV_BUS_EP_IN & 0x0f)] = usb_redir_type_bulk;
    ep.max_packet_size[0] = 64;
    ep.max_packet_size[16] = 64;
    ep.max_packet_size[ASV_BUS_EP_OUT] = packet;
    ep.max_packet_size[16 + (ASV_BUS_EP_IN & 0x0f)] = packet;
    usbredirparser_send_ep_info(c->parser, &ep);
}

/* Tells the peer of the device when there is one and the last is let go of. */
static void show(struct asv_redir_channel *c)
{
    static const uint8_t speeds[] = {[ASV_BUS_SPEED_FULL] = usb_redir_speed_full,
                                     [ASV_BUS_SPEED_HIGH] = usb_redir_speed_high,
                                     [ASV_BUS_SPEED_SUPER] = usb_redir_speed_super};
    if (c->parser == NULL || !c->hello || c->leaving || c->shown || c->attachment == NULL) {
        return;
    }
    struct usb_redir_device_connect_header connect = {.speed = speeds[c->redir->bus->speed],
                                                      .vendor_id = ASV_BUS_VENDOR_ID,
                                                      .product_id = ASV_BUS_PRODUCT_ID,
                                                      .device_version_bcd = 0x0100};
    send_layout(c);
    usbredirparser_send_device_connect(c->parser, &connect);
    c->shown = true;
    c->attachment->counters->opens++;
    flush(c);
}

static void on_hello(void *priv, struct usb_redir_hello_header *hello)
{
    struct asv_redir_channel *c = priv;
    (void)hello;
    c->hello = true;
    show(c);
}

static uint8_t redir_status(int status)
{
    switch (status) {
    case 0:
        return usb_redir_success;
    case -ENOENT:
        return usb_redir_cancelled;
    case -EPIPE:
        return usb_redir_stall;
    case -EOVERFLOW:
        return usb_redir_babble;
    case -ETIMEDOUT:
        return usb_redir_timeout;
    default:
        return usb_redir_ioerror;
    }
}

static void urb_done(struct asv_bus_urb *urb)
{
    struct asv_redir_channel *c = urb->owner;
    bool in = (urb->endpoint & 0x80) != 0;
    if (c->parser != NULL && c->shown) {
        struct usb_redir_bulk_packet_header header = {.endpoint = urb->endpoint,
                                                      .status = redir_status(urb->status),
                                                      .length = (uint16_t)(urb->actual & 0xffff),
                                                      .length_high = (uint16_t)(urb->actual >> 16)};
        usbredirparser_send_bulk_packet(c->parser, urb->id, &header, in ? urb->in : NULL,
                                        in ? (int)urb->actual : 0);
        flush(c);
    }
    asv_bus_urb_free(urb);
}

/* Answers a bulk packet that cannot even be queued. */
static void refuse_bulk(struct asv_redir_channel *c, uint64_t id, struct usb_redir_bulk_packet_header *header)
{
    header->status = usb_redir_inval;
    header->length = 0;
    header->length_high = 0;
    usbredirparser_send_bulk_packet(c->parser, id, header, NULL, 0);
    flush(c);
}

static void on_bulk(void *priv, uint64_t id, struct usb_redir_bulk_packet_header *header, uint8_t *data,
                    int len)
{
    struct asv_redir_channel *c = priv;
    bool in = (header->endpoint & 0x80) != 0;
    uint32_t length = in ? (uint32_t)header->length_high << 16 | header->length : (uint32_t)len;
    struct asv_bus_urb *urb = calloc(1, sizeof *urb);
    struct asv_bus_frame *frame = in ? NULL : asv_bus_frame_new(length);
    if (frame != NULL) {
        frame->len = length;
        if (length > 0) {
            memcpy(frame->data, data, length);
        }
    }
    usbredirparser_free_packet_data(c->parser, data);
    if (urb == NULL || (!in && frame == NULL) || c->attachment == NULL || length > TRANSFER_MAX ||
        (!in && length > ASV_BUS_FRAME_MAX)) {
        free(frame);
        free(urb);
        refuse_bulk(c, id, header);
        return;
    }
    *urb = (struct asv_bus_urb){.endpoint = header->endpoint,
                                .length = length,
                                .frame = frame,
                                .done = urb_done,
                                .owner = c,
                                .id = id};
    if (asv_bus_submit(c->attachment, urb) != 0) {
        asv_bus_urb_free(urb);
        refuse_bulk(c, id, header);
    }
}

static void on_cancel(void *priv, uint64_t id)
{
    struct asv_redir_channel *c = priv;
    if (c->attachment == NULL) {
        return;
    }
    struct asv_bus_urbs *const queues[] = {&c->attachment->pending_in, &c->attachment->pending_out};
    for (unsigned i = 0; i < 2; i++) {
        for (struct asv_bus_urb *urb = queues[i]->first; urb != NULL; urb = urb->next) {
            if (urb->id == id) {
                (void)asv_bus_cancel(c->attachment, urb);
                return;
            }
        }
    }
}

/* A control request without data; returns the usbredir status. */
static uint8_t request(struct asv_redir_channel *c, uint8_t type, uint8_t code, uint8_t value, uint8_t index)
{
    const uint8_t setup[8] = {type, code, value, 0, index, 0, 0, 0};
    uint8_t data[ASV_BUS_CONTROL_MAX];
    return c->attachment != NULL && asv_bus_control(c->attachment, setup, data) >= 0 ? usb_redir_success
                                                                                     : usb_redir_stall;
}

static void on_control(void *priv, uint64_t id, struct usb_redir_control_packet_header *header, uint8_t *data,
                       int len)
{
    struct asv_redir_channel *c = priv;
    bool in = (header->endpoint & 0x80) != 0;
    uint8_t answer[ASV_BUS_CONTROL_MAX];
    const uint8_t setup[8] = {header->requesttype,     header->request,
                              (uint8_t)header->value,  (uint8_t)(header->value >> 8),
                              (uint8_t)header->index,  (uint8_t)(header->index >> 8),
                              (uint8_t)header->length, (uint8_t)(header->length >> 8)};
    (void)len;
    usbredirparser_free_packet_data(c->parser, data);
    int got = c->attachment != NULL ? asv_bus_control(c->attachment, setup, answer) : -1;
    header->status = got < 0 ? usb_redir_stall : usb_redir_success;
    if (in) {
        header->length = got < 0 ? 0 : (uint16_t)got;
    }
    usbredirparser_send_control_packet(c->parser, id, header, in && got > 0 ? answer : NULL,
                                       in && got > 0 ? got : 0);
    flush(c);
}

static void on_reset(void *priv)
{
    struct asv_redir_channel *c = priv;
    if (c->attachment != NULL) {
        asv_bus_reset(c->attachment);
    }
}

static void on_set_configuration(void *priv, uint64_t id, struct usb_redir_set_configuration_header *header)
{
    struct asv_redir_channel *c = priv;
    struct usb_redir_configuration_status_header status = {.configuration = header->configuration};
    status.status = request(c, 0x00, 9, header->configuration, 0);
    send_layout(c);
    usbredirparser_send_configuration_status(c->parser, id, &status);
    flush(c);
}

static void on_get_configuration(void *priv, uint64_t id)
{
    struct asv_redir_channel *c = priv;
    struct usb_redir_configuration_status_header status = {.status = usb_redir_success};
    status.configuration = c->attachment != NULL ? c->attachment->usb.configuration : 0;
    usbredirparser_send_configuration_status(c->parser, id, &status);
    flush(c);
}

static void on_set_alt(void *priv, uint64_t id, struct usb_redir_set_alt_setting_header *header)
{
    struct asv_redir_channel *c = priv;
    struct usb_redir_alt_setting_status_header status = {.interface = header->interface, .alt = header->alt};
    status.status = request(c, 0x01, 11, header->alt, header->interface);
    send_layout(c);
    usbredirparser_send_alt_setting_status(c->parser, id, &status);
    flush(c);
}

static void on_get_alt(void *priv, uint64_t id, struct usb_redir_get_alt_setting_header *header)
{
    struct asv_redir_channel *c = priv;
    struct usb_redir_alt_setting_status_header status = {
        .status = usb_redir_success, .interface = header->interface, .alt = 0};
    usbredirparser_send_alt_setting_status(c->parser, id, &status);
    flush(c);
}

static void on_disconnect_ack(void *priv)
{
    struct asv_redir_channel *c = priv;
    c->leaving = false;
    show(c);
}

static void on_filter(void *priv, struct usbredirfilter_rule *rules, int count)
{
    (void)priv;
    (void)count;
    free(rules);
}

static void on_filter_reject(void *priv)
{
    (void)priv;
    (void)fprintf(stderr, "asservat-bus: QEMU's filter rejects the device\n");
}

/* The peer is gone: whatever it had asked for ends. */
static void close_channel(struct asv_redir_channel *c)
{
    struct usbredirparser *parser = c->parser;
    c->parser = NULL; /* nothing more is sent */
    c->hello = false;
    c->shown = false;
    c->leaving = false;
    c->broken = false;
    if (c->attachment != NULL) {
        asv_bus_cancel_owner(c->attachment, c);
    }
    asv_bus_loop_remove(c->redir->bus->loop, &c->source);
    usbredirparser_destroy(parser);
}

static void channel_ready(struct asv_bus_source *source, uint32_t events)
{
    struct asv_redir_channel *c =
        (struct asv_redir_channel *)(void *)((char *)source - offsetof(struct asv_redir_channel, source));
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 &&
        usbredirparser_do_read(c->parser) == usbredirparser_read_io_error) {
        c->broken = true;
    }
    flush(c);
    if (c->broken) {
        close_channel(c);
    }
}

static struct usbredirparser *new_parser(struct asv_redir_channel *c)
{
    static const int wanted[] = {usb_redir_cap_connect_device_version,
                                 usb_redir_cap_filter,
                                 usb_redir_cap_device_disconnect_ack,
                                 usb_redir_cap_ep_info_max_packet_size,
                                 usb_redir_cap_64bits_ids,
                                 usb_redir_cap_32bits_bulk_length}; /* transfers above 64 KiB */
    uint32_t caps[USB_REDIR_CAPS_SIZE] = {0};
    struct usbredirparser *p = usbredirparser_create();
    if (p == NULL) {
        return NULL;
    }
    p->priv = c;
    p->log_func = on_log;
    p->read_func = on_read;
    p->write_func = on_write;
    p->hello_func = on_hello;
    p->reset_func = on_reset;
    p->set_configuration_func = on_set_configuration;
    p->get_configuration_func = on_get_configuration;
    p->set_alt_setting_func = on_set_alt;
    p->get_alt_setting_func = on_get_alt;
    p->control_packet_func = on_control;
    p->bulk_packet_func = on_bulk;
    p->cancel_data_packet_func = on_cancel;
    p->device_disconnect_ack_func = on_disconnect_ack;
    p->filter_filter_func = on_filter;
    p->filter_reject_func = on_filter_reject;
    for (unsigned i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        usbredirparser_caps_set_cap(caps, wanted[i]);
    }
    usbredirparser_init(p, "asservat-bus", caps, USB_REDIR_CAPS_SIZE, usbredirparser_fl_usb_host);
    return p;
}

static void listener_ready(struct asv_bus_source *source, uint32_t events)
{
    struct asv_redir_channel *c =
        (struct asv_redir_channel *)(void *)((char *)source - offsetof(struct asv_redir_channel, listener));
    struct asv_bus_loop *loop = c->redir->bus->loop;
    (void)events;
    int fd = accept4(source->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
        return;
    }
    if (c->parser != NULL || (c->parser = new_parser(c)) == NULL) {
        close(fd); /* one host per port */
        return;
    }
    if (asv_bus_loop_add(loop, &c->source, fd, EPOLLIN, channel_ready) != ASV_OK) {
        close(fd);
        usbredirparser_destroy(c->parser);
        c->parser = NULL;
        return;
    }
    int size = 4 << 20;
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    flush(c);
}

static struct asv_redir_channel *channel_of(const struct asv_redir *redir, const struct asv_bus_port *port)
{
    return redir->channels[port - redir->bus->ports];
}

static enum asv_status attach(void *self, struct asv_bus_port *port, struct asv_bus_attachment *attachment)
{
    struct asv_redir_channel *c = channel_of(self, port);
    c->attachment = attachment;
    attachment->backend = c;
    show(c);
    return ASV_OK;
}

static void detach(void *self, struct asv_bus_port *port, struct asv_bus_attachment *attachment)
{
    struct asv_redir_channel *c = channel_of(self, port);
    (void)attachment;
    c->attachment = NULL;
    if (c->parser != NULL && c->shown) {
        c->shown = false;
        c->leaving = usbredirparser_peer_has_cap(c->parser, usb_redir_cap_device_disconnect_ack) != 0;
        usbredirparser_send_device_disconnect(c->parser);
        flush(c);
    }
}

static const struct asv_bus_backend_ops redir_ops = {.attach = attach, .detach = detach};

enum asv_status asv_redir_open(struct asv_redir *redir, struct asv_bus *bus, const char *dir,
                               struct asv_err *err)
{
    char path[sizeof redir->dir + 8];
    *redir = (struct asv_redir){.bus = bus};
    if (strlen(dir) >= sizeof redir->dir) {
        return asv_fail(err, ASV_E_USAGE, "the directory's name is too long: sockets lie inside");
    }
    (void)snprintf(redir->dir, sizeof redir->dir, "%s", dir);
    (void)snprintf(path, sizeof path, "%s/redir", dir);
    if (mkdir(path, 0755) < 0 && errno != EEXIST) {
        return asv_fail(err, ASV_E_IO, "cannot make the directory of sockets");
    }
    bus->backend_ops = &redir_ops;
    bus->backend = redir;
    return ASV_OK;
}

static void socket_path(const struct asv_redir_channel *c, struct sockaddr_un *sa)
{
    *sa = (struct sockaddr_un){.sun_family = AF_UNIX};
    (void)snprintf(sa->sun_path, sizeof sa->sun_path, "%s/redir/%s", c->redir->dir, c->port->path);
}

enum asv_status asv_redir_listen(struct asv_redir *redir, struct asv_err *err)
{
    for (unsigned i = 0; i < redir->bus->port_count; i++) {
        struct asv_redir_channel *c = calloc(1, sizeof *c);
        struct sockaddr_un sa;
        if (c == NULL) {
            return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
        }
        redir->channels[i] = c;
        c->redir = redir;
        c->port = &redir->bus->ports[i];
        c->listener.fd = -1;
        c->source.fd = -1;
        socket_path(c, &sa);
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0 || bind(fd, (const struct sockaddr *)&sa, sizeof sa) < 0 || listen(fd, 1) < 0 ||
            asv_bus_loop_add(redir->bus->loop, &c->listener, fd, EPOLLIN, listener_ready) != ASV_OK) {
            if (fd >= 0) {
                close(fd);
            }
            return asv_fail(err, ASV_E_IO, "cannot listen for QEMU");
        }
    }
    return ASV_OK;
}

void asv_redir_close(struct asv_redir *redir)
{
    char path[sizeof redir->dir + 8];
    for (unsigned i = 0; i < ASV_BUS_PORTS_MAX; i++) {
        struct asv_redir_channel *c = redir->channels[i];
        struct sockaddr_un sa;
        if (c == NULL) {
            continue;
        }
        if (c->parser != NULL) {
            close_channel(c);
        }
        asv_bus_loop_remove(redir->bus->loop, &c->listener);
        socket_path(c, &sa);
        (void)unlink(sa.sun_path);
        free(c);
    }
    (void)snprintf(path, sizeof path, "%s/redir", redir->dir);
    (void)rmdir(path);
}
