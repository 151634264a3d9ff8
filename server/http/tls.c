/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/http/tls.h"

#include <fcntl.h>
#include <stdlib.h>

#include <gnutls/x509.h>

#include "server/base/fail.h"
#include "server/base/io.h"

#define FILE_BYTES 65536 /* a chain of a few certificates, or a key */
#define CHAIN_MAX  8

struct asv_http_tls {
    unsigned count;
    gnutls_x509_crt_t chain[CHAIN_MAX];
    gnutls_x509_privkey_t key;
};

static enum asv_status read_file(const char *path, uint8_t *data, gnutls_datum_t *out, struct asv_err *err)
{
    struct asv_err why = {0};
    size_t len = 0;
    if (asv_io_read_file(AT_FDCWD, path, data, FILE_BYTES, &len, &why) != ASV_OK) {
        return asv_failf(err, ASV_E_USAGE, "%s", why.text);
    }
    *out = (gnutls_datum_t){data, (unsigned)len};
    return ASV_OK;
}

static enum asv_status load_chain(struct asv_http_tls *tls, const char *path, uint8_t *data,
                                  struct asv_err *err)
{
    gnutls_datum_t text;
    unsigned count = CHAIN_MAX;
    enum asv_status status = read_file(path, data, &text, err);
    if (status != ASV_OK) {
        return status;
    }
    int got = gnutls_x509_crt_list_import(tls->chain, &count, &text, GNUTLS_X509_FMT_PEM,
                                          GNUTLS_X509_CRT_LIST_IMPORT_FAIL_IF_EXCEED |
                                              GNUTLS_X509_CRT_LIST_FAIL_IF_UNSORTED);
    if (got <= 0) {
        return asv_failf(err, ASV_E_USAGE, "%s: no chain of certificates in PEM: %s", path,
                         gnutls_strerror(got < 0 ? got : GNUTLS_E_NO_CERTIFICATE_FOUND));
    }
    tls->count = (unsigned)got;
    return ASV_OK;
}

static enum asv_status load_key(struct asv_http_tls *tls, const char *path, uint8_t *data,
                                struct asv_err *err)
{
    gnutls_datum_t text;
    enum asv_status status = read_file(path, data, &text, err);
    if (status != ASV_OK) {
        return status;
    }
    int failed = gnutls_x509_privkey_init(&tls->key);
    if (failed == 0) {
        failed = gnutls_x509_privkey_import2(tls->key, &text, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN);
    }
    return failed == 0 ? ASV_OK
                       : asv_failf(err, ASV_E_USAGE, "%s: no private key in PEM without a passphrase: %s",
                                   path, gnutls_strerror(failed));
}

static enum asv_status check_pair(const struct asv_http_tls *tls, const char *certificate, const char *key,
                                  int64_t now_ms, struct asv_err *err)
{
    uint8_t of_cert[64];
    uint8_t of_key[64];
    size_t cert_len = sizeof of_cert;
    size_t key_len = sizeof of_key;
    if (gnutls_x509_crt_get_key_id(tls->chain[0], GNUTLS_KEYID_USE_SHA256, of_cert, &cert_len) != 0 ||
        gnutls_x509_privkey_get_key_id(tls->key, GNUTLS_KEYID_USE_SHA256, of_key, &key_len) != 0 ||
        cert_len != key_len || gnutls_memcmp(of_cert, of_key, key_len) != 0) {
        return asv_failf(err, ASV_E_USAGE, "%s is not the key of the first certificate in %s", key,
                         certificate);
    }
    return now_ms >= asv_http_tls_until_ms(tls)
               ? asv_failf(err, ASV_E_USAGE, "%s: the certificate has expired", certificate)
               : ASV_OK;
}

static enum asv_status load(struct asv_http_tls *tls, const char *certificate, const char *key,
                            int64_t now_ms, uint8_t *data, struct asv_err *err)
{
    enum asv_status status = load_chain(tls, certificate, data, err);
    if (status == ASV_OK) {
        status = load_key(tls, key, data, err);
    }
    return status == ASV_OK ? check_pair(tls, certificate, key, now_ms, err) : status;
}

enum asv_status asv_http_tls_load(const char *certificate, const char *key, int64_t now_ms,
                                  struct asv_http_tls **out, struct asv_err *err)
{
    uint8_t *data = malloc(FILE_BYTES);
    struct asv_http_tls *tls = calloc(1, sizeof *tls);
    if (data == NULL || tls == NULL) {
        free(data);
        free(tls);
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = load(tls, certificate, key, now_ms, data, err);
    gnutls_memset(data, 0, FILE_BYTES);
    free(data);
    if (status != ASV_OK) {
        asv_http_tls_free(tls);
        return status;
    }
    *out = tls;
    return ASV_OK;
}

void asv_http_tls_free(struct asv_http_tls *tls)
{
    for (unsigned i = 0; tls != NULL && i < tls->count; i++) {
        gnutls_x509_crt_deinit(tls->chain[i]);
    }
    if (tls != NULL && tls->key != NULL) {
        gnutls_x509_privkey_deinit(tls->key);
    }
    free(tls);
}

int64_t asv_http_tls_until_ms(const struct asv_http_tls *tls)
{
    return (int64_t)gnutls_x509_crt_get_expiration_time(tls->chain[0]) * 1000;
}

static int give_chain(const struct asv_http_tls *tls, gnutls_pcert_st *certs, unsigned *count)
{
    for (*count = 0; *count < tls->count; ++*count) {
        int failed = gnutls_pcert_import_x509(&certs[*count], tls->chain[*count], 0);
        if (failed != 0) {
            return failed;
        }
    }
    return 0;
}

int asv_http_tls_give(const struct asv_http_tls *tls, gnutls_pcert_st **certs, unsigned *count,
                      gnutls_privkey_t *key, unsigned *flags)
{
    gnutls_privkey_t copy = NULL;
    unsigned given = 0;
    gnutls_pcert_st *chain = gnutls_calloc(CHAIN_MAX, sizeof *chain);
    if (chain == NULL) {
        return -1;
    }
    int failed = give_chain(tls, chain, &given);
    if (failed == 0) {
        failed = gnutls_privkey_init(&copy);
    }
    if (failed == 0) {
        failed = gnutls_privkey_import_x509(copy, tls->key, GNUTLS_PRIVKEY_IMPORT_COPY);
    }
    if (failed != 0) {
        for (unsigned i = 0; i < given; i++) {
            gnutls_pcert_deinit(&chain[i]);
        }
        gnutls_free(chain);
        gnutls_privkey_deinit(copy);
        return -1;
    }
    *certs = chain;
    *count = given;
    *key = copy;
    *flags = GNUTLS_CERT_RETR_DEINIT_ALL;
    return 0;
}
