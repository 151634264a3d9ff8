/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The server's certificate and key, which can be replaced while it runs. The one home of GnuTLS.
 */
#ifndef ASV_SERVER_HTTP_TLS_H
#define ASV_SERVER_HTTP_TLS_H

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

#include "firmware-proto/base/status.h"

/* TLS 1.2 and 1.3, ciphers with forward secrecy and AEAD. */
#define ASV_HTTP_TLS_PRIORITIES \
    "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-AES-128-CBC:-AES-256-CBC:%SERVER_PRECEDENCE"

struct asv_http_tls;

/* Both files are PEM; the first one has the chain, the server's own certificate first. ASV_E_USAGE with what
 * is wrong with which: unreadable, no certificate, expired, no key, or not this certificate's. *out is the
 * caller's to free. */
ASV_MUST_CHECK enum asv_status asv_http_tls_load(const char *certificate, const char *key, int64_t now_ms,
                                                 struct asv_http_tls **out, struct asv_err *err);
void asv_http_tls_free(struct asv_http_tls *tls); /* NULL is fine */

/* When the certificate ends, in ms since 1970. */
int64_t asv_http_tls_until_ms(const struct asv_http_tls *tls);

/* What a handshake is given, as gnutls_certificate_retrieve_function3 has it: copies that GnuTLS frees, so
 * that those here may be replaced while it goes on. 0, or -1. */
int asv_http_tls_give(const struct asv_http_tls *tls, gnutls_pcert_st **certs, unsigned *count,
                      gnutls_privkey_t *key, unsigned *flags);

#endif
