/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Disks that fail, fill up or are not there while a recording comes in. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server/base/io.h"
#include "tests/sim/fault_disk.h"
#include "tests/unit/test.h"
#include "tests/unit/vault_kit.h"

/* Takes a clip all the way with every step allowed to fail; the status of the first that did. */
static enum asv_status ingest(struct fixture *f)
{
    struct asv_clip_dir *clip = NULL;
    enum asv_status status = asv_vault_stage(f->vault, camera, epoch, 7, &clip, NULL);
    uint8_t bad[CHUNKS / 8 + 1];
    uint64_t bad_count = 0;
    enum asv_readback mode = 0;
    uint8_t root[32];
    if (status != ASV_OK) {
        return status;
    }
#define STEP(call)          \
    if (status == ASV_OK) { \
        status = (call);    \
    }
    STEP(asv_clip_put(clip, ASV_PART_SEAL, "seal", 4, NULL))
    STEP(asv_clip_leaf_put(clip, 0, f->leaves[0], CHUNKS, NULL))
    STEP(asv_clip_chunks_put(clip, 0, f->chunks, CHUNKS, NULL))
    STEP(asv_clip_payload_end(clip, CHUNKS, final_chunk, NULL))
    STEP(asv_clip_sync(clip, NULL))
    STEP(asv_clip_seal(clip, KIT_DAY, uuid, NULL))
    STEP(asv_clip_readback(clip, CHUNKS, NULL, bad, &bad_count, &mode, root, NULL))
    if (status == ASV_OK && bad_count != 0) {
        status = ASV_E_DIGEST;
    }
    STEP(asv_clip_put(clip, ASV_PART_COMMIT, "commit", 6, NULL))
#undef STEP
    asv_clip_close(clip);
    return status;
}

/* The names below the roots after a failed attempt; the next one must go on from any of them. */
static void sweep(struct fixture *f, enum fault_kind kind, int e, bool sticky, size_t roots)
{
    unsigned failures = 0;
    for (unsigned n = 1;; n++) {
        assert_int_equal(asv_io_remove_tree(AT_FDCWD, f->roots[0], NULL), ASV_OK);
        assert_int_equal(asv_io_remove_tree(AT_FDCWD, f->roots[1], NULL), ASV_OK);
        reopen(f, roots);
        fault_disk_arm(kind, n, e, sticky, f->base);
        enum asv_status status = ingest(f);
        bool struck = fault_disk_struck();
        fault_disk_disarm();
        if (!struck) {
            assert_int_equal(status, ASV_OK);
            break;
        }
        failures += status != ASV_OK;
        char path[512];
        snprintf(path, sizeof path, "%s/" KIT_SEALED "/commit", f->roots[0]);
        if (roots == 1 && status != ASV_OK && kind != FAULT_SYNC) {
            assert_int_not_equal(access(path, F_OK), 0); /* never committed and reported as failed */
        }
        /* the daemon tries again, possibly after a restart, and gets through */
        if (n % 2 == 0) {
            reopen(f, roots);
        }
        if (status != ASV_OK && count(f, ASV_VAULT_SEALED) == 0) {
            assert_int_equal(ingest(f), ASV_OK);
        }
        assert_int_equal(count(f, ASV_VAULT_SEALED), 1);
    }
    assert_true(failures > 0);
}

static void a_single_disk_that_fails_at_any_call_never_loses_or_half_commits(void **state)
{
    struct fixture *f = *state;
    sweep(f, FAULT_WRITE, ENOSPC, true, 1);
    sweep(f, FAULT_WRITE, EIO, false, 1);
    sweep(f, FAULT_SYNC, EIO, false, 1);
    sweep(f, FAULT_NAME, EIO, false, 1);
}

static void a_full_disk_is_refused_on_mirrors_too(void **state)
{
    struct fixture *f = *state;
    struct asv_clip_dir *clip = stage(f);
    struct asv_err err = {0};
    fault_disk_arm(FAULT_WRITE, 1, ENOSPC, true, f->roots[1]);
    assert_int_equal(asv_clip_reserve(clip, CHUNKS, &err), ASV_E_NO_SPACE);
    assert_int_equal(asv_clip_chunks_put(clip, 0, chunk(f, 0), 1, &err), ASV_E_NO_SPACE);
    assert_int_equal(asv_clip_replicas(clip), 2);
    asv_clip_close(clip);
}

static void one_failed_disk_of_two_is_survived_and_counted(void **state)
{
    struct fixture *f = *state;
    for (int root = 0; root < 2; root++) {
        struct asv_clip_dir *clip = stage(f);
        uint8_t bad[CHUNKS / 8 + 1];
        fault_disk_arm(FAULT_WRITE, 3, EIO, true, f->roots[root]);
        put_all(f, clip);
        assert_true(fault_disk_struck());
        assert_int_equal(asv_clip_replicas(clip), 1);
        assert_int_equal(asv_clip_sync(clip, NULL), ASV_OK);
        assert_int_equal(readback(clip, bad), 0);
        fault_disk_disarm();
        fault_disk_arm(FAULT_ANY, 1, EIO, true, f->base); /* now the other one too */
        assert_int_equal(asv_clip_put(clip, ASV_PART_COMMIT, "c", 1, NULL), ASV_E_IO);
        fault_disk_disarm();
        assert_int_equal(asv_clip_discard_take(clip, NULL), ASV_OK);
        assert_int_equal(count(f, ASV_VAULT_STAGING), 0);
    }
}

static void a_name_that_is_taken_in_the_other_root_is_taken(void **state)
{
    struct fixture *f = *state;
    for (int root = 0; root < 2; root++) {
        /* One disk was away while the clip went into custody on the other one. */
        char stale[ASV_VAULT_PATH_BYTES];
        struct asv_clip_dir *clip = stage(f);
        snprintf(stale, sizeof stale, "%s", asv_clip_path(clip));
        put_all(f, clip);
        assert_int_equal(asv_clip_sync(clip, NULL), ASV_OK);
        fault_disk_arm(FAULT_NAME, 1, EIO, true, f->roots[root]);
        assert_int_equal(asv_clip_seal(clip, KIT_DAY, uuid, NULL), ASV_OK);
        fault_disk_disarm();
        assert_int_equal(asv_clip_replicas(clip), 1);
        assert_int_equal(asv_clip_put(clip, ASV_PART_COMMIT, "commit", 6, NULL), ASV_OK);
        asv_clip_close(clip);
        /* It is back, with what it had: that is not to become a second, uncommitted copy. */
        reopen(f, 2);
        struct asv_clip_dir *again = NULL;
        assert_int_equal(asv_vault_open_clip(f->vault, ASV_VAULT_STAGING, stale, &clip, NULL), ASV_OK);
        assert_int_equal(asv_clip_replicas(clip), 1);
        assert_int_equal(asv_clip_seal(clip, KIT_DAY, uuid, NULL), ASV_E_EXISTS);
        assert_string_equal(asv_clip_path(clip), stale);
        asv_clip_close(clip);
        assert_int_equal(asv_vault_open_clip(f->vault, ASV_VAULT_SEALED, KIT_SEALED, &again, NULL), ASV_OK);
        assert_int_equal(asv_clip_discard_take(again, NULL), ASV_OK);
        assert_int_equal(asv_clip_discard_take(stage(f), NULL), ASV_OK);
    }
}

static void a_move_that_got_half_way_is_gone_on_with(void **state)
{
    struct fixture *f = *state;
    uint8_t bad[CHUNKS / 8 + 1];
    struct asv_clip_dir *clip = stage(f);
    put_all(f, clip);
    assert_int_equal(asv_clip_sync(clip, NULL), ASV_OK);
    fault_disk_arm(FAULT_NAME, 1, ENOSPC, true, f->roots[1]); /* no room for the day's directory */
    assert_int_equal(asv_clip_seal(clip, KIT_DAY, uuid, NULL), ASV_E_NO_SPACE);
    fault_disk_disarm();
    assert_int_equal(asv_clip_seal(clip, KIT_DAY, uuid, NULL), ASV_OK);
    assert_int_equal(asv_clip_replicas(clip), 2);
    assert_int_equal(readback(clip, bad), 0);
    assert_int_equal(count(f, ASV_VAULT_STAGING), 0);
    asv_clip_close(clip);
}

static void make_clip(struct fixture *f, int root, const char *path)
{
    char full[ASV_VAULT_PATH_BYTES + 300];
    int dir = -1;
    snprintf(full, sizeof full, "%s/%s", f->roots[root], path);
    assert_int_equal(asv_io_open_dir(AT_FDCWD, full, true, &dir, NULL), ASV_OK);
    close(dir);
}

struct visited {
    unsigned count;
    char last[ASV_VAULT_PATH_BYTES];
};

static enum asv_status in_order(void *ctx, enum asv_vault_area area, const char *path, struct asv_err *err)
{
    struct visited *visited = ctx;
    (void)area;
    (void)err;
    assert_true(strcmp(visited->last, path) < 0);
    snprintf(visited->last, sizeof visited->last, "%s", path);
    visited->count++;
    return ASV_OK;
}

static void a_walk_goes_through_both_roots_in_one_order(void **state)
{
    struct fixture *f = *state;
    struct visited visited = {0};
    reopen(f, 2);
    make_clip(f, 1, "sealed/2026/11/22/b");
    make_clip(f, 0, "sealed/2026/11/23/a");
    make_clip(f, 1, "sealed/2026/11/23/b");
    make_clip(f, 0, "sealed/2026/11/23/c");
    make_clip(f, 1, "sealed/2026/11/23/c");
    make_clip(f, 1, "sealed/2026/11/24/a");
    assert_int_equal(asv_vault_walk(f->vault, ASV_VAULT_SEALED, in_order, &visited, NULL), ASV_OK);
    assert_int_equal(visited.count, 5);
}

static void a_root_that_cannot_be_walked_does_not_hide_the_other(void **state)
{
    struct fixture *f = *state;
    char path[400];
    struct visited visited = {0};
    reopen(f, 2);
    make_clip(f, 1, "quarantine/a");
    snprintf(path, sizeof path, "%s/quarantine", f->roots[0]);
    assert_int_equal(asv_io_remove_tree(AT_FDCWD, path, NULL), ASV_OK);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600); /* no directory */
    assert_true(fd >= 0);
    close(fd);
    assert_int_not_equal(asv_vault_walk(f->vault, ASV_VAULT_QUARANTINE, in_order, &visited, NULL), ASV_OK);
    assert_int_equal(visited.count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(a_single_disk_that_fails_at_any_call_never_loses_or_half_commits),
        KIT_TEST(a_full_disk_is_refused_on_mirrors_too),
        KIT_TEST(one_failed_disk_of_two_is_survived_and_counted),
        KIT_TEST(a_name_that_is_taken_in_the_other_root_is_taken),
        KIT_TEST(a_move_that_got_half_way_is_gone_on_with),
        KIT_TEST(a_walk_goes_through_both_roots_in_one_order),
        KIT_TEST(a_root_that_cannot_be_walked_does_not_hide_the_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
