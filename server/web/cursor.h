/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Where a list goes on: the key of the last row that was looked at, and a check over it and over whoever asks
 * for what. Pure.
 *
 * The check keeps no secret: whoever makes a cursor up gets rows that he could have asked for. It is there so
 * that a cursor of another list, another filter or another person is refused, and not taken for a place in
 * this one; so it needs no key, and is good at another server and after a restart.
 */
#ifndef ASV_SERVER_WEB_CURSOR_H
#define ASV_SERVER_WEB_CURSOR_H

#include <stdbool.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/crypto/crypto.h"

#define ASV_WEB_CHECK_BYTES  16
#define ASV_WEB_KEY_BYTES    160 /* of a row's key, at most */
#define ASV_WEB_CURSOR_BYTES (ASV_WEB_CHECK_BYTES + ASV_WEB_KEY_BYTES)
#define ASV_WEB_CURSOR_TEXT  ((ASV_WEB_CURSOR_BYTES + 2) / 3 * 4 + 1) /* with its NUL */

/* In base64url, without padding. list: digest of who asks for what. false: the key is too long. */
bool asv_web_cursor_write(char out[ASV_WEB_CURSOR_TEXT], const uint8_t list[ASV_SHA256_BYTES],
                          struct asv_bytes key);

/* The bytes of a cursor: its key, with a NUL. false: it is not one of this list. */
bool asv_web_cursor_read(char key[ASV_WEB_KEY_BYTES + 1], const uint8_t list[ASV_SHA256_BYTES],
                         struct asv_bytes cursor);

#endif
