/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A recording as a browser plays it: bytes of fragmented MP4 that can be read from anywhere. A recording that
 * is so already is given out as it is. Of any other asservat-media makes one fragment at a time, as it is
 * read: the index says how many bytes each takes at most, that is its room, and a "free" box fills it up.
 */
#ifndef ASV_SERVER_MEDIA_VIEW_H
#define ASV_SERVER_MEDIA_VIEW_H

#include <pthread.h>

#include "firmware-proto/base/world.h"
#include "server/media/playback.h"

#define ASV_VIEW_FRAMES     8192
#define ASV_VIEW_MIME_BYTES 160

/* How asservat-media is asked, for all views of a process. */
struct asv_view_asker {
    const char *socket;            /* borrowed: it answers each connection as a program of its own */
    const struct asv_world *world; /* borrowed */
    int idle_ms;                   /* for how long it may say nothing */
    unsigned most_ms;              /* that one answer may take */
    unsigned most;                 /* that may be asked at once */
    pthread_mutex_t lock;          /* of what follows */
    unsigned running;
};

struct asv_view_frame {
    uint64_t ms;     /* media time of a key frame */
    uint64_t offset; /* where its fragment begins */
};

struct asv_view_facts {
    bool remuxed;
    char mime[ASV_VIEW_MIME_BYTES]; /* with codecs, RFC 6381 */
    uint64_t bytes, init_bytes;
    uint64_t start_ms, duration_ms; /* unless remuxed, estimated */
    struct asv_view_frame frames[ASV_VIEW_FRAMES];
    size_t frame_count;
};

struct asv_view;

/* Takes over playback, also on failure; nothing is read or asked yet. */
ASV_MUST_CHECK enum asv_status asv_view_open_take(struct asv_playback *playback, struct asv_view_asker *asker,
                                                  struct asv_view **out, struct asv_err *err);
void asv_view_close(struct asv_view *view); /* wipes; NULL is fine; no read may be under way */

const struct asv_playback *asv_view_playback(const struct asv_view *view); /* borrowed */

/* What it is, found out the first time; borrowed. From several threads at once, as the next. ASV_E_BUSY: it,
 * or enough others, are being asked about. ASV_E_UNSUPPORTED: no browser can be given it. ASV_E_AWAY: nobody
 * answers at the socket. ASV_E_TIMEOUT: the program that was asked died, hung, or said what it may not. Or as
 * asv_playback_read. */
ASV_MUST_CHECK enum asv_status asv_view_look(struct asv_view *view, const struct asv_view_facts **out,
                                             struct asv_err *err);

/* From offset on at most len bytes, at least one: a recording that is remuxed ends an answer where a fragment
 * ends. ASV_E_USAGE: it has none there. On failure out is wiped. */
ASV_MUST_CHECK enum asv_status asv_view_read(struct asv_view *view, uint64_t offset, uint8_t *out, size_t len,
                                             size_t *got, struct asv_err *err);

/* Of the recording as its camera wrote it: about when byte at was recorded, in media time. */
uint64_t asv_view_ms_at(const struct asv_view *view, uint64_t at);

#endif
