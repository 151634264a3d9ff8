/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/web/fields.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "firmware-proto/crypto/otp.h"
#include "server/base/world_os.h"
#include "server/http/peers.h"
#include "server/statement/plan.h"
#include "server/web/deed.h"
#include "server/web/limits.h"
#include "server/web/session.h"
#include "server/web/totp.h"
#include "tests/unit/test.h"

static const char *const words[] = {"red", "green", NULL};
static const struct asv_web_field element = {"", ASV_WEB_HASH, false, 0, 0, NULL, NULL};
static const struct asv_web_fields elements = {&element, 1};
static const struct asv_web_field members[] = {
    {"text", ASV_WEB_TEXT, false, 0, 8, NULL, NULL},    {"number", ASV_WEB_INT, false, -5, 5, NULL, NULL},
    {"colour", ASV_WEB_WORD, false, 0, 0, words, NULL}, {"id", ASV_WEB_UUID, false, 0, 0, NULL, NULL},
    {"bytes", ASV_WEB_BYTES, false, 2, 4, NULL, NULL},  {"time", ASV_WEB_TIME, false, 0, 0, NULL, NULL},
    {"day", ASV_WEB_DATE, false, 0, 0, NULL, NULL},     {"yes", ASV_WEB_BOOL, false, 0, 0, NULL, NULL},
    {"month", ASV_WEB_MONTH, false, 0, 0, NULL, NULL},  {"list", ASV_WEB_LIST, false, 1, 2, NULL, &elements},
    {"must", ASV_WEB_INT, true, 0, 9, NULL, NULL}};
static const struct asv_web_fields fields = ASV_WEB_FIELDS(members);

/* "name field", or "" when it is taken. */
static const char *query_fault(const char *text)
{
    static char said[128];
    struct asv_web_fault fault = {NULL, NULL};
    json_t *query = asv_web_query_read(text, &fields, &fault);
    assert_int_equal(query == NULL, fault.problem != NULL);
    said[0] = '\0';
    if (query == NULL) {
        snprintf(said, sizeof said, "%s %s", fault.problem->name,
                 fault.field != NULL ? fault.field : fault.problem->field);
    }
    json_decref(query);
    return said;
}

/* */
static void a_query_is_read_in_one_way(void **state)
{
    (void)state;
    static const char *const good[] = {"must=1",
                                       "must=0&text=a%20b",
                                       "text=a+b&must=9",
                                       "must=1&number=-5",
                                       "must=1&colour=red",
                                       "must=1&time=2026-11-29T14:05:00Z",
                                       "must=1&time=2026-11-29T14:05:00.123Z",
                                       "must=1&day=2028-02-29",
                                       "must=1&month=2028-02",
                                       "must=1&id=0193e2a0-0000-7000-8000-000000000001",
                                       "must=1&bytes=AAA",
                                       "%6dust=1"};
    static const struct {
        const char *text, *want;
    } bad[] = {{NULL, "missing-field must"},
               {"", "missing-field must"},
               {"must=1&", "bad-query query"},
               {"&must=1", "bad-query query"},
               {"must", "bad-query query"},
               {"must=1=2", "bad-query query"},
               {"must=%", "bad-query query"},
               {"must=%0", "bad-query query"},
               {"must=1&text=%00", "bad-query query"},
               {"must=1&text=%ff", "bad-field text"},
               {"must=1&text=%c3%28", "bad-field text"},
               {"must=1&text=123456789", "bad-field text"},
               {"must=1&text=%0a", "bad-field text"},
               {"must=1&must=1", "doubled-field must"},
               {"must=1&other=1", "unknown-field query"},
               {"must=10", "bad-field must"},
               {"must=01", "bad-field must"},
               {"must=+1", "bad-field must"},
               {"must=1.0", "bad-field must"},
               {"must=", "bad-field must"},
               {"must=99999999999999999999", "bad-field must"},
               {"must=1&colour=blue", "bad-field colour"},
               {"must=1&id=0193E2A0-0000-7000-8000-000000000001", "bad-field id"},
               {"must=1&bytes=A", "bad-field bytes"},
               {"must=1&bytes=AA", "bad-field bytes"},
               {"must=1&bytes=AAA%3d", "bad-field bytes"},
               {"must=1&bytes=AAAAAAA", "bad-field bytes"},
               {"must=1&time=2026-11-29T24:00:00Z", "bad-field time"},
               {"must=1&time=2026-02-29T00:00:00Z", "bad-field time"},
               {"must=1&time=2026-11-29 14:05:00Z", "bad-field time"},
               {"must=1&day=2026-13-01", "bad-field day"},
               {"must=1&day=26-01-01", "bad-field day"},
               {"must=1&month=2026-13", "bad-field month"},
               {"must=1&month=2026-1", "bad-field month"},
               {"must=1&month=2026-11-01", "bad-field month"},
               {"must=1&month=2026_11", "bad-field month"}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_string_equal(query_fault(good[i]), "");
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_string_equal(query_fault(bad[i].text), bad[i].want);
    }
}

static void what_has_passed_is_there(void **state)
{
    (void)state;
    static const char body[] =
        "{\"must\":1,\"text\":\"Mu\\u0308ll\",\"yes\":true,\"time\":\"1970-01-02T00:00:01.005Z\","
        "\"bytes\":\"-_8\",\"day\":\"2026-11-29\"}";
    struct asv_web_fault fault = {NULL, NULL};
    json_t *read = asv_web_body_read(body, sizeof body - 1, &fields, &fault);
    uint8_t bytes[4];
    int64_t ms = 0;
    uint32_t date = 0;
    char text[ASV_WEB_TIME_BYTES];
    assert_non_null(read);
    assert_string_equal(asv_web_text(read, "text"), "M\xc3\xbcll");
    assert_int_equal(asv_web_int(read, "must", 7), 1);
    assert_int_equal(asv_web_int(read, "number", 7), 7);
    assert_true(asv_web_bool(read, "yes", false));
    assert_true(asv_web_time(read, "time", &ms));
    assert_int_equal(ms, 86401005);
    asv_web_time_format(text, ms);
    assert_string_equal(text, "1970-01-02T00:00:01.005Z");
    asv_web_time_format(text, 40732311); /* of a camera that has lost its clock */
    assert_string_equal(text, "1970-01-01T11:18:52.311Z");
    assert_true(asv_web_date(read, "day", &date));
    assert_int_equal(date, 20261129);
    assert_int_equal(asv_web_bytes(read, "bytes", bytes, sizeof bytes), 2);
    assert_int_equal(bytes[0] << 8 | bytes[1], 0xfbff);
    json_decref(read);
}

/* What is asked of a hand-over of so many recordings, each as long as it can be; the bytes of it. */
static size_t want_plan(char *out, size_t size, size_t clips)
{
    size_t len =
        (size_t)snprintf(out, size,
                         "{\"action\":\"hand-over\",\"step\":\"propose\",\"reason\":\"r\",\"incident\":\"i\","
                         "\"plan\":{\"outputs\":[\"carrier\",\"filing\"],\"protection\":\"age\","
                         "\"recipients\":[\"%064d\"],\"clips\":[",
                         0);
    for (size_t i = 0; i < clips; i++) {
        len += (size_t)snprintf(out + len, size - len,
                                "%s{\"clip\":\"0193e2a0-0000-7000-8000-%012zu\",\"form\":\"excerpt\","
                                "\"from_ms\":4294967294,\"until_ms\":4294967295}",
                                i > 0 ? "," : "", i);
    }
    return len + (size_t)snprintf(out + len, size - len, "]}}");
}

/* a thousand recordings are a plan, and their request is as large as its route takes. */
static void a_plan_is_of_a_thousand_recordings(void **state)
{
    (void)state;
    static char body[200000];
    size_t most = 0;
    for (size_t i = 0; i < asv_web_route_count; i++) {
        most = strcmp(asv_web_routes[i].name, "prepare") == 0 ? asv_web_routes[i].body_bytes : most;
    }
    for (size_t clips = 1000; clips <= 1001; clips++) {
        struct asv_web_fault fault = {NULL, NULL};
        size_t len = want_plan(body, sizeof body, clips);
        json_t *read = asv_web_body_read(body, len, &asv_web_deed_fields, &fault);
        assert_true(len <= most);
        assert_int_equal(read != NULL, clips == 1000);
        assert_true(read != NULL || strcmp(fault.field, "plan") == 0);
        json_decref(read);
    }
    assert_true(ASV_PLAN_MAX_BYTES * 4 / 3 + 8192 <= most); /* with what was signed */
}

/* RFC 6238, appendix B (SHA-1); RFC 4226, appendix D. */
static void codes_are_those_of_the_vectors(void **state)
{
    (void)state;
    static const struct {
        uint64_t time_s;
        uint32_t want;
    } all[] = {{59, 94287082},         {1111111109, 7081804},  {1111111111, 14050471},
               {1234567890, 89005924}, {2000000000, 69279037}, {20000000000, 65353130}};
    static const uint32_t counted[] = {755224, 287082, 359152, 969429, 338314,
                                       254676, 287922, 162583, 399871, 520489};
    uint32_t code = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        assert_int_equal(asv_otp_code(&code, "12345678901234567890", 20, all[i].time_s / 30, 8), ASV_OK);
        assert_int_equal(code, all[i].want);
    }
    for (size_t i = 0; i < sizeof counted / sizeof *counted; i++) {
        assert_int_equal(asv_otp_code(&code, "12345678901234567890", 20, i, 6), ASV_OK);
        assert_int_equal(code, counted[i]);
    }
}

/* */
static void a_code_is_good_once_and_for_a_minute_and_a_half(void **state)
{
    (void)state;
    const uint8_t *key = (const uint8_t *)"12345678901234567890";
    static const char code[] = "287082"; /* of step 1 */
    char uri[ASV_TOTP_URI_BYTES];
    assert_int_equal(asv_totp_step(key, code, 30000, 0), 1);
    assert_int_equal(asv_totp_step(key, code, 60001, 0), 1);
    assert_int_equal(asv_totp_step(key, code, 89999, 0), 1);
    assert_int_equal(asv_totp_step(key, code, 90000, 0), 0);
    assert_int_equal(asv_totp_step(key, code, 60000, 1), 0);
    assert_int_equal(asv_totp_step(key, "287083", 60000, 0), 0);
    assert_int_equal(asv_totp_step(key, "2870820", 60000, 0), 0);
    assert_int_equal(asv_totp_step(key, "", 60000, 0), 0);
    assert_true(asv_totp_uri(uri, key, "As:s", "M\xc3\xbcller/&"));
    assert_string_equal(uri, "otpauth://totp/As%3As:M%C3%BCller%2F%26?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
                             "&issuer=As%3As");
}

/* */
static void who_guesses_waits_longer_each_time_and_never_long(void **state)
{
    (void)state;
    static struct asv_web_limits limits;
    unsigned last = 0;
    uint64_t now_ms = 1000000;
    assert_int_equal(asv_web_limits_init(&limits, asv_world_os()), ASV_OK);
    for (unsigned i = 0; i < 5; i++) {
        asv_web_limits_guess(&limits, ASV_WEB_LIMIT_PAIR, "a", 1, now_ms);
        assert_int_equal(asv_web_limits_wait(&limits, ASV_WEB_LIMIT_PAIR, "a", 1, now_ms), 0);
    }
    for (unsigned i = 0; i < 100; i++) {
        asv_web_limits_guess(&limits, ASV_WEB_LIMIT_PAIR, "a", 1, now_ms);
        unsigned wait_s = asv_web_limits_wait(&limits, ASV_WEB_LIMIT_PAIR, "a", 1, now_ms);
        assert_true(wait_s > last || wait_s == 60);
        last = wait_s;
    }
    assert_int_equal(last, 60);
    assert_int_equal(asv_web_limits_wait(&limits, ASV_WEB_LIMIT_NAME, "a", 1, now_ms), 0);
    assert_int_equal(asv_web_limits_wait(&limits, ASV_WEB_LIMIT_PAIR, "a", 1, now_ms + 60000), 0);
    asv_web_limits_right(&limits, ASV_WEB_LIMIT_PAIR, "a", 1);
    assert_int_equal(asv_web_limits_wait(&limits, ASV_WEB_LIMIT_PAIR, "a", 1, now_ms), 0);
}

/* an office of one address, all of whom know their passwords. */
static void who_is_right_never_guessed(void **state)
{
    (void)state;
    static struct asv_web_limits limits;
    assert_int_equal(asv_web_limits_init(&limits, asv_world_os()), ASV_OK);
    for (unsigned i = 0; i < 300; i++) {
        assert_int_equal(asv_web_limits_wait(&limits, ASV_WEB_LIMIT_ADDRESS, "a", 1, 1000), 0);
        asv_web_limits_guess(&limits, ASV_WEB_LIMIT_ADDRESS, "a", 1, 1000);
        asv_web_limits_right(&limits, ASV_WEB_LIMIT_ADDRESS, "a", 1);
    }
    for (unsigned i = 0; i < 40; i++) {
        asv_web_limits_guess(&limits, ASV_WEB_LIMIT_ADDRESS, "a", 1, 1000);
    }
    asv_web_limits_right(&limits, ASV_WEB_LIMIT_ADDRESS, "a",
                         1); /* one's own password makes up for one guess */
    assert_int_not_equal(asv_web_limits_wait(&limits, ASV_WEB_LIMIT_ADDRESS, "a", 1, 1000), 0);
}

/* */
static void who_asks_too_often_waits(void **state)
{
    (void)state;
    static struct asv_web_limits limits;
    unsigned taken = 0;
    assert_int_equal(asv_web_limits_init(&limits, asv_world_os()), ASV_OK);
    while (asv_web_limits_rate(&limits, ASV_WEB_LIMIT_REQUESTS, "a", 1, 5000) == 0) {
        taken++;
    }
    assert_int_equal(taken, 200);
    for (taken = 0; asv_web_limits_rate(&limits, ASV_WEB_LIMIT_PASSWORDS, "a", 1, 5000) == 0; taken++) {
    }
    assert_int_equal(taken, 60);
    assert_int_equal(asv_web_limits_rate(&limits, ASV_WEB_LIMIT_PASSKEYS, "a", 1, 5000), 0);
    assert_int_equal(asv_web_limits_rate(&limits, ASV_WEB_LIMIT_REQUESTS, "a", 1, 5050), 0);
    assert_int_equal(asv_web_limits_rate(&limits, ASV_WEB_LIMIT_REQUESTS, "a", 1, 5050), 1);
}

/* */
static void what_has_counted_is_known_until_it_does_not(void **state)
{
    (void)state;
    static struct asv_web_limits limits;
    uint8_t session[ASV_SHA256_BYTES] = {1};
    uint8_t other[ASV_SHA256_BYTES] = {2};
    assert_int_equal(asv_web_limits_init(&limits, asv_world_os()), ASV_OK);
    assert_false(asv_web_limits_knows(&limits, session));
    asv_web_limits_know(&limits, session, true);
    asv_web_limits_know(&limits, other, false);
    assert_true(asv_web_limits_knows(&limits, session));
    assert_false(asv_web_limits_knows(&limits, other));
    asv_web_limits_know(&limits, session, false);
    assert_false(asv_web_limits_knows(&limits, session));
}

/* */
static void a_challenge_is_ours_and_two_minutes_old_at_most(void **state)
{
    (void)state;
    const uint8_t key[32] = {1};
    const uint8_t other[32] = {2};
    uint8_t challenge[ASV_SHA256_BYTES];
    const struct asv_world *world = asv_world_os();
    assert_int_equal(asv_web_challenge_make(world, key, challenge), ASV_OK);
    uint64_t made_ms = asv_load_be64(challenge);
    assert_true(asv_web_challenge_is_fresh(key, challenge, made_ms));
    assert_true(asv_web_challenge_is_fresh(key, challenge, made_ms + ASV_WEB_CHALLENGE_MS - 1));
    assert_false(asv_web_challenge_is_fresh(key, challenge, made_ms + ASV_WEB_CHALLENGE_MS));
    assert_false(asv_web_challenge_is_fresh(key, challenge, made_ms - 1));
    assert_false(asv_web_challenge_is_fresh(other, challenge, made_ms));
    for (size_t i = 0; i < sizeof challenge; i++) {
        challenge[i] ^= 1;
        assert_false(asv_web_challenge_is_fresh(key, challenge, made_ms + 1000));
        challenge[i] ^= 1;
    }
}

static bool is_local(int family, const char *from, const char *forwarded)
{
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    struct asv_http_request request = {.method = "GET"};
    const struct asv_web_call call = {.request = &request};
    void *address = family == AF_INET ? (void *)&four.sin_addr : (void *)&six.sin6_addr;
    assert_int_equal(inet_pton(family, from, address), 1);
    asv_http_peer_address(request.address, family == AF_INET ? (void *)&four : (void *)&six);
    request.headers[ASV_HTTP_X_FORWARDED_FOR] = forwarded;
    return asv_web_is_local(&call);
}

/* */
static void this_machine_is_who_is_connected_itself(void **state)
{
    (void)state;
    assert_true(is_local(AF_INET, "127.0.0.1", NULL));
    assert_true(is_local(AF_INET, "127.3.2.1", NULL));
    assert_true(is_local(AF_INET6, "::1", NULL));
    assert_true(is_local(AF_INET6, "::ffff:127.0.0.1", NULL));
    assert_false(is_local(AF_INET, "192.0.2.1", NULL));
    assert_false(is_local(AF_INET, "128.0.0.1", NULL));
    assert_false(is_local(AF_INET6, "2001:db8::1", NULL));
    assert_false(is_local(AF_INET6, "::ffff:192.0.2.1", NULL));
    assert_false(is_local(AF_INET, "127.0.0.1", "192.0.2.1"));
    assert_false(is_local(AF_INET, "127.0.0.1", "127.0.0.1"));
    assert_false(is_local(AF_INET6, "::1", ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_query_is_read_in_one_way),
        cmocka_unit_test(what_has_passed_is_there),
        cmocka_unit_test(a_plan_is_of_a_thousand_recordings),
        cmocka_unit_test(codes_are_those_of_the_vectors),
        cmocka_unit_test(a_code_is_good_once_and_for_a_minute_and_a_half),
        cmocka_unit_test(who_guesses_waits_longer_each_time_and_never_long),
        cmocka_unit_test(who_is_right_never_guessed),
        cmocka_unit_test(who_asks_too_often_waits),
        cmocka_unit_test(what_has_counted_is_known_until_it_does_not),
        cmocka_unit_test(a_challenge_is_ours_and_two_minutes_old_at_most),
        cmocka_unit_test(this_machine_is_who_is_connected_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
