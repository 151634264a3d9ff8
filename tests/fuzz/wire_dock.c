/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The dock's machine against a camera that says whatever the fuzzer wants: before, during and after a real
 * handshake. Its bookkeeping holds whatever comes, and what it reports lies inside the frame.
 */
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/wire/machine.h"
#include "tests/fuzz/wire_script.h"
#include "tests/support/wire_pair.h"
#include "tests/support/wire_samples.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct asv_test_pair pair;

/* Made once: a machine and its peer's keys at each start. They are put back to the same addresses. */
static struct {
    struct asv_wire_dock dock;
    struct asv_noise peer;
    struct asv_test_world world;
} starts[WIRE_STARTS];

static void prepare(void)
{
    static const enum asv_wire_dock_state states[WIRE_STARTS] = {ASV_WIRE_DOCK_IDLE, ASV_WIRE_DOCK_HELLO,
                                                                 ASV_WIRE_DOCK_SHAKE_3, ASV_WIRE_DOCK_OPEN};
    static bool done;
    for (int i = 0; !done && i < WIRE_STARTS; i++) {
        asv_test_pair_init(&pair, 1);
        asv_test_pair_dock_to(&pair, states[i]);
        starts[i].dock = pair.dock;
        starts[i].peer = pair.camera.noise;
        starts[i].world = pair.dock_world;
    }
    done = true;
}

static void check(enum asv_status status, const uint8_t *frame, size_t len)
{
    const struct asv_wire_dock *dock = &pair.dock;
    uint32_t outstanding = 0;
    uint32_t asked = 0;
    for (size_t i = 0; i < ASV_WIRE_MAX_REQUESTS; i++) {
        outstanding += dock->pending[i].request != 0;
        asked += dock->pending[i].asked;
    }
    if (outstanding != dock->outstanding || asked != dock->asked ||
        (unsigned)dock->state >= ASV_WIRE_DOCK_STATES ||
        (outstanding != 0 && dock->state != ASV_WIRE_DOCK_OPEN && dock->state != ASV_WIRE_DOCK_FINISHING)) {
        abort();
    }
    if (status == ASV_OK && pair.event.kind == ASV_WIRE_EVENT_CHUNKS &&
        (pair.event.chunks.data < frame ||
         pair.event.chunks.data + (size_t)pair.event.chunks.count * ASV_WIRE_CHUNK_BYTES > frame + len)) {
        abort();
    }
    if (status != ASV_OK && status != ASV_E_STATE && dock->state != ASV_WIRE_DOCK_FAILED) {
        abort(); /* a refusal that does not end the session */
    }
}

/* Exactly as long as the transfer, so that the sanitizer sees a read past its end. */
static void input(const uint8_t *data, size_t len)
{
    uint8_t *frame = malloc(len == 0 ? 1 : len);
    if (frame == NULL) {
        abort();
    }
    memcpy(frame, data, len);
    enum asv_status status = asv_wire_dock_input(&pair.dock, frame, len, &pair.event, &pair.err);
    check(status, frame, len);
    free(frame);
}

static void control(struct asv_bytes message)
{
    uint8_t *body = pair.in + ASV_WIRE_FRAME_HEADER_BYTES;
    if (asv_noise_encrypt(&pair.camera.noise, message.data, message.len, body) == ASV_OK &&
        asv_wire_frame_seal(pair.in, sizeof pair.in, ASV_WIRE_FRAME_CONTROL, 0, 0,
                            message.len + ASV_AEAD_TAG_BYTES, &pair.in_len) == ASV_OK) {
        input(pair.in, pair.in_len);
    }
}

static void chunks(struct asv_reader *reader)
{
    uint8_t request = 0;
    uint16_t first = 0;
    uint8_t count = 0;
    if (asv_read_u8(reader, &request) == ASV_OK && asv_read_u16(reader, &first) == ASV_OK &&
        asv_read_u8(reader, &count) == ASV_OK) {
        asv_store_be64(pair.in + ASV_WIRE_FRAME_HEADER_BYTES, first);
        if (asv_wire_frame_seal(pair.in, sizeof pair.in, ASV_WIRE_FRAME_CHUNKS, request, count % 8,
                                8 + (size_t)(count % 8) * ASV_WIRE_CHUNK_BYTES, &pair.in_len) == ASV_OK) {
            input(pair.in, pair.in_len);
        }
    }
}

static void step(struct asv_reader *reader, uint8_t what)
{
    struct asv_bytes bytes;
    uint8_t value = 0;
    uint32_t request = 0;
    enum asv_status status = ASV_OK;
    switch (what % WIRE_STEPS) {
    case WIRE_STEP_RAW:
        if (asv_read_view16(reader, &bytes, UINT16_MAX) == ASV_OK) {
            input(bytes.data, bytes.len);
        }
        return;
    case WIRE_STEP_CONTROL:
        if (asv_read_view16(reader, &bytes, UINT16_MAX) == ASV_OK) {
            control(bytes);
        }
        return;
    case WIRE_STEP_CHUNKS:
        chunks(reader);
        return;
    default:
        break;
    }
    if (asv_read_u8(reader, &value) != ASV_OK) {
        return;
    }
    switch (what % WIRE_STEPS) {
    case WIRE_STEP_SEND:
        status = asv_wire_dock_send(
            &pair.dock, &asv_wire_samples()->samples[value % ASV_WIRE_SAMPLE_COUNT].message,
            ASV_WIRE_NO_DEADLINE - value, pair.out, sizeof pair.out, &pair.out_len, &request, &pair.err);
        break;
    case WIRE_STEP_OUTPUT:
        status = asv_wire_dock_output(&pair.dock, pair.out, sizeof pair.out, &pair.out_len, &pair.err);
        break;
    case WIRE_STEP_TIME:
        status = asv_wire_dock_tick(&pair.dock, UINT64_MAX - value, &pair.err);
        break;
    case WIRE_STEP_RESTART:
        status = asv_wire_dock_start(&pair.dock, ASV_WIRE_NO_DEADLINE, pair.out, sizeof pair.out,
                                     &pair.out_len, &pair.err);
        break;
    default:
        asv_wire_dock_abort(&pair.dock, (enum asv_wire_code)(1 + value % ASV_WIRE_CODE_LAST), "fuzz");
        break;
    }
    (void)status;
    check(ASV_E_STATE, pair.in, 0); /* no event */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct asv_reader reader;
    uint8_t what = 0;
    prepare();
    asv_reader_init(&reader, data, size);
    if (asv_read_u8(&reader, &what) != ASV_OK) {
        return 0;
    }
    pair.dock = starts[what % WIRE_STARTS].dock;
    pair.camera.noise = starts[what % WIRE_STARTS].peer;
    pair.dock_world = starts[what % WIRE_STARTS].world;
    memset(&pair.event, 0, sizeof pair.event);
    while (asv_read_u8(&reader, &what) == ASV_OK) {
        step(&reader, what);
    }
    return 0;
}
