/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/trust/bulletin.h"

#include <string.h>

#include "tests/support/samples.h"
#include "tests/unit/test.h"

#define HOUR_MS INT64_C(3600000)

static const struct asv_samples *samples;
static const struct asv_test_agency *agency;
static uint8_t encoded[ASV_BULLETIN_MAX_BYTES + 1024];

static int set_up(void **state)
{
    (void)state;
    samples = asv_samples();
    agency = &samples->agency;
    return 0;
}

static enum asv_status encode(const struct asv_bulletin *bulletin, const struct asv_bulletin_key *keys,
                              const uint8_t *sk, size_t *len)
{
    struct asv_writer writer;
    asv_writer_init(&writer, encoded, sizeof encoded);
    enum asv_status status = asv_bulletin_encode(&writer, bulletin, keys, sk);
    return status == ASV_OK ? asv_write_end(&writer, len) : status;
}

static void decode_sample(struct asv_bulletin *out)
{
    size_t len = 0;
    assert_int_equal(encode(&samples->bulletin, samples->days, agency->keeper.sk, &len), ASV_OK);
    assert_int_equal(asv_bulletin_decode(out, encoded, len, NULL), ASV_OK);
}

static void a_decoded_bulletin_says_what_was_encoded(void **state)
{
    (void)state;
    struct asv_bulletin out;
    struct asv_bulletin_key key;
    decode_sample(&out);
    assert_memory_equal(out.agency, agency->id, 32);
    assert_memory_equal(out.camera_cert, agency->camera.cert_digest, 32);
    assert_true(out.number == 2 && out.issued_ms == ASV_TEST_NOW_MS && out.policy_version == 5);
    assert_memory_equal(out.previous, samples->bulletin.previous, 32);
    assert_int_equal(out.key_count, ASV_SAMPLE_DAYS);
    for (uint16_t i = 0; i < ASV_SAMPLE_DAYS; i++) {
        asv_bulletin_key_at(&out, i, &key);
        assert_int_equal(key.kind, ASV_KEY_DAY);
        assert_int_equal(key.date, samples->days[i].date);
        assert_memory_equal(key.pk, samples->days[i].pk, 32);
        assert_memory_equal(key.id, samples->days[i].id, 16); /* T-042 */
        assert_true(key.start_ms == samples->days[i].start_ms && key.end_ms == samples->days[i].end_ms);
    }
    assert_int_equal(out.reserve.kind, ASV_KEY_RESERVE);
    assert_memory_equal(out.reserve.pk, samples->bulletin.reserve.pk, 32);
}

static void the_key_is_that_of_the_day_to_the_millisecond(void **state)
{
    (void)state;
    struct asv_bulletin out;
    struct asv_bulletin_key key;
    decode_sample(&out);
    for (size_t i = 0; i < ASV_SAMPLE_DAYS; i++) { /* T-045 */
        asv_bulletin_choose(&out, samples->days[i].start_ms, ASV_TIME_UNKNOWN, &key);
        assert_int_equal(key.date, samples->days[i].date);
        asv_bulletin_choose(&out, samples->days[i].end_ms - 1, ASV_TIME_UNKNOWN, &key);
        assert_int_equal(key.date, samples->days[i].date);
        assert_int_equal(key.kind, ASV_KEY_DAY);
    }
}

static void without_a_day_there_is_the_reserve_key(void **state)
{
    (void)state;
    struct asv_bulletin out;
    struct asv_bulletin_key key;
    decode_sample(&out);
    int64_t first = samples->days[0].start_ms;
    int64_t last = samples->days[ASV_SAMPLE_DAYS - 1].end_ms;
    const int64_t outside[] = {ASV_TIME_UNKNOWN, first - 1, last, INT64_MAX, 0};
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) { /* T-045 */
        asv_bulletin_choose(&out, outside[i], ASV_TIME_UNKNOWN, &key);
        assert_int_equal(key.kind, ASV_KEY_RESERVE);
        assert_int_equal(key.date, 0);
        assert_memory_equal(key.pk, out.reserve.pk, 32);
    }
    asv_bulletin_choose(&out, first + 5, first + 5, &key); /* T-045: never before the last docking */
    assert_int_equal(key.kind, ASV_KEY_DAY);
    asv_bulletin_choose(&out, first + 5, first + 6, &key);
    assert_int_equal(key.kind, ASV_KEY_RESERVE);

    struct asv_bulletin alone = samples->bulletin; /* T-040: no day key at all is allowed */
    size_t len = 0;
    alone.key_count = 0;
    assert_int_equal(encode(&alone, NULL, agency->keeper.sk, &len), ASV_OK);
    assert_int_equal(asv_bulletin_decode(&out, encoded, len, NULL), ASV_OK);
    asv_bulletin_choose(&out, first, ASV_TIME_UNKNOWN, &key);
    assert_int_equal(key.kind, ASV_KEY_RESERVE);
}

static void a_key_is_found_by_its_id(void **state)
{
    (void)state;
    struct asv_bulletin out;
    struct asv_bulletin_key key;
    static const uint8_t nobody[16];
    decode_sample(&out);
    assert_int_equal(asv_bulletin_find(&out, samples->days[2].id, &key), ASV_OK);
    assert_int_equal(key.date, samples->days[2].date);
    assert_int_equal(asv_bulletin_find(&out, out.reserve.id, &key), ASV_OK);
    assert_int_equal(key.kind, ASV_KEY_RESERVE);
    assert_int_equal(asv_bulletin_find(&out, nobody, &key), ASV_E_NOT_FOUND);
}

static void the_largest_bulletin_fits(void **state)
{
    (void)state;
    struct asv_bulletin_key keys[ASV_BULLETIN_MAX_KEYS + 1];
    struct asv_bulletin bulletin = samples->bulletin;
    struct asv_bulletin out;
    struct asv_bulletin_key key;
    size_t len = 0;
    int64_t start = samples->days[0].start_ms;
    for (uint32_t i = 0; i <= ASV_BULLETIN_MAX_KEYS; i++) {
        keys[i] = samples->days[0];
        keys[i].date = 20260100 + 100 * (i / 28) + 1 + i % 28;
        keys[i].start_ms = start + i * 24 * HOUR_MS;
        keys[i].end_ms = start + (i + 1) * 24 * HOUR_MS;
    }
    bulletin.key_count = ASV_BULLETIN_MAX_KEYS;
    assert_int_equal(encode(&bulletin, keys, agency->keeper.sk, &len), ASV_OK);
    assert_true(len <= ASV_BULLETIN_MAX_BYTES);
    assert_int_equal(asv_bulletin_decode(&out, encoded, len, NULL), ASV_OK);
    for (uint16_t i = 0; i < ASV_BULLETIN_MAX_KEYS; i++) {
        asv_bulletin_choose(&out, keys[i].start_ms + HOUR_MS, ASV_TIME_UNKNOWN, &key);
        assert_int_equal(key.date, keys[i].date);
    }
    bulletin.key_count = ASV_BULLETIN_MAX_KEYS + 1;
    assert_int_equal(encode(&bulletin, keys, agency->keeper.sk, &len), ASV_E_USAGE); /* T-040 */
    encoded[4 + 34 + 34 + 8 + 34 + 8 + 4 + 1] = ASV_BULLETIN_MAX_KEYS + 1;
    assert_int_equal(asv_bulletin_decode(&out, encoded, len, NULL), ASV_E_LIMIT); /* T-040 */
}

/* Encodes the sample with day 1 changed; then makes the same change in the encoded bytes of the sample and
 * decodes. */
static void refused_day(const struct asv_bulletin_key *changed, const char *why)
{
    struct asv_bulletin_key keys[ASV_SAMPLE_DAYS];
    struct asv_bulletin out;
    struct asv_err err = {0};
    size_t len = 0;
    memcpy(keys, samples->days, sizeof keys);
    keys[1] = *changed;
    assert_int_equal(encode(&samples->bulletin, keys, agency->keeper.sk, &len), ASV_E_USAGE);

    decode_sample(&out);
    uint8_t *at = encoded + (out.keys.data - encoded) + ASV_BULLETIN_KEY_BYTES + 16 + ASV_KEY_FIELD_BYTES;
    asv_store_be32(at, changed->date);
    asv_store_be64(at + 4, (uint64_t)changed->start_ms);
    asv_store_be64(at + 12, (uint64_t)changed->end_ms);
    assert_int_equal(asv_bulletin_decode(&out, encoded, out.object.encoded.len, &err), ASV_E_MALFORMED);
    assert_non_null(strstr(err.text, why));
    if (why[0] == ':') { /* the field itself, not one that begins like it */
        assert_string_equal(strchr(err.text, ':'), why);
    }
}

static void days_that_overlap_or_leave_a_gap_are_refused(void **state)
{
    (void)state;
    const struct asv_bulletin_key day = samples->days[1];
    struct asv_bulletin_key key = day;
    key.start_ms = day.start_ms - 1;
    refused_day(&key, "overlap"); /* T-041 */
    key.start_ms = day.start_ms + 1;
    refused_day(&key, "gap"); /* T-041 */
    key = day;
    key.end_ms = day.end_ms + 1;
    refused_day(&key, "overlap"); /* T-041: the next one starts too early */
}

static void days_of_impossible_length_or_date_are_refused(void **state)
{
    (void)state;
    const struct asv_bulletin_key day = samples->days[1];
    struct asv_bulletin_key key = day;
    key.end_ms = key.start_ms;
    refused_day(&key, "length"); /* T-041 */
    key.end_ms = key.start_ms + 20 * HOUR_MS - 1;
    refused_day(&key, "length");
    key.end_ms = key.start_ms + 28 * HOUR_MS + 1;
    refused_day(&key, "length");
    key.start_ms = INT64_MIN;
    key.end_ms = INT64_MAX;
    refused_day(&key, "length");
    static const uint32_t dates[] = {0,        20260001, 20260229, 20260431, 20261301,
                                     20260100, 20260132, 19691231, 21000229, 100000101};
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        key = day;
        key.date = dates[i];
        refused_day(&key, ": date");
    }
    key = day;
    key.date = samples->days[0].date;
    refused_day(&key, "ascend"); /* T-041 */
}

static void leap_days_are_days(void **state)
{
    (void)state;
    struct asv_bulletin bulletin = samples->bulletin;
    struct asv_bulletin_key key = samples->days[0];
    size_t len = 0;
    bulletin.key_count = 1;
    key.date = 20280229;
    assert_int_equal(encode(&bulletin, &key, agency->keeper.sk, &len), ASV_OK); /* T-041 */
    key.date = 20000229;
    assert_int_equal(encode(&bulletin, &key, agency->keeper.sk, &len), ASV_OK);
}

static void an_id_that_is_not_its_keys_is_refused(void **state)
{
    (void)state;
    struct asv_bulletin out;
    decode_sample(&out);
    size_t len = out.object.encoded.len;
    size_t day = (size_t)(out.keys.data - encoded);
    encoded[day] ^= 1;
    assert_int_equal(asv_bulletin_decode(&out, encoded, len, NULL), ASV_E_MISMATCH); /* T-042 */
    encoded[day] ^= 1;
    encoded[day + ASV_SAMPLE_DAYS * ASV_BULLETIN_KEY_BYTES] ^= 1;                    /* of the reserve key */
    assert_int_equal(asv_bulletin_decode(&out, encoded, len, NULL), ASV_E_MISMATCH); /* T-042 */
}

static void only_the_first_has_no_previous(void **state)
{
    (void)state;
    struct asv_bulletin bulletin = samples->bulletin;
    struct asv_bulletin out;
    size_t len = 0;
    memset(bulletin.previous, 0, sizeof bulletin.previous);
    assert_int_equal(encode(&bulletin, samples->days, agency->keeper.sk, &len), ASV_E_USAGE); /* T-046 */
    struct asv_bulletin zero = samples->bulletin;
    zero.number = 0;
    assert_int_equal(encode(&zero, samples->days, agency->keeper.sk, &len), ASV_E_USAGE); /* T-009 */
    bulletin.number = 1;
    assert_int_equal(encode(&bulletin, samples->days, agency->keeper.sk, &len), ASV_OK); /* T-046 */
    assert_int_equal(asv_bulletin_decode(&out, encoded, len, NULL), ASV_OK);
    encoded[4 + 34 + 34 + 7] = 2;                                                     /* the number */
    assert_int_equal(asv_bulletin_decode(&out, encoded, len, NULL), ASV_E_MALFORMED); /* T-046 */
    bulletin = samples->bulletin;
    bulletin.number = 1;
    assert_int_equal(encode(&bulletin, samples->days, agency->keeper.sk, &len), ASV_E_USAGE); /* T-046 */
}

static enum asv_status verify(const struct asv_bulletin *bulletin, const uint8_t *sk, const uint8_t *camera,
                              int64_t now_ms, const struct asv_revocations *list)
{
    struct asv_bulletin out;
    size_t len = 0;
    assert_int_equal(encode(bulletin, samples->days, sk, &len), ASV_OK);
    assert_int_equal(asv_bulletin_decode(&out, encoded, len, NULL), ASV_OK);
    return asv_bulletin_verify(&out, agency->root.pk, camera, now_ms, list, NULL);
}

static void only_our_keeper_signs_for_this_camera(void **state)
{
    (void)state;
    static struct asv_test_agency foreign;
    asv_test_agency_init(&foreign, 2);
    const uint8_t *camera = agency->camera.cert_digest;
    const int64_t now = ASV_TEST_NOW_MS;
    struct asv_bulletin bulletin = samples->bulletin;

    assert_int_equal(verify(&bulletin, agency->keeper.sk, camera, now, NULL), ASV_OK);
    assert_int_equal(verify(&bulletin, agency->keeper.sk, NULL, now, NULL), ASV_OK);
    assert_int_equal(verify(&bulletin, agency->keeper.sk, agency->dock.cert_digest, now, NULL),
                     ASV_E_MISMATCH);                                                         /* T-044 */
    assert_int_equal(verify(&bulletin, agency->dock.sk, camera, now, NULL), ASV_E_SIGNATURE); /* T-007 */
    assert_int_equal(verify(&bulletin, agency->keeper.sk, camera, ASV_TEST_NOT_AFTER_MS, NULL),
                     ASV_E_EXPIRED); /* T-043 */
    struct asv_revocations list = {.count = 1, .serials = agency->keeper.cert.serial};
    assert_int_equal(verify(&bulletin, agency->keeper.sk, camera, now, &list), ASV_E_REVOKED); /* T-043 */

    bulletin.keeper = agency->dock.chain;
    assert_int_equal(verify(&bulletin, agency->dock.sk, camera, now, NULL),
                     ASV_E_UNTRUSTED); /* T-043: role */
    bulletin.keeper = foreign.keeper.chain;
    assert_int_equal(verify(&bulletin, foreign.keeper.sk, camera, now, NULL), ASV_E_UNTRUSTED); /* T-043 */
    bulletin = samples->bulletin;
    memcpy(bulletin.agency, foreign.id, 32);
    assert_int_equal(verify(&bulletin, agency->keeper.sk, camera, now, NULL), ASV_E_UNTRUSTED); /* T-043 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_decoded_bulletin_says_what_was_encoded),
        cmocka_unit_test(the_key_is_that_of_the_day_to_the_millisecond),
        cmocka_unit_test(without_a_day_there_is_the_reserve_key),
        cmocka_unit_test(a_key_is_found_by_its_id),
        cmocka_unit_test(the_largest_bulletin_fits),
        cmocka_unit_test(days_that_overlap_or_leave_a_gap_are_refused),
        cmocka_unit_test(days_of_impossible_length_or_date_are_refused),
        cmocka_unit_test(leap_days_are_days),
        cmocka_unit_test(an_id_that_is_not_its_keys_is_refused),
        cmocka_unit_test(only_the_first_has_no_previous),
        cmocka_unit_test(only_our_keeper_signs_for_this_camera),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
