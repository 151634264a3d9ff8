/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/cli/ledger_people.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/ledger/kind.h"
#include "server/verify/enrolled_file.h"

#define NOBODY SIZE_MAX

struct one {
    uint8_t digest[ASV_SHA256_BYTES];
    bool is_known;             /* what enrolled it is there */
    bool is_shown;             /* it rests on the root: the place of it in order counts */
    bool is_used;              /* somebody who signed rests on it, or is it */
    size_t proposer, approver; /* NOBODY: the root founded it */
    size_t record_len, proposal_len, answer_len;
    uint8_t record[ASV_CREDENTIAL_MAX_BYTES];
    uint8_t proposal[ASV_STATEMENT_MAX_BYTES];
    uint8_t answer[ASV_STATEMENT_MAX_BYTES];
};

struct asv_ledger_people {
    struct asv_db *db;
    size_t count;
    size_t asked; /* of them: what enrolled these was looked for */
    size_t shown;
    size_t order[ASV_ENROLLED_MAX]; /* [shown]: each behind those that it rests on */
    struct one ones[ASV_ENROLLED_MAX];
    struct asv_db_ledger_said said;
    struct asv_db_ledger_known entry;
    uint8_t text[ASV_ENROLLED_FILE_MAX_BYTES];
};

enum asv_status asv_ledger_people_open(struct asv_db *db, struct asv_ledger_people **out, struct asv_err *err)
{
    struct asv_ledger_people *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    made->db = db;
    *out = made;
    return ASV_OK;
}

void asv_ledger_people_close(struct asv_ledger_people **people)
{
    if (*people != NULL) {
        asv_wipe(*people, sizeof **people);
        free(*people);
        *people = NULL;
    }
}

/* ---- what enrolled them ---- */

/* The place of a credential, which is taken when it has none yet. */
static enum asv_status place_of(struct asv_ledger_people *it, const uint8_t *record, size_t len,
                                size_t *place, struct asv_err *err)
{
    uint8_t digest[ASV_SHA256_BYTES];
    asv_sha256(digest, record, len);
    for (size_t i = 0; i < it->count; i++) {
        if (memcmp(it->ones[i].digest, digest, sizeof digest) == 0) {
            *place = i;
            return ASV_OK;
        }
    }
    if (it->count == ASV_ENROLLED_MAX) {
        return asv_failf(
            err, ASV_E_LIMIT,
            "ledger: more than %d credentials stand behind what people signed: give fewer entries",
            ASV_ENROLLED_MAX);
    }
    struct one *one = &it->ones[it->count];
    memcpy(one->digest, digest, sizeof digest);
    memcpy(one->record, record, len);
    one->record_len = len;
    one->proposer = NOBODY;
    one->approver = NOBODY;
    *place = it->count++;
    return ASV_OK;
}

/* Of a statement that was forgotten with its own entry nothing goes out, by whichever way (LG-075). */
static enum asv_status is_forgotten(struct asv_ledger_people *it, const uint8_t digest[ASV_SHA256_BYTES],
                                    bool *forgotten, struct asv_err *err)
{
    size_t count = 0;
    struct asv_db_ledger_known *entry = &it->entry;
    enum asv_status status = asv_db_ledger_about(it->db, digest, 0, -1, 1, entry, &count, err);
    *forgotten = status == ASV_OK && count > 0 && entry->kind == ASV_LEDGER_STATEMENT &&
                 memcmp(entry->id, digest, sizeof entry->id) == 0 && entry->forgotten;
    return status;
}

/* One of the statements that enrolled somebody, into to[ASV_STATEMENT_MAX_BYTES], which *statement views, and
 * who signed it. ASV_E_NOT_FOUND: it cannot be given out. */
static enum asv_status take(struct asv_ledger_people *it, const uint8_t digest[ASV_SHA256_BYTES], uint8_t *to,
                            size_t *len, struct asv_statement *statement, size_t *signer, struct asv_err *err)
{
    const struct asv_db_ledger_said *said = &it->said;
    bool forgotten = false;
    enum asv_status status = is_forgotten(it, digest, &forgotten, err);
    if (status == ASV_OK) {
        status = asv_db_ledger_said(it->db, digest, &it->said, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    if (forgotten || said->object_len == 0) {
        return ASV_E_NOT_FOUND;
    }
    memcpy(to, said->object, said->object_len);
    *len = said->object_len;
    if (asv_statement_decode(statement, to, *len, NULL) != ASV_OK) {
        return asv_fail(err, ASV_E_DIGEST,
                        "ledger: what enrolled somebody is no statement: somebody changed the database; "
                        "\"asservat ledger verify\" says what");
    }
    if (statement->action == ASV_ACTION_FOUND) { /* signed by the root, which has no record */
        *signer = NOBODY;
        return ASV_OK;
    }
    return said->record_len > 0 ? place_of(it, said->record, said->record_len, signer, err) : ASV_E_NOT_FOUND;
}

/* What enrolled one of them, if it is there. */
static enum asv_status ask(struct asv_ledger_people *it, struct one *one, struct asv_err *err)
{
    struct asv_statement answer;
    struct asv_statement proposal;
    uint8_t digest[ASV_SHA256_BYTES];
    struct asv_err why = {0};
    enum asv_status status = asv_db_ledger_enrolment(it->db, one->digest, digest, &why);
    if (status == ASV_OK) {
        status = take(it, digest, one->answer, &one->answer_len, &answer, &one->approver, &why);
    }
    if (status == ASV_OK && answer.action != ASV_ACTION_FOUND) {
        status =
            take(it, answer.proposal, one->proposal, &one->proposal_len, &proposal, &one->proposer, &why);
    }
    one->is_known = status == ASV_OK;
    return status == ASV_OK || status == ASV_E_NOT_FOUND ? ASV_OK : asv_failf(err, status, "%s", why.text);
}

static bool is_shown(const struct asv_ledger_people *it, size_t place)
{
    return place == NOBODY || it->ones[place].is_shown;
}

/* Each that rests on nobody but those who are shown is shown; two who enrolled each other never are. */
static void settle(struct asv_ledger_people *it)
{
    bool more = true;
    while (more) {
        more = false;
        for (size_t i = 0; i < it->count; i++) {
            struct one *one = &it->ones[i];
            if (one->is_known && !one->is_shown && is_shown(it, one->proposer) &&
                is_shown(it, one->approver)) {
                one->is_shown = true;
                it->order[it->shown++] = i;
                more = true;
            }
        }
    }
}

enum asv_status asv_ledger_people_add(struct asv_ledger_people *people, struct asv_bytes record, bool *shown,
                                      struct asv_err *err)
{
    size_t place = 0;
    if (record.len > ASV_CREDENTIAL_MAX_BYTES) {
        return asv_fail(err, ASV_E_LIMIT, "ledger: no credential record is as long");
    }
    enum asv_status status = place_of(people, record.data, record.len, &place, err);
    while (status == ASV_OK && people->asked < people->count) {
        status = ask(people, &people->ones[people->asked++], err);
    }
    if (status == ASV_OK) {
        settle(people);
        *shown = people->ones[place].is_shown;
        people->ones[place].is_used = people->ones[place].is_shown;
    }
    return status;
}

/* ---- the file ---- */

/* Whomever one of those who are used rests on; nobody else has to be known to anybody (LG-098). */
static void mark_used(struct asv_ledger_people *it)
{
    for (size_t i = it->shown; i-- > 0;) {
        const struct one *one = &it->ones[it->order[i]];
        if (one->is_used && one->proposer != NOBODY) {
            it->ones[one->proposer].is_used = true;
            it->ones[one->approver].is_used = true;
        }
    }
}

enum asv_status asv_ledger_people_write(struct asv_ledger_people *people, struct asv_bytes *out,
                                        struct asv_err *err)
{
    struct asv_writer writer;
    size_t len = 0;
    size_t written = 0;
    mark_used(people);
    asv_writer_init(&writer, people->text, sizeof people->text);
    asv_enrolled_file_begin(&writer);
    for (size_t i = 0; i < people->shown; i++) {
        const struct one *one = &people->ones[people->order[i]];
        const struct asv_enrolled_by it = {.record = {one->record, one->record_len},
                                           .proposal = {one->proposal, one->proposal_len},
                                           .answer = {one->answer, one->answer_len}};
        if (one->is_used) {
            asv_enrolled_file_put(&writer, &it);
            written++;
        }
    }
    enum asv_status status = asv_write_end(&writer, &len);
    if (status != ASV_OK) {
        return asv_fail(err, status, "ledger: what enrolled people is too long");
    }
    *out = (struct asv_bytes){people->text, written > 0 ? len : 0};
    return ASV_OK;
}
