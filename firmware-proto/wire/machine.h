/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Inside asv_wire only: what both machines share.
 */
#ifndef ASV_WIRE_MACHINE_H
#define ASV_WIRE_MACHINE_H

#include <stdbool.h>

#include "firmware-proto/trust/chain.h"
#include "firmware-proto/wire/frame.h"
#include "firmware-proto/wire/messages.h"
#include "firmware-proto/wire/noise.h"

/* What a state lets in: bits by enum asv_wire_frame_kind, and by request type for what is inside CONTROL (bit
 * 0: ERROR). */
struct asv_wire_permit {
    uint32_t kinds;
    uint32_t types;
};

#define ASV_WIRE_BIT(i)    (UINT32_C(1) << (i))
#define ASV_WIRE_ALL_TYPES (ASV_WIRE_BIT(ASV_WIRE_TYPE_LAST + 1) - 1)

bool asv_wire_permit_has(const struct asv_wire_permit *permit, enum asv_wire_frame_kind kind, uint16_t type);

/* err = "<who> <state>: <message>: <detail>", cut to fit. */
void asv_wire_say(struct asv_err *err, enum asv_status status, const char *who, const char *state,
                  const char *message, const char *detail);

/* Printable and short enough for an ERROR or ABORT, whatever text holds. */
void asv_wire_detail(char out[ASV_WIRE_DETAIL_MAX + 1], const char *text);

/* A whole ABORT frame. */
enum asv_status asv_wire_abort_frame(const struct asv_wire_error *error, uint32_t nonce, uint8_t *out,
                                     size_t cap, size_t *len);

/* A whole CONTROL frame: encodes the message at its place, encrypts it there, closes the frame. ASV_E_USAGE
 * and ASV_E_LIMIT from the encoder change nothing; *sealed says that the Noise session was used: a failure
 * after that is its end. */
enum asv_status asv_wire_control_frame(struct asv_noise *noise, const struct asv_wire_message *message,
                                       uint8_t *out, size_t cap, size_t *len, bool *sealed);

/* A whole HANDSHAKE frame. */
enum asv_status asv_wire_handshake_frame(struct asv_noise *noise, struct asv_bytes payload, uint32_t nonce,
                                         uint8_t *out, size_t cap, size_t *len);

/* Noise with "asservat-dock/1" and both HELLO bodies as prologue, and a fresh ephemeral key. */
enum asv_status asv_wire_noise_begin(struct asv_noise *noise, bool initiator, struct asv_bytes dock_hello,
                                     struct asv_bytes camera_hello, const uint8_t kx_sk[ASV_X25519_BYTES],
                                     const struct asv_world *world);

/* The peer's chain: decoded, verified for role, and its leaf's key exchange key the one that Noise saw. As
 * asv_chain_verify; ASV_E_UNTRUSTED for another key. */
enum asv_status asv_wire_check_peer(struct asv_chain *out, struct asv_bytes encoded,
                                    const uint8_t noise_static[ASV_X25519_BYTES],
                                    const uint8_t root_pk[ASV_ED25519_PK_BYTES], uint8_t role, int64_t now_ms,
                                    const struct asv_revocations *revocations, struct asv_err *err);

/* ASV_E_USAGE unless chain decodes, its leaf has this role, and kx_sk is its leaf's key. */
enum asv_status asv_wire_check_own(struct asv_chain *out, struct asv_bytes encoded, const uint8_t *kx_sk,
                                   uint8_t role, struct asv_err *err);

#endif
