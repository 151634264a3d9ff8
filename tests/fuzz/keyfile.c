/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/base/keyfile.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct asv_keyfile file;
    struct asv_keyfile again;
    struct asv_keys keys;
    struct asv_err err = {0};
    enum asv_status status = asv_keyfile_info(&file, data, size, &err);
    if (status != ASV_OK) {
        if (err.text[0] == '\0') {
            abort();
        }
        return 0;
    }
    if (file.is_protected && (file.cost.passes > 1 || file.cost.memory_kib > 64)) {
        return 0; /* what a guess costs is tested elsewhere */
    }
    struct asv_bytes passphrase = {(const uint8_t *)"correct horse battery", 21};
    status = asv_keyfile_decode(&again, &keys, data, size, passphrase, NULL);
    if (status == ASV_OK && memcmp(again.signing_pk, file.signing_pk, sizeof file.signing_pk) != 0) {
        abort();
    }
    return 0;
}
