/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What tests/bench/retention needs beside SQL.
 *
 *   keeper DIR             the cameras' agency: its certificates, and DIR/keeper, the keeper's identity
 *   headers COUNT FILE     a line for each of so many clips: its number, and its header's digest for COPY
 *   files DIR COUNT DAY    their directories below DIR/sealed, with small files: a header that the camera
 * signed, its chain remove DIR COUNT DAY   unlinks them again, as plainly as can be: the peer of the
 * retention job seed                   one clip in custody, whose rows SQL multiplies dock docks and commits
 * a clip, again and again, until standard input ends; then prints how many, and the longest that a docking
 * took, in ms
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

#include "firmware-proto/seal/frames.h"
#include "server/base/world_os.h"
#include "server/vault/vault.h"
#include "tests/support/clip.h"
#include "tests/support/db.h"
#include "tests/support/files.h"
#include "tests/support/keeper_program.h"
#include "tests/unit/test.h"

#define FILES        8
#define AGENCY       1    /* the seed of the site's */
#define FIRST_NUMBER 1000 /* clip i of SQL's rows has this number and i */

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

/* ---- clips ---- */

/* What signs the headers, and all that does not differ between them. */
struct maker {
    struct asv_test_agency agency;
    struct asv_seal_header header;
    uint8_t frame[ASV_SEAL_HEADER_FRAME_MAX_BYTES];
    size_t len;
};

static struct maker *new_maker(void)
{
    struct asv_test_world world;
    struct asv_db_docking docking;
    struct maker *maker = calloc(1, sizeof *maker);
    if (maker == NULL) {
        fatal("memory");
    }
    asv_test_world_init(&world, 1);
    asv_test_agency_init(&maker->agency, AGENCY);
    const struct asv_test_plan plan = {.number = FIRST_NUMBER};
    asv_test_clip_header(&maker->header, &maker->agency, &maker->agency.camera, &world, &plan);
    asv_test_docking(&docking, &maker->agency, &maker->agency.camera, 1);
    memcpy(maker->header.epoch, docking.epoch, sizeof maker->header.epoch); /* as the rows name it */
    maker->header.stanza_count = 1;
    return maker;
}

/* Clip i's HEADER frame into maker->frame[maker->len], as its camera signs it; the same at every call. */
static void sign_header(struct maker *maker, unsigned long i, uint8_t digest[ASV_SHA256_BYTES])
{
    struct asv_writer writer;
    struct asv_writer at_start;
    struct asv_err err = {0};
    maker->header.number = FIRST_NUMBER + i;
    asv_store_be64(maker->header.clip + 8, UINT64_C(0x8000000000000000) + i);
    asv_writer_init(&writer, maker->frame, sizeof maker->frame);
    asv_seal_frame_begin(&writer, ASV_FRAME_HEADER, 0);
    asv_test_status(ASV_OK,
                    asv_seal_header_write(&writer, digest, &maker->header, maker->agency.camera.sk, &err));
    maker->len = writer.len;
    asv_writer_init(&at_start, maker->frame, ASV_SEAL_FRAME_HEADER_BYTES);
    asv_seal_frame_begin(&at_start, ASV_FRAME_HEADER, maker->len - ASV_SEAL_FRAME_HEADER_BYTES);
}

static void write_headers(unsigned long count, const char *path)
{
    struct maker *maker = new_maker();
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        fatal(path);
    }
    for (unsigned long i = 1; i <= count; i++) {
        uint8_t digest[ASV_SHA256_BYTES];
        sign_header(maker, i, digest);
        fprintf(file, "%lu\t\\\\x", i);
        for (size_t k = 0; k < sizeof digest; k++) {
            fprintf(file, "%02x", digest[k]);
        }
        fputc('\n', file);
    }
    if (fclose(file) != 0) {
        fatal(path);
    }
    free(maker);
}

static void write_file(int dir, const char *name, const void *data, size_t len)
{
    int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, data, len) != (ssize_t)len) {
        fatal(name);
    }
    close(fd);
}

static void make_files(int day, unsigned long count)
{
    struct maker *maker = new_maker();
    const struct asv_bytes chain = maker->agency.camera.chain.encoded;
    uint8_t data[200];
    memset(data, 'x', sizeof data);
    for (unsigned long i = 1; i <= count; i++) {
        char name[64];
        uint8_t digest[ASV_SHA256_BYTES];
        clip_name(name, i);
        sign_header(maker, i, digest);
        if (mkdirat(day, name, 0700) != 0) {
            fatal(name);
        }
        int dir = openat(day, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        for (size_t k = 0; k < FILES; k++) {
            if (strcmp(names[k], "seal") == 0) {
                write_file(dir, names[k], maker->frame, maker->len);
            } else if (strcmp(names[k], "chain") == 0) {
                write_file(dir, names[k], chain.data, chain.len);
            } else {
                write_file(dir, names[k], data, sizeof data);
            }
        }
        close(dir);
    }
    free(maker);
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
    asv_test_agency_init(&agency, AGENCY);
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

/* Of nobody. */
static void write_revocations(const char *dir, const struct asv_test_agency *agency)
{
    struct asv_revocations list = {.number = 1, .issued_ms = ASV_TEST_NOW_MS, .signer = agency->ca.cert};
    struct asv_writer writer;
    uint8_t data[2048];
    memcpy(list.agency, agency->id, sizeof list.agency);
    asv_writer_init(&writer, data, sizeof data);
    if (asv_revocations_encode(&writer, &list, agency->ca.sk) != ASV_OK) {
        fatal("revocations");
    }
    asv_test_write_file(dir, "revocations", data, writer.len);
}

static void make_keeper(const char *dir)
{
    static struct asv_test_agency agency;
    struct asv_test_world world;
    asv_test_world_init(&world, 1);
    asv_test_agency_init(&agency, AGENCY);
    keeper_program_identity(dir, "keeper", ASV_ROLE_KEEPER, &agency, &agency.keeper, &world);
    const struct asv_bytes root = agency.root.cert.object.encoded, ca = agency.ca.cert.object.encoded;
    asv_test_write_file(dir, "root.cert", root.data, root.len);
    asv_test_write_file(dir, "ca.cert", ca.data, ca.len);
    write_revocations(dir, &agency);
}

static int work(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";
    if (argc == 5 && (strcmp(mode, "files") == 0 || strcmp(mode, "remove") == 0)) {
        bool make = strcmp(mode, "files") == 0;
        int day = open_day(argv[2], argv[4], make);
        (make ? make_files : remove_files)(day, strtoul(argv[3], NULL, 10));
        close(day);
    } else if (argc == 4 && strcmp(mode, "headers") == 0) {
        write_headers(strtoul(argv[2], NULL, 10), argv[3]);
    } else if (argc == 3 && strcmp(mode, "keeper") == 0) {
        make_keeper(argv[2]);
    } else if (argc == 2 && strcmp(mode, "seed") == 0) {
        seed();
    } else if (argc == 3 && strcmp(mode, "dock") == 0) {
        dock(strtoull(argv[2], NULL, 10));
    } else {
        return 2;
    }
    return 0;
}

int main(int argc, char **argv)
{
    int status = asv_crypto_init() == ASV_OK ? work(argc, argv) : 1;
    if (status == 2) {
        fputs("usage: bench-retention-load keeper DIR | headers COUNT FILE | files|remove DIR COUNT DAY | "
              "seed | "
              "dock CAMERA\n",
              stderr);
    }
    return status;
}
