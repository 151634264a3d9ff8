/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* HO-118: the certificates and the list of revocations that the facts name, and with them the documents, are
 * those that are in it. */
#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/handover/cert_role.h"
#include "server/verify/handed_internal.h"

struct naming {
    struct asv_handed *it;
    const json_t *said; /* certificates of the facts */
    bool *is_there;     /* heap; of each */
};

/* ---- certificates ---- */

/* As the facts name one. */
struct named {
    const char *role;
    struct asv_bytes name;
    char serial[2 * 20 + 1], digest[2 * ASV_SHA256_BYTES + 1];
    int64_t until_ms;
};

/* Whether they name it. */
static bool meet(const struct naming *of, const struct named *one)
{
    size_t i = 0;
    const json_t *said = NULL;
    bool any = false;
    json_array_foreach(of->said, i, said)
    {
        bool is = one->role != NULL && strcmp(asv_fact_text(said, "role"), one->role) == 0 &&
                  strcmp(asv_fact_text(said, "digest"), one->digest) == 0 &&
                  strcmp(asv_fact_text(said, "serial"), one->serial) == 0 &&
                  asv_handed_is_text(said, "name", one->name) &&
                  asv_fact_ms(said, "not_after") == one->until_ms;
        of->is_there[i] |= is;
        any = any || is;
    }
    return any;
}

static bool meet_cert(const struct naming *of, const struct asv_cert *cert)
{
    uint8_t digest[ASV_SHA256_BYTES];
    struct named one = {.role = asv_cert_role(cert->role),
                        .name = {(const uint8_t *)cert->name, strlen(cert->name)},
                        .until_ms = cert->not_after_ms};
    asv_cert_digest(digest, cert);
    asv_hex_encode(one.digest, digest, sizeof digest);
    asv_hex_encode(one.serial, cert->serial, sizeof cert->serial);
    return meet(of, &one);
}

static bool meet_x509(const struct naming *of)
{
    const struct asv_x509_said *x509 = &of->it->x509;
    struct named one = {.role = ASV_CERT_ROLE_X509,
                        .name = {(const uint8_t *)x509->name, strlen(x509->name)},
                        .until_ms = x509->until_s * 1000};
    asv_hex_encode(one.digest, x509->digest, sizeof x509->digest);
    memcpy(one.serial, x509->serial, sizeof one.serial);
    return meet(of, &one);
}

static enum asv_status fail_unnamed(const struct naming *of, const char *name)
{
    return asv_handed_fail(of->it, ASV_HANDED_FACTS, of->it->facts_file->name, ASV_E_MISMATCH,
                           "facts: certificates: do not name that of %s", name);
}

/* Both of a chain, or a certificate alone. What they are is judged elsewhere. */
static enum asv_status meet_file(const struct naming *of, const struct asv_handed_file *file,
                                 struct asv_err *err)
{
    uint8_t data[ASV_CHAIN_MAX_BYTES];
    struct asv_bytes view = {0};
    struct asv_chain chain;
    struct asv_cert cert;
    bool is_named = true;
    enum asv_status status = asv_handed_load(of->it, file, data, sizeof data, &view, err);
    if (status != ASV_OK) {
        return status == ASV_E_LIMIT ? ASV_OK : status;
    }
    if (asv_chain_decode(&chain, view.data, view.len, NULL) == ASV_OK) {
        is_named = meet_cert(of, &chain.ca);
        is_named = meet_cert(of, &chain.leaf) && is_named;
    } else if (asv_cert_decode(&cert, view.data, view.len, NULL) == ASV_OK) {
        is_named = meet_cert(of, &cert);
    }
    return is_named ? ASV_OK : fail_unnamed(of, file->name); /* HO-132 */
}

static bool has_certificates(const char *name)
{
    static const char docks[] = "trust/docks/", chain[] = "/chain";
    size_t len = strlen(name);
    return strcmp(name, "trust/root.cert") == 0 || strcmp(name, "trust/package.chain") == 0 ||
           strcmp(name, "trust/ledger.chain") == 0 || strncmp(name, docks, sizeof docks - 1) == 0 ||
           (len > sizeof chain - 1 && strcmp(name + len - (sizeof chain - 1), chain) == 0);
}

static enum asv_status check_certificates(const struct naming *of, struct asv_err *err)
{
    size_t i = 0;
    const json_t *said = NULL;
    enum asv_status status = ASV_OK;
    for (i = 0; i < of->it->file_count && status == ASV_OK; i++) {
        if (has_certificates(of->it->files[i].name)) {
            status = meet_file(of, &of->it->files[i], err);
        }
    }
    if (status == ASV_OK && !meet_x509(of)) {
        status = fail_unnamed(of, "trust/package.pem");
    }
    json_array_foreach(status == ASV_OK ? of->said : NULL, i, said)
    {
        if (!of->is_there[i]) {
            return asv_handed_fail(of->it, ASV_HANDED_FACTS, of->it->facts_file->name, ASV_E_MISMATCH,
                                   "facts: certificates[%zu]: is none that is in it", i);
        }
    }
    return status;
}

/* ---- revocations ---- */

static bool has_serials(const json_t *said, const struct asv_revocations *list)
{
    bool same = json_array_size(said) == list->count;
    for (size_t i = 0; same && i < list->count; i++) {
        char text[2 * ASV_CERT_SERIAL_BYTES + 1];
        asv_hex_encode(text, list->serials + i * ASV_CERT_SERIAL_BYTES, ASV_CERT_SERIAL_BYTES);
        same = strcmp(json_string_value(json_array_get(said, i)), text) == 0;
    }
    return same;
}

static const char *list_differs(const json_t *said, const struct asv_revocations *list)
{
    if ((uint64_t)asv_fact_integer(said, "number") != list->number) {
        return "revocations.number: is another list's";
    }
    if (asv_fact_ms(said, "at") != list->issued_ms) {
        return "revocations.at: is not when it was issued";
    }
    return has_serials(json_object_get(said, "serials"), list) ? NULL
                                                               : "revocations.serials: are not the list's";
}

static enum asv_status compare_list(struct asv_handed *it, const struct asv_handed_file *file,
                                    const json_t *said, struct asv_err *err)
{
    struct asv_bytes view = {0};
    struct asv_revocations list;
    struct asv_err why = {0};
    uint8_t *data = malloc(ASV_REVOCATIONS_MAX_BYTES);
    if (data == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = asv_handed_load(it, file, data, ASV_REVOCATIONS_MAX_BYTES, &view, &why);
    if (status == ASV_OK || status == ASV_E_LIMIT) {
        status = status == ASV_OK ? asv_revocations_decode(&list, view.data, view.len, &why) : status;
        const char *differs = status == ASV_OK ? list_differs(said, &list) : NULL;
        if (status != ASV_OK) {
            status = asv_handed_fail(it, ASV_HANDED_TRUST, file->name, status, "%.250s", why.text);
        } else if (differs != NULL) {
            status = asv_handed_fail(it, ASV_HANDED_FACTS, it->facts_file->name, ASV_E_MISMATCH, "facts: %s",
                                     differs);
        }
    } else {
        status = asv_failf(err, status, "%.250s", why.text);
    }
    free(data);
    return status;
}

static enum asv_status check_list(struct asv_handed *it, struct asv_err *err)
{
    const struct asv_handed_file *file = asv_handed_find(it, "trust/revocations");
    const json_t *said = json_object_get(it->facts->json, "revocations");
    if (file != NULL && said != NULL) {
        return compare_list(it, file, said, err);
    }
    return file == NULL && said == NULL
               ? ASV_OK
               : asv_handed_fail(it, ASV_HANDED_FACTS, it->facts_file->name, ASV_E_MISMATCH,
                                 "facts: revocations: say otherwise whether there is a list");
}

enum asv_status asv_handed_check_named(struct asv_handed *it, struct asv_err *err)
{
    struct naming of = {.it = it, .said = json_object_get(it->facts->json, "certificates")};
    of.is_there = calloc(json_array_size(of.said), sizeof *of.is_there);
    if (of.is_there == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = check_certificates(&of, err);
    free(of.is_there);
    return status == ASV_OK ? check_list(it, err) : status;
}
