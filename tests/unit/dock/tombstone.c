/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What is docked after its period and not kept, and what a crash leaves of it; and what recovery may never
 * throw away. LAW T6: what stays of it tells nothing of its content. */
#include <stdio.h>
#include <string.h>

#include "tests/unit/dock/kit.h"
#include "tests/unit/test.h"

#define DAY_MS UINT64_C(86400000)

static char found[ASV_VAULT_PATH_BYTES];

static enum asv_status note_path(void *ctx, enum asv_vault_area area, const char *path, struct asv_err *err)
{
    (void)ctx;
    (void)area;
    (void)err;
    snprintf(found, sizeof found, "%s", path);
    return ASV_OK;
}

/* The one clip directory in this area. */
static struct asv_clip_dir *open_only(enum asv_vault_area area)
{
    struct asv_clip_dir *dir = NULL;
    assert_int_equal(rig_count(rig, area), 1);
    assert_int_equal(asv_vault_walk(rig->dock.site.vault, area, note_path, NULL, NULL), ASV_OK);
    assert_int_equal(asv_vault_open_clip(rig->dock.site.vault, area, found, &dir, NULL), ASV_OK);
    return dir;
}

static struct asv_commit commit_of(struct asv_clip_dir *dir)
{
    uint8_t data[ASV_COMMIT_MAX_BYTES];
    size_t len = 0;
    struct asv_commit commit;
    assert_int_equal(asv_clip_get(dir, ASV_PART_COMMIT, data, sizeof data, &len, NULL), ASV_OK);
    assert_int_equal(asv_commit_verify(&commit, data, len, rig->agency.dock.pk, NULL), ASV_OK);
    return commit;
}

static void record_and_let_expire(void)
{
    fake_camera_record(camera, 1, 5);
    asv_test_world_step(&camera->world, 20 * DAY_MS);
    asv_test_world_step(&rig->world, 20 * DAY_MS);
}

static void to_the_reserve_key(struct asv_seal_header *header)
{
    header->key_kind = ASV_KEY_RESERVE;
    header->key_date = 0;
}

/* A reserve key lives for the retention period after its docking, whatever was recorded to it. */
static void record_to_a_key_that_lives(void)
{
    const struct asv_test_plan plan = {.number = 1, .chunks = 5, .change = to_the_reserve_key};
    fake_camera_record_as(camera, &plan, 0);
    asv_test_world_step(&camera->world, 20 * DAY_MS);
    asv_test_world_step(&rig->world, 20 * DAY_MS);
    rig->key_lives = true;
}

static void T1_docked_after_its_due_date_nothing_is_stored_but_a_tombstone(void **state)
{
    (void)state;
    record_and_let_expire();
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    assert_int_equal(kind_of(1), ASV_COMMIT_EXPIRED_ON_ARRIVAL);
    assert_int_equal(camera->chunks_given, 0);
    assert_int_equal(rig_count(rig, ASV_VAULT_STAGING), 0);
    assert_int_equal(rig_count(rig, ASV_VAULT_SEALED), 0);
    const struct rig_commit *told = rig_find(rig, camera, 1);
    assert_true(told->ordered && told->erased);
    assert_int_equal(camera->erased, 1);
    assert_int_equal(rig->alarms, 1); /* the camera's clock was wrong */
}

static void while_its_key_lives_the_camera_keeps_it(void **state)
{
    (void)state;
    record_to_a_key_that_lives();
    rig_dock(rig, 0, camera, ASV_SLOT_ATTENTION);
    assert_int_equal(camera->chunks_given, 0);
    assert_non_null(strstr(rig->slots[0].reason, "period is over"));
    assert_int_equal(camera->erased, 0);
    rig_take_out(rig, 0);
    rig->key_lives = false;
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    assert_int_equal(camera->erased, 1);
    assert_int_equal(rig_count(rig, ASV_VAULT_TOMBSTONES), 1);
    assert_int_equal(rig->commit_count, 1);
}

static enum asv_status order_for_nobody(void *ctx, struct asv_bytes chain, struct asv_bytes header,
                                        uint8_t *out, size_t cap, size_t *len, struct asv_err *err)
{
    (void)ctx;
    (void)chain;
    (void)header;
    (void)out;
    (void)cap;
    (void)len;
    return asv_fail(err, ASV_E_AWAY, "destruction stands still");
}

static bool waits_for_the_order(struct rig *r)
{
    return r->slots[0].state == ASV_SLOT_WAITING && kind_of(1) != 0;
}

static void the_order_waits_for_the_keeper_and_not_for_a_camera_that_left(void **state)
{
    (void)state;
    record_and_let_expire();
    enum asv_status (*order)(void *, struct asv_bytes, struct asv_bytes, uint8_t *, size_t, size_t *,
                             struct asv_err *) = rig->services.order;
    rig->services.order = order_for_nobody;
    rig_plug(rig, 0, camera);
    rig_run(rig, waits_for_the_order);
    rig_take_out(rig, 0);
    rig_run(rig, rig_nothing_runs);
    assert_int_equal(rig->dock.intake_count, 0);
    rig_plug(rig, 0, camera);
    rig_run(rig, waits_for_the_order);
    rig->services.order = order;
    rig_run_to(rig, 0, ASV_SLOT_READY);
    assert_int_equal(camera->erased, 1);
}

static void an_order_that_the_camera_refuses_is_an_alarm(void **state)
{
    (void)state;
    record_and_let_expire();
    camera->cannot_erase = true;
    rig_dock(rig, 0, camera, ASV_SLOT_ATTENTION);
    assert_int_equal(rig->alarm_kinds[ASV_DB_ALARM_ERASURE], 1);
    assert_int_equal(camera->erased, 0);
}

static enum asv_status order_of_another(void *ctx, struct asv_bytes chain, struct asv_bytes header,
                                        uint8_t *out, size_t cap, size_t *len, struct asv_err *err)
{
    struct rig *r = ctx;
    struct asv_destruction order;
    struct asv_writer writer;
    (void)chain;
    (void)header;
    (void)err;
    memset(&order, 0, sizeof order);
    order.reason = ASV_DESTRUCTION_EXPIRED;
    order.number = 2;
    order.keeper = r->agency.keeper.chain;
    memcpy(order.agency, r->agency.id, sizeof order.agency);
    memcpy(order.camera_cert, camera->identity.cert_digest, sizeof order.camera_cert);
    asv_writer_init(&writer, out, cap);
    rig_must(asv_destruction_encode(&writer, &order, r->agency.keeper.sk));
    *len = writer.len;
    return ASV_OK;
}

static void an_order_for_another_recording_is_not_passed_on(void **state)
{
    (void)state;
    record_and_let_expire();
    rig->services.order = order_of_another;
    rig_dock(rig, 0, camera, ASV_SLOT_ATTENTION);
    assert_int_equal(camera->refused, 0);
    assert_int_equal(rig->alarm_kinds[ASV_DB_ALARM_ERASURE], 1);
}

/* The dock's clock went back to the right time: what it called over is not pulled as if it were new. */
static void what_was_called_over_once_stays_so(void **state)
{
    (void)state;
    record_to_a_key_that_lives();
    rig_dock(rig, 0, camera, ASV_SLOT_ATTENTION);
    rig_take_out(rig, 0);
    rig->world.wall -= (int64_t)(19 * DAY_MS);
    camera->world.wall -= (int64_t)(19 * DAY_MS);
    rig_dock(rig, 0, camera, ASV_SLOT_ATTENTION);
    assert_int_equal(camera->chunks_given, 0);
    assert_int_equal(kind_of(1), ASV_COMMIT_EXPIRED_ON_ARRIVAL);
}

static void T6_the_tombstone_in_the_vault_holds_nothing_of_the_recording(void **state)
{
    (void)state;
    record_and_let_expire();
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    struct asv_clip_dir *dir = open_only(ASV_VAULT_TOMBSTONES);
    for (int part = 0; part < ASV_PART_COUNT; part++) {
        uint64_t size = 0;
        bool stays = part == ASV_PART_COMMIT || part == ASV_PART_LINK || part == ASV_PART_CHAIN ||
                     part == ASV_PART_ORDER || part == ASV_PART_ERASURE;
        assert_int_equal(asv_clip_size(dir, (enum asv_part)part, &size, NULL), ASV_OK);
        assert_int_equal(size > 0, stays);
    }
    struct asv_commit commit = commit_of(dir);
    const struct rig_commit *told = rig_find(rig, camera, 1);
    assert_int_equal(commit.kind, ASV_COMMIT_EXPIRED_ON_ARRIVAL);
    assert_non_null(told);
    assert_true(told->linked);
    assert_memory_equal(&told->facts, &commit, sizeof commit);
    asv_clip_close(dir);
    assert_int_equal(rig_count(rig, ASV_VAULT_STAGING), 0);
}

static void told_only_to_the_vault_the_database_is_told_after_the_crash(void **state)
{
    (void)state;
    record_and_let_expire();
    crash_before_custody();
    rig_recover(rig);
    rig_run(rig, rig_nothing_runs);
    const struct rig_commit *told = rig_find(rig, camera, 1);
    assert_non_null(told);
    assert_int_equal(told->facts.kind, ASV_COMMIT_EXPIRED_ON_ARRIVAL);
    struct asv_clip_dir *dir = open_only(ASV_VAULT_TOMBSTONES);
    struct asv_commit commit = commit_of(dir);
    assert_memory_equal(&told->facts, &commit, sizeof commit);
    asv_clip_close(dir);
}

static void docked_again_before_that_it_gets_no_second_tombstone(void **state)
{
    (void)state;
    record_and_let_expire();
    crash_before_custody();
    asv_test_world_step(&rig->world, 5000); /* a record made now would be another one */
    asv_test_world_step(&camera->world, 5000);
    rig_dock(rig, 1, camera, ASV_SLOT_READY);
    const struct rig_commit *told = rig_find(rig, camera, 1);
    assert_non_null(told);
    struct asv_clip_dir *dir = open_only(ASV_VAULT_TOMBSTONES);
    struct asv_commit commit = commit_of(dir);
    assert_memory_equal(&told->facts, &commit, sizeof commit);
    asv_clip_close(dir);
    assert_int_equal(rig_count(rig, ASV_VAULT_STAGING), 0);
}

/* A bit of its last byte. */
static void flip(enum asv_part part)
{
    char pattern[64];
    snprintf(pattern, sizeof pattern, "sealed/*/*/*/*/%s", asv_part_name(part));
    flip_byte(0, pattern, -1);
}

/* The camera may have been given its receipt: a database that was restored from a backup knows of nothing. */
static void what_has_a_commit_record_is_never_discarded(void **state)
{
    (void)state;
    static const enum asv_part parts[] = {ASV_PART_COMMIT, ASV_PART_CHAIN, ASV_PART_RECEIPT};
    fake_camera_record(camera, 1, 5);
    crash_before_custody();
    flip(ASV_PART_SEAL); /* nothing but the record says what this was */
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        flip(parts[i]);
        rig_restart(rig);
        rig_recover(rig);
        rig_run(rig, rig_nothing_runs);
        assert_int_equal(rig_count(rig, ASV_VAULT_SEALED), 1);
        assert_null(rig_find(rig, camera, 1)); /* it was not whole enough to be told of */
        flip(parts[i]);                        /* as it was */
    }
    rig_restart(rig);
    rig_recover(rig);
    rig_run(rig, rig_nothing_runs);
    assert_non_null(rig_find(rig, camera, 1));
}

int main(int argc, char **argv)
{
    filter_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        KIT_TEST(T1_docked_after_its_due_date_nothing_is_stored_but_a_tombstone),
        KIT_TEST(while_its_key_lives_the_camera_keeps_it),
        KIT_TEST(the_order_waits_for_the_keeper_and_not_for_a_camera_that_left),
        KIT_TEST(an_order_that_the_camera_refuses_is_an_alarm),
        KIT_TEST(an_order_for_another_recording_is_not_passed_on),
        KIT_TEST(what_was_called_over_once_stays_so),
        KIT_TEST(T6_the_tombstone_in_the_vault_holds_nothing_of_the_recording),
        KIT_TEST(told_only_to_the_vault_the_database_is_told_after_the_crash),
        KIT_TEST(docked_again_before_that_it_gets_no_second_tombstone),
        KIT_TEST(what_has_a_commit_record_is_never_discarded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
