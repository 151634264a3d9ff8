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
    struct asv_err err;
};

static const char *named(struct one *one, const char *stem, const char *ending)
{
    (void)snprintf(one->name, sizeof one->name, "%s.%s", stem, ending);
    return one->name;
}

/* False, and said so, when there is nothing to prove or to prove it with. */
static bool read_entry(struct asv_ledger_work *work, struct one *one, const char *dir, const char *stem)
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

static bool read_proof(struct asv_ledger_work *work, struct one *one, const char *dir, const char *stem)
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
static const struct asv_opened *read_opened(struct asv_ledger_work *work, struct one *one, const char *dir,
                                            const char *stem)
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

/* LG-070 */
void asv_verify_proof(struct asv_ledger_work *work, const char *dir, const char *stem)
{
    struct one *one = calloc(1, sizeof *one);
    if (one == NULL) {
        asv_say_wrong(&work->say, stem, "no memory");
        return;
    }
    work->say.checked++;
    if (read_entry(work, one, dir, stem)) {
        uint64_t before = work->say.wrong;
        bool proven =
            read_proof(work, one, dir, stem) && is_included(work, one, stem) && work->say.wrong == before;
        const struct asv_opened *opened = read_opened(work, one, dir, stem);
        if (proven) {
            asv_verify_claim_entry(work, dir, stem, one->proof.index, &one->entry, opened);
        }
        asv_say_entry(&work->say, stem, one->proof.index, proven ? work->verdict.checkpoint.head.size : 0,
                      &one->entry, opened);
    }
    free(one);
}
