/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Certificates (TRUST.md 3): who holds a key, and what for. Signed by the issuer under
 * ASV_PURPOSE_CERTIFICATE.
 */
#ifndef ASV_TRUST_CERT_H
#define ASV_TRUST_CERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/world.h"
#include "firmware-proto/crypto/object.h"
#include "firmware-proto/trust/common.h"

#define ASV_CERT_SERIAL_BYTES 16
#define ASV_CERT_MAX_BYTES    1024 /* encoded; the fields' limits add up to 916 */

enum asv_role {
    ASV_ROLE_ROOT = 1, /* the agency root's own, self-signed */
    ASV_ROLE_CA = 2,
    ASV_ROLE_CAMERA = 3,
    ASV_ROLE_DOCK = 4,
    ASV_ROLE_KEEPER = 5,
    ASV_ROLE_LEDGER = 17,  /* signs heads of the ledger; this and the next numbered as in key files */
    ASV_ROLE_PACKAGE = 18, /* signs what is handed over */
};

struct asv_cert {
    uint8_t role;                             /* enum asv_role */
    uint8_t serial[ASV_CERT_SERIAL_BYTES];    /* random, not all zero */
    uint8_t issuer[ASV_SHA256_BYTES];         /* asv_key_digest of the issuer's key; set by encode */
    char name[ASV_TEXT_SIZE];                 /* for people: "Kamera 07"; not empty */
    char model[ASV_TEXT_SIZE];                /* of the device; may be empty */
    char device_serial[ASV_TEXT_SIZE];        /* of the device; may be empty */
    uint8_t signing_pk[ASV_ED25519_PK_BYTES]; /* zeros with PACKAGE */
    uint8_t x509[ASV_SHA256_BYTES];  /* PACKAGE: SHA-256 of the key's X.509 certificate, DER; else zeros */
    bool has_kx;                     /* cameras and docks have a key exchange key, the others have none */
    uint8_t kx_pk[ASV_X25519_BYTES]; /* X25519, Noise static; zeros without has_kx */
    int64_t not_before_ms;           /* wall; valid from here ... */
    int64_t not_after_ms;            /* ... until just before here; > not_before_ms */
    struct asv_bytes extensions;     /* view; encode: len 0 for none */
    struct asv_object object;        /* views; set by decode, ignored by encode */
};

/* "CAMERA"; static storage; "?" for a value that is none. */
const char *asv_role_name(uint8_t role);

/* Appends the certificate signed with the issuer's key. ASV_E_USAGE when a field breaks a rule above,
 * ASV_E_LIMIT when it does not fit: the writer is then overrun or as before. */
ASV_MUST_CHECK enum asv_status asv_cert_encode(struct asv_writer *writer, const struct asv_cert *cert,
                                               const uint8_t issuer_sk[ASV_ED25519_SK_BYTES]);

/* Reads exactly data[len]; no signature is checked. out views into data. ASV_E_MALFORMED, ASV_E_UNSUPPORTED
 * (format, suite, algorithm, critical extension) or ASV_E_LIMIT, with detail; *out is then untouched. */
ASV_MUST_CHECK enum asv_status asv_cert_decode(struct asv_cert *out, const void *data, size_t len,
                                               struct asv_err *err);

/* ASV_E_UNTRUSTED when the certificate names another issuer than the holder of issuer_pk, ASV_E_SIGNATURE
 * when that key did not sign it. Says nothing about role, time or revocation. */
ASV_MUST_CHECK enum asv_status asv_cert_verify(const struct asv_cert *cert,
                                               const uint8_t issuer_pk[ASV_ED25519_PK_BYTES],
                                               struct asv_err *err);

/* ASV_E_EXPIRED unless not_before_ms <= now_ms < not_after_ms. ASV_OK for ASV_TIME_UNKNOWN. */
ASV_MUST_CHECK enum asv_status asv_cert_check_time(const struct asv_cert *cert, int64_t now_ms,
                                                   struct asv_err *err);

/* SHA-256 over the whole certificate, signature included: how other objects name it. */
void asv_cert_digest(uint8_t out[ASV_SHA256_BYTES], const struct asv_cert *cert);

#endif
