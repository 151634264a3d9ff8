/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Preloaded into a whole program: its clocks, all of them together, are ahead by as many milliseconds as the
 * eight bytes in the file say that ASV_TEST_CLOCK names. The file is mapped before the program gives up what
 * it does not need. */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *ahead_ms;
static int (*real)(clockid_t, struct timespec *);

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("ASV_TEST_CLOCK");
    int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    void *mapped = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *ahead_ms, PROT_READ, MAP_SHARED, fd, 0);
    *(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
    if (fd >= 0) {
        (void)close(fd);
    }
    if (mapped != MAP_FAILED) {
        ahead_ms = mapped;
    }
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): the C library says __clock_id */
int clock_gettime(clockid_t clock, struct timespec *out)
{
    if (real == NULL) {
        begin();
    }
    int result = real(clock, out);
    if (result == 0 && ahead_ms != NULL) {
        int64_t ns = out->tv_nsec + *ahead_ms % 1000 * 1000000;
        out->tv_sec += (time_t)(*ahead_ms / 1000 + ns / 1000000000);
        out->tv_nsec = (long)(ns % 1000000000);
    }
    return result;
}
