/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What an encoder, or whoever sits in its place, can send to the recorder. The bytes that come out are some
 * of those that went in, in their order, whatever the pieces; and the pieces do not matter to what is told.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/camera/mp4.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct told {
    uint64_t events;
    uint64_t bytes;
    uint64_t sum; /* of the fragments' times */
    enum asv_status status;
};

static struct asv_mp4 mp4;

static void split(struct told *told, const uint8_t *data, size_t size, size_t piece)
{
    memset(told, 0, sizeof *told);
    asv_mp4_init(&mp4);
    for (size_t at = 0; at < size;) {
        struct asv_mp4_event event;
        size_t used = 0;
        size_t some = size - at < piece ? size - at : piece;
        told->status = asv_mp4_feed(&mp4, data + at, some, &used, &event, NULL);
        if (told->status != ASV_OK) {
            return;
        }
        if (used > some || (used == 0 && event.kind == ASV_MP4_MORE)) {
            abort();
        }
        at += used;
        if (event.kind == ASV_MP4_INIT || event.kind == ASV_MP4_FRAGMENT) {
            told->events++;
            told->sum += event.fragment.start_us + 3 * event.fragment.duration_us + event.fragment.key;
        }
        told->bytes += event.bytes.len;
        if (event.kind == ASV_MP4_FRAGMENT && event.moof_at >= event.bytes.len) {
            abort();
        }
        if (event.kind == ASV_MP4_DATA && event.data_left >= event.data_bytes) {
            abort();
        }
    }
    if (told->bytes > size) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct told whole;
    struct told pieces;
    split(&whole, data, size, size + 1);
    split(&pieces, data, size, size == 0 ? 1 : 1 + data[0] % 37);
    if (whole.status != pieces.status || whole.events != pieces.events || whole.sum != pieces.sum ||
        (whole.status == ASV_OK && whole.bytes != pieces.bytes)) {
        abort();
    }
    return 0;
}
