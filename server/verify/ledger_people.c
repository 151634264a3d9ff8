/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* Whose signature it is: how a person's credential leads to the agency's root, by what lies beside the
 * entries. */
#include <stdlib.h>
#include <string.h>

#include "server/verify/enrolled_file.h"
#include "server/verify/ledger_internal.h"

struct asv_verify_people {
    struct asv_enrolled table;
    bool counted; /* somebody's signature was */
    uint8_t data[ASV_ENROLLED_FILE_MAX_BYTES];
};

void asv_verify_people_begin(struct asv_ledger_work *work, const char *dir)
{
    struct asv_bytes text = {0};
    struct asv_err err = {0};
    if (!asv_verify_is_there(dir, ASV_ENROLLED_FILE_NAME)) {
        return;
    }
    if (!work->anchors.has_root) {
        asv_say_unchecked(&work->say, ASV_ENROLLED_FILE_NAME, "that takes the agency's root (--trust)");
        return;
    }
    struct asv_verify_people *it = calloc(1, sizeof *it);
    if (it == NULL) {
        asv_say_wrong(&work->say, ASV_ENROLLED_FILE_NAME, "no memory");
        return;
    }
    enum asv_status status =
        asv_verify_load(dir, ASV_ENROLLED_FILE_NAME, it->data, sizeof it->data, &text, &err);
    if (status == ASV_OK) {
        status = asv_enrolled_file_read(&it->table, text, work->anchors.root_pk, &err);
    }
    if (status != ASV_OK) {
        asv_say_wrong(&work->say, ASV_ENROLLED_FILE_NAME, "%s", err.text);
        free(it);
        return;
    }
    work->people = it;
}

/* LG-097 */
void asv_verify_people_signed(struct asv_ledger_work *work, const char *name, struct asv_signed_by *by)
{
    struct asv_verify_people *it = work->people;
    if (it == NULL) {
        asv_say_unchecked(&work->say, name,
                          "signed by this key; whose it is was not shown (that takes the file enrolled)");
        return;
    }
    const struct asv_enrolled_one *one = asv_enrolled_find(&it->table, by->digest);
    if (one == NULL) {
        asv_say_wrong(&work->say, name,
                      "signed by this key; whose it is was not shown: enrolled has no such credential");
        return;
    }
    if (!asv_enrolled_by_then(one, by->issued_ms)) {
        asv_say_wrong(&work->say, name, "signed before the credential was enrolled");
        return;
    }
    by->is_shown = true;
    by->enrolled_ms = one->since_ms;
    it->counted = true;
}

void asv_verify_people_end(struct asv_ledger_work *work)
{
    if (work->people != NULL && work->people->counted) {
        asv_say_unchecked(&work->say, ASV_ENROLLED_FILE_NAME,
                          "whether a credential had been revoked when it signed");
    }
    free(work->people);
    work->people = NULL;
}
