/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* A directory: proofs, a published log, or both. Every file in it is checked, or said not to have been. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/verify/enrolled_file.h"
#include "server/verify/ledger_internal.h"

static const char checkpoint_name[] = "checkpoint";
static const char tile_name[] = "tile";
static const char proof_ending[] = ".tlog-proof";

struct directory {
    struct asv_ledger_work *work;
    const char *path;
    struct dirent **items;
    int count;
    int proofs;
    bool has_checkpoint;
    bool walks; /* over the log's tiles */
    struct asv_bytes checkpoint;
};

/* ---- names ---- */

static int is_name(const struct dirent *item)
{
    return strcmp(item->d_name, ".") != 0 && strcmp(item->d_name, "..") != 0;
}

static enum asv_status read_names(struct directory *it, struct asv_err *err)
{
    it->count = scandir(it->path, &it->items, is_name, alphasort);
    if (it->count < 0) {
        it->count = 0;
        return asv_fail(err, ASV_E_IO, strerror(errno));
    }
    for (int i = 0; i < it->count; i++) {
        it->proofs += asv_verify_ends_in(it->items[i]->d_name, proof_ending);
    }
    return ASV_OK;
}

static void free_names(struct directory *it)
{
    for (int i = 0; i < it->count; i++) {
        free(it->items[i]);
    }
    free(it->items);
}

/* ---- what is beside the proofs ---- */

/* What goes with an entry, by its name: it is looked at when the entry's proof is. */
static bool goes_with_proof(struct directory *it, const char *name)
{
    static const char *const endings[] = {".entry", ".opened", ".link", ".object", ".signer"};
    char proof[ASV_VERIFY_PATH_BYTES];
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        if (asv_verify_ends_in(name, endings[i])) {
            (void)snprintf(proof, sizeof proof, "%.*s%s", (int)(strlen(name) - strlen(endings[i])), name,
                           proof_ending);
            if (!asv_verify_is_there(it->path, proof)) {
                asv_say_wrong(&it->work->say, name, "there is no proof of it: %.150s is missing", proof);
            }
            return true;
        }
    }
    return false;
}

static bool is_used(const struct directory *it, const char *name)
{
    if (strcmp(name, checkpoint_name) == 0) {
        return true;
    }
    if (strcmp(name, tile_name) == 0) {
        return it->walks;
    }
    return it->proofs > 0 &&
           (strcmp(name, ASV_ENROLLED_FILE_NAME) == 0 || asv_verify_claim_uses(it->work, name));
}

/* ---- all of it ---- */

static void verify_proofs(struct directory *it)
{
    asv_verify_claim_begin(it->work, it->path);
    if (it->proofs > 0) {
        asv_verify_people_begin(it->work, it->path);
    }
    for (int i = 0; i < it->count; i++) {
        const char *name = it->items[i]->d_name;
        if (asv_verify_ends_in(name, proof_ending)) {
            char stem[ASV_VERIFY_PATH_BYTES];
            (void)snprintf(stem, sizeof stem, "%.*s", (int)(strlen(name) - strlen(proof_ending)), name);
            asv_verify_proof(it->work, it->path, stem);
        } else if (!goes_with_proof(it, name) && !is_used(it, name)) {
            asv_say_unchecked(&it->work->say, name, "");
        }
    }
}

/* LG-072 */
static void verify_all(struct directory *it)
{
    struct asv_ledger_work *work = it->work;
    struct asv_ledger_verdict verdict = {0};
    bool believed = false;
    it->walks = it->has_checkpoint && (it->proofs == 0 || asv_verify_is_there(it->path, tile_name));
    asv_say_begin(&work->say, it->proofs > 0 ? ASV_SAY_PROOFS : ASV_SAY_LOG);
    if (it->has_checkpoint) {
        believed = asv_verify_head(work, checkpoint_name, it->checkpoint);
        verdict = work->verdict;
    }
    verify_proofs(it);
    if (it->walks && believed) { /* a head that nobody has to answer for could name any number of entries */
        asv_verify_tiles(work, it->path, &verdict);
    }
}

enum asv_status asv_verify_directory(struct asv_ledger_work *work, const char *dir, struct asv_err *err)
{
    struct directory it = {.work = work, .path = dir};
    struct asv_err inner = {0};
    enum asv_status status =
        asv_verify_load(dir, checkpoint_name, work->note, sizeof work->note, &it.checkpoint, &inner);
    it.has_checkpoint = status == ASV_OK;
    if (status != ASV_OK && status != ASV_E_NOT_FOUND) {
        return asv_failf(err, status, "%s: %.200s", checkpoint_name, inner.text);
    }
    status = read_names(&it, err);
    if (status == ASV_OK && !it.has_checkpoint && it.proofs == 0) {
        status = asv_fail(err, ASV_E_NOT_FOUND, "neither a checkpoint with tiles nor a .tlog-proof is in it");
    }
    if (status == ASV_OK) {
        verify_all(&it);
    }
    free_names(&it);
    return status;
}
