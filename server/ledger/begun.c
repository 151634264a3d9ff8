/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/ledger/begun.h"

#include <string.h>

#include "server/base/fail.h"
#include "server/ledger/kind.h"

#define LABEL_MAX_BYTES 64

#define COUNTS_BYTES 16

/* Its log's name, two counts, perhaps an earlier head, and nothing else. */
static bool is_plain(const struct asv_ledger_entry *entry, const char *origin)
{
    struct asv_bytes label;
    struct asv_reader reader;
    struct asv_ledger_field field;
    uint8_t before = 0;
    size_t len = strlen(origin);
    len = len < LABEL_MAX_BYTES ? len : LABEL_MAX_BYTES;
    asv_reader_init(&reader, entry->fields.data, entry->fields.len);
    while (asv_ledger_next_in_entry(&reader, &before, &field) == ASV_OK) {
        if (field.tag != ASV_LEDGER_LABEL && field.tag != ASV_LEDGER_HEAD && field.tag != ASV_LEDGER_COUNTS) {
            return false;
        }
    }
    return asv_ledger_entry_find(entry, ASV_LEDGER_LABEL, &label) && label.len == len &&
           memcmp(label.data, origin, len) == 0;
}

static bool read_counts(struct asv_begun *out, const struct asv_ledger_entry *entry)
{
    struct asv_bytes counts;
    if (!asv_ledger_entry_find(entry, ASV_LEDGER_COUNTS, &counts) || counts.len != COUNTS_BYTES) {
        return false;
    }
    out->number = asv_load_be64(counts.data);
    out->stayed = asv_load_be64(counts.data + 8);
    return true;
}

static bool read_head(struct asv_begun *out, struct asv_bytes value)
{
    struct asv_reader reader;
    asv_reader_init(&reader, value.data, value.len);
    if (asv_read_u64(&reader, &out->head.size) != ASV_OK ||
        asv_read_copy(&reader, out->head.root, sizeof out->head.root) != ASV_OK) {
        return false;
    }
    out->names = true;
    out->origin = (struct asv_bytes){value.data + reader.at, asv_reader_left(&reader)};
    for (size_t i = 0; i < out->origin.len; i++) {
        if (out->origin.data[i] <= ' ' || out->origin.data[i] > '~') {
            return false;
        }
    }
    return out->origin.len > 0;
}

enum asv_status asv_begun_read(struct asv_begun *out, const struct asv_ledger_entry *entry, uint64_t index,
                               const char *origin, struct asv_err *err)
{
    struct asv_bytes value;
    *out = (struct asv_begun){0};
    if (entry->event.kind != ASV_LEDGER_LOG_BEGUN) {
        return index > 0 ? ASV_E_NOT_FOUND
                         : asv_fail(err, ASV_E_MALFORMED,
                                    "the first entry of a log says that it began, and this one does not");
    }
    if (index > 0) {
        return asv_fail(err, ASV_E_MALFORMED, "no log begins there");
    }
    if (!is_plain(entry, origin) || !read_counts(out, entry)) {
        return asv_failf(err, ASV_E_MALFORMED, "that is not how %s began", origin);
    }
    return !asv_ledger_entry_find(entry, ASV_LEDGER_HEAD, &value) || read_head(out, value)
               ? ASV_OK
               : asv_fail(err, ASV_E_MALFORMED, "what it names is no head of an earlier log");
}
