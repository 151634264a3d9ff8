/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * keeper_secrets STORE SLOT…: every secret of a keeper's store that its file slots open, as lines of a name
 * and hexadecimal digits: what must be nowhere else. Fails when there is none.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/hex.h"
#include "server/base/io.h"
#include "server/keeper/dayfile.h"
#include "server/keeper/index.h"

#define HEX_BYTES 129

static unsigned printed;

static void say(const char *name, const uint8_t *secret, size_t len)
{
    char hex[HEX_BYTES];
    asv_hex_encode(hex, secret, len);
    printf("%s %s\n", name, hex);
    printed++;
}

static void say_file(int store, const struct asv_index *index, const struct asv_entry *entry)
{
    char name[ASV_ENTRY_NAME_BYTES];
    size_t len = 0;
    struct asv_dayfile file = {0};
    uint8_t *data = malloc(ASV_DAYFILE_MAX);
    asv_entry_name(name, entry);
    if (data == NULL || asv_io_read_file(store, name, data, ASV_DAYFILE_MAX, &len, NULL) != ASV_OK ||
        asv_dayfile_open(&file, index->store, entry, data, len, NULL) != ASV_OK) {
        fprintf(stderr, "%s does not open\n", name);
        exit(1);
    }
    say("file", entry->kek, sizeof entry->kek);
    for (uint32_t i = 0; i < file.count; i++) {
        say("key", file.keys[i].sk, sizeof file.keys[i].sk);
    }
    asv_dayfile_free(&file);
    free(data);
}

static void say_index(int store, const struct asv_index *index)
{
    for (uint32_t i = 0; i < asv_index_count(index, ASV_INDEX_ENTRIES); i++) {
        say_file(store, index, asv_index_row(index, ASV_INDEX_ENTRIES, i));
    }
    for (uint32_t i = 0; i < asv_index_count(index, ASV_INDEX_KEPT); i++) {
        const struct asv_kept *kept = asv_index_row(index, ASV_INDEX_KEPT, i);
        say("clip", kept->file_key, sizeof kept->file_key);
    }
    for (uint32_t i = 0; i < asv_index_count(index, ASV_INDEX_AHEADS); i++) {
        const struct asv_index_ahead *ahead = asv_index_row(index, ASV_INDEX_AHEADS, i);
        for (unsigned day = 0; day < ahead->day_count; day++) {
            say("ahead", ahead->days[day].sk, sizeof ahead->days[day].sk);
        }
    }
}

static void try_cell(int store, const uint8_t bytes[ASV_SLOT_CELL_BYTES], const uint8_t *file, size_t len)
{
    struct asv_slot_cell cell;
    asv_auto_index struct asv_index *index = NULL;
    if (asv_slot_cell_decode(&cell, bytes) != ASV_OK) {
        return;
    }
    say("master", cell.master, sizeof cell.master);
    if (asv_index_open(&index, file, len, cell.master, NULL) == ASV_OK) {
        say_index(store, index);
    }
}

int main(int argc, char **argv)
{
    static const off_t cells[ASV_SLOT_CELLS] = {0, 4096};
    int store = argc > 2 ? open(argv[1], O_RDONLY | O_DIRECTORY) : -1;
    uint8_t *file = malloc(ASV_INDEX_FILE_MAX);
    size_t len = 0;
    if (store < 0 || file == NULL || asv_crypto_init() != ASV_OK ||
        asv_io_read_file(store, "index", file, ASV_INDEX_FILE_MAX, &len, NULL) != ASV_OK) {
        fprintf(stderr, "usage: %s STORE SLOT...\n", argv[0]);
        free(file);
        return 2;
    }
    for (int i = 2; i < argc; i++) {
        uint8_t cell[ASV_SLOT_CELL_BYTES];
        int slot = open(argv[i], O_RDONLY);
        for (unsigned k = 0; k < ASV_SLOT_CELLS; k++) {
            if (pread(slot, cell, sizeof cell, cells[k]) == (ssize_t)sizeof cell) {
                try_cell(store, cell, file, len);
            }
        }
        close(slot);
    }
    free(file);
    close(store);
    return printed > 0 ? 0 : 1;
}
