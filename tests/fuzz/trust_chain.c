/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <stdlib.h>
#include <string.h>

#include "tests/support/samples.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct asv_test_agency *agency = &asv_samples()->agency;
    uint8_t buffer[ASV_CHAIN_MAX_BYTES];
    struct asv_writer writer;
    struct asv_chain chain;
    struct asv_err err = {0};

    enum asv_status status = asv_chain_decode(&chain, data, size, &err);
    if (status != ASV_OK) {
        if (err.status != status || err.text[0] == '\0') {
            abort();
        }
        return 0;
    }
    asv_writer_init(&writer, buffer, sizeof buffer);
    status = asv_chain_encode(&writer, chain.leaf.object.encoded, chain.ca.object.encoded);
    if (status != ASV_OK || writer.len != size || memcmp(buffer, data, size) != 0) {
        abort();
    }
    for (unsigned role = ASV_ROLE_CAMERA; role <= ASV_ROLE_PACKAGE; role++) {
        status = asv_chain_verify(&chain, agency->root.pk, (uint8_t)role, ASV_TEST_NOW_MS, NULL, NULL);
        if (status == ASV_OK && chain.leaf.role != role) {
            abort();
        }
    }
    return 0;
}
