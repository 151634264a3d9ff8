/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Parts of the custody report: one recording, and what a camera recorded besides.
 */
#ifndef ASV_SERVER_REPORT_CUSTODY_H
#define ASV_SERVER_REPORT_CUSTODY_H

#include "server/report/document.h"

void asv_say_clip(struct asv_sheet *sheet, const struct asv_report *report, const json_t *clip, size_t index);

/* That of the cameras' recordings none is left out. */
void asv_say_series(struct asv_sheet *sheet, const struct asv_report *report);

#endif
