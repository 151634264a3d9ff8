/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The decoders of STATEMENTS.md: what is accepted must come out as the same bytes when it is written again,
 * and no body that a fuzzer makes is believed to be the example's people's. */
#include <stdlib.h>
#include <string.h>

#include "server/statement/card.h"
#include "server/statement/client_data.h"
#include "server/statement/plan.h"
#include "tests/support/agency.h"
#include "tests/support/statements.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CREDENTIAL  0
#define DECODE      1
#define CLIENT_DATA 2
#define PLAN        3
#define CARD        4

static void must(bool condition)
{
    if (!condition) {
        abort();
    }
}

static bool same(struct asv_bytes a, const void *data, size_t len)
{
    return a.len == len && memcmp(a.data, data, len) == 0;
}

static void try_credential(const uint8_t *data, size_t size)
{
    uint8_t out[ASV_CREDENTIAL_MAX_BYTES];
    struct asv_credential credential;
    struct asv_writer writer;
    struct asv_err err = {0};
    if (asv_credential_decode(&credential, data, size, &err) != ASV_OK) {
        must(err.text[0] != '\0');
        return;
    }
    asv_writer_init(&writer, out, sizeof out);
    must(asv_credential_encode(&writer, &credential) == ASV_OK);
    must(same(credential.encoded, out, writer.len) && writer.len == size);
}

static void try_verify(const struct asv_statement *statement, const struct asv_test_person *person,
                       const struct asv_test_stated *const *own, size_t count)
{
    bool is_own = false;
    for (size_t i = 0; i < count; i++) {
        const struct asv_bytes *body = &own[i]->statement.body;
        is_own = is_own || same(statement->body, body->data, body->len);
    }
    must(is_own || asv_statement_verify(statement, &person->credential, asv_test_place(), ASV_TEST_NOW_MS,
                                        NULL) != ASV_OK);
}

static void try_decode(const uint8_t *data, size_t size)
{
    const struct asv_test_example *example = asv_test_example();
    uint8_t body[ASV_STATEMENT_BODY_MAX_BYTES];
    struct asv_statement statement;
    struct asv_writer writer;
    struct asv_err err = {0};
    if (asv_statement_decode(&statement, data, size, &err) != ASV_OK) {
        must(err.text[0] != '\0');
        return;
    }
    asv_writer_init(&writer, body, sizeof body);
    must(asv_statement_body(&writer, &statement) == ASV_OK);
    must(same(statement.body, body, writer.len));
    const struct asv_test_stated *const wearers[] = {&example->proposal, &example->day, &example->record};
    const struct asv_test_stated *const supervisors[] = {&example->approval, &example->opening,
                                                         &example->show};
    try_verify(&statement, &example->wearer, wearers, 3);
    try_verify(&statement, &example->supervisor, supervisors, 3);
}

static void try_client_data(const uint8_t *data, size_t size)
{
    struct asv_client_data out;
    if (asv_client_data_read(&out, (struct asv_bytes){data, size}) == ASV_OK) {
        const struct asv_bytes *texts[] = {&out.type, &out.challenge, &out.origin};
        for (size_t i = 0; i < 3; i++) { /* a string stands between its quotes, and has none and no escape */
            must(texts[i]->data > data && texts[i]->data + texts[i]->len < data + size);
            must(texts[i]->data[-1] == '"' && texts[i]->data[texts[i]->len] == '"');
            must(memchr(texts[i]->data, '"', texts[i]->len) == NULL);
            must(memchr(texts[i]->data, '\\', texts[i]->len) == NULL);
        }
    }
}

static void try_plan(const uint8_t *data, size_t size)
{
    static struct asv_plan_clip clips[ASV_PLAN_CLIPS_MAX];
    static uint8_t out[ASV_PLAN_MAX_BYTES];
    struct asv_plan plan;
    struct asv_writer writer;
    struct asv_err err = {0};
    if (asv_plan_read(&plan, data, size, &err) != ASV_OK) {
        must(err.text[0] != '\0');
        return;
    }
    for (uint16_t i = 0; i < plan.clip_count; i++) {
        asv_plan_clip(&plan, i, &clips[i]);
    }
    asv_writer_init(&writer, out, sizeof out);
    must(asv_plan_write(&writer, &plan, clips) == ASV_OK);
    must(same((struct asv_bytes){data, size}, out, writer.len));
}

static void try_card(const uint8_t *data, size_t size)
{
    uint8_t out[ASV_CARD_MAX_BYTES];
    struct asv_card card;
    struct asv_writer writer;
    struct asv_err err = {0};
    if (asv_card_read(&card, data, size, &err) != ASV_OK) {
        must(err.text[0] != '\0');
        return;
    }
    asv_writer_init(&writer, out, sizeof out);
    must(asv_card_write(&writer, &card) == ASV_OK);
    must(same((struct asv_bytes){data, size}, out, writer.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const targets[])(const uint8_t *, size_t) = {[CREDENTIAL] = try_credential,
                                                               [DECODE] = try_decode,
                                                               [CLIENT_DATA] = try_client_data,
                                                               [PLAN] = try_plan,
                                                               [CARD] = try_card};
    targets[ASV_FUZZ_STATEMENT](data, size);
    return 0;
}
