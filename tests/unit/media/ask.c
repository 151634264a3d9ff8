/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * M-005: asservat-media as a recording may have made it, saying whatever helps: who asks it gets an error,
 * and the program no byte that is not of this recording. */
#include "server/media/ask.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/in_vault.h"
#include "tests/support/world.h"
#include "tests/unit/test.h"

#define IDLE_MS 10000

static struct asv_test_in_vault it;
static struct asv_playback *playback;
static uint64_t media_bytes;
static struct asv_test_world world;
static uint64_t until_ms; /* by which the program has to be done */

/* The program's side, in a thread. */
static struct asv_media_channel program;
static uint8_t got[ASV_MEDIA_PIECE_BYTES];
static size_t got_len;

static int set_up(void **state)
{
    struct asv_exhibit *exhibit = NULL;
    struct asv_err err = {0};
    (void)state;
    asv_test_in_vault_make(&it, &(struct asv_test_plan){.chunks = 3, .pad = 16});
    assert_int_equal(asv_exhibit_open_seal(it.vault, &it.name, &exhibit, &err), ASV_OK);
    assert_int_equal(asv_playback_open_take(exhibit, it.file_key, &playback, &err), ASV_OK);
    media_bytes = asv_playback_bytes(playback);
    asv_test_world_init(&world, 1);
    until_ms = world.mono + 1;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    asv_playback_close(playback);
    asv_test_in_vault_remove(&it);
    return 0;
}

static void say(enum asv_media_frame type, const void *body, size_t len)
{
    (void)!asv_media_send(&program, type, body, len, NULL);
}

static void say_end(enum asv_status status, const char *text)
{
    uint8_t body[256];
    struct asv_writer writer;
    asv_writer_init(&writer, body, sizeof body);
    asv_media_end_write(&writer, status, text);
    say(ASV_MEDIA_END, body, writer.len);
}

/* Asks for a piece; false: it did not come. */
static bool want(uint64_t offset, uint32_t len)
{
    uint8_t body[12];
    asv_store_be64(body, offset);
    asv_store_be32(body + 8, len);
    say(ASV_MEDIA_READ, body, sizeof body);
    bool came = asv_media_receive(&program, NULL) == ASV_OK && program.type == ASV_MEDIA_DATA;
    got_len = came ? program.len : 0;
    memcpy(got, program.body, got_len);
    return came;
}

static void reads_its_end(void)
{
    if (want(media_bytes - 10, 10)) {
        say(ASV_MEDIA_OUT, got, got_len);
    }
    say_end(ASV_OK, "");
}

static void reads_beyond(void)
{
    (void)want(media_bytes - 10, 11);
    say_end(ASV_OK, "");
}

static void reads_far_beyond(void)
{
    (void)want(UINT64_MAX - 3, 4);
}

static void reads_too_much_at_once(void)
{
    (void)want(0, UINT32_MAX);
}

static void reads_for_ever(void)
{
    while (want(0, ASV_MEDIA_PIECE_BYTES)) {
    }
}

static void writes_for_ever(void)
{
    static const uint8_t noise[ASV_MEDIA_PIECE_BYTES];
    while (asv_media_send(&program, ASV_MEDIA_OUT, noise, sizeof noise, NULL) == ASV_OK) {
    }
}

static void goes_away(void)
{
}

static void goes_away_in_a_frame(void)
{
    static const uint8_t head[] = {ASV_MEDIA_OUT, 0, 0, 1, 0, 'x'};
    (void)!send(program.fd, head, sizeof head, MSG_NOSIGNAL);
}

static void says_a_length_that_is_none(void)
{
    static const uint8_t head[] = {ASV_MEDIA_OUT, 0xff, 0xff, 0xff, 0xff, 'x'};
    (void)!send(program.fd, head, sizeof head, MSG_NOSIGNAL);
}

static void says_what_only_the_asker_says(void)
{
    say(ASV_MEDIA_DATA, "x", 1);
}

static void says_facts_that_are_none(void)
{
    say(ASV_MEDIA_FACTS, "\x03mov", 4);
}

static void say_facts(void)
{
    static const struct asv_media_facts facts = {.format = "mov"};
    uint8_t body[64];
    struct asv_writer writer;
    asv_writer_init(&writer, body, sizeof body);
    asv_media_facts_write(&writer, &facts);
    say(ASV_MEDIA_FACTS, body, writer.len);
}

/* Of two parts: at, ms and bytes of the second. */
static void say_index(int64_t at, uint64_t ms, uint32_t bytes)
{
    uint8_t body[40] = {0};
    asv_store_be32(body + 16, 1000);
    asv_store_be64(body + 20, (uint64_t)at);
    asv_store_be64(body + 28, ms);
    asv_store_be32(body + 36, bytes);
    say(ASV_MEDIA_INDEX, body, sizeof body);
}

static void says_what_it_is(void)
{
    say_facts();
    say_index(1, 0, ASV_MEDIA_PART_BYTES);
    say_end(ASV_OK, "");
}

static void says_its_index_first(void)
{
    say_index(1, 1, 1);
    say_facts();
}

static void says_an_index_that_goes_back(void)
{
    say_facts();
    say_index(0, 1, 1);
}

static void says_times_that_go_back(void)
{
    say_facts();
    say_index(1, UINT64_MAX, 1);
}

static void says_a_part_that_is_too_long(void)
{
    say_facts();
    say_index(1, 1, ASV_MEDIA_PART_BYTES + 1);
}

static void says_an_index_of_nothing(void)
{
    say_facts();
    say(ASV_MEDIA_INDEX, "", 0);
}

static void ends_without_facts(void)
{
    say_end(ASV_OK, "");
}

static void ends_without_an_index(void)
{
    say_facts();
    say_end(ASV_OK, "");
}

static void blames_the_keeper(void)
{
    say_end(ASV_E_SIGNATURE, "the keeper lies");
}

static void says_what_is_wrong(void)
{
    say_end(ASV_E_MALFORMED, "broken \x1b[2J\n");
}

static void *run_program(void *what)
{
    void (*play)(void);
    memcpy(&play, what, sizeof play);
    if (asv_media_receive(&program, NULL) == ASV_OK && program.type == ASV_MEDIA_START) {
        play();
    }
    (void)shutdown(program.fd, SHUT_WR);
    return NULL;
}

static enum asv_status take(void *ctx, const uint8_t *data, size_t len, struct asv_err *err)
{
    uint64_t *bytes = ctx;
    (void)data;
    (void)err;
    *bytes += len;
    return ASV_OK;
}

/* Asks such a program. */
static enum asv_status ask(void (*play)(void), enum asv_media_what what, uint64_t *bytes, struct asv_err *err)
{
    int ends[2];
    pthread_t thread;
    struct asv_media_facts facts;
    static struct asv_media_index index;
    const struct asv_media_sink sink = {.ctx = bytes, .write = take};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    program = (struct asv_media_channel){.fd = ends[1], .idle_ms = IDLE_MS};
    *bytes = 0;
    assert_int_equal(pthread_create(&thread, NULL, run_program, &play), 0);
    const struct asv_media_program asked = {
        .fd = ends[0], .idle_ms = IDLE_MS, .world = &world.world, .until_ms = until_ms};
    enum asv_status status = what == ASV_MEDIA_LOOK ? asv_media_look(&asked, playback, &facts, &index, err)
                             : what == ASV_MEDIA_TELL
                                 ? asv_media_tell(&asked, playback, &facts, err)
                                 : asv_media_remux(&asked, playback, INT64_MIN, 1, &sink, err);
    close(ends[0]);
    assert_int_equal(pthread_join(thread, NULL), 0);
    close(ends[1]);
    return status;
}

static void whatever_it_says_there_is_an_answer(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        void (*play)(void);
        enum asv_media_what what;
        enum asv_status status;
    } table[] = {
        {"reads its end", reads_its_end, ASV_MEDIA_REMUX, ASV_OK},
        {"reads beyond it", reads_beyond, ASV_MEDIA_REMUX, ASV_E_USAGE},
        {"reads far beyond it", reads_far_beyond, ASV_MEDIA_REMUX, ASV_E_USAGE},
        {"reads too much at once", reads_too_much_at_once, ASV_MEDIA_REMUX, ASV_E_MALFORMED},
        {"reads for ever", reads_for_ever, ASV_MEDIA_REMUX, ASV_E_LIMIT},
        {"writes for ever", writes_for_ever, ASV_MEDIA_REMUX, ASV_E_LIMIT},
        {"writes when it is asked for facts", writes_for_ever, ASV_MEDIA_LOOK, ASV_E_MALFORMED},
        {"goes away", goes_away, ASV_MEDIA_REMUX, ASV_E_AWAY},
        {"goes away in a frame", goes_away_in_a_frame, ASV_MEDIA_REMUX, ASV_E_AWAY},
        {"says a length that is none", says_a_length_that_is_none, ASV_MEDIA_REMUX, ASV_E_MALFORMED},
        {"says what only the asker says", says_what_only_the_asker_says, ASV_MEDIA_REMUX, ASV_E_MALFORMED},
        {"says facts that are none", says_facts_that_are_none, ASV_MEDIA_LOOK, ASV_E_MALFORMED},
        {"says facts unasked", says_facts_that_are_none, ASV_MEDIA_REMUX, ASV_E_MALFORMED},
        {"says what it is", says_what_it_is, ASV_MEDIA_LOOK, ASV_OK},
        {"says what it is unasked", says_what_it_is, ASV_MEDIA_REMUX, ASV_E_MALFORMED},
        {"says its index first", says_its_index_first, ASV_MEDIA_LOOK, ASV_E_MALFORMED},
        {"says an index that goes back", says_an_index_that_goes_back, ASV_MEDIA_LOOK, ASV_E_MALFORMED},
        {"says times that go back", says_times_that_go_back, ASV_MEDIA_LOOK, ASV_E_MALFORMED},
        {"says a part that is too long", says_a_part_that_is_too_long, ASV_MEDIA_LOOK, ASV_E_MALFORMED},
        {"says an index of nothing", says_an_index_of_nothing, ASV_MEDIA_LOOK, ASV_E_MALFORMED},
        {"ends without facts", ends_without_facts, ASV_MEDIA_LOOK, ASV_E_MALFORMED},
        {"ends without an index", ends_without_an_index, ASV_MEDIA_LOOK, ASV_E_MALFORMED},
        {"tells what it is", ends_without_an_index, ASV_MEDIA_TELL, ASV_OK},
        {"tells an index unasked", says_what_it_is, ASV_MEDIA_TELL, ASV_E_MALFORMED},
        {"tells nothing", ends_without_facts, ASV_MEDIA_TELL, ASV_E_MALFORMED},
        {"writes when it is to tell", writes_for_ever, ASV_MEDIA_TELL, ASV_E_MALFORMED},
        {"blames the keeper", blames_the_keeper, ASV_MEDIA_REMUX, ASV_E_MALFORMED},
        {"says what is wrong", says_what_is_wrong, ASV_MEDIA_REMUX, ASV_E_MALFORMED},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct asv_err err = {0};
        uint64_t bytes = 0;
        enum asv_status status = ask(table[i].play, table[i].what, &bytes, &err);
        if (status != table[i].status || (status != ASV_OK && err.text[0] == '\0')) {
            fail_msg("%s: %s, %s", table[i].name, asv_status_name(status), err.text);
        }
        if (table[i].play == reads_its_end) {
            assert_int_equal(bytes, 10);
        }
        if (table[i].play == says_what_is_wrong) {
            assert_string_equal(err.text, "broken ?[2J?"); /* on a terminal, too */
        }
    }
}

/* What it asks for is what it gets, and nothing of the padding. */
static void it_gets_what_it_asks_for(void **state)
{
    (void)state;
    uint8_t want_bytes[ASV_CHUNK_PLAIN_BYTES];
    struct asv_err err = {0};
    uint64_t bytes = 0;
    asv_test_clip_plaintext(&it.clip.plan, 2, want_bytes);
    assert_int_equal(ask(reads_its_end, ASV_MEDIA_REMUX, &bytes, &err), ASV_OK);
    assert_int_equal(got_len, 10);
    assert_memory_equal(got, want_bytes + ASV_CHUNK_PLAIN_BYTES - 16 - 10, 10);
}

/* A chunk that is not what the camera signed ends it, and nothing of that goes to the program. */
static void it_gets_nothing_that_is_not_signed(void **state)
{
    (void)state;
    struct asv_err err = {0};
    uint64_t bytes = 0;
    asv_test_in_vault_flip(&it, "payload", 2 * (size_t)ASV_CHUNK_CIPHER_BYTES + 5);
    assert_int_equal(ask(reads_its_end, ASV_MEDIA_REMUX, &bytes, &err), ASV_E_DIGEST);
    assert_int_equal(got_len, 0);
}

/* M-005: it may say something all the time, and never come to an end. */
static void its_time_is_over_once(void **state)
{
    (void)state;
    struct asv_err err = {0};
    uint64_t bytes = 0;
    assert_int_equal(ask(reads_its_end, ASV_MEDIA_REMUX, &bytes, &err), ASV_OK);
    asv_test_world_step(&world, 1);
    assert_int_equal(ask(reads_its_end, ASV_MEDIA_REMUX, &bytes, &err), ASV_E_TIMEOUT);
    assert_int_equal(bytes, 0);
}

static enum asv_status take_none(void *ctx, const uint8_t *data, size_t len, struct asv_err *err)
{
    (void)ctx;
    (void)data;
    (void)len;
    return asv_fail(err, ASV_E_AWAY, "nobody watches any more");
}

static void who_watches_no_more_ends_it(void **state)
{
    (void)state;
    int ends[2];
    pthread_t thread;
    void (*play)(void) = writes_for_ever;
    struct asv_err err = {0};
    const struct asv_media_sink sink = {.write = take_none};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    program = (struct asv_media_channel){.fd = ends[1], .idle_ms = IDLE_MS};
    assert_int_equal(pthread_create(&thread, NULL, run_program, &play), 0);
    const struct asv_media_program asked = {.fd = ends[0], .idle_ms = IDLE_MS};
    assert_int_equal(asv_media_remux(&asked, playback, INT64_MIN, 1, &sink, &err), ASV_E_AWAY);
    assert_string_equal(err.text, "nobody watches any more");
    close(ends[0]);
    assert_int_equal(pthread_join(thread, NULL), 0);
    close(ends[1]);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(whatever_it_says_there_is_an_answer), TEST(it_gets_what_it_asks_for),
        TEST(it_gets_nothing_that_is_not_signed),  TEST(its_time_is_over_once),
        TEST(who_watches_no_more_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
