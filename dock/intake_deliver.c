/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * With the camera again: it gets its receipt, or the keeper's order, erases, and its proof is acknowledged
 * once it is kept. */
#include <string.h>

#include "dock/intake.h"
#include "firmware-proto/trust/erasure.h"

static bool got_erased(struct asv_slot *slot, const struct asv_wire_event *event, struct asv_usb_frame *frame,
                       void *ctx)
{
    (void)frame;
    struct asv_intake *intake = ctx;
    struct asv_take *take = &intake->take;
    struct asv_err err = {0};
    struct asv_erasure record = {0};
    if (event->kind == ASV_WIRE_EVENT_ERROR) {
        (void)!asv_fail(&err, ASV_E_MISMATCH, event->message.body.error.detail);
    } else {
        const struct asv_bytes *data = &event->message.body.erased.record;
        enum asv_status status = asv_erasure_decode(&record, data->data, data->len, &err);
        if (!status)
            status = asv_erasure_verify(&record, &take->docking->camera.leaf, &err);
        if (!status && (record.number != take->offer.number ||
                        memcmp(record.header, take->offer.header, ASV_SHA256_BYTES) != 0))
            status = asv_fail(&err, ASV_E_MISMATCH, "the proof of erasure is of another recording");
        if (!status) {
            memcpy(intake->erasure, data->data, data->len);
            intake->erasure_len = data->len;
        }
    }
    slot->delivering--;
    intake->step = ASV_INTAKE_ERASED; /* counted out of `delivering` */
    if (err.status) {
        asv_log_event(&intake->log, ASV_LOG_ERROR, "not-erased", asv_log_text("detail", err.text));
        asv_slot_alarm(slot, ASV_DB_ALARM_ERASURE, err.text);
        asv_intake_leave(intake, take->way == ASV_TAKE_EXPIRE ? ASV_LEFT_EXPIRED : ASV_LEFT_REFUSED);
        return false;
    }
    asv_log_event(&intake->log, ASV_LOG_NOTICE, "erased-on-camera", asv_log_u64("number", take->offer.number),
                  asv_log_u64("method", record.method));
    slot->counts.erased++;
    asv_intake_commit(intake, ASV_INTAKE_ERASED);
    return false;
}

void asv_intake_deliver(struct asv_intake *intake)
{
    struct asv_slot *slot = intake->slot;
    const struct asv_take *take = &intake->take;
    if (take->way == ASV_TAKE_QUARANTINE || !slot || !asv_slot_is_open(slot)) {
        intake->step = ASV_INTAKE_RECEIPT; /* not counted as being delivered */
        asv_intake_finish(intake);
        return;
    }
    bool order = take->way == ASV_TAKE_EXPIRE;
    const struct asv_wire_message message = {
        .type = order ? ASV_WIRE_DESTROY : ASV_WIRE_RECEIPT,
        .body.object.object = {order ? take->order : take->receipt,
                               order ? take->order_len : take->receipt_len}};
    slot->delivering++;
    intake->waiting = false;
    enum asv_status status =
        asv_slot_ask(slot, &message, intake->dock->settings.erase_ms, got_erased, intake);
    if (status == ASV_E_BUSY) {
        slot->delivering--;
        intake->waiting = true;
        intake->step = ASV_INTAKE_RECEIPT;
        intake->undelivered = true;
        return;
    }
    if (!status)
        asv_slot_progress(slot);
}

/* Requests that found no room are made now. */
void asv_intake_deliver_all(struct asv_slot *slot)
{
    for (struct asv_intake *intake = slot->dock->intakes; intake; intake = intake->next)
        if (intake->slot == slot && intake->undelivered) {
            intake->undelivered = false;
            asv_intake_commit(intake, ASV_INTAKE_DELIVER);
            return; /* the next one with the next reply */
        }
}

static bool acknowledged(struct asv_slot *slot, const struct asv_wire_event *event,
                         struct asv_usb_frame *frame, void *ctx)
{
    (void)slot;
    (void)event;
    (void)frame;
    (void)ctx;
    return false;
}

/* The camera may forget its proof. When it cannot be told now it offers the proof again next time. */
void asv_intake_acknowledge(const struct asv_intake *intake)
{
    struct asv_slot *slot = intake->slot;
    struct asv_erasure record;
    if (!slot || asv_erasure_decode(&record, intake->erasure, intake->erasure_len, NULL))
        return;
    struct asv_wire_message message = {.type = ASV_WIRE_ERASURES_ACK,
                                       .body.erasures_ack.number = record.number};
    asv_object_digest(message.body.erasures_ack.record, &record.object);
    (void)!asv_slot_ask(slot, &message, intake->dock->settings.reply_ms, acknowledged, NULL);
}
