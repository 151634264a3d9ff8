/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * For tests that are no programs in C:
 *
 *   key_files learn KEYS THIEF… [-- CLIP…]   writes down every key that comes out of what the thief has, and
 * the file keys of these clips (directories of a vault), which must open key_files add KEYS NAME DIGITS and
 * one more key_files search KEYS PATH…              all files below these key_files memory KEYS PID all of a
 * process's memory key_files thief KEYS THIEF…              what comes out of what the thief has key_files
 * open CLIP THIEF…               whether anything of that opens the clip
 *
 * THIEF: directories, each a key store or a copy of one, and files, each a file slot or a copy of one. Prints
 * "found: NAME" for each key of KEYS that was found. Exit 0: none was, or it does not open; 1: some were, or
 * it opens; 2: nothing was searched. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "firmware-proto/crypto/crypto.h"
#include "server/base/hex.h"
#include "tests/support/key_search.h"

/* Stores and slots up to the end, or to "--"; how many words that were. */
static int read_thief(struct key_thief *thief, char *const words[])
{
    int count = 0;
    for (; words[count] != NULL && strcmp(words[count], "--") != 0; count++) {
        struct stat st;
        if (stat(words[count], &st) != 0) {
            perror(words[count]);
            exit(2);
        }
        if (S_ISDIR(st.st_mode)) {
            key_thief_add_store(thief, words[count]);
        } else {
            key_thief_add_file(thief, words[count]);
        }
    }
    return count;
}

static int learn(struct key_search *search, const char *keys, char *const words[])
{
    static struct key_thief thief;
    static struct key_cipher cipher;
    int at = read_thief(&thief, words);
    struct key_loot *loot = key_thief_take(&thief);
    key_search_add_loot(search, loot);
    for (char *const *clip = words + at + (words[at] != NULL ? 1 : 0); *clip != NULL; clip++) {
        uint8_t file_key[ASV_FILE_KEY_BYTES];
        char name[KEY_SEARCH_NAME];
        const char *end = strrchr(*clip, '/');
        key_cipher_read(&cipher, *clip);
        if (key_loot_opens(loot, &cipher, file_key) == NULL) {
            fprintf(stderr, "%s: nothing opens it\n", *clip);
            return 2;
        }
        snprintf(name, sizeof name, "file %.40s", end != NULL ? end + 1 : *clip);
        key_search_add(search, name, file_key, sizeof file_key);
    }
    bool any = loot->index_count > 0;
    free(loot);
    key_search_save(search, keys);
    return any ? 0 : 2;
}

static int open_it(const char *clip, char *const words[])
{
    static struct key_thief thief;
    static struct key_cipher cipher;
    uint8_t file_key[ASV_FILE_KEY_BYTES];
    (void)read_thief(&thief, words);
    key_cipher_read(&cipher, clip);
    struct key_loot *loot = key_thief_take(&thief);
    bool opens = key_loot_opens(loot, &cipher, file_key) != NULL;
    free(loot);
    return opens ? 1 : 0;
}

static int add(struct key_search *search, const char *keys, const char *name, const char *digits)
{
    uint8_t bytes[32];
    size_t len = strlen(digits) / 2;
    if (len > sizeof bytes || asv_hex_decode(bytes, len, digits) != ASV_OK) {
        fputs("not the digits of a key\n", stderr);
        return 2;
    }
    key_search_load(search, keys);
    key_search_add(search, name, bytes, len);
    key_search_save(search, keys);
    return 0;
}

static int say(const struct key_search *search, size_t found)
{
    printf("%zu keys, %zu KiB searched, %zu found\n", search->count, (size_t)(search->searched >> 10), found);
    for (size_t i = 0; i < search->count; i++) {
        if (search->keys[i].found) {
            printf("found: %s\n", search->keys[i].name);
        }
    }
    return search->searched == 0 ? 2 : found == 0 ? 0 : 1;
}

static int look(struct key_search *search, const char *how, char *const words[])
{
    static struct key_thief thief;
    size_t found = 0;
    key_search_load(search, words[0]);
    if (strcmp(how, "search") == 0) {
        for (char *const *path = words + 1; *path != NULL; path++) {
            found += key_search_path(search, *path);
        }
    } else if (strcmp(how, "memory") == 0) {
        (void)key_search_process(search, (pid_t)strtol(words[1], NULL, 10), &found); /* say says whether */
    } else {
        (void)read_thief(&thief, words + 1);
        found = key_search_thief(search, &thief);
    }
    return say(search, found);
}

int main(int argc, char **argv)
{
    struct key_search *search = key_search_new();
    int status = 2;
    if (argc < 4 || asv_crypto_init() != ASV_OK) {
        fputs("usage: key_files learn|add|search|memory|thief|open …, as its source says\n", stderr);
    } else if (strcmp(argv[1], "learn") == 0) {
        status = learn(search, argv[2], argv + 3);
    } else if (strcmp(argv[1], "add") == 0 && argc == 5) {
        status = add(search, argv[2], argv[3], argv[4]);
    } else if (strcmp(argv[1], "open") == 0) {
        status = open_it(argv[2], argv + 3);
    } else {
        status = look(search, argv[1], argv + 2);
    }
    free(search);
    if (status == 2) {
        fputs("nothing was searched\n", stderr);
    }
    return status;
}
