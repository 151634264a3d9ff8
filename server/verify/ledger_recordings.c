/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* Of which recording an event tells is a random id: that what was signed is about that one, the entries show
 * that are opened and name its seal header. */
#include <stdlib.h>
#include <string.h>

#include "server/verify/ledger_internal.h"

#define NAME_SIZE 128 /* longer ones are cut */

struct recording {
    uint8_t id[ASV_UUID_BYTES];
    uint8_t header[ASV_SHA256_BYTES];
    bool is_signed; /* by what was signed; otherwise by what an entry was made of */
    char name[NAME_SIZE];
};

struct asv_verify_recordings {
    size_t count;
    size_t left_out;
    struct recording all[ASV_VERIFY_RECORDINGS_MAX];
};

static void note(struct asv_ledger_work *work, const char *name, struct asv_bytes id, const uint8_t *header,
                 bool is_signed)
{
    struct asv_verify_recordings *it = work->recordings;
    if (it == NULL) {
        it = calloc(1, sizeof *it);
        work->recordings = it;
    }
    if (it == NULL) {
        asv_say_wrong(&work->say, name, "no memory");
        return;
    }
    if (it->count == ASV_VERIFY_RECORDINGS_MAX) {
        it->left_out++;
        return;
    }
    struct recording *one = &it->all[it->count++];
    memcpy(one->id, id.data, sizeof one->id);
    memcpy(one->header, header, sizeof one->header);
    one->is_signed = is_signed;
    (void)snprintf(one->name, sizeof one->name, "%s", name);
}

void asv_verify_recording(struct asv_ledger_work *work, const char *stem,
                          const struct asv_ledger_entry *entry, const struct asv_opened *opened,
                          const struct asv_signed_by *by)
{
    struct asv_bytes id;
    const struct asv_opened_field *header =
        opened != NULL ? asv_opened_find(opened, ASV_LEDGER_HEADER) : NULL;
    if (!asv_ledger_entry_find(entry, ASV_LEDGER_RECORDING, &id)) {
        return;
    }
    if (header != NULL) {
        note(work, stem, id, header->value.data, false);
    }
    if (by != NULL && by->about.is_known) {
        note(work, stem, id, by->about.header, true);
    }
}

/* LG-103: two headers under one id are two recordings, whoever says which: what people signed, or what an
 * entry was made of. Says one header of each pair, against the first that contradicts it. */
static void judge(struct asv_ledger_work *work, size_t at)
{
    const struct asv_verify_recordings *it = work->recordings;
    const struct recording *of = &it->all[at];
    bool is_alone = true;
    for (size_t i = 0; i < it->count; i++) {
        const struct recording *other = &it->all[i];
        if (i == at || memcmp(other->id, of->id, sizeof other->id) != 0) {
            continue;
        }
        is_alone = false;
        bool is_theirs = of->is_signed == other->is_signed ? i > at : other->is_signed; /* to say */
        if (!is_theirs && memcmp(other->header, of->header, sizeof other->header) != 0) {
            asv_say_wrong(&work->say, of->name, "%s is about another recording than the one in %.100s",
                          of->is_signed ? "what was signed" : "what it tells", other->name);
            return;
        }
    }
    if (is_alone && of->is_signed) {
        asv_say_unchecked(&work->say, of->name, "of which recording is the agency's word");
    }
}

void asv_verify_recordings_end(struct asv_ledger_work *work)
{
    struct asv_verify_recordings *it = work->recordings;
    for (size_t i = 0; it != NULL && i < it->count; i++) {
        judge(work, i);
    }
    if (it != NULL && it->left_out > 0) {
        asv_say_unchecked(&work->say, "entries", "more of them than are compared as to their recordings");
    }
    free(it);
    work->recordings = NULL;
}
