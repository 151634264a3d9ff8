/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat handover write: a carrier onto its medium, protected as two people decided, read back, and written
 * down in the custody of its recordings.
 */
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/io.h"
#include "server/base/uuid.h"
#include "server/cli/database.h"
#include "server/cli/text.h"
#include "server/db/handover.h"
#include "server/handover/build.h"
#include "server/handover/medium.h"
#include "server/report/ask.h"

#define FACTS_MAX  ((size_t)256 << 20)
#define PATH_BYTES 1024
#define LABEL_MAX  128

/* One run; on the heap. */
struct writing {
    const struct asv_cli *cli;
    struct asv_db *db;
    struct asv_db_handover_job job;
    struct asv_plan plan;
    int carrier;
    uint8_t recipients[ASV_PLAN_RECIPIENTS_MAX][ASV_X25519_BYTES];
    char passphrase[ASV_PROTECT_PASSPHRASE_BYTES];
    char name[ASV_PROTECT_NAME_BYTES];
    char label[LABEL_MAX + 1];
    int64_t now_ms;
    struct asv_medium_written written;
};

/* HO-007: who packed it verified what two people signed; the row by which it is closed now may be another. */
static enum asv_status compare_plan(const struct writing *it, struct asv_err *err)
{
    asv_auto_free char *packed = NULL;
    size_t len = 0;
    enum asv_status status =
        asv_medium_take(it->carrier, "data/plan", ASV_PLAN_MAX_BYTES, &packed, &len, err);
    return status == ASV_OK && (len != it->job.plan_len || memcmp(packed, it->job.plan, len) != 0)
               ? asv_fail(err, ASV_E_MISMATCH, "the database has another plan than the one that was packed")
               : status;
}

static enum asv_status open_carrier(struct writing *it, struct asv_err *err)
{
    char path[PATH_BYTES], id[ASV_UUID_TEXT_BYTES];
    asv_uuid_format(id, it->job.id);
    if ((it->plan.outputs & ASV_PLAN_CARRIER) == 0) {
        return asv_fail(err, ASV_E_STATE, "it is a filing, which is sent: there is no carrier to write");
    }
    int len = snprintf(path, sizeof path, "%s/%s/" ASV_BUILD_CARRIER, it->cli->conf.handover, id);
    if (len < 0 || (size_t)len >= sizeof path) {
        return asv_fail(err, ASV_E_USAGE, "handover: the directory's name is too long");
    }
    (void)snprintf(it->name, sizeof it->name, "Beweismittel_%s.zip", id);
    enum asv_status status = asv_io_open_file(AT_FDCWD, path, &it->carrier, err);
    if (status == ASV_E_NOT_FOUND) {
        return asv_failf(err, status, "%.200s: it is not built yet", path);
    }
    return status == ASV_OK ? compare_plan(it, err) : status;
}

static enum asv_status read_job(struct writing *it, struct asv_err *err)
{
    const char *given = asv_cli_text(it->cli->args, "database");
    uint8_t id[ASV_UUID_BYTES];
    if (asv_uuid_parse(id, asv_cli_operand(it->cli->args, 0)) != ASV_OK) {
        return asv_fail(err, ASV_E_USAGE, "say which hand-over: its id");
    }
    enum asv_status status =
        asv_cli_database_job_as(it->cli, given != NULL ? given : it->cli->conf.database_export, &it->db, err);
    if (status == ASV_OK) {
        status = asv_db_handover_job(it->db, id, &it->job, err);
    }
    if (status == ASV_OK) {
        status = asv_plan_read(&it->plan, it->job.plan, it->job.plan_len, err);
    }
    if (status == ASV_OK && it->plan.protection == ASV_PLAN_ZIP) {
        status = asv_protect_passphrase(it->passphrase, it->cli->world, err);
    }
    for (size_t i = 0; status == ASV_OK && i < it->plan.recipient_count; i++) {
        memcpy(it->recipients[i], it->plan.recipients[i].key, ASV_X25519_BYTES);
    }
    return status == ASV_OK ? open_carrier(it, err) : status;
}

/* ---- onto the medium ---- */

static enum asv_status write_mounted(struct writing *it, const struct asv_medium_content *content,
                                     const char *path, struct asv_err *err)
{
    struct asv_medium medium;
    enum asv_status status = asv_medium_open(path, &medium, err);
    if (status == ASV_OK) {
        status = asv_medium_write(&medium, content, &it->written, err);
    }
    asv_medium_close(&medium);
    return status;
}

static enum asv_status write_image(struct writing *it, const struct asv_medium_content *content,
                                   const char *path, struct asv_err *err)
{
    char above[PATH_BYTES], last[PATH_BYTES];
    asv_auto_fd int dir = -1;
    if (strlen(path) >= sizeof above) {
        return asv_fail(err, ASV_E_USAGE, "--iso: the name is too long");
    }
    (void)snprintf(above, sizeof above, "%s", path);
    (void)snprintf(last, sizeof last, "%s", path);
    const char *place = dirname(above);
    enum asv_status status = asv_io_open(AT_FDCWD, place, O_RDONLY | O_DIRECTORY, 0, &dir, err);
    return status == ASV_OK ? asv_medium_image(dir, place, basename(last), content, &it->written, err)
                            : status;
}

static enum asv_status write_it(struct writing *it, struct asv_err *err)
{
    const char *to = asv_cli_text(it->cli->args, "to");
    const char *iso = asv_cli_text(it->cli->args, "iso");
    uint64_t size = 0;
    enum asv_status status = asv_io_size(it->carrier, &size, it->name, err);
    struct asv_source source = asv_source_file(&it->carrier, size);
    const struct asv_medium_content content = {
        .name = it->name,
        .carrier = &source,
        .protection = it->plan.protection,
        .passphrase = it->passphrase,
        .recipients = (const uint8_t(*)[ASV_X25519_BYTES])it->recipients,
        .recipient_count = it->plan.recipient_count,
        .world = it->cli->world,
    };
    if (status != ASV_OK) {
        return status;
    }
    return to != NULL ? write_mounted(it, &content, to, err) : write_image(it, &content, iso, err);
}

/* Of a medium that custody does not know of, nothing stays. */
static void take_back(const struct writing *it)
{
    const char *to = asv_cli_text(it->cli->args, "to");
    asv_auto_fd int dir = -1;
    struct asv_err ignored = {0};
    if (to == NULL) {
        (void)unlink(asv_cli_text(it->cli->args, "iso"));
    } else if (asv_io_open(AT_FDCWD, to, O_RDONLY | O_DIRECTORY, 0, &dir, &ignored) == ASV_OK) {
        asv_medium_take_back(dir, it->written.name);
    }
}

/* HO-080 */
static enum asv_status write_down(struct writing *it, struct asv_err *err)
{
    enum asv_db_outcome outcome;
    enum asv_status status = asv_db_handover_written(it->db, it->job.id, ASV_PLAN_CARRIER, it->label, 1,
                                                     it->written.carrier, &outcome, err);
    if (status == ASV_OK && outcome == ASV_DB_ALREADY) {
        status = asv_failf(err, ASV_E_EXISTS,
                           "a medium \"%.100s\" was written already: name this one otherwise", it->label);
    }
    if (status != ASV_OK) {
        take_back(it);
    }
    return status;
}

/* ---- what people need ---- */

static enum asv_status print_label(const struct writing *it, const char *path, struct asv_err *err)
{
    static const enum asv_label_lock locks[] = {
        [ASV_PLAN_OPEN] = ASV_LABEL_OPEN, [ASV_PLAN_ZIP] = ASV_LABEL_ZIP, [ASV_PLAN_AGE] = ASV_LABEL_AGE};
    char file[2 * ASV_SHA256_BYTES + 1], carrier[2 * ASV_SHA256_BYTES + 1];
    const struct asv_label label = {.part = 1,
                                    .parts = 1,
                                    .written_ms = it->now_ms,
                                    .file = it->written.name,
                                    .file_sha256 = file,
                                    .carrier_sha256 = carrier,
                                    .lock = locks[it->plan.protection]};
    asv_auto_free char *text = NULL;
    asv_auto_fd int fd = -1;
    size_t len = 0;
    asv_hex_encode(file, it->written.file, ASV_SHA256_BYTES);
    asv_hex_encode(carrier, it->written.carrier, ASV_SHA256_BYTES);
    enum asv_status status = asv_medium_take(it->carrier, "data/facts.json", FACTS_MAX, &text, &len, err);
    if (status == ASV_OK) {
        status = asv_io_open(AT_FDCWD, path, O_RDWR | O_CREAT | O_TRUNC, 0640, &fd, err);
    }
    const struct asv_documents_question question = {.facts = {(const uint8_t *)text, len}, .label = &label};
    return status == ASV_OK ? asv_documents_ask(it->cli->conf.handover_documents, &question, &fd, err)
                            : status;
}

static void say(const struct writing *it)
{
    FILE *out = it->cli->out;
    char hex[2 * ASV_SHA256_BYTES + 1], text[ASV_TEXT_BYTES];
    asv_hex_encode(hex, it->written.file, ASV_SHA256_BYTES);
    fprintf(out, "written      %s, %s\nSHA-256      %s\n", it->written.name,
            asv_text_bytes(text, it->written.bytes), hex);
    fprintf(
        out, "read back    the same%s\n",
        it->written.from_medium
            ? ""
            : ", though perhaps from memory: take the medium out, put it in again, and compare SHA256SUMS");
    if (it->plan.protection == ASV_PLAN_ZIP) { /* HO-071 */
        fprintf(
            out,
            "passphrase   %s\nIt goes to the recipient in a letter, not with the medium. It is kept nowhere "
            "and not shown again.\n",
            it->passphrase);
    }
}

static enum asv_status run_with(struct writing *it, struct asv_err *err)
{
    const char *label = asv_cli_text(it->cli->args, "name");
    const char *print = asv_cli_text(it->cli->args, "print");
    char at[ASV_TEXT_BYTES];
    if ((asv_cli_text(it->cli->args, "to") != NULL) == (asv_cli_text(it->cli->args, "iso") != NULL)) {
        return asv_fail(err, ASV_E_USAGE, "say where to: --to MOUNTPOINT, or --iso FILE");
    }
    enum asv_status status = asv_world_wall_ms(it->cli->world, &it->now_ms);
    if (status != ASV_OK) {
        return asv_fail(err, status, "the clock is wrong");
    }
    (void)snprintf(it->label, sizeof it->label, "%.*s", LABEL_MAX,
                   label != NULL ? label : asv_text_instant(at, it->now_ms));
    status = read_job(it, err);
    if (status == ASV_OK) {
        status = write_it(it, err);
    }
    if (status == ASV_OK) {
        status = write_down(it, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    say(it);
    return print != NULL ? print_label(it, print, err) : ASV_OK;
}

static enum asv_status run(struct asv_cli *cli, struct asv_err *err)
{
    struct writing *it = calloc(1, sizeof *it);
    if (it == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    it->cli = cli;
    it->carrier = -1;
    enum asv_status status = run_with(it, err);
    if (it->carrier >= 0) {
        (void)close(it->carrier);
    }
    asv_db_close(it->db);
    asv_wipe(it, sizeof *it);
    free(it);
    return status;
}

static const struct asv_cli_option options[] = {
    {"to", ASV_CLI_TEXT, "MOUNTPOINT", "where the medium is mounted", false, false, 0, 0},
    {"iso", ASV_CLI_TEXT, "FILE", "the image of a DVD instead", false, false, 0, 0},
    {"name", ASV_CLI_WORDS, "NAME", "what the medium is called (the time)", false, false, 0, 0},
    {"print", ASV_CLI_TEXT, "FILE", "its label as PDF, for the medium and its envelope", false, false, 0, 0},
    {"database", ASV_CLI_TEXT, "CONNINFO", "as asv_export (configuration: database.export)", false, false, 0,
     0},
};

const struct asv_cli_command asv_cli_handover_write = {
    .group = "handover",
    .name = "write",
    .summary = "write a carrier to its medium, and read it back",
    .help = "Writes the carrier of a hand-over to a mounted stick or disk, or into the image of a\n"
            "DVD, protected as two people decided, and compares what is read back from there. FAT32\n"
            "takes no file of 4 GiB: such a medium must be exFAT or NTFS. Custody of each recording\n"
            "tells of it. A ZIP's passphrase is made anew for each medium and shown once.",
    .operands = "ID",
    .operands_min = 1,
    .operands_max = 1,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
