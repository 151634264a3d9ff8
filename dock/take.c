/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "dock/take.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/seal/link.h"
#include "server/base/fail.h"

void asv_take_init(struct asv_take *take, const struct asv_site *site, struct asv_docking *docking,
                   const struct asv_wire_clip *offer)
{
    memset(take, 0, sizeof *take);
    take->site = site;
    take->docking = docking;
    take->offer = *offer;
    take->way = ASV_TAKE_STORE;
}

void asv_take_not_coming(struct asv_take *take)
{
    atomic_fetch_sub(take->site->quarantine_coming, take->coming);
    take->coming = 0;
}

void asv_take_clear(struct asv_take *take)
{
    asv_take_not_coming(take);
    asv_clip_close(take->dir);
    take->dir = NULL;
    free(take->have);
    free(take->wrong);
    take->have = take->wrong = NULL;
}

enum asv_status asv_take_check_offer(const struct asv_site *site, const struct asv_wire_clip *offer,
                                     struct asv_err *err)
{
    if (offer->chunks > site->limits.max_chunks)
        return asv_fail_at(err, ASV_E_LIMIT, "the recording is larger than this dock takes; chunks",
                           offer->chunks);
    if (offer->seal_bytes > site->limits.max_seal_bytes)
        return asv_fail_at(err, ASV_E_LIMIT, "the recording's seal is larger than this dock takes; bytes",
                           offer->seal_bytes);
    if (offer->tail_bytes > site->limits.max_tail_bytes)
        return asv_fail_at(err, ASV_E_LIMIT,
                           "there is more behind the last checkpoint than this dock takes; bytes",
                           offer->tail_bytes);
    if (offer->stanzas_bytes > ASV_SEAL_STANZAS_MAX_BYTES || offer->link_bytes > ASV_LINK_MAX_BYTES)
        return asv_fail(err, ASV_E_LIMIT, "stanzas or link record are longer than they can be");
    return ASV_OK;
}

/* ---- what the seal says, as it comes ---- */

enum asv_status asv_take_flush_leaves(struct asv_take *take, struct asv_err *err)
{
    if (take->leaf_count == 0)
        return ASV_OK;
    enum asv_status status =
        asv_clip_leaf_put(take->dir, take->leaf_first, take->leaves[0], take->leaf_count, err);
    take->leaf_first += take->leaf_count;
    take->leaf_count = 0;
    return status;
}

static enum asv_status on_leaf(void *ctx, uint64_t index, const uint8_t leaf[ASV_SHA256_BYTES])
{
    struct asv_take *take = ctx;
    if (index >= take->site->limits.max_chunks)
        return ASV_E_LIMIT;
    assert(index == take->leaf_first + take->leaf_count);
    memcpy(take->leaves[take->leaf_count++], leaf, ASV_SHA256_BYTES);
    return take->leaf_count == ASV_TAKE_LEAF_BATCH ? asv_take_flush_leaves(take, NULL) : ASV_OK;
}

static enum asv_status on_record(void *ctx, const struct asv_seal_record *record)
{
    struct asv_take *take = ctx;
    if (record->kind == ASV_RECORD_MARKER)
        take->saw_marked = true;
    else if (record->kind == ASV_RECORD_DWELLING)
        take->saw_dwelling = true;
    else if (record->kind == ASV_RECORD_PREROLL_END && record->value_len == 4)
        take->saw_pre_roll_ms = asv_load_be32(record->value);
    return ASV_OK;
}

static enum asv_status on_checkpoint(void *ctx, const struct asv_seal_checkpoint *checkpoint)
{
    (void)checkpoint;
    struct asv_take *take = ctx;
    take->marked = take->saw_marked;
    take->dwelling = take->saw_dwelling;
    take->pre_roll_ms = take->saw_pre_roll_ms;
    return ASV_OK;
}

void asv_take_begin_seal(struct asv_take *take)
{
    struct asv_seal_signer signer;
    const struct asv_seal_events events = {
        .ctx = take, .leaf = on_leaf, .record = on_record, .checkpoint = on_checkpoint};
    asv_seal_signer_of(&signer, &take->docking->camera);
    asv_seal_verifier_init(&take->verifier, &signer, &events);
    take->leaf_first = 0;
    take->leaf_count = 0;
    take->seal_bytes = 0;
    asv_sha256_init(&take->seal_hash);
    asv_sha256_init(&take->tail_hash);
    take->marked = take->saw_marked = take->dwelling = take->saw_dwelling = false;
    take->pre_roll_ms = take->saw_pre_roll_ms = 0;
}

/* Room for the chunks that are not reserved yet, and other bytes beside them. */
static enum asv_status check_room(const struct asv_take *take, uint64_t chunks, uint64_t other,
                                  struct asv_err *err)
{
    uint64_t room = 0, staged = 0, need = chunks * ASV_VAULT_CHUNK_BYTES;
    enum asv_status status = asv_vault_free_bytes(take->site->vault, &room, err);
    if (!status)
        status = asv_clip_size(take->dir, ASV_PART_PAYLOAD, &staged, err);
    if (status || (staged > 0 && staged >= need)) /* reserved: it was begun when there was room */
        return status;
    need += other + ASV_VAULT_FINAL_BYTES - staged;
    if (room < take->site->limits.free_floor_bytes || room - take->site->limits.free_floor_bytes < need)
        return asv_failf(err, ASV_E_NO_SPACE, "the vault's disk is full: %llu MiB are needed, %llu free",
                         (unsigned long long)(need >> 20), (unsigned long long)(room >> 20));
    return ASV_OK;
}

enum asv_status asv_take_stage(struct asv_take *take, struct asv_err *err)
{
    const struct asv_docking *docking = take->docking;
    enum asv_status status = asv_vault_stage(take->site->vault, docking->camera_cert, docking->status.epoch,
                                             take->offer.number, &take->dir, err);
    if (!status)
        status = check_room(take, take->offer.chunks, take->offer.seal_bytes + take->offer.tail_bytes, err);
    /* The small files are pulled anew each time; what is left of an attempt before must not mix with them. */
    static const enum asv_part anew[] = {ASV_PART_SEAL, ASV_PART_STANZAS, ASV_PART_LINK, ASV_PART_TAIL};
    for (size_t i = 0; !status && i < sizeof anew / sizeof *anew; i++) {
        uint64_t left = 0;
        status = asv_clip_size(take->dir, anew[i], &left, err);
        if (!status && left > 0)
            status = asv_clip_truncate(take->dir, anew[i], 0, err);
    }
    if (!status)
        status = asv_clip_put(take->dir, ASV_PART_CHAIN, docking->chain, docking->chain_len, err);
    if (!status)
        asv_take_begin_seal(take);
    return status;
}

/* The verifier stops for good at the first wrong byte; only a failing callback, so the disk, is no verdict.
 */
enum asv_status asv_take_seal_again(struct asv_take *take, const uint8_t *data, size_t len,
                                    struct asv_err *err)
{
    take->seal_bytes += len;
    asv_sha256_update(&take->seal_hash, data, len);
    enum asv_status status = asv_seal_verifier_feed(&take->verifier, data, len, NULL);
    enum asv_class class = asv_status_class(status);
    if (status == ASV_E_IO || status == ASV_E_NO_SPACE || class == ASV_CLASS_INTERNAL)
        return asv_fail(err, status, "keeping the leaves of a seal");
    return ASV_OK;
}

enum asv_status asv_take_seal(struct asv_take *take, uint64_t offset, const uint8_t *data, size_t len,
                              struct asv_err *err)
{
    assert(offset == take->seal_bytes);
    enum asv_status status = asv_clip_write(take->dir, ASV_PART_SEAL, offset, data, len, err);
    return status ? status : asv_take_seal_again(take, data, len, err);
}

enum asv_status asv_take_file(struct asv_take *take, enum asv_part part, uint64_t offset, const uint8_t *data,
                              size_t len, struct asv_err *err)
{
    if (part == ASV_PART_TAIL) {
        if (offset < sizeof take->tail_start) {
            size_t room = sizeof take->tail_start - (size_t)offset;
            memcpy(take->tail_start + offset, data, len < room ? len : room);
        }
        take->tail_bytes = offset + len;
        asv_sha256_update(&take->tail_hash, data, len);
        return asv_clip_write(take->dir, part, offset, data, len, err);
    }
    assert(offset == 0);
    return asv_clip_put(take->dir, part, data, len, err);
}

/* ---- judging ---- */

static void set_quarantine(struct asv_take *take, const char *reason)
{
    if (take->reason[0])
        return; /* the first reason stands */
    snprintf(take->reason, sizeof take->reason, "%s", reason);
    if (take->way == ASV_TAKE_STORE) /* what has expired is not stored for any reason */
        take->way = ASV_TAKE_QUARANTINE;
}

/* The signed header must be the recording that was announced; else this camera lies or is broken, and nothing
 * of it is believed. */
static enum asv_status check_identity(const struct asv_take *take, const struct asv_seal_result *result,
                                      struct asv_err *err)
{
    const struct asv_seal_header *header = &result->header;
    if (!result->has_header)
        return asv_fail(err, ASV_E_MISMATCH, "the recording has no header that verifies");
    if (memcmp(result->header_digest, take->offer.header, ASV_SHA256_BYTES) != 0)
        return asv_fail(err, ASV_E_MISMATCH, "the camera announced another header than it sent");
    if (header->number != take->offer.number || memcmp(header->clip, take->offer.clip, ASV_UUID_BYTES) != 0 ||
        memcmp(header->epoch, take->docking->status.epoch, ASV_UUID_BYTES) != 0)
        return asv_fail(err, ASV_E_MISMATCH, "number, UUID or epoch are not as the camera announced");
    if (memcmp(header->agency, take->site->agency, ASV_SHA256_BYTES) != 0)
        return asv_fail(err, ASV_E_MISMATCH, "the recording is of another agency");
    /* Where the payload ends and the tail begins is the camera's word so far: what came as tail is that only
     * if the seal says the same. A broken seal says nothing and is kept apart. */
    if (result->status == ASV_OK && asv_wire_clip_payload_bytes(&take->offer) !=
                                        asv_seal_payload_bytes(result->checkpoint.chunks, result->ended))
        return asv_fail(err, ASV_E_MISMATCH, "the camera announced another payload than its seal signs");
    return ASV_OK;
}

static enum asv_status check_stanzas(struct asv_take *take, const struct asv_seal_header *header,
                                     struct asv_err *err)
{
    uint8_t stanzas[ASV_SEAL_STANZAS_MAX_BYTES];
    size_t len = 0;
    enum asv_status status = asv_clip_get(take->dir, ASV_PART_STANZAS, stanzas, sizeof stanzas, &len, err);
    if (status == ASV_E_NOT_FOUND)
        status = ASV_OK;
    if (status)
        return status;
    if (asv_seal_stanzas_check(header, (struct asv_bytes){stanzas, len}))
        set_quarantine(take, "the stanzas are not those that the header names");
    take->stanza_count = header->stanza_count;
    for (size_t i = 0; i < header->stanza_count; i++)
        memcpy(take->stanza_digests[i], header->stanzas[i].digest, ASV_SHA256_BYTES);
    asv_sha256(take->facts.stanzas_digest, stanzas, len);
    return ASV_OK;
}

static enum asv_status check_link(struct asv_take *take, const struct asv_seal_result *result,
                                  struct asv_err *err)
{
    uint8_t data[ASV_LINK_MAX_BYTES];
    size_t len = 0;
    if (take->offer.link_bytes > 0) {
        struct asv_link link;
        enum asv_status status = asv_clip_get(take->dir, ASV_PART_LINK, data, sizeof data, &len, err);
        if (status && status != ASV_E_NOT_FOUND)
            return status;
        if (status || asv_link_read(&link, NULL, data, len, take->docking->camera.leaf.signing_pk, NULL) ||
            asv_link_check(&link, result))
            set_quarantine(take, "the link record is not of this recording");
    }
    take->facts.link_bytes = (uint32_t)len;
    asv_sha256(take->facts.link_digest, data, len);
    return ASV_OK;
}

/* Where a moment of the recording lies in this dock's time; all there is to say when the clock is lost. */
static struct asv_clock_interval correct(const struct asv_take *take, const struct asv_seal_header *header,
                                         int64_t wall_ms, uint64_t mono_ms)
{
    const struct asv_docking *docking = take->docking;
    struct asv_clock_interval interval = {ASV_TIME_UNKNOWN, docking->began_ms, false, false};
    if (!docking->has_fix)
        return interval;
    struct asv_clock_moment moment = {.wall_ms = wall_ms,
                                      .mono_ms = mono_ms,
                                      .clock_state = header->clock_state,
                                      .last_sync_wall_ms = header->last_sync_wall_ms};
    memcpy(moment.boot, header->boot, sizeof moment.boot);
    struct asv_clock_bounds bounds = {docking->emptied_ms, ASV_TIME_UNKNOWN};
    struct asv_clock_interval corrected;
    if (asv_clock_correct(&corrected, &moment, &docking->fix, &bounds) == ASV_OK)
        interval = corrected;
    return interval;
}

static enum asv_status judge_time(struct asv_take *take, const struct asv_seal_result *result,
                                  struct asv_err *err)
{
    const struct asv_seal_header *header = &result->header;
    struct asv_commit *facts = &take->facts;
    int64_t end_wall = header->start_wall_ms;
    uint64_t end_mono = header->start_mono_ms;
    if (result->ended) {
        end_wall = result->end.wall_ms;
        end_mono = result->end.mono_ms;
    } else if (result->has_checkpoint) {
        end_wall = result->checkpoint.wall_ms;
        end_mono = result->checkpoint.mono_ms;
    }
    struct asv_clock_interval start = correct(take, header, header->start_wall_ms, header->start_mono_ms);
    struct asv_clock_interval end = correct(take, header, end_wall, end_mono);
    facts->start_ms = header->start_wall_ms;
    facts->end_ms = end_wall;
    facts->earliest_ms = start.earliest_ms;
    facts->latest_ms = end.latest_ms > start.latest_ms ? end.latest_ms : start.latest_ms;
    facts->offset_ms = take->docking->has_fix ? take->docking->fix.offset_ms : 0;
    facts->uncertainty_ms = take->docking->has_fix ? take->docking->fix.uncertainty_ms : ASV_COMMIT_NO_CLOCK;

    int64_t now = 0;
    enum asv_status status = asv_world_wall_ms(take->site->world, &now);
    if (status)
        return asv_fail(err, status, "the dock's own clock cannot be read");
    struct asv_arrival_facts arrival_facts = {
        .start = {start.earliest_ms, start.latest_ms},
        .end = {end.earliest_ms, end.latest_ms},
        .day_key = header->key_kind == ASV_KEY_DAY,
        .key_date = header->key_date,
        .now_ms = now,
    };
    struct asv_arrival arrival;
    status = asv_policy_arrival(&arrival, &arrival_facts, take->site->periods, err);
    if (status)
        return status;
    facts->day = arrival.day;
    facts->due_ms = arrival.due_ms;
    if (arrival.kind == ASV_ARRIVAL_EXPIRED)
        take->way = ASV_TAKE_EXPIRE;
    return ASV_OK;
}

/* Trusted means: by a certificate that was valid when the recording was made and is not revoked now. */
static void judge_provenance(struct asv_take *take, const struct asv_seal_header *header)
{
    const struct asv_revoked *revoked = take->docking->revoked;
    struct asv_err why = {0};
    take->facts.provenance =
        (uint8_t)asv_provenance_find(header, &take->docking->camera, take->site->root_pk,
                                     take->facts.latest_ms, revoked ? &revoked->list : NULL, &why);
    char reason[ASV_COMMIT_TEXT_BYTES];
    snprintf(reason, sizeof reason, "%.60s", why.text);
    if (take->facts.provenance == ASV_PROVENANCE_REVOKED)
        set_quarantine(take, "the camera's certificate is revoked");
    else if (take->facts.provenance == ASV_PROVENANCE_UNKNOWN_KEY)
        set_quarantine(take, reason[0] ? reason : "the camera's certificate was not valid");
}

static void copy_header(struct asv_take *take, const struct asv_seal_header *header)
{
    const struct asv_docking *docking = take->docking;
    const struct asv_site *site = take->site;
    struct asv_commit *facts = &take->facts;
    memcpy(facts->agency, site->agency, sizeof facts->agency);
    memcpy(facts->dock_cert, site->dock_cert, sizeof facts->dock_cert);
    snprintf(facts->dock_name, sizeof facts->dock_name, "%s", site->dock.leaf.name);
    facts->slot = docking->slot;
    snprintf(facts->port, sizeof facts->port, "%s", docking->port);
    memcpy(facts->session, docking->session, sizeof facts->session);
    memcpy(facts->camera_cert, docking->camera_cert, sizeof facts->camera_cert);
    memcpy(facts->chain_digest, header->chain_digest, sizeof facts->chain_digest);
    snprintf(facts->model, sizeof facts->model, "%s", header->model);
    snprintf(facts->serial, sizeof facts->serial, "%s", header->serial);
    snprintf(facts->firmware, sizeof facts->firmware, "%s", header->firmware);
    memcpy(facts->firmware_digest, header->firmware_digest, sizeof facts->firmware_digest);
    memcpy(facts->epoch, header->epoch, sizeof facts->epoch);
    facts->number = header->number;
    memcpy(facts->clip, header->clip, sizeof facts->clip);
    memcpy(facts->group, header->group, sizeof facts->group);
    facts->stream = header->stream;
    facts->stream_type = header->stream_type;
    facts->segment = header->segment;
    memcpy(facts->assignment, header->assignment, sizeof facts->assignment);
    snprintf(facts->unit, sizeof facts->unit, "%s", header->unit);
    snprintf(facts->area, sizeof facts->area, "%s", header->area);
    facts->sealer = header->sealer;
    facts->key_kind = header->key_kind;
    memcpy(facts->key_id, header->stanzas[0].key_id, sizeof facts->key_id);
    facts->key_date = header->key_date;
    facts->bulletin = header->bulletin;
    facts->policy = header->policy;
    facts->clock_state = header->clock_state;
    facts->docked_ms = docking->began_ms;
    snprintf(facts->software, sizeof facts->software, "%s", ASV_SOFTWARE);
}

static void copy_result(struct asv_take *take, const struct asv_seal_result *result)
{
    struct asv_commit *facts = &take->facts;
    memcpy(facts->header_digest, result->header_digest, sizeof facts->header_digest);
    facts->end_reason = result->ended ? result->end.reason : 0;
    facts->media_bytes = result->ended ? result->end.media_bytes : 0;
    facts->marked = take->marked;
    facts->dwelling = take->dwelling;
    facts->pre_roll_ms = take->pre_roll_ms;
    facts->leaves = take->chunks = result->checkpoint.chunks;
    facts->seal_bytes = take->seal_bytes;
    facts->tail_bytes = take->tail_bytes;
    asv_sha256_final(&take->seal_hash, facts->seal_digest);
    asv_sha256_final(&take->tail_hash, facts->tail_digest);
    if (result->has_checkpoint)
        memcpy(facts->root, result->checkpoint.root, sizeof facts->root);
    else
        asv_sha256(facts->root, "", 0);
}

static enum asv_status check_quota(struct asv_take *take, struct asv_err *err)
{
    uint64_t used = 0;
    enum asv_status status = asv_vault_quarantine_bytes(take->site->vault, &used, err);
    if (status)
        return status;
    uint64_t need = take->chunks * ASV_VAULT_CHUNK_BYTES + take->seal_bytes + take->tail_bytes;
    take->coming = need;
    used += atomic_fetch_add(take->site->quarantine_coming, need);
    if (asv_policy_quarantine_has_room(used, take->site->limits.quarantine_bytes, need))
        return ASV_OK;
    asv_take_not_coming(take);
    return asv_fail(err, ASV_E_NO_SPACE, "quarantine is full: look at what lies there");
}

/* What a camera sent that lies about it is not kept; but chunks are, of an attempt before. */
static void forget_lie(struct asv_take *take)
{
    uint64_t staged = 0;
    if (asv_clip_size(take->dir, ASV_PART_PAYLOAD, &staged, NULL) || staged > 0)
        return;
    struct asv_clip_dir *dir = take->dir;
    take->dir = NULL;
    (void)!asv_clip_discard_take(dir, NULL); /* what cannot be removed now is found at the next start */
}

enum asv_status asv_take_judge(struct asv_take *take, struct asv_err *err)
{
    enum asv_status status = asv_take_flush_leaves(take, err);
    if (status)
        return status;
    const struct asv_seal_result *result = asv_seal_verifier_result(&take->verifier);
    status = check_identity(take, result, err);
    if (status)
        forget_lie(take);
    if (!status) {
        copy_header(take, &result->header);
        copy_result(take, result);
        status = judge_time(take, result, err);
    }
    if (status)
        return status;
    judge_provenance(take, &result->header);
    if (take->suspect)
        set_quarantine(take, "another camera may be using this certificate");
    status = check_stanzas(take, &result->header, err);
    if (!status)
        status = check_link(take, result, err);
    if (!status && take->way == ASV_TAKE_EXPIRE)
        take->facts.integrity = (uint8_t)(result->ended ? ASV_INTEGRITY_VALID : ASV_INTEGRITY_TRUNCATED);
    if (!status && take->way == ASV_TAKE_QUARANTINE)
        status = check_quota(take, err);
    return status ? status : asv_take_put_notes(take, err);
}

enum asv_status asv_take_revive(struct asv_take *take, struct asv_err *err)
{
    asv_take_not_coming(take); /* it may be tried again */
    take->way = take->reason[0] ? ASV_TAKE_QUARANTINE : ASV_TAKE_STORE;
    return take->way == ASV_TAKE_QUARANTINE ? check_quota(take, err) : ASV_OK;
}

/* ---- the payload ---- */

static bool has(const uint8_t *bits, uint64_t i)
{
    return (bits[i / 8] >> (i % 8) & 1) != 0;
}

static void set(uint8_t *bits, uint64_t i, bool on)
{
    uint8_t mask = (uint8_t)(1u << (i % 8));
    bits[i / 8] = on ? (uint8_t)(bits[i / 8] | mask) : (uint8_t)(bits[i / 8] & ~mask);
}

enum asv_status asv_take_prepare(struct asv_take *take, struct asv_err *err)
{
    size_t bytes = (size_t)(take->chunks / 8 + 1);
    free(take->have);
    free(take->wrong);
    take->have = calloc(bytes, 1);
    take->wrong = NULL; /* most have no such chunk */
    if (!take->have)
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory for the list of chunks");
    uint64_t staged = 0;
    enum asv_status status = check_room(take, take->chunks, 0, err);
    if (!status)
        status = asv_clip_size(take->dir, ASV_PART_PAYLOAD, &staged, err);
    if (!status)
        status = asv_clip_reserve(take->dir, take->chunks, err);
    take->have_count = 0;
    take->resumes = staged > 0 && take->chunks > 0;
    return status;
}

enum asv_status asv_take_scan(struct asv_take *take, struct asv_err *err)
{
    enum asv_status status = asv_clip_scan(take->dir, take->chunks, take->have, err);
    take->have_count = 0;
    for (uint64_t i = 0; !status && i < take->chunks; i++)
        take->have_count += has(take->have, i);
    return status;
}

/* Those of the chunks that are not right and came with these very bytes the time before. */
static enum asv_status came_before(struct asv_take *take, uint64_t first, const uint8_t *data, size_t count,
                                   uint64_t right, uint64_t *same, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    uint8_t *before = malloc(ASV_VAULT_CHUNK_BYTES);
    if (!before)
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory to compare a wrong chunk");
    for (size_t i = 0; !status && i < count; i++) {
        if (right >> i & 1)
            continue;
        status = asv_clip_read(take->dir, ASV_PART_PAYLOAD, (first + i) * ASV_VAULT_CHUNK_BYTES, before,
                               ASV_VAULT_CHUNK_BYTES, err);
        if (!status && memcmp(before, data + i * ASV_VAULT_CHUNK_BYTES, ASV_VAULT_CHUNK_BYTES) == 0)
            *same |= UINT64_C(1) << i;
    }
    free(before);
    return status;
}

static enum asv_status compare_leaves(const struct asv_take *take, uint64_t first, const uint8_t *data,
                                      size_t count, uint64_t *right, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    for (size_t i = 0; !status && i < count; i++) {
        const uint8_t *chunk = data + i * ASV_VAULT_CHUNK_BYTES;
        uint8_t leaf[ASV_SHA256_BYTES];
        status = asv_clip_leaf(take->dir, first + i, leaf, err);
        if (!status && asv_seal_check_chunk(leaf, chunk, ASV_VAULT_CHUNK_BYTES) == ASV_OK)
            *right |= UINT64_C(1) << i;
    }
    return status;
}

enum asv_status asv_take_chunks(struct asv_take *take, uint64_t first, const uint8_t *data, size_t count,
                                bool settle, uint64_t *right, uint64_t *lost, struct asv_err *err)
{
    uint64_t good = 0, same = 0;
    assert(count <= 64 && first + count <= take->chunks);
    enum asv_status status = compare_leaves(take, first, data, count, &good, err);
    bool all = good == (count < 64 ? (UINT64_C(1) << count) - 1 : UINT64_MAX);
    if (!status && !all && settle)
        status = came_before(take, first, data, count, good, &same, err);
    if (status)
        return status;
    if (same && !take->wrong) {
        take->wrong = calloc((size_t)(take->chunks / 8 + 1), 1);
        if (!take->wrong)
            return asv_fail(err, ASV_E_NO_MEMORY, "no memory for the list of wrong chunks");
    }
    status = asv_clip_chunks_put(take->dir, first, data, count, err);
    if (status)
        return status;
    for (size_t i = 0; i < count; i++) {
        if (good >> i & 1) {
            take->have_count += !has(take->have, first + i);
            set(take->have, first + i, true);
        } else if (same >> i & 1) {
            set(take->wrong, first + i, true);
        }
    }
    *right = good;
    *lost = same;
    return ASV_OK;
}

/* Final chunk and tail are not asked for as chunks: the one stands in the seal, the other came as a file. */
static void judge_payload(struct asv_take *take, const struct asv_seal_result *result, bool with_final)
{
    struct asv_chunk_ranges wrong, missing;
    asv_chunk_ranges_init(&wrong);
    asv_chunk_ranges_init(&missing);
    for (uint64_t i = 0; i < take->chunks; i++)
        if (take->wrong && has(take->wrong, i))
            asv_chunk_ranges_add(&wrong, i);
        else if (!has(take->have, i))
            asv_chunk_ranges_add(&missing, i);
    struct asv_payload_facts payload = {.bytes = asv_wire_clip_payload_bytes(&take->offer) + take->tail_bytes,
                                        .wrong = &wrong,
                                        .missing = &missing};
    if (with_final)
        memcpy(payload.rest, result->checkpoint.final_chunk, sizeof payload.rest);
    else
        memcpy(payload.rest, take->tail_start, sizeof payload.rest);
    asv_verdict_of(&take->verdict, result, &payload, (enum asv_provenance)take->facts.provenance);
    take->facts.integrity = (uint8_t)take->verdict.integrity;
}

enum asv_status asv_take_end(struct asv_take *take, struct asv_err *err)
{
    const struct asv_seal_result *result = asv_seal_verifier_result(&take->verifier);
    uint64_t full = take->chunks * ASV_VAULT_CHUNK_BYTES;
    bool with_final = result->ended;
    judge_payload(take, result, with_final);
    if (!asv_verdict_is_stored(take->facts.integrity, take->facts.provenance)) {
        char reason[ASV_COMMIT_TEXT_BYTES];
        snprintf(reason, sizeof reason, "%s", asv_integrity_name(take->facts.integrity));
        if (take->verdict.bad.count > 0)
            snprintf(reason, sizeof reason, "%s from chunk %llu", asv_integrity_name(take->facts.integrity),
                     (unsigned long long)take->verdict.bad.range[0].first);
        set_quarantine(take, reason);
    }
    take->facts.payload_bytes = full + (with_final ? ASV_VAULT_FINAL_BYTES : 0);
    if (with_final)
        memcpy(take->facts.final_chunk, result->checkpoint.final_chunk, sizeof take->facts.final_chunk);
    return asv_clip_payload_end(take->dir, take->chunks, with_final ? result->checkpoint.final_chunk : NULL,
                                err);
}
