/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/http/route.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define HASH_CHARS   64
#define UUID_CHARS   36
#define NUMBER_CHARS 9

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Characters of one step at the beginning of text; 0 when there is none. */
static size_t step_chars(const char *text)
{
    static const char marks[] = "-._~:";
    size_t len = 0;
    while (text[len] != '\0' && (is_alnum(text[len]) || strchr(marks, text[len]) != NULL)) {
        len++;
    }
    return len > 0 && text[0] != '.' && (text[len] == '/' || text[len] == '\0') ? len : 0;
}

static size_t hash_chars(const char *text)
{
    return strspn(text, "0123456789abcdef") == HASH_CHARS &&
                   (text[HASH_CHARS] == '/' || text[HASH_CHARS] == '\0')
               ? HASH_CHARS
               : 0;
}

/* As asv_uuid_format writes it: one way to write each. */
static size_t uuid_chars(const char *text)
{
    for (size_t i = 0; i < UUID_CHARS; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        bool digit = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');
        if (dash ? text[i] != '-' : !digit) {
            return 0;
        }
    }
    return text[UUID_CHARS] == '/' || text[UUID_CHARS] == '\0' ? UUID_CHARS : 0;
}

/* A number that is not zero, in one way, and below 2^31. */
static size_t number_chars(const char *text)
{
    size_t len = strspn(text, "0123456789");
    return len > 0 && len <= NUMBER_CHARS && text[0] != '0' && (text[len] == '/' || text[len] == '\0') ? len
                                                                                                       : 0;
}

static const struct {
    const char *name; /* with the end of the parameter */
    size_t (*chars)(const char *text);
} types[] = {{"steps}", step_chars}, {"hash}", hash_chars}, {"uuid}", uuid_chars}, {"number}", number_chars}};

static bool match(const char *pattern, const char *path, struct asv_http_param *params, size_t left);

/* {name:type} at the beginning of the pattern: the first way on which the rest matches, too. */
static bool match_param(const char *pattern, const char *path, struct asv_http_param *params, size_t left)
{
    const char *colon = strchr(pattern, ':');
    const char *end = strchr(pattern, '}');
    assert(left > 0 && colon != NULL && end != NULL && colon < end); /* a table's mistake */
    size_t type = 0;
    while (type < sizeof types / sizeof *types &&
           strncmp(colon + 1, types[type].name, strlen(types[type].name)) != 0) {
        type++;
    }
    assert(type < sizeof types / sizeof *types);
    bool steps = type == 0;
    size_t len = types[type].chars(path);
    while (len > 0) {
        *params = (struct asv_http_param){path, len};
        if (match(end + 1, path + len, params + 1, left - 1)) {
            return true;
        }
        size_t more = steps && path[len] == '/' ? step_chars(path + len + 1) : 0;
        len = more > 0 ? len + 1 + more : 0;
    }
    return false;
}

static bool match(const char *pattern, const char *path, struct asv_http_param *params, size_t left)
{
    while (*pattern != '\0' && *pattern != '{' && *pattern == *path) {
        pattern++;
        path++;
    }
    return *pattern == '{' ? match_param(pattern, path, params, left) : *pattern == '\0' && *path == '\0';
}

/* With so few steps two of type steps can be divided in a few hundred ways at most. */
static bool is_bounded(const char *path)
{
    size_t steps = 0;
    size_t len = 0;
    for (; path[len] != '\0' && len < ASV_HTTP_PATH_BYTES; len++) {
        steps += path[len] == '/' ? 1 : 0;
    }
    return len < ASV_HTTP_PATH_BYTES && steps <= ASV_HTTP_STEPS;
}

/* What does not fit is left out: no path has so many. */
static void add_allowed(char allow[ASV_HTTP_ALLOW_BYTES], const char *method)
{
    char more[ASV_HTTP_ALLOW_BYTES];
    size_t len = strlen(allow);
    int added = snprintf(more, sizeof more, "%s%s%s", len > 0 ? ", " : "", method,
                         strcmp(method, "GET") == 0 ? ", HEAD" : "");
    if (strstr(allow, method) == NULL && added > 0 && len + (size_t)added < ASV_HTTP_ALLOW_BYTES) {
        memcpy(allow + len, more, (size_t)added + 1);
    }
}

enum asv_http_found asv_http_route_find(const struct asv_http_routes *routes, const char *method,
                                        const char *path, struct asv_http_match *out,
                                        char allow[ASV_HTTP_ALLOW_BYTES])
{
    const char *asked = strcmp(method, "HEAD") == 0 ? "GET" : method;
    allow[0] = '\0';
    if (!is_bounded(path)) {
        return ASV_HTTP_NO_PATH;
    }
    for (size_t i = 0; i < routes->count; i++) {
        struct asv_http_match found = {.route = &routes->all[i]};
        if (!match(found.route->pattern, path, found.params, ASV_HTTP_PARAMS)) {
            continue;
        }
        if (strcmp(found.route->method, asked) == 0) {
            *out = found;
            return ASV_HTTP_FOUND;
        }
        add_allowed(allow, found.route->method);
    }
    return allow[0] != '\0' ? ASV_HTTP_NO_METHOD : ASV_HTTP_NO_PATH;
}

const char *asv_http_target_path(const char *target)
{
    static const char *const schemes[] = {"http://", "https://"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        size_t len = strlen(schemes[i]);
        if (strncasecmp(target, schemes[i], len) == 0) {
            const char *path = strchr(target + len, '/');
            return path != NULL ? path : "/";
        }
    }
    return target;
}
