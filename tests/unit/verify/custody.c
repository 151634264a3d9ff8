/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A commit record that says something else than the recording beside it: each field by itself. LAW H3: device
 * and firmware in custody are those that the camera signed. */
#include <stdio.h>
#include <string.h>

#include "server/verify/check.h"
#include "tests/support/clip_dir.h"
#include "tests/support/files.h"
#include "tests/unit/test.h"

static struct asv_test_agency agency;
static struct asv_test_clip clip, cut;
static char directory[512];
static struct asv_anchors anchors;

static int set_up(void **state)
{
    (void)state;
    struct asv_test_world world;
    struct asv_test_plan plan = {.chunks = 3,
                                 .every = 2,
                                 .pad = 8,
                                 .unit = "Aussendienst",
                                 .area = "Mitte",
                                 .facts = {.dwelling = true, .pre_roll_ms = 30000}};
    char root[600];
    asv_test_agency_init(&agency, 1);
    asv_test_world_init(&world, 1);
    asv_test_clip_make(&clip, &agency, &agency.camera, &world, &plan);
    plan.cut = true;
    plan.behind.marked = true;
    asv_test_clip_make(&cut, &agency, &agency.camera, &world, &plan);
    asv_test_make_directory(directory, sizeof directory);
    asv_test_clip_write(&clip, &agency, &agency.camera, &agency.dock, NULL, 0, directory);
    snprintf(root, sizeof root, "%s/root", directory);
    assert_int_equal(asv_anchors_load(&anchors, root, NULL, NULL, NULL), ASV_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    asv_test_remove_directory(directory);
    asv_test_clip_free(&clip);
    asv_test_clip_free(&cut);
    return 0;
}

static const struct asv_report *check(void)
{
    static struct asv_inputs inputs;
    static struct asv_small_parts parts;
    static struct asv_report report;
    assert_int_equal(asv_inputs_open(&inputs, directory, NULL), ASV_OK);
    assert_int_equal(asv_check_clip(&report, &inputs, &anchors, &parts, NULL), ASV_OK);
    asv_inputs_close(&inputs);
    return &report;
}

static struct asv_commit read_commit(void)
{
    struct asv_commit commit;
    uint8_t *data;
    size_t len;
    asv_test_read_file(directory, "commit", &data, &len);
    assert_int_equal(asv_commit_decode(&commit, data, len, NULL, NULL), ASV_OK);
    free(data);
    return commit;
}

/* A byte of the record, and what is said when one of its bits is another. */
struct row {
    size_t at;
    const char *said;
};

#define ROW(field, said)                         \
    {                                            \
        offsetof(struct asv_commit, field), said \
    }

static const struct row rows[] = {
    ROW(camera_cert, "is of another recording"),
    ROW(chain_digest, "is of another recording"),
    ROW(epoch, "is of another recording"),
    ROW(number, "is of another recording"),
    ROW(clip, "is of another recording"),
    ROW(header_digest, "is of another recording"),
    ROW(root, "says another payload"),
    ROW(leaves, "says another payload"),
    ROW(payload_bytes, "says another payload"),
    ROW(final_chunk, "says another payload"),
    ROW(seal_bytes, "says another seal"),
    ROW(seal_digest, "says another seal"),
    ROW(tail_bytes, "says another tail"),
    ROW(link_bytes, "says another link"),
    ROW(link_digest, "says another link"),
    ROW(integrity, "says another verdict"),
    ROW(agency, "says another agency"),
    ROW(model, "says another model"),
    ROW(serial, "says another serial"),
    ROW(firmware, "says another firmware"),
    ROW(firmware_digest, "says another firmware digest"),
    ROW(group, "says another group"),
    ROW(stream, "says another stream"),
    ROW(stream_type, "says another stream type"),
    ROW(segment, "says another segment"),
    ROW(assignment, "says another assignment"),
    ROW(unit, "says another unit"),
    ROW(area, "says another area"),
    ROW(sealer, "says another sealer"),
    ROW(key_kind, "says another kind of key"),
    ROW(key_id, "says another key"),
    ROW(key_date, "says another key date"),
    ROW(bulletin, "says another bulletin"),
    ROW(policy, "says another policy"),
    ROW(clock_state, "says another clock state"),
    ROW(start_ms, "says another start"),
    ROW(end_ms, "says another end"),
    ROW(end_reason, "says another reason of the end"),
    ROW(media_bytes, "says another length of the content"),
    ROW(marked, "says otherwise of a marker"),
    ROW(dwelling, "says otherwise of a dwelling"),
    ROW(pre_roll_ms, "says another pre-roll"),
};

static void each_by_itself(const struct asv_test_clip *of)
{
    asv_test_clip_write(of, &agency, &agency.camera, &agency.dock, NULL, 0, directory);
    const struct asv_commit good = read_commit();
    assert_true(asv_report_is_valid(check()));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct asv_commit commit = good;
        char said[128];
        if (of->link.len == 0 && strcmp(rows[i].said, "says another link") == 0) {
            continue; /* it may have been kept back */
        }
        ((uint8_t *)&commit)[rows[i].at] ^= 1;
        asv_test_commit_write(&commit, &agency.dock, directory);
        const struct asv_report *report = check();
        snprintf(said, sizeof said, "commit: %s", rows[i].said);
        assert_false(asv_report_is_valid(report));
        assert_int_equal(report->finding[ASV_CHECK_COMMIT], ASV_FINDING_BAD);
        assert_string_equal(report->err[ASV_CHECK_COMMIT].text, said);
    }
}

static void what_is_said_otherwise_is_found(void **state)
{
    (void)state;
    each_by_itself(&clip);
}

/* No end, no final chunk, no link; and the marker behind the last checkpoint is nobody's fact. */
static void so_it_is_of_one_that_was_cut(void **state)
{
    (void)state;
    asv_test_remove_directory(directory);
    asv_test_make_directory(directory, sizeof directory);
    each_by_itself(&cut);
}

/* Of the tail only a digest is left when its file was lost: it must be that of the file that is there. */
static void a_digest_of_another_tail_is_found(void **state)
{
    (void)state;
    asv_test_clip_write(&cut, &agency, &agency.camera, &agency.dock, "behind", 6, directory);
    assert_true(asv_report_is_valid(check()));
    struct asv_commit commit = read_commit();
    commit.tail_digest[0] ^= 1;
    asv_test_commit_write(&commit, &agency.dock, directory);
    assert_false(asv_report_is_valid(check()));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_said_otherwise_is_found),
        cmocka_unit_test(so_it_is_of_one_that_was_cut),
        cmocka_unit_test(a_digest_of_another_tail_is_found),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
