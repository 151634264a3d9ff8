/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Local calendar days, and when a recording's period ends (LAW T1, T2; §§ 187(1), 188(1) BGB).
 *
 * Pure functions over the process's time zone, which main sets once with asv_calendar_set_zone before there
 * are threads. Instants are milliseconds since 1970-01-01 UTC; dates are yyyymmdd from 19700102 to 99991230.
 */
#ifndef ASV_SERVER_BASE_CALENDAR_H
#define ASV_SERVER_BASE_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"

#define ASV_CALENDAR_ZONE "Europe/Berlin"

/* Sets TZ. ASV_E_USAGE when the system has no such zone (libc would go on in UTC without a word). */
ASV_MUST_CHECK enum asv_status asv_calendar_set_zone(const char *zone, struct asv_err *err);

bool asv_date_valid(uint32_t date);

/* The date `days` later (or, if negative, earlier). ASV_E_LIMIT outside the range above or when date is none;
 * *out is then untouched. */
ASV_MUST_CHECK enum asv_status asv_date_add(uint32_t date, int days, uint32_t *out);

/* Days since 1970-01-01 of a date, and back. ASV_E_LIMIT as above; *out is then untouched. */
ASV_MUST_CHECK enum asv_status asv_date_to_days(uint32_t date, int32_t *days);
ASV_MUST_CHECK enum asv_status asv_date_from_days(int64_t days, uint32_t *date);

/* The local date at an instant. ASV_E_LIMIT outside the range above. */
ASV_MUST_CHECK enum asv_status asv_local_date(int64_t ms, uint32_t *date);

/* The first instant from which on the local date is `date` or later. Days are the half-open intervals
 * [start(d), start(d + 1)): contiguous, 23, 24 or 25 hours long where there is summer time. */
ASV_MUST_CHECK enum asv_status asv_local_day_start(uint32_t date, int64_t *ms);

/* The first instant after that date: asv_local_day_start of the next one. */
ASV_MUST_CHECK enum asv_status asv_local_day_end(uint32_t date, int64_t *ms);

/* The instant at which what was recorded on that date is due for erasure after a period of `days` days: the
 * day of the recording is not counted, the period ends with the end of its last day. */
ASV_MUST_CHECK enum asv_status asv_due_ms(uint32_t recording_date, unsigned days, int64_t *due);

#endif
