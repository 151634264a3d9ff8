/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Rows that one person writes down and signs: incidents, which recordings show them, stills, and what
 * recorded people ask. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/uuid.h"
#include "server/flow/record.h"
#include "server/incident/record.h"
#include "server/incident/words.h"
#include "server/web/deed.h"

#define UNKNOWN "Unbekannt" /* as the office writes it */
#define WEEK_MS (INT64_C(7) * 24 * 3600 * 1000)

/* ---- incidents ---- */

static void take_text(char *out, size_t size, const json_t *record, const char *name)
{
    const char *text = asv_web_text(record, name);
    (void)snprintf(out, size, "%s", text != NULL ? text : "");
}

static bool take_injured(struct asv_db_incident *incident, const json_t *names)
{
    size_t used = 0;
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));
        size_t left = sizeof incident->injured - used;
        int len = snprintf(incident->injured + used, left, "%s%s", used > 0 ? "\n" : "", name);
        if (len < 0 || (size_t)len >= left) {
            return false;
        }
        used += (size_t)len;
    }
    return true;
}

/* All of it is what is known from now on: what is not said is not known. */
static enum asv_status take_incident(struct asv_db_incident *out, const struct asv_web_deed *deed,
                                     struct asv_err *err)
{
    const json_t *record = deed->record;
    const char *cause = asv_web_text(record, "cause");
    out->from_ms = ASV_TIME_UNKNOWN;
    out->until_ms = ASV_TIME_UNKNOWN;
    take_text(out->offence, sizeof out->offence, record, "offence");
    take_text(out->danger, sizeof out->danger, record, "danger");
    take_text(out->place, sizeof out->place, record, "place");
    take_text(out->accused, sizeof out->accused, record, "accused");
    take_text(out->prosecutor, sizeof out->prosecutor, record, "prosecutor");
    out->assault = asv_web_bool(record, "assault", false);
    if (out->accused[0] == '\0') {
        (void)snprintf(out->accused, sizeof out->accused, UNKNOWN);
    }
    bool good = cause != NULL &&
                asv_incident_ground_parse(&out->cause, cause, ASV_GROUND_DANGER, ASV_GROUND_LEGALITY_CHECK) &&
                asv_web_time(record, "from", &out->from_ms) && out->offence[0] != '\0' &&
                out->danger[0] != '\0' && out->place[0] != '\0' &&
                take_injured(out, json_object_get(record, "injured"));
    bool ends = asv_web_time(record, "until", &out->until_ms);
    return good && (!ends || out->until_ms >= out->from_ms)
               ? ASV_OK
               : asv_fail(err, ASV_E_USAGE,
                          "an incident has a cause, an offence, a danger, a place and a time");
}

/* The next version of the incident, or the first one of a new one. */
static enum asv_status find_version(const struct asv_flow *flow, const struct asv_web_deed *deed,
                                    struct asv_db_incident *before, struct asv_db_incident *next,
                                    struct asv_err *err)
{
    struct asv_err inner = {0};
    enum asv_status status = asv_db_incident_find(flow->db, deed->case_number, before, &inner);
    memcpy(next->case_number, deed->case_number, sizeof next->case_number);
    memcpy(next->id, deed->row.id, sizeof next->id);
    next->version = 1;
    if (status == ASV_E_NOT_FOUND) {
        return ASV_OK;
    }
    if (status == ASV_OK && before->forgotten_ms != ASV_TIME_UNKNOWN) {
        return asv_fail(err, ASV_E_STATE, asv_incident_forgotten);
    }
    memcpy(next->id, before->id, sizeof next->id);
    next->version = (uint16_t)(before->version + 1);
    return status == ASV_OK ? ASV_OK : asv_failf(err, status, "%s", inner.text);
}

static enum asv_status do_incident(const struct asv_flow *flow, const struct asv_web_deed *deed,
                                   struct asv_err *err)
{
    asv_auto_free struct asv_db_incident *both = calloc(2, sizeof *both);
    if (both == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = take_incident(&both[1], deed, err);
    if (status == ASV_OK) {
        status = find_version(flow, deed, &both[0], &both[1], err);
    }
    if (status == ASV_OK && both[1].version > 1 && asv_record_is_same(&both[1], &both[0])) {
        return ASV_OK; /* what is written down so already is not signed again */
    }
    return status == ASV_OK ? asv_flow_put_incident(flow, &both[1], deed->row.salt, err) : status;
}

/* ---- recordings of an incident ---- */

static enum asv_status do_exhibit(const struct asv_flow *flow, const struct asv_web_deed *deed,
                                  struct asv_err *err)
{
    struct asv_db_exhibit exhibit = {.shows = deed->kind == ASV_RECORD_INCIDENT_CLIP};
    bool news = false;
    memcpy(exhibit.case_number, deed->case_number, sizeof exhibit.case_number);
    memcpy(exhibit.clip, deed->clip, sizeof exhibit.clip);
    enum asv_status status = asv_flow_find_exhibit(flow->db, &exhibit, &news, err);
    return status == ASV_OK && news ? asv_flow_put_exhibit(flow, &exhibit, deed->row.salt, err) : status;
}

static enum asv_status do_still(const struct asv_flow *flow, const struct asv_web_deed *deed,
                                struct asv_err *err)
{
    struct asv_db_still still = {.at_ms = asv_web_int(deed->record, "at_ms", -1),
                                 .width = (uint16_t)asv_web_int(deed->record, "width", 0),
                                 .height = (uint16_t)asv_web_int(deed->record, "height", 0)};
    memcpy(still.clip, deed->clip, sizeof still.clip);
    if (still.at_ms < 0 || still.width == 0 || still.height == 0 ||
        !asv_web_hash(deed->record, "picture", still.picture)) {
        return asv_fail(err, ASV_E_USAGE, "a still has a place, a width, a height and a digest");
    }
    return asv_flow_put_still(flow, &still, deed->row.salt, err);
}

/* ---- what a recorded person asks (LAW L7) ---- */

static json_t *time_of(int64_t ms)
{
    char text[ASV_WEB_TIME_BYTES];
    if (ms == ASV_TIME_UNKNOWN) {
        return json_null();
    }
    asv_web_time_format(text, ms);
    return json_string(text);
}

static const char *fate(const struct asv_db_subject_answer *row)
{
    switch (row->state) {
    case ASV_DB_ERASED:
        return "erased";
    case ASV_DB_EXPIRED_ON_ARRIVAL:
        return "not-taken";
    case ASV_DB_ERASING:
        return "erasing";
    case ASV_DB_HELD:
        return "held";
    default:
        return "exists";
    }
}

static json_t *answer_of(const struct asv_db_subject_answer *rows, size_t count)
{
    json_t *array = json_array();
    char uuid[ASV_UUID_TEXT_BYTES];
    for (size_t i = 0; i < count; i++) {
        asv_uuid_format(uuid, rows[i].clip);
        (void)json_array_append_new(
            array, json_pack("{s:s, s:o, s:o, s:s?, s:s, s:s, s:o, s:o}", "clip", uuid, "start",
                             time_of(rows[i].start_ms), "end", time_of(rows[i].end_ms), "camera",
                             rows[i].camera_name[0] != '\0' ? rows[i].camera_name : NULL, "area",
                             rows[i].area, "fate", fate(&rows[i]), "due", time_of(rows[i].due_ms), "erased",
                             time_of(rows[i].erased_ms)));
    }
    return json_pack("{s:o, s:b}", "recordings", array, "complete", count < ASV_DB_PAGE_MAX);
}

static enum asv_status take_request(struct asv_db_subject_request *out, const struct asv_flow *flow,
                                    const struct asv_web_deed *deed, uint8_t camera[ASV_SHA256_BYTES],
                                    struct asv_err *err)
{
    const json_t *record = deed->record;
    int64_t now_ms = 0;
    enum asv_status status = asv_flow_now(flow, &now_ms, err);
    memcpy(out->id, deed->row.id, sizeof out->id);
    (void)snprintf(out->reason, sizeof out->reason, "%s", flow->reason);
    out->area = asv_web_text(record, "area");
    out->camera = asv_web_hash(record, "camera", camera) ? camera : NULL;
    bool good = asv_web_time(record, "from", &out->from_ms) &&
                asv_web_time(record, "until", &out->until_ms) && out->from_ms < out->until_ms &&
                out->until_ms - out->from_ms <= WEEK_MS;
    if (status == ASV_OK && !good) {
        return asv_fail(err, ASV_E_USAGE, "from and until are there, and at most seven days apart");
    }
    return status == ASV_OK && out->from_ms > now_ms
               ? asv_fail(err, ASV_E_STATE, "this time is still to come")
               : status;
}

static enum asv_status ask(const struct asv_flow *flow, const struct asv_web_deed *deed,
                           struct asv_db_subject_answer *rows, json_t **answered, struct asv_err *err)
{
    struct asv_db_subject_request request = {.area = NULL};
    uint8_t camera[ASV_SHA256_BYTES];
    size_t count = 0;
    enum asv_status status = take_request(&request, flow, deed, camera, err);
    if (status == ASV_OK) {
        status = asv_flow_put_subject_request(flow, &request, deed->row.salt, rows, &count, err);
    }
    if (status == ASV_OK) {
        *answered = answer_of(rows, count);
    }
    return status;
}

static enum asv_status do_subject_request(const struct asv_flow *flow, const struct asv_web_deed *deed,
                                          json_t **answered, struct asv_err *err)
{
    struct asv_db_subject_answer *rows = calloc(ASV_DB_PAGE_MAX, sizeof *rows);
    if (rows == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = ask(flow, deed, rows, answered, err);
    free(rows);
    return status;
}

enum asv_status asv_web_record_do(const struct asv_flow *flow, const struct asv_web_deed *deed,
                                  json_t **answered, struct asv_err *err)
{
    if (deed->kind == ASV_RECORD_SUBJECT_REQUEST) {
        return do_subject_request(flow, deed, answered, err);
    }
    if (deed->kind == ASV_RECORD_INCIDENT) {
        return do_incident(flow, deed, err);
    }
    if (deed->kind == ASV_RECORD_HANDOVER_END || deed->kind == ASV_RECORD_HANDOVER_RECEIPT) {
        return asv_web_handover_put(flow, deed, err);
    }
    if (!deed->has_clip) {
        return asv_fail(err, ASV_E_USAGE, "what is written down of a recording comes with its clip");
    }
    return deed->kind == ASV_RECORD_INCIDENT_STILL ? do_still(flow, deed, err) : do_exhibit(flow, deed, err);
}
