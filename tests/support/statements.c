/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#define OPENSSL_SUPPRESS_DEPRECATED /* the calls that take a nonce have no successor in OpenSSL 3.0 */
#include "tests/support/statements.h"

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/samples.h"

#define MUST(condition)                                        \
    do {                                                       \
        if (!(condition)) {                                    \
            fprintf(stderr, "statements.c: %s\n", #condition); \
            abort();                                           \
        }                                                      \
    } while (0)

static void follow(uint8_t out[ASV_SHA256_BYTES], const char *what, uint32_t n)
{
    char text[64];
    int len = snprintf(text, sizeof text, "%s %u", what, (unsigned)n);
    asv_sha256(out, text, (size_t)len);
}

void asv_test_p256_public(uint8_t pk[ASV_P256_PK_BYTES], const uint8_t sk[32])
{
    uint8_t point[1 + ASV_P256_PK_BYTES];
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    BIGNUM *number = BN_bin2bn(sk, 32, NULL);
    EC_POINT *product = EC_POINT_new(group);
    MUST(EC_POINT_mul(group, product, number, NULL, NULL, NULL) == 1);
    MUST(EC_POINT_point2oct(group, product, POINT_CONVERSION_UNCOMPRESSED, point, sizeof point, NULL) ==
         sizeof point);
    memcpy(pk, point + 1, ASV_P256_PK_BYTES);
    EC_POINT_free(product);
    BN_free(number);
    EC_GROUP_free(group);
}

/* The nonce is a digest of key and message: the same signature each time, so that it can be a golden vector.
 */
size_t asv_test_p256_sign(uint8_t *sig, const uint8_t sk[32], const uint8_t digest[ASV_SHA256_BYTES])
{
    uint8_t nonce[ASV_SHA256_BYTES];
    uint8_t point[1 + ASV_P256_PK_BYTES];
    EC_KEY *key = EC_KEY_new_by_curve_name(NID_X9_62_prime256v1);
    const EC_GROUP *group = EC_KEY_get0_group(key);
    BIGNUM *secret = BN_bin2bn(sk, 32, NULL);
    MUST(EC_KEY_set_private_key(key, secret) == 1);
    asv_hmac_sha256(nonce, sk, 32, digest, ASV_SHA256_BYTES);
    BN_CTX *ctx = BN_CTX_new();
    BIGNUM *k = BN_bin2bn(nonce, sizeof nonce, NULL);
    BIGNUM *inverse = BN_mod_inverse(NULL, k, EC_GROUP_get0_order(group), ctx);
    EC_POINT *product = EC_POINT_new(group);
    MUST(EC_POINT_mul(group, product, k, NULL, NULL, ctx) == 1);
    MUST(EC_POINT_point2oct(group, product, POINT_CONVERSION_UNCOMPRESSED, point, sizeof point, ctx) ==
         sizeof point);
    BIGNUM *r = BN_bin2bn(point + 1, 32, NULL);
    MUST(BN_nnmod(r, r, EC_GROUP_get0_order(group), ctx) == 1);
    ECDSA_SIG *made = ECDSA_do_sign_ex(digest, ASV_SHA256_BYTES, inverse, r, key);
    MUST(made != NULL);
    int len = i2d_ECDSA_SIG(made, NULL);
    MUST(len > 0 && len <= ASV_P256_SIG_MAX_BYTES);
    i2d_ECDSA_SIG(made, &sig);
    ECDSA_SIG_free(made);
    BN_free(r);
    EC_POINT_free(product);
    BN_free(inverse);
    BN_free(k);
    BN_CTX_free(ctx);
    BN_free(secret);
    EC_KEY_free(key);
    return (size_t)len;
}

void asv_test_person_again(struct asv_test_person *person)
{
    struct asv_writer writer;
    uint8_t data[ASV_CREDENTIAL_MAX_BYTES];
    asv_writer_init(&writer, data, sizeof data);
    MUST(asv_credential_encode(&writer, &person->credential) == ASV_OK);
    memcpy(person->data, data, writer.len);
    MUST(asv_credential_decode(&person->credential, person->data, writer.len, NULL) == ASV_OK);
    asv_credential_digest(person->digest, &person->credential);
}

void asv_test_person_init(struct asv_test_person *out, uint32_t n, uint16_t roles, uint8_t algorithm)
{
    static const uint8_t names[][24] = {"J\xc3\xb6rg M\xc3\xbcller", "Ayse Yilmaz", "Zo\xc3\xab Gro\xc3\x9f"};
    static const uint8_t webauthn_id[] = "a key of some authenticator";
    struct asv_credential *credential = &out->credential;
    const uint8_t *name = names[n % 3];
    uint8_t seed[ASV_SHA256_BYTES];

    memset(out, 0, sizeof *out);
    follow(seed, "person", n);
    memcpy(credential->person, seed, sizeof credential->person);
    follow(credential->badge, "badge", n);
    memcpy(credential->agency, asv_samples()->agency.id, sizeof credential->agency);
    credential->name = (struct asv_bytes){name, strlen((const char *)name)};
    credential->roles = roles;
    credential->unit_count = 2;
    snprintf(credential->units[0], ASV_TEXT_SIZE, "32-3 Aussendienst");
    snprintf(credential->units[1], ASV_TEXT_SIZE, "32-4 Verkehr");
    credential->from_ms = ASV_TEST_NOT_BEFORE_MS;
    credential->until_ms = ASV_TEST_NOT_BEFORE_MS + INT64_C(365) * 24 * 3600 * 1000;
    credential->algorithm = algorithm;
    follow(seed, "Ed25519", n);
    follow(out->p256_sk, "P-256", n);
    if (algorithm == ASV_ALG_ED25519) {
        asv_ed25519_from_seed(credential->ed25519_pk, out->sk, seed);
    } else {
        asv_test_p256_public(credential->p256_pk, out->p256_sk);
        credential->webauthn_id = (struct asv_bytes){webauthn_id, sizeof webauthn_id - 1};
        asv_sha256(credential->rp_id, ASV_TEST_RP_ID, sizeof ASV_TEST_RP_ID - 1);
    }
    asv_test_person_again(out);
}

static void fill_subject(struct asv_subject *subject, uint16_t action, const struct asv_test_person *person)
{
    static const uint8_t name[] = "Staatsanwaltschaft Duisburg";
    static const uint8_t origin[] = "asservat.example/ledger";
    static const uint8_t entry[] = "0197a3c0-0000-4000-8000-000000000001";
    uint8_t store[ASV_SHA256_BYTES];
    subject->kind = asv_action_rule(action)->subject;
    if (subject->kind == ASV_SUBJECT_RECIPIENT || subject->kind == ASV_SUBJECT_HANDOVER) {
        follow(subject->id, subject->kind == ASV_SUBJECT_RECIPIENT ? "card" : "plan", 1);
        subject->name = (struct asv_bytes){name, sizeof name - 1};
    } else if (subject->kind == ASV_SUBJECT_LEDGER) {
        follow(store, "store", 1);
        memcpy(subject->store, store, sizeof subject->store);
        subject->name = action == ASV_ACTION_FORGET ? (struct asv_bytes){entry, sizeof entry - 1}
                                                    : (struct asv_bytes){origin, sizeof origin - 1};
    } else if (subject->kind == ASV_SUBJECT_KEEPER) {
        follow(store, "store", 1);
        memcpy(subject->store, store, sizeof subject->store);
        subject->stopped_ms = action == ASV_ACTION_CLOCK ? ASV_TEST_NOW_MS - 1000 : 0;
    } else {
        follow(subject->id, "subject", subject->kind);
        if (subject->kind == ASV_SUBJECT_POLICY) {
            subject->version = 7;
            subject->days = 14;
            subject->from_date = 20260201;
        } else if (subject->kind == ASV_SUBJECT_DAY) {
            subject->date = 20260104;
        } else if (subject->kind == ASV_SUBJECT_VIEWER) {
            subject->name = person->credential.name;
        } else if (subject->kind == ASV_SUBJECT_RECORD) {
            const char *record = asv_record_name(action == ASV_ACTION_INCIDENT ? ASV_RECORD_INCIDENT
                                                                               : ASV_RECORD_SUBJECT_REQUEST);
            subject->name = (struct asv_bytes){(const uint8_t *)record, strlen(record)};
        }
    }
    if (subject->kind == ASV_SUBJECT_CAMERA) {
        subject->from_ms = ASV_TEST_NOW_MS - INT64_C(8) * 3600 * 1000;
        subject->until_ms = ASV_TEST_NOW_MS;
    }
}

void asv_test_statement(struct asv_statement *out, uint16_t action, uint8_t step,
                        const struct asv_test_person *person, uint8_t n)
{
    static const uint8_t reason[] = "Der Au\xc3\x9f"
                                    "endienst wurde um 14:20 Uhr an der Kreuzstra\xc3\x9f"
                                    "e t\xc3\xa4tlich angegriffen.";
    static const uint8_t case_text[] = "32-3/2026-0042";
    const struct asv_action_rule *rule = asv_action_rule(action);
    uint8_t incident[ASV_SHA256_BYTES];
    bool answers = step == ASV_STEP_APPROVE || step == ASV_STEP_REFUSE || step == ASV_STEP_WITHDRAW;

    *out = (struct asv_statement){.action = action, .step = step};
    memcpy(out->agency, asv_samples()->agency.id, sizeof out->agency);
    fill_subject(&out->subject, action, person);
    while ((rule->grounds >> out->ground & 1) == 0) {
        out->ground++;
    }
    if (rule->incident == ASV_REQUIRED) {
        follow(incident, "incident", 1);
        memcpy(out->incident, incident, sizeof out->incident);
        out->case_text = (struct asv_bytes){case_text, sizeof case_text - 1};
    }
    if (rule->recipient == ASV_REQUIRED) {
        out->has_recipient = true;
        memcpy(out->recipient_pk, asv_samples()->agency.dock.kx_pk, sizeof out->recipient_pk);
    }
    if (rule->proposers == 0) {
        memcpy(out->credential, out->agency, sizeof out->credential);
    } else {
        memcpy(out->credential, person->digest, sizeof out->credential);
        memcpy(out->person, person->credential.person, sizeof out->person);
    }
    memset(out->nonce, n, sizeof out->nonce);
    out->issued_ms = ASV_TEST_NOW_MS;
    out->expires_ms = ASV_TEST_NOW_MS + (answers ? rule->answer_ms : rule->proposal_ms);
    if (answers || action == ASV_ACTION_SHOW) {
        follow(out->proposal, "proposal", 1);
    }
    out->reason = (struct asv_bytes){reason, sizeof reason - 1};
}

void asv_test_answer(struct asv_statement *answer, const struct asv_statement *proposal)
{
    asv_statement_digest(answer->proposal, proposal);
    answer->action = proposal->action;
    answer->subject = proposal->subject;
    answer->ground = proposal->ground;
    memcpy(answer->incident, proposal->incident, sizeof answer->incident);
    answer->case_text = proposal->case_text;
    answer->has_recipient = proposal->has_recipient;
    memcpy(answer->recipient_pk, proposal->recipient_pk, sizeof answer->recipient_pk);
}

/* libcrypto's base 64, so that ours is not compared with itself. */
static void base64url(char out[45], const uint8_t in[ASV_SHA256_BYTES])
{
    EVP_EncodeBlock((unsigned char *)out, in, ASV_SHA256_BYTES);
    out[43] = '\0'; /* the padding */
    for (size_t i = 0; i < 43; i++) {
        out[i] = (char)(out[i] == '+' ? '-' : out[i] == '/' ? '_' : out[i]);
    }
}

void asv_test_assert(struct asv_test_assertion *out, const struct asv_test_person *person,
                     const uint8_t challenge[ASV_SHA256_BYTES],
                     const struct asv_test_authenticator *authenticator)
{
    static const struct asv_test_authenticator honest = {0};
    static const char json[] =
        "{\"type\":\"webauthn.get\",\"challenge\":\"%.43s\",\"origin\":\"" ASV_TEST_ORIGIN
        "\",\"crossOrigin\":false}";
    const struct asv_test_authenticator *with = authenticator != NULL ? authenticator : &honest;
    const char *rp_id = with->rp_id != NULL ? with->rp_id : ASV_TEST_RP_ID;
    const char *at = with->client_data != NULL ? with->client_data : json;
    char text[45];
    uint8_t message[ASV_AUTHENTICATOR_BYTES + ASV_SHA256_BYTES];
    uint8_t digest[ASV_SHA256_BYTES];

    base64url(text, with->challenge != NULL ? with->challenge : challenge);
    const char *place = strstr(at, "%.43s");
    int len = place == NULL ? snprintf(out->client_data, sizeof out->client_data, "%s", at)
                            : snprintf(out->client_data, sizeof out->client_data, "%.*s%.43s%s",
                                       (int)(place - at), at, text, place + 5);
    MUST(len >= 0 && (size_t)len < sizeof out->client_data);
    memset(out->authenticator, 0, sizeof out->authenticator);
    asv_sha256(out->authenticator, rp_id, strlen(rp_id));
    out->authenticator[32] = with->flags != 0 ? with->flags : 0x05;
    memcpy(message, out->authenticator, sizeof out->authenticator);
    asv_sha256(message + ASV_AUTHENTICATOR_BYTES, out->client_data, (size_t)len);
    asv_sha256(digest, message, sizeof message);
    size_t sig_len = asv_test_p256_sign(out->signature, person->p256_sk, digest);
    out->assertion = (struct asv_assertion){
        .authenticator = {out->authenticator, sizeof out->authenticator},
        .client_data = {(const uint8_t *)out->client_data, (size_t)len},
        .signature = {out->signature, sig_len},
    };
}

void asv_test_state(struct asv_test_stated *out, const struct asv_statement *statement,
                    const struct asv_test_person *person, const struct asv_test_authenticator *authenticator)
{
    uint8_t body[ASV_STATEMENT_BODY_MAX_BYTES];
    uint8_t challenge[ASV_SHA256_BYTES];
    struct asv_test_assertion made;
    struct asv_writer writer;
    struct asv_err err = {0};

    asv_writer_init(&writer, body, sizeof body);
    MUST(asv_statement_body(&writer, statement) == ASV_OK);
    struct asv_bytes view = {body, writer.len};
    asv_writer_init(&writer, out->data, sizeof out->data);
    if (person->credential.algorithm == ASV_ALG_ED25519) {
        MUST(asv_statement_sign(&writer, view, person->sk) == ASV_OK);
    } else {
        asv_statement_challenge(challenge, view);
        asv_test_assert(&made, person, challenge, authenticator);
        MUST(asv_statement_assert(&writer, view, &made.assertion) == ASV_OK);
    }
    out->len = writer.len;
    if (asv_statement_decode(&out->statement, out->data, out->len, &err) != ASV_OK) {
        fprintf(stderr, "%s\n", err.text);
        abort();
    }
}

const struct asv_statement_place *asv_test_place(void)
{
    static const char *const origins[] = {"https://other.example", ASV_TEST_ORIGIN};
    static struct asv_statement_place place = {.origins = {origins, 2}};
    place.agency = asv_samples()->agency.id;
    return &place;
}

const struct asv_test_example *asv_test_example(void)
{
    static struct asv_test_example example;
    static bool made;
    struct asv_statement statement;
    if (!made) {
        asv_test_person_init(&example.wearer, 1, ASV_ROLE_WEARER, ASV_ALG_ED25519);
        asv_test_person_init(&example.supervisor, 2, ASV_ROLE_SUPERVISOR | ASV_ROLE_REVIEWER, ASV_ALG_ES256);
        asv_test_statement(&statement, ASV_ACTION_HOLD, ASV_STEP_PROPOSE, &example.wearer, 1);
        asv_test_state(&example.proposal, &statement, &example.wearer, NULL);
        asv_test_statement(&statement, ASV_ACTION_HOLD, ASV_STEP_APPROVE, &example.supervisor, 2);
        asv_test_answer(&statement, &example.proposal.statement);
        asv_test_state(&example.approval, &statement, &example.supervisor, NULL);
        asv_test_statement(&statement, ASV_ACTION_OPEN, ASV_STEP_PROPOSE, &example.supervisor, 3);
        asv_test_state(&example.opening, &statement, &example.supervisor, NULL);
        asv_test_statement(&statement, ASV_ACTION_DAY, ASV_STEP_PROPOSE, &example.wearer, 4);
        asv_test_state(&example.day, &statement, &example.wearer, NULL);
        asv_test_statement(&statement, ASV_ACTION_INCIDENT, ASV_STEP_SOLE, &example.wearer, 5);
        asv_test_state(&example.record, &statement, &example.wearer, NULL);
        asv_test_statement(&statement, ASV_ACTION_SHOW, ASV_STEP_SOLE, &example.supervisor, 5);
        asv_statement_digest(statement.proposal, &example.opening.statement);
        asv_test_state(&example.show, &statement, &example.supervisor, NULL);
        made = true;
    }
    return &example;
}
