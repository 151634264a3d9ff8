/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/unit/dock/kit.h"

#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "dock/intake.h"

struct rig *rig;
struct fake_camera *camera, *second;

static int start(void (*init)(struct rig *))
{
    rig = calloc(1, sizeof *rig);
    camera = calloc(1, sizeof *camera);
    second = calloc(1, sizeof *second);
    if (!rig || !camera || !second)
        return 1;
    init(rig);
    fake_camera_init(camera, &rig->agency, 11);
    fake_camera_init(second, &rig->agency, 12);
    return 0;
}

int kit_setup(void **state)
{
    (void)state;
    return start(rig_init);
}

int kit_setup_mirrored(void **state)
{
    (void)state;
    return start(rig_init_mirrored);
}

int kit_teardown(void **state)
{
    (void)state;
    rig_free(rig);
    fake_camera_free(camera);
    fake_camera_free(second);
    free(rig);
    free(camera);
    free(second);
    return 0;
}

void filter_tests(int argc, char **argv)
{
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
}

void dock_once(void)
{
    rig_dock(rig, 0, camera, ASV_SLOT_READY);
    rig_take_out(rig, 0);
}

void store_without_the_camera(void)
{
    rig->keeper_away = true;
    rig_dock(rig, 0, camera, ASV_SLOT_WAITING);
    rig_take_out(rig, 0);
    rig->keeper_away = false;
    rig_run(rig, rig_nothing_runs);
    assert_int_equal(kind_of(1), ASV_COMMIT_STORED);
}

static bool recorded(struct rig *r)
{
    for (const struct asv_intake *intake = r->dock.intakes; intake; intake = intake->next)
        if (intake->step == ASV_INTAKE_CUSTODY && intake->waiting)
            return true;
    return false;
}

static enum asv_status commit_away(void *ctx, const struct asv_db_commit *commit,
                                   enum asv_db_outcome *outcome, struct asv_err *err)
{
    (void)ctx;
    (void)commit;
    (void)outcome;
    return asv_fail(err, ASV_E_AWAY, "database is away");
}

void crash_before_custody(void)
{
    enum asv_status (*commit)(void *, const struct asv_db_commit *, enum asv_db_outcome *, struct asv_err *) =
        rig->services.commit;
    rig->services.commit = commit_away;
    rig_plug(rig, 0, camera);
    rig_run(rig, recorded);
    rig_restart(rig);
    rig->services.commit = commit;
}

unsigned kind_of(uint64_t number)
{
    const struct rig_commit *commit = rig_find(rig, camera, number);
    return commit ? commit->facts.kind : 0;
}

bool some_chunks(struct rig *r)
{
    (void)r;
    return camera->chunks_given >= 120;
}

bool all_staged(struct rig *r)
{
    return r->slots[0].state == ASV_SLOT_WAITING && asv_pool_pending(r->dock.pool) == 0;
}

bool settled_in_waiting(struct rig *r)
{
    return r->slots[0].state == ASV_SLOT_WAITING && rig_nothing_runs(r) &&
           !asv_timer_is_set(&r->dock.kick_timer);
}

const char *root_dir(int root)
{
    return root == 0 ? rig->dir : rig->mirror;
}

void find_file(char out[KIT_PATH_BYTES], int root, const char *pattern)
{
    char full[KIT_PATH_BYTES];
    glob_t found;
    snprintf(full, sizeof full, "%s/%s", root_dir(root), pattern);
    out[0] = '\0';
    if (glob(full, 0, NULL, &found) == 0) {
        assert_int_equal(found.gl_pathc, 1);
        snprintf(out, KIT_PATH_BYTES, "%s", found.gl_pathv[0]);
        globfree(&found);
    }
}

void flip_byte(int root, const char *pattern, off_t at)
{
    char path[KIT_PATH_BYTES];
    uint8_t byte = 0;
    find_file(path, root, pattern);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    if (at < 0)
        at += lseek(fd, 0, SEEK_END);
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= 1;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    close(fd);
}
