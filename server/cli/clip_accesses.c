/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat clip accesses: who was shown one recording, for the data-protection officer (LAW L1, L2); that it
 * was shown to somebody, for who wore the camera (LAW L8).
 */
#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/cli/clip.h"
#include "server/cli/listing.h"
#include "server/cli/person.h"
#include "server/db/incident.h"

static void add(struct asv_listing *listing, const struct asv_db_access_row *row)
{
    char text[ASV_TEXT_BYTES];
    if (listing->array != NULL) {
        asv_listing_json_take(listing,
                              json_pack("{s:o, s:o, s:o, s:s, s:s, s:o}", "access", asv_json_uuid(row->id),
                                        "at", asv_json_time(row->at_ms), "name",
                                        row->name[0] != '\0' ? json_string(row->name) : json_null(),
                                        "incident", row->case_number, "reason", row->reason, "forgotten",
                                        asv_json_time(row->forget_ms)));
        return;
    }
    asv_table_add(&listing->table, asv_text_time(text, row->at_ms));
    asv_table_add(&listing->table, row->name[0] != '\0' ? row->name : "a reviewer");
    asv_table_add(&listing->table, row->case_number);
    asv_table_add(&listing->table, row->reason);
}

static enum asv_status pages(struct asv_db *db, const uint8_t clip[ASV_UUID_BYTES],
                             struct asv_db_access_row *rows, struct asv_listing *listing, struct asv_err *err)
{
    uint8_t last[ASV_UUID_BYTES];
    bool first = true;
    size_t count = ASV_DB_ACCESSES;
    while (count == ASV_DB_ACCESSES) {
        enum asv_status status = asv_db_access_page(db, clip, first ? NULL : last, rows, &count, err);
        if (status != ASV_OK) {
            return status;
        }
        for (size_t i = 0; i < count; i++) {
            add(listing, &rows[i]);
            memcpy(last, rows[i].id, sizeof last);
            first = false;
        }
    }
    return ASV_OK;
}

static enum asv_status each(struct asv_db *db, struct asv_listing *listing, struct asv_err *err)
{
    uint8_t clip[ASV_UUID_BYTES];
    asv_auto_person struct asv_person *person = NULL;
    enum asv_status status = asv_cli_clip_operand(listing->cli, clip, err);
    if (status == ASV_OK) { /* whose key it is; what it may be told says the database, by the account */
        status = asv_person_open(listing->cli, db, &person, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    struct asv_db_access_row *rows = calloc(ASV_DB_ACCESSES, sizeof *rows);
    struct asv_err inner = {0};
    status = rows != NULL ? pages(db, clip, rows, listing, &inner)
                          : asv_fail(&inner, ASV_E_NO_MEMORY, "no memory");
    free(rows);
    return status == ASV_E_DENIED
               ? asv_fail(err, status,
                          "who looked at a recording is told to the data-protection officer alone, and that "
                          "somebody did to who wore the camera")
           : status != ASV_OK ? asv_failf(err, status, "%s", inner.text)
                              : ASV_OK;
}

static enum asv_status accesses(struct asv_cli *cli, struct asv_err *err)
{
    static const char *const columns[] = {"AT", "SHOWN TO", "INCIDENT", "REASON"};
    return asv_listing_run(cli, columns, sizeof columns / sizeof *columns, each,
                           "the access log knows of nobody who was shown it", err);
}

static const struct asv_cli_option options[] = {
    {"key", ASV_CLI_TEXT, "FILE", "your key file", true, false, 0, 0},
    {"passphrase-file", ASV_CLI_TEXT, "FILE", "its first line is your passphrase", false, false, 0, 0},
    {"json", ASV_CLI_FLAG, NULL, "as JSON", false, false, 0, 0},
    ASV_CLI_DATABASE_OPTION,
};

const struct asv_cli_command asv_cli_clip_accesses = {
    .group = "clip",
    .name = "accesses",
    .summary = "tell the data-protection officer, or the wearer, who looked at a recording",
    .help = "Lists who was shown CLIP, when, for which incident and why, as long as the access log\n"
            "keeps it. Who wore the camera sees the same of his or her own recording, without the\n"
            "names. There is no list by person.",
    .by = ASV_CLI_BY_PEOPLE,
    .operands = "CLIP",
    .operands_min = 1,
    .operands_max = 1,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = accesses,
};
