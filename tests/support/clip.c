/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/support/clip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/seal/verifier.h"

#define SEAL_CAP 65536

static void must(enum asv_status status, const char *what)
{
    if (status != ASV_OK) {
        fprintf(stderr, "test clip: %s: %s\n", what, asv_status_name(status));
        abort();
    }
}

static uint8_t *take_memory(size_t len)
{
    uint8_t *data = malloc(len == 0 ? 1 : len);
    if (data == NULL) {
        abort();
    }
    return data;
}

static void append(struct asv_test_bytes *bytes, const void *data, size_t len)
{
    bytes->data = realloc(bytes->data, bytes->len + len);
    if (bytes->data == NULL) {
        abort();
    }
    memcpy(bytes->data + bytes->len, data, len);
    bytes->len += len;
}

void asv_test_clip_plaintext(const struct asv_test_plan *plan, uint32_t index,
                             uint8_t out[ASV_CHUNK_PLAIN_BYTES])
{
    uint32_t value = 2463534242u ^ (index + 1) * 2654435761u;
    for (size_t i = 0; i < ASV_CHUNK_PLAIN_BYTES; i++) {
        value ^= value << 13;
        value ^= value >> 17;
        value ^= value << 5;
        out[i] = (uint8_t)(value >> 24);
    }
    /* The padding box may begin in the chunk before the last. */
    size_t media = (size_t)plan->chunks * ASV_CHUNK_PLAIN_BYTES - plan->pad;
    size_t start = (size_t)index * ASV_CHUNK_PLAIN_BYTES;
    if (plan->media != NULL && start < media) {
        size_t left = media - start;
        memcpy(out, plan->media + start, left < ASV_CHUNK_PLAIN_BYTES ? left : ASV_CHUNK_PLAIN_BYTES);
    }
    for (size_t i = 0; i < ASV_CHUNK_PLAIN_BYTES && plan->pad > 0; i++) {
        if (start + i >= media) {
            uint8_t box[8] = {0, 0, 0, 0, 'f', 'r', 'e', 'e'};
            asv_store_be32(box, plan->pad);
            size_t at = start + i - media;
            out[i] = at < sizeof box ? box[at] : 0;
        }
    }
}

struct asv_test_plan asv_test_plan_of(const uint8_t *media, size_t len)
{
    uint32_t pad = asv_seal_padding_bytes(len);
    return (struct asv_test_plan){
        .chunks = (uint32_t)((len + pad) / ASV_CHUNK_PLAIN_BYTES), .pad = pad, .media = media};
}

static void fill_id(uint8_t out[ASV_UUID_BYTES], const char *what, uint64_t number)
{
    uint8_t text[64];
    uint8_t digest[ASV_SHA256_BYTES];
    int len = snprintf((char *)text, sizeof text, "%s %llu", what, (unsigned long long)number);
    asv_sha256(digest, text, (size_t)len);
    memcpy(out, digest, ASV_UUID_BYTES);
}

void asv_test_clip_header(struct asv_seal_header *header, const struct asv_test_agency *agency,
                          const struct asv_test_identity *sealer, const struct asv_test_world *world,
                          const struct asv_test_plan *plan)
{
    memset(header, 0, sizeof *header);
    memcpy(header->agency, agency->id, sizeof header->agency);
    snprintf(header->model, sizeof header->model, "%s", sealer->cert.model);
    snprintf(header->serial, sizeof header->serial, "%s", sealer->cert.device_serial);
    snprintf(header->firmware, sizeof header->firmware, "1.0.0");
    memset(header->firmware_digest, 0xf1, sizeof header->firmware_digest);
    asv_chain_digest(header->chain_digest, &sealer->chain);
    memcpy(header->cert_digest, sealer->cert_digest, sizeof header->cert_digest);
    fill_id(header->epoch, "epoch", 1);
    header->number = plan->number == 0 ? 1 : plan->number;
    fill_id(header->clip, "clip", header->number);
    asv_store_be64(header->clip, (uint64_t)world->wall << 16);
    header->clip[6] = (uint8_t)(0x70 | (header->clip[6] & 0x0f));
    header->clip[8] = (uint8_t)(0x80 | (header->clip[8] & 0x3f));
    fill_id(header->boot, "boot", 1);
    if (header->number > 1) {
        memset(header->previous, 0x9e, sizeof header->previous);
    }
    header->start_wall_ms = world->wall;
    header->start_mono_ms = world->mono;
    header->clock_state = plan->clock_lost ? ASV_CLOCK_LOST : ASV_CLOCK_SYNCED;
    header->last_sync_wall_ms = world->wall - 3600000;
    header->clock_source = ASV_CLOCK_DOCK;
    header->bulletin = 7;
    header->policy = 1;
    header->key_kind = ASV_KEY_DAY;
    header->key_date = 20260105;
    snprintf(header->container, sizeof header->container, "video/mp4");
    snprintf(header->codecs, sizeof header->codecs, "avc1.64001f,mp4a.40.2");
    fill_id(header->group, "group", header->number);
    header->stream_type = ASV_STREAM_AUDIO_VIDEO;
    fill_id(header->assignment, "assignment", 1);
    snprintf(header->unit, sizeof header->unit, "%s", plan->unit == NULL ? "" : plan->unit);
    snprintf(header->area, sizeof header->area, "%s", plan->area == NULL ? "" : plan->area);
    header->sealer = plan->sealer == 0 ? ASV_SEALER_CAMERA : plan->sealer;
    if (plan->change != NULL) {
        plan->change(header);
    }
}

static struct asv_moment now(struct asv_test_world *world, uint64_t step_ms)
{
    asv_test_world_step(world, step_ms);
    return (struct asv_moment){world->wall, world->mono};
}

static void add_first_records(struct asv_seal_writer *writer, struct asv_test_world *world,
                              struct asv_writer *seal)
{
    static const uint8_t told[] = {1, 0};
    must(asv_seal_writer_add_record(writer, ASV_RECORD_DISPLAY_ON, now(world, 10), NULL, 0, seal), "record");
    must(asv_seal_writer_add_record(writer, ASV_RECORD_ANNOUNCED, now(world, 10), told, sizeof told, seal),
         "record");
}

static void add_facts(struct asv_seal_writer *writer, struct asv_test_world *world, struct asv_writer *seal,
                      const struct asv_test_facts *facts)
{
    static const uint8_t ordered = 1;
    uint8_t pre_roll[4];
    if (facts->pre_roll_ms != 0) {
        asv_store_be32(pre_roll, facts->pre_roll_ms);
        must(asv_seal_writer_add_record(writer, ASV_RECORD_PREROLL_END, now(world, 10), pre_roll,
                                        sizeof pre_roll, seal),
             "pre-roll");
    }
    if (facts->dwelling) {
        must(asv_seal_writer_add_record(writer, ASV_RECORD_DWELLING, now(world, 10), &ordered, 1, seal),
             "dwelling");
    }
    if (facts->marked) {
        must(asv_seal_writer_add_record(writer, ASV_RECORD_MARKER, now(world, 10), NULL, 0, seal), "marker");
    }
}

static void add_checkpoint(struct asv_test_clip *clip, struct asv_seal_writer *writer,
                           struct asv_test_world *world, struct asv_writer *seal)
{
    uint64_t chunks = asv_seal_writer_chunks(writer);
    if (clip->plan.records) {
        must(asv_seal_writer_add_record(writer, ASV_RECORD_MARKER, now(world, 1), NULL, 0, seal), "marker");
    }
    uint64_t frame = clip->plan.key_frames && chunks > 0 ? (chunks - 1) * ASV_CHUNK_PLAIN_BYTES + 24 : 24;
    uint64_t frame_us = clip->plan.key_frames ? chunks * 1000000 : 40000;
    must(asv_seal_writer_checkpoint(writer, now(world, 1000), chunks == 0 ? 0 : frame,
                                    chunks == 0 ? 0 : frame_us, seal),
         "checkpoint");
    if (clip->checkpoint_count < 64) {
        clip->checkpoint_end[clip->checkpoint_count] = seal->len;
        clip->checkpoint_chunks[clip->checkpoint_count] = chunks;
    }
    clip->checkpoint_count++;
}

static void add_chunks(struct asv_test_clip *clip, struct asv_seal_writer *writer,
                       struct asv_test_world *world, struct asv_writer *seal)
{
    uint8_t *chunk = take_memory(ASV_CHUNK_CIPHER_BYTES);
    for (uint32_t i = 0; i < clip->plan.chunks; i++) {
        asv_test_clip_plaintext(&clip->plan, i, chunk);
        must(asv_seal_writer_add_chunk(writer, chunk, chunk), "chunk");
        append(&clip->payload, chunk, ASV_CHUNK_CIPHER_BYTES);
        bool last = i + 1 == clip->plan.chunks;
        if (!last && clip->plan.every != 0 && (i + 1) % clip->plan.every == 0) {
            add_checkpoint(clip, writer, world, seal);
        }
    }
    free(chunk);
    if (!clip->plan.unsealed) {
        add_checkpoint(clip, writer, world, seal);
    }
}

static void close_clip(struct asv_test_clip *clip, struct asv_seal_writer *writer,
                       struct asv_test_world *world, struct asv_writer *seal)
{
    uint8_t final_chunk[ASV_FINAL_CIPHER_BYTES];
    uint8_t link_data[ASV_LINK_MAX_BYTES];
    struct asv_writer link;
    uint64_t media = (uint64_t)clip->plan.chunks * ASV_CHUNK_PLAIN_BYTES - clip->plan.pad;
    must(asv_seal_writer_end(writer, ASV_END_WEARER, media, now(world, 5), final_chunk, seal), "end");
    append(&clip->payload, final_chunk, sizeof final_chunk);
    asv_writer_init(&link, link_data, sizeof link_data);
    must(asv_seal_writer_link(writer, &world->world, &link), "link");
    append(&clip->link, link_data, link.len);
}

void asv_test_clip_make(struct asv_test_clip *clip, const struct asv_test_agency *agency,
                        const struct asv_test_identity *sealer, struct asv_test_world *world,
                        const struct asv_test_plan *plan)
{
    static struct asv_seal_writer writer;
    struct asv_writer seal;
    struct asv_writer stanzas;
    struct asv_err err = {0};
    size_t seal_cap = SEAL_CAP + (size_t)plan->chunks * 700;
    uint8_t *seal_data = take_memory(seal_cap);
    uint8_t stanzas_data[ASV_SEAL_STANZAS_MAX_BYTES];

    must(asv_crypto_init(), "crypto");
    memset(clip, 0, sizeof *clip);
    clip->plan = *plan;
    size_t recipients = plan->recipients == 0 ? 1 : plan->recipients;
    for (size_t i = 0; i < recipients; i++) {
        must(asv_world_random(&world->world, clip->key_sk[i], ASV_X25519_BYTES), "key");
        asv_x25519_public(clip->key_pk[i], clip->key_sk[i]);
    }
    asv_test_clip_header(&clip->header, agency, sealer, world, plan);
    asv_writer_init(&seal, seal_data, seal_cap);
    asv_writer_init(&stanzas, stanzas_data, sizeof stanzas_data);
    memset(&writer, 0, sizeof writer);
    enum asv_status status = asv_seal_writer_begin(&writer, &world->world, &clip->header,
                                                   (const uint8_t(*)[ASV_X25519_BYTES])clip->key_pk,
                                                   recipients, sealer->sk, &seal, &stanzas, &err);
    must(status, err.text);
    asv_seal_writer_last_digest(&writer, clip->header_digest);
    append(&clip->stanzas, stanzas_data, stanzas.len);
    if (plan->records) {
        add_first_records(&writer, world, &seal);
    }
    add_facts(&writer, world, &seal, &plan->facts);
    add_chunks(clip, &writer, world, &seal);
    add_facts(&writer, world, &seal, &plan->behind);
    if (!plan->cut) {
        close_clip(clip, &writer, world, &seal);
    }
    asv_seal_writer_last_digest(&writer, clip->final_digest);
    append(&clip->seal, seal_data, seal.len);
    free(seal_data);
    asv_seal_writer_wipe(&writer);
}

void asv_test_clip_free(struct asv_test_clip *clip)
{
    free(clip->payload.data);
    free(clip->stanzas.data);
    free(clip->seal.data);
    free(clip->link.data);
    memset(clip, 0, sizeof *clip);
}

struct asv_seal_signer asv_test_signer(const struct asv_test_identity *sealer)
{
    struct asv_seal_signer signer;
    asv_seal_signer_of(&signer, &sealer->chain);
    return signer;
}
