/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/http/etag.h"

#include <string.h>
#include <strings.h>

bool asv_http_etag_is_in(const char *etag, const char *list)
{
    const char *at = list + strspn(list, " \t");
    size_t len = strlen(etag);
    if (at[0] == '*') {
        return at[1 + strspn(at + 1, " \t")] == '\0';
    }
    for (;;) {
        at += strspn(at, " \t,");
        at += strncmp(at, "W/", 2) == 0 ? 2 : 0;
        const char *end = at[0] == '"' ? strchr(at + 1, '"') : NULL;
        if (end == NULL) {
            return false;
        }
        size_t found = (size_t)(end - at) + 1;
        if (found == len && memcmp(at, etag, len) == 0) {
            return true;
        }
        at = end + 1;
        if (at[strspn(at, " \t")] != ',') {
            return false;
        }
    }
}

/* "q=0", "q=0.", "q=0.000": not this one. */
static bool is_refused(const char *weight, const char *end)
{
    weight += strspn(weight, "; \t");
    return end - weight >= 3 && strncasecmp(weight, "q=0", 3) == 0 &&
           strspn(weight + 3, ".0") == (size_t)(end - weight) - 3;
}

bool asv_http_coding_is_in(const char *coding, const char *list)
{
    size_t len = strlen(coding);
    for (const char *at = list; *at != '\0';) {
        at += strspn(at, " \t,");
        size_t found = strcspn(at, " \t,;");
        const char *end = at + strcspn(at, ",");
        if (found == len && len > 0 && strncasecmp(at, coding, len) == 0) {
            while (end > at && (end[-1] == ' ' || end[-1] == '\t')) {
                end--;
            }
            return !is_refused(at + len, end);
        }
        at = end;
    }
    return false;
}
