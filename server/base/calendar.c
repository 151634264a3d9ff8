/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/base/calendar.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"

#define DAY_S     INT64_C(86400)
#define WINDOW_S  INT64_C(93600) /* 26 h: no zone is farther from UTC */
#define FIRST_DAY 1              /* 1970-01-02, in days since 1970-01-01 */
#define LAST_DAY  2932895        /* 9999-12-30 */
#define FIRST     19700102u
#define LAST      99991230u

enum asv_status asv_calendar_set_zone(const char *zone, struct asv_err *err)
{
    char path[PATH_MAX];
    char magic[4];
    if (zone[0] == '\0' || zone[0] == '/' || zone[0] == ':' || strstr(zone, "..") != NULL ||
        (size_t)snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", zone) >= sizeof path) {
        return asv_failf(err, ASV_E_USAGE, "time zone \"%s\": give a name such as %s", zone,
                         ASV_CALENDAR_ZONE);
    }
    asv_auto_fd int fd = -1;
    struct asv_err why = {0};
    if (asv_io_open(AT_FDCWD, path, O_RDONLY, 0, &fd, &why) != ASV_OK) {
        return asv_failf(err, ASV_E_USAGE, "time zone \"%s\": %s; is the package tzdata installed?", zone,
                         why.text);
    }
    /* libc takes UTC for what it cannot read, and says nothing. */
    if (read(fd, magic, sizeof magic) != (ssize_t)sizeof magic || memcmp(magic, "TZif", sizeof magic) != 0) {
        return asv_failf(err, ASV_E_USAGE, "time zone \"%s\": %s is none; give a name such as %s", zone, path,
                         ASV_CALENDAR_ZONE);
    }
    if (setenv("TZ", zone, 1) != 0) {
        return asv_failf(err, ASV_E_NO_MEMORY, "time zone \"%s\": %s", zone, strerror(errno));
    }
    tzset();
    return ASV_OK;
}

/* Days since 1970-01-01 of a day of the proleptic Gregorian calendar; years are counted from 1 March, so that
 * the leap day is a year's last. */
static int64_t days_of(int64_t year, unsigned month, unsigned day)
{
    year -= month <= 2 ? 1 : 0;
    int64_t era = year / 400;
    int64_t year_of_era = year % 400;
    int64_t day_of_year = (153 * (int64_t)(month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static uint32_t date_of(int64_t days)
{
    days += 719468;
    int64_t era = days / 146097;
    int64_t day_of_era = days % 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * day_of_year + 2) / 153;
    int64_t day = day_of_year - (153 * shifted + 2) / 5 + 1;
    int64_t month = shifted < 10 ? shifted + 3 : shifted - 9;
    int64_t year = era * 400 + year_of_era + (month <= 2 ? 1 : 0);
    return (uint32_t)(year * 10000 + month * 100 + day);
}

static int64_t days_of_date(uint32_t date)
{
    return days_of(date / 10000, date / 100 % 100, date % 100);
}

bool asv_date_valid(uint32_t date)
{
    return date >= FIRST && date <= LAST && date / 100 % 100 >= 1 && date / 100 % 100 <= 12 &&
           date % 100 >= 1 && date_of(days_of_date(date)) == date;
}

enum asv_status asv_date_to_days(uint32_t date, int32_t *days)
{
    if (!asv_date_valid(date)) {
        return ASV_E_LIMIT;
    }
    *days = (int32_t)days_of_date(date);
    return ASV_OK;
}

enum asv_status asv_date_from_days(int64_t days, uint32_t *date)
{
    if (days < FIRST_DAY || days > LAST_DAY) {
        return ASV_E_LIMIT;
    }
    *date = date_of(days);
    return ASV_OK;
}

enum asv_status asv_date_add(uint32_t date, int days, uint32_t *out)
{
    int32_t since = 0;
    enum asv_status status = asv_date_to_days(date, &since);
    return status != ASV_OK ? status : asv_date_from_days((int64_t)since + days, out);
}

/* The local date at an instant in seconds; 0 when libc cannot say. */
static uint32_t local_date_s(int64_t seconds)
{
    time_t at = (time_t)seconds;
    struct tm local;
    if (localtime_r(&at, &local) == NULL || local.tm_year < 0 || local.tm_year > 8100) {
        return 0;
    }
    return (uint32_t)(local.tm_year + 1900) * 10000 + (uint32_t)(local.tm_mon + 1) * 100 +
           (uint32_t)local.tm_mday;
}

enum asv_status asv_local_date(int64_t ms, uint32_t *date)
{
    int64_t seconds = ms / 1000 - (ms % 1000 < 0 ? 1 : 0);
    if (seconds < 0 || seconds > (LAST_DAY + 2) * DAY_S) {
        return ASV_E_LIMIT;
    }
    uint32_t local = local_date_s(seconds);
    if (local < FIRST || local > LAST) {
        return ASV_E_LIMIT;
    }
    *date = local;
    return ASV_OK;
}

/* A second at which the local date becomes `date` or later, between low (where it is earlier) and high. */
static int64_t boundary(uint32_t date, int64_t low, int64_t high)
{
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (local_date_s(middle) < date) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return high;
}

enum asv_status asv_local_day_start(uint32_t date, int64_t *ms)
{
    if (!asv_date_valid(date)) {
        return ASV_E_LIMIT;
    }
    /* Found by search, not by mktime, which leaves open what a midnight is that the clocks skip or pass
     * twice. */
    int64_t utc = days_of_date(date) * DAY_S;
    int64_t end = utc + WINDOW_S;
    int64_t start = boundary(date, utc - WINDOW_S, end);
    /* Where clocks go back over midnight, the old date returns for less than two hours: the day starts when
     * it does not come back any more. */
    for (int64_t at = start + 7200; at > start; at -= 60) {
        if (local_date_s(at) < date) {
            start = boundary(date, at, end);
            break;
        }
    }
    *ms = start * 1000;
    return ASV_OK;
}

enum asv_status asv_local_day_end(uint32_t date, int64_t *ms)
{
    return asv_due_ms(date, 0, ms);
}

enum asv_status asv_due_ms(uint32_t recording_date, unsigned days, int64_t *due)
{
    uint32_t after = 0;
    if (days >= LAST_DAY) {
        return ASV_E_LIMIT;
    }
    enum asv_status status = asv_date_add(recording_date, (int)days + 1, &after);
    return status != ASV_OK ? status : asv_local_day_start(after, due);
}
