/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/report/moment.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static bool read_digits(const char *text, size_t count, int *out)
{
    int value = 0;
    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        value = value * 10 + (text[i] - '0');
    }
    *out = value;
    return true;
}

bool asv_moment_read(const char *text, int64_t *ms)
{
    struct tm tm = {0};
    int milli = 0, year = 0, month = 0, second = 0;
    if (text == NULL || strlen(text) != 24 || text[4] != '-' || text[7] != '-' || text[10] != 'T' ||
        text[13] != ':' || text[16] != ':' || text[19] != '.' || text[23] != 'Z' ||
        !read_digits(text, 4, &year) || !read_digits(text + 5, 2, &month) ||
        !read_digits(text + 8, 2, &tm.tm_mday) || !read_digits(text + 11, 2, &tm.tm_hour) ||
        !read_digits(text + 14, 2, &tm.tm_min) || !read_digits(text + 17, 2, &second) ||
        !read_digits(text + 20, 3, &milli) || year < 1970 || second > 59 || tm.tm_min > 59 ||
        tm.tm_hour > 23) {
        return false;
    }
    tm.tm_year = year - 1900;
    tm.tm_mon = month - 1;
    tm.tm_sec = second;
    struct tm same = tm;
    time_t at = timegm(&same);
    if (same.tm_mon != tm.tm_mon || same.tm_mday != tm.tm_mday) {
        return false; /* a day that the month does not have */
    }
    *ms = (int64_t)at * 1000 + milli;
    return true;
}

static struct tm local(int64_t ms)
{
    struct tm tm = {0};
    time_t at = (time_t)(ms / 1000);
    (void)localtime_r(&at, &tm);
    return tm;
}

const char *asv_moment_date(char *out, int64_t ms)
{
    struct tm tm = local(ms);
    (void)snprintf(out, ASV_MOMENT_BYTES, "%02d.%02d.%04d", tm.tm_mday, tm.tm_mon + 1, tm.tm_year + 1900);
    return out;
}

const char *asv_moment_text(char *out, int64_t ms)
{
    struct tm tm = local(ms);
    const char *zone = tm.tm_zone;
    zone = strcmp(zone, "CET") == 0 ? "MEZ" : strcmp(zone, "CEST") == 0 ? "MESZ" : zone;
    (void)snprintf(out, ASV_MOMENT_BYTES, "%02d.%02d.%04d, %02d:%02d:%02d %.8s", tm.tm_mday, tm.tm_mon + 1,
                   tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec, zone);
    return out;
}

const char *asv_moment_until(char *out, int64_t ms)
{
    return asv_moment_text(out, ms + 999);
}

const char *asv_moment_clock(char *out, int64_t ms, int64_t beside)
{
    struct tm tm = local(ms), other = local(beside);
    if (tm.tm_yday != other.tm_yday || tm.tm_year != other.tm_year || tm.tm_gmtoff != other.tm_gmtoff) {
        return asv_moment_text(out, ms);
    }
    (void)snprintf(out, ASV_MOMENT_BYTES, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
    return out;
}

const char *asv_moment_span(char *out, int64_t ms)
{
    (void)snprintf(out, ASV_MOMENT_BYTES, "%" PRId64 ":%02d:%02d,%03d", ms / 3600000, (int)(ms / 60000 % 60),
                   (int)(ms / 1000 % 60), (int)(ms % 1000));
    return out;
}

const char *asv_moment_seconds(char *out, int64_t ms)
{
    int64_t size = ms < 0 ? -ms : ms;
    (void)snprintf(out, ASV_MOMENT_BYTES, "%" PRId64 ",%03d", size / 1000, (int)(size % 1000));
    return out;
}
