/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Writes a filing: a flat directory of documents, each with its signature, and the message that names them.
 * It is made anew after a crash: nothing in it is large.
 */
#ifndef ASV_SERVER_PACKAGE_FILING_H
#define ASV_SERVER_PACKAGE_FILING_H

#include "server/package/carrier.h"
#include "server/package/filing_rules.h"

#define ASV_FILING_DIR_BYTES 200 /* of its name, NUL included */

struct asv_filing {
    int parent; /* borrowed */
    int dir;    /* -1: not open */
    char name[ASV_FILING_DIR_BYTES];
    const struct asv_filing_limits *limits;
    struct asv_names names;
    uint32_t files;
    uint64_t bytes;
};

/* Begins parent/name, with the limits of this day; until it is finished it is name.partial, of which an
 * earlier run's is removed. ASV_E_EXISTS when it is there. */
ASV_MUST_CHECK enum asv_status asv_filing_begin(struct asv_filing *filing, int parent, const char *name,
                                                uint32_t date, struct asv_err *err);
void asv_filing_close(struct asv_filing *filing);

/* One file; sha256 (may be NULL) is its digest. ASV_E_USAGE for a name that is none, ASV_E_EXISTS for one
 * that is there, ASV_E_LIMIT when it is one file or one byte more than may be filed: then a carrier is handed
 * over; ASV_E_MISMATCH for a source of another size than it said. */
ASV_MUST_CHECK enum asv_status asv_filing_add(struct asv_filing *filing, const char *name,
                                              const struct asv_source *source, uint8_t *sha256,
                                              struct asv_err *err);

/* The same for a document, and its signature beside it (LAW H4). */
ASV_MUST_CHECK enum asv_status asv_filing_add_document(struct asv_filing *filing, const char *name,
                                                       const struct asv_source *source,
                                                       const struct asv_package_signer *signer,
                                                       uint8_t *sha256, struct asv_err *err);

/* On the medium, name included. ASV_E_STATE without a message. The filing is then closed. */
ASV_MUST_CHECK enum asv_status asv_filing_finish(struct asv_filing *filing, struct asv_err *err);

#endif
