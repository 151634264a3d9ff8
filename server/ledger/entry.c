/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/ledger/entry.h"

#include <string.h>

#define FORMAT 1

struct tag {
    uint8_t tag;
    uint16_t min; /* bytes of the value */
    uint16_t max;
    const char *name;
};

static const struct tag tags[] = {
    {ASV_LEDGER_AT, 8, 8, "at"},
    {ASV_LEDGER_RECORDING, ASV_UUID_BYTES, ASV_UUID_BYTES, "recording"},
    {ASV_LEDGER_DAY, 4, 4, "day"},
    {ASV_LEDGER_CAMERA, ASV_SHA256_BYTES, ASV_SHA256_BYTES, "camera of the day"},
    {ASV_LEDGER_OBJECT, ASV_SHA256_BYTES, ASV_SHA256_BYTES, "signed object"},
    {ASV_LEDGER_ROOT, ASV_SHA256_BYTES, ASV_SHA256_BYTES, "root"},
    {ASV_LEDGER_COUNTS, 8, 256, "counts"},
    {ASV_LEDGER_VERDICT, 3, 3, "verdict"},
    {ASV_LEDGER_DUE, 8, 8, "due"},
    {ASV_LEDGER_LABEL, 1, 64, "label"},
    {ASV_LEDGER_ACTION, 3, 3, "action"},
    {ASV_LEDGER_PROPOSAL, ASV_SHA256_BYTES, ASV_SHA256_BYTES, "proposal"},
    {ASV_LEDGER_HEAD, 41, 168, "earlier head"},
    {ASV_LEDGER_ACTOR, ASV_SHA256_BYTES, ASV_SHA256_BYTES, "actor"},
    {ASV_LEDGER_PERSON, ASV_UUID_BYTES, ASV_UUID_BYTES, "person"},
    {ASV_LEDGER_TEXT, 1, 4096, "text"},
    {ASV_LEDGER_HEADER, ASV_SHA256_BYTES, ASV_SHA256_BYTES, "seal header"},
    {ASV_LEDGER_CERTIFICATE, ASV_SHA256_BYTES, ASV_SHA256_BYTES, "camera"},
    {ASV_LEDGER_DOCKING, ASV_SHA256_BYTES, ASV_SHA256_BYTES, "docking"},
    {ASV_LEDGER_LINK, ASV_SHA256_BYTES, ASV_SHA256_BYTES, "link record"},
    {ASV_LEDGER_INCIDENT, ASV_UUID_BYTES, ASV_UUID_BYTES, "incident"},
    {ASV_LEDGER_PLACE, 1, 256, "place"},
};

static const struct tag *find_tag(uint8_t tag)
{
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
        if (tags[i].tag == tag) {
            return &tags[i];
        }
    }
    return NULL;
}

const char *asv_ledger_tag_name(uint8_t tag)
{
    const struct tag *known = find_tag(tag);
    return known == NULL ? NULL : known->name;
}

/* A list in which values of committed tags are their commitments, or the values themselves. */
static enum asv_status next_field(struct asv_reader *reader, bool commitments, uint8_t *before,
                                  struct asv_ledger_field *out)
{
    if (asv_reader_left(reader) == 0) {
        return ASV_E_NOT_FOUND;
    }
    enum asv_status status = asv_read_u8(reader, &out->tag);
    const struct tag *known = status == ASV_OK ? find_tag(out->tag) : NULL;
    if (status == ASV_OK && known == NULL) { /* LG-003 */
        return ASV_E_UNSUPPORTED;
    }
    if (status == ASV_OK && out->tag <= *before) { /* LG-004 */
        return ASV_E_MALFORMED;
    }
    if (status != ASV_OK) {
        return status;
    }
    bool committed = commitments && out->tag >= ASV_LEDGER_COMMITTED;
    status = asv_read_view16(reader, &out->value, committed ? ASV_SHA256_BYTES : known->max);
    if (status == ASV_OK && out->value.len < (committed ? ASV_SHA256_BYTES : known->min)) { /* LG-005 */
        return ASV_E_MALFORMED;
    }
    *before = out->tag;
    return status;
}

enum asv_status asv_ledger_next_field(struct asv_reader *reader, uint8_t *before,
                                      struct asv_ledger_field *out)
{
    return next_field(reader, false, before, out);
}

enum asv_status asv_ledger_next_in_entry(struct asv_reader *reader, uint8_t *before,
                                         struct asv_ledger_field *out)
{
    return next_field(reader, true, before, out);
}

bool asv_ledger_tag_allows(uint8_t tag, size_t len)
{
    const struct tag *known = find_tag(tag);
    return known != NULL && len >= known->min && len <= known->max;
}

void asv_ledger_field_key(uint8_t out[ASV_SHA256_BYTES], const uint8_t key[ASV_LEDGER_KEY_BYTES], uint8_t tag)
{
    uint8_t message[] = "asservat/v1/ledger-field\0"; /* the literal's own NUL is the place of the tag */
    message[sizeof message - 1] = tag;
    asv_hmac_sha256(out, key, ASV_LEDGER_KEY_BYTES, message, sizeof message);
}

void asv_ledger_commit(uint8_t out[ASV_SHA256_BYTES], const uint8_t field_key[ASV_SHA256_BYTES],
                       struct asv_bytes value)
{
    asv_hmac_sha256(out, field_key, ASV_SHA256_BYTES, value.data, value.len);
}

void asv_ledger_camera_key(uint8_t out[ASV_SHA256_BYTES], const uint8_t day_key[ASV_LEDGER_KEY_BYTES],
                           const uint8_t certificate[ASV_SHA256_BYTES])
{
    asv_hmac_sha256(out, day_key, ASV_LEDGER_KEY_BYTES, certificate, ASV_SHA256_BYTES);
}

void asv_ledger_camera_name(uint8_t out[ASV_SHA256_BYTES], const uint8_t camera_key[ASV_SHA256_BYTES],
                            const uint8_t certificate[ASV_SHA256_BYTES], uint32_t day)
{
    static const char domain[] = "asservat/v1/ledger-camera";
    uint8_t message[sizeof domain + ASV_SHA256_BYTES + 4];
    memcpy(message, domain, sizeof domain);
    memcpy(message + sizeof domain, certificate, ASV_SHA256_BYTES);
    asv_store_be32(message + sizeof domain + ASV_SHA256_BYTES, day);
    asv_hmac_sha256(out, camera_key, ASV_SHA256_BYTES, message, sizeof message);
}

/* ---- writing ---- */

static void put_field(struct asv_writer *writer, uint8_t tag, const void *data, size_t len)
{
    asv_write_u8(writer, tag);
    asv_write_view16(writer, data, len);
}

/* The value of a tag in a list; len 0: not there, or the list is not good. */
static struct asv_bytes find_field(struct asv_bytes list, bool commitments, uint8_t tag)
{
    struct asv_reader reader;
    struct asv_ledger_field field;
    uint8_t before = 0;
    asv_reader_init(&reader, list.data, list.len);
    while (next_field(&reader, commitments, &before, &field) == ASV_OK) {
        if (field.tag == tag) {
            return field.value;
        }
    }
    return (struct asv_bytes){0};
}

/* LG-011: behind the facts that come before it. */
static enum asv_status put_camera(struct asv_writer *writer, struct asv_bytes facts, struct asv_bytes closed,
                                  const uint8_t day_key[ASV_LEDGER_KEY_BYTES], struct asv_err *err)
{
    uint8_t camera_key[ASV_SHA256_BYTES];
    uint8_t name[ASV_SHA256_BYTES];
    struct asv_bytes day = find_field(facts, false, ASV_LEDGER_DAY);
    struct asv_bytes certificate = find_field(closed, false, ASV_LEDGER_CERTIFICATE);
    if (day.len == 0 || certificate.len == 0) {
        return asv_fail(err, ASV_E_MALFORMED, "ledger entry: a camera of the day without camera or day");
    }
    asv_ledger_camera_key(camera_key, day_key, certificate.data);
    asv_ledger_camera_name(name, camera_key, certificate.data, asv_load_be32(day.data));
    put_field(writer, ASV_LEDGER_CAMERA, name, sizeof name);
    asv_wipe(camera_key, sizeof camera_key);
    return ASV_OK;
}

static enum asv_status put_facts(struct asv_writer *writer, struct asv_bytes facts, struct asv_bytes closed,
                                 const uint8_t *day_key, struct asv_err *err)
{
    struct asv_reader reader;
    struct asv_ledger_field field;
    uint8_t before = 0;
    bool named = day_key == NULL;
    enum asv_status status;
    asv_reader_init(&reader, facts.data, facts.len);
    while ((status = asv_ledger_next_field(&reader, &before, &field)) == ASV_OK) {
        if (field.tag >= ASV_LEDGER_COMMITTED || field.tag == ASV_LEDGER_CAMERA) {
            return asv_fail_at(err, ASV_E_MALFORMED, "ledger entry: a fact with the tag", field.tag);
        }
        if (!named && field.tag > ASV_LEDGER_CAMERA) {
            named = true;
            status = put_camera(writer, facts, closed, day_key, err);
        }
        if (status != ASV_OK) {
            return status;
        }
        put_field(writer, field.tag, field.value.data, field.value.len);
    }
    if (status != ASV_E_NOT_FOUND) {
        return asv_fail_at(err, status, "ledger entry: facts are no list of fields, behind byte", reader.at);
    }
    return named ? ASV_OK : put_camera(writer, facts, closed, day_key, err);
}

static enum asv_status put_commitments(struct asv_writer *writer, struct asv_bytes closed,
                                       const uint8_t key[ASV_LEDGER_KEY_BYTES], struct asv_err *err)
{
    struct asv_reader reader;
    struct asv_ledger_field field;
    uint8_t before = ASV_LEDGER_COMMITTED - 1;
    enum asv_status status;
    asv_reader_init(&reader, closed.data, closed.len);
    while ((status = asv_ledger_next_field(&reader, &before, &field)) == ASV_OK) {
        uint8_t field_key[ASV_SHA256_BYTES];
        uint8_t commitment[ASV_SHA256_BYTES];
        asv_ledger_field_key(field_key, key, field.tag);
        asv_ledger_commit(commitment, field_key, field.value);
        put_field(writer, field.tag, commitment, sizeof commitment);
        asv_wipe(field_key, sizeof field_key);
    }
    return status == ASV_E_NOT_FOUND
               ? ASV_OK
               : asv_fail_at(err, status, "ledger entry: closed fields are no list, behind byte", reader.at);
}

enum asv_status asv_ledger_entry_write(uint8_t *out, size_t *len, const struct asv_ledger_event *event,
                                       struct asv_bytes facts, struct asv_bytes closed,
                                       const uint8_t key[ASV_LEDGER_KEY_BYTES], const uint8_t *day_key,
                                       struct asv_err *err)
{
    struct asv_writer writer;
    asv_writer_init(&writer, out, ASV_LEDGER_ENTRY_MAX_BYTES);
    asv_write_u16(&writer, FORMAT);
    asv_write_u16(&writer, event->kind);
    asv_write_bytes(&writer, event->id, sizeof event->id);
    asv_write_i64(&writer, event->recorded_ms);
    enum asv_status status = put_facts(&writer, facts, closed, day_key, err);
    if (status == ASV_OK) {
        status = put_commitments(&writer, closed, key, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    status = asv_write_end(&writer, len);
    return status == ASV_OK ? ASV_OK
                            : asv_fail(err, status, "ledger entry: more than 1,024 bytes"); /* LG-002 */
}

/* ---- reading ---- */

enum asv_status asv_ledger_entry_read(struct asv_ledger_entry *out, struct asv_bytes entry,
                                      struct asv_err *err)
{
    struct asv_reader reader;
    struct asv_ledger_field field;
    uint16_t format = 0;
    uint8_t before = 0;
    *out = (struct asv_ledger_entry){0};
    if (entry.len > ASV_LEDGER_ENTRY_MAX_BYTES) { /* LG-002 */
        return asv_fail_at(err, ASV_E_LIMIT, "ledger entry: bytes", entry.len);
    }
    asv_reader_init(&reader, entry.data, entry.len);
    enum asv_status status = asv_read_u16(&reader, &format);
    if (status == ASV_OK && format != FORMAT) { /* LG-001 */
        return asv_fail_at(err, ASV_E_UNSUPPORTED, "ledger entry: format", format);
    }
    if (status == ASV_OK) {
        status = asv_read_u16(&reader, &out->event.kind);
    }
    if (status == ASV_OK) {
        status = asv_read_copy(&reader, out->event.id, sizeof out->event.id);
    }
    if (status == ASV_OK) {
        status = asv_read_i64(&reader, &out->event.recorded_ms);
    }
    out->fields = (struct asv_bytes){entry.data + reader.at, asv_reader_left(&reader)};
    while (status == ASV_OK) {
        status = next_field(&reader, true, &before, &field);
    }
    return status == ASV_E_NOT_FOUND ? ASV_OK
                                     : asv_fail_at(err, status, "ledger entry: wrong at byte", reader.at);
}

bool asv_ledger_entry_find(const struct asv_ledger_entry *entry, uint8_t tag, struct asv_bytes *value)
{
    *value = find_field(entry->fields, true, tag);
    return value->len > 0;
}

enum asv_status asv_ledger_entry_opens(const struct asv_ledger_entry *entry, uint8_t tag,
                                       const uint8_t field_key[ASV_SHA256_BYTES], struct asv_bytes value)
{
    struct asv_bytes commitment;
    uint8_t made[ASV_SHA256_BYTES];
    if (tag < ASV_LEDGER_COMMITTED || !asv_ledger_entry_find(entry, tag, &commitment)) {
        return ASV_E_NOT_FOUND;
    }
    asv_ledger_commit(made, field_key, value);
    return asv_equal(made, commitment.data, sizeof made) ? ASV_OK : ASV_E_DIGEST; /* LG-012 */
}
