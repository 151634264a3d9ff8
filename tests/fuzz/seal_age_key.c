/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Keys of age as text: what is accepted is, but for its case, the one way to write that key. */
#include "firmware-proto/seal/age.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    char recipient[ASV_AGE_RECIPIENT_TEXT_BYTES];
    char identity[ASV_AGE_IDENTITY_TEXT_BYTES];
    uint8_t key[ASV_X25519_BYTES];
    if (asv_age_recipient_decode(key, text, size) == ASV_OK) {
        asv_age_recipient_encode(recipient, key);
        if (strlen(recipient) != size || strncasecmp(recipient, text, size) != 0) {
            abort();
        }
    }
    if (asv_age_identity_decode(key, text, size) == ASV_OK) {
        asv_age_identity_encode(identity, key);
        if (strlen(identity) != size || strncasecmp(identity, text, size) != 0) {
            abort();
        }
    }
    return 0;
}
