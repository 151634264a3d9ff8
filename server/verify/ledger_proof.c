/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* One entry: that it stands in a tree whose head was signed, and what was opened of it. */
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/seal/merkle.h"
#include "server/verify/ledger_internal.h"

struct one {
    char name[ASV_VERIFY_PATH_BYTES];
    uint8_t entry_data[ASV_LEDGER_ENTRY_MAX_BYTES];
    uint8_t opened_data[ASV_OPENED_MAX_BYTES];
    struct asv_bytes bytes;
    struct asv_ledger_entry entry;
    struct asv_tlogproof proof;
    struct asv_opened opened;
    struct asv_signed_by by;
    struct asv_err err;
};

static const char *named(struct one *one, const char *stem, const char *ending)
{
    (void)snprintf(one->name, sizeof one->name, "%s.%s", stem, ending);
    return one->name;
}

/* False, and said so, when there is nothing to prove or to prove it with. */
static bool read_entry(struct asv_ledger_work *work, struct one *one, const struct asv_files *dir,
                       const char *stem)
{
    const char *name = named(one, stem, "entry");
    enum asv_status status =
        asv_verify_load(dir, name, one->entry_data, sizeof one->entry_data, &one->bytes, &one->err);
    if (status == ASV_OK) {
        status = asv_ledger_entry_read(&one->entry, one->bytes, &one->err);
    }
    if (status != ASV_OK) {
        asv_say_wrong(&work->say, name, "%s", one->err.text);
    }
    return status == ASV_OK;
}

/* False: nothing can be proven with it. *readable: it names the entry's index all the same. */
static bool read_proof(struct asv_ledger_work *work, struct one *one, const struct asv_files *dir,
                       const char *stem, bool *readable)
{
    struct asv_bytes data = {0};
    const char *name = named(one, stem, "tlog-proof");
    enum asv_status status = asv_verify_load(dir, name, work->proof, sizeof work->proof, &data, &one->err);
    if (status == ASV_OK) {
        status = asv_tlogproof_parse(&one->proof, data, &one->err);
    }
    if (status != ASV_OK) {
        asv_say_wrong(&work->say, name, "%s", one->err.text);
    }
    *readable = status == ASV_OK;
    return status == ASV_OK && asv_verify_head(work, name, one->proof.checkpoint);
}

/* False: the entry is not in that tree. */
static bool is_included(struct asv_ledger_work *work, struct one *one, const char *stem)
{
    uint8_t leaf[ASV_SHA256_BYTES];
    asv_merkle_leaf(leaf, one->bytes.data, one->bytes.len);
    enum asv_status status = asv_proof_check_inclusion(&one->proof.inclusion, one->proof.index, leaf,
                                                       &work->verdict.checkpoint.head, &one->err);
    if (status != ASV_OK) {
        asv_say_wrong(&work->say, named(one, stem, "entry"),
                      "the proof does not lead from this entry to the signed head: %s", one->err.text);
    }
    return status == ASV_OK;
}

/* LG-071 */
static const struct asv_opened *read_opened(struct asv_ledger_work *work, struct one *one,
                                            const struct asv_files *dir, const char *stem)
{
    struct asv_bytes data = {0};
    const char *name = named(one, stem, "opened");
    enum asv_status status =
        asv_verify_load(dir, name, one->opened_data, sizeof one->opened_data, &data, &one->err);
    if (status == ASV_E_NOT_FOUND) {
        return NULL;
    }
    if (status == ASV_OK) {
        status = asv_opened_parse(&one->opened, data, &one->err);
    }
    if (status == ASV_OK) {
        status = asv_opened_check(&one->opened, &one->entry, &one->err);
    }
    if (status != ASV_OK) {
        asv_say_wrong(&work->say, name, "%s", one->err.text);
    }
    return status == ASV_OK ? &one->opened : NULL;
}

/* A witness says when it saw the head; its clock and the database's may be apart. */
#define APART_S 3600

/* Those that cosigned the head so long before. */
static uint32_t find_early(const struct asv_ledger_work *work, int64_t recorded_s)
{
    uint32_t early = 0;
    for (size_t i = 0; recorded_s > 0 && i < work->policy.witness_count; i++) {
        bool cosigned = (work->verdict.cosigned >> i & 1) != 0;
        if (cosigned && (uint64_t)recorded_s > work->verdict.time_s[i] + APART_S) {
            early |= UINT32_C(1) << i;
        }
    }
    return early;
}

/* What one witness says alone: once of each, whose time of this head counts for nothing. */
static void list_early(struct asv_ledger_work *work, const char *name, uint32_t early)
{
    struct asv_head_seen *seen =
        asv_heads_find(&work->heads, work->verdict.log, work->verdict.checkpoint.head.size);
    if (seen != NULL) {
        seen->early |= early;
    }
    for (size_t i = 0; i < work->policy.witness_count; i++) {
        const struct asv_bytes witness = work->policy.witnesses[i].name;
        char text[ASV_ERR_TEXT_BYTES];
        if (((early & ~work->early) >> i & 1) != 0) {
            (void)snprintf(text, sizeof text,
                           "recorded after %.*s cosigned its head, if the clock there was right",
                           (int)witness.len, (const char *)witness.data);
            asv_say_unchecked(&work->say, name, text);
        }
    }
    work->early |= early;
}

void asv_verify_recorded(struct asv_ledger_work *work, const char *name, const struct asv_ledger_entry *entry)
{
    const struct asv_ledger_policy *policy = &work->policy;
    uint32_t early = find_early(work, entry->event.recorded_ms / 1000);
    /* Where nobody need cosign, all that did. */
    bool wrong = early == work->verdict.cosigned ||
                 (policy->quorum != ASV_QUORUM_NONE && asv_ledger_policy_is_met(policy, early));
    if (!wrong) {
        list_early(work, name, early);
        return;
    }
    for (size_t i = 0; i < policy->witness_count; i++) {
        const struct asv_bytes witness = policy->witnesses[i].name;
        if ((early >> i & 1) != 0) {
            asv_say_wrong(&work->say, name, "it says that it was recorded after %.*s cosigned its head",
                          (int)witness.len, (const char *)witness.data);
        }
    }
}

/* LG-070. What is proven is kept, so that no other entry is proven at the same place. */
static bool prove(struct asv_ledger_work *work, struct one *one, const char *stem)
{
    uint8_t leaf[ASV_SHA256_BYTES];
    uint64_t before = work->say.wrong.count;
    if (!is_included(work, one, stem)) {
        return false;
    }
    const char *name = named(one, stem, "entry");
    asv_verify_recorded(work, name, &one->entry);
    asv_verify_begun(work, name, one->proof.index, &one->entry);
    asv_merkle_leaf(leaf, one->bytes.data, one->bytes.len);
    if (asv_heads_place(&work->heads, name, work->verdict.log, one->proof.index, leaf, &one->err) != ASV_OK) {
        asv_say_wrong(&work->say, name, "%s", one->err.text);
    }
    return work->say.wrong.count == before;
}

static void tell(struct asv_ledger_work *work, const char *stem, const struct asv_say_place *place,
                 const struct one *one, const struct asv_opened *opened, const struct asv_signed_by *by)
{
    if (work->what->on_entry == NULL) {
        asv_say_entry(&work->say, stem, place, &one->entry, opened, by);
        return;
    }
    const struct asv_verify_entry entry = {.name = stem,
                                           .is_proven = place->origin != NULL,
                                           .origin = place->origin,
                                           .index = place->index,
                                           .entry = &one->entry,
                                           .opened = opened,
                                           .by = by};
    work->what->on_entry(work->what->ctx, &entry);
}

void asv_verify_proof(struct asv_ledger_work *work, const struct asv_files *dir, const char *stem)
{
    struct one *one = calloc(1, sizeof *one);
    if (one == NULL) {
        asv_say_wrong(&work->say, stem, "no memory");
        return;
    }
    work->say.checked++;
    if (read_entry(work, one, dir, stem)) {
        struct asv_say_place place = {0};
        if (read_proof(work, one, dir, stem, &place.has_index) && prove(work, one, stem)) {
            place.origin = work->policy.logs[work->verdict.log].key.name;
            place.size = work->verdict.checkpoint.head.size;
        }
        place.index = one->proof.index;
        const struct asv_opened *opened = read_opened(work, one, dir, stem);
        if (place.origin != NULL) {
            asv_verify_claim_entry(work, dir, stem, &one->entry, opened);
        }
        bool signed_by =
            asv_verify_object(work, dir, stem, &one->entry, opened, place.origin != NULL, &one->by);
        if (place.origin != NULL) {
            asv_verify_recording(work, stem, &one->entry, opened, signed_by ? &one->by : NULL);
        }
        tell(work, stem, &place, one, opened, signed_by ? &one->by : NULL);
    }
    free(one);
}
