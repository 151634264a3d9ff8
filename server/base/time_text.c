/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/base/time_text.h"

#include <stdio.h>
#include <time.h>

#include "firmware-proto/base/world.h"

const char *asv_text_time(char *out, int64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm parts;
    if (ms == ASV_TIME_UNKNOWN || localtime_r(&seconds, &parts) == NULL ||
        strftime(out, ASV_TEXT_BYTES, "%Y-%m-%d %H:%M:%S", &parts) == 0) {
        snprintf(out, ASV_TEXT_BYTES, "-");
    }
    return out;
}

const char *asv_text_date(char *out, uint32_t date)
{
    if (date == 0) {
        snprintf(out, ASV_TEXT_BYTES, "-");
    } else {
        snprintf(out, ASV_TEXT_BYTES, "%04u-%02u-%02u", date / 10000, date / 100 % 100, date % 100);
    }
    return out;
}
