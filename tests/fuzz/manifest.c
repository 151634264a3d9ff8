/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Manifests of backups: no path that is read leaves the set, and the end is one that counts what was read. */
#include "server/backup/manifest.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct asv_manifest manifest = {.file = NULL};
    struct asv_manifest_entry entry;
    enum asv_status status = ASV_OK;
    uint64_t count = 0;
    uint8_t *copy = malloc(size + 1);
    if (copy == NULL || size == 0) {
        free(copy);
        return 0;
    }
    memcpy(copy, data, size);
    manifest.file = fmemopen(copy, size, "r");
    while (manifest.file != NULL && status == ASV_OK) {
        status = asv_manifest_next(&manifest, &entry, NULL);
        count += status == ASV_OK;
        if (status == ASV_OK && (entry.path[0] == '/' || strncmp(entry.path, "..", 3) == 0 ||
                                 strncmp(entry.path, "../", 3) == 0 || strstr(entry.path, "/../") != NULL)) {
            abort();
        }
    }
    if (manifest.ended != (status == ASV_E_NOT_FOUND) || (manifest.ended && count != manifest.files)) {
        abort();
    }
    asv_manifest_close(&manifest);
    free(copy);
    return 0;
}
