/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A seal's header. What decodes must encode to the same bytes again, with its signature.
 */
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/crypto/object.h"
#include "firmware-proto/seal/header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t seed[ASV_ED25519_SEED_BYTES] = {1};
    static uint8_t sk[ASV_ED25519_SK_BYTES];
    static uint8_t pk[ASV_ED25519_PK_BYTES];
    struct asv_seal_header header;
    struct asv_seal_header again;
    struct asv_err err;
    uint8_t digest[ASV_SHA256_BYTES];
    uint8_t digest_again[ASV_SHA256_BYTES];
    uint8_t copy[ASV_SEAL_HEADER_MAX_BYTES];
    struct asv_writer writer;

    if (sk[0] == 0) {
        asv_ed25519_from_seed(pk, sk, seed);
    }
    if (asv_seal_header_read(&header, digest, data, size, NULL, &err) != ASV_OK) {
        return 0;
    }
    asv_writer_init(&writer, copy, sizeof copy);
    if (asv_seal_header_write(&writer, digest_again, &header, sk, &err) != ASV_OK || writer.len != size ||
        memcmp(copy, data, size - ASV_SIGNATURE_FIELD_BYTES) != 0 ||
        memcmp(digest, digest_again, sizeof digest) != 0 ||
        asv_seal_header_read(&again, digest, copy, writer.len, pk, &err) != ASV_OK) {
        abort();
    }
    return 0;
}
