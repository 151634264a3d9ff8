/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Foreign media into fragmented MP4, without decoding a picture: the one use of libavformat. Whatever the
 * bytes are, it opens no file, no network and no decoder of its own accord; who calls it has nothing that it
 * could get at (asservat-media).
 */
#ifndef ASV_SERVER_MEDIA_REMUX_H
#define ASV_SERVER_MEDIA_REMUX_H

#include "server/media/channel.h"

/* How it gets at the media, and what it makes of it goes out. Any status but ASV_OK ends it, and is its
 * result. */
struct asv_remux_io {
    void *ctx;
    uint64_t bytes; /* of the media */
    /* Exactly len bytes from offset on, which are there. */
    enum asv_status (*read)(void *ctx, uint64_t offset, uint8_t *out, size_t len, struct asv_err *err);
    enum asv_status (*write)(void *ctx, const uint8_t *data, size_t len, struct asv_err *err);
};

/* What it is, and where fragments of it begin. ASV_E_MALFORMED: nothing that is known here; ASV_E_NOT_FOUND:
 * nothing in it to see or to hear; ASV_E_LIMIT: a fragment would be longer than one may be. */
ASV_MUST_CHECK enum asv_status asv_remux_look(const struct asv_remux_io *io, struct asv_media_facts *facts,
                                              struct asv_media_index *index, struct asv_err *err);

/* The same without the index: of a fragmented recording no more is read than its beginning, and its duration
 * is not known then. */
ASV_MUST_CHECK enum asv_status asv_remux_tell(const struct asv_remux_io *io, struct asv_media_facts *facts,
                                              struct asv_err *err);

/* Its first video and sound from one place of the index to another, as one fragment behind ftyp and moov,
 * with their media times. A recording that ends in the middle of something ends there. ASV_E_UNSUPPORTED: a
 * codec that fragmented MP4 does not take. ASV_E_MALFORMED; what was written until then stands. */
ASV_MUST_CHECK enum asv_status asv_remux_run(const struct asv_remux_io *io, int64_t from, int64_t until,
                                             struct asv_err *err);

#endif
