/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/cli/ledger_forget.h"

#include <inttypes.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/base/uuid.h"
#include "server/cli/decide.h"
#include "server/cli/keepers.h"
#include "server/cli/text.h"
#include "server/ledger/entry.h"
#include "server/ledger/kind.h"

/* Whether it has a camera of the day (docs/LEDGER.md 2), whose key does not lie beside it alone. */
static bool names_camera(const struct asv_db_ledger_shown *entry)
{
    return entry->kind == ASV_LEDGER_DOCKED ||
           (entry->kind >= ASV_LEDGER_COMMITTED_FIRST && entry->kind <= ASV_LEDGER_COMMITTED_LAST);
}

static void show_fields(FILE *out, const struct asv_db_ledger_shown *entry)
{
    const char *comma = "";
    fprintf(out, "%-12s ", "closed over");
    for (size_t i = 0; i < entry->tag_count; i++) {
        fprintf(out, "%s%s", comma, asv_ledger_tag_name(entry->tags[i]));
        comma = ", ";
    }
    fputs("\n", out);
    if (names_camera(entry)) { /* LG-075 */
        fputs("stays        which camera it is of that day: the key of the day names the day's other\n"
              "             entries, too, so whoever has the database can still find that out\n",
              out);
    }
    fputs("\n", out);
}

/* An entry beside which something lies. */
static enum asv_status find(struct asv_db *db, const uint8_t id[16], struct asv_db_ledger_shown *entry,
                            struct asv_err *err)
{
    char uuid[ASV_UUID_TEXT_BYTES];
    struct asv_err why = {0};
    asv_uuid_format(uuid, id);
    enum asv_status status = asv_db_ledger_shown(db, id, entry, &why);
    if (status == ASV_E_NOT_FOUND) {
        return asv_failf(err, ASV_E_NOT_FOUND,
                         "the ledger has no entry %s; asservat-verify shows the ids of those that \"asservat "
                         "ledger proof\" writes",
                         uuid);
    }
    if (status != ASV_OK) {
        return asv_failf(err, status, "%s", why.text);
    }
    return entry->has_key ? ASV_OK
                          : asv_failf(err, ASV_E_STATE, "entry %s %s", uuid,
                                      entry->forgotten ? "is forgotten already" : "is closed over nothing");
}

enum asv_status asv_cli_ledger_show(const struct asv_cli *cli, struct asv_db *db, const uint8_t id[16],
                                    struct asv_err *err)
{
    struct asv_db_ledger_shown entry = {0};
    char text[ASV_TEXT_BYTES];
    enum asv_status status = find(db, id, &entry, err);
    if (status == ASV_OK) {
        const char *kind = asv_ledger_kind_name(entry.kind);
        fprintf(cli->err, "%-12s %" PRIu64 " (%s), recorded %s\n", "entry", entry.index,
                kind != NULL ? kind : "?", asv_text_time(text, entry.recorded_ms));
        show_fields(cli->err, &entry);
    }
    return status;
}

enum asv_status asv_cli_ledger_forget_decided(const struct asv_cli *cli, struct asv_err *err)
{
    asv_auto_db struct asv_db *db = NULL;
    uint64_t count = 0;
    enum asv_status status = asv_cli_database(cli, &db, err);
    if (status == ASV_OK) {
        status = asv_db_ledger_forget(db, &count, err);
    }
    if (status == ASV_OK && count > 0) {
        fprintf(cli->out, "%" PRIu64 " %s forgotten: proofs stay, and nothing opens %s any more.\n", count,
                count == 1 ? "entry is" : "entries are", count == 1 ? "it" : "them");
    }
    return status;
}

/* ---- propose ---- */

static enum asv_status propose(const struct asv_cli *cli, struct asv_db *db, const struct asv_person *person,
                               const uint8_t store[16], const uint8_t id[16], struct asv_err *err)
{
    char uuid[ASV_UUID_TEXT_BYTES];
    struct asv_statement what = {.action = ASV_ACTION_FORGET, .subject = {.kind = ASV_SUBJECT_LEDGER}};
    asv_uuid_format(uuid, id);
    memcpy(what.subject.store, store, sizeof what.subject.store);
    what.subject.name = (struct asv_bytes){(const uint8_t *)uuid, strlen(uuid)};
    enum asv_status status = asv_cli_ledger_show(cli, db, id, err);
    return status == ASV_OK ? asv_cli_propose(cli, db, person, &what, "ledger approve", err) : status;
}

static enum asv_status read_ids(const struct asv_cli *cli, uint8_t ids[][ASV_UUID_BYTES], size_t count,
                                struct asv_err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (asv_uuid_parse(ids[i], asv_cli_operand(cli->args, i)) != ASV_OK) {
            return asv_failf(err, ASV_E_USAGE, "\"%.80s\" is no id of an entry",
                             asv_cli_operand(cli->args, i));
        }
    }
    return ASV_OK;
}

/* All of them are there before anybody signs anything. */
static enum asv_status find_all(struct asv_db *db, uint8_t ids[][ASV_UUID_BYTES], size_t count,
                                struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < count; i++) {
        struct asv_db_ledger_shown entry = {0};
        status = find(db, ids[i], &entry, err);
    }
    return status;
}

#define FORGET_MAX 32 /* signatures in one go */

static enum asv_status forget(struct asv_cli *cli, struct asv_err *err)
{
    uint8_t ids[FORGET_MAX][ASV_UUID_BYTES];
    size_t count = asv_cli_operand_count(cli->args);
    struct asv_keeper_status state;
    asv_auto_db struct asv_db *db = NULL;
    asv_auto_person struct asv_person *person = NULL;
    enum asv_status status = read_ids(cli, ids, count, err);
    if (status == ASV_OK) {
        status = asv_cli_ledger_forget_decided(cli, err);
    }
    if (status == ASV_OK) {
        status = asv_cli_keeper_state(cli, &state, err);
    }
    if (status == ASV_OK) {
        status = asv_cli_database(cli, &db, err);
    }
    if (status == ASV_OK) {
        status = find_all(db, ids, count, err);
    }
    if (status == ASV_OK) {
        status = asv_person_open(cli, db, &person, err);
    }
    for (size_t i = 0; status == ASV_OK && i < count; i++) {
        status = propose(cli, db, person, state.store, ids[i], err);
    }
    return status;
}

const struct asv_cli_command asv_cli_ledger_forget = {
    .group = "ledger",
    .name = "forget",
    .summary = "propose that what entries are closed over is deleted",
    .help = "A data-protection officer or an administrator proposes that the values and keys\n"
            "beside each ENTRY are deleted; a supervisor, a deputy or a data-protection officer\n"
            "approves (\"ledger approve\"). The entry stays, and every proof of it; it opens no\n"
            "more. Of an entry that took a recording into custody, no proof that nothing is left\n"
            "out (\"ledger proof --camera\") reaches over its number any more. The rows that it\n"
            "tells of are not touched, nor are backups. What was decided before and not done is\n"
            "done with this.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "ENTRY…",
    .operands_min = 1,
    .operands_max = FORGET_MAX,
    .options = asv_person_options,
    .option_count = ASV_PERSON_OPTION_COUNT,
    .run = forget,
};
