/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/verify/handed.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "server/base/fail.h"
#include "server/verify/handed_internal.h"

/* ---- what is given to check it with ---- */

static enum asv_status load_identities(struct asv_handed *it, struct asv_err *err)
{
    if (it->what->identity == NULL) {
        return ASV_OK;
    }
    it->identities = calloc(1, sizeof *it->identities);
    if (it->identities == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    (void)mlock(it->identities, sizeof *it->identities); /* as far as the limits allow */
    return asv_identities_load(it->identities, it->what->identity, err);
}

/* Whose list it is, is seen once the root's key is known: --trust may be its digest alone. */
static enum asv_status load_list(struct asv_handed *it, struct asv_err *err)
{
    if (it->what->revocations == NULL) {
        return ASV_OK;
    }
    if (!it->anchors.has_root) {
        return asv_fail(err, ASV_E_USAGE, "--revocations needs --trust");
    }
    it->list = malloc(ASV_REVOCATIONS_MAX_BYTES);
    return it->list == NULL ? asv_fail(err, ASV_E_NO_MEMORY, "no memory")
                            : asv_anchors_read_list(it->what->revocations, it->list, &it->list_len, err);
}

/* ---- one check after the other ---- */

static const struct {
    enum asv_handed_check check;
    enum asv_status (*run)(struct asv_handed *it, struct asv_err *err);
    bool needs_root; /* to say that it is good */
} steps[] = {
    {ASV_HANDED_CHECK_FACTS, asv_handed_check_facts, false},
    {ASV_HANDED_CHECK_FILES, asv_handed_check_files, false},
    {ASV_HANDED_CHECK_TRUST, asv_handed_check_trust, true},
    {ASV_HANDED_CHECK_SIGNED, asv_handed_check_signed, false},
    {ASV_HANDED_CHECK_PLAN, asv_handed_check_plan, false},
    {ASV_HANDED_CHECK_DECISION, asv_handed_check_decision, true},
    {ASV_HANDED_CHECK_RECORDINGS, asv_handed_check_recordings, false},
    {ASV_HANDED_CHECK_SERIES, asv_handed_check_series, false},
    {ASV_HANDED_CHECK_FACTS, asv_handed_check_named, false},
    {ASV_HANDED_CHECK_CUSTODY, asv_handed_check_ledger, false},
};

/* Which of them found it. */
static enum asv_handed_check check_of(const struct asv_handed *it, enum asv_handed_check check)
{
    switch (it->fault.kind) {
    case ASV_HANDED_SIGNER:
        return ASV_HANDED_CHECK_SIGNER;
    case ASV_HANDED_LEDGER:
        return ASV_HANDED_CHECK_LEDGER;
    case ASV_HANDED_IDENTITY:
        return ASV_HANDED_CHECK_OPENED;
    default:
        return check;
    }
}

/* HO-112 */
static bool has_originals(const struct asv_handed *it)
{
    bool any = false;
    for (size_t i = 0; i < it->clip_count; i++) {
        any = any || asv_plan_has_original(it->recordings[i].plan.form);
    }
    return any;
}

/* HO-099: one after the other. HO-091: until one of them finds something. */
enum asv_status asv_handed_check_all(struct asv_handed *it, struct asv_err *err)
{
    enum asv_handed_check check = ASV_HANDED_CHECK_PACKAGE;
    enum asv_status status = ASV_OK;
    it->left[ASV_HANDED_LEFT_NO_IDENTITY] = it->identities == NULL;
    it->left[ASV_HANDED_LEFT_OTHERS] = true;
    it->left[ASV_HANDED_LEFT_CLOCKS] = true;
    it->left[ASV_HANDED_LEFT_MORE] = true;
    it->left[ASV_HANDED_LEFT_WORDS] = true;
    for (size_t i = 0; i < sizeof steps / sizeof *steps && status == ASV_OK; i++) {
        check = steps[i].check;
        status = steps[i].run(it, err);
        if (status == ASV_OK && it->finding[check] == ASV_FINDING_SKIPPED &&
            (!steps[i].needs_root || it->anchors.has_root)) {
            it->finding[check] = ASV_FINDING_GOOD;
        }
    }
    if (status == ASV_OK && !has_originals(it)) {
        it->left[ASV_HANDED_LEFT_NO_IDENTITY] = false; /* nothing is there to open */
    } else if (status == ASV_OK && it->identities != NULL) {
        it->finding[ASV_HANDED_CHECK_OPENED] = ASV_FINDING_GOOD;
    }
    if (it->fault.kind != ASV_HANDED_NONE) {
        it->finding[check_of(it, check)] = ASV_FINDING_BAD;
    }
    return status;
}

static enum asv_status run(struct asv_handed *it, struct asv_err *err)
{
    enum asv_status status = asv_handed_open(it, err);
    if (status == ASV_OK) {
        status = asv_handed_check_all(it, err);
    }
    return it->fault.kind == ASV_HANDED_NONE ? status : ASV_OK;
}

/* HO-090 */
enum asv_handed_verdict asv_handed_verdict(const struct asv_handed *it)
{
    if (it->fault.kind != ASV_HANDED_NONE) {
        return ASV_HANDED_INVALID;
    }
    for (size_t i = 0; i < ASV_HANDED_LEFT_OPTIONAL; i++) {
        if (it->left[i]) {
            return ASV_HANDED_INCOMPLETE;
        }
    }
    return ASV_HANDED_VALID;
}

static enum asv_status verify(struct asv_handed *it, struct asv_err *err)
{
    const struct asv_verify_handed *what = it->what;
    enum asv_status status = asv_anchors_load(&it->anchors, what->root, NULL, NULL, err);
    if (status == ASV_OK) {
        status = load_list(it, err);
    }
    if (status == ASV_OK) {
        status = load_identities(it, err);
    }
    return status == ASV_OK ? run(it, err) : status;
}

enum asv_status asv_verify_handed(const struct asv_verify_handed *what, enum asv_handed_verdict *verdict,
                                  struct asv_handed_fault *fault, struct asv_err *err)
{
    struct asv_handed *it = calloc(1, sizeof *it);
    if (it == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    it->what = what;
    it->file.fd = -1;
    enum asv_status status = verify(it, err);
    if (status == ASV_OK && what->set != NULL) {
        status = asv_handed_set_take(what->set, it, err);
    }
    if (status == ASV_OK) {
        *verdict = asv_handed_verdict(it);
        if (fault != NULL) {
            *fault = it->fault;
        }
        if (what->out != NULL && what->json) {
            asv_handed_say_json(it);
        } else if (what->out != NULL) {
            asv_handed_say(it);
        }
    }
    asv_handed_close(it);
    free(it);
    return status;
}
