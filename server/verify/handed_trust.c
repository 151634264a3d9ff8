/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* Whom to believe: what came by another way, and what of the rest leads up to it. */
#include <string.h>

#include "server/base/fail.h"
#include "server/verify/handed_internal.h"

#define PEM_MAX_BYTES 8192

/* What is wrong with a certificate, or the list of revoked ones. */
static enum asv_status refuse(struct asv_handed *it, const char *name, enum asv_status status,
                              const struct asv_err *why)
{
    enum asv_handed_kind kind = status == ASV_E_REVOKED   ? ASV_HANDED_REVOKED
                                : status == ASV_E_EXPIRED ? ASV_HANDED_EXPIRED
                                                          : ASV_HANDED_TRUST;
    return asv_handed_fail(it, kind, name, status, "%.250s", why->text);
}

/* HO-123 */
bool asv_handed_is_agency(const struct asv_handed *it, const uint8_t id[ASV_SHA256_BYTES])
{
    uint8_t digest[ASV_SHA256_BYTES];
    asv_key_digest(digest, it->anchors.root_pk);
    return memcmp(digest, id, sizeof digest) == 0 || memcmp(it->anchors.root_pk, id, sizeof digest) == 0;
}

/* The agency's root is the one that came by another way, or the one of the id that did: from then on its key
 * is known. */
static enum asv_status check_root(struct asv_handed *it, struct asv_err *err)
{
    static const char name[] = "trust/root.cert";
    uint8_t data[ASV_CERT_MAX_BYTES];
    uint8_t id[ASV_SHA256_BYTES];
    struct asv_bytes view = {0};
    struct asv_cert cert;
    struct asv_err why = {0};
    const struct asv_handed_file *file = asv_handed_find(it, name);
    if (file == NULL) {
        return asv_handed_fail(it, ASV_HANDED_MISSING, name, ASV_E_NOT_FOUND, "the agency's root");
    }
    enum asv_status status = asv_handed_load(it, file, data, sizeof data, &view, &why);
    if (status == ASV_E_IO) {
        return asv_failf(err, status, "%.250s", why.text);
    }
    if (status == ASV_OK) {
        status = asv_cert_decode(&cert, view.data, view.len, &why);
    }
    if (status == ASV_OK && cert.role != ASV_ROLE_ROOT) {
        status = asv_fail(&why, ASV_E_MISMATCH, "a certificate, but not of a root");
    }
    if (status == ASV_OK) {
        status = asv_cert_verify(&cert, cert.signing_pk, &why);
    }
    if (status != ASV_OK) {
        return refuse(it, name, status, &why);
    }
    asv_key_digest(id, cert.signing_pk);
    if (!asv_handed_is_agency(it, id)) {
        return asv_handed_fail(it, ASV_HANDED_ROOT, name, ASV_E_UNTRUSTED, "not the root of --trust");
    }
    memcpy(it->anchors.root_pk, cert.signing_pk, sizeof it->anchors.root_pk);
    return ASV_OK;
}

static enum asv_status load_enclosed(struct asv_handed *it, const struct asv_handed_file *file,
                                     struct asv_err *err)
{
    struct asv_bytes view = {0};
    struct asv_err why = {0};
    enum asv_status status = asv_handed_load(it, file, it->anchors.revocations_data,
                                             sizeof it->anchors.revocations_data, &view, &why);
    if (status == ASV_E_IO) {
        return asv_failf(err, status, "%.250s", why.text);
    }
    if (status == ASV_OK) {
        status = asv_anchors_revoke(&it->anchors, view, &why);
    }
    return status == ASV_OK ? ASV_OK : refuse(it, file->name, status, &why);
}

/* That of --revocations, where it is no older than the one that is enclosed. */
static enum asv_status take_given(struct asv_handed *it, struct asv_err *err)
{
    struct asv_revocations given;
    struct asv_err why = {0};
    const struct asv_bytes list = {it->list, it->list_len};
    enum asv_status status = asv_revocations_decode(&given, list.data, list.len, &why);
    if (status == ASV_OK) {
        status = asv_revocations_verify(&given, it->anchors.root_pk, NULL, &why);
    }
    if (status != ASV_OK) {
        return asv_failf(err, status, "--revocations: %.250s", why.text);
    }
    it->is_list_given = !it->anchors.has_revocations || given.number >= it->anchors.revocations.number;
    return it->is_list_given ? asv_anchors_revoke(&it->anchors, list, err) : ASV_OK;
}

/* HO-092, HO-134: whoever made it chose which list to enclose. */
static enum asv_status check_revocations(struct asv_handed *it, struct asv_err *err)
{
    const struct asv_handed_file *file = asv_handed_find(it, "trust/revocations");
    enum asv_status status = file != NULL ? load_enclosed(it, file, err) : ASV_OK;
    if (status == ASV_OK && it->list != NULL) {
        status = take_given(it, err);
    }
    it->left[ASV_HANDED_LEFT_NO_REVOCATIONS] = !it->anchors.has_revocations;
    it->left[ASV_HANDED_LEFT_SINCE] = it->anchors.has_revocations;
    return status;
}

static enum asv_status load_dock(struct asv_handed *it, const struct asv_handed_file *file,
                                 struct asv_err *err)
{
    struct asv_bytes view = {0};
    struct asv_err why = {0};
    enum asv_status status =
        asv_handed_load(it, file, it->anchors.dock_data, sizeof it->anchors.dock_data, &view, &why);
    if (status == ASV_E_IO) {
        return asv_failf(err, status, "%.250s", why.text);
    }
    if (status == ASV_OK) {
        status = asv_anchors_dock(&it->anchors, view, &why);
    }
    if (status != ASV_OK) {
        return refuse(it, file->name, status, &why);
    }
    asv_cert_digest(it->dock, &it->anchors.dock.leaf);
    return ASV_OK;
}

/* Each chain, and stops at the one that was asked for; NULL: none. */
static enum asv_status walk_docks(struct asv_handed *it, const uint8_t *certificate, struct asv_err *err)
{
    static const char prefix[] = "trust/docks/";
    enum asv_status status = ASV_OK;
    it->anchors.has_dock = false;
    for (size_t i = 0; i < it->file_count && status == ASV_OK; i++) {
        if (strncmp(it->files[i].name, prefix, sizeof prefix - 1) != 0) {
            continue;
        }
        status = load_dock(it, &it->files[i], err);
        if (status == ASV_OK && certificate != NULL && memcmp(certificate, it->dock, sizeof it->dock) == 0) {
            return ASV_OK;
        }
    }
    it->anchors.has_dock = false;
    return status;
}

enum asv_status asv_handed_find_dock(struct asv_handed *it, const uint8_t certificate[ASV_SHA256_BYTES],
                                     struct asv_err *err)
{
    if (it->anchors.has_dock && memcmp(certificate, it->dock, sizeof it->dock) == 0) {
        return ASV_OK;
    }
    return walk_docks(it, certificate, err);
}

/* trust/package.pem is the certificate that signed, as stock tools take it. */
static enum asv_status check_package(struct asv_handed *it, struct asv_err *err)
{
    static const char name[] = "trust/package.pem";
    uint8_t data[PEM_MAX_BYTES];
    struct asv_bytes view = {0};
    struct asv_err why = {0};
    const struct asv_handed_file *file = asv_handed_find(it, name);
    if (file == NULL) {
        return asv_handed_fail(it, ASV_HANDED_MISSING, name, ASV_E_NOT_FOUND, "the certificate that signed");
    }
    enum asv_status status = asv_handed_load(it, file, data, sizeof data, &view, &why);
    if (status == ASV_E_IO) {
        return asv_failf(err, status, "%.250s", why.text);
    }
    if (status == ASV_OK && asv_x509_read(&it->x509, view) != ASV_OK) {
        status = asv_fail(&why, ASV_E_MALFORMED, "no X.509 certificate as PEM");
    }
    if (status != ASV_OK) {
        return refuse(it, name, status, &why);
    }
    return memcmp(it->x509.digest, it->signer, sizeof it->signer) == 0
               ? ASV_OK
               : asv_handed_fail(it, ASV_HANDED_TRUST, name, ASV_E_MISMATCH, "not the one that signed");
}

/* A certificate of the agency for this role, which was valid from the first of these instants to the second.
 */
static enum asv_status check_chain(struct asv_handed *it, const char *name, uint8_t role,
                                   const int64_t valid_ms[2], struct asv_cert *out, struct asv_err *err)
{
    uint8_t data[ASV_CHAIN_MAX_BYTES];
    struct asv_bytes view = {0};
    struct asv_chain chain;
    struct asv_err why = {0};
    const struct asv_anchors *anchors = &it->anchors;
    const struct asv_handed_file *file = asv_handed_find(it, name);
    if (file == NULL) {
        return asv_handed_fail(it, ASV_HANDED_MISSING, name, ASV_E_NOT_FOUND, "a certificate of the agency");
    }
    enum asv_status status = asv_handed_load(it, file, data, sizeof data, &view, &why);
    if (status == ASV_E_IO) {
        return asv_failf(err, status, "%.250s", why.text);
    }
    if (status == ASV_OK) {
        status = asv_chain_decode(&chain, view.data, view.len, &why);
    }
    for (size_t i = 0; status == ASV_OK && i < 2; i++) {
        status = asv_chain_verify(&chain, anchors->root_pk, role, valid_ms[i],
                                  anchors->has_revocations ? &anchors->revocations : NULL, &why);
    }
    if (status != ASV_OK) {
        return refuse(it, name, status, &why);
    }
    *out = chain.leaf; /* but its views */
    out->object = (struct asv_object){0};
    out->extensions = (struct asv_bytes){0};
    return ASV_OK;
}

/* HO-121: who signed is certified for it, at the time that the signatures say. */
static enum asv_status check_signer(struct asv_handed *it, struct asv_err *err)
{
    static const char name[] = "trust/package.chain";
    const int64_t signed_ms[2] = {it->signed_s[0] * 1000, it->signed_s[1] * 1000};
    struct asv_cert cert;
    enum asv_status status = check_chain(it, name, ASV_ROLE_PACKAGE, signed_ms, &cert, err);
    if (status == ASV_OK && memcmp(cert.x509, it->signer, sizeof cert.x509) != 0) {
        status = asv_handed_fail(it, ASV_HANDED_SIGNER, name, ASV_E_UNTRUSTED,
                                 "the agency certified another certificate than the one that signed");
    }
    it->finding[ASV_HANDED_CHECK_SIGNER] = status == ASV_OK ? ASV_FINDING_GOOD : ASV_FINDING_BAD;
    return status;
}

/* HO-122: the ledger's key, at the time of the extract. */
static enum asv_status check_ledger_key(struct asv_handed *it, struct asv_err *err)
{
    const int64_t made_ms = asv_fact_ms(it->facts->json, "made_at");
    const int64_t valid_ms[2] = {made_ms, made_ms};
    struct asv_cert cert;
    enum asv_status status = check_chain(it, "trust/ledger.chain", ASV_ROLE_LEDGER, valid_ms, &cert, err);
    if (status == ASV_OK) {
        memcpy(it->ledger_key, cert.signing_pk, sizeof it->ledger_key);
    }
    return status;
}

enum asv_status asv_handed_check_trust(struct asv_handed *it, struct asv_err *err)
{
    enum asv_status status = check_package(it, err);
    it->left[ASV_HANDED_LEFT_NO_ROOT] = !it->anchors.has_root;
    if (!it->anchors.has_root) {
        return status;
    }
    if (status == ASV_OK) {
        status = check_root(it, err);
    }
    if (status == ASV_OK) {
        status = check_revocations(it, err);
    }
    if (status == ASV_OK) {
        status = walk_docks(it, NULL, err);
    }
    if (status == ASV_OK) {
        status = check_signer(it, err);
    }
    return status == ASV_OK ? check_ledger_key(it, err) : status;
}
