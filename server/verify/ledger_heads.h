/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The heads that the verifier was shown: everything rests on them, so they must be of one tree for each log.
 * What can be seen without the log's tiles is: one size with two roots, one place with two entries, and a
 * head that was kept and is not among them.
 */
#ifndef ASV_SERVER_VERIFY_LEDGER_HEADS_H
#define ASV_SERVER_VERIFY_LEDGER_HEADS_H

#include "server/ledger/policy.h"

#define ASV_HEADS_MAX        256   /* what is given out has one head for each log */
#define ASV_HEADS_NAME_SIZE  128   /* of where it was seen; longer ones are cut */
#define ASV_HEADS_PLACES_MAX 65536 /* entries that are given out at once */

struct asv_head_seen {
    char name[ASV_HEADS_NAME_SIZE]; /* of the file in which it was first */
    size_t log;                     /* of the policy */
    struct asv_tree_head head;
    uint32_t cosigned;                         /* bit i: witness i has, in one file or another */
    uint64_t time_s[ASV_LEDGER_WITNESSES_MAX]; /* when first, by its own word */
    uint32_t early;                            /* of them those whose time counts for nothing */
    bool kept;                                 /* by the reader (--earlier) */
    bool shown;                                /* lies before the verifier */
    bool walked;                               /* was compared with the log's tiles */
    bool named;                                /* by the log that followed, as its last one */
};

struct asv_place_seen;

/* Too large for a stack. */
struct asv_heads {
    size_t count;
    struct asv_head_seen seen[ASV_HEADS_MAX];
    size_t place_count;
    size_t place_room;
    struct asv_place_seen *places;
};

/* Is told of contradictions, and of what could not be compared: the file in which it shows, and what. */
struct asv_heads_ops {
    void (*wrong)(void *ctx, const char *where, const char *what);
    void (*unchecked)(void *ctx, const char *where, const char *what);
    void *ctx;
};

/* A head that one of the policy's logs has signed; kept: by the reader, otherwise it is shown. ASV_E_EXISTS
 * when the log signed another tree of the same size; ASV_E_LIMIT. */
ASV_MUST_CHECK enum asv_status asv_heads_add(struct asv_heads *heads, const char *name,
                                             const struct asv_ledger_verdict *verdict, bool kept,
                                             struct asv_err *err);

/* LG-118: the last head of a log by the first entry of the one that followed it, which is proven.
 * ASV_E_EXISTS when the log signed another tree of the same size; ASV_E_LIMIT. */
ASV_MUST_CHECK enum asv_status asv_heads_name(struct asv_heads *heads, const char *name, size_t log,
                                              const struct asv_tree_head *head, struct asv_err *err);

/* The head of this size of a log; NULL: none was seen. */
struct asv_head_seen *asv_heads_find(struct asv_heads *heads, size_t log, uint64_t size);

/* An entry that was proven, by its leaf. ASV_E_LIMIT, ASV_E_NO_MEMORY. */
ASV_MUST_CHECK enum asv_status asv_heads_place(struct asv_heads *heads, const char *name, size_t log,
                                               uint64_t index, const uint8_t leaf[ASV_SHA256_BYTES],
                                               struct asv_err *err);

/* LG-118, LG-079, when everything was shown: names each head that is larger than the last one of its log,
 * each place that has two entries, and the head that was kept when
 * it is larger than one that is shown, of a log that is not, or could not be compared. */
void asv_heads_judge(struct asv_heads *heads, const struct asv_ledger_policy *policy,
                     const struct asv_heads_ops *ops);

/* Since when enough witnesses vouch for a head, and which did by then; false: nobody does. With a quorum of
 * none it is the first that did. */
bool asv_heads_since(const struct asv_ledger_policy *policy, const struct asv_head_seen *seen,
                     uint64_t *time_s, uint32_t *by);

/* Frees what it holds, not itself. */
void asv_heads_end(struct asv_heads *heads);

#endif
