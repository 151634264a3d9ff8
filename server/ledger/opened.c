/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/ledger/opened.h"

#include <string.h>

#include "firmware-proto/seal/base64.h"
#include "server/base/fail.h"
#include "server/ledger/line.h"

static const char format[] = "asservat/v1/opened";

static enum asv_status check_field(const struct asv_opened_field *field, const struct asv_ledger_entry *entry)
{
    struct asv_bytes day;
    struct asv_bytes name;
    uint8_t made[ASV_SHA256_BYTES];
    if (!asv_ledger_tag_allows(field->tag, field->value.len)) { /* LG-005 */
        return ASV_E_MALFORMED;
    }
    if (field->tag != ASV_LEDGER_CAMERA) {
        return asv_ledger_entry_opens(entry, field->tag, field->key, field->value);
    }
    if (!asv_ledger_entry_find(entry, ASV_LEDGER_CAMERA, &name) ||
        !asv_ledger_entry_find(entry, ASV_LEDGER_DAY, &day)) {
        return ASV_E_NOT_FOUND;
    }
    asv_ledger_camera_name(made, field->key, field->value.data, asv_load_be32(day.data));
    return asv_equal(made, name.data, sizeof made) ? ASV_OK : ASV_E_DIGEST;
}

enum asv_status asv_opened_check(const struct asv_opened *opened, const struct asv_ledger_entry *entry,
                                 struct asv_err *err)
{
    for (size_t i = 0; i < opened->count; i++) {
        const struct asv_opened_field *field = &opened->fields[i];
        enum asv_status status = check_field(field, entry);
        if (status != ASV_OK) {
            return asv_failf(err, status, "%s (%u): %s", asv_ledger_tag_name(field->tag), field->tag,
                             status == ASV_E_NOT_FOUND   ? "the entry has no such field"
                             : status == ASV_E_MALFORMED ? "longer or shorter than such a field is"
                                                         : "not what the entry was made of");
        }
    }
    return ASV_OK;
}

static enum asv_status add(struct asv_opened *out, uint8_t tag, struct asv_bytes value,
                           const uint8_t key[ASV_SHA256_BYTES], struct asv_err *err)
{
    if (out->count == ASV_OPENED_FIELDS_MAX) {
        return asv_fail(err, ASV_E_LIMIT, "opened: more fields than an entry has");
    }
    struct asv_opened_field *field = &out->fields[out->count++];
    *field = (struct asv_opened_field){.tag = tag, .value = value};
    memcpy(field->key, key, sizeof field->key);
    return ASV_OK;
}

enum asv_status asv_opened_make(struct asv_opened *out, const struct asv_ledger_entry *entry,
                                struct asv_bytes closed, const uint8_t key[ASV_LEDGER_KEY_BYTES],
                                const uint8_t *day_key, struct asv_err *err)
{
    struct asv_ledger_field field;
    struct asv_reader reader;
    struct asv_bytes name;
    uint8_t field_key[ASV_SHA256_BYTES];
    uint8_t before = 0;
    enum asv_status status = ASV_OK;
    bool named = day_key != NULL && asv_ledger_entry_find(entry, ASV_LEDGER_CAMERA, &name);
    out->count = 0;
    asv_reader_init(&reader, closed.data, closed.len);
    while (status == ASV_OK && (status = asv_ledger_next_field(&reader, &before, &field)) == ASV_OK) {
        asv_ledger_field_key(field_key, key, field.tag);
        status = add(out, field.tag, field.value, field_key, err);
        if (status == ASV_OK && named && field.tag == ASV_LEDGER_CERTIFICATE) {
            asv_ledger_camera_key(field_key, day_key, field.value.data);
            status = add(out, ASV_LEDGER_CAMERA, field.value, field_key, err);
        }
    }
    asv_wipe(field_key, sizeof field_key);
    if (status != ASV_E_NOT_FOUND) {
        return asv_fail(err, status, "opened: what lies beside the entry is no list of fields");
    }
    return asv_opened_check(out, entry, err);
}

void asv_opened_drop(struct asv_opened *opened, uint8_t tag)
{
    size_t kept = 0;
    for (size_t i = 0; i < opened->count; i++) {
        if (opened->fields[i].tag != tag) {
            opened->fields[kept++] = opened->fields[i];
        }
    }
    opened->count = kept;
}

const struct asv_opened_field *asv_opened_find(const struct asv_opened *opened, uint8_t tag)
{
    for (size_t i = 0; i < opened->count; i++) {
        if (opened->fields[i].tag == tag) {
            return &opened->fields[i];
        }
    }
    return NULL;
}

void asv_opened_write(struct asv_writer *writer, const struct asv_opened *opened)
{
    asv_line_put_text(writer, format);
    asv_write_u8(writer, '\n');
    for (size_t i = 0; i < opened->count; i++) {
        const struct asv_opened_field *field = &opened->fields[i];
        asv_line_put_text(writer, "field ");
        asv_line_put_decimal(writer, field->tag, 1);
        asv_write_u8(writer, ' ');
        asv_write_base64_padded(writer, field->key, sizeof field->key);
        asv_write_u8(writer, ' ');
        asv_write_base64_padded(writer, field->value.data, field->value.len);
        asv_write_u8(writer, '\n');
    }
}

/* "field 130 KEY VALUE", of which the value is put behind the ones before. */
static bool read_field(struct asv_opened *out, size_t *used, struct asv_reader *reader)
{
    struct asv_bytes number;
    struct asv_bytes key;
    struct asv_bytes value;
    uint64_t tag = 0;
    size_t len = 0;
    struct asv_opened_field *field = &out->fields[out->count];
    if (!asv_line_take_text(reader, "field ") || !asv_line_take_until(reader, ' ', &number) ||
        !asv_line_is_decimal(number, &tag) || tag > UINT8_MAX || asv_ledger_tag_name((uint8_t)tag) == NULL ||
        !asv_line_take_until(reader, ' ', &key) || !asv_line_is_hash(key, field->key) ||
        !asv_line_take(reader, &value) ||
        asv_base64_padded_decode(out->data + *used, sizeof out->data - *used, &len, value) != ASV_OK) {
        return false;
    }
    field->tag = (uint8_t)tag;
    field->value = (struct asv_bytes){out->data + *used, len};
    *used += len;
    return asv_opened_find(out, field->tag) == NULL;
}

enum asv_status asv_opened_parse(struct asv_opened *out, struct asv_bytes data, struct asv_err *err)
{
    struct asv_reader reader;
    struct asv_bytes line;
    size_t used = 0;
    out->count = 0;
    if (data.len > ASV_OPENED_MAX_BYTES) {
        return asv_fail_at(err, ASV_E_LIMIT, "opened: larger than the bytes it may have",
                           ASV_OPENED_MAX_BYTES);
    }
    asv_reader_init(&reader, data.data, data.len);
    if (!asv_line_take(&reader, &line) || line.len != sizeof format - 1 ||
        memcmp(line.data, format, line.len) != 0) {
        return asv_failf(err, ASV_E_UNSUPPORTED, "opened: line 1 is not \"%s\"", format);
    }
    while (asv_reader_left(&reader) > 0) {
        size_t at = reader.at;
        if (out->count == ASV_OPENED_FIELDS_MAX) {
            return asv_fail(err, ASV_E_LIMIT, "opened: more fields than an entry has");
        }
        if (!read_field(out, &used, &reader)) {
            return asv_fail_at(
                err, ASV_E_MALFORMED,
                "opened: no field with its key and value, or one that was there before, in line",
                asv_line_number(data, at));
        }
        out->count++;
    }
    return ASV_OK;
}
