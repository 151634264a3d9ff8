/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/bus/stats.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void put_port(FILE *out, const struct asv_bus_port *port)
{
    const struct asv_bus_counters *c = &port->counters;
    const struct asv_bus_attachment *a = port->attachment;
    (void)fprintf(out, "{\"port\":\"%s\",\"camera\":", port->path);
    if (port->camera != NULL) {
        (void)fprintf(out, "\"%s\",\"kind\":\"%s\"", port->camera->name, port->camera->device.ops->kind);
    } else {
        (void)fprintf(out, "null,\"kind\":null");
    }
    (void)fprintf(out, ",\"plugged\":%s,\"address\":%u,\"claimed\":%s,\"waiting_in\":%u,\"waiting_out\":%u",
                  a != NULL ? "true" : "false", a != NULL ? a->address : 0,
                  a != NULL && a->claimed != NULL ? "true" : "false", a != NULL ? a->pending_in.count : 0,
                  a != NULL ? a->pending_out.count : 0);
    (void)fprintf(
        out,
        ",\"in_bytes\":%" PRIu64 ",\"in_started\":%" PRIu64 ",\"in_transfers\":%" PRIu64
        ",\"out_bytes\":%" PRIu64 ",\"out_transfers\":%" PRIu64 ",\"errors\":%" PRIu64
        ",\"cancelled\":%" PRIu64 ",\"plugs\":%" PRIu64 ",\"unplugs\":%" PRIu64 ",\"resets\":%" PRIu64
        ",\"opens\":%" PRIu64 ",\"halts_cleared\":%" PRIu64 ",\"armed\":%u,\"struck\":{",
        c->in_bytes, c->in_started, c->in_transfers, c->out_bytes, c->out_transfers, c->errors, c->cancelled,
        c->plugs, c->unplugs, c->resets, c->opens, c->halts_cleared, port->faults.count);
    const char *comma = "";
    for (unsigned i = 0; i < ASV_BUS_FAULT_KINDS; i++) {
        if (port->faults.struck[i] > 0) {
            (void)fprintf(out, "%s\"%s\":%" PRIu64, comma, asv_bus_fault_name((enum asv_bus_fault_kind)i),
                          port->faults.struck[i]);
            comma = ",";
        }
    }
    (void)fprintf(out, "}}");
}

char *asv_bus_stats(const struct asv_bus *bus, const struct asv_bus_port *only)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL) {
        return NULL;
    }
    if (only != NULL) {
        put_port(out, only);
    } else {
        (void)fprintf(out, "{\"clock_ns\":%" PRIu64 ",\"ports\":[", asv_bus_clock_now(&bus->clock));
        for (unsigned i = 0; i < bus->port_count; i++) {
            (void)fprintf(out, i > 0 ? "," : "");
            put_port(out, &bus->ports[i]);
        }
        (void)fprintf(out, "]}");
    }
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}
