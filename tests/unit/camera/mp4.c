/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/camera/mp4.h"

#include <string.h>

#include "tests/support/fmp4.h"
#include "tests/support/golden.h"
#include "tests/unit/test.h"

#define STREAM_MAX 20000

struct run {
    size_t inits;
    size_t fragments;
    size_t out_len;
    uint8_t out[STREAM_MAX];
    struct asv_mp4_fragment last;
    uint64_t last_moof_at;
    struct asv_err err;
};

static struct asv_mp4 mp4;

/* Feeds data in pieces; everything that comes out is put together again. */
static enum asv_status split(struct run *run, const uint8_t *data, size_t len, size_t piece)
{
    memset(run, 0, sizeof *run);
    asv_mp4_init(&mp4);
    for (size_t at = 0; at < len;) {
        struct asv_mp4_event event;
        size_t used = 0;
        size_t some = len - at < piece ? len - at : piece;
        enum asv_status status = asv_mp4_feed(&mp4, data + at, some, &used, &event, &run->err);
        if (status != ASV_OK) {
            return status;
        }
        at += used;
        if (event.kind == ASV_MP4_MORE) {
            assert_int_equal(used, some);
            continue;
        }
        run->inits += event.kind == ASV_MP4_INIT;
        run->fragments += event.kind == ASV_MP4_FRAGMENT;
        if (event.kind == ASV_MP4_FRAGMENT) {
            run->last = event.fragment;
            run->last_moof_at = event.moof_at;
        }
        assert_true(run->out_len + event.bytes.len <= sizeof run->out);
        memcpy(run->out + run->out_len, event.bytes.data, event.bytes.len);
        run->out_len += event.bytes.len;
    }
    return ASV_OK;
}

static size_t make(uint8_t *out, uint32_t fragments, bool key, bool styp)
{
    struct asv_writer writer;
    asv_writer_init(&writer, out, STREAM_MAX);
    asv_fmp4_init(&writer);
    for (uint32_t i = 0; i < fragments; i++) {
        const struct asv_fmp4_fragment fragment = {.index = i,
                                                   .start_ms = 2000 * (uint64_t)i,
                                                   .duration_ms = 2000,
                                                   .samples = 4,
                                                   .key = key,
                                                   .data_bytes = 100,
                                                   .styp = styp};
        size_t before = writer.len;
        asv_fmp4_fragment(&writer, &fragment);
        assert_int_equal(writer.len - before, asv_fmp4_fragment_bytes(&fragment));
    }
    assert_false(writer.overrun);
    return writer.len;
}

static void every_split_gives_the_same_bytes(void **state)
{
    (void)state;
    static uint8_t stream[STREAM_MAX];
    static struct run run;
    size_t len = make(stream, 3, true, true);
    asv_golden_seed("camera_mp4", "three-fragments", stream, len);
    for (size_t piece = 1; piece <= len; piece += piece < 200 ? 1 : 97) {
        assert_int_equal(split(&run, stream, len, piece), ASV_OK);
        assert_int_equal(run.inits, 1);
        assert_int_equal(run.fragments, 3);
        assert_int_equal(run.out_len, len);
        assert_memory_equal(run.out, stream, len);
        assert_true(asv_mp4_at_end(&mp4));
    }
}

static void the_movie_says_tracks_and_codecs(void **state)
{
    (void)state;
    static uint8_t stream[STREAM_MAX];
    static struct run run;
    size_t len = make(stream, 0, true, false);
    assert_int_equal(split(&run, stream, len, len), ASV_OK);
    assert_int_equal(mp4.movie.track_count, 2);
    assert_string_equal(mp4.movie.codecs, "avc1.64001f,mp4a.40.2");
    assert_int_equal(mp4.movie.track[0].handler, ASV_MP4_VIDEO);
    assert_int_equal(mp4.movie.track[0].timescale, ASV_FMP4_VIDEO_SCALE);
    assert_int_equal(mp4.movie.track[1].handler, ASV_MP4_AUDIO);
    assert_int_equal(mp4.movie.track[1].timescale, ASV_FMP4_AUDIO_SCALE);
}

static void a_fragment_says_time_length_and_key_frame(void **state)
{
    (void)state;
    static uint8_t stream[STREAM_MAX];
    static struct run run;
    size_t len = make(stream, 3, true, false);
    assert_int_equal(split(&run, stream, len, len), ASV_OK);
    assert_int_equal(run.last.start_us, 4000000);
    assert_int_equal(run.last.duration_us, 2000000);
    assert_true(run.last.key);
    assert_int_equal(run.last_moof_at, 0);
    len = make(stream, 1, false, true);
    assert_int_equal(split(&run, stream, len, len), ASV_OK);
    assert_false(run.last.key);
    assert_int_equal(run.last_moof_at, 12);
    asv_golden_seed("camera_mp4", "no-key-frame", stream, len);
}

static void an_index_at_the_end_is_left_out(void **state)
{
    (void)state;
    static uint8_t stream[STREAM_MAX];
    static struct run run;
    static const uint8_t mfra[] = {0, 0, 0, 16, 'm', 'f', 'r', 'a', 1, 2, 3, 4, 5, 6, 7, 8};
    size_t len = make(stream, 1, true, false);
    memcpy(stream + len, mfra, sizeof mfra);
    asv_golden_seed("camera_mp4", "index-at-the-end", stream, len + sizeof mfra);
    for (size_t piece = 1; piece < 40; piece++) {
        assert_int_equal(split(&run, stream, len + sizeof mfra, piece), ASV_OK);
        assert_int_equal(run.out_len, len);
        assert_true(asv_mp4_at_end(&mp4));
    }
}

static void a_stream_that_stops_inside_is_not_at_its_end(void **state)
{
    (void)state;
    static uint8_t stream[STREAM_MAX];
    static struct run run;
    size_t init = make(stream, 0, true, false);
    size_t len = make(stream, 1, true, false);
    for (size_t cut = 0; cut <= len; cut++) {
        assert_int_equal(split(&run, stream, cut, STREAM_MAX), ASV_OK);
        assert_int_equal(asv_mp4_at_end(&mp4), cut == init || cut == len);
    }
}

static void a_large_mdat_passes_through(void **state)
{
    (void)state;
    static uint8_t stream[STREAM_MAX];
    static struct run run;
    size_t len = make(stream, 1, true, false);
    /* The fragment's mdat anew, with a 64-bit size. */
    static const uint8_t large[] = {0, 0, 0, 1, 'm', 'd', 'a', 't', 0, 0, 0, 0, 0, 0, 0, 20, 1, 2, 3, 4};
    memcpy(stream + len - 108, large, sizeof large);
    asv_golden_seed("camera_mp4", "large-mdat", stream, len - 108 + sizeof large);
    for (size_t piece = 1; piece < 30; piece++) {
        assert_int_equal(split(&run, stream, len - 108 + sizeof large, piece), ASV_OK);
        assert_int_equal(run.out_len, len - 108 + sizeof large);
        assert_memory_equal(run.out, stream, run.out_len);
        assert_true(asv_mp4_at_end(&mp4));
    }
}

struct wrong {
    const char *name;
    size_t at; /* from the start of the stream, or of its first fragment */
    bool in_fragment;
    uint8_t byte;
    enum asv_status status;
};

static void wrong_streams_are_refused_and_stay_refused(void **state)
{
    (void)state;
    static const struct wrong wrongs[] = {
        {"first box is no ftyp", 4, false, 'x', ASV_E_MALFORMED},
        {"box shorter than its header", 3, false, 7, ASV_E_MALFORMED},
        {"init too long", 1, false, 2, ASV_E_LIMIT},
        {"track id unknown", 8 + 16 + 8 + 12 + 3, true, 9, ASV_E_MALFORMED},
        {"no tfdt", 8 + 16 + 8 + 28 + 4, true, 'x', ASV_E_MALFORMED},
        {"tfdt of an unknown version", 8 + 16 + 8 + 28 + 8, true, 2, ASV_E_MALFORMED},
        {"media time beyond all measure", 8 + 16 + 8 + 28 + 12, true, 0xff, ASV_E_LIMIT},
        {"more samples than the run holds", 8 + 16 + 8 + 28 + 20 + 15, true, 99, ASV_E_MALFORMED},
        {"more samples than are allowed", 8 + 16 + 8 + 28 + 20 + 12, true, 1, ASV_E_LIMIT},
        {"moof longer than its boxes", 3, true, 0xff, ASV_E_MALFORMED},
    };
    static uint8_t stream[STREAM_MAX];
    static struct run run;
    for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++) {
        size_t init = make(stream, 0, true, false);
        size_t len = make(stream, 2, true, false);
        stream[wrongs[i].at + (wrongs[i].in_fragment ? init : 0)] = wrongs[i].byte;
        enum asv_status status = split(&run, stream, len, 13);
        if (status != wrongs[i].status) {
            fail_msg("%s: %s", wrongs[i].name, asv_status_name(status));
        }
        struct asv_mp4_event event;
        size_t used = 1;
        assert_int_equal(asv_mp4_feed(&mp4, stream, 1, &used, &event, &run.err), wrongs[i].status);
        assert_int_equal(used, 0);
        assert_false(asv_mp4_at_end(&mp4));
    }
}

static void plain_mp4_is_refused_with_a_hint(void **state)
{
    (void)state;
    static uint8_t stream[STREAM_MAX];
    static struct run run;
    size_t len = make(stream, 0, true, false);
    for (size_t i = 0; i + 4 <= len; i++) { /* a moov without mvex */
        if (memcmp(stream + i, "mvex", 4) == 0) {
            memcpy(stream + i, "free", 4);
        }
    }
    assert_int_equal(split(&run, stream, len, len), ASV_E_MALFORMED);
    assert_non_null(strstr(run.err.text, "frag_keyframe"));
    len = make(stream, 0, true, false);
    static const uint8_t mdat[] = {0, 0, 0, 8, 'm', 'd', 'a', 't'};
    memcpy(stream + len, mdat, sizeof mdat);
    assert_int_equal(split(&run, stream, len + sizeof mdat, len), ASV_E_MALFORMED);
    assert_non_null(strstr(run.err.text, "frag_keyframe"));
}

static void a_source_that_begins_anew_is_refused(void **state)
{
    (void)state;
    static uint8_t stream[STREAM_MAX];
    static struct run run;
    size_t len = make(stream, 1, true, false);
    memcpy(stream + len, stream, len);
    assert_int_equal(split(&run, stream, 2 * len, 50), ASV_E_UNSUPPORTED);
    assert_int_equal(run.fragments, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_split_gives_the_same_bytes),
        cmocka_unit_test(the_movie_says_tracks_and_codecs),
        cmocka_unit_test(a_fragment_says_time_length_and_key_frame),
        cmocka_unit_test(an_index_at_the_end_is_left_out),
        cmocka_unit_test(a_stream_that_stops_inside_is_not_at_its_end),
        cmocka_unit_test(a_large_mdat_passes_through),
        cmocka_unit_test(wrong_streams_are_refused_and_stay_refused),
        cmocka_unit_test(plain_mp4_is_refused_with_a_hint),
        cmocka_unit_test(a_source_that_begins_anew_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
