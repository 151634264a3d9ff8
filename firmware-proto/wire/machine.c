/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/wire/machine.h"

#include <string.h>

bool asv_wire_permit_has(const struct asv_wire_permit *permit, enum asv_wire_frame_kind kind, uint16_t type)
{
    if ((unsigned)kind > ASV_WIRE_FRAME_ABORT || (permit->kinds & ASV_WIRE_BIT((unsigned)kind)) == 0) {
        return false;
    }
    if (kind != ASV_WIRE_FRAME_CONTROL) {
        return true;
    }
    uint16_t request = type & (uint16_t)~ASV_WIRE_REPLY;
    return request <= ASV_WIRE_TYPE_LAST && (permit->types & ASV_WIRE_BIT(request)) != 0;
}

static size_t append(char *out, size_t size, size_t at, const char *text)
{
    while (*text != '\0' && at + 1 < size) {
        out[at++] = *text++;
    }
    out[at] = '\0';
    return at;
}

void asv_wire_say(struct asv_err *err, enum asv_status status, const char *who, const char *state,
                  const char *message, const char *detail)
{
    const char *const parts[] = {who, " ", state, ": ", message, ": ", detail};
    size_t at = 0;
    err->status = status;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        at = append(err->text, sizeof err->text, at, parts[i]);
    }
}

void asv_wire_detail(char out[ASV_WIRE_DETAIL_MAX + 1], const char *text)
{
    size_t at = append(out, ASV_WIRE_DETAIL_MAX + 1, 0, text);
    for (size_t i = 0; i < at; i++) {
        if (out[i] < 0x20 || out[i] > 0x7e) {
            out[i] = '?';
        }
    }
}

enum asv_status asv_wire_abort_frame(const struct asv_wire_error *error, uint32_t nonce, uint8_t *out,
                                     size_t cap, size_t *len)
{
    struct asv_writer writer;
    if (cap < ASV_WIRE_FRAME_HEADER_BYTES) {
        return ASV_E_LIMIT;
    }
    asv_writer_init(&writer, out + ASV_WIRE_FRAME_HEADER_BYTES, cap - ASV_WIRE_FRAME_HEADER_BYTES);
    enum asv_status status = asv_wire_abort_encode(&writer, error);
    return status != ASV_OK ? status
                            : asv_wire_frame_seal(out, cap, ASV_WIRE_FRAME_ABORT, nonce, 0, writer.len, len);
}

enum asv_status asv_wire_control_frame(struct asv_noise *noise, const struct asv_wire_message *message,
                                       uint8_t *out, size_t cap, size_t *len, bool *sealed)
{
    struct asv_writer writer;
    *sealed = false;
    if (cap <= ASV_WIRE_FRAME_HEADER_BYTES + ASV_AEAD_TAG_BYTES) {
        return ASV_E_LIMIT;
    }
    /* Room for the tag and the padding byte stays behind the message. */
    size_t room = cap - ASV_WIRE_FRAME_HEADER_BYTES - ASV_AEAD_TAG_BYTES - 1;
    asv_writer_init(&writer, out + ASV_WIRE_FRAME_HEADER_BYTES,
                    room < ASV_WIRE_MAX_MESSAGE_BYTES ? room : ASV_WIRE_MAX_MESSAGE_BYTES);
    enum asv_status status = asv_wire_message_encode(&writer, message);
    if (status != ASV_OK) {
        return status;
    }
    *sealed = true;
    status = asv_noise_encrypt(noise, writer.data, writer.len, writer.data);
    return status != ASV_OK ? status
                            : asv_wire_frame_seal(out, cap, ASV_WIRE_FRAME_CONTROL, 0, 0,
                                                  writer.len + ASV_AEAD_TAG_BYTES, len);
}

enum asv_status asv_wire_handshake_frame(struct asv_noise *noise, struct asv_bytes payload, uint32_t nonce,
                                         uint8_t *out, size_t cap, size_t *len)
{
    size_t body_len = 0;
    if (cap < ASV_WIRE_FRAME_HEADER_BYTES) {
        return ASV_E_LIMIT;
    }
    enum asv_status status =
        asv_noise_write(noise, payload.data, payload.len, out + ASV_WIRE_FRAME_HEADER_BYTES,
                        cap - ASV_WIRE_FRAME_HEADER_BYTES, &body_len);
    return status != ASV_OK
               ? status
               : asv_wire_frame_seal(out, cap, ASV_WIRE_FRAME_HANDSHAKE, nonce, 0, body_len, len);
}

enum asv_status asv_wire_noise_begin(struct asv_noise *noise, bool initiator, struct asv_bytes dock_hello,
                                     struct asv_bytes camera_hello, const uint8_t kx_sk[ASV_X25519_BYTES],
                                     const struct asv_world *world)
{
    static const char name[] = "asservat-dock/1"; /* P-021 */
    uint8_t prologue[sizeof name - 1 + 2 * ASV_WIRE_MAX_HELLO_BYTES];
    uint8_t ephemeral[ASV_X25519_BYTES];
    struct asv_writer writer;
    asv_writer_init(&writer, prologue, sizeof prologue);
    asv_write_bytes(&writer, name, sizeof name - 1);
    asv_write_bytes(&writer, dock_hello.data, dock_hello.len);
    asv_write_bytes(&writer, camera_hello.data, camera_hello.len);
    enum asv_status status = writer.overrun ? ASV_E_LIMIT : ASV_OK;
    if (status == ASV_OK) {
        status = asv_world_random(world, ephemeral, sizeof ephemeral);
    }
    if (status == ASV_OK) {
        asv_noise_init(noise, initiator, prologue, writer.len, kx_sk, ephemeral);
    }
    asv_wipe(ephemeral, sizeof ephemeral);
    return status;
}

enum asv_status asv_wire_check_peer(struct asv_chain *out, struct asv_bytes encoded,
                                    const uint8_t noise_static[ASV_X25519_BYTES],
                                    const uint8_t root_pk[ASV_ED25519_PK_BYTES], uint8_t role, int64_t now_ms,
                                    const struct asv_revocations *revocations, struct asv_err *err)
{
    struct asv_chain chain;
    enum asv_status status = asv_chain_decode(&chain, encoded.data, encoded.len, err);
    if (status != ASV_OK) {
        return status;
    }
    /* P-023: whoever holds the certificate's key, and no one who merely copied the certificate. */
    if (!chain.leaf.has_kx || !asv_equal(chain.leaf.kx_pk, noise_static, ASV_X25519_BYTES)) {
        return asv_fail(err, ASV_E_UNTRUSTED, "the certificate is not for the key of this session");
    }
    status = asv_chain_verify(&chain, root_pk, role, now_ms, revocations, err);
    if (status == ASV_OK || status == ASV_E_REVOKED || status == ASV_E_EXPIRED) {
        *out = chain;
    }
    return status;
}

enum asv_status asv_wire_check_own(struct asv_chain *out, struct asv_bytes encoded, const uint8_t *kx_sk,
                                   uint8_t role, struct asv_err *err)
{
    struct asv_chain chain;
    uint8_t kx_pk[ASV_X25519_BYTES];
    enum asv_status status = asv_chain_decode(&chain, encoded.data, encoded.len, err);
    if (status != ASV_OK) {
        return ASV_E_USAGE;
    }
    asv_x25519_public(kx_pk, kx_sk);
    if (chain.leaf.role != role || !chain.leaf.has_kx || !asv_equal(kx_pk, chain.leaf.kx_pk, sizeof kx_pk)) {
        return asv_fail(err, ASV_E_USAGE, "own chain: wrong role, or not for this key");
    }
    *out = chain;
    return ASV_OK;
}
