/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What stands as decided in the database, which verifies neither what people signed nor what the keeper did:
 * whoever has an account can put bytes of the right shape there. Each is read every night; what is none
 * counts no more, and what followed from it is undone. */
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/trust/fields.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/cli/case.h"
#include "server/cli/night.h"
#include "server/db/decided.h"

#define PAGE          8 /* of 8 KiB each */
#define DIGITS        12
#define REMEMBERED_MS (INT64_C(4) * 24 * 3600 * 1000) /* behind the end of both statements: K-083 */

/* What the keeper says to whether it took something. */
enum told {
    NOT_TAKEN,
    TAKEN,
    SILENT, /* it does not remember */
};

/* ---- what it is ---- */

/* What the database goes by stands beside the bytes, and was told by who stored them. */
static bool says_what_was_stored(const struct asv_statement *said, const struct asv_db_decided *it)
{
    const struct asv_subject *subject = &said->subject;
    bool of_camera = subject->kind == ASV_SUBJECT_CAMERA;
    return said->action == it->action && said->step == it->step && said->ground == it->ground &&
           asv_equal(subject->id, it->about.camera, sizeof it->about.camera) &&
           asv_equal(said->incident, it->incident, sizeof it->incident) &&
           asv_equal(said->proposal, it->proposal, sizeof it->proposal) &&
           (!of_camera ||
            (subject->from_ms == it->about.from_ms && subject->until_ms == it->about.until_ms)) &&
           (subject->kind != ASV_SUBJECT_DAY || subject->date == it->day);
}

/* K-197. Without one the keeper was not asked, as with OPEN, or not in time (LG-095). ASV_E_MALFORMED: it is
 * none. That people and keeper are of another agency than the directory is said of the directory. */
static enum asv_status check_ruling(const struct asv_night *night, const struct asv_db_decided *it,
                                    const struct asv_statement *said, struct asv_err *err)
{
    struct asv_ruling ruling;
    struct asv_err why = {0};
    if (it->ruling_len == 0) {
        return ASV_OK;
    }
    enum asv_status status = asv_ruling_decode(&ruling, it->ruling, it->ruling_len, &why);
    if (status == ASV_OK && !asv_equal(ruling.agency, night->agency->id, sizeof ruling.agency) &&
        asv_equal(ruling.agency, said->agency, sizeof ruling.agency)) {
        return asv_fail(err, ASV_E_USAGE, "of another agency than the agency directory");
    }
    if (status == ASV_OK) { /* whoever signed it was the keeper then */
        status = asv_ruling_verify(&ruling, night->agency->root.signing_pk, it->row.digest,
                                   asv_ruling_signed_ms(&ruling), NULL, &why);
    }
    if (status == ASV_OK && (ruling.verdict != ASV_RULING_TAKEN ||
                             !asv_equal(ruling.proposal, it->proposal, sizeof ruling.proposal))) {
        status = asv_fail(&why, ASV_E_MISMATCH, "ruling: about something else");
    }
    return status == ASV_OK ? ASV_OK : asv_failf(err, ASV_E_MALFORMED, "%s", why.text);
}

/* ASV_E_MALFORMED: it is none. */
static enum asv_status judge(struct asv_night *night, const struct asv_db_decided *it, struct asv_err *err)
{
    struct asv_person_statement said = {0};
    enum asv_status status = asv_case_read(&night->flow.flow, &it->row, &said, err);
    if (status != ASV_OK) {
        return status;
    }
    if (!says_what_was_stored(&said.said, it)) {
        return asv_fail(err, ASV_E_MALFORMED, "it says something else than what was stored of it");
    }
    return check_ruling(night, it, &said.said, err);
}

/* ---- what becomes of it ---- */

/* Whether the keeper did what the approval says, by whatever it was told: then it is not undone here. */
static bool is_done(const struct asv_night *night, const struct asv_db_decided *it)
{
    const struct asv_keeper_kept *kept = asv_night_find_kept(night, it->about.camera);
    bool held = kept != NULL && kept->state == ASV_KEEPER_HELD;
    switch (it->action) {
    case ASV_ACTION_HOLD:
        return held;
    case ASV_ACTION_RELEASE:
        return !held;
    case ASV_ACTION_ERASE_EARLY:
        return kept != NULL && kept->state == ASV_KEEPER_GONE;
    default:
        return false;
    }
}

/* What the keeper makes of these is seen by nothing that it keeps of a recording. */
static bool is_seen(uint16_t action)
{
    return action != ASV_ACTION_HOLD_AHEAD && action != ASV_ACTION_RELEASE_AHEAD && action != ASV_ACTION_DAY;
}

/* The keeper itself, as long as it remembers. What is no statement it never took. */
static enum asv_status ask(struct asv_night *night, const struct asv_db_decided *it, enum told *told,
                           struct asv_err *err)
{
    struct asv_person_statement said = {0};
    struct asv_person_statement proposal = {0};
    const struct asv_person_delivery delivery = {
        .proposal = &proposal, .answer = &said, .revocations = asv_night_revocations(night)};
    bool taken = false;
    *told = NOT_TAKEN;
    enum asv_status status = asv_person_read(&it->row, &said, err);
    if (status == ASV_OK) {
        status = asv_night_read_proposal(night, &said, &proposal, err);
    }
    if (status != ASV_OK) {
        return status == ASV_E_MALFORMED ? ASV_OK : status;
    }
    int64_t expires_ms =
        said.said.expires_ms > proposal.said.expires_ms ? said.said.expires_ms : proposal.said.expires_ms;
    if (expires_ms + REMEMBERED_MS <= night->now_ms) {
        *told = SILENT;
        return ASV_OK;
    }
    status = asv_person_ask_taken(&night->flow.flow, night->client, &delivery, &taken, err);
    *told = taken ? TAKEN : NOT_TAKEN;
    return status;
}

/* The keeper took it, whatever stands here as its ruling: its own stands behind that from now on. */
static enum asv_status put_right(struct asv_night *night, const struct asv_db_decided *it, const char *why,
                                 struct asv_err *err)
{
    char digest[2 * ASV_SHA256_BYTES + 1];
    enum asv_db_outcome outcome;
    enum told told;
    enum asv_status status = asv_db_approval_void(night->db, it->row.digest, why, false, &outcome, err);
    if (status == ASV_OK) {
        status = ask(night, it, &told, err);
    }
    if (status == ASV_OK) {
        asv_hex_encode(digest, it->row.digest, ASV_SHA256_BYTES);
        asv_night_note(
            night, ASV_NIGHT_UNDONE, "decision",
            "%.*s is not what was written down (%.120s), and the keeper took it: nothing is undone", DIGITS,
            digest, why);
    }
    return status;
}

static enum asv_status put_down(struct asv_night *night, const struct asv_db_decided *it, const char *why,
                                struct asv_err *err)
{
    char digest[2 * ASV_SHA256_BYTES + 1];
    enum asv_db_outcome outcome = ASV_DB_ALREADY;
    enum told told = NOT_TAKEN;
    bool approves = it->step == ASV_STEP_APPROVE;
    if (approves && !night->keeper_answers) {
        return asv_failf(err, ASV_E_AWAY, "it is none (%.120s), and the keeper does not answer", why);
    }
    enum asv_status status = approves && !is_seen(it->action) ? ask(night, it, &told, err) : ASV_OK;
    if (status == ASV_OK && told == TAKEN) {
        return put_right(night, it, why, err);
    }
    if (status == ASV_OK) {
        bool undo = told == NOT_TAKEN && !is_done(night, it);
        status = approves ? asv_db_approval_void(night->db, it->row.digest, why, undo, &outcome, err)
                          : asv_db_statement_forged(night->db, it->row.digest, why, err);
    }
    if (status == ASV_OK) {
        asv_hex_encode(digest, it->row.digest, ASV_SHA256_BYTES);
        asv_night_note(night, ASV_NIGHT_UNDONE, "decision", "%.*s is nothing that anybody signed%s: %.120s",
                       DIGITS, digest,
                       !approves                   ? ""
                       : outcome == ASV_DB_ALREADY ? ", or that the keeper took"
                                                   : ", or that the keeper took, and is undone",
                       why);
    }
    return status;
}

/* ---- each of them ---- */

typedef enum asv_status (*next_page)(struct asv_db *db, const uint8_t *after, struct asv_db_decided *out,
                                     size_t cap, size_t *count, struct asv_err *err);

static void read_one(struct asv_night *night, const struct asv_db_decided *it)
{
    struct asv_err why = {0};
    struct asv_err inner = {0};
    char digest[2 * ASV_SHA256_BYTES + 1];
    enum asv_status status = judge(night, it, &why);
    if (status == ASV_E_MALFORMED) {
        status = put_down(night, it, why.text, &inner);
        why = inner;
    }
    if (status != ASV_OK) {
        asv_hex_encode(digest, it->row.digest, ASV_SHA256_BYTES);
        asv_night_note(night, ASV_NIGHT_UNDONE, "decision", "%.*s was not read: %.140s", DIGITS, digest,
                       why.text);
    }
}

static enum asv_status each(struct asv_night *night, next_page next, struct asv_db_decided *rows,
                            struct asv_err *err)
{
    uint8_t last[ASV_SHA256_BYTES];
    bool first = true;
    size_t count = PAGE;
    enum asv_status status = ASV_OK;
    while (status == ASV_OK && count == PAGE) {
        status = next(night->db, first ? NULL : last, rows, PAGE, &count, err);
        for (size_t i = 0; status == ASV_OK && i < count; i++) {
            read_one(night, &rows[i]);
            memcpy(last, rows[i].row.digest, sizeof last);
            first = false;
        }
    }
    return status;
}

enum asv_status asv_night_reread(struct asv_night *night, struct asv_err *err)
{
    if (night->agency == NULL) { /* what nobody can verify is not taken for none */
        asv_night_note(night, ASV_NIGHT_UNDONE, "what stands as decided", "it was not read: %.160s",
                       night->no_agency.text);
        return ASV_OK;
    }
    asv_auto_free struct asv_db_decided *rows = calloc(PAGE, sizeof *rows);
    if (rows == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = each(night, asv_db_block_decisions, rows, err);
    return status == ASV_OK ? each(night, asv_db_approvals, rows, err) : status;
}
