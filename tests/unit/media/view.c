/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a browser is given: a fragmented recording as it is, and of any other what asservat-media makes, at
 * places that stand before it is made. The program is a thread here, which does whatever helps. */
#include "server/media/view.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "server/media/ask.h"
#include "server/media/boxes.h"
#include "tests/support/in_vault.h"
#include "tests/support/world.h"
#include "tests/unit/test.h"

#define MEDIA_BYTES 200000
#define PARTS       3
#define ROOM        5000 /* of each part */
#define INIT_BYTES  24

static struct asv_test_in_vault it;
static struct asv_test_world world;
static struct asv_view *view;
static struct asv_view_asker asker;
static uint8_t media[MEDIA_BYTES];
static uint8_t got[2 * ROOM];
static size_t got_len;

/* ---- the program ---- */

static struct {
    void (*_Atomic play)(void);
    char path[sizeof((struct sockaddr_un *)0)->sun_path];
    int listener;
    pthread_t thread;
    atomic_int asked; /* connections that were answered */
    struct asv_media_channel channel;
    struct asv_media_start start;
    atomic_size_t longer; /* bytes that a fragment is longer than it should be */
    atomic_bool headless;
    pthread_barrier_t met; /* with who asks, twice, in `waits` */
} program;

static void say(enum asv_media_frame type, const void *body, size_t len)
{
    (void)!asv_media_send(&program.channel, type, body, len, NULL);
}

static void say_end(enum asv_status status, const char *text)
{
    uint8_t body[256];
    struct asv_writer writer;
    asv_writer_init(&writer, body, sizeof body);
    asv_media_end_write(&writer, status, text);
    say(ASV_MEDIA_END, body, writer.len);
}

static void look(void)
{
    static uint8_t body[4096];
    static struct asv_media_index index;
    struct asv_media_facts facts = {.format = "mov", .duration_us = 9000000, .stream_count = 3};
    struct asv_writer writer;
    facts.streams[0] = (struct asv_media_stream){.kind = ASV_MEDIA_OTHER, .codec = "png"};
    facts.streams[1] =
        (struct asv_media_stream){.kind = ASV_MEDIA_VIDEO, .codec = "h264", .type = "avc1.640028"};
    facts.streams[2] =
        (struct asv_media_stream){.kind = ASV_MEDIA_AUDIO, .codec = "aac", .type = "mp4a.40.2"};
    index.count = PARTS;
    for (size_t i = 0; i < PARTS; i++) {
        index.parts[i] = (struct asv_media_part){.at = 100 + (int64_t)i, .ms = 3000 * i + 40, .bytes = ROOM};
    }
    asv_writer_init(&writer, body, sizeof body);
    asv_media_facts_write(&writer, &facts);
    say(ASV_MEDIA_FACTS, body, writer.len);
    asv_writer_init(&writer, body, sizeof body);
    asv_media_index_write(&writer, &index);
    say(ASV_MEDIA_INDEX, body, writer.len);
}

static size_t put_box(uint8_t *out, const char *type, size_t len)
{
    memset(out, 0, len);
    asv_store_be32(out, (uint32_t)len);
    memcpy(out + 4, type, 4);
    return len;
}

/* Part n is 1,000 bytes longer than the one before, and full of n. */
static void remux(void)
{
    uint8_t out[2 * ROOM];
    size_t number = program.start.from == INT64_MIN ? 0 : (size_t)program.start.from - 100;
    size_t body = 1000 * (number + 1) + program.longer;
    size_t len = program.headless ? 0 : put_box(out, "ftyp", 8);
    len += program.headless ? 0 : put_box(out + len, "moov", INIT_BYTES - 8);
    len += put_box(out + len, "moof", 16);
    len += put_box(out + len, "mdat", body);
    memset(out + len - body + 8, (int)number + 1, body - 8);
    say(ASV_MEDIA_OUT, out, len);
}

static void works(void)
{
    if (program.start.what == ASV_MEDIA_LOOK) {
        look();
    } else {
        remux();
    }
    say_end(ASV_OK, "");
}

static void waits(void)
{
    (void)pthread_barrier_wait(&program.met);
    (void)pthread_barrier_wait(&program.met);
    works();
}

static void dies(void)
{
}

static void dies_in_the_middle(void)
{
    if (program.start.what == ASV_MEDIA_LOOK) {
        works();
    } else {
        remux();
    }
}

static void hangs(void)
{
    (void)!asv_media_receive(&program.channel, NULL); /* until nobody asks any more */
}

static void says_it_is_broken(void)
{
    say_end(ASV_E_MALFORMED, "this is no recording");
}

static void plays_no_sound_that_browsers_know(void)
{
    struct asv_media_facts facts = {.format = "mov", .stream_count = 1};
    struct asv_media_index index = {.count = 1, .parts[0] = {.bytes = ROOM}};
    uint8_t body[256];
    struct asv_writer writer;
    facts.streams[0] = (struct asv_media_stream){.kind = ASV_MEDIA_AUDIO, .codec = "pcm_alaw"};
    asv_writer_init(&writer, body, sizeof body);
    asv_media_facts_write(&writer, &facts);
    say(ASV_MEDIA_FACTS, body, writer.len);
    asv_writer_init(&writer, body, sizeof body);
    asv_media_index_write(&writer, &index);
    say(ASV_MEDIA_INDEX, body, writer.len);
    say_end(ASV_OK, "");
}

static void *serve(void *ctx)
{
    (void)ctx;
    for (int fd; (fd = accept4(program.listener, NULL, NULL, SOCK_CLOEXEC)) >= 0;) {
        program.channel = (struct asv_media_channel){.fd = fd, .idle_ms = 10000};
        struct asv_media_channel *channel = &program.channel;
        if (asv_media_receive(channel, NULL) == ASV_OK && channel->type == ASV_MEDIA_START &&
            asv_media_start_read(&program.start, (struct asv_bytes){channel->body, channel->len}) == ASV_OK) {
            program.asked++;
            program.play();
        }
        close(fd);
    }
    return NULL;
}

static void start_program(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(program.path, sizeof program.path, "%.90s/media", it.base);
    memcpy(address.sun_path, program.path, sizeof address.sun_path);
    program.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(program.listener, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(program.listener, 4), 0);
    program.play = works;
    program.asked = 0;
    program.longer = 0;
    program.headless = false;
    assert_int_equal(pthread_create(&program.thread, NULL, serve, NULL), 0);
}

/* ---- the recording ---- */

static const char *container;

static void name_container(struct asv_seal_header *header)
{
    snprintf(header->container, sizeof header->container, "%s", container);
}

static void open_view(const char *type, bool key_frames)
{
    struct asv_exhibit *exhibit = NULL;
    struct asv_playback *playback = NULL;
    struct asv_test_plan plan = asv_test_plan_of(media, sizeof media);
    container = type;
    plan.change = name_container;
    plan.every = 1;
    plan.key_frames = key_frames;
    plan.records = true;
    plan.facts.pre_roll_ms = 2000;
    asv_test_in_vault_make(&it, &plan);
    start_program();
    asker = (struct asv_view_asker){
        .socket = program.path, .world = &world.world, .idle_ms = 10000, .most_ms = 1000, .most = 1};
    pthread_mutex_init(&asker.lock, NULL);
    assert_int_equal(asv_exhibit_open_seal(it.vault, &it.name, &exhibit, NULL), ASV_OK);
    assert_int_equal(asv_playback_open_take(exhibit, it.file_key, &playback, NULL), ASV_OK);
    assert_int_equal(asv_view_open_take(playback, &asker, &view, NULL), ASV_OK);
}

static int set_up(void **state)
{
    (void)state;
    asv_test_world_init(&world, 1);
    for (size_t i = 0; i < sizeof media; i++) {
        media[i] = (uint8_t)(i * 7 >> 3);
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    asv_view_close(view);
    view = NULL;
    (void)shutdown(program.listener, SHUT_RDWR);
    assert_int_equal(pthread_join(program.thread, NULL), 0);
    close(program.listener);
    asv_test_in_vault_remove(&it);
    return 0;
}

static enum asv_status read_at(uint64_t offset, size_t len)
{
    struct asv_err err = {0};
    got_len = 0;
    memset(got, 0xee, sizeof got);
    enum asv_status status = asv_view_read(view, offset, got, len, &got_len, &err);
    assert_true(status == ASV_OK || err.text[0] != '\0');
    return status;
}

static const struct asv_view_facts *look_at_it(enum asv_status expected)
{
    const struct asv_view_facts *facts = NULL;
    struct asv_err err = {0};
    enum asv_status status = asv_view_look(view, &facts, &err);
    if (status != expected || (status != ASV_OK && err.text[0] == '\0')) {
        fail_msg("%s, %s", asv_status_name(status), err.text);
    }
    return facts;
}

/* ---- as it is ---- */

/* M-011 */
static void what_is_fragmented_is_given_as_it_is(void **state)
{
    (void)state;
    put_box(media, "ftyp", 8);
    put_box(media + 8, "moov", 100);
    put_box(media + 108, "moof", 16);
    open_view("video/mp4", true);
    const struct asv_view_facts *facts = look_at_it(ASV_OK);
    assert_false(facts->remuxed);
    assert_int_equal(facts->bytes, sizeof media);
    assert_int_equal(facts->init_bytes, 108);
    assert_string_equal(facts->mime, "video/mp4; codecs=\"avc1.64001f,mp4a.40.2\"");
    assert_int_equal(read_at(199990, 4096), ASV_OK);
    assert_int_equal(got_len, 10);
    assert_memory_equal(got, media + 199990, 10);
    assert_int_equal(read_at(sizeof media, 1), ASV_E_USAGE);
    assert_int_equal(program.asked, 0);
}

/* M-013: the seal names one key frame a chunk, at its byte 24, and its media time in s. */
static void its_seal_says_where_to_begin(void **state)
{
    (void)state;
    put_box(media, "ftyp", 8);
    put_box(media + 8, "moov", 100);
    put_box(media + 108, "moof", 16);
    open_view("video/mp4", true);
    const struct asv_view_facts *facts = look_at_it(ASV_OK);
    const struct asv_exhibit_index *index = &asv_playback_exhibit(asv_view_playback(view))->index;
    assert_int_equal(facts->frame_count,
                     4); /* where it begins, and three of the four: the first is in the init */
    assert_int_equal(facts->frames[0].offset, 108);
    assert_int_equal(facts->frames[0].ms, facts->start_ms);
    for (size_t i = 1; i < 4; i++) {
        assert_int_equal(facts->frames[i].offset, i * 65536 + 24);
        assert_int_equal(facts->frames[i].ms, (i + 1) * 1000);
    }
    assert_int_equal(asv_view_ms_at(view, 65536 + 24), 2000);
    assert_int_equal(asv_view_ms_at(view, 65536 + 24 + 32768), 2500);
    assert_int_equal(asv_view_ms_at(view, 3 * 65536 + 24 + 65536),
                     5000); /* beyond the last, at the same rate */
    assert_int_equal(asv_view_ms_at(view, 24), 1000);
    assert_int_equal(facts->start_ms, asv_view_ms_at(view, 108));
    assert_int_equal(index->checkpoint_count, 4);
    assert_int_equal(index->checkpoints[3], 4);
    assert_true(index->record_count > 1 && !index->more_records);
    bool has_pre_roll = false;
    for (size_t i = 0; i < index->record_count; i++) {
        has_pre_roll = has_pre_roll ||
                       (index->records[i].kind == ASV_RECORD_PREROLL_END && index->records[i].value == 2000);
    }
    assert_true(has_pre_roll);
}

/* ---- remuxed ---- */

/* M-012: each part in its place, with nothing but a "free" box behind it. */
static void what_is_not_is_made_so(void **state)
{
    (void)state;
    open_view("video/quicktime", false);
    const struct asv_view_facts *facts = look_at_it(ASV_OK);
    assert_true(facts->remuxed);
    assert_string_equal(facts->mime, "video/mp4; codecs=\"avc1.640028,mp4a.40.2\"");
    assert_int_equal(facts->init_bytes, INIT_BYTES);
    assert_int_equal(facts->bytes, INIT_BYTES + PARTS * ROOM);
    assert_int_equal(facts->start_ms, 40);
    assert_int_equal(facts->duration_ms, 9000);
    assert_int_equal(facts->frame_count, PARTS);
    for (size_t i = 0; i < PARTS; i++) {
        size_t len = 16 + 1000 * (i + 1);
        assert_int_equal(facts->frames[i].ms, 3000 * i + 40);
        assert_int_equal(facts->frames[i].offset, INIT_BYTES + i * ROOM);
        assert_int_equal(read_at(facts->frames[i].offset, sizeof got), ASV_OK);
        assert_int_equal(got_len, ROOM); /* and no byte of the next */
        assert_memory_equal(got + 4, "moof", 4);
        assert_int_equal(got[16 + 8], i + 1);
        assert_int_equal(got[len - 1], i + 1);
        assert_int_equal(asv_load_be32(got + len), ROOM - len);
        assert_memory_equal(got + len + 4, "free", 4);
        assert_int_equal(got[ROOM - 1], 0);
    }
    int asked = program.asked;
    assert_int_equal(asked, 4); /* once for all of it, and once for each part */
    assert_int_equal(read_at(0, INIT_BYTES), ASV_OK);
    assert_memory_equal(got + 12, "moov", 4);
    assert_int_equal(read_at(facts->frames[2].offset + 1017, 1), ASV_OK); /* the last is at hand */
    assert_int_equal(got[0], 3);
    assert_int_equal(program.asked, asked);
    assert_int_equal(read_at(20, sizeof got), ASV_OK);
    assert_int_equal(got_len, 4 + ROOM);
    assert_memory_equal(got + 4 + 4, "moof", 4);
    assert_int_equal(program.asked, asked + 1);
    assert_int_equal(read_at(facts->bytes, 1), ASV_E_USAGE);
}

/* MP4 in one piece, whatever its header says of it. */
static void what_only_says_that_it_is_fragmented_is_asked_about(void **state)
{
    (void)state;
    put_box(media, "ftyp", 8);
    put_box(media + 8, "mdat", 100000);
    open_view("video/mp4", false);
    assert_true(look_at_it(ASV_OK)->remuxed);
}

/* ---- when it fails ---- */

/* M-018: whatever becomes of the program, it is said, and the next one may succeed. */
static void whatever_becomes_of_the_program_is_said(void **state)
{
    (void)state;
    open_view("video/quicktime", false);
    program.play = dies;
    (void)look_at_it(ASV_E_TIMEOUT);
    program.play = dies_in_the_middle;
    (void)look_at_it(ASV_E_TIMEOUT);
    program.play = works;
    program.longer = ROOM;
    (void)look_at_it(ASV_E_TIMEOUT); /* longer than it said */
    program.longer = ROOM - 1000 - 16 - 7;
    (void)look_at_it(ASV_E_TIMEOUT); /* so that no box fits behind it */
    program.longer = 0;
    program.headless = true;
    (void)look_at_it(ASV_E_TIMEOUT);
    program.headless = false;
    asker.idle_ms = 1;
    program.play = hangs;
    (void)look_at_it(ASV_E_TIMEOUT);
    asker.idle_ms = 10000;
    program.play = works;
    const struct asv_view_facts *facts = look_at_it(ASV_OK);
    program.play = dies_in_the_middle;
    assert_int_equal(read_at(facts->frames[1].offset, 10), ASV_E_TIMEOUT);
    for (size_t i = 0; i < 10; i++) {
        assert_int_equal(got[i], 0);
    }
    assert_int_equal(read_at(facts->frames[0].offset, 10), ASV_OK); /* which is at hand */
    program.play = works;
    assert_int_equal(read_at(facts->frames[1].offset, 10), ASV_OK);
}

/* M-018: for good. */
static void what_is_broken_is_asked_about_once(void **state)
{
    (void)state;
    open_view("video/quicktime", false);
    program.play = says_it_is_broken;
    (void)look_at_it(ASV_E_UNSUPPORTED);
    program.play = works;
    (void)look_at_it(ASV_E_UNSUPPORTED);
    assert_int_equal(read_at(0, 1), ASV_E_UNSUPPORTED);
    assert_int_equal(program.asked, 1);
}

static void a_codec_that_browsers_do_not_know_is_refused(void **state)
{
    (void)state;
    const struct asv_view_facts *facts = NULL;
    struct asv_err err = {0};
    open_view("video/quicktime", false);
    program.play = plays_no_sound_that_browsers_know;
    assert_int_equal(asv_view_look(view, &facts, &err), ASV_E_UNSUPPORTED);
    assert_non_null(strstr(err.text, "pcm_alaw"));
}

static void without_a_program_it_is_said(void **state)
{
    (void)state;
    open_view("video/quicktime", false);
    asker.socket = "/nonexistent/socket";
    (void)look_at_it(ASV_E_AWAY);
    asker.socket = program.path;
    (void)look_at_it(ASV_OK);
}

/* M-002: what of the recording is not what its camera signed goes to no program. */
static void damage_is_no_fault_of_the_program(void **state)
{
    (void)state;
    put_box(media, "ftyp", 8);
    put_box(media + 8, "moov", 100);
    put_box(media + 108, "moof", 16);
    open_view("video/mp4", false);
    asv_test_in_vault_flip(&it, "payload", 100);
    (void)look_at_it(ASV_E_DIGEST);
    asv_test_in_vault_flip(&it, "payload", 100);
    assert_false(look_at_it(ASV_OK)->remuxed);
}

/* ---- several at once ---- */

static void *look_in_a_thread(void *ctx)
{
    const struct asv_view_facts *facts = NULL;
    enum asv_status *status = ctx;
    *status = asv_view_look(view, &facts, NULL);
    return NULL;
}

/* M-022: nobody waits for another's piece. */
static void one_piece_is_made_at_a_time(void **state)
{
    (void)state;
    pthread_t thread;
    enum asv_status status = ASV_E_INTERNAL;
    open_view("video/quicktime", false);
    asker.most = 2;
    program.play = waits;
    assert_int_equal(pthread_barrier_init(&program.met, NULL, 2), 0);
    assert_int_equal(pthread_create(&thread, NULL, look_in_a_thread, &status), 0);
    (void)pthread_barrier_wait(&program.met); /* it is being asked */
    (void)look_at_it(ASV_E_BUSY);
    assert_int_equal(read_at(0, 1), ASV_E_BUSY);
    assert_int_equal(asker.running, 1);
    program.play = works;
    (void)pthread_barrier_wait(&program.met);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(status, ASV_OK);
    assert_int_equal(read_at(0, 1), ASV_OK);
    assert_int_equal(asker.running, 0);
    pthread_barrier_destroy(&program.met);
    asker.running = asker.most; /* of other recordings */
    assert_int_equal(read_at(INIT_BYTES + ROOM, 1), ASV_E_BUSY);
    asker.running = 0;
}

/* ---- boxes ---- */

static enum asv_status read_bytes(void *ctx, uint64_t offset, uint8_t *out, size_t len, struct asv_err *err)
{
    (void)err;
    memcpy(out, (const uint8_t *)ctx + offset, len);
    return ASV_OK;
}

#define FTYP     \
    "\0\0\0\x0c" \
    "ftypabcd"
#define MOOV     \
    "\0\0\0\x08" \
    "moov"
#define FREE     \
    "\0\0\0\x08" \
    "free"
#define MOOF     \
    "\0\0\0\x10" \
    "moof"

/* M-011 */
static void its_boxes_say_whether_it_is_fragmented(void **state)
{
    (void)state;
    static const struct {
        const char *data;
        size_t len;
        uint64_t init_bytes;
    } table[] = {
#define CASE(text, init) {text, sizeof text - 1, init}
        CASE(FTYP MOOV MOOF, 20), /* whose rest is not there */
        CASE(FTYP MOOV FREE MOOF, 28),
        CASE(FREE MOOV "\0\0\0\x08"
                       "styp" MOOF,
             16),
        CASE(FTYP MOOV "\0\0\0\x08"
                       "sidx" MOOF,
             20),
        CASE(FTYP "\0\0\0\x01"
                  "moov"
                  "\0\0\0\0\0\0\0\x10" MOOF,
             28),
        CASE(FTYP MOOV "\0\0\0\x08"
                       "mdat" MOOF,
             0),
        CASE(FTYP "\0\0\0\x08"
                  "mdat" MOOV MOOF,
             0),
        CASE(FTYP MOOF, 0),
        CASE(FTYP MOOV, 0),
        CASE(FTYP MOOV "\0\0\0\x08"
                       "moo",
             0),
        CASE(FTYP "\0\0\0\0"
                  "moov" MOOF,
             0),
        CASE(FTYP "\0\0\0\x07"
                  "moov" MOOF,
             0),
        CASE(FTYP "\0\0\0\x01"
                  "moov"
                  "\0\0\0\0\0\0\0\x0f" MOOF,
             0),
        CASE(FTYP "\0\0\0\x01"
                  "moov"
                  "\xff\xff\xff\xff\xff\xff\xff\xff" MOOF,
             0),
        CASE(FTYP "\xff\xff\xff\xff"
                  "moov" MOOF,
             0),
        CASE(MOOV FREE FREE FREE FREE FREE FREE FREE FREE FREE FREE FREE FREE FREE FREE FREE MOOF, 0),
        CASE("", 0),
#undef CASE
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char data[256] = {0};
        uint64_t init_bytes = 99;
        memcpy(data, table[i].data, table[i].len);
        const struct asv_boxes_source source = {.ctx = data, .bytes = table[i].len, .read = read_bytes};
        assert_int_equal(asv_boxes_init(&source, &init_bytes, NULL), ASV_OK);
        if (init_bytes != table[i].init_bytes) {
            fail_msg("case %zu: %llu", i, (unsigned long long)init_bytes);
        }
    }
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_fragmented_is_given_as_it_is),
        TEST(its_seal_says_where_to_begin),
        TEST(what_is_not_is_made_so),
        TEST(what_only_says_that_it_is_fragmented_is_asked_about),
        TEST(whatever_becomes_of_the_program_is_said),
        TEST(what_is_broken_is_asked_about_once),
        TEST(a_codec_that_browsers_do_not_know_is_refused),
        TEST(without_a_program_it_is_said),
        TEST(damage_is_no_fault_of_the_program),
        TEST(one_piece_is_made_at_a_time),
        cmocka_unit_test(its_boxes_say_whether_it_is_fragmented),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
