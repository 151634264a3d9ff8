/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * X.509 (RFC 5280) for the one key whose signatures leave the house: a certificate that it signs itself, and
 * a request (RFC 2986) for whoever has a certification authority. Nothing here reads one. A library of its
 * own, asv_x509: libcrypto works in memory from the heap here.
 */
#ifndef ASV_CRYPTO_X509_H
#define ASV_CRYPTO_X509_H

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/crypto/ecdsa.h"

#define ASV_X509_MAX_BYTES    2048 /* of either, as PEM */
#define ASV_X509_NAME_BYTES   64   /* of organisation and common name (RFC 5280, A.1) */
#define ASV_X509_SERIAL_BYTES 16

struct asv_x509 {
    const char *organisation;              /* printable ASCII, at most ASV_X509_NAME_BYTES */
    const char *name;                      /* common name; the same */
    uint8_t serial[ASV_X509_SERIAL_BYTES]; /* random; the first bit counts as 0 */
    int64_t from_s, until_s;               /* seconds since 1970 */
};

/* As PEM into out[ASV_X509_MAX_BYTES]: for digital signatures that bind (keyUsage digitalSignature and
 * nonRepudiation), not a CA's. ASV_E_USAGE for a field beyond its limits, ASV_E_MALFORMED for a key that is
 * none, ASV_E_NO_MEMORY. */
ASV_MUST_CHECK enum asv_status asv_x509_self_signed(uint8_t *out, size_t *len, const struct asv_x509 *fields,
                                                    const uint8_t sk[ASV_P256_SK_BYTES]);

/* What a certificate says of itself; nothing of it is verified. */
struct asv_x509_said {
    char name[ASV_X509_NAME_BYTES * 4 + 1]; /* its common name, UTF-8; empty: none */
    char serial[2 * 20 + 1];                /* hexadecimal */
    uint8_t digest[ASV_SHA256_BYTES];       /* SHA-256 of it, DER */
    int64_t until_s;                        /* seconds since 1970 */
};

/* The first certificate of a PEM text. ASV_E_MALFORMED, ASV_E_LIMIT for a name or a serial that is too long.
 */
ASV_MUST_CHECK enum asv_status asv_x509_read(struct asv_x509_said *out, struct asv_bytes pem);

/* The request for a certificate with that subject and key; serial and times are the CA's. */
ASV_MUST_CHECK enum asv_status asv_x509_request(uint8_t *out, size_t *len, const struct asv_x509 *fields,
                                                const uint8_t sk[ASV_P256_SK_BYTES]);

#endif
