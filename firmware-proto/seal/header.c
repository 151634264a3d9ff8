/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/seal/header.h"

#include <string.h>

#include "firmware-proto/crypto/object.h"
#include "firmware-proto/seal/layout.h"

static const uint8_t zeros[ASV_SHA256_BYTES];

void asv_key_commitment(uint8_t out[ASV_SHA256_BYTES], const uint8_t file_key[ASV_FILE_KEY_BYTES])
{
    static const char domain[] = "asservat/v1/key-commitment"; /* S-045: its NUL is the separator */
    struct asv_sha256 state;
    asv_sha256_init(&state);
    asv_sha256_update(&state, domain, sizeof domain);
    asv_sha256_update(&state, file_key, ASV_FILE_KEY_BYTES);
    asv_sha256_final(&state, out);
    asv_wipe(&state, sizeof state);
}

static bool in_range(uint8_t value, uint8_t first, uint8_t last)
{
    return value >= first && value <= last;
}

static bool is_zero(const uint8_t *data, size_t len)
{
    return memcmp(data, zeros, len) == 0;
}

static bool keys_are_distinct(const struct asv_seal_header *header)
{
    for (size_t i = 0; i < header->stanza_count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (memcmp(header->stanzas[i].key_id, header->stanzas[j].key_id, ASV_KEY_ID_BYTES) == 0) {
                return false;
            }
        }
    }
    return true;
}

/* S-040: what each field may hold, for reader and writer alike. The first field that is wrong, or NULL. */
static const char *wrong_field(const struct asv_seal_header *header)
{
    if (header->number == 0) {
        return "seal header: number is 0";
    }
    if (is_zero(header->previous, sizeof header->previous) != (header->number == 1)) {
        return "seal header: previous is zero only in the first clip"; /* S-041 */
    }
    if (header->clip[6] >> 4 != 7 || header->clip[8] >> 6 != 2) {
        return "seal header: clip is not a UUIDv7"; /* S-043 */
    }
    if (!in_range(header->clock_state, ASV_CLOCK_SYNCED, ASV_CLOCK_LOST) ||
        header->clock_source > ASV_CLOCK_RTC) {
        return "seal header: clock state or source out of range";
    }
    if ((header->clock_source == ASV_CLOCK_NONE) != (header->last_sync_wall_ms == 0)) {
        return "seal header: last sync without a source, or a source without it"; /* S-048 */
    }
    if (!in_range(header->key_kind, ASV_KEY_DAY, ASV_KEY_RESERVE) ||
        (header->key_kind == ASV_KEY_DAY ? !asv_date_exists(header->key_date) : header->key_date != 0)) {
        return "seal header: key kind or date"; /* S-042 */
    }
    if (!in_range(header->stanza_count, 1, ASV_SEAL_STANZAS_MAX) || !keys_are_distinct(header)) {
        return "seal header: not 1 to 4 stanzas for different keys"; /* S-020 */
    }
    if (!in_range(header->stream_type, ASV_STREAM_AUDIO_VIDEO, ASV_STREAM_DATA)) {
        return "seal header: stream type out of range";
    }
    if (!in_range(header->sealer, ASV_SEALER_CAMERA, ASV_SEALER_DOCK)) {
        return "seal header: sealer out of range";
    }
    if (header->model[0] == '\0' || header->serial[0] == '\0' || header->container[0] == '\0') {
        return "seal header: model, serial or container is empty";
    }
    return NULL;
}

#define FIELD(member, kind) ASV_LAYOUT(asv_seal_header, member, kind)
#define COUNT(array)        (sizeof(array) / sizeof(array)[0])

static const struct asv_layout before_stanzas[] = {
    FIELD(agency, DIGEST),
    FIELD(model, TEXT),
    FIELD(serial, TEXT),
    FIELD(firmware, TEXT),
    FIELD(firmware_digest, DIGEST),
    FIELD(chain_digest, DIGEST),
    FIELD(cert_digest, DIGEST),
    FIELD(epoch, RAW),
    FIELD(number, UINT),
    FIELD(clip, RAW),
    FIELD(boot, RAW),
    FIELD(previous, DIGEST),
    FIELD(start_wall_ms, UINT),
    FIELD(start_mono_ms, UINT),
    FIELD(clock_state, UINT),
    FIELD(last_sync_wall_ms, UINT),
    FIELD(clock_source, UINT),
    FIELD(bulletin, UINT),
    FIELD(policy, UINT),
    FIELD(key_kind, UINT),
    FIELD(key_date, UINT),
    FIELD(stanza_count, UINT),
};

static const struct asv_layout after_stanzas[] = {
    FIELD(nonce, RAW),      FIELD(commitment, DIGEST), FIELD(container, TEXT),   FIELD(codecs, TEXT),
    FIELD(group, RAW),      FIELD(stream, UINT),       FIELD(stream_type, UINT), FIELD(segment, UINT),
    FIELD(assignment, RAW), FIELD(unit, TEXT),         FIELD(area, TEXT),        FIELD(sealer, UINT),
};

static void write_body(struct asv_writer *out, const struct asv_seal_header *header)
{
    asv_write_u16(out, ASV_SEAL_FORMAT);
    asv_write_u16(out, ASV_SUITE_1);
    asv_layout_write(out, header, before_stanzas, COUNT(before_stanzas));
    for (size_t i = 0; i < header->stanza_count; i++) {
        asv_write_bytes(out, header->stanzas[i].key_id, ASV_KEY_ID_BYTES);
        asv_write_digest(out, header->stanzas[i].digest);
    }
    asv_layout_write(out, header, after_stanzas, COUNT(after_stanzas));
    asv_write_extensions(out, (struct asv_bytes){header->extensions, header->extensions_len});
}

/* The block's form; which critical types the writer's caller understands is not asked. */
static bool extensions_are_right(const struct asv_seal_header *header)
{
    struct asv_bytes block;
    struct asv_reader reader;
    if (header->extensions_len == 0) {
        return true;
    }
    if (header->extensions_len > sizeof header->extensions) {
        return false;
    }
    asv_reader_init(&reader, header->extensions, header->extensions_len);
    return asv_read_extensions(&reader, &block, NULL, 0) == ASV_OK && asv_read_end(&reader) == ASV_OK;
}

enum asv_status asv_seal_header_write(struct asv_writer *out, uint8_t digest[ASV_SHA256_BYTES],
                                      const struct asv_seal_header *header,
                                      const uint8_t sk[ASV_ED25519_SK_BYTES], struct asv_err *err)
{
    struct asv_writer before = *out;
    const char *wrong = wrong_field(header);
    if (wrong != NULL) {
        return asv_fail(err, ASV_E_USAGE, wrong);
    }
    if (!extensions_are_right(header)) {
        return asv_fail(err, ASV_E_USAGE, "seal header: extensions");
    }
    write_body(out, header);
    size_t body_len = out->len - before.len;
    enum asv_status status = asv_object_sign(out, before.len, ASV_PURPOSE_HEADER, sk);
    if (status != ASV_OK) {
        *out = before;
        return asv_fail(err, status, "seal header: a text is too long or not printable, or no room");
    }
    asv_sha256(digest, out->data + before.len, body_len);
    return ASV_OK;
}

static enum asv_status read_format(struct asv_reader *in)
{
    uint16_t format;
    uint16_t suite;
    enum asv_status status = asv_read_u16(in, &format);
    if (status == ASV_OK) {
        status = asv_read_u16(in, &suite);
    }
    if (status == ASV_OK && (format != ASV_SEAL_FORMAT || suite != ASV_SUITE_1)) {
        status = ASV_E_UNSUPPORTED; /* S-001 */
    }
    return status;
}

static enum asv_status read_stanzas(struct asv_reader *in, struct asv_seal_header *header)
{
    enum asv_status status = header->stanza_count <= ASV_SEAL_STANZAS_MAX ? ASV_OK : ASV_E_LIMIT;
    for (size_t i = 0; i < header->stanza_count && status == ASV_OK; i++) {
        status = asv_read_copy(in, header->stanzas[i].key_id, ASV_KEY_ID_BYTES);
        if (status == ASV_OK) {
            status = asv_read_digest(in, header->stanzas[i].digest);
        }
    }
    return status;
}

static enum asv_status read_body(struct asv_reader *in, struct asv_seal_header *header)
{
    struct asv_bytes block;
    enum asv_status status = read_format(in);
    if (status == ASV_OK) {
        status = asv_layout_read(in, header, before_stanzas, COUNT(before_stanzas));
    }
    if (status == ASV_OK) {
        status = read_stanzas(in, header);
    }
    if (status == ASV_OK) {
        status = asv_layout_read(in, header, after_stanzas, COUNT(after_stanzas));
    }
    if (status == ASV_OK) {
        status = asv_read_extensions(in, &block, NULL, 0); /* S-049: no critical type is known */
    }
    if (status == ASV_OK) {
        status = asv_read_end(in); /* S-002 */
    }
    if (status == ASV_OK) {
        memcpy(header->extensions, block.data, block.len);
        header->extensions_len = (uint16_t)block.len;
    }
    return status;
}

enum asv_status asv_seal_header_read(struct asv_seal_header *out, uint8_t digest[ASV_SHA256_BYTES],
                                     const void *data, size_t len, const uint8_t pk[ASV_ED25519_PK_BYTES],
                                     struct asv_err *err)
{
    struct asv_object object;
    struct asv_reader reader;
    struct asv_seal_header header;

    if (len > ASV_SEAL_HEADER_MAX_BYTES) {
        return asv_fail(err, ASV_E_LIMIT, "seal header: longer than 2048 bytes");
    }
    /* Format and suite first: another suite has signatures of another length. */
    asv_reader_init(&reader, data, len);
    enum asv_status status = read_format(&reader);
    if (status == ASV_OK) {
        status = asv_object_split(&object, data, len);
    }
    if (status != ASV_OK) {
        return asv_fail(err, status, "seal header: format, suite, or no signature of a known algorithm");
    }
    memset(&header, 0, sizeof header);
    asv_reader_init(&reader, object.body.data, object.body.len);
    status = read_body(&reader, &header);
    if (status != ASV_OK) {
        return asv_fail_at(err, status, "seal header: unreadable or unknown at byte", reader.at);
    }
    const char *wrong = wrong_field(&header);
    if (wrong != NULL) {
        return asv_fail(err, ASV_E_MALFORMED, wrong);
    }
    if (pk != NULL && asv_object_verify(&object, ASV_PURPOSE_HEADER, pk) != ASV_OK) { /* S-004 */
        return asv_fail(err, ASV_E_SIGNATURE, "seal header: the signature is not the sealer's");
    }
    asv_object_digest(digest, &object);
    *out = header;
    return ASV_OK;
}

enum asv_status asv_seal_stanzas_check(const struct asv_seal_header *header, struct asv_bytes stanzas)
{
    struct asv_reader reader;
    struct asv_age_stanza stanza;
    uint8_t digest[ASV_SHA256_BYTES];
    bool same = true;

    asv_reader_init(&reader, stanzas.data, stanzas.len);
    for (size_t i = 0; i < header->stanza_count; i++) {
        enum asv_status status = asv_age_stanza_read(&reader, &stanza);
        if (status != ASV_OK) {
            return status;
        }
        asv_sha256(digest, stanza.text.data, stanza.text.len);
        same = same && memcmp(digest, header->stanzas[i].digest, sizeof digest) == 0;
    }
    return same && asv_reader_left(&reader) == 0 ? ASV_OK : ASV_E_DIGEST;
}
