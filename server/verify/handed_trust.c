/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* Whom to believe: what came by another way, and what of the rest leads up to it. */
#include <string.h>

#include "firmware-proto/seal/base64.h"
#include "server/base/fail.h"
#include "server/verify/handed_internal.h"

/* The base64 of the first certificate, joined. */
static bool join_pem(struct asv_bytes text, uint8_t *out, size_t *len)
{
    static const char begin[] = "-----BEGIN CERTIFICATE-----\n", end[] = "-----END CERTIFICATE-----";
    const uint8_t *at = memmem(text.data, text.len, begin, sizeof begin - 1);
    *len = 0;
    if (at == NULL) {
        return false;
    }
    at += sizeof begin - 1;
    size_t left = text.len - (size_t)(at - text.data);
    const uint8_t *stop = memmem(at, left, end, sizeof end - 1);
    for (; stop != NULL && at < stop; at++) {
        out[*len] = *at;
        *len += *at != '\n';
    }
    return stop != NULL;
}

enum asv_status asv_handed_certificate(uint8_t digest[ASV_SHA256_BYTES], struct asv_bytes text,
                                       struct asv_err *err)
{
    uint8_t joined[ASV_HANDED_CERTIFICATE_BYTES], der[ASV_HANDED_CERTIFICATE_BYTES];
    size_t len = 0;
    bool is_der = text.len > 0 && text.data[0] == 0x30; /* SEQUENCE */
    if (is_der) {
        asv_sha256(digest, text.data, text.len);
        return ASV_OK;
    }
    if (text.len > sizeof joined || !join_pem(text, joined, &len) ||
        asv_base64_padded_decode(der, sizeof der, &len, (struct asv_bytes){joined, len}) != ASV_OK ||
        len == 0 || der[0] != 0x30) {
        return asv_fail(err, ASV_E_MALFORMED, "neither a certificate as PEM nor one as DER");
    }
    asv_sha256(digest, der, len);
    return ASV_OK;
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
        return asv_handed_fail(it, ASV_HANDED_TRUST, name, status, "%.250s", why.text);
    }
    asv_key_digest(id, cert.signing_pk);
    if (!asv_handed_is_agency(it, id)) {
        return asv_handed_fail(it, ASV_HANDED_ROOT, name, ASV_E_UNTRUSTED, "not the root of --trust");
    }
    memcpy(it->anchors.root_pk, cert.signing_pk, sizeof it->anchors.root_pk);
    return ASV_OK;
}

static enum asv_status check_revocations(struct asv_handed *it, struct asv_err *err)
{
    static const char name[] = "trust/revocations";
    struct asv_bytes view = {0};
    struct asv_err why = {0};
    const struct asv_handed_file *file = asv_handed_find(it, name);
    if (file == NULL || it->anchors.has_revocations) {
        it->left[ASV_HANDED_LEFT_NO_REVOCATIONS] = !it->anchors.has_revocations;
        return ASV_OK;
    }
    enum asv_status status = asv_handed_load(it, file, it->anchors.revocations_data,
                                             sizeof it->anchors.revocations_data, &view, &why);
    if (status == ASV_E_IO) {
        return asv_failf(err, status, "%.250s", why.text);
    }
    if (status == ASV_OK) {
        status = asv_anchors_revoke(&it->anchors, view, &why);
    }
    return status == ASV_OK ? ASV_OK
                            : asv_handed_fail(it, ASV_HANDED_TRUST, name, status, "%.250s", why.text);
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
        return asv_handed_fail(it, ASV_HANDED_TRUST, file->name, status, "%.250s", why.text);
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
    uint8_t data[ASV_HANDED_CERTIFICATE_BYTES];
    uint8_t digest[ASV_SHA256_BYTES];
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
    if (status == ASV_OK) {
        status = asv_handed_certificate(digest, view, &why);
    }
    if (status != ASV_OK) {
        return asv_handed_fail(it, ASV_HANDED_TRUST, name, status, "%.250s", why.text);
    }
    return memcmp(digest, it->signer, sizeof digest) == 0
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
        return asv_handed_fail(it, ASV_HANDED_TRUST, name, status, "%.250s", why.text);
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
