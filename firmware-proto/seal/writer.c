/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/seal/writer.h"

#include <string.h>

#include "firmware-proto/crypto/object.h"
#include "firmware-proto/seal/opener.h"

enum state {
    STATE_NEW = 0, /* zeroed */
    STATE_OPEN,
    STATE_ENDED,
};

/* S-020, S-022: wraps the file key for each recipient and notes stanza and key in the header. */
static enum asv_status wrap_all(const struct asv_world *world, struct asv_seal_header *header,
                                const uint8_t file_key[ASV_FILE_KEY_BYTES],
                                const uint8_t (*recipients)[ASV_X25519_BYTES], size_t count,
                                struct asv_writer *stanzas)
{
    uint8_t ephemeral[ASV_X25519_BYTES];
    uint8_t stanza[ASV_AGE_X25519_STANZA_BYTES];
    enum asv_status status = ASV_OK;
    size_t len;

    for (size_t i = 0; i < count && status == ASV_OK; i++) {
        status = asv_world_random(world, ephemeral, sizeof ephemeral);
        if (status == ASV_OK) {
            status = asv_age_wrap(stanza, file_key, recipients[i], ephemeral);
        }
        if (status == ASV_OK) {
            asv_key_id(header->stanzas[i].key_id, recipients[i]);
            asv_sha256(header->stanzas[i].digest, stanza, sizeof stanza);
            asv_write_bytes(stanzas, stanza, sizeof stanza);
        }
    }
    asv_wipe(ephemeral, sizeof ephemeral);
    return status == ASV_OK ? asv_write_end(stanzas, &len) : status;
}

/* The HEADER frame's length stands before its body, so the body is written first, behind room for it. */
static enum asv_status write_header_frame(struct asv_writer *seal, uint8_t digest[ASV_SHA256_BYTES],
                                          const struct asv_seal_header *header,
                                          const uint8_t sk[ASV_ED25519_SK_BYTES], struct asv_err *err)
{
    struct asv_writer at_start = *seal;
    asv_seal_frame_begin(seal, ASV_FRAME_HEADER, 0);
    size_t body_at = seal->len;
    enum asv_status status = asv_seal_header_write(seal, digest, header, sk, err);
    if (status == ASV_OK && seal->len - body_at > ASV_SEAL_HEADER_MAX_BYTES) {
        status = ASV_E_LIMIT;
    }
    if (status == ASV_OK) {
        asv_seal_frame_begin(&at_start, ASV_FRAME_HEADER, seal->len - body_at);
    }
    return status;
}

enum asv_status asv_seal_writer_begin(struct asv_seal_writer *writer, const struct asv_world *world,
                                      struct asv_seal_header *header,
                                      const uint8_t (*recipients)[ASV_X25519_BYTES], size_t recipient_count,
                                      const uint8_t sk[ASV_ED25519_SK_BYTES], struct asv_writer *seal,
                                      struct asv_writer *stanzas, struct asv_err *err)
{
    struct asv_writer seal_before = *seal;
    struct asv_writer stanzas_before = *stanzas;
    struct asv_seal_header full = *header;
    uint8_t digest[ASV_SHA256_BYTES];
    uint8_t file_key[ASV_FILE_KEY_BYTES];

    if (writer->state != STATE_NEW) {
        return asv_fail(err, ASV_E_STATE, "seal writer: used before and not wiped"); /* S-011 */
    }
    if (recipient_count < 1 || recipient_count > ASV_SEAL_STANZAS_MAX) {
        return asv_fail(err, ASV_E_USAGE, "seal writer: not 1 to 4 recipients");
    }
    full.stanza_count = (uint8_t)recipient_count;
    enum asv_status status = asv_world_random(world, file_key, sizeof file_key); /* S-011 */
    if (status == ASV_OK) {
        status = asv_world_random(world, full.nonce, sizeof full.nonce);
    }
    if (status == ASV_OK) {
        status = wrap_all(world, &full, file_key, recipients, recipient_count, stanzas);
    }
    if (status != ASV_OK) {
        status = asv_fail(err, status, "seal writer: no randomness, no room, or a recipient that is no key");
        goto out;
    }
    asv_key_commitment(full.commitment, file_key);
    status = write_header_frame(seal, digest, &full, sk, err);
    if (status != ASV_OK) {
        goto out;
    }

    memset(writer, 0, sizeof *writer);
    memcpy(writer->file_key, file_key, sizeof file_key);
    asv_age_payload_key(writer->payload_key, file_key, full.nonce);
    memcpy(writer->header_digest, digest, sizeof digest);
    memcpy(writer->last_digest, digest, sizeof digest);
    memcpy(writer->boot, full.boot, sizeof full.boot);
    asv_link_of(&writer->link, &full, digest, NULL, NULL);
    writer->mono_ms = full.start_mono_ms;
    writer->sk = sk;
    writer->state = STATE_OPEN;
    *header = full;
out:
    if (status != ASV_OK) {
        *seal = seal_before;
        *stanzas = stanzas_before;
    }
    asv_wipe(file_key, sizeof file_key);
    return status;
}

enum asv_status asv_seal_writer_add_chunk(struct asv_seal_writer *writer, uint8_t out[ASV_CHUNK_CIPHER_BYTES],
                                          const uint8_t in[ASV_CHUNK_PLAIN_BYTES])
{
    uint8_t disclosed[ASV_SHA256_BYTES];
    uint8_t disclosed_leaf[ASV_SHA256_BYTES];
    uint64_t index = writer->tree.count;

    if (writer->state != STATE_OPEN) {
        return ASV_E_STATE;
    }
    if (writer->pending_count == ASV_SEAL_WRITER_PENDING_MAX || index >= ASV_CHUNKS_MAX) {
        return ASV_E_LIMIT; /* S-015 */
    }
    asv_seal_disclosure_leaf(disclosed, writer->file_key, index, in);
    asv_merkle_leaf(disclosed_leaf, disclosed, sizeof disclosed);
    asv_age_chunk_encrypt(out, in, ASV_CHUNK_PLAIN_BYTES, index, false, writer->payload_key);

    uint8_t *leaf = writer->pending[writer->pending_count];
    asv_merkle_leaf(leaf, out, ASV_CHUNK_CIPHER_BYTES);
    enum asv_status status = asv_merkle_append(&writer->tree, leaf);
    if (status == ASV_OK) {
        status = asv_merkle_append(&writer->disclosure, disclosed_leaf);
        writer->pending_count++;
    }
    return status;
}

enum asv_status asv_seal_writer_add_record(struct asv_seal_writer *writer, enum asv_record_kind kind,
                                           struct asv_moment moment, const void *value, size_t value_len,
                                           struct asv_writer *seal)
{
    struct asv_writer before = *seal;
    struct asv_seal_record record;
    size_t len;

    if (writer->state != STATE_OPEN) {
        return ASV_E_STATE;
    }
    if (kind > ASV_RECORD_SOURCE_BACK || value_len > ASV_SEAL_RECORD_VALUE_MAX ||
        moment.mono_ms < writer->mono_ms) {
        return ASV_E_USAGE; /* S-052 */
    }
    if (writer->records == ASV_SEAL_RECORDS_MAX) {
        return ASV_E_LIMIT;
    }
    memset(&record, 0, sizeof record);
    record.seq = writer->records + 1;
    record.kind = (uint16_t)kind;
    record.wall_ms = moment.wall_ms;
    record.mono_ms = moment.mono_ms;
    record.chunk = writer->tree.count;
    record.value_len = (uint16_t)value_len;
    if (value_len > 0) {
        memcpy(record.value, value, value_len);
    }
    asv_seal_frame_begin(seal, ASV_FRAME_RECORD,
                         ASV_SEAL_RECORD_MAX_BYTES - ASV_SEAL_RECORD_VALUE_MAX + value_len);
    size_t body_at = seal->len;
    enum asv_status status = asv_seal_record_write(seal, &record);
    if (status == ASV_OK) {
        status = asv_write_end(seal, &len);
    }
    if (status != ASV_OK) {
        *seal = before;
        return status;
    }
    asv_seal_records_digest(writer->records_digest, seal->data + body_at, seal->len - body_at);
    writer->records++;
    writer->mono_ms = moment.mono_ms;
    return ASV_OK;
}

enum asv_status asv_seal_writer_checkpoint(struct asv_seal_writer *writer, struct asv_moment moment,
                                           uint64_t key_frame_offset, uint64_t key_frame_us,
                                           struct asv_writer *seal)
{
    struct asv_writer before = *seal;
    struct asv_seal_checkpoint checkpoint;
    uint8_t digest[ASV_SHA256_BYTES];

    if (writer->state != STATE_OPEN) {
        return ASV_E_STATE;
    }
    if (moment.mono_ms < writer->mono_ms || writer->checkpoints == UINT32_MAX) {
        return ASV_E_USAGE;
    }
    memset(&checkpoint, 0, sizeof checkpoint);
    memcpy(checkpoint.header_digest, writer->header_digest, sizeof checkpoint.header_digest);
    checkpoint.seq = writer->checkpoints + 1;
    checkpoint.chunks = writer->tree.count;
    checkpoint.wall_ms = moment.wall_ms;
    checkpoint.mono_ms = moment.mono_ms;
    memcpy(checkpoint.boot, writer->boot, sizeof checkpoint.boot);
    asv_merkle_root(&writer->tree, checkpoint.root);
    asv_merkle_root(&writer->disclosure, checkpoint.disclosure_root); /* S-063 */
    checkpoint.records = writer->records;
    memcpy(checkpoint.records_digest, writer->records_digest, sizeof checkpoint.records_digest);
    checkpoint.key_frame_offset = key_frame_offset;
    checkpoint.key_frame_us = key_frame_us;
    asv_age_final_chunk(checkpoint.final_chunk, checkpoint.chunks, writer->payload_key); /* S-065 */

    if (writer->pending_count > 0) {
        asv_seal_frame_begin(seal, ASV_FRAME_LEAVES, writer->pending_count * ASV_SHA256_BYTES);
        asv_write_bytes(seal, writer->pending, writer->pending_count * ASV_SHA256_BYTES);
    }
    asv_seal_frame_begin(seal, ASV_FRAME_CHECKPOINT, ASV_SEAL_CHECKPOINT_BYTES);
    enum asv_status status = asv_seal_checkpoint_write(seal, digest, &checkpoint, writer->sk);
    if (status != ASV_OK) {
        *seal = before;
        return status;
    }
    writer->checkpoints++;
    writer->chunks_signed = checkpoint.chunks;
    writer->records_signed = checkpoint.records;
    writer->mono_ms = moment.mono_ms;
    writer->pending_count = 0;
    memcpy(writer->last_digest, digest, sizeof digest);
    return ASV_OK;
}

enum asv_status asv_seal_writer_end(struct asv_seal_writer *writer, enum asv_end_reason reason,
                                    uint64_t media_bytes, struct asv_moment moment,
                                    uint8_t final_chunk[ASV_FINAL_CIPHER_BYTES], struct asv_writer *seal)
{
    struct asv_writer before = *seal;
    struct asv_seal_end end;
    uint8_t digest[ASV_SHA256_BYTES];

    /* S-070: what END ends is signed already. */
    if (writer->state != STATE_OPEN || writer->checkpoints == 0 ||
        writer->chunks_signed != writer->tree.count || writer->records_signed != writer->records) {
        return ASV_E_STATE;
    }
    if (moment.mono_ms < writer->mono_ms) {
        return ASV_E_USAGE;
    }
    memset(&end, 0, sizeof end);
    memcpy(end.header_digest, writer->header_digest, sizeof end.header_digest);
    end.checkpoint_seq = writer->checkpoints;
    memcpy(end.checkpoint_digest, writer->last_digest, sizeof end.checkpoint_digest);
    end.reason = (uint8_t)reason;
    end.payload_bytes = asv_seal_payload_bytes(writer->tree.count, true);
    end.media_bytes = media_bytes;
    end.wall_ms = moment.wall_ms;
    end.mono_ms = moment.mono_ms;
    asv_seal_frame_begin(seal, ASV_FRAME_END, ASV_SEAL_END_BYTES);
    enum asv_status status = asv_seal_end_write(seal, digest, &end, writer->sk);
    if (status != ASV_OK) {
        *seal = before;
        return status;
    }
    asv_age_final_chunk(final_chunk, writer->tree.count, writer->payload_key); /* S-012 */
    memcpy(writer->last_digest, digest, sizeof digest);
    writer->link.ending = ASV_LINK_ENDED;
    writer->link.end_wall_ms = moment.wall_ms;
    writer->link.end_mono_ms = moment.mono_ms;
    writer->state = STATE_ENDED; /* S-073 */
    asv_wipe(writer->file_key, sizeof writer->file_key);
    asv_wipe(writer->payload_key, sizeof writer->payload_key);
    return ASV_OK;
}

enum asv_status asv_seal_writer_link(struct asv_seal_writer *writer, const struct asv_world *world,
                                     struct asv_writer *link)
{
    struct asv_link facts = writer->link;
    if (writer->state != STATE_ENDED) {
        return ASV_E_STATE;
    }
    enum asv_status status = asv_world_random(world, facts.salt, sizeof facts.salt);
    return status == ASV_OK ? asv_link_write(link, &facts, writer->sk) : status;
}

uint64_t asv_seal_writer_chunks(const struct asv_seal_writer *writer)
{
    return writer->tree.count;
}

void asv_seal_writer_last_digest(const struct asv_seal_writer *writer, uint8_t out[ASV_SHA256_BYTES])
{
    memcpy(out, writer->last_digest, ASV_SHA256_BYTES);
}

void asv_seal_writer_wipe(struct asv_seal_writer *writer)
{
    asv_wipe(writer, sizeof *writer);
}
