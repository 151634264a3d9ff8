/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/trust/day_end.h"

#include "firmware-proto/trust/by_keeper.h"

#define KIND_MAX 2

static const char object_name[] = "day statement";

static const char *broken(const struct asv_day_end *statement)
{
    if (statement->epoch == 0) { /* T-009 */
        return "epoch";
    }
    if (statement->slot_count == 0 || statement->slot_count > ASV_DAY_END_SLOTS_MAX) {
        return "slots";
    }
    for (unsigned i = 0; i < statement->slot_count; i++) {
        if (statement->slots[i].kind > KIND_MAX) { /* T-008 */
            return "slot's kind";
        }
        if (statement->slots[i].epoch > statement->epoch) { /* T-111 */
            return "slot's epoch";
        }
    }
    return NULL;
}

unsigned asv_day_end_open(const struct asv_day_end *statement)
{
    unsigned open = 0;
    for (unsigned i = 0; i < statement->slot_count; i++) {
        open += statement->slots[i].epoch < statement->epoch ? 1 : 0;
    }
    return open;
}

enum asv_status asv_day_end_encode(struct asv_writer *writer, const struct asv_day_end *statement,
                                   const uint8_t sk[ASV_ED25519_SK_BYTES])
{
    const struct asv_by_keeper_end end = {statement->issued_ms, statement->keeper.encoded,
                                          statement->extensions};
    if (broken(statement) != NULL) {
        return ASV_E_USAGE;
    }
    size_t start = asv_put_begin(writer);
    asv_write_digest(writer, statement->agency);
    asv_write_bytes(writer, statement->store, sizeof statement->store);
    asv_write_u32(writer, statement->date);
    asv_write_i64(writer, statement->due_ms);
    asv_write_u64(writer, statement->epoch);
    asv_write_u16(writer, statement->copies);
    asv_write_u8(writer, statement->slot_count);
    for (unsigned i = 0; i < statement->slot_count; i++) {
        const struct asv_day_end_slot *slot = &statement->slots[i];
        asv_write_bytes(writer, slot->id, sizeof slot->id);
        asv_write_u8(writer, slot->kind);
        asv_write_u8(writer, slot->effaceable ? 1 : 0);
        asv_write_u64(writer, slot->epoch);
    }
    return asv_by_keeper_sign(writer, start, &end, ASV_PURPOSE_DAY_END, sk);
}

static void read_slots(struct asv_fields *in, struct asv_day_end *out)
{
    asv_field_u8(in, &out->slot_count, "slots");
    if (out->slot_count > ASV_DAY_END_SLOTS_MAX) {
        asv_fields_fail(in, ASV_E_LIMIT, "slots");
        out->slot_count = 0;
    }
    for (unsigned i = 0; i < out->slot_count; i++) {
        struct asv_day_end_slot *slot = &out->slots[i];
        uint8_t effaceable = 0;
        asv_field_copy(in, slot->id, sizeof slot->id, "slot");
        asv_field_u8(in, &slot->kind, "slot's kind");
        asv_field_u8(in, &effaceable, "whether a slot is effaceable");
        asv_field_u64(in, &slot->epoch, "slot's epoch");
        if (effaceable > 1) { /* T-008 */
            asv_fields_fail(in, ASV_E_MALFORMED, "whether a slot is effaceable");
        }
        slot->effaceable = effaceable == 1;
    }
}

enum asv_status asv_day_end_decode(struct asv_day_end *out, const void *data, size_t len, struct asv_err *err)
{
    struct asv_day_end statement = {0};
    struct asv_by_keeper_end end = {0};
    struct asv_fields in;

    asv_fields_open(&in, object_name, &statement.object, data, len, ASV_DAY_END_MAX_BYTES);
    asv_field_digest(&in, statement.agency, "agency");
    asv_field_copy(&in, statement.store, sizeof statement.store, "store");
    asv_field_u32(&in, &statement.date, "date");
    asv_field_i64(&in, &statement.due_ms, "due");
    asv_field_u64(&in, &statement.epoch, "epoch");
    asv_field_u16(&in, &statement.copies, "copies");
    read_slots(&in, &statement);
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

enum asv_status asv_day_end_verify(const struct asv_day_end *statement,
                                   const uint8_t root_pk[ASV_ED25519_PK_BYTES], int64_t now_ms,
                                   const struct asv_revocations *revocations, struct asv_err *err)
{
    const struct asv_by_keeper it = {object_name, ASV_PURPOSE_DAY_END, statement->agency, &statement->keeper,
                                     &statement->object};
    return asv_by_keeper_verify(&it, root_pk, now_ms, revocations, err); /* T-110 */
}
