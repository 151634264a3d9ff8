/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What is wrong with what was handed over, beyond what makes a file a package (server/package/fault.h): the
 * first thing that was found, where, and what it means for who holds it.
 */
#ifndef ASV_SERVER_VERIFY_HANDED_FAULT_H
#define ASV_SERVER_VERIFY_HANDED_FAULT_H

#include "server/package/fault.h"

enum asv_handed_kind {
    ASV_HANDED_NONE,
    ASV_HANDED_PACKAGE, /* fault.package says what */
    ASV_HANDED_FILING,
    ASV_HANDED_SIGNER,
    ASV_HANDED_ROOT,
    ASV_HANDED_TRUST,
    ASV_HANDED_REVOKED,
    ASV_HANDED_EXPIRED,
    ASV_HANDED_FACTS,
    ASV_HANDED_MISSING,
    ASV_HANDED_OTHER,
    ASV_HANDED_UNNAMED,
    ASV_HANDED_UNSIGNED,
    ASV_HANDED_PLAN,
    ASV_HANDED_PLAN_FACTS,
    ASV_HANDED_DECISION,
    ASV_HANDED_DECISION_FACTS,
    ASV_HANDED_TIMES,
    ASV_HANDED_SEALED,
    ASV_HANDED_RECORDING,
    ASV_HANDED_DOCK,
    ASV_HANDED_CLAIM,
    ASV_HANDED_KEY,
    ASV_HANDED_PLAYABLE,
    ASV_HANDED_EXCERPT,
    ASV_HANDED_EXCERPT_FACTS,
    ASV_HANDED_SERIES,
    ASV_HANDED_LEDGER,
    ASV_HANDED_HEADS,
    ASV_HANDED_CUSTODY,
    ASV_HANDED_STRANGE,
    ASV_HANDED_IDENTITY,
    ASV_HANDED_KINDS,
};

struct asv_handed_fault {
    enum asv_handed_kind kind;
    struct asv_fault package;
    char file[ASV_PACKAGE_NAME_BYTES + 1]; /* "": all of it */
    struct asv_err err;                    /* the detail, in English */
};

/* "file-missing", "playable"; of PACKAGE the package's own; static, for programs. */
const char *asv_handed_fault_name(const struct asv_handed_fault *fault);

/* What it means, one sentence; static. */
const char *asv_handed_fault_meaning(const struct asv_handed_fault *fault, bool german);

#endif
