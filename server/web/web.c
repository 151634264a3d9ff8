/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/web/web.h"

#include <stdlib.h>
#include <string.h>

#define DATABASE_MS 2000 /* to connect, and to answer */

/* Fixed paths first: a log has none of these names, as none is an address. */
static const struct asv_http_route all[] = {
    {"GET", "/healthz", "health", 0, false, asv_web_alive},
    {"GET", "/readyz", "ready", 0, true, asv_web_is_ready},
    {"GET", "/metrics", "metrics", 0, true, asv_web_metrics},
    {"GET", "/api/v1/dock", "dock", 0, true, asv_web_dock},
    {"GET", "/checkpoint", "checkpoint", 0, false, asv_web_checkpoint},
    {"GET", "/tile/{tile:steps}", "tile", 0, false, asv_web_tile},
    {"GET", "/{log:steps}/checkpoint", "checkpoint", 0, false, asv_web_checkpoint},
    {"GET", "/{log:steps}/tile/{tile:steps}", "tile", 0, false, asv_web_tile},
};
const struct asv_http_routes asv_web_routes = {all, sizeof all / sizeof *all};

enum asv_status asv_web_open(struct asv_web *web, struct asv_err *err)
{
    const struct asv_db_config config = {.conninfo = web->settings->database,
                                         .application = "asservatd",
                                         .connect_ms = DATABASE_MS,
                                         .call_ms = DATABASE_MS,
                                         .world = web->world,
                                         .log = web->log};
    pthread_mutex_init(&web->ready.asking, NULL);
    pthread_mutex_init(&web->ready.lock, NULL);
    pthread_mutex_init(&web->board.lock, NULL);
    return asv_db_open(&config, &web->ready.db, err);
}

void asv_web_close(struct asv_web *web)
{
    asv_db_close(web->ready.db);
    free(web->board.text);
}

void asv_web_say(struct asv_http_answer *out, const char *type, const char *text)
{
    out->data = (uint8_t *)strdup(text);
    out->owned = true;
    out->len = out->data != NULL ? strlen(text) : 0;
    out->type = type;
    out->code = out->data != NULL ? 200 : 0; /* 0: without memory, a failure */
}
