/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/keeper/settings.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/calendar.h"
#include "server/base/conf.h"
#include "server/base/fail.h"

static const char slot_file[] = "file:";

/* slot.1 = file:/var/lib/asservat/keeper/slot-1 */
static enum asv_status each_slot(void *out, const char *rest, const char *value, struct asv_err *err)
{
    struct asv_settings *settings = out;
    const char *path = value + sizeof slot_file - 1;
    if (rest[0] < '1' || rest[0] >= '1' + ASV_STORE_SLOTS_MAX || rest[1] != '\0') {
        return asv_failf(err, ASV_E_USAGE, "slots are slot.1 to slot.%d", ASV_STORE_SLOTS_MAX);
    }
    bool *given = &settings->slot_given[rest[0] - '1'];
    if (*given) {
        return asv_fail(err, ASV_E_USAGE, "was already given; keep one of them");
    }
    if (strncmp(value, slot_file, sizeof slot_file - 1) != 0 || path[0] != '/' ||
        strlen(path) >= ASV_SETTINGS_PATH) {
        return asv_failf(err, ASV_E_USAGE, "\"%s\" is not of the form file:/path", value);
    }
    *given = true;
    memcpy(settings->slot_paths[settings->slot_count++], path, strlen(path) + 1);
    return ASV_OK;
}

static enum asv_status user_id(const char *name, uid_t *uid, struct asv_err *err)
{
    char *end = NULL;
    errno = 0;
    unsigned long number = strtoul(name, &end, 10);
    if (name[0] >= '0' && name[0] <= '9' && *end == '\0' && errno == 0 && number < (uid_t)-1) {
        *uid = (uid_t)number;
        return ASV_OK;
    }
    const struct passwd *user = getpwnam(name);
    if (user == NULL) {
        return asv_failf(err, ASV_E_USAGE, "there is no user \"%s\"", name);
    }
    *uid = user->pw_uid;
    return ASV_OK;
}

/* peer.asservat-dock = dock */
static enum asv_status each_peer(void *out, const char *rest, const char *value, struct asv_err *err)
{
    static const char *const roles[ASV_KEEPER_ROLES] = {"", "dock", "admin", "server"};
    struct asv_settings *settings = out;
    struct asv_keeper_peer peer = {0};
    for (unsigned role = ASV_KEEPER_DOCK; role < ASV_KEEPER_ROLES; role++) {
        peer.role = strcmp(value, roles[role]) == 0 ? (uint8_t)role : peer.role;
    }
    if (peer.role == ASV_KEEPER_NOBODY) {
        return asv_failf(err, ASV_E_USAGE, "\"%s\" is not known; give one of dock, admin, server", value);
    }
    if (settings->peer_count == ASV_KEEPER_PEERS) {
        return asv_failf(err, ASV_E_USAGE, "there are more than %d peers", ASV_KEEPER_PEERS);
    }
    enum asv_status status = user_id(rest, &peer.uid, err);
    for (unsigned i = 0; status == ASV_OK && i < settings->peer_count; i++) {
        if (settings->peers[i].uid == peer.uid) {
            status = asv_failf(err, ASV_E_USAGE, "user \"%s\" has a role already", rest);
        }
    }
    if (status == ASV_OK) {
        settings->peers[settings->peer_count++] = peer;
    }
    return status;
}

#define TEXT(field) \
    .offset = offsetof(struct asv_settings, field), .size = sizeof((struct asv_settings *)0)->field

static const struct asv_conf_key keys[] = {
    {.name = "store", .type = ASV_CONF_PATH, TEXT(store), .fallback = "/var/lib/asservat/keeper/store"},
    {.name = "identity", .type = ASV_CONF_PATH, TEXT(identity), .fallback = "/etc/asservat/keeper"},
    {.name = "key", .type = ASV_CONF_PATH, TEXT(key), .fallback = ""},
    {.name = "revocations", .type = ASV_CONF_PATH, TEXT(revocations), .fallback = ""},
    {.name = "socket", .type = ASV_CONF_PATH, TEXT(socket), .fallback = ASV_KEEPER_SOCKET},
    {.name = "socket_group", .type = ASV_CONF_TEXT, TEXT(socket_group), .fallback = ""},
    {.name = "zone", .type = ASV_CONF_TEXT, TEXT(zone), .fallback = ASV_CALENDAR_ZONE},
    {.name = "retention_days",
     .type = ASV_CONF_NUMBER,
     TEXT(retention_days),
     .fallback = "14",
     .min = 1,
     .max = 366},
    {.name = "days_ahead",
     .type = ASV_CONF_NUMBER,
     TEXT(days_ahead),
     .fallback = "60",
     .min = 1,
     .max = ASV_KEEPER_DAYS_MAX},
    {.name = "policy_version",
     .type = ASV_CONF_NUMBER,
     TEXT(policy_version),
     .fallback = "1",
     .min = 1,
     .max = UINT32_MAX},
    {.name = "slot.", .type = ASV_CONF_EACH, .each = each_slot},
    {.name = "peer.", .type = ASV_CONF_EACH, .each = each_peer},
};

enum asv_status asv_settings_read(struct asv_settings *out, const char *path, struct asv_err *err)
{
    *out = (struct asv_settings){0};
    enum asv_status status = asv_conf_read(path, false, keys, sizeof keys / sizeof keys[0], out, err);
    if (status == ASV_OK && out->slot_count < ASV_STORE_SLOTS_MIN) {
        status = asv_failf(err, ASV_E_USAGE, "%s: give at least %d lines slot.N = file:/path", path,
                           ASV_STORE_SLOTS_MIN);
    }
    if (status == ASV_OK && out->revocations[0] == '\0' &&
        snprintf(out->revocations, sizeof out->revocations, "%s/revocations", out->identity) >=
            (int)sizeof out->revocations) {
        status = asv_failf(err, ASV_E_USAGE, "%s: identity: the path is too long", path);
    }
    if (status == ASV_OK && out->peer_count == 0) {
        status = asv_failf(err, ASV_E_USAGE, "%s: give at least one line peer.USER = dock", path);
    }
    return status;
}
