/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Whether a client has the answer already (RFC 9110, 13.1.2), and how it takes it. Pure.
 */
#ifndef ASV_SERVER_HTTP_ETAG_H
#define ASV_SERVER_HTTP_ETAG_H

#include <stdbool.h>

#define ASV_HTTP_ETAG_BYTES 72 /* with its quotes and NUL */

/* Whether etag, with its quotes, is one of those of an If-None-Match, or that is "*". A weak one counts, too;
 * what is no list of tags has none behind the place where it stops being one. */
bool asv_http_etag_is_in(const char *etag, const char *list);

/* Whether an Accept-Encoding names the coding, and not with the weight 0 (RFC 9110, 12.5.3). */
bool asv_http_coding_is_in(const char *coding, const char *list);

#endif
