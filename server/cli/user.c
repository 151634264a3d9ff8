/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat user: list, show. There is no way from a person to recordings (LAW L6).
 */
#include "server/cli/user.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/io.h"
#include "server/base/uuid.h"
#include "server/cli/cli.h"
#include "server/cli/listing.h"
#include "server/cli/person.h"
#include "server/flow/words.h"

#define PAGE         16
#define DIGITS_LEAST 6
#define DIGITS_SHOWN 12

enum asv_status asv_badge_read(int dir, const char *number, struct asv_badge *out, struct asv_err *err)
{
    uint8_t secret[ASV_BADGE_SECRET_BYTES];
    enum asv_status status = asv_badge_secret_read(dir, secret, err);
    if (status == ASV_OK) {
        asv_badge_of(out, secret, number);
    }
    asv_wipe(secret, sizeof secret);
    return status;
}

const char *asv_user_state(const struct asv_db_credential *credential, int64_t now_ms)
{
    return credential->revocation_taken                  ? "revoked"
           : credential->revoked_ms != ASV_TIME_UNKNOWN  ? "revoked, not yet with the keeper"
           : credential->disabled_ms != ASV_TIME_UNKNOWN ? "account disabled"
           : now_ms >= credential->said.until_ms         ? "expired"
           : credential->enrolled_ms == ASV_TIME_UNKNOWN ? "not enrolled"
           : now_ms < credential->said.from_ms           ? "not valid yet"
                                                         : "enrolled";
}

static bool counts(const struct asv_db_credential *credential, int64_t now_ms)
{
    return strcmp(asv_user_state(credential, now_ms), "enrolled") == 0;
}

/* ---- every credential ---- */

enum asv_status asv_user_each(struct asv_db *db, asv_user_visit visit, void *ctx, struct asv_err *err)
{
    asv_auto_free struct asv_db_credential *rows = calloc(PAGE + 1, sizeof *rows); /* and the one before */
    bool any = false;
    size_t got = PAGE;
    if (rows == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    while (got == PAGE) {
        enum asv_status status = asv_db_credential_page(db, any ? &rows[PAGE] : NULL, rows, PAGE, &got, err);
        for (size_t i = 0; i < got && status == ASV_OK; i++) {
            status = visit(ctx, &rows[i], err);
        }
        if (status == ASV_OK && got > 0) {
            rows[PAGE] = rows[got - 1];
            any = true;
            status = asv_db_credential_view(&rows[PAGE], err);
        }
        if (status != ASV_OK) {
            return status;
        }
    }
    return ASV_OK;
}

struct search {
    const char *which;
    int64_t now_ms;
    struct asv_db_credential *out;
    size_t living, others; /* found so far */
};

static enum asv_status compare(void *ctx, const struct asv_db_credential *credential, struct asv_err *err)
{
    struct search *search = ctx;
    char hex[2 * ASV_SHA256_BYTES + 1];
    size_t len = strlen(search->which);
    bool lives = counts(credential, search->now_ms);
    asv_hex_encode(hex, credential->digest, ASV_SHA256_BYTES);
    bool named =
        credential->said.name.len == len && memcmp(credential->said.name.data, search->which, len) == 0;
    bool digits = len >= DIGITS_LEAST && len < sizeof hex && strncasecmp(hex, search->which, len) == 0;
    if (!named && !digits) {
        return ASV_OK;
    }
    if (lives || search->living == 0) {
        *search->out = *credential;
    }
    search->living += lives;
    search->others += !lives;
    return asv_db_credential_view(search->out, err);
}

enum asv_status asv_user_find(const struct asv_cli *cli, struct asv_db *db, const char *which,
                              struct asv_db_credential *out, struct asv_err *err)
{
    struct search search = {.which = which, .out = out};
    enum asv_status status = asv_world_wall_ms(cli->world, &search.now_ms);
    if (status == ASV_OK) {
        status = asv_user_each(db, compare, &search, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    if (search.living + search.others == 0) {
        return asv_failf(err, ASV_E_NOT_FOUND, "nobody is \"%s\"; \"asservat user list\" shows everybody",
                         which);
    }
    if (search.living > 1 || (search.living == 0 && search.others > 1)) {
        return asv_failf(err, ASV_E_USAGE, "\"%s\" names several credentials; give one by its digits", which);
    }
    return ASV_OK;
}

/* ---- list ---- */

struct user_list {
    struct asv_listing *listing;
    int64_t now_ms;
};

static const char *name_of(char out[ASV_NAME_MAX_BYTES + 1], const struct asv_credential *credential)
{
    memcpy(out, credential->name.data, credential->name.len);
    out[credential->name.len] = '\0';
    return out;
}

static const char *units_of(char *out, size_t size, const struct asv_credential *credential)
{
    size_t used = 0;
    out[0] = '\0';
    for (unsigned i = 0; i < credential->unit_count && used < size; i++) {
        used += (size_t)snprintf(out + used, size - used, "%s%s", i > 0 ? ", " : "", credential->units[i]);
    }
    return out;
}

static json_t *credential_json(const struct asv_db_credential *credential, int64_t now_ms)
{
    char name[ASV_NAME_MAX_BYTES + 1];
    char roles[ASV_ROLES_TEXT_BYTES];
    json_t *units = json_array();
    for (unsigned i = 0; i < credential->said.unit_count; i++) {
        (void)json_array_append_new(units, json_string(credential->said.units[i]));
    }
    return json_pack("{s:o, s:o, s:s, s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o}", "credential",
                     asv_json_hex(credential->digest, sizeof credential->digest), "person",
                     asv_json_uuid(credential->said.person), "name", name_of(name, &credential->said),
                     "roles", asv_roles_text(roles, credential->said.roles), "units", units, "state",
                     asv_user_state(credential, now_ms), "from", asv_json_time(credential->said.from_ms),
                     "until", asv_json_time(credential->said.until_ms), "enrolled",
                     asv_json_time(credential->enrolled_ms), "revoked", asv_json_time(credential->revoked_ms),
                     "disabled", asv_json_time(credential->disabled_ms));
}

static enum asv_status list_one(void *ctx, const struct asv_db_credential *credential, struct asv_err *err)
{
    struct user_list *list = ctx;
    struct asv_table *table = &list->listing->table;
    char text[ASV_CREDENTIAL_UNITS_MAX * ASV_TEXT_SIZE * 2];
    char date[ASV_TEXT_BYTES];
    (void)err;
    if (list->listing->array != NULL) {
        asv_listing_json_take(list->listing, credential_json(credential, list->now_ms));
        return ASV_OK;
    }
    asv_table_add(table, name_of(text, &credential->said));
    asv_table_add(table, asv_roles_text(text, credential->said.roles));
    asv_table_add(table, units_of(text, sizeof text, &credential->said));
    asv_table_add(table, asv_user_state(credential, list->now_ms));
    snprintf(date, sizeof date, "%.10s", asv_text_time(text, credential->said.until_ms));
    asv_table_add(table, date);
    asv_hex_encode(text, credential->digest, DIGITS_SHOWN / 2);
    asv_table_add(table, text);
    return ASV_OK;
}

static enum asv_status list_each(struct asv_db *db, struct asv_listing *listing, struct asv_err *err)
{
    struct user_list list = {.listing = listing};
    enum asv_status status = asv_world_wall_ms(listing->cli->world, &list.now_ms);
    return status == ASV_OK ? asv_user_each(db, list_one, &list, err) : status;
}

static enum asv_status list(struct asv_cli *cli, struct asv_err *err)
{
    static const char *const columns[] = {"NAME", "ROLES", "UNITS", "STATE", "UNTIL", "CREDENTIAL"};
    return asv_listing_run(cli, columns, 6, list_each, "nobody; \"asservat user add\" makes the first", err);
}

const struct asv_cli_command asv_cli_user_list = {
    .group = "user",
    .name = "list",
    .summary = "list people, their roles and credentials",
    .help = "Lists every credential, whether it counts and until when. There is no list of what\n"
            "somebody recorded or decided.",
    .by = ASV_CLI_BY_ANYBODY,
    .options = asv_listing_options,
    .option_count = ASV_LISTING_OPTION_COUNT,
    .run = list,
};

/* ---- show ---- */

static enum asv_status show(struct asv_cli *cli, struct asv_err *err)
{
    struct asv_db_credential found;
    char text[ASV_CREDENTIAL_UNITS_MAX * ASV_TEXT_SIZE * 2];
    char uuid[ASV_UUID_TEXT_BYTES];
    int64_t now = 0;
    asv_auto_db struct asv_db *db = NULL;
    enum asv_status status = asv_cli_database(cli, &db, err);
    if (status == ASV_OK) {
        status = asv_user_find(cli, db, asv_cli_operand(cli->args, 0), &found, err);
    }
    if (status == ASV_OK) {
        status = asv_world_wall_ms(cli->world, &now);
    }
    if (status != ASV_OK) {
        return status;
    }
    if (asv_cli_flag(cli->args, "json")) {
        return asv_json_print_take(cli->out, credential_json(&found, now), err);
    }
    fprintf(cli->out, "name         %s\n", name_of(text, &found.said));
    fprintf(cli->out, "roles        %s\n", asv_roles_text(text, found.said.roles));
    fprintf(cli->out, "units        %s\n", units_of(text, sizeof text, &found.said));
    fprintf(cli->out, "state        %s\n", asv_user_state(&found, now));
    fprintf(cli->out, "valid        %s", asv_text_time(text, found.said.from_ms));
    fprintf(cli->out, " to %s\n", asv_text_time(text, found.said.until_ms));
    fprintf(cli->out, "enrolled     %s\n", asv_text_time(text, found.enrolled_ms));
    fprintf(cli->out, "key          %s\n",
            found.said.algorithm == ASV_ALG_ED25519 ? "key file" : "authenticator (WebAuthn)");
    asv_uuid_format(uuid, found.said.person);
    asv_hex_encode(text, found.digest, sizeof found.digest);
    fprintf(cli->out, "person       %s\ncredential   %s\n", uuid, text);
    return ASV_OK;
}

const struct asv_cli_command asv_cli_user_show = {
    .group = "user",
    .name = "show",
    .summary = "show one person's credential",
    .help = "Shows the credential of USER: a name, or at least six first digits of a\n"
            "credential as \"asservat user list\" shows it.",
    .by = ASV_CLI_BY_ANYBODY,
    .operands = "USER",
    .words = true,
    .operands_min = 1,
    .operands_max = 1,
    .options = asv_listing_options,
    .option_count = ASV_LISTING_OPTION_COUNT,
    .run = show,
};
