/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * /metrics, in Prometheus's text format. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "server/web/session.h"

#define TYPE "text/plain; version=0.0.4; charset=utf-8"

static void put(FILE *out, const char *name, const char *type, const char *help, uint64_t value)
{
    fprintf(out, "# HELP %s %s\n# TYPE %s %s\n%s %" PRIu64 "\n", name, help, name, type, name, value);
}

/* The answers of all routes of one name. */
static uint64_t answers_of(const struct asv_http_listener *listener, size_t first, unsigned class)
{
    const struct asv_web_route *all = asv_web_routes;
    uint64_t sum = 0;
    for (size_t i = first; i < asv_web_route_count; i++) {
        sum += strcmp(all[i].name, all[first].name) == 0 ? asv_http_answers(listener, i, class) : 0;
    }
    return sum;
}

static bool is_first_of_its_name(size_t route)
{
    for (size_t i = 0; i < route; i++) {
        if (strcmp(asv_web_routes[i].name, asv_web_routes[route].name) == 0) {
            return false;
        }
    }
    return true;
}

static void put_answers(FILE *out, const struct asv_http_listener *listener)
{
    static const char name[] = "asservat_http_answers_total";
    fprintf(out, "# HELP %s Answers, by route and the first digit of their code\n# TYPE %s counter\n", name,
            name);
    for (size_t i = 0; i < asv_web_route_count; i++) {
        for (unsigned class = 2; is_first_of_its_name(i) && class < ASV_HTTP_CLASSES; class ++) {
            fprintf(out, "%s{route=\"%s\",class=\"%uxx\"} %" PRIu64 "\n", name, asv_web_routes[i].name, class,
                    answers_of(listener, i, class));
        }
    }
    fprintf(out, "%s{route=\"none\",class=\"4xx\"} %" PRIu64 "\n", name,
            asv_http_answers(listener, asv_web_route_count, 4));
}

static void put_all(FILE *out, struct asv_web *web)
{
    enum asv_web_state state = asv_web_state(web);
    struct asv_http_stats stats;
    asv_http_stats(web->listener, &stats);
    fprintf(out, "# HELP asservat_build_info The program\n# TYPE asservat_build_info gauge\n"
                 "asservat_build_info{version=\"" ASV_VERSION "\"} 1\n");
    put(out, "asservat_database_up", "gauge", "The database answers and has this program's schema",
        state != ASV_WEB_NO_DATABASE);
    put(out, "asservat_ready", "gauge", "All that readyz asks about is there", state == ASV_WEB_READY);
    put(out, "asservat_http_connections", "gauge", "Connections now", stats.connections);
    put(out, "asservat_http_streams", "gauge", "Connections that are told of what changes", stats.streams);
    put(out, "asservat_http_connections_total", "counter", "Connections", stats.accepted);
    put(out, "asservat_http_late_total", "counter", "Connections that were cut as their deadline had passed",
        stats.late);
    put(out, "asservat_http_gave_way_total", "counter",
        "Connections that were cut as others needed the place", stats.gave_way);
    put(out, "asservat_http_refused_total", "counter", "Connections for which there was no place",
        stats.refused);
    if (stats.certificate_until_ms > 0) {
        put(out, "asservat_tls_certificate_end_seconds", "gauge",
            "When the certificate ends, in seconds since 1970",
            (uint64_t)(stats.certificate_until_ms / 1000));
    }
    put_answers(out, web->listener);
}

void asv_web_metrics(struct asv_web_call *call)
{
    struct asv_http_answer *out = call->out;
    char *text = NULL;
    size_t len = 0;
    if (!asv_web_is_local(call)) {
        out->problem = &asv_http_not_found;
        return;
    }
    FILE *file = open_memstream(&text, &len);
    if (file == NULL) {
        return;
    }
    put_all(file, call->web);
    out->code = fclose(file) == 0 ? 200 : 0;
    out->type = TYPE;
    out->data = (uint8_t *)text;
    out->len = len;
    out->owned = true;
}
