/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The index in memory: its tables. */
#include <stdio.h>
#include <string.h>

#include "server/base/hex.h"
#include "server/keeper/index.h"
#include "server/keeper/secret.h"

/* The limits leave room for the hold of years in a file of 18 MiB. */
static const struct asv_table_kind kinds[ASV_INDEX_TABLES] = {
    [ASV_INDEX_ENTRIES] = {sizeof(struct asv_entry), ASV_ENTRY_ID_BYTES, 32768},
    [ASV_INDEX_CAMERAS] = {sizeof(struct asv_index_camera), ASV_SHA256_BYTES, 16384},
    [ASV_INDEX_KEPT] = {sizeof(struct asv_kept), ASV_SHA256_BYTES, 32768},
    [ASV_INDEX_PEOPLE] = {sizeof(struct asv_index_person), ASV_SHA256_BYTES, 8192},
    [ASV_INDEX_RECIPIENTS] = {sizeof(struct asv_index_recipient), ASV_X25519_BYTES, 4096},
    [ASV_INDEX_AHEADS] = {sizeof(struct asv_index_ahead), ASV_SHA256_BYTES, 1024},
    [ASV_INDEX_DECIDED] = {sizeof(struct asv_index_decided), ASV_SHA256_BYTES, 16384},
    [ASV_INDEX_POLICIES] = {sizeof(struct asv_index_policy), ASV_SHA256_BYTES, 64},
    [ASV_INDEX_LEDGERS] = {sizeof(struct asv_index_ledger), ASV_SHA256_BYTES, 256},
    [ASV_INDEX_HANDOVERS] = {sizeof(struct asv_index_handover), ASV_SHA256_BYTES, ASV_HANDOVERS_MAX},
    [ASV_INDEX_HANDED] = {sizeof(struct asv_index_handed), ASV_HANDED_KEY_BYTES, 16384},
};

void asv_entry_name(char out[ASV_ENTRY_NAME_BYTES], const struct asv_entry *entry)
{
    char id[2 * ASV_ENTRY_ID_BYTES + 1];
    asv_hex_encode(id, entry->id, sizeof entry->id);
    if (entry->kind == ASV_ENTRY_DAY) {
        (void)snprintf(out, ASV_ENTRY_NAME_BYTES, "day-%08u-%s", entry->date % 100000000u, id);
    } else {
        (void)snprintf(out, ASV_ENTRY_NAME_BYTES, "reserve-%s", id);
    }
}

enum asv_status asv_index_new(struct asv_index **out)
{
    void *index = NULL;
    enum asv_status status = asv_secret_alloc(&index, sizeof(struct asv_index));
    if (status == ASV_OK) {
        *out = index;
    }
    return status;
}

void asv_index_free(struct asv_index *index)
{
    for (unsigned t = 0; index != NULL && t < ASV_INDEX_TABLES; t++) {
        asv_table_free(&index->tables[t]);
    }
    asv_secret_free(index);
}

enum asv_status asv_index_copy(struct asv_index **out, const struct asv_index *index)
{
    asv_auto_index struct asv_index *copy = NULL;
    enum asv_status status = asv_index_new(&copy);
    if (status != ASV_OK) {
        return status;
    }
    *copy = *index;
    memset(copy->tables, 0, sizeof copy->tables);
    for (unsigned t = 0; status == ASV_OK && t < ASV_INDEX_TABLES; t++) {
        status = asv_table_copy(&copy->tables[t], &index->tables[t], &kinds[t]);
    }
    if (status == ASV_OK) {
        *out = asv_steal(&copy);
    }
    return status;
}

void *asv_index_find(const struct asv_index *index, enum asv_index_table table, const uint8_t *key)
{
    return asv_table_find(&index->tables[table], &kinds[table], key);
}

uint32_t asv_index_max(enum asv_index_table table)
{
    return kinds[table].max;
}

void *asv_index_row(const struct asv_index *index, enum asv_index_table table, uint32_t at)
{
    return asv_table_row(&index->tables[table], &kinds[table], at);
}

uint32_t asv_index_after(const struct asv_index *index, enum asv_index_table table, const uint8_t *key)
{
    uint32_t at = asv_table_place(&index->tables[table], &kinds[table], key);
    bool same = asv_index_find(index, table, key) != NULL;
    return same ? at + 1 : at;
}

enum asv_status asv_index_reserve_rows(struct asv_index *index, enum asv_index_table table, uint32_t room)
{
    return asv_table_reserve(&index->tables[table], &kinds[table], room);
}

enum asv_status asv_index_add(struct asv_index *index, enum asv_index_table table, const void *row)
{
    return asv_table_add(&index->tables[table], &kinds[table], row);
}

void asv_index_drop(struct asv_index *index, enum asv_index_table table, uint32_t at)
{
    asv_table_drop(&index->tables[table], &kinds[table], at);
}

void asv_index_drop_key(struct asv_index *index, enum asv_index_table table, const uint8_t *key)
{
    if (asv_index_find(index, table, key) != NULL) {
        asv_index_drop(index, table, asv_table_place(&index->tables[table], &kinds[table], key));
    }
}

/* How many entries to pass over to come behind this one. */
static uint32_t behind(const struct asv_index *index, const struct asv_entry *after)
{
    return after == NULL ? 0 : (uint32_t)(after - asv_entries(index)) + 1;
}

struct asv_entry *asv_index_day(const struct asv_index *index, uint32_t date, const struct asv_entry *after)
{
    struct asv_entry *entries = asv_entries(index);
    for (uint32_t i = behind(index, after); i < asv_index_count(index, ASV_INDEX_ENTRIES); i++) {
        if (entries[i].kind == ASV_ENTRY_DAY && entries[i].date == date) {
            return &entries[i];
        }
    }
    return NULL;
}

struct asv_entry *asv_index_reserve(const struct asv_index *index, const uint8_t camera[ASV_SHA256_BYTES],
                                    const struct asv_entry *after)
{
    struct asv_entry *entries = asv_entries(index);
    for (uint32_t i = behind(index, after); i < asv_index_count(index, ASV_INDEX_ENTRIES); i++) {
        if (entries[i].kind == ASV_ENTRY_RESERVE && entries[i].due_ms == 0 &&
            memcmp(entries[i].subject, camera, ASV_SHA256_BYTES) == 0) {
            return &entries[i];
        }
    }
    return NULL;
}

/* The earlier of two instants, of which 0 is none. */
static int64_t earlier(int64_t a_ms, int64_t b_ms)
{
    return b_ms == 0 || (a_ms != 0 && a_ms < b_ms) ? a_ms : b_ms;
}

int64_t asv_index_next_due_ms(const struct asv_index *index)
{
    int64_t next_ms = 0;
    for (uint32_t i = 0; i < asv_index_count(index, ASV_INDEX_ENTRIES); i++) {
        next_ms = earlier(next_ms, asv_entries(index)[i].due_ms);
    }
    for (uint32_t i = 0; i < asv_index_count(index, ASV_INDEX_KEPT); i++) {
        next_ms = earlier(next_ms, asv_kept_rows(index)[i].due_ms);
    }
    return next_ms;
}

enum asv_status asv_index_camera(struct asv_index *index, const uint8_t cert[ASV_SHA256_BYTES],
                                 struct asv_index_camera **out)
{
    struct asv_index_camera row = {0};
    memcpy(row.cert, cert, sizeof row.cert);
    enum asv_status status = asv_index_add(index, ASV_INDEX_CAMERAS, &row);
    if (status == ASV_OK || status == ASV_E_EXISTS) {
        *out = asv_index_find(index, ASV_INDEX_CAMERAS, cert);
        status = ASV_OK;
    }
    return status;
}

/* The copy of a reserve key that ends first. NULL: none ends. */
static struct asv_ahead_key *first_to_end(struct asv_index_ahead *row)
{
    struct asv_ahead_key *first = NULL;
    for (unsigned i = 0; i < row->key_count; i++) {
        struct asv_ahead_key *key = &row->keys[i];
        first = key->due_ms != 0 && (first == NULL || key->due_ms < first->due_ms) ? key : first;
    }
    return first;
}

void asv_index_ahead_left(struct asv_index_ahead *row)
{
    row->left = (uint16_t)(row->left + (row->left < UINT16_MAX ? 1 : 0));
}

static void drop_copy(struct asv_index_ahead *row, struct asv_ahead_key *key)
{
    struct asv_ahead_key *last = &row->keys[--row->key_count];
    memmove(key, key + 1, (size_t)(last - key) * sizeof *key);
    asv_wipe(last, sizeof *last);
}

/* Whether there is room for it now; *went: what was there made some. */
static bool make_room(struct asv_index_ahead *row, int64_t due_ms, bool *went)
{
    if (row->key_count < ASV_AHEAD_KEYS) {
        return true;
    }
    struct asv_ahead_key *first = first_to_end(row);
    *went = first != NULL && (due_ms == 0 || due_ms > first->due_ms);
    asv_index_ahead_left(row);
    if (*went) {
        drop_copy(row, first);
    }
    return *went;
}

static unsigned place_of(const struct asv_index_ahead *row, const uint8_t id[ASV_KEY_ID_BYTES])
{
    unsigned at = 0;
    while (at < row->key_count && memcmp(row->keys[at].id, id, ASV_KEY_ID_BYTES) < 0) {
        at++;
    }
    return at;
}

bool asv_index_ahead_copy(struct asv_index_ahead *row, uint32_t date, int64_t due_ms,
                          const uint8_t sk[ASV_X25519_BYTES])
{
    struct asv_ahead_key key = {.date = date, .due_ms = due_ms};
    uint8_t pk[ASV_X25519_BYTES];
    bool went = false;
    asv_x25519_public(pk, sk);
    asv_key_id(key.id, pk);
    unsigned at = place_of(row, key.id);
    if (at < row->key_count && memcmp(row->keys[at].id, key.id, sizeof key.id) == 0) {
        return false;
    }
    memcpy(key.sk, sk, sizeof key.sk);
    if (make_room(row, due_ms, &went)) {
        at = place_of(row, key.id);
        memmove(&row->keys[at + 1], &row->keys[at], (row->key_count - at) * sizeof key);
        row->keys[at] = key;
        row->key_count++;
    }
    asv_wipe(&key, sizeof key);
    return went;
}

uint32_t asv_index_aheads_left(const struct asv_index *index)
{
    const struct asv_index_ahead *rows = index->tables[ASV_INDEX_AHEADS].rows;
    uint32_t left = 0;
    for (uint32_t i = 0; i < asv_index_count(index, ASV_INDEX_AHEADS); i++) {
        left += rows[i].left;
    }
    return left;
}

struct asv_index_ledger *asv_index_ledger_now(const struct asv_index *index)
{
    for (uint32_t i = 0; i < asv_index_count(index, ASV_INDEX_LEDGERS); i++) {
        struct asv_index_ledger *row = asv_index_row(index, ASV_INDEX_LEDGERS, i);
        if (row->ended == 0) {
            return row;
        }
    }
    return NULL;
}
