/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "dock/usb_internal.h"

#include <assert.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "server/base/fail.h"

#define TRANSFER_ROUND   1024 /* a SuperSpeed bulk packet: anything less would babble */
#define USBFS_ROOM_BYTES (1u << 20)
#define USBFS_LIMIT_FILE "/sys/module/usbcore/parameters/usbfs_memory_mb"
#define STALE_CHECK_MS   50

struct asv_usb *asv_usb_of(struct asv_timer *timer, size_t offset)
{
    return (struct asv_usb *)(void *)((char *)timer - offset);
}

void asv_usb_settle_soon(struct asv_usb *usb)
{
    if (!asv_timer_is_set(&usb->settle))
        asv_timer_start(usb->config.loop, &usb->settle, 0);
}

static enum asv_status usb_fail(struct asv_err *err, const char *what, int code)
{
    enum asv_status status = ASV_E_IO;
    if (code == LIBUSB_ERROR_NO_DEVICE || code == LIBUSB_ERROR_NOT_FOUND)
        status = ASV_E_AWAY;
    else if (code == LIBUSB_ERROR_ACCESS)
        status = ASV_E_DENIED;
    else if (code == LIBUSB_ERROR_BUSY)
        status = ASV_E_BUSY;
    else if (code == LIBUSB_ERROR_NO_MEM)
        status = ASV_E_NO_MEMORY;
    return asv_failf(err, status, "%s: %s", what, libusb_error_name(code));
}

void asv_usb_camera_fail(struct asv_usb_camera *camera, enum asv_status status, const char *text)
{
    if (camera->failed || camera->closing)
        return;
    camera->failed = true;
    struct asv_err err = {0};
    (void)!asv_fail(&err, status, text);
    camera->usb->config.ops.failed(camera->usb->config.ops.ctx, camera, &err);
}

void asv_usb_camera_opened(struct asv_usb_camera *camera)
{
    camera->opened = true;
    camera->usb->config.ops.opened(camera->usb->config.ops.ctx, camera);
    asv_usb_top_up(camera);
}

/* ---- opening and closing ---- */

/* The vendor's interface with one bulk endpoint each way; numbers come from the descriptors only. */
static enum asv_status find_endpoints(struct asv_usb_camera *camera, struct asv_err *err)
{
    struct libusb_config_descriptor *config;
    int code = libusb_get_active_config_descriptor(camera->device, &config);
    if (code)
        return usb_fail(err, "reading the configuration", code);
    bool found = false;
    for (uint8_t i = 0; i < config->bNumInterfaces && !found; i++) {
        if (config->interface[i].num_altsetting < 1)
            continue;
        const struct libusb_interface_descriptor *alt = &config->interface[i].altsetting[0];
        if (alt->bInterfaceClass != LIBUSB_CLASS_VENDOR_SPEC)
            continue;
        camera->in = camera->out = 0;
        camera->interface = alt->bInterfaceNumber;
        for (uint8_t e = 0; e < alt->bNumEndpoints; e++) {
            const struct libusb_endpoint_descriptor *endpoint = &alt->endpoint[e];
            if ((endpoint->bmAttributes & LIBUSB_TRANSFER_TYPE_MASK) != LIBUSB_TRANSFER_TYPE_BULK)
                continue;
            if (endpoint->bEndpointAddress & LIBUSB_ENDPOINT_IN)
                camera->in = endpoint->bEndpointAddress;
            else
                camera->out = endpoint->bEndpointAddress;
        }
        found = camera->in && camera->out;
    }
    libusb_free_config_descriptor(config);
    return found ? ASV_OK
                 : asv_fail(err, ASV_E_UNSUPPORTED, "the device has no interface with two bulk endpoints");
}

static enum asv_status do_open(struct asv_usb_camera *camera, struct asv_err *err)
{
    struct asv_usb *usb = camera->usb;
    unsigned open = 0;
    for (unsigned i = 0; i < ASV_USB_MAX_CAMERAS; i++)
        open += usb->cameras[i] && usb->cameras[i]->handle;
    if ((open + 1) * usb->transfer_bytes > usb->budget)
        return asv_fail(err, ASV_E_NO_MEMORY,
                        "the USB memory is used up by the other cameras (usbfs_memory_mb)");
    enum asv_status status = find_endpoints(camera, err);
    if (status)
        return status;
    int code = libusb_open(camera->device, &camera->handle);
    if (code) {
        camera->handle = NULL;
        return usb_fail(err, "opening the camera", code);
    }
    libusb_set_auto_detach_kernel_driver(camera->handle, 1);
    code = libusb_claim_interface(camera->handle, camera->interface);
    camera->out_transfer = code ? NULL : libusb_alloc_transfer(0);
    if (camera->out_transfer)
        return ASV_OK;
    libusb_close(camera->handle);
    camera->handle = NULL;
    return code ? usb_fail(err, "claiming the interface", code)
                : asv_fail(err, ASV_E_NO_MEMORY, "no memory for a transfer");
}

static void start_open(struct asv_usb_camera *camera)
{
    struct asv_usb *usb = camera->usb;
    struct asv_err err = {0};
    camera->want_open = camera->failed = false;
    camera->stalls = 0;
    camera->want = 1;
    if (do_open(camera, &err)) {
        usb->config.ops.failed(usb->config.ops.ctx, camera, &err);
    } else if (camera->want_reset) {
        camera->blocking.reset = true;
        asv_usb_blocking_start(camera);
    } else {
        asv_usb_camera_opened(camera);
    }
    camera->want_reset = false;
}

static void finish_close(struct asv_usb_camera *camera)
{
    while (camera->out_head)
        asv_usb_out_pop(camera);
    libusb_free_transfer(camera->out_transfer);
    camera->out_transfer = NULL;
    libusb_release_interface(camera->handle, camera->interface);
    libusb_close(camera->handle);
    camera->handle = NULL;
    camera->opened = camera->closing = camera->failed = false;
    camera->broken = NULL;
    camera->halted_in = camera->halted_out = false;
    camera->usb->config.ops.closed(camera->usb->config.ops.ctx, camera);
    asv_usb_top_up_all(camera->usb);
}

void asv_usb_open(struct asv_usb_camera *camera, bool reset)
{
    camera->want_open = true;
    camera->want_reset = reset;
    asv_usb_settle_soon(camera->usb);
}

void asv_usb_close(struct asv_usb_camera *camera)
{
    camera->want_open = false;
    if (!camera->handle || camera->closing)
        return;
    camera->closing = true;
    camera->closing_since_ms = asv_loop_now_ms();
    asv_usb_cancel_all(camera);
    asv_usb_settle_soon(camera->usb);
}

/* A handle of a device that is gone is closed before a new one is opened, unless reaping it takes too long.
 */
static bool stale_handles(const struct asv_usb *usb)
{
    uint64_t now = asv_loop_now_ms();
    for (unsigned i = 0; i < ASV_USB_MAX_CAMERAS; i++) {
        const struct asv_usb_camera *camera = usb->cameras[i];
        if (camera && camera->handle && camera->closing && now - camera->closing_since_ms < ASV_USB_STALE_MS)
            return true;
    }
    return false;
}

static void settle_handle(struct asv_usb_camera *camera)
{
    if (!camera->handle || camera->blocking.running)
        return;
    if (camera->broken)
        asv_usb_camera_fail(camera, ASV_E_AWAY, camera->broken);
    if ((camera->failed || !camera->present) && !camera->closing) {
        asv_usb_camera_fail(camera, ASV_E_AWAY, "the camera was taken out");
        bool again = camera->want_open;
        asv_usb_close(camera);
        camera->want_open = again;
    }
    if (camera->posted || camera->out_posted)
        return;
    if (camera->closing) {
        if (camera->buffer_count == 0) /* otherwise a frame is still with a worker */
            finish_close(camera);
    } else if (camera->halted_in || camera->halted_out) {
        if (camera->halted_in)
            camera->blocking.halted[camera->blocking.halted_count++] = camera->in;
        if (camera->halted_out)
            camera->blocking.halted[camera->blocking.halted_count++] = camera->out;
        asv_usb_blocking_start(camera);
    }
}

static void settle_presence(struct asv_usb *usb, unsigned at)
{
    struct asv_usb_camera *camera = usb->cameras[at];
    if (!camera->present && !camera->handle) {
        if (camera->announced)
            usb->config.ops.detached(usb->config.ops.ctx, camera);
        libusb_unref_device(camera->device);
        free(camera);
        usb->cameras[at] = NULL;
        return;
    }
    if (camera->announced || !camera->present)
        return;
    for (unsigned i = 0; i < ASV_USB_MAX_CAMERAS; i++) /* the one before must have left its port */
        if (i != at && usb->cameras[i] && usb->cameras[i]->announced &&
            strcmp(usb->cameras[i]->port, camera->port) == 0)
            return;
    camera->announced = true;
    usb->config.ops.attached(usb->config.ops.ctx, camera);
}

/* Everything that must not be done inside libusb's callbacks. */
static void settle(struct asv_usb *usb)
{
    asv_timer_stop(usb->config.loop, &usb->settle);
    for (unsigned i = 0; i < ASV_USB_MAX_CAMERAS; i++)
        if (usb->cameras[i])
            settle_handle(usb->cameras[i]);
    for (unsigned i = 0; i < ASV_USB_MAX_CAMERAS; i++)
        if (usb->cameras[i])
            settle_presence(usb, i);
    bool stale = stale_handles(usb);
    for (unsigned i = 0; i < ASV_USB_MAX_CAMERAS; i++) {
        struct asv_usb_camera *camera = usb->cameras[i];
        if (!camera || !camera->want_open || camera->handle)
            continue;
        if (!camera->present)
            camera->want_open = false;
        else if (!stale)
            start_open(camera);
        else if (!asv_timer_is_set(&usb->settle))
            asv_timer_start(usb->config.loop, &usb->settle, STALE_CHECK_MS);
    }
}

static void settle_fire(struct asv_timer *timer)
{
    settle(asv_usb_of(timer, offsetof(struct asv_usb, settle)));
}

/* ---- hotplug ---- */

static void port_path(libusb_device *device, char out[ASV_USB_PORT_BYTES])
{
    uint8_t ports[7];
    int n = libusb_get_port_numbers(device, ports, (int)sizeof ports);
    int at = snprintf(out, ASV_USB_PORT_BYTES, "%u", libusb_get_bus_number(device));
    for (int i = 0; i < n && at < ASV_USB_PORT_BYTES; i++)
        at += snprintf(out + at, (size_t)(ASV_USB_PORT_BYTES - at), "%c%u", i ? '.' : '-', ports[i]);
}

static void arrived(struct asv_usb *usb, libusb_device *device)
{
    unsigned empty = ASV_USB_MAX_CAMERAS;
    for (unsigned i = 0; i < ASV_USB_MAX_CAMERAS; i++) {
        if (!usb->cameras[i] && empty == ASV_USB_MAX_CAMERAS)
            empty = i;
        /* libusb reports a device twice when it comes between libusb_init and the registration */
        if (usb->cameras[i] && usb->cameras[i]->device == device && usb->cameras[i]->present)
            return;
    }
    struct asv_usb_camera *camera = empty < ASV_USB_MAX_CAMERAS ? calloc(1, sizeof *camera) : NULL;
    if (!camera) {
        char port[ASV_USB_PORT_BYTES];
        port_path(device, port);
        usb->config.ops.ignored(usb->config.ops.ctx, port);
        return;
    }
    camera->usb = usb;
    camera->device = libusb_ref_device(device);
    camera->present = true;
    camera->want = 1;
    camera->out_tail = &camera->out_head;
    port_path(device, camera->port);
    usb->cameras[empty] = camera;
}

static int LIBUSB_CALL hotplugged(libusb_context *context, libusb_device *device, libusb_hotplug_event event,
                                  void *arg)
{
    (void)context;
    struct asv_usb *usb = arg;
    if (event == LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED)
        arrived(usb, device);
    else
        for (unsigned i = 0; i < ASV_USB_MAX_CAMERAS; i++)
            if (usb->cameras[i] && usb->cameras[i]->device == device)
                usb->cameras[i]->present = false;
    asv_usb_settle_soon(usb);
    return 0;
}

/* ---- libusb's descriptors in the loop ---- */

static void timeouts_arm(struct asv_usb *usb)
{
    struct timeval next;
    if (!libusb_pollfds_handle_timeouts(usb->context) && libusb_get_next_timeout(usb->context, &next) == 1)
        asv_timer_start(usb->config.loop, &usb->timeouts,
                        (uint64_t)next.tv_sec * 1000 + (uint64_t)next.tv_usec / 1000 + 1);
}

static void handle_events(struct asv_usb *usb)
{
    struct timeval none = {0};
    libusb_handle_events_timeout_completed(usb->context, &none, NULL);
    settle(usb);
    timeouts_arm(usb);
}

static void poll_ready(struct asv_watch *watch, uint32_t events)
{
    (void)events;
    handle_events(((struct asv_usb_watch *)(void *)watch)->usb);
}

static void timeouts_fire(struct asv_timer *timer)
{
    handle_events(asv_usb_of(timer, offsetof(struct asv_usb, timeouts)));
}

static void LIBUSB_CALL poll_added(int fd, short events, void *arg)
{
    struct asv_usb *usb = arg;
    struct asv_usb_watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        abort(); /* libusb offers no way to refuse, and without its events nothing would ever end */
    watch->watch = (struct asv_watch){.fd = fd, .ready = poll_ready};
    watch->usb = usb;
    uint32_t mask = (events & POLLIN ? EPOLLIN : 0u) | (events & POLLOUT ? EPOLLOUT : 0u);
    if (asv_loop_watch(usb->config.loop, &watch->watch, mask, NULL))
        abort();
    watch->next = usb->watches;
    usb->watches = watch;
}

static void LIBUSB_CALL poll_removed(int fd, void *arg)
{
    struct asv_usb *usb = arg;
    for (struct asv_usb_watch **at = &usb->watches; *at; at = &(*at)->next)
        if ((*at)->watch.fd == fd) {
            struct asv_usb_watch *watch = *at;
            *at = watch->next;
            asv_loop_unwatch(usb->config.loop, &watch->watch);
            free(watch);
            return;
        }
}

static void watch_all(struct asv_usb *usb)
{
    libusb_set_pollfd_notifiers(usb->context, poll_added, poll_removed, usb);
    const struct libusb_pollfd **fds = libusb_get_pollfds(usb->context);
    for (size_t i = 0; fds && fds[i]; i++)
        poll_added(fds[i]->fd, fds[i]->events, usb);
    libusb_free_pollfds(fds);
}

/* ---- starting and stopping ---- */

/* All of usbfs shares one limit; leave room for frames to send. 0 there means none; no file, no limit known.
 */
static size_t kernel_budget(size_t budget)
{
    char text[32];
    FILE *file = fopen(USBFS_LIMIT_FILE, "re");
    if (!file)
        return budget;
    unsigned long mb = fgets(text, sizeof text, file) ? strtoul(text, NULL, 10) : 0;
    fclose(file);
    if (mb > 1 && mb < SIZE_MAX >> 20 && (mb << 20) - USBFS_ROOM_BYTES < budget)
        budget = (mb << 20) - USBFS_ROOM_BYTES;
    return budget;
}

enum asv_status asv_usb_start(const struct asv_usb_config *config, struct asv_usb **out, struct asv_err *err)
{
    struct asv_usb *usb = calloc(1, sizeof *usb);
    if (!usb)
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory for the USB bus");
    usb->config = *config;
    usb->settle.fire = settle_fire;
    usb->memory.fire = asv_usb_memory_fire;
    usb->timeouts.fire = timeouts_fire;
    usb->transfer_bytes = (config->frame_bytes + TRANSFER_ROUND) / TRANSFER_ROUND * TRANSFER_ROUND;
    usb->budget = kernel_budget(config->budget_bytes);
    enum asv_status status = ASV_OK;
    int code = 0;
    if (usb->budget < usb->transfer_bytes)
        status = asv_fail(err, ASV_E_USAGE, "the USB memory does not hold one transfer");
    else if ((code = libusb_init(&usb->context)))
        status = usb_fail(err, "starting libusb", code);
    else if (!libusb_has_capability(LIBUSB_CAP_HAS_HOTPLUG))
        status = asv_fail(err, ASV_E_UNSUPPORTED, "this libusb cannot report arriving cameras");
    if (!status) {
        watch_all(usb);
        code = libusb_hotplug_register_callback(
            usb->context, LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED | LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT,
            LIBUSB_HOTPLUG_ENUMERATE, config->vendor, config->product, LIBUSB_HOTPLUG_MATCH_ANY, hotplugged,
            usb, &usb->hotplug);
        usb->hotplug_on = code == 0;
        if (code)
            status = usb_fail(err, "registering for hotplug", code);
    }
    if (status) {
        asv_usb_stop(usb);
        return status;
    }
    *out = usb;
    return ASV_OK;
}

bool asv_usb_shut(struct asv_usb *usb)
{
    bool shut = true;
    for (unsigned i = 0; i < ASV_USB_MAX_CAMERAS; i++)
        if (usb->cameras[i]) {
            asv_usb_close(usb->cameras[i]);
            shut = shut && !usb->cameras[i]->handle;
        }
    return shut;
}

void asv_usb_stop(struct asv_usb *usb)
{
    if (!usb)
        return;
    asv_timer_stop(usb->config.loop, &usb->settle);
    asv_timer_stop(usb->config.loop, &usb->memory);
    asv_timer_stop(usb->config.loop, &usb->timeouts);
    if (usb->hotplug_on)
        libusb_hotplug_deregister_callback(usb->context, usb->hotplug);
    for (unsigned i = 0; i < ASV_USB_MAX_CAMERAS; i++)
        if (usb->cameras[i]) {
            assert(!usb->cameras[i]->handle);
            libusb_unref_device(usb->cameras[i]->device);
            free(usb->cameras[i]);
        }
    if (usb->context) {
        libusb_set_pollfd_notifiers(usb->context, NULL, NULL, NULL);
        while (usb->watches)
            poll_removed(usb->watches->watch.fd, usb);
        libusb_exit(usb->context);
    }
    free(usb);
}

size_t asv_usb_budget(const struct asv_usb *usb)
{
    return usb->budget;
}

size_t asv_usb_transfer_bytes(const struct asv_usb *usb)
{
    return usb->transfer_bytes;
}

const char *asv_usb_port(const struct asv_usb_camera *camera)
{
    return camera->port;
}

void asv_usb_set_user(struct asv_usb_camera *camera, void *user)
{
    camera->user = user;
}

void *asv_usb_user(const struct asv_usb_camera *camera)
{
    return camera->user;
}

void asv_usb_usage(const struct asv_usb *usb, size_t *now, size_t *peak)
{
    *now = usb->used;
    *peak = usb->peak;
}
