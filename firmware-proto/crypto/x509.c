/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/crypto/x509.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "firmware-proto/crypto/ecdsa_internal.h"
#include "firmware-proto/crypto/pem_internal.h"

#define VERSION_3 2 /* as the field says it */

static bool is_name(const char *text)
{
    size_t len = strlen(text);
    return len > 0 && len <= ASV_X509_NAME_BYTES;
}

static bool is_good(const struct asv_x509 *fields)
{
    return is_name(fields->organisation) && is_name(fields->name) && fields->from_s >= 0 &&
           fields->from_s < fields->until_s;
}

static bool add(X509_NAME *name, const char *field, const char *text)
{
    return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, (const unsigned char *)text, -1, -1, 0) ==
           1;
}

/* The caller frees it; NULL: no memory. */
static X509_NAME *subject_of(const struct asv_x509 *fields)
{
    X509_NAME *name = X509_NAME_new();
    if (name == NULL || !add(name, "O", fields->organisation) || !add(name, "CN", fields->name)) {
        X509_NAME_free(name);
        return NULL;
    }
    return name;
}

/* What PEM_write_bio_* wrote. */
static enum asv_status take(BIO *bio, bool written, uint8_t *out, size_t *len)
{
    char *data = NULL;
    long have = written ? BIO_get_mem_data(bio, &data) : 0;
    if (have <= 0) {
        return ASV_E_NO_MEMORY;
    }
    if (have > ASV_X509_MAX_BYTES) {
        return ASV_E_LIMIT;
    }
    memcpy(out, data, (size_t)have);
    *len = (size_t)have;
    return ASV_OK;
}

/* ---- the certificate ---- */

static bool set_serial(X509 *cert, const struct asv_x509 *fields)
{
    uint8_t bytes[ASV_X509_SERIAL_BYTES];
    memcpy(bytes, fields->serial, sizeof bytes);
    bytes[0] = (uint8_t)((bytes[0] & 0x7f) | 0x40); /* positive, and of this length whatever was drawn */
    BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
    bool set = number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert)) != NULL;
    BN_free(number);
    return set;
}

static bool extend(X509 *cert, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, cert, cert, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    bool added = extension != NULL && X509_add_ext(cert, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return added;
}

static bool fill(X509 *cert, const struct asv_x509 *fields, X509_NAME *name, EVP_PKEY *key)
{
    return X509_set_version(cert, VERSION_3) == 1 && set_serial(cert, fields) &&
           ASN1_TIME_set(X509_getm_notBefore(cert), (time_t)fields->from_s) != NULL &&
           ASN1_TIME_set(X509_getm_notAfter(cert), (time_t)fields->until_s) != NULL &&
           X509_set_subject_name(cert, name) == 1 && X509_set_issuer_name(cert, name) == 1 &&
           X509_set_pubkey(cert, key) == 1 && extend(cert, NID_basic_constraints, "critical,CA:FALSE") &&
           extend(cert, NID_key_usage, "critical,digitalSignature,nonRepudiation") &&
           extend(cert, NID_subject_key_identifier, "hash") && X509_sign(cert, key, EVP_sha256()) > 0;
}

enum asv_status asv_x509_self_signed(uint8_t *out, size_t *len, const struct asv_x509 *fields,
                                     const uint8_t sk[ASV_P256_SK_BYTES])
{
    EVP_PKEY *key = NULL;
    if (!is_good(fields)) {
        return ASV_E_USAGE;
    }
    enum asv_status status = asv_p256_load(&key, sk);
    if (status == ASV_OK) {
        X509_NAME *name = subject_of(fields);
        X509 *cert = X509_new();
        BIO *bio = BIO_new(BIO_s_mem());
        bool written = name != NULL && cert != NULL && bio != NULL && fill(cert, fields, name, key) &&
                       PEM_write_bio_X509(bio, cert) == 1;
        status = take(bio, written, out, len);
        BIO_free(bio);
        X509_free(cert);
        X509_NAME_free(name);
    }
    EVP_PKEY_free(key);
    ERR_clear_error();
    return status;
}

enum asv_status asv_x509_request(uint8_t *out, size_t *len, const struct asv_x509 *fields,
                                 const uint8_t sk[ASV_P256_SK_BYTES])
{
    EVP_PKEY *key = NULL;
    if (!is_good(fields)) {
        return ASV_E_USAGE;
    }
    enum asv_status status = asv_p256_load(&key, sk);
    if (status == ASV_OK) {
        X509_NAME *name = subject_of(fields);
        X509_REQ *request = X509_REQ_new();
        BIO *bio = BIO_new(BIO_s_mem());
        bool written =
            name != NULL && request != NULL && bio != NULL && X509_REQ_set_subject_name(request, name) == 1 &&
            X509_REQ_set_pubkey(request, key) == 1 && X509_REQ_sign(request, key, EVP_sha256()) > 0 &&
            PEM_write_bio_X509_REQ(bio, request) == 1;
        status = take(bio, written, out, len);
        BIO_free(bio);
        X509_REQ_free(request);
        X509_NAME_free(name);
    }
    EVP_PKEY_free(key);
    ERR_clear_error();
    return status;
}

/* ---- reading ---- */

static enum asv_status read_name(struct asv_x509_said *out, X509 *cert)
{
    unsigned char *text = NULL;
    X509_NAME *subject = X509_get_subject_name(cert);
    int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (at < 0) {
        return ASV_OK;
    }
    int len = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    enum asv_status status = len < 0                           ? ASV_E_MALFORMED
                             : (size_t)len >= sizeof out->name ? ASV_E_LIMIT
                                                               : ASV_OK;
    if (status == ASV_OK) {
        memcpy(out->name, text, (size_t)len);
    }
    OPENSSL_free(text);
    return status;
}

static enum asv_status read_serial(struct asv_x509_said *out, X509 *cert)
{
    const ASN1_INTEGER *serial = X509_get0_serialNumber(cert);
    const unsigned char *data = ASN1_STRING_get0_data(serial);
    static const char digits[] = "0123456789abcdef";
    int len = ASN1_STRING_length(serial);
    if (len <= 0 || (size_t)len > (sizeof out->serial - 1) / 2) {
        return ASV_E_LIMIT;
    }
    for (int i = 0; i < len; i++) {
        out->serial[2 * i] = digits[data[i] >> 4];
        out->serial[2 * i + 1] = digits[data[i] & 15];
    }
    return ASV_OK;
}

static enum asv_status read_cert(struct asv_x509_said *out, X509 *cert)
{
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    int days = 0;
    int seconds = 0;
    unsigned len = 0;
    bool timed = epoch != NULL && ASN1_TIME_diff(&days, &seconds, epoch, X509_get0_notAfter(cert)) == 1;
    ASN1_TIME_free(epoch);
    if (!timed || X509_digest(cert, EVP_sha256(), out->digest, &len) != 1 || len != sizeof out->digest) {
        return ASV_E_MALFORMED;
    }
    out->until_s = (int64_t)days * 86400 + seconds;
    enum asv_status status = read_name(out, cert);
    return status == ASV_OK ? read_serial(out, cert) : status;
}

enum asv_status asv_x509_read(struct asv_x509_said *out, struct asv_bytes pem)
{
    struct asv_x509_said said = {.until_s = 0};
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    BIO *bio = pem.len > 0 && pem.len <= INT32_MAX ? BIO_new_mem_buf(pem.data, (int)pem.len) : NULL;
    X509 *cert = bio != NULL ? PEM_read_bio_X509(bio, NULL, asv_pem_no_passphrase, NULL) : NULL;
    enum asv_status status = cert != NULL ? read_cert(&said, cert) : ASV_E_MALFORMED;
    X509_free(cert);
    BIO_free(bio);
    ERR_clear_error();
    if (status == ASV_OK) {
        *out = said;
    }
    return status;
}
