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

static enum asv_status judge(void *ctx, CMS_SignerInfo *si, X509 *cert, STACK_OF(X509) * certs,
                             struct asv_err *err)
{
    (void)ctx;
    (void)si;
    (void)certs;
    return is_strong(cert) ? ASV_OK
                           : asv_fail(err, ASV_E_UNSUPPORTED,
                                      "the signer's key is none of RSA with 3,000 bits or more, or of ECDSA");
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
        const struct asv_cms_signer signer = {.signed_s = said.signed_s, .judge = judge};
        status = asv_cms_check_signer(said.certificate, cms, si, &signer, err);
    }
    if (status == ASV_OK) {
        *out = said;
    }
    CMS_ContentInfo_free(cms);
    ERR_clear_error();
    return status;
}
