/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/statement/card.h"

#include <string.h>

#include "firmware-proto/trust/fields.h"
#include "server/base/hex.h"

#define LINES_MIN 5 /* with one line of address */
#define LINES_MAX (LINES_MIN + ASV_CARD_ADDRESS_MAX - 1)
#define HEX_CHARS (2 * ASV_SHA256_BYTES)

static const char object_name[] = "recipient-card";
static const struct asv_bytes title = {(const uint8_t *)object_name, sizeof object_name - 1};

static bool code_is_good(struct asv_bytes code)
{
    bool good = code.len <= ASV_CARD_CODE_MAX;
    for (size_t i = 0; good && i < code.len; i++) {
        uint8_t c = code.data[i];
        good = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
    }
    return good;
}

/* The field that breaks a rule, or NULL. */
static const char *broken(const struct asv_card *card)
{
    if (!asv_text_is_good(card->authority, ASV_NAME_MAX_BYTES)) {
        return "authority";
    }
    if (!code_is_good(card->code)) { /* ST-127 */
        return "code";
    }
    bool good = card->address_count > 0 && card->address_count <= ASV_CARD_ADDRESS_MAX;
    for (uint8_t i = 0; good && i < card->address_count; i++) {
        good = asv_text_is_good(card->address[i], ASV_NAME_MAX_BYTES);
    }
    return good ? NULL : "address";
}

static void put_line(struct asv_writer *writer, struct asv_bytes line)
{
    asv_write_bytes(writer, line.data, line.len);
    asv_write_u8(writer, '\n');
}

enum asv_status asv_card_write(struct asv_writer *writer, const struct asv_card *card)
{
    char hex[HEX_CHARS + 1];
    size_t len;
    if (broken(card) != NULL) {
        return ASV_E_USAGE;
    }
    put_line(writer, title);
    put_line(writer, card->authority);
    put_line(writer, card->code);
    for (uint8_t i = 0; i < card->address_count; i++) {
        put_line(writer, card->address[i]);
    }
    asv_hex_encode(hex, card->certificate, sizeof card->certificate);
    put_line(writer, (struct asv_bytes){(const uint8_t *)hex, card->has_certificate ? HEX_CHARS : 0});
    return asv_write_end(writer, &len);
}

/* Splits into lines, each of which ends with a line feed. 0: it has too few or too many. */
static unsigned split(struct asv_bytes lines[LINES_MAX], const uint8_t *data, size_t len)
{
    unsigned count = 0;
    size_t from = 0;
    for (size_t i = 0; i < len; i++) {
        if (data[i] != '\n') {
            continue;
        }
        if (count == LINES_MAX) {
            return 0;
        }
        lines[count++] = (struct asv_bytes){data + from, i - from};
        from = i + 1;
    }
    return from == len && count >= LINES_MIN ? count : 0;
}

static bool same(struct asv_bytes a, struct asv_bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* Lower-case digits, or an empty line. */
static bool read_certificate(struct asv_card *card, struct asv_bytes line)
{
    char hex[HEX_CHARS + 1] = "";
    char again[HEX_CHARS + 1];
    card->has_certificate = line.len != 0;
    if (!card->has_certificate) {
        return true;
    }
    if (line.len != HEX_CHARS) {
        return false;
    }
    memcpy(hex, line.data, HEX_CHARS);
    if (asv_hex_decode(card->certificate, sizeof card->certificate, hex) != ASV_OK) {
        return false;
    }
    asv_hex_encode(again, card->certificate, sizeof card->certificate);
    return memcmp(hex, again, HEX_CHARS) == 0;
}

enum asv_status asv_card_read(struct asv_card *out, const void *data, size_t len, struct asv_err *err)
{
    struct asv_bytes lines[LINES_MAX];
    struct asv_card card = {0};
    if (len > ASV_CARD_MAX_BYTES) { /* ST-002 */
        return asv_fail_field(err, ASV_E_LIMIT, object_name, "length");
    }
    unsigned count = split(lines, data, len);
    if (count == 0 || !same(lines[0], title)) { /* ST-127 */
        return asv_fail_field(err, ASV_E_MALFORMED, object_name, "lines");
    }
    card.authority = lines[1];
    card.code = lines[2];
    card.address_count = (uint8_t)(count - (LINES_MIN - 1));
    memcpy(card.address, &lines[3], card.address_count * sizeof *lines);
    const char *field = read_certificate(&card, lines[count - 1]) ? broken(&card) : "certificate";
    if (field != NULL) {
        return asv_fail_field(err, ASV_E_MALFORMED, object_name, field);
    }
    *out = card;
    return ASV_OK;
}

void asv_card_digest(uint8_t out[ASV_SHA256_BYTES], const void *data, size_t len)
{
    asv_sha256(out, data, len);
}

enum asv_status asv_card_of(struct asv_card *out, const struct asv_statement *statement, const void *data,
                            size_t len, struct asv_err *err)
{
    uint8_t digest[ASV_SHA256_BYTES];
    struct asv_card card = {0};
    asv_card_digest(digest, data, len);
    if (statement->subject.kind != ASV_SUBJECT_RECIPIENT ||
        memcmp(digest, statement->subject.id, sizeof digest) != 0) { /* ST-124 */
        return asv_fail_field(err, ASV_E_MISMATCH, object_name, "it is not the one that was signed");
    }
    enum asv_status status = asv_card_read(&card, data, len, err);
    if (status != ASV_OK) {
        return status;
    }
    if (!same(card.authority, statement->subject.name)) { /* ST-124 */
        return asv_fail_field(err, ASV_E_MISMATCH, object_name, "the statement names another authority");
    }
    *out = card;
    return ASV_OK;
}
