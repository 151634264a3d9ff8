/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Master slots in TPMs: one alone, and a key store on two. The TPMs are software, spoken to as the kernel's.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/keeper/store.h"
#include "tests/support/files.h"
#include "tests/support/swtpm.h"
#include "tests/support/world.h"
#include "tests/unit/test.h"

#define INDEX UINT32_C(0x01500100)
#define DAY   20260105u
#define TPMS  2

static const uint8_t camera[ASV_SHA256_BYTES] = {0xca};

struct fixture {
    char dir[64];
    struct asv_test_swtpm swtpm[TPMS];
    struct asv_slot_tpm tpm[TPMS];
    struct asv_slot slots[TPMS];
    struct asv_test_world world;
    char store_path[96];
    struct asv_disk_files files;
    struct asv_store_setup setup;
    struct asv_store *store;
};

static struct fixture f;

static void start(int i)
{
    char state[96];
    snprintf(state, sizeof state, "%s/tpm-%d", f.dir, i);
    (void)mkdir(state, 0700);
    asv_test_swtpm_start(&f.swtpm[i], state);
    f.tpm[i].device = f.swtpm[i].device;
    f.tpm[i].index = INDEX;
    memset(f.tpm[i].auth, 0x5a, sizeof f.tpm[i].auth);
    f.slots[i] = asv_slot_tpm(&f.tpm[i]);
}

static int set_up(void **state)
{
    (void)state;
    memset(&f, 0, sizeof f);
    asv_test_world_init(&f.world, 5);
    asv_test_make_directory(f.dir, sizeof f.dir);
    for (int i = 0; i < TPMS; i++) {
        start(i);
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    asv_store_close(f.store);
    asv_disk_posix_end(&f.files);
    for (int i = 0; i < TPMS; i++) {
        asv_test_swtpm_stop(&f.swtpm[i]);
    }
    asv_test_remove_directory(f.dir);
    return 0;
}

static void must(enum asv_status status, const struct asv_err *err)
{
    if (status != ASV_OK) {
        print_message("%s\n", err->text);
    }
    assert_int_equal(status, ASV_OK);
}

static enum asv_status read_cell(unsigned cell, uint8_t out[ASV_SLOT_CELL_BYTES])
{
    return f.slots[0].read(f.slots[0].ctx, cell, out, NULL);
}

/* ---- one slot ---- */

static void a_slot_is_made_once_and_erased(void **state)
{
    (void)state;
    static const uint8_t erased[ASV_SLOT_CELL_BYTES];
    uint8_t data[ASV_SLOT_CELL_BYTES];
    struct asv_err err = {0};
    assert_int_equal(read_cell(0, data), ASV_E_AWAY);
    must(asv_slot_tpm_create(&f.tpm[0], &err), &err);
    for (unsigned cell = 0; cell < ASV_SLOT_CELLS; cell++) {
        memset(data, 1, sizeof data);
        assert_int_equal(read_cell(cell, data), ASV_OK);
        assert_memory_equal(data, erased, sizeof data); /* K-021 */
    }
    assert_int_equal(asv_slot_tpm_create(&f.tpm[0], NULL), ASV_E_EXISTS);
    assert_int_equal(f.slots[0].kind, ASV_KEEPER_SLOT_TPM);
    assert_non_null(strstr(f.slots[0].label, "/dev/pts/"));
    assert_non_null(strstr(f.slots[0].label, ":0x01500100"));
}

static void a_cell_comes_back_after_the_power_was_gone(void **state)
{
    (void)state;
    struct asv_slot_cell cell = {.epoch = 7}, back;
    uint8_t data[ASV_SLOT_CELL_BYTES];
    struct asv_err err = {0};
    memset(cell.master, 0xab, sizeof cell.master);
    must(asv_slot_tpm_create(&f.tpm[0], &err), &err);
    must(asv_slot_put(&f.slots[0], 1, &cell, &err), &err); /* K-022 */
    asv_test_swtpm_stop(&f.swtpm[0]);
    assert_int_equal(read_cell(1, data), ASV_E_AWAY);
    start(0);
    assert_int_equal(read_cell(1, data), ASV_OK);
    assert_int_equal(asv_slot_cell_decode(&back, data), ASV_OK);
    assert_memory_equal(back.master, cell.master, sizeof back.master);
    assert_int_equal(read_cell(0, data), ASV_OK);
    assert_int_equal(asv_slot_cell_decode(&back, data), ASV_E_NOT_FOUND);
}

static void without_its_authorization_nobody_reads_or_writes_it(void **state)
{
    (void)state;
    uint8_t data[ASV_SLOT_CELL_BYTES] = {0};
    struct asv_err err = {0};
    must(asv_slot_tpm_create(&f.tpm[0], &err), &err);
    f.tpm[0].auth[31] ^= 1;
    for (int i = 0; i < 40; i++) {                          /* nor does trying lock the slot for who has it */
        assert_int_equal(read_cell(0, data), ASV_E_DENIED); /* K-077 */
    }
    assert_int_equal(f.slots[0].write(f.slots[0].ctx, 0, data, NULL), ASV_E_DENIED);
    f.tpm[0].auth[31] ^= 1;
    assert_int_equal(read_cell(0, data), ASV_OK);
}

static void software_is_not_called_effaceable(void **state)
{
    (void)state;
    assert_false(f.slots[0].effaceable); /* K-076 */
    asv_test_swtpm_stop(&f.swtpm[0]);
    assert_false(asv_slot_tpm(&f.tpm[0]).effaceable);
}

/* ---- a store on two ---- */

static void open_store(void)
{
    struct asv_err err = {0};
    asv_store_close(f.store);
    f.store = NULL;
    must(asv_store_open(&f.store, &f.setup, &err), &err);
}

static void make_store(void)
{
    struct asv_err err = {0};
    const struct asv_store_day day = {.date = DAY, .due_ms = INT64_C(1) << 50};
    uint16_t made = 0;
    snprintf(f.store_path, sizeof f.store_path, "%s/store", f.dir);
    f.files.path = f.store_path;
    must(asv_disk_posix_make(&f.files, &err), &err);
    for (int i = 0; i < TPMS; i++) {
        must(asv_slot_tpm_create(&f.tpm[i], &err), &err);
    }
    f.setup = (struct asv_store_setup){.disk = asv_disk_posix(&f.files),
                                       .slots = f.slots,
                                       .slot_count = TPMS,
                                       .world = &f.world.world,
                                       .first_version = 1,
                                       .first_days = 14};
    must(asv_store_create(&f.setup, &err), &err);
    open_store();
    must(asv_store_make_days(f.store, camera, &day, 1, &made, &err), &err);
}

static size_t days(void)
{
    struct asv_store_public found = {.date = DAY};
    size_t count = 0;
    assert_int_equal(asv_store_days(f.store, camera, &found, 1, &count, NULL), ASV_OK);
    return count;
}

/* Whether any cell of this slot holds this master. */
static bool slot_has(int i, const uint8_t master[ASV_MASTER_KEY_BYTES])
{
    bool found = false;
    for (unsigned cell = 0; cell < ASV_SLOT_CELLS; cell++) {
        uint8_t data[ASV_SLOT_CELL_BYTES];
        assert_int_equal(f.slots[i].read(f.slots[i].ctx, cell, data, NULL), ASV_OK);
        found = found || memmem(data, sizeof data, master, ASV_MASTER_KEY_BYTES) != NULL;
    }
    return found;
}

static struct asv_keeper_status status_now(void)
{
    struct asv_keeper_status status;
    asv_store_status(f.store, 1, &status);
    return status;
}

static void a_destroyed_master_is_in_no_tpm(void **state)
{
    (void)state;
    uint8_t old[ASV_MASTER_KEY_BYTES];
    make_store();
    open_store();
    assert_int_equal(days(), 1);
    memcpy(old, f.store->master, sizeof old);
    assert_true(slot_has(0, old) && slot_has(1, old));
    assert_int_equal(asv_store_destroy_camera_day(f.store, camera, DAY, NULL), ASV_OK);
    assert_false(slot_has(0, old) || slot_has(1, old)); /* K-026 */
    assert_true(slot_has(0, f.store->master) && slot_has(1, f.store->master));
    open_store();
    assert_int_equal(days(), 0);
}

static void a_tpm_that_was_away_forgets_when_it_is_back(void **state)
{
    (void)state;
    uint8_t old[ASV_MASTER_KEY_BYTES];
    make_store();
    memcpy(old, f.store->master, sizeof old);
    asv_test_swtpm_stop(&f.swtpm[1]);
    assert_int_equal(asv_store_destroy_camera_day(f.store, camera, DAY, NULL), ASV_OK);
    assert_true(status_now().slots[1].open_erasure && !status_now().slots[1].reachable); /* K-029 */
    start(1);
    assert_true(slot_has(1, old)); /* the report is true */
    open_store();
    assert_false(status_now().slots[1].open_erasure);
    assert_false(slot_has(1, old));
    assert_true(slot_has(1, f.store->master));
}

static void a_tpm_that_was_cleared_is_a_slot_that_is_away(void **state)
{
    (void)state;
    make_store();
    asv_test_swtpm_stop(&f.swtpm[1]);
    asv_test_remove_directory(f.swtpm[1].state);
    start(1);
    open_store();
    assert_int_equal(days(), 1);
    assert_false(status_now().slots[1].reachable);
}

#define T(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_slot_is_made_once_and_erased),
        T(a_cell_comes_back_after_the_power_was_gone),
        T(without_its_authorization_nobody_reads_or_writes_it),
        T(software_is_not_called_effaceable),
        T(a_destroyed_master_is_in_no_tpm),
        T(a_tpm_that_was_away_forgets_when_it_is_back),
        T(a_tpm_that_was_cleared_is_a_slot_that_is_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
