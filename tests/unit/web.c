/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/web/call.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/test.h"

/* */
static void unless_told_otherwise_only_this_machine_reaches_it(void **state)
{
    (void)state;
    struct asv_web_settings settings;
    struct asv_err err = {0};
    assert_int_equal(asv_web_settings_read(&settings, "/nonexistent/web.conf", &err), ASV_OK);
    assert_string_equal(settings.listen, "127.0.0.1:8471");
    assert_string_equal(settings.ledger, "");
    assert_string_equal(settings.certificate, "");
    assert_int_equal(settings.connections, 256);
    assert_int_equal(settings.connections_each, 32);
    assert_int_equal(settings.header_ms, 10000);
}

static void what_is_served_has_one_place_in_the_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < asv_web_route_count; i++) {
        const struct asv_web_route *route = &asv_web_routes[i];
        assert_int_equal(route->pattern[0], '/');
        assert_non_null(route->handler);
        for (size_t k = 0; k < i; k++) {
            assert_false(strcmp(route->pattern, asv_web_routes[k].pattern) == 0 &&
                         strcmp(route->method, asv_web_routes[k].method) == 0);
        }
    }
}

/* M-023: as the parser of policies has it, for `open`. */
static void whoever_a_policy_lets_be_shown_something_may_read_it(void **state)
{
    (void)state;
    size_t found = 0;
    for (size_t i = 0; i < asv_web_route_count; i++) {
        const struct asv_web_route *route = &asv_web_routes[i];
        if (strncmp(route->pattern, "/api/v1/openings/", 17) == 0) {
            found++;
            assert_int_equal(route->access,
                             ASV_ROLES_SUPERIOR | ASV_ROLE_REVIEWER | ASV_ROLE_DATA_PROTECTION_OFFICER);
            assert_int_equal(route->scopes, 0); /* M-008 */
        }
    }
    assert_int_equal(found, 3);
}

#define SLOT(state, percent)                                                                           \
    "{\"slot\":1,\"port\":\"1-2\",\"state\":\"" state                                                  \
    "\",\"colour\":\"blue\",\"since_ms\":5,\"offered\":true,\"reason\":\"r\",\"why\":[]," percent      \
    "\"camera\":\"C\",\"serial\":\"S\",\"clip\":\"U\",\"number\":9,\"done\":1,\"total\":2,\"rate\":3," \
    "\"left_s\":7,\"counts\":{}}"
#define LINE(slots)                                                                                       \
    "{\"stopping\":true,\"keeper\":{\"up\":false,\"why\":\"w\"},\"database\":{\"up\":true},\"stored\":4," \
    "\"slots\":[" slots "]}"

static void assert_board(const char *line, const char *want)
{
    char *got = asv_web_board_of(line, strlen(line));
    assert_non_null(got);
    assert_string_equal(got, want);
    free(got);
}

#define BOARD(slots) "{\"stopping\":true,\"keeper_up\":false,\"database_up\":true,\"slots\":[" slots "]}"

/* */
static void the_board_has_what_the_room_may_see(void **state)
{
    (void)state;
    assert_board(
        LINE(SLOT("ready",
                  "") ",{\"slot\":2,\"state\":\"waiting\",\"colour\":\"yellow\",\"offered\":false,\"why\":"
                      "[\"database\",\"again\"],\"reason\":\"the database is away: host\"}"),
        BOARD(
            "{\"slot\":1,\"state\":\"ready\",\"colour\":\"blue\",\"offered\":true,\"why\":[]},"
            "{\"slot\":2,\"state\":\"waiting\",\"colour\":\"yellow\",\"offered\":false,\"why\":[\"database\","
            "\"again\"]}"));
    assert_board(LINE(SLOT("listing", "\"percent\":40,\"minutes\":3,")),
                 BOARD("{\"slot\":1,\"state\":\"pulling\",\"colour\":\"blue\",\"offered\":true,\"why\":[],"
                       "\"percent\":40,"
                       "\"minutes\":3}"));
    static const char *const steps[][2] = {
        {SLOT("handshake", ""), "connecting"},  {SLOT("identifying", ""), "connecting"},
        {SLOT("connecting", ""), "connecting"}, {SLOT("listing", ""), "pulling"},
        {SLOT("pulling", ""), "pulling"},       {SLOT("sealing", ""), "sealing"},
        {SLOT("erasing", ""), "sealing"},       {SLOT("fault", ""), "fault"}};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        char line[1024];
        char want[1024];
        snprintf(line, sizeof line, LINE("%s"), steps[i][0]);
        snprintf(want, sizeof want,
                 BOARD("{\"slot\":1,\"state\":\"%s\",\"colour\":\"blue\",\"offered\":true,\"why\":[]}"),
                 steps[i][1]);
        assert_board(line, want);
    }
    assert_board(LINE(""), "{\"stopping\":true,\"keeper_up\":false,\"database_up\":true,\"slots\":[]}");
}

static void what_is_no_status_makes_no_board(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "{",
        "[]",
        "{}",
        "null",
        LINE("{\"slot\":1,\"state\":\"ready\",\"colour\":\"green\"}"),
        LINE("{\"slot\":1,\"state\":\"ready\",\"colour\":\"green\",\"why\":\"room\"}"),
        LINE("{\"slot\":1,\"state\":\"ready\",\"colour\":\"green\",\"why\":[\"2 in quarantine\"]}"),
        LINE("{\"slot\":1,\"state\":\"ready\",\"colour\":\"green\",\"why\":[\"\"]}"),
        LINE("{\"slot\":1,\"state\":\"ready\",\"colour\":\"green\",\"why\":[1]}"),
        LINE("1"),
        LINE("{}"),
        LINE(SLOT("ready", "\"percent\":\"1\",")),
        LINE(SLOT("ready", "\"slot\":1,")),
        "{\"stopping\":1,\"keeper\":{\"up\":true},\"database\":{\"up\":true},\"slots\":[]}",
        "{\"stopping\":true,\"keeper\":true,\"database\":{\"up\":true},\"slots\":[]}",
        "{\"stopping\":true,\"keeper\":{\"up\":true},\"database\":{\"up\":true},\"slots\":{}}",
        "{\"stopping\":true,\"keeper\":{\"up\":true},\"database\":{\"up\":true},\"space\":{},\"slots\":[]}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_null(asv_web_board_of(bad[i], strlen(bad[i])));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unless_told_otherwise_only_this_machine_reaches_it),
        cmocka_unit_test(what_is_served_has_one_place_in_the_table),
        cmocka_unit_test(whoever_a_policy_lets_be_shown_something_may_read_it),
        cmocka_unit_test(the_board_has_what_the_room_may_see),
        cmocka_unit_test(what_is_no_status_makes_no_board),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
