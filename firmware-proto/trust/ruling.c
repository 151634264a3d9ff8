/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/trust/ruling.h"

#include "firmware-proto/trust/by_keeper.h"

static const char object_name[] = "ruling";

static const char *broken(const struct asv_ruling *ruling)
{
    if (ruling->verdict != ASV_RULING_TAKEN && ruling->verdict != ASV_RULING_REFUSED) { /* T-008 */
        return "verdict";
    }
    if ((ruling->verdict == ASV_RULING_TAKEN) != (ruling->status == ASV_OK)) { /* T-121 */
        return "status";
    }
    return asv_is_zero(ruling->statement, sizeof ruling->statement) ? "statement" : NULL; /* T-122 */
}

enum asv_status asv_ruling_encode(struct asv_writer *writer, const struct asv_ruling *ruling,
                                  const uint8_t sk[ASV_ED25519_SK_BYTES])
{
    const struct asv_by_keeper_end end = {ruling->issued_ms, ruling->keeper.encoded, ruling->extensions};
    if (broken(ruling) != NULL) {
        return ASV_E_USAGE;
    }
    size_t start = asv_put_begin(writer);
    asv_write_digest(writer, ruling->agency);
    asv_write_bytes(writer, ruling->store, sizeof ruling->store);
    asv_write_digest(writer, ruling->statement);
    asv_write_digest(writer, ruling->proposal);
    asv_write_u8(writer, ruling->verdict);
    asv_write_u16(writer, ruling->status);
    return asv_by_keeper_sign(writer, start, &end, ASV_PURPOSE_RULING, sk);
}

enum asv_status asv_ruling_decode(struct asv_ruling *out, const void *data, size_t len, struct asv_err *err)
{
    struct asv_ruling ruling = {0};
    struct asv_by_keeper_end end = {0};
    struct asv_fields in;

    asv_fields_open(&in, object_name, &ruling.object, data, len, ASV_RULING_MAX_BYTES);
    asv_field_digest(&in, ruling.agency, "agency");
    asv_field_copy(&in, ruling.store, sizeof ruling.store, "store");
    asv_field_digest(&in, ruling.statement, "statement");
    asv_field_digest(&in, ruling.proposal, "proposal");
    asv_field_u8(&in, &ruling.verdict, "verdict");
    asv_field_u16(&in, &ruling.status, "status");
    asv_by_keeper_read(&in, &end);
    asv_fields_rule(&in, broken(&ruling));
    ruling.issued_ms = end.issued_ms;
    ruling.extensions = end.extensions;
    enum asv_status status = asv_by_keeper_result(&in, &end, &ruling.keeper, err);
    if (status == ASV_OK) {
        *out = ruling;
    }
    return status;
}

enum asv_status asv_ruling_verify(const struct asv_ruling *ruling,
                                  const uint8_t root_pk[ASV_ED25519_PK_BYTES], const uint8_t *statement,
                                  int64_t now_ms, const struct asv_revocations *revocations,
                                  struct asv_err *err)
{
    const struct asv_by_keeper it = {object_name, ASV_PURPOSE_RULING, ruling->agency, &ruling->keeper,
                                     &ruling->object};
    enum asv_status status = asv_by_keeper_verify(&it, root_pk, now_ms, revocations, err); /* T-120 */
    if (status == ASV_OK && statement != NULL &&
        !asv_equal(statement, ruling->statement, sizeof ruling->statement)) { /* T-123 */
        status = asv_fail_field(err, ASV_E_MISMATCH, object_name, "about another statement");
    }
    return status;
}

int64_t asv_ruling_signed_ms(const struct asv_ruling *ruling)
{
    int64_t leaf_ms = ruling->keeper.leaf.not_before_ms;
    int64_t ca_ms = ruling->keeper.ca.not_before_ms;
    int64_t first_ms = leaf_ms > ca_ms ? leaf_ms : ca_ms;
    return ruling->issued_ms > first_ms ? ruling->issued_ms : first_ms; /* K-193 */
}
