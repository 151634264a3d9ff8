/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a libusb program sees of the bus: devices behind hubs, descriptors, whole transfers.
 */
#include "tests/bus/test/host.h"

#include <stdio.h>
#include <string.h>

#include "firmware-proto/base/bytes.h"
#include "tests/bus/devices.h"

#define CAMERAS 26

/* The ports that the tests use: both plain hubs, and the one behind a hub's port. */
static void port_of(unsigned i, char *out, size_t size)
{
    static const char *const hubs[] = {"1-1", "1-2", "1-3.10"};
    (void)snprintf(out, size, "%s.%u", hubs[i / 10], i % 10 + 1);
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
    host_ok(&host, "plug all");
    host_until_count(&host, CAMERAS);
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

static void all_cameras_are_seen_at_their_ports(void **state)
{
    struct host *host = *state;
    for (unsigned i = 0; i < CAMERAS; i++) {
        char port[24];
        port_of(i, port, sizeof port);
        assert_non_null(host_find(host, port));
    }
    assert_int_equal(host->count, CAMERAS);
}

static void descriptors_show_a_vendor_interface_and_no_identifier(void **state)
{
    struct host *host = *state;
    struct libusb_device_descriptor device;
    struct libusb_config_descriptor *config;
    libusb_device *d = host_find(host, "1-1.1");
    assert_int_equal(libusb_get_device_descriptor(d, &device), 0);
    assert_int_equal(device.idVendor, 0x1209);
    assert_int_equal(device.idProduct, 0x4001);
    assert_int_equal(device.iSerialNumber, 0);
    bool super = getenv("BUS_TEST_SUPER") != NULL;
    assert_int_equal(libusb_get_device_speed(d), super ? LIBUSB_SPEED_SUPER : LIBUSB_SPEED_HIGH);
    assert_int_equal(libusb_get_active_config_descriptor(d, &config), 0);
    const struct libusb_interface_descriptor *interface = &config->interface[0].altsetting[0];
    assert_int_equal(config->bNumInterfaces, 1);
    assert_int_equal(interface->bInterfaceClass, 0xff);
    assert_int_equal(interface->bNumEndpoints, 2);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(interface->endpoint[i].bmAttributes & 3, LIBUSB_TRANSFER_TYPE_BULK);
        assert_int_equal(interface->endpoint[i].wMaxPacketSize, super ? 1024 : 512);
    }
    libusb_free_config_descriptor(config);
}

static void strings_come_by_control_transfers(void **state)
{
    struct camera camera;
    unsigned char text[64];
    camera_open(&camera, *state, "1-2.4");
    assert_int_equal(libusb_get_string_descriptor_ascii(camera.handle, 1, text, sizeof text), 8);
    assert_string_equal((char *)text, "Asservat");
    assert_int_equal(libusb_get_string_descriptor_ascii(camera.handle, 9, text, sizeof text),
                     LIBUSB_ERROR_PIPE);
    int configuration = 0;
    assert_int_equal(libusb_get_configuration(camera.handle, &configuration), 0);
    assert_int_equal(configuration, 1);
    camera_close(&camera);
}

static void a_frame_comes_back_whole_at_every_size(void **state)
{
    static const size_t sizes[] = {1, 63, 64, 511, 512, 513, 1024, 4097, 65535, 65536, 262233, 1u << 20};
    static uint8_t sent[1u << 20];
    static uint8_t received[(1u << 20) + 1024];
    struct camera camera;
    camera_open(&camera, *state, "1-3.10.2");
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        int got;
        asv_bus_pattern(7, i, sent, sizes[i] < 8 ? 8 : sizes[i]);
        assert_int_equal(camera_send(&camera, sent, sizes[i]), 0);
        assert_int_equal(camera_receive(&camera, received, sizeof received, &got), 0);
        assert_int_equal(got, sizes[i]);
        assert_memory_equal(received, sent, sizes[i]);
    }
    camera_close(&camera);
}

static void a_frame_longer_than_the_transfer_continues_in_the_next(void **state)
{
    uint8_t sent[1500];
    uint8_t received[2048];
    struct camera camera;
    int got;
    camera_open(&camera, *state, "1-1.2");
    asv_bus_pattern(1, 2, sent, sizeof sent);
    assert_int_equal(camera_send(&camera, sent, sizeof sent), 0);
    assert_int_equal(camera_receive(&camera, received, 1024, &got), 0);
    assert_int_equal(got, 1024);
    assert_int_equal(camera_receive(&camera, received + 1024, sizeof received - 1024, &got), 0);
    assert_int_equal(got, sizeof sent - 1024);
    assert_memory_equal(received, sent, sizeof sent);
    camera_close(&camera);
}

/* Several transfers in flight on every device at once, each with its own numbers and bytes. */
static void all_cameras_stream_at_once_and_nothing_is_mixed_up(void **state)
{
    enum { FLIGHTS = 3, FRAMES = 12, SIZE = 100001 };
    static struct camera cameras[CAMERAS];
    static struct flight flights[CAMERAS][FLIGHTS];
    static uint8_t expected[SIZE];
    struct host *host = *state;
    for (unsigned i = 0; i < CAMERAS; i++) {
        char port[24];
        port_of(i, port, sizeof port);
        camera_open(&cameras[i], host, port);
        camera_generate(&cameras[i], FRAMES, SIZE, 1000 + i);
        for (unsigned k = 0; k < FLIGHTS; k++) {
            flight_start(&flights[i][k], &cameras[i], SIZE + 1024 - SIZE % 1024);
        }
    }
    for (unsigned n = 0; n < FRAMES; n++) {
        for (unsigned i = 0; i < CAMERAS; i++) {
            struct flight *flight = &flights[i][n % FLIGHTS];
            host_until(host, &flight->done);
            assert_int_equal(flight->status, LIBUSB_TRANSFER_COMPLETED);
            assert_int_equal(flight->length, SIZE);
            asv_bus_pattern(1000 + i, n, expected, SIZE);
            assert_memory_equal(flight->data, expected, SIZE);
            flight_free(flight);
            if (n + FLIGHTS < FRAMES) {
                flight_start(flight, &cameras[i], SIZE + 1024 - SIZE % 1024);
            }
        }
    }
    for (unsigned i = 0; i < CAMERAS; i++) {
        camera_close(&cameras[i]);
    }
}

static void a_claimed_interface_is_refused_to_the_next(void **state)
{
    struct host *host = *state;
    libusb_device_handle *second;
    struct camera camera;
    camera_open(&camera, host, "1-1.5");
    assert_int_equal(libusb_open(host_find(host, "1-1.5"), &second), 0);
    assert_int_equal(libusb_claim_interface(second, 0), LIBUSB_ERROR_BUSY);
    camera_close(&camera);
    assert_int_equal(libusb_claim_interface(second, 0), 0);
    libusb_close(second);
}

static void releasing_the_interface_ends_its_transfers(void **state)
{
    struct host *host = *state;
    struct camera camera;
    struct flight flight;
    camera_open(&camera, host, "1-1.8");
    flight_start(&flight, &camera, 512);
    assert_int_equal(libusb_release_interface(camera.handle, 0), 0);
    host_until(host, &flight.done);
    assert_int_equal(flight.length, 0);
    flight_free(&flight);
    libusb_close(camera.handle);
}

static void a_cancelled_transfer_ends_and_loses_nothing(void **state)
{
    struct host *host = *state;
    struct camera camera;
    struct flight flight;
    uint8_t buffer[512];
    int got;
    camera_open(&camera, host, "1-1.6");
    flight_start(&flight, &camera, 512);
    assert_int_equal(libusb_cancel_transfer(flight.transfer), 0);
    host_until(host, &flight.done);
    assert_int_equal(flight.status, LIBUSB_TRANSFER_CANCELLED);
    flight_free(&flight);
    assert_int_equal(camera_send(&camera, "hello", 5), 0);
    assert_int_equal(camera_receive(&camera, buffer, sizeof buffer, &got), 0);
    assert_int_equal(got, 5);
    camera_close(&camera);
}

static void a_timeout_ends_a_transfer_that_nobody_answers(void **state)
{
    struct camera camera;
    uint8_t buffer[512];
    int got = 0;
    camera_open(&camera, *state, "1-1.7");
    assert_int_equal(libusb_bulk_transfer(camera.handle, camera.in, buffer, sizeof buffer, &got, 1),
                     LIBUSB_ERROR_TIMEOUT);
    assert_int_equal(got, 0);
    camera_close(&camera);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_cameras_are_seen_at_their_ports),
        cmocka_unit_test(descriptors_show_a_vendor_interface_and_no_identifier),
        cmocka_unit_test(strings_come_by_control_transfers),
        cmocka_unit_test(a_frame_comes_back_whole_at_every_size),
        cmocka_unit_test(a_frame_longer_than_the_transfer_continues_in_the_next),
        cmocka_unit_test(all_cameras_stream_at_once_and_nothing_is_mixed_up),
        cmocka_unit_test(a_claimed_interface_is_refused_to_the_next),
        cmocka_unit_test(releasing_the_interface_ends_its_transfers),
        cmocka_unit_test(a_cancelled_transfer_ends_and_loses_nothing),
        cmocka_unit_test(a_timeout_ends_a_transfer_that_nobody_answers),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
