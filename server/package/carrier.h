/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Writes a carrier (docs/PACKAGE.md): files and documents below data/, then what makes them a BagIt bag and
 * an ASiC-E container.
 */
#ifndef ASV_SERVER_PACKAGE_CARRIER_H
#define ASV_SERVER_PACKAGE_CARRIER_H

#include "firmware-proto/crypto/cades.h"
#include "server/package/bag.h"
#include "server/package/zip_write.h"

/* Who signs what leaves the house, and when. */
struct asv_package_signer {
    struct asv_cades_signer cades;
    int64_t now_s;
    void *stamp_ctx; /* borrowed */
    /* Asks a time-stamping authority: its response to this request, of at most ASV_CADES_STAMP_MAX_BYTES.
     * NULL: there is none, and nothing is stamped. */
    enum asv_status (*stamp)(void *ctx, struct asv_bytes request, uint8_t *response, size_t *len,
                             struct asv_err *err);
};

/* A detached signature over a file of this digest, with a time stamp if there is who makes one, into
 * out[ASV_CADES_MAX_BYTES]. For what goes into a filing too. */
ASV_MUST_CHECK enum asv_status asv_package_sign(uint8_t *out, size_t *len,
                                                const uint8_t sha256[ASV_SHA256_BYTES],
                                                const struct asv_package_signer *signer, struct asv_err *err);

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

/* Errors as asv_zip_add; ASV_E_USAGE for a name outside data/, or one of a signature
 * (asic.h). */
ASV_MUST_CHECK enum asv_status asv_carrier_add(struct asv_carrier *carrier, const char *name,
                                               const struct asv_source *source, struct asv_zip_entry *out,
                                               struct asv_err *err);

/* The same for a document, and behind it NAME.p7s, a signature of it alone (LAW H4). */
ASV_MUST_CHECK enum asv_status asv_carrier_add_document(struct asv_carrier *carrier, const char *name,
                                                        const struct asv_source *source,
                                                        const struct asv_package_signer *signer,
                                                        struct asv_zip_entry *out, struct asv_err *err);

/* Manifests, signature and the end. The carrier is closed, and there under its name if it is ASV_OK. */
ASV_MUST_CHECK enum asv_status asv_carrier_finish(struct asv_carrier *carrier,
                                                  const struct asv_bag_field *fields, size_t fields_len,
                                                  const struct asv_package_signer *signer,
                                                  struct asv_err *err);

#endif
