/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What people signed and a crash, or the keeper's absence, left undone: what the keeper did not hear, and
 * what has not followed from what it heard; and what time itself decides. */
#include <stdlib.h>
#include <string.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/cli/night.h"
#include "server/db/alert.h"
#include "server/db/incident.h"
#include "server/db/ledger.h"
#include "server/db/request.h"
#include "server/db/session.h"

#define PAGE            8                /* statements, of 4 KiB each */
#define CLOCKS_APART_MS INT64_C(7200000) /* as much as a keeper's clocks may (K-062) */

/* Whether the database has rows that follow from it, beside the statement's own. */
static bool is_about_a_recording(uint16_t action)
{
    return action <= ASV_ACTION_DAY && action != ASV_ACTION_HAND_OVER;
}

/* What leaves the keeper is for who asked, not for a job. That nothing is to leave it any more is not. */
static bool is_for_its_reader(const struct asv_statement *said)
{
    return said->step == ASV_STEP_APPROVE && said->action == ASV_ACTION_OPEN;
}

enum asv_status asv_night_read_proposal(struct asv_night *night, const struct asv_person_statement *said,
                                        struct asv_person_statement *proposal, struct asv_err *err)
{
    asv_auto_free struct asv_db_statement *row = calloc(1, sizeof *row);
    if (row == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = asv_db_statement_find(night->db, said->said.proposal, row, err);
    return status == ASV_OK ? asv_person_read(row, proposal, err) : status;
}

/* The recording that a statement is about, as the vault has it. */
static enum asv_status name_of(struct asv_night *night, const struct asv_statement *about,
                               struct asv_exhibit_name *out, struct asv_err *err)
{
    struct asv_db_retained clip;
    enum asv_status status = asv_db_retained_of(night->db, about->subject.id, &clip, err);
    if (status == ASV_OK) {
        *out = (struct asv_exhibit_name){.kind = clip.kind, .day = clip.day, .latest_ms = clip.latest_ms};
        memcpy(out->clip, clip.clip, sizeof out->clip);
        memcpy(out->header, clip.identity.header, sizeof out->header);
    }
    return status;
}

enum asv_status asv_night_show(struct asv_night *night, const struct asv_exhibit_name *name,
                               const struct asv_person_delivery *delivery, int64_t *until_ms,
                               struct asv_err *err)
{
    asv_auto_exhibit struct asv_exhibit *exhibit = NULL;
    struct asv_person_delivery with = *delivery;
    struct asv_keeper_clip shown;
    struct asv_keeper_reply reply = {0};
    enum asv_status status = asv_exhibit_open(night->vault, name, &exhibit, err);
    if (status != ASV_OK) {
        return status;
    }
    asv_case_show(exhibit, &shown);
    with.clip = &shown;
    status = asv_person_deliver(&night->flow.flow, night->client, &with, &reply, err);
    *until_ms = reply.until_ms;
    if (status == ASV_OK && delivery->answer != NULL && reply.stanza.len > 0) {
        status = asv_exhibit_put_recovery(exhibit, reply.stanza, err);
    }
    return status;
}

static enum asv_status hand_over(struct asv_night *night, const struct asv_person_statement *proposal,
                                 const struct asv_person_statement *answer, int64_t *until_ms,
                                 struct asv_err *err)
{
    struct asv_person_delivery delivery = {
        .proposal = proposal, .answer = answer, .revocations = asv_night_revocations(night)};
    struct asv_keeper_reply reply = {0};
    struct asv_exhibit_name name;
    if (asv_case_is_shown(&proposal->said, answer != NULL ? &answer->said : NULL)) {
        enum asv_status found = name_of(night, &proposal->said, &name, err);
        return found == ASV_OK ? asv_night_show(night, &name, &delivery, until_ms, err) : found;
    }
    return asv_person_deliver(&night->flow.flow, night->client, &delivery, &reply, err);
}

/* To the keeper, with the proposal that it answers. */
static enum asv_status tell(struct asv_night *night, const struct asv_person_statement *said,
                            int64_t *until_ms, struct asv_err *err)
{
    struct asv_person_statement proposal = {0};
    if (said->said.step == ASV_STEP_PROPOSE || said->said.step == ASV_STEP_SOLE) {
        return hand_over(night, said, NULL, until_ms, err);
    }
    enum asv_status status = asv_night_read_proposal(night, said, &proposal, err);
    return status == ASV_OK ? hand_over(night, &proposal, said, until_ms, err) : status;
}

/* ---- what the keeper did not hear ---- */

static enum asv_status deliver(struct asv_night *night, const struct asv_db_statement *row,
                               struct asv_err *err)
{
    struct asv_person_statement said = {0};
    bool forged = false;
    int64_t until_ms = 0;
    enum asv_status status = asv_night_read(night, row, &said, &forged, err);
    if (status != ASV_OK || forged || is_for_its_reader(&said.said)) {
        return status;
    }
    status = tell(night, &said, &until_ms, err);
    if (asv_case_counts(&said.said, status)) {
        status = ASV_OK;
        if (is_about_a_recording(said.said.action)) { /* what fails is found by asv_night_conclude */
            (void)!asv_case_conclude(night->db, &said, until_ms, false, NULL);
        }
    }
    night->delivered += status == ASV_OK;
    return status;
}

/* What the keeper refuses is stored with its words, so that it is not tried for ever. */
enum asv_status asv_night_deliver(struct asv_night *night, struct asv_err *err)
{
    uint8_t last[ASV_SHA256_BYTES];
    bool first = true;
    size_t count = PAGE;
    enum asv_status status = ASV_OK;
    if (night->dry) {
        return ASV_OK;
    }
    asv_auto_free struct asv_db_statement *rows = calloc(PAGE, sizeof *rows);
    if (rows == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    while (status == ASV_OK && count == PAGE) {
        status = asv_db_statement_undelivered(night->db, first ? NULL : last, rows, PAGE, &count, err);
        for (size_t i = 0; status == ASV_OK && i < count; i++) {
            struct asv_err why = {0};
            char digest[2 * ASV_SHA256_BYTES + 1];
            asv_hex_encode(digest, rows[i].digest, ASV_SHA256_BYTES);
            if (deliver(night, &rows[i], &why) != ASV_OK) {
                asv_night_note(night, ASV_NIGHT_UNDONE, "decision", "%.12s was not taken: %.160s", digest,
                               why.text);
            }
            memcpy(last, rows[i].digest, sizeof last);
            first = false;
        }
    }
    return status;
}

/* ---- what lapses, what is forgotten ---- */

/* What is forgotten, or erased, does not come back, and a clock that is in doubt does not know the year. */
enum asv_status asv_night_clock_doubt(struct asv_night *night, const char **why, struct asv_err *err)
{
    int64_t database_ms = 0;
    const char *doubt = !night->keeper_answers ? "the keeper does not say whether its clock is in doubt"
                        : night->keeper.stop != ASV_KEEPER_RUNNING ? "destruction stands still"
                                                                   : NULL;
    enum asv_status status = ASV_OK;
    if (!night->clock_judged && doubt == NULL) {
        status = asv_db_alert_clock(night->db, &database_ms, err);
        night->clock_judged = status == ASV_OK;
        night->clock_doubt = llabs(database_ms - night->keeper.wall_ms) > CLOCKS_APART_MS
                                 ? "the clocks of database and keeper are more than two hours apart"
                                 : NULL;
    }
    *why = doubt != NULL ? doubt : night->clock_doubt;
    return status;
}

enum asv_status asv_night_lapse(struct asv_night *night, struct asv_err *err)
{
    const char *why = NULL;
    uint64_t sessions = 0, issues = 0; /* of nobody's interest */
    enum asv_status status = asv_night_clock_doubt(night, &why, err);
    if (status == ASV_OK && why != NULL) {
        asv_night_note(night, ASV_NIGHT_UNDONE, "what lapses", "nothing lapses, and nothing is forgotten: %s",
                       why);
        return ASV_OK;
    }
    if (status == ASV_OK && !night->dry) {
        status = asv_db_requests_lapse(night->db, &night->counts.lapsed, err);
    }
    if (status == ASV_OK && !night->dry) { /* before what it is counted from goes */
        status = asv_db_evaluation_close(night->db, &night->months, err);
    }
    if (status == ASV_OK && !night->dry) {
        status = asv_db_access_forget(night->db, &night->forgotten, err);
    }
    if (status == ASV_OK && !night->dry) {
        status = asv_db_issues_forget(night->db, &issues, err);
    }
    if (status == ASV_OK && !night->dry) {
        status = asv_db_session_forget(night->db, &sessions, err);
    }
    if (status == ASV_OK && !night->dry) { /* LG-075: approved, delivered by now, and not done */
        status = asv_db_ledger_forget(night->db, &night->ledger_forgotten, err);
    }
    return status == ASV_OK ? asv_db_incidents_forget(night->db, night->dry, &night->incidents, err) : status;
}
