/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/support/key_search.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "server/base/hex.h"
#include "tests/support/files.h"

#define STOP_SECONDS 30

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
    for (size_t i = 0; i < search->count; i++) {
        if (search->keys[i].len == len && memcmp(search->keys[i].bytes, bytes, len) == 0 &&
            strcmp(search->keys[i].name, name) == 0) {
            return;
        }
    }
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

void key_search_add_loot(struct key_search *search, const struct key_loot *loot)
{
    for (size_t i = 0; i < loot->count; i++) {
        key_search_add(search, loot->keys[i].name, loot->keys[i].bytes, loot->keys[i].len);
    }
}

void key_search_save(const struct key_search *search, const char *path)
{
    char digits[2 * sizeof search->keys[0].bytes + 1];
    FILE *out = fopen(path, "we");
    must(out != NULL, path);
    for (size_t i = 0; i < search->count; i++) {
        asv_hex_encode(digits, search->keys[i].bytes, search->keys[i].len);
        fprintf(out, "%s %s\n", digits, search->keys[i].name);
    }
    must(fclose(out) == 0, path);
}

void key_search_load(struct key_search *search, const char *path)
{
    char line[256];
    FILE *in = fopen(path, "re");
    must(in != NULL, path);
    while (fgets(line, sizeof line, in) != NULL) {
        uint8_t bytes[sizeof search->keys[0].bytes];
        size_t len = strcspn(line, " ") / 2;
        char *name = line + 2 * len;
        must(len <= sizeof bytes && *name == ' ', path);
        *name++ = '\0';
        name[strcspn(name, "\n")] = '\0';
        must(asv_hex_decode(bytes, len, line) == ASV_OK, path);
        key_search_add(search, name, bytes, len);
    }
    (void)fclose(in);
    must(search->count > 0, path);
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

size_t key_search_path(struct key_search *search, const char *path)
{
    char *const paths[] = {strdup(path), NULL};
    FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    FTSENT *entry = NULL;
    size_t found = 0;
    must(tree != NULL && access(path, F_OK) == 0, path);
    while ((entry = fts_read(tree)) != NULL) {
        if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR || entry->fts_info == FTS_NS) {
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

size_t key_search_thief(struct key_search *search, const struct key_thief *thief)
{
    struct key_loot *loot = key_thief_take(thief);
    size_t found = 0;
    for (size_t i = 0; i < loot->count; i++) {
        found += key_search_bytes(search, loot->keys[i].bytes, loot->keys[i].len);
    }
    free(loot);
    return found;
}

/* ---- a process's memory ---- */

/* 'T' when the thread stands still; 0: it is gone. */
static char state_of(pid_t pid, const char *thread)
{
    char path[96];
    char text[512];
    char state = '\0';
    snprintf(path, sizeof path, "/proc/%d/task/%s/stat", (int)pid, thread);
    FILE *file = fopen(path, "re");
    if (file != NULL && fgets(text, sizeof text, file) != NULL && strrchr(text, ')') != NULL) {
        state = strrchr(text, ')')[2];
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return state;
}

static bool stands_still(pid_t pid)
{
    char path[64];
    bool still = true;
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *threads = opendir(path);
    struct dirent *thread = NULL;
    while (threads != NULL && (thread = readdir(threads)) != NULL) {
        if (thread->d_name[0] != '.') {
            char state = state_of(pid, thread->d_name);
            still = still && (state == 'T' || state == 't' || state == '\0' || state == 'Z');
        }
    }
    if (threads != NULL) {
        (void)closedir(threads);
    }
    return still;
}

/* Whose maps change while they are read cannot be searched. True: it ran, and is to go on. */
static bool halt(pid_t pid)
{
    char thread[16];
    snprintf(thread, sizeof thread, "%d", (int)pid);
    if (state_of(pid, thread) == 'T') {
        return false;
    }
    bool sent = kill(pid, SIGSTOP) == 0;
    for (time_t until = time(NULL) + STOP_SECONDS; sent && !stands_still(pid);) {
        must(time(NULL) < until, "a process does not stop");
    }
    return sent;
}

/* These are the kernel's, and cannot be read from outside. */
static bool is_the_kernels(const char *line)
{
    return strstr(line, "[vvar") != NULL || strstr(line, "[vsyscall]") != NULL;
}

static size_t search_region(struct key_search *search, int memory, const char *line, uintptr_t from,
                            uintptr_t until)
{
    size_t len = until - from;
    size_t have = 0;
    ssize_t got = 1;
    uint8_t *copy = malloc(len);
    must(copy != NULL, "memory");
    while (have < len && (got = pread(memory, copy + have, len - have, (off_t)(from + have))) > 0) {
        have += (size_t)got;
    }
    must(have == len, line);
    size_t found = key_search_bytes(search, copy, len);
    free(copy);
    return found;
}

static size_t search_maps(struct key_search *search, int memory, FILE *maps)
{
    char line[4200];
    size_t found = 0;
    while (fgets(line, sizeof line, maps) != NULL) {
        char *at = NULL; /* "from-until rwxp …" */
        uintptr_t from = strtoul(line, &at, 16);
        uintptr_t until = *at == '-' ? strtoul(at + 1, &at, 16) : 0;
        if (until > from && strncmp(at, " r", 2) == 0 && !is_the_kernels(line)) {
            found += search_region(search, memory, line, from, until);
        }
    }
    return found;
}

bool key_search_process(struct key_search *search, pid_t pid, size_t *found)
{
    char path[64];
    bool goes_on = halt(pid);
    snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
    int memory = open(path, O_RDONLY | O_CLOEXEC);
    snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    FILE *maps = memory < 0 ? NULL : fopen(path, "re");
    uint64_t before = search->searched;
    *found = maps != NULL ? search_maps(search, memory, maps) : 0;
    if (maps != NULL) {
        (void)fclose(maps);
    }
    if (memory >= 0) {
        (void)close(memory);
    }
    if (goes_on) {
        must(kill(pid, SIGCONT) == 0 || errno == ESRCH, "a process that was halted");
    }
    return search->searched > before;
}

/* ---- what was found ---- */

static size_t count_of(const struct key_search *search, const char *name, size_t *found)
{
    size_t count = 0;
    *found = 0;
    for (size_t i = 0; i < search->count; i++) {
        if (strncmp(search->keys[i].name, name, strlen(name)) == 0) {
            count++;
            *found += search->keys[i].found ? 1 : 0;
        }
    }
    must(count > 0, name);
    return count;
}

bool key_search_found(const struct key_search *search, const char *name)
{
    size_t found = 0;
    (void)count_of(search, name, &found);
    return found > 0;
}

bool key_search_found_all(const struct key_search *search, const char *name)
{
    size_t found = 0;
    return count_of(search, name, &found) == found;
}

void key_search_forget(struct key_search *search)
{
    for (size_t i = 0; i < search->count; i++) {
        search->keys[i].found = false;
    }
}
