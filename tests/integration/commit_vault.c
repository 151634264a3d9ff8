/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * commit_vault VAULT [MIRROR]: what a dock would have told the database ($PGDATABASE, role asv_dock) while it
 * filled this vault: dockings, announcements, transfers, commits with their receipts, erasures.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/trust/receipt.h"
#include "server/base/world_os.h"
#include "server/db/docking.h"
#include "server/vault/vault.h"

#define CLIPS_MAX 1000

struct taken {
    struct asv_commit facts;
    uint8_t record[ASV_COMMIT_MAX_BYTES], link[1024], receipt[2048], order[4096], erasure[2048], chain[4096];
    size_t record_len, link_len, receipt_len, order_len, erasure_len, chain_len;
};

static struct taken *clips[CLIPS_MAX];
static size_t clip_count;
static struct asv_vault *vault;
static struct asv_db *db;
static struct asv_err err;

static void must(enum asv_status status, const char *what)
{
    if (status != ASV_OK) {
        fprintf(stderr, "commit_vault: %s: %s %s\n", what, asv_status_name(status), err.text);
        exit(1);
    }
}

static size_t get(struct asv_clip_dir *dir, enum asv_part part, uint8_t *out, size_t cap)
{
    size_t len = 0;
    enum asv_status status = asv_clip_get(dir, part, out, cap, &len, &err);
    if (status != ASV_E_NOT_FOUND) {
        must(status, asv_part_name(part));
    }
    return status == ASV_OK ? len : 0;
}

static enum asv_status take(void *ctx, enum asv_vault_area area, const char *path, struct asv_err *walk_err)
{
    (void)ctx;
    (void)walk_err;
    struct asv_clip_dir *dir = NULL;
    struct taken *clip = calloc(1, sizeof *clip);
    if (clip == NULL || clip_count == CLIPS_MAX) {
        free(clip);
        return ASV_E_LIMIT;
    }
    must(asv_vault_open_clip(vault, area, path, &dir, &err), path);
    clip->record_len = get(dir, ASV_PART_COMMIT, clip->record, sizeof clip->record);
    clip->link_len = get(dir, ASV_PART_LINK, clip->link, sizeof clip->link);
    clip->receipt_len = get(dir, ASV_PART_RECEIPT, clip->receipt, sizeof clip->receipt);
    clip->order_len = get(dir, ASV_PART_ORDER, clip->order, sizeof clip->order);
    clip->erasure_len = get(dir, ASV_PART_ERASURE, clip->erasure, sizeof clip->erasure);
    clip->chain_len = get(dir, ASV_PART_CHAIN, clip->chain, sizeof clip->chain);
    must(asv_commit_decode(&clip->facts, clip->record, clip->record_len, NULL, &err), path);
    asv_clip_close(dir);
    clips[clip_count++] = clip;
    return ASV_OK;
}

/* As a dock takes them: docking by docking, in each of them the marked ones first. */
static int by_docking(const void *a, const void *b)
{
    const struct asv_commit *first = &(*(struct taken *const *)a)->facts;
    const struct asv_commit *second = &(*(struct taken *const *)b)->facts;
    if (first->docked_ms != second->docked_ms) {
        return first->docked_ms < second->docked_ms ? -1 : 1;
    }
    if (first->marked != second->marked) {
        return first->marked ? -1 : 1;
    }
    return first->number < second->number ? -1 : 1;
}

static struct asv_db_identity identity_of(const struct asv_commit *facts)
{
    struct asv_db_identity identity = {.number = facts->number};
    memcpy(identity.camera_cert, facts->camera_cert, 32);
    memcpy(identity.epoch, facts->epoch, 16);
    memcpy(identity.header, facts->header_digest, 32);
    return identity;
}

/* highest 0: of the docking no more is known than that it was. */
static void begin(const struct taken *clip, const uint8_t session[32], int64_t began_ms, uint64_t highest)
{
    const struct asv_commit *facts = &clip->facts;
    struct asv_db_docking_result result;
    struct asv_db_docking docking = {.slot = facts->slot,
                                     .port = facts->port,
                                     .chain = {clip->chain, clip->chain_len},
                                     .began_ms = began_ms,
                                     .partial = highest == 0,
                                     .has_clock = facts->uncertainty_ms != ASV_COMMIT_NO_CLOCK,
                                     .offset_ms = facts->offset_ms,
                                     .uncertainty_ms = facts->uncertainty_ms,
                                     .camera_wall_ms = facts->docked_ms - facts->offset_ms,
                                     .clock_state = facts->clock_state,
                                     .last_sync_ms = ASV_TIME_UNKNOWN,
                                     .last_number = highest,
                                     .clips = 3,
                                     .battery_percent = 50,
                                     .firmware = facts->firmware};
    memcpy(docking.session, session, 32);
    memcpy(docking.dock_cert, facts->dock_cert, 32);
    memcpy(docking.camera_cert, facts->camera_cert, 32);
    memcpy(docking.epoch, facts->epoch, 16);
    memcpy(docking.firmware_digest, facts->firmware_digest, 32);
    must(asv_db_docking_begin(db, &docking, &result, &err), "docking");
}

/* In a docking the camera lists what it has not erased yet, by number: what a later docking brings, too. */
static void announce(const struct taken *clip, const uint8_t session[32])
{
    const struct asv_commit *facts = &clip->facts;
    struct asv_db_known known;
    struct asv_db_offer offer = {.identity = identity_of(facts),
                                 .marked = facts->marked,
                                 .chunks = facts->leaves,
                                 .seal_bytes = facts->seal_bytes,
                                 .tail_bytes = facts->tail_bytes,
                                 .start_ms = facts->start_ms};
    memcpy(offer.clip, facts->clip, 16);
    must(asv_db_clip_announce(db, session, &offer, 1, &known, &err), "announcement");
}

static bool is_later(const struct taken *clip)
{
    struct asv_receipt receipt;
    return clip->receipt_len > 0 &&
           asv_receipt_decode(&receipt, clip->receipt, clip->receipt_len, &err) == ASV_OK &&
           memcmp(receipt.session, clip->facts.session, sizeof receipt.session) != 0;
}

/* The camera left before it got one, and came again. */
static void give_receipt(const struct taken *clip)
{
    struct asv_receipt receipt;
    enum asv_db_outcome outcome;
    struct asv_bytes encoded = {clip->receipt, clip->receipt_len};
    must(asv_receipt_decode(&receipt, encoded.data, encoded.len, &err), "receipt");
    begin(clip, receipt.session, receipt.time_ms, 0);
    must(asv_db_receipt(db, encoded, &outcome, &err), "receipt");
}

static void commit(const struct taken *clip)
{
    struct asv_db_identity identity = identity_of(&clip->facts);
    enum asv_db_outcome outcome;
    bool later = is_later(clip);
    struct asv_db_commit custody = {.facts = &clip->facts,
                                    .record = {clip->record, clip->record_len},
                                    .link = {clip->link, clip->link_len},
                                    .receipt = {clip->receipt, later ? 0 : clip->receipt_len}};
    must(asv_db_clip_transferring(db, &identity, clip->facts.session, &err), "transfer");
    must(asv_db_clip_commit(db, &custody, &outcome, &err), "commit");
    if (outcome != ASV_DB_DONE) {
        fprintf(stderr, "commit_vault: outcome %d\n", (int)outcome);
        exit(1);
    }
    if (later) {
        give_receipt(clip);
    }
    if (clip->order_len > 0) {
        struct asv_bytes order = {clip->order, clip->order_len};
        must(asv_db_destruction(db, order, &outcome, &err), "order");
    }
    if (clip->erasure_len > 0) {
        struct asv_bytes erasure = {clip->erasure, clip->erasure_len};
        must(asv_db_erasure(db, clip->facts.session, erasure, &outcome, &err), "erasure");
    }
}

int main(int argc, char **argv)
{
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: %s VAULT [MIRROR]\n", argv[0]);
        return 2;
    }
    const struct asv_vault_config config = {.roots = {argv[1], argc == 3 ? argv[2] : NULL},
                                            .root_count = argc == 3 ? 2 : 1,
                                            .allow_cached_readback = true};
    struct asv_db_config settings = {.conninfo = "user=asv_dock", .durable = true, .world = asv_world_os()};
    must(asv_crypto_init(), "crypto");
    must(asv_vault_open(&config, &vault, &err), "vault");
    must(asv_db_open(&settings, &db, &err), "database");
    must(asv_vault_walk(vault, ASV_VAULT_SEALED, take, NULL, &err), "sealed");
    must(asv_vault_walk(vault, ASV_VAULT_QUARANTINE, take, NULL, &err), "quarantine");
    must(asv_vault_walk(vault, ASV_VAULT_TOMBSTONES, take, NULL, &err), "tombstones");
    qsort(clips, clip_count, sizeof(struct taken *), by_docking);
    for (size_t i = 0; i < clip_count; i++) {
        const uint8_t *session = clips[i]->facts.session;
        if (i > 0 && memcmp(session, clips[i - 1]->facts.session, 32) == 0) {
            continue;
        }
        size_t end = i;
        uint64_t highest = 0;
        for (; end < clip_count && memcmp(session, clips[end]->facts.session, 32) == 0; end++) {
            highest = clips[end]->facts.number > highest ? clips[end]->facts.number : highest;
        }
        begin(clips[i], session, clips[i]->facts.docked_ms, highest);
        for (size_t j = i; j < clip_count; j++) {
            if (clips[j]->facts.number <= highest) {
                announce(clips[j], session);
            }
        }
        for (size_t j = i; j < end; j++) {
            commit(clips[j]);
        }
    }
    printf("committed    %zu clips\n", clip_count);
    for (size_t i = 0; i < clip_count; i++) {
        free(clips[i]);
    }
    asv_db_close(db);
    asv_vault_close(vault);
    return 0;
}
