/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A dock's machine and a camera that says whatever the test wants. */
#ifndef ASV_TESTS_UNIT_WIRE_DOCK_KIT_H
#define ASV_TESTS_UNIT_WIRE_DOCK_KIT_H

#include <string.h>

#include "firmware-proto/wire/dock.h"
#include "firmware-proto/wire/machine.h"
#include "tests/support/wire_pair.h"
#include "tests/support/wire_samples.h"
#include "tests/unit/test.h"

static struct asv_test_pair pair;

static inline void open_pair(void)
{
    asv_test_pair_init(&pair, 1);
    asv_test_pair_open(&pair);
}

static inline uint32_t ask(const struct asv_wire_message *message)
{
    uint32_t request = 0;
    assert_int_equal(asv_test_pair_request(&pair, message, &request), ASV_OK);
    return request;
}

static inline struct asv_wire_message chunks_request(uint64_t number, uint64_t first, uint16_t count)
{
    return (struct asv_wire_message){.type = ASV_WIRE_CHUNKS, .body.chunks = {number, first, count}};
}

/* The camera says this. */
static inline enum asv_status answer(const struct asv_wire_message *reply)
{
    bool sealed = false;
    assert_int_equal(
        asv_wire_control_frame(&pair.camera.noise, reply, pair.in, sizeof pair.in, &pair.in_len, &sealed),
        ASV_OK);
    return asv_test_pair_take(&pair);
}

static inline enum asv_status send_chunks(uint32_t request, uint64_t first, uint32_t count)
{
    asv_store_be64(pair.in + ASV_WIRE_FRAME_HEADER_BYTES, first);
    assert_int_equal(asv_wire_frame_seal(pair.in, sizeof pair.in, ASV_WIRE_FRAME_CHUNKS, request, count,
                                         8 + (size_t)count * ASV_WIRE_CHUNK_BYTES, &pair.in_len),
                     ASV_OK);
    return asv_test_pair_take(&pair);
}

/* The session is over, for this reason, and the camera will hear of it. P-031 */
static inline void ended(enum asv_status status, enum asv_status want, const char *text)
{
    struct asv_wire_frame frame;
    struct asv_wire_error error;
    uint32_t request = 0;
    assert_int_equal(status, want);
    assert_int_equal(pair.dock.state, ASV_WIRE_DOCK_FAILED);
    if (strstr(pair.err.text, text) == NULL) {
        print_error("\"%s\" does not say \"%s\"\n", pair.err.text, text);
    }
    assert_non_null(strstr(pair.err.text, text));
    assert_int_equal(asv_wire_dock_output(&pair.dock, pair.out, sizeof pair.out, &pair.out_len, NULL),
                     ASV_OK);
    assert_int_equal(asv_wire_frame_decode(pair.out, pair.out_len, &frame, NULL), ASV_OK);
    assert_int_equal(frame.kind, ASV_WIRE_FRAME_ABORT);
    assert_int_equal(frame.request, pair.dock.nonce);
    assert_int_equal(asv_wire_abort_decode(&error, frame.body.data, frame.body.len), ASV_OK);
    assert_int_equal(error.code, asv_wire_code_of(want));
    assert_int_equal(asv_wire_dock_output(&pair.dock, pair.out, sizeof pair.out, &pair.out_len, NULL),
                     ASV_E_AGAIN);
    assert_int_equal(asv_test_pair_request(&pair, &asv_wire_sample(ASV_WIRE_STATUS)->message, &request),
                     ASV_E_STATE);
    assert_false(asv_noise_established(&pair.dock.noise));
    assert_true(pair.dock.asked == 0 && pair.dock.outstanding == 0);
}

#endif
