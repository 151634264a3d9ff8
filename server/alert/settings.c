/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/alert/settings.h"

#include <string.h>

#include "server/base/conf.h"
#include "server/base/fail.h"

#define MINUTE_MS UINT64_C(60000)
#define HOUR_MS   (60 * MINUTE_MS)
#define DAY_MS    (24 * HOUR_MS)

#define TEXT(name, field)                                                         \
    {                                                                             \
        name, ASV_CONF_TEXT, offsetof(struct asv_alert_settings, field),          \
            sizeof(((struct asv_alert_settings *)0)->field), "", 0, 0, NULL, NULL \
    }
#define DURATION(name, field, fallback, min, max)                                                         \
    {                                                                                                     \
        name, ASV_CONF_DURATION, offsetof(struct asv_alert_settings, field), 0, fallback, min, max, NULL, \
            NULL                                                                                          \
    }

static const struct asv_conf_key keys[] = {
    TEXT("mail_to", mail_to),
    TEXT("mail_from", mail_from),
    TEXT("smtp_url", smtp_url),
    TEXT("smtp_ca", smtp_ca),
    TEXT("smtp_login", smtp_login),
    DURATION("smtp_timeout", smtp_timeout_ms, "60s", 1000, 10 * MINUTE_MS),
    DURATION("late_dock", undocked_ms, "24h", HOUR_MS, 366 * DAY_MS),
    DURATION("backup_age", backup_ms, "36h", HOUR_MS, 366 * DAY_MS),
};

/* Cuts mail_to at its commas. */
static enum asv_status split(struct asv_alert_settings *settings, struct asv_err *err)
{
    char *at = settings->mail_to;
    while (*at != '\0') {
        at += strspn(at, " ");
        size_t len = strcspn(at, ", ");
        char *end = at + len;
        end += strspn(end, " ");
        if (*end != '\0' && *end != ',') {
            return asv_fail(err, ASV_E_USAGE, "mail_to: put a comma between two addresses");
        }
        if (settings->to_count == ASV_MAIL_ADDRESSES) {
            return asv_failf(err, ASV_E_USAGE, "mail_to: at most %d addresses", ASV_MAIL_ADDRESSES);
        }
        settings->to[settings->to_count++] = at;
        char *next = *end == ',' ? end + 1 : end;
        at[len] = '\0';
        enum asv_status status = asv_mail_address(at, err);
        if (status != ASV_OK) {
            return status;
        }
        at = next;
    }
    return ASV_OK;
}

enum asv_status asv_alert_settings_read(struct asv_alert_settings *out, const char *path, struct asv_err *err)
{
    struct asv_err inner = {0};
    *out = (struct asv_alert_settings){.to_count = 0};
    enum asv_status status = asv_conf_read(path, true, keys, sizeof keys / sizeof *keys, out, err);
    if (status != ASV_OK) {
        return status;
    }
    status = split(out, &inner);
    if (status == ASV_OK && out->to_count > 0) {
        if (strncmp(out->smtp_url, "smtp://", 7) != 0 && strncmp(out->smtp_url, "smtps://", 8) != 0) {
            status = asv_fail(&inner, ASV_E_USAGE, "smtp_url: give smtp://HOST or smtps://HOST");
        } else {
            status = asv_mail_address(out->mail_from, &inner);
        }
    }
    return status == ASV_OK ? ASV_OK : asv_failf(err, status, "%s: %s", path, inner.text);
}
