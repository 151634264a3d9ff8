/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat init: an agency begins to exist.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/cli/agency.h"
#include "server/cli/ask.h"
#include "server/cli/certify.h"
#include "server/cli/device.h"
#include "server/cli/files.h"
#include "server/cli/signing.h"
#include "server/cli/user.h"

/* A new key under its passphrase (or in the clear when passphrase is empty) and its certificate; both files
 * in dir. */
struct authority {
    struct asv_keys keys;
    struct asv_cert cert;
    uint8_t data[ASV_CERT_MAX_BYTES];
};

static enum asv_status make_authority(const struct asv_cli *cli, int dir, const char *base, const char *kind,
                                      uint8_t role, const struct authority *issuer,
                                      const struct asv_passphrase *passphrase, struct authority *out,
                                      struct asv_err *err)
{
    const char *agency = asv_cli_text(cli->args, "name");
    struct asv_keyfile file = {.role = role, .is_protected = true, .cost = asv_cli_password_cost()};
    char name[64];
    int len = snprintf(file.label, sizeof file.label, "%s %s", agency, kind);
    if (len < 0 || (size_t)len >= sizeof file.label) {
        return asv_fail(err, ASV_E_USAGE, "--name: at most 53 characters, as \"issuing CA\" comes behind it");
    }
    enum asv_status status = asv_keyfile_generate(&file, &out->keys, cli->world);
    if (status != ASV_OK) {
        return asv_fail(err, status, "no randomness");
    }
    out->cert = (struct asv_cert){.role = role};
    snprintf(out->cert.name, sizeof out->cert.name, "%s", role == ASV_ROLE_ROOT ? agency : file.label);
    memcpy(out->cert.signing_pk, file.signing_pk, sizeof file.signing_pk);
    status = asv_agency_certify(cli->world, issuer != NULL ? issuer->keys.sign_sk : out->keys.sign_sk,
                                ASV_AGENCY_CA_YEARS, &out->cert, out->data, err);
    if (status == ASV_OK) {
        snprintf(name, sizeof name, "%s.key", base);
        status =
            asv_keyfile_save(dir, name, &file, &out->keys, asv_passphrase_bytes(passphrase), cli->world, err);
    }
    if (status == ASV_OK) {
        snprintf(name, sizeof name, "%s.cert", base);
        status = asv_io_replace_file(dir, name, out->cert.object.encoded.data, out->cert.object.encoded.len,
                                     0644, err);
    }
    return status;
}

/* Random for ever: what makes a pseudonym of a badge number. */
static enum asv_status make_badge_secret(const struct asv_cli *cli, int dir, struct asv_err *err)
{
    uint8_t secret[ASV_BADGE_SECRET_BYTES];
    enum asv_status status = asv_world_random(cli->world, secret, sizeof secret);
    status = status == ASV_OK
                 ? asv_io_replace_file(dir, ASV_BADGE_SECRET_FILE, secret, sizeof secret, 0600, err)
                 : asv_fail(err, status, "no randomness");
    asv_wipe(secret, sizeof secret);
    return status;
}

/* List number 1 names nobody: from now on "no list" is never normal. */
static enum asv_status first_revocations(const struct asv_cli *cli, int dir, const struct authority *root,
                                         const struct authority *ca, struct asv_err *err)
{
    uint8_t data[2048];
    struct asv_revocations list = {.number = 1, .signer = ca->cert};
    struct asv_writer writer;
    size_t len = 0;
    asv_key_digest(list.agency, root->cert.signing_pk);
    enum asv_status status = asv_world_wall_ms(cli->world, &list.issued_ms);
    asv_writer_init(&writer, data, sizeof data);
    if (status == ASV_OK) {
        status = asv_revocations_encode(&writer, &list, ca->keys.sign_sk);
    }
    if (status == ASV_OK) {
        status = asv_write_end(&writer, &len);
    }
    return status == ASV_OK ? asv_io_replace_file(dir, "revocations", data, len, 0644, err)
                            : asv_fail(err, status, "the first revocation list cannot be made");
}

static enum asv_status certify_signing(const struct asv_cli *cli, int dir,
                                       const struct asv_agency_dir *agency, const struct asv_keys *ca,
                                       struct asv_err *err)
{
    asv_auto_fd int keeper = -1;
    bool missing = false;
    enum asv_status status = asv_io_open_dir(dir, "keeper", false, &keeper, err);
    return status == ASV_OK ? asv_certify_signing(cli, agency, ca, keeper, &missing, err) : status;
}

/* Keeper, with what it signs for outsiders with, and first dock: key files in the clear, to be moved to where
 * they run. */
static enum asv_status make_devices(const struct asv_cli *cli, int dir, const struct asv_agency_dir *agency,
                                    const struct asv_keys *ca, struct asv_err *err)
{
    const char *dock_name = asv_cli_text(cli->args, "dock");
    struct asv_device_new keeper = {.role = ASV_ROLE_KEEPER,
                                    .name = "Keeper 1",
                                    .model = "asservat-keeper",
                                    .serial = "1",
                                    .dir = "keepers"};
    struct asv_device_new dock = {
        .role = ASV_ROLE_DOCK,
        .name = dock_name != NULL ? dock_name : "Dock 1",
        .model = "asservat-dockd",
        .serial = "1",
        .dir = "docks",
    };
    enum asv_status status = asv_device_make(cli, agency, ca, &keeper, dir, "keeper", err);
    if (status == ASV_OK) {
        status = asv_signing_make(cli, asv_cli_text(cli->args, "name"), dir, "keeper", err);
    }
    if (status == ASV_OK) {
        status = certify_signing(cli, dir, agency, ca, err);
    }
    return status == ASV_OK ? asv_device_make(cli, agency, ca, &dock, dir, "dock", err) : status;
}

static enum asv_status fill(const struct asv_cli *cli, int dir, const struct asv_passphrase *root_phrase,
                            const struct asv_passphrase *ca_phrase, uint8_t id[ASV_SHA256_BYTES],
                            struct asv_err *err)
{
    struct authority root;
    struct authority ca;
    enum asv_status status =
        make_authority(cli, dir, "root", "root", ASV_ROLE_ROOT, NULL, root_phrase, &root, err);
    if (status == ASV_OK) {
        status = make_authority(cli, dir, "ca", "issuing CA", ASV_ROLE_CA, &root, ca_phrase, &ca, err);
    }
    if (status == ASV_OK) {
        status = first_revocations(cli, dir, &root, &ca, err);
    }
    if (status == ASV_OK) {
        status = make_badge_secret(cli, dir, err);
    }
    if (status == ASV_OK) {
        struct asv_agency_dir agency = {.fd = dir, .root = root.cert, .ca = ca.cert};
        asv_key_digest(id, root.cert.signing_pk);
        memcpy(agency.id, id, sizeof agency.id);
        status = make_devices(cli, dir, &agency, &ca.keys, err);
    }
    asv_wipe(&root, sizeof root);
    asv_wipe(&ca, sizeof ca);
    return status;
}

static enum asv_status run(struct asv_cli *cli, struct asv_err *err)
{
    struct asv_passphrase root asv_auto_passphrase = {0};
    struct asv_passphrase ca asv_auto_passphrase = {0};
    struct asv_output parent asv_auto_output = {.dir = -1};
    asv_auto_fd int dir = -1;
    char temporary[sizeof parent.name + 8];
    uint8_t id[ASV_SHA256_BYTES];
    const char *path = asv_cli_text(cli->args, "dir");

    enum asv_status status = asv_output_open(path, true, &parent, err);
    snprintf(temporary, sizeof temporary, ".%s.new", parent.name); /* until it is complete */
    if (status == ASV_OK && faccessat(parent.dir, parent.name, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
        return asv_failf(err, ASV_E_EXISTS, "%s exists; an agency is made once", path);
    }
    if (status == ASV_OK) {
        status = asv_ask_passphrase(cli, "root-passphrase-file", "the agency root", true, &root, err);
    }
    if (status == ASV_OK) {
        status = asv_ask_passphrase(cli, "ca-passphrase-file", "the issuing CA", true, &ca, err);
    }
    if (status == ASV_OK) {
        status = asv_io_remove_tree(parent.dir, temporary, err); /* of a run that was interrupted */
    }
    if (status == ASV_OK) {
        status = asv_io_open_dir(parent.dir, temporary, true, &dir, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    status = fill(cli, dir, &root, &ca, id, err);
    if (status == ASV_OK) {
        status = asv_io_rename(parent.dir, temporary, parent.dir, parent.name, err);
    }
    if (status == ASV_OK) {
        status = asv_io_sync_dir(parent.dir, path, err);
    }
    if (status != ASV_OK) {
        if (asv_io_remove_tree(parent.dir, temporary, NULL) != ASV_OK) {
            fprintf(cli->err, "asservat init: %s beside %s holds a part of what failed; remove it\n",
                    temporary, path);
        }
        return status;
    }
    fprintf(cli->out, "agency       %s\nid           ", asv_cli_text(cli->args, "name"));
    for (size_t i = 0; i < sizeof id; i++) {
        fprintf(cli->out, "%02x", id[i]);
    }
    fprintf(cli->out,
            "\ndirectory    %s\n\n"
            "Next: copy %s/root.key to an offline medium and remove it here; move keeper/ and dock/ to\n"
            "where those daemons run; then \"asservat db migrate\" and \"asservat db register\".\n",
            path, path);
    return ASV_OK;
}

static const struct asv_cli_option options[] = {
    {"dir", ASV_CLI_TEXT, "DIR", "the agency directory to make", true, false, 0, 0},
    {"name", ASV_CLI_LABEL, "NAME", "the agency's name, as it stands in certificates", true, false, 0, 0},
    {"dock", ASV_CLI_LABEL, "NAME", "the first dock's name (Dock 1)", false, false, 0, 0},
    {"root-passphrase-file", ASV_CLI_TEXT, "FILE", "its first line is the agency root's passphrase", false,
     false, 0, 0},
    {"ca-passphrase-file", ASV_CLI_TEXT, "FILE", "its first line is the issuing CA's passphrase", false,
     false, 0, 0},
};

const struct asv_cli_command asv_cli_init = {
    .name = "init",
    .summary = "make an agency: root, issuing CA, keeper, first dock",
    .help = "Makes the agency directory DIR with the keys of the agency root and of the issuing\n"
            "CA, each under a passphrase of its own, the first revocation list, and keys and\n"
            "certificates of the keeper and of the first dock (DIR/keeper, DIR/dock), whose\n"
            "keys are in the clear because daemons start without a person.\n"
            "\n"
            "Do this on a machine without network. The root key is needed again only to\n"
            "replace the issuing CA. Passphrases are asked for on the terminal.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
