/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What is wrong with a package: the first thing that was found, where, and what it means for who holds it.
 */
#ifndef ASV_SERVER_PACKAGE_FAULT_H
#define ASV_SERVER_PACKAGE_FAULT_H

#include "server/package/names.h"

enum asv_fault_kind {
    ASV_FAULT_NONE,
    /* the ZIP */
    ASV_FAULT_UNREADABLE,
    ASV_FAULT_NO_END,
    ASV_FAULT_TRAILING,
    ASV_FAULT_COMMENT,
    ASV_FAULT_END,
    ASV_FAULT_COUNT,
    ASV_FAULT_DIRECTORY,
    ASV_FAULT_NAME,
    ASV_FAULT_DUPLICATE,
    ASV_FAULT_COMPRESSED,
    ASV_FAULT_ENCRYPTED,
    ASV_FAULT_DESCRIPTOR,
    ASV_FAULT_NOT_A_FILE,
    ASV_FAULT_EXTRA,
    ASV_FAULT_OVERLAP,
    ASV_FAULT_GAP,
    ASV_FAULT_HEADER,
    ASV_FAULT_LOCAL,
    ASV_FAULT_CRC,
    /* the members */
    ASV_FAULT_MIMETYPE,
    ASV_FAULT_UNKNOWN,
    ASV_FAULT_SECOND_MANIFEST,
    ASV_FAULT_ORDER,
    ASV_FAULT_MISSING,
    /* the bag */
    ASV_FAULT_DECLARATION,
    ASV_FAULT_INFO,
    ASV_FAULT_OXUM,
    ASV_FAULT_BAG_DIGEST,
    ASV_FAULT_BAG_MANIFEST,
    /* the container */
    ASV_FAULT_ASIC_DIGEST,
    ASV_FAULT_ASIC_MANIFEST,
    ASV_FAULT_SIGNATURE,
    ASV_FAULT_DOCUMENT_SIGNATURE,
    ASV_FAULT_NO_DOCUMENT,
    ASV_FAULT_SIGNER,
    ASV_FAULT_KINDS,
};

struct asv_fault {
    enum asv_fault_kind kind;
    uint64_t offset;                       /* of the first byte that is wrong, as far as it is known */
    char file[ASV_PACKAGE_NAME_BYTES + 1]; /* in the package; "": the package itself */
};

/* "zip-overlap", "bag-digest": static, for programs. */
const char *asv_fault_name(enum asv_fault_kind kind);

/* What it means, one sentence; static. */
const char *asv_fault_meaning(enum asv_fault_kind kind);
const char *asv_fault_meaning_de(enum asv_fault_kind kind);

/* The status of what is found with that kind. */
enum asv_status asv_fault_status(enum asv_fault_kind kind);

/* Fills fault, with as much of the name as there is room for, and err with the whole as a sentence. */
ASV_MUST_CHECK enum asv_status asv_fault_at(struct asv_fault *fault, enum asv_fault_kind kind,
                                            struct asv_bytes file, uint64_t offset, struct asv_err *err);

#endif
