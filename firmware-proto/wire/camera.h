/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The camera's end of a session, sans I/O: frames of the dock go in, frames for the dock come out, and what
 * the camera is asked for is fetched through struct asv_wire_camera_ops while a frame is being made.
 *
 *     for each OUT transfer: asv_wire_camera_input; on ASV_E_BUSY keep the frame, and give it again after
 *                            asv_wire_camera_output made a frame
 *     whenever the IN endpoint can take a frame: asv_wire_camera_output -> frame, or ASV_E_AGAIN
 *
 * CHUNKS requests are queued (up to the agreed limit); of all other requests one at a time is held until it
 * is answered, and answered before any further chunks. Frames must be sent in the order in which they were
 * made. A HELLO begins a new session in every state.
 *
 * No allocation, no clock, one thread at a time. struct asv_wire_camera is about 70 KiB, of which 64 KiB hold
 * the largest request.
 */
#ifndef ASV_WIRE_CAMERA_H
#define ASV_WIRE_CAMERA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"
#include "firmware-proto/base/world.h"
#include "firmware-proto/trust/assignment.h"
#include "firmware-proto/trust/bulletin.h"
#include "firmware-proto/trust/chain.h"
#include "firmware-proto/trust/configuration.h"
#include "firmware-proto/trust/destruction.h"
#include "firmware-proto/trust/erasure.h"
#include "firmware-proto/trust/inventory.h"
#include "firmware-proto/trust/receipt.h"
#include "firmware-proto/wire/frame.h"
#include "firmware-proto/wire/messages.h"
#include "firmware-proto/wire/noise.h"

enum asv_wire_camera_state {
    ASV_WIRE_CAMERA_IDLE = 0,    /* HELLO is awaited */
    ASV_WIRE_CAMERA_HELLO = 1,   /* our HELLO is to be sent */
    ASV_WIRE_CAMERA_SHAKE_1 = 2, /* Noise message 1 is to be sent */
    ASV_WIRE_CAMERA_SHAKE_2 = 3, /* Noise message 2 is awaited */
    ASV_WIRE_CAMERA_SHAKE_3 = 4, /* Noise message 3 is to be sent */
    ASV_WIRE_CAMERA_OPEN = 5,
    ASV_WIRE_CAMERA_FINISHING = 6, /* the reply to FINISH is to be sent */
    ASV_WIRE_CAMERA_FAILED = 7,    /* an ABORT may be to be sent; HELLO is awaited */
    ASV_WIRE_CAMERA_STATES = 8,
};

/* The dock of the session, authenticated. Views are valid during the call. */
struct asv_wire_session {
    uint8_t id[ASV_SHA256_BYTES]; /* Noise handshake hash */
    struct asv_chain dock;        /* verified: agency, role DOCK, not revoked, in time if the time is known */
};

/* Objects of which the camera holds one, numbered, and takes only a newer one. */
enum asv_wire_held_kind {
    ASV_WIRE_HELD_BULLETIN = 0,
    ASV_WIRE_HELD_REVOCATIONS = 1,
    ASV_WIRE_HELD_CONFIGURATION = 2,
    ASV_WIRE_HELD_ASSIGNMENT = 3,
    ASV_WIRE_HELD_KINDS = 4,
};

struct asv_wire_held {
    uint64_t number;                  /* 0: none is held */
    uint8_t digest[ASV_SHA256_BYTES]; /* asv_object_digest of it */
};

/* What the machine asks of the device. Called synchronously from asv_wire_camera_output (session and trust
 * also from input), never reentrantly. Unless said otherwise:
 *  - a status other than ASV_OK becomes an ERROR reply with asv_wire_code_of(status), err's text and *at;
 *  - ASV_E_AGAIN means "not yet": the request stays held, chunks go on, and the same op is called again with
 *    the same arguments at the next output. For what takes long (overwriting an erased clip), never for
 *    reads;
 *  - every view given is valid only during the call.
 * None may be NULL. */
struct asv_wire_camera_ops {
    /* Whom to trust now: the agency root (32 bytes), the time or ASV_TIME_UNKNOWN, and the verified
     * revocation list held or NULL. *root_pk and *revocations stay valid until the next op. */
    enum asv_status (*trust)(void *ctx, const uint8_t **root_pk, int64_t *now_ms,
                             const struct asv_revocations **revocations);

    /* A dock authenticated itself. Called once per session before any other request; a failure ends it. */
    enum asv_status (*session)(void *ctx, const struct asv_wire_session *session, struct asv_err *err);

    /* Reads the clocks; dock_mono_ms is filled in by the machine. */
    enum asv_status (*clock)(void *ctx, struct asv_wire_clock_reply *out, struct asv_err *err);

    enum asv_status (*status)(void *ctx, struct asv_wire_status_reply *out, struct asv_err *err);

    /* Writes one signed block (devlog.h) of at most count entries from entry `from` on, or the oldest one
     * held, into out[cap]; an empty block when there is none. cap >= ASV_DEVLOG_MAX_BYTES. */
    enum asv_status (*log)(void *ctx, uint64_t from, uint16_t count, uint8_t *out, size_t cap, size_t *len,
                           struct asv_err *err);

    /* The clip with the smallest number above `after`; ASV_E_NOT_FOUND when there is none (no error). */
    enum asv_status (*clip_next)(void *ctx, uint64_t after, struct asv_wire_clip *out, struct asv_err *err);

    /* Reads exactly length bytes at offset of a clip's file into out. ASV_E_NOT_FOUND: no such clip;
     * ASV_E_LIMIT: offset + length is behind its end, *at = its length; ASV_E_BUSY: being recorded;
     * ASV_E_IO: *at = the offset that failed. */
    enum asv_status (*file)(void *ctx, const struct asv_wire_file_read *read, uint8_t *out, uint64_t *at,
                            struct asv_err *err);

    /* Reads count whole chunks from index first on straight into the frame: out[count * 65,552]. *done = how
     * many were read before a failure; those are sent, the rest is an ERROR (ASV_E_NOT_FOUND, ASV_E_LIMIT:
     * *at = chunks the payload has, ASV_E_BUSY, ASV_E_IO) at index first + *done. No ASV_E_AGAIN. */
    enum asv_status (*chunks)(void *ctx, uint64_t number, uint64_t first, uint32_t count, uint8_t *out,
                              uint32_t *done, struct asv_err *err);

    /* The receipt is the session dock's, signed, for this session and of kind STORED. Compare
     * receipt->custody with what is held (asv_custody_compare); only if all is equal (P-067) erase it durably
     * and write the signed erasure record. Erased before, and the record still held: the same record again
     * (P-069). ASV_E_NOT_FOUND, ASV_E_MISMATCH (nothing was erased), ASV_E_IO. cap >= ASV_ERASURE_MAX_BYTES.
     */
    enum asv_status (*receipt)(void *ctx, const struct asv_receipt *receipt, uint8_t *out, size_t cap,
                               size_t *len, struct asv_err *err);

    /* The keeper's signed destruction statement for this camera; otherwise as receipt. */
    enum asv_status (*destroy)(void *ctx, const struct asv_destruction *statement, uint8_t *out, size_t cap,
                               size_t *len, struct asv_err *err);

    /* Record number index (0..) of the erasure records that no dock has acknowledged, oldest first;
     * ASV_E_NOT_FOUND behind the last (no error). */
    enum asv_status (*erasure)(void *ctx, uint32_t index, uint8_t *out, size_t cap, size_t *len,
                               struct asv_err *err);

    /* Until then the record is kept (P-070). The dock holds it now; *left = how many remain. Unknown
     * (acknowledged before): ASV_OK. */
    enum asv_status (*erasure_ack)(void *ctx, const struct asv_wire_erasures_ack *ack, uint32_t *left,
                                   struct asv_err *err);

    /* The number and digest held of this kind. */
    enum asv_status (*held)(void *ctx, enum asv_wire_held_kind kind, struct asv_wire_held *out);

    /* Makes a verified, newer object the one in force, durably: after ASV_OK `held` answers it, also after a
     * power cut. */
    enum asv_status (*bulletin)(void *ctx, const struct asv_bulletin *bulletin, struct asv_err *err);
    enum asv_status (*revocations)(void *ctx, const struct asv_revocations *list, struct asv_err *err);
    enum asv_status (*configuration)(void *ctx, const struct asv_configuration *configuration,
                                     struct asv_err *err);
    enum asv_status (*assignment)(void *ctx, const struct asv_assignment *assignment, struct asv_err *err);

    /* Sets the wall clock to the dock's. */
    enum asv_status (*time)(void *ctx, const struct asv_wire_time *time, struct asv_wire_time_reply *out,
                            struct asv_err *err);

    enum asv_status (*indicator)(void *ctx, const struct asv_wire_indicator *indicator, struct asv_err *err);

    /* Writes the signed inventory of this session, as things are now (P-072). cap >= ASV_INVENTORY_MAX_BYTES.
     */
    enum asv_status (*inventory)(void *ctx, uint8_t *out, size_t cap, size_t *len, struct asv_err *err);

    /* The dock is done. */
    enum asv_status (*finish)(void *ctx, const struct asv_wire_finish *finish, struct asv_err *err);

    /* The session ended without FINISH: ABORT of either side, a new HELLO, asv_wire_camera_reset. */
    void (*dropped)(void *ctx);
};

/* All pointers are borrowed and outlive the machine. */
struct asv_wire_camera_config {
    struct asv_bytes chain;        /* the camera's own, encoded */
    const uint8_t *kx_sk;          /* the X25519 key of that chain's leaf, 32 bytes */
    const struct asv_world *world; /* randomness only */
    uint16_t frame_chunks;         /* most it will put in a frame; 0: ASV_WIRE_MAX_FRAME_CHUNKS */
    uint16_t requests;             /* most it will queue; 0: ASV_WIRE_MAX_REQUESTS */
    uint32_t asked_bytes;          /* 0: ASV_WIRE_MAX_ASKED_BYTES */
};

struct asv_wire_queued {
    uint32_t request;
    uint64_t number;
    uint64_t next; /* chunk index to send next */
    uint16_t left; /* chunks still to send */
};

struct asv_wire_camera {
    struct asv_wire_camera_config config;
    const struct asv_wire_camera_ops *ops;
    void *ctx;
    enum asv_wire_camera_state state;
    struct asv_wire_hello_reply limits;
    uint8_t agency[ASV_SHA256_BYTES]; /* of the root, at HELLO */
    uint8_t cert_digest[ASV_SHA256_BYTES];
    uint32_t nonce; /* of the dock's HELLO */
    uint32_t last_request;
    uint32_t queued;
    uint32_t queue_head;
    uint32_t asked;
    struct asv_wire_queued queue[ASV_WIRE_MAX_REQUESTS];
    struct asv_noise noise;
    struct asv_wire_session session;
    uint8_t dock_chain[ASV_CHAIN_MAX_BYTES]; /* what session.dock views into */
    uint8_t hello[ASV_WIRE_MAX_HELLO_BYTES]; /* the dock's, for the prologue */
    size_t hello_len;
    bool told;    /* ops->session was called for this session */
    bool waiting; /* the request held was answered ASV_E_AGAIN by its op */
    bool holding; /* a request other than CHUNKS waits for its reply */
    bool unknown; /* it is of an unknown type */
    struct asv_wire_message held;
    bool chunk_error_due; /* an ERROR that ends a CHUNKS request waits */
    struct asv_wire_message chunk_error;
    bool abort_due;
    struct asv_wire_error abort;
    struct asv_err err;
    uint8_t request[ASV_WIRE_MAX_CONTROL_BYTES]; /* plaintext of the request held */
};

/* Wipes what was there. ASV_E_USAGE as asv_wire_dock_init. */
ASV_MUST_CHECK enum asv_status asv_wire_camera_init(struct asv_wire_camera *camera,
                                                    const struct asv_wire_camera_config *config,
                                                    const struct asv_wire_camera_ops *ops, void *ctx,
                                                    struct asv_err *err);

/* One OUT transfer; a handshake message is decrypted in place. ASV_E_BUSY: a request is held, and this frame
 * is neither HELLO nor ABORT: nothing happened, give it again after output made a frame. Every other failure
 * ends the session: state FAILED, err names state and message ("camera OPEN: CHUNKS: ..."), and an ABORT is
 * due (never in answer to a frame before HELLO or to an ABORT). */
ASV_MUST_CHECK enum asv_status asv_wire_camera_input(struct asv_wire_camera *camera, uint8_t *frame,
                                                     size_t len, struct asv_err *err);

/* Makes the next frame: an ABORT, HELLO, a handshake message, the reply to the request held, or chunks. cap
 * of ASV_WIRE_MAX_FRAME_BYTES is always enough and is required. ASV_E_AGAIN: nothing to send (a request that
 * its op answered ASV_E_AGAIN may still be held: asv_wire_camera_waiting; call again later). Another failure
 * ends the session as in input. */
ASV_MUST_CHECK enum asv_status asv_wire_camera_output(struct asv_wire_camera *camera, uint8_t *out,
                                                      size_t cap, size_t *len, struct asv_err *err);

/* True when a request is held whose op answered ASV_E_AGAIN: output should be called again soon. */
bool asv_wire_camera_waiting(const struct asv_wire_camera *camera);

/* The cable is gone or the bus was reset: state IDLE, keys wiped. */
void asv_wire_camera_reset(struct asv_wire_camera *camera);

/* Ends the session for a reason of the device's own; the ABORT is due. */
void asv_wire_camera_abort(struct asv_wire_camera *camera, enum asv_wire_code code, const char *detail);

const char *asv_wire_camera_state_name(enum asv_wire_camera_state state);

/* As asv_wire_dock_permits. */
bool asv_wire_camera_permits(enum asv_wire_camera_state state, enum asv_wire_frame_kind kind, uint16_t type);

#endif
