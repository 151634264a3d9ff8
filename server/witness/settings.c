/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/witness/settings.h"

#include <string.h>

#include "server/base/conf.h"
#include "server/base/fail.h"

/* log.NAME = VKEY; the name is for people. */
static enum asv_status add_log(void *out, const char *rest, const char *value, struct asv_err *err)
{
    struct asv_witness_settings *settings = out;
    struct asv_note_key key;
    (void)rest;
    if (settings->log_count == ASV_WITNESS_LOGS_MAX) {
        return asv_failf(err, ASV_E_USAGE, "at most %d logs", ASV_WITNESS_LOGS_MAX);
    }
    if (asv_vkey_parse(&key, (struct asv_bytes){(const uint8_t *)value, strlen(value)}, NULL) != ASV_OK ||
        key.type != ASV_NOTE_ED25519) {
        return asv_fail(err, ASV_E_USAGE, "no log's key; it looks as NAME+1f2e3d4c+AT...");
    }
    for (size_t i = 0; i < settings->log_count; i++) {
        if (settings->logs[i].id == key.id && strcmp(settings->logs[i].name, key.name) == 0) {
            return asv_fail(err, ASV_E_USAGE, "this key stands in the file twice");
        }
    }
    settings->logs[settings->log_count++] = key;
    return ASV_OK;
}

#define KEY(key, type, field, fallback)                                                   \
    {                                                                                     \
        key, type, offsetof(struct asv_witness_settings, field),                          \
            sizeof(((struct asv_witness_settings *)0)->field), fallback, 0, 0, NULL, NULL \
    }

static const struct asv_conf_key keys[] = {
    KEY("state", ASV_CONF_PATH, state, "/var/lib/asservat/witness"),
    KEY("key", ASV_CONF_PATH, key, ""),
    KEY("listen", ASV_CONF_TEXT, listen, "127.0.0.1:8470"),
    {"log.", ASV_CONF_EACH, 0, 0, NULL, 0, 0, NULL, add_log},
};

enum asv_status asv_witness_settings_read(struct asv_witness_settings *out, const char *path,
                                          struct asv_err *err)
{
    *out = (struct asv_witness_settings){.log_count = 0};
    return asv_conf_read(path, true, keys, sizeof keys / sizeof *keys, out, err);
}
