/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat handover run: makes what two people decided to hand over.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/base/signals.h"
#include "server/base/uuid.h"
#include "server/cli/certify.h"
#include "server/cli/database.h"
#include "server/cli/handover_job.h"
#include "server/cli/keepers.h"
#include "server/cli/ledger_key.h"
#include "server/cli/text.h"
#include "server/cli/vaults.h"
#include "server/handover/cause.h"
#include "server/report/report.h"

/* ---- what all of them take ---- */

static enum asv_status open_directory(struct asv_handover_house *house, struct asv_err *err)
{
    const char *path = house->cli->conf.handover;
    enum asv_status status = asv_io_open_dir(AT_FDCWD, path, true, &house->dir, err);
    if (status == ASV_OK && flock(house->dir, LOCK_EX | LOCK_NB) != 0) { /* HO-044 */
        status = errno == EWOULDBLOCK ? asv_failf(err, ASV_E_BUSY, "another run is at work in %.200s", path)
                                      : asv_io_fail(err, errno, path);
    }
    return status;
}

static enum asv_status read_root(struct asv_handover_house *house, struct asv_err *err)
{
    const char *given = asv_cli_text(house->cli->args, "trust");
    const char *path = given != NULL ? given : house->cli->conf.root;
    size_t len = 0;
    house->root_path = path;
    enum asv_status status =
        asv_io_read_file(AT_FDCWD, path, house->root_data, sizeof house->root_data, &len, err);
    if (status == ASV_OK) {
        status = asv_cert_decode(&house->root, house->root_data, len, err);
    }
    if (status == ASV_OK && house->root.role != ASV_ROLE_ROOT) {
        status = asv_failf(err, ASV_E_MISMATCH, "%.200s: is no root's certificate", path);
    }
    return status;
}

static enum asv_status read_package(struct asv_handover_house *house, struct asv_err *err)
{
    const char *given = asv_cli_text(house->cli->args, "package");
    const char *path = given != NULL ? given : house->cli->conf.handover_package;
    enum asv_status status =
        asv_io_read_file(AT_FDCWD, path, house->pem, sizeof house->pem, &house->pem_len, err);
    if (status == ASV_OK &&
        asv_x509_read(&house->package, (struct asv_bytes){house->pem, house->pem_len}) != ASV_OK) {
        status = asv_failf(err, ASV_E_MALFORMED, "%.200s: is no certificate", path);
    }
    return status;
}

/* HO-125: what nobody certified cannot be checked by who has the agency's root alone. */
static enum asv_status read_chain(struct asv_handover_house *house, const char *name, uint8_t role,
                                  const uint8_t subject[ASV_SHA256_BYTES], struct asv_handover_certified *out,
                                  struct asv_err *err)
{
    struct asv_revocations list;
    char path[600];
    int64_t now_ms = 0;
    const char *given = asv_cli_text(house->cli->args, "chains");
    bool revokes = house->revocations_len > 0;
    (void)snprintf(path, sizeof path, "%.500s/%s", given != NULL ? given : house->cli->conf.handover_chains,
                   name);
    enum asv_status status = asv_io_read_file(AT_FDCWD, path, out->data, sizeof out->data, &out->len, err);
    if (status == ASV_E_NOT_FOUND) {
        return asv_failf(err, status, "%.150s: is not there; see \"asservat keys certify --help\"", path);
    }
    if (status == ASV_OK && revokes) {
        status = asv_revocations_decode(&list, house->revocations, house->revocations_len, err);
    }
    if (status == ASV_OK && asv_world_wall_ms(house->cli->world, &now_ms) != ASV_OK) {
        status = asv_fail(err, ASV_E_INTERNAL, "the clock cannot be read");
    }
    return status == ASV_OK ? asv_certify_check(path, (struct asv_bytes){out->data, out->len}, role, subject,
                                                house->root.signing_pk, now_ms, revokes ? &list : NULL, err)
                            : status;
}

static enum asv_status read_chains(struct asv_handover_house *house, struct asv_err *err)
{
    uint8_t key[ASV_ED25519_PK_BYTES];
    enum asv_status status = read_chain(house, ASV_CERTIFY_PACKAGE, ASV_ROLE_PACKAGE, house->package.digest,
                                        &house->package_chain, err);
    if (status == ASV_OK) {
        status = asv_cli_ledger_public(house->cli, asv_cli_text(house->cli->args, "key"), key, err);
    }
    return status == ASV_OK
               ? read_chain(house, ASV_CERTIFY_LEDGER, ASV_ROLE_LEDGER, key, &house->ledger_chain, err)
               : status;
}

/* HD-023: it is all hand-overs', and nothing is given out or opened for a message that cannot be made. */
static enum asv_status read_release(struct asv_handover_house *house, struct asv_err *err)
{
    struct asv_err why = {0};
    struct asv_xjustiz *release = NULL;
    const char *file = house->cli->conf.handover_xjustiz;
    enum asv_status status =
        asv_io_read_file(AT_FDCWD, file, house->release, sizeof house->release, &house->release_len, err);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_xjustiz_read(file, (struct asv_bytes){house->release, house->release_len}, &release, &why);
    asv_xjustiz_free(release);
    if (status != ASV_OK) {
        status = status == ASV_E_NO_MEMORY ? status : ASV_E_USAGE;
        return asv_failf(err, status, "handover.xjustiz: %s", why.text);
    }
    return ASV_OK;
}

static enum asv_status read_files(struct asv_handover_house *house, struct asv_err *err)
{
    enum asv_status status = read_root(house, err);
    if (status == ASV_OK) {
        status = read_package(house, err);
    }
    if (status == ASV_OK) {
        status = read_release(house, err);
    }
    if (status == ASV_OK) {
        status = asv_db_revocations_newest(house->db, house->revocations, sizeof house->revocations,
                                           &house->revocations_len, err);
    }
    return status == ASV_OK ? read_chains(house, err) : status;
}

/* HO-047 */
static enum asv_status open_stamps(struct asv_handover_house *house, struct asv_err *err)
{
    const char *url = house->cli->conf.handover_tsa;
    if (url[0] == '\0') {
        fputs("no time-stamping authority is configured: signatures get no time stamp\n", house->cli->out);
        return ASV_OK;
    }
    if (!asv_post_url_is_good(url)) {
        return asv_failf(err, ASV_E_USAGE, "handover.tsa: \"%.100s\" is no address", url);
    }
    return asv_poster_new(&house->poster, err);
}

/* All that it takes to remove what is over. */
static enum asv_status open_place(struct asv_handover_house *house, struct asv_err *err)
{
    const struct asv_cli *cli = house->cli;
    const char *conninfo = asv_cli_text(cli->args, "database");
    enum asv_status status = open_directory(house, err);
    if (status == ASV_OK) {
        status = asv_signals_open(&house->signals, err);
    }
    return status == ASV_OK
               ? asv_cli_database_job_as(cli, conninfo != NULL ? conninfo : cli->conf.database_export,
                                         &house->db, err)
               : status;
}

static enum asv_status open_house(struct asv_handover_house *house, struct asv_err *err)
{
    const struct asv_cli *cli = house->cli;
    enum asv_status status = read_files(house, err);
    if (status == ASV_OK) {
        status = asv_cli_vault(cli, true, &house->vault, err);
    }
    if (status == ASV_OK) {
        status = asv_cli_keeper(cli, &house->keeper, err);
    }
    return status == ASV_OK ? open_stamps(house, err) : status;
}

static void close_house(struct asv_handover_house *house)
{
    asv_poster_free(house->poster);
    asv_keeper_client_free(house->keeper);
    asv_vault_close(house->vault);
    asv_db_close(house->db);
    if (house->signals >= 0) {
        (void)close(house->signals);
    }
    if (house->dir >= 0) {
        (void)close(house->dir);
    }
    free(house);
}

/* ---- what is over ---- */

static enum asv_status sweep_one(struct asv_handover_house *house, const char *name, struct asv_err *err)
{
    uint8_t id[ASV_UUID_BYTES];
    bool over = false;
    if (asv_uuid_parse(id, name) != ASV_OK) {
        return ASV_OK;
    }
    enum asv_status status = asv_db_handover_is_over(house->db, id, &over, err);
    if (status == ASV_OK && over) {
        status = asv_io_remove_tree(house->dir, name, err);
        if (status == ASV_OK) {
            fprintf(house->cli->out, "%s: over, and removed\n", name);
        }
    }
    return status;
}

/* HO-049: what lies here is in clear, and outlives no recording because nobody thought of it. One that cannot
 * be removed keeps none of the others. */
static enum asv_status sweep(struct asv_handover_house *house, struct asv_err *err)
{
    struct dirent **entries = NULL;
    enum asv_status status = ASV_OK;
    int count = scandirat(house->dir, ".", &entries, NULL, alphasort);
    if (count < 0) {
        return asv_io_fail(err, errno, house->cli->conf.handover);
    }
    for (int i = 0; i < count; i++) {
        struct asv_err why = {0};
        enum asv_status one = sweep_one(house, entries[i]->d_name, &why);
        if (one != ASV_OK && status == ASV_OK) {
            status = asv_failf(err, one, "%.40s: cannot be removed: %s", entries[i]->d_name, why.text);
        }
        free(entries[i]);
    }
    free(entries);
    return status;
}

/* ---- one after the other ---- */

static enum asv_status write_end(const struct asv_handover_making *making, enum asv_status status,
                                 const char *why, bool *cancelled, struct asv_err *err)
{
    const struct asv_handover_cause *cause = asv_handover_cause(status);
    const struct asv_db_handover_progress end = {.stage = cause->for_good ? "failed" : "again",
                                                 .done = making->done,
                                                 .error = asv_handover_why(status, why),
                                                 .cause = cause->word};
    return asv_db_handover_progress(making->house->db, making->job.id, &end, cancelled, err);
}

/* What became of it; that it ended is written down, and whether it is begun again. What was cancelled
 * meanwhile ends by whatever the database said first. */
static enum asv_status say(const struct asv_handover_making *making, enum asv_status status,
                           struct asv_err *err)
{
    const struct asv_handover_house *house = making->house;
    const struct asv_cli *cli = house->cli;
    char id[ASV_UUID_TEXT_BYTES];
    bool cancelled = making->cancelled;
    struct asv_err lost = {0};
    enum asv_status told = ASV_OK;
    asv_uuid_format(id, making->job.id);
    fprintf(cli->out, "%s ", id);
    asv_text_print(cli->out, making->job.case_number);
    if (status == ASV_OK) {
        fprintf(cli->out, ": built in %s\n", making->path);
        return ASV_OK;
    }
    if (!cancelled && !house->ended) { /* of a program that is to end nothing is wrong */
        told = write_end(making, status, err->text, &cancelled, &lost);
    }
    fputs(": ", cli->out);
    asv_text_print(cli->out, cancelled ? "it was cancelled" : err->text);
    fputc('\n', cli->out);
    if (cancelled) {
        return ASV_OK;
    }
    return told == ASV_OK ? status : asv_failf(err, told, "%s", lost.text);
}

static enum asv_status make_one(struct asv_handover_making *making, struct asv_err *err)
{
    making->dir = -1;
    enum asv_status status = asv_handover_make(making, err);
    asv_compose_free(making->compose);
    if (making->dir >= 0) {
        (void)close(making->dir);
    }
    return say(making, status, err);
}

/* The others do not wait for one that fails; the first failure is the program's. */
static enum asv_status make_all(struct asv_handover_house *house, struct asv_handover_making *making,
                                struct asv_err *err)
{
    uint8_t last[ASV_UUID_BYTES];
    const uint8_t *after = NULL;
    bool there = true;
    enum asv_status first = ASV_OK;
    while (!asv_handover_is_to_end(house)) {
        struct asv_err why = {0};
        memset(making, 0, sizeof *making);
        making->house = house;
        enum asv_status status = asv_db_handover_next(house->db, after, &making->job, &there, err);
        if (status != ASV_OK || !there) {
            return status != ASV_OK ? status : first;
        }
        memcpy(last, making->job.id, sizeof last);
        after = last;
        status = make_one(making, &why);
        if (status != ASV_OK && first == ASV_OK) {
            first = asv_failf(err, status, "%s", why.text);
        }
    }
    return first;
}

static enum asv_status run(struct asv_cli *cli, struct asv_err *err)
{
    struct asv_handover_house *house = calloc(1, sizeof *house);
    struct asv_handover_making *making = calloc(1, sizeof *making);
    if (house == NULL || making == NULL) {
        free(house);
        free(making);
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    house->cli = cli;
    house->dir = house->signals = -1;
    house->version = "Asservat " ASV_VERSION;
    struct asv_err why = {0};
    enum asv_status swept = ASV_OK;
    enum asv_status status = open_place(house, err);
    if (status == ASV_OK) { /* whatever keeps others from being made: HO-145 */
        swept = sweep(house, &why);
        status = open_house(house, err);
    }
    if (status == ASV_OK) {
        status = make_all(house, making, err);
    }
    if (status == ASV_OK && swept != ASV_OK) {
        status = asv_failf(err, swept, "%s", why.text);
    } else if (swept != ASV_OK) {
        asv_text_print(cli->out, why.text);
        fputc('\n', cli->out);
    }
    close_house(house);
    free(making);
    return status;
}

static const struct asv_cli_option options[] = {
    {"database", ASV_CLI_TEXT, "CONNINFO", "as asv_export (configuration: database.export)", false, false, 0,
     0},
    {"vault", ASV_CLI_TEXT, "DIR", "the vault (configuration: vault)", false, false, 0, 0},
    {"mirror", ASV_CLI_TEXT, "DIR", "its mirror (configuration: vault.mirror)", false, false, 0, 0},
    ASV_CLI_KEEPER_OPTION,
    {"key", ASV_CLI_TEXT, "FILE", "ledger.pub (the agency directory's keeper/ledger.pub)", false, false, 0,
     0},
    {"trust", ASV_CLI_TEXT, "FILE", "root.cert (configuration: root)", false, false, 0, 0},
    {"package", ASV_CLI_TEXT, "FILE", "certificate of the package key (configuration: handover.package)",
     false, false, 0, 0},
    {"chains", ASV_CLI_TEXT, "DIR", "of package.chain and ledger.chain (configuration: handover.chains)",
     false, false, 0, 0},
};

const struct asv_cli_command asv_cli_handover_run = {
    .group = "handover",
    .name = "run",
    .summary = "make what two people decided to hand over",
    .help = "Makes the carrier and the filing of every hand-over that was approved and is not made\n"
            "yet, below the directory that the configuration says (handover), each in a directory\n"
            "named as it is. What a run that was killed had finished is kept. The keeper gives\n"
            "keys and signatures for what two people decided, and for nothing else. One that\n"
            "ends does not keep the others waiting; what can succeed later is begun again, a minute later\n"
            "at first, an hour later at most; what cannot is given up (`handover again`). What was made\n"
            "of one that was received or cancelled is removed.\n"
            "A timer starts it.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
