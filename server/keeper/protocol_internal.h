/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the parts of the protocol share.
 */
#ifndef ASV_KEEPER_PROTOCOL_INTERNAL_H
#define ASV_KEEPER_PROTOCOL_INTERNAL_H

#include "server/keeper/protocol.h"

/* Statements with the credential records of who made them, as in DECIDE and SIGN. */
void asv_keeper_write_statements(struct asv_writer *out, const struct asv_keeper_request *request);
ASV_MUST_CHECK enum asv_status asv_keeper_read_statements(struct asv_reader *in,
                                                          struct asv_keeper_request *out);

/* ---- SIGN (protocol_sign.c) ---- */

/* What reading and writing refuse alike; true for any other request. */
bool asv_keeper_sign_is_good(const struct asv_keeper_request *request);
void asv_keeper_sign_write(struct asv_writer *out, const struct asv_keeper_request *request);
ASV_MUST_CHECK enum asv_status asv_keeper_sign_read(struct asv_reader *in, struct asv_keeper_request *out);

#endif
