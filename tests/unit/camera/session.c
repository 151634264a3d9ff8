/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A whole camera in a directory of the file system, docked: from HELLO to the acknowledged proof of erasure.
 */
#include "firmware-proto/camera/camera.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware-proto/camera/clock.h"
#include "firmware-proto/camera/flash_posix.h"
#include "firmware-proto/camera/trust.h"
#include "firmware-proto/wire/dock.h"
#include "tests/sim/camera_rig.h"
#include "tests/support/fmp4.h"
#include "tests/unit/test.h"

static struct asv_rig rig; /* its agency, bulletin and world; the flash is on the file system */
static struct asv_flash_posix flash;
static char dir[64];
static struct asv_camera *camera;
static struct asv_wire_dock dock;
static struct asv_wire_event event;
static uint8_t out[ASV_WIRE_MAX_OUT_FRAME_BYTES];
static uint8_t in[ASV_WIRE_IN_TRANSFER_BYTES];
static size_t out_len;
static size_t in_len;

/* ---- a camera in a directory ---- */

static void make_camera(void)
{
    struct asv_camera_identity identity = {.model = "Test", .serial = "CAMERA-1"};
    memcpy(identity.signing_seed, rig.agency.camera.sk, sizeof identity.signing_seed);
    memcpy(identity.kx_sk, rig.agency.camera.kx_sk, sizeof identity.kx_sk);
    assert_int_equal(asv_flash_posix_open(&flash, dir, ASV_FLASH_WRITE, &rig.err), ASV_OK);
    assert_int_equal(asv_store_init(&flash.flash, &rig.world.world, &identity, &rig.err), ASV_OK);
    assert_int_equal(asv_store_init(&flash.flash, &rig.world.world, &identity, &rig.err), ASV_E_EXISTS);
    asv_flash_posix_close(&flash);
}

static void with_store(void (*use)(struct asv_store *store))
{
    const struct asv_store_options options = {.firmware.version = "test"};
    struct asv_store *store = NULL;
    assert_int_equal(asv_flash_posix_open(&flash, dir, ASV_FLASH_WRITE, &rig.err), ASV_OK);
    assert_int_equal(asv_store_open(&store, &flash.flash, &rig.world.world, &options, &rig.err), ASV_OK);
    use(store);
    asv_store_close(store);
    asv_flash_posix_close(&flash);
}

static void install(struct asv_store *store)
{
    const struct asv_bytes root = rig.agency.root.cert.object.encoded;
    assert_int_equal(asv_store_install(store, root, rig.agency.camera.chain.encoded,
                                       (struct asv_bytes){rig.bulletin_data, rig.bulletin_len}, &rig.err),
                     ASV_OK);
    assert_int_equal(asv_store_set_time(store, rig.world.wall, ASV_CLOCK_RTC, NULL, NULL), ASV_OK);
}

static void record_one(struct asv_store *store)
{
    size_t len = 0;
    uint8_t *stream = asv_fmp4_stream(3, 1000, 100000, &len);
    rig.store = store;
    assert_int_equal(asv_rig_record(&rig, stream, len, 16384, 200), ASV_OK);
    rig.store = NULL;
    free(stream);
}

static void open_camera(void)
{
    const struct asv_camera_options options = {.dir = dir, .world = &rig.world.world};
    assert_int_equal(asv_camera_open(&camera, &options, &rig.err), ASV_OK);
}

static int setup(void **state)
{
    (void)state;
    asv_rig_init(&rig, 61);
    snprintf(dir, sizeof dir, "/tmp/asv-camera-XXXXXX");
    return mkdtemp(dir) == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    (void)state;
    char command[128];
    asv_camera_close(camera);
    camera = NULL;
    asv_rig_free(&rig);
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return system(command); /* NOLINT(cert-env33-c): a fixed command on our own temporary directory */
}

/* ---- a dock ---- */

static void init_dock(void)
{
    const struct asv_wire_dock_config config = {
        .chain = rig.agency.dock.chain.encoded,
        .kx_sk = rig.agency.dock.kx_sk,
        .root_pk = rig.agency.root.pk,
        .world = &rig.world.world,
    };
    assert_int_equal(asv_wire_dock_init(&dock, &config, &rig.err), ASV_OK);
}

/* What the dock has to send by itself, then one frame of the camera; false when it has none. */
static bool turn(void)
{
    while (asv_wire_dock_output(&dock, out, sizeof out, &out_len, &rig.err) == ASV_OK) {
        assert_int_equal(asv_camera_out(camera, out, out_len), ASV_OK);
    }
    if (asv_camera_in(camera, in, sizeof in, &in_len) != ASV_OK) {
        return asv_camera_busy(camera);
    }
    assert_int_equal(asv_wire_dock_input(&dock, in, in_len, &event, &rig.err), ASV_OK);
    return true;
}

static void open_session(void)
{
    asv_camera_attach(camera);
    assert_int_equal(asv_wire_dock_start(&dock, ASV_WIRE_NO_DEADLINE, out, sizeof out, &out_len, &rig.err),
                     ASV_OK);
    assert_int_equal(asv_camera_out(camera, out, out_len), ASV_OK);
    while (turn()) {
    }
    assert_int_equal(dock.state, ASV_WIRE_DOCK_OPEN);
}

static void ask(const struct asv_wire_message *message)
{
    uint32_t request = 0;
    assert_int_equal(asv_wire_dock_send(&dock, message, ASV_WIRE_NO_DEADLINE, out, sizeof out, &out_len,
                                        &request, &rig.err),
                     ASV_OK);
    assert_int_equal(asv_camera_out(camera, out, out_len), ASV_OK);
    event.kind = ASV_WIRE_EVENT_NONE;
    while (event.kind == ASV_WIRE_EVENT_NONE && turn()) {
    }
}

static struct asv_wire_clip first_clip(void)
{
    const struct asv_wire_message message = {.type = ASV_WIRE_CLIPS, .body.clips = {.after = 0, .count = 10}};
    struct asv_wire_clip clip;
    struct asv_reader reader;
    ask(&message);
    assert_int_equal(event.kind, ASV_WIRE_EVENT_REPLY);
    const struct asv_wire_clips_reply *clips = &event.message.body.clips_reply;
    assert_int_equal(clips->count, 1);
    asv_reader_init(&reader, clips->entries.data, clips->entries.len);
    assert_int_equal(asv_wire_clip_decode(&reader, &clip), ASV_OK);
    return clip;
}

static void pull_file(const struct asv_wire_clip *clip, uint8_t file, uint32_t len, uint8_t *data)
{
    const struct asv_wire_message message = {
        .type = ASV_WIRE_FILE, .body.file = {.number = clip->number, .file = file, .length = len}};
    ask(&message);
    assert_int_equal(event.kind, ASV_WIRE_EVENT_REPLY);
    assert_int_equal(event.message.body.file_reply.data.len, len);
    memcpy(data, event.message.body.file_reply.data.data, len);
}

struct pulled {
    uint8_t seal[60000];
    uint8_t stanzas[1024];
    uint8_t link[ASV_LINK_MAX_BYTES];
    uint8_t chunks[16 * ASV_WIRE_CHUNK_BYTES];
    uint64_t got;
};

static enum asv_status check_pulled(void *ctx, uint64_t index, const uint8_t leaf[ASV_SHA256_BYTES])
{
    const struct pulled *pulled = ctx;
    return asv_seal_check_chunk(leaf, pulled->chunks + index * ASV_WIRE_CHUNK_BYTES, ASV_WIRE_CHUNK_BYTES);
}

/* Everything of the clip, as the dock pulls it, and the custody that it makes of that. */
static void pull_clip(const struct asv_wire_clip *clip, struct pulled *pulled, struct asv_custody *custody)
{
    const struct asv_seal_events events = {.ctx = pulled, .leaf = check_pulled};
    struct asv_seal_signer signer;
    static struct asv_seal_verifier verifier;
    pull_file(clip, ASV_WIRE_FILE_SEAL, (uint32_t)clip->seal_bytes, pulled->seal);
    pull_file(clip, ASV_WIRE_FILE_STANZAS, clip->stanzas_bytes, pulled->stanzas);
    pull_file(clip, ASV_WIRE_FILE_LINK, clip->link_bytes, pulled->link);
    const struct asv_wire_message message = {
        .type = ASV_WIRE_CHUNKS, .body.chunks = {.number = clip->number, .count = (uint16_t)clip->chunks}};
    ask(&message);
    for (pulled->got = 0;;) {
        assert_int_equal(event.kind, ASV_WIRE_EVENT_CHUNKS);
        memcpy(pulled->chunks + event.chunks.first * ASV_WIRE_CHUNK_BYTES, event.chunks.data,
               (size_t)event.chunks.count * ASV_WIRE_CHUNK_BYTES);
        pulled->got += event.chunks.count;
        if (event.done) {
            break;
        }
        assert_true(turn());
    }
    assert_int_equal(pulled->got, clip->chunks);
    asv_seal_signer_of(&signer, dock.camera.encoded.len == 0 ? NULL : &dock.camera);
    asv_seal_verifier_init(&verifier, &signer, &events);
    assert_int_equal(asv_seal_verifier_feed(&verifier, pulled->seal, clip->seal_bytes, &rig.err), ASV_OK);
    const struct asv_seal_result *result = asv_seal_verifier_result(&verifier);
    assert_true(result->ended);

    memset(custody, 0, sizeof *custody);
    asv_cert_digest(custody->camera_cert, &dock.camera.leaf);
    memcpy(custody->epoch, result->header.epoch, sizeof custody->epoch);
    custody->number = clip->number;
    memcpy(custody->clip, result->header.clip, sizeof custody->clip);
    memcpy(custody->header, result->header_digest, sizeof custody->header);
    memcpy(custody->root, result->checkpoint.root, sizeof custody->root);
    custody->leaf_count = result->checkpoint.chunks;
    custody->payload_bytes = result->end.payload_bytes;
    custody->seal_bytes = clip->seal_bytes;
    asv_sha256(custody->seal, pulled->seal, clip->seal_bytes);
    asv_sha256(custody->tail, NULL, 0);
    custody->stanza_count = 1;
    asv_sha256(custody->stanzas[0], pulled->stanzas, clip->stanzas_bytes);
    custody->link_bytes = clip->link_bytes;
    asv_sha256(custody->link, pulled->link, clip->link_bytes);
}

static void make_receipt(const struct asv_custody *custody, struct asv_rig_receipt *receipt)
{
    memset(receipt, 0, sizeof *receipt);
    receipt->receipt.custody = *custody;
    memcpy(receipt->receipt.dock_cert, rig.agency.dock.cert_digest, sizeof receipt->receipt.dock_cert);
    memcpy(receipt->receipt.session, dock.session, sizeof receipt->receipt.session);
    receipt->receipt.integrity = ASV_INTEGRITY_VALID;
    receipt->receipt.provenance = ASV_PROVENANCE_TRUSTED;
    receipt->receipt.kind = ASV_RECEIPT_STORED;
    receipt->receipt.time_ms = ASV_TEST_NOW_MS;
    assert_int_equal(asv_rig_receipt_sign(&rig, receipt), ASV_OK);
}

static void give_receipt(const struct asv_rig_receipt *receipt)
{
    const struct asv_wire_message message = {.type = ASV_WIRE_RECEIPT,
                                             .body.object.object = {receipt->data, receipt->len}};
    ask(&message);
}

/* ---- the tests ---- */

static void a_camera_is_made_installed_and_locked(void **state)
{
    (void)state;
    const struct asv_camera_options options = {.dir = dir, .world = &rig.world.world};
    struct asv_camera *second = NULL;
    assert_int_equal(asv_camera_open(&camera, &options, &rig.err), ASV_E_NOT_FOUND);
    make_camera();
    assert_int_equal(asv_camera_open(&camera, &options, &rig.err), ASV_E_STATE);
    with_store(install);
    open_camera();
    assert_int_equal(asv_camera_open(&second, &options, &rig.err), ASV_E_BUSY);
    assert_null(second);
    assert_int_equal(asv_camera_out(camera, "x", 1), ASV_E_STATE);
    assert_int_equal(asv_camera_in(camera, in, sizeof in, &in_len), ASV_E_STATE);
    asv_camera_attach(camera);
    assert_int_equal(asv_camera_in(camera, in, sizeof in, &in_len), ASV_E_AGAIN);
    assert_int_equal(asv_camera_in(camera, in, 100, &in_len), ASV_E_LIMIT);
}

static void a_docking_from_hello_to_the_acknowledged_erasure(void **state)
{
    (void)state;
    static struct pulled pulled;
    struct asv_custody custody;
    struct asv_rig_receipt receipt;
    struct asv_erasure erasure;
    uint8_t digest[ASV_SHA256_BYTES];
    struct stat st;
    char path[128];
    make_camera();
    with_store(install);
    with_store(record_one);
    open_camera();
    init_dock();
    open_session();

    struct asv_wire_message message = {.type = ASV_WIRE_TIME, .body.time = {.wall_ms = rig.world.wall + 77}};
    ask(&message);
    assert_int_equal(event.message.body.time_reply.after_ms, rig.world.wall + 77);
    struct asv_wire_clip clip = first_clip();
    pull_clip(&clip, &pulled, &custody);
    make_receipt(&custody, &receipt);
    give_receipt(&receipt);
    assert_int_equal(event.kind, ASV_WIRE_EVENT_REPLY);
    assert_int_equal(asv_erasure_decode(&erasure, event.message.body.erased.record.data,
                                        event.message.body.erased.record.len, &rig.err),
                     ASV_OK);
    assert_int_equal(asv_erasure_verify(&erasure, &rig.agency.camera.cert, &rig.err), ASV_OK);
    assert_memory_equal(erasure.header, clip.header, sizeof clip.header);
    assert_true(erasure.method >= ASV_ERASURE_OVERWRITE);
    asv_object_digest(digest, &erasure.object);
    snprintf(path, sizeof path, "%s/clips/1", dir);
    assert_int_equal(stat(path, &st), -1);

    message = (struct asv_wire_message){.type = ASV_WIRE_ERASURES, .body.erasures = {.count = 5}};
    ask(&message);
    assert_int_equal(event.message.body.erasures_reply.outstanding, 1);
    message = (struct asv_wire_message){.type = ASV_WIRE_ERASURES_ACK, .body.erasures_ack = {.number = 1}};
    memcpy(message.body.erasures_ack.record, digest, sizeof digest);
    ask(&message);
    assert_int_equal(event.message.body.done.number, 0);
    struct asv_inventory inventory;
    message = (struct asv_wire_message){.type = ASV_WIRE_INVENTORY};
    ask(&message);
    assert_int_equal(asv_inventory_decode(&inventory, event.message.body.inventory.inventory.data,
                                          event.message.body.inventory.inventory.len, &rig.err),
                     ASV_OK);
    assert_true(inventory.held == 0 && inventory.last_number == 1);
    assert_memory_equal(inventory.session, dock.session, sizeof dock.session);
    message = (struct asv_wire_message){.type = ASV_WIRE_FINISH, .body.finish = {ASV_WIRE_FINISH_READY}};
    ask(&message);
    assert_int_equal(event.kind, ASV_WIRE_EVENT_FINISHED);
}

/* S-124: after a power cut the file system holds names without what was written under them. */
static void a_dock_is_told_of_a_recording_that_the_medium_lost(void **state)
{
    (void)state;
    static const char *const gone[] = {"clips/1/link", "state/counter", "state/counter.copy"};
    static const char *const empty[] = {"clips/1/seal", "clips/1/payload", "clips/1/stanzas"};
    struct asv_erasure erasure;
    struct asv_reader reader;
    struct asv_bytes record;
    char path[128];
    make_camera();
    with_store(install);
    with_store(record_one);
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, gone[i]);
        assert_int_equal(unlink(path), 0);
        snprintf(path, sizeof path, "%s/%s", dir, empty[i]);
        assert_int_equal(truncate(path, 0), 0);
    }
    open_camera();
    init_dock();
    open_session();

    struct asv_wire_message message = {.type = ASV_WIRE_CLIPS, .body.clips = {.count = 10}};
    ask(&message);
    assert_int_equal(event.message.body.clips_reply.count, 0);
    message = (struct asv_wire_message){.type = ASV_WIRE_ERASURES, .body.erasures = {.count = 5}};
    ask(&message);
    assert_int_equal(event.message.body.erasures_reply.count, 1);
    asv_reader_init(&reader, event.message.body.erasures_reply.records.data,
                    event.message.body.erasures_reply.records.len);
    assert_int_equal(asv_read_view16(&reader, &record, ASV_ERASURE_MAX_BYTES), ASV_OK);
    assert_int_equal(asv_erasure_decode(&erasure, record.data, record.len, &rig.err), ASV_OK);
    assert_int_equal(erasure.cause, ASV_ERASURE_LOST);
    assert_int_equal(erasure.number, 1);
    message = (struct asv_wire_message){.type = ASV_WIRE_ERASURES_ACK, .body.erasures_ack = {.number = 1}};
    asv_object_digest(message.body.erasures_ack.record, &erasure.object);
    ask(&message);
    assert_int_equal(event.message.body.done.number, 0);
}

static void a_receipt_of_another_session_or_dock_erases_nothing(void **state)
{
    (void)state;
    static struct pulled pulled;
    struct asv_custody custody;
    struct asv_rig_receipt receipt;
    struct asv_test_identity other;
    make_camera();
    with_store(install);
    with_store(record_one);
    open_camera();
    init_dock();
    open_session();
    struct asv_wire_clip clip = first_clip();
    pull_clip(&clip, &pulled, &custody);
    make_receipt(&custody, &receipt);

    /* T-052: the cable is pulled and put in again. */
    asv_camera_detach(camera);
    open_session();
    give_receipt(&receipt);
    assert_int_equal(event.kind, ASV_WIRE_EVENT_ERROR);
    assert_int_equal(event.message.body.error.code, ASV_WIRE_CODE_MISMATCH);

    /* Signed by another dock of the same agency. */
    asv_test_agency_issue(&rig.agency, &other, ASV_ROLE_DOCK, 2);
    make_receipt(&custody, &receipt);
    struct asv_writer writer;
    receipt.receipt.extensions = (struct asv_bytes){NULL, 0};
    asv_writer_init(&writer, receipt.data, sizeof receipt.data);
    assert_int_equal(asv_receipt_encode(&writer, &receipt.receipt, other.sk), ASV_OK);
    give_receipt(&receipt);
    assert_int_equal(event.kind, ASV_WIRE_EVENT_ERROR);
    assert_int_equal(event.message.body.error.code, ASV_WIRE_CODE_SIGNATURE);

    clip = first_clip();
    assert_int_equal(clip.number, 1);
    make_receipt(&custody, &receipt);
    give_receipt(&receipt);
    assert_int_equal(event.kind, ASV_WIRE_EVENT_REPLY);
}

static void whatever_comes_over_the_cable_is_answered_or_dropped(void **state)
{
    (void)state;
    static uint8_t junk[ASV_WIRE_OUT_TRANSFER_BYTES + 100];
    uint64_t seed = 1;
    make_camera();
    with_store(install);
    open_camera();
    init_dock();
    for (int i = 0; i < 200; i++) {
        size_t len = (size_t)(seed % sizeof junk);
        for (size_t j = 0; j < sizeof junk; j += 8) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
            memcpy(junk + j, &seed, sizeof junk - j < 8 ? sizeof junk - j : 8);
        }
        junk[0] = (uint8_t)(i % 7);
        junk[1] = junk[2] = junk[3] = 0;
        asv_camera_attach(camera);
        if (i % 3 == 0) {
            open_session();
        }
        enum asv_status status = asv_camera_out(camera, junk, len);
        assert_true(status == ASV_OK || status == ASV_E_AGAIN);
        while (asv_camera_in(camera, in, sizeof in, &in_len) == ASV_OK) {
            assert_true(in_len > 0);
        }
        asv_camera_reset(camera);
    }
    open_session(); /* nothing of it mattered */
}

static void after_a_cut_nothing_is_written(void **state)
{
    (void)state;
    make_camera();
    with_store(install);
    with_store(record_one);
    open_camera();
    init_dock();
    open_session();
    asv_camera_cut(camera);
    struct asv_wire_message message = {.type = ASV_WIRE_TIME, .body.time = {.wall_ms = rig.world.wall + 77}};
    ask(&message);
    assert_int_equal(event.kind, ASV_WIRE_EVENT_ERROR);
    asv_camera_close(camera);
    camera = NULL;
    open_camera();
    open_session();
    assert_int_equal(first_clip().number, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_camera_is_made_installed_and_locked),
        TEST(a_docking_from_hello_to_the_acknowledged_erasure),
        TEST(a_dock_is_told_of_a_recording_that_the_medium_lost),
        TEST(a_receipt_of_another_session_or_dock_erases_nothing),
        TEST(whatever_comes_over_the_cable_is_answered_or_dropped),
        TEST(after_a_cut_nothing_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
