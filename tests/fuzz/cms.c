/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Signatures that recipients make (HO-023): whatever is taken is a signature of this content and of no other,
 * and says when; of what is not taken it is said why.
 */
#include "firmware-proto/crypto/cms.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool condition)
{
    if (!condition) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char content[] = "what is signed\n", other[] = "what is signeD\n";
    const struct asv_bytes sig = {data, size};
    struct asv_cms said, untouched;
    struct asv_err err = {0};
    memset(&said, 0x5a, sizeof said);
    untouched = said;
    enum asv_status status =
        asv_cms_verify(&said, sig, (struct asv_bytes){(const uint8_t *)content, sizeof content - 1}, &err);
    if (status != ASV_OK) {
        must(err.text[0] != '\0' && memcmp(&said, &untouched, sizeof said) == 0);
        return 0;
    }
    must(memcmp(said.certificate, untouched.certificate, sizeof said.certificate) != 0);
    must(asv_cms_verify(&said, sig, (struct asv_bytes){(const uint8_t *)other, sizeof other - 1}, &err) ==
         ASV_E_DIGEST);
    return 0;
}
