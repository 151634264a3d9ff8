/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat backup: database, vault, configuration and register into a set of their own.
 */
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/backup/copy.h"
#include "server/backup/set.h"
#include "server/backup/tree.h"
#include "server/base/child.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/cli/backups.h"
#include "server/cli/text.h"
#include "server/cli/vaults.h"
#include "server/db/migrate.h"

#define KEEP_DEFAULT 7
#define KEEP_MAX     1000

struct backup {
    const struct asv_cli *cli;
    struct asv_vault *vault;
    struct asv_backup_dir backups;
    struct asv_backup_base *base;
    struct asv_manifest manifest;
    int64_t now_ms;
    char name[ASV_SET_NAME_BYTES];
    int set;
    char left[ASV_SET_NAME_BYTES];   /* by an interrupted backup; empty: nothing */
    char before[ASV_SET_NAME_BYTES]; /* the last whole set; empty: there is none */
    uint64_t findings;
    /* for the report */
    uint64_t database_bytes, public_files;
    struct asv_backup_copy copied;
};

const char *asv_cli_conf_dir(const struct asv_cli *cli, char out[512])
{
    const char *path = asv_cli_text(cli->args, "config");
    char copy[512];
    snprintf(copy, sizeof copy, "%s", path != NULL ? path : ASV_CLI_CONF);
    snprintf(out, 512, "%s", dirname(copy));
    return out;
}

/* ---- what goes into a set ---- */

static enum asv_status add(struct backup *backup, const char *name, const struct asv_backup_file *file,
                           struct asv_err *err)
{
    struct asv_manifest_entry entry = {.damaged = false};
    memcpy(entry.sha256, file->sha256, sizeof entry.sha256);
    snprintf(entry.path, sizeof entry.path, "%s", name);
    return asv_manifest_add(&backup->manifest, &entry, file->size, err);
}

static enum asv_status add_about(struct backup *backup, struct asv_err *err)
{
    char made[ASV_TEXT_BYTES];
    char text[256];
    struct asv_backup_file file;
    int len = snprintf(text, sizeof text, "format = 1\nmade = %s\nprogram = %s\nschema = %u\n",
                       asv_text_instant(made, backup->now_ms), ASV_VERSION, asv_db_schema_number());
    file.size = (uint64_t)len;
    asv_sha256(file.sha256, text, (size_t)len);
    enum asv_status status = asv_io_replace_file(backup->set, ASV_BACKUP_ABOUT, text, (size_t)len, 0600, err);
    return status == ASV_OK ? add(backup, ASV_BACKUP_ABOUT, &file, err) : status;
}

/* One snapshot of all tables, while everything goes on. */
static enum asv_status add_database(struct backup *backup, struct asv_err *err)
{
    const char *conninfo = asv_cli_text(backup->cli->args, "database-backup");
    char database[1100];
    snprintf(database, sizeof database, "--dbname=%s",
             conninfo != NULL ? conninfo : backup->cli->conf.database_backup);
    const char *const argv[] = {
        "pg_dump", "--format=custom", "--no-password", "--lock-wait-timeout=60s", database, NULL};
    struct asv_child child = {.pid = 0};
    struct asv_backup_file file;
    struct asv_err inner = {0};
    enum asv_status status = asv_child_start(argv, -1, true, &child, err);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_backup_file_copy(child.out, backup->set, ASV_BACKUP_DUMP, &file, NULL, err);
    if (status != ASV_OK) {
        asv_child_kill(&child);
        return status;
    }
    status = asv_child_wait(&child, &inner);
    if (status != ASV_OK) {
        return asv_failf(err, status, "database: %s", inner.text);
    }
    backup->database_bytes = file.size;
    return add(backup, ASV_BACKUP_DUMP, &file, err);
}

static void is_key(void *ctx, const char *path)
{
    struct backup *backup = ctx;
    backup->findings++;
    fprintf(backup->cli->out, "left out     %s holds a private key\n", path);
}

static enum asv_status add_public(struct backup *backup, struct asv_err *err)
{
    char conf[512];
    const char *agency = asv_cli_text(backup->cli->args, "dir");
    struct asv_backup_tree tree = {
        .set = backup->set, .manifest = &backup->manifest, .ctx = backup, .is_key = is_key};
    enum asv_status status =
        asv_backup_tree(&tree, asv_cli_conf_dir(backup->cli, conf), ASV_BACKUP_CONF, err);
    if (status == ASV_OK) {
        status = asv_backup_tree(&tree, agency != NULL ? agency : backup->cli->conf.agency, ASV_BACKUP_AGENCY,
                                 err);
    }
    backup->public_files = tree.files;
    return status;
}

static void found(void *ctx, const char *path, enum asv_backup_finding finding)
{
    const struct backup *backup = ctx;
    fprintf(backup->cli->out, "%-12s %s\n", finding == ASV_BACKUP_DAMAGED ? "damaged" : "unreadable", path);
}

static enum asv_status add_vault(struct backup *backup, struct asv_err *err)
{
    backup->copied = (struct asv_backup_copy){.vault = backup->vault,
                                              .set = backup->set,
                                              .manifest = &backup->manifest,
                                              .base = backup->base,
                                              .ctx = backup,
                                              .found = found};
    enum asv_status status = asv_backup_vault(&backup->copied, err);
    backup->findings += backup->copied.findings;
    return status;
}

/* The database first: what is docked meanwhile is then in the vault's part alone, from which `db rebuild`
 * makes its rows. */
static enum asv_status fill(struct backup *backup, struct asv_err *err)
{
    enum asv_status status = asv_manifest_begin(backup->set, &backup->manifest, err);
    if (status == ASV_OK) {
        status = add_about(backup, err);
    }
    if (status == ASV_OK) {
        status = add_database(backup, err);
    }
    if (status == ASV_OK) {
        status = add_public(backup, err);
    }
    if (status == ASV_OK) {
        status = add_vault(backup, err);
    }
    return status == ASV_OK ? asv_manifest_finish(backup->set, &backup->manifest, err) : status;
}

/* ---- the whole ---- */

static void print(const struct backup *backup, const char *out, size_t removed)
{
    char text[ASV_TEXT_BYTES];
    FILE *to = backup->cli->out;
    fprintf(to, "set          %s/%s\n", out, backup->name);
    fprintf(to, "database     %s\n", asv_text_bytes(text, backup->database_bytes));
    fprintf(to, "vault        %llu clips and tombstones; copied %llu files, %s%s%s\n",
            (unsigned long long)backup->copied.clips, (unsigned long long)backup->copied.files,
            asv_text_bytes(text, backup->copied.bytes), *backup->before != '\0' ? "; all else as in " : "",
            backup->before);
    if (*backup->left != '\0') {
        fprintf(to, "interrupted  %s: what it had was taken over\n", backup->left);
    }
    if (backup->copied.uncommitted != 0) {
        fprintf(to, "uncommitted  %llu directories left to the dock\n",
                (unsigned long long)backup->copied.uncommitted);
    }
    fprintf(to, "public       %llu files of configuration and register\n",
            (unsigned long long)backup->public_files);
    fprintf(to, "removed      %zu sets\n", removed);
}

/* A set that the new one begins with. One whose manifest is no good cannot be that. */
static void add_base(struct backup *backup, char name[ASV_SET_NAME_BYTES], bool partial)
{
    int set = -1;
    struct asv_err inner = {0};
    enum asv_status status = asv_io_open_dir(backup->backups.fd, name, false, &set, &inner);
    if (status == ASV_OK) {
        status = asv_base_add_take(backup->base, set, partial, &inner);
    }
    if (status != ASV_OK) {
        fprintf(backup->cli->err, "asservat: %s: %s; nothing is taken from it\n", name, inner.text);
        name[0] = '\0';
    }
}

/* What an interrupted backup left, and the last whole set. */
static enum asv_status open_base(struct backup *backup, struct asv_err *err)
{
    struct asv_err inner = {0};
    enum asv_status status = asv_backup_sweep(&backup->backups, backup->left, err);
    if (status != ASV_OK) {
        return status;
    }
    if (backup->left[0] != '\0') {
        add_base(backup, backup->left, true);
    }
    status = asv_backup_newest(&backup->backups, backup->before, &inner);
    if (status == ASV_OK) {
        add_base(backup, backup->before, false);
    }
    return status == ASV_OK || status == ASV_E_NOT_FOUND ? ASV_OK : asv_failf(err, status, "%s", inner.text);
}

/* What was written of a set that cannot be finished goes: it would only take room. */
static enum asv_status give_up(struct backup *backup, enum asv_status status, struct asv_err *err)
{
    struct asv_err why = *err;
    asv_manifest_close(&backup->manifest);
    bool gone = asv_backup_remove(&backup->backups, backup->name, NULL) == ASV_OK;
    return asv_failf(err, status, "%.150s; %s, the sets before are as they were", why.text,
                     gone ? "nothing was kept of this backup" : "the next backup removes what it left");
}

static enum asv_status make(struct backup *backup, const char *out, struct asv_err *err)
{
    size_t removed = 0;
    size_t keep = (size_t)asv_cli_number(backup->cli->args, "keep", KEEP_DEFAULT);
    enum asv_status status = open_base(backup, err);
    if (status == ASV_OK) {
        status = asv_world_wall_ms(backup->cli->world, &backup->now_ms);
    }
    if (status != ASV_OK) {
        return status;
    }
    status = asv_backup_begin(&backup->backups, backup->now_ms, backup->name, &backup->set, err);
    if (status == ASV_OK) {
        status = fill(backup, err);
    }
    if (status != ASV_OK) {
        return give_up(backup, status, err);
    }
    if (backup->left[0] != '\0') { /* all of it is in the new one */
        status = asv_backup_remove(&backup->backups, backup->left, err);
    }
    /* Nothing is thrown away on a bad day: a set before may be what has it. */
    if (status == ASV_OK && backup->findings == 0) {
        status = asv_backup_rotate(&backup->backups, keep, &removed, err);
    }
    print(backup, out, removed);
    if (status == ASV_OK && backup->findings != 0) {
        status = asv_failf(err, ASV_E_DIGEST, "%llu files are not as they should be; see above",
                           (unsigned long long)backup->findings);
    }
    return status;
}

static enum asv_status run(struct asv_cli *cli, struct asv_err *err)
{
    asv_auto_vault struct asv_vault *vault = NULL;
    const char *given = asv_cli_text(cli->args, "out");
    const char *out = given != NULL ? given : cli->conf.backup;
    if (*out == '\0') {
        return asv_fail(err, ASV_E_USAGE, "--out DIR is missing, and the configuration has no \"backup\"");
    }
    asv_auto_free struct asv_backup_base *base = calloc(1, sizeof *base);
    if (base == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    struct backup backup = {.cli = cli, .base = base, .backups = {-1, -1}, .set = -1};
    enum asv_status status = asv_cli_vault(cli, true, &vault, err);
    backup.vault = vault;
    if (status == ASV_OK && asv_vault_away(vault) != NULL) {
        fprintf(cli->err, "asservat: %s is away; the other directory is used alone\n", asv_vault_away(vault));
    }
    if (status == ASV_OK) {
        status = asv_backup_open(out, true, &backup.backups, err);
    }
    if (status == ASV_OK) {
        status = make(&backup, out, err);
    }
    asv_base_close(base);
    asv_backup_close(&backup.backups);
    if (backup.set >= 0) {
        close(backup.set);
    }
    return status;
}

static const struct asv_cli_option options[] = {
    {"out", ASV_CLI_TEXT, "DIR", "directory of the backups (configuration: backup)", false, false, 0, 0},
    {"keep", ASV_CLI_NUMBER, "N", "sets that stay; older ones are removed (7)", false, false, 1, KEEP_MAX},
    {"vault", ASV_CLI_TEXT, "DIR", "vault (configuration: vault)", false, false, 0, 0},
    {"mirror", ASV_CLI_TEXT, "DIR", "its mirror (configuration: vault.mirror)", false, false, 0, 0},
    {"dir", ASV_CLI_TEXT, "DIR", "agency directory (configuration: agency)", false, false, 0, 0},
    {"database-backup", ASV_CLI_TEXT, "CONNINFO", "as asv_backup (configuration: database.backup)", false,
     false, 0, 0},
};

const struct asv_cli_command asv_cli_backup = {
    .name = "backup",
    .summary = "back up database, vault, configuration and register",
    .help = "Makes a new set in DIR: the database, every recording and tombstone in custody,\n"
            "configuration and certificates, and a MANIFEST that \"sha256sum -c\" reads. What\n"
            "has not changed since the set before is shared with it (hard links). A set without\n"
            "MANIFEST was interrupted; the next backup takes over what it has, and removes it.\n"
            "\n"
            "No key that opens a recording is in it: what is due is unreadable in every backup. The\n"
            "only private keys in it are those that sign ledger and packages. DIR must be there; make\n"
            "it below the mount point of its disk. Runs beside all daemons.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
