/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/sim/keeper_site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/seal/frames.h"
#include "server/base/calendar.h"
#include "server/keeper/secret.h"
#include "tests/support/clip.h"

static void must(enum asv_status status, const char *what)
{
    if (status != ASV_OK) {
        fprintf(stderr, "keeper site: %s: %s\n", what, asv_status_name(status));
        abort();
    }
}

void keeper_site_init(struct keeper_site *site, uint64_t seed)
{
    void *scratch = NULL;
    struct asv_err err = {0};
    memset(site, 0, sizeof *site);
    must(asv_calendar_set_zone(ASV_CALENDAR_ZONE, &err), err.text);
    asv_test_agency_init(&site->agency, seed);
    asv_test_world_init(&site->world, seed);
    site->disk = keeper_disk_new(seed);
    site->setup = keeper_disk_setup(site->disk, site->slots, &site->world.world);
    must(asv_store_create(&site->setup, &err), err.text);
    must(asv_secret_alloc(&scratch, sizeof *site->keeper.scratch), "memory");
    site->keeper.scratch = scratch;
    site->keeper.world = &site->world.world;
    site->keeper.revocations_path = "";
    site->keeper.days_ahead = 60;
    static const char *const origins[] = {"https://asservat.example"};
    site->keeper.origins = (struct asv_origins){.list = origins, .count = 1};
    struct asv_keeper_identity *identity = &site->keeper.identity;
    const struct asv_chain *chain = &site->agency.keeper.chain;
    memcpy(identity->root_pk, site->agency.root.pk, sizeof identity->root_pk);
    memcpy(identity->chain_data, chain->encoded.data, chain->encoded.len);
    must(asv_chain_decode(&identity->chain, identity->chain_data, chain->encoded.len, NULL), "chain");
    identity->sk = site->agency.keeper.sk;
    asv_ed25519_from_seed(site->ledger_pk, site->ledger_sk, (const uint8_t[ASV_ED25519_SEED_BYTES]){0x4c});
    site->package_sk[0] = 0x50;
    identity->ledger_sk = site->ledger_sk;
    identity->package_sk = site->package_sk;
    keeper_site_restart(site);
}

void keeper_site_restart(struct keeper_site *site)
{
    struct asv_err err = {0};
    asv_store_close(site->keeper.store);
    site->keeper.store = NULL;
    site->keeper.due = (struct asv_due){0};
    site->keeper.head_master_owed = false;
    site->keeper.head_master_ms = 0;
    memset(site->keeper.given, 0, sizeof site->keeper.given);
    site->keeper.given_next = 0;
    memset(site->keeper.drawn, 0, sizeof site->keeper.drawn);
    site->keeper.drawn_next = 0;
    must(asv_store_open(&site->keeper.store, &site->setup, &err), err.text);
}

void keeper_site_load(struct keeper_site *site, const struct keeper_disk *disk)
{
    asv_store_close(site->keeper.store);
    site->keeper.store = NULL;
    keeper_disk_free(site->disk);
    site->disk = keeper_disk_copy(disk);
    site->setup = keeper_disk_setup(site->disk, site->slots, &site->world.world);
    site->keeper.tick_status = ASV_OK;
    site->keeper.swept_date = 0;
    keeper_site_restart(site);
}

void keeper_site_go_to(struct keeper_site *site, int64_t wall)
{
    const int64_t day_ms = INT64_C(86400000);
    int64_t next = 0;
    while (site->world.wall < wall) {
        int64_t step = wall - site->world.wall > day_ms ? day_ms : wall - site->world.wall;
        asv_test_world_step(&site->world, (uint64_t)step);
        asv_keeper_tick(&site->keeper, &next);
    }
}

int64_t keeper_site_due(uint32_t date)
{
    int64_t due_ms = 0;
    must(asv_due_ms(date, 14, &due_ms), "calendar");
    return due_ms;
}

void keeper_site_free(struct keeper_site *site)
{
    asv_store_close(site->keeper.store);
    asv_secret_free(site->keeper.scratch);
    keeper_disk_free(site->disk);
}

void keeper_site_revoke(struct keeper_site *site, uint64_t number, const struct asv_test_identity *revoked)
{
    uint8_t data[2048];
    struct asv_revocations list = {.number = number,
                                   .issued_ms = site->world.wall,
                                   .signer = site->agency.ca.cert,
                                   .count = revoked == NULL ? 0 : 1,
                                   .serials = revoked == NULL ? NULL : revoked->cert.serial};
    struct asv_writer writer;
    memcpy(list.agency, site->agency.id, sizeof list.agency);
    asv_writer_init(&writer, data, sizeof data);
    must(asv_revocations_encode(&writer, &list, site->agency.ca.sk), "revocation list");
    FILE *file = fopen(site->keeper.revocations_path, "wb");
    if (file == NULL || fwrite(data, 1, writer.len, file) != writer.len || fclose(file) != 0) {
        must(ASV_E_IO, site->keeper.revocations_path);
    }
}

struct asv_keeper_reply keeper_ask(struct keeper_site *site, enum asv_keeper_role role,
                                   struct asv_keeper_request *request)
{
    static uint8_t frame[ASV_KEEPER_LENGTH_BYTES + ASV_KEEPER_REQUEST_MAX];
    static uint8_t answer[ASV_KEEPER_LENGTH_BYTES + ASV_KEEPER_REPLY_MAX];
    struct asv_keeper_reply reply;
    struct asv_writer writer;
    request->request = 77;
    asv_writer_init(&writer, frame, sizeof frame);
    must(asv_keeper_request_write(&writer, request), "request");
    size_t len = writer.len - ASV_KEEPER_LENGTH_BYTES;
    asv_writer_init(&writer, answer, sizeof answer);
    (void)asv_keeper_answer(&site->keeper, role, frame + ASV_KEEPER_LENGTH_BYTES, len, &writer);
    must(
        asv_keeper_reply_read(&reply, answer + ASV_KEEPER_LENGTH_BYTES, writer.len - ASV_KEEPER_LENGTH_BYTES),
        "reply");
    return reply;
}

struct asv_keeper_reply keeper_make_days(struct keeper_site *site, const struct asv_test_identity *camera,
                                         uint32_t from, uint16_t count)
{
    struct asv_keeper_request request = {
        .type = ASV_KEEPER_MAKE_DAYS, .chain = camera->chain.encoded, .from_date = from, .day_count = count};
    return keeper_ask(site, ASV_KEEPER_DOCK, &request);
}

void keeper_bulletin(struct keeper_site *site, const struct asv_test_identity *camera,
                     struct asv_bulletin *out)
{
    struct asv_err err = {0};
    struct asv_keeper_request request = {.type = ASV_KEEPER_BULLETIN, .chain = camera->chain.encoded};
    struct asv_keeper_reply reply = keeper_ask(site, ASV_KEEPER_DOCK, &request);
    must(reply.status, reply.detail);
    must(asv_bulletin_decode(out, reply.bulletin.data, reply.bulletin.len, &err), err.text);
    must(asv_bulletin_verify(out, site->agency.root.pk, camera->cert_digest, site->world.wall, NULL, &err),
         err.text);
}

void keeper_clip_seal(const struct asv_test_agency *agency, struct asv_test_world *world,
                      const struct asv_test_identity *camera, const struct asv_bulletin_key *key,
                      uint32_t chunks, struct keeper_clip *out)
{
    static struct asv_seal_writer writer;
    struct asv_test_plan plan = {.chunks = chunks};
    struct asv_writer seal;
    struct asv_writer stanzas;
    struct asv_err err = {0};
    uint8_t recipients[1][ASV_X25519_BYTES];
    memcpy(recipients[0], key->pk, sizeof recipients[0]);
    memset(out, 0, sizeof *out);
    memset(&writer, 0, sizeof writer);
    asv_test_clip_header(&out->header, agency, camera, world, &plan);
    out->header.key_kind = key->kind;
    out->header.key_date = key->date;
    asv_writer_init(&seal, out->frame, sizeof out->frame);
    asv_writer_init(&stanzas, out->stanzas, sizeof out->stanzas);
    must(asv_seal_writer_begin(&writer, &world->world, &out->header,
                               (const uint8_t(*)[ASV_X25519_BYTES])recipients, 1, camera->sk, &seal, &stanzas,
                               &err),
         err.text);
    out->frame_len = seal.len;
    out->stanzas_len = stanzas.len;
    out->chunk_count = chunks;
    for (uint32_t i = 0; i < chunks; i++) {
        asv_test_clip_plaintext(&plan, i, out->chunks[i]);
        must(asv_seal_writer_add_chunk(&writer, out->chunks[i], out->chunks[i]), "chunk");
    }
    asv_seal_writer_wipe(&writer);
}

void keeper_clip_make(struct keeper_site *site, const struct asv_test_identity *camera,
                      const struct asv_bulletin_key *key, uint32_t chunks, struct keeper_clip *out)
{
    keeper_clip_seal(&site->agency, &site->world, camera, key, chunks, out);
}

void keeper_clip_sign(struct keeper_clip *clip, const uint8_t sk[ASV_ED25519_SK_BYTES])
{
    uint8_t body[ASV_SEAL_HEADER_MAX_BYTES];
    uint8_t digest[ASV_SHA256_BYTES];
    struct asv_writer writer;
    asv_writer_init(&writer, body, sizeof body);
    must(asv_seal_header_write(&writer, digest, &clip->header, sk, NULL), "header");
    size_t len = writer.len;
    asv_writer_init(&writer, clip->frame, sizeof clip->frame);
    asv_seal_frame_begin(&writer, ASV_FRAME_HEADER, len);
    asv_write_bytes(&writer, body, len);
    must(asv_write_end(&writer, &clip->frame_len), "frame");
}

void keeper_opens_request(struct asv_keeper_request *request, const struct asv_test_identity *camera,
                          const struct keeper_clip *clip)
{
    *request = (struct asv_keeper_request){.type = ASV_KEEPER_OPENS,
                                           .chain = camera->chain.encoded,
                                           .header = {clip->frame, clip->frame_len},
                                           .stanzas = {clip->stanzas, clip->stanzas_len}};
    if (clip->chunk_count > 0) {
        request->chunks[request->chunk_count++] = (struct asv_keeper_chunk){0, clip->chunks[0]};
    }
    if (clip->chunk_count > 1) {
        request->chunks[request->chunk_count++] =
            (struct asv_keeper_chunk){clip->chunk_count - 1, clip->chunks[clip->chunk_count - 1]};
    }
}

struct asv_keeper_reply keeper_opens(struct keeper_site *site, const struct asv_test_identity *camera,
                                     const struct keeper_clip *clip)
{
    struct asv_keeper_request request;
    keeper_opens_request(&request, camera, clip);
    return keeper_ask(site, ASV_KEEPER_DOCK, &request);
}
