/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A link record in either form.
 */
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/seal/link.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct asv_link link;
    struct asv_link alone;
    struct asv_err err;
    uint8_t digest[ASV_SHA256_BYTES];
    uint8_t digest_alone[ASV_SHA256_BYTES];

    if (asv_link_read(&link, digest, data, size, NULL, &err) != ASV_OK) {
        return 0;
    }
    if (!link.opened) {
        return 0;
    }
    if (asv_link_read(&alone, digest_alone, data, size - ASV_LINK_OPENING_BYTES, NULL, &err) != ASV_OK ||
        alone.opened || memcmp(digest, digest_alone, sizeof digest) != 0 || alone.number != link.number) {
        abort();
    }
    return 0;
}
