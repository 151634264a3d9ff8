/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat handover write: a carrier onto its medium, protected as two people decided, read back, and written
 * down in the custody of its recordings.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/io.h"
#include "server/base/uuid.h"
#include "server/cli/database.h"
#include "server/cli/handover_label.h"
#include "server/cli/handover_passphrase.h"
#include "server/cli/text.h"
#include "server/db/handover.h"
#include "server/flow/handover.h"
#include "server/handover/build.h"
#include "server/handover/medium.h"
#include "server/statement/text.h"

#define PATH_BYTES 1024
#define PARTS_LINE (2 * ASV_SHA256_BYTES + ASV_PROTECT_NAME_BYTES + 4)

/* One run; on the heap. */
struct writing {
    const struct asv_cli *cli;
    struct asv_db *db;
    struct asv_db_handover_job job;
    struct asv_plan plan;
    struct asv_db_handover_carrier carriers[ASV_PLAN_CLIPS_MAX]; /* its parts */
    size_t part, parts;                                          /* which of them it is, from 1 */
    int carrier;
    uint8_t recipients[ASV_PLAN_RECIPIENTS_MAX][ASV_X25519_BYTES];
    char passphrase[ASV_PROTECT_PASSPHRASE_BYTES];
    struct asv_passphrase_file secret;
    struct asv_label_file print;
    struct asv_medium medium;
    uint8_t id[ASV_UUID_BYTES];           /* which medium it is */
    bool is_known;                        /* custody has it */
    char receipt[ASV_RECEIPT_TEXT_BYTES]; /* what lies beside it */
    char *list;                           /* of parts; heap */
    size_t receipt_len, list_len;
    char name[ASV_PROTECT_NAME_BYTES];
    char label[ASV_MEDIUM_LABEL_BYTES];
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

/* ---- which part ---- */

static void name_part(const struct writing *it, size_t part, char out[ASV_PROTECT_NAME_BYTES])
{
    char id[ASV_UUID_TEXT_BYTES];
    asv_uuid_format(id, it->job.id);
    if (it->parts == 1) {
        (void)snprintf(out, ASV_PROTECT_NAME_BYTES, "Beweismittel_%s.zip", id);
    } else {
        (void)snprintf(out, ASV_PROTECT_NAME_BYTES, "Beweismittel_%s_%zu-von-%zu.zip", id, part, it->parts);
    }
}

static enum asv_status choose_part(struct writing *it, struct asv_err *err)
{
    size_t given = (size_t)asv_cli_number(it->cli->args, "part", 0);
    enum asv_status status =
        asv_db_handover_carriers(it->db, it->job.id, it->carriers, ASV_PLAN_CLIPS_MAX, &it->parts, err);
    if (status == ASV_OK && it->parts == 0) {
        status = asv_fail(err, ASV_E_NOT_FOUND, "it is not built yet");
    }
    if (status == ASV_OK && given == 0 && it->parts > 1) {
        status = asv_failf(err, ASV_E_USAGE, "it has %zu parts, each for a medium: say which, --part 1",
                           it->parts);
    }
    if (status == ASV_OK && given > it->parts) {
        status = asv_failf(err, ASV_E_USAGE, "--part: it has %zu", it->parts);
    }
    it->part = given > 0 ? given : 1;
    return status;
}

/* HO-086: what a receipt of it is of, and the list of its parts, as the database has it (handover_whole). */
static enum asv_status write_notes(struct writing *it, struct asv_err *err)
{
    uint8_t received[ASV_SHA256_BYTES];
    memcpy(received, it->carriers[0].digest, sizeof received);
    if (it->parts > 1) {
        it->list = calloc(it->parts, PARTS_LINE);
        if (it->list == NULL) {
            return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
        }
        for (size_t i = 0; i < it->parts; i++) {
            char name[ASV_PROTECT_NAME_BYTES], hex[2 * ASV_SHA256_BYTES + 1];
            name_part(it, i + 1, name);
            asv_hex_encode(hex, it->carriers[i].digest, ASV_SHA256_BYTES);
            it->list_len += (size_t)snprintf(it->list + it->list_len, PARTS_LINE, "%s  %s\n", hex, name);
        }
        asv_sha256(received, it->list, it->list_len);
    }
    it->receipt_len = asv_handover_receipt_form(it->receipt, it->job.id, received);
    return ASV_OK;
}

static enum asv_status open_carrier(struct writing *it, struct asv_err *err)
{
    char path[PATH_BYTES], id[ASV_UUID_TEXT_BYTES], name[ASV_BUILD_NAME_BYTES];
    asv_uuid_format(id, it->job.id);
    asv_build_carrier(name, (uint16_t)it->part, (uint16_t)it->parts);
    int len = snprintf(path, sizeof path, "%s/%s/%s", it->cli->conf.handover, id, name);
    if (len < 0 || (size_t)len >= sizeof path) {
        return asv_fail(err, ASV_E_USAGE, "handover: the directory's name is too long");
    }
    name_part(it, it->part, it->name);
    enum asv_status status = asv_io_open_file(AT_FDCWD, path, &it->carrier, err);
    return status == ASV_OK ? compare_plan(it, err) : status;
}

static enum asv_status find_carrier(struct writing *it, struct asv_err *err)
{
    if ((it->plan.outputs & ASV_PLAN_CARRIER) == 0) {
        return asv_fail(err, ASV_E_STATE, "it is a filing, which is sent: there is no carrier to write");
    }
    enum asv_status status = choose_part(it, err);
    if (status == ASV_OK) {
        status = write_notes(it, err);
    }
    return status == ASV_OK ? open_carrier(it, err) : status;
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
    for (size_t i = 0; status == ASV_OK && i < it->plan.recipient_count; i++) {
        memcpy(it->recipients[i], it->plan.recipients[i].key, ASV_X25519_BYTES);
    }
    return status == ASV_OK ? find_carrier(it, err) : status;
}

/* ---- before anything is written (HO-157) ---- */

/* HO-074: that something is mounted there does not say that it leaves the house. */
static enum asv_status open_medium(struct writing *it, struct asv_err *err)
{
    const char *to = asv_cli_text(it->cli->args, "to");
    struct stat st;
    if (to == NULL) {
        return asv_medium_open_image(asv_cli_text(it->cli->args, "iso"), &it->medium, err);
    }
    enum asv_status status = asv_medium_open(to, &it->medium, err);
    if (status == ASV_OK && fstat(it->carrier, &st) != 0) {
        status = asv_io_fail(err, errno, it->name);
    }
    return status == ASV_OK && st.st_dev == it->medium.device
               ? asv_failf(err, ASV_E_USAGE, "%.200s: is the disk that the carrier lies on", to)
               : status;
}

static enum asv_status taken(const struct writing *it, struct asv_err *err)
{
    return asv_failf(err, ASV_E_EXISTS, "a medium \"%.100s\" was written already: name this one otherwise",
                     it->label);
}

/* HO-175: not by what it is called alone. */
static enum asv_status ask_custody(const struct writing *it, const char *label, enum asv_db_outcome *known,
                                   struct asv_err *err)
{
    struct asv_db_handover_medium medium = {.label = label};
    memcpy(medium.id, it->id, sizeof medium.id);
    return asv_db_handover_named(it->db, it->job.id, ASV_PLAN_CARRIER, &medium, known, err);
}

/* One that a run left: it has the name that run gave it if custody knows of that, or nobody gives another. */
static enum asv_status settle_left(struct writing *it, const struct asv_medium_left *left,
                                   struct asv_err *err)
{
    const char *given = asv_cli_text(it->cli->args, "name");
    enum asv_db_outcome known = ASV_DB_DONE;
    if (!asv_text_is_good((struct asv_bytes){(const uint8_t *)left->label, strlen(left->label)},
                          sizeof left->label - 1)) {
        return asv_fail(err, ASV_E_MALFORMED, "what a run left on the medium is none of ours: empty it");
    }
    memcpy(it->id, left->id, sizeof it->id);
    enum asv_status status = ask_custody(it, left->label, &known, err);
    it->is_known = status == ASV_OK && known == ASV_DB_ALREADY;
    if (it->is_known && given != NULL && strcmp(given, left->label) != 0) {
        return asv_failf(err, ASV_E_USAGE,
                         "--name: custody knows this medium as \"%.100s\" already; leave the option out",
                         left->label);
    }
    if (given == NULL) {
        memcpy(it->label, left->label, sizeof it->label);
    }
    return status;
}

static enum asv_status settle_label(struct writing *it, const struct asv_medium_content *content,
                                    struct asv_err *err)
{
    struct asv_medium_left left;
    enum asv_db_outcome known = ASV_DB_DONE;
    enum asv_status status = asv_medium_left(&it->medium, content, &left, err);
    if (status == ASV_OK) {
        status = left.label[0] != '\0' ? settle_left(it, &left, err) : asv_uuid_new(it->cli->world, it->id);
    }
    if (status == ASV_OK) {
        status = ask_custody(it, it->label, &known, err);
    }
    return status == ASV_OK && known == ASV_DB_CONFLICT ? taken(it, err) : status;
}

/* HO-088 */
static enum asv_status make_passphrase(struct writing *it, struct asv_err *err)
{
    const char *path = asv_cli_text(it->cli->args, "passphrase");
    if (it->plan.protection != ASV_PLAN_ZIP) {
        return path == NULL ? ASV_OK : asv_fail(err, ASV_E_USAGE, "--passphrase: it is closed without one");
    }
    enum asv_status status = asv_passphrase_open(&it->secret, path, it->cli->out, err);
    if (status == ASV_OK && it->medium.image[0] == '\0') {
        status = asv_passphrase_check(&it->secret, it->medium.device, err);
    }
    if (status == ASV_OK) {
        status = asv_protect_passphrase(it->passphrase, it->cli->world, err);
    }
    return status == ASV_OK ? asv_passphrase_put(&it->secret, it->passphrase, err) : status;
}

static enum asv_status print_label(struct writing *it, bool is_trial, struct asv_err *err)
{
    static const enum asv_label_lock locks[] = {
        [ASV_PLAN_OPEN] = ASV_LABEL_OPEN, [ASV_PLAN_ZIP] = ASV_LABEL_ZIP, [ASV_PLAN_AGE] = ASV_LABEL_AGE};
    char file[2 * ASV_SHA256_BYTES + 1], carrier[2 * ASV_SHA256_BYTES + 1];
    const struct asv_label label = {.part = (unsigned)it->part,
                                    .parts = (unsigned)it->parts,
                                    .written_ms = it->now_ms,
                                    .name = it->label,
                                    .file = is_trial ? it->name : it->written.name,
                                    .file_sha256 = file,
                                    .carrier_sha256 = carrier,
                                    .lock = locks[it->plan.protection]};
    asv_hex_encode(file, it->written.file, ASV_SHA256_BYTES);
    asv_hex_encode(carrier, it->written.carrier, ASV_SHA256_BYTES);
    return is_trial ? asv_label_open(&it->print, asv_cli_text(it->cli->args, "print"),
                                     it->cli->conf.handover_documents, it->carrier, &label, err)
                    : asv_label_print(&it->print, &label, err);
}

/* ---- onto the medium ---- */

/* HO-157: nothing prints it later. */
static enum asv_status label_it(struct writing *it, struct asv_err *err)
{
    enum asv_status status = print_label(it, false, err);
    if (status != ASV_OK && !it->is_known) {
        asv_medium_take_back(&it->medium, it->written.name);
    }
    return status;
}

/* HO-071: from here on somebody has it. */
static enum asv_status tell_passphrase(struct writing *it, struct asv_err *err)
{
    FILE *out = it->cli->out;
    bool is_file = it->secret.fd >= 0;
    if (it->plan.protection != ASV_PLAN_ZIP) {
        return ASV_OK;
    }
    asv_passphrase_close(&it->secret, true);
    fprintf(
        out,
        "passphrase   %s\nIt goes to the recipient in a letter, not with the medium. It is kept %s and not "
        "shown again.\n",
        is_file ? it->secret.path : it->passphrase, is_file ? "there alone" : "nowhere");
    asv_wipe(it->passphrase, sizeof it->passphrase);
    return fflush(out) == 0 || is_file ? ASV_OK : asv_io_fail(err, errno, "telling the passphrase");
}

/* HO-080, HO-155, HO-176: a medium of which custody does not know is taken back; where nobody can tell, it
 * stays marked, and the same run again finds out. */
static enum asv_status write_down(struct writing *it, struct asv_err *err)
{
    enum asv_db_outcome outcome = ASV_DB_DONE;
    struct asv_db_handover_medium medium = {.label = it->label};
    struct asv_err why = {0};
    memcpy(medium.id, it->id, sizeof medium.id);
    enum asv_status status = asv_db_handover_written(it->db, it->job.id, ASV_PLAN_CARRIER, &medium,
                                                     it->written.carrier, &outcome, &why);
    if (status != ASV_OK && asv_status_class(status) == ASV_CLASS_RETRY) {
        return asv_failf(
            err, status,
            "%.120s: nobody can tell whether custody has this medium. It is not finished: put it in "
            "again and say the same",
            why.text);
    }
    if (status != ASV_OK) {
        status = asv_failf(err, status, "%s", why.text);
    } else if (outcome == ASV_DB_CONFLICT) {
        status = taken(it, err);
    }
    if (status != ASV_OK && !it->is_known) {
        asv_medium_take_back(&it->medium, it->written.name);
    }
    return status;
}

/* HO-177: once people can open it, it is one that can be given away. */
static enum asv_status finish(struct writing *it, struct asv_err *err)
{
    struct asv_err why = {0};
    enum asv_status status = asv_label_keep(&it->print, &why);
    if (status == ASV_OK) {
        status = tell_passphrase(it, &why);
    }
    if (status == ASV_OK) {
        status = asv_medium_finish(&it->medium, &why);
    }
    return status == ASV_OK
               ? ASV_OK
               : asv_failf(err, status,
                           "%.120s: custody has this medium, and it could not be finished: put it "
                           "in again and say the same",
                           why.text);
}

static enum asv_status write_it(struct writing *it, struct asv_err *err)
{
    uint64_t size = 0;
    const struct asv_medium_note notes[] = {
        {ASV_MEDIUM_RECEIPT, {(const uint8_t *)it->receipt, it->receipt_len}},
        {ASV_MEDIUM_PARTS, {(const uint8_t *)it->list, it->list_len}}};
    enum asv_status status = asv_io_size(it->carrier, &size, it->name, err);
    struct asv_source source = asv_source_file(&it->carrier, size);
    struct asv_medium_content content = {
        .name = it->name,
        .label = it->label,
        .id = it->id,
        .carrier = &source,
        .sha256 = it->carriers[it->part - 1].digest,
        .protection = it->plan.protection,
        .passphrase = it->passphrase,
        .recipients = (const uint8_t(*)[ASV_X25519_BYTES])it->recipients,
        .recipient_count = it->plan.recipient_count,
        .notes = notes,
        .note_count = it->parts > 1 ? 2 : 1,
        .world = it->cli->world,
    };
    if (status == ASV_OK) {
        status = settle_label(it, &content, err);
    }
    if (status == ASV_OK) {
        status = make_passphrase(it, err);
    }
    if (status == ASV_OK) {
        status = print_label(it, true, err);
    }
    content.is_known = it->is_known;
    if (status == ASV_OK) {
        status = asv_medium_write(&it->medium, &content, &it->written, err);
    }
    return status == ASV_OK ? label_it(it, err) : status;
}

/* ---- what people need ---- */

static void say(const struct writing *it)
{
    FILE *out = it->cli->out;
    char hex[2 * ASV_SHA256_BYTES + 1], text[ASV_TEXT_BYTES];
    asv_hex_encode(hex, it->written.file, ASV_SHA256_BYTES);
    fprintf(out, "written      %s, %s\nSHA-256      %s\n", it->written.name,
            asv_text_bytes(text, it->written.bytes), hex);
    fprintf(out, "medium       %s, as custody has it\n", it->label);
    if (it->medium.image[0] == '\0') {
        fputs("             unmount it before you take it out\n", out);
    }
    fprintf(
        out, "read back    the same%s\n",
        it->written.from_medium
            ? ""
            : ", though perhaps from memory: take the medium out, put it in again, and compare SHA256SUMS");
}

static enum asv_status run_with(struct writing *it, struct asv_err *err)
{
    const char *label = asv_cli_text(it->cli->args, "name");
    char at[ASV_TEXT_BYTES];
    if ((asv_cli_text(it->cli->args, "to") != NULL) == (asv_cli_text(it->cli->args, "iso") != NULL)) {
        return asv_fail(err, ASV_E_USAGE, "say where to: --to MOUNTPOINT, or --iso FILE");
    }
    enum asv_status status = asv_world_wall_ms(it->cli->world, &it->now_ms);
    if (status != ASV_OK) {
        return asv_fail(err, status, "the clock is wrong");
    }
    label = label != NULL ? label : asv_text_instant(at, it->now_ms);
    if (!asv_text_is_good((struct asv_bytes){(const uint8_t *)label, strlen(label)}, sizeof it->label - 1)) {
        return asv_fail(err, ASV_E_USAGE, "--name: one line of at most 128 bytes of text");
    }
    (void)snprintf(it->label, sizeof it->label, "%s", label);
    status = read_job(it, err);
    if (status == ASV_OK) {
        status = open_medium(it, err);
    }
    if (status == ASV_OK) {
        status = write_it(it, err);
    }
    if (status == ASV_OK) {
        status = write_down(it, err);
    }
    if (status == ASV_OK) {
        status = finish(it, err);
    }
    if (status == ASV_OK) {
        say(it);
    }
    return status;
}

static enum asv_status run(struct asv_cli *cli, struct asv_err *err)
{
    struct writing *it = calloc(1, sizeof *it);
    if (it == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    it->cli = cli;
    it->carrier = it->secret.fd = it->medium.dir = it->print.fd = -1;
    enum asv_status status = run_with(it, err);
    if (it->carrier >= 0) {
        (void)close(it->carrier);
    }
    asv_passphrase_close(&it->secret, false);
    asv_label_close(&it->print);
    asv_medium_close(&it->medium);
    asv_db_close(it->db);
    free(it->list);
    asv_wipe(it, sizeof *it);
    free(it);
    return status;
}

static const struct asv_cli_option options[] = {
    {"to", ASV_CLI_TEXT, "MOUNTPOINT", "where the medium is mounted", false, false, 0, 0},
    {"iso", ASV_CLI_TEXT, "FILE", "the image of a DVD instead", false, false, 0, 0},
    {"part", ASV_CLI_NUMBER, "N", "of a hand-over in parts: which", false, false, 1, ASV_PLAN_CLIPS_MAX},
    {"passphrase", ASV_CLI_TEXT, "FILE", "a ZIP's goes there, not to the terminal: a new file", false, false,
     0, 0},
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
            "tells of it. A ZIP's passphrase is made anew for each medium and shown once, on a terminal\n"
            "or in a file of its own. Beside the carrier lies Empfang.txt, which its recipient fills in\n"
            "and signs.",
    .operands = "ID",
    .operands_min = 1,
    .operands_max = 1,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
