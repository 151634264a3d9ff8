/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/trust/inventory.h"

#include "firmware-proto/base/extensions.h"
#include "firmware-proto/trust/fields.h"

static const char object_name[] = "inventory";

static const char *broken(const struct asv_inventory *inventory)
{
    return inventory->held > inventory->last_number ? "recordings held" : NULL; /* T-131 */
}

enum asv_status asv_inventory_encode(struct asv_writer *writer, const struct asv_inventory *inventory,
                                     const uint8_t sk[ASV_ED25519_SK_BYTES])
{
    if (broken(inventory) != NULL) {
        return ASV_E_USAGE;
    }
    size_t start = asv_put_begin(writer);
    asv_write_digest(writer, inventory->camera_cert);
    asv_write_bytes(writer, inventory->session, sizeof inventory->session);
    asv_write_bytes(writer, inventory->epoch, sizeof inventory->epoch);
    asv_write_u64(writer, inventory->last_number);
    asv_write_u32(writer, inventory->held);
    asv_write_digest(writer, inventory->bulletin);
    asv_write_i64(writer, inventory->wall_ms);
    asv_write_u64(writer, inventory->mono_ms);
    asv_write_bytes(writer, inventory->boot, sizeof inventory->boot);
    asv_write_extensions(writer, inventory->extensions);
    return asv_object_sign(writer, start, ASV_PURPOSE_INVENTORY, sk);
}

enum asv_status asv_inventory_decode(struct asv_inventory *out, const void *data, size_t len,
                                     struct asv_err *err)
{
    struct asv_inventory inventory = {0};
    struct asv_fields in;

    asv_fields_open(&in, object_name, &inventory.object, data, len, ASV_INVENTORY_MAX_BYTES);
    asv_field_digest(&in, inventory.camera_cert, "camera");
    asv_field_copy(&in, inventory.session, sizeof inventory.session, "session");
    asv_field_copy(&in, inventory.epoch, sizeof inventory.epoch, "epoch");
    asv_field_u64(&in, &inventory.last_number, "last number");
    asv_field_u32(&in, &inventory.held, "recordings held");
    asv_field_digest(&in, inventory.bulletin, "bulletin");
    asv_field_i64(&in, &inventory.wall_ms, "wall time");
    asv_field_u64(&in, &inventory.mono_ms, "monotonic time");
    asv_field_copy(&in, inventory.boot, sizeof inventory.boot, "boot id");
    asv_fields_close(&in, &inventory.extensions);
    asv_fields_rule(&in, broken(&inventory));
    enum asv_status status = asv_fields_result(&in, err);
    if (status == ASV_OK) {
        *out = inventory;
    }
    return status;
}

enum asv_status asv_inventory_verify(const struct asv_inventory *inventory, const struct asv_cert *camera,
                                     struct asv_err *err)
{
    uint8_t digest[ASV_SHA256_BYTES];
    asv_cert_digest(digest, camera);
    if (camera->role != ASV_ROLE_CAMERA ||
        !asv_equal(digest, inventory->camera_cert, sizeof digest)) { /* T-130 */
        return asv_fail_field(err, ASV_E_MISMATCH, object_name, "from another camera");
    }
    enum asv_status status = asv_object_verify(&inventory->object, ASV_PURPOSE_INVENTORY, camera->signing_pk);
    return status == ASV_OK ? ASV_OK : asv_fail_field(err, status, object_name, "signature"); /* T-007 */
}
