/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a statement says about a row that one person writes down (STATEMENTS.md 4, "Records"): which, and a
 * salted digest of what the row says, so that once the row is forgotten nobody guesses it.
 */
#ifndef ASV_SERVER_INCIDENT_RECORD_H
#define ASV_SERVER_INCIDENT_RECORD_H

#include "server/db/handover.h"
#include "server/db/incident.h"

/* Action, step, subject, incident and case of what is signed; views borrow the row. */
void asv_record_incident(struct asv_statement *out, const struct asv_db_incident *incident,
                         const uint8_t salt[ASV_SHA256_BYTES]);
void asv_record_exhibit(struct asv_statement *out, const struct asv_db_exhibit *exhibit,
                        const uint8_t salt[ASV_SHA256_BYTES]);
void asv_record_still(struct asv_statement *out, const struct asv_db_still *still,
                      const uint8_t salt[ASV_SHA256_BYTES]);
void asv_record_subject_request(struct asv_statement *out, const struct asv_db_subject_request *request,
                                const uint8_t salt[ASV_SHA256_BYTES]);

void asv_record_handover_end(struct asv_statement *out, const struct asv_db_handover *handover,
                             const uint8_t salt[ASV_SHA256_BYTES]);
void asv_record_handover_receipt(struct asv_statement *out, const struct asv_db_handover_receipt *receipt,
                                 const uint8_t salt[ASV_SHA256_BYTES]);

/* Whether two versions of an incident say the same, whatever their numbers. */
bool asv_record_is_same(const struct asv_db_incident *a, const struct asv_db_incident *b);

#endif
