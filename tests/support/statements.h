/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * People who make statements, for tests: every key, and every signature, follows from a number. Anything that
 * fails here aborts the test.
 */
#ifndef ASV_TESTS_SUPPORT_STATEMENTS_H
#define ASV_TESTS_SUPPORT_STATEMENTS_H

#include "server/statement/verify.h"

#define ASV_TEST_RP_ID  "asservat.example"
#define ASV_TEST_ORIGIN "https://asservat.example"

/* Must not be copied: views point into it. */
struct asv_test_person {
    uint8_t sk[ASV_ED25519_SK_BYTES];
    uint8_t p256_sk[32];
    uint8_t data[ASV_CREDENTIAL_MAX_BYTES];
    struct asv_credential credential;
    uint8_t digest[ASV_SHA256_BYTES];
};

/* Person number n of the agency of seed 1, with key number n: ASV_ALG_ED25519 or ASV_ALG_ES256. Valid in
 * 2026. */
void asv_test_person_init(struct asv_test_person *out, uint32_t n, uint16_t roles, uint8_t algorithm);

/* Encodes the credential as it is now and decodes it again, with its digest. */
void asv_test_person_again(struct asv_test_person *person);

/* A statement that this person may make: every field that the action requires is there. Nonce n; issued at
 * ASV_TEST_NOW_MS for as long as it may live. Views into static storage. */
void asv_test_statement(struct asv_statement *out, uint16_t action, uint8_t step,
                        const struct asv_test_person *person, uint8_t n);

/* Fills the answer's matter and proposal from a decoded proposal. */
void asv_test_answer(struct asv_statement *answer, const struct asv_statement *proposal);

/* How an authenticator and its browser answer; what is NULL or 0 is as it should be. */
struct asv_test_authenticator {
    const char *rp_id;
    const char *client_data; /* instead of the whole JSON: "%.43s" in it is the challenge */
    uint8_t flags;
    const uint8_t *challenge;
};

#define ASV_TEST_STATED_MAX 4096

struct asv_test_stated {
    uint8_t data[ASV_TEST_STATED_MAX];
    size_t len;
    struct asv_statement statement; /* decoded from data */
};

/* Signs with the key of the person's credential and decodes. authenticator may be NULL. out must not be
 * copied. */
void asv_test_state(struct asv_test_stated *out, const struct asv_statement *statement,
                    const struct asv_test_person *person, const struct asv_test_authenticator *authenticator);

/* The place where these people's statements are believed. */
const struct asv_statement_place *asv_test_place(void);

/* Public key of a P-256 secret key, and its signature as DER into sig[ASV_P256_SIG_MAX_BYTES]. */
void asv_test_p256_public(uint8_t pk[ASV_P256_PK_BYTES], const uint8_t sk[32]);
size_t asv_test_p256_sign(uint8_t *sig, const uint8_t sk[32], const uint8_t digest[ASV_SHA256_BYTES]);

/* What an authenticator answers to a challenge: into the three buffers, of which out has views. */
struct asv_test_assertion {
    uint8_t authenticator[ASV_AUTHENTICATOR_BYTES];
    char client_data[2 * ASV_CLIENT_DATA_MAX_BYTES];
    uint8_t signature[ASV_P256_SIG_MAX_BYTES];
    struct asv_assertion assertion;
};
void asv_test_assert(struct asv_test_assertion *out, const struct asv_test_person *person,
                     const uint8_t challenge[ASV_SHA256_BYTES],
                     const struct asv_test_authenticator *authenticator);

/* The worked example of STATEMENTS.md, of which golden vectors and fuzz corpora are made: a wearer with a key
 * file asks that a clip be held, a supervisor with an authenticator approves. */
struct asv_test_example {
    struct asv_test_person wearer;
    struct asv_test_person supervisor;
    struct asv_test_stated proposal;
    struct asv_test_stated approval;
    struct asv_test_stated opening; /* the supervisor asks to see a clip */
    struct asv_test_stated day;     /* the wearer says when one was recorded */
    struct asv_test_stated record;  /* the wearer writes an incident down */
    struct asv_test_stated show;    /* the supervisor has the clip shown, with an authenticator */
};
const struct asv_test_example *asv_test_example(void);

#endif
