/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * One-time codes (RFC 4226): HMAC-SHA-1, as every authenticator app has it. But for them and WinZip's
 * encryption (winzip.h) nothing here uses SHA-1.
 */
#ifndef ASV_CRYPTO_OTP_H
#define ASV_CRYPTO_OTP_H

#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"

/* The code of a counter: six digits, as a number, or (RFC 6238's vectors) eight. */
ASV_MUST_CHECK enum asv_status asv_otp_code(uint32_t *code, const void *key, size_t len, uint64_t counter,
                                            unsigned digits);

#endif
