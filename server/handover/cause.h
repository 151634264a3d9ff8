/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a run ended with, as people are told (docs/HANDOVER.md, HO-140).
 */
#ifndef ASV_SERVER_HANDOVER_CAUSE_H
#define ASV_SERVER_HANDOVER_CAUSE_H

#include <stdbool.h>

#include "firmware-proto/base/status.h"

struct asv_handover_cause {
    const char *word;  /* as the database has it */
    bool for_good;     /* HO-055: it ends so whenever it is begun again, as things are */
    const char *to_do; /* by a person */
};

/* Of any status but ASV_OK. */
const struct asv_handover_cause *asv_handover_cause(enum asv_status status);

/* HO-160, in words: those that were said, or the status's name where nothing was. */
const char *asv_handover_why(enum asv_status status, const char *said);

/* By its word. NULL: there is none. */
const struct asv_handover_cause *asv_handover_cause_of(const char *word);

#endif
