/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A hand-over of three recordings, with everything that a build asks its caller for. Anything that fails
 * aborts the test.
 */
#ifndef ASV_TESTS_UNIT_HANDOVER_KIT_H
#define ASV_TESTS_UNIT_HANDOVER_KIT_H

#include "server/handover/build.h"
#include "server/handover/compose.h"
#include "tests/support/in_vault.h"

#define KIT_CLIPS      3
#define KIT_RECIPIENTS 2

struct kit {
    struct asv_test_in_vault it; /* the first recording, and the vault */
    struct asv_test_clip clips[KIT_CLIPS - 1];
    uint8_t *media; /* of the first, of which an excerpt goes, and of the third */
    uint8_t file_keys[KIT_CLIPS][ASV_FILE_KEY_BYTES]; /* in the plan's order, as all below */
    struct asv_exhibit_name names[KIT_CLIPS];
    struct asv_plan_clip plan_clips[KIT_CLIPS];
    uint64_t sizes[KIT_CLIPS];
    struct asv_plan plan;
    uint8_t plan_bytes[ASV_PLAN_MAX_BYTES];
    size_t plan_len;
    uint8_t recipient_sk[KIT_RECIPIENTS][ASV_X25519_BYTES];
    uint8_t pem[4096];
    char out[600]; /* the hand-over's directory */
    int dir;
    struct asv_package_signer signer;
    struct asv_compose *compose;
    struct asv_build_ops ops;
    struct asv_build build;

    /* What was asked for, and when it ends. */
    int keys, extras, extras_clips, clip_told, facts, pieces, signatures;
    int kill_at_piece, kill_at_clip, kill_at_signature, stop_at_piece; /* from 1; 0: never */
    bool kill_in_extras, kill_in_facts;
    bool wraps_anew;         /* the keeper, for each run; else always the same */
    int key_fails;           /* from 1: at this time */
    uint16_t row[KIT_CLIPS]; /* asked for last: one, and what may be asked for with it */
    unsigned row_count;
};

/* sealed_chunks: of the second recording, whose sealed original goes alone. */
void kit_make(struct kit *kit, uint8_t outputs, uint32_t sealed_chunks);

/* Of what went as an excerpt and whole, excerpts without their originals go now; the second of them was cut.
 */
void kit_original_stays(struct kit *kit);
/* All three go sealed alone. */
void kit_goes_sealed(struct kit *kit);
void kit_remove(struct kit *kit);

/* A line of shell in the hand-over's directory; what it said is told when it fails. */
void kit_sh(const struct kit *kit, const char *line);

#endif
