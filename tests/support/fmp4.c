/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/support/fmp4.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 12

/* Boxes are begun and ended; their sizes are filled in at the end. */
struct boxes {
    struct asv_writer *out;
    size_t depth;
    size_t at[DEPTH_MAX];
};

static void begin(struct boxes *boxes, const char *type)
{
    assert(boxes->depth < DEPTH_MAX);
    boxes->at[boxes->depth++] = boxes->out->len;
    asv_write_u32(boxes->out, 0);
    asv_write_bytes(boxes->out, type, 4);
}

static void end(struct boxes *boxes)
{
    size_t at = boxes->at[--boxes->depth];
    assert(!boxes->out->overrun);
    asv_store_be32(boxes->out->data + at, (uint32_t)(boxes->out->len - at));
}

static void full(struct boxes *boxes, const char *type, uint32_t flags)
{
    begin(boxes, type);
    asv_write_u32(boxes->out, flags);
}

static void zeros(struct boxes *boxes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        asv_write_u8(boxes->out, 0);
    }
}

static void video_entry(struct boxes *boxes)
{
    static const uint8_t avcc[] = {1, 0x64, 0, 0x1f, 0xff, 0xe0, 0};
    begin(boxes, "avc1");
    zeros(boxes, 78);
    begin(boxes, "avcC");
    asv_write_bytes(boxes->out, avcc, sizeof avcc);
    end(boxes);
    end(boxes);
}

static void audio_entry(struct boxes *boxes)
{
    static const uint8_t esds[] = {3, 22, 0, 2, 0, 4, 17, 0x40, 0x15, 0, 0,    0,
                                   0, 0,  0, 0, 0, 0, 0,  0,    5,    2, 0x11, 0x90};
    begin(boxes, "mp4a");
    zeros(boxes, 28);
    full(boxes, "esds", 0);
    asv_write_bytes(boxes->out, esds, sizeof esds);
    end(boxes);
    end(boxes);
}

static void track(struct boxes *boxes, uint32_t id, const char *handler, uint32_t scale)
{
    begin(boxes, "trak");
    full(boxes, "tkhd", 7);
    zeros(boxes, 8);
    asv_write_u32(boxes->out, id);
    zeros(boxes, 68);
    end(boxes);
    begin(boxes, "mdia");
    full(boxes, "mdhd", 0);
    zeros(boxes, 8);
    asv_write_u32(boxes->out, scale);
    zeros(boxes, 8);
    end(boxes);
    full(boxes, "hdlr", 0);
    zeros(boxes, 4);
    asv_write_bytes(boxes->out, handler, 4);
    zeros(boxes, 13);
    end(boxes);
    begin(boxes, "minf");
    begin(boxes, "stbl");
    full(boxes, "stsd", 0);
    asv_write_u32(boxes->out, 1);
    if (id == 1) {
        video_entry(boxes);
    } else {
        audio_entry(boxes);
    }
    end(boxes);
    end(boxes);
    end(boxes);
    end(boxes);
    end(boxes);
}

static void trex(struct boxes *boxes, uint32_t id)
{
    full(boxes, "trex", 0);
    asv_write_u32(boxes->out, id);
    asv_write_u32(boxes->out, 1);
    zeros(boxes, 12);
    end(boxes);
}

void asv_fmp4_init(struct asv_writer *out)
{
    struct boxes boxes = {.out = out};
    begin(&boxes, "ftyp");
    asv_write_bytes(out, "iso5", 4);
    asv_write_u32(out, 512);
    asv_write_bytes(out, "iso5iso6mp41", 12);
    end(&boxes);
    begin(&boxes, "moov");
    full(&boxes, "mvhd", 0);
    zeros(&boxes, 96);
    end(&boxes);
    track(&boxes, 1, "vide", ASV_FMP4_VIDEO_SCALE);
    track(&boxes, 2, "soun", ASV_FMP4_AUDIO_SCALE);
    begin(&boxes, "mvex");
    trex(&boxes, 1);
    trex(&boxes, 2);
    end(&boxes);
    end(&boxes);
}

static void video_run(struct boxes *boxes, const struct asv_fmp4_fragment *fragment)
{
    begin(boxes, "traf");
    full(boxes, "tfhd", 0x20038); /* default-base-is-moof; default duration, size, flags */
    asv_write_u32(boxes->out, 1);
    asv_write_u32(boxes->out, (uint32_t)((uint64_t)fragment->duration_ms * ASV_FMP4_VIDEO_SCALE / 1000 /
                                         fragment->samples));
    asv_write_u32(boxes->out, 0);
    asv_write_u32(boxes->out, 0x1010000); /* a sample that depends on others */
    end(boxes);
    full(boxes, "tfdt", 0x1000000);
    asv_write_u64(boxes->out, fragment->start_ms * ASV_FMP4_VIDEO_SCALE / 1000);
    end(boxes);
    full(boxes, "trun", 0x205); /* data offset, first sample's flags, sizes */
    asv_write_u32(boxes->out, fragment->samples);
    asv_write_u32(boxes->out, 0);
    asv_write_u32(boxes->out, fragment->key ? 0x2000000 : 0x1010000);
    for (uint32_t i = 0; i < fragment->samples; i++) {
        asv_write_u32(boxes->out, (uint32_t)(fragment->data_bytes / fragment->samples));
    }
    end(boxes);
    end(boxes);
}

static void audio_run(struct boxes *boxes, const struct asv_fmp4_fragment *fragment)
{
    begin(boxes, "traf");
    full(boxes, "tfhd", 0x20008);
    asv_write_u32(boxes->out, 2);
    asv_write_u32(boxes->out, 1024);
    end(boxes);
    full(boxes, "tfdt", 0);
    asv_write_u32(boxes->out, (uint32_t)(fragment->start_ms * ASV_FMP4_AUDIO_SCALE / 1000));
    end(boxes);
    full(boxes, "trun", 0);
    asv_write_u32(boxes->out, 1);
    end(boxes);
    end(boxes);
}

void asv_fmp4_fragment(struct asv_writer *out, const struct asv_fmp4_fragment *fragment)
{
    struct boxes boxes = {.out = out};
    uint32_t random = fragment->index * 2654435761u + 1;
    if (fragment->styp) {
        begin(&boxes, "styp");
        asv_write_bytes(out, "msdh", 4);
        end(&boxes);
    }
    begin(&boxes, "moof");
    full(&boxes, "mfhd", 0);
    asv_write_u32(out, fragment->index + 1);
    end(&boxes);
    video_run(&boxes, fragment);
    audio_run(&boxes, fragment);
    end(&boxes);
    begin(&boxes, "mdat");
    for (size_t i = 0; i < fragment->data_bytes; i++) {
        random = random * 1664525u + 1013904223u;
        asv_write_u8(out, (uint8_t)(random >> 24));
    }
    end(&boxes);
}

size_t asv_fmp4_fragment_bytes(const struct asv_fmp4_fragment *fragment)
{
    size_t head = 8 + 16 + (8 + 28 + 20 + 24 + 4 * (size_t)fragment->samples) + (8 + 20 + 16 + 16) + 8;
    return head + (fragment->styp ? 12 : 0) + fragment->data_bytes;
}

uint8_t *asv_fmp4_stream(uint32_t count, uint32_t duration_ms, size_t data_bytes, size_t *len)
{
    size_t cap = ASV_FMP4_INIT_BYTES + count * (data_bytes + 4096);
    uint8_t *data = malloc(cap);
    struct asv_writer writer;
    assert(data != NULL);
    asv_writer_init(&writer, data, cap);
    asv_fmp4_init(&writer);
    for (uint32_t i = 0; i < count; i++) {
        const struct asv_fmp4_fragment fragment = {.index = i,
                                                   .start_ms = (uint64_t)i * duration_ms,
                                                   .duration_ms = duration_ms,
                                                   .samples = 8,
                                                   .key = true,
                                                   .data_bytes = data_bytes};
        asv_fmp4_fragment(&writer, &fragment);
    }
    assert(!writer.overrun);
    *len = writer.len;
    return data;
}
