/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* What the dock signed when it took the clip into custody: the commit record and the receipt. Both must say
 * what was found here; their signatures need the dock's chain. */
#include <string.h>

#include "firmware-proto/trust/receipt.h"
#include "server/vault/commit.h"
#include "server/verify/check.h"

static bool same(const uint8_t *a, const uint8_t *b, size_t len)
{
    return memcmp(a, b, len) == 0;
}

/* Bytes of the payload that are signed. */
static uint64_t signed_bytes(const struct asv_seal_result *seal)
{
    return asv_seal_payload_bytes(seal->checkpoint.chunks, seal->ended);
}

/* What lies behind them, as a custody that says `said` bytes of tail means it: of a payload that stays, what
 * it says. The final chunk that makes an
 * age file of a cut payload may have been appended since: it stands in the seal, and nobody needs to have
 * held it. */
static uint64_t tail_of(const struct asv_report *report, uint64_t said)
{
    if (report->payload_stays) {
        return said;
    }
    bool completed = said == 0 && report->verdict.final_chunk && !report->seal.ended;
    return completed ? 0 : report->behind_bytes;
}

/* The root over no leaves is SHA-256 of nothing, also when there is no checkpoint that says so. */
static void root_of(const struct asv_seal_result *seal, uint8_t out[ASV_SHA256_BYTES])
{
    if (seal->has_checkpoint) {
        memcpy(out, seal->checkpoint.root, ASV_SHA256_BYTES);
    } else {
        asv_sha256(out, "", 0);
    }
}

/* What the record repeats of the signed header, the signed records and the end. */
static const char *facts_differ(const struct asv_report *report, const struct asv_commit *commit)
{
    const struct asv_seal_header *header = &report->seal.header;
    const struct asv_seal_end *end = &report->seal.end; /* zeros when there is none */
    int64_t last_ms = header->start_wall_ms;
    if (report->seal.has_checkpoint) {
        last_ms = report->seal.ended ? end->wall_ms : report->seal.checkpoint.wall_ms;
    }
    const struct {
        bool is_same;
        const char *differs;
    } facts[] = {
        {same(commit->agency, header->agency, 32), "commit: says another agency"},
        {strcmp(commit->model, header->model) == 0, "commit: says another model"},
        {strcmp(commit->serial, header->serial) == 0, "commit: says another serial"},
        {strcmp(commit->firmware, header->firmware) == 0, "commit: says another firmware"},
        {same(commit->firmware_digest, header->firmware_digest, 32), "commit: says another firmware digest"},
        {same(commit->group, header->group, 16), "commit: says another group"},
        {commit->stream == header->stream, "commit: says another stream"},
        {commit->stream_type == header->stream_type, "commit: says another stream type"},
        {commit->segment == header->segment, "commit: says another segment"},
        {same(commit->assignment, header->assignment, 16), "commit: says another assignment"},
        {strcmp(commit->unit, header->unit) == 0, "commit: says another unit"},
        {strcmp(commit->area, header->area) == 0, "commit: says another area"},
        {commit->sealer == header->sealer, "commit: says another sealer"},
        {commit->key_kind == header->key_kind, "commit: says another kind of key"},
        {same(commit->key_id, header->stanzas[0].key_id, 16), "commit: says another key"},
        {commit->key_date == header->key_date, "commit: says another key date"},
        {commit->bulletin == header->bulletin, "commit: says another bulletin"},
        {commit->policy == header->policy, "commit: says another policy"},
        {commit->clock_state == header->clock_state, "commit: says another clock state"},
        {commit->start_ms == header->start_wall_ms, "commit: says another start"},
        {commit->end_ms == last_ms, "commit: says another end"},
        {commit->end_reason == end->reason, "commit: says another reason of the end"},
        {commit->media_bytes == end->media_bytes, "commit: says another length of the content"},
        {commit->marked == (report->records[ASV_RECORD_MARKER] > 0), "commit: says otherwise of a marker"},
        {commit->dwelling == (report->records[ASV_RECORD_DWELLING] > 0),
         "commit: says otherwise of a dwelling"},
        {commit->pre_roll_ms == report->pre_roll_ms, "commit: says another pre-roll"},
    };
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        if (!facts[i].is_same) {
            return facts[i].differs;
        }
    }
    return NULL;
}

/* The first thing that the commit record says otherwise, or NULL. */
static const char *commit_differs(const struct asv_report *report, const struct asv_commit *commit,
                                  const struct asv_small_parts *parts)
{
    const struct asv_seal_result *seal = &report->seal;
    const struct asv_seal_header *header = &seal->header;
    uint8_t digest[ASV_SHA256_BYTES];

    if (!same(commit->header_digest, seal->header_digest, 32) || !same(commit->clip, header->clip, 16) ||
        !same(commit->camera_cert, header->cert_digest, 32) || !same(commit->epoch, header->epoch, 16) ||
        !same(commit->chain_digest, header->chain_digest, 32) || commit->number != header->number) {
        return "commit: is of another recording";
    }
    root_of(seal, digest);
    static const uint8_t none[ASV_FINAL_CIPHER_BYTES];
    if (commit->leaves != seal->checkpoint.chunks || !same(commit->root, digest, 32) ||
        commit->payload_bytes != signed_bytes(seal) ||
        !same(commit->final_chunk, seal->ended ? seal->checkpoint.final_chunk : none, sizeof none)) {
        return "commit: says another payload";
    }
    if (commit->seal_bytes != seal->seal_bytes || !same(commit->seal_digest, report->seal_digest, 32)) {
        return "commit: says another seal";
    }
    if (commit->tail_bytes != tail_of(report, commit->tail_bytes) ||
        (commit->tail_bytes > 0 && !report->payload_stays &&
         !same(commit->tail_digest, report->behind_digest, 32))) {
        return "commit: says another tail";
    }
    if (parts->link.data != NULL) {
        asv_sha256(digest, parts->link.data, parts->link.len);
        if (commit->link_bytes != parts->link.len || !same(commit->link_digest, digest, 32)) {
            return "commit: says another link";
        }
    }
    /* Where both tell of the same integrity; what was found broken here since is a finding of its own. */
    if ((report->finding[ASV_CHECK_PAYLOAD] == ASV_FINDING_GOOD || report->payload_stays) &&
        commit->integrity != (uint8_t)report->verdict.integrity) {
        return "commit: says another verdict";
    }
    return facts_differ(report, commit);
}

static void check_commit(struct asv_report *report, const struct asv_anchors *anchors,
                         const struct asv_small_parts *parts)
{
    struct asv_commit commit;
    struct asv_err *why = &report->err[ASV_CHECK_COMMIT];
    struct asv_err *why_signature = &report->err[ASV_CHECK_COMMIT_SIGNATURE];
    enum asv_status status = parts->status[ASV_PART_COMMIT];

    if (status == ASV_E_NOT_FOUND) {
        report->finding[ASV_CHECK_COMMIT] = ASV_FINDING_ABSENT;
        report->finding[ASV_CHECK_COMMIT_SIGNATURE] = ASV_FINDING_ABSENT;
        return;
    }
    *why = parts->err[ASV_PART_COMMIT];
    if (status == ASV_OK) {
        status = asv_commit_decode(&commit, parts->commit.data, parts->commit.len, NULL, why);
    }
    if (status == ASV_OK) {
        const char *differs = commit_differs(report, &commit, parts);
        status = differs == NULL ? ASV_OK : asv_fail(why, ASV_E_MISMATCH, differs);
        report->finding[ASV_CHECK_COMMIT] = status == ASV_OK ? ASV_FINDING_GOOD : ASV_FINDING_BAD;
    } else {
        report->finding[ASV_CHECK_COMMIT] = ASV_FINDING_BAD;
        return;
    }
    if (!anchors->has_dock) {
        return;
    }
    uint8_t digest[ASV_SHA256_BYTES];
    asv_cert_digest(digest, &anchors->dock.leaf);
    status = asv_commit_verify(&commit, parts->commit.data, parts->commit.len, anchors->dock.leaf.signing_pk,
                               why_signature);
    if (status == ASV_OK && !same(commit.dock_cert, digest, sizeof digest)) {
        status = asv_fail(why_signature, ASV_E_MISMATCH, "commit: names another dock");
    }
    report->finding[ASV_CHECK_COMMIT_SIGNATURE] = status == ASV_OK ? ASV_FINDING_GOOD : ASV_FINDING_BAD;
}

/* What lies here, as a receipt would say it. A link that was left out is taken from the receipt: it can be
 * kept back on purpose. */
static void fill_held(struct asv_custody *held, const struct asv_custody *said,
                      const struct asv_report *report, const struct asv_small_parts *parts)
{
    const struct asv_seal_result *seal = &report->seal;
    const struct asv_seal_header *header = &seal->header;

    memset(held, 0, sizeof *held);
    memcpy(held->camera_cert, header->cert_digest, sizeof held->camera_cert);
    memcpy(held->epoch, header->epoch, sizeof held->epoch);
    held->number = header->number;
    memcpy(held->clip, header->clip, sizeof held->clip);
    memcpy(held->header, seal->header_digest, sizeof held->header);
    root_of(seal, held->root);
    held->leaf_count = seal->checkpoint.chunks;
    held->payload_bytes = signed_bytes(seal);
    held->seal_bytes = seal->seal_bytes;
    memcpy(held->seal, report->seal_digest, sizeof held->seal);
    held->tail_bytes = tail_of(report, said->tail_bytes);
    if (held->tail_bytes > 0) {
        memcpy(held->tail, report->payload_stays ? said->tail : report->behind_digest, sizeof held->tail);
    } else {
        asv_sha256(held->tail, "", 0);
    }
    held->stanza_count = header->stanza_count;
    for (size_t i = 0; i < header->stanza_count; i++) {
        memcpy(held->stanzas[i], header->stanzas[i].digest, ASV_SHA256_BYTES);
    }
    if (parts->link.data != NULL) {
        held->link_bytes = parts->link.len;
        asv_sha256(held->link, parts->link.data, parts->link.len);
    } else {
        held->link_bytes = said->link_bytes;
        memcpy(held->link, said->link, sizeof held->link);
    }
}

static void check_receipt(struct asv_report *report, const struct asv_anchors *anchors,
                          const struct asv_small_parts *parts)
{
    struct asv_receipt receipt;
    struct asv_custody held;
    struct asv_err *why = &report->err[ASV_CHECK_RECEIPT];
    enum asv_status status = parts->status[ASV_PART_RECEIPT];

    if (status == ASV_E_NOT_FOUND) {
        report->finding[ASV_CHECK_RECEIPT] = ASV_FINDING_ABSENT;
        report->finding[ASV_CHECK_RECEIPT_SIGNATURE] = ASV_FINDING_ABSENT;
        return;
    }
    *why = parts->err[ASV_PART_RECEIPT];
    if (status == ASV_OK) {
        status = asv_receipt_decode(&receipt, parts->receipt.data, parts->receipt.len, why);
    }
    if (status != ASV_OK) {
        report->finding[ASV_CHECK_RECEIPT] = ASV_FINDING_BAD;
        return;
    }
    fill_held(&held, &receipt.custody, report, parts);
    status = asv_custody_compare(&receipt.custody, &held, why);
    report->finding[ASV_CHECK_RECEIPT] = status == ASV_OK ? ASV_FINDING_GOOD : ASV_FINDING_BAD;
    if (anchors->has_dock) {
        status = asv_receipt_verify(&receipt, &anchors->dock.leaf, NULL,
                                    &report->err[ASV_CHECK_RECEIPT_SIGNATURE]);
        report->finding[ASV_CHECK_RECEIPT_SIGNATURE] = status == ASV_OK ? ASV_FINDING_GOOD : ASV_FINDING_BAD;
    }
}

void asv_check_custody(struct asv_report *report, const struct asv_anchors *anchors,
                       const struct asv_small_parts *parts)
{
    check_commit(report, anchors, parts);
    check_receipt(report, anchors, parts);
}
