/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * C2SP/CCTV ed25519: signatures on which implementations differ. firmware-proto/crypto/README.md states the
 * choice; here it is the table.
 */
#include <string.h>

#include "firmware-proto/crypto/crypto.h"
#include "tests/support/vectors.h"
#include "tests/unit/test.h"

static const struct choice {
    const char *flag;
    bool refused; /* whether a signature with this flag is refused, whatever else it has */
} choices[] = {
    {"low_order_A", true},            /* small-order public key */
    {"low_order_R", true},            /* small-order R */
    {"non_canonical_A", true},        /* y >= p, or the sign bit of x = 0, in the public key */
    {"non_canonical_R", true},        /* the same in R */
    {"low_order_residue", true},      /* verifies only when multiplied by the cofactor */
    {"reencoded_k", true},            /* verifies only when k hashes the canonical encodings */
    {"low_order_component_A", false}, /* a public key of mixed order */
    {"low_order_component_R", false}, /* an R of mixed order */
};

#define CHOICES (sizeof choices / sizeof *choices)

static void every_edge_case_is_decided_as_stated(void **state)
{
    (void)state;
    static struct asv_vector_bytes key;
    static struct asv_vector_bytes sig;
    size_t seen[CHOICES] = {0};
    size_t accepted[CHOICES] = {0};
    size_t i;
    json_t *test;
    json_t *file = asv_vectors_load("ed25519/ed25519vectors.json");
    json_array_foreach(file, i, test)
    {
        const char *msg = json_string_value(json_object_get(test, "msg"));
        size_t flags_known = 0;
        bool refused = false;
        asv_vector_hex(&key, test, "key");
        asv_vector_hex(&sig, test, "sig");
        assert_true(msg != NULL && key.len == 32 && sig.len == 64);
        bool ok = asv_ed25519_verify(sig.data, msg, strlen(msg), key.data) == ASV_OK;
        for (size_t c = 0; c < CHOICES; c++) {
            if (asv_vector_flag(test, choices[c].flag)) {
                flags_known++;
                seen[c]++;
                accepted[c] += ok;
                refused |= choices[c].refused;
            }
        }
        assert_int_equal(flags_known, json_array_size(json_object_get(test, "flags")));
        assert_int_equal(ok, !refused);
    }
    for (size_t c = 0; c < CHOICES; c++) { /* both kinds of choice were put to the test */
        assert_true(seen[c] > 0);
        assert_int_equal(accepted[c] == 0, choices[c].refused);
    }
    json_decref(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_edge_case_is_decided_as_stated),
    };
    return asv_crypto_init() == ASV_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
