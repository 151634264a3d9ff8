/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/handover/file_id.h"

#include <string.h>

#include "firmware-proto/crypto/crypto.h"

#define DOMAIN "asservat/v1/handover-file"

/* HO-038 */
void asv_handover_id(const struct asv_handover_naming *naming, const char *of, uint8_t out[ASV_UUID_BYTES])
{
    uint8_t digest[ASV_SHA256_BYTES];
    struct asv_sha256 state;
    const uint8_t output[] = {(uint8_t)naming->output, (uint8_t)(naming->part >> 8), (uint8_t)naming->part};
    asv_sha256_init(&state);
    asv_sha256_update(&state, DOMAIN, sizeof DOMAIN);
    asv_sha256_update(&state, naming->handover, sizeof naming->handover);
    asv_sha256_update(&state, output, sizeof output);
    asv_sha256_update(&state, of, strlen(of));
    asv_sha256_final(&state, digest);
    memcpy(out, digest, ASV_UUID_BYTES);
    out[6] = (uint8_t)((out[6] & 0x0f) | 0x80); /* RFC 9562, 5.8 */
    out[8] = (uint8_t)((out[8] & 0x3f) | 0x80);
}
