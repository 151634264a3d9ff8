/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * That of a camera's running numbers none is left out (docs/HANDOVER.md 2): the link records of what it
 * recorded, each without what opens it (S-083), one behind the other by number, a length (u16, big-endian) in
 * front of each.
 */
#ifndef ASV_SERVER_HANDOVER_SERIES_H
#define ASV_SERVER_HANDOVER_SERIES_H

#include "firmware-proto/seal/link.h"
#include "server/ledger/claim.h"

#define ASV_SERIES_PATH      "links/"
#define ASV_SERIES_LINK_MAX  (ASV_LINK_MAX_BYTES - ASV_LINK_OPENING_BYTES)
#define ASV_SERIES_MAX_BYTES ((size_t)ASV_CLAIM_NUMBERS_MAX * (2 + ASV_SERIES_LINK_MAX))

/* Of which nothing is to be left out. */
struct asv_series {
    uint8_t camera[ASV_SHA256_BYTES]; /* certificate */
    uint8_t epoch[ASV_UUID_BYTES];
    int64_t from_ms, until_ms; /* by the camera's clock */
    const uint8_t *pk;         /* of that certificate */
};

/* What the records show. Large: on the heap. */
struct asv_series_shown {
    bool gapless;             /* each number from the first to the last */
    enum asv_claim_lack time; /* of the time; NOTHING: no other recording falls into it */
    struct asv_claim_shown links;
};

/* Adds one; len ASV_SERIES_LINK_MAX at most. */
void asv_series_put(struct asv_writer *writer, struct asv_bytes link);

/* Takes the next; false: there is none. ASV_E_MALFORMED. */
ASV_MUST_CHECK enum asv_status asv_series_next(struct asv_reader *reader, struct asv_bytes *link, bool *there,
                                               struct asv_err *err);

/* HO-050: each is the camera's, of that epoch, opens nothing, and numbers rise. ASV_E_MALFORMED,
 * ASV_E_SIGNATURE, ASV_E_MISMATCH, ASV_E_LIMIT. */
ASV_MUST_CHECK enum asv_status asv_series_judge(struct asv_series_shown *out, const struct asv_series *series,
                                                struct asv_bytes file, struct asv_err *err);

/* Whether a record of that number is there, in what was judged: index into links.recordings. */
bool asv_series_has(const struct asv_series_shown *shown, uint64_t number, size_t *index);

/* "shown", "before", "behind", "clock", "number"; static. */
const char *asv_series_word(enum asv_claim_lack lack);

#endif
