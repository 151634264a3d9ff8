/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/support/samples.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct asv_samples all;

static void must(enum asv_status status, const char *what)
{
    if (status != ASV_OK) {
        fprintf(stderr, "sample %s: %s\n", what, asv_status_name(status));
        abort();
    }
}

/* Recognisable bytes: 32 of them, all different for different text. */
static void digest_of(uint8_t out[ASV_SHA256_BYTES], const char *text)
{
    asv_sha256(out, text, strlen(text));
}

static void fill(uint8_t *out, size_t len, const char *text)
{
    uint8_t digest[ASV_SHA256_BYTES];
    digest_of(digest, text);
    memcpy(out, digest, len);
}

#define DECODER(object)                                                                       \
    static enum asv_status decode_##object(const void *data, size_t len, struct asv_err *err) \
    {                                                                                         \
        struct asv_##object out;                                                              \
        return asv_##object##_decode(&out, data, len, err);                                   \
    }
DECODER(cert)
DECODER(revocations)
DECODER(bulletin)
DECODER(receipt)
DECODER(destruction)
DECODER(erasure)
DECODER(configuration)
DECODER(assignment)
DECODER(enrolment)
DECODER(day_end)
DECODER(ruling)
DECODER(inventory)

#define VERIFIER(object, call)                                                                \
    static enum asv_status verify_##object(const void *data, size_t len, struct asv_err *err) \
    {                                                                                         \
        struct asv_##object out;                                                              \
        enum asv_status status = asv_##object##_decode(&out, data, len, err);                 \
        return status == ASV_OK ? (call) : status;                                            \
    }
VERIFIER(cert, asv_cert_verify(&out, all.agency.ca.pk, err))
VERIFIER(revocations, asv_revocations_verify(&out, all.agency.root.pk, NULL, err))
VERIFIER(bulletin, asv_bulletin_verify(&out, all.agency.root.pk, all.agency.camera.cert_digest,
                                       ASV_TEST_NOW_MS, NULL, err))
VERIFIER(receipt, asv_receipt_verify(&out, &all.agency.dock.cert, all.receipt.session, err))
VERIFIER(destruction, asv_destruction_verify(&out, all.agency.root.pk, all.agency.camera.cert_digest,
                                             ASV_TEST_NOW_MS, NULL, err))
VERIFIER(erasure, asv_erasure_verify(&out, &all.agency.camera.cert, err))
VERIFIER(configuration, asv_configuration_verify(&out, all.agency.root.pk, &all.agency.dock.cert,
                                                 all.agency.camera.cert_digest, err))
VERIFIER(assignment, asv_assignment_verify(&out, all.agency.root.pk, &all.agency.dock.cert,
                                           all.agency.camera.cert_digest, err))
VERIFIER(enrolment, asv_enrolment_verify(&out, err))
VERIFIER(day_end, asv_day_end_verify(&out, all.agency.root.pk, ASV_TEST_NOW_MS, NULL, err))
VERIFIER(ruling,
         asv_ruling_verify(&out, all.agency.root.pk, all.ruling.statement, ASV_TEST_NOW_MS, NULL, err))
VERIFIER(inventory, asv_inventory_verify(&out, &all.agency.camera.cert, err))

static void fill_revocations(void)
{
    static uint8_t serials[3 * ASV_CERT_SERIAL_BYTES];
    for (size_t i = 0; i < 3; i++) {
        memset(serials + i * ASV_CERT_SERIAL_BYTES, (int)(0x11 * (i + 1)), ASV_CERT_SERIAL_BYTES);
    }
    struct asv_revocations *list = &all.revocations;
    memcpy(list->agency, all.agency.id, sizeof list->agency);
    list->number = 7;
    list->issued_ms = ASV_TEST_NOW_MS;
    list->signer = all.agency.ca.cert;
    list->count = 3;
    list->serials = serials;
}

static void fill_bulletin(void)
{
    static const struct {
        uint32_t date;
        int64_t start_ms;
        int64_t end_ms;
    } days[ASV_SAMPLE_DAYS] = {
        {20260328, INT64_C(1774652400000), INT64_C(1774738800000)}, /* 24 h, CET */
        {20260329, INT64_C(1774738800000), INT64_C(1774821600000)}, /* 23 h, to CEST */
        {20260330, INT64_C(1774821600000), INT64_C(1774908000000)}, /* 24 h, CEST */
    };
    uint8_t sk[ASV_X25519_BYTES];
    struct asv_bulletin *bulletin = &all.bulletin;
    memcpy(bulletin->agency, all.agency.id, sizeof bulletin->agency);
    memcpy(bulletin->camera_cert, all.agency.camera.cert_digest, sizeof bulletin->camera_cert);
    bulletin->number = 2;
    digest_of(bulletin->previous, "bulletin 1");
    bulletin->issued_ms = ASV_TEST_NOW_MS;
    bulletin->policy_version = 5;
    bulletin->key_count = ASV_SAMPLE_DAYS;
    for (size_t i = 0; i < ASV_SAMPLE_DAYS; i++) {
        char text[] = "day 0";
        text[4] = (char)('0' + i);
        digest_of(sk, text);
        all.days[i] = (struct asv_bulletin_key){
            .kind = ASV_KEY_DAY,
            .date = days[i].date,
            .start_ms = days[i].start_ms,
            .end_ms = days[i].end_ms,
        };
        asv_x25519_public(all.days[i].pk, sk);
        asv_key_id(all.days[i].id, all.days[i].pk);
    }
    digest_of(sk, "reserve");
    bulletin->reserve.kind = ASV_KEY_RESERVE;
    asv_x25519_public(bulletin->reserve.pk, sk);
    asv_key_id(bulletin->reserve.id, bulletin->reserve.pk);
    bulletin->keeper = all.agency.keeper.chain;
}

static void fill_receipt(void)
{
    struct asv_receipt *receipt = &all.receipt;
    struct asv_custody *custody = &receipt->custody;
    memcpy(receipt->dock_cert, all.agency.dock.cert_digest, sizeof receipt->dock_cert);
    digest_of(receipt->session, "session");
    memcpy(custody->camera_cert, all.agency.camera.cert_digest, sizeof custody->camera_cert);
    fill(custody->epoch, sizeof custody->epoch, "epoch");
    custody->number = 42;
    fill(custody->clip, sizeof custody->clip, "clip");
    digest_of(custody->header, "header");
    digest_of(custody->root, "root");
    custody->leaf_count = 1000;
    custody->payload_bytes = UINT64_C(1000) * 65552;
    custody->seal_bytes = 40000;
    digest_of(custody->seal, "seal");
    custody->tail_bytes = 12345;
    digest_of(custody->tail, "tail");
    custody->stanza_count = 2;
    digest_of(custody->stanzas[0], "stanza 0");
    digest_of(custody->stanzas[1], "stanza 1");
    custody->link_bytes = 300;
    digest_of(custody->link, "link");
    receipt->integrity = ASV_INTEGRITY_TRUNCATED;
    receipt->provenance = ASV_PROVENANCE_TRUSTED;
    receipt->kind = ASV_RECEIPT_STORED;
    receipt->due_ms = ASV_TEST_NOW_MS + INT64_C(15) * 86400000;
    receipt->time_ms = ASV_TEST_NOW_MS;
}

static void fill_others(void)
{
    struct asv_destruction *statement = &all.destruction;
    memcpy(statement->agency, all.agency.id, sizeof statement->agency);
    memcpy(statement->camera_cert, all.agency.camera.cert_digest, sizeof statement->camera_cert);
    fill(statement->epoch, sizeof statement->epoch, "epoch");
    statement->number = 41;
    digest_of(statement->header, "header 41");
    statement->reason = ASV_DESTRUCTION_EXPIRED;
    statement->issued_ms = ASV_TEST_NOW_MS;
    statement->keeper = all.agency.keeper.chain;

    struct asv_erasure *record = &all.erasure;
    record->cause = ASV_ERASURE_RECEIPT;
    digest_of(record->cause_digest, "receipt");
    memcpy(record->camera_cert, all.agency.camera.cert_digest, sizeof record->camera_cert);
    fill(record->epoch, sizeof record->epoch, "epoch");
    record->number = 42;
    digest_of(record->header, "header");
    record->wall_ms = ASV_TEST_NOW_MS + 1000;
    record->mono_ms = 123456;
    fill(record->boot, sizeof record->boot, "boot");
    record->method = ASV_ERASURE_OVERWRITE_AND_DISCARD;

    all.configuration = (struct asv_configuration){
        .number = 3,
        .issued_ms = ASV_TEST_NOW_MS,
        .pre_roll_ms = 0,
        .checkpoint_ms = 1000,
        .policy_version = 5,
        .name = "Kamera 07",
        .unit = "32-3 Aussendienst",
    };
    memcpy(all.configuration.agency, all.agency.id, sizeof all.agency.id);
    memcpy(all.configuration.dock_cert, all.agency.dock.cert_digest, ASV_SHA256_BYTES);
    memcpy(all.configuration.camera_cert, all.agency.camera.cert_digest, ASV_SHA256_BYTES);

    all.assignment = (struct asv_assignment){
        .number = 9,
        .issued_ms = ASV_TEST_NOW_MS,
        .unit = "32-3 Aussendienst",
        .area = "Hochfeld",
    };
    memcpy(all.assignment.agency, all.agency.id, sizeof all.agency.id);
    memcpy(all.assignment.dock_cert, all.agency.dock.cert_digest, ASV_SHA256_BYTES);
    memcpy(all.assignment.camera_cert, all.agency.camera.cert_digest, ASV_SHA256_BYTES);
    fill(all.assignment.id, sizeof all.assignment.id, "assignment");

    all.enrolment = (struct asv_enrolment){
        .role = ASV_ROLE_CAMERA,
        .model = "BWC-1",
        .device_serial = "0042",
        .has_kx = true,
        .firmware_version = "1.0.0",
        .made_ms = ASV_TEST_NOW_MS,
    };
    memcpy(all.enrolment.signing_pk, all.agency.camera.pk, ASV_ED25519_PK_BYTES);
    memcpy(all.enrolment.kx_pk, all.agency.camera.kx_pk, ASV_X25519_BYTES);
    digest_of(all.enrolment.firmware_digest, "firmware");
}

static void fill_day_end(void)
{
    struct asv_day_end *statement = &all.day_end;
    memcpy(statement->agency, all.agency.id, sizeof statement->agency);
    fill(statement->store, sizeof statement->store, "store");
    statement->date = 20251221;
    statement->due_ms = ASV_TEST_NOW_MS - 3600000;
    statement->epoch = 7;
    statement->copies = 1;
    statement->slot_count = 2;
    statement->slots[0] = (struct asv_day_end_slot){.kind = 2, .effaceable = true, .epoch = 7};
    statement->slots[1] = (struct asv_day_end_slot){.kind = 1, .epoch = 6};
    fill(statement->slots[0].id, ASV_UUID_BYTES, "slot 1");
    fill(statement->slots[1].id, ASV_UUID_BYTES, "slot 2");
    statement->issued_ms = ASV_TEST_NOW_MS;
    statement->keeper = all.agency.keeper.chain;
}

static void fill_ruling(void)
{
    struct asv_ruling *ruling = &all.ruling;
    memcpy(ruling->agency, all.agency.id, sizeof ruling->agency);
    fill(ruling->store, sizeof ruling->store, "store");
    digest_of(ruling->statement, "an answer");
    digest_of(ruling->proposal, "what it answers");
    ruling->verdict = ASV_RULING_REFUSED;
    ruling->status = ASV_E_STATE;
    ruling->issued_ms = ASV_TEST_NOW_MS;
    ruling->keeper = all.agency.keeper.chain;
}

static void fill_inventory(void)
{
    struct asv_inventory *inventory = &all.inventory;
    memcpy(inventory->camera_cert, all.agency.camera.cert_digest, sizeof inventory->camera_cert);
    digest_of(inventory->session, "session");
    fill(inventory->epoch, sizeof inventory->epoch, "epoch");
    inventory->last_number = 42;
    inventory->held = 1;
    digest_of(inventory->bulletin, "bulletin");
    inventory->wall_ms = ASV_TEST_NOW_MS + 2000;
    inventory->mono_ms = 124456;
    fill(inventory->boot, sizeof inventory->boot, "boot");
}

#define ADD(object, text, purpose_value, signer, limit_value, ...)                         \
    do {                                                                                   \
        struct asv_sample *sample = &all.samples[at++];                                    \
        struct asv_writer writer;                                                          \
        sample->name = (text);                                                             \
        sample->purpose = (purpose_value);                                                 \
        sample->sk = all.agency.signer.sk;                                                 \
        sample->limit = (limit_value);                                                     \
        sample->decode = decode_##object;                                                  \
        sample->verify = verify_##object;                                                  \
        asv_writer_init(&writer, sample->data, sizeof sample->data);                       \
        must(asv_##object##_encode(&writer, &all.object, __VA_ARGS__ sample->sk), (text)); \
        must(asv_write_end(&writer, &sample->len), (text));                                \
    } while (0)

static void make(void)
{
    size_t at = 0;
    asv_test_agency_init(&all.agency, 1);
    all.cert = all.agency.camera.cert;
    fill_revocations();
    fill_bulletin();
    fill_receipt();
    fill_others();
    fill_day_end();
    fill_ruling();
    fill_inventory();
    ADD(cert, "certificate", ASV_PURPOSE_CERTIFICATE, ca, ASV_CERT_MAX_BYTES, );
    ADD(revocations, "revocations", ASV_PURPOSE_REVOCATIONS, ca, ASV_REVOCATIONS_MAX_BYTES, );
    ADD(bulletin, "bulletin", ASV_PURPOSE_BULLETIN, keeper, ASV_BULLETIN_MAX_BYTES, all.days, );
    ADD(receipt, "receipt", ASV_PURPOSE_RECEIPT, dock, ASV_RECEIPT_MAX_BYTES, );
    ADD(destruction, "destruction", ASV_PURPOSE_DESTRUCTION, keeper, ASV_DESTRUCTION_MAX_BYTES, );
    ADD(erasure, "erasure", ASV_PURPOSE_ERASURE, camera, ASV_ERASURE_MAX_BYTES, );
    ADD(configuration, "configuration", ASV_PURPOSE_CONFIGURATION, dock, ASV_CONFIGURATION_MAX_BYTES, );
    ADD(assignment, "assignment", ASV_PURPOSE_ASSIGNMENT, dock, ASV_ASSIGNMENT_MAX_BYTES, );
    ADD(enrolment, "enrolment", ASV_PURPOSE_ENROLMENT, camera, ASV_ENROLMENT_MAX_BYTES, );
    ADD(day_end, "day_end", ASV_PURPOSE_DAY_END, keeper, ASV_DAY_END_MAX_BYTES, );
    ADD(ruling, "ruling", ASV_PURPOSE_RULING, keeper, ASV_RULING_MAX_BYTES, );
    ADD(inventory, "inventory", ASV_PURPOSE_INVENTORY, camera, ASV_INVENTORY_MAX_BYTES, );
    if (at != ASV_SAMPLE_COUNT) {
        abort();
    }
}

const struct asv_samples *asv_samples(void)
{
    if (all.samples[0].len == 0) {
        make();
    }
    return &all;
}
