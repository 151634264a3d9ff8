/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The camera's end of an open session: what is held, queued and sent. */
#include "firmware-proto/wire/camera_session.h"

#include <string.h>

#include "firmware-proto/wire/machine.h"

/* CHUNKS wait in a queue; first come, first served. */
static enum asv_status enqueue(struct asv_wire_camera *camera, const struct asv_wire_message *message,
                               struct asv_err *err)
{
    const struct asv_wire_chunks_read *read = &message->body.chunks;
    uint32_t bytes = read->count * (uint32_t)ASV_WIRE_CHUNK_BYTES;
    if (camera->queued >= camera->limits.requests) { /* P-043 */
        return asv_wire_camera_refuse(camera, ASV_E_LIMIT, "CHUNKS", "too many requests outstanding", err);
    }
    if (bytes > camera->limits.asked_bytes - camera->asked) { /* P-044 */
        return asv_wire_camera_refuse(camera, ASV_E_LIMIT, "CHUNKS", "too many bytes asked for", err);
    }
    size_t slot = (camera->queue_head + camera->queued) % ASV_WIRE_MAX_REQUESTS;
    camera->queue[slot] = (struct asv_wire_queued){
        .request = message->request, .number = read->number, .next = read->first, .left = read->count};
    camera->queued++;
    camera->asked += bytes;
    return ASV_OK;
}

static void dequeue(struct asv_wire_camera *camera)
{
    struct asv_wire_queued *head = &camera->queue[camera->queue_head];
    camera->asked -= head->left * (uint32_t)ASV_WIRE_CHUNK_BYTES;
    memset(head, 0, sizeof *head);
    camera->queue_head = (camera->queue_head + 1) % ASV_WIRE_MAX_REQUESTS;
    camera->queued--;
}

/* What is wrong with a request that could be read: NULL if nothing. */
static const char *flaw(const struct asv_wire_camera *camera, const struct asv_wire_message *message,
                        enum asv_status *status)
{
    *status = ASV_E_STATE;
    if ((message->type & ASV_WIRE_REPLY) != 0) {
        return "a reply to a camera";
    }
    if (message->request <= camera->last_request) { /* P-041 */
        *status = ASV_E_MISMATCH;
        return "its request number does not rise";
    }
    if (message->type == ASV_WIRE_FINISH && camera->queued != 0) { /* P-054 */
        return "chunks are outstanding";
    }
    return NULL;
}

enum asv_status asv_wire_camera_take_control(struct asv_wire_camera *camera, struct asv_bytes body,
                                             struct asv_err *err)
{
    struct asv_wire_message message;
    struct asv_err why = {0};
    if (camera->holding || camera->chunk_error_due) { /* P-051 */
        return ASV_E_BUSY;
    }
    enum asv_status status = asv_noise_decrypt(&camera->noise, body.data, body.len, camera->request);
    if (status != ASV_OK) { /* P-029 */
        return asv_wire_camera_refuse(camera, status, "CONTROL", "does not authenticate", err);
    }
    status = asv_wire_message_decode(&message, camera->request, body.len - ASV_AEAD_TAG_BYTES, &why);
    bool unknown = status == ASV_E_UNSUPPORTED && (message.type & ASV_WIRE_REPLY) == 0;
    if (status != ASV_OK && !unknown) {
        return asv_wire_camera_refuse(camera, status, "CONTROL", why.text, err);
    }
    const char *wrong = flaw(camera, &message, &status);
    if (wrong != NULL) {
        return asv_wire_camera_refuse(camera, status, asv_wire_type_name(message.type), wrong, err);
    }
    camera->last_request = message.request;
    if (message.type == ASV_WIRE_CHUNKS) {
        return enqueue(camera, &message, err);
    }
    camera->held = message;
    camera->unknown = unknown;
    camera->holding = true;
    if (message.type == ASV_WIRE_FINISH) {
        camera->state = ASV_WIRE_CAMERA_FINISHING;
    }
    return ASV_OK;
}

static struct asv_wire_message error_reply(uint32_t request, uint16_t code, uint64_t at, const char *text)
{
    struct asv_wire_message reply = {.type = ASV_WIRE_ERROR, .request = request};
    reply.body.error.code = code;
    reply.body.error.at = at;
    asv_wire_detail(reply.body.error.detail, text);
    return reply;
}

static enum asv_status send_message(struct asv_wire_camera *camera, const struct asv_wire_message *message,
                                    uint8_t *out, size_t cap, size_t *len, struct asv_err *err)
{
    bool sealed = false;
    enum asv_status status = asv_wire_control_frame(&camera->noise, message, out, cap, len, &sealed);
    if (status == ASV_E_USAGE) { /* the device gave what cannot be said: its request fails, not the session */
        struct asv_wire_message reply = error_reply(message->request, ASV_WIRE_CODE_INTERNAL, 0,
                                                    "the device's answer breaks the protocol");
        status = asv_wire_control_frame(&camera->noise, &reply, out, cap, len, &sealed);
    }
    return status == ASV_OK ? ASV_OK
                            : asv_wire_camera_refuse(camera, status, asv_wire_type_name(message->type),
                                                     "cannot be sent", err);
}

/* P-055: FINISH was answered. Forgets the session, without telling the device that it was dropped. */
static void finished(struct asv_wire_camera *camera)
{
    camera->told = false;
    asv_wire_camera_reset(camera);
}

/* Answers the request held. ASV_E_AGAIN: its op is not ready. */
static enum asv_status send_reply(struct asv_wire_camera *camera, uint8_t *out, size_t cap, size_t *len,
                                  struct asv_err *err)
{
    struct asv_wire_message reply = {.type = camera->held.type | ASV_WIRE_REPLY,
                                     .request = camera->held.request};
    struct asv_err why = {0};
    uint64_t at = 0;
    uint16_t code = 0;
    enum asv_status status = ASV_E_UNSUPPORTED; /* P-042: a type that a later dock may know */
    if (!camera->unknown) {
        status = asv_wire_camera_answer(camera, &reply, &code, &at, &why);
    }
    camera->waiting = status == ASV_E_AGAIN;
    if (camera->waiting) {
        return ASV_E_AGAIN;
    }
    bool finishing = camera->state == ASV_WIRE_CAMERA_FINISHING;
    if (status != ASV_OK) {
        code = code != 0 ? code : (uint16_t)asv_wire_code_of(status);
        reply = error_reply(camera->held.request, code, at, why.text);
    }
    camera->holding = false;
    enum asv_status sent = send_message(camera, &reply, out, cap, len, err);
    if (sent == ASV_OK && finishing) {
        if (status == ASV_OK) {
            finished(camera);
        } else {
            camera->state = ASV_WIRE_CAMERA_OPEN;
        }
    }
    return sent;
}

/* The codes of a failed read: an offset behind the end is RANGE, not a limit of the protocol. */
static uint16_t read_code(enum asv_status status)
{
    return status == ASV_E_LIMIT ? ASV_WIRE_CODE_RANGE : (uint16_t)asv_wire_code_of(status);
}

/* The next chunks of the request at the head, read straight into the frame. */
static enum asv_status send_chunks(struct asv_wire_camera *camera, uint8_t *out, size_t cap, size_t *len,
                                   struct asv_err *err)
{
    struct asv_wire_queued *head = &camera->queue[camera->queue_head];
    uint32_t count = head->left < camera->limits.frame_chunks ? head->left : camera->limits.frame_chunks;
    uint8_t *body = out + ASV_WIRE_FRAME_HEADER_BYTES;
    struct asv_err why = {0};
    uint32_t done = 0;
    enum asv_status status = camera->ops->chunks(camera->ctx, head->number, head->next, count,
                                                 body + ASV_WIRE_CHUNKS_PREFIX, &done, &why);
    done = status == ASV_OK ? count : done < count ? done : count - 1;
    uint32_t request = head->request;
    uint64_t first = head->next;
    if (status != ASV_OK) { /* P-049: what was read goes out, the rest of the request is refused */
        camera->chunk_error = error_reply(request, read_code(status), first + done, why.text);
        camera->chunk_error_due = true;
        dequeue(camera);
    } else {
        head->next += done;
        head->left = (uint16_t)(head->left - done);
        camera->asked -= done * (uint32_t)ASV_WIRE_CHUNK_BYTES;
        if (head->left == 0) {
            dequeue(camera);
        }
    }
    if (done == 0) {
        camera->chunk_error_due = false;
        return send_message(camera, &camera->chunk_error, out, cap, len, err);
    }
    asv_store_be64(body, first);
    status = asv_wire_frame_seal(out, cap, ASV_WIRE_FRAME_CHUNKS, request, done,
                                 ASV_WIRE_CHUNKS_PREFIX + (size_t)done * ASV_WIRE_CHUNK_BYTES, len);
    return status == ASV_OK ? ASV_OK
                            : asv_wire_camera_refuse(camera, status, "CHUNKS", "cannot be made", err);
}

enum asv_status asv_wire_camera_serve(struct asv_wire_camera *camera, uint8_t *out, size_t cap, size_t *len,
                                      struct asv_err *err)
{
    if (camera->holding) { /* P-050: a reply never waits behind bulk data */
        enum asv_status status = send_reply(camera, out, cap, len, err);
        if (status != ASV_E_AGAIN) {
            return status;
        }
    }
    if (camera->chunk_error_due) {
        camera->chunk_error_due = false;
        return send_message(camera, &camera->chunk_error, out, cap, len, err);
    }
    return camera->queued == 0 ? ASV_E_AGAIN : send_chunks(camera, out, cap, len, err);
}
