/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Asks asservat-media about a recording that somebody was let see. Whatever the recording made of that
 * program, it gets no byte of another one, no key, and no more of this one's bytes or of our time than
 * reading it takes.
 */
#ifndef ASV_SERVER_MEDIA_ASK_H
#define ASV_SERVER_MEDIA_ASK_H

#include "server/media/channel.h"
#include "server/media/playback.h"

/* Where fragmented MP4 goes, in order. Any status but ASV_OK ends it, and is its result. */
struct asv_media_sink {
    void *ctx;
    enum asv_status (*write)(void *ctx, const uint8_t *data, size_t len, struct asv_err *err);
};

/* fd: connected to a program that has answered nobody yet; borrowed, and of no use afterwards. idle_ms: for
 * how long the program may say nothing. ASV_E_AWAY: the program died of it. ASV_E_LIMIT: it reads or writes
 * for ever. ASV_E_MALFORMED, ASV_E_UNSUPPORTED: as the program says. Or the playback's own error. */
ASV_MUST_CHECK enum asv_status asv_media_probe(int fd, int idle_ms, struct asv_playback *playback,
                                               struct asv_media_facts *out, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_media_remux(int fd, int idle_ms, struct asv_playback *playback,
                                               uint64_t from_us, const struct asv_media_sink *sink,
                                               struct asv_err *err);

#endif
