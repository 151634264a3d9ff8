/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Cameras that come and go at any moment.
 */
#include "tests/bus/test/host.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "firmware-proto/base/bytes.h"
#include "tests/bus/devices.h"
#include "tests/bus/random.h"

#define CAMERAS 24

static void port_of(unsigned i, char *out, size_t size)
{
    (void)snprintf(out, size, "1-%u.%u", i / 8 + 1, i % 8 + 1);
}

static int setup(void **state)
{
    static struct host host;
    *state = &host;
    host_open(&host);
    for (unsigned i = 0; i < CAMERAS; i++) {
        char port[24];
        port_of(i, port, sizeof port);
        host_ok(&host, "camera cam%u loopback %s", i, port);
    }
    return 0;
}

static int teardown(void **state)
{
    struct host *host = *state;
    for (unsigned i = 0; i < CAMERAS; i++) {
        host_ok(host, "remove cam%u", i);
    }
    host_until_count(host, 0);
    host_close(host);
    return 0;
}

static void a_shift_is_plugged_in_and_pulled_out_at_once(void **state)
{
    struct host *host = *state;
    for (unsigned round = 1; round <= 3; round++) {
        host_ok(host, "plug all");
        host_until_count(host, CAMERAS);
        assert_int_equal(host->arrived, CAMERAS * round);
        host_ok(host, "unplug all");
        host_until_count(host, 0);
        assert_int_equal(host->left, CAMERAS * round);
    }
}

static void transfers_end_when_the_device_is_pulled_out(void **state)
{
    static const struct {
        const char *command;
        enum libusb_transfer_status status;
    } ways[] = {{"unplug 1-1.1", LIBUSB_TRANSFER_NO_DEVICE},
                {"unplug 1-1.1 error", LIBUSB_TRANSFER_ERROR},
                {"cut 1-1.1", LIBUSB_TRANSFER_NO_DEVICE}};
    struct host *host = *state;
    for (unsigned w = 0; w < sizeof ways / sizeof ways[0]; w++) {
        struct camera camera;
        struct flight flights[4];
        uint8_t byte = 0;
        int got = 0;
        host_ok(host, "plug 1-1.1");
        host_until_count(host, 1);
        camera_open(&camera, host, "1-1.1");
        for (unsigned i = 0; i < 4; i++) {
            flight_start(&flights[i], &camera, 65536);
        }
        host_ok(host, "%s", ways[w].command);
        for (unsigned i = 0; i < 4; i++) {
            host_until(host, &flights[i].done);
            assert_int_equal(flights[i].status, ways[w].status);
            flight_free(&flights[i]);
        }
        host_until_count(host, 0);
        assert_int_equal(libusb_bulk_transfer(camera.handle, camera.out, &byte, 1, &got, 1000),
                         LIBUSB_ERROR_NO_DEVICE);
        camera_close(&camera);
    }
}

static void a_camera_that_comes_back_is_a_new_device(void **state)
{
    struct host *host = *state;
    host_ok(host, "plug 1-2.3");
    host_until_count(host, 1);
    uint8_t first = libusb_get_device_address(host_find(host, "1-2.3"));
    host_ok(host, "unplug 1-2.3");
    host_until_count(host, 0);
    host_ok(host, "plug 1-2.3");
    host_until_count(host, 1);
    assert_int_not_equal(libusb_get_device_address(host_find(host, "1-2.3")), first);
}

static void a_camera_can_be_put_into_another_slot(void **state)
{
    struct host *host = *state;
    host_ok(host, "plug 1-1.1");
    host_until_count(host, 1);
    host_ok(host, "move cam0 1-1.9");
    host_ok(host, "move cam0 1-1.9");
    host_until_path(host, "1-1.9");
    assert_int_equal(host->count, 1);
    assert_null(host_find(host, "1-1.1"));
    assert_non_null(strstr(host_command(host, "move cam1 1-1.9"), "error"));
}

static void a_hub_takes_its_cameras_with_it_and_brings_them_back(void **state)
{
    struct host *host = *state;
    host_ok(host, "plug all");
    host_until_count(host, CAMERAS);
    host_ok(host, "unplug 1-2");
    host_until_count(host, CAMERAS - 8);
    assert_null(host_find(host, "1-2.1"));
    host_ok(host, "plug 1-2");
    host_until_count(host, CAMERAS);
    struct camera camera;
    camera_open(&camera, host, "1-2.8");
    assert_int_equal(camera_send(&camera, "x", 1), 0);
    camera_close(&camera);
}

/* Arrival is heard of before the device is opened; it may be gone by then. */
static void a_device_that_is_gone_before_it_is_opened_harms_nobody(void **state)
{
    struct host *host = *state;
    for (unsigned i = 0; i < 100; i++) {
        libusb_device_handle *handle = NULL;
        host_ok(host, "plug 1-1.1");
        host_until_count(host, 1);
        host_ok(host, "unplug 1-1.1");
        if (libusb_open(host->devices[0], &handle) == 0) {
            assert_int_equal(libusb_claim_interface(handle, 0), LIBUSB_ERROR_NO_DEVICE);
            libusb_close(handle);
        }
        host_until_count(host, 0);
    }
}

/* Some systems queue ten datagrams and no more; what a monitor does not read at once must not be lost. */
static void a_monitor_that_reads_late_hears_of_everything_in_order(void **state)
{
    struct host *host = *state;
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    char message[2048];
    (void)snprintf(sa.sun_path, sizeof sa.sun_path, "%s/event900", getenv("UMOCKDEV_DIR"));
    int monitor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_true(monitor >= 0);
    assert_int_equal(bind(monitor, (const struct sockaddr *)&sa, sizeof sa), 0);
    for (unsigned i = 0; i < 40; i++) {
        host_ok(host, "plug 1-1.1");
        host_ok(host, "unplug 1-1.1");
    }
    for (unsigned i = 0; i < 80; i++) {
        struct pollfd ready = {.fd = monitor, .events = POLLIN};
        assert_int_equal(poll(&ready, 1, HOST_DEADLINE_MS), 1);
        ssize_t len = recv(monitor, message, sizeof message, 0);
        assert_true(len > 40);
        assert_string_equal(message + 40, i % 2 == 0 ? "ACTION=add" : "ACTION=remove");
    }
    close(monitor);
    host_until_count(host, 0);
}

/* A camera of the churn below: what is in flight on it, and what it must say next. */
struct churned {
    bool plugged, open;
    struct camera camera;
    struct flight flights[2];
    uint64_t number;
};

static void churn_open(struct host *host, struct churned *c, unsigned i, const char *port)
{
    camera_open(&c->camera, host, port);
    camera_generate(&c->camera, 0, 30001, i);
    for (unsigned k = 0; k < 2; k++) {
        flight_start(&c->flights[k], &c->camera, 32768);
    }
    c->number = 0;
    c->open = true;
}

/* Takes the next frame and posts the transfer again. */
static void churn_read(struct host *host, struct churned *c, unsigned i)
{
    static uint8_t expected[30001];
    struct flight *flight = &c->flights[c->number % 2];
    host_until(host, &flight->done);
    assert_int_equal(flight->status, LIBUSB_TRANSFER_COMPLETED);
    asv_bus_pattern(i, c->number, expected, sizeof expected);
    assert_int_equal(flight->length, sizeof expected);
    assert_memory_equal(flight->data, expected, sizeof expected);
    flight_free(flight);
    flight_start(flight, &c->camera, 32768);
    c->number++;
}

static void churn_unplug(struct host *host, struct churned *c, const char *port, bool error)
{
    host_ok(host, "unplug %s%s", port, error ? " error" : "");
    if (c->open) {
        for (unsigned k = 0; k < 2; k++) {
            host_until(host, &c->flights[k].done);
            flight_free(&c->flights[k]);
        }
        camera_close(&c->camera);
    }
    c->open = false;
    c->plugged = false;
}

static void seeded_churn_mixes_nothing_up_and_loses_no_device(void **state)
{
    static struct churned cameras[CAMERAS];
    struct host *host = *state;
    struct asv_bus_random random = {20260101};
    unsigned plugged = 0;
    memset(cameras, 0, sizeof cameras);
    for (unsigned step = 0; step < 1000; step++) {
        unsigned i = (unsigned)asv_bus_random_below(&random, CAMERAS);
        struct churned *c = &cameras[i];
        char port[24];
        port_of(i, port, sizeof port);
        if (!c->plugged) {
            host_ok(host, "plug %s", port);
            c->plugged = true;
            host_until_count(host, ++plugged);
        } else if (!c->open) {
            churn_open(host, c, i, port);
        } else if (asv_bus_random_below(&random, 3) > 0) {
            churn_read(host, c, i);
        } else {
            churn_unplug(host, c, port, asv_bus_random_below(&random, 2) == 0);
            host_until_count(host, --plugged);
        }
    }
    for (unsigned i = 0; i < CAMERAS; i++) {
        char port[24];
        port_of(i, port, sizeof port);
        churn_unplug(host, &cameras[i], port, false);
    }
    host_until_count(host, 0);
    assert_int_equal(host->arrived, host->left);
}

#define HOTPLUG_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOTPLUG_TEST(a_shift_is_plugged_in_and_pulled_out_at_once),
        HOTPLUG_TEST(transfers_end_when_the_device_is_pulled_out),
        HOTPLUG_TEST(a_camera_that_comes_back_is_a_new_device),
        HOTPLUG_TEST(a_camera_can_be_put_into_another_slot),
        HOTPLUG_TEST(a_hub_takes_its_cameras_with_it_and_brings_them_back),
        HOTPLUG_TEST(a_device_that_is_gone_before_it_is_opened_harms_nobody),
        HOTPLUG_TEST(a_monitor_that_reads_late_hears_of_everything_in_order),
        HOTPLUG_TEST(seeded_churn_mixes_nothing_up_and_loses_no_device),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
