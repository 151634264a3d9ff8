/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The same bus behind a real kernel: run in the guest by tests/bus/kernel/run with twenty loopback cameras.
 */
#include "tests/bus/test/host.h"

#include <stdio.h>
#include <string.h>

#include "firmware-proto/base/bytes.h"
#include "tests/bus/devices.h"

#define CAMERAS 20
#define SIZE    262233 /* the dock's largest frame */
#define BUFFER  263168
#define FRAMES  4

/* As tests/bus/kernel/run lays them out: eight to a hub, the last one behind a hub on a hub's port. */
static void port_of(unsigned i, char *out, size_t size)
{
    if (i == CAMERAS - 1) {
        (void)snprintf(out, size, "1-3.8.1");
    } else {
        (void)snprintf(out, size, "1-%u.%u", i / 8 + 1, i % 8 + 1);
    }
}

static int setup(void **state)
{
    static struct host host;
    *state = &host;
    host_open(&host);
    host_until_count(&host, CAMERAS);
    return 0;
}

static int teardown(void **state)
{
    host_close(*state);
    return 0;
}

static void every_camera_is_seen_at_its_port_path(void **state)
{
    for (unsigned i = 0; i < CAMERAS; i++) {
        char port[24];
        port_of(i, port, sizeof port);
        if (host_find(*state, port) == NULL) {
            fail_msg("no camera at %s", port);
        }
    }
}

static void strings_and_frames_pass_through_the_kernel(void **state)
{
    static uint8_t sent[65552];
    static uint8_t received[BUFFER];
    struct camera camera;
    unsigned char text[64];
    int got;
    camera_open(&camera, *state, "1-3.8.1");
    assert_int_equal(libusb_get_string_descriptor_ascii(camera.handle, 2, text, sizeof text), 16);
    asv_bus_pattern(4, 2, sent, sizeof sent);
    assert_int_equal(camera_send(&camera, sent, sizeof sent), 0);
    assert_int_equal(camera_receive(&camera, received, sizeof received, &got), 0);
    assert_int_equal(got, sizeof sent);
    assert_memory_equal(received, sent, sizeof sent);
    camera_close(&camera);
}

static void a_halt_is_cleared_through_the_kernel(void **state)
{
    struct host *host = *state;
    struct camera camera;
    uint8_t received[512];
    int got;
    camera_open(&camera, host, "1-1.1");
    host_ok(host, "fault 1-1.1 stall");
    assert_int_equal(camera_send(&camera, "hello", 5), 0);
    assert_int_equal(camera_receive(&camera, received, sizeof received, &got), LIBUSB_ERROR_PIPE);
    assert_int_equal(libusb_clear_halt(camera.handle, camera.in), 0);
    assert_int_equal(camera_receive(&camera, received, sizeof received, &got), 0);
    assert_int_equal(got, 5);
    camera_close(&camera);
}

static void all_stream_at_once_while_one_is_pulled_out(void **state)
{
    static struct camera cameras[CAMERAS];
    static struct flight flights[CAMERAS];
    static uint8_t expected[SIZE];
    struct host *host = *state;
    const unsigned pulled = 9; /* 1-2.2 */
    host_ok(host, "fault 1-2.2 unplug after=%d", SIZE + SIZE / 2);
    for (unsigned i = 0; i < CAMERAS; i++) {
        char port[24];
        port_of(i, port, sizeof port);
        camera_open(&cameras[i], host, port);
        camera_generate(&cameras[i], FRAMES, SIZE, i);
    }
    for (unsigned n = 0; n < FRAMES; n++) {
        for (unsigned i = 0; i < CAMERAS; i++) {
            if (i != pulled || n < 2) {
                flight_start(&flights[i], &cameras[i], BUFFER);
            }
        }
        for (unsigned i = 0; i < CAMERAS; i++) {
            struct flight *flight = &flights[i];
            if (i == pulled && n >= 2) {
                continue;
            }
            host_until(host, &flight->done);
            if (i == pulled && n == 1) { /* which of the two depends on the controller */
                assert_true(flight->status == LIBUSB_TRANSFER_NO_DEVICE ||
                            flight->status == LIBUSB_TRANSFER_ERROR);
            } else {
                assert_int_equal(flight->status, LIBUSB_TRANSFER_COMPLETED);
                assert_int_equal(flight->length, SIZE);
                asv_bus_pattern(i, n, expected, SIZE);
                assert_memory_equal(flight->data, expected, SIZE);
            }
            flight_free(flight);
        }
    }
    for (unsigned i = 0; i < CAMERAS; i++) {
        camera_close(&cameras[i]);
    }
    host_until_count(host, CAMERAS - 1);
    assert_null(host_find(host, "1-2.2"));
}

static void it_comes_back_at_the_same_port_path(void **state)
{
    struct host *host = *state;
    struct camera camera;
    host_ok(host, "plug 1-2.2");
    host_until_path(host, "1-2.2");
    camera_open(&camera, host, "1-2.2");
    assert_int_equal(camera_send(&camera, "back", 4), 0);
    camera_close(&camera);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_camera_is_seen_at_its_port_path),
        cmocka_unit_test(strings_and_frames_pass_through_the_kernel),
        cmocka_unit_test(a_halt_is_cleared_through_the_kernel),
        cmocka_unit_test(all_stream_at_once_while_one_is_pulled_out),
        cmocka_unit_test(it_comes_back_at_the_same_port_path),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
