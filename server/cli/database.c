/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/cli/database.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/db/ledger.h"
#include "server/db/people.h"
#include "server/statement/text.h"

static bool by_person(const struct asv_cli *cli)
{
    return cli->command->by == ASV_CLI_BY_PEOPLE ||
           (cli->command->by == ASV_CLI_BY_ANYBODY && geteuid() != 0);
}

/* What to do about the wrong account. */
static const char *whose(bool person)
{
    return person
               ? "this is done by people, each in an account of his or her own that \"asservat user login\" "
                 "has written down"
               : "this is done by the administrator, as root";
}

/* hint: for whom the server does not let in; NULL: none. */
static enum asv_status reach(const struct asv_cli *cli, const char *conninfo, const char *hint,
                             struct asv_db **out, struct asv_err *err)
{
    const struct asv_db_config config = {
        .conninfo = conninfo,
        .application = "asservat",
        .call_ms = 120000, /* a person waits; lists may be long */
        .world = cli->world,
    };
    struct asv_err inner = {0};
    asv_auto_db struct asv_db *db = NULL;
    enum asv_status status = asv_db_open(&config, &db, &inner);
    if (status == ASV_OK) {
        status = asv_db_ping(db, &inner);
    }
    if (status != ASV_OK && hint != NULL && db != NULL && asv_db_login_refused(db)) {
        return asv_failf(err, ASV_E_DENIED, "%s (%.160s)", hint, inner.text);
    }
    if (status != ASV_OK) {
        return asv_failf(err, status == ASV_E_USAGE ? ASV_E_DENIED : status, "%s", inner.text);
    }
    *out = asv_steal(&db);
    return ASV_OK;
}

enum asv_status asv_cli_database_as(const struct asv_cli *cli, const char *conninfo, struct asv_db **out,
                                    struct asv_err *err)
{
    return reach(cli, conninfo, NULL, out, err);
}

enum asv_status asv_cli_database(const struct asv_cli *cli, struct asv_db **out, struct asv_err *err)
{
    const char *conninfo = asv_cli_text(cli->args, "database");
    struct asv_db_session session = {0};
    asv_auto_db struct asv_db *db = NULL;
    if (conninfo == NULL) {
        conninfo = by_person(cli) ? cli->conf.database_staff : cli->conf.database;
    }
    enum asv_status status = reach(cli, conninfo, whose(by_person(cli)), &db, err);
    if (status == ASV_OK) {
        status = asv_db_session(db, &session, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    /* Instead of what the database would say of the first function that it refuses. */
    enum asv_cli_by by = cli->command->by;
    if ((by == ASV_CLI_BY_PEOPLE && !session.is_staff) ||
        (by == ASV_CLI_BY_ADMINISTRATION && !session.is_administration) ||
        (!session.is_staff && !session.is_administration)) {
        return asv_fail(err, ASV_E_DENIED, whose(by_person(cli)));
    }
    *out = asv_steal(&db);
    return ASV_OK;
}

/* LG-081. Takes ownership of db. */
static enum asv_status tell_version(struct asv_db *db, struct asv_db **out, struct asv_err *err)
{
    enum asv_status status = asv_db_software_used(db, "asservat " ASV_VERSION, err);
    if (status == ASV_OK) {
        *out = db;
    } else {
        asv_db_close(db);
    }
    return status;
}

enum asv_status asv_cli_database_job(const struct asv_cli *cli, struct asv_db **out, struct asv_err *err)
{
    struct asv_db *db = NULL;
    enum asv_status status = asv_cli_database(cli, &db, err);
    return status == ASV_OK ? tell_version(db, out, err) : status;
}

enum asv_status asv_cli_database_job_as(const struct asv_cli *cli, const char *conninfo, struct asv_db **out,
                                        struct asv_err *err)
{
    struct asv_db *db = NULL;
    enum asv_status status = reach(cli, conninfo, NULL, &db, err);
    return status == ASV_OK ? tell_version(db, out, err) : status;
}

const char *asv_cli_actor(char out[64])
{
    const char *name = getenv("SUDO_USER");
    const struct passwd *user = NULL;
    if (geteuid() != 0 || name == NULL || *name == '\0') {
        user = getpwuid(getuid());
        name = user != NULL ? user->pw_name : "unknown user";
    }
    snprintf(out, 64, "%s", name);
    return out;
}

enum asv_status asv_cli_note(const struct asv_cli *cli, const char *name, size_t max, struct asv_err *err)
{
    const char *text = asv_cli_text(cli->args, name);
    return text == NULL || asv_text_is_good((struct asv_bytes){(const uint8_t *)text, strlen(text)}, max)
               ? ASV_OK
               : asv_failf(err, ASV_E_USAGE,
                           "--%s: 1 to %zu bytes of text, with no blank at either end and nothing hidden",
                           name, max);
}
