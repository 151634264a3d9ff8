/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/trust/by_keeper.h"

#include "firmware-proto/base/extensions.h"

enum asv_status asv_by_keeper_sign(struct asv_writer *writer, size_t start,
                                   const struct asv_by_keeper_end *end, enum asv_purpose purpose,
                                   const uint8_t sk[ASV_ED25519_SK_BYTES])
{
    asv_write_i64(writer, end->issued_ms);
    asv_write_view16(writer, end->keeper.data, end->keeper.len);
    asv_write_extensions(writer, end->extensions);
    return asv_object_sign(writer, start, purpose, sk);
}

void asv_by_keeper_read(struct asv_fields *in, struct asv_by_keeper_end *out)
{
    asv_field_i64(in, &out->issued_ms, "issued");
    asv_field_view16(in, &out->keeper, ASV_CHAIN_MAX_BYTES, "keeper");
    asv_fields_close(in, &out->extensions);
}

enum asv_status asv_by_keeper_result(const struct asv_fields *in, const struct asv_by_keeper_end *end,
                                     struct asv_chain *keeper, struct asv_err *err)
{
    enum asv_status status = asv_fields_result(in, err);
    return status == ASV_OK ? asv_chain_decode(keeper, end->keeper.data, end->keeper.len, err) : status;
}

/* T-060, T-110, T-120 */
enum asv_status asv_by_keeper_verify(const struct asv_by_keeper *it,
                                     const uint8_t root_pk[ASV_ED25519_PK_BYTES], int64_t now_ms,
                                     const struct asv_revocations *revocations, struct asv_err *err)
{
    uint8_t agency[ASV_SHA256_BYTES];
    asv_key_digest(agency, root_pk);
    if (!asv_equal(agency, it->agency, sizeof agency)) {
        return asv_fail_field(err, ASV_E_UNTRUSTED, it->name, "of another agency");
    }
    enum asv_status status = asv_chain_verify(it->keeper, root_pk, ASV_ROLE_KEEPER, now_ms, revocations, err);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_object_verify(it->object, it->purpose, it->keeper->leaf.signing_pk);
    return status == ASV_OK ? ASV_OK : asv_fail_field(err, status, it->name, "signature"); /* T-007 */
}
