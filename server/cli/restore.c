/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat restore: a backup into an empty database and an empty vault.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/backup/manifest.h"
#include "server/backup/set.h"
#include "server/backup/tree.h"
#include "server/backup/verify.h"
#include "server/base/cleanup.h"
#include "server/base/conf.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/io.h"
#include "server/cli/backups.h"
#include "server/cli/database.h"
#include "server/cli/restore_database.h"
#include "server/cli/text.h"
#include "server/cli/vaults.h"
#include "server/db/migrate.h"

/* In each directory of the vault while a restore goes on: it was empty before, so everything in it is the
 * set's whose manifest's digest stands here, and that restore can go on after an interruption. */
#define MARK ".restoring"

struct restore {
    const struct asv_cli *cli;
    int set;
    char mark[2 * ASV_SHA256_BYTES + 1];
    struct asv_vault_config vault;
    const char *owner;                     /* conninfo */
    char trace[2 * ASV_SHA256_BYTES + 32]; /* in the database when it came from this set */
    bool database_is_there;
    const char *agency;
    char conf[512];
    uint64_t kept;
};

static size_t root_count(const struct restore *restore)
{
    return restore->vault.root_count < ASV_VAULT_ROOTS ? restore->vault.root_count : ASV_VAULT_ROOTS;
}

/* ---- the set ---- */

/* DIR is a set, or holds sets: then the newest whole one counts. */
static enum asv_status open_set(struct restore *restore, struct asv_err *err)
{
    asv_auto_backup_dir struct asv_backup_dir backups = {-1, -1};
    char name[ASV_SET_NAME_BYTES];
    struct asv_err inner = {0};
    const char *from = asv_cli_text(restore->cli->args, "from");
    enum asv_status status = asv_backup_open(from, false, &backups, err);
    if (status != ASV_OK) {
        return status;
    }
    if (faccessat(backups.fd, ASV_BACKUP_ABOUT, F_OK, 0) == 0 ||
        faccessat(backups.fd, ASV_MANIFEST, F_OK, 0) == 0) {
        restore->set = backups.fd;
        backups.fd = -1;
        fprintf(restore->cli->out, "set          %s\n", from);
        return ASV_OK;
    }
    status = asv_backup_newest(&backups, name, &inner);
    if (status != ASV_OK) {
        return asv_failf(err, status, "%s: %s", from, inner.text);
    }
    fprintf(restore->cli->out, "set          %s/%s\n", from, name);
    return asv_io_open_dir(backups.fd, name, false, &restore->set, err);
}

static void wrong(void *ctx, const char *path, const char *why)
{
    const struct restore *restore = ctx;
    fprintf(restore->cli->err, "wrong        ");
    asv_text_print(restore->cli->err, path);
    fprintf(restore->cli->err, ": ");
    asv_text_print(restore->cli->err, why);
    fputc('\n', restore->cli->err);
}

struct about {
    uint64_t format, schema;
    char made[64];
    char program[64];
};

static enum asv_status check_about(const struct restore *restore, struct asv_err *err)
{
    static const struct asv_conf_key keys[] = {
        {"format", ASV_CONF_NUMBER, offsetof(struct about, format), 0, NULL, 1, 1, NULL, NULL},
        {"made", ASV_CONF_TEXT, offsetof(struct about, made), 64, NULL, 0, 0, NULL, NULL},
        {"program", ASV_CONF_TEXT, offsetof(struct about, program), 64, NULL, 0, 0, NULL, NULL},
        {"schema", ASV_CONF_NUMBER, offsetof(struct about, schema), 0, NULL, 1, UINT32_MAX, NULL, NULL},
    };
    char text[1024];
    size_t len = 0;
    struct about about;
    enum asv_status status = asv_io_read_file(restore->set, ASV_BACKUP_ABOUT, text, sizeof text, &len, err);
    if (status == ASV_OK) {
        status = asv_conf_parse(ASV_BACKUP_ABOUT, text, len, keys, sizeof keys / sizeof *keys, &about, err);
        status = status == ASV_E_USAGE ? ASV_E_MALFORMED : status;
    }
    if (status != ASV_OK) {
        return status;
    }
    fprintf(restore->cli->out, "made         %s, by asservat %s\n", about.made, about.program);
    return about.schema <= asv_db_schema_number()
               ? ASV_OK
               : asv_failf(err, ASV_E_UNSUPPORTED,
                           "the set was made by asservat %s, which is newer; install that one",
                           about.program);
}

static enum asv_status digest_manifest(struct restore *restore, struct asv_err *err)
{
    struct asv_sha256 hash;
    uint8_t block[4096];
    uint8_t digest[ASV_SHA256_BYTES];
    asv_auto_fd int fd = -1;
    ssize_t got = 0;
    enum asv_status status = asv_io_open_file(restore->set, ASV_MANIFEST, &fd, err);
    if (status != ASV_OK) {
        return status;
    }
    asv_sha256_init(&hash);
    while ((got = read(fd, block, sizeof block)) > 0) {
        asv_sha256_update(&hash, block, (size_t)got);
    }
    if (got < 0) {
        return asv_io_fail(err, errno, ASV_MANIFEST);
    }
    asv_sha256_final(&hash, digest);
    asv_hex_encode(restore->mark, digest, sizeof digest);
    return ASV_OK;
}

static enum asv_status verify_set(struct restore *restore, struct asv_err *err)
{
    char text[ASV_TEXT_BYTES];
    struct asv_verify verify = {.ctx = restore, .wrong = wrong};
    struct asv_err inner = {0};
    enum asv_status status = asv_backup_verify(restore->set, &verify, &inner);
    if (status != ASV_OK) {
        return asv_failf(err, status, "this backup cannot be restored: %s", inner.text);
    }
    fprintf(restore->cli->out, "verified     %llu files, %s\n", (unsigned long long)verify.files,
            asv_text_bytes(text, verify.bytes));
    if (verify.damaged != 0) {
        fprintf(restore->cli->out, "damaged      %llu files were no longer right when they were backed up\n",
                (unsigned long long)verify.damaged);
    }
    status = check_about(restore, err);
    return status == ASV_OK ? digest_manifest(restore, err) : status;
}

/* ---- what must be empty ---- */

/* Files that are in a vault without recordings, or in one whose restore had only just begun. */
static const char *const of_no_clip[] = {"lock", "." MARK ".tmp"};

static int not_of_a_vault(const struct dirent *entry)
{
    static const char *const names[] = {".", "..", "sealed", "quarantine", "tombstones", "staging"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(entry->d_name, names[i]) == 0) {
            return 0;
        }
    }
    for (size_t i = 0; i < sizeof of_no_clip / sizeof *of_no_clip; i++) {
        if (strcmp(entry->d_name, of_no_clip[i]) == 0) {
            return 0;
        }
    }
    return 1;
}

static enum asv_status check_empty(int dir, const char *root, struct asv_err *err)
{
    struct dirent **others = NULL;
    uint64_t files = 0;
    uint64_t allowed = 0;
    int count = scandirat(dir, ".", &others, not_of_a_vault, NULL);
    for (int i = 0; i < count; i++) {
        free(others[i]);
    }
    free(others);
    for (size_t i = 0; i < sizeof of_no_clip / sizeof *of_no_clip; i++) {
        allowed += faccessat(dir, of_no_clip[i], F_OK, 0) == 0;
    }
    enum asv_status status = asv_backup_count(dir, &files, err);
    if (status == ASV_OK && (count != 0 || files > allowed)) {
        status = asv_failf(err, ASV_E_EXISTS,
                           "%s is not empty; a backup is restored into an empty vault only", root);
    }
    return status;
}

/* A directory with nothing in it, or a vault without any recording; or this set, half restored (*again). One
 * that has lost its mark already must not be empty: `bare` says that this may be. */
static enum asv_status check_root(const struct restore *restore, const char *root, bool bare, bool *again,
                                  struct asv_err *err)
{
    char mark[sizeof restore->mark] = "";
    size_t len = 0;
    asv_auto_fd int dir = -1;
    enum asv_status status = asv_io_open_dir(AT_FDCWD, root, false, &dir, err);
    if (status == ASV_E_NOT_FOUND) {
        return asv_failf(err, status, "%s is not there: make it, for the dock daemon's user, mode 0700",
                         root);
    }
    if (status != ASV_OK) {
        return status;
    }
    if (asv_io_read_file(dir, MARK, mark, sizeof mark - 1, &len, NULL) != ASV_OK) {
        return bare ? ASV_OK : check_empty(dir, root, err);
    }
    if (strcmp(mark, restore->mark) != 0) {
        return asv_failf(
            err, ASV_E_EXISTS,
            "%s: the restore of another backup was interrupted; go on with that one, or empty the "
            "directory",
            root);
    }
    *again = true;
    return ASV_OK;
}

static enum asv_status check_roots(const struct restore *restore, bool *again, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < root_count(restore); i++) {
        bool bare = restore->database_is_there && *again;
        status = check_root(restore, restore->vault.roots[i], bare, again, err);
    }
    return status;
}

/* The last steps are the database's transaction and then, one after the other, the marks: with its trace in
 * the database a directory without a mark beside one that has it is whole. */
static enum asv_status check_targets(struct restore *restore, struct asv_err *err)
{
    bool again = false;
    struct asv_err inner = {0};
    const struct asv_db_config config = {
        .conninfo = restore->owner, .application = "asservat restore", .world = restore->cli->world};
    snprintf(restore->trace, sizeof restore->trace, "asservat restore %s", restore->mark);
    enum asv_status status =
        asv_db_ready_for_restore(&config, restore->trace, &restore->database_is_there, &inner);
    if (status != ASV_OK) {
        return asv_failf(err, status, "%s%s", inner.text,
                         status == ASV_E_EXISTS ? "; a backup is restored into an empty one only" : "");
    }
    struct asv_err where = {0};
    status = check_roots(restore, &again, &where);
    if (restore->database_is_there && !again && (status == ASV_OK || status == ASV_E_EXISTS)) {
        return asv_fail(
            err, ASV_E_EXISTS,
            "database: is not empty: this backup came into it before; a backup is restored into an "
            "empty one only");
    }
    if (status != ASV_OK) {
        return asv_failf(err, status, "%s", where.text);
    }
    if (again) {
        fprintf(restore->cli->out, "again        an interrupted restore of this backup goes on\n");
    }
    return ASV_OK;
}

/* ---- bringing it back ---- */

static void kept(void *ctx, const char *path)
{
    struct restore *restore = ctx;
    restore->kept++;
    fprintf(restore->cli->out, "kept         what is there instead of %s\n", path);
}

static enum asv_status bring_public(struct restore *restore, const char *what, const char *to, mode_t mode,
                                    struct asv_err *err)
{
    char prefix[32];
    asv_auto_fd int dir = -1;
    snprintf(prefix, sizeof prefix, "%s/", what);
    struct asv_bring bring = {
        .set = restore->set, .prefix = prefix, .mode = mode, .ctx = restore, .kept = kept};
    enum asv_status status = asv_io_open_dir(AT_FDCWD, to, true, &dir, err);
    bring.to = dir;
    if (status == ASV_OK) {
        status = asv_backup_bring(&bring, err);
    }
    if (status == ASV_OK) {
        fprintf(restore->cli->out, "%-12s %llu files into %s, %llu were there\n", what,
                (unsigned long long)bring.files, to, (unsigned long long)bring.already);
    }
    return status;
}

/* Root's files would be none that the dock can write: they are given to whom the directory belongs. */
static enum asv_status own_root(const char *root, struct asv_err *err)
{
    struct stat st;
    asv_auto_fd int dir = -1;
    enum asv_status status = asv_io_open_dir(AT_FDCWD, root, false, &dir, err);
    if (status == ASV_OK && fstat(dir, &st) != 0) {
        status = asv_io_fail(err, errno, root);
    }
    return status == ASV_OK && geteuid() == 0 ? asv_backup_own(dir, st.st_uid, st.st_gid, err) : status;
}

/* The mirror, too: until it has its copy, everything would be there once. */
static enum asv_status bring_vault(struct restore *restore, const char *root, int dir, struct asv_err *err)
{
    char text[ASV_TEXT_BYTES];
    struct asv_bring bring = {.set = restore->set,
                              .prefix = ASV_BACKUP_VAULT "/",
                              .to = dir,
                              .mode = ASV_VAULT_FILE_MODE,
                              .replace = true};
    enum asv_status status = asv_backup_bring(&bring, err);
    if (status == ASV_OK) {
        status = own_root(root, err);
    }
    if (status == ASV_OK) {
        fprintf(restore->cli->out, "vault        %llu files, %s, into %s; %llu were there\n",
                (unsigned long long)bring.files, asv_text_bytes(text, bring.bytes), root,
                (unsigned long long)bring.already);
    }
    return status;
}

/* Before the first byte comes into a directory. */
static enum asv_status mark(const struct restore *restore, const int dirs[ASV_VAULT_ROOTS],
                            struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < root_count(restore); i++) {
        status = asv_io_replace_file(dirs[i], MARK, restore->mark, strlen(restore->mark), 0600, err);
    }
    return status;
}

/* When everything is there; the first directory, which check_roots begins with, loses its mark last. */
static enum asv_status unmark(const struct restore *restore, const int dirs[ASV_VAULT_ROOTS],
                              struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    for (size_t i = root_count(restore); status == ASV_OK && i-- > 0;) {
        status = unlinkat(dirs[i], MARK, 0) == 0 ? asv_io_sync_dir(dirs[i], MARK, err)
                                                 : asv_io_fail(err, errno, MARK);
    }
    return status;
}

static enum asv_status bring_database(const struct restore *restore, struct asv_err *err)
{
    asv_auto_fd int dump = -1;
    enum asv_status status = asv_io_open_file(restore->set, ASV_BACKUP_DUMP, &dump, err);
    if (status == ASV_OK && !restore->database_is_there) {
        status = asv_restore_database(restore->owner, dump, restore->trace, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    const struct asv_db_config config = {
        .conninfo = restore->owner, .application = "asservat restore", .world = restore->cli->world};
    status = asv_db_migrate(&config, 0, NULL, NULL, err);
    if (status == ASV_OK) {
        fprintf(restore->cli->out, "database     schema %u\n", asv_db_schema_number());
    }
    return status;
}

static enum asv_status bring_all(struct restore *restore, const int dirs[ASV_VAULT_ROOTS],
                                 struct asv_err *err)
{
    enum asv_status status = mark(restore, dirs, err);
    if (status == ASV_OK) {
        status = bring_public(restore, ASV_BACKUP_CONF, restore->conf, 0644, err);
    }
    if (status == ASV_OK) {
        status = bring_public(restore, ASV_BACKUP_AGENCY, restore->agency, 0644, err);
    }
    for (size_t i = 0; status == ASV_OK && i < root_count(restore); i++) {
        status = bring_vault(restore, restore->vault.roots[i], dirs[i], err);
    }
    if (status == ASV_OK) {
        status = bring_database(restore, err);
    }
    return status == ASV_OK ? unmark(restore, dirs, err) : status;
}

/* While it goes on, no dock daemon starts on this vault. */
static enum asv_status bring(struct restore *restore, struct asv_err *err)
{
    asv_auto_vault struct asv_vault *vault = NULL;
    int dirs[ASV_VAULT_ROOTS] = {-1, -1};
    struct asv_err inner = {0};
    (void)umask(ASV_VAULT_UMASK);
    enum asv_status status = asv_vault_open(&restore->vault, &vault, &inner);
    if (status != ASV_OK) {
        return asv_failf(err, status, "vault: %s", inner.text);
    }
    for (size_t i = 0; status == ASV_OK && i < root_count(restore); i++) {
        status = asv_io_open_dir(AT_FDCWD, restore->vault.roots[i], false, &dirs[i], err);
    }
    if (status == ASV_OK) {
        status = bring_all(restore, dirs, err);
    }
    for (size_t i = 0; i < ASV_VAULT_ROOTS; i++) {
        if (dirs[i] >= 0) {
            close(dirs[i]);
        }
    }
    return status;
}

/* ---- what came of it ---- */

/* Rows for what the vault's part has and the database's lacks; every file against its commit record. Both say
 * themselves what they find. */
static enum asv_status check(struct asv_cli *cli, struct asv_err *err)
{
    struct asv_err rebuilt = {0};
    struct asv_err scrubbed = {0};
    enum asv_status status = asv_cli_db_rebuild.run(cli, &rebuilt);
    enum asv_status scrub = asv_cli_vault_scrub.run(cli, &scrubbed);
    if (status == ASV_OK && scrub == ASV_OK) {
        return ASV_OK;
    }
    return asv_failf(err, status != ASV_OK ? status : scrub, "restored, but not all is well: %.100s%s%.100s",
                     rebuilt.text, status != ASV_OK && scrub != ASV_OK ? "; " : "", scrubbed.text);
}

static enum asv_status print_rest(const struct asv_cli *cli, struct asv_err *err)
{
    asv_auto_db struct asv_db *db = NULL;
    uint64_t held = 0;
    uint64_t due = 0;
    enum asv_status status = asv_cli_database(cli, &db, err);
    if (status == ASV_OK) {
        status = asv_db_custody_due(db, &held, &due, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    fprintf(cli->out,
            "in custody   %llu recordings; of %llu the period is over\n"
            "\n"
            "What is left to do (docs/OPERATIONS.md):\n"
            "- No key that opens a recording is in a backup. If the keeper's store and its master slots are\n"
            "  lost, too, no recording restored here can be opened again, but with the recovery key those\n"
            "  that were wrapped to it. A keeper that lives goes on as it was.\n"
            "- What was erased after the backup was made is in the tables as if it were there. Its key is\n"
            "  gone: nobody can open it. The next retention run erases again whatever is due.\n"
            "- The keys of dock and keeper, people's key files and the CA's key are not in it. Those that\n"
            "  sign ledger and packages are: give them to the keeper's user.\n"
            "- What people said after the backup was made is not in the tables: who was retired, revoked or\n"
            "  disabled, duties, who wore a camera, incidents, blocks, policies. Say it again.\n"
            "- Start the daemons when the checks above are clean.\n",
            (unsigned long long)held, (unsigned long long)due);
    return ASV_OK;
}

static enum asv_status run(struct asv_cli *cli, struct asv_err *err)
{
    const char *owner = asv_cli_text(cli->args, "database-owner");
    const char *agency = asv_cli_text(cli->args, "dir");
    struct restore restore = {
        .cli = cli,
        .set = -1,
        .vault = asv_cli_vault_config(cli),
        .owner = owner != NULL ? owner : cli->conf.database_owner,
        .agency = agency != NULL ? agency : cli->conf.agency,
    };
    restore.vault.exclusive = true;
    (void)asv_cli_conf_dir(cli, restore.conf);
    enum asv_status status = open_set(&restore, err);
    if (status == ASV_OK) {
        status = verify_set(&restore, err);
    }
    if (status == ASV_OK) {
        status = check_targets(&restore, err);
    }
    if (status == ASV_OK) {
        status = bring(&restore, err);
    }
    if (restore.set >= 0) {
        close(restore.set);
    }
    if (status != ASV_OK) {
        return status;
    }
    struct asv_err found = {0};
    enum asv_status checked = check(cli, &found);
    status = print_rest(cli, err);
    return checked == ASV_OK ? status : asv_failf(err, checked, "%s", found.text);
}

static const struct asv_cli_option options[] = {
    {"from", ASV_CLI_TEXT, "DIR", "a set, or the directory of the backups: its newest set", true, false, 0,
     0},
    {"vault", ASV_CLI_TEXT, "DIR", "vault (configuration: vault)", false, false, 0, 0},
    {"mirror", ASV_CLI_TEXT, "DIR", "its mirror (configuration: vault.mirror)", false, false, 0, 0},
    {"dir", ASV_CLI_TEXT, "DIR", "agency directory (configuration: agency)", false, false, 0, 0},
    {"database", ASV_CLI_TEXT, "CONNINFO", "database (configuration: database)", false, false, 0, 0},
    {"database-dock", ASV_CLI_TEXT, "CONNINFO", "as the dock's role (configuration: database.dock)", false,
     false, 0, 0},
    {"database-owner", ASV_CLI_TEXT, "CONNINFO", "as a superuser (configuration: database.owner)", false,
     false, 0, 0},
    {"full-speed", ASV_CLI_FLAG, NULL, "check the vault without a limit of its rate", false, false, 0, 0},
};

const struct asv_cli_command asv_cli_restore = {
    .name = "restore",
    .summary = "bring a backup back, into an empty database and vault",
    .help = "Reads the whole set and compares it with its MANIFEST, then restores vault and\n"
            "database, brings the schema up to this program's, and checks the result as\n"
            "\"asservat db rebuild\" and \"asservat vault scrub\" do. Configuration and register\n"
            "are written where they are missing, and never over what is there. A vault or a\n"
            "database that is not empty is refused. An interrupted restore is done again with\n"
            "the same command. Stop the daemons before.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
