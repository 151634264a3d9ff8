/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "dock/why.h"

#include <stddef.h>

const char *asv_why_name(unsigned n)
{
    static const char *const names[] = {
        "foreign", "distrust",    "revoked",  "copy",      "retired", "unerased", "failed", "unreadable",
        "disk",    "quarantined", "expired",  "recording", "room",    "database", "keeper", "elsewhere",
        "untold",  "uncommitted", "protocol", "silent",    "ended",   "again",    "other"};
    return n < sizeof names / sizeof *names ? names[n] : NULL;
}
