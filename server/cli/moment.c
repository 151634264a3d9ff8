/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/cli/moment.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

#include "firmware-proto/base/clock.h"
#include "server/base/calendar.h"
#include "server/base/fail.h"

#define HOUR_MS (INT64_C(3600) * 1000)

static bool fits(const char *text, const char *pattern)
{
    if (strlen(text) != strlen(pattern)) {
        return false;
    }
    for (size_t i = 0; pattern[i] != '\0'; i++) {
        if (pattern[i] == '0' ? !isdigit((unsigned char)text[i]) : text[i] != pattern[i]) {
            return false;
        }
    }
    return true;
}

static unsigned digits(const char *text, size_t count)
{
    unsigned value = 0;
    for (size_t i = 0; i < count; i++) {
        value = value * 10 + (unsigned)(text[i] - '0');
    }
    return value;
}

/* Whether the clocks show this, as summer or as winter time. */
static bool exists(const struct tm *typed, int summer, time_t *out)
{
    struct tm tm = *typed;
    tm.tm_isdst = summer;
    *out = mktime(&tm);
    return tm.tm_isdst == summer; /* what they skip, or show under the other name, is moved there */
}

/* "… A" or "… B", cut off: which of two; without it '\0'. */
static char take_which(char *text)
{
    size_t len = strlen(text);
    if (len < 3 || text[len - 2] != ' ' || strchr("AB", text[len - 1]) == NULL) {
        return '\0';
    }
    char which = text[len - 1];
    text[len - 2] = '\0';
    return which;
}

enum asv_status asv_moment_parse(const char *from, int64_t *ms)
{
    char text[24];
    if (strlen(from) >= sizeof text) {
        return ASV_E_MALFORMED;
    }
    memcpy(text, from, strlen(from) + 1);
    char which = take_which(text);
    bool seconds = fits(text, "0000-00-00 00:00:00");
    if (!seconds && !fits(text, "0000-00-00 00:00")) {
        return ASV_E_MALFORMED;
    }
    uint32_t date = digits(text, 4) * 10000 + digits(text + 5, 2) * 100 + digits(text + 8, 2);
    unsigned hour = digits(text + 11, 2);
    unsigned minute = digits(text + 14, 2);
    unsigned second = seconds ? digits(text + 17, 2) : 0;
    if (!asv_date_valid(date) || hour > 23 || minute > 59 || second > 59) {
        return ASV_E_MALFORMED;
    }
    const struct tm typed = {.tm_year = (int)(date / 10000) - 1900,
                             .tm_mon = (int)(date / 100 % 100) - 1,
                             .tm_mday = (int)(date % 100),
                             .tm_hour = (int)hour,
                             .tm_min = (int)minute,
                             .tm_sec = (int)second};
    time_t summer = 0;
    time_t winter = 0;
    bool has_summer = exists(&typed, 1, &summer);
    bool has_winter = exists(&typed, 0, &winter);
    if ((!has_summer && !has_winter) || (which != '\0' && !(has_summer && has_winter))) {
        return ASV_E_MALFORMED; /* skipped by the clocks; or an hour that comes once, and which of two */
    }
    *ms = (int64_t)(has_summer && which != 'B' ? summer : winter) * 1000;
    return ASV_OK;
}

enum asv_status asv_moment_option(const struct asv_cli *cli, const char *name, int64_t fallback, int64_t *ms,
                                  struct asv_err *err)
{
    const char *text = asv_cli_text(cli->args, name);
    if (text == NULL) {
        *ms = fallback;
        return ASV_OK;
    }
    return asv_moment_parse(text, ms) == ASV_OK
               ? ASV_OK
               : asv_failf(err, ASV_E_USAGE,
                           "--%s: \"%s\" is no moment; write it " ASV_MOMENT_HELP
                           " (when clocks are set back, the second of two with \" B\")",
                           name, text);
}

enum asv_status asv_moment_range(const struct asv_cli *cli, unsigned hours, int64_t *from_ms,
                                 int64_t *until_ms, struct asv_err *err)
{
    enum asv_status status = asv_moment_option(cli, "from", ASV_TIME_UNKNOWN, from_ms, err);
    if (status == ASV_OK) {
        status = asv_moment_option(cli, "until", ASV_TIME_UNKNOWN, until_ms, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    if (*from_ms == ASV_TIME_UNKNOWN || *until_ms == ASV_TIME_UNKNOWN) {
        return asv_fail(err, ASV_E_USAGE, "give --from and --until, each " ASV_MOMENT_HELP);
    }
    if (*until_ms <= *from_ms || *until_ms - *from_ms > (int64_t)hours * HOUR_MS) {
        return asv_failf(err, ASV_E_USAGE, "--until lies after --from, by at most %u hours", hours);
    }
    return ASV_OK;
}
