/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/verify/ledger.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "server/base/fail.h"
#include "server/verify/input.h"
#include "server/verify/ledger_internal.h"

enum asv_status asv_verify_load(const struct asv_files *dir, const char *name, uint8_t *out, size_t cap,
                                struct asv_bytes *view, struct asv_err *err)
{
    struct asv_input input;
    enum asv_status status = asv_files_open(dir, name, &input, err);
    if (status == ASV_OK) {
        status = asv_input_load(&input, out, cap, view, err);
        asv_input_close(&input);
    }
    return status;
}

bool asv_verify_ends_in(const char *text, const char *ending)
{
    size_t len = strlen(text);
    size_t ending_len = strlen(ending);
    return len > ending_len && strcmp(text + len - ending_len, ending) == 0;
}

/* LG-041, LG-079 */
bool asv_verify_head(struct asv_ledger_work *work, const char *name, struct asv_bytes note)
{
    struct asv_err err = {0};
    struct asv_err fork = {0};
    enum asv_status status = asv_ledger_policy_check(&work->policy, note, &work->verdict, &err);
    if (status != ASV_OK) {
        asv_say_wrong(&work->say, name, "%s", err.text);
    }
    if (work->verdict.log == work->policy.log_count) {
        return false;
    }
    if (asv_heads_add(&work->heads, name, &work->verdict, false, &fork) != ASV_OK) {
        asv_say_wrong(&work->say, name, "%s", fork.text);
        return false;
    }
    return status == ASV_OK;
}

/* ---- what lies at the path ---- */

static void verify_file(struct asv_ledger_work *work, const char *path, struct asv_bytes note)
{
    struct asv_note parsed;
    struct asv_err err = {0};
    asv_say_begin(&work->say, ASV_SAY_CHECKPOINT);
    if (asv_note_parse(&parsed, note, &err) != ASV_OK) {
        asv_say_wrong(&work->say, path,
                      "neither NAME.tlog-proof, NAME.entry nor a directory, and no checkpoint: %s", err.text);
        return;
    }
    (void)asv_verify_head(work, path, note);
}

static void verify_stem(struct asv_ledger_work *work, const char *path, const char *ending)
{
    char stem[ASV_VERIFY_PATH_BYTES];
    char dir[ASV_VERIFY_PATH_BYTES];
    (void)snprintf(stem, sizeof stem, "%.*s", (int)(strlen(path) - strlen(ending)), path);
    const char *slash = strrchr(stem, '/');
    (void)snprintf(dir, sizeof dir, "%.*s", slash != NULL ? (int)(slash - stem) + 1 : 1,
                   slash != NULL ? stem : ".");
    const struct asv_files files = asv_files_of(dir);
    asv_say_begin(&work->say, ASV_SAY_PROOF);
    asv_verify_people_begin(work, &files);
    asv_verify_proof(work, NULL, stem);
}

static enum asv_status verify_path(struct asv_ledger_work *work, const char *path, struct asv_err *err)
{
    static const char *const endings[] = {".tlog-proof", ".entry"};
    struct stat st;
    struct asv_bytes note = {0};
    if (stat(path, &st) != 0) {
        return asv_fail(err, errno == ENOENT || errno == ENOTDIR ? ASV_E_NOT_FOUND : ASV_E_IO,
                        strerror(errno));
    }
    if (S_ISDIR(st.st_mode)) {
        const struct asv_files files = asv_files_of(path);
        return asv_verify_directory(work, &files, err);
    }
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        if (asv_verify_ends_in(path, endings[i])) {
            verify_stem(work, path, endings[i]);
            return ASV_OK;
        }
    }
    enum asv_status status = asv_verify_load(NULL, path, work->note, sizeof work->note, &note, err);
    if (status == ASV_OK) {
        verify_file(work, path, note);
    }
    return status;
}

/* ---- whom to believe ---- */

static enum asv_status load_trust(struct asv_ledger_work *work, const struct asv_verify_ledger *what,
                                  struct asv_err *err)
{
    struct asv_bytes text = {0};
    struct asv_err inner = {0};
    const char *name = what->trust != NULL ? what->trust : ASV_VERIFY_LEDGER_TRUST;
    enum asv_status status = asv_verify_load(what->trust != NULL ? NULL : what->files, name,
                                             work->policy_data, sizeof work->policy_data, &text, &inner);
    return status == ASV_OK ? asv_ledger_policy_parse(name, text, &work->policy, err)
                            : asv_failf(err, status, "trust file: %.200s", inner.text);
}

static enum asv_status load_earlier(struct asv_ledger_work *work, const char *path, struct asv_err *err)
{
    struct asv_bytes note = {0};
    struct asv_err inner = {0};
    enum asv_status status = asv_verify_load(NULL, path, work->note, sizeof work->note, &note, &inner);
    if (status == ASV_OK) {
        status = asv_ledger_policy_check(&work->policy, note, &work->verdict, &inner);
    }
    if (status == ASV_OK) {
        status = asv_heads_add(&work->heads, path, &work->verdict, true, &inner);
    }
    return status == ASV_OK ? ASV_OK : asv_failf(err, status, "--earlier %.80s: %.150s", path, inner.text);
}

/* ---- all of it ---- */

static void say_wrong(void *ctx, const char *where, const char *what)
{
    asv_say_wrong(ctx, where, "%s", what);
}

static void say_unchecked(void *ctx, const char *where, const char *what)
{
    asv_say_unchecked(ctx, where, what);
}

/* Everything is judged; what is wrong, and what was not looked at, is in work->say. */
static void judge(struct asv_ledger_work *work)
{
    const struct asv_heads_ops ops = {.wrong = say_wrong, .unchecked = say_unchecked, .ctx = &work->say};
    asv_heads_judge(&work->heads, &work->policy, &ops);
    if (work->not_given > 0) { /* LG-090 */
        char what[64];
        (void)snprintf(what, sizeof what, "%zu are named by entries and not given", work->not_given);
        asv_say_unchecked(&work->say, "signed objects", what);
    }
    asv_verify_recordings_end(work); /* before what is shown only when nothing is wrong */
    asv_verify_claim_end(work);
    asv_verify_people_end(work);
}

static enum asv_status begin(struct asv_ledger_work *work, const struct asv_verify_ledger *what,
                             struct asv_err *err)
{
    work->what = what;
    work->say.out = what->out;
    work->say.language = what->language;
    work->say.json = what->json;
    enum asv_status status = load_trust(work, what, err);
    if (status == ASV_OK) {
        status = asv_anchors_load(&work->anchors, what->root, what->revocations, NULL, err);
    }
    if (status == ASV_OK && what->list.len > 0) {
        status = asv_anchors_revoke(&work->anchors, what->list, err);
    }
    if (status == ASV_OK && what->earlier != NULL) {
        status = load_earlier(work, what->earlier, err);
    }
    return status;
}

static void done(struct asv_ledger_work *work)
{
    asv_heads_end(&work->heads);
    free(work);
}

enum asv_status asv_verify_ledger(const struct asv_verify_ledger *what, bool *valid, struct asv_err *err)
{
    struct asv_ledger_work *work = calloc(1, sizeof *work);
    if (work == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = begin(work, what, err);
    if (status == ASV_OK) {
        status = verify_path(work, what->path, err);
    }
    if (status == ASV_OK) {
        judge(work);
        *valid = asv_say_end(&work->say, &work->policy, &work->heads);
    }
    done(work);
    return status;
}

static void tell_heads(const struct asv_ledger_work *work)
{
    for (size_t i = 0; i < work->heads.count; i++) {
        const struct asv_head_seen *seen = &work->heads.seen[i];
        if (seen->shown) {
            const struct asv_verify_head head = {.key = &work->policy.logs[seen->log].key,
                                                 .head = &seen->head,
                                                 .policy = &work->policy,
                                                 .cosigned = seen->cosigned,
                                                 .time_s = seen->time_s};
            work->what->on_head(work->what->ctx, &head);
        }
    }
}

enum asv_status asv_verify_ledger_files(const struct asv_verify_ledger *what,
                                        struct asv_verify_ledger_said *said, struct asv_err *err)
{
    struct asv_ledger_work *work = calloc(1, sizeof *work);
    if (work == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = begin(work, what, err);
    if (status == ASV_OK) {
        status = asv_verify_directory(work, what->files, err);
    }
    if (status == ASV_OK) {
        judge(work);
        tell_heads(work);
        asv_say_heads(&work->say, &work->policy, &work->heads);
        *said = (struct asv_verify_ledger_said){.checked = work->say.checked,
                                                .unchecked = work->say.unchecked.count,
                                                .is_valid = work->say.wrong.count == 0};
        (void)snprintf(said->wrong, sizeof said->wrong, "%s", work->say.wrong.first[0]);
        (void)snprintf(said->left, sizeof said->left, "%s", work->say.unchecked.first[0]);
    }
    done(work);
    return status;
}
