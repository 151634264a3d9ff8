/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/keeper/settings.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/calendar.h"
#include "server/base/conf.h"
#include "server/base/fail.h"

/* file:/path */
static bool parse_file(struct asv_slot_setting *out, const char *value)
{
    static const char kind[] = "file:";
    const char *path = value + sizeof kind - 1;
    if (strncmp(value, kind, sizeof kind - 1) != 0 || path[0] != '/' || strlen(path) >= sizeof out->path) {
        return false;
    }
    out->kind = ASV_KEEPER_SLOT_FILE;
    memcpy(out->path, path, strlen(path) + 1);
    return true;
}

/* tpm:/dev/tpmrm0:0x01500100 */
static bool parse_tpm(struct asv_slot_setting *out, const char *value)
{
    static const char kind[] = "tpm:";
    const char *path = value + sizeof kind - 1;
    if (strncmp(value, kind, sizeof kind - 1) != 0 || path[0] != '/') {
        return false;
    }
    const char *colon = strrchr(path, ':');
    if (colon == NULL || colon[1] != '0' || colon[2] != 'x' || (size_t)(colon - path) >= sizeof out->path) {
        return false;
    }
    char *end = NULL;
    errno = 0;
    unsigned long index = strtoul(colon + 1, &end, 16);
    if (*end != '\0' || errno != 0 || index < ASV_SLOT_TPM_FIRST || index > ASV_SLOT_TPM_LAST) {
        return false;
    }
    out->kind = ASV_KEEPER_SLOT_TPM;
    out->index = (uint32_t)index;
    memcpy(out->path, path, (size_t)(colon - path));
    out->path[colon - path] = '\0';
    return true;
}

/* Two slots in one place would be one that says that it is two. */
static bool overlap(const struct asv_slot_setting *a, const struct asv_slot_setting *b)
{
    bool same = a->kind == b->kind && strcmp(a->path, b->path) == 0;
    bool near = a->index + ASV_SLOT_CELLS > b->index && b->index + ASV_SLOT_CELLS > a->index;
    return same && (a->kind == ASV_KEEPER_SLOT_FILE || near);
}

/* slot.1 = file:/var/lib/asservat/keeper/slot-1 */
static enum asv_status each_slot(void *out, const char *rest, const char *value, struct asv_err *err)
{
    struct asv_settings *settings = out;
    struct asv_slot_setting *slot = &settings->slots[settings->slot_count];
    if (rest[0] < '1' || rest[0] >= '1' + ASV_STORE_SLOTS_MAX || rest[1] != '\0') {
        return asv_failf(err, ASV_E_USAGE, "slots are slot.1 to slot.%d", ASV_STORE_SLOTS_MAX);
    }
    bool *given = &settings->slot_given[rest[0] - '1'];
    if (*given) {
        return asv_fail(err, ASV_E_USAGE, "was already given; keep one of them");
    }
    if (strlen(value) >= sizeof slot->text || (!parse_file(slot, value) && !parse_tpm(slot, value))) {
        return asv_failf(err, ASV_E_USAGE,
                         "\"%s\" is not of the form file:/path or tpm:/dev/tpmrm0:0x01500100 (indices 0x%08x "
                         "to 0x%08x)",
                         value, ASV_SLOT_TPM_FIRST, ASV_SLOT_TPM_LAST);
    }
    for (unsigned i = 0; i < settings->slot_count; i++) {
        if (overlap(slot, &settings->slots[i])) {
            return asv_failf(err, ASV_E_USAGE, "\"%s\" lies where \"%s\" does", value,
                             settings->slots[i].text);
        }
    }
    *given = true;
    memcpy(slot->text, value, strlen(value) + 1);
    settings->slot_count++;
    return ASV_OK;
}

/* A number that is no user's or group's: what the kernel says for nobody. */
#define NOBODYS UINT32_MAX

static bool parse_id(const char *name, uint32_t *id)
{
    char *end = NULL;
    errno = 0;
    unsigned long number = strtoul(name, &end, 10);
    bool good = name[0] >= '0' && name[0] <= '9' && *end == '\0' && errno == 0 && number < NOBODYS;
    *id = good ? (uint32_t)number : NOBODYS;
    return good;
}

static enum asv_status user_id(const char *name, uint32_t *id, struct asv_err *err)
{
    if (parse_id(name, id)) {
        return ASV_OK;
    }
    const struct passwd *user = getpwnam(name);
    if (user == NULL) {
        return asv_failf(err, ASV_E_USAGE, "there is no user \"%s\"", name);
    }
    *id = user->pw_uid;
    return ASV_OK;
}

static enum asv_status group_id(const char *name, uint32_t *id, struct asv_err *err)
{
    if (parse_id(name, id)) {
        return ASV_OK;
    }
    const struct group *group = getgrnam(name);
    if (group == NULL) {
        return asv_failf(err, ASV_E_USAGE, "there is no group \"%s\"", name);
    }
    *id = group->gr_gid;
    return ASV_OK;
}

static enum asv_status add_peer(struct asv_settings *settings, const struct asv_keeper_peer *peer,
                                const char *name, struct asv_err *err)
{
    for (unsigned i = 0; i < settings->peer_count; i++) {
        if (settings->peers[i].is_group == peer->is_group && settings->peers[i].id == peer->id) {
            return asv_failf(err, ASV_E_USAGE, "%s \"%s\" has a role already",
                             peer->is_group ? "group" : "user", name);
        }
    }
    if (settings->peer_count == ASV_KEEPER_PEERS) {
        return asv_failf(err, ASV_E_USAGE,
                         "there are more than %d peers and groups; people need no lines of "
                         "their own, but a group",
                         ASV_KEEPER_PEERS);
    }
    settings->peers[settings->peer_count++] = *peer;
    return ASV_OK;
}

/* peer.asv-dock = dock */
static enum asv_status each_peer(void *out, const char *rest, const char *value, struct asv_err *err)
{
    static const char *const roles[ASV_KEEPER_ROLES] = {"",       "dock",   "admin", "server",
                                                        "ledger", "people", "check", "export"};
    struct asv_keeper_peer peer = {0};
    for (unsigned role = ASV_KEEPER_DOCK; role < ASV_KEEPER_ROLES; role++) {
        peer.role = strcmp(value, roles[role]) == 0 ? (uint8_t)role : peer.role;
    }
    if (peer.role == ASV_KEEPER_NOBODY) {
        return asv_failf(
            err, ASV_E_USAGE,
            "\"%s\" is not known; give one of dock, admin, server, ledger, people, check, export", value);
    }
    enum asv_status status = user_id(rest, &peer.id, err);
    return status == ASV_OK ? add_peer(out, &peer, rest, err) : status;
}

/* group.asv-keys = people. K-177: a machine's role is for an account that somebody named. */
static enum asv_status each_group(void *out, const char *rest, const char *value, struct asv_err *err)
{
    struct asv_keeper_peer peer = {.is_group = true, .role = ASV_KEEPER_PEOPLE};
    if (strcmp(value, "people") != 0) {
        return asv_failf(err, ASV_E_USAGE,
                         "\"%s\" is not for groups; give people, and peer.USER for any other role", value);
    }
    enum asv_status status = group_id(rest, &peer.id, err);
    return status == ASV_OK ? add_peer(out, &peer, rest, err) : status;
}

#define TEXT(field) \
    .offset = offsetof(struct asv_settings, field), .size = sizeof((struct asv_settings *)0)->field

static const struct asv_conf_key keys[] = {
    {.name = "store", .type = ASV_CONF_PATH, TEXT(store), .fallback = "/var/lib/asservat/keeper/store"},
    {.name = "replica", .type = ASV_CONF_PATH, TEXT(replica), .fallback = ""},
    {.name = "identity", .type = ASV_CONF_PATH, TEXT(identity), .fallback = "/etc/asservat/keeper"},
    {.name = "key", .type = ASV_CONF_PATH, TEXT(key), .fallback = ""},
    {.name = "ledger_key", .type = ASV_CONF_PATH, TEXT(ledger_key), .fallback = ""},
    {.name = "package_key", .type = ASV_CONF_PATH, TEXT(package_key), .fallback = ""},
    {.name = "revocations", .type = ASV_CONF_PATH, TEXT(revocations), .fallback = ""},
    {.name = "socket", .type = ASV_CONF_PATH, TEXT(socket), .fallback = ASV_KEEPER_SOCKET},
    {.name = "socket_group", .type = ASV_CONF_TEXT, TEXT(socket_group), .fallback = ""},
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
    {.name = "origin", .type = ASV_CONF_TEXT, TEXT(origin), .fallback = ""},
    {.name = "slot.", .type = ASV_CONF_EACH, .each = each_slot},
    {.name = "peer.", .type = ASV_CONF_EACH, .each = each_peer},
    {.name = "group.", .type = ASV_CONF_EACH, .each = each_group},
};

/* Whether one path is the other, or lies in it. */
static bool lies_in(const char *inner, const char *outer)
{
    size_t len = strlen(outer);
    while (len > 1 && outer[len - 1] == '/') {
        len--;
    }
    return strncmp(inner, outer, len) == 0 && (inner[len] == '\0' || inner[len] == '/');
}

enum asv_status asv_settings_read(struct asv_settings *out, const char *path, struct asv_err *err)
{
    *out = (struct asv_settings){0};
    enum asv_status status = asv_conf_read(path, false, keys, sizeof keys / sizeof keys[0], out, err);
    if (status == ASV_OK && out->slot_count < ASV_STORE_SLOTS_MIN) {
        status =
            asv_failf(err, ASV_E_USAGE, "%s: give at least %d lines slot.N = ...", path, ASV_STORE_SLOTS_MIN);
    }
    if (status == ASV_OK && out->revocations[0] == '\0' &&
        snprintf(out->revocations, sizeof out->revocations, "%s/revocations", out->identity) >=
            (int)sizeof out->revocations) {
        status = asv_failf(err, ASV_E_USAGE, "%s: identity: the path is too long", path);
    }
    if (status == ASV_OK && out->replica[0] != '\0' &&
        (lies_in(out->replica, out->store) || lies_in(out->store, out->replica))) { /* K-074 */
        status =
            asv_failf(err, ASV_E_USAGE, "%s: replica: give a directory on another disk than store's", path);
    }
    if (status == ASV_OK && out->peer_count == 0) {
        status = asv_failf(err, ASV_E_USAGE, "%s: give at least one line peer.USER = dock", path);
    }
    return status;
}
