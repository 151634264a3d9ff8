/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The reference firmware behind the bus: a dock's session machine talks to it through an unmodified libusb.
 */
#include "tests/bus/test/host.h"

#include <stdio.h>
#include <string.h>

#include "firmware-proto/camera/clock.h"
#include "firmware-proto/camera/erase.h"
#include "firmware-proto/camera/flash_posix.h"
#include "firmware-proto/camera/trust.h"
#include "firmware-proto/wire/dock.h"
#include "tests/sim/camera_rig.h"
#include "tests/support/files.h"
#include "tests/support/fmp4.h"

#define PORT "1-2.7"

static struct asv_rig rig; /* its agency, clock and keys; the flash is a directory here */
static char directory[256];

/* An installed camera with one recording of about twenty megabytes: more than it overwrites in one step. */
static void make_camera(void)
{
    const struct asv_store_options options = {.firmware.version = "bus test"};
    struct asv_camera_identity identity = {.model = "Test", .serial = "BUS-1"};
    struct asv_bulletin_key days[10];
    struct asv_flash_posix flash;
    size_t len;
    assert_int_equal(asv_crypto_init(), ASV_OK);
    asv_test_agency_init(&rig.agency, 11);
    asv_test_world_init(&rig.world, 11);
    memcpy(identity.signing_seed, rig.agency.camera.sk, sizeof identity.signing_seed);
    memcpy(identity.kx_sk, rig.agency.camera.kx_sk, sizeof identity.kx_sk);
    asv_test_make_directory(directory, sizeof directory);
    assert_int_equal(asv_flash_posix_open(&flash, directory, ASV_FLASH_WRITE, &rig.err), ASV_OK);
    assert_int_equal(asv_store_init(&flash.flash, &rig.world.world, &identity, &rig.err), ASV_OK);
    asv_rig_days(days, 10, 20260105, ASV_RIG_START_MS);
    asv_rig_make_bulletin(&rig, 1, days, 10);
    assert_int_equal(asv_store_open(&rig.store, &flash.flash, &rig.world.world, &options, &rig.err), ASV_OK);
    assert_int_equal(asv_store_install(rig.store,
                                       (struct asv_bytes){rig.agency.root.pk, sizeof rig.agency.root.pk},
                                       rig.agency.camera.chain.encoded,
                                       (struct asv_bytes){rig.bulletin_data, rig.bulletin_len}, &rig.err),
                     ASV_OK);
    assert_int_equal(asv_store_set_time(rig.store, rig.world.wall, ASV_CLOCK_RTC, NULL, NULL), ASV_OK);
    uint8_t *stream = asv_fmp4_stream(64, 1000, 300000, &len);
    assert_non_null(stream);
    assert_int_equal(asv_rig_record(&rig, stream, len, 65536, 200), ASV_OK);
    free(stream);
    asv_store_close(rig.store);
    rig.store = NULL;
    asv_flash_posix_close(&flash);
}

static int setup(void **state)
{
    static struct host host;
    *state = &host;
    make_camera();
    host_open(&host);
    /* Whatever the date is where the test runs: the camera's certificates are not judged by a lost clock. */
    host_ok(&host, "camera cam camera " PORT " dir=%s wall=lost", directory);
    return 0;
}

static int teardown(void **state)
{
    struct host *host = *state;
    host_ok(host, "remove cam");
    host_until_count(host, 0);
    host_close(host);
    asv_test_remove_directory(directory);
    return 0;
}

/* A session of the dock over one plugged-in camera. */
struct session {
    struct camera camera;
    struct asv_wire_dock dock;
    uint8_t in[ASV_WIRE_IN_TRANSFER_BYTES];
    uint8_t out[ASV_WIRE_MAX_OUT_FRAME_BYTES];
    struct asv_wire_event event;
    struct asv_err err;
};

static void send_out(struct session *s, size_t len)
{
    assert_int_equal(camera_send(&s->camera, s->out, len), 0);
}

/* One IN transfer into the machine, and whatever it has to say to that; libusb's error code. */
static int step(struct session *s)
{
    int got;
    size_t len;
    int result = camera_receive(&s->camera, s->in, sizeof s->in, &got);
    if (result != 0) {
        return result;
    }
    if (asv_wire_dock_input(&s->dock, s->in, (size_t)got, &s->event, &s->err) != ASV_OK) {
        fail_msg("%s", s->err.text);
    }
    while (asv_wire_dock_output(&s->dock, s->out, sizeof s->out, &len, &s->err) == ASV_OK) {
        send_out(s, len);
    }
    return 0;
}

static void session_begin(struct session *s)
{
    const struct asv_wire_dock_config config = {.chain = rig.agency.dock.chain.encoded,
                                                .kx_sk = rig.agency.dock.kx_sk,
                                                .root_pk = rig.agency.root.pk,
                                                .world = &rig.world.world};
    size_t len;
    assert_int_equal(asv_wire_dock_init(&s->dock, &config, &s->err), ASV_OK);
    assert_int_equal(
        asv_wire_dock_start(&s->dock, ASV_WIRE_NO_DEADLINE, s->out, sizeof s->out, &len, &s->err), ASV_OK);
    send_out(s, len);
    do {
        assert_int_equal(step(s), 0);
    } while (s->event.kind != ASV_WIRE_EVENT_OPEN);
}

static void session_open(struct session *s, struct host *host)
{
    memset(s, 0, sizeof *s);
    host_ok(host, "plug " PORT);
    host_until_path(host, PORT);
    camera_open(&s->camera, host, PORT);
    session_begin(s);
}

static void session_close(struct session *s)
{
    camera_close(&s->camera);
    host_ok(s->camera.host, "unplug " PORT);
    host_until_count(s->camera.host, 0);
}

static void request(struct session *s, const struct asv_wire_message *message)
{
    uint32_t id;
    size_t len;
    if (asv_wire_dock_send(&s->dock, message, ASV_WIRE_NO_DEADLINE, s->out, sizeof s->out, &len, &id,
                           &s->err) != ASV_OK) {
        fail_msg("%s", s->err.text);
    }
    send_out(s, len);
}

/* The only clip that the camera has. */
static struct asv_wire_clip only_clip(struct session *s)
{
    struct asv_wire_message message = {.type = ASV_WIRE_CLIPS, .body.clips = {.after = 0, .count = 8}};
    struct asv_wire_clip clip;
    struct asv_reader reader;
    request(s, &message);
    assert_int_equal(step(s), 0);
    assert_int_equal(s->event.kind, ASV_WIRE_EVENT_REPLY);
    const struct asv_wire_clips_reply *reply = &s->event.message.body.clips_reply;
    assert_int_equal(reply->count, 1);
    asv_reader_init(&reader, reply->entries.data, reply->entries.len);
    assert_int_equal(asv_wire_clip_decode(&reader, &clip), ASV_OK);
    return clip;
}

static void ask_chunks(struct session *s, uint64_t first, uint16_t count)
{
    struct asv_wire_message message = {.type = ASV_WIRE_CHUNKS,
                                       .body.chunks = {.number = 1, .first = first, .count = count}};
    request(s, &message);
}

/* Digests of the first count chunks, as they come. */
static void read_chunks(struct session *s, uint16_t count, uint8_t digests[][ASV_SHA256_BYTES])
{
    ask_chunks(s, 0, count);
    do {
        assert_int_equal(step(s), 0);
        assert_int_equal(s->event.kind, ASV_WIRE_EVENT_CHUNKS);
        for (uint32_t i = 0; i < s->event.chunks.count; i++) {
            asv_sha256(digests[s->event.chunks.first + i], s->event.chunks.data + i * ASV_WIRE_CHUNK_BYTES,
                       ASV_WIRE_CHUNK_BYTES);
        }
    } while (!s->event.done);
}

static void a_session_lists_the_clip_and_gives_its_chunks(void **state)
{
    static struct session s;
    static uint8_t digests[16][ASV_SHA256_BYTES];
    char path[300];
    uint8_t *payload;
    size_t len;
    session_open(&s, *state);
    struct asv_wire_clip clip = only_clip(&s);
    assert_int_equal(clip.number, 1);
    assert_true(clip.chunks > 60);
    read_chunks(&s, 16, digests);
    session_close(&s);
    (void)snprintf(path, sizeof path, "%s/clips/1", directory);
    asv_test_read_file(path, "payload", &payload, &len);
    for (unsigned i = 0; i < 16; i++) {
        uint8_t digest[ASV_SHA256_BYTES];
        asv_sha256(digest, payload + i * ASV_WIRE_CHUNK_BYTES, ASV_WIRE_CHUNK_BYTES);
        assert_memory_equal(digest, digests[i], sizeof digest);
    }
    free(payload);
}

static void a_flipped_bit_reaches_exactly_one_chunk(void **state)
{
    static struct session s;
    static uint8_t good[8][ASV_SHA256_BYTES];
    static uint8_t bad[8][ASV_SHA256_BYTES];
    session_open(&s, *state);
    read_chunks(&s, 8, good);
    host_ok(*state, "fault " PORT " flip kind=4 frames=1 offset=100000");
    read_chunks(&s, 8, bad);
    for (unsigned i = 0; i < 8; i++) {
        int differs = memcmp(good[i], bad[i], sizeof good[i]) != 0;
        assert_int_equal(differs, i == 5); /* the second frame's second chunk */
    }
    session_close(&s);
}

static void after_a_power_cut_in_mid_transfer_the_clip_is_still_there(void **state)
{
    static struct session s;
    int result = 0;
    session_open(&s, *state);
    struct asv_wire_clip before = only_clip(&s);
    host_ok(*state, "fault " PORT " cut after=1000000");
    ask_chunks(&s, 0, 8);
    ask_chunks(&s, 8, 8);
    while (result == 0) {
        result = step(&s);
    }
    assert_int_equal(result, LIBUSB_ERROR_NO_DEVICE);
    camera_close(&s.camera);
    host_until_count(*state, 0);
    session_open(&s, *state);
    struct asv_wire_clip after = only_clip(&s);
    assert_memory_equal(&before, &after, sizeof before);
    session_close(&s);
}

static void a_reset_ends_the_session_and_the_next_begins(void **state)
{
    static struct session s;
    session_open(&s, *state);
    ask_chunks(&s, 0, 16);
    assert_int_equal(libusb_reset_device(s.camera.handle), 0);
    session_begin(&s);
    (void)only_clip(&s);
    session_close(&s);
}

/* As after the dock was killed: nobody told the camera. */
static void a_session_begins_over_what_the_last_one_left(void **state)
{
    static struct session s;
    session_open(&s, *state);
    ask_chunks(&s, 0, 16);
    camera_close(&s.camera);
    camera_open(&s.camera, *state, PORT);
    session_begin(&s);
    (void)only_clip(&s);
    session_close(&s);
}

/* The keeper's statement that the only clip is to be destroyed. */
static void make_statement(struct session *s, struct asv_rig_statement *out)
{
    struct asv_destruction *said = &out->statement;
    struct asv_wire_message message = {.type = ASV_WIRE_STATUS};
    struct asv_wire_clip clip = only_clip(s);
    memset(out, 0, sizeof *out);
    memcpy(said->agency, rig.agency.id, sizeof said->agency);
    memcpy(said->camera_cert, rig.agency.camera.cert_digest, sizeof said->camera_cert);
    memcpy(said->header, clip.header, sizeof said->header);
    said->number = clip.number;
    said->reason = ASV_DESTRUCTION_EXPIRED;
    said->issued_ms = ASV_TEST_NOW_MS;
    request(s, &message);
    assert_int_equal(step(s), 0);
    memcpy(said->epoch, s->event.message.body.status_reply.epoch, sizeof said->epoch);
    assert_int_equal(asv_rig_statement_sign(&rig, out), ASV_OK);
}

/* It overwrites in steps: the bus must ask it again, or the next step would wait for the host's next word. */
static void a_camera_that_erases_answers_without_being_asked_again(void **state)
{
    static struct session s;
    static struct asv_rig_statement statement;
    session_open(&s, *state);
    make_statement(&s, &statement);
    assert_true(only_clip(&s).chunks * ASV_WIRE_CHUNK_BYTES > ASV_STORE_ERASE_STEP_BYTES);
    struct asv_wire_message message = {.type = ASV_WIRE_DESTROY,
                                       .body.object.object = {statement.data, statement.len}};
    request(&s, &message);
    assert_int_equal(step(&s), 0);
    assert_int_equal(s.event.kind, ASV_WIRE_EVENT_REPLY);
    assert_int_equal(s.event.message.type, ASV_WIRE_DESTROY | ASV_WIRE_REPLY);
    session_close(&s);
}

static void a_camera_without_a_store_does_not_boot(void **state)
{
    host_ok(*state, "camera none camera 1-1.1 dir=%s/none", directory);
    const char *reply = host_command(*state, "plug 1-1.1");
    assert_true(strncmp(reply, "error 1-1.1: NOT_FOUND", 22) == 0);
    host_ok(*state, "remove none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_lists_the_clip_and_gives_its_chunks),
        cmocka_unit_test(a_flipped_bit_reaches_exactly_one_chunk),
        cmocka_unit_test(after_a_power_cut_in_mid_transfer_the_clip_is_still_there),
        cmocka_unit_test(a_reset_ends_the_session_and_the_next_begins),
        cmocka_unit_test(a_session_begins_over_what_the_last_one_left),
        cmocka_unit_test(a_camera_that_erases_answers_without_being_asked_again),
        cmocka_unit_test(a_camera_without_a_store_does_not_boot),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
