/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/package/carrier.h"

#include <stdio.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/package/asic.h"
#include "server/package/listing.h"

static struct asv_bytes text(const char *value)
{
    return (struct asv_bytes){(const uint8_t *)value, strlen(value)};
}

/* A small file, unless an earlier run wrote it. */
static enum asv_status add_bytes(struct asv_carrier *carrier, const char *name, struct asv_bytes data,
                                 struct asv_err *err)
{
    struct asv_zip_entry entry;
    enum asv_status status = asv_zip_keep(&carrier->zip, text(name), &entry, err);
    if (status == ASV_E_NOT_FOUND) {
        struct asv_source source = asv_source_bytes(&data);
        status = asv_zip_add(&carrier->zip, text(name), &source, &entry, err);
    }
    return status;
}

enum asv_status asv_carrier_begin(struct asv_carrier *carrier, int dir, const char *name,
                                  const uint8_t plan[ASV_PLAN_BYTES], struct asv_err *err)
{
    carrier->oxum = (struct asv_bag_oxum){0, 0};
    enum asv_status status = asv_zip_begin(&carrier->zip, dir, name, plan, err);
    if (status == ASV_OK) { /* PK-001 */
        status = add_bytes(carrier, ASV_ASIC_MIMETYPE, text(ASV_ASIC_MIMETYPE_TEXT), err);
        if (status != ASV_OK) {
            asv_zip_close(&carrier->zip);
        }
    }
    return status;
}

void asv_carrier_close(struct asv_carrier *carrier)
{
    asv_zip_close(&carrier->zip);
}

/* ---- payload ---- */

static enum asv_status count(struct asv_carrier *carrier, enum asv_status status,
                             const struct asv_zip_entry *entry)
{
    if (status == ASV_OK) {
        carrier->oxum.bytes += entry->size;
        carrier->oxum.files++;
    }
    return status;
}

enum asv_status asv_carrier_keep(struct asv_carrier *carrier, const char *name, struct asv_zip_entry *out,
                                 struct asv_err *err)
{
    return count(carrier, asv_zip_keep(&carrier->zip, text(name), out, err), out);
}

enum asv_status asv_carrier_add(struct asv_carrier *carrier, const char *name,
                                const struct asv_source *source, struct asv_zip_entry *out,
                                struct asv_err *err)
{
    if (strncmp(name, ASV_BAG_PAYLOAD, sizeof ASV_BAG_PAYLOAD - 1) != 0 || asv_asic_is_signature(name)) {
        return asv_failf(err, ASV_E_USAGE, "%.200s: not below " ASV_BAG_PAYLOAD ", or a signature's", name);
    }
    return count(carrier, asv_zip_add(&carrier->zip, text(name), source, out, err), out);
}

/* ---- signatures ---- */

/* PK-034 */
static enum asv_status add_stamp(uint8_t *sig, size_t *len, const struct asv_package_signer *signer,
                                 struct asv_err *err)
{
    uint8_t request[ASV_CADES_STAMP_MAX_BYTES];
    uint8_t response[ASV_CADES_STAMP_MAX_BYTES];
    size_t request_len = 0;
    size_t response_len = 0;
    enum asv_status status =
        asv_cades_stamp_request(request, &request_len, (struct asv_bytes){sig, *len}, err);
    if (status == ASV_OK) {
        status = signer->stamp(signer->stamp_ctx, (struct asv_bytes){request, request_len}, response,
                               &response_len, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    struct asv_err why = {0};
    status = asv_cades_add_stamp(sig, len, (struct asv_bytes){response, response_len}, &why);
    if (status == ASV_OK || status == ASV_E_NO_MEMORY) {
        return status;
    }
    return asv_failf(err, ASV_E_AWAY, "%s",
                     why.text); /* the next answer may be one: of the package nothing is wrong */
}

enum asv_status asv_package_sign(uint8_t *out, size_t *len, const uint8_t sha256[ASV_SHA256_BYTES],
                                 const struct asv_package_signer *signer, struct asv_err *err)
{
    enum asv_status status = asv_cades_sign(out, len, sha256, signer->now_s, &signer->cades, err);
    return status == ASV_OK && signer->stamp != NULL ? add_stamp(out, len, signer, err) : status;
}

/* One that an earlier run made is kept: another would be other bytes. */
static enum asv_status add_signature(struct asv_carrier *carrier, const char *name,
                                     const struct asv_zip_entry *of, const struct asv_package_signer *signer,
                                     struct asv_zip_entry *out, struct asv_err *err)
{
    uint8_t sig[ASV_CADES_MAX_BYTES];
    size_t len = 0;
    enum asv_status status = asv_zip_keep(&carrier->zip, text(name), out, err);
    if (status == ASV_E_NOT_FOUND) {
        status = asv_package_sign(sig, &len, of->sha256, signer, err);
        if (status == ASV_OK) {
            struct asv_bytes left = {sig, len};
            struct asv_source source = asv_source_bytes(&left);
            status = asv_zip_add(&carrier->zip, text(name), &source, out, err);
        }
    }
    return status;
}

/* PK-033 */
enum asv_status asv_carrier_add_document(struct asv_carrier *carrier, const char *name,
                                         const struct asv_source *source,
                                         const struct asv_package_signer *signer, struct asv_zip_entry *out,
                                         struct asv_err *err)
{
    char beside[ASV_PACKAGE_NAME_BYTES + sizeof ASV_ASIC_SIGNATURE_SUFFIX];
    struct asv_zip_entry entry;
    if (strlen(name) > ASV_PACKAGE_NAME_BYTES) {
        return asv_fail(err, ASV_E_USAGE, "a document's name is too long");
    }
    snprintf(beside, sizeof beside, "%s" ASV_ASIC_SIGNATURE_SUFFIX, name);
    enum asv_status status = asv_carrier_add(carrier, name, source, out, err);
    if (status == ASV_OK) {
        status = count(carrier, add_signature(carrier, beside, out, signer, &entry, err), &entry);
    }
    return status;
}

/* ---- the rest ---- */

static enum asv_status first(void *ctx, struct asv_err *err)
{
    struct asv_carrier *carrier = ctx;
    return asv_zip_first(&carrier->zip, &carrier->cursor, err);
}

static enum asv_status next(void *ctx, struct asv_zip_entry *out, struct asv_err *err)
{
    struct asv_carrier *carrier = ctx;
    return asv_zip_next(&carrier->zip, &carrier->cursor, out, err);
}

static enum asv_status add_listing(struct asv_carrier *carrier, const struct asv_listing_form *form,
                                   struct asv_zip_entry *out, struct asv_err *err)
{
    const struct asv_entries entries = {carrier, first, next};
    struct asv_listing listing;
    struct asv_source source;
    enum asv_status status = asv_zip_keep(&carrier->zip, text(form->name), out, err);
    if (status == ASV_E_NOT_FOUND) {
        status = asv_listing_source(&listing, form, &entries, &source, err);
        if (status == ASV_OK) {
            status = asv_zip_add(&carrier->zip, text(form->name), &source, out, err);
        }
    }
    return status;
}

static enum asv_status add_bag(struct asv_carrier *carrier, const struct asv_bag_field *fields,
                               size_t fields_len, struct asv_err *err)
{
    uint8_t info[ASV_BAG_INFO_BYTES];
    struct asv_zip_entry entry;
    size_t len = 0;
    enum asv_status status = asv_bag_write_info(info, &len, &carrier->oxum, fields, fields_len, err);
    if (status == ASV_OK) {
        status = add_bytes(carrier, ASV_BAG_DECLARATION, text(ASV_BAG_DECLARATION_TEXT), err);
    }
    if (status == ASV_OK) {
        status = add_bytes(carrier, ASV_BAG_INFO, (struct asv_bytes){info, len}, err);
    }
    if (status == ASV_OK) {
        status = add_listing(carrier, &asv_bag_manifest, &entry, err);
    }
    return status == ASV_OK ? add_listing(carrier, &asv_bag_tag_manifest, &entry, err) : status;
}

enum asv_status asv_carrier_finish(struct asv_carrier *carrier, const struct asv_bag_field *fields,
                                   size_t fields_len, const struct asv_package_signer *signer,
                                   struct asv_err *err)
{
    struct asv_zip_entry manifest;
    struct asv_zip_entry signature;
    enum asv_status status = add_bag(carrier, fields, fields_len, err);
    if (status == ASV_OK) {
        status = add_listing(carrier, &asv_asic_manifest, &manifest, err);
    }
    if (status == ASV_OK) {
        status = add_signature(carrier, ASV_ASIC_SIGNATURE, &manifest, signer, &signature, err);
    }
    if (status == ASV_OK) {
        return asv_zip_finish(&carrier->zip, err);
    }
    asv_carrier_close(carrier);
    return status;
}
