/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A file of the device log. The checks behind its entries are made right as far as entries can be read, so
 * that a mutation reaches more than the first. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/camera/journal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    uint64_t entries;
    size_t bytes;
};

static void see(void *arg, const struct asv_devlog_entry *entry, struct asv_bytes encoded)
{
    struct seen *seen = arg;
    seen->entries++;
    seen->bytes += encoded.len;
    if (entry->value.len > encoded.len) {
        abort();
    }
}

/* Puts the running digest's check behind every entry. */
static void repair(uint8_t *bytes, size_t size)
{
    struct asv_reader reader;
    struct asv_devlog_entry entry;
    uint8_t digest[ASV_SHA256_BYTES];
    if (size < ASV_JOURNAL_HEADER_BYTES) {
        return;
    }
    memcpy(digest, bytes + ASV_JOURNAL_HEADER_BYTES - sizeof digest, sizeof digest);
    asv_reader_init(&reader, bytes, size);
    reader.at = ASV_JOURNAL_HEADER_BYTES;
    for (;;) {
        size_t at = reader.at;
        if (asv_devlog_entry_decode(&reader, &entry) != ASV_OK ||
            asv_reader_left(&reader) < ASV_JOURNAL_CHECK_BYTES) {
            return;
        }
        asv_devlog_digest(digest, bytes + at, reader.at - at);
        memcpy(bytes + reader.at, digest, ASV_JOURNAL_CHECK_BYTES);
        reader.at += ASV_JOURNAL_CHECK_BYTES;
    }
}

static void check(const uint8_t *bytes, size_t size)
{
    struct asv_journal_file file;
    struct seen seen = {.entries = 0};
    if (asv_journal_decode(&file, bytes, size, see, &seen) != ASV_OK) {
        return;
    }
    if (file.good_bytes > size || file.next - file.first != seen.entries ||
        file.good_bytes != ASV_JOURNAL_HEADER_BYTES + seen.bytes + seen.entries * ASV_JOURNAL_CHECK_BYTES) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t bytes[ASV_JOURNAL_FILE_MAX];
    if (asv_crypto_init() != ASV_OK || size > sizeof bytes) {
        return 0;
    }
    check(data, size);
    memcpy(bytes, data, size);
    repair(bytes, size);
    check(bytes, size);
    return 0;
}
