/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/verify/check.h"

#include <stdio.h>
#include <string.h>

#include "firmware-proto/seal/link.h"
#include "server/base/beside.h"
#include "server/base/fail.h"
#include "server/verify/leaves.h"

#define BUFFER_BYTES 65552

_Static_assert(BUFFER_BYTES == ASV_CHUNK_CIPHER_BYTES, "one chunk");

/* Of the payload, with its leaf. */
struct piece {
    uint8_t leaf[ASV_SHA256_BYTES];
    uint8_t chunk[BUFFER_BYTES];
};

/* What the verifier's events need. Ranges and records count once a checkpoint has signed them. */
struct walk {
    const struct asv_inputs *inputs;
    struct asv_report *report;
    struct asv_err *err;
    struct asv_chunk_ranges wrong;
    struct asv_chunk_ranges signed_wrong;
    uint32_t records[ASV_RECORD_KINDS];
    uint32_t pre_roll_ms;
    struct asv_beside *ahead; /* pieces of the payload, digested before their leaves come */
    uint64_t full;            /* of them there are so many whole ones */
    uint64_t seen;            /* of their leaves */
    struct asv_sha256 group;  /* of those since the last group of leaves that were taken before */
    bool differs;             /* one did */
    struct piece piece;
};

static uint64_t file_size(const struct asv_inputs *inputs, enum asv_part part)
{
    return inputs->part[part].fd < 0 ? 0 : inputs->part[part].size;
}

enum asv_status asv_check_read_payload(const struct asv_inputs *inputs, uint64_t offset, void *out,
                                       size_t len, size_t *got, struct asv_err *err)
{
    uint64_t payload = file_size(inputs, ASV_PART_PAYLOAD);
    uint64_t total = payload + file_size(inputs, ASV_PART_TAIL);
    uint8_t *at = out;
    size_t done = 0;
    while (done < len && offset + done < total) {
        bool in_payload = offset + done < payload;
        const struct asv_input *input = &inputs->part[in_payload ? ASV_PART_PAYLOAD : ASV_PART_TAIL];
        uint64_t from = in_payload ? offset + done : offset + done - payload;
        uint64_t left = (in_payload ? payload : total - payload) - from;
        size_t want = len - done < left ? len - done : (size_t)left;
        size_t some = 0;
        enum asv_status status = asv_input_read(input, from, at + done, want, &some, err);
        if (status != ASV_OK) {
            return status;
        }
        if (some < want) {
            return asv_fail(err, ASV_E_IO, "a file became shorter while it was read");
        }
        done += some;
    }
    *got = done;
    return ASV_OK;
}

static enum asv_status digest_piece(void *ctx, uint64_t i, void *slot, struct asv_err *err)
{
    const struct walk *walk = ctx; /* its inputs alone */
    struct piece *piece = slot;
    size_t got = 0;
    enum asv_status status = asv_check_read_payload(walk->inputs, i * ASV_CHUNK_CIPHER_BYTES, piece->chunk,
                                                    sizeof piece->chunk, &got, err);
    if (status == ASV_OK && got < sizeof piece->chunk) {
        status = asv_fail(err, ASV_E_IO, "a file became shorter while it was read");
    }
    if (status == ASV_OK) {
        asv_merkle_leaf(piece->leaf, piece->chunk, sizeof piece->chunk);
    }
    return status;
}

/* One that is not there shows in the length: asv_verdict_of. */
static enum asv_status on_leaf(void *ctx, uint64_t index, const uint8_t leaf[ASV_SHA256_BYTES])
{
    struct walk *walk = ctx;
    void *slot = NULL;
    if (index >= walk->full) {
        return ASV_OK;
    }
    enum asv_status status = asv_beside_next(walk->ahead, &slot, walk->err);
    if (status == ASV_OK && memcmp(((const struct piece *)slot)->leaf, leaf, ASV_SHA256_BYTES) != 0) {
        asv_chunk_ranges_add(&walk->wrong, index);
    }
    return status;
}

/* ---- leaves that were taken before ---- */

static void compare_group(struct walk *walk)
{
    const struct asv_leaves *leaves = walk->inputs->leaves;
    uint64_t group = (walk->seen - 1) / ASV_LEAVES_GROUP;
    uint8_t digest[ASV_SHA256_BYTES];
    asv_sha256_final(&walk->group, digest);
    asv_sha256_init(&walk->group);
    walk->differs = walk->differs || memcmp(digest, leaves->groups[group], sizeof digest) != 0;
}

static enum asv_status on_leaf_taken(void *ctx, uint64_t index, const uint8_t leaf[ASV_SHA256_BYTES])
{
    struct walk *walk = ctx;
    if (index < walk->full) {
        asv_sha256_update(&walk->group, leaf, ASV_SHA256_BYTES);
        walk->seen++;
        if (walk->seen % ASV_LEAVES_GROUP == 0 || walk->seen == walk->full) {
            compare_group(walk);
        }
    }
    return ASV_OK;
}

/* ---- the seal ---- */

static enum asv_status on_record(void *ctx, const struct asv_seal_record *record)
{
    struct walk *walk = ctx;
    walk->records[record->kind < ASV_RECORD_KINDS ? record->kind : 0]++;
    if (record->kind == ASV_RECORD_PREROLL_END) {
        walk->pre_roll_ms = asv_load_be32(record->value);
    }
    return ASV_OK;
}

static enum asv_status on_checkpoint(void *ctx, const struct asv_seal_checkpoint *checkpoint)
{
    struct walk *walk = ctx;
    (void)checkpoint;
    walk->signed_wrong = walk->wrong;
    memcpy(walk->report->records, walk->records, sizeof walk->records);
    walk->report->pre_roll_ms = walk->pre_roll_ms;
    return ASV_OK;
}

/* Feeds the whole seal. Only ASV_E_IO stops it; what is wrong with the seal is in report->seal. */
static enum asv_status walk_seal(struct walk *walk, const struct asv_seal_signer *signer)
{
    struct asv_report *report = walk->report;
    struct asv_err *why = &report->err[ASV_CHECK_SEAL];
    struct asv_seal_events events = {.ctx = walk,
                                     .leaf = walk->ahead != NULL ? on_leaf : on_leaf_taken,
                                     .record = on_record,
                                     .checkpoint = on_checkpoint};
    static const size_t step = 16384;
    uint8_t buffer[16384];
    struct asv_seal_verifier verifier;
    struct asv_sha256 digest;
    enum asv_status status = ASV_OK;
    uint64_t at = 0;
    size_t got = 0;

    asv_seal_verifier_init(&verifier, signer, &events);
    asv_sha256_init(&digest);
    do {
        status = asv_input_read(&walk->inputs->part[ASV_PART_SEAL], at, buffer, step, &got, walk->err);
        if (status != ASV_OK) {
            return status;
        }
        asv_sha256_update(&digest, buffer, got);
        at += got;
        status = asv_seal_verifier_feed(&verifier, buffer, got, why);
        if (status != ASV_OK && asv_seal_verifier_result(&verifier)->status == ASV_OK) {
            return status; /* an event's: a file could not be read */
        }
    } while (got == step);
    asv_sha256_final(&digest, report->seal_digest);
    report->seal = *asv_seal_verifier_result(&verifier);
    return ASV_OK;
}

/* The same, with the payload's pieces digested beside it. */
static enum asv_status walk_both(struct walk *walk, const struct asv_seal_signer *signer)
{
    const struct asv_beside_work work = {.ctx = walk,
                                         .count = walk->full,
                                         .slot_bytes = sizeof walk->piece,
                                         .spare = &walk->piece,
                                         .threads = ASV_BESIDE_THREADS,
                                         .make = digest_piece};
    enum asv_status status = asv_beside_open(&walk->ahead, &work, walk->err);
    if (status == ASV_OK) {
        status = walk_seal(walk, signer);
    }
    asv_beside_close(walk->ahead);
    return status;
}

/* HO-150: without reading the payload once more, where all of its leaves were taken before and are the
 * seal's. Which of them is not is found by reading it. */
static enum asv_status walk_all(struct walk *walk, const struct asv_seal_signer *signer)
{
    const struct asv_leaves *leaves = walk->inputs->leaves;
    walk->full = (file_size(walk->inputs, ASV_PART_PAYLOAD) + file_size(walk->inputs, ASV_PART_TAIL)) /
                 ASV_CHUNK_CIPHER_BYTES;
    if (leaves == NULL || leaves->groups == NULL || leaves->count != walk->full) {
        return walk_both(walk, signer);
    }
    asv_sha256_init(&walk->group);
    enum asv_status status = walk_seal(walk, signer);
    if (status == ASV_OK && (walk->differs || walk->seen < walk->full)) {
        memset(walk->records, 0, sizeof walk->records);
        walk->pre_roll_ms = 0;
        status = walk_both(walk, signer);
    }
    return status;
}

/* The bytes behind the signed payload, and their digest. */
static enum asv_status hash_behind(struct walk *walk)
{
    struct asv_report *report = walk->report;
    struct asv_sha256 digest;
    uint64_t from = asv_seal_payload_bytes(report->seal.checkpoint.chunks, report->seal.ended);
    size_t got = 0;
    report->behind_bytes = report->payload_bytes > from ? report->payload_bytes - from : 0;
    asv_sha256_init(&digest);
    do {
        enum asv_status status = asv_check_read_payload(walk->inputs, from, walk->piece.chunk,
                                                        sizeof walk->piece.chunk, &got, walk->err);
        if (status != ASV_OK) {
            return status;
        }
        asv_sha256_update(&digest, walk->piece.chunk, got);
        from += got;
    } while (got == sizeof walk->piece.chunk);
    asv_sha256_final(&digest, report->behind_digest);
    return ASV_OK;
}

/* What there is of the payload. One that stays is taken to be what was signed: what the seal says of itself
 * is judged then, and nothing else. */
static enum asv_status measure(struct walk *walk, struct asv_payload_facts *facts)
{
    struct asv_report *report = walk->report;
    const struct asv_seal_result *seal = &report->seal;
    size_t got = 0;
    if (walk->inputs->payload_stays) {
        report->payload_stays = true;
        facts->bytes = asv_seal_payload_bytes(seal->checkpoint.chunks, seal->ended);
        memcpy(facts->rest, seal->checkpoint.final_chunk, sizeof facts->rest);
        return ASV_OK;
    }
    report->tail_file_bytes = file_size(walk->inputs, ASV_PART_TAIL);
    report->payload_bytes = file_size(walk->inputs, ASV_PART_PAYLOAD) + report->tail_file_bytes;
    facts->bytes = report->payload_bytes;
    return asv_check_read_payload(walk->inputs, seal->checkpoint.chunks * ASV_CHUNK_CIPHER_BYTES, facts->rest,
                                  sizeof facts->rest, &got, walk->err);
}

/* The integrity axis. */
static enum asv_status judge(struct walk *walk)
{
    struct asv_report *report = walk->report;
    const struct asv_seal_result *seal = &report->seal;
    struct asv_payload_facts facts = {.wrong = &walk->signed_wrong};
    enum asv_status status = measure(walk, &facts);
    if (status != ASV_OK) {
        return status;
    }
    asv_verdict_of(&report->verdict, seal, &facts, report->verdict.provenance);
    if (seal->status != ASV_OK || !seal->has_header) {
        report->finding[ASV_CHECK_SEAL] = ASV_FINDING_BAD;
        if (seal->status == ASV_OK) {
            snprintf(report->err[ASV_CHECK_SEAL].text, ASV_ERR_TEXT_BYTES, "seal: cut within its header");
        }
        return ASV_OK;
    }
    report->finding[ASV_CHECK_SEAL] = ASV_FINDING_GOOD;
    if (report->payload_stays) {
        return ASV_OK; /* HO-111 */
    }
    bool right = report->verdict.integrity == ASV_INTEGRITY_VALID ||
                 report->verdict.integrity == ASV_INTEGRITY_TRUNCATED;
    report->finding[ASV_CHECK_PAYLOAD] = right ? ASV_FINDING_GOOD : ASV_FINDING_BAD;
    return hash_behind(walk);
}

/* The provenance axis: at the time that the header says, when its clock can be believed. */
static void find_origin(struct asv_report *report, const struct asv_chain *chain,
                        const struct asv_anchors *anchors)
{
    const struct asv_seal_header *header = &report->seal.header;
    struct asv_err *why = &report->err[ASV_CHECK_ORIGIN];
    int64_t when = header->clock_state == ASV_CLOCK_LOST ? ASV_TIME_UNKNOWN : header->start_wall_ms;

    report->verdict.provenance = ASV_PROVENANCE_UNKNOWN_KEY;
    if (!anchors->has_root || !report->seal.has_header) {
        return;
    }
    report->origin_checked = true;
    report->verdict.provenance = asv_provenance_find(
        header, chain, anchors->root_pk, when, anchors->has_revocations ? &anchors->revocations : NULL, why);
    bool revoked = report->verdict.provenance == ASV_PROVENANCE_REVOKED;
    bool good = report->verdict.provenance != ASV_PROVENANCE_UNKNOWN_KEY;
    report->finding[ASV_CHECK_ORIGIN] = good ? ASV_FINDING_GOOD : ASV_FINDING_BAD;
    if (good && anchors->has_revocations) {
        report->finding[ASV_CHECK_REVOCATIONS] = revoked ? ASV_FINDING_BAD : ASV_FINDING_GOOD;
        report->err[ASV_CHECK_REVOCATIONS] = *why;
    }
}

static void check_link(struct asv_report *report, const struct asv_small_parts *parts,
                       const struct asv_chain *chain)
{
    struct asv_err *why = &report->err[ASV_CHECK_LINK];
    struct asv_link link = {.number = 0};
    enum asv_status status = parts->status[ASV_PART_LINK];
    if (status == ASV_E_NOT_FOUND) {
        report->finding[ASV_CHECK_LINK] = ASV_FINDING_ABSENT;
        return;
    }
    if (status != ASV_OK) {
        *why = parts->err[ASV_PART_LINK];
    } else {
        status = asv_link_read(&link, NULL, parts->link.data, parts->link.len, chain->leaf.signing_pk, why);
    }
    if (status == ASV_OK && asv_link_check(&link, &report->seal) != ASV_OK) {
        status = asv_fail(why, ASV_E_MISMATCH, "link: is of another recording");
    }
    report->finding[ASV_CHECK_LINK] = status == ASV_OK ? ASV_FINDING_GOOD : ASV_FINDING_BAD;
}

/* Stanzas are outside what is signed, so that they can be destroyed and made anew for others. */
static void check_stanzas(struct asv_report *report, const struct asv_small_parts *parts)
{
    struct asv_err *why = &report->err[ASV_CHECK_STANZAS];
    enum asv_status status = parts->status[ASV_PART_STANZAS];
    if (status == ASV_E_NOT_FOUND) {
        report->finding[ASV_CHECK_STANZAS] = ASV_FINDING_ABSENT;
        return;
    }
    if (status != ASV_OK) {
        *why = parts->err[ASV_PART_STANZAS];
        report->finding[ASV_CHECK_STANZAS] = ASV_FINDING_BAD;
        return;
    }
    struct asv_reader reader;
    struct asv_age_stanza stanza;
    asv_reader_init(&reader, parts->stanzas.data, parts->stanzas.len);
    do {
        status = asv_age_stanza_read(&reader, &stanza);
    } while (status == ASV_OK && asv_reader_left(&reader) > 0);
    if (status != ASV_OK) {
        report->finding[ASV_CHECK_STANZAS] = ASV_FINDING_BAD;
        snprintf(why->text, sizeof why->text, "stanzas: not age recipient stanzas");
    } else if (asv_seal_stanzas_check(&report->seal.header, parts->stanzas) == ASV_OK) {
        report->finding[ASV_CHECK_STANZAS] = ASV_FINDING_GOOD;
    } else {
        report->finding[ASV_CHECK_STANZAS] = ASV_FINDING_OTHER;
    }
}

/* ASV_E_IO only: anything else about a part is a finding. */
static enum asv_status load_small_parts(struct asv_small_parts *parts, const struct asv_inputs *inputs,
                                        struct asv_err *err)
{
    const struct {
        enum asv_part part;
        uint8_t *data;
        size_t cap;
        struct asv_bytes *view;
    } loads[] = {
        {ASV_PART_CHAIN, parts->chain_data, sizeof parts->chain_data, &parts->chain},
        {ASV_PART_STANZAS, parts->stanzas_data, sizeof parts->stanzas_data, &parts->stanzas},
        {ASV_PART_LINK, parts->link_data, sizeof parts->link_data, &parts->link},
        {ASV_PART_COMMIT, parts->commit_data, sizeof parts->commit_data, &parts->commit},
        {ASV_PART_RECEIPT, parts->receipt_data, sizeof parts->receipt_data, &parts->receipt},
    };
    for (size_t i = 0; i < sizeof loads / sizeof loads[0]; i++) {
        enum asv_part part = loads[i].part;
        *loads[i].view = (struct asv_bytes){NULL, 0};
        parts->status[part] = asv_input_load(&inputs->part[part], loads[i].data, loads[i].cap, loads[i].view,
                                             &parts->err[part]);
        if (parts->status[part] == ASV_E_IO) {
            return asv_fail(err, ASV_E_IO, parts->err[part].text);
        }
    }
    return ASV_OK;
}

enum asv_status asv_check_clip(struct asv_report *report, const struct asv_inputs *inputs,
                               const struct asv_anchors *anchors, struct asv_small_parts *parts,
                               struct asv_err *err)
{
    struct walk walk;
    struct asv_chain chain;
    struct asv_seal_signer signer;

    memset(report, 0, sizeof *report);
    enum asv_status status = load_small_parts(parts, inputs, err);
    if (status != ASV_OK) {
        return status;
    }
    if (parts->status[ASV_PART_CHAIN] == ASV_E_NOT_FOUND) {
        return asv_fail(err, ASV_E_NOT_FOUND, "no chain: without the certificates there is no key to check");
    }
    status = parts->status[ASV_PART_CHAIN];
    report->err[ASV_CHECK_ORIGIN] = parts->err[ASV_PART_CHAIN];
    if (status == ASV_OK) {
        status =
            asv_chain_decode(&chain, parts->chain.data, parts->chain.len, &report->err[ASV_CHECK_ORIGIN]);
    }
    if (status != ASV_OK) {
        report->finding[ASV_CHECK_ORIGIN] = ASV_FINDING_BAD;
        report->verdict.integrity = ASV_INTEGRITY_INVALID;
        report->verdict.provenance = ASV_PROVENANCE_UNKNOWN_KEY;
        return ASV_OK;
    }
    memset(&walk, 0, sizeof walk);
    walk.inputs = inputs;
    walk.report = report;
    walk.err = err;
    asv_chunk_ranges_init(&walk.wrong);
    asv_chunk_ranges_init(&walk.signed_wrong);
    asv_seal_signer_of(&signer, &chain);
    status = walk_all(&walk, &signer);
    if (status == ASV_OK) {
        find_origin(report, &chain, anchors);
        status = judge(&walk);
    }
    if (status == ASV_OK && report->seal.has_header) {
        check_link(report, parts, &chain);
        check_stanzas(report, parts);
        asv_check_custody(report, anchors, parts);
    }
    return status;
}
