/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * An installed camera on a flash in memory, its agency with all private keys, and the judge of what is found
 * on the flash afterwards. Anything that fails in making it aborts the test.
 */
#ifndef ASV_TESTS_SIM_CAMERA_RIG_H
#define ASV_TESTS_SIM_CAMERA_RIG_H

#include "firmware-proto/camera/device.h"
#include "firmware-proto/camera/facts.h"
#include "firmware-proto/camera/recorder.h"
#include "firmware-proto/camera/store.h"
#include "firmware-proto/seal/link.h"
#include "firmware-proto/seal/opener.h"
#include "firmware-proto/seal/verdict.h"
#include "tests/sim/flash_mem.h"
#include "tests/support/agency.h"
#include "tests/support/world.h"

#define ASV_RIG_DAYS_MAX 16
#define ASV_RIG_DAY_MS   INT64_C(86400000)
#define ASV_RIG_START_MS INT64_C(1767567600000) /* 2026-01-05 00:00 in Berlin; the test agency's day */

/* Must not be copied. */
struct asv_rig {
    struct asv_test_agency agency;
    struct asv_test_world world;
    struct asv_flash_mem flash;
    struct asv_store *store; /* NULL while the camera is off */
    struct asv_err err;
    uint8_t bulletin_data[ASV_BULLETIN_MAX_BYTES];
    size_t bulletin_len;
    struct asv_bulletin bulletin; /* decoded from bulletin_data */
};

/* A camera with 10 day keys from 2026-01-05 on and a reserve key, clock set at the installation, off. */
void asv_rig_init(struct asv_rig *rig, uint64_t seed);
void asv_rig_free(struct asv_rig *rig);

/* A bulletin of this number with these days (only dates, starts and ends are read), following the one made
 * before; keys follow from the days. Kept in rig->bulletin. */
void asv_rig_make_bulletin(struct asv_rig *rig, uint64_t number, const struct asv_bulletin_key *days,
                           uint16_t count);

/* count days of 24 h from start_ms on, the first being date. */
void asv_rig_days(struct asv_bulletin_key *days, uint16_t count, uint32_t date, int64_t start_ms);

/* Switches it on; what asv_store_open says. */
enum asv_status asv_rig_try_boot(struct asv_rig *rig);
void asv_rig_boot(struct asv_rig *rig);

/* Switches it off in good order, or as a cut leaves it; with a reboot of the flash. */
void asv_rig_shut(struct asv_rig *rig);
void asv_rig_crash(struct asv_rig *rig, enum asv_flash_mem_loss loss, uint64_t tear_seed);

/* The private half of a bulletin's key. */
void asv_rig_key(const struct asv_rig *rig, const uint8_t id[ASV_KEY_ID_BYTES], uint8_t sk[ASV_X25519_BYTES]);

/* Records a stream at full speed, in pieces of `piece` bytes, both clocks going on by step_ms with each. What
 * the first call that failed said. */
enum asv_status asv_rig_record(struct asv_rig *rig, const uint8_t *stream, size_t len, size_t piece,
                               uint64_t step_ms);

#define ASV_RIG_RECORDS_MAX 32

/* What is found of a clip by someone with all keys. */
struct asv_rig_verdict {
    size_t record_count;
    struct asv_seal_record records[ASV_RIG_RECORDS_MAX]; /* signed ones */
    size_t checkpoint_count;
    uint64_t key_offsets[256]; /* of the checkpoints; that a moof is there, and signed, is asserted */
    struct asv_verdict verdict;
    struct asv_seal_result seal;
    size_t plain_len; /* opened, up to the last checkpoint; padding included */
    uint8_t *plain;   /* heap */
    bool has_link;
    struct asv_link link;
};

/* Reads clip number from the flash and judges it as dock and keeper would: seal, chunks, key, commitment,
 * disclosure, link. Asserts that whatever is signed also opens. False when there is no such clip. */
bool asv_rig_judge(struct asv_rig *rig, uint64_t number, struct asv_rig_verdict *out);
void asv_rig_verdict_free(struct asv_rig_verdict *verdict);

/* All clips there are: numbers from 1 without gaps, each header naming the final digest of the one before,
 * each VALID or TRUNCATED, with a link of its own. Returns their number. */
uint64_t asv_rig_judge_all(struct asv_rig *rig);

/* A configuration and an assignment of the agency's dock, as bytes; len. */
size_t asv_rig_configuration(struct asv_rig *rig, uint64_t number, uint32_t pre_roll_ms,
                             uint32_t checkpoint_ms, uint8_t out[ASV_CONFIGURATION_MAX_BYTES]);
size_t asv_rig_assignment(struct asv_rig *rig, uint64_t number, const char *unit, const char *area,
                          uint8_t out[ASV_ASSIGNMENT_MAX_BYTES]);
size_t asv_rig_revocations(struct asv_rig *rig, uint64_t number, const uint8_t serial[ASV_CERT_SERIAL_BYTES],
                           uint8_t out[1024]);

/* Entries of the device log of this kind; the value of the last of them (may be NULL). */
size_t asv_rig_log_count(struct asv_rig *rig, uint16_t kind, uint8_t value[ASV_DEVLOG_VALUE_MAX],
                         size_t *value_len);

/* A dock's STORED receipt for what the camera holds of this clip, signed and decoded; views into data. */
struct asv_rig_receipt {
    uint8_t data[ASV_RECEIPT_MAX_BYTES];
    size_t len;
    struct asv_receipt receipt;
};
void asv_rig_receipt(struct asv_rig *rig, uint64_t number, struct asv_rig_receipt *out);

/* Encodes, signs and decodes it anew, after fields were changed. */
enum asv_status asv_rig_receipt_sign(struct asv_rig *rig, struct asv_rig_receipt *receipt);

/* The keeper's statement for what the camera holds of this clip. */
struct asv_rig_statement {
    uint8_t data[ASV_DESTRUCTION_MAX_BYTES];
    size_t len;
    struct asv_destruction statement;
};
void asv_rig_statement(struct asv_rig *rig, uint64_t number, struct asv_rig_statement *out);
enum asv_status asv_rig_statement_sign(struct asv_rig *rig, struct asv_rig_statement *statement);

/* Hands a receipt to the device until it is done with it; the record in out[ASV_ERASURE_MAX_BYTES]. */
enum asv_status asv_rig_give_receipt(struct asv_rig *rig, const struct asv_rig_receipt *receipt, uint8_t *out,
                                     size_t *len);
enum asv_status asv_rig_give_statement(struct asv_rig *rig, const struct asv_rig_statement *statement,
                                       uint8_t *out, size_t *len);

/* The plaintext of all clips of the rig put together as the recording that they were cut from, padding and
 * repeated init removed; compared with stream[len]: true when it is a prefix. *got is its length. */
bool asv_rig_is_prefix(struct asv_rig *rig, const uint8_t *stream, size_t len, size_t *got);

#endif
