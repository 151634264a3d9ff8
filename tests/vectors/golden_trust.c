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
    asv_golden_seed("trust_certificate", "root", agency->root.cert_data,
                    agency->root.cert.object.encoded.len);
    asv_golden_seed("trust_certificate", "ca", agency->ca.cert_data, agency->ca.cert.object.encoded.len);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_object_keeps_its_bytes),
        cmocka_unit_test(every_golden_object_verifies),
        cmocka_unit_test(chains_keep_their_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
