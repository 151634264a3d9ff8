/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <fnmatch.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/package/asic.h"
#include "server/package/bag.h"
#include "server/package/package_internal.h"

static struct asv_bytes text(const char *value)
{
    return (struct asv_bytes){(const uint8_t *)value, strlen(value)};
}

/* ---- members ---- */

/* What follows the payload. */
static const char *const behind[] = {ASV_BAG_DECLARATION,  ASV_BAG_INFO,      ASV_BAG_MANIFEST,
                                     ASV_BAG_TAG_MANIFEST, ASV_ASIC_MANIFEST, ASV_ASIC_SIGNATURE};
#define BEHIND (sizeof behind / sizeof *behind)

/* Where a name belongs: 0 mimetype, 1 payload, from 2 on what is behind it; -1: nowhere. */
static int place_of(const struct asv_zip_entry *entry)
{
    for (size_t i = 0; i < BEHIND; i++) {
        if (strcmp(entry->name, behind[i]) == 0) {
            return (int)i + 2;
        }
    }
    return strcmp(entry->name, ASV_ASIC_MIMETYPE) == 0 ? 0 : asv_bag_is_payload(entry) ? 1 : -1;
}

static bool is_second_manifest(const char *name)
{
    static const char *const kinds[] = {"manifest-*.txt",         "tagmanifest-*.txt",
                                        "META-INF/*[Mm]anifest*", "META-INF/*signature*",
                                        "META-INF/*timestamp*",   "fetch.txt"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (fnmatch(kinds[i], name, FNM_CASEFOLD) == 0) {
            return true;
        }
    }
    return false;
}

enum asv_status asv_package_check_members(const struct asv_package *package, struct asv_fault *fault,
                                          struct asv_err *err)
{
    struct asv_zip_entry entry;
    int want = 2; /* what would be next, mimetype and payload left out */
    for (size_t i = 0; i < package->count; i++) {
        asv_package_entry(package, i, &entry);
        int place = place_of(&entry);
        enum asv_fault_kind kind = ASV_FAULT_NONE;
        if ((place == 0) != (i == 0)) {
            kind = ASV_FAULT_MIMETYPE;
        } else if (place < 0) {
            kind = is_second_manifest(entry.name) ? ASV_FAULT_SECOND_MANIFEST : ASV_FAULT_UNKNOWN;
        } else if (place > 1 && place > want) {
            return asv_fault_at(fault, ASV_FAULT_MISSING, text(behind[want - 2]), entry.offset, err);
        } else if (place == 1 && want > 2) {
            kind = ASV_FAULT_ORDER;
        }
        if (kind != ASV_FAULT_NONE) {
            return asv_fault_at(fault, kind, asv_zip_name(&entry), entry.offset, err);
        }
        want = place < 2 ? 2 : place + 1;
    }
    return want == (int)BEHIND + 2
               ? ASV_OK
               : asv_fault_at(fault, ASV_FAULT_MISSING, text(behind[want - 2]), package->zip.at, err);
}

/* ---- reading again ---- */

/* PK-041: a medium that gives no bytes, or others than when the file was digested, is no fault of the
 * package's. */
static enum asv_status unreadable(const struct asv_zip_entry *entry, enum asv_status status,
                                  struct asv_fault *fault, struct asv_err *err)
{
    struct asv_err why = err != NULL ? *err : (struct asv_err){ASV_OK, ""};
    fault->kind = ASV_FAULT_UNREADABLE;
    fault->offset = asv_zip_data_offset(entry);
    memcpy(fault->file, entry->name, sizeof fault->file);
    return asv_failf(err, status, "%s: %s", entry->name, why.text);
}

/* A small file that was digested. ASV_E_LIMIT, and no fault yet, when it is larger than cap. */
static enum asv_status load(const struct asv_package *package, const struct asv_zip_entry *entry,
                            uint8_t *out, size_t cap, struct asv_fault *fault, struct asv_err *err)
{
    enum asv_status status = asv_package_load(package, entry, out, cap, err);
    return status == ASV_OK || status == ASV_E_LIMIT ? status : unreadable(entry, status, fault, err);
}

/* ---- texts ---- */

/* The file that follows the payload at this place. */
static void member(const struct asv_package *package, size_t at, struct asv_zip_entry *out)
{
    asv_package_entry(package, package->count - BEHIND + at, out);
}

static enum asv_status expect_text(const struct asv_zip_entry *entry, const char *want,
                                   enum asv_fault_kind kind, struct asv_fault *fault, struct asv_err *err)
{
    uint8_t digest[ASV_SHA256_BYTES];
    asv_sha256(digest, want, strlen(want));
    return entry->size == strlen(want) && memcmp(digest, entry->sha256, sizeof digest) == 0
               ? ASV_OK
               : asv_fault_at(fault, kind, asv_zip_name(entry), asv_zip_data_offset(entry), err);
}

static enum asv_status check_info(const struct asv_package *package, struct asv_fault *fault,
                                  struct asv_err *err)
{
    uint8_t info[ASV_BAG_INFO_BYTES];
    const struct asv_bag_oxum oxum = {package->payload_bytes, package->payload_files};
    struct asv_zip_entry entry;
    size_t at = 0;
    member(package, 1, &entry);
    enum asv_status status = load(package, &entry, info, sizeof info, fault, err);
    if (fault->kind != ASV_FAULT_NONE) {
        return status;
    }
    if (status == ASV_OK) {
        status = asv_bag_check_info((struct asv_bytes){info, (size_t)entry.size}, &oxum, &at);
    }
    return status == ASV_OK ? ASV_OK
                            : asv_fault_at(fault, status == ASV_E_MISMATCH ? ASV_FAULT_OXUM : ASV_FAULT_INFO,
                                           asv_zip_name(&entry), asv_zip_data_offset(&entry) + at, err);
}

/* Whether have is the line of the same file but for its digest: where the line of another digest differs. */
static bool differs_in_digest(const struct asv_listing *listing, struct asv_bytes want, const uint8_t *have)
{
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/";
    char line[ASV_LISTING_LINE_BYTES];
    struct asv_zip_entry other = listing->entry;
    for (size_t i = 0; i < sizeof other.sha256; i++) {
        other.sha256[i] ^= 0xff;
    }
    (void)listing->form->line(line, &other);
    for (size_t i = 0; i < want.len; i++) {
        bool of_digest = (uint8_t)line[i] != want.data[i];
        if (of_digest ? memchr(digits, have[i], sizeof digits - 1) == NULL : have[i] != want.data[i]) {
            return false;
        }
    }
    return true;
}

struct compared {
    const struct asv_zip_entry *file; /* the listing's own */
    enum asv_fault_kind digest, manifest;
};

static enum asv_status differs(const struct asv_listing *listing, struct asv_bytes want, const uint8_t *have,
                               uint64_t offset, const struct compared *of, struct asv_fault *fault,
                               struct asv_err *err)
{
    size_t at = 0;
    if (listing->entry.name_len > 0 && differs_in_digest(listing, want, have)) {
        return asv_fault_at(fault, of->digest, asv_zip_name(&listing->entry),
                            asv_zip_data_offset(&listing->entry), err);
    }
    while (want.data[at] == have[at]) {
        at++;
    }
    return asv_fault_at(fault, of->manifest, asv_zip_name(of->file), offset + at, err);
}

/* PK-040, PK-043: the text is made again of the files that are there, piece by piece. */
static enum asv_status compare(struct asv_package *package, const struct asv_listing_form *form,
                               const struct compared *of, struct asv_fault *fault, struct asv_err *err)
{
    const struct asv_entries entries = asv_package_entries(package);
    const struct asv_package_input *input = &package->zip.input;
    uint8_t have[ASV_LISTING_LINE_BYTES];
    uint8_t digest[ASV_SHA256_BYTES];
    uint64_t at = asv_zip_data_offset(of->file);
    uint64_t end = asv_zip_end_offset(of->file);
    struct asv_sha256 state;
    struct asv_listing listing;
    struct asv_bytes want;
    asv_sha256_init(&state);
    enum asv_status status = asv_listing_begin(&listing, form, &entries, err);
    while (status == ASV_OK && (status = asv_listing_next(&listing, &want, err)) == ASV_OK) {
        size_t len = want.len < end - at ? want.len : (size_t)(end - at);
        status = input->read(input->ctx, at, have, len, err);
        if (status != ASV_OK) {
            return unreadable(of->file, status, fault, err);
        }
        if (len < want.len) {
            return asv_fault_at(fault, of->manifest, asv_zip_name(of->file), end, err);
        }
        if (memcmp(have, want.data, len) != 0) {
            return differs(&listing, want, have, at, of, fault, err);
        }
        asv_sha256_update(&state, have, len);
        at += len;
    }
    asv_sha256_final(&state, digest);
    if (status == ASV_E_NOT_FOUND) {
        status = at == end ? ASV_OK : asv_fault_at(fault, of->manifest, asv_zip_name(of->file), at, err);
    }
    if (status == ASV_OK && memcmp(digest, of->file->sha256, sizeof digest) != 0) {
        status = asv_fail(err, ASV_E_DIGEST, "the medium gives other bytes than before");
        return unreadable(of->file, status, fault, err);
    }
    return status;
}

enum asv_status asv_package_check_texts(struct asv_package *package, struct asv_fault *fault,
                                        struct asv_err *err)
{
    static const struct {
        size_t at;
        const struct asv_listing_form *form;
        enum asv_fault_kind digest, manifest;
    } listings[] = {
        {2, &asv_bag_manifest, ASV_FAULT_BAG_DIGEST, ASV_FAULT_BAG_MANIFEST},
        {3, &asv_bag_tag_manifest, ASV_FAULT_BAG_DIGEST, ASV_FAULT_BAG_MANIFEST},
        {4, &asv_asic_manifest, ASV_FAULT_ASIC_DIGEST, ASV_FAULT_ASIC_MANIFEST},
    };
    struct asv_zip_entry entry;
    asv_package_entry(package, 0, &entry);
    enum asv_status status = expect_text(&entry, ASV_ASIC_MIMETYPE_TEXT, ASV_FAULT_MIMETYPE, fault, err);
    if (status == ASV_OK) {
        member(package, 0, &entry);
        status = expect_text(&entry, ASV_BAG_DECLARATION_TEXT, ASV_FAULT_DECLARATION, fault, err);
    }
    if (status == ASV_OK) {
        status = check_info(package, fault, err);
    }
    for (size_t i = 0; i < sizeof listings / sizeof *listings && status == ASV_OK; i++) {
        const struct compared of = {&entry, listings[i].digest, listings[i].manifest};
        member(package, listings[i].at, &entry);
        status = compare(package, listings[i].form, &of, fault, err);
    }
    return status;
}

/* ---- signatures ---- */

/* Adds to err what is wrong with a signature. */
static enum asv_status because(const struct asv_err *why, struct asv_err *err)
{
    const struct asv_err said = *err;
    return asv_failf(err, said.status, "%s (%s)", said.text, why->text);
}

static enum asv_status check_signature(struct asv_package *package, const struct asv_zip_entry *sig,
                                       const struct asv_zip_entry *of, const uint8_t *signer,
                                       enum asv_fault_kind kind, struct asv_cades *out,
                                       struct asv_fault *fault, struct asv_err *err)
{
    uint8_t data[ASV_CADES_MAX_BYTES];
    struct asv_err why = {ASV_OK, ""};
    enum asv_status status = load(package, sig, data, sizeof data, fault, err);
    if (fault->kind != ASV_FAULT_NONE) {
        return status;
    }
    if (status == ASV_OK) {
        status = asv_cades_verify(out, (struct asv_bytes){data, (size_t)sig->size}, of->sha256, &why);
    }
    if (status == ASV_E_NO_MEMORY) {
        return asv_fail(err, status, "no memory");
    }
    if (status == ASV_OK && signer != NULL && memcmp(signer, out->certificate, ASV_SHA256_BYTES) != 0) {
        kind = ASV_FAULT_SIGNER;
        status = ASV_E_UNTRUSTED;
    }
    if (status != ASV_OK) {
        status = asv_fault_at(fault, kind, asv_zip_name(sig), asv_zip_data_offset(sig), err);
        return why.text[0] != '\0' && err != NULL ? because(&why, err) : status;
    }
    package->stamped += out->stamped;
    bool first = out == &package->signature;
    package->signed_s[0] =
        first || out->signed_s < package->signed_s[0] ? out->signed_s : package->signed_s[0];
    package->signed_s[1] =
        first || out->signed_s > package->signed_s[1] ? out->signed_s : package->signed_s[1];
    return ASV_OK;
}

/* PK-033 */
static enum asv_status check_document(struct asv_package *package, size_t i, const struct asv_zip_entry *sig,
                                      const uint8_t *signer, struct asv_fault *fault, struct asv_err *err)
{
    struct asv_zip_entry document;
    struct asv_cades said;
    size_t len = sig->name_len - (sizeof ASV_ASIC_SIGNATURE_SUFFIX - 1);
    asv_package_entry(package, i - 1, &document); /* the first is mimetype */
    if (document.name_len != len || memcmp(document.name, sig->name, len) != 0) {
        return asv_fault_at(fault, ASV_FAULT_NO_DOCUMENT, asv_zip_name(sig), sig->offset, err);
    }
    package->documents++;
    return check_signature(package, sig, &document, signer, ASV_FAULT_DOCUMENT_SIGNATURE, &said, fault, err);
}

enum asv_status asv_package_check_signatures(struct asv_package *package, const uint8_t *signer,
                                             struct asv_fault *fault, struct asv_err *err)
{
    struct asv_zip_entry manifest;
    struct asv_zip_entry entry;
    member(package, 4, &manifest);
    member(package, 5, &entry);
    enum asv_status status = check_signature(package, &entry, &manifest, signer, ASV_FAULT_SIGNATURE,
                                             &package->signature, fault, err);
    for (size_t i = 0; i < package->count && status == ASV_OK; i++) {
        asv_package_entry(package, i, &entry);
        if (asv_asic_is_signature(entry.name)) {
            status = check_document(package, i, &entry, package->signature.certificate, fault, err);
        }
    }
    return status;
}
