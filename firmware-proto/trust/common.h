/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the objects of TRUST.md have in common: sizes, numbers that only rise, key and agency ids.
 */
#ifndef ASV_TRUST_COMMON_H
#define ASV_TRUST_COMMON_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"
#include "firmware-proto/crypto/crypto.h"

#define ASV_TRUST_FORMAT 1 /* of every object in TRUST.md */
#define ASV_UUID_BYTES   16
#define ASV_TEXT_MAX     64 /* bytes of a name, model, serial, unit or area */
#define ASV_TEXT_SIZE    (ASV_TEXT_MAX + 1)
#define ASV_KEY_ID_BYTES 16

/* Whether yyyymmdd is a day of the calendar, from 1970 to 9999. */
bool asv_date_exists(uint32_t date);

/* First 16 bytes of SHA-256(X25519 public key). */
void asv_key_id(uint8_t out[ASV_KEY_ID_BYTES], const uint8_t pk[ASV_X25519_BYTES]);

/* SHA-256(Ed25519 public key): of the root key it is the agency id, of any issuer the issuer field. */
void asv_key_digest(uint8_t out[ASV_SHA256_BYTES], const uint8_t pk[ASV_ED25519_PK_BYTES]);

/* Whether an object numbered offered_number may replace the one that is held (held_digest NULL: none is
 * held). ASV_OK: it is newer, take it. ASV_E_EXISTS: it is the one held. ASV_E_EXPIRED: older than the one
 * held. ASV_E_MISMATCH: same number, other content: two objects were signed under one number. */
ASV_MUST_CHECK enum asv_status asv_number_check(uint64_t held_number, const uint8_t *held_digest,
                                                uint64_t offered_number,
                                                const uint8_t offered_digest[ASV_SHA256_BYTES],
                                                struct asv_err *err);

#endif
