/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A recording on its way into custody: what was put is what lies there, what an earlier attempt left is not
 * believed before a look, and nothing is overwritten or written by two. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/sim/fault_disk.h"
#include "tests/unit/test.h"
#include "tests/unit/vault_kit.h"

static void chunks_in_any_order_are_read_back_whole(void **state)
{
    struct fixture *f = *state;
    struct asv_clip_dir *clip = stage(f);
    uint8_t bad[CHUNKS / 8 + 1];
    assert_int_equal(asv_clip_reserve(clip, CHUNKS, NULL), ASV_OK);
    put_all(f, clip);
    assert_int_equal(asv_clip_sync(clip, NULL), ASV_OK);
    assert_int_equal(readback(clip, bad), 0);
    uint64_t size = 0;
    assert_int_equal(asv_clip_size(clip, ASV_PART_PAYLOAD, &size, NULL), ASV_OK);
    assert_int_equal(size, (uint64_t)CHUNKS * ASV_VAULT_CHUNK_BYTES + ASV_VAULT_FINAL_BYTES);
    asv_clip_close(clip);
}

static void a_flipped_bit_in_either_root_is_found_by_readback(void **state)
{
    struct fixture *f = *state;
    for (int root = 0; root < 2; root++) {
        struct asv_clip_dir *clip = stage(f);
        uint8_t bad[CHUNKS / 8 + 1];
        char path[512];
        put_all(f, clip);
        assert_int_equal(asv_clip_sync(clip, NULL), ASV_OK);
        path_in(f, root, clip, "payload", path, sizeof path);
        flip_byte(path, 20 * ASV_VAULT_CHUNK_BYTES + 5);
        assert_int_equal(readback(clip, bad), 1);
        assert_int_equal(bad[20 / 8], 1 << 20 % 8);
        flip_byte(path, (off_t)CHUNKS * ASV_VAULT_CHUNK_BYTES + 3); /* in the final chunk */
        assert_int_equal(readback(clip, bad), 2);
        assert_int_equal(bad[CHUNKS / 8], 1 << CHUNKS % 8);
        assert_int_equal(asv_clip_chunks_put(clip, 20, chunk(f, 20), 1, NULL), ASV_OK);
        assert_int_equal(asv_clip_payload_end(clip, CHUNKS, final_chunk, NULL), ASV_OK);
        assert_int_equal(readback(clip, bad), 0);
        assert_int_equal(asv_clip_discard_take(clip, NULL), ASV_OK);
    }
}

static void holes_are_not_counted_as_bad(void **state)
{
    struct fixture *f = *state;
    struct asv_clip_dir *clip = stage(f);
    uint8_t holes[(CHUNKS + 7) / 8] = {0};
    uint8_t bad[CHUNKS / 8 + 1];
    uint64_t count = 0;
    uint8_t root[32];
    enum asv_readback mode = 0;
    for (size_t i = 0; i < CHUNKS; i++) {
        if (i != 3) {
            assert_int_equal(asv_clip_chunks_put(clip, i, chunk(f, i), 1, NULL), ASV_OK);
        }
    }
    assert_int_equal(asv_clip_payload_end(clip, CHUNKS, final_chunk, NULL), ASV_OK);
    holes[0] = 1 << 3;
    assert_int_equal(asv_clip_readback(clip, CHUNKS, holes, bad, &count, &mode, root, NULL), ASV_OK);
    assert_int_equal(count, 0);
    assert_int_equal(readback(clip, bad), 1);
    asv_clip_close(clip);
}

static void what_an_earlier_attempt_left_is_believed_only_after_a_scan(void **state)
{
    struct fixture *f = *state;
    struct asv_clip_dir *clip = stage(f);
    uint8_t have[(CHUNKS + 7) / 8];
    char path[512];
    for (size_t i = 0; i < 10; i++) {
        assert_int_equal(asv_clip_chunks_put(clip, 2 * i, chunk(f, 2 * i), 1, NULL), ASV_OK);
    }
    path_in(f, 1, clip, "payload", path, sizeof path);
    flip_byte(path, 4 * ASV_VAULT_CHUNK_BYTES); /* torn in the mirror only */
    asv_clip_close(clip);
    reopen(f, 2); /* the daemon starts again */
    clip = stage(f);
    assert_int_equal(asv_clip_scan(clip, CHUNKS, have, NULL), ASV_OK);
    for (size_t i = 0; i < CHUNKS; i++) {
        bool want = i < 20 && i % 2 == 0 && i != 4;
        assert_int_equal((have[i / 8] >> i % 8) & 1, want);
    }
    asv_clip_close(clip);
}

static void what_a_killed_daemon_wrote_is_synced_by_the_next_one(void **state)
{
    struct fixture *f = *state;
    static const enum asv_part parts[] = {ASV_PART_SEAL, ASV_PART_TAIL, ASV_PART_PAYLOAD};
    for (int root = 0; root < 2; root++) {
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
            char path[512];
            struct asv_clip_dir *clip = stage(f);
            assert_int_equal(asv_clip_write(clip, parts[i], 0, "s", 1, NULL), ASV_OK);
            path_in(f, root, clip, asv_part_name(parts[i]), path, sizeof path);
            asv_clip_close(clip);
            reopen(f, 2);
            clip = stage(f);
            fault_disk_arm(FAULT_SYNC, 1, EIO, false, path);
            assert_int_equal(asv_clip_sync(clip, NULL), ASV_OK);
            assert_true(fault_disk_struck());
            assert_int_equal(asv_clip_replicas(clip), 1);
            fault_disk_disarm();
            assert_int_equal(asv_clip_discard_take(clip, NULL), ASV_OK);
        }
    }
}

static void one_clip_has_one_handle_and_one_vault_one_daemon(void **state)
{
    struct fixture *f = *state;
    struct asv_clip_dir *clip = stage(f);
    struct asv_clip_dir *second = NULL;
    struct asv_vault *other = NULL;
    struct asv_vault_config c = config(f, 2);
    struct asv_err err = {0};
    assert_int_equal(asv_vault_stage(f->vault, camera, epoch, 7, &second, &err), ASV_E_BUSY);
    assert_non_null(strstr(err.text, "another slot"));
    assert_int_equal(asv_vault_stage(f->vault, camera, epoch, 8, &second, NULL), ASV_OK);
    asv_clip_close(second);
    assert_int_equal(asv_vault_open(&c, &other, &err), ASV_E_BUSY);
    c.exclusive = false; /* scrub and list may run beside the daemon */
    assert_int_equal(asv_vault_open(&c, &other, NULL), ASV_OK);
    asv_vault_close(other);
    c.roots[1] = c.roots[0];
    assert_int_equal(asv_vault_open(&c, &other, &err), ASV_E_USAGE);
    c.roots[1] = "relative";
    assert_int_equal(asv_vault_open(&c, &other, &err), ASV_E_USAGE);
    asv_clip_close(clip);
}

static const uint8_t header_digest[32] = {0x4d, 0x4e};

static void moving_keeps_the_handle_and_refuses_a_taken_name(void **state)
{
    struct fixture *f = *state;
    struct asv_clip_dir *clip = stage(f);
    uint8_t bad[CHUNKS / 8 + 1];
    put_all(f, clip);
    assert_int_equal(asv_clip_sync(clip, NULL), ASV_OK);
    assert_int_equal(asv_clip_seal(clip, KIT_DAY, uuid, NULL), ASV_OK);
    assert_string_equal(asv_clip_path(clip), KIT_SEALED);
    assert_int_equal(readback(clip, bad), 0);
    assert_int_equal(asv_clip_put(clip, ASV_PART_RECEIPT, "r", 1, NULL), ASV_OK);

    struct asv_clip_dir *clone = NULL;
    assert_int_equal(asv_vault_stage(f->vault, camera, epoch, 9, &clone, NULL), ASV_OK);
    assert_int_equal(asv_clip_seal(clone, KIT_DAY, uuid, NULL), ASV_E_EXISTS);
    assert_int_equal(asv_clip_quarantine(clone, uuid, header_digest, NULL), ASV_OK);
    assert_string_equal(asv_clip_path(clone),
                        "quarantine/019355aa-0001-7002-8003-040506070809-4d4e000000000000");
    assert_int_equal(asv_clip_seal(clone, 0, uuid, NULL), ASV_E_USAGE);
    asv_clip_close(clone);
    asv_clip_close(clip);
}

static void who_only_reads_makes_no_vault(void **state)
{
    struct fixture *f = *state;
    struct asv_vault *other = NULL;
    struct asv_err err = {0};
    char path[400];
    snprintf(path, sizeof path, "%s/elsewhere", f->base);
    struct asv_vault_config c = {.roots = {path}, .root_count = 1, .allow_cached_readback = true};
    assert_int_equal(asv_vault_open(&c, &other, &err), ASV_E_NOT_FOUND);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(asv_vault_open(&c, &other, &err), ASV_E_NOT_FOUND);
    assert_non_null(strstr(err.text, "no vault"));
    assert_int_equal(rmdir(path), 0); /* nothing was made in it */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(chunks_in_any_order_are_read_back_whole),
        KIT_TEST(a_flipped_bit_in_either_root_is_found_by_readback),
        KIT_TEST(holes_are_not_counted_as_bad),
        KIT_TEST(what_an_earlier_attempt_left_is_believed_only_after_a_scan),
        KIT_TEST(what_a_killed_daemon_wrote_is_synced_by_the_next_one),
        KIT_TEST(one_clip_has_one_handle_and_one_vault_one_daemon),
        KIT_TEST(moving_keeps_the_handle_and_refuses_a_taken_name),
        KIT_TEST(who_only_reads_makes_no_vault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
