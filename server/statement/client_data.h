/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The JSON that a browser has an authenticator sign (WebAuthn Level 2, 5.8.1; RFC 8259): one object, read in
 * one pass without memory of its own. What two readers could understand differently is refused.
 */
#ifndef ASV_STATEMENT_CLIENT_DATA_H
#define ASV_STATEMENT_CLIENT_DATA_H

#include <stdbool.h>

#include "firmware-proto/base/bytes.h"

#define ASV_CLIENT_DATA_MEMBERS_MAX 16
#define ASV_CLIENT_DATA_DEPTH_MAX   4 /* of what is nested in a member that is passed over */

/* Views into the JSON; strings without their quotes, and without any escape. */
struct asv_client_data {
    struct asv_bytes type;
    struct asv_bytes challenge;
    struct asv_bytes origin;
    bool cross_origin; /* false when it is not said */
};

/* Reads exactly json. ASV_E_MALFORMED, or ASV_E_LIMIT for more members or deeper nesting than the limits;
 * *out is then untouched. */
ASV_MUST_CHECK enum asv_status asv_client_data_read(struct asv_client_data *out, struct asv_bytes json);

#endif
