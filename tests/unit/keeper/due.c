/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Destruction at the due instant, by the keeper's own clock; and when that clock is not believed. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "server/base/calendar.h"
#include "tests/sim/keeper_site.h"
#include "tests/unit/test.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  INT64_C(86400000)
#define TODAY   20260105u

static struct keeper_site site;

static int set_up(void **state)
{
    (void)state;
    keeper_site_init(&site, 43);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    keeper_site_free(&site);
    return 0;
}

static int64_t tick(void)
{
    int64_t next = 0;
    asv_keeper_tick(&site.keeper, &next);
    return next;
}

static struct asv_keeper_status status_now(void)
{
    struct asv_keeper_request request = {.type = ASV_KEEPER_STATUS};
    struct asv_keeper_reply reply = keeper_ask(&site, ASV_KEEPER_ADMIN, &request);
    assert_int_equal(reply.status, ASV_OK);
    return reply.state;
}

/* The clocks go on to this instant, together. */
static void go_to(int64_t wall)
{
    assert_true(wall >= site.world.wall);
    asv_test_world_step(&site.world, (uint64_t)(wall - site.world.wall));
}

/* Lines with this event that came out of the pipe since. */
static unsigned lines_with(int fd, const char *event)
{
    char text[65536];
    ssize_t got = read(fd, text, sizeof text - 1);
    unsigned count = 0;
    text[got < 0 ? 0 : got] = '\0';
    for (const char *at = text; (at = strstr(at, event)) != NULL; at++) {
        count++;
    }
    return count;
}

/* An overdue key is tried each second: a log that says so each second hides everything else. */
static void a_failure_that_lasts_is_said_once(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
    const struct asv_log log = {.fd = ends[1], .level = ASV_LOG_INFO, .slot = -1};
    site.keeper.log = &log;
    keeper_make_days(&site, &site.agency.camera, 0, 2);
    go_to(keeper_site_due(TODAY));
    for (unsigned round = 0; round < 2; round++) {
        site.disk->slots[0].away = site.disk->slots[1].away = true;
        for (unsigned i = 0; i < 20; i++) {
            (void)tick();
        }
        unsigned lines = lines_with(ends[0], "tick-failed");
        assert_in_range(lines, 1, 2); /* the commit that failed, the store that cannot be read */
        site.disk->slots[0].away = site.disk->slots[1].away = false;
        (void)tick();
        assert_int_equal(lines_with(ends[0], "keys-destroyed"), 1);
        go_to(keeper_site_due(TODAY + 1));
    }
    site.keeper.log = NULL;
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void a_day_is_destroyed_at_its_due_instant_and_not_before(void **state)
{
    (void)state;
    struct keeper_loot loot;
    struct asv_bulletin bulletin;
    struct asv_bulletin_key key;
    keeper_make_days(&site, &site.agency.camera, 0, 5);
    keeper_bulletin(&site, &site.agency.camera, &bulletin);
    asv_bulletin_key_at(&bulletin, 0, &key);
    assert_true(tick() == keeper_site_due(TODAY)); /* K-061: 2026-01-20 00:00 in Berlin */
    go_to(keeper_site_due(TODAY) - 1);
    assert_true(tick() == keeper_site_due(TODAY));
    assert_int_equal(status_now().days, 5);
    keeper_attack_now(site.disk, true, &loot);
    assert_true(keeper_loot_has(&loot, key.pk));

    go_to(keeper_site_due(TODAY));
    assert_true(tick() == keeper_site_due(TODAY + 1)); /* K-060 */
    struct asv_keeper_status status = status_now();
    assert_int_equal(status.days, 4);
    assert_int_equal(status.first_date, TODAY + 1);
    assert_int_equal(status.overdue, 0);
    assert_int_equal(status.stop, ASV_KEEPER_RUNNING);
    keeper_attack_now(site.disk, true, &loot);
    assert_false(keeper_loot_has(&loot, key.pk));
}

static void a_weekend_is_caught_up_with(void **state)
{
    (void)state;
    keeper_make_days(&site, &site.agency.camera, 0, 5);
    keeper_site_restart(&site);
    go_to(keeper_site_due(TODAY + 2)); /* it was off: three days are due */
    tick();
    assert_int_equal(status_now().days, 2);
    assert_int_equal(status_now().stop, ASV_KEEPER_RUNNING);
}

static void more_than_three_days_at_once_stop_destruction(void **state)
{
    (void)state;
    keeper_make_days(&site, &site.agency.camera, 0, 5);
    keeper_site_restart(&site);
    go_to(keeper_site_due(TODAY + 3));
    tick();
    struct asv_keeper_status status = status_now();
    assert_int_equal(status.days, 5); /* K-064 */
    assert_int_equal(status.stop, ASV_KEEPER_STOP_MANY);
    assert_int_equal(status.overdue, 4);
    assert_true(status.stop_since_ms == site.world.wall);
    keeper_site_restart(&site); /* K-065: starting again is no confirmation */
    go_to(keeper_site_due(TODAY + 3) + HOUR_MS);
    tick();
    status = status_now();
    assert_int_equal(status.days, 5);
    assert_int_equal(status.stop, ASV_KEEPER_STOP_MANY);
}

static void a_day_and_reserve_keys_of_one_instant_are_one_day(void **state)
{
    (void)state;
    struct asv_store_change change;
    keeper_make_days(&site, &site.agency.camera, 0, 3);
    assert_int_equal(asv_store_begin(site.keeper.store, &change, NULL), ASV_OK);
    for (uint8_t i = 0; i < 6; i++) {
        uint8_t pk[ASV_X25519_BYTES];
        const uint8_t camera[ASV_SHA256_BYTES] = {i, 1};
        assert_int_equal(asv_store_reserve(&change, camera, pk, NULL), ASV_OK);
        asv_index_reserve(change.next, camera, NULL)->due_ms = keeper_site_due(TODAY + i % 3);
    }
    assert_int_equal(asv_store_commit(&change, false, NULL), ASV_OK);
    go_to(keeper_site_due(TODAY + 2));
    tick();
    struct asv_keeper_status status = status_now();
    assert_int_equal(status.days + status.reserves, 0); /* K-064 */
}

static void instants_of_one_local_day_are_one_day(void **state)
{
    (void)state;
    struct asv_store_change change;
    keeper_make_days(&site, &site.agency.camera, 0, 2);
    assert_int_equal(asv_store_begin(site.keeper.store, &change, NULL), ASV_OK);
    for (uint8_t i = 0; i < 5; i++) {
        int64_t due_ms = keeper_site_due(TODAY) + i * HOUR_MS;
        struct asv_kept row = {.header = {i, 1},
                               .state = ASV_KEEPER_RUNS,
                               .file_key = {1},
                               .due_ms = due_ms,
                               .period_ms = due_ms,
                               .forget_ms = due_ms,
                               .camera = {1}};
        assert_int_equal(asv_index_add(change.next, ASV_INDEX_KEPT, &row), ASV_OK);
    }
    assert_int_equal(asv_store_commit(&change, false, NULL), ASV_OK);
    go_to(keeper_site_due(TODAY + 1));
    tick();
    assert_int_equal(status_now().stop, ASV_KEEPER_RUNNING); /* K-064 */
    assert_int_equal(status_now().overdue, 0);
}

static void a_clock_that_steps_forward_destroys_nothing(void **state)
{
    (void)state;
    keeper_make_days(&site, &site.agency.camera, 0, 5);
    tick();
    site.world.wall = keeper_site_due(TODAY) - 2 * HOUR_MS; /* a step without time having passed */
    tick();
    struct asv_keeper_status status = status_now();
    assert_int_equal(status.stop, ASV_KEEPER_STOP_CLOCK); /* K-062 */
    go_to(keeper_site_due(TODAY) + HOUR_MS);
    tick();
    assert_int_equal(status_now().days, 5);
    assert_int_equal(status_now().overdue, 1);
}

static void small_corrections_are_believed_but_do_not_add_up(void **state)
{
    (void)state;
    keeper_make_days(&site, &site.agency.camera, 0, 5);
    tick();
    site.world.wall += 2 * HOUR_MS; /* not more than two hours */
    tick();
    assert_int_equal(status_now().stop, ASV_KEEPER_RUNNING);
    asv_test_world_step(&site.world, 1000);
    site.world.wall += 1; /* K-062 */
    tick();
    assert_int_equal(status_now().stop, ASV_KEEPER_STOP_CLOCK);
}

static void a_clock_that_steps_back_stops_destruction_too(void **state)
{
    (void)state;
    tick();
    site.world.wall -= 2 * HOUR_MS + 1;
    tick();
    assert_int_equal(status_now().stop, ASV_KEEPER_STOP_CLOCK); /* K-062 */
}

static void a_start_before_the_last_commit_stops_destruction(void **state)
{
    (void)state;
    keeper_make_days(&site, &site.agency.camera, 0, 1);
    keeper_site_restart(&site);
    site.world.wall -= 3 * HOUR_MS; /* the machine lost its clock while it was off */
    site.world.mono = 5;
    tick();
    assert_int_equal(status_now().stop, ASV_KEEPER_STOP_CLOCK); /* K-063 */
}

static void corrections_do_not_add_up_over_starts_either(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        tick();
        assert_int_equal(status_now().stop, ASV_KEEPER_RUNNING);
        keeper_make_days(&site, &site.agency.camera, 0, (uint16_t)(i + 1)); /* a commit */
        keeper_site_restart(&site);
        site.world.wall -= HOUR_MS + HOUR_MS / 2;
        site.world.mono = 5;
    }
    tick();
    assert_int_equal(status_now().stop, ASV_KEEPER_STOP_CLOCK); /* K-063, K-122 */
}

static void a_step_while_it_stands_still_is_a_stop_of_its_own(void **state)
{
    (void)state;
    keeper_make_days(&site, &site.agency.camera, 0, 5);
    keeper_site_restart(&site);
    go_to(keeper_site_due(TODAY + 3));
    tick();
    int64_t since = status_now().stop_since_ms;
    assert_int_equal(status_now().stop, ASV_KEEPER_STOP_MANY);
    site.world.wall -= 10 * DAY_MS;
    tick();
    assert_int_equal(status_now().stop, ASV_KEEPER_STOP_CLOCK);
    assert_true(status_now().stop_since_ms >= since); /* K-122: no instant that was confirmed before */
}

/* The disk is full just then. */
static void a_stop_that_could_not_be_committed_is_not_forgotten(void **state)
{
    (void)state;
    keeper_make_days(&site, &site.agency.camera, 0, 1);
    keeper_site_restart(&site);
    site.world.wall -= 30 * HOUR_MS;
    site.world.mono = 5;
    for (unsigned i = 0; i < 3; i++) {
        keeper_disk_arm(site.disk, 1, KEEPER_FAIL_BEFORE);
        tick();
        assert_true(site.disk->struck);
        assert_int_equal(status_now().stop, ASV_KEEPER_RUNNING);
    }
    (void)keeper_make_days(&site, &site.agency.camera, 0, 3);
    assert_int_equal(status_now().stop, ASV_KEEPER_STOP_CLOCK); /* K-121 */
}

static void a_start_long_after_the_last_commit_is_a_machine_that_was_off(void **state)
{
    (void)state;
    keeper_make_days(&site, &site.agency.camera, 0, 1);
    keeper_site_restart(&site);
    site.world.wall += 5 * DAY_MS;
    site.world.mono = 5;
    tick();
    assert_int_equal(status_now().stop, ASV_KEEPER_RUNNING);
}

static bool has_decisions(void)
{
    return keeper_disk_file(site.disk, "decisions-2026") != NULL;
}

static void a_wrong_clock_takes_no_record_of_decisions(void **state)
{
    (void)state; /* LAW L3 */
    keeper_make_days(&site, &site.agency.camera, 0, 1);
    assert_int_equal(
        asv_mirror_append(&site.keeper.store->mirror, "decisions-2026", "1 HOLD 01 02\n", 13, NULL), ASV_OK);
    assert_int_equal(asv_mirror_sync(&site.keeper.store->mirror, NULL), ASV_OK);
    tick();
    int64_t right = site.world.wall;
    site.world.wall += 3 * 366 * DAY_MS;
    for (unsigned i = 0; i < 3; i++) {
        tick();
        assert_int_equal(status_now().stop, ASV_KEEPER_STOP_CLOCK);
        assert_true(has_decisions()); /* K-134 */
        keeper_site_restart(&site);
    }

    /* A clock that nobody doubts lets them go: years that passed while nothing was due. */
    tear_down(NULL);
    set_up(NULL);
    assert_int_equal(
        asv_mirror_append(&site.keeper.store->mirror, "decisions-2026", "1 HOLD 01 02\n", 13, NULL), ASV_OK);
    site.world.wall = right + 3 * 366 * DAY_MS;
    tick();
    assert_int_equal(status_now().stop, ASV_KEEPER_RUNNING);
    assert_false(has_decisions());
}

/* The medium of the second slot is lost, and another one in its place. */
static void lose_a_slot(void)
{
    memset(site.disk->slots[1].cells, 0, sizeof site.disk->slots[1].cells);
    tick();
}

static void a_slot_that_is_lost_for_good_can_be_struck_off(void **state)
{
    (void)state;
    static struct keeper_loot loot;
    struct asv_bulletin bulletin;
    struct asv_bulletin_key key;
    uint8_t lost_cells[ASV_SLOT_CELLS][ASV_SLOT_CELL_BYTES];
    const uint8_t nobody[ASV_SLOT_ID_BYTES] = {0x77};
    keeper_make_days(&site, &site.agency.camera, 0, 2);
    keeper_bulletin(&site, &site.agency.camera, &bulletin);
    asv_bulletin_key_at(&bulletin, 1, &key);
    memcpy(lost_cells, site.disk->slots[1].cells, sizeof lost_cells);
    lose_a_slot();
    struct asv_keeper_status status = status_now();
    assert_int_equal(status.slot_count, 3);
    for (unsigned i = 0; i < 3; i += 2) { /* K-137: these are there */
        assert_int_equal(asv_store_forget_slot(site.keeper.store, status.slots[i].id, NULL), ASV_E_STATE);
    }
    assert_int_equal(asv_store_forget_slot(site.keeper.store, nobody, NULL), ASV_E_NOT_FOUND);
    assert_int_equal(asv_store_forget_slot(site.keeper.store, status.slots[1].id, NULL), ASV_OK);
    assert_true(status_now().epoch > status.epoch); /* K-137: what the lost one holds opens nothing new */
    assert_int_equal(status_now().slot_count, 2);
    assert_int_equal(asv_store_forget_slot(site.keeper.store, status.slots[1].id, NULL), ASV_E_NOT_FOUND);
    keeper_site_restart(&site);
    status = status_now();
    assert_int_equal(status.slot_count, 2);
    assert_false(status.slots[0].open_erasure || status.slots[1].open_erasure);
    go_to(keeper_site_due(TODAY + 1));
    tick();
    assert_int_equal(status_now().days, 0);
    keeper_attack_now(site.disk, true, &loot);
    assert_false(keeper_loot_has(&loot, key.pk));

    /* Found again, it is a new slot. */
    memcpy(site.disk->slots[1].cells, lost_cells, sizeof lost_cells);
    tick();
    status = status_now();
    assert_int_equal(status.slot_count, 3);
    assert_true(status.slots[2].reachable && status.slots[2].confirmed_epoch == status.epoch);
}

static void more_slots_are_lost_than_the_index_remembers(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2 * ASV_KEEPER_SLOTS_MAX; i++) {
        struct asv_keeper_status status = status_now();
        for (unsigned k = 0; k < status.slot_count; k++) {
            if (status.slot_count == ASV_KEEPER_SLOTS_MAX && !status.slots[k].reachable) {
                assert_int_equal(asv_store_forget_slot(site.keeper.store, status.slots[k].id, NULL), ASV_OK);
            }
        }
        lose_a_slot();
        assert_true(status_now().slots[status_now().slot_count - 1].reachable); /* K-137: there is room */
    }
}

static void an_error_of_the_medium_only_delays_destruction(void **state)
{
    (void)state;
    keeper_make_days(&site, &site.agency.camera, 0, 2);
    go_to(keeper_site_due(TODAY));
    keeper_disk_arm(site.disk, 1, KEEPER_FAIL_BEFORE); /* the new index */
    tick();
    assert_true(site.disk->struck);
    tick(); /* K-017 */
    assert_int_equal(status_now().days, 1);
}

static void a_slot_that_goes_away_is_noticed_before_it_is_needed(void **state)
{
    (void)state;
    keeper_make_days(&site, &site.agency.camera, 0, 2);
    tick();
    uint64_t generation = status_now().generation;
    site.disk->slots[1].away = true;
    tick();
    struct asv_keeper_status status = status_now();
    assert_true(status.slots[0].reachable && !status.slots[1].reachable); /* K-136 */
    assert_false(status.slots[1].open_erasure);
    site.disk->slots[1].away = false;
    tick();
    assert_true(status_now().slots[1].reachable);
    assert_true(status_now().generation <= generation + 1);
    generation = status_now().generation;
    tick();
    assert_true(status_now().generation == generation); /* looking writes nothing */

    /* An empty one in its place is another one: it gets the master, and the first is not forgotten. */
    memset(site.disk->slots[1].cells, 0, sizeof site.disk->slots[1].cells);
    tick();
    status = status_now();
    assert_int_equal(status.slot_count, 3);
    assert_true(status.slots[2].reachable && status.slots[2].confirmed_epoch == status.epoch);
    assert_false(status.slots[1].reachable); /* K-025 */

    /* What an older copy of a slot has, is not what it must have. */
    memcpy(site.disk->slots[1].cells[1], site.disk->slots[1].cells[0], sizeof site.disk->slots[1].cells[0]);
    tick();
    static const uint8_t erased[ASV_SLOT_CELL_BYTES];
    assert_int_not_equal(memcmp(site.disk->slots[1].cells[0], erased, sizeof erased) == 0,
                         memcmp(site.disk->slots[1].cells[1], erased, sizeof erased) == 0); /* K-026 */
}

static void a_slot_that_comes_back_is_noticed(void **state)
{
    (void)state;
    keeper_make_days(&site, &site.agency.camera, 0, 2);
    site.disk->slots[1].away = true;
    go_to(keeper_site_due(TODAY));
    tick();
    assert_true(status_now().slots[1].open_erasure); /* K-029 */
    site.disk->slots[1].away = false;
    tick();
    assert_false(status_now().slots[1].open_erasure);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_day_is_destroyed_at_its_due_instant_and_not_before),
        TEST(a_failure_that_lasts_is_said_once),
        TEST(a_weekend_is_caught_up_with),
        TEST(more_than_three_days_at_once_stop_destruction),
        TEST(a_day_and_reserve_keys_of_one_instant_are_one_day),
        TEST(instants_of_one_local_day_are_one_day),
        TEST(a_clock_that_steps_forward_destroys_nothing),
        TEST(small_corrections_are_believed_but_do_not_add_up),
        TEST(a_clock_that_steps_back_stops_destruction_too),
        TEST(a_start_before_the_last_commit_stops_destruction),
        TEST(corrections_do_not_add_up_over_starts_either),
        TEST(a_step_while_it_stands_still_is_a_stop_of_its_own),
        TEST(a_stop_that_could_not_be_committed_is_not_forgotten),
        TEST(a_start_long_after_the_last_commit_is_a_machine_that_was_off),
        TEST(an_error_of_the_medium_only_delays_destruction),
        TEST(a_slot_that_is_lost_for_good_can_be_struck_off),
        TEST(more_slots_are_lost_than_the_index_remembers),
        TEST(a_wrong_clock_takes_no_record_of_decisions),
        TEST(a_slot_that_goes_away_is_noticed_before_it_is_needed),
        TEST(a_slot_that_comes_back_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
