/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "firmware-proto/crypto/ecdsa.h"
#include "server/base/io.h"
#include "tests/unit/test.h"

static char base[256];

/* Runs what in a child inside the sandbox; its result is the child's exit status. A sandbox cannot be left.
 */
static int inside(unsigned sockets, int (*what)(void))
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        char allowed[300];
        snprintf(allowed, sizeof allowed, "%s/allowed", base);
        const struct asv_sandbox_path paths[] = {
            {allowed, true}, {"/dev/null", false}, {"/no/such/path", true}};
        const struct asv_sandbox sandbox = {paths, sizeof paths / sizeof *paths, sockets};
        bool landlocked = false;
        struct asv_err err = {0};
        if (asv_sandbox_enter(&sandbox, &landlocked, &err) != ASV_OK) {
            fprintf(stderr, "%s\n", err.text);
            _exit(100);
        }
        _exit(landlocked ? what() : 77);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* 0 when this descriptor could be opened. */
static int opens(int fd)
{
    return fd < 0 || close(fd) != 0;
}

static int fails_with(int result, int want)
{
    return result < 0 && errno == want ? 0 : 1;
}

static int files_outside(void)
{
    char path[300];
    snprintf(path, sizeof path, "%s/other", base);
    return fails_with(open(path, O_RDONLY), EACCES) || fails_with(open("/etc/passwd", O_RDONLY), EACCES) ||
           fails_with(open("/dev/null", O_WRONLY), EACCES) || opens(open("/dev/null", O_RDONLY));
}

static int files_inside(void)
{
    char one[300];
    char two[300];
    snprintf(one, sizeof one, "%s/allowed/one", base);
    snprintf(two, sizeof two, "%s/allowed/below/two", base);
    return opens(open(one, O_RDWR | O_CREAT, 0600)) || rename(one, two) != 0 || unlink(two) != 0;
}

/* What lies below an allowed directory can be made through parents that may not be read. */
static int directories_inside(void)
{
    char path[300];
    int fd = -1;
    snprintf(path, sizeof path, "%s/allowed/below/a/b", base);
    return asv_io_open_dir(AT_FDCWD, path, true, &fd, NULL) != ASV_OK || close(fd) != 0 ||
           asv_io_open_dir(AT_FDCWD, path, false, NULL, NULL) != ASV_OK;
}

static int programs(void)
{
    char name[] = "true";
    char *const arguments[] = {name, NULL};
    return fails_with(execv("/bin/true", arguments), EPERM);
}

static int sockets_of_unix(void)
{
    return fails_with(socket(AF_INET, SOCK_STREAM, 0), EPERM) ||
           fails_with(socket(AF_NETLINK, SOCK_RAW, 0), EPERM) ||
           fails_with(socket(AF_MAX + 3, SOCK_RAW, 0), EPERM) || opens(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int sockets_of_inet(void)
{
    return fails_with(socket(AF_UNIX, SOCK_STREAM, 0), EPERM) || opens(socket(AF_INET, SOCK_STREAM, 0));
}

/* libcrypto, which draws its own randomness and wants locked memory, as the keeper has it. */
static int signatures(void)
{
    uint8_t sk[ASV_P256_SK_BYTES] = {1};
    uint8_t pk[ASV_P256_PK_BYTES];
    uint8_t digest[ASV_SHA256_BYTES] = {2};
    uint8_t sig[ASV_P256_SIG_MAX_BYTES];
    size_t len = 0;
    return asv_p256_lock_memory() != ASV_OK || asv_p256_public(pk, sk) != ASV_OK ||
           asv_p256_sign(sig, &len, sk, digest) != ASV_OK || asv_p256_verify(pk, digest, sig, len) != ASV_OK;
}

static void signatures_need_nothing_from_outside(void **state)
{
    (void)state;
    int result = inside(0, signatures);
    assert_true(result == 0 || result == 77);
}

static void only_the_named_paths_stay_reachable(void **state)
{
    (void)state;
    int result = inside(ASV_SANDBOX_UNIX, files_outside);
    if (result == 77) {
        print_message("this kernel has no Landlock ABI 2: paths are not restricted\n");
        skip();
    }
    assert_int_equal(result, 0);
    assert_int_equal(inside(ASV_SANDBOX_UNIX, files_inside), 0);
    assert_int_equal(inside(ASV_SANDBOX_UNIX, directories_inside), 0);
}

/* The limit alone does not hold where dumps go into a pipe. */
static void nothing_is_dumped(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit limit;
        bool right = asv_sandbox_forbid_dumps(NULL) == ASV_OK && getrlimit(RLIMIT_CORE, &limit) == 0 &&
                     limit.rlim_max == 0 && prctl(PR_GET_DUMPABLE) == ASV_UNDER_SANITIZER;
        _exit(right ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void no_program_is_started(void **state)
{
    (void)state;
    int result = inside(0, programs);
    assert_true(result == 0 || result == 77);
}

static void only_the_named_kinds_of_socket_are_made(void **state)
{
    (void)state;
    int result = inside(ASV_SANDBOX_UNIX, sockets_of_unix);
    assert_true(result == 0 || result == 77);
    result = inside(ASV_SANDBOX_INET, sockets_of_inet);
    assert_true(result == 0 || result == 77);
}

/* How a child ends that tries this with nothing left but computing. */
static int computing(void (*what)(const int ends[2]))
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (asv_sandbox_compute(256u << 20, 60, NULL) != ASV_OK) {
            _exit(100);
        }
        what(ends);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    close(ends[0]);
    close(ends[1]);
    return status;
}

static void computes(const int ends[2])
{
    char byte = 'x';
    void *block = malloc(64u << 20);
    bool good = block != NULL && write(ends[1], &byte, 1) == 1 && read(ends[0], &byte, 1) == 1;
    if (block != NULL) {
        memset(block, 1, 64u << 20);
    }
    free(block);
    _exit(good ? 0 : 1);
}

static void takes_too_much(const int ends[2])
{
    (void)ends;
    void *volatile block = malloc(300u << 20);
    _exit(block == NULL ? 0 : 1);
}

static void opens_a_file(const int ends[2])
{
    (void)ends;
    bool opened =
        fails_with(open("/etc/passwd", O_RDONLY), ENOENT) || fails_with(open("/tmp", O_RDONLY), ENOENT);
    _exit(opened ? 1 : 0);
}

static void makes_a_socket(const int ends[2])
{
    (void)ends;
    (void)opens(socket(AF_UNIX, SOCK_STREAM, 0));
}

static void forks(const int ends[2])
{
    (void)ends;
    (void)fork();
}

static void kills(const int ends[2])
{
    (void)ends;
    (void)kill(getppid(), 0);
}

static void makes_code(const int ends[2])
{
    (void)ends;
    void *code = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    _exit(code == MAP_FAILED ? 1 : 0);
}

/* M-004 */
static void who_only_computes_can_do_nothing_else(void **state)
{
    (void)state;
    static void (*const deadly[])(const int ends[2]) = {makes_a_socket, forks, kills, makes_code};
    assert_int_equal(computing(computes), 0);
    if (ASV_UNDER_SANITIZER) { /* which needs more itself */
        return;
    }
    assert_int_equal(computing(opens_a_file), 0);
    assert_int_equal(computing(takes_too_much), 0);
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++) {
        int status = computing(deadly[i]);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGSYS);
    }
}

static int make_tree(void **state)
{
    char path[300];
    (void)state;
    snprintf(base, sizeof base, "%s/sandbox-test.XXXXXX", ASV_BINARY_DIR);
    assert_non_null(mkdtemp(base));
    snprintf(path, sizeof path, "%s/allowed", base);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/allowed/below", base);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/other", base);
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    close(fd);
    return 0;
}

static int remove_tree(void **state)
{
    static const char *const names[] = {"other",         "allowed/below/a/b", "allowed/below/a",
                                        "allowed/below", "allowed",           ""};
    char path[300];
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", base, names[i]);
        remove(path);
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signatures_need_nothing_from_outside),
        cmocka_unit_test(only_the_named_paths_stay_reachable),
        cmocka_unit_test(nothing_is_dumped),
        cmocka_unit_test(no_program_is_started),
        cmocka_unit_test(only_the_named_kinds_of_socket_are_made),
        cmocka_unit_test(who_only_computes_can_do_nothing_else),
    };
    return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
