/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Preloaded into a whole program: its clocks, all of them together, are ahead by as many milliseconds as the
 * eight bytes (this machine's order) in the file say that ASV_TEST_CLOCK names. The file is mapped before the
 * program gives up what it does not need. The kernel is asked directly: a sanitizer's runtime wants the time
 * before it can look up a symbol or allocate. Whoever waits until an instant of theirs is told of it by the
 * kernel's clock. */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *ahead_ms;

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("ASV_TEST_CLOCK");
    int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    void *mapped = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *ahead_ms, PROT_READ, MAP_SHARED, fd, 0);
    if (fd >= 0) {
        (void)close(fd);
    }
    if (mapped != MAP_FAILED) {
        ahead_ms = mapped;
    }
}

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): the C library says __clock_id, __tv, __tz
 */
int clock_gettime(clockid_t clock, struct timespec *out)
{
    long result = syscall(SYS_clock_gettime, clock, out);
    if (result == 0 && ahead_ms != NULL) {
        int64_t ns = out->tv_nsec + *ahead_ms % 1000 * 1000000;
        out->tv_sec += (time_t)(*ahead_ms / 1000 + ns / 1000000000);
        out->tv_nsec = (long)(ns % 1000000000);
    }
    return (int)result;
}

/* The same instant by the kernel's clock; one that is past there is its first. */
static struct timespec kernel_instant(const struct timespec *at)
{
    int64_t ms = ahead_ms == NULL ? 0 : *ahead_ms;
    int64_t ns = at->tv_nsec - ms % 1000 * 1000000;
    struct timespec out = {.tv_sec = at->tv_sec - (time_t)(ms / 1000) - (ns < 0 ? 1 : 0),
                           .tv_nsec = (long)(ns < 0 ? ns + 1000000000 : ns)};
    if (out.tv_sec < 0) {
        out = (struct timespec){.tv_nsec = 1};
    }
    return out;
}

int timerfd_settime(int fd, int flags, const struct itimerspec *value, struct itimerspec *before)
{
    struct itimerspec set = *value;
    if ((flags & TFD_TIMER_ABSTIME) != 0 && (set.it_value.tv_sec != 0 || set.it_value.tv_nsec != 0)) {
        set.it_value = kernel_instant(&set.it_value);
    }
    return (int)syscall(SYS_timerfd_settime, fd, flags, &set, before);
}

int pthread_cond_timedwait(pthread_cond_t *restrict changed, pthread_mutex_t *restrict lock,
                           const struct timespec *restrict until)
{
    int (*wait)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *) = NULL;
    void *next = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
    memcpy(&wait, &next, sizeof wait); /* ISO C has no cast for that */
    struct timespec at = kernel_instant(until);
    return wait(changed, lock, &at);
}

int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
    (void)zone; /* obsolete: only NULL is used */
    struct timespec now;
    int result = clock_gettime(CLOCK_REALTIME, &now);
    if (result == 0) {
        *out = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
    }
    return result;
}

time_t time(time_t *out)
{
    struct timespec now = {.tv_sec = (time_t)-1};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (out != NULL) {
        *out = now.tv_sec;
    }
    return now.tv_sec;
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
