/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A recording that libavformat has open: for remux*.c alone. */
#ifndef ASV_SERVER_MEDIA_REMUX_INTERNAL_H
#define ASV_SERVER_MEDIA_REMUX_INTERNAL_H

#include <libavformat/avformat.h>

#include "server/media/remux.h"

#define ASV_REMUX_STREAMS 16

/* One run. libavformat's callbacks can say -1 alone: what went wrong stays here. */
struct asv_remux {
    const struct asv_remux_io *io;
    struct asv_err *err;
    enum asv_status failed; /* of the caller's read or write */
    uint64_t at;
    AVFormatContext *in, *out;
    AVIOContext *in_io, *out_io;
    int video, audio, lead;          /* the streams that are played; -1: none. lead: whose times cut it */
    bool decodes;                    /* its index has decoding times, and not those of presentation */
    int to[ASV_REMUX_STREAMS];       /* each stream's number in the output; -1: none */
    int64_t last[ASV_REMUX_STREAMS]; /* decoding time that was written */
};

/* Of one that is all zeros but for io and err. Whatever it says, asv_remux_end is due. */
ASV_MUST_CHECK enum asv_status asv_remux_open(struct asv_remux *remux);
void asv_remux_end(struct asv_remux *remux);

/* The caller's own failure, or the media's: code is libavformat's. */
ASV_MUST_CHECK enum asv_status asv_remux_fail(struct asv_remux *remux, int code, const char *what);
ASV_MUST_CHECK enum asv_status asv_remux_no_memory(struct asv_remux *remux);

/* M-006: media that names other files or addresses gets none. For AVFormatContext's io_open. */
int asv_remux_refuse_to_open(AVFormatContext *context, AVIOContext **io, const char *url, int flags,
                             AVDictionary **options);

/* The next packet; *over: there is none, or none that can be read. */
ASV_MUST_CHECK enum asv_status asv_remux_next(struct asv_remux *remux, AVPacket *packet, bool *over);

/* Where a packet of a stream that is played lies, in the lead's time base: by which the index cuts.
 * AV_NOPTS_VALUE: nowhere. */
int64_t asv_remux_place(const struct asv_remux *remux, int stream, int64_t dts, int64_t pts);

#endif
