/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <string.h>

#include "firmware-proto/seal/age.h"
#include "firmware-proto/seal/age_line.h"
#include "firmware-proto/seal/base64.h"

static const char version_line[] = "age-encryption.org/v1";
static const char mac_mark[] = "---";

#define VERSION_PREFIX_CHARS 19 /* "age-encryption.org/" */
#define MAC_CHARS            ASV_BASE64_CHARS(ASV_SHA256_BYTES)

static void header_mac(uint8_t out[ASV_SHA256_BYTES], const uint8_t file_key[ASV_FILE_KEY_BYTES],
                       const uint8_t *text, size_t len)
{
    uint8_t key[ASV_SHA256_BYTES];
    asv_hkdf_sha256(key, file_key, ASV_FILE_KEY_BYTES, NULL, 0, "header", 6);
    asv_hmac_sha256(out, key, sizeof key, text, len);
    asv_wipe(key, sizeof key);
}

static enum asv_status check_stanzas(struct asv_bytes stanzas)
{
    struct asv_reader reader;
    struct asv_age_stanza stanza;
    size_t count = 0;
    asv_reader_init(&reader, stanzas.data, stanzas.len);
    do {
        enum asv_status status = asv_age_stanza_read(&reader, &stanza);
        if (status != ASV_OK) {
            return status;
        }
        count++;
    } while (asv_reader_left(&reader) > 0);
    return count > ASV_AGE_STANZAS_MAX ? ASV_E_LIMIT : ASV_OK;
}

/* S-016: with nonce, chunks and a final chunk behind it, what this writes is an age file. */
enum asv_status asv_age_header_write(struct asv_writer *out, struct asv_bytes stanzas,
                                     const uint8_t file_key[ASV_FILE_KEY_BYTES])
{
    struct asv_writer before = *out;
    uint8_t mac[ASV_SHA256_BYTES];
    size_t len;
    enum asv_status status = check_stanzas(stanzas);
    if (status != ASV_OK) {
        return status;
    }
    asv_write_bytes(out, version_line, sizeof version_line - 1);
    asv_write_u8(out, '\n');
    asv_write_bytes(out, stanzas.data, stanzas.len);
    asv_write_bytes(out, mac_mark, sizeof mac_mark - 1);
    status = asv_write_end(out, &len);
    if (status == ASV_OK) {
        header_mac(mac, file_key, out->data + before.len, len - before.len);
        asv_write_u8(out, ' ');
        asv_write_base64(out, mac, sizeof mac);
        asv_write_u8(out, '\n');
        status = asv_write_end(out, &len);
    }
    if (status == ASV_OK && len - before.len > ASV_AGE_HEADER_MAX_BYTES) {
        status = ASV_E_LIMIT;
    }
    if (status != ASV_OK) {
        *out = before;
    }
    return status;
}

static enum asv_status read_version(struct asv_reader *reader)
{
    struct asv_bytes line;
    enum asv_status status = asv_age_line_read(reader, &line, 64);
    if (status != ASV_OK) {
        /* Something else altogether is told from a header that is cut, at its first bytes. */
        size_t have = asv_reader_left(reader);
        size_t compare = have < VERSION_PREFIX_CHARS ? have : VERSION_PREFIX_CHARS;
        bool is_age = compare == 0 || memcmp(reader->data + reader->at, version_line, compare) == 0;
        return is_age ? status : ASV_E_MALFORMED;
    }
    if (line.len == sizeof version_line - 1 && memcmp(line.data, version_line, line.len) == 0) {
        return ASV_OK;
    }
    if (line.len > VERSION_PREFIX_CHARS && memcmp(line.data, version_line, VERSION_PREFIX_CHARS) == 0) {
        return ASV_E_UNSUPPORTED;
    }
    return ASV_E_MALFORMED;
}

/* "--- " and the MAC. *mac_at is the offset of the byte after the mark. */
static enum asv_status read_mac(struct asv_reader *reader, uint8_t mac[ASV_SHA256_BYTES], size_t *mac_at)
{
    struct asv_bytes line;
    size_t len;
    size_t at = reader->at;
    enum asv_status status = asv_age_line_read(reader, &line, 4 + MAC_CHARS);
    if (status != ASV_OK) {
        return status == ASV_E_LIMIT ? ASV_E_MALFORMED : status;
    }
    if (line.len != 4 + MAC_CHARS || memcmp(line.data, "--- ", 4) != 0) {
        return ASV_E_MALFORMED;
    }
    struct asv_bytes text = {line.data + 4, MAC_CHARS};
    *mac_at = at + 3;
    return asv_base64_decode(mac, ASV_SHA256_BYTES, &len, text);
}

static bool at_mac(const struct asv_reader *reader)
{
    return asv_reader_left(reader) >= 3 && memcmp(reader->data + reader->at, mac_mark, 3) == 0;
}

/* S-021 */
enum asv_status asv_age_header_read(struct asv_age_header *out, const void *data, size_t len)
{
    struct asv_reader reader;
    struct asv_age_header header = {.stanza_count = 0};
    struct asv_age_stanza stanza;
    size_t mac_at = 0;

    asv_reader_init(&reader, data, len < ASV_AGE_HEADER_MAX_BYTES ? len : ASV_AGE_HEADER_MAX_BYTES);
    enum asv_status status = read_version(&reader);
    size_t stanzas_at = reader.at;
    while (status == ASV_OK && !at_mac(&reader)) {
        if (header.stanza_count == ASV_AGE_STANZAS_MAX) {
            status = ASV_E_LIMIT; /* S-024 */
            break;
        }
        status = asv_age_stanza_next(&reader, &stanza);
        header.stanza_count++;
    }
    if (status == ASV_OK && header.stanza_count == 0) {
        status = ASV_E_MALFORMED;
    }
    header.stanzas = (struct asv_bytes){reader.data + stanzas_at, reader.at - stanzas_at};
    if (status == ASV_OK) {
        status = read_mac(&reader, header.mac, &mac_at);
    }
    if (status == ASV_E_AGAIN && len >= ASV_AGE_HEADER_MAX_BYTES) {
        status = ASV_E_LIMIT;
    }
    if (status != ASV_OK) {
        return status;
    }
    header.text = (struct asv_bytes){reader.data, reader.at};
    header.maced = (struct asv_bytes){reader.data, mac_at};
    *out = header;
    return ASV_OK;
}

enum asv_status asv_age_header_check(const struct asv_age_header *header,
                                     const uint8_t file_key[ASV_FILE_KEY_BYTES])
{
    uint8_t mac[ASV_SHA256_BYTES];
    header_mac(mac, file_key, header->maced.data, header->maced.len);
    return asv_equal(mac, header->mac, sizeof mac) ? ASV_OK : ASV_E_DIGEST;
}

enum asv_status asv_age_header_open(uint8_t file_key[ASV_FILE_KEY_BYTES], const struct asv_age_header *header,
                                    const uint8_t identity[ASV_X25519_BYTES])
{
    struct asv_reader reader;
    struct asv_age_stanza stanza;
    uint8_t key[ASV_FILE_KEY_BYTES];
    enum asv_status status = ASV_E_NOT_FOUND;

    asv_reader_init(&reader, header->stanzas.data, header->stanzas.len);
    for (size_t i = 0; i < header->stanza_count; i++) {
        enum asv_status read = asv_age_stanza_read(&reader, &stanza);
        if (read == ASV_OK && header->stanza_count > 1 && asv_age_stanza_is(&stanza, "scrypt")) {
            read = ASV_E_MALFORMED;
        }
        if (read == ASV_OK && status == ASV_E_NOT_FOUND) {
            status = asv_age_unwrap(key, &stanza, identity);
        }
        if (read != ASV_OK) {
            status = read;
        }
        if (status != ASV_OK && status != ASV_E_NOT_FOUND) {
            break;
        }
    }
    if (status == ASV_OK) {
        status = asv_age_header_check(header, key);
    }
    if (status == ASV_OK) {
        memcpy(file_key, key, sizeof key);
    }
    asv_wipe(key, sizeof key);
    return status;
}
