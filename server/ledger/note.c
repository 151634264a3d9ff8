/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/ledger/note.h"

#include <assert.h>
#include <string.h>

#include "firmware-proto/base/utf8.h"
#include "firmware-proto/seal/base64.h"
#include "server/base/fail.h"
#include "server/ledger/line.h"

#define ID_BYTES 4

static const char dash[] = "\xe2\x80\x94 "; /* U+2014 and a blank, before each signature */

/* Where the first byte stands that no note has; data.len when there is none. */
static size_t first_bad_byte(struct asv_bytes data)
{
    uint32_t point = 0;
    for (size_t at = 0; at < data.len;) {
        size_t before = at;
        if (!asv_utf8_next(data, &at, &point) || (point < 0x20 && point != '\n')) {
            return before;
        }
    }
    return data.len;
}

/* The text, before the last empty line; false when there is no such line. */
static bool split(struct asv_bytes data, struct asv_bytes *text)
{
    for (size_t end = data.len; end >= 2; end--) {
        if (data.data[end - 1] == '\n' && data.data[end - 2] == '\n') {
            *text = (struct asv_bytes){data.data, end - 1};
            return true;
        }
    }
    return false;
}

static bool read_signature(struct asv_bytes line, struct asv_note_signature *out)
{
    uint8_t head[6]; /* what 8 characters hold at most: the id is in it */
    struct asv_reader reader;
    size_t len;
    asv_reader_init(&reader, line.data, line.len);
    if (!asv_line_take_text(&reader, dash) || !asv_line_take_until(&reader, ' ', &out->name)) {
        return false;
    }
    const struct asv_bytes base64 = {reader.data + reader.at, asv_reader_left(&reader)};
    out->base64 = base64;
    if (!asv_note_is_name(out->name) || asv_base64_padded_decode(NULL, 0, &len, base64) != ASV_OK ||
        len <= ID_BYTES ||
        asv_base64_padded_decode(head, sizeof head, &len, (struct asv_bytes){base64.data, 8}) != ASV_OK) {
        return false;
    }
    out->id = asv_load_be32(head);
    return true;
}

static enum asv_status fail_line(struct asv_err *err, const char *what, struct asv_bytes data, size_t offset)
{
    return asv_fail_at(err, ASV_E_MALFORMED, what, asv_line_number(data, offset));
}

/* LG-030 */
enum asv_status asv_note_parse(struct asv_note *out, struct asv_bytes data, struct asv_err *err)
{
    struct asv_note note = {0};
    struct asv_bytes line;
    struct asv_reader reader;
    if (data.len > ASV_NOTE_MAX_BYTES) {
        return asv_fail_at(err, ASV_E_LIMIT, "signed note: larger than the bytes it may have",
                           ASV_NOTE_MAX_BYTES);
    }
    size_t bad = first_bad_byte(data);
    if (bad < data.len) {
        return fail_line(err, "signed note: bytes that are no text, in line", data, bad);
    }
    if (!split(data, &note.text)) {
        return asv_fail(err, ASV_E_MALFORMED, "signed note: no blank line before the signatures");
    }
    asv_reader_init(&reader, data.data, data.len);
    for (reader.at = note.text.len + 1; asv_line_take(&reader, &line);) {
        if (note.count == ASV_NOTE_SIGNATURES_MAX) {
            return asv_fail_at(err, ASV_E_LIMIT, "signed note: more signatures than", note.count);
        }
        if (!read_signature(line, &note.signatures[note.count++])) {
            return fail_line(err, "signed note: no signature, in line", data, reader.at - 1);
        }
    }
    if (note.count == 0 || asv_read_end(&reader) != ASV_OK) {
        return fail_line(err, "signed note: does not end with a signature and a newline, in line", data,
                         reader.at);
    }
    *out = note;
    return ASV_OK;
}

bool asv_note_is_by(const struct asv_note_signature *signature, const struct asv_note_key *key)
{
    return signature->id == key->id && signature->name.len == strlen(key->name) &&
           memcmp(signature->name.data, key->name, signature->name.len) == 0;
}

enum asv_status asv_note_verify_with(const struct asv_note *note, const struct asv_note_key *key, size_t len,
                                     bool (*holds)(void *ctx, const uint8_t *signature), void *ctx,
                                     struct asv_err *err)
{
    uint8_t bytes[ID_BYTES + ASV_NOTE_SIGNATURE_MAX];
    bool found = false;
    assert(len <= ASV_NOTE_SIGNATURE_MAX);
    for (size_t i = 0; i < note->count; i++) {
        const struct asv_note_signature *signature = &note->signatures[i];
        size_t got;
        if (!asv_note_is_by(signature, key)) {
            continue;
        }
        found = true; /* LG-031 */
        if (asv_base64_padded_decode(bytes, sizeof bytes, &got, signature->base64) != ASV_OK ||
            got != ID_BYTES + len || !holds(ctx, bytes + ID_BYTES)) {
            return asv_failf(err, ASV_E_SIGNATURE, "signed note: the signature of %s does not verify",
                             key->name);
        }
    }
    return found ? ASV_OK
                 : asv_failf(err, ASV_E_NOT_FOUND, "signed note: has no signature of %s+%08x", key->name,
                             (unsigned)key->id);
}

struct signed_text {
    struct asv_bytes text;
    const uint8_t *pk;
};

static bool holds_for_text(void *ctx, const uint8_t *signature)
{
    const struct signed_text *what = ctx;
    return asv_ed25519_verify(signature, what->text.data, what->text.len, what->pk) == ASV_OK;
}

enum asv_status asv_note_verify(const struct asv_note *note, const struct asv_note_key *key,
                                struct asv_err *err)
{
    struct signed_text what = {note->text, key->pk};
    assert(key->type == ASV_NOTE_ED25519);
    return asv_note_verify_with(note, key, ASV_ED25519_SIG_BYTES, holds_for_text, &what, err);
}

void asv_note_write_signature(struct asv_writer *writer, const struct asv_note_key *key,
                              const uint8_t *signature, size_t len)
{
    uint8_t bytes[ID_BYTES + ASV_NOTE_SIGNATURE_MAX];
    assert(len <= ASV_NOTE_SIGNATURE_MAX);
    asv_store_be32(bytes, key->id);
    memcpy(bytes + ID_BYTES, signature, len);
    asv_line_put_text(writer, dash);
    asv_line_put_text(writer, key->name);
    asv_write_u8(writer, ' ');
    asv_write_base64_padded(writer, bytes, ID_BYTES + len);
    asv_write_u8(writer, '\n');
}

void asv_note_write_line(struct asv_writer *writer, const struct asv_note_signature *signature)
{
    asv_line_put_text(writer, dash);
    asv_write_bytes(writer, signature->name.data, signature->name.len);
    asv_write_u8(writer, ' ');
    asv_write_bytes(writer, signature->base64.data, signature->base64.len);
    asv_write_u8(writer, '\n');
}

void asv_note_sign(struct asv_writer *writer, const struct asv_note_key *key,
                   const uint8_t sk[ASV_ED25519_SK_BYTES], struct asv_bytes text)
{
    uint8_t signature[ASV_ED25519_SIG_BYTES];
    assert(key->type == ASV_NOTE_ED25519 && text.len > 0 && text.data[text.len - 1] == '\n');
    asv_ed25519_sign(signature, text.data, text.len, sk);
    asv_write_bytes(writer, text.data, text.len);
    asv_write_u8(writer, '\n');
    asv_note_write_signature(writer, key, signature, sizeof signature);
}
