/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A dock and a camera connected by nothing but frames in memory.
 */
#ifndef ASV_TESTS_SUPPORT_WIRE_PAIR_H
#define ASV_TESTS_SUPPORT_WIRE_PAIR_H

#include "firmware-proto/wire/camera.h"
#include "firmware-proto/wire/dock.h"
#include "tests/support/wire_device.h"

struct asv_test_pair {
    struct asv_test_agency agency;
    struct asv_test_world dock_world;
    struct asv_test_world camera_world;
    struct asv_test_device device;
    struct asv_wire_dock_config dock_config;
    struct asv_wire_camera_config camera_config;
    struct asv_wire_dock dock;
    struct asv_wire_camera camera;
    struct asv_wire_event event;               /* of the last frame that the dock took */
    struct asv_err err;                        /* of the last failure */
    uint8_t out[ASV_WIRE_MAX_OUT_FRAME_BYTES]; /* a frame on its way to the camera */
    size_t out_len;
    uint8_t in[ASV_WIRE_MAX_FRAME_BYTES]; /* a frame on its way to the dock */
    size_t in_len;
    uint8_t inventory[ASV_INVENTORY_MAX_BYTES];
};

/* Both machines made, nothing sent. Aborts when it fails, as everything below that returns nothing. */
void asv_test_pair_init(struct asv_test_pair *pair, uint64_t seed);

/* Runs the handshake until both ends are OPEN; the dock's event is then ASV_WIRE_EVENT_OPEN. */
void asv_test_pair_open(struct asv_test_pair *pair);

/* The handshake, so far that the dock is in this state (IDLE to OPEN, or FINISHING, FINISHED, FAILED). The
 * camera is where the frames passed took it. */
void asv_test_pair_dock_to(struct asv_test_pair *pair, enum asv_wire_dock_state state);
void asv_test_pair_camera_to(struct asv_test_pair *pair, enum asv_wire_camera_state state);

/* Makes a request's frame in pair->out. */
enum asv_status asv_test_pair_request(struct asv_test_pair *pair, const struct asv_wire_message *message,
                                      uint32_t *request);

/* The next frame of the camera into pair->in; what asv_wire_camera_output answers. */
enum asv_status asv_test_pair_pull(struct asv_test_pair *pair);

/* pair->out to the camera; pair->in to the dock (event in pair->event). */
enum asv_status asv_test_pair_give(struct asv_test_pair *pair);
enum asv_status asv_test_pair_take(struct asv_test_pair *pair);

/* A request and its one reply, all the way; what the dock's input answers. */
enum asv_status asv_test_pair_ask(struct asv_test_pair *pair, const struct asv_wire_message *message);

/* The sample's reply; an inventory of this session. It views into *pair. */
struct asv_wire_message asv_test_pair_reply(struct asv_test_pair *pair, uint16_t type);

#endif
