/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/cli/agency.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/cli/ask.h"
#include "server/flow/flow.h"

void asv_agency_close(struct asv_agency_dir *agency)
{
    if (agency != NULL) {
        if (agency->fd >= 0) {
            (void)close(agency->fd);
        }
        free(agency);
    }
}

static enum asv_status read_cert(const struct asv_agency_dir *agency, const char *name, uint8_t *data,
                                 struct asv_cert *out, struct asv_err *err)
{
    size_t len = 0;
    struct asv_err inner = {0};
    enum asv_status status = asv_io_read_file(agency->fd, name, data, ASV_CERT_MAX_BYTES, &len, err);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_cert_decode(out, data, len, &inner);
    return status == ASV_OK ? ASV_OK : asv_failf(err, status, "%s: %s", name, inner.text);
}

static enum asv_status read_revocations(struct asv_agency_dir *agency, struct asv_err *err)
{
    size_t len = 0;
    enum asv_status status = asv_io_read_file(agency->fd, "revocations", agency->revocations_data,
                                              sizeof agency->revocations_data, &len, err);
    if (status == ASV_OK) {
        status = asv_revocations_decode(&agency->revocations, agency->revocations_data, len, err);
    }
    if (status == ASV_OK) {
        status = asv_revocations_verify(&agency->revocations, agency->root.signing_pk, NULL, err);
    }
    return status;
}

static enum asv_status read_all(struct asv_agency_dir *agency, struct asv_err *err)
{
    enum asv_status status = read_cert(agency, "root.cert", agency->root_data, &agency->root, err);
    if (status == ASV_OK) {
        status = asv_cert_verify(&agency->root, agency->root.signing_pk, err);
    }
    if (status == ASV_OK) {
        status = read_cert(agency, "ca.cert", agency->ca_data, &agency->ca, err);
    }
    if (status == ASV_OK) {
        status = asv_cert_verify(&agency->ca, agency->root.signing_pk, err);
    }
    if (status == ASV_OK && (agency->root.role != ASV_ROLE_ROOT || agency->ca.role != ASV_ROLE_CA)) {
        status = asv_fail(err, ASV_E_UNTRUSTED, "root.cert and ca.cert are not what their names say");
    }
    if (status == ASV_OK) {
        asv_key_digest(agency->id, agency->root.signing_pk);
        status = read_revocations(agency, err);
    }
    return status;
}

enum asv_status asv_agency_open(const struct asv_cli *cli, bool change, struct asv_agency_dir **out,
                                struct asv_err *err)
{
    const char *path = asv_cli_text(cli->args, "dir");
    struct asv_err inner = {0};
    if (path == NULL) {
        path = cli->conf.agency;
    }
    asv_auto_agency struct asv_agency_dir *agency = calloc(1, sizeof *agency);
    if (agency == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    agency->fd = -1;
    enum asv_status status = asv_io_open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0, &agency->fd, &inner);
    if (status == ASV_OK && change && flock(agency->fd, LOCK_EX | LOCK_NB) != 0) {
        status = asv_fail(&inner, ASV_E_BUSY, "someone else is changing it right now");
    }
    if (status == ASV_OK) {
        status = read_all(agency, &inner);
    }
    if (status != ASV_OK) {
        return asv_failf(err, status, "agency directory %s: %s", path, inner.text);
    }
    *out = asv_steal(&agency);
    return ASV_OK;
}

enum asv_status asv_agency_root_key(const struct asv_cli *cli, uint8_t root_pk[ASV_ED25519_PK_BYTES],
                                    struct asv_err *err)
{
    const char *dir = asv_cli_text(cli->args, "dir");
    char path[600];
    struct asv_err why = {0};
    (void)snprintf(path, sizeof path, "%s/root.cert", dir != NULL ? dir : cli->conf.agency);
    enum asv_status status = asv_flow_root_key(path, root_pk, &why);
    if (status == ASV_E_NOT_FOUND || status == ASV_E_DENIED) {
        (void)snprintf(path, sizeof path, "%s", cli->conf.root);
        why = (struct asv_err){0};
        status = asv_flow_root_key(path, root_pk, &why);
    }
    return status == ASV_OK ? ASV_OK
                            : asv_failf(err, status,
                                        "what the keeper signs cannot be verified without the agency's root "
                                        "certificate: %.140s",
                                        why.text);
}

enum asv_status asv_agency_unlock(const struct asv_cli *cli, const struct asv_agency_dir *agency,
                                  struct asv_keys *keys, struct asv_err *err)
{
    struct asv_passphrase passphrase asv_auto_passphrase = {0};
    struct asv_keyfile file = {0};
    enum asv_status status =
        asv_ask_passphrase(cli, "passphrase-file", "the issuing CA", false, &passphrase, err);
    if (status == ASV_OK) {
        status = asv_keyfile_load(agency->fd, "ca.key", ASV_ROLE_CA, asv_passphrase_bytes(&passphrase), &file,
                                  keys, err);
    }
    if (status == ASV_OK && !asv_equal(file.signing_pk, agency->ca.signing_pk, sizeof file.signing_pk)) {
        asv_wipe(keys, sizeof *keys);
        status = asv_fail(err, ASV_E_MISMATCH, "ca.key is not the key of ca.cert");
    }
    return status;
}

enum asv_status asv_agency_certify(const struct asv_world *world, const uint8_t *issuer_sk, int64_t years,
                                   struct asv_cert *cert, uint8_t *data, struct asv_err *err)
{
    int64_t now;
    struct asv_writer writer;
    size_t len = 0;
    enum asv_status status = asv_world_wall_ms(world, &now);
    if (status == ASV_OK) {
        status = asv_world_random(world, cert->serial, sizeof cert->serial);
    }
    if (status != ASV_OK) {
        return asv_fail(err, status, "this machine has no clock or no randomness");
    }
    cert->not_before_ms = now - ASV_AGENCY_BACKDATED_MS;
    cert->not_after_ms = now + years * ASV_AGENCY_YEAR_MS;
    asv_writer_init(&writer, data, ASV_CERT_MAX_BYTES);
    status = asv_cert_encode(&writer, cert, issuer_sk);
    if (status == ASV_OK) {
        status = asv_write_end(&writer, &len);
    }
    if (status != ASV_OK) {
        return asv_failf(err, status, "%s: no certificate can be made of this", cert->name);
    }
    return asv_cert_decode(cert, data, len, err);
}

/* 16 hexadecimal digits name the entry. */
static void entry_name(char out[64], const uint8_t digest[ASV_SHA256_BYTES], const char *suffix)
{
    size_t at = 0;
    for (size_t i = 0; i < 8; i++) {
        at += (size_t)snprintf(out + at, 64 - at, "%02x", digest[i]);
    }
    snprintf(out + at, 64 - at, "%s", suffix);
}

static enum asv_status put_place(int fd, const uint8_t digest[ASV_SHA256_BYTES],
                                 const struct asv_agency_place *place, struct asv_err *err)
{
    char name[64];
    char text[2 * ASV_AGENCY_PLACE_BYTES + 2];
    int len = snprintf(text, sizeof text, "%s\n%s\n", place->unit, place->area);
    entry_name(name, digest, ".place");
    return asv_io_replace_file(fd, name, text, (size_t)len, 0644, err);
}

enum asv_status asv_agency_move(const struct asv_agency_dir *agency, const char *dir,
                                const uint8_t digest[ASV_SHA256_BYTES], const struct asv_agency_place *place,
                                struct asv_err *err)
{
    asv_auto_fd int fd = -1;
    enum asv_status status = asv_io_open_dir(agency->fd, dir, false, &fd, err);
    return status == ASV_OK ? put_place(fd, digest, place, err) : status;
}

enum asv_status asv_agency_enrol(const struct asv_cli *cli, const struct asv_agency_dir *agency,
                                 const struct asv_keys *ca, const char *dir, const struct asv_cert *what,
                                 struct asv_bytes request, const struct asv_agency_place *place,
                                 struct asv_chain *out, uint8_t *chain, struct asv_err *err)
{
    uint8_t data[ASV_CERT_MAX_BYTES];
    uint8_t digest[ASV_SHA256_BYTES];
    char name[64];
    struct asv_cert cert = *what;
    struct asv_writer writer;
    size_t len = 0;
    asv_auto_fd int fd = -1;

    enum asv_status status =
        asv_agency_certify(cli->world, ca->sign_sk, ASV_AGENCY_CERT_YEARS, &cert, data, err);
    if (status != ASV_OK) {
        return status;
    }
    asv_writer_init(&writer, chain, ASV_CHAIN_MAX_BYTES);
    status = asv_chain_encode(&writer, cert.object.encoded, agency->ca.object.encoded);
    if (status == ASV_OK) {
        status = asv_write_end(&writer, &len);
    }
    if (status == ASV_OK) {
        status = asv_chain_decode(out, chain, len, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    asv_cert_digest(digest, &out->leaf);
    status = asv_io_open_dir(agency->fd, dir, true, &fd, err);
    if (status == ASV_OK && request.len != 0) {
        entry_name(name, digest, ".request");
        status = asv_io_replace_file(fd, name, request.data, request.len, 0644, err);
    }
    if (status == ASV_OK && place != NULL) {
        status = put_place(fd, digest, place, err);
    }
    if (status == ASV_OK) { /* the entry begins to exist with its chain */
        entry_name(name, digest, ".chain");
        status = asv_io_replace_file(fd, name, chain, len, 0644, err);
    }
    return status;
}

enum asv_status asv_agency_hand_out(const struct asv_output *out, const char *dir,
                                    const struct asv_chain *chain, struct asv_err *err)
{
    uint8_t digest[ASV_SHA256_BYTES];
    char name[64];
    struct asv_err inner = {0};
    enum asv_status status = asv_output_write(out, chain->encoded, &inner);
    if (status == ASV_OK) {
        return ASV_OK;
    }
    asv_cert_digest(digest, &chain->leaf);
    entry_name(name, digest, ".chain");
    return asv_failf(
        err, status,
        "certified as %s/%s in the agency directory, but %s; copy it from there, then \"asservat "
        "db register\"",
        dir, name, inner.text);
}

/* Room for one revocation list on its way. */
struct list_work {
    uint8_t serials[ASV_REVOCATIONS_MAX * ASV_CERT_SERIAL_BYTES];
    size_t count;
    uint8_t data[ASV_REVOCATIONS_MAX_BYTES];
};

/* Insertion keeps the serials sorted and each once. ASV_E_LIMIT when there is no room. */
static enum asv_status add_serial(struct list_work *work, const uint8_t serial[ASV_CERT_SERIAL_BYTES])
{
    size_t at = 0;
    while (at < work->count &&
           memcmp(work->serials + at * ASV_CERT_SERIAL_BYTES, serial, ASV_CERT_SERIAL_BYTES) < 0) {
        at++;
    }
    uint8_t *place = work->serials + at * ASV_CERT_SERIAL_BYTES;
    if (at < work->count && memcmp(place, serial, ASV_CERT_SERIAL_BYTES) == 0) {
        return ASV_OK;
    }
    if (work->count == ASV_REVOCATIONS_MAX) {
        return ASV_E_LIMIT;
    }
    memmove(place + ASV_CERT_SERIAL_BYTES, place, (work->count - at) * ASV_CERT_SERIAL_BYTES);
    memcpy(place, serial, ASV_CERT_SERIAL_BYTES);
    work->count++;
    return ASV_OK;
}

static enum asv_status sign_list(const struct asv_cli *cli, struct asv_agency_dir *agency,
                                 const struct asv_keys *ca, uint64_t at_least, struct list_work *work,
                                 struct asv_err *err)
{
    struct asv_revocations list = agency->revocations;
    struct asv_writer writer;
    size_t len = 0;
    list.serials = work->serials;
    list.count = (uint16_t)work->count;
    list.signer = agency->ca;
    list.number = (list.number > at_least ? list.number : at_least) + 1;
    memcpy(list.agency, agency->id, sizeof list.agency);
    enum asv_status status = asv_world_wall_ms(cli->world, &list.issued_ms);
    asv_writer_init(&writer, work->data, sizeof work->data);
    if (status == ASV_OK) {
        status = asv_revocations_encode(&writer, &list, ca->sign_sk);
    }
    if (status == ASV_OK) {
        status = asv_write_end(&writer, &len);
    }
    if (status != ASV_OK) {
        return asv_fail(err, status, "the revocation list cannot be made");
    }
    status = asv_io_replace_file(agency->fd, "revocations", work->data, len, 0644, err);
    if (status == ASV_OK) {
        memcpy(agency->revocations_data, work->data, len);
        status = asv_revocations_decode(&agency->revocations, agency->revocations_data, len, err);
    }
    return status;
}

enum asv_status asv_agency_revoke(const struct asv_cli *cli, struct asv_agency_dir *agency,
                                  const struct asv_keys *ca, const uint8_t *serials, size_t count,
                                  uint64_t at_least, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    struct list_work *work = malloc(sizeof *work);
    if (work == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    work->count = 0;
    for (size_t i = 0; status == ASV_OK && i < agency->revocations.count; i++) {
        status = add_serial(work, agency->revocations.serials + i * ASV_CERT_SERIAL_BYTES);
    }
    for (size_t i = 0; status == ASV_OK && i < count; i++) {
        status = add_serial(work, serials + i * ASV_CERT_SERIAL_BYTES);
    }
    status = status == ASV_OK
                 ? sign_list(cli, agency, ca, at_least, work, err)
                 : asv_failf(err, status, "a revocation list holds %d serials", ASV_REVOCATIONS_MAX);
    free(work);
    return status;
}
