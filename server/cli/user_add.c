/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat user add: a key file under the person's own passphrase, and the record that others enrol.
 */
#include <string.h>

#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/cli/agency.h"
#include "server/cli/ask.h"
#include "server/cli/person.h"
#include "server/cli/user.h"
#include "server/flow/words.h"
#include "server/policy/policy.h"

#define YEARS_DEFAULT 2
#define YEARS_MAX     10

/* Printable ASCII for the key file's label: one "?" for a character that is none. */
static void label_of(char out[ASV_KEYFILE_LABEL_SIZE], const char *name)
{
    size_t used = 0;
    for (const char *at = name; *at != '\0' && used + 1 < ASV_KEYFILE_LABEL_SIZE; at++) {
        if (((unsigned char)*at & 0xc0) != 0x80) { /* not inside a character of UTF-8 */
            out[used++] = (char)(*at >= 0x20 && *at < 0x7f ? *at : '?');
        }
    }
    out[used] = '\0';
}

static enum asv_status read_roles(const struct asv_cli *cli, uint16_t *roles, struct asv_err *err)
{
    const char *word;
    *roles = 0;
    for (size_t i = 0; (word = asv_cli_text_at(cli->args, "role", i)) != NULL; i++) {
        unsigned bit = 0;
        while (asv_policy_role_name(bit) != NULL && strcmp(asv_policy_role_name(bit), word) != 0) {
            bit++;
        }
        if (asv_policy_role_name(bit) == NULL) {
            char all[ASV_ROLES_TEXT_BYTES];
            return asv_failf(err, ASV_E_USAGE, "--role %s: one of %s", word,
                             asv_roles_text(all, ASV_ROLES_ALL));
        }
        *roles = (uint16_t)(*roles | 1u << bit);
    }
    if ((*roles & ASV_ROLE_ADMINISTRATOR) != 0 &&
        (*roles & ~(ASV_ROLE_ADMINISTRATOR | ASV_ROLE_WEARER | ASV_ROLE_STAFF_COUNCIL)) != 0) { /* ST-022 */
        return asv_fail(err, ASV_E_USAGE,
                        "--role: an administrator decides nothing about recordings and sees none (LAW L4)");
    }
    return ASV_OK;
}

/* Strictly ascending, as the record wants them. */
static enum asv_status read_units(const struct asv_cli *cli, struct asv_credential *out, struct asv_err *err)
{
    const char *unit;
    for (size_t i = 0; (unit = asv_cli_text_at(cli->args, "unit", i)) != NULL; i++) {
        unsigned at = 0;
        while (at < out->unit_count && strcmp(out->units[at], unit) < 0) {
            at++;
        }
        if (at < out->unit_count && strcmp(out->units[at], unit) == 0) {
            continue;
        }
        if (out->unit_count == ASV_CREDENTIAL_UNITS_MAX) {
            return asv_failf(err, ASV_E_USAGE, "--unit: at most %d", ASV_CREDENTIAL_UNITS_MAX);
        }
        memmove(out->units[at + 1], out->units[at], (out->unit_count - at) * sizeof out->units[0]);
        snprintf(out->units[at], sizeof out->units[at], "%s", unit);
        out->unit_count++;
    }
    return ASV_OK;
}

/* Everything but the key. */
static enum asv_status describe(const struct asv_cli *cli, const struct asv_agency_dir *agency,
                                struct asv_credential *out, struct asv_err *err)
{
    struct asv_badge badge;
    const char *name = asv_cli_text(cli->args, "name");
    uint64_t years = asv_cli_number(cli->args, "years", YEARS_DEFAULT);
    out->name = (struct asv_bytes){(const uint8_t *)name, strlen(name)};
    memcpy(out->agency, agency->id, sizeof out->agency);
    out->algorithm = ASV_ALG_ED25519;
    enum asv_status status = asv_text_is_good(out->name, ASV_NAME_MAX_BYTES)
                                 ? ASV_OK
                                 : asv_fail(err, ASV_E_USAGE, "--name: 1 to 128 bytes of text");
    if (status == ASV_OK) {
        status = read_roles(cli, &out->roles, err);
    }
    if (status == ASV_OK) {
        status = read_units(cli, out, err);
    }
    if (status == ASV_OK) {
        status = asv_world_wall_ms(cli->world, &out->from_ms);
        out->until_ms = out->from_ms + (int64_t)years * ASV_AGENCY_YEAR_MS;
    }
    if (status == ASV_OK) {
        status = asv_badge_read(agency->fd, asv_cli_text(cli->args, "badge"), &badge, err);
    }
    if (status == ASV_OK) {
        memcpy(out->badge, badge.pseudonym, sizeof out->badge);
        memcpy(out->person, badge.person, sizeof out->person);
    }
    return status;
}

/* The key is in the file before anybody can enrol it. */
static enum asv_status make_key(const struct asv_cli *cli, const struct asv_output *file,
                                struct asv_credential *credential, struct asv_err *err)
{
    struct asv_passphrase passphrase asv_auto_passphrase = {0};
    struct asv_keys keys = {0};
    struct asv_keyfile made = {
        .role = ASV_KEYFILE_PERSON, .is_protected = true, .cost = asv_cli_password_cost()};
    label_of(made.label, asv_cli_text(cli->args, "name"));
    enum asv_status status = asv_ask_passphrase(cli, "passphrase-file", made.label, true, &passphrase, err);
    if (status == ASV_OK && asv_keyfile_generate(&made, &keys, cli->world) != ASV_OK) {
        status = asv_fail(err, ASV_E_INTERNAL, "no randomness");
    }
    if (status == ASV_OK) {
        memcpy(credential->ed25519_pk, made.signing_pk, sizeof credential->ed25519_pk);
        status = asv_keyfile_save(file->dir, file->name, &made, &keys, asv_passphrase_bytes(&passphrase),
                                  cli->world, err);
    }
    asv_wipe(&keys, sizeof keys);
    return status;
}

static enum asv_status record(struct asv_db *db, const struct asv_credential *credential,
                              uint8_t digest[ASV_SHA256_BYTES], struct asv_err *err)
{
    uint8_t data[ASV_CREDENTIAL_MAX_BYTES];
    struct asv_writer writer;
    struct asv_credential read;
    enum asv_db_outcome outcome;
    char actor[64];
    size_t len = 0;
    asv_writer_init(&writer, data, sizeof data);
    enum asv_status status = asv_credential_encode(&writer, credential);
    if (status == ASV_OK) {
        status = asv_write_end(&writer, &len);
    }
    if (status != ASV_OK) {
        return asv_fail(err, status, "a field of the credential is not as it must be (docs/STATEMENTS.md 2)");
    }
    status = asv_credential_decode(&read, data, len, err);
    if (status == ASV_OK) {
        status = asv_db_credential_put(db, &read, asv_cli_actor(actor), &outcome, err);
    }
    if (status == ASV_OK) {
        asv_credential_digest(digest, &read);
    }
    return status;
}

static enum asv_status add(struct asv_cli *cli, struct asv_err *err)
{
    struct asv_output file asv_auto_output = {.dir = -1};
    asv_auto_agency struct asv_agency_dir *agency = NULL;
    asv_auto_db struct asv_db *db = NULL;
    struct asv_credential credential = {0};
    uint8_t digest[ASV_SHA256_BYTES];
    char hex[2 * ASV_SHA256_BYTES + 1];
    const char *path = asv_cli_text(cli->args, "out");
    enum asv_status status = asv_output_open(path, false, &file, err);
    if (status == ASV_OK) {
        status = asv_agency_open(cli, false, &agency, err);
    }
    if (status == ASV_OK) {
        status = asv_cli_database(cli, &db, err);
    }
    if (status == ASV_OK) {
        status = describe(cli, agency, &credential, err);
    }
    if (status == ASV_OK) {
        status = make_key(cli, &file, &credential, err);
    }
    if (status == ASV_OK) {
        status = record(db, &credential, digest, err);
        if (status != ASV_OK) {
            struct asv_err why = *err;
            return asv_failf(err, status, "%s (the key in %s is in no record: remove it)", why.text, path);
        }
    }
    if (status != ASV_OK) {
        return status;
    }
    asv_hex_encode(hex, digest, sizeof digest);
    fprintf(cli->out,
            "name         %s\nkey file     %s\ncredential   %.12s\n"
            "It counts when two people have enrolled it: \"asservat user enrol\", then \"asservat user "
            "approve\";\n"
            "in the beginning \"asservat user found\", with the agency root's key.\n",
            asv_cli_text(cli->args, "name"), path, hex);
    return ASV_OK;
}

static const struct asv_cli_option options[] = {
    {"name", ASV_CLI_WORDS, "NAME", "the person's name", true, false, 0, 0},
    {"badge", ASV_CLI_LABEL, "NUMBER", "the badge's number; only its pseudonym is kept", true, false, 0, 0},
    {"role", ASV_CLI_TEXT, "ROLE", "what the person may do", true, true, 0, 0},
    {"unit", ASV_CLI_LABEL, "CODE", "a unit, as cameras name it", false, true, 0, 0},
    {"years", ASV_CLI_NUMBER, "N", "how long the credential is valid (2)", false, false, 1, YEARS_MAX},
    {"out", ASV_CLI_TEXT, "FILE", "where the key file goes", true, false, 0, 0},
    {"passphrase-file", ASV_CLI_TEXT, "FILE", "its first line is the person's passphrase", false, false, 0,
     0},
    {"dir", ASV_CLI_TEXT, "DIR", "agency directory (configuration: agency)", false, false, 0, 0},
    ASV_CLI_DATABASE_OPTION,
};

const struct asv_cli_command asv_cli_user_add = {
    .group = "user",
    .name = "add",
    .summary = "make a person's key file and credential",
    .help = "Makes a key file under a passphrase that the person chooses and tells nobody, and\n"
            "the credential record with its public half, the person's name, roles and units. A\n"
            "badge that is known makes one more credential of the same person.\n"
            "\n"
            "Roles: wearer, supervisor, deputy, reviewer, exporter, data_protection_officer,\n"
            "staff_council, administrator. An administrator can be none of those who decide\n"
            "about recordings or see them.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = add,
};
