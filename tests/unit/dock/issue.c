/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Cameras are issued at the dock for badges: which one, who is written down, and what is left when it comes
 * to nothing. */
#include <stdio.h>
#include <string.h>

#include "dock/issue.h"
#include "server/base/badge.h"
#include "tests/unit/dock/kit.h"
#include "tests/unit/test.h"

#define HOUR_MS (INT64_C(3600) * 1000)

static const uint8_t nobody[16];
static struct asv_issue_answer told[2];
static bool heard[2];

static void hear(void *ctx, const struct asv_issue_answer *answer)
{
    size_t at = (size_t)((struct asv_issue_answer *)ctx - told);
    assert_false(heard[at]); /* once */
    told[at] = *answer;
    heard[at] = true;
}

/* Presents a badge; what follows is in told[at], when heard[at]. */
static struct asv_issue *present(const char *badge, size_t at)
{
    struct asv_issue_answer now;
    heard[at] = false;
    struct asv_issue *issue = asv_issue_begin(&rig->dock, badge, hear, &told[at], &now);
    if (issue == NULL) {
        hear(&told[at], &now);
    }
    return issue;
}

static bool first_heard(struct rig *r)
{
    return heard[0] && r->dock.issuing == 0 && asv_pool_pending(r->dock.pool) == 0;
}

static bool both_heard(struct rig *r)
{
    return heard[1] && first_heard(r);
}

static bool is_begun(struct rig *r)
{
    return r->slots[0].issue != NULL;
}

static enum asv_issued come_of(const char *badge)
{
    present(badge, 0);
    rig_run(rig, first_heard);
    return told[0].outcome;
}

/* D-001, D-002, D-004 */
static void the_fullest_camera_that_is_ready_is_lit_and_assigned(void **state)
{
    (void)state;
    struct asv_badge badge;
    snprintf(rig->issue.unit, sizeof rig->issue.unit, "32-4");
    second->battery = 93;
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    rig_dock(rig, 1, second, ASV_SLOT_READY);
    assert_int_equal(second->indicator.indication, ASV_WIRE_INDICATE_READY);
    assert_int_equal(come_of("4711"), ASV_ISSUED);
    assert_int_equal(told[0].slot, 2);
    assert_int_equal(told[0].charged, 93);
    assert_true(rig->slots[1].offered);
    assert_false(rig->slots[0].offered);
    assert_int_equal(second->indicator.indication, ASV_WIRE_INDICATE_IDENTIFY);
    assert_memory_equal(second->assignment_id, rig->issue_assignment, 16);
    assert_string_equal(second->assigned_unit, "32-4"); /* of who wears it */
    assert_string_equal(second->assigned_area, "Innenstadt");
    assert_memory_equal(camera->assignment_id, nobody, sizeof nobody);
    asv_badge_of(&badge, rig->keys.badge, "4711");
    assert_memory_equal(rig->issue_badge, badge.pseudonym, sizeof badge.pseudonym);
    rig_take_out(rig, 1);
    assert_false(rig->slots[1].offered);
    assert_int_equal(rig->undone, 0);
    assert_memory_equal(second->assignment_id, rig->issue_assignment, 16);
}

/* D-001 */
static void what_a_camera_has_charged_since_counts(void **state)
{
    (void)state;
    rig->unit = "32-3";
    camera->battery = 20;
    camera->charging = true;
    second->battery = 90;
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    int64_t since = rig->slots[0].docking->began_ms;
    assert_int_equal(asv_issue_charge(&rig->slots[0], since), 20);
    assert_int_equal(asv_issue_charge(&rig->slots[0], since + HOUR_MS), 45);
    assert_int_equal(asv_issue_charge(&rig->slots[0], since + 9 * HOUR_MS), 100);
    rig->world.wall += 9 * HOUR_MS;
    rig_dock(rig, 1, second, ASV_SLOT_READY);
    camera->battery = 97; /* as it then says itself */
    assert_int_equal(come_of("4711"), ASV_ISSUED);
    assert_int_equal(told[0].slot, 1);
    assert_int_equal(told[0].charged, 97);
    assert_string_equal(camera->assigned_unit,
                        "32-3"); /* the camera's own, as the person has none or several */
    rig_take_out(rig, 0);
    second->battery = ASV_WIRE_BATTERY_UNKNOWN;
    rig_take_out(rig, 1);
    rig_dock(rig, 1, second, ASV_SLOT_READY);
    assert_int_equal(come_of("4712"), ASV_ISSUED);
    assert_int_equal(told[0].charged, -1);
}

/* D-005 */
static void what_is_not_fetched_is_nobodys_again(void **state)
{
    (void)state;
    rig->unit = "32-3";
    rig->dock.settings.issue_wait_ms = 10;
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    assert_int_equal(come_of("4711"), ASV_ISSUED);
    rig_run_to(rig, 0, ASV_SLOT_CONNECTING);
    rig_run_to(rig, 0, ASV_SLOT_READY);
    assert_memory_equal(camera->assignment_id, nobody, sizeof nobody);
    assert_int_equal(camera->indicator.indication, ASV_WIRE_INDICATE_READY);
    assert_false(rig->slots[0].offered);
    assert_int_equal(rig->undone, 0); /* the camera was told: it is over, and not untrue */
}

/* D-003 */
static void what_is_taken_out_too_early_is_undone(void **state)
{
    (void)state;
    rig->unit = "32-3";
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    present("4711", 0);
    rig_run(rig, is_begun);
    rig_unplug(rig, 0);
    rig_run(rig, first_heard);
    assert_int_equal(told[0].outcome, ASV_ISSUED_CAMERA);
    assert_int_equal(told[0].slot, 1);
    assert_int_equal(rig->undone, 1);
    assert_memory_equal(rig->undone_assignment, rig->issue_assignment, 16);
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    assert_memory_equal(camera->assignment_id, nobody, sizeof nobody);
}

/* D-003 */
static void a_camera_that_refuses_it_is_not_issued(void **state)
{
    (void)state;
    rig->unit = "32-3";
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    camera->no_assignment = true;
    assert_int_equal(come_of("4711"), ASV_ISSUED_CAMERA);
    assert_int_equal(rig->undone, 1);
    assert_false(rig->slots[0].offered);
    assert_int_equal(camera->indicator.indication, ASV_WIRE_INDICATE_READY);
}

/* D-003 */
static void a_camera_with_something_new_on_it_is_not_issued(void **state)
{
    (void)state;
    rig->unit = "32-3";
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    fake_camera_record(camera, 1, 5);
    assert_int_equal(come_of("4711"), ASV_ISSUED_CAMERA);
    assert_int_equal(rig->undone, 1);
    rig_run_to(rig, 0, ASV_SLOT_READY);
    assert_int_equal(camera->erased, 1);
    assert_memory_equal(camera->assignment_id, nobody, sizeof nobody);
    assert_int_equal(come_of("4711"), ASV_ISSUED);
}

static bool is_silent(struct rig *r)
{
    (void)r;
    return camera->silent;
}

/* D-006 */
static void what_a_camera_may_have_taken_stays_written_down(void **state)
{
    (void)state;
    rig->unit = "32-3";
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    camera->mute_assigned = true;
    present("4711", 0);
    rig_run(rig, is_silent);
    rig_unplug(rig, 0);
    rig_run(rig, first_heard);
    assert_int_equal(told[0].outcome, ASV_ISSUED_CAMERA);
    assert_int_equal(rig->undone, 0);
    assert_memory_equal(camera->assignment_id, rig->issue_assignment, 16);
}

/* D-003 */
static void two_badges_get_two_cameras_or_one_gets_none(void **state)
{
    (void)state;
    rig->unit = "32-3";
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    present("4711", 0);
    present("4712", 1);
    rig_run(rig, both_heard);
    assert_int_equal(told[0].outcome, ASV_ISSUED);
    assert_int_equal(told[1].outcome, ASV_ISSUED_NONE_READY);
    assert_int_equal(rig->issues, 2);
    assert_int_equal(rig->undone, 1);
    assert_memory_equal(rig->undone_assignment, rig->issue_assignment, 16); /* the second one's */
    assert_memory_not_equal(camera->assignment_id, rig->issue_assignment, 16);
    assert_int_equal(come_of("4713"),
                     ASV_ISSUED_NONE_READY); /* a camera that waits for somebody is nobody else's */
}

/* D-003 */
static void what_hinders_it_is_said_and_leaves_nothing(void **state)
{
    (void)state;
    static const enum asv_issued outcomes[] = {[ASV_DB_ISSUE_UNKNOWN] = ASV_ISSUED_UNKNOWN,
                                               [ASV_DB_ISSUE_BARRED] = ASV_ISSUED_BARRED,
                                               [ASV_DB_ISSUE_HAS] = ASV_ISSUED_HAS};
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    for (size_t i = ASV_DB_ISSUE_UNKNOWN; i <= ASV_DB_ISSUE_HAS; i++) {
        rig->issue.outcome = (enum asv_db_issue)i;
        assert_int_equal(come_of("4711"), outcomes[i]);
    }
    assert_int_equal(rig->undone, 0);
    rig->issue.outcome = ASV_DB_ISSUE_DONE;
    assert_int_equal(come_of("4711"), ASV_ISSUED_NONE_READY); /* of no unit: T-090 */
    assert_int_equal(rig->undone, 1);
    unsigned issues = rig->issues;
    assert_int_equal(come_of(""), ASV_ISSUED_UNKNOWN);
    rig->db_away = true;
    assert_int_equal(come_of("4711"), ASV_ISSUED_DATABASE);
    rig->keys.has_badge = false;
    assert_int_equal(come_of("4711"), ASV_ISSUED_NOT_SET_UP);
    rig->keys.has_badge = true;
    rig->dock.settings.issue_area[0] = '\0';
    assert_int_equal(come_of("4711"), ASV_ISSUED_NOT_SET_UP);
    assert_int_equal(rig->issues, issues);
    assert_int_equal(camera->sessions, 1);
}

static void whoever_asked_and_is_gone_is_not_told(void **state)
{
    (void)state;
    rig->unit = "32-3";
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    struct asv_issue *issue = present("4711", 0);
    asv_issue_forget(issue);
    rig_run_to(rig, 0, ASV_SLOT_CONNECTING);
    rig_run_to(rig, 0, ASV_SLOT_READY);
    assert_false(heard[0]);
    assert_true(rig->slots[0].offered);
}

int main(int argc, char **argv)
{
    filter_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        KIT_TEST(the_fullest_camera_that_is_ready_is_lit_and_assigned),
        KIT_TEST(what_a_camera_has_charged_since_counts),
        KIT_TEST(what_is_not_fetched_is_nobodys_again),
        KIT_TEST(what_is_taken_out_too_early_is_undone),
        KIT_TEST(a_camera_that_refuses_it_is_not_issued),
        KIT_TEST(a_camera_with_something_new_on_it_is_not_issued),
        KIT_TEST(what_a_camera_may_have_taken_stays_written_down),
        KIT_TEST(two_badges_get_two_cameras_or_one_gets_none),
        KIT_TEST(what_hinders_it_is_said_and_leaves_nothing),
        KIT_TEST(whoever_asked_and_is_gone_is_not_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
