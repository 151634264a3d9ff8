/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/http/problem.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

/* clang-format off */
const struct asv_http_problem asv_http_bad_request = {
    400, "bad-request", "Bad request", "Ungültige Anfrage",
    "the header contradicts itself, is not HTTP, or does not say how much follows it",
    "der Kopf der Anfrage widerspricht sich, ist kein HTTP oder sagt nicht, wie viel ihm folgt", "header"};
const struct asv_http_problem asv_http_not_found = {
    404, "not-found", "Not found", "Nicht gefunden",
    "there is nothing at this path",
    "unter diesem Pfad ist nichts", "path"};
const struct asv_http_problem asv_http_no_method = {
    405, "method-not-allowed", "Method not allowed", "Methode nicht erlaubt",
    "this path has the methods that Allow names",
    "dieser Pfad kennt nur die Methoden, die in Allow stehen", "method"};
const struct asv_http_problem asv_http_body_too_large = {
    413, "body-too-large", "Body too large", "Inhalt zu groß",
    "the request's body is larger than this path takes",
    "der Inhalt der Anfrage ist größer, als dieser Pfad ihn annimmt", "body"};
const struct asv_http_problem asv_http_target_too_long = {
    414, "path-too-long", "Path too long", "Pfad zu lang",
    "path and query are longer than any that there is",
    "Pfad und Abfrage sind länger als alle, die es gibt", "path"};
const struct asv_http_problem asv_http_header_too_large = {
    431, "header-too-large", "Header too large", "Kopf zu groß",
    "the request's header is larger than 16,384 bytes",
    "der Kopf der Anfrage ist größer als 16.384 Byte", "header"};
const struct asv_http_problem asv_http_failed = {
    500, "failed", "Internal error", "Interner Fehler",
    "this was our mistake; the journal says more",
    "das war unser Fehler; mehr steht im Journal", NULL};
const struct asv_http_problem asv_http_too_late = {
    503, "too-late", "Not in time", "Nicht rechtzeitig",
    "too much is to be done at once, or the server is stopping; try again",
    "es ist zu viel auf einmal zu tun, oder der Server hält an; später noch einmal versuchen", NULL};
/* clang-format on */

struct text {
    char *out;
    size_t len;
};

__attribute__((format(printf, 2, 3))) static void put(struct text *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text->out + text->len, ASV_HTTP_PROBLEM_BYTES - text->len, format, args);
    va_end(args);
    assert(len >= 0 && (size_t)len < ASV_HTTP_PROBLEM_BYTES - text->len);
    text->len += (size_t)len;
}

static void put_member(struct text *text, const char *name, const char *value)
{
    put(text, ",\"%s\":\"", name);
    for (const char *c = value; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\') {
            put(text, "\\%c", *c);
        } else if ((unsigned char)*c < 0x20) {
            put(text, "\\u%04x", (unsigned)(unsigned char)*c);
        } else {
            put(text, "%c", *c);
        }
    }
    put(text, "\"");
}

size_t asv_http_problem_write(char out[ASV_HTTP_PROBLEM_BYTES], const struct asv_http_problem *problem)
{
    struct text text = {.out = out};
    put(&text, "{\"type\":\"urn:asservat:problem:%s\",\"status\":%u", problem->name, problem->code);
    put_member(&text, "title", problem->title);
    put_member(&text, "title_de", problem->title_de);
    put_member(&text, "detail", problem->detail);
    put_member(&text, "detail_de", problem->detail_de);
    if (problem->field != NULL) {
        put_member(&text, "field", problem->field);
    }
    put(&text, "}\n");
    return text.len;
}
