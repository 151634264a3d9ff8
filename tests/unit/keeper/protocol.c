/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The messages on the keeper's socket, and who may send which. */
#include "server/keeper/protocol.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/keeper/keeper.h"
#include "server/statement/credential.h"
#include "server/statement/statement.h"
#include "tests/sim/keeper_site.h"
#include "tests/support/golden.h"
#include "tests/unit/test.h"

static uint8_t frame[ASV_KEEPER_LENGTH_BYTES + ASV_KEEPER_REQUEST_MAX];
static uint8_t chunk[2][ASV_CHUNK_CIPHER_BYTES];
static uint8_t chain[300], header[700], stanzas[98], statement[420], record[210];

static bool has_clip(unsigned type)
{
    return type == ASV_KEEPER_OPENS || type == ASV_KEEPER_DECIDE;
}

static struct asv_keeper_request sample_sign(unsigned sign)
{
    static const uint8_t origin[] = "asservat.example/ledger";
    static uint8_t hashes[2 * ASV_SHA256_BYTES];
    struct asv_keeper_request request = {
        .type = ASV_KEEPER_SIGN, .request = 0x01020304, .sign = (uint8_t)sign};
    memset(hashes, 0xf1, sizeof hashes);
    memset(statement, 0xc4, sizeof statement);
    memset(record, 0xc5, sizeof record);
    if (sign == ASV_KEEPER_SIGN_PACKAGE) {
        request.proposal = (struct asv_bytes){statement, sizeof statement};
        request.answer = (struct asv_bytes){statement, 410};
        request.record_count = 2;
        request.records[0] = (struct asv_bytes){record, sizeof record};
        request.records[1] = (struct asv_bytes){record, 200};
        request.plan = (struct asv_bytes){statement, 390};
    } else {
        request.origin = (struct asv_bytes){origin, sizeof origin - 1};
    }
    if (sign == ASV_KEEPER_SIGN_HEAD) {
        request.old_size = 3;
        request.new_size = 7;
        request.proof = (struct asv_bytes){hashes, sizeof hashes};
    }
    if (sign != ASV_KEEPER_SIGN_LAST && sign != ASV_KEEPER_SIGN_BEFORE) {
        memset(request.digest, 0xe1, sizeof request.digest);
    }
    return request;
}

static struct asv_keeper_request sample(unsigned type)
{
    struct asv_keeper_request request = {.type = (uint8_t)type, .request = 0x01020304};
    memset(chain, 0xc1, sizeof chain);
    memset(header, 0xc2, sizeof header);
    memset(stanzas, 0xc3, sizeof stanzas);
    memset(chunk[0], 0xd1, sizeof chunk[0]);
    memset(chunk[1], 0xd2, sizeof chunk[1]);
    memset(statement, 0xc4, sizeof statement);
    memset(record, 0xc5, sizeof record);
    if (type != ASV_KEEPER_STATUS && type != ASV_KEEPER_CLIPS && type != ASV_KEEPER_SIGN &&
        type != ASV_KEEPER_DAY_END && type != ASV_KEEPER_CLIP && type != ASV_KEEPER_SHOWN &&
        type != ASV_KEEPER_HANDED && type != ASV_KEEPER_NOTED) {
        request.chain = (struct asv_bytes){chain, sizeof chain};
    }
    if (type == ASV_KEEPER_MAKE_DAYS) {
        request.from_date = 20260105;
        request.day_count = 60;
    }
    request.reserve_used = type == ASV_KEEPER_BULLETIN;
    if (has_clip(type) || type == ASV_KEEPER_ORDER || type == ASV_KEEPER_KEEP) {
        request.header = (struct asv_bytes){header, sizeof header};
    }
    if (has_clip(type) || type == ASV_KEEPER_KEEP) {
        request.stanzas = (struct asv_bytes){stanzas, sizeof stanzas};
    }
    if (type == ASV_KEEPER_FINISH || type == ASV_KEEPER_DAY_END) {
        request.from_date = 20260105;
    }
    bool has_why = type == ASV_KEEPER_KEEP || type == ASV_KEEPER_FINISH;
    if (has_why || type == ASV_KEEPER_CLIPS || type == ASV_KEEPER_CLIP || type == ASV_KEEPER_SHOWN ||
        type == ASV_KEEPER_HANDED || type == ASV_KEEPER_NOTED) {
        memset(request.digest, 0xe1, sizeof request.digest);
    }
    if (type == ASV_KEEPER_HANDED) {
        memset(request.header_digest, 0xe2, sizeof request.header_digest);
    }
    if (type == ASV_KEEPER_SIGN) {
        request = sample_sign(ASV_KEEPER_SIGN_HEAD);
    }
    if (has_why) {
        request.why = ASV_KEEPER_WHY_EARLY;
    }
    if (type == ASV_KEEPER_KEEP) {
        request.receipt = (struct asv_bytes){statement, 400};
        request.dock = (struct asv_bytes){chain, 200};
    }
    if (type == ASV_KEEPER_FINISH) {
        request.inventory = (struct asv_bytes){statement, 300};
        request.bulletin = (struct asv_bytes){statement, 420};
    }
    if (type == ASV_KEEPER_DECIDE) {
        request.proposal = (struct asv_bytes){statement, sizeof statement};
        request.answer = (struct asv_bytes){statement, 410};
        request.record_count = 2;
        request.records[0] = (struct asv_bytes){record, sizeof record};
        request.records[1] = (struct asv_bytes){record, 200};
        request.plan = (struct asv_bytes){statement, 390};
        request.number = 7;
        request.more_count = 2;
        request.more[0] = 9;
        request.more[1] = 3;
        request.open = (struct asv_bytes){statement, 400};
        request.agreed = (struct asv_bytes){statement, 405};
    }
    if (has_clip(type)) {
        request.chunk_count = 2;
        request.chunks[0] = (struct asv_keeper_chunk){0, chunk[0]};
        request.chunks[1] = (struct asv_keeper_chunk){9, chunk[1]};
    }
    return request;
}

static const char *const names[] = {"",       "status", "make-days", "bulletin", "opens", "order",
                                    "decide", "keep",   "finish",    "clips",    "sign",  "day-end",
                                    "clip",   "shown",  "handed",    "noted"};

static size_t write_frame(const struct asv_keeper_request *request)
{
    struct asv_writer writer;
    asv_writer_init(&writer, frame, sizeof frame);
    assert_int_equal(asv_keeper_request_write(&writer, request), ASV_OK);
    assert_int_equal(asv_load_be32(frame), writer.len - ASV_KEEPER_LENGTH_BYTES);
    return writer.len - ASV_KEEPER_LENGTH_BYTES;
}

static const uint8_t *const body = frame + ASV_KEEPER_LENGTH_BYTES;

static void requests_round_trip(void **state)
{
    (void)state;
    for (unsigned type = ASV_KEEPER_STATUS; type < ASV_KEEPER_TYPE_END; type++) {
        struct asv_keeper_request want = sample(type);
        struct asv_keeper_request got;
        size_t len = write_frame(&want);
        if (!has_clip(type)) { /* large, and nothing but its fields in a row */
            char name[40];
            snprintf(name, sizeof name, "keeper-request-%s", names[type]);
            asv_golden_check(name, "a request, with its length in front", frame,
                             len + ASV_KEEPER_LENGTH_BYTES);
        }
        assert_int_equal(asv_keeper_request_read(&got, body, len), ASV_OK);
        assert_int_equal(got.type, type);
        assert_int_equal(got.request, 0x01020304);
        assert_int_equal(got.chain.len, want.chain.len);
        assert_true(got.from_date == want.from_date && got.day_count == want.day_count);
        assert_true(got.reserve_used == want.reserve_used);
        assert_true(got.header.len == want.header.len && got.stanzas.len == want.stanzas.len);
        assert_true(got.why == want.why && got.receipt.len == want.receipt.len &&
                    got.dock.len == want.dock.len);
        assert_true(got.inventory.len == want.inventory.len && got.bulletin.len == want.bulletin.len);
        assert_memory_equal(got.digest, want.digest, sizeof got.digest);
        assert_memory_equal(got.header_digest, want.header_digest, sizeof got.header_digest);
        assert_true(got.proposal.len == want.proposal.len && got.answer.len == want.answer.len);
        assert_true(got.open.len == want.open.len && got.agreed.len == want.agreed.len);
        assert_true(got.plan.len == want.plan.len && got.number == want.number);
        assert_int_equal(got.more_count, want.more_count);
        assert_memory_equal(got.more, want.more, sizeof got.more);
        assert_int_equal(got.record_count, want.record_count);
        for (unsigned i = 0; i < got.record_count; i++) {
            assert_int_equal(got.records[i].len, want.records[i].len);
        }
        assert_int_equal(got.chunk_count, want.chunk_count);
        for (unsigned i = 0; i < got.chunk_count; i++) {
            assert_true(got.chunks[i].index == want.chunks[i].index);
            assert_memory_equal(got.chunks[i].data, want.chunks[i].data, ASV_CHUNK_CIPHER_BYTES);
        }
    }
}

static void what_is_to_be_signed_round_trips(void **state)
{
    (void)state;
    static const char *const kinds[] = {"", "keeper-request-sign", "keeper-request-sign-last",
                                        "keeper-request-sign-package", "keeper-request-sign-before"};
    for (unsigned sign = ASV_KEEPER_SIGN_HEAD; sign < ASV_KEEPER_SIGN_END; sign++) {
        struct asv_keeper_request want = sample_sign(sign);
        struct asv_keeper_request got;
        size_t len = write_frame(&want);
        asv_golden_check(kinds[sign], "a request, with its length in front", frame,
                         len + ASV_KEEPER_LENGTH_BYTES);
        asv_golden_seed("keeper_request", kinds[sign], body, len);
        assert_int_equal(asv_keeper_request_read(&got, body, len), ASV_OK);
        assert_int_equal(got.sign, sign);
        assert_true(got.old_size == want.old_size && got.new_size == want.new_size);
        assert_int_equal(got.origin.len, want.origin.len);
        assert_int_equal(got.proof.len, want.proof.len);
        assert_memory_equal(got.digest, want.digest, sizeof got.digest);
        assert_int_equal(got.record_count, want.record_count);
        assert_int_equal(got.plan.len, want.plan.len);
        for (size_t cut = 0; cut < len; cut++) {
            assert_int_equal(asv_keeper_request_read(&got, body, cut), ASV_E_MALFORMED);
        }
        assert_int_equal(asv_keeper_request_read(&got, body, len + 1), ASV_E_MALFORMED); /* K-042 */
    }
}

/* K-042: a peer that lies about lengths. */
static void what_is_to_be_signed_has_its_limits(void **state)
{
    (void)state;
    static uint8_t large[(ASV_KEEPER_PROOF_MAX + 1) * ASV_SHA256_BYTES];
    struct asv_writer writer;
    struct asv_keeper_request request = sample_sign(ASV_KEEPER_SIGN_HEAD);
    size_t proof_at = 10 + 1 + 1 + 23 + 8 + 8 + 32;
    size_t len = write_frame(&request);
    asv_writer_init(&writer, large, sizeof large);
    frame[proof_at] = ASV_KEEPER_PROOF_MAX + 1;
    assert_int_equal(asv_keeper_request_read(&request, body, len), ASV_E_LIMIT);
    frame[proof_at] = 3;
    assert_int_equal(asv_keeper_request_read(&request, body, len), ASV_E_MALFORMED);
    frame[proof_at] = 1;
    assert_int_equal(asv_keeper_request_read(&request, body, len), ASV_E_MALFORMED);
    frame[proof_at] = 2;
    frame[11] = ASV_KEEPER_ORIGIN_MAX + 1;
    assert_int_equal(asv_keeper_request_read(&request, body, len), ASV_E_LIMIT);
    frame[10] = ASV_KEEPER_SIGN_END;
    assert_int_equal(asv_keeper_request_read(&request, body, len), ASV_E_UNSUPPORTED);
    frame[10] = 0;
    assert_int_equal(asv_keeper_request_read(&request, body, len), ASV_E_UNSUPPORTED);
    request = sample_sign(ASV_KEEPER_SIGN_HEAD);
    request.proof = (struct asv_bytes){large, sizeof large};
    assert_int_equal(asv_keeper_request_write(&writer, &request), ASV_E_USAGE);
    request.proof.len = 33;
    assert_int_equal(asv_keeper_request_write(&writer, &request), ASV_E_USAGE);
    request.proof.len = 0;
    request.origin = (struct asv_bytes){large, ASV_KEEPER_ORIGIN_MAX + 1};
    assert_int_equal(asv_keeper_request_write(&writer, &request), ASV_E_USAGE);
    request.sign = 0;
    assert_int_equal(asv_keeper_request_write(&writer, &request), ASV_E_USAGE);
}

static void seeds_for_the_fuzzer(void **state)
{
    (void)state;
    for (unsigned type = ASV_KEEPER_STATUS; type < ASV_KEEPER_TYPE_END; type++) {
        char name[16];
        struct asv_keeper_request request = sample(type);
        request.chunk_count = request.chunk_count > 1 ? 0 : request.chunk_count;
        snprintf(name, sizeof name, "type-%u", type);
        asv_golden_seed("keeper_request", name, body, write_frame(&request));
    }
}

static void a_request_that_is_cut_or_too_long_is_refused(void **state)
{
    (void)state;
    for (unsigned type = ASV_KEEPER_STATUS; type < ASV_KEEPER_TYPE_END; type++) {
        struct asv_keeper_request request = sample(type);
        size_t len = write_frame(&request);
        for (size_t cut = 0; cut < len; cut += cut < 1200 ? 1 : 1009) {
            assert_int_equal(asv_keeper_request_read(&request, body, cut), ASV_E_MALFORMED);
        }
        assert_int_equal(asv_keeper_request_read(&request, body, len + 1), ASV_E_MALFORMED); /* K-042 */
        assert_int_equal(request.request, 0x01020304); /* so that the refusal can be sent */
        assert_int_equal(request.chain.len, 0);
    }
}

static void unknown_versions_and_types_are_refused(void **state)
{
    (void)state;
    struct asv_keeper_request request = sample(ASV_KEEPER_STATUS);
    size_t len = write_frame(&request);
    frame[4] = 2; /* K-041 */
    assert_int_equal(asv_keeper_request_read(&request, body, len), ASV_E_UNSUPPORTED);
    frame[4] = 1;
    frame[5] = ASV_KEEPER_TYPE_END;
    assert_int_equal(asv_keeper_request_read(&request, body, len), ASV_E_UNSUPPORTED);
    frame[5] = 0;
    assert_int_equal(asv_keeper_request_read(&request, body, len), ASV_E_UNSUPPORTED);
}

static void fields_beyond_their_limits_are_refused(void **state)
{
    (void)state;
    struct asv_writer writer;
    struct asv_keeper_request request = sample(ASV_KEEPER_MAKE_DAYS);
    asv_writer_init(&writer, frame, sizeof frame);
    request.day_count = ASV_KEEPER_DAYS_MAX + 1;
    assert_int_equal(asv_keeper_request_write(&writer, &request), ASV_E_USAGE);
    request.day_count = 1;
    size_t len = write_frame(&request);
    frame[ASV_KEEPER_LENGTH_BYTES + len - 1] = ASV_KEEPER_DAYS_MAX + 1;
    assert_int_equal(asv_keeper_request_read(&request, body, len), ASV_E_LIMIT);
    request = sample(ASV_KEEPER_BULLETIN);
    len = write_frame(&request);
    frame[ASV_KEEPER_LENGTH_BYTES + len - 1] = 2; /* neither yes nor no */
    assert_int_equal(asv_keeper_request_read(&request, body, len), ASV_E_MALFORMED);
    frame[10] = 0xff; /* the chain's length */
    assert_int_equal(asv_keeper_request_read(&request, body, len), ASV_E_LIMIT);
    request = sample(ASV_KEEPER_KEEP);
    len = write_frame(&request);
    frame[10] = ASV_KEEPER_WHY_EARLY + 1;
    assert_int_equal(asv_keeper_request_read(&request, body, len), ASV_E_UNSUPPORTED);
    request = sample(ASV_KEEPER_DECIDE);
    len = write_frame(&request);
    frame[10 + 2 + sizeof statement + 2 + 410] = ASV_KEEPER_RECORDS_MAX + 1;
    assert_int_equal(asv_keeper_request_read(&request, body, len), ASV_E_LIMIT);
    request.record_count = ASV_KEEPER_RECORDS_MAX + 1;
    assert_int_equal(asv_keeper_request_write(&writer, &request), ASV_E_USAGE);
    request = sample(ASV_KEEPER_DECIDE);
    request.plan = (struct asv_bytes){frame, ASV_PLAN_MAX_BYTES + 1};
    assert_int_equal(asv_keeper_request_write(&writer, &request), ASV_E_USAGE);
    request = sample(ASV_KEEPER_STATUS);
    request.type = ASV_KEEPER_TYPE_END;
    assert_int_equal(asv_keeper_request_write(&writer, &request), ASV_E_USAGE);
}

/* K-266: further clips come with one, each once. */
static void further_clips_are_others(void **state)
{
    (void)state;
    static const uint16_t wrong[][3] = {
        {7, 7, 3}, {7, 9, 7}, {7, 9, 9}, {7, 9, ASV_KEEPER_NO_CLIP}, {ASV_KEEPER_NO_CLIP, 9, 3}};
    struct asv_keeper_request request = sample(ASV_KEEPER_DECIDE);
    struct asv_keeper_request got;
    struct asv_writer writer;
    size_t len = write_frame(&request);
    size_t at = 10 + 2 + sizeof statement + 2 + 410 + 1 + 2 + sizeof record + 2 + 200 + 2 + 390;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct asv_keeper_request bad = request;
        bad.number = wrong[i][0];
        memcpy(bad.more, &wrong[i][1], 2 * sizeof *bad.more);
        asv_writer_init(&writer, frame, sizeof frame);
        assert_int_equal(asv_keeper_request_write(&writer, &bad), ASV_E_USAGE);
        len = write_frame(&request);
        for (unsigned j = 0; j < 3; j++) {
            uint8_t *field = frame + at + 2 * j + (j > 0 ? 1 : 0);
            field[0] = (uint8_t)(wrong[i][j] >> 8);
            field[1] = (uint8_t)wrong[i][j];
        }
        assert_int_equal(asv_keeper_request_read(&got, body, len), ASV_E_LIMIT);
    }
    for (uint16_t i = 0; i < ASV_KEEPER_MORE_MAX; i++) {
        request.more[i] = (uint16_t)(100 + i);
    }
    request.more_count = ASV_KEEPER_MORE_MAX;
    len = write_frame(&request);
    assert_int_equal(asv_keeper_request_read(&got, body, len), ASV_OK);
    frame[at + 2] = ASV_KEEPER_MORE_MAX + 1;
    assert_int_equal(asv_keeper_request_read(&got, body, len), ASV_E_LIMIT);
    request.more_count++;
    assert_int_equal(asv_keeper_request_write(&writer, &request), ASV_E_USAGE);
}

/* Whatever a correct client can ask is within the limit of a frame. */
static void the_largest_request_fits(void **state)
{
    (void)state;
    static uint8_t large[ASV_PLAN_MAX_BYTES];
    struct asv_keeper_request request = sample(ASV_KEEPER_DECIDE);
    request.chain = (struct asv_bytes){large, ASV_CHAIN_MAX_BYTES};
    request.header = (struct asv_bytes){large, ASV_SEAL_HEADER_FRAME_MAX_BYTES};
    request.stanzas = (struct asv_bytes){large, ASV_SEAL_STANZAS_MAX_BYTES};
    request.proposal = request.answer = (struct asv_bytes){large, ASV_STATEMENT_MAX_BYTES};
    request.record_count = ASV_KEEPER_RECORDS_MAX;
    for (unsigned i = 0; i < ASV_KEEPER_RECORDS_MAX; i++) {
        request.records[i] = (struct asv_bytes){large, ASV_CREDENTIAL_MAX_BYTES};
    }
    request.open = request.agreed = request.plan = (struct asv_bytes){large, 0};
    print_message("%zu bytes\n", write_frame(&request));
    request.chunk_count = 0; /* a plan comes without a clip */
    request.plan = (struct asv_bytes){large, ASV_PLAN_MAX_BYTES};
    print_message("%zu bytes\n", write_frame(&request));
}

static void chunks_are_the_first_and_a_later_one(void **state)
{
    (void)state;
    struct asv_keeper_request request = sample(ASV_KEEPER_OPENS);
    size_t count_at = 10 + 2 + sizeof chain + 2 + sizeof header + 2 + sizeof stanzas;
    size_t second_at = count_at + 1 + 8 + ASV_CHUNK_CIPHER_BYTES;
    size_t len = write_frame(&request);
    frame[count_at + 8] = 1; /* K-048: index of the first */
    assert_int_equal(asv_keeper_request_read(&request, body, len), ASV_E_LIMIT);
    frame[count_at + 8] = 0;
    frame[second_at + 7] = 0; /* K-048: index of the second */
    assert_int_equal(asv_keeper_request_read(&request, body, len), ASV_E_LIMIT);
    frame[second_at + 7] = 9;
    frame[count_at] = 3;
    assert_int_equal(asv_keeper_request_read(&request, body, len), ASV_E_LIMIT);
    frame[count_at] = 1;
    assert_int_equal(asv_keeper_request_read(&request, body, len), ASV_E_MALFORMED);
}

/* ---- replies ---- */

static struct asv_keeper_reply sample_reply(unsigned type)
{
    struct asv_keeper_reply reply = {.type = (uint8_t)type, .request = 5, .made = 60, .last_date = 20260305};
    static const uint8_t bulletin[100] = {1, 2};
    if (type == ASV_KEEPER_BULLETIN) {
        reply.bulletin = (struct asv_bytes){bulletin, sizeof bulletin};
    }
    static const uint8_t file_key[ASV_FILE_KEY_BYTES] = {0x5e};
    static uint8_t rows[2 * 82];
    reply.opens = type == ASV_KEEPER_OPENS;
    if (type == ASV_KEEPER_DECIDE || type == ASV_KEEPER_KEEP) {
        reply.until_ms = 1767592800003;
        reply.stanza = (struct asv_bytes){stanzas, sizeof stanzas};
    }
    if (type == ASV_KEEPER_DECIDE) {
        reply.file_key = file_key;
        reply.more_count = 2;
        reply.more[0] = (struct asv_bytes){bulletin, 80};
        reply.more[1] = (struct asv_bytes){bulletin, 60};
        reply.note = (struct asv_bytes){bulletin, 70};
        reply.ruling = (struct asv_bytes){bulletin, 90};
    }
    if (type == ASV_KEEPER_CLIPS || type == ASV_KEEPER_CLIP) {
        struct asv_writer writer;
        asv_writer_init(&writer, rows, sizeof rows);
        asv_keeper_kept_write(&writer, &(struct asv_keeper_kept){.header = {1}, .state = ASV_KEEPER_HELD});
        asv_keeper_kept_write(&writer, &(struct asv_keeper_kept){.header = {2},
                                                                 .state = ASV_KEEPER_PENDING,
                                                                 .blocks = 1 << 4,
                                                                 .due_ms = 1767592800004,
                                                                 .period_ms = 1767592800005,
                                                                 .decision = {3}});
        assert_int_equal(writer.len, sizeof rows);
        reply.kept_count = 2;
        reply.kept = (struct asv_bytes){rows, sizeof rows};
    }
    if (type == ASV_KEEPER_SHOWN) {
        struct asv_writer writer;
        asv_writer_init(&writer, rows, sizeof rows);
        asv_keeper_shown_write(&writer, &(struct asv_keeper_shown){{4}, 1767592800006});
        reply.kept_count = 1;
        reply.kept = (struct asv_bytes){rows, writer.len};
    }
    if (type == ASV_KEEPER_HANDED) {
        struct asv_writer writer;
        asv_writer_init(&writer, rows, sizeof rows);
        asv_keeper_handed_write(&writer, &(struct asv_keeper_handed){{5}, {6}, 1767592800007, true, false});
        asv_keeper_handed_write(&writer, &(struct asv_keeper_handed){{5}, {7}, 1767592800007, false, true});
        reply.kept_count = 2;
        reply.kept = (struct asv_bytes){rows, writer.len};
    }
    if (type == ASV_KEEPER_SIGN) {
        reply.signature = (struct asv_bytes){bulletin, sizeof bulletin};
    }
    if (type == ASV_KEEPER_ORDER || type == ASV_KEEPER_DAY_END) {
        reply.order = (struct asv_bytes){bulletin, sizeof bulletin};
    }
    if (type == ASV_KEEPER_STATUS) {
        reply.state = (struct asv_keeper_status){.run = {0x19, 2},
                                                 .started_ms = 1767592700000,
                                                 .software = "asservat-keeper 1",
                                                 .wall_ms = 1767592800000,
                                                 .generation = 9,
                                                 .epoch = 2,
                                                 .stop = ASV_KEEPER_STOP_MANY,
                                                 .stop_since_ms = 1767592800001,
                                                 .cameras = 3,
                                                 .days = 4,
                                                 .reserves = 5,
                                                 .first_date = 20260101,
                                                 .last_date = 20260102,
                                                 .next_due_ms = 1767592800002,
                                                 .overdue = 6,
                                                 .damaged = 7,
                                                 .runs = 8,
                                                 .pending = 9,
                                                 .held = 10,
                                                 .gone = 11,
                                                 .aheads = 12,
                                                 .aheads_left = 26,
                                                 .people = 13,
                                                 .recipients = 14,
                                                 .recovery_key = true,
                                                 .policy_version = 15,
                                                 .policy_days = 16,
                                                 .period_count = 2,
                                                 .periods = {{0, 14, 30}, {20260301, 15, 16}},
                                                 .store = {17},
                                                 .memory_locked = true,
                                                 .directory_count = 2,
                                                 .in_step = {true, false},
                                                 .slot_count = 2};
        reply.state.slots[0] = (struct asv_keeper_slot_status){
            .id = {18}, .label = "/a", .kind = ASV_KEEPER_SLOT_FILE, .reachable = true, .confirmed_epoch = 2};
        reply.state.slots[1] = (struct asv_keeper_slot_status){
            .label = "/b", .kind = ASV_KEEPER_SLOT_TPM, .effaceable = true, .open_erasure = true};
    }
    return reply;
}

static size_t write_reply(const struct asv_keeper_reply *reply)
{
    struct asv_writer writer;
    asv_writer_init(&writer, frame, ASV_KEEPER_LENGTH_BYTES + ASV_KEEPER_REPLY_MAX);
    assert_int_equal(asv_keeper_reply_write(&writer, reply), ASV_OK);
    return writer.len - ASV_KEEPER_LENGTH_BYTES;
}

/* K-266: the longest headers of as many clips as leave at once fit into a reply. */
static void headers_of_all_fit(void **state)
{
    (void)state;
    static uint8_t stanzas_of_all[ASV_PLAN_RECIPIENTS_MAX * ASV_AGE_X25519_STANZA_BYTES];
    static uint8_t text[ASV_KEEPER_STANZAS_MAX];
    static const uint8_t file_key[ASV_FILE_KEY_BYTES];
    static const uint8_t ephemeral[ASV_X25519_BYTES] = {1};
    static const uint8_t pk[ASV_X25519_BYTES] = {9};
    struct asv_keeper_reply reply = {.type = ASV_KEEPER_DECIDE, .request = 1};
    struct asv_keeper_reply got;
    struct asv_writer writer;
    for (size_t i = 0; i < ASV_PLAN_RECIPIENTS_MAX; i++) {
        assert_int_equal(
            asv_age_wrap(stanzas_of_all + i * ASV_AGE_X25519_STANZA_BYTES, file_key, pk, ephemeral), ASV_OK);
    }
    asv_writer_init(&writer, text, sizeof text);
    assert_int_equal(
        asv_age_header_write(&writer, (struct asv_bytes){stanzas_of_all, sizeof stanzas_of_all}, file_key),
        ASV_OK);
    reply.stanza = (struct asv_bytes){text, writer.len};
    reply.more_count = ASV_KEEPER_MORE_MAX;
    for (unsigned i = 0; i < ASV_KEEPER_MORE_MAX; i++) {
        reply.more[i] = reply.stanza;
    }
    size_t len = write_reply(&reply);
    print_message("%zu bytes\n", len);
    assert_int_equal(asv_keeper_reply_read(&got, body, len), ASV_OK);
    frame[ASV_KEEPER_LENGTH_BYTES + 9 + 9 + 2 + reply.stanza.len] = ASV_KEEPER_MORE_MAX + 1;
    assert_int_equal(asv_keeper_reply_read(&got, body, len), ASV_E_LIMIT);
    reply.more_count++;
    asv_writer_init(&writer, frame, sizeof frame);
    assert_int_equal(asv_keeper_reply_write(&writer, &reply), ASV_E_USAGE);
}

static void replies_round_trip(void **state)
{
    (void)state;
    for (unsigned type = ASV_KEEPER_STATUS; type < ASV_KEEPER_TYPE_END; type++) {
        char name[40];
        struct asv_keeper_reply want = sample_reply(type);
        struct asv_keeper_reply got;
        size_t len = write_reply(&want);
        snprintf(name, sizeof name, "keeper-reply-%s", names[type]);
        asv_golden_check(name, "a reply, with its length in front", frame, len + ASV_KEEPER_LENGTH_BYTES);
        snprintf(name, sizeof name, "type-%u", type);
        asv_golden_seed("keeper_reply", name, body, len);
        assert_int_equal(asv_keeper_reply_read(&got, body, len), ASV_OK);
        assert_int_equal(got.type, type);
        assert_int_equal(got.status, ASV_OK);
        assert_true(got.state.directory_count == want.state.directory_count &&
                    got.state.in_step[0] == want.state.in_step[0] && !got.state.in_step[1]);
        assert_int_equal(got.opens, type == ASV_KEEPER_OPENS);
        assert_int_equal(got.order.len, want.order.len);
        assert_true(got.until_ms == want.until_ms && got.stanza.len == want.stanza.len);
        assert_true(got.ruling.len == want.ruling.len);
        assert_int_equal(got.more_count, want.more_count);
        for (unsigned i = 0; i < got.more_count; i++) {
            assert_int_equal(got.more[i].len, want.more[i].len);
        }
        assert_true(got.note.len == want.note.len && got.signature.len == want.signature.len);
        assert_true((got.file_key == NULL) == (want.file_key == NULL));
        if (want.file_key != NULL) {
            assert_memory_equal(got.file_key, want.file_key, ASV_FILE_KEY_BYTES);
        }
        assert_int_equal(got.kept_count, want.kept_count);
        if (type == ASV_KEEPER_SHOWN) {
            struct asv_keeper_shown row;
            asv_keeper_shown_read(&row, &got, 0);
            assert_true(row.shown[0] == 4 && row.at_ms == 1767592800006);
        }
        for (uint16_t i = 0; type == ASV_KEEPER_HANDED && i < got.kept_count; i++) {
            struct asv_keeper_handed row;
            asv_keeper_handed_read(&row, &got, i);
            assert_true(row.proposal[0] == 5 && row.header[0] == 6 + i && row.at_ms == 1767592800007);
            assert_true(row.clear == (i == 0) && row.noted == (i == 1));
        }
        bool clips = type == ASV_KEEPER_CLIPS || type == ASV_KEEPER_CLIP;
        for (uint16_t i = 0; clips && i < got.kept_count; i++) {
            struct asv_keeper_kept row;
            asv_keeper_kept_read(&row, &got, i);
            assert_true(row.header[0] == i + 1 && row.blocks == (i == 0 ? 0 : 1 << 4));
            assert_int_equal(row.state, i == 0 ? ASV_KEEPER_HELD : ASV_KEEPER_PENDING);
            assert_true(row.due_ms == (i == 0 ? 0 : 1767592800004));
            assert_true(row.period_ms == (i == 0 ? 0 : 1767592800005));
            assert_int_equal(row.decision[0], i == 0 ? 0 : 3);
        }
        if (type == ASV_KEEPER_STATUS) {
            assert_memory_equal(&got.state, &want.state, sizeof want.state);
        }
        for (size_t cut = 0; cut < len; cut++) {
            assert_int_not_equal(asv_keeper_reply_read(&got, body, cut), ASV_OK);
        }
        assert_int_equal(asv_keeper_reply_read(&got, body, len + 1), ASV_E_MALFORMED);
    }
}

static void a_refusal_carries_nothing_but_its_reason(void **state)
{
    (void)state;
    struct asv_keeper_reply reply = sample_reply(ASV_KEEPER_OPENS);
    reply.status = ASV_E_DENIED;
    snprintf(reply.detail, sizeof reply.detail, "no");
    size_t len = write_reply(&reply);
    assert_int_equal(len, 6 + 2 + 3);
    assert_int_equal(asv_keeper_reply_read(&reply, body, len), ASV_OK);
    assert_int_equal(reply.status, ASV_E_DENIED);
    assert_string_equal(reply.detail, "no");
    assert_false(reply.opens);
}

/* K-160: of a statement also what is said for good. */
static void a_refusal_of_a_statement_carries_its_ruling(void **state)
{
    (void)state;
    struct asv_keeper_reply reply = sample_reply(ASV_KEEPER_DECIDE);
    struct asv_keeper_reply got;
    reply.status = ASV_E_STATE;
    snprintf(reply.detail, sizeof reply.detail, "no");
    size_t len = write_reply(&reply);
    assert_int_equal(len, 6 + 2 + 3 + 2 + reply.ruling.len);
    assert_int_equal(asv_keeper_reply_read(&got, body, len), ASV_OK);
    assert_int_equal(got.status, ASV_E_STATE);
    assert_int_equal(got.ruling.len, reply.ruling.len);
    assert_true(got.file_key == NULL && got.stanza.len == 0 && got.note.len == 0);
    for (size_t cut = 0; cut < len; cut++) {
        assert_int_not_equal(asv_keeper_reply_read(&got, body, cut), ASV_OK);
    }
    reply.ruling.len = 0;
    assert_int_equal(write_reply(&reply), 6 + 2 + 3 + 2);
}

static void whether_a_clip_opens_is_one_of_three_answers(void **state)
{
    (void)state;
    struct asv_keeper_reply reply = sample_reply(ASV_KEEPER_OPENS);
    struct asv_keeper_reply got;
    uint8_t changed[64];
    size_t len = write_reply(&reply);
    assert_true(len <= sizeof changed);
    memcpy(changed, body, len);
    for (unsigned answer = 0; answer <= 3; answer++) {
        changed[len - 1] = (uint8_t)answer;
        assert_int_equal(asv_keeper_reply_read(&got, changed, len), answer < 3 ? ASV_OK : ASV_E_MALFORMED);
        assert_true(answer == 3 || (got.opens == (answer > 0) && got.held == (answer == 2)));
    }
    len = write_reply(&reply);
    assert_int_equal(body[len - 1], 1);
    reply.held = true;
    len = write_reply(&reply);
    assert_int_equal(body[len - 1], 2);
    reply.held = reply.opens = false;
    len = write_reply(&reply);
    assert_int_equal(body[len - 1], 0);
}

/* ---- who may ask what ---- */

/* Whether the peer may go on; its reply. */
static bool answer(struct keeper_site *site, enum asv_keeper_role role, const void *data, size_t len,
                   struct asv_keeper_reply *reply)
{
    static uint8_t written[ASV_KEEPER_LENGTH_BYTES + ASV_KEEPER_REPLY_MAX];
    struct asv_writer writer;
    asv_writer_init(&writer, written, sizeof written);
    bool go_on = asv_keeper_answer(&site->keeper, role, data, len, &writer);
    assert_int_equal(
        asv_keeper_reply_read(reply, written + ASV_KEEPER_LENGTH_BYTES, writer.len - ASV_KEEPER_LENGTH_BYTES),
        ASV_OK);
    return go_on;
}

static void every_cell_of_the_permit_table(void **state)
{
    (void)state;
    static const char *const table[ASV_KEEPER_ROLES] = {
        /* STATUS MAKE_DAYS BULLETIN OPENS ORDER DECIDE KEEP FINISH CLIPS SIGN DAY_END CLIP SHOWN
           HANDED NOTED */
        [ASV_KEEPER_NOBODY] = "...............", [ASV_KEEPER_DOCK] = "xxxxx..........",
        [ASV_KEEPER_ADMIN] = "xxxxxxxxxxxxxxx",  [ASV_KEEPER_SERVER] = "x....x..xx.x...",
        [ASV_KEEPER_LEDGER] = "x........x.....", [ASV_KEEPER_PEOPLE] = "x....x...x.x...", /* K-174 */
        [ASV_KEEPER_CHECK] = "x........x.....",                                           /* LG-107 */
        [ASV_KEEPER_EXPORT] = "x....x...x.....",                                          /* K-219 */
    };
    static struct keeper_site site;
    struct asv_keeper_reply reply;
    keeper_site_init(&site, 5);
    for (unsigned role = 0; role < ASV_KEEPER_ROLES; role++) {
        for (unsigned type = 0; type < 256; type++) {
            bool may = type >= 1 && type < ASV_KEEPER_TYPE_END && table[role][type - 1] == 'x';
            assert_int_equal(asv_keeper_permits((enum asv_keeper_role)role, (uint8_t)type), may); /* K-043 */
        }
        for (unsigned type = ASV_KEEPER_STATUS; type < ASV_KEEPER_TYPE_END; type++) {
            struct asv_keeper_request request = sample(type);
            request.reserve_used = false;                                /* the dock's alone to say */
            request.sign = request.sign != 0 ? ASV_KEEPER_SIGN_LAST : 0; /* so is more of it */
            request.number = ASV_KEEPER_NO_CLIP;                         /* and this */
            request.more_count = 0;
            size_t len = write_frame(&request);
            assert_true(answer(&site, (enum asv_keeper_role)role, body, len, &reply));
            bool denied = table[role][type - 1] != 'x';
            bool more = role == ASV_KEEPER_EXPORT && type != ASV_KEEPER_STATUS; /* hand-overs alone */
            assert_int_equal(reply.status == ASV_E_DENIED, denied || more);     /* K-043 */
            if (len > 6 && denied) { /* nothing of its fields was looked at: they are cut */
                assert_true(answer(&site, (enum asv_keeper_role)role, body, len - 1, &reply));
                assert_true(reply.status == ASV_E_DENIED && reply.request == request.request); /* K-043 */
                assert_true(answer(&site, (enum asv_keeper_role)role, body, 6, &reply));
                assert_int_equal(reply.status, ASV_E_DENIED);
            }
        }
    }
    static const char *const signs[ASV_KEEPER_ROLES] = {
        /* HEAD LAST PACKAGE BEFORE */
        [ASV_KEEPER_NOBODY] = "....", [ASV_KEEPER_DOCK] = "....",   [ASV_KEEPER_ADMIN] = "xxxx",
        [ASV_KEEPER_SERVER] = ".x..", [ASV_KEEPER_LEDGER] = "xx.x", [ASV_KEEPER_PEOPLE] = ".x..",
        [ASV_KEEPER_EXPORT] = "..x.", [ASV_KEEPER_CHECK] = ".x.x", /* LG-107: it has no head signed, and asks
                                                                      for none but what was */
    };
    for (unsigned role = 0; role < ASV_KEEPER_ROLES; role++) {
        for (unsigned sign = ASV_KEEPER_SIGN_HEAD; sign < ASV_KEEPER_SIGN_END; sign++) {
            struct asv_keeper_request request = sample_sign(sign);
            size_t len = write_frame(&request);
            assert_true(answer(&site, (enum asv_keeper_role)role, body, len, &reply));
            assert_int_equal(reply.status == ASV_E_DENIED, signs[role][sign - 1] != 'x'); /* K-043 */
        }
    }
    assert_false(asv_keeper_permits(ASV_KEEPER_ROLES, ASV_KEEPER_STATUS));
    keeper_site_free(&site);
}

static void a_request_without_a_number_ends_the_connection(void **state)
{
    (void)state;
    static struct keeper_site site;
    struct asv_keeper_reply reply;
    struct asv_keeper_request request = sample(ASV_KEEPER_STATUS);
    keeper_site_init(&site, 5);
    request.request = 0;
    size_t len = write_frame(&request);
    assert_false(answer(&site, ASV_KEEPER_DOCK, body, len, &reply));
    assert_int_equal(reply.status, ASV_E_MALFORMED);
    assert_false(answer(&site, ASV_KEEPER_DOCK, "x", 1, &reply));
    keeper_site_free(&site);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_round_trip),
        cmocka_unit_test(what_is_to_be_signed_round_trips),
        cmocka_unit_test(what_is_to_be_signed_has_its_limits),
        cmocka_unit_test(seeds_for_the_fuzzer),
        cmocka_unit_test(a_request_that_is_cut_or_too_long_is_refused),
        cmocka_unit_test(unknown_versions_and_types_are_refused),
        cmocka_unit_test(fields_beyond_their_limits_are_refused),
        cmocka_unit_test(further_clips_are_others),
        cmocka_unit_test(the_largest_request_fits),
        cmocka_unit_test(headers_of_all_fit),
        cmocka_unit_test(chunks_are_the_first_and_a_later_one),
        cmocka_unit_test(replies_round_trip),
        cmocka_unit_test(a_refusal_carries_nothing_but_its_reason),
        cmocka_unit_test(a_refusal_of_a_statement_carries_its_ruling),
        cmocka_unit_test(whether_a_clip_opens_is_one_of_three_answers),
        cmocka_unit_test(every_cell_of_the_permit_table),
        cmocka_unit_test(a_request_without_a_number_ends_the_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
