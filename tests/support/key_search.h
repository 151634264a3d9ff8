/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Whether a key is anywhere: in files, in memory, as it is or as hexadecimal digits. And what an attacker
 * makes of a key store's files. Anything that fails here aborts the test.
 */
#ifndef ASV_TESTS_SUPPORT_KEY_SEARCH_H
#define ASV_TESTS_SUPPORT_KEY_SEARCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "server/keeper/index.h"

#define KEY_SEARCH_KEYS 2048

/* From key_search_new. */
struct key_search {
    size_t count;
    struct {
        char name[40];
        uint8_t bytes[32];
        size_t len;
        bool found;
    } keys[KEY_SEARCH_KEYS];
    uint8_t begins[1u << 21]; /* a bit for each three bytes that a key, or its digits, begin with */
    uint64_t searched;        /* bytes */
};

struct key_search *key_search_new(void);
void key_search_add(struct key_search *search, const char *name, const void *bytes, size_t len);

/* How many keys were found that were not before. */
size_t key_search_bytes(struct key_search *search, const void *data, size_t len);
/* The file, or all files below the directory but those below `except` (NULL: none). */
size_t key_search_path(struct key_search *search, const char *path, const char *except);
/* All that the process may read of its memory. False: this machine does not let us look. */
bool key_search_process(struct key_search *search, pid_t pid, size_t *found);

bool key_search_found(const struct key_search *search, const char *name);
void key_search_forget(struct key_search *search); /* what was found */

/* The index in store that opens with a master in one of the slot files; NULL: none does. The caller frees it
 * with asv_index_free. master may be NULL. */
struct asv_index *key_search_open(const char *store, const char *const slots[], size_t count,
                                  uint8_t master[ASV_MASTER_KEY_BYTES]);

/* Adds the master, each key-encryption key, each private key, each clip's key. */
void key_search_add_store(struct key_search *search, const char *store, const char *const slots[],
                          size_t count);

#endif
