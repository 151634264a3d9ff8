/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The plan of a hand-over (STATEMENTS.md 4, "Plans"): which recordings go, in which form, to whom. Two people
 * sign its digest, once for all of it.
 */
#ifndef ASV_STATEMENT_PLAN_H
#define ASV_STATEMENT_PLAN_H

#include "server/statement/statement.h"

#define ASV_PLAN_RECIPIENTS_MAX 16
#define ASV_PLAN_CLIPS_MAX      1000
#define ASV_PLAN_CLIP_BYTES     (ASV_DIGEST_FIELD_BYTES + 1 + 4 + 4)
#define ASV_PLAN_MAX_BYTES      46324 /* what the limits of its fields add up to */

/* How a recording goes. */
enum asv_plan_form {
    ASV_PLAN_SEALED = 1,      /* the sealed original alone */
    ASV_PLAN_WHOLE = 2,       /* and the playable file */
    ASV_PLAN_EXCERPT = 3,     /* and what a range of it shows */
    ASV_PLAN_EXCERPT_ONLY = 4 /* that, and nothing that opens the rest */
};

/* Whether a range of it is shown. */
static inline bool asv_plan_is_ranged(uint8_t form)
{
    return form == ASV_PLAN_EXCERPT || form == ASV_PLAN_EXCERPT_ONLY;
}

/* Whether the sealed original goes, for the recipients to open. */
static inline bool asv_plan_has_original(uint8_t form)
{
    return form != ASV_PLAN_EXCERPT_ONLY;
}

/* What is made of it: a set. */
enum asv_plan_output { ASV_PLAN_CARRIER = 1, ASV_PLAN_FILING = 2 };

/* What the carrier is closed with besides. */
enum asv_plan_protection { ASV_PLAN_OPEN, ASV_PLAN_ZIP, ASV_PLAN_AGE };

struct asv_plan_recipient {
    uint8_t key[ASV_X25519_BYTES]; /* age X25519 */
    struct asv_bytes name;         /* view */
};

struct asv_plan_clip {
    uint8_t header[ASV_SHA256_BYTES]; /* digest of the signed seal header */
    uint8_t form;                     /* enum asv_plan_form */
    uint32_t from_ms, until_ms;       /* of a range: media time, until just before; otherwise 0 */
};

struct asv_plan {
    uint8_t agency[ASV_SHA256_BYTES];
    uint8_t id[ASV_UUID_BYTES]; /* of the hand-over */
    uint8_t incident[ASV_UUID_BYTES];
    struct asv_bytes case_number; /* view */
    uint8_t outputs;              /* set of enum asv_plan_output */
    uint8_t protection;           /* enum asv_plan_protection */
    uint8_t recipient_count;
    struct asv_plan_recipient recipients[ASV_PLAN_RECIPIENTS_MAX]; /* the first is the addressee */
    uint16_t clip_count;
    struct asv_bytes extensions; /* view; write: len 0 for none */

    struct asv_bytes clips; /* set by read, for asv_plan_clip; view */
};

/* Appends the plan; clips has clip_count. ASV_E_USAGE when a field breaks a rule, ASV_E_LIMIT when it does
 * not fit. */
ASV_MUST_CHECK enum asv_status asv_plan_write(struct asv_writer *writer, const struct asv_plan *plan,
                                              const struct asv_plan_clip *clips);

/* Reads exactly data[len]. out views into data. ASV_E_MALFORMED, ASV_E_UNSUPPORTED or ASV_E_LIMIT, with
 * detail; *out is then untouched. */
ASV_MUST_CHECK enum asv_status asv_plan_read(struct asv_plan *out, const void *data, size_t len,
                                             struct asv_err *err);

/* Clip i of a plan that was read: 0 .. clip_count - 1. */
void asv_plan_clip(const struct asv_plan *plan, uint16_t i, struct asv_plan_clip *out);

/* SHA-256 of a plan's bytes: what HAND_OVER names. */
void asv_plan_digest(uint8_t out[ASV_SHA256_BYTES], const void *data, size_t len);

/* Reads the plan that a HAND_OVER is about. ASV_E_MISMATCH unless data[len] is the very one that was signed,
 * and the statement says what it says (ST-123); otherwise as asv_plan_read. */
ASV_MUST_CHECK enum asv_status asv_plan_of(struct asv_plan *out, const struct asv_statement *statement,
                                           const void *data, size_t len, struct asv_err *err);

#endif
