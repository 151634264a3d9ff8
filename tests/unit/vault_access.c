/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Whom a vault lets in (docs/VAULT.md): its owner writes, the group of a root that hands it on reads, and
 * nobody else does anything; and scrub names what is otherwise. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/base/io.h"
#include "tests/unit/test.h"
#include "tests/unit/vault_kit.h"

#define READERS  64990 /* a group, and users, that nobody has */
#define READER   64991
#define STRANGER 64992

/* The fixture's vault, with roots of this mode, where other users come by. */
static void make(struct fixture *f, mode_t mode)
{
    asv_vault_close(f->vault);
    f->vault = NULL;
    assert_int_equal(asv_io_remove_tree(AT_FDCWD, f->base, NULL), ASV_OK);
    snprintf(f->base, sizeof f->base, "/tmp/asv-vault.XXXXXX");
    assert_non_null(mkdtemp(f->base));
    assert_int_equal(chmod(f->base, 0711), 0);
    for (int i = 0; i < 2; i++) {
        snprintf(f->roots[i], sizeof f->roots[i], "%s/root%d", f->base, i);
        assert_int_equal(mkdir(f->roots[i], 0700), 0);
        if (geteuid() == 0) {
            assert_int_equal(chown(f->roots[i], (uid_t)-1, READERS), 0);
        }
        assert_int_equal(chmod(f->roots[i], mode), 0);
    }
    reopen(f, 2);
}

/* One recording, taken in as the daemon does. */
static void take_in(struct fixture *f)
{
    mode_t before = umask(ASV_VAULT_UMASK);
    struct asv_clip_dir *clip = stage(f);
    put_all(f, clip);
    assert_int_equal(asv_clip_put(clip, ASV_PART_SEAL, "the seal", 8, NULL), ASV_OK);
    assert_int_equal(asv_clip_sync(clip, NULL), ASV_OK);
    assert_int_equal(asv_clip_seal(clip, KIT_DAY, uuid, NULL), ASV_OK);
    asv_clip_close(clip);
    (void)umask(before);
}

static mode_t directories, files; /* what is expected below the roots */
static unsigned seen;

static int look(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)type;
    if (at->level == 0 || strcmp(path + at->base, "lock") == 0) {
        return 0;
    }
    seen++;
    mode_t want = S_ISDIR(st->st_mode) ? directories : files;
    if ((st->st_mode & 07777) != want) {
        fail_msg("%s has mode %04o instead of %04o", path, (unsigned)st->st_mode & 07777, (unsigned)want);
    }
    if ((directories & S_ISGID) != 0 && geteuid() == 0) {
        assert_int_equal(st->st_gid, READERS);
    }
    return 0;
}

static void every_mode_below_is(const struct fixture *f, mode_t of_directories, mode_t of_files)
{
    directories = of_directories;
    files = of_files;
    for (int i = 0; i < 2; i++) {
        seen = 0;
        assert_int_equal(nftw(f->roots[i], look, 16, FTW_PHYS), 0);
        assert_true(seen >= 10); /* areas, year, month, day, the clip and its files */
    }
}

static void what_a_root_hands_on_is_for_its_group_to_read(void **state)
{
    struct fixture *f = *state;
    make(f, 02750);
    take_in(f);
    every_mode_below_is(f, 02750, 0640);
}

static void without_that_it_is_the_owners_alone(void **state)
{
    struct fixture *f = *state;
    make(f, 0700);
    take_in(f);
    every_mode_below_is(f, 0700, 0640); /* behind directories that let nobody in */
}

/* ---- as others ---- */

static void become(uid_t user, gid_t group)
{
    if (setgroups(0, NULL) != 0 || setresgid(group, group, group) != 0 || setresuid(user, user, user) != 0) {
        _exit(9);
    }
}

/* What a reader sees: 0, or which step went otherwise. No cmocka here: this is another process. */
static int read_all(const struct fixture *f)
{
    const struct asv_vault_config reading = {.roots = {f->roots[0], f->roots[1]}, .root_count = 2};
    struct asv_vault *vault = NULL;
    struct asv_clip_dir *clip = NULL;
    char text[8] = "";
    size_t len = 0;
    char made[400];
    if (asv_vault_open(&reading, &vault, NULL) != ASV_OK) { /* also where nothing can be tried out */
        return 1;
    }
    if (asv_vault_open_clip(vault, ASV_VAULT_SEALED, KIT_SEALED, &clip, NULL) != ASV_OK) {
        return 2;
    }
    if (asv_clip_get(clip, ASV_PART_SEAL, text, sizeof text, &len, NULL) != ASV_OK || len != 8) {
        return 3;
    }
    if (asv_clip_put(clip, ASV_PART_RECOVERY, "x", 1, NULL) != ASV_E_DENIED ||
        asv_clip_drop(clip, ASV_PART_SEAL, NULL) != ASV_E_DENIED) {
        return 4;
    }
    snprintf(made, sizeof made, "%s/sealed/new", f->roots[0]);
    if (mkdir(made, 0700) == 0 || errno != EACCES) {
        return 5;
    }
    asv_clip_close(clip);
    asv_vault_close(vault);
    return 0;
}

static int run_as(const struct fixture *f, uid_t user, gid_t group)
{
    int status = 0;
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        become(user, group);
        _exit(read_all(f));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void a_reader_reads_and_a_stranger_does_not(void **state)
{
    struct fixture *f = *state;
    if (geteuid() != 0) {
        skip(); /* it takes other users */
    }
    make(f, 02750);
    take_in(f);
    assert_int_equal(run_as(f, READER, READERS), 0);
    assert_int_equal(run_as(f, STRANGER, STRANGER), 1);
}

/* ---- what scrub says ---- */

struct said {
    unsigned count, root;
    char path[ASV_VAULT_PATH_BYTES];
};

static enum asv_status on_read(void *ctx, uint64_t bytes)
{
    (void)ctx;
    (void)bytes;
    return ASV_OK;
}

static void on_found(void *ctx, const char *path, enum asv_part part, unsigned root,
                     enum asv_scrub_finding finding)
{
    (void)ctx;
    (void)root;
    fail_msg("%s/%s: finding %d", path, asv_part_name(part), (int)finding);
}

static void on_exposed(void *ctx, const char *path, unsigned root)
{
    struct said *said = ctx;
    said->count++;
    said->root = root;
    snprintf(said->path, sizeof said->path, "%s", path);
}

static struct said scrub(struct fixture *f)
{
    struct said said = {0};
    struct asv_scrub_report report;
    const struct asv_scrub_ops ops = {
        .ctx = &said, .read = on_read, .found = on_found, .exposed = on_exposed};
    assert_int_equal(asv_vault_scrub(f->vault, &ops, &report, NULL), ASV_OK);
    assert_int_equal(report.exposed, said.count);
    return said;
}

/* Of what lies in the mirror; and closed again. */
static void is_named(struct fixture *f, const char *name, mode_t wrong, mode_t right, const char *path)
{
    char full[600];
    snprintf(full, sizeof full, "%s/%s", f->roots[1], name);
    assert_int_equal(chmod(full, wrong), 0);
    struct said said = scrub(f);
    assert_int_equal(said.count, 1);
    assert_int_equal(said.root, 1);
    assert_string_equal(said.path, path);
    assert_int_equal(chmod(full, right), 0);
    assert_int_equal(scrub(f).count, 0);
}

static void scrub_names_what_lets_in_others(void **state)
{
    struct fixture *f = *state;
    make(f, 02750);
    take_in(f);
    assert_int_equal(scrub(f).count, 0);
    is_named(f, ".", 02770, 02750, ".");
    is_named(f, ".", 02751, 02750, ".");
    is_named(f, KIT_SEALED, 02770, 02750, KIT_SEALED);
    is_named(f, KIT_SEALED, 02755, 02750, KIT_SEALED);
    is_named(f, KIT_SEALED "/payload", 0660, 0640, KIT_SEALED);
    is_named(f, KIT_SEALED "/seal", 0644, 0640, KIT_SEALED);
    is_named(f, KIT_SEALED "/seal", 0600, 0640, KIT_SEALED); /* a reader would miss it */
}

static void scrub_names_what_is_anothers(void **state)
{
    struct fixture *f = *state;
    char full[600];
    if (geteuid() != 0) {
        skip();
    }
    make(f, 02750);
    take_in(f);
    snprintf(full, sizeof full, "%s/%s/seal", f->roots[0], KIT_SEALED);
    assert_int_equal(chown(full, STRANGER, (gid_t)-1), 0);
    assert_int_equal(scrub(f).count, 1);
    assert_int_equal(chown(full, 0, STRANGER), 0);
    assert_int_equal(scrub(f).count, 1);
    assert_int_equal(chown(full, 0, READERS), 0);
    assert_int_equal(scrub(f).count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(what_a_root_hands_on_is_for_its_group_to_read),
        KIT_TEST(without_that_it_is_the_owners_alone),
        KIT_TEST(a_reader_reads_and_a_stranger_does_not),
        KIT_TEST(scrub_names_what_lets_in_others),
        KIT_TEST(scrub_names_what_is_anothers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
