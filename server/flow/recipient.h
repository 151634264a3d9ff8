/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * To whom recordings can be handed over: a key, and the card that says whose it is.
 */
#ifndef ASV_SERVER_FLOW_RECIPIENT_H
#define ASV_SERVER_FLOW_RECIPIENT_H

#include "server/flow/person.h"
#include "server/statement/card.h"

/* The person proposes the key of whom the card names, unless somebody has: the card is kept when that is
 * signed, and before it is stored. ASV_E_USAGE for bytes that are no card. */
ASV_MUST_CHECK enum asv_status asv_recipient_propose(const struct asv_flow *flow, struct asv_bytes card,
                                                     const uint8_t key[ASV_X25519_BYTES],
                                                     struct asv_person_statement *out, struct asv_err *err);

/* The person ends the key alone. ASV_E_NOT_FOUND: it was never registered; ASV_E_MISMATCH: for somebody else
 * than name (NULL: for whom does not matter). */
ASV_MUST_CHECK enum asv_status asv_recipient_end(const struct asv_flow *flow, const char *name,
                                                 const uint8_t key[ASV_X25519_BYTES], struct asv_err *err);

#endif
