/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/verify/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/base/sandbox.h"
#include "tests/support/files.h"
#include "tests/unit/test.h"

static char directory[512], carrier[600], part[600], other[600], made[700], beside[600];

/* 0: what was tried went as it should; 77: this kernel restricts no paths. */
static int inside(bool is_alone, int (*what)(void))
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        char *const others[] = {part};
        struct asv_confined confined = {.checked = carrier,
                                        .others = others,
                                        .other_count = 1,
                                        .is_alone = is_alone,
                                        .made = {made},
                                        .made_count = 1};
        struct asv_err err = {0};
        bool whole = false;
        asv_confined_add(&confined, NULL);
        if (asv_confine(&confined, &whole, &err) != ASV_OK) {
            fprintf(stderr, "%s\n", err.text);
            _exit(100);
        }
        _exit(whole ? what() : 77);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static bool opens(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC, 0600);
    return fd >= 0 && close(fd) == 0;
}

static int reads_it_alone(void)
{
    return !opens(carrier, O_RDONLY) || !opens(part, O_RDONLY) || opens(beside, O_RDONLY) ||
           opens("/etc/passwd", O_RDONLY) || opens(carrier, O_RDWR) || opens(part, O_RDWR) ||
           unlink(carrier) == 0;
}

static int reads_what_lies_beside(void)
{
    return !opens(carrier, O_RDONLY) || !opens(beside, O_RDONLY) || opens(beside, O_RDWR) ||
           opens(other, O_RDONLY);
}

static int makes_what_it_is_to(void)
{
    return !opens(made, O_WRONLY | O_CREAT | O_EXCL) || unlink(made) != 0;
}

static bool talks(int family)
{
    int fd = socket(family, SOCK_STREAM, 0);
    return fd >= 0 && close(fd) == 0;
}

static int talks_to_nobody(void)
{
    char name[] = "true";
    char *const arguments[] = {name, NULL};
    return talks(AF_UNIX) || talks(AF_INET) || execv("/bin/true", arguments) == 0 ||
           prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 || prctl(PR_GET_DUMPABLE) != ASV_UNDER_SANITIZER;
}

static int takes_no_more_memory(void)
{
    const size_t len = (size_t)5 << 30;
    void *block = mmap(NULL, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    bool takes = block != MAP_FAILED && munmap(block, len) == 0;
    return ASV_UNDER_SANITIZER ? 0 : takes;
}

static void it_is_confined_to_what_it_needs(void **state)
{
    (void)state; /* HO-120 */
    int result = inside(true, talks_to_nobody);
    if (result == 77) {
        print_message("this kernel has no Landlock ABI 2: paths are not restricted\n");
        skip();
    }
    assert_int_equal(result, 0);
    assert_int_equal(inside(true, reads_it_alone), 0);
    assert_int_equal(inside(false, reads_what_lies_beside), 0);
    assert_int_equal(inside(true, makes_what_it_is_to), 0);
    assert_int_equal(inside(true, takes_no_more_memory), 0);
}

static int set_up(void **state)
{
    (void)state;
    char into[600];
    asv_test_make_directory(directory, sizeof directory);
    (void)snprintf(carrier, sizeof carrier, "%s/in/carrier.zip", directory);
    (void)snprintf(part, sizeof part, "%s/part.zip", directory);
    (void)snprintf(beside, sizeof beside, "%s/in/beside", directory);
    (void)snprintf(other, sizeof other, "%s/other", directory);
    (void)snprintf(into, sizeof into, "%s/in", directory);
    assert_int_equal(mkdir(into, 0700), 0);
    asv_test_write_file(into, "carrier.zip", "PK", 2);
    asv_test_write_file(into, "beside", "x", 1);
    asv_test_write_file(directory, "part.zip", "PK", 2);
    asv_test_write_file(directory, "other", "x", 1);
    (void)snprintf(into, sizeof into, "%s/out", directory);
    assert_int_equal(mkdir(into, 0700), 0);
    (void)snprintf(made, sizeof made, "%s/film.mp4", into);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    asv_test_remove_directory(directory);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(it_is_confined_to_what_it_needs)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
