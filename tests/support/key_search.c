/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/support/key_search.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/hex.h"
#include "server/keeper/dayfile.h"
#include "tests/support/files.h"

#define CELL_AT 4096 /* of a file slot */

static void must(bool fine, const char *what)
{
    if (!fine) {
        perror(what);
        abort();
    }
}

struct key_search *key_search_new(void)
{
    struct key_search *search = calloc(1, sizeof *search);
    must(search != NULL, "memory");
    return search;
}

static uint32_t first_three(const uint8_t *at)
{
    return (uint32_t)at[0] << 16 | (uint32_t)at[1] << 8 | at[2];
}

static void mark(struct key_search *search, const uint8_t *begin)
{
    uint32_t at = first_three(begin);
    search->begins[at / 8] |= (uint8_t)(1u << at % 8);
}

void key_search_add(struct key_search *search, const char *name, const void *bytes, size_t len)
{
    char digits[2 * sizeof search->keys[0].bytes + 1];
    must(search->count < KEY_SEARCH_KEYS && len >= ASV_FILE_KEY_BYTES && len <= sizeof search->keys[0].bytes,
         "too many keys");
    snprintf(search->keys[search->count].name, sizeof search->keys[0].name, "%s", name);
    memcpy(search->keys[search->count].bytes, bytes, len);
    search->keys[search->count].len = len;
    asv_hex_encode(digits, bytes, len);
    mark(search, search->keys[search->count].bytes);
    mark(search, (const uint8_t *)digits);
    search->count++;
}

static bool is_key(const struct key_search *search, size_t key, const uint8_t *at, size_t left)
{
    char digits[2 * sizeof search->keys[0].bytes + 1];
    size_t len = search->keys[key].len;
    asv_hex_encode(digits, search->keys[key].bytes, len);
    return (left >= len && memcmp(at, search->keys[key].bytes, len) == 0) ||
           (left >= 2 * len && memcmp(at, digits, 2 * len) == 0);
}

size_t key_search_bytes(struct key_search *search, const void *data, size_t len)
{
    const uint8_t *bytes = data;
    size_t found = 0;
    search->searched += len;
    for (size_t i = 0; i + ASV_FILE_KEY_BYTES <= len; i++) {
        uint32_t begin = first_three(bytes + i);
        if ((search->begins[begin / 8] >> begin % 8 & 1) == 0) {
            continue;
        }
        for (size_t k = 0; k < search->count; k++) {
            if (!search->keys[k].found && is_key(search, k, bytes + i, len - i)) {
                search->keys[k].found = true;
                found++;
            }
        }
    }
    return found;
}

static size_t search_file(struct key_search *search, const char *path)
{
    struct stat st;
    size_t found = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        must(errno == ENOENT, path); /* it went away: a database is at work here */
        return 0;
    }
    must(fstat(fd, &st) == 0, path);
    if (st.st_size > 0) {
        void *data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        must(data != MAP_FAILED, path);
        found = key_search_bytes(search, data, (size_t)st.st_size);
        must(munmap(data, (size_t)st.st_size) == 0, path);
    }
    (void)close(fd);
    return found;
}

size_t key_search_path(struct key_search *search, const char *path, const char *except)
{
    char *const paths[] = {strdup(path), NULL};
    FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    FTSENT *entry = NULL;
    size_t found = 0;
    must(tree != NULL, path);
    while ((entry = fts_read(tree)) != NULL) {
        if (except != NULL && entry->fts_info == FTS_D && strcmp(entry->fts_path, except) == 0) {
            (void)fts_set(tree, entry, FTS_SKIP);
        } else if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR || entry->fts_info == FTS_NS) {
            errno = entry->fts_errno;
            must(errno == ENOENT, entry->fts_path); /* what was not searched proves nothing */
        } else if (entry->fts_info == FTS_F) {
            found += search_file(search, entry->fts_path);
        }
    }
    (void)fts_close(tree);
    free(paths[0]);
    return found;
}

static size_t search_region(struct key_search *search, int memory, uintptr_t from, uintptr_t until)
{
    size_t len = until - from;
    uint8_t *copy = malloc(len);
    must(copy != NULL, "memory");
    ssize_t got = pread(memory, copy, len, (off_t)from); /* some regions are the kernel's */
    size_t found = got > 0 ? key_search_bytes(search, copy, (size_t)got) : 0;
    free(copy);
    return found;
}

bool key_search_process(struct key_search *search, pid_t pid, size_t *found)
{
    char path[64];
    char line[512];
    snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
    int memory = open(path, O_RDONLY | O_CLOEXEC);
    snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    FILE *maps = memory < 0 ? NULL : fopen(path, "re");
    *found = 0;
    uint64_t before = search->searched;
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        char *at = NULL; /* "from-until rwxp …" */
        uintptr_t from = strtoul(line, &at, 16);
        uintptr_t until = *at == '-' ? strtoul(at + 1, &at, 16) : 0;
        if (until > from && strncmp(at, " r", 2) == 0) {
            *found += search_region(search, memory, from, until);
        }
    }
    if (maps != NULL) {
        (void)fclose(maps);
    }
    if (memory >= 0) {
        (void)close(memory);
    }
    return search->searched > before;
}

bool key_search_found(const struct key_search *search, const char *name)
{
    for (size_t i = 0; i < search->count; i++) {
        if (strcmp(search->keys[i].name, name) == 0) {
            return search->keys[i].found;
        }
    }
    must(false, name);
    return false;
}

void key_search_forget(struct key_search *search)
{
    for (size_t i = 0; i < search->count; i++) {
        search->keys[i].found = false;
    }
}

/* ---- a key store ---- */

static struct asv_index *open_with(const char *store, const char *name,
                                   const uint8_t master[ASV_MASTER_KEY_BYTES])
{
    char path[256];
    struct asv_index *index = NULL;
    uint8_t *data = NULL;
    size_t len = 0;
    snprintf(path, sizeof path, "%s/%s", store, name);
    if (access(path, R_OK) == 0) {
        asv_test_read_file(path, NULL, &data, &len);
        if (asv_index_open(&index, data, len, master, NULL) != ASV_OK) {
            index = NULL;
        }
        free(data);
    }
    return index;
}

struct asv_index *key_search_open(const char *store, const char *const slots[], size_t count,
                                  uint8_t master[ASV_MASTER_KEY_BYTES])
{
    static const char *const names[] = {"index", "index.new"};
    struct asv_index *index = NULL;
    for (size_t i = 0; i < count * ASV_SLOT_CELLS * 2 && index == NULL; i++) {
        struct asv_slot_cell cell;
        uint8_t *data = NULL;
        size_t len = 0;
        asv_test_read_file(slots[i / 2 / ASV_SLOT_CELLS], NULL, &data, &len);
        must(len == CELL_AT * ASV_SLOT_CELLS, "a slot");
        if (asv_slot_cell_decode(&cell, data + CELL_AT * (i / 2 % ASV_SLOT_CELLS)) == ASV_OK) {
            index = open_with(store, names[i % 2], cell.master);
            if (index != NULL && master != NULL) {
                memcpy(master, cell.master, ASV_MASTER_KEY_BYTES);
            }
        }
        free(data);
    }
    return index;
}

static void add_entry(struct key_search *search, const char *store, const struct asv_index *index,
                      const struct asv_entry *entry)
{
    char name[ASV_ENTRY_NAME_BYTES];
    char text[80];
    struct asv_dayfile file = {0};
    uint8_t *data = NULL;
    size_t len = 0;
    asv_entry_name(name, entry);
    snprintf(text, sizeof text, "KEK of %.12s", name);
    key_search_add(search, text, entry->kek, sizeof entry->kek);
    asv_test_read_file(store, name, &data, &len);
    must(asv_dayfile_open(&file, index->store, entry, data, len, NULL) == ASV_OK, name);
    snprintf(text, sizeof text, "key of %.12s", name);
    for (uint32_t i = 0; i < file.count; i++) {
        key_search_add(search, text, file.keys[i].sk, sizeof file.keys[i].sk);
    }
    asv_dayfile_free(&file);
    free(data);
}

void key_search_add_store(struct key_search *search, const char *store, const char *const slots[],
                          size_t count)
{
    uint8_t master[ASV_MASTER_KEY_BYTES];
    struct asv_index *index = key_search_open(store, slots, count, master);
    must(index != NULL, "no index opens");
    key_search_add(search, "master", master, sizeof master);
    for (uint32_t i = 0; i < asv_index_count(index, ASV_INDEX_ENTRIES); i++) {
        add_entry(search, store, index, &asv_entries(index)[i]);
    }
    for (uint32_t i = 0; i < asv_index_count(index, ASV_INDEX_KEPT); i++) {
        key_search_add(search, "kept clip", asv_kept_rows(index)[i].file_key, ASV_FILE_KEY_BYTES);
    }
    asv_index_free(index);
}
