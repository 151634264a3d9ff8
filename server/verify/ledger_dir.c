/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* A directory: proofs, a published log, or both. Every file in it is checked, or said not to have been. */
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
    const struct asv_files *files;
    struct asv_file_names names;
    size_t proofs;
    bool has_checkpoint;
    bool walks; /* over the log's tiles */
    struct asv_bytes checkpoint;
};

/* ---- names ---- */

static enum asv_status read_names(struct directory *it, struct asv_err *err)
{
    enum asv_status status = asv_files_names(&it->names, it->files, err);
    for (size_t i = 0; status == ASV_OK && i < it->names.count; i++) {
        it->proofs += asv_verify_ends_in(it->names.names[i], proof_ending);
    }
    return status;
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
            if (!asv_files_has(it->files, proof)) {
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
    if (it->work->what->files != NULL &&
        (strcmp(name, ASV_VERIFY_LEDGER_TRUST) == 0 || strcmp(name, "README.txt") == 0)) {
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
    asv_verify_claim_begin(it->work, it->files);
    if (it->proofs > 0) {
        asv_verify_people_begin(it->work, it->files);
    }
    for (size_t i = 0; i < it->names.count; i++) {
        const char *name = it->names.names[i];
        if (asv_verify_ends_in(name, proof_ending)) {
            char stem[ASV_VERIFY_PATH_BYTES];
            (void)snprintf(stem, sizeof stem, "%.*s", (int)(strlen(name) - strlen(proof_ending)), name);
            asv_verify_proof(it->work, it->files, stem);
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
    it->walks = it->has_checkpoint && (it->proofs == 0 || asv_files_has(it->files, tile_name));
    asv_say_begin(&work->say, it->proofs > 0 ? ASV_SAY_PROOFS : ASV_SAY_LOG);
    if (it->has_checkpoint) {
        believed = asv_verify_head(work, checkpoint_name, it->checkpoint);
        verdict = work->verdict;
    }
    verify_proofs(it);
    if (it->walks && believed) { /* a head that nobody has to answer for could name any number of entries */
        asv_verify_tiles(work, it->files, &verdict);
    }
}

enum asv_status asv_verify_directory(struct asv_ledger_work *work, const struct asv_files *dir,
                                     struct asv_err *err)
{
    struct directory it = {.work = work, .files = dir};
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
    asv_file_names_free(&it.names);
    return status;
}
