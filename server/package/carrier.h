/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Writes a carrier (docs/PACKAGE.md): files and documents below data/, then what makes them a BagIt bag.
 */
#ifndef ASV_SERVER_PACKAGE_CARRIER_H
#define ASV_SERVER_PACKAGE_CARRIER_H

#include "server/package/bag.h"
#include "server/package/zip_write.h"

struct asv_carrier {
    struct asv_zip_writer zip;
    struct asv_bag_oxum oxum;
    struct asv_journal_cursor cursor;
};

/* Begins dir/name, or goes on with it: plan is the digest of everything that decides what its files are, the
 * fields of asv_carrier_finish included. Errors as asv_zip_begin. */
ASV_MUST_CHECK enum asv_status asv_carrier_begin(struct asv_carrier *carrier, int dir, const char *name,
                                                 const uint8_t plan[ASV_PLAN_BYTES], struct asv_err *err);

/* Leaves what is finished for the next asv_carrier_begin; nothing is fine. */
void asv_carrier_close(struct asv_carrier *carrier);

/* The next file, name from "data/" on, if an earlier run finished it: *out says what it was. ASV_E_NOT_FOUND:
 * asv_carrier_add it. ASV_E_STATE when another one was next. */
ASV_MUST_CHECK enum asv_status asv_carrier_keep(struct asv_carrier *carrier, const char *name,
                                                struct asv_zip_entry *out, struct asv_err *err);

/* Errors as asv_zip_add; ASV_E_USAGE for a name outside data/. */
ASV_MUST_CHECK enum asv_status asv_carrier_add(struct asv_carrier *carrier, const char *name,
                                               const struct asv_source *source, struct asv_zip_entry *out,
                                               struct asv_err *err);

/* Manifests and the end. The carrier is closed, and there under its name if it is ASV_OK. */
ASV_MUST_CHECK enum asv_status asv_carrier_finish(struct asv_carrier *carrier,
                                                  const struct asv_bag_field *fields, size_t fields_len,
                                                  struct asv_err *err);

#endif
