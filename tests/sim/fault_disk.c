/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* Both names of each call are defined below: the headers must not turn one into the other. */
#undef _FILE_OFFSET_BITS
#include "tests/sim/fault_disk.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct {
    pthread_mutex_t mutex;
    enum fault_kind kind;
    unsigned left;
    int error;
    bool sticky;
    bool struck;
    char path[2][256]; /* all empty: any */
    struct fault_disk_board *board;
    uint32_t sequence; /* of the board, as it was read last */
} fault = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void arm(enum fault_kind kind, unsigned after, int e, bool sticky)
{
    fault.kind = kind;
    fault.left = after;
    fault.error = e;
    fault.sticky = sticky;
    fault.struck = false;
    memset(fault.path, 0, sizeof fault.path);
}

void fault_disk_arm(enum fault_kind kind, unsigned after, int e, bool sticky, const char *path)
{
    pthread_mutex_lock(&fault.mutex);
    arm(kind, after, e, sticky);
    snprintf(fault.path[0], sizeof fault.path[0], "%s", path == NULL ? "" : path);
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

#define KILL (-1) /* for an error: the process ends here */

/* kind:after[:path[:path]] */
static void arm_from_text(const char *text)
{
    static const struct {
        const char *name;
        enum fault_kind kind;
        int error;
        bool sticky;
    } kinds[] = {
        {"enospc:", FAULT_WRITE, ENOSPC, true}, {"eio-write:", FAULT_WRITE, EIO, true},
        {"eio-sync:", FAULT_SYNC, EIO, false},  {"eio-name:", FAULT_NAME, EIO, false},
        {"kill:", FAULT_ANY, KILL, false},
    };
    arm(FAULT_NONE, 0, 0, false);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t len = strlen(kinds[i].name);
        if (strncmp(text, kinds[i].name, len) != 0) {
            continue;
        }
        char *end = NULL;
        arm(kinds[i].kind, (unsigned)strtoul(text + len, &end, 10), kinds[i].error, kinds[i].sticky);
        for (size_t path = 0; path < 2 && *end == ':'; path++) {
            len = strcspn(++end, ":");
            snprintf(fault.path[path], sizeof fault.path[path], "%.*s", (int)len, end);
            end += len;
        }
    }
}

__attribute__((constructor)) static void arm_from_environment(void)
{
    const char *text = getenv("ASV_FAULT_DISK");
    if (text == NULL || text[0] != '/') {
        arm_from_text(text == NULL ? "" : text);
        return;
    }
    int fd = open(text, O_RDWR | O_CLOEXEC);
    void *board = MAP_FAILED;
    if (fd >= 0) {
        board = mmap(NULL, sizeof *fault.board, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        close(fd);
    }
    if (board == MAP_FAILED) {
        fprintf(stderr, "ASV_FAULT_DISK: %s: %s\n", text, strerror(errno));
        abort();
    }
    fault.board = board;
}

/* What was written on the board since. */
static void read_board(void)
{
    struct fault_disk_board *board = fault.board;
    if (board == NULL || board->sequence == fault.sequence) {
        return;
    }
    fault.sequence = board->sequence;
    board->strikes = 0;
    board->text[sizeof board->text - 1] = '\0';
    arm_from_text(board->text);
}

static bool is_below(const char *name)
{
    for (size_t i = 0; i < 2; i++) {
        if (fault.path[i][0] != '\0' && strncmp(name, fault.path[i], strlen(fault.path[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether the file behind fd (relative to which name is, when not NULL) lies below an armed path. */
static bool concerns(int fd, const char *name)
{
    char link[64];
    char target[512];
    if (fault.path[0][0] == '\0') {
        return true;
    }
    if (name != NULL && name[0] == '/') {
        return is_below(name);
    }
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t len = readlink(link, target, sizeof target - 1);
    if (len < 0) {
        return false;
    }
    target[len] = '\0';
    return is_below(target);
}

/* The errno to fail with, or 0. */
static int strike(enum fault_kind kind, int fd, const char *name)
{
    int e = 0;
    pthread_mutex_lock(&fault.mutex);
    read_board();
    if ((fault.kind == kind || fault.kind == FAULT_ANY) && concerns(fd, name)) {
        if (fault.left > 0) {
            fault.left--;
        }
        if (fault.left == 0 && (fault.sticky || !fault.struck)) {
            fault.struck = true;
            e = fault.error;
        }
    }
    if (e != 0 && fault.board != NULL) {
        fault.board->strikes++;
    }
    if (e == KILL) {
        (void)kill(getpid(), SIGKILL);
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
