/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/trust/configuration.h"

#include "firmware-proto/base/extensions.h"
#include "firmware-proto/trust/fields.h"
#include "firmware-proto/trust/order.h"

static const char object_name[] = "configuration";

static const char *broken(const struct asv_configuration *configuration)
{
    if (configuration->number == 0) { /* T-009 */
        return "number";
    }
    if (configuration->pre_roll_ms > ASV_PRE_ROLL_MAX_MS) { /* T-081 */
        return "pre-roll";
    }
    if (configuration->checkpoint_ms < ASV_CHECKPOINT_MIN_MS ||
        configuration->checkpoint_ms > ASV_CHECKPOINT_MAX_MS) { /* T-081 */
        return "checkpoint interval";
    }
    return NULL;
}

enum asv_status asv_configuration_encode(struct asv_writer *writer,
                                         const struct asv_configuration *configuration,
                                         const uint8_t sk[ASV_ED25519_SK_BYTES])
{
    if (broken(configuration) != NULL) {
        return ASV_E_USAGE;
    }
    size_t start = asv_put_begin(writer);
    asv_write_digest(writer, configuration->agency);
    asv_write_digest(writer, configuration->dock_cert);
    asv_write_digest(writer, configuration->camera_cert);
    asv_write_u64(writer, configuration->number);
    asv_write_i64(writer, configuration->issued_ms);
    asv_write_u32(writer, configuration->pre_roll_ms);
    asv_write_u32(writer, configuration->checkpoint_ms);
    asv_write_u32(writer, configuration->policy_version);
    asv_put_text(writer, configuration->name);
    asv_put_text(writer, configuration->unit);
    asv_write_extensions(writer, configuration->extensions);
    return asv_object_sign(writer, start, ASV_PURPOSE_CONFIGURATION, sk);
}

enum asv_status asv_configuration_decode(struct asv_configuration *out, const void *data, size_t len,
                                         struct asv_err *err)
{
    struct asv_configuration configuration = {0};
    struct asv_fields in;

    asv_fields_open(&in, object_name, &configuration.object, data, len, ASV_CONFIGURATION_MAX_BYTES);
    asv_field_digest(&in, configuration.agency, "agency");
    asv_field_digest(&in, configuration.dock_cert, "dock");
    asv_field_digest(&in, configuration.camera_cert, "camera");
    asv_field_u64(&in, &configuration.number, "number");
    asv_field_i64(&in, &configuration.issued_ms, "issued");
    asv_field_u32(&in, &configuration.pre_roll_ms, "pre-roll");
    asv_field_u32(&in, &configuration.checkpoint_ms, "checkpoint interval");
    asv_field_u32(&in, &configuration.policy_version, "policy version");
    asv_field_text(&in, configuration.name, "name");
    asv_field_text(&in, configuration.unit, "unit");
    asv_fields_close(&in, &configuration.extensions);
    asv_fields_rule(&in, broken(&configuration));
    enum asv_status status = asv_fields_result(&in, err);
    if (status == ASV_OK) {
        *out = configuration;
    }
    return status;
}

enum asv_status asv_configuration_verify(const struct asv_configuration *configuration,
                                         const uint8_t root_pk[ASV_ED25519_PK_BYTES],
                                         const struct asv_cert *dock,
                                         const uint8_t camera_cert[ASV_SHA256_BYTES], struct asv_err *err)
{
    const struct asv_order order = {
        .object_name = object_name,
        .agency = configuration->agency,
        .dock_cert = configuration->dock_cert,
        .camera_cert = configuration->camera_cert,
        .object = &configuration->object,
        .purpose = ASV_PURPOSE_CONFIGURATION,
    };
    return asv_order_verify(&order, root_pk, dock, camera_cert, err);
}
