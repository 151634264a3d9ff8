/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The program without its socket: what it has given up when it makes the first master (it is watched as a
 * debugger does, from its first instruction on), and striking off a slot. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "server/base/hex.h"
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
        assert_int_equal(ptrace(PTRACE_SYSCALL, pid, NULL, (long)pass_on), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
    }
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_true(made >= 1); /* the master, the salt of the index under it */
}

/* ---- striking a slot off ---- */

static int run(const char *option, const char *value)
{
    const char *const argv[] = {program, "--config", config, option, value, NULL};
    return asv_test_run(directory, argv);
}

/* The id in a file slot's first cell or its second: whichever is not erased. */
static void id_of_slot(const char *name, char id[2 * ASV_SLOT_ID_BYTES + 1])
{
    uint8_t *data = NULL;
    size_t len = 0;
    asv_test_read_file(directory, name, &data, &len);
    assert_int_equal(len, 8192);
    asv_hex_encode(id, data + (data[0] == 'A' ? 0 : 4096) + 8 + ASV_STORE_ID_BYTES, ASV_SLOT_ID_BYTES);
    free(data);
}

/* Whether the store's record of decisions has this. */
static bool is_written_down(const char *text)
{
    uint8_t *data = NULL;
    size_t len = 0;
    char path[128];
    char name[32];
    time_t now = time(NULL);
    struct tm date;
    assert_non_null(localtime_r(&now, &date));
    assert_true(strftime(name, sizeof name, "decisions-%Y", &date) > 0);
    snprintf(path, sizeof path, "%s/store", directory);
    asv_test_read_file(path, name, &data, &len);
    bool found = memmem(data, len, text, strlen(text)) != NULL;
    free(data);
    return found;
}

static void a_lost_slot_is_struck_off_and_that_is_written_down(void **state)
{
    (void)state;
    char id[2 * ASV_SLOT_ID_BYTES + 1];
    char path[128];
    char slot[160];
    char line[160];
    assert_int_equal(run("--init", NULL), 0);
    id_of_slot("slot-2", id);
    assert_int_equal(run("--forget-slot", "slot-2"), 2);
    assert_int_equal(run("--forget-slot", "00112233445566778899aabbccddeeff"), 1);
    assert_int_equal(run("--forget-slot", id), 1); /* K-137: it is there */
    snprintf(path, sizeof path, "%s/slot-2", directory);
    snprintf(slot, sizeof slot, "file:%s", path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(run("--add-slot", slot), 0);
    assert_int_equal(run("--forget-slot", id), 0);
    snprintf(line, sizeof line, " FORGET_SLOT %s -\n", id);
    assert_true(is_written_down(line)); /* K-137 */
    assert_int_equal(run("--forget-slot", id), 1);
    assert_int_equal(run("--forget-slot", "00112233445566778899aabbccddeeff"), 1);
    assert_false(is_written_down("00112233445566778899aabbccddeeff")); /* what was not done is not said */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_lost_slot_is_struck_off_and_that_is_written_down, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_first_master_is_made_where_nothing_else_can_be_reached, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
