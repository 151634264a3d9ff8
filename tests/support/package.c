/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/support/package.h"

#include <stdlib.h>
#include <string.h>

#include "firmware-proto/crypto/cades.h"
#include "firmware-proto/crypto/x509.h"
#include "server/package/asic.h"
#include "server/package/bag.h"
#include "server/package/crc32.h"
#include "server/package/listing.h"

static void must(bool condition)
{
    if (!condition) {
        abort();
    }
}

/* ---- signers ---- */

static enum asv_status sign(void *ctx, const uint8_t digest[ASV_SHA256_BYTES],
                            uint8_t out[ASV_P256_SIG_MAX_BYTES], size_t *len, struct asv_err *err)
{
    uint8_t sk[ASV_P256_SK_BYTES] = {*(const uint8_t *)ctx};
    (void)err;
    return asv_p256_sign(out, len, sk, digest);
}

static struct asv_cades_signer signer_of(int key)
{
    static uint8_t pem[2][ASV_X509_MAX_BYTES];
    static size_t len[2];
    static uint8_t first_byte[2] = {1, 2};
    if (len[key] == 0) {
        const struct asv_x509 fields = {.organisation = "Stadt Duisburg",
                                        .name = "Asservate",
                                        .from_s = 1767592800,
                                        .until_s = INT64_C(4000000000)};
        uint8_t sk[ASV_P256_SK_BYTES] = {first_byte[key]};
        must(asv_x509_self_signed(pem[key], &len[key], &fields, sk) == ASV_OK);
    }
    return (struct asv_cades_signer){&first_byte[key], {pem[key], len[key]}, sign};
}

static size_t sign_digest(uint8_t *out, const uint8_t digest[ASV_SHA256_BYTES], int key)
{
    const struct asv_cades_signer signer = signer_of(key);
    size_t len = 0;
    must(asv_cades_sign(out, &len, digest, 1796000000, &signer, NULL) == ASV_OK);
    return len;
}

const uint8_t *asv_test_package_signer(int key)
{
    static struct asv_cades said[2];
    static const uint8_t digest[ASV_SHA256_BYTES];
    uint8_t sig[ASV_CADES_MAX_BYTES];
    size_t len = sign_digest(sig, digest, key);
    must(asv_cades_verify(&said[key], (struct asv_bytes){sig, len}, digest, NULL) == ASV_OK);
    return said[key].certificate;
}

/* ---- files ---- */

void asv_test_package_set(struct asv_test_file *file, const void *data, size_t len)
{
    must(len <= sizeof file->data);
    memcpy(file->data, data, len);
    file->entry.size = len;
    asv_sha256(file->entry.sha256, data, len);
}

struct asv_test_file *asv_test_package_add(struct asv_test_package *package, size_t at, const char *name,
                                           const void *data, size_t len)
{
    size_t name_len = strlen(name);
    must(package->count < ASV_TEST_PACKAGE_FILES && at <= package->count &&
         name_len <= ASV_PACKAGE_NAME_BYTES);
    struct asv_test_file *file = &package->file[at];
    memmove(file + 1, file, (package->count - at) * sizeof *file);
    package->count++;
    memset(file, 0, sizeof *file);
    memcpy(file->entry.name, name, name_len + 1);
    file->entry.name_len = (uint8_t)name_len;
    asv_test_package_set(file, data, len);
    return file;
}

struct asv_test_file *asv_test_package_find(struct asv_test_package *package, const char *name)
{
    for (size_t i = 0; i < package->count; i++) {
        if (strcmp(package->file[i].entry.name, name) == 0) {
            return &package->file[i];
        }
    }
    return NULL;
}

size_t asv_test_package_index(struct asv_test_package *package, const char *name)
{
    struct asv_test_file *file = asv_test_package_find(package, name);
    must(file != NULL);
    return (size_t)(file - package->file);
}

void asv_test_package_remove(struct asv_test_package *package, const char *name)
{
    size_t at = asv_test_package_index(package, name);
    memmove(&package->file[at], &package->file[at + 1], (package->count - at - 1) * sizeof *package->file);
    package->count--;
}

void asv_test_package_sign(struct asv_test_package *package, const char *signature, const char *of, int key)
{
    static uint8_t sig[ASV_CADES_MAX_BYTES];
    const struct asv_test_file *document = asv_test_package_find(package, of);
    must(document != NULL);
    size_t len = sign_digest(sig, document->entry.sha256, key);
    struct asv_test_file *file = asv_test_package_find(package, signature);
    if (file == NULL) {
        file = asv_test_package_add(package, package->count, signature, "", 0);
    }
    asv_test_package_set(file, sig, len);
}

void asv_test_package_init(struct asv_test_package *package)
{
    package->count = 0;
    asv_test_package_add(package, 0, ASV_ASIC_MIMETYPE, ASV_ASIC_MIMETYPE_TEXT,
                         strlen(ASV_ASIC_MIMETYPE_TEXT));
    asv_test_package_add(package, 1, "data/clip.mp4", "ftypmoofmdatmoofmdat", 20);
    asv_test_package_add(package, 2, "data/bericht.pdf", "%PDF-1.7", 8);
    asv_test_package_sign(package, "data/bericht.pdf.p7s", "data/bericht.pdf", 0);
    asv_test_package_add(package, 4,
                         "data/\xc3\xbc"
                         "bersicht.txt",
                         "a\n", 2);
}

/* ---- what is behind them ---- */

static size_t next_file;

static enum asv_status first(void *ctx, struct asv_err *err)
{
    (void)ctx;
    (void)err;
    next_file = 0;
    return ASV_OK;
}

static enum asv_status next(void *ctx, struct asv_zip_entry *out, struct asv_err *err)
{
    struct asv_test_package *package = ctx;
    (void)err;
    if (next_file == package->count) {
        return ASV_E_NOT_FOUND;
    }
    *out = package->file[next_file++].entry;
    return ASV_OK;
}

static struct asv_test_file *own(struct asv_test_package *package, const char *name)
{
    struct asv_test_file *file = asv_test_package_find(package, name);
    return file != NULL ? file : asv_test_package_add(package, package->count, name, "", 0);
}

static void list(struct asv_test_package *package, const struct asv_listing_form *form)
{
    static uint8_t text[8192];
    const struct asv_entries entries = {package, first, next};
    struct asv_listing listing;
    struct asv_source source;
    size_t len = 0;
    must(asv_listing_source(&listing, form, &entries, &source, NULL) == ASV_OK && source.size <= sizeof text);
    must(source.read(source.ctx, text, sizeof text, &len, NULL) == ASV_OK && len == source.size);
    asv_test_package_set(own(package, form->name), text, len);
}

void asv_test_package_bag(struct asv_test_package *package)
{
    static const struct asv_bag_field fields[] = {{"Source-Organization", "Stadt Duisburg"}};
    static uint8_t info[ASV_BAG_INFO_BYTES];
    struct asv_bag_oxum oxum = {0, 0};
    size_t len = 0;
    for (size_t i = 0; i < package->count; i++) {
        if (asv_bag_is_payload(&package->file[i].entry)) {
            oxum.files++;
            oxum.bytes += package->file[i].entry.size;
        }
    }
    must(asv_bag_write_info(info, &len, &oxum, fields, 1, NULL) == ASV_OK);
    asv_test_package_set(own(package, ASV_BAG_DECLARATION), ASV_BAG_DECLARATION_TEXT,
                         strlen(ASV_BAG_DECLARATION_TEXT));
    asv_test_package_set(own(package, ASV_BAG_INFO), info, len);
    list(package, &asv_bag_manifest);
    list(package, &asv_bag_tag_manifest);
}

void asv_test_package_asic(struct asv_test_package *package)
{
    list(package, &asv_asic_manifest);
}

/* ---- the ZIP ---- */

static void put(struct asv_test_package *package, const void *data, size_t len)
{
    must(len <= sizeof package->bytes - package->len);
    memcpy(package->bytes + package->len, data, len);
    package->len += len;
}

void asv_test_package_build(struct asv_test_package *package)
{
    static struct asv_crc32 crc;
    uint8_t header[ASV_ZIP_HEADER_MAX_BYTES];
    struct asv_zip_end end = {.count = package->count};
    asv_crc32_init(&crc);
    package->len = 0;
    for (size_t i = 0; i < package->count; i++) {
        struct asv_test_file *file = &package->file[i];
        file->entry.offset = package->local[i] = package->len;
        file->entry.crc32 = asv_crc32(&crc, 0, file->data, (size_t)file->entry.size);
        put(package, header, asv_zip_local(header, &file->entry));
        put(package, file->data, (size_t)file->entry.size);
    }
    end.offset = package->directory = package->len;
    for (size_t i = 0; i < package->count; i++) {
        package->central[i] = package->len;
        put(package, header, asv_zip_central(header, &package->file[i].entry));
    }
    end.size = package->len - end.offset;
    package->end = package->len;
    put(package, header, asv_zip_tail(header, &end));
}

void asv_test_package_make(struct asv_test_package *package)
{
    asv_test_package_init(package);
    asv_test_package_bag(package);
    asv_test_package_asic(package);
    asv_test_package_sign(package, ASV_ASIC_SIGNATURE, ASV_ASIC_MANIFEST, 0);
    asv_test_package_build(package);
}
