/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The readers of docs/PACKAGE.md. A ZIP that is taken is the one that its files make (PK-040); bag-info.txt
 * is taken in its own form only; a container's manifest in none but the right one; a signature is one, of
 * what it says.
 */
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/crypto/cades.h"
#include "server/package/bag.h"
#include "server/package/package.h"
#include "tests/support/package.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The order is that of tests/fuzz/CMakeLists.txt. */
enum target { ZIP, BAG, ASIC, SIGNATURE };

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

/* PK-042: a name is whole, and files lie one behind the other. */
static void fuzz_zip(struct asv_bytes input)
{
    static struct asv_zip_reader reader;
    const struct asv_package_input from = asv_package_input_bytes(&input);
    struct asv_fault fault = {.kind = ASV_FAULT_NONE};
    struct asv_zip_entry entry;
    uint8_t header[ASV_ZIP_HEADER_MAX_BYTES];
    uint64_t at = 0;
    enum asv_status status = asv_zip_open(&reader, &from, &fault, NULL);
    while (status == ASV_OK && (status = asv_zip_read(&reader, &entry, &fault, NULL)) == ASV_OK) {
        require(asv_package_name_is_good(asv_zip_name(&entry)) && entry.offset == at);
        const size_t len = asv_zip_local(header, &entry);
        require(memcmp(input.data + at, header, len) == 0);
        at = asv_zip_end_offset(&entry);
        require(at <= input.len);
    }
    require((fault.kind != ASV_FAULT_NONE) == (status != ASV_E_NOT_FOUND) && fault.offset <= input.len);
    asv_zip_reader_close(&reader);
}

/* Nor does a package with it: it is not what was signed. */
static void fuzz_bag(struct asv_bytes input)
{
    static const struct asv_bag_oxum oxum = {36, 4};
    size_t at = 0;
    enum asv_status status = asv_bag_check_info(input, &oxum, &at);
    require(at <= input.len && (status != ASV_OK || (at == input.len && input.data[input.len - 1] == '\n')));
}

static void fuzz_asic(struct asv_bytes input)
{
    static struct asv_test_package it;
    static struct asv_test_file right;
    static struct asv_package package;
    struct asv_fault fault;
    if (it.count == 0) {
        asv_test_package_make(&it);
        right = *asv_test_package_find(&it, "META-INF/ASiCManifest.xml");
    }
    struct asv_test_file *manifest = asv_test_package_find(&it, "META-INF/ASiCManifest.xml");
    if (input.len > sizeof manifest->data) {
        return;
    }
    asv_test_package_set(manifest, input.data, input.len);
    asv_test_package_build(&it);
    struct asv_bytes bytes = {it.bytes, it.len};
    const struct asv_package_input from = asv_package_input_bytes(&bytes);
    enum asv_status status = asv_package_open(&package, &from, NULL, NULL, &fault, NULL);
    bool same = input.len == right.entry.size && memcmp(input.data, right.data, input.len) == 0;
    require((status == ASV_OK) == same && fault.offset <= it.len);
    require(same || fault.kind == ASV_FAULT_ASIC_MANIFEST || fault.kind == ASV_FAULT_ASIC_DIGEST);
    asv_package_close(&package);
}

static void fuzz_signature(struct asv_bytes input)
{
    static uint8_t copy[ASV_CADES_MAX_BYTES];
    uint8_t content[ASV_SHA256_BYTES];
    struct asv_cades said;
    asv_sha256(content, "%PDF-1.7", 8);
    (void)!asv_cades_verify(&said, input, content, NULL);
    if (input.len <= sizeof copy) {
        size_t len = input.len;
        memcpy(copy, input.data, len);
        (void)!asv_cades_stamp_request(copy, &len, input, NULL);
        memcpy(copy, input.data, input.len);
        len = input.len;
        (void)!asv_cades_add_stamp(copy, &len, input, NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const targets[])(struct asv_bytes input) = {
        [ZIP] = fuzz_zip, [BAG] = fuzz_bag, [ASIC] = fuzz_asic, [SIGNATURE] = fuzz_signature};
    if (size > 0) {
        targets[ASV_FUZZ_PACKAGE]((struct asv_bytes){data, size});
    }
    return 0;
}
