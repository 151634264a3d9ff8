/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Recordings that are being shown: each to the one session in which its reviewer signed for it, with the key
 * that the keeper gave for that, until it is closed or nobody has read of it for a while (PLAYBACK.md 4).
 */
#ifndef ASV_SERVER_WEB_OPENING_H
#define ASV_SERVER_WEB_OPENING_H

#include <pthread.h>

#include "server/media/view.h"

#define ASV_WEB_OPENINGS      16                         /* at once */
#define ASV_WEB_OPENINGS_EACH 4                          /* of one person */
#define ASV_WEB_READERS_EACH  3                          /* threads that work for one person's, at most */
#define ASV_WEB_OPENING_MS    (15 * UINT64_C(60) * 1000) /* without a read */
#define ASV_WEB_PIECE_BYTES   4194304                    /* of one answer, at most */

struct asv_web_opening {
    bool used, ended;  /* ended: closed when its last reader is done */
    unsigned readers;  /* threads */
    uint64_t until_ms; /* monotonic; the next read puts it off */
    uint64_t end_ms;   /* nothing puts this off: the reviewer's request is over */
    uint8_t id[ASV_UUID_BYTES], session[ASV_UUID_BYTES], person[ASV_UUID_BYTES], clip[ASV_UUID_BYTES];
    uint8_t request[ASV_SHA256_BYTES];    /* the reviewer's, that was agreed to */
    uint8_t credential[ASV_SHA256_BYTES]; /* that signed for the showing */
    struct asv_vault *vault;
    struct asv_view *view;
};

struct asv_web_openings {
    unsigned readers_each;
    pthread_mutex_t lock; /* of the rest, but not of what a reader has taken */
    struct asv_web_opening all[ASV_WEB_OPENINGS];
};

/* threads: of all handlers. As long as there are two, one person's openings leave one to others. */
void asv_web_openings_init(struct asv_web_openings *openings, unsigned threads);
void asv_web_openings_close(struct asv_web_openings *openings); /* no reader is left */

/* A place for one more of this person's, until asv_web_openings_add_take or _free: ASV_E_BUSY says what to
 * do.
 */
ASV_MUST_CHECK enum asv_status asv_web_openings_reserve(struct asv_web_openings *openings,
                                                        const uint8_t person[ASV_UUID_BYTES],
                                                        struct asv_web_opening **out, struct asv_err *err);
void asv_web_openings_free(struct asv_web_openings *openings,
                           struct asv_web_opening *place); /* NULL is fine */

/* What a session is shown from here on. */
struct asv_web_shown {
    const uint8_t *session, *person, *clip, *request, *credential;
    struct asv_vault *vault; /* the view's */
    struct asv_view *view;
    uint64_t left_ms; /* until the reviewer's request is over */
};

/* Takes over the place that was reserved, view and vault, also on failure. */
ASV_MUST_CHECK enum asv_status asv_web_openings_add_take(struct asv_web_openings *openings,
                                                         const struct asv_world *world,
                                                         struct asv_web_opening *place,
                                                         const struct asv_web_shown *shown,
                                                         uint8_t id[ASV_UUID_BYTES], struct asv_err *err);

/* One that this session may read from, until it is given back. ASV_E_NOT_FOUND. ASV_E_BUSY: as many threads
 * as may are at work for this person already. read: something of it was read, which puts its end off. */
ASV_MUST_CHECK enum asv_status asv_web_openings_take(struct asv_web_openings *openings,
                                                     const struct asv_world *world,
                                                     const uint8_t session[ASV_UUID_BYTES],
                                                     const uint8_t id[ASV_UUID_BYTES],
                                                     struct asv_web_opening **out);
void asv_web_openings_give(struct asv_web_openings *openings, const struct asv_world *world,
                           struct asv_web_opening *opening, bool read);

/* Whether one that was taken has ended meanwhile: what was read of it goes to nobody. */
bool asv_web_openings_is_over(struct asv_web_openings *openings, const struct asv_web_opening *opening);

/* Ends those of a session, of a person, or with this id, of which NULL are not asked; whether there was one.
 */
bool asv_web_openings_end(struct asv_web_openings *openings, const uint8_t *session, const uint8_t *person,
                          const uint8_t *id);

/* Ends those whose time is over. */
void asv_web_openings_sweep(struct asv_web_openings *openings, const struct asv_world *world);

/* How many there are. */
size_t asv_web_openings_count(struct asv_web_openings *openings);

#endif
