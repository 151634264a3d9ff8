/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/base/uuid.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/world_os.h"
#include "tests/support/world.h"
#include "tests/unit/test.h"

static void a_new_uuid_has_version_7_and_the_worlds_time(void **state)
{
    (void)state;
    struct asv_test_world test;
    uint8_t first[16];
    uint8_t second[16];
    asv_test_world_init(&test, 3);
    test.wall = INT64_C(0x0193aabbccdd);
    assert_int_equal(asv_uuid_new(&test.world, first), ASV_OK);
    asv_test_world_step(&test, 1);
    assert_int_equal(asv_uuid_new(&test.world, second), ASV_OK);
    static const uint8_t time[6] = {0x01, 0x93, 0xaa, 0xbb, 0xcc, 0xdd};
    assert_memory_equal(first, time, 6);
    assert_int_equal(first[6] >> 4, 7);
    assert_int_equal(first[8] >> 6, 2);
    assert_true(memcmp(first, second, 16) < 0);
    assert_memory_not_equal(first + 9, second + 9, 7);
    test.fail_random_at = 1;
    memcpy(second, first, 16);
    assert_int_equal(asv_uuid_new(&test.world, first), ASV_E_IO);
    assert_memory_equal(first, second, 16);
}

static void a_uuid_reads_back_from_its_text_and_nothing_else_does(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "01935f00-0000-7000-8000-0000000000f",
        "01935f00-0000-7000-8000-0000000000fff",
        "01935f0000000-7000-8000-0000000000ff",
        "01935f00-0000-7000-8000_0000000000ff",
        "01935f00-0000-7000-8000-0000000000fg",
        "{1935f00-0000-7000-8000-0000000000f}",
    };
    uint8_t uuid[16];
    uint8_t kept[16];
    char text[ASV_UUID_TEXT_BYTES];
    assert_int_equal(asv_uuid_parse(uuid, "01935F00-abcd-7000-8000-0000000000ff"), ASV_OK);
    asv_uuid_format(text, uuid);
    assert_string_equal(text, "01935f00-abcd-7000-8000-0000000000ff");
    memcpy(kept, uuid, 16);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(asv_uuid_parse(uuid, bad[i]), ASV_E_MALFORMED);
    }
    assert_memory_equal(uuid, kept, 16);
    assert_false(asv_uuid_is_zero(uuid));
    memset(uuid, 0, 16);
    assert_true(asv_uuid_is_zero(uuid));
}

static void hexadecimal_reads_back_and_refuses_other_lengths_and_digits(void **state)
{
    (void)state;
    static const uint8_t data[] = {0x00, 0xff, 0x1a};
    uint8_t back[3] = {9, 9, 9};
    char text[7];
    asv_hex_encode(text, data, sizeof data);
    assert_string_equal(text, "00ff1a");
    assert_int_equal(asv_hex_decode(back, 3, "00ff1"), ASV_E_MALFORMED);
    assert_int_equal(asv_hex_decode(back, 3, "00ff1a0"), ASV_E_MALFORMED);
    assert_int_equal(asv_hex_decode(back, 3, "00ff1g"), ASV_E_MALFORMED);
    assert_int_equal(asv_hex_decode(back, 3, "00ff 1"), ASV_E_MALFORMED);
    assert_int_equal(back[0] + back[1] + back[2], 27);
    assert_int_equal(asv_hex_decode(back, 3, "00FF1a"), ASV_OK);
    assert_memory_equal(back, data, 3);
    assert_int_equal(asv_hex_decode(back, 0, ""), ASV_OK);
}

static void the_operating_systems_world_has_randomness_and_clocks(void **state)
{
    (void)state;
    const struct asv_world *world = asv_world_os();
    uint8_t some[32] = {0};
    uint8_t other[32] = {0};
    int64_t now = 0;
    assert_int_equal(asv_world_random(world, some, sizeof some), ASV_OK);
    assert_int_equal(asv_world_random(world, other, sizeof other), ASV_OK);
    assert_memory_not_equal(some, other, sizeof some);
    assert_int_equal(asv_world_wall_ms(world, &now), ASV_OK);
    assert_true(now > INT64_C(1700000000000));
    uint64_t mono = asv_world_mono_ms(world);
    assert_true(mono > 0 && asv_world_mono_ms(world) >= mono);
}

static void a_formatted_failure_is_cut_to_fit(void **state)
{
    (void)state;
    struct asv_err err = {0};
    char lengthy[600];
    memset(lengthy, 'x', sizeof lengthy - 1);
    lengthy[sizeof lengthy - 1] = '\0';
    assert_int_equal(asv_failf(&err, ASV_E_LIMIT, "%s is %d", "seven", 7), ASV_E_LIMIT);
    assert_string_equal(err.text, "seven is 7");
    assert_int_equal(asv_failf(&err, ASV_E_IO, "while: %s", err.text), ASV_E_IO);
    assert_string_equal(err.text, "while: seven is 7");
    assert_int_equal(asv_failf(&err, ASV_E_LIMIT, "%s", lengthy), ASV_E_LIMIT);
    assert_int_equal(strlen(err.text), ASV_ERR_TEXT_BYTES - 1);
    assert_int_equal(asv_failf(NULL, ASV_E_LIMIT, "%s", lengthy), ASV_E_LIMIT);
}

static void what_is_stolen_is_not_cleaned_up(void **state)
{
    (void)state;
    int kept = -1;
    int closed = -1;
    char *memory = NULL;
    {
        asv_auto_fd int one = open("/dev/null", O_RDONLY | O_CLOEXEC);
        asv_auto_fd int two = open("/dev/null", O_RDONLY | O_CLOEXEC);
        asv_auto_free char *text = strdup("text");
        asv_auto_file FILE *none = NULL;
        (void)none;
        closed = one;
        kept = asv_steal_fd(&two);
        memory = asv_steal(&text);
    }
    assert_int_equal(fcntl(closed, F_GETFD), -1);
    assert_int_not_equal(fcntl(kept, F_GETFD), -1);
    assert_string_equal(memory, "text");
    close(kept);
    free(memory);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_uuid_has_version_7_and_the_worlds_time),
        cmocka_unit_test(a_uuid_reads_back_from_its_text_and_nothing_else_does),
        cmocka_unit_test(hexadecimal_reads_back_and_refuses_other_lengths_and_digits),
        cmocka_unit_test(the_operating_systems_world_has_randomness_and_clocks),
        cmocka_unit_test(a_formatted_failure_is_cut_to_fit),
        cmocka_unit_test(what_is_stolen_is_not_cleaned_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
