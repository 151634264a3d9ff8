/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * One recording in the custody report.
 */
#ifndef ASV_SERVER_REPORT_CUSTODY_H
#define ASV_SERVER_REPORT_CUSTODY_H

#include "server/report/document.h"

void asv_say_clip(struct asv_sheet *sheet, const struct asv_report *report, const json_t *clip, size_t index);

#endif
