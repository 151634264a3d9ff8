/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Whether a key is anywhere: in files, in memory, as it is or as hexadecimal digits; or in what a thief makes
 * of copies of a key store with whatever slots he has. Anything that fails here aborts the test: what was not
 * searched proves nothing.
 */
#ifndef ASV_TESTS_SUPPORT_KEY_SEARCH_H
#define ASV_TESTS_SUPPORT_KEY_SEARCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "firmware-proto/seal/opener.h"
#include "server/keeper/index.h"
#include "server/keeper/slot.h"

#define KEY_SEARCH_KEYS  2048
#define KEY_SEARCH_NAME  48
#define KEY_THIEF_STORES 8
#define KEY_THIEF_CELLS  16

/* ---- what a thief has, and what comes out ---- */

struct key_thief {
    size_t store_count;
    char stores[KEY_THIEF_STORES][160]; /* directories, or copies of them */
    size_t cell_count;
    uint8_t cells[KEY_THIEF_CELLS][ASV_SLOT_CELL_BYTES];
};

void key_thief_add_store(struct key_thief *thief, const char *directory);
void key_thief_add_slot(struct key_thief *thief,
                        const struct asv_slot *slot);               /* both cells as they are now */
void key_thief_add_file(struct key_thief *thief, const char *path); /* a file slot, or a copy of one */

enum key_kind { KEY_MASTER, KEY_KEK, KEY_DAY, KEY_RESERVE, KEY_CLIP, KEY_AHEAD };

/* Every master in a cell on every index in a directory; with each key-encryption key in these, every key file
 * that lies in any directory; each key once. From key_thief_take, freed with free. */
struct key_loot {
    size_t index_count; /* that opened */
    size_t count;
    struct key_looted {
        enum key_kind kind;
        char name[KEY_SEARCH_NAME]; /* "master", "KEK of day-20261129", "key of …", "clip 0011223344556677",
                                       "ahead 20261129" */
        uint8_t bytes[32];
        size_t len;
    } keys[KEY_SEARCH_KEYS];
};
struct key_loot *key_thief_take(const struct key_thief *thief);

/* A recording as somebody saved it: what is needed to try a key on it. */
struct key_cipher {
    struct asv_seal_header header;
    uint8_t stanzas[ASV_SEAL_STANZAS_MAX_BYTES];
    size_t stanzas_len;
    uint8_t first[ASV_CHUNK_CIPHER_BYTES];
};

/* From a directory of the vault. */
void key_cipher_read(struct key_cipher *out, const char *directory);

/* The one of these keys that opens it, to plaintext that authenticates; its file key. NULL: none does. */
const struct key_looted *key_loot_opens(const struct key_loot *loot, const struct key_cipher *cipher,
                                        uint8_t file_key[ASV_FILE_KEY_BYTES]);
bool key_cipher_decrypts(const struct key_cipher *cipher, const uint8_t file_key[ASV_FILE_KEY_BYTES]);

/* ---- searching ---- */

/* From key_search_new. */
struct key_search {
    size_t count;
    struct {
        char name[KEY_SEARCH_NAME];
        uint8_t bytes[32];
        size_t len;
        bool found;
    } keys[KEY_SEARCH_KEYS];
    uint8_t begins[1u << 21]; /* a bit for each three bytes that a key, or its digits, begin with */
    uint64_t searched;        /* bytes */
};

struct key_search *key_search_new(void);
void key_search_add(struct key_search *search, const char *name, const void *bytes, size_t len);
void key_search_add_loot(struct key_search *search, const struct key_loot *loot);

/* Lines of digits and a name. */
void key_search_save(const struct key_search *search, const char *path);
void key_search_load(struct key_search *search, const char *path);

/* How many keys were found that were not before. */
size_t key_search_bytes(struct key_search *search, const void *data, size_t len);
/* The file, or all files below the directory. */
size_t key_search_path(struct key_search *search, const char *path);
/* What comes out of what the thief has. */
size_t key_search_thief(struct key_search *search, const struct key_thief *thief);
/* All of the process's memory, while it stands still. False: this machine does not let us look, or there is
 * no such process (any more). */
bool key_search_process(struct key_search *search, pid_t pid, size_t *found);

/* Whether any key was found, or all were, of those whose name begins so. There must be one. */
bool key_search_found(const struct key_search *search, const char *name);
bool key_search_found_all(const struct key_search *search, const char *name);
void key_search_forget(struct key_search *search); /* what was found */

#endif
