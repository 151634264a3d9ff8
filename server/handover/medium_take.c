/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * One small file of a carrier, found by the directory at its end. */
#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/handover/medium.h"
#include "server/package/zip_read.h"

#define RECORD_MAX  (ASV_ZIP_CENTRAL_BYTES + ASV_PACKAGE_NAME_BYTES + ASV_ZIP_EXTRA_MAX_BYTES)
#define EXTRA_ZIP64 1

struct found {
    uint64_t offset, size;
};

/* Size and offset of a record, from ZIP64's field where they have no room. */
static void read_numbers(const uint8_t *record, size_t name_len, size_t extra_len, struct found *out)
{
    const uint8_t *wide = record + ASV_ZIP_CENTRAL_BYTES + name_len + 4;
    bool large = asv_zip_load32(record + 24) == ASV_ZIP_U32;
    bool has_zip64 = extra_len >= 4 && asv_zip_load16(wide - 4) == EXTRA_ZIP64;
    out->size = asv_zip_load32(record + 24);
    out->offset = asv_zip_load32(record + 42);
    if (large && has_zip64 && extra_len >= 20) {
        out->size = asv_zip_load64(wide);
    }
    size_t at = large ? 16 : 0;
    if (out->offset == ASV_ZIP_U32 && has_zip64 && extra_len >= 4 + at + 8) {
        out->offset = asv_zip_load64(wide + at);
    }
}

static enum asv_status find(const struct asv_package_input *input, const struct asv_zip_end *end,
                            const char *name, struct found *out, struct asv_err *err)
{
    uint8_t record[RECORD_MAX];
    uint64_t at = end->offset;
    for (uint64_t i = 0; i < end->count && at + ASV_ZIP_CENTRAL_BYTES <= end->offset + end->size; i++) {
        enum asv_status status = input->read(input->ctx, at, record, ASV_ZIP_CENTRAL_BYTES, err);
        size_t name_len = asv_zip_load16(record + 28);
        size_t extra_len = asv_zip_load16(record + 30);
        size_t len = ASV_ZIP_CENTRAL_BYTES + name_len + extra_len;
        if (status == ASV_OK && (asv_zip_load32(record) != ASV_ZIP_CENTRAL_MAGIC || len > sizeof record ||
                                 at + len > end->offset + end->size)) {
            status = asv_fail(err, ASV_E_MALFORMED, "the carrier's directory is none");
        }
        if (status == ASV_OK) {
            status = input->read(input->ctx, at, record, len, err);
        }
        if (status != ASV_OK) {
            return status;
        }
        if (name_len == strlen(name) && memcmp(record + ASV_ZIP_CENTRAL_BYTES, name, name_len) == 0) {
            read_numbers(record, name_len, extra_len, out);
            return ASV_OK;
        }
        at += len;
    }
    return asv_failf(err, ASV_E_NOT_FOUND, "the carrier has no %.100s", name);
}

/* Behind the local header, which has lengths of its own. */
static enum asv_status read_file(const struct asv_package_input *input, const struct found *found, char *out,
                                 struct asv_err *err)
{
    uint8_t local[ASV_ZIP_LOCAL_BYTES];
    if (found->offset > input->size || input->size - found->offset < sizeof local) {
        return asv_fail(err, ASV_E_MALFORMED, "the carrier's directory is none");
    }
    enum asv_status status = input->read(input->ctx, found->offset, local, sizeof local, err);
    uint64_t data = found->offset + sizeof local + asv_zip_load16(local + 26) + asv_zip_load16(local + 28);
    if (status == ASV_OK && (data > input->size || input->size - data < found->size)) {
        status = asv_fail(err, ASV_E_MALFORMED, "the carrier's directory is none");
    }
    return status == ASV_OK ? input->read(input->ctx, data, out, (size_t)found->size, err) : status;
}

enum asv_status asv_medium_take(int fd, const char *name, size_t max, char **data, size_t *len,
                                struct asv_err *err)
{
    struct asv_zip_reader reader;
    struct asv_fault fault;
    struct found found = {0, 0};
    uint64_t size = 0;
    char *out = NULL;
    enum asv_status status = asv_io_size(fd, &size, "carrier", err);
    if (status != ASV_OK) {
        return status;
    }
    struct asv_package_input input = asv_package_input_file(&fd, size);
    status = asv_zip_open(&reader, &input, &fault, err);
    if (status != ASV_OK) {
        status = asv_fail(err, status, "the carrier is no package");
    } else {
        status = find(&input, &reader.end, name, &found, err);
    }
    asv_zip_reader_close(&reader);
    if (status == ASV_OK && found.size > max) {
        status = asv_failf(err, ASV_E_LIMIT, "%.100s is too long", name);
    }
    if (status != ASV_OK) {
        return status;
    }
    out = calloc(1, (size_t)found.size + 1);
    if (out == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    status = read_file(&input, &found, out, err);
    if (status != ASV_OK) {
        free(out);
        return status;
    }
    *data = out;
    *len = (size_t)found.size;
    return ASV_OK;
}
