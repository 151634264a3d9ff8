/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The slot's table of moves, written out a second time as text. */
#include "dock/states.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/test.h"

static const char *const expected[] = {
    "empty: connecting parked",
    "connecting: empty handshake refused fault parked",
    "handshake: empty identifying refused fault parked",
    "identifying: empty listing refused fault parked",
    "listing: empty pulling sealing erasing waiting finishing fault parked",
    "pulling: empty listing fault parked",
    "sealing: empty listing erasing waiting finishing fault parked",
    "erasing: empty listing sealing waiting finishing fault parked",
    "waiting: empty listing sealing erasing finishing fault parked",
    "finishing: empty ready attention fault parked",
    "ready: empty connecting fault parked",
    "attention: empty connecting fault parked",
    "refused: empty parked",
    "fault: empty connecting parked",
    "parked:",
};

static void every_move_and_no_other_is_permitted(void **state)
{
    (void)state;
    assert_int_equal(sizeof expected / sizeof *expected, ASV_SLOT_STATES);
    for (enum asv_slot_state from = 0; from < ASV_SLOT_STATES; from++) {
        char line[256];
        size_t at = (size_t)snprintf(line, sizeof line, "%s:", asv_slot_state_name(from));
        for (enum asv_slot_state to = 0; to < ASV_SLOT_STATES; to++)
            if (asv_slot_may_move(from, to))
                at += (size_t)snprintf(line + at, sizeof line - at, " %s", asv_slot_state_name(to));
        assert_string_equal(line, expected[from]);
    }
}

static void no_state_moves_to_itself_and_all_but_empty_can_end_empty_or_parked(void **state)
{
    (void)state;
    for (enum asv_slot_state at = 0; at < ASV_SLOT_STATES; at++) {
        assert_false(asv_slot_may_move(at, at));
        if (at != ASV_SLOT_PARKED)
            assert_true(asv_slot_may_move(at, ASV_SLOT_PARKED));
        if (at != ASV_SLOT_PARKED && at != ASV_SLOT_EMPTY)
            assert_true(asv_slot_may_move(at, ASV_SLOT_EMPTY));
    }
}

static void every_state_can_be_reached_from_empty(void **state)
{
    (void)state;
    bool reached[ASV_SLOT_STATES] = {[ASV_SLOT_EMPTY] = true};
    for (int round = 0; round < ASV_SLOT_STATES; round++)
        for (enum asv_slot_state from = 0; from < ASV_SLOT_STATES; from++)
            for (enum asv_slot_state to = 0; to < ASV_SLOT_STATES; to++)
                reached[to] = reached[to] || (reached[from] && asv_slot_may_move(from, to));
    for (enum asv_slot_state at = 0; at < ASV_SLOT_STATES; at++)
        assert_true(reached[at]);
}

static void only_a_camera_that_may_be_taken_without_a_thought_is_green(void **state)
{
    (void)state;
    for (enum asv_slot_state at = 0; at < ASV_SLOT_STATES; at++) {
        bool green = strcmp(asv_slot_state_colour(at), "green") == 0;
        assert_int_equal(green, at == ASV_SLOT_READY);
    }
    assert_string_equal(asv_slot_state_colour(ASV_SLOT_REFUSED), "red");
    assert_string_equal(asv_slot_state_colour(ASV_SLOT_FAULT), "red");
    assert_string_equal(asv_slot_state_colour(ASV_SLOT_ATTENTION), "yellow");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_move_and_no_other_is_permitted),
        cmocka_unit_test(no_state_moves_to_itself_and_all_but_empty_can_end_empty_or_parked),
        cmocka_unit_test(every_state_can_be_reached_from_empty),
        cmocka_unit_test(only_a_camera_that_may_be_taken_without_a_thought_is_green),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
