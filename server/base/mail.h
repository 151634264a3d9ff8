/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * One mail through an SMTP server, always inside TLS with a server that its certificate proves.
 */
#ifndef ASV_SERVER_BASE_MAIL_H
#define ASV_SERVER_BASE_MAIL_H

#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"

#define ASV_MAIL_ADDRESSES     8
#define ASV_MAIL_ADDRESS_BYTES 200 /* NUL included */
#define ASV_MAIL_SUBJECT_BYTES 200

/* All borrowed. */
struct asv_mail {
    const char *url;     /* "smtps://host:465", or "smtp://host:587" with STARTTLS */
    const char *ca_file; /* certificates to believe; NULL: the system's */
    const char *login;   /* file with two lines, user and password, that nobody else can read; NULL: none */
    uint64_t timeout_ms; /* for all of it */
    const char *from;    /* address */
    const char *to[ASV_MAIL_ADDRESSES];
    size_t to_count;
    const char *subject; /* printable ASCII */
    const char *text;    /* UTF-8, lines below 900 bytes */
    int64_t time_ms;     /* its Date */
    const char *id;      /* left part of its Message-ID */
};

/* Whether this is an address that can be put into a mail as it stands: no blanks, no brackets, one @. */
ASV_MUST_CHECK enum asv_status asv_mail_address(const char *text, struct asv_err *err);

/* Hands the mail to the server. ASV_OK: it took it. ASV_E_UNTRUSTED: its certificate is not one to believe,
 * and nothing was said to it; ASV_E_DENIED: it wants another login, or no mail from or to these;
 * ASV_E_TIMEOUT; ASV_E_AWAY for everything else that may be better later; ASV_E_USAGE for what can never be
 * sent. */
ASV_MUST_CHECK enum asv_status asv_mail_send(const struct asv_mail *mail, struct asv_err *err);

#endif
