/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Every fault of the bus, as a libusb program meets it.
 */
#include "tests/bus/test/host.h"

#include <string.h>

#include "firmware-proto/base/bytes.h"
#include "tests/bus/devices.h"

#define PORT "1-1.1"
#define SIZE 1500

struct fixture {
    struct host host;
    struct camera camera;
    uint8_t expected[SIZE];
    uint8_t received[4096];
    int got;
};

static int setup(void **state)
{
    static struct fixture fixture;
    struct fixture *f = &fixture;
    *state = f;
    host_open(&f->host);
    host_ok(&f->host, "camera cam loopback " PORT);
    host_ok(&f->host, "plug " PORT);
    host_until_count(&f->host, 1);
    camera_open(&f->camera, &f->host, PORT);
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    camera_close(&f->camera);
    host_ok(&f->host, "fault " PORT " clear");
    host_ok(&f->host, "remove cam");
    host_until_count(&f->host, 0);
    host_close(&f->host);
    return 0;
}

/* One frame of SIZE bytes through an armed fault; the frame that was sent is in expected. */
static int receive_frame(struct fixture *f)
{
    camera_generate(&f->camera, 1, SIZE, 5);
    asv_bus_pattern(5, 0, f->expected, SIZE);
    return camera_receive(&f->camera, f->received, sizeof f->received, &f->got);
}

static void assert_whole(const struct fixture *f)
{
    assert_int_equal(f->got, SIZE);
    assert_memory_equal(f->received, f->expected, SIZE);
}

static void assert_echo_works(struct fixture *f)
{
    assert_int_equal(camera_send(&f->camera, "echo?", 5), 0);
    assert_int_equal(camera_receive(&f->camera, f->received, sizeof f->received, &f->got), 0);
    assert_int_equal(f->got, 5);
    assert_memory_equal(f->received, "echo?", 5);
}

static void a_stalled_in_endpoint_waits_for_clear_halt_and_loses_nothing(void **state)
{
    struct fixture *f = *state;
    host_ok(&f->host, "fault " PORT " stall");
    assert_int_equal(receive_frame(f), LIBUSB_ERROR_PIPE);
    assert_int_equal(camera_receive(&f->camera, f->received, sizeof f->received, &f->got), LIBUSB_ERROR_PIPE);
    assert_int_equal(libusb_clear_halt(f->camera.handle, f->camera.in), 0);
    assert_int_equal(camera_receive(&f->camera, f->received, sizeof f->received, &f->got), 0);
    assert_whole(f);
    assert_int_equal(host_stat(&f->host, PORT, "stall"), 1);
}

static void a_stalled_out_endpoint_takes_nothing_until_cleared(void **state)
{
    struct fixture *f = *state;
    host_ok(&f->host, "fault " PORT " stall ep=out");
    assert_int_equal(camera_send(&f->camera, "lost!", 5), LIBUSB_ERROR_PIPE);
    assert_int_equal(libusb_clear_halt(f->camera.handle, f->camera.out), 0);
    assert_echo_works(f);
}

static void a_short_frame_lacks_its_end(void **state)
{
    struct fixture *f = *state;
    host_ok(&f->host, "fault " PORT " short bytes=100");
    assert_int_equal(receive_frame(f), 0);
    assert_int_equal(f->got, SIZE - 100);
    assert_memory_equal(f->received, f->expected, SIZE - 100);
}

static void a_long_frame_has_more_at_its_end(void **state)
{
    struct fixture *f = *state;
    host_ok(&f->host, "fault " PORT " long bytes=100");
    assert_int_equal(receive_frame(f), 0);
    assert_int_equal(f->got, SIZE + 100);
    assert_memory_equal(f->received, f->expected, SIZE);
}

static void a_wrong_length_field_changes_nothing_else(void **state)
{
    struct fixture *f = *state;
    host_ok(&f->host, "fault " PORT " length bytes=3");
    assert_int_equal(receive_frame(f), 0);
    asv_store_be32(f->expected + 4, asv_load_be32(f->expected + 4) + 3);
    assert_whole(f);
}

static void exactly_one_bit_is_flipped_where_it_was_asked_for(void **state)
{
    struct fixture *f = *state;
    host_ok(&f->host, "fault " PORT " flip offset=700 bit=6");
    assert_int_equal(receive_frame(f), 0);
    assert_int_equal(f->received[700] ^ f->expected[700], 0x40);
    f->received[700] = f->expected[700];
    assert_whole(f);
}

static void a_fault_strikes_at_its_place_and_as_often_as_asked(void **state)
{
    struct fixture *f = *state;
    uint64_t before = host_stat(&f->host, PORT, "flip");
    host_ok(&f->host, "fault " PORT " flip after=3000 count=2");
    camera_generate(&f->camera, 6, SIZE, 9);
    for (unsigned i = 0; i < 6; i++) {
        assert_int_equal(camera_receive(&f->camera, f->received, sizeof f->received, &f->got), 0);
        asv_bus_pattern(9, i, f->expected, SIZE);
        int differs = memcmp(f->received, f->expected, SIZE) != 0;
        assert_int_equal(differs, i == 2 || i == 3);
    }
    assert_int_equal(host_stat(&f->host, PORT, "flip") - before, 2);
}

static void a_fault_can_choose_the_kind_of_frame(void **state)
{
    struct fixture *f = *state;
    host_ok(&f->host, "fault " PORT " short bytes=1 kind=4");
    for (unsigned kind = 3; kind <= 5; kind++) {
        const uint8_t frame[3] = {(uint8_t)kind, 1, 2};
        assert_int_equal(camera_send(&f->camera, frame, sizeof frame), 0);
        assert_int_equal(camera_receive(&f->camera, f->received, sizeof f->received, &f->got), 0);
        assert_int_equal(f->got, kind == 4 ? 2 : 3);
    }
}

static void garbage_has_the_same_length_and_nothing_else(void **state)
{
    struct fixture *f = *state;
    host_ok(&f->host, "fault " PORT " garbage seed=3");
    assert_int_equal(receive_frame(f), 0);
    assert_int_equal(f->got, SIZE);
    assert_memory_not_equal(f->received, f->expected, SIZE);
}

static void a_dropped_frame_is_skipped_and_a_doubled_one_comes_twice(void **state)
{
    static const unsigned numbers[] = {1, 1, 2};
    struct fixture *f = *state;
    host_ok(&f->host, "fault " PORT " drop");
    host_ok(&f->host, "fault " PORT " double after=1500");
    camera_generate(&f->camera, 3, SIZE, 5);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(camera_receive(&f->camera, f->received, sizeof f->received, &f->got), 0);
        assert_int_equal(asv_load_be64(f->received), numbers[i]);
    }
}

static void babble_ends_the_transfer_with_overflow(void **state)
{
    struct fixture *f = *state;
    host_ok(&f->host, "fault " PORT " babble");
    assert_int_equal(receive_frame(f), LIBUSB_ERROR_OVERFLOW);
    assert_echo_works(f);
}

static void a_packet_larger_than_the_rest_of_the_buffer_overflows_too(void **state)
{
    struct fixture *f = *state;
    camera_generate(&f->camera, 1, SIZE, 5);
    assert_int_equal(camera_receive(&f->camera, f->received, 700, &f->got), LIBUSB_ERROR_OVERFLOW);
}

static void a_transaction_error_ends_the_transfer(void **state)
{
    struct fixture *f = *state;
    host_ok(&f->host, "fault " PORT " error");
    assert_int_equal(receive_frame(f), LIBUSB_ERROR_IO);
    assert_echo_works(f);
}

static void a_hanging_camera_answers_nothing_until_it_is_healed(void **state)
{
    struct fixture *f = *state;
    struct flight in;
    host_ok(&f->host, "fault " PORT " hang");
    camera_generate(&f->camera, 1, SIZE, 5);
    flight_start(&in, &f->camera, 4096);
    host_ok(&f->host, "wait " PORT " out +0 1000");
    int got = 0;
    /* The device's queue takes some, then the wire is dead in this direction too. */
    int result = 0;
    for (unsigned i = 0; i < 64 && result == 0; i++) {
        result = libusb_bulk_transfer(f->camera.handle, f->camera.out, f->received, 5, &got, 1);
    }
    assert_int_equal(result, LIBUSB_ERROR_TIMEOUT);
    assert_false(in.done);
    host_ok(&f->host, "fault " PORT " clear");
    host_until(&f->host, &in.done);
    assert_int_equal(in.status, LIBUSB_TRANSFER_COMPLETED);
    /* which of the frames that wait comes first is the device's affair: the generated one, or an echo */
    assert_true(in.length == SIZE || in.length == 5);
    flight_free(&in);
}

static void a_mute_camera_takes_everything_and_says_nothing(void **state)
{
    struct fixture *f = *state;
    host_ok(&f->host, "fault " PORT " mute");
    camera_generate(&f->camera, 1, SIZE, 5);
    assert_int_equal(
        libusb_bulk_transfer(f->camera.handle, f->camera.in, f->received, sizeof f->received, &f->got, 1),
        LIBUSB_ERROR_TIMEOUT);
    for (unsigned i = 0; i < 32; i++) {
        assert_int_equal(camera_send(&f->camera, "SINK", 4), 0);
    }
}

static void a_camera_is_pulled_out_at_exactly_the_byte_asked_for(void **state)
{
    struct fixture *f = *state;
    struct flight in;
    uint64_t before = host_stat(&f->host, PORT, "in_bytes");
    host_ok(&f->host, "fault " PORT " unplug after=2001");
    camera_generate(&f->camera, 0, SIZE, 5);
    assert_int_equal(camera_receive(&f->camera, f->received, sizeof f->received, &f->got), 0);
    flight_start(&in, &f->camera, 4096);
    host_until(&f->host, &in.done);
    assert_int_equal(in.status, LIBUSB_TRANSFER_NO_DEVICE);
    assert_int_equal(in.length, 2001 - SIZE);
    flight_free(&in);
    host_until_count(&f->host, 0);
    assert_int_equal(host_stat(&f->host, PORT, "in_bytes") - before, 2001);
}

static void a_failing_system_call_is_reported_and_only_once(void **state)
{
    struct fixture *f = *state;
    struct flight in;
    assert_int_equal(libusb_release_interface(f->camera.handle, 0), 0);
    host_ok(&f->host, "fault " PORT " ioctl call=claim errno=EBUSY");
    assert_int_equal(libusb_claim_interface(f->camera.handle, 0), LIBUSB_ERROR_BUSY);
    assert_int_equal(libusb_claim_interface(f->camera.handle, 0), 0);
    host_ok(&f->host, "fault " PORT " ioctl call=submit errno=ENOMEM");
    assert_int_equal(camera_send(&f->camera, "x", 1), LIBUSB_ERROR_NO_MEM);
    assert_echo_works(f);
    host_ok(&f->host, "fault " PORT " ioctl call=reset errno=ENODEV");
    assert_int_equal(libusb_reset_device(f->camera.handle), LIBUSB_ERROR_NOT_FOUND);
    flight_start(&in, &f->camera, 512);
    assert_int_equal(libusb_cancel_transfer(in.transfer), 0);
    host_until(&f->host, &in.done);
    flight_free(&in);
}

static void a_reset_drops_what_the_device_had_to_say(void **state)
{
    struct fixture *f = *state;
    camera_generate(&f->camera, 0, SIZE, 5);
    assert_int_equal(camera_receive(&f->camera, f->received, sizeof f->received, &f->got), 0);
    assert_int_equal(libusb_reset_device(f->camera.handle), 0);
    assert_int_equal(host_stat(&f->host, PORT, "resets"), 1);
    assert_echo_works(f);
}

static void choosing_the_alternate_setting_starts_the_device_afresh(void **state)
{
    struct fixture *f = *state;
    camera_generate(&f->camera, 0, SIZE, 5);
    assert_int_equal(camera_receive(&f->camera, f->received, sizeof f->received, &f->got), 0);
    assert_int_equal(libusb_set_interface_alt_setting(f->camera.handle, 0, 0), 0);
    assert_echo_works(f);
}

/* The daemon that was killed with -9 finds, when it comes back, what its predecessor did not fetch. */
static void closing_the_device_does_not_reset_it(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(camera_send(&f->camera, "left over", 9), 0);
    camera_close(&f->camera);
    camera_open(&f->camera, &f->host, PORT);
    assert_int_equal(camera_receive(&f->camera, f->received, sizeof f->received, &f->got), 0);
    assert_int_equal(f->got, 9);
}

static void wrong_commands_are_refused_with_a_reason(void **state)
{
    static const char *const wrong[] = {"fault " PORT " explode",
                                        "fault 9-9 stall",
                                        "fault " PORT " ioctl call=open",
                                        "fault " PORT " flip bit=x",
                                        "plug 1-9.1",
                                        "camera cam loopback 1-1.2",
                                        "camera b loopback " PORT,
                                        "camera c hoverboard 1-1.2",
                                        "rate bus fast",
                                        "wait " PORT " in many 1",
                                        "tick 5",
                                        "nonsense",
                                        "fault " PORT " stall ep=both"};
    struct fixture *f = *state;
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const char *reply = host_command(&f->host, "%s", wrong[i]);
        if (strncmp(reply, "error ", 6) != 0) {
            fail_msg("%s: %s", wrong[i], reply);
        }
    }
    host_ok(&f->host, "plug " PORT);
    host_ok(&f->host, "unplug 1-1.2");
    assert_echo_works(f);
}

#define FAULT_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAULT_TEST(a_stalled_in_endpoint_waits_for_clear_halt_and_loses_nothing),
        FAULT_TEST(a_stalled_out_endpoint_takes_nothing_until_cleared),
        FAULT_TEST(a_short_frame_lacks_its_end),
        FAULT_TEST(a_long_frame_has_more_at_its_end),
        FAULT_TEST(a_wrong_length_field_changes_nothing_else),
        FAULT_TEST(exactly_one_bit_is_flipped_where_it_was_asked_for),
        FAULT_TEST(a_fault_strikes_at_its_place_and_as_often_as_asked),
        FAULT_TEST(a_fault_can_choose_the_kind_of_frame),
        FAULT_TEST(garbage_has_the_same_length_and_nothing_else),
        FAULT_TEST(a_dropped_frame_is_skipped_and_a_doubled_one_comes_twice),
        FAULT_TEST(babble_ends_the_transfer_with_overflow),
        FAULT_TEST(a_packet_larger_than_the_rest_of_the_buffer_overflows_too),
        FAULT_TEST(a_transaction_error_ends_the_transfer),
        FAULT_TEST(a_hanging_camera_answers_nothing_until_it_is_healed),
        FAULT_TEST(a_mute_camera_takes_everything_and_says_nothing),
        FAULT_TEST(a_camera_is_pulled_out_at_exactly_the_byte_asked_for),
        FAULT_TEST(a_failing_system_call_is_reported_and_only_once),
        FAULT_TEST(a_reset_drops_what_the_device_had_to_say),
        FAULT_TEST(choosing_the_alternate_setting_starts_the_device_afresh),
        FAULT_TEST(closing_the_device_does_not_reset_it),
        FAULT_TEST(wrong_commands_are_refused_with_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
