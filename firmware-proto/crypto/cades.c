/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/crypto/cades.h"

#include <openssl/asn1t.h>
#include <openssl/cms.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ess.h>
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <openssl/x509.h>
#include <string.h>

#include "firmware-proto/crypto/cades_internal.h"
#include "firmware-proto/crypto/pem_internal.h"

#define ATTRIBUTES_MAX_BYTES 4096
#define ATTRIBUTES           4 /* content type, message digest, signing time, signing certificate */
#define GROUP                "prime256v1"

/* ---- certificates ---- */

static bool is_p256(const X509 *cert)
{
    char group[32] = "";
    size_t len = 0;
    EVP_PKEY *key = X509_get0_pubkey(cert);
    return key != NULL && EVP_PKEY_get_group_name(key, group, sizeof group, &len) == 1 &&
           strcmp(group, GROUP) == 0;
}

/* The caller frees *out, whatever comes. */
static enum asv_status read_certs(STACK_OF(X509) * *out, struct asv_bytes pem)
{
    BIO *bio = pem.len <= ASV_CADES_MAX_BYTES ? BIO_new_mem_buf(pem.data, (int)pem.len) : NULL;
    *out = sk_X509_new_null();
    if (bio == NULL || *out == NULL) {
        BIO_free(bio);
        return pem.len > ASV_CADES_MAX_BYTES ? ASV_E_LIMIT : ASV_E_NO_MEMORY;
    }
    enum asv_status status = ASV_OK;
    for (X509 *cert = PEM_read_bio_X509(bio, NULL, asv_pem_no_passphrase, NULL); cert != NULL;
         cert = PEM_read_bio_X509(bio, NULL, asv_pem_no_passphrase, NULL)) {
        if (sk_X509_push(*out, cert) == 0) {
            X509_free(cert);
            status = ASV_E_NO_MEMORY;
            break;
        }
    }
    BIO_free(bio);
    int count = sk_X509_num(*out);
    if (status == ASV_OK && (count == 0 || !is_p256(sk_X509_value(*out, 0)))) {
        status = ASV_E_MALFORMED;
    }
    return status == ASV_OK && count > ASV_CADES_CERTS_MAX ? ASV_E_LIMIT : status;
}

/* ---- signing ---- */

static bool add_attributes(CMS_SignerInfo *si, const uint8_t content[ASV_SHA256_BYTES], int64_t now_s)
{
    ASN1_TIME *now = ASN1_TIME_set(NULL, (time_t)now_s);
    bool added = now != NULL &&
                 CMS_signed_add1_attr_by_NID(si, NID_pkcs9_contentType, V_ASN1_OBJECT,
                                             OBJ_nid2obj(NID_pkcs7_data), -1) == 1 &&
                 CMS_signed_add1_attr_by_NID(si, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING, content,
                                             ASV_SHA256_BYTES) == 1 &&
                 CMS_signed_add1_attr_by_NID(si, NID_pkcs9_signingTime, now->type, now, -1) == 1;
    ASN1_TIME_free(now);
    return added;
}

static bool is_before(const struct asv_bytes *a, const struct asv_bytes *b)
{
    size_t len = a->len < b->len ? a->len : b->len;
    int order = memcmp(a->data, b->data, len);
    return order != 0 ? order < 0 : a->len < b->len;
}

/* DER's order of a SET OF (X.690, 11.6). */
static void sort(struct asv_bytes *piece, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        for (size_t j = i; j > 0 && is_before(&piece[j], &piece[j - 1]); j--) {
            struct asv_bytes moved = piece[j];
            piece[j] = piece[j - 1];
            piece[j - 1] = moved;
        }
    }
}

/* PK-031: the digest of the signed attributes as a SET OF (RFC 5652, 5.4), which is what is signed. */
static enum asv_status digest_attributes(uint8_t out[ASV_SHA256_BYTES], CMS_SignerInfo *si)
{
    uint8_t data[ATTRIBUTES_MAX_BYTES];
    uint8_t *at = data;
    struct asv_bytes piece[ATTRIBUTES];
    struct asv_sha256 state;
    for (int i = 0; i < ATTRIBUTES; i++) {
        X509_ATTRIBUTE *attribute = CMS_signed_get_attr(si, i);
        int len = i2d_X509_ATTRIBUTE(attribute, NULL);
        if (len <= 0 || (size_t)len > sizeof data - (size_t)(at - data)) {
            return ASV_E_LIMIT;
        }
        piece[i] = (struct asv_bytes){at, (size_t)len};
        (void)i2d_X509_ATTRIBUTE(attribute, &at);
    }
    sort(piece, ATTRIBUTES);
    size_t total = (size_t)(at - data);
    uint8_t head[4] = {0x31, 0x82, (uint8_t)(total >> 8), (uint8_t)total};
    size_t head_len = sizeof head;
    if (total < 0x100) {
        head[1] = 0x81;
        head[2] = (uint8_t)total;
        head_len = 3;
    }
    asv_sha256_init(&state);
    asv_sha256_update(&state, head, head_len);
    for (int i = 0; i < ATTRIBUTES; i++) {
        asv_sha256_update(&state, piece[i].data, piece[i].len);
    }
    asv_sha256_final(&state, out);
    return ASV_OK;
}

static enum asv_status encode(uint8_t *out, size_t *len, CMS_ContentInfo *cms)
{
    uint8_t *at = out;
    int size = i2d_CMS_ContentInfo(cms, NULL);
    if (size <= 0 || size > ASV_CADES_MAX_BYTES) {
        return size <= 0 ? ASV_E_NO_MEMORY : ASV_E_LIMIT;
    }
    *len = (size_t)i2d_CMS_ContentInfo(cms, &at);
    return ASV_OK;
}

static const unsigned shape = CMS_DETACHED | CMS_PARTIAL | CMS_BINARY | CMS_CADES | CMS_NOSMIMECAP;

/* A signature without its value, by a certificate's key, with others beside it. The caller frees *out,
 * whatever comes; NULL: no memory. */
static CMS_SignerInfo *compose(CMS_ContentInfo **out, X509 *cert, STACK_OF(X509) * others,
                               const uint8_t content[ASV_SHA256_BYTES], int64_t now_s)
{
    *out = CMS_sign(NULL, NULL, others, NULL, shape);
    /* The public key: whoever has the private one is asked. */
    CMS_SignerInfo *si =
        *out != NULL ? CMS_add1_signer(*out, cert, X509_get0_pubkey(cert), EVP_sha256(), shape) : NULL;
    return si != NULL && add_attributes(si, content, now_s) && CMS_signed_get_attr_count(si) == ATTRIBUTES
               ? si
               : NULL;
}

static bool set_signature(CMS_SignerInfo *si, const uint8_t *sig, size_t len)
{
    X509_ALGOR *algorithm = NULL;
    CMS_SignerInfo_get0_algs(si, NULL, NULL, NULL, &algorithm);
    return X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_ecdsa_with_SHA256), V_ASN1_UNDEF, NULL) == 1 &&
           ASN1_STRING_set(CMS_SignerInfo_get0_signature(si), sig, (int)len) == 1;
}

static enum asv_status ask_signer(CMS_SignerInfo *si, const struct asv_cades_signer *signer,
                                  struct asv_err *err)
{
    uint8_t digest[ASV_SHA256_BYTES];
    uint8_t sig[ASV_P256_SIG_MAX_BYTES];
    size_t len = 0;
    enum asv_status status = digest_attributes(digest, si);
    if (status != ASV_OK) {
        return asv_fail(err, status, "the attributes of a signature are too long");
    }
    status = signer->sign(signer->ctx, digest, sig, &len, err);
    if (status != ASV_OK) {
        return status;
    }
    return len <= sizeof sig && set_signature(si, sig, len)
               ? ASV_OK
               : asv_fail(err, ASV_E_NO_MEMORY, "no memory for a signature");
}

enum asv_status asv_cades_sign(uint8_t *out, size_t *len, const uint8_t content[ASV_SHA256_BYTES],
                               int64_t now_s, const struct asv_cades_signer *signer, struct asv_err *err)
{
    STACK_OF(X509) *certs = NULL;
    CMS_ContentInfo *cms = NULL;
    struct asv_cades said;
    size_t made = 0;
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    enum asv_status status = read_certs(&certs, signer->certs);
    if (status != ASV_OK) {
        status = asv_fail(err, status, "the package's certificate is none of a P-256 key");
    } else {
        X509 *cert = sk_X509_shift(certs);
        CMS_SignerInfo *si = compose(&cms, cert, certs, content, now_s);
        status = si != NULL ? ask_signer(si, signer, err)
                            : asv_fail(err, ASV_E_NO_MEMORY, "no memory for a signature");
        X509_free(cert);
    }
    if (status == ASV_OK) {
        status = encode(out, &made, cms);
    }
    if (status == ASV_OK) { /* PK-032 */
        status = asv_cades_verify(&said, (struct asv_bytes){out, made}, content, err);
    }
    if (status == ASV_OK) {
        *len = made;
    }
    CMS_ContentInfo_free(cms);
    sk_X509_pop_free(certs, X509_free);
    ERR_clear_error();
    return status;
}

/* ---- verifying ---- */

enum asv_status asv_cms_decode(CMS_ContentInfo **out, struct asv_bytes sig)
{
    const uint8_t *at = sig.data;
    if (sig.len == 0 || sig.len > ASV_CADES_MAX_BYTES) {
        return ASV_E_MALFORMED;
    }
    CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)sig.len);
    if (cms == NULL || at != sig.data + sig.len) {
        CMS_ContentInfo_free(cms);
        return ASV_E_MALFORMED;
    }
    *out = cms;
    return ASV_OK;
}

CMS_SignerInfo *asv_cms_signer_of(CMS_ContentInfo *cms)
{
    if (OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed || CMS_is_detached(cms) != 1 ||
        OBJ_obj2nid(CMS_get0_eContentType(cms)) != NID_pkcs7_data) {
        return NULL;
    }
    STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(cms);
    return sk_CMS_SignerInfo_num(signers) == 1 ? sk_CMS_SignerInfo_value(signers, 0) : NULL;
}

static bool is_es256(CMS_SignerInfo *si)
{
    X509_ALGOR *digest = NULL;
    X509_ALGOR *signature = NULL;
    CMS_SignerInfo_get0_algs(si, NULL, NULL, &digest, &signature);
    return OBJ_obj2nid(digest->algorithm) == NID_sha256 &&
           OBJ_obj2nid(signature->algorithm) == NID_ecdsa_with_SHA256;
}

void *asv_cms_attribute(CMS_SignerInfo *si, int nid, int type)
{
    /* -3: exactly one, with exactly one value */
    return CMS_signed_get0_data_by_OBJ(si, OBJ_nid2obj(nid), -3, type);
}

static bool seconds_of(int64_t *out, const ASN1_TIME *time)
{
    int days = 0;
    int seconds = 0;
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    bool known = epoch != NULL && ASN1_TIME_diff(&days, &seconds, epoch, time) == 1;
    ASN1_TIME_free(epoch);
    *out = (int64_t)days * 86400 + seconds;
    return known;
}

bool asv_cms_read_time(int64_t *out, CMS_SignerInfo *si)
{
    const ASN1_TIME *time = asv_cms_attribute(si, NID_pkcs9_signingTime, V_ASN1_UTCTIME);
    if (time == NULL) {
        time = asv_cms_attribute(si, NID_pkcs9_signingTime, V_ASN1_GENERALIZEDTIME);
    }
    return time != NULL && seconds_of(out, time);
}

static enum asv_status check_content(CMS_SignerInfo *si, const uint8_t content[ASV_SHA256_BYTES],
                                     struct asv_err *err)
{
    const ASN1_OBJECT *type = asv_cms_attribute(si, NID_pkcs9_contentType, V_ASN1_OBJECT);
    const ASN1_OCTET_STRING *digest = asv_cms_attribute(si, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING);
    if (type == NULL || OBJ_obj2nid(type) != NID_pkcs7_data || digest == NULL ||
        CMS_signed_get_attr_count(si) != ATTRIBUTES) {
        return asv_fail(err, ASV_E_UNSUPPORTED, "the signature has other attributes than CAdES-BES needs");
    }
    return ASN1_STRING_length(digest) == ASV_SHA256_BYTES &&
                   memcmp(ASN1_STRING_get0_data(digest), content, ASV_SHA256_BYTES) == 0
               ? ASV_OK
               : asv_fail(err, ASV_E_DIGEST, "the signature is another content's");
}

/* RFC 5035: by its digest, and by the first that the signer names. */
static bool is_named(CMS_SignerInfo *si, X509 *cert)
{
    const ASN1_STRING *value = asv_cms_attribute(si, NID_id_smime_aa_signingCertificateV2, V_ASN1_SEQUENCE);
    if (value == NULL || !is_p256(cert)) {
        return false;
    }
    const uint8_t *at = ASN1_STRING_get0_data(value);
    ESS_SIGNING_CERT_V2 *named = d2i_ESS_SIGNING_CERT_V2(NULL, &at, ASN1_STRING_length(value));
    STACK_OF(X509) *one = sk_X509_new_null();
    bool is = named != NULL && one != NULL && sk_X509_push(one, cert) > 0 &&
              OSSL_ESS_check_signing_certs(NULL, named, one, 1) > 0;
    sk_X509_free(one);
    ESS_SIGNING_CERT_V2_free(named);
    return is;
}

/* ---- time stamps ---- */

static void digest_signature(uint8_t out[ASV_SHA256_BYTES], CMS_SignerInfo *si)
{
    const ASN1_OCTET_STRING *value = CMS_SignerInfo_get0_signature(si);
    asv_sha256(out, ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value));
}

/* Whether a token verifies by the certificate in it, which is for time stamps and the one that the token
 * names; whose that is, and whether it had run out, is not looked at. */
static bool is_whole(PKCS7 *token)
{
    STACK_OF(X509) *signers = PKCS7_get0_signers(token, NULL, 0);
    X509_STORE *store = X509_STORE_new();
    bool whole = store != NULL && sk_X509_num(signers) == 1 &&
                 X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME) == 1 &&
                 X509_STORE_add_cert(store, sk_X509_value(signers, 0)) == 1 &&
                 TS_RESP_verify_signature(token, NULL, store, NULL) == 1;
    X509_STORE_free(store);
    sk_X509_free(signers);
    return whole;
}

/* Whether a token stamps this digest; *time is what it says. */
static bool stamps(PKCS7 *token, const uint8_t digest[ASV_SHA256_BYTES], int64_t *time)
{
    TS_TST_INFO *info = token != NULL ? PKCS7_to_TS_TST_INFO(token) : NULL;
    if (info == NULL) {
        return false;
    }
    TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(info);
    const ASN1_OCTET_STRING *hashed = TS_MSG_IMPRINT_get_msg(imprint);
    const ASN1_OBJECT *algorithm = NULL;
    X509_ALGOR_get0(&algorithm, NULL, NULL, TS_MSG_IMPRINT_get_algo(imprint));
    bool same = is_whole(token) && OBJ_obj2nid(algorithm) == NID_sha256 &&
                ASN1_STRING_length(hashed) == ASV_SHA256_BYTES &&
                memcmp(ASN1_STRING_get0_data(hashed), digest, ASV_SHA256_BYTES) == 0 &&
                seconds_of(time, TS_TST_INFO_get_time(info));
    TS_TST_INFO_free(info);
    return same;
}

/* PK-034 */
static enum asv_status check_stamp(CMS_SignerInfo *si, struct asv_cades *out, struct asv_err *err)
{
    uint8_t digest[ASV_SHA256_BYTES];
    out->stamped = false;
    out->stamped_s = 0;
    if (CMS_unsigned_get_attr_count(si) <= 0) {
        return ASV_OK;
    }
    const ASN1_STRING *value =
        CMS_unsigned_get0_data_by_OBJ(si, OBJ_nid2obj(NID_id_smime_aa_timeStampToken), -3, V_ASN1_SEQUENCE);
    if (value == NULL || CMS_unsigned_get_attr_count(si) != 1) {
        return asv_fail(err, ASV_E_UNSUPPORTED, "the signature has an attribute besides a time stamp");
    }
    const uint8_t *at = ASN1_STRING_get0_data(value);
    PKCS7 *token = d2i_PKCS7(NULL, &at, ASN1_STRING_length(value));
    digest_signature(digest, si);
    out->stamped = stamps(token, digest, &out->stamped_s);
    PKCS7_free(token);
    return out->stamped ? ASV_OK : asv_fail(err, ASV_E_MISMATCH, "the time stamp is another signature's");
}

/* PK-031: composed again of what was read from it, it is the same bytes: none is without a meaning. */
static bool is_composed(struct asv_bytes sig, CMS_SignerInfo *si, X509 *cert, STACK_OF(X509) * certs,
                        const uint8_t content[ASV_SHA256_BYTES], int64_t signed_s)
{
    CMS_ContentInfo *cms = NULL;
    uint8_t *again = NULL;
    STACK_OF(X509) *others = sk_X509_dup(certs);
    const ASN1_OCTET_STRING *value = CMS_SignerInfo_get0_signature(si);
    X509_ATTRIBUTE *stamp = CMS_unsigned_get_attr(si, 0);
    if (others == NULL) {
        return false;
    }
    (void)sk_X509_delete_ptr(others, cert);
    CMS_SignerInfo *made = compose(&cms, cert, others, content, signed_s);
    bool same = made != NULL &&
                set_signature(made, ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value)) &&
                (stamp == NULL || CMS_unsigned_add1_attr(made, stamp) == 1);
    int len = same ? i2d_CMS_ContentInfo(cms, &again) : -1;
    same = len > 0 && (size_t)len == sig.len && memcmp(again, sig.data, sig.len) == 0;
    OPENSSL_free(again);
    CMS_ContentInfo_free(cms);
    sk_X509_free(others);
    return same;
}

struct composed {
    struct asv_bytes sig;
    const uint8_t *content;
    int64_t signed_s;
};

static enum asv_status judge(void *ctx, CMS_SignerInfo *si, X509 *cert, STACK_OF(X509) * certs,
                             struct asv_err *err)
{
    const struct composed *of = ctx;
    return is_composed(of->sig, si, cert, certs, of->content, of->signed_s)
               ? ASV_OK
               : asv_fail(err, ASV_E_UNSUPPORTED, "the signature has what CAdES-BES does not need");
}

/* ---- the signer, of this and of others ---- */

/* PK-056 */
static bool was_valid(const X509 *cert, int64_t at_s)
{
    int64_t from_s = 0;
    int64_t until_s = 0;
    return seconds_of(&from_s, X509_get0_notBefore(cert)) && seconds_of(&until_s, X509_get0_notAfter(cert)) &&
           from_s <= at_s && at_s <= until_s;
}

/* Another certificate may have the same issuer and number: whoever made the signature put them there. */
static X509 *find_signer(CMS_SignerInfo *si, STACK_OF(X509) * certs, const struct asv_cms_signer *signer,
                         bool *is_named_there)
{
    X509 *found = NULL;
    int count = sk_X509_num(certs) <= ASV_CADES_CERTS_MAX ? sk_X509_num(certs) : 0;
    for (int i = 0; found == NULL && i < count; i++) {
        X509 *cert = sk_X509_value(certs, i);
        if (CMS_SignerInfo_cert_cmp(si, cert) == 0 &&
            (signer->is_named == NULL || signer->is_named(si, cert))) {
            *is_named_there = true;
            CMS_SignerInfo_set1_signer_cert(si, cert);
            found = CMS_SignerInfo_verify(si) == 1 ? cert : NULL;
        }
    }
    return found;
}

enum asv_status asv_cms_check_signer(uint8_t out[ASV_SHA256_BYTES], CMS_ContentInfo *cms, CMS_SignerInfo *si,
                                     const struct asv_cms_signer *signer, struct asv_err *err)
{
    unsigned len = 0;
    bool is_there = false;
    STACK_OF(X509) *certs = CMS_get1_certs(cms);
    X509 *cert = find_signer(si, certs, signer, &is_there);
    enum asv_status status =
        cert == NULL ? asv_fail(err, ASV_E_SIGNATURE,
                                is_there ? "the signature does not verify"
                                         : "the certificate that the signer names is not in the signature")
                     : signer->judge(signer->ctx, si, cert, certs, err);
    if (status == ASV_OK && !was_valid(cert, signer->signed_s)) {
        status = asv_fail(err, ASV_E_EXPIRED, "the certificate was not valid when it was signed with");
    }
    if (status == ASV_OK && X509_digest(cert, EVP_sha256(), out, &len) != 1) {
        status = asv_fail(err, ASV_E_NO_MEMORY, "no memory for a signature");
    }
    sk_X509_pop_free(certs, X509_free);
    return status;
}

enum asv_status asv_cades_verify(struct asv_cades *out, struct asv_bytes sig,
                                 const uint8_t content[ASV_SHA256_BYTES], struct asv_err *err)
{
    CMS_ContentInfo *cms = NULL;
    struct asv_cades said = {.signed_s = 0};
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    enum asv_status status = asv_cms_decode(&cms, sig);
    CMS_SignerInfo *si = status == ASV_OK ? asv_cms_signer_of(cms) : NULL;
    if (si == NULL) {
        status = asv_fail(err, ASV_E_MALFORMED, "not one detached signature, in DER");
    } else if (!is_es256(si) || !asv_cms_read_time(&said.signed_s, si)) {
        status =
            asv_fail(err, ASV_E_UNSUPPORTED, "the signature is not by ECDSA with SHA-256, or has no time");
    } else {
        status = check_content(si, content, err);
    }
    if (status == ASV_OK) {
        struct composed of = {sig, content, said.signed_s};
        const struct asv_cms_signer signer = {
            .signed_s = said.signed_s, .is_named = is_named, .judge = judge, .ctx = &of};
        status = asv_cms_check_signer(said.certificate, cms, si, &signer, err);
    }
    if (status == ASV_OK) {
        status = check_stamp(si, &said, err);
    }
    if (status == ASV_OK) {
        *out = said;
    }
    CMS_ContentInfo_free(cms);
    ERR_clear_error();
    return status;
}

static TS_REQ *request_for(const uint8_t digest[ASV_SHA256_BYTES])
{
    uint8_t copy[ASV_SHA256_BYTES];
    TS_REQ *request = TS_REQ_new();
    TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
    X509_ALGOR *algorithm = X509_ALGOR_new();
    memcpy(copy, digest, sizeof copy);
    bool made = request != NULL && imprint != NULL && algorithm != NULL &&
                X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL) == 1 &&
                TS_REQ_set_version(request, 1) == 1 && TS_MSG_IMPRINT_set_algo(imprint, algorithm) == 1 &&
                TS_MSG_IMPRINT_set_msg(imprint, copy, sizeof copy) == 1 &&
                TS_REQ_set_msg_imprint(request, imprint) == 1 && TS_REQ_set_cert_req(request, 1) == 1;
    X509_ALGOR_free(algorithm);
    TS_MSG_IMPRINT_free(imprint);
    if (!made) {
        TS_REQ_free(request);
        return NULL;
    }
    return request;
}

enum asv_status asv_cades_stamp_request(uint8_t *out, size_t *len, struct asv_bytes sig, struct asv_err *err)
{
    CMS_ContentInfo *cms = NULL;
    uint8_t digest[ASV_SHA256_BYTES];
    enum asv_status status = asv_cms_decode(&cms, sig);
    CMS_SignerInfo *si = status == ASV_OK ? asv_cms_signer_of(cms) : NULL;
    if (si == NULL) {
        status = asv_fail(err, ASV_E_MALFORMED, "not one detached signature, in DER");
    } else {
        digest_signature(digest, si);
        TS_REQ *request = request_for(digest);
        uint8_t *at = out;
        int size = request != NULL ? i2d_TS_REQ(request, NULL) : -1;
        bool fits = size > 0 && size <= ASV_CADES_STAMP_MAX_BYTES;
        *len = fits ? (size_t)i2d_TS_REQ(request, &at) : 0;
        status = fits ? ASV_OK : asv_fail(err, ASV_E_NO_MEMORY, "no memory for a request");
        TS_REQ_free(request);
    }
    CMS_ContentInfo_free(cms);
    ERR_clear_error();
    return status;
}

/* The token of a response that grants one, as DER into out; 0: there is none. */
static enum asv_status read_response(struct asv_bytes response, const uint8_t digest[ASV_SHA256_BYTES],
                                     uint8_t *out, size_t *len, struct asv_err *err)
{
    const uint8_t *at = response.data;
    int64_t time = 0;
    TS_RESP *read =
        response.len <= ASV_CADES_STAMP_MAX_BYTES ? d2i_TS_RESP(NULL, &at, (long)response.len) : NULL;
    if (read == NULL || at != response.data + response.len) {
        TS_RESP_free(read);
        return asv_fail(err, ASV_E_MALFORMED, "not a response of a time-stamping authority");
    }
    long granted = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(read)));
    PKCS7 *token = TS_RESP_get_token(read);
    enum asv_status status = ASV_OK;
    if (granted != TS_STATUS_GRANTED && granted != TS_STATUS_GRANTED_WITH_MODS) {
        status = asv_fail_at(err, ASV_E_DENIED, "the time-stamping authority refused, with status",
                             (uint64_t)granted);
    } else if (!stamps(token, digest, &time)) {
        status = asv_fail(err, ASV_E_MISMATCH, "the time stamp is another signature's");
    } else {
        uint8_t *to = out;
        int size = i2d_PKCS7(token, NULL);
        bool fits = size > 0 && size <= ASV_CADES_STAMP_MAX_BYTES;
        *len = fits ? (size_t)i2d_PKCS7(token, &to) : 0;
        status = fits ? ASV_OK : asv_fail(err, ASV_E_LIMIT, "the time stamp is too long");
    }
    TS_RESP_free(read);
    return status;
}

static enum asv_status attach(CMS_SignerInfo *si, struct asv_bytes response, struct asv_err *err)
{
    uint8_t token[ASV_CADES_STAMP_MAX_BYTES];
    uint8_t digest[ASV_SHA256_BYTES];
    size_t len = 0;
    if (CMS_unsigned_get_attr_count(si) > 0) {
        return asv_fail(err, ASV_E_STATE, "the signature has a time stamp already");
    }
    digest_signature(digest, si);
    enum asv_status status = read_response(response, digest, token, &len, err);
    if (status == ASV_OK && CMS_unsigned_add1_attr_by_NID(si, NID_id_smime_aa_timeStampToken, V_ASN1_SEQUENCE,
                                                          token, (int)len) != 1) {
        status = asv_fail(err, ASV_E_NO_MEMORY, "no memory for a time stamp");
    }
    return status;
}

enum asv_status asv_cades_add_stamp(uint8_t *sig, size_t *len, struct asv_bytes response, struct asv_err *err)
{
    CMS_ContentInfo *cms = NULL;
    enum asv_status status = asv_cms_decode(&cms, (struct asv_bytes){sig, *len});
    CMS_SignerInfo *si = status == ASV_OK ? asv_cms_signer_of(cms) : NULL;
    status = si != NULL ? attach(si, response, err)
                        : asv_fail(err, ASV_E_MALFORMED, "not one detached signature, in DER");
    if (status == ASV_OK) {
        status = encode(sig, len, cms);
        if (status != ASV_OK) {
            status = asv_fail(err, status, "the signature with its time stamp is too long");
        }
    }
    CMS_ContentInfo_free(cms);
    ERR_clear_error();
    return status;
}
