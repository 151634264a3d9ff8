/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Private to firmware-proto/trust: what configurations and assignments share. Both are a dock's order to one
 * camera.
 */
#ifndef ASV_TRUST_ORDER_H
#define ASV_TRUST_ORDER_H

#include "firmware-proto/trust/cert.h"

/* Who orders whom, as both objects say it. */
struct asv_order {
    const char *object_name;
    const uint8_t *agency;
    const uint8_t *dock_cert;
    const uint8_t *camera_cert;
    const struct asv_object *object;
    enum asv_purpose purpose;
};

/* As asv_configuration_verify. */
ASV_MUST_CHECK enum asv_status asv_order_verify(const struct asv_order *order,
                                                const uint8_t root_pk[ASV_ED25519_PK_BYTES],
                                                const struct asv_cert *dock,
                                                const uint8_t camera_cert[ASV_SHA256_BYTES],
                                                struct asv_err *err);

#endif
