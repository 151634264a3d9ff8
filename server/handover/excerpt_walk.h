/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The fragments of a film one after the other, from their boxes' heads and their moofs: pictures and sound
 * are passed over.
 */
#ifndef ASV_SERVER_HANDOVER_EXCERPT_WALK_H
#define ASV_SERVER_HANDOVER_EXCERPT_WALK_H

#include "firmware-proto/camera/mp4.h"
#include "server/media/boxes.h"

struct asv_excerpt_fragment {
    uint64_t at, end; /* in the film: from its moof to the end of its mdat */
    uint64_t head;    /* where its moof ends */
    uint64_t start_us, until_us;
    bool key; /* begins with a key frame */
    bool cut; /* the film ends within its mdat */
};

struct asv_excerpt_walk {
    const struct asv_boxes_source *source; /* borrowed */
    uint64_t init;                         /* bytes before the first fragment */
    uint64_t at;
    uint64_t start_us; /* of the last one */
    struct asv_mp4_movie movie;
    uint8_t *moof; /* heap */
};

/* ASV_E_UNSUPPORTED: the film is not fragmented MP4, or its beginning cannot be read. walk is to be ended
 * also then. */
ASV_MUST_CHECK enum asv_status asv_excerpt_walk_begin(struct asv_excerpt_walk *walk,
                                                      const struct asv_boxes_source *source,
                                                      struct asv_err *err);

/* ASV_E_NOT_FOUND behind the last of which a picture may be there. ASV_E_MALFORMED, ASV_E_LIMIT: what comes
 * next is no fragment, or its time is before the last one's. */
ASV_MUST_CHECK enum asv_status asv_excerpt_walk_next(struct asv_excerpt_walk *walk,
                                                     struct asv_excerpt_fragment *out, struct asv_err *err);

/* As far as its moof, whether there is an mdat or not. */
ASV_MUST_CHECK enum asv_status asv_excerpt_walk_moof(struct asv_excerpt_walk *walk,
                                                     struct asv_excerpt_fragment *out, struct asv_err *err);

void asv_excerpt_walk_end(struct asv_excerpt_walk *walk);

#endif
