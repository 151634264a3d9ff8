/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Frames: what travels as one USB bulk transfer (PROTOCOL.md, "Frames").
 *
 *     kind u8, flags u8 = 0, reserved u16 = 0, length u32, request u32, count u32, body (length bytes)
 *
 * A transfer ends with a short packet; where header and body together are a multiple of 64 (the smallest
 * bulk packet size) one zero byte follows, so that the last packet is short at every USB speed.
 */
#ifndef ASV_WIRE_FRAME_H
#define ASV_WIRE_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/base/status.h"

#define ASV_WIRE_FRAME_HEADER_BYTES 16
#define ASV_WIRE_PACKET_BYTES       64 /* every bulk packet size (64, 512, 1024) is a multiple */

/* One payload chunk as age writes it: 64 KiB of ciphertext and a 16-byte tag. */
#define ASV_WIRE_CHUNK_BYTES       65552
#define ASV_WIRE_FINAL_CHUNK_BYTES 24 /* the constant last chunk; never asked for, the seal has it */
/* Chunks in one frame: 256 KiB a transfer is where bulk throughput stops to rise; 20 slots of a few such
 * buffers still fit the dock's 64 MiB. */
#define ASV_WIRE_MAX_FRAME_CHUNKS 4
#define ASV_WIRE_CHUNKS_PREFIX    8 /* index of the first chunk, before the chunks */

#define ASV_WIRE_MAX_HELLO_BYTES     640   /* every field at its limit is 589 */
#define ASV_WIRE_MAX_HANDSHAKE_BYTES 4096  /* a chain of two certificates (2,053) and the Noise fields */
#define ASV_WIRE_MAX_CONTROL_BYTES   65535 /* one Noise message */
#define ASV_WIRE_MAX_ABORT_BYTES     256

/* The largest frame, with room for a padding byte: camera to dock (CHUNKS) and dock to camera (CONTROL). */
#define ASV_WIRE_MAX_FRAME_BYTES     262233
#define ASV_WIRE_MAX_OUT_FRAME_BYTES 65552
/* What each end asks its USB stack for: the same, rounded up to a multiple of 1024, the largest packet, so
 * that no correct frame can babble. */
#define ASV_WIRE_IN_TRANSFER_BYTES  263168
#define ASV_WIRE_OUT_TRANSFER_BYTES 66560

enum asv_wire_frame_kind {
    ASV_WIRE_FRAME_HELLO = 1,     /* request: the dock's session nonce, echoed by the camera */
    ASV_WIRE_FRAME_HANDSHAKE = 2, /* request: the same nonce */
    ASV_WIRE_FRAME_CONTROL = 3,   /* a Noise transport message; request 0 */
    ASV_WIRE_FRAME_CHUNKS = 4,    /* request: the CHUNKS request answered; count: chunks in this frame */
    ASV_WIRE_FRAME_ABORT = 5,     /* an ERROR's body; request: the nonce of the session that it ends */
};

/* A decoded frame; body points into the bytes it was decoded from. */
struct asv_wire_frame {
    enum asv_wire_frame_kind kind;
    uint32_t request;
    uint32_t count;
    struct asv_bytes body;
};

/* Decodes one whole transfer. ASV_E_MALFORMED: short, trailing or padding bytes wrong, flags or reserved set,
 * a count or request where none may be; ASV_E_UNSUPPORTED: unknown kind; ASV_E_LIMIT: body above its kind's
 * limit, count outside 1..4. out is untouched on failure. */
ASV_MUST_CHECK enum asv_status asv_wire_frame_decode(const void *data, size_t len, struct asv_wire_frame *out,
                                                     struct asv_err *err);

/* Completes a frame whose body of body_len bytes already stands at out + 16: writes the header before it and
 * the padding byte behind it. *len is what to send. ASV_E_LIMIT when the body is above its kind's limit or
 * cap is too small; nothing is written then. */
ASV_MUST_CHECK enum asv_status asv_wire_frame_seal(uint8_t *out, size_t cap, enum asv_wire_frame_kind kind,
                                                   uint32_t request, uint32_t count, size_t body_len,
                                                   size_t *len);

/* The chunks of a CHUNKS frame: views, nothing is copied. */
struct asv_wire_chunks {
    uint64_t first;      /* index of the first */
    uint32_t count;      /* 1..4 */
    const uint8_t *data; /* count * ASV_WIRE_CHUNK_BYTES */
};

/* frame must come from asv_wire_frame_decode. ASV_E_MALFORMED when it is no CHUNKS frame or its length is not
 * 8 + count * 65,552, ASV_E_LIMIT when first + count overflows. */
ASV_MUST_CHECK enum asv_status asv_wire_chunks_decode(const struct asv_wire_frame *frame,
                                                      struct asv_wire_chunks *out);

/* The name of a kind, such as "CHUNKS"; "?" for none. */
const char *asv_wire_frame_kind_name(enum asv_wire_frame_kind kind);

#endif
