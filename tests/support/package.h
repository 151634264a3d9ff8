/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Packages in memory, piece by piece, so that a test can make any of them wrong. Anything that fails aborts.
 */
#ifndef ASV_TESTS_SUPPORT_PACKAGE_H
#define ASV_TESTS_SUPPORT_PACKAGE_H

#include <stdbool.h>

#include "server/package/zip.h"

#define ASV_TEST_PACKAGE_FILES 24
#define ASV_TEST_PACKAGE_BYTES 65536

struct asv_test_file {
    struct asv_zip_entry entry; /* offset, size, digests: as of the last asv_test_package_build */
    uint8_t data[8192];
};

struct asv_test_package {
    struct asv_test_file file[ASV_TEST_PACKAGE_FILES];
    size_t count;
    uint8_t bytes[ASV_TEST_PACKAGE_BYTES];
    size_t len;
    size_t local[ASV_TEST_PACKAGE_FILES], central[ASV_TEST_PACKAGE_FILES], directory,
        end; /* where they begin */
};

/* The digest (SHA-256) of the certificate of one of two signers. */
const uint8_t *asv_test_package_signer(int key);

/* mimetype, a recording, a signed document, a text; nothing behind them yet. */
void asv_test_package_init(struct asv_test_package *package);

/* Adds a file behind the others, or at a place in front of one. */
struct asv_test_file *asv_test_package_add(struct asv_test_package *package, size_t at, const char *name,
                                           const void *data, size_t len);
void asv_test_package_remove(struct asv_test_package *package, const char *name);

/* NULL: not there. */
struct asv_test_file *asv_test_package_find(struct asv_test_package *package, const char *name);
size_t asv_test_package_index(struct asv_test_package *package, const char *name);
void asv_test_package_set(struct asv_test_file *file, const void *data, size_t len);

/* Makes, or makes again, the bag's files; the container's manifest; its signature by a key. */
void asv_test_package_bag(struct asv_test_package *package);
void asv_test_package_asic(struct asv_test_package *package);
void asv_test_package_sign(struct asv_test_package *package, const char *signature, const char *of, int key);

/* The ZIP, as a package has it. */
void asv_test_package_build(struct asv_test_package *package);

/* All of it. */
void asv_test_package_make(struct asv_test_package *package);

#endif
