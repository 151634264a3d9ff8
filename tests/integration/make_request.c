/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * make_request ROLE MODEL SERIAL SEED FILE: an enrolment request as a device with keys from this seed writes
 * it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/trust/enrolment.h"

int main(int argc, char **argv)
{
    uint8_t seed[32];
    uint8_t sk[ASV_ED25519_SK_BYTES];
    uint8_t data[ASV_ENROLMENT_MAX_BYTES];
    struct asv_enrolment request = {.has_kx = true, .firmware_version = "test"};
    struct asv_writer writer;
    if (argc != 6 || asv_crypto_init() != ASV_OK) {
        fprintf(stderr, "usage: %s camera|dock MODEL SERIAL SEED FILE\n", argv[0]);
        return 2;
    }
    request.role = strcmp(argv[1], "dock") == 0 ? ASV_ROLE_DOCK : ASV_ROLE_CAMERA;
    snprintf(request.model, sizeof request.model, "%s", argv[2]);
    snprintf(request.device_serial, sizeof request.device_serial, "%s", argv[3]);
    asv_sha256(seed, argv[4], strlen(argv[4]));
    asv_ed25519_from_seed(request.signing_pk, sk, seed);
    asv_x25519_public(request.kx_pk, seed);
    asv_writer_init(&writer, data, sizeof data);
    FILE *file = fopen(argv[5], "wb");
    if (asv_enrolment_encode(&writer, &request, sk) != ASV_OK || file == NULL ||
        fwrite(data, 1, writer.len, file) != writer.len || fclose(file) != 0) {
        fprintf(stderr, "%s: cannot be made\n", argv[5]);
        return 1;
    }
    return 0;
}
