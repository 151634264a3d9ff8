/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What an authenticator answered (STATEMENTS.md 5; W3C WebAuthn Level 2, section 7.2, as far as it is about
 * the answer alone).
 */
#ifndef ASV_STATEMENT_WEBAUTHN_H
#define ASV_STATEMENT_WEBAUTHN_H

#include "server/statement/credential.h"
#include "server/statement/statement.h"

/* From where a browser may have asked: "https://asservat.example"; compared byte for byte. Borrowed. */
struct asv_origins {
    const char *const *list;
    size_t count;
};

/* Whether this is the credential's answer to this challenge, with the person verified. Otherwise one of:
 * ASV_E_MALFORMED, ASV_E_LIMIT (client data); ASV_E_MISMATCH (not an assertion); ASV_E_DIGEST (another
 * challenge); ASV_E_UNTRUSTED (origin, relying party); ASV_E_DENIED (nobody present or verified);
 * ASV_E_SIGNATURE. */
ASV_MUST_CHECK enum asv_status asv_assertion_verify(const struct asv_assertion *assertion,
                                                    const struct asv_credential *credential,
                                                    const uint8_t challenge[ASV_SHA256_BYTES],
                                                    const struct asv_origins *origins, struct asv_err *err);

#endif
