/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/base/uuid.h"

#include <string.h>

#include "server/base/hex.h"

enum asv_status asv_uuid_new(const struct asv_world *world, uint8_t out[ASV_UUID_BYTES])
{
    uint8_t uuid[ASV_UUID_BYTES];
    int64_t now = 0;
    enum asv_status status = asv_world_wall_ms(world, &now);
    if (status == ASV_OK) {
        status = asv_world_random(world, uuid + 6, sizeof uuid - 6);
    }
    if (status != ASV_OK) {
        return status;
    }
    for (int i = 0; i < 6; i++) {
        uuid[i] = (uint8_t)((uint64_t)now >> (40 - 8 * i));
    }
    uuid[6] = (uint8_t)((uuid[6] & 0x0f) | 0x70);
    uuid[8] = (uint8_t)((uuid[8] & 0x3f) | 0x80);
    memcpy(out, uuid, sizeof uuid);
    return ASV_OK;
}

/* Where each of the five groups of a text UUID starts, in bytes and in characters. */
static const struct {
    uint8_t byte, len, character;
} groups[] = {{0, 4, 0}, {4, 2, 9}, {6, 2, 14}, {8, 2, 19}, {10, 6, 24}};
#define GROUPS (sizeof groups / sizeof groups[0])

void asv_uuid_format(char out[ASV_UUID_TEXT_BYTES], const uint8_t uuid[ASV_UUID_BYTES])
{
    for (size_t i = 0; i < GROUPS; i++) {
        asv_hex_encode(out + groups[i].character, uuid + groups[i].byte, groups[i].len);
        if (i + 1 < GROUPS) {
            out[groups[i + 1].character - 1] = '-';
        }
    }
}

enum asv_status asv_uuid_parse(uint8_t out[ASV_UUID_BYTES], const char *text)
{
    uint8_t uuid[ASV_UUID_BYTES];
    if (strlen(text) != ASV_UUID_TEXT_BYTES - 1) {
        return ASV_E_MALFORMED;
    }
    for (size_t i = 0; i < GROUPS; i++) {
        char part[13] = {0};
        memcpy(part, text + groups[i].character, (size_t)2 * groups[i].len);
        if ((i > 0 && text[groups[i].character - 1] != '-') ||
            asv_hex_decode(uuid + groups[i].byte, groups[i].len, part) != ASV_OK) {
            return ASV_E_MALFORMED;
        }
    }
    memcpy(out, uuid, sizeof uuid);
    return ASV_OK;
}

bool asv_uuid_is_zero(const uint8_t uuid[ASV_UUID_BYTES])
{
    static const uint8_t zero[ASV_UUID_BYTES] = {0};
    return memcmp(uuid, zero, sizeof zero) == 0;
}
