/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * OPENS: does this clip open with a key that is here? One boolean leaves, and nothing else. */
#include <string.h>

#include "firmware-proto/seal/frames.h"
#include "server/base/calendar.h"
#include "server/keeper/keeper.h"

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

enum asv_status asv_keeper_read_header(const struct asv_keeper *keeper,
                                       const struct asv_keeper_request *request,
                                       const struct asv_revocations *revocations,
                                       struct asv_seal_header *header,
                                       uint8_t header_digest[ASV_SHA256_BYTES], struct asv_err *err)
{
    struct asv_chain chain;
    struct asv_bytes body;
    uint8_t agency[ASV_SHA256_BYTES];
    uint8_t digest[ASV_SHA256_BYTES];
    enum asv_status status = asv_chain_decode(&chain, request->chain.data, request->chain.len, err);
    if (status == ASV_OK) {
        status = asv_chain_verify(&chain, keeper->identity.root_pk, ASV_ROLE_CAMERA, ASV_TIME_UNKNOWN,
                                  revocations, err);
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
    asv_chain_digest(digest, &chain);
    if (memcmp(header->chain_digest, digest, sizeof digest) != 0) {
        return asv_fail(err, ASV_E_MISMATCH, "seal header: names another chain");
    }
    return ASV_OK;
}

static enum asv_status verify_header(const struct asv_keeper *keeper,
                                     const struct asv_keeper_request *request,
                                     const struct asv_revocations *revocations,
                                     struct asv_seal_header *header, struct asv_err *err)
{
    uint8_t digest[ASV_SHA256_BYTES];
    enum asv_status status = asv_keeper_read_header(keeper, request, revocations, header, digest, err);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_seal_stanzas_check(header, request->stanzas); /* K-056 */
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, "stanzas: not those the seal header names");
}

/* The key that one of the header's stanzas is for. */
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

/* What is due is used no more, destroyed or not. While destruction stands still because the clock is in
 * doubt, so is this: then nobody is told no. */
static enum asv_status check_due(const struct asv_keeper *keeper, bool *gone, struct asv_err *err)
{
    int64_t due_ms = keeper->scratch->key.due_ms;
    int64_t now = 0;
    enum asv_status status = asv_world_wall_ms(keeper->world, &now);
    if (status != ASV_OK) {
        return asv_fail(err, status, "the clock cannot be read");
    }
    *gone = due_ms != 0 && due_ms <= now; /* K-058 */
    if (*gone && keeper->store->index->stop != ASV_KEEPER_RUNNING) {
        return asv_fail(err, ASV_E_STATE, "the key is due, but destruction stands still"); /* K-059 */
    }
    return ASV_OK;
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
    return status;
}

static enum asv_status decrypt(const struct asv_keeper_request *request, const struct asv_seal_header *header,
                               struct asv_keeper_scratch *scratch, struct asv_err *err)
{
    enum asv_status status = asv_seal_unwrap(scratch->file_key, header, request->stanzas, scratch->key.sk);
    if (status == ASV_OK) {
        status = asv_seal_opener_init(&scratch->opener, header, scratch->file_key);
    }
    for (unsigned i = 0; status == ASV_OK && i < request->chunk_count; i++) {
        status = asv_seal_opener_decrypt(&scratch->opener, scratch->plain, request->chunks[i].data,
                                         request->chunks[i].index);
    }
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, "the clip does not open with its key");
}

static void log_answer(const struct asv_keeper *keeper, const struct asv_seal_header *header, bool opens,
                       const struct asv_err *why)
{
    if (keeper->log == NULL) {
        return;
    }
    struct asv_log log = asv_log_for_clip(keeper->log, header->clip);
    asv_log_event(&log, ASV_LOG_INFO, "opens", asv_log_text("answer", opens ? "yes" : "no"),
                  asv_log_text("why", opens ? "" : why->text));
}

/* Everything about the clip that is not as it must be is a "no"; what the keeper itself cannot do is an
 * error. */
static enum asv_status opens_or_not(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                    struct asv_keeper_reply *reply, struct asv_err *err)
{
    struct asv_revocations list;
    const struct asv_revocations *revocations = NULL;
    struct asv_seal_header header = {0};
    struct asv_err why = {0};
    bool gone = false;
    enum asv_status status = asv_keeper_revocations(keeper, &list, &revocations, err);
    if (status != ASV_OK) {
        return status;
    }
    bool opens = verify_header(keeper, request, revocations, &header, &why) == ASV_OK;
    if (opens) {
        status = find_key(keeper, &header, &why);
        if (status != ASV_OK && status != ASV_E_NOT_FOUND) {
            return asv_fail(err, status, why.text);
        }
        opens = status == ASV_OK;
    }
    status = ASV_OK;
    if (opens) {
        status = check_due(keeper, &gone, err);
        if (status == ASV_OK && gone) {
            opens = asv_fail(&why, ASV_E_EXPIRED, "the key is due for destruction") == ASV_OK;
        } else if (status == ASV_OK) {
            status = date_reserve(keeper, &header, err);
        }
    }
    opens = opens && status == ASV_OK && decrypt(request, &header, keeper->scratch, &why) == ASV_OK;
    asv_wipe(keeper->scratch, sizeof *keeper->scratch); /* K-049 */
    if (status == ASV_OK) {
        reply->opens = opens;
        log_answer(keeper, &header, opens, &why);
    }
    return status;
}

enum asv_status asv_keeper_opens(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                 struct asv_keeper_reply *reply, struct asv_err *err)
{
    enum asv_status status = opens_or_not(keeper, request, reply, err);
    /* K-059: no error of the keeper's may look like a fact about the clip. */
    return status == ASV_OK || asv_status_class(status) == ASV_CLASS_RETRY ? status : ASV_E_AWAY;
}
