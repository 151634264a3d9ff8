/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/camera/gadget.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/usb/ch9.h>
#include <linux/usb/functionfs.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "firmware-proto/wire/frame.h"

#define SPEEDS       3
#define ENDPOINT_IN  0x81
#define ENDPOINT_OUT 0x01
#define RETRY_NS     10000000L /* while an erasure goes on */

/* ---- descriptors, little-endian as USB is ---- */

struct bytes {
    uint8_t *data;
    size_t len;
};

static void put(struct bytes *out, const void *data, size_t len)
{
    memcpy(out->data + out->len, data, len);
    out->len += len;
}

static void put32(struct bytes *out, uint32_t value)
{
    uint32_t little = htole32(value);
    put(out, &little, sizeof little);
}

static void put_speed(struct bytes *out, uint16_t packet_bytes)
{
    const uint8_t low = (uint8_t)packet_bytes;
    const uint8_t high = (uint8_t)(packet_bytes >> 8);
    const uint8_t interface[] = {
        USB_DT_INTERFACE_SIZE, USB_DT_INTERFACE, 0, 0, 2, USB_CLASS_VENDOR_SPEC, 0, 0, 1};
    const uint8_t in[] = {
        USB_DT_ENDPOINT_SIZE, USB_DT_ENDPOINT, ENDPOINT_IN, USB_ENDPOINT_XFER_BULK, low, high, 0};
    const uint8_t out_[] = {
        USB_DT_ENDPOINT_SIZE, USB_DT_ENDPOINT, ENDPOINT_OUT, USB_ENDPOINT_XFER_BULK, low, high, 0};
    /* SuperSpeed: bursts of 16 packets, no streams. */
    const uint8_t companion[] = {USB_DT_SS_EP_COMP_SIZE, USB_DT_SS_ENDPOINT_COMP, 15, 0, 0, 0};
    put(out, interface, sizeof interface);
    put(out, in, sizeof in);
    if (packet_bytes == 1024) {
        put(out, companion, sizeof companion);
    }
    put(out, out_, sizeof out_);
    if (packet_bytes == 1024) {
        put(out, companion, sizeof companion);
    }
}

size_t asv_gadget_descriptors(uint8_t out[ASV_GADGET_DESCRIPTORS_MAX])
{
    struct bytes bytes = {.data = out};
    put32(&bytes, FUNCTIONFS_DESCRIPTORS_MAGIC_V2);
    put32(&bytes, 0); /* the length, filled in below */
    put32(&bytes, FUNCTIONFS_HAS_FS_DESC | FUNCTIONFS_HAS_HS_DESC | FUNCTIONFS_HAS_SS_DESC);
    put32(&bytes, 3); /* descriptors at full speed, */
    put32(&bytes, 3); /* at high speed, */
    put32(&bytes, 5); /* and at super speed */
    put_speed(&bytes, 64);
    put_speed(&bytes, 512);
    put_speed(&bytes, 1024);
    uint32_t len = htole32((uint32_t)bytes.len);
    memcpy(out + 4, &len, sizeof len);
    return bytes.len;
}

size_t asv_gadget_strings(uint8_t out[ASV_GADGET_DESCRIPTORS_MAX])
{
    static const char name[] = "Asservat camera";
    const uint16_t english = htole16(0x0409);
    struct bytes bytes = {.data = out};
    put32(&bytes, FUNCTIONFS_STRINGS_MAGIC);
    put32(&bytes, (uint32_t)(16 + sizeof english + sizeof name));
    put32(&bytes, 1);
    put32(&bytes, 1);
    put(&bytes, &english, sizeof english);
    put(&bytes, name, sizeof name);
    return bytes.len;
}

/* ---- serving ---- */

/* One thread reads the OUT endpoint, one writes the IN endpoint (both block in the kernel), the caller's
 * minds ep0. The lock is held for every call of the camera. */
struct gadget {
    struct asv_camera *camera;
    int ep0;
    int in;
    int out;
    bool enabled;
    bool stopping;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* enabled, stopping, or something went in or out */
    uint8_t out_buffer[ASV_WIRE_OUT_TRANSFER_BYTES];
    uint8_t in_buffer[ASV_WIRE_IN_TRANSFER_BYTES];
};

/* With the lock held: until the host has configured the device. False when it is over. */
static bool wait_enabled(struct gadget *gadget)
{
    while (!gadget->enabled && !gadget->stopping) {
        pthread_cond_wait(&gadget->changed, &gadget->lock);
    }
    return !gadget->stopping;
}

/* With the lock held: for a change, or a short while. */
static void wait_change(struct gadget *gadget, bool shortly)
{
    struct timespec until;
    if (!shortly) {
        pthread_cond_wait(&gadget->changed, &gadget->lock);
        return;
    }
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += RETRY_NS;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_cond_timedwait(&gadget->changed, &gadget->lock, &until);
}

static void *out_thread(void *arg)
{
    struct gadget *gadget = arg;
    pthread_mutex_lock(&gadget->lock);
    while (wait_enabled(gadget)) {
        pthread_mutex_unlock(&gadget->lock);
        ssize_t len = read(gadget->out, gadget->out_buffer, sizeof gadget->out_buffer);
        pthread_mutex_lock(&gadget->lock);
        if (len < 0) {
            /* The host went away, or the endpoint was reset: the state tells when to go on. */
            wait_change(gadget, true);
            continue;
        }
        while (gadget->enabled && !gadget->stopping &&
               asv_camera_out(gadget->camera, gadget->out_buffer, (size_t)len) == ASV_E_AGAIN) {
            wait_change(gadget, false);
        }
        pthread_cond_broadcast(&gadget->changed);
    }
    pthread_mutex_unlock(&gadget->lock);
    return NULL;
}

static void *in_thread(void *arg)
{
    struct gadget *gadget = arg;
    pthread_mutex_lock(&gadget->lock);
    while (wait_enabled(gadget)) {
        size_t len = 0;
        if (asv_camera_in(gadget->camera, gadget->in_buffer, sizeof gadget->in_buffer, &len) != ASV_OK) {
            wait_change(gadget, asv_camera_busy(gadget->camera));
            continue;
        }
        pthread_cond_broadcast(&gadget->changed);
        pthread_mutex_unlock(&gadget->lock);
        ssize_t written = write(gadget->in, gadget->in_buffer, len);
        pthread_mutex_lock(&gadget->lock);
        if (written < 0) {
            wait_change(gadget, true); /* as above; the session is over, so the frame is not missed */
        }
    }
    pthread_mutex_unlock(&gadget->lock);
    return NULL;
}

static void set_enabled(struct gadget *gadget, bool enabled)
{
    pthread_mutex_lock(&gadget->lock);
    gadget->enabled = enabled;
    if (enabled) {
        asv_camera_attach(gadget->camera);
    } else {
        asv_camera_detach(gadget->camera);
    }
    pthread_cond_broadcast(&gadget->changed);
    pthread_mutex_unlock(&gadget->lock);
}

/* No control request is ours: the wrong direction on ep0 stalls it. */
static void refuse_setup(const struct gadget *gadget, const struct usb_ctrlrequest *setup)
{
    uint8_t none = 0;
    ssize_t ignored =
        (setup->bRequestType & USB_DIR_IN) != 0 ? read(gadget->ep0, &none, 0) : write(gadget->ep0, &none, 0);
    (void)ignored;
}

static enum asv_status mind_ep0(struct gadget *gadget, const volatile sig_atomic_t *stop, struct asv_err *err)
{
    while (*stop == 0) {
        struct usb_functionfs_event event;
        struct pollfd poll_fd = {.fd = gadget->ep0, .events = POLLIN};
        /* Not longer than a second: a signal may come just before. */
        if (poll(&poll_fd, 1, 1000) <= 0) {
            continue;
        }
        ssize_t len = read(gadget->ep0, &event, sizeof event);
        if (len < 0 && (errno == EINTR || errno == EAGAIN)) {
            continue;
        }
        if (len != (ssize_t)sizeof event) {
            return asv_fail(err, ASV_E_IO, "FunctionFS: ep0 cannot be read any more");
        }
        if (event.type == FUNCTIONFS_ENABLE) {
            set_enabled(gadget, true);
        } else if (event.type == FUNCTIONFS_DISABLE || event.type == FUNCTIONFS_UNBIND) {
            set_enabled(gadget, false);
        } else if (event.type == FUNCTIONFS_SETUP) {
            refuse_setup(gadget, &event.u.setup);
        }
    }
    return ASV_OK;
}

static int open_endpoint(const char *dir, const char *name)
{
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/%s", dir, name);
    return n > 0 && (size_t)n < sizeof path ? open(path, O_RDWR | O_CLOEXEC) : -1;
}

static enum asv_status open_all(struct gadget *gadget, const char *dir, struct asv_err *err)
{
    uint8_t bytes[ASV_GADGET_DESCRIPTORS_MAX];
    gadget->ep0 = open_endpoint(dir, "ep0");
    if (gadget->ep0 < 0) {
        return asv_fail(err, ASV_E_NOT_FOUND,
                        "no FunctionFS is mounted there: see README.md beside the source");
    }
    size_t len = asv_gadget_descriptors(bytes);
    if (write(gadget->ep0, bytes, len) != (ssize_t)len) {
        return asv_fail(err, ASV_E_IO, "FunctionFS refuses the descriptors: is it served already?");
    }
    len = asv_gadget_strings(bytes);
    if (write(gadget->ep0, bytes, len) != (ssize_t)len) {
        return asv_fail(err, ASV_E_IO, "FunctionFS refuses the strings");
    }
    /* In the order of the descriptors, whatever addresses the controller gives them. */
    gadget->in = open_endpoint(dir, "ep1");
    gadget->out = open_endpoint(dir, "ep2");
    return gadget->in < 0 || gadget->out < 0 ? asv_fail(err, ASV_E_IO, "FunctionFS: no endpoints") : ASV_OK;
}

static void close_all(struct gadget *gadget)
{
    const int fds[] = {gadget->in, gadget->out, gadget->ep0};
    for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++) {
        if (fds[i] >= 0) {
            close(fds[i]);
        }
    }
}

/* Threads that block in an endpoint come back when the gadget is unbound or a signal interrupts them. */
static void end_thread(struct gadget *gadget, pthread_t thread)
{
    struct timespec until;
    do {
        pthread_mutex_lock(&gadget->lock);
        pthread_cond_broadcast(&gadget->changed);
        pthread_mutex_unlock(&gadget->lock);
        pthread_kill(thread, SIGUSR1);
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += 1;
    } while (pthread_timedjoin_np(thread, NULL, &until) == ETIMEDOUT);
}

static enum asv_status run(struct gadget *gadget, const volatile sig_atomic_t *stop, struct asv_err *err)
{
    pthread_t reader;
    pthread_t writer;
    if (pthread_create(&reader, NULL, out_thread, gadget) != 0) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no thread for the OUT endpoint");
    }
    if (pthread_create(&writer, NULL, in_thread, gadget) != 0) {
        gadget->stopping = true;
        end_thread(gadget, reader);
        return asv_fail(err, ASV_E_NO_MEMORY, "no thread for the IN endpoint");
    }
    enum asv_status status = mind_ep0(gadget, stop, err);
    pthread_mutex_lock(&gadget->lock);
    gadget->stopping = true;
    pthread_mutex_unlock(&gadget->lock);
    end_thread(gadget, reader);
    end_thread(gadget, writer);
    return status;
}

enum asv_status asv_gadget_serve(struct asv_camera *camera, const char *dir,
                                 enum asv_status (*ready)(void *arg, struct asv_err *err), void *arg,
                                 const volatile sig_atomic_t *stop, struct asv_err *err)
{
    struct gadget *gadget = calloc(1, sizeof *gadget);
    if (gadget == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory for a gadget");
    }
    gadget->camera = camera;
    gadget->ep0 = gadget->in = gadget->out = -1;
    pthread_mutex_init(&gadget->lock, NULL);
    pthread_cond_init(&gadget->changed, NULL);
    enum asv_status status = open_all(gadget, dir, err);
    if (status == ASV_OK) {
        status = ready(arg, err);
    }
    if (status == ASV_OK) {
        status = run(gadget, stop, err);
    }
    asv_camera_detach(camera);
    close_all(gadget);
    pthread_cond_destroy(&gadget->changed);
    pthread_mutex_destroy(&gadget->lock);
    free(gadget);
    return status;
}
