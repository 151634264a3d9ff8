/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* The signed object beside an entry, and whose signature it has. */
#include <stdlib.h>

#include "server/verify/ledger_internal.h"

struct given {
    char name[ASV_VERIFY_PATH_BYTES];
    char signer_name[ASV_VERIFY_PATH_BYTES];
    uint8_t object[ASV_SIGNED_OBJECT_MAX_BYTES];
    uint8_t signer[ASV_SIGNED_SIGNER_MAX_BYTES];
    struct asv_signed it;
    struct asv_err err;
};

/* ASV_E_NOT_FOUND: no object is given. */
static enum asv_status load(struct given *given, const char *dir, const char *stem)
{
    (void)snprintf(given->name, sizeof given->name, "%s.object", stem);
    (void)snprintf(given->signer_name, sizeof given->signer_name, "%s.signer", stem);
    enum asv_status status = asv_verify_load(dir, given->name, given->object, sizeof given->object,
                                             &given->it.object, &given->err);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_verify_load(dir, given->signer_name, given->signer, sizeof given->signer, &given->it.signer,
                             &given->err);
    return status == ASV_E_NOT_FOUND ? ASV_OK : status;
}

/* What a statement says must be what its entry says of it; other entries have no action. */
static bool says_the_same(const struct asv_signed_by *by, const struct asv_ledger_entry *entry)
{
    struct asv_bytes action;
    return !asv_ledger_entry_find(entry, ASV_LEDGER_ACTION, &action) ||
           ((action.data[0] << 8 | action.data[1]) == by->action && action.data[2] == by->step);
}

/* LG-090. *by is whose signature it has, when *is_signed. */
static enum asv_status judge(struct given *given, const struct asv_ledger_work *work,
                             const struct asv_ledger_entry *entry, const struct asv_opened *opened,
                             bool *is_signed, struct asv_signed_by *by)
{
    struct asv_bytes digest;
    const struct asv_opened_field *actor = opened != NULL ? asv_opened_find(opened, ASV_LEDGER_ACTOR) : NULL;
    given->it.kind = entry->event.kind;
    given->it.actor = actor != NULL ? actor->value : (struct asv_bytes){0};
    *is_signed = asv_signed_is_signed(entry->event.kind);
    if (!asv_ledger_entry_find(entry, ASV_LEDGER_OBJECT, &digest)) {
        return asv_fail(&given->err, ASV_E_DIGEST, "the entry names no object");
    }
    enum asv_status status = asv_signed_is_named(&given->it, digest.data, &given->err);
    if (status == ASV_OK && *is_signed) {
        status = asv_signed_verify(by, &given->it, &work->anchors, &given->err);
    }
    if (status == ASV_OK && *is_signed && !says_the_same(by, entry)) {
        status = asv_fail(&given->err, ASV_E_MISMATCH, "says another action or step than the entry");
    }
    return status;
}

bool asv_verify_object(struct asv_ledger_work *work, const char *dir, const char *stem,
                       const struct asv_ledger_entry *entry, const struct asv_opened *opened,
                       struct asv_signed_by *by)
{
    bool is_signed = false;
    struct given *given = calloc(1, sizeof *given);
    if (given == NULL) {
        asv_say_wrong(&work->say, stem, "no memory");
        return false;
    }
    enum asv_status status = load(given, dir, stem);
    bool there = status != ASV_E_NOT_FOUND;
    bool used = there && asv_signed_takes_signer(entry->event.kind);
    if (!used && dir != NULL && asv_verify_is_there(dir, given->signer_name)) {
        asv_say_unchecked(&work->say, given->signer_name, "");
    }
    if (status == ASV_OK) {
        status = judge(given, work, entry, opened, &is_signed, by);
    }
    if (there && status == ASV_E_NOT_FOUND) {
        asv_say_unchecked(&work->say, given->name, given->err.text);
    } else if (there && status != ASV_OK) {
        asv_say_wrong(&work->say, given->name, "%s", given->err.text);
    }
    free(given);
    return status == ASV_OK && is_signed;
}
