/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/handover/parts.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/handover/kit.h"
#include "tests/unit/test.h"

#define FIRST "2026-11-30T00:53:20" /* UTC */
#define LATER "2026-11-30T01:53:20"
#define MIB   ((uint64_t)1 << 20)

static struct kit kit;
static struct asv_err err;

static int set_up(void **state)
{
    const uint32_t *chunks = *state;
    kit_make(&kit, ASV_PLAN_CARRIER, *chunks);
    err = (struct asv_err){0};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    kit_remove(&kit);
    return 0;
}

static bool is_there(const char *name)
{
    return faccessat(kit.dir, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void run(void)
{
    if (asv_build_run(&kit.build, &err) != ASV_OK) {
        fail_msg("%s", err.text);
    }
}

static enum asv_status divide(const uint64_t *bytes, size_t recordings, uint64_t fixed, uint64_t room,
                              struct asv_share *parts, size_t cap, size_t *count)
{
    const struct asv_room all = {room, room};
    return asv_parts_divide(bytes, recordings, fixed, &all, parts, cap, count, &err);
}

/* HO-078 */
static void recordings_are_divided_among_media_and_none_is_cut(void **state)
{
    (void)state;
    static const uint64_t bytes[] = {40, 50, 1, 10, 90, 91, 9};
    struct asv_share parts[8];
    size_t count = 0;
    assert_int_equal(divide(bytes, 7, 9, 100, parts, 8, &count), ASV_OK);
    static const struct asv_share want[] = {{0, 3, 100}, {3, 1, 19}, {4, 1, 99}, {5, 1, 100}, {6, 1, 18}};
    assert_int_equal(count, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(parts[i].first, want[i].first);
        assert_int_equal(parts[i].count, want[i].count);
        assert_int_equal(parts[i].bytes, want[i].bytes);
    }
    assert_int_equal(divide(bytes, 7, 9, 100, parts, 4, &count), ASV_E_LIMIT);
    assert_int_equal(divide(bytes, 7, 10, 100, parts, 8, &count), ASV_E_LIMIT);
    assert_string_equal(err.text,
                        "recording 6 takes some 91 bytes and fits on no medium of 100: take a larger one");
    assert_int_equal(divide(bytes, 7, 101, 100, parts, 8, &count), ASV_E_LIMIT);
    assert_int_equal(divide(bytes, 7, 9, 1000, parts, 8, &count), ASV_OK);
    assert_int_equal(count, 1);
    assert_int_equal(divide(bytes, 0, 9, 1000, parts, 8, &count), ASV_OK);
    assert_int_equal(count, 0);
}

/* HO-084, HO-085, LAW H8: each of its own recordings, with what belongs to it and nothing of the others. */
static void each_part_is_a_carrier_of_its_own(void **state)
{
    (void)state;
    kit.build.medium = 27 * MIB / 2;
    run();
    assert_int_equal(kit.extras, KIT_CLIPS);
    assert_int_equal(kit.extras_clips, KIT_CLIPS);
    assert_int_equal(kit.signatures, 7 * KIT_CLIPS); /* KEEPER.md, K-237: so many lines are of a part */
    kit_sh(&kit, "test \"$(echo *)\" = 'carrier-1-of-3.zip carrier-2-of-3.zip carrier-3-of-3.zip medium'");
    kit_sh(
        &kit,
        "python3 - <<'E'\n"
        "import json, zipfile\n"
        "clips, ids, plans = [], [], set()\n"
        "for n in 1, 2, 3:\n"
        "    z = zipfile.ZipFile(f'carrier-{n}-of-3.zip')\n"
        "    facts = json.loads(z.read('data/facts.json'))\n"
        "    assert facts['part'] == {'number': n, 'of': 3}, facts['part']\n"
        "    assert len(facts['clips']) == 1 and len(facts['logs']) == 1\n"
        "    assert {m.split('/')[2] for m in z.namelist() if m.startswith('data/recordings/')} == {'001'}\n"
        "    clips.append(facts['clips'][0]['clip'])\n"
        "    ids += [f['id'] for f in facts['documents'] + facts['files']] + "
        "[facts['clips'][0]['sealed']['id']]\n"
        "    plans.add(z.read('data/plan'))\n"
        "    open(f'letter-{n}.pdf', 'wb').write(z.read('data/' + facts['documents'][0]['name']))\n"
        "assert len(set(clips)) == 3 and len(set(ids)) == len(ids) and len(plans) == 1\n"
        "E\n"
        "for n in 1 2 3; do pdftotext letter-$n.pdf - | tr '\\n' ' ' | grep -q \"Dies ist Teil $n von 3\"; "
        "done");
}

/* With the first part made. */
static void run_killed(void)
{
    int ended = 0;
    kit.build.medium = 27 * MIB / 2;
    kit.kill_at_clip = 2;
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(asv_build_run(&kit.build, NULL) == ASV_OK ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_true(WIFSIGNALED(ended) && WTERMSIG(ended) == SIGKILL);
    assert_true(is_there("carrier-1-of-3.zip") && !is_there("carrier-2-of-3.zip"));
    kit.kill_at_clip = 0;
}

/* HO-040, HO-084: and what the first run had counts. */
static void who_is_killed_between_parts_goes_on(void **state)
{
    struct stat before;
    struct stat after;
    (void)state;
    run_killed();
    assert_int_equal(fstatat(kit.dir, "carrier-1-of-3.zip", &before, 0), 0);
    kit.build.medium = 0;
    kit.build.now_ms += 3600000;
    run();
    assert_int_equal(fstatat(kit.dir, "carrier-1-of-3.zip", &after, 0), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
    assert_true(is_there("carrier-3-of-3.zip") && !is_there("carrier.zip"));
    assert_int_equal(kit.extras, KIT_CLIPS - 1);
    assert_int_equal(kit.keys, KIT_CLIPS - 1);
}

static void are_of_one_making(const char *made_at)
{
    char line[600];
    (void)snprintf(
        line, sizeof line,
        "for n in 1 2 3; do unzip -p carrier-$n-of-3.zip data/facts.json | grep -q '\"made_at\": *\"%s'; "
        "done; test \"$(echo *)\" = 'carrier-1-of-3.zip carrier-2-of-3.zip carrier-3-of-3.zip medium'",
        made_at);
    kit_sh(&kit, line);
}

/* HO-136, HO-170: by another program, or with another certificate, all of them are made anew; so is what was
 * divided otherwise, and stays nowhere. */
static void a_part_of_another_making_does_not_stay(void **state)
{
    (void)state;
    run_killed();
    kit_sh(&kit, "cp carrier-1-of-3.zip carrier-1-of-2.zip; touch carrier-2-of-2.zip.partial");
    kit.build.version = "asservat 99";
    kit.build.now_ms += 3600000;
    run();
    are_of_one_making(LATER);
    kit_sh(&kit,
           "for n in 1 2 3; do unzip -p carrier-$n-of-3.zip bag-info.txt | grep -q 'asservat 99'; done");
}

/* HO-170: when the first of them was made nobody knows any more. */
static void one_that_was_removed_is_not_made_alone(void **state)
{
    (void)state;
    kit.build.medium = 27 * MIB / 2;
    run();
    are_of_one_making(FIRST);
    assert_int_equal(unlinkat(kit.dir, "carrier-2-of-3.zip", 0), 0);
    kit.build.now_ms += 3600000;
    run();
    are_of_one_making(LATER);
}

static int set_up_both(void **state)
{
    (void)state;
    kit_make(&kit, ASV_PLAN_CARRIER | ASV_PLAN_FILING, 5);
    err = (struct asv_err){0};
    return 0;
}

/* HO-056, HO-170: parts that are whole stay, whenever the filing behind them is made. */
static void a_filing_leaves_whole_parts(void **state)
{
    (void)state;
    kit.build.medium = 27 * MIB / 2;
    run();
    kit_sh(&kit, "rm -r filing; ls -i carrier-* > before");
    kit.build.version = "asservat 99";
    kit.build.now_ms += 3600000;
    run();
    kit_sh(&kit, "test -d filing; ls -i carrier-* | cmp - before; rm before");
}

static void where_all_of_it_fits_there_is_one(void **state)
{
    (void)state;
    kit.build.medium = 40 * MIB;
    run();
    assert_true(is_there("carrier.zip"));
    kit_sh(&kit, "! unzip -p carrier.zip data/facts.json | grep -q '\"part\"'");
}

/* HO-078, HO-084 */
static void what_fits_on_no_medium_is_refused(void **state)
{
    (void)state;
    kit.build.medium = 12 * MIB;
    assert_int_equal(asv_build_run(&kit.build, &err), ASV_E_LIMIT);
    assert_non_null(strstr(err.text, "fits on no medium of 12582912"));
    assert_int_equal(kit.keys, 0);
    kit.build.medium = 40 * MIB; /* then it is not begun, and a larger one will do */
    run();
    assert_true(is_there("carrier.zip"));
}

/* HO-143: what goes alone has all of a medium, whatever is planned for several. */
static void less_is_planned_for_several_and_not_for_one(void **state)
{
    (void)state;
    static const uint64_t bytes[] = {40, 40, 91, 20};
    static const struct {
        uint64_t planned;
        size_t first[5];
    } table[] = {{100, {0, 2, 3, 4}}, {89, {0, 2, 3, 4}}, {88, {0, 1, 2, 3, 4}}, {1, {0, 1, 2, 3, 4}}};
    struct asv_share parts[4];
    size_t count = 0;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct asv_room room = {100, table[i].planned};
        assert_int_equal(asv_parts_divide(bytes, 4, 9, &room, parts, 4, &count, &err), ASV_OK);
        for (size_t j = 0; j < count; j++) {
            assert_int_equal(parts[j].first, table[i].first[j]);
        }
        assert_int_equal(table[i].first[count], 4);
    }
}

/* Too little, but for dividing soon. */
static void estimate(uint64_t bytes)
{
    for (size_t i = 0; i < KIT_CLIPS; i++) {
        kit.sizes[i] = bytes;
    }
}

/* HO-084, HO-143: whatever was thought before. What the next run finds is divided anew, and nothing of it
 * stays that was made for another division. */
static void what_came_out_too_large_is_divided_anew(void **state)
{
    unsigned runs = 0;
    (void)state;
    estimate(10 * MIB / 3);
    kit.build.medium = 33 * MIB;
    assert_int_equal(asv_build_run(&kit.build, &err), ASV_E_AGAIN);
    assert_non_null(strstr(err.text, "and a medium 34603008: it is divided anew"));
    kit_sh(&kit, "test \"$(echo *)\" = medium; test \"$(cut -d' ' -f1 medium)\" = 34603008");
    kit.build.medium = 0;
    while (asv_build_run(&kit.build, &err) != ASV_OK) {
        assert_int_equal(err.status, ASV_E_AGAIN);
        assert_true(++runs <= 1);
    }
    kit_sh(&kit, "test ! -e carrier.zip; test $(find . -name 'carrier-*.zip' -size +34603008c | wc -l) = 0; "
                 "test $(ls carrier-*.zip | wc -l) = $(ls carrier-1-of-*.zip | sed 's/.*of-//; s/.zip//')");
}

/* HO-084: and no further than into recordings. */
static void one_that_comes_out_too_large_does_not_stay(void **state)
{
    (void)state;
    estimate(10 * MIB / 3);
    kit.build.medium = 20 * MIB;
    enum asv_status status = asv_build_run(&kit.build, &err);
    for (unsigned runs = 0; status == ASV_E_AGAIN && runs < 8; runs++) {
        status = asv_build_run(&kit.build, &err);
    }
    assert_int_equal(status, ASV_E_LIMIT);
    assert_non_null(strstr(err.text, "carrier-2-of-3.zip: has "));
    assert_non_null(strstr(err.text, "and a medium 20971520: take a larger one"));
    assert_false(is_there("carrier-2-of-3.zip"));
}

int main(void)
{
    static uint32_t small = 5;
    static uint32_t large = 2 * ASV_ZIP_SYNC_BYTES / ASV_CHUNK_CIPHER_BYTES;
#define TEST(name, chunks) cmocka_unit_test_prestate_setup_teardown(name, set_up, tear_down, &(chunks))
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recordings_are_divided_among_media_and_none_is_cut),
        TEST(each_part_is_a_carrier_of_its_own, small),
        TEST(who_is_killed_between_parts_goes_on, small),
        TEST(a_part_of_another_making_does_not_stay, small),
        TEST(one_that_was_removed_is_not_made_alone, small),
        cmocka_unit_test_setup_teardown(a_filing_leaves_whole_parts, set_up_both, tear_down),
        TEST(where_all_of_it_fits_there_is_one, small),
        TEST(what_fits_on_no_medium_is_refused, small),
        cmocka_unit_test(less_is_planned_for_several_and_not_for_one),
        TEST(what_came_out_too_large_is_divided_anew, large),
        TEST(one_that_comes_out_too_large_does_not_stay, large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
