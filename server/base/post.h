/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * POST requests over HTTPS, by libcurl. Whoever answers may be anybody: what he says is bounded, and so is
 * his time. Nobody is followed elsewhere.
 */
#ifndef ASV_SERVER_BASE_POST_H
#define ASV_SERVER_BASE_POST_H

#include <stdbool.h>

#include "firmware-proto/base/bytes.h"

#define ASV_POST_URL_BYTES 2048

/* Whether a URL is one of HTTPS, or of HTTP on this machine (127.0.0.1, [::1], localhost), and short enough.
 */
bool asv_post_url_is_good(const char *url);

/* Keeps its connections between requests. */
struct asv_poster;

ASV_MUST_CHECK enum asv_status asv_poster_new(struct asv_poster **out, struct asv_err *err);
void asv_poster_free(struct asv_poster *poster); /* NULL is fine */

struct asv_post {
    const char *url;
    const char
        *ca_file;     /* certificates that are trusted instead of the system's; NULL or empty: the system's */
    const char *type; /* of the body; NULL: text */
    struct asv_bytes body;
    uint64_t timeout_ms;
    uint8_t *answer; /* [cap] */
    size_t cap;
};

/* *code is the answer's, whichever it is, and *len the length of its body. ASV_E_USAGE for a URL that is not
 * good; ASV_E_AWAY or ASV_E_TIMEOUT when nobody answers; ASV_E_UNTRUSTED when it is another's machine;
 * ASV_E_LIMIT when the answer does not fit. */
ASV_MUST_CHECK enum asv_status asv_post(struct asv_poster *poster, const struct asv_post *post,
                                        unsigned *code, size_t *len, struct asv_err *err);

#endif
