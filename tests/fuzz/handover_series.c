/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * links/ of a hand-over, of the camera that its first record names and as if that had signed them all: what
 * is taken has one encoding, its numbers rise, it opens nothing, and no more is made of it than it shows.
 */
#include <stdlib.h>
#include <string.h>

#include "server/handover/series.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FROM_MS  INT64_C(1767592800000)
#define UNTIL_MS INT64_C(1767592804000)

static void must(bool condition)
{
    if (!condition) {
        abort();
    }
}

/* The records of the file, one behind the other again, are the file. */
static void walk(struct asv_bytes file, size_t count)
{
    static uint8_t again[1 << 16];
    struct asv_writer writer;
    struct asv_reader reader;
    struct asv_bytes view;
    struct asv_link link;
    bool there = true;
    size_t seen = 0;
    asv_reader_init(&reader, file.data, file.len);
    asv_writer_init(&writer, again, sizeof again);
    while (there) {
        must(asv_series_next(&reader, &view, &there, NULL) == ASV_OK);
        if (there) {
            must(asv_link_read(&link, NULL, view.data, view.len, NULL, NULL) == ASV_OK && !link.opened);
            asv_series_put(&writer, view);
            seen++;
        }
    }
    must(seen == count && !writer.overrun && writer.len == file.len);
    must(memcmp(again, file.data, file.len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct asv_series_shown shown;
    struct asv_series series = {.from_ms = FROM_MS, .until_ms = UNTIL_MS};
    const struct asv_bytes file = {data, size};
    struct asv_reader reader;
    struct asv_bytes first;
    struct asv_link link;
    bool there = false;
    struct asv_err err = {0};
    asv_reader_init(&reader, data, size);
    if (size > 1 << 16 || asv_series_next(&reader, &first, &there, NULL) != ASV_OK || !there ||
        asv_link_read(&link, NULL, first.data, first.len, NULL, NULL) != ASV_OK) {
        return 0;
    }
    memcpy(series.camera, link.cert_digest, sizeof series.camera);
    memcpy(series.epoch, link.epoch, sizeof series.epoch);
    if (asv_series_judge(&shown, &series, file, &err) != ASV_OK) {
        must(err.text[0] != '\0');
        return 0;
    }
    size_t count = shown.links.count, index = 0;
    for (size_t i = 0; i < count; i++) {
        must(i == 0 || shown.links.recordings[i].number > shown.links.recordings[i - 1].number);
        must(asv_series_has(&shown, shown.links.recordings[i].number, &index) && index == i);
    }
    uint64_t span = shown.links.recordings[count - 1].number - shown.links.recordings[0].number;
    must(!shown.gapless || span == count - 1);
    must(shown.time != ASV_CLAIM_LACK_NOTHING ||
         (shown.gapless && shown.links.recordings[0].start_ms <= FROM_MS && /* HO-133 */
          shown.links.recordings[count - 1].start_ms >= UNTIL_MS));
    walk(file, count);
    return 0;
}
