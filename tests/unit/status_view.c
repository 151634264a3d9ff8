/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the dock's status looks like, in windows of every size.
 */
#include "server/cli/status_view.h"

#include <stdint.h>
#include <string.h>

#include "tests/unit/test.h"

#define OUT_BYTES 65536

/* Slot i of n: every third is empty, every third is pulling, every third is ready with a long reason. */
static json_t *slot_of(int i)
{
    static const char *const states[][2] = {{"empty", "grey"}, {"pulling", "blue"}, {"ready", "green"}};
    json_t *slot = json_pack("{s:i, s:s, s:s, s:s, s:{s:i}}", "slot", i + 1, "state", states[i % 3][0],
                             "colour", states[i % 3][1], "reason",
                             i % 3 == 2 ? "K\xc3\xb6ln: a reason that is long, and goes on"
                                          " beyond what eighty columns can hold"
                                        : "",
                             "counts", "stored", i);
    if (i % 3 != 0) {
        json_object_set_new(slot, "camera", json_string("K-07"));
    }
    if (i % 3 == 1) {
        json_object_set_new(slot, "done", json_integer(30 << 20));
        json_object_set_new(slot, "total", json_integer(120 << 20));
        json_object_set_new(slot, "rate", json_integer(10 << 20));
        json_object_set_new(slot, "left_s", json_integer(9));
    }
    return slot;
}

static json_t *status_of(int slots)
{
    json_t *status =
        json_pack("{s:{s:b}, s:{s:b, s:s}, s:{s:I, s:b}, s:i, s:i, s:i, s:[]}", "keeper", "up", 1, "database",
                  "up", 0, "why", "no server", "space", "free", (json_int_t)3 << 30, "low", 1, "stored", 2,
                  "quarantined", 1, "bytes", 1024, "slots");
    assert_non_null(status);
    for (int i = 0; i < slots; i++) {
        json_array_append_new(json_object_get(status, "slots"), slot_of(i));
    }
    return status;
}

static void print(char out[OUT_BYTES], int slots, size_t columns, size_t rows)
{
    const struct asv_status_view view = {.columns = columns, .rows = rows};
    json_t *status = status_of(slots);
    FILE *file = fmemopen(out, OUT_BYTES, "w");
    assert_non_null(file);
    assert_int_equal(asv_status_print(file, status, &view, NULL), ASV_OK);
    fclose(file);
    json_decref(status);
}

static size_t count_of(const char *text, const char *what)
{
    size_t count = 0;
    for (; (text = strstr(text, what)) != NULL; text++) {
        count++;
    }
    return count;
}

static void a_list_says_everything(void **state)
{
    static char out[OUT_BYTES];
    (void)state;
    print(out, 3, 0, 0);
    assert_string_equal(
        out, "SLOT  STATE        CAMERA  PROGRESS\n"
             "   1  empty                \n"
             "   2  pulling      K-07    [#####...............]  25 %    10.0 MiB/s  0:09  1 stored\n"
             "   3  ready        K-07    K\xc3\xb6ln: a reason that is long, and goes on beyond what eighty"
             " columns can hold, 2 stored\n"
             "2 stored, 1 quarantined, 1.0 KiB since the start\n"
             "database is away: no server\n"
             "the vault's disk has only 3.0 GiB left: make room\n");
}

static void a_window_is_never_left(void **state)
{
    static char out[OUT_BYTES];
    (void)state;
    for (size_t columns = 48; columns <= 200; columns += 8) {
        for (size_t rows = 5; rows <= 60; rows += 5) {
            print(out, 40, columns, rows);
            assert_true(count_of(out, "\n") < rows);
            for (char *line = strtok(out, "\n"); line != NULL; line = strtok(NULL, "\n")) {
                assert_true(strlen(line) - count_of(line, "\xc3") <= columns);
            }
        }
    }
}

static void slots_at_rest_make_room(void **state)
{
    static char out[OUT_BYTES];
    (void)state;
    print(out, 21, 80, 25);
    assert_int_equal(count_of(out, "pulling"), 7);
    assert_int_equal(count_of(out, "ready"), 7);
    assert_int_equal(count_of(out, "empty"), 6);
    assert_non_null(strstr(out, "; 1 of 21 slots hidden\n"));
    print(out, 21, 80, 13);
    assert_int_equal(count_of(out, "pulling"), 7);
    assert_int_equal(count_of(out, "ready"), 1);
    assert_int_equal(count_of(out, "empty"), 0);
    print(out, 21, 80, 7);
    assert_int_equal(count_of(out, "pulling"), 2);
    assert_non_null(strstr(out, "; 19 of 21 slots hidden\n"));
}

static void eighty_columns_show_bar_rate_and_time(void **state)
{
    static char out[OUT_BYTES];
    (void)state;
    print(out, 3, 80, 24);
    assert_non_null(
        strstr(out, "   2  pulling      K-07    [###.........]  25 %    10.0 MiB/s  0:09  1 stored\n"));
    assert_non_null(strstr(
        out, "   3  ready        K-07    K\xc3\xb6ln: a reason that is long, and goes on beyond wh...\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_says_everything),
        cmocka_unit_test(a_window_is_never_left),
        cmocka_unit_test(slots_at_rest_make_room),
        cmocka_unit_test(eighty_columns_show_bar_rate_and_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
