/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/support/vectors.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SKIPPED 77 /* what ctest counts as skipped */

static void skip(const char *path)
{
    printf("skipped: no vectors (%s)\n", path);
    exit(SKIPPED);
}

const char *asv_vectors_dir(void)
{
    const char *dir = getenv("ASV_VECTORS");
    if (dir == NULL || *dir == '\0') {
        dir = ASV_SOURCE_DIR "/../shared/vectors";
    }
    if (access(dir, R_OK) != 0) {
        skip(dir);
    }
    return dir;
}

json_t *asv_vectors_load(const char *name)
{
    char path[4096];
    json_error_t error;
    snprintf(path, sizeof path, "%s/%s", asv_vectors_dir(), name);
    if (access(path, R_OK) != 0) {
        skip(path);
    }
    json_t *json = json_load_file(path, 0, &error);
    if (json == NULL) {
        fprintf(stderr, "%s:%d: %s\n", path, error.line, error.text);
        exit(1);
    }
    return json;
}

void asv_vector_hex(struct asv_vector_bytes *out, const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    const char *end = NULL;
    if (text == NULL ||
        sodium_hex2bin(out->data, sizeof out->data, text, strlen(text), NULL, &out->len, &end) != 0 ||
        *end != '\0') {
        fprintf(stderr, "vector: %s is no hexadecimal string\n", key);
        abort();
    }
}

int asv_vector_flag(const json_t *object, const char *flag)
{
    size_t i;
    json_t *value;
    json_array_foreach(json_object_get(object, "flags"), i, value)
    {
        if (strcmp(json_string_value(value), flag) == 0) {
            return 1;
        }
    }
    return 0;
}
