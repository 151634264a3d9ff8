/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a directory of proofs is said to show besides its entries (docs/LEDGER.md 11): that of a camera's
 * running numbers none is left out, that in a time nothing else was taken in, the balance of a day. Whether
 * it shows that is judged from the link records and entries, not from this.
 */
#ifndef ASV_LEDGER_CLAIM_H
#define ASV_LEDGER_CLAIM_H

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/crypto/crypto.h"
#include "firmware-proto/seal/link.h"

#define ASV_CLAIM_MAX_BYTES   512
#define ASV_CLAIM_NUMBERS_MAX 4096 /* recordings in one claim: years of one camera's shifts take several */

enum asv_claim_kind { ASV_CLAIM_NUMBERS = 1, ASV_CLAIM_TIME, ASV_CLAIM_DAY };

struct asv_claim {
    enum asv_claim_kind kind;
    uint8_t camera[ASV_SHA256_BYTES]; /* not of DAY: digest of its certificate */
    uint8_t epoch[16];                /* not of DAY */
    uint64_t from, until; /* numbers, both included; of TIME milliseconds; of DAY both the day, yyyymmdd */
};

/* "asservat/v1/claim", then one line: numbers|time CAMERA EPOCH FROM UNTIL, or day DAY; digests and ids in
 * hexadecimal digits, numbers in decimals. */
void asv_claim_write(struct asv_writer *writer, const struct asv_claim *claim);

/* ASV_E_MALFORMED, ASV_E_UNSUPPORTED for another format, ASV_E_LIMIT. */
ASV_MUST_CHECK enum asv_status asv_claim_parse(struct asv_claim *out, struct asv_bytes data,
                                               struct asv_err *err);

/* Of which a claim is not shown. */
enum asv_claim_lack {
    ASV_CLAIM_LACK_NOTHING,
    ASV_CLAIM_LACK_BEFORE, /* a recording that began before the time */
    ASV_CLAIM_LACK_BEHIND, /* one that began behind it */
    ASV_CLAIM_LACK_CLOCK,  /* the time of one of them, which the camera did not know */
    ASV_CLAIM_LACK_NUMBER, /* a number, or one number has two recordings */
};

/* Recordings whose link record was signed by the camera and whose entry was proven. */
struct asv_claim_shown {
    enum asv_claim_lack lack; /* of what was judged last */
    size_t count;
    struct {
        uint64_t number;
        int64_t start_ms, end_ms;
        bool timed;                     /* the camera knew the time */
        uint8_t link[ASV_SHA256_BYTES]; /* digest of its link record */
    } recordings[ASV_CLAIM_NUMBERS_MAX];
};

/* Adds one, by its link record and that record's digest; ASV_E_MISMATCH when it is of another camera or
 * epoch, ASV_E_LIMIT. The same one may be added twice. */
ASV_MUST_CHECK enum asv_status asv_claim_add(struct asv_claim_shown *shown, const struct asv_claim *claim,
                                             const struct asv_link *link,
                                             const uint8_t digest[ASV_SHA256_BYTES]);

/* LG-077, LG-078: whether the claim of NUMBERS or TIME is shown. ASV_E_NOT_FOUND with what is missing,
 * ASV_E_EXISTS when the camera gave one number to two recordings. *within: recordings that fall into the
 * time. Sorts, and leaves each recording once. */
ASV_MUST_CHECK enum asv_status asv_claim_judge(struct asv_claim_shown *shown, const struct asv_claim *claim,
                                               uint64_t *within, struct asv_err *err);

#endif
