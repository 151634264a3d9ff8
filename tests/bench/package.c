/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * bench-package NAME MIB [COUNT]: a package of COUNT (1) files of so many MiB each, all read from a sparse
 * file, NAME in this directory; with `-` it is removed again. Says what it cost. The peer is
 * `openssl dgst -sha256` over the same bytes. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "server/package/zip_read.h"
#include "server/package/zip_write.h"

static struct asv_zip_writer writer;
static struct asv_zip_reader reader;

static void must(enum asv_status status, const struct asv_err *err)
{
    if (status != ASV_OK) {
        fprintf(stderr, "bench-package: %s\n", err->text);
        exit(1);
    }
}

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static void tell(const char *what, struct rusage *since)
{
    struct rusage now;
    getrusage(RUSAGE_SELF, &now);
    printf("%s: user %.2f s, system %.2f s, RSS %ld KiB\n", what,
           seconds(now.ru_utime) - seconds(since->ru_utime), seconds(now.ru_stime) - seconds(since->ru_stime),
           now.ru_maxrss);
    *since = now;
}

static void read_back(int dir, const char *name)
{
    struct asv_err err = {0};
    struct asv_fault fault = {.kind = ASV_FAULT_NONE};
    struct asv_zip_entry entry;
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
    const struct asv_package_input input = asv_package_input_file(&fd, (uint64_t)lseek(fd, 0, SEEK_END));
    must(asv_zip_open(&reader, &input, &fault, &err), &err);
    enum asv_status status = ASV_OK;
    while (status == ASV_OK) {
        status = asv_zip_read(&reader, &entry, &fault, &err);
    }
    must(status == ASV_E_NOT_FOUND ? ASV_OK : status, &err);
    asv_zip_reader_close(&reader);
    close(fd);
}

int main(int argc, char **argv)
{
    static const uint8_t plan[ASV_PLAN_BYTES];
    struct asv_err err = {0};
    struct rusage since = {.ru_maxrss = 0};
    char sparse[] = "bench-package.in.XXXXXX";
    if (argc < 3) {
        fprintf(stderr, "usage: bench-package NAME|- MIB [COUNT]\n");
        return 2;
    }
    bool keep = strcmp(argv[1], "-") != 0;
    const char *name = keep ? argv[1] : "bench-package.zip";
    uint64_t size = strtoull(argv[2], NULL, 10) << 20;
    uint64_t count = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
    int dir = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int fd = mkstemp(sparse);
    if (dir < 0 || fd < 0 || unlink(sparse) != 0 || ftruncate(fd, (off_t)size) != 0) {
        perror(sparse);
        return 1;
    }
    must(asv_zip_begin(&writer, dir, name, plan, &err), &err);
    for (uint64_t i = 0; i < count; i++) {
        char file[64];
        struct asv_source source = asv_source_file(&fd, size);
        struct asv_zip_entry entry;
        int len = snprintf(file, sizeof file, "data/%06llu", (unsigned long long)i);
        (void)lseek(fd, 0, SEEK_SET);
        must(asv_zip_add(&writer, (struct asv_bytes){(const uint8_t *)file, (size_t)len}, &source, &entry,
                         &err),
             &err);
    }
    must(asv_zip_finish(&writer, &err), &err);
    tell("write", &since);
    read_back(dir, name);
    tell("read", &since);
    if (!keep) {
        (void)unlink(name);
    }
    close(fd);
    close(dir);
    return 0;
}
