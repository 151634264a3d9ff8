/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Holds before docking: what their cameras bring is held, and when all of that is here and has keys of its
 * own, the keeper lets the copied keys go. Until then they open the camera's other recordings of those days
 * as well, to whoever has the keeper's store and slots: so each that stands is named in every report. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/trust/configuration.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/uuid.h"
#include "server/cli/keepers.h"
#include "server/cli/night.h"
#include "server/db/request.h"

/* ---- what came in ---- */

static enum asv_status keep_one(struct asv_night *night, const struct asv_db_held_ahead *row,
                                struct asv_err *err)
{
    struct asv_db_retained clip;
    struct asv_err why = {0};
    enum asv_db_outcome outcome;
    enum asv_status status = asv_db_retained_of(night->db, row->identity.header, &clip, err);
    if (status != ASV_OK) {
        return status;
    }
    enum asv_status kept = asv_night_keep(night, &clip, ASV_KEEPER_WHY_AHEAD, row->proposal, NULL, &why);
    if (kept == ASV_OK) {
        kept = asv_db_held_ahead(night->db, row, &outcome, &why);
    }
    night->rewrapped += kept == ASV_OK;
    if (kept != ASV_OK) {
        night->counts.failed++;
        asv_night_alarm(night, ASV_NIGHT_FAILED, ASV_DB_ALARM_KEEPER, &clip,
                        "it was to be held when it docks, and is not: %.160s", why.text);
    }
    return ASV_OK;
}

/* Recordings that came in and that a decision ahead of their docking keeps. Those that the keeper refuses
 * stay in the list: the others are behind them. */
static enum asv_status keep_ahead(struct asv_night *night, struct asv_err *err)
{
    struct asv_db_held_ahead last;
    bool first = true;
    size_t count = ASV_DB_HELD_AHEADS;
    enum asv_status status = ASV_OK;
    asv_auto_free struct asv_db_held_ahead *rows = calloc(ASV_DB_HELD_AHEADS, sizeof *rows);
    if (rows == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    while (status == ASV_OK && count == ASV_DB_HELD_AHEADS) {
        status = asv_db_held_ahead_page(night->db, first ? NULL : &last, rows, &count, err);
        for (size_t i = 0; status == ASV_OK && i < count; i++) {
            status = keep_one(night, &rows[i], err);
            last = rows[i];
            first = false;
        }
    }
    return status;
}

enum asv_status asv_night_keep_ahead(struct asv_night *night, struct asv_err *err)
{
    uint64_t before = night->rewrapped;
    enum asv_status status = night->dry ? ASV_OK : keep_ahead(night, err);
    if (night->rewrapped != before) { /* what is compared with the database is what it keeps now */
        asv_night_ask_kept(night);
    }
    return status;
}

/* ---- what is in ---- */

static enum asv_status ask_finish(struct asv_night *night, const struct asv_keeper_emptied *emptied,
                                  const void *about, uint32_t *request, struct asv_err *err)
{
    const struct asv_db_ahead_end *ahead = about;
    return asv_keeper_client_finish_ahead(night->client, ahead->proposal, emptied, request, err);
}

/* K-245: a pre-roll reaches so far back. */
static struct asv_night_emptied emptied_since(const struct asv_db_ahead_end *ahead)
{
    return (struct asv_night_emptied){.camera_cert = ahead->camera_cert,
                                      .camera = ahead->camera_name,
                                      .since_ms = ahead->until_ms + ASV_PRE_ROLL_MAX_MS,
                                      .ask = ask_finish,
                                      .about = ahead};
}

/* K-256: what is not here may be what nobody else keeps; and what the camera signed. NULL: nothing is. */
static const char *lacks(struct asv_night *night, const struct asv_db_ahead_end *ahead,
                         char text[ASV_ERR_TEXT_BYTES])
{
    struct asv_err err = {0};
    uint64_t missing = 0;
    bool shown = false;
    const struct asv_night_emptied emptied = emptied_since(ahead);
    enum asv_status status = asv_db_numbers_missing(night->db, ahead->camera_cert, ahead->from_ms,
                                                    ahead->until_ms, &missing, &err);
    if (status == ASV_OK && missing != 0) {
        (void)snprintf(text, ASV_ERR_TEXT_BYTES,
                       "numbers that the camera gave at that time, or about then, are of no recording here "
                       "(%llu): find them, or two people end it, with asservat hold ahead --release",
                       (unsigned long long)missing);
        return text;
    }
    if (status == ASV_OK) {
        status = asv_night_has_signed(night, &emptied, &shown, &err);
    }
    if (status != ASV_OK) {
        (void)snprintf(text, ASV_ERR_TEXT_BYTES, "%s", err.text);
        return text;
    }
    return shown ? NULL
                 : "the camera has not signed that by a bulletin from since then: put it into a dock (out "
                   "and in again, if it is in one), or two people end it, with asservat hold ahead "
                   "--release";
}

/* Why it cannot be asked for yet, as far as the database knows; NULL: it can. */
static const char *stands_because(struct asv_night *night, const struct asv_db_ahead_end *ahead,
                                  char text[ASV_ERR_TEXT_BYTES])
{
    if (ahead->until_ms > night->now_ms) {
        return "its time is not over";
    }
    if (!ahead->emptied) {
        return "the camera has not been docked since, or left with recordings on it";
    }
    if (ahead->waiting != 0) {
        (void)snprintf(text, ASV_ERR_TEXT_BYTES, "%llu recordings are not held yet",
                       (unsigned long long)ahead->waiting);
        return text;
    }
    return lacks(night, ahead, text);
}

/* K-189. One that ran out may be kept by that very hold still: that it is not, the keeper signs (K-204). */
static bool is_settled(struct asv_night *night, const struct asv_db_retained *clip)
{
    const struct asv_keeper_kept *kept = asv_night_find_kept(night, clip->identity.header);
    uint8_t state = kept != NULL ? kept->state : ASV_KEEPER_PLAIN;
    return state == ASV_KEEPER_HELD || state == ASV_KEEPER_GONE ||
           (state == ASV_KEEPER_OVER && asv_night_signed_key(night, clip, true) == ASV_RETENTION_KEY_GONE);
}

/* Whatever the database says of them. */
static enum asv_status range_batch(struct asv_night *night, const struct asv_db_retained *rows, size_t count,
                                   struct asv_err *err)
{
    for (size_t i = 0; i < count; i++) {
        char clip[ASV_UUID_TEXT_BYTES];
        if (!is_settled(night, &rows[i])) {
            asv_uuid_format(clip, rows[i].clip);
            return asv_failf(err, ASV_E_BUSY, "the keeper does not hold clip %s yet", clip);
        }
    }
    return ASV_OK;
}

/* The keeper has no key of it any more: because it let them go now, or did before this was cut off. */
static enum asv_status let_go(struct asv_night *night, const struct asv_db_ahead_end *ahead,
                              struct asv_err *err)
{
    enum asv_db_outcome outcome;
    const struct asv_night_pages range = {.ahead = ahead->proposal};
    const struct asv_night_emptied emptied = emptied_since(ahead);
    enum asv_status status = asv_night_each(night, &range, range_batch, err);
    if (status == ASV_OK) {
        status = asv_night_show_emptied(night, &emptied, err);
    }
    return status == ASV_OK ? asv_db_ahead_finished(night->db, ahead->proposal, &outcome, err) : status;
}

/* K-213: whether the keeper has it, too. Without an inventory it lets nothing go. */
static enum asv_status ask_there(struct asv_night *night, const struct asv_db_ahead_end *ahead, bool *there,
                                 struct asv_err *err)
{
    const struct asv_keeper_emptied none = {0};
    struct asv_keeper_reply reply = {0};
    uint32_t request = 0;
    enum asv_status status =
        asv_keeper_client_finish_ahead(night->client, ahead->proposal, &none, &request, err);
    status = asv_keeper_wait(night->client, status, request, ASV_KEEPER_TIMEOUT_MS, &reply, err);
    *there = reply.status != ASV_E_NOT_FOUND;
    bool said = reply.status != ASV_OK && asv_status_class(reply.status) != ASV_CLASS_RETRY;
    return said ? ASV_OK : status; /* what it cannot do now says nothing of it */
}

/* The database has it still: two people may have ended it since the page was read. */
static enum asv_status ask_counts(struct asv_night *night, const uint8_t *before,
                                  const struct asv_db_ahead_end *ahead, bool *counts, struct asv_err *err)
{
    struct asv_db_ahead_end rows[ASV_DB_AHEADS];
    size_t count = 0;
    enum asv_status status = asv_db_ahead_page(night->db, before, rows, &count, err);
    *counts = status == ASV_OK && count != 0 &&
              memcmp(rows[0].proposal, ahead->proposal, sizeof ahead->proposal) == 0;
    return status;
}

/* K-213: they go by what the database says, and what they held is lost with its day's key. */
static enum asv_status say_missing(struct asv_night *night, const struct asv_db_ahead_end *ahead,
                                   struct asv_err *err)
{
    char text[ASV_ERR_TEXT_BYTES];
    char digest[2 * ASV_SHA256_BYTES + 1];
    enum asv_db_outcome outcome;
    asv_hex_encode(digest, ahead->proposal, sizeof ahead->proposal);
    (void)snprintf(
        text, sizeof text,
        "%.65s is held ahead here, and the keeper does not hold it: two people end it, with asservat "
        "hold ahead --release, and decide anew",
        ahead->camera_name);
    const struct asv_db_alarm alarm = {
        .kind = ASV_DB_ALARM_KEEPER, .slot = -1, .subject = digest, .detail = text};
    night->counts.disagreements++;
    asv_night_note(night, ASV_NIGHT_DISAGREES, ahead->camera_name, "%s", text);
    return night->dry ? ASV_OK : asv_db_alarm_raise(night->db, &alarm, &outcome, err);
}

static void see_to(struct asv_night *night, const struct asv_db_ahead_end *ahead)
{
    struct asv_err err = {0};
    char text[ASV_ERR_TEXT_BYTES];
    char since[ASV_TEXT_BYTES];
    enum asv_night_kind kind = ASV_NIGHT_AHEAD;
    const char *why = stands_because(night, ahead, text);
    if (why == NULL && night->dry) {
        why = "the keeper would be asked to end it";
    } else if (why == NULL) {
        enum asv_status status = let_go(night, ahead, &err);
        if (status == ASV_OK) {
            return;
        }
        kind = status == ASV_E_STATE ? ASV_NIGHT_AHEAD : ASV_NIGHT_UNDONE; /* not yet; or it should be */
        why = err.text;
    }
    night->aheads++;
    asv_night_note(night, kind, ahead->camera_name, "held ahead since %s, and not finished: %s",
                   asv_text_time(since, ahead->since_ms), why);
}

#define FAILED_MAX 3 /* each takes as long as a keeper may that does not answer */

struct asked {
    uint32_t known;  /* that the keeper has, as far as it could be asked */
    unsigned failed; /* that it could not be asked about, the last ones in a row */
};

/* It stands, and nobody can say more; the others are seen to. */
static void not_asked(struct asv_night *night, const struct asv_db_ahead_end *ahead, enum asv_status status,
                      const struct asv_err *why, struct asked *asked)
{
    asked->known++;
    asked->failed++;
    night->aheads++;
    night->away = night->away || status == ASV_E_AWAY || status == ASV_E_TIMEOUT;
    asv_night_note(night, ASV_NIGHT_UNDONE, ahead->camera_name,
                   "it is held ahead, and the keeper was not asked whether it holds it: %s", why->text);
}

/* One that the keeper has, or had: what was let go by a run that was cut off is all in (let_go). */
static enum asv_status see_to_one(struct asv_night *night, const uint8_t *before,
                                  const struct asv_db_ahead_end *ahead, struct asked *asked,
                                  struct asv_err *err)
{
    char text[ASV_ERR_TEXT_BYTES];
    struct asv_err why = {.text = "it did not answer before"};
    bool there = false;
    bool counts = true;
    enum asv_status status =
        asked->failed < FAILED_MAX ? ask_there(night, ahead, &there, &why) : ASV_E_TIMEOUT;
    if (status != ASV_OK) {
        not_asked(night, ahead, status, &why, asked);
        return ASV_OK;
    }
    asked->failed = 0;
    bool missing = !there && stands_because(night, ahead, text) != NULL;
    if (missing) {
        status = ask_counts(night, before, ahead, &counts, err);
    }
    if (status == ASV_OK && missing && counts) {
        status = say_missing(night, ahead, err);
    }
    if (status == ASV_OK && counts) {
        see_to(night, ahead);
    }
    asked->known += there;
    return status;
}

/* K-205: what the keeper has, and the database has as ended, keeps a day's key for ever, and nobody sees to
 * it. Of what people decide just now neither the number from before nor the one from behind it tells more. */
static enum asv_status compare(struct asv_night *night, uint32_t known, struct asv_err *err)
{
    char text[ASV_ERR_TEXT_BYTES];
    struct asv_keeper_reply reply;
    uint32_t request = 0;
    enum asv_db_outcome outcome;
    enum asv_status status = asv_keeper_client_status(night->client, &request, err);
    status = asv_keeper_wait(night->client, status, request, ASV_KEEPER_TIMEOUT_MS, &reply, err);
    if (status != ASV_OK || reply.state.aheads <= known || night->keeper.aheads <= known) {
        return status;
    }
    (void)snprintf(
        text, sizeof text,
        "holds before docking: the keeper has %u, and the database knows of %u: keys of days are kept "
        "of which nobody knows any more",
        (unsigned)reply.state.aheads, (unsigned)known);
    const struct asv_db_alarm alarm = {.kind = ASV_DB_ALARM_KEEPER, .slot = -1, .detail = text};
    night->counts.disagreements++;
    asv_night_note(night, ASV_NIGHT_DISAGREES, "keeper", "%s", text);
    return night->dry ? ASV_OK : asv_db_alarm_raise(night->db, &alarm, &outcome, err);
}

enum asv_status asv_night_finish_aheads(struct asv_night *night, struct asv_err *err)
{
    struct asv_db_ahead_end rows[ASV_DB_AHEADS];
    uint8_t last[ASV_SHA256_BYTES];
    bool first = true;
    struct asked asked = {0};
    size_t count = night->keeper_answers ? ASV_DB_AHEADS : 0;
    enum asv_status status = ASV_OK;
    while (status == ASV_OK && count == ASV_DB_AHEADS) {
        status = asv_db_ahead_page(night->db, first ? NULL : last, rows, &count, err);
        for (size_t i = 0; status == ASV_OK && i < count; i++) {
            status = see_to_one(night, first ? NULL : last, &rows[i], &asked, err);
            memcpy(last, rows[i].proposal, sizeof last);
            first = false;
        }
    }
    return status == ASV_OK && night->keeper_answers && asked.failed == 0 ? compare(night, asked.known, err)
                                                                          : status;
}
