/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What may end a recording's life on a camera: receipts, destruction statements, and the erasure record after
 * it.
 */
#include <string.h>

#include "tests/support/samples.h"
#include "tests/unit/test.h"

static const struct asv_samples *samples;
static const struct asv_test_agency *agency;
static uint8_t encoded[4096];

static int set_up(void **state)
{
    (void)state;
    samples = asv_samples();
    agency = &samples->agency;
    return 0;
}

static enum asv_status encode(const struct asv_receipt *receipt, size_t *len)
{
    struct asv_writer writer;
    asv_writer_init(&writer, encoded, sizeof encoded);
    enum asv_status status = asv_receipt_encode(&writer, receipt, agency->dock.sk);
    return status == ASV_OK ? asv_write_end(&writer, len) : status;
}

static void a_decoded_receipt_says_what_was_encoded(void **state)
{
    (void)state;
    struct asv_receipt out;
    const struct asv_receipt *want = &samples->receipt;
    size_t len = 0;
    assert_int_equal(encode(want, &len), ASV_OK);
    assert_int_equal(asv_receipt_decode(&out, encoded, len, NULL), ASV_OK);
    assert_memory_equal(&out.custody, &want->custody, sizeof out.custody); /* both came from {0} */
    assert_memory_equal(out.dock_cert, want->dock_cert, 32);
    assert_memory_equal(out.session, want->session, 32);
    assert_int_equal(out.integrity, ASV_INTEGRITY_TRUNCATED);
    assert_int_equal(out.provenance, ASV_PROVENANCE_TRUSTED);
    assert_int_equal(out.kind, ASV_RECEIPT_STORED);
    assert_true(out.due_ms == want->due_ms && out.time_ms == want->time_ms);
}

static void stored_needs_an_intact_and_trusted_recording(void **state)
{
    (void)state;
    for (uint8_t integrity = 0; integrity <= 6; integrity++) {
        for (uint8_t provenance = 0; provenance <= 5; provenance++) {
            struct asv_receipt receipt = samples->receipt;
            struct asv_receipt out;
            size_t len = 0;
            bool known = integrity >= 1 && integrity <= 5 && provenance >= 1 && provenance <= 4;
            bool stored =
                known && integrity <= ASV_INTEGRITY_TRUNCATED && provenance <= ASV_PROVENANCE_SEALED_BY_DOCK;
            receipt.integrity = integrity;
            receipt.provenance = provenance;
            receipt.custody.payload_bytes += integrity == ASV_INTEGRITY_VALID ? 24 : 0;
            assert_int_equal(encode(&receipt, &len), stored ? ASV_OK : ASV_E_USAGE); /* T-050 */
            assert_int_equal(asv_verdict_is_stored(integrity, provenance), stored);
            receipt.kind = ASV_RECEIPT_QUARANTINED;
            assert_int_equal(encode(&receipt, &len), known ? ASV_OK : ASV_E_USAGE); /* T-008 */
            if (known) {
                size_t kind = len - ASV_SIGNATURE_FIELD_BYTES - 2 - 16 - 1;
                assert_int_equal(asv_receipt_decode(&out, encoded, len, NULL), ASV_OK);
                encoded[kind] = ASV_RECEIPT_STORED;
                assert_int_equal(asv_receipt_decode(&out, encoded, len, NULL),
                                 stored ? ASV_OK : ASV_E_MISMATCH); /* T-050 */
                encoded[kind] = 3;
                assert_int_equal(asv_receipt_decode(&out, encoded, len, NULL), ASV_E_MALFORMED); /* T-008 */
            }
        }
    }
}

static void lengths_that_contradict_each_other_are_refused(void **state)
{
    (void)state;
    struct asv_receipt receipt = samples->receipt;
    size_t len = 0;
    receipt.custody.payload_bytes += 24;                   /* the final chunk, though the recording was cut */
    assert_int_equal(encode(&receipt, &len), ASV_E_USAGE); /* T-054 */
    receipt.integrity = ASV_INTEGRITY_VALID;               /* it ended: its final chunk is signed too */
    assert_int_equal(encode(&receipt, &len), ASV_OK);
    receipt.custody.payload_bytes -= 1;
    assert_int_equal(encode(&receipt, &len), ASV_E_USAGE); /* T-054 */
    receipt.custody.payload_bytes -= 23;
    assert_int_equal(encode(&receipt, &len), ASV_E_USAGE); /* T-054 */
    receipt.custody.payload_bytes += 65552 + 24;
    assert_int_equal(encode(&receipt, &len), ASV_E_USAGE); /* T-054: a chunk that is no leaf */
    receipt.integrity = ASV_INTEGRITY_GAP;                 /* of which no length follows */
    receipt.kind = ASV_RECEIPT_QUARANTINED;
    assert_int_equal(encode(&receipt, &len), ASV_E_USAGE); /* T-054 */
    receipt.custody.payload_bytes -= 65552;
    assert_int_equal(encode(&receipt, &len), ASV_OK);
    receipt = samples->receipt;
    receipt.custody.leaf_count = UINT64_MAX / 65552;
    receipt.custody.payload_bytes = receipt.custody.leaf_count * 65552;
    assert_int_equal(encode(&receipt, &len), ASV_E_USAGE); /* T-054: the sum would overflow */
    receipt = samples->receipt;
    receipt.custody.stanza_count = 0;
    assert_int_equal(encode(&receipt, &len), ASV_E_USAGE); /* T-051 */
    receipt.custody.stanza_count = 5;
    assert_int_equal(encode(&receipt, &len), ASV_E_USAGE); /* T-051 */
    receipt = samples->receipt;
    receipt.custody.number = 0;
    assert_int_equal(encode(&receipt, &len), ASV_E_USAGE); /* T-009 */
    receipt = samples->receipt;
    receipt.kind = 3;
    assert_int_equal(encode(&receipt, &len), ASV_E_USAGE); /* T-008 */
}

static void the_digest_of_nothing_is_the_digest_of_nothing(void **state)
{
    (void)state;
    size_t len = 0;
    uint8_t nothing[32];
    asv_sha256(nothing, NULL, 0);
    struct asv_receipt receipt = samples->receipt;
    receipt.custody.tail_bytes = 0;
    assert_int_equal(encode(&receipt, &len), ASV_E_USAGE); /* T-055 */
    memcpy(receipt.custody.tail, nothing, 32);
    assert_int_equal(encode(&receipt, &len), ASV_OK);
    receipt.custody.link_bytes = 0;
    assert_int_equal(encode(&receipt, &len), ASV_E_USAGE); /* T-055 */
    memcpy(receipt.custody.link, nothing, 32);
    assert_int_equal(encode(&receipt, &len), ASV_OK);
    receipt.custody.leaf_count = 0;
    receipt.custody.payload_bytes = 0;
    assert_int_equal(encode(&receipt, &len), ASV_E_USAGE); /* T-055 */
    memcpy(receipt.custody.root, nothing, 32);
    assert_int_equal(encode(&receipt, &len), ASV_OK);
}

static void a_receipt_counts_for_its_dock_and_session_only(void **state)
{
    (void)state;
    struct asv_receipt out;
    struct asv_test_identity other;
    size_t len = 0;
    asv_test_agency_issue(agency, &other, ASV_ROLE_DOCK, 2);
    assert_int_equal(encode(&samples->receipt, &len), ASV_OK);
    assert_int_equal(asv_receipt_decode(&out, encoded, len, NULL), ASV_OK);
    assert_int_equal(asv_receipt_verify(&out, &agency->dock.cert, samples->receipt.session, NULL), ASV_OK);
    assert_int_equal(asv_receipt_verify(&out, &agency->dock.cert, NULL, NULL), ASV_OK);
    assert_int_equal(asv_receipt_verify(&out, &other.cert, NULL, NULL), ASV_E_MISMATCH); /* T-052 */
    assert_int_equal(asv_receipt_verify(&out, &agency->dock.cert, agency->id, NULL),
                     ASV_E_MISMATCH); /* T-052 */

    struct asv_receipt receipt = samples->receipt; /* a camera or the keeper gives no receipts */
    memcpy(receipt.dock_cert, agency->keeper.cert_digest, 32);
    struct asv_writer writer;
    asv_writer_init(&writer, encoded, sizeof encoded);
    assert_int_equal(asv_receipt_encode(&writer, &receipt, agency->keeper.sk), ASV_OK);
    assert_int_equal(asv_receipt_decode(&out, encoded, writer.len, NULL), ASV_OK);
    assert_int_equal(asv_receipt_verify(&out, &agency->keeper.cert, NULL, NULL), ASV_E_MISMATCH); /* T-052 */
}

/* Each field of a custody by its offset: changing any one is noticed. */
static void a_camera_notices_every_difference(void **state)
{
    (void)state;
    const struct asv_custody *held = &samples->receipt.custody;
    static const struct {
        size_t at;
        const char *name;
    } fields[] = {
        {offsetof(struct asv_custody, camera_cert), "camera"},
        {offsetof(struct asv_custody, epoch), "epoch"},
        {offsetof(struct asv_custody, number), "number"},
        {offsetof(struct asv_custody, clip), "clip id"},
        {offsetof(struct asv_custody, header), "header"},
        {offsetof(struct asv_custody, root), "root"},
        {offsetof(struct asv_custody, leaf_count), "leaf count"},
        {offsetof(struct asv_custody, payload_bytes), "payload"},
        {offsetof(struct asv_custody, seal_bytes), "seal"},
        {offsetof(struct asv_custody, seal), "seal"},
        {offsetof(struct asv_custody, tail_bytes), "tail"},
        {offsetof(struct asv_custody, tail), "tail"},
        {offsetof(struct asv_custody, stanza_count), "stanza count"},
        {offsetof(struct asv_custody, stanzas), "stanza"},
        {offsetof(struct asv_custody, stanzas) + 63, "stanza"},
        {offsetof(struct asv_custody, link_bytes), "link"},
        {offsetof(struct asv_custody, link), "link"},
    };
    assert_int_equal(asv_custody_compare(held, held, NULL), ASV_OK);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) { /* T-053 */
        struct asv_custody said = *held;
        struct asv_err err = {0};
        ((uint8_t *)&said)[fields[i].at] ^= 1;
        assert_int_equal(asv_custody_compare(&said, held, &err), ASV_E_MISMATCH);
        assert_non_null(strstr(err.text, fields[i].name));
        assert_int_equal(asv_custody_compare(held, &said, NULL), ASV_E_MISMATCH);
    }
    struct asv_custody said = *held;
    said.stanzas[3][0] ^= 1; /* beyond stanza_count: says nothing */
    assert_int_equal(asv_custody_compare(&said, held, NULL), ASV_OK);
}

static enum asv_status verify_destruction(const struct asv_destruction *statement, const uint8_t *sk,
                                          const uint8_t *camera, const struct asv_revocations *list)
{
    struct asv_destruction out;
    struct asv_writer writer;
    asv_writer_init(&writer, encoded, sizeof encoded);
    assert_int_equal(asv_destruction_encode(&writer, statement, sk), ASV_OK);
    assert_int_equal(asv_destruction_decode(&out, encoded, writer.len, NULL), ASV_OK);
    assert_true(out.number == statement->number && out.issued_ms == statement->issued_ms);
    assert_memory_equal(out.epoch, statement->epoch, 16);
    assert_memory_equal(out.header, statement->header, 32);
    return asv_destruction_verify(&out, agency->root.pk, camera, ASV_TEST_NOW_MS, list, NULL);
}

static void only_our_keeper_orders_destruction_and_only_of_this_camera(void **state)
{
    (void)state;
    static struct asv_test_agency foreign;
    asv_test_agency_init(&foreign, 2);
    const uint8_t *camera = agency->camera.cert_digest;
    struct asv_destruction statement = samples->destruction;
    assert_int_equal(verify_destruction(&statement, agency->keeper.sk, camera, NULL), ASV_OK);
    assert_int_equal(verify_destruction(&statement, agency->keeper.sk, agency->id, NULL),
                     ASV_E_MISMATCH); /* T-061 */
    assert_int_equal(verify_destruction(&statement, agency->dock.sk, camera, NULL),
                     ASV_E_SIGNATURE); /* T-007 */
    struct asv_revocations list = {.count = 1, .serials = agency->keeper.cert.serial};
    assert_int_equal(verify_destruction(&statement, agency->keeper.sk, camera, &list),
                     ASV_E_REVOKED); /* T-060 */
    statement.keeper = agency->dock.chain;
    assert_int_equal(verify_destruction(&statement, agency->dock.sk, camera, NULL),
                     ASV_E_UNTRUSTED); /* T-060 */
    statement.keeper = foreign.keeper.chain;
    assert_int_equal(verify_destruction(&statement, foreign.keeper.sk, camera, NULL),
                     ASV_E_UNTRUSTED); /* T-060 */
    statement = samples->destruction;
    memcpy(statement.agency, foreign.id, 32);
    assert_int_equal(verify_destruction(&statement, agency->keeper.sk, camera, NULL),
                     ASV_E_UNTRUSTED); /* T-060 */
}

static void a_destruction_has_a_known_reason(void **state)
{
    (void)state;
    struct asv_writer writer;
    for (unsigned reason = 0; reason < 256; reason++) {
        struct asv_destruction statement = samples->destruction;
        statement.reason = (uint8_t)reason;
        asv_writer_init(&writer, encoded, sizeof encoded);
        bool known = reason >= ASV_DESTRUCTION_EXPIRED && reason <= ASV_DESTRUCTION_QUARANTINED;
        assert_int_equal(asv_destruction_encode(&writer, &statement, agency->keeper.sk),
                         known ? ASV_OK : ASV_E_USAGE); /* T-008 */
    }
    struct asv_destruction statement = samples->destruction;
    statement.number = 0;
    asv_writer_init(&writer, encoded, sizeof encoded);
    assert_int_equal(asv_destruction_encode(&writer, &statement, agency->keeper.sk), ASV_E_USAGE); /* T-009 */
}

static enum asv_status encode_erasure(const struct asv_erasure *record, const uint8_t *sk, size_t *len)
{
    struct asv_writer writer;
    asv_writer_init(&writer, encoded, sizeof encoded);
    enum asv_status status = asv_erasure_encode(&writer, record, sk);
    return status == ASV_OK ? asv_write_end(&writer, len) : status;
}

static void an_erasure_is_proven_by_its_camera_only(void **state)
{
    (void)state;
    struct asv_erasure record = samples->erasure;
    struct asv_erasure out;
    struct asv_test_identity other;
    size_t len = 0;
    record.wall_ms = ASV_TIME_UNKNOWN; /* a lost clock is no reason to prove nothing */
    assert_int_equal(encode_erasure(&record, agency->camera.sk, &len), ASV_OK);
    assert_int_equal(asv_erasure_decode(&out, encoded, len, NULL), ASV_OK);
    assert_true(out.wall_ms == ASV_TIME_UNKNOWN && out.mono_ms == 123456 && out.number == 42);
    assert_int_equal(out.cause, ASV_ERASURE_RECEIPT);
    assert_int_equal(out.method, ASV_ERASURE_OVERWRITE_AND_DISCARD);
    assert_memory_equal(out.cause_digest, record.cause_digest, 32);
    assert_memory_equal(out.boot, record.boot, 16);
    assert_int_equal(asv_erasure_verify(&out, &agency->camera.cert, NULL), ASV_OK);
    asv_test_agency_issue(agency, &other, ASV_ROLE_CAMERA, 2);
    assert_int_equal(asv_erasure_verify(&out, &other.cert, NULL), ASV_E_MISMATCH); /* T-070 */
    assert_int_equal(encode_erasure(&record, other.sk, &len), ASV_OK);
    assert_int_equal(asv_erasure_decode(&out, encoded, len, NULL), ASV_OK);
    assert_int_equal(asv_erasure_verify(&out, &agency->camera.cert, NULL), ASV_E_SIGNATURE); /* T-007 */
    memcpy(record.camera_cert, agency->dock.cert_digest, 32);
    assert_int_equal(encode_erasure(&record, agency->dock.sk, &len), ASV_OK);
    assert_int_equal(asv_erasure_decode(&out, encoded, len, NULL), ASV_OK);
    assert_int_equal(asv_erasure_verify(&out, &agency->dock.cert, NULL), ASV_E_MISMATCH); /* T-070 */
}

static void what_was_lost_has_neither_an_order_nor_a_header(void **state) /* T-071 */
{
    (void)state;
    struct asv_erasure record = samples->erasure;
    struct asv_erasure out;
    size_t len = 0;
    record.cause = ASV_ERASURE_LOST;
    assert_int_equal(encode_erasure(&record, agency->camera.sk, &len), ASV_E_USAGE);
    memset(record.cause_digest, 0, sizeof record.cause_digest);
    assert_int_equal(encode_erasure(&record, agency->camera.sk, &len), ASV_E_USAGE);
    memset(record.header, 0, sizeof record.header);
    assert_int_equal(encode_erasure(&record, agency->camera.sk, &len), ASV_OK);
    assert_int_equal(asv_erasure_decode(&out, encoded, len, NULL), ASV_OK);
    assert_int_equal(out.cause, ASV_ERASURE_LOST);
    record.cause_digest[31] = 1;
    assert_int_equal(encode_erasure(&record, agency->camera.sk, &len), ASV_E_USAGE);
}

static enum asv_status encode_inventory(const struct asv_inventory *inventory, const uint8_t *sk, size_t *len)
{
    struct asv_writer writer;
    asv_writer_init(&writer, encoded, sizeof encoded);
    enum asv_status status = asv_inventory_encode(&writer, inventory, sk);
    return status == ASV_OK ? asv_write_end(&writer, len) : status;
}

static void an_inventory_is_its_cameras_only(void **state) /* T-130 */
{
    (void)state;
    struct asv_inventory inventory = samples->inventory;
    struct asv_inventory out;
    struct asv_test_identity other;
    size_t len = 0;
    inventory.wall_ms = ASV_TIME_UNKNOWN;
    assert_int_equal(encode_inventory(&inventory, agency->camera.sk, &len), ASV_OK);
    assert_int_equal(asv_inventory_decode(&out, encoded, len, NULL), ASV_OK);
    assert_true(out.wall_ms == ASV_TIME_UNKNOWN && out.mono_ms == inventory.mono_ms);
    assert_true(out.last_number == 42 && out.held == 1);
    assert_memory_equal(out.session, inventory.session, 32);
    assert_memory_equal(out.bulletin, inventory.bulletin, 32);
    assert_memory_equal(out.epoch, inventory.epoch, 16);
    assert_memory_equal(out.boot, inventory.boot, 16);
    assert_int_equal(asv_inventory_verify(&out, &agency->camera.cert, NULL), ASV_OK);
    asv_test_agency_issue(agency, &other, ASV_ROLE_CAMERA, 2);
    assert_int_equal(asv_inventory_verify(&out, &other.cert, NULL), ASV_E_MISMATCH);
    assert_int_equal(encode_inventory(&inventory, other.sk, &len), ASV_OK);
    assert_int_equal(asv_inventory_decode(&out, encoded, len, NULL), ASV_OK);
    assert_int_equal(asv_inventory_verify(&out, &agency->camera.cert, NULL), ASV_E_SIGNATURE);
    memcpy(inventory.camera_cert, agency->dock.cert_digest, 32); /* a dock has no store to tell of */
    assert_int_equal(encode_inventory(&inventory, agency->dock.sk, &len), ASV_OK);
    assert_int_equal(asv_inventory_decode(&out, encoded, len, NULL), ASV_OK);
    assert_int_equal(asv_inventory_verify(&out, &agency->dock.cert, NULL), ASV_E_MISMATCH);
}

static void no_more_is_held_than_was_ever_recorded(void **state) /* T-131 */
{
    (void)state;
    struct asv_inventory inventory = samples->inventory;
    size_t len = 0;
    inventory.held = 42;
    assert_int_equal(encode_inventory(&inventory, agency->camera.sk, &len), ASV_OK);
    inventory.held = 43;
    assert_int_equal(encode_inventory(&inventory, agency->camera.sk, &len), ASV_E_USAGE);
    inventory.held = 0;
    inventory.last_number = 0;
    assert_int_equal(encode_inventory(&inventory, agency->camera.sk, &len), ASV_OK);
}

static void an_erasure_has_a_known_cause_and_method(void **state)
{
    (void)state;
    size_t len = 0;
    for (unsigned value = 0; value < 256; value++) {
        struct asv_erasure record = samples->erasure;
        record.cause = (uint8_t)value;
        assert_int_equal(encode_erasure(&record, agency->camera.sk, &len),
                         value == 1 || value == 2 ? ASV_OK : ASV_E_USAGE); /* T-008 */
        record = samples->erasure;
        record.method = (uint8_t)value;
        assert_int_equal(encode_erasure(&record, agency->camera.sk, &len),
                         value >= 1 && value <= 3 ? ASV_OK : ASV_E_USAGE); /* T-008 */
    }
    struct asv_erasure record = samples->erasure;
    record.number = 0;
    assert_int_equal(encode_erasure(&record, agency->camera.sk, &len), ASV_E_USAGE); /* T-009 */
}

static enum asv_status verify_day_end(const struct asv_day_end *statement, const uint8_t *sk,
                                      const struct asv_revocations *list)
{
    struct asv_day_end out;
    struct asv_writer writer;
    asv_writer_init(&writer, encoded, sizeof encoded);
    assert_int_equal(asv_day_end_encode(&writer, statement, sk), ASV_OK);
    assert_int_equal(asv_day_end_decode(&out, encoded, writer.len, NULL), ASV_OK);
    assert_true(out.date == statement->date && out.due_ms == statement->due_ms &&
                out.issued_ms == statement->issued_ms && out.epoch == statement->epoch &&
                out.copies == statement->copies && out.slot_count == statement->slot_count);
    for (unsigned i = 0; i < out.slot_count; i++) {
        assert_memory_equal(out.slots[i].id, statement->slots[i].id, 16);
        assert_true(out.slots[i].kind == statement->slots[i].kind &&
                    out.slots[i].effaceable == statement->slots[i].effaceable &&
                    out.slots[i].epoch == statement->slots[i].epoch);
    }
    return asv_day_end_verify(&out, agency->root.pk, ASV_TEST_NOW_MS, list, NULL);
}

static void only_our_keeper_says_that_a_day_is_destroyed(void **state)
{
    (void)state;
    static struct asv_test_agency foreign;
    asv_test_agency_init(&foreign, 2);
    struct asv_day_end statement = samples->day_end;
    assert_int_equal(verify_day_end(&statement, agency->keeper.sk, NULL), ASV_OK);
    assert_int_equal(verify_day_end(&statement, agency->dock.sk, NULL), ASV_E_SIGNATURE); /* T-007 */
    struct asv_revocations list = {.count = 1, .serials = agency->keeper.cert.serial};
    assert_int_equal(verify_day_end(&statement, agency->keeper.sk, &list), ASV_E_REVOKED); /* T-110 */
    statement.keeper = agency->dock.chain;
    assert_int_equal(verify_day_end(&statement, agency->dock.sk, NULL), ASV_E_UNTRUSTED); /* T-110 */
    statement.keeper = foreign.keeper.chain;
    assert_int_equal(verify_day_end(&statement, foreign.keeper.sk, NULL), ASV_E_UNTRUSTED); /* T-110 */
    statement = samples->day_end;
    memcpy(statement.agency, foreign.id, 32);
    assert_int_equal(verify_day_end(&statement, agency->keeper.sk, NULL), ASV_E_UNTRUSTED); /* T-110 */
}

/* T-111 */
static void a_day_is_open_while_a_slot_has_not_confirmed(void **state)
{
    (void)state;
    struct asv_writer writer;
    struct asv_day_end statement = samples->day_end;
    assert_int_equal(asv_day_end_open(&statement), 1);
    statement.slots[1].epoch = statement.epoch;
    assert_int_equal(asv_day_end_open(&statement), 0);
    for (unsigned wrong = 0; wrong < 5; wrong++) {
        statement = samples->day_end;
        statement.slots[1].epoch += wrong == 0 ? 2 : 0;
        statement.slots[0].kind = wrong == 1 ? 3 : 2;
        statement.epoch = wrong == 2 ? 0 : statement.epoch;
        statement.slot_count = wrong == 3 ? 0 : wrong == 4 ? 9 : 2;
        asv_writer_init(&writer, encoded, sizeof encoded);
        assert_int_equal(asv_day_end_encode(&writer, &statement, agency->keeper.sk), ASV_E_USAGE);
    }
}

static enum asv_status verify_ruling(const struct asv_ruling *ruling, const uint8_t *sk,
                                     const uint8_t *statement, const struct asv_revocations *list)
{
    struct asv_ruling out;
    struct asv_writer writer;
    asv_writer_init(&writer, encoded, sizeof encoded);
    assert_int_equal(asv_ruling_encode(&writer, ruling, sk), ASV_OK);
    assert_int_equal(asv_ruling_decode(&out, encoded, writer.len, NULL), ASV_OK);
    assert_memory_equal(out.store, ruling->store, sizeof out.store);
    assert_memory_equal(out.statement, ruling->statement, sizeof out.statement);
    assert_memory_equal(out.proposal, ruling->proposal, sizeof out.proposal);
    assert_true(out.verdict == ruling->verdict && out.status == ruling->status &&
                out.issued_ms == ruling->issued_ms);
    return asv_ruling_verify(&out, agency->root.pk, statement, ASV_TEST_NOW_MS, list, NULL);
}

static void only_our_keeper_rules_and_on_one_statement(void **state)
{
    (void)state;
    static struct asv_test_agency foreign;
    asv_test_agency_init(&foreign, 2);
    struct asv_ruling ruling = samples->ruling;
    const uint8_t *statement = samples->ruling.statement;
    assert_int_equal(verify_ruling(&ruling, agency->keeper.sk, statement, NULL), ASV_OK);
    assert_int_equal(verify_ruling(&ruling, agency->keeper.sk, NULL, NULL), ASV_OK);
    assert_int_equal(verify_ruling(&ruling, agency->keeper.sk, ruling.proposal, NULL),
                     ASV_E_MISMATCH); /* T-123: an answer for one, shown for another */
    assert_int_equal(verify_ruling(&ruling, agency->dock.sk, statement, NULL), ASV_E_SIGNATURE); /* T-007 */
    struct asv_revocations list = {.count = 1, .serials = agency->keeper.cert.serial};
    assert_int_equal(verify_ruling(&ruling, agency->keeper.sk, statement, &list), ASV_E_REVOKED); /* T-120 */
    ruling.keeper = agency->dock.chain;
    assert_int_equal(verify_ruling(&ruling, agency->dock.sk, statement, NULL), ASV_E_UNTRUSTED); /* T-120 */
    ruling.keeper = foreign.keeper.chain;
    assert_int_equal(verify_ruling(&ruling, foreign.keeper.sk, statement, NULL), ASV_E_UNTRUSTED); /* T-120 */
    ruling = samples->ruling;
    memcpy(ruling.agency, foreign.id, 32);
    assert_int_equal(verify_ruling(&ruling, agency->keeper.sk, statement, NULL), ASV_E_UNTRUSTED); /* T-120 */
}

/* The certificate was replaced since: the decision is from before. */
static void what_a_later_certificate_rules_again_counts_from_its_beginning(void **state)
{
    (void)state;
    static struct asv_test_identity later;
    struct asv_ruling out;
    struct asv_writer writer;
    struct asv_ruling ruling = samples->ruling;
    struct asv_cert cert = agency->keeper.cert;
    int64_t then_ms = ruling.issued_ms;
    cert.not_before_ms = then_ms + 86400000;
    asv_test_identity_make(&later, &cert, 1, 9, &agency->ca);
    for (unsigned again = 0; again < 2; again++) {
        ruling.keeper = again == 0 ? agency->keeper.chain : later.chain;
        asv_writer_init(&writer, encoded, sizeof encoded);
        assert_int_equal(asv_ruling_encode(&writer, &ruling, again == 0 ? agency->keeper.sk : later.sk),
                         ASV_OK);
        assert_int_equal(asv_ruling_decode(&out, encoded, writer.len, NULL), ASV_OK);
        int64_t at_ms = asv_ruling_signed_ms(&out);
        assert_true(at_ms == (again == 0 ? then_ms : cert.not_before_ms)); /* K-193 */
        assert_int_equal(asv_ruling_verify(&out, agency->root.pk, NULL, at_ms, NULL, NULL), ASV_OK);
        assert_int_equal(asv_ruling_verify(&out, agency->root.pk, NULL, then_ms, NULL, NULL),
                         again == 0 ? ASV_OK : ASV_E_EXPIRED);
    }
}

/* A body that no correct keeper writes, signed by the keeper all the same. */
static enum asv_status decode_changed(size_t at, uint8_t value)
{
    struct asv_ruling out;
    struct asv_writer writer;
    asv_writer_init(&writer, encoded, sizeof encoded);
    assert_int_equal(asv_ruling_encode(&writer, &samples->ruling, agency->keeper.sk), ASV_OK);
    writer.len -= 1 + 2 + 64;
    encoded[at] = value;
    assert_int_equal(asv_object_sign(&writer, 0, ASV_PURPOSE_RULING, agency->keeper.sk), ASV_OK);
    return asv_ruling_decode(&out, encoded, writer.len, NULL);
}

/* T-121, T-122. The places are those that the database holds a ruling to (sql/0009_people.sql). */
static void a_ruling_says_one_thing(void **state)
{
    (void)state;
    struct asv_ruling ruling = samples->ruling;
    struct asv_writer writer;
    asv_writer_init(&writer, encoded, sizeof encoded);
    assert_int_equal(asv_ruling_encode(&writer, &ruling, agency->keeper.sk), ASV_OK);
    assert_memory_equal(encoded + 56, ruling.statement, 32);
    assert_memory_equal(encoded + 90, ruling.proposal, 32);
    assert_int_equal(encoded[122], ASV_RULING_REFUSED);
    assert_true((int64_t)asv_load_be64(encoded + 125) == ruling.issued_ms);
    assert_int_equal(decode_changed(122, ASV_RULING_REFUSED), ASV_OK);
    for (unsigned wrong = 0; wrong < 256; wrong++) {
        if (wrong != ASV_RULING_REFUSED) { /* 1: taken, with a status */
            assert_int_equal(decode_changed(122, (uint8_t)wrong), ASV_E_MALFORMED);
        }
    }
    for (unsigned wrong = 0; wrong < 4; wrong++) {
        ruling = samples->ruling;
        ruling.verdict = wrong == 0 ? 0 : wrong == 1 ? 3 : wrong == 2 ? ASV_RULING_TAKEN : ruling.verdict;
        ruling.status = wrong == 3 ? 0 : ruling.status;
        asv_writer_init(&writer, encoded, sizeof encoded);
        assert_int_equal(asv_ruling_encode(&writer, &ruling, agency->keeper.sk), ASV_E_USAGE);
    }
    ruling = samples->ruling;
    memset(ruling.statement, 0, sizeof ruling.statement);
    asv_writer_init(&writer, encoded, sizeof encoded);
    assert_int_equal(asv_ruling_encode(&writer, &ruling, agency->keeper.sk), ASV_E_USAGE);
    ruling = samples->ruling;
    ruling.verdict = ASV_RULING_TAKEN;
    ruling.status = 0;
    memset(ruling.proposal, 0, sizeof ruling.proposal); /* what one person decides alone */
    assert_int_equal(verify_ruling(&ruling, agency->keeper.sk, ruling.statement, NULL), ASV_OK);
}

static void verdicts_have_names(void **state)
{
    (void)state;
    assert_string_equal(asv_integrity_name(ASV_INTEGRITY_UNSIGNED_TAIL), "UNSIGNED_TAIL");
    assert_string_equal(asv_integrity_name(0), "?");
    assert_string_equal(asv_integrity_name(6), "?");
    assert_string_equal(asv_provenance_name(ASV_PROVENANCE_SEALED_BY_DOCK), "SEALED_BY_DOCK");
    assert_string_equal(asv_provenance_name(0), "?");
    assert_string_equal(asv_provenance_name(5), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_decoded_receipt_says_what_was_encoded),
        cmocka_unit_test(stored_needs_an_intact_and_trusted_recording),
        cmocka_unit_test(lengths_that_contradict_each_other_are_refused),
        cmocka_unit_test(the_digest_of_nothing_is_the_digest_of_nothing),
        cmocka_unit_test(a_receipt_counts_for_its_dock_and_session_only),
        cmocka_unit_test(a_camera_notices_every_difference),
        cmocka_unit_test(only_our_keeper_orders_destruction_and_only_of_this_camera),
        cmocka_unit_test(a_destruction_has_a_known_reason),
        cmocka_unit_test(an_erasure_is_proven_by_its_camera_only),
        cmocka_unit_test(what_was_lost_has_neither_an_order_nor_a_header),
        cmocka_unit_test(an_erasure_has_a_known_cause_and_method),
        cmocka_unit_test(an_inventory_is_its_cameras_only),
        cmocka_unit_test(no_more_is_held_than_was_ever_recorded),
        cmocka_unit_test(only_our_keeper_says_that_a_day_is_destroyed),
        cmocka_unit_test(a_day_is_open_while_a_slot_has_not_confirmed),
        cmocka_unit_test(only_our_keeper_rules_and_on_one_statement),
        cmocka_unit_test(what_a_later_certificate_rules_again_counts_from_its_beginning),
        cmocka_unit_test(a_ruling_says_one_thing),
        cmocka_unit_test(verdicts_have_names),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
