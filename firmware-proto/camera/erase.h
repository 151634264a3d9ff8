/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Erasing a clip so that a power cut leaves it either untouched or erased and proven:
 *
 *     1. erase/NUMBER is written: from now on the clip is not held any more, whatever happens
 *     2. its files are overwritten and synced, and their blocks discarded where the medium can; erase/NUMBER
 * notes how far that succeeded
 *     3. the files are unlinked, the directory removed, and that synced
 *     4. the signed record is written to erased/NUMBER, and erase/NUMBER removed
 *     5. a dock acknowledges the record: erased/NUMBER is removed
 *
 * Boot finishes what it finds between 1 and 4. The record exists only when nothing of the clip does.
 */
#ifndef ASV_CAMERA_ERASE_H
#define ASV_CAMERA_ERASE_H

#include "firmware-proto/camera/store.h"
#include "firmware-proto/trust/erasure.h"

#define ASV_STORE_ERASE_STEP_BYTES 16777216 /* overwritten in one call: a tenth of a second on eMMC */

/* Decides an erasure: step 1. The clip is no longer found afterwards. ASV_E_NOT_FOUND; ASV_E_BUSY while it is
 * being recorded, or another erasure is not finished. */
ASV_MUST_CHECK enum asv_status asv_store_erase_begin(struct asv_store *store, uint64_t number, uint8_t cause,
                                                     const uint8_t cause_digest[ASV_SHA256_BYTES],
                                                     struct asv_err *err);

/* Goes on with the erasure that was decided; ASV_E_AGAIN until it is finished, ASV_OK also when there is
 * none. */
ASV_MUST_CHECK enum asv_status asv_store_erase_step(struct asv_store *store, struct asv_err *err);

/* Finishes all erasures that were decided. At boot. */
ASV_MUST_CHECK enum asv_status asv_store_erase_resume(struct asv_store *store, struct asv_err *err);

/* The clip whose erasure was decided and is not finished; 0 for none. */
uint64_t asv_store_erase_pending(const struct asv_store *store);

/* The record of an erased clip, out[cap >= ASV_ERASURE_MAX_BYTES]. ASV_E_NOT_FOUND. */
ASV_MUST_CHECK enum asv_status asv_store_erase_record(const struct asv_store *store, uint64_t number,
                                                      uint8_t *out, size_t cap, size_t *len);

/* The number of the index-th (from 0) erased clip whose record no dock has acknowledged, lowest number first.
 * ASV_E_NOT_FOUND behind the last. */
ASV_MUST_CHECK enum asv_status asv_store_erase_at(const struct asv_store *store, uint32_t index,
                                                  uint64_t *number);
ASV_MUST_CHECK enum asv_status asv_store_erase_count(const struct asv_store *store, uint32_t *count);

/* A dock holds the record with this digest. ASV_OK also when there is none; ASV_E_MISMATCH for another
 * record. */
ASV_MUST_CHECK enum asv_status asv_store_erase_acknowledge(struct asv_store *store, uint64_t number,
                                                           const uint8_t digest[ASV_SHA256_BYTES]);

#endif
