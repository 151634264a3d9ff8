/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Whole conversations between the two machines: everything a docking does, with frames that cross in a seeded
 * order, and with the cable pulled at every single frame. */
#include <stdio.h>
#include <string.h>

#include "tests/support/wire_pair.h"
#include "tests/support/wire_samples.h"
#include "tests/unit/test.h"

#define MAX_CHUNKS 128
#define MAX_ITEMS  512
#define MAX_FLIGHT 64 /* frames on their way in one direction */

/* What the dock has on its disk: survives the session. */
struct vault {
    bool chunk[ASV_TEST_CLIPS][MAX_CHUNKS];
    uint64_t file[ASV_TEST_CLIPS][ASV_WIRE_FILE_TAIL + 1]; /* bytes held, from the start */
    bool proven[ASV_TEST_CLIPS];                           /* its erasure record is here */
    unsigned twice;                                        /* chunks that came again */
};

struct item {
    struct asv_wire_message message;
    enum { TODO, SENT, DONE } state;
    uint32_t request;
};

struct frame {
    size_t len;
    uint8_t *data;
};

struct flight {
    struct frame frames[MAX_FLIGHT];
    size_t count;
};

struct docking {
    struct asv_test_pair *pair;
    struct vault *vault;
    uint64_t random;
    uint64_t frames;  /* that crossed */
    uint64_t drop_at; /* the cable goes when this one would cross; 0: never */
    bool dropped;
    struct item items[MAX_ITEMS];
    size_t count;
    int phase;
    struct asv_wire_clip clips[ASV_TEST_CLIPS];
    size_t clip_count;
    uint8_t objects[ASV_TEST_CLIPS][ASV_RECEIPT_MAX_BYTES];
    struct flight out;
    struct flight in;
};

static struct asv_test_pair pair;
static struct docking docking;

static uint64_t draw(uint64_t below)
{
    docking.random = docking.random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (docking.random >> 33) % below;
}

static void launch(struct flight *flight, const uint8_t *data, size_t len)
{
    assert_true(flight->count < MAX_FLIGHT);
    struct frame *frame = &flight->frames[flight->count++];
    frame->data = malloc(len);
    assert_non_null(frame->data);
    memcpy(frame->data, data, len);
    frame->len = len;
}

static struct frame land(struct flight *flight, size_t i)
{
    struct frame frame = flight->frames[i];
    flight->count--;
    memmove(&flight->frames[i], &flight->frames[i + 1], (flight->count - i) * sizeof frame);
    return frame;
}

static void clear(struct flight *flight)
{
    while (flight->count > 0) {
        free(flight->frames[--flight->count].data);
    }
}

/* True when the cable goes now. */
static bool crosses(void)
{
    docking.frames++;
    docking.dropped = docking.drop_at != 0 && docking.frames == docking.drop_at;
    return !docking.dropped;
}

static void add(struct asv_wire_message message)
{
    assert_true(docking.count < MAX_ITEMS);
    docking.items[docking.count++] = (struct item){.message = message};
}

static uint64_t file_bytes(const struct asv_wire_clip *clip, int file)
{
    return file == ASV_WIRE_FILE_SEAL      ? clip->seal_bytes
           : file == ASV_WIRE_FILE_STANZAS ? clip->stanzas_bytes
           : file == ASV_WIRE_FILE_LINK    ? clip->link_bytes
                                           : clip->tail_bytes;
}

static bool is_whole(const struct vault *vault, const struct asv_wire_clip *clip)
{
    for (uint64_t i = 0; i < clip->chunks; i++) {
        if (!vault->chunk[clip->number - 1][i]) {
            return false;
        }
    }
    for (int file = ASV_WIRE_FILE_SEAL; file <= ASV_WIRE_FILE_TAIL; file++) {
        if (vault->file[clip->number - 1][file] != file_bytes(clip, file)) {
            return false;
        }
    }
    return true;
}

/* Asks for what is not on the disk: chunks in runs of a random length, the files' next pieces. */
static void add_transfers(void)
{
    for (size_t c = 0; c < docking.clip_count; c++) {
        const struct asv_wire_clip *clip = &docking.clips[c];
        const bool *have = docking.vault->chunk[clip->number - 1];
        for (uint64_t i = 0; i < clip->chunks;) {
            uint16_t run = 0;
            uint64_t most = 1 + draw(ASV_WIRE_MAX_REQUEST_CHUNKS);
            while (run < most && i + run < clip->chunks && !have[i + run]) {
                run++;
            }
            if (run != 0) {
                add((struct asv_wire_message){.type = ASV_WIRE_CHUNKS,
                                              .body.chunks = {clip->number, i, run}});
            }
            i += run == 0 ? 1 : run;
        }
        for (int file = ASV_WIRE_FILE_SEAL; file <= ASV_WIRE_FILE_TAIL; file++) {
            uint64_t at = docking.vault->file[clip->number - 1][file];
            uint64_t left = file_bytes(clip, file) - at;
            if (left != 0) {
                uint32_t length = left > ASV_WIRE_MAX_FILE_BYTES ? ASV_WIRE_MAX_FILE_BYTES : (uint32_t)left;
                add((struct asv_wire_message){.type = ASV_WIRE_FILE,
                                              .body.file = {clip->number, (uint8_t)file, at, length}});
            }
        }
    }
}

static void add_receipts(void)
{
    for (size_t c = 0; c < docking.clip_count; c++) {
        const struct asv_wire_clip *clip = &docking.clips[c];
        struct asv_receipt receipt = {
            .integrity =
                (clip->flags & ASV_WIRE_CLIP_ENDED) != 0 ? ASV_INTEGRITY_VALID : ASV_INTEGRITY_TRUNCATED,
            .provenance = ASV_PROVENANCE_TRUSTED,
            .kind = ASV_RECEIPT_STORED,
            .time_ms = ASV_TEST_NOW_MS,
        };
        struct asv_writer writer;
        assert_true(is_whole(docking.vault, clip));
        memcpy(receipt.dock_cert, pair.agency.dock.cert_digest, sizeof receipt.dock_cert);
        memcpy(receipt.session, pair.dock.session, sizeof receipt.session);
        asv_test_custody(&pair.device, clip, &receipt.custody);
        asv_writer_init(&writer, docking.objects[c], sizeof docking.objects[c]);
        assert_int_equal(asv_receipt_encode(&writer, &receipt, pair.agency.dock.sk), ASV_OK);
        add((struct asv_wire_message){.type = ASV_WIRE_RECEIPT,
                                      .body.object.object = {docking.objects[c], writer.len}});
    }
}

static void add_rest(void)
{
    static const uint16_t types[] = {ASV_WIRE_BULLETIN,   ASV_WIRE_REVOCATIONS, ASV_WIRE_CONFIGURATION,
                                     ASV_WIRE_ASSIGNMENT, ASV_WIRE_TIME,        ASV_WIRE_INDICATOR};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        add(asv_wire_sample(types[i])->message);
    }
}

/* What comes when everything asked for so far is there. False: nothing more. */
static bool next_phase(void)
{
    switch (docking.phase++) {
    case 0:
        add(asv_wire_sample(ASV_WIRE_CLOCK)->message);
        add(asv_wire_sample(ASV_WIRE_STATUS)->message);
        add(asv_wire_sample(ASV_WIRE_LOG)->message);
        add((struct asv_wire_message){.type = ASV_WIRE_CLIPS, .body.clips = {0, 2}});
        return true;
    case 1: /* again until every file is whole: a seal has more than one piece */
        add_transfers();
        return true;
    case 2:
        for (size_t c = 0; c < docking.clip_count; c++) {
            if (!is_whole(docking.vault, &docking.clips[c])) {
                docking.phase = 1;
            }
        }
        return true;
    case 3:
        add_receipts();
        return true;
    case 4:
        add(asv_wire_sample(ASV_WIRE_ERASURES)->message);
        return true;
    case 5:
        add_rest();
        return true;
    case 6:
        add(asv_wire_sample(ASV_WIRE_FINISH)->message);
        return true;
    default:
        return false;
    }
}

static void took_clips(const struct asv_wire_clips_reply *clips)
{
    struct asv_reader reader;
    asv_reader_init(&reader, clips->entries.data, clips->entries.len);
    for (uint16_t i = 0; i < clips->count; i++) {
        assert_true(docking.clip_count < ASV_TEST_CLIPS);
        assert_int_equal(asv_wire_clip_decode(&reader, &docking.clips[docking.clip_count++]), ASV_OK);
    }
    if (clips->more) {
        uint64_t after = docking.clips[docking.clip_count - 1].number;
        add((struct asv_wire_message){.type = ASV_WIRE_CLIPS, .body.clips = {after, 2}});
    }
}

static void took_file(const struct asv_wire_file_reply *file)
{
    for (size_t i = 0; i < file->data.len; i++) {
        if (file->data.data[i] != asv_test_file_byte(file->number, file->file, file->offset + i)) {
            fail_msg("clip %u, file %u: wrong byte", (unsigned)file->number, file->file);
        }
    }
    docking.vault->file[file->number - 1][file->file] += file->data.len;
}

static void took_erasures(const struct asv_wire_erasures_reply *erasures)
{
    struct asv_reader reader;
    struct asv_bytes encoded;
    struct asv_erasure record;
    asv_reader_init(&reader, erasures->records.data, erasures->records.len);
    for (uint16_t i = 0; i < erasures->count; i++) {
        struct asv_wire_message ack = {.type = ASV_WIRE_ERASURES_ACK};
        assert_int_equal(asv_read_view16(&reader, &encoded, ASV_ERASURE_MAX_BYTES), ASV_OK);
        assert_int_equal(asv_erasure_decode(&record, encoded.data, encoded.len, NULL), ASV_OK);
        docking.vault->proven[record.number - 1] = true;
        ack.body.erasures_ack.number = record.number;
        asv_object_digest(ack.body.erasures_ack.record, &record.object);
        add(ack);
    }
}

static void took_chunks(const struct asv_wire_event *event)
{
    static uint8_t want[ASV_WIRE_CHUNK_BYTES];
    for (uint32_t i = 0; i < event->chunks.count; i++) {
        uint64_t index = event->chunks.first + i;
        bool *have = &docking.vault->chunk[event->number - 1][index];
        asv_test_chunk(event->number, index, want);
        assert_memory_equal(event->chunks.data + (size_t)i * sizeof want, want, sizeof want);
        docking.vault->twice += *have;
        *have = true;
    }
}

static void took(const struct asv_wire_event *event)
{
    switch (event->kind) {
    case ASV_WIRE_EVENT_CHUNKS:
        took_chunks(event);
        break;
    case ASV_WIRE_EVENT_REPLY:
        if (event->type == ASV_WIRE_CLIPS) {
            took_clips(&event->message.body.clips_reply);
        } else if (event->type == ASV_WIRE_FILE) {
            took_file(&event->message.body.file_reply);
        } else if (event->type == ASV_WIRE_ERASURES) {
            took_erasures(&event->message.body.erasures_reply);
        }
        break;
    case ASV_WIRE_EVENT_ERROR:
    case ASV_WIRE_EVENT_ABORTED:
        fail_msg("refused: %s", event->message.body.error.detail);
        break;
    default:
        break;
    }
    for (size_t i = 0; event->done && i < docking.count; i++) {
        if (docking.items[i].state == SENT && docking.items[i].request == event->request) {
            docking.items[i].state = DONE;
        }
    }
}

/* Whatever the dock can send now: HELLO, handshake, or some request of the phase. */
static bool dock_sends(void)
{
    enum asv_status status =
        asv_wire_dock_output(&pair.dock, pair.out, sizeof pair.out, &pair.out_len, &pair.err);
    if (status == ASV_OK) {
        launch(&docking.out, pair.out, pair.out_len);
        return true;
    }
    assert_int_equal(status, ASV_E_AGAIN);
    size_t todo = 0;
    for (size_t i = 0; i < docking.count; i++) {
        todo += docking.items[i].state == TODO;
    }
    if (pair.dock.state != ASV_WIRE_DOCK_OPEN || todo == 0) {
        return false;
    }
    size_t chosen = draw(todo);
    for (size_t i = 0; i < docking.count; i++) {
        struct item *item = &docking.items[i];
        if (item->state == TODO && chosen-- == 0) {
            status = asv_test_pair_request(&pair, &item->message, &item->request);
            assert_true(status == ASV_OK || status == ASV_E_BUSY);
            if (status == ASV_OK) {
                item->state = SENT;
                launch(&docking.out, pair.out, pair.out_len);
            }
            return status == ASV_OK;
        }
    }
    return false;
}

/* The camera takes the next frame if it can; what is busy keeps it. */
static bool camera_takes(void)
{
    if (docking.out.count == 0) {
        return false;
    }
    struct frame frame = docking.out.frames[0];
    memcpy(pair.out, frame.data, frame.len);
    enum asv_status status = asv_wire_camera_input(&pair.camera, pair.out, frame.len, &pair.err);
    if (status == ASV_E_BUSY) {
        return false;
    }
    if (status != ASV_OK) {
        fail_msg("%s", pair.err.text);
    }
    free(land(&docking.out, 0).data);
    crosses();
    return true;
}

static bool camera_sends(void)
{
    if (docking.in.count >= 8) {
        return false;
    }
    enum asv_status status = asv_test_pair_pull(&pair);
    if (status == ASV_E_AGAIN) {
        return false;
    }
    assert_int_equal(status, ASV_OK);
    launch(&docking.in, pair.in, pair.in_len);
    return true;
}

/* A frame reaches the dock: CHUNKS frames overtake each other and everything else (they have no counter). */
static bool dock_takes(void)
{
    if (docking.in.count == 0) {
        return false;
    }
    size_t i = (size_t)draw(docking.in.count);
    if (docking.in.frames[i].data[0] != ASV_WIRE_FRAME_CHUNKS) {
        for (i = 0; docking.in.frames[i].data[0] == ASV_WIRE_FRAME_CHUNKS; i++) {
        }
    }
    struct frame frame = land(&docking.in, i);
    if (crosses()) {
        enum asv_status status =
            asv_wire_dock_input(&pair.dock, frame.data, frame.len, &pair.event, &pair.err);
        if (status != ASV_OK) {
            fail_msg("%s", pair.err.text);
        }
        took(&pair.event);
    }
    free(frame.data);
    return true;
}

/* At every moment a whole copy exists. */
static void nothing_is_lost(const struct vault *vault)
{
    static const uint16_t chunks[ASV_TEST_CLIPS] = {70, 1, 0, 9};
    for (size_t i = 0; i < ASV_TEST_CLIPS; i++) {
        if (pair.device.clips[i].entry.number == 0) {
            for (uint16_t c = 0; c < chunks[i]; c++) {
                assert_true(vault->chunk[i][c]);
            }
        }
    }
}

/* One docking; true when it ran to its end. */
static bool dock(struct vault *vault, uint64_t seed, uint64_t drop_at)
{
    bool (*const steps[])(void) = {dock_sends, camera_takes, camera_sends, dock_takes};
    memset(&docking, 0, sizeof docking);
    docking.vault = vault;
    docking.random = seed;
    docking.drop_at = drop_at;
    assert_int_equal(asv_wire_dock_start(&pair.dock, ASV_WIRE_NO_DEADLINE, pair.out, sizeof pair.out,
                                         &pair.out_len, &pair.err),
                     ASV_OK);
    launch(&docking.out, pair.out, pair.out_len);
    unsigned idle = 0;
    while (!docking.dropped && pair.dock.state != ASV_WIRE_DOCK_FINISHED) {
        bool open = pair.dock.state == ASV_WIRE_DOCK_OPEN;
        bool asked_all = true;
        for (size_t i = 0; i < docking.count; i++) {
            asked_all &= docking.items[i].state == DONE;
        }
        if (open && asked_all) {
            assert_true(next_phase());
        }
        idle = steps[draw(4)]() ? 0 : idle + 1;
        assert_true(idle < 1000); /* nothing waits for ever */
        nothing_is_lost(vault);
    }
    clear(&docking.out);
    clear(&docking.in);
    if (docking.dropped) {
        asv_wire_camera_reset(&pair.camera);
    }
    return !docking.dropped;
}

static void everything_happened(const struct vault *vault)
{
    for (size_t i = 0; i < ASV_TEST_CLIPS; i++) {
        assert_true(pair.device.clips[i].entry.number == 0);
        assert_true(vault->proven[i]);
        assert_false(pair.device.erasures[i].outstanding);
    }
    assert_int_equal(pair.device.erased, ASV_TEST_CLIPS);
    assert_int_equal(pair.device.installed, 4);
    assert_int_equal(pair.device.finished, 1);
    assert_int_equal(pair.device.indicator.progress_permille, 437);
    assert_int_equal(pair.camera.state, ASV_WIRE_CAMERA_IDLE);
    assert_int_equal(vault->twice, 0); /* what is on the disk is not asked for again */
}

static void a_whole_docking_in_many_orders_ends_the_same(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct vault vault = {0};
        asv_test_pair_init(&pair, 1);
        pair.camera.config.frame_chunks = (uint16_t)(1 + seed % ASV_WIRE_MAX_FRAME_CHUNKS);
        pair.dock.config.requests = (uint16_t)(1 + seed % ASV_WIRE_MAX_REQUESTS);
        pair.camera.config.asked_bytes = (uint32_t)(64 + seed) * ASV_WIRE_CHUNK_BYTES;
        pair.device.again = (unsigned)(seed % 5);
        assert_true(dock(&vault, seed, 0));
        everything_happened(&vault);
        assert_int_equal(pair.device.dropped, 0);
    }
}

/* Also: every session that opened was either finished or dropped, and the device knows. */
static void a_cable_pulled_at_any_frame_loses_nothing_and_the_next_docking_resumes(void **state)
{
    (void)state;
    struct vault vault = {0};
    asv_test_pair_init(&pair, 1);
    assert_true(dock(&vault, 99, 0));
    uint64_t frames = docking.frames;
    assert_true(frames > 60);
    for (uint64_t at = 1; at <= frames; at++) {
        unsigned dockings = 1;
        memset(&vault, 0, sizeof vault);
        asv_test_pair_init(&pair, 1);
        while (!dock(&vault, 99 + dockings - 1, dockings < 3 ? at : 0)) {
            dockings++;
        }
        assert_int_equal(pair.device.sessions, pair.device.dropped + pair.device.finished);
        /* The answer to FINISH itself can be lost: then the next docking finds nothing and finishes again. */
        assert_true(pair.device.finished >= 1 && pair.device.finished <= 3);
        pair.device.finished = 1;
        everything_happened(&vault);
    }
}

/* What the camera still had to say to a dock's program that died reaches the next one. P-011, P-012 */
static void a_dock_that_begins_anew_is_not_confused_by_what_is_in_the_pipe(void **state)
{
    (void)state;
    for (int s = ASV_WIRE_CAMERA_IDLE; s <= ASV_WIRE_CAMERA_OPEN; s++) {
        for (size_t left = 0; left <= 12; left++) {
            struct vault vault = {0};
            struct asv_wire_message chunks = {.type = ASV_WIRE_CHUNKS, .body.chunks = {1, 0, 40}};
            uint32_t request = 0;
            asv_test_pair_init(&pair, 1);
            asv_test_pair_camera_to(&pair, (enum asv_wire_camera_state)s);
            if (s == ASV_WIRE_CAMERA_OPEN) {
                assert_int_equal(asv_test_pair_request(&pair, &chunks, &request), ASV_OK);
                assert_int_equal(asv_test_pair_give(&pair), ASV_OK);
                assert_int_equal(
                    asv_test_pair_request(&pair, &asv_wire_sample(ASV_WIRE_STATUS)->message, &request),
                    ASV_OK);
                assert_int_equal(asv_test_pair_give(&pair), ASV_OK);
            }
            struct flight pipe = {0};
            while (pipe.count < left && asv_test_pair_pull(&pair) == ASV_OK) {
                launch(&pipe, pair.in, pair.in_len);
            }
            assert_int_equal(asv_wire_dock_start(&pair.dock, ASV_WIRE_NO_DEADLINE, pair.out, sizeof pair.out,
                                                 &pair.out_len, &pair.err),
                             ASV_OK);
            for (size_t i = 0; i < pipe.count; i++) {
                struct frame *frame = &pipe.frames[i];
                assert_int_equal(
                    asv_wire_dock_input(&pair.dock, frame->data, frame->len, &pair.event, &pair.err), ASV_OK);
                assert_int_equal(pair.event.kind, ASV_WIRE_EVENT_NONE);
            }
            clear(&pipe);
            asv_test_pair_open(&pair);
            assert_true(dock(&vault, left + 1, 0));
            assert_int_equal(vault.twice, 0);
            assert_int_equal(pair.device.erased, ASV_TEST_CLIPS);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_docking_in_many_orders_ends_the_same),
        cmocka_unit_test(a_cable_pulled_at_any_frame_loses_nothing_and_the_next_docking_resumes),
        cmocka_unit_test(a_dock_that_begins_anew_is_not_confused_by_what_is_in_the_pipe),
    };
    return asv_crypto_init() == ASV_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
