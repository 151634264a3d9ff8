/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What will stand in the documents of a hand-over is refused when somebody writes it, not when two people
 * have decided (docs/HANDOVER.md, HO-024).
 */
#ifndef ASV_SERVER_FLOW_PRINTED_H
#define ASV_SERVER_FLOW_PRINTED_H

#include "server/db/incident.h"
#include "server/flow/flow.h"
#include "server/statement/card.h"

/* Each: ASV_E_USAGE names the field and the letter. */
ASV_MUST_CHECK enum asv_status asv_printed_incident(const struct asv_db_incident *incident,
                                                    struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_printed_card(const struct asv_card *card, struct asv_err *err);

/* Who signs, and why. */
ASV_MUST_CHECK enum asv_status asv_printed_signer(const struct asv_flow *flow, struct asv_err *err);

#endif
