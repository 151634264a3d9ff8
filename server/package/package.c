/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/package/package.h"

#include <stdlib.h>
#include <string.h>

#include "server/package/bag.h"
#include "server/package/package_internal.h"

void asv_package_close(struct asv_package *package)
{
    asv_zip_reader_close(&package->zip);
    free(package->rows);
    free(package->names);
    package->rows = NULL;
    package->names = NULL;
    package->count = package->cap = package->names_len = package->names_cap = 0;
}

/* ---- what is remembered ---- */

static bool grow(void **data, size_t *cap, size_t need, size_t each)
{
    size_t wider = *cap == 0 ? 256 : *cap;
    while (wider < need) {
        wider *= 2;
    }
    void *moved = wider > *cap ? realloc(*data, wider * each) : *data;
    if (moved == NULL) {
        return false;
    }
    *data = moved;
    *cap = wider;
    return true;
}

static enum asv_status remember(struct asv_package *package, const struct asv_zip_entry *entry,
                                struct asv_fault *fault, struct asv_err *err)
{
    size_t len = (size_t)entry->name_len + 1;
    void *rows = package->rows;
    void *names = package->names;
    if (package->names_len + len > ASV_PACKAGE_NAMES_BYTES) {
        return asv_fault_at(fault, ASV_FAULT_COUNT, asv_zip_name(entry), entry->offset, err);
    }
    bool fits = grow(&rows, &package->cap, package->count + 1, sizeof *package->rows);
    package->rows = rows;
    fits = fits && grow(&names, &package->names_cap, package->names_len + len, 1);
    package->names = names;
    if (!fits) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    struct asv_package_row *row = &package->rows[package->count++];
    *row =
        (struct asv_package_row){entry->offset, entry->size, (uint32_t)package->names_len, entry->crc32, {0}};
    memcpy(row->sha256, entry->sha256, sizeof row->sha256);
    memcpy(package->names + package->names_len, entry->name, len);
    package->names_len += len;
    if (asv_bag_is_payload(entry)) {
        package->payload_files++;
        package->payload_bytes += entry->size;
    }
    return ASV_OK;
}

void asv_package_entry(const struct asv_package *package, size_t i, struct asv_zip_entry *out)
{
    const struct asv_package_row *row = &package->rows[i];
    size_t len = strlen(package->names + row->name_at);
    *out = (struct asv_zip_entry){
        .offset = row->offset, .size = row->size, .crc32 = row->crc32, .name_len = (uint8_t)len};
    memcpy(out->sha256, row->sha256, sizeof out->sha256);
    memcpy(out->name, package->names + row->name_at, len + 1);
}

static enum asv_status first(void *ctx, struct asv_err *err)
{
    struct asv_package *package = ctx;
    (void)err;
    package->next = 0;
    return ASV_OK;
}

static enum asv_status next(void *ctx, struct asv_zip_entry *out, struct asv_err *err)
{
    struct asv_package *package = ctx;
    (void)err;
    if (package->next == package->count) {
        return ASV_E_NOT_FOUND;
    }
    asv_package_entry(package, package->next++, out);
    return ASV_OK;
}

struct asv_entries asv_package_entries(struct asv_package *package)
{
    return (struct asv_entries){package, first, next};
}

enum asv_status asv_package_load(const struct asv_package *package, const struct asv_zip_entry *entry,
                                 uint8_t *out, size_t cap, struct asv_err *err)
{
    uint8_t digest[ASV_SHA256_BYTES];
    const struct asv_package_input *input = &package->zip.input;
    if (entry->size > cap) {
        return asv_fail_at(err, ASV_E_LIMIT, "longer than it can be, bytes", entry->size);
    }
    enum asv_status status =
        input->read(input->ctx, asv_zip_data_offset(entry), out, (size_t)entry->size, err);
    if (status == ASV_OK) {
        asv_sha256(digest, out, (size_t)entry->size);
        if (memcmp(digest, entry->sha256, sizeof digest) != 0) {
            status = asv_fail(err, ASV_E_DIGEST, "the medium gives other bytes than before");
        }
    }
    return status;
}

/* ---- opening ---- */

static enum asv_status read_files(struct asv_package *package, struct asv_fault *fault, struct asv_err *err)
{
    struct asv_zip_entry entry;
    enum asv_status status = ASV_OK;
    while (status == ASV_OK) {
        status = asv_zip_read(&package->zip, &entry, fault, err);
        if (status == ASV_OK) {
            status = remember(package, &entry, fault, err);
        }
    }
    return status == ASV_E_NOT_FOUND && fault->kind == ASV_FAULT_NONE ? ASV_OK : status;
}

enum asv_status asv_package_open(struct asv_package *package, const struct asv_package_input *input,
                                 const uint8_t *signer, const struct asv_zip_watch *watch,
                                 struct asv_fault *fault, struct asv_err *err)
{
    *package = (struct asv_package){.rows = NULL};
    *fault = (struct asv_fault){.kind = ASV_FAULT_NONE};
    enum asv_status status = asv_zip_open(&package->zip, input, fault, err);
    if (status == ASV_OK) {
        package->zip.watch = watch;
        status = read_files(package, fault, err);
        package->zip.watch = NULL;
    }
    if (status == ASV_OK) {
        status = asv_package_check_members(package, fault, err);
    }
    if (status == ASV_OK) {
        status = asv_package_check_texts(package, fault, err);
    }
    if (status == ASV_OK) {
        status = asv_package_check_signatures(package, signer, fault, err);
    }
    if (status != ASV_OK) {
        asv_package_close(package);
    }
    return status;
}
