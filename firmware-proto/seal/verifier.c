/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/seal/verifier.h"

#include <string.h>

void asv_seal_signer_of(struct asv_seal_signer *out, const struct asv_chain *chain)
{
    memcpy(out->pk, chain->leaf.signing_pk, sizeof out->pk);
    asv_cert_digest(out->cert_digest, &chain->leaf);
    asv_chain_digest(out->chain_digest, chain);
}

void asv_seal_verifier_init(struct asv_seal_verifier *verifier, const struct asv_seal_signer *signer,
                            const struct asv_seal_events *events)
{
    memset(verifier, 0, sizeof *verifier);
    verifier->signer = *signer;
    if (events != NULL) {
        verifier->events = *events;
    }
}

const struct asv_seal_result *asv_seal_verifier_result(const struct asv_seal_verifier *verifier)
{
    return &verifier->result;
}

/* ---- the grammar ---- */

/* S-030: whether a frame may stand here. */
static bool may_follow(const struct asv_seal_verifier *verifier, uint8_t type)
{
    switch (type) {
    case ASV_FRAME_HEADER:
        return !verifier->result.has_header;
    case ASV_FRAME_RECORD:
    case ASV_FRAME_LEAVES:
        return verifier->result.has_header && !verifier->leaves_seen;
    case ASV_FRAME_CHECKPOINT:
        return verifier->result.has_header;
    case ASV_FRAME_END:
        return verifier->result.has_checkpoint && !verifier->leaves_seen && !verifier->records_seen;
    default:
        return false;
    }
}

/* S-031: the least and the most that a frame's body may be. */
static bool length_is_right(uint8_t type, uint32_t len)
{
    switch (type) {
    case ASV_FRAME_HEADER:
        return len > ASV_SIGNATURE_FIELD_BYTES && len <= ASV_SEAL_HEADER_MAX_BYTES;
    case ASV_FRAME_RECORD:
        return len >= ASV_SEAL_RECORD_MAX_BYTES - ASV_SEAL_RECORD_VALUE_MAX &&
               len <= ASV_SEAL_RECORD_MAX_BYTES;
    case ASV_FRAME_LEAVES: /* S-032 */
        return len > 0 && len % ASV_SHA256_BYTES == 0 && len / ASV_SHA256_BYTES <= ASV_SEAL_LEAVES_MAX;
    case ASV_FRAME_CHECKPOINT:
        return len == ASV_SEAL_CHECKPOINT_BYTES;
    case ASV_FRAME_END:
        return len == ASV_SEAL_END_BYTES;
    default:
        return false;
    }
}

static enum asv_status begin_frame(struct asv_seal_verifier *verifier, struct asv_err *err)
{
    uint8_t type = verifier->buffer[0];
    uint32_t len = asv_load_be32(verifier->buffer + 1);
    if (type < ASV_FRAME_HEADER || type > ASV_FRAME_END) {
        return asv_fail_at(err, ASV_E_UNSUPPORTED, "seal: unknown frame type at byte", verifier->frame_at);
    }
    if (!may_follow(verifier, type)) {
        return asv_fail_at(err, ASV_E_MALFORMED, "seal: frame out of order at byte", verifier->frame_at);
    }
    if (!length_is_right(type, len)) {
        return asv_fail_at(err, ASV_E_LIMIT, "seal: impossible frame length at byte", verifier->frame_at);
    }
    verifier->frame_type = type;
    verifier->frame_left = len;
    verifier->have = 0;
    verifier->in_body = true;
    return ASV_OK;
}

/* ---- the frames ---- */

/* Everything before this offset is signed. */
static void set_signed(struct asv_seal_verifier *verifier, const uint8_t digest[ASV_SHA256_BYTES])
{
    verifier->result.signed_bytes = verifier->frame_at + ASV_SEAL_FRAME_HEADER_BYTES + verifier->have;
    memcpy(verifier->result.final_digest, digest, ASV_SHA256_BYTES);
}

static enum asv_status stop_if(struct asv_seal_verifier *verifier, enum asv_status said)
{
    verifier->stopped = said;
    return said;
}

static enum asv_status take_header(struct asv_seal_verifier *verifier, struct asv_err *err)
{
    struct asv_seal_result *result = &verifier->result;
    const struct asv_seal_signer *signer = &verifier->signer;
    struct asv_seal_header header;
    uint8_t digest[ASV_SHA256_BYTES];
    enum asv_status status =
        asv_seal_header_read(&header, digest, verifier->buffer, verifier->have, signer->pk, err);
    if (status != ASV_OK) {
        return status;
    }
    if (memcmp(header.cert_digest, signer->cert_digest, sizeof header.cert_digest) != 0 ||
        memcmp(header.chain_digest, signer->chain_digest, sizeof header.chain_digest) != 0) {
        /* S-044 */
        return asv_fail(err, ASV_E_MISMATCH, "seal header: names another certificate or chain");
    }
    result->header = header;
    result->has_header = true;
    memcpy(result->header_digest, digest, sizeof digest);
    verifier->mono_ms = header.start_mono_ms;
    set_signed(verifier, digest);
    if (verifier->events.header != NULL) {
        return stop_if(verifier, verifier->events.header(verifier->events.ctx, &result->header, digest));
    }
    return ASV_OK;
}

static enum asv_status take_record(struct asv_seal_verifier *verifier, struct asv_err *err)
{
    struct asv_seal_record record;
    enum asv_status status = asv_seal_record_read(&record, verifier->buffer, verifier->have);
    if (status != ASV_OK) {
        return asv_fail_at(err, status, "seal: unreadable record at byte", verifier->frame_at);
    }
    /* S-050, S-052, S-053 */
    if (record.seq != verifier->records + 1 || record.mono_ms < verifier->mono_ms ||
        record.chunk < verifier->result.checkpoint.chunks || record.chunk < verifier->record_chunk) {
        return asv_fail_at(err, ASV_E_MISMATCH, "seal: record out of sequence at byte", verifier->frame_at);
    }
    asv_seal_records_digest(verifier->records_digest, verifier->buffer, verifier->have);
    verifier->records++;
    verifier->record_chunk = record.chunk;
    verifier->mono_ms = record.mono_ms;
    verifier->records_seen = true;
    if (verifier->events.record != NULL) {
        return stop_if(verifier, verifier->events.record(verifier->events.ctx, &record));
    }
    return ASV_OK;
}

static enum asv_status take_leaf(struct asv_seal_verifier *verifier, struct asv_err *err)
{
    uint64_t index = verifier->tree.count;
    verifier->leaves_seen = true;
    enum asv_status status = asv_merkle_append(&verifier->tree, verifier->buffer);
    if (status != ASV_OK) {
        return asv_fail_at(err, status, "seal: too many chunks, leaves at byte", verifier->frame_at);
    }
    if (verifier->events.leaf != NULL) {
        return stop_if(verifier, verifier->events.leaf(verifier->events.ctx, index, verifier->buffer));
    }
    return ASV_OK;
}

/* Whether a checkpoint fits to all that was read before it: a text when not. */
static const char *wrong_checkpoint(const struct asv_seal_verifier *verifier,
                                    const struct asv_seal_checkpoint *checkpoint, enum asv_status *status)
{
    const struct asv_seal_result *result = &verifier->result;
    uint8_t root[ASV_SHA256_BYTES];
    *status = ASV_E_MISMATCH;
    if (memcmp(checkpoint->header_digest, result->header_digest, ASV_SHA256_BYTES) != 0) {
        return "seal: checkpoint of another clip at byte"; /* S-068 */
    }
    if (checkpoint->seq != result->checkpoint.seq + 1) {
        return "seal: checkpoint out of sequence at byte"; /* S-060 */
    }
    if (checkpoint->mono_ms < verifier->mono_ms ||
        memcmp(checkpoint->boot, result->header.boot, ASV_UUID_BYTES) != 0) {
        return "seal: checkpoint's clock goes back or is of another boot, at byte"; /* S-066 */
    }
    if (checkpoint->chunks != verifier->tree.count || checkpoint->records != verifier->records ||
        verifier->record_chunk > checkpoint->chunks) {
        return "seal: checkpoint counts other chunks or records, at byte"; /* S-069 */
    }
    *status = ASV_E_DIGEST;
    if (memcmp(checkpoint->records_digest, verifier->records_digest, ASV_SHA256_BYTES) != 0) {
        return "seal: records are not those that were signed, at byte"; /* S-064 */
    }
    asv_merkle_root(&verifier->tree, root);
    if (memcmp(checkpoint->root, root, sizeof root) != 0) {
        return "seal: leaves are not those that were signed, at byte"; /* S-062 */
    }
    return NULL;
}

static enum asv_status read_checkpoint(const struct asv_seal_verifier *verifier,
                                       struct asv_seal_checkpoint *out, uint8_t digest[ASV_SHA256_BYTES])
{
    return verifier->events.signature == NULL
               ? asv_seal_checkpoint_read(out, digest, verifier->buffer, verifier->have, verifier->signer.pk)
               : asv_seal_checkpoint_read_unsigned(out, digest, verifier->buffer, verifier->have);
}

static enum asv_status take_checkpoint(struct asv_seal_verifier *verifier, struct asv_err *err)
{
    struct asv_seal_result *result = &verifier->result;
    struct asv_seal_checkpoint checkpoint;
    uint8_t digest[ASV_SHA256_BYTES];
    enum asv_status status = read_checkpoint(verifier, &checkpoint, digest);
    if (status != ASV_OK) {
        return asv_fail_at(err, status, "seal: checkpoint unreadable or not signed by the sealer, at byte",
                           verifier->frame_at);
    }
    const char *wrong = wrong_checkpoint(verifier, &checkpoint, &status);
    if (wrong != NULL) {
        return asv_fail_at(err, status, wrong, verifier->frame_at);
    }
    if (verifier->events.signature != NULL &&
        stop_if(verifier, verifier->events.signature(verifier->events.ctx, verifier->buffer,
                                                     verifier->have)) != ASV_OK) {
        return verifier->stopped;
    }
    result->checkpoint = checkpoint;
    result->has_checkpoint = true;
    memcpy(verifier->checkpoint_digest, digest, sizeof digest);
    verifier->mono_ms = checkpoint.mono_ms;
    verifier->records_seen = false;
    verifier->leaves_seen = false;
    set_signed(verifier, digest);
    if (verifier->events.checkpoint != NULL) {
        return stop_if(verifier, verifier->events.checkpoint(verifier->events.ctx, &result->checkpoint));
    }
    return ASV_OK;
}

static enum asv_status take_end(struct asv_seal_verifier *verifier, struct asv_err *err)
{
    struct asv_seal_result *result = &verifier->result;
    struct asv_seal_end end;
    uint8_t digest[ASV_SHA256_BYTES];
    enum asv_status status =
        asv_seal_end_read(&end, digest, verifier->buffer, verifier->have, verifier->signer.pk);
    if (status != ASV_OK) {
        return asv_fail_at(err, status, "seal: end unreadable or not signed by the sealer, at byte",
                           verifier->frame_at);
    }
    /* S-070, S-071 */
    if (memcmp(end.header_digest, result->header_digest, ASV_SHA256_BYTES) != 0 ||
        end.checkpoint_seq != result->checkpoint.seq ||
        memcmp(end.checkpoint_digest, verifier->checkpoint_digest, ASV_SHA256_BYTES) != 0 ||
        end.payload_bytes / ASV_CHUNK_CIPHER_BYTES != result->checkpoint.chunks ||
        end.mono_ms < verifier->mono_ms) {
        return asv_fail_at(err, ASV_E_MISMATCH, "seal: end does not fit its last checkpoint, at byte",
                           verifier->frame_at);
    }
    result->end = end;
    result->ended = true;
    set_signed(verifier, digest);
    return ASV_OK;
}

static enum asv_status take_frame(struct asv_seal_verifier *verifier, struct asv_err *err)
{
    switch (verifier->frame_type) {
    case ASV_FRAME_HEADER:
        return take_header(verifier, err);
    case ASV_FRAME_RECORD:
        return take_record(verifier, err);
    case ASV_FRAME_LEAVES:
        return take_leaf(verifier, err);
    case ASV_FRAME_CHECKPOINT:
        return take_checkpoint(verifier, err);
    default:
        return take_end(verifier, err);
    }
}

/* ---- bytes ---- */

/* What the buffer waits for: a frame's header, a whole body, or one leaf of many. */
static size_t wanted(const struct asv_seal_verifier *verifier)
{
    if (!verifier->in_body) {
        return ASV_SEAL_FRAME_HEADER_BYTES - verifier->have;
    }
    return verifier->frame_type == ASV_FRAME_LEAVES ? ASV_SHA256_BYTES - verifier->have
                                                    : verifier->frame_left;
}

/* The buffer has what it waited for. */
static enum asv_status advance(struct asv_seal_verifier *verifier, struct asv_err *err)
{
    if (!verifier->in_body) {
        return begin_frame(verifier, err);
    }
    enum asv_status status = take_frame(verifier, err);
    verifier->have = 0;
    if (status == ASV_OK && verifier->frame_left == 0) {
        verifier->in_body = false;
        verifier->frame_at = verifier->result.seal_bytes;
    }
    return status;
}

enum asv_status asv_seal_verifier_feed(struct asv_seal_verifier *verifier, const void *data, size_t len,
                                       struct asv_err *err)
{
    struct asv_seal_result *result = &verifier->result;
    const uint8_t *at = data;

    while (len > 0 && result->status == ASV_OK && verifier->stopped == ASV_OK && !result->ended) {
        size_t take = wanted(verifier);
        take = take < len ? take : len;
        memcpy(verifier->buffer + verifier->have, at, take);
        verifier->have += (uint32_t)take;
        verifier->frame_left -= verifier->in_body ? (uint32_t)take : 0;
        result->seal_bytes += take;
        at += take;
        len -= take;
        if (wanted(verifier) > 0) {
            break; /* the input is used up */
        }
        enum asv_status status = advance(verifier, err);
        if (status != ASV_OK && verifier->stopped == ASV_OK) {
            result->status = status;
            result->wrong_at = verifier->frame_at; /* S-095 */
        }
    }
    result->seal_bytes += len; /* after END, or after something wrong: counted, not read (S-035) */
    return verifier->stopped != ASV_OK ? verifier->stopped : result->status;
}

enum asv_status asv_seal_check_chunk(const uint8_t leaf[ASV_SHA256_BYTES], const void *chunk, size_t len)
{
    uint8_t hash[ASV_SHA256_BYTES];
    if (len != ASV_CHUNK_CIPHER_BYTES) {
        return ASV_E_DIGEST;
    }
    asv_merkle_leaf(hash, chunk, len);
    return memcmp(hash, leaf, sizeof hash) == 0 ? ASV_OK : ASV_E_DIGEST;
}
