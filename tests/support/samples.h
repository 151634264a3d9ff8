/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * One valid object of each kind in TRUST.md, made by the test agency of seed 1: what the rules common to all
 * objects are tested on, what the golden vectors hold and what the fuzz corpora begin with.
 */
#ifndef ASV_TESTS_SUPPORT_SAMPLES_H
#define ASV_TESTS_SUPPORT_SAMPLES_H

#include "firmware-proto/trust/assignment.h"
#include "firmware-proto/trust/bulletin.h"
#include "firmware-proto/trust/configuration.h"
#include "firmware-proto/trust/day_end.h"
#include "firmware-proto/trust/destruction.h"
#include "firmware-proto/trust/enrolment.h"
#include "firmware-proto/trust/erasure.h"
#include "firmware-proto/trust/inventory.h"
#include "firmware-proto/trust/receipt.h"
#include "firmware-proto/trust/revocations.h"
#include "firmware-proto/trust/ruling.h"
#include "tests/support/agency.h"

#define ASV_SAMPLE_MAX_BYTES 4096
#define ASV_SAMPLE_DAYS      3

struct asv_sample {
    const char *name; /* "receipt": of its golden vector and of its fuzz target's corpus */
    enum asv_purpose purpose;
    const uint8_t *sk; /* who signs it */
    size_t limit;      /* its documented maximum */
    uint8_t data[ASV_SAMPLE_MAX_BYTES];
    size_t len;
    enum asv_status (*decode)(const void *data, size_t len, struct asv_err *err);
    /* Decodes and verifies as its receiver would, against the agency of asv_samples. */
    enum asv_status (*verify)(const void *data, size_t len, struct asv_err *err);
};

#define ASV_SAMPLE_COUNT 12

/* Made once; the agency, the structs the samples were encoded from, and the samples. */
struct asv_samples {
    struct asv_test_agency agency;
    struct asv_cert cert;
    struct asv_revocations revocations;
    struct asv_bulletin bulletin;
    struct asv_bulletin_key days[ASV_SAMPLE_DAYS]; /* 2026-03-28 .. 30 in Berlin: the second has 23 hours */
    struct asv_receipt receipt;
    struct asv_destruction destruction;
    struct asv_erasure erasure;
    struct asv_configuration configuration;
    struct asv_assignment assignment;
    struct asv_enrolment enrolment;
    struct asv_day_end day_end;
    struct asv_ruling ruling;
    struct asv_inventory inventory;
    struct asv_sample samples[ASV_SAMPLE_COUNT];
};

const struct asv_samples *asv_samples(void);

#endif
