/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What becomes of a stream: clips, records, checkpoints, pre-roll, the source's end. */
#include "firmware-proto/camera/recorder.h"

#include <string.h>

#include "firmware-proto/camera/clock.h"
#include "firmware-proto/camera/trust.h"
#include "tests/sim/camera_rig.h"
#include "tests/support/fmp4.h"
#include "tests/unit/test.h"

static struct asv_rig rig;
static struct asv_recorder recorder;
static struct asv_rig_verdict verdict;

static int setup(void **state)
{
    (void)state;
    asv_rig_init(&rig, 7);
    asv_rig_boot(&rig);
    memset(&recorder, 0, sizeof recorder);
    memset(&verdict, 0, sizeof verdict);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    asv_recorder_close(&recorder);
    asv_rig_verdict_free(&verdict);
    asv_rig_free(&rig);
    return 0;
}

static void open_recorder(bool standby, bool full_speed)
{
    const struct asv_recorder_options options = {.standby = standby, .full_speed = full_speed};
    assert_int_equal(asv_recorder_open(&recorder, rig.store, &options, &rig.err), ASV_OK);
}

static void feed_init(void)
{
    uint8_t data[ASV_FMP4_INIT_BYTES];
    struct asv_writer writer;
    asv_writer_init(&writer, data, sizeof data);
    asv_fmp4_init(&writer);
    assert_int_equal(asv_recorder_feed(&recorder, data, writer.len, &rig.err), ASV_OK);
}

/* One second of video, as it is filmed: in ten pieces, 100 ms each. */
static enum asv_status feed_second(uint32_t index, bool key, size_t data_bytes)
{
    const struct asv_fmp4_fragment fragment = {.index = index,
                                               .start_ms = 1000 * (uint64_t)index,
                                               .duration_ms = 1000,
                                               .samples = 10,
                                               .key = key,
                                               .data_bytes = data_bytes};
    struct asv_writer writer;
    size_t len = asv_fmp4_fragment_bytes(&fragment);
    uint8_t *data = malloc(len);
    enum asv_status status = ASV_OK;
    assert_non_null(data);
    asv_writer_init(&writer, data, len);
    asv_fmp4_fragment(&writer, &fragment);
    for (size_t i = 0; i < 10 && status == ASV_OK; i++) {
        status =
            asv_recorder_feed(&recorder, data + len * i / 10, len * (i + 1) / 10 - len * i / 10, &rig.err);
        asv_test_world_step(&rig.world, 100);
        if (status == ASV_OK) {
            status = asv_recorder_tick(&recorder, &rig.err);
        }
    }
    free(data);
    return status;
}

static void judge(uint64_t number, enum asv_integrity integrity)
{
    asv_rig_verdict_free(&verdict);
    assert_true(asv_rig_judge(&rig, number, &verdict));
    assert_int_equal(verdict.verdict.integrity, integrity);
}

static void a_whole_recording_is_valid_and_opens(void **state)
{
    (void)state;
    size_t len = 0;
    size_t got = 0;
    uint8_t *stream = asv_fmp4_stream(5, 1000, 100000, &len);
    assert_int_equal(asv_rig_record(&rig, stream, len, 8192, 10), ASV_OK);
    assert_int_equal(asv_rig_judge_all(&rig), 1);
    judge(1, ASV_INTEGRITY_VALID);
    const struct asv_seal_header *header = &verdict.seal.header;
    assert_int_equal(verdict.seal.end.reason, ASV_END_SOURCE_ENDED);
    assert_int_equal(verdict.seal.end.media_bytes, len);
    assert_string_equal(header->codecs, "avc1.64001f,mp4a.40.2");
    assert_string_equal(header->container, "video/mp4");
    assert_string_equal(header->model, "Test");
    assert_string_equal(header->serial, "CAMERA-1");
    assert_int_equal(header->stream_type, ASV_STREAM_AUDIO_VIDEO);
    assert_int_equal(header->key_kind, ASV_KEY_DAY);
    assert_int_equal(header->key_date, 20260105);
    assert_int_equal(header->bulletin, 1);
    assert_int_equal(header->policy, 3);
    assert_int_equal(header->clip[6] >> 4, 7);
    assert_int_equal(header->clip[8] >> 6, 2);
    assert_true(asv_rig_is_prefix(&rig, stream, len, &got));
    assert_int_equal(got, len);
    free(stream);
}

static void no_two_clips_share_a_key_a_nonce_or_an_id(void **state)
{
    (void)state;
    size_t len = 0;
    uint8_t *stream = asv_fmp4_stream(1, 1000, 1000, &len);
    struct asv_seal_header first;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(asv_rig_record(&rig, stream, len, len, 10), ASV_OK);
    }
    judge(1, ASV_INTEGRITY_VALID);
    first = verdict.seal.header;
    for (uint64_t number = 2; number <= 3; number++) {
        judge(number, ASV_INTEGRITY_VALID);
        assert_memory_not_equal(verdict.seal.header.commitment, first.commitment, sizeof first.commitment);
        assert_memory_not_equal(verdict.seal.header.nonce, first.nonce, sizeof first.nonce);
        assert_memory_not_equal(verdict.seal.header.clip, first.clip, sizeof first.clip);
        assert_memory_not_equal(verdict.seal.header.group, first.group, sizeof first.group);
        first = verdict.seal.header;
    }
    free(stream);
}

static void what_the_wearer_does_is_signed_and_logged(void **state)
{
    (void)state;
    static const uint16_t kinds[] = {ASV_RECORD_DISPLAY_ON, ASV_RECORD_ANNOUNCED, ASV_RECORD_ANNOUNCED,
                                     ASV_RECORD_DWELLING,   ASV_RECORD_MARKER,    ASV_RECORD_DISPLAY_OFF};
    open_recorder(false, false);
    feed_init();
    assert_int_equal(feed_second(0, true, 20000), ASV_OK);
    assert_int_equal(asv_recorder_display(&recorder, true), ASV_OK);
    assert_int_equal(asv_recorder_announced(&recorder, false, "no time"), ASV_OK);
    assert_int_equal(asv_recorder_announced(&recorder, true, ""), ASV_OK);
    assert_int_equal(asv_recorder_dwelling(&recorder, 2), ASV_OK);
    assert_int_equal(asv_recorder_marker(&recorder), ASV_OK);
    assert_int_equal(asv_recorder_display(&recorder, false), ASV_OK);
    assert_int_equal(asv_recorder_dwelling(&recorder, 3), ASV_E_USAGE);
    assert_int_equal(asv_recorder_announced(&recorder, false, "caf\xc3\xa9"), ASV_E_USAGE);
    assert_int_equal(asv_recorder_stop(&recorder, ASV_END_WEARER, &rig.err), ASV_OK);
    judge(1, ASV_INTEGRITY_VALID);
    assert_int_equal(verdict.seal.end.reason, ASV_END_WEARER);
    assert_int_equal(verdict.record_count, sizeof kinds / sizeof kinds[0]);
    for (size_t i = 0; i < verdict.record_count; i++) {
        assert_int_equal(verdict.records[i].kind, kinds[i]);
        assert_int_equal(verdict.records[i].mono_ms, rig.world.mono);
    }
    assert_memory_equal(verdict.records[1].value, "\0\7no time", 9);
    assert_int_equal(verdict.records[3].value[0], 2);
    assert_int_equal(asv_rig_log_count(&rig, ASV_DEVLOG_DISPLAY_ON, NULL, NULL), 1);
    assert_int_equal(asv_rig_log_count(&rig, ASV_DEVLOG_DISPLAY_OFF, NULL, NULL), 1);
    assert_int_equal(asv_rig_log_count(&rig, ASV_DEVLOG_ANNOUNCED, NULL, NULL), 2);
    assert_int_equal(asv_rig_log_count(&rig, ASV_DEVLOG_DWELLING, NULL, NULL), 1);
    assert_int_equal(asv_rig_log_count(&rig, ASV_DEVLOG_MARKER, NULL, NULL), 1);
    assert_int_equal(asv_rig_log_count(&rig, ASV_DEVLOG_RECORD_START, NULL, NULL), 1);
    assert_int_equal(asv_rig_log_count(&rig, ASV_DEVLOG_RECORD_END, NULL, NULL), 1);
    struct asv_store_clip *clip = asv_store_clip_find(rig.store, 1);
    assert_int_equal(asv_store_clip_learn(rig.store, clip), ASV_OK);
    assert_true(clip->marked);
}

static void a_marker_costs_nothing_when_the_power_fails_right_after_it(void **state)
{
    (void)state;
    open_recorder(false, false);
    feed_init();
    assert_int_equal(feed_second(0, true, 20000), ASV_OK);
    assert_int_equal(asv_recorder_marker(&recorder), ASV_OK);
    rig.flash.cut_at = rig.flash.operations + 1;
    asv_recorder_close(&recorder);
    asv_rig_crash(&rig, ASV_FLASH_MEM_DROP, 0);
    asv_rig_boot(&rig);
    judge(1, ASV_INTEGRITY_TRUNCATED);
    assert_int_equal(verdict.record_count, 1);
    assert_int_equal(verdict.records[0].kind, ASV_RECORD_MARKER);
    struct asv_store_clip *clip = asv_store_clip_find(rig.store, 1);
    assert_int_equal(asv_store_clip_learn(rig.store, clip), ASV_OK);
    assert_true(clip->marked);
    assert_int_equal(asv_rig_log_count(&rig, ASV_DEVLOG_POWER_LOST, NULL, NULL), 1);
}

static void without_a_recording_the_device_log_alone_is_written(void **state)
{
    (void)state;
    open_recorder(true, false);
    feed_init();
    assert_int_equal(asv_recorder_display(&recorder, true), ASV_OK);
    assert_int_equal(asv_recorder_marker(&recorder), ASV_OK);
    assert_int_equal(asv_rig_log_count(&rig, ASV_DEVLOG_DISPLAY_ON, NULL, NULL), 1);
    assert_int_equal(asv_rig_log_count(&rig, ASV_DEVLOG_MARKER, NULL, NULL), 1);
    assert_int_equal(asv_rig_judge_all(&rig), 0);
}

static void a_marker_after_the_recording_marks_it(void **state)
{
    (void)state;
    size_t len = 0;
    uint8_t *stream = asv_fmp4_stream(1, 1000, 1000, &len);
    uint8_t value[ASV_DEVLOG_VALUE_MAX];
    size_t value_len = 0;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(asv_rig_record(&rig, stream, len, len, 10), ASV_OK);
    }
    open_recorder(true, false);
    assert_int_equal(asv_recorder_marker(&recorder), ASV_OK);
    asv_recorder_close(&recorder);
    asv_rig_crash(&rig, ASV_FLASH_MEM_DROP, 0);
    asv_rig_boot(&rig);
    for (uint64_t number = 1; number <= 2; number++) {
        struct asv_store_clip *clip = asv_store_clip_find(rig.store, number);
        assert_int_equal(asv_store_clip_learn(rig.store, clip), ASV_OK);
        assert_int_equal(clip->marked, number == 2);
    }
    assert_int_equal(asv_rig_log_count(&rig, ASV_DEVLOG_MARKER, value, &value_len), 1);
    assert_int_equal(value_len, 8);
    assert_int_equal(value[7], 2);
    free(stream);
}

static void checkpoints_come_once_a_second_while_it_is_filmed(void **state)
{
    (void)state;
    open_recorder(false, false);
    feed_init();
    for (uint32_t i = 0; i < 10; i++) {
        assert_int_equal(feed_second(i, true, 150000), ASV_OK);
    }
    assert_int_equal(asv_recorder_stop(&recorder, ASV_END_WEARER, &rig.err), ASV_OK);
    judge(1, ASV_INTEGRITY_VALID);
    assert_true(verdict.checkpoint_count >= 10 && verdict.checkpoint_count <= 12);
    assert_true(verdict.key_offsets[verdict.checkpoint_count - 1] > verdict.key_offsets[2]);
}

static void checkpoints_come_by_media_time_at_full_speed(void **state)
{
    (void)state;
    size_t len = 0;
    uint8_t *stream = asv_fmp4_stream(10, 1000, 150000, &len);
    assert_int_equal(asv_rig_record(&rig, stream, len, 4096, 0), ASV_OK);
    judge(1, ASV_INTEGRITY_VALID);
    assert_true(verdict.checkpoint_count >= 9 && verdict.checkpoint_count <= 12);
    free(stream);
}

static void the_configuration_sets_the_interval(void **state)
{
    (void)state;
    uint8_t data[ASV_CONFIGURATION_MAX_BYTES];
    size_t len = asv_rig_configuration(&rig, 1, 0, 5000, data);
    assert_int_equal(asv_store_take_configuration(rig.store, (struct asv_bytes){data, len}, &rig.err),
                     ASV_OK);
    open_recorder(false, false);
    feed_init();
    for (uint32_t i = 0; i < 10; i++) {
        assert_int_equal(feed_second(i, true, 150000), ASV_OK);
    }
    assert_int_equal(asv_recorder_stop(&recorder, ASV_END_WEARER, &rig.err), ASV_OK);
    judge(1, ASV_INTEGRITY_VALID);
    assert_true(verdict.checkpoint_count >= 2 && verdict.checkpoint_count <= 3);
}

static void an_assignment_stands_in_the_header(void **state)
{
    (void)state;
    uint8_t data[ASV_ASSIGNMENT_MAX_BYTES];
    static const uint8_t id[ASV_UUID_BYTES] = {4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4};
    size_t len = asv_rig_assignment(&rig, 4, "32-3 Aussendienst", "Hochfeld", data);
    assert_int_equal(asv_store_take_assignment(rig.store, (struct asv_bytes){data, len}, &rig.err), ASV_OK);
    uint8_t *stream = asv_fmp4_stream(1, 1000, 1000, &len);
    assert_int_equal(asv_rig_record(&rig, stream, len, len, 10), ASV_OK);
    judge(1, ASV_INTEGRITY_VALID);
    assert_memory_equal(verdict.seal.header.assignment, id, sizeof id);
    assert_string_equal(verdict.seal.header.unit, "32-3 Aussendienst");
    assert_string_equal(verdict.seal.header.area, "Hochfeld");
    free(stream);
}

static void a_silent_source_is_noted_and_ends_the_recording_in_the_end(void **state)
{
    (void)state;
    open_recorder(false, false);
    feed_init();
    assert_int_equal(feed_second(0, true, 20000), ASV_OK);
    for (int i = 0; i < 40; i++) {
        asv_test_world_step(&rig.world, 100);
        assert_int_equal(asv_recorder_tick(&recorder, &rig.err), ASV_OK);
    }
    assert_int_equal(feed_second(1, true, 20000), ASV_OK);
    for (int i = 0; i < 601; i++) {
        asv_test_world_step(&rig.world, 100);
        assert_int_equal(asv_recorder_tick(&recorder, &rig.err), ASV_OK);
    }
    assert_int_equal(recorder.state, ASV_RECORDER_STOPPED);
    judge(1, ASV_INTEGRITY_VALID);
    assert_int_equal(verdict.seal.end.reason, ASV_END_SOURCE_LOST);
    assert_int_equal(verdict.record_count, 3);
    assert_int_equal(verdict.records[0].kind, ASV_RECORD_SOURCE_LOST);
    assert_int_equal(verdict.records[1].kind, ASV_RECORD_SOURCE_BACK);
    assert_int_equal(verdict.records[2].kind, ASV_RECORD_SOURCE_LOST);
}

static void a_stream_that_breaks_ends_the_recording_with_what_there_was(void **state)
{
    (void)state;
    size_t len = 0;
    uint8_t *stream = asv_fmp4_stream(2, 1000, 70000, &len);
    static const uint8_t nonsense[64] = {0, 0, 0, 3};
    open_recorder(false, true);
    assert_int_equal(asv_recorder_feed(&recorder, stream, len, &rig.err), ASV_OK);
    assert_int_equal(asv_recorder_feed(&recorder, nonsense, sizeof nonsense, &rig.err), ASV_E_MALFORMED);
    assert_int_equal(recorder.state, ASV_RECORDER_STOPPED);
    judge(1, ASV_INTEGRITY_VALID);
    assert_int_equal(verdict.seal.end.reason, ASV_END_SOURCE_LOST);
    assert_int_equal(verdict.seal.end.media_bytes, len);
    asv_recorder_close(&recorder);

    open_recorder(false, true);
    assert_int_equal(asv_recorder_feed(&recorder, stream, len - 100, &rig.err), ASV_OK);
    assert_int_equal(asv_recorder_source_ended(&recorder, &rig.err), ASV_OK);
    judge(2, ASV_INTEGRITY_VALID);
    assert_int_equal(verdict.seal.end.reason, ASV_END_SOURCE_LOST);
    free(stream);
}

static void a_recording_that_had_only_begun_ends_valid(void **state)
{
    (void)state;
    open_recorder(false, false);
    feed_init();
    assert_int_equal(asv_recorder_stop(&recorder, ASV_END_WEARER, &rig.err), ASV_OK);
    judge(1, ASV_INTEGRITY_VALID);
    assert_int_equal(verdict.verdict.chunks, 1);
}

static void take_preroll(uint32_t ms)
{
    uint8_t data[ASV_CONFIGURATION_MAX_BYTES];
    size_t len = asv_rig_configuration(&rig, 1, ms, 1000, data);
    assert_int_equal(asv_store_take_configuration(rig.store, (struct asv_bytes){data, len}, &rig.err),
                     ASV_OK);
}

static void standby_keeps_the_preroll_that_is_allowed_and_signs_its_length(void **state)
{
    (void)state;
    take_preroll(3500);
    open_recorder(true, false);
    assert_int_equal(asv_recorder_start(&recorder, &rig.err), ASV_E_AGAIN);
    feed_init();
    for (uint32_t i = 0; i < 6; i++) {
        assert_int_equal(feed_second(i, true, 20000), ASV_OK);
    }
    assert_int_equal(asv_rig_judge_all(&rig), 0);
    uint64_t pressed = rig.world.mono;
    assert_int_equal(asv_recorder_start(&recorder, &rig.err), ASV_OK);
    assert_int_equal(feed_second(6, true, 20000), ASV_OK);
    assert_int_equal(asv_recorder_stop(&recorder, ASV_END_WEARER, &rig.err), ASV_OK);
    judge(1, ASV_INTEGRITY_VALID);
    /* Seconds 3, 4 and 5: the one before began longer ago than is allowed. */
    assert_int_equal(verdict.record_count, 1);
    assert_int_equal(verdict.records[0].kind, ASV_RECORD_PREROLL_END);
    assert_int_equal(verdict.records[0].mono_ms, pressed);
    assert_int_equal(asv_load_be32(verdict.records[0].value), 3000);
    assert_int_equal(verdict.seal.header.start_mono_ms, pressed - 3000);
    size_t fragments = 0;
    for (size_t i = 0; i + 4 < verdict.plain_len; i++) {
        fragments += memcmp(verdict.plain + i, "moof", 4) == 0;
    }
    assert_int_equal(fragments, 4);
    /* And the next one, from the same standby. */
    assert_int_equal(feed_second(7, true, 20000), ASV_OK);
    assert_int_equal(asv_recorder_start(&recorder, &rig.err), ASV_OK);
    assert_int_equal(asv_recorder_start(&recorder, &rig.err), ASV_E_STATE);
    assert_int_equal(asv_recorder_stop(&recorder, ASV_END_WEARER, &rig.err), ASV_OK);
    assert_int_equal(asv_rig_judge_all(&rig), 2);
}

static void without_a_decision_nothing_before_the_button_is_kept(void **state)
{
    (void)state;
    open_recorder(true, false);
    feed_init();
    assert_int_equal(feed_second(0, true, 20000), ASV_OK);
    assert_int_equal(recorder.preroll.bytes, 0);
    assert_int_equal(asv_recorder_start(&recorder, &rig.err), ASV_OK);
    assert_int_equal(feed_second(1, false, 20000),
                     ASV_OK); /* no key frame: cannot be played, is not recorded */
    assert_int_equal(feed_second(2, true, 20000), ASV_OK);
    assert_int_equal(asv_recorder_stop(&recorder, ASV_END_WEARER, &rig.err), ASV_OK);
    judge(1, ASV_INTEGRITY_VALID);
    assert_int_equal(verdict.record_count, 0);
    assert_true(verdict.seal.end.media_bytes > 20000 && verdict.seal.end.media_bytes < 22000);
}

static void preroll_that_grows_too_old_is_forgotten_without_the_source(void **state)
{
    (void)state;
    take_preroll(2000);
    open_recorder(true, false);
    feed_init();
    assert_int_equal(feed_second(0, true, 20000), ASV_OK);
    assert_true(recorder.preroll.bytes > 20000);
    asv_test_world_step(&rig.world, 1001);
    assert_int_equal(asv_recorder_tick(&recorder, &rig.err), ASV_OK);
    assert_int_equal(recorder.preroll.bytes, 0);
}

static void the_room_left_is_said_in_minutes(void **state)
{
    (void)state;
    struct asv_store_space space;
    rig.flash.capacity = 400000000;
    assert_int_equal(asv_store_space(rig.store, &space), ASV_OK);
    assert_int_equal(space.minutes_left, 13); /* at 4 Mbit/s, as nothing was recorded yet */
    assert_false(space.low);
    open_recorder(false, false);
    feed_init();
    for (uint32_t i = 0; i < 10; i++) {
        assert_int_equal(feed_second(i, true, 100000), ASV_OK);
    }
    assert_int_equal(asv_recorder_stop(&recorder, ASV_END_WEARER, &rig.err), ASV_OK);
    assert_int_equal(asv_store_space(rig.store, &space), ASV_OK);
    assert_true(space.minutes_left >= 60 && space.minutes_left <= 66);
    rig.flash.capacity = 200000000;
    assert_int_equal(asv_store_space(rig.store, &space), ASV_OK);
    assert_true(space.low && !space.full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_whole_recording_is_valid_and_opens, setup, teardown),
        cmocka_unit_test_setup_teardown(no_two_clips_share_a_key_a_nonce_or_an_id, setup, teardown),
        cmocka_unit_test_setup_teardown(what_the_wearer_does_is_signed_and_logged, setup, teardown),
        cmocka_unit_test_setup_teardown(a_marker_costs_nothing_when_the_power_fails_right_after_it, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(without_a_recording_the_device_log_alone_is_written, setup, teardown),
        cmocka_unit_test_setup_teardown(a_marker_after_the_recording_marks_it, setup, teardown),
        cmocka_unit_test_setup_teardown(checkpoints_come_once_a_second_while_it_is_filmed, setup, teardown),
        cmocka_unit_test_setup_teardown(checkpoints_come_by_media_time_at_full_speed, setup, teardown),
        cmocka_unit_test_setup_teardown(the_configuration_sets_the_interval, setup, teardown),
        cmocka_unit_test_setup_teardown(an_assignment_stands_in_the_header, setup, teardown),
        cmocka_unit_test_setup_teardown(a_silent_source_is_noted_and_ends_the_recording_in_the_end, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_stream_that_breaks_ends_the_recording_with_what_there_was, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_recording_that_had_only_begun_ends_valid, setup, teardown),
        cmocka_unit_test_setup_teardown(standby_keeps_the_preroll_that_is_allowed_and_signs_its_length, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(without_a_decision_nothing_before_the_button_is_kept, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(preroll_that_grows_too_old_is_forgotten_without_the_source, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(the_room_left_is_said_in_minutes, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
