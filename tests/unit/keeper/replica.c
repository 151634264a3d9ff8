/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A key store in two directories: which one counts, what the other one gets, and what is refused. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/keeper/keeper.h"
#include "tests/sim/keeper_disk.h"
#include "tests/support/world.h"
#include "tests/unit/test.h"

#define DAY 20260105u

static const uint8_t camera[ASV_SHA256_BYTES] = {0xca};
static const uint8_t other[ASV_SHA256_BYTES] = {0xcb};

struct fixture {
    struct asv_test_world world;
    struct keeper_disk *disks[ASV_MIRROR_DISKS];
    struct keeper_disk *box;
    struct asv_slot slots[KEEPER_DISK_SLOTS];
    struct asv_store_setup setup;
    struct asv_store *store;
    struct asv_err err;
};

static struct fixture f;

static void shut(void)
{
    asv_store_close(f.store);
    f.store = NULL;
}

static enum asv_status try_open(void)
{
    shut();
    f.err = (struct asv_err){0};
    return asv_store_open(&f.store, &f.setup, &f.err);
}

static void open_it(void)
{
    enum asv_status status = try_open();
    if (status != ASV_OK) {
        print_message("%s\n", f.err.text);
    }
    assert_int_equal(status, ASV_OK);
    if (f.store == NULL) {
        abort(); /* not after ASV_OK */
    }
}

static int set_up(void **state)
{
    (void)state;
    memset(&f, 0, sizeof f);
    asv_test_world_init(&f.world, 3);
    f.disks[0] = keeper_disk_new(3);
    f.disks[1] = keeper_disk_new(4);
    f.box = keeper_disk_new(5);
    f.setup = keeper_disk_setup(f.disks[0], f.slots, &f.world.world);
    keeper_disk_add_replica(&f.setup, f.disks[1], f.box);
    assert_int_equal(asv_store_create(&f.setup, NULL), ASV_OK);
    open_it();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    shut();
    keeper_disk_free(f.disks[0]);
    keeper_disk_free(f.disks[1]);
    keeper_disk_free(f.box);
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

static void destroy(const uint8_t *who, uint32_t date)
{
    assert_int_equal(asv_store_destroy_camera_day(f.store, who, date, NULL), ASV_OK);
}

static struct asv_keeper_status status_now(void)
{
    struct asv_keeper_status status;
    asv_store_status(f.store, 1, &status);
    return status;
}

static void heal(void)
{
    assert_int_equal(asv_store_heal(f.store, NULL), ASV_OK);
}

static void write_file(unsigned disk, const char *name, const char *text)
{
    const struct asv_disk calls = disk == 0 ? f.setup.disk : f.setup.replica;
    assert_int_equal(calls.write(calls.ctx, name, text, strlen(text), NULL), ASV_OK);
    assert_int_equal(calls.sync(calls.ctx, NULL), ASV_OK);
}

static bool contains(unsigned disk, const char *name, const char *text)
{
    const struct keeper_blob *blob = keeper_disk_file(f.disks[disk], name);
    return blob != NULL && blob->len == strlen(text) && memcmp(blob->data, text, blob->len) == 0;
}

/* The same names, with the same bytes. */
static void assert_alike(void)
{
    assert_int_equal(f.disks[0]->now_count, f.disks[1]->now_count);
    for (size_t i = 0; i < f.disks[0]->now_count; i++) {
        const char *name = f.disks[0]->now[i].name;
        const struct keeper_blob *first = keeper_disk_file(f.disks[0], name);
        const struct keeper_blob *second = keeper_disk_file(f.disks[1], name);
        assert_non_null(second);
        assert_int_equal(first->len, second->len);
        assert_memory_equal(first->data, second->data, first->len);
    }
}

/* Another medium in the replica's place. */
static void put_in_place(struct keeper_disk *medium)
{
    shut();
    keeper_disk_free(f.disks[1]);
    f.disks[1] = medium;
    f.setup.replica.ctx = medium;
}

/* ---- both ---- */

static void every_commit_is_in_both_directories(void **state)
{
    (void)state;
    uint8_t pk[ASV_X25519_BYTES];
    uint64_t epoch = f.store->index->epoch;
    make(camera, DAY);
    make(other, DAY);
    assert_alike();                              /* K-035 */
    assert_true(f.store->index->epoch == epoch); /* slots wear out: no new master while both do their work */
    destroy(other, DAY);
    assert_alike();
    assert_true(status_now().directory_count == 2 && status_now().in_step[0] && status_now().in_step[1]);
    open_it();
    assert_true(f.store->index->epoch == epoch + 1); /* nor for opening what is alike */
    for (unsigned lost = 0; lost < ASV_MIRROR_DISKS; lost++) {
        f.disks[lost]->away = true;
        open_it();
        assert_true(has(camera, DAY, pk)); /* K-035 */
        assert_false(has(other, DAY, pk));
        assert_false(status_now().in_step[lost]); /* K-039 */
        f.disks[lost]->away = false;
        open_it();
        assert_alike(); /* K-037 */
    }
}

static void a_store_is_made_in_both_or_not_at_all(void **state)
{
    (void)state;
    struct keeper_disk *disks[] = {keeper_disk_new(7), keeper_disk_new(8), keeper_disk_new(9)};
    struct asv_slot slots[KEEPER_DISK_SLOTS];
    struct asv_store_setup setup = keeper_disk_setup(disks[0], slots, &f.world.world);
    keeper_disk_add_replica(&setup, disks[1], disks[2]);
    disks[1]->away = true;
    assert_int_not_equal(asv_store_create(&setup, NULL), ASV_OK); /* K-074 */
    assert_null(keeper_disk_file(disks[0], "index"));
    disks[1]->away = false;
    setup.disk = f.setup.replica;
    assert_int_equal(asv_store_create(&setup, NULL),
                     ASV_E_EXISTS); /* what one of them has is not overwritten */
    for (int i = 0; i < 3; i++) {
        keeper_disk_free(disks[i]);
    }
}

/* ---- one is away ---- */

static void what_is_away_is_left_behind_and_opens_no_more(void **state)
{
    (void)state;
    uint8_t pk[ASV_X25519_BYTES];
    for (unsigned lost = 0; lost < ASV_MIRROR_DISKS; lost++) {
        uint32_t date = DAY + lost;
        f.disks[lost]->away = true;
        make(camera, date);
        assert_false(status_now().in_step[lost]); /* K-039 */
        assert_true(status_now().in_step[1 - lost]);
        f.disks[lost]->away = false;
        f.disks[1 - lost]->away = true;           /* now the other one: what is left lacks the key */
        assert_int_equal(try_open(), ASV_E_AWAY); /* K-036, K-038 */
        f.disks[1 - lost]->away = false;
        open_it();
        assert_true(has(camera, date, pk)); /* K-002, K-037 */
        assert_alike();
    }
}

static void what_comes_back_is_brought_in_step_while_the_keeper_runs(void **state)
{
    (void)state;
    uint8_t pk[ASV_X25519_BYTES];
    make(camera, DAY);
    f.disks[1]->away = true;
    make(other, DAY);
    destroy(camera, DAY);
    heal();
    assert_false(status_now().in_step[1]);
    uint64_t epoch = f.store->index->epoch;
    heal();
    assert_true(f.store->index->epoch == epoch); /* slots do not wear while it is away */
    f.disks[1]->away = false;
    heal(); /* K-039 */
    assert_true(status_now().in_step[1]);
    assert_alike();
    f.disks[0]->away = true;
    open_it();
    assert_true(has(other, DAY, pk));
    assert_false(has(camera, DAY, pk));
}

static void a_directory_that_is_behind_never_brings_a_destroyed_key_back(void **state)
{
    (void)state;
    static struct keeper_loot loot;
    uint8_t pk[ASV_X25519_BYTES];
    uint8_t now[ASV_X25519_BYTES];
    make(camera, DAY);
    assert_true(has(camera, DAY, pk));
    keeper_attack_now(f.disks[0], false, &loot);
    assert_true(keeper_loot_has(&loot, pk)); /* the attacker is not blind */
    f.disks[0]->away = true;
    destroy(camera, DAY);
    keeper_attack_now(f.disks[0], false, &loot);
    assert_false(keeper_loot_has(&loot, pk)); /* K-001: the bytes are there, the master is not */
    f.disks[0]->away = false;
    open_it();
    assert_false(has(camera, DAY, now));
    keeper_attack_now(f.disks[0], false, &loot);
    assert_false(keeper_loot_has(&loot, pk));
    keeper_attack_ever(f.disks[0], &loot);
    assert_true(keeper_loot_has(&loot, pk));
}

static void an_empty_directory_is_filled(void **state)
{
    (void)state;
    uint8_t pk[ASV_X25519_BYTES];
    make(camera, DAY);
    for (unsigned lost = 0; lost < ASV_MIRROR_DISKS; lost++) {
        keeper_disk_replace(f.disks[lost]);
        open_it();
        assert_true(has(camera, DAY, pk)); /* K-037 */
        assert_alike();
    }
    keeper_disk_replace(f.disks[0]);
    keeper_disk_replace(f.disks[1]);
    assert_int_equal(try_open(), ASV_E_DIGEST); /* both lost: no store, but slots in use */
}

/* The medium was not mounted, and the place was filled: the medium that comes back is behind. */
static void another_medium_at_the_same_place_does_not_count(void **state)
{
    (void)state;
    struct keeper_disk *unmounted = keeper_disk_copy(f.disks[1]);
    shut();
    keeper_disk_replace(f.disks[1]);
    open_it();
    make(camera, DAY); /* in both; nothing is destroyed */
    put_in_place(unmounted);
    f.disks[0]->away = true;
    assert_int_equal(try_open(), ASV_E_AWAY); /* K-036 */
}

static unsigned lines_with(int fd, const char *event)
{
    char text[8192];
    ssize_t got = read(fd, text, sizeof text - 1);
    unsigned count = 0;
    text[got < 0 ? 0 : got] = '\0';
    for (const char *at = text; (at = strstr(at, event)) != NULL; at++) {
        count++;
    }
    return count;
}

static void a_directory_out_of_use_is_said_once(void **state)
{
    (void)state;
    static struct asv_keeper keeper;
    int64_t next = 0;
    int ends[2];
    assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
    const struct asv_log log = {.fd = ends[1], .level = ASV_LOG_INFO, .slot = -1};
    keeper.store = f.store;
    keeper.world = &f.world.world;
    keeper.log = &log;
    asv_keeper_tick(&keeper, &next);
    assert_int_equal(lines_with(ends[0], "directory"), 0);
    for (unsigned round = 0; round < 2; round++) {
        f.disks[1]->away = true;
        make(camera, DAY + round);
        asv_keeper_tick(&keeper, &next);
        asv_keeper_tick(&keeper, &next);
        assert_int_equal(lines_with(ends[0], "directory-out-of-use"), 1); /* K-039 */
        f.disks[1]->away = false;
        asv_keeper_tick(&keeper, &next);
        asv_keeper_tick(&keeper, &next);
        assert_int_equal(lines_with(ends[0], "directory-in-use"), 1);
    }
    f.disks[1]->away = true;
    make(camera, DAY + 5);
    write_file(0, "decisions-2026", "a\n");
    f.disks[1]->away = false;
    write_file(1, "decisions-2026", "b\n");
    asv_keeper_tick(&keeper, &next);
    asv_keeper_tick(&keeper, &next);
    assert_int_equal(lines_with(ends[0], "decisions-differ"), 1); /* K-075 */
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void a_replica_that_is_configured_no_more_is_left_behind(void **state)
{
    (void)state;
    uint8_t pk[ASV_X25519_BYTES];
    struct asv_disk replica = f.setup.replica;
    f.setup.replica = (struct asv_disk){0};
    open_it();
    make(camera, DAY);
    uint64_t epoch = f.store->index->epoch;
    open_it();
    assert_true(f.store->index->epoch == epoch); /* once */
    assert_int_equal(status_now().directory_count, 1);
    f.setup.replica = replica;
    f.disks[0]->away = true;
    assert_int_equal(try_open(), ASV_E_AWAY); /* K-036 */
    f.disks[0]->away = false;
    open_it();
    assert_true(has(camera, DAY, pk));
    assert_alike();
}

/* ---- what is refused ---- */

static void directories_of_two_stores_are_refused(void **state)
{
    (void)state;
    struct keeper_disk *foreign = keeper_disk_new(9);
    struct asv_slot slots[KEEPER_DISK_SLOTS];
    struct asv_store_setup setup = keeper_disk_setup(foreign, slots, &f.world.world);
    assert_int_equal(asv_store_create(&setup, NULL), ASV_OK);
    size_t files = foreign->now_count;
    foreign->first = f.disks[0];
    struct asv_disk own = f.setup.replica;
    f.setup.replica = setup.disk;
    assert_int_equal(try_open(), ASV_E_MISMATCH); /* K-038 */
    assert_non_null(strstr(f.err.text, "different stores"));
    assert_int_equal(foreign->now_count, files); /* and nothing of it is touched */
    f.setup.replica = own;
    f.disks[1]->away = true;
    open_it();
    f.store->mirror.disks[1] = setup.disk; /* the same while the keeper runs */
    heal();
    assert_false(status_now().in_step[1]);
    assert_int_equal(foreign->now_count, files);
    foreign->first = NULL;
    keeper_disk_free(foreign);
}

static void a_directory_that_is_newer_is_not_overwritten(void **state)
{
    (void)state;
    uint8_t pk[ASV_X25519_BYTES];
    struct keeper_fake_slot *slots = f.disks[0]->slots;
    make(camera, DAY);
    make(other, DAY);
    f.disks[0]->away = true;
    slots[1].away = true;
    destroy(camera, DAY);
    f.disks[0]->away = slots[1].away = false;
    slots[0].away = true; /* both directories, and the slot that was away: it opens the older one */
    assert_int_equal(try_open(), ASV_E_MISMATCH); /* K-038 */
    slots[0].away = false;
    open_it();
    assert_true(has(other, DAY, pk));
    assert_false(has(camera, DAY, pk)); /* K-001 */
}

/* A byte of it elsewhere is not as this program would have it, either. */
static void another_format(uint8_t *index, int by)
{
    index[9] = (uint8_t)(index[9] + by);
    index[100] ^= 1;
}

/* K-233: what another program wrote, in either directory, may say more than what is there in this format. */
static void an_index_of_another_format_is_refused_and_stays(void **state)
{
    (void)state;
    make(camera, DAY);
    shut();
    for (unsigned i = 0; i < ASV_MIRROR_DISKS; i++) {
        uint8_t *data = keeper_disk_file(f.disks[i], "index")->data;
        another_format(data, 1);
        assert_int_equal(try_open(), ASV_E_UNSUPPORTED);
        assert_non_null(strstr(f.err.text, "format 4"));
        assert_int_equal(data[9], ASV_INDEX_FORMAT + 1);
        another_format(data, -1);
    }
    open_it();
    f.disks[1]->away = true;
    make(other, DAY);
    f.disks[1]->away = false;
    uint8_t *data = keeper_disk_file(f.disks[1], "index")->data;
    another_format(data, 1);
    heal(); /* while the keeper runs: not overwritten */
    assert_true(!f.store->mirror.used[1] && data[9] == ASV_INDEX_FORMAT + 1);
    another_format(data, -1);
    heal();
    assert_true(f.store->mirror.used[1]);
}

/* Nobody else wrote it: a whole one passes instead of it, as for any other damage. */
static void a_damaged_format_stops_no_start(void **state)
{
    (void)state; /* K-233 */
    uint8_t pk[ASV_X25519_BYTES];
    make(camera, DAY);
    shut();
    for (unsigned i = 0; i < ASV_MIRROR_DISKS; i++) {
        uint8_t *data = keeper_disk_file(f.disks[i], "index")->data;
        memset(data + 8, 0xff, 4);
        open_it();
        assert_true(has(camera, DAY, pk) && f.store->mirror.used[0] && f.store->mirror.used[1]);
        assert_int_equal(keeper_disk_file(f.disks[i], "index")->data[9], ASV_INDEX_FORMAT);
        shut();
    }
}

/* What was being written when the power went, and looks as if another program had. */
static void a_torn_new_index_stops_no_start(void **state)
{
    (void)state; /* K-233, K-018 */
    uint8_t pk[ASV_X25519_BYTES];
    uint8_t torn[200] = "ASVKIDX1";
    make(camera, DAY);
    shut();
    for (unsigned i = 0; i < ASV_MIRROR_DISKS; i++) {
        assert_int_equal(f.setup.disk.write(f.disks[i], "index.new", torn, sizeof torn, NULL), ASV_OK);
    }
    open_it();
    assert_true(has(camera, DAY, pk));
}

static void one_directory_without_all_slots_may_be_the_one_that_is_behind(void **state)
{
    (void)state;
    f.disks[1]->away = true;
    f.disks[0]->slots[1].away = true;
    assert_int_equal(try_open(), ASV_E_AWAY); /* K-038 */
    f.disks[1]->away = false;
    open_it(); /* K-027 */
    f.disks[0]->slots[1].away = false;
    f.disks[1]->away = true;
    open_it();
}

static void a_slot_that_is_newer_than_every_index_says_so(void **state)
{
    (void)state;
    struct keeper_fake_slot slots[KEEPER_DISK_SLOTS];
    make(camera, DAY);
    struct keeper_disk *old = keeper_disk_copy(f.disks[1]);
    f.disks[0]->slots[1].away = true;
    destroy(camera, DAY);
    f.disks[0]->slots[1].away = false; /* it has the old master, and would open the old index */
    memcpy(slots, f.disks[0]->slots, sizeof slots);
    put_in_place(old);
    f.disks[0]->away = true;
    assert_int_equal(try_open(), ASV_E_MISMATCH); /* K-038 */
    assert_memory_equal(slots, f.disks[0]->slots, sizeof slots);
}

/* ---- files ---- */

static void a_damaged_key_file_is_repaired_from_the_other_directory(void **state)
{
    (void)state;
    char name[ASV_ENTRY_NAME_BYTES];
    uint8_t pk[ASV_X25519_BYTES];
    make(camera, DAY);
    asv_entry_name(name, asv_index_day(f.store->index, DAY, NULL));
    write_file(0, name, "damaged");
    assert_true(has(camera, DAY, pk)); /* K-032: the other one's is good */
    assert_false(status_now().in_step[0]);
    assert_int_equal(status_now().damaged, 0);
    heal();
    assert_true(status_now().in_step[0]);
    assert_alike();
    write_file(1, name, "damaged");
    open_it();
    assert_int_equal(status_now().damaged, 0);
    assert_alike();
    write_file(0, name, "damaged");
    write_file(1, name, "damaged");
    open_it();
    assert_int_equal(status_now().damaged, 1);
}

static void what_people_decided_is_in_both_directories(void **state)
{
    (void)state;
    write_file(0, "decisions-2025", "a\nb\n");
    write_file(1, "decisions-2025", "a\nb\nc");
    write_file(0, "decisions-2026", "x\n");
    write_file(1, "tpm-auth", "as secret as the machine");
    open_it();
    for (unsigned i = 0; i < ASV_MIRROR_DISKS; i++) { /* K-075 */
        assert_true(contains(i, "decisions-2025", "a\nb\nc"));
        assert_true(contains(i, "decisions-2026", "x\n"));
        assert_true(contains(i, "tpm-auth", "as secret as the machine"));
    }
    f.disks[0]->away = true;
    assert_int_equal(asv_mirror_append(&f.store->mirror, "decisions-2026", "y\n", 2, NULL), ASV_OK);
    assert_int_equal(asv_store_fence(f.store, NULL), ASV_OK);
    f.disks[0]->away = false;
    heal();
    assert_true(contains(0, "decisions-2026", "x\ny\n"));
    assert_int_equal(f.store->diverged, 0);
}

/* However long they are: no replica stays behind because a year had many decisions. */
static void decisions_are_compared_and_copied_in_pieces(void **state)
{
    (void)state;
    static const size_t lengths[] = {16383, 16384, 16385, 131072, 200000};
    static char whole[200001];
    static char less[200001];
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        memset(whole, 'd', lengths[i]);
        whole[lengths[i]] = '\0';
        memcpy(less, whole, sizeof less);
        less[lengths[i] - (i % 2 == 0 ? 1 : lengths[i] / 2)] = '\0';
        write_file((unsigned)i % 2, "decisions-2025", less);
        write_file(1 - (unsigned)i % 2, "decisions-2025", whole);
        write_file((unsigned)i % 2, "decisions-2026", whole);
        f.disks[0]->largest = f.disks[1]->largest = 0;
        open_it();
        assert_true(f.store->mirror.used[0] && f.store->mirror.used[1]);
        for (unsigned disk = 0; disk < ASV_MIRROR_DISKS; disk++) { /* K-075 */
            assert_true(contains(disk, "decisions-2025", whole));
            assert_true(contains(disk, "decisions-2026", whole));
            assert_true(f.disks[disk]->largest < 60000);
        }
        assert_int_equal(f.store->diverged, 0);
    }
    memcpy(less, whole, sizeof less);
    less[100000] = 'x'; /* in a piece between others */
    write_file(0, "decisions-2025", whole);
    write_file(1, "decisions-2025", less);
    open_it();
    assert_int_equal(f.store->diverged, 1); /* K-075 */
    assert_true(contains(1, "decisions-2025", whole));
}

static void decisions_that_differ_are_both_kept(void **state)
{
    (void)state;
    uint8_t digest[ASV_SHA256_BYTES];
    char name[ASV_ENTRY_NAME_BYTES];
    write_file(0, "decisions-2026", "a\nb\n");
    write_file(1, "decisions-2026", "a\nc\n");
    asv_sha256(digest, "a\nc\n", 4);
    (void)snprintf(name, sizeof name, "decisions-2026-%02x%02x%02x%02x%02x%02x%02x%02x", digest[0], digest[1],
                   digest[2], digest[3], digest[4], digest[5], digest[6], digest[7]);
    open_it();
    assert_int_equal(f.store->diverged, 1); /* K-075 */
    for (unsigned i = 0; i < ASV_MIRROR_DISKS; i++) {
        assert_true(contains(i, "decisions-2026", "a\nb\n"));
        assert_true(contains(i, name, "a\nc\n"));
    }
    open_it();
    assert_int_equal(f.store->diverged, 0);
    assert_int_equal(asv_journal_sweep(&f.store->mirror, 20280101, NULL), ASV_OK); /* LAW L3 */
    for (unsigned i = 0; i < ASV_MIRROR_DISKS; i++) {
        assert_null(keeper_disk_file(f.disks[i], "decisions-2026"));
        assert_null(keeper_disk_file(f.disks[i], name));
    }
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_commit_is_in_both_directories),
        TEST(a_store_is_made_in_both_or_not_at_all),
        TEST(what_is_away_is_left_behind_and_opens_no_more),
        TEST(what_comes_back_is_brought_in_step_while_the_keeper_runs),
        TEST(a_directory_that_is_behind_never_brings_a_destroyed_key_back),
        TEST(an_empty_directory_is_filled),
        TEST(another_medium_at_the_same_place_does_not_count),
        TEST(a_replica_that_is_configured_no_more_is_left_behind),
        TEST(a_directory_out_of_use_is_said_once),
        TEST(directories_of_two_stores_are_refused),
        TEST(a_directory_that_is_newer_is_not_overwritten),
        TEST(one_directory_without_all_slots_may_be_the_one_that_is_behind),
        TEST(a_slot_that_is_newer_than_every_index_says_so),
        TEST(an_index_of_another_format_is_refused_and_stays),
        TEST(a_damaged_format_stops_no_start),
        TEST(a_torn_new_index_stops_no_start),
        TEST(a_damaged_key_file_is_repaired_from_the_other_directory),
        TEST(what_people_decided_is_in_both_directories),
        TEST(decisions_are_compared_and_copied_in_pieces),
        TEST(decisions_that_differ_are_both_kept),
    };
    if (asv_crypto_init() != ASV_OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
