/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * web.conf: where asservatd listens, and what it serves (docs/API.md).
 */
#ifndef ASV_SERVER_WEB_SETTINGS_H
#define ASV_SERVER_WEB_SETTINGS_H

#include <stdbool.h>

#include "firmware-proto/base/status.h"

#define ASV_WEB_CONF "/etc/asservat/web.conf"

struct asv_web_settings {
    char listen[64];
    char certificate[512]; /* files; both empty: no TLS of its own */
    char key[512];
    char database[1024]; /* conninfo */
    char origin[256];    /* of the console's pages: "https://asservat.example" */
    char keeper[108];    /* its socket */
    char root[512];      /* the agency's root.cert, by which what the keeper signs is believed */
    char vault[512], vault_mirror[512]; /* directories; no mirror: empty */
    bool vault_cached;                  /* it may lie on a file system without O_DIRECT */
    char ledger[512];                   /* directory of the logs of this host; empty: none is served */
    char dock[108];                     /* the dock's status socket */
    char media[108];                    /* asservat-media's: a program for each connection */
    char console[512];                  /* directory of the console's files; not there: none is served */
    uint64_t session_idle_ms, session_longest_ms;
    bool forwarded; /* X-Forwarded-For is believed: a server in front writes it */
    uint64_t threads;
    uint64_t connections, connections_each;
    uint64_t header_ms, idle_ms, request_ms, stop_ms;
};

/* A file that is not there is as good as an empty one. ASV_E_USAGE with the line. */
ASV_MUST_CHECK enum asv_status asv_web_settings_read(struct asv_web_settings *out, const char *path,
                                                     struct asv_err *err);

#endif
