/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/verify/ledger_heads.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"

struct asv_place_seen {
    size_t log;
    uint64_t index;
    uint8_t leaf[ASV_SHA256_BYTES];
    char name[ASV_HEADS_NAME_SIZE];
};

/* ---- heads ---- */

struct asv_head_seen *asv_heads_find(struct asv_heads *heads, size_t log, uint64_t size)
{
    for (size_t i = 0; i < heads->count; i++) {
        if (heads->seen[i].log == log && heads->seen[i].head.size == size) {
            return &heads->seen[i];
        }
    }
    return NULL;
}

static void add_cosignatures(struct asv_head_seen *seen, const struct asv_ledger_verdict *verdict)
{
    for (size_t i = 0; i < ASV_LEDGER_WITNESSES_MAX; i++) {
        uint32_t bit = UINT32_C(1) << i;
        bool earlier = (seen->cosigned & bit) == 0 || verdict->time_s[i] < seen->time_s[i];
        if ((verdict->cosigned & bit) != 0 && earlier) {
            seen->time_s[i] = verdict->time_s[i];
        }
    }
    seen->cosigned |= verdict->cosigned;
}

static bool is_empty_root(const uint8_t root[ASV_SHA256_BYTES])
{
    uint8_t empty[ASV_SHA256_BYTES];
    asv_sha256(empty, "", 0);
    return memcmp(root, empty, sizeof empty) == 0;
}

/* One more that was seen, or the same again: *at. */
static enum asv_status see(struct asv_heads *heads, const char *name, size_t log,
                           const struct asv_tree_head *head, size_t *at, struct asv_err *err)
{
    struct asv_head_seen *seen = asv_heads_find(heads, log, head->size);
    if (seen != NULL && memcmp(seen->head.root, head->root, sizeof head->root) != 0) {
        return asv_failf(err, ASV_E_EXISTS,
                         "the log was forked: it signed another tree of %" PRIu64 " entries in %s",
                         head->size, seen->name);
    }
    if (head->size == 0 && !is_empty_root(head->root)) {
        return asv_fail(err, ASV_E_DIGEST, "a head of no entries, with the root of something else");
    }
    if (seen == NULL) {
        if (heads->count == ASV_HEADS_MAX) {
            return asv_fail_at(err, ASV_E_LIMIT, "too many heads for one report; at most", ASV_HEADS_MAX);
        }
        seen = &heads->seen[heads->count++];
        *seen = (struct asv_head_seen){.log = log, .head = *head};
        (void)snprintf(seen->name, sizeof seen->name, "%s", name);
    }
    *at = (size_t)(seen - heads->seen);
    return ASV_OK;
}

enum asv_status asv_heads_add(struct asv_heads *heads, const char *name,
                              const struct asv_ledger_verdict *verdict, bool kept, struct asv_err *err)
{
    size_t at = 0;
    enum asv_status status = see(heads, name, verdict->log, &verdict->checkpoint.head, &at, err);
    if (status == ASV_OK) {
        struct asv_head_seen *seen = &heads->seen[at];
        seen->kept = seen->kept || kept;
        seen->shown = seen->shown || !kept;
        add_cosignatures(seen, verdict);
    }
    return status;
}

enum asv_status asv_heads_name(struct asv_heads *heads, const char *name, size_t log,
                               const struct asv_tree_head *head, struct asv_err *err)
{
    size_t at = 0;
    enum asv_status status = see(heads, name, log, head, &at, err);
    if (status == ASV_OK) {
        heads->seen[at].named = true;
    }
    return status;
}

/* ---- places ---- */

enum asv_status asv_heads_place(struct asv_heads *heads, const char *name, size_t log, uint64_t index,
                                const uint8_t leaf[ASV_SHA256_BYTES], struct asv_err *err)
{
    if (heads->place_count == ASV_HEADS_PLACES_MAX) {
        return asv_fail_at(err, ASV_E_LIMIT, "too many entries for one report; at most",
                           ASV_HEADS_PLACES_MAX);
    }
    if (heads->place_count == heads->place_room) {
        size_t room = heads->place_room > 0 ? 2 * heads->place_room : 64;
        struct asv_place_seen *larger = realloc(heads->places, room * sizeof *larger);
        if (larger == NULL) {
            return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
        }
        heads->places = larger;
        heads->place_room = room;
    }
    struct asv_place_seen *place = &heads->places[heads->place_count++];
    *place = (struct asv_place_seen){.log = log, .index = index};
    memcpy(place->leaf, leaf, sizeof place->leaf);
    (void)snprintf(place->name, sizeof place->name, "%s", name);
    return ASV_OK;
}

static int by_place(const void *a, const void *b)
{
    const struct asv_place_seen *left = a;
    const struct asv_place_seen *right = b;
    if (left->log != right->log) {
        return left->log < right->log ? -1 : 1;
    }
    return left->index < right->index ? -1 : left->index > right->index;
}

__attribute__((format(printf, 3, 4))) static void wrong(const struct asv_heads_ops *ops, const char *where,
                                                        const char *what, ...)
{
    char text[ASV_ERR_TEXT_BYTES];
    va_list args;
    va_start(args, what);
    (void)vsnprintf(text, sizeof text, what, args);
    va_end(args);
    ops->wrong(ops->ctx, where, text);
}

static void judge_places(struct asv_heads *heads, const struct asv_heads_ops *ops)
{
    if (heads->place_count > 0) {
        qsort(heads->places, heads->place_count, sizeof *heads->places, by_place);
    }
    for (size_t i = 1; i < heads->place_count; i++) {
        const struct asv_place_seen *before = &heads->places[i - 1];
        const struct asv_place_seen *place = &heads->places[i];
        if (by_place(before, place) == 0 && memcmp(before->leaf, place->leaf, sizeof place->leaf) != 0) {
            wrong(ops, place->name,
                  "the log was forked: its entry %" PRIu64 " is proven, and so is another one in %s",
                  place->index, before->name);
        }
    }
}

/* ---- heads among each other ---- */

/* The kept head against one that is shown. */
static void judge_kept(const struct asv_head_seen *kept, const struct asv_head_seen *seen,
                       const struct asv_heads_ops *ops)
{
    if (seen->head.size < kept->head.size) {
        wrong(ops, kept->name, "it has %" PRIu64 " entries, the head in %s fewer: %" PRIu64, kept->head.size,
              seen->name, seen->head.size);
    } else {
        wrong(
            ops, kept->name,
            "was not compared with the larger head in %s: that takes the log's tiles, or a head of its size",
            seen->name);
    }
}

/* Two heads of one log whose trees could be different ones. */
static bool is_open(const struct asv_head_seen *a, const struct asv_head_seen *b)
{
    return a != b && a->log == b->log && a->head.size > 0 && b->head.size > 0 && !(a->walked && b->walked);
}

static void judge_earlier(const struct asv_heads *heads, const struct asv_head_seen *kept,
                          const struct asv_ledger_policy *policy, const struct asv_heads_ops *ops)
{
    bool any = false;
    for (size_t i = 0; i < heads->count; i++) {
        const struct asv_head_seen *seen = &heads->seen[i];
        any = any || (seen->shown && seen->log == kept->log);
        if (seen->shown && is_open(kept, seen)) {
            judge_kept(kept, seen, ops);
        }
    }
    if (!any) {
        wrong(ops, kept->name, "a head of %.100s, of which nothing is here: it was compared with nothing",
              policy->logs[kept->log].key.name);
    }
}

/* Each with the one before it: who has the whole row compared has all compared. */
static void judge_shown(const struct asv_heads *heads, const struct asv_heads_ops *ops)
{
    for (size_t i = 0; i < heads->count; i++) {
        for (size_t j = i; j > 0; j--) {
            const struct asv_head_seen *seen = &heads->seen[i];
            const struct asv_head_seen *other = &heads->seen[j - 1];
            if (seen->shown && other->shown && is_open(seen, other)) {
                char text[ASV_ERR_TEXT_BYTES];
                (void)snprintf(text, sizeof text,
                               "whether its %" PRIu64 " entries and the %" PRIu64
                               " of the head in %s are of one tree: that takes the log's tiles",
                               seen->head.size, other->head.size, other->name);
                ops->unchecked(ops->ctx, seen->name, text);
                break;
            }
        }
    }
}

/* LG-118: the log ended with this head. */
static void judge_named(const struct asv_heads *heads, const struct asv_head_seen *named,
                        const struct asv_heads_ops *ops)
{
    for (size_t i = 0; i < heads->count; i++) {
        const struct asv_head_seen *seen = &heads->seen[i];
        char text[ASV_ERR_TEXT_BYTES];
        if (!seen->shown || seen == named || seen->log != named->log) {
            continue;
        }
        if (seen->head.size > named->head.size) {
            wrong(ops, seen->name, "a head of %" PRIu64 " entries, and the log ended with %" PRIu64 ", by %s",
                  seen->head.size, named->head.size, named->name);
        } else if (!named->shown && is_open(seen, named)) {
            (void)snprintf(text, sizeof text,
                           "whether its %" PRIu64 " entries and the %" PRIu64
                           " with which the log ended, by %s, are of one tree: that takes the log's tiles",
                           seen->head.size, named->head.size, named->name);
            ops->unchecked(ops->ctx, seen->name, text);
        }
    }
}

void asv_heads_judge(struct asv_heads *heads, const struct asv_ledger_policy *policy,
                     const struct asv_heads_ops *ops)
{
    judge_places(heads, ops);
    for (size_t i = 0; i < heads->count; i++) {
        if (heads->seen[i].kept) {
            judge_earlier(heads, &heads->seen[i], policy, ops);
        }
    }
    for (size_t i = 0; i < heads->count; i++) {
        if (heads->seen[i].named) {
            judge_named(heads, &heads->seen[i], ops);
        }
    }
    judge_shown(heads, ops);
}

/* ---- since when ---- */

bool asv_heads_since(const struct asv_ledger_policy *policy, const struct asv_head_seen *seen,
                     uint64_t *time_s, uint32_t *by)
{
    bool found = false;
    for (size_t i = 0; i < policy->witness_count; i++) {
        uint32_t together = 0;
        const uint32_t believed = seen->cosigned & ~seen->early;
        if ((believed >> i & 1) == 0) {
            continue;
        }
        for (size_t j = 0; j < policy->witness_count; j++) {
            bool by_then = (believed >> j & 1) != 0 && seen->time_s[j] <= seen->time_s[i];
            together |= by_then ? UINT32_C(1) << j : 0;
        }
        if (asv_ledger_policy_is_met(policy, together) && (!found || seen->time_s[i] < *time_s)) {
            found = true;
            *time_s = seen->time_s[i];
            *by = together;
        }
    }
    return found;
}

void asv_heads_end(struct asv_heads *heads)
{
    free(heads->places);
    heads->places = NULL;
    heads->place_count = heads->place_room = 0;
}
