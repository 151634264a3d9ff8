/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* Of which recording an event tells is a random id: that what was signed is about that one, the entries show
 * that are opened and name its seal header. */
#include <stdlib.h>
#include <string.h>

#include "server/ledger/kind.h"
#include "server/verify/ledger_internal.h"

#define NAME_SIZE 128 /* longer ones are cut */

struct recording {
    uint8_t id[ASV_UUID_BYTES];
    uint8_t header[ASV_SHA256_BYTES];
    bool is_signed; /* by what was signed; otherwise by what an entry was made of */
    char name[NAME_SIZE];
};

#define COUNTS_BYTES 16 /* chunks, payload's bytes */

/* What was taken into custody, or erased. */
struct content {
    uint8_t id[ASV_UUID_BYTES];
    uint8_t root[ASV_SHA256_BYTES];
    uint8_t counts[COUNTS_BYTES];
    bool is_erased;
    char name[NAME_SIZE];
};

struct asv_verify_recordings {
    size_t count;
    size_t content_count;
    size_t left_out;
    struct recording all[ASV_VERIFY_RECORDINGS_MAX];
    struct content contents[ASV_VERIFY_RECORDINGS_MAX];
};

static struct asv_verify_recordings *begin(struct asv_ledger_work *work, const char *name)
{
    if (work->recordings == NULL) {
        work->recordings = calloc(1, sizeof *work->recordings);
    }
    if (work->recordings == NULL) {
        asv_say_wrong(&work->say, name, "no memory");
    }
    return work->recordings;
}

static void note(struct asv_ledger_work *work, const char *name, struct asv_bytes id, const uint8_t *header,
                 bool is_signed)
{
    struct asv_verify_recordings *it = begin(work, name);
    if (it == NULL) {
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

static void note_content(struct asv_ledger_work *work, const char *name, struct asv_bytes id,
                         const struct asv_ledger_entry *entry)
{
    uint16_t kind = entry->event.kind;
    bool is_erased = kind == ASV_LEDGER_ERASED || kind == ASV_LEDGER_ERASED_UNSIGNED;
    struct asv_bytes root;
    struct asv_bytes counts;
    if ((!is_erased && (kind < ASV_LEDGER_COMMITTED_FIRST || kind > ASV_LEDGER_COMMITTED_LAST)) ||
        !asv_ledger_entry_find(entry, ASV_LEDGER_ROOT, &root) ||
        !asv_ledger_entry_find(entry, ASV_LEDGER_COUNTS, &counts) || counts.len != COUNTS_BYTES) {
        return;
    }
    struct asv_verify_recordings *it = begin(work, name);
    if (it == NULL) {
        return;
    }
    if (it->content_count == ASV_VERIFY_RECORDINGS_MAX) {
        it->left_out++;
        return;
    }
    struct content *one = &it->contents[it->content_count++];
    memcpy(one->id, id.data, sizeof one->id);
    memcpy(one->root, root.data, sizeof one->root);
    memcpy(one->counts, counts.data, sizeof one->counts);
    one->is_erased = is_erased;
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
    note_content(work, stem, id, entry);
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

/* LG-112: what was erased had been taken in, if it is shown what was: perhaps more than once, as when a
 * camera came back with more of it. */
static void judge_erased(struct asv_ledger_work *work, const struct content *erased)
{
    const struct asv_verify_recordings *it = work->recordings;
    const struct content *other = NULL;
    for (size_t i = 0; i < it->content_count; i++) {
        const struct content *taken = &it->contents[i];
        if (taken->is_erased || memcmp(taken->id, erased->id, sizeof taken->id) != 0) {
            continue;
        }
        if (memcmp(taken->root, erased->root, sizeof taken->root) == 0 &&
            memcmp(taken->counts, erased->counts, sizeof taken->counts) == 0) {
            return;
        }
        other = taken;
    }
    if (other != NULL) {
        asv_say_wrong(&work->say, erased->name, "was of another root or length than what %.100s took in",
                      other->name);
    }
}

void asv_verify_recordings_end(struct asv_ledger_work *work)
{
    struct asv_verify_recordings *it = work->recordings;
    for (size_t i = 0; it != NULL && i < it->count; i++) {
        judge(work, i);
    }
    for (size_t i = 0; it != NULL && i < it->content_count; i++) {
        if (it->contents[i].is_erased) {
            judge_erased(work, &it->contents[i]);
        }
    }
    if (it != NULL && it->left_out > 0) {
        asv_say_unchecked(&work->say, "entries", "more of them than are compared as to their recordings");
    }
    free(it);
    work->recordings = NULL;
}
