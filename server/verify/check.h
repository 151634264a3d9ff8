/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Verifies one clip without any decryption key: seal, payload, origin, link, stanzas, and what the dock
 * signed about it. Memory does not grow with the clip.
 */
#ifndef ASV_SERVER_VERIFY_CHECK_H
#define ASV_SERVER_VERIFY_CHECK_H

#include "server/verify/anchors.h"
#include "server/verify/input.h"
#include "server/verify/report.h"

#define ASV_CHECK_STANZAS_MAX_BYTES 65536

/* The small files of a clip, and room for them. Must not be copied. */
struct asv_small_parts {
    struct asv_bytes chain, stanzas, link, commit, receipt; /* data NULL: not there */
    struct asv_err err[ASV_PART_COUNT];                     /* why a part that is there could not be taken */
    enum asv_status status[ASV_PART_COUNT];
    uint8_t chain_data[ASV_CHAIN_MAX_BYTES];
    uint8_t stanzas_data[ASV_CHECK_STANZAS_MAX_BYTES];
    uint8_t link_data[1024];
    uint8_t commit_data[4096];
    uint8_t receipt_data[1536];
};

/* ASV_OK and the findings in report, whatever they are; ASV_E_NOT_FOUND without a chain, ASV_E_IO when a file
 * cannot be read: then nothing is said about the clip. */
ASV_MUST_CHECK enum asv_status asv_check_clip(struct asv_report *report, const struct asv_inputs *inputs,
                                              const struct asv_anchors *anchors,
                                              struct asv_small_parts *parts, struct asv_err *err);

/* Bytes [offset, offset + len) of the payload as the camera had it: the payload file, then the tail file. */
ASV_MUST_CHECK enum asv_status asv_check_read_payload(const struct asv_inputs *inputs, uint64_t offset,
                                                      void *out, size_t len, size_t *got,
                                                      struct asv_err *err);

/* What the dock signed, against what was found: for asv_check_clip. */
void asv_check_custody(struct asv_report *report, const struct asv_anchors *anchors,
                       const struct asv_small_parts *parts);

#endif
