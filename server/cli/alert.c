/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat alert run: what people must know of goes into the journal and into a mail.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware-proto/crypto/x509.h"
#include "server/alert/matter.h"
#include "server/alert/settings.h"
#include "server/backup/set.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/io.h"
#include "server/base/log.h"
#include "server/cli/backups.h"
#include "server/cli/certify.h"
#include "server/cli/database.h"
#include "server/cli/keepers.h"
#include "server/db/alert.h"
#include "server/db/cosignature.h"
#include "server/db/ledger.h"

#define STATE_DIR    "/var/lib/asservat/alert"
#define STAMP        "database-told" /* its time: when people were told that the database is away */
#define AGAIN_MS     (INT64_C(24) * 3600 * 1000)
#define LEDGER_MS    (INT64_C(3600) * 1000)
#define PUBLISH_MS   (INT64_C(24) * 3600 * 1000)
#define CHECK_MS     (INT64_C(14) * 24 * 3600 * 1000)
#define CERTIFIED_MS (INT64_C(60) * 24 * 3600 * 1000)
#define PEM_BYTES    32768
#define MATTERS_MAX  (ASV_DB_MATTERS + 64)

struct alert {
    const struct asv_cli *cli;
    struct asv_log log;
    struct asv_alert_settings settings;
    struct asv_db *db; /* NULL: cannot be asked */
    int64_t now_ms;
    int64_t run_ms;      /* by the database's clock */
    struct asv_err away; /* why it cannot be asked */
    bool asked[ASV_MATTER_KINDS];
    size_t count;
    struct asv_matter matters[MATTERS_MAX];
    struct asv_db_matter rows[ASV_DB_MATTERS];
};

/* ---- what there is ---- */

static void add(struct alert *alert, enum asv_matter_kind kind, const char *subject, const char *what,
                int64_t at_ms, uint64_t number)
{
    if (alert->count == MATTERS_MAX) {
        return; /* the database gives no more than fit; the others are few */
    }
    struct asv_matter *matter = &alert->matters[alert->count++];
    *matter = (struct asv_matter){.kind = kind, .at_ms = at_ms, .count = number};
    snprintf(matter->subject, sizeof matter->subject, "%s", subject);
    snprintf(matter->what, sizeof matter->what, "%s", what);
}

static enum asv_status ask_database(struct alert *alert, struct asv_err *err)
{
    size_t count = 0;
    enum asv_status status = asv_db_alert_matters(
        alert->db, alert->now_ms - (int64_t)alert->settings.undocked_ms, alert->rows, &count, err);
    for (size_t i = 0; status == ASV_OK && i < count; i++) {
        const struct asv_db_matter *row = &alert->rows[i];
        enum asv_matter_kind kind;
        if (asv_matter_find(row->kind, &kind) != ASV_OK) {
            return asv_failf(err, ASV_E_INTERNAL, "the database knows a matter \"%s\"", row->kind);
        }
        add(alert, kind, row->subject, kind == ASV_MATTER_REQUEST ? "" : row->what, row->at_ms, 0);
    }
    static const enum asv_matter_kind kinds[] = {
        ASV_MATTER_DATABASE, ASV_MATTER_ALARM,    ASV_MATTER_REQUEST,          ASV_MATTER_DAYLESS,
        ASV_MATTER_MARKED,   ASV_MATTER_UNDOCKED, ASV_MATTER_RETENTION_FAILED, ASV_MATTER_RETENTION_MISSED};
    for (size_t i = 0; status == ASV_OK && i < sizeof kinds / sizeof *kinds; i++) {
        alert->asked[kinds[i]] = true;
    }
    return status;
}

/* LG-084: a check that hangs, or whose timer stopped, calls nobody itself. */
static enum asv_status ask_ledger_check(struct alert *alert, struct asv_err *err)
{
    int64_t last_ms = ASV_TIME_UNKNOWN;
    enum asv_status status = asv_db_ledger_checked_last(alert->db, &last_ms, err);
    if (status == ASV_OK && last_ms != ASV_TIME_UNKNOWN && last_ms < alert->run_ms - CHECK_MS) {
        add(alert, ASV_MATTER_LEDGER_CHECK, "", "", last_ms, 0);
    }
    alert->asked[ASV_MATTER_LEDGER_CHECK] = status == ASV_OK;
    return status;
}

/* LG-092: a publication that fails calls nobody itself. */
static enum asv_status ask_ledger_published(struct alert *alert, struct asv_err *err)
{
    int64_t last_ms = ASV_TIME_UNKNOWN;
    enum asv_status status = asv_db_ledger_published_last(alert->db, &last_ms, err);
    if (status == ASV_OK && last_ms != ASV_TIME_UNKNOWN && last_ms < alert->run_ms - PUBLISH_MS) {
        add(alert, ASV_MATTER_LEDGER_PUBLISHED, "", "", last_ms, 0);
    }
    alert->asked[ASV_MATTER_LEDGER_PUBLISHED] = status == ASV_OK;
    return status;
}

static enum asv_status ask_ledger(struct alert *alert, struct asv_err *err)
{
    uint64_t waiting = 0;
    int64_t oldest_ms = ASV_TIME_UNKNOWN;
    enum asv_status status = asv_db_ledger_waiting(alert->db, &waiting, &oldest_ms, err);
    if (status == ASV_OK && oldest_ms != ASV_TIME_UNKNOWN && oldest_ms < alert->run_ms - LEDGER_MS) {
        add(alert, ASV_MATTER_LEDGER, "", "", oldest_ms, waiting);
    }
    alert->asked[ASV_MATTER_LEDGER] = status == ASV_OK;
    if (status == ASV_OK) {
        status = ask_ledger_check(alert, err);
    }
    return status == ASV_OK ? ask_ledger_published(alert, err) : status;
}

/* LG-067. Without a trust file nobody need cosign. */
static enum asv_status ask_witnesses(struct alert *alert, struct asv_err *err)
{
    const struct asv_cli_conf *conf = &alert->cli->conf;
    struct asv_db_ledger_log log;
    struct asv_db_witness_state state = {.behind_ms = ASV_TIME_UNKNOWN};
    alert->asked[ASV_MATTER_WITNESS] = true;
    if (conf->ledger_trust[0] == '\0') {
        return ASV_OK;
    }
    enum asv_status status = asv_db_ledger_newest(alert->db, &log, err);
    if (status == ASV_E_NOT_FOUND) {
        return ASV_OK;
    }
    if (status == ASV_OK) {
        status = asv_db_witness_state(alert->db, log.number, &state, err);
    }
    if (status == ASV_OK && state.behind_ms != ASV_TIME_UNKNOWN &&
        alert->run_ms - state.behind_ms > (int64_t)conf->ledger_late_ms) {
        add(alert, ASV_MATTER_WITNESS, "", "", state.behind_ms, state.signed_size - state.witnessed_size);
    }
    return status;
}

static void note_keeper(struct alert *alert, const struct asv_keeper_status *state)
{
    if (state->stop != ASV_KEEPER_RUNNING) {
        add(alert, ASV_MATTER_KEEPER_STOPPED, "", "", state->stop_since_ms, state->overdue);
    } else if (state->overdue != 0) {
        add(alert, ASV_MATTER_KEEPER_OVERDUE, "", "", ASV_TIME_UNKNOWN, state->overdue);
    }
    if (state->damaged != 0) {
        add(alert, ASV_MATTER_KEEPER_DAMAGED, "", "", ASV_TIME_UNKNOWN, state->damaged);
    }
    for (size_t i = 0; i < state->slot_count && i < ASV_KEEPER_SLOTS_MAX; i++) {
        if (state->slots[i].open_erasure) {
            add(alert, ASV_MATTER_KEEPER_SLOT, state->slots[i].label, "", ASV_TIME_UNKNOWN, 0);
        }
    }
    for (size_t i = 0; i < state->directory_count; i++) {
        if (!state->in_step[i]) {
            add(alert, ASV_MATTER_KEEPER_COPY, "", "", ASV_TIME_UNKNOWN, 0);
        }
    }
    alert->asked[ASV_MATTER_KEEPER_COPY] = true;
    alert->asked[ASV_MATTER_KEEPER_STOPPED] = alert->asked[ASV_MATTER_KEEPER_OVERDUE] = true;
    alert->asked[ASV_MATTER_KEEPER_SLOT] = alert->asked[ASV_MATTER_KEEPER_DAMAGED] = true;
}

static void ask_keeper(struct alert *alert)
{
    asv_auto_keeper struct asv_keeper_client *client = NULL;
    struct asv_keeper_reply reply = {0};
    struct asv_err err = {0};
    uint32_t request = 0;
    enum asv_status status = asv_cli_keeper(alert->cli, &client, &err);
    if (status == ASV_OK) {
        status = asv_keeper_client_status(client, &request, &err);
        status = asv_keeper_wait(client, status, request, ASV_KEEPER_TIMEOUT_MS, &reply, &err);
    }
    alert->asked[ASV_MATTER_KEEPER] = true;
    if (status == ASV_OK) {
        note_keeper(alert, &reply.state);
    } else {
        asv_log_failure(&alert->log, ASV_LOG_WARNING, "keeper-away", &err);
        add(alert, ASV_MATTER_KEEPER, "", "", ASV_TIME_UNKNOWN, 0);
    }
}

/* Without a directory in the configuration somebody else makes the backups. */
static void ask_backups(struct alert *alert)
{
    char name[ASV_SET_NAME_BYTES] = "";
    int64_t made_ms = ASV_TIME_UNKNOWN;
    struct asv_err err = {0};
    const char *path = alert->cli->conf.backup;
    asv_auto_backup_dir struct asv_backup_dir backups = {-1, -1};
    alert->asked[ASV_MATTER_BACKUP] = true;
    if (path[0] == '\0') {
        return;
    }
    enum asv_status status = asv_backup_open(path, false, &backups, &err);
    if (status == ASV_OK) {
        status = asv_backup_newest(&backups, name, &err);
    }
    if (status == ASV_OK) {
        status = asv_backup_time(name, &made_ms);
    }
    if (status != ASV_OK) {
        asv_log_failure(&alert->log, ASV_LOG_WARNING, "no-backup", &err);
        add(alert, ASV_MATTER_BACKUP, "", "", ASV_TIME_UNKNOWN, 0);
    } else if (made_ms < alert->now_ms - (int64_t)alert->settings.backup_ms) {
        add(alert, ASV_MATTER_BACKUP, "", name, made_ms, 0);
    }
}

/* HO-138: the one that packages are signed with. */
static enum asv_status x509_until(const struct alert *alert, int64_t *until_ms, struct asv_err *err)
{
    uint8_t pem[PEM_BYTES];
    size_t len = 0;
    struct asv_x509_said said;
    enum asv_status status =
        asv_io_read_file(AT_FDCWD, alert->cli->conf.handover_package, pem, sizeof pem, &len, err);
    if (status == ASV_OK) {
        status = asv_x509_read(&said, (struct asv_bytes){pem, len});
        status = status == ASV_OK ? ASV_OK : asv_fail(err, status, "no X.509 certificate as PEM");
    }
    if (status == ASV_OK) {
        *until_ms = said.until_s * 1000;
    }
    return status;
}

/* What is not there is used by nobody. */
static void note_certificate(struct alert *alert, const char *name, enum asv_status status, int64_t until_ms,
                             const struct asv_err *err)
{
    if (status != ASV_OK && status != ASV_E_NOT_FOUND) {
        asv_log_failure(&alert->log, ASV_LOG_WARNING, "certificate", err);
    }
    if (status == ASV_OK ? until_ms < alert->now_ms + CERTIFIED_MS : status != ASV_E_NOT_FOUND) {
        add(alert, ASV_MATTER_CERTIFICATE, name, "", until_ms, 0);
    }
}

/* HO-138: from where the job reads them. */
static void ask_certificates(struct alert *alert)
{
    static const char *const names[] = {ASV_CERTIFY_PACKAGE, ASV_CERTIFY_LEDGER};
    asv_auto_fd int dir = -1;
    struct asv_err err = {0};
    int64_t until_ms = ASV_TIME_UNKNOWN;
    alert->asked[ASV_MATTER_CERTIFICATE] = true;
    enum asv_status status = x509_until(alert, &until_ms, &err);
    note_certificate(alert, "package.pem", status, until_ms, &err);
    status = asv_io_open_dir(AT_FDCWD, alert->cli->conf.handover_chains, false, &dir, &err);
    for (size_t i = 0; status == ASV_OK && i < sizeof names / sizeof *names; i++) {
        until_ms = ASV_TIME_UNKNOWN;
        enum asv_status read = asv_certify_until(dir, names[i], &until_ms, &err);
        note_certificate(alert, names[i], read, until_ms, &err);
    }
}

/* ---- who has been told ---- */

static enum asv_status find_due(struct alert *alert, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < alert->count; i++) {
        struct asv_matter *matter = &alert->matters[i];
        status = asv_db_alert_seen(alert->db, asv_matter_name(matter->kind), matter->subject, alert->run_ms,
                                   &matter->due, err);
    }
    for (int kind = 0; status == ASV_OK && kind < ASV_MATTER_KINDS; kind++) {
        if (alert->asked[kind]) {
            status = asv_db_alert_forget(alert->db, asv_matter_name((enum asv_matter_kind)kind),
                                         alert->run_ms, err);
        }
    }
    return status;
}

static enum asv_status remember(struct alert *alert, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < alert->count; i++) {
        const struct asv_matter *matter = &alert->matters[i];
        if (matter->due) {
            status = asv_db_alert_told(alert->db, asv_matter_name(matter->kind), matter->subject,
                                       alert->run_ms, err);
        }
    }
    return status;
}

/* A file's time stands in for a database that is away. Without the directory people are told each time. */
static bool told_without_database(const struct alert *alert, int state)
{
    struct stat st;
    return state >= 0 && fstatat(state, STAMP, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           (int64_t)st.st_mtim.tv_sec * 1000 > alert->now_ms - AGAIN_MS &&
           (int64_t)st.st_mtim.tv_sec * 1000 <= alert->now_ms + AGAIN_MS;
}

/* ---- telling ---- */

static void log_due(const struct alert *alert)
{
    for (size_t i = 0; i < alert->count; i++) {
        const struct asv_matter *matter = &alert->matters[i];
        if (matter->due) {
            asv_log_event(&alert->log, ASV_LOG_WARNING, "alert",
                          asv_log_text("kind", asv_matter_name(matter->kind)),
                          asv_log_text("subject", matter->subject), asv_log_text("what", matter->what),
                          asv_log_u64("count", matter->count));
        }
    }
}

static enum asv_status send(const struct alert *alert, const char *subject, const char *text,
                            struct asv_err *err)
{
    uint8_t random[16];
    char id[2 * sizeof random + 1];
    const struct asv_alert_settings *settings = &alert->settings;
    enum asv_status status = asv_world_random(alert->cli->world, random, sizeof random);
    if (status != ASV_OK) {
        return asv_fail(err, status, "no random bytes");
    }
    asv_hex_encode(id, random, sizeof random);
    struct asv_mail mail = {
        .url = settings->smtp_url,
        .ca_file = settings->smtp_ca[0] != '\0' ? settings->smtp_ca : NULL,
        .login = settings->smtp_login[0] != '\0' ? settings->smtp_login : NULL,
        .timeout_ms = settings->smtp_timeout_ms,
        .from = settings->mail_from,
        .to_count = settings->to_count,
        .subject = subject,
        .text = text,
        .time_ms = alert->now_ms,
        .id = id,
    };
    memcpy(mail.to, settings->to, sizeof mail.to);
    return asv_mail_send(&mail, err);
}

/* The journal first: a mail may not go out. */
static enum asv_status tell(const struct alert *alert, bool dry, struct asv_err *err)
{
    char subject[ASV_MAIL_SUBJECT_BYTES];
    asv_auto_free char *text = malloc(ASV_MATTER_TEXT_BYTES);
    size_t due = 0;
    for (size_t i = 0; i < alert->count; i++) {
        due += alert->matters[i].due;
    }
    if (text == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    asv_matter_text(text, alert->matters, alert->count, alert->now_ms);
    asv_matter_subject(subject, sizeof subject, alert->matters, alert->count);
    if (dry) {
        fprintf(alert->cli->out, "%s\n\n%s", subject, due > 0 ? text : "nothing\n");
        return ASV_OK;
    }
    log_due(alert);
    enum asv_status status =
        due > 0 && alert->settings.to_count > 0 ? send(alert, subject, text, err) : ASV_OK;
    if (status == ASV_OK) {
        fprintf(alert->cli->out, "open         %zu matters\ntold         %zu of them%s\n", alert->count, due,
                due == 0                       ? ""
                : alert->settings.to_count > 0 ? ", by mail"
                                               : ", in the journal alone: alert.conf names no mail_to");
    }
    return status;
}

static enum asv_status run_without_database(struct alert *alert, bool dry, struct asv_err *err)
{
    const char *path = asv_cli_text(alert->cli->args, "state");
    asv_auto_fd int state = -1;
    struct asv_err no_state = {0};
    if (asv_io_open_dir(AT_FDCWD, path != NULL ? path : STATE_DIR, true, &state, &no_state) != ASV_OK) {
        asv_log_failure(&alert->log, ASV_LOG_WARNING, "no-state", &no_state);
    }
    add(alert, ASV_MATTER_DATABASE, "", "", ASV_TIME_UNKNOWN, 0);
    asv_log_failure(&alert->log, ASV_LOG_ERROR, "database-away", &alert->away);
    enum asv_status status = ASV_OK;
    if (dry || !told_without_database(alert, state)) {
        for (size_t i = 0; i < alert->count; i++) {
            alert->matters[i].due = true;
        }
        status = tell(alert, dry, err);
        if (status == ASV_OK && !dry && state >= 0) {
            status = asv_io_replace_file(state, STAMP, "", 0, 0600, err);
        }
    }
    return status == ASV_OK ? asv_failf(err, alert->away.status, "%s", alert->away.text) : status;
}

static enum asv_status run_with_database(struct alert *alert, bool dry, struct asv_err *err)
{
    const char *path = asv_cli_text(alert->cli->args, "state");
    asv_auto_fd int state = -1;
    enum asv_status status = ask_database(alert, err);
    if (status == ASV_OK) {
        status = ask_ledger(alert, err);
    }
    if (status == ASV_OK) {
        status = ask_witnesses(alert, err);
    }
    if (status == ASV_OK && dry) {
        for (size_t i = 0; i < alert->count; i++) {
            alert->matters[i].due = true;
        }
        return tell(alert, dry, err);
    }
    if (status == ASV_OK) {
        status = find_due(alert, err);
    }
    if (status == ASV_OK) {
        status = tell(alert, dry, err);
    }
    if (status == ASV_OK) {
        status = remember(alert, err);
    }
    if (status == ASV_OK &&
        asv_io_open_dir(AT_FDCWD, path != NULL ? path : STATE_DIR, false, &state, NULL) == ASV_OK) {
        (void)unlinkat(state, STAMP, 0); /* the next time that the database is away is news again */
    }
    return status;
}

static enum asv_status prepare(struct alert *alert, struct asv_err *err)
{
    char conf[512];
    char path[600];
    snprintf(path, sizeof path, "%s/alert.conf", asv_cli_conf_dir(alert->cli, conf));
    enum asv_status status = asv_alert_settings_read(&alert->settings, path, err);
    if (status == ASV_OK) {
        status = asv_world_wall_ms(alert->cli->world, &alert->now_ms);
    }
    return status;
}

static enum asv_status run(struct asv_cli *cli, struct asv_err *err)
{
    bool dry = asv_cli_flag(cli->args, "dry-run");
    asv_auto_db struct asv_db *db = NULL;
    asv_auto_free struct alert *alert = calloc(1, sizeof *alert);
    if (alert == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    alert->cli = cli;
    alert->log = asv_log_stderr(cli->world);
    enum asv_status status = prepare(alert, err);
    if (status != ASV_OK) {
        return status;
    }
    alert->away.status =
        dry ? asv_cli_database(cli, &db, &alert->away) : asv_cli_database_job(cli, &db, &alert->away);
    if (alert->away.status == ASV_OK) {
        alert->db = db;
        alert->away.status = asv_db_alert_clock(db, &alert->run_ms, &alert->away);
    }
    ask_keeper(alert);
    ask_backups(alert);
    ask_certificates(alert);
    return alert->away.status == ASV_OK ? run_with_database(alert, dry, err)
                                        : run_without_database(alert, dry, err);
}

static const struct asv_cli_option options[] = {
    {"dry-run", ASV_CLI_FLAG, NULL, "print what is open, tell nobody and remember nothing", false, false, 0,
     0},
    {"state", ASV_CLI_TEXT, "DIR", "for while the database is away (" STATE_DIR ")", false, false, 0, 0},
    {"database", ASV_CLI_TEXT, "CONNINFO", "database (configuration: database)", false, false, 0, 0},
    ASV_CLI_KEEPER_OPTION,
};

const struct asv_cli_command asv_cli_alert_run = {
    .group = "alert",
    .name = "run",
    .summary = "tell people what they must look after",
    .help = "Looks for alarms that nobody acknowledged, requests that lapse within a day,\n"
            "cameras that are out for too long, open erasures and overdue keys at the keeper,\n"
            "failed and missed retention runs, what waits for its entry in the ledger, its witnesses\n"
            "that are behind, the age of the newest backup, and certificates that end soon. Each\n"
            "matter goes into the journal and, as alert.conf says, into a mail: once, and then daily\n"
            "while it lasts. Its timer runs it every 15 minutes.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
