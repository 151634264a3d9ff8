/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asv-old-keeper AGENCY PASSPHRASE CAMERA EPOCH NUMBER HEADER FILE: a destruction statement about that
 * recording, by a keeper of this agency whose certificate has run out.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/trust/destruction.h"
#include "server/base/hex.h"
#include "server/base/io.h"
#include "server/base/keyfile.h"

#define MINUTE_MS 60000

static void must(bool good, const char *what)
{
    if (!good) {
        fprintf(stderr, "asv-old-keeper: %s\n", what);
        exit(1);
    }
}

/* Certified when the CA was, for an hour. */
static void make_chain(const struct asv_cert *ca, struct asv_bytes ca_data, const struct asv_keys *keys,
                       const uint8_t *pk, struct asv_writer *out)
{
    static uint8_t data[ASV_CERT_MAX_BYTES];
    struct asv_writer writer;
    struct asv_cert cert = {.role = ASV_ROLE_KEEPER,
                            .serial = {1},
                            .name = "Keeper 0",
                            .not_before_ms = ca->not_before_ms,
                            .not_after_ms = ca->not_before_ms + 60 * MINUTE_MS};
    memcpy(cert.signing_pk, pk, sizeof cert.signing_pk);
    asv_writer_init(&writer, data, sizeof data);
    must(asv_cert_encode(&writer, &cert, keys->sign_sk) == ASV_OK, "certificate");
    must(asv_chain_encode(out, (struct asv_bytes){data, writer.len}, ca_data) == ASV_OK, "chain");
}

int main(int argc, char **argv)
{
    static const uint8_t seed[32] = {7};
    uint8_t pk[ASV_ED25519_PK_BYTES];
    uint8_t sk[ASV_ED25519_SK_BYTES];
    uint8_t ca_data[ASV_CERT_MAX_BYTES], root_data[ASV_CERT_MAX_BYTES];
    uint8_t chain[ASV_CHAIN_MAX_BYTES], data[ASV_DESTRUCTION_MAX_BYTES];
    struct asv_destruction order = {.reason = ASV_DESTRUCTION_EXPIRED};
    struct asv_cert ca, root;
    struct asv_keyfile file;
    struct asv_keys keys;
    struct asv_writer writer;
    size_t ca_len = 0, root_len = 0;
    int dir = -1;
    if (argc != 8 || asv_crypto_init() != ASV_OK) {
        fprintf(stderr, "usage: %s AGENCY PASSPHRASE CAMERA EPOCH NUMBER HEADER FILE\n", argv[0]);
        return 2;
    }
    must(asv_io_open_dir(AT_FDCWD, argv[1], false, &dir, NULL) == ASV_OK, argv[1]);
    must(asv_io_read_file(dir, "ca.cert", ca_data, sizeof ca_data, &ca_len, NULL) == ASV_OK, "ca.cert");
    must(asv_io_read_file(dir, "root.cert", root_data, sizeof root_data, &root_len, NULL) == ASV_OK,
         "root.cert");
    must(asv_cert_decode(&ca, ca_data, ca_len, NULL) == ASV_OK, "ca.cert");
    must(asv_cert_decode(&root, root_data, root_len, NULL) == ASV_OK, "root.cert");
    must(asv_keyfile_load(dir, "ca.key", ASV_ROLE_CA,
                          (struct asv_bytes){(const uint8_t *)argv[2], strlen(argv[2])}, &file, &keys,
                          NULL) == ASV_OK,
         "ca.key");
    asv_ed25519_from_seed(pk, sk, seed);
    asv_writer_init(&writer, chain, sizeof chain);
    make_chain(&ca, (struct asv_bytes){ca_data, ca_len}, &keys, pk, &writer);
    must(asv_chain_decode(&order.keeper, chain, writer.len, NULL) == ASV_OK, "chain");
    asv_key_digest(order.agency, root.signing_pk);
    must(asv_hex_decode(order.camera_cert, sizeof order.camera_cert, argv[3]) == ASV_OK, "camera");
    must(asv_hex_decode(order.epoch, sizeof order.epoch, argv[4]) == ASV_OK, "epoch");
    order.number = strtoull(argv[5], NULL, 10);
    must(asv_hex_decode(order.header, sizeof order.header, argv[6]) == ASV_OK, "header");
    order.issued_ms = ca.not_before_ms + MINUTE_MS;
    asv_writer_init(&writer, data, sizeof data);
    must(asv_destruction_encode(&writer, &order, sk) == ASV_OK, "statement");
    FILE *out = fopen(argv[7], "wb");
    must(out != NULL, argv[7]);
    must(fwrite(data, 1, writer.len, out) == writer.len, argv[7]);
    must(fclose(out) == 0, argv[7]);
    return 0;
}
