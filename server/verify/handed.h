/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Verifies what was handed over (docs/HANDOVER.md 5), offline: a carrier, or the directory of a filing. All
 * of it, in an order in which nothing is believed before it was checked; the first thing that is wrong ends
 * it. Memory grows with the facts and the number of files, not with the recordings.
 */
#ifndef ASV_SERVER_VERIFY_HANDED_H
#define ASV_SERVER_VERIFY_HANDED_H

#include <stdio.h>

#include "server/verify/handed_fault.h"
#include "server/verify/report.h"

struct asv_verify_handed {
    const char *path;
    const char *root;   /* as of asv_anchors_load, or the agency's id; NULL: the default, if it is there */
    const char *ledger; /* trust file; NULL: the one that came with it, for the agency's certified key */
    const char *revocations; /* NULL: the list that came with it, if any */
    const char *identity;    /* age identities; NULL: the sealed originals stay closed */
    enum asv_language language;
    bool json;
    FILE *out;                  /* NULL: no report */
    struct asv_handed_set *set; /* handed_set.h; NULL: it is verified by itself */
};

enum asv_handed_verdict {
    ASV_HANDED_VALID,      /* everything verifies */
    ASV_HANDED_INCOMPLETE, /* nothing is wrong, and not everything was checked */
    ASV_HANDED_INVALID,
};

/* Whether that is what is meant to lie at path: a file that begins as a ZIP or is named as one, or a
 * directory with the message of a filing in it. */
bool asv_handed_is(const char *path);

/* ASV_OK and the report in out, whatever it says. *fault may be NULL. ASV_E_USAGE and others when path, or
 * what was given to check it with, cannot be read: nothing was written then. */
ASV_MUST_CHECK enum asv_status asv_verify_handed(const struct asv_verify_handed *what,
                                                 enum asv_handed_verdict *verdict,
                                                 struct asv_handed_fault *fault, struct asv_err *err);

/* The parts of one carrier (HO-114), one after the other, each with its report, and what they are together.
 * As asv_verify_handed, but that of those before one that cannot be read the reports are written, in words.
 */
ASV_MUST_CHECK enum asv_status asv_verify_handed_parts(const struct asv_verify_handed *what,
                                                       char *const *paths, size_t count,
                                                       enum asv_handed_verdict *verdict, struct asv_err *err);

#endif
