/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What was handed over past the database (LAW L1): who has two people's statements takes them to the keeper,
 * and tells a database or does not. The keeper remembers what it took, until it was told that it is known. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/cli/keepers.h"
#include "server/cli/night.h"

#define DIGITS 12

/* One hand-over, whose rows come one behind the other. */
struct handed {
    struct asv_keeper_handed last; /* of its rows */
    size_t count;
    size_t clear; /* keys that may have left as they are */
    uint8_t headers[ASV_PLAN_CLIPS_MAX][ASV_SHA256_BYTES];
    struct asv_keeper_handed page[ASV_KEEPER_PAGE]; /* what is asked in between has replies of its own */
    uint16_t got;                                   /* rows of that */
};

/* Nobody's name: that stands with the statements, for who may read them. */
static enum asv_status say(struct asv_night *night, const struct handed *handed,
                           const struct asv_db_untold *untold, struct asv_err *err)
{
    char digest[2 * ASV_SHA256_BYTES + 1];
    char header[2 * ASV_SHA256_BYTES + 1];
    char text[ASV_ERR_TEXT_BYTES];
    enum asv_db_outcome outcome;
    asv_hex_encode(digest, handed->last.proposal, ASV_SHA256_BYTES);
    asv_hex_encode(header, untold->first, ASV_SHA256_BYTES);
    (void)snprintf(
        text, sizeof text,
        "the keeper let the keys of %zu recordings leave, %zu of them in clear, for the hand-over "
        "that %.*s proposed, and the database was told nothing of that (of %u of them; one has the "
        "header %.*s): the keeper's record of decisions says whose it is",
        handed->count, handed->clear, DIGITS, digest, (unsigned)untold->recordings, DIGITS, header);
    const struct asv_db_alarm alarm = {
        .kind = ASV_DB_ALARM_UNTOLD, .slot = -1, .subject = digest, .detail = text};
    night->counts.disagreements++;
    asv_night_note(night, ASV_NIGHT_DISAGREES, "hand-overs", "%s", text);
    return night->dry ? ASV_OK : asv_db_alarm_raise(night->db, &alarm, &outcome, err);
}

/* K-236: what is known here, or was said to people, the keeper may forget when it is over. */
static enum asv_status let_forget(struct asv_night *night, const struct handed *handed, struct asv_err *err)
{
    struct asv_keeper_reply reply;
    uint32_t request = 0;
    if (night->dry || handed->last.noted) {
        return ASV_OK;
    }
    enum asv_status status = asv_keeper_client_noted(night->client, handed->last.proposal, &request, err);
    return asv_keeper_wait(night->client, status, request, ASV_KEEPER_TIMEOUT_MS, &reply, err);
}

/* K-235. What is being approved just now is about to be written down. */
static enum asv_status look_at(struct asv_night *night, struct handed *handed, struct asv_err *err)
{
    struct asv_db_untold untold;
    if (handed->count == 0 || handed->last.at_ms > night->keeper.wall_ms - ASV_DB_UNLOGGED_AFTER_MS) {
        return ASV_OK;
    }
    enum asv_status status = asv_db_handover_unknown(night->db, handed->last.proposal,
                                                     (const uint8_t(*)[ASV_SHA256_BYTES])handed->headers,
                                                     handed->count, &untold, err);
    if (status == ASV_OK && untold.recordings > 0) {
        status = say(night, handed, &untold, err);
    }
    return status == ASV_OK ? let_forget(night, handed, err) : status;
}

/* One row more, of the same or of the next one. */
static enum asv_status take_row(struct asv_night *night, struct handed *handed,
                                const struct asv_keeper_handed *row, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    if (handed->count > 0 && memcmp(handed->last.proposal, row->proposal, sizeof row->proposal) != 0) {
        status = look_at(night, handed, err);
        handed->count = handed->clear = 0;
    }
    if (status == ASV_OK && handed->count == ASV_PLAN_CLIPS_MAX) {
        status =
            asv_fail(err, ASV_E_MALFORMED, "the keeper's hand-over has more recordings than one may have");
    }
    if (status == ASV_OK) {
        memcpy(handed->headers[handed->count++], row->header, sizeof row->header);
        handed->clear += row->clear ? 1 : 0;
        handed->last = *row;
    }
    return status;
}

/* K-254 */
static bool is_behind(const struct asv_keeper_handed *row, const struct asv_keeper_handed *before)
{
    int order = memcmp(row->proposal, before->proposal, sizeof row->proposal);
    return order > 0 || (order == 0 && memcmp(row->header, before->header, sizeof row->header) > 0);
}

/* The next page of what the keeper took. */
static enum asv_status take_page(struct asv_night *night, struct handed *handed, struct asv_err *err)
{
    struct asv_keeper_reply reply;
    uint32_t request = 0;
    const struct asv_keeper_handed *after = handed->got > 0 ? &handed->page[handed->got - 1] : NULL;
    struct asv_keeper_handed before = {0};
    enum asv_status status = asv_keeper_client_handed(night->client, after, &request, err);
    status = asv_keeper_wait(night->client, status, request, ASV_KEEPER_TIMEOUT_MS, &reply, err);
    if (status != ASV_OK) {
        return status;
    }
    if (after != NULL) {
        before = *after;
    }
    handed->got = reply.kept_count;
    for (uint16_t i = 0; i < handed->got; i++) {
        asv_keeper_handed_read(&handed->page[i], &reply, i);
        if (!is_behind(&handed->page[i], &before)) {
            return asv_fail(err, ASV_E_MALFORMED, "keeper: its rows are not in order");
        }
        before = handed->page[i];
    }
    for (uint16_t i = 0; status == ASV_OK && i < handed->got; i++) {
        status = take_row(night, handed, &handed->page[i], err);
    }
    return status;
}

/* ---- the other way round ---- */

/* It remembers each for four days longer than statements live (K-236). */
#define REMEMBERED_MS (INT64_C(4) * 24 * 3600 * 1000)

static enum asv_status ask_has(struct asv_night *night, const uint8_t proposal[ASV_SHA256_BYTES], bool *has,
                               struct asv_err *err)
{
    struct asv_keeper_reply reply;
    struct asv_keeper_handed row = {0};
    uint32_t request = 0;
    memcpy(row.proposal, proposal, sizeof row.proposal); /* in front of its first recording */
    enum asv_status status = asv_keeper_client_handed(night->client, &row, &request, err);
    status = asv_keeper_wait(night->client, status, request, ASV_KEEPER_TIMEOUT_MS, &reply, err);
    *has = status == ASV_OK && reply.kept_count > 0;
    if (*has) {
        asv_keeper_handed_read(&row, &reply, 0);
        *has = memcmp(row.proposal, proposal, sizeof row.proposal) == 0;
    }
    return status;
}

static enum asv_status say_lost(struct asv_night *night, const uint8_t proposal[ASV_SHA256_BYTES],
                                struct asv_err *err)
{
    char digest[2 * ASV_SHA256_BYTES + 1];
    char text[ASV_ERR_TEXT_BYTES];
    enum asv_db_outcome outcome;
    asv_hex_encode(digest, proposal, ASV_SHA256_BYTES);
    (void)snprintf(text, sizeof text,
                   "the keeper took the hand-over that %.*s proposed, and does not remember it: when it was "
                   "put back to an earlier time, its record of decisions alone says what left it since",
                   DIGITS, digest);
    const struct asv_db_alarm alarm = {
        .kind = ASV_DB_ALARM_KEEPER, .slot = -1, .subject = digest, .detail = text};
    night->counts.disagreements++;
    asv_night_note(night, ASV_NIGHT_DISAGREES, "hand-overs", "%s", text);
    return night->dry ? ASV_OK : asv_db_alarm_raise(night->db, &alarm, &outcome, err);
}

/* K-261. The database first: the keeper has each before anybody can write down that it took it. */
static enum asv_status look_for_lost(struct asv_night *night, struct asv_err *err)
{
    uint8_t rows[ASV_DB_HANDOVERS][ASV_SHA256_BYTES];
    uint8_t last[ASV_SHA256_BYTES];
    bool first = true;
    size_t count = ASV_DB_HANDOVERS;
    enum asv_status status = ASV_OK;
    while (status == ASV_OK && count == ASV_DB_HANDOVERS) {
        status = asv_db_handover_taken(night->db, night->keeper.wall_ms - REMEMBERED_MS, first ? NULL : last,
                                       rows, &count, err);
        for (size_t i = 0; status == ASV_OK && i < count; i++) {
            bool has = false;
            status = ask_has(night, rows[i], &has, err);
            if (status == ASV_OK && !has) {
                status = say_lost(night, rows[i], err);
            }
            memcpy(last, rows[i], sizeof last);
            first = false;
        }
    }
    return status;
}

enum asv_status asv_night_handed(struct asv_night *night, struct asv_err *err)
{
    struct handed *handed = calloc(1, sizeof *handed);
    if (handed == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = night->keeper_answers ? take_page(night, handed, err) : ASV_OK;
    while (status == ASV_OK && handed->got == ASV_KEEPER_PAGE) {
        status = take_page(night, handed, err);
    }
    if (status == ASV_OK) {
        status = look_at(night, handed, err);
    }
    free(handed);
    return status == ASV_OK && night->keeper_answers ? look_for_lost(night, err) : status;
}
