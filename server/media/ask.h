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

/* Which program: one that has answered nobody yet. */
struct asv_media_program {
    int fd;                        /* connected; borrowed, and of no use afterwards */
    int idle_ms;                   /* for how long it may say nothing */
    const struct asv_world *world; /* NULL: the next is nothing */
    uint64_t until_ms;             /* monotonic: by when it has to be done */
};

/* Connects to the socket at which a program answers each; the caller closes *fd. ASV_E_AWAY. */
ASV_MUST_CHECK enum asv_status asv_media_call(const char *socket_path, int *fd, struct asv_err *err);

/* ASV_E_AWAY: the program died of it. ASV_E_TIMEOUT. ASV_E_LIMIT: it reads or writes for ever.
 * ASV_E_MALFORMED, ASV_E_UNSUPPORTED, ASV_E_NOT_FOUND: as the program says. Or the playback's own error. */
ASV_MUST_CHECK enum asv_status asv_media_look(const struct asv_media_program *program,
                                              struct asv_playback *playback, struct asv_media_facts *facts,
                                              struct asv_media_index *index, struct asv_err *err);
/* The same without the index (channel.h). */
ASV_MUST_CHECK enum asv_status asv_media_tell(const struct asv_media_program *program,
                                              struct asv_playback *playback, struct asv_media_facts *facts,
                                              struct asv_err *err);
/* From one place of the index to another (channel.h). */
ASV_MUST_CHECK enum asv_status asv_media_remux(const struct asv_media_program *program,
                                               struct asv_playback *playback, int64_t from, int64_t until,
                                               const struct asv_media_sink *sink, struct asv_err *err);

#endif
