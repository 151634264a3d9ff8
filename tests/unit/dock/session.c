/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Whole dockings: slots, workers and vault as in the daemon; camera, keeper and database in memory. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dock/control.h"
#include "dock/docking.h"
#include "dock/intake.h"
#include "dock/recovery.h"
#include "dock/revocations.h"
#include "dock/status.h"
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
    struct asv_test_plan plan = {.number = 1, .chunks = 6, .every = 4, .cut = true};
    struct asv_test_clip *clip = calloc(1, sizeof *clip);
    asv_test_clip_make(clip, &rig->agency, &camera->identity, &camera->world, &plan);
    clip->payload.data = realloc(clip->payload.data, clip->payload.len + 70001);
    memset(clip->payload.data + clip->payload.len, 0x5a, 70001);
    clip->payload.len += 70001;
    camera->clips[0] = (struct fake_clip){.clip = clip, .tail = 70001};
    camera->last_number = 1;
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

static void a_chunk_that_stays_wrong_means_quarantine_and_the_camera_keeps_it(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 20);
    fake_camera_record(camera, 2, 3);
    camera->wrong_number = 1;
    camera->wrong_chunk = 7;
    camera->wrong_times = 1000;
    rig_dock(rig, 0, camera, ASV_SLOT_ATTENTION);
    const struct asv_commit *facts = &rig_find(rig, camera, 1)->facts;
    assert_int_equal(facts->kind, ASV_COMMIT_QUARANTINED);
    assert_int_equal(facts->integrity, ASV_INTEGRITY_INVALID);
    assert_string_equal(facts->reason, "INVALID from chunk 7");
    assert_int_equal(camera->chunks_given, 25);      /* three times in all, and the other clip's */
    assert_int_equal(kind_of(2), ASV_COMMIT_STORED); /* one bad clip never blocks another */
    assert_int_equal(camera->erased, 1);
    assert_non_null(camera->clips[0].clip);
    assert_int_equal(camera->finish_reason, ASV_WIRE_FINISH_LATER);
    assert_int_equal(rig_count(rig, ASV_VAULT_QUARANTINE), 1);
}

static void a_chunk_that_cannot_be_read_is_a_gap(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 20);
    camera->bad_number = 1;
    camera->bad_chunk = 11;
    rig_dock(rig, 0, camera, ASV_SLOT_ATTENTION);
    const struct asv_commit *facts = &rig_find(rig, camera, 1)->facts;
    assert_int_equal(facts->kind, ASV_COMMIT_QUARANTINED);
    assert_int_equal(facts->integrity, ASV_INTEGRITY_GAP);
    assert_string_equal(facts->reason, "GAP from chunk 11");
}

static void a_flipped_bit_in_the_seal_means_quarantine(void **state)
{
    (void)state;
    const struct asv_test_clip *clip = fake_camera_record(camera, 1, 20);
    camera->flip_number = 1;
    camera->flip_at = clip->checkpoint_end[2] - 10;
    rig_dock(rig, 0, camera, ASV_SLOT_ATTENTION);
    const struct asv_commit *facts = &rig_find(rig, camera, 1)->facts;
    assert_int_equal(facts->kind, ASV_COMMIT_QUARANTINED);
    assert_int_equal(facts->integrity, ASV_INTEGRITY_INVALID);
    assert_int_equal(facts->leaves, 8); /* what two checkpoints sign is there */
    assert_int_equal(camera->erased, 0);
}

static void unplugged_in_the_middle_it_goes_on_at_the_chunk_in_another_slot(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 300);
    rig_plug(rig, 0, camera);
    rig_run(rig, some_chunks);
    assert_int_equal(rig->slots[0].state, ASV_SLOT_PULLING);
    rig_take_out(rig, 0);
    rig_run(rig, rig_nothing_runs);
    assert_int_equal(rig_count(rig, ASV_VAULT_STAGING), 1);
    unsigned before = camera->chunks_given;
    assert_true(before < 300);
    rig_dock(rig, 2, camera, ASV_SLOT_READY);
    assert_int_equal(kind_of(1), ASV_COMMIT_STORED);
    assert_int_equal(rig_find(rig, camera, 1)->facts.slot, 3);
    assert_true(camera->chunks_given < 300 + 40); /* only what was on its way is given twice */
    assert_int_equal(camera->erased, 1);
}

static void killed_in_the_middle_it_goes_on_at_the_chunk(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 300);
    rig_plug(rig, 0, camera);
    rig_run(rig, some_chunks);
    rig_restart(rig);
    rig_recover(rig);
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    assert_int_equal(kind_of(1), ASV_COMMIT_STORED);
    assert_true(camera->chunks_given < 300 + 60);
}

static void without_the_database_it_goes_on_into_staging_and_commits_later(void **state)
{
    (void)state;
    for (uint64_t number = 1; number <= 7; number++)
        fake_camera_record(camera, number, 5);
    rig->db_away = true;
    rig_plug(rig, 0, camera);
    rig_run(rig, all_staged);
    assert_int_equal(camera->chunks_given, 35);
    assert_int_equal(camera->erased, 0);
    assert_int_equal(rig_count(rig, ASV_VAULT_STAGING), 7);
    assert_non_null(strstr(rig->slots[0].reason, "database is away"));
    rig->db_away = false;
    rig_run_to(rig, 0, ASV_SLOT_READY);
    assert_int_equal(camera->erased, 7);
    assert_int_equal(camera->chunks_given, 35); /* nothing was pulled twice */
    assert_int_equal(rig_count(rig, ASV_VAULT_STAGING), 0);
    assert_int_equal(rig_count(rig, ASV_VAULT_SEALED), 7);
}

static void without_the_keeper_the_receipt_waits(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 5);
    rig->keeper_away = true;
    rig_plug(rig, 0, camera);
    rig_run(rig, all_staged);
    assert_int_equal(camera->erased, 0);
    assert_int_equal(kind_of(1), 0);
    assert_non_null(strstr(rig->slots[0].reason, "keeper is away"));
    rig->keeper_away = false;
    rig_run_to(rig, 0, ASV_SLOT_READY);
    assert_int_equal(camera->erased, 1);
}

static void what_its_keys_do_not_open_goes_to_quarantine(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 5);
    rig->does_not_open = true;
    rig_dock(rig, 0, camera, ASV_SLOT_ATTENTION);
    const struct asv_commit *facts = &rig_find(rig, camera, 1)->facts;
    assert_int_equal(facts->kind, ASV_COMMIT_QUARANTINED);
    assert_int_equal(facts->integrity, ASV_INTEGRITY_VALID);
    assert_string_equal(facts->reason, "the keys that it names do not open it");
    assert_int_equal(rig_count(rig, ASV_VAULT_QUARANTINE), 1);
    assert_int_equal(rig_count(rig, ASV_VAULT_SEALED), 0);
    assert_int_equal(camera->erased, 0);
}

static void a_taken_uuid_goes_to_quarantine(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 5);
    rig->uuid_taken = true;
    rig_dock(rig, 0, camera, ASV_SLOT_ATTENTION);
    assert_int_equal(kind_of(1), ASV_COMMIT_QUARANTINED);
    assert_int_equal(rig_count(rig, ASV_VAULT_QUARANTINE), 1);
}

static void what_the_database_refuses_does_not_hold_up_the_others(void **state)
{
    (void)state;
    for (uint64_t number = 1; number <= 7; number++)
        fake_camera_record(camera, number, 3);
    rig->db_refuses = ASV_SLOT_COMMITS;
    rig_dock(rig, 0, camera, ASV_SLOT_ATTENTION);
    assert_non_null(strstr(rig->slots[0].reason, "4 that could not be brought into custody"));
    assert_int_equal(rig->commit_count, 3);
    assert_int_equal(camera->erased, 3);
    assert_int_equal(rig->alarm_kinds[ASV_DB_ALARM_INTERNAL], 4);
}

static void what_the_database_knows_of_a_camera_counts_when_it_is_back(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 5);
    rig->db_away = rig->number_back = true;
    rig_dock(rig, 0, camera, ASV_SLOT_WAITING);
    rig->db_away = false;
    rig_run_to(rig, 0, ASV_SLOT_ATTENTION);
    assert_int_equal(camera->held[ASV_WIRE_HELD_BULLETIN].number, 0);
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

/* Its copy may be the last whole one. */
static void what_the_vault_has_spoilt_gets_no_second_receipt(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 5);
    store_without_the_camera();
    flip_byte(0, "sealed/*/*/*/*/payload", 100);
    rig_dock(rig, 0, camera, ASV_SLOT_ATTENTION);
    assert_int_equal(camera->erased, 0);
    assert_int_equal(rig->alarm_kinds[ASV_DB_ALARM_DAMAGED_CLIP], 1);
}

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

static void make_revocations(const uint8_t serial[16])
{
    static uint8_t data[4096];
    struct asv_writer writer;
    struct asv_revocations list = {.number = 3,
                                   .issued_ms = rig->world.wall,
                                   .signer = rig->agency.ca.cert,
                                   .count = 1,
                                   .serials = serial};
    memcpy(list.agency, rig->agency.id, sizeof list.agency);
    asv_writer_init(&writer, data, sizeof data);
    assert_int_equal(asv_revocations_encode(&writer, &list, rig->agency.ca.sk), ASV_OK);
    assert_int_equal(asv_revoked_new(&rig->dock.site, data, writer.len, NULL, &rig->dock.revoked, NULL),
                     ASV_OK);
}

static void a_revoked_camera_goes_to_quarantine_and_gets_nothing_new(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 5);
    make_revocations(camera->identity.cert.serial);
    rig_dock(rig, 0, camera, ASV_SLOT_ATTENTION);
    const struct asv_commit *facts = &rig_find(rig, camera, 1)->facts;
    assert_int_equal(facts->kind, ASV_COMMIT_QUARANTINED);
    assert_int_equal(facts->provenance, ASV_PROVENANCE_REVOKED);
    assert_int_equal(camera->erased, 0);
    assert_int_equal(camera->held[ASV_WIRE_HELD_BULLETIN].number, 0);
    assert_int_equal(camera->held[ASV_WIRE_HELD_REVOCATIONS].number, 3);
    assert_int_equal(rig->alarm_kinds[ASV_DB_ALARM_REVOKED_CAMERA], 1);
    assert_non_null(strstr(rig->slots[0].reason, "revoked"));
}

static void quarantine_is_not_filled_beyond_its_quota(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 5);
    fake_camera_record(camera, 2, 5);
    make_revocations(camera->identity.cert.serial);
    rig->dock.site.limits.quarantine_bytes = 6 * 65552;
    rig_plug(rig, 0, camera);
    rig_run(rig, settled_in_waiting);
    assert_int_equal(rig->coming, 0);
    assert_int_equal(kind_of(1), ASV_COMMIT_QUARANTINED);
    assert_int_equal(kind_of(2), 0);
    assert_int_equal(camera->chunks_given, 5);
    assert_non_null(strstr(rig->slots[0].reason, "quarantine is full"));
}

static void a_camera_that_stops_answering_is_a_fault_and_is_tried_again(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 50);
    fake_camera_record(second, 1, 50);
    rig->dock.settings.chunk_ms = 300;
    camera->silent_after = 20;
    rig_plug(rig, 0, camera);
    rig_plug(rig, 1, second);
    rig_run_to(rig, 0, ASV_SLOT_FAULT);
    assert_non_null(strstr(rig->slots[0].reason, "does not answer"));
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

static void a_number_that_goes_back_means_quarantine(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 5);
    rig->number_back = true;
    rig_dock(rig, 0, camera, ASV_SLOT_ATTENTION);
    assert_int_equal(kind_of(1), ASV_COMMIT_QUARANTINED);
    assert_int_equal(camera->erased, 0);
    assert_int_equal(camera->held[ASV_WIRE_HELD_BULLETIN].number, 0);
}

static void T1_docked_after_its_due_date_nothing_is_stored_but_a_tombstone(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 5);
    asv_test_world_step(&camera->world, UINT64_C(20) * 86400000);
    asv_test_world_step(&rig->world, UINT64_C(20) * 86400000);
    rig_dock(rig, 0, camera, ASV_SLOT_ATTENTION);
    assert_int_equal(kind_of(1), ASV_COMMIT_EXPIRED_ON_ARRIVAL);
    assert_int_equal(camera->chunks_given, 0);
    assert_int_equal(rig_count(rig, ASV_VAULT_STAGING), 0);
    assert_int_equal(rig_count(rig, ASV_VAULT_SEALED), 0);
    assert_non_null(strstr(rig->slots[0].reason, "period is over"));
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

static void no_room_is_met_before_the_first_chunk_and_waited_for(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 5);
    rig->dock.site.limits.free_floor_bytes = UINT64_MAX / 2;
    rig_plug(rig, 0, camera);
    rig_run(rig, settled_in_waiting);
    assert_int_equal(camera->chunks_given, 0);
    assert_non_null(strstr(rig->slots[0].reason, "disk is full"));
    rig->dock.site.limits.free_floor_bytes = 0;
    asv_dock_kick(&rig->dock);
    rig_run_to(rig, 0, ASV_SLOT_READY);
    assert_int_equal(camera->erased, 1);
}

static void staged_whole_it_is_committed_without_the_camera(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 12);
    rig->db_away = true;
    rig_plug(rig, 0, camera);
    rig_run(rig, all_staged);
    rig_restart(rig);
    rig->db_away = false;
    rig_recover(rig);
    rig_run(rig, rig_nothing_runs);
    assert_int_equal(kind_of(1), ASV_COMMIT_STORED);
    assert_int_equal(rig_count(rig, ASV_VAULT_STAGING), 0);
    assert_int_equal(camera->erased, 0);
    rig_dock(rig, 1, camera, ASV_SLOT_READY);
    assert_int_equal(camera->erased, 1);
    assert_int_equal(camera->chunks_given, 12);
}

static void recorded_but_unknown_to_the_database_it_is_told(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 12);
    crash_before_custody();
    assert_int_equal(rig_count(rig, ASV_VAULT_SEALED), 1);
    rig_recover(rig);
    rig_run(rig, rig_nothing_runs);
    assert_int_equal(kind_of(1), ASV_COMMIT_STORED);
    rig_dock(rig, 1, camera, ASV_SLOT_READY);
    assert_int_equal(camera->erased, 1);
    assert_int_equal(rig_count(rig, ASV_VAULT_SEALED), 1);
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

static void a_recording_that_runs_is_left_alone(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 5);
    camera->clips[0].recording = true;
    rig_dock(rig, 0, camera, ASV_SLOT_ATTENTION);
    assert_int_equal(camera->chunks_given, 0);
    assert_int_equal(kind_of(1), 0);
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

static void a_new_revocation_list_counts_from_the_next_docking_on(void **state)
{
    (void)state;
    struct asv_err err = {0};
    uint8_t junk[100] = {1, 2, 3};
    fake_camera_record(camera, 1, 5);
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    assert_int_equal(asv_dock_revoke(&rig->dock, junk, sizeof junk, &err), ASV_E_UNSUPPORTED);
    assert_null(rig->dock.revoked);
    make_revocations(camera->identity.cert.serial);
    struct asv_bytes list = {rig->dock.revoked->data, rig->dock.revoked->len};
    assert_int_equal(asv_dock_revoke(&rig->dock, list.data, list.len, &err), ASV_E_EXPIRED);
    assert_int_equal(rig->slots[0].state, ASV_SLOT_READY);
    rig_take_out(rig, 0);
    fake_camera_record(camera, 2, 5);
    rig_dock(rig, 0, camera, ASV_SLOT_ATTENTION);
    assert_int_equal(kind_of(2), ASV_COMMIT_QUARANTINED);
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
    assert_string_equal(json_string_value(json_object_get(last, "state")), "empty");
    assert_int_equal(json_integer_value(json_object_get(last, "slot")), RIG_SLOTS);
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
    json_decref(root);
    free(line);
    rig_run_to(rig, 0, ASV_SLOT_READY);
}

static void parking_leaves_everything_staged_or_committed(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 300);
    fake_camera_record(second, 1, 300);
    rig_plug(rig, 0, camera);
    rig_plug(rig, 1, second);
    rig_run(rig, some_chunks);
    rig_restart(rig); /* stops as SIGTERM would */
    assert_int_equal(rig_count(rig, ASV_VAULT_SEALED) + rig_count(rig, ASV_VAULT_STAGING), 2);
    rig_recover(rig);
    rig_plug(rig, 2, camera);
    rig_plug(rig, 3, second);
    rig_run_to(rig, 2, ASV_SLOT_READY);
    rig_run_to(rig, 3, ASV_SLOT_READY);
    assert_int_equal(rig_count(rig, ASV_VAULT_SEALED), 2);
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
        KIT_TEST(a_chunk_that_stays_wrong_means_quarantine_and_the_camera_keeps_it),
        KIT_TEST(a_chunk_that_cannot_be_read_is_a_gap),
        KIT_TEST(a_flipped_bit_in_the_seal_means_quarantine),
        KIT_TEST(unplugged_in_the_middle_it_goes_on_at_the_chunk_in_another_slot),
        KIT_TEST(killed_in_the_middle_it_goes_on_at_the_chunk),
        KIT_TEST(without_the_database_it_goes_on_into_staging_and_commits_later),
        KIT_TEST(without_the_keeper_the_receipt_waits),
        KIT_TEST(what_its_keys_do_not_open_goes_to_quarantine),
        KIT_TEST(a_taken_uuid_goes_to_quarantine),
        KIT_TEST(what_the_database_refuses_does_not_hold_up_the_others),
        KIT_TEST(what_the_database_knows_of_a_camera_counts_when_it_is_back),
        KIT_TEST(receipts_wait_for_room_among_the_requests),
        KIT_TEST(what_the_vault_has_spoilt_gets_no_second_receipt),
        KIT_TEST(a_foreign_camera_stores_zero_bytes),
        KIT_TEST(a_revoked_camera_goes_to_quarantine_and_gets_nothing_new),
        KIT_TEST(quarantine_is_not_filled_beyond_its_quota),
        KIT_TEST(a_camera_that_stops_answering_is_a_fault_and_is_tried_again),
        KIT_TEST(after_some_faults_a_person_must_help),
        KIT_TEST(a_camera_that_announces_another_header_is_not_believed),
        KIT_TEST(a_camera_that_announces_another_payload_than_its_seal_signs_is_not_believed),
        KIT_TEST(a_camera_that_lists_without_end_is_a_fault),
        KIT_TEST(a_camera_that_does_not_erase_needs_attention),
        KIT_TEST(what_is_in_custody_already_is_not_pulled_again_but_gets_its_receipt),
        KIT_TEST(a_copy_of_a_camera_in_another_slot_is_an_alarm_and_stored_once),
        KIT_TEST(a_number_that_goes_back_means_quarantine),
        KIT_TEST(T1_docked_after_its_due_date_nothing_is_stored_but_a_tombstone),
        KIT_TEST(an_unknown_clock_is_stored_and_left_to_people),
        KIT_TEST(no_room_is_met_before_the_first_chunk_and_waited_for),
        KIT_TEST(staged_whole_it_is_committed_without_the_camera),
        KIT_TEST(recorded_but_unknown_to_the_database_it_is_told),
        KIT_TEST(a_camera_without_recordings_is_ready_at_once),
        KIT_TEST(a_camera_that_used_its_reserve_key_is_given_another),
        KIT_TEST(a_camera_on_its_reserve_key_is_given_another_before_anything_is_opened),
        KIT_TEST(a_recording_that_runs_is_left_alone),
        KIT_TEST(proofs_of_erasure_from_before_are_fetched_and_acknowledged),
        KIT_TEST(an_assignment_ends_with_the_docking),
        KIT_TEST(a_ready_camera_is_issued_over_the_control_socket),
        KIT_TEST(the_unit_is_the_registers_unless_said_otherwise),
        KIT_TEST(a_new_revocation_list_counts_from_the_next_docking_on),
        KIT_TEST(the_status_line_tells_each_slot),
        KIT_TEST(parking_leaves_everything_staged_or_committed),
        KIT_TEST(no_more_frames_are_held_than_the_link_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
