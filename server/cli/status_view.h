/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A line of the dock daemon's status (docs/DOCK.md) as a person reads it.
 */
#ifndef ASV_SERVER_CLI_STATUS_VIEW_H
#define ASV_SERVER_CLI_STATUS_VIEW_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "firmware-proto/base/status.h"

struct asv_status_view {
    bool colours;
    size_t columns, rows; /* of the window that must hold it all, 48 columns at least; 0: there is none */
};

/* Prints the status. In a window no line is longer and there are fewer lines than it has, so that it never
 * wraps and never scrolls: slots at rest are left out first, and their number is said. */
ASV_MUST_CHECK enum asv_status asv_status_print(FILE *out, const json_t *status,
                                                const struct asv_status_view *view, struct asv_err *err);

#endif
