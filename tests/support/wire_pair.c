/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/support/wire_pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/wire_samples.h"

static void must(const struct asv_test_pair *pair, enum asv_status status, const char *what)
{
    if (status != ASV_OK) {
        fprintf(stderr, "%s: %s: %s\n", what, asv_status_name(status), pair->err.text);
        abort();
    }
}

void asv_test_pair_init(struct asv_test_pair *pair, uint64_t seed)
{
    memset(pair, 0, sizeof *pair);
    asv_test_agency_init(&pair->agency, seed);
    asv_test_world_init(&pair->dock_world, seed);
    asv_test_world_init(&pair->camera_world, seed + 1);
    asv_test_device_init(&pair->device, &pair->agency, &pair->camera_world);
    pair->dock_config = (struct asv_wire_dock_config){
        .chain = pair->agency.dock.chain.encoded,
        .kx_sk = pair->agency.dock.kx_sk,
        .root_pk = pair->agency.root.pk,
        .world = &pair->dock_world.world,
    };
    pair->camera_config = (struct asv_wire_camera_config){
        .chain = pair->agency.camera.chain.encoded,
        .kx_sk = pair->agency.camera.kx_sk,
        .world = &pair->camera_world.world,
    };
    must(pair, asv_wire_dock_init(&pair->dock, &pair->dock_config, &pair->err), "dock");
    must(pair,
         asv_wire_camera_init(&pair->camera, &pair->camera_config, &asv_test_device_ops, &pair->device,
                              &pair->err),
         "camera");
}

enum asv_status asv_test_pair_pull(struct asv_test_pair *pair)
{
    return asv_wire_camera_output(&pair->camera, pair->in, sizeof pair->in, &pair->in_len, &pair->err);
}

enum asv_status asv_test_pair_give(struct asv_test_pair *pair)
{
    return asv_wire_camera_input(&pair->camera, pair->out, pair->out_len, &pair->err);
}

enum asv_status asv_test_pair_take(struct asv_test_pair *pair)
{
    return asv_wire_dock_input(&pair->dock, pair->in, pair->in_len, &pair->event, &pair->err);
}

enum asv_status asv_test_pair_request(struct asv_test_pair *pair, const struct asv_wire_message *message,
                                      uint32_t *request)
{
    return asv_wire_dock_send(&pair->dock, message, ASV_WIRE_NO_DEADLINE, pair->out, sizeof pair->out,
                              &pair->out_len, request, &pair->err);
}

enum asv_status asv_test_pair_ask(struct asv_test_pair *pair, const struct asv_wire_message *message)
{
    uint32_t request = 0;
    must(pair, asv_test_pair_request(pair, message, &request), "request");
    must(pair, asv_test_pair_give(pair), "give");
    must(pair, asv_test_pair_pull(pair), "pull");
    return asv_test_pair_take(pair);
}

/* One more frame of the handshake; false when both are OPEN. */
static bool step(struct asv_test_pair *pair)
{
    switch (pair->dock.state) {
    case ASV_WIRE_DOCK_IDLE:
        must(pair,
             asv_wire_dock_start(&pair->dock, ASV_WIRE_NO_DEADLINE, pair->out, sizeof pair->out,
                                 &pair->out_len, &pair->err),
             "HELLO");
        return true;
    case ASV_WIRE_DOCK_HELLO:
        if (pair->camera.nonce != pair->dock.nonce) {
            must(pair, asv_test_pair_give(pair), "HELLO");
        } else {
            must(pair, asv_test_pair_pull(pair), "HELLO of the camera");
            must(pair, asv_test_pair_take(pair), "HELLO of the camera");
        }
        return true;
    case ASV_WIRE_DOCK_SHAKE_1:
        must(pair, asv_test_pair_pull(pair), "message 1");
        must(pair, asv_test_pair_take(pair), "message 1");
        return true;
    case ASV_WIRE_DOCK_SHAKE_2:
        must(pair, asv_wire_dock_output(&pair->dock, pair->out, sizeof pair->out, &pair->out_len, &pair->err),
             "message 2");
        return true;
    case ASV_WIRE_DOCK_SHAKE_3:
        if (pair->camera.state == ASV_WIRE_CAMERA_SHAKE_2) {
            must(pair, asv_test_pair_give(pair), "message 2");
        } else {
            must(pair, asv_test_pair_pull(pair), "message 3");
            must(pair, asv_test_pair_take(pair), "message 3");
        }
        return true;
    default:
        return false;
    }
}

void asv_test_pair_open(struct asv_test_pair *pair)
{
    while (step(pair)) {
    }
    if (pair->dock.state != ASV_WIRE_DOCK_OPEN || pair->camera.state != ASV_WIRE_CAMERA_OPEN) {
        fprintf(stderr, "not open: %s\n", pair->err.text);
        abort();
    }
}

static void finish_frame(struct asv_test_pair *pair)
{
    struct asv_wire_message finish = {.type = ASV_WIRE_FINISH, .body.finish = {ASV_WIRE_FINISH_READY}};
    uint32_t request = 0;
    must(pair, asv_test_pair_request(pair, &finish, &request), "FINISH");
}

void asv_test_pair_dock_to(struct asv_test_pair *pair, enum asv_wire_dock_state state)
{
    while (pair->dock.state < ASV_WIRE_DOCK_OPEN && pair->dock.state < state) {
        step(pair);
    }
    if (state == ASV_WIRE_DOCK_FAILED) {
        step(pair);
        asv_wire_dock_abort(&pair->dock, ASV_WIRE_CODE_SHUTDOWN, "test");
    } else if (state > ASV_WIRE_DOCK_OPEN) {
        finish_frame(pair);
        if (state == ASV_WIRE_DOCK_FINISHED) {
            must(pair, asv_test_pair_give(pair), "FINISH");
            must(pair, asv_test_pair_pull(pair), "FINISH reply");
            must(pair, asv_test_pair_take(pair), "FINISH reply");
        }
    }
}

void asv_test_pair_camera_to(struct asv_test_pair *pair, enum asv_wire_camera_state state)
{
    if (state == ASV_WIRE_CAMERA_FAILED || state == ASV_WIRE_CAMERA_FINISHING) {
        asv_test_pair_open(pair);
        if (state == ASV_WIRE_CAMERA_FAILED) {
            asv_wire_camera_abort(&pair->camera, ASV_WIRE_CODE_SHUTDOWN, "test");
        } else {
            finish_frame(pair);
            must(pair, asv_test_pair_give(pair), "FINISH");
        }
        return;
    }
    while (pair->camera.state != state) {
        if (pair->camera.state == ASV_WIRE_CAMERA_SHAKE_3 && state == ASV_WIRE_CAMERA_OPEN) {
            asv_test_pair_open(pair);
            return;
        }
        step(pair);
    }
}

struct asv_wire_message asv_test_pair_reply(struct asv_test_pair *pair, uint16_t type)
{
    struct asv_wire_message reply = asv_wire_sample(type | ASV_WIRE_REPLY)->message;
    struct asv_inventory inventory = asv_samples()->inventory;
    struct asv_writer writer;
    if (type == ASV_WIRE_INVENTORY) {
        memcpy(inventory.session, pair->dock.session, sizeof inventory.session);
        asv_writer_init(&writer, pair->inventory, sizeof pair->inventory);
        must(pair, asv_inventory_encode(&writer, &inventory, pair->agency.camera.sk), "inventory");
        reply.body.inventory.inventory = (struct asv_bytes){pair->inventory, writer.len};
    }
    return reply;
}
