/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * make_vault AGENCY CHAIN SEED COUNT VAULT [MIRROR [DAY]]: recordings in custody without a dock, of
 * 2026-01-05 or that day (yyyymmdd). AGENCY/dock has the dock's key and chain; CHAIN is a camera's whose keys
 * come from SEED (make_request). Recording n has n % 3 chunks; every fourth is quarantined, every second was
 * erased on the camera; of every eleventh the period was over before and only the tombstone is there, for
 * every other one with the keeper's order and the proof; every seventh was given its receipt in a later
 * docking. Ten come with each docking, an hour apart, but number 5 was left for the third.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "firmware-proto/seal/frames.h"
#include "firmware-proto/seal/header.h"
#include "firmware-proto/seal/merkle.h"
#include "firmware-proto/trust/chain.h"
#include "firmware-proto/trust/destruction.h"
#include "firmware-proto/trust/erasure.h"
#include "firmware-proto/trust/receipt.h"
#include "server/base/calendar.h"
#include "server/base/io.h"
#include "server/base/keyfile.h"
#include "server/vault/vault.h"

#define DAY   20260105
#define HOURS INT64_C(3600000)

struct world {
    uint8_t root_pk[ASV_ED25519_PK_BYTES];
    struct asv_keys dock_keys;
    uint8_t dock_data[ASV_CHAIN_MAX_BYTES];
    struct asv_chain dock;
    uint8_t dock_cert[32];
    uint8_t camera_data[ASV_CHAIN_MAX_BYTES];
    struct asv_chain camera;
    uint8_t camera_cert[32];
    uint8_t camera_sk[ASV_ED25519_SK_BYTES];
    struct asv_keys keeper_keys;
    uint8_t keeper_data[ASV_CHAIN_MAX_BYTES];
    struct asv_chain keeper;
    struct asv_vault *vault;
    uint32_t day;
    int64_t began_ms; /* 07:00 of it */
};

static void must(enum asv_status status, const struct asv_err *err, const char *what)
{
    if (status != ASV_OK) {
        fprintf(stderr, "make_vault: %s: %s %s\n", what, asv_status_name(status),
                err != NULL ? err->text : "");
        exit(1);
    }
}

static void read_chain(int dir, const char *name, uint8_t *data, struct asv_chain *out)
{
    size_t len = 0;
    struct asv_err err = {0};
    must(asv_io_read_file(dir, name, data, ASV_CHAIN_MAX_BYTES, &len, &err), &err, name);
    must(asv_chain_decode(out, data, len, &err), &err, name);
}

/* Bytes that differ for every text and number. */
static void fill(uint8_t *out, size_t len, const char *text, uint64_t number)
{
    for (uint64_t block = 0; len != 0; block++) {
        uint8_t seed[64] = {0};
        uint8_t digest[32];
        snprintf((char *)seed, 40, "%s", text);
        asv_store_be64(seed + 40, number);
        asv_store_be64(seed + 48, block);
        asv_sha256(digest, seed, sizeof seed);
        size_t some = len < sizeof digest ? len : sizeof digest;
        memcpy(out, digest, some);
        out += some;
        len -= some;
    }
}

static void put(struct asv_clip_dir *clip, enum asv_part part, const char *text, uint64_t number,
                uint8_t digest[32], uint64_t *size)
{
    uint8_t data[700];
    struct asv_err err = {0};
    fill(data, sizeof data, text, number);
    must(asv_clip_put(clip, part, data, sizeof data, &err), &err, text);
    must(asv_clip_digest(clip, part, digest, size, &err), &err, text);
}

static void write_payload(struct asv_clip_dir *clip, uint64_t number, struct asv_commit *facts)
{
    static uint8_t chunk[ASV_VAULT_CHUNK_BYTES];
    uint8_t bad[1] = {0};
    uint64_t bad_count = 0;
    enum asv_readback mode;
    struct asv_err err = {0};
    for (uint64_t i = 0; i < facts->leaves; i++) {
        uint8_t leaf[32];
        fill(chunk, sizeof chunk, "chunk", number * 100 + i);
        asv_chunk_leaf(leaf, chunk);
        must(asv_clip_leaf_put(clip, i, leaf, 1, &err), &err, "leaf");
        must(asv_clip_chunks_put(clip, i, chunk, 1, &err), &err, "chunk");
    }
    fill(facts->final_chunk, sizeof facts->final_chunk, "final", number);
    must(asv_clip_payload_end(clip, facts->leaves, facts->final_chunk, &err), &err, "payload");
    must(asv_clip_sync(clip, &err), &err, "sync");
    must(asv_clip_readback(clip, facts->leaves, NULL, bad, &bad_count, &mode, facts->root, &err), &err,
         "read-back");
    facts->payload_bytes = facts->leaves * ASV_VAULT_CHUNK_BYTES + ASV_VAULT_FINAL_BYTES;
    facts->readback = (uint8_t)mode;
}

static uint64_t docking_of(uint64_t number)
{
    return number == 5 ? 2 : number / 10;
}

/* A number that no other day's vault has. */
static uint64_t own(const struct world *world, uint64_t number)
{
    return world->day * UINT64_C(1000000) + number;
}

static void describe(const struct world *world, uint64_t number, struct asv_commit *facts)
{
    const struct asv_cert *leaf = &world->camera.leaf;
    bool expired = number % 11 == 0;
    bool quarantined = number % 4 == 0 && !expired;
    bool measured = docking_of(number) != 1; /* the camera's clock */
    *facts = (struct asv_commit){
        .slot = 3,
        .dock_name = "Dock 1",
        .port = "1-2.3",
        .firmware = "test",
        .number = number,
        .leaves = number % 3,
        .unit = "32-3",
        .area = "Hochfeld",
        .sealer = 1,
        .end_reason = 1,
        .marked = number % 5 == 0,
        .key_kind = 1,
        .key_date = world->day,
        .bulletin = 1,
        .policy = 1,
        .clock_state = 1,
        .stream = 0,
        .stream_type = 1,
        .start_ms = world->began_ms + (int64_t)number * 60000,
        .end_ms = world->began_ms + (int64_t)number * 60000 + 45000,
        .offset_ms = measured ? 120 : 0,
        .uncertainty_ms = measured ? 15 : ASV_COMMIT_NO_CLOCK,
        .day = world->day,
        .docked_ms = world->began_ms + 36000000 + (int64_t)docking_of(number) * 3600000,
        .committed_ms =
            world->began_ms + 36000000 + (int64_t)docking_of(number) * 3600000 + (int64_t)number * 1000,
        .media_bytes = 100000 * number,
        .integrity = quarantined ? 5 : 1,
        .provenance = 1,
        .kind = expired       ? ASV_COMMIT_EXPIRED_ON_ARRIVAL
                : quarantined ? ASV_COMMIT_QUARANTINED
                              : ASV_COMMIT_STORED,
        .replicas = expired ? 0 : 1,
        .software = "test",
    };
    if (expired) {
        must(asv_date_add(world->day, -31, &facts->day), NULL, "day");
        facts->key_date = facts->day;
        facts->start_ms -= INT64_C(31) * 86400000;
        facts->end_ms -= INT64_C(31) * 86400000;
    }
    must(asv_due_ms(facts->day, 14, &facts->due_ms), NULL, "due");
    facts->earliest_ms = facts->start_ms + 100;
    facts->latest_ms = facts->end_ms + 140;
    asv_key_digest(facts->agency, world->root_pk);
    memcpy(facts->dock_cert, world->dock_cert, 32);
    memcpy(facts->camera_cert, world->camera_cert, 32);
    fill(facts->session, 32, "session", own(world, docking_of(number)));
    memcpy(facts->model, leaf->model, sizeof facts->model);
    memcpy(facts->serial, leaf->device_serial, sizeof facts->serial);
    fill(facts->firmware_digest, 32, "firmware", 0);
    fill(facts->epoch, 16, "epoch", 0);
    fill(facts->clip, 16, "clip", own(world, number));
    facts->clip[6] = 0x70 | (facts->clip[6] & 0x0f);
    facts->clip[8] = 0x80 | (facts->clip[8] & 0x3f);
    fill(facts->group, 16, "group", own(world, number));
    fill(facts->key_id, 16, "key", DAY);
    snprintf(facts->reason, sizeof facts->reason, "%s", quarantined ? "chunk 0 is not what was sealed" : "");
}

/* The seal: a header as the camera would sign it, and bytes behind it. */
static void put_seal(const struct world *world, struct asv_clip_dir *clip, struct asv_commit *facts)
{
    uint8_t data[ASV_SEAL_HEADER_FRAME_MAX_BYTES + 700];
    struct asv_seal_header header = {.number = facts->number,
                                     .start_wall_ms = facts->start_ms,
                                     .start_mono_ms = 1000,
                                     .clock_state = facts->clock_state,
                                     .last_sync_wall_ms = world->began_ms,
                                     .clock_source = 1,
                                     .bulletin = facts->bulletin,
                                     .policy = facts->policy,
                                     .key_kind = facts->key_kind,
                                     .key_date = facts->key_date,
                                     .stanza_count = 1,
                                     .container = "video/mp4",
                                     .codecs = "avc1.64001f",
                                     .stream_type = facts->stream_type,
                                     .sealer = facts->sealer};
    struct asv_writer writer;
    struct asv_writer at_start;
    struct asv_err err = {0};
    memcpy(header.agency, facts->agency, 32);
    memcpy(header.cert_digest, facts->camera_cert, 32);
    asv_chain_digest(header.chain_digest, &world->camera);
    memcpy(header.model, facts->model, sizeof header.model);
    memcpy(header.serial, facts->serial, sizeof header.serial);
    memcpy(header.firmware, facts->firmware, sizeof header.firmware);
    memcpy(header.firmware_digest, facts->firmware_digest, 32);
    memcpy(header.epoch, facts->epoch, 16);
    memcpy(header.clip, facts->clip, 16);
    memcpy(header.group, facts->group, 16);
    memcpy(header.stanzas[0].key_id, facts->key_id, 16);
    memcpy(header.stanzas[0].digest, facts->stanzas_digest, 32);
    fill(header.boot, 16, "boot", 0);
    fill(header.commitment, 32, "commitment", facts->number);
    fill(header.nonce, sizeof header.nonce, "nonce", facts->number);
    if (facts->number > 1) {
        fill(header.previous, 32, "previous", facts->number);
    }
    asv_writer_init(&writer, data, sizeof data);
    asv_seal_frame_begin(&writer, ASV_FRAME_HEADER, 0);
    must(asv_seal_header_write(&writer, facts->header_digest, &header, world->camera_sk, &err), &err,
         "header");
    asv_writer_init(&at_start, data, ASV_SEAL_FRAME_HEADER_BYTES);
    asv_seal_frame_begin(&at_start, ASV_FRAME_HEADER, writer.len - ASV_SEAL_FRAME_HEADER_BYTES);
    fill(data + writer.len, 700, "seal", facts->number);
    must(asv_clip_put(clip, ASV_PART_SEAL, data, writer.len + 700, &err), &err, "seal");
    must(asv_clip_digest(clip, ASV_PART_SEAL, facts->seal_digest, &facts->seal_bytes, &err), &err, "seal");
}

static size_t sign_receipt(const struct world *world, const struct asv_commit *facts, uint8_t *data,
                           uint8_t digest[32])
{
    struct asv_receipt receipt = {.integrity = facts->integrity,
                                  .provenance = facts->provenance,
                                  .kind = facts->kind == ASV_COMMIT_STORED ? ASV_RECEIPT_STORED
                                                                           : ASV_RECEIPT_QUARANTINED,
                                  .due_ms = facts->due_ms,
                                  .time_ms = facts->committed_ms};
    bool later = facts->number % 7 == 0;
    struct asv_custody *custody = &receipt.custody;
    struct asv_writer writer;
    struct asv_object object;
    memcpy(receipt.dock_cert, facts->dock_cert, 32);
    memcpy(receipt.session, facts->session, 32);
    if (later) {
        receipt.time_ms += 86400000;
        fill(receipt.session, 32, "later", own(world, docking_of(facts->number)));
    }
    memcpy(custody->camera_cert, facts->camera_cert, 32);
    memcpy(custody->epoch, facts->epoch, 16);
    custody->number = facts->number;
    memcpy(custody->clip, facts->clip, 16);
    memcpy(custody->header, facts->header_digest, 32);
    memcpy(custody->root, facts->root, 32);
    custody->leaf_count = facts->leaves;
    custody->payload_bytes = facts->payload_bytes;
    custody->seal_bytes = facts->seal_bytes;
    memcpy(custody->seal, facts->seal_digest, 32);
    memcpy(custody->tail, facts->tail_digest, 32);
    custody->stanza_count = 1;
    memcpy(custody->stanzas[0], facts->stanzas_digest, 32);
    custody->link_bytes = facts->link_bytes;
    memcpy(custody->link, facts->link_digest, 32);
    asv_writer_init(&writer, data, ASV_RECEIPT_MAX_BYTES);
    must(asv_receipt_encode(&writer, &receipt, world->dock_keys.sign_sk), NULL, "receipt");
    must(asv_object_split(&object, data, writer.len), NULL, "receipt");
    asv_object_digest(digest, &object);
    return writer.len;
}

/* What the keeper orders of a recording that was not stored. */
static void sign_order(const struct world *world, struct asv_clip_dir *clip, const struct asv_commit *facts,
                       uint8_t digest[32])
{
    uint8_t data[ASV_DESTRUCTION_MAX_BYTES];
    struct asv_writer writer;
    struct asv_object object;
    struct asv_err err = {0};
    struct asv_destruction order = {.number = facts->number,
                                    .reason = ASV_DESTRUCTION_EXPIRED,
                                    .issued_ms = facts->committed_ms + 100,
                                    .keeper = world->keeper};
    memcpy(order.agency, facts->agency, 32);
    memcpy(order.camera_cert, facts->camera_cert, 32);
    memcpy(order.epoch, facts->epoch, 16);
    memcpy(order.header, facts->header_digest, 32);
    asv_writer_init(&writer, data, sizeof data);
    must(asv_destruction_encode(&writer, &order, world->keeper_keys.sign_sk), NULL, "order");
    must(asv_object_split(&object, data, writer.len), NULL, "order");
    asv_object_digest(digest, &object);
    must(asv_clip_put(clip, ASV_PART_ORDER, data, writer.len, &err), &err, "order");
}

static void sign_erasure(const struct world *world, struct asv_clip_dir *clip, const struct asv_commit *facts,
                         enum asv_erasure_cause cause, const uint8_t because_of[32])
{
    uint8_t data[ASV_ERASURE_MAX_BYTES];
    struct asv_writer writer;
    struct asv_err err = {0};
    struct asv_erasure record = {.cause = (uint8_t)cause,
                                 .number = facts->number,
                                 .wall_ms = facts->committed_ms + 500,
                                 .mono_ms = 1000 + facts->number,
                                 .method = ASV_ERASURE_OVERWRITE};
    memcpy(record.cause_digest, because_of, 32);
    memcpy(record.camera_cert, facts->camera_cert, 32);
    memcpy(record.epoch, facts->epoch, 16);
    memcpy(record.header, facts->header_digest, 32);
    fill(record.boot, 16, "boot", 0);
    asv_writer_init(&writer, data, sizeof data);
    must(asv_erasure_encode(&writer, &record, world->camera_sk), NULL, "erasure");
    must(asv_clip_put(clip, ASV_PART_ERASURE, data, writer.len, &err), &err, "erasure");
}

static void make_clip(const struct world *world, uint64_t number)
{
    static uint8_t commit[ASV_COMMIT_MAX_BYTES];
    uint8_t receipt[ASV_RECEIPT_MAX_BYTES];
    uint8_t receipt_digest[32];
    struct asv_commit facts;
    struct asv_clip_dir *clip = NULL;
    struct asv_err err = {0};
    uint64_t size = 0;
    size_t len = 0;
    describe(world, number, &facts);
    must(asv_vault_stage(world->vault, facts.camera_cert, facts.epoch, number, &clip, &err), &err, "stage");
    put(clip, ASV_PART_STANZAS, "stanzas", number, facts.stanzas_digest, &size);
    put_seal(world, clip, &facts);
    put(clip, ASV_PART_LINK, "link", number, facts.link_digest, &size);
    facts.link_bytes = (uint32_t)size;
    must(asv_clip_put(clip, ASV_PART_CHAIN, world->camera_data, world->camera.encoded.len, &err), &err,
         "chain");
    asv_chain_digest(facts.chain_digest, &world->camera);
    asv_sha256(facts.tail_digest, NULL, 0);
    write_payload(clip, number, &facts);
    if (facts.kind == ASV_COMMIT_EXPIRED_ON_ARRIVAL) {
        facts.readback = ASV_READBACK_NONE;
        must(asv_clip_bury(clip, facts.day, facts.clip, facts.header_digest, &err), &err, "tombstone");
    } else if (facts.kind == ASV_COMMIT_QUARANTINED) {
        must(asv_clip_quarantine(clip, facts.clip, facts.header_digest, &err), &err, "quarantine");
    } else {
        must(asv_clip_seal(clip, facts.day, facts.clip, &err), &err, "seal");
    }
    must(asv_commit_encode(&facts, world->dock_keys.sign_sk, commit, sizeof commit, &len), NULL, "commit");
    must(asv_clip_put(clip, ASV_PART_COMMIT, commit, len, &err), &err, "commit");
    if (facts.kind == ASV_COMMIT_EXPIRED_ON_ARRIVAL) {
        if (number % 2 == 0) {
            uint8_t order_digest[32];
            sign_order(world, clip, &facts, order_digest);
            sign_erasure(world, clip, &facts, ASV_ERASURE_DESTRUCTION, order_digest);
        }
        asv_clip_close(clip);
        return;
    }
    len = sign_receipt(world, &facts, receipt, receipt_digest);
    must(asv_clip_put(clip, ASV_PART_RECEIPT, receipt, len, &err), &err, "receipt");
    if (facts.kind == ASV_COMMIT_STORED && number % 2 == 0) {
        sign_erasure(world, clip, &facts, ASV_ERASURE_RECEIPT, receipt_digest);
    }
    asv_clip_close(clip);
}

int main(int argc, char **argv)
{
    static struct world world;
    struct asv_keyfile file;
    struct asv_err err = {0};
    uint8_t seed[32];
    uint8_t pk[ASV_ED25519_PK_BYTES];
    int dir = -1;
    uint8_t root_data[ASV_CERT_MAX_BYTES];
    struct asv_cert root;
    size_t len = 0;
    if (argc < 6 || argc > 8) {
        fprintf(stderr, "usage: %s AGENCY CHAIN SEED COUNT VAULT [MIRROR [DAY]]\n", argv[0]);
        return 2;
    }
    must(asv_crypto_init(), NULL, "crypto");
    must(asv_calendar_set_zone(ASV_CALENDAR_ZONE, &err), &err, "zone");
    world.day = argc == 8 ? (uint32_t)strtoul(argv[7], NULL, 10) : DAY;
    must(asv_local_day_start(world.day, &world.began_ms), NULL, "day");
    world.began_ms += 7 * HOURS;
    must(asv_io_open_dir(AT_FDCWD, argv[1], false, &dir, &err), &err, argv[1]);
    must(asv_io_read_file(dir, "root.cert", root_data, sizeof root_data, &len, &err), &err, "root");
    must(asv_cert_decode(&root, root_data, len, &err), &err, "root");
    memcpy(world.root_pk, root.signing_pk, sizeof world.root_pk);
    must(asv_keyfile_load(dir, "dock/dock.key", ASV_ROLE_DOCK, (struct asv_bytes){0}, &file, &world.dock_keys,
                          &err),
         &err, "dock key");
    read_chain(dir, "dock/chain", world.dock_data, &world.dock);
    must(asv_keyfile_load(dir, "keeper/keeper.key", ASV_ROLE_KEEPER, (struct asv_bytes){0}, &file,
                          &world.keeper_keys, &err),
         &err, "keeper's key");
    read_chain(dir, "keeper/chain", world.keeper_data, &world.keeper);
    read_chain(AT_FDCWD, argv[2], world.camera_data, &world.camera);
    asv_cert_digest(world.dock_cert, &world.dock.leaf);
    asv_cert_digest(world.camera_cert, &world.camera.leaf);
    asv_sha256(seed, argv[3], strlen(argv[3]));
    asv_ed25519_from_seed(pk, world.camera_sk, seed);
    const struct asv_vault_config config = {.roots = {argv[5], argc >= 7 ? argv[6] : NULL},
                                            .root_count = argc >= 7 ? 2 : 1,
                                            .allow_cached_readback = true,
                                            .exclusive = true};
    must(asv_vault_open(&config, &world.vault, &err), &err, "vault");
    uint64_t count = strtoull(argv[4], NULL, 10);
    for (uint64_t number = 1; number <= count; number++) {
        make_clip(&world, number);
    }
    asv_vault_close(world.vault);
    close(dir);
    return 0;
}
