/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "dock/identity.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "server/base/cleanup.h"
#include "server/base/io.h"
#include "server/base/keyfile.h"

/* All of it in pages of its own, which are locked and left out of core dumps. */
struct asv_identity {
    struct asv_dock_keys keys;
    struct asv_keys read; /* as the file has them */
    uint8_t chain[ASV_CHAIN_MAX_BYTES];
};

static enum asv_status load_root(int dir, struct asv_site *site, struct asv_err *err)
{
    uint8_t data[ASV_CERT_MAX_BYTES];
    struct asv_cert root;
    size_t len = 0;
    enum asv_status status = asv_io_read_file(dir, "root.cert", data, sizeof data, &len, err);
    if (!status)
        status = asv_cert_decode(&root, data, len, err);
    if (!status && root.role != ASV_ROLE_ROOT)
        status = asv_fail(err, ASV_E_UNTRUSTED, "root.cert is not a root's certificate");
    if (!status)
        status = asv_cert_verify(&root, root.signing_pk, err);
    if (status)
        return status;
    memcpy(site->root_pk, root.signing_pk, sizeof site->root_pk);
    asv_key_digest(site->agency, site->root_pk);
    return ASV_OK;
}

static enum asv_status load_chain(int dir, struct asv_identity *identity, struct asv_site *site,
                                  struct asv_err *err)
{
    size_t len = 0;
    int64_t now = 0;
    enum asv_status status =
        asv_io_read_file(dir, "chain", identity->chain, sizeof identity->chain, &len, err);
    if (!status)
        status = asv_chain_decode(&site->dock, identity->chain, len, err);
    if (!status)
        status = asv_world_wall_ms(site->world, &now);
    if (!status)
        status = asv_chain_verify(&site->dock, site->root_pk, ASV_ROLE_DOCK, now, NULL, err);
    if (status)
        return status;
    site->chain = (struct asv_bytes){identity->chain, len};
    asv_cert_digest(site->dock_cert, &site->dock.leaf);
    return ASV_OK;
}

static enum asv_status load_keys(int dir, struct asv_identity *identity, struct asv_site *site,
                                 struct asv_err *err)
{
    struct asv_keyfile file;
    enum asv_status status =
        asv_keyfile_load(dir, "dock.key", ASV_ROLE_DOCK, (struct asv_bytes){0}, &file, &identity->read, err);
    if (status)
        return status;
    if (memcmp(file.signing_pk, site->dock.leaf.signing_pk, sizeof file.signing_pk) != 0 ||
        memcmp(file.kx_pk, site->dock.leaf.kx_pk, sizeof file.kx_pk) != 0)
        return asv_fail(err, ASV_E_MISMATCH, "dock.key is not the key of the certificate in chain");
    memcpy(identity->keys.sign, identity->read.sign_sk, sizeof identity->keys.sign);
    memcpy(identity->keys.kx, identity->read.kx_sk, sizeof identity->keys.kx);
    asv_wipe(&identity->read, sizeof identity->read);
    site->keys = &identity->keys;
    return ASV_OK;
}

/* Without it no camera is issued for a badge here. */
static enum asv_status load_badge(int dir, struct asv_identity *identity, struct asv_err *err)
{
    enum asv_status status = asv_badge_secret_read(dir, identity->keys.badge, err);
    identity->keys.has_badge = status == ASV_OK;
    return status == ASV_E_NOT_FOUND ? ASV_OK : status;
}

enum asv_status asv_identity_load(const char *directory, struct asv_site *site, const struct asv_log *log,
                                  struct asv_identity **out, struct asv_err *err)
{
    asv_auto_fd int dir = -1;
    enum asv_status status = asv_io_open_dir(AT_FDCWD, directory, false, &dir, err);
    if (status)
        return status;
    struct asv_identity *identity =
        mmap(NULL, sizeof *identity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (identity == MAP_FAILED)
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory for the dock's keys");
    if (mlock(identity, sizeof *identity) || madvise(identity, sizeof *identity, MADV_DONTDUMP))
        asv_log_event(log, ASV_LOG_WARNING, "memory-not-locked",
                      asv_log_text("detail", "raise LimitMEMLOCK"));
    status = load_root(dir, site, err);
    if (!status)
        status = load_chain(dir, identity, site, err);
    if (!status)
        status = load_keys(dir, identity, site, err);
    if (!status)
        status = load_badge(dir, identity, err);
    if (status) {
        asv_identity_free(identity);
        return status;
    }
    *out = identity;
    return ASV_OK;
}

void asv_identity_free(struct asv_identity *identity)
{
    if (!identity)
        return;
    asv_wipe(identity, sizeof *identity);
    munmap(identity, sizeof *identity);
}
