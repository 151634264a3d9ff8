/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/bus/test/host.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "firmware-proto/base/bytes.h"
#include "tests/bus/ctl.h"

#define REPLY_BYTES 65536

static int LIBUSB_CALL on_hotplug(libusb_context *ctx, libusb_device *device, libusb_hotplug_event event,
                                  void *user)
{
    struct host *host = user;
    (void)ctx;
    unsigned i = 0;
    while (i < host->count && host->devices[i] != device) {
        i++;
    }
    if (event == LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED) {
        /* libusb says it twice of a device that comes while the callback is being registered. */
        if (i == host->count && host->count < HOST_DEVICES_MAX) {
            host->devices[host->count++] = libusb_ref_device(device);
            host->arrived++;
        }
    } else if (i < host->count) {
        libusb_unref_device(device);
        host->devices[i] = host->devices[--host->count];
        host->left++;
    }
    return 0;
}

static int connect_control(void)
{
    const char *path = getenv("ASV_BUS_CONTROL");
    if (path == NULL) {
        asv_skip_program("not started by asservat-bus");
    }
    int fd = asv_bus_ctl_open(path);
    assert_true(fd >= 0);
    return fd;
}

void host_open(struct host *host)
{
    memset(host, 0, sizeof *host);
    host->control = connect_control();
    assert_int_equal(libusb_init(&host->ctx), 0);
    assert_int_equal(libusb_hotplug_register_callback(
                         host->ctx, LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED | LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT,
                         LIBUSB_HOTPLUG_ENUMERATE, 0x1209, 0x4001, LIBUSB_HOTPLUG_MATCH_ANY, on_hotplug, host,
                         &host->hotplug),
                     0);
}

void host_close(struct host *host)
{
    libusb_hotplug_deregister_callback(host->ctx, host->hotplug);
    while (host->count > 0) {
        libusb_unref_device(host->devices[--host->count]);
    }
    libusb_exit(host->ctx);
    close(host->control);
}

static const char *command(struct host *host, const char *format, va_list ap)
    __attribute__((format(printf, 2, 0)));

static const char *command(struct host *host, const char *format, va_list ap)
{
    static char reply[REPLY_BYTES];
    char line[512];
    int n = vsnprintf(line, sizeof line - 1, format, ap);
    assert_true(n > 0 && n < (int)sizeof line - 1);
    line[n] = '\n';
    assert_int_equal(write(host->control, line, (size_t)n + 1), n + 1);
    size_t len = 0;
    do {
        ssize_t got = read(host->control, reply + len, sizeof reply - 1 - len);
        assert_true(got > 0);
        len += (size_t)got;
    } while (reply[len - 1] != '\n');
    reply[len - 1] = '\0';
    return reply;
}

const char *host_command(struct host *host, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    const char *reply = command(host, format, ap);
    va_end(ap);
    return reply;
}

const char *host_ok(struct host *host, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    const char *reply = command(host, format, ap);
    va_end(ap);
    if (strncmp(reply, "ok", 2) != 0) {
        fail_msg("%s: %s", format, reply);
    }
    return reply + 2;
}

uint64_t host_stat(struct host *host, const char *port, const char *name)
{
    char key[64];
    const char *stats = host_ok(host, "stats %s", port);
    (void)snprintf(key, sizeof key, "\"%s\":", name);
    const char *at = strstr(stats, key);
    return at != NULL ? strtoull(at + strlen(key), NULL, 10) : 0;
}

static int64_t now_ms(void)
{
    struct timespec t;
    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &t), 0);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* One round of events; fails at the deadline. */
static void handle(struct host *host, int64_t deadline, int *done)
{
    int64_t left = deadline - now_ms();
    if (left <= 0) {
        fail_msg("nothing happened for %d ms", HOST_DEADLINE_MS);
    }
    struct timeval tv = {.tv_sec = left / 1000, .tv_usec = (left % 1000) * 1000};
    int zero = 0;
    (void)libusb_handle_events_timeout_completed(host->ctx, &tv, done != NULL ? done : &zero);
}

void host_until(struct host *host, int *done)
{
    int64_t deadline = now_ms() + HOST_DEADLINE_MS;
    while (!*done) {
        handle(host, deadline, done);
    }
}

void host_until_count(struct host *host, unsigned count)
{
    int64_t deadline = now_ms() + HOST_DEADLINE_MS;
    while (host->count != count) {
        handle(host, deadline, NULL);
    }
}

void host_path(libusb_device *device, char *out, size_t size)
{
    uint8_t ports[8];
    int n = libusb_get_port_numbers(device, ports, sizeof ports);
    int len = snprintf(out, size, "%d", libusb_get_bus_number(device));
    for (int i = 0; i < n; i++) {
        len += snprintf(out + len, size - (size_t)len, "%c%d", i == 0 ? '-' : '.', ports[i]);
    }
}

libusb_device *host_find(struct host *host, const char *path)
{
    for (unsigned i = 0; i < host->count; i++) {
        char other[32];
        host_path(host->devices[i], other, sizeof other);
        if (strcmp(other, path) == 0) {
            return host->devices[i];
        }
    }
    return NULL;
}

void host_until_path(struct host *host, const char *path)
{
    int64_t deadline = now_ms() + HOST_DEADLINE_MS;
    while (host_find(host, path) == NULL) {
        handle(host, deadline, NULL);
    }
}

void camera_open(struct camera *camera, struct host *host, const char *path)
{
    struct libusb_config_descriptor *config;
    libusb_device *device = host_find(host, path);
    assert_non_null(device);
    memset(camera, 0, sizeof *camera);
    camera->host = host;
    assert_int_equal(libusb_open(device, &camera->handle), 0);
    assert_int_equal(libusb_claim_interface(camera->handle, 0), 0);
    assert_int_equal(libusb_get_active_config_descriptor(device, &config), 0);
    const struct libusb_interface_descriptor *interface = &config->interface[0].altsetting[0];
    for (int i = 0; i < interface->bNumEndpoints; i++) {
        uint8_t address = interface->endpoint[i].bEndpointAddress;
        *((address & 0x80) != 0 ? &camera->in : &camera->out) = address;
        camera->packet = interface->endpoint[i].wMaxPacketSize;
    }
    libusb_free_config_descriptor(config);
    assert_true(camera->in != 0 && camera->out != 0);
}

void camera_close(struct camera *camera)
{
    (void)libusb_release_interface(camera->handle, 0);
    libusb_close(camera->handle);
}

int camera_send(struct camera *camera, const void *data, size_t len)
{
    unsigned char *copy = malloc(len);
    int sent = 0;
    assert_non_null(copy);
    memcpy(copy, data, len);
    int result = libusb_bulk_transfer(camera->handle, camera->out, copy, (int)len, &sent, HOST_DEADLINE_MS);
    free(copy);
    assert_true(result != 0 || sent == (int)len);
    return result;
}

int camera_receive(struct camera *camera, void *data, size_t len, int *got)
{
    *got = 0;
    return libusb_bulk_transfer(camera->handle, camera->in, data, (int)len, got, HOST_DEADLINE_MS);
}

void camera_generate(struct camera *camera, uint32_t count, uint32_t size, uint64_t seed)
{
    uint8_t frame[20] = "GEN";
    asv_store_be32(frame + 4, count);
    asv_store_be32(frame + 8, size);
    asv_store_be64(frame + 12, seed);
    assert_int_equal(camera_send(camera, frame, sizeof frame), 0);
}

static void LIBUSB_CALL on_done(struct libusb_transfer *transfer)
{
    struct flight *flight = transfer->user_data;
    flight->status = transfer->status;
    flight->length = transfer->actual_length;
    flight->done = 1;
}

void flight_start(struct flight *flight, struct camera *camera, size_t len)
{
    memset(flight, 0, sizeof *flight);
    flight->transfer = libusb_alloc_transfer(0);
    flight->data = calloc(1, len);
    assert_true(flight->transfer != NULL && flight->data != NULL);
    libusb_fill_bulk_transfer(flight->transfer, camera->handle, camera->in, flight->data, (int)len, on_done,
                              flight, 0);
    assert_int_equal(libusb_submit_transfer(flight->transfer), 0);
}

void flight_free(struct flight *flight)
{
    libusb_free_transfer(flight->transfer);
    free(flight->data);
}
