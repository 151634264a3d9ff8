/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Fragmented MP4 for tests, as an encoder would deliver it: structure is real, pictures are pseudo-random
 * bytes. Every byte follows from the arguments.
 */
#ifndef ASV_TESTS_SUPPORT_FMP4_H
#define ASV_TESTS_SUPPORT_FMP4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/bytes.h"

#define ASV_FMP4_INIT_BYTES  2048 /* suffices */
#define ASV_FMP4_VIDEO_SCALE 90000
#define ASV_FMP4_AUDIO_SCALE 48000

/* ftyp and moov: H.264 High 3.1 as track 1, AAC-LC as track 2. */
void asv_fmp4_init(struct asv_writer *out);

struct asv_fmp4_fragment {
    uint32_t index; /* from 0; decides the picture bytes */
    uint64_t start_ms;
    uint32_t duration_ms;
    uint32_t samples;  /* of video, at least 1 */
    bool key;          /* begins with a sync sample */
    size_t data_bytes; /* of mdat's body; at least samples */
    bool styp;         /* a box before the moof */
};

/* moof and mdat; as many bytes as asv_fmp4_fragment_bytes says. */
void asv_fmp4_fragment(struct asv_writer *out, const struct asv_fmp4_fragment *fragment);
size_t asv_fmp4_fragment_bytes(const struct asv_fmp4_fragment *fragment);

/* Init and count fragments of duration_ms with data_bytes each, every one beginning with a key frame: heap,
 * freed by the caller. */
uint8_t *asv_fmp4_stream(uint32_t count, uint32_t duration_ms, size_t data_bytes, size_t *len);

#endif
