/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What WinZip's AE-2 does with the bytes of one file (AES-256): the only encryption of ZIP that programs
 * besides its maker's open. Its key is stretched but a thousand times, so the passphrase itself must be long
 * and random. Nothing else here uses SHA-1 but one-time codes.
 */
#ifndef ASV_CRYPTO_WINZIP_H
#define ASV_CRYPTO_WINZIP_H

#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"

#define ASV_WINZIP_SALT_BYTES     16
#define ASV_WINZIP_VERIFIER_BYTES 2 /* behind the salt: a wrong passphrase mostly shows at once */
#define ASV_WINZIP_MAC_BYTES      10

struct asv_winzip;

/* salt must be fresh random bytes. *out is the caller's to free. ASV_E_INTERNAL when the library cannot. */
ASV_MUST_CHECK enum asv_status asv_winzip_begin(struct asv_winzip **out, const char *passphrase,
                                                const uint8_t salt[ASV_WINZIP_SALT_BYTES],
                                                uint8_t verifier[ASV_WINZIP_VERIFIER_BYTES]);

/* The next bytes, in place. */
ASV_MUST_CHECK enum asv_status asv_winzip_encrypt(struct asv_winzip *zip, uint8_t *data, size_t len);

/* What stands behind the last of them. */
ASV_MUST_CHECK enum asv_status asv_winzip_mac(struct asv_winzip *zip, uint8_t mac[ASV_WINZIP_MAC_BYTES]);

void asv_winzip_free(struct asv_winzip *zip); /* wipes; NULL is fine */

#endif
