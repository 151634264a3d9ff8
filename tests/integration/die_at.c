/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Preloaded, a program dies as by a power cut before call number ASV_TEST_DIE_AT (from 1 on) of those that
 * make something durable, remove a file, or tell somebody of it. With ASV_TEST_DISK_FULL no file takes a byte
 * any more; one of the name ASV_TEST_STUCK cannot be removed.
 */
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static void count(void)
{
    static long calls;
    const char *at = getenv("ASV_TEST_DIE_AT");
    if (at != NULL && ++calls == strtol(at, NULL, 10)) {
        (void)kill(getpid(), SIGKILL);
    }
}

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name,bugprone-reserved-identifier) */
ssize_t pwrite64(int fd, const void *data, size_t len, off64_t at)
{
    count();
    if (getenv("ASV_TEST_DISK_FULL") != NULL) {
        errno = ENOSPC;
        return -1;
    }
    return syscall(SYS_pwrite64, fd, data, len, at);
}

int unlinkat(int dir, const char *name, int flags)
{
    const char *stuck = getenv("ASV_TEST_STUCK");
    count();
    if (stuck != NULL && strcmp(name, stuck) == 0) {
        errno = EBUSY;
        return -1;
    }
    return (int)syscall(SYS_unlinkat, dir, name, flags);
}

#define INSTEAD(type, name, parameters, arguments) \
    type name parameters                           \
    {                                              \
        type(*real) parameters;                    \
        void *found = dlsym(RTLD_NEXT, #name);     \
        memcpy(&real, &found, sizeof real);        \
        count();                                   \
        return real arguments;                     \
    }

INSTEAD(int, fdatasync, (int fd), (fd))
INSTEAD(int, fsync, (int fd), (fd))
INSTEAD(int, renameat, (int from, const char *old, int to, const char *new), (from, old, to, new))
INSTEAD(ssize_t, send, (int fd, const void *data, size_t len, int flags), (fd, data, len, flags))
INSTEAD(ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags), (fd, message, flags))
/* NOLINTEND(readability-inconsistent-declaration-parameter-name,bugprone-reserved-identifier) */
