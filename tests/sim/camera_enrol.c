/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * camera-enrol REQUEST DIR: plays the agency for a camera that "asservat-camera init" made: writes DIR/chain,
 * DIR/root, DIR/bulletin, and DIR/identities, the private day keys as age prints them. For tests only. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "firmware-proto/seal/age.h"
#include "firmware-proto/trust/bulletin.h"
#include "firmware-proto/trust/enrolment.h"
#include "tests/support/agency.h"

#define DAYS   40
#define DAY_MS INT64_C(86400000)

static void must(enum asv_status status, const char *what)
{
    if (status != ASV_OK) {
        fprintf(stderr, "camera-enrol: %s: %s\n", what, asv_status_name(status));
        exit(1);
    }
}

static void save(const char *dir, const char *name, const void *data, size_t len)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(data, 1, len, file) != len || fclose(file) != 0) {
        perror(path);
        exit(1);
    }
}

static void certify(const struct asv_test_agency *agency, const struct asv_enrolment *request,
                    const char *dir, uint8_t digest[ASV_SHA256_BYTES])
{
    struct asv_cert cert = {.role = ASV_ROLE_CAMERA,
                            .serial = {1},
                            .has_kx = true,
                            .not_before_ms = ASV_TEST_NOT_BEFORE_MS,
                            .not_after_ms = ASV_TEST_NOT_AFTER_MS};
    uint8_t data[ASV_CERT_MAX_BYTES];
    uint8_t chain[ASV_CHAIN_MAX_BYTES];
    struct asv_writer writer;
    struct asv_cert made;
    size_t len = 0;
    snprintf(cert.name, sizeof cert.name, "Test camera");
    memcpy(cert.model, request->model, sizeof cert.model);
    memcpy(cert.device_serial, request->device_serial, sizeof cert.device_serial);
    memcpy(cert.signing_pk, request->signing_pk, sizeof cert.signing_pk);
    memcpy(cert.kx_pk, request->kx_pk, sizeof cert.kx_pk);
    asv_writer_init(&writer, data, sizeof data);
    must(asv_cert_encode(&writer, &cert, agency->ca.sk), "certificate");
    must(asv_write_end(&writer, &len), "certificate");
    must(asv_cert_decode(&made, data, len, NULL), "certificate");
    asv_cert_digest(digest, &made);
    asv_writer_init(&writer, chain, sizeof chain);
    must(asv_chain_encode(&writer, made.object.encoded, agency->ca.cert.object.encoded), "chain");
    must(asv_write_end(&writer, &len), "chain");
    save(dir, "chain", chain, len);
    save(dir, "root", agency->root.cert.object.encoded.data, agency->root.cert.object.encoded.len);
}

/* UTC days around now: what matters here is only that there is one for today. */
static uint32_t date_of(int64_t wall_ms)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm parts;
    gmtime_r(&seconds, &parts);
    return (uint32_t)((parts.tm_year + 1900) * 10000 + (parts.tm_mon + 1) * 100 + parts.tm_mday);
}

static void make_bulletin(const struct asv_test_agency *agency, const uint8_t camera[ASV_SHA256_BYTES],
                          const char *dir)
{
    struct asv_bulletin_key keys[DAYS];
    struct asv_bulletin bulletin = {.number = 1,
                                    .issued_ms = ASV_TEST_NOW_MS,
                                    .policy_version = 1,
                                    .key_count = DAYS,
                                    .keeper.encoded = agency->keeper.chain.encoded};
    static uint8_t data[ASV_BULLETIN_MAX_BYTES];
    static char identities[(DAYS + 1) * ASV_AGE_IDENTITY_TEXT_BYTES];
    struct asv_writer writer;
    size_t len = 0;
    size_t at = 0;
    int64_t start = (int64_t)time(NULL) * 1000 / DAY_MS * DAY_MS - 30 * DAY_MS;
    memcpy(bulletin.agency, agency->id, sizeof bulletin.agency);
    memcpy(bulletin.camera_cert, camera, sizeof bulletin.camera_cert);
    for (unsigned i = 0; i <= DAYS; i++) {
        uint8_t sk[ASV_X25519_BYTES];
        uint8_t number = (uint8_t)i;
        asv_sha256(sk, &number, 1);
        if (i < DAYS) {
            keys[i] = (struct asv_bulletin_key){.date = date_of(start + i * DAY_MS),
                                                .start_ms = start + i * DAY_MS,
                                                .end_ms = start + (i + 1) * DAY_MS};
        }
        asv_x25519_public(i < DAYS ? keys[i].pk : bulletin.reserve.pk, sk);
        asv_age_identity_encode(identities + at, sk);
        at += ASV_AGE_IDENTITY_TEXT_BYTES;
        identities[at - 1] = '\n';
    }
    asv_writer_init(&writer, data, sizeof data);
    must(asv_bulletin_encode(&writer, &bulletin, keys, agency->keeper.sk), "bulletin");
    must(asv_write_end(&writer, &len), "bulletin");
    save(dir, "bulletin", data, len);
    save(dir, "identities", identities, at);
}

int main(int argc, char **argv)
{
    static struct asv_test_agency agency;
    uint8_t data[ASV_ENROLMENT_MAX_BYTES];
    uint8_t camera[ASV_SHA256_BYTES];
    struct asv_enrolment request;
    if (argc != 3) {
        fprintf(stderr, "usage: camera-enrol REQUEST DIR\n");
        return 2;
    }
    must(asv_crypto_init(), "crypto");
    FILE *file = fopen(argv[1], "rb");
    if (file == NULL) {
        perror(argv[1]);
        return 1;
    }
    size_t len = fread(data, 1, sizeof data, file);
    fclose(file);
    must(asv_enrolment_decode(&request, data, len, NULL), "request");
    must(asv_enrolment_verify(&request, NULL), "request");
    asv_test_agency_init(&agency, 1);
    certify(&agency, &request, argv[2], camera);
    make_bulletin(&agency, camera, argv[2]);
    return 0;
}
