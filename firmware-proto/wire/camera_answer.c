/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a request becomes: a call of the device, and a reply. Signed objects: camera_object.c. */
#include <string.h>

#include "firmware-proto/wire/camera_session.h"
#include "firmware-proto/wire/devlog.h"

_Static_assert(ASV_WIRE_MAX_CONTROL_BYTES >= ASV_WIRE_MAX_CLIPS * ASV_WIRE_CLIP_BYTES,
               "a full CLIPS reply is one message");
_Static_assert(ASV_WIRE_MAX_CONTROL_BYTES >= ASV_WIRE_MAX_ERASURES * (2 + ASV_ERASURE_MAX_BYTES) + 32,
               "a full ERASURES reply is one message");

static enum asv_status answer_log(struct asv_wire_camera *camera, struct asv_wire_message *reply,
                                  struct asv_err *err)
{
    size_t len = 0;
    enum asv_status status =
        camera->ops->log(camera->ctx, camera->held.body.log.from, camera->held.body.log.count,
                         camera->request, ASV_DEVLOG_MAX_BYTES, &len, err);
    reply->body.log_reply.block = (struct asv_bytes){camera->request, len};
    return status;
}

static enum asv_status answer_clips(struct asv_wire_camera *camera, struct asv_wire_message *reply,
                                    struct asv_err *err)
{
    struct asv_wire_clips wanted = camera->held.body.clips;
    struct asv_wire_clips_reply *clips = &reply->body.clips_reply;
    struct asv_writer writer;
    struct asv_wire_clip clip;
    uint64_t after = wanted.after;
    enum asv_status status = ASV_OK;
    asv_writer_init(&writer, camera->request, sizeof camera->request);
    clips->count = 0;
    for (;;) {
        status = camera->ops->clip_next(camera->ctx, after, &clip, err);
        if (status != ASV_OK || clips->count == wanted.count) {
            break;
        }
        status = asv_wire_clip_encode(&writer, &clip);
        if (status != ASV_OK) {
            return ASV_E_INTERNAL; /* the device says what cannot be said */
        }
        after = clip.number;
        clips->count++;
    }
    clips->more = status == ASV_OK; /* P-053 */
    clips->entries = (struct asv_bytes){writer.data, writer.len};
    return status == ASV_E_NOT_FOUND ? ASV_OK : status;
}

static enum asv_status answer_file(struct asv_wire_camera *camera, struct asv_wire_message *reply,
                                   uint16_t *code, uint64_t *at, struct asv_err *err)
{
    struct asv_wire_file_read read = camera->held.body.file;
    struct asv_wire_file_reply *file = &reply->body.file_reply;
    file->number = read.number;
    file->file = read.file;
    file->offset = read.offset;
    file->data = (struct asv_bytes){camera->request, read.length};
    enum asv_status status = camera->ops->file(camera->ctx, &read, camera->request, at, err);
    if (status == ASV_E_LIMIT) { /* P-052 */
        *code = ASV_WIRE_CODE_RANGE;
    }
    return status;
}

static enum asv_status answer_erasures(struct asv_wire_camera *camera, struct asv_wire_message *reply,
                                       struct asv_err *err)
{
    uint16_t most = camera->held.body.erasures.count;
    struct asv_wire_erasures_reply *erasures = &reply->body.erasures_reply;
    struct asv_writer writer;
    uint8_t record[ASV_ERASURE_MAX_BYTES];
    enum asv_status status = ASV_OK;
    asv_writer_init(&writer, camera->request, sizeof camera->request);
    erasures->count = 0;
    erasures->outstanding = 0;
    while (status == ASV_OK) {
        size_t len = 0;
        status = camera->ops->erasure(camera->ctx, erasures->outstanding, record, sizeof record, &len, err);
        if (status == ASV_OK) {
            erasures->outstanding++;
            if (erasures->count < most) {
                asv_write_view16(&writer, record, len);
                erasures->count++;
            }
        }
    }
    erasures->records = (struct asv_bytes){writer.data, writer.len};
    return status == ASV_E_NOT_FOUND ? ASV_OK : status;
}

static enum asv_status answer_ack(struct asv_wire_camera *camera, struct asv_wire_message *reply,
                                  struct asv_err *err)
{
    uint32_t left = 0;
    enum asv_status status =
        camera->ops->erasure_ack(camera->ctx, &camera->held.body.erasures_ack, &left, err);
    reply->body.done.number = left;
    return status;
}

static enum asv_status answer_inventory(struct asv_wire_camera *camera, struct asv_wire_message *reply,
                                        struct asv_err *err)
{
    size_t len = 0;
    enum asv_status status =
        camera->ops->inventory(camera->ctx, camera->request, ASV_INVENTORY_MAX_BYTES, &len, err);
    reply->body.inventory.inventory = (struct asv_bytes){camera->request, len};
    return status;
}

enum asv_status asv_wire_camera_answer(struct asv_wire_camera *camera, struct asv_wire_message *reply,
                                       uint16_t *code, uint64_t *at, struct asv_err *err)
{
    const struct asv_wire_camera_ops *ops = camera->ops;
    const struct asv_wire_message *held = &camera->held;
    enum asv_status status = ASV_OK;
    switch (held->type) {
    case ASV_WIRE_CLOCK:
        /* P-080: now, while its answer is made. */
        status = ops->clock(camera->ctx, &reply->body.clock_reply, err);
        reply->body.clock_reply.dock_mono_ms = held->body.clock.dock_mono_ms;
        return status;
    case ASV_WIRE_STATUS:
        return ops->status(camera->ctx, &reply->body.status_reply, err);
    case ASV_WIRE_LOG:
        return answer_log(camera, reply, err);
    case ASV_WIRE_CLIPS:
        return answer_clips(camera, reply, err);
    case ASV_WIRE_FILE:
        return answer_file(camera, reply, code, at, err);
    case ASV_WIRE_TIME:
        return ops->time(camera->ctx, &held->body.time, &reply->body.time_reply, err);
    case ASV_WIRE_INDICATOR:
        return ops->indicator(camera->ctx, &held->body.indicator, err);
    case ASV_WIRE_ERASURES:
        return answer_erasures(camera, reply, err);
    case ASV_WIRE_ERASURES_ACK:
        return answer_ack(camera, reply, err);
    case ASV_WIRE_FINISH:
        return ops->finish(camera->ctx, &held->body.finish, err);
    case ASV_WIRE_INVENTORY:
        return answer_inventory(camera, reply, err);
    default:
        return asv_wire_camera_object(camera, reply, code, at, err);
    }
}
