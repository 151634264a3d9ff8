/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Cosignatures of witnesses (C2SP tlog-cosignature, Ed25519, "cosignature/v1"): that at some time this was
 * the largest consistent tree that the witness had seen of this log.
 */
#ifndef ASV_LEDGER_COSIGNATURE_H
#define ASV_LEDGER_COSIGNATURE_H

#include "server/ledger/checkpoint.h"

#define ASV_COSIGNATURE_BYTES (8 + ASV_ED25519_SIG_BYTES) /* the time, then the signature */

/* Writes the signature line of key (ASV_NOTE_COSIGNATURE) over a checkpoint's text, by its secret key.
 * time_s: seconds since 1970. ASV_E_LIMIT for a text above ASV_CHECKPOINT_MAX_BYTES or a time above
 * INT64_MAX. */
ASV_MUST_CHECK enum asv_status asv_cosignature_write(struct asv_writer *writer,
                                                     const struct asv_note_key *key,
                                                     const uint8_t sk[ASV_ED25519_SK_BYTES], uint64_t time_s,
                                                     struct asv_bytes text, struct asv_err *err);

/* The witness's cosignature on the note's text, and its time; the latest when there are several. The statuses
 * of asv_note_verify. Whether that time is acceptable is the caller's rule. */
ASV_MUST_CHECK enum asv_status asv_cosignature_verify(const struct asv_note *note,
                                                      const struct asv_note_key *key, uint64_t *time_s,
                                                      struct asv_err *err);

#endif
