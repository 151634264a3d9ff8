/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a statement says about a recording and an incident: action, step, subject, ground, incident and case.
 * Who states it, when, and why is added by who signs it.
 */
#ifndef ASV_SERVER_INCIDENT_COMPOSE_H
#define ASV_SERVER_INCIDENT_COMPOSE_H

#include "server/db/request.h"
#include "server/statement/statement.h"

/* An incident as statements name it; views borrow case_number. NULL id: none. */
struct asv_incident_name {
    const uint8_t *id;
    const char *case_number;
};

/* A proposal (or, for BLOCK and UNBLOCK, what one person states alone) about the clip with this seal header.
 * Left out is what the action does not take (STATEMENTS.md 4). */
void asv_incident_compose(struct asv_statement *out, uint16_t action, const uint8_t header[ASV_SHA256_BYTES],
                          uint8_t ground, const struct asv_incident_name *incident);

/* A proposal of OPEN. viewer: who would see it, as the proposer's credential names the proposer; borrowed. */
void asv_incident_compose_look(struct asv_statement *out, const uint8_t header[ASV_SHA256_BYTES],
                               struct asv_bytes viewer, const struct asv_incident_name *incident);

/* A SHOW of what an OPEN is about: what that one says, for once. Views into it. */
void asv_incident_compose_show(struct asv_statement *out, const struct asv_statement *open);

/* A proposal of DAY: date, yyyymmdd. */
void asv_incident_compose_day(struct asv_statement *out, const uint8_t header[ASV_SHA256_BYTES],
                              uint32_t date);

/* A proposal of HOLD_AHEAD or RELEASE_AHEAD. */
void asv_incident_compose_ahead(struct asv_statement *out, uint16_t action, const struct asv_db_range *range,
                                uint8_t ground, const struct asv_incident_name *incident);

/* Whether a stored proposal is this matter and this person's: the same command again goes on with it. */
bool asv_incident_is_same(const struct asv_statement *stored, const struct asv_statement *wanted,
                          const uint8_t person[ASV_UUID_BYTES]);

#endif
