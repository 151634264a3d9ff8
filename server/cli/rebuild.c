/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat db rebuild: the custody tables again, from what lies in the vault.
 */
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/seal/link.h"
#include "firmware-proto/trust/destruction.h"
#include "firmware-proto/trust/erasure.h"
#include "firmware-proto/trust/receipt.h"
#include "server/base/fail.h"
#include "server/cli/agency.h"
#include "server/cli/database.h"
#include "server/cli/publish.h"
#include "server/cli/vaults.h"
#include "server/db/docking.h"

#define MAX_DOCKS 256

/* A committed clip, found in the first pass. */
struct found {
    uint8_t kind; /* enum asv_commit_kind */
    int64_t committed_ms;
    enum asv_vault_area area;
    char path[ASV_VAULT_PATH_BYTES];
};

struct rebuild {
    const struct asv_cli *cli;
    const struct asv_agency_dir *agency;
    struct asv_vault *vault;
    struct asv_db *db; /* the role asv_dock */

    struct found *found;
    size_t found_count, found_cap;

    /* Certificates of the docks whose signatures count. */
    struct asv_cert docks[MAX_DOCKS];
    uint8_t dock_digests[MAX_DOCKS][ASV_SHA256_BYTES];
    uint8_t dock_data[MAX_DOCKS][ASV_CERT_MAX_BYTES];
    size_t dock_count;

    uint64_t restored, tombstones, already, erasures, refused, uncommitted;
};

/* What one clip's directory holds. */
struct clip_files {
    uint8_t commit[ASV_COMMIT_MAX_BYTES];
    size_t commit_len;
    uint8_t chain[ASV_CHAIN_MAX_BYTES];
    size_t chain_len;
    uint8_t link[ASV_LINK_MAX_BYTES];
    size_t link_len;
    uint8_t receipt[ASV_RECEIPT_MAX_BYTES];
    size_t receipt_len;
    uint8_t order[ASV_DESTRUCTION_MAX_BYTES];
    size_t order_len;
    uint8_t erasure[ASV_ERASURE_MAX_BYTES];
    size_t erasure_len;

    struct asv_commit facts;
    struct asv_chain camera;
};

static void cleanup_clip(struct asv_clip_dir **clip)
{
    asv_clip_close(*clip);
}
#define asv_auto_clip __attribute__((cleanup(cleanup_clip)))

static enum asv_status add_dock(void *ctx, const struct asv_agency_entry *entry, struct asv_err *err)
{
    struct rebuild *rebuild = ctx;
    size_t at = rebuild->dock_count;
    struct asv_bytes cert = entry->chain.leaf.object.encoded;
    if (at == MAX_DOCKS) {
        return asv_fail(err, ASV_E_LIMIT, "more docks than this program can hold");
    }
    memcpy(rebuild->dock_data[at], cert.data, cert.len);
    memcpy(rebuild->dock_digests[at], entry->digest, ASV_SHA256_BYTES);
    rebuild->dock_count++;
    return asv_cert_decode(&rebuild->docks[at], rebuild->dock_data[at], cert.len, err);
}

static const struct asv_cert *find_dock(const struct rebuild *rebuild, const uint8_t digest[ASV_SHA256_BYTES])
{
    for (size_t i = 0; i < rebuild->dock_count; i++) {
        if (memcmp(rebuild->dock_digests[i], digest, ASV_SHA256_BYTES) == 0) {
            return &rebuild->docks[i];
        }
    }
    return NULL;
}

/* Absent parts have length 0. */
static enum asv_status get(struct asv_clip_dir *clip, enum asv_part part, uint8_t *out, size_t cap,
                           size_t *len, struct asv_err *err)
{
    struct asv_err inner = {0};
    enum asv_status status = asv_clip_get(clip, part, out, cap, len, &inner);
    if (status == ASV_E_NOT_FOUND) {
        *len = 0;
        return ASV_OK;
    }
    return status == ASV_OK ? ASV_OK : asv_failf(err, status, "%s", inner.text);
}

static enum asv_status note(void *ctx, enum asv_vault_area area, const char *path, struct asv_err *err)
{
    struct rebuild *rebuild = ctx;
    uint8_t data[ASV_COMMIT_MAX_BYTES];
    struct asv_commit facts;
    struct asv_err inner = {0};
    size_t len = 0;
    asv_auto_clip struct asv_clip_dir *clip = NULL;

    enum asv_status status = asv_vault_open_clip(rebuild->vault, area, path, &clip, &inner);
    if (status == ASV_OK) {
        status = get(clip, ASV_PART_COMMIT, data, sizeof data, &len, &inner);
    }
    if (status == ASV_OK && len == 0) {
        rebuild->uncommitted++; /* the dock daemon goes on with it */
        return ASV_OK;
    }
    if (status == ASV_OK) {
        status = asv_commit_decode(&facts, data, len, NULL, &inner);
    }
    if (status != ASV_OK) {
        fprintf(rebuild->cli->err, "refused      %s: %s\n", path, inner.text);
        rebuild->refused++;
        return ASV_OK;
    }
    if (rebuild->found_count == rebuild->found_cap) {
        size_t cap = rebuild->found_cap == 0 ? 1024 : 2 * rebuild->found_cap;
        struct found *grown = realloc(rebuild->found, cap * sizeof *grown);
        if (grown == NULL) {
            return asv_fail(err, ASV_E_NO_MEMORY, "no memory for the list of clips");
        }
        rebuild->found = grown;
        rebuild->found_cap = cap;
    }
    struct found *entry = &rebuild->found[rebuild->found_count++];
    entry->kind = facts.kind;
    entry->committed_ms = facts.committed_ms;
    entry->area = area;
    snprintf(entry->path, sizeof entry->path, "%s", path);
    return ASV_OK;
}

/* Stored clips first: where two have one UUID, the other one is the double, whatever the clocks of two docks
 * said. */
static int by_commit(const void *a, const void *b)
{
    const struct found *first = a;
    const struct found *second = b;
    if (first->kind != second->kind) {
        return first->kind < second->kind ? -1 : 1;
    }
    if (first->committed_ms != second->committed_ms) {
        return first->committed_ms < second->committed_ms ? -1 : 1;
    }
    return strcmp(first->path, second->path);
}

/* Reads a clip's directory and believes of it what is signed by a dock and certified by the agency. */
static enum asv_status read_clip(const struct rebuild *rebuild, const struct found *found,
                                 struct clip_files *out, struct asv_err *err)
{
    uint8_t digest[ASV_SHA256_BYTES];
    asv_auto_clip struct asv_clip_dir *clip = NULL;
    enum asv_status status = asv_vault_open_clip(rebuild->vault, found->area, found->path, &clip, err);
    if (status == ASV_OK) {
        status = get(clip, ASV_PART_COMMIT, out->commit, sizeof out->commit, &out->commit_len, err);
    }
    if (status == ASV_OK) {
        status = get(clip, ASV_PART_CHAIN, out->chain, sizeof out->chain, &out->chain_len, err);
    }
    if (status == ASV_OK) {
        status = get(clip, ASV_PART_LINK, out->link, sizeof out->link, &out->link_len, err);
    }
    if (status == ASV_OK) {
        status = get(clip, ASV_PART_RECEIPT, out->receipt, sizeof out->receipt, &out->receipt_len, err);
    }
    if (status == ASV_OK) {
        status = get(clip, ASV_PART_ORDER, out->order, sizeof out->order, &out->order_len, err);
    }
    if (status == ASV_OK) {
        status = get(clip, ASV_PART_ERASURE, out->erasure, sizeof out->erasure, &out->erasure_len, err);
    }
    if (status == ASV_OK) {
        status = asv_commit_decode(&out->facts, out->commit, out->commit_len, NULL, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    const struct asv_cert *dock = find_dock(rebuild, out->facts.dock_cert);
    if (dock == NULL) {
        return asv_fail(err, ASV_E_UNTRUSTED, "committed by a dock that is not in the agency directory");
    }
    status = asv_commit_verify(&out->facts, out->commit, out->commit_len, dock->signing_pk, err);
    if (status == ASV_OK) {
        status = asv_chain_decode(&out->camera, out->chain, out->chain_len, err);
    }
    if (status == ASV_OK) { /* revoked and expired cameras' recordings are in custody, too */
        status = asv_chain_verify(&out->camera, rebuild->agency->root.signing_pk, out->camera.leaf.role,
                                  ASV_TIME_UNKNOWN, NULL, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    asv_cert_digest(digest, &out->camera.leaf);
    if (memcmp(digest, out->facts.camera_cert, sizeof digest) != 0) {
        return asv_fail(err, ASV_E_MISMATCH, "the chain is another camera's than the commit record says");
    }
    return ASV_OK;
}

/* A docking of the clip's camera: what the commit record knows of it. */
static enum asv_status restore_docking(const struct rebuild *rebuild, const struct clip_files *files,
                                       const uint8_t session[ASV_SHA256_BYTES],
                                       const uint8_t dock_cert[ASV_SHA256_BYTES], int64_t began_ms,
                                       struct asv_err *err)
{
    const struct asv_commit *facts = &files->facts;
    struct asv_db_docking_result result;
    struct asv_db_docking docking = {
        .slot = facts->slot,
        .port = facts->port,
        .chain = files->camera.encoded,
        .began_ms = began_ms,
        .has_clock = facts->uncertainty_ms != ASV_COMMIT_NO_CLOCK,
        .offset_ms = facts->offset_ms,
        .uncertainty_ms = facts->uncertainty_ms,
        .clock_state = facts->clock_state,
        .partial = true,
        .firmware = facts->firmware,
    };
    memcpy(docking.session, session, sizeof docking.session);
    memcpy(docking.dock_cert, dock_cert, sizeof docking.dock_cert);
    memcpy(docking.camera_cert, facts->camera_cert, sizeof docking.camera_cert);
    memcpy(docking.epoch, facts->epoch, sizeof docking.epoch);
    memcpy(docking.firmware_digest, facts->firmware_digest, sizeof docking.firmware_digest);
    return asv_db_docking_begin(rebuild->db, &docking, &result, err);
}

/* The keeper's order, without which the proof of erasure would be of nobody's. */
static enum asv_status restore_order(const struct rebuild *rebuild, const struct clip_files *files,
                                     struct asv_err *err)
{
    struct asv_destruction order;
    enum asv_db_outcome outcome;
    if (files->order_len == 0) {
        return ASV_OK;
    }
    enum asv_status status = asv_destruction_decode(&order, files->order, files->order_len, err);
    if (status == ASV_OK) {
        status = asv_destruction_verify(&order, rebuild->agency->root.signing_pk, files->facts.camera_cert,
                                        ASV_TIME_UNKNOWN, NULL, err);
    }
    return status == ASV_OK ? asv_db_destruction(rebuild->db, order.object.encoded, &outcome, err) : status;
}

static enum asv_status restore_erasure(struct rebuild *rebuild, const struct clip_files *files,
                                       struct asv_err *err)
{
    struct asv_erasure erasure;
    enum asv_db_outcome outcome = ASV_DB_ALREADY;
    if (files->erasure_len == 0) {
        return ASV_OK;
    }
    enum asv_status status = asv_erasure_decode(&erasure, files->erasure, files->erasure_len, err);
    if (status == ASV_OK) {
        status = asv_erasure_verify(&erasure, &files->camera.leaf, err);
    }
    if (status == ASV_OK) {
        status = asv_db_erasure(rebuild->db, files->facts.session, erasure.object.encoded, &outcome, err);
    }
    rebuild->erasures += status == ASV_OK && outcome == ASV_DB_DONE;
    return status;
}

/* The receipt beside the payload, if there is one: *given. */
static enum asv_status read_receipt(const struct rebuild *rebuild, const struct clip_files *files,
                                    struct asv_receipt *receipt, bool *given, struct asv_err *err)
{
    *given = files->receipt_len != 0;
    if (!*given) {
        return ASV_OK;
    }
    enum asv_status status = asv_receipt_decode(receipt, files->receipt, files->receipt_len, err);
    if (status != ASV_OK) {
        return status;
    }
    const struct asv_cert *dock = find_dock(rebuild, receipt->dock_cert);
    return dock == NULL ? asv_fail(err, ASV_E_UNTRUSTED, "the receipt is of an unknown dock")
                        : asv_receipt_verify(receipt, dock, NULL, err);
}

/* A receipt that a later docking was given, perhaps by another dock; no more is known of it than its time. */
static enum asv_status restore_later_receipt(const struct rebuild *rebuild, const struct clip_files *files,
                                             const struct asv_receipt *receipt, struct asv_err *err)
{
    enum asv_db_outcome outcome;
    enum asv_status status =
        restore_docking(rebuild, files, receipt->session, receipt->dock_cert, receipt->time_ms, err);
    return status == ASV_OK ? asv_db_receipt(rebuild->db, receipt->object.encoded, &outcome, err) : status;
}

static enum asv_status restore_clip(struct rebuild *rebuild, const struct found *found,
                                    struct clip_files *files, struct asv_err *err)
{
    enum asv_db_outcome outcome;
    struct asv_receipt receipt = {0};
    bool given = false;
    enum asv_status status = read_clip(rebuild, found, files, err);
    const struct asv_commit *facts = &files->facts;
    if (status == ASV_OK) {
        status = read_receipt(rebuild, files, &receipt, &given, err);
    }
    if (status == ASV_OK) {
        status = restore_docking(rebuild, files, facts->session, facts->dock_cert, facts->docked_ms, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    bool later = given && memcmp(receipt.session, facts->session, sizeof receipt.session) != 0;
    const struct asv_db_commit commit = {
        .facts = facts,
        .record = {files->commit, files->commit_len},
        .link = {files->link, files->link_len},
        .receipt = {files->receipt, later ? 0 : files->receipt_len},
    };
    status = asv_db_clip_commit(rebuild->db, &commit, &outcome, err);
    if (status != ASV_OK) {
        return status;
    }
    if (outcome == ASV_DB_CONFLICT || outcome == ASV_DB_UUID_TAKEN) {
        return asv_fail(err, ASV_E_MISMATCH, "the database holds another recording in its place");
    }
    bool tombstone = facts->kind == ASV_COMMIT_EXPIRED_ON_ARRIVAL;
    rebuild->restored += outcome == ASV_DB_DONE && !tombstone;
    rebuild->tombstones += outcome == ASV_DB_DONE && tombstone;
    rebuild->already += outcome == ASV_DB_ALREADY;
    status = later ? restore_later_receipt(rebuild, files, &receipt, err) : ASV_OK;
    if (status == ASV_OK) {
        status = restore_order(rebuild, files, err);
    }
    return status == ASV_OK ? restore_erasure(rebuild, files, err) : status;
}

/* Integrity problems of one clip do not keep the others out; a database that goes away does. */
static enum asv_status restore_each(struct rebuild *rebuild, struct clip_files *files, struct asv_err *err)
{
    for (size_t i = 0; i < rebuild->found_count; i++) {
        struct asv_err inner = {0};
        const struct found *found = &rebuild->found[i];
        enum asv_status status = restore_clip(rebuild, found, files, &inner);
        if (status == ASV_OK) {
            continue;
        }
        enum asv_class class = asv_status_class(status);
        if (class == ASV_CLASS_RETRY || class == ASV_CLASS_INTERNAL || status == ASV_E_DENIED ||
            status == ASV_E_USAGE) {
            return asv_failf(err, status, "%s: %s; repeat when that is solved", found->path, inner.text);
        }
        fprintf(rebuild->cli->err, "refused      %s: %s\n", found->path, inner.text);
        rebuild->refused++;
    }
    return ASV_OK;
}

static enum asv_status restore_all(struct rebuild *rebuild, struct asv_err *err)
{
    static const enum asv_vault_area areas[] = {ASV_VAULT_SEALED, ASV_VAULT_QUARANTINE, ASV_VAULT_TOMBSTONES};
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < sizeof areas / sizeof *areas; i++) {
        status = asv_vault_walk(rebuild->vault, areas[i], note, rebuild, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    struct clip_files *files = malloc(sizeof *files);
    if (files == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    if (rebuild->found_count != 0) {
        qsort(rebuild->found, rebuild->found_count, sizeof *rebuild->found, by_commit);
    }
    status = restore_each(rebuild, files, err);
    free(files);
    return status;
}

static enum asv_status prepare(struct rebuild *rebuild, struct asv_db **admin, struct asv_err *err)
{
    const char *conninfo = asv_cli_text(rebuild->cli->args, "database-dock");
    enum asv_status status = asv_cli_database(rebuild->cli, admin, err);
    if (status == ASV_OK) {
        status = asv_publish_register(rebuild->agency, *admin, err);
    }
    if (status == ASV_OK) {
        status = asv_agency_each(rebuild->agency, "docks", add_dock, rebuild, err);
    }
    if (status == ASV_OK) {
        status = asv_cli_database_as(
            rebuild->cli, conninfo != NULL ? conninfo : rebuild->cli->conf.database_dock, &rebuild->db, err);
    }
    return status;
}

static enum asv_status rebuild_with(struct asv_cli *cli, struct rebuild *rebuild, struct asv_err *err)
{
    asv_auto_agency struct asv_agency_dir *agency = NULL;
    asv_auto_vault struct asv_vault *vault = NULL;
    asv_auto_db struct asv_db *admin = NULL;
    enum asv_status status = asv_agency_open(cli, false, &agency, err);
    if (status == ASV_OK) {
        status = asv_cli_vault(cli, false, &vault, err);
    }
    rebuild->cli = cli;
    rebuild->agency = agency;
    rebuild->vault = vault;
    if (status == ASV_OK) {
        status = prepare(rebuild, &admin, err);
    }
    if (status == ASV_OK) {
        status = restore_all(rebuild, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    fprintf(cli->out,
            "restored     %llu clips, %llu tombstones, %llu erasures\nalready      %llu of both\n"
            "uncommitted  %llu directories left to the dock\nrefused      %llu\n",
            (unsigned long long)rebuild->restored, (unsigned long long)rebuild->tombstones,
            (unsigned long long)rebuild->erasures, (unsigned long long)rebuild->already,
            (unsigned long long)rebuild->uncommitted, (unsigned long long)rebuild->refused);
    return rebuild->refused == 0 ? ASV_OK
                                 : asv_fail(err, ASV_E_MISMATCH, "some clips were refused; see above");
}

static enum asv_status run(struct asv_cli *cli, struct asv_err *err)
{
    struct rebuild *rebuild = calloc(1, sizeof *rebuild);
    if (rebuild == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = rebuild_with(cli, rebuild, err);
    asv_db_close(rebuild->db);
    free(rebuild->found);
    free(rebuild);
    return status;
}

static const struct asv_cli_option options[] = {
    {"dir", ASV_CLI_TEXT, "DIR", "agency directory (configuration: agency)", false, false, 0, 0},
    {"vault", ASV_CLI_TEXT, "DIR", "vault (configuration: vault)", false, false, 0, 0},
    {"mirror", ASV_CLI_TEXT, "DIR", "the vault's mirror (configuration: vault.mirror)", false, false, 0, 0},
    ASV_CLI_DATABASE_OPTION,
    {"database-dock", ASV_CLI_TEXT, "CONNINFO", "as the dock's role (configuration: database.dock)", false,
     false, 0, 0},
};

const struct asv_cli_command asv_cli_db_rebuild = {
    .group = "db",
    .name = "rebuild",
    .summary = "restore the custody tables from the vault",
    .help = "After \"asservat db migrate\" of an empty database: writes the register from the\n"
            "agency directory, then every clip that the vault holds with a commit record signed\n"
            "by one of the agency's docks, with receipts and erasure records. Safe to repeat.\n"
            "\n"
            "What only the database knew is not restored: when recordings were announced,\n"
            "device logs, alarms. Stop the dock daemon before. Check the bytes afterwards with\n"
            "\"asservat vault scrub\".",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
