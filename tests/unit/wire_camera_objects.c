/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Whose word a camera takes: the signed objects that a dock hands over. */
#include <string.h>

#include "tests/support/wire_pair.h"
#include "tests/support/wire_samples.h"
#include "tests/unit/test.h"

static struct asv_test_pair pair;

static uint8_t encoded[4096];

static void open_pair(void)
{
    asv_test_pair_init(&pair, 1);
    asv_test_pair_open(&pair);
}

/* Hands over an object; the camera's reply as the dock sees it. */
static const struct asv_wire_event *hand_over(uint16_t type, size_t len)
{
    struct asv_wire_message message = {.type = type, .body.object.object = {encoded, len}};
    assert_int_equal(asv_test_pair_ask(&pair, &message), ASV_OK);
    return &pair.event;
}

static void refused(uint16_t type, size_t len, enum asv_wire_code code, uint64_t at)
{
    const struct asv_wire_event *event = hand_over(type, len);
    assert_int_equal(event->kind, ASV_WIRE_EVENT_ERROR);
    if (event->message.body.error.code != code) {
        print_error("%s: %s\n", asv_wire_code_name((enum asv_wire_code)event->message.body.error.code),
                    event->message.body.error.detail);
    }
    assert_int_equal(event->message.body.error.code, code);
    assert_true(event->message.body.error.at == at);
    assert_true(event->message.body.error.detail[0] != '\0');
}

static void taken(uint16_t type, size_t len, uint64_t number)
{
    const struct asv_wire_event *event = hand_over(type, len);
    assert_int_equal(event->kind, ASV_WIRE_EVENT_REPLY);
    assert_true(event->message.body.done.number == number);
}

static const struct {
    uint16_t type;
    enum asv_wire_held_kind held;
} numbered[] = {
    {ASV_WIRE_BULLETIN, ASV_WIRE_HELD_BULLETIN},
    {ASV_WIRE_REVOCATIONS, ASV_WIRE_HELD_REVOCATIONS},
    {ASV_WIRE_CONFIGURATION, ASV_WIRE_HELD_CONFIGURATION},
    {ASV_WIRE_ASSIGNMENT, ASV_WIRE_HELD_ASSIGNMENT},
};

/* This object of the samples with another number, issue time and signer (NULL: the right one). */
static size_t make(uint16_t type, uint64_t number, int64_t issued_ms, const uint8_t *sk)
{
    const struct asv_samples *all = asv_samples();
    struct asv_writer writer;
    enum asv_status status = ASV_E_USAGE;
    asv_writer_init(&writer, encoded, sizeof encoded);
    if (type == ASV_WIRE_BULLETIN) {
        struct asv_bulletin bulletin = all->bulletin;
        bulletin.number = number;
        bulletin.issued_ms = issued_ms;
        const struct asv_wire_held *held = &pair.device.held[ASV_WIRE_HELD_BULLETIN];
        if (number == 1) {
            memset(bulletin.previous, 0, sizeof bulletin.previous);
        } else if (held->number != 0) {
            memcpy(bulletin.previous, held->digest, sizeof bulletin.previous);
        }
        status = asv_bulletin_encode(&writer, &bulletin, all->days, sk != NULL ? sk : all->agency.keeper.sk);
    } else if (type == ASV_WIRE_REVOCATIONS) {
        struct asv_revocations list = all->revocations;
        list.number = number;
        list.issued_ms = issued_ms;
        status = asv_revocations_encode(&writer, &list, sk != NULL ? sk : all->agency.ca.sk);
    } else if (type == ASV_WIRE_CONFIGURATION) {
        struct asv_configuration configuration = all->configuration;
        configuration.number = number;
        configuration.issued_ms = issued_ms;
        status = asv_configuration_encode(&writer, &configuration, sk != NULL ? sk : all->agency.dock.sk);
    } else {
        struct asv_assignment assignment = all->assignment;
        assignment.number = number;
        assignment.issued_ms = issued_ms;
        status = asv_assignment_encode(&writer, &assignment, sk != NULL ? sk : all->agency.dock.sk);
    }
    assert_int_equal(status, ASV_OK);
    return writer.len;
}

/* P-061, P-062, P-063 */
static void numbers_only_rise_and_the_same_object_may_come_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        uint16_t type = numbered[i].type;
        open_pair();
        const struct asv_wire_held *held = &pair.device.held[numbered[i].held];
        taken(type, make(type, 5, ASV_TEST_NOW_MS, NULL), 5);
        assert_true(held->number == 5);
        assert_int_equal(pair.device.installed, 1);
        size_t len = make(type, 9, ASV_TEST_NOW_MS, NULL);
        taken(type, len, 9);
        assert_int_equal(pair.device.installed, 2);
        taken(type, len, 9); /* its answer was lost: the same again */
        assert_int_equal(pair.device.installed, 2);
        refused(type, make(type, 9, ASV_TEST_NOW_MS + 1, NULL), ASV_WIRE_CODE_CONFLICT, 9);
        refused(type, make(type, 8, ASV_TEST_NOW_MS, NULL), ASV_WIRE_CODE_STALE, 9);
        refused(type, make(type, 1, ASV_TEST_NOW_MS, NULL), ASV_WIRE_CODE_STALE, 9);
        assert_int_equal(pair.device.installed, 2);
        taken(type, make(type, UINT64_MAX, ASV_TEST_NOW_MS, NULL), UINT64_MAX);
        refused(type, make(type, 10, ASV_TEST_NOW_MS, NULL), ASV_WIRE_CODE_STALE, UINT64_MAX);
    }
}

/* P-060 with T-035 */
static void the_list_of_a_ca_that_the_list_held_names_is_refused(void **state)
{
    (void)state;
    struct asv_revocations held = asv_samples()->revocations;
    open_pair();
    held.count = 1;
    held.serials = asv_samples()->agency.ca.cert.serial;
    pair.device.revocations = &held;
    refused(ASV_WIRE_REVOCATIONS, make(ASV_WIRE_REVOCATIONS, 5, ASV_TEST_NOW_MS, NULL), ASV_WIRE_CODE_REVOKED,
            0);
    pair.device.revocations = NULL;
    taken(ASV_WIRE_REVOCATIONS, make(ASV_WIRE_REVOCATIONS, 5, ASV_TEST_NOW_MS, NULL), 5);
}

/* P-060 */
static void an_object_of_the_wrong_signer_changes_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        uint16_t type = numbered[i].type;
        open_pair();
        refused(type, make(type, 5, ASV_TEST_NOW_MS, pair.agency.camera.sk), ASV_WIRE_CODE_SIGNATURE, 0);
        size_t len = make(type, 5, ASV_TEST_NOW_MS, NULL);
        encoded[len - 1] ^= 1;
        refused(type, len, ASV_WIRE_CODE_SIGNATURE, 0);
        encoded[len - 1] ^= 1;
        encoded[1] = 2; /* format */
        refused(type, len, ASV_WIRE_CODE_UNSUPPORTED, 0);
        encoded[1] = 1;
        refused(type, 4, ASV_WIRE_CODE_MALFORMED, 0);
        pair.device.refuse_trust = ASV_E_IO;
        hand_over(type, len);
        assert_int_equal(pair.event.message.body.error.code, ASV_WIRE_CODE_UNREADABLE);
        assert_int_equal(pair.device.installed, 0);
        assert_true(pair.device.held[numbered[i].held].number == 0);
        pair.device.refuse_trust = ASV_OK;
        taken(type, len, 5);
    }
}

/* P-060 */
static void an_object_for_another_camera_agency_or_dock_changes_nothing(void **state)
{
    (void)state;
    const struct asv_samples *all = asv_samples();
    struct asv_writer writer;
    open_pair();
    struct asv_bulletin bulletin = all->bulletin;
    bulletin.camera_cert[0] ^= 1;
    asv_writer_init(&writer, encoded, sizeof encoded);
    assert_int_equal(asv_bulletin_encode(&writer, &bulletin, all->days, all->agency.keeper.sk), ASV_OK);
    refused(ASV_WIRE_BULLETIN, writer.len, ASV_WIRE_CODE_MISMATCH, 0);
    struct asv_revocations revocations = {.count = 1, .serials = pair.agency.keeper.cert.serial};
    pair.device.revocations = &revocations;
    refused(ASV_WIRE_BULLETIN, make(ASV_WIRE_BULLETIN, 2, ASV_TEST_NOW_MS, NULL), ASV_WIRE_CODE_REVOKED, 0);
    pair.device.revocations = NULL;

    struct asv_configuration configuration = all->configuration;
    configuration.camera_cert[0] ^= 1;
    asv_writer_init(&writer, encoded, sizeof encoded);
    assert_int_equal(asv_configuration_encode(&writer, &configuration, all->agency.dock.sk), ASV_OK);
    refused(ASV_WIRE_CONFIGURATION, writer.len, ASV_WIRE_CODE_MISMATCH, 0);
    configuration = all->configuration;
    configuration.dock_cert[0] ^= 1;
    asv_writer_init(&writer, encoded, sizeof encoded);
    assert_int_equal(asv_configuration_encode(&writer, &configuration, all->agency.dock.sk), ASV_OK);
    refused(ASV_WIRE_CONFIGURATION, writer.len, ASV_WIRE_CODE_MISMATCH, 0);
    configuration = all->configuration;
    configuration.agency[0] ^= 1;
    asv_writer_init(&writer, encoded, sizeof encoded);
    assert_int_equal(asv_configuration_encode(&writer, &configuration, all->agency.dock.sk), ASV_OK);
    refused(ASV_WIRE_CONFIGURATION, writer.len, ASV_WIRE_CODE_UNTRUSTED, 0);
    assert_int_equal(pair.device.installed, 0);
}

/* P-064 */
static void the_next_bulletin_names_the_one_held(void **state)
{
    (void)state;
    const struct asv_samples *all = asv_samples();
    struct asv_writer writer;
    open_pair();
    taken(ASV_WIRE_BULLETIN, make(ASV_WIRE_BULLETIN, 1, ASV_TEST_NOW_MS, NULL), 1);
    struct asv_bulletin bulletin = all->bulletin; /* number 2, after some other number 1 */
    asv_writer_init(&writer, encoded, sizeof encoded);
    assert_int_equal(asv_bulletin_encode(&writer, &bulletin, all->days, all->agency.keeper.sk), ASV_OK);
    refused(ASV_WIRE_BULLETIN, writer.len, ASV_WIRE_CODE_CONFLICT, 1);
    assert_int_equal(pair.device.installed, 1);
    taken(ASV_WIRE_BULLETIN, make(ASV_WIRE_BULLETIN, 2, ASV_TEST_NOW_MS, NULL), 2);
    bulletin.number = 4; /* number 3 never came: nothing to compare */
    asv_writer_init(&writer, encoded, sizeof encoded);
    assert_int_equal(asv_bulletin_encode(&writer, &bulletin, all->days, all->agency.keeper.sk), ASV_OK);
    taken(ASV_WIRE_BULLETIN, writer.len, 4);
}

/* A receipt for clip 2 of the device, right in everything. */
static struct asv_receipt right_receipt(void)
{
    struct asv_receipt receipt = {
        .integrity = ASV_INTEGRITY_VALID,
        .provenance = ASV_PROVENANCE_TRUSTED,
        .kind = ASV_RECEIPT_STORED,
        .time_ms = ASV_TEST_NOW_MS,
    };
    struct asv_wire_clip clip = pair.device.clips[1].entry;
    clip.number = 2;
    memcpy(receipt.dock_cert, pair.agency.dock.cert_digest, sizeof receipt.dock_cert);
    memcpy(receipt.session, pair.dock.session, sizeof receipt.session);
    asv_test_custody(&pair.device, &clip, &receipt.custody);
    return receipt;
}

static size_t sign_receipt(const struct asv_receipt *receipt, const uint8_t *sk)
{
    struct asv_writer writer;
    asv_writer_init(&writer, encoded, sizeof encoded);
    assert_int_equal(asv_receipt_encode(&writer, receipt, sk), ASV_OK);
    return writer.len;
}

/* P-065, P-066, P-067 */
static void a_camera_erases_only_for_a_receipt_that_is_right_in_everything(void **state)
{
    (void)state;
    open_pair();
    const uint8_t *sk = pair.agency.dock.sk;
    struct asv_receipt receipt = right_receipt();
    refused(ASV_WIRE_RECEIPT, sign_receipt(&receipt, pair.agency.keeper.sk), ASV_WIRE_CODE_SIGNATURE, 0);
    receipt.session[0] ^= 1;
    refused(ASV_WIRE_RECEIPT, sign_receipt(&receipt, sk), ASV_WIRE_CODE_MISMATCH, 0);
    receipt = right_receipt();
    receipt.dock_cert[0] ^= 1;
    refused(ASV_WIRE_RECEIPT, sign_receipt(&receipt, sk), ASV_WIRE_CODE_MISMATCH, 0);
    receipt = right_receipt();
    receipt.custody.camera_cert[0] ^= 1;
    refused(ASV_WIRE_RECEIPT, sign_receipt(&receipt, sk), ASV_WIRE_CODE_MISMATCH, 0);
    receipt = right_receipt();
    receipt.kind = ASV_RECEIPT_QUARANTINED;
    receipt.integrity = ASV_INTEGRITY_INVALID;
    refused(ASV_WIRE_RECEIPT, sign_receipt(&receipt, sk), ASV_WIRE_CODE_NOT_STORED, 0);
    assert_int_equal(pair.device.receipts, 0); /* the device saw none of these */
    receipt = right_receipt();
    receipt.custody.number = 77;
    refused(ASV_WIRE_RECEIPT, sign_receipt(&receipt, sk), ASV_WIRE_CODE_NOT_FOUND, 0);
    for (int what = 0; what < 10; what++) {
        receipt = right_receipt();
        receipt.custody.epoch[0] ^= what == 0;
        receipt.custody.clip[0] ^= what == 1;
        receipt.custody.header[0] ^= what == 2;
        receipt.custody.root[31] ^= what == 3;
        receipt.custody.leaf_count += what == 4;
        receipt.custody.payload_bytes += what == 4 || what == 5 ? ASV_WIRE_CHUNK_BYTES : 0;
        receipt.custody.seal[31] ^= what == 6;
        receipt.custody.stanzas[0][31] ^= what == 7;
        receipt.custody.link[31] ^= what == 8;
        receipt.custody.seal_bytes += what == 9;
        struct asv_writer writer;
        asv_writer_init(&writer, encoded, sizeof encoded);
        if (asv_receipt_encode(&writer, &receipt, sk) == ASV_OK) { /* what == 5 contradicts itself */
            refused(ASV_WIRE_RECEIPT, writer.len, ASV_WIRE_CODE_MISMATCH, 0);
        }
    }
    assert_int_equal(pair.device.erased, 0);
    receipt = right_receipt();
    const struct asv_wire_event *event = hand_over(ASV_WIRE_RECEIPT, sign_receipt(&receipt, sk));
    assert_int_equal(event->kind, ASV_WIRE_EVENT_REPLY);
    assert_true(event->number == 2);
    assert_int_equal(pair.device.erased, 1);
}

/* P-065, P-069, P-070: the answer was lost with the session. */
static void a_receipt_made_again_in_another_session_gets_the_same_record(void **state)
{
    (void)state;
    static uint8_t first[ASV_ERASURE_MAX_BYTES];
    open_pair();
    struct asv_receipt receipt = right_receipt();
    size_t len = sign_receipt(&receipt, pair.agency.dock.sk);
    const struct asv_wire_event *event = hand_over(ASV_WIRE_RECEIPT, len);
    size_t record_len = event->message.body.erased.record.len;
    memcpy(first, event->message.body.erased.record.data, record_len);
    assert_int_equal(
        asv_wire_dock_start(&pair.dock, ASV_WIRE_NO_DEADLINE, pair.out, sizeof pair.out, &pair.out_len, NULL),
        ASV_OK);
    asv_test_pair_open(&pair);
    refused(ASV_WIRE_RECEIPT, len, ASV_WIRE_CODE_MISMATCH, 0); /* the old one, of the old session */
    receipt = right_receipt();
    event = hand_over(ASV_WIRE_RECEIPT, sign_receipt(&receipt, pair.agency.dock.sk));
    assert_int_equal(event->kind, ASV_WIRE_EVENT_REPLY);
    assert_int_equal(event->message.body.erased.record.len, record_len);
    assert_memory_equal(event->message.body.erased.record.data, first, record_len);
    assert_int_equal(pair.device.erased, 1);

    struct asv_wire_message erasures = {.type = ASV_WIRE_ERASURES, .body.erasures = {1}};
    assert_int_equal(asv_test_pair_ask(&pair, &erasures), ASV_OK);
    assert_int_equal(pair.event.message.body.erasures_reply.outstanding, 1);
    struct asv_wire_message ack = {.type = ASV_WIRE_ERASURES_ACK, .body.erasures_ack = {.number = 2}};
    assert_int_equal(asv_test_pair_ask(&pair, &ack), ASV_OK); /* of some other record */
    assert_int_equal(pair.event.message.body.error.code, ASV_WIRE_CODE_MISMATCH);
    struct asv_erasure record;
    assert_int_equal(asv_erasure_decode(&record, first, record_len, NULL), ASV_OK);
    asv_object_digest(ack.body.erasures_ack.record, &record.object);
    assert_int_equal(asv_test_pair_ask(&pair, &ack), ASV_OK);
    assert_true(pair.event.message.body.done.number == 0);
    assert_int_equal(asv_test_pair_ask(&pair, &erasures), ASV_OK);
    assert_int_equal(pair.event.message.body.erasures_reply.outstanding, 0);
}

/* P-068 */
static void a_destruction_is_the_keepers_word_for_this_camera(void **state)
{
    (void)state;
    const struct asv_samples *all = asv_samples();
    struct asv_destruction statement = all->destruction;
    struct asv_writer writer;
    open_pair();
    statement.number = 3;
    for (int what = 0; what < 4; what++) {
        statement = all->destruction;
        statement.number = 3;
        statement.camera_cert[0] ^= what == 0;
        statement.agency[0] ^= what == 1;
        asv_writer_init(&writer, encoded, sizeof encoded);
        assert_int_equal(asv_destruction_encode(&writer, &statement,
                                                what == 2 ? all->agency.dock.sk : all->agency.keeper.sk),
                         ASV_OK);
        if (what < 3) {
            static const enum asv_wire_code codes[] = {ASV_WIRE_CODE_MISMATCH, ASV_WIRE_CODE_UNTRUSTED,
                                                       ASV_WIRE_CODE_SIGNATURE};
            refused(ASV_WIRE_DESTROY, writer.len, codes[what], 0);
            assert_int_equal(pair.device.erased, 0);
        } else {
            assert_int_equal(hand_over(ASV_WIRE_DESTROY, writer.len)->kind, ASV_WIRE_EVENT_REPLY);
            assert_int_equal(pair.device.erased, 1);
            assert_int_equal(hand_over(ASV_WIRE_DESTROY, writer.len)->kind, ASV_WIRE_EVENT_REPLY); /* P-069 */
            assert_int_equal(pair.device.erased, 1);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_only_rise_and_the_same_object_may_come_again),
        cmocka_unit_test(an_object_of_the_wrong_signer_changes_nothing),
        cmocka_unit_test(the_list_of_a_ca_that_the_list_held_names_is_refused),
        cmocka_unit_test(an_object_for_another_camera_agency_or_dock_changes_nothing),
        cmocka_unit_test(the_next_bulletin_names_the_one_held),
        cmocka_unit_test(a_camera_erases_only_for_a_receipt_that_is_right_in_everything),
        cmocka_unit_test(a_receipt_made_again_in_another_session_gets_the_same_record),
        cmocka_unit_test(a_destruction_is_the_keepers_word_for_this_camera),
    };
    return asv_crypto_init() == ASV_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
