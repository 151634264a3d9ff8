/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Where a server listens: a number and a port, 127.0.0.1:8470 or [::1]:8470. No name is ever looked up.
 */
#ifndef ASV_SERVER_HTTP_ADDRESS_H
#define ASV_SERVER_HTTP_ADDRESS_H

#include "firmware-proto/base/status.h"

#define ASV_HTTP_ADDRESS_BYTES 64 /* "[2001:db8::1]:8470" */

/* *fd is the caller's to close, also after a failure, unless it is still what it was. ASV_E_USAGE for no
 * address; ASV_E_BUSY when the port is taken. */
ASV_MUST_CHECK enum asv_status asv_http_listen(const char *address, int *fd, struct asv_err *err);

/* Where a socket listens, with the port that it got. */
void asv_http_address_of(int fd, char out[ASV_HTTP_ADDRESS_BYTES]);

#endif
