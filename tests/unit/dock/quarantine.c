/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Recordings with which something is wrong are kept apart, and their camera keeps them too. */
#include <string.h>

#include "dock/docking.h"
#include "dock/revocations.h"
#include "tests/unit/dock/kit.h"
#include "tests/unit/test.h"

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

/* The same wrong bytes twice are what the camera holds; others each time were spoilt on the way. */
static void a_chunk_that_is_spoilt_on_the_way_is_asked_for_more_often(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 1);
    camera->wrong_number = 1;
    camera->wrong_times = 6;
    camera->wrong_varies = true;
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    assert_int_equal(kind_of(1), ASV_COMMIT_STORED);
    assert_int_equal(camera->chunks_given, 7);
    assert_int_equal(camera->erased, 1);
}

static void one_that_comes_otherwise_each_time_stays_on_the_camera_for_the_next_docking(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 20);
    fake_camera_record(camera, 2, 3);
    camera->wrong_number = 1;
    camera->wrong_chunk = 7;
    camera->wrong_times = 200;
    camera->wrong_varies = true;
    rig_dock(rig, 0, camera, ASV_SLOT_ATTENTION);
    assert_non_null(strstr(rig->slots[0].reason, "not as it should"));
    assert_int_equal(rig->alarm_kinds[ASV_DB_ALARM_HOSTILE_CAMERA], 1);
    assert_int_equal(kind_of(1), 0);
    assert_int_equal(kind_of(2), ASV_COMMIT_STORED);
    assert_int_equal(camera->chunks_given, 20 + 11 + 3);
    assert_int_equal(rig_count(rig, ASV_VAULT_QUARANTINE), 0);
    assert_int_equal(camera->erased, 1);
    rig_take_out(rig, 0);
    camera->wrong_times = 0;
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    assert_int_equal(kind_of(1), ASV_COMMIT_STORED);
    assert_int_equal(camera->chunks_given, 20 + 11 + 3 + 1); /* the others were staged */
}

static void a_chunk_that_the_camera_holds_wrong_is_settled_on_a_bad_cable_too(void **state)
{
    (void)state;
    fake_camera_record(camera, 1, 20);
    camera->clips[0].clip->payload.data[7 * ASV_WIRE_CHUNK_BYTES + 9] ^= 1;
    camera->wrong_number = 1;
    camera->wrong_chunk = 7;
    camera->wrong_times = 4;
    camera->wrong_varies = true;
    rig_dock(rig, 0, camera, ASV_SLOT_ATTENTION);
    const struct asv_commit *facts = &rig_find(rig, camera, 1)->facts;
    assert_int_equal(facts->kind, ASV_COMMIT_QUARANTINED);
    assert_string_equal(facts->reason, "INVALID from chunk 7");
    assert_int_equal(camera->chunks_given, 20 + 4 + 1); /* the fifth and sixth are alike */
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

int main(int argc, char **argv)
{
    filter_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        KIT_TEST(a_chunk_that_stays_wrong_means_quarantine_and_the_camera_keeps_it),
        KIT_TEST(a_chunk_that_is_spoilt_on_the_way_is_asked_for_more_often),
        KIT_TEST(one_that_comes_otherwise_each_time_stays_on_the_camera_for_the_next_docking),
        KIT_TEST(a_chunk_that_the_camera_holds_wrong_is_settled_on_a_bad_cable_too),
        KIT_TEST(a_chunk_that_cannot_be_read_is_a_gap),
        KIT_TEST(a_flipped_bit_in_the_seal_means_quarantine),
        KIT_TEST(what_its_keys_do_not_open_goes_to_quarantine),
        KIT_TEST(a_taken_uuid_goes_to_quarantine),
        KIT_TEST(a_number_that_goes_back_means_quarantine),
        KIT_TEST(what_the_vault_has_spoilt_gets_no_second_receipt),
        KIT_TEST(a_revoked_camera_goes_to_quarantine_and_gets_nothing_new),
        KIT_TEST(a_new_revocation_list_counts_from_the_next_docking_on),
        KIT_TEST(quarantine_is_not_filled_beyond_its_quota),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
