/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Times as the facts write them and as a German reader sees them, in the process's time zone
 * (server/base/calendar.h).
 */
#ifndef ASV_SERVER_REPORT_MOMENT_H
#define ASV_SERVER_REPORT_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

#define ASV_MOMENT_BYTES 64

/* "2026-11-23T14:05:20.000Z" and nothing else, from 1970 to 9999. False, and *ms is untouched, for what is no
 * such time, or NULL. */
bool asv_moment_read(const char *text, int64_t *ms);

/* Each fills out[ASV_MOMENT_BYTES] and returns it. */
const char *asv_moment_text(char *out, int64_t ms);  /* "23.11.2026, 15:05:20 MEZ" */
const char *asv_moment_until(char *out, int64_t ms); /* the same, but of the next whole second: a bound */
const char *asv_moment_clock(char *out, int64_t ms, int64_t beside); /* "15:05:20", or all of another day */
const char *asv_moment_date(char *out, int64_t ms);                  /* "23.11.2026" */
const char *asv_moment_span(char *out, int64_t ms);                  /* "1:02:03,250" */
const char *asv_moment_seconds(char *out, int64_t ms);               /* "1,250", without a sign */

#endif
