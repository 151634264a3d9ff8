/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The commit record of docs/VAULT.md: what is accepted comes out as the same signed bytes when it is written
 * again. */
#include "server/vault/commit.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t sk[ASV_ED25519_SK_BYTES];
    struct asv_commit commit;
    uint8_t again[ASV_COMMIT_MAX_BYTES];
    size_t body = 0;
    size_t len = 0;
    if (asv_commit_decode(&commit, data, size, &body, NULL) != ASV_OK) {
        return 0;
    }
    if (asv_commit_encode(&commit, sk, again, sizeof again, &len) != ASV_OK || len != size || body > len ||
        memcmp(again, data, body) != 0) {
        abort();
    }
    return 0;
}
