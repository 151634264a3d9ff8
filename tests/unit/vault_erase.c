/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the vault keeps of a recording that is erased: LAW T5 (in every directory), LAW T6 (a tombstone
 * without content), and that each step may be repeated. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware-proto/seal/frames.h"
#include "tests/sim/fault_disk.h"
#include "tests/unit/test.h"
#include "tests/unit/vault_kit.h"

#define TOMB "tombstones/2026/11/23/019355aa-0001-7002-8003-040506070809-0000000000000000"

static const struct asv_bytes order = {(const uint8_t *)"the keeper's word", 17};

/* A recording in custody, in both roots, with every part that there is. */
static void seal_one(struct fixture *f)
{
    struct asv_clip_dir *clip = stage(f);
    put_all(f, clip);
    for (int part = 0; part < ASV_PART_COUNT; part++) {
        if (part != ASV_PART_PAYLOAD && part != ASV_PART_ORDER) {
            assert_int_equal(asv_clip_put(clip, (enum asv_part)part, "some", 4, NULL), ASV_OK);
        }
    }
    assert_int_equal(asv_clip_seal(clip, KIT_DAY, uuid, NULL), ASV_OK);
    asv_clip_close(clip);
}

static bool there(const struct fixture *f, int root, const char *path)
{
    char name[1024];
    struct stat st;
    (void)snprintf(name, sizeof name, "%s/%s", f->roots[root], path);
    return lstat(name, &st) == 0;
}

static enum asv_status erase(struct fixture *f)
{
    struct asv_clip_dir *clip = NULL;
    enum asv_status status = asv_vault_open_clip(f->vault, ASV_VAULT_SEALED, KIT_SEALED, &clip, NULL);
    return status == ASV_OK ? asv_clip_erase_take(clip, TOMB, NULL) : status;
}

static void is_tombstone(const struct fixture *f, int root)
{
    static const char *const stays[] = {"commit", "link", "chain", "erasure"};
    static const char *const goes[] = {"payload", "seal", "stanzas", "tail", "receipt", "docking"};
    char path[512];
    for (size_t i = 0; i < sizeof stays / sizeof *stays; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", TOMB, stays[i]);
        assert_true(there(f, root, path));
    }
    for (size_t i = 0; i < sizeof goes / sizeof *goes; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", TOMB, goes[i]);
        assert_false(there(f, root, path));
    }
    assert_false(there(f, root, KIT_SEALED));
}

static void T6_an_erased_recording_leaves_a_tombstone_without_content_in_every_root(void **state)
{
    struct fixture *f = *state;
    struct asv_clip_dir *clip = NULL;
    uint8_t got[32];
    size_t len = 0;
    seal_one(f);
    assert_int_equal(asv_vault_open_clip(f->vault, ASV_VAULT_SEALED, KIT_SEALED, &clip, NULL), ASV_OK);
    assert_int_equal(asv_clip_note_order(clip, order, NULL), ASV_OK);
    assert_int_equal(asv_clip_note_order(clip, order, NULL), ASV_OK);
    asv_clip_close(clip);
    assert_int_equal(erase(f), ASV_OK);
    assert_int_equal(asv_vault_flush(f->vault, NULL), ASV_OK);
    for (int root = 0; root < 2; root++) {
        is_tombstone(f, root);
        assert_true(there(f, root, TOMB "/order"));
    }
    assert_int_equal(asv_vault_open_clip(f->vault, ASV_VAULT_TOMBSTONES, TOMB, &clip, NULL), ASV_OK);
    assert_int_equal(asv_clip_get(clip, ASV_PART_ORDER, got, sizeof got, &len, NULL), ASV_OK);
    assert_true(len == order.len && memcmp(got, order.data, len) == 0);
    asv_clip_close(clip);
    assert_int_equal(erase(f), ASV_E_NOT_FOUND); /* there is nothing left to do */
}

static off_t size_of(const struct fixture *f, int root, const char *path)
{
    char name[1024];
    struct stat st;
    (void)snprintf(name, sizeof name, "%s/%s", f->roots[root], path);
    assert_int_equal(lstat(name, &st), 0);
    return st.st_size;
}

/* LAW T5: what is to be erased makes room for the word that it may be. */
static void a_full_disk_is_no_reason_to_keep_what_fills_it(void **state)
{
    struct fixture *f = *state;
    struct asv_clip_dir *clip = NULL;
    seal_one(f);
    assert_int_equal(asv_vault_open_clip(f->vault, ASV_VAULT_SEALED, KIT_SEALED, &clip, NULL), ASV_OK);
    fault_disk_arm(FAULT_WRITE, 1, ENOSPC, false, f->roots[1]);
    assert_int_equal(asv_clip_note_order(clip, order, NULL), ASV_OK);
    assert_true(fault_disk_struck());
    fault_disk_disarm();
    assert_true(size_of(f, 0, KIT_SEALED "/payload") != 0); /* it has room */
    assert_true(size_of(f, 1, KIT_SEALED "/payload") == 0);
    assert_true(size_of(f, 1, KIT_SEALED "/order") == (off_t)order.len);
    fault_disk_arm(FAULT_WRITE, 1, ENOSPC, true, f->roots[0]); /* somebody else took it */
    assert_int_equal(asv_clip_note_order(clip, order, NULL), ASV_E_NO_SPACE);
    fault_disk_disarm();
    assert_true(there(f, 0, KIT_SEALED "/seal")); /* to ask for it again */
    assert_int_equal(asv_clip_note_order(clip, order, NULL), ASV_OK);
    asv_clip_close(clip);
    assert_int_equal(erase(f), ASV_OK);
    is_tombstone(f, 0);
    is_tombstone(f, 1);
}

static void what_was_cut_off_half_way_is_finished(void **state)
{
    struct fixture *f = *state;
    struct asv_clip_dir *clip = NULL;
    char from[600];
    char to[600];
    seal_one(f);
    assert_int_equal(asv_vault_open_clip(f->vault, ASV_VAULT_SEALED, KIT_SEALED, &clip, NULL), ASV_OK);
    assert_int_equal(asv_clip_empty(clip, NULL), ASV_OK); /* the files went, the move did not */
    asv_clip_close(clip);
    assert_true(there(f, 0, KIT_SEALED "/commit") && !there(f, 1, KIT_SEALED "/payload"));
    (void)snprintf(from, sizeof from, "%s/%s", f->roots[1], KIT_SEALED);
    (void)snprintf(to, sizeof to, "%s/tombstones/2026", f->roots[1]);
    assert_int_equal(mkdir(to, 0700), 0);
    (void)snprintf(to, sizeof to, "%s/tombstones/2026/11", f->roots[1]);
    assert_int_equal(mkdir(to, 0700), 0);
    (void)snprintf(to, sizeof to, "%s/tombstones/2026/11/23", f->roots[1]);
    assert_int_equal(mkdir(to, 0700), 0);
    (void)snprintf(to, sizeof to, "%s/%s", f->roots[1], TOMB);
    assert_int_equal(rename(from, to), 0); /* or it did in one root */
    assert_int_equal(erase(f), ASV_OK);
    is_tombstone(f, 0);
    is_tombstone(f, 1);
}

/* A disk that was away while the other one was done brings everything back. */
static void T5_a_root_that_comes_back_keeps_nothing(void **state)
{
    struct fixture *f = *state;
    struct asv_vault_config without = config(f, 2);
    char away[400];
    seal_one(f);
    (void)snprintf(away, sizeof away, "%s/away", f->base);
    assert_int_equal(rename(f->roots[1], away), 0);
    asv_vault_close(f->vault);
    f->vault = NULL;
    without.exclusive = false;
    assert_int_equal(asv_vault_open(&without, &f->vault, NULL), ASV_E_NOT_FOUND);
    without.one_may_be_away = true;
    assert_int_equal(asv_vault_open(&without, &f->vault, NULL), ASV_OK);
    assert_non_null(asv_vault_away(f->vault));
    assert_int_equal(erase(f), ASV_E_AWAY); /* it is not complete */
    is_tombstone(f, 0);
    assert_int_equal(rename(away, f->roots[1]), 0);
    asv_vault_close(f->vault);
    f->vault = NULL;
    assert_int_equal(asv_vault_open(&without, &f->vault, NULL), ASV_OK);
    assert_null(asv_vault_away(f->vault));
    assert_true(there(f, 1, KIT_SEALED "/payload"));
    assert_int_equal(erase(f), ASV_OK);
    is_tombstone(f, 0);
    is_tombstone(f, 1);
    assert_int_equal(count(f, ASV_VAULT_SEALED), 0);
}

/* Nothing was promised for it, and its tombstone would say nothing. */
static void what_was_never_committed_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    struct asv_clip_dir *clip = stage(f);
    put_all(f, clip);
    assert_int_equal(asv_clip_seal(clip, KIT_DAY, uuid, NULL), ASV_OK);
    asv_clip_close(clip);
    assert_int_equal(erase(f), ASV_OK);
    assert_int_equal(count(f, ASV_VAULT_SEALED) + count(f, ASV_VAULT_TOMBSTONES), 0);
}

static void an_emptied_day_is_forgotten_and_no_other(void **state)
{
    struct fixture *f = *state;
    seal_one(f);
    asv_vault_forget_day(f->vault, KIT_SEALED);
    assert_true(there(f, 0, KIT_SEALED "/commit"));
    assert_int_equal(erase(f), ASV_OK);
    asv_vault_forget_day(f->vault, KIT_SEALED);
    assert_false(there(f, 0, "sealed/2026/11/23") || there(f, 1, "sealed/2026/11/23"));
    assert_true(there(f, 0, "sealed/2026/11"));
    asv_vault_forget_day(f->vault, "sealed"); /* no clip's path */
    assert_true(there(f, 0, "sealed"));
}

static void one_in_use_is_left_alone(void **state)
{
    struct fixture *f = *state;
    struct asv_clip_dir *clip = NULL;
    seal_one(f);
    assert_int_equal(asv_vault_open_clip(f->vault, ASV_VAULT_SEALED, KIT_SEALED, &clip, NULL), ASV_OK);
    assert_int_equal(erase(f), ASV_E_BUSY);
    assert_true(there(f, 0, KIT_SEALED "/payload"));
    asv_clip_close(clip);
    assert_int_equal(erase(f), ASV_OK);
}

static void the_header_is_the_frame_that_the_seal_begins_with(void **state)
{
    struct fixture *f = *state;
    struct asv_clip_dir *clip = stage(f);
    uint8_t frame[ASV_SEAL_HEADER_FRAME_MAX_BYTES];
    uint8_t seal[64] = {ASV_FRAME_HEADER, 0, 0, 0, 7, 'h', 'e', 'a', 'd', 'e', 'r', '!', 'm', 'o', 'r', 'e'};
    size_t len = 0;
    assert_int_equal(asv_clip_header(clip, frame, &len, NULL), ASV_E_NOT_FOUND);
    assert_int_equal(asv_clip_put(clip, ASV_PART_SEAL, seal, sizeof seal, NULL), ASV_OK);
    assert_int_equal(asv_clip_header(clip, frame, &len, NULL), ASV_OK);
    assert_true(len == 12 && memcmp(frame, seal, 12) == 0);
    seal[3] = 0x10; /* a length that no header has */
    assert_int_equal(asv_clip_put(clip, ASV_PART_SEAL, seal, sizeof seal, NULL), ASV_OK);
    assert_int_equal(asv_clip_header(clip, frame, &len, NULL), ASV_E_DIGEST);
    seal[3] = 0;
    seal[0] = ASV_FRAME_RECORD;
    assert_int_equal(asv_clip_put(clip, ASV_PART_SEAL, seal, sizeof seal, NULL), ASV_OK);
    assert_int_equal(asv_clip_header(clip, frame, &len, NULL), ASV_E_DIGEST);
    assert_int_equal(asv_clip_put(clip, ASV_PART_SEAL, seal, 3, NULL), ASV_OK);
    assert_int_equal(asv_clip_header(clip, frame, &len, NULL), ASV_E_MALFORMED);
    asv_clip_close(clip);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(T6_an_erased_recording_leaves_a_tombstone_without_content_in_every_root),
        KIT_TEST(a_full_disk_is_no_reason_to_keep_what_fills_it),
        KIT_TEST(what_was_cut_off_half_way_is_finished),
        KIT_TEST(T5_a_root_that_comes_back_keeps_nothing),
        KIT_TEST(what_was_never_committed_leaves_nothing),
        KIT_TEST(an_emptied_day_is_forgotten_and_no_other),
        KIT_TEST(one_in_use_is_left_alone),
        KIT_TEST(the_header_is_the_frame_that_the_seal_begins_with),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
