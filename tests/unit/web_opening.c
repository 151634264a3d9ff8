/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * M-008, M-010: whose a recording is that is being shown, and for how long; and what is told of it. */
#include "server/web/opening.h"

#include <string.h>

#include "server/web/shown_facts.h"
#include "tests/support/in_vault.h"
#include "tests/support/world.h"
#include "tests/unit/test.h"

#define HOUR_MS (60 * UINT64_C(60) * 1000)

static struct asv_test_in_vault it;
static struct asv_test_world world;
static struct asv_web_openings openings;
static struct asv_view_asker nobody = {.most = 0, .lock = PTHREAD_MUTEX_INITIALIZER};
static const uint8_t session[ASV_UUID_BYTES] = {1}, other[ASV_UUID_BYTES] = {2};
static uint8_t person[ASV_UUID_BYTES] = {3};
static const uint8_t clip[ASV_UUID_BYTES] = {4};

static int set_up(void **state)
{
    (void)state;
    asv_test_in_vault_make(&it, &(struct asv_test_plan){.chunks = 1});
    asv_test_world_init(&world, 1);
    asv_web_openings_init(&openings, ASV_WEB_READERS_EACH + 1);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    asv_web_openings_close(&openings);
    asv_test_in_vault_remove(&it);
    return 0;
}

static enum asv_status add(const uint8_t of[ASV_UUID_BYTES], uint8_t id[ASV_UUID_BYTES])
{
    struct asv_web_opening *place = NULL;
    enum asv_status status = asv_web_openings_reserve(&openings, person, &place, NULL);
    if (status != ASV_OK) {
        return status;
    }
    struct asv_exhibit *exhibit = NULL;
    struct asv_playback *playback = NULL;
    struct asv_view *view = NULL;
    struct asv_vault *vault = asv_test_in_vault_again(&it);
    assert_int_equal(asv_exhibit_open_seal(vault, &it.name, &exhibit, NULL), ASV_OK);
    assert_int_equal(asv_playback_open_take(exhibit, it.file_key, &playback, NULL), ASV_OK);
    assert_int_equal(asv_view_open_take(playback, &nobody, &view, NULL), ASV_OK);
    const struct asv_web_shown shown = {.session = of,
                                        .person = person,
                                        .clip = clip,
                                        .request = it.name.header,
                                        .credential = it.name.header,
                                        .vault = vault,
                                        .view = view,
                                        .left_ms = HOUR_MS};
    return asv_web_openings_add_take(&openings, &world.world, place, &shown, id, NULL);
}

static struct asv_web_opening *take(const uint8_t of[ASV_UUID_BYTES], const uint8_t id[ASV_UUID_BYTES],
                                    enum asv_status expected)
{
    struct asv_web_opening *opening = NULL;
    assert_int_equal(asv_web_openings_take(&openings, &world.world, of, id, &opening), expected);
    return opening;
}

static bool is_there(const uint8_t of[ASV_UUID_BYTES], const uint8_t id[ASV_UUID_BYTES])
{
    struct asv_web_opening *opening = NULL;
    if (asv_web_openings_take(&openings, &world.world, of, id, &opening) != ASV_OK) {
        return false;
    }
    asv_web_openings_give(&openings, &world.world, opening, true);
    return true;
}

static void it_is_one_sessions(void **state)
{
    (void)state;
    uint8_t id[ASV_UUID_BYTES];
    uint8_t none[ASV_UUID_BYTES] = {9};
    assert_int_equal(add(session, id), ASV_OK);
    assert_true(is_there(session, id));
    assert_false(is_there(other, id));
    assert_false(is_there(session, none));
    assert_false(asv_web_openings_end(&openings, other, NULL, id));
    assert_true(is_there(session, id));
    assert_true(asv_web_openings_end(&openings, session, NULL, id));
    assert_false(is_there(session, id));
    assert_false(asv_web_openings_end(&openings, session, NULL, id));
    assert_int_equal(asv_web_openings_count(&openings), 0);
}

static void it_ends_when_nobody_reads(void **state)
{
    (void)state;
    uint8_t id[ASV_UUID_BYTES];
    assert_int_equal(add(session, id), ASV_OK);
    asv_test_world_step(&world, ASV_WEB_OPENING_MS - 1);
    assert_true(is_there(session, id)); /* which puts it off */
    asv_test_world_step(&world, ASV_WEB_OPENING_MS - 1);
    asv_web_openings_sweep(&openings, &world.world);
    assert_int_equal(asv_web_openings_count(&openings), 1);
    asv_test_world_step(&world, 1);
    assert_false(is_there(session, id)); /* whoever was not swept yet */
    asv_web_openings_sweep(&openings, &world.world);
    assert_int_equal(asv_web_openings_count(&openings), 0);
}

/* Whoever only asks what there is keeps nothing open. */
static void it_ends_when_it_is_only_asked_about(void **state)
{
    (void)state;
    uint8_t id[ASV_UUID_BYTES];
    assert_int_equal(add(session, id), ASV_OK);
    asv_test_world_step(&world, ASV_WEB_OPENING_MS - 1);
    asv_web_openings_give(&openings, &world.world, take(session, id, ASV_OK), false);
    asv_test_world_step(&world, 1);
    (void)take(session, id, ASV_E_NOT_FOUND);
}

static void it_ends_when_what_was_agreed_is_over(void **state)
{
    (void)state;
    uint8_t id[ASV_UUID_BYTES];
    assert_int_equal(add(session, id), ASV_OK);
    for (int i = 0; i < 5; i++) {
        asv_test_world_step(&world, HOUR_MS / 6);
        assert_true(is_there(session, id));
    }
    asv_test_world_step(&world, HOUR_MS / 6);
    assert_false(is_there(session, id));
}

/* Whoever reads at that moment reads on; then it is gone. */
static void it_ends_behind_its_last_reader(void **state)
{
    (void)state;
    uint8_t id[ASV_UUID_BYTES];
    const struct asv_view_facts *facts = NULL;
    assert_int_equal(add(session, id), ASV_OK);
    struct asv_web_opening *one = take(session, id, ASV_OK);
    struct asv_web_opening *two = take(session, id, ASV_OK);
    assert_ptr_equal(one, two);
    assert_false(asv_web_openings_is_over(&openings, one));
    assert_true(asv_web_openings_end(&openings, NULL, person, NULL));
    assert_true(asv_web_openings_is_over(&openings, one)); /* M-020 */
    assert_false(is_there(session, id));
    assert_int_equal(asv_view_look(one->view, &facts, NULL), ASV_E_BUSY); /* its key is there: it was read */
    asv_web_openings_give(&openings, &world.world, one, true);
    assert_int_equal(asv_web_openings_count(&openings), 1);
    asv_web_openings_give(&openings, &world.world, two, true);
    assert_int_equal(asv_web_openings_count(&openings), 0);
}

/* M-021: of all that one person has open, and of nobody else's. */
static void so_many_read_at_once(void **state)
{
    (void)state;
    uint8_t id[2][ASV_UUID_BYTES];
    uint8_t others[ASV_UUID_BYTES];
    struct asv_web_opening *taken[ASV_WEB_READERS_EACH];
    assert_int_equal(add(session, id[0]), ASV_OK);
    assert_int_equal(add(session, id[1]), ASV_OK);
    for (size_t i = 0; i < ASV_WEB_READERS_EACH; i++) {
        taken[i] = take(session, id[i % 2], ASV_OK);
    }
    (void)take(session, id[0], ASV_E_BUSY);
    (void)take(session, id[1], ASV_E_BUSY);
    person[0]++;
    assert_int_equal(add(other, others), ASV_OK);
    person[0]--;
    assert_true(is_there(other, others));
    asv_web_openings_give(&openings, &world.world, taken[0], true);
    assert_true(is_there(session, id[1]));
    for (size_t i = 1; i < ASV_WEB_READERS_EACH; i++) {
        asv_web_openings_give(&openings, &world.world, taken[i], true);
    }
}

/* M-021 */
static void one_thread_is_left_to_others(void **state)
{
    (void)state;
    static const struct {
        unsigned threads, readers;
    } table[] = {{1, 1}, {2, 1}, {3, 2}, {4, 3}, {16, 3}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct asv_web_openings some;
        asv_web_openings_init(&some, table[i].threads);
        assert_int_equal(some.readers_each, table[i].readers);
        asv_web_openings_close(&some);
    }
}

/* M-009 */
static void there_is_room_for_so_many(void **state)
{
    (void)state;
    uint8_t id[ASV_UUID_BYTES];
    uint8_t sessions[ASV_WEB_OPENINGS + 1][ASV_UUID_BYTES] = {{0}};
    const uint8_t first = person[0];
    struct asv_web_opening *place = NULL;
    struct asv_err err = {0};
    for (size_t i = 0; i < ASV_WEB_OPENINGS; i++) {
        sessions[i][0] = (uint8_t)(100 + i); /* one person has several, and no more for that */
        person[0] = (uint8_t)(first + i / ASV_WEB_OPENINGS_EACH);
        assert_int_equal(add(sessions[i], id), ASV_OK);
        if (i == ASV_WEB_OPENINGS_EACH - 1) { /* of one person */
            assert_int_equal(add(sessions[i], id), ASV_E_BUSY);
        }
    }
    person[0]++;
    assert_int_equal(asv_web_openings_reserve(&openings, person, &place, &err), ASV_E_BUSY);
    assert_non_null(strstr(err.text, "close one"));
    assert_int_equal(add(sessions[0], id), ASV_E_BUSY);
    assert_true(asv_web_openings_end(&openings, sessions[0], NULL, NULL));
    assert_int_equal(asv_web_openings_count(&openings), ASV_WEB_OPENINGS - 1);
    assert_int_equal(add(sessions[0], id), ASV_OK);
    person[0] = first;
}

/* M-024: what is being signed for has its place, is read by nobody, and ends with nothing else. */
static void a_place_is_kept_for_what_is_signed(void **state)
{
    (void)state;
    uint8_t id[ASV_UUID_BYTES];
    const uint8_t none[ASV_UUID_BYTES] = {0};
    struct asv_web_opening *places[ASV_WEB_OPENINGS_EACH] = {NULL};
    for (size_t i = 0; i < ASV_WEB_OPENINGS_EACH; i++) {
        assert_int_equal(asv_web_openings_reserve(&openings, person, &places[i], NULL), ASV_OK);
    }
    assert_int_equal(add(session, id), ASV_E_BUSY);
    (void)take(none, none, ASV_E_NOT_FOUND);
    asv_test_world_step(&world, ASV_WEB_OPENING_MS);
    asv_web_openings_sweep(&openings, &world.world);
    assert_false(asv_web_openings_end(&openings, NULL, person, NULL));
    assert_int_equal(asv_web_openings_count(&openings), ASV_WEB_OPENINGS_EACH);
    asv_web_openings_free(&openings, places[1]);
    assert_int_equal(add(session, id), ASV_OK);
    assert_true(is_there(session, id));
    assert_int_equal(add(session, id), ASV_E_BUSY);
}

static json_t *tell(const uint8_t id[ASV_UUID_BYTES])
{
    static struct asv_view_facts facts;
    struct asv_web_opening *opening = take(session, id, ASV_OK);
    json_t *told = asv_web_shown_facts(opening, &facts, &world.world);
    asv_web_openings_give(&openings, &world.world, opening, false);
    assert_non_null(told);
    return told;
}

static json_int_t number_of(const json_t *told, const char *name)
{
    assert_true(json_is_integer(json_object_get(told, name)));
    return json_integer_value(json_object_get(told, name));
}

static bool has_marker(const json_t *told, const char *kind, json_int_t ms)
{
    const json_t *markers = json_object_get(told, "markers");
    bool found = false;
    for (size_t i = 0; i < json_array_size(markers); i++) {
        const json_t *marker = json_array_get(markers, i);
        found = found || (strcmp(json_string_value(json_object_get(marker, "kind")), kind) == 0 &&
                          number_of(marker, "ms") == ms);
    }
    return found;
}

/* M-013: what the camera signed, and nothing that it wrote behind that; by the key frames' times. */
static void what_its_seal_says_is_told(void **state)
{
    (void)state;
    uint8_t id[ASV_UUID_BYTES];
    asv_test_in_vault_remove(&it);
    asv_test_in_vault_make(&it, &(struct asv_test_plan){.chunks = 5,
                                                        .every = 1,
                                                        .records = true,
                                                        .key_frames = true,
                                                        .cut = true,
                                                        .facts = {.pre_roll_ms = 2000},
                                                        .behind = {.dwelling = true}});
    assert_int_equal(add(session, id), ASV_OK);
    json_t *told = tell(id);
    const json_t *checkpoints = json_object_get(told, "checkpoints");
    assert_int_equal(number_of(told, "preroll_ms"), 2000);
    assert_true(has_marker(told, "preroll-end", 999)); /* byte 24 is at 1 s */
    assert_true(has_marker(told, "marker", 1999));
    assert_true(has_marker(told, "announced", 999));
    for (json_int_t ms = 0; ms < 7000; ms++) {
        assert_false(has_marker(told, "dwelling", ms)); /* which nothing signs */
    }
    assert_true(json_is_false(json_object_get(told, "markers_more")));
    assert_string_equal(json_string_value(json_object_get(told, "verdict")), "TRUNCATED");
    assert_true(json_is_true(json_object_get(told, "truncated")));
    assert_int_equal(json_array_size(checkpoints), 5);
    assert_int_equal(number_of(json_array_get(checkpoints, 4), "bytes"), number_of(told, "verified_bytes"));
    assert_int_equal(number_of(told, "verified_bytes"), 5 * 65536);
    assert_int_equal(number_of(told, "tail_bytes"), 0);
    assert_string_equal(json_string_value(json_object_get(told, "expires_at")), "2026-01-05T07:00:00.000Z");
    assert_int_equal(number_of(told, "idle_s"), ASV_WEB_OPENING_MS / 1000);
    json_decref(told);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_is_one_sessions),
        TEST(it_ends_when_nobody_reads),
        TEST(it_ends_when_it_is_only_asked_about),
        TEST(it_ends_when_what_was_agreed_is_over),
        TEST(it_ends_behind_its_last_reader),
        TEST(what_its_seal_says_is_told),
        TEST(so_many_read_at_once),
        cmocka_unit_test(one_thread_is_left_to_others),
        TEST(there_is_room_for_so_many),
        TEST(a_place_is_kept_for_what_is_signed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
