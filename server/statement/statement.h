/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Statements (STATEMENTS.md 3 and 5): what a person decides, as bytes that he or she signs, and the proof.
 * Their encoding; verify.h says whether to believe one.
 */
#ifndef ASV_STATEMENT_STATEMENT_H
#define ASV_STATEMENT_STATEMENT_H

#include "firmware-proto/crypto/ecdsa.h"
#include "firmware-proto/crypto/object.h"
#include "firmware-proto/trust/common.h"
#include "server/statement/action.h"
#include "server/statement/text.h"

#define ASV_STATEMENT_BODY_MAX_BYTES 2048 /* the fields' limits add up to 2015 */
#define ASV_STATEMENT_MAX_BYTES      3200 /* length, body and proof: 2 + 2048 + 1139 at most */
#define ASV_STATEMENT_NONCE_BYTES    16
#define ASV_STATEMENT_CAMERA_MAX_MS  (INT64_C(24) * 3600 * 1000) /* of a range of time */
#define ASV_STATEMENT_DAYS_MAX       366                         /* that a policy lets recordings live */
#define ASV_AUTHENTICATOR_BYTES      37
#define ASV_CLIENT_DATA_MAX_BYTES    1024

enum asv_proof_kind {
    ASV_PROOF_KEYFILE = 1,  /* Ed25519 */
    ASV_PROOF_WEBAUTHN = 2, /* ES256 */
};

/* What a statement is about. What a kind does not name is zero. */
struct asv_subject {
    uint8_t kind; /* enum asv_subject_kind */
    uint8_t
        id[ASV_SHA256_BYTES];      /* CLIP, DAY, VIEWER: seal header; CAMERA: certificate; CREDENTIAL;
                                      RECIPIENT: its card; POLICY; RECORD: salted (ST-103); HANDOVER: its plan */
    int64_t from_ms;               /* CAMERA: from here ... */
    int64_t until_ms;              /* ... until just before here */
    struct asv_bytes name;         /* RECIPIENT; VIEWER: who would see it; LEDGER: its origin; RECORD: which;
                                      HANDOVER: the addressee; view */
    uint32_t version;              /* POLICY */
    uint16_t days;                 /* POLICY: how long recordings live ... */
    uint32_t from_date;            /* ... that are made from this local day on, yyyymmdd */
    uint32_t date;                 /* DAY: the recording's local day, yyyymmdd */
    uint8_t store[ASV_UUID_BYTES]; /* KEEPER, LEDGER: store id */
    int64_t stopped_ms;            /* KEEPER: with CLOCK the instant of the stop, otherwise 0 */
};

/* Of a WebAuthn authenticator. Views. */
struct asv_assertion {
    struct asv_bytes authenticator; /* ASV_AUTHENTICATOR_BYTES */
    struct asv_bytes client_data;   /* JSON */
    struct asv_bytes signature;     /* DER */
};

struct asv_statement {
    uint8_t agency[ASV_SHA256_BYTES];
    uint16_t action; /* enum asv_action */
    struct asv_subject subject;
    uint8_t ground;                   /* enum asv_ground */
    uint8_t incident[ASV_UUID_BYTES]; /* zeros for none */
    struct asv_bytes case_text;       /* view; the incident's number in the office */
    bool has_recipient;
    uint8_t recipient_pk[ASV_X25519_BYTES]; /* age X25519; zeros without has_recipient */
    uint8_t step;                           /* enum asv_step */
    uint8_t credential[ASV_SHA256_BYTES];   /* digest; FOUND: the agency id */
    uint8_t person[ASV_UUID_BYTES];         /* FOUND: zeros */
    uint8_t nonce[ASV_STATEMENT_NONCE_BYTES];
    int64_t issued_ms;                  /* wall; the statement counts from here ... */
    int64_t expires_ms;                 /* ... until just before here */
    uint8_t proposal[ASV_SHA256_BYTES]; /* digest of the proposal that this answers or, SHOW, rests on */
    struct asv_bytes reason;            /* view; never empty (LAW L2) */
    struct asv_bytes extensions;        /* view; encode: len 0 for none */

    /* Set by decode, ignored by encode; views. */
    struct asv_bytes body;   /* what is signed and digested */
    struct asv_bytes matter; /* in it: action to recipient, which an answer repeats byte for byte */
    uint8_t proof;           /* enum asv_proof_kind */
    uint8_t signature[ASV_ED25519_SIG_BYTES]; /* KEYFILE */
    struct asv_assertion assertion;           /* WEBAUTHN */
};

/* Whether this can be a ledger's origin (ST-054). */
bool asv_statement_origin_is_good(struct asv_bytes origin);

/* Whether something can be wrapped for this key (ST-100). */
bool asv_statement_can_wrap_for(const uint8_t pk[ASV_X25519_BYTES]);

/* Appends the body. ASV_E_USAGE when a field breaks a rule, ASV_E_LIMIT when it does not fit. */
ASV_MUST_CHECK enum asv_status asv_statement_body(struct asv_writer *writer,
                                                  const struct asv_statement *statement);

/* Appends the statement of a body with a key file's key. */
ASV_MUST_CHECK enum asv_status asv_statement_sign(struct asv_writer *writer, struct asv_bytes body,
                                                  const uint8_t sk[ASV_ED25519_SK_BYTES]);

/* The challenge that an authenticator signs for a body. */
void asv_statement_challenge(uint8_t out[ASV_SHA256_BYTES], struct asv_bytes body);

/* Appends the statement of a body with what an authenticator answered. ASV_E_LIMIT. */
ASV_MUST_CHECK enum asv_status asv_statement_assert(struct asv_writer *writer, struct asv_bytes body,
                                                    const struct asv_assertion *assertion);

/* Reads exactly data[len]; checks no proof. out views into data. ASV_E_MALFORMED, ASV_E_UNSUPPORTED or
 * ASV_E_LIMIT, with detail; *out is then untouched. */
ASV_MUST_CHECK enum asv_status asv_statement_decode(struct asv_statement *out, const void *data, size_t len,
                                                    struct asv_err *err);

/* Whether it is an answer: APPROVE, REFUSE or WITHDRAW. */
bool asv_statement_answers(const struct asv_statement *statement);

/* SHA-256 over the body: how answers name a proposal, and how whoever keeps statements knows one. */
void asv_statement_digest(uint8_t out[ASV_SHA256_BYTES], const struct asv_statement *statement);

#endif
