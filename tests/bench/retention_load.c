/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What tests/bench/retention needs beside SQL.
 *
 *   files DIR COUNT DAY    so many clips' directories below DIR/sealed, with small files
 *   remove DIR COUNT DAY   unlinks them again, as plainly as can be: the peer of the retention job
 *   seed                   one clip in custody, whose rows SQL multiplies
 *   dock                   docks and commits a clip, again and again, until standard input ends; then prints
 * how many, and the longest that a docking took, in ms
 *
 * The last two are for $PGHOST and $PGDATABASE, as the role asv_dock. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/world_os.h"
#include "server/vault/vault.h"
#include "tests/support/db.h"
#include "tests/unit/test.h"

#define FILES 8

static const char *const names[FILES] = {"payload", "seal",   "stanzas", "link",
                                         "chain",   "commit", "receipt", "docking"};

static void fatal(const char *what)
{
    fprintf(stderr, "retention_load: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* The directory of a day below `dir`. */
static int open_day(const char *dir, const char *day, bool make)
{
    char path[256];
    for (int i = 0; i < 4; i++) { /* sealed, year, month, day */
        (void)snprintf(path, sizeof path, "%s/sealed%s%.4s%s%.2s%s%s", dir, i > 0 ? "/" : "",
                       i > 0 ? day : "", i > 1 ? "/" : "", i > 1 ? day + 4 : "", i > 2 ? "/" : "",
                       i > 2 ? day + 6 : "");
        if (make && mkdir(path, 0700) != 0 && errno != EEXIST) {
            fatal(path);
        }
    }
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        fatal(path);
    }
    return fd;
}

/* As the rows that SQL makes name them. */
static void clip_name(char name[64], unsigned long i)
{
    (void)snprintf(name, 64, "01900000-0000-7000-8000-%012lx", i);
}

static void make_files(int day, unsigned long count)
{
    uint8_t data[200];
    memset(data, 'x', sizeof data);
    for (unsigned long i = 1; i <= count; i++) {
        char name[64];
        clip_name(name, i);
        if (mkdirat(day, name, 0700) != 0) {
            fatal(name);
        }
        int dir = openat(day, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        for (size_t k = 0; k < FILES; k++) {
            int fd = openat(dir, names[k], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
            if (fd < 0 || write(fd, data, sizeof data) != (ssize_t)sizeof data) {
                fatal(names[k]);
            }
            close(fd);
        }
        close(dir);
    }
}

static void remove_files(int day, unsigned long count)
{
    for (unsigned long i = 1; i <= count; i++) {
        char name[64];
        clip_name(name, i);
        int dir = openat(day, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        for (size_t k = 0; k < FILES; k++) {
            if (unlinkat(dir, names[k], 0) != 0) {
                fatal(names[k]);
            }
        }
        close(dir);
        if (unlinkat(day, name, AT_REMOVEDIR) != 0) {
            fatal(name);
        }
    }
}

/* One docking with one clip, as a dock writes it. */
static void dock_once(struct asv_db *db, const struct asv_test_agency *agency, uint32_t docking)
{
    static struct asv_test_custody custody;
    struct asv_err err = {0};
    enum asv_db_outcome outcome;
    asv_test_custody_init(&custody, agency, &agency->camera, docking, docking);
    asv_test_custody_sign(&custody, agency, &agency->camera);
    asv_test_custody_begin(db, &custody);
    asv_test_status(ASV_OK, asv_db_clip_commit(db, &custody.commit, &outcome, &err));
}

static void seed(void)
{
    static struct asv_test_agency agency;
    struct asv_db *db = asv_test_db_open("asv_dock", true);
    asv_test_agency_init(&agency, 1);
    dock_once(db, &agency, 1);
    asv_db_close(db);
}

static void dock(uint64_t camera)
{
    static struct asv_test_agency agency;
    struct asv_db *db = asv_test_db_open("asv_dock", true);
    const struct asv_world *world = asv_world_os();
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    uint64_t longest = 0;
    uint32_t count = 0;
    asv_test_agency_init(&agency, camera);
    dock_once(db, &agency, ++count); /* statements are prepared, and pages read */
    while (poll(&input, 1, 5) == 0) {
        uint64_t began = asv_world_mono_ms(world);
        dock_once(db, &agency, ++count);
        uint64_t took = asv_world_mono_ms(world) - began;
        longest = took > longest ? took : longest;
    }
    asv_db_close(db);
    printf("%u %llu\n", (unsigned)count, (unsigned long long)longest);
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";
    if (argc == 5 && (strcmp(mode, "files") == 0 || strcmp(mode, "remove") == 0)) {
        bool make = strcmp(mode, "files") == 0;
        int day = open_day(argv[2], argv[4], make);
        (make ? make_files : remove_files)(day, strtoul(argv[3], NULL, 10));
        close(day);
        return 0;
    }
    if (argc >= 2 && asv_crypto_init() == ASV_OK) {
        if (argc == 2 && strcmp(mode, "seed") == 0) {
            seed();
            return 0;
        }
        if (argc == 3 && strcmp(mode, "dock") == 0) {
            dock(strtoull(argv[2], NULL, 10));
            return 0;
        }
    }
    fputs("usage: bench-retention-load files|remove DIR COUNT DAY | seed | dock CAMERA\n", stderr);
    return 2;
}
