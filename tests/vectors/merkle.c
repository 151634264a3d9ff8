/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The inclusion and consistency vectors of transparency-dev/merkle.
 */
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "firmware-proto/seal/base64.h"
#include "server/ledger/proof.h"
#include "tests/support/vectors.h"
#include "tests/unit/test.h"

/* We say, as tlog-witness does, that any tree extends the empty one, and that the proof of it is empty; the
 * vectors say that this is not worth a proof. Whatever else they refuse, we refuse. */
static const char taken_by_us[] = "size1-is-zero-and-size2-is-not-zero.json";

static unsigned right, wrong; /* vectors seen, by what they want */

static bool decode(const json_t *value, uint8_t *out, size_t cap, size_t *len)
{
    const char *text = json_string_value(value);
    return text != NULL &&
           asv_base64_padded_decode(out, cap, len, (struct asv_bytes){(const uint8_t *)text, strlen(text)}) ==
               ASV_OK;
}

/* Some roots and leaves are words, where only whether they are the same counts: their hashes stand for them.
 * Some are empty: false, as no call of ours can say that. */
static bool root_of(const json_t *object, const char *key, uint8_t out[ASV_SHA256_BYTES])
{
    uint8_t data[64];
    size_t len = 0;
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_null(value) || decode(value, data, sizeof data, &len));
    if (len == ASV_SHA256_BYTES) {
        memcpy(out, data, len);
    } else {
        asv_sha256(out, data, len);
    }
    return len > 0;
}

static bool proof_of(const json_t *object, struct asv_proof *out)
{
    const json_t *hashes = json_object_get(object, "proof");
    bool good = json_array_size(hashes) <= ASV_PROOF_HASHES_MAX;
    out->count = good ? json_array_size(hashes) : 0;
    for (size_t i = 0; i < out->count; i++) {
        size_t len = 0;
        good = decode(json_array_get(hashes, i), out->hash[i], ASV_SHA256_BYTES, &len) &&
               len == ASV_SHA256_BYTES && good;
    }
    return good;
}

/* Sizes are numbers of 64 bits without sign; what jansson cannot read is loaded as a real. */
static uint64_t number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_number(value));
    return json_is_integer(value) ? (uint64_t)json_integer_value(value) : UINT64_MAX;
}

static bool inclusion(const json_t *vector)
{
    struct asv_proof proof;
    struct asv_tree_head head = {.size = number(vector, "treeSize")};
    uint8_t leaf[ASV_SHA256_BYTES];
    return root_of(vector, "root", head.root) && root_of(vector, "leafHash", leaf) &&
           proof_of(vector, &proof) &&
           asv_proof_check_inclusion(&proof, number(vector, "leafIdx"), leaf, &head, NULL) == ASV_OK;
}

static bool consistency(const json_t *vector)
{
    struct asv_proof proof;
    struct asv_tree_head old_head = {.size = number(vector, "size1")};
    struct asv_tree_head new_head = {.size = number(vector, "size2")};
    return root_of(vector, "root1", old_head.root) && root_of(vector, "root2", new_head.root) &&
           proof_of(vector, &proof) &&
           asv_proof_check_consistency(&proof, &old_head, &new_head, NULL) == ASV_OK;
}

static int check_file(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    size_t len = strlen(path);
    if (kind != FTW_F || len < 5 || strcmp(path + len - 5, ".json") != 0) {
        return 0;
    }
    json_t *vector = json_load_file(path, 0, NULL);
    if (vector == NULL) { /* a size above 2^63 - 1 */
        vector = json_load_file(path, JSON_DECODE_INT_AS_REAL, NULL);
    }
    assert_non_null(vector);
    bool want =
        json_is_false(json_object_get(vector, "wantErr")) || strcmp(path + at->base, taken_by_us) == 0;
    bool got = json_object_get(vector, "leafIdx") != NULL ? inclusion(vector) : consistency(vector);
    json_decref(vector);
    right += want ? 1 : 0;
    wrong += want ? 0 : 1;
    if (got != want) {
        print_error("%s: %s\n", path, got ? "was taken" : "was refused");
    }
    return got == want ? 0 : 1;
}

static void every_vector_is_judged_as_it_says(void **state)
{
    (void)state;
    char dir[4096];
    snprintf(dir, sizeof dir, "%s/merkle", asv_vectors_dir());
    if (access(dir, R_OK) != 0) {
        asv_skip_program("no vectors");
    }
    assert_int_equal(nftw(dir, check_file, 8, FTW_PHYS), 0);
    print_message("%u that verify, %u that do not\n", right, wrong);
    assert_true(right > 0 && wrong > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_vector_is_judged_as_it_says)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
