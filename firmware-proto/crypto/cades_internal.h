/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What cades.c and cms.c read of a signature alike.
 */
#ifndef ASV_CRYPTO_CADES_INTERNAL_H
#define ASV_CRYPTO_CADES_INTERNAL_H

#include <openssl/cms.h>
#include <openssl/x509.h>

#include "firmware-proto/crypto/cades.h"

/* The whole of it, DER; the caller frees *out. */
ASV_MUST_CHECK enum asv_status asv_cms_decode(CMS_ContentInfo **out, struct asv_bytes sig);

/* The one signer, of detached data; NULL: another shape. */
CMS_SignerInfo *asv_cms_signer_of(CMS_ContentInfo *cms);

/* The one value of the one signed attribute of this kind; NULL: there is none, or more. */
void *asv_cms_attribute(CMS_SignerInfo *si, int nid, int type);

/* The time that the signer says; seconds since 1970. */
bool asv_cms_read_time(int64_t *out, CMS_SignerInfo *si);

/* What is asked of a signer's certificate besides. */
struct asv_cms_signer {
    int64_t signed_s;                                 /* when it has to have been valid */
    bool (*is_named)(CMS_SignerInfo *si, X509 *cert); /* and not by issuer and number alone; NULL: it is */
    enum asv_status (*judge)(void *ctx, CMS_SignerInfo *si, X509 *cert, STACK_OF(X509) * certs,
                             struct asv_err *err); /* once it verifies the signature */
    void *ctx;
};

/* Finds the signer's certificate in the signature: the first that it names and that verifies it, of at most
 * ASV_CADES_CERTS_MAX. SHA-256 of it (DER) into out. ASV_E_SIGNATURE, ASV_E_EXPIRED, ASV_E_NO_MEMORY, and
 * what judge says. */
ASV_MUST_CHECK enum asv_status asv_cms_check_signer(uint8_t out[ASV_SHA256_BYTES], CMS_ContentInfo *cms,
                                                    CMS_SignerInfo *si, const struct asv_cms_signer *signer,
                                                    struct asv_err *err);

#endif
