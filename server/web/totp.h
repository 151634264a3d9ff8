/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * One-time codes by the clock (RFC 6238): SHA-1, six digits, 30 seconds, one step early or late. Pure, but
 * for the QR code.
 */
#ifndef ASV_SERVER_WEB_TOTP_H
#define ASV_SERVER_WEB_TOTP_H

#include <stdbool.h>
#include <stdint.h>

#include "server/web/fields.h"

#define ASV_TOTP_KEY_BYTES 20
#define ASV_TOTP_DIGITS    6
#define ASV_TOTP_URI_BYTES 512

/* The step, within one of now and behind `after`, whose code this text is; 0: none. Takes as long whatever
 * the text is. */
uint64_t asv_totp_step(const uint8_t key[ASV_TOTP_KEY_BYTES], const char *text, int64_t now_ms,
                       uint64_t after);

/* RFC 4648, 6, without padding: 32 characters and a NUL. */
#define ASV_TOTP_BASE32_BYTES 33
void asv_totp_base32(char out[ASV_TOTP_BASE32_BYTES], const uint8_t key[ASV_TOTP_KEY_BYTES]);

/* otpauth://totp/…, with who issued it and whose it is. false: it does not fit. */
bool asv_totp_uri(char out[ASV_TOTP_URI_BYTES], const uint8_t key[ASV_TOTP_KEY_BYTES], const char *issuer,
                  const char *account);

/* A text as a QR code (ISO/IEC 18004, level M): rows of 0 and 1, without the quiet zone. NULL: no memory, or
 * it does not fit. */
json_t *asv_totp_qr(const char *text);

#endif
