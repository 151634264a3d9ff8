/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Verifies what the ledger gave out (docs/LEDGER.md 8), offline: a proof with its entry, a checkpoint, a
 * directory of proofs, a published log. Memory does not grow with the log.
 */
#ifndef ASV_SERVER_VERIFY_LEDGER_H
#define ASV_SERVER_VERIFY_LEDGER_H

#include "server/verify/report.h"

struct asv_verify_ledger {
    const char *path;
    const char *trust;       /* the trust file: whose heads are believed */
    const char *root;        /* the agency's, for what a camera signed; NULL: the default, if it is there */
    const char *revocations; /* NULL: none */
    const char *earlier;     /* a checkpoint that was kept, which the log must begin with; NULL: none */
    enum asv_language language;
    bool json;
    FILE *out;
};

/* ASV_OK and the report in out, whatever it says; *valid whether everything was right. ASV_E_USAGE and others
 * when trust file or path cannot be read: nothing was written then. */
ASV_MUST_CHECK enum asv_status asv_verify_ledger(const struct asv_verify_ledger *what, bool *valid,
                                                 struct asv_err *err);

#endif
