/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/handover/build.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/handover/build_internal.h"
#include "server/handover/documents.h"
#include "server/handover/series.h"

/* LAW H5, PACKAGE.md 4 */
static const char external[] =
    "Platz für eine qualifizierte elektronische Signatur, die außerhalb dieses Programms entsteht.\n"
    "Sie liegt neben der Übergabe auf dem Datenträger, nach dem Entpacken hier; die Signaturen dieser\n"
    "Übergabe sind nicht qualifiziert.\n";

/* ---- small files ---- */

static enum asv_status room_for_file(struct asv_build_output *it, struct asv_err *err)
{
    size_t cap = it->file_cap == 0 ? 256 : 2 * it->file_cap;
    if (it->file_count < it->file_cap) {
        return ASV_OK;
    }
    struct asv_handover_file *grown = reallocarray(it->files, cap, sizeof *grown);
    if (grown == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    it->files = grown;
    it->file_cap = cap;
    return ASV_OK;
}

static enum asv_status add_other(struct asv_build_output *it, const char *path,
                                 const struct asv_source *source, struct asv_err *err)
{
    enum asv_status status = room_for_file(it, err);
    if (status != ASV_OK) {
        return status;
    }
    struct asv_handover_file *file = &it->files[it->file_count];
    if (asv_handover_name_other(file, &it->naming, path) != ASV_OK) {
        return asv_failf(err, ASV_E_USAGE, "%.200s: no name for a hand-over", path);
    }
    status = asv_build_output_keep(it, file, err);
    if (status == ASV_E_NOT_FOUND) {
        status = asv_build_output_add(it, file, source, err);
    }
    it->file_count += status == ASV_OK;
    return status;
}

static enum asv_status add_bytes(struct asv_build_output *it, const char *path, struct asv_bytes data,
                                 struct asv_err *err)
{
    const struct asv_source source = asv_source_bytes(&data);
    return add_other(it, path, &source, err);
}

static enum asv_status add_decisions(struct asv_build_output *it, struct asv_err *err)
{
    const struct asv_build *build = it->build;
    enum asv_status status = add_bytes(it, "plan", build->plan, err);
    if (status == ASV_OK) {
        status = add_bytes(it, "plan.proposal", build->proposal, err);
    }
    return status == ASV_OK ? add_bytes(it, "plan.approval", build->approval, err) : status;
}

static enum asv_status add_extra(struct asv_build_output *it, int dir, const char *path, struct asv_err *err)
{
    asv_auto_fd int fd = -1;
    uint64_t size = 0;
    enum asv_status status = asv_io_open(dir, path, O_RDONLY | O_NOFOLLOW, 0, &fd, err);
    if (status == ASV_OK) {
        status = asv_io_size(fd, &size, path, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    const struct asv_source source = asv_source_file(&fd, size);
    return add_other(it, path, &source, err);
}

/* A filing is flat: the ledger's extract goes as one file. */
static bool goes(const struct asv_build_output *it, const char *path)
{
    return it->naming.output == ASV_HANDOVER_CARRIER || strncmp(path, "trust/", 6) == 0 ||
           strncmp(path, ASV_SERIES_PATH, sizeof ASV_SERIES_PATH - 1) == 0;
}

/* PK-062 */
static enum asv_status add_extract(struct asv_build_output *it, int dir, const char *paths, size_t len,
                                   struct asv_err *err)
{
    asv_auto_free uint8_t *extract = NULL;
    size_t extract_len = 0;
    enum asv_status status = asv_build_extract(dir, paths, len, "ledger/", &extract, &extract_len, err);
    return status == ASV_OK ? add_bytes(it, "ledger", (struct asv_bytes){extract, extract_len}, err) : status;
}

static enum asv_status add_extras(struct asv_build_output *it, struct asv_err *err)
{
    asv_auto_free char *paths = NULL;
    asv_auto_fd int dir = -1;
    char extras[ASV_BUILD_NAME_BYTES];
    size_t len = 0;
    enum asv_status status = asv_work_extras(it, err);
    if (status == ASV_OK) {
        status = asv_work_list(it, &paths, &len, err);
    }
    if (status == ASV_OK) {
        status =
            asv_io_open(it->work, asv_build_extras(extras, &it->part), O_RDONLY | O_DIRECTORY, 0, &dir, err);
    }
    for (size_t at = 0; status == ASV_OK && at < len; at += strlen(paths + at) + 1) {
        if (goes(it, paths + at)) {
            status = add_extra(it, dir, paths + at, err);
        }
    }
    if (status == ASV_OK && it->naming.output == ASV_HANDOVER_FILING) {
        return add_extract(it, dir, paths, len, err);
    }
    if (status == ASV_OK) {
        const struct asv_bytes text = {(const uint8_t *)external, sizeof external - 1};
        status = add_bytes(it, "external/LIESMICH.txt", text, err);
    }
    return status;
}

/* ---- documents ---- */

static enum asv_status name_documents(struct asv_build_output *it, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < ASV_HANDOVER_DOCUMENTS; i++) {
        status = asv_handover_name_document(&it->documents[i], &it->naming, i);
    }
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, "a document has no name");
}

static enum asv_status add_document(struct asv_build_output *it, int dir, size_t i, struct asv_err *err)
{
    const char *name = asv_document_name((enum asv_document)i);
    asv_auto_fd int fd = -1;
    uint64_t size = 0;
    enum asv_status status = asv_io_open_file(dir, name, &fd, err);
    if (status == ASV_OK) {
        status = asv_io_size(fd, &size, name, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    const struct asv_source source = asv_source_file(&fd, size);
    return asv_build_output_add(it, &it->documents[i], &source, err);
}

static enum asv_status add_message(struct asv_build_output *it, int dir, struct asv_err *err)
{
    asv_auto_fd int fd = -1;
    uint64_t size = 0;
    enum asv_status status = asv_io_open_file(dir, ASV_DOCUMENTS_MESSAGE, &fd, err);
    if (status == ASV_OK) {
        status = asv_io_size(fd, &size, ASV_DOCUMENTS_MESSAGE, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    const struct asv_source source = asv_source_file(&fd, size);
    return asv_build_output_add_message(it, &source, err);
}

/* HO-043: the same facts give the same documents, so that they are made anew and what was finished stays. */
static enum asv_status add_documents(struct asv_build_output *it, struct asv_err *err)
{
    const struct asv_build *build = it->build;
    bool files = it->naming.output == ASV_HANDOVER_FILING;
    asv_auto_free char *text = NULL;
    asv_auto_fd int dir = -1;
    size_t len = 0;
    enum asv_status status = asv_work_facts(it, &text, &len, err);
    if (status == ASV_OK) {
        status = asv_io_open_dir(it->work, ASV_WORK_DOCUMENTS, true, &dir, err);
    }
    struct asv_bytes facts = {(const uint8_t *)text, len};
    if (status == ASV_OK) {
        status = asv_documents_write(build->documents, dir, facts,
                                     files ? build->release : (struct asv_bytes){0}, err);
    }
    if (status == ASV_OK) {
        const struct asv_source source = asv_source_bytes(&facts);
        status = asv_build_output_add(it, &it->documents[ASV_HANDOVER_FACTS], &source, err);
    }
    for (size_t i = 0; status == ASV_OK && i < ASV_DOCUMENTS; i++) {
        status = add_document(it, dir, i, err);
    }
    return status == ASV_OK && files ? add_message(it, dir, err) : status;
}

/* ---- an output ---- */

static enum asv_status fill(struct asv_build_output *it, struct asv_err *err)
{
    enum asv_status status = asv_build_clips(it, err);
    if (status == ASV_OK) {
        status = add_decisions(it, err);
    }
    if (status == ASV_OK) {
        status = add_extras(it, err);
    }
    return status == ASV_OK ? add_documents(it, err) : status;
}

struct making {
    const struct asv_build *build;
    struct asv_plan plan;
    struct asv_build_parts parts;
    int work; /* -1: not open yet */
    int64_t made_ms;
};

static enum asv_status make_output(const struct making *making, const struct asv_build_part *part,
                                   enum asv_handover_output output, struct asv_err *err)
{
    struct asv_build_output *it = calloc(1, sizeof *it);
    if (it == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    it->build = making->build;
    it->plan = making->plan;
    it->part = *part;
    it->work = making->work;
    it->made_ms = making->made_ms;
    it->naming.output = it->progress.output = output;
    it->naming.part = part->of > 1 ? part->number : 0;
    memcpy(it->naming.handover, it->plan.id, sizeof it->naming.handover);
    it->has_facts = asv_work_has_facts(it);
    enum asv_status status = name_documents(it, err);
    if (status == ASV_OK) {
        status = asv_build_output_begin(it, err);
    }
    if (status == ASV_OK) {
        status = fill(it, err);
        if (status == ASV_OK) {
            status = asv_build_output_finish(it, err);
        } else {
            asv_build_output_close(it);
        }
    }
    free(it->files);
    free(it);
    return status;
}

/* What is there is whole (PK-010). */
static bool is_missing(const struct making *making, const char *name)
{
    return faccessat(making->build->dir, name, F_OK, AT_SYMLINK_NOFOLLOW) != 0;
}

static enum asv_status make_missing(struct making *making, const struct asv_build_part *part,
                                    enum asv_handover_output output, const char *name, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    if (!is_missing(making, name)) {
        return ASV_OK;
    }
    if (making->work < 0) {
        status = asv_work_open(making->build, false, &making->work, &making->made_ms, err);
    }
    return status == ASV_OK ? make_output(making, part, output, err) : status;
}

/* HO-084, HO-143: what was estimated is what it has to be. */
static enum asv_status check_size(const struct making *making, const struct asv_build_part *part,
                                  const char *name, struct asv_err *err)
{
    const struct asv_build *build = making->build;
    struct asv_room medium = {0};
    struct stat st;
    enum asv_status status = asv_work_medium(build, &medium, err);
    if (status != ASV_OK || medium.bytes == 0) {
        return status;
    }
    if (fstatat(build->dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        return asv_io_fail(err, errno, name);
    }
    uint64_t size = (uint64_t)st.st_size;
    if (size <= medium.bytes) {
        return ASV_OK;
    }
    if (part->count == 1) {
        (void)unlinkat(build->dir, name, 0);
        return asv_failf(err, ASV_E_LIMIT, "%s: has %llu bytes, and a medium %llu: take a larger one", name,
                         (unsigned long long)size, (unsigned long long)medium.bytes);
    }
    status = asv_work_divide_anew(build, size - medium.bytes, err);
    return status == ASV_OK
               ? asv_failf(err, ASV_E_AGAIN, "%s: has %llu bytes, and a medium %llu: it is divided anew",
                           name, (unsigned long long)size, (unsigned long long)medium.bytes)
               : status;
}

/* HO-170: where one is missing, the others stay if they are of the making that goes on. */
static enum asv_status begin_carriers(struct making *making, struct asv_err *err)
{
    char name[ASV_BUILD_NAME_BYTES];
    bool missing = false;
    for (uint16_t i = 1; i <= making->parts.of; i++) {
        missing = missing || is_missing(making, asv_build_carrier(name, i, making->parts.of));
    }
    return missing ? asv_work_open(making->build, true, &making->work, &making->made_ms, err) : ASV_OK;
}

static enum asv_status make_carriers(struct making *making, struct asv_err *err)
{
    char name[ASV_BUILD_NAME_BYTES];
    enum asv_status status = begin_carriers(making, err);
    for (uint16_t i = 1; status == ASV_OK && i <= making->parts.of; i++) {
        const struct asv_build_part part = asv_build_part(&making->parts, i);
        asv_build_carrier(name, i, part.of);
        status = make_missing(making, &part, ASV_HANDOVER_CARRIER, name, err);
        if (status == ASV_OK) {
            status = check_size(making, &part, name, err);
        }
    }
    return status;
}

static enum asv_status make_filing(struct making *making, struct asv_err *err)
{
    const struct asv_build_part all = {
        .number = 1, .of = 1, .count = making->plan.clip_count, .clips = making->parts.clips};
    return make_missing(making, &all, ASV_HANDOVER_FILING, ASV_BUILD_FILING, err);
}

static enum asv_status make_outputs(const struct asv_build *build, const struct asv_plan *plan,
                                    struct asv_err *err)
{
    struct making *making = calloc(1, sizeof *making);
    if (making == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    making->build = build;
    making->plan = *plan;
    making->work = -1;
    enum asv_status status = asv_build_divide(build, &making->parts, err);
    if (status == ASV_OK && (plan->outputs & ASV_PLAN_CARRIER) != 0) {
        status = make_carriers(making, err);
    }
    if (status == ASV_OK && (plan->outputs & ASV_PLAN_FILING) != 0) {
        status = make_filing(making, err);
    }
    if (making->work >= 0) {
        (void)close(making->work);
    }
    free(making);
    return status;
}

enum asv_status asv_build_run(const struct asv_build *build, struct asv_err *err)
{
    struct asv_plan plan;
    enum asv_status status = asv_plan_read(&plan, build->plan.data, build->plan.len, err);
    if (status != ASV_OK) {
        return status;
    }
    if (flock(build->dir, LOCK_EX | LOCK_NB) != 0) { /* HO-044 */
        return errno == EWOULDBLOCK ? asv_fail(err, ASV_E_BUSY, "another process makes this hand-over")
                                    : asv_io_fail(err, errno, build->path);
    }
    status = make_outputs(build, &plan, err);
    if (status == ASV_OK) {
        status = asv_io_remove_tree(build->dir, ASV_BUILD_WORK, err);
    }
    if (status == ASV_OK) {
        status = asv_io_sync_dir(build->dir, build->path, err);
    }
    (void)flock(build->dir, LOCK_UN);
    return status;
}
