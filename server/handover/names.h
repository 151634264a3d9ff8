/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * How the files of a hand-over are called (docs/HANDOVER.md 2), and what they are called to people.
 * Everything follows from the hand-over's id, so that the same hand-over has the same names.
 */
#ifndef ASV_SERVER_HANDOVER_NAMES_H
#define ASV_SERVER_HANDOVER_NAMES_H

#include "server/handover/file_id.h"
#include "server/handover/recording.h"
#include "server/package/filing_rules.h"
#include "server/package/names.h"

#define ASV_HANDOVER_SIGNATURE  ".p7s"
#define ASV_HANDOVER_NAME_BYTES (ASV_PACKAGE_NAME_BYTES + 1)

/* The documents, as the facts call them; the last is the facts. */
enum { ASV_HANDOVER_DOCUMENTS = 6, ASV_HANDOVER_FACTS = 5 };

struct asv_handover_file {
    char title[ASV_HANDOVER_NAME_BYTES];
    char name[ASV_HANDOVER_NAME_BYTES]; /* of a carrier, below data/ */
    bool is_signed;                     /* NAME.p7s lies beside it */
    uint8_t id[ASV_UUID_BYTES];
    uint64_t bytes;
    uint8_t sha256[ASV_SHA256_BYTES];
};

/* Each fills title, name, is_signed and id. ASV_E_USAGE for what has no name. */
ASV_MUST_CHECK enum asv_status asv_handover_name_recording(struct asv_handover_file *out,
                                                           const struct asv_handover_naming *naming,
                                                           unsigned number, enum asv_recording_file file);
ASV_MUST_CHECK enum asv_status asv_handover_name_document(struct asv_handover_file *out,
                                                          const struct asv_handover_naming *naming,
                                                          size_t document);

/* Of a file that a carrier has at this path, such as "plan" or "ledger/README.txt". A filing has only those
 * of the first directory: their title and format are below. */
ASV_MUST_CHECK enum asv_status asv_handover_name_other(struct asv_handover_file *out,
                                                       const struct asv_handover_naming *naming,
                                                       const char *path);

#endif
