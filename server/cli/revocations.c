/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat revocations: show, issue.
 */
#include <stdlib.h>
#include <string.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/cli/agency.h"
#include "server/cli/database.h"
#include "server/cli/publish.h"
#include "server/cli/text.h"

static const char *const registers[] = {"cameras", "docks", "keepers"};
#define REGISTERS (sizeof registers / sizeof *registers)

struct naming {
    const uint8_t *serial;
    char name[ASV_TEXT_SIZE];
    uint8_t role;
};

static enum asv_status name_serial(void *ctx, const struct asv_agency_entry *entry, struct asv_err *err)
{
    struct naming *naming = ctx;
    (void)err;
    if (memcmp(entry->chain.leaf.serial, naming->serial, ASV_CERT_SERIAL_BYTES) == 0) {
        memcpy(naming->name, entry->chain.leaf.name, sizeof naming->name);
        naming->role = entry->chain.leaf.role;
    }
    return ASV_OK;
}

static enum asv_status collect(const struct asv_agency_dir *agency, struct asv_table *table, json_t *list,
                               struct asv_err *err)
{
    for (size_t i = 0; i < agency->revocations.count; i++) {
        char hex[2 * ASV_CERT_SERIAL_BYTES + 1];
        struct naming naming = {.serial = agency->revocations.serials + i * ASV_CERT_SERIAL_BYTES};
        for (size_t k = 0; k < REGISTERS; k++) {
            enum asv_status status = asv_agency_each(agency, registers[k], name_serial, &naming, err);
            if (status != ASV_OK) {
                return status;
            }
        }
        const char *role = naming.role != 0 ? asv_role_name(naming.role) : "";
        asv_hex_encode(hex, naming.serial, ASV_CERT_SERIAL_BYTES);
        asv_table_add(table, hex);
        asv_table_add(table, role);
        asv_table_add(table, naming.name);
        (void)json_array_append_new(
            list, json_pack("{s:s, s:s, s:s}", "serial", hex, "role", role, "name", naming.name));
    }
    return ASV_OK;
}

static enum asv_status show(struct asv_cli *cli, struct asv_err *err)
{
    static const char *const columns[] = {"CERTIFICATE SERIAL", "ROLE", "NAME"};
    struct asv_table table = {.column_count = 3, .columns = columns};
    char text[ASV_TEXT_BYTES];
    asv_auto_agency struct asv_agency_dir *agency = NULL;
    json_t *list = json_array();
    enum asv_status status = asv_agency_open(cli, false, &agency, err);
    if (status == ASV_OK) {
        status = collect(agency, &table, list, err);
    }
    if (status != ASV_OK) {
        asv_table_free(&table);
        json_decref(list);
        return status;
    }
    if (asv_cli_flag(cli->args, "json")) {
        asv_table_free(&table);
        return asv_json_print_take(cli->out,
                                   json_pack("{s:I, s:o, s:o}", "number",
                                             (json_int_t)agency->revocations.number, "issued",
                                             asv_json_time(agency->revocations.issued_ms), "revoked", list),
                                   err);
    }
    json_decref(list);
    fprintf(cli->out, "number %llu, issued %s\n\n", (unsigned long long)agency->revocations.number,
            asv_text_time(text, agency->revocations.issued_ms));
    return asv_table_print(&table, cli->out, "nothing is revoked", err);
}

static const struct asv_cli_option show_options[] = {
    {"json", ASV_CLI_FLAG, NULL, "as JSON", false, false, 0, 0},
    {"dir", ASV_CLI_TEXT, "DIR", "agency directory (configuration: agency)", false, false, 0, 0},
};

const struct asv_cli_command asv_cli_revocations_show = {
    .group = "revocations",
    .name = "show",
    .summary = "show the newest revocation list",
    .help = "Shows the newest revocation list of the agency directory.",
    .options = show_options,
    .option_count = sizeof show_options / sizeof *show_options,
    .run = show,
};

/* The entry that names this, of all registers: the first dock and the keeper may have the same serial. */
static enum asv_status find(const struct asv_agency_dir *agency, const char *which,
                            struct asv_agency_match *match, struct asv_err *err)
{
    struct asv_agency_match found;
    size_t count = 0;
    for (size_t k = 0; k < REGISTERS; k++) {
        enum asv_status status = asv_agency_find(agency, registers[k], which, &found, err);
        if (status == ASV_OK) {
            *match = found;
            count++;
        } else if (status != ASV_E_NOT_FOUND) {
            return status;
        }
    }
    if (count > 1) {
        return asv_failf(
            err, ASV_E_USAGE,
            "--revoke %s: names several in the register; give the name or the certificate's digest", which);
    }
    return count == 1 ? ASV_OK : ASV_E_NOT_FOUND;
}

/* The serials of --revoke: of docks and keepers by what names them in the register, or serials in
 * hexadecimal. */
static enum asv_status resolve(const struct asv_cli *cli, const struct asv_agency_dir *agency,
                               uint8_t *serials, size_t cap, size_t *count, struct asv_err *err)
{
    const char *which;
    for (*count = 0; (which = asv_cli_text_at(cli->args, "revoke", *count)) != NULL; ++*count) {
        struct asv_agency_match match;
        if (*count == cap) {
            return asv_failf(err, ASV_E_USAGE, "--revoke: at most %zu at once", cap);
        }
        uint8_t *serial = serials + *count * ASV_CERT_SERIAL_BYTES;
        enum asv_status status = find(agency, which, &match, err);
        if (status == ASV_OK) {
            memcpy(serial, match.serial, ASV_CERT_SERIAL_BYTES);
            fprintf(cli->out, "revoking     %s\n", match.name);
        } else if (status != ASV_E_NOT_FOUND) {
            return status;
        } else if (asv_hex_decode(serial, ASV_CERT_SERIAL_BYTES, which) != ASV_OK) {
            return asv_failf(err, status, "--revoke %s: nothing in the register, and no certificate serial",
                             which);
        }
    }
    return ASV_OK;
}

static enum asv_status issue(struct asv_cli *cli, struct asv_err *err)
{
    uint8_t serials[ASV_PUBLISH_SERIALS_MAX * ASV_CERT_SERIAL_BYTES];
    size_t count = 0;
    struct asv_keys ca;
    asv_auto_agency struct asv_agency_dir *agency = NULL;
    asv_auto_db struct asv_db *db = NULL;

    enum asv_status status = asv_agency_open(cli, true, &agency, err);
    if (status == ASV_OK && !asv_cli_flag(cli->args, "no-database")) {
        status = asv_cli_database(cli, &db, err);
    }
    if (status == ASV_OK) {
        status = resolve(cli, agency, serials, sizeof serials / ASV_CERT_SERIAL_BYTES, &count, err);
    }
    if (status == ASV_OK) {
        status = asv_agency_unlock(cli, agency, &ca, err);
        if (status == ASV_OK) {
            status = asv_publish_revoked(cli, agency, db, &ca, serials, count, err);
        }
        asv_wipe(&ca, sizeof ca);
    }
    if (status == ASV_OK) {
        fprintf(cli->out, "revocations  number %llu, %u serials\n",
                (unsigned long long)agency->revocations.number, (unsigned)agency->revocations.count);
    }
    return status;
}

static const struct asv_cli_option issue_options[] = {
    {"revoke", ASV_CLI_TEXT, "WHICH", "dock, keeper or serial to revoke", false, true, 0, 0},
    {"passphrase-file", ASV_CLI_TEXT, "FILE", "its first line is the issuing CA's passphrase", false, false,
     0, 0},
    {"dir", ASV_CLI_TEXT, "DIR", "agency directory (configuration: agency)", false, false, 0, 0},
    ASV_CLI_DATABASE_OPTION,
    {"no-database", ASV_CLI_FLAG, NULL, "in the agency directory only", false, false, 0, 0},
};

const struct asv_cli_command asv_cli_revocations_issue = {
    .group = "revocations",
    .name = "issue",
    .summary = "issue a new revocation list",
    .help = "Issues a revocation list with the next number that names everything that the\n"
            "lists of directory and database name, and what --revoke adds: name, serial number\n"
            "or certificate digest of a dock or keeper, or a certificate's serial. Cameras are\n"
            "better retired with \"asservat camera retire\".",
    .options = issue_options,
    .option_count = sizeof issue_options / sizeof *issue_options,
    .run = issue,
};
