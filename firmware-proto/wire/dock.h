/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The dock's end of a session, sans I/O: frames go in, events come out; requests go in, frames come out.
 *
 *     asv_wire_dock_init, asv_wire_dock_start -> HELLO; send it
 *     for each IN transfer: asv_wire_dock_input -> event; then asv_wire_dock_output until ASV_E_AGAIN
 *     after ASV_WIRE_EVENT_OPEN: asv_wire_dock_send for each request, in any number up to the limits
 *     from time to time: asv_wire_dock_tick
 *
 * Frames must be sent in the order in which they were made: each carries the next Noise counter. A session
 * that failed stays FAILED (with an ABORT to send) until asv_wire_dock_start begins a new one; that may be
 * called in every state, and is how a session is taken up again after unplugging or a crash.
 *
 * No allocation, no clock: deadlines are times of the caller's monotonic clock. All memory is in
 * struct asv_wire_dock (about 6 KiB); events view into the frame that was given.
 */
#ifndef ASV_WIRE_DOCK_H
#define ASV_WIRE_DOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"
#include "firmware-proto/base/world.h"
#include "firmware-proto/trust/chain.h"
#include "firmware-proto/wire/frame.h"
#include "firmware-proto/wire/messages.h"
#include "firmware-proto/wire/noise.h"

#define ASV_WIRE_NO_DEADLINE UINT64_MAX
/* Frames of an earlier session that may still be in the pipe when HELLO is sent: every request that a camera
 * can have had outstanding at two frames each, and the handshake. */
#define ASV_WIRE_MAX_STALE_FRAMES 64

enum asv_wire_dock_state {
    ASV_WIRE_DOCK_IDLE = 0,
    ASV_WIRE_DOCK_HELLO = 1,   /* HELLO sent; the camera's is awaited */
    ASV_WIRE_DOCK_SHAKE_1 = 2, /* Noise message 1 is awaited */
    ASV_WIRE_DOCK_SHAKE_2 = 3, /* Noise message 2 is ours to send: asv_wire_dock_output */
    ASV_WIRE_DOCK_SHAKE_3 = 4, /* Noise message 3 is awaited */
    ASV_WIRE_DOCK_OPEN = 5,
    ASV_WIRE_DOCK_FINISHING = 6, /* FINISH sent; its reply is awaited */
    ASV_WIRE_DOCK_FINISHED = 7,
    ASV_WIRE_DOCK_FAILED = 8,
    ASV_WIRE_DOCK_STATES = 9,
};

/* All pointers are borrowed and outlive the machine. */
struct asv_wire_dock_config {
    struct asv_bytes chain;                    /* the dock's own, encoded; <= ASV_CHAIN_MAX_BYTES */
    const uint8_t *kx_sk;                      /* the X25519 key of that chain's leaf, 32 bytes */
    const uint8_t *root_pk;                    /* agency root, 32 bytes */
    const struct asv_revocations *revocations; /* verified; NULL: none. Replace it between sessions only. */
    const struct asv_world *world;             /* randomness, and the wall clock for certificates */
    uint16_t frame_chunks;                     /* offered; 0: ASV_WIRE_MAX_FRAME_CHUNKS */
    uint16_t requests;                         /* offered; 0: ASV_WIRE_MAX_REQUESTS */
    uint32_t asked_bytes;                      /* offered; 0: ASV_WIRE_MAX_ASKED_BYTES */
};

/* A request that is outstanding. */
struct asv_wire_pending {
    uint32_t request; /* 0: free slot */
    uint16_t type;
    uint64_t number;
    uint64_t first;   /* chunk index, file offset, log entry, clip number after which, t1 */
    uint64_t missing; /* CHUNKS: bit i: chunk first + i has not come */
    uint32_t length;  /* FILE: bytes; LOG, CLIPS, ERASURES: most entries; CHUNKS: chunks */
    uint8_t file;
    uint32_t asked; /* bytes counted against the limit */
    uint64_t deadline_ms;
};

struct asv_wire_dock {
    struct asv_wire_dock_config config;
    enum asv_wire_dock_state state;
    struct asv_wire_hello_reply limits; /* what was agreed */
    uint32_t nonce;                     /* of HELLO */
    uint32_t stale;                     /* frames discarded while waiting for HELLO */
    uint32_t last_request;
    uint32_t outstanding;
    uint32_t asked;
    uint64_t deadline_ms; /* of the handshake */
    struct asv_wire_pending pending[ASV_WIRE_MAX_REQUESTS];
    struct asv_noise noise;
    uint8_t session[ASV_SHA256_BYTES];
    struct asv_chain camera; /* verified, from OPEN on; views into camera_chain */
    uint8_t camera_chain[ASV_CHAIN_MAX_BYTES];
    uint8_t hello[ASV_WIRE_MAX_HELLO_BYTES]; /* ours, for the prologue */
    size_t hello_len;
    bool abort_due;
    struct asv_wire_error abort;
    struct asv_err err; /* of the failure */
};

enum asv_wire_event_kind {
    ASV_WIRE_EVENT_NONE = 0,   /* nothing to tell; output may have something */
    ASV_WIRE_EVENT_OPEN = 1,   /* the camera is authenticated: peer */
    ASV_WIRE_EVENT_REPLY = 2,  /* message: the reply to a request of ours; it is answered. Device log blocks,
                                * erasure records and inventories in it are this camera's, signed */
    ASV_WIRE_EVENT_CHUNKS = 3, /* chunks, of a request of ours */
    ASV_WIRE_EVENT_ERROR = 4,  /* message.body.error: the camera refused a request; it is answered */
    ASV_WIRE_EVENT_FINISHED = 5,
    ASV_WIRE_EVENT_ABORTED = 6, /* the camera ended the session: abort */
};

struct asv_wire_event {
    enum asv_wire_event_kind kind;
    uint32_t request;                /* REPLY, CHUNKS, ERROR: the id that asv_wire_dock_send gave */
    uint16_t type;                   /* and that request's type */
    uint64_t number;                 /* and clip number, if it has one */
    bool done;                       /* nothing more will come for this request */
    struct asv_wire_message message; /* REPLY, ERROR; views into the frame */
    struct asv_wire_chunks chunks;   /* CHUNKS; views into the frame */
    struct asv_wire_error abort;     /* ABORTED */
    struct {
        const struct asv_chain *chain;     /* OPEN: verified; valid until the machine is started again */
        enum asv_status standing;          /* ASV_OK, ASV_E_REVOKED or ASV_E_EXPIRED: the caller decides what
                                            * such a camera may still do; every other flaw ends the session */
        uint8_t session[ASV_SHA256_BYTES]; /* the handshake hash, bound by receipts */
    } peer;
};

/* Wipes what was there. ASV_E_USAGE when the configuration breaks a limit or its chain or key do not belong
 * together. */
ASV_MUST_CHECK enum asv_status asv_wire_dock_init(struct asv_wire_dock *dock,
                                                  const struct asv_wire_dock_config *config,
                                                  struct asv_err *err);

/* Begins a session, whatever was before; writes HELLO. The handshake must be over at deadline_ms. cap of
 * ASV_WIRE_MAX_OUT_FRAME_BYTES is always enough, here and below. */
ASV_MUST_CHECK enum asv_status asv_wire_dock_start(struct asv_wire_dock *dock, uint64_t deadline_ms,
                                                   uint8_t *out, size_t cap, size_t *len,
                                                   struct asv_err *err);

/* One IN transfer. frame is decrypted in place; event views into it until the caller reuses it. Failures
 * end the session: state FAILED, err names state and message ("dock OPEN: FILE reply: ..."), and an ABORT is
 * due. ASV_E_STATE: not permitted now; ASV_E_MALFORMED, ASV_E_LIMIT, ASV_E_UNSUPPORTED: bytes;
 * ASV_E_MISMATCH: a reply that does not match its request, a late or repeated one; ASV_E_DIGEST: Noise;
 * ASV_E_UNTRUSTED, ASV_E_SIGNATURE: the camera's chain, or a log block or record that it did not sign. In
 * state FAILED or IDLE everything is ASV_E_STATE and changes nothing. */
ASV_MUST_CHECK enum asv_status asv_wire_dock_input(struct asv_wire_dock *dock, uint8_t *frame, size_t len,
                                                   struct asv_wire_event *event, struct asv_err *err);

/* The next frame that is due by itself: Noise message 2, or an ABORT. ASV_E_AGAIN: none. */
ASV_MUST_CHECK enum asv_status asv_wire_dock_output(struct asv_wire_dock *dock, uint8_t *out, size_t cap,
                                                    size_t *len, struct asv_err *err);

/* Makes the frame of a request: message->type and body as in messages.h; its request id is given back in
 * *request. ASV_E_STATE unless OPEN; ASV_E_BUSY when outstanding requests or bytes asked are at their limit
 * (or FINISH while any is outstanding): send it later; ASV_E_USAGE: not a request, out of its limits,
 * or an object that cannot be read; ASV_E_LIMIT: cap. Nothing is changed by a failure, except ASV_E_LIMIT of
 * a used-up Noise or request counter (2^32 - 1), which ends the session. */
ASV_MUST_CHECK enum asv_status asv_wire_dock_send(struct asv_wire_dock *dock,
                                                  const struct asv_wire_message *message,
                                                  uint64_t deadline_ms, uint8_t *out, size_t cap, size_t *len,
                                                  uint32_t *request, struct asv_err *err);

/* Room for one more request that asks for so many bytes (CHUNKS: chunks * 65,552; FILE: length; else 0). */
bool asv_wire_dock_can_send(const struct asv_wire_dock *dock, uint32_t bytes);

/* Moves the deadline of a request, e.g. because some of its chunks came. ASV_E_NOT_FOUND. */
ASV_MUST_CHECK enum asv_status asv_wire_dock_extend(struct asv_wire_dock *dock, uint32_t request,
                                                    uint64_t deadline_ms);

/* The earliest deadline, or ASV_WIRE_NO_DEADLINE. */
uint64_t asv_wire_dock_deadline(const struct asv_wire_dock *dock);

/* ASV_E_TIMEOUT, with the state and request in err and an ABORT due, when a deadline is not after now_ms. */
ASV_MUST_CHECK enum asv_status asv_wire_dock_tick(struct asv_wire_dock *dock, uint64_t now_ms,
                                                  struct asv_err *err);

/* Ends the session for a reason of the caller's; the ABORT is due. Nothing in IDLE, FINISHED and FAILED. */
void asv_wire_dock_abort(struct asv_wire_dock *dock, enum asv_wire_code code, const char *detail);

/* Wipes keys; state IDLE. */
void asv_wire_dock_wipe(struct asv_wire_dock *dock);

const char *asv_wire_dock_state_name(enum asv_wire_dock_state state);

/* The permit table (PROTOCOL.md, "States"): may this message (a frame kind, or for CONTROL the message's
 * type) be received in this state? For the tests and for whoever wants to ask. */
bool asv_wire_dock_permits(enum asv_wire_dock_state state, enum asv_wire_frame_kind kind, uint16_t type);

#endif
