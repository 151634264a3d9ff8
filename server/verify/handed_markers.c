/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* HO-119: what the camera wrote down beside the picture (that somebody marked it, that it was announced) is
 * what the facts say, all of it, in its order. */
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/base/clock.h"
#include "server/base/fail.h"
#include "server/verify/handed_internal.h"

#define MARKERS_MAX 1000 /* of the facts: no more are said */
#define STEP_BYTES  16384

struct marking {
    const json_t *said;
    uint64_t start_mono_ms;
    size_t count, signed_count; /* records that the facts have a word for: read, and signed */
    bool differs, is_wrong;     /* the same of one that is another than the facts say */
    size_t at;                  /* the first of them */
};

static bool is_said(const struct marking *of, const struct asv_seal_record *record, const char *kind)
{
    const json_t *said = json_array_get(of->said, of->count);
    bool has_media = record->mono_ms >= of->start_mono_ms;
    return said != NULL && strcmp(asv_fact_text(said, "kind"), kind) == 0 &&
           asv_fact_ms(said, "at") == (record->wall_ms > 0 ? record->wall_ms : 0) &&
           (json_object_get(said, "media_ms") != NULL) == has_media &&
           (!has_media ||
            (uint64_t)asv_fact_integer(said, "media_ms") == record->mono_ms - of->start_mono_ms);
}

static enum asv_status on_record(void *ctx, const struct asv_seal_record *record)
{
    static const char *const kinds[] = {[ASV_RECORD_MARKER] = "marker",
                                        [ASV_RECORD_DISPLAY_ON] = "display_on",
                                        [ASV_RECORD_ANNOUNCED] = "announced",
                                        [ASV_RECORD_DWELLING] = "dwelling",
                                        [ASV_RECORD_PREROLL_END] = "pre_roll_end"};
    struct marking *of = ctx;
    const char *kind = record->kind < sizeof kinds / sizeof *kinds ? kinds[record->kind] : NULL;
    if (kind == NULL || of->count == MARKERS_MAX) {
        return ASV_OK;
    }
    if (!of->differs && !is_said(of, record, kind)) {
        of->differs = true;
        of->at = of->count;
    }
    of->count++;
    return ASV_OK;
}

static enum asv_status on_checkpoint(void *ctx, const struct asv_seal_checkpoint *checkpoint)
{
    struct marking *of = ctx;
    (void)checkpoint;
    of->signed_count = of->count;
    of->is_wrong = of->differs;
    return ASV_OK;
}

/* Of the same bytes, by the digest that the caller compares, each signature was verified before. */
static enum asv_status on_signature(void *ctx, const void *data, size_t len)
{
    (void)ctx;
    (void)data;
    (void)len;
    return ASV_OK;
}

static enum asv_status walk(struct asv_handed *it, const struct asv_input *seal,
                            const struct asv_seal_signer *signer, struct marking *of, struct asv_err *err)
{
    const struct asv_seal_events events = {
        .ctx = of, .record = on_record, .checkpoint = on_checkpoint, .signature = on_signature};
    uint8_t buffer[STEP_BYTES], digest[ASV_SHA256_BYTES];
    struct asv_seal_verifier verifier;
    struct asv_sha256 state;
    size_t got = sizeof buffer;
    bool reads = true;
    asv_seal_verifier_init(&verifier, signer, &events);
    asv_sha256_init(&state);
    for (uint64_t at = 0; got == sizeof buffer; at += got) {
        enum asv_status status = asv_input_read(seal, at, buffer, sizeof buffer, &got, err);
        if (status != ASV_OK) {
            return status;
        }
        asv_sha256_update(&state, buffer, got);
        reads = reads && asv_seal_verifier_feed(&verifier, buffer, got, NULL) == ASV_OK;
    }
    asv_sha256_final(&state, digest);
    return reads && memcmp(digest, it->report.seal_digest, sizeof digest) == 0
               ? ASV_OK
               : asv_fail(err, ASV_E_DIGEST, "the medium gives other bytes than before");
}

enum asv_status asv_handed_check_markers(struct asv_handed *it, size_t i, const struct asv_input *seal,
                                         struct asv_err *err)
{
    struct marking of = {.said = json_object_get(json_array_get(it->clips, i), "markers"),
                         .start_mono_ms = it->report.seal.header.start_mono_ms};
    struct asv_seal_signer signer;
    struct asv_chain chain;
    enum asv_status status = asv_chain_decode(&chain, it->parts.chain.data, it->parts.chain.len, err);
    if (status == ASV_OK) {
        asv_seal_signer_of(&signer, &chain);
        status = walk(it, seal, &signer, &of, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    if (!of.is_wrong && of.signed_count == json_array_size(of.said)) {
        return ASV_OK;
    }
    return asv_handed_fail(it, ASV_HANDED_CLAIM, it->facts_file->name, ASV_E_MISMATCH,
                           "facts: clips[%zu].markers[%zu]: is not what the camera signed", i,
                           of.is_wrong ? of.at : of.signed_count);
}
