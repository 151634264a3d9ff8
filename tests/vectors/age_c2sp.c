/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* The C2SP test vectors of age (CCTV, age/testdata) that are about v1 headers, X25519 stanzas and payloads.
 * Each file says what it expects; those for what is not built here are skipped by name, with the reason. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "firmware-proto/seal/age.h"
#include "tests/support/files.h"
#include "tests/support/vectors.h"
#include "tests/unit/test.h"

#define MAX_FILES      256
#define MAX_BYTES      (32u << 20)
#define MAX_IDENTITIES 4

struct vector {
    char expect[32];
    uint8_t payload[ASV_SHA256_BYTES];
    bool has_payload;
    bool armored, compressed, passphrase, other_identity;
    size_t identity_count;
    uint8_t identity[MAX_IDENTITIES][ASV_X25519_BYTES];
    uint8_t *file; /* the age file */
    size_t len;
};

static char directory[4096];
static char names[MAX_FILES][64];
static size_t name_count;

static void add_identity(struct vector *vector, const char *text)
{
    if (vector->identity_count < MAX_IDENTITIES &&
        asv_age_identity_decode(vector->identity[vector->identity_count], text, strlen(text)) == ASV_OK) {
        vector->identity_count++;
    } else {
        vector->other_identity = true; /* AGE-SECRET-KEY-PQ-1... */
    }
}

static void read_line(struct vector *vector, const char *line)
{
    if (strncmp(line, "expect: ", 8) == 0) {
        snprintf(vector->expect, sizeof vector->expect, "%s", line + 8);
    } else if (strncmp(line, "payload: ", 9) == 0) {
        vector->has_payload = true;
        for (size_t i = 0; i < ASV_SHA256_BYTES; i++) {
            char hex[3] = {line[9 + 2 * i], line[10 + 2 * i]};
            vector->payload[i] = (uint8_t)strtoul(hex, NULL, 16);
        }
    } else if (strncmp(line, "identity: ", 10) == 0) {
        add_identity(vector, line + 10);
    } else if (strncmp(line, "passphrase: ", 12) == 0) {
        vector->passphrase = true;
    } else if (strcmp(line, "armored: yes") == 0) {
        vector->armored = true;
    } else if (strcmp(line, "compressed: zlib") == 0) {
        vector->compressed = true;
    } else {
        assert_true(strncmp(line, "file key: ", 10) == 0 || strncmp(line, "comment: ", 9) == 0);
    }
}

static void load(struct vector *vector, const char *name)
{
    uint8_t *data;
    size_t len;
    memset(vector, 0, sizeof *vector);
    asv_test_read_file(directory, name, &data, &len);
    char *line = (char *)data;
    for (;;) {
        char *lf = strchr(line, '\n');
        assert_non_null(lf);
        *lf = '\0';
        if (*line == '\0') {
            line = lf + 1;
            break;
        }
        read_line(vector, line);
        line = lf + 1;
    }
    size_t left = len - (size_t)(line - (char *)data);
    vector->file = malloc(vector->compressed ? MAX_BYTES : left + 1);
    assert_non_null(vector->file);
    if (vector->compressed) {
        uLongf out = MAX_BYTES;
        assert_int_equal(uncompress(vector->file, &out, (const Bytef *)line, (uLong)left), Z_OK);
        vector->len = out;
    } else {
        memcpy(vector->file, line, left);
        vector->len = left;
    }
    free(data);
}

/* Decrypts as far as it goes; hash is of what came out. A final chunk is one that authenticates as final. */
static enum asv_status decrypt_payload(const uint8_t *in, size_t len, const uint8_t key[ASV_AEAD_KEY_BYTES],
                                       uint8_t hash[ASV_SHA256_BYTES])
{
    static uint8_t plain[ASV_CHUNK_CIPHER_BYTES];
    struct asv_sha256 state;
    enum asv_status status = ASV_E_AGAIN;
    bool final = false;
    asv_sha256_init(&state);
    for (uint64_t index = 0; !final; index++) {
        size_t chunk = len < ASV_CHUNK_CIPHER_BYTES ? len : ASV_CHUNK_CIPHER_BYTES;
        status = asv_age_chunk_decrypt(plain, in, chunk, index, false, key);
        if (status != ASV_OK) {
            final = true;
            status = asv_age_chunk_decrypt(plain, in, chunk, index, true, key);
        }
        if (status != ASV_OK) {
            break;
        }
        asv_sha256_update(&state, plain, chunk - ASV_AEAD_TAG_BYTES);
        in += chunk;
        len -= chunk;
    }
    asv_sha256_final(&state, hash);
    return status == ASV_OK && len > 0 ? ASV_E_MALFORMED : status;
}

/* The words of an "expect" line for what happened. */
static const char *decrypt(const struct vector *vector, uint8_t hash[ASV_SHA256_BYTES])
{
    struct asv_age_header header;
    uint8_t file_key[ASV_FILE_KEY_BYTES];
    uint8_t payload_key[ASV_AEAD_KEY_BYTES];
    enum asv_status status = asv_age_header_read(&header, vector->file, vector->len);
    if (status != ASV_OK) {
        return "header failure";
    }
    status = ASV_E_NOT_FOUND;
    for (size_t i = 0; i < vector->identity_count && status == ASV_E_NOT_FOUND; i++) {
        status = asv_age_header_open(file_key, &header, vector->identity[i]);
    }
    if (status == ASV_E_NOT_FOUND) {
        return "no match";
    }
    if (status == ASV_E_DIGEST) {
        return "HMAC failure";
    }
    if (status != ASV_OK || vector->len - header.text.len < ASV_NONCE_BYTES) {
        return "header failure";
    }
    const uint8_t *nonce = vector->file + header.text.len;
    asv_age_payload_key(payload_key, file_key, nonce);
    status = decrypt_payload(nonce + ASV_NONCE_BYTES, vector->len - header.text.len - ASV_NONCE_BYTES,
                             payload_key, hash);
    return status == ASV_OK ? "success" : "payload failure";
}

/* Why a vector is not for us, or NULL. */
static const char *foreign(const struct vector *vector)
{
    if (vector->armored) {
        return "ASCII armor is not read";
    }
    if (vector->passphrase && vector->identity_count == 0) {
        return "no passphrase (scrypt) recipients";
    }
    if (vector->other_identity) {
        return "no hybrid (post-quantum) identities";
    }
    return NULL;
}

static void every_vector_gives_what_it_expects(void **state)
{
    (void)state;
    size_t run = 0;
    size_t failures = 0;
    for (size_t i = 0; i < name_count; i++) {
        struct vector vector;
        uint8_t hash[ASV_SHA256_BYTES] = {0};
        load(&vector, names[i]);
        const char *why = foreign(&vector);
        if (why != NULL) {
            print_message("  skipped %s: %s\n", names[i], why);
            free(vector.file);
            continue;
        }
        const char *got = decrypt(&vector, hash);
        bool right = strcmp(got, vector.expect) == 0 &&
                     (!vector.has_payload || memcmp(hash, vector.payload, sizeof hash) == 0);
        if (!right) {
            print_message("  %s: expected %s, got %s\n", names[i], vector.expect, got);
            failures++;
        }
        run++;
        free(vector.file);
    }
    print_message("  %zu vectors run\n", run); /* S-021 */
    assert_int_equal(failures, 0);
    assert_true(run >= 53);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

int main(void)
{
    snprintf(directory, sizeof directory, "%s/age", asv_vectors_dir());
    DIR *dir = opendir(directory);
    if (dir == NULL) {
        asv_skip_program("no vectors");
    }
    for (const struct dirent *entry = readdir(dir); entry != NULL && name_count < MAX_FILES;
         entry = readdir(dir)) {
        if (entry->d_name[0] != '.' && strlen(entry->d_name) < sizeof names[0]) {
            memcpy(names[name_count++], entry->d_name, strlen(entry->d_name) + 1);
        }
    }
    closedir(dir);
    qsort(names, name_count, sizeof names[0], by_name);
    if (asv_crypto_init() != ASV_OK) {
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_vector_gives_what_it_expects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
