/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/web/call.h"

#define QUICK (ASV_WEB_PUBLIC | ASV_WEB_QUICK)

/* Fixed paths first: a log has none of these names, as none is an address. */
const struct asv_web_route asv_web_routes[] = {
    {"GET", "/healthz", "health", 0, QUICK, 0, NULL, NULL, asv_web_alive},
    {"GET", "/readyz", "ready", 0, ASV_WEB_PUBLIC, 0, NULL, NULL, asv_web_is_ready},
    {"GET", "/metrics", "metrics", 0, ASV_WEB_PUBLIC, 0, NULL, NULL, asv_web_metrics},
    {"GET", "/api/v1/dock", "dock", 0, ASV_WEB_PUBLIC, 0, NULL, NULL, asv_web_dock},
    {"GET", "/checkpoint", "checkpoint", 0, QUICK, 0, NULL, NULL, asv_web_checkpoint},
    {"GET", "/tile/{tile:steps}", "tile", 0, QUICK, 0, NULL, NULL, asv_web_tile},
    {"GET", "/{log:steps}/checkpoint", "checkpoint", 0, QUICK, 0, NULL, NULL, asv_web_checkpoint},
    {"GET", "/{log:steps}/tile/{tile:steps}", "tile", 0, QUICK, 0, NULL, NULL, asv_web_tile},
};
const size_t asv_web_route_count = sizeof asv_web_routes / sizeof *asv_web_routes;
