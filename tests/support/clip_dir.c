/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/support/clip_dir.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/seal/verifier.h"
#include "firmware-proto/trust/receipt.h"
#include "tests/support/files.h"

static void must(enum asv_status status, const char *what)
{
    if (status != ASV_OK) {
        fprintf(stderr, "test clip directory: %s: %s\n", what, asv_status_name(status));
        abort();
    }
}

static void fill_custody(struct asv_custody *custody, const struct asv_test_clip *clip,
                         const struct asv_seal_result *seal, const void *tail, size_t tail_len)
{
    const struct asv_seal_header *header = &seal->header;
    memset(custody, 0, sizeof *custody);
    memcpy(custody->camera_cert, header->cert_digest, sizeof custody->camera_cert);
    memcpy(custody->epoch, header->epoch, sizeof custody->epoch);
    custody->number = header->number;
    memcpy(custody->clip, header->clip, sizeof custody->clip);
    memcpy(custody->header, seal->header_digest, sizeof custody->header);
    memcpy(custody->root, seal->checkpoint.root, sizeof custody->root);
    custody->leaf_count = seal->checkpoint.chunks;
    custody->payload_bytes = clip->payload.len;
    custody->seal_bytes = clip->seal.len;
    asv_sha256(custody->seal, clip->seal.data, clip->seal.len);
    custody->tail_bytes = tail_len;
    asv_sha256(custody->tail, tail_len > 0 ? tail : "", tail_len);
    custody->stanza_count = header->stanza_count;
    for (size_t i = 0; i < header->stanza_count; i++) {
        memcpy(custody->stanzas[i], header->stanzas[i].digest, ASV_SHA256_BYTES);
    }
    custody->link_bytes = clip->link.len;
    asv_sha256(custody->link, clip->link.len > 0 ? clip->link.data : (const uint8_t *)"", clip->link.len);
}

static void write_receipt(const struct asv_custody *custody, const struct asv_seal_result *seal,
                          const struct asv_test_identity *dock, const char *directory)
{
    uint8_t data[ASV_RECEIPT_MAX_BYTES];
    struct asv_writer writer;
    struct asv_receipt receipt = {.custody = *custody,
                                  .integrity = seal->ended ? ASV_INTEGRITY_VALID : ASV_INTEGRITY_TRUNCATED,
                                  .provenance = ASV_PROVENANCE_TRUSTED,
                                  .kind = ASV_RECEIPT_STORED,
                                  .due_ms = ASV_TEST_NOW_MS + 1,
                                  .time_ms = ASV_TEST_NOW_MS};
    memcpy(receipt.dock_cert, dock->cert_digest, sizeof receipt.dock_cert);
    memset(receipt.session, 5, sizeof receipt.session);
    asv_writer_init(&writer, data, sizeof data);
    must(asv_receipt_encode(&writer, &receipt, dock->sk), "receipt");
    asv_test_write_file(directory, "receipt", data, writer.len);
}

/* What header, records and end say. */
static void fill_facts(struct asv_commit *commit, const struct asv_test_clip *clip,
                       const struct asv_seal_result *seal)
{
    const struct asv_seal_header *header = &seal->header;
    memcpy(commit->agency, header->agency, sizeof commit->agency);
    snprintf(commit->model, sizeof commit->model, "%s", header->model);
    snprintf(commit->serial, sizeof commit->serial, "%s", header->serial);
    snprintf(commit->firmware, sizeof commit->firmware, "%s", header->firmware);
    memcpy(commit->firmware_digest, header->firmware_digest, sizeof commit->firmware_digest);
    memcpy(commit->group, header->group, sizeof commit->group);
    commit->stream = header->stream;
    commit->stream_type = header->stream_type;
    commit->segment = header->segment;
    memcpy(commit->assignment, header->assignment, sizeof commit->assignment);
    snprintf(commit->unit, sizeof commit->unit, "%s", header->unit);
    snprintf(commit->area, sizeof commit->area, "%s", header->area);
    commit->sealer = header->sealer;
    commit->key_kind = header->key_kind;
    memcpy(commit->key_id, header->stanzas[0].key_id, sizeof commit->key_id);
    commit->key_date = header->key_date;
    commit->bulletin = header->bulletin;
    commit->policy = header->policy;
    commit->clock_state = header->clock_state;
    commit->start_ms = header->start_wall_ms;
    commit->end_ms = seal->ended ? seal->end.wall_ms : seal->checkpoint.wall_ms;
    commit->earliest_ms = commit->start_ms;
    commit->latest_ms = commit->end_ms;
    commit->docked_ms = commit->end_ms + 60000;
    commit->committed_ms = commit->end_ms + 90000;
    commit->end_reason = seal->end.reason;
    commit->media_bytes = seal->end.media_bytes;
    commit->marked = clip->plan.records || clip->plan.facts.marked;
    commit->dwelling = clip->plan.facts.dwelling;
    commit->pre_roll_ms = clip->plan.facts.pre_roll_ms;
}

static void write_commit(const struct asv_test_clip *clip, const struct asv_custody *custody,
                         const struct asv_seal_result *seal, const struct asv_test_identity *dock,
                         const char *directory)
{
    struct asv_commit commit;
    memset(&commit, 0, sizeof commit);
    fill_facts(&commit, clip, seal);
    memcpy(commit.dock_cert, dock->cert_digest, sizeof commit.dock_cert);
    memcpy(commit.camera_cert, custody->camera_cert, sizeof commit.camera_cert);
    memcpy(commit.chain_digest, seal->header.chain_digest, sizeof commit.chain_digest);
    memcpy(commit.epoch, custody->epoch, sizeof commit.epoch);
    commit.number = custody->number;
    memcpy(commit.clip, custody->clip, sizeof commit.clip);
    memcpy(commit.header_digest, custody->header, sizeof commit.header_digest);
    memcpy(commit.root, custody->root, sizeof commit.root);
    commit.leaves = custody->leaf_count;
    commit.payload_bytes = custody->payload_bytes;
    if (seal->ended) {
        memcpy(commit.final_chunk, seal->checkpoint.final_chunk, sizeof commit.final_chunk);
    }
    commit.seal_bytes = custody->seal_bytes;
    memcpy(commit.seal_digest, custody->seal, sizeof commit.seal_digest);
    commit.tail_bytes = custody->tail_bytes;
    memcpy(commit.tail_digest, custody->tail, sizeof commit.tail_digest);
    commit.link_bytes = (uint32_t)custody->link_bytes;
    memcpy(commit.link_digest, custody->link, sizeof commit.link_digest);
    commit.integrity = seal->ended ? ASV_INTEGRITY_VALID : ASV_INTEGRITY_TRUNCATED;
    commit.provenance = ASV_PROVENANCE_TRUSTED;
    commit.kind = ASV_COMMIT_STORED;
    commit.readback = ASV_READBACK_DIRECT;
    commit.replicas = 1;
    asv_test_commit_write(&commit, dock, directory);
}

void asv_test_commit_write(const struct asv_commit *commit, const struct asv_test_identity *dock,
                           const char *directory)
{
    uint8_t data[ASV_COMMIT_MAX_BYTES];
    size_t len = 0;
    must(asv_commit_encode(commit, dock->sk, data, sizeof data, &len), "commit");
    asv_test_write_file(directory, "commit", data, len);
}

void asv_test_clip_write(const struct asv_test_clip *clip, const struct asv_test_agency *agency,
                         const struct asv_test_identity *sealer, const struct asv_test_identity *dock,
                         const void *tail, size_t tail_len, const char *directory)
{
    struct asv_seal_verifier verifier;
    struct asv_seal_signer signer = asv_test_signer(sealer);
    struct asv_custody custody;

    asv_test_write_file(directory, "payload", clip->payload.data, clip->payload.len);
    asv_test_write_file(directory, "seal", clip->seal.data, clip->seal.len);
    asv_test_write_file(directory, "stanzas", clip->stanzas.data, clip->stanzas.len);
    if (clip->link.len > 0) {
        asv_test_write_file(directory, "link", clip->link.data, clip->link.len);
    }
    if (tail_len > 0) {
        asv_test_write_file(directory, "tail", tail, tail_len);
    }
    asv_test_write_file(directory, "chain", sealer->chain.encoded.data, sealer->chain.encoded.len);
    asv_test_write_file(directory, "root", agency->root.cert.object.encoded.data,
                        agency->root.cert.object.encoded.len);
    if (dock == NULL) {
        return;
    }
    asv_seal_verifier_init(&verifier, &signer, NULL);
    must(asv_seal_verifier_feed(&verifier, clip->seal.data, clip->seal.len, NULL), "seal");
    const struct asv_seal_result *seal = asv_seal_verifier_result(&verifier);
    fill_custody(&custody, clip, seal, tail, tail_len);
    write_receipt(&custody, seal, dock, directory);
    write_commit(clip, &custody, seal, dock, directory);
}

void asv_test_clip_write_identity(const struct asv_test_clip *clip, size_t i, const char *directory,
                                  const char *name)
{
    char text[ASV_AGE_IDENTITY_TEXT_BYTES + 1];
    asv_age_identity_encode(text, clip->key_sk[i]);
    memcpy(text + sizeof text - 2, "\n", 2);
    asv_test_write_file(directory, name, text, sizeof text - 1);
}
