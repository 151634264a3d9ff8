/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/trust/cert.h"

#include "firmware-proto/base/extensions.h"
#include "firmware-proto/trust/fields.h"

const char *asv_role_name(uint8_t role)
{
    static const char *const names[] = {
        [ASV_ROLE_ROOT] = "ROOT",      [ASV_ROLE_CA] = "CA",         [ASV_ROLE_CAMERA] = "CAMERA",
        [ASV_ROLE_DOCK] = "DOCK",      [ASV_ROLE_KEEPER] = "KEEPER", [ASV_ROLE_LEDGER] = "LEDGER",
        [ASV_ROLE_PACKAGE] = "PACKAGE"};
    return role <= ASV_ROLE_PACKAGE && names[role] != NULL ? names[role] : "?";
}

/* The field that breaks a rule, or NULL. */
static const char *broken(const struct asv_cert *cert)
{
    if ((cert->role < ASV_ROLE_ROOT || cert->role > ASV_ROLE_KEEPER) && cert->role != ASV_ROLE_LEDGER &&
        cert->role != ASV_ROLE_PACKAGE) { /* T-008 */
        return "role";
    }
    if (asv_is_zero(cert->serial, sizeof cert->serial)) { /* T-010 */
        return "serial";
    }
    if (cert->name[0] == '\0') { /* T-014 */
        return "name";
    }
    bool wants_kx = cert->role == ASV_ROLE_CAMERA || cert->role == ASV_ROLE_DOCK;
    if (cert->has_kx != wants_kx) { /* T-011 */
        return "key exchange key";
    }
    if (cert->not_before_ms >= cert->not_after_ms) { /* T-012 */
        return "validity";
    }
    return NULL;
}

enum asv_status asv_cert_encode(struct asv_writer *writer, const struct asv_cert *cert,
                                const uint8_t issuer_sk[ASV_ED25519_SK_BYTES])
{
    uint8_t issuer[ASV_SHA256_BYTES];
    if (broken(cert) != NULL) {
        return ASV_E_USAGE;
    }
    asv_key_digest(issuer, issuer_sk + ASV_ED25519_SEED_BYTES); /* T-013 */

    size_t start = asv_put_begin(writer);
    asv_write_u8(writer, cert->role);
    asv_write_bytes(writer, cert->serial, sizeof cert->serial);
    asv_write_digest(writer, issuer);
    asv_put_text(writer, cert->name);
    asv_put_text(writer, cert->model);
    asv_put_text(writer, cert->device_serial);
    if (cert->role == ASV_ROLE_PACKAGE) {
        asv_write_digest(writer, cert->x509);
    } else {
        asv_write_ed25519_pk(writer, cert->signing_pk);
    }
    asv_put_kx(writer, cert->has_kx, cert->kx_pk);
    asv_write_i64(writer, cert->not_before_ms);
    asv_write_i64(writer, cert->not_after_ms);
    asv_write_extensions(writer, cert->extensions);
    return asv_object_sign(writer, start, ASV_PURPOSE_CERTIFICATE, issuer_sk);
}

enum asv_status asv_cert_decode(struct asv_cert *out, const void *data, size_t len, struct asv_err *err)
{
    struct asv_cert cert = {0};
    struct asv_fields in;

    asv_fields_open(&in, "certificate", &cert.object, data, len, ASV_CERT_MAX_BYTES);
    asv_field_u8(&in, &cert.role, "role");
    asv_field_copy(&in, cert.serial, sizeof cert.serial, "serial");
    asv_field_digest(&in, cert.issuer, "issuer");
    asv_field_text(&in, cert.name, "name");
    asv_field_text(&in, cert.model, "model");
    asv_field_text(&in, cert.device_serial, "device serial");
    if (cert.role == ASV_ROLE_PACKAGE) {
        asv_field_digest(&in, cert.x509, "certificate");
    } else {
        asv_field_ed25519_pk(&in, cert.signing_pk, "signing key");
    }
    asv_field_kx(&in, &cert.has_kx, cert.kx_pk, "key exchange key");
    asv_field_i64(&in, &cert.not_before_ms, "not before");
    asv_field_i64(&in, &cert.not_after_ms, "not after");
    asv_fields_close(&in, &cert.extensions);
    asv_fields_rule(&in, broken(&cert));
    enum asv_status status = asv_fields_result(&in, err);
    if (status == ASV_OK) {
        *out = cert;
    }
    return status;
}

enum asv_status asv_cert_verify(const struct asv_cert *cert, const uint8_t issuer_pk[ASV_ED25519_PK_BYTES],
                                struct asv_err *err)
{
    uint8_t issuer[ASV_SHA256_BYTES];
    asv_key_digest(issuer, issuer_pk);
    if (!asv_equal(issuer, cert->issuer, sizeof issuer)) { /* T-013 */
        return asv_fail_field(err, ASV_E_UNTRUSTED, cert->name, "certificate of another issuer");
    }
    enum asv_status status = asv_object_verify(&cert->object, ASV_PURPOSE_CERTIFICATE, issuer_pk); /* T-007 */
    return status == ASV_OK ? ASV_OK : asv_fail_field(err, status, cert->name, "certificate signature");
}

enum asv_status asv_cert_check_time(const struct asv_cert *cert, int64_t now_ms, struct asv_err *err)
{
    if (now_ms == ASV_TIME_UNKNOWN) {
        return ASV_OK;
    }
    if (now_ms < cert->not_before_ms) { /* T-015 */
        return asv_fail_field(err, ASV_E_EXPIRED, cert->name, "certificate is not valid yet");
    }
    if (now_ms >= cert->not_after_ms) { /* T-015 */
        return asv_fail_field(err, ASV_E_EXPIRED, cert->name, "certificate expired");
    }
    return ASV_OK;
}

void asv_cert_digest(uint8_t out[ASV_SHA256_BYTES], const struct asv_cert *cert)
{
    asv_sha256(out, cert->object.encoded.data, cert->object.encoded.len);
}
