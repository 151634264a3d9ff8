/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * ORDER: when the keeper tells a camera to erase what was never stored. LAW T1: what is docked after its
 * period is erased on the camera, too. */
#include <string.h>

#include "server/base/calendar.h"
#include "tests/sim/keeper_people.h"
#include "tests/unit/test.h"

#define TODAY 20260105u

static struct keeper_site site;
static struct keeper_clip clip;
static struct asv_test_identity *const camera = &site.agency.camera;

static int set_up(void **state)
{
    (void)state;
    keeper_site_init(&site, 42);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    keeper_site_free(&site);
    return 0;
}

/* A clip for the day key of today, or for the reserve key. */
static void make_clip(bool reserve)
{
    struct asv_bulletin bulletin;
    struct asv_bulletin_key key;
    assert_int_equal(keeper_make_days(&site, camera, 0, 3).status, ASV_OK);
    keeper_bulletin(&site, camera, &bulletin);
    asv_bulletin_key_at(&bulletin, 0, &key);
    if (reserve) {
        key = bulletin.reserve;
    }
    keeper_clip_make(&site, camera, &key, 1, &clip);
    clip.header.bulletin = bulletin.number;
    keeper_clip_sign(&clip, camera->sk);
}

static struct asv_keeper_reply order(const struct asv_test_identity *who)
{
    struct asv_keeper_request request = {
        .type = ASV_KEEPER_ORDER, .chain = who->chain.encoded, .header = {clip.frame, clip.frame_len}};
    return keeper_ask(&site, ASV_KEEPER_DOCK, &request);
}

static int64_t due(void)
{
    int64_t due_ms = 0;
    assert_int_equal(asv_due_ms(TODAY, 14, &due_ms), ASV_OK);
    return due_ms;
}

static void tick(void)
{
    int64_t next = 0;
    asv_keeper_tick(&site.keeper, &next);
}

/* Time passes, and the keeper runs: no step of its clock. */
static void pass_to(int64_t wall_ms)
{
    const int64_t hour = 3600000;
    tick();
    while (site.world.wall < wall_ms) {
        int64_t step = wall_ms - site.world.wall < hour ? wall_ms - site.world.wall : hour;
        asv_test_world_step(&site.world, (uint64_t)step);
        tick();
    }
}

static void check_order(const struct asv_keeper_reply *reply)
{
    struct asv_destruction got;
    uint8_t digest[ASV_SHA256_BYTES];
    assert_int_equal(reply->status, ASV_OK);
    assert_int_equal(asv_destruction_decode(&got, reply->order.data, reply->order.len, NULL), ASV_OK);
    assert_int_equal(
        asv_destruction_verify(&got, site.agency.root.pk, camera->cert_digest, site.world.wall, NULL, NULL),
        ASV_OK);
    asv_sha256(digest, clip.frame + 5, clip.frame_len - 5 - ASV_SIGNATURE_FIELD_BYTES);
    assert_memory_equal(got.header, digest, sizeof digest);
    assert_memory_equal(got.epoch, clip.header.epoch, sizeof got.epoch);
    assert_true(got.number == clip.header.number);
    assert_true(got.issued_ms == site.world.wall);
    assert_int_equal(got.reason, ASV_DESTRUCTION_EXPIRED);
}

static void T1_what_its_day_key_outlived_is_ordered_away(void **state)
{
    (void)state;
    make_clip(false);
    pass_to(due() - 1);
    assert_int_equal(order(camera).status, ASV_E_STATE); /* K-066: to the millisecond */
    pass_to(due());
    struct asv_keeper_reply reply = order(camera);
    check_order(&reply);
}

static void a_day_that_this_store_never_had_is_over_as_well(void **state)
{
    (void)state;
    make_clip(false);
    clip.header.key_date = 20251220; /* due on January 4 */
    keeper_clip_sign(&clip, camera->sk);
    struct asv_keeper_reply reply = order(camera);
    check_order(&reply);
    clip.header.key_date = 20251222;
    keeper_clip_sign(&clip, camera->sk);
    assert_int_equal(order(camera).status, ASV_E_STATE);
}

static void a_reserve_key_is_over_when_it_was_used_and_its_period_ended(void **state)
{
    (void)state;
    make_clip(true);
    pass_to(due() + INT64_C(86400000));
    assert_int_equal(order(camera).status, ASV_E_STATE); /* K-067: nobody has used it */
    assert_true(keeper_opens(&site, camera, &clip).opens);
    assert_int_equal(order(camera).status, ASV_E_STATE);
    pass_to(site.world.wall + INT64_C(16) * 86400000);
    struct asv_keeper_reply reply = order(camera); /* destroyed by now */
    check_order(&reply);
}

static void a_reserve_key_of_which_nothing_is_known_is_not_called_over(void **state)
{
    (void)state;
    make_clip(true);
    memset(clip.header.stanzas[0].key_id, 7, sizeof clip.header.stanzas[0].key_id);
    clip.header.bulletin = 9; /* not given out yet */
    keeper_clip_sign(&clip, camera->sk);
    assert_int_equal(order(camera).status, ASV_E_STATE); /* K-067 */
    clip.header.bulletin = 0;
    keeper_clip_sign(&clip, camera->sk);
    assert_int_not_equal(order(camera).status, ASV_OK);
}

static void a_damaged_reserve_key_may_still_be_there(void **state)
{
    (void)state;
    make_clip(true);
    for (size_t i = 0; i < site.disk->now_count; i++) {
        if (strncmp(site.disk->now[i].name, "reserve-", 8) == 0) {
            keeper_disk_file(site.disk, site.disk->now[i].name)->data[100] ^= 1;
        }
    }
    assert_int_equal(asv_status_class(order(camera).status), ASV_CLASS_RETRY); /* K-059 */
}

static void only_this_agencys_cameras_are_ordered(void **state)
{
    (void)state;
    struct asv_test_identity other;
    make_clip(false);
    pass_to(due());
    asv_test_agency_issue(&site.agency, &other, ASV_ROLE_CAMERA, 2);
    assert_int_not_equal(order(&other).status, ASV_OK); /* K-055 */
    clip.frame[30] ^= 1;
    assert_int_not_equal(order(camera).status, ASV_OK);
    clip.frame[30] ^= 1;
    struct asv_keeper_reply reply = order(camera);
    check_order(&reply);
    clip.header.sealer = ASV_SEALER_DOCK;
    keeper_clip_sign(&clip, camera->sk);
    assert_int_not_equal(order(camera).status, ASV_OK);
}

static void while_the_clock_is_in_doubt_nothing_is_ordered(void **state)
{
    (void)state;
    make_clip(false);
    tick();
    site.world.wall = due() + 1;                                               /* a step */
    assert_int_equal(asv_status_class(order(camera).status), ASV_CLASS_RETRY); /* K-121 */
    tick();
    assert_int_equal(asv_status_class(order(camera).status), ASV_CLASS_RETRY); /* K-059 */
}

/* Its own key, for two days longer than the one it was sealed for: until when. */
static int64_t keep_it_longer(void)
{
    struct asv_keeper_request request;
    uint8_t receipt[ASV_RECEIPT_MAX_BYTES];
    int64_t due_ms = 0;
    pass_to(site.world.wall + INT64_C(2) * 24 * 3600000);
    assert_int_equal(asv_due_ms(TODAY + 2, 14, &due_ms), ASV_OK); /* the camera's clock was two days behind */
    keeper_opens_request(&request, camera, &clip);
    request.type = ASV_KEEPER_KEEP;
    request.why = ASV_KEEPER_WHY_DAY;
    request.chunk_count = 0;
    keeper_receipt(&request, receipt, camera, &clip, due_ms, site.world.wall, &site.agency.dock);
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_ADMIN, &request).status, ASV_OK);
    return due_ms;
}

/* Until its disk has room again the keeper destroys nothing, and says of nothing that it is gone. */
static void check_that_it_waits_for_the_key(int64_t due_ms)
{
    pass_to(due_ms - 1);
    assert_int_equal(order(camera).status, ASV_E_STATE);
    asv_test_world_step(&site.world, 1);
    for (unsigned i = 0; i < 3; i++) {
        keeper_disk_arm(site.disk, 1, KEEPER_FAIL_BEFORE);
        tick();
        assert_true(site.disk->struck);
        assert_int_equal(order(camera).status, ASV_E_AWAY); /* K-130 */
    }
    tick();
    struct asv_keeper_reply reply = order(camera);
    check_order(&reply);
}

static void a_day_key_that_could_not_be_destroyed_is_not_gone(void **state)
{
    (void)state;
    make_clip(false);
    check_that_it_waits_for_the_key(due());
}

static void a_reserve_key_that_could_not_be_destroyed_is_not_gone(void **state)
{
    (void)state;
    make_clip(true);
    assert_true(keeper_opens(&site, camera, &clip).opens);
    check_that_it_waits_for_the_key(due());
}

static void a_clips_own_key_that_could_not_be_destroyed_is_not_gone(void **state)
{
    (void)state;
    make_clip(false);
    check_that_it_waits_for_the_key(keep_it_longer());
}

static void a_clip_that_lives_by_a_key_of_its_own_is_not_ordered_away(void **state)
{
    (void)state;
    make_clip(false);
    int64_t due_ms = keep_it_longer();
    pass_to(due() + 1);
    assert_true(keeper_opens(&site, camera, &clip).opens);
    assert_int_equal(order(camera).status, ASV_E_STATE); /* K-068 */
    pass_to(due_ms);
    assert_int_equal(order(camera).status, ASV_OK);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(T1_what_its_day_key_outlived_is_ordered_away),
        TEST(a_day_that_this_store_never_had_is_over_as_well),
        TEST(a_reserve_key_is_over_when_it_was_used_and_its_period_ended),
        TEST(a_reserve_key_of_which_nothing_is_known_is_not_called_over),
        TEST(a_damaged_reserve_key_may_still_be_there),
        TEST(only_this_agencys_cameras_are_ordered),
        TEST(while_the_clock_is_in_doubt_nothing_is_ordered),
        TEST(a_clip_that_lives_by_a_key_of_its_own_is_not_ordered_away),
        TEST(a_day_key_that_could_not_be_destroyed_is_not_gone),
        TEST(a_reserve_key_that_could_not_be_destroyed_is_not_gone),
        TEST(a_clips_own_key_that_could_not_be_destroyed_is_not_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
