/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* What a directory of proofs is said to show besides its entries, judged from what is in it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "server/ledger/kind.h"
#include "server/verify/ledger_internal.h"

#define BALANCE_COUNTS 8

static const char chain_name[] = "camera.chain";

struct asv_verify_claim {
    struct asv_claim claim;
    struct asv_chain chain; /* of the camera; views chain_data */
    bool believed;          /* it leads to the agency's root */
    uint64_t balances;      /* of the day, that are proven */
    int64_t recorded_ms;    /* of the one that was recorded last */
    uint64_t balance[BALANCE_COUNTS];
    uint8_t balance_id[ASV_UUID_BYTES];
    struct asv_claim_shown shown;
    uint8_t claim_data[ASV_CLAIM_MAX_BYTES];
    uint8_t chain_data[ASV_CHAIN_MAX_BYTES];
    uint8_t link_data[ASV_LINK_MAX_BYTES];
};

/* The camera's certificates, under the agency's root. */
static void load_chain(struct asv_ledger_work *work, struct asv_verify_claim *it, const struct asv_files *dir)
{
    struct asv_bytes view = {0};
    uint8_t digest[ASV_SHA256_BYTES];
    struct asv_err err = {0};
    const struct asv_anchors *anchors = &work->anchors;
    enum asv_status status =
        asv_verify_load(dir, chain_name, it->chain_data, sizeof it->chain_data, &view, &err);
    if (status == ASV_OK) {
        status = asv_chain_decode(&it->chain, view.data, view.len, &err);
    }
    if (status == ASV_OK && !anchors->has_root) {
        status = asv_fail(&err, ASV_E_UNTRUSTED,
                          "whose camera it is was not checked: that takes the agency's root (--trust)");
    }
    if (status == ASV_OK) {
        status = asv_chain_verify(&it->chain, anchors->root_pk, ASV_ROLE_CAMERA, ASV_TIME_UNKNOWN,
                                  anchors->has_revocations ? &anchors->revocations : NULL, &err);
    }
    if (status == ASV_OK) {
        asv_cert_digest(digest, &it->chain.leaf);
        if (memcmp(digest, it->claim.camera, sizeof digest) != 0) {
            status = asv_fail(&err, ASV_E_MISMATCH, "not the certificate of the camera that is claimed");
        }
    }
    if (status != ASV_OK) {
        asv_say_wrong(&work->say, chain_name, "%s", err.text);
    }
    it->believed = status == ASV_OK;
}

void asv_verify_claim_begin(struct asv_ledger_work *work, const struct asv_files *dir)
{
    struct asv_bytes view = {0};
    struct asv_err err = {0};
    struct asv_verify_claim *it = calloc(1, sizeof *it);
    if (it == NULL) {
        asv_say_wrong(&work->say, "claim", "no memory");
        return;
    }
    enum asv_status status =
        asv_verify_load(dir, "claim", it->claim_data, sizeof it->claim_data, &view, &err);
    if (status == ASV_E_NOT_FOUND) {
        free(it);
        return;
    }
    if (status == ASV_OK) {
        status = asv_claim_parse(&it->claim, view, &err);
    }
    if (status != ASV_OK) {
        asv_say_wrong(&work->say, "claim", "%s", err.text);
        free(it);
        return;
    }
    if (it->claim.kind != ASV_CLAIM_DAY) {
        load_chain(work, it, dir);
    }
    work->claim = it;
}

/* ---- entries ---- */

/* Of several the one that was recorded last: an index says nothing across logs. */
static void take_balance(struct asv_verify_claim *it, const struct asv_ledger_entry *entry)
{
    struct asv_bytes day;
    struct asv_bytes counts;
    if (entry->event.kind != ASV_LEDGER_BALANCE || !asv_ledger_entry_find(entry, ASV_LEDGER_DAY, &day) ||
        asv_load_be32(day.data) != it->claim.from ||
        !asv_ledger_entry_find(entry, ASV_LEDGER_COUNTS, &counts) ||
        counts.len != 8 * (size_t)BALANCE_COUNTS) {
        return;
    }
    bool same = it->balances > 0 && memcmp(it->balance_id, entry->event.id, sizeof it->balance_id) == 0;
    it->balances += !same;
    if (it->balances > 1 && entry->event.recorded_ms <= it->recorded_ms) {
        return;
    }
    for (size_t i = 0; i < BALANCE_COUNTS; i++) {
        it->balance[i] = asv_load_be64(counts.data + 8 * i);
    }
    it->recorded_ms = entry->event.recorded_ms;
    memcpy(it->balance_id, entry->event.id, sizeof it->balance_id);
}

/* LG-076: a recording counts as taken in when its link record is the one that the entry names, and the
 * camera's. */
static enum asv_status take_link(struct asv_verify_claim *it, const struct asv_files *dir, const char *stem,
                                 const struct asv_opened *opened, struct asv_err *err)
{
    char name[ASV_VERIFY_PATH_BYTES];
    uint8_t digest[ASV_SHA256_BYTES];
    struct asv_link link;
    struct asv_bytes view = {0};
    const struct asv_opened_field *camera = asv_opened_find(opened, ASV_LEDGER_CERTIFICATE);
    const struct asv_opened_field *named = asv_opened_find(opened, ASV_LEDGER_LINK);
    if (camera == NULL || named == NULL ||
        memcmp(camera->value.data, it->claim.camera, sizeof it->claim.camera) != 0) {
        return asv_fail(err, ASV_E_MISMATCH, "its camera or its link record is not opened, or is another");
    }
    (void)snprintf(name, sizeof name, "%s.link", stem);
    enum asv_status status = asv_verify_load(dir, name, it->link_data, sizeof it->link_data, &view, err);
    if (status != ASV_OK) {
        return status;
    }
    asv_sha256(digest, view.data, view.len);
    if (memcmp(digest, named->value.data, sizeof digest) != 0) {
        return asv_fail(err, ASV_E_DIGEST, "the link record is not the one that the entry names");
    }
    status = asv_link_read(&link, NULL, view.data, view.len, it->chain.leaf.signing_pk, err);
    if (status == ASV_OK) {
        status = asv_claim_add(&it->shown, &it->claim, &link, digest);
        status = status == ASV_OK
                     ? ASV_OK
                     : asv_fail(err, status, "it is of another camera or epoch, or too many are shown");
    }
    return status;
}

bool asv_verify_claim_uses(const struct asv_ledger_work *work, const char *name)
{
    const struct asv_verify_claim *it = work->claim;
    return it != NULL &&
           (strcmp(name, "claim") == 0 || (it->claim.kind != ASV_CLAIM_DAY && strcmp(name, chain_name) == 0));
}

/* A link record that shows nothing is not looked at. */
static void say_unused(struct asv_ledger_work *work, const struct asv_files *dir, const char *stem)
{
    char name[ASV_VERIFY_PATH_BYTES];
    (void)snprintf(name, sizeof name, "%s.link", stem);
    if (dir != NULL && asv_files_has(dir, name)) {
        asv_say_unchecked(&work->say, name, "");
    }
}

void asv_verify_claim_entry(struct asv_ledger_work *work, const struct asv_files *dir, const char *stem,
                            const struct asv_ledger_entry *entry, const struct asv_opened *opened)
{
    struct asv_verify_claim *it = work->claim;
    struct asv_err err = {0};
    bool taken_in =
        entry->event.kind >= ASV_LEDGER_COMMITTED_FIRST && entry->event.kind <= ASV_LEDGER_COMMITTED_LAST;
    if (it != NULL && it->claim.kind == ASV_CLAIM_DAY) {
        take_balance(it, entry);
    }
    if (it == NULL || it->claim.kind == ASV_CLAIM_DAY || !it->believed || !taken_in || opened == NULL) {
        say_unused(work, dir, stem);
        return;
    }
    if (take_link(it, dir, stem, opened, &err) != ASV_OK) {
        asv_say_wrong(&work->say, stem, "%s", err.text);
    }
}

/* ---- judgement ---- */

static bool add(uint64_t *sum, uint64_t number)
{
    *sum += number;
    return *sum >= number;
}

static bool adds_up(const uint64_t *n)
{
    uint64_t came = 0;
    uint64_t are = 0;
    bool fits = add(&came, n[0]) && add(&came, n[1]);
    for (size_t i = 2; i < BALANCE_COUNTS; i++) {
        fits = add(&are, n[i]) && fits;
    }
    return fits && came == are;
}

static void judge_day(struct asv_ledger_work *work, const struct asv_verify_claim *it)
{
    if (it->balances == 0) {
        asv_say_wrong(&work->say, "claim", "no balance of that day is proven");
    } else if (!adds_up(it->balance)) {
        asv_say_wrong(&work->say, "claim", "the balance does not add up");
    } else if (work->say.wrong.count == 0) {
        asv_say_balance(&work->say, &it->claim, it->balance, it->recorded_ms, it->balances - 1);
    }
}

static void judge_camera(struct asv_ledger_work *work, struct asv_verify_claim *it)
{
    struct asv_err err = {0};
    uint64_t within = 0;
    if (asv_claim_judge(&it->shown, &it->claim, &within, &err) != ASV_OK) {
        asv_say_wrong(&work->say, "claim", "%s", err.text);
    } else if (work->say.wrong.count == 0) {
        asv_say_claim(&work->say, &it->claim, within);
    }
}

void asv_verify_claim_end(struct asv_ledger_work *work)
{
    struct asv_verify_claim *it = work->claim;
    if (it == NULL) {
        return;
    }
    if (it->claim.kind == ASV_CLAIM_DAY) {
        judge_day(work, it);
    } else if (it->believed) { /* otherwise no link record was looked at, which was said */
        judge_camera(work, it);
    }
    free(it);
    work->claim = NULL;
}
