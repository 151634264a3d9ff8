/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Names, ids and texts of the keys that sign notes. */
#include <assert.h>
#include <string.h>

#include "firmware-proto/base/utf8.h"
#include "firmware-proto/seal/base64.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/ledger/line.h"
#include "server/ledger/note.h"

#define KEY_BYTES (1 + ASV_ED25519_PK_BYTES) /* the type, then the key */
#define ID_CHARS  8

/* Unicode's White_Space. */
static bool is_space(uint32_t point)
{
    return point == ' ' || (point >= '\t' && point <= '\r') || point == 0x85 || point == 0xa0 ||
           point == 0x1680 || (point >= 0x2000 && point <= 0x200a) || point == 0x2028 || point == 0x2029 ||
           point == 0x202f || point == 0x205f || point == 0x3000;
}

bool asv_note_is_name(struct asv_bytes name)
{
    uint32_t point;
    bool good = name.len > 0 && name.len < ASV_NOTE_NAME_SIZE;
    for (size_t at = 0; good && at < name.len;) {
        good = asv_utf8_next(name, &at, &point) && point >= 0x20 && point != '+' && !is_space(point);
    }
    return good;
}

/* SHA-256(name, newline, type, key), its first four bytes. */
static uint32_t key_id(const struct asv_note_key *key)
{
    const uint8_t between[] = {'\n', (uint8_t)key->type};
    uint8_t digest[ASV_SHA256_BYTES];
    struct asv_sha256 state;
    asv_sha256_init(&state);
    asv_sha256_update(&state, key->name, strlen(key->name));
    asv_sha256_update(&state, between, sizeof between);
    asv_sha256_update(&state, key->pk, sizeof key->pk);
    asv_sha256_final(&state, digest);
    return asv_load_be32(digest);
}

enum asv_status asv_note_key_make(struct asv_note_key *out, const char *name, enum asv_note_type type,
                                  const uint8_t pk[ASV_ED25519_PK_BYTES], struct asv_err *err)
{
    struct asv_note_key key = {.type = type};
    assert(type == ASV_NOTE_ED25519 || type == ASV_NOTE_COSIGNATURE);
    size_t len = strlen(name);
    if (!asv_note_is_name((struct asv_bytes){(const uint8_t *)name, len})) {
        return asv_fail(err, ASV_E_USAGE,
                        "no name of a key: give one like example.org/ledger, without spaces and +");
    }
    memcpy(key.name, name, len + 1);
    memcpy(key.pk, pk, sizeof key.pk);
    key.id = key_id(&key);
    *out = key;
    return ASV_OK;
}

void asv_vkey_format(char out[ASV_VKEY_BYTES], const struct asv_note_key *key)
{
    uint8_t id[4];
    char hex[ID_CHARS + 1];
    uint8_t bytes[KEY_BYTES] = {(uint8_t)key->type};
    struct asv_writer writer;
    asv_store_be32(id, key->id);
    asv_hex_encode(hex, id, sizeof id);
    memcpy(bytes + 1, key->pk, sizeof key->pk);
    asv_writer_init(&writer, out, ASV_VKEY_BYTES);
    asv_line_put_text(&writer, key->name);
    asv_write_u8(&writer, '+');
    asv_line_put_text(&writer, hex);
    asv_write_u8(&writer, '+');
    asv_write_base64_padded(&writer, bytes, sizeof bytes);
    asv_write_u8(&writer, 0);
    assert(!writer.overrun);
}

static bool take_id(struct asv_reader *reader, uint32_t *out)
{
    char text[ID_CHARS + 1] = "";
    char again[ID_CHARS + 1];
    uint8_t id[4];
    struct asv_bytes part;
    if (!asv_line_take_until(reader, '+', &part) || part.len != ID_CHARS) {
        return false;
    }
    memcpy(text, part.data, ID_CHARS);
    if (asv_hex_decode(id, sizeof id, text) != ASV_OK) {
        return false;
    }
    asv_hex_encode(again, id, sizeof id);
    *out = asv_load_be32(id);
    return strcmp(text, again) == 0; /* lower case */
}

enum asv_status asv_vkey_parse(struct asv_note_key *out, struct asv_bytes text, struct asv_err *err)
{
    struct asv_note_key key = {0};
    struct asv_reader reader;
    struct asv_bytes name;
    uint8_t bytes[KEY_BYTES];
    size_t len;
    asv_reader_init(&reader, text.data, text.len);
    if (!asv_line_take_until(&reader, '+', &name) || !asv_note_is_name(name) || !take_id(&reader, &key.id)) {
        return asv_fail(err, ASV_E_MALFORMED, "no verifier key: not of the form name+id+key");
    }
    const struct asv_bytes rest = {reader.data + reader.at, asv_reader_left(&reader)};
    enum asv_status status = asv_base64_padded_decode(NULL, 0, &len, rest);
    if (status != ASV_OK || len == 0) {
        return asv_fail(err, ASV_E_MALFORMED, "no verifier key: the part behind the id is no base 64");
    }
    if (len != sizeof bytes || asv_base64_padded_decode(bytes, sizeof bytes, &len, rest) != ASV_OK ||
        (bytes[0] != ASV_NOTE_ED25519 && bytes[0] != ASV_NOTE_COSIGNATURE)) {
        return asv_fail(err, ASV_E_UNSUPPORTED,
                        "verifier key of another type: take one for Ed25519 (type 1, or 4 for a witness)");
    }
    memcpy(key.name, name.data, name.len);
    memcpy(key.pk, bytes + 1, sizeof key.pk);
    key.type = bytes[0] == ASV_NOTE_ED25519 ? ASV_NOTE_ED25519 : ASV_NOTE_COSIGNATURE;
    if (key.id != key_id(&key)) { /* LG-032 */
        return asv_fail(err, ASV_E_MALFORMED, "verifier key: the id is not that of the name and the key");
    }
    *out = key;
    return ASV_OK;
}
