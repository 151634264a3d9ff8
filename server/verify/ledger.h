/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Verifies what the ledger gave out (docs/LEDGER.md 8), offline: a proof with its entry, a checkpoint, a
 * directory of proofs, a published log. Memory does not grow with the log.
 */
#ifndef ASV_SERVER_VERIFY_LEDGER_H
#define ASV_SERVER_VERIFY_LEDGER_H

#include "server/ledger/checkpoint.h"
#include "server/ledger/opened.h"
#include "server/ledger/policy.h"
#include "server/verify/files.h"
#include "server/verify/report.h"
#include "server/verify/signed.h"

/* An entry that was looked at, for whoever has more to say about it. Views. */
struct asv_verify_entry {
    const char *name; /* of its files */
    bool is_proven;
    const char *origin; /* of the log, and its place there; when it is */
    uint64_t index;
    const struct asv_ledger_entry *entry;
    const struct asv_opened *opened; /* NULL: nothing is */
    const struct asv_signed_by *by;  /* who signed the object that it names; NULL: not shown */
};

/* A head that is shown, and which of the trust file's witnesses have cosigned it, and when first. Views. */
struct asv_verify_head {
    const struct asv_note_key *key; /* by which it is signed; its name is the log's origin */
    const struct asv_tree_head *head;
    const struct asv_ledger_policy *policy;
    uint32_t cosigned;      /* bit i: witness i */
    const uint64_t *time_s; /* of each */
};

struct asv_verify_ledger {
    const char *path;
    const struct asv_files *files; /* the directory, when it is none of the file system's; NULL: path */
    const char *trust;             /* the trust file: whose heads are believed; NULL: files' own */
    const char *root;        /* the agency's, for what a camera signed; NULL: the default, if it is there */
    const char *revocations; /* NULL: none */
    struct asv_bytes list;   /* the same as bytes; len 0: as revocations says */
    const char *earlier;     /* a checkpoint that was kept, which the log must begin with; NULL: none */
    enum asv_language language;
    bool json;
    FILE *out;
    /* Of files: told of each entry in place of the report, which then has heads and claims alone. */
    void (*on_entry)(void *ctx, const struct asv_verify_entry *entry);
    void (*on_head)(void *ctx, const struct asv_verify_head *head); /* each that is shown */
    void *ctx;
};

#define ASV_VERIFY_LEDGER_TRUST "trust" /* the trust file among files */

/* What there is to say of the ledger of a package. */
struct asv_verify_ledger_said {
    uint64_t checked, unchecked;
    bool is_valid;
    char wrong[400]; /* the first thing; empty: nothing is */
    char left[400];  /* the first thing that was not looked at */
};

/* ASV_OK and the report in out, whatever it says; *valid whether everything was right. ASV_E_USAGE and others
 * when trust file or path cannot be read: nothing was written then. */
ASV_MUST_CHECK enum asv_status asv_verify_ledger(const struct asv_verify_ledger *what, bool *valid,
                                                 struct asv_err *err);

/* The same of what->files: of the report what->out gets heads and claims. */
ASV_MUST_CHECK enum asv_status asv_verify_ledger_files(const struct asv_verify_ledger *what,
                                                       struct asv_verify_ledger_said *said,
                                                       struct asv_err *err);

#endif
