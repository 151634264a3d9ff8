/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/trust/enrolment.h"

#include "firmware-proto/base/extensions.h"
#include "firmware-proto/trust/fields.h"

static const char object_name[] = "enrolment request";

static const char *broken(const struct asv_enrolment *request)
{
    if (request->role != ASV_ROLE_CAMERA && request->role != ASV_ROLE_DOCK &&
        request->role != ASV_ROLE_KEEPER) { /* T-100 */
        return "role";
    }
    if (request->model[0] == '\0') { /* T-101 */
        return "model";
    }
    if (request->device_serial[0] == '\0') { /* T-101 */
        return "device serial";
    }
    if (request->has_kx != (request->role != ASV_ROLE_KEEPER)) { /* T-011 */
        return "key exchange key";
    }
    return NULL;
}

enum asv_status asv_enrolment_encode(struct asv_writer *writer, const struct asv_enrolment *request,
                                     const uint8_t sk[ASV_ED25519_SK_BYTES])
{
    if (broken(request) != NULL ||
        !asv_equal(request->signing_pk, sk + ASV_ED25519_SEED_BYTES, ASV_ED25519_PK_BYTES)) {
        return ASV_E_USAGE;
    }
    size_t start = asv_put_begin(writer);
    asv_write_u8(writer, request->role);
    asv_put_text(writer, request->model);
    asv_put_text(writer, request->device_serial);
    asv_write_ed25519_pk(writer, request->signing_pk);
    asv_put_kx(writer, request->has_kx, request->kx_pk);
    asv_put_text(writer, request->firmware_version);
    asv_write_digest(writer, request->firmware_digest);
    asv_write_i64(writer, request->made_ms);
    asv_write_extensions(writer, request->extensions);
    return asv_object_sign(writer, start, ASV_PURPOSE_ENROLMENT, sk);
}

enum asv_status asv_enrolment_decode(struct asv_enrolment *out, const void *data, size_t len,
                                     struct asv_err *err)
{
    struct asv_enrolment request = {0};
    struct asv_fields in;

    asv_fields_open(&in, object_name, &request.object, data, len, ASV_ENROLMENT_MAX_BYTES);
    asv_field_u8(&in, &request.role, "role");
    asv_field_text(&in, request.model, "model");
    asv_field_text(&in, request.device_serial, "device serial");
    asv_field_ed25519_pk(&in, request.signing_pk, "signing key");
    asv_field_kx(&in, &request.has_kx, request.kx_pk, "key exchange key");
    asv_field_text(&in, request.firmware_version, "firmware version");
    asv_field_digest(&in, request.firmware_digest, "firmware digest");
    asv_field_i64(&in, &request.made_ms, "made");
    asv_fields_close(&in, &request.extensions);
    asv_fields_rule(&in, broken(&request));
    enum asv_status status = asv_fields_result(&in, err);
    if (status == ASV_OK) {
        *out = request;
    }
    return status;
}

enum asv_status asv_enrolment_verify(const struct asv_enrolment *request, struct asv_err *err)
{
    enum asv_status status = asv_object_verify(&request->object, ASV_PURPOSE_ENROLMENT, request->signing_pk);
    return status == ASV_OK ? ASV_OK : asv_fail_field(err, status, object_name, "signature"); /* T-102 */
}

/* T-103 */
void asv_enrolment_fingerprint(char out[ASV_ENROLMENT_FINGERPRINT_CHARS + 1],
                               const struct asv_enrolment *request)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t digest[ASV_SHA256_BYTES];
    size_t at = 0;
    asv_object_digest(digest, &request->object);
    for (size_t i = 0; i < sizeof digest; i++) {
        if (i != 0 && i % 2 == 0) {
            out[at++] = ' ';
        }
        out[at++] = digits[digest[i] >> 4];
        out[at++] = digits[digest[i] & 15];
    }
    out[at] = '\0';
}
