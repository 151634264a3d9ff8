/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What comes out of copies of a key store, taken whenever, with whatever slots there are (docs/KEEPER.md 2).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "firmware-proto/trust/chain.h"
#include "server/base/hex.h"
#include "server/keeper/dayfile.h"
#include "tests/support/files.h"
#include "tests/support/key_search.h"

#define CELL_AT 4096 /* of a file slot */

static void must(bool fine, const char *what)
{
    if (!fine) {
        perror(what);
        abort();
    }
}

void key_thief_add_store(struct key_thief *thief, const char *directory)
{
    must(thief->store_count < KEY_THIEF_STORES && access(directory, R_OK) == 0, directory);
    snprintf(thief->stores[thief->store_count++], sizeof thief->stores[0], "%s", directory);
}

static void add_cell(struct key_thief *thief, const uint8_t cell[ASV_SLOT_CELL_BYTES])
{
    must(thief->cell_count < KEY_THIEF_CELLS, "too many slots");
    memcpy(thief->cells[thief->cell_count++], cell, ASV_SLOT_CELL_BYTES);
}

void key_thief_add_slot(struct key_thief *thief, const struct asv_slot *slot)
{
    for (unsigned i = 0; i < ASV_SLOT_CELLS; i++) {
        uint8_t cell[ASV_SLOT_CELL_BYTES];
        must(slot->read(slot->ctx, i, cell, NULL) == ASV_OK, slot->label);
        add_cell(thief, cell);
    }
}

void key_thief_add_file(struct key_thief *thief, const char *path)
{
    uint8_t *data = NULL;
    size_t len = 0;
    asv_test_read_file(path, NULL, &data, &len);
    must(len == CELL_AT * ASV_SLOT_CELLS, path);
    for (size_t i = 0; i < ASV_SLOT_CELLS; i++) {
        add_cell(thief, data + CELL_AT * i);
    }
    free(data);
}

/* ---- what comes out ---- */

static void add(struct key_loot *loot, enum key_kind kind, const char *name, const void *bytes, size_t len)
{
    for (size_t i = 0; i < loot->count; i++) {
        if (loot->keys[i].kind == kind && memcmp(loot->keys[i].bytes, bytes, len) == 0) {
            return;
        }
    }
    must(loot->count < KEY_SEARCH_KEYS, "too many keys");
    struct key_looted *key = &loot->keys[loot->count++];
    key->kind = kind;
    snprintf(key->name, sizeof key->name, "%s", name);
    memcpy(key->bytes, bytes, len);
    key->len = len;
}

static bool read_if_there(const char *directory, const char *name, uint8_t **data, size_t *len)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    if (access(path, R_OK) != 0) {
        return false;
    }
    asv_test_read_file(path, NULL, data, len);
    return true;
}

/* Of this entry, in whichever directory its file lies. */
static void take_file(struct key_loot *loot, const struct key_thief *thief, const struct asv_index *index,
                      const struct asv_entry *entry)
{
    char name[ASV_ENTRY_NAME_BYTES];
    char text[KEY_SEARCH_NAME];
    asv_entry_name(name, entry);
    snprintf(text, sizeof text, "KEK of %.12s", name);
    add(loot, KEY_KEK, text, entry->kek, sizeof entry->kek);
    snprintf(text, sizeof text, "key of %.12s", name);
    for (size_t i = 0; i < thief->store_count; i++) {
        struct asv_dayfile file = {0};
        uint8_t *data = NULL;
        size_t len = 0;
        if (read_if_there(thief->stores[i], name, &data, &len) &&
            asv_dayfile_open(&file, index->store, entry, data, len, NULL) == ASV_OK) {
            for (uint32_t k = 0; k < file.count; k++) {
                add(loot, entry->kind == ASV_ENTRY_DAY ? KEY_DAY : KEY_RESERVE, text, file.keys[k].sk,
                    sizeof file.keys[k].sk);
            }
            asv_dayfile_free(&file);
        }
        free(data);
    }
}

static void take_index(struct key_loot *loot, const struct key_thief *thief, const struct asv_index *index)
{
    char text[KEY_SEARCH_NAME];
    char digits[17];
    for (uint32_t i = 0; i < asv_index_count(index, ASV_INDEX_ENTRIES); i++) {
        take_file(loot, thief, index, &asv_entries(index)[i]);
    }
    for (uint32_t i = 0; i < asv_index_count(index, ASV_INDEX_KEPT); i++) {
        const struct asv_kept *kept = &asv_kept_rows(index)[i];
        static const uint8_t none[ASV_FILE_KEY_BYTES];
        asv_hex_encode(digits, kept->header, 8);
        snprintf(text, sizeof text, "clip %s", digits);
        if (memcmp(kept->file_key, none, sizeof none) != 0) { /* a block alone has no key */
            add(loot, KEY_CLIP, text, kept->file_key, sizeof kept->file_key);
        }
    }
    for (uint32_t i = 0; i < asv_index_count(index, ASV_INDEX_AHEADS); i++) {
        const struct asv_index_ahead *ahead = asv_index_row(index, ASV_INDEX_AHEADS, i);
        for (unsigned key = 0; key < ahead->key_count; key++) {
            bool reserve = ahead->keys[key].date == 0; /* which may be in its own file as well */
            snprintf(text, sizeof text, reserve ? "key of reserve, ahead" : "ahead %u",
                     (unsigned)ahead->keys[key].date);
            add(loot, reserve ? KEY_RESERVE : KEY_AHEAD, text, ahead->keys[key].sk,
                sizeof ahead->keys[key].sk);
        }
    }
}

static void try_master(struct key_loot *loot, const struct key_thief *thief,
                       const uint8_t master[ASV_MASTER_KEY_BYTES])
{
    static const char *const names[] = {"index", "index.new"};
    for (size_t i = 0; i < thief->store_count * 2; i++) {
        asv_auto_index struct asv_index *index = NULL;
        uint8_t *data = NULL;
        size_t len = 0;
        if (read_if_there(thief->stores[i / 2], names[i % 2], &data, &len) &&
            asv_index_open(&index, data, len, master, NULL) == ASV_OK) {
            loot->index_count++;
            take_index(loot, thief, index);
        }
        free(data);
    }
}

struct key_loot *key_thief_take(const struct key_thief *thief)
{
    struct key_loot *loot = calloc(1, sizeof *loot);
    must(loot != NULL, "memory");
    for (size_t i = 0; i < thief->cell_count; i++) {
        struct asv_slot_cell cell;
        if (asv_slot_cell_decode(&cell, thief->cells[i]) == ASV_OK) {
            add(loot, KEY_MASTER, "master", cell.master, sizeof cell.master);
            try_master(loot, thief, cell.master);
        }
    }
    return loot;
}

/* ---- ciphertext ---- */

void key_cipher_read(struct key_cipher *out, const char *directory)
{
    struct asv_chain chain;
    uint8_t digest[ASV_SHA256_BYTES];
    uint8_t *data = NULL;
    uint8_t *seal = NULL;
    size_t len = 0;
    size_t seal_len = 0;
    asv_test_read_file(directory, "chain", &data, &len);
    must(asv_chain_decode(&chain, data, len, NULL) == ASV_OK, "chain");
    asv_test_read_file(directory, "seal", &seal, &seal_len);
    must(seal_len > ASV_SEAL_FRAME_HEADER_BYTES &&
             asv_load_be32(seal + 1) <= seal_len - ASV_SEAL_FRAME_HEADER_BYTES &&
             asv_seal_header_read(&out->header, digest, seal + ASV_SEAL_FRAME_HEADER_BYTES,
                                  asv_load_be32(seal + 1), chain.leaf.signing_pk, NULL) == ASV_OK,
         "seal");
    free(data);
    free(seal);
    asv_test_read_file(directory, "stanzas", &data, &len);
    must(len <= sizeof out->stanzas, "stanzas");
    memcpy(out->stanzas, data, len);
    out->stanzas_len = len;
    free(data);
    asv_test_read_file(directory, "payload", &data, &len);
    must(len >= sizeof out->first, "payload");
    memcpy(out->first, data, sizeof out->first);
    free(data);
}

bool key_cipher_decrypts(const struct key_cipher *cipher, const uint8_t file_key[ASV_FILE_KEY_BYTES])
{
    static struct asv_seal_opener opener;
    static uint8_t plain[ASV_CHUNK_PLAIN_BYTES];
    return asv_seal_opener_init(&opener, &cipher->header, file_key) == ASV_OK &&
           asv_seal_opener_decrypt(&opener, plain, cipher->first, 0) == ASV_OK;
}

const struct key_looted *key_loot_opens(const struct key_loot *loot, const struct key_cipher *cipher,
                                        uint8_t file_key[ASV_FILE_KEY_BYTES])
{
    const struct asv_bytes stanzas = {cipher->stanzas, cipher->stanzas_len};
    for (size_t i = 0; i < loot->count; i++) {
        const struct key_looted *key = &loot->keys[i];
        bool unwraps = key->len != ASV_FILE_KEY_BYTES &&
                       asv_seal_unwrap(file_key, &cipher->header, stanzas, key->bytes) == ASV_OK;
        if (key->len == ASV_FILE_KEY_BYTES) {
            memcpy(file_key, key->bytes, ASV_FILE_KEY_BYTES);
            unwraps = true;
        }
        if (unwraps && key_cipher_decrypts(cipher, file_key)) {
            return key;
        }
    }
    return NULL;
}
