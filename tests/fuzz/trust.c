/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * One decoder of TRUST.md; the build sets ASV_FUZZ_SAMPLE to its index in asv_samples. What decodes must
 * encode to the same body again, and nothing that a fuzzer makes verifies, unless it is the sample itself.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/support/samples.h"

#define SAMPLE_CERT          0
#define SAMPLE_REVOCATIONS   1
#define SAMPLE_BULLETIN      2
#define SAMPLE_RECEIPT       3
#define SAMPLE_DESTRUCTION   4
#define SAMPLE_ERASURE       5
#define SAMPLE_CONFIGURATION 6
#define SAMPLE_ASSIGNMENT    7
#define SAMPLE_ENROLMENT     8
#define SAMPLE_DAY_END       9
#define SAMPLE_RULING        10
#define SAMPLE_INVENTORY     11

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Encodes again with the sample's key: ASV_OK and the object's bytes when it decodes. */
static enum asv_status again(const uint8_t *data, size_t size, struct asv_writer *writer, const uint8_t *sk)
{
    enum asv_status status;
#if ASV_FUZZ_SAMPLE == SAMPLE_CERT
    struct asv_cert out;
    status = asv_cert_decode(&out, data, size, NULL);
    return status == ASV_OK ? asv_cert_encode(writer, &out, sk) : status;
#elif ASV_FUZZ_SAMPLE == SAMPLE_REVOCATIONS
    struct asv_revocations out;
    status = asv_revocations_decode(&out, data, size, NULL);
    if (status == ASV_OK && asv_revocations_contain(&out, out.signer.serial) && out.count == 0) {
        abort();
    }
    return status == ASV_OK ? asv_revocations_encode(writer, &out, sk) : status;
#elif ASV_FUZZ_SAMPLE == SAMPLE_BULLETIN
    struct asv_bulletin out;
    struct asv_bulletin_key keys[ASV_BULLETIN_MAX_KEYS];
    struct asv_bulletin_key found;
    status = asv_bulletin_decode(&out, data, size, NULL);
    if (status != ASV_OK) {
        return status;
    }
    for (uint16_t i = 0; i < out.key_count; i++) {
        asv_bulletin_key_at(&out, i, &keys[i]);
        asv_bulletin_choose(&out, keys[i].start_ms, ASV_TIME_UNKNOWN, &found);
        if (found.date != keys[i].date) {
            abort();
        }
    }
    return asv_bulletin_encode(writer, &out, keys, sk);
#elif ASV_FUZZ_SAMPLE == SAMPLE_RECEIPT
    struct asv_receipt out;
    status = asv_receipt_decode(&out, data, size, NULL);
    return status == ASV_OK ? asv_receipt_encode(writer, &out, sk) : status;
#elif ASV_FUZZ_SAMPLE == SAMPLE_DESTRUCTION
    struct asv_destruction out;
    status = asv_destruction_decode(&out, data, size, NULL);
    return status == ASV_OK ? asv_destruction_encode(writer, &out, sk) : status;
#elif ASV_FUZZ_SAMPLE == SAMPLE_ERASURE
    struct asv_erasure out;
    status = asv_erasure_decode(&out, data, size, NULL);
    return status == ASV_OK ? asv_erasure_encode(writer, &out, sk) : status;
#elif ASV_FUZZ_SAMPLE == SAMPLE_CONFIGURATION
    struct asv_configuration out;
    status = asv_configuration_decode(&out, data, size, NULL);
    return status == ASV_OK ? asv_configuration_encode(writer, &out, sk) : status;
#elif ASV_FUZZ_SAMPLE == SAMPLE_ASSIGNMENT
    struct asv_assignment out;
    status = asv_assignment_decode(&out, data, size, NULL);
    return status == ASV_OK ? asv_assignment_encode(writer, &out, sk) : status;
#elif ASV_FUZZ_SAMPLE == SAMPLE_ENROLMENT
    struct asv_enrolment out;
    status = asv_enrolment_decode(&out, data, size, NULL);
    memcpy(out.signing_pk, sk + ASV_ED25519_SEED_BYTES, sizeof out.signing_pk);
    return status == ASV_OK ? asv_enrolment_encode(writer, &out, sk) : status;
#elif ASV_FUZZ_SAMPLE == SAMPLE_DAY_END
    struct asv_day_end out;
    status = asv_day_end_decode(&out, data, size, NULL);
    if (status == ASV_OK && asv_day_end_open(&out) > out.slot_count) {
        abort();
    }
    return status == ASV_OK ? asv_day_end_encode(writer, &out, sk) : status;
#elif ASV_FUZZ_SAMPLE == SAMPLE_RULING
    struct asv_ruling out;
    status = asv_ruling_decode(&out, data, size, NULL);
    if (status == ASV_OK && (out.verdict == ASV_RULING_TAKEN) != (out.status == ASV_OK)) {
        abort();
    }
    return status == ASV_OK ? asv_ruling_encode(writer, &out, sk) : status;
#elif ASV_FUZZ_SAMPLE == SAMPLE_INVENTORY
    struct asv_inventory out;
    status = asv_inventory_decode(&out, data, size, NULL);
    return status == ASV_OK ? asv_inventory_encode(writer, &out, sk) : status;
#else
#error "ASV_FUZZ_SAMPLE is none of these"
#endif
}

/* Encoders write the signer's own key in here. */
static bool encoder_decides(size_t at, size_t size)
{
    (void)at;
    (void)size;
#if ASV_FUZZ_SAMPLE == SAMPLE_CERT
    return at >= 23 && at < 23 + ASV_SHA256_BYTES; /* the issuer */
#elif ASV_FUZZ_SAMPLE == SAMPLE_ENROLMENT
    return true;
#else
    return false;
#endif
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t buffer[ASV_REVOCATIONS_MAX_BYTES + 1024];
    const struct asv_sample *sample = &asv_samples()->samples[ASV_FUZZ_SAMPLE];
    struct asv_writer writer;
    struct asv_err err = {0};

    asv_writer_init(&writer, buffer, sizeof buffer);
    enum asv_status status = again(data, size, &writer, sample->sk);
    if (status == ASV_OK) {
        if (writer.len != size) {
            abort();
        }
        for (size_t i = 0; i < size - ASV_SIGNATURE_FIELD_BYTES; i++) {
            if (buffer[i] != data[i] && !encoder_decides(i, size)) {
                abort();
            }
        }
    } else if (status == ASV_E_USAGE || sample->decode(data, size, &err) != status || err.text[0] == '\0') {
        abort(); /* encoder and decoder disagree, or a refusal without a reason */
    }
    if (sample->verify(data, size, NULL) == ASV_OK &&
        (size != sample->len || memcmp(data, sample->data, size) != 0)) {
        abort();
    }
    return 0;
}
