/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * key_files STORE SLOT SLOT DIRECTORY [EXCEPT]: searches all files below the directory, but not below EXCEPT,
 * for every key of the store. key_files STORE SLOT SLOT --memory PID: all of a process's memory. Prints how
 * many there are and the names of those that were found; exit 0 when none was, 1 when some were. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/crypto/crypto.h"
#include "tests/support/key_search.h"

int main(int argc, char **argv)
{
    struct key_search *search = key_search_new();
    if (argc < 5 || asv_crypto_init() != ASV_OK) {
        fputs("usage: key_files STORE SLOT SLOT DIRECTORY [EXCEPT]\n"
              "       key_files STORE SLOT SLOT --memory PID\n",
              stderr);
        return 2;
    }
    const char *const slots[] = {argv[2], argv[3]};
    size_t found = 0;
    key_search_add_store(search, argv[1], slots, 2);
    if (strcmp(argv[4], "--memory") != 0) {
        found = key_search_path(search, argv[4], argc > 5 ? argv[5] : NULL);
    } else if (argc > 5) {
        (void)key_search_process(search, (pid_t)strtol(argv[5], NULL, 10),
                                 &found); /* searched says whether */
    }
    printf("%zu keys, %zu MiB searched, %zu found\n", search->count, (size_t)(search->searched >> 20), found);
    for (size_t i = 0; i < search->count; i++) {
        if (search->keys[i].found) {
            printf("found: %s\n", search->keys[i].name);
        }
    }
    bool searched = search->count > 0 && search->searched > 0;
    free(search);
    if (!searched) {
        fputs("nothing was searched\n", stderr);
    }
    return !searched ? 2 : found == 0 ? 0 : 1;
}
