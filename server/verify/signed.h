/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The object that an entry of the ledger names (docs/LEDGER.md 8), as it is given out beside the entry: that
 * it is that one, and whose signature it has. Pure functions of bytes.
 */
#ifndef ASV_SERVER_VERIFY_SIGNED_H
#define ASV_SERVER_VERIFY_SIGNED_H

#include "server/statement/credential.h"
#include "server/verify/anchors.h"

#define ASV_SIGNED_OBJECT_MAX_BYTES UINT16_MAX
#define ASV_SIGNED_SIGNER_MAX_BYTES \
    (ASV_CHAIN_MAX_BYTES > ASV_CREDENTIAL_MAX_BYTES ? ASV_CHAIN_MAX_BYTES : ASV_CREDENTIAL_MAX_BYTES)

struct asv_signed {
    uint16_t kind;           /* of the entry */
    struct asv_bytes object; /* with its signature */
    struct asv_bytes signer; /* a device's chain, a person's credential record; empty: not given */
    struct asv_bytes actor;  /* as the entry was opened: digest of certificate or credential; empty: closed */
};

/* The recording that an object is about, for whoever can compare it with that of the entry. */
struct asv_signed_about {
    bool is_known; /* it is about one, and says which */
    uint8_t header[ASV_SHA256_BYTES];
};

struct asv_signed_by {
    uint8_t role;                      /* enum asv_role; 0: a person */
    uint8_t digest[ASV_SHA256_BYTES];  /* of the certificate or credential record */
    char name[ASV_NAME_MAX_BYTES + 1]; /* as it stands there; UTF-8, from elsewhere */
    uint16_t action;                   /* of a statement; 0: it is none */
    uint8_t step;
    struct asv_signed_about about; /* which others set (asv_signed_says) */
    int64_t issued_ms;             /* of a statement: when it was made, by the word of who signed it */
    bool is_shown;       /* that a person's credential was enrolled by then (LG-097), which others set */
    int64_t enrolled_ms; /* since when it was */
    uint8_t verdict;     /* of a ruling: enum asv_ruling_verdict; 0: it is none */
};

/* Whether somebody signs what an entry of this kind names: of a policy it is the file alone. */
bool asv_signed_is_signed(uint16_t kind);

/* Whether what an entry of this kind tells of is signed, or such a file, so that it must name the object. */
bool asv_signed_is_needed(uint16_t kind);

/* Whether an entry of this kind may name an object at all. */
bool asv_signed_may_be_named(uint16_t kind);

/* Whether it takes a signer from outside the object to say so. */
bool asv_signed_takes_signer(uint16_t kind);

/* What that is signed as; ASV_PURPOSE_COUNT: nobody signs it, or there is none. */
enum asv_purpose asv_signed_purpose(uint16_t kind);

/* LG-090: whether it is the object that an entry of this kind names by digest. ASV_E_DIGEST;
 * ASV_E_UNSUPPORTED when such an entry names none. */
ASV_MUST_CHECK enum asv_status asv_signed_is_named(const struct asv_signed *it,
                                                   const uint8_t digest[ASV_SHA256_BYTES],
                                                   struct asv_err *err);

/* LG-090: who has signed it. For kinds that asv_signed_is_signed alone. A certificate that has run out since
 * signed all the same; a revoked one did not. That a person's credential is that person's is not looked at.
 * ASV_E_NOT_FOUND with what is not given and would be needed to say; anything else: it is not what it should
 * be. */
ASV_MUST_CHECK enum asv_status asv_signed_verify(struct asv_signed_by *out, const struct asv_signed *it,
                                                 const struct asv_anchors *anchors, struct asv_err *err);

#endif
