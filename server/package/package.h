/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A carrier that is read, for whoever checks one (docs/PACKAGE.md 5): that it is a package and nothing else,
 * whole, and signed, with the first thing that is not so. What the files in it prove is for others to say.
 */
#ifndef ASV_SERVER_PACKAGE_PACKAGE_H
#define ASV_SERVER_PACKAGE_PACKAGE_H

#include "firmware-proto/crypto/cades.h"
#include "server/package/listing.h"
#include "server/package/zip_read.h"

#define ASV_PACKAGE_NAMES_BYTES (16 << 20) /* all names together; bounds what a reader remembers */

struct asv_package_row {
    uint64_t offset, size;
    uint32_t name_at, crc32;
    uint8_t sha256[ASV_SHA256_BYTES];
};

struct asv_package {
    struct asv_zip_reader zip;
    struct asv_package_row *rows; /* heap; the files in their order */
    size_t count, cap;
    char *names; /* heap; each ends with a NUL */
    size_t names_len, names_cap;
    size_t next; /* of asv_package_entries */

    /* What was found, when it was opened. */
    uint64_t payload_files, payload_bytes;
    uint32_t documents; /* signed on their own */
    uint32_t stamped;   /* of them and the package, those with a time stamp */
    struct asv_cades signature;
    int64_t signed_s[2]; /* first and last of all, as the signer says */
};

/* Reads all of it, checks all of it. signer: SHA-256 of the certificate (DER) that must have signed the
 * package and every document; NULL: all by the same one, whosever it is. What is wrong is in fault, and its
 * status is returned; ASV_E_NO_MEMORY. The input must outlive the package. watch: who reads along; NULL:
 * nobody. */
ASV_MUST_CHECK enum asv_status asv_package_open(struct asv_package *package,
                                                const struct asv_package_input *input, const uint8_t *signer,
                                                const struct asv_zip_watch *watch, struct asv_fault *fault,
                                                struct asv_err *err);

/* Nothing is fine. */
void asv_package_close(struct asv_package *package);

/* The files in their order. */
void asv_package_entry(const struct asv_package *package, size_t i, struct asv_zip_entry *out);
struct asv_entries asv_package_entries(struct asv_package *package);

/* The whole of a small file into out[cap], the same bytes as when it was checked: ASV_E_DIGEST otherwise.
 * ASV_E_LIMIT above cap. */
ASV_MUST_CHECK enum asv_status asv_package_load(const struct asv_package *package,
                                                const struct asv_zip_entry *entry, uint8_t *out, size_t cap,
                                                struct asv_err *err);

#endif
