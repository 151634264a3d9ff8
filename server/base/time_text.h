/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Times and days as people read them.
 */
#ifndef ASV_SERVER_BASE_TIME_TEXT_H
#define ASV_SERVER_BASE_TIME_TEXT_H

#include <stdint.h>

#define ASV_TEXT_BYTES 64

/* Each fills out[ASV_TEXT_BYTES] and returns it. */
const char *asv_text_time(char *out, int64_t ms); /* local, "2026-11-23 05:37:20"; "-" for ASV_TIME_UNKNOWN */
const char *asv_text_date(char *out, uint32_t date); /* "2026-11-23"; "-" for 0 */

#endif
