/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What people signed and the keeper heard, and what has not followed from it in the database, because a
 * command died in between; and what the keeper did not hear in time. */
#include <stdlib.h>
#include <string.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/uuid.h"
#include "server/cli/night.h"
#include "server/flow/words.h"

#define PAGE   8 /* statements, of 4 KiB each */
#define DIGITS 12

/* ---- what the keeper did ---- */

/* When it ends what was asked for, or the recording's period; 0: there is nothing that ends. */
static int64_t until_of(const struct asv_statement *said, const struct asv_keeper_kept *kept)
{
    bool pending = kept != NULL && kept->state == ASV_KEEPER_PENDING;
    bool lives =
        kept != NULL && (pending || kept->state == ASV_KEEPER_RUNS || kept->state == ASV_KEEPER_HELD);
    return said->action == ASV_ACTION_HOLD  ? (pending ? kept->due_ms : 0)
           : said->action == ASV_ACTION_DAY ? (lives ? kept->period_ms : 0)
                                            : 0;
}

/* Whether the keeper took it, as far as one sees that by the recording that it is about. */
static bool is_done(const struct asv_statement *said, const struct asv_keeper_kept *kept)
{
    bool approves = said->step == ASV_STEP_APPROVE;
    bool held = kept != NULL && kept->state == ASV_KEEPER_HELD;
    bool for_it = held && memcmp(kept->decision, said->proposal, sizeof kept->decision) == 0;
    bool blocked = kept != NULL && (kept->blocks & 1u << said->ground) != 0;
    switch (said->action) {
    case ASV_ACTION_HOLD:
        return approves && for_it; /* another decision holds it as well */
    case ASV_ACTION_RELEASE:
        return approves && !held;
    case ASV_ACTION_ERASE_EARLY:
        return approves && kept != NULL && kept->state == ASV_KEEPER_GONE;
    case ASV_ACTION_BLOCK:
        return blocked;
    case ASV_ACTION_UNBLOCK:
        return !blocked;
    default:
        return false;
    }
}

/* ---- what has not followed yet ---- */

/* Whether the keeper's word on when it ends is needed. What is wrapped for the recovery key is laid down
 * later, beside whatever is held (night_recovery.c). */
static bool has_end(const struct asv_statement *said)
{
    return (said->action == ASV_ACTION_HOLD && said->step == ASV_STEP_PROPOSE) ||
           (said->action == ASV_ACTION_DAY && said->step == ASV_STEP_APPROVE);
}

static enum asv_status conclude(struct asv_night *night, const struct asv_db_statement *row,
                                const struct asv_person_statement *said, struct asv_err *err)
{
    int64_t until_ms = 0;
    enum asv_status status = ASV_OK;
    if (row->taken_ms != ASV_TIME_UNKNOWN && has_end(&said->said)) {
        until_ms = until_of(&said->said, asv_night_find_kept(night, said->said.subject.id));
        status = night->keeper_answers ? ASV_OK : asv_fail(err, ASV_E_AWAY, "the keeper does not answer");
    }
    if (status == ASV_OK) {
        status = asv_case_conclude(night->db, said, until_ms, false, err);
    }
    night->concluded += status == ASV_OK;
    return status;
}

/* For people: about the clip, where it is about one. */
static void call_people(struct asv_night *night, enum asv_night_kind kind, enum asv_db_alarm_kind alarm,
                        const struct asv_person_statement *said, const char *text)
{
    char digest[2 * ASV_SHA256_BYTES + 1];
    char uuid[ASV_UUID_TEXT_BYTES];
    struct asv_db_retained clip = {0};
    const struct asv_subject *subject = &said->said.subject;
    bool of_camera = subject->kind == ASV_SUBJECT_CAMERA;
    bool of_clip = (subject->kind == ASV_SUBJECT_CLIP || subject->kind == ASV_SUBJECT_DAY ||
                    subject->kind == ASV_SUBJECT_VIEWER) &&
                   asv_db_retained_of(night->db, subject->id, &clip, NULL) == ASV_OK;
    enum asv_db_outcome outcome;
    asv_hex_encode(digest, said->digest, ASV_SHA256_BYTES);
    const struct asv_db_alarm raised = {.kind = alarm,
                                        .slot = -1,
                                        .camera_cert = of_camera ? subject->id : NULL,
                                        .recording = of_clip ? &clip.identity : NULL,
                                        .subject = digest,
                                        .detail = text};
    asv_uuid_format(uuid, clip.clip);
    asv_night_note(night, kind, of_clip ? uuid : "decision", "%s", text);
    if (asv_db_alarm_raise(night->db, &raised, &outcome, NULL) != ASV_OK) {
        asv_night_note(night, ASV_NIGHT_UNDONE, "alarm", "the alarm for %.*s was not raised", DIGITS, digest);
    }
}

static enum asv_status name_forged(struct asv_night *night, const struct asv_db_statement *row,
                                   const char *why, struct asv_err *err)
{
    char digest[2 * ASV_SHA256_BYTES + 1];
    asv_hex_encode(digest, row->digest, ASV_SHA256_BYTES);
    asv_night_note(night, ASV_NIGHT_UNDONE, "decision", "%.*s is nothing that anybody signed: %.140s", DIGITS,
                   digest, why);
    return asv_db_statement_forged(night->db, row->digest, why, err);
}

enum asv_status asv_night_read(struct asv_night *night, const struct asv_db_statement *row,
                               struct asv_person_statement *said, bool *forged, struct asv_err *err)
{
    struct asv_err why = {0};
    enum asv_status status = asv_person_read(row, said, &why);
    if (status == ASV_OK && said->said.action <= ASV_ACTION_DAY) {
        status = asv_case_read(&night->flow.flow, row, said, &why);
    }
    *forged = status == ASV_E_MALFORMED;
    return *forged            ? name_forged(night, row, why.text, err)
           : status == ASV_OK ? ASV_OK
                              : asv_failf(err, status, "%s", why.text);
}

/* A request that the database does not open, although nothing but the database is asked about it, is none. */
static enum asv_status refuse(struct asv_night *night, const struct asv_person_statement *said,
                              enum asv_status status, const char *why)
{
    bool for_good = status == ASV_E_STATE || status == ASV_E_EXISTS;
    return said->said.step == ASV_STEP_PROPOSE && for_good
               ? asv_db_statement_answered(night->db, said->digest, why, NULL, NULL)
               : status;
}

static bool conclude_or_say(struct asv_night *night, const struct asv_db_statement *row)
{
    struct asv_person_statement said = {0};
    struct asv_err why = {0};
    char digest[2 * ASV_SHA256_BYTES + 1];
    char text[ASV_ERR_TEXT_BYTES];
    bool taken = row->taken_ms != ASV_TIME_UNKNOWN;
    bool forged = false;
    enum asv_status status = asv_night_read(night, row, &said, &forged, &why);
    if (forged) {
        return status == ASV_OK;
    }
    if (status == ASV_OK) {
        status = conclude(night, row, &said, &why);
    }
    if (status == ASV_OK) {
        return true;
    }
    asv_hex_encode(digest, row->digest, ASV_SHA256_BYTES);
    if (taken && asv_status_class(status) != ASV_CLASS_RETRY) {
        (void)snprintf(text, sizeof text,
                       "the keeper took %.*s (%s), and the database does not follow: %.120s", DIGITS, digest,
                       asv_action_text(said.said.action), why.text);
        night->counts.disagreements++;
        call_people(night, ASV_NIGHT_DISAGREES, ASV_DB_ALARM_KEEPER, &said, text);
        return false;
    }
    asv_night_note(night, ASV_NIGHT_UNDONE, "decision", "nothing has followed from %.*s yet: %.140s", DIGITS,
                   digest, why.text);
    return !taken && refuse(night, &said, status, why.text) == ASV_OK;
}

/* What cannot be done stays in front of the next page. */
static enum asv_status conclude_all(struct asv_night *night, struct asv_db_statement *rows,
                                    struct asv_err *err)
{
    size_t count = PAGE;
    size_t left = 0;
    enum asv_status status = ASV_OK;
    while (status == ASV_OK && count == PAGE) {
        status = asv_db_statement_unconcluded(night->db, left, rows, PAGE, &count, err);
        for (size_t i = 0; status == ASV_OK && i < count; i++) {
            left += !conclude_or_say(night, &rows[i]);
        }
    }
    return status;
}

/* ---- what the keeper did not hear in time ---- */

/* LG-095: the keeper itself, as long as it remembers; then what it keeps says so, and nobody signs that. */
static enum asv_status find_out(struct asv_night *night, const struct asv_person_statement *said, bool *done,
                                struct asv_err *err)
{
    struct asv_person_statement proposal = {0};
    struct asv_err why = {0};
    bool answers = said->said.step != ASV_STEP_PROPOSE && said->said.step != ASV_STEP_SOLE;
    const struct asv_person_delivery delivery = {.proposal = answers ? &proposal : said,
                                                 .answer = answers ? said : NULL,
                                                 .revocations = asv_night_revocations(night)};
    enum asv_status status = answers ? asv_night_read_proposal(night, said, &proposal, err) : ASV_OK;
    if (status == ASV_OK) {
        status = asv_person_ask_taken(&night->flow.flow, night->client, &delivery, done, &why);
    }
    if (status == ASV_OK && !*done &&
        is_done(&said->said, asv_night_find_kept(night, said->said.subject.id))) {
        status = asv_db_statement_answered(night->db, said->digest, NULL, NULL, &why);
        *done = status == ASV_OK;
    }
    return why.text[0] == '\0' || status == ASV_OK ? status : asv_failf(err, status, "%s", why.text);
}

/* Or heard, and died with its answer on the way. Everything else is over, and has to be signed again: once
 * for each, people are told. */
static enum asv_status take_or_tell(struct asv_night *night, const struct asv_db_statement *row,
                                    struct asv_err *err)
{
    struct asv_person_statement said = {0};
    char digest[2 * ASV_SHA256_BYTES + 1];
    char text[ASV_ERR_TEXT_BYTES];
    bool done = false;
    bool forged = false;
    enum asv_status status = asv_night_read(night, row, &said, &forged, err);
    if (status != ASV_OK || forged) {
        return status;
    }
    status = find_out(night, &said, &done, err);
    if (status != ASV_OK || done) {
        return status;
    }
    asv_hex_encode(digest, row->digest, ASV_SHA256_BYTES);
    (void)snprintf(text, sizeof text,
                   "%.*s (%s) did not reach the keeper before its time was over: it has to be signed again",
                   DIGITS, digest, asv_action_text(said.said.action));
    call_people(night, ASV_NIGHT_UNDONE, ASV_DB_ALARM_UNHEARD, &said, text);
    return ASV_OK;
}

/* ---- all of it ---- */

/* Each is its own: one that cannot be done is noted, and the others are. */
static enum asv_status each(struct asv_night *night,
                            enum asv_status (*next)(struct asv_db *db, const uint8_t *after,
                                                    struct asv_db_statement *out, size_t cap, size_t *count,
                                                    struct asv_err *err),
                            enum asv_status (*one)(struct asv_night *night,
                                                   const struct asv_db_statement *row, struct asv_err *err),
                            struct asv_db_statement *rows, struct asv_err *err)
{
    uint8_t last[ASV_SHA256_BYTES];
    char digest[2 * ASV_SHA256_BYTES + 1];
    bool first = true;
    size_t count = PAGE;
    enum asv_status status = ASV_OK;
    while (status == ASV_OK && count == PAGE) {
        status = next(night->db, first ? NULL : last, rows, PAGE, &count, err);
        for (size_t i = 0; status == ASV_OK && i < count; i++) {
            struct asv_err why = {0};
            if (one(night, &rows[i], &why) != ASV_OK) {
                asv_hex_encode(digest, rows[i].digest, ASV_SHA256_BYTES);
                asv_night_note(night, ASV_NIGHT_UNDONE, "decision", "nothing was made of %.*s: %.140s",
                               DIGITS, digest, why.text);
            }
            memcpy(last, rows[i].digest, sizeof last);
            first = false;
        }
    }
    return status;
}

enum asv_status asv_night_conclude(struct asv_night *night, struct asv_err *err)
{
    enum asv_status status = night->dry ? ASV_OK : asv_night_reread(night, err);
    if (status != ASV_OK || night->dry) {
        return status;
    }
    asv_auto_free struct asv_db_statement *rows = calloc(PAGE, sizeof *rows);
    if (rows == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    bool asks = night->keeper_answers && night->keeper.stop == ASV_KEEPER_RUNNING; /* it knows the time */
    status = asks ? each(night, asv_db_statement_unheard, take_or_tell, rows, err) : ASV_OK;
    return status == ASV_OK ? conclude_all(night, rows, err) : status;
}
