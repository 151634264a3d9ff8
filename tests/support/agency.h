/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A whole agency for tests: root, issuing CA, a dock, a keeper, a camera, and as many more as are asked for.
 * Every key follows from the seed. Anything that fails here aborts the test.
 */
#ifndef ASV_TESTS_SUPPORT_AGENCY_H
#define ASV_TESTS_SUPPORT_AGENCY_H

#include "firmware-proto/trust/chain.h"

/* Certificates of a test agency are valid from 2026-01-01 to 2036-01-01 UTC. */
#define ASV_TEST_NOT_BEFORE_MS INT64_C(1767225600000)
#define ASV_TEST_NOT_AFTER_MS  INT64_C(2082758400000)
#define ASV_TEST_NOW_MS        INT64_C(1767592800000) /* 2026-01-05 06:00 UTC */

/* Must not be copied: views point into it. */
struct asv_test_identity {
    uint8_t sk[ASV_ED25519_SK_BYTES];
    uint8_t pk[ASV_ED25519_PK_BYTES];
    uint8_t kx_sk[ASV_X25519_BYTES]; /* zeros for a role that has none */
    uint8_t kx_pk[ASV_X25519_BYTES];
    uint8_t cert_data[ASV_CERT_MAX_BYTES];
    struct asv_cert cert;                    /* decoded from cert_data */
    uint8_t cert_digest[ASV_SHA256_BYTES];   /* asv_cert_digest */
    uint8_t chain_data[ASV_CHAIN_MAX_BYTES]; /* not for root and CA */
    struct asv_chain chain;                  /* decoded from chain_data; chain.encoded has its bytes */
};

struct asv_test_agency {
    uint64_t seed;
    uint8_t id[ASV_SHA256_BYTES]; /* the agency id */
    struct asv_test_identity root;
    struct asv_test_identity ca;
    struct asv_test_identity dock;
    struct asv_test_identity keeper;
    struct asv_test_identity camera;
};

void asv_test_agency_init(struct asv_test_agency *agency, uint64_t seed);

/* One more camera, dock or keeper, certified by the agency's CA. index tells those of one role apart (the
 * ones of the agency itself have index 1); the device serial is "<role>-<index>". */
void asv_test_agency_issue(const struct asv_test_agency *agency, struct asv_test_identity *out, uint8_t role,
                           uint32_t index);

/* The same, from a filled certificate: for certificates that are wrong in some way. Keys are out's, made anew
 * from seed, role and index; issuer signs (NULL: out itself). */
void asv_test_identity_make(struct asv_test_identity *out, struct asv_cert *cert, uint64_t seed,
                            uint32_t index, const struct asv_test_identity *issuer);

/* A chain of what the keeper signs with for outsiders, from a filled certificate (LEDGER, PACKAGE: its key or
 * X.509 certificate is not made), under that CA; the length of what is in out[ASV_CHAIN_MAX_BYTES]. */
size_t asv_test_certify(uint8_t *out, const struct asv_cert *cert, const struct asv_test_identity *ca);

/* Such a certificate, to be filled: role, serial, name and times are there. */
struct asv_cert asv_test_cert(uint8_t role);

#endif
