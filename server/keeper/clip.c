/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A clip that a request brings: what its signed header says, and the file key by whichever key is here. */
#include <string.h>

#include "firmware-proto/seal/frames.h"
#include "server/base/calendar.h"
#include "server/keeper/keeper.h"
#include "server/keeper/kept.h"

/* The body of the one HEADER frame that data must be. */
static enum asv_status header_body(struct asv_bytes data, struct asv_bytes *body)
{
    struct asv_reader in;
    uint8_t type;
    asv_reader_init(&in, data.data, data.len);
    enum asv_status status = asv_read_u8(&in, &type);
    if (status == ASV_OK && type != ASV_FRAME_HEADER) {
        status = ASV_E_MALFORMED;
    }
    if (status == ASV_OK) {
        status = asv_read_view32(&in, body, ASV_SEAL_HEADER_MAX_BYTES);
    }
    return status == ASV_OK ? asv_read_end(&in) : status;
}

/* K-055. A chain that was verified before is the same, byte for byte; whether it was revoked since is asked
 * each time. */
static enum asv_status verify_chain(struct asv_keeper *keeper, const struct asv_chain *chain,
                                    const uint8_t digest[ASV_SHA256_BYTES],
                                    const struct asv_revocations *revocations, struct asv_err *err)
{
    uint8_t *known = keeper->chains[digest[0]];
    if (memcmp(known, digest, ASV_SHA256_BYTES) == 0) {
        return asv_chain_stands(chain, ASV_TIME_UNKNOWN, revocations, err);
    }
    enum asv_status status = asv_chain_verify(chain, keeper->identity.root_pk, ASV_ROLE_CAMERA,
                                              ASV_TIME_UNKNOWN, revocations, err);
    if (status == ASV_OK) {
        memcpy(known, digest, ASV_SHA256_BYTES);
    }
    return status;
}

enum asv_status asv_keeper_read_header(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                       const struct asv_revocations *revocations,
                                       struct asv_seal_header *header,
                                       uint8_t header_digest[ASV_SHA256_BYTES], struct asv_err *err)
{
    struct asv_chain chain;
    struct asv_bytes body;
    uint8_t agency[ASV_SHA256_BYTES];
    uint8_t digest[ASV_SHA256_BYTES];
    uint8_t chain_digest[ASV_SHA256_BYTES];
    enum asv_status status = asv_chain_decode(&chain, request->chain.data, request->chain.len, err);
    if (status == ASV_OK) {
        asv_chain_digest(chain_digest, &chain);
        status = verify_chain(keeper, &chain, chain_digest, revocations, err);
    }
    if (status == ASV_OK) {
        status = header_body(request->header, &body);
    }
    if (status == ASV_OK) {
        status = asv_seal_header_read(header, header_digest, body.data, body.len, chain.leaf.signing_pk, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    asv_key_digest(agency, keeper->identity.root_pk);
    if (memcmp(header->agency, agency, sizeof agency) != 0 || header->sealer != ASV_SEALER_CAMERA) {
        return asv_fail(err, ASV_E_MISMATCH, "seal header: of another agency, or not sealed by a camera");
    }
    asv_cert_digest(digest, &chain.leaf);
    if (memcmp(header->cert_digest, digest, sizeof digest) != 0) {
        return asv_fail(err, ASV_E_MISMATCH, "seal header: names another certificate");
    }
    if (memcmp(header->chain_digest, chain_digest, sizeof chain_digest) != 0) {
        return asv_fail(err, ASV_E_MISMATCH, "seal header: names another chain");
    }
    return ASV_OK;
}

enum asv_status asv_keeper_read_clip(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                     const struct asv_revocations *revocations,
                                     struct asv_keeper_opening *out, struct asv_err *err)
{
    *out = (struct asv_keeper_opening){.fact = true}; /* all that can fail here is about the clip */
    enum asv_status status =
        asv_keeper_read_header(keeper, request, revocations, &out->header, out->digest, err);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_seal_stanzas_check(&out->header, request->stanzas); /* K-056 */
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, "stanzas: not those the seal header names");
}

const struct asv_index_ahead *asv_keeper_ahead_of(const struct asv_keeper *keeper,
                                                  const struct asv_seal_header *header,
                                                  const struct asv_kept *kept,
                                                  const struct asv_index_ahead *after)
{
    const struct asv_index *index = keeper->store->index;
    bool behind = after == NULL;
    for (uint32_t i = 0; i < asv_index_count(index, ASV_INDEX_AHEADS); i++) {
        const struct asv_index_ahead *ahead = asv_index_row(index, ASV_INDEX_AHEADS, i);
        if (behind && memcmp(ahead->camera, header->cert_digest, sizeof ahead->camera) == 0 && /* K-091 */
            header->start_wall_ms >= ahead->from_ms && header->start_wall_ms < ahead->until_ms &&
            asv_kept_by_ahead(kept, ahead)) {
            return ahead;
        }
        behind = behind || ahead == after;
    }
    return NULL;
}

/* Whether something with this due instant may not be used any more. While destruction stands still because
 * the clock is in doubt, so is this: then it is an error, and nobody is told no. */
static enum asv_status check_due(const struct asv_keeper *keeper, int64_t due_ms, bool *over,
                                 struct asv_err *err)
{
    int64_t now = 0;
    enum asv_status status = asv_world_wall_ms(keeper->world, &now);
    if (status != ASV_OK) {
        return asv_fail(err, status, "the clock cannot be read");
    }
    *over = due_ms != 0 && due_ms <= now; /* K-058 */
    if (*over && keeper->store->index->stop != ASV_KEEPER_RUNNING) {
        return asv_fail(err, ASV_E_STATE, "the key is due, but destruction stands still"); /* K-059 */
    }
    return ASV_OK;
}

static bool is_sealed_for(const struct asv_seal_header *header, const struct asv_ahead_key *key)
{
    bool is = false;
    for (unsigned i = 0; !is && i < header->stanza_count; i++) {
        is = memcmp(header->stanzas[i].key_id, key->id, sizeof key->id) == 0;
    }
    return is;
}

/* Ranges overlap, and one that came late has not the keys of all its days. */
const struct asv_ahead_key *asv_keeper_copy_of(const struct asv_keeper *keeper,
                                               const struct asv_seal_header *header,
                                               const struct asv_kept *kept)
{
    const struct asv_index_ahead *ahead = NULL;
    uint32_t date = header->key_kind == ASV_KEY_DAY ? header->key_date : 0;
    while ((ahead = asv_keeper_ahead_of(keeper, header, kept, ahead)) != NULL) {
        for (unsigned i = 0; i < ahead->key_count; i++) {
            if (ahead->keys[i].date == date && is_sealed_for(header, &ahead->keys[i])) {
                return &ahead->keys[i];
            }
        }
    }
    return NULL;
}

/* A key that a HOLD_AHEAD keeps: into scratch->key, with its due instant if it is a reserve key. */
static bool find_ahead(struct asv_keeper *keeper, const struct asv_seal_header *header,
                       const struct asv_kept *kept)
{
    const struct asv_ahead_key *copy = asv_keeper_copy_of(keeper, header, kept);
    if (copy != NULL) {
        keeper->scratch->key.due_ms = copy->due_ms;
        memcpy(keeper->scratch->key.sk, copy->sk, sizeof keeper->scratch->key.sk);
    }
    return copy != NULL;
}

/* By scratch->key. */
static enum asv_status unwrap(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                              const struct asv_seal_header *header, struct asv_err *err)
{
    enum asv_status status =
        asv_seal_unwrap(keeper->scratch->file_key, header, request->stanzas, keeper->scratch->key.sk);
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, "the clip does not open with its key");
}

/* By the key that the keeper keeps for this clip alone; when that is over, by what a hold before docking has.
 */
static enum asv_status by_kept(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                               const struct asv_kept *kept, struct asv_keeper_opening *out,
                               struct asv_err *err)
{
    uint8_t commitment[ASV_SHA256_BYTES];
    bool over = kept->state == ASV_KEEPER_OVER;
    if (kept->state == ASV_KEEPER_GONE) { /* K-085 */
        out->fact = true;
        return asv_fail(err, ASV_E_EXPIRED, "the clip was erased");
    }
    enum asv_status status = over ? ASV_OK : check_due(keeper, kept->due_ms, &over, err);
    if (status != ASV_OK) {
        return status;
    }
    out->fact = true;
    out->period_ms = kept->period_ms;
    out->forget_ms = kept->forget_ms;
    if (over) { /* K-085, K-091 */
        return find_ahead(keeper, &out->header, kept)
                   ? unwrap(keeper, request, &out->header, err)
                   : asv_fail(err, ASV_E_EXPIRED, "the clip is due for erasure");
    }
    memcpy(keeper->scratch->file_key, kept->file_key, sizeof keeper->scratch->file_key);
    asv_key_commitment(commitment, keeper->scratch->file_key);
    return asv_equal(commitment, out->header.commitment, sizeof commitment)
               ? ASV_OK
               : asv_fail(err, ASV_E_DIGEST, "the key that is kept is not the one the clip commits to");
}

/* The day or reserve key that one of the header's stanzas is for. */
static enum asv_status find_key(struct asv_keeper *keeper, const struct asv_seal_header *header,
                                struct asv_err *err)
{
    enum asv_status status = ASV_E_NOT_FOUND;
    for (unsigned i = 0; status == ASV_E_NOT_FOUND && i < header->stanza_count; i++) {
        status = asv_store_find(keeper->store, header->key_kind, header->key_date, header->cert_digest,
                                header->stanzas[i].key_id, &keeper->scratch->key, err);
    }
    return status;
}

/* K-057 */
static enum asv_status date_reserve(struct asv_keeper *keeper, const struct asv_seal_header *header,
                                    struct asv_err *err)
{
    struct asv_store_change change;
    int64_t due_ms = 0;
    if (header->key_kind != ASV_KEY_RESERVE || keeper->scratch->key.due_ms != 0) {
        return ASV_OK;
    }
    enum asv_status status = asv_keeper_reserve_due(keeper, &due_ms, err);
    if (status == ASV_OK) {
        status = asv_store_begin(keeper->store, &change, err);
    }
    if (status == ASV_OK) {
        asv_store_reserve_used(&change, header->cert_digest, due_ms);
        status = asv_store_commit(&change, false, err);
    }
    if (status == ASV_OK) {
        keeper->scratch->key.due_ms = due_ms;
    }
    return status;
}

/* By the key that it was sealed for. */
static enum asv_status by_sealed(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                 struct asv_keeper_opening *out, struct asv_err *err)
{
    const struct asv_seal_header *header = &out->header;
    bool over = false;
    enum asv_status status = find_key(keeper, header, err);
    if (status == ASV_OK) {
        status = check_due(keeper, keeper->scratch->key.due_ms, &over, err);
    }
    if (status == ASV_OK && !over) {
        status = date_reserve(keeper, header, err);
    }
    bool none = status == ASV_E_NOT_FOUND || (status == ASV_OK && over);
    if (none && find_ahead(keeper, header, NULL)) {
        status = header->key_kind == ASV_KEY_DAY
                     ? asv_keeper_due(keeper, header->key_date, &keeper->scratch->key.due_ms, err)
                     : ASV_OK;
    } else if (none) {
        out->fact = true;
        return over ? asv_fail(err, ASV_E_EXPIRED, "the key is due for destruction") : status;
    }
    if (status != ASV_OK) {
        return status;
    }
    out->fact = true;
    out->period_ms = out->forget_ms = keeper->scratch->key.due_ms;
    return unwrap(keeper, request, header, err);
}

enum asv_status asv_keeper_open_clip(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                     struct asv_keeper_opening *out, struct asv_err *err)
{
    const struct asv_kept *kept = asv_index_find(keeper->store->index, ASV_INDEX_KEPT, out->digest);
    out->fact = false;
    return kept != NULL && kept->state != ASV_KEEPER_PLAIN ? by_kept(keeper, request, kept, out, err)
                                                           : by_sealed(keeper, request, out, err);
}

enum asv_status asv_keeper_told(const struct asv_keeper_opening *opening, enum asv_status status)
{
    bool own = status != ASV_OK && !opening->fact;
    return own && asv_status_class(status) != ASV_CLASS_RETRY ? ASV_E_AWAY : status;
}

enum asv_status asv_keeper_try_chunks(const struct asv_keeper_request *request,
                                      const struct asv_seal_header *header,
                                      struct asv_keeper_scratch *scratch, struct asv_err *err)
{
    enum asv_status status = asv_seal_opener_init(&scratch->opener, header, scratch->file_key);
    for (unsigned i = 0; status == ASV_OK && i < request->chunk_count; i++) {
        status = asv_seal_opener_decrypt(&scratch->opener, scratch->plain, request->chunks[i].data,
                                         request->chunks[i].index);
    }
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, "the clip does not open with its key");
}
