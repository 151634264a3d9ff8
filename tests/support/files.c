/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/support/files.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void die(const char *what)
{
    perror(what);
    abort();
}

static void join(char *out, size_t size, const char *directory, const char *name)
{
    int len =
        name == NULL ? snprintf(out, size, "%s", directory) : snprintf(out, size, "%s/%s", directory, name);
    if (len < 0 || (size_t)len >= size) {
        abort();
    }
}

void asv_test_read_file(const char *directory, const char *name, uint8_t **data, size_t *len)
{
    char path[4096];
    struct stat st;
    join(path, sizeof path, directory, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL || fstat(fileno(file), &st) != 0) {
        die(path);
    }
    *len = (size_t)st.st_size;
    *data = malloc(*len + 1);
    if (*data == NULL || fread(*data, 1, *len, file) != *len) {
        die(path);
    }
    (*data)[*len] = 0;
    fclose(file);
}

void asv_test_write_file(const char *directory, const char *name, const void *data, size_t len)
{
    char path[4096];
    join(path, sizeof path, directory, name);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(data, 1, len, file) != len || fclose(file) != 0) {
        die(path);
    }
}

void asv_test_make_directory(char *out, size_t size)
{
    const char *parent = getenv("TMPDIR");
    join(out, size, parent == NULL ? "/tmp" : parent, "asv-test-XXXXXX");
    if (mkdtemp(out) == NULL) {
        die(out);
    }
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

void asv_test_remove_directory(const char *directory)
{
    if (nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0) {
        die(directory);
    }
}

static void redirect(const char *directory, const char *name, int to)
{
    char path[4096];
    join(path, sizeof path, directory, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || dup2(fd, to) < 0) {
        _exit(126);
    }
}

int asv_test_run(const char *directory, const char *const argv[])
{
    int status;
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0) {
        die("fork");
    }
    if (pid == 0) {
        char *args[32];
        size_t count = 0;
        while (argv[count] != NULL && count + 1 < sizeof args / sizeof args[0]) {
            args[count] = strdup(argv[count]);
            count++;
        }
        args[count] = NULL;
        redirect(directory, "out", STDOUT_FILENO);
        redirect(directory, "err", STDERR_FILENO);
        if (args[0] != NULL) {
            execvp(args[0], args);
        }
        _exit(127);
    }
    if (waitpid(pid, &status, 0) != pid) {
        die("waitpid");
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
