/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/trust/bulletin.h"

#include "firmware-proto/base/extensions.h"
#include "firmware-proto/trust/fields.h"

static const char object_name[] = "bulletin";

/* Whether key may follow the one before (NULL: it is the first). */
static const char *broken_day(const struct asv_bulletin_key *before, const struct asv_bulletin_key *key)
{
    if (!asv_date_exists(key->date)) { /* T-041 */
        return "date";
    }
    /* Instants outside these bounds have no date of four digits, and their differences do not overflow. */
    if (key->start_ms < 0 || key->end_ms > INT64_C(253402300800000) || key->start_ms >= key->end_ms ||
        key->end_ms - key->start_ms < ASV_DAY_MIN_MS || key->end_ms - key->start_ms > ASV_DAY_MAX_MS) {
        return "day's length"; /* T-041 */
    }
    if (before != NULL && key->start_ms != before->end_ms) { /* T-041 */
        return "days overlap or leave a gap";
    }
    if (before != NULL && key->date <= before->date) { /* T-041 */
        return "dates do not ascend";
    }
    return NULL;
}

static const char *broken(const struct asv_bulletin *bulletin)
{
    if (bulletin->number == 0) { /* T-009 */
        return "number";
    }
    if ((bulletin->number == 1) != asv_is_zero(bulletin->previous, sizeof bulletin->previous)) { /* T-046 */
        return "previous";
    }
    if (bulletin->key_count > ASV_BULLETIN_MAX_KEYS) { /* T-040 */
        return "key count";
    }
    return NULL;
}

static void write_key(struct asv_writer *writer, const uint8_t pk[ASV_X25519_BYTES])
{
    uint8_t id[ASV_KEY_ID_BYTES];
    asv_key_id(id, pk); /* T-042 */
    asv_write_bytes(writer, id, sizeof id);
    asv_write_x25519_pk(writer, pk);
}

enum asv_status asv_bulletin_encode(struct asv_writer *writer, const struct asv_bulletin *bulletin,
                                    const struct asv_bulletin_key *keys,
                                    const uint8_t sk[ASV_ED25519_SK_BYTES])
{
    if (broken(bulletin) != NULL) {
        return ASV_E_USAGE;
    }
    for (uint16_t i = 0; i < bulletin->key_count; i++) {
        if (broken_day(i == 0 ? NULL : &keys[i - 1], &keys[i]) != NULL) {
            return ASV_E_USAGE;
        }
    }
    size_t start = asv_put_begin(writer);
    asv_write_digest(writer, bulletin->agency);
    asv_write_digest(writer, bulletin->camera_cert);
    asv_write_u64(writer, bulletin->number);
    asv_write_digest(writer, bulletin->previous);
    asv_write_i64(writer, bulletin->issued_ms);
    asv_write_u32(writer, bulletin->policy_version);
    asv_write_u16(writer, bulletin->key_count);
    for (uint16_t i = 0; i < bulletin->key_count; i++) {
        write_key(writer, keys[i].pk);
        asv_write_u32(writer, keys[i].date);
        asv_write_i64(writer, keys[i].start_ms);
        asv_write_i64(writer, keys[i].end_ms);
    }
    write_key(writer, bulletin->reserve.pk);
    asv_write_view16(writer, bulletin->keeper.encoded.data, bulletin->keeper.encoded.len);
    asv_write_extensions(writer, bulletin->extensions);
    return asv_object_sign(writer, start, ASV_PURPOSE_BULLETIN, sk);
}

static void read_key(struct asv_fields *in, struct asv_bulletin_key *key)
{
    uint8_t id[ASV_KEY_ID_BYTES];
    asv_field_copy(in, key->id, sizeof key->id, "key id");
    asv_field_x25519_pk(in, key->pk, "key");
    asv_key_id(id, key->pk);
    if (!asv_equal(id, key->id, sizeof id)) { /* T-042 */
        asv_fields_fail(in, ASV_E_MISMATCH, "key id");
    }
}

static void read_day(struct asv_fields *in, struct asv_bulletin_key *key)
{
    key->kind = ASV_KEY_DAY;
    read_key(in, key);
    asv_field_u32(in, &key->date, "date");
    asv_field_i64(in, &key->start_ms, "start");
    asv_field_i64(in, &key->end_ms, "end");
}

static void read_days(struct asv_fields *in, struct asv_bulletin *bulletin)
{
    struct asv_bulletin_key keys[2]; /* this one and the one before */
    size_t start = in->reader.at;
    for (uint16_t i = 0; i < bulletin->key_count && in->status == ASV_OK; i++) {
        read_day(in, &keys[i % 2]);
        asv_fields_rule(in, broken_day(i == 0 ? NULL : &keys[(i + 1) % 2], &keys[i % 2]));
    }
    if (in->status == ASV_OK) {
        bulletin->keys = (struct asv_bytes){in->reader.data + start, in->reader.at - start};
    }
}

enum asv_status asv_bulletin_decode(struct asv_bulletin *out, const void *data, size_t len,
                                    struct asv_err *err)
{
    struct asv_bulletin bulletin = {0};
    struct asv_fields in;
    struct asv_bytes keeper;

    asv_fields_open(&in, object_name, &bulletin.object, data, len, ASV_BULLETIN_MAX_BYTES);
    asv_field_digest(&in, bulletin.agency, "agency");
    asv_field_digest(&in, bulletin.camera_cert, "camera");
    asv_field_u64(&in, &bulletin.number, "number");
    asv_field_digest(&in, bulletin.previous, "previous");
    asv_field_i64(&in, &bulletin.issued_ms, "issued");
    asv_field_u32(&in, &bulletin.policy_version, "policy version");
    asv_field_u16(&in, &bulletin.key_count, "key count");
    if (bulletin.key_count > ASV_BULLETIN_MAX_KEYS) { /* T-040 */
        asv_fields_fail(&in, ASV_E_LIMIT, "key count");
    }
    read_days(&in, &bulletin);
    bulletin.reserve.kind = ASV_KEY_RESERVE;
    read_key(&in, &bulletin.reserve);
    asv_field_view16(&in, &keeper, ASV_CHAIN_MAX_BYTES, "keeper");
    asv_fields_close(&in, &bulletin.extensions);
    asv_fields_rule(&in, broken(&bulletin));
    enum asv_status status = asv_fields_result(&in, err);
    if (status == ASV_OK) {
        status = asv_chain_decode(&bulletin.keeper, keeper.data, keeper.len, err);
    }
    if (status == ASV_OK) {
        *out = bulletin;
    }
    return status;
}

enum asv_status asv_bulletin_verify(const struct asv_bulletin *bulletin,
                                    const uint8_t root_pk[ASV_ED25519_PK_BYTES], const uint8_t *camera_cert,
                                    int64_t now_ms, const struct asv_revocations *revocations,
                                    struct asv_err *err)
{
    uint8_t agency[ASV_SHA256_BYTES];
    enum asv_status status;

    asv_key_digest(agency, root_pk);
    if (!asv_equal(agency, bulletin->agency, sizeof agency)) { /* T-043 */
        return asv_fail_field(err, ASV_E_UNTRUSTED, object_name, "of another agency");
    }
    status =
        asv_chain_verify(&bulletin->keeper, root_pk, ASV_ROLE_KEEPER, now_ms, revocations, err); /* T-043 */
    if (status != ASV_OK) {
        return status;
    }
    status = asv_object_verify(&bulletin->object, ASV_PURPOSE_BULLETIN, bulletin->keeper.leaf.signing_pk);
    if (status != ASV_OK) { /* T-007 */
        return asv_fail_field(err, status, object_name, "signature");
    }
    if (camera_cert != NULL && !asv_equal(camera_cert, bulletin->camera_cert, ASV_SHA256_BYTES)) { /* T-044 */
        return asv_fail_field(err, ASV_E_MISMATCH, object_name, "for another camera");
    }
    return ASV_OK;
}

void asv_bulletin_key_at(const struct asv_bulletin *bulletin, uint16_t i, struct asv_bulletin_key *out)
{
    struct asv_fields in = {.status = ASV_OK};
    asv_reader_init(&in.reader, bulletin->keys.data + (size_t)i * ASV_BULLETIN_KEY_BYTES,
                    ASV_BULLETIN_KEY_BYTES);
    read_day(&in, out); /* decoded once already: cannot fail */
}

void asv_bulletin_choose(const struct asv_bulletin *bulletin, int64_t wall_ms, int64_t not_before_ms,
                         struct asv_bulletin_key *out)
{
    *out = bulletin->reserve;
    if (wall_ms == ASV_TIME_UNKNOWN || (not_before_ms != ASV_TIME_UNKNOWN && wall_ms < not_before_ms)) {
        return; /* T-045 */
    }
    struct asv_bulletin_key key;
    uint16_t low = 0;
    uint16_t high = bulletin->key_count;
    while (low < high) { /* T-045 */
        uint16_t middle = (uint16_t)(low + (high - low) / 2);
        asv_bulletin_key_at(bulletin, middle, &key);
        if (wall_ms < key.start_ms) {
            high = middle;
        } else if (wall_ms >= key.end_ms) {
            low = (uint16_t)(middle + 1);
        } else {
            *out = key;
            return;
        }
    }
}

enum asv_status asv_bulletin_find(const struct asv_bulletin *bulletin, const uint8_t id[ASV_KEY_ID_BYTES],
                                  struct asv_bulletin_key *out)
{
    if (asv_equal(bulletin->reserve.id, id, ASV_KEY_ID_BYTES)) {
        *out = bulletin->reserve;
        return ASV_OK;
    }
    for (uint16_t i = 0; i < bulletin->key_count; i++) {
        const uint8_t *at = bulletin->keys.data + (size_t)i * ASV_BULLETIN_KEY_BYTES; /* begins with the id */
        if (asv_equal(at, id, ASV_KEY_ID_BYTES)) {
            asv_bulletin_key_at(bulletin, i, out);
            return ASV_OK;
        }
    }
    return ASV_E_NOT_FOUND;
}
