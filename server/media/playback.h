/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The plaintext of one recording that somebody was let see, by range: only the chunks are read and decrypted
 * that a range lies in, each is compared with the leaf that the camera signed, and nothing is kept of them.
 * What no checkpoint signed is not there.
 */
#ifndef ASV_SERVER_MEDIA_PLAYBACK_H
#define ASV_SERVER_MEDIA_PLAYBACK_H

#include "server/incident/open.h"

struct asv_playback;

/* Takes over exhibit, which asv_exhibit_open_seal opened, also on failure; the caller wipes its own copy of
 * the key. *out is the caller's to close. ASV_E_DIGEST: not this recording's key; ASV_E_NOT_FOUND: nothing of
 * it is signed. */
ASV_MUST_CHECK enum asv_status asv_playback_open_take(struct asv_exhibit *exhibit,
                                                      const uint8_t file_key[ASV_FILE_KEY_BYTES],
                                                      struct asv_playback **out, struct asv_err *err);

/* Wipes the key. NULL is fine. No read may be under way. */
void asv_playback_close(struct asv_playback *playback);

/* Header, checkpoint, key frames; borrowed. */
const struct asv_exhibit *asv_playback_exhibit(const struct asv_playback *playback);

/* Bytes that can be read: the media without its padding, of a truncated recording as far as it is signed. */
uint64_t asv_playback_bytes(const struct asv_playback *playback);

/* Whether the camera was cut off, so that what can be read ends anywhere. */
bool asv_playback_is_truncated(const struct asv_playback *playback);

/* len bytes from offset on, all of which must be there. From several threads at once. ASV_E_USAGE: they are
 * not. ASV_E_DIGEST: a chunk is not what the camera signed; out is then wiped. ASV_E_IO. */
ASV_MUST_CHECK enum asv_status asv_playback_read(struct asv_playback *playback, uint64_t offset, uint8_t *out,
                                                 size_t len, struct asv_err *err);

#endif
