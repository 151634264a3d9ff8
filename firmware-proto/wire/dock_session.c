/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The dock's end of an open session: requests go out, each reply is matched to its request. */
#include "firmware-proto/wire/dock_session.h"

#include <string.h>

#include "firmware-proto/trust/destruction.h"
#include "firmware-proto/trust/erasure.h"
#include "firmware-proto/trust/inventory.h"
#include "firmware-proto/trust/receipt.h"
#include "firmware-proto/wire/devlog.h"
#include "firmware-proto/wire/machine.h"

static struct asv_wire_pending *find(struct asv_wire_dock *dock, uint32_t request)
{
    for (size_t i = 0; i < ASV_WIRE_MAX_REQUESTS; i++) {
        if (dock->pending[i].request == request) {
            return &dock->pending[i];
        }
    }
    return NULL;
}

static void release(struct asv_wire_dock *dock, struct asv_wire_pending *pending)
{
    dock->asked -= pending->asked;
    dock->outstanding--;
    memset(pending, 0, sizeof *pending);
}

/* Number of the recording that a RECEIPT or DESTROY is about; 0 when the object cannot be read. */
static uint64_t number_of(const struct asv_wire_message *message)
{
    struct asv_bytes object = message->body.object.object;
    struct asv_receipt receipt;
    struct asv_destruction statement;
    if (message->type == ASV_WIRE_RECEIPT) {
        return asv_receipt_decode(&receipt, object.data, object.len, NULL) == ASV_OK ? receipt.custody.number
                                                                                     : 0;
    }
    return asv_destruction_decode(&statement, object.data, object.len, NULL) == ASV_OK ? statement.number : 0;
}

/* What a reply will be compared with. */
static struct asv_wire_pending remember(const struct asv_wire_message *message, uint64_t deadline_ms)
{
    struct asv_wire_pending pending = {.type = message->type, .deadline_ms = deadline_ms};
    switch (message->type) {
    case ASV_WIRE_CLOCK:
        pending.first = message->body.clock.dock_mono_ms;
        break;
    case ASV_WIRE_LOG:
        pending.first = message->body.log.from;
        pending.length = message->body.log.count;
        break;
    case ASV_WIRE_CLIPS:
        pending.first = message->body.clips.after;
        pending.length = message->body.clips.count;
        break;
    case ASV_WIRE_FILE:
        pending.number = message->body.file.number;
        pending.file = message->body.file.file;
        pending.first = message->body.file.offset;
        pending.length = message->body.file.length;
        pending.asked = pending.length;
        break;
    case ASV_WIRE_CHUNKS:
        pending.number = message->body.chunks.number;
        pending.first = message->body.chunks.first;
        pending.length = message->body.chunks.count;
        pending.missing = pending.length >= 64 ? UINT64_MAX : (UINT64_C(1) << pending.length) - 1;
        pending.asked = pending.length * (uint32_t)ASV_WIRE_CHUNK_BYTES;
        break;
    case ASV_WIRE_RECEIPT:
    case ASV_WIRE_DESTROY:
        pending.number = number_of(message);
        break;
    case ASV_WIRE_ERASURES:
        pending.length = message->body.erasures.count;
        break;
    case ASV_WIRE_ERASURES_ACK:
        pending.number = message->body.erasures_ack.number;
        break;
    default:
        break;
    }
    return pending;
}

bool asv_wire_dock_can_send(const struct asv_wire_dock *dock, uint32_t bytes)
{
    return dock->state == ASV_WIRE_DOCK_OPEN && dock->outstanding < dock->limits.requests &&
           bytes <= dock->limits.asked_bytes - dock->asked;
}

/* Everything that can be judged before the message is made. */
static enum asv_status may_send(const struct asv_wire_dock *dock, const struct asv_wire_message *message,
                                const struct asv_wire_pending *pending, struct asv_err *err)
{
    if (dock->state != ASV_WIRE_DOCK_OPEN) {
        return asv_fail(err, ASV_E_STATE, "dock: the session is not open");
    }
    bool erases = message->type == ASV_WIRE_RECEIPT || message->type == ASV_WIRE_DESTROY;
    if ((message->type & ASV_WIRE_REPLY) != 0 || (erases && pending->number == 0) ||
        (message->type == ASV_WIRE_CHUNKS && pending->length > ASV_WIRE_MAX_REQUEST_CHUNKS) ||
        pending->asked > dock->limits.asked_bytes) {
        return asv_fail_at(err, ASV_E_USAGE, "dock: not a request, or out of its limits", message->type);
    }
    if (!asv_wire_dock_can_send(dock, pending->asked) ||
        (message->type == ASV_WIRE_FINISH && dock->outstanding != 0)) { /* P-043, P-044, P-054 */
        return asv_fail(err, ASV_E_BUSY, "dock: too much is outstanding");
    }
    return ASV_OK;
}

enum asv_status asv_wire_dock_send(struct asv_wire_dock *dock, const struct asv_wire_message *message,
                                   uint64_t deadline_ms, uint8_t *out, size_t cap, size_t *len,
                                   uint32_t *request, struct asv_err *err)
{
    struct asv_wire_pending pending = remember(message, deadline_ms);
    enum asv_status status = may_send(dock, message, &pending, err);
    if (status != ASV_OK) {
        return status;
    }
    const char *name = asv_wire_type_name(message->type);
    if (dock->last_request == UINT32_MAX) {
        return asv_wire_dock_refuse(dock, ASV_E_LIMIT, name, "request numbers are used up", err);
    }
    struct asv_wire_message numbered = *message;
    bool sealed = false;
    numbered.request = dock->last_request + 1;
    status = asv_wire_control_frame(&dock->noise, &numbered, out, cap, len, &sealed);
    if (status != ASV_OK) {
        return sealed ? asv_wire_dock_refuse(dock, status, name, "cannot be encrypted", err)
                      : asv_fail(err, status, name);
    }
    pending.request = dock->last_request = numbered.request;
    *find(dock, 0) = pending; /* can_send saw a free slot */
    dock->outstanding++;
    dock->asked += pending.asked;
    if (message->type == ASV_WIRE_FINISH) {
        dock->state = ASV_WIRE_DOCK_FINISHING;
    }
    *request = pending.request;
    return ASV_OK;
}

static bool file_matches(const struct asv_wire_pending *pending, const struct asv_wire_file_reply *file)
{
    return file->number == pending->number && file->file == pending->file && file->offset == pending->first &&
           file->data.len == pending->length;
}

/* Numbers above the one asked after, and not more entries than asked for. */
static bool clips_match(const struct asv_wire_pending *pending, const struct asv_wire_clips_reply *clips)
{
    struct asv_reader reader;
    struct asv_wire_clip clip;
    if (clips->count == 0) {
        return true;
    }
    asv_reader_init(&reader, clips->entries.data, clips->entries.len);
    return clips->count <= pending->length && asv_wire_clip_decode(&reader, &clip) == ASV_OK &&
           clip.number > pending->first;
}

/* P-092 */
static enum asv_status check_log(const struct asv_wire_dock *dock, const struct asv_wire_pending *pending,
                                 const struct asv_wire_log_reply *log, struct asv_err *err)
{
    struct asv_devlog_block block;
    uint8_t digest[ASV_SHA256_BYTES];
    enum asv_status status = asv_devlog_block_decode(&block, log->block.data, log->block.len, err);
    if (status != ASV_OK) {
        return status;
    }
    asv_cert_digest(digest, &dock->camera.leaf);
    status = asv_devlog_block_verify(&block, digest, dock->camera.leaf.signing_pk, err);
    if (status != ASV_OK) {
        return status;
    }
    return block.count <= pending->length && (block.count == 0 || block.first >= pending->first)
               ? ASV_OK
               : ASV_E_MISMATCH;
}

/* P-071. number 0: of any recording. */
static enum asv_status check_record(const struct asv_wire_dock *dock, struct asv_bytes encoded,
                                    uint64_t number, struct asv_err *err)
{
    struct asv_erasure record;
    enum asv_status status = asv_erasure_decode(&record, encoded.data, encoded.len, err);
    if (status == ASV_OK) {
        status = asv_erasure_verify(&record, &dock->camera.leaf, err);
    }
    return status == ASV_OK && number != 0 && record.number != number ? ASV_E_MISMATCH : status;
}

static enum asv_status check_records(const struct asv_wire_dock *dock, const struct asv_wire_pending *pending,
                                     const struct asv_wire_erasures_reply *erasures, struct asv_err *err)
{
    struct asv_reader reader;
    struct asv_bytes record;
    enum asv_status status = erasures->count <= pending->length ? ASV_OK : ASV_E_MISMATCH;
    asv_reader_init(&reader, erasures->records.data, erasures->records.len);
    for (uint16_t i = 0; status == ASV_OK && i < erasures->count; i++) {
        status = asv_read_view16(&reader, &record, ASV_ERASURE_MAX_BYTES);
        if (status == ASV_OK) {
            status = check_record(dock, record, 0, err);
        }
    }
    return status;
}

/* P-073 */
static enum asv_status check_inventory(const struct asv_wire_dock *dock, struct asv_bytes encoded,
                                       struct asv_err *err)
{
    struct asv_inventory inventory;
    enum asv_status status = asv_inventory_decode(&inventory, encoded.data, encoded.len, err);
    if (status == ASV_OK) {
        status = asv_inventory_verify(&inventory, &dock->camera.leaf, err);
    }
    return status == ASV_OK && memcmp(inventory.session, dock->session, sizeof dock->session) != 0
               ? asv_fail(err, ASV_E_MISMATCH, "inventory: of another session")
               : status;
}

/* P-046: a reply answers what was asked, not merely with the right number. */
static enum asv_status check_reply(const struct asv_wire_dock *dock, const struct asv_wire_pending *pending,
                                   const struct asv_wire_message *reply, struct asv_err *err)
{
    bool same = true;
    if (reply->type == ASV_WIRE_ERROR) {
        return ASV_OK;
    }
    if (reply->type != (pending->type | ASV_WIRE_REPLY)) {
        return ASV_E_MISMATCH;
    }
    switch (pending->type) {
    case ASV_WIRE_CLOCK:
        same = reply->body.clock_reply.dock_mono_ms == pending->first;
        break;
    case ASV_WIRE_LOG:
        return check_log(dock, pending, &reply->body.log_reply, err);
    case ASV_WIRE_CLIPS:
        same = clips_match(pending, &reply->body.clips_reply);
        break;
    case ASV_WIRE_FILE:
        same = file_matches(pending, &reply->body.file_reply);
        break;
    case ASV_WIRE_RECEIPT:
    case ASV_WIRE_DESTROY:
        return check_record(dock, reply->body.erased.record, pending->number, err);
    case ASV_WIRE_ERASURES:
        return check_records(dock, pending, &reply->body.erasures_reply, err);
    case ASV_WIRE_INVENTORY:
        return check_inventory(dock, reply->body.inventory.inventory, err);
    default:
        break;
    }
    return same ? ASV_OK : ASV_E_MISMATCH;
}

static void describe(struct asv_wire_event *event, const struct asv_wire_pending *pending)
{
    event->request = pending->request;
    event->type = pending->type;
    event->number = pending->number;
}

/* FINISH is answered: the session is over. */
static void finish(struct asv_wire_dock *dock, struct asv_wire_event *event)
{
    event->kind = ASV_WIRE_EVENT_FINISHED;
    asv_noise_wipe(&dock->noise);
    dock->state = ASV_WIRE_DOCK_FINISHED;
}

enum asv_status asv_wire_dock_take_control(struct asv_wire_dock *dock, uint8_t *body, size_t len,
                                           struct asv_wire_event *event, struct asv_err *err)
{
    struct asv_err why = {0};
    enum asv_status status = asv_noise_decrypt(&dock->noise, body, len, body);
    if (status != ASV_OK) {
        return asv_wire_dock_refuse(dock, status, "CONTROL", "does not authenticate", err);
    }
    struct asv_wire_message *reply = &event->message;
    status = asv_wire_message_decode(reply, body, len - ASV_AEAD_TAG_BYTES, &why);
    if (status != ASV_OK) {
        return asv_wire_dock_refuse(dock, status, "CONTROL", why.text, err);
    }
    const char *name = asv_wire_type_name(reply->type);
    if (!asv_wire_dock_permits(dock->state, ASV_WIRE_FRAME_CONTROL, reply->type)) {
        return asv_wire_dock_refuse(dock, ASV_E_STATE, name, "not permitted now", err);
    }
    struct asv_wire_pending *pending = find(dock, reply->request);
    if (pending == NULL) { /* P-047 */
        return asv_wire_dock_refuse(dock, ASV_E_MISMATCH, name, "its request is not outstanding", err);
    }
    status = check_reply(dock, pending, reply, &why);
    if (status != ASV_OK) {
        return asv_wire_dock_refuse(dock, status, name,
                                    why.text[0] != '\0' ? why.text : "does not answer its request", err);
    }
    describe(event, pending);
    event->done = true;
    event->kind = reply->type == ASV_WIRE_ERROR ? ASV_WIRE_EVENT_ERROR : ASV_WIRE_EVENT_REPLY;
    release(dock, pending);
    if (dock->state == ASV_WIRE_DOCK_FINISHING) {
        if (reply->type == ASV_WIRE_ERROR) {
            dock->state = ASV_WIRE_DOCK_OPEN;
        } else {
            finish(dock, event);
        }
    }
    return ASV_OK;
}

enum asv_status asv_wire_dock_take_chunks(struct asv_wire_dock *dock, const struct asv_wire_frame *frame,
                                          struct asv_wire_event *event, struct asv_err *err)
{
    struct asv_wire_chunks chunks;
    enum asv_status status = asv_wire_chunks_decode(frame, &chunks);
    if (status != ASV_OK) {
        return asv_wire_dock_refuse(dock, status, "CHUNKS", "length is not that of its chunks", err);
    }
    if (chunks.count > dock->limits.frame_chunks) {
        return asv_wire_dock_refuse(dock, ASV_E_LIMIT, "CHUNKS", "more chunks than agreed", err);
    }
    struct asv_wire_pending *pending = find(dock, frame->request);
    if (pending == NULL || pending->type != ASV_WIRE_CHUNKS) { /* P-047 */
        return asv_wire_dock_refuse(dock, ASV_E_MISMATCH, "CHUNKS", "its request is not outstanding", err);
    }
    if (chunks.count > pending->length || chunks.first < pending->first ||
        chunks.first - pending->first > pending->length - chunks.count) { /* P-048 */
        return asv_wire_dock_refuse(dock, ASV_E_MISMATCH, "CHUNKS", "chunks that were not asked for", err);
    }
    uint64_t bits = ((UINT64_C(1) << chunks.count) - 1) << (chunks.first - pending->first);
    if ((pending->missing & bits) != bits) {
        return asv_wire_dock_refuse(dock, ASV_E_MISMATCH, "CHUNKS", "a chunk that came before", err);
    }
    pending->missing &= ~bits;
    uint32_t bytes = chunks.count * (uint32_t)ASV_WIRE_CHUNK_BYTES;
    pending->asked -= bytes;
    dock->asked -= bytes;
    describe(event, pending);
    event->kind = ASV_WIRE_EVENT_CHUNKS;
    event->chunks = chunks;
    event->done = pending->missing == 0;
    if (event->done) {
        release(dock, pending);
    }
    return ASV_OK;
}

enum asv_status asv_wire_dock_extend(struct asv_wire_dock *dock, uint32_t request, uint64_t deadline_ms)
{
    struct asv_wire_pending *pending = request == 0 ? NULL : find(dock, request);
    if (pending == NULL) {
        return ASV_E_NOT_FOUND;
    }
    if (deadline_ms > pending->deadline_ms) {
        pending->deadline_ms = deadline_ms;
    }
    return ASV_OK;
}

/* The request with the earliest deadline; NULL for none. */
static const struct asv_wire_pending *earliest(const struct asv_wire_dock *dock)
{
    const struct asv_wire_pending *first = NULL;
    for (size_t i = 0; i < ASV_WIRE_MAX_REQUESTS; i++) {
        const struct asv_wire_pending *pending = &dock->pending[i];
        if (pending->request != 0 && (first == NULL || pending->deadline_ms < first->deadline_ms)) {
            first = pending;
        }
    }
    return first;
}

uint64_t asv_wire_dock_deadline(const struct asv_wire_dock *dock)
{
    const struct asv_wire_pending *first = earliest(dock);
    uint64_t deadline_ms = first == NULL ? ASV_WIRE_NO_DEADLINE : first->deadline_ms;
    return dock->deadline_ms < deadline_ms ? dock->deadline_ms : deadline_ms;
}

/* P-056 */
enum asv_status asv_wire_dock_tick(struct asv_wire_dock *dock, uint64_t now_ms, struct asv_err *err)
{
    uint64_t deadline_ms = asv_wire_dock_deadline(dock);
    if (deadline_ms == ASV_WIRE_NO_DEADLINE || deadline_ms > now_ms) {
        return ASV_OK;
    }
    const struct asv_wire_pending *first = earliest(dock);
    const char *name =
        dock->deadline_ms == deadline_ms || first == NULL ? "handshake" : asv_wire_type_name(first->type);
    return asv_wire_dock_refuse(dock, ASV_E_TIMEOUT, name, "no answer in time", err);
}
