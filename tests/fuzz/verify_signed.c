/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A signed object beside an entry of the ledger: kind, length of the object, object, signer. Whatever is made
 * up, only what the test agency's devices and people have signed is theirs.
 */
#include <stdlib.h>
#include <string.h>

#include "server/verify/signed.h"
#include "tests/support/agency.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct asv_anchors *anchors(void)
{
    static struct asv_anchors all;
    static struct asv_test_agency agency;
    if (!all.has_root) {
        asv_test_agency_init(&agency, 1);
        memcpy(all.root_pk, agency.root.pk, sizeof all.root_pk);
        all.has_root = true;
    }
    return &all;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t digest[ASV_SHA256_BYTES];
    struct asv_signed it = {0};
    struct asv_signed_by by = {.role = UINT8_MAX};
    struct asv_reader reader;
    asv_reader_init(&reader, data, size);
    if (asv_read_u16(&reader, &it.kind) != ASV_OK ||
        asv_read_view16(&reader, &it.object, UINT16_MAX) != ASV_OK) {
        return 0;
    }
    it.signer = (struct asv_bytes){data + reader.at, asv_reader_left(&reader)};
    if (asv_signed_is_named(&it, digest, NULL) == ASV_OK) {
        abort();
    }
    if (!asv_signed_is_signed(it.kind)) {
        return 0;
    }
    enum asv_status status = asv_signed_verify(&by, &it, anchors(), NULL);
    if ((status == ASV_OK) != (by.role <= ASV_ROLE_KEEPER) ||
        (status == ASV_OK && memchr(by.name, '\0', sizeof by.name) == NULL)) {
        abort();
    }
    return 0;
}
