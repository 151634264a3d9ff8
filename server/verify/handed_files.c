/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* What lies there: the files of a carrier below data/, or those of a filing, with their digests. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/fail.h"
#include "server/package/asic.h"
#include "server/package/bag.h"
#include "server/package/filing_rules.h"
#include "server/package/source.h"
#include "server/verify/handed_internal.h"

static const size_t payload_len = sizeof ASV_BAG_PAYLOAD - 1;

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct asv_handed_file *)a)->name, ((const struct asv_handed_file *)b)->name);
}

struct asv_handed_file *asv_handed_find(struct asv_handed *it, const char *name)
{
    const struct asv_handed_file key = {.name = name};
    return it->files == NULL ? NULL : bsearch(&key, it->files, it->file_count, sizeof *it->files, by_name);
}

void asv_handed_sort(struct asv_handed *it)
{
    if (it->files != NULL) {
        qsort(it->files, it->file_count, sizeof *it->files, by_name);
    }
}

enum asv_status asv_handed_fail(struct asv_handed *it, enum asv_handed_kind kind, const char *file,
                                enum asv_status status, const char *format, ...)
{
    va_list args;
    const struct asv_handed_file *found = file != NULL && !it->is_carrier ? asv_handed_find(it, file) : NULL;
    file = found != NULL && found->shown != NULL ? found->shown : file;
    it->fault.kind = kind;
    it->fault.err.status = status;
    va_start(args, format);
    (void)vsnprintf(it->fault.err.text, sizeof it->fault.err.text, format, args);
    va_end(args);
    (void)snprintf(it->fault.file, sizeof it->fault.file, "%s%s",
                   file != NULL && it->is_carrier ? ASV_BAG_PAYLOAD : "", file != NULL ? file : "");
    return status;
}

bool asv_handed_is_signature(const char *name)
{
    static const char external[] = "external/";
    size_t len = strlen(name), ending = strlen(ASV_FILING_SIGNATURE);
    return len > ending && strcmp(name + len - ending, ASV_FILING_SIGNATURE) == 0 &&
           strncmp(name, external, sizeof external - 1) != 0;
}

/* ---- reading ---- */

enum asv_status asv_handed_input(const struct asv_handed *it, const struct asv_handed_file *file,
                                 struct asv_input *out, struct asv_err *err)
{
    if (it->is_carrier) {
        *out = asv_input_part(&it->file, file->offset, file->size);
        return ASV_OK;
    }
    const struct asv_files files = asv_files_of(it->what->path);
    if (file->inside == NULL) {
        return asv_files_open(&files, file->shown != NULL ? file->shown : file->name, out, err);
    }
    enum asv_status status = asv_files_open(&files, file->inside, out, err);
    if (status == ASV_OK && (file->offset > out->size || file->size > out->size - file->offset)) {
        asv_input_close(out);
        status = asv_fail(err, ASV_E_IO, "a file became shorter while it was read");
    }
    if (status == ASV_OK) {
        out->offset += file->offset;
        out->size = file->size;
    }
    return status;
}

enum asv_status asv_handed_load(const struct asv_handed *it, const struct asv_handed_file *file, uint8_t *out,
                                size_t cap, struct asv_bytes *view, struct asv_err *err)
{
    uint8_t digest[ASV_SHA256_BYTES];
    struct asv_input input;
    enum asv_status status = asv_handed_input(it, file, &input, err);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_input_load(&input, out, cap, view, err);
    asv_input_close(&input);
    if (status == ASV_OK) {
        asv_sha256(digest, view->data, view->len);
        if (memcmp(digest, file->sha256, sizeof digest) != 0) {
            status = asv_fail(err, ASV_E_DIGEST, "the medium gives other bytes than before");
        }
    }
    return status;
}

/* ---- a part of them ---- */

static enum asv_status open_below(void *ctx, const char *name, struct asv_input *out, struct asv_err *err)
{
    char path[ASV_HANDED_PATH_BYTES];
    const struct asv_handed_below *below = ctx;
    int len = snprintf(path, sizeof path, "%s%s", below->prefix, name);
    const struct asv_handed_file *file =
        len > 0 && (size_t)len < sizeof path ? asv_handed_find(below->it, path) : NULL;
    return file != NULL ? asv_handed_input(below->it, file, out, err)
                        : asv_fail(err, ASV_E_NOT_FOUND, "no such file");
}

static const char *name_below(void *ctx, size_t i)
{
    const struct asv_handed_below *below = ctx;
    size_t len = strlen(below->prefix);
    const struct asv_handed *it = below->it;
    return below->first + i < it->file_count &&
                   strncmp(it->files[below->first + i].name, below->prefix, len) == 0
               ? it->files[below->first + i].name + len
               : NULL;
}

void asv_handed_below(struct asv_handed_below *out, struct asv_handed *it, const char *prefix)
{
    size_t first = 0;
    while (first < it->file_count && strcmp(it->files[first].name, prefix) < 0) {
        first++;
    }
    *out = (struct asv_handed_below){it, prefix, first};
}

struct asv_files asv_handed_files_below(struct asv_handed_below *below)
{
    return (struct asv_files){.ctx = below, .open = open_below, .name = name_below};
}

/* ---- a carrier ---- */

static void begin_file(void *ctx, uint64_t offset)
{
    struct asv_handed *it = ctx;
    it->reading = offset;
    asv_leaves_begin(&it->reader);
}

static void feed_file(void *ctx, const uint8_t *data, size_t len)
{
    struct asv_handed *it = ctx;
    asv_leaves_feed(&it->reader, data, len);
}

/* Without memory it is read once more, later. */
static void end_file(void *ctx)
{
    struct asv_handed *it = ctx;
    struct asv_leaves found;
    asv_leaves_end(&it->reader, &found);
    if (found.groups == NULL) {
        return;
    }
    struct asv_handed_leaves *grown = reallocarray(it->leaves, it->leaves_count + 1, sizeof *grown);
    if (grown == NULL) {
        asv_leaves_free(&found);
        return;
    }
    it->leaves = grown;
    it->leaves[it->leaves_count++] = (struct asv_handed_leaves){it->reading, found};
}

/* Those of the file that begins there; each is asked for once, in their order. */
static struct asv_leaves take_leaves(struct asv_handed *it, size_t *next, uint64_t offset)
{
    struct asv_leaves found = {0};
    while (*next < it->leaves_count && it->leaves[*next].offset < offset) {
        (*next)++;
    }
    if (*next < it->leaves_count && it->leaves[*next].offset == offset) {
        found = it->leaves[*next].leaves;
        it->leaves[*next].leaves = (struct asv_leaves){0};
    }
    return found;
}

/* The payload of the package that was opened. */
static enum asv_status list_carrier(struct asv_handed *it, struct asv_err *err)
{
    const struct asv_package *package = &it->package;
    struct asv_zip_entry entry;
    size_t next = 0;
    it->files = calloc(package->count, sizeof *it->files);
    if (it->files == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    for (size_t i = 0; i < package->count; i++) {
        asv_package_entry(package, i, &entry);
        if (!asv_bag_is_payload(&entry)) {
            continue;
        }
        struct asv_handed_file *file = &it->files[it->file_count++];
        *file = (struct asv_handed_file){.name = package->names + package->rows[i].name_at + payload_len,
                                         .size = entry.size,
                                         .offset = asv_zip_data_offset(&entry),
                                         .leaves = take_leaves(it, &next, asv_zip_data_offset(&entry))};
        memcpy(file->sha256, entry.sha256, sizeof file->sha256);
        if (asv_asic_is_signature(entry.name)) { /* of the document before it: that was checked */
            file->is_named = true;
            file[-1].is_signed = true;
        }
    }
    it->bytes = package->payload_bytes;
    it->stamped = package->stamped > 0;
    memcpy(it->signer, package->signature.certificate, sizeof it->signer);
    memcpy(it->signed_s, package->signed_s, sizeof it->signed_s);
    asv_handed_sort(it);
    return ASV_OK;
}

static enum asv_status open_carrier(struct asv_handed *it, struct asv_err *err)
{
    it->is_carrier = true;
    enum asv_status status = asv_input_open(&it->file, it->what->path, err);
    if (status != ASV_OK) {
        return status;
    }
    it->descriptor = it->file.fd;
    it->input = asv_package_input_file(&it->descriptor, it->file.size);
    const struct asv_zip_watch watch = {it, begin_file, feed_file, end_file};
    status = asv_package_open(&it->package, &it->input, NULL, &watch, &it->fault.package, &it->fault.err);
    if (status == ASV_OK) {
        it->finding[ASV_HANDED_CHECK_PACKAGE] = ASV_FINDING_GOOD;
        return list_carrier(it, err);
    }
    const struct asv_fault *fault = &it->fault.package;
    if (fault->kind == ASV_FAULT_NONE || fault->kind == ASV_FAULT_UNREADABLE) {
        return asv_failf(err, status, "%.250s", it->fault.err.text);
    }
    it->fault.kind = fault->kind == ASV_FAULT_SIGNER ? ASV_HANDED_SIGNER : ASV_HANDED_PACKAGE;
    memcpy(it->fault.file, fault->file, sizeof it->fault.file);
    it->finding[fault->kind == ASV_FAULT_SIGNER ? ASV_HANDED_CHECK_SIGNER : ASV_HANDED_CHECK_PACKAGE] =
        ASV_FINDING_BAD;
    return status;
}

/* ---- a filing ---- */

struct digesting {
    struct asv_input input;
    uint64_t at;
    struct asv_leaves_reader leaves;
    struct asv_sha256 state;
};

static enum asv_status read_file(void *ctx, void *out, size_t cap, size_t *got, struct asv_err *err)
{
    struct digesting *it = ctx;
    enum asv_status status = asv_input_read(&it->input, it->at, out, cap, got, err);
    if (status == ASV_OK && *got == 0 && it->at < it->input.size) {
        status = asv_fail(err, ASV_E_IO, "a file became shorter while it was read");
    }
    if (status == ASV_OK) {
        asv_leaves_feed(&it->leaves, out, *got);
        it->at += *got;
    }
    return status;
}

static enum asv_status digest_piece(void *ctx, const uint8_t *piece, size_t len, struct asv_err *err)
{
    struct digesting *it = ctx;
    (void)err;
    asv_sha256_update(&it->state, piece, len);
    return ASV_OK;
}

static enum asv_status digest(struct asv_handed *it, struct asv_handed_file *file, struct asv_err *err)
{
    struct digesting digesting = {.at = 0};
    enum asv_status status = asv_handed_input(it, file, &digesting.input, err);
    if (status != ASV_OK) {
        return status;
    }
    file->size = digesting.input.size;
    asv_sha256_init(&digesting.state);
    asv_leaves_begin(&digesting.leaves);
    const struct asv_source source = {&digesting, file->size, read_file};
    const struct asv_source_taker taker = {&digesting, digest_piece};
    status = asv_source_pour(&source, file->name, &taker, err);
    asv_sha256_final(&digesting.state, file->sha256);
    asv_leaves_end(&digesting.leaves, &file->leaves);
    asv_input_close(&digesting.input);
    it->bytes += file->size;
    return status;
}

/* HO-103: regular files of these names, and nothing that leads elsewhere. */
static enum asv_status admit(struct asv_handed *it, int dir, const char *name)
{
    char shown[ASV_HANDED_PATH_BYTES];
    struct stat st;
    if (!asv_filing_name_is_good(name)) {
        size_t len = 0;
        for (; name[len] != '\0' && len + 1 < sizeof shown; len++) {
            bool plain = name[len] >= 0x20 && name[len] < 0x7f;
            shown[len] = '?';
            if (plain) {
                shown[len] = name[len];
            }
        }
        shown[len] = '\0';
        return asv_handed_fail(it, ASV_HANDED_FILING, shown, ASV_E_MALFORMED, "no name for a filing");
    }
    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode)) {
        return asv_handed_fail(it, ASV_HANDED_FILING, name, ASV_E_MALFORMED, "not a regular file");
    }
    return ASV_OK;
}

static enum asv_status check_signature(struct asv_handed *it, const struct asv_handed_file *sig, bool *first,
                                       struct asv_err *err)
{
    char name[ASV_HANDED_PATH_BYTES];
    uint8_t data[ASV_CADES_MAX_BYTES];
    struct asv_bytes view = {0};
    struct asv_cades said;
    struct asv_err why = {0};
    (void)snprintf(name, sizeof name, "%.*s", (int)(strlen(sig->name) - strlen(ASV_FILING_SIGNATURE)),
                   sig->name);
    struct asv_handed_file *of = asv_handed_find(it, name);
    if (of == NULL) {
        return asv_handed_fail(it, ASV_HANDED_MISSING, name, ASV_E_NOT_FOUND, "its signature is there");
    }
    enum asv_status status = asv_handed_load(it, sig, data, sizeof data, &view, &why);
    if (status == ASV_E_IO || status == ASV_E_NO_MEMORY) {
        return asv_failf(err, status, "%.250s", why.text);
    }
    if (status == ASV_OK) {
        status = asv_cades_verify(&said, view, of->sha256, &why);
    }
    if (status != ASV_OK) {
        it->fault.package.kind = ASV_FAULT_DOCUMENT_SIGNATURE;
        return asv_handed_fail(it, ASV_HANDED_PACKAGE, sig->name, status, "%.250s", why.text);
    }
    if (!*first && memcmp(it->signer, said.certificate, ASV_SHA256_BYTES) != 0) {
        return asv_handed_fail(it, ASV_HANDED_SIGNER, sig->name, ASV_E_UNTRUSTED, "another certificate");
    }
    memcpy(it->signer, said.certificate, sizeof it->signer);
    it->signed_s[0] = *first || said.signed_s < it->signed_s[0] ? said.signed_s : it->signed_s[0];
    it->signed_s[1] = *first || said.signed_s > it->signed_s[1] ? said.signed_s : it->signed_s[1];
    *first = false;
    it->stamped = it->stamped || said.stamped;
    of->is_signed = true;
    return ASV_OK;
}

static enum asv_status check_signatures(struct asv_handed *it, struct asv_err *err)
{
    bool first = true;
    enum asv_status status = ASV_OK;
    for (size_t i = 0; it->files != NULL && i < it->file_count && status == ASV_OK; i++) {
        if (asv_handed_is_signature(it->files[i].name)) {
            it->files[i].is_named = true;
            status = check_signature(it, &it->files[i], &first, err);
        }
    }
    return status;
}

static enum asv_status list_filing(struct asv_handed *it, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    int dir = open(it->what->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0) {
        return asv_fail(err, ASV_E_IO, strerror(errno));
    }
    for (size_t i = 0; i < it->names.count && status == ASV_OK; i++) {
        status = admit(it, dir, it->names.names[i]);
        if (status == ASV_OK) {
            struct asv_handed_file *file = &it->files[it->file_count++];
            *file = (struct asv_handed_file){.name = it->names.names[i]};
            status = digest(it, file, err);
        }
    }
    (void)close(dir);
    return status;
}

static enum asv_status open_filing(struct asv_handed *it, struct asv_err *err)
{
    const struct asv_files files = asv_files_of(it->what->path);
    enum asv_status status = asv_files_names(&it->names, &files, err);
    if (status != ASV_OK) {
        return status;
    }
    if (it->names.count > ASV_PACKAGE_FILES_MAX) {
        return asv_handed_fail(it, ASV_HANDED_FILING, NULL, ASV_E_LIMIT, "more files than a filing has");
    }
    it->files = calloc(it->names.count + 1, sizeof *it->files);
    if (it->files == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    status = list_filing(it, err);
    asv_handed_sort(it);
    return status == ASV_OK ? check_signatures(it, err) : status;
}

/* ---- both ---- */

enum asv_status asv_handed_open(struct asv_handed *it, struct asv_err *err)
{
    struct stat st;
    if (stat(it->what->path, &st) != 0) {
        return asv_fail(err, errno == ENOENT || errno == ENOTDIR ? ASV_E_NOT_FOUND : ASV_E_IO,
                        strerror(errno));
    }
    enum asv_status status = S_ISDIR(st.st_mode) ? open_filing(it, err) : open_carrier(it, err);
    if (it->fault.kind != ASV_HANDED_NONE && !it->is_carrier) {
        bool is_signer = it->fault.kind == ASV_HANDED_SIGNER;
        it->finding[is_signer ? ASV_HANDED_CHECK_SIGNER : ASV_HANDED_CHECK_FILES] = ASV_FINDING_BAD;
    }
    if (status == ASV_OK) {
        it->left[ASV_HANDED_LEFT_STAMPS] = it->stamped;
    }
    return status;
}

void asv_handed_close(struct asv_handed *it)
{
    if (it->is_carrier) {
        asv_package_close(&it->package);
        asv_input_close(&it->file);
    }
    asv_leaves_free(&it->reader.found);
    for (size_t i = 0; i < it->leaves_count; i++) {
        asv_leaves_free(&it->leaves[i].leaves);
    }
    free(it->leaves);
    for (size_t i = 0; it->files != NULL && i < it->file_count; i++) {
        asv_leaves_free(&it->files[i].leaves);
    }
    asv_file_names_free(&it->names);
    asv_file_names_free(&it->places);
    asv_facts_free(it->facts);
    free(it->files);
    free(it->recordings);
    free(it->ledger_text);
    free(it->list);
    if (it->identities != NULL) {
        asv_wipe(it->identities, sizeof *it->identities);
        (void)munlock(it->identities, sizeof *it->identities);
        free(it->identities);
    }
}

bool asv_handed_is(const char *path)
{
    static const uint8_t zip[] = {'P', 'K', 3, 4};
    static const char ending[] = ".zip";
    uint8_t begin[sizeof zip] = {0};
    struct asv_input input;
    struct stat st;
    size_t len = strlen(path), got = 0;
    if (stat(path, &st) != 0) {
        return false;
    }
    if (S_ISDIR(st.st_mode)) {
        const struct asv_files files = asv_files_of(path);
        return asv_files_has(&files, ASV_FILING_MESSAGE);
    }
    if (len >= sizeof ending && strcmp(path + len - (sizeof ending - 1), ending) == 0) {
        return true;
    }
    if (asv_input_open(&input, path, NULL) != ASV_OK) {
        return false;
    }
    bool is = asv_input_read(&input, 0, begin, sizeof begin, &got, NULL) == ASV_OK &&
              memcmp(begin, zip, sizeof zip) == 0;
    asv_input_close(&input);
    return is;
}
