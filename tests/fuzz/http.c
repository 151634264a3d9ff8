/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a request's first line and its lists may be: a path that is found leads nowhere upwards, and
 * its parameters lie in it. The input is a method, a path and a list of tags or of codings, a line each. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "server/http/etag.h"
#include "server/http/route.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct asv_http_route routes[] = {
    {.method = "GET", .pattern = "/healthz", .name = "health"},
    {.method = "POST", .pattern = "/add-checkpoint", .name = "add"},
    {.method = "GET", .pattern = "/{log:hash}/checkpoint", .name = "hash"},
    {.method = "GET", .pattern = "/{id:uuid}/checkpoint", .name = "uuid"},
    {.method = "GET", .pattern = "/checkpoint", .name = "top"},
    {.method = "GET", .pattern = "/{log:steps}/checkpoint", .name = "head"},
    {.method = "GET", .pattern = "/{log:steps}/tile/{tile:steps}", .name = "tile"},
};
static const struct asv_http_routes table = {routes, sizeof routes / sizeof *routes};

static void check_found(const struct asv_http_match *match, const char *path)
{
    if (match->route < routes || match->route >= routes + table.count || strstr(path, "/.") != NULL ||
        strstr(path, "//") != NULL || strpbrk(path, "%\\;?# ") != NULL) {
        abort();
    }
    for (size_t i = 0; i < ASV_HTTP_PARAMS && match->params[i].text != NULL; i++) {
        const struct asv_http_param *param = &match->params[i];
        if (param->len == 0 || param->text <= path || param->text + param->len > path + strlen(path)) {
            abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[4096];
    char *rest = text;
    size_t len = size < sizeof text - 1 ? size : sizeof text - 1;
    memcpy(text, data, len);
    text[len] = '\0';
    const char *method = strsep(&rest, "\n");
    const char *target = rest != NULL ? strsep(&rest, "\n") : "";
    const char *path = asv_http_target_path(target);
    struct asv_http_match match = {0};
    char allow[ASV_HTTP_ALLOW_BYTES];
    enum asv_http_found found = asv_http_route_find(&table, method, path, &match, allow);
    if (found == ASV_HTTP_FOUND) {
        check_found(&match, path);
    } else if ((found == ASV_HTTP_NO_METHOD) != (allow[0] != '\0')) {
        abort();
    }
    if (rest != NULL && asv_http_coding_is_in("gzip", rest) && strpbrk(rest, "gG") == NULL) {
        abort();
    }
    return rest != NULL && asv_http_etag_is_in("\"tag\"", rest) && strstr(rest, "\"tag\"") == NULL &&
                   strchr(rest, '*') == NULL
               ? (abort(), 0)
               : 0;
}
