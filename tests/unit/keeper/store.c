/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The key store beyond crashes: slots that are away, come back, are copied or belong elsewhere; an index from
 * an earlier time; files and slots on a real file system. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/keeper/store.h"
#include "tests/sim/fault_disk.h"
#include "tests/sim/keeper_disk.h"
#include "tests/support/files.h"
#include "tests/support/world.h"
#include "tests/unit/test.h"

#define DAY 20260105u

static const uint8_t camera[ASV_SHA256_BYTES] = {0xca};
static const uint8_t other[ASV_SHA256_BYTES] = {0xcb};

struct fixture {
    struct asv_test_world world;
    struct keeper_disk *disk;
    struct asv_slot slots[KEEPER_DISK_SLOTS];
    struct asv_store_setup setup;
    struct asv_store *store;
};

static struct fixture f;

static void open_it(void)
{
    asv_store_close(f.store);
    f.store = NULL;
    struct asv_err err = {0};
    enum asv_status status = asv_store_open(&f.store, &f.setup, &err);
    if (status != ASV_OK) {
        print_message("%s\n", err.text);
    }
    assert_int_equal(status, ASV_OK);
}

static enum asv_status try_open(void)
{
    struct asv_store *store = NULL;
    enum asv_status status = asv_store_open(&store, &f.setup, NULL);
    asv_store_close(store);
    return status;
}

static int set_up(void **state)
{
    (void)state;
    memset(&f, 0, sizeof f);
    asv_test_world_init(&f.world, 3);
    f.disk = keeper_disk_new(3);
    f.setup = keeper_disk_setup(f.disk, f.slots, &f.world.world);
    assert_int_equal(asv_store_create(&f.setup, NULL), ASV_OK);
    open_it();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    asv_store_close(f.store);
    keeper_disk_free(f.disk);
    return 0;
}

static void make(const uint8_t *who, uint32_t date)
{
    const struct asv_store_day day = {.date = date, .due_ms = 1000 + (int64_t)date};
    uint16_t made = 0;
    assert_int_equal(asv_store_make_days(f.store, who, &day, 1, &made, NULL), ASV_OK);
    assert_int_equal(made, 1);
}

static bool has(const uint8_t *who, uint32_t date, uint8_t pk[ASV_X25519_BYTES])
{
    struct asv_store_public found = {.date = date};
    size_t count = 0;
    assert_int_equal(asv_store_days(f.store, who, &found, 1, &count, NULL), ASV_OK);
    memcpy(pk, found.pk, sizeof found.pk);
    return count == 1;
}

static struct asv_keeper_status status_now(void)
{
    struct asv_keeper_status status;
    asv_store_status(f.store, 1, &status);
    return status;
}

/* ---- making one ---- */

static void a_store_needs_two_slots_that_differ(void **state)
{
    (void)state;
    struct asv_store_setup setup = f.setup;
    setup.slot_count = 1;
    assert_int_equal(asv_store_create(&setup, NULL), ASV_E_USAGE); /* K-027 */
    assert_int_equal(asv_store_open(&f.store, &setup, NULL), ASV_E_USAGE);
    setup.slot_count = ASV_STORE_SLOTS_MAX + 1;
    assert_int_equal(asv_store_create(&setup, NULL), ASV_E_USAGE);
    struct asv_slot twice[2] = {f.slots[0], f.slots[0]};
    setup = f.setup;
    setup.slots = twice;
    assert_int_equal(asv_store_create(&setup, NULL), ASV_E_USAGE);
}

static void the_period_is_the_one_that_the_store_was_made_with(void **state)
{
    (void)state; /* LAW T8 */
    uint8_t pk[ASV_X25519_BYTES];
    make(camera, DAY);
    f.setup.first_days = 7;
    assert_int_equal(try_open(), ASV_E_USAGE); /* K-132 */
    f.setup.first_days = 14;
    f.setup.first_version++;
    assert_int_equal(try_open(), ASV_E_USAGE);
    f.setup.first_version--;
    open_it();
    assert_true(has(camera, DAY, pk));
    assert_true(f.store->index->first_days == 14 && f.store->index->first_version == 3);
}

static void a_store_is_made_once(void **state)
{
    (void)state;
    assert_int_equal(asv_store_create(&f.setup, NULL), ASV_E_EXISTS);
    struct keeper_disk *empty = keeper_disk_new(4);
    struct asv_slot slots[KEEPER_DISK_SLOTS];
    struct asv_store_setup setup = keeper_disk_setup(empty, slots, &f.world.world);
    struct asv_store *store = NULL;
    assert_int_equal(asv_store_open(&store, &setup, NULL), ASV_E_NOT_FOUND);
    memcpy(empty->slots[1].cells, f.disk->slots[1].cells, sizeof empty->slots[1].cells);
    assert_int_equal(asv_store_create(&setup, NULL), ASV_E_EXISTS); /* a slot in use is not overwritten */
    keeper_disk_free(empty);
}

static enum asv_status forgetful_write(void *ctx, unsigned cell, const uint8_t in[ASV_SLOT_CELL_BYTES],
                                       struct asv_err *err)
{
    (void)ctx;
    (void)cell;
    (void)in;
    (void)err;
    return ASV_OK;
}

static void a_slot_that_does_not_give_back_what_was_written_confirms_nothing(void **state)
{
    (void)state;
    struct keeper_disk *disk = keeper_disk_new(4);
    struct asv_slot slots[KEEPER_DISK_SLOTS];
    struct asv_store_setup setup = keeper_disk_setup(disk, slots, &f.world.world);
    slots[1].write = forgetful_write;
    assert_int_equal(asv_store_create(&setup, NULL), ASV_E_IO); /* K-022 */
    keeper_disk_free(disk);

    make(camera, DAY);
    f.slots[1].write = forgetful_write;
    assert_int_equal(asv_store_destroy_camera_day(f.store, camera, DAY, NULL), ASV_OK);
    struct asv_keeper_status status = status_now();
    assert_true(status.slots[1].open_erasure && !status.slots[0].open_erasure); /* K-022 */
}

static enum asv_status write_but_erase_nothing(void *ctx, unsigned cell,
                                               const uint8_t in[ASV_SLOT_CELL_BYTES], struct asv_err *err)
{
    static const uint8_t erased[ASV_SLOT_CELL_BYTES];
    struct keeper_fake_slot *slot = ctx;
    (void)err;
    if (memcmp(in, erased, sizeof erased) != 0) {
        memcpy(slot->cells[cell], in, ASV_SLOT_CELL_BYTES);
    }
    return ASV_OK;
}

static void a_slot_that_keeps_what_it_should_erase_is_an_open_erasure(void **state)
{
    (void)state;
    make(camera, DAY);
    f.slots[0].write = write_but_erase_nothing;
    assert_int_equal(asv_store_destroy_camera_day(f.store, camera, DAY, NULL), ASV_OK);
    assert_true(status_now().slots[0].open_erasure); /* K-022, K-026 */
    assert_false(status_now().slots[1].open_erasure);
}

/* ---- slots that are away ---- */

static void a_slot_that_is_away_is_an_open_erasure_until_it_forgets(void **state)
{
    (void)state;
    struct keeper_loot loot;
    uint8_t pk[ASV_X25519_BYTES];
    make(camera, DAY);
    assert_true(has(camera, DAY, pk));
    f.disk->slots[1].away = true;
    assert_int_equal(asv_store_destroy_camera_day(f.store, camera, DAY, NULL), ASV_OK);
    struct asv_keeper_status status = status_now();
    assert_int_equal(status.slot_count, 2);
    assert_true(status.slots[1].open_erasure && !status.slots[1].reachable); /* K-029 */
    assert_false(status.slots[0].open_erasure);
    keeper_attack_now(f.disk, false, &loot);
    assert_true(keeper_loot_has(&loot, pk)); /* the report is true: whoever has that slot has the key */

    open_it(); /* the report outlives the process */
    status = status_now();
    assert_true(status.slots[1].open_erasure && !status.slots[1].reachable);
    assert_string_equal(status.slots[1].label, "test slot 2");
    assert_int_equal(asv_store_heal(f.store, NULL), ASV_OK);
    assert_true(status_now().slots[1].open_erasure);

    f.disk->slots[1].away = false;
    assert_int_equal(asv_store_heal(f.store, NULL), ASV_OK); /* K-026 */
    status = status_now();
    assert_true(!status.slots[1].open_erasure && status.slots[1].reachable);
    keeper_attack_now(f.disk, false, &loot);
    assert_false(keeper_loot_has(&loot, pk));
    open_it();
    assert_false(status_now().slots[1].open_erasure);
}

static void a_slot_that_comes_back_is_brought_up_to_date_when_the_store_is_opened(void **state)
{
    (void)state;
    struct keeper_loot loot;
    uint8_t pk[ASV_X25519_BYTES];
    make(camera, DAY);
    assert_true(has(camera, DAY, pk));
    f.disk->slots[0].away = true;
    uint32_t count = 0;
    assert_int_equal(asv_store_destroy_due(f.store, 1000 + DAY, &count, NULL), ASV_OK);
    assert_int_equal(count, 1);
    f.disk->slots[0].away = false;
    open_it();
    assert_false(status_now().slots[0].open_erasure);
    keeper_attack_now(f.disk, false, &loot);
    assert_false(keeper_loot_has(&loot, pk));
}

static void without_a_slot_nothing_is_destroyed_or_opened(void **state)
{
    (void)state;
    uint8_t pk[ASV_X25519_BYTES];
    make(camera, DAY);
    f.disk->slots[0].away = f.disk->slots[1].away = true;
    assert_int_not_equal(asv_store_destroy_camera_day(f.store, camera, DAY, NULL), ASV_OK);
    assert_int_equal(asv_store_ready(f.store, NULL), ASV_E_DIGEST); /* K-017 */
    struct asv_store_change change;
    assert_int_equal(asv_store_begin(f.store, &change, NULL), ASV_E_AWAY);
    f.disk->slots[0].away = false;
    assert_int_equal(asv_store_ready(f.store, NULL), ASV_OK);
    assert_true(has(camera, DAY, pk));
}

static void a_stale_slot_alone_opens_nothing(void **state)
{
    (void)state;
    make(camera, DAY);
    f.disk->slots[1].away = true;
    assert_int_equal(asv_store_destroy_camera_day(f.store, camera, DAY, NULL), ASV_OK);
    f.disk->slots[1].away = false;
    f.disk->slots[0].away = true;
    assert_int_equal(try_open(), ASV_E_DIGEST);
}

/* ---- slots that are not what they seem ---- */

static void a_slot_of_another_store_is_refused(void **state)
{
    (void)state;
    struct keeper_disk *foreign = keeper_disk_new(9);
    struct asv_slot slots[KEEPER_DISK_SLOTS];
    struct asv_store_setup setup = keeper_disk_setup(foreign, slots, &f.world.world);
    assert_int_equal(asv_store_create(&setup, NULL), ASV_OK);
    memcpy(f.disk->slots[1].cells, foreign->slots[1].cells, sizeof f.disk->slots[1].cells);
    assert_int_equal(try_open(), ASV_E_MISMATCH); /* K-025 */
    make(camera, DAY); /* the same while the store is open: the foreign slot is not touched */
    assert_int_equal(asv_store_destroy_camera_day(f.store, camera, DAY, NULL), ASV_OK);
    assert_int_equal(asv_store_heal(f.store, NULL), ASV_OK);
    assert_true(status_now().slots[1].open_erasure); /* K-025 */
    assert_memory_equal(f.disk->slots[1].cells, foreign->slots[1].cells, sizeof f.disk->slots[1].cells);
    keeper_disk_free(foreign);
}

static void a_copied_slot_is_refused(void **state)
{
    (void)state;
    memcpy(f.disk->slots[1].cells, f.disk->slots[0].cells, sizeof f.disk->slots[1].cells);
    assert_int_equal(try_open(), ASV_E_MISMATCH); /* K-028 */
}

static void a_new_slot_is_filled_and_the_lost_one_stays_on_the_report(void **state)
{
    (void)state;
    make(camera, DAY);
    memset(f.disk->slots[1].cells, 0, sizeof f.disk->slots[1].cells); /* another medium at the same place */
    open_it();
    struct asv_keeper_status status = status_now();
    assert_int_equal(status.slot_count, 3); /* K-025 */
    assert_true(status.slots[2].reachable && status.slots[2].confirmed_epoch == status.epoch);
    assert_false(status.slots[1].open_erasure); /* nothing was destroyed since */
    assert_int_equal(asv_store_destroy_camera_day(f.store, camera, DAY, NULL), ASV_OK);
    status = status_now();
    assert_true(status.slots[1].open_erasure && !status.slots[1].reachable && status.slots[1].kind == 0);
    assert_false(status.slots[0].open_erasure || status.slots[2].open_erasure);
}

/* ---- commits ---- */

static void an_index_from_an_earlier_time_is_refused_and_no_key_thrown_away(void **state)
{
    (void)state;
    make(camera, DAY);
    const struct keeper_blob *index = keeper_disk_file(f.disk, "index");
    uint8_t old[8192];
    size_t old_len = index->len;
    memcpy(old, index->data, old_len);
    make(camera, DAY + 1);
    make(camera, DAY + 2);
    size_t files = f.disk->now_count;
    assert_int_equal(f.setup.disk.write(f.setup.disk.ctx, "index", old, old_len, NULL), ASV_OK);
    assert_int_equal(try_open(), ASV_E_MISMATCH); /* K-019 */
    assert_int_equal(f.disk->now_count, files);
}

/* Of the masters in the slots. */
static uint64_t newest_epoch(void)
{
    uint64_t newest = 0;
    for (unsigned i = 0; i < KEEPER_DISK_SLOTS * ASV_SLOT_CELLS; i++) {
        struct asv_slot_cell cell;
        if (asv_slot_cell_decode(&cell, f.disk->slots[i / ASV_SLOT_CELLS].cells[i % ASV_SLOT_CELLS]) ==
                ASV_OK &&
            cell.epoch > newest) {
            newest = cell.epoch;
        }
    }
    return newest;
}

static void a_destruction_that_was_cut_is_finished_when_the_store_is_opened(void **state)
{
    (void)state;
    bool finished = false;
    uint64_t epoch = 0;
    for (uint64_t n = 1; !finished; n++) {
        uint8_t pk[ASV_X25519_BYTES];
        tear_down(NULL);
        set_up(NULL);
        make(camera, DAY);
        make(other, DAY);
        epoch = f.store->index->epoch;
        keeper_disk_arm(f.disk, n, KEEPER_CUT_NONE);
        bool done = asv_store_destroy_camera_day(f.store, camera, DAY, NULL) == ASV_OK;
        keeper_disk_reboot(f.disk);
        uint64_t newest = newest_epoch();
        open_it();
        assert_true(status_now().epoch == newest); /* K-018 */
        assert_true(has(other, DAY, pk));
        assert_true(!done || !has(camera, DAY, pk));
        finished = !done && f.store->index->epoch > epoch && !has(camera, DAY, pk); /* K-018 */
        assert_false(done && n < 10);
    }
}

static void a_destruction_replaces_the_master_and_nothing_else_does(void **state)
{
    (void)state;
    uint8_t cells[ASV_SLOT_CELLS][ASV_SLOT_CELL_BYTES];
    uint32_t count = 0;
    memcpy(cells, f.disk->slots[0].cells, sizeof cells);
    make(camera, DAY);
    make(camera, DAY + 1);
    assert_int_equal(asv_store_destroy_due(f.store, 1000, &count, NULL), ASV_OK); /* nothing is due */
    assert_int_equal(count, 0);
    assert_memory_equal(cells, f.disk->slots[0].cells, sizeof cells); /* slots wear out */
    uint64_t epoch = f.store->index->epoch;
    assert_int_equal(asv_store_destroy_due(f.store, 1000 + DAY, &count, NULL), ASV_OK);
    assert_int_equal(count, 1);
    assert_true(f.store->index->epoch == epoch + 1);
    for (unsigned c = 0; c < ASV_SLOT_CELLS; c++) { /* K-014 */
        assert_memory_not_equal(cells[c], f.disk->slots[0].cells[c], ASV_SLOT_CELL_BYTES);
    }
    assert_memory_not_equal(f.disk->slots[0].cells[1], f.disk->slots[1].cells[1], ASV_SLOT_CELL_BYTES);
}

static void a_day_keeps_its_due_instant_when_another_camera_joins(void **state)
{
    (void)state;
    const struct asv_store_day later = {.date = DAY, .due_ms = 77};
    uint16_t made = 0;
    make(camera, DAY);
    assert_int_equal(asv_store_make_days(f.store, other, &later, 1, &made, NULL), ASV_OK);
    assert_true(asv_index_day(f.store->index, DAY, NULL)->due_ms == 1000 + DAY);
}

/* What one more camera costs has a bound, however many there are. */
static void a_day_with_a_full_file_gets_another(void **state)
{
    (void)state;
    uint8_t pk[ASV_X25519_BYTES];
    uint32_t count = 0;
    asv_auto_dayfile struct asv_dayfile full = {0};
    struct asv_store_change change;
    struct asv_entry entry = {.kind = ASV_ENTRY_DAY, .date = DAY, .due_ms = 1000 + DAY};
    for (uint32_t i = 0; i < ASV_DAYFILE_KEYS_MAX; i++) {
        struct asv_dayfile_key key = {.sk = {1}};
        asv_store_be32(key.camera, i);
        assert_int_equal(asv_dayfile_add(&full, &key), ASV_OK);
    }
    assert_int_equal(asv_store_begin(f.store, &change, NULL), ASV_OK);
    assert_int_equal(asv_store_put(&change, &entry, &full, NULL), ASV_OK);
    assert_int_equal(asv_store_commit(&change, false, NULL), ASV_OK);
    make(camera, DAY);
    make(other, DAY);
    open_it();
    assert_int_equal(status_now().days, 2);
    assert_int_equal(status_now().damaged, 0);
    assert_true(has(camera, DAY, pk) && has(other, DAY, pk) && has(full.keys[7].camera, DAY, pk));
    assert_int_equal(asv_store_destroy_camera_day(f.store, other, DAY, NULL), ASV_OK);
    assert_true(has(camera, DAY, pk) && !has(other, DAY, pk) && has(full.keys[7].camera, DAY, pk));
    assert_int_equal(asv_store_destroy_due(f.store, 1000 + DAY, &count, NULL), ASV_OK);
    assert_int_equal(count, 2);
    assert_false(has(camera, DAY, pk));
}

static void a_camera_is_destroyed_without_the_others_of_its_day(void **state)
{
    (void)state;
    uint8_t before[ASV_X25519_BYTES];
    uint8_t after[ASV_X25519_BYTES];
    struct asv_entry *entry;
    uint8_t kek[ASV_AEAD_KEY_BYTES];
    make(camera, DAY);
    make(other, DAY);
    assert_true(has(other, DAY, before));
    entry = asv_index_day(f.store->index, DAY, NULL);
    memcpy(kek, entry->kek, sizeof kek);
    int64_t due = entry->due_ms;
    assert_int_equal(asv_store_destroy_camera_day(f.store, camera, DAY, NULL), ASV_OK);
    entry = asv_index_day(f.store->index, DAY, NULL);
    assert_memory_not_equal(kek, entry->kek, sizeof kek); /* K-033, K-034 */
    assert_true(entry->due_ms == due);
    assert_true(has(other, DAY, after));
    assert_memory_equal(before, after, sizeof before);
    assert_int_equal(asv_store_destroy_camera_day(f.store, camera, DAY, NULL), ASV_E_NOT_FOUND);
    assert_int_equal(asv_store_destroy_camera_day(f.store, other, DAY, NULL), ASV_OK);
    assert_null(asv_index_day(f.store->index, DAY, NULL));
}

static void what_is_not_the_keepers_is_left_alone(void **state)
{
    (void)state;
    assert_int_equal(f.setup.disk.write(f.setup.disk.ctx, "lost+found", "x", 1, NULL), ASV_OK);
    assert_int_equal(f.setup.disk.write(f.setup.disk.ctx, "day-20250101-00", "x", 1, NULL), ASV_OK);
    open_it();
    assert_non_null(keeper_disk_file(f.disk, "lost+found"));
    assert_null(keeper_disk_file(f.disk, "day-20250101-00")); /* what a cut commit leaves */
}

/* ---- on a real file system ---- */

static char dir_path[64];
static char slot_paths[2][96];
static char store_path[96];
static struct asv_disk_files files = {.path = store_path};

static void set_up_real(void)
{
    asv_test_make_directory(dir_path, sizeof dir_path);
    for (int i = 0; i < 2; i++) {
        snprintf(slot_paths[i], sizeof slot_paths[i], "%s/slot-%d", dir_path, i);
        assert_int_equal(asv_slot_file_create(slot_paths[i], NULL), ASV_OK);
        f.slots[i] = asv_slot_file(slot_paths[i]);
    }
    snprintf(store_path, sizeof store_path, "%s/store", dir_path);
    assert_int_equal(asv_disk_posix_make(&files, NULL), ASV_OK);
    f.setup.disk = asv_disk_posix(&files);
    assert_int_equal(asv_store_create(&f.setup, NULL), ASV_OK);
    open_it();
}

static void tear_down_real(void)
{
    asv_disk_posix_end(&files);
    asv_test_remove_directory(dir_path);
}

static bool slot_contains(int i, const uint8_t *needle, size_t len)
{
    uint8_t *data = NULL;
    size_t size = 0;
    asv_test_read_file(slot_paths[i], NULL, &data, &size);
    bool found = memmem(data, size, needle, len) != NULL;
    free(data);
    return found;
}

static void files_and_slots_work_on_a_file_system(void **state)
{
    (void)state;
    uint8_t pk[ASV_X25519_BYTES];
    uint8_t old[ASV_MASTER_KEY_BYTES];
    struct stat st;
    set_up_real();
    make(camera, DAY);
    make(camera, DAY + 1);
    open_it();
    assert_true(has(camera, DAY, pk));
    memcpy(old, f.store->master, sizeof old);
    assert_true(slot_contains(0, old, sizeof old) && slot_contains(1, old, sizeof old));
    assert_int_equal(asv_store_destroy_camera_day(f.store, camera, DAY, NULL), ASV_OK);
    assert_false(slot_contains(0, old, sizeof old) || slot_contains(1, old, sizeof old)); /* K-026 */
    assert_true(slot_contains(0, f.store->master, sizeof old));
    assert_false(status_now().slots[0].effaceable); /* K-024 */
    assert_int_equal(fstatat(files.dir, "index", &st, 0), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    open_it();
    assert_false(has(camera, DAY, pk));
    assert_true(has(camera, DAY + 1, pk));
    tear_down_real();
}

static void a_file_slot_must_belong_to_the_keeper_alone(void **state)
{
    (void)state;
    uint8_t cell[ASV_SLOT_CELL_BYTES];
    set_up_real();
    assert_int_equal(asv_slot_file_create(slot_paths[0], NULL), ASV_E_EXISTS);
    assert_int_equal(f.slots[0].read(f.slots[0].ctx, 0, cell, NULL), ASV_OK);
    assert_int_equal(chmod(slot_paths[0], 0640), 0);
    assert_int_equal(f.slots[0].read(f.slots[0].ctx, 0, cell, NULL), ASV_E_DENIED); /* K-023 */
    assert_int_equal(chmod(slot_paths[0], 0600), 0);
    assert_int_equal(truncate(slot_paths[0], 100), 0);
    assert_int_equal(f.slots[0].read(f.slots[0].ctx, 0, cell, NULL), ASV_E_DENIED);
    assert_int_equal(unlink(slot_paths[0]), 0);
    assert_int_equal(f.slots[0].read(f.slots[0].ctx, 0, cell, NULL), ASV_E_AWAY);
    assert_int_equal(symlink(slot_paths[1], slot_paths[0]), 0);
    assert_int_not_equal(f.slots[0].read(f.slots[0].ctx, 0, cell, NULL), ASV_OK); /* K-028 */
    tear_down_real();
}

/* Every failed write, fsync or rename below the store is an error above it: none is overlooked. */
static void no_error_of_the_file_system_is_overlooked(void **state)
{
    (void)state;
    const enum fault_kind kinds[] = {FAULT_WRITE, FAULT_SYNC, FAULT_NAME};
    const unsigned least[] = {2, 4, 1};
    set_up_real();
    make(other, DAY);
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        const struct asv_store_day day = {.date = DAY + 5 + (uint32_t)k, .due_ms = 1};
        uint16_t made = 0;
        unsigned failures = 0;
        for (unsigned n = 1;; n++) {
            assert_int_equal(asv_store_ready(f.store, NULL), ASV_OK);
            fault_disk_arm(kinds[k], n, EIO, false, dir_path);
            enum asv_status status = asv_store_make_days(f.store, camera, &day, 1, &made, NULL);
            bool struck = fault_disk_struck();
            fault_disk_disarm();
            if (!struck) {
                assert_int_equal(status, ASV_OK);
                break;
            }
            if (status == ASV_OK) { /* only the removal of what is not needed any more may fail unheard */
                assert_int_equal(kinds[k], FAULT_NAME);
                break;
            }
            failures++;
        }
        assert_true(failures >= least[k]);
    }
    tear_down_real();
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_store_needs_two_slots_that_differ),
        TEST(a_store_is_made_once),
        TEST(the_period_is_the_one_that_the_store_was_made_with),
        TEST(a_slot_that_does_not_give_back_what_was_written_confirms_nothing),
        TEST(a_slot_that_keeps_what_it_should_erase_is_an_open_erasure),
        TEST(a_slot_that_is_away_is_an_open_erasure_until_it_forgets),
        TEST(a_slot_that_comes_back_is_brought_up_to_date_when_the_store_is_opened),
        TEST(without_a_slot_nothing_is_destroyed_or_opened),
        TEST(a_stale_slot_alone_opens_nothing),
        TEST(a_slot_of_another_store_is_refused),
        TEST(a_copied_slot_is_refused),
        TEST(a_new_slot_is_filled_and_the_lost_one_stays_on_the_report),
        TEST(an_index_from_an_earlier_time_is_refused_and_no_key_thrown_away),
        TEST(a_destruction_that_was_cut_is_finished_when_the_store_is_opened),
        TEST(a_destruction_replaces_the_master_and_nothing_else_does),
        TEST(a_day_keeps_its_due_instant_when_another_camera_joins),
        TEST(a_day_with_a_full_file_gets_another),
        TEST(a_camera_is_destroyed_without_the_others_of_its_day),
        TEST(what_is_not_the_keepers_is_left_alone),
        TEST(files_and_slots_work_on_a_file_system),
        TEST(a_file_slot_must_belong_to_the_keeper_alone),
        TEST(no_error_of_the_file_system_is_overlooked),
    };
    if (asv_crypto_init() != ASV_OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
