/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The values of an entry of the ledger by tag, as far as they are known: what stands in it in the open, and
 * what is opened of the rest.
 */
#ifndef ASV_SERVER_VERIFY_TOLD_H
#define ASV_SERVER_VERIFY_TOLD_H

#include "server/ledger/opened.h"

/* Views; empty: the entry has no such field, or it is closed. */
struct asv_told {
    struct asv_bytes of[ASV_LEDGER_TAGS];
};

/* What stands in the open in the entry. */
void asv_told_read(struct asv_told *out, const struct asv_ledger_entry *entry);

/* And a list of fields that the entry was closed over; what is no such list adds nothing. */
void asv_told_open(struct asv_told *told, struct asv_bytes closed);

/* And what somebody was given to open it with; NULL: nothing. */
void asv_told_opened(struct asv_told *told, const struct asv_opened *opened);

/* Whether it has this value: a fact must be there, what is closed is passed over. */
bool asv_told_has(const struct asv_told *told, uint8_t tag, const void *value, size_t len);

/* The same; of zeros, that there is none. */
bool asv_told_has_any(const struct asv_told *told, uint8_t tag, const uint8_t *value, size_t len);

/* The same for an instant; 0 is none. */
bool asv_told_has_instant(const struct asv_told *told, uint8_t tag, int64_t ms);

#endif
