/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/trust/destruction.h"

#include "firmware-proto/trust/by_keeper.h"

static const char object_name[] = "destruction statement";

static const char *broken(const struct asv_destruction *statement)
{
    if (statement->number == 0) { /* T-009 */
        return "clip number";
    }
    if (statement->reason < ASV_DESTRUCTION_EXPIRED || statement->reason > ASV_DESTRUCTION_QUARANTINED) {
        return "reason"; /* T-008 */
    }
    return NULL;
}

enum asv_status asv_destruction_encode(struct asv_writer *writer, const struct asv_destruction *statement,
                                       const uint8_t sk[ASV_ED25519_SK_BYTES])
{
    const struct asv_by_keeper_end end = {statement->issued_ms, statement->keeper.encoded,
                                          statement->extensions};
    if (broken(statement) != NULL) {
        return ASV_E_USAGE;
    }
    size_t start = asv_put_begin(writer);
    asv_write_digest(writer, statement->agency);
    asv_write_digest(writer, statement->camera_cert);
    asv_write_bytes(writer, statement->epoch, sizeof statement->epoch);
    asv_write_u64(writer, statement->number);
    asv_write_digest(writer, statement->header);
    asv_write_u8(writer, statement->reason);
    return asv_by_keeper_sign(writer, start, &end, ASV_PURPOSE_DESTRUCTION, sk);
}

enum asv_status asv_destruction_decode(struct asv_destruction *out, const void *data, size_t len,
                                       struct asv_err *err)
{
    struct asv_destruction statement = {0};
    struct asv_by_keeper_end end = {0};
    struct asv_fields in;

    asv_fields_open(&in, object_name, &statement.object, data, len, ASV_DESTRUCTION_MAX_BYTES);
    asv_field_digest(&in, statement.agency, "agency");
    asv_field_digest(&in, statement.camera_cert, "camera");
    asv_field_copy(&in, statement.epoch, sizeof statement.epoch, "epoch");
    asv_field_u64(&in, &statement.number, "clip number");
    asv_field_digest(&in, statement.header, "header");
    asv_field_u8(&in, &statement.reason, "reason");
    asv_by_keeper_read(&in, &end);
    asv_fields_rule(&in, broken(&statement));
    statement.issued_ms = end.issued_ms;
    statement.extensions = end.extensions;
    enum asv_status status = asv_by_keeper_result(&in, &end, &statement.keeper, err);
    if (status == ASV_OK) {
        *out = statement;
    }
    return status;
}

enum asv_status asv_destruction_verify(const struct asv_destruction *statement,
                                       const uint8_t root_pk[ASV_ED25519_PK_BYTES],
                                       const uint8_t *camera_cert, int64_t now_ms,
                                       const struct asv_revocations *revocations, struct asv_err *err)
{
    const struct asv_by_keeper it = {object_name, ASV_PURPOSE_DESTRUCTION, statement->agency,
                                     &statement->keeper, &statement->object};
    enum asv_status status = asv_by_keeper_verify(&it, root_pk, now_ms, revocations, err); /* T-060 */
    if (status != ASV_OK) {
        return status;
    }
    if (camera_cert != NULL &&
        !asv_equal(camera_cert, statement->camera_cert, ASV_SHA256_BYTES)) { /* T-061 */
        return asv_fail_field(err, ASV_E_MISMATCH, object_name, "for another camera");
    }
    return ASV_OK;
}
