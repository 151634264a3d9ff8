/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The camera's end: states and the handshake. camera_session.c has what happens in an open session. */
#include "firmware-proto/wire/camera.h"

#include <string.h>

#include "firmware-proto/wire/camera_session.h"
#include "firmware-proto/wire/machine.h"

#define HELLO     ASV_WIRE_BIT(ASV_WIRE_FRAME_HELLO)
#define HANDSHAKE ASV_WIRE_BIT(ASV_WIRE_FRAME_HANDSHAKE)
#define CONTROL   ASV_WIRE_BIT(ASV_WIRE_FRAME_CONTROL)
#define ABORT     ASV_WIRE_BIT(ASV_WIRE_FRAME_ABORT)
/* Bit 0 would be ERROR, which a dock never sends. */
#define REQUESTS (ASV_WIRE_ALL_TYPES & ~ASV_WIRE_BIT(0))

/* P-030. No state takes CHUNKS: they go the other way. HELLO is taken in all: a dock that lost its session
 * begins anew. */
static const struct asv_wire_permit permits[ASV_WIRE_CAMERA_STATES] = {
    [ASV_WIRE_CAMERA_IDLE] = {HELLO | ABORT, 0},
    [ASV_WIRE_CAMERA_HELLO] = {HELLO | ABORT, 0},
    [ASV_WIRE_CAMERA_SHAKE_1] = {HELLO | ABORT, 0},
    [ASV_WIRE_CAMERA_SHAKE_2] = {HELLO | ABORT | HANDSHAKE, 0},
    [ASV_WIRE_CAMERA_SHAKE_3] = {HELLO | ABORT, 0},
    [ASV_WIRE_CAMERA_OPEN] = {HELLO | ABORT | CONTROL, REQUESTS},
    [ASV_WIRE_CAMERA_FINISHING] = {HELLO | ABORT, 0},
    [ASV_WIRE_CAMERA_FAILED] = {HELLO | ABORT, 0},
};

const char *asv_wire_camera_state_name(enum asv_wire_camera_state state)
{
    static const char *const names[ASV_WIRE_CAMERA_STATES] = {
        "IDLE", "HELLO", "SHAKE_1", "SHAKE_2", "SHAKE_3", "OPEN", "FINISHING", "FAILED",
    };
    return (unsigned)state < ASV_WIRE_CAMERA_STATES ? names[state] : "?";
}

bool asv_wire_camera_permits(enum asv_wire_camera_state state, enum asv_wire_frame_kind kind, uint16_t type)
{
    bool reply = (type & ASV_WIRE_REPLY) != 0;
    return (unsigned)state < ASV_WIRE_CAMERA_STATES && (kind != ASV_WIRE_FRAME_CONTROL || !reply) &&
           asv_wire_permit_has(&permits[state], kind, type);
}

/* Back to nothing but the configuration; the device is told when it knew of the session. */
static void forget(struct asv_wire_camera *camera, enum asv_wire_camera_state state)
{
    bool told = camera->told;
    asv_noise_wipe(&camera->noise);
    asv_wipe(camera->request, sizeof camera->request);
    memset(camera->queue, 0, sizeof camera->queue);
    camera->queued = 0;
    camera->queue_head = 0;
    camera->asked = 0;
    camera->last_request = 0;
    camera->told = false;
    camera->waiting = false;
    camera->holding = false;
    camera->unknown = false;
    camera->chunk_error_due = false;
    camera->state = state;
    if (told) {
        camera->ops->dropped(camera->ctx);
    }
}

/* P-031 */
enum asv_status asv_wire_camera_refuse(struct asv_wire_camera *camera, enum asv_status status,
                                       const char *message, const char *detail, struct asv_err *err)
{
    asv_wire_say(&camera->err, status, "camera", asv_wire_camera_state_name(camera->state), message, detail);
    if (err != NULL) {
        *err = camera->err;
    }
    camera->abort.code = (uint16_t)asv_wire_code_of(status);
    camera->abort.at = 0;
    asv_wire_detail(camera->abort.detail, camera->err.text);
    camera->abort_due = camera->nonce != 0;
    forget(camera, ASV_WIRE_CAMERA_FAILED);
    return status;
}

enum asv_status asv_wire_camera_init(struct asv_wire_camera *camera,
                                     const struct asv_wire_camera_config *config,
                                     const struct asv_wire_camera_ops *ops, void *ctx, struct asv_err *err)
{
    struct asv_chain chain;
    struct asv_wire_camera_config own = *config;
    own.frame_chunks = own.frame_chunks == 0 ? ASV_WIRE_MAX_FRAME_CHUNKS : own.frame_chunks;
    own.requests = own.requests == 0 ? ASV_WIRE_MAX_REQUESTS : own.requests;
    own.asked_bytes = own.asked_bytes == 0 ? ASV_WIRE_MAX_ASKED_BYTES : own.asked_bytes;
    if (own.frame_chunks > ASV_WIRE_MAX_FRAME_CHUNKS || own.requests > ASV_WIRE_MAX_REQUESTS ||
        own.asked_bytes > ASV_WIRE_MAX_ASKED_BYTES || own.asked_bytes < ASV_WIRE_CHUNK_BYTES) {
        return asv_fail(err, ASV_E_USAGE, "camera: a limit outside PROTOCOL.md");
    }
    enum asv_status status = asv_wire_check_own(&chain, own.chain, own.kx_sk, ASV_ROLE_CAMERA, err);
    if (status != ASV_OK) {
        return status;
    }
    asv_wipe(camera, sizeof *camera);
    camera->config = own;
    camera->ops = ops;
    camera->ctx = ctx;
    asv_cert_digest(camera->cert_digest, &chain.leaf);
    forget(camera, ASV_WIRE_CAMERA_IDLE);
    return ASV_OK;
}

void asv_wire_camera_reset(struct asv_wire_camera *camera)
{
    camera->abort_due = false;
    camera->nonce = 0;
    forget(camera, ASV_WIRE_CAMERA_IDLE);
}

void asv_wire_camera_abort(struct asv_wire_camera *camera, enum asv_wire_code code, const char *detail)
{
    if (camera->state == ASV_WIRE_CAMERA_IDLE || camera->state == ASV_WIRE_CAMERA_FAILED) {
        return;
    }
    enum asv_status status =
        asv_wire_camera_refuse(camera, asv_wire_code_status(code), "ABORT", detail, NULL);
    (void)status; /* it is what was asked for */
    camera->abort.code = (uint16_t)code;
}

static bool offers(const uint16_t *values, uint8_t count, uint16_t wanted)
{
    for (uint8_t i = 0; i < count; i++) {
        if (values[i] == wanted) {
            return true;
        }
    }
    return false;
}

/* P-014: the highest of both, of everything offered. */
static enum asv_status choose(struct asv_wire_camera *camera, const struct asv_wire_hello *hello)
{
    if (!offers(hello->versions, hello->version_count, ASV_WIRE_VERSION_1) ||
        !offers(hello->suites, hello->suite_count, ASV_SUITE_1)) {
        return ASV_E_UNSUPPORTED;
    }
    const struct asv_wire_camera_config *own = &camera->config;
    camera->limits.version = ASV_WIRE_VERSION_1;
    camera->limits.suite = ASV_SUITE_1;
    camera->limits.frame_chunks =
        hello->frame_chunks < own->frame_chunks ? hello->frame_chunks : own->frame_chunks;
    camera->limits.requests = hello->requests < own->requests ? hello->requests : own->requests;
    camera->limits.asked_bytes =
        hello->asked_bytes < own->asked_bytes ? hello->asked_bytes : own->asked_bytes;
    return ASV_OK;
}

static enum asv_status take_hello(struct asv_wire_camera *camera, const struct asv_wire_frame *frame,
                                  struct asv_err *err)
{
    struct asv_wire_hello hello;
    struct asv_err why = {0};
    asv_wire_camera_reset(camera); /* P-011: whatever was before */
    camera->nonce = frame->request;
    enum asv_status status = asv_wire_hello_decode(&hello, frame->body.data, frame->body.len, &why);
    if (status != ASV_OK) {
        return asv_wire_camera_refuse(camera, status, "HELLO", why.text, err);
    }
    status = choose(camera, &hello);
    if (status != ASV_OK) {
        return asv_wire_camera_refuse(camera, status, "HELLO", "no version or suite in common", err);
    }
    const uint8_t *root_pk = NULL;
    const struct asv_revocations *revocations = NULL;
    int64_t now_ms = ASV_TIME_UNKNOWN;
    uint8_t agency[ASV_SHA256_BYTES];
    status = camera->ops->trust(camera->ctx, &root_pk, &now_ms, &revocations);
    if (status != ASV_OK) {
        return asv_wire_camera_refuse(camera, status, "HELLO", "the device has no root to trust", err);
    }
    asv_key_digest(agency, root_pk);
    if (memcmp(agency, hello.agency, sizeof agency) != 0) { /* P-015 */
        status = asv_wire_camera_refuse(camera, ASV_E_UNTRUSTED, "HELLO", "another agency's dock", err);
        camera->abort.code = ASV_WIRE_CODE_FOREIGN;
        return status;
    }
    memcpy(camera->hello, frame->body.data, frame->body.len);
    camera->hello_len = frame->body.len;
    camera->state = ASV_WIRE_CAMERA_HELLO;
    return ASV_OK;
}

static enum asv_status take_handshake(struct asv_wire_camera *camera, const struct asv_wire_frame *frame,
                                      uint8_t *message, struct asv_err *err)
{
    struct asv_bytes payload;
    struct asv_err why = {0};
    if (frame->request != camera->nonce) {
        return asv_wire_camera_refuse(camera, ASV_E_MISMATCH, "HANDSHAKE", "of another session", err);
    }
    enum asv_status status = asv_noise_read(&camera->noise, message, frame->body.len, &payload);
    if (status != ASV_OK) {
        return asv_wire_camera_refuse(camera, status, "HANDSHAKE", "does not authenticate", err);
    }
    if (payload.len > sizeof camera->dock_chain) {
        return asv_wire_camera_refuse(camera, ASV_E_LIMIT, "HANDSHAKE", "the chain is too long", err);
    }
    memcpy(camera->dock_chain, payload.data, payload.len);
    const uint8_t *root_pk = NULL;
    const struct asv_revocations *revocations = NULL;
    int64_t now_ms = ASV_TIME_UNKNOWN;
    status = camera->ops->trust(camera->ctx, &root_pk, &now_ms, &revocations);
    if (status == ASV_OK) {
        status =
            asv_wire_check_peer(&camera->session.dock, (struct asv_bytes){camera->dock_chain, payload.len},
                                camera->noise.peer_static, root_pk, ASV_ROLE_DOCK, now_ms, revocations, &why);
    }
    if (status != ASV_OK) { /* P-024: revoked and expired docks too */
        return asv_wire_camera_refuse(camera, status, "HANDSHAKE", why.text, err);
    }
    camera->state = ASV_WIRE_CAMERA_SHAKE_3;
    return ASV_OK;
}

/* P-032: a dock that gives up is not answered; an ABORT of another session means nothing. */
static enum asv_status take_abort(struct asv_wire_camera *camera, const struct asv_wire_frame *frame)
{
    if (frame->request == camera->nonce) {
        asv_wire_camera_reset(camera);
    }
    return ASV_OK;
}

enum asv_status asv_wire_camera_input(struct asv_wire_camera *camera, uint8_t *data, size_t len,
                                      struct asv_err *err)
{
    struct asv_wire_frame frame;
    struct asv_err why = {0};
    /* P-032: without a session nothing but HELLO is answered. */
    bool closed = camera->state == ASV_WIRE_CAMERA_IDLE || camera->state == ASV_WIRE_CAMERA_FAILED;
    enum asv_status status = asv_wire_frame_decode(data, len, &frame, &why);
    if (status != ASV_OK) {
        return closed ? asv_fail(err, status, why.text)
                      : asv_wire_camera_refuse(camera, status, "frame", why.text, err);
    }
    if ((permits[camera->state].kinds & ASV_WIRE_BIT((unsigned)frame.kind)) == 0) {
        const char *name = asv_wire_frame_kind_name(frame.kind);
        return closed ? asv_fail(err, ASV_E_STATE, name)
                      : asv_wire_camera_refuse(camera, ASV_E_STATE, name, "not permitted now", err);
    }
    switch (frame.kind) {
    case ASV_WIRE_FRAME_HELLO:
        return take_hello(camera, &frame, err);
    case ASV_WIRE_FRAME_HANDSHAKE:
        return take_handshake(camera, &frame, data + ASV_WIRE_FRAME_HEADER_BYTES, err);
    case ASV_WIRE_FRAME_CONTROL:
        return asv_wire_camera_take_control(camera, frame.body, err);
    case ASV_WIRE_FRAME_ABORT:
        return take_abort(camera, &frame);
    case ASV_WIRE_FRAME_CHUNKS:
        break;
    }
    return asv_wire_camera_refuse(camera, ASV_E_INTERNAL, "frame", "kind without a handler", err);
}

static enum asv_status send_hello(struct asv_wire_camera *camera, uint8_t *out, size_t cap, size_t *len,
                                  struct asv_err *err)
{
    struct asv_writer writer;
    asv_writer_init(&writer, out + ASV_WIRE_FRAME_HEADER_BYTES, ASV_WIRE_MAX_HELLO_BYTES);
    enum asv_status status = asv_wire_hello_reply_encode(&writer, &camera->limits);
    if (status == ASV_OK) {
        status = asv_wire_noise_begin(
            &camera->noise, true, (struct asv_bytes){camera->hello, camera->hello_len},
            (struct asv_bytes){writer.data, writer.len}, camera->config.kx_sk, camera->config.world);
    }
    if (status == ASV_OK) {
        status = asv_wire_frame_seal(out, cap, ASV_WIRE_FRAME_HELLO, camera->nonce, 0, writer.len, len);
    }
    if (status != ASV_OK) {
        return asv_wire_camera_refuse(camera, status, "HELLO", "cannot be answered", err);
    }
    camera->state = ASV_WIRE_CAMERA_SHAKE_1;
    return ASV_OK;
}

static enum asv_status send_handshake(struct asv_wire_camera *camera, uint8_t *out, size_t cap, size_t *len,
                                      struct asv_err *err)
{
    /* P-022: message 1 carries nothing, message 3 who we are. */
    bool last = camera->state == ASV_WIRE_CAMERA_SHAKE_3;
    struct asv_bytes payload = last ? camera->config.chain : (struct asv_bytes){NULL, 0};
    enum asv_status status = asv_wire_handshake_frame(&camera->noise, payload, camera->nonce, out, cap, len);
    if (status != ASV_OK) {
        return asv_wire_camera_refuse(camera, status, "HANDSHAKE", "cannot be made", err);
    }
    if (!last) {
        camera->state = ASV_WIRE_CAMERA_SHAKE_2;
        return ASV_OK;
    }
    struct asv_err why = {0};
    /* P-028 */
    memcpy(camera->session.id, camera->noise.hash, sizeof camera->session.id);
    status = camera->ops->session(camera->ctx, &camera->session, &why);
    if (status != ASV_OK) {
        return asv_wire_camera_refuse(camera, status, "HANDSHAKE", why.text, err);
    }
    camera->told = true;
    camera->state = ASV_WIRE_CAMERA_OPEN;
    return ASV_OK;
}

enum asv_status asv_wire_camera_output(struct asv_wire_camera *camera, uint8_t *out, size_t cap, size_t *len,
                                       struct asv_err *err)
{
    if (cap < ASV_WIRE_MAX_FRAME_BYTES) {
        return asv_fail_at(err, ASV_E_LIMIT, "camera: buffer smaller than a frame", cap);
    }
    if (camera->abort_due) {
        camera->abort_due = false;
        return asv_wire_abort_frame(&camera->abort, camera->nonce, out, cap, len);
    }
    switch (camera->state) {
    case ASV_WIRE_CAMERA_HELLO:
        return send_hello(camera, out, cap, len, err);
    case ASV_WIRE_CAMERA_SHAKE_1:
    case ASV_WIRE_CAMERA_SHAKE_3:
        return send_handshake(camera, out, cap, len, err);
    case ASV_WIRE_CAMERA_OPEN:
    case ASV_WIRE_CAMERA_FINISHING:
        return asv_wire_camera_serve(camera, out, cap, len, err);
    default:
        return ASV_E_AGAIN;
    }
}

bool asv_wire_camera_waiting(const struct asv_wire_camera *camera)
{
    return camera->holding && camera->waiting;
}
