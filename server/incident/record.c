/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/incident/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "server/base/hex.h"
#include "server/base/uuid.h"

/* ST-103: the salt, then the fields, one to a line. */
struct lines {
    struct asv_sha256 sha;
    bool any;
};

static void begin(struct lines *lines, const uint8_t salt[ASV_SHA256_BYTES])
{
    lines->any = false;
    asv_sha256_init(&lines->sha);
    asv_sha256_update(&lines->sha, salt, ASV_SHA256_BYTES);
}

static void line(struct lines *lines, const char *text)
{
    if (lines->any) {
        asv_sha256_update(&lines->sha, "\n", 1);
    }
    lines->any = true;
    asv_sha256_update(&lines->sha, text, strlen(text));
}

static void line_number(struct lines *lines, int64_t number)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%" PRId64, number);
    line(lines, text);
}

static void line_time(struct lines *lines, int64_t ms)
{
    if (ms == ASV_TIME_UNKNOWN) {
        line(lines, "");
    } else {
        line_number(lines, ms);
    }
}

static void line_uuid(struct lines *lines, const uint8_t uuid[ASV_UUID_BYTES])
{
    char text[ASV_UUID_TEXT_BYTES];
    asv_uuid_format(text, uuid);
    line(lines, text);
}

static void line_digest(struct lines *lines, const uint8_t digest[ASV_SHA256_BYTES])
{
    char text[2 * ASV_SHA256_BYTES + 1] = "";
    if (digest != NULL) {
        asv_hex_encode(text, digest, ASV_SHA256_BYTES);
    }
    line(lines, text);
}

/* How many, then each: as they stand, they are lines already. */
static void line_names(struct lines *lines, const char *names)
{
    int64_t count = *names != '\0';
    for (const char *at = names; *at != '\0'; at++) {
        count += *at == '\n';
    }
    line_number(lines, count);
    if (count > 0) {
        line(lines, names);
    }
}

static void compose(struct asv_statement *out, enum asv_record record)
{
    const char *name = asv_record_name(record);
    memset(out, 0, sizeof *out);
    out->action = asv_record_action(record);
    out->step = ASV_STEP_SOLE;
    out->subject.kind = ASV_SUBJECT_RECORD;
    out->subject.name = (struct asv_bytes){(const uint8_t *)name, strlen(name)};
}

static void name_incident(struct asv_statement *out, const uint8_t id[ASV_UUID_BYTES],
                          const char *case_number)
{
    memcpy(out->incident, id, sizeof out->incident);
    out->case_text = (struct asv_bytes){(const uint8_t *)case_number, strlen(case_number)};
}

static void incident_lines(struct lines *lines, const struct asv_db_incident *incident)
{
    line_number(lines, incident->cause);
    line(lines, incident->offence);
    line(lines, incident->danger);
    line_time(lines, incident->from_ms);
    line_time(lines, incident->until_ms);
    line(lines, incident->place);
    line(lines, incident->accused);
    line(lines, incident->prosecutor);
    line_number(lines, incident->assault ? 1 : 0);
    line_names(lines, incident->injured);
}

void asv_record_incident(struct asv_statement *out, const struct asv_db_incident *incident,
                         const uint8_t salt[ASV_SHA256_BYTES])
{
    struct lines lines;
    compose(out, ASV_RECORD_INCIDENT);
    name_incident(out, incident->id, incident->case_number);
    begin(&lines, salt);
    line(&lines, asv_record_name(ASV_RECORD_INCIDENT));
    line_uuid(&lines, incident->id);
    line(&lines, incident->case_number);
    line_number(&lines, incident->version);
    incident_lines(&lines, incident);
    asv_sha256_final(&lines.sha, out->subject.id);
}

bool asv_record_is_same(const struct asv_db_incident *a, const struct asv_db_incident *b)
{
    static const uint8_t salt[ASV_SHA256_BYTES];
    uint8_t digests[2][ASV_SHA256_BYTES];
    for (size_t i = 0; i < 2; i++) {
        struct lines lines;
        begin(&lines, salt);
        incident_lines(&lines, i == 0 ? a : b);
        asv_sha256_final(&lines.sha, digests[i]);
    }
    return memcmp(digests[0], digests[1], sizeof digests[0]) == 0;
}

void asv_record_exhibit(struct asv_statement *out, const struct asv_db_exhibit *exhibit,
                        const uint8_t salt[ASV_SHA256_BYTES])
{
    enum asv_record record = exhibit->shows ? ASV_RECORD_INCIDENT_CLIP : ASV_RECORD_INCIDENT_CLIP_OUT;
    struct lines lines;
    compose(out, record);
    name_incident(out, exhibit->incident, exhibit->case_number);
    begin(&lines, salt);
    line(&lines, asv_record_name(record));
    line_uuid(&lines, exhibit->incident);
    line(&lines, exhibit->case_number);
    line_number(&lines, exhibit->number);
    line_digest(&lines, exhibit->header);
    asv_sha256_final(&lines.sha, out->subject.id);
}

void asv_record_still(struct asv_statement *out, const struct asv_db_still *still,
                      const uint8_t salt[ASV_SHA256_BYTES])
{
    struct lines lines;
    compose(out, ASV_RECORD_INCIDENT_STILL);
    name_incident(out, still->incident, still->case_number);
    begin(&lines, salt);
    line(&lines, asv_record_name(ASV_RECORD_INCIDENT_STILL));
    line_uuid(&lines, still->incident);
    line(&lines, still->case_number);
    line_digest(&lines, still->header);
    line_number(&lines, still->at_ms);
    line_number(&lines, still->width);
    line_number(&lines, still->height);
    line_digest(&lines, still->picture);
    asv_sha256_final(&lines.sha, out->subject.id);
}

void asv_record_subject_request(struct asv_statement *out, const struct asv_db_subject_request *request,
                                const uint8_t salt[ASV_SHA256_BYTES])
{
    struct lines lines;
    compose(out, ASV_RECORD_SUBJECT_REQUEST);
    begin(&lines, salt);
    line(&lines, asv_record_name(ASV_RECORD_SUBJECT_REQUEST));
    line_uuid(&lines, request->id);
    line(&lines, request->reason);
    line_digest(&lines, request->camera);
    line(&lines, request->area != NULL ? request->area : "");
    line_time(&lines, request->from_ms);
    line_time(&lines, request->until_ms);
    asv_sha256_final(&lines.sha, out->subject.id);
}

/* What both begin with. */
static void begin_handover(struct asv_statement *out, struct lines *lines, enum asv_record record,
                           const uint8_t incident[ASV_UUID_BYTES], const char *case_number,
                           const uint8_t id[ASV_UUID_BYTES], const uint8_t salt[ASV_SHA256_BYTES])
{
    compose(out, record);
    name_incident(out, incident, case_number);
    begin(lines, salt);
    line(lines, asv_record_name(record));
    line_uuid(lines, incident);
    line(lines, case_number);
    line_uuid(lines, id);
}

void asv_record_handover_end(struct asv_statement *out, const struct asv_db_handover *handover,
                             const uint8_t salt[ASV_SHA256_BYTES])
{
    struct lines lines;
    begin_handover(out, &lines, ASV_RECORD_HANDOVER_END, handover->incident, handover->case_number,
                   handover->id, salt);
    asv_sha256_final(&lines.sha, out->subject.id);
}

void asv_record_handover_receipt(struct asv_statement *out, const struct asv_db_handover_receipt *receipt,
                                 const uint8_t salt[ASV_SHA256_BYTES])
{
    struct lines lines;
    begin_handover(out, &lines, ASV_RECORD_HANDOVER_RECEIPT, receipt->incident, receipt->case_number,
                   receipt->id, salt);
    line(&lines, receipt->is_signed ? "signed" : "form");
    line_digest(&lines, receipt->received);
    line_time(&lines, receipt->received_ms);
    line(&lines, receipt->receiver);
    line_digest(&lines, receipt->document);
    asv_sha256_final(&lines.sha, out->subject.id);
}
