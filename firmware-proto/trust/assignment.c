/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/trust/assignment.h"

#include "firmware-proto/base/extensions.h"
#include "firmware-proto/trust/fields.h"
#include "firmware-proto/trust/order.h"

static const char object_name[] = "assignment";

static const char *broken(const struct asv_assignment *assignment)
{
    if (assignment->number == 0) { /* T-009 */
        return "number";
    }
    if (asv_is_zero(assignment->id, sizeof assignment->id)) {
        return NULL;
    }
    if (assignment->unit[0] == '\0') { /* T-090 */
        return "unit";
    }
    if (assignment->area[0] == '\0') { /* T-090 */
        return "operating area";
    }
    return NULL;
}

enum asv_status asv_assignment_encode(struct asv_writer *writer, const struct asv_assignment *assignment,
                                      const uint8_t sk[ASV_ED25519_SK_BYTES])
{
    if (broken(assignment) != NULL) {
        return ASV_E_USAGE;
    }
    size_t start = asv_put_begin(writer);
    asv_write_digest(writer, assignment->agency);
    asv_write_digest(writer, assignment->dock_cert);
    asv_write_digest(writer, assignment->camera_cert);
    asv_write_u64(writer, assignment->number);
    asv_write_i64(writer, assignment->issued_ms);
    asv_write_bytes(writer, assignment->id, sizeof assignment->id);
    asv_put_text(writer, assignment->unit);
    asv_put_text(writer, assignment->area);
    asv_write_extensions(writer, assignment->extensions);
    return asv_object_sign(writer, start, ASV_PURPOSE_ASSIGNMENT, sk);
}

enum asv_status asv_assignment_decode(struct asv_assignment *out, const void *data, size_t len,
                                      struct asv_err *err)
{
    struct asv_assignment assignment = {0};
    struct asv_fields in;

    asv_fields_open(&in, object_name, &assignment.object, data, len, ASV_ASSIGNMENT_MAX_BYTES);
    asv_field_digest(&in, assignment.agency, "agency");
    asv_field_digest(&in, assignment.dock_cert, "dock");
    asv_field_digest(&in, assignment.camera_cert, "camera");
    asv_field_u64(&in, &assignment.number, "number");
    asv_field_i64(&in, &assignment.issued_ms, "issued");
    asv_field_copy(&in, assignment.id, sizeof assignment.id, "id");
    asv_field_text(&in, assignment.unit, "unit");
    asv_field_text(&in, assignment.area, "operating area");
    asv_fields_close(&in, &assignment.extensions);
    asv_fields_rule(&in, broken(&assignment));
    enum asv_status status = asv_fields_result(&in, err);
    if (status == ASV_OK) {
        *out = assignment;
    }
    return status;
}

enum asv_status asv_assignment_verify(const struct asv_assignment *assignment,
                                      const uint8_t root_pk[ASV_ED25519_PK_BYTES],
                                      const struct asv_cert *dock,
                                      const uint8_t camera_cert[ASV_SHA256_BYTES], struct asv_err *err)
{
    const struct asv_order order = {
        .object_name = object_name,
        .agency = assignment->agency,
        .dock_cert = assignment->dock_cert,
        .camera_cert = assignment->camera_cert,
        .object = &assignment->object,
        .purpose = ASV_PURPOSE_ASSIGNMENT,
    };
    return asv_order_verify(&order, root_pk, dock, camera_cert, err);
}
