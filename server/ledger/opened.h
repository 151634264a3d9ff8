/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What is handed out with an entry to open some of its fields (docs/LEDGER.md 8): for each its key and value.
 * A small text, so that it can be read, and checked without our programs.
 */
#ifndef ASV_LEDGER_OPENED_H
#define ASV_LEDGER_OPENED_H

#include "server/ledger/entry.h"

#define ASV_OPENED_FIELDS_MAX 16
#define ASV_OPENED_MAX_BYTES  16384 /* of the file */

struct asv_opened_field {
    uint8_t tag;
    uint8_t key[ASV_SHA256_BYTES]; /* the field's; of CAMERA the camera's key of the day */
    struct asv_bytes value;        /* of CAMERA the digest of its certificate */
};

struct asv_opened {
    size_t count;
    struct asv_opened_field fields[ASV_OPENED_FIELDS_MAX];
    uint8_t data[ASV_LEDGER_FIELDS_MAX_BYTES]; /* of what was parsed */
};

/* Every field that the entry is closed over, from the list and the key that lie beside it. day_key: NULL: the
 * camera of the day is not opened. The values view closed. LG-071: ASV_E_DIGEST when they are not what the
 * entry was made of. */
ASV_MUST_CHECK enum asv_status asv_opened_make(struct asv_opened *out, const struct asv_ledger_entry *entry,
                                               struct asv_bytes closed,
                                               const uint8_t key[ASV_LEDGER_KEY_BYTES],
                                               const uint8_t *day_key, struct asv_err *err);

/* Takes a field away, so that it stays closed; nothing is fine. */
void asv_opened_drop(struct asv_opened *opened, uint8_t tag);

/* The field of this tag; NULL: it is not opened. */
const struct asv_opened_field *asv_opened_find(const struct asv_opened *opened, uint8_t tag);

void asv_opened_write(struct asv_writer *writer, const struct asv_opened *opened);

/* *out views itself: it must not be copied. ASV_E_MALFORMED with the line, ASV_E_UNSUPPORTED for another
 * format, ASV_E_LIMIT. */
ASV_MUST_CHECK enum asv_status asv_opened_parse(struct asv_opened *out, struct asv_bytes data,
                                                struct asv_err *err);

/* LG-071: that each of the fields opens this entry and has a length that its tag allows; the error names the
 * one that does not. */
ASV_MUST_CHECK enum asv_status asv_opened_check(const struct asv_opened *opened,
                                                const struct asv_ledger_entry *entry, struct asv_err *err);

#endif
