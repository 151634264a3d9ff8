/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Packages as other people's programs read them. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "server/package/carrier.h"
#include "tests/support/files.h"
#include "tests/unit/test.h"

#define SPARSE_BYTES (100 << 20)
#define MANY         66000 /* above what ZIP's 16 bits count */

static char dir_name[256];
static int dir = -1;
static const uint8_t plan[ASV_PLAN_BYTES] = {1};
static struct asv_zip_writer writer;
static struct asv_carrier carrier;

static int set_up(void **state)
{
    (void)state;
    asv_test_make_directory(dir_name, sizeof dir_name);
    dir = open(dir_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return dir < 0;
}

static int tear_down(void **state)
{
    (void)state;
    close(dir);
    asv_test_remove_directory(dir_name);
    return 0;
}

static struct asv_bytes text(const char *value)
{
    return (struct asv_bytes){(const uint8_t *)value, strlen(value)};
}

static void add(const char *name, const char *content)
{
    struct asv_bytes left = text(content);
    struct asv_source source = asv_source_bytes(&left);
    struct asv_zip_entry entry;
    assert_int_equal(ASV_OK, asv_zip_add(&writer, text(name), &source, &entry, NULL));
}

/* Runs a line of shell in the directory, with the package's path in $P; says what it said when it fails. */
static void sh(const char *name, const char *line)
{
    char script[2048];
    snprintf(script, sizeof script, "set -e; cd '%s'; P='%s'; %s", dir_name, name, line);
    if (asv_test_run(dir_name, (const char *const[]){"bash", "-c", script, NULL}) != 0) {
        snprintf(script, sizeof script, "cat '%s/out' '%s/err' >&2", dir_name, dir_name);
        (void)asv_test_run("/tmp", (const char *const[]){"bash", "-c", script, NULL});
        fail_msg("%s", line);
    }
}

static const char *const readers[] = {
    "unzip -tq $P",
    "python3 -c 'import sys, zipfile; sys.exit(zipfile.ZipFile(sys.argv[1]).testzip() is not None)' $P",
    "7z t $P",
    "bsdtar -cf /dev/null @$P",
};

/* PK-002, PK-003, PK-004: Info-ZIP, Python, 7-Zip and libarchive. */
static void every_reader_reads_it(void **state)
{
    (void)state;
    assert_int_equal(ASV_OK, asv_zip_begin(&writer, dir, "some", plan, NULL));
    add("mimetype", "application/vnd.etsi.asic-e+zip");
    add("data/\xc3\x9c"
        "bergabe an die Staatsanwaltschaft.txt",
        "Gr\xc3\xbc\xc3\x9f"
        "e");
    add("data/empty", "");
    add("data/a/b/c/d", "deep");
    assert_int_equal(ASV_OK, asv_zip_finish(&writer, NULL));
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
        sh("some", readers[i]);
    }
    sh("some", "for x in 'LC_ALL=C.UTF-8 unzip -q $P -d one' '7z x -oone $P' 'mkdir one; bsdtar -xf $P -C "
               "one'; do eval \"$x\"; "
               "test \"$(cat one/data/Ü*.txt)\" = Grüße; test -f one/data/empty; test $(cat "
               "one/data/a/b/c/d) = deep; "
               "test \"$(find one -type f | wc -l)\" = 4; rm -r one; done");
}

/* PK-003 */
static void they_read_more_files_than_16_bits_count(void **state)
{
    char name[32];
    (void)state;
    assert_int_equal(ASV_OK, asv_zip_begin(&writer, dir, "many", plan, NULL));
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "data/%d/%d", i % 100, i);
        add(name, "x");
    }
    assert_int_equal(ASV_OK, asv_zip_finish(&writer, NULL));
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
        sh("many", readers[i]);
    }
    sh("many", "test $(unzip -Z1 $P | wc -l) = 66000; test $(bsdtar -tf $P | wc -l) = 66000");
}

/* PK-011 */
static void memory_does_not_grow_with_the_files(void **state)
{
    struct rusage before;
    struct rusage after;
    struct asv_zip_entry entry;
    int fd = openat(dir, "sparse", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    (void)state;
    assert_int_equal(ftruncate(fd, SPARSE_BYTES), 0);
    assert_int_equal(ASV_OK, asv_zip_begin(&writer, dir, "flat", plan, NULL));
    getrusage(RUSAGE_SELF, &before);
    struct asv_source source = asv_source_file(&fd, SPARSE_BYTES);
    assert_int_equal(ASV_OK, asv_zip_add(&writer, text("data/sparse"), &source, &entry, NULL));
    assert_int_equal(ASV_OK, asv_zip_finish(&writer, NULL));
    getrusage(RUSAGE_SELF, &after);
    assert_in_range(after.ru_maxrss - before.ru_maxrss, 0, 4096); /* KiB */
    close(fd);
    sh("flat", "unzip -tq $P; rm $P sparse");
}

/* ---- carriers ---- */

static void add_file(const char *name, const char *content)
{
    struct asv_bytes left = text(content);
    struct asv_source source = asv_source_bytes(&left);
    struct asv_zip_entry entry;
    assert_int_equal(ASV_OK, asv_carrier_add(&carrier, name, &source, &entry, NULL));
}

static const struct asv_bag_field fields[] = {{"Source-Organization", "Stadt Duisburg"},
                                              {"Bagging-Date", "2026-11-29"}};

static void make_carrier(const char *name)
{
    assert_int_equal(ASV_OK, asv_carrier_begin(&carrier, dir, name, plan, NULL));
    add_file("data/aufnahme 1.mp4", "moof");
    add_file("data/dokumente/\xc3\x9c"
             "bergabe & Verzeichnis.pdf",
             "%PDF-");
    assert_int_equal(ASV_OK, asv_carrier_finish(&carrier, fields, 2, NULL));
}

/* PK-001, PK-020, PK-021, PK-022 */
static void unpacked_it_is_a_bag(void **state)
{
    (void)state;
    make_carrier("bag");
    sh("bag", "LC_ALL=C.UTF-8 unzip -q $P -d unpacked; cd unpacked; sha256sum --quiet --strict -c "
              "manifest-sha256.txt tagmanifest-sha256.txt");
    sh("bag", ASV_SOURCE_DIR "/tests/integration/bag.py unpacked");
    sh("bag", "test \"$(head -c 69 $P | tail -c 39)\" = mimetypeapplication/vnd.etsi.asic-e+zip");
    sh("bag",
       "echo >> unpacked/data/a*; if " ASV_SOURCE_DIR "/tests/integration/bag.py unpacked; then false; fi");
}

/* PK-002 */
static void the_same_files_make_the_same_bytes(void **state)
{
    (void)state;
    make_carrier("again");
    sh("again", "cmp bag again");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reader_reads_it),
        cmocka_unit_test(they_read_more_files_than_16_bits_count),
        cmocka_unit_test(memory_does_not_grow_with_the_files),
        cmocka_unit_test(unpacked_it_is_a_bag),
        cmocka_unit_test(the_same_files_make_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
