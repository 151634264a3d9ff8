/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/statement/statement.h"

#include <string.h>

#include "firmware-proto/base/extensions.h"
#include "firmware-proto/trust/fields.h"

static const char object_name[] = "statement";

/* The digits of a day; whether that month has it is for whoever has a calendar. */
static bool date_is_good(uint32_t date)
{
    uint32_t month = date / 100 % 100;
    uint32_t day = date % 100;
    return date >= 20000101 && date <= 99991231 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/* One of the names that an origin is made of. */
static bool is_step(struct asv_bytes step)
{
    static const char marks[] = "-._~:", tile[] = "tile", checkpoint[] = "checkpoint";
    bool good = step.len > 0 && step.data[0] != '.' &&
                !(step.len == sizeof tile - 1 && memcmp(step.data, tile, step.len) == 0) &&
                !(step.len == sizeof checkpoint - 1 && memcmp(step.data, checkpoint, step.len) == 0);
    for (size_t i = 0; good && i < step.len; i++) {
        uint8_t c = step.data[i];
        good = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               memchr(marks, c, sizeof marks - 1) != NULL;
    }
    return good;
}

/* ST-054: an address, which is also a path below the directory in which ledgers are published. */
bool asv_statement_origin_is_good(struct asv_bytes origin)
{
    bool good = origin.len > 0 && origin.len <= ASV_NAME_MAX_BYTES;
    size_t from = 0;
    for (size_t i = 0; good && i <= origin.len; i++) {
        if (i == origin.len || origin.data[i] == '/') {
            good = is_step((struct asv_bytes){origin.data + from, i - from});
            from = i + 1;
        }
    }
    return good;
}

/* ST-055: a UUID in the one form that the database and people write. */
static bool is_entry_id(struct asv_bytes id)
{
    bool good = id.len == 36;
    for (size_t i = 0; good && i < id.len; i++) {
        uint8_t c = id.data[i];
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        good = dash ? c == '-' : (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }
    return good;
}

/* ST-102 */
static bool is_record(struct asv_bytes name, uint16_t action)
{
    bool found = false;
    for (enum asv_record i = 0; i < ASV_RECORDS; i++) {
        const char *text = asv_record_name(i);
        found |= asv_record_action(i) == action && name.len == strlen(text) &&
                 memcmp(name.data, text, name.len) == 0;
    }
    return found;
}

static bool subject_is_good(const struct asv_subject *subject, uint16_t action)
{
    bool has_id = !asv_is_zero(subject->id, sizeof subject->id);
    switch (subject->kind) { /* ST-043 */
    case ASV_SUBJECT_CLIP:
    case ASV_SUBJECT_CREDENTIAL:
        return has_id;
    case ASV_SUBJECT_CAMERA: /* ST-044 */
        return has_id && subject->from_ms >= 0 && subject->from_ms < subject->until_ms &&
               subject->until_ms - subject->from_ms <= ASV_STATEMENT_CAMERA_MAX_MS;
    case ASV_SUBJECT_DAY:
        return has_id && date_is_good(subject->date);
    case ASV_SUBJECT_VIEWER:
    case ASV_SUBJECT_RECIPIENT:
    case ASV_SUBJECT_HANDOVER:
        return has_id && asv_text_is_good(subject->name, ASV_NAME_MAX_BYTES);
    case ASV_SUBJECT_RECORD:
        return has_id && is_record(subject->name, action);
    case ASV_SUBJECT_POLICY:
        return has_id && subject->version > 0 && subject->days > 0 &&
               subject->days <= ASV_STATEMENT_DAYS_MAX && date_is_good(subject->from_date);
    case ASV_SUBJECT_KEEPER: /* ST-045 */
        return !asv_is_zero(subject->store, sizeof subject->store) &&
               (action == ASV_ACTION_CLOCK ? subject->stopped_ms > 0 : subject->stopped_ms == 0);
    case ASV_SUBJECT_LEDGER:
        return !asv_is_zero(subject->store, sizeof subject->store) &&
               (action == ASV_ACTION_FORGET ? is_entry_id(subject->name)
                                            : asv_statement_origin_is_good(subject->name));
    default:
        return false;
    }
}

bool asv_statement_answers(const struct asv_statement *statement)
{
    uint8_t step = statement->step;
    return step == ASV_STEP_APPROVE || step == ASV_STEP_REFUSE || step == ASV_STEP_WITHDRAW;
}

static bool need_is_met(uint8_t need, bool there)
{
    return need == ASV_OPTIONAL || there == (need == ASV_REQUIRED);
}

/* X25519 takes other encodings of the same key, too: with the highest bit set, and from the prime on. So
 * one that has ended could be registered again, and nobody's age opens what is wrapped for it. */
static bool is_as_made(const uint8_t pk[ASV_X25519_BYTES])
{
    bool below = pk[0] < 0xed || pk[ASV_X25519_BYTES - 1] < 0x7f;
    for (unsigned i = 1; !below && i < ASV_X25519_BYTES - 1; i++) {
        below = pk[i] != 0xff;
    }
    return below && pk[ASV_X25519_BYTES - 1] < 0x80;
}

/* ST-100: any private key will do to find out, as a multiple of eight it takes what is of small order to
 * zero. */
bool asv_statement_can_wrap_for(const uint8_t pk[ASV_X25519_BYTES])
{
    static const uint8_t any[ASV_X25519_BYTES] = {1};
    uint8_t shared[ASV_X25519_BYTES];
    return is_as_made(pk) && asv_x25519(shared, any, pk) == ASV_OK;
}

/* Action to recipient: what an answer repeats. */
static const char *broken_matter(const struct asv_statement *statement, const struct asv_action_rule *rule)
{
    bool has_incident = !asv_is_zero(statement->incident, sizeof statement->incident);
    bool has_case = statement->case_text.len != 0;
    if (statement->subject.kind != rule->subject || !subject_is_good(&statement->subject, rule->action)) {
        return "subject";
    }
    if (statement->ground > ASV_GROUND_PRE_ROLL ||
        (rule->grounds >> statement->ground & 1) == 0) { /* ST-041 */
        return "ground";
    }
    if (has_incident != has_case || !need_is_met(rule->incident, has_incident) || /* ST-046 */
        (has_case && !asv_text_is_good(statement->case_text, ASV_NAME_MAX_BYTES))) {
        return "incident";
    }
    bool recipient_is_good =
        need_is_met(rule->recipient, statement->has_recipient) && /* ST-047 */
        (!statement->has_recipient || asv_statement_can_wrap_for(statement->recipient_pk));
    return recipient_is_good ? NULL : "recipient";
}

static bool life_is_good(const struct asv_statement *statement, const struct asv_action_rule *rule)
{
    int64_t longest = asv_statement_answers(statement) ? rule->answer_ms : rule->proposal_ms;
    return statement->issued_ms >= 0 && statement->issued_ms < statement->expires_ms && /* ST-049 */
           statement->expires_ms - statement->issued_ms <= longest;
}

/* The field that breaks a rule, or NULL. */
static const char *broken(const struct asv_statement *statement, const struct asv_action_rule *rule)
{
    const char *field = broken_matter(statement, rule);
    bool alone = statement->step == ASV_STEP_SOLE;
    if (field != NULL) {
        return field;
    }
    if (statement->step < ASV_STEP_PROPOSE || statement->step > ASV_STEP_SOLE ||
        alone != (rule->approvers == 0)) { /* ST-048 */
        return "step";
    }
    if (asv_is_zero(statement->nonce, sizeof statement->nonce)) { /* ST-050 */
        return "nonce";
    }
    if (asv_is_zero(statement->person, sizeof statement->person) != (rule->proposers == 0)) { /* ST-051 */
        return "person";
    }
    if (asv_is_zero(statement->proposal, sizeof statement->proposal) ==
        asv_action_names_proposal(statement->action, statement->step)) {
        return "proposal"; /* ST-052 */
    }
    if (!life_is_good(statement, rule)) {
        return "life";
    }
    return asv_text_is_good(statement->reason, ASV_REASON_MAX_BYTES) ? NULL : "reason"; /* ST-053 */
}

/* Behind its digest. */
static bool has_name(uint8_t kind)
{
    return kind == ASV_SUBJECT_RECIPIENT || kind == ASV_SUBJECT_VIEWER || kind == ASV_SUBJECT_RECORD ||
           kind == ASV_SUBJECT_HANDOVER;
}

static void put_subject(struct asv_writer *writer, const struct asv_subject *subject)
{
    asv_write_u8(writer, subject->kind);
    switch (subject->kind) {
    case ASV_SUBJECT_KEEPER:
        asv_write_bytes(writer, subject->store, sizeof subject->store);
        asv_write_i64(writer, subject->stopped_ms);
        break;
    case ASV_SUBJECT_LEDGER:
        asv_write_bytes(writer, subject->store, sizeof subject->store);
        asv_write_view8(writer, subject->name.data, subject->name.len);
        break;
    default:
        asv_write_digest(writer, subject->id);
        if (subject->kind == ASV_SUBJECT_CAMERA) {
            asv_write_i64(writer, subject->from_ms);
            asv_write_i64(writer, subject->until_ms);
        } else if (subject->kind == ASV_SUBJECT_POLICY) {
            asv_write_u32(writer, subject->version);
            asv_write_u16(writer, subject->days);
            asv_write_u32(writer, subject->from_date);
        } else if (subject->kind == ASV_SUBJECT_DAY) {
            asv_write_u32(writer, subject->date);
        } else if (has_name(subject->kind)) {
            asv_write_view8(writer, subject->name.data, subject->name.len);
        }
    }
}

enum asv_status asv_statement_body(struct asv_writer *writer, const struct asv_statement *statement)
{
    const struct asv_action_rule *rule = asv_action_rule(statement->action);
    size_t len;
    if (rule == NULL || broken(statement, rule) != NULL) {
        return ASV_E_USAGE;
    }
    (void)asv_put_begin(writer);
    asv_write_digest(writer, statement->agency);
    asv_write_u16(writer, statement->action);
    put_subject(writer, &statement->subject);
    asv_write_u8(writer, statement->ground);
    asv_write_bytes(writer, statement->incident, sizeof statement->incident);
    asv_write_view8(writer, statement->case_text.data, statement->case_text.len);
    asv_put_kx(writer, statement->has_recipient, statement->recipient_pk);
    asv_write_u8(writer, statement->step);
    asv_write_digest(writer, statement->credential);
    asv_write_bytes(writer, statement->person, sizeof statement->person);
    asv_write_bytes(writer, statement->nonce, sizeof statement->nonce);
    asv_write_i64(writer, statement->issued_ms);
    asv_write_i64(writer, statement->expires_ms);
    asv_write_digest(writer, statement->proposal);
    asv_write_view16(writer, statement->reason.data, statement->reason.len);
    asv_write_extensions(writer, statement->extensions);
    return asv_write_end(writer, &len);
}

enum asv_status asv_statement_sign(struct asv_writer *writer, struct asv_bytes body,
                                   const uint8_t sk[ASV_ED25519_SK_BYTES])
{
    uint8_t sig[ASV_ED25519_SIG_BYTES];
    size_t len;
    asv_sign(sig, ASV_PURPOSE_STATEMENT, body.data, body.len, sk); /* ST-060 */
    asv_write_view16(writer, body.data, body.len);
    asv_write_u8(writer, ASV_PROOF_KEYFILE);
    asv_write_signature(writer, sig);
    return asv_write_end(writer, &len);
}

void asv_statement_challenge(uint8_t out[ASV_SHA256_BYTES], struct asv_bytes body)
{
    asv_purpose_digest(out, ASV_PURPOSE_STATEMENT, body.data, body.len); /* ST-061 */
}

enum asv_status asv_statement_assert(struct asv_writer *writer, struct asv_bytes body,
                                     const struct asv_assertion *assertion)
{
    size_t len;
    if (assertion->authenticator.len != ASV_AUTHENTICATOR_BYTES ||
        assertion->client_data.len > ASV_CLIENT_DATA_MAX_BYTES ||
        assertion->signature.len > ASV_P256_SIG_MAX_BYTES) {
        return ASV_E_LIMIT;
    }
    asv_write_view16(writer, body.data, body.len);
    asv_write_u8(writer, ASV_PROOF_WEBAUTHN);
    asv_write_bytes(writer, assertion->authenticator.data, assertion->authenticator.len);
    asv_write_view16(writer, assertion->client_data.data, assertion->client_data.len);
    asv_write_u8(writer, ASV_ALG_ES256);
    asv_write_view16(writer, assertion->signature.data, assertion->signature.len);
    return asv_write_end(writer, &len);
}

static void read_subject(struct asv_fields *in, struct asv_subject *subject)
{
    asv_field_u8(in, &subject->kind, "subject");
    switch (subject->kind) {
    case ASV_SUBJECT_KEEPER:
        asv_field_copy(in, subject->store, sizeof subject->store, "subject");
        asv_field_i64(in, &subject->stopped_ms, "subject");
        break;
    case ASV_SUBJECT_LEDGER:
        asv_field_copy(in, subject->store, sizeof subject->store, "subject");
        asv_field_view8(in, &subject->name, ASV_NAME_MAX_BYTES, "subject");
        break;
    default: /* kinds that are none do not pass the rules */
        asv_field_digest(in, subject->id, "subject");
        if (subject->kind == ASV_SUBJECT_CAMERA) {
            asv_field_i64(in, &subject->from_ms, "subject");
            asv_field_i64(in, &subject->until_ms, "subject");
        } else if (subject->kind == ASV_SUBJECT_POLICY) {
            asv_field_u32(in, &subject->version, "subject");
            asv_field_u16(in, &subject->days, "subject");
            asv_field_u32(in, &subject->from_date, "subject");
        } else if (subject->kind == ASV_SUBJECT_DAY) {
            asv_field_u32(in, &subject->date, "subject");
        } else if (has_name(subject->kind)) {
            asv_field_view8(in, &subject->name, ASV_NAME_MAX_BYTES, "subject");
        }
    }
}

static void read_body(struct asv_fields *in, struct asv_statement *statement)
{
    const struct asv_action_rule *rule;
    asv_fields_begin(in, object_name, statement->body.data, statement->body.len,
                     ASV_STATEMENT_BODY_MAX_BYTES); /* ST-001, ST-002 */
    asv_field_digest(in, statement->agency, "agency");
    size_t matter = in->reader.at;
    asv_field_u16(in, &statement->action, "action");
    rule = asv_action_rule(statement->action);
    if (rule == NULL) { /* ST-040 */
        asv_fields_fail(in, ASV_E_UNSUPPORTED, "action");
    }
    read_subject(in, &statement->subject);
    asv_field_u8(in, &statement->ground, "ground");
    asv_field_copy(in, statement->incident, sizeof statement->incident, "incident");
    asv_field_view8(in, &statement->case_text, ASV_NAME_MAX_BYTES, "incident");
    asv_field_kx(in, &statement->has_recipient, statement->recipient_pk, "recipient");
    statement->matter = (struct asv_bytes){statement->body.data + matter, in->reader.at - matter};
    asv_field_u8(in, &statement->step, "step");
    asv_field_digest(in, statement->credential, "credential");
    asv_field_copy(in, statement->person, sizeof statement->person, "person");
    asv_field_copy(in, statement->nonce, sizeof statement->nonce, "nonce");
    asv_field_i64(in, &statement->issued_ms, "life");
    asv_field_i64(in, &statement->expires_ms, "life");
    asv_field_digest(in, statement->proposal, "proposal");
    asv_field_view16(in, &statement->reason, ASV_REASON_MAX_BYTES, "reason");
    asv_fields_close(in, &statement->extensions); /* ST-003 */
    if (in->status == ASV_OK && rule != NULL) {
        asv_fields_rule(in, broken(statement, rule));
    }
}

/* What stands behind the body. */
static void read_proof(struct asv_fields *in, struct asv_reader behind, struct asv_statement *statement)
{
    uint8_t algorithm;
    in->reader = behind;
    asv_field_u8(in, &statement->proof, "proof");
    if (statement->proof == ASV_PROOF_KEYFILE) {
        if (in->status == ASV_OK) {
            asv_fields_fail(in, asv_read_signature(&in->reader, statement->signature), "signature");
        }
    } else if (statement->proof == ASV_PROOF_WEBAUTHN) {
        asv_field_view(in, &statement->assertion.authenticator, ASV_AUTHENTICATOR_BYTES,
                       "authenticator data");
        asv_field_view16(in, &statement->assertion.client_data, ASV_CLIENT_DATA_MAX_BYTES, "client data");
        asv_field_u8(in, &algorithm, "signature");
        if (algorithm != ASV_ALG_ES256) {
            asv_fields_fail(in, ASV_E_UNSUPPORTED, "signature");
        }
        asv_field_view16(in, &statement->assertion.signature, ASV_P256_SIG_MAX_BYTES, "signature");
    } else { /* ST-062 */
        asv_fields_fail(in, ASV_E_UNSUPPORTED, "proof");
    }
    if (in->status == ASV_OK) {
        asv_fields_fail(in, asv_read_end(&in->reader), "trailing bytes"); /* ST-002 */
    }
}

enum asv_status asv_statement_decode(struct asv_statement *out, const void *data, size_t len,
                                     struct asv_err *err)
{
    struct asv_statement statement = {0};
    struct asv_fields in;
    struct asv_reader reader;

    asv_reader_init(&reader, data, len);
    enum asv_status status = len > ASV_STATEMENT_MAX_BYTES ? ASV_E_LIMIT : ASV_OK;
    if (status == ASV_OK) {
        status = asv_read_view16(&reader, &statement.body, ASV_STATEMENT_BODY_MAX_BYTES);
    }
    if (status != ASV_OK) { /* ST-002 */
        return asv_fail_field(err, status, object_name, "length");
    }
    read_body(&in, &statement);
    read_proof(&in, reader, &statement);
    status = asv_fields_result(&in, err);
    if (status == ASV_OK) {
        *out = statement;
    }
    return status;
}

void asv_statement_digest(uint8_t out[ASV_SHA256_BYTES], const struct asv_statement *statement)
{
    asv_sha256(out, statement->body.data, statement->body.len);
}
