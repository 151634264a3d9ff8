/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/web/deed.h"

#include <string.h>

#include "firmware-proto/seal/age.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/uuid.h"
#include "server/db/clip.h"
#include "server/db/handover.h"
#include "server/incident/words.h"

/* As the database has it. */
#define STILL_AT_MAX_MS (INT64_C(7) * 24 * 3600 * 1000)
#define STILL_SIDE_MAX  16384

/* What is done here, by the names that requests have for it. */
static const struct deed {
    const char *name;
    uint16_t action;
    bool alone;
    enum asv_record kind;
} deeds[] = {
    {"hold", ASV_ACTION_HOLD, false, ASV_RECORDS},
    {"release", ASV_ACTION_RELEASE, false, ASV_RECORDS},
    {"erase-early", ASV_ACTION_ERASE_EARLY, false, ASV_RECORDS},
    {"open", ASV_ACTION_OPEN, false, ASV_RECORDS},
    {"show", ASV_ACTION_SHOW, true, ASV_RECORDS},
    {"day", ASV_ACTION_DAY, false, ASV_RECORDS},
    {"hold-ahead", ASV_ACTION_HOLD_AHEAD, false, ASV_RECORDS},
    {"release-ahead", ASV_ACTION_RELEASE_AHEAD, false, ASV_RECORDS},
    {"block", ASV_ACTION_BLOCK, true, ASV_RECORDS},
    {"unblock", ASV_ACTION_UNBLOCK, true, ASV_RECORDS},
    {"incident", ASV_ACTION_INCIDENT, true, ASV_RECORD_INCIDENT},
    {"incident-clip", ASV_ACTION_INCIDENT, true, ASV_RECORD_INCIDENT_CLIP},
    {"incident-clip-out", ASV_ACTION_INCIDENT, true, ASV_RECORD_INCIDENT_CLIP_OUT},
    {"incident-still", ASV_ACTION_INCIDENT, true, ASV_RECORD_INCIDENT_STILL},
    {"handover-end", ASV_ACTION_INCIDENT, true, ASV_RECORD_HANDOVER_END},
    {"handover-receipt", ASV_ACTION_INCIDENT, true, ASV_RECORD_HANDOVER_RECEIPT},
    {"subject-request", ASV_ACTION_SUBJECT_REQUEST, true, ASV_RECORD_SUBJECT_REQUEST},
    {"enrol", ASV_ACTION_ENROL, false, ASV_RECORDS},
    {"revoke", ASV_ACTION_REVOKE, true, ASV_RECORDS},
    {"recipient", ASV_ACTION_RECIPIENT, false, ASV_RECORDS},
    {"recipient-ends", ASV_ACTION_RECIPIENT_ENDS, true, ASV_RECORDS},
    {"hand-over", ASV_ACTION_HAND_OVER, false, ASV_RECORDS},
    {"policy", ASV_ACTION_POLICY, false, ASV_RECORDS},
};
static const char *const names[] = {"hold",
                                    "release",
                                    "erase-early",
                                    "open",
                                    "show",
                                    "day",
                                    "hold-ahead",
                                    "release-ahead",
                                    "block",
                                    "unblock",
                                    "incident",
                                    "incident-clip",
                                    "incident-clip-out",
                                    "incident-still",
                                    "subject-request",
                                    "handover-end",
                                    "handover-receipt",
                                    "enrol",
                                    "revoke",
                                    "recipient",
                                    "recipient-ends",
                                    "hand-over",
                                    "policy",
                                    NULL};

static const char *const steps[] = {"propose", "approve", "refuse", "withdraw", "alone", NULL};
static const char *const grounds[] = {
    "danger",   "prosecution", "legality-check", "dwelling", "professional-secret", "private-life",
    "pre-roll", NULL};

static const char *const hows[] = {"signed", "form", NULL};

static const struct asv_web_field name_field[] = {
    {"injured", ASV_WEB_TEXT, true, 0, ASV_NAME_MAX_BYTES, NULL, NULL}};
static const struct asv_web_fields name_fields = ASV_WEB_FIELDS(name_field);

static const struct asv_web_field record_field[] = {
    {"id", ASV_WEB_UUID, false, 0, 0, NULL, NULL},
    {"salt", ASV_WEB_HASH, false, 0, 0, NULL, NULL},
    {"cause", ASV_WEB_WORD, false, 0, 0, grounds, NULL},
    {"offence", ASV_WEB_TEXT, false, 0, ASV_DB_NOTE_SIZE - 1, NULL, NULL},
    {"danger", ASV_WEB_TEXT, false, 0, ASV_DB_NOTE_SIZE - 1, NULL, NULL},
    {"from", ASV_WEB_TIME, false, 0, 0, NULL, NULL},
    {"until", ASV_WEB_TIME, false, 0, 0, NULL, NULL},
    {"place", ASV_WEB_TEXT, false, 0, ASV_DB_NOTE_SIZE - 1, NULL, NULL},
    {"accused", ASV_WEB_TEXT, false, 0, ASV_DB_NOTE_SIZE - 1, NULL, NULL},
    {"injured", ASV_WEB_LIST, false, 0, 32, NULL, &name_fields},
    {"prosecutor", ASV_WEB_TEXT, false, 0, ASV_NAME_MAX_BYTES, NULL, NULL},
    {"assault", ASV_WEB_BOOL, false, 0, 0, NULL, NULL},
    {"area", ASV_WEB_TEXT, false, 0, ASV_TEXT_SIZE - 1, NULL, NULL},
    {"camera", ASV_WEB_HASH, false, 0, 0, NULL, NULL},
    {"clip", ASV_WEB_UUID, false, 0, 0, NULL, NULL},
    {"at_ms", ASV_WEB_INT, false, 0, STILL_AT_MAX_MS, NULL, NULL},
    {"width", ASV_WEB_INT, false, 1, STILL_SIDE_MAX, NULL, NULL},
    {"height", ASV_WEB_INT, false, 1, STILL_SIDE_MAX, NULL, NULL},
    {"picture", ASV_WEB_HASH, false, 0, 0, NULL, NULL},
    {"handover", ASV_WEB_UUID, false, 0, 0, NULL, NULL},
    {"how", ASV_WEB_WORD, false, 0, 0, hows, NULL},
    {"received", ASV_WEB_HASH, false, 0, 0, NULL, NULL},
    {"at", ASV_WEB_TIME, false, 0, 0, NULL, NULL},
    {"receiver", ASV_WEB_TEXT, false, 0, ASV_DB_NOTE_SIZE - 1, NULL, NULL},
    {"document", ASV_WEB_HASH, false, 0, 0, NULL, NULL},
    {"signature", ASV_WEB_BYTES, false, 1, ASV_DB_RECEIPT_MAX, NULL, NULL},
};
const struct asv_web_fields asv_web_record_fields = ASV_WEB_FIELDS(record_field);

static const struct asv_web_field deed_field[] = {
    {"action", ASV_WEB_WORD, true, 0, 0, names, NULL},
    {"step", ASV_WEB_WORD, true, 0, 0, steps, NULL},
    {"reason", ASV_WEB_TEXT, true, 0, ASV_REASON_MAX_BYTES, NULL, NULL},
    {"clip", ASV_WEB_UUID, false, 0, 0, NULL, NULL},
    {"request", ASV_WEB_HASH, false, 0, 0, NULL, NULL},
    {"camera", ASV_WEB_HASH, false, 0, 0, NULL, NULL},
    {"from", ASV_WEB_TIME, false, 0, 0, NULL, NULL},
    {"until", ASV_WEB_TIME, false, 0, 0, NULL, NULL},
    {"ground", ASV_WEB_WORD, false, 0, 0, grounds, NULL},
    {"incident", ASV_WEB_TEXT, false, 0, ASV_NAME_MAX_BYTES, NULL, NULL},
    {"date", ASV_WEB_DATE, false, 0, 0, NULL, NULL},
    {"about", ASV_WEB_HASH, false, 0, 0, NULL, NULL},
    {"key", ASV_WEB_TEXT, false, 0, ASV_AGE_RECIPIENT_TEXT_BYTES, NULL, NULL},
    {"credential", ASV_WEB_HASH, false, 0, 0, NULL, NULL},
    {"file", ASV_WEB_BYTES, false, 1, ASV_POLICY_FILE_BYTES, NULL, NULL},
    {"plan", ASV_WEB_OBJECT, false, 0, 0, NULL, &asv_web_plan_fields},
    {"record", ASV_WEB_OBJECT, false, 0, 0, NULL, &asv_web_record_fields},
};
const struct asv_web_fields asv_web_deed_fields = ASV_WEB_FIELDS(deed_field);

/* ---- what is wanted ---- */

static const struct deed *find_deed(const char *name)
{
    size_t i = 0;
    while (strcmp(deeds[i].name, name) != 0) { /* the table of fields knows the same ones */
        i++;
    }
    return &deeds[i];
}

static uint8_t step_of(const char *name)
{
    uint8_t i = 0;
    while (strcmp(steps[i], name) != 0) {
        i++;
    }
    return (uint8_t)(ASV_STEP_PROPOSE + i);
}

static bool is_answer(uint8_t step)
{
    return step == ASV_STEP_APPROVE || step == ASV_STEP_REFUSE || step == ASV_STEP_WITHDRAW;
}

static bool is_of_handover(enum asv_record kind)
{
    return kind == ASV_RECORD_HANDOVER_END || kind == ASV_RECORD_HANDOVER_RECEIPT;
}

static bool is_ahead(uint16_t action)
{
    return action == ASV_ACTION_HOLD_AHEAD || action == ASV_ACTION_RELEASE_AHEAD;
}

/* The id and salt that were drawn for the first call, both or neither. */
static bool read_row(struct asv_web_deed *out, const json_t *record)
{
    out->record = record;
    bool id = asv_web_uuid(record, "id", out->row.id);
    bool salt = asv_web_hash(record, "salt", out->row.salt);
    out->has_row = id && salt;
    return id == salt;
}

/* True: there is none, or it is one. */
static bool read_key(struct asv_web_deed *out, const json_t *request)
{
    const char *key = asv_web_text(request, "key");
    out->has_recipient =
        key != NULL && asv_age_recipient_decode(out->recipient_pk, key, strlen(key)) == ASV_OK;
    return out->has_recipient || key == NULL;
}

/* Of what is about no recording. */
static const char *missing_in_house(const struct asv_web_deed *deed)
{
    if (deed->action == ASV_ACTION_POLICY) {
        return deed->file == NULL ? "file" : deed->date == 0 ? "date" : NULL;
    }
    if (deed->action == ASV_ACTION_RECIPIENT || deed->action == ASV_ACTION_RECIPIENT_ENDS) {
        bool lacks_card = deed->action == ASV_ACTION_RECIPIENT && deed->file == NULL;
        return !deed->has_recipient ? "key" : lacks_card ? "file" : NULL;
    }
    return deed->has_credential ? NULL : "about";
}

static const char *missing_of(const struct asv_web_deed *deed)
{
    bool about_still = deed->kind == ASV_RECORD_INCIDENT_STILL;
    bool about_case = deed->action == ASV_ACTION_HOLD || is_ahead(deed->action) ||
                      (deed->action == ASV_ACTION_INCIDENT && !about_still && !is_of_handover(deed->kind));
    bool about_row = deed->kind == ASV_RECORD_SUBJECT_REQUEST || deed->kind == ASV_RECORD_INCIDENT ||
                     is_of_handover(deed->kind);
    bool about_clip = !is_ahead(deed->action) && !about_row;
    if (is_answer(deed->step)) {
        return deed->request[0] == '\0' ? "request" : NULL;
    }
    if (asv_web_house_does(deed->action)) {
        return missing_in_house(deed);
    }
    if (deed->action == ASV_ACTION_HAND_OVER) { /* its bytes are made here */
        return deed->case_number[0] == '\0' ? "incident"
               : deed->plan == NULL         ? "plan"
               : deed->file != NULL         ? "file"
                                            : NULL;
    }
    return about_clip && !deed->has_clip                        ? "clip"
           : is_ahead(deed->action) && !deed->has_range         ? "camera"
           : about_case && deed->case_number[0] == '\0'         ? "incident"
           : deed->action == ASV_ACTION_DAY && deed->date == 0  ? "date"
           : (about_row || about_still) && deed->record == NULL ? "record"
           : (deed->action == ASV_ACTION_BLOCK || deed->action == ASV_ACTION_UNBLOCK) && deed->ground == 0
               ? "ground"
               : NULL;
}

const char *asv_web_deed_read(struct asv_web_deed *out, const json_t *request)
{
    const struct deed *deed = find_deed(asv_web_text(request, "action"));
    const char *ground = asv_web_text(request, "ground");
    const char *number = asv_web_text(request, "incident");
    const char *digits = asv_web_text(request, "request");
    *out = (struct asv_web_deed){
        .action = deed->action, .step = step_of(asv_web_text(request, "step")), .kind = deed->kind};
    if (deed->alone != (out->step == ASV_STEP_SOLE)) {
        return "step";
    }
    out->has_clip = asv_web_uuid(request, "clip", out->clip);
    (void)asv_web_date(request, "date", &out->date);
    out->file = asv_web_text(request, "file");
    out->plan = json_object_get(request, "plan");
    out->has_range = asv_web_hash(request, "camera", out->range.camera) &&
                     asv_web_time(request, "from", &out->range.from_ms) &&
                     asv_web_time(request, "until", &out->range.until_ms);
    if (ground != NULL) {
        (void)asv_incident_ground_parse(&out->ground, ground, ASV_GROUND_DANGER, ASV_GROUND_PRE_ROLL);
    }
    if (number != NULL) {
        (void)memcpy(out->case_number, number, strlen(number) + 1); /* as large as its field */
    }
    if (digits != NULL) {
        (void)memcpy(out->request, digits, strlen(digits) + 1);
    }
    out->has_credential = asv_web_hash(request, "about", out->credential);
    if (!read_key(out, request)) {
        return "key";
    }
    if (!read_row(out, json_object_get(request, "record"))) {
        return "record";
    }
    return missing_of(out);
}

/* ---- what was signed ---- */

/* ASV_RECORDS: it is about no row. */
static void take_record(struct asv_web_deed *out, const struct asv_statement *said)
{
    const struct asv_bytes *which = &said->subject.name;
    out->kind = 0;
    while (out->kind < ASV_RECORDS &&
           !(said->subject.kind == ASV_SUBJECT_RECORD && which->len == strlen(asv_record_name(out->kind)) &&
             memcmp(which->data, asv_record_name(out->kind), which->len) == 0)) {
        out->kind++;
    }
    out->has_clip = out->record != NULL && asv_web_uuid(out->record, "clip", out->clip);
}

static void take_house(struct asv_web_deed *out, const struct asv_statement *said)
{
    const struct asv_subject *subject = &said->subject;
    out->has_credential = subject->kind == ASV_SUBJECT_CREDENTIAL;
    out->has_recipient = subject->kind == ASV_SUBJECT_RECIPIENT;
    memcpy(out->credential, subject->id, sizeof out->credential);
    memcpy(out->recipient_pk, said->recipient_pk, sizeof out->recipient_pk);
    if (subject->kind == ASV_SUBJECT_POLICY) {
        out->date = subject->from_date;
    }
}

enum asv_status asv_web_deed_of(struct asv_web_deed *out, struct asv_db *db, const struct asv_statement *said,
                                const json_t *handed, struct asv_err *err)
{
    const struct asv_subject *subject = &said->subject;
    const json_t *record = json_object_get(handed, "record");
    struct asv_db_clip_face face;
    enum asv_status status = ASV_OK;
    *out = (struct asv_web_deed){.action = said->action,
                                 .step = said->step,
                                 .ground = said->ground,
                                 .date = subject->date,
                                 .file = asv_web_text(handed, "file"),
                                 .range = {.from_ms = subject->from_ms, .until_ms = subject->until_ms}};
    memcpy(out->range.camera, subject->id, sizeof out->range.camera);
    if (said->case_text.len > 0) {
        memcpy(out->case_number, said->case_text.data, said->case_text.len);
    }
    if (is_answer(said->step)) {
        asv_hex_encode(out->request, said->proposal, sizeof said->proposal);
    } else if (subject->kind == ASV_SUBJECT_CLIP || subject->kind == ASV_SUBJECT_DAY ||
               subject->kind == ASV_SUBJECT_VIEWER) {
        status = asv_db_clip_of_header(db, subject->id, &face, err);
        memcpy(out->clip, face.clip, sizeof out->clip);
    } else if (subject->kind == ASV_SUBJECT_RECORD && !(read_row(out, record) && out->has_row)) {
        status = asv_fail(err, ASV_E_USAGE, "a record comes with what it says, its id and its salt");
    }
    take_record(out, said);
    take_house(out, said);
    return status;
}

enum asv_status asv_web_deed_draw(struct asv_web_deed *deed, const struct asv_world *world,
                                  struct asv_err *err)
{
    if (deed->has_row) {
        return ASV_OK;
    }
    enum asv_status status = asv_uuid_new(world, deed->row.id);
    if (status == ASV_OK) {
        status = asv_world_random(world, deed->row.salt, sizeof deed->row.salt);
    }
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, "no clock, or no randomness");
}

/* ---- doing it ---- */

static enum asv_status answer_hold(struct asv_case *work, const struct asv_web_deed *deed,
                                   struct asv_err *err)
{
    struct asv_db_request open;
    enum asv_status status = asv_deed_find_hold(work, deed->request, deed->step, &open, err);
    if (status == ASV_OK && open.action != deed->action) {
        return asv_fail(err, ASV_E_NOT_FOUND, asv_incident_no_request);
    }
    return status == ASV_OK ? asv_case_answer(work, &open, deed->step, err) : status;
}

static enum asv_status answer(struct asv_case *work, const struct asv_web_deed *deed, struct asv_err *err)
{
    struct asv_db_request open;
    if (deed->action == ASV_ACTION_OPEN) {
        return asv_deed_answer_look(work, deed->request, deed->step, err);
    }
    if (deed->action == ASV_ACTION_HOLD || is_ahead(deed->action)) {
        return answer_hold(work, deed, err);
    }
    enum asv_status status = asv_case_of_request(work, deed->request, deed->action, &open, err);
    if (status != ASV_OK) {
        return status;
    }
    return deed->action == ASV_ACTION_DAY ? asv_deed_answer_day(work, &open, deed->step, deed->date, err)
                                          : asv_case_answer(work, &open, deed->step, err);
}

static enum asv_status propose(struct asv_case *work, const struct asv_web_deed *deed, struct asv_err *err)
{
    uint8_t digest[ASV_SHA256_BYTES];
    enum asv_status status = is_ahead(deed->action) ? asv_case_of_range(work, &deed->range, err)
                                                    : asv_case_of_clip(work, deed->clip, err);
    if (status != ASV_OK) {
        return status;
    }
    switch (deed->action) {
    case ASV_ACTION_HOLD:
        return asv_deed_hold(work, deed->case_number, deed->ground, digest, err);
    case ASV_ACTION_RELEASE:
        return asv_deed_release(work, digest, err);
    case ASV_ACTION_ERASE_EARLY:
        return asv_deed_erase(work, deed->ground, digest, err);
    case ASV_ACTION_OPEN:
        return asv_deed_look(work, digest, err);
    case ASV_ACTION_DAY:
        return asv_deed_day(work, deed->date, digest, err);
    case ASV_ACTION_HOLD_AHEAD:
    case ASV_ACTION_RELEASE_AHEAD:
        return asv_deed_ahead(work, deed->action == ASV_ACTION_RELEASE_AHEAD, deed->case_number, deed->ground,
                              digest, err);
    case ASV_ACTION_BLOCK:
    case ASV_ACTION_UNBLOCK:
        return asv_deed_shield(work, deed->action, deed->ground, err);
    default:
        return asv_fail(err, ASV_E_USAGE, "nothing that is done here");
    }
}

enum asv_status asv_web_deed_do(struct asv_web_call *call, const struct asv_flow *flow,
                                const struct asv_web_deed *deed, json_t **answered, struct asv_err *err)
{
    asv_auto_case struct asv_case work = {0};
    *answered = NULL;
    if (deed->action == ASV_ACTION_INCIDENT || deed->action == ASV_ACTION_SUBJECT_REQUEST) {
        return asv_web_record_do(flow, deed, answered, err);
    }
    if (asv_web_house_does(deed->action)) {
        return asv_web_house_do(flow, deed, err);
    }
    if (deed->action == ASV_ACTION_HAND_OVER) {
        return asv_web_handover_do(flow, deed, err);
    }
    enum asv_status status = asv_case_open(flow, &work, err);
    if (status != ASV_OK) {
        return status;
    }
    if (deed->action == ASV_ACTION_SHOW) {
        status = asv_case_of_clip(&work, deed->clip, err);
        return status == ASV_OK ? asv_web_show_recording(call, &work, answered, err) : status;
    }
    return is_answer(deed->step) ? answer(&work, deed, err) : propose(&work, deed, err);
}
