/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * UUIDs: 16 raw bytes inside, RFC 9562 text for people. New ones are version 7, so they sort by time.
 */
#ifndef ASV_SERVER_BASE_UUID_H
#define ASV_SERVER_BASE_UUID_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware-proto/base/world.h"

#define ASV_UUID_BYTES      16
#define ASV_UUID_TEXT_BYTES 37 /* 36 characters and a NUL */

/* A new UUIDv7 from the world's wall clock and randomness; out is untouched when either fails. */
ASV_MUST_CHECK enum asv_status asv_uuid_new(const struct asv_world *world, uint8_t out[ASV_UUID_BYTES]);

/* Lower case with dashes. */
void asv_uuid_format(char out[ASV_UUID_TEXT_BYTES], const uint8_t uuid[ASV_UUID_BYTES]);

/* Exactly the form that asv_uuid_format writes, in either case; else ASV_E_MALFORMED, out untouched. */
ASV_MUST_CHECK enum asv_status asv_uuid_parse(uint8_t out[ASV_UUID_BYTES], const char *text);

bool asv_uuid_is_zero(const uint8_t uuid[ASV_UUID_BYTES]);

#endif
