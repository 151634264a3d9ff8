/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A camera's state files. The digest at their end is made right, so that what is behind it is reached; what
 * is read comes back as the same bytes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/camera/state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t bytes[ASV_CAMERA_STATE_MAX_BYTES + 64];
    static uint8_t again[ASV_CAMERA_STATE_MAX_BYTES];
    static struct asv_camera_state state;
    size_t len = 0;
    if (asv_crypto_init() != ASV_OK || size > sizeof bytes) {
        return 0;
    }
    if (asv_camera_state_decode(&state, data, size) == ASV_OK && state.kind >= ASV_CAMERA_STATE_KINDS) {
        abort();
    }
    memcpy(bytes, data, size);
    if (size >= ASV_SHA256_BYTES) {
        asv_sha256(bytes + size - ASV_SHA256_BYTES, bytes, size - ASV_SHA256_BYTES);
    }
    if (asv_camera_state_decode(&state, bytes, size) == ASV_OK &&
        (asv_camera_state_encode(again, sizeof again, &len, &state) != ASV_OK || len != size ||
         memcmp(again, bytes, len) != 0)) {
        abort();
    }
    return 0;
}
