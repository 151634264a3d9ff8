/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/trust/order.h"

#include "firmware-proto/trust/fields.h"

enum asv_status asv_order_verify(const struct asv_order *order, const uint8_t root_pk[ASV_ED25519_PK_BYTES],
                                 const struct asv_cert *dock, const uint8_t camera_cert[ASV_SHA256_BYTES],
                                 struct asv_err *err)
{
    uint8_t digest[ASV_SHA256_BYTES];

    asv_key_digest(digest, root_pk);
    if (!asv_equal(digest, order->agency, sizeof digest)) { /* T-080 */
        return asv_fail_field(err, ASV_E_UNTRUSTED, order->object_name, "of another agency");
    }
    asv_cert_digest(digest, dock);
    if (dock->role != ASV_ROLE_DOCK || !asv_equal(digest, order->dock_cert, sizeof digest)) { /* T-080 */
        return asv_fail_field(err, ASV_E_MISMATCH, order->object_name, "from another dock");
    }
    enum asv_status status = asv_object_verify(order->object, order->purpose, dock->signing_pk); /* T-007 */
    if (status != ASV_OK) {
        return asv_fail_field(err, status, order->object_name, "signature");
    }
    if (!asv_equal(camera_cert, order->camera_cert, ASV_SHA256_BYTES)) { /* T-080 */
        return asv_fail_field(err, ASV_E_MISMATCH, order->object_name, "for another camera");
    }
    return ASV_OK;
}
