/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The bytes of TRUST.md's objects: what was signed once must verify for ever.
 */
#include <stdio.h>
#include <string.h>

#include "tests/support/golden.h"
#include "tests/support/samples.h"
#include "tests/unit/test.h"

static void every_object_keeps_its_bytes(void **state)
{
    (void)state;
    const struct asv_samples *samples = asv_samples();
    for (size_t i = 0; i < ASV_SAMPLE_COUNT; i++) {
        const struct asv_sample *sample = &samples->samples[i];
        char name[64];
        char about[128];
        snprintf(name, sizeof name, "trust-%s", sample->name);
        snprintf(about, sizeof about, "TRUST.md: %s, as tests/support/samples.c fills it", sample->name);
        asv_golden_check(name, about, sample->data, sample->len);
        snprintf(name, sizeof name, "trust_%s", sample->name);
        asv_golden_seed(name, "sample", sample->data, sample->len);
    }
}

/* Read from the files, so that this holds when encoders change too. */
static void every_golden_object_verifies(void **state)
{
    (void)state;
    const struct asv_samples *samples = asv_samples();
    for (size_t i = 0; i < ASV_SAMPLE_COUNT; i++) {
        const struct asv_sample *sample = &samples->samples[i];
        uint8_t data[ASV_SAMPLE_MAX_BYTES];
        char name[64];
        snprintf(name, sizeof name, "trust-%s", sample->name);
        size_t len = asv_golden_load(name, data, sizeof data);
        assert_int_equal(sample->verify(data, len, NULL), ASV_OK);
    }
}

static void chains_keep_their_bytes(void **state)
{
    (void)state;
    const struct asv_test_agency *agency = &asv_samples()->agency;
    static const char about[] = "TRUST.md: a chain, made by tests/support/agency.c with seed 1";
    asv_golden_check("trust-chain-camera", about, agency->camera.chain_data,
                     agency->camera.chain.encoded.len);
    asv_golden_check("trust-chain-dock", about, agency->dock.chain_data, agency->dock.chain.encoded.len);
    asv_golden_check("trust-chain-keeper", about, agency->keeper.chain_data,
                     agency->keeper.chain.encoded.len);
    asv_golden_seed("trust_chain", "camera", agency->camera.chain_data, agency->camera.chain.encoded.len);
    asv_golden_seed("trust_chain", "keeper", agency->keeper.chain_data, agency->keeper.chain.encoded.len);
    for (unsigned i = 0; i < 2; i++) {
        static const char *const names[] = {"trust-chain-ledger", "trust-chain-package"};
        uint8_t data[ASV_CHAIN_MAX_BYTES];
        struct asv_cert cert = asv_test_cert(i == 0 ? ASV_ROLE_LEDGER : ASV_ROLE_PACKAGE);
        memset(i == 0 ? cert.signing_pk : cert.x509, 0x5a, 32);
        size_t len = asv_test_certify(data, &cert, &agency->ca);
        asv_golden_check(names[i], about, data, len);
        asv_golden_seed("trust_chain", names[i] + sizeof "trust-chain", data, len);
    }
    asv_golden_seed("trust_certificate", "root", agency->root.cert_data,
                    agency->root.cert.object.encoded.len);
    asv_golden_seed("trust_certificate", "ca", agency->ca.cert_data, agency->ca.cert.object.encoded.len);
}

/* The lines of section 14 that begin with four blanks: hexadecimal digits, then two blanks and words. */
static void the_specifications_example_is_the_golden_vector(void **state)
{
    (void)state;
    uint8_t want[ASV_SAMPLE_MAX_BYTES];
    char got[2 * ASV_SAMPLE_MAX_BYTES + 1] = "";
    char line[256];
    char hex[3];
    size_t got_len = 0;
    bool there = false;
    FILE *file = fopen(ASV_SOURCE_DIR "/firmware-proto/trust/TRUST.md", "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        there |= strncmp(line, "## 14.", 6) == 0;
        if (there && strncmp(line, "    ", 4) == 0) {
            size_t digits = strspn(line + 4, "0123456789abcdef");
            assert_true(got_len + digits < sizeof got);
            memcpy(got + got_len, line + 4, digits);
            got_len += digits;
        }
    }
    fclose(file);
    size_t len = asv_golden_load("trust-assignment", want, sizeof want);
    assert_int_equal(got_len, 2 * len);
    for (size_t i = 0; i < len; i++) {
        snprintf(hex, sizeof hex, "%02x", want[i]);
        assert_memory_equal(got + 2 * i, hex, 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_object_keeps_its_bytes),
        cmocka_unit_test(every_golden_object_verifies),
        cmocka_unit_test(chains_keep_their_bytes),
        cmocka_unit_test(the_specifications_example_is_the_golden_vector),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
