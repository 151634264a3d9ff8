/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Blocks of the device log: what decodes encodes to the same body again, whoever signs it; and nothing that a
 * fuzzer makes verifies unless it is the sample's body.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/support/wire_samples.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t again[ASV_DEVLOG_MAX_BYTES];
    const struct asv_wire_samples *all = asv_wire_samples();
    const struct asv_test_identity *camera = &asv_samples()->agency.camera;
    struct asv_devlog_block block;
    struct asv_err err = {0};
    struct asv_writer writer;
    asv_writer_init(&writer, again, sizeof again);
    if (asv_devlog_block_decode(&block, data, size, &err) != ASV_OK) {
        if (err.text[0] == '\0') {
            abort();
        }
        return 0;
    }
    if (asv_devlog_block_encode(&writer, &block, camera->sk) != ASV_OK || writer.len != size ||
        memcmp(again, data, size - ASV_SIGNATURE_FIELD_BYTES) != 0) {
        abort();
    }
    if (asv_devlog_block_verify(&block, camera->cert_digest, camera->pk, NULL) == ASV_OK &&
        (size != all->log_block_len || memcmp(data, all->log_block, size) != 0)) {
        abort();
    }
    return 0;
}
