/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/handover/medium.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "server/base/fail.h"
#include "tests/support/files.h"
#include "tests/support/package.h"
#include "tests/support/world.h"
#include "tests/unit/test.h"

#define LEN 300007
#define ID  "0192f0c4-6d1e-7c3a-9b57-0f7d2a51c0de"

static struct asv_test_world world;
static char dir_path[512];
static struct asv_medium medium;
static uint8_t carrier[LEN], carrier_digest[ASV_SHA256_BYTES];
static struct asv_bytes left;
static struct asv_source source;
static struct asv_medium_content content;
static struct asv_medium_written written;
static struct asv_err err;
static const uint8_t id[ASV_UUID_BYTES] = {1, [8] = 0x80, [15] = 0xff};
static const char *stuck; /* a name that cannot be removed, or looked for */
static int flock_errno;   /* what locking says; 0: what it is */

/* In the place of libc's. */
/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */
int unlinkat(int dir, const char *name, int flags)
{
    if (stuck != NULL && strcmp(name, stuck) == 0) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_unlinkat, dir, name, flags);
}

int faccessat(int dir, const char *name, int mode, int flags)
{
    if (stuck != NULL && strcmp(name, stuck) == 0) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_faccessat2, dir, name, mode, flags);
}

int flock(int fd, int operation)
{
    errno = flock_errno;
    return flock_errno != 0 ? -1 : (int)syscall(SYS_flock, fd, operation);
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */

static int set_up(void **state)
{
    (void)state;
    asv_test_world_init(&world, 7);
    for (size_t i = 0; i < sizeof carrier; i++) {
        carrier[i] = (uint8_t)(i * 2654435761u >> 24);
    }
    asv_test_make_directory(dir_path, sizeof dir_path);
    medium = (struct asv_medium){.dir = open(dir_path, O_RDONLY | O_DIRECTORY), .device = 0};
    left = (struct asv_bytes){carrier, LEN};
    source = asv_source_bytes(&left);
    asv_sha256(carrier_digest, carrier, LEN);
    content = (struct asv_medium_content){.name = "Beweismittel_1.zip",
                                          .label = "DVD 1",
                                          .id = id,
                                          .carrier = &source,
                                          .sha256 = carrier_digest,
                                          .protection = ASV_PLAN_OPEN,
                                          .world = &world.world};
    err = (struct asv_err){0};
    return medium.dir >= 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    asv_medium_close(&medium);
    asv_test_remove_directory(dir_path);
    return 0;
}

/* As whoever writes custody down does it. */
static enum asv_status write_and_finish(void)
{
    left = (struct asv_bytes){carrier, LEN};
    enum asv_status status = asv_medium_write(&medium, &content, &written, &err);
    return status == ASV_OK ? asv_medium_finish(&medium, &err) : status;
}

/* The medium is the image that name is to be, beside what was medium until now. */
static void becomes_image(const char *name)
{
    char path[700];
    snprintf(path, sizeof path, "%s/%s", dir_path, name);
    asv_medium_close(&medium);
    assert_int_equal(asv_medium_open_image(path, &medium, &err), ASV_OK);
}

static bool is_there(const char *name)
{
    return faccessat(medium.dir, name, F_OK, 0) == 0;
}

static void is_digest_of(const uint8_t digest[ASV_SHA256_BYTES], const void *data, size_t len)
{
    uint8_t want[ASV_SHA256_BYTES];
    asv_sha256(want, data, len);
    assert_memory_equal(digest, want, sizeof want);
}

/* As the person at the other end checks it. */
static void sums_are_right(void)
{
    char command[700];
    snprintf(command, sizeof command, "cd '%s' && sha256sum -c --quiet " ASV_MEDIUM_SUMS, dir_path);
    const char *const argv[] = {"sh", "-c", command, NULL};
    assert_int_equal(asv_test_run(dir_path, argv), 0);
}

/* HO-075 */
static void the_carrier_lies_on_the_medium_with_its_digest(void **state)
{
    (void)state;
    uint8_t *data = NULL;
    size_t len = 0;
    assert_int_equal(write_and_finish(), ASV_OK);
    assert_string_equal(written.name, "Beweismittel_1.zip");
    asv_test_read_file(dir_path, written.name, &data, &len);
    assert_int_equal(len, LEN);
    assert_int_equal(written.bytes, LEN);
    assert_memory_equal(data, carrier, LEN);
    free(data);
    is_digest_of(written.carrier, carrier, LEN);
    is_digest_of(written.file, carrier, LEN);
    sums_are_right();
    content.name = "Beweismittel_2.zip";
    assert_int_equal(asv_medium_write(&medium, &content, &written, &err), ASV_E_EXISTS);
    assert_true(is_there("Beweismittel_1.zip") && !is_there("Beweismittel_2.zip"));
}

static void what_is_protected_has_a_name_and_a_digest_of_its_own(void **state)
{
    (void)state;
    static const uint8_t recipients[1][ASV_X25519_BYTES] = {{9}};
    uint8_t *data = NULL;
    size_t len = 0;
    content.protection = ASV_PLAN_ZIP;
    content.passphrase = "abcd-efgh";
    assert_int_equal(asv_medium_write(&medium, &content, &written, &err), ASV_OK);
    assert_string_equal(written.name, "Beweismittel_1.aes.zip");
    is_digest_of(written.carrier, carrier, LEN);
    asv_test_read_file(dir_path, written.name, &data, &len);
    is_digest_of(written.file, data, len);
    free(data);
    sums_are_right();
    asv_medium_take_back(&medium, written.name);
    assert_false(is_there(written.name) || is_there(ASV_MEDIUM_SUMS));
    left = (struct asv_bytes){carrier, LEN};
    content.protection = ASV_PLAN_AGE;
    content.recipients = recipients;
    content.recipient_count = 1;
    assert_int_equal(asv_medium_write(&medium, &content, &written, &err), ASV_OK);
    assert_string_equal(written.name, "Beweismittel_1.zip.age");
    is_digest_of(written.carrier, carrier, LEN);
    sums_are_right();
}

/* HO-075, LAW H3: as of a medium that lost something. */
static void what_is_read_back_is_compared(void **state)
{
    (void)state;
    bool from_medium = false;
    assert_int_equal(asv_medium_write(&medium, &content, &written, &err), ASV_OK);
    assert_int_equal(asv_medium_compare(medium.dir, written.name, 0, LEN, written.file, &from_medium, &err),
                     ASV_OK);
    carrier[LEN - 1] ^= 1;
    asv_test_write_file(dir_path, written.name, carrier, LEN);
    carrier[LEN - 1] ^= 1;
    assert_int_equal(asv_medium_compare(medium.dir, written.name, 0, LEN, written.file, &from_medium, &err),
                     ASV_E_DIGEST);
    asv_test_write_file(dir_path, written.name, carrier, LEN - 1);
    assert_int_equal(asv_medium_compare(medium.dir, written.name, 0, LEN, written.file, &from_medium, &err),
                     ASV_E_DIGEST);
    assert_string_equal(err.text, "the medium: what was written ends early, at byte: 300006");
}

/* HO-074 */
static void where_nothing_is_mounted_nothing_is_written(void **state)
{
    (void)state;
    struct asv_medium other;
    assert_int_equal(asv_medium_open(dir_path, &other, &err), ASV_E_USAGE);
    assert_non_null(strstr(err.text, "nothing is mounted there"));
    asv_medium_close(&other);
    assert_int_equal(asv_medium_open("/nowhere", &other, &err), ASV_E_NOT_FOUND);
    assert_int_equal(asv_medium_open("/proc", &other, &err), ASV_OK); /* mounted, whatever it is */
    asv_medium_close(&other);
}

/* HO-076, LAW H8 */
static void what_fat_does_not_take_is_said_before_anything_is_written(void **state)
{
    (void)state;
    medium.is_fat = true;
    source.size = ASV_MEDIUM_FAT_BYTES + 1;
    assert_int_equal(asv_medium_write(&medium, &content, &written, &err), ASV_E_LIMIT);
    assert_non_null(strstr(err.text, "format it with exFAT or NTFS"));
    content.protection = ASV_PLAN_ZIP;
    source.size = ASV_MEDIUM_FAT_BYTES - 10; /* with what the protection adds */
    assert_int_equal(asv_medium_write(&medium, &content, &written, &err), ASV_E_LIMIT);
    assert_false(is_there("Beweismittel_1.zip"));
    assert_false(is_there(ASV_MEDIUM_SUMS));
    source.size = LEN;
    content.protection = ASV_PLAN_OPEN;
    assert_int_equal(asv_medium_write(&medium, &content, &written, &err), ASV_OK);
}

static void note(const char *name, const char *text)
{
    static struct asv_medium_note notes[2];
    notes[content.note_count] = (struct asv_medium_note){name, {(const uint8_t *)text, strlen(text)}};
    content.notes = notes;
    content.note_count++;
}

/* HO-086, HO-087 */
static void beside_it_lies_what_is_to_be_signed(void **state)
{
    (void)state;
    uint8_t *data = NULL;
    size_t len = 0;
    char path[700];
    note(ASV_MEDIUM_RECEIPT, "handover-receipt\n");
    note(ASV_MEDIUM_PARTS, "parts\n");
    assert_int_equal(asv_medium_write(&medium, &content, &written, &err), ASV_OK);
    asv_test_read_file(dir_path, ASV_MEDIUM_RECEIPT, &data, &len);
    assert_int_equal(len, 17);
    free(data);
    asv_medium_take_back(&medium, written.name);
    assert_false(is_there(ASV_MEDIUM_RECEIPT) || is_there(ASV_MEDIUM_PARTS) || is_there(ASV_MEDIUM_SUMS));
    left = (struct asv_bytes){carrier, LEN};
    becomes_image("b.iso");
    assert_int_equal(write_and_finish(), ASV_OK);
    is_digest_of(written.file, carrier, LEN); /* which was found beside them */
    snprintf(path, sizeof path, "%s/b.iso", dir_path);
    const char *const bsdtar[] = {"bsdtar", "-xOf", path, ASV_MEDIUM_PARTS, NULL};
    assert_int_equal(asv_test_run(dir_path, bsdtar), 0);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
}

/* HO-089 */
static void what_a_killed_run_left_is_written_anew(void **state)
{
    (void)state;
    uint8_t *data = NULL;
    size_t len = 0;
    asv_test_write_file(dir_path, "Beweismittel_1.zip", "half", 4);
    asv_test_write_file(dir_path, "Beweismittel_1.zip.partial", "less", 4);
    asv_test_write_file(dir_path, "mine.txt", "kept", 4);
    assert_int_equal(write_and_finish(), ASV_OK);
    asv_test_read_file(dir_path, written.name, &data, &len);
    assert_int_equal(len, LEN);
    free(data);
    assert_true(is_there("mine.txt") && !is_there("Beweismittel_1.zip.partial"));
    assert_int_equal(write_and_finish(), ASV_E_EXISTS);
    assert_non_null(strstr(err.text, "or empty it"));
}

/* HO-155: until custody knows of it a medium says that it is not finished, what it is called, and to people
 * what to do. */
static void a_medium_is_marked_until_it_is_finished(void **state)
{
    (void)state;
    struct asv_medium_left found;
    uint8_t *data = NULL;
    size_t len = 0;
    assert_int_equal(asv_medium_left(&medium, &content, &found, &err), ASV_OK);
    assert_string_equal(found.label, "");
    assert_int_equal(asv_medium_write(&medium, &content, &written, &err), ASV_OK);
    asv_test_read_file(dir_path, ASV_MEDIUM_MARK, &data, &len);
    assert_non_null(memmem(data, len, "Er darf nicht herausgegeben werden", 34));
    free(data);
    assert_int_equal(asv_medium_left(&medium, &content, &found, &err), ASV_OK);
    assert_string_equal(found.label, "DVD 1");
    assert_memory_equal(found.id, id, sizeof id); /* HO-175 */
    content.protection = ASV_PLAN_AGE;            /* another file */
    assert_int_equal(asv_medium_left(&medium, &content, &found, &err), ASV_E_EXISTS);
    assert_non_null(strstr(err.text, "another hand-over"));
    content.protection = ASV_PLAN_OPEN;
    assert_int_equal(asv_medium_finish(&medium, &err), ASV_OK);
    assert_false(is_there(ASV_MEDIUM_MARK));
    assert_int_equal(asv_medium_left(&medium, &content, &found, &err), ASV_E_EXISTS);
}

static void one_that_says_nothing_of_itself_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "handover-medium\n",
                                        "handover-medium\nBeweismittel_1.zip\n\n",
                                        "handover-medium\nBeweismittel_1.zip\nDVD 1\nDVD 1\n",
                                        "handover-medium\nBeweismittel_1.zip\n" ID "\n",
                                        "handover-medium\nBeweismittel_1.zip\n" ID "\n\n",
                                        "handover-medium\nBeweismittel_1.zip\n" ID "0\nDVD 1\n",
                                        "handover-medium\nBeweismittel_1.zip\n" ID "\nDVD 1"};
    struct asv_medium_left found;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        asv_test_write_file(dir_path, ASV_MEDIUM_MARK, texts[i], strlen(texts[i]));
        assert_int_equal(asv_medium_left(&medium, &content, &found, &err), ASV_E_EXISTS);
        assert_int_equal(asv_medium_write(&medium, &content, &written, &err), ASV_E_EXISTS);
        assert_true(is_there(ASV_MEDIUM_MARK)); /* it is not ours to remove */
    }
}

static enum asv_status cannot_be_read(void *ctx, void *out, size_t cap, size_t *got, struct asv_err *why)
{
    (void)ctx, (void)out, (void)cap, (void)got;
    return asv_fail(why, ASV_E_IO, "the carrier was read");
}

/* HO-155: the carrier is not even read; of its file every byte is. */
static void a_whole_copy_of_our_own_is_read_and_not_written(void **state)
{
    (void)state;
    assert_int_equal(asv_medium_write(&medium, &content, &written, &err), ASV_OK);
    struct asv_source none = {NULL, LEN, cannot_be_read};
    content.carrier = &none;
    content.label = "DVD 2";
    unlinkat(medium.dir, ASV_MEDIUM_SUMS, 0);
    assert_int_equal(asv_medium_write(&medium, &content, &written, &err), ASV_OK);
    is_digest_of(written.carrier, carrier, LEN);
    is_digest_of(written.file, carrier, LEN);
    sums_are_right();
    assert_true(is_there(ASV_MEDIUM_MARK));
    carrier[7] ^= 1; /* what lies there is not the carrier */
    asv_test_write_file(dir_path, written.name, carrier, LEN);
    carrier[7] ^= 1;
    assert_int_equal(asv_medium_write(&medium, &content, &written, &err), ASV_E_IO);
    assert_non_null(strstr(err.text, "the carrier was read"));
    content.carrier = &source;
    assert_int_equal(write_and_finish(), ASV_OK);
    sums_are_right();
}

/* Of one that is protected nobody could tell what is in it, nor open it. */
static void a_protected_one_is_written_anew(void **state)
{
    (void)state;
    content.protection = ASV_PLAN_ZIP;
    content.passphrase = "abcd-efgh";
    assert_int_equal(asv_medium_write(&medium, &content, &written, &err), ASV_OK);
    struct asv_medium_written before = written;
    assert_int_equal(write_and_finish(), ASV_OK);
    assert_memory_not_equal(before.file, written.file, sizeof written.file);
    sums_are_right();
}

/* HO-080: what custody has, and nothing else. */
static void another_carrier_is_not_written(void **state)
{
    (void)state;
    static const uint8_t other[ASV_SHA256_BYTES] = {1};
    content.sha256 = other;
    assert_int_equal(asv_medium_write(&medium, &content, &written, &err), ASV_E_DIGEST);
    assert_false(is_there("Beweismittel_1.zip") || is_there(ASV_MEDIUM_MARK));
}

static void nothing_can_be_written(void)
{
    struct asv_source none = {NULL, LEN, cannot_be_read};
    content.carrier = &none;
    assert_int_equal(asv_medium_write(&medium, &content, &written, &err), ASV_E_IO);
    content.carrier = &source;
}

/* HO-176: it stays marked, whatever becomes of it, and what is whole on it stays. */
static void what_custody_has_is_not_taken_back(void **state)
{
    (void)state;
    struct asv_medium_left found;
    assert_int_equal(asv_medium_write(&medium, &content, &written, &err), ASV_OK);
    content.is_known = true;
    content.protection = ASV_PLAN_OPEN;
    carrier[7] ^= 1;
    asv_test_write_file(dir_path, written.name, carrier, LEN); /* what is whole would not be written */
    carrier[7] ^= 1;
    nothing_can_be_written();
    assert_non_null(strstr(err.text, "custody has this medium, and it is not finished"));
    assert_true(is_there(ASV_MEDIUM_MARK) && is_there(ASV_MEDIUM_SUMS));
    assert_int_equal(asv_medium_left(&medium, &content, &found, &err), ASV_OK);
    assert_string_equal(found.label, "DVD 1");
    content.is_known = false;
    nothing_can_be_written();
    assert_false(is_there(ASV_MEDIUM_MARK) || is_there(ASV_MEDIUM_SUMS));
}

/* HO-155 */
static void what_cannot_be_removed_stays_marked(void **state)
{
    (void)state;
    static const char *const names[] = {"Beweismittel_1.zip", ASV_MEDIUM_SUMS, "b.iso.partial"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *mark = i < 2 ? ASV_MEDIUM_MARK : "b.iso.unfertig";
        if (i == 2) {
            becomes_image("b.iso");
        }
        left = (struct asv_bytes){carrier, LEN};
        assert_int_equal(asv_medium_write(&medium, &content, &written, &err), ASV_OK);
        stuck = names[i];
        asv_medium_take_back(&medium, written.name);
        stuck = NULL;
        assert_true(is_there(names[i]) && is_there(mark));
        asv_medium_take_back(&medium, written.name);
        assert_false(is_there(names[i]) || is_there(mark));
    }
}

/* HO-156; of a file system that has no locks nothing is known. */
static void of_two_programs_the_second_is_refused(void **state)
{
    (void)state;
    static const int none[] = {ENOLCK, EOPNOTSUPP, ENOSYS, EBADF};
    char path[700];
    struct asv_medium other;
    snprintf(path, sizeof path, "%s/c.iso", dir_path);
    becomes_image("b.iso");
    assert_int_equal(asv_medium_open_image(path, &other, &err), ASV_E_BUSY);
    assert_non_null(strstr(err.text, "another run writes there"));
    asv_medium_close(&other);
    asv_medium_close(&medium);
    assert_int_equal(asv_medium_open_image(path, &medium, &err), ASV_OK);
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        flock_errno = none[i];
        assert_int_equal(asv_medium_open("/proc", &other, &err), ASV_OK);
        asv_medium_close(&other);
    }
    flock_errno = EIO;
    assert_int_equal(asv_medium_open("/proc", &other, &err), ASV_E_IO);
    asv_medium_close(&other);
    flock_errno = 0;
}

/* One that cannot be read is not one that is empty. */
static void what_cannot_be_told_is_not_empty(void **state)
{
    (void)state;
    struct asv_medium_left found;
    struct asv_medium bad = {.dir = open("/dev/null", O_RDONLY)};
    assert_true(bad.dir >= 0);
    assert_true(asv_medium_left(&bad, &content, &found, &err) == ASV_E_IO);
    assert_non_null(strstr(err.text, "the medium is bad, or was taken out"));
    asv_medium_close(&bad);
    stuck = ASV_MEDIUM_SUMS;
    assert_int_equal(asv_medium_left(&medium, &content, &found, &err), ASV_E_IO);
    assert_int_equal(asv_medium_write(&medium, &content, &written, &err), ASV_E_IO);
    assert_non_null(strstr(err.text, "SHA256SUMS"));
    stuck = NULL;
    assert_false(is_there(ASV_MEDIUM_MARK));
}

/* HO-155: of an image as of a medium; it is made anew. */
static void an_image_that_was_not_finished_is_made_anew(void **state)
{
    (void)state;
    struct asv_medium_left found;
    becomes_image("b.iso");
    assert_int_equal(asv_medium_write(&medium, &content, &written, &err), ASV_OK);
    assert_int_equal(asv_medium_left(&medium, &content, &found, &err), ASV_OK);
    assert_string_equal(found.label, "DVD 1");
    asv_test_write_file(dir_path, "b.iso", "renamed", 7); /* as if it had been killed behind that */
    assert_int_equal(write_and_finish(), ASV_OK);
    assert_false(is_there("b.iso.unfertig") || is_there("b.iso.partial"));
    assert_int_equal(asv_medium_left(&medium, &content, &found, &err), ASV_E_EXISTS);
    assert_string_equal(err.text, "b.iso is there already");
    struct asv_medium other;
    assert_int_equal(asv_medium_open_image("/tmp/..", &other, &err), ASV_E_USAGE);
    assert_int_equal(asv_medium_open_image("/nowhere/b.iso", &other, &err), ASV_E_NOT_FOUND);
}

/* HO-075: of a file system in memory nothing comes from a medium. */
static void what_is_memory_is_no_medium(void **state)
{
    (void)state;
    struct asv_medium other;
    medium.is_memory = true;
    assert_int_equal(asv_medium_write(&medium, &content, &written, &err), ASV_OK);
    assert_false(written.from_medium);
    if (asv_medium_open("/dev/shm", &other, &err) == ASV_OK) {
        assert_true(other.is_memory);
    }
    asv_medium_close(&other);
}

/* HO-077 */
static void the_image_of_a_dvd_has_the_same_on_it(void **state)
{
    (void)state;
    char path[700];
    uint8_t want[ASV_SHA256_BYTES];
    snprintf(path, sizeof path, "%s/b.iso", dir_path);
    becomes_image("b.iso");
    assert_int_equal(asv_medium_write(&medium, &content, &written, &err), ASV_OK);
    assert_true(is_there("b.iso.unfertig") && !is_there("b.iso")); /* HO-155: custody does not know of it */
    assert_int_equal(asv_medium_finish(&medium, &err), ASV_OK);
    is_digest_of(written.carrier, carrier, LEN);
    const char *const bsdtar[] = {"bsdtar", "-xOf", path, "Beweismittel_1.zip", NULL};
    assert_int_equal(asv_test_run(dir_path, bsdtar), 0);
    uint8_t *data = NULL;
    size_t len = 0;
    asv_test_read_file(dir_path, "out", &data, &len);
    assert_int_equal(len, LEN);
    asv_sha256(want, data, len);
    assert_memory_equal(want, written.file, sizeof want);
    free(data);
    const char *const z7[] = {"7z", "l", path, NULL};
    assert_int_equal(asv_test_run(dir_path, z7), 0);
    assert_false(is_there("b.iso.partial") || is_there("b.iso.files") || is_there("b.iso.unfertig"));
    assert_int_equal(asv_medium_write(&medium, &content, &written, &err), ASV_E_EXISTS);
    becomes_image("c.iso");
    source.size = LEN + 1; /* it cannot be read */
    left = (struct asv_bytes){carrier, LEN};
    assert_int_equal(asv_medium_write(&medium, &content, &written, &err), ASV_E_MISMATCH);
    assert_false(is_there("c.iso.files") || is_there("c.iso.partial") || is_there("c.iso.unfertig") ||
                 is_there("c.iso"));
}

/* For the label, without reading the rest of it. */
static void a_small_file_is_found_in_the_carrier(void **state)
{
    (void)state;
    static struct asv_test_package package;
    char *data = NULL;
    size_t len = 0;
    asv_test_package_make(&package);
    asv_test_write_file(dir_path, "carrier.zip", package.bytes, package.len);
    int fd = openat(medium.dir, "carrier.zip", O_RDONLY);
    assert_int_equal(asv_medium_take(fd, "data/bericht.pdf", 100, &data, &len, &err), ASV_OK);
    assert_int_equal(len, 8);
    assert_string_equal(data, "%PDF-1.7");
    free(data);
    assert_int_equal(asv_medium_take(fd, "data/bericht.pdf", 7, &data, &len, &err), ASV_E_LIMIT);
    assert_int_equal(asv_medium_take(fd, "data/bericht", 100, &data, &len, &err), ASV_E_NOT_FOUND);
    close(fd);
    asv_test_write_file(dir_path, "carrier.zip", package.bytes, package.len - 1);
    fd = openat(medium.dir, "carrier.zip", O_RDONLY);
    assert_true(asv_medium_take(fd, "data/bericht.pdf", 100, &data, &len, &err) != ASV_OK);
    close(fd);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_carrier_lies_on_the_medium_with_its_digest),
        TEST(what_is_protected_has_a_name_and_a_digest_of_its_own),
        TEST(what_is_read_back_is_compared),
        TEST(where_nothing_is_mounted_nothing_is_written),
        TEST(what_fat_does_not_take_is_said_before_anything_is_written),
        TEST(beside_it_lies_what_is_to_be_signed),
        TEST(what_a_killed_run_left_is_written_anew),
        TEST(a_medium_is_marked_until_it_is_finished),
        TEST(one_that_says_nothing_of_itself_is_refused),
        TEST(a_whole_copy_of_our_own_is_read_and_not_written),
        TEST(a_protected_one_is_written_anew),
        TEST(another_carrier_is_not_written),
        TEST(what_custody_has_is_not_taken_back),
        TEST(what_cannot_be_removed_stays_marked),
        TEST(of_two_programs_the_second_is_refused),
        TEST(what_cannot_be_told_is_not_empty),
        TEST(an_image_that_was_not_finished_is_made_anew),
        TEST(what_is_memory_is_no_medium),
        TEST(the_image_of_a_dvd_has_the_same_on_it),
        TEST(a_small_file_is_found_in_the_carrier),
    };
    if (asv_crypto_init() != ASV_OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
