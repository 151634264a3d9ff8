/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/verify/ledger.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "server/verify/input.h"
#include "server/verify/ledger_internal.h"

static const char checkpoint_name[] = "checkpoint";
static const char proof_ending[] = ".tlog-proof";
static const char entry_ending[] = ".entry";

enum asv_status asv_verify_load(const char *dir, const char *name, uint8_t *out, size_t cap,
                                struct asv_bytes *view, struct asv_err *err)
{
    char path[ASV_VERIFY_PATH_BYTES];
    struct asv_input input;
    int len = dir != NULL ? snprintf(path, sizeof path, "%s/%s", dir, name)
                          : snprintf(path, sizeof path, "%s", name);
    if (len < 0 || (size_t)len >= sizeof path) {
        return asv_fail(err, ASV_E_LIMIT, "the path is too long");
    }
    enum asv_status status = asv_input_open(&input, path, err);
    if (status == ASV_OK) {
        status = asv_input_load(&input, out, cap, view, err);
        asv_input_close(&input);
    }
    return status;
}

/* LG-041 */
bool asv_verify_head(struct asv_ledger_work *work, const char *name, struct asv_bytes note)
{
    struct asv_err err = {0};
    enum asv_status status = asv_ledger_policy_check(&work->policy, note, &work->verdict, &err);
    if (status != ASV_OK) {
        asv_say_wrong(&work->say, name, "%s", err.text);
    }
    return work->verdict.checkpoint.origin[0] != '\0';
}

/* ---- what lies at the path ---- */

static bool ends_in(const char *text, const char *ending)
{
    size_t len = strlen(text);
    size_t ending_len = strlen(ending);
    return len > ending_len && strcmp(text + len - ending_len, ending) == 0;
}

static int is_proof(const struct dirent *item)
{
    return ends_in(item->d_name, proof_ending);
}

static void verify_stem(struct asv_ledger_work *work, const char *dir, const char *name)
{
    char stem[ASV_VERIFY_PATH_BYTES];
    const char *ending = ends_in(name, entry_ending) ? entry_ending : proof_ending;
    (void)snprintf(stem, sizeof stem, "%.*s", (int)(strlen(name) - strlen(ending)), name);
    asv_verify_proof(work, dir, stem);
}

/* Every proof in a directory, in the order of their names. */
static enum asv_status verify_directory(struct asv_ledger_work *work, const char *dir, struct asv_err *err)
{
    struct dirent **items = NULL;
    int count = scandir(dir, &items, is_proof, alphasort);
    if (count < 0) {
        return asv_fail(err, ASV_E_IO, strerror(errno));
    }
    if (count == 0) {
        free(items);
        return asv_fail(err, ASV_E_NOT_FOUND, "neither a checkpoint with tiles nor a .tlog-proof is in it");
    }
    asv_say_begin(&work->say, "proofs");
    asv_verify_claim_begin(work, dir);
    for (int i = 0; i < count; i++) {
        verify_stem(work, dir, items[i]->d_name);
        free(items[i]);
    }
    free(items);
    asv_say_head(&work->say, &work->policy, &work->verdict);
    asv_verify_claim_end(work);
    return ASV_OK;
}

/* LG-072 */
static void verify_log(struct asv_ledger_work *work, const char *dir, struct asv_bytes note)
{
    asv_say_begin(&work->say, "log");
    if (asv_verify_head(work, checkpoint_name, note)) {
        asv_say_head(&work->say, &work->policy, &work->verdict);
        asv_verify_tiles(work, dir);
    }
}

static void verify_checkpoint(struct asv_ledger_work *work, const char *path, struct asv_bytes note)
{
    asv_say_begin(&work->say, "checkpoint");
    if (asv_verify_head(work, path, note)) {
        asv_say_head(&work->say, &work->policy, &work->verdict);
    }
}

static enum asv_status verify_path(struct asv_ledger_work *work, const char *path, struct asv_err *err)
{
    struct stat st;
    struct asv_bytes note = {0};
    if (stat(path, &st) != 0) {
        return asv_fail(err, errno == ENOENT || errno == ENOTDIR ? ASV_E_NOT_FOUND : ASV_E_IO,
                        strerror(errno));
    }
    if (S_ISDIR(st.st_mode)) {
        enum asv_status status =
            asv_verify_load(path, checkpoint_name, work->note, sizeof work->note, &note, err);
        if (status == ASV_OK) {
            verify_log(work, path, note);
        }
        return status == ASV_E_NOT_FOUND ? verify_directory(work, path, err) : status;
    }
    if (ends_in(path, proof_ending) || ends_in(path, entry_ending)) {
        asv_say_begin(&work->say, "proof");
        verify_stem(work, NULL, path);
        asv_say_head(&work->say, &work->policy, &work->verdict);
        return ASV_OK;
    }
    enum asv_status status = asv_verify_load(NULL, path, work->note, sizeof work->note, &note, err);
    if (status == ASV_OK) {
        verify_checkpoint(work, path, note);
    }
    return status;
}

/* ---- whom to believe ---- */

static enum asv_status load_trust(struct asv_ledger_work *work, const char *path, struct asv_err *err)
{
    struct asv_bytes text = {0};
    struct asv_err inner = {0};
    enum asv_status status =
        asv_verify_load(NULL, path, work->policy_data, sizeof work->policy_data, &text, &inner);
    if (status != ASV_OK) {
        char what[ASV_ERR_TEXT_BYTES];
        (void)snprintf(what, sizeof what, "trust file: %.200s", inner.text);
        return asv_fail(err, status, what);
    }
    return asv_ledger_policy_parse(path, text, &work->policy, err);
}

static enum asv_status load_earlier(struct asv_ledger_work *work, const char *path, struct asv_err *err)
{
    struct asv_bytes note = {0};
    struct asv_ledger_verdict verdict;
    enum asv_status status =
        asv_verify_load(NULL, path, work->earlier_note, sizeof work->earlier_note, &note, err);
    if (status == ASV_OK) {
        status = asv_ledger_policy_check(&work->policy, note, &verdict, err);
    }
    if (status == ASV_OK) {
        work->earlier = verdict.checkpoint.head;
    }
    return status;
}

enum asv_status asv_verify_ledger(const struct asv_verify_ledger *what, bool *valid, struct asv_err *err)
{
    struct asv_ledger_work *work = calloc(1, sizeof *work);
    if (work == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    work->say.out = what->out;
    work->say.language = what->language;
    work->say.json = what->json;
    enum asv_status status = load_trust(work, what->trust, err);
    if (status == ASV_OK) {
        status = asv_anchors_load(&work->anchors, what->root, what->revocations, NULL, err);
    }
    if (status == ASV_OK && what->earlier != NULL) {
        status = load_earlier(work, what->earlier, err);
    }
    if (status == ASV_OK) {
        status = verify_path(work, what->path, err);
    }
    if (status == ASV_OK) {
        *valid = asv_say_end(&work->say);
    }
    free(work);
    return status;
}
