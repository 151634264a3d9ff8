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

#define SLOT                                                                                                 \
    "{\"slot\":1,\"port\":\"1-2\",\"state\":\"ready\",\"colour\":\"green\",\"since_ms\":5,\"reason\":\"r\"," \
    "\"offered\":true,\"camera\":\"C\",\"serial\":\"S\",\"clip\":\"U\",\"number\":9,\"done\":1,\"total\":2," \
    "\"rate\":3,"                                                                                            \
    "\"counts\":{}"
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

/* */
static void the_board_has_what_the_room_may_see(void **state)
{
    (void)state;
    assert_board(
        LINE(SLOT "},{" /* a second one below */
                  "\"slot\":2,\"state\":\"empty\",\"colour\":\"grey\",\"offered\":false,\"since_ms\":6,"
                  "\"reason\":\"\",\"done\":0,"
                  "\"total\":0,\"rate\":0,\"left_s\":7}"),
        "{\"stopping\":true,\"keeper_up\":false,\"database_up\":true,\"slots\":["
        "{\"slot\":1,\"since_ms\":5,\"done\":1,\"total\":2,\"rate\":3,\"state\":\"ready\",\"colour\":"
        "\"green\",\"offered\":true,\"reason\":\"r\"},"
        "{\"slot\":2,\"since_ms\":6,\"done\":0,\"total\":0,\"rate\":0,\"state\":\"empty\",\"colour\":"
        "\"grey\",\"offered\":false,\"reason\":\"\","
        "\"left_s\":7}]}");
    assert_board(LINE("{\"slot\":1,\"state\":\"waiting\",\"colour\":\"yellow\",\"offered\":false,\"since_"
                      "ms\":5,\"reason\":"
                      "\"the database is away: host\","
                      "\"done\":0,\"total\":0,\"rate\":0}"),
                 "{\"stopping\":true,\"keeper_up\":false,\"database_up\":true,\"slots\":[{\"slot\":1,\"since_"
                 "ms\":5,\"done\":0,"
                 "\"total\":0,\"rate\":0,\"state\":\"waiting\",\"colour\":\"yellow\",\"offered\":false,"
                 "\"reason\":\"the "
                 "database is away\"}]}");
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
        LINE(SLOT),
        LINE("1"),
        LINE("{}"),
        LINE(SLOT ",\"left_s\":\"1\"}"),
        LINE(SLOT ",\"slot\":1}"),
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
        cmocka_unit_test(the_board_has_what_the_room_may_see),
        cmocka_unit_test(what_is_no_status_makes_no_board),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
