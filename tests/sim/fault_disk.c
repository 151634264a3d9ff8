/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* Both names of each call are defined below: the headers must not turn one into the other. */
#undef _FILE_OFFSET_BITS
#include "tests/sim/fault_disk.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct {
    pthread_mutex_t mutex;
    enum fault_kind kind;
    unsigned left;
    int error;
    bool sticky;
    bool struck;
    char path[256];
} fault = {.mutex = PTHREAD_MUTEX_INITIALIZER};

void fault_disk_arm(enum fault_kind kind, unsigned after, int e, bool sticky, const char *path)
{
    pthread_mutex_lock(&fault.mutex);
    fault.kind = kind;
    fault.left = after;
    fault.error = e;
    fault.sticky = sticky;
    fault.struck = false;
    snprintf(fault.path, sizeof fault.path, "%s", path == NULL ? "" : path);
    pthread_mutex_unlock(&fault.mutex);
}

void fault_disk_disarm(void)
{
    fault_disk_arm(FAULT_NONE, 0, 0, false, NULL);
}

bool fault_disk_struck(void)
{
    pthread_mutex_lock(&fault.mutex);
    bool struck = fault.struck;
    pthread_mutex_unlock(&fault.mutex);
    return struck;
}

/* kind:after[:path], with kind one of enospc, eio-write, eio-sync */
__attribute__((constructor)) static void arm_from_environment(void)
{
    static const struct {
        const char *name;
        enum fault_kind kind;
        int error;
        bool sticky;
    } kinds[] = {
        {"enospc:", FAULT_WRITE, ENOSPC, true},
        {"eio-write:", FAULT_WRITE, EIO, true},
        {"eio-sync:", FAULT_SYNC, EIO, false},
    };
    const char *text = getenv("ASV_FAULT_DISK");
    for (size_t i = 0; text != NULL && i < sizeof kinds / sizeof *kinds; i++) {
        size_t len = strlen(kinds[i].name);
        if (strncmp(text, kinds[i].name, len) == 0) {
            char *end = NULL;
            unsigned long after = strtoul(text + len, &end, 10);
            fault_disk_arm(kinds[i].kind, (unsigned)after, kinds[i].error, kinds[i].sticky,
                           *end == ':' ? end + 1 : NULL);
        }
    }
}

/* Whether the file behind fd (relative to which name is, when not NULL) lies below the armed path. */
static bool concerns(int fd, const char *name)
{
    char link[64];
    char target[512];
    if (fault.path[0] == '\0') {
        return true;
    }
    if (name != NULL && name[0] == '/') {
        return strncmp(name, fault.path, strlen(fault.path)) == 0;
    }
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t len = readlink(link, target, sizeof target - 1);
    if (len < 0) {
        return false;
    }
    target[len] = '\0';
    return strncmp(target, fault.path, strlen(fault.path)) == 0;
}

/* The errno to fail with, or 0. */
static int strike(enum fault_kind kind, int fd, const char *name)
{
    int e = 0;
    pthread_mutex_lock(&fault.mutex);
    if ((fault.kind == kind || fault.kind == FAULT_ANY) && concerns(fd, name)) {
        if (fault.left > 0) {
            fault.left--;
        }
        if (fault.left == 0 && (fault.sticky || !fault.struck)) {
            fault.struck = true;
            e = fault.error;
        }
    }
    pthread_mutex_unlock(&fault.mutex);
    return e;
}

/* The next definition of a function, which is the C library's. */
static void next(const char *name, void *function)
{
    void *symbol = dlsym(RTLD_NEXT, name);
    if (symbol == NULL) {
        abort();
    }
    memcpy(function, &symbol, sizeof symbol);
}

#define INTERPOSE(result, name, parameters, arguments, kind, fd, path) \
    result name parameters;                                            \
    result name parameters                                             \
    {                                                                  \
        static result(*real) parameters;                               \
        int e = strike(kind, fd, path);                                \
        if (e != 0) {                                                  \
            errno = e;                                                 \
            return -1;                                                 \
        }                                                              \
        if (real == NULL) {                                            \
            next(#name, &real);                                        \
        }                                                              \
        return real arguments;                                         \
    }

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): the C library's names are reserved */
INTERPOSE(ssize_t, write, (int fd, const void *data, size_t len), (fd, data, len), FAULT_WRITE, fd, NULL)
INTERPOSE(ssize_t, pwrite, (int fd, const void *data, size_t len, off_t at), (fd, data, len, at), FAULT_WRITE,
          fd, NULL)
INTERPOSE(ssize_t, pwrite64, (int fd, const void *data, size_t len, off_t at), (fd, data, len, at),
          FAULT_WRITE, fd, NULL)
INTERPOSE(int, fallocate, (int fd, int mode, off_t at, off_t len), (fd, mode, at, len), FAULT_WRITE, fd, NULL)
INTERPOSE(int, fallocate64, (int fd, int mode, off_t at, off_t len), (fd, mode, at, len), FAULT_WRITE, fd,
          NULL)
INTERPOSE(int, ftruncate, (int fd, off_t len), (fd, len), FAULT_WRITE, fd, NULL)
INTERPOSE(int, ftruncate64, (int fd, off_t len), (fd, len), FAULT_WRITE, fd, NULL)
INTERPOSE(int, fsync, (int fd), (fd), FAULT_SYNC, fd, NULL)
INTERPOSE(int, fdatasync, (int fd), (fd), FAULT_SYNC, fd, NULL)
INTERPOSE(int, renameat, (int from_dir, const char *from, int to_dir, const char *to),
          (from_dir, from, to_dir, to), FAULT_NAME, to_dir, to)
INTERPOSE(int, mkdirat, (int dir, const char *name, mode_t mode), (dir, name, mode), FAULT_NAME, dir, name)
INTERPOSE(int, unlinkat, (int dir, const char *name, int flags), (dir, name, flags), FAULT_NAME, dir, name)
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
