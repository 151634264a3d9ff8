/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/support/agency.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(enum asv_status status, const char *what)
{
    if (status != ASV_OK) {
        fprintf(stderr, "test agency: %s: %s\n", what, asv_status_name(status));
        abort();
    }
}

static void derive(uint8_t out[32], const char *what, uint64_t seed, uint8_t role, uint32_t index)
{
    uint8_t text[64] = {0};
    struct asv_writer writer;
    size_t len;
    asv_writer_init(&writer, text, sizeof text);
    asv_write_text8(&writer, what);
    asv_write_u64(&writer, seed);
    asv_write_u8(&writer, role);
    asv_write_u32(&writer, index);
    must(asv_write_end(&writer, &len), what);
    asv_sha256(out, text, len);
}

void asv_test_identity_make(struct asv_test_identity *out, struct asv_cert *cert, uint64_t seed,
                            uint32_t index, const struct asv_test_identity *issuer)
{
    uint8_t key_seed[32];
    struct asv_writer writer;
    size_t len;

    memset(out, 0, sizeof *out);
    derive(key_seed, "sign", seed, cert->role, index);
    asv_ed25519_from_seed(out->pk, out->sk, key_seed);
    memcpy(cert->signing_pk, out->pk, sizeof out->pk);
    if (cert->has_kx) {
        derive(out->kx_sk, "kx", seed, cert->role, index);
        asv_x25519_public(out->kx_pk, out->kx_sk);
        memcpy(cert->kx_pk, out->kx_pk, sizeof out->kx_pk);
    }
    asv_writer_init(&writer, out->cert_data, sizeof out->cert_data);
    must(asv_cert_encode(&writer, cert, issuer == NULL ? out->sk : issuer->sk), "certificate");
    must(asv_write_end(&writer, &len), "certificate");
    must(asv_cert_decode(&out->cert, out->cert_data, len, NULL), "certificate");
    asv_cert_digest(out->cert_digest, &out->cert);
    if (issuer == NULL || cert->role <= ASV_ROLE_CA) {
        return;
    }
    asv_writer_init(&writer, out->chain_data, sizeof out->chain_data);
    must(asv_chain_encode(&writer, out->cert.object.encoded, issuer->cert.object.encoded), "chain");
    must(asv_write_end(&writer, &len), "chain");
    must(asv_chain_decode(&out->chain, out->chain_data, len, NULL), "chain");
}

static void make(struct asv_test_identity *out, uint64_t seed, uint8_t role, uint32_t index,
                 const struct asv_test_identity *issuer)
{
    struct asv_cert cert = {
        .role = role,
        .has_kx = role == ASV_ROLE_CAMERA || role == ASV_ROLE_DOCK,
        .not_before_ms = ASV_TEST_NOT_BEFORE_MS,
        .not_after_ms = ASV_TEST_NOT_AFTER_MS,
    };
    uint8_t serial[32];
    derive(serial, "serial", seed, role, index);
    memcpy(cert.serial, serial, sizeof cert.serial);
    snprintf(cert.name, sizeof cert.name, "Test %s %u", asv_role_name(role), (unsigned)index);
    if (role > ASV_ROLE_CA) {
        snprintf(cert.model, sizeof cert.model, "Test");
        snprintf(cert.device_serial, sizeof cert.device_serial, "%s-%u", asv_role_name(role),
                 (unsigned)index);
    }
    asv_test_identity_make(out, &cert, seed, index, issuer);
}

void asv_test_agency_issue(const struct asv_test_agency *agency, struct asv_test_identity *out, uint8_t role,
                           uint32_t index)
{
    make(out, agency->seed, role, index, &agency->ca);
}

struct asv_cert asv_test_cert(uint8_t role)
{
    struct asv_cert cert = {
        .role = role, .not_before_ms = ASV_TEST_NOT_BEFORE_MS, .not_after_ms = ASV_TEST_NOT_AFTER_MS};
    memset(cert.serial, 0xc0 + role, sizeof cert.serial);
    snprintf(cert.name, sizeof cert.name, "Test %s", asv_role_name(role));
    return cert;
}

size_t asv_test_certify(uint8_t *out, const struct asv_cert *cert, const struct asv_test_identity *ca)
{
    uint8_t data[ASV_CERT_MAX_BYTES];
    struct asv_writer writer;
    size_t len = 0;
    asv_writer_init(&writer, data, sizeof data);
    must(asv_cert_encode(&writer, cert, ca->sk), "certificate");
    must(asv_write_end(&writer, &len), "certificate");
    const struct asv_bytes leaf = {data, len};
    asv_writer_init(&writer, out, ASV_CHAIN_MAX_BYTES);
    must(asv_chain_encode(&writer, leaf, ca->cert.object.encoded), "chain");
    must(asv_write_end(&writer, &len), "chain");
    return len;
}

void asv_test_agency_init(struct asv_test_agency *agency, uint64_t seed)
{
    must(asv_crypto_init(), "crypto");
    agency->seed = seed;
    make(&agency->root, seed, ASV_ROLE_ROOT, 1, NULL);
    make(&agency->ca, seed, ASV_ROLE_CA, 1, &agency->root);
    make(&agency->dock, seed, ASV_ROLE_DOCK, 1, &agency->ca);
    make(&agency->keeper, seed, ASV_ROLE_KEEPER, 1, &agency->ca);
    make(&agency->camera, seed, ASV_ROLE_CAMERA, 1, &agency->ca);
    asv_key_digest(agency->id, agency->root.pk);
}
