/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/trust/revocations.h"

#include <string.h>

#include "firmware-proto/base/extensions.h"
#include "firmware-proto/trust/fields.h"

/* One header of fixed size, a signer, the serials and the largest extensions fit into the limit. */
_Static_assert(2 + 2 + ASV_DIGEST_FIELD_BYTES + 8 + 8 + 2 + ASV_CERT_MAX_BYTES + 2 +
                       ASV_REVOCATIONS_MAX * ASV_CERT_SERIAL_BYTES <=
                   ASV_REVOCATIONS_MAX_BYTES - ASV_SIGNATURE_FIELD_BYTES - 2,
               "the longest list fits");

static const uint8_t *serial_at(const struct asv_revocations *list, size_t i)
{
    return list->serials + i * ASV_CERT_SERIAL_BYTES;
}

static const char *broken(const struct asv_revocations *list)
{
    if (list->number == 0) { /* T-009 */
        return "number";
    }
    if (list->count > ASV_REVOCATIONS_MAX) { /* T-030 */
        return "count";
    }
    for (size_t i = 1; i < list->count; i++) { /* T-030 */
        if (memcmp(serial_at(list, i - 1), serial_at(list, i), ASV_CERT_SERIAL_BYTES) >= 0) {
            return "serials do not ascend";
        }
    }
    return NULL;
}

enum asv_status asv_revocations_encode(struct asv_writer *writer, const struct asv_revocations *list,
                                       const uint8_t sk[ASV_ED25519_SK_BYTES])
{
    if (broken(list) != NULL) {
        return ASV_E_USAGE;
    }
    size_t start = asv_put_begin(writer);
    asv_write_digest(writer, list->agency);
    asv_write_u64(writer, list->number);
    asv_write_i64(writer, list->issued_ms);
    asv_write_view16(writer, list->signer.object.encoded.data, list->signer.object.encoded.len);
    asv_write_u16(writer, list->count);
    asv_write_bytes(writer, list->serials, (size_t)list->count * ASV_CERT_SERIAL_BYTES);
    asv_write_extensions(writer, list->extensions);
    return asv_object_sign(writer, start, ASV_PURPOSE_REVOCATIONS, sk);
}

enum asv_status asv_revocations_decode(struct asv_revocations *out, const void *data, size_t len,
                                       struct asv_err *err)
{
    struct asv_revocations list = {0};
    struct asv_fields in;
    struct asv_bytes signer;
    struct asv_bytes serials;

    asv_fields_open(&in, "revocation list", &list.object, data, len, ASV_REVOCATIONS_MAX_BYTES);
    asv_field_digest(&in, list.agency, "agency");
    asv_field_u64(&in, &list.number, "number");
    asv_field_i64(&in, &list.issued_ms, "issued");
    asv_field_view16(&in, &signer, ASV_CERT_MAX_BYTES, "signer");
    asv_field_u16(&in, &list.count, "count");
    if (list.count > ASV_REVOCATIONS_MAX) { /* T-030 */
        asv_fields_fail(&in, ASV_E_LIMIT, "count");
    }
    asv_field_view(&in, &serials, (size_t)list.count * ASV_CERT_SERIAL_BYTES, "serials");
    asv_fields_close(&in, &list.extensions);
    enum asv_status status = asv_fields_result(&in, err);
    if (status == ASV_OK) {
        list.serials = serials.data;
        asv_fields_rule(&in, broken(&list));
        status = asv_fields_result(&in, err);
    }
    if (status == ASV_OK) {
        status = asv_cert_decode(&list.signer, signer.data, signer.len, err);
    }
    if (status == ASV_OK) {
        *out = list;
    }
    return status;
}

/* Looks at no clock: T-034. */
enum asv_status asv_revocations_verify(const struct asv_revocations *list,
                                       const uint8_t root_pk[ASV_ED25519_PK_BYTES],
                                       const struct asv_revocations *held, struct asv_err *err)
{
    static const char name[] = "revocation list";
    uint8_t agency[ASV_SHA256_BYTES];
    enum asv_status status;

    asv_key_digest(agency, root_pk);
    if (!asv_equal(agency, list->agency, sizeof agency)) { /* T-031 */
        return asv_fail_field(err, ASV_E_UNTRUSTED, name, "of another agency");
    }
    status = asv_cert_verify(&list->signer, root_pk, err); /* T-031 */
    if (status != ASV_OK) {
        return status;
    }
    if (list->signer.role == ASV_ROLE_ROOT) {
        if (!asv_equal(list->signer.signing_pk, root_pk, ASV_ED25519_PK_BYTES)) { /* T-031 */
            return asv_fail_field(err, ASV_E_UNTRUSTED, name, "signed by another root");
        }
    } else if (list->signer.role != ASV_ROLE_CA) { /* T-031 */
        return asv_fail_field(err, ASV_E_UNTRUSTED, name, "signed by neither the root nor an issuing CA");
    }
    if (asv_revocations_contain(list, list->signer.serial)) { /* T-032 */
        return asv_fail_field(err, ASV_E_UNTRUSTED, name, "names its own signer");
    }
    if (held != NULL && asv_revocations_contain(held, list->signer.serial)) { /* T-035 */
        return asv_fail_field(err, ASV_E_REVOKED, name, "its signer was revoked");
    }
    status = asv_object_verify(&list->object, ASV_PURPOSE_REVOCATIONS, list->signer.signing_pk); /* T-007 */
    return status == ASV_OK ? ASV_OK : asv_fail_field(err, status, name, "signature");
}

bool asv_revocations_contain(const struct asv_revocations *list, const uint8_t serial[ASV_CERT_SERIAL_BYTES])
{
    size_t low = 0;
    size_t high = list->count;
    while (low < high) { /* T-033 */
        size_t middle = low + (high - low) / 2;
        int order = memcmp(serial_at(list, middle), serial, ASV_CERT_SERIAL_BYTES);
        if (order == 0) {
            return true;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return false;
}
