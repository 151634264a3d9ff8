/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "dock/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/test.h"

static char directory[64], conf_path[96], slots_path[96];

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static enum asv_status read_conf(struct asv_dock_conf *conf, const char *text, char *why)
{
    char whole[4096];
    struct asv_err err = {0};
    snprintf(whole, sizeof whole, "slots = %s\n%s", slots_path, text);
    write_text(conf_path, whole);
    enum asv_status status = asv_dock_conf_read(conf, conf_path, &err);
    snprintf(why, ASV_ERR_TEXT_BYTES, "%s", err.text);
    return status;
}

static int setup(void **state)
{
    (void)state;
    snprintf(directory, sizeof directory, "/tmp/asv-settings-XXXXXX");
    if (!mkdtemp(directory))
        return 1;
    snprintf(conf_path, sizeof conf_path, "%s/dock.conf", directory);
    snprintf(slots_path, sizeof slots_path, "%s/slots.conf", directory);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    unlink(conf_path);
    unlink(slots_path);
    return rmdir(directory);
}

static void defaults_work_and_paths_follow_each_other(void **state)
{
    (void)state;
    struct asv_dock_conf conf;
    static struct asv_dock dock;
    char why[ASV_ERR_TEXT_BYTES];
    assert_int_equal(read_conf(&conf, "slot.7 = 1-2.7\nslot.1 = 3-1\n", why), ASV_OK);
    assert_int_equal(conf.slot_count, 2);
    assert_int_equal(conf.slots[0].number, 7);
    assert_string_equal(conf.slots[0].port, "1-2.7");
    assert_string_equal(conf.revocations, "/etc/asservat/dock/revocations");
    assert_string_equal(conf.control_socket, "/run/asservat/dock-control.sock");
    assert_true(conf.production);
    asv_dock_conf_apply(&conf, &dock);
    assert_true(dock.site.read_back);
    assert_int_equal(dock.site.periods->count, 1);
    assert_int_equal(dock.site.periods->list[0].policy.days, 14);
    assert_int_equal(dock.settings.chunk_ms, 15000);
    assert_int_equal(dock.settings.retries, 5);
}

static void slots_are_learned_into_a_file_of_their_own(void **state)
{
    (void)state;
    struct asv_dock_conf conf;
    char why[ASV_ERR_TEXT_BYTES];
    write_text(slots_path, "# written by asservat-dockd --learn\nslot.2 = 1-1.2\n");
    assert_int_equal(read_conf(&conf, "slot.1 = 1-1.1\n", why), ASV_OK);
    assert_int_equal(conf.slot_count, 2);
    assert_string_equal(conf.slots[1].port, "1-1.2");
    assert_int_equal(read_conf(&conf, "slot.2 = 1-1.3\n", why), ASV_E_USAGE);
    assert_non_null(strstr(why, "slot 2 is given twice"));
    assert_int_equal(read_conf(&conf, "slot.3 = 1-1.2\n", why), ASV_E_USAGE);
    assert_non_null(strstr(why, "is slot 3 already"));
}

static void what_cannot_be_is_refused_with_its_line(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {{"slot.0 = 1-1\n", "slot's number"},
                                           {"slot.x = 1-1\n", "slot's number"},
                                           {"slot.70000 = 1-1\n", "slot's number"},
                                           {"slot.1 = somewhere\n", "no USB port path"},
                                           {"threads = 1\n", "threads"},
                                           {"threads = 99\n", "threads"},
                                           {"vault.mirror = there\n", "absolute"},
                                           {"control.socket = here\n", "absolute"},
                                           {"unknown = 1\n", "unknown"},
                                           {"camera.pre_roll = 10min\n", "pre_roll"},
                                           {"revocations = list\n", "absolute path"},
                                           {"free_floor = 2G\nfree_warn = 1G\n", "free_warn is below"},
                                           {"issue.area = M\u00fcnchner Stra\u00dfe\n", "printable ASCII"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct asv_dock_conf conf;
        char why[ASV_ERR_TEXT_BYTES];
        assert_int_equal(read_conf(&conf, wrong[i][0], why), ASV_E_USAGE);
        assert_non_null(strstr(why, wrong[i][1]));
        assert_non_null(strstr(why, conf_path));
    }
}

static void production_reads_back_from_the_device_or_not_at_all(void **state)
{
    (void)state;
    struct asv_dock_conf conf;
    static struct asv_dock dock;
    char why[ASV_ERR_TEXT_BYTES];
    assert_int_equal(read_conf(&conf, "slot.1 = 1-1\nreadback = cached\n", why), ASV_E_USAGE);
    assert_non_null(strstr(why, "O_DIRECT"));
    assert_int_equal(read_conf(&conf, "slot.1 = 1-1\nreadback = none\n", why), ASV_E_USAGE);
    assert_int_equal(read_conf(&conf, "slot.1 = 1-1\nreadback = cached\nproduction = no\n", why), ASV_OK);
    asv_dock_conf_apply(&conf, &dock);
    assert_true(dock.site.read_back);
    assert_int_equal(read_conf(&conf, "slot.1 = 1-1\nreadback = none\nproduction = no\n", why), ASV_OK);
    asv_dock_conf_apply(&conf, &dock);
    assert_false(dock.site.read_back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(defaults_work_and_paths_follow_each_other, setup, teardown),
        cmocka_unit_test_setup_teardown(slots_are_learned_into_a_file_of_their_own, setup, teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_is_refused_with_its_line, setup, teardown),
        cmocka_unit_test_setup_teardown(production_reads_back_from_the_device_or_not_at_all, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
