/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat keys certify: so that who knows the agency's root knows its ledger and its packages. */
#include "server/cli/certify.h"

#include <fcntl.h>
#include <string.h>

#include "firmware-proto/crypto/x509.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/cli/ledger_key.h"
#include "server/cli/text.h"

#define PEM_BYTES 32768

static const struct {
    uint8_t role;
    const char *name; /* in certificates and in the register */
    const char *what; /* for people */
    const char *from, *to;
} subjects[] = {
    {ASV_ROLE_LEDGER, "Ledger", "the ledger's key", "ledger.pub", ASV_CERTIFY_LEDGER},
    {ASV_ROLE_PACKAGE, "Packages", "the certificate of packages", "package.crt", ASV_CERTIFY_PACKAGE},
};
#define SUBJECTS (sizeof subjects / sizeof *subjects)

static const uint8_t *subject_of(const struct asv_cert *cert)
{
    return cert->role == ASV_ROLE_PACKAGE ? cert->x509 : cert->signing_pk;
}

/* What is to be certified, into *cert. */
static enum asv_status read_subject(int dir, size_t i, struct asv_cert *cert, struct asv_err *err)
{
    uint8_t text[PEM_BYTES];
    struct asv_x509_said said;
    size_t len = 0;
    *cert = (struct asv_cert){.role = subjects[i].role};
    (void)snprintf(cert->name, sizeof cert->name, "%s", subjects[i].name);
    enum asv_status status = asv_io_read_file(dir, subjects[i].from, text, sizeof text, &len, err);
    if (status != ASV_OK) {
        return status;
    }
    const struct asv_bytes bytes = {text, len};
    if (cert->role == ASV_ROLE_LEDGER) {
        status = asv_ledger_public_parse(bytes, cert->signing_pk);
    } else {
        status = asv_x509_read(&said, bytes);
        memcpy(cert->x509, said.digest, status == ASV_OK ? sizeof cert->x509 : 0);
    }
    return status == ASV_OK
               ? ASV_OK
               : asv_failf(err, ASV_E_MALFORMED, "%s: is not %s", subjects[i].from, subjects[i].what);
}

enum asv_status asv_certify_check(const char *name, struct asv_bytes encoded, uint8_t role,
                                  const uint8_t subject[ASV_SHA256_BYTES],
                                  const uint8_t root_pk[ASV_ED25519_PK_BYTES], int64_t now_ms,
                                  const struct asv_revocations *revocations, struct asv_err *err)
{
    struct asv_chain chain;
    struct asv_err why = {0};
    enum asv_status status = asv_chain_decode(&chain, encoded.data, encoded.len, &why);
    if (status == ASV_OK) {
        status = asv_chain_verify(&chain, root_pk, role, now_ms, revocations, &why);
    }
    if (status == ASV_OK && memcmp(subject_of(&chain.leaf), subject, ASV_SHA256_BYTES) != 0) {
        status = asv_fail(&why, ASV_E_MISMATCH, "is for another one");
    }
    return status == ASV_OK
               ? ASV_OK
               : asv_failf(err, status, "%s: %.150s; see \"asservat keys certify --help\"", name, why.text);
}

enum asv_status asv_certify_until(int dir, const char *name, int64_t *until_ms, struct asv_err *err)
{
    uint8_t data[ASV_CHAIN_MAX_BYTES];
    struct asv_chain chain;
    size_t len = 0;
    enum asv_status status = asv_io_read_file(dir, name, data, sizeof data, &len, err);
    if (status == ASV_OK) {
        status = asv_chain_decode(&chain, data, len, err);
    }
    if (status == ASV_OK) {
        *until_ms =
            chain.ca.not_after_ms < chain.leaf.not_after_ms ? chain.ca.not_after_ms : chain.leaf.not_after_ms;
    }
    return status;
}

/* Whether there is a certificate of it that counts for another year. */
static bool is_certified(const struct asv_agency_dir *agency, int dir, size_t i, const struct asv_cert *cert,
                         int64_t now_ms)
{
    uint8_t data[ASV_CHAIN_MAX_BYTES];
    size_t len = 0;
    return asv_io_read_file(dir, subjects[i].to, data, sizeof data, &len, NULL) == ASV_OK &&
           asv_certify_check(subjects[i].to, (struct asv_bytes){data, len}, cert->role, subject_of(cert),
                             agency->root.signing_pk, now_ms + ASV_AGENCY_YEAR_MS, &agency->revocations,
                             NULL) == ASV_OK;
}

static enum asv_status certify(const struct asv_cli *cli, const struct asv_agency_dir *agency,
                               const struct asv_keys *ca, int dir, size_t i, const struct asv_cert *cert,
                               struct asv_err *err)
{
    uint8_t data[ASV_CHAIN_MAX_BYTES];
    struct asv_chain chain;
    enum asv_status status =
        asv_agency_enrol(cli, agency, ca, "keepers", cert, (struct asv_bytes){0}, NULL, &chain, data, err);
    return status == ASV_OK
               ? asv_io_replace_file(dir, subjects[i].to, chain.encoded.data, chain.encoded.len, 0644, err)
               : status;
}

enum asv_status asv_certify_signing(const struct asv_cli *cli, const struct asv_agency_dir *agency,
                                    const struct asv_keys *ca, int dir, bool *missing, struct asv_err *err)
{
    int64_t now_ms = 0;
    enum asv_status status = asv_world_wall_ms(cli->world, &now_ms);
    *missing = false;
    for (size_t i = 0; status == ASV_OK && i < SUBJECTS; i++) {
        struct asv_cert cert;
        status = read_subject(dir, i, &cert, err);
        if (status == ASV_OK && !is_certified(agency, dir, i, &cert, now_ms)) {
            *missing = true;
            status = ca != NULL ? certify(cli, agency, ca, dir, i, &cert, err) : ASV_OK;
        }
    }
    return status;
}

/* ---- the command ---- */

static enum asv_status say(const struct asv_cli *cli, int dir, struct asv_err *err)
{
    for (size_t i = 0; i < SUBJECTS; i++) {
        char text[ASV_TEXT_BYTES];
        int64_t until_ms = 0;
        enum asv_status status = asv_certify_until(dir, subjects[i].to, &until_ms, err);
        if (status != ASV_OK) {
            return status;
        }
        fprintf(cli->out, "%-13s  %s, until %s\n", subjects[i].to, subjects[i].what,
                asv_text_time(text, until_ms));
    }
    return ASV_OK;
}

static enum asv_status run(struct asv_cli *cli, struct asv_err *err)
{
    struct asv_keys ca = {0};
    asv_auto_agency struct asv_agency_dir *agency = NULL;
    asv_auto_fd int dir = -1;
    bool missing = false;
    enum asv_status status = asv_agency_open(cli, true, &agency, err);
    if (status == ASV_OK) {
        status = asv_io_open_dir(agency->fd, "keeper", false, &dir, err);
    }
    if (status == ASV_OK) {
        status = asv_certify_signing(cli, agency, NULL, dir, &missing, err);
    }
    if (status == ASV_OK && missing) {
        status = asv_agency_unlock(cli, agency, &ca, err);
    }
    if (status == ASV_OK && missing) {
        status = asv_certify_signing(cli, agency, &ca, dir, &missing, err);
    }
    asv_wipe(&ca, sizeof ca);
    return status == ASV_OK ? say(cli, dir, err) : status;
}

static const struct asv_cli_option options[] = {
    {"passphrase-file", ASV_CLI_TEXT, "FILE", "its first line is the issuing CA's passphrase", false, false,
     0, 0},
    {"dir", ASV_CLI_TEXT, "DIR", "agency directory (configuration: agency)", false, false, 0, 0},
};

const struct asv_cli_command asv_cli_keeper_certify = {
    .group = "keys",
    .name = "certify",
    .summary = "certify the ledger's key and the certificate of packages",
    .help = "Certifies ledger.pub and package.crt of the agency directory's keeper/, as ledger.chain\n"
            "and package.chain beside them: with them whoever has the agency's id can check what was\n"
            "handed over, and nothing is packed without. \"asservat init\" has done it; it is to be\n"
            "done again when package.crt is replaced (the ledger's key never is), when one of the two\n"
            "chains was revoked, and in its last year. What counts already is left as it is.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
