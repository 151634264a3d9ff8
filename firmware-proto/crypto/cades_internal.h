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

bool asv_cms_was_valid(const X509 *cert, int64_t at_s);

#endif
