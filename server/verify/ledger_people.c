/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* Whose signature it is: how a person's credential leads to the agency's root, by what lies beside the
 * entries. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/trust/ruling.h"
#include "server/verify/enrolled_file.h"
#include "server/verify/ledger_internal.h"

#define SIGNED_MAX 2048 /* as many statements, and as many that the keeper took */
#define NAME_SIZE  256  /* longer ones are cut */

struct signed_one {
    uint8_t digest[ASV_SHA256_BYTES];
    char name[NAME_SIZE]; /* where it stands first */
};

struct asv_verify_people {
    struct asv_enrolled table;
    size_t signed_count, taken_count, left_out;
    struct signed_one all[SIGNED_MAX];
    uint8_t taken[SIGNED_MAX][ASV_SHA256_BYTES];
    uint8_t data[ASV_ENROLLED_FILE_MAX_BYTES];
};

void asv_verify_people_begin(struct asv_ledger_work *work, const struct asv_files *dir)
{
    struct asv_bytes text = {0};
    struct asv_err err = {0};
    if (!asv_files_has(dir, ASV_ENROLLED_FILE_NAME)) {
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

static void note_signed(struct asv_verify_people *it, const char *name, const uint8_t *statement)
{
    for (size_t i = 0; i < it->signed_count; i++) {
        if (memcmp(it->all[i].digest, statement, ASV_SHA256_BYTES) == 0) {
            return;
        }
    }
    if (it->signed_count == SIGNED_MAX) {
        it->left_out++;
        return;
    }
    struct signed_one *one = &it->all[it->signed_count++];
    memcpy(one->digest, statement, sizeof one->digest);
    (void)snprintf(one->name, sizeof one->name, "%s", name);
}

static bool is_taken(const struct asv_verify_people *it, const uint8_t *statement)
{
    for (size_t i = 0; i < it->taken_count; i++) {
        if (memcmp(it->taken[i], statement, ASV_SHA256_BYTES) == 0) {
            return true;
        }
    }
    return false;
}

static void note_taken(struct asv_verify_people *it, const uint8_t *statement)
{
    if (it->taken_count < SIGNED_MAX && !is_taken(it, statement)) {
        memcpy(it->taken[it->taken_count++], statement, ASV_SHA256_BYTES);
    }
}

/* LG-110: the keeper, who knows, takes nothing by a revoked credential: neither the statement nor the
 * proposal that it answers. */
void asv_verify_people_ruled(struct asv_ledger_work *work, struct asv_bytes ruling)
{
    struct asv_ruling said;
    if (work->people != NULL && asv_ruling_decode(&said, ruling.data, ruling.len, NULL) == ASV_OK) {
        note_taken(work->people, said.statement);
        note_taken(work->people, said.proposal);
    }
}

/* LG-097 */
void asv_verify_people_signed(struct asv_ledger_work *work, const char *name,
                              const uint8_t statement[ASV_SHA256_BYTES], struct asv_signed_by *by)
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
    note_signed(it, name, statement);
}

void asv_verify_people_end(struct asv_ledger_work *work)
{
    const struct asv_verify_people *it = work->people;
    for (size_t i = 0; it != NULL && i < it->signed_count; i++) {
        if (!is_taken(it, it->all[i].digest)) {
            asv_say_unchecked(&work->say, it->all[i].name,
                              "whether the credential had been revoked when it signed this");
        }
    }
    if (it != NULL && it->left_out > 0) {
        asv_say_unchecked(&work->say, ASV_ENROLLED_FILE_NAME,
                          "more statements than are asked whether the credential had been revoked");
    }
    free(work->people);
    work->people = NULL;
}
