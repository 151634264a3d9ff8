/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The format of excerpt.proof (docs/HANDOVER.md 3): its head, and what follows from it, for who writes it and
 * who checks it alike.
 */
#ifndef ASV_SERVER_HANDOVER_EXCERPT_PROOF_H
#define ASV_SERVER_HANDOVER_EXCERPT_PROOF_H

#include "firmware-proto/camera/mp4.h"
#include "server/handover/excerpt.h"
#include "server/media/boxes.h"

#define ASV_EXCERPT_HEAD_BYTES  123
#define ASV_EXCERPT_ENTRY_BYTES (2 * (size_t)ASV_SHA256_BYTES) /* a chunk's key, and the hash of its leaf */
#define ASV_EXCERPT_NODES_MAX   (4 * ASV_MERKLE_LEVELS)        /* two gaps, each up and down again */
#define ASV_EXCERPT_EDGES_MAX   (ASV_MP4_HEAD_MAX_BYTES + 3 * (ASV_CHUNK_PLAIN_BYTES - 1))

/* Sets what follows from the others. ASV_E_MALFORMED: they contradict each other. */
ASV_MUST_CHECK enum asv_status asv_excerpt_derive(struct asv_excerpt_facts *facts);

void asv_excerpt_head_write(uint8_t out[ASV_EXCERPT_HEAD_BYTES], const struct asv_excerpt_facts *facts);

/* ASV_E_MALFORMED, ASV_E_UNSUPPORTED; facts is then untouched. */
ASV_MUST_CHECK enum asv_status asv_excerpt_head_read(struct asv_excerpt_facts *facts,
                                                     const uint8_t data[ASV_EXCERPT_HEAD_BYTES]);

bool asv_excerpt_discloses(const struct asv_excerpt_facts *facts, uint64_t chunk);

/* Of a chunk that is not disclosed, and before which nothing else is left: the largest subtree of 2^level
 * chunks that begins there and of which none is disclosed. */
unsigned asv_excerpt_level(const struct asv_excerpt_facts *facts, uint64_t chunk);

/* How many of those there are. */
size_t asv_excerpt_nodes(const struct asv_excerpt_facts *facts);

/* A disclosed chunk's bytes: those from cut[i] to cut[i + 1] are excerpt.mp4's for i 0 and 2, an edge's for 1
 * and 3. */
void asv_excerpt_cuts(const struct asv_excerpt_facts *facts, uint64_t chunk, size_t cut[5]);

#endif
