/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Whole recordings are taken in, and each is erased by its camera only when it is in custody. */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/dock/kit.h"
#include "tests/unit/test.h"

static void a_docking_stores_everything_and_the_camera_erases_it(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 9);
    fake_camera_record(camera, 2, 70);
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    assert_int_equal(kind_of(1), ASV_COMMIT_STORED);
    assert_int_equal(kind_of(2), ASV_COMMIT_STORED);
    assert_int_equal(camera->erased, 2);
    assert_int_equal(camera->finish_reason, ASV_WIRE_FINISH_READY);
    assert_int_equal(camera->indicator.indication, ASV_WIRE_INDICATE_READY);
    assert_true(rig_find(rig, camera, 1)->erased && rig_find(rig, camera, 2)->erased);
    assert_int_equal(rig->opens, 2);
    assert_int_equal(rig_count(rig, ASV_VAULT_SEALED), 2);
    assert_int_equal(rig_count(rig, ASV_VAULT_STAGING), 0);
    assert_int_equal(camera->chunks_given, 79);
    const struct asv_commit *facts = &rig_find(rig, camera, 2)->facts;
    assert_int_equal(facts->integrity, ASV_INTEGRITY_VALID);
    assert_int_equal(facts->provenance, ASV_PROVENANCE_TRUSTED);
    assert_int_equal(facts->day, 20260105);
    assert_int_equal(facts->slot, 1);
    assert_int_equal(facts->leaves, 70);
    /* and it was given what it needs */
    assert_int_equal(camera->held[ASV_WIRE_HELD_BULLETIN].number, 1);
    assert_int_equal(camera->held[ASV_WIRE_HELD_CONFIGURATION].number, 1);
    assert_int_equal(rig->logs, 1);
    assert_true(camera->world.wall == rig->world.wall);
    rig_take_out(rig, 0);
    rig_run(rig, rig_nothing_runs);
    assert_int_equal(rig->ends, 1);
}

static void marked_recordings_come_first_then_the_oldest(void **state)
{
    (void)state;
    for (uint64_t number = 1; number <= 4; number++)
        fake_camera_record(camera, number, 2);
    camera->clips[2].marked = true;
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    static const uint64_t want[] = {3, 1, 2, 4};
    assert_int_equal(camera->order_count, 4);
    assert_memory_equal(camera->order, want, sizeof want);
}

static void a_recording_without_a_whole_chunk_is_stored_too(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 0);
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    assert_int_equal(kind_of(1), ASV_COMMIT_STORED);
    assert_int_equal(camera->erased, 1);
}

/* Cut by a power failure: no end record, no link, and bytes behind the last checkpoint. */
static void a_cut_recording_is_stored_with_its_tail_beside_it(void **state)
{
    (void)state;
    const struct asv_test_plan plan = {.number = 1, .chunks = 6, .every = 4, .cut = true};
    fake_camera_record_as(camera, &plan, 70001);
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    const struct asv_commit *facts = &rig_find(rig, camera, 1)->facts;
    assert_int_equal(facts->kind, ASV_COMMIT_STORED);
    assert_int_equal(facts->integrity, ASV_INTEGRITY_TRUNCATED);
    assert_int_equal(facts->tail_bytes, 70001);
    assert_int_equal(facts->payload_bytes, 6 * 65552);
    assert_int_equal(camera->erased, 1);
}

static void a_wrong_chunk_is_asked_for_again(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 20);
    camera->wrong_number = 1;
    camera->wrong_chunk = 7;
    camera->wrong_times = 2;
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    assert_int_equal(kind_of(1), ASV_COMMIT_STORED);
    assert_int_equal(camera->chunks_given, 22);
    assert_int_equal(camera->erased, 1);
}

static void a_recording_that_runs_is_left_alone(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 5);
    camera->clips[0].recording = true;
    rig_dock(rig, 0, camera, ASV_SLOT_ATTENTION);
    assert_int_equal(camera->chunks_given, 0);
    assert_int_equal(kind_of(1), 0);
}

static void an_unknown_clock_is_stored_and_left_to_people(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 5);
    camera->lost_clock = true;
    camera->clips[0].clip->header.clock_state =
        ASV_CLOCK_LOST; /* what the dock sees is in the seal: SYNCED */
    rig->emptied_ms = rig->world.wall - INT64_C(5) * 86400000;
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    assert_int_equal(kind_of(1), ASV_COMMIT_STORED);
}

static void a_camera_without_recordings_is_ready_at_once(void **state)
{
    (void)state;
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    assert_int_equal(rig->dockings, 1);
    assert_int_equal(rig->bulletins, 1);
    rig_take_out(rig, 0);
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    assert_int_equal(rig->bulletins, 1); /* its keys last for long */
}

static void receipts_wait_for_room_among_the_requests(void **state)
{
    (void)state;
    for (uint64_t number = 1; number <= FAKE_CLIPS; number++)
        fake_camera_record(camera, number, 40);
    camera->requests = 1;
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    assert_int_equal(camera->erased, FAKE_CLIPS);
}

static void what_is_in_custody_already_is_not_pulled_again_but_gets_its_receipt(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 5);
    camera->cannot_erase = true;
    rig_dock(rig, 0, camera, ASV_SLOT_ATTENTION);
    rig_take_out(rig, 0);
    camera->cannot_erase = false;
    rig_dock(rig, 1, camera, ASV_SLOT_READY);
    assert_int_equal(camera->erased, 1);
    assert_int_equal(camera->chunks_given, 5);
    assert_int_equal(rig->commit_count, 1);
    assert_int_equal(rig_find(rig, camera, 1)->receipts, 1);
    assert_int_equal(rig_count(rig, ASV_VAULT_SEALED), 1);
}

static void proofs_of_erasure_from_before_are_fetched_and_acknowledged(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 5);
    dock_once();
    camera->clips[0].outstanding = true; /* as if the acknowledgement had been lost */
    rig->commits[0].erased = false;
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    assert_false(camera->clips[0].outstanding);
    assert_true(rig->commits[0].erased);
}

static void no_more_frames_are_held_than_the_link_has(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 200);
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    assert_true(rig->links[0].most_frames <= 4);
}

int main(int argc, char **argv)
{
    filter_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        KIT_TEST(a_docking_stores_everything_and_the_camera_erases_it),
        KIT_TEST(marked_recordings_come_first_then_the_oldest),
        KIT_TEST(a_recording_without_a_whole_chunk_is_stored_too),
        KIT_TEST(a_cut_recording_is_stored_with_its_tail_beside_it),
        KIT_TEST(a_wrong_chunk_is_asked_for_again),
        KIT_TEST(a_recording_that_runs_is_left_alone),
        KIT_TEST(an_unknown_clock_is_stored_and_left_to_people),
        KIT_TEST(a_camera_without_recordings_is_ready_at_once),
        KIT_TEST(receipts_wait_for_room_among_the_requests),
        KIT_TEST(what_is_in_custody_already_is_not_pulled_again_but_gets_its_receipt),
        KIT_TEST(proofs_of_erasure_from_before_are_fetched_and_acknowledged),
        KIT_TEST(no_more_frames_are_held_than_the_link_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
