/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A whole clip in memory, as a camera would have written it: payload, stanzas, seal, link. Everything follows
 * from the identity, the world and the plan. Anything that fails here aborts the test.
 */
#ifndef ASV_TESTS_SUPPORT_CLIP_H
#define ASV_TESTS_SUPPORT_CLIP_H

#include "firmware-proto/seal/writer.h"
#include "tests/support/agency.h"
#include "tests/support/world.h"

/* What records say of a recording, of what the dock takes into custody. */
struct asv_test_facts {
    bool marked, dwelling;
    uint32_t pre_roll_ms; /* 0: no record */
};

struct asv_test_plan {
    uint64_t number;      /* 0: 1 */
    uint32_t chunks;      /* full ones */
    uint32_t every;       /* chunks per checkpoint; 0: one checkpoint at the end */
    uint32_t pad;         /* the last bytes of the plaintext are a free box this long; 0 or 8..65543 */
    const uint8_t *media; /* what stands before the padding; NULL: pseudo-random bytes */
    bool records;         /* a marker before each checkpoint and the de-escalation's steps in front */
    bool key_frames; /* each checkpoint names one of its own: of its last chunk, byte 24, media time in s */
    bool clock_lost; /* the header says that the camera does not know the time */
    bool cut;        /* no end record, no final chunk, no link */
    uint8_t sealer;  /* enum asv_sealer; 0: camera */
    uint8_t recipients;           /* 0: 1 */
    const char *unit;             /* NULL: empty */
    const char *area;             /* NULL: empty */
    struct asv_test_facts facts;  /* of records in front, which the first checkpoint signs */
    struct asv_test_facts behind; /* of records behind the last one, which nothing signs: of a cut clip */
    bool unsealed;                /* cut before the first checkpoint: no chunk, and no record is signed */
    void (*change)(struct asv_seal_header *header); /* before it is signed; NULL: nothing */
};

struct asv_test_bytes {
    uint8_t *data;
    size_t len;
};

/* Must not be copied. */
struct asv_test_clip {
    struct asv_test_plan plan;
    struct asv_seal_header header;
    uint8_t header_digest[ASV_SHA256_BYTES];
    uint8_t final_digest[ASV_SHA256_BYTES];
    uint8_t key_sk[ASV_SEAL_STANZAS_MAX][ASV_X25519_BYTES]; /* the recipients' */
    uint8_t key_pk[ASV_SEAL_STANZAS_MAX][ASV_X25519_BYTES];
    struct asv_test_bytes payload;
    struct asv_test_bytes stanzas;
    struct asv_test_bytes seal;
    struct asv_test_bytes link;
    size_t checkpoint_count;
    size_t checkpoint_end[64]; /* offsets in the seal behind each of the first 64 checkpoints */
    uint64_t checkpoint_chunks[64];
};

/* A plan for this media: as many chunks as it takes, and its padding. Borrowed. */
struct asv_test_plan asv_test_plan_of(const uint8_t *media, size_t len);

/* The plaintext of chunk index: the media's, or nothing but a function of index and length; padding
 * included. */
void asv_test_clip_plaintext(const struct asv_test_plan *plan, uint32_t index,
                             uint8_t out[ASV_CHUNK_PLAIN_BYTES]);

/* A header with every field filled that asv_seal_writer_begin does not fill itself. */
void asv_test_clip_header(struct asv_seal_header *header, const struct asv_test_agency *agency,
                          const struct asv_test_identity *sealer, const struct asv_test_world *world,
                          const struct asv_test_plan *plan);

void asv_test_clip_make(struct asv_test_clip *clip, const struct asv_test_agency *agency,
                        const struct asv_test_identity *sealer, struct asv_test_world *world,
                        const struct asv_test_plan *plan);

void asv_test_clip_free(struct asv_test_clip *clip);

/* The signer to verify the clip with. */
struct asv_seal_signer asv_test_signer(const struct asv_test_identity *sealer);

#endif
