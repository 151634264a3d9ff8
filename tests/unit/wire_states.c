/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Every cell of the two tables of PROTOCOL.md, section 6, and every move between states. P-030.
 */
#include <stdio.h>
#include <string.h>

#include "firmware-proto/wire/machine.h"
#include "tests/support/wire_pair.h"
#include "tests/support/wire_samples.h"
#include "tests/unit/test.h"

static struct asv_test_pair pair;

/* Columns of both tables: frames, then what is inside CONTROL by request type (0: ERROR). */
enum column {
    HELLO,
    HANDSHAKE,
    CHUNKS,
    ABORT,
    INSIDE,
    COLUMNS = INSIDE + ASV_WIRE_TYPE_LAST + 1,
};

static const char *column_name(int column)
{
    static const char *const names[INSIDE] = {"HELLO", "HANDSHAKE", "CHUNKS", "ABORT"};
    return column < INSIDE    ? names[column]
           : column == INSIDE ? "ERROR"
                              : asv_wire_type_name((uint16_t)(column - INSIDE));
}

#define REFUSE  (-1) /* FAILED, an ABORT due */
#define NOTHING (-2) /* refused, without effect */
#define DISCARD (-3)

/* The dock's table: ABORT and HELLO like their columns; `other` for all replies but FINISH and ERROR. */
static int dock_cell(enum asv_wire_dock_state state, int column)
{
    static const struct {
        int hello, handshake, chunks, abort, finish, error, other;
    } table[ASV_WIRE_DOCK_STATES] = {
        [ASV_WIRE_DOCK_IDLE] = {NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING},
        [ASV_WIRE_DOCK_HELLO] = {ASV_WIRE_DOCK_SHAKE_1, DISCARD, DISCARD, ASV_WIRE_DOCK_FAILED, DISCARD,
                                 DISCARD, DISCARD},
        [ASV_WIRE_DOCK_SHAKE_1] = {REFUSE, ASV_WIRE_DOCK_SHAKE_2, REFUSE, ASV_WIRE_DOCK_FAILED, REFUSE,
                                   REFUSE, REFUSE},
        [ASV_WIRE_DOCK_SHAKE_2] = {REFUSE, REFUSE, REFUSE, ASV_WIRE_DOCK_FAILED, REFUSE, REFUSE, REFUSE},
        [ASV_WIRE_DOCK_SHAKE_3] = {REFUSE, ASV_WIRE_DOCK_OPEN, REFUSE, ASV_WIRE_DOCK_FAILED, REFUSE, REFUSE,
                                   REFUSE},
        [ASV_WIRE_DOCK_OPEN] = {REFUSE, REFUSE, ASV_WIRE_DOCK_OPEN, ASV_WIRE_DOCK_FAILED, REFUSE,
                                ASV_WIRE_DOCK_OPEN, ASV_WIRE_DOCK_OPEN},
        [ASV_WIRE_DOCK_FINISHING] = {REFUSE, REFUSE, REFUSE, ASV_WIRE_DOCK_FAILED, ASV_WIRE_DOCK_FINISHED,
                                     ASV_WIRE_DOCK_OPEN, REFUSE},
        [ASV_WIRE_DOCK_FINISHED] = {NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING},
        [ASV_WIRE_DOCK_FAILED] = {NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING},
    };
    switch (column) {
    case HELLO:
        return table[state].hello;
    case HANDSHAKE:
        return table[state].handshake;
    case CHUNKS:
        return table[state].chunks;
    case ABORT:
        return table[state].abort;
    case INSIDE:
        return table[state].error;
    case INSIDE + ASV_WIRE_FINISH:
        return table[state].finish;
    default:
        return table[state].other;
    }
}

static void seal_in(enum asv_wire_frame_kind kind, uint32_t request, uint32_t count, size_t body_len)
{
    assert_int_equal(
        asv_wire_frame_seal(pair.in, sizeof pair.in, kind, request, count, body_len, &pair.in_len), ASV_OK);
}

/* A reply of this request type, as right as the state allows: to a request that was made just now where one
 * can be made, otherwise to request 1; properly encrypted where there are keys. */
static void make_reply(enum asv_wire_dock_state state, uint16_t type)
{
    struct asv_wire_message reply = asv_wire_sample(ASV_WIRE_ERROR)->message;
    uint32_t request = 1;
    bool sealed = false;
    if (type != 0 && type != ASV_WIRE_CHUNKS) {
        reply = asv_test_pair_reply(&pair, type);
    }
    if (state == ASV_WIRE_DOCK_OPEN && type != ASV_WIRE_FINISH) {
        uint16_t asked = type == 0 ? ASV_WIRE_STATUS : type;
        assert_int_equal(asv_test_pair_request(&pair, &asv_wire_sample(asked)->message, &request), ASV_OK);
    }
    reply.request = request;
    if (!asv_noise_established(&pair.camera.noise)) {
        memset(pair.in, 0x77, 200);
        seal_in(ASV_WIRE_FRAME_CONTROL, 0, 0, 100);
        return;
    }
    assert_int_equal(
        asv_wire_control_frame(&pair.camera.noise, &reply, pair.in, sizeof pair.in, &pair.in_len, &sealed),
        ASV_OK);
}

/* The frame for a column, for a dock in this state. */
static void make_in(enum asv_wire_dock_state state, int column)
{
    uint32_t nonce = pair.dock.nonce == 0 ? 7 : pair.dock.nonce;
    uint32_t request = 1;
    struct asv_writer writer;
    asv_writer_init(&writer, pair.in + ASV_WIRE_FRAME_HEADER_BYTES, 1024);
    memset(pair.in, 0x77, 1024);
    switch (column) {
    case HELLO:
        assert_int_equal(asv_wire_hello_reply_encode(&writer, &asv_wire_samples()->hello_reply), ASV_OK);
        seal_in(ASV_WIRE_FRAME_HELLO, nonce, 0, writer.len);
        break;
    case HANDSHAKE:
        if (state == ASV_WIRE_DOCK_SHAKE_1 || state == ASV_WIRE_DOCK_SHAKE_3) {
            if (state == ASV_WIRE_DOCK_SHAKE_3) {
                assert_int_equal(asv_test_pair_give(&pair), ASV_OK);
            }
            assert_int_equal(asv_test_pair_pull(&pair), ASV_OK);
        } else {
            seal_in(ASV_WIRE_FRAME_HANDSHAKE, nonce, 0, 100);
        }
        break;
    case CHUNKS:
        if (state == ASV_WIRE_DOCK_OPEN) {
            assert_int_equal(
                asv_test_pair_request(&pair, &asv_wire_sample(ASV_WIRE_CHUNKS)->message, &request), ASV_OK);
        }
        asv_store_be64(pair.in + ASV_WIRE_FRAME_HEADER_BYTES, 960);
        seal_in(ASV_WIRE_FRAME_CHUNKS, request, 1, 8 + ASV_WIRE_CHUNK_BYTES);
        break;
    case ABORT:
        assert_int_equal(asv_wire_abort_frame(&(struct asv_wire_error){ASV_WIRE_CODE_SHUTDOWN, 0, "test"},
                                              nonce, pair.in, sizeof pair.in, &pair.in_len),
                         ASV_OK);
        break;
    default:
        make_reply(state, (uint16_t)(column - INSIDE));
        break;
    }
}

static enum asv_wire_frame_kind kind_of(int column)
{
    static const enum asv_wire_frame_kind kinds[INSIDE] = {ASV_WIRE_FRAME_HELLO, ASV_WIRE_FRAME_HANDSHAKE,
                                                           ASV_WIRE_FRAME_CHUNKS, ASV_WIRE_FRAME_ABORT};
    return column < INSIDE ? kinds[column] : ASV_WIRE_FRAME_CONTROL;
}

static void check_dock_cell(enum asv_wire_dock_state state, int column)
{
    int want = dock_cell(state, column);
    bool accepted = want >= 0;
    asv_test_pair_init(&pair, 1);
    asv_test_pair_dock_to(&pair, state);
    assert_int_equal(pair.dock.state, state);
    if (pair.dock.abort_due) {
        assert_int_equal(asv_wire_dock_output(&pair.dock, pair.out, sizeof pair.out, &pair.out_len, NULL),
                         ASV_OK);
    }
    make_in(state, column);
    enum asv_status status = asv_test_pair_take(&pair);
    enum asv_wire_dock_state next = pair.dock.state;
    if (((status == ASV_OK) != (accepted || want == DISCARD)) || (accepted && (int)next != want)) {
        print_error("dock %s, %s: %s, then %s\n", asv_wire_dock_state_name(state), column_name(column),
                    pair.err.text, asv_wire_dock_state_name(next));
    }
    assert_int_equal(
        asv_wire_dock_permits(state, kind_of(column),
                              column < INSIDE ? 0 : (uint16_t)(column - INSIDE) | ASV_WIRE_REPLY),
        accepted);
    if (accepted) {
        assert_int_equal(status, ASV_OK);
        assert_int_equal(next, want);
        assert_false(pair.dock.abort_due);
    } else if (want == DISCARD) {
        assert_int_equal(status, ASV_OK);
        assert_int_equal(next, state);
        assert_int_equal(pair.event.kind, ASV_WIRE_EVENT_NONE);
    } else if (want == NOTHING) {
        assert_int_equal(status, ASV_E_STATE);
        assert_int_equal(next, state);
        assert_false(pair.dock.abort_due);
    } else {
        assert_int_not_equal(status, ASV_OK);
        assert_int_equal(next, ASV_WIRE_DOCK_FAILED);
        assert_true(pair.dock.abort_due);
        assert_int_equal(pair.dock.outstanding, 0);
        assert_non_null(strstr(pair.err.text, asv_wire_dock_state_name(state)));
        if (asv_noise_established(&pair.camera.noise) || column < INSIDE) {
            assert_int_equal(status, ASV_E_STATE);
            assert_non_null(strstr(pair.err.text, column_name(column)));
        }
    }
}

static void every_cell_of_the_docks_table_holds(void **state)
{
    (void)state;
    for (int s = 0; s < ASV_WIRE_DOCK_STATES; s++) {
        for (int column = 0; column < COLUMNS; column++) {
            if (column != INSIDE + ASV_WIRE_CHUNKS) { /* no such message */
                check_dock_cell((enum asv_wire_dock_state)s, column);
            }
        }
        assert_false(asv_wire_dock_permits((enum asv_wire_dock_state)s, ASV_WIRE_FRAME_CONTROL,
                                           ASV_WIRE_CHUNKS | ASV_WIRE_REPLY));
        for (uint32_t type = 0; type < ASV_WIRE_REPLY; type++) { /* requests */
            assert_false(
                asv_wire_dock_permits((enum asv_wire_dock_state)s, ASV_WIRE_FRAME_CONTROL, (uint16_t)type));
        }
    }
    assert_false(asv_wire_dock_permits(ASV_WIRE_DOCK_STATES, ASV_WIRE_FRAME_ABORT, 0));
}

/* The camera's table. */
static int camera_cell(enum asv_wire_camera_state state, int column)
{
    bool closed = state == ASV_WIRE_CAMERA_IDLE || state == ASV_WIRE_CAMERA_FAILED;
    int refuse = closed ? NOTHING : REFUSE;
    switch (column) {
    case HELLO:
        return ASV_WIRE_CAMERA_HELLO;
    case ABORT:
        return ASV_WIRE_CAMERA_IDLE;
    case HANDSHAKE:
        return state == ASV_WIRE_CAMERA_SHAKE_2 ? ASV_WIRE_CAMERA_SHAKE_3 : refuse;
    case CHUNKS:
    case INSIDE: /* ERROR: no dock sends one */
        return refuse;
    case INSIDE + ASV_WIRE_FINISH:
        return state == ASV_WIRE_CAMERA_OPEN ? ASV_WIRE_CAMERA_FINISHING : refuse;
    default:
        return state == ASV_WIRE_CAMERA_OPEN ? ASV_WIRE_CAMERA_OPEN : refuse;
    }
}

static void seal_out(enum asv_wire_frame_kind kind, uint32_t request, uint32_t count, size_t body_len)
{
    assert_int_equal(
        asv_wire_frame_seal(pair.out, sizeof pair.out, kind, request, count, body_len, &pair.out_len),
        ASV_OK);
}

static void make_request(uint16_t type)
{
    struct asv_wire_message message = asv_wire_sample(type == 0 ? ASV_WIRE_ERROR : type)->message;
    bool sealed = false;
    message.request = pair.camera.last_request + 1;
    if (!asv_noise_established(&pair.dock.noise)) {
        memset(pair.out, 0x77, 200);
        seal_out(ASV_WIRE_FRAME_CONTROL, 0, 0, 100);
        return;
    }
    assert_int_equal(
        asv_wire_control_frame(&pair.dock.noise, &message, pair.out, sizeof pair.out, &pair.out_len, &sealed),
        ASV_OK);
}

static void make_out(enum asv_wire_camera_state state, int column)
{
    uint32_t nonce = pair.camera.nonce == 0 ? 7 : pair.camera.nonce;
    struct asv_writer writer;
    asv_writer_init(&writer, pair.out + ASV_WIRE_FRAME_HEADER_BYTES, 1024);
    memset(pair.out, 0x77, 1024);
    switch (column) {
    case HELLO:
        assert_int_equal(asv_wire_hello_encode(&writer, &asv_wire_samples()->hello), ASV_OK);
        seal_out(ASV_WIRE_FRAME_HELLO, nonce + 1, 0, writer.len);
        break;
    case HANDSHAKE:
        if (state == ASV_WIRE_CAMERA_SHAKE_2) {
            asv_test_pair_dock_to(&pair, ASV_WIRE_DOCK_SHAKE_3); /* leaves message 2 in pair.out */
        } else {
            seal_out(ASV_WIRE_FRAME_HANDSHAKE, nonce, 0, 100);
        }
        break;
    case CHUNKS:
        asv_store_be64(pair.in + ASV_WIRE_FRAME_HEADER_BYTES, 0);
        seal_in(ASV_WIRE_FRAME_CHUNKS, 1, 1, 8 + ASV_WIRE_CHUNK_BYTES);
        break;
    case ABORT:
        assert_int_equal(asv_wire_abort_frame(&(struct asv_wire_error){ASV_WIRE_CODE_SHUTDOWN, 0, "test"},
                                              nonce, pair.out, sizeof pair.out, &pair.out_len),
                         ASV_OK);
        break;
    default:
        make_request((uint16_t)(column - INSIDE));
        break;
    }
}

static void check_camera_cell(enum asv_wire_camera_state state, int column)
{
    int want = camera_cell(state, column);
    asv_test_pair_init(&pair, 1);
    asv_test_pair_camera_to(&pair, state);
    assert_int_equal(pair.camera.state, state);
    if (pair.camera.abort_due) {
        assert_int_equal(asv_test_pair_pull(&pair), ASV_OK);
    }
    make_out(state, column);
    bool in = column == CHUNKS; /* too large for pair.out */
    enum asv_status status = asv_wire_camera_input(&pair.camera, in ? pair.in : pair.out,
                                                   in ? pair.in_len : pair.out_len, &pair.err);
    enum asv_wire_camera_state next = pair.camera.state;
    if ((status == ASV_OK) != (want >= 0) || (want >= 0 && (int)next != want)) {
        print_error("camera %s, %s: %s, then %s\n", asv_wire_camera_state_name(state), column_name(column),
                    pair.err.text, asv_wire_camera_state_name(next));
    }
    assert_int_equal(
        asv_wire_camera_permits(state, kind_of(column), column < INSIDE ? 0 : (uint16_t)(column - INSIDE)),
        want >= 0);
    if (want >= 0) {
        assert_int_equal(status, ASV_OK);
        assert_int_equal(next, want);
    } else if (want == NOTHING) {
        assert_int_not_equal(status, ASV_OK);
        assert_int_equal(next, state);
        assert_false(pair.camera.abort_due); /* P-032 */
    } else {
        assert_int_not_equal(status, ASV_OK);
        assert_int_equal(next, ASV_WIRE_CAMERA_FAILED);
        assert_true(pair.camera.abort_due); /* P-031 */
        assert_int_equal(pair.device.dropped, pair.device.sessions);
        assert_non_null(strstr(pair.err.text, asv_wire_camera_state_name(state)));
        bool inside = column >= INSIDE && state != ASV_WIRE_CAMERA_OPEN;
        assert_int_equal(status, ASV_E_STATE);
        assert_non_null(strstr(pair.err.text, inside ? "CONTROL" : column_name(column)));
    }
}

static void every_cell_of_the_cameras_table_holds(void **state)
{
    (void)state;
    for (int s = 0; s < ASV_WIRE_CAMERA_STATES; s++) {
        for (int column = 0; column < COLUMNS; column++) {
            check_camera_cell((enum asv_wire_camera_state)s, column);
        }
        for (uint32_t type = ASV_WIRE_REPLY; type <= UINT16_MAX; type++) {
            assert_false(asv_wire_camera_permits((enum asv_wire_camera_state)s, ASV_WIRE_FRAME_CONTROL,
                                                 (uint16_t)type));
        }
    }
    assert_false(asv_wire_camera_permits(ASV_WIRE_CAMERA_STATES, ASV_WIRE_FRAME_ABORT, 0));
}

#define AT(dock_state, camera_state)                                         \
    do {                                                                     \
        assert_int_equal(pair.dock.state, ASV_WIRE_DOCK_##dock_state);       \
        assert_int_equal(pair.camera.state, ASV_WIRE_CAMERA_##camera_state); \
    } while (0)

static enum asv_status dock_output(void)
{
    return asv_wire_dock_output(&pair.dock, pair.out, sizeof pair.out, &pair.out_len, &pair.err);
}

static enum asv_status dock_start(void)
{
    return asv_wire_dock_start(&pair.dock, ASV_WIRE_NO_DEADLINE, pair.out, sizeof pair.out, &pair.out_len,
                               &pair.err);
}

/* Also: nothing is sent by itself in a state that has nothing to send. P-055 */
static void every_move_from_idle_to_idle_happens_when_its_frame_does(void **state)
{
    (void)state;
    uint32_t request = 0;
    asv_test_pair_init(&pair, 1);
    AT(IDLE, IDLE);
    assert_int_equal(dock_output(), ASV_E_AGAIN);
    assert_int_equal(asv_test_pair_pull(&pair), ASV_E_AGAIN);
    assert_int_equal(dock_start(), ASV_OK);
    AT(HELLO, IDLE);
    assert_int_equal(dock_output(), ASV_E_AGAIN);
    assert_int_equal(asv_test_pair_give(&pair), ASV_OK);
    AT(HELLO, HELLO);
    assert_int_equal(asv_test_pair_pull(&pair), ASV_OK);
    AT(HELLO, SHAKE_1);
    assert_int_equal(asv_test_pair_take(&pair), ASV_OK);
    AT(SHAKE_1, SHAKE_1);
    assert_int_equal(dock_output(), ASV_E_AGAIN);
    assert_int_equal(asv_test_pair_pull(&pair), ASV_OK);
    AT(SHAKE_1, SHAKE_2);
    assert_int_equal(asv_test_pair_take(&pair), ASV_OK);
    AT(SHAKE_2, SHAKE_2);
    assert_int_equal(asv_test_pair_pull(&pair), ASV_E_AGAIN);
    assert_int_equal(dock_output(), ASV_OK);
    AT(SHAKE_3, SHAKE_2);
    assert_int_equal(dock_output(), ASV_E_AGAIN);
    assert_int_equal(asv_test_pair_give(&pair), ASV_OK);
    AT(SHAKE_3, SHAKE_3);
    assert_int_equal(asv_test_pair_pull(&pair), ASV_OK);
    AT(SHAKE_3, OPEN);
    assert_int_equal(asv_test_pair_take(&pair), ASV_OK);
    AT(OPEN, OPEN);
    assert_int_equal(pair.event.kind, ASV_WIRE_EVENT_OPEN);
    assert_int_equal(dock_output(), ASV_E_AGAIN);
    assert_int_equal(asv_test_pair_pull(&pair), ASV_E_AGAIN);

    /* A FINISH that the device refuses leads back. */
    pair.device.refuse = ASV_E_BUSY;
    const struct asv_wire_message *finish = &asv_wire_sample(ASV_WIRE_FINISH)->message;
    assert_int_equal(asv_test_pair_request(&pair, finish, &request), ASV_OK);
    AT(FINISHING, OPEN);
    assert_int_equal(asv_test_pair_give(&pair), ASV_OK);
    AT(FINISHING, FINISHING);
    assert_int_equal(asv_test_pair_pull(&pair), ASV_OK);
    AT(FINISHING, OPEN);
    assert_int_equal(asv_test_pair_take(&pair), ASV_OK);
    AT(OPEN, OPEN);
    assert_int_equal(pair.event.kind, ASV_WIRE_EVENT_ERROR);

    pair.device.refuse = ASV_OK;
    assert_int_equal(asv_test_pair_request(&pair, finish, &request), ASV_OK);
    assert_int_equal(asv_test_pair_give(&pair), ASV_OK);
    AT(FINISHING, FINISHING);
    assert_int_equal(asv_test_pair_pull(&pair), ASV_OK);
    AT(FINISHING, IDLE);
    assert_int_equal(asv_test_pair_take(&pair), ASV_OK);
    AT(FINISHED, IDLE);
    assert_int_equal(pair.event.kind, ASV_WIRE_EVENT_FINISHED);
    assert_int_equal(pair.device.finished, 1);
    assert_int_equal(pair.device.dropped, 0);
    assert_int_equal(dock_start(), ASV_OK);
    AT(HELLO, IDLE);
}

/* P-011 */
static void a_hello_begins_anew_in_every_state_of_either_end(void **state)
{
    (void)state;
    for (int s = 0; s < ASV_WIRE_DOCK_STATES; s++) {
        asv_test_pair_init(&pair, 1);
        asv_test_pair_dock_to(&pair, (enum asv_wire_dock_state)s);
        uint32_t before = pair.dock.nonce;
        assert_int_equal(dock_start(), ASV_OK);
        assert_int_not_equal(pair.dock.nonce, before); /* P-010 */
        assert_int_equal(pair.dock.outstanding, 0);
        assert_int_equal(asv_test_pair_give(&pair), ASV_OK);
        assert_int_equal(pair.camera.nonce, pair.dock.nonce);
        asv_test_pair_open(&pair);
    }
    for (int s = 0; s < ASV_WIRE_CAMERA_STATES; s++) {
        asv_test_pair_init(&pair, 1);
        asv_test_pair_camera_to(&pair, (enum asv_wire_camera_state)s);
        assert_int_equal(dock_start(), ASV_OK);
        assert_int_equal(asv_test_pair_give(&pair), ASV_OK);
        assert_false(pair.camera.abort_due || pair.camera.holding);
        assert_int_equal(pair.device.dropped, s >= ASV_WIRE_CAMERA_OPEN ? 1 : 0);
        asv_test_pair_open(&pair);
    }
}

static void every_state_has_a_name(void **state)
{
    (void)state;
    for (int s = 0; s < ASV_WIRE_DOCK_STATES; s++) {
        assert_string_not_equal(asv_wire_dock_state_name((enum asv_wire_dock_state)s), "?");
    }
    for (int s = 0; s < ASV_WIRE_CAMERA_STATES; s++) {
        assert_string_not_equal(asv_wire_camera_state_name((enum asv_wire_camera_state)s), "?");
    }
    assert_string_equal(asv_wire_dock_state_name(ASV_WIRE_DOCK_STATES), "?");
    assert_string_equal(asv_wire_camera_state_name(ASV_WIRE_CAMERA_STATES), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_of_the_docks_table_holds),
        cmocka_unit_test(every_cell_of_the_cameras_table_holds),
        cmocka_unit_test(every_move_from_idle_to_idle_happens_when_its_frame_does),
        cmocka_unit_test(a_hello_begins_anew_in_every_state_of_either_end),
        cmocka_unit_test(every_state_has_a_name),
    };
    return asv_crypto_init() == ASV_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
