/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/camera/trust.h"

#include <stdlib.h>
#include <string.h>

#include "firmware-proto/wire/messages.h"

/* ---- reading what is held ---- */

/* trust/NAME, or its copy. */
static enum asv_status load_copy(const struct asv_store *store, const char *path, unsigned copy, void *out,
                                 size_t cap, size_t *len)
{
    char name[ASV_FLASH_PATH_MAX + 1];
    asv_flash_copy_path(name, path, copy);
    return asv_flash_load(store->flash, name, out, cap, len);
}

static enum asv_status load_root(struct asv_store *store, struct asv_store_trust *trust, unsigned copy)
{
    size_t len = 0;
    enum asv_status status =
        load_copy(store, "trust/root", copy, trust->root_pk, sizeof trust->root_pk, &len);
    if (status == ASV_OK && len != sizeof trust->root_pk) {
        status = ASV_E_MALFORMED;
    }
    if (status == ASV_OK) {
        asv_key_digest(trust->agency, trust->root_pk);
    }
    return status;
}

/* Whether a chain certifies this camera's own keys. */
static enum asv_status check_chain(const struct asv_store *store, const struct asv_chain *chain,
                                   const uint8_t root_pk[ASV_ED25519_PK_BYTES], struct asv_err *err)
{
    uint8_t kx_pk[ASV_X25519_BYTES];
    asv_x25519_public(kx_pk, store->secrets->identity.kx_sk);
    if (memcmp(chain->leaf.signing_pk, store->secrets->pk, sizeof chain->leaf.signing_pk) != 0 ||
        !chain->leaf.has_kx || memcmp(chain->leaf.kx_pk, kx_pk, sizeof kx_pk) != 0) {
        return asv_fail(err, ASV_E_MISMATCH, "the certificate is for another camera's keys");
    }
    return asv_chain_verify(chain, root_pk, ASV_ROLE_CAMERA, ASV_TIME_UNKNOWN, NULL, err);
}

static enum asv_status load_chain(struct asv_store *store, struct asv_store_trust *trust, unsigned copy)
{
    size_t len = 0;
    enum asv_status status =
        load_copy(store, "trust/chain", copy, trust->chain_data, sizeof trust->chain_data, &len);
    if (status == ASV_OK) {
        status = asv_chain_decode(&trust->chain, trust->chain_data, len, NULL);
    }
    if (status == ASV_OK) {
        status = check_chain(store, &trust->chain, trust->root_pk, NULL);
    }
    if (status == ASV_OK) {
        asv_cert_digest(trust->cert_digest, &trust->chain.leaf);
        asv_chain_digest(trust->chain_digest, &trust->chain);
    }
    return status;
}

/* Only a copy was right: there are to be two again. */
static void heal(struct asv_store *store, const char *path, unsigned copy, const void *data, size_t len)
{
    if (copy != 0 && !store->read_only) {
        enum asv_status status = asv_flash_replace_twice(store->flash, path, data, len);
        store->fault = store->fault || status != ASV_OK;
    }
}

/* Root and chain as they belong together. ASV_E_NOT_FOUND when there are none: not installed, or the
 * installation was cut off and is done again. */
static enum asv_status load_certificates(struct asv_store *store, struct asv_store_trust *trust)
{
    enum asv_status first = ASV_OK;
    for (unsigned pair = 0; pair < ASV_FLASH_COPIES * ASV_FLASH_COPIES; pair++) {
        enum asv_status status = load_root(store, trust, pair / ASV_FLASH_COPIES);
        if (status == ASV_OK) {
            status = load_chain(store, trust, pair % ASV_FLASH_COPIES);
        }
        if (status == ASV_OK) {
            store->fault = store->fault || (pair != 0 && first != ASV_E_NOT_FOUND);
            heal(store, "trust/root", pair, trust->root_pk, sizeof trust->root_pk);
            heal(store, "trust/chain", pair, trust->chain_data, trust->chain.encoded.len);
            return ASV_OK;
        }
        first = pair == 0 ? status : first;
    }
    return first;
}

/* The first copy that take accepts; what is spoilt is a fault, and what is not there is not held. */
static bool load_object(struct asv_store *store, const char *path, uint8_t *data, size_t cap,
                        enum asv_status (*take)(struct asv_store_trust *trust, size_t len),
                        struct asv_store_trust *trust)
{
    for (unsigned copy = 0; copy < ASV_FLASH_COPIES; copy++) {
        size_t len = 0;
        enum asv_status status = load_copy(store, path, copy, data, cap, &len);
        if (status == ASV_OK) {
            status = take(trust, len);
        }
        if (status == ASV_OK) {
            heal(store, path, copy, data, len);
            return true;
        }
        store->fault = store->fault || status != ASV_E_NOT_FOUND;
    }
    return false;
}

static enum asv_status take_bulletin(struct asv_store_trust *trust, size_t len)
{
    enum asv_status status = asv_bulletin_decode(&trust->bulletin, trust->bulletin_data, len, NULL);
    return status == ASV_OK ? asv_bulletin_verify(&trust->bulletin, trust->root_pk, trust->cert_digest,
                                                  ASV_TIME_UNKNOWN, NULL, NULL)
                            : status;
}

static enum asv_status take_revocations(struct asv_store_trust *trust, size_t len)
{
    enum asv_status status = asv_revocations_decode(&trust->revocations, trust->revocations_data, len, NULL);
    return status == ASV_OK ? asv_revocations_verify(&trust->revocations, trust->root_pk, NULL, NULL)
                            : status;
}

/* These two were signed by a dock whose chain is not kept: they were verified before they were written. */
static enum asv_status take_configuration(struct asv_store_trust *trust, size_t len)
{
    return asv_configuration_decode(&trust->configuration, trust->configuration_data, len, NULL);
}

static enum asv_status take_assignment(struct asv_store_trust *trust, size_t len)
{
    return asv_assignment_decode(&trust->assignment, trust->assignment_data, len, NULL);
}

static void load_objects(struct asv_store *store, struct asv_store_trust *trust)
{
    trust->has_bulletin = load_object(store, "trust/bulletin", trust->bulletin_data,
                                      sizeof trust->bulletin_data, take_bulletin, trust);
    trust->has_revocations = load_object(store, "trust/revocations", trust->revocations_data,
                                         sizeof trust->revocations_data, take_revocations, trust);
    trust->has_configuration = load_object(store, "trust/configuration", trust->configuration_data,
                                           sizeof trust->configuration_data, take_configuration, trust);
    trust->has_assignment = load_object(store, "trust/assignment", trust->assignment_data,
                                        sizeof trust->assignment_data, take_assignment, trust);
}

enum asv_status asv_store_trust_load(struct asv_store *store, struct asv_err *err)
{
    struct asv_store_trust *trust = calloc(1, sizeof *trust);
    if (trust == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory for the certificates");
    }
    enum asv_status status = load_certificates(store, trust);
    if (status == ASV_E_NOT_FOUND) {
        free(trust);
        return ASV_OK;
    }
    if (status != ASV_OK) {
        /* It can be looked at, and installed again; until then it cannot record. */
        free(trust);
        store->trust_broken = true;
        store->fault = true;
        return ASV_OK;
    }
    load_objects(store, trust);
    store->trust = trust;
    store->trust_broken = false;
    return ASV_OK;
}

void asv_store_trust_unload(struct asv_store *store)
{
    free(store->trust);
    store->trust = NULL;
}

/* ---- installing ---- */

/* A root comes as its certificate or as its bare key. */
static enum asv_status read_root(struct asv_bytes root, uint8_t pk[ASV_ED25519_PK_BYTES], struct asv_err *err)
{
    struct asv_cert cert;
    if (root.len == ASV_ED25519_PK_BYTES) {
        memcpy(pk, root.data, ASV_ED25519_PK_BYTES);
        return ASV_OK;
    }
    enum asv_status status = asv_cert_decode(&cert, root.data, root.len, err);
    if (status != ASV_OK) {
        return status;
    }
    if (cert.role != ASV_ROLE_ROOT) {
        return asv_fail(err, ASV_E_UNTRUSTED, "the root given is no root certificate");
    }
    memcpy(pk, cert.signing_pk, ASV_ED25519_PK_BYTES);
    return asv_cert_verify(&cert, pk, err);
}

/* Clips name the chain that they were sealed under; with another chain nobody could check them. */
static enum asv_status check_replacing(const struct asv_store *store, const struct asv_chain *chain,
                                       struct asv_err *err)
{
    if (store->trust == NULL || store->clip_count == 0 ||
        (store->trust->chain.encoded.len == chain->encoded.len &&
         memcmp(store->trust->chain.encoded.data, chain->encoded.data, chain->encoded.len) == 0)) {
        return ASV_OK;
    }
    return asv_fail(err, ASV_E_STATE,
                    "recordings under another certificate are on the camera: dock it first");
}

static enum asv_status check_bulletin(struct asv_bytes object, const uint8_t root_pk[ASV_ED25519_PK_BYTES],
                                      const struct asv_chain *chain, struct asv_err *err)
{
    struct asv_bulletin bulletin;
    uint8_t cert_digest[ASV_SHA256_BYTES];
    asv_cert_digest(cert_digest, &chain->leaf);
    enum asv_status status = asv_bulletin_decode(&bulletin, object.data, object.len, err);
    if (status == ASV_OK) { /* T-044 */
        status = asv_bulletin_verify(&bulletin, root_pk, cert_digest, ASV_TIME_UNKNOWN, NULL, err);
    }
    return status;
}

/* Objects name the certificate that they are for, revocation lists the agency: the old ones' numbers mean
 * nothing to new ones. */
static enum asv_status forget_old(struct asv_store *store, const uint8_t root_pk[ASV_ED25519_PK_BYTES],
                                  const struct asv_chain *chain)
{
    static const char *const paths[] = {"trust/bulletin", "trust/configuration", "trust/assignment",
                                        "trust/chain"};
    uint8_t cert_digest[ASV_SHA256_BYTES];
    enum asv_status status = ASV_OK;
    asv_cert_digest(cert_digest, &chain->leaf);
    if (store->trust == NULL) {
        return ASV_OK;
    }
    if (memcmp(store->trust->root_pk, root_pk, sizeof store->trust->root_pk) != 0) {
        status = asv_flash_remove_twice(store->flash, "trust/revocations");
    }
    if (memcmp(store->trust->cert_digest, cert_digest, sizeof cert_digest) == 0) {
        return status;
    }
    for (size_t i = 0; status == ASV_OK && i < sizeof paths / sizeof paths[0]; i++) {
        status = asv_flash_remove_twice(store->flash, paths[i]);
    }
    return status;
}

enum asv_status asv_store_install(struct asv_store *store, struct asv_bytes root,
                                  struct asv_bytes chain_bytes, struct asv_bytes bulletin,
                                  struct asv_err *err)
{
    uint8_t root_pk[ASV_ED25519_PK_BYTES];
    struct asv_chain chain;
    enum asv_status status = read_root(root, root_pk, err);
    if (status == ASV_OK) {
        status = asv_chain_decode(&chain, chain_bytes.data, chain_bytes.len, err);
    }
    if (status == ASV_OK) {
        status = check_chain(store, &chain, root_pk, err);
    }
    if (status == ASV_OK) {
        status = check_replacing(store, &chain, err);
    }
    if (status == ASV_OK && bulletin.len != 0) {
        status = check_bulletin(bulletin, root_pk, &chain, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    status = forget_old(store, root_pk, &chain);
    if (status == ASV_OK) {
        status = asv_flash_replace_twice(store->flash, "trust/root", root_pk, sizeof root_pk);
    }
    if (status == ASV_OK) {
        status = asv_flash_replace_twice(store->flash, "trust/chain", chain_bytes.data, chain_bytes.len);
    }
    if (status != ASV_OK) {
        return asv_fail(err, status, "the certificate cannot be written");
    }
    asv_store_trust_unload(store);
    status = asv_store_trust_load(store, err);
    if (status != ASV_OK) {
        return status;
    }
    if (store->trust == NULL) {
        return asv_fail(err, ASV_E_IO, "what was written cannot be read back");
    }
    if (bulletin.len == 0) {
        return ASV_OK; /* the dock brings one */
    }
    status = asv_store_take_bulletin(store, bulletin, err);
    return status == ASV_E_EXISTS ? ASV_OK : status;
}

/* ---- replacing ---- */

static void note_installed(struct asv_store *store, enum asv_wire_type type, uint64_t number)
{
    uint8_t value[10];
    value[0] = (uint8_t)((unsigned)type >> 8);
    value[1] = (uint8_t)type;
    asv_store_be64(value + 2, number);
    asv_store_note(store, ASV_DEVLOG_INSTALLED, value, sizeof value);
}

/* Writes the object to its files and its bytes to held[cap]. */
static enum asv_status keep(struct asv_store *store, const char *path, struct asv_bytes object, uint8_t *held,
                            size_t cap, struct asv_err *err)
{
    if (object.len > cap) {
        return asv_fail(err, ASV_E_LIMIT, "the object is too long to be kept");
    }
    enum asv_status status = asv_flash_replace_twice(store->flash, path, object.data, object.len);
    if (status == ASV_E_NO_SPACE) {
        asv_store_release_reserve(store);
        status = asv_flash_replace_twice(store->flash, path, object.data, object.len);
        asv_store_fill_reserve(store);
    }
    if (status != ASV_OK) {
        return asv_fail(err, status, "the object cannot be written to the camera's flash");
    }
    memmove(held, object.data, object.len);
    return ASV_OK;
}

/* As asv_number_check, against the object held (NULL: none). */
static enum asv_status check_number(uint64_t held_number, const struct asv_object *held, uint64_t number,
                                    const struct asv_object *offered, struct asv_err *err)
{
    uint8_t held_digest[ASV_SHA256_BYTES];
    uint8_t digest[ASV_SHA256_BYTES];
    asv_object_digest(digest, offered);
    if (held != NULL) {
        asv_object_digest(held_digest, held);
    }
    return asv_number_check(held_number, held == NULL ? NULL : held_digest, number, digest, err); /* T-009 */
}

/* Who names the bulletin held as the one before must mean this one. */
static enum asv_status check_previous(const struct asv_store_trust *trust, const struct asv_bulletin *offered,
                                      struct asv_err *err)
{
    uint8_t digest[ASV_SHA256_BYTES];
    if (!trust->has_bulletin || offered->number != trust->bulletin.number + 1) {
        return ASV_OK;
    }
    asv_object_digest(digest, &trust->bulletin.object);
    if (memcmp(digest, offered->previous, sizeof digest) != 0) {
        return asv_fail(err, ASV_E_MISMATCH, "the bulletin does not follow the one that is held");
    }
    return ASV_OK;
}

enum asv_status asv_store_take_bulletin(struct asv_store *store, struct asv_bytes object, struct asv_err *err)
{
    struct asv_store_trust *trust = store->trust;
    struct asv_bulletin offered;
    enum asv_status status = asv_bulletin_decode(&offered, object.data, object.len, err);
    if (status == ASV_OK) {
        status = check_number(trust->bulletin.number, trust->has_bulletin ? &trust->bulletin.object : NULL,
                              offered.number, &offered.object, err);
    }
    if (status == ASV_OK) {
        status = check_previous(trust, &offered, err);
    }
    if (status == ASV_OK) {
        status =
            keep(store, "trust/bulletin", object, trust->bulletin_data, sizeof trust->bulletin_data, err);
    }
    if (status == ASV_OK) {
        status = asv_bulletin_decode(&trust->bulletin, trust->bulletin_data, object.len, err);
        trust->has_bulletin = status == ASV_OK;
        note_installed(store, ASV_WIRE_BULLETIN, trust->bulletin.number);
    }
    return status;
}

enum asv_status asv_store_take_revocations(struct asv_store *store, struct asv_bytes object,
                                           struct asv_err *err)
{
    struct asv_store_trust *trust = store->trust;
    struct asv_revocations offered;
    enum asv_status status = asv_revocations_decode(&offered, object.data, object.len, err);
    if (status == ASV_OK) {
        status = check_number(trust->revocations.number,
                              trust->has_revocations ? &trust->revocations.object : NULL, offered.number,
                              &offered.object, err);
    }
    if (status == ASV_OK) {
        status = keep(store, "trust/revocations", object, trust->revocations_data,
                      sizeof trust->revocations_data, err);
    }
    if (status == ASV_OK) {
        status = asv_revocations_decode(&trust->revocations, trust->revocations_data, object.len, err);
        trust->has_revocations = status == ASV_OK;
        note_installed(store, ASV_WIRE_REVOCATIONS, trust->revocations.number);
    }
    return status;
}

enum asv_status asv_store_take_configuration(struct asv_store *store, struct asv_bytes object,
                                             struct asv_err *err)
{
    struct asv_store_trust *trust = store->trust;
    struct asv_configuration offered;
    enum asv_status status = asv_configuration_decode(&offered, object.data, object.len, err);
    if (status == ASV_OK) {
        status = check_number(trust->configuration.number,
                              trust->has_configuration ? &trust->configuration.object : NULL, offered.number,
                              &offered.object, err);
    }
    if (status == ASV_OK) {
        status = keep(store, "trust/configuration", object, trust->configuration_data,
                      sizeof trust->configuration_data, err);
    }
    if (status == ASV_OK) {
        status = asv_configuration_decode(&trust->configuration, trust->configuration_data, object.len, err);
        trust->has_configuration = status == ASV_OK;
        note_installed(store, ASV_WIRE_CONFIGURATION, trust->configuration.number);
    }
    return status;
}

enum asv_status asv_store_take_assignment(struct asv_store *store, struct asv_bytes object,
                                          struct asv_err *err)
{
    struct asv_store_trust *trust = store->trust;
    struct asv_assignment offered;
    enum asv_status status = asv_assignment_decode(&offered, object.data, object.len, err);
    if (status == ASV_OK) {
        status =
            check_number(trust->assignment.number, trust->has_assignment ? &trust->assignment.object : NULL,
                         offered.number, &offered.object, err);
    }
    if (status == ASV_OK) {
        status = keep(store, "trust/assignment", object, trust->assignment_data,
                      sizeof trust->assignment_data, err);
    }
    if (status == ASV_OK) {
        status = asv_assignment_decode(&trust->assignment, trust->assignment_data, object.len, err);
        trust->has_assignment = status == ASV_OK;
        note_installed(store, ASV_WIRE_ASSIGNMENT, trust->assignment.number);
        asv_store_note(store, ASV_DEVLOG_ASSIGNED, trust->assignment.id, sizeof trust->assignment.id);
    }
    return status;
}
