/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * DAY_END: what the keeper signs about a day whose keys it has destroyed. */
#include <string.h>

#include "firmware-proto/trust/day_end.h"
#include "server/base/calendar.h"
#include "tests/sim/keeper_people.h"
#include "tests/unit/test.h"

#define TODAY 20260105u
#define HOUR  INT64_C(3600000)

static struct keeper_site site;
static struct asv_test_identity *const camera = &site.agency.camera;

static int set_up(void **state)
{
    (void)state;
    keeper_site_init(&site, 1);
    assert_int_equal(keeper_make_days(&site, camera, 0, 3).status, ASV_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    keeper_site_free(&site);
    return 0;
}

static struct asv_keeper_reply ask(uint32_t date)
{
    struct asv_keeper_request request = {.type = ASV_KEEPER_DAY_END, .from_date = date};
    return keeper_ask(&site, ASV_KEEPER_ADMIN, &request);
}

static int64_t due_of(uint32_t date)
{
    int64_t due_ms = 0;
    assert_int_equal(asv_due_ms(date, 14, &due_ms), ASV_OK);
    return due_ms;
}

/* Time passes, and the keeper runs: no step of its clock. */
static void pass_to(int64_t wall_ms)
{
    int64_t next = 0;
    asv_keeper_tick(&site.keeper, &next);
    while (site.world.wall < wall_ms) {
        int64_t left = wall_ms - site.world.wall;
        asv_test_world_step(&site.world, (uint64_t)(left < HOUR ? left : HOUR));
        asv_keeper_tick(&site.keeper, &next);
    }
}

static struct asv_day_end statement_of(uint32_t date)
{
    static struct asv_day_end out;
    struct asv_keeper_reply reply = ask(date);
    assert_int_equal(reply.status, ASV_OK);
    assert_int_equal(asv_day_end_decode(&out, reply.order.data, reply.order.len, NULL), ASV_OK);
    assert_int_equal(asv_day_end_verify(&out, site.agency.root.pk, site.world.wall, NULL, NULL), ASV_OK);
    assert_int_equal(out.date, date);
    assert_true(out.issued_ms == site.world.wall && out.due_ms == due_of(date));
    assert_memory_equal(out.store, site.keeper.store->index->store, sizeof out.store);
    assert_true(out.epoch == site.keeper.store->index->epoch);
    return out;
}

static void a_day_is_told_when_its_keys_are_destroyed_and_not_before(void **state)
{
    (void)state;
    assert_int_equal(ask(TODAY).status, ASV_E_STATE);
    assert_int_equal(ask(20261301).status, ASV_E_STATE);
    pass_to(due_of(TODAY) - 1);
    assert_int_equal(ask(TODAY).status, ASV_E_STATE); /* K-152: to the millisecond */
    pass_to(due_of(TODAY));
    struct asv_day_end said = statement_of(TODAY);
    assert_int_equal(said.slot_count, site.keeper.store->index->slot_count);
    assert_int_equal(asv_day_end_open(&said), 0); /* K-153 */
    assert_int_equal(said.copies, 0);
    assert_int_equal(ask(TODAY + 1).status, ASV_E_STATE);
    said = statement_of(20251220); /* a day that this store never had */
    assert_int_equal(asv_day_end_open(&said), 0);
}

/* K-152: what is due and in the index is not destroyed, whatever the clock says. */
static void what_could_not_be_destroyed_is_not_told(void **state)
{
    (void)state;
    pass_to(due_of(TODAY) - 1);
    asv_test_world_step(&site.world, 2); /* no tick: the key file is there */
    assert_int_equal(asv_status_class(ask(TODAY).status), ASV_CLASS_RETRY);
    int64_t next = 0;
    asv_keeper_tick(&site.keeper, &next);
    assert_int_equal(ask(TODAY).status, ASV_OK);
}

static void while_destruction_stands_still_nothing_is_told(void **state)
{
    (void)state;
    pass_to(due_of(TODAY));
    assert_int_equal(ask(TODAY).status, ASV_OK);
    site.world.wall += 3 * HOUR;
    assert_int_equal(asv_status_class(ask(TODAY).status), ASV_CLASS_RETRY); /* K-152 */
}

static void a_slot_that_is_away_is_open_until_it_confirms(void **state)
{
    (void)state;
    int64_t next = 0;
    pass_to(due_of(TODAY) - HOUR);
    site.disk->slots[1].away = true;
    pass_to(due_of(TODAY));
    struct asv_day_end said = statement_of(TODAY);
    assert_int_equal(said.slot_count, 2);
    assert_int_equal(asv_day_end_open(&said), 1); /* K-153 */
    assert_true(said.slots[1].epoch < said.epoch && said.slots[0].epoch == said.epoch);
    site.disk->slots[1].away = false;
    asv_test_world_step(&site.world, 60000);
    asv_keeper_tick(&site.keeper, &next);
    said = statement_of(TODAY); /* late, and told again */
    assert_int_equal(asv_day_end_open(&said), 0);
}

static void use_reserve_key(void)
{
    struct asv_keeper_request request = {
        .type = ASV_KEEPER_BULLETIN, .chain = camera->chain.encoded, .reserve_used = true};
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_DOCK, &request).status, ASV_OK);
}

/* What a camera recorded without a clock, until it was docked on that day: no longer than the day's own keys.
 */
static void reserve_keys_that_were_due_by_then_are_gone_too(void **state)
{
    (void)state;
    int64_t next = 0;
    use_reserve_key();
    pass_to(due_of(20260110) - 15 * 24 * HOUR); /* a day of which there is no key file */
    use_reserve_key();
    pass_to(due_of(20260110) - 1);
    asv_test_world_step(&site.world, 2);
    assert_int_equal(asv_status_class(ask(20260110).status), ASV_CLASS_RETRY); /* K-152 */
    assert_int_equal(ask(20260109).status, ASV_OK);
    asv_keeper_tick(&site.keeper, &next);
    assert_int_equal(statement_of(20260110).copies, 0);
}

static void copies_of_its_reserve_keys_are_counted(void **state)
{
    (void)state;
    static struct keeper_people people;
    static struct keeper_decision decision;
    struct asv_bulletin bulletin;
    keeper_people_init(&people, &site);
    keeper_bulletin(&site, camera, &bulletin);
    use_reserve_key();
    keeper_propose(&site, &decision, ASV_ACTION_HOLD_AHEAD, &people.wearer, 1);
    struct asv_subject *subject = &decision.proposal.statement.subject;
    memcpy(subject->id, camera->cert_digest, sizeof subject->id);
    subject->from_ms = site.world.wall - HOUR;
    subject->until_ms = site.world.wall;
    keeper_sign_again(&decision);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.chief, 2);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
    pass_to(due_of(TODAY));
    assert_int_equal(statement_of(TODAY - 1).copies, 0); /* K-154 */
    assert_int_equal(statement_of(TODAY).copies, 2); /* the day's, and the one that was used; not the next */
    pass_to(due_of(TODAY + 1));
    assert_int_equal(statement_of(TODAY + 1).copies, 1);
}

/* K-151 */
static void a_process_says_who_it_is(void **state)
{
    (void)state;
    struct asv_keeper_request request = {.type = ASV_KEEPER_STATUS};
    memset(site.keeper.run, 0x5a, sizeof site.keeper.run);
    site.keeper.started_ms = 12345;
    strcpy(site.keeper.software, "asservat-keeper 7");
    struct asv_keeper_reply reply = keeper_ask(&site, ASV_KEEPER_LEDGER, &request);
    assert_int_equal(reply.status, ASV_OK);
    assert_memory_equal(reply.state.run, site.keeper.run, sizeof site.keeper.run);
    assert_true(reply.state.started_ms == 12345);
    assert_string_equal(reply.state.software, "asservat-keeper 7");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_day_is_told_when_its_keys_are_destroyed_and_not_before, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_could_not_be_destroyed_is_not_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(while_destruction_stands_still_nothing_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_slot_that_is_away_is_open_until_it_confirms, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reserve_keys_that_were_due_by_then_are_gone_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(copies_of_its_reserve_keys_are_counted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_process_says_who_it_is, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
