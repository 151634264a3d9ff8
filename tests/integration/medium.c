/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A carrier on media that are really mounted, in a mount namespace of this program's own: file systems of the
 * kernel in a file (loop), others as programs (FUSE), and, where nobody may mount a device, memory of a
 * limited size. What cannot be mounted here is skipped, and the reason told. A medium is full, pulled out or
 * changed while it is written.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "server/handover/medium.h"
#include "tests/support/files.h"
#include "tests/support/world.h"
#include "tests/unit/test.h"

#define LEN      ((size_t)3 << 20)
#define SMALL    ((size_t)64 << 20)
#define NAME     "Beweismittel_0192f0c4-6d1e-7c3a-9b57-0f7d2a51c0de_1-von-2.zip" /* as the longest is called */
#define SHUTDOWN _IOR('X', 125, uint32_t) /* of ext4 and XFS: from now on the device is away */

struct kind {
    const char *name;
    const char *make;  /* %s: the file */
    const char *mount; /* %s, %s: the file and where */
    bool is_file;      /* whose bytes are the medium's */
    bool is_program;   /* FUSE */
};

static const struct kind kinds[] = {
    {"ext4", "mkfs.ext4 -q -F %s", "mount -o loop -t ext4 %s %s", true, false},
    {"vfat", "mkfs.vfat -F 32 %s", "{ modprobe -q vfat 2>/dev/null; mount -o loop -t vfat %s %s; }", true,
     false},
    {"exfat", "mkfs.exfat %s", "{ modprobe -q exfat 2>/dev/null; mount -o loop -i -t exfat %s %s; }", true,
     false},
    {"exfat-fuse", "mkfs.exfat %s",
     "at=$(losetup -f --show %s) && { mount.exfat-fuse $at %s; status=$?; losetup -d $at; exit $status; }",
     false, true},
    {"ntfs-3g", "mkfs.ntfs -q -F %s", "mount.ntfs-3g -o loop %s %s", false, true},
    {"tmpfs", "true %s", "mount -t tmpfs -o size=64m %s %s", false, false},
};

enum event { NOTHING, FULL, PULLED, FLIPPED };

static struct asv_test_world world;
static char dir_path[512], at[600], file[600];
static const struct kind *kind;
static struct asv_medium medium;
static uint8_t carrier[LEN], digest[ASV_SHA256_BYTES];
static struct asv_bytes left;
static struct asv_source source, real;
static struct asv_medium_content content;
static struct asv_medium_written written;
static struct asv_err err;
static const uint8_t id[ASV_UUID_BYTES] = {1};
static enum event while_written, while_read; /* what happens to the medium then */

/* ---- mounting ---- */

static int shell(const char *format, const char *one, const char *two)
{
    char command[2048];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(command, sizeof command, format, one, two);
#pragma GCC diagnostic pop
    const char *const argv[] = {"sh", "-c", command, NULL};
    return asv_test_run(dir_path, argv);
}

static void said(char out[160])
{
    uint8_t *data = NULL;
    size_t len = 0;
    asv_test_read_file(dir_path, "err", &data, &len);
    snprintf(out, 160, "%.*s", (int)strcspn((char *)data, "\n"), (char *)data);
    free(data);
}

static bool is_mounted(void)
{
    return asv_medium_open(at, &medium, &err) == ASV_OK;
}

static void unmount(void)
{
    asv_medium_close(&medium);
    if (umount2(at, kind->is_program ? MNT_FORCE : 0) != 0) {
        assert_int_equal(umount2(at, MNT_DETACH), 0);
    }
}

/* A program that served it ends some time after. */
static void mount_again(void)
{
    for (int i = 0; i < 1000 && shell(kind->mount, file, at) != 0; i++) {
        struct timespec pause = {0, 10000000};
        (void)nanosleep(&pause, NULL);
    }
    assert_true(is_mounted());
}

static bool make(const struct kind *one)
{
    char why[160] = "its program is not there";
    kind = one;
    snprintf(at, sizeof at, "%s/medium", dir_path);
    snprintf(file, sizeof file, "%s/device", dir_path);
    (void)mkdir(at, 0700);
    (void)unlink(file);
    asv_test_write_file(file, NULL, "", 0);
    assert_int_equal(truncate(file, (off_t)SMALL), 0);
    if (shell(kind->make, file, "") == 0) {
        if (shell(kind->mount, file, at) == 0 && is_mounted()) {
            return true;
        }
        said(why);
        (void)umount2(at, MNT_DETACH); /* a program that ended half-way leaves a mount */
    }
    print_message("skipped %s: %s\n", kind->name, why);
    return false;
}

/* ---- what happens to it ---- */

static void fill(void)
{
    static const uint8_t zeros[1 << 16];
    int fd = openat(medium.dir, "other", O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    for (size_t some = sizeof zeros; some > 0;) {
        some = write(fd, zeros, some) > 0 ? some : some / 2;
    }
    (void)fsync(fd);
    close(fd);
}

static void pull(void)
{
    uint32_t now = 2; /* nothing of what waits is written */
    if (kind->is_program) {
        (void)umount2(at, MNT_FORCE); /* it is in use, and its program is cut off */
    } else {
        assert_int_equal(ioctl(medium.dir, SHUTDOWN, &now), 0);
    }
}

/* One bit of the carrier's, as it lies on the device. */
static void flip(void)
{
    uint8_t *data = NULL, *found;
    size_t len = 0;
    asv_test_read_file(file, NULL, &data, &len);
    found = memmem(data, len, carrier + LEN / 2, 64);
    assert_non_null(found);
    uint8_t other = (uint8_t)(*found ^ 0x10);
    int fd = open(file, O_WRONLY);
    assert_int_equal(pwrite(fd, &other, 1, found - data), 1);
    close(fd);
    free(data);
}

static void happen(enum event event)
{
    if (event == FULL) {
        fill();
    } else if (event == PULLED) {
        pull();
    } else if (event == FLIPPED) {
        flip();
    }
}

static enum asv_status read_source(void *ctx, void *out, size_t cap, size_t *got, struct asv_err *why)
{
    (void)ctx;
    if (left.len < LEN / 2) { /* half of it is written */
        happen(while_written);
        while_written = NOTHING;
    }
    return real.read(real.ctx, out, cap, got, why);
}

/* In the place of libc's: what is written is about to be read back. */
/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int posix_fadvise(int fd, off_t offset, off_t len, int advice)
{
    happen(while_read);
    while_read = NOTHING;
    return syscall(SYS_fadvise64, fd, offset, len, advice) == 0 ? 0 : errno;
}

static enum asv_status write_it(enum event written_then, enum event read_then)
{
    left = (struct asv_bytes){carrier, LEN};
    while_written = written_then;
    while_read = read_then;
    return asv_medium_write(&medium, &content, &written, &err);
}

static bool is_there(const char *name)
{
    return faccessat(medium.dir, name, F_OK, 0) == 0;
}

static void nothing_is_there(void)
{
    static const char partial[] = NAME ".partial";
    static const char *const names[] = {NAME, partial, ASV_MEDIUM_SUMS, ASV_MEDIUM_RECEIPT, ASV_MEDIUM_MARK};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (is_there(names[i])) {
            fail_msg("%s: %s is there", kind->name, names[i]);
        }
    }
}

/* ---- cases ---- */

/* HO-075, HO-087: with the names that it has, also when it was put in again. */
static void it_is_written(void)
{
    assert_int_equal(write_it(NOTHING, NOTHING), ASV_OK);
    assert_true(is_there(ASV_MEDIUM_MARK));
    assert_int_equal(asv_medium_finish(&medium, &err), ASV_OK);
    assert_int_equal(written.from_medium, !kind->is_program && strcmp(kind->name, "tmpfs") != 0);
    if (strcmp(kind->name, "tmpfs") != 0) {
        unmount();
        mount_again();
    }
    assert_int_equal(shell("cd '%s' && sha256sum -c --quiet " ASV_MEDIUM_SUMS
                           " && test \"$(ls | grep -v lost)\" = \"%s\"",
                           at, NAME "\nEmpfang.txt\nSHA256SUMS"),
                     0);
    asv_medium_take_back(&medium, NAME);
    nothing_is_there();
}

/* HO-156 */
static void nobody_else_writes_to_it(void)
{
    struct asv_medium other;
    assert_int_equal(asv_medium_open(at, &other, &err), ASV_E_BUSY);
    asv_medium_close(&other);
}

/* HO-072 */
static void too_small_is_said_first(void)
{
    source.size = 2 * SMALL;
    assert_int_equal(write_it(NOTHING, NOTHING), ASV_E_NO_SPACE);
    source.size = LEN;
    assert_non_null(strstr(err.text, "134217728 bytes are needed, "));
    assert_non_null(strstr(err.text, " are free"));
    assert_int_equal(left.len, LEN); /* nothing was read */
    nothing_is_there();
}

/* HO-076 */
static void fat_takes_no_more_than_4_gib(void)
{
    source.size = ASV_MEDIUM_FAT_BYTES + 1;
    assert_int_equal(write_it(NOTHING, NOTHING),
                     strcmp(kind->name, "vfat") == 0 ? ASV_E_LIMIT : ASV_E_NO_SPACE);
    source.size = LEN;
    nothing_is_there();
}

static void full_in_the_middle_leaves_nothing(void)
{
    enum event when[2][2] = {{FULL, NOTHING}, {NOTHING, FULL}};
    for (size_t i = 0; i < 2; i++) {
        enum asv_status status = write_it(when[i][0], when[i][1]);
        if (i == 0 || status != ASV_OK) { /* small notes may find room in what their directory has */
            assert_int_equal(status, ASV_E_NO_SPACE);
            nothing_is_there();
        }
        asv_medium_take_back(&medium, NAME);
        assert_int_equal(unlinkat(medium.dir, "other", 0), 0);
    }
}

/* HO-155: what is put in again says that it is not finished, or has nothing; and the same run goes on. */
static void pulled_it_is_not_finished(enum event written_then, enum event read_then)
{
    assert_int_equal(write_it(written_then, read_then), ASV_E_IO);
    assert_non_null(strstr(err.text, "taken out"));
    unmount();
    mount_again();
    assert_true(is_there(ASV_MEDIUM_MARK));
    assert_int_equal(write_it(NOTHING, NOTHING), ASV_OK);
    assert_int_equal(left.len, read_then == PULLED ? LEN : 0); /* what was whole is not written anew */
    assert_int_equal(asv_medium_finish(&medium, &err), ASV_OK);
    asv_medium_take_back(&medium, NAME);
    nothing_is_there();
}

/* HO-075 */
static void one_bit_is_found(void)
{
    assert_int_equal(write_it(NOTHING, FLIPPED), ASV_E_DIGEST);
    assert_non_null(strstr(err.text, "the medium is bad"));
    nothing_is_there();
}

static void on(const struct kind *one)
{
    if (!make(one)) {
        return;
    }
    it_is_written();
    nobody_else_writes_to_it();
    too_small_is_said_first();
    fat_takes_no_more_than_4_gib();
    full_in_the_middle_leaves_nothing();
    if (kind->is_file) {
        one_bit_is_found();
    }
    if (kind->is_program || strcmp(kind->name, "ext4") == 0) {
        pulled_it_is_not_finished(PULLED, NOTHING);
        pulled_it_is_not_finished(NOTHING, PULLED);
    }
    unmount();
    print_message("%s\n", kind->name);
}

static void a_medium_is_finished_or_says_that_it_is_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        on(&kinds[i]);
    }
}

/* ---- ---- */

static void map(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY);
    if (fd >= 0) {
        ssize_t done = write(fd, text, strlen(text));
        (void)done; /* what cannot be mounted then is skipped */
        close(fd);
    }
}

/* Its mounts end with it. */
static bool is_apart(void)
{
    char text[64];
    uid_t uid = getuid();
    gid_t gid = getgid();
    if (unshare(uid == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) != 0) {
        return false;
    }
    if (uid != 0) {
        map("/proc/self/setgroups", "deny");
        snprintf(text, sizeof text, "0 %u 1", (unsigned)uid);
        map("/proc/self/uid_map", text);
        snprintf(text, sizeof text, "0 %u 1", (unsigned)gid);
        map("/proc/self/gid_map", text);
    }
    return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static void set_up(void)
{
    static const char receipt[] = "handover-receipt\n";
    static const struct asv_medium_note note = {ASV_MEDIUM_RECEIPT,
                                                {(const uint8_t *)receipt, sizeof receipt - 1}};
    uint32_t next = 1;
    asv_test_world_init(&world, 7);
    for (size_t i = 0; i < LEN; i++) {
        next = next * 1664525 + 1013904223;
        carrier[i] = (uint8_t)(next >> 24);
    }
    asv_sha256(digest, carrier, LEN);
    asv_test_make_directory(dir_path, sizeof dir_path);
    real = asv_source_bytes(&left);
    source = (struct asv_source){NULL, LEN, read_source};
    content = (struct asv_medium_content){.name = NAME,
                                          .label = "USB 1",
                                          .id = id,
                                          .carrier = &source,
                                          .sha256 = digest,
                                          .protection = ASV_PLAN_OPEN,
                                          .notes = &note,
                                          .note_count = 1,
                                          .world = &world.world};
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_medium_is_finished_or_says_that_it_is_not)};
    if (asv_crypto_init() != ASV_OK) {
        return 1;
    }
    if (!is_apart()) {
        printf("skipped: nobody may mount anything here: %s\n", strerror(errno));
        return 77;
    }
    set_up();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    asv_test_remove_directory(dir_path);
    return failed;
}
