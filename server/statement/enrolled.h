/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Whose a signature is, for a reader who keeps no state (STATEMENTS.md 6 to 8): each credential was enrolled
 * by people who were enrolled before, and the first ones by the agency root. What was signed is judged for
 * the instant at which it was: what has expired since was good then. Pure functions of bytes.
 *
 * What they cannot say: that a credential was not revoked by then, and that an instant is more than the word
 * of who signed.
 */
#ifndef ASV_STATEMENT_ENROLLED_H
#define ASV_STATEMENT_ENROLLED_H

#include "server/statement/verify.h"

#define ASV_ENROLLED_MAX 256 /* those who signed, and whom their credentials rest on, over decades */

/* One credential, and what enrolled it. */
struct asv_enrolled_by {
    struct asv_bytes record;
    struct asv_bytes proposal; /* ENROL; len 0: the agency root founded it */
    struct asv_bytes answer;   /* the approval; or FOUND */
};

struct asv_enrolled_one {
    uint8_t digest[ASV_SHA256_BYTES];
    struct asv_credential credential; /* views record */
    int64_t since_ms;                 /* when the root, or the second of two people, signed */
    uint16_t steps;                   /* below the agency root; 1: it founded it */
    uint8_t record[ASV_CREDENTIAL_MAX_BYTES];
};

/* Too large for a stack; must not be copied. */
struct asv_enrolled {
    size_t count;
    struct asv_enrolled_one ones[ASV_ENROLLED_MAX];
};

/* LG-097. One more, which rests on none but those that were added before: so none rests on itself, in however
 * large a circle. Refused (and the table is as before) with the status of whatever it breaks of ST-001 to
 * ST-099, and: ASV_E_UNTRUSTED when who proposed or approved it is not enrolled; ASV_E_DENIED when it enrols
 * itself; ASV_E_STATE when either signed before being enrolled; ASV_E_EXISTS when it was added before, or its
 * key was; ASV_E_LIMIT above ASV_ENROLLED_MAX. */
ASV_MUST_CHECK enum asv_status asv_enrolled_add(struct asv_enrolled *table, const struct asv_enrolled_by *it,
                                                const uint8_t root_pk[ASV_ED25519_PK_BYTES],
                                                struct asv_err *err);

/* The credential with this digest; NULL: it is not shown to be enrolled. */
const struct asv_enrolled_one *asv_enrolled_find(const struct asv_enrolled *table,
                                                 const uint8_t digest[ASV_SHA256_BYTES]);

/* Whether what was signed with a credential at issued_ms was signed when it was enrolled, with two minutes
 * for clocks that differ. */
bool asv_enrolled_by_then(const struct asv_enrolled_one *one, int64_t issued_ms);

#endif
