/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * An incident in words, as who signs it and who looks it up read it.
 */
#ifndef ASV_SERVER_CLI_INCIDENT_H
#define ASV_SERVER_CLI_INCIDENT_H

#include <stdio.h>

#include "server/cli/text.h"
#include "server/db/incident.h"

/* Everything that is signed of a version. */
void asv_incident_print(FILE *out, const struct asv_db_incident *incident);

#endif
