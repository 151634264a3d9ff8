/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Files of public test vectors: in $ASV_VECTORS, or in ../shared/vectors beside the source tree. A test whose
 * vectors are not there says so and counts as skipped, never as passed.
 */
#ifndef ASV_TESTS_SUPPORT_VECTORS_H
#define ASV_TESTS_SUPPORT_VECTORS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/* The folder of all vectors; ends the program as skipped when it is not there. */
const char *asv_vectors_dir(void);

/* A JSON file in it, such as "ed25519/ed25519vectors.json"; ends the program as skipped when it is not there
 * and as failed when it is not JSON. The caller's, with json_decref. */
json_t *asv_vectors_load(const char *name);

struct asv_vector_bytes {
    size_t len;
    uint8_t data[8192];
};

/* The hexadecimal string member key of object. Aborts when it is missing, odd, no hex or too long. */
void asv_vector_hex(struct asv_vector_bytes *out, const json_t *object, const char *key);

/* Whether the array member "flags" of object has this string. */
int asv_vector_flag(const json_t *object, const char *flag);

#endif
