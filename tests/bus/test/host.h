/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The host's side of the bus's own tests: a plain libusb program that knows nothing of a simulation but the
 * control socket. Every wait is for an event and has a deadline that only a failure reaches.
 */
#ifndef ASV_BUS_TEST_HOST_H
#define ASV_BUS_TEST_HOST_H

#include <libusb-1.0/libusb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/unit/test.h"

#define HOST_DEADLINE_MS 60000
#define HOST_DEVICES_MAX 128

/* Every device that is there, and counts of what the hotplug callback said. */
struct host {
    libusb_context *ctx;
    libusb_hotplug_callback_handle hotplug;
    libusb_device *devices[HOST_DEVICES_MAX];
    unsigned count;
    unsigned arrived, left;
    int control; /* the bus's control socket */
};

/* Ends the test on failure. */
void host_open(struct host *host);
void host_close(struct host *host);

/* Sends a command. host_ok ends the test unless the answer is ok, and returns what follows it (valid until
 * the next command); host_command returns the whole answer. */
const char *host_command(struct host *host, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *host_ok(struct host *host, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A number out of "stats PORT". */
uint64_t host_stat(struct host *host, const char *port, const char *name);

/* Handles events until *done, or fails the test at the deadline. */
void host_until(struct host *host, int *done);

/* Handles events until so many devices are there. */
void host_until_count(struct host *host, unsigned count);

/* Handles events until a device is at a port. */
void host_until_path(struct host *host, const char *path);

/* The device at a port path; NULL when there is none. */
libusb_device *host_find(struct host *host, const char *path);

/* "1-1.3" of a device. */
void host_path(libusb_device *device, char *out, size_t size);

/* An opened and claimed camera. */
struct camera {
    struct host *host;
    libusb_device_handle *handle;
    uint8_t in, out;
    unsigned packet;
};

void camera_open(struct camera *camera, struct host *host, const char *path);
void camera_close(struct camera *camera);

/* One whole OUT or IN transfer; returns libusb's error code, *got the bytes moved. */
int camera_send(struct camera *camera, const void *data, size_t len);
int camera_receive(struct camera *camera, void *data, size_t len, int *got);

/* Asks a loopback device for count frames of size bytes. */
void camera_generate(struct camera *camera, uint32_t count, uint32_t size, uint64_t seed);

/* An IN transfer in flight. */
struct flight {
    struct libusb_transfer *transfer;
    uint8_t *data;
    int done;
    enum libusb_transfer_status status;
    int length;
};

void flight_start(struct flight *flight, struct camera *camera, size_t len);
void flight_free(struct flight *flight);

#endif
