/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/base/child.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"

/* What it is given as standard input, output and error. A descriptor below 3 would be overwritten by the
 * others, but our own are open, so none is. */
static int plan(posix_spawn_file_actions_t *actions, int input, int output, int said)
{
    int e = input >= 0 ? posix_spawn_file_actions_adddup2(actions, input, STDIN_FILENO)
                       : posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (e == 0) {
        e = output >= 0 ? posix_spawn_file_actions_adddup2(actions, output, STDOUT_FILENO)
                        : posix_spawn_file_actions_addopen(actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    }
    return e == 0 ? posix_spawn_file_actions_adddup2(actions, said, STDERR_FILENO) : e;
}

static int spawn(const char *const *argv, int input, int output, int said, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t all;
    sigset_t none;
    char *words[32];
    size_t count = 0;
    assert(argv[0] != NULL);
    while (count < sizeof words / sizeof *words - 1 && argv[count] != NULL) {
        memcpy(&words[count], &argv[count], sizeof *words); /* exec takes what it does not change */
        count++;
    }
    words[count] = NULL;
    int e = posix_spawn_file_actions_init(&actions);
    if (e != 0) {
        return e;
    }
    e = posix_spawnattr_init(&attributes);
    if (e == 0) {
        sigfillset(&all);
        sigemptyset(&none);
        e = posix_spawnattr_setsigdefault(&attributes, &all);
        e = e == 0 ? posix_spawnattr_setsigmask(&attributes, &none) : e;
        e = e == 0 ? posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK)
                   : e;
        e = e == 0 ? plan(&actions, input, output, said) : e;
        e = e == 0 ? posix_spawnp(pid, words[0], &actions, &attributes, words, environ) : e;
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return e;
}

enum asv_status asv_child_start(const char *const *argv, int input, bool output, struct asv_child *out,
                                struct asv_err *err)
{
    int ends[2] = {-1, -1};
    pid_t pid = 0;
    asv_auto_fd int said = memfd_create("said", MFD_CLOEXEC);
    if (said < 0 || (output && pipe2(ends, O_CLOEXEC) != 0)) {
        return asv_io_fail(err, errno, argv[0]);
    }
    int e = spawn(argv, input, ends[1], said, &pid);
    if (ends[1] >= 0) {
        close(ends[1]);
    }
    if (e != 0) {
        if (ends[0] >= 0) {
            close(ends[0]);
        }
        return asv_io_fail(err, e, argv[0]);
    }
    *out = (struct asv_child){argv[0], pid, ends[0], asv_steal_fd(&said)};
    return ASV_OK;
}

static int reap(struct asv_child *child)
{
    int status = 0;
    if (child->out >= 0) {
        close(child->out);
    }
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR) {
    }
    child->pid = 0;
    child->out = -1;
    return status;
}

enum asv_status asv_child_wait(struct asv_child *child, struct asv_err *err)
{
    char text[ASV_ERR_TEXT_BYTES] = "";
    const char *name = child->name;
    int status = reap(child);
    ssize_t got = pread(child->said, text, sizeof text - 1, 0);
    close(child->said);
    child->said = -1;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        return ASV_OK;
    }
    text[got > 0 ? got : 0] = '\0';
    text[strcspn(text, "\n")] = '\0';
    if (text[0] != '\0') {
        return asv_failf(err, ASV_E_AWAY, "%s", text);
    }
    return WIFSIGNALED(status)
               ? asv_failf(err, ASV_E_AWAY, "%s: ended by signal %d", name, WTERMSIG(status))
               : asv_failf(err, ASV_E_AWAY, "%s: ended with status %d", name, WEXITSTATUS(status));
}

void asv_child_kill(struct asv_child *child)
{
    if (child->pid > 0) {
        (void)kill(child->pid, SIGKILL);
        (void)reap(child);
        close(child->said);
        child->said = -1;
    }
}
