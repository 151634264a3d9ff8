/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* The signed object beside an entry, and whose signature it has. */
#include <stdlib.h>

#include "firmware-proto/trust/ruling.h"
#include "server/ledger/kind.h"
#include "server/verify/ledger_internal.h"
#include "server/verify/ruled.h"
#include "server/verify/signed_says.h"

struct given {
    char name[ASV_VERIFY_PATH_BYTES];
    char signer_name[ASV_VERIFY_PATH_BYTES];
    uint8_t object[ASV_SIGNED_OBJECT_MAX_BYTES];
    uint8_t signer[ASV_SIGNED_SIGNER_MAX_BYTES];
    struct asv_signed it;
    struct asv_err err;
};

/* ASV_E_NOT_FOUND: no object is given. */
static enum asv_status load(struct given *given, const struct asv_files *dir, const char *stem)
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

/* LG-090. *by is whose signature it has, when *is_signed. */
static enum asv_status judge(struct given *given, const struct asv_ledger_work *work,
                             const struct asv_ledger_entry *entry, const struct asv_opened *opened,
                             bool *is_signed, struct asv_signed_by *by)
{
    struct asv_bytes digest;
    struct asv_told told;
    struct asv_signed_about about = {0};
    asv_told_read(&told, entry);
    asv_told_opened(&told, opened);
    given->it.kind = entry->event.kind;
    given->it.actor = told.of[ASV_LEDGER_ACTOR];
    *is_signed = asv_signed_is_signed(entry->event.kind);
    if (!asv_ledger_entry_find(entry, ASV_LEDGER_OBJECT, &digest)) {
        return asv_fail(&given->err, ASV_E_DIGEST, "the entry names no object");
    }
    enum asv_status status = asv_signed_is_named(&given->it, digest.data, &given->err);
    if (status == ASV_OK) {
        /* LG-099: which takes no root, and whoever signed it */
        status = asv_signed_says(&given->it, &told, &about, &given->err);
    }
    if (status == ASV_OK && entry->event.kind == ASV_LEDGER_STATEMENT_ANSWERED) { /* LG-095 */
        status = asv_ruled_agrees(entry, given->it.object, &given->err); /* which takes none, either */
    }
    if (status == ASV_OK && *is_signed) {
        status = asv_signed_verify(by, &given->it, &work->anchors, &given->err);
        by->about = about;
    }
    return status;
}

bool asv_verify_object(struct asv_ledger_work *work, const struct asv_files *dir, const char *stem,
                       const struct asv_ledger_entry *entry, const struct asv_opened *opened, bool is_proven,
                       struct asv_signed_by *by)
{
    bool is_signed = false;
    struct given *given = calloc(1, sizeof *given);
    if (given == NULL) {
        asv_say_wrong(&work->say, stem, "no memory");
        return false;
    }
    enum asv_ruled ruled;
    if (entry->event.kind == ASV_LEDGER_STATEMENT_ANSWERED &&
        asv_ruled_read(&ruled, entry, &given->err) != ASV_OK) {
        asv_say_wrong(&work->say, stem, "%s", given->err.text);
    }
    enum asv_status status = load(given, dir, stem);
    struct asv_bytes named;
    bool there = status != ASV_E_NOT_FOUND;
    bool names = asv_ledger_entry_find(entry, ASV_LEDGER_OBJECT, &named);
    if (!names && asv_signed_is_needed(entry->event.kind)) { /* LG-099 */
        asv_say_wrong(&work->say, stem, "names no object, and what it tells of was signed");
    }
    if (names && !asv_signed_may_be_named(entry->event.kind)) {
        asv_say_wrong(&work->say, stem, "names an object, and nothing signed is told of by its kind");
    }
    work->not_given += names && !there;
    bool used = there && asv_signed_takes_signer(entry->event.kind);
    if (!used && dir != NULL && asv_files_has(dir, given->signer_name)) {
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
    bool good = status == ASV_OK && is_signed;
    if (good && by->role == 0) {
        asv_verify_people_signed(work, given->name, named.data, by);
    } else if (good && is_proven && by->verdict == ASV_RULING_TAKEN) {
        asv_verify_people_ruled(work, given->it.object);
    }
    free(given);
    return good;
}
