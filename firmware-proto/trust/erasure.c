/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/trust/erasure.h"

#include <string.h>

#include "firmware-proto/base/extensions.h"
#include "firmware-proto/trust/fields.h"

static const char object_name[] = "erasure record";

static const char *broken(const struct asv_erasure *record)
{
    static const uint8_t zeros[ASV_SHA256_BYTES];
    if (record->cause < ASV_ERASURE_RECEIPT || record->cause > ASV_ERASURE_LOST) { /* T-008 */
        return "cause";
    }
    if (record->cause == ASV_ERASURE_LOST && (memcmp(record->cause_digest, zeros, sizeof zeros) != 0 ||
                                              memcmp(record->header, zeros, sizeof zeros) != 0)) { /* T-071 */
        return "cause digest or header";
    }
    if (record->number == 0) { /* T-009 */
        return "clip number";
    }
    if (record->method < ASV_ERASURE_UNLINK ||
        record->method > ASV_ERASURE_OVERWRITE_AND_DISCARD) { /* T-008 */
        return "method";
    }
    return NULL;
}

enum asv_status asv_erasure_encode(struct asv_writer *writer, const struct asv_erasure *record,
                                   const uint8_t sk[ASV_ED25519_SK_BYTES])
{
    if (broken(record) != NULL) {
        return ASV_E_USAGE;
    }
    size_t start = asv_put_begin(writer);
    asv_write_u8(writer, record->cause);
    asv_write_digest(writer, record->cause_digest);
    asv_write_digest(writer, record->camera_cert);
    asv_write_bytes(writer, record->epoch, sizeof record->epoch);
    asv_write_u64(writer, record->number);
    asv_write_digest(writer, record->header);
    asv_write_i64(writer, record->wall_ms);
    asv_write_u64(writer, record->mono_ms);
    asv_write_bytes(writer, record->boot, sizeof record->boot);
    asv_write_u8(writer, record->method);
    asv_write_extensions(writer, record->extensions);
    return asv_object_sign(writer, start, ASV_PURPOSE_ERASURE, sk);
}

enum asv_status asv_erasure_decode(struct asv_erasure *out, const void *data, size_t len, struct asv_err *err)
{
    struct asv_erasure record = {0};
    struct asv_fields in;

    asv_fields_open(&in, object_name, &record.object, data, len, ASV_ERASURE_MAX_BYTES);
    asv_field_u8(&in, &record.cause, "cause");
    asv_field_digest(&in, record.cause_digest, "cause digest");
    asv_field_digest(&in, record.camera_cert, "camera");
    asv_field_copy(&in, record.epoch, sizeof record.epoch, "epoch");
    asv_field_u64(&in, &record.number, "clip number");
    asv_field_digest(&in, record.header, "header");
    asv_field_i64(&in, &record.wall_ms, "wall time");
    asv_field_u64(&in, &record.mono_ms, "monotonic time");
    asv_field_copy(&in, record.boot, sizeof record.boot, "boot id");
    asv_field_u8(&in, &record.method, "method");
    asv_fields_close(&in, &record.extensions);
    asv_fields_rule(&in, broken(&record));
    enum asv_status status = asv_fields_result(&in, err);
    if (status == ASV_OK) {
        *out = record;
    }
    return status;
}

enum asv_status asv_erasure_verify(const struct asv_erasure *record, const struct asv_cert *camera,
                                   struct asv_err *err)
{
    uint8_t digest[ASV_SHA256_BYTES];
    asv_cert_digest(digest, camera);
    if (camera->role != ASV_ROLE_CAMERA ||
        !asv_equal(digest, record->camera_cert, sizeof digest)) { /* T-070 */
        return asv_fail_field(err, ASV_E_MISMATCH, object_name, "from another camera");
    }
    enum asv_status status = asv_object_verify(&record->object, ASV_PURPOSE_ERASURE, camera->signing_pk);
    return status == ASV_OK ? ASV_OK : asv_fail_field(err, status, object_name, "signature"); /* T-007 */
}
