/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * How often somebody may ask, and how long somebody waits who guesses. In memory of fixed size: what is
 * counted stands at a place that only this process can foretell, so that nobody pushes out what is counted of
 * others; two who share a place share its count.
 */
#ifndef ASV_SERVER_WEB_LIMITS_H
#define ASV_SERVER_WEB_LIMITS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/world.h"
#include "firmware-proto/crypto/crypto.h"

#define ASV_WEB_LIMIT_PLACES 4096 /* of each kind */

/* What is counted; each by itself. */
enum asv_web_limit {
    ASV_WEB_LIMIT_REQUESTS,  /* of a session */
    ASV_WEB_LIMIT_PASSWORDS, /* of an address, that are to be compared */
    ASV_WEB_LIMIT_PASSKEYS,  /* of an address: challenges and answers, which cost little */
    ASV_WEB_LIMIT_STRANGERS, /* of an address: cookies and tokens that may be made up */
    ASV_WEB_LIMIT_PAIR,      /* wrong passwords for a name from an address */
    ASV_WEB_LIMIT_NAME,      /* for a name from anywhere */
    ASV_WEB_LIMIT_BADGES,    /* badges that nobody has, of a session */
    ASV_WEB_LIMIT_ADDRESS,   /* for any name from an address */
    ASV_WEB_LIMITS,
};

struct asv_web_limits {
    pthread_mutex_t lock; /* of the places */
    uint8_t key[32];
    struct asv_web_place {
        uint64_t free_ms; /* monotonic */
        uint64_t last_ms;
        uint32_t count;
    } places[ASV_WEB_LIMITS][ASV_WEB_LIMIT_PLACES];
    uint8_t known[ASV_WEB_LIMIT_PLACES][16]; /* of cookies and tokens that count */
};

/* ASV_E_INTERNAL: no randomness. */
ASV_MUST_CHECK enum asv_status asv_web_limits_init(struct asv_web_limits *limits,
                                                   const struct asv_world *world);

/* Counts a request; 0, or in how many seconds there may be another. */
unsigned asv_web_limits_rate(struct asv_web_limits *limits, enum asv_web_limit what, const void *who,
                             size_t len, uint64_t now_ms);

/* Whether a cookie or token, by its digest, counted when it was last looked up; and that it does, or no more.
 * Of two who share a place the last one is known. */
bool asv_web_limits_knows(struct asv_web_limits *limits, const uint8_t session[ASV_SHA256_BYTES]);
void asv_web_limits_know(struct asv_web_limits *limits, const uint8_t session[ASV_SHA256_BYTES], bool counts);

/* How many seconds somebody has to wait before the next guess; 0: none. */
unsigned asv_web_limits_wait(struct asv_web_limits *limits, enum asv_web_limit what, const void *who,
                             size_t len, uint64_t now_ms);
/* A guess, before it is known to be right; and that it was: then it never was one, and of a name nothing is
 * held against it any more. */
void asv_web_limits_guess(struct asv_web_limits *limits, enum asv_web_limit what, const void *who, size_t len,
                          uint64_t now_ms);
void asv_web_limits_right(struct asv_web_limits *limits, enum asv_web_limit what, const void *who,
                          size_t len);

#endif
