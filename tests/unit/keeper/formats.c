/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The key store's files, byte for byte. */
#include <stdlib.h>
#include <string.h>

#include "server/keeper/dayfile.h"
#include "server/keeper/head.h"
#include "server/keeper/index.h"
#include "server/keeper/secret.h"
#include "tests/support/golden.h"
#include "tests/support/world.h"
#include "tests/unit/test.h"

static const uint8_t master[ASV_MASTER_KEY_BYTES] = {0x4d, 1, 2, 3};

/* ---- memory ---- */

static void secret_memory_is_zeroed_and_may_be_large(void **state)
{
    (void)state;
    void *secret = NULL;
    assert_int_equal(asv_secret_alloc(&secret, 100000), ASV_OK); /* K-070 */
    const uint8_t *bytes = secret;
    for (size_t i = 0; i < 100000; i++) {
        assert_int_equal(bytes[i], 0);
    }
    memset(secret, 1, 100000);
    asv_secret_free(secret);
    asv_secret_free(NULL);
    assert_int_equal(asv_secret_alloc(&secret, SIZE_MAX), ASV_E_NO_MEMORY);
}

/* ---- slots ---- */

static void a_cell_says_store_slot_epoch_and_master(void **state)
{
    (void)state;
    struct asv_slot_cell cell = {.store = {0x51}, .slot = {0x52}, .epoch = 7};
    struct asv_slot_cell back;
    uint8_t data[ASV_SLOT_CELL_BYTES];
    memcpy(cell.master, master, sizeof master);
    asv_slot_cell_encode(data, &cell);
    asv_golden_check("keeper-cell", "a master slot's cell: epoch 7", data, sizeof data); /* K-020 */
    assert_int_equal(asv_slot_cell_decode(&back, data), ASV_OK);
    assert_memory_equal(back.master, master, sizeof master);
    assert_true(back.epoch == 7 && back.store[0] == 0x51 && back.slot[0] == 0x52);
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] ^= 0x20;
        assert_int_equal(asv_slot_cell_decode(&back, data), ASV_E_MALFORMED); /* K-020 */
        data[i] ^= 0x20;
    }
    memset(data, 0, sizeof data);
    assert_int_equal(asv_slot_cell_decode(&back, data), ASV_E_NOT_FOUND); /* K-021 */
}

/* ---- the index ---- */

/* What people decided: a held clip, an erased one and one that ran out, a person, a recipient, a hold ahead,
 * a decision and a policy. */
static void add_decisions(struct asv_index *index)
{
    const struct asv_kept kept[] = {
        {.header = {1},
         .state = ASV_KEEPER_HELD,
         .blocks = 1 << 4,
         .corrected = 1,
         .file_key = {0xf1},
         .period_ms = 1768863600000,
         .forget_ms = 1768863600000,
         .held_ms = 1767610000000,
         .incident = {0x11},
         .decision = {0xd1},
         .camera = {0xca},
         .key_date = 20260105},
        {.header = {2}, .state = ASV_KEEPER_GONE, .forget_ms = 1768863600000, .camera = {0xca}},
        {.header = {3},
         .state = ASV_KEEPER_OVER,
         .released = 1,
         .period_ms = 1768777200000,
         .forget_ms = 1768863600000,
         .ended_ms = 1768780800000,
         .camera = {0xca},
         .key_date = 20260105},
    };
    const struct asv_index_person person = {.credential = {3},
                                            .state = ASV_PERSON_ENROLLED,
                                            .person = {4},
                                            .badge = {5},
                                            .roles = ASV_ROLE_WEARER,
                                            .until_ms = 1800000000000,
                                            .algorithm = ASV_ALG_ED25519,
                                            .pk = {6}};
    const struct asv_index_recipient recipient = {.pk = {7}, .name = {8}, .ended = 1};
    const struct asv_index_ahead ahead = {.decision = {9},
                                          .camera = {0xca},
                                          .from_ms = 1767592800000,
                                          .until_ms = 1767596400000,
                                          .decided_ms = 1767600000000,
                                          .since_ms = 1767600001000,
                                          .incident = {0x11},
                                          .left = 3,
                                          .key_count = 2,
                                          .keys = {{.id = {0x1c}, .date = 20260105, .sk = {0x5c}},
                                                   {.id = {0x1d}, .due_ms = 1768863600000, .sk = {0x5d}}}};
    const struct asv_index_decided decided = {.proposal = {10},
                                              .how = ASV_DECIDED_REFUSED,
                                              .answer = {11},
                                              .alone = {3},
                                              .until_ms = 1768863600000,
                                              .at_ms = 1767603600000};
    const struct asv_index_policy policy = {
        .decision = {12}, .digest = {13}, .version = 2, .days = 30, .from_date = 20260201};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        assert_int_equal(asv_index_add(index, ASV_INDEX_KEPT, &kept[i]), ASV_OK);
    }
    assert_int_equal(asv_index_add(index, ASV_INDEX_PEOPLE, &person), ASV_OK);
    assert_int_equal(asv_index_add(index, ASV_INDEX_RECIPIENTS, &recipient), ASV_OK);
    assert_int_equal(asv_index_add(index, ASV_INDEX_AHEADS, &ahead), ASV_OK);
    assert_int_equal(asv_index_add(index, ASV_INDEX_DECIDED, &decided), ASV_OK);
    assert_int_equal(asv_index_add(index, ASV_INDEX_POLICIES, &policy), ASV_OK);
    struct asv_index_ledger ledger = {
        .before = {15}, .ended = 1, .size = 0x0102030405060708, .root = {16}, .origin = "a.example/log"};
    asv_sha256(ledger.id, ledger.origin, strlen(ledger.origin));
    assert_int_equal(asv_index_add(index, ASV_INDEX_LEDGERS, &ledger), ASV_OK);
    const struct asv_index_handover handover = {.proposal = {17},
                                                .answer = {18},
                                                .taken_ms = 1767603600000,
                                                .until_ms = 1768863600000,
                                                .lines = 0x01020304,
                                                .noted = 1};
    const struct asv_index_handed handed[] = {{.proposal = {17}, .header = {3}},
                                              {.proposal = {17}, .header = {4}, .clear = 1}};
    assert_int_equal(asv_index_add(index, ASV_INDEX_HANDOVERS, &handover), ASV_OK);
    for (size_t i = 0; i < sizeof handed / sizeof *handed; i++) {
        assert_int_equal(asv_index_add(index, ASV_INDEX_HANDED, &handed[i]), ASV_OK);
    }
    index->has_recovery = true;
    index->recovery_pk[0] = 14;
    index->mirrored = true;
}

static struct asv_index *sample_index(void)
{
    struct asv_index *index = NULL;
    struct asv_index_camera *row = NULL;
    struct asv_entry day = {.id = {2}, .kind = ASV_ENTRY_DAY, .date = 20260105, .due_ms = 1768863600000};
    struct asv_entry reserve = {.id = {1}, .kind = ASV_ENTRY_RESERVE, .subject = {0xca}};
    const uint8_t cameras[2][ASV_SHA256_BYTES] = {{0xcb}, {0xca}};
    assert_int_equal(asv_index_new(&index), ASV_OK);
    index->store[0] = 0x51;
    index->epoch = 3;
    index->generation = 12;
    index->first_version = 1;
    index->first_days = 14;
    index->wall_ms = 1767592800000;
    index->revocations = 4;
    index->slot_count = 1;
    index->slots[0] = (struct asv_index_slot){.id = {0x52}, .label = "/run/slot", .confirmed_epoch = 3};
    day.generation = 11;
    memset(day.kek, 0xd1, sizeof day.kek);
    memset(day.digest, 0xd2, sizeof day.digest);
    reserve.generation = 10;
    memset(reserve.kek, 0xe1, sizeof reserve.kek);
    memset(reserve.digest, 0xe2, sizeof reserve.digest);
    assert_int_equal(asv_index_add(index, ASV_INDEX_ENTRIES, &day), ASV_OK);
    assert_int_equal(asv_index_add(index, ASV_INDEX_ENTRIES, &reserve), ASV_OK);
    assert_int_equal(asv_index_add(index, ASV_INDEX_ENTRIES, &day), ASV_E_EXISTS);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(asv_index_camera(index, cameras[i], &row), ASV_OK);
        row->number = 5;
        memset(row->digest, 0xb1, sizeof row->digest);
    }
    add_decisions(index);
    return index;
}

static void seal(const struct asv_index *index, struct asv_test_world *world, uint8_t **data, size_t *len)
{
    assert_int_equal(asv_index_seal(index, master, &world->world, data, len, NULL), ASV_OK);
}

static void what_no_reader_takes_is_not_written(void **state)
{
    (void)state;
    struct asv_test_world world;
    struct asv_index *index = sample_index();
    struct asv_err err = {0};
    uint8_t *data = NULL;
    size_t len = 0;
    asv_test_world_init(&world, 1);
    memset(index->recovery_pk, 0, sizeof index->recovery_pk);
    assert_int_equal(asv_index_seal(index, master, &world.world, &data, &len, &err),
                     ASV_E_INTERNAL); /* K-120 */
    assert_null(data);
    assert_non_null(strstr(err.text, "not written"));
    index->has_recovery = false;
    asv_entries(index)[1].date = 0; /* a day's keys, of no day */
    assert_int_equal(asv_index_seal(index, master, &world.world, &data, &len, NULL),
                     ASV_E_INTERNAL); /* K-120 */
    asv_entries(index)[1].date = 20260105;
    seal(index, &world, &data, &len);
    free(data);
    asv_index_free(index);
}

static void an_index_keeps_its_bytes(void **state)
{
    (void)state;
    struct asv_test_world world;
    struct asv_index *index = sample_index();
    struct asv_index *back = NULL;
    uint8_t *data = NULL;
    size_t len = 0;
    asv_test_world_init(&world, 1);
    seal(index, &world, &data, &len);
    asv_golden_check("keeper-index",
                     "an index: two entries, two cameras, three clips, one row of each other table, one slot",
                     data, len); /* K-010 */
    assert_int_equal(asv_index_open(&back, data, len, master, NULL), ASV_OK);
    assert_true(back->epoch == 3 && back->generation == 12 && back->wall_ms == index->wall_ms);
    assert_true(back->revocations == 4 && back->slot_count == 1 &&
                asv_index_count(back, ASV_INDEX_ENTRIES) == 2);
    assert_memory_equal(&back->slots[0], &index->slots[0], sizeof index->slots[0]);
    assert_memory_equal(asv_entries(back)[0].kek, asv_entries(index)[0].kek, ASV_AEAD_KEY_BYTES);
    assert_int_equal(asv_entries(back)[0].kind, ASV_ENTRY_RESERVE); /* ids ascend */
    assert_int_equal(asv_entries(back)[1].date, 20260105);
    assert_int_equal(asv_index_count(back, ASV_INDEX_CAMERAS), 2);
    const struct asv_index_camera *camera_rows = asv_index_row(back, ASV_INDEX_CAMERAS, 0);
    assert_int_equal(camera_rows[0].cert[0], 0xca);
    for (unsigned t = 0; t < ASV_INDEX_TABLES; t++) {
        uint8_t bytes[2][256];
        struct asv_writer writers[2];
        assert_int_equal(asv_index_count(back, t), asv_index_count(index, t));
        for (uint32_t i = 0; i < asv_index_count(index, t); i++) {
            asv_writer_init(&writers[0], bytes[0], sizeof bytes[0]);
            asv_writer_init(&writers[1], bytes[1], sizeof bytes[1]);
            asv_index_row_write(&writers[0], t, asv_index_row(index, t, i));
            asv_index_row_write(&writers[1], t, asv_index_row(back, t, i));
            assert_true(writers[0].len == writers[1].len && writers[0].len <= asv_index_row_bytes(t));
            assert_memory_equal(bytes[0], bytes[1], writers[0].len);
        }
    }
    assert_true(back->has_recovery && back->recovery_pk[0] == 14 && back->mirrored);
    assert_non_null(asv_index_day(back, 20260105, NULL));
    assert_null(asv_index_day(back, 20260106, NULL));
    assert_non_null(asv_index_reserve(back, camera_rows[0].cert, NULL));
    assert_null(asv_index_reserve(back, camera_rows[1].cert, NULL));
    asv_index_free(index);
    asv_index_free(back);
    free(data);
}

/* K-012, written down a second time. */
static void decrypt(const uint8_t *data, size_t len, uint8_t *plain)
{
    static const uint8_t nonce[ASV_AEAD_NONCE_BYTES];
    uint8_t key[ASV_AEAD_KEY_BYTES];
    asv_hkdf_sha256(key, master, sizeof master, data + 44, 32, "asservat/v1/keeper-index", 24);
    assert_int_equal(asv_aead_open(plain, data + 80, len - 80, data, 80, nonce, key), ASV_OK);
}

static void every_write_of_an_index_has_a_key_of_its_own(void **state)
{
    (void)state;
    struct asv_test_world world;
    struct asv_index *index = sample_index();
    uint8_t *first = NULL;
    uint8_t *second = NULL;
    uint8_t plain[2][4096];
    size_t len = 0;
    asv_test_world_init(&world, 1);
    seal(index, &world, &first, &len);
    seal(index, &world, &second, &len);
    assert_true(len < sizeof plain[0]);
    assert_memory_not_equal(first + 44, second + 44, 32); /* K-012 */
    assert_memory_not_equal(first + 80, second + 80, 32);
    decrypt(first, len, plain[0]);
    decrypt(second, len, plain[1]);
    assert_memory_equal(plain[0], plain[1], len - 80 - 16);
    world.fail_random_at = 1;
    uint8_t *third = NULL;
    assert_int_not_equal(asv_index_seal(index, master, &world.world, &third, &len, NULL), ASV_OK);
    asv_index_free(index);
    free(first);
    free(second);
}

static void any_changed_byte_of_an_index_is_seen(void **state)
{
    (void)state;
    struct asv_test_world world;
    struct asv_index *index = sample_index();
    struct asv_index *back = NULL;
    uint8_t *data = NULL;
    uint8_t other[ASV_MASTER_KEY_BYTES] = {0};
    size_t len = 0;
    asv_test_world_init(&world, 1);
    seal(index, &world, &data, &len);
    assert_int_equal(asv_index_open(&back, data, len, other, NULL), ASV_E_DIGEST);
    for (size_t i = 0; i < len; i++) {
        data[i] ^= 1;
        assert_int_not_equal(asv_index_open(&back, data, len, master, NULL), ASV_OK); /* K-010 */
        data[i] ^= 1;
    }
    for (size_t cut = 0; cut < len; cut++) {
        assert_int_not_equal(asv_index_open(&back, data, cut, master, NULL), ASV_OK);
    }
    for (uint8_t format = 1; format < 8; format++) { /* K-233 */
        data[9] = format;
        assert_int_equal(asv_index_open(&back, data, len, master, NULL),
                         format == ASV_INDEX_FORMAT ? ASV_OK : ASV_E_UNSUPPORTED);
    }
    asv_index_free(back);
    asv_index_free(index);
    free(data);
}

/* Offsets in the sample's plaintext. */
#define STOP_AT     8
#define RECOVERY_AT 25
#define FIRST_AT    (RECOVERY_AT + 34) /* the policy that the store was made with */
#define SLOTS_AT    (FIRST_AT + 6)
#define ENTRIES_AT  (SLOTS_AT + 1 + 16 + 1 + 9 + 8)
#define ENTRY_SIZE  133
#define KEPT_AT     (ENTRIES_AT + 4 + 2 * ENTRY_SIZE + 4 + 2 * 72)
#define KEPT_SIZE   192
#define GONE_AT     (KEPT_AT + 4 + KEPT_SIZE)
#define OVER_AT     (GONE_AT + KEPT_SIZE)
#define PEOPLE_AT   (KEPT_AT + 4 + 3 * KEPT_SIZE)
#define AHEADS_AT   (PEOPLE_AT + 4 + 156 + 4 + 65)
#define DECIDED_AT  (AHEADS_AT + 4 + 115 + 2 * 60)
#define POLICY_AT   (DECIDED_AT + 4 + 113)
#define LEDGER_AT   (POLICY_AT + 4 + 74)

static void an_index_that_no_writer_makes_is_refused(void **state)
{
    (void)state;
    struct asv_test_world world;
    struct asv_index *index = sample_index();
    struct asv_index *back = NULL;
    uint8_t *data = NULL;
    uint8_t plain[4096];
    size_t len = 0;
    asv_test_world_init(&world, 1);
    seal(index, &world, &data, &len);
    decrypt(data, len, plain);
    len -= 80 + 16;
    asv_golden_check("keeper-index-plain", "the same index, decrypted", plain, len); /* K-011 */
    asv_golden_seed("keeper_index", "sample", plain, len);
    assert_int_equal(asv_index_decode(&back, plain, len, NULL), ASV_OK);
    asv_index_free(back);
    const size_t flags[] = {len - 1, len - 2 * (32 + 32 + 1) - 4 - 1}; /* in clear; noted */
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        assert_int_equal(plain[flags[i]], 1);
        plain[flags[i]] = 2;
        assert_int_equal(asv_index_decode(&back, plain, len, NULL), ASV_E_MALFORMED);
        plain[flags[i]] = 1;
    }

    const struct {
        size_t at;
        uint8_t value;
        enum asv_status want;
    } wrong[] = {
        {STOP_AT, 3, ASV_E_UNSUPPORTED},
        {FIRST_AT - 1, 2, ASV_E_MALFORMED}, /* a replica, yes or no */
        {FIRST_AT + 3, 0, ASV_E_MALFORMED}, /* version 0 */
        {FIRST_AT + 4, 2, ASV_E_MALFORMED}, /* 526 days */
        {FIRST_AT + 5, 0, ASV_E_MALFORMED}, /* no period */
        {SLOTS_AT, 9, ASV_E_LIMIT},
        {SLOTS_AT + 18, 0x07, ASV_E_MALFORMED},                   /* a bell in a label */
        {ENTRIES_AT, 0xff, ASV_E_LIMIT},                          /* entries */
        {ENTRIES_AT + 4, 3, ASV_E_MALFORMED},                     /* ids do not ascend */
        {ENTRIES_AT + 4, 2, ASV_E_MALFORMED},                     /* an id twice */
        {ENTRIES_AT + 4 + 16, 5, ASV_E_UNSUPPORTED},              /* kind */
        {ENTRIES_AT + 4 + 16, 1, ASV_E_MALFORMED},                /* a day without a date */
        {ENTRIES_AT + 4 + 17, 1, ASV_E_MALFORMED},                /* a reserve key with a date */
        {ENTRIES_AT + 4 + 21, 0, ASV_E_MALFORMED},                /* ... without a camera */
        {ENTRIES_AT + 4 + 53, 0x80, ASV_E_MALFORMED},             /* due before 1970 */
        {ENTRIES_AT + 4 + ENTRY_SIZE + 21, 1, ASV_E_MALFORMED},   /* a day with a camera */
        {ENTRIES_AT + 4 + 2 * ENTRY_SIZE, 0xff, ASV_E_LIMIT},     /* cameras */
        {ENTRIES_AT + 8 + 2 * ENTRY_SIZE, 0xcc, ASV_E_MALFORMED}, /* certificates do not ascend */
        {RECOVERY_AT, 2, ASV_E_MALFORMED},
        {RECOVERY_AT, 0, ASV_E_MALFORMED}, /* a recovery key that is none */
        {KEPT_AT, 0xff, ASV_E_LIMIT},
        {KEPT_AT + 4, 2, ASV_E_MALFORMED},                       /* a clip twice */
        {KEPT_AT + 4 + 32, 6, ASV_E_UNSUPPORTED},                /* state */
        {KEPT_AT + 4 + 32, ASV_KEEPER_PENDING, ASV_E_MALFORMED}, /* pending without an end */
        {KEPT_AT + 4 + 32, ASV_KEEPER_GONE, ASV_E_MALFORMED},    /* gone, with a key */
        {KEPT_AT + 4 + 33, 1, ASV_E_MALFORMED},                  /* a block for no ground */
        {KEPT_AT + 4 + 34, 2, ASV_E_MALFORMED},                  /* corrected, yes or no */
        {KEPT_AT + 4 + 35, 1, ASV_E_MALFORMED},                  /* held, and released */
        {KEPT_AT + 4 + 52, 1, ASV_E_MALFORMED},                  /* held, until a day */
        {KEPT_AT + 4 + 76, 1, ASV_E_MALFORMED},                  /* held, and ran out */
        {KEPT_AT + 4 + 84, 0x80, ASV_E_MALFORMED},               /* held since before 1970 */
        {KEPT_AT + 4 + 92, 0, ASV_E_MALFORMED},                  /* held for no incident */
        {KEPT_AT + 4 + 108, 0, ASV_E_MALFORMED},                 /* held by no decision */
        {KEPT_AT + 4 + 140, 0, ASV_E_MALFORMED},                 /* of no camera */
        {GONE_AT + 34, 1, ASV_E_MALFORMED},                      /* gone, with a day that counts */
        {GONE_AT + 35, 1, ASV_E_MALFORMED},                      /* gone, and released */
        {GONE_AT + 84, 1, ASV_E_MALFORMED},                      /* gone, and held */
        {GONE_AT + 176, 1, ASV_E_MALFORMED},                     /* gone, and somebody blocked it */
        {GONE_AT + 32, ASV_KEEPER_OVER, ASV_E_MALFORMED},        /* ran out, and nobody knows when */
        {OVER_AT + 32, ASV_KEEPER_GONE, ASV_E_MALFORMED},        /* erased, and ran out */
        {OVER_AT + 36, 1, ASV_E_MALFORMED},                      /* ran out, with a key */
        {OVER_AT + 76, 0x80, ASV_E_MALFORMED},                   /* ran out before 1970 */
        {PEOPLE_AT + 4 + 32, 0, ASV_E_UNSUPPORTED},              /* state */
        {PEOPLE_AT + 4 + 81, 0x80, ASV_E_MALFORMED},             /* roles: there are more bits */
        {PEOPLE_AT + 4 + 91, 9, ASV_E_UNSUPPORTED},              /* algorithm */
        {AHEADS_AT + 4 + 80, 0x80, ASV_E_MALFORMED},             /* decided before 1970 */
        {AHEADS_AT + 4 + 88, 0x80, ASV_E_MALFORMED},             /* since before 1970 */
        {AHEADS_AT + 4 + 32, 0, ASV_E_MALFORMED},                /* of no camera */
        {AHEADS_AT + 4 + 96, 0, ASV_E_MALFORMED},                /* for no incident */
        {AHEADS_AT + 4 + 114, 0, ASV_E_MALFORMED},               /* no key */
        {AHEADS_AT + 4 + 114, 1, ASV_E_LIMIT},                   /* one key, and another behind it */
        {AHEADS_AT + 4 + 114, 3, ASV_E_MALFORMED},               /* three keys */
        {AHEADS_AT + 4 + 114, 21, ASV_E_MALFORMED},              /* more than there is room for */
        {AHEADS_AT + 4 + 115, 0x1d, ASV_E_MALFORMED},            /* ids do not ascend */
        {AHEADS_AT + 4 + 131 + 3, 0x24, ASV_E_MALFORMED},        /* of a 32nd of January */
        {AHEADS_AT + 4 + 135, 1, ASV_E_MALFORMED},               /* a day's, with an end of its own */
        {AHEADS_AT + 4 + 143, 0, ASV_E_MALFORMED},               /* a key that is none */
        {AHEADS_AT + 4 + 175, 0x1c, ASV_E_MALFORMED},            /* one twice */
        {AHEADS_AT + 4 + 175 + 20, 0x80, ASV_E_MALFORMED},       /* a reserve key's, due before 1970 */
        {AHEADS_AT + 4 + 64, 0x7f, ASV_E_MALFORMED},             /* begins after its end */
        {DECIDED_AT + 4 + 32, 4, ASV_E_UNSUPPORTED},             /* how */
        {DECIDED_AT + 4 + 105, 0x80, ASV_E_MALFORMED},           /* decided before 1970 */
        {POLICY_AT + 4 + 67, 0, ASV_E_MALFORMED},                /* version 0 */
        {POLICY_AT + 4 + 68, 2, ASV_E_MALFORMED},                /* 542 days */
        {LEDGER_AT, 0xff, ASV_E_LIMIT},
        {LEDGER_AT + 4 + 64, 2, ASV_E_MALFORMED},    /* ended, yes or no */
        {LEDGER_AT + 4 + 105, 12, ASV_E_MALFORMED},  /* an origin of another length */
        {LEDGER_AT + 4 + 106, 'b', ASV_E_MALFORMED}, /* ... which is not that of the key */
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) { /* K-013 */
        uint8_t old = plain[wrong[i].at];
        assert_int_not_equal(old, wrong[i].value);
        plain[wrong[i].at] = wrong[i].value;
        assert_int_equal(asv_index_decode(&back, plain, len, NULL), wrong[i].want);
        plain[wrong[i].at] = old;
    }
    for (size_t cut = 0; cut < len; cut++) {
        assert_int_equal(asv_index_decode(&back, plain, cut, NULL), ASV_E_MALFORMED);
    }
    assert_int_equal(asv_index_decode(&back, plain, len + 1, NULL), ASV_E_MALFORMED);
    asv_index_free(index);
    free(data);
}

static void an_index_grows_and_copies(void **state)
{
    (void)state;
    struct asv_index *index = NULL;
    struct asv_index *copy = NULL;
    assert_int_equal(asv_index_new(&index), ASV_OK);
    for (unsigned i = 0; i < 300; i++) {
        struct asv_entry entry = {.id = {(uint8_t)(i * 7), (uint8_t)(i >> 8)}, .kind = ASV_ENTRY_RESERVE};
        uint8_t cert[ASV_SHA256_BYTES] = {(uint8_t)(i * 11), (uint8_t)(i >> 8)};
        struct asv_index_camera *row = NULL;
        assert_int_equal(asv_index_add(index, ASV_INDEX_ENTRIES, &entry), ASV_OK);
        assert_int_equal(asv_index_camera(index, cert, &row), ASV_OK);
        row->number = i + 1;
    }
    assert_int_equal(asv_index_copy(&copy, index), ASV_OK);
    assert_int_equal(asv_index_count(copy, ASV_INDEX_ENTRIES), 300);
    assert_memory_equal(asv_entries(copy), asv_entries(index), 300 * sizeof(struct asv_entry));
    assert_memory_equal(asv_index_row(copy, ASV_INDEX_CAMERAS, 0), asv_index_row(index, ASV_INDEX_CAMERAS, 0),
                        300 * sizeof(struct asv_index_camera));
    for (uint32_t i = 1; i < 300; i++) {
        assert_true(memcmp(asv_entries(index)[i - 1].id, asv_entries(index)[i].id, ASV_ENTRY_ID_BYTES) < 0);
    }
    asv_index_drop(copy, ASV_INDEX_ENTRIES, 5);
    assert_int_equal(asv_index_count(copy, ASV_INDEX_ENTRIES), 299);
    assert_memory_equal(asv_entries(copy)[5].id, asv_entries(index)[6].id, ASV_ENTRY_ID_BYTES);
    asv_index_free(copy);
    asv_index_free(index);
}

static void key_files_have_telling_names(void **state)
{
    (void)state;
    char name[ASV_ENTRY_NAME_BYTES];
    struct asv_entry entry = {.id = {0xab}, .kind = ASV_ENTRY_DAY, .date = 20260105};
    asv_entry_name(name, &entry);
    assert_string_equal(name, "day-20260105-ab000000000000000000000000000000");
    entry = (struct asv_entry){.id = {0xab}, .kind = ASV_ENTRY_RESERVE};
    asv_entry_name(name, &entry);
    assert_string_equal(name, "reserve-ab000000000000000000000000000000");
}

/* ---- the ledger's last head ---- */

static void a_head_keeps_its_bytes(void **state)
{
    (void)state;
    struct asv_test_world world;
    struct asv_head head = {.store = {0x51}, .epoch = 7, .ledger = {0x61}, .size = 4711, .root = {0x62}};
    struct asv_head back;
    uint8_t data[ASV_HEAD_FILE_BYTES];
    uint8_t other[ASV_MASTER_KEY_BYTES] = {1};
    asv_test_world_init(&world, 1);
    assert_int_equal(asv_head_seal(data, &head, master, &world.world, NULL), ASV_OK);
    asv_golden_check("keeper-head", "the ledger's last head: size 4711, epoch 7", data,
                     sizeof data); /* K-145 */
    asv_golden_seed("keeper_head", "sample", data, sizeof data);
    assert_int_equal(asv_head_label_read(&back, data, sizeof data), ASV_OK);
    assert_true(back.epoch == 7 && back.store[0] == 0x51 && back.size == 0);
    assert_int_equal(asv_head_open(&back, data, sizeof data, master), ASV_OK);
    assert_memory_equal(&back, &head, sizeof head);
    assert_int_equal(asv_head_open(&back, data, sizeof data, other), ASV_E_DIGEST);
    assert_int_equal(asv_head_label_read(&back, data, sizeof data - 1), ASV_E_MALFORMED);
    for (size_t i = 0; i < sizeof data; i++) { /* K-145 */
        data[i] ^= 0x20;
        assert_int_not_equal(asv_head_open(&back, data, sizeof data, master), ASV_OK);
        data[i] ^= 0x20;
    }
    head.size = 0;
    assert_int_equal(asv_head_seal(data, &head, master, &world.world, NULL), ASV_OK);
    assert_int_equal(asv_head_open(&back, data, sizeof data, master), ASV_E_MALFORMED);
    world.fail_random_at = 1;
    assert_int_not_equal(asv_head_seal(data, &head, master, &world.world, NULL), ASV_OK);
}

/* ---- key files ---- */

static const uint8_t store[ASV_STORE_ID_BYTES] = {0x51};

static struct asv_entry sample_entry(void)
{
    struct asv_entry entry = {.id = {9}, .kind = ASV_ENTRY_DAY, .date = 20260105, .generation = 4};
    memset(entry.kek, 0x6b, sizeof entry.kek);
    return entry;
}

static void fill(struct asv_dayfile *file)
{
    for (uint8_t c = 3; c > 0; c--) {
        struct asv_dayfile_key key = {.camera = {c}, .sk = {(uint8_t)(0x10 + c)}};
        assert_int_equal(asv_dayfile_add(file, &key), ASV_OK);
        assert_int_equal(asv_dayfile_add(file, &key), ASV_E_EXISTS);
    }
}

static void a_key_file_keeps_its_bytes(void **state)
{
    (void)state;
    struct asv_dayfile file = {0};
    struct asv_dayfile back = {0};
    struct asv_entry entry = sample_entry();
    uint8_t *data = NULL;
    uint64_t generation = 0;
    size_t len = 0;
    const uint8_t second[ASV_SHA256_BYTES] = {2};
    const uint8_t fourth[ASV_SHA256_BYTES] = {4};
    fill(&file);
    assert_int_equal(asv_dayfile_seal(&file, store, &entry, &data, &len, NULL), ASV_OK);
    asv_golden_check("keeper-day", "a day file: three cameras", data, len); /* K-030 */
    assert_int_equal(asv_dayfile_generation(data, len, &generation), ASV_OK);
    assert_true(generation == 4);
    assert_int_equal(asv_dayfile_open(&back, store, &entry, data, len, NULL), ASV_OK);
    assert_int_equal(back.count, 3);
    assert_int_equal(asv_dayfile_find(&back, second)->sk[0], 0x12);
    assert_null(asv_dayfile_find(&back, fourth));
    assert_int_equal(asv_dayfile_drop(&back, second), ASV_OK);
    assert_int_equal(asv_dayfile_drop(&back, second), ASV_E_NOT_FOUND);
    assert_int_equal(back.count, 2);
    asv_dayfile_free(&back);
    for (size_t i = 0; i < len; i++) {
        data[i] ^= 1;
        assert_int_equal(asv_dayfile_open(&back, store, &entry, data, len, NULL), ASV_E_DIGEST); /* K-032 */
        asv_sha256(entry.digest, data, len); /* even when the index named these bytes */
        assert_int_not_equal(asv_dayfile_open(&back, store, &entry, data, len, NULL), ASV_OK);
        data[i] ^= 1;
        asv_sha256(entry.digest, data, len);
    }
    for (size_t cut = 0; cut < len; cut++) {
        asv_sha256(entry.digest, data, cut);
        assert_int_not_equal(asv_dayfile_open(&back, store, &entry, data, cut, NULL), ASV_OK);
    }
    asv_dayfile_free(&file);
    free(data);
}

static void a_key_file_that_no_writer_makes_is_refused(void **state)
{
    (void)state;
    static const uint8_t nonce[ASV_AEAD_NONCE_BYTES];
    struct asv_dayfile file = {0};
    struct asv_dayfile back = {0};
    struct asv_entry entry = sample_entry();
    uint8_t *data = NULL;
    uint8_t plain[256];
    size_t len = 0;
    fill(&file);
    assert_int_equal(asv_dayfile_seal(&file, store, &entry, &data, &len, NULL), ASV_OK);
    assert_int_equal(asv_aead_open(plain, data + 61, len - 61, data, 61, nonce, entry.kek), ASV_OK);
    len -= 61 + 16;
    asv_golden_check("keeper-day-plain", "the same day file, decrypted", plain, len); /* K-031 */
    asv_golden_seed("keeper_keys", "sample", plain, len);
    assert_int_equal(asv_dayfile_decode(&back, plain, len), ASV_OK);
    asv_dayfile_free(&back);
    for (size_t cut = 0; cut < len; cut++) {
        assert_int_equal(asv_dayfile_decode(&back, plain, cut), ASV_E_MALFORMED); /* K-031 */
    }
    assert_int_equal(asv_dayfile_decode(&back, plain, len + 1), ASV_E_MALFORMED);
    plain[4] = 2;
    assert_int_equal(asv_dayfile_decode(&back, plain, len), ASV_E_MALFORMED);
    plain[0] = 1;
    assert_int_equal(asv_dayfile_decode(&back, plain, len), ASV_E_LIMIT);
    asv_dayfile_free(&file);
    free(data);
}

static void a_day_file_holds_every_camera_and_no_more(void **state)
{
    (void)state;
    struct asv_dayfile file = {0};
    for (unsigned i = 0; i < ASV_DAYFILE_KEYS_MAX; i++) {
        struct asv_dayfile_key key = {.camera = {(uint8_t)(i * 13), (uint8_t)(i >> 8), (uint8_t)i}};
        assert_int_equal(asv_dayfile_add(&file, &key), ASV_OK);
    }
    struct asv_dayfile_key more = {.camera = {0xff, 0xff, 0xff, 0xff}};
    assert_int_equal(asv_dayfile_add(&file, &more), ASV_E_LIMIT);
    struct asv_entry entry = sample_entry();
    uint8_t *data = NULL;
    size_t len = 0;
    assert_int_equal(asv_dayfile_seal(&file, store, &entry, &data, &len, NULL), ASV_OK);
    assert_int_equal(len, ASV_DAYFILE_MAX);
    asv_dayfile_free(&file);
    free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secret_memory_is_zeroed_and_may_be_large),
        cmocka_unit_test(a_cell_says_store_slot_epoch_and_master),
        cmocka_unit_test(what_no_reader_takes_is_not_written),
        cmocka_unit_test(an_index_keeps_its_bytes),
        cmocka_unit_test(every_write_of_an_index_has_a_key_of_its_own),
        cmocka_unit_test(any_changed_byte_of_an_index_is_seen),
        cmocka_unit_test(an_index_that_no_writer_makes_is_refused),
        cmocka_unit_test(an_index_grows_and_copies),
        cmocka_unit_test(a_head_keeps_its_bytes),
        cmocka_unit_test(key_files_have_telling_names),
        cmocka_unit_test(a_key_file_keeps_its_bytes),
        cmocka_unit_test(a_key_file_that_no_writer_makes_is_refused),
        cmocka_unit_test(a_day_file_holds_every_camera_and_no_more),
    };
    if (asv_crypto_init() != ASV_OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
