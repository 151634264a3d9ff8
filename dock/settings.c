/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "dock/settings.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/calendar.h"
#include "server/base/conf.h"
#include "server/base/fail.h"
#include "server/keeper/client.h"
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
    {"keeper.socket", ASV_CONF_PATH, TEXT(keeper_socket), ASV_KEEPER_SOCKET, 0, 0, NULL, NULL},
    {"database", ASV_CONF_TEXT, TEXT(database), "dbname=asservat user=asv_dock", 0, 0, NULL, NULL},
    {"status.socket", ASV_CONF_PATH, TEXT(status_socket), "/run/asservat/dock-status.sock", 0, 0, NULL, NULL},
    {"status.group", ASV_CONF_TEXT, TEXT(status_group), "", 0, 0, NULL, NULL},
    {"control.socket", ASV_CONF_TEXT, TEXT(control_socket), "", 0, 0, NULL, NULL},
    {"control.group", ASV_CONF_TEXT, TEXT(control_group), "", 0, 0, NULL, NULL},
    {"issue.area", ASV_CONF_TEXT, TEXT(issue_area), "", 0, 0, NULL, NULL},
    {"issue.wait", ASV_CONF_DURATION, TEXT(issue_wait_ms), "60s", 1000, 600000, NULL, NULL},
    {"slots", ASV_CONF_PATH, TEXT(slots_file), "/etc/asservat/dock-slots.conf", 0, 0, NULL, NULL},
    {"revocations", ASV_CONF_TEXT, TEXT(revocations), "", 0, 0, NULL, NULL},
    {"production", ASV_CONF_BOOL, TEXT(production), "yes", 0, 0, NULL, NULL},
    {"retention_days", ASV_CONF_NUMBER, TEXT(retention_days), "14", 1, 366, NULL, NULL},
    {"policy_version", ASV_CONF_NUMBER, TEXT(policy_version), "1", 1, UINT32_MAX, NULL, NULL},
    {"bulletin_days", ASV_CONF_NUMBER, TEXT(bulletin_days), "30", 1, 120, NULL, NULL},
    {"free_floor", ASV_CONF_SIZE, TEXT(free_floor_bytes), "1G", 0, UINT64_C(1) << 50, NULL, NULL},
    {"free_warn", ASV_CONF_SIZE, TEXT(free_warn_bytes), "100G", 0, UINT64_C(1) << 50, NULL, NULL},
    {"quarantine", ASV_CONF_SIZE, TEXT(quarantine_bytes), "20G", MIB, UINT64_C(1) << 50, NULL, NULL},
    {"usb.memory", ASV_CONF_SIZE, TEXT(usb_bytes), "24M", MIB, GIB, NULL, NULL},
    {"threads", ASV_CONF_NUMBER, TEXT(threads), "3", 2, ASV_POOL_MAX_THREADS, NULL, NULL},
    {"camera.configuration", ASV_CONF_NUMBER, TEXT(configuration), "1", 0, UINT32_MAX, NULL, NULL},
    {"camera.pre_roll", ASV_CONF_DURATION, TEXT(pre_roll_ms), "0ms", 0, 120000, NULL, NULL},
    {"camera.checkpoint", ASV_CONF_DURATION, TEXT(checkpoint_ms), "1s", 250, 10000, NULL, NULL},
    {"camera.handshake", ASV_CONF_DURATION, TEXT(handshake_ms), "10s", 100, 600000, NULL, NULL},
    {"camera.reply", ASV_CONF_DURATION, TEXT(reply_ms), "15s", 100, 600000, NULL, NULL},
    {"camera.chunk", ASV_CONF_DURATION, TEXT(chunk_ms), "15s", 100, 600000, NULL, NULL},
    {"camera.erase", ASV_CONF_DURATION, TEXT(erase_ms), "5min", 100, 3600000, NULL, NULL},
    {"camera.charge", ASV_CONF_DURATION, TEXT(charge_ms), "4h", 60000, 86400000, NULL, NULL},
    {"camera.retry", ASV_CONF_DURATION, TEXT(retry_ms), "1s", 10, 600000, NULL, NULL},
    {"camera.retries", ASV_CONF_NUMBER, TEXT(retries), "5", 0, 10, NULL, NULL},
    {"camera.rate_floor", ASV_CONF_SIZE, TEXT(rate_floor_bytes), "64K", 0, GIB, NULL, NULL},
    {"camera.rate_window", ASV_CONF_DURATION, TEXT(rate_window_ms), "60s", 1000, 3600000, NULL, NULL},
    {"services.probe", ASV_CONF_DURATION, TEXT(probe_ms), "2s", 10, 600000, NULL, NULL},
    {"log.level", ASV_CONF_TEXT, TEXT(log_level), "info", 0, 0, NULL, NULL},
    {"slot.", ASV_CONF_EACH, 0, 0, NULL, 0, 0, NULL, each_slot},
};

/* A path that may be left out: then it is `name` in a directory that is known. */
static enum asv_status complete_path(char out[ASV_SETTINGS_PATH], const char *directory, const char *name,
                                     const char *key, struct asv_err *err)
{
    if (out[0] == '/') {
        return ASV_OK;
    }
    if (out[0] != '\0') {
        return asv_failf(err, ASV_E_USAGE, "%s: give an absolute path", key);
    }
    int len = snprintf(out, ASV_SETTINGS_PATH, "%s/%s", directory, name);
    return len < ASV_SETTINGS_PATH ? ASV_OK : asv_failf(err, ASV_E_USAGE, "%s: the path is too long", key);
}

static enum asv_status complete(struct asv_dock_conf *conf, struct asv_err *err)
{
    char directory[ASV_SETTINGS_PATH];
    memcpy(directory, conf->status_socket, sizeof directory);
    if (conf->vault_mirror[0] != '\0' && conf->vault_mirror[0] != '/') {
        return asv_failf(err, ASV_E_USAGE, "vault.mirror: give an absolute path");
    }
    for (const char *c = conf->issue_area; *c != '\0'; c++) {
        if (*c < 0x20 || *c > 0x7e) {
            return asv_failf(err, ASV_E_USAGE, "issue.area: printable ASCII characters");
        }
    }
    if (conf->free_warn_bytes < conf->free_floor_bytes) {
        return asv_failf(err, ASV_E_USAGE,
                         "free_warn is below free_floor: nobody would be called before recordings stay on "
                         "the cameras");
    }
    if (conf->production && conf->readback != 0) {
        return asv_failf(
            err, ASV_E_USAGE,
            "readback = %s proves less than evidence needs; move the vault to a file system with "
            "O_DIRECT, or say production = no for a test",
            readbacks[conf->readback]);
    }
    enum asv_status status =
        complete_path(conf->revocations, conf->identity, "revocations", "revocations", err);
    return status == ASV_OK ? complete_path(conf->control_socket, dirname(directory), "dock-control.sock",
                                            "control.socket", err)
                            : status;
}

enum asv_status asv_dock_conf_read(struct asv_dock_conf *out, const char *path, struct asv_err *err)
{
    static const struct asv_conf_key slots_only[] = {
        {"slot.", ASV_CONF_EACH, 0, 0, NULL, 0, 0, NULL, each_slot}};
    struct asv_err why = {0};
    *out = (struct asv_dock_conf){0};
    enum asv_status status = asv_conf_read(path, false, keys, sizeof keys / sizeof *keys, out, err);
    if (status == ASV_OK) {
        status = complete(out, &why);
        if (status != ASV_OK) {
            return asv_failf(err, status, "%s: %s", path, why.text);
        }
    }
    return status == ASV_OK ? asv_conf_read(out->slots_file, true, slots_only, 1, out, err) : status;
}

void asv_dock_conf_apply(const struct asv_dock_conf *conf, struct asv_dock *dock)
{
    dock->first_periods =
        (struct asv_retention_periods){.count = 1,
                                       .list = {{.policy = {.version = (uint32_t)conf->policy_version,
                                                            .days = (unsigned)conf->retention_days}}}};
    dock->site.periods = &dock->first_periods;
    dock->site.limits = (struct asv_site_limits){
        .free_floor_bytes = conf->free_floor_bytes,
        .free_warn_bytes = conf->free_warn_bytes,
        .quarantine_bytes = conf->quarantine_bytes,
        .max_chunks = UINT64_C(1) << 20, /* 64 GiB: a day at 6 Mbit/s */
        .max_seal_bytes = 256 * MIB,
        .max_tail_bytes = 64 * MIB, /* twice what can wait for a checkpoint */
    };
    dock->site.read_back = strcmp(readbacks[conf->readback], "none") != 0;
    dock->settings = (struct asv_dock_settings){
        .handshake_ms = conf->handshake_ms,
        .reply_ms = conf->reply_ms,
        .chunk_ms = conf->chunk_ms,
        .erase_ms = conf->erase_ms,
        .retry_ms = conf->retry_ms,
        .retries = (unsigned)conf->retries,
        .rate_floor_bytes = conf->rate_floor_bytes,
        .rate_window_ms = conf->rate_window_ms,
        .keep_alive_ms = 15000,
        .probe_ms = conf->probe_ms,
        .indicate_ms = 1000,
        .bulletin_days = (unsigned)conf->bulletin_days,
        .tries = 3,
        .max_error_ms = 1000,
        .configuration = conf->configuration,
        .pre_roll_ms = (uint32_t)conf->pre_roll_ms,
        .checkpoint_ms = (uint32_t)conf->checkpoint_ms,
        .charge_ms = conf->charge_ms,
        .issue_wait_ms = conf->issue_wait_ms,
    };
    memcpy(dock->settings.issue_area, conf->issue_area, sizeof dock->settings.issue_area);
}
