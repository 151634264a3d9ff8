/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/http/etag.h"

#include <string.h>

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
