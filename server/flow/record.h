/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What one person writes down and signs (STATEMENTS.md 4, "Records"): stored with the row that it is about,
 * or neither is (ST-104). The salt is the caller's, random, and the same whenever the same is signed again.
 */
#ifndef ASV_SERVER_FLOW_RECORD_H
#define ASV_SERVER_FLOW_RECORD_H

#include "server/db/incident.h"
#include "server/flow/person.h"

/* Has what says the row signed; *it is stored with the row, and views *stated. */
ASV_MUST_CHECK enum asv_status asv_flow_sign_row(const struct asv_flow *flow, struct asv_statement *what,
                                                 const uint8_t salt[ASV_SHA256_BYTES],
                                                 struct asv_person_statement *stated,
                                                 struct asv_db_signed *it, struct asv_err *err);

/* A version of an incident. ASV_E_EXISTS: its number is another's; ASV_E_STATE: it was forgotten. */
ASV_MUST_CHECK enum asv_status asv_flow_put_incident(const struct asv_flow *flow,
                                                     const struct asv_db_incident *incident,
                                                     const uint8_t salt[ASV_SHA256_BYTES],
                                                     struct asv_err *err);

/* That a recording shows an incident, or does not: `exhibit` has what it is about, and gets its number.
 * *news false: it is written down so already, and nothing is to be signed. */
ASV_MUST_CHECK enum asv_status asv_flow_find_exhibit(struct asv_db *db, struct asv_db_exhibit *exhibit,
                                                     bool *news, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_flow_put_exhibit(const struct asv_flow *flow,
                                                    const struct asv_db_exhibit *exhibit,
                                                    const uint8_t salt[ASV_SHA256_BYTES],
                                                    struct asv_err *err);

/* A picture of a recording that the person is shown: its incident is found. Nothing is signed of one that is
 * written down already. ASV_E_DENIED: it was not shown to this person; ASV_E_STATE: it is not held, or the
 * incident has as many as it may. */
ASV_MUST_CHECK enum asv_status asv_flow_put_still(const struct asv_flow *flow, struct asv_db_still *still,
                                                  const uint8_t salt[ASV_SHA256_BYTES], struct asv_err *err);

/* What a recorded person asks, and what the database answers, into rows[ASV_DB_PAGE_MAX]. */
ASV_MUST_CHECK enum asv_status asv_flow_put_subject_request(const struct asv_flow *flow,
                                                            const struct asv_db_subject_request *request,
                                                            const uint8_t salt[ASV_SHA256_BYTES],
                                                            struct asv_db_subject_answer *rows, size_t *count,
                                                            struct asv_err *err);

#endif
