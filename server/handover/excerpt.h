/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * An excerpt of a recording: its beginning (ftyp and moov) and the whole fragments that show anything of a
 * range of media time, as a file that plays, and the proof that they are what the camera signed, without the
 * rest and without the file key. SEAL.md 8; docs/HANDOVER.md 3 is the format.
 *
 *   asv_excerpt_choose   reads of the recording what says where its fragments are
 *   asv_excerpt_mp4      gives one file, reading what it shows
 *   asv_excerpt_proof    gives the other, reading all of the recording, once
 *   asv_excerpt_check    for who has both and the seal
 */
#ifndef ASV_SERVER_HANDOVER_EXCERPT_H
#define ASV_SERVER_HANDOVER_EXCERPT_H

#include "firmware-proto/seal/verifier.h"
#include "server/package/input.h"
#include "server/package/source.h"

/* A recording whose seal was verified and whose key one has. All is borrowed until the excerpt is closed. */
struct asv_excerpt_recording {
    const struct asv_seal_checkpoint *checkpoint; /* the last that is signed, of one chunk or more */
    uint64_t media_bytes; /* END's; of a truncated recording all that the checkpoint signs */
    const uint8_t *file_key;
    void *ctx;
    /* The plaintext of one of the checkpoint's chunks, authenticated, in any order. Its error is handed on:
     * so whoever cancels fails here. */
    enum asv_status (*read)(void *ctx, uint64_t chunk, uint8_t out[ASV_CHUNK_PLAIN_BYTES],
                            struct asv_err *err);
};

/* What the proof says. Media time is that of the first track with pictures, or of the first there is, and
 * counts from the recording's first fragment. */
struct asv_excerpt_facts {
    uint8_t header[ASV_SHA256_BYTES]; /* digest of the recording's signed header */
    uint32_t checkpoint;              /* seq of the last that is signed */
    uint64_t chunks;                  /* that it signs */
    uint64_t media_bytes;             /* of the plaintext, without its padding */
    uint64_t init;                    /* excerpt.mp4 is the plaintext's bytes from 0 to init, */
    uint64_t begin, end;              /* and from begin to end: whole fragments */
    uint8_t cut;                      /* 1: but the last, within which the recording was cut off */
    uint64_t head;    /* where the moof of the recording's first fragment ends: it is disclosed, too */
    uint64_t base_us; /* when that fragment begins by its own words (tfdt): one that goes on from another
                         recording (S-123) does not begin at 0 */
    uint64_t shown_from_us, shown_until_us; /* what the fragments show */

    /* Not in the proof, as the seal does not say it: of asv_excerpt_choose only. */
    uint32_t from_ms, until_ms; /* what was asked for */
    uint64_t whole_until_us;    /* how long all of it is */

    /* These follow from what the proof says. */
    uint64_t mp4_bytes, proof_bytes;
    uint64_t first, last; /* chunks that begin and end lie in: these, those between, and those up to head are
                             disclosed */
    uint64_t disclosed;   /* how many they are */
    uint64_t edge_bytes;  /* of them that excerpt.mp4 does not have: they lie in the proof */
};

struct asv_excerpt;

/* Chooses the fragments of from_ms <= media time < until_ms, beginning with one that begins with a key frame.
 * *out is the caller's to close. ASV_E_UNSUPPORTED: not fragmented MP4, so that only the whole of it or the
 * sealed original can be handed over. ASV_E_NOT_FOUND: it shows nothing of the range. ASV_E_MALFORMED: a
 * fragment cannot be read, or its time goes back. */
ASV_MUST_CHECK enum asv_status asv_excerpt_choose(const struct asv_excerpt_recording *recording,
                                                  uint32_t from_ms, uint32_t until_ms,
                                                  struct asv_excerpt **out, struct asv_err *err);
void asv_excerpt_close(struct asv_excerpt *excerpt); /* wipes it; NULL is fine */

const struct asv_excerpt_facts *asv_excerpt_facts(const struct asv_excerpt *excerpt); /* borrowed */

/* Both from their first byte, borrowed from the excerpt; asking again begins anew. Wrong to whoever reads the
 * proof: ASV_E_DIGEST when the chunks are not what the checkpoint signs, which shows behind the last of them.
 */
struct asv_source asv_excerpt_mp4(struct asv_excerpt *excerpt);
struct asv_source asv_excerpt_proof(struct asv_excerpt *excerpt);

static inline void asv_cleanup_excerpt(struct asv_excerpt **excerpt)
{
    asv_excerpt_close(*excerpt);
}
#define asv_auto_excerpt __attribute__((cleanup(asv_cleanup_excerpt)))

/* Both as they were handed over, by whoever it may be, against the seal that was verified. Reads each once,
 * in constant memory. facts has what the proof says when that could be read (facts->chunks is not 0), be it
 * wrong or not. ASV_E_MALFORMED, ASV_E_UNSUPPORTED: the proof or the film is none, and why. ASV_E_MISMATCH:
 * another recording's, or the film is not the one that the proof speaks of. ASV_E_DIGEST: a byte of the film
 * or of the proof is not what was signed. ASV_E_STATE: the seal signs no chunk. Or what an input fails with.
 */
ASV_MUST_CHECK enum asv_status asv_excerpt_check(struct asv_excerpt_facts *facts,
                                                 const struct asv_seal_result *seal,
                                                 const struct asv_package_input *mp4,
                                                 const struct asv_package_input *proof, struct asv_err *err);

#endif
