/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The camera's machine against a dock that says whatever the fuzzer wants: before, during and after a real
 * handshake. Nothing is erased or installed, for no signature is made here but the samples', and those are
 * for another session and for recordings that are not there.
 */
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/wire/machine.h"
#include "tests/fuzz/wire_script.h"
#include "tests/support/wire_pair.h"
#include "tests/support/wire_samples.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct asv_test_pair pair;

static struct {
    struct asv_wire_camera camera;
    struct asv_noise peer;
    struct asv_test_device device;
    struct asv_test_world world;
} starts[WIRE_STARTS];

static void prepare(void)
{
    static const enum asv_wire_camera_state states[WIRE_STARTS] = {
        ASV_WIRE_CAMERA_IDLE, ASV_WIRE_CAMERA_HELLO, ASV_WIRE_CAMERA_SHAKE_2, ASV_WIRE_CAMERA_OPEN};
    static bool done;
    for (int i = 0; !done && i < WIRE_STARTS; i++) {
        asv_test_pair_init(&pair, 1);
        asv_test_pair_camera_to(&pair, states[i]);
        starts[i].camera = pair.camera;
        starts[i].peer = pair.dock.noise;
        starts[i].device = pair.device;
        starts[i].world = pair.camera_world;
    }
    done = true;
}

static void check(void)
{
    const struct asv_wire_camera *camera = &pair.camera;
    uint32_t queued = 0;
    uint32_t asked = 0;
    for (size_t i = 0; i < ASV_WIRE_MAX_REQUESTS; i++) {
        queued += camera->queue[i].request != 0;
        asked += camera->queue[i].left * (uint32_t)ASV_WIRE_CHUNK_BYTES;
    }
    if (queued != camera->queued || asked != camera->asked || asked > ASV_WIRE_MAX_ASKED_BYTES ||
        (unsigned)camera->state >= ASV_WIRE_CAMERA_STATES) {
        abort();
    }
    if (pair.device.erased != 0 || pair.device.sessions < pair.device.dropped + pair.device.finished) {
        abort();
    }
}

static void input(const uint8_t *data, size_t len)
{
    uint8_t *frame = malloc(len == 0 ? 1 : len);
    if (frame == NULL) {
        abort();
    }
    memcpy(frame, data, len);
    enum asv_wire_camera_state before = pair.camera.state;
    struct asv_err err = {0};
    enum asv_status status = asv_wire_camera_input(&pair.camera, frame, len, &err);
    if (status == ASV_E_BUSY && pair.camera.state != before) {
        abort();
    }
    if (status != ASV_OK && status != ASV_E_BUSY && err.text[0] == '\0') {
        abort();
    }
    free(frame);
    check();
}

static void control(struct asv_bytes message)
{
    uint8_t *body = pair.out + ASV_WIRE_FRAME_HEADER_BYTES;
    if (message.len <= ASV_WIRE_MAX_MESSAGE_BYTES && !pair.camera.holding &&
        asv_noise_encrypt(&pair.dock.noise, message.data, message.len, body) == ASV_OK &&
        asv_wire_frame_seal(pair.out, sizeof pair.out, ASV_WIRE_FRAME_CONTROL, 0, 0,
                            message.len + ASV_AEAD_TAG_BYTES, &pair.out_len) == ASV_OK) {
        input(pair.out, pair.out_len);
    }
}

static void output(void)
{
    struct asv_wire_frame frame;
    enum asv_status status =
        asv_wire_camera_output(&pair.camera, pair.in, sizeof pair.in, &pair.in_len, &pair.err);
    if (status == ASV_OK && asv_wire_frame_decode(pair.in, pair.in_len, &frame, NULL) != ASV_OK) {
        abort(); /* what it sends is a frame */
    }
    check();
}

/* How the device fails from now on. */
static void fault(uint8_t value)
{
    static const enum asv_status statuses[] = {ASV_OK,      ASV_E_IO,        ASV_E_BUSY,
                                               ASV_E_AGAIN, ASV_E_NOT_FOUND, ASV_E_INTERNAL};
    enum asv_status status = statuses[value % 6];
    pair.device.refuse = status == ASV_E_AGAIN ? ASV_OK : status;
    pair.device.again = status == ASV_E_AGAIN ? value / 6 : 0;
    pair.device.bad_number = 1;
    pair.device.bad_chunk = value;
}

static void step(struct asv_reader *reader, uint8_t what)
{
    struct asv_bytes bytes;
    uint8_t value = 0;
    switch (what % WIRE_STEPS) {
    case WIRE_STEP_RAW:
        if (asv_read_view16(reader, &bytes, UINT16_MAX) == ASV_OK) {
            input(bytes.data, bytes.len);
        }
        break;
    case WIRE_STEP_CONTROL:
        if (asv_read_view16(reader, &bytes, UINT16_MAX) == ASV_OK) {
            control(bytes);
        }
        break;
    case WIRE_STEP_OUTPUT:
        output();
        break;
    case WIRE_STEP_TIME:
        if (asv_read_u8(reader, &value) == ASV_OK) {
            fault(value);
        }
        break;
    case WIRE_STEP_SEND:
        if (asv_wire_dock_start(&pair.dock, ASV_WIRE_NO_DEADLINE, pair.out, sizeof pair.out, &pair.out_len,
                                &pair.err) == ASV_OK) {
            input(pair.out, pair.out_len);
        }
        break;
    case WIRE_STEP_ABORT:
        if (asv_read_u8(reader, &value) == ASV_OK) {
            asv_wire_camera_abort(&pair.camera, (enum asv_wire_code)(1 + value % ASV_WIRE_CODE_LAST), "fuzz");
        }
        break;
    default:
        asv_wire_camera_reset(&pair.camera);
        break;
    }
    check();
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
    pair.camera = starts[what % WIRE_STARTS].camera;
    pair.dock.noise = starts[what % WIRE_STARTS].peer;
    pair.device = starts[what % WIRE_STARTS].device;
    pair.camera_world = starts[what % WIRE_STARTS].world;
    while (asv_read_u8(&reader, &what) == ASV_OK) {
        step(&reader, what);
    }
    return 0;
}
