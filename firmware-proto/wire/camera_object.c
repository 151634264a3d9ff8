/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * P-060: signed objects that a dock hands over are verified here, once, before the device sees them. */
#include <string.h>

#include "firmware-proto/wire/camera_session.h"

/* Whom the device trusts now. */
struct trust {
    const uint8_t *root_pk;
    int64_t now_ms;
    const struct asv_revocations *revocations;
};

static enum asv_status trust_now(struct asv_wire_camera *camera, struct trust *out)
{
    return camera->ops->trust(camera->ctx, &out->root_pk, &out->now_ms, &out->revocations);
}

/* P-061, P-062, P-063. ASV_E_EXISTS: the very object that is held; nothing to do, and no error. */
static enum asv_status check_number(struct asv_wire_camera *camera, enum asv_wire_held_kind kind,
                                    uint64_t number, const struct asv_object *object,
                                    struct asv_wire_held *held, uint16_t *code, uint64_t *at,
                                    struct asv_err *err)
{
    uint8_t digest[ASV_SHA256_BYTES];
    enum asv_status status = camera->ops->held(camera->ctx, kind, held);
    if (status != ASV_OK) {
        return status;
    }
    asv_object_digest(digest, object);
    status = asv_number_check(held->number, held->number == 0 ? NULL : held->digest, number, digest, err);
    if (status == ASV_E_EXPIRED) {
        *code = ASV_WIRE_CODE_STALE;
        *at = held->number;
    } else if (status == ASV_E_MISMATCH) {
        *code = ASV_WIRE_CODE_CONFLICT;
        *at = held->number;
    }
    return status;
}

static enum asv_status take_bulletin(struct asv_wire_camera *camera, struct asv_bytes encoded,
                                     uint64_t *number, uint16_t *code, uint64_t *at, struct asv_err *err)
{
    struct asv_bulletin bulletin;
    struct asv_wire_held held = {0};
    struct trust trust;
    enum asv_status status = asv_bulletin_decode(&bulletin, encoded.data, encoded.len, err);
    if (status == ASV_OK) {
        status = trust_now(camera, &trust);
    }
    if (status == ASV_OK) {
        status = asv_bulletin_verify(&bulletin, trust.root_pk, camera->cert_digest, trust.now_ms,
                                     trust.revocations, err);
    }
    if (status == ASV_OK) {
        *number = bulletin.number;
        status = check_number(camera, ASV_WIRE_HELD_BULLETIN, bulletin.number, &bulletin.object, &held, code,
                              at, err);
    }
    /* P-064: the next one names the one held; after a gap nothing can be compared. */
    if (status == ASV_OK && held.number != 0 && bulletin.number == held.number + 1 &&
        memcmp(bulletin.previous, held.digest, sizeof held.digest) != 0) {
        *code = ASV_WIRE_CODE_CONFLICT;
        *at = held.number;
        return asv_fail(err, ASV_E_MISMATCH, "bulletin: it follows another one than the one held");
    }
    return status == ASV_OK ? camera->ops->bulletin(camera->ctx, &bulletin, err) : status;
}

static enum asv_status take_revocations(struct asv_wire_camera *camera, struct asv_bytes encoded,
                                        uint64_t *number, uint16_t *code, uint64_t *at, struct asv_err *err)
{
    struct asv_revocations list;
    struct asv_wire_held held = {0};
    struct trust trust;
    enum asv_status status = asv_revocations_decode(&list, encoded.data, encoded.len, err);
    if (status == ASV_OK) {
        status = trust_now(camera, &trust);
    }
    if (status == ASV_OK) {
        status = asv_revocations_verify(&list, trust.root_pk, trust.revocations, err);
    }
    if (status == ASV_OK) {
        *number = list.number;
        status =
            check_number(camera, ASV_WIRE_HELD_REVOCATIONS, list.number, &list.object, &held, code, at, err);
    }
    return status == ASV_OK ? camera->ops->revocations(camera->ctx, &list, err) : status;
}

static enum asv_status take_configuration(struct asv_wire_camera *camera, struct asv_bytes encoded,
                                          uint64_t *number, uint16_t *code, uint64_t *at, struct asv_err *err)
{
    struct asv_configuration configuration;
    struct asv_wire_held held = {0};
    struct trust trust;
    enum asv_status status = asv_configuration_decode(&configuration, encoded.data, encoded.len, err);
    if (status == ASV_OK) {
        status = trust_now(camera, &trust);
    }
    if (status == ASV_OK) {
        status = asv_configuration_verify(&configuration, trust.root_pk, &camera->session.dock.leaf,
                                          camera->cert_digest, err);
    }
    if (status == ASV_OK) {
        *number = configuration.number;
        status = check_number(camera, ASV_WIRE_HELD_CONFIGURATION, configuration.number,
                              &configuration.object, &held, code, at, err);
    }
    return status == ASV_OK ? camera->ops->configuration(camera->ctx, &configuration, err) : status;
}

static enum asv_status take_assignment(struct asv_wire_camera *camera, struct asv_bytes encoded,
                                       uint64_t *number, uint16_t *code, uint64_t *at, struct asv_err *err)
{
    struct asv_assignment assignment;
    struct asv_wire_held held = {0};
    struct trust trust;
    enum asv_status status = asv_assignment_decode(&assignment, encoded.data, encoded.len, err);
    if (status == ASV_OK) {
        status = trust_now(camera, &trust);
    }
    if (status == ASV_OK) {
        status = asv_assignment_verify(&assignment, trust.root_pk, &camera->session.dock.leaf,
                                       camera->cert_digest, err);
    }
    if (status == ASV_OK) {
        *number = assignment.number;
        status = check_number(camera, ASV_WIRE_HELD_ASSIGNMENT, assignment.number, &assignment.object, &held,
                              code, at, err);
    }
    return status == ASV_OK ? camera->ops->assignment(camera->ctx, &assignment, err) : status;
}

/* P-065, P-066: signed by this session's dock, for this session and this camera, and of kind STORED. */
static enum asv_status take_receipt(struct asv_wire_camera *camera, struct asv_bytes encoded, uint8_t *record,
                                    size_t *len, uint16_t *code, struct asv_err *err)
{
    struct asv_receipt receipt;
    enum asv_status status = asv_receipt_decode(&receipt, encoded.data, encoded.len, err);
    if (status == ASV_OK) {
        status = asv_receipt_verify(&receipt, &camera->session.dock.leaf, camera->session.id, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    if (memcmp(receipt.custody.camera_cert, camera->cert_digest, sizeof camera->cert_digest) != 0) {
        return asv_fail(err, ASV_E_MISMATCH, "receipt: for another camera");
    }
    if (receipt.kind != ASV_RECEIPT_STORED) {
        *code = ASV_WIRE_CODE_NOT_STORED;
        return asv_fail(err, ASV_E_DENIED, "receipt: not of kind STORED");
    }
    return camera->ops->receipt(camera->ctx, &receipt, record, ASV_ERASURE_MAX_BYTES, len, err);
}

/* P-068: signed by a keeper of this agency, for this camera. */
static enum asv_status take_statement(struct asv_wire_camera *camera, struct asv_bytes encoded,
                                      uint8_t *record, size_t *len, struct asv_err *err)
{
    struct asv_destruction statement;
    struct trust trust;
    enum asv_status status = asv_destruction_decode(&statement, encoded.data, encoded.len, err);
    if (status == ASV_OK) {
        status = trust_now(camera, &trust);
    }
    if (status == ASV_OK) {
        status = asv_destruction_verify(&statement, trust.root_pk, camera->cert_digest, trust.now_ms,
                                        trust.revocations, err);
    }
    return status == ASV_OK
               ? camera->ops->destroy(camera->ctx, &statement, record, ASV_ERASURE_MAX_BYTES, len, err)
               : status;
}

/* RECEIPT and DESTROY end in an erasure record. It is made beside the object, which is held until the device
 * is done, and then takes its place. */
static enum asv_status erase(struct asv_wire_camera *camera, struct asv_wire_message *reply, uint16_t *code,
                             struct asv_err *err)
{
    uint8_t record[ASV_ERASURE_MAX_BYTES];
    struct asv_bytes encoded = camera->held.body.object.object;
    size_t len = 0;
    enum asv_status status = camera->held.type == ASV_WIRE_RECEIPT
                                 ? take_receipt(camera, encoded, record, &len, code, err)
                                 : take_statement(camera, encoded, record, &len, err);
    if (status == ASV_OK) {
        memcpy(camera->request, record, len);
        reply->body.erased.record = (struct asv_bytes){camera->request, len};
    }
    return status;
}

enum asv_status asv_wire_camera_object(struct asv_wire_camera *camera, struct asv_wire_message *reply,
                                       uint16_t *code, uint64_t *at, struct asv_err *err)
{
    struct asv_bytes encoded = camera->held.body.object.object;
    uint64_t number = 0;
    enum asv_status status = ASV_OK;
    switch (camera->held.type) {
    case ASV_WIRE_RECEIPT:
    case ASV_WIRE_DESTROY:
        return erase(camera, reply, code, err);
    case ASV_WIRE_BULLETIN:
        status = take_bulletin(camera, encoded, &number, code, at, err);
        break;
    case ASV_WIRE_REVOCATIONS:
        status = take_revocations(camera, encoded, &number, code, at, err);
        break;
    case ASV_WIRE_CONFIGURATION:
        status = take_configuration(camera, encoded, &number, code, at, err);
        break;
    case ASV_WIRE_ASSIGNMENT:
        status = take_assignment(camera, encoded, &number, code, at, err);
        break;
    default:
        return ASV_E_INTERNAL;
    }
    reply->body.done.number = number;
    return status == ASV_E_EXISTS ? ASV_OK : status;
}
