/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/cli/signing.h"

#include <stdio.h>
#include <string.h>

#include "firmware-proto/crypto/x509.h"
#include "firmware-proto/seal/base64.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/base/keyfile.h"
#include "server/cli/agency.h"

#define VKEY_ED25519 0x01 /* a type of signature of C2SP signed-note */

/* The caller wipes *keys. */
static enum asv_status make_key(const struct asv_cli *cli, const char *agency, const char *kind, uint8_t role,
                                int dir, const char *name, struct asv_keyfile *file, struct asv_keys *keys,
                                struct asv_err *err)
{
    *file = (struct asv_keyfile){.role = role};
    int len = snprintf(file->label, sizeof file->label, "%s %s", agency, kind);
    if (len < 0 || (size_t)len >= sizeof file->label) {
        return asv_failf(err, ASV_E_USAGE, "%s: the agency's name is too long for a key's label", agency);
    }
    enum asv_status status = asv_keyfile_generate(file, keys, cli->world);
    return status == ASV_OK ? asv_keyfile_save(dir, name, file, keys, (struct asv_bytes){0}, cli->world, err)
                            : asv_fail(err, status, "no randomness");
}

static enum asv_status make_ledger(const struct asv_cli *cli, const char *agency, int dir,
                                   struct asv_err *err)
{
    uint8_t vkey[1 + ASV_ED25519_PK_BYTES] = {VKEY_ED25519};
    uint8_t text[64];
    struct asv_writer writer;
    struct asv_keyfile file;
    struct asv_keys keys = {0};
    enum asv_status status =
        make_key(cli, agency, "ledger", ASV_KEYFILE_LEDGER, dir, "ledger.key", &file, &keys, err);
    asv_wipe(&keys, sizeof keys);
    if (status != ASV_OK) {
        return status;
    }
    memcpy(vkey + 1, file.signing_pk, sizeof file.signing_pk);
    asv_writer_init(&writer, text, sizeof text);
    asv_write_base64(&writer, vkey, sizeof vkey); /* of this length it needs no padding */
    asv_write_u8(&writer, '\n');
    return asv_io_replace_file(dir, "ledger.pub", text, writer.len, 0644, err);
}

static enum asv_status describe(const struct asv_cli *cli, const char *agency, const char *name,
                                struct asv_x509 *out, struct asv_err *err)
{
    int64_t now_ms = 0;
    enum asv_status status = asv_world_random(cli->world, out->serial, sizeof out->serial);
    if (status == ASV_OK) {
        status = asv_world_wall_ms(cli->world, &now_ms);
    }
    out->organisation = agency;
    out->name = name;
    out->from_s = (now_ms - ASV_AGENCY_BACKDATED_MS) / 1000;
    out->until_s = (now_ms + ASV_AGENCY_CERT_YEARS * ASV_AGENCY_YEAR_MS) / 1000;
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, "no clock or randomness for a certificate");
}

static enum asv_status make_package(const struct asv_cli *cli, const char *agency, int dir,
                                    struct asv_err *err)
{
    char name[ASV_X509_NAME_BYTES + 1];
    uint8_t pem[ASV_X509_MAX_BYTES];
    size_t len = 0;
    struct asv_x509 fields = {0};
    struct asv_keyfile file;
    struct asv_keys keys = {0};
    enum asv_status status =
        make_key(cli, agency, "packages", ASV_KEYFILE_PACKAGE, dir, "package.key", &file, &keys, err);
    if (status == ASV_OK) {
        snprintf(name, sizeof name, "%.54s Asservate", agency); /* a court reads it */
        status = describe(cli, agency, name, &fields, err);
    }
    if (status == ASV_OK) {
        status = asv_x509_self_signed(pem, &len, &fields, keys.p256_sk);
        status = status == ASV_OK ? asv_io_replace_file(dir, "package.crt", pem, len, 0644, err)
                                  : asv_fail(err, status, "the certificate for packages cannot be made");
    }
    if (status == ASV_OK) {
        status = asv_x509_request(pem, &len, &fields, keys.p256_sk);
        status = status == ASV_OK ? asv_io_replace_file(dir, "package.csr", pem, len, 0644, err)
                                  : asv_fail(err, status, "the request for a certificate cannot be made");
    }
    asv_wipe(&keys, sizeof keys);
    return status;
}

enum asv_status asv_signing_make(const struct asv_cli *cli, const char *agency, int parent, const char *name,
                                 struct asv_err *err)
{
    asv_auto_fd int dir = -1;
    enum asv_status status = asv_io_open_dir(parent, name, true, &dir, err);
    if (status == ASV_OK) {
        status = make_ledger(cli, agency, dir, err);
    }
    return status == ASV_OK ? make_package(cli, agency, dir, err) : status;
}
