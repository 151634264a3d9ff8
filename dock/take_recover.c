/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a crash left in the vault: read from the clip's directory alone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dock/take.h"

#define SEAL_BLOCK_BYTES 60000 /* as a camera would send it */

enum asv_status asv_take_put_notes(struct asv_take *take, struct asv_err *err)
{
    uint8_t data[ASV_COMMIT_MAX_BYTES];
    size_t len = 0;
    struct asv_commit notes = take->facts;
    static const uint8_t kinds[] = {[ASV_TAKE_STORE] = ASV_COMMIT_STORED,
                                    [ASV_TAKE_QUARANTINE] = ASV_COMMIT_QUARANTINED,
                                    [ASV_TAKE_EXPIRE] = ASV_COMMIT_EXPIRED_ON_ARRIVAL};
    notes.kind = kinds[take->way];
    snprintf(notes.reason, sizeof notes.reason, "%s", take->reason);
    notes.readback = ASV_READBACK_NONE;
    notes.payload_bytes = asv_wire_clip_payload_bytes(&take->offer);
    enum asv_status status = asv_commit_encode(&notes, take->site->keys->sign, data, sizeof data, &len);
    if (status)
        return asv_fail(err, status, "the dock's notes cannot be made");
    return asv_clip_put(take->dir, ASV_PART_DOCKING, data, len, err);
}

/* What cannot be read is as good as not there: whoever has the recording will offer it again. Only a failing
 * disk is an error. */
static enum asv_status forgive(enum asv_status status, bool *usable)
{
    *usable = status == ASV_OK;
    return status == ASV_E_IO || status == ASV_E_NO_MEMORY ? status : ASV_OK;
}

static enum asv_status read_record(struct asv_take *take, enum asv_part part, uint8_t *data, size_t *len,
                                   struct asv_commit *out, bool *usable, struct asv_err *err)
{
    enum asv_status status = asv_clip_get(take->dir, part, data, ASV_COMMIT_MAX_BYTES, len, err);
    if (!status)
        status = asv_commit_verify(out, data, *len, take->site->dock.leaf.signing_pk, NULL);
    return forgive(status, usable);
}

static enum asv_status read_chain(struct asv_take *take, bool *usable, struct asv_err *err)
{
    struct asv_docking *docking = take->docking;
    enum asv_status status = asv_clip_get(take->dir, ASV_PART_CHAIN, docking->chain, sizeof docking->chain,
                                          &docking->chain_len, err);
    if (!status)
        status = asv_chain_decode(&docking->camera, docking->chain, docking->chain_len, NULL);
    if (!status) {
        uint8_t digest[ASV_SHA256_BYTES];
        asv_chain_digest(digest, &docking->camera);
        asv_cert_digest(docking->camera_cert, &docking->camera.leaf);
        if (memcmp(digest, take->facts.chain_digest, sizeof digest) != 0 ||
            memcmp(docking->camera_cert, take->facts.camera_cert, sizeof docking->camera_cert) != 0)
            status = ASV_E_MISMATCH;
    }
    return forgive(status, usable);
}

static void fill_docking(struct asv_docking *docking, const struct asv_commit *notes)
{
    memcpy(docking->session, notes->session, sizeof docking->session);
    docking->slot = notes->slot;
    snprintf(docking->port, sizeof docking->port, "%s", notes->port);
    docking->began_ms = notes->docked_ms;
    docking->partial = true;
    docking->emptied_ms = ASV_TIME_UNKNOWN;
    docking->has_fix = notes->uncertainty_ms != ASV_COMMIT_NO_CLOCK;
    docking->fix.offset_ms = notes->offset_ms;
    docking->fix.uncertainty_ms = notes->uncertainty_ms;
    docking->fix.clock_state = notes->clock_state;
    memcpy(docking->status.epoch, notes->epoch, sizeof docking->status.epoch);
    docking->status.last_number = notes->number;
    snprintf(docking->status.firmware, sizeof docking->status.firmware, "%s", notes->firmware);
    memcpy(docking->status.firmware_digest, notes->firmware_digest, sizeof docking->status.firmware_digest);
}

static void fill_offer(struct asv_take *take, const struct asv_commit *notes)
{
    struct asv_wire_clip *offer = &take->offer;
    offer->number = notes->number;
    memcpy(offer->clip, notes->clip, sizeof offer->clip);
    memcpy(offer->header, notes->header_digest, sizeof offer->header);
    offer->chunks = notes->leaves;
    if (notes->payload_bytes > notes->leaves * ASV_VAULT_CHUNK_BYTES)
        offer->flags |= ASV_WIRE_CLIP_ENDED;
    offer->seal_bytes = notes->seal_bytes;
    offer->tail_bytes = notes->tail_bytes;
    offer->link_bytes = notes->link_bytes;
    offer->start_wall_ms = notes->start_ms;
    take->chunks = notes->leaves;
    static const enum asv_take_way ways[] = {[ASV_COMMIT_STORED] = ASV_TAKE_STORE,
                                             [ASV_COMMIT_QUARANTINED] = ASV_TAKE_QUARANTINE,
                                             [ASV_COMMIT_EXPIRED_ON_ARRIVAL] = ASV_TAKE_EXPIRE};
    take->way = ways[notes->kind];
    snprintf(take->reason, sizeof take->reason, "%s", notes->reason);
}

/* A commit record says that the camera may have erased the recording: what cannot be used of it here is for
 * people, and is never thrown away. */
static enum asv_status refuse_committed(struct asv_take *take, struct asv_err *err)
{
    uint64_t size = 0;
    enum asv_status status = asv_clip_size(take->dir, ASV_PART_COMMIT, &size, err);
    return status || size == 0
               ? status
               : asv_fail(err, ASV_E_DIGEST,
                          "its commit record, chain or receipt is damaged or of another dock; run asservat "
                          "vault scrub, then asservat db rebuild");
}

/* Feeds the staged seal to the verifier again, which gives the leaves. */
static enum asv_status verify_seal(struct asv_take *take, bool *usable, struct asv_err *err)
{
    uint8_t block[SEAL_BLOCK_BYTES];
    uint64_t size = 0, at = 0;
    enum asv_status status = asv_clip_size(take->dir, ASV_PART_SEAL, &size, err);
    while (!status && at < size) {
        size_t len = size - at < sizeof block ? (size_t)(size - at) : sizeof block;
        status = asv_clip_read(take->dir, ASV_PART_SEAL, at, block, len, err);
        if (!status)
            status = asv_take_seal_again(take, block, len, err);
        at += len;
    }
    if (!status)
        status = asv_take_flush_leaves(take, err);
    const struct asv_seal_result *result = asv_seal_verifier_result(&take->verifier);
    uint8_t digest[ASV_SHA256_BYTES];
    asv_sha256_final(&take->seal_hash, digest);
    *usable = result->has_header && result->checkpoint.chunks == take->chunks &&
              memcmp(digest, take->facts.seal_digest, sizeof digest) == 0 &&
              memcmp(result->header_digest, take->offer.header, ASV_SHA256_BYTES) == 0;
    return status;
}

static enum asv_status read_small(struct asv_take *take, bool *usable, struct asv_err *err)
{
    const struct asv_seal_header *header = &asv_seal_verifier_result(&take->verifier)->header;
    uint8_t digest[ASV_SHA256_BYTES] = {0};
    uint64_t size = 0;
    enum asv_status status = asv_clip_size(take->dir, ASV_PART_TAIL, &take->tail_bytes, err);
    if (!status && take->tail_bytes > 0) {
        size_t len =
            take->tail_bytes < sizeof take->tail_start ? (size_t)take->tail_bytes : sizeof take->tail_start;
        status = asv_clip_read(take->dir, ASV_PART_TAIL, 0, take->tail_start, len, err);
    }
    if (!status)
        status = asv_clip_digest(take->dir, ASV_PART_TAIL, digest, &size, err);
    *usable = memcmp(digest, take->facts.tail_digest, sizeof digest) == 0;
    if (!status)
        status = asv_clip_digest(take->dir, ASV_PART_STANZAS, digest, &size, err);
    *usable = *usable && memcmp(digest, take->facts.stanzas_digest, sizeof digest) == 0;
    if (!status)
        status = asv_clip_digest(take->dir, ASV_PART_LINK, digest, &size, err);
    *usable = *usable && size == take->facts.link_bytes &&
              memcmp(digest, take->facts.link_digest, sizeof digest) == 0;
    take->stanza_count = header->stanza_count;
    for (size_t i = 0; i < header->stanza_count; i++)
        memcpy(take->stanza_digests[i], header->stanzas[i].digest, ASV_SHA256_BYTES);
    return status;
}

/* The crash may have come when one root had them and the other not. */
static enum asv_status put_in_every_root(struct asv_take *take, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    if (take->receipt_len > 0)
        status = asv_clip_put(take->dir, ASV_PART_RECEIPT, take->receipt, take->receipt_len, err);
    return status ? status : asv_clip_put(take->dir, ASV_PART_COMMIT, take->record, take->record_len, err);
}

static enum asv_status read_recorded(struct asv_take *take, enum asv_take_found *found, struct asv_err *err)
{
    bool usable = false;
    struct asv_receipt receipt;
    enum asv_status status =
        read_record(take, ASV_PART_COMMIT, take->record, &take->record_len, &take->facts, &usable, err);
    if (status || !usable)
        return status;
    fill_docking(take->docking, &take->facts);
    fill_offer(take, &take->facts);
    status = read_chain(take, &usable, err);
    if (status || !usable)
        return status;
    if (take->way == ASV_TAKE_EXPIRE) {
        *found = ASV_TAKE_FOUND_RECORDED;
        return put_in_every_root(take, err);
    }
    status = asv_clip_get(take->dir, ASV_PART_RECEIPT, take->receipt, sizeof take->receipt,
                          &take->receipt_len, err);
    if (!status)
        status = asv_take_read_receipt(take->site, &receipt, take->receipt, take->receipt_len, NULL);
    if (!status) {
        asv_object_digest(take->receipt_digest, &receipt.object);
        take->stanza_count = receipt.custody.stanza_count; /* should it have to go to quarantine after all */
        memcpy(take->stanza_digests, receipt.custody.stanzas, sizeof take->stanza_digests);
        take->was_recorded = true;
        *found = ASV_TAKE_FOUND_RECORDED;
        return put_in_every_root(take, err);
    }
    return forgive(status, &usable);
}

bool asv_take_is_over(const struct asv_take *take)
{
    int64_t now = 0;
    return take->facts.due_ms != 0 && asv_world_wall_ms(take->site->world, &now) == ASV_OK &&
           take->facts.due_ms <= now;
}

static enum asv_status look(struct asv_take *take, enum asv_take_found *found, struct asv_err *err)
{
    uint8_t notes[ASV_COMMIT_MAX_BYTES];
    size_t len = 0;
    bool usable = false;
    enum asv_status status = read_record(take, ASV_PART_DOCKING, notes, &len, &take->facts, &usable, err);
    if (status || !usable)
        return status;
    fill_docking(take->docking, &take->facts);
    fill_offer(take, &take->facts);
    if (asv_clip_area(take->dir) != ASV_VAULT_STAGING)
        status =
            asv_clip_rejoin(take->dir, take->facts.camera_cert, take->facts.epoch, take->facts.number, err);
    if (!status)
        status = read_chain(take, &usable, err);
    if (!status && usable) {
        asv_take_begin_seal(take);
        status = verify_seal(take, &usable, err);
    }
    if (!status && usable)
        status = read_small(take, &usable, err);
    if (status || !usable)
        return status;
    *found = ASV_TAKE_FOUND_PARTS;
    if (asv_take_is_over(take))
        take->way = ASV_TAKE_EXPIRE;
    if (take->way == ASV_TAKE_EXPIRE) {
        const struct asv_seal_result *result = asv_seal_verifier_result(&take->verifier);
        take->facts.integrity = (uint8_t)(result->ended ? ASV_INTEGRITY_VALID : ASV_INTEGRITY_TRUNCATED);
        *found = ASV_TAKE_FOUND_EXPIRED;
        return ASV_OK;
    }
    status = asv_take_prepare(take, err);
    if (!status && take->resumes)
        status = asv_take_scan(take, err);
    if (!status && take->have_count != take->chunks && asv_take_is_in_custody(take))
        *found = ASV_TAKE_FOUND_NOTHING; /* of use: a root that had failed */
    if (status || take->have_count != take->chunks)
        return status;
    *found = ASV_TAKE_FOUND_WHOLE;
    return asv_take_end(take, err);
}

static enum asv_status check_payload(struct asv_take *take, bool *usable, struct asv_err *err)
{
    const struct asv_commit *facts = &take->facts;
    uint64_t size = 0, bad = 0, full = facts->leaves * ASV_VAULT_CHUNK_BYTES;
    enum asv_readback mode = ASV_READBACK_NONE;
    uint8_t root[ASV_SHA256_BYTES];
    enum asv_status status = asv_clip_size(take->dir, ASV_PART_PAYLOAD, &size, err);
    *usable = size == facts->payload_bytes && size >= full;
    if (status || !*usable)
        return status;
    if (size > full)
        asv_clip_expect_final(take->dir, facts->final_chunk);
    uint8_t *bits = calloc(1, (size_t)(facts->leaves / 8 + 1));
    if (!bits)
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory to read a recording back");
    status = asv_clip_readback(take->dir, facts->leaves, NULL, bits, &bad, &mode, root, err);
    *usable = !status && bad == 0 && memcmp(root, facts->root, sizeof root) == 0;
    free(bits);
    return status;
}

enum asv_status asv_take_check(struct asv_take *take, struct asv_err *err)
{
    const struct asv_commit facts = take->facts;
    bool usable = false;
    fill_offer(take, &facts);
    asv_take_begin_seal(take);
    enum asv_status status = verify_seal(take, &usable, err);
    if (!status && usable)
        status = read_small(take, &usable, err);
    if (!status && usable)
        status = asv_take_confirm_files(take, err);
    if (!status && usable)
        status = check_payload(take, &usable, err);
    return status || usable ? status
                            : asv_fail(err, ASV_E_DIGEST, "the vault does not hold what was committed");
}

enum asv_status asv_take_reopen(struct asv_take *take, const struct asv_site *site,
                                struct asv_docking *docking, enum asv_vault_area area, const char *path,
                                enum asv_take_found *found, struct asv_err *err)
{
    static const struct asv_wire_clip nothing;
    asv_take_init(take, site, docking, &nothing);
    *found = ASV_TAKE_FOUND_NOTHING;
    enum asv_status status = asv_vault_open_clip(site->vault, area, path, &take->dir, err);
    if (!status && area != ASV_VAULT_STAGING)
        status = read_recorded(take, found, err);
    if (!status && *found == ASV_TAKE_FOUND_NOTHING && area != ASV_VAULT_STAGING)
        status = refuse_committed(take, err);
    if (!status && *found == ASV_TAKE_FOUND_NOTHING)
        status = look(take, found, err);
    if (!status && *found != ASV_TAKE_FOUND_RECORDED && area != ASV_VAULT_STAGING &&
        !asv_clip_sees_all(take->dir))
        status = asv_fail(err, ASV_E_AWAY, "its commit record may be on a disk that is away");
    return status;
}
