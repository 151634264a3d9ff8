/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "firmware-proto/seal/age.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/handover/cert_role.h"
#include "server/handover/compose_internal.h"
#include "server/report/report.h"

/* ---- values ---- */

void asv_facts_put(struct asv_compose *compose, json_t *object, const char *key, json_t *value)
{
    if (object == NULL) {
        json_decref(value);
    } else if (value == NULL || json_object_set_new(object, key, value) != 0) {
        compose->failed = true;
    }
}

json_t *asv_facts_put_member(struct asv_compose *compose, json_t *object, const char *key, json_t *value)
{
    asv_facts_put(compose, object, key, value);
    return object != NULL ? value : NULL;
}

json_t *asv_facts_put_object(struct asv_compose *compose, json_t *array)
{
    json_t *object = json_object();
    if (object == NULL || json_array_append_new(array, object) != 0) {
        compose->failed = true;
        return NULL;
    }
    return object;
}

/* A document has no line ends and tabs within a text (HD-003): each run of such and spaces is one space. */
static json_t *one_line(const char *text, size_t len)
{
    char *line = malloc(len + 1);
    size_t used = 0;
    if (line == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < len; i++) {
        bool blank = strchr(" \t\r\n", text[i]) != NULL && text[i] != '\0';
        if (!blank || (used > 0 && line[used - 1] != ' ')) {
            line[used] = text[i];
            if (blank) {
                line[used] = ' ';
            }
            used++;
        }
    }
    used -= used > 0 && line[used - 1] == ' ';
    json_t *value = json_stringn(line, used);
    free(line);
    return value;
}

void asv_facts_put_bytes(struct asv_compose *compose, json_t *object, const char *key, struct asv_bytes text)
{
    if (text.len > 0) {
        asv_facts_put(compose, object, key, one_line((const char *)text.data, text.len));
    }
}

void asv_facts_put_text(struct asv_compose *compose, json_t *object, const char *key, const char *text)
{
    if (text != NULL) {
        asv_facts_put_bytes(compose, object, key, (struct asv_bytes){(const uint8_t *)text, strlen(text)});
    }
}

void asv_facts_put_number(struct asv_compose *compose, json_t *object, const char *key, int64_t number)
{
    asv_facts_put(compose, object, key, json_integer(number));
}

void asv_facts_put_digest(struct asv_compose *compose, json_t *object, const char *key, const uint8_t *digest)
{
    char text[2 * ASV_SHA256_BYTES + 1];
    if (digest != NULL) {
        asv_hex_encode(text, digest, ASV_SHA256_BYTES);
        asv_facts_put(compose, object, key, json_string(text));
    }
}

void asv_facts_put_uuid(struct asv_compose *compose, json_t *object, const char *key, const uint8_t *uuid)
{
    char text[ASV_UUID_TEXT_BYTES];
    asv_uuid_format(text, uuid);
    asv_facts_put(compose, object, key, json_string(text));
}

void asv_facts_put_time(struct asv_compose *compose, json_t *object, const char *key, int64_t ms)
{
    char text[64];
    struct tm at;
    time_t s = (time_t)(ms / 1000);
    if (ms == ASV_TIME_UNKNOWN) {
        return;
    }
    if (ms < 0 || gmtime_r(&s, &at) == NULL) {
        compose->failed = true;
        return;
    }
    (void)snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", at.tm_year + 1900, at.tm_mon + 1,
                   at.tm_mday, at.tm_hour, at.tm_min, at.tm_sec, (int)(ms % 1000));
    asv_facts_put(compose, object, key, json_string(text));
}

void asv_facts_put_lines(struct asv_compose *compose, json_t *object, const char *key, const char *text)
{
    json_t *lines = asv_facts_put_member(compose, object, key, json_array());
    for (const char *at = text != NULL ? text : ""; lines != NULL && *at != '\0';) {
        size_t len = strcspn(at, "\n");
        if (len > 0 && json_array_append_new(lines, one_line(at, len)) != 0) {
            compose->failed = true;
        }
        at += len + (at[len] == '\n');
    }
}

enum asv_status asv_compose_outcome(const struct asv_compose *compose, struct asv_err *err)
{
    return compose->failed ? asv_fail(err, ASV_E_NO_MEMORY, "no memory for the facts") : ASV_OK;
}

/* ---- the head ---- */

static void put_agency(struct asv_compose *it, const struct asv_compose_head *head)
{
    json_t *agency = asv_facts_put_member(it, it->head, "agency", json_object());
    asv_facts_put_digest(it, agency, "agency", head->plan->agency);
    asv_facts_put_text(it, agency, "name", head->agency_name);
    asv_facts_put_text(it, agency, "office", head->agency_office);
    asv_facts_put_lines(it, agency, "address", head->agency_address);
    json_t *contact = json_object();
    asv_facts_put_text(it, contact, "name", head->contact_name);
    asv_facts_put_text(it, contact, "phone", head->contact_phone);
    asv_facts_put_text(it, contact, "mail", head->contact_mail);
    if (json_object_size(contact) > 0) {
        asv_facts_put(it, agency, "contact", contact);
    } else {
        json_decref(contact);
    }
}

static void put_authority(struct asv_compose *it, const struct asv_card *card)
{
    json_t *authority = asv_facts_put_member(it, it->head, "authority", json_object());
    asv_facts_put_bytes(it, authority, "code", card->code);
    asv_facts_put_bytes(it, authority, "name", card->authority);
    json_t *address = asv_facts_put_member(it, authority, "address", json_array());
    for (size_t i = 0; address != NULL && i < card->address_count; i++) {
        const struct asv_bytes *line = &card->address[i];
        if (json_array_append_new(address, one_line((const char *)line->data, line->len)) != 0) {
            it->failed = true;
        }
    }
}

static void put_incident(struct asv_compose *it, const struct asv_compose_head *head)
{
    static const char *const causes[] = {[ASV_GROUND_DANGER] = "danger",
                                         [ASV_GROUND_PROSECUTION] = "prosecution",
                                         [ASV_GROUND_LEGALITY_CHECK] = "legality-check"};
    json_t *incident = asv_facts_put_member(it, it->head, "incident", json_object());
    asv_facts_put_uuid(it, incident, "incident", head->plan->incident);
    asv_facts_put_bytes(it, incident, "case_number", head->plan->case_number);
    asv_facts_put_text(it, incident, "cause",
                       head->cause < sizeof causes / sizeof *causes ? causes[head->cause] : NULL);
    asv_facts_put_text(it, incident, "offence", head->offence);
    asv_facts_put_text(it, incident, "danger", head->danger);
    asv_facts_put_time(it, incident, "from_at", head->from_ms);
    asv_facts_put_time(it, incident, "until_at", head->until_ms);
    asv_facts_put_text(it, incident, "place", head->place);
    asv_facts_put_text(it, incident, "accused", head->accused);
    asv_facts_put_lines(it, incident, "injured", head->injured);
    asv_facts_put_text(it, incident, "prosecutor", head->prosecutor);
    asv_facts_put_number(it, incident, "version", head->incident_version);
    asv_facts_put_digest(it, incident, "statement", head->incident_statement);
    asv_facts_put_time(it, incident, "written_at", head->written_ms);
    asv_facts_put_time(it, incident, "changed_at", head->changed_ms);
}

static void put_decision(struct asv_compose *it, const char *key, const struct asv_compose_decision *said)
{
    json_t *decision = asv_facts_put_member(it, it->head, key, json_object());
    asv_facts_put_bytes(it, decision, "name", said->name);
    asv_facts_put_time(it, decision, "at", said->at_ms);
    asv_facts_put_bytes(it, decision, "reason", said->reason);
    asv_facts_put_digest(it, decision, "statement", said->statement);
}

static void put_recipients(struct asv_compose *it, const struct asv_plan *plan)
{
    char key[ASV_AGE_RECIPIENT_TEXT_BYTES];
    json_t *recipients = asv_facts_put_member(it, it->head, "recipients", json_array());
    for (size_t i = 0; recipients != NULL && i < plan->recipient_count; i++) {
        json_t *one = asv_facts_put_object(it, recipients);
        asv_facts_put_bytes(it, one, "name", plan->recipients[i].name);
        asv_age_recipient_encode(key, plan->recipients[i].key);
        asv_facts_put_text(it, one, "key", key);
    }
}

enum asv_status asv_compose_new(struct asv_compose **out, const struct asv_compose_head *head,
                                struct asv_err *err)
{
    static const char *const protections[] = {"none", "zip", "age"};
    struct asv_compose *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    made->head = json_object();
    made->clips = json_array();
    made->series = json_array();
    made->logs = json_array();
    made->certificates = json_array();
    made->failed = made->head == NULL || made->clips == NULL || made->series == NULL || made->logs == NULL ||
                   made->certificates == NULL;
    asv_facts_put_number(made, made->head, "format", 1);
    asv_facts_put_uuid(made, made->head, "handover", head->plan->id);
    asv_facts_put_text(made, made->head, "time_zone", head->time_zone);
    asv_facts_put_text(made, made->head, "version", head->version);
    asv_facts_put_text(made, made->head, "protection",
                       head->plan->protection < 3 ? protections[head->plan->protection] : NULL);
    put_agency(made, head);
    put_authority(made, head->card);
    put_incident(made, head);
    put_decision(made, "requested", &head->requested);
    put_decision(made, "approved", &head->approved);
    put_recipients(made, head->plan);
    enum asv_status status = asv_compose_outcome(made, err);
    if (status != ASV_OK) {
        asv_compose_free(made);
        return status;
    }
    *out = made;
    return ASV_OK;
}

void asv_compose_free(struct asv_compose *compose)
{
    if (compose != NULL) {
        json_decref(compose->head);
        json_decref(compose->clips);
        json_decref(compose->series);
        json_decref(compose->logs);
        json_decref(compose->certificates);
        json_decref(compose->revocations);
        free(compose);
    }
}

/* ---- ledger and certificates ---- */

static bool has_log(const struct asv_compose *compose, uint64_t number)
{
    size_t i = 0;
    json_t *one = NULL;
    json_array_foreach(compose->logs, i, one)
    {
        if ((uint64_t)json_integer_value(json_object_get(one, "log")) == number) {
            return true;
        }
    }
    return false;
}

enum asv_status asv_compose_add_log(struct asv_compose *compose, const struct asv_compose_log *log,
                                    struct asv_err *err)
{
    if (has_log(compose, log->log)) {
        return ASV_OK;
    }
    json_t *one = asv_facts_put_object(compose, compose->logs);
    asv_facts_put_number(compose, one, "log", (int64_t)log->log);
    asv_facts_put_text(compose, one, "origin", log->origin);
    asv_facts_put_number(compose, one, "size", (int64_t)log->size);
    asv_facts_put_digest(compose, one, "root", log->root);
    asv_facts_put_time(compose, one, "signed_at", log->signed_ms);
    json_t *cosignatures = asv_facts_put_member(compose, one, "cosignatures", json_array());
    for (size_t i = 0; cosignatures != NULL && i < log->cosignature_count; i++) {
        json_t *by = asv_facts_put_object(compose, cosignatures);
        asv_facts_put_text(compose, by, "witness", log->cosignatures[i].witness);
        asv_facts_put_time(compose, by, "cosigned_at", log->cosignatures[i].at_ms);
    }
    return asv_compose_outcome(compose, err);
}

static bool has_certificate(const struct asv_compose *compose, const char *digest)
{
    size_t i = 0;
    json_t *one = NULL;
    json_array_foreach(compose->certificates, i, one)
    {
        if (strcmp(json_string_value(json_object_get(one, "digest")), digest) == 0) {
            return true;
        }
    }
    return false;
}

static enum asv_status add_certificate(struct asv_compose *compose, const char *role, const char *name,
                                       const char *serial, const uint8_t digest[ASV_SHA256_BYTES],
                                       int64_t not_after_ms, struct asv_err *err)
{
    char text[2 * ASV_SHA256_BYTES + 1];
    asv_hex_encode(text, digest, ASV_SHA256_BYTES);
    if (has_certificate(compose, text)) {
        return ASV_OK;
    }
    json_t *one = asv_facts_put_object(compose, compose->certificates);
    asv_facts_put_text(compose, one, "role", role);
    asv_facts_put_text(compose, one, "name", name);
    asv_facts_put_text(compose, one, "serial", serial);
    asv_facts_put_digest(compose, one, "digest", digest);
    asv_facts_put_time(compose, one, "not_after", not_after_ms);
    return asv_compose_outcome(compose, err);
}

enum asv_status asv_compose_add_cert(struct asv_compose *compose, const struct asv_cert *cert,
                                     struct asv_err *err)
{
    uint8_t digest[ASV_SHA256_BYTES];
    char serial[2 * ASV_CERT_SERIAL_BYTES + 1];
    asv_cert_digest(digest, cert);
    asv_hex_encode(serial, cert->serial, sizeof cert->serial);
    return add_certificate(compose, asv_cert_role(cert->role), cert->name, serial, digest, cert->not_after_ms,
                           err);
}

enum asv_status asv_compose_add_package(struct asv_compose *compose, const char *name, const char *serial,
                                        const uint8_t digest[32], int64_t not_after_ms, struct asv_err *err)
{
    return add_certificate(compose, ASV_CERT_ROLE_X509, name, serial, digest, not_after_ms, err);
}

enum asv_status asv_compose_set_revocations(struct asv_compose *compose, const struct asv_revocations *list,
                                            struct asv_err *err)
{
    char serial[2 * ASV_CERT_SERIAL_BYTES + 1];
    json_t *all = json_array();
    json_decref(compose->revocations);
    compose->revocations = json_object();
    asv_facts_put_number(compose, compose->revocations, "number", (int64_t)list->number);
    asv_facts_put_time(compose, compose->revocations, "at", list->issued_ms);
    for (size_t i = 0; i < list->count; i++) {
        asv_hex_encode(serial, list->serials + i * ASV_CERT_SERIAL_BYTES, ASV_CERT_SERIAL_BYTES);
        if (json_array_append_new(all, json_string(serial)) != 0) {
            compose->failed = true;
        }
    }
    asv_facts_put(compose, compose->revocations, "serials", all);
    return asv_compose_outcome(compose, err);
}

/* ---- all of it ---- */

void asv_facts_put_file(struct asv_compose *compose, json_t *object, const struct asv_handover_file *file)
{
    char signature[ASV_HANDOVER_NAME_BYTES + sizeof ASV_HANDOVER_SIGNATURE];
    asv_facts_put_uuid(compose, object, "id", file->id);
    asv_facts_put_text(compose, object, "name", file->name);
    asv_facts_put_number(compose, object, "bytes", (int64_t)file->bytes);
    asv_facts_put_digest(compose, object, "sha256", file->sha256);
    if (file->is_signed) {
        (void)snprintf(signature, sizeof signature, "%s" ASV_HANDOVER_SIGNATURE, file->name);
        asv_facts_put_text(compose, object, "signature", signature);
    }
}

static void put_documents(struct asv_compose *it, json_t *facts, const struct asv_handover_file *documents)
{
    json_t *all = asv_facts_put_member(it, facts, "documents", json_array());
    for (size_t i = 0; all != NULL && i < ASV_HANDOVER_DOCUMENTS; i++) {
        json_t *one = asv_facts_put_object(it, all);
        asv_facts_put_text(it, one, "document",
                           i == ASV_HANDOVER_FACTS ? "facts" : asv_document_name((enum asv_document)i));
        asv_facts_put_file(it, one, &documents[i]);
        (void)json_object_del(one, "bytes"); /* what the facts cannot say of themselves */
        (void)json_object_del(one, "sha256");
    }
}

/* HO-036: files of recordings that have no member of their own stand in the list of the others. */
static void put_files(struct asv_compose *it, json_t *facts, const struct asv_build_said *said)
{
    size_t i = 0;
    size_t j = 0;
    json_t *clip = NULL;
    json_t *file = NULL;
    json_t *all = asv_facts_put_member(it, facts, "files", json_array());
    json_array_foreach(it->clips, i, clip)
    {
        json_array_foreach(json_object_get(clip, "files"), j, file)
        {
            it->failed |= json_array_append(all, file) != 0;
        }
    }
    for (i = 0; all != NULL && i < said->file_count; i++) {
        json_t *one = asv_facts_put_object(it, all);
        asv_facts_put_text(it, one, "title", said->files[i].title);
        asv_facts_put_file(it, one, &said->files[i]);
    }
}

static void put_clips(struct asv_compose *it, json_t *facts)
{
    size_t i = 0;
    json_t *clip = NULL;
    json_t *all = asv_facts_put_member(it, facts, "clips", json_array());
    json_array_foreach(it->clips, i, clip)
    {
        json_t *copy = json_copy(clip);
        it->failed |= json_object_del(copy, "files") != 0 || json_array_append_new(all, copy) != 0;
    }
}

/* HO-085 */
static void put_part(struct asv_compose *it, json_t *facts, const struct asv_build_part *part)
{
    if (part->of > 1) {
        json_t *said = asv_facts_put_member(it, facts, "part", json_object());
        asv_facts_put_number(it, said, "number", part->number);
        asv_facts_put_number(it, said, "of", part->of);
    }
}

static enum asv_status check(const char *text, size_t len, struct asv_err *err)
{
    struct asv_facts *facts = NULL;
    enum asv_status status = asv_facts_read(text, len, &facts, err);
    asv_facts_free(facts);
    return status;
}

enum asv_status asv_compose_write(const struct asv_compose *compose, const struct asv_build_said *said,
                                  char **text, size_t *len, struct asv_err *err)
{
    struct asv_compose it = *compose;
    uint8_t message[ASV_UUID_BYTES];
    json_t *facts = json_copy(compose->head);
    asv_handover_id(said->naming, "message", message);
    asv_facts_put_uuid(&it, facts, "message", message);
    asv_facts_put_time(&it, facts, "made_at", said->made_ms);
    asv_facts_put_text(&it, facts, "output",
                       said->naming->output == ASV_HANDOVER_CARRIER ? "carrier" : "filing");
    put_part(&it, facts, said->part);
    put_documents(&it, facts, said->documents);
    put_files(&it, facts, said);
    put_clips(&it, facts);
    asv_facts_put(&it, facts, "series", json_incref(it.series));
    asv_facts_put(&it, facts, "logs", json_incref(it.logs));
    asv_facts_put(&it, facts, "certificates", json_incref(it.certificates));
    if (it.revocations != NULL) {
        asv_facts_put(&it, facts, "revocations", json_incref(it.revocations));
    }
    char *made = it.failed ? NULL : json_dumps(facts, JSON_INDENT(1));
    json_decref(facts);
    if (made == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory for the facts");
    }
    size_t size = strlen(made);
    made[size] = '\n'; /* in the place of the NUL: what was said is a text file */
    size++;
    enum asv_status status = check(made, size, err);
    if (status != ASV_OK) {
        free(made);
        return status;
    }
    *text = made;
    *len = size;
    return ASV_OK;
}
