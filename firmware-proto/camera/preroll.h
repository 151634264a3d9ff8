/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The last fragments of a stream, in memory only and wiped when they are forgotten.
 */
#ifndef ASV_CAMERA_PREROLL_H
#define ASV_CAMERA_PREROLL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"

#define ASV_PREROLL_MAX_BYTES     67108864 /* two minutes at 4 Mbit/s; older fragments go when it is full */
#define ASV_PREROLL_MAX_FRAGMENTS 256

struct asv_preroll_fragment {
    uint64_t mono_ms; /* when it began to arrive */
    uint64_t media_us;
    bool key;
    size_t moof_at;
    size_t len;
    size_t cap;
    uint8_t *data;
};

struct asv_preroll {
    uint32_t keep_ms; /* 0: nothing is kept */
    size_t bytes;
    size_t count;
    struct asv_preroll_fragment fragment[ASV_PREROLL_MAX_FRAGMENTS]; /* oldest first */
};

void asv_preroll_init(struct asv_preroll *preroll, uint32_t keep_ms);
void asv_preroll_clear(struct asv_preroll *preroll);

/* A fragment begins: head is what stands before its mdat, and of fragment everything but len, cap and data is
 * given. Ages the others first. ASV_E_NO_MEMORY: everything was forgotten. */
ASV_MUST_CHECK enum asv_status asv_preroll_begin(struct asv_preroll *preroll,
                                                 const struct asv_preroll_fragment *fragment,
                                                 const uint8_t *head, size_t len);

/* More bytes of the newest fragment; none is begun: they are left out. */
ASV_MUST_CHECK enum asv_status asv_preroll_append(struct asv_preroll *preroll, const uint8_t *data,
                                                  size_t len);

/* Forgets the fragments that began longer than keep_ms ago, and those behind them that start with no key
 * frame: never is more kept than was allowed. */
void asv_preroll_age(struct asv_preroll *preroll, uint64_t mono_ms);

#endif
