/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/web/session.h"

#define QUICK (ASV_WEB_PUBLIC | ASV_WEB_QUICK)
#define ENTRY (ASV_WEB_PUBLIC | ASV_WEB_ORIGIN)

/* Fixed paths first: a log has none of these names. */
const struct asv_web_route asv_web_routes[] = {
    {"GET", "/healthz", "health", 0, QUICK, 0, NULL, NULL, asv_web_alive},
    {"GET", "/readyz", "ready", 0, ASV_WEB_PUBLIC, 0, NULL, NULL, asv_web_is_ready},
    {"GET", "/metrics", "metrics", 0, ASV_WEB_PUBLIC, 0, NULL, NULL, asv_web_metrics},
    {"GET", "/api/v1/dock", "dock", 0, ASV_WEB_PUBLIC, 0, NULL, NULL, asv_web_dock},
    {"GET", "/api/v1/dock/events", "dock_events", 0, QUICK, 0, NULL, NULL, asv_web_dock_events},
    {"GET", "/", "home", 0, QUICK, 0, NULL, NULL, asv_web_home},
    {"GET", "/console/", "console", 0, QUICK, 0, NULL, NULL, asv_web_console},
    {"GET", "/console/{file:steps}", "console", 0, QUICK, 0, NULL, NULL, asv_web_console},
    {"POST", "/api/v1/session/challenge", "challenge", 0, ENTRY, 0, NULL, NULL, asv_web_challenge},
    {"POST", "/api/v1/session", "sign_in", 8192, ENTRY, 0, NULL, &asv_web_sign_in_fields, asv_web_sign_in},
    {"GET", "/api/v1/session", "session", 0, ASV_WEB_NEWCOMER, 0, NULL, NULL, asv_web_session_show},
    {"DELETE", "/api/v1/session", "sign_out", 0, ASV_WEB_NEWCOMER, 0, NULL, NULL, asv_web_session_leave},
    {"GET", "/api/v1/sessions", "sessions", 0, ASV_WEB_ANYONE, 0, NULL, NULL, asv_web_sessions},
    {"DELETE", "/api/v1/sessions", "sessions", 0, ASV_WEB_ANYONE, 0, NULL, NULL, asv_web_sessions_end},
    {"DELETE", "/api/v1/sessions/{session:uuid}", "sessions", 0, ASV_WEB_ANYONE, 0, NULL, NULL,
     asv_web_session_end},
    {"GET", "/api/v1/tokens", "tokens", 0, ASV_WEB_ANYONE, 0, NULL, NULL, asv_web_tokens},
    {"POST", "/api/v1/tokens", "tokens", 4096, ASV_WEB_ANYONE, 0, NULL, &asv_web_token_fields,
     asv_web_token_put},
    {"DELETE", "/api/v1/tokens/{token:uuid}", "tokens", 0, ASV_WEB_ANYONE, 0, NULL, NULL, asv_web_token_end},
    {"PUT", "/api/v1/password", "password", 4096, ASV_WEB_NEWCOMER, 0, NULL, &asv_web_password_fields,
     asv_web_password_change},
    {"POST", "/api/v1/totp", "totp", 0, ASV_WEB_NEWCOMER, 0, NULL, NULL, asv_web_totp_begin},
    {"PUT", "/api/v1/totp", "totp", 1024, ASV_WEB_NEWCOMER, 0, NULL, &asv_web_totp_fields,
     asv_web_totp_finish},
    {"GET", "/checkpoint", "checkpoint", 0, QUICK, 0, NULL, NULL, asv_web_checkpoint},
    {"GET", "/tile/{tile:steps}", "tile", 0, QUICK, 0, NULL, NULL, asv_web_tile},
    {"GET", "/{log:steps}/checkpoint", "checkpoint", 0, QUICK, 0, NULL, NULL, asv_web_checkpoint},
    {"GET", "/{log:steps}/tile/{tile:steps}", "tile", 0, QUICK, 0, NULL, NULL, asv_web_tile},
};
const size_t asv_web_route_count = sizeof asv_web_routes / sizeof *asv_web_routes;
