/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/bus/bus.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

static void changed(struct asv_bus *bus)
{
    uint64_t one = 1;
    (void)!write(bus->changes.fd, &one, sizeof one);
}

static void wake_at(void *ctx, uint64_t when)
{
    struct asv_bus *bus = ((struct asv_bus_port *)ctx)->bus;
    if (bus->clock.manual || when >= bus->timer_at) {
        return;
    }
    bus->timer_at = when;
    struct itimerspec spec = {
        .it_value = {.tv_sec = (time_t)(when / 1000000000u), .tv_nsec = (long)(when % 1000000000u)}};
    (void)timerfd_settime(bus->timer.fd, TFD_TIMER_ABSTIME, &spec, NULL);
}

static void pull(void *ctx, struct asv_bus_attachment *attachment, bool cut)
{
    struct asv_bus_port *port = ctx;
    (void)attachment;
    port->pull = true;
    port->pull_cut = cut;
    changed(port->bus);
}

static void progress(void *ctx, struct asv_bus_attachment *attachment)
{
    struct asv_bus_port *port = ctx;
    (void)attachment;
    if (port->bus->awaited) { /* once per transfer: not for nothing */
        changed(port->bus);
    }
}

static const struct asv_bus_attachment_ops attachment_ops = {
    .wake_at = wake_at, .pull = pull, .progress = progress};

void asv_bus_pump_all(struct asv_bus *bus)
{
    for (unsigned i = 0; i < bus->port_count; i++) {
        if (bus->ports[i].attachment != NULL) {
            asv_bus_pump(bus->ports[i].attachment);
        }
    }
}

static void timer_ready(struct asv_bus_source *source, uint32_t events)
{
    struct asv_bus *bus = (struct asv_bus *)(void *)((char *)source - offsetof(struct asv_bus, timer));
    uint64_t times;
    (void)events;
    (void)!read(source->fd, &times, sizeof times);
    bus->timer_at = UINT64_MAX;
    asv_bus_pump_all(bus);
}

static void changes_ready(struct asv_bus_source *source, uint32_t events)
{
    struct asv_bus *bus = (struct asv_bus *)(void *)((char *)source - offsetof(struct asv_bus, changes));
    uint64_t times;
    (void)events;
    (void)!read(source->fd, &times, sizeof times);
    for (unsigned i = 0; i < bus->port_count; i++) {
        struct asv_bus_port *port = &bus->ports[i];
        if (port->pull) {
            port->pull = false;
            asv_bus_unplug(bus, port, ASV_BUS_GONE_STATUS, port->pull_cut);
        }
    }
    if (bus->changed != NULL) {
        bus->changed(bus->changed_ctx);
    }
}

enum asv_status asv_bus_open(struct asv_bus *bus, struct asv_bus_loop *loop, bool manual_clock)
{
    memset(bus, 0, sizeof *bus);
    bus->loop = loop;
    bus->clock.manual = manual_clock;
    bus->speed = ASV_BUS_SPEED_HIGH;
    bus->timer_at = UINT64_MAX;
    bus->timer.fd = -1;
    bus->changes.fd = -1;
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    int changes = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (timer < 0 || changes < 0 ||
        asv_bus_loop_add(loop, &bus->timer, timer, EPOLLIN, timer_ready) != ASV_OK ||
        asv_bus_loop_add(loop, &bus->changes, changes, EPOLLIN, changes_ready) != ASV_OK) {
        return ASV_E_INTERNAL;
    }
    return ASV_OK;
}

struct asv_bus_port *asv_bus_find_port(struct asv_bus *bus, const char *path)
{
    for (unsigned i = 0; i < bus->port_count; i++) {
        if (strcmp(bus->ports[i].path, path) == 0) {
            return &bus->ports[i];
        }
    }
    return NULL;
}

struct asv_bus_hub *asv_bus_find_hub(struct asv_bus *bus, const char *path)
{
    for (unsigned i = 0; i < bus->hub_count; i++) {
        if (strcmp(bus->hubs[i].path, path) == 0) {
            return &bus->hubs[i];
        }
    }
    return NULL;
}

struct asv_bus_camera *asv_bus_find_camera(struct asv_bus *bus, const char *name)
{
    for (unsigned i = 0; i < ASV_BUS_CAMERAS_MAX; i++) {
        if (bus->cameras[i].name[0] != '\0' && strcmp(bus->cameras[i].name, name) == 0) {
            return &bus->cameras[i];
        }
    }
    return NULL;
}

enum asv_status asv_bus_add_hub(struct asv_bus *bus, const char *path, unsigned ports, struct asv_err *err)
{
    const char *dot = strrchr(path, '.');
    struct asv_bus_hub *parent = NULL;
    if (dot != NULL) {
        char above[ASV_BUS_PATH_BYTES];
        (void)snprintf(above, sizeof above, "%.*s", (int)(dot - path), path);
        parent = asv_bus_find_hub(bus, above);
        if (parent == NULL) {
            return asv_fail(err, ASV_E_USAGE, "no hub above this one");
        }
    }
    if (strncmp(path, "1-", 2) != 0 || strlen(path) + 4 > ASV_BUS_PATH_BYTES || ports == 0 || ports > 15 ||
        asv_bus_find_hub(bus, path) != NULL) {
        return asv_fail(err, ASV_E_USAGE, "a hub is PATH=PORTS, such as 1-2=10, and stands there once");
    }
    for (unsigned i = 0; i < ASV_BUS_CAMERAS_MAX; i++) {
        if (bus->cameras[i].name[0] != '\0') {
            return asv_fail(err, ASV_E_STATE, "hubs come before cameras");
        }
    }
    if (bus->hub_count == ASV_BUS_HUBS_MAX || bus->port_count + ports > ASV_BUS_PORTS_MAX) {
        return asv_fail(err, ASV_E_LIMIT, "too many hubs or ports");
    }
    struct asv_bus_port *place = asv_bus_find_port(bus, path);
    if (place != NULL) { /* the port becomes a hub */
        bus->port_count--;
        size_t after = (size_t)(&bus->ports[bus->port_count] - place);
        memmove(place, place + 1, after * sizeof *place);
    }
    struct asv_bus_hub *hub = &bus->hubs[bus->hub_count++];
    *hub = (struct asv_bus_hub){.ports = ports, .parent = parent};
    (void)snprintf(hub->path, sizeof hub->path, "%s", path);
    for (unsigned i = 1; i <= ports; i++) {
        struct asv_bus_port *port = &bus->ports[bus->port_count++];
        *port = (struct asv_bus_port){.bus = bus, .hub = hub};
        (void)snprintf(port->path, sizeof port->path, "%.20s.%u", path, i % 100);
    }
    return asv_bus_plug_hub(bus, hub, err);
}

static void camera_off(struct asv_bus_camera *camera)
{
    camera->state = ASV_BUS_CAMERA_OFF;
    if (camera->removed) {
        asv_bus_loop_remove(camera->bus->loop, &camera->source);
        camera->device.ops->destroy(camera->device.self);
        memset(camera, 0, sizeof *camera);
        camera->source.fd = -1;
    }
}

/* Starts the port's camera if it is wanted and off. */
static void boot(struct asv_bus_port *port)
{
    struct asv_bus_camera *camera = port->camera;
    if (!port->wanted || camera == NULL || camera->state != ASV_BUS_CAMERA_OFF) {
        return;
    }
    enum asv_status status =
        asv_bus_worker_start(&camera->worker, &camera->device, &port->bus->clock, camera->source.fd);
    if (status != ASV_OK) {
        port->wanted = false;
        (void)!asv_fail(&port->err, status, "cannot start the device's thread");
        return;
    }
    camera->state = ASV_BUS_CAMERA_BOOTING;
}

/* The device has booted: shows it to the host. */
static void show(struct asv_bus_port *port)
{
    struct asv_bus *bus = port->bus;
    struct asv_bus_camera *camera = port->camera;
    struct asv_bus_attachment *a = asv_bus_attachment_new(camera->worker, bus->speed);
    port->wanted = false;
    if (a == NULL) {
        camera->state = ASV_BUS_CAMERA_STOPPING;
        asv_bus_worker_stop(camera->worker, false);
        return;
    }
    a->clock = &bus->clock;
    a->zero = camera->device.ops->zero;
    a->faults = &port->faults;
    a->counters = &port->counters;
    a->ops = &attachment_ops;
    a->ctx = port;
    a->caps[a->cap_count++] = &port->cap;
    for (struct asv_bus_hub *hub = port->hub; hub != NULL; hub = hub->parent) {
        a->caps[a->cap_count++] = &hub->cap;
    }
    a->caps[a->cap_count++] = &bus->cap;
    camera->state = ASV_BUS_CAMERA_ON;
    port->attachment = a;
    port->counters.plugs++;
    if (bus->backend_ops->attach(bus->backend, port, a) != ASV_OK) {
        (void)!asv_fail(&port->err, ASV_E_INTERNAL, "the backend cannot show the device");
        asv_bus_unplug(bus, port, ASV_BUS_GONE_STATUS, false);
    }
}

static void camera_ready(struct asv_bus_source *source, uint32_t events)
{
    struct asv_bus_camera *camera =
        (struct asv_bus_camera *)(void *)((char *)source - offsetof(struct asv_bus_camera, source));
    struct asv_bus *bus = camera->bus;
    struct asv_err err = {0};
    uint64_t times;
    (void)events;
    (void)!read(source->fd, &times, sizeof times);
    if (camera->worker == NULL) {
        return;
    }
    if (camera->state == ASV_BUS_CAMERA_ON) {
        asv_bus_pump(camera->port->attachment);
        return;
    }
    struct asv_bus_worker_look look = asv_bus_worker_look(camera->worker, &err);
    if (look.state == ASV_BUS_WORKER_ENDED) {
        struct asv_bus_port *port = camera->port;
        bool failed = camera->state == ASV_BUS_CAMERA_BOOTING;
        asv_bus_worker_join(camera->worker);
        camera->worker = NULL;
        camera_off(camera);
        if (failed && port != NULL) {
            port->wanted = false;
            port->err = err;
        } else if (port != NULL) {
            boot(port);
        }
    } else if (look.state == ASV_BUS_WORKER_RUNNING && camera->state == ASV_BUS_CAMERA_BOOTING) {
        show(camera->port);
        struct asv_bus_attachment *a = camera->port->attachment;
        if (a != NULL) { /* it may have failed already */
            a->usb.halted_in = look.halt_in;
            a->usb.halted_out = look.halt_out;
        }
    }
    changed(bus);
}

enum asv_status asv_bus_add_camera(struct asv_bus *bus, const char *name, const char *kind, const char *path,
                                   const char *args, struct asv_err *err)
{
    const struct asv_bus_device_kind *k = asv_bus_device_kind_find(kind);
    struct asv_bus_port *port = strcmp(path, "-") == 0 ? NULL : asv_bus_find_port(bus, path);
    if (k == NULL || (port == NULL && strcmp(path, "-") != 0)) {
        return asv_fail(err, ASV_E_USAGE, k == NULL ? "no such kind of device" : "no such port");
    }
    if (strlen(name) >= ASV_BUS_NAME_BYTES || asv_bus_find_camera(bus, name) != NULL ||
        (port != NULL && port->camera != NULL)) {
        return asv_fail(err, ASV_E_EXISTS, "the name or the port is taken");
    }
    struct asv_bus_camera *camera = NULL;
    for (unsigned i = 0; i < ASV_BUS_CAMERAS_MAX && camera == NULL; i++) {
        camera = bus->cameras[i].name[0] == '\0' ? &bus->cameras[i] : NULL;
    }
    if (camera == NULL) {
        return asv_fail(err, ASV_E_LIMIT, "too many cameras");
    }
    struct asv_bus_device device;
    enum asv_status status = k->create(&device, args, err);
    if (status != ASV_OK) {
        return status;
    }
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0 || asv_bus_loop_add(bus->loop, &camera->source, fd, EPOLLIN, camera_ready) != ASV_OK) {
        device.ops->destroy(device.self);
        return asv_fail(err, ASV_E_INTERNAL, "eventfd");
    }
    camera->bus = bus;
    camera->device = device;
    camera->port = port;
    (void)snprintf(camera->name, sizeof camera->name, "%s", name);
    if (port != NULL) {
        port->camera = camera;
    }
    return ASV_OK;
}

enum asv_status asv_bus_remove_camera(struct asv_bus *bus, const char *name, struct asv_err *err)
{
    struct asv_bus_camera *camera = asv_bus_find_camera(bus, name);
    if (camera == NULL) {
        return asv_fail(err, ASV_E_NOT_FOUND, "no such camera");
    }
    if (camera->port != NULL) {
        asv_bus_unplug(bus, camera->port, ASV_BUS_GONE_STATUS, false);
        camera->port->camera = NULL;
        camera->port = NULL;
    }
    (void)snprintf(camera->name, sizeof camera->name, "\x01"); /* no name that anybody asks for */
    camera->removed = true;
    if (camera->state == ASV_BUS_CAMERA_OFF) {
        camera_off(camera);
    }
    return ASV_OK;
}

enum asv_status asv_bus_plug(struct asv_bus *bus, struct asv_bus_port *port, struct asv_err *err)
{
    (void)bus;
    if (port->attachment != NULL || port->wanted) {
        return ASV_OK;
    }
    if (port->camera == NULL) {
        return asv_fail(err, ASV_E_NOT_FOUND, "no camera at this port");
    }
    if (!port->hub->plugged) {
        port->resume = true;
        return asv_fail(err, ASV_E_STATE, "its hub is unplugged: comes with the hub");
    }
    port->err = (struct asv_err){0};
    port->wanted = true;
    boot(port);
    return ASV_OK;
}

void asv_bus_unplug(struct asv_bus *bus, struct asv_bus_port *port, int status, bool cut)
{
    struct asv_bus_attachment *a = port->attachment;
    struct asv_bus_camera *camera = port->camera;
    port->wanted = false;
    port->resume = false;
    if (camera != NULL && camera->state == ASV_BUS_CAMERA_BOOTING) {
        camera->state = ASV_BUS_CAMERA_STOPPING;
        asv_bus_worker_stop(camera->worker, cut);
    }
    if (a == NULL || camera == NULL) {
        return;
    }
    port->attachment = NULL;
    port->counters.unplugs++;
    bus->backend_ops->detach(bus->backend, port, a);
    camera->state = ASV_BUS_CAMERA_STOPPING;
    asv_bus_detach(a, status, cut); /* camera_ready joins the worker */
    if (bus->backend_ops->detached != NULL) {
        bus->backend_ops->detached(bus->backend, a);
    }
    asv_bus_attachment_unref(a);
    changed(bus);
}

enum asv_status asv_bus_move(struct asv_bus *bus, struct asv_bus_camera *camera, struct asv_bus_port *port,
                             struct asv_err *err)
{
    if (port->camera != NULL && port->camera != camera) {
        return asv_fail(err, ASV_E_EXISTS, "another camera is at this port");
    }
    if (camera->port != port) {
        if (camera->port != NULL) {
            asv_bus_unplug(bus, camera->port, ASV_BUS_GONE_STATUS, false);
            camera->port->camera = NULL;
        }
        camera->port = port;
        port->camera = camera;
    }
    return asv_bus_plug(bus, port, err);
}

static bool below(const struct asv_bus_hub *hub, const struct asv_bus_hub *top)
{
    while (hub != NULL && hub != top) {
        hub = hub->parent;
    }
    return hub == top;
}

enum asv_status asv_bus_plug_hub(struct asv_bus *bus, struct asv_bus_hub *hub, struct asv_err *err)
{
    const struct asv_bus_hub *top = hub;
    if (top->parent != NULL && !top->parent->plugged) {
        return asv_fail(err, ASV_E_STATE, "the hub above is unplugged");
    }
    for (unsigned i = 0; i < bus->hub_count; i++) { /* parents stand before their children */
        struct asv_bus_hub *h = &bus->hubs[i];
        if (below(h, top) && !h->plugged) {
            h->plugged = true;
            if (bus->backend_ops->hub != NULL && bus->backend_ops->hub(bus->backend, h, true) != ASV_OK) {
                return asv_fail(err, ASV_E_INTERNAL, "the backend cannot show the hub");
            }
        }
    }
    for (unsigned i = 0; i < bus->port_count; i++) {
        struct asv_bus_port *port = &bus->ports[i];
        if (below(port->hub, top) && port->resume) {
            port->resume = false;
            enum asv_status status = asv_bus_plug(bus, port, err);
            if (status != ASV_OK) {
                return status;
            }
        }
    }
    return ASV_OK;
}

void asv_bus_unplug_hub(struct asv_bus *bus, struct asv_bus_hub *hub)
{
    const struct asv_bus_hub *top = hub;
    for (unsigned i = 0; i < bus->port_count; i++) {
        struct asv_bus_port *port = &bus->ports[i];
        if (below(port->hub, top)) {
            bool resume = port->attachment != NULL || port->wanted || port->resume;
            asv_bus_unplug(bus, port, ASV_BUS_GONE_STATUS, false);
            port->resume = resume;
        }
    }
    for (unsigned i = bus->hub_count; i-- > 0;) {
        struct asv_bus_hub *h = &bus->hubs[i];
        if (below(h, top) && h->plugged) {
            h->plugged = false;
            if (bus->backend_ops->hub != NULL) {
                (void)bus->backend_ops->hub(bus->backend, h, false);
            }
        }
    }
}

bool asv_bus_port_settled(const struct asv_bus_port *port)
{
    return port->attachment != NULL || !port->wanted;
}

void asv_bus_tick(struct asv_bus *bus, uint64_t ns)
{
    bus->clock.now += ns;
    for (unsigned i = 0; i < ASV_BUS_CAMERAS_MAX; i++) {
        if (bus->cameras[i].worker != NULL) {
            asv_bus_worker_tick(bus->cameras[i].worker, bus->clock.now);
        }
    }
    asv_bus_pump_all(bus);
    changed(bus);
}

void asv_bus_close(struct asv_bus *bus)
{
    for (unsigned i = 0; i < bus->port_count; i++) {
        asv_bus_unplug(bus, &bus->ports[i], ASV_BUS_GONE_STATUS, false);
    }
    for (unsigned i = 0; i < ASV_BUS_CAMERAS_MAX; i++) {
        struct asv_bus_camera *camera = &bus->cameras[i];
        if (camera->name[0] == '\0') {
            continue;
        }
        if (camera->worker != NULL) {
            asv_bus_worker_join(camera->worker);
            camera->worker = NULL;
        }
        camera->removed = true;
        camera_off(camera);
    }
    asv_bus_loop_remove(bus->loop, &bus->timer);
    asv_bus_loop_remove(bus->loop, &bus->changes);
}
