/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Day statements (TRUST.md 13): the keys of a local day are destroyed, and which master slots have confirmed
 * that. Signed by the keeper under ASV_PURPOSE_DAY_END.
 */
#ifndef ASV_TRUST_DAY_END_H
#define ASV_TRUST_DAY_END_H

#include "firmware-proto/trust/chain.h"

#define ASV_DAY_END_MAX_BYTES 3072
#define ASV_DAY_END_SLOTS_MAX 8

/* A place that the key to the day's keys could still be read from. */
struct asv_day_end_slot {
    uint8_t id[ASV_UUID_BYTES];
    uint8_t kind;    /* 1 file, 2 TPM, 0 not in use any more */
    bool effaceable; /* what was overwritten there is gone for good */
    uint64_t epoch;  /* of the last master that it confirmed to hold alone; of this one: nothing in it opens
                      * the  day's keys */
};

struct asv_day_end {
    uint8_t agency[ASV_SHA256_BYTES];
    uint8_t store[ASV_UUID_BYTES];
    uint32_t date;   /* local, yyyymmdd */
    int64_t due_ms;  /* when the keys of that day were to be destroyed */
    uint64_t epoch;  /* of the keeper's master: none before it opens anything */
    uint16_t copies; /* of keys of that day, which holds before docking keep */
    uint8_t slot_count;
    struct asv_day_end_slot slots[ASV_DAY_END_SLOTS_MAX];
    int64_t issued_ms;
    struct asv_chain keeper;     /* encode: only keeper.encoded is read */
    struct asv_bytes extensions; /* view; encode: len 0 for none */
    struct asv_object object;    /* views; set by decode, ignored by encode */
};

ASV_MUST_CHECK enum asv_status asv_day_end_encode(struct asv_writer *writer,
                                                  const struct asv_day_end *statement,
                                                  const uint8_t sk[ASV_ED25519_SK_BYTES]);

/* Reads exactly data[len]; no signature is checked. out views into data. Errors as asv_cert_decode. */
ASV_MUST_CHECK enum asv_status asv_day_end_decode(struct asv_day_end *out, const void *data, size_t len,
                                                  struct asv_err *err);

/* ASV_E_UNTRUSTED for another agency's; as asv_chain_verify for the keeper's chain; ASV_E_SIGNATURE. */
ASV_MUST_CHECK enum asv_status asv_day_end_verify(const struct asv_day_end *statement,
                                                  const uint8_t root_pk[ASV_ED25519_PK_BYTES], int64_t now_ms,
                                                  const struct asv_revocations *revocations,
                                                  struct asv_err *err);

/* How many slots have not confirmed: they may still open the day's keys. */
unsigned asv_day_end_open(const struct asv_day_end *statement);

#endif
