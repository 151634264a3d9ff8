/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The ledger's extract of a filing: what is taken has one encoding, its names rise, and every byte belongs to
 * one of its files. */
#include <stdlib.h>
#include <string.h>

#include "server/handover/extract.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool condition)
{
    if (!condition) {
        abort();
    }
}

static enum asv_status read_it(void *ctx, uint64_t offset, void *out, size_t len, struct asv_err *err)
{
    const struct asv_bytes *all = ctx;
    (void)err;
    must(offset <= all->len && len <= all->len - offset);
    memcpy(out, all->data + offset, len);
    return ASV_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t again[1 << 16];
    struct asv_bytes all = {data, size};
    struct asv_extract extract = {.read = read_it, .ctx = &all, .size = size};
    struct asv_extract_file file;
    struct asv_writer writer;
    char last[ASV_EXTRACT_NAME_BYTES] = "";
    bool there = true;
    struct asv_err err = {0};
    if (size > sizeof again) {
        return 0;
    }
    enum asv_status status = asv_extract_open(&extract, &err);
    asv_writer_init(&writer, again, sizeof again);
    asv_extract_write_head(&writer, status == ASV_OK ? extract.left : 0);
    while (status == ASV_OK && there) {
        status = asv_extract_next(&extract, &file, &there, &err);
        if (status == ASV_OK && there) {
            must(strcmp(file.name, last) > 0 && strchr(file.name, '/') == NULL);
            memcpy(last, file.name, sizeof last);
            asv_extract_write_name(&writer, file.name, file.size);
            must(file.offset == writer.len);
            asv_write_bytes(&writer, data + file.offset, file.size);
        }
    }
    must(status == ASV_OK || err.text[0] != '\0');
    must(status != ASV_OK || (writer.len == size && memcmp(again, data, size) == 0));
    return 0;
}
