/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Credential records (STATEMENTS.md 2): who a person is, what the person may do, and the public key that his
 * or her statements verify with. A record is not signed: it counts when two people have enrolled its digest.
 */
#ifndef ASV_STATEMENT_CREDENTIAL_H
#define ASV_STATEMENT_CREDENTIAL_H

#include "firmware-proto/crypto/ecdsa.h"
#include "firmware-proto/crypto/object.h"
#include "firmware-proto/trust/common.h"
#include "server/base/roles.h"
#include "server/statement/text.h"

#define ASV_CREDENTIAL_MAX_BYTES    1536 /* encoded; the fields' limits add up to 1433 */
#define ASV_CREDENTIAL_UNITS_MAX    8
#define ASV_CREDENTIAL_ID_MAX_BYTES 64 /* of a WebAuthn credential id */

struct asv_credential {
    uint8_t agency[ASV_SHA256_BYTES];
    uint8_t person[ASV_UUID_BYTES];  /* the same in all credentials of a person */
    uint8_t badge[ASV_SHA256_BYTES]; /* of the badge: the same for a person, another for another */
    struct asv_bytes name;           /* view; for people */
    uint16_t roles;                  /* ASV_ROLE_*, at least one */
    uint8_t unit_count;
    char units[ASV_CREDENTIAL_UNITS_MAX][ASV_TEXT_SIZE]; /* ascending, as cameras name theirs */
    int64_t from_ms;                                     /* wall; valid from here ... */
    int64_t until_ms;                                    /* ... until just before here */
    uint8_t algorithm;                        /* ASV_ALG_ED25519: a key file; ASV_ALG_ES256: WebAuthn */
    uint8_t ed25519_pk[ASV_ED25519_PK_BYTES]; /* zeros with ASV_ALG_ES256 */
    uint8_t p256_pk[ASV_P256_PK_BYTES];       /* zeros with ASV_ALG_ED25519, as the two below */
    struct asv_bytes webauthn_id;             /* view; what the authenticator calls the key */
    uint8_t rp_id[ASV_SHA256_BYTES];          /* SHA-256 of the relying party's id */
    struct asv_bytes extensions;              /* view; encode: len 0 for none */
    struct asv_bytes encoded;                 /* view; set by decode, ignored by encode */
};

/* ASV_E_USAGE when a field breaks a rule, ASV_E_LIMIT when it does not fit. */
ASV_MUST_CHECK enum asv_status asv_credential_encode(struct asv_writer *writer,
                                                     const struct asv_credential *credential);

/* Reads exactly data[len]; out views into data. ASV_E_MALFORMED, ASV_E_UNSUPPORTED or ASV_E_LIMIT, with
 * detail; *out is then untouched. */
ASV_MUST_CHECK enum asv_status asv_credential_decode(struct asv_credential *out, const void *data, size_t len,
                                                     struct asv_err *err);

/* SHA-256 over the encoded record: how statements name it. */
void asv_credential_digest(uint8_t out[ASV_SHA256_BYTES], const struct asv_credential *credential);

/* Whether both are one human being, by person id or by badge. */
bool asv_credential_same_person(const struct asv_credential *a, const struct asv_credential *b);

/* Whether both have one key. */
bool asv_credential_same_key(const struct asv_credential *a, const struct asv_credential *b);

/* For whoever keeps credentials, before one more is taken: against each one kept, of which kept_lives says
 * whether it is neither revoked nor expired. ASV_E_EXISTS: the same key. ASV_E_MISMATCH: one person with two
 * badges, or one badge of two persons. ASV_E_DENIED: one person with roles that exclude each other. */
ASV_MUST_CHECK enum asv_status asv_credential_beside(const struct asv_credential *offered,
                                                     const struct asv_credential *kept, bool kept_lives,
                                                     struct asv_err *err);

#endif
