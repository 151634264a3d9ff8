/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A challenge says by itself when it was made, and that it was made here: nothing is kept of those that are
 * never answered, so that nobody can fill anything. That one is answered once, the database sees to. */
#include <string.h>

#include "firmware-proto/crypto/crypto.h"
#include "firmware-proto/seal/base64.h"
#include "server/statement/client_data.h"
#include "server/web/session.h"

#define CHARS        ASV_BASE64_CHARS(ASV_SHA256_BYTES)
#define TIME_BYTES   8
#define RANDOM_BYTES 8
#define SAID_BYTES   (TIME_BYTES + RANDOM_BYTES) /* and a MAC of as many bytes */

static void seal(const uint8_t key[32], uint8_t challenge[ASV_SHA256_BYTES])
{
    uint8_t mac[ASV_SHA256_BYTES];
    asv_hmac_sha256(mac, key, 32, challenge, SAID_BYTES);
    memcpy(challenge + SAID_BYTES, mac, ASV_SHA256_BYTES - SAID_BYTES);
}

enum asv_status asv_web_challenge_make(const struct asv_world *world, const uint8_t key[32],
                                       uint8_t out[ASV_SHA256_BYTES])
{
    asv_store_be64(out, asv_world_mono_ms(world));
    enum asv_status status = asv_world_random(world, out + TIME_BYTES, RANDOM_BYTES);
    if (status == ASV_OK) {
        seal(key, out);
    }
    return status;
}

bool asv_web_challenge_is_fresh(const uint8_t key[32], const uint8_t challenge[ASV_SHA256_BYTES],
                                uint64_t now_ms)
{
    uint8_t again[ASV_SHA256_BYTES];
    uint64_t made_ms = asv_load_be64(challenge);
    memcpy(again, challenge, SAID_BYTES);
    seal(key, again);
    return asv_equal(again, challenge, sizeof again) && made_ms <= now_ms &&
           now_ms - made_ms < ASV_WEB_CHALLENGE_MS;
}

bool asv_web_challenge_read(struct asv_bytes client_data, uint8_t out[ASV_SHA256_BYTES])
{
    struct asv_client_data read;
    char text[CHARS + 1];
    if (asv_client_data_read(&read, client_data) != ASV_OK || read.challenge.len != CHARS) {
        return false;
    }
    memcpy(text, read.challenge.data, CHARS);
    text[CHARS] = '\0';
    return asv_web_base64url(text, out, ASV_SHA256_BYTES) == ASV_SHA256_BYTES;
}
