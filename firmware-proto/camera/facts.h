/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a clip's own seal says, read back from the flash.
 */
#ifndef ASV_CAMERA_FACTS_H
#define ASV_CAMERA_FACTS_H

#include "firmware-proto/camera/store.h"
#include "firmware-proto/seal/frames.h"
#include "firmware-proto/seal/header.h"
#include "firmware-proto/trust/receipt.h"

struct asv_store_facts {
    bool has_header;
    struct asv_seal_header header;
    uint8_t header_digest[ASV_SHA256_BYTES];
    bool has_checkpoint; /* without one, checkpoint is zeros */
    struct asv_seal_checkpoint checkpoint;
    bool ended;
    struct asv_seal_end end;
    uint8_t final_digest[ASV_SHA256_BYTES]; /* of the last signed frame */
    bool marked;                            /* a MARKER record is in it */
    bool sound;                             /* nothing wrong was met */
    uint64_t seal_bytes;
    uint8_t seal_digest[ASV_SHA256_BYTES];
};

/* Reads clip number's seal. thorough: every frame is verified, and after the first that is wrong nothing
 * counts; what a power cut left is read like this. Otherwise only header, last checkpoint and end are
 * verified, which takes a thousandth of the time; a seal that looks wrong is then read thoroughly.
 * ASV_E_NOT_FOUND, ASV_E_IO. */
ASV_MUST_CHECK enum asv_status asv_store_facts_read(const struct asv_store *store, uint64_t number,
                                                    bool thorough, struct asv_store_facts *out);

/* What of the recording is held, to be compared with a receipt (TRUST.md, T-053). ASV_E_STATE when its header
 * cannot be read; ASV_E_IO. */
ASV_MUST_CHECK enum asv_status asv_store_custody(const struct asv_store *store, uint64_t number,
                                                 struct asv_custody *out, struct asv_err *err);

/* Hands a file's bytes from offset on to take, in pieces; *total, which may be NULL, is how many they were.
 */
ASV_MUST_CHECK enum asv_status asv_store_read_all(
    const struct asv_store *store, const char *path, uint64_t offset,
    enum asv_status (*take)(void *arg, const uint8_t *data, size_t len), void *arg, uint64_t *total);

#endif
