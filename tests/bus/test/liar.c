/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Devices that lie, and the one that only talks. On a manual clock: a script's pauses are the bus's time.
 */
#include "tests/bus/test/host.h"

#include <stdio.h>
#include <string.h>

#include "firmware-proto/wire/frame.h"
#include "tests/bus/devices.h"

#define PORT "1-1.1"

static uint8_t received[ASV_BUS_FRAME_MAX + 1024];

static int setup(void **state)
{
    static struct host host;
    *state = &host;
    host_open(&host);
    return 0;
}

static int teardown(void **state)
{
    host_close(*state);
    return 0;
}

/* Plugs in a device of a kind and opens it. */
static void plug(struct camera *camera, struct host *host, const char *kind)
{
    host_ok(host, "camera cam %s", kind);
    host_ok(host, "plug " PORT);
    host_until_path(host, PORT);
    camera_open(camera, host, PORT);
}

static void unplug(struct camera *camera)
{
    struct host *host = camera->host;
    camera_close(camera);
    host_ok(host, "fault " PORT " clear");
    host_ok(host, "remove cam");
    host_until_count(host, 0);
}

static void script_file(const char *text, char *path, size_t size)
{
    (void)snprintf(path, size, "%s.script", getenv("ASV_BUS_CONTROL"));
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void plug_script(struct camera *camera, struct host *host, const char *text)
{
    char path[128];
    char kind[192];
    script_file(text, path, sizeof path);
    (void)snprintf(kind, sizeof kind, "liar " PORT " script=%s", path);
    plug(camera, host, kind);
    assert_int_equal(remove(path), 0);
}

static void expect(struct camera *camera, const char *bytes, size_t len)
{
    int got;
    assert_int_equal(camera_receive(camera, received, sizeof received, &got), 0);
    assert_int_equal(got, len);
    if (len > 0) {
        assert_memory_equal(received, bytes, len);
    }
}

static void expect_silence(struct camera *camera)
{
    int got = 0;
    assert_int_equal(libusb_bulk_transfer(camera->handle, camera->in, received, sizeof received, &got, 1),
                     LIBUSB_ERROR_TIMEOUT);
}

static void a_script_says_what_stands_in_it(void **state)
{
    struct camera camera;
    plug_script(&camera, *state,
                "# greets at once\n"
                "send 01 02 ff\n"
                "recv\n"
                "echo\n"
                "frame 1 7 0 00 01 00\n"
                "repeat 2\n"
                "  send aB\n"
                "  repeat 2\n"
                "    zeros 3\n"
                "  end\n"
                "end\n"
                "send\n");
    expect(&camera, "\x01\x02\xff", 3);
    expect_silence(&camera);
    assert_int_equal(camera_send(&camera, "what", 4), 0);
    expect(&camera, "what", 4);
    expect(&camera, "\x01\0\0\0\0\0\0\x03\0\0\0\x07\0\0\0\0\0\x01\0", 19);
    for (unsigned i = 0; i < 2; i++) {
        expect(&camera, "\xab", 1);
        expect(&camera, "\0\0\0", 3);
        expect(&camera, "\0\0\0", 3);
    }
    expect(&camera, "", 0);
    expect_silence(&camera);
    unplug(&camera);
}

static void a_script_starts_again_after_a_reset(void **state)
{
    struct camera camera;
    plug_script(&camera, *state, "send 01\nsend 02\n");
    expect(&camera, "\x01", 1);
    assert_int_equal(libusb_reset_device(camera.handle), 0);
    expect(&camera, "\x01", 1);
    expect(&camera, "\x02", 1);
    unplug(&camera);
}

static void a_script_waits_by_the_buss_clock(void **state)
{
    struct host *host = *state;
    struct camera camera;
    struct flight flight;
    plug_script(&camera, host, "send 01\nwait 5\nsend 02\n");
    expect(&camera, "\x01", 1);
    host_ok(host, "tick 4000");
    expect_silence(&camera);
    flight_start(&flight, &camera, 512);
    host_ok(host, "tick 1000");
    host_until(host, &flight.done);
    assert_int_equal(flight.length, 1);
    assert_int_equal(flight.data[0], 2);
    flight_free(&flight);
    unplug(&camera);
}

static void a_script_halts_and_goes_on_when_cleared(void **state)
{
    struct camera camera;
    int got;
    plug_script(&camera, *state, "stall\nsend 03\nrefuse\n");
    assert_int_equal(camera_receive(&camera, received, 512, &got), LIBUSB_ERROR_PIPE);
    assert_int_equal(libusb_clear_halt(camera.handle, camera.in), 0);
    expect(&camera, "\x03", 1);
    expect_silence(&camera);
    assert_int_equal(camera_send(&camera, "no", 2), 0); /* taken by the controller, refused by the device */
    while (camera_send(&camera, "no", 2) == 0) {
    }
    assert_int_equal(libusb_clear_halt(camera.handle, camera.out), 0);
    assert_int_equal(camera_send(&camera, "yes", 3), 0);
    unplug(&camera);
}

static void a_wrong_script_names_its_line(void **state)
{
    static const char *const wrong[] = {"send 0", "sing",           "end",           "repeat 2\nsend 01",
                                        "wait",   "frame 9 0 0 00", "zeros 2000000", "recv 1"};
    struct host *host = *state;
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char path[128];
        script_file(wrong[i], path, sizeof path);
        const char *reply = host_command(host, "camera cam liar " PORT " script=%s", path);
        if (strncmp(reply, "error USAGE: script:", 20) != 0) {
            fail_msg("%s: %s", wrong[i], reply);
        }
        assert_int_equal(remove(path), 0);
    }
}

/* Asks a liar eight times and takes whatever comes, halts included; some of its answers never end. */
static void interview(struct host *host, unsigned seed)
{
    struct camera camera;
    char kind[64];
    (void)snprintf(kind, sizeof kind, "liar " PORT " seed=%u", seed);
    plug(&camera, host, kind);
    for (unsigned i = 0; i < 8; i++) {
        int got = 0;
        if (libusb_bulk_transfer(camera.handle, camera.in, received, sizeof received, &got, 10) ==
            LIBUSB_ERROR_PIPE) {
            assert_int_equal(libusb_clear_halt(camera.handle, camera.in), 0);
        }
        assert_int_equal(camera_send(&camera, "well?", 5), 0);
    }
    unplug(&camera);
}

static void a_seeded_liar_harms_nobody_but_its_listener(void **state)
{
    for (unsigned seed = 1; seed <= 12; seed++) {
        interview(*state, seed);
    }
}

/* The first frames of a liar as one number, asked directly. */
static uint64_t testimony(const char *args)
{
    struct asv_bus_device liar;
    uint64_t sum = 14695981039346656037u;
    assert_int_equal(asv_bus_liar_create(&liar, args, NULL), ASV_OK);
    assert_int_equal(liar.ops->attach(liar.self, 0, NULL), ASV_OK);
    for (unsigned i = 0; i < 30; i++) {
        size_t len = 0;
        uint64_t wake = 0;
        enum asv_status status = liar.ops->in(liar.self, 0, received, &len, &wake);
        sum = (sum ^ (uint64_t)status) * 1099511628211u;
        for (size_t k = 0; status == ASV_OK && k < len; k++) {
            sum = (sum ^ received[k]) * 1099511628211u;
        }
        if (status == ASV_E_AGAIN) {
            assert_int_equal(liar.ops->out(liar.self, 0, (const uint8_t *)"well?", 5), ASV_OK);
        }
    }
    liar.ops->detach(liar.self, false);
    liar.ops->destroy(liar.self);
    return sum;
}

static void the_same_seed_tells_the_same_lies(void **state)
{
    (void)state;
    assert_true(testimony("seed=1") == testimony("seed=1"));
    assert_true(testimony("seed=1") != testimony("seed=2"));
}

static void a_flooder_sends_well_formed_frames_unasked(void **state)
{
    struct camera camera;
    plug(&camera, *state, "liar " PORT " flood=1");
    for (unsigned i = 0; i < 50; i++) {
        struct asv_wire_frame frame;
        int got;
        assert_int_equal(camera_receive(&camera, received, ASV_WIRE_IN_TRANSFER_BYTES, &got), 0);
        assert_int_equal(asv_wire_frame_decode(received, (size_t)got, &frame, NULL), ASV_OK);
    }
    unplug(&camera);
}

static void a_stream_sends_chunks_frames_with_rising_indices(void **state)
{
    struct camera camera;
    plug(&camera, *state, "stream " PORT " frames=5");
    expect_silence(&camera);
    assert_int_equal(camera_send(&camera, "go", 2), 0);
    for (unsigned i = 0; i < 5; i++) {
        struct asv_wire_frame frame;
        struct asv_wire_chunks chunks;
        int got;
        assert_int_equal(camera_receive(&camera, received, ASV_WIRE_IN_TRANSFER_BYTES, &got), 0);
        assert_int_equal(asv_wire_frame_decode(received, (size_t)got, &frame, NULL), ASV_OK);
        assert_int_equal(asv_wire_chunks_decode(&frame, &chunks), ASV_OK);
        assert_int_equal(chunks.count, 4);
        assert_int_equal(chunks.first, i * 4);
    }
    expect_silence(&camera);
    unplug(&camera);
}

/* How many of 200 frames arrive as they were sent. */
static unsigned untouched(struct host *host, unsigned seed)
{
    static uint8_t expected[1001];
    struct camera camera;
    unsigned same = 0;
    plug(&camera, host, "loopback " PORT);
    host_ok(host, "fault " PORT " mutate count=0 odds=4 seed=%u", seed);
    camera_generate(&camera, 200, sizeof expected, 3);
    for (unsigned i = 0; i < 200; i++) {
        int got;
        assert_int_equal(camera_receive(&camera, received, 4096, &got), 0);
        asv_bus_pattern(3, i, expected, sizeof expected);
        same += got == (int)sizeof expected && memcmp(received, expected, sizeof expected) == 0;
    }
    unplug(&camera);
    return same;
}

static void a_mutating_camera_changes_one_frame_in_four_by_its_seed(void **state)
{
    unsigned first = untouched(*state, 1);
    assert_in_range(first, 120, 180);
    assert_int_equal(untouched(*state, 1), first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_script_says_what_stands_in_it),
        cmocka_unit_test(a_script_starts_again_after_a_reset),
        cmocka_unit_test(a_script_waits_by_the_buss_clock),
        cmocka_unit_test(a_script_halts_and_goes_on_when_cleared),
        cmocka_unit_test(a_wrong_script_names_its_line),
        cmocka_unit_test(a_seeded_liar_harms_nobody_but_its_listener),
        cmocka_unit_test(the_same_seed_tells_the_same_lies),
        cmocka_unit_test(a_flooder_sends_well_formed_frames_unasked),
        cmocka_unit_test(a_stream_sends_chunks_frames_with_rising_indices),
        cmocka_unit_test(a_mutating_camera_changes_one_frame_in_four_by_its_seed),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
