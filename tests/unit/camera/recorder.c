/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/camera/recorder.h"

#include <string.h>

#include "firmware-proto/camera/clock.h"
#include "firmware-proto/camera/trust.h"
#include "tests/sim/camera_rig.h"
#include "tests/support/fmp4.h"
#include "tests/unit/test.h"

static struct asv_rig rig;
static struct asv_recorder recorder;

static int setup(void **state)
{
    (void)state;
    asv_rig_init(&rig, 7);
    asv_rig_boot(&rig);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    asv_recorder_close(&recorder);
    asv_rig_free(&rig);
    return 0;
}

static void a_whole_recording_is_valid_and_opens(void **state)
{
    (void)state;
    size_t len = 0;
    size_t got = 0;
    uint8_t *stream = asv_fmp4_stream(5, 1000, 100000, &len);
    assert_int_equal(asv_rig_record(&rig, stream, len, 8192, 10), ASV_OK);
    assert_int_equal(asv_rig_judge_all(&rig), 1);
    struct asv_rig_verdict verdict;
    assert_true(asv_rig_judge(&rig, 1, &verdict));
    assert_int_equal(verdict.verdict.integrity, ASV_INTEGRITY_VALID);
    assert_int_equal(verdict.seal.end.reason, ASV_END_SOURCE_ENDED);
    assert_int_equal(verdict.seal.end.media_bytes, len);
    assert_string_equal(verdict.seal.header.codecs, "avc1.64001f,mp4a.40.2");
    assert_int_equal(verdict.seal.header.key_kind, ASV_KEY_DAY);
    assert_int_equal(verdict.seal.header.key_date, 20260105);
    asv_rig_verdict_free(&verdict);
    assert_true(asv_rig_is_prefix(&rig, stream, len, &got));
    assert_int_equal(got, len);
    free(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_whole_recording_is_valid_and_opens, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
