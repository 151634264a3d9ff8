/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/cli/ledger_claim.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/trust/chain.h"
#include "server/base/fail.h"
#include "server/base/uuid.h"
#include "server/cli/clip.h"
#include "server/cli/moment.h"
#include "server/db/camera.h"
#include "server/ledger/entry.h"
#include "server/ledger/line.h"

#define PAGE 16

/* ---- what is asked for ---- */

/* "5-12", or "5". */
static bool read_numbers(const char *text, struct asv_claim *claim)
{
    struct asv_reader reader;
    struct asv_bytes word;
    uint64_t first = 0;
    uint64_t last = 0;
    asv_reader_init(&reader, text, strlen(text));
    if (asv_line_take_until(&reader, '-', &word) && !asv_line_is_decimal(word, &first)) {
        return false;
    }
    word = (struct asv_bytes){reader.data + reader.at, asv_reader_left(&reader)};
    if (!asv_line_is_decimal(word, &last)) {
        return false;
    }
    first = reader.at == 0 ? last : first;
    if (first == 0 || first > last || last > INT64_MAX || last - first >= ASV_CLAIM_NUMBERS_MAX) {
        return false;
    }
    claim->from = first;
    claim->until = last;
    return true;
}

static enum asv_status read_time(const struct asv_cli *cli, struct asv_claim *claim, struct asv_err *err)
{
    int64_t from_ms = 0;
    int64_t until_ms = 0;
    enum asv_status status = asv_moment_option(cli, "from", 0, &from_ms, err);
    if (status == ASV_OK) {
        status = asv_moment_option(cli, "until", 0, &until_ms, err);
    }
    if (status == ASV_OK && (from_ms <= 0 || until_ms <= from_ms)) {
        status = asv_fail(err, ASV_E_USAGE, "--until lies before --from, or one of them is missing");
    }
    claim->kind = ASV_CLAIM_TIME;
    claim->from = (uint64_t)from_ms;
    claim->until = (uint64_t)until_ms;
    return status;
}

enum asv_status asv_ledger_claim_options(const struct asv_cli *cli, struct asv_claim *claim,
                                         struct asv_err *err)
{
    const struct asv_cli_args *args = cli->args;
    const char *numbers = asv_cli_text(args, "numbers");
    bool camera = asv_cli_text(args, "camera") != NULL;
    bool day = asv_cli_text(args, "day") != NULL;
    bool timed = asv_cli_text(args, "from") != NULL || asv_cli_text(args, "until") != NULL;
    if (camera != (numbers != NULL || timed) || (numbers != NULL) + timed + day > 1 ||
        (asv_cli_text(args, "epoch") != NULL && !camera)) {
        return asv_fail(err, ASV_E_USAGE, "--camera goes with --numbers, or with --from and --until");
    }
    if (day) {
        claim->kind = ASV_CLAIM_DAY;
        claim->from = claim->until = asv_cli_number(args, "day", 0);
    } else if (timed) {
        return read_time(cli, claim, err);
    } else if (numbers != NULL) {
        claim->kind = ASV_CLAIM_NUMBERS;
        if (!read_numbers(numbers, claim)) {
            return asv_failf(err, ASV_E_USAGE,
                             "--numbers %.40s: give A-B, from 1 on, of at most %d recordings", numbers,
                             ASV_CLAIM_NUMBERS_MAX);
        }
    }
    return ASV_OK;
}

/* ---- what it rests on ---- */

/* Of other recordings nothing is opened but that they are this camera's, and their link records. */
static bool opens_link(uint8_t tag)
{
    return tag == ASV_LEDGER_CAMERA || tag == ASV_LEDGER_CERTIFICATE || tag == ASV_LEDGER_LINK;
}

static enum asv_status put_link(struct asv_ledger_export *exporting, const struct asv_db_ledger_link *row,
                                struct asv_err *err)
{
    uint64_t before = exporting->written;
    enum asv_status status = asv_ledger_export_put(exporting, &row->known, opens_link, err);
    return status == ASV_OK && exporting->written > before && row->link_len > 0
               ? asv_ledger_export_file(exporting, &row->known, "link",
                                        (struct asv_bytes){row->link, row->link_len}, err)
               : status;
}

static enum asv_status put_links(struct asv_db *db, struct asv_ledger_export *exporting,
                                 const uint8_t camera[32], const struct asv_db_ledger_span *span,
                                 struct asv_err *err)
{
    struct asv_db_ledger_link *rows = calloc(PAGE + 1, sizeof *rows); /* the first: the last one before */
    size_t count = PAGE;
    bool any = false;
    enum asv_status status = ASV_OK;
    if (rows == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    while (status == ASV_OK && count == PAGE) {
        status = asv_db_ledger_links(db, camera, span, any ? &rows[0] : NULL, PAGE, rows + 1, &count, err);
        for (size_t i = 1; status == ASV_OK && i <= count; i++) {
            status = put_link(exporting, &rows[i], err);
        }
        if (status == ASV_OK && count > 0) {
            rows[0] = rows[count];
            any = true;
        }
    }
    asv_wipe(rows, (PAGE + 1) * sizeof *rows);
    free(rows);
    return status;
}

static enum asv_status put_chain(struct asv_db *db, struct asv_ledger_export *exporting,
                                 const uint8_t camera[32], struct asv_err *err)
{
    uint8_t chain[ASV_CHAIN_MAX_BYTES];
    size_t len = 0;
    enum asv_status status = asv_db_chain(db, camera, chain, sizeof chain, &len, err);
    return status == ASV_OK
               ? asv_ledger_export_file(exporting, NULL, "camera.chain", (struct asv_bytes){chain, len}, err)
               : status;
}

static enum asv_status put_camera(const struct asv_cli *cli, struct asv_db *db,
                                  struct asv_ledger_export *exporting, struct asv_claim *claim,
                                  struct asv_err *err)
{
    const char *epoch = asv_cli_text(cli->args, "epoch");
    bool timed = claim->kind == ASV_CLAIM_TIME;
    uint8_t wanted[ASV_UUID_BYTES];
    struct asv_db_ledger_span span = {0};
    if (epoch != NULL && asv_uuid_parse(wanted, epoch) != ASV_OK) {
        return asv_failf(err, ASV_E_USAGE, "--epoch %.80s: no UUID", epoch);
    }
    enum asv_status status = asv_cli_camera_find(db, asv_cli_text(cli->args, "camera"), claim->camera, err);
    if (status == ASV_OK) {
        status = asv_db_ledger_span(db, claim->camera, epoch != NULL ? wanted : NULL,
                                    timed ? (int64_t)claim->from : ASV_TIME_UNKNOWN,
                                    timed ? (int64_t)claim->until : ASV_TIME_UNKNOWN, &span, err);
    }
    if (status == ASV_E_NOT_FOUND && epoch != NULL) {
        return asv_failf(err, status, "of this camera there are no recordings with the epoch %.80s", epoch);
    }
    if (status != ASV_OK) {
        return status;
    }
    memcpy(claim->epoch, span.epoch, sizeof claim->epoch);
    span.first = timed ? span.first : claim->from;
    span.last = timed ? span.last : claim->until;
    if (span.last < span.first) {
        return asv_fail(err, ASV_E_STATE,
                        "the camera's clock ran back between these recordings: of a time nothing can be "
                        "shown; give --numbers");
    }
    if (span.last - span.first >= ASV_CLAIM_NUMBERS_MAX) {
        return asv_failf(err, ASV_E_LIMIT, "more than %d recordings fall into that: give a shorter time",
                         ASV_CLAIM_NUMBERS_MAX);
    }
    status = put_links(db, exporting, claim->camera, &span, err);
    return status == ASV_OK && exporting->written > 0 ? put_chain(db, exporting, claim->camera, err) : status;
}

static enum asv_status read_balances(const void *what, struct asv_db *db, uint16_t log, int64_t after,
                                     uint32_t limit, struct asv_db_ledger_known *rows, size_t *count,
                                     struct asv_err *err)
{
    const uint32_t *day = what;
    return asv_db_ledger_balances(db, *day, log, after, limit, rows, count, err);
}

enum asv_status asv_ledger_claim_put(const struct asv_cli *cli, struct asv_db *db,
                                     struct asv_ledger_export *exporting, struct asv_claim *claim,
                                     struct asv_err *err)
{
    uint8_t data[ASV_CLAIM_MAX_BYTES];
    struct asv_writer writer;
    const uint32_t day = (uint32_t)claim->from;
    enum asv_status status = claim->kind == ASV_CLAIM_DAY
                                 ? asv_ledger_export_all(exporting, read_balances, &day, NULL, err)
                                 : put_camera(cli, db, exporting, claim, err);
    if (status != ASV_OK || exporting->written == 0) {
        return status;
    }
    exporting->needs_root = claim->kind != ASV_CLAIM_DAY;
    asv_writer_init(&writer, data, sizeof data);
    asv_claim_write(&writer, claim);
    return asv_ledger_export_file(exporting, NULL, "claim", (struct asv_bytes){data, writer.len}, err);
}
