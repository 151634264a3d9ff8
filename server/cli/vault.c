/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat vault: scrub.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/fail.h"
#include "server/cli/agency.h"
#include "server/cli/database.h"
#include "server/cli/text.h"
#include "server/cli/vaults.h"
#include "server/db/docking.h"

#define RATE_DEFAULT (UINT64_C(50) << 20)
#define RATE_MIN     (UINT64_C(64) << 10)
#define RATE_MAX     (UINT64_C(1) << 40)
#define MAX_DOCKS    256
#define ROWS         200

#define EXPOSED_ALARMS 10 /* one wrong chmod is a finding for every clip */

struct asv_vault_config asv_cli_vault_config(const struct asv_cli *cli)
{
    const char *path = asv_cli_text(cli->args, "vault");
    const char *mirror = asv_cli_text(cli->args, "mirror");
    if (mirror == NULL && path == NULL) { /* --vault alone means one without mirror */
        mirror = cli->conf.vault_mirror;
    }
    if (path == NULL) {
        path = cli->conf.vault;
    }
    bool has_mirror = mirror != NULL && *mirror != '\0';
    return (struct asv_vault_config){
        .roots = {path, has_mirror ? mirror : NULL},
        .root_count = has_mirror ? 2 : 1,
        .allow_cached_readback = cli->conf.readback_cached,
    };
}

enum asv_status asv_cli_vault(const struct asv_cli *cli, bool one_may_be_away, struct asv_vault **out,
                              struct asv_err *err)
{
    struct asv_err inner = {0};
    struct asv_vault_config config = asv_cli_vault_config(cli);
    config.one_may_be_away = one_may_be_away;
    enum asv_status status = asv_vault_open(&config, out, &inner);
    return status == ASV_OK ? ASV_OK : asv_failf(err, status, "vault: %s", inner.text);
}

enum asv_status asv_cli_as_owner(const struct asv_vault *vault, struct asv_err *err)
{
    uid_t owner = 0;
    gid_t owners = 0;
    (void)umask(ASV_VAULT_UMASK);
    if (geteuid() != 0) {
        return ASV_OK;
    }
    asv_vault_owner(vault, &owner, &owners);
    (void)munlockall(); /* no key is held here, and a locked stack does not grow beyond a user's limit */
    (void)setfsgid(owners);
    (void)setfsuid(owner);
    /* Neither says whether it did; asked for what is nobody, both say what is. */
    bool is = setfsgid((gid_t)-1) == (int)owners && setfsuid((uid_t)-1) == (int)owner;
    return is ? ASV_OK : asv_fail(err, ASV_E_DENIED, "cannot become the vault's owner");
}

/* ---- scrub ---- */

struct scrub {
    const struct asv_cli *cli;
    struct asv_db *db; /* NULL: alarms are not raised */
    uint64_t rate;     /* bytes per second; 0: as fast as it goes */
    uint64_t began_ms;
    uint64_t bytes;
    uint64_t shown_ms;
    bool live; /* progress on the terminal */
    json_t *findings;
    uint64_t missing; /* rows without files */
    uint64_t exposed; /* alarms raised about who is let in */
    bool alarm_failed;
    size_t dock_count;
    struct dock_key {
        uint8_t cert[ASV_SHA256_BYTES];
        uint8_t pk[ASV_ED25519_PK_BYTES];
    } docks[MAX_DOCKS];
};

static enum asv_status pace(void *ctx, uint64_t bytes)
{
    struct scrub *scrub = ctx;
    char text[ASV_TEXT_BYTES];
    scrub->bytes += bytes;
    uint64_t elapsed = asv_world_mono_ms(scrub->cli->world) - scrub->began_ms;
    if (scrub->rate != 0) {
        uint64_t due = (uint64_t)((double)scrub->bytes * 1000.0 / (double)scrub->rate);
        if (due > elapsed) {
            scrub->cli->sleep_ms(due - elapsed);
        }
    }
    if (scrub->live && elapsed >= scrub->shown_ms + 500) {
        scrub->shown_ms = elapsed;
        fprintf(scrub->cli->err, "\rread %s   ", asv_text_bytes(text, scrub->bytes));
        (void)fflush(scrub->cli->err);
    }
    return ASV_OK;
}

static void raise_alarm(struct scrub *scrub, const char *path, enum asv_part part,
                        enum asv_scrub_finding finding)
{
    char detail[400];
    enum asv_db_outcome outcome;
    bool lost = finding == ASV_SCRUB_DAMAGED;
    const struct asv_db_alarm alarm = {.kind = lost ? ASV_DB_ALARM_DAMAGED_CLIP : ASV_DB_ALARM_STORAGE,
                                       .slot = -1,
                                       .subject = path,
                                       .detail = detail};
    snprintf(detail, sizeof detail,
             lost ? "%s: no directory of the vault holds the whole %s any more"
                  : "%s: one directory of the vault has lost its %s and does not take the other's",
             path, asv_part_name(part));
    if (scrub->db != NULL) {
        scrub->alarm_failed |= asv_db_alarm_raise(scrub->db, &alarm, &outcome, NULL) != ASV_OK;
    }
}

static void found(void *ctx, const char *path, enum asv_part part, unsigned root,
                  enum asv_scrub_finding finding)
{
    struct scrub *scrub = ctx;
    static const char *const names[] = {[ASV_SCRUB_REPAIRED] = "repaired",
                                        [ASV_SCRUB_FAILED] = "unrepaired",
                                        [ASV_SCRUB_DAMAGED] = "damaged"};
    const char *what = names[finding];
    if (scrub->findings != NULL) {
        (void)json_array_append_new(scrub->findings,
                                    json_pack("{s:s, s:s, s:i, s:s}", "path", path, "part",
                                              asv_part_name(part), "directory", (int)root, "finding", what));
    } else {
        fprintf(scrub->cli->out, "%s%-12s %s/%s (%s)\n", scrub->live ? "\r" : "", what, path,
                asv_part_name(part), root == 0 ? "vault" : "mirror");
    }
    if (finding != ASV_SCRUB_REPAIRED) {
        raise_alarm(scrub, path, part, finding);
    }
}

static void exposed(void *ctx, const char *path, unsigned root)
{
    struct scrub *scrub = ctx;
    char detail[400];
    enum asv_db_outcome outcome;
    const char *where = root == 0 ? "vault" : "mirror";
    const struct asv_db_alarm alarm = {.kind = ASV_DB_ALARM_STORAGE, .slot = -1, .detail = detail};
    snprintf(detail, sizeof detail, "%s (%s): owner or mode let in others than they should", path, where);
    if (scrub->findings != NULL) {
        (void)json_array_append_new(scrub->findings, json_pack("{s:s, s:i, s:s}", "path", path, "directory",
                                                               (int)root, "finding", "exposed"));
    } else {
        fprintf(scrub->cli->out, "%s%-12s %s (%s)\n", scrub->live ? "\r" : "", "exposed", path, where);
    }
    if (scrub->db != NULL && scrub->exposed++ < EXPOSED_ALARMS) {
        scrub->alarm_failed |= asv_db_alarm_raise(scrub->db, &alarm, &outcome, NULL) != ASV_OK;
    }
}

/* Signing keys of the docks that the agency has, or had. */
static enum asv_status add_dock(void *ctx, const struct asv_agency_entry *entry, struct asv_err *err)
{
    struct scrub *scrub = ctx;
    if (scrub->dock_count == MAX_DOCKS) {
        return asv_fail(err, ASV_E_LIMIT, "more docks than this program can hold");
    }
    struct dock_key *dock = &scrub->docks[scrub->dock_count++];
    memcpy(dock->cert, entry->digest, sizeof dock->cert);
    memcpy(dock->pk, entry->chain.leaf.signing_pk, sizeof dock->pk);
    return ASV_OK;
}

/* Without the agency directory what docks signed must only decode, which is said. */
static enum asv_status read_docks(struct scrub *scrub, struct asv_err *err)
{
    asv_auto_agency struct asv_agency_dir *agency = NULL;
    struct asv_err why = {0};
    if (asv_agency_open(scrub->cli, false, &agency, &why) == ASV_OK) {
        return asv_agency_each(agency, "docks", add_dock, scrub, err);
    }
    fprintf(scrub->cli->err, "asservat: what docks signed is not verified: %s\n", why.text);
    return ASV_OK;
}

static const uint8_t *dock_key(void *ctx, const uint8_t cert[32])
{
    const struct scrub *scrub = ctx;
    for (size_t i = 0; i < scrub->dock_count; i++) {
        if (memcmp(scrub->docks[i].cert, cert, sizeof scrub->docks[i].cert) == 0) {
            return scrub->docks[i].pk;
        }
    }
    return NULL;
}

/* ---- rows without files ---- */

static void missing(struct scrub *scrub, const struct asv_db_in_custody *row, const char *path)
{
    char detail[400];
    enum asv_db_outcome outcome;
    const struct asv_db_alarm alarm = {.kind = ASV_DB_ALARM_MISSING_CLIP,
                                       .slot = -1,
                                       .camera_cert = row->identity.camera_cert,
                                       .recording = &row->identity,
                                       .detail = detail};
    scrub->missing++;
    snprintf(detail, sizeof detail, "%s is in custody, but no directory of the vault has it", path);
    if (scrub->findings != NULL) {
        (void)json_array_append_new(scrub->findings,
                                    json_pack("{s:s, s:s}", "path", path, "finding", "missing"));
    } else {
        fprintf(scrub->cli->out, "%smissing      %s\n", scrub->live ? "\r" : "", path);
    }
    scrub->alarm_failed |= asv_db_alarm_raise(scrub->db, &alarm, &outcome, NULL) != ASV_OK;
}

static enum asv_status find_missing(struct scrub *scrub, const struct asv_vault *vault, struct asv_err *err)
{
    uint8_t after[16];
    const uint8_t *from = NULL;
    struct asv_db_in_custody *rows = calloc(ROWS, sizeof *rows);
    enum asv_status status = ASV_OK;
    size_t count = ROWS;
    if (rows == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    while (status == ASV_OK && count == ROWS) {
        status = asv_db_custody_list(scrub->db, from, rows, ROWS, &count, err);
        for (size_t i = 0; status == ASV_OK && i < count; i++) {
            char path[ASV_VAULT_PATH_BYTES];
            const struct asv_db_in_custody *row = &rows[i];
            if (asv_vault_place_of(path, row->kind, row->day, row->latest_ms, row->clip, row->identity.header,
                                   NULL) != ASV_OK) {
                missing(scrub, row, "a recording of no day"); /* which nothing was committed as */
            } else if (!asv_vault_has(vault, path)) {
                missing(scrub, row, path);
            }
        }
        if (status == ASV_OK && count > 0) {
            memcpy(after, rows[count - 1].recording, sizeof after);
            from = after;
        }
    }
    free(rows);
    return status;
}

static enum asv_status print(struct scrub *scrub, const struct asv_scrub_report *report, struct asv_err *err)
{
    char text[ASV_TEXT_BYTES];
    const struct asv_cli *cli = scrub->cli;
    if (scrub->findings != NULL) {
        json_t *findings = scrub->findings;
        scrub->findings = NULL;
        json_t *counts =
            json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "clips", (json_int_t)report->clips,
                      "tombstones", (json_int_t)report->tombstones, "bytes", (json_int_t)report->bytes,
                      "repaired", (json_int_t)report->repaired, "unrepaired", (json_int_t)report->failed,
                      "damaged", (json_int_t)report->damaged, "exposed", (json_int_t)report->exposed,
                      "missing", (json_int_t)scrub->missing, "findings", findings);
        return asv_json_print_take(cli->out, counts, err);
    }
    fprintf(cli->out, "%schecked      %llu clips, %s; %llu tombstones\n", scrub->live ? "\r" : "",
            (unsigned long long)report->clips, asv_text_bytes(text, report->bytes),
            (unsigned long long)report->tombstones);
    fprintf(cli->out, "repaired     %llu files\nunrepaired   %llu files\n",
            (unsigned long long)report->repaired, (unsigned long long)report->failed);
    fprintf(cli->out, "damaged      %llu clips\nmissing      %llu clips\nexposed      %llu directories\n",
            (unsigned long long)report->damaged, (unsigned long long)scrub->missing,
            (unsigned long long)report->exposed);
    return ASV_OK;
}

static enum asv_status run(struct asv_cli *cli, struct asv_err *err)
{
    struct asv_scrub_report report = {0};
    asv_auto_vault struct asv_vault *vault = NULL;
    asv_auto_db struct asv_db *db = NULL;
    bool json = asv_cli_flag(cli->args, "json");

    enum asv_status status = asv_cli_vault(cli, false, &vault, err);
    if (status == ASV_OK && !asv_cli_flag(cli->args, "no-database")) {
        status = asv_cli_database_job(cli, &db, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    struct scrub scrub = {
        .cli = cli,
        .db = db,
        .rate = asv_cli_flag(cli->args, "full-speed") ? 0 : asv_cli_number(cli->args, "rate", RATE_DEFAULT),
        .began_ms = asv_world_mono_ms(cli->world),
        .live = !json && isatty(fileno(cli->err)) == 1,
        .findings = json ? json_array() : NULL,
    };
    const struct asv_scrub_ops ops = {
        .ctx = &scrub, .read = pace, .found = found, .exposed = exposed, .dock_key = dock_key};
    status = read_docks(&scrub, err);
    if (status == ASV_OK) {
        status = asv_cli_as_owner(vault, err);
    }
    if (status == ASV_OK) {
        status = asv_vault_scrub(vault, &ops, &report, err);
    }
    if (status == ASV_OK && db != NULL) {
        status = find_missing(&scrub, vault, err);
    }
    if (status == ASV_OK) {
        status = print(&scrub, &report, err);
    }
    json_decref(scrub.findings);
    if (status == ASV_OK && scrub.alarm_failed) {
        status = asv_fail(err, ASV_E_AWAY, "an alarm could not be recorded in the database");
    }
    if (status == ASV_OK && (report.damaged != 0 || report.failed != 0 || scrub.missing != 0)) {
        status = asv_failf(err, ASV_E_DIGEST, "%llu clips are damaged, %llu missing, %llu files not restored",
                           (unsigned long long)report.damaged, (unsigned long long)scrub.missing,
                           (unsigned long long)report.failed);
    }
    if (status == ASV_OK && report.exposed != 0) {
        status = asv_failf(err, ASV_E_DENIED,
                           "%llu directories let in others than they should; see VAULT.md, \"Who is let in\"",
                           (unsigned long long)report.exposed);
    }
    return status;
}

static const struct asv_cli_option options[] = {
    {"rate", ASV_CLI_SIZE, "BYTES", "per second, such as 20M (50M)", false, false, RATE_MIN, RATE_MAX},
    {"full-speed", ASV_CLI_FLAG, NULL, "without a limit", false, false, 0, 0},
    {"json", ASV_CLI_FLAG, NULL, "as JSON", false, false, 0, 0},
    {"vault", ASV_CLI_TEXT, "DIR", "vault (configuration: vault)", false, false, 0, 0},
    {"mirror", ASV_CLI_TEXT, "DIR", "its mirror (configuration: vault.mirror)", false, false, 0, 0},
    {"dir", ASV_CLI_TEXT, "DIR", "agency directory (configuration: agency)", false, false, 0, 0},
    ASV_CLI_DATABASE_OPTION,
    {"no-database", ASV_CLI_FLAG, NULL, "raise no alarms, look for no missing clips", false, false, 0, 0},
};

const struct asv_cli_command asv_cli_vault_scrub = {
    .group = "vault",
    .name = "scrub",
    .summary = "check every clip in the vault, repair from the mirror",
    .help = "Reads every committed clip in every directory of the vault, compares it with its\n"
            "commit record, and replaces what one directory has lost or holds differently from\n"
            "the other. What no directory holds whole, and what the database has in custody and\n"
            "the vault has not, and whom owner or mode let in who should not be, raises an\n"
            "alarm, and the exit status is 1.\n"
            "Runs beside the dock daemon.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
