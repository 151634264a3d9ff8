/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a camera that is done is given for its next shift, by itself or by an order over the control socket,
 * and what the status line tells of it. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dock/control.h"
#include "dock/status.h"
#include "server/web/web.h"
#include "tests/unit/dock/kit.h"
#include "tests/unit/test.h"

static enum asv_status no_bulletin(void *ctx, struct asv_bytes chain, bool reserve_used, uint8_t *out,
                                   size_t cap, size_t *len, struct asv_err *err)
{
    (void)ctx;
    (void)chain;
    (void)reserve_used;
    (void)out;
    (void)cap;
    (void)len;
    return asv_fail(err, ASV_E_STATE, "not now");
}

/* Also when there was none at the end of that docking: a camera that went on with a key whose period
 * runs would at last record what nobody can open. */
static void a_camera_that_used_its_reserve_key_is_given_another(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 5);
    camera->clips[0].reserve = true;
    dock_once();
    assert_int_equal(rig->bulletins, 1);
    assert_int_equal(rig->reserves_used, 1);

    fake_camera_record(camera, 2, 5);
    camera->clips[1].reserve = true;
    enum asv_status (*bulletin)(void *, struct asv_bytes, bool, uint8_t *, size_t, size_t *,
                                struct asv_err *) = rig->services.bulletin;
    rig->services.bulletin = no_bulletin;
    dock_once();
    assert_int_equal(camera->erased, 2);
    assert_int_equal(rig->bulletins, 1);
    rig->services.bulletin = bulletin;
    dock_once(); /* nothing is on it any more that would say so */
    assert_int_equal(rig->bulletins, 2);
    assert_int_equal(rig->reserves_used, 1);
    dock_once();
    assert_int_equal(rig->bulletins, 2);
}

static void a_camera_on_its_reserve_key_is_given_another_before_anything_is_opened(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 5);
    camera->clips[0].reserve = camera->on_reserve = true;
    dock_once();
    assert_int_equal(rig->opens, 1);
    assert_int_equal(rig->opens_before, 0);
    assert_int_equal(rig->reserves_used, 1);
    assert_int_equal(rig->bulletins, 1); /* one is enough */

    fake_camera_record(camera, 2, 5); /* without one it is read all the same */
    rig->services.bulletin = no_bulletin;
    dock_once();
    assert_int_equal(rig->opens, 2);
    assert_int_equal(camera->erased, 2);
}

static void an_assignment_ends_with_the_docking(void **state)
{
    (void)state;
    memset(camera->assignment_id, 0x31, sizeof camera->assignment_id);
    camera->held[ASV_WIRE_HELD_ASSIGNMENT].number = 4;
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    static const uint8_t nobody[16];
    assert_memory_equal(camera->assignment_id, nobody, sizeof nobody);
    assert_int_equal(camera->held[ASV_WIRE_HELD_ASSIGNMENT].number, 14);
    assert_int_equal(rig->assignments, 1);
}

static const char *order(const char *line)
{
    static char answer[256];
    char *text = asv_control_answer(&rig->dock, line, strlen(line));
    snprintf(answer, sizeof answer, "%s", text ? text : "");
    free(text);
    return answer;
}

static void a_ready_camera_is_issued_over_the_control_socket(void **state)
{
    (void)state;
    static const char issue[] = "{\"do\":\"assign\",\"slot\":1,\"unit\":\"32-3\",\"area\":\"Innenstadt\"}";
    assert_string_equal(order("nonsense"), "{\"ok\":false,\"why\":\"this is not a JSON object\"}\n");
    assert_non_null(strstr(order("{\"do\":\"again\"}"), "with which slot"));
    assert_non_null(strstr(order("{\"do\":\"again\",\"slot\":99}"), "no such slot"));
    assert_non_null(strstr(order("{\"do\":\"dance\",\"slot\":1}"), "cannot be done"));
    assert_non_null(strstr(order("{\"do\":\"again\",\"slot\":1}"), "no camera that is done"));
    assert_non_null(strstr(order(issue), "only a camera that is ready"));
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    assert_non_null(
        strstr(order("{\"do\":\"assign\",\"slot\":1,\"unit\":\"caf\u00e9\"}"), "printable ASCII"));
    assert_non_null(strstr(order(issue), "{\"ok\":true,\"assignment\":\""));
    assert_int_equal(rig->slots[0].state, ASV_SLOT_CONNECTING);
    rig_run_to(rig, 0, ASV_SLOT_READY);
    assert_int_equal(camera->sessions, 2);
    assert_memory_equal(camera->assignment_id, rig->slots[0].assignment, 16);
    assert_string_equal(camera->assigned_unit, "32-3");
    assert_string_equal(camera->assigned_area, "Innenstadt");
    rig_take_out(rig, 0);
    rig_dock(rig, 1, camera, ASV_SLOT_READY); /* back from the shift */
    assert_string_equal(camera->assigned_unit, "");
    assert_int_equal(rig->assignments, 2);
}

static void the_unit_is_the_registers_unless_said_otherwise(void **state)
{
    (void)state;
    static const uint8_t nobody[16];
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    assert_int_equal(rig->assignments, 0); /* no unit is known, and nobody has it */
    assert_non_null(strstr(order("{\"do\":\"assign\",\"slot\":1,\"unit\":\"32-3\"}"), "operating area"));
    assert_non_null(strstr(order("{\"do\":\"assign\",\"slot\":1,\"area\":\"Nord\"}"), "no unit"));
    rig->unit = "32-3";
    order("{\"do\":\"again\",\"slot\":1}");
    rig_run_to(rig, 0, ASV_SLOT_READY);
    assert_string_equal(camera->assigned_unit, "32-3"); /* issued to nobody, and already the unit's */
    assert_memory_equal(camera->assignment_id, nobody, sizeof nobody);
    assert_non_null(strstr(order("{\"do\":\"assign\",\"slot\":1,\"area\":\"Nord\"}"), "\"ok\":true"));
    rig_run_to(rig, 0, ASV_SLOT_READY);
    assert_string_equal(camera->assigned_unit, "32-3");
    assert_string_equal(camera->assigned_area, "Nord");
    assert_memory_not_equal(camera->assignment_id, nobody, sizeof nobody);
    assert_int_equal(rig->assignments, 2);
}

static void the_status_line_tells_each_slot(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 300);
    rig_plug(rig, 0, camera);
    rig_run(rig, some_chunks);
    char *line = asv_status_line(&rig->dock);
    assert_non_null(line);
    json_t *root = json_loads(line, 0, NULL);
    const json_t *slots = json_object_get(root, "slots");
    assert_int_equal(json_array_size(slots), RIG_SLOTS);
    const json_t *first = json_array_get(slots, 0), *last = json_array_get(slots, RIG_SLOTS - 1);
    assert_string_equal(json_string_value(json_object_get(first, "state")), "pulling");
    assert_string_equal(json_string_value(json_object_get(first, "colour")), "blue");
    assert_string_equal(json_string_value(json_object_get(first, "step")), "payload");
    assert_string_equal(json_string_value(json_object_get(first, "port")), "1-1");
    assert_true(json_integer_value(json_object_get(first, "total")) > 300 * 65552);
    assert_true(json_integer_value(json_object_get(first, "done")) > 0);
    assert_int_equal(json_array_size(json_object_get(first, "why")), 0);
    assert_non_null(json_object_get(first, "percent"));
    assert_string_equal(json_string_value(json_object_get(last, "state")), "empty");
    assert_int_equal(json_integer_value(json_object_get(last, "slot")), RIG_SLOTS);
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
    char *board = asv_web_board_of(line, strlen(line)); /* the web server understands it */
    assert_non_null(board);
    assert_null(strstr(board, json_string_value(json_object_get(first, "camera"))));
    free(board);
    json_decref(root);
    free(line);
    rig_run_to(rig, 0, ASV_SLOT_READY);
}

#define SHARED 5

static unsigned looks, percents;

/* Of as many recordings of one size the share is that of those that are through, or of one more. */
static bool the_share_is_that_of_all(struct rig *r)
{
    const struct asv_slot *slot = &r->slots[0];
    unsigned percent = 0;
    unsigned minutes = 0;
    if (slot->state == ASV_SLOT_PULLING && asv_slot_share(slot, &percent, &minutes)) {
        assert_in_range(percent, 100 / SHARED * slot->counts.pulled,
                        100 / SHARED * (slot->counts.pulled + 1));
        assert_int_equal(percent % 5, 0);
        assert_true(percent >= percents);
        percents = percent;
        looks++;
    }
    return slot->state == ASV_SLOT_READY;
}

/* A-100, LAW L6 */
static void the_board_counts_no_recordings(void **state)
{
    (void)state;
    looks = percents = 0;
    for (uint64_t number = 1; number <= SHARED; number++) {
        fake_camera_record(camera, number, 60);
    }
    rig_plug(rig, 0, camera);
    rig_run(rig, the_share_is_that_of_all);
    assert_true(looks > 2 && percents >= 50);
    unsigned percent = 0;
    unsigned minutes = 0;
    assert_true(asv_slot_share(&rig->slots[0], &percent, &minutes));
    assert_true(percent == 100 && minutes == 0);
    rig_take_out(rig, 0);
    assert_false(asv_slot_share(&rig->slots[0], &percent, &minutes));
    static struct asv_slot slot; /* a minute has passed */
    slot.pulled_bytes = 100;
    slot.ahead_bytes = 250;
    slot.pulled_since_ms = asv_loop_now_ms() - 60000;
    assert_true(asv_slot_share(&slot, &percent, &minutes));
    assert_true(percent == 25 && minutes == 3);
    slot.pulled_since_ms = asv_loop_now_ms();
    assert_true(asv_slot_share(&slot, &percent, &minutes));
    assert_true(percent == 25 && minutes == 0); /* too early to say */
}

/* */
static void what_stays_on_it_is_said_without_a_figure(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 5);
    fake_camera_record(camera, 2, 5);
    camera->clips[0].recording = camera->clips[1].recording = true;
    rig_dock(rig, 0, camera, ASV_SLOT_ATTENTION);
    assert_string_equal(rig->slots[0].reason, "recordings on it: 2 still being recorded");
    char *line = asv_status_line(&rig->dock);
    char *board = asv_web_board_of(line, strlen(line));
    assert_non_null(strstr(board, "{\"slot\":1,\"state\":\"attention\",\"colour\":\"yellow\",\"offered\":"
                                  "false,\"why\":[\"recording\"]}"));
    free(board);
    free(line);
}

int main(int argc, char **argv)
{
    filter_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        KIT_TEST(a_camera_that_used_its_reserve_key_is_given_another),
        KIT_TEST(a_camera_on_its_reserve_key_is_given_another_before_anything_is_opened),
        KIT_TEST(an_assignment_ends_with_the_docking),
        KIT_TEST(a_ready_camera_is_issued_over_the_control_socket),
        KIT_TEST(the_unit_is_the_registers_unless_said_otherwise),
        KIT_TEST(the_status_line_tells_each_slot),
        KIT_TEST(the_board_counts_no_recordings),
        KIT_TEST(what_stays_on_it_is_said_without_a_figure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
