/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/web/settings.h"

#include "server/base/conf.h"
#include "server/base/fail.h"
#include "server/http/pool.h"

#define AT(field)   offsetof(struct asv_web_settings, field)
#define SIZE(field) sizeof(((struct asv_web_settings *)0)->field)
#define TEXT(key, type, field, fallback)                              \
    {                                                                 \
        key, type, AT(field), SIZE(field), fallback, 0, 0, NULL, NULL \
    }
#define NUMBER(key, type, field, fallback, min, max)                      \
    {                                                                     \
        key, type, AT(field), SIZE(field), fallback, min, max, NULL, NULL \
    }
#define DEADLINE(key, field, fallback) NUMBER(key, ASV_CONF_DURATION, field, fallback, 100, 600000)

/* whoever wants others to reach it says so. */
static const struct asv_conf_key keys[] = {
    TEXT("listen", ASV_CONF_TEXT, listen, "127.0.0.1:8471"),
    TEXT("tls.certificate", ASV_CONF_PATH, certificate, ""),
    TEXT("tls.key", ASV_CONF_PATH, key, ""),
    TEXT("database", ASV_CONF_TEXT, database, "dbname=asservat user=asv_web"),
    TEXT("origin", ASV_CONF_TEXT, origin, "http://localhost:8471"),
    TEXT("keeper", ASV_CONF_PATH, keeper, "/run/asservat-keeper/socket"),
    TEXT("root", ASV_CONF_PATH, root, "/etc/asservat/root.cert"),
    TEXT("vault", ASV_CONF_PATH, vault, "/var/lib/asservat/vault"),
    TEXT("vault.mirror", ASV_CONF_PATH, vault_mirror, ""),
    TEXT("vault.cached", ASV_CONF_BOOL, vault_cached, "no"),
    TEXT("ledger", ASV_CONF_PATH, ledger, ""),
    TEXT("dock.status", ASV_CONF_PATH, dock, "/run/asservat/dock-status.sock"),
    TEXT("media", ASV_CONF_PATH, media, "/run/asservat-media/socket"),
    TEXT("dock.control", ASV_CONF_TEXT, dock_control, ""),
    TEXT("console", ASV_CONF_PATH, console, "/usr/share/asservat/console"),
    NUMBER("session.idle", ASV_CONF_DURATION, session_idle_ms, "30min", 60000, 43200000),
    NUMBER("session.longest", ASV_CONF_DURATION, session_longest_ms, "12h", 60000, 86400000),
    TEXT("forwarded", ASV_CONF_BOOL, forwarded, "no"),
    NUMBER("threads", ASV_CONF_NUMBER, threads, "8", 1, ASV_HTTP_THREADS_MAX),
    NUMBER("connections", ASV_CONF_NUMBER, connections, "256", 8, 4096),
    NUMBER("connections.each", ASV_CONF_NUMBER, connections_each, "32", 0, 4096),
    DEADLINE("deadline.header", header_ms, "10s"),
    DEADLINE("deadline.idle", idle_ms, "30s"),
    DEADLINE("deadline.request", request_ms, "30s"),
    DEADLINE("deadline.stop", stop_ms, "10s"),
};

enum asv_status asv_web_settings_read(struct asv_web_settings *out, const char *path, struct asv_err *err)
{
    *out = (struct asv_web_settings){.threads = 0};
    enum asv_status status = asv_conf_read(path, true, keys, sizeof keys / sizeof *keys, out, err);
    if (status == ASV_OK && (out->certificate[0] == '\0') != (out->key[0] == '\0')) {
        status = asv_failf(err, ASV_E_USAGE, "%s: give both tls.certificate and tls.key, or neither", path);
    }
    return status;
}
