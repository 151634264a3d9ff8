/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The dock's end: states and the handshake. dock_session.c has what happens in an open session. */
#include "firmware-proto/wire/dock.h"

#include <string.h>

#include "firmware-proto/wire/dock_session.h"
#include "firmware-proto/wire/machine.h"

#define HELLO     ASV_WIRE_BIT(ASV_WIRE_FRAME_HELLO)
#define HANDSHAKE ASV_WIRE_BIT(ASV_WIRE_FRAME_HANDSHAKE)
#define CONTROL   ASV_WIRE_BIT(ASV_WIRE_FRAME_CONTROL)
#define CHUNKS    ASV_WIRE_BIT(ASV_WIRE_FRAME_CHUNKS)
#define ABORT     ASV_WIRE_BIT(ASV_WIRE_FRAME_ABORT)
#define FINISH    ASV_WIRE_BIT(ASV_WIRE_FINISH)
#define ERROR     ASV_WIRE_BIT(0)
/* A CHUNKS request has no reply inside CONTROL. */
#define REPLIES (ASV_WIRE_ALL_TYPES & ~(FINISH | ASV_WIRE_BIT(ASV_WIRE_CHUNKS)))

/* P-030 */
static const struct asv_wire_permit permits[ASV_WIRE_DOCK_STATES] = {
    [ASV_WIRE_DOCK_IDLE] = {0, 0},
    [ASV_WIRE_DOCK_HELLO] = {HELLO | ABORT, 0},
    [ASV_WIRE_DOCK_SHAKE_1] = {HANDSHAKE | ABORT, 0},
    [ASV_WIRE_DOCK_SHAKE_2] = {ABORT, 0},
    [ASV_WIRE_DOCK_SHAKE_3] = {HANDSHAKE | ABORT, 0},
    [ASV_WIRE_DOCK_OPEN] = {CONTROL | CHUNKS | ABORT, REPLIES},
    [ASV_WIRE_DOCK_FINISHING] = {CONTROL | ABORT, FINISH | ERROR},
    [ASV_WIRE_DOCK_FINISHED] = {0, 0},
    [ASV_WIRE_DOCK_FAILED] = {0, 0},
};

const char *asv_wire_dock_state_name(enum asv_wire_dock_state state)
{
    static const char *const names[ASV_WIRE_DOCK_STATES] = {
        "IDLE", "HELLO", "SHAKE_1", "SHAKE_2", "SHAKE_3", "OPEN", "FINISHING", "FINISHED", "FAILED",
    };
    return (unsigned)state < ASV_WIRE_DOCK_STATES ? names[state] : "?";
}

bool asv_wire_dock_permits(enum asv_wire_dock_state state, enum asv_wire_frame_kind kind, uint16_t type)
{
    bool reply = (type & ASV_WIRE_REPLY) != 0;
    return (unsigned)state < ASV_WIRE_DOCK_STATES && (kind != ASV_WIRE_FRAME_CONTROL || reply) &&
           asv_wire_permit_has(&permits[state], kind, type);
}

/* Keys and outstanding requests go; what the caller may still want to know stays. */
static void forget(struct asv_wire_dock *dock)
{
    asv_noise_wipe(&dock->noise);
    memset(dock->pending, 0, sizeof dock->pending);
    dock->outstanding = 0;
    dock->asked = 0;
    dock->deadline_ms = ASV_WIRE_NO_DEADLINE;
}

/* P-031 */
enum asv_status asv_wire_dock_refuse(struct asv_wire_dock *dock, enum asv_status status, const char *message,
                                     const char *detail, struct asv_err *err)
{
    asv_wire_say(&dock->err, status, "dock", asv_wire_dock_state_name(dock->state), message, detail);
    if (err != NULL) {
        *err = dock->err;
    }
    dock->abort.code = (uint16_t)asv_wire_code_of(status);
    dock->abort.at = 0;
    asv_wire_detail(dock->abort.detail, dock->err.text);
    dock->abort_due = dock->nonce != 0;
    dock->state = ASV_WIRE_DOCK_FAILED;
    forget(dock);
    return status;
}

enum asv_status asv_wire_dock_init(struct asv_wire_dock *dock, const struct asv_wire_dock_config *config,
                                   struct asv_err *err)
{
    struct asv_chain chain;
    struct asv_wire_dock_config own = *config;
    own.frame_chunks = own.frame_chunks == 0 ? ASV_WIRE_MAX_FRAME_CHUNKS : own.frame_chunks;
    own.requests = own.requests == 0 ? ASV_WIRE_MAX_REQUESTS : own.requests;
    own.asked_bytes = own.asked_bytes == 0 ? ASV_WIRE_MAX_ASKED_BYTES : own.asked_bytes;
    if (own.frame_chunks > ASV_WIRE_MAX_FRAME_CHUNKS || own.requests > ASV_WIRE_MAX_REQUESTS ||
        own.asked_bytes > ASV_WIRE_MAX_ASKED_BYTES || own.asked_bytes < ASV_WIRE_CHUNK_BYTES) {
        return asv_fail(err, ASV_E_USAGE, "dock: a limit outside PROTOCOL.md");
    }
    enum asv_status status = asv_wire_check_own(&chain, own.chain, own.kx_sk, ASV_ROLE_DOCK, err);
    if (status != ASV_OK) {
        return status;
    }
    asv_wipe(dock, sizeof *dock);
    dock->config = own;
    forget(dock);
    return ASV_OK;
}

void asv_wire_dock_wipe(struct asv_wire_dock *dock)
{
    struct asv_wire_dock_config config = dock->config;
    asv_wipe(dock, sizeof *dock);
    dock->config = config;
    forget(dock);
}

static enum asv_status write_hello(struct asv_wire_dock *dock, uint8_t *out, size_t cap, size_t *len)
{
    struct asv_wire_hello hello = {
        .version_count = 1,
        .versions = {ASV_WIRE_VERSION_1},
        .suite_count = 1,
        .suites = {ASV_SUITE_1},
        .frame_chunks = dock->config.frame_chunks,
        .requests = dock->config.requests,
        .asked_bytes = dock->config.asked_bytes,
    };
    struct asv_writer writer;
    asv_key_digest(hello.agency, dock->config.root_pk);
    asv_writer_init(&writer, dock->hello, sizeof dock->hello);
    enum asv_status status = asv_wire_hello_encode(&writer, &hello);
    if (status != ASV_OK) {
        return status;
    }
    dock->hello_len = writer.len;
    if (cap < ASV_WIRE_FRAME_HEADER_BYTES + writer.len + 1) {
        return ASV_E_LIMIT;
    }
    memcpy(out + ASV_WIRE_FRAME_HEADER_BYTES, dock->hello, writer.len);
    return asv_wire_frame_seal(out, cap, ASV_WIRE_FRAME_HELLO, dock->nonce, 0, writer.len, len);
}

enum asv_status asv_wire_dock_start(struct asv_wire_dock *dock, uint64_t deadline_ms, uint8_t *out,
                                    size_t cap, size_t *len, struct asv_err *err)
{
    asv_wire_dock_wipe(dock);
    enum asv_status status = ASV_OK;
    while (status == ASV_OK && dock->nonce == 0) { /* P-010 */
        status = asv_world_random(dock->config.world, &dock->nonce, sizeof dock->nonce);
    }
    if (status == ASV_OK) {
        status = write_hello(dock, out, cap, len);
    }
    if (status != ASV_OK) {
        dock->nonce = 0;
        return asv_wire_dock_refuse(dock, status, "HELLO", "cannot be made", err);
    }
    dock->deadline_ms = deadline_ms;
    dock->state = ASV_WIRE_DOCK_HELLO;
    return ASV_OK;
}

/* The camera chose among what was offered, and nothing else. */
static bool within_offer(const struct asv_wire_dock *dock, const struct asv_wire_hello_reply *chosen)
{
    return chosen->version == ASV_WIRE_VERSION_1 && chosen->suite == ASV_SUITE_1 &&
           chosen->frame_chunks <= dock->config.frame_chunks && chosen->requests <= dock->config.requests &&
           chosen->asked_bytes <= dock->config.asked_bytes;
}

static enum asv_status take_hello(struct asv_wire_dock *dock, const struct asv_wire_frame *frame,
                                  struct asv_err *err)
{
    struct asv_wire_hello_reply chosen;
    struct asv_err why = {0};
    enum asv_status status = asv_wire_hello_reply_decode(&chosen, frame->body.data, frame->body.len, &why);
    if (status != ASV_OK) {
        return asv_wire_dock_refuse(dock, status, "HELLO", why.text, err);
    }
    if (!within_offer(dock, &chosen)) { /* P-014 */
        return asv_wire_dock_refuse(dock, ASV_E_UNSUPPORTED, "HELLO", "chooses what was not offered", err);
    }
    status = asv_wire_noise_begin(&dock->noise, false, (struct asv_bytes){dock->hello, dock->hello_len},
                                  frame->body, dock->config.kx_sk, dock->config.world);
    if (status != ASV_OK) {
        return asv_wire_dock_refuse(dock, status, "HELLO", "no randomness", err);
    }
    dock->limits = chosen;
    dock->state = ASV_WIRE_DOCK_SHAKE_1;
    return ASV_OK;
}

static enum asv_status take_handshake(struct asv_wire_dock *dock, const struct asv_wire_frame *frame,
                                      uint8_t *message, struct asv_wire_event *event, struct asv_err *err)
{
    struct asv_bytes payload;
    struct asv_err why = {0};
    if (frame->request != dock->nonce) {
        return asv_wire_dock_refuse(dock, ASV_E_MISMATCH, "HANDSHAKE", "of another session", err);
    }
    enum asv_status status = asv_noise_read(&dock->noise, message, frame->body.len, &payload);
    if (status != ASV_OK) { /* P-029 */
        return asv_wire_dock_refuse(dock, status, "HANDSHAKE", "does not authenticate", err);
    }
    if (dock->state == ASV_WIRE_DOCK_SHAKE_1) {
        if (payload.len != 0) { /* P-022: it would be in clear */
            return asv_wire_dock_refuse(dock, ASV_E_MALFORMED, "HANDSHAKE", "message 1 has a payload", err);
        }
        dock->state = ASV_WIRE_DOCK_SHAKE_2;
        return ASV_OK;
    }
    int64_t now_ms = ASV_TIME_UNKNOWN;
    if (asv_world_wall_ms(dock->config.world, &now_ms) != ASV_OK) {
        now_ms = ASV_TIME_UNKNOWN;
    }
    if (payload.len > sizeof dock->camera_chain) {
        return asv_wire_dock_refuse(dock, ASV_E_LIMIT, "HANDSHAKE", "the chain is too long", err);
    }
    memcpy(dock->camera_chain, payload.data, payload.len);
    status = asv_wire_check_peer(&dock->camera, (struct asv_bytes){dock->camera_chain, payload.len},
                                 dock->noise.peer_static, dock->config.root_pk, ASV_ROLE_CAMERA, now_ms,
                                 dock->config.revocations, &why);
    if (status != ASV_OK && status != ASV_E_REVOKED && status != ASV_E_EXPIRED) { /* P-025 */
        return asv_wire_dock_refuse(dock, status, "HANDSHAKE", why.text, err);
    }
    memcpy(dock->session, dock->noise.hash, sizeof dock->session); /* P-028 */
    memcpy(event->peer.session, dock->session, sizeof dock->session);
    event->peer.chain = &dock->camera;
    event->peer.standing = status;
    event->kind = ASV_WIRE_EVENT_OPEN;
    dock->deadline_ms = ASV_WIRE_NO_DEADLINE;
    dock->state = ASV_WIRE_DOCK_OPEN;
    return ASV_OK;
}

/* P-032: heard, and not answered. */
static enum asv_status take_abort(struct asv_wire_dock *dock, const struct asv_wire_frame *frame,
                                  struct asv_wire_event *event, struct asv_err *err)
{
    if (frame->request != dock->nonce ||
        asv_wire_abort_decode(&event->abort, frame->body.data, frame->body.len) != ASV_OK) {
        return asv_wire_dock_refuse(dock, ASV_E_MALFORMED, "ABORT", "cannot be read", err);
    }
    asv_wire_say(&dock->err, asv_wire_code_status((enum asv_wire_code)event->abort.code), "dock",
                 asv_wire_dock_state_name(dock->state), "ABORT of the camera", event->abort.detail);
    event->kind = ASV_WIRE_EVENT_ABORTED;
    dock->state = ASV_WIRE_DOCK_FAILED;
    forget(dock);
    return ASV_OK;
}

/* P-012: what an earlier session left in the pipe is not this session's. */
static enum asv_status discard(struct asv_wire_dock *dock, struct asv_err *err)
{
    if (++dock->stale > ASV_WIRE_MAX_STALE_FRAMES) {
        return asv_wire_dock_refuse(dock, ASV_E_LIMIT, "HELLO", "too many frames before it", err);
    }
    return ASV_OK;
}

static enum asv_status dispatch(struct asv_wire_dock *dock, const struct asv_wire_frame *frame, uint8_t *body,
                                struct asv_wire_event *event, struct asv_err *err)
{
    switch (frame->kind) {
    case ASV_WIRE_FRAME_HELLO:
        return take_hello(dock, frame, err);
    case ASV_WIRE_FRAME_HANDSHAKE:
        return take_handshake(dock, frame, body, event, err);
    case ASV_WIRE_FRAME_CONTROL:
        return asv_wire_dock_take_control(dock, body, frame->body.len, event, err);
    case ASV_WIRE_FRAME_CHUNKS:
        return asv_wire_dock_take_chunks(dock, frame, event, err);
    case ASV_WIRE_FRAME_ABORT:
        return take_abort(dock, frame, event, err);
    }
    return asv_wire_dock_refuse(dock, ASV_E_INTERNAL, "frame", "kind without a handler", err);
}

enum asv_status asv_wire_dock_input(struct asv_wire_dock *dock, uint8_t *data, size_t len,
                                    struct asv_wire_event *event, struct asv_err *err)
{
    struct asv_wire_frame frame;
    struct asv_err why = {0};
    memset(event, 0, sizeof *event);
    if (dock->state == ASV_WIRE_DOCK_IDLE || dock->state == ASV_WIRE_DOCK_FINISHED ||
        dock->state == ASV_WIRE_DOCK_FAILED) {
        return asv_fail(err, ASV_E_STATE, "dock: no session");
    }
    enum asv_status status = asv_wire_frame_decode(data, len, &frame, &why);
    if (dock->state == ASV_WIRE_DOCK_HELLO) {
        bool ours = status == ASV_OK && frame.request == dock->nonce &&
                    (frame.kind == ASV_WIRE_FRAME_HELLO || frame.kind == ASV_WIRE_FRAME_ABORT);
        return ours ? dispatch(dock, &frame, data + ASV_WIRE_FRAME_HEADER_BYTES, event, err)
                    : discard(dock, err);
    }
    if (status != ASV_OK) {
        return asv_wire_dock_refuse(dock, status, "frame", why.text, err);
    }
    /* Types inside CONTROL are judged when they are known; any type serves to ask for the kind. */
    if ((permits[dock->state].kinds & ASV_WIRE_BIT((unsigned)frame.kind)) == 0) {
        return asv_wire_dock_refuse(dock, ASV_E_STATE, asv_wire_frame_kind_name(frame.kind),
                                    "not permitted now", err);
    }
    return dispatch(dock, &frame, data + ASV_WIRE_FRAME_HEADER_BYTES, event, err);
}

enum asv_status asv_wire_dock_output(struct asv_wire_dock *dock, uint8_t *out, size_t cap, size_t *len,
                                     struct asv_err *err)
{
    if (dock->abort_due) {
        enum asv_status status = asv_wire_abort_frame(&dock->abort, dock->nonce, out, cap, len);
        if (status == ASV_OK) {
            dock->abort_due = false;
        }
        return status;
    }
    if (dock->state != ASV_WIRE_DOCK_SHAKE_2) {
        return ASV_E_AGAIN;
    }
    if (cap < ASV_WIRE_FRAME_HEADER_BYTES + ASV_WIRE_MAX_HANDSHAKE_BYTES) {
        return asv_fail(err, ASV_E_LIMIT, "dock: buffer too small for a handshake message");
    }
    enum asv_status status =
        asv_wire_handshake_frame(&dock->noise, dock->config.chain, dock->nonce, out, cap, len);
    if (status != ASV_OK) {
        return asv_wire_dock_refuse(dock, status, "HANDSHAKE", "message 2 cannot be made", err);
    }
    dock->state = ASV_WIRE_DOCK_SHAKE_3;
    return ASV_OK;
}

void asv_wire_dock_abort(struct asv_wire_dock *dock, enum asv_wire_code code, const char *detail)
{
    if (dock->state == ASV_WIRE_DOCK_IDLE || dock->state == ASV_WIRE_DOCK_FINISHED ||
        dock->state == ASV_WIRE_DOCK_FAILED) {
        return;
    }
    enum asv_status status = asv_wire_dock_refuse(dock, asv_wire_code_status(code), "ABORT", detail, NULL);
    (void)status; /* it is what was asked for */
    dock->abort.code = (uint16_t)code;
}
