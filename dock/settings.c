/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "dock/settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/calendar.h"
#include "server/base/conf.h"
#include "server/base/fail.h"
#include "server/vault/vault.h"

static bool is_port(const char *text)
{
    size_t len = strlen(text);
    return len >= 3 && len < ASV_USB_PORT_BYTES && strspn(text, "0123456789-.") == len &&
           strchr(text, '-') != NULL;
}

/* slot.7 = 1-2.7 */
static enum asv_status each_slot(void *out, const char *rest, const char *value, struct asv_err *err)
{
    struct asv_dock_conf *conf = out;
    char *end = NULL;
    errno = 0;
    unsigned long number = strtoul(rest, &end, 10);
    if (rest[0] < '1' || rest[0] > '9' || *end != '\0' || errno != 0 || number > UINT16_MAX) {
        return asv_failf(err, ASV_E_USAGE, "\"slot.%s\" does not end in a slot's number, such as slot.7",
                         rest);
    }
    if (!is_port(value)) {
        return asv_failf(err, ASV_E_USAGE, "\"%s\" is no USB port path such as 1-2.7; --learn finds them",
                         value);
    }
    for (unsigned i = 0; i < conf->slot_count; i++) {
        if (conf->slots[i].number == number) {
            return asv_failf(err, ASV_E_USAGE, "slot %lu is given twice", number);
        }
        if (strcmp(conf->slots[i].port, value) == 0) {
            return asv_failf(err, ASV_E_USAGE, "port %s is slot %u already", value, conf->slots[i].number);
        }
    }
    if (conf->slot_count == ASV_DOCK_MAX_SLOTS) {
        return asv_failf(err, ASV_E_USAGE, "there are more than %d slots", ASV_DOCK_MAX_SLOTS);
    }
    struct asv_dock_slot_setting *slot = &conf->slots[conf->slot_count++];
    slot->number = (uint16_t)number;
    memcpy(slot->port, value, strlen(value) + 1);
    return ASV_OK;
}

static const char *const readbacks[] = {"direct", "cached", "none", NULL};

#define TEXT(field) offsetof(struct asv_dock_conf, field), sizeof((struct asv_dock_conf *)0)->field
#define MIB         (UINT64_C(1) << 20)
#define GIB         (UINT64_C(1) << 30)

static const struct asv_conf_key keys[] = {
    {"identity", ASV_CONF_PATH, TEXT(identity), "/etc/asservat/dock", 0, 0, NULL, NULL},
    {"vault", ASV_CONF_PATH, TEXT(vault), "/var/lib/asservat/vault", 0, 0, NULL, NULL},
    {"vault.mirror", ASV_CONF_TEXT, TEXT(vault_mirror), "", 0, 0, NULL, NULL},
    {"readback", ASV_CONF_CHOICE, TEXT(readback), "direct", 0, 0, readbacks, NULL},
    {"keeper.socket", ASV_CONF_PATH, TEXT(keeper_socket), "/run/asservat-keeper/socket", 0, 0, NULL, NULL},
    {"database", ASV_CONF_TEXT, TEXT(database), "dbname=asservat user=asv_dock", 0, 0, NULL, NULL},
    {"status.socket", ASV_CONF_PATH, TEXT(status_socket), "/run/asservat/dock-status.sock", 0, 0, NULL, NULL},
    {"zone", ASV_CONF_TEXT, TEXT(zone), ASV_CALENDAR_ZONE, 0, 0, NULL, NULL},
    {"retention_days", ASV_CONF_NUMBER, TEXT(retention_days), "14", 1, 366, NULL, NULL},
    {"policy_version", ASV_CONF_NUMBER, TEXT(policy_version), "1", 1, UINT32_MAX, NULL, NULL},
    {"bulletin_days", ASV_CONF_NUMBER, TEXT(bulletin_days), "30", 1, 120, NULL, NULL},
    {"free_floor", ASV_CONF_SIZE, TEXT(free_floor_bytes), "1G", 0, UINT64_C(1) << 50, NULL, NULL},
    {"quarantine", ASV_CONF_SIZE, TEXT(quarantine_bytes), "20G", MIB, UINT64_C(1) << 50, NULL, NULL},
    {"usb.memory", ASV_CONF_SIZE, TEXT(usb_bytes), "16M", MIB, GIB, NULL, NULL},
    {"threads", ASV_CONF_NUMBER, TEXT(threads), "3", 2, ASV_POOL_MAX_THREADS, NULL, NULL},
    {"camera.configuration", ASV_CONF_NUMBER, TEXT(configuration), "1", 0, UINT32_MAX, NULL, NULL},
    {"camera.pre_roll", ASV_CONF_DURATION, TEXT(pre_roll_ms), "0ms", 0, 120000, NULL, NULL},
    {"camera.checkpoint", ASV_CONF_DURATION, TEXT(checkpoint_ms), "1s", 250, 10000, NULL, NULL},
    {"log.level", ASV_CONF_TEXT, TEXT(log_level), "info", 0, 0, NULL, NULL},
    {"slot.", ASV_CONF_EACH, 0, 0, NULL, 0, 0, NULL, each_slot},
};

enum asv_status asv_dock_conf_read(struct asv_dock_conf *out, const char *path, struct asv_err *err)
{
    *out = (struct asv_dock_conf){0};
    enum asv_status status = asv_conf_read(path, false, keys, sizeof keys / sizeof *keys, out, err);
    if (status == ASV_OK && out->vault_mirror[0] != '\0' && out->vault_mirror[0] != '/') {
        status = asv_failf(err, ASV_E_USAGE, "%s: vault.mirror: give an absolute path", path);
    }
    if (status == ASV_OK && out->slot_count == 0) {
        status = asv_failf(err, ASV_E_USAGE,
                           "%s: give a line slot.N = PORT for each slot; --learn finds the ports", path);
    }
    return status;
}

void asv_dock_conf_apply(const struct asv_dock_conf *conf, struct asv_dock *dock)
{
    dock->site.policy = (struct asv_retention_policy){.version = (uint32_t)conf->policy_version,
                                                      .days = (unsigned)conf->retention_days};
    dock->site.limits = (struct asv_site_limits){
        .free_floor_bytes = conf->free_floor_bytes,
        .quarantine_bytes = conf->quarantine_bytes,
        .max_chunks = UINT64_C(1) << 20, /* 64 GiB: a day at 6 Mbit/s */
        .max_seal_bytes = 256 * MIB,
        .max_tail_bytes = 64 * MIB, /* twice what can wait for a checkpoint */
    };
    dock->site.read_back = strcmp(readbacks[conf->readback], "none") != 0;
    dock->settings = (struct asv_dock_settings){
        .handshake_ms = 10000,
        .reply_ms = 15000,
        .chunk_ms = 15000,
        .erase_ms = 300000,
        .retry_ms = 1000,
        .retries = 5,
        .rate_floor_bytes = 64 * 1024,
        .rate_window_ms = 60000,
        .keep_alive_ms = 15000,
        .probe_ms = 2000,
        .indicate_ms = 1000,
        .bulletin_days = (unsigned)conf->bulletin_days,
        .tries = 3,
        .max_error_ms = 1000,
        .configuration = conf->configuration,
        .pre_roll_ms = (uint32_t)conf->pre_roll_ms,
        .checkpoint_ms = (uint32_t)conf->checkpoint_ms,
    };
}
