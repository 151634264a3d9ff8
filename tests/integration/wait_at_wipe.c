/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Preloaded into a keeper: it waits before it wipes a key, until it is let go. So a test can look for that
 * key in its memory while it is there for sure (tests/integration/key_search.c). The file that ASV_TEST_WIPE
 * names is mapped before the program gives up what it does not need; it does not have the key itself, which
 * would be found in it. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/integration/wait_at_wipe.h"

static volatile struct wait_at_wipe *door;

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("ASV_TEST_WIPE");
    int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
    void *mapped = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *door, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd >= 0) {
        (void)close(fd);
    }
    if (mapped != MAP_FAILED) {
        door = mapped;
    }
}

static int has_it(const uint8_t *bytes, size_t len)
{
    for (size_t at = 0; at + door->len <= len; at++) {
        size_t same = 0;
        while (same < door->len && (bytes[at + same] ^ WAIT_AT_WIPE_MASK) == door->masked[same]) {
            same++;
        }
        if (same == door->len) {
            return 1;
        }
    }
    return 0;
}

void sodium_memzero(void *data, size_t len);

void sodium_memzero(void *const data, const size_t len)
{
    if (door != NULL && door->state == WAIT_AT_WIPE_ARMED && has_it(data, len)) {
        door->state = WAIT_AT_WIPE_WAITS;
        while (door->state == WAIT_AT_WIPE_WAITS) { /* its sandbox lets it do little else */
        }
    }
    volatile uint8_t *bytes = data;
    for (size_t i = 0; i < len; i++) {
        bytes[i] = 0;
    }
}
