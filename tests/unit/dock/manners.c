/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Who a camera is and how it behaves: strangers, copies, and cameras that fall silent, lie or do not obey.
 * None of them disturbs the other slots. */
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/dock/kit.h"
#include "tests/unit/test.h"

static void a_foreign_camera_stores_zero_bytes(void **state)
{
    (void)state;
    struct asv_test_agency *foreign = calloc(1, sizeof *foreign);
    struct fake_camera *stranger = calloc(1, sizeof *stranger);
    asv_test_agency_init(foreign, 99);
    fake_camera_init(stranger, foreign, 1);
    fake_camera_record(stranger, 1, 5);
    rig_dock(rig, 0, stranger, ASV_SLOT_REFUSED); /* it does not know this agency */
    stranger->trusts = rig->agency.root.pk;
    rig_dock(rig, 1, stranger, ASV_SLOT_REFUSED); /* it would, but the dock does not know it */
    assert_non_null(strstr(rig->slots[1].reason, "not a camera of this agency"));
    assert_int_equal(rig_count(rig, ASV_VAULT_STAGING), 0);
    assert_int_equal(rig_count(rig, ASV_VAULT_QUARANTINE), 0);
    assert_int_equal(stranger->chunks_given, 0);
    rig_run(rig, rig_nothing_runs);
    assert_int_equal(rig->alarm_kinds[ASV_DB_ALARM_FOREIGN_CAMERA], 2);
    fake_camera_record(camera, 1, 5);
    rig_dock(rig, 2, camera, ASV_SLOT_READY); /* the others are not disturbed */
    rig_unplug(rig, 0);
    rig_unplug(rig, 1);
    rig_run_to(rig, 0, ASV_SLOT_EMPTY);
    rig_run_to(rig, 1, ASV_SLOT_EMPTY);
    fake_camera_free(stranger);
    free(stranger);
    free(foreign);
}

static bool both_need_attention(struct rig *r)
{
    return r->slots[0].state == ASV_SLOT_ATTENTION && r->slots[1].state == ASV_SLOT_ATTENTION;
}

static void a_copy_of_a_camera_in_another_slot_is_an_alarm_and_stored_once(void **state)
{
    (void)state;
    struct fake_camera *copy = calloc(1, sizeof *copy);
    fake_camera_init(copy, &rig->agency, 11);
    fake_camera_record(camera, 1, 60);
    fake_camera_record(copy, 1, 60);
    assert_memory_equal(camera->clips[0].clip->header_digest, copy->clips[0].clip->header_digest, 32);
    rig_plug(rig, 0, camera);
    rig_plug(rig, 1, copy);
    rig_run(rig, both_need_attention);
    assert_int_equal(rig->commit_count, 1);
    assert_int_equal(kind_of(1), ASV_COMMIT_STORED);
    assert_int_equal(rig_count(rig, ASV_VAULT_SEALED), 1);
    assert_int_equal(rig_count(rig, ASV_VAULT_QUARANTINE), 0);
    assert_int_equal(camera->erased + copy->erased, 2);
    assert_true(camera->chunks_given + copy->chunks_given < 120);
    assert_true(rig->alarm_kinds[ASV_DB_ALARM_CLONE] >= 1);
    rig_take_out(rig, 1);
    fake_camera_free(copy);
    free(copy);
}

static void a_camera_that_stops_answering_is_a_fault_and_is_tried_again(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 50);
    fake_camera_record(second, 1, 50);
    rig->dock.settings.chunk_ms = 3000; /* more than a machine that does much else lets an honest one wait */
    camera->silent_after = 20;
    rig_plug(rig, 0, camera);
    rig_plug(rig, 1, second);
    rig_run_to(rig, 0, ASV_SLOT_FAULT);
    if (strstr(rig->slots[0].reason, "does not answer") == NULL) {
        fail_msg("the reason is \"%s\"", rig->slots[0].reason);
    }
    rig_run_to(rig, 1, ASV_SLOT_READY); /* the other one does not notice */
    camera->silent_after = 0;
    rig_run_to(rig, 0, ASV_SLOT_READY);
    assert_int_equal(kind_of(1), ASV_COMMIT_STORED);
}

static bool has_given_up(struct rig *r)
{
    return r->slots[0].state == ASV_SLOT_FAULT && strstr(r->slots[0].reason, "put it in again") != NULL;
}

static void after_some_faults_a_person_must_help(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 50);
    rig->dock.settings.chunk_ms = 100;
    camera->silent_after = 1;
    rig_plug(rig, 0, camera);
    rig_run(rig, has_given_up);
    assert_int_equal(camera->sessions, 3);
    camera->silent_after = 0;
    rig_take_out(rig, 0);
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
}

/* It gives some, and then just keeps the session: long before a chunk is late. */
static void a_camera_that_gives_too_little_loses_its_session(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 50);
    struct asv_dock_settings *settings = &rig->dock.settings;
    const struct asv_dock_settings usual = *settings;
    settings->chunk_ms = 10 * RIG_WAIT_MS;
    settings->rate_window_ms = 100;
    settings->rate_floor_bytes = UINT64_C(1) << 40;
    camera->silent_after = 20;
    rig_plug(rig, 0, camera);
    rig_run_to(rig, 0, ASV_SLOT_FAULT);
    assert_non_null(strstr(rig->slots[0].reason, "the camera gives only"));
    assert_int_equal(camera->chunks_given, 20);
    *settings = usual;
    camera->silent_after = 0;
    rig_run_to(rig, 0, ASV_SLOT_READY); /* what it gave counts */
    assert_int_equal(camera->sessions, 2);
    assert_int_equal(kind_of(1), ASV_COMMIT_STORED);
    rig_take_out(rig, 0);
    rig_run(rig, rig_nothing_runs);
    assert_int_equal(rig->alarm_kinds[ASV_DB_ALARM_HOSTILE_CAMERA], 1);
}

/* A worker of the slot that has stopped: its chunks wait for it. */
static struct {
    struct asv_job job;
    sem_t go_on;
    _Atomic bool holds;
} worker;

static void hold_run(struct asv_job *job)
{
    (void)job;
    worker.holds = true;
    while (sem_wait(&worker.go_on) != 0)
        ;
}

static void hold_done(struct asv_job *job)
{
    (void)job;
}

static bool chunks_wait_for_the_worker(struct rig *r)
{
    return worker.holds && r->slots[0].lent > 0;
}

static bool some_windows_passed(struct rig *r)
{
    static uint64_t since;
    static unsigned windows;
    if (r->slots[0].floor_since_ms != since) {
        since = r->slots[0].floor_since_ms;
        windows++;
    }
    return windows > 3 || r->slots[0].state != ASV_SLOT_PULLING;
}

static void a_camera_that_waits_for_the_dock_does_not_give_too_little(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 400);
    struct asv_dock_settings *settings = &rig->dock.settings;
    const struct asv_dock_settings usual = *settings;
    worker.job = (struct asv_job){.run = hold_run, .done = hold_done};
    assert_int_equal(sem_init(&worker.go_on, 0, 0), 0);
    rig_plug(rig, 0, camera);
    rig_run(rig, some_chunks);
    asv_pool_submit(rig->dock.pool, asv_lane_data(&rig->slots[0]), &worker.job);
    rig_run(rig, chunks_wait_for_the_worker);
    settings->rate_window_ms = 1;
    settings->rate_floor_bytes = UINT64_MAX;
    rig_run(rig, some_windows_passed);
    bool lost = rig->slots[0].state != ASV_SLOT_PULLING;
    *settings = usual;
    sem_post(&worker.go_on);
    assert_false(lost);
    rig_run_to(rig, 0, ASV_SLOT_READY);
    assert_int_equal(camera->sessions, 1);
    assert_int_equal(kind_of(1), ASV_COMMIT_STORED);
    sem_destroy(&worker.go_on);
}

static void a_camera_that_announces_another_header_is_not_believed(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 5);
    fake_camera_record(camera, 2, 5);
    camera->lie_number = 1;
    rig_dock(rig, 0, camera, ASV_SLOT_ATTENTION);
    assert_int_equal(kind_of(1), 0);
    assert_int_equal(kind_of(2), ASV_COMMIT_STORED);
    assert_int_equal(camera->chunks_given, 5);
    assert_int_equal(rig->alarm_kinds[ASV_DB_ALARM_HOSTILE_CAMERA], 1);
}

/* What it sends as tail would be signed bytes, and its receipt could never be right. */
static void a_camera_that_announces_another_payload_than_its_seal_signs_is_not_believed(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 5);
    fake_camera_record(camera, 2, 5);
    camera->short_number = 1;
    rig_dock(rig, 0, camera, ASV_SLOT_ATTENTION);
    assert_int_equal(kind_of(1), 0);
    assert_int_equal(kind_of(2), ASV_COMMIT_STORED);
    assert_int_equal(rig->alarm_kinds[ASV_DB_ALARM_HOSTILE_CAMERA], 1);
}

static void a_camera_that_lists_without_end_is_a_fault(void **state)
{
    (void)state;
    camera->endless = true;
    rig_dock(rig, 0, camera, ASV_SLOT_FAULT);
}

static void a_camera_that_does_not_erase_needs_attention(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 5);
    camera->cannot_erase = true;
    rig_dock(rig, 0, camera, ASV_SLOT_ATTENTION);
    assert_int_equal(kind_of(1), ASV_COMMIT_STORED);
    assert_int_equal(camera->refused, 1);
    assert_non_null(strstr(rig->slots[0].reason, "not erased by it"));
    assert_int_equal(rig->alarm_kinds[ASV_DB_ALARM_ERASURE], 1);
}

int main(int argc, char **argv)
{
    filter_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        KIT_TEST(a_foreign_camera_stores_zero_bytes),
        KIT_TEST(a_copy_of_a_camera_in_another_slot_is_an_alarm_and_stored_once),
        KIT_TEST(a_camera_that_stops_answering_is_a_fault_and_is_tried_again),
        KIT_TEST(after_some_faults_a_person_must_help),
        KIT_TEST(a_camera_that_gives_too_little_loses_its_session),
        KIT_TEST(a_camera_that_waits_for_the_dock_does_not_give_too_little),
        KIT_TEST(a_camera_that_announces_another_header_is_not_believed),
        KIT_TEST(a_camera_that_announces_another_payload_than_its_seal_signs_is_not_believed),
        KIT_TEST(a_camera_that_lists_without_end_is_a_fault),
        KIT_TEST(a_camera_that_does_not_erase_needs_attention),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
