/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/cli/ledger_export.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "firmware-proto/seal/merkle.h"
#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/cli/ledger_key.h"
#include "server/cli/sequencer.h"
#include "server/ledger/kind.h"
#include "server/ledger/opened.h"
#include "server/verify/enrolled_file.h"
#include "server/verify/signed.h"

#define PAGE 16

#define MODE_OPEN   0644
#define MODE_CLOSED 0600 /* what leads to people */
#define NAME_BYTES  96

static const char readme[] =
    "Prüfen:  asservat-verify VERZEICHNIS --ledger VERTRAUEN --lang de\n"
    "VERTRAUEN ist die Datei, die sagt, wessen Protokollköpfen geglaubt wird (docs/VERIFY.md). Sie soll "
    "nicht\n"
    "auf demselben Weg kommen wie dieses Verzeichnis.\n"
    "NAME.entry ist der Eintrag, NAME.tlog-proof der Beweis, dass er im Protokoll steht, und NAME.opened, "
    "wo\n"
    "vorhanden, öffnet Felder, die sonst niemand lesen kann: Es enthält personenbezogene Daten. NAME.object "
    "ist,\n"
    "was unterschrieben wurde, NAME.signer, wer unterschrieben hat, und enrolled, wer diese Leute angemeldet "
    "hat,\n"
    "bis zum Stamm der Behörde, und sonst niemand. Liegt so etwas oder eine Datei claim dabei, die von "
    "einer\n"
    "Kamera spricht, gehört dazu: --trust root.cert (das Stammzertifikat).\n"
    "\n"
    "To check:  asservat-verify DIRECTORY --ledger TRUST --lang en\n"
    "TRUST is the file that says whose heads of the ledger are believed (docs/VERIFY.md). It should not come "
    "by\n"
    "the same way as this directory.\n"
    "NAME.entry is the entry, NAME.tlog-proof the proof that it stands in the ledger, and NAME.opened, "
    "where\n"
    "there is one, opens fields that nobody can read otherwise: it holds personal data. NAME.object is what "
    "was\n"
    "signed, NAME.signer who signed it, and enrolled who enrolled these people, up to the agency's root, "
    "and\n"
    "nobody else. With such, or with a file claim that speaks of a camera, it takes --trust root.cert (the\n"
    "agency's root certificate), too.\n";

static enum asv_status find_quorum(const struct asv_cli *cli, struct asv_ledger_export *it,
                                   struct asv_err *err)
{
    const char *path = cli->conf.ledger_trust;
    if (path[0] == '\0') {
        return ASV_OK;
    }
    enum asv_status status = asv_cosigner_trust(path, it->policy_text, &it->policy, err);
    it->trusts = status == ASV_OK;
    it->quorum = it->trusts && it->policy.quorum != ASV_QUORUM_NONE;
    return status;
}

/* LG-088: what lies there goes out with what is written, and may be what was opened for somebody else. */
static enum asv_status check_empty(const struct asv_ledger_export *it, const char *path, struct asv_err *err)
{
    int fd = dup(it->dir);
    DIR *entries = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *entry;
    enum asv_status status = ASV_OK;
    if (entries == NULL) {
        status = asv_io_fail(err, errno, path);
        if (fd >= 0) {
            close(fd);
        }
        return status;
    }
    errno = 0;
    do {
        entry = readdir(entries);
    } while (entry != NULL && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
    if (entry != NULL) {
        status = asv_failf(err, ASV_E_EXISTS,
                           "%.200s is not empty, and what lies there would go out with it: give another "
                           "directory",
                           path);
    } else if (errno != 0) {
        status = asv_io_fail(err, errno, path);
    }
    closedir(entries);
    return status;
}

enum asv_status asv_ledger_export_open(const struct asv_cli *cli, struct asv_db *db, const char *path,
                                       struct asv_ledger_export **out, struct asv_err *err)
{
    struct asv_ledger_export *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    made->cli = cli;
    made->db = db;
    made->dir = -1;
    enum asv_status status = asv_cli_ledger_public(cli, asv_cli_text(cli->args, "key"), made->key, err);
    if (status == ASV_OK) {
        status = find_quorum(cli, made, err);
    }
    if (status == ASV_OK) {
        status = asv_io_open_dir(AT_FDCWD, path, true, &made->dir, err);
    }
    if (status == ASV_OK) {
        status = check_empty(made, path, err);
    }
    if (status != ASV_OK) {
        asv_ledger_export_close(&made);
        return status;
    }
    *out = made;
    return ASV_OK;
}

void asv_ledger_export_close(struct asv_ledger_export **exporting)
{
    struct asv_ledger_export *it = *exporting;
    if (it != NULL) {
        if (it->dir >= 0) {
            close(it->dir);
        }
        asv_ledger_people_close(&it->people);
        asv_wipe(it->data, sizeof it->data);
        asv_wipe(&it->object, sizeof it->object);
        free(it);
        *exporting = NULL;
    }
}

static enum asv_status find_origin(const struct asv_ledger_export *it, uint16_t log,
                                   char origin[ASV_DB_LEDGER_ORIGIN_SIZE], struct asv_err *err)
{
    struct asv_db_ledger_log rows[ASV_DB_LEDGER_LOGS];
    size_t count = 0;
    enum asv_status status = asv_db_ledger_logs(it->db, (uint16_t)(log - 1), rows, &count, err);
    if (status == ASV_OK && (count == 0 || rows[0].number != log)) {
        return asv_failf(err, ASV_E_NOT_FOUND, "ledger: there is no log %u", log);
    }
    if (status == ASV_OK) {
        memcpy(origin, rows[0].origin, ASV_DB_LEDGER_ORIGIN_SIZE);
    }
    return status;
}

/* A trust file has no more logs (LG-040), so that nobody could check a proof from more of them. */
static enum asv_status keep_origin(struct asv_ledger_export *it, const char *origin, struct asv_err *err)
{
    for (size_t i = 0; i < it->origin_count; i++) {
        if (strcmp(it->origins[i], origin) == 0) {
            return ASV_OK;
        }
    }
    if (it->origin_count == ASV_LEDGER_LOGS_MAX) {
        return asv_failf(err, ASV_E_LIMIT, "ledger: what was asked for stands in more than %d logs",
                         ASV_LEDGER_LOGS_MAX);
    }
    memcpy(it->origins[it->origin_count++], origin, ASV_DB_LEDGER_ORIGIN_SIZE);
    return ASV_OK;
}

/* LG-070: under the ledger's own key, and as whoever has the trust file will. */
static enum asv_status check_head(struct asv_ledger_export *it, uint16_t log, struct asv_err *err)
{
    char origin[ASV_DB_LEDGER_ORIGIN_SIZE];
    struct asv_note_key key;
    struct asv_checkpoint checkpoint;
    struct asv_ledger_verdict verdict;
    struct asv_err why = {0};
    const struct asv_bytes note = {it->note, it->note_len};
    enum asv_status status = find_origin(it, log, origin, err);
    if (status == ASV_OK) {
        status = keep_origin(it, origin, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    status = asv_note_key_make(&key, origin, ASV_NOTE_ED25519, it->key, &why);
    if (status == ASV_OK) {
        status = asv_checkpoint_open(&checkpoint, NULL, note, &key, &why);
    }
    if (status != ASV_OK) {
        return asv_failf(err, status,
                         "ledger: the stored head is none that the ledger's key signed (%.80s): somebody "
                         "changed the database, and \"asservat ledger verify\" says what; or this is "
                         "another key, and it is never replaced",
                         why.text);
    }
    it->head = checkpoint.head;
    if (it->trusts) {
        status = asv_ledger_policy_check(&it->policy, note, &verdict, &why);
    }
    return status == ASV_OK ? ASV_OK
                            : asv_failf(err, status, "%.120s: %.200s", it->cli->conf.ledger_trust, why.text);
}

/* LG-066: the newest signed head of a log that met the quorum, or, when none is asked for, the newest one;
 * with whatever cosignatures are stored. */
static enum asv_status load_head(struct asv_ledger_export *it, uint16_t log, struct asv_err *err)
{
    struct asv_db_witness_state state = {.signed_size = 0};
    if (it->log == log) {
        return ASV_OK;
    }
    it->head.size = 0;
    it->log = log;
    enum asv_status status = asv_db_witness_state(it->db, log, &state, err);
    uint64_t size = it->quorum ? state.witnessed_size : state.signed_size;
    if (status != ASV_OK || size == 0) {
        return status; /* of a log that has just begun */
    }
    status = asv_cosigner_note(it->db, log, size, it->trusts ? &it->policy : NULL, it->note, sizeof it->note,
                               &it->note_len, err);
    return status == ASV_OK ? check_head(it, log, err) : status;
}

static enum asv_status write_file(struct asv_ledger_export *it, const char *stem, const char *ending,
                                  struct asv_bytes data, mode_t mode, struct asv_err *err)
{
    char name[NAME_BYTES];
    (void)snprintf(name, sizeof name, "%s.%s", stem, ending);
    return asv_io_replace_file(it->dir, name, data.data, data.len, mode, err);
}

/* LG-070: the proof is checked before it is given out. */
static enum asv_status write_proof(struct asv_ledger_export *it, const struct asv_db_ledger_known *entry,
                                   const char *stem, struct asv_err *err)
{
    struct asv_db_tiles view = {it->db, entry->log};
    struct asv_tiles tiles = asv_db_tiles(&view);
    struct asv_tlogproof proof = {.index = entry->index, .checkpoint = {it->note, it->note_len}};
    uint8_t leaf[ASV_SHA256_BYTES];
    struct asv_writer writer;
    size_t len = 0;
    enum asv_status status =
        asv_proof_make_inclusion(&proof.inclusion, entry->index, it->head.size, &tiles, err);
    if (status != ASV_OK) {
        return status;
    }
    asv_merkle_leaf(leaf, entry->entry, entry->len);
    if (asv_proof_check_inclusion(&proof.inclusion, entry->index, leaf, &it->head, NULL) != ASV_OK) {
        return asv_failf(err, ASV_E_DIGEST,
                         "ledger: entry %" PRIu64
                         " does not lead to the signed head: somebody changed the database; \"asservat "
                         "ledger verify\" says what",
                         entry->index);
    }
    asv_writer_init(&writer, it->data, sizeof it->data);
    asv_tlogproof_write(&writer, &proof, (struct asv_bytes){0});
    status = asv_write_end(&writer, &len);
    return status == ASV_OK
               ? write_file(it, stem, "tlog-proof", (struct asv_bytes){it->data, len}, MODE_OPEN, err)
               : asv_fail(err, status, "ledger: a proof is too long");
}

/* Only what opens is kept: of the others neither value nor key leaves the house. */
static void leave_shut(struct asv_opened *opened, bool (*opens)(uint8_t tag))
{
    for (unsigned tag = 1; tag <= UINT8_MAX; tag++) {
        if (!opens((uint8_t)tag)) {
            asv_opened_drop(opened, (uint8_t)tag);
        }
    }
}

static enum asv_status write_opened(struct asv_ledger_export *it, const struct asv_db_ledger_known *entry,
                                    const char *stem, bool (*opens)(uint8_t tag), struct asv_err *err)
{
    struct asv_ledger_entry read;
    struct asv_opened opened;
    struct asv_writer writer;
    struct asv_err why = {0};
    size_t len = 0;
    if (opens == NULL || !entry->has_key) {
        it->shut += opens != NULL && entry->forgotten;
        return ASV_OK;
    }
    enum asv_status status = asv_ledger_entry_read(&read, (struct asv_bytes){entry->entry, entry->len}, &why);
    if (status == ASV_OK) {
        status = asv_opened_make(&opened, &read, (struct asv_bytes){entry->fields, entry->fields_len},
                                 entry->key, entry->has_day_key ? entry->day_key : NULL, &why);
    }
    if (status != ASV_OK) {
        return asv_failf(err, status, "ledger: entry %" PRIu64 ": %s", entry->index, why.text);
    }
    leave_shut(&opened, opens);
    asv_writer_init(&writer, it->data, sizeof it->data);
    asv_opened_write(&writer, &opened);
    status = asv_write_end(&writer, &len);
    if (status == ASV_OK && opened.count > 0) {
        status = write_file(it, stem, "opened", (struct asv_bytes){it->data, len}, MODE_CLOSED, err);
    }
    return status;
}

/* Whether what the entry names as signed may go out with it. Of a statement that is what its own entry says,
 * whichever other one names it: it may have been forgotten there. */
static enum asv_status opens_object(const struct asv_ledger_export *it,
                                    const struct asv_db_ledger_known *entry,
                                    const uint8_t digest[ASV_SHA256_BYTES], bool *opens, struct asv_err *err)
{
    struct asv_db_ledger_known own = {0};
    size_t count = 0;
    enum asv_status status = asv_db_ledger_about(it->db, digest, 0, -1, 1, &own, &count, err);
    bool said = count > 0 && own.kind == ASV_LEDGER_STATEMENT && memcmp(own.id, digest, sizeof own.id) == 0;
    *opens = said ? own.has_key : entry->has_key || entry->kind == ASV_LEDGER_POLICY_FILE;
    asv_wipe(&own, sizeof own);
    return status;
}

/* LG-098: whose credential does not lead to the root by what may go out is not given out as somebody's. */
static enum asv_status write_signer(struct asv_ledger_export *it, uint16_t kind, struct asv_bytes signer,
                                    const char *stem, struct asv_err *err)
{
    bool shown = true;
    enum asv_status status = ASV_OK;
    if (signer.len == 0) {
        return ASV_OK;
    }
    if (asv_signed_purpose(kind) == ASV_PURPOSE_STATEMENT) {
        status = it->people == NULL ? asv_ledger_people_open(it->db, &it->people, err) : ASV_OK;
        if (status == ASV_OK) {
            status = asv_ledger_people_add(it->people, signer, &shown, err);
        }
        it->untraced += status == ASV_OK && !shown;
    }
    return status == ASV_OK && shown ? write_file(it, stem, "signer", signer, MODE_CLOSED, err) : status;
}

/* LG-088: what the entry names as signed, and who signed it. */
static enum asv_status write_object(struct asv_ledger_export *it, const struct asv_db_ledger_known *entry,
                                    const char *stem, struct asv_err *err)
{
    struct asv_ledger_entry read;
    struct asv_bytes digest;
    struct asv_err why = {0};
    bool opens = false;
    if (!it->objects ||
        asv_ledger_entry_read(&read, (struct asv_bytes){entry->entry, entry->len}, NULL) != ASV_OK ||
        !asv_ledger_entry_find(&read, ASV_LEDGER_OBJECT, &digest)) {
        return ASV_OK;
    }
    enum asv_status status = opens_object(it, entry, digest.data, &opens, err);
    it->object.len = 0;
    if (status == ASV_OK && opens) {
        status = asv_db_ledger_object(it->db, entry->kind, entry->id, &it->object, err);
    }
    if (status != ASV_OK || it->object.len == 0) {
        return status;
    }
    const struct asv_signed named = {.kind = entry->kind, .object = {it->object.data, it->object.len}};
    const struct asv_bytes signer = {it->object.signer, it->object.signer_len};
    status = asv_signed_is_named(&named, digest.data, &why);
    if (status != ASV_OK) {
        return asv_failf(err, status, "ledger: entry %" PRIu64 ": %s", entry->index, why.text);
    }
    it->needs_root = true;
    status = write_file(it, stem, "object", named.object, MODE_CLOSED, err);
    return status == ASV_OK ? write_signer(it, entry->kind, signer, stem, err) : status;
}

static void stem_of(char out[NAME_BYTES - 16], const struct asv_db_ledger_known *entry)
{
    const char *kind = asv_ledger_kind_name(entry->kind);
    (void)snprintf(out, NAME_BYTES - 16, "%u-%012" PRIu64 "-%s", entry->log, entry->index,
                   kind != NULL ? kind : "unknown");
}

enum asv_status asv_ledger_export_all(struct asv_ledger_export *exporting, asv_ledger_page *page,
                                      const void *what, bool (*opens)(uint8_t tag), struct asv_err *err)
{
    struct asv_db_ledger_known *rows = calloc(PAGE, sizeof *rows);
    uint16_t log = 0;
    int64_t after = -1;
    size_t count = PAGE;
    enum asv_status status = ASV_OK;
    if (rows == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    while (status == ASV_OK && count == PAGE) {
        status = page(what, exporting->db, log, after, PAGE, rows, &count, err);
        for (size_t i = 0; status == ASV_OK && i < count; i++) {
            status = asv_ledger_export_put(exporting, &rows[i], opens, err);
            log = rows[i].log;
            after = (int64_t)rows[i].index;
        }
    }
    asv_wipe(rows, PAGE * sizeof *rows);
    free(rows);
    return status;
}

enum asv_status asv_ledger_export_file(struct asv_ledger_export *exporting,
                                       const struct asv_db_ledger_known *entry, const char *name,
                                       struct asv_bytes data, struct asv_err *err)
{
    char stem[NAME_BYTES - 16];
    if (entry == NULL) {
        return asv_io_replace_file(exporting->dir, name, data.data, data.len, MODE_CLOSED, err);
    }
    stem_of(stem, entry);
    return write_file(exporting, stem, name, data, MODE_CLOSED, err);
}

enum asv_status asv_ledger_export_put(struct asv_ledger_export *exporting,
                                      const struct asv_db_ledger_known *entry, bool (*opens)(uint8_t tag),
                                      struct asv_err *err)
{
    char stem[NAME_BYTES - 16];
    enum asv_status status = load_head(exporting, entry->log, err);
    if (status == ASV_OK && entry->index >= exporting->head.size) {
        exporting->unproven++;
        return ASV_OK;
    }
    stem_of(stem, entry);
    if (status == ASV_OK) {
        status = write_opened(exporting, entry, stem, opens, err);
    }
    if (status == ASV_OK) {
        status = write_object(exporting, entry, stem, err);
    }
    if (status == ASV_OK) {
        status = write_file(exporting, stem, "entry", (struct asv_bytes){entry->entry, entry->len}, MODE_OPEN,
                            err);
    }
    if (status == ASV_OK) { /* last: with it, all is there */
        status = write_proof(exporting, entry, stem, err);
    }
    exporting->written += status == ASV_OK;
    return status;
}

static enum asv_status write_people(struct asv_ledger_export *it, struct asv_err *err)
{
    struct asv_bytes text = {0};
    enum asv_status status = it->people != NULL ? asv_ledger_people_write(it->people, &text, err) : ASV_OK;
    return status == ASV_OK && text.len > 0
               ? asv_ledger_export_file(it, NULL, ASV_ENROLLED_FILE_NAME, text, err)
               : status;
}

enum asv_status asv_ledger_export_end(struct asv_ledger_export *exporting, const char *path,
                                      struct asv_err *err)
{
    const struct asv_ledger_export *it = exporting;
    FILE *out = it->cli->out;
    enum asv_status status = write_people(exporting, err);
    if (status == ASV_OK && it->written > 0) {
        status = asv_io_replace_file(it->dir, "README.txt", readme, sizeof readme - 1, MODE_OPEN, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    fprintf(out, "%s: %" PRIu64 " entries with their proofs\n", path, it->written);
    if (it->shut > 0) {
        fprintf(out, "%" PRIu64 " of them were forgotten and open no more\n", it->shut);
    }
    if (it->untraced > 0) {
        fprintf(out,
                "%" PRIu64
                " were signed by somebody whose enrolment was forgotten: who it was is not given out\n",
                it->untraced);
    }
    if (it->unproven > 0) {
        return asv_failf(err, ASV_E_STATE,
                         "%" PRIu64 " entries are in no %s head yet: say the same again in a moment%s",
                         it->unproven, it->quorum ? "witnessed" : "signed",
                         it->written > 0 ? ", with another directory" : "");
    }
    status = asv_ledger_export_judge(it, path, err);
    if (status == ASV_OK) {
        fprintf(out, "To check: asservat-verify %s --ledger TRUST%s\n", path,
                it->needs_root ? " --trust root.cert" : "");
    }
    return status;
}
