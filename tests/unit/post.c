/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/base/post.h"

#include <string.h>

#include "tests/unit/test.h"

/* LG-068: HTTPS, or this machine. */
static void only_what_is_safe_is_asked(void **state)
{
    static const char *const good[] = {"https://witness.example/",       "https://witness.example:8443/a/b",
                                       "https://[2001:db8::1]/",         "http://127.0.0.1",
                                       "http://127.0.0.1:8470/x",        "http://[::1]:8470/",
                                       "http://localhost/add-checkpoint"};
    static const char *const bad[] = {"",
                                      "https://",
                                      "http://",
                                      "http://witness.example/",
                                      "http://127.0.0.2/",
                                      "http://127.0.0.1.example/",
                                      "http://localhost.example/",
                                      "http://127.0.0.1:80@witness.example/",
                                      "https://user@witness.example/",
                                      "ftp://127.0.0.1/",
                                      "file:///etc/passwd",
                                      "HTTP://127.0.0.1/",
                                      "127.0.0.1",
                                      "//127.0.0.1/"};
    char longest[ASV_POST_URL_BYTES + 1];
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(asv_post_url_is_good(good[i]));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(asv_post_url_is_good(bad[i]));
    }
    memset(longest, 'x', sizeof longest);
    memcpy(longest, "https://", 8);
    longest[ASV_POST_URL_BYTES] = '\0';
    assert_false(asv_post_url_is_good(longest));
    longest[ASV_POST_URL_BYTES - 1] = '\0';
    assert_true(asv_post_url_is_good(longest));
}

static void nothing_is_sent_elsewhere(void **state)
{
    struct asv_poster *poster = NULL;
    uint8_t answer[16];
    unsigned code = 7;
    size_t len = 7;
    struct asv_err err = {0};
    (void)state;
    assert_int_equal(asv_poster_new(&poster, &err), ASV_OK);
    struct asv_post post = {
        .url = "http://witness.example/", .timeout_ms = 1000, .answer = answer, .cap = sizeof answer};
    assert_int_equal(asv_post(poster, &post, &code, &len, &err), ASV_E_USAGE);
    post.url = "http://127.0.0.1:9/"; /* discard */
    assert_int_equal(asv_post(poster, &post, &code, &len, &err), ASV_E_AWAY);
    assert_int_equal(code, 7);
    assert_non_null(strstr(err.text, "http://127.0.0.1:9/: "));
    asv_poster_free(poster);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(only_what_is_safe_is_asked),
                                       cmocka_unit_test(nothing_is_sent_elsewhere)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
