/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/cli/statement_view.h"

#include <string.h>

#include "firmware-proto/seal/age.h"
#include "firmware-proto/trust/fields.h"
#include "server/base/hex.h"
#include "server/base/uuid.h"
#include "server/cli/text.h"
#include "server/db/camera.h"
#include "server/db/clip.h"
#include "server/policy/policy.h"

static const struct {
    uint16_t action;
    const char *text;
} actions[] = {
    {ASV_ACTION_HOLD, "keep a recording"},
    {ASV_ACTION_RELEASE, "keep a recording no longer"},
    {ASV_ACTION_ERASE_EARLY, "erase a recording before its day"},
    {ASV_ACTION_OPEN, "show a recording to one person, who asks for it"},
    {ASV_ACTION_SHOW, "have a recording shown to me now, this once"},
    {ASV_ACTION_HAND_OVER, "hand a recording over to a recipient"},
    {ASV_ACTION_HOLD_AHEAD, "keep what a camera recorded, before it docks"},
    {ASV_ACTION_RELEASE_AHEAD, "keep no longer what a camera recorded"},
    {ASV_ACTION_BLOCK, "block all use of a recording"},
    {ASV_ACTION_UNBLOCK, "lift a block"},
    {ASV_ACTION_DAY, "say on which day a recording was made"},
    {ASV_ACTION_RECIPIENT, "register a recipient's key"},
    {ASV_ACTION_RECIPIENT_ENDS, "end a recipient's key"},
    {ASV_ACTION_ENROL, "enrol a credential"},
    {ASV_ACTION_REVOKE, "revoke a credential, for good"},
    {ASV_ACTION_FOUND, "enrol one of the first people"},
    {ASV_ACTION_POLICY, "change the policy"},
    {ASV_ACTION_CLOCK, "confirm the keeper's clock: destruction goes on"},
    {ASV_ACTION_RECOVERY_KEY, "wrap held recordings to an offline key, too"},
    {ASV_ACTION_RECOVERY_KEY_ENDS, "wrap held recordings to the offline key no longer"},
    {ASV_ACTION_LEDGER, "begin a ledger; the one before ends"},
    {ASV_ACTION_FORGET, "forget what an entry of the ledger is closed over, for good"},
    {ASV_ACTION_INCIDENT, "write down what is known of an incident"},
    {ASV_ACTION_SUBJECT_REQUEST, "answer a recorded person, and write that down"},
};

static const char *const records[ASV_RECORDS] = {
    [ASV_RECORD_INCIDENT] = "what happened, where and to whom",
    [ASV_RECORD_INCIDENT_CLIP] = "a recording shows the incident",
    [ASV_RECORD_INCIDENT_CLIP_OUT] = "a recording does not show the incident",
    [ASV_RECORD_SUBJECT_REQUEST] = "what a recorded person asks",
};

static const char *const steps[] = {"?",        "I propose",  "I approve",
                                    "I refuse", "I withdraw", "I decide alone"};

static const char *const grounds[] = {"none",
                                      "danger",
                                      "prosecution",
                                      "legality check that a recorded person demands",
                                      "made in a dwelling",
                                      "professional secret",
                                      "core area of private life",
                                      "more pre-roll than the policy allows"};

const char *asv_action_text(uint16_t action)
{
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (actions[i].action == action) {
            return actions[i].text;
        }
    }
    return "?";
}

const char *asv_roles_text(char *out, uint16_t roles)
{
    size_t used = 0;
    out[0] = '\0';
    for (unsigned i = 0; asv_policy_role_name(i) != NULL; i++) {
        if ((roles & 1u << i) != 0) {
            int len = snprintf(out + used, ASV_ROLES_TEXT_BYTES - used, "%s%s", used > 0 ? ", " : "",
                               asv_policy_role_name(i));
            used += len > 0 && (size_t)len < ASV_ROLES_TEXT_BYTES - used ? (size_t)len : 0;
        }
    }
    return out;
}

/* A view that is UTF-8 without hidden characters, which the decoder has made sure of. */
static void line_text(FILE *out, const char *name, struct asv_bytes text)
{
    fprintf(out, "%-12s %.*s\n", name, (int)text.len, (const char *)text.data);
}

static void line_digest(FILE *out, const char *name, const uint8_t digest[ASV_SHA256_BYTES])
{
    char hex[2 * ASV_SHA256_BYTES + 1];
    asv_hex_encode(hex, digest, ASV_SHA256_BYTES);
    fprintf(out, "%-12s %s\n", name, hex);
}

/* Nobody recognises a digest; and whoever owns the database says here what he likes. */
static void line_recording(FILE *out, struct asv_db *db, const uint8_t header[ASV_SHA256_BYTES])
{
    struct asv_db_clip_face face;
    struct asv_err ignored = {0};
    char uuid[ASV_UUID_TEXT_BYTES];
    char start[ASV_TEXT_BYTES];
    line_digest(out, "recording", header);
    if (db == NULL) {
        return;
    }
    if (asv_db_clip_of_header(db, header, &face, &ignored) != ASV_OK) {
        fprintf(out, "%-12s the database does not know it\n", "which is");
        return;
    }
    asv_uuid_format(uuid, face.clip);
    fprintf(out, "%-12s clip %s\n%-12s of camera %s, unit %s, begun %s, as the database says\n", "which is",
            uuid, "", face.camera_name, face.unit, asv_text_time(start, face.start_ms));
}

static void line_camera(FILE *out, struct asv_db *db, const uint8_t cert[ASV_SHA256_BYTES])
{
    struct asv_db_device device;
    struct asv_err ignored = {0};
    line_digest(out, "camera", cert);
    if (db != NULL && asv_db_camera_find(db, cert, &device, &ignored) == ASV_OK) {
        fprintf(out, "%-12s %s, as the database says\n", "which is", device.name);
    }
}

/* Its digest says nothing to people: who signs it is shown what it says by the command. */
static void line_record(FILE *out, const struct asv_subject *subject)
{
    for (enum asv_record i = 0; i < ASV_RECORDS; i++) {
        const char *name = asv_record_name(i);
        if (subject->name.len == strlen(name) && memcmp(subject->name.data, name, subject->name.len) == 0) {
            fprintf(out, "%-12s %s\n", "record", records[i]);
        }
    }
    line_digest(out, "its digest", subject->id);
}

static void print_subject(FILE *out, struct asv_db *db, const struct asv_statement *statement)
{
    const struct asv_subject *subject = &statement->subject;
    char from[ASV_TEXT_BYTES];
    char until[ASV_TEXT_BYTES];
    char uuid[ASV_UUID_TEXT_BYTES];
    switch (subject->kind) {
    case ASV_SUBJECT_CLIP:
        line_recording(out, db, subject->id);
        break;
    case ASV_SUBJECT_DAY:
        line_recording(out, db, subject->id);
        fprintf(out, "%-12s %s\n", "made on", asv_text_date(from, subject->date));
        break;
    case ASV_SUBJECT_VIEWER:
        line_recording(out, db, subject->id);
        line_text(out, "shown to", subject->name);
        break;
    case ASV_SUBJECT_CAMERA:
        line_camera(out, db, subject->id);
        fprintf(out, "%-12s %s to %s\n", "recorded", asv_text_time(from, subject->from_ms),
                asv_text_time(until, subject->until_ms));
        break;
    case ASV_SUBJECT_CREDENTIAL:
        line_digest(out, "credential", subject->id);
        break;
    case ASV_SUBJECT_RECORD:
        line_record(out, subject);
        break;
    case ASV_SUBJECT_RECIPIENT:
        line_text(out, "recipient", subject->name);
        break;
    case ASV_SUBJECT_POLICY:
        line_digest(out, "policy file", subject->id);
        fprintf(out, "%-12s %lu: recordings live %u days after their own, from %s on\n", "version",
                (unsigned long)subject->version, (unsigned)subject->days,
                asv_text_date(from, subject->from_date));
        break;
    default:
        asv_uuid_format(uuid, subject->store);
        fprintf(out, "%-12s %s\n", "keeper", uuid);
        if (subject->kind == ASV_SUBJECT_LEDGER) {
            line_text(out, statement->action == ASV_ACTION_FORGET ? "entry" : "ledger", subject->name);
        }
        if (subject->stopped_ms != 0) {
            fprintf(out, "%-12s %s\n", "stopped", asv_text_time(from, subject->stopped_ms));
        }
        break;
    }
}

void asv_statement_print(FILE *out, struct asv_db *db, const struct asv_statement *statement,
                         const struct asv_credential *signer)
{
    char text[ASV_TEXT_BYTES];
    char roles[ASV_ROLES_TEXT_BYTES];
    char recipient[ASV_AGE_RECIPIENT_TEXT_BYTES];
    fprintf(out, "%s: %s\n", steps[statement->step <= ASV_STEP_SOLE ? statement->step : 0],
            asv_action_text(statement->action));
    print_subject(out, db, statement);
    if (statement->has_recipient) {
        asv_age_recipient_encode(recipient, statement->recipient_pk);
        fprintf(out, "%-12s %s\n", "key", recipient);
    }
    if (statement->ground != ASV_GROUND_NONE && statement->ground < sizeof grounds / sizeof *grounds) {
        fprintf(out, "%-12s %s\n", "because of", grounds[statement->ground]);
    }
    if (statement->case_text.len > 0) {
        line_text(out, "incident", statement->case_text);
    }
    line_text(out, "reason", statement->reason);
    if (!asv_is_zero(statement->proposal, sizeof statement->proposal)) {
        line_digest(out, "proposal", statement->proposal);
    }
    if (signer != NULL) {
        line_text(out, "signed by", signer->name);
        fprintf(out, "%-12s %s\n", "who is", asv_roles_text(roles, signer->roles));
    } else {
        fprintf(out, "%-12s the agency root\n", "signed by");
    }
    fprintf(out, "%-12s %s\n", "until", asv_text_time(text, statement->expires_ms));
}
