/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Making a key store: what the program has given up when it makes the first master. It is watched as a
 * debugger does, from its first instruction on. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/keeper/slot.h"
#include "tests/support/files.h"
#include "tests/unit/test.h"

static const char program[] = ASV_BINARY_DIR "/bin/asservat-keeper";
static char directory[64];
static char config[96];

static int set_up(void **state)
{
    char text[1024];
    (void)state;
    asv_test_make_directory(directory, sizeof directory);
    snprintf(config, sizeof config, "%s/keeper.conf", directory);
    int len = snprintf(text, sizeof text,
                       "store = %s/store\nidentity = %s/identity\nsocket = %s/keeper.sock\n"
                       "slot.1 = file:%s/slot-1\nslot.2 = file:%s/slot-2\npeer.%u = admin\n",
                       directory, directory, directory, directory, directory, (unsigned)geteuid());
    asv_test_write_file(config, NULL, text, (size_t)len);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    asv_test_remove_directory(directory);
    return 0;
}

/* A number in /proc/PID/status; -1: it is not there. */
static long of_process(pid_t pid, const char *name)
{
    char path[64];
    char line[256];
    long value = -1;
    size_t len = strlen(name);
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, name, len) == 0 && line[len] == ':') {
            value = strtol(line + len + 1, NULL, 10);
        }
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return value;
}

static pid_t start_traced(void)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        (void)setenv("ASAN_OPTIONS", "detect_leaks=0", 1); /* it would trace itself */
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0) {
            _exit(126);
        }
        execl(program, program, "--config", config, "--init", (char *)NULL);
        _exit(127);
    }
    return pid;
}

/* Whether it asks the kernel for so many random bytes right now. */
static bool asks_for_random(pid_t pid, size_t bytes)
{
    struct __ptrace_syscall_info info = {0};
    long got = ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info);
    return got > 0 && info.op == PTRACE_SYSCALL_INFO_ENTRY && info.entry.nr == SYS_getrandom &&
           info.entry.args[1] == bytes;
}

static void the_first_master_is_made_where_nothing_else_can_be_reached(void **state)
{
    (void)state;
    int status = 0;
    unsigned made = 0;
    pid_t pid = start_traced();
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSTOPPED(status)); /* its first instruction */
    assert_int_equal(ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL), 0);
    while (WIFSTOPPED(status)) {
        bool call = WSTOPSIG(status) == (SIGTRAP | 0x80);
        if (call && asks_for_random(pid, ASV_MASTER_KEY_BYTES)) {
            assert_int_equal(of_process(pid, "Seccomp"), 2); /* K-073 */
            assert_int_equal(of_process(pid, "NoNewPrivs"), 1);
            made++;
        }
        int pass_on = call || WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
        assert_int_equal(ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(intptr_t)pass_on), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
    }
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_true(made >= 1); /* the master, the salt of the index under it */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_first_master_is_made_where_nothing_else_can_be_reached, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
