/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/crypto/cms.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#include "firmware-proto/crypto/cades_internal.h"

#define RSA_BITS_LEAST 3000 /* TR-02102-1 */
#define EC_BITS_LEAST  250

static const EVP_MD *digest_of(CMS_SignerInfo *si)
{
    X509_ALGOR *digest = NULL;
    CMS_SignerInfo_get0_algs(si, NULL, NULL, &digest, NULL);
    switch (OBJ_obj2nid(digest->algorithm)) {
    case NID_sha256:
        return EVP_sha256();
    case NID_sha384:
        return EVP_sha384();
    case NID_sha512:
        return EVP_sha512();
    default:
        return NULL;
    }
}

static bool is_strong(const X509 *cert)
{
    const EVP_PKEY *key = X509_get0_pubkey(cert);
    int kind = key != NULL ? EVP_PKEY_get_base_id(key) : EVP_PKEY_NONE;
    int bits = key != NULL ? EVP_PKEY_get_bits(key) : 0;
    return ((kind == EVP_PKEY_RSA || kind == EVP_PKEY_RSA_PSS) && bits >= RSA_BITS_LEAST) ||
           (kind == EVP_PKEY_EC && bits >= EC_BITS_LEAST);
}

/* RFC 5652, 11.1 and 11.2 */
static enum asv_status check_content(CMS_SignerInfo *si, const EVP_MD *md, struct asv_bytes content,
                                     struct asv_err *err)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    const ASN1_OBJECT *type = asv_cms_attribute(si, NID_pkcs9_contentType, V_ASN1_OBJECT);
    const ASN1_OCTET_STRING *said = asv_cms_attribute(si, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING);
    if (type == NULL || OBJ_obj2nid(type) != NID_pkcs7_data || said == NULL) {
        return asv_fail(err, ASV_E_UNSUPPORTED, "the signature does not say of what it is");
    }
    if (EVP_Digest(content.data, content.len, digest, &len, md, NULL) != 1) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory for a digest");
    }
    return ASN1_STRING_length(said) == (int)len && memcmp(ASN1_STRING_get0_data(said), digest, len) == 0
               ? ASV_OK
               : asv_fail(err, ASV_E_DIGEST, "the signature is another content's");
}

/* Borrowed of certs; NULL: it is not there. */
static X509 *find_cert(CMS_SignerInfo *si, STACK_OF(X509) * certs)
{
    X509 *found = NULL;
    for (int i = 0; found == NULL && i < sk_X509_num(certs) && i < ASV_CADES_CERTS_MAX; i++) {
        found = CMS_SignerInfo_cert_cmp(si, sk_X509_value(certs, i)) == 0 ? sk_X509_value(certs, i) : NULL;
    }
    return found;
}

static enum asv_status check_signer(CMS_ContentInfo *cms, CMS_SignerInfo *si, struct asv_cms *out,
                                    struct asv_err *err)
{
    unsigned len = 0;
    STACK_OF(X509) *certs = CMS_get1_certs(cms);
    X509 *cert = find_cert(si, certs);
    enum asv_status status = ASV_OK;
    if (cert == NULL) {
        status = asv_fail(err, ASV_E_SIGNATURE, "the signer's certificate is not in the signature");
    } else if (!is_strong(cert)) {
        status = asv_fail(err, ASV_E_UNSUPPORTED,
                          "the signer's key is none of RSA with 3,000 bits or more, or of ECDSA");
    } else {
        CMS_SignerInfo_set1_signer_cert(si, cert);
        bool good = CMS_SignerInfo_verify(si) == 1;
        status = !good ? asv_fail(err, ASV_E_SIGNATURE, "the signature does not verify")
                 : !asv_cms_was_valid(cert, out->signed_s)
                     ? asv_fail(err, ASV_E_EXPIRED, "the certificate was not valid when it was signed with")
                 : X509_digest(cert, EVP_sha256(), out->certificate, &len) == 1
                     ? ASV_OK
                     : asv_fail(err, ASV_E_NO_MEMORY, "no memory for a signature");
    }
    sk_X509_pop_free(certs, X509_free);
    return status;
}

/* HO-023 */
enum asv_status asv_cms_verify(struct asv_cms *out, struct asv_bytes sig, struct asv_bytes content,
                               struct asv_err *err)
{
    CMS_ContentInfo *cms = NULL;
    struct asv_cms said = {.signed_s = 0};
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    enum asv_status status = asv_cms_decode(&cms, sig);
    CMS_SignerInfo *si = status == ASV_OK ? asv_cms_signer_of(cms) : NULL;
    const EVP_MD *md = si != NULL ? digest_of(si) : NULL;
    if (si == NULL) {
        status = asv_fail(err, ASV_E_MALFORMED, "not one detached signature, in DER");
    } else if (md == NULL || !asv_cms_read_time(&said.signed_s, si)) {
        status = asv_fail(err, ASV_E_UNSUPPORTED,
                          "the signature is not with SHA-256, SHA-384 or SHA-512, or has no time");
    } else {
        status = check_content(si, md, content, err);
    }
    if (status == ASV_OK) {
        status = check_signer(cms, si, &said, err);
    }
    if (status == ASV_OK) {
        *out = said;
    }
    CMS_ContentInfo_free(cms);
    ERR_clear_error();
    return status;
}
